"""Which moves of an order are open to somebody: for buttons and for the API's list of operations."""

from __future__ import annotations

from companies.actors import Actor
from orders.lifecycle import ORDER, OrderMove
from orders.models import Order
from orders.standing import parties_of


def moves_for(order: Order, actor: Actor) -> tuple[OrderMove, ...]:
    """Exactly the moves a service would accept from this actor now. At most three queries."""
    return tuple(OrderMove(move) for move in ORDER.open_moves(order.status, parties_of(order, actor)))
