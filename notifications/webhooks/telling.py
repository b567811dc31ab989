"""Which people hear that a vendor's system does not answer? Who delivers for that vendor, once for each step."""

from __future__ import annotations

from datetime import UTC, datetime

from django.urls import reverse

from companies.models import Member
from notifications import outbox
from notifications.models import CallState, WebhookDelivery, WebhookEndpoint
from notifications.outbox import Letter

FAILURES_UNTIL_TOLD = 10  # some 40 minutes


def tell_failure(delivery: WebhookDelivery, address: str, at: datetime) -> None:
    """A call was not taken: people are told when that has gone on for a while, and when it is given up."""
    if delivery.state == CallState.FAILED:
        topic, next_at = "webhook.given_up", ""
    elif delivery.state == CallState.WAITING and delivery.failure_count == FAILURES_UNTIL_TOLD:
        topic, next_at = "webhook.failing", delivery.next_attempt_at.astimezone(UTC).isoformat()
    else:
        return
    facts = {"address": address, "said": delivery.last_said, "about": delivery.about_key, "next_at": next_at}
    url = reverse("control_panel:webhook", args=[delivery.pk])
    outbox.post(
        [Letter(person, topic, facts, url) for person in _people(delivery.company_id)],
        event=f"webhook:{delivery.pk}:{delivery.attempt_count}",
        tenant_id=delivery.tenant_id,
        about=(delivery.about_kind, delivery.about_key),
        now=at,
    )


def tell_stopped(endpoint: WebhookEndpoint, said: str, at: datetime) -> None:
    """The endpoint was switched off, since it wants no more calls."""
    facts = {"address": endpoint.url, "said": said}
    url = reverse("control_panel:webhooks")
    outbox.post(
        [Letter(person, "webhook.stopped", facts, url) for person in _people(endpoint.company_id)],
        event=f"webhook-endpoint:{endpoint.pk}:{at.isoformat()}",
        tenant_id=endpoint.company.tenant_id,
        now=at,
    )


def _people(company_id: int) -> list[int]:
    """Auditors and managers of the vendor. One query."""
    return list(Member.objects.reviewing([company_id]).order_by("pk").values_list("user_id", flat=True))
