"""What does the schedule do, and how often? Each entry is safe to run twice."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    # `expires`: a worker that was away for an hour shall not do the same sweep for each minute of it.
    "send what waits in the outbox": {
        "task": "notifications.tasks.sweep",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "call the webhooks that wait": {
        "task": "notifications.webhooks.tasks.sweep",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "close what nobody decided in time": {
        "task": "approvals.tasks.expire_overdue",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "close offers whose time is over": {
        "task": "orders.tasks.expire_quotes",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "renew or end subscriptions": {
        "task": "orders.tasks.renew_subscriptions",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "remind the approvers": {
        "task": "approvals.tasks.remind",
        "schedule": crontab(minute=7),  # hourly, beside the full hour when everything else runs
        "options": {"expires": 3600},
    },
    "remind approvers of what waits": {
        "task": "approvals.tasks.remind_waiting",
        "schedule": crontab(minute=12),
        "options": {"expires": 3600},
    },
    "remind auditors of what waits": {
        "task": "orders.tasks.remind_reviewers",
        "schedule": crontab(minute=13),
        "options": {"expires": 3600},
    },
    "forget old tokens": {
        "task": "companies.tasks.forget_old_tokens",
        "schedule": crontab(minute=17),
        "options": {"expires": 3600},
    },
    "forget what old webhooks said": {
        "task": "orders.tasks.forget_old_calls",
        "schedule": crontab(hour=3, minute=37),
        "options": {"expires": 3600},
    },
    "forget old requests of the API": {
        "task": "companies.tasks.forget_old_requests",
        "schedule": crontab(minute=27),
        "options": {"expires": 3600},
    },
}
