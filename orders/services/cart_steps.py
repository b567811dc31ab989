"""What every change of a cart begins with: who may have one, finding it, locking it while it is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction

from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from catalog.models import Listing
from companies.actors import Actor, ActorKind
from companies.roles import SELLING_ROLES, CompanyKind
from config.kit.money import AMOUNT_LIMIT
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.lifecycle import CartStatus
from orders.models import Cart
from orders.models.cart import MAX_QUANTITY

MAX_LINES = 200
QUANTITY_STEP = Decimal("0.0001")


def check_may_fill(actor: Actor) -> None:
    """Refuse who has no carts: they belong to customers, in a company or not, and to sessions.

    An API client fills those of others. Raises `NotYours` for sellers, and for somebody in several
    companies who acts for none of them.
    """
    if actor.kind in (ActorKind.SESSION, ActorKind.CLIENT):
        return
    if actor.user_id is None or actor.company_kind not in (None, CompanyKind.CUSTOMER):
        raise NotYours("Only customers fill carts.")
    if actor.company_id is None and actor.has_membership:
        raise NotYours("Choose the company you are ordering for.")


def find_cart(actor: Actor, cart_id: int) -> Cart:
    """A cart the actor may change, unlocked; an approver only reads what is held for them.

    A seller's sales change what their company prepares for customers.
    """
    if actor.role in SELLING_ROLES:
        carts = Cart.objects.visible_to(actor).filter(prepared_by_id=actor.company_id, deleted_at=None)
    else:
        carts = Cart.objects.reachable_by(actor)
        if actor.user_id is not None:
            carts = carts.filter(owner_id=actor.user_id, prepared_by=None)
    cart = carts.filter(pk=cart_id).first()
    if cart is None:
        raise Missing("There is no such cart.")
    return cart


@contextmanager
def filling(actor: Actor, cart_id: int, now: datetime, seen_version: int | None = None) -> Iterator[Cart]:
    """An open cart that the actor may change, locked; the change is one transaction.

    Raises `NotYours`, `Missing`, `Late` for a cart that is not open, and `Late` (code `version`)
    where the caller saw another version than there is now.
    """
    if actor.role not in SELLING_ROLES:  # they find none but those their company prepares
        check_may_fill(actor)
    found = find_cart(actor, cart_id)
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    with transaction.atomic():
        cart = Cart.objects.locked().get(pk=found.pk)
        check_open(cart)
        if seen_version is not None and seen_version != cart.version:
            raise Late("This cart has changed since you saw it.", code="version")
        yield cart


def check_not_held(cart: Cart) -> None:
    """Refuse while a request waits for its answer."""
    if cart.status == CartStatus.HELD:
        raise Late(
            "This cart waits for its approval and cannot be changed. Take the request back first, or start a new cart.",
            code="cart_held",
        )


def check_open(cart: Cart) -> None:
    """Refuse to change what is not being filled (any more)."""
    check_not_held(cart)
    if cart.status != CartStatus.OPEN:
        raise Late(f"This cart is {cart.status} and cannot be changed.", code=f"cart_{cart.status}")


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


def within_bounds(quantity: Decimal, listing: Listing) -> Decimal:
    """Refuse what no total could hold: amounts stay below 10^11, and half of that leaves room for tax."""
    if quantity >= MAX_QUANTITY or quantity * listing.unit_price * 2 >= AMOUNT_LIMIT:
        raise Invalid("This is more than can be ordered at once.", field="quantity")
    return quantity


def touch(cart: Cart, now: datetime) -> None:
    """Count one more change of a locked cart."""
    cart.save(update_fields=cart.touched(now))
