"""The words of a quote on paper, per language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orders.quote_lifecycle import QuoteStatus as Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. `separators` are those of thousands and decimals; `standing` a sentence per status."""

    quote: str
    customer: str
    billing: str
    delivery: str
    both: str
    number: str
    date: str
    valid_to: str
    no_end: str
    reference: str
    employee: str
    order: str
    item: str
    quantity: str
    list_price: str
    price: str
    discount: str
    surcharge: str
    tax: str
    net: str
    includes_tax: str
    as_total: str
    list_total: str
    lines_net: str
    shipping: str
    total_net: str
    total_tax: str
    total: str
    comment: str
    page: str
    separators: str
    day: Callable[[datetime], str]
    standing: Mapping[str, str]
    renewals: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)


WORDS = {
    "en": Words(
        quote="Quote",
        customer="For",
        billing="Billing address",
        delivery="Delivery address",
        both="Billing and delivery address",
        number="Number",
        date="Date",
        valid_to="Valid until",
        no_end="until further notice",
        reference="Your reference",
        employee="Your contact",
        order="Order",
        item="Item",
        quantity="Quantity",
        list_price="List price",
        price="Offered price",
        discount="Discount",
        surcharge="Surcharge",
        tax="Tax",
        net="Net",
        includes_tax="incl. tax",
        as_total="priced as a total",
        list_total="At list prices, net",
        lines_net="Items, net",
        shipping="Shipping",
        total_net="Net total",
        total_tax="Tax",
        total="Total, tax included",
        comment="Comment",
        page="Page {page} of {of}",
        separators=",.",
        day=lambda at: f"{at.day} {at:%b %Y}",
        standing={
            Q.CREATING: "This is a draft. Nothing has been offered yet.",
            Q.AWAITING: "This quote was asked for and is not answered yet. The prices are list prices.",
            Q.IN_PROGRESS: "Changes were asked for. These prices are no longer offered; a new offer follows.",
            Q.ACCEPTED: "This offer was accepted and ordered as {order}.",
            Q.DECLINED: "This offer was declined.",
            Q.DECLINED_BY_MERCHANT: "The seller makes no offer for this.",
            Q.EXPIRED: "This offer expired on {valid_to}.",
        },
        renewals={
            "month": "for one month, then renewed by itself",
            "year": "for one year, then renewed by itself",
        },
    ),
    "de": Words(
        quote="Angebot",
        customer="Für",
        billing="Rechnungsadresse",
        delivery="Lieferadresse",
        both="Rechnungs- und Lieferadresse",
        number="Nummer",
        date="Datum",
        valid_to="Gültig bis",
        no_end="bis auf Weiteres",
        reference="Ihr Zeichen",
        employee="Ihr Kontakt",
        order="Bestellung",
        item="Position",
        quantity="Menge",
        list_price="Listenpreis",
        price="Angebotspreis",
        discount="Rabatt",
        surcharge="Aufschlag",
        tax="Steuer",
        net="Netto",
        includes_tax="inkl. Steuer",
        as_total="als Gesamtpreis",
        list_total="Zu Listenpreisen, netto",
        lines_net="Positionen, netto",
        shipping="Versand",
        total_net="Summe netto",
        total_tax="Steuer",
        total="Gesamtbetrag inkl. Steuer",
        comment="Anmerkung",
        page="Seite {page} von {of}",
        separators=".,",
        day=lambda at: f"{at:%d.%m.%Y}",
        standing={
            Q.CREATING: "Dies ist ein Entwurf. Angeboten ist noch nichts.",
            Q.AWAITING: "Dieses Angebot ist angefragt, aber noch nicht beantwortet. Die Preise sind Listenpreise.",
            Q.IN_PROGRESS: "Änderungen sind gewünscht. Diese Preise gelten nicht mehr; ein neues Angebot folgt.",
            Q.ACCEPTED: "Dieses Angebot wurde angenommen und als {order} bestellt.",
            Q.DECLINED: "Dieses Angebot wurde abgelehnt.",
            Q.DECLINED_BY_MERCHANT: "Der Verkäufer macht hierfür kein Angebot.",
            Q.EXPIRED: "Dieses Angebot ist am {valid_to} abgelaufen.",
        },
        renewals={
            "month": "für einen Monat, verlängert sich von selbst",
            "year": "für ein Jahr, verlängert sich von selbst",
        },
        units={
            "bag": "Beutel",
            "box": "Karton",
            "course": "Kurs",
            "day": "Tag",
            "device": "Gerät",
            "hour": "Stunde",
            "licence": "Lizenz",
            "metre": "Meter",
            "month": "Monat",
            "piece": "Stück",
            "project": "Projekt",
            "seat": "Platz",
            "server": "Server",
            "site": "Standort",
            "terabyte": "Terabyte",
            "user": "Person",
            "website": "Website",
        },
    ),
}
