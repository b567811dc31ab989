"""Which moves of an approval are open to somebody: for buttons and for the API's list of operations."""

from __future__ import annotations

from datetime import datetime

from approvals.lifecycle import API_ONLY, Move
from approvals.models import Approval
from approvals.standing import moves_open, standing_towards
from companies.actors import Actor


def moves_for(approval: Approval, actor: Actor, now: datetime) -> tuple[Move, ...]:
    """The moves a service would accept from this actor now, as pages offer them. One query."""
    return tuple(move for move in operations_for(approval, actor, now) if move not in API_ONLY)


def operations_for(approval: Approval, actor: Actor, now: datetime) -> tuple[Move, ...]:
    """Exactly the moves a service would accept from this actor now. One query."""
    return moves_open(approval, standing_towards(approval, actor), now)
