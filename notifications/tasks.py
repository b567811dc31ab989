"""When are mails sent? After the commit that posted them, and, should that nudge be lost, by the sweep."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task

from notifications import delivery


@shared_task
def deliver(notice_ids: Sequence[int]) -> None:
    """Mail these notices, as far as they still wait and nobody else has them in hand."""
    delivery.deliver_these(notice_ids)


@shared_task
def sweep() -> None:
    """Mail everything that is due: what nudges lost, what failed before, what a dead worker left."""
    delivery.deliver_due()
