"""How is something told to a vendor's system, so that it is told exactly when it is true?

Calls are rows, written in the transaction of what they tell. The commit only nudges a worker; the
sweep (`notifications.webhooks.tasks.sweep`) is the guarantee that every call is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from notifications.models import CallState, WebhookDelivery
from notifications.outbox import is_of_the_past
from notifications.webhooks import tasks

log = structlog.get_logger("countersign.webhooks")

TEST = "webhook.test"
# What a vendor's system can be told.
TOPICS = {
    "order.to_deliver": "An order is yours to deliver",
    "order.cancelled": "An order was cancelled",
    "subscription.terminated": "A subscription has ended",
    TEST: "A test",
}
_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


@dataclass(frozen=True, slots=True)
class Call:
    """One event for the system of one vendor company.

    `event` names what happened, such as `order:<id>:<number>`; `data` is JSON in the API's spelling,
    `about` the kind and key of what the pages show it for.
    """

    company_id: int
    topic: str
    event: str
    data: Mapping[str, Any]
    about: tuple[str, str] = ("", "")


def post_calls(calls: Iterable[Call], *, tenant_id: int, now: datetime) -> None:
    """Write calls into the caller's transaction, with their bodies frozen. Two statements for any number.

    The same event posted again is told once. A company without an endpoint gets them when it has one.
    Raises ValueError for an unknown topic.
    """
    rows = {row.key: row for row in (_row(call, tenant_id, now) for call in calls)}
    if not rows:
        return
    # A conflict can only be the unique key, that is, the same thing told before.
    WebhookDelivery.objects.bulk_create(rows.values(), ignore_conflicts=True)
    waiting = WebhookDelivery.objects.filter(key__in=rows, state=CallState.WAITING)
    ids = list(waiting.values_list("pk", flat=True))
    if ids:
        transaction.on_commit(partial(nudge, ids), robust=True)


def drop_calls(topic: str, about: tuple[str, str]) -> int:
    """Calls of this topic that still wait are not needed any more; how many. In the caller's transaction."""
    kind, key = about
    waiting = WebhookDelivery.objects.filter(
        topic=topic, about_kind=kind, about_key=key, state__in=(CallState.WAITING, CallState.FAILED)
    )
    return waiting.update(state=CallState.DROPPED)


def nudge(delivery_ids: Sequence[int]) -> None:
    """Ask a worker to make these calls now. A broker that does not answer costs half a second and nothing else."""
    try:
        tasks.call.apply_async(args=[list(delivery_ids)], retry=False)
    except (OperationalError, OSError) as failure:
        log.warning("broker away, the sweep will call", calls=len(delivery_ids), error=str(failure))


def instant(at: datetime) -> str:
    """A time as the API writes it: ISO 8601, UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _row(call: Call, tenant_id: int, now: datetime) -> WebhookDelivery:
    if call.topic not in TOPICS:
        raise ValueError(f"There is no topic {call.topic!r} for webhooks.")
    body = _encoder.encode({"type": call.topic, "timestamp": instant(now), "data": call.data}).decode()
    kind, key = call.about
    row = WebhookDelivery(
        key=f"{call.event}:{call.company_id}:{call.topic}",
        tenant_id=tenant_id,
        company_id=call.company_id,
        topic=call.topic,
        body=body,
        about_kind=kind,
        about_key=key,
        created_at=now,
        next_attempt_at=now,
    )
    if is_of_the_past():
        row.state, row.sent_at, row.last_said = CallState.SENT, now, "answered 204"
    return row
