"""Who approves for a company in place of its Admins and Buyers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Member
from companies.roles import GROUP_ROLES
from companies.services.history import Changed, record_change
from companies.services.steps import check_customer_company, locked_company
from config.kit.refused import Invalid


def set_approval_group(
    *,
    actor: Actor,
    company_id: int,
    member_ids: Iterable[int],
    reason: str = "",
    now: datetime | None = None,
) -> list[Member]:
    """Replace the approval group; nobody in it: the groups decide again who approves.

    Members must be the company's own, and an Admin, Buyer or Requester. Somebody inactive may stay
    in it, but does not join. Raises `Missing`, `NotYours`, and `Invalid` with field
    `in_approval_group`. The group it is already: nothing happens. Returns the group by name.
    """
    now = now or timezone.now()
    wanted = set(member_ids)
    with transaction.atomic():
        company = locked_company(actor, company_id)
        check_customer_company(company, "an approval group", field="in_approval_group")
        people = Member.objects.filter(company=company).select_related("user").order_by("pk")
        members = {member.pk: member for member in people.select_for_update(of=("self",), no_key=True)}
        if wanted - members.keys():
            raise Invalid(f"Somebody chosen is not a member of {company.name}.", field="in_approval_group")
        moved = [member for member in members.values() if member.in_approval_group != (member.pk in wanted)]
        for member in moved:
            _check_may_join(member)
        old = [member for member in members.values() if member.in_approval_group]
        for member in moved:
            member.in_approval_group = not member.in_approval_group
            member.save(update_fields=["in_approval_group", *member.touched(now)])
        group = [member for member in members.values() if member.in_approval_group]
        if moved:
            record_change(
                Changed("approval_group.set", company.name, _names(old), _names(group), reason),
                actor=actor,
                tenant_id=company.tenant_id,
                company=company,
                now=now,
            )
    return sorted(group, key=lambda member: member.user.name)


def _check_may_join(member: Member) -> None:
    """Everybody may leave."""
    if member.in_approval_group:
        return
    name = member.user.name
    if member.role not in GROUP_ROLES:
        raise Invalid(
            f"{name} is a {member.get_role_display()}. Only an Admin, Buyer or Requester can be in the approval group.",
            field="in_approval_group",
        )
    if not (member.is_active and member.user.is_active):
        raise Invalid(f"{name} is not active and could not approve anything.", field="in_approval_group")


def _names(members: Iterable[Member]) -> list[str]:
    return sorted(member.user.name for member in members)
