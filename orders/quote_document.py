"""What the document of a quote says: plain JSON, made while the quote is at hand, laid out whenever it is wanted.

A mail shows the offer as it was when it was posted, so the document is kept with the notice; a
download makes it from the quote of now. Both are laid out by `orders.quote_pdf`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from companies.models import Company, Location
from config.kit.money import spell
from orders.details import BILLING, SHIPPING
from orders.models import Quote
from orders.priced import PricedCartLine
from orders.pricing import Amounts, discount
from orders.quote_lifecycle import QuoteStatus
from orders.quote_priced import priced_quote

# A name longer than this says nothing more, and must not fill a page.
LONGEST_NAME = 300


def quote_document(quote: Quote, now: datetime) -> dict[str, Any]:
    """The quote as its document shows it at `now` (aware UTC).

    Amounts are text in the quote's currency without grouping, times ISO in UTC, names per language.
    Three queries, and those for its marketplace, seller and owner where they are not at hand.
    """
    priced = priced_quote(quote, now)
    totals = priced.totals
    return {
        "number": quote.number,
        "status": str(priced.status),
        "date": _iso(_offered_at(quote)),
        "valid_to": _iso(quote.valid_to),
        "time_zone": quote.owner.time_zone,
        "reference": quote.customer_reference,
        "comment": quote.employee_comment,
        "order": quote.order_number,
        "marketplace": quote.marketplace.name,
        "seller": _seller(quote),
        "employee": quote.employee_name,
        "customer": quote.owner_name,
        "company": quote.company_name,
        "billing": _address(quote.addresses.get(BILLING, {})),
        "delivery": _address(quote.addresses.get(SHIPPING, {})),
        "currency": quote.currency,
        "lines": [_line(line) for line in priced.lines],
        "list_net": spell(quote.list_net),
        "discount": spell(discount(quote.list_net, totals.lines.net)),
        "sums": _amounts(totals.lines),
        "shipping": {**_amounts(totals.shipping), "names": _names(quote.shipping.get("methodName"))},
        "totals": _amounts(Amounts(totals.net, totals.tax, totals.gross)),
        "has_shipping": bool(quote.shipping),
    }


def _offered_at(quote: Quote) -> datetime:
    """When this offer was made: opened last, or changed while it was open; before that, when it was asked for."""
    offered = quote.events.filter(Q(kind="quote.opened") | Q(kind="quote.revised", to_status=QuoteStatus.OPEN))
    return offered.order_by("-number").values_list("at", flat=True).first() or quote.created_at


def _seller(quote: Quote) -> dict[str, Any]:
    """Who makes the offer, with the address of its headquarters; the marketplace where several sell together."""
    company: Company | None = quote.seller
    if company is None:
        return {"name": quote.marketplace.name, "email": "", "address": {}}
    places = list(Location.objects.filter(company=company, is_active=True).order_by("pk"))
    places.sort(key=lambda place: place.type != Location.Type.HEADQUARTER)
    address = places[0].as_address() if places else {}
    return {"name": company.name, "email": company.email, "address": _address({**address, "contactName": ""})}


def _line(line: PricedCartLine) -> dict[str, Any]:
    quoted: Any = line.line
    return {
        "names": _names(line.name),
        "sku": line.sku,
        "unit": line.unit,
        "period": line.listing.plan.period if line.listing.plan else "",
        "quantity": spell(line.quantity),
        "list_price": spell(quoted.list_unit_price),
        "list_includes_tax": quoted.list_includes_tax,
        "price": spell(line.unit_price),
        "includes_tax": line.includes_tax,
        "is_total": quoted.is_total,
        "discount": spell(discount(quoted.list_net, line.amounts.net)),
        "tax_rate": spell(line.tax_rate or Decimal(0)),
        **_amounts(line.amounts),
    }


def _amounts(amounts: Amounts) -> dict[str, str]:
    return {"net": spell(amounts.net), "tax": spell(amounts.tax), "gross": spell(amounts.gross)}


def _names(names: Mapping[str, str] | str | None) -> dict[str, str]:
    if not names:
        return {}
    texts = {"en": names} if isinstance(names, str) else names
    return {str(language): str(text)[:LONGEST_NAME] for language, text in texts.items()}


def _address(address: Mapping[str, str]) -> dict[str, str]:
    """The parts of an address that a letter shows."""
    wanted = ("companyName", "contactName", "street", "streetNumber", "streetAppendix", "zipCode", "city", "country")
    return {name: address[name] for name in wanted if address.get(name)}


def _iso(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
