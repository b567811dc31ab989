"""Who is acting: resolved once at the edge, handed to every service, written into every event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from companies.models import Customer, Member, Tenant, User
from companies.roles import CompanyKind, Role


class ActorKind(StrEnum):
    """What sort of caller this is."""

    USER = "user"
    CLIENT = "client"
    SESSION = "session"
    SYSTEM = "system"


class Channel(StrEnum):
    """Through which door the caller came."""

    PORTAL = "portal"
    ADMIN = "admin"
    API = "api"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller in one tenant, acting for at most one company, with the role held there now.

    `company_id` and `role` are None for customers in no company (B2C) and for the system.
    `has_membership` tells a B2C customer from one who is in companies but acts for none.
    `platform` is set for platform staff acting as such (Django admin, control panel fallback).
    `reference` is what history keeps: text, no key to a person's row.
    """

    kind: ActorKind
    reference: str
    name: str
    channel: Channel
    tenant_id: int | None = None
    user_id: int | None = None
    company_id: int | None = None
    company_kind: CompanyKind | None = None
    role: Role | None = None
    has_membership: bool = False
    platform: bool = False
    session_key: str = ""

    @classmethod
    def system(cls, what: str, tenant_id: int | None = None) -> Self:
        """The installation itself, doing `what` (such as `expiry`)."""
        return cls(ActorKind.SYSTEM, what, "Countersign", Channel.TASK, tenant_id=tenant_id)

    @classmethod
    def staff(cls, user: User, channel: Channel = Channel.ADMIN, tenant_id: int | None = None) -> Self:
        """Platform staff at work; they act for no company."""
        return cls(
            ActorKind.USER,
            str(user.pk),
            user.name,
            channel,
            tenant_id=tenant_id,
            user_id=user.pk,
            platform=user.is_staff and user.is_active,
        )

    @classmethod
    def member(cls, member: Member, channel: Channel = Channel.PORTAL) -> Self:
        """A user acting for a company; `member` comes with its user and company."""
        return cls(
            ActorKind.USER,
            str(member.user_id),
            member.user.name,
            channel,
            tenant_id=member.company.tenant_id,
            user_id=member.user_id,
            company_id=member.company_id,
            company_kind=CompanyKind(member.company.kind),
            role=Role(member.role),
            has_membership=True,
        )

    @classmethod
    def customer(
        cls, user: User, tenant_id: int, channel: Channel = Channel.PORTAL, *, has_membership: bool = False
    ) -> Self:
        """A customer acting for no company."""
        return cls(
            ActorKind.USER,
            str(user.pk),
            user.name,
            channel,
            tenant_id=tenant_id,
            user_id=user.pk,
            has_membership=has_membership,
        )

    @property
    def is_client(self) -> bool:
        """An API client that works for its whole tenant, as far as its scopes go."""
        return self.kind is ActorKind.CLIENT and self.company_id is None

    @property
    def is_vendor_system(self) -> bool:
        """An API client of one vendor: it delivers that vendor's orders, and has no other rights."""
        return self.kind is ActorKind.CLIENT and self.company_id is not None


def actor_for(
    user: User,
    tenant: Tenant,
    *,
    company_id: int | None = None,
    kinds: tuple[CompanyKind, ...] = (CompanyKind.CUSTOMER,),
    channel: Channel = Channel.PORTAL,
) -> Actor | None:
    """The user in this tenant, acting for `company_id`, else for the first of their companies by name.

    Only active memberships in companies of `kinds` count. Somebody without one acts as a customer in
    no company where `kinds` holds customer companies and they are this tenant's customer; a
    membership that ended or is of another kind still shows (`has_membership`), so that who left a
    company does not turn into a free private customer. Otherwise there is no actor (None).
    One query, two for customers without a company.
    """
    members = list(
        Member.objects.filter(user_id=user.pk, company__tenant_id=tenant.pk)
        .select_related("company", "user")
        .order_by("company__name", "pk")
    )
    acting = [member for member in members if member.counts and member.company.kind in kinds]
    chosen = next((m for m in acting if m.company_id == company_id), acting[0] if acting else None)
    if chosen is not None:
        return Actor.member(chosen, channel)
    if CompanyKind.CUSTOMER in kinds and Customer.objects.filter(tenant=tenant, user_id=user.pk).exists():
        return Actor.customer(user, tenant.pk, channel, has_membership=bool(members))
    return None
