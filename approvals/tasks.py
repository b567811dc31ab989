"""What the schedule does about approvals: each task is one service call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from approvals import services


@shared_task
def expire_overdue() -> int:
    """End the requests nobody decided in time."""
    return services.expire_overdue(timezone.now())


@shared_task
def remind() -> int:
    """Tell both sides of requests that are about to expire."""
    return services.remind(timezone.now())


@shared_task
def remind_waiting() -> int:
    """Remind approvers of what has waited for days."""
    return services.remind_waiting(timezone.now())
