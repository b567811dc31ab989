"""Marketplaces (the API's sites), how they ship and when they deliver."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from companies.models.company import CURRENCY_FORMAT, Company
from companies.models.tenant import Tenant
from companies.roles import CompanyKind
from config.kit.money import AMOUNT_LIMIT
from config.kit.records import Resource

# Reminders and expiry are counted in days of a year at most.
MOST_REMINDER_DAYS = 365


class Logo(models.Model):
    """A marketplace's picture, as it was drawn anew; kept for good, since pages and mails name it by its digest."""

    digest = models.CharField(max_length=40, unique=True)
    type = models.CharField(max_length=20)
    content = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.digest


class Marketplace(Resource):
    """A place that sells; `key` is the API's site code.

    The parent marketplace has no owner; a reseller marketplace is owned by one reseller company,
    which then audits what is ordered there. Who comes by its `host`, or by an address that begins with
    its `path_prefix`, is on it whatever they chose before; `companies.services.marketplaces` writes both
    and how it looks.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="marketplaces")
    name = models.CharField(max_length=200)
    owner = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="marketplaces",
        limit_choices_to={"kind": CompanyKind.RESELLER.value},
        help_text="The reseller who sells here and reviews the orders. Empty: the parent marketplace.",
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    currency = models.CharField(max_length=3, validators=[CURRENCY_FORMAT])
    country = models.CharField(
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", "Give a two-letter country code.")],
        help_text="Tax is that of this country unless the cart names another.",
    )
    is_active = models.BooleanField("active", default=True)
    review_default = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether orders for products that inherit are reviewed. Empty: the tenant's preference.",
    )
    auto_approve_on_behalf = models.BooleanField(
        null=True,
        blank=True,
        help_text="Orders that its sales place for its own customers are reviewed automatically. "
        "Empty: the tenant's preference.",
    )
    require_second_person = models.BooleanField(
        default=False, help_text="Who placed an order on behalf of a customer may not approve it."
    )
    review_reminder_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_REMINDER_DAYS)],
        help_text="Days after which the auditors are reminded of an order that waits, and again after as many. "
        "0: no reminders. Empty: the tenant's preference.",
    )
    platform_reviews = models.BooleanField(
        "reviewed by the platform",
        default=False,
        help_text="The platform's staff review what is ordered here, in place of those who sell it. "
        "Counts for waiting orders, too.",
    )
    host = models.CharField(
        max_length=253,
        blank=True,
        help_text="A host name of its own, such as shop.example.com. It has to be among ALLOWED_HOSTS.",
    )
    path_prefix = models.CharField(
        max_length=40,
        blank=True,
        help_text="The first part of its addresses on the installation's own host: with north its shop is at "
        "/north/dashboard/shop/.",
    )
    accent = models.CharField(
        "accent colour",
        max_length=7,
        blank=True,
        help_text="As #0c6b70: buttons and links of its pages and mails. White text must be readable on it; "
        "for dark screens a lighter shade is made of it. Empty: that of the installation.",
    )
    logo = models.ForeignKey(
        Logo, on_delete=models.PROTECT, null=True, blank=True, related_name="marketplaces", editable=False
    )
    sender_name = models.CharField(
        max_length=60,
        blank=True,
        help_text="Who its mails are from. Empty: its name. The sender's address stays the installation's.",
    )
    reply_to = models.EmailField(
        "reply to", blank=True, help_text="Where answers to its mails go. Empty: to the installation's address."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_marketplace_per_key"),
            models.UniqueConstraint(
                fields=["host"],
                condition=~Q(host=""),
                name="one_marketplace_per_host",
                violation_error_message="Another marketplace has this host already.",
            ),
            models.UniqueConstraint(
                fields=["path_prefix"],
                condition=~Q(path_prefix=""),
                name="one_marketplace_per_path_prefix",
                violation_error_message="Another marketplace has this path prefix already.",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, parent__isnull=True) | Q(owner__isnull=False, parent__isnull=False),
                name="a_reseller_marketplace_has_an_owner_and_a_parent",
                violation_error_message="A reseller marketplace needs both an owner and a parent; "
                "the parent marketplace has neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ShippingMethod(models.Model):
    """A way to ship on one marketplace, at a net price."""

    marketplace = models.ForeignKey(Marketplace, on_delete=models.CASCADE, related_name="shipping_methods")
    zone = models.CharField(max_length=64)
    key = models.CharField("method id", max_length=64)
    name = models.JSONField(default=dict, help_text='Text per language, such as {"en": "Courier"}.')
    net_price = models.DecimalField(max_digits=15, decimal_places=4, validators=[MinValueValidator(Decimal(0))])
    currency = models.CharField(max_length=3, validators=[CURRENCY_FORMAT])
    tax_class = models.CharField(max_length=40, help_text="The code of the tax class on shipping.")
    is_active = models.BooleanField("active", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "zone", "key"], name="one_shipping_method_per_zone_and_key"),
            models.CheckConstraint(
                condition=Q(net_price__gte=0, net_price__lt=AMOUNT_LIMIT),
                name="shipping_costs_zero_or_more",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} / {self.key}"


class DeliveryWindow(models.Model):
    """A time slot of a day in which one marketplace delivers; times of day are the marketplace's own."""

    marketplace = models.ForeignKey(Marketplace, on_delete=models.CASCADE, related_name="delivery_windows")
    key = models.CharField("window id", max_length=64)
    slot = models.CharField("slot id", max_length=64)
    name = models.CharField(max_length=100, help_text="What customers read, such as 08:00 to 12:00.")
    delivery_on = models.DateField()
    capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many checkouts it takes. Empty: no bound."
    )
    is_active = models.BooleanField("active", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "key", "slot", "delivery_on"], name="one_window_per_slot_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_on} {self.name}"
