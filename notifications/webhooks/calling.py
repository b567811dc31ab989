"""How does a call reach the vendor's system, also when that is away or a worker dies?

Claim a call (committed), make it outside of any transaction, record the attempt (committed). A
worker that dies in between leaves a claim that runs out; the repeat carries the same `webhook-id`,
by which the receiver recognises what it has already.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook

from companies.actors import Actor
from companies.services.history import Changed, record_change
from notifications.models import (
    CallState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryQuerySet,
    WebhookEndpoint,
)
from notifications.webhooks.addresses import Rules
from notifications.webhooks.schedule import Next, after
from notifications.webhooks.secrets import KeyGone, signing_secrets
from notifications.webhooks.sending import Answer, NotReached, send
from notifications.webhooks.telling import tell_failure, tell_stopped

log = structlog.get_logger("countersign.webhooks")

CLAIM = timedelta(minutes=5)  # far longer than one call may take
SWEEP_SECONDS = 150  # ends before the task's own time limit does; the next sweep goes on


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended: the answer, or the error without one."""

    url: str
    milliseconds: int
    answer: Answer | None = None
    error: str = ""


def call_these(delivery_ids: Iterable[int], now: datetime | None = None) -> int:
    """Make those of these calls that are due; how many were taken."""
    taken = 0
    for pk in delivery_ids:
        made = _call_next(WebhookDelivery.objects.filter(pk=pk), now)
        taken += made is not None and made.taken
    return taken


def call_due(now: datetime | None = None) -> int:
    """Make all calls that are due, longest waiting first; how many were taken.

    Of a company whose system does not take one, the others wait for the next sweep: a slow system of one
    vendor does not hold up the calls to others.
    """
    end = time.monotonic() + SWEEP_SECONDS
    taken, resting = 0, set[int]()
    while time.monotonic() < end:
        made = _call_next(WebhookDelivery.objects.exclude(company__in=resting), now)
        if made is None:
            break
        taken += made.taken
        if not made.taken:
            resting.add(made.company_id)
    return taken


@dataclass(frozen=True, slots=True)
class Made:
    """One call that was made, to whom, and whether it was taken."""

    company_id: int
    taken: bool


def _call_next(among: WebhookDeliveryQuerySet, now: datetime | None) -> Made | None:
    """Claim one and make it; None where nothing is due."""
    delivery = _claim(among, now or timezone.now())
    if delivery is None:
        return None
    endpoint = WebhookEndpoint.objects.filter(company_id=delivery.company_id, is_active=True).first()
    if endpoint is None:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(claimed_until=None)
        return Made(delivery.company_id, taken=False)
    try:
        ended = _attempt(delivery, endpoint, now or timezone.now())
        follows = _record(delivery.pk, ended, now or timezone.now())
        if follows.gone:
            _stop(endpoint, follows.words, now or timezone.now())
    except Exception:
        # Its claim runs out and it is met again; the calls to others must not wait for that.
        log.exception("webhook not recorded", call=delivery.call_id)
        return Made(delivery.company_id, taken=False)
    if not follows.taken:
        log.warning("webhook not taken", call=delivery.call_id, topic=delivery.topic, said=follows.words)
    return Made(delivery.company_id, follows.taken)


def _claim(among: WebhookDeliveryQuerySet, now: datetime) -> WebhookDelivery | None:
    """Take one due call for the next minutes; nobody else gets it meanwhile.

    On PostgreSQL others skip the locked row. SQLite has no row locks: the UPDATE asks the condition
    again, and who finds it no longer true has lost.
    """
    with transaction.atomic(durable=True):  # no caller may hold locks while a vendor's system thinks
        due = among.due(now)
        candidate = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
        if candidate is None:
            return None
        mine = WebhookDelivery.objects.filter(pk=candidate.pk).due(now)
        return candidate if mine.update(claimed_until=now + CLAIM) else None


def _attempt(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: datetime) -> Ended:
    started = time.monotonic()
    answer, error = None, ""
    try:
        body = delivery.body.encode()
        rules = Rules(**settings.WEBHOOK_RULES)
        answer = send(endpoint.url, body, headers_of(delivery, endpoint, now), rules)
    except (NotReached, KeyGone) as failure:
        error = str(failure)
    # Whatever is wrong with this one call must be recorded, and must not keep the others back.
    except Exception as failure:
        log.exception("webhook failed", call=delivery.call_id)
        error = f"{type(failure).__name__}: {failure}"
    return Ended(endpoint.url, int((time.monotonic() - started) * 1000), answer, error[:1000].replace("\x00", ""))


def headers_of(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: datetime) -> dict[str, str]:
    """What an attempt at `now` carries, after Standard Webhooks; a secret that was just replaced signs, too."""
    signatures = [
        Webhook(secret).sign(delivery.call_id, now, delivery.body) for secret in signing_secrets(endpoint, now)
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Countersign-Webhooks/1",
        "Connection": "close",
        "webhook-id": delivery.call_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _record(delivery_id: int, ended: Ended, at: datetime) -> Next:
    """Write down how an attempt ended and when the next one is due."""
    with transaction.atomic(durable=True):
        delivery = WebhookDelivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
        answer = ended.answer
        follows = after(
            answer.status if answer else None,
            delivery.failure_count + 1,
            at,
            error=ended.error,
            retry_after=answer.retry_after if answer else "",
        )
        delivery.attempt_count += 1
        WebhookAttempt.objects.create(
            delivery=delivery,
            number=delivery.attempt_count,
            at=at,
            milliseconds=ended.milliseconds,
            url=ended.url,
            status_code=answer.status if answer else None,
            error=ended.error,
            answer=answer.text if answer else "",
        )
        delivery.claimed_until = None
        # A claim ran out and somebody else's attempt was taken meanwhile: what was taken stays so.
        if delivery.state != CallState.SENT:
            _write(delivery, follows, at)
        if not follows.taken:
            tell_failure(delivery, ended.url, at)
        delivery.save(
            update_fields=[
                *("attempt_count", "failure_count", "last_said", "state", "sent_at"),
                *("next_attempt_at", "claimed_until"),
            ]
        )
        return follows


def _write(delivery: WebhookDelivery, follows: Next, at: datetime) -> None:
    delivery.last_said = follows.words[:200]
    if follows.taken:
        delivery.state, delivery.sent_at = CallState.SENT, at
        return
    delivery.failure_count += 1
    if delivery.state != CallState.WAITING:
        return  # not needed any more
    if follows.at is None:
        delivery.state = CallState.FAILED
    else:
        delivery.next_attempt_at = follows.at


def _stop(endpoint: WebhookEndpoint, why: str, now: datetime) -> None:
    """The receiver answered that it wants no more calls: nothing is lost, all of them wait.

    In a transaction of its own, after the attempt was recorded: endpoints are locked before calls.
    """
    with transaction.atomic(durable=True):
        stopped = WebhookEndpoint.objects.filter(pk=endpoint.pk, url=endpoint.url, is_active=True)
        if not stopped.update(is_active=False, stopped_because=why[:200], modified_at=now):
            return
        record_change(
            Changed("webhook.stopped", endpoint.url, {"active": True}, {"active": False}, why),
            actor=Actor.system("webhooks", endpoint.company.tenant_id),
            tenant_id=endpoint.company.tenant_id,
            company=endpoint.company,
            now=now,
        )
        tell_stopped(endpoint, why, now)
