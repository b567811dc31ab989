"""What stands in the way of a company's approvals or reviews, as its people are now?"""

from __future__ import annotations

from collections.abc import Iterable

from companies.models import Company, Member
from companies.roles import REVIEWING_ROLES, CompanyKind, Role


def warnings_for(company: Company, members: Iterable[Member]) -> list[str]:
    """Sentences for whoever runs the company; none where all is well or the company is switched off.

    `members` are all of its members with their users, active or not. No query.
    """
    if not company.is_active:
        return []
    everybody = list(members)
    active = [member for member in everybody if member.is_active and member.user.is_active]
    if company.kind != CompanyKind.CUSTOMER:
        return _without_reviewer(active)
    return [*_empty_group(everybody, active), *_without_admin(active)]


def _without_reviewer(active: list[Member]) -> list[str]:
    if any(member.role in REVIEWING_ROLES for member in active):
        return []
    return ["No Auditor or Manager is active: orders to be reviewed here wait for platform staff."]


def _empty_group(everybody: list[Member], active: list[Member]) -> list[str]:
    named = [member for member in everybody if member.in_approval_group]
    if not named or any(member.in_approval_group for member in active):
        return []
    return ["Nobody in the approval group is active. Until somebody is, Admins and Buyers approve as without a group."]


def _without_admin(active: list[Member]) -> list[str]:
    if not active or any(member.role == Role.ADMIN for member in active):
        return []
    if any(member.in_approval_group for member in active):
        return ["No Admin is active: nobody sees the company's orders and approvals as a whole."]
    return ["No Admin is active: nobody can approve what exceeds the purchase limit."]
