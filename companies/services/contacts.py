"""Which customers belong to a company, as the API has it: contact assignments, and the group of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company, Customer, Member, User
from companies.roles import CompanyKind, Role
from companies.services.history import Changed, record_change
from companies.services.idempotency import Once, remember
from companies.services.people import change_role
from companies.services.steps import check_new_key, check_version, is_operator, locked_company, locked_member
from config.kit.refused import Invalid, Late, Missing, NotYours

KIND = "contact"


@dataclass(frozen=True, slots=True)
class Contact:
    """What a company uses a contact for; None stays as it is, or at its default."""

    type: str | None = None
    primary: bool | None = None
    mixins: dict[str, Any] | None = None
    version: int | None = None


def assign_contact(
    *,
    actor: Actor,
    company_id: int,
    number: str,
    key: str = "",
    contact: Contact,
    now: datetime | None = None,
    once: Once | None = None,
) -> Member:
    """Put a customer of the tenant into a company, as Contact: an Admin decides what else they may do.

    For platform staff and API clients, since the account is no private customer any more from then on.
    Who was in the company before comes back as Contact too. Raises `Missing`, `NotYours`, `Invalid`
    naming `customer.id`, and `Late` for who is in it already or for a key that is taken.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        if not is_operator(actor):
            raise NotYours("Only the operator of the marketplace may assign existing customers.")
        if company.kind != CompanyKind.CUSTOMER:
            raise Invalid("Only customer companies have contacts.", field="legalEntity.id")
        user = _customer(company, number)
        member = Member.objects.select_for_update(of=("self",), no_key=True).filter(company=company, user=user).first()
        if member is not None and member.is_active:
            raise Late("This customer is assigned to this company already.", field="customer.id", code="taken")
        if member is None:
            member = Member(company=company, user=user, created_at=now)
            if key:
                member.key = check_new_key(
                    key, taken=Member.objects.filter(company__tenant=company.tenant, key=key).exists()
                )
        elif key and key != member.key:
            raise Late("This customer was assigned under another id.", field="id", code="taken")
        member.role, member.in_approval_group, member.is_active = Role.CONTACT, False, True
        _describe(member, contact)
        member.modified_at = now
        member.save()
        _record("member.added", member, None, {"role": str(member.role)}, actor, now)
        remember(once, KIND, member.key, now)
    return member


def change_contact(*, actor: Actor, member_id: int, contact: Contact, now: datetime | None = None) -> Member:
    """Write what a contact is for; `Late` where its version is another by now."""
    now = now or timezone.now()
    with transaction.atomic():
        member = locked_member(actor, member_id)
        check_version(member, contact.version)
        old = _plain(member)
        _describe(member, contact)
        new = _plain(member)
        if new != old:
            member.save(update_fields=["type", "primary", "mixins", *member.touched(now)])
            _record("member.contact_changed", member, old, new, actor, now)
    return member


def join_group(
    *,
    actor: Actor,
    company_id: int,
    number: str,
    role: Role,
    now: datetime | None = None,
    once: Once | None = None,
) -> Member:
    """Move a customer into a group of the company; API clients and staff may bring in who is not in it yet.

    Raises `Missing` for somebody unknown to the asker, and `Late` for who is in that group already; a
    Contact may be made Contact again, since storefronts move people out of one group and then into another.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        member = _member_numbered(company, number)
        if member is None:
            if not is_operator(actor):
                raise Missing("There is no such user.")
            member = assign_contact(actor=actor, company_id=company.pk, number=number, contact=Contact(), now=now)
        elif member.role == role != Role.CONTACT:
            raise Late("This user is in this group already.", field="userId", code="taken")
        if member.role != role:
            member = change_role(actor=actor, member_id=member.pk, role=role, now=now)
        remember(once, KIND, member.key, now)
    return member


def leave_group(*, actor: Actor, company_id: int, number: str, role: Role, now: datetime | None = None) -> Member:
    """Take a member out of a group: what stays is a Contact, who may order nothing, and whom this leaves one.

    Only the end of the contact assignment ends that. Raises `Missing` for who is not in this group, and
    `Invalid` (code `last_admin`) for the company's last active Admin.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        member = _member_numbered(company, number)
        if member is None or member.role != role:
            raise Missing("There is no such user in this group.")
        if role == Role.CONTACT:
            return member
        return change_role(actor=actor, member_id=member.pk, role=Role.CONTACT, now=now)


def _customer(company: Company, number: str) -> User:
    customer = Customer.objects.filter(tenant_id=company.tenant_id, number=number).select_related("user").first()
    if customer is None:
        raise Invalid("There is no customer with this id.", field="customer.id")
    if not customer.user.is_active:
        raise Invalid("The account of this customer is switched off.", field="customer.id")
    return customer.user


def _member_numbered(company: Company, number: str) -> Member | None:
    owner = Customer.objects.filter(tenant_id=company.tenant_id, number=number).values("user_id")
    found: Member | None = Member.objects.filter(company=company, is_active=True, user_id__in=owner).first()
    return found


def _describe(member: Member, contact: Contact) -> None:
    if contact.type is not None:
        member.type = contact.type
    if contact.primary is not None:
        member.primary = contact.primary
    if contact.mixins is not None:
        member.mixins = contact.mixins


def _plain(member: Member) -> dict[str, Any]:
    return {"type": str(member.type), "primary": member.primary, "mixins": member.mixins}


def _record(kind: str, member: Member, old: Any, new: Any, actor: Actor, now: datetime) -> None:
    record_change(
        Changed(kind, member.user.name, old, new),
        actor=actor,
        tenant_id=member.company.tenant_id,
        company=member.company,
        now=now,
    )
