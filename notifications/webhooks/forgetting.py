"""What is still known of a call long after it was made? That it was taken and when; what it said is forgotten.

What a call says names customers and their addresses. Nothing is forgotten that may still have to be sent: what waits,
what was given up and nobody has settled, and what told of an order that is not delivered yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from notifications.models import CallState, WebhookAttempt, WebhookDelivery
from notifications.webhooks.outgoing import TEST

BATCH = 500
SWEEP_SECONDS = 150  # ends before the task's own time limit does; the next sweep goes on

# Of these keys of orders or subscriptions, those about which something may still have to be told again.
Unsettled = Callable[[Collection[str]], Collection[str]]


def forget_old_calls(now: datetime, unsettled: Unsettled) -> int:
    """Forget what calls said that were settled `WEBHOOK_KEPT_DAYS` ago; of how many. 0 days: nothing is forgotten.

    Of a call that was taken the row stays, without its text, with the attempt that was taken. What was not needed in
    the end, and tests, go altogether.
    """
    if not settings.WEBHOOK_KEPT_DAYS:
        return 0
    before = now - timedelta(days=settings.WEBHOOK_KEPT_DAYS)
    end = time.monotonic() + SWEEP_SECONDS
    forgotten, last = 0, 0
    while time.monotonic() < end:
        seen = _forget_batch(before, now, last, unsettled)
        if not seen:
            break
        last, done = seen
        forgotten += done
    return forgotten


@transaction.atomic
def _forget_batch(before: datetime, now: datetime, last: int, unsettled: Unsettled) -> tuple[int, int] | None:
    """The last call that was looked at, and how many were forgotten; None where there are no more."""
    old = WebhookDelivery.objects.settled_before(before, now).filter(pk__gt=last).order_by("pk")
    # What somebody else has in hand is met again by the next sweep.
    rows = list(old.select_for_update(skip_locked=True, of=("self",), no_key=True).defer("body")[:BATCH])
    if not rows:
        return None
    taken = [row for row in rows if row.state == CallState.SENT and row.topic != TEST]
    open_still = set(unsettled({row.about_key for row in taken}))
    proof = [row.pk for row in taken if row.about_key not in open_still]
    gone = [row.pk for row in rows if row not in taken]
    vain = Q(status_code__isnull=True) | Q(status_code__lt=200) | Q(status_code__gte=300)
    WebhookAttempt.objects.filter(Q(delivery__in=gone) | (Q(delivery__in=proof) & vain)).delete()
    WebhookAttempt.objects.filter(delivery__in=proof).update(answer="")
    WebhookDelivery.objects.filter(pk__in=proof).update(body="")
    WebhookDelivery.objects.filter(pk__in=gone).delete()
    return rows[-1].pk, len(proof) + len(gone)
