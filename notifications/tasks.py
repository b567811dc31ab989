"""When are mails sent and webhooks called? After the commit that posted them, and, should that nudge be lost, by the
sweeps."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task

from notifications import delivery
from notifications.webhooks import calling


@shared_task
def deliver(notice_ids: Sequence[int]) -> None:
    """Mail these notices, as far as they still wait and nobody else has them in hand."""
    delivery.deliver_these(notice_ids)


@shared_task
def sweep() -> None:
    """Mail everything that is due: what nudges lost, what failed before, what a dead worker left."""
    delivery.deliver_due()


@shared_task
def call(delivery_ids: Sequence[int]) -> None:
    """Make these calls of webhooks, as far as they still wait and nobody else has them in hand."""
    calling.call_these(delivery_ids)


@shared_task
def sweep_calls() -> None:
    """Make all calls that are due: what nudges lost, what failed before, what a dead worker left."""
    calling.call_due()
