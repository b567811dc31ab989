"""Who calls? A bearer token becomes an actor with scopes, asked anew on every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from companies.actors import Actor, ActorKind, Channel
from companies.models import ApiToken, Company, Member, ServiceToken, Tenant, User
from companies.models.token import TokenKind, digest_of
from companies.roles import CompanyKind
from companies.scopes import VENDOR_SYSTEM_SCOPES, scopes_of
from companies.services.clients import SERVICE_PREFIX

_OF_CLIENT = ("application__tenant", "application__company")


@dataclass(frozen=True, slots=True)
class Caller:
    """A resolved bearer: the actor, the tenant, what the token may do, and the token's own row.

    `token` is None for a service token, `company` the one that a customer acts for. `is_customer`,
    `is_anonymous` and `is_service` tell the kinds apart.
    """

    actor: Actor
    tenant: Tenant
    scopes: frozenset[str]
    expires_at: datetime
    token: ApiToken | None = None
    company: Company | None = None
    client_id: str = ""

    @property
    def is_customer(self) -> bool:
        """Somebody who signed in."""
        return self.actor.kind is ActorKind.USER

    @property
    def is_anonymous(self) -> bool:
        """A visitor."""
        return self.actor.kind is ActorKind.SESSION

    @property
    def is_service(self) -> bool:
        """An API client."""
        return self.actor.kind is ActorKind.CLIENT


class Expired(AuthenticationFailed):
    """The token was good once; clients refresh it."""

    expired = True


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. Two queries for a customer, one for others; no password hashing."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        """The user (or None) and the caller; no header is no caller, a bad token is refused."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        caller = caller_of(token.strip(), timezone.now())
        return _Bearer(caller), caller

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says."""
        return "Bearer"


@dataclass(frozen=True, slots=True)
class _Bearer:
    """What DRF calls the user: throttles tell callers apart by `pk`."""

    caller: Caller

    is_authenticated = True

    @property
    def pk(self) -> str:
        """One bucket per person, visitor or client."""
        return f"{self.caller.actor.kind}:{self.caller.actor.reference}"


def caller_of(token: str, now: datetime) -> Caller:
    """The caller with this access token; raises `AuthenticationFailed`, or `Expired` for an old one."""
    if token.startswith(SERVICE_PREFIX):
        return _service(token, now)
    row = (
        ApiToken.objects.filter(digest=digest_of(token), kind=TokenKind.ACCESS)
        .select_related("tenant", "user", "company")
        .first()
    )
    if row is None:
        raise AuthenticationFailed
    if not row.is_good(now):
        raise Expired if row.revoked_at is None and row.expires_at <= now else AuthenticationFailed
    if row.user is None:
        return Caller(_visitor(row), row.tenant, frozenset(), row.expires_at, row)
    member, has_membership = _acting(row.user, row.tenant, row.company_id)
    if member is None:
        actor = Actor.customer(row.user, row.tenant_id, Channel.API, has_membership=has_membership)
        return Caller(actor, row.tenant, scopes_of(None), row.expires_at, row)
    actor = Actor.member(member, Channel.API)
    return Caller(actor, row.tenant, scopes_of(actor.role), row.expires_at, row, member.company)


def _acting(user: User, tenant: Tenant, company_id: int | None) -> tuple[Member | None, bool]:
    """As which member the signed-in user acts, and whether they are or were one anywhere here.

    They act for the company the token is bound to, else for the only one. Somebody in several
    companies whose token is bound to none acts for none, and is no private customer either; so does
    somebody who is no longer active in the company of the token. One query.
    """
    members = list(
        Member.objects.filter(user_id=user.pk, company__tenant_id=tenant.pk).select_related("company").order_by("pk")
    )
    for member in members:
        member.user = user
    active = [member for member in members if member.counts]
    if company_id is not None:
        chosen = next((member for member in active if member.company_id == company_id), None)
    else:
        chosen = active[0] if len(active) == 1 else None
    return chosen, bool(members)


def _service(token: str, now: datetime) -> Caller:
    """An API client. A scope that was taken from it since is not in its older tokens either."""
    row = ServiceToken.objects.filter(token_checksum=digest_of(token)).select_related(*_OF_CLIENT).first()
    if row is None or not row.application.is_active:
        raise AuthenticationFailed
    company = row.application.company
    if company is not None and not company.is_active:
        raise AuthenticationFailed
    if row.expires <= now:
        raise Expired
    client = row.application
    actor = Actor(
        ActorKind.CLIENT,
        client.client_id,
        client.name,
        Channel.API,
        tenant_id=client.tenant_id,
        company_id=client.company_id,
        company_kind=CompanyKind(company.kind) if company else None,
    )
    scopes = frozenset(row.scope.split()) & frozenset(client.scopes)
    if company is not None:
        scopes &= VENDOR_SYSTEM_SCOPES
    return Caller(actor, client.tenant, scopes, row.expires, client_id=client.client_id)


def _visitor(row: ApiToken) -> Actor:
    return Actor(
        ActorKind.SESSION,
        row.session_key,
        "Visitor",
        Channel.API,
        tenant_id=row.tenant_id,
        session_key=row.session_key,
    )
