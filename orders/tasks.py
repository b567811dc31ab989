"""What the schedule does about orders, quotes and subscriptions: each task is one service call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from notifications.webhooks import forgetting
from orders.services.quote_expiry import expire_overdue_quotes
from orders.services.review_reminders import remind_of_reviews
from orders.services.subscription_ending import renew_due
from orders.vendor_calls import still_to_deliver


@shared_task
def expire_quotes() -> int:
    """End the offers whose time is over."""
    return expire_overdue_quotes(timezone.now())


@shared_task
def renew_subscriptions() -> int:
    """Renew or end the subscriptions whose period is over."""
    return renew_due(timezone.now())


@shared_task
def forget_old_calls() -> int:
    """Forget what vendors' systems were told long ago, but of orders that they have not delivered yet."""
    return forgetting.forget_old_calls(timezone.now(), still_to_deliver)


@shared_task
def remind_reviewers() -> int:
    """Remind auditors of orders that have waited for days."""
    return remind_of_reviews(timezone.now())
