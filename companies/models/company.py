"""Companies, the people in them with their group, and where they are."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from companies.models.tenant import Tenant
from companies.roles import GROUP_ROLES, REVIEWING_ROLES, SELLING_ROLES, CompanyKind, Role
from config.kit.money import AMOUNT_LIMIT, Money
from config.kit.records import Resource

if TYPE_CHECKING:
    from companies.actors import Actor

CURRENCY_FORMAT = RegexValidator(r"^[A-Z]{3}$", "Give a three-letter currency code such as EUR.")


class CompanyQuerySet(models.QuerySet["Company"]):
    """Which companies."""

    def visible_to(self, actor: Actor) -> Self:
        """The companies of one tenant in which the actor is an active member; staff and API clients see all."""
        if actor.platform or actor.is_client:
            return self.filter(tenant_id=actor.tenant_id) if actor.tenant_id else self
        mine = Member.objects.active().filter(company=OuterRef("pk"), user_id=actor.user_id)
        return self.filter(Exists(mine), tenant_id=actor.tenant_id)

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class Company(Resource):
    """A legal entity. Its purchase limit is compared with the gross subtotal of what is ordered."""

    class Type(models.TextChoices):
        """The place in a company tree."""

        COMPANY = "COMPANY"
        SUBSIDIARY = "SUBSIDIARY"

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="companies")
    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in CompanyKind])
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=12, choices=Type, default=Type.COMPANY)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="subsidiaries")
    email = models.EmailField("e-mail address", blank=True)
    is_active = models.BooleanField("active", default=True)
    purchase_limit = models.DecimalField(
        max_digits=15,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Gross, tax included. Orders above it need approval. Empty: no limit. 0: every order needs one.",
    )
    limit_currency = models.CharField(
        max_length=3,
        blank=True,
        validators=[CURRENCY_FORMAT],
        help_text="Orders in another currency count as above the limit.",
    )
    approval_expiry_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Days until an unanswered request expires. Empty: the tenant's preference.",
    )
    legal_info = models.JSONField(default=dict, blank=True)
    home_marketplace = models.ForeignKey(
        "companies.Marketplace",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="home_of",
        help_text="Where its people shop until they choose another marketplace. Empty: the parent marketplace.",
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_company_per_key"),
            models.CheckConstraint(
                condition=Q(purchase_limit__isnull=True)
                | (Q(purchase_limit__gte=0) & Q(purchase_limit__lt=AMOUNT_LIMIT) & ~Q(limit_currency="")),
                name="a_limit_is_an_amount_with_a_currency",
                violation_error_message="A purchase limit is zero or more and needs a currency.",
            ),
            models.CheckConstraint(
                condition=Q(approval_expiry_days__isnull=True)
                | Q(approval_expiry_days__gte=1, approval_expiry_days__lte=365),
                name="requests_expire_within_a_year",
                violation_error_message="Requests expire after 1 to 365 days.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def limit(self) -> Money | None:
        """The purchase limit (gross), or None where the company has none."""
        if self.purchase_limit is None:
            return None
        return Money(self.purchase_limit, self.limit_currency)


class MemberQuerySet(models.QuerySet["Member"]):
    """Which memberships."""

    def active(self) -> Self:
        """Memberships that count: the member, the user and the company are all active."""
        return self.filter(is_active=True, user__is_active=True, company__is_active=True)

    def visible_to(self, actor: Actor) -> Self:
        """The people of the company the actor acts for; platform staff and API clients see everybody."""
        if actor.platform or actor.is_client:
            return self.filter(company__tenant_id=actor.tenant_id) if actor.tenant_id else self
        return self.filter(company_id=actor.company_id, company__tenant_id=actor.tenant_id)

    def reviewing(self, company_ids: Iterable[int]) -> Self:
        """The people who review orders and deliver for these vendors or resellers: each a pool."""
        return self.active().filter(company_id__in=set(company_ids), role__in=REVIEWING_ROLES)

    def selling(self, company_ids: Iterable[int]) -> Self:
        """The people who price quotes and order on behalf for these vendors or resellers."""
        return self.active().filter(company_id__in=set(company_ids), role__in=SELLING_ROLES)


class Member(Resource):
    """A user in a company, with the group (role) the user has there; the API's contact assignment."""

    class Type(models.TextChoices):
        """What the company uses this contact for."""

        PRIMARY = "PRIMARY"
        BILLING = "BILLING"
        LOGISTICS = "LOGISTICS"
        CONTACT = "CONTACT"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("group", max_length=10, choices=[(r.value, r.label) for r in Role])
    in_approval_group = models.BooleanField(
        default=False,
        help_text="Members of the approval group alone approve for the company, whatever their group.",
    )
    type = models.CharField(max_length=10, choices=Type, default=Type.CONTACT)
    primary = models.BooleanField(default=False)
    is_active = models.BooleanField("active", default=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "user"], name="one_membership_per_company"),
            models.UniqueConstraint(fields=["company", "key"], name="one_member_per_key"),
            models.CheckConstraint(
                condition=Q(in_approval_group=False) | Q(role__in=GROUP_ROLES),
                name="only_admins_buyers_and_requesters_are_in_an_approval_group",
                violation_error_message="Only an Admin, Buyer or Requester can be in the approval group.",
            ),
        ]
        indexes = [models.Index(fields=["user", "is_active"], name="member_by_user")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def counts(self) -> bool:
        """As `MemberQuerySet.active`, for a row that came with its user and company."""
        return self.is_active and self.user.is_active and self.company.is_active


class LocationQuerySet(models.QuerySet["Location"]):
    """Which locations."""

    def visible_to(self, actor: Actor) -> Self:
        """The locations of the company the actor acts for; platform staff and API clients see all."""
        if actor.platform or actor.is_client:
            of_tenant = Q(company__tenant_id=actor.tenant_id) | Q(tenant_id=actor.tenant_id)
            return self.filter(of_tenant) if actor.tenant_id else self
        return self.filter(company_id=actor.company_id, company__tenant_id=actor.tenant_id)


class Location(Resource):
    """An address of a company; until one takes it in, an API client's own, which only has a tenant."""

    class Type(models.TextChoices):
        """What is there."""

        HEADQUARTER = "HEADQUARTER"
        WAREHOUSE = "WAREHOUSE"
        OFFICE = "OFFICE"

    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="locations")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, editable=False, related_name="+")
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=12, choices=Type, default=Type.OFFICE)
    contact_name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200)
    street_number = models.CharField(max_length=20, blank=True)
    street_appendix = models.CharField(max_length=100, blank=True)
    zip_code = models.CharField(max_length=11)
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=100, blank=True)
    country = models.CharField(
        max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$", "Give a two-letter country code.")]
    )
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    further = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Further e-mail addresses, phone numbers and tags."
    )
    is_active = models.BooleanField("active", default=True)

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="one_location_per_key"),
            models.UniqueConstraint(fields=["tenant", "key"], name="one_location_of_no_company_per_key"),
            models.CheckConstraint(
                condition=Q(company__isnull=False, tenant__isnull=True) | Q(company__isnull=True, tenant__isnull=False),
                name="a_location_is_of_a_company_or_else_of_a_tenant",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_address(self) -> dict[str, str]:
        """The address as it is written into carts, approvals and orders (the API's field names)."""
        return {
            "contactName": self.contact_name or self.name,
            "companyName": self.company.name if self.company else "",
            "street": self.street,
            "streetNumber": self.street_number,
            "streetAppendix": self.street_appendix,
            "zipCode": self.zip_code,
            "city": self.city,
            "state": self.state,
            "country": self.country,
            "contactPhone": self.phone,
        }
