"""What the services of companies do inside their transaction: find and lock, ask who may, check a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from companies.actors import Actor, ActorKind
from companies.models import Company, Member, Tenant
from companies.roles import CompanyKind, Role
from config.kit.records import KEY_FORMAT, Resource
from config.kit.refused import Invalid, Late, Missing, NotYours


def locked_company(actor: Actor, company_id: int) -> Company:
    """The company, locked, for somebody who may change its people and limits.

    Raises `Missing` for outsiders and `NotYours` for those of its members who are no Admin (vendors
    and resellers: Manager). It is asked under the lock, in the database and not of the actor, so
    that an Admin who was removed a moment ago changes nothing any more. The lock on the company is
    also what keeps two Admins from removing each other at the same time.
    """
    if not _visible(actor).filter(pk=company_id).exists():
        raise Missing("There is no such company.")
    company = Company.objects.locked().get(pk=company_id)
    if is_operator(actor):
        return company
    role = Role.ADMIN if company.kind == CompanyKind.CUSTOMER else Role.MANAGER
    in_charge = Member.objects.active().filter(company=company, user_id=actor.user_id, role=role)
    if actor.company_id != company.pk or not in_charge.exists():
        raise NotYours(f"Only an active {role.label} of {company.name} may change this.")
    return company


def locked_tenant(actor: Actor, tenant_id: int | None) -> Tenant:
    """The tenant, locked, for its operator. Raises `NotYours` for everybody else, `Missing` for another's."""
    if not is_operator(actor):
        raise NotYours("Only the operator of the marketplace may do this.")
    tenant = Tenant.objects.select_for_update(of=("self",), no_key=True).filter(pk=tenant_id).first()
    if tenant is None or actor.tenant_id not in (None, tenant_id):
        raise Missing("There is no such tenant.")
    return tenant


def locked_member(actor: Actor, member_id: int) -> Member:
    """The member with user and company, after `locked_company`; `Missing` for outsiders."""
    found = Member.objects.filter(pk=member_id).values_list("company_id", flat=True).first()
    if found is None:
        raise Missing("There is no such member.")
    company = locked_company(actor, found)
    member = Member.objects.select_related("user").select_for_update(of=("self",), no_key=True).get(pk=member_id)
    member.company = company
    return member


def is_operator(actor: Actor) -> bool:
    """Platform staff, the installation itself, or an API client of the tenant (whose scopes the edge has asked)."""
    return actor.platform or actor.is_client or actor.kind is ActorKind.SYSTEM


def check_customer_company(company: Company, what: str, *, field: str) -> None:
    """Vendors and resellers do not buy, so they have neither limit nor approval group."""
    if company.kind != CompanyKind.CUSTOMER:
        raise Invalid(f"Only a customer company has {what}; {company.name} is a {company.kind}.", field=field)


def check_version(record: Resource, version: int | None) -> None:
    """`Late` for who names an older version than the record has; who names none overwrites it."""
    if version is not None and version != record.version:
        raise Late(
            f"This was changed meanwhile: it has version {record.version} now, not {version}.", field="metadata.version"
        )


def check_new_key(key: str, *, taken: bool) -> str:
    """An id that a client chose itself; `Invalid` for one of a wrong form, `Late` for one that is taken."""
    if not KEY_FORMAT.regex.fullmatch(key):
        raise Invalid(str(KEY_FORMAT.message), field="id")
    if taken:
        raise Late("There is one with this id already.", field="id", code="taken")
    return key


def clean_text(text: str, *, field: str, longest: int) -> str:
    """Without surrounding space; `Invalid` where it cannot be stored."""
    text = text.strip()
    if len(text) > longest:
        raise Invalid(f"Please shorten this to {longest} characters; it has {len(text)}.", field=field)
    if "\x00" in text:
        raise Invalid("This text contains a character that cannot be stored.", field=field)
    return text


def _visible(actor: Actor):
    if actor.kind is ActorKind.SYSTEM:
        return Company.objects.filter(tenant_id=actor.tenant_id) if actor.tenant_id else Company.objects.all()
    return Company.objects.visible_to(actor)


def write_columns(row: Resource, wanted: Any, names: Iterable[str]) -> None:
    """Put what is wanted (attributes named like columns, None: leave it) into the row, which is not saved.

    `Invalid` names the column whose bounds a text breaks.
    """
    for name in names:
        value = getattr(wanted, name)
        if value is None:
            continue
        column: Any = row._meta.get_field(name)  # noqa: SLF001 - public under this name by Django's own word
        if isinstance(value, str):
            value = clean_text(value, field=name, longest=column.max_length)
            if value:
                _check_column(column, value)
        setattr(row, name, value)


def _check_column(column: Any, value: str) -> None:
    if column.choices and value not in dict(column.flatchoices):
        raise Invalid("This is none of the choices.", field=column.name)
    try:
        column.run_validators(value)
    except ValidationError as wrong:
        raise Invalid(" ".join(wrong.messages), field=column.name) from wrong
