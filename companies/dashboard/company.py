"""What the company's page shows, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from companies.actors import Actor
from companies.models import Company, Location, Member
from companies.roles import Role
from companies.services.warnings import warnings_for

Values = dict[str, Any]

# What each group may do, in the words of the purchase policy.
MAY = {
    Role.ADMIN: "orders freely, approves any amount",
    Role.BUYER: "orders within the limit, approves requests within it",
    Role.REQUESTER: "asks for approval of every order",
    Role.CONTACT: "looks around",
}
MAY_BESIDE_A_GROUP = {
    Role.ADMIN: "orders freely",
    Role.BUYER: "orders within the limit",
}


def people_of(company: Company) -> list[Member]:
    """Everybody who is or was a member, by name. One query."""
    members = Member.objects.filter(company=company).select_related("user")
    return sorted(members, key=lambda member: (member.user.name.lower(), member.pk))


def active_of(people: Iterable[Member]) -> list[Member]:
    """Those whose membership counts."""
    return [member for member in people if member.is_active and member.user.is_active]


def company_page(company: Company, people: list[Member], shown: Iterable[Member], actor: Actor) -> Values:
    """The page's values; `shown` are the members of this page of the list. One query."""
    deciding = [member.user.name for member in active_of(people) if member.in_approval_group]
    count = len(active_of(people))
    return {
        "company": company,
        "people_title": f"{count} {'person' if count == 1 else 'people'}",
        "rows": [_row(member, group_decides=bool(deciding)) for member in shown],
        "limit": company.limit,
        "rules": _rules(company, deciding),
        "warnings": warnings_for(company, people),
        "locations": list(Location.objects.visible_to(actor).filter(is_active=True).order_by("name", "pk")),
    }


def _rules(company: Company, deciding: list[str]) -> list[Values]:
    limit = {"label": "Purchase limit", "value": "none"}
    if company.limit is not None:
        limit = {"label": "Purchase limit", "value": str(company.limit), "hint": "gross, without shipping"}
    if deciding:
        group = {
            "label": "Approval group",
            "value": ", ".join(deciding),
            "hint": "They alone approve, whatever the amount; nobody approves their own request.",
        }
    else:
        group = {"label": "Approval group", "value": "none", "hint": "Admins and Buyers approve."}
    days = company.approval_expiry_days
    return [limit, group, {"label": "Requests expire", "value": f"after {days} days" if days else ""}]


def _row(member: Member, *, group_decides: bool) -> Values:
    role = Role(member.role)
    may = MAY.get(role, "")
    if group_decides:
        may = MAY_BESIDE_A_GROUP.get(role, may)
        if member.in_approval_group:
            may = f"{may}, approves for the company"
    return {
        "name": member.user.name,
        "email": member.user.email,
        "group": role.label,
        "may": may,
        "approves": member.in_approval_group,
    }
