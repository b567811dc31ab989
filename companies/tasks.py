"""What the schedule clears away: each task is one service call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from companies.services import idempotency, tokens


@shared_task
def forget_old_tokens() -> int:
    """Delete tokens of the API that were over long ago."""
    return tokens.forget_old_tokens(timezone.now())


@shared_task
def forget_old_requests() -> int:
    """Delete idempotency keys whose time is over."""
    return idempotency.forget_expired(timezone.now())
