"""Who reads a page: with which membership, of which tenant, on which marketplace?"""

from __future__ import annotations

from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse

from companies.actors import Actor, Channel
from companies.addressing import may_be_marketplaces
from companies.models import Marketplace, Member, Tenant
from companies.roles import CompanyKind

CUSTOMER_KINDS = (CompanyKind.CUSTOMER,)
SELLER_KINDS = (CompanyKind.VENDOR, CompanyKind.RESELLER)
HOMES = {"dashboard": "dashboard:home", "control_panel": "control_panel:home"}
# What the session remembers of somebody's choices; `/switch/` writes it.
CUSTOMER_COMPANY, SELLER_COMPANY, TENANT, MARKETPLACE = (
    "customer_company",
    "seller_company",
    "tenant",
    "marketplace",
)


class Portal:
    """The reader of one request, resolved as far as somebody asks and only once."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def addressed(self) -> Marketplace | None:
        """The marketplace that the address names, by its prefix or host; None at the installation's own address.

        One query at a host that can be a marketplace's at all, none elsewhere.
        """
        by_prefix: Marketplace | None = getattr(self.request, "marketplace_by_prefix", None)
        if by_prefix is not None:
            return by_prefix
        host = split_domain_port(self.request.get_host())[0]
        return open_places().filter(host=host).first() if may_be_marketplaces(host) else None

    @cached_property
    def memberships(self) -> list[Member]:
        """Every active membership of the reader, with user, company and tenant, by company name. One query."""
        if not self.request.user.is_authenticated:
            return []
        return [member for member in self._members if member.counts]

    @cached_property
    def _members(self) -> list[Member]:
        """The same with those that ended: who left a company is no private customer."""
        members = Member.objects.filter(user_id=self.request.user.pk).select_related("company__tenant", "user")
        return list(members.order_by("company__name", "pk"))

    @cached_property
    def choices(self) -> list[Member]:
        """The memberships that can be chosen: on a marketplace of one's own address, to buy only in its tenant."""
        if self.addressed is None:
            return self.memberships
        return [
            member
            for member in self.memberships
            if member.company.kind not in CUSTOMER_KINDS or member.company.tenant_id == self.addressed.tenant_id
        ]

    def memberships_in(self, kinds: tuple[CompanyKind, ...]) -> list[Member]:
        """The memberships in companies of these kinds: what can be chosen in an area."""
        return [member for member in self.choices if member.company.kind in kinds]

    @cached_property
    def customer_member(self) -> Member | None:
        """The membership the reader buys with: the chosen one, else the first."""
        return self._chosen(CUSTOMER_KINDS, CUSTOMER_COMPANY)

    @cached_property
    def seller_member(self) -> Member | None:
        """The membership the reader sells with: the chosen one, else the first."""
        return self._chosen(SELLER_KINDS, SELLER_COMPANY)

    @cached_property
    def customer_tenant(self) -> Tenant | None:
        """Where the reader is a customer; one query for those in no company."""
        if self.customer_member is not None:
            return self.customer_member.company.tenant
        if not self.request.user.is_authenticated:
            return None
        tenants = Tenant.objects.filter(customers__user_id=self.request.user.pk).order_by("pk")
        return (tenants.filter(pk=self.addressed.tenant_id) if self.addressed else tenants).first()

    @cached_property
    def seller_tenant(self) -> Tenant | None:
        """Where the reader sells; platform staff choose a tenant and have the first until then."""
        if self.seller_member is not None:
            return self.seller_member.company.tenant
        if not self.is_staff:
            return None
        tenants = Tenant.objects.order_by("pk")
        chosen = self.request.session.get(TENANT) or (self.addressed and self.addressed.tenant_id)
        return (tenants.filter(pk=chosen).first() if chosen else None) or tenants.first()

    @cached_property
    def customer(self) -> Actor | None:
        """The reader as a customer."""
        if self.customer_member is not None:
            return Actor.member(self.customer_member)
        tenant = self.customer_tenant
        if tenant is None:
            return None
        was_member = any(member.company.tenant_id == tenant.pk for member in self._members)
        return Actor.customer(self.request.user, tenant.pk, has_membership=was_member)

    @cached_property
    def seller(self) -> Actor | None:
        """The reader as one of a vendor's or reseller's people, else as platform staff."""
        if self.seller_member is not None:
            return Actor.member(self.seller_member)
        if not self.is_staff:
            return None
        return Actor.staff(self.request.user, Channel.PORTAL, self.seller_tenant.pk if self.seller_tenant else None)

    @property
    def is_staff(self) -> bool:
        """The reader operates the installation."""
        return bool(self.request.user.is_authenticated and self.request.user.is_active and self.request.user.is_staff)

    @property
    def home(self) -> str:
        """The address of the area where the reader has more to do: sellers and staff in the control panel."""
        area = "dashboard" if self.customer_member or not (self.seller_member or self.is_staff) else "control_panel"
        return reverse(HOMES[area])

    @cached_property
    def marketplaces(self) -> list[Marketplace]:
        """Where the reader can shop: the tenant's active ones, the parent first; or the address's alone. One query."""
        if not self.request.tenant:
            return []
        if self.addressed is not None and self.addressed.tenant_id == self.request.tenant.pk:
            return [self.addressed]
        places = open_places().filter(tenant_id=self.request.tenant.pk)
        return sorted(places.order_by("pk"), key=lambda place: place.owner_id is not None)

    @cached_property
    def marketplace(self) -> Marketplace | None:
        """Where the reader shops: the address's, else the chosen one, else their company's, else the parent."""
        places = self.marketplaces
        wanted = self.request.session.get(MARKETPLACE)
        chosen = next((place for place in places if place.key == wanted), None)
        if chosen is not None:
            return chosen
        home = self.customer_member.company.home_marketplace_id if self.customer_member else None
        return next((place for place in places if place.pk == home), places[0] if places else None)

    def _chosen(self, kinds: tuple[CompanyKind, ...], choice: str) -> Member | None:
        members = self.memberships_in(kinds)
        if not members:
            return None
        wanted = self.request.session.get(choice)
        return next((member for member in members if member.company_id == wanted), members[0])

    def tenant(self) -> Tenant | None:
        """The tenant of the area the reader is in."""
        return self.seller_tenant if self.request.area == "control_panel" else self.customer_tenant


def open_places() -> QuerySet[Marketplace]:
    """Marketplaces where one can shop, with what their pages show; pictures by their digest only."""
    return Marketplace.objects.filter(is_active=True).select_related("owner", "logo").defer("logo__content")
