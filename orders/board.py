"""Which moves of an order are open to somebody: for buttons and for the API's list of operations."""

from __future__ import annotations

from collections.abc import Sequence

from companies.actors import Actor
from orders.lifecycle import ORDER, OrderMove
from orders.models import Order
from orders.standing import parties_of, parties_of_each


def moves_for(order: Order, actor: Actor) -> tuple[OrderMove, ...]:
    """Exactly the moves a service would accept from this actor now. At most three queries."""
    return tuple(OrderMove(move) for move in ORDER.open_moves(order.status, parties_of(order, actor)))


def moves_for_each(orders: Sequence[Order], actor: Actor) -> list[tuple[OrderMove, ...]]:
    """The same for many orders, in as many queries."""
    pairs = zip(orders, parties_of_each(orders, actor), strict=True)
    return [tuple(OrderMove(move) for move in ORDER.open_moves(order.status, parties)) for order, parties in pairs]
