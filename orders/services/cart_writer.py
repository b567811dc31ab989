"""The one place where a cart's status is written, and its lines are frozen."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from approvals.models import Approval
from orders.lifecycle import CART, CartMove, CartParty, CartStatus
from orders.models import Cart, CartLine
from orders.priced import PricedCart


def write_cart_move(cart: Cart, move: CartMove, party: CartParty, now: datetime) -> None:
    """Move a locked cart; raises `Late` or `NotYours` for a move the table does not have."""
    cart.status = CartStatus(CART.next_status(cart.status, move, {party}))
    if cart.status != CartStatus.HELD:
        cart.held_for = None
    if cart.status == CartStatus.CLOSED:
        cart.closed_at = now
    columns = cart.touched(now)
    cart.save(update_fields=["status", "held_for", "closed_at", *columns])


def hold_cart(cart: Cart, approval: Approval, now: datetime) -> None:
    """Keep a locked cart as it is for an approval."""
    cart.held_for = approval
    write_cart_move(cart, CartMove.HOLD, CartParty.SYSTEM, now)


def freeze_lines(priced: PricedCart) -> None:
    """Write the prices that a request holds on to; one UPDATE."""
    lines = []
    for priced_line in priced.lines:
        line = priced_line.line
        line.frozen_unit_price = priced_line.unit_price
        line.frozen_includes_tax = priced_line.includes_tax
        line.frozen_tax_rate = priced_line.tax_rate
        lines.append(line)
    CartLine.objects.bulk_update(lines, ["frozen_unit_price", "frozen_includes_tax", "frozen_tax_rate"])


def release_cart(cart: Cart, now: datetime) -> None:
    """Give a locked, held cart back: open again, or put aside where its owner has a new open one.

    Whether there is another open cart is for the database to say (a constraint allows one): a
    look-up first could be overtaken by somebody opening a cart just then.
    """
    cart.lines.update(frozen_unit_price=None, frozen_includes_tax=None, frozen_tax_rate=None)
    former, held_for_id = cart.status, cart.held_for_id
    version = cart.version
    try:
        with transaction.atomic():
            write_cart_move(cart, CartMove.RELEASE, CartParty.SYSTEM, now)
    except IntegrityError:
        cart.status, cart.held_for_id, cart.version = former, held_for_id, version
        write_cart_move(cart, CartMove.RELEASE_ASIDE, CartParty.SYSTEM, now)
