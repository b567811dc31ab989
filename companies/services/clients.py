"""Programs that call the API in their own name: making one, giving it a new secret, and its tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import ApiClient, Company, ServiceToken, Tenant
from companies.models.token import digest_of, new_token
from companies.roles import CompanyKind
from companies.scopes import CLIENT_SCOPES, VENDOR_SYSTEM_SCOPES
from companies.services.history import Changed, record_change
from companies.services.steps import is_operator
from config.kit.refused import Invalid, Missing, NotYours

# A service token shows by its first letters what it is, so that one query finds it.
SERVICE_PREFIX = "svc."


@dataclass(frozen=True, slots=True)
class NewClient:
    """An API client with its secret, which can be read here for the last time."""

    client: ApiClient
    secret: str


def create_client(
    *,
    actor: Actor,
    tenant_id: int,
    name: str,
    scopes: Iterable[str],
    client_id: str = "",
    secret: str = "",
    company_id: int | None = None,
    now: datetime | None = None,
) -> NewClient:
    """A new API client of a tenant; without an id and a secret of its own it gets random ones.

    With a company it is the system of that vendor, and stays that: what it is given is for good. For platform
    staff. Raises `Missing`, `NotYours`, and `Invalid` naming `scopes`, `name`, `company` or `client_id`.
    """
    now = now or timezone.now()
    tenant = _tenant_for(actor, tenant_id)
    company = _vendor(tenant, company_id)
    wanted = checked_scopes(scopes, company)
    if not name.strip():
        raise Invalid("Say what the program is.", field="name")
    secret = secret or new_token()
    client = ApiClient(
        tenant=tenant, company=company, name=name.strip(), scopes=wanted, client_secret=digest_of(secret)
    )
    if client_id:
        client.client_id = client_id
    with transaction.atomic():
        if ApiClient.objects.filter(client_id=client.client_id).exists():
            raise Invalid("There is an API client with this id already.", field="client_id")
        client.save(force_insert=True)
        of_vendor = {"vendor": company.name} if company else {}
        _record("api_client.added", client, None, {"scopes": wanted, **of_vendor}, actor, now)
    return NewClient(client, secret)


def renew_secret(*, actor: Actor, client_id: int, now: datetime | None = None) -> NewClient:
    """A new secret; the old one and all tokens got with it end at once."""
    now = now or timezone.now()
    with transaction.atomic():
        client = _locked_client(actor, client_id)
        secret = new_token()
        client.client_secret = digest_of(secret)
        client.save(update_fields=["client_secret", "updated"])
        ServiceToken.objects.filter(application=client).delete()
        _record("api_client.secret_renewed", client, None, None, actor, now)
    return NewClient(client, secret)


def change_client(
    *, actor: Actor, client_id: int, name: str, scopes: Iterable[str], is_active: bool, now: datetime | None = None
) -> ApiClient:
    """Write name, scopes and whether it may do anything; tokens it has follow at once."""
    now = now or timezone.now()
    with transaction.atomic():
        client = _locked_client(actor, client_id)
        wanted = checked_scopes(scopes, client.company)
        old = {"scopes": client.scopes, "active": client.is_active, "name": client.name}
        new = {"scopes": wanted, "active": is_active, "name": name.strip()}
        if old == new:
            return client
        client.name, client.scopes, client.is_active = name.strip(), wanted, is_active
        client.save(update_fields=["name", "scopes", "is_active", "updated"])
        _record("api_client.changed", client, old, new, actor, now)
    return client


def checked_scopes(scopes: Iterable[str], company: Company | None = None) -> list[str]:
    """Sorted, each of them one that an API client, or a vendor's system, can have; else `Invalid`."""
    wanted = sorted(set(scopes))
    known = CLIENT_SCOPES if company is None else VENDOR_SYSTEM_SCOPES
    unknown = [scope for scope in wanted if scope not in known]
    if unknown:
        whom = "An API client" if company is None else "A vendor's system"
        raise Invalid(f"{whom} cannot have {', '.join(unknown)}.", field="scopes")
    return wanted


def new_service_token(*_: Any) -> str:
    """What the OAuth library gives out."""
    return SERVICE_PREFIX + new_token()


def forget_old_service_tokens(now: datetime | None = None) -> int:
    """Delete service tokens that are over; returns how many."""
    return ServiceToken.objects.filter(expires__lt=now or timezone.now()).delete()[0]


def _tenant_for(actor: Actor, tenant_id: int) -> Tenant:
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None or actor.tenant_id not in (None, tenant_id):
        raise Missing("There is no such tenant.")
    if actor.is_client or not is_operator(actor):
        raise NotYours("Only platform staff may make API clients.")
    return tenant


def _vendor(tenant: Tenant, company_id: int | None) -> Company | None:
    if company_id is None:
        return None
    company = Company.objects.filter(pk=company_id, tenant=tenant, kind=CompanyKind.VENDOR).first()
    if company is None:
        raise Invalid("Choose a vendor of this tenant.", field="company")
    return company


def _locked_client(actor: Actor, client_id: int) -> ApiClient:
    clients = ApiClient.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    client = clients.filter(pk=client_id).first()
    if client is None:
        raise Missing("There is no such API client.")
    _tenant_for(actor, client.tenant_id)
    return client


def _record(kind: str, client: ApiClient, old: Any, new: Any, actor: Actor, now: datetime) -> None:
    record_change(Changed(kind, client.name, old, new), actor=actor, tenant_id=client.tenant_id, company=None, now=now)
