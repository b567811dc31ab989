"""Filling a cart: every change of lines, and putting carts aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from catalog.models import Listing
from companies.actors import Actor, ActorKind
from companies.models import Marketplace
from companies.roles import CompanyKind
from config.kit.money import AMOUNT_LIMIT
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.lifecycle import CartMove, CartParty, CartStatus
from orders.models import Cart, CartLine
from orders.models.cart import MAX_QUANTITY
from orders.services.cart_writer import write_cart_move

MAX_LINES = 200
QUANTITY_STEP = Decimal("0.0001")


def current_cart(
    *,
    actor: Actor,
    marketplace: Marketplace,
    create: bool = False,
    cart_type: str = "",
    now: datetime | None = None,
) -> Cart | None:
    """The actor's open cart on a marketplace, for the company they act for; None where there is none.

    `create` opens one, and is safe to repeat: whoever is second finds the first one's.
    Raises `NotYours` for who may not have a cart, `Missing` for another tenant's marketplace.
    """
    if marketplace.tenant_id != actor.tenant_id:
        raise Missing("There is no such marketplace.")
    found = _open_cart(actor, marketplace, cart_type)
    if found is not None or not create:
        return found
    _check_may_fill(actor)
    now = now or timezone.now()
    try:
        with transaction.atomic():
            return Cart.objects.create(
                tenant_id=marketplace.tenant_id,
                marketplace=marketplace,
                owner_id=actor.user_id,
                company_id=actor.company_id,
                session_key="" if actor.user_id else actor.session_key,
                type=cart_type,
                currency=marketplace.currency,
                country=marketplace.country,
                created_at=now,
                modified_at=now,
            )
    except IntegrityError:
        return _open_cart(actor, marketplace, cart_type)


def add_line(
    *,
    actor: Actor,
    cart_id: int,
    listing_id: int,
    quantity: Decimal | int | str = 1,
    now: datetime | None = None,
) -> CartLine:
    """Put some quantity of a listing into an open cart; what is there already of it adds up.

    Raises `Invalid` (field `quantity` or `listing`) for a number that is none, or an offer that is
    not on sale here; `Late` while the cart is held; `Missing` for somebody else's cart.
    """
    amount = clean_quantity(quantity)
    now = now or timezone.now()
    with _filling(actor, cart_id, now) as cart:
        listing = (
            Listing.objects.on_sale()
            .filter(pk=listing_id, marketplace_id=cart.marketplace_id, currency=cart.currency)
            .select_related("product")
            .first()
        )
        if listing is None:
            raise Invalid("This is not on sale here.", field="listing")
        lines = list(cart.lines.order_by("position"))
        same = next((line for line in lines if line.listing_id == listing.pk), None)
        if same is not None:
            same.quantity = _within_bounds(same.quantity + amount, listing)
            same.save(update_fields=["quantity"])
            line = same
        else:
            if len(lines) >= MAX_LINES:
                raise Invalid(f"A cart holds at most {MAX_LINES} lines.", field="listing")
            line = CartLine.objects.create(
                cart=cart,
                position=lines[-1].position + 1 if lines else 1,
                listing=listing,
                product=listing.product,
                quantity=_within_bounds(amount, listing),
            )
        _touch(cart, now)
        return line


def change_line(
    *,
    actor: Actor,
    cart_id: int,
    line_id: int,
    quantity: Decimal | int | str,
    now: datetime | None = None,
) -> CartLine:
    """Set the quantity of a line. Refusals as for `add_line`; `Missing` for a line of another cart."""
    amount = clean_quantity(quantity)
    now = now or timezone.now()
    with _filling(actor, cart_id, now) as cart:
        line = _line(cart, line_id)
        line.quantity = _within_bounds(amount, line.listing)
        line.save(update_fields=["quantity"])
        _touch(cart, now)
        return line


def remove_line(*, actor: Actor, cart_id: int, line_id: int, now: datetime | None = None) -> None:
    """Take a line out of an open cart. Refusals as for `change_line`."""
    now = now or timezone.now()
    with _filling(actor, cart_id, now) as cart:
        _line(cart, line_id).delete()
        _touch(cart, now)


def empty_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> None:
    """Take all lines out of an open cart."""
    now = now or timezone.now()
    with _filling(actor, cart_id, now) as cart:
        cart.lines.all().delete()
        _touch(cart, now)


def save_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Put an open cart aside for later."""
    return _move(actor, cart_id, CartMove.SAVE, now)


def close_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Throw a cart away. The row stays, for what was asked about it."""
    return _move(actor, cart_id, CartMove.CLOSE, now)


def restore_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Make a saved cart the open one; the open one, where it has lines, is put aside instead.

    Raises `Missing`, and `Late` where the cart is not saved (any more).
    """
    now = now or timezone.now()
    found = _find(actor, cart_id)
    with transaction.atomic():
        carts = Cart.objects.locked().filter(
            owner_id=found.owner_id,
            company_id=found.company_id,
            session_key=found.session_key,
            marketplace_id=found.marketplace_id,
            type=found.type,
            status__in=[CartStatus.OPEN, CartStatus.SAVED],
        )
        # Several rows, so in order of id, as everywhere.
        by_id = {cart.pk: cart for cart in carts.order_by("pk")}
        cart = by_id.get(found.pk)
        if cart is None or cart.status != CartStatus.SAVED:
            raise Late("This cart is not put aside any more.")
        for other in by_id.values():
            if other.status == CartStatus.OPEN:
                aside = CartMove.SAVE if other.lines.exists() else CartMove.CLOSE
                write_cart_move(other, aside, CartParty.OWNER, now)
        try:
            with transaction.atomic():
                write_cart_move(cart, CartMove.RESTORE, CartParty.OWNER, now)
        except IntegrityError:
            raise Late("You have just opened another cart. Try again.", code="cart_opened") from None
        return cart


def clean_quantity(quantity: Decimal | int | str) -> Decimal:
    """A quantity as a number: above zero, with at most four decimals; `Invalid` (field `quantity`)."""
    try:
        amount = Decimal(str(quantity).strip())
    except InvalidOperation:
        raise Invalid("Give the quantity as a number.", field="quantity") from None
    if not amount.is_finite() or amount <= 0:
        raise Invalid("The quantity must be above zero.", field="quantity")
    if amount >= MAX_QUANTITY:
        raise Invalid(f"The quantity must be below {MAX_QUANTITY:,.0f}.", field="quantity")
    if amount != amount.quantize(QUANTITY_STEP):
        raise Invalid("Give the quantity with at most four decimals.", field="quantity")
    return amount


@contextmanager
def _filling(actor: Actor, cart_id: int, now: datetime) -> Iterator[Cart]:
    """An open cart of the actor's own, locked for a change of its lines."""
    _check_may_fill(actor)
    found = _find(actor, cart_id)
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    with transaction.atomic():
        cart = Cart.objects.locked().get(pk=found.pk)
        _check_open(cart)
        yield cart


def _check_not_held(cart: Cart) -> None:
    if cart.status == CartStatus.HELD:
        raise Late(
            "This cart waits for its approval and cannot be changed. Take the request back first, or start a new cart.",
            code="cart_held",
        )


def _check_open(cart: Cart) -> None:
    _check_not_held(cart)
    if cart.status != CartStatus.OPEN:
        raise Late(f"This cart is {cart.status} and cannot be changed.", code=f"cart_{cart.status}")


def _check_may_fill(actor: Actor) -> None:
    """A cart belongs to a customer company, to a private customer, or to a session."""
    if actor.kind is ActorKind.SESSION:
        return
    if actor.user_id is None or actor.company_kind not in (None, CompanyKind.CUSTOMER):
        raise NotYours("Only customers fill carts.")
    if actor.company_id is None and actor.has_membership:
        raise NotYours("Choose the company you are ordering for.")


def _find(actor: Actor, cart_id: int) -> Cart:
    carts = Cart.objects.visible_to(actor)
    if actor.user_id is not None:
        carts = carts.filter(owner_id=actor.user_id)
    cart = carts.filter(pk=cart_id).first()
    if cart is None:
        raise Missing("There is no such cart.")
    return cart


def _open_cart(actor: Actor, marketplace: Marketplace, cart_type: str) -> Cart | None:
    carts = Cart.objects.visible_to(actor).open().filter(marketplace=marketplace, type=cart_type)
    if actor.user_id is not None:
        carts = carts.filter(owner_id=actor.user_id)
    cart = carts.first()
    if cart is not None:
        cart.marketplace = marketplace
    return cart


def _line(cart: Cart, line_id: int) -> CartLine:
    line = cart.lines.select_related("listing").filter(pk=line_id).first()
    if line is None:
        raise Missing("There is no such line in this cart.")
    return line


def _within_bounds(quantity: Decimal, listing: Listing) -> Decimal:
    """Refuse what no total could hold: amounts stay below 10^11, and half of that leaves room for tax."""
    if quantity >= MAX_QUANTITY or quantity * listing.unit_price * 2 >= AMOUNT_LIMIT:
        raise Invalid("This is more than can be ordered at once.", field="quantity")
    return quantity


def _move(actor: Actor, cart_id: int, move: CartMove, now: datetime | None) -> Cart:
    now = now or timezone.now()
    found = _find(actor, cart_id)
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    with transaction.atomic():
        cart = Cart.objects.locked().get(pk=found.pk)
        _check_not_held(cart)
        write_cart_move(cart, move, CartParty.OWNER, now)
        return cart


def _touch(cart: Cart, now: datetime) -> None:
    cart.save(update_fields=cart.touched(now))
