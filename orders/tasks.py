"""What the schedule does about quotes and subscriptions: each task is one service call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from orders.services.quote_expiry import expire_overdue_quotes
from orders.services.subscription_ending import renew_due


@shared_task
def expire_quotes() -> int:
    """End the offers whose time is over."""
    return expire_overdue_quotes(timezone.now())


@shared_task
def renew_subscriptions() -> int:
    """Renew or end the subscriptions whose period is over."""
    return renew_due(timezone.now())
