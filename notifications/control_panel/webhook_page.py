"""What do the pages about webhooks show?"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from companies.actors import Actor
from companies.control_panel.settings import has_settings, places_to_set, settings_tabs
from companies.models import Change
from companies.roles import REVIEWING_ROLES, CompanyKind, Role
from companies.services import in_words
from config.kit.wording import moment_text
from notifications.control_panel.webhook_forms import STATES, topic_text
from notifications.models import CallState, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.webhooks.endpoints import why_not_again
from notifications.webhooks.secrets import secret_of

Values = dict[str, Any]

FRESH = "fresh_webhook"
SHOWN_CHANGES = 20


def has_webhooks(actor: Actor) -> bool:
    """A vendor's auditors and managers look at the calls to its system, and the platform's staff."""
    return actor.platform or (actor.company_kind is CompanyKind.VENDOR and actor.role in REVIEWING_ROLES)


def sets_up(actor: Actor) -> bool:
    """A vendor's managers say where its system is called."""
    return actor.company_kind is CompanyKind.VENDOR and actor.role is Role.MANAGER


def tabs_of(actor: Actor, current: str) -> list[Values]:
    """The settings among which managers and staff find these pages; an auditor has no others."""
    return settings_tabs(actor, places_to_set(actor), current) if has_settings(actor) else []


def call_rows(calls: Iterable[WebhookDelivery], actor: Actor, now: datetime) -> list[Values]:
    """One row each: what was told about what, and how that stands."""
    rows = []
    called = _called({call.company_id for call in calls})
    for call in calls:
        label, tone = STATES[CallState(call.state)]
        rows.append(
            {
                "key": call.call_id,
                "url": reverse("control_panel:webhook", args=[call.pk]),
                "title": f"{call.about_key}: {topic_text(call)}" if call.about_key else topic_text(call),
                "detail": call.company.name if actor.platform else "",
                "why": how_it_went(call, now, is_called=call.company_id in called),
                "status": label,
                "tone": tone,
                "at": call.created_at,
            }
        )
    return rows


def how_it_went(call: WebhookDelivery, now: datetime, *, is_called: bool, past: str = "Called") -> str:
    """How often it was called and what came of it: `Called 3 times, the last one answered 500; next Tue 24 Nov ...`.

    `is_called`: its vendor has a system that is called at present.
    """
    if not call.attempt_count:
        tried = (
            f"Not {past.lower()} yet" if call.state == CallState.WAITING else call.last_said or f"Not {past.lower()}"
        )
    elif call.attempt_count == 1:
        tried = f"{past} once: {call.last_said}"
    else:
        tried = f"{past} {call.attempt_count} times, the last time: {call.last_said}"
    if call.state == CallState.WAITING and not is_called:
        return f"{tried}; it waits until there is an address that is switched on"
    if call.state == CallState.WAITING and call.attempt_count:
        at = moment_text(timezone.localtime(call.next_attempt_at), timezone.localtime(now))
        return f"{tried}; next at {at}" if call.next_attempt_at > now else f"{tried}; next shortly"
    return tried


def endpoint_pairs(endpoint: WebhookEndpoint, now: datetime) -> list[Values]:
    """Where the system is called, and how it stands."""
    both_until = endpoint.previous_until
    overlap = ""
    if both_until is not None and both_until > now:
        overlap = (
            f"The former one signs, too, until {moment_text(timezone.localtime(both_until), timezone.localtime(now))}."
        )
    return [
        {"label": "Address", "value": endpoint.url},
        {"label": "What it is", "value": endpoint.description},
        {
            "label": "Calls",
            "value": "On" if endpoint.is_active else "Off",
            "hint": endpoint.stopped_because or ("" if endpoint.is_active else "Calls wait until it is on again."),
        },
        {"label": "Secret", "value": f"Number {endpoint.secret_version}", "hint": overlap},
    ]


def fresh_secret(session: Any, endpoint: WebhookEndpoint) -> str:
    """The secret, once, right after it was made; the session knows only that it was, never the secret."""
    made = session.pop(FRESH, None)
    return secret_of(endpoint) if made == [endpoint.pk, endpoint.secret_version] else ""


def history_of(company_id: int | None) -> list[Values]:
    """What was changed about the endpoint of a company, the newest first. One query."""
    changes = Change.objects.filter(company_id=company_id, kind__startswith="webhook.").order_by("-at", "-pk")
    return [
        {"at": change.at, "who": change.actor_name, "what": "changed this", "details": [in_words(change)]}
        for change in changes[:SHOWN_CHANGES]
    ]


def call_page(call: WebhookDelivery, actor: Actor, now: datetime) -> Values:
    """One call: what was sent, and each attempt to send it."""
    label, tone = STATES[CallState(call.state)]
    why_not = why_not_again(call, now)
    again = {
        "label": "Send again",
        "kind": "primary",
        "url": reverse("control_panel:webhook_again", args=[call.pk]),
        "hint": "At once, under the same webhook-id.",
    }
    return {
        "call": call,
        "title": topic_text(call),
        "label": label,
        "tone": tone,
        "lead": f"{how_it_went(call, now, is_called=bool(_called([call.company_id])))}.",
        "pairs": [
            {"label": "About", "value": call.about_key, "url": _about_url(call)},
            {"label": "Vendor", "value": call.company.name if actor.platform else ""},
            {"label": "webhook-id", "value": call.call_id},
            {"label": "Event", "value": call.topic},
        ],
        "body": json.dumps(json.loads(call.body), indent=2, ensure_ascii=False) if call.body else "",
        "events": [_attempt(attempt) for attempt in call.attempts.order_by("number")],
        "why_not": why_not,
        "moves": [] if why_not else [again],
    }


def _called(company_ids: Iterable[int]) -> set[int]:
    """Those of these vendors whose system is called. One query."""
    active = WebhookEndpoint.objects.filter(company_id__in=company_ids, is_active=True)
    return set(active.values_list("company_id", flat=True))


def _attempt(attempt: WebhookAttempt) -> Values:
    taken = attempt.status_code is not None and 200 <= attempt.status_code < 300
    said = f"Answered {attempt.status_code}" if attempt.status_code else f"No answer: {attempt.error}"
    return {
        "at": attempt.at,
        "what": said,
        "tone": "good" if taken else "refused",
        "details": [f"{attempt.url}, after {attempt.milliseconds} ms"],
        "comment": attempt.answer,
    }


def _about_url(call: WebhookDelivery) -> str:
    pages = {"order": "control_panel:order", "subscription": "control_panel:subscription"}
    return reverse(pages[call.about_kind], args=[call.about_key]) if call.about_kind in pages else ""
