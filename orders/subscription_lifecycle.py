"""The life of a subscription and of a change to it: which move leads where, whose it is, and when a period ends."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.kit.lifecycle import Lifecycle, Transition


class SubscriptionStatus(StrEnum):
    """Where a subscription stands: ordered, running, over, or never begun."""

    AWAITING = "awaiting"
    ACTIVE = "active"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


class SubscriptionMove(StrEnum):
    """What can be done with a subscription. Changing and converting are orders; renewing is one without a question."""

    ACTIVATE = "activate"
    CANCEL = "cancel"
    CHANGE = "change"
    CONVERT = "convert"
    REVERT = "revert"
    STOP_RENEWING = "stop_renewing"
    RESUME_RENEWING = "resume_renewing"
    RENEW = "renew"
    TERMINATE = "terminate"
    END = "end"


class SubscriptionParty(StrEnum):
    """A position towards one subscription."""

    CUSTOMER = "customer"
    SELLER = "seller"
    SYSTEM = "system"


_S, _M = SubscriptionStatus, SubscriptionMove
_CUSTOMER, _SYSTEM = SubscriptionParty.CUSTOMER, SubscriptionParty.SYSTEM


def _row(
    status: SubscriptionStatus, move: SubscriptionMove, to: SubscriptionStatus, *who: SubscriptionParty
) -> Transition:
    return Transition(status, move, to, frozenset(who))


# The system carries out what an order decided: it activates what was delivered, writes an approved
# change, and ends what is not renewed. A change is asked for by the customer, or for them by their seller's sales.
SUBSCRIPTION = Lifecycle(
    "subscription",
    (
        _row(_S.AWAITING, _M.ACTIVATE, _S.ACTIVE, _SYSTEM),
        _row(_S.AWAITING, _M.CANCEL, _S.CANCELLED, _SYSTEM),
        _row(_S.ACTIVE, _M.CHANGE, _S.ACTIVE, _CUSTOMER, _SYSTEM),
        _row(_S.ACTIVE, _M.CONVERT, _S.ACTIVE, _CUSTOMER, _SYSTEM),
        _row(_S.ACTIVE, _M.REVERT, _S.ACTIVE, _SYSTEM),
        _row(_S.ACTIVE, _M.STOP_RENEWING, _S.ACTIVE, _CUSTOMER),
        _row(_S.ACTIVE, _M.RESUME_RENEWING, _S.ACTIVE, _CUSTOMER),
        _row(_S.ACTIVE, _M.RENEW, _S.ACTIVE, _SYSTEM),
        _row(_S.ACTIVE, _M.TERMINATE, _S.TERMINATED, _CUSTOMER),
        _row(_S.ACTIVE, _M.END, _S.TERMINATED, _SYSTEM),
    ),
)


class ChangeKind(StrEnum):
    """What sort of change is asked for: another plan or quantity, or keeping on what was a trial."""

    MODIFICATION = "modification"
    CONVERSION = "conversion"


class ChangeStatus(StrEnum):
    """Where a change stands: asked for approval, ordered and waiting for its review, or ended in one of three ways."""

    ASKED = "asked"
    ORDERED = "ordered"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_CHANGES = (ChangeStatus.ASKED, ChangeStatus.ORDERED)


def period_end(start: datetime, period: str, count: int = 1) -> datetime:
    """`count` periods (`month` or `year`) after `start`, same time of day; a day that month lacks is its last.

    Counted from the first start, so that the 31st stays the 31st where there is one.
    """
    months = count * (12 if period == "year" else 1)
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)


@dataclass(frozen=True, slots=True)
class Periods:
    """Which period runs: `anchor` is what all ends are reckoned from, `count` how many have begun since then.

    `starts_at` to `ends_at` is the one that runs now. All aware UTC.
    """

    anchor: datetime
    count: int
    starts_at: datetime
    ends_at: datetime

    def next(self, period: str) -> Periods:
        """The one that follows without a gap."""
        end = period_end(self.anchor, period, self.count + 1)
        return Periods(self.anchor, self.count + 1, self.ends_at, end)


def first_period(start: datetime, period: str) -> Periods:
    """The first paid period, from `start`."""
    return Periods(start, 1, start, period_end(start, period))


def trial_period(start: datetime, days: int) -> Periods:
    """A trial of so many days; no paid period has begun."""
    return Periods(start, 0, start, start + timedelta(days=days))


def periods_after_change(
    running: Periods, old_period: str, new_period: str, *, costs_more: bool, now: datetime
) -> Periods:
    """Which period runs once a plan was changed.

    One of the same length goes on. Another length begins at once where the change is paid for; where it costs
    nothing more, what is paid already runs to its end, and periods of the new length follow it.
    """
    if new_period == old_period:
        return running
    if costs_more:
        return first_period(now, new_period)
    return Periods(running.ends_at, 0, running.starts_at, running.ends_at)


def reads_ended(status: str, ends_at: datetime | None, now: datetime, *, goes_on: bool) -> bool:
    """Its time is over and nothing renews it, whether or not the sweep has written so."""
    return status == SubscriptionStatus.ACTIVE and not goes_on and ends_at is not None and ends_at <= now
