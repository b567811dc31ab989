"""Products of vendors, and the listings that offer them on marketplaces."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from catalog.models.tax import TaxClass
from companies.models import Company, CompanyKind, Marketplace, Tenant
from companies.models.company import CURRENCY_FORMAT
from config.kit.money import UNIT_PRICE_LIMIT
from config.kit.records import Resource

if TYPE_CHECKING:
    from companies.actors import Actor


class NeedsReview(models.TextChoices):
    """Whether orders for a product wait for an auditor."""

    YES = "yes"
    NO = "no"
    INHERIT = "inherit", "as the marketplace says"


class Provisioning(models.TextChoices):
    """How a product is delivered once its order may go on."""

    MANUAL = "manual", "by hand"
    INSTANT = "instant", "at once"
    WEBHOOK = "webhook", "by the vendor's system"


class SoldAs(models.TextChoices):
    """Whether a product is bought once, or kept and paid per period."""

    ONCE = "once", "once"
    SUBSCRIPTION = "subscription", "as a subscription"


class Period(models.TextChoices):
    """How long what is paid for a subscription lasts; months and years of the calendar."""

    MONTH = "month", "month"
    YEAR = "year", "year"


class ProductQuerySet(models.QuerySet["Product"]):
    """Which products."""

    def visible_to(self, actor: Actor) -> Self:
        """Published products of the actor's tenant, for a vendor's people also their own drafts."""
        if actor.platform:
            return self.filter(tenant_id=actor.tenant_id) if actor.tenant_id else self
        return self.filter(Q(is_active=True) | Q(vendor_id=actor.company_id), tenant_id=actor.tenant_id)

    def flagged_by(self, actor: Actor) -> Self:
        """Whose review the actor's company decides, as their vendor; platform staff: of all of their tenant."""
        if actor.platform:
            return self.visible_to(actor)
        if actor.company_id is None:
            return self.none()
        return self.filter(vendor_id=actor.company_id, tenant_id=actor.tenant_id)


class Product(Resource):
    """Something a vendor sells."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="products")
    vendor = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        related_name="products",
        limit_choices_to={"kind": CompanyKind.VENDOR.value},
    )
    sku = models.CharField("SKU", max_length=64)
    name = models.JSONField(help_text='Text per language, such as {"en": "Desk lamp"}.')
    description = models.JSONField(default=dict, blank=True, help_text="Text per language.")
    category = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=20, default="piece", help_text="What one of it is called.")
    tax_class = models.ForeignKey(TaxClass, on_delete=models.PROTECT, related_name="products")
    needs_review = models.CharField(
        max_length=8,
        choices=NeedsReview,
        default=NeedsReview.INHERIT,
        help_text="Orders for this product wait until the seller has accepted them.",
    )
    provisioning = models.CharField(max_length=8, choices=Provisioning, default=Provisioning.MANUAL)
    sold_as = models.CharField(
        max_length=12,
        choices=SoldAs,
        default=SoldAs.ONCE,
        help_text="Subscriptions are sold by plan: each has its own period and its own offers.",
    )
    is_active = models.BooleanField("published", default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_product_per_key"),
            models.UniqueConstraint(fields=["tenant", "sku"], name="one_product_per_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name.get('en', '')}".strip()


class Plan(Resource):
    """A variant in which a product is subscribed to, such as Basic per month; `key` is its id outside.

    Its price stands in the listings of the plan, per unit and period. Whoever subscribes may try it for
    `trial_days` first (0: no trial).
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="plans")
    code = models.CharField(max_length=40, help_text="Short and steady, such as BASIC.")
    name = models.JSONField(help_text='Text per language, such as {"en": "Basic"}.')
    period = models.CharField(max_length=5, choices=Period, default=Period.MONTH)
    trial_days = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(365)], help_text="How long it can be tried for nothing. 0: not at all."
    )
    position = models.PositiveSmallIntegerField(default=1, help_text="Plans are shown in this order.")
    is_active = models.BooleanField("offered", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "key"], name="one_plan_per_key"),
            models.UniqueConstraint(fields=["product", "code"], name="one_plan_per_code"),
        ]

    def __str__(self) -> str:
        return f"{self.product.sku} {self.code}"


class ListingQuerySet(models.QuerySet["Listing"]):
    """Which offers."""

    def flagged_by(self, actor: Actor) -> Self:
        """Whose review the actor's company decides, as the owner of their marketplace; platform staff: of all."""
        if actor.platform:
            return self.filter(marketplace__tenant_id=actor.tenant_id) if actor.tenant_id else self
        if actor.company_id is None:
            return self.none()
        return self.filter(marketplace__owner_id=actor.company_id, marketplace__tenant_id=actor.tenant_id)

    def on_sale(self) -> Self:
        """Offers a customer can buy now: listing, plan, product and marketplace are all active."""
        return self.filter(
            Q(plan__isnull=True, product__sold_as=SoldAs.ONCE) | Q(plan__is_active=True),
            is_active=True,
            product__is_active=True,
            marketplace__is_active=True,
        )


class Listing(Resource):
    """A product offered on one marketplace at a price; `key` is the API's price id.

    A subscription is offered by plan: the price is that of one unit for one period. Its own `needs_review` goes
    before the product's, which goes before the marketplace's default.
    """

    marketplace = models.ForeignKey(Marketplace, on_delete=models.PROTECT, related_name="listings")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="listings")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="listings")
    unit_price = models.DecimalField(max_digits=15, decimal_places=6, validators=[MinValueValidator(Decimal(0))])
    currency = models.CharField(max_length=3, validators=[CURRENCY_FORMAT])
    includes_tax = models.BooleanField(
        "gross", default=False, help_text="The unit price includes tax (gross); else it is net."
    )
    is_active = models.BooleanField("offered", default=True)
    needs_review = models.CharField(
        max_length=8,
        choices=[
            (NeedsReview.YES.value, "Yes"),
            (NeedsReview.NO.value, "No"),
            (NeedsReview.INHERIT.value, "as the product says"),
        ],
        default=NeedsReview.INHERIT,
        help_text="Orders for it on this marketplace wait until the seller has accepted them.",
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "key"], name="one_listing_per_key"),
            models.UniqueConstraint(
                fields=["marketplace", "product", "currency"],
                condition=Q(is_active=True, plan__isnull=True),
                name="one_offer_per_product_and_currency",
                violation_error_message="This product is already offered here in this currency.",
            ),
            models.UniqueConstraint(
                fields=["marketplace", "plan", "currency"],
                condition=Q(is_active=True, plan__isnull=False),
                name="one_offer_per_plan_and_currency",
                violation_error_message="This plan is already offered here in this currency.",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, unit_price__lt=UNIT_PRICE_LIMIT),
                name="a_price_is_zero_or_more",
            ),
        ]
        indexes = [models.Index(fields=["marketplace", "is_active"], name="listing_by_marketplace")]

    def __str__(self) -> str:
        return f"{self.product} at {self.unit_price} {self.currency}"


def offer_name(product: Product, plan: Plan | None) -> dict[str, str]:
    """What is offered, per language: the product's name, with the plan's where there is one."""
    names: dict[str, str] = product.name
    if plan is None:
        return names
    plans: dict[str, str] = plan.name
    return {
        language: f"{text}, {plans.get(language) or plans.get('en') or plan.code}" for language, text in names.items()
    }
