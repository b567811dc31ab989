"""Who is in a company, and in which group: adding, moving, removing and taking back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company, Customer, Member, User
from companies.roles import GROUP_ROLES, CompanyKind, Role, roles_of
from companies.services.history import Changed, record_change
from companies.services.steps import clean_text, is_operator, locked_company, locked_member
from config.kit.refused import Invalid

LONGEST_ADDRESS = 254
LONGEST_NAME = 100


def add_member(
    *,
    actor: Actor,
    company_id: int,
    email: str,
    role: str,
    first_name: str = "",
    last_name: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> Member:
    """Put somebody into a group of a company: the user with this e-mail address, else a new one.

    A new user gets the names given and no password; the names of an existing user stay as they are.
    In a customer company the user also becomes a customer of its tenant. Only platform staff may add
    somebody who already has an account: an account in a company is no private customer any more,
    which is not for a company to decide. Raises `Missing`, `NotYours`, and `Invalid` naming the
    field `email`, `role`, `first_name` or `last_name`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        role = _role_in(company, role)
        user = _user_for(actor, company, email, first_name, last_name)
        member = Member.objects.create(company=company, user=user, role=role, created_at=now, modified_at=now)
        if company.kind == CompanyKind.CUSTOMER:
            Customer.objects.get_or_create(tenant_id=company.tenant_id, user=user)
        _record("member.added", member, None, {"role": role}, actor, now, reason)
    return member


def change_role(*, actor: Actor, member_id: int, role: str, reason: str = "", now: datetime | None = None) -> Member:
    """Move a member to another group of the company; who is there already stays, without an entry.

    Who becomes a Contact leaves the approval group with it, and the entry says so. The last active
    Admin of a customer company stays Admin (`Invalid`, field `role`), because what exceeds the limit
    could be approved by nobody. Open requests are not touched: who may decide is asked again then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        member = locked_member(actor, member_id)
        role = _role_in(member.company, role)
        if role == member.role:
            return member
        _check_not_last_admin(member, "role")
        old = _standing(member)
        member.role = role
        member.in_approval_group = member.in_approval_group and role in GROUP_ROLES
        member.save(update_fields=["role", "in_approval_group", *member.touched(now)])
        _record("member.role_changed", member, old, _standing(member), actor, now, reason)
    return member


def deactivate_member(*, actor: Actor, member_id: int, reason: str = "", now: datetime | None = None) -> Member:
    """End a membership from now on; the row stays, for the history and for coming back.

    The last active Admin of a customer company is refused (`Invalid`, field `is_active`). A place in
    the approval group is kept, so that a group without any active member shows as such instead of
    vanishing. Already inactive: nothing happens.
    """
    now = now or timezone.now()
    with transaction.atomic():
        member = locked_member(actor, member_id)
        if not member.is_active:
            return member
        _check_not_last_admin(member, "is_active")
        member.is_active = False
        member.save(update_fields=["is_active", *member.touched(now)])
        _record("member.deactivated", member, _standing(member), None, actor, now, reason)
    return member


def reactivate_member(*, actor: Actor, member_id: int, reason: str = "", now: datetime | None = None) -> Member:
    """Take a former member back, into the group and approval group they were in. Active: nothing happens."""
    now = now or timezone.now()
    with transaction.atomic():
        member = locked_member(actor, member_id)
        if member.is_active:
            return member
        if not member.user.is_active:
            raise Invalid(f"The account of {member.user.name} is switched off.", field="is_active")
        member.is_active = True
        member.save(update_fields=["is_active", *member.touched(now)])
        _record("member.reactivated", member, None, _standing(member), actor, now, reason)
    return member


def _role_in(company: Company, role: str) -> str:
    roles = roles_of(company.kind)
    if role not in roles:
        names = ", ".join(known.label for known in roles)
        raise Invalid(f"A {company.kind} company has the groups {names}.", field="role")
    return str(role)


def _user_for(actor: Actor, company: Company, email: str, first_name: str, last_name: str) -> User:
    email = User.objects.normalize_email(clean_text(email, field="email", longest=LONGEST_ADDRESS))
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise Invalid("Give an e-mail address such as rita@northwind.example.", field="email") from wrong
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        return _new_user(
            email,
            clean_text(first_name, field="first_name", longest=LONGEST_NAME),
            clean_text(last_name, field="last_name", longest=LONGEST_NAME),
        )
    member = Member.objects.filter(company=company, user=user).first()
    if member is not None:
        left = "" if member.is_active else ", but inactive: make that membership active again"
        raise Invalid(f"{user.name} is already a member of {company.name}{left}.", field="email")
    if not is_operator(actor):
        raise Invalid(
            "Somebody has an account with this address already; the operator of the marketplace can add them.",
            field="email",
        )
    if not user.is_active:
        raise Invalid(f"The account of {user.name} is switched off.", field="email")
    return user


def _new_user(email: str, first_name: str, last_name: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email, first_name=first_name, last_name=last_name)
    except IntegrityError as wrong:
        raise Invalid("Somebody made an account with this address just now. Try again.", field="email") from wrong


def _check_not_last_admin(member: Member, field: str) -> None:
    """The company is locked, so nobody else is being removed meanwhile."""
    company = member.company
    if company.kind != CompanyKind.CUSTOMER or member.role != Role.ADMIN or not company.is_active:
        return
    if not (member.is_active and member.user.is_active):
        return
    others = Member.objects.active().filter(company=company, role=Role.ADMIN).exclude(pk=member.pk)
    if not others.exists():
        raise Invalid(
            f"{member.user.name} is the last active Admin of {company.name}. Make somebody else Admin first.",
            field=field,
            code="last_admin",
        )


def _standing(member: Member) -> dict[str, Any]:
    return {"role": str(member.role), "in_approval_group": member.in_approval_group}


def _record(kind: str, member: Member, old: Any, new: Any, actor: Actor, now: datetime, reason: str) -> None:
    record_change(
        Changed(kind, member.user.name, old, new, reason),
        actor=actor,
        tenant_id=member.company.tenant_id,
        company=member.company,
        now=now,
    )
