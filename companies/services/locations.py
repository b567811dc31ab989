"""Where a company is: adding a location, writing it, and taking it out of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company, Location
from companies.services.history import Changed, record_change
from companies.services.idempotency import Once, remember
from companies.services.steps import check_new_key, check_version, locked_company, locked_tenant, write_columns
from config.kit.refused import Invalid, Missing

KIND = "location"


@dataclass(frozen=True, slots=True)
class Place:
    """What a location shall be; None stays as it is, or empty. `further` has the lists without a column."""

    name: str | None = None
    type: str | None = None
    contact_name: str | None = None
    street: str | None = None
    street_number: str | None = None
    street_appendix: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None
    further: dict[str, list[str]] | None = None
    mixins: dict[str, Any] | None = None
    version: int | None = field(default=None, metadata={"column": False})


COLUMNS = tuple(each.name for each in fields(Place) if each.metadata.get("column", True))


def add_location(
    *,
    actor: Actor,
    company_id: int | None,
    place: Place,
    key: str = "",
    now: datetime | None = None,
    once: Once | None = None,
) -> Location:
    """A new location, of a company, or of none for now: then it is the operator's, in the actor's tenant.

    Raises `Missing`, `NotYours`, `Invalid`, and `Late` for a key that is taken.
    """
    now = now or timezone.now()
    with transaction.atomic():
        location = Location(created_at=now, modified_at=now)
        if company_id is None:
            location.tenant = locked_tenant(actor, actor.tenant_id)
        else:
            location.company = locked_company(actor, company_id)
        if key:
            location.key = check_new_key(key, taken=_in_tenant(_tenant_of(location)).filter(key=key).exists())
        write_columns(location, place, COLUMNS)
        if not location.name:
            raise Invalid("A location needs a name.", field="name")
        location.save(force_insert=True)
        _record("location.added", location, None, _plain(location), actor, now)
        remember(once, KIND, location.key, now)
    return location


def change_location(*, actor: Actor, location_id: int, place: Place, now: datetime | None = None) -> Location:
    """Write what is wanted; addresses in carts and orders are copies and stay. `Late` for an old version."""
    now = now or timezone.now()
    with transaction.atomic():
        location = _locked(actor, location_id)
        check_version(location, place.version)
        old = _plain(location)
        if place.further is not None:
            merged = {**location.further, **place.further}
            place = replace(place, further={name: values for name, values in merged.items() if values})
        write_columns(location, place, COLUMNS)
        new = _plain(location)
        if new != old:
            location.save(update_fields=[*COLUMNS, *location.touched(now)])
            _record("location.changed", location, old, new, actor, now)
    return location


def remove_location(*, actor: Actor, location_id: int, now: datetime | None = None) -> Location:
    """Take a location out of use; the row stays for the history."""
    now = now or timezone.now()
    with transaction.atomic():
        location = _locked(actor, location_id)
        if location.is_active:
            location.is_active = False
            location.save(update_fields=["is_active", *location.touched(now)])
            _record("location.removed", location, None, None, actor, now)
    return location


def take_in_locations(actor: Actor, company: Company, keys: Sequence[str], now: datetime) -> None:
    """Make locations of no company, where some are named, those of a locked company. A step."""
    free = Location.objects.filter(tenant_id=company.tenant_id, company=None, key__in=keys, is_active=True)
    for location in free.select_for_update(of=("self",), no_key=True).order_by("pk"):
        location.company, location.tenant = company, None
        location.save(update_fields=["company", "tenant", *location.touched(now)])
        _record("location.added", location, None, _plain(location), actor, now)


def _locked(actor: Actor, location_id: int) -> Location:
    """The location, after its company or, where it has none, its tenant."""
    found = Location.objects.filter(pk=location_id).first()
    if found is None:
        raise Missing("There is no such location.")
    if found.company_id is None:
        locked_tenant(actor, found.tenant_id)
    else:
        locked_company(actor, found.company_id)
    location = Location.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    return location.get(pk=location_id)


def _in_tenant(tenant_id: int) -> QuerySet[Location]:
    """A tenant's locations, of whichever company or none."""
    return Location.objects.filter(Q(company__tenant_id=tenant_id) | Q(tenant_id=tenant_id))


def _tenant_of(location: Location) -> int:
    tenant_id = location.company.tenant_id if location.company else location.tenant_id
    if tenant_id is None:
        raise Missing("There is no such tenant.")
    return tenant_id


def _plain(location: Location) -> dict[str, Any]:
    return {name: getattr(location, name) for name in COLUMNS}


def _record(kind: str, location: Location, old: Any, new: Any, actor: Actor, now: datetime) -> None:
    record_change(
        Changed(kind, location.name, old, new),
        actor=actor,
        tenant_id=_tenant_of(location),
        company=location.company,
        now=now,
    )
