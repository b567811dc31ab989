"""A tenant's system preferences, and what else its programs keep beside them: setting and removing one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Preference, Tenant
from companies.preferences import PREFERENCES, known_preference
from companies.services.history import Changed, record_change
from companies.services.idempotency import Once, remember
from companies.services.steps import is_operator
from config.kit.refused import Invalid, Late, Missing, NotYours

KIND = "configuration"
MOST_ENTRIES = 500
LONGEST_VALUE = 20_000
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with the value it shall have; `version` is the one that the writer has seen."""

    key: str
    value: Any
    version: int | None = None


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
    _check_who(actor, tenant_id)
    known = known_preference(key)
    value = known.checked(value)
    with transaction.atomic():
        tenant = _locked(tenant_id)
        stored = Preference.objects.filter(tenant=tenant, key=known.key).first()
        if (stored.value if stored else known.default) != value:
            _write(actor, tenant, stored, known.key, value, now, reason)
    return value


def add_entries(
    *,
    actor: Actor,
    tenant_id: int,
    entries: Sequence[Entry],
    now: datetime | None = None,
    once: Once | None = None,
) -> list[Preference]:
    """Store keys that are not stored yet, all or none; a system preference is checked, anything else kept as it is.

    Raises as `set_preference`, and `Late` for a key that is stored already.
    """
    now = now or timezone.now()
    _check_who(actor, tenant_id)
    values = {entry.key: _checked(entry.key, entry.value) for entry in entries}
    if len(values) != len(entries):
        raise Invalid("A key is there twice.", field="key")
    with transaction.atomic():
        tenant = _locked(tenant_id)
        stored = set(Preference.objects.filter(tenant=tenant).values_list("key", flat=True))
        taken = next((key for key in values if key in stored), None)
        if taken is not None:
            raise Late(f"There is a configuration called {taken} already.", field="key", code="taken")
        if len(stored) + len(values) > MOST_ENTRIES:
            raise Invalid(f"A tenant keeps {MOST_ENTRIES} configurations at most.", field="key")
        rows = [_write(actor, tenant, None, key, value, now) for key, value in values.items()]
        remember(once, KIND, ",".join(values)[:60], now)
    return rows


def change_entry(*, actor: Actor, tenant_id: int, entry: Entry, now: datetime | None = None) -> Preference:
    """Write one key that exists: stored, or a system preference that has its default so far.

    Raises as `set_preference`, `Missing` for a key that does not exist, and `Late` for an old version.
    """
    now = now or timezone.now()
    _check_who(actor, tenant_id)
    value = _checked(entry.key, entry.value)
    with transaction.atomic():
        tenant = _locked(tenant_id)
        stored = Preference.objects.filter(tenant=tenant, key=entry.key).first()
        if stored is None and entry.key not in PREFERENCES:
            raise Missing(f"There is no configuration called {entry.key}.", field="key")
        version = stored.version if stored else 1
        if entry.version is not None and entry.version != version:
            raise Late(f"This has version {version} now, not {entry.version}.", field="version")
        if stored is not None and stored.value == value and type(stored.value) is type(value):
            return stored
        return _write(actor, tenant, stored, entry.key, value, now)


def remove_entry(*, actor: Actor, tenant_id: int, key: str, now: datetime | None = None) -> None:
    """Forget one key; a system preference has its default again. `Missing` for one that is not stored."""
    now = now or timezone.now()
    _check_who(actor, tenant_id)
    with transaction.atomic():
        tenant = _locked(tenant_id)
        stored = Preference.objects.filter(tenant=tenant, key=key).first()
        if stored is None:
            raise Missing(f"There is no configuration called {key}.", field="key")
        old, new = stored.value, PREFERENCES[key].default if key in PREFERENCES else None
        stored.delete()
        _record(actor, tenant, key, old, new, now)


def _check_who(actor: Actor, tenant_id: int) -> None:
    if actor.tenant_id not in (None, tenant_id):
        raise Missing("There is no such tenant.")
    if not is_operator(actor):
        raise NotYours("Only platform staff may change system preferences.")


def _locked(tenant_id: int) -> Tenant:
    tenant = Tenant.objects.select_for_update(of=("self",), no_key=True).filter(pk=tenant_id).first()
    if tenant is None:
        raise Missing("There is no such tenant.")
    return tenant


def _checked(key: str, value: Any) -> Any:
    if not _KEY.fullmatch(key):
        raise Invalid("A key has up to 100 letters, digits, dots, dashes or underscores.", field="key")
    if key in PREFERENCES:
        return PREFERENCES[key].checked(value)
    if value is None:
        raise Invalid("A configuration needs a value.", field="value")
    if len(str(value)) > LONGEST_VALUE:
        raise Invalid(f"A value has up to {LONGEST_VALUE} characters.", field="value")
    return value


def _write(
    actor: Actor,
    tenant: Tenant,
    stored: Preference | None,
    key: str,
    value: Any,
    now: datetime,
    reason: str = "",
) -> Preference:
    """The row and its entry. What was not stored had its default, or nothing."""
    if stored is None:
        old = PREFERENCES[key].default if key in PREFERENCES else None
        stored = Preference.objects.create(tenant=tenant, key=key, value=value, modified_at=now)
    else:
        old = stored.value
        stored.value, stored.version, stored.modified_at = value, stored.version + 1, now
        stored.save(update_fields=["value", "version", "modified_at"])
    if old != value:
        _record(actor, tenant, key, old, value, now, reason)
    return stored


def _record(actor: Actor, tenant: Tenant, key: str, old: Any, new: Any, now: datetime, reason: str = "") -> None:
    record_change(
        Changed("preference.set", key, old, new, reason), actor=actor, tenant_id=tenant.pk, company=None, now=now
    )
