"""Setting up where a vendor's system is called, its secret, tests of it, and calling again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company
from companies.roles import CompanyKind
from companies.services.history import Changed, record_change
from companies.services.steps import clean_text, locked_company
from config.kit.refused import Invalid, Late, Missing
from notifications.models import CallState, WebhookDelivery, WebhookEndpoint
from notifications.webhooks.addresses import Rules, target_of
from notifications.webhooks.outgoing import TEST, Call, nudge, post_calls
from notifications.webhooks.secrets import current_key_id

OVERLAP = timedelta(hours=24)  # how long a secret that was replaced signs, too
NUDGED = 100  # the sweep has the rest


def add_endpoint(
    *, actor: Actor, company_id: int, url: str, description: str = "", now: datetime | None = None
) -> WebhookEndpoint:
    """The address at which a vendor's system is called from now on; what waits for one is called at once.

    For managers of the vendor. Raises `Missing`, `NotYours`, `Invalid` (field `url` or `description`), and
    `Late` where there is one already, or where the installation has no key for secrets.
    """
    now = now or timezone.now()
    url, description = _checked(url, description)
    with transaction.atomic():
        company = _locked_vendor(actor, company_id)
        if WebhookEndpoint.objects.filter(company=company).exists():
            raise Late(f"{company.name} has an endpoint already.")
        endpoint = WebhookEndpoint.objects.create(
            company=company,
            url=url,
            description=description,
            secret_key_id=current_key_id(),
            created_at=now,
            modified_at=now,
        )
        _record("webhook.added", endpoint, None, _shown(endpoint), actor, now)
        _call_what_waits(company.pk, now)
        return endpoint


def change_endpoint(
    *, actor: Actor, company_id: int, url: str, description: str, is_active: bool, now: datetime | None = None
) -> WebhookEndpoint:
    """Write address, description and whether it is called; what waits is called at once where it is.

    Refusals as for adding; `Missing` where there is none.
    """
    now = now or timezone.now()
    url, description = _checked(url, description)
    with transaction.atomic():
        endpoint = _locked_endpoint(actor, company_id)
        old = _shown(endpoint)
        endpoint.url, endpoint.description, endpoint.is_active = url, description, is_active
        if old == _shown(endpoint):
            return endpoint
        endpoint.stopped_because = ""
        endpoint.modified_at = now
        endpoint.save(update_fields=["url", "description", "is_active", "stopped_because", "modified_at"])
        _record("webhook.changed", endpoint, old, _shown(endpoint), actor, now)
        if is_active:
            _call_what_waits(company_id, now)
        return endpoint


def renew_secret(*, actor: Actor, company_id: int, now: datetime | None = None) -> WebhookEndpoint:
    """A new secret; the one before signs as well for another day, so that no call is refused meanwhile.

    Refusals as for changing.
    """
    now = now or timezone.now()
    with transaction.atomic():
        endpoint = _locked_endpoint(actor, company_id)
        endpoint.previous_version, endpoint.previous_key_id = endpoint.secret_version, endpoint.secret_key_id
        endpoint.previous_until = now + OVERLAP
        endpoint.secret_version += 1
        endpoint.secret_key_id = current_key_id()
        endpoint.modified_at = now
        endpoint.save(
            update_fields=[
                *("secret_version", "secret_key_id", "modified_at"),
                *("previous_version", "previous_key_id", "previous_until"),
            ]
        )
        _record("webhook.secret_renewed", endpoint, None, None, actor, now)
        return endpoint


def send_test(*, actor: Actor, company_id: int, now: datetime | None = None) -> WebhookDelivery:
    """Call the endpoint with nothing but a test, which goes the way of every other call.

    Refusals as for changing, and `Late` where it is switched off.
    """
    now = now or timezone.now()
    with transaction.atomic():
        endpoint = _locked_endpoint(actor, company_id)
        if not endpoint.is_active:
            raise Late("The endpoint is switched off. Switch it on to call it.")
        event = f"test:{uuid.uuid4().hex}"
        call = Call(company_id, TEST, event, {"message": f"A test, asked for by {actor.name}."})
        post_calls([call], tenant_id=endpoint.company.tenant_id, now=now)
        return WebhookDelivery.objects.get(key=f"{event}:{company_id}:{TEST}")


def send_again(*, actor: Actor, delivery_id: int, now: datetime | None = None) -> WebhookDelivery:
    """Make a call once more, at once and with all its attempts, under the same `webhook-id`.

    For auditors and managers of the vendor and for platform staff. Raises `Missing`, and `Late` as
    `why_not_again` says.
    """
    now = now or timezone.now()
    with transaction.atomic():
        found = WebhookDelivery.objects.visible_to(actor).filter(pk=delivery_id).first()
        if found is None:
            raise Missing("There is no such call.")
        delivery = WebhookDelivery.objects.select_for_update(no_key=True).get(pk=found.pk)
        why = why_not_again(delivery, now)
        if why:
            raise Late(why)
        delivery.state, delivery.sent_at = CallState.WAITING, None
        delivery.failure_count, delivery.next_attempt_at = 0, now
        delivery.save(update_fields=["state", "sent_at", "failure_count", "next_attempt_at"])
        transaction.on_commit(lambda: nudge([delivery.pk]), robust=True)
        return delivery


def why_not_again(delivery: WebhookDelivery, now: datetime) -> str:
    """Why a call cannot be sent again now; empty where it can. Two queries.

    What was taken is old news once something later was told of the same order: a system that heard of it only then
    would deliver what was cancelled.
    """
    if delivery.state == CallState.DROPPED:
        return "What this call told is settled; nobody needs it any more."
    if not delivery.body:
        return "What this call said is no longer kept, so it cannot be sent again."
    if delivery.claimed_until is not None and delivery.claimed_until > now:
        return "This call is being made right now."
    if not WebhookEndpoint.objects.filter(company_id=delivery.company_id, is_active=True).exists():
        return "There is no endpoint that is switched on."
    about = {"company_id": delivery.company_id, "about_kind": delivery.about_kind, "about_key": delivery.about_key}
    later = WebhookDelivery.objects.filter(**about, pk__gt=delivery.pk) if delivery.about_kind else None
    if later is not None and delivery.state == CallState.SENT and later.exists():
        return f"A later call tells how {delivery.about_key} stands: send that one again."
    return ""


def _locked_vendor(actor: Actor, company_id: int) -> Company:
    company = locked_company(actor, company_id)
    if company.kind != CompanyKind.VENDOR:
        raise Invalid("Only a vendor's system delivers orders.", field="url")
    return company


def _locked_endpoint(actor: Actor, company_id: int) -> WebhookEndpoint:
    company = _locked_vendor(actor, company_id)
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).filter(company=company).first()
    if endpoint is None:
        raise Missing("There is no endpoint yet.")
    endpoint.company = company
    return endpoint


def _checked(url: str, description: str) -> tuple[str, str]:
    url = url.strip()
    target_of(url, Rules(**settings.WEBHOOK_RULES))
    return url, clean_text(description, field="description", longest=200)


def _call_what_waits(company_id: int, now: datetime) -> None:
    """Whoever put an address right shall not have to wait for the next attempt."""
    waiting = WebhookDelivery.objects.filter(company_id=company_id, state=CallState.WAITING)
    # What somebody else has in hand will be called or dropped by them.
    mine = waiting.select_for_update(skip_locked=True, no_key=True).order_by("pk")
    ids = list(mine.values_list("pk", flat=True))
    WebhookDelivery.objects.filter(pk__in=ids).update(next_attempt_at=now)
    if ids:
        transaction.on_commit(lambda: nudge(ids[:NUDGED]), robust=True)


def _shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {"address": endpoint.url, "description": endpoint.description, "active": endpoint.is_active}


def _record(kind: str, endpoint: WebhookEndpoint, old: Any, new: Any, actor: Actor, now: datetime) -> None:
    company = endpoint.company
    record_change(
        Changed(kind, endpoint.url, old, new), actor=actor, tenant_id=company.tenant_id, company=company, now=now
    )
