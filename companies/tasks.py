"""What the schedule clears away: each task is one service call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies.services import clients, idempotency, tokens


@shared_task
def forget_old_tokens() -> int:
    """Delete tokens of the API that were over long ago, and service tokens that are over."""
    now = timezone.now()
    return tokens.forget_old_tokens(now) + clients.forget_old_service_tokens(now)


@shared_task
def forget_old_requests() -> int:
    """Delete idempotency keys whose time is over."""
    return idempotency.forget_expired(timezone.now())
