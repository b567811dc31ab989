"""The one place where a subscription's status is written, with its event; and that of a change to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from companies.actors import Actor
from companies.events import Happening, chain_event
from orders.models import Subscription, SubscriptionChange, SubscriptionEvent
from orders.subscription_lifecycle import (
    SUBSCRIPTION,
    ChangeStatus,
    SubscriptionMove,
    SubscriptionParty,
    SubscriptionStatus,
)

_EVENT_KINDS = {
    SubscriptionMove.ACTIVATE: "subscription.activated",
    SubscriptionMove.CANCEL: "subscription.cancelled",
    SubscriptionMove.CHANGE: "subscription.changed",
    SubscriptionMove.CONVERT: "subscription.converted",
    SubscriptionMove.REVERT: "subscription.reverted",
    SubscriptionMove.STOP_RENEWING: "subscription.renewal_stopped",
    SubscriptionMove.RESUME_RENEWING: "subscription.renewal_resumed",
    SubscriptionMove.RENEW: "subscription.renewed",
    SubscriptionMove.TERMINATE: "subscription.terminated",
    SubscriptionMove.END: "subscription.ended",
}
_HISTORY = ["status", "status_since", "version", "modified_at", "event_count", "last_hash"]


def write_subscription_move(
    subscription: Subscription,
    move: SubscriptionMove,
    party: SubscriptionParty,
    actor: Actor,
    now: datetime,
    *,
    columns: Iterable[str] = (),
    comment: str = "",
    facts: Mapping[str, Any] | None = None,
) -> SubscriptionEvent:
    """Write `move` to a locked subscription with the `columns` the caller has set. Two statements.

    Raises `Late` or `NotYours` for a move that the table does not have.
    """
    former = subscription.status
    to = SubscriptionStatus(SUBSCRIPTION.next_status(former, move, {party}))
    if to != former:
        subscription.status, subscription.status_since = to, now
    subscription.touched(now)
    what = Happening(_EVENT_KINDS[move], from_status=former, to_status=to, comment=comment, facts=facts)
    event = chain_event(SubscriptionEvent(subscription=subscription), subscription, what, actor, now)
    subscription.save(update_fields=sorted({*_HISTORY, *columns}))
    event.save(force_insert=True)
    return event


def write_change(change: SubscriptionChange, to: ChangeStatus, now: datetime, *, columns: Iterable[str] = ()) -> None:
    """Move the change of a locked subscription on."""
    change.status, change.status_since = to, now
    change.save(update_fields=sorted({"status", "status_since", *change.touched(now), *columns}))
