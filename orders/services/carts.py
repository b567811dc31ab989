"""Filling a cart: every change of lines, and putting carts aside."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from catalog.models import Listing
from companies.actors import Actor
from companies.models import Marketplace
from config.kit.refused import Invalid, Late, Missing
from orders.lifecycle import CartMove, CartParty, CartStatus
from orders.models import Cart, CartLine
from orders.services.cart_steps import (
    MAX_LINES,
    check_may_fill,
    check_not_held,
    clean_quantity,
    filling,
    find_cart,
    touch,
    within_bounds,
)
from orders.services.cart_writer import write_cart_move
from orders.services.subscription_steps import check_not_tried


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
    check_may_fill(actor)
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
    trial: bool = False,
    now: datetime | None = None,
) -> CartLine:
    """Put some quantity of a listing into an open cart; what is there already of it adds up.

    `trial`: to be tried for nothing first, where its plan has a trial.

    Raises `Invalid` (field `quantity` or `listing`) for a number that is none, or an offer that is
    not on sale here, or for a second trial (field `cart`, code `tried_before`); `Late` while the cart
    is held; `Missing` for somebody else's cart.
    """
    amount = clean_quantity(quantity)
    now = now or timezone.now()
    with filling(actor, cart_id, now) as cart:
        listing = (
            Listing.objects.on_sale()
            .filter(pk=listing_id, marketplace_id=cart.marketplace_id, currency=cart.currency)
            .select_related("product", "plan")
            .first()
        )
        if listing is None:
            raise Invalid("This is not on sale here.", field="listing")
        if trial and not (listing.plan and listing.plan.trial_days):
            raise Invalid("This cannot be tried for nothing.", field="listing")
        if trial:
            check_not_tried(cart.company_id, cart.owner_id, [listing.product_id])
        lines = list(cart.lines.order_by("position"))
        alike = (line for line in lines if (line.listing_id, line.is_trial) == (listing.pk, trial))
        same = next((line for line in alike if not line.is_separate), None)
        if same is not None:
            same.quantity = within_bounds(same.quantity + amount, listing)
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
                quantity=within_bounds(amount, listing),
                is_trial=trial,
            )
        touch(cart, now)
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
    with filling(actor, cart_id, now) as cart:
        line = _line(cart, line_id)
        line.quantity = within_bounds(amount, line.listing)
        line.save(update_fields=["quantity"])
        touch(cart, now)
        return line


def remove_line(*, actor: Actor, cart_id: int, line_id: int, now: datetime | None = None) -> None:
    """Take a line out of an open cart. Refusals as for `change_line`."""
    now = now or timezone.now()
    with filling(actor, cart_id, now) as cart:
        _line(cart, line_id).delete()
        touch(cart, now)


def empty_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> None:
    """Take all lines out of an open cart."""
    now = now or timezone.now()
    with filling(actor, cart_id, now) as cart:
        cart.lines.all().delete()
        touch(cart, now)


def save_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Put an open cart aside for later."""
    return _move(actor, cart_id, CartMove.SAVE, now)


def close_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Throw a cart away. The row stays, for what was asked about it."""
    return _move(actor, cart_id, CartMove.CLOSE, now)


def delete_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Close a cart, and do not show it to clients of the API any more."""
    now = now or timezone.now()
    found = _settled(actor, cart_id, now)
    with transaction.atomic():
        cart = _moved(found, CartMove.CLOSE, now)
        cart.deleted_at = now
        cart.save(update_fields=["deleted_at"])
        return cart


def restore_cart(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Cart:
    """Make a saved cart the open one; the open one, where it has lines, is put aside instead.

    Raises `Missing`, and `Late` where the cart is not saved (any more).
    """
    now = now or timezone.now()
    found = find_cart(actor, cart_id)
    with transaction.atomic():
        carts = Cart.objects.locked().filter(
            owner_id=found.owner_id,
            company_id=found.company_id,
            session_key=found.session_key,
            marketplace_id=found.marketplace_id,
            type=found.type,
            prepared_by_id=found.prepared_by_id,
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


def _move(actor: Actor, cart_id: int, move: CartMove, now: datetime | None) -> Cart:
    now = now or timezone.now()
    found = _settled(actor, cart_id, now)
    with transaction.atomic():
        return _moved(found, move, now)


def _settled(actor: Actor, cart_id: int, now: datetime) -> Cart:
    """The unlocked cart, given back where nobody answered its request in time."""
    found = find_cart(actor, cart_id)
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    return found


def _moved(found: Cart, move: CartMove, now: datetime) -> Cart:
    cart = Cart.objects.locked().get(pk=found.pk)
    check_not_held(cart)
    write_cart_move(cart, move, CartParty.OWNER, now)
    return cart
