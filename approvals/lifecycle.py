"""The life of an approval: which answer leads where, and whose it is to give."""

from __future__ import annotations

from enum import StrEnum

from config.kit.lifecycle import Lifecycle, Transition


class Status(StrEnum):
    """Where an approval stands (the words of the storefront API)."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    CLOSED = "CLOSED"
    EXPIRED = "EXPIRED"


class Move(StrEnum):
    """What can be done with an approval."""

    APPROVE_AND_ORDER = "approve_and_order"
    APPROVE = "approve"
    DECLINE = "decline"
    AMEND = "amend"
    REASSIGN = "reassign"
    CLOSE = "close"
    DELETE = "delete"
    EXPIRE = "expire"
    PLACE_ORDER = "place_order"
    GIVE_UP = "give_up"


class Party(StrEnum):
    """A position towards one approval; one person may hold several."""

    REQUESTER = "requester"
    APPROVER = "approver"
    ADMIN = "admin"
    SYSTEM = "system"


def _row(status: Status, move: Move, to: Status, *who: Party) -> Transition:
    return Transition(status, move, to, frozenset(who))


# A purchase is asked for by the requester and answered by the one approver it was put to. The system
# closes a request whose subject is no longer what was asked about, such as a quote priced anew. An
# approved purchase that was ordered or given up has no moves left, which the table cannot see:
# the engine asks for that first.
PURCHASE = Lifecycle(
    "approval",
    (
        _row(Status.PENDING, Move.APPROVE_AND_ORDER, Status.APPROVED, Party.APPROVER),
        _row(Status.PENDING, Move.APPROVE, Status.APPROVED, Party.APPROVER),
        _row(Status.PENDING, Move.DECLINE, Status.DECLINED, Party.APPROVER),
        _row(Status.PENDING, Move.AMEND, Status.PENDING, Party.REQUESTER, Party.APPROVER),
        _row(Status.PENDING, Move.REASSIGN, Status.PENDING, Party.REQUESTER, Party.ADMIN),
        _row(Status.PENDING, Move.CLOSE, Status.CLOSED, Party.REQUESTER, Party.SYSTEM),
        _row(Status.PENDING, Move.DELETE, Status.CLOSED, Party.REQUESTER, Party.APPROVER),
        _row(Status.PENDING, Move.EXPIRE, Status.EXPIRED, Party.SYSTEM),
        _row(Status.APPROVED, Move.PLACE_ORDER, Status.APPROVED, Party.REQUESTER, Party.APPROVER),
        _row(
            Status.APPROVED,
            Move.GIVE_UP,
            Status.APPROVED,
            Party.REQUESTER,
            Party.ADMIN,
            Party.SYSTEM,
        ),
    ),
)

# How clients of the API end a request, which the approver may do there, too; pages offer closing only.
API_ONLY = frozenset({Move.DELETE})

# A review is put to all auditors of the selling company; the customer (or an admin of the
# customer's company) may withdraw the order while it waits, and the system where what it would change
# has ended. It never expires and holds nothing.
REVIEW = Lifecycle(
    "review",
    (
        _row(Status.PENDING, Move.APPROVE, Status.APPROVED, Party.APPROVER, Party.SYSTEM),
        _row(Status.PENDING, Move.DECLINE, Status.DECLINED, Party.APPROVER),
        _row(Status.PENDING, Move.CLOSE, Status.CLOSED, Party.REQUESTER, Party.ADMIN, Party.SYSTEM),
    ),
)
