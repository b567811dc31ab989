"""What several services do with a quote inside their transaction: find, lock, read lines, price, save."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from approvals.models import SubjectKind
from approvals.services.close import end_step
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from companies.actors import Actor
from companies.models import CustomerAddress, Location, ShippingMethod
from companies.preferences import PreferenceKey, preference
from config.kit.refused import Invalid, Missing
from orders import quote_notices as notices
from orders.details import ADDRESS_FIELDS, BILLING, SHIPPING, Address
from orders.models import Quote, QuoteLine
from orders.quote_content import quote_content
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.quote_priced import PricedQuote, assembled, reprice_lines, reprice_shipping
from orders.services.cart_opening import taxed_in
from orders.services.quote_writer import write_quote_move

SHIPPING_COLUMNS = ("shipping", "shipping_net", "shipping_tax", "shipping_gross")
LINES_COLUMNS = ("lines_net", "lines_tax", "lines_gross", "list_net", "list_gross")


def find_quote(actor: Actor, quote_id: int, now: datetime) -> Quote:
    """The quote as the actor sees it, unlocked; expired first where it is overdue. Raises `Missing`."""
    quote = Quote.objects.visible_to(actor).select_related("approval").filter(pk=quote_id).first()
    if quote is None:
        raise Missing("There is no such quote.")
    settle_quote(quote, now)
    return quote


def lock_quote(quote_id: int) -> Quote:
    """The quote, locked until the transaction ends, with what pricing and standing need."""
    related = ("marketplace__owner", "company", "owner", "seller", "approval", "tenant")
    return lock_whole(Quote.objects.locked().select_related(*related), quote_id)


def lock_whole(rows: QuerySet[Quote], quote_id: int) -> Quote:
    """The quote of these locking rows, together with the customer, seller and approval it has now.

    PostgreSQL joins what the row named before it waited for the lock: where somebody else stands there by then, the
    row or what is joined to it is missing. Under the lock it is read once more. One query, or two.
    """
    quote = next(iter(rows.filter(pk=quote_id)), None)
    if quote is None or _misses_what_it_names(quote):
        return rows.get(pk=quote_id)
    return quote


def _misses_what_it_names(quote: Quote) -> bool:
    pairs = ((quote.seller_id, quote.seller), (quote.approval_id, quote.approval))
    return any(key is not None and named is None for key, named in pairs)


def settle_quote(quote: Quote, now: datetime) -> None:
    """Expire what is overdue of an unlocked quote, in a transaction of its own: the offer, and its approval.

    Being overdue counts at once, also before the sweep. Nothing happens to a quote that is not overdue.
    """
    if quote.is_overdue(now):
        expire_quote(quote.pk, now)
        quote.refresh_from_db()
    elif quote.approval is not None and quote.approval.is_overdue(now):
        expire_bound(subject_of(SubjectKind.QUOTE_CHECKOUT), quote, now)
        quote.refresh_from_db()


@transaction.atomic
def expire_quote(quote_id: int, now: datetime) -> bool:
    """End an offer that is past its time; False where it is not (any more). Both sides are told."""
    return expire_step(lock_quote(quote_id), now)


def expire_step(quote: Quote, now: datetime) -> bool:
    """The same for a quote that is locked already."""
    if quote.deleted_at is not None or not quote.is_overdue(now):
        return False
    system = Actor.system("expiry", quote.tenant_id)
    event = write_quote_move(quote, QuoteMove.EXPIRE, QuoteStatus.EXPIRED, system, now)
    end_approval(quote, f"The offer {quote.number} has expired.", now)
    notices.tell_expired(quote, event, now)
    return True


def end_approval(quote: Quote, why: str, now: datetime, differences: Sequence[str] = ()) -> None:
    """The locked quote is no longer what an approval was asked about: end that, if there is one."""
    if quote.approval_id is not None:
        subject = subject_of(SubjectKind.QUOTE_CHECKOUT)
        end_step(subject, quote, quote.approval_id, why=why, differences=differences, now=now)


def lines_of(quote: Quote) -> list[QuoteLine]:
    """The lines with their listings and products, in order. One query."""
    return list(
        quote.lines.select_related("listing__plan", "product__tax_class", "product__vendor")
        .annotate(review_default=preference(quote.tenant_id, PreferenceKey.REVIEW_DEFAULT))
        .order_by("position")
    )


def price_quote(quote: Quote, lines: Sequence[QuoteLine], now: datetime) -> PricedQuote:
    """Price locked (or new) rows afresh: lines, shipping, sums and content hash; saves nothing. Two queries.

    Whether a line is reviewed does not matter here, and is asked again when it is ordered.
    """
    reprice_lines(quote, lines, now)
    reprice_shipping(quote, now)
    priced = assembled(quote, lines, now, review_default=False)
    quote.content_hash = quote_content(priced).hash
    return priced


def take_shipping(quote: Quote, zone: str, method: str, net: Any = None) -> None:
    """Write the chosen method of the marketplace into the quote, at `net` (None: at its own price); saves nothing.

    No method: no shipping. Raises `Invalid` (field `shipping`).
    """
    if not zone and not method:
        quote.shipping, quote.shipping_net = {}, 0
        return
    found = ShippingMethod.objects.filter(
        marketplace_id=quote.marketplace_id, zone=zone, key=method, is_active=True
    ).first()
    if found is None or found.currency != quote.currency:
        raise Invalid(f"{quote.marketplace.name} does not ship that way.", field="shipping")
    quote.shipping = {
        "zoneId": found.zone,
        "methodId": found.key,
        "methodName": found.name,
        "shippingTaxCode": found.tax_class,
    }
    quote.shipping_net = found.net_price if net is None else net


def take_address(quote: Quote, kind: str, key: str | None) -> None:
    """Write a location of the company (of a private customer: an address of theirs) into the quote; saves nothing.

    Tax is that of where it is delivered, as far as it is known, else that of the marketplace's own country.
    None takes the address away. Raises `Invalid` naming the field.
    """
    addresses: dict[str, Any] = {name: value for name, value in quote.addresses.items() if name != kind}
    if key:
        addresses[kind] = address_for(quote, kind, key)
    quote.addresses = addresses
    if kind == SHIPPING:
        follow_destination(quote)


def follow_destination(quote: Quote) -> None:
    """Set the country of tax after the delivery address; saves nothing. One query at most."""
    delivered, home = quote.addresses.get(SHIPPING, {}).get("country", ""), quote.marketplace.country
    known = delivered not in ("", home) and taxed_in(quote.tenant_id, delivered)
    quote.country = delivered if known else home


def address_for(quote: Quote, kind: str, key: str) -> Address:
    """The address with this id as a quote keeps it: a copy, with the `id` and `name` it was taken from."""
    field = {SHIPPING: "shippingAddressId", BILLING: "billingAddressId"}[kind]
    if quote.company_id is not None:
        place = (
            Location.objects.filter(company_id=quote.company_id, key=key, is_active=True)
            .select_related("company")
            .first()
        )
        if place is not None:
            return {**_filled(place.as_address()), "id": place.key, "name": place.name}
    else:
        own = CustomerAddress.objects.filter(
            customer__user_id=quote.owner_id, customer__tenant_id=quote.tenant_id, key=key
        ).first()
        if own is not None:
            return {**_filled(_as_address(own)), "id": own.key, "name": own.contact_name}
    raise Invalid("There is no such address of this customer.", field=field)


def given_address(address: Address) -> Address:
    """An address that was typed in for this quote alone, as a quote keeps it."""
    return {**_filled(address), "id": "", "name": address.get("contactName", "")}


def save_lines(quote: Quote, lines: Sequence[QuoteLine], removed: Iterable[int] = ()) -> None:
    """Write the lines of a saved, locked quote in this order. At most four statements."""
    gone = list(removed)
    if gone:
        quote.lines.filter(pk__in=gone).delete()
    kept = [line for line in lines if line.pk]
    # Positions are unique in a quote: those of the rows that move must be free before they are taken.
    if any(line.position != number for number, line in enumerate(lines, start=1) if line.pk):
        highest = max(line.position for line in kept)
        for number, line in enumerate(kept, start=1):
            line.position = max(highest, len(lines)) + number
        QuoteLine.objects.bulk_update(kept, ["position"])
    for number, line in enumerate(lines, start=1):
        line.quote, line.position = quote, number
    if kept:
        QuoteLine.objects.bulk_update(
            kept,
            [
                *("position", "listing", "product", "quantity", "list_unit_price", "list_includes_tax", "list_net"),
                *("list_gross", "unit_price", "includes_tax", "is_total", "tax_rate", "net", "tax", "gross"),
            ],
        )
    QuoteLine.objects.bulk_create([line for line in lines if not line.pk])


def _filled(address: Address) -> Address:
    return {name: value for name, value in address.items() if value and name in ADDRESS_FIELDS}


def _as_address(own: CustomerAddress) -> Address:
    return {
        "contactName": own.contact_name,
        "companyName": own.company_name,
        "street": own.street,
        "streetNumber": own.street_number,
        "streetAppendix": own.street_appendix,
        "zipCode": own.zip_code,
        "city": own.city,
        "state": own.state,
        "country": own.country,
        "contactPhone": own.phone,
    }
