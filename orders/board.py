"""Which moves of an order are open to somebody: for buttons and for the API's list of operations."""

from __future__ import annotations

from collections.abc import Sequence

from companies.actors import Actor
from orders.lifecycle import ORDER, OrderMove, OrderParty
from orders.models import Order
from orders.standing import parties_of, parties_of_each
from orders.subscription_standing import renewed_since


def moves_for(order: Order, actor: Actor) -> tuple[OrderMove, ...]:
    """Exactly the moves a service would accept from this actor now. At most four queries."""
    return _open(order, parties_of(order, actor), renewed_since([order]))


def moves_for_each(orders: Sequence[Order], actor: Actor) -> list[tuple[OrderMove, ...]]:
    """The same for many orders, in as many queries."""
    renewed = renewed_since(orders)
    pairs = zip(orders, parties_of_each(orders, actor), strict=True)
    return [_open(order, parties, renewed) for order, parties in pairs]


def _open(order: Order, parties: frozenset[OrderParty], renewed: set[int]) -> tuple[OrderMove, ...]:
    moves = (OrderMove(move) for move in ORDER.open_moves(order.status, parties))
    stays = order.pk in renewed and OrderParty.SELLER not in parties
    return tuple(move for move in moves if not (stays and move is OrderMove.CANCEL))
