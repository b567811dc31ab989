"""Customer companies as a whole: adding one, writing what it is, and closing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company, Location, Member
from companies.roles import CompanyKind
from companies.services.groups import set_approval_group
from companies.services.history import Changed, record_change
from companies.services.idempotency import Once, remember
from companies.services.limits import set_limit
from companies.services.locations import take_in_locations
from companies.services.steps import (
    check_new_key,
    check_version,
    clean_text,
    is_operator,
    locked_company,
    locked_tenant,
)
from config.kit.refused import Invalid, NotYours

LONGEST_NAME = 200
DEEPEST_TREE = 20
KIND = "company"


@dataclass(frozen=True, slots=True)
class Limit:
    """A purchase limit to set: no amount is no limit."""

    amount: Decimal | None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a company shall be; what is None stays as it is, or at its default.

    `parent_key` empty is no parent. The approval group and the locations are keys of the company's own;
    a location that is no company's yet becomes this one's.
    """

    name: str | None = None
    type: str | None = None
    parent_key: str | None = None
    legal_info: Mapping[str, str] | None = None
    mixins: Mapping[str, Any] | None = None
    limit: Limit | None = None
    approval_group: Sequence[str] | None = None
    locations: Sequence[str] | None = None
    version: int | None = field(default=None)


def add_company(
    *, actor: Actor, tenant_id: int, key: str, wanted: Wanted, now: datetime | None = None, once: Once | None = None
) -> Company:
    """A new customer company, for platform staff and API clients; an empty key makes a fresh one.

    Raises `Missing`, `NotYours`, `Invalid`, and `Late` for a key that is taken.
    """
    now = now or timezone.now()
    with transaction.atomic():
        tenant = locked_tenant(actor, tenant_id)
        company = Company(tenant=tenant, kind=CompanyKind.CUSTOMER, created_at=now, modified_at=now)
        if key:
            company.key = check_new_key(key, taken=Company.objects.filter(tenant=tenant, key=key).exists())
        if not wanted.name:
            raise Invalid("A company needs a name.", field="name")
        _describe(company, wanted)
        company.save(force_insert=True)
        new = {"name": company.name}
        _record("company.added", company, None, new, actor, now)
        _write_parts(actor, company, wanted, now)
        remember(once, KIND, company.key, now)
    return Company.objects.get(pk=company.pk)


def change_company(*, actor: Actor, company_id: int, wanted: Wanted, now: datetime | None = None) -> Company:
    """Write what is wanted of a company, all of it or nothing; each part leaves its own entry.

    `Late` where `wanted.version` is not the company's any more.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        if not is_operator(actor):
            raise NotYours("Only the operator of the marketplace may change what a company is.")
        check_version(company, wanted.version)
        old = _plain(company)
        _describe(company, wanted)
        new = _plain(company)
        if new != old:
            names = ["name", "type", "parent", "legal_info", "mixins"]
            company.save(update_fields=[*names, *company.touched(now)])
            _record("company.changed", company, old, new, actor, now)
        _write_parts(actor, company, wanted, now)
    return Company.objects.get(pk=company.pk)


def close_company(*, actor: Actor, company_id: int, now: datetime | None = None) -> Company:
    """Switch a company off: its people can order nothing for it any more, its orders and history stay."""
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        if not is_operator(actor):
            raise NotYours("Only the operator of the marketplace may close a company.")
        if not company.is_active:
            return company
        company.is_active = False
        company.save(update_fields=["is_active", *company.touched(now)])
        _record("company.closed", company, None, None, actor, now)
    return company


def ancestors(company: Company) -> list[int]:
    """The company's own id and those of its parents, upwards."""
    found = [company.pk]
    parent_id = company.parent_id
    while parent_id is not None and parent_id not in found and len(found) <= DEEPEST_TREE:
        found.append(parent_id)
        parent_id = Company.objects.filter(pk=parent_id).values_list("parent_id", flat=True).first()
    return found


def _describe(company: Company, wanted: Wanted) -> None:
    if wanted.name is not None:
        company.name = clean_text(wanted.name, field="name", longest=LONGEST_NAME)
        if not company.name:
            raise Invalid("A company needs a name.", field="name")
    if wanted.type is not None:
        company.type = wanted.type
    if wanted.parent_key is not None:
        company.parent = _parent(company, wanted.parent_key)
    if wanted.legal_info is not None:
        company.legal_info = dict(wanted.legal_info)
    if wanted.mixins is not None:
        company.mixins = dict(wanted.mixins)


def _parent(company: Company, key: str) -> Company | None:
    if not key:
        return None
    found = Company.objects.filter(tenant_id=company.tenant_id, kind=CompanyKind.CUSTOMER, key=key, is_active=True)
    parent = found.first()
    if parent is None:
        raise Invalid("There is no company with this id.", field="parentId")
    above = ancestors(parent)
    if company.pk is not None and company.pk in above:
        raise Invalid("A company cannot be below itself.", field="parentId")
    if len(above) >= DEEPEST_TREE:
        raise Invalid(f"Companies are nested {DEEPEST_TREE} deep at most.", field="parentId")
    return parent


def _write_parts(actor: Actor, company: Company, wanted: Wanted, now: datetime) -> None:
    """Limit, approval group and locations, each by its own service; the company is locked."""
    if wanted.limit is not None:
        set_limit(
            actor=actor, company_id=company.pk, amount=wanted.limit.amount, currency=wanted.limit.currency, now=now
        )
    if wanted.approval_group is not None:
        members = Member.objects.filter(company=company, is_active=True)
        ids = _ids_of(members, wanted.approval_group, field="approvalGroup")
        set_approval_group(actor=actor, company_id=company.pk, member_ids=ids, now=now)
    if wanted.locations is not None:
        take_in_locations(actor, company, wanted.locations, now)
        ids = _ids_of(Location.objects.filter(company=company), wanted.locations, field="entitiesAddresses")
        _keep_locations(company, ids, actor, now)


def _ids_of(rows: Any, keys: Sequence[str], *, field: str) -> set[int]:
    found = dict(rows.filter(key__in=keys).values_list("key", "pk"))
    unknown = next((key for key in keys if key not in found), None)
    if unknown is not None:
        raise Invalid(f"{unknown[:80]!r} is none of this company's.", field=field)
    return set(found.values())


def _keep_locations(company: Company, ids: set[int], actor: Actor, now: datetime) -> None:
    """Exactly these are in use."""
    moved = [location for location in company.locations.order_by("pk") if location.is_active != (location.pk in ids)]
    for location in moved:
        location.is_active = not location.is_active
        location.save(update_fields=["is_active", *location.touched(now)])
        kind = "location.reactivated" if location.is_active else "location.removed"
        record_change(
            Changed(kind, location.name, None, None),
            actor=actor,
            tenant_id=company.tenant_id,
            company=company,
            now=now,
        )


def _plain(company: Company) -> dict[str, Any]:
    return {
        "name": company.name,
        "type": str(company.type),
        "parent": company.parent.key if company.parent else None,
        "legal_info": company.legal_info,
        "mixins": company.mixins,
    }


def _record(kind: str, company: Company, old: Any, new: Any, actor: Actor, now: datetime) -> None:
    record_change(
        Changed(kind, company.name, old, new), actor=actor, tenant_id=company.tenant_id, company=company, now=now
    )
