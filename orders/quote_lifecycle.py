"""The life of a quote: which move leads where, whose it is, and which reasons go with a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.kit.lifecycle import Lifecycle, Transition


class QuoteStatus(StrEnum):
    """Where a quote stands (the words of the storefront API)."""

    CREATING = "CREATING"
    AWAITING = "AWAITING"
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    DECLINED_BY_MERCHANT = "DECLINED_BY_MERCHANT"
    EXPIRED = "EXPIRED"


class QuoteMove(StrEnum):
    """What can be done with a quote. Accepting orders it."""

    ACCEPT = "accept"
    DECLINE = "decline"
    ASK_CHANGE = "ask_change"
    NOTE = "note"
    REVISE = "revise"
    OPEN = "open"
    DECLINE_BY_MERCHANT = "decline_by_merchant"
    EXPIRE = "expire"


class QuoteParty(StrEnum):
    """A position towards one quote: whose it is, who was asked to approve it, who prices it."""

    CUSTOMER = "customer"
    APPROVER = "approver"
    EMPLOYEE = "employee"
    SYSTEM = "system"


def _row(status: QuoteStatus, move: QuoteMove, to: QuoteStatus, *who: QuoteParty) -> Transition:
    return Transition(status, move, to, frozenset(who))


_CUSTOMER, _APPROVER = QuoteParty.CUSTOMER, QuoteParty.APPROVER
_EMPLOYEE, _SYSTEM = QuoteParty.EMPLOYEE, QuoteParty.SYSTEM
_S, _M = QuoteStatus, QuoteMove

# Whoever accepts is asked for the purchase policy besides: see `orders.services.quote_accepting`.
QUOTE = Lifecycle(
    "quote",
    (
        _row(_S.CREATING, _M.REVISE, _S.CREATING, _EMPLOYEE),
        _row(_S.CREATING, _M.OPEN, _S.OPEN, _EMPLOYEE),
        _row(_S.AWAITING, _M.NOTE, _S.AWAITING, _CUSTOMER),
        _row(_S.AWAITING, _M.REVISE, _S.AWAITING, _EMPLOYEE),
        _row(_S.AWAITING, _M.OPEN, _S.OPEN, _EMPLOYEE),
        _row(_S.AWAITING, _M.DECLINE_BY_MERCHANT, _S.DECLINED_BY_MERCHANT, _EMPLOYEE),
        _row(_S.OPEN, _M.ACCEPT, _S.ACCEPTED, _CUSTOMER, _APPROVER),
        _row(_S.OPEN, _M.ASK_CHANGE, _S.IN_PROGRESS, _CUSTOMER, _EMPLOYEE),
        _row(_S.OPEN, _M.DECLINE, _S.DECLINED, _CUSTOMER),
        _row(_S.OPEN, _M.NOTE, _S.OPEN, _CUSTOMER),
        _row(_S.OPEN, _M.REVISE, _S.OPEN, _EMPLOYEE),
        _row(_S.OPEN, _M.EXPIRE, _S.EXPIRED, _SYSTEM),
        _row(_S.IN_PROGRESS, _M.NOTE, _S.IN_PROGRESS, _CUSTOMER),
        _row(_S.IN_PROGRESS, _M.REVISE, _S.IN_PROGRESS, _EMPLOYEE),
        _row(_S.IN_PROGRESS, _M.OPEN, _S.OPEN, _EMPLOYEE),
        _row(_S.IN_PROGRESS, _M.DECLINE_BY_MERCHANT, _S.DECLINED_BY_MERCHANT, _EMPLOYEE),
        _row(_S.EXPIRED, _M.REVISE, _S.EXPIRED, _EMPLOYEE),
        _row(_S.EXPIRED, _M.OPEN, _S.OPEN, _EMPLOYEE),
    ),
)

# A quote is the employee's alone until it is opened; then the customer sees it, whatever becomes of it.
UNSEEN_BY_CUSTOMERS = (QuoteStatus.CREATING,)
# What waits for an employee, and what for the customer.
TO_PRICE = (QuoteStatus.AWAITING, QuoteStatus.IN_PROGRESS)


def status_at(status: str, valid_to: datetime | None, now: datetime) -> QuoteStatus:
    """How a quote reads at `now`: an offer past its time is EXPIRED, whether or not the sweep wrote it."""
    if status == QuoteStatus.OPEN and valid_to is not None and valid_to <= now:
        return QuoteStatus.EXPIRED
    return QuoteStatus(status)


class ReasonType(StrEnum):
    """What a reason explains: that changes are wanted, or that a quote is declined."""

    CHANGE = "CHANGE"
    DECLINE = "DECLINE"


# Which kind of reason may go with a move; a reason never has to.
REASON_OF: dict[QuoteMove, ReasonType] = {
    QuoteMove.ASK_CHANGE: ReasonType.CHANGE,
    QuoteMove.DECLINE: ReasonType.DECLINE,
    QuoteMove.DECLINE_BY_MERCHANT: ReasonType.DECLINE,
}


@dataclass(frozen=True, slots=True)
class DefaultReason:
    """A reason that every tenant has until it changes or deletes it; `key` is its id outside."""

    type: ReasonType
    code: str
    message: dict[str, str]

    @property
    def key(self) -> str:
        """The id outside, the same in each tenant."""
        return f"{self.type}-{self.code}".lower().replace("_", "-")


DEFAULT_REASONS = (
    DefaultReason(ReasonType.DECLINE, "PRICE_TOO_HIGH", {"en": "The price is too high", "de": "Der Preis ist zu hoch"}),
    DefaultReason(
        ReasonType.DECLINE, "NO_LONGER_NEEDED", {"en": "It is no longer needed", "de": "Es wird nicht mehr gebraucht"}
    ),
    DefaultReason(
        ReasonType.DECLINE,
        "DELIVERY_TIME_LATE",
        {"en": "It comes too late", "de": "Die Lieferung käme zu spät"},
    ),
    DefaultReason(ReasonType.DECLINE, "OTHER", {"en": "Another reason", "de": "Ein anderer Grund"}),
    DefaultReason(
        ReasonType.CHANGE,
        "WRONG_MATERIAL",
        {"en": "The products are wrong", "de": "Die Produkte sind falsch"},
    ),
    DefaultReason(
        ReasonType.CHANGE,
        "PROVIDED_PRICE_TO_HIGH",
        {"en": "The offered price is too high", "de": "Der angebotene Preis ist zu hoch"},
    ),
    DefaultReason(
        ReasonType.CHANGE,
        "DELIVERY_TIME_LATE",
        {"en": "It comes too late", "de": "Die Lieferung käme zu spät"},
    ),
    DefaultReason(ReasonType.CHANGE, "OTHER", {"en": "Another reason", "de": "Ein anderer Grund"}),
)
