"""What the endpoints about companies load together, in as many queries for one company as for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q

from companies.actors import Actor
from companies.api.query import Column, Lookup, compared
from companies.api.wire import company_wire
from companies.models import Company, Customer, Location, Member
from companies.roles import CompanyKind
from config.kit.query import Comparison


def customer_companies(actor: Actor) -> Any:
    """The legal entities of the API: active customer companies the actor may see."""
    return Company.objects.visible_to(actor).filter(kind=CompanyKind.CUSTOMER, is_active=True).select_related("parent")


def numbers_of(tenant_id: int, user_ids: Collection[int]) -> dict[int, str]:
    """Customer numbers by user. One query, none for nobody."""
    if not user_ids:
        return {}
    rows = Customer.objects.filter(tenant_id=tenant_id, user_id__in=user_ids)
    return dict(rows.values_list("user_id", "number"))


def by_number(path: str, tenant_id: int | None) -> Lookup:
    """How a column that holds a user is compared: outside, people are known by their customer number."""

    def lookup(comparison: Comparison, values: Sequence[Any]) -> Q:
        if comparison in (Comparison.ABSENT, Comparison.PRESENT):
            return Q(**{f"{path}__isnull": comparison is Comparison.ABSENT})
        numbers = compared(Column("number"), comparison, values)
        return Q(**{f"{path}__in": Customer.objects.filter(numbers, tenant_id=tenant_id).values("user_id")})

    return lookup


def companies_wire(companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Whole legal entities, with locations and approval groups. Three queries."""
    if not companies:
        return []
    ids = [company.pk for company in companies]
    locations = _by_company(Location.objects.filter(company_id__in=ids, is_active=True).order_by("name", "pk"))
    group = Member.objects.filter(company_id__in=ids, in_approval_group=True, is_active=True)
    groups = _by_company(group.select_related("user").order_by("pk"))
    people = {member.user_id for members in groups.values() for member in members}
    numbers = numbers_of(companies[0].tenant_id, people)
    return [
        company_wire(company, locations=locations[company.pk], group=groups[company.pk], numbers=numbers)
        for company in companies
    ]


def _by_company(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.company_id].append(row)
    return found
