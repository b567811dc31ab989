"""Everything that changes an open cart as a whole: its fields, site and currency, its offers, and other carts in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from catalog.models import Listing
from companies.actors import Actor, ActorKind
from companies.models import Customer, Marketplace
from companies.roles import SELLING_ROLES
from config.kit.refused import Invalid, Missing, NotYours
from orders.lifecycle import CartMove, CartParty, CartStatus
from orders.models import Cart, CartLine
from orders.services.cart_holders import NOBODY, Named
from orders.services.cart_opening import CartFields, assign_fields, check_sold_in, exists_already
from orders.services.cart_steps import MAX_LINES, check_may_fill, check_open, filling, find_cart, touch, within_bounds
from orders.services.cart_writer import write_cart_move

MOST_MERGED = 20

# A product, and its plan where it is sold by plan.
_What = tuple[int, int | None]


def change_cart(
    *,
    actor: Actor,
    cart_id: int,
    fields: CartFields,
    named: Named = NOBODY,
    status: str = "",
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Cart:
    """Change an open cart; `status` CLOSED closes it. A cart in another currency gets the offers there.

    Whose it is may be named and never changed: another company raises `NotYours`, another customer
    `Invalid`. So does any status of a cart that is not open, and one that is neither OPEN nor CLOSED.
    """
    now = now or timezone.now()
    if actor.role not in SELLING_ROLES:  # they find none but those their company prepares
        check_may_fill(actor)
    found = find_cart(actor, cart_id)
    _check_holder(found, named)
    if status:
        expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
        _check_status(find_cart(actor, cart_id), status)
    with filling(actor, cart_id, now, seen_version) as cart:
        columns = assign_fields(cart, fields)
        if fields.currency and fields.currency != cart.currency:
            _move_lines(cart, Marketplace.objects.get(pk=cart.marketplace_id), fields.currency)
            columns.append("currency")
        if columns:
            _save(cart, columns, now)
        if status == CartStatus.CLOSED.name:
            write_cart_move(cart, CartMove.CLOSE, CartParty.OWNER, now)
        return cart


def change_currency(*, actor: Actor, cart_id: int, currency: str, now: datetime | None = None) -> Cart:
    """Put the same products into the cart at their offers in another currency.

    Raises `Invalid` with the products that are not sold in it; then nothing changes.
    """
    return change_cart(actor=actor, cart_id=cart_id, fields=CartFields(currency=currency), now=now)


def change_site(*, actor: Actor, cart_id: int, marketplace: Marketplace, now: datetime | None = None) -> Cart:
    """Move a cart to another marketplace: its offers, currency and country; a delivery window stays behind.

    Raises `Invalid` with the products that are not sold there, `Late` where another cart is open there.
    """
    now = now or timezone.now()
    with filling(actor, cart_id, now) as cart:
        if cart.tenant_id != marketplace.tenant_id:
            raise Missing("There is no such marketplace.")
        if cart.marketplace_id == marketplace.pk:
            return cart
        _move_lines(cart, marketplace, marketplace.currency)
        cart.marketplace, cart.country, cart.delivery_window = marketplace, marketplace.country, None
        _save(cart, ["marketplace", "currency", "country", "delivery_window"], now)
        return cart


def refresh_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Take the offers that hold now in place of those that ended; what is not sold any more stays and says so."""
    now = now or timezone.now()
    with filling(actor, cart_id, now) as cart:
        lines = list(cart.lines.select_related("listing"))
        offers = _offers(cart.marketplace_id, cart.currency, [line for line in lines if not line.listing.is_active])
        moved = [line for line in lines if not line.listing.is_active and _what(line) in offers]
        for line in moved:
            line.listing = offers[_what(line)]
        if moved:
            CartLine.objects.bulk_update(moved, ["listing"])
            touch(cart, now)
        return cart


def merge_carts(
    *, actor: Actor, cart_id: int, source_keys: Sequence[str], session_key: str = "", now: datetime | None = None
) -> Cart:
    """Put what visitors' carts hold into a customer's open cart, and close them.

    A customer merges the carts of the session they signed in from, an API client any of its tenant's.
    Raises `Missing` (code `source`, detail: the id), `Late` for a cart that is not open, `Invalid` for
    carts of another marketplace or currency.
    """
    now = now or timezone.now()
    check_may_fill(actor)
    found = find_cart(actor, cart_id)
    if found.owner_id is None:
        raise NotYours("Only a customer's cart takes in others.")
    if not source_keys or len(source_keys) > MOST_MERGED:
        raise Invalid(f"Name 1 to {MOST_MERGED} carts.", field="carts")
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    sources = Cart.objects.filter(tenant_id=found.tenant_id, owner=None, key__in=set(source_keys))
    if actor.kind is not ActorKind.CLIENT:
        sources = sources.filter(session_key=session_key) if session_key else sources.none()
    ids = dict(sources.values_list("key", "pk"))
    for key in source_keys:
        if key not in ids:
            check_open(find_cart(actor, cart_id))  # what cannot be changed says so, whatever is named
            raise Missing("There is no such cart.", code="source", details=[key])
    with transaction.atomic():
        by_id = {
            cart.pk: cart for cart in Cart.objects.locked().filter(pk__in=[found.pk, *ids.values()]).order_by("pk")
        }
        target = by_id.pop(found.pk)
        for cart in (target, *by_id.values()):
            check_open(cart)
        _take_in(target, list(by_id.values()))
        for cart in by_id.values():
            write_cart_move(cart, CartMove.CLOSE, CartParty.OWNER, now)
        touch(target, now)
        return target


def _check_holder(cart: Cart, named: Named) -> None:
    company_key = cart.company.key if named.company_key and cart.company else ""
    if named.company_key != company_key:
        raise NotYours("A cart belongs to the company it was opened for.")
    if named.customer_number:
        own = Customer.objects.filter(tenant_id=cart.tenant_id, user_id=cart.owner_id, number=named.customer_number)
        if cart.owner_id is None or not own.exists():
            raise Invalid("A cart belongs to the customer it was opened for.", field="customerId")


def _check_status(cart: Cart, status: str) -> None:
    if status not in (CartStatus.OPEN.name, CartStatus.CLOSED.name):
        raise Invalid("The status of a cart is OPEN or CLOSED.", field="status")
    if cart.status != CartStatus.OPEN:
        raise Invalid(f"This cart is {cart.status}; its status cannot be set.", field="status")


def _take_in(target: Cart, sources: Sequence[Cart]) -> None:
    """Add the lines of the sources: more of the same offer, or lines behind those that are there."""
    if any((cart.marketplace_id, cart.currency) != (target.marketplace_id, target.currency) for cart in sources):
        raise Invalid("Only carts of the same site and currency can be merged.", field="carts")
    lines = list(target.lines.select_related("listing").order_by("position"))
    added = CartLine.objects.filter(cart__in=sources).select_related("listing").order_by("cart_id", "position")
    position = lines[-1].position if lines else 0
    fresh: list[CartLine] = []
    changed: dict[int, CartLine] = {}
    for line in added:
        alike = (own for own in lines if (own.listing_id, own.is_trial) == (line.listing_id, line.is_trial))
        same = next((own for own in alike if not own.is_separate), None)
        if same is not None and not line.is_separate:
            same.quantity = within_bounds(same.quantity + line.quantity, line.listing)
            if same.pk is not None:
                changed[same.pk] = same
            continue
        if len(lines) >= MAX_LINES:
            raise Invalid(f"A cart holds at most {MAX_LINES} lines.", field="carts")
        position += 1
        copied = CartLine(
            cart=target,
            position=position,
            listing=line.listing,
            product_id=line.product_id,
            quantity=line.quantity,
            is_separate=line.is_separate,
            is_trial=line.is_trial,
            mixins=line.mixins,
        )
        fresh.append(copied)
        lines.append(copied)
    CartLine.objects.bulk_create(fresh)
    CartLine.objects.bulk_update(changed.values(), ["quantity"])


def _save(cart: Cart, columns: Iterable[str], now: datetime) -> None:
    try:
        with transaction.atomic():
            cart.save(update_fields=[*columns, *cart.touched(now)])
    except IntegrityError:
        raise exists_already() from None


def _move_lines(cart: Cart, marketplace: Marketplace, currency: str) -> None:
    """Give a locked cart another currency or marketplace, and each line the offer of its product and plan there."""
    check_sold_in(marketplace, currency)
    lines = list(cart.lines.select_related("product", "listing__plan"))
    offers = _offers(marketplace.pk, currency, lines)
    missing = [line for line in lines if _what(line) not in offers]
    if missing:
        raise Invalid(
            "Some lines are not sold there.",
            field="items",
            details=[f"{_called(line)} is not sold in {currency} on {marketplace.name}." for line in missing],
        )
    for line in lines:
        line.listing = offers[_what(line)]
        within_bounds(line.quantity, line.listing)
    CartLine.objects.bulk_update(lines, ["listing"])
    cart.currency = currency


def _offers(marketplace_id: int, currency: str, lines: Iterable[CartLine]) -> dict[_What, Listing]:
    """The offers on sale there of what the lines may hold: one at most of a product sold once, or of a plan."""
    products = {line.product_id for line in lines}
    offers = Listing.objects.on_sale().filter(marketplace_id=marketplace_id, currency=currency, product_id__in=products)
    return {(offer.product_id, offer.plan_id): offer for offer in offers}


def _what(line: CartLine) -> _What:
    """What a line holds, wherever and in which currency it is offered. The line comes with its listing."""
    return line.product_id, line.listing.plan_id


def _called(line: CartLine) -> str:
    plan = line.listing.plan
    return f"{line.product.sku} {plan.code}" if plan else line.product.sku
