"""Where a company is: adding a location, writing it, and taking it out of use."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Location
from companies.services.history import Changed, record_change
from companies.services.idempotency import Once, remember
from companies.services.steps import check_new_key, check_version, locked_company, write_columns
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
    company_id: int,
    place: Place,
    key: str = "",
    now: datetime | None = None,
    once: Once | None = None,
) -> Location:
    """A new location. Raises `Missing`, `NotYours`, `Invalid`, and `Late` for a key that is taken."""
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        location = Location(company=company, created_at=now, modified_at=now)
        if key:
            taken = Location.objects.filter(company__tenant_id=company.tenant_id, key=key).exists()
            location.key = check_new_key(key, taken=taken)
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


def _locked(actor: Actor, location_id: int) -> Location:
    found = Location.objects.filter(pk=location_id).values_list("company_id", flat=True).first()
    if found is None:
        raise Missing("There is no such location.")
    company = locked_company(actor, found)
    location = Location.objects.select_for_update(of=("self",), no_key=True).get(pk=location_id)
    location.company = company
    return location


def _plain(location: Location) -> dict[str, Any]:
    return {name: getattr(location, name) for name in COLUMNS}


def _record(kind: str, location: Location, old: Any, new: Any, actor: Actor, now: datetime) -> None:
    record_change(
        Changed(kind, location.name, old, new),
        actor=actor,
        tenant_id=location.company.tenant_id,
        company=location.company,
        now=now,
    )
