"""When are webhooks called? After the commit that posted a call, and, should that nudge be lost, by the sweep."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task

from notifications.webhooks import calling


@shared_task
def call(delivery_ids: Sequence[int]) -> None:
    """Make these calls, as far as they still wait and nobody else has them in hand."""
    calling.call_these(delivery_ids)


@shared_task
def sweep() -> None:
    """Make all calls that are due: what nudges lost, what failed before, what a dead worker left."""
    calling.call_due()
