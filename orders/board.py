"""Which moves of an order are open to somebody: for buttons and for the API's list of operations."""

from __future__ import annotations

from collections.abc import Sequence

from companies.actors import Actor
from orders.lifecycle import ORDER, OrderMove, OrderParty, OrderStatus
from orders.models import Order
from orders.review_facts import past_approving
from orders.standing import parties_of_each
from orders.subscription_standing import renewed_since

Pair = tuple[Order, frozenset[OrderParty]]
Shut = tuple[int, OrderMove]


def moves_for(order: Order, actor: Actor) -> tuple[OrderMove, ...]:
    """Exactly the moves a service would accept from this actor now. At most five queries.

    A yes that needs a reason of its own, because something was withdrawn, is among them.
    """
    return moves_for_each([order], actor)[0]


def moves_for_each(orders: Sequence[Order], actor: Actor) -> list[tuple[OrderMove, ...]]:
    """The same for many orders, in as many queries."""
    pairs = list(zip(orders, parties_of_each(orders, actor), strict=True))
    shut = _renewed(pairs) | {
        (key, OrderMove.APPROVE)
        for key in past_approving(order for order, parties in pairs if _reviews(order, parties))
    }
    return [
        tuple(
            OrderMove(move)
            for move in ORDER.open_moves(order.status, parties)
            if (order.pk, OrderMove(move)) not in shut
        )
        for order, parties in pairs
    ]


def _renewed(pairs: Sequence[Pair]) -> set[Shut]:
    """What was renewed since is the seller's to cancel, no longer the customer's."""
    renewed = renewed_since([order for order, _ in pairs])
    return {
        (order.pk, OrderMove.CANCEL)
        for order, parties in pairs
        if order.pk in renewed and OrderParty.SELLER not in parties
    }


def _reviews(order: Order, parties: frozenset[OrderParty]) -> bool:
    return order.status == OrderStatus.TO_BE_APPROVED and OrderParty.AUDITOR in parties
