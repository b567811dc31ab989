"""A tenant's system preferences: setting one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Preference, Tenant
from companies.preferences import known_preference
from companies.services.history import Changed, record_change
from companies.services.steps import is_operator
from config.kit.refused import Missing, NotYours


def set_preference(
    *,
    actor: Actor,
    tenant_id: int,
    key: str,
    value: bool | int,
    reason: str = "",
    now: datetime | None = None,
) -> bool | int:
    """Set one preference of a tenant, for platform staff; returns what it is now.

    Raises `Missing` for people of another tenant, `NotYours` for everybody else who is not staff, and
    `Invalid` naming `key` for an unknown preference, or the preference for a value it does not take.
    The value it has already, set or by default: nothing happens.
    """
    now = now or timezone.now()
    if actor.tenant_id not in (None, tenant_id):
        raise Missing("There is no such tenant.")
    if not is_operator(actor):
        raise NotYours("Only platform staff may change system preferences.")
    known = known_preference(key)
    value = known.checked(value)
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update(of=("self",), no_key=True).filter(pk=tenant_id).first()
        if tenant is None:
            raise Missing("There is no such tenant.")
        stored = Preference.objects.filter(tenant=tenant, key=known.key).first()
        old = stored.value if stored else known.default
        if old == value:
            return value
        if stored:
            stored.value, stored.version, stored.modified_at = value, stored.version + 1, now
            stored.save(update_fields=["value", "version", "modified_at"])
        else:
            Preference.objects.create(tenant=tenant, key=known.key, value=value, modified_at=now)
        record_change(
            Changed("preference.set", known.key, old, value, reason),
            actor=actor,
            tenant_id=tenant.pk,
            company=None,
            now=now,
        )
    return value
