"""Checkouts and the orders they made, with everything as it was agreed then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from approvals.models import Approval
from catalog.models import Listing, Plan, Product
from catalog.models.product import Provisioning
from companies.events import ChainedEvent, HasHistory
from companies.models import Company, DeliveryWindow, Marketplace, Member, Tenant
from companies.roles import REVIEWING_ROLES, CompanyKind, Role
from config.kit.money import Money
from config.kit.records import Resource
from orders.lifecycle import DeliveryState, OrderKind, OrderStatus
from orders.models.cart import Cart
from orders.models.quote import Quote
from orders.models.subscription import Subscription, SubscriptionChange
from orders.review_warnings import HONOURED, Honoured

if TYPE_CHECKING:
    from companies.actors import Actor

# What waits for a review comes before everything else.
WAITING_FIRST = Case(
    When(status=OrderStatus.TO_BE_APPROVED, then=Value(0)), default=Value(1), output_field=IntegerField()
)

NUMBER_PREFIX = "CS"
FIRST_NUMBER = 1000


def pk_of(number: str) -> int | None:
    """The primary key in an order's number, such as 42 in CS1042; None for anything that is no number."""
    found = re.fullmatch(rf"{NUMBER_PREFIX}([1-9][0-9]{{3,17}})", number)
    return int(found[1]) - FIRST_NUMBER if found else None


class Checkout(models.Model):
    """One act of ordering: a cart, a quote or a change of a subscription became one or several orders, once.

    One of neither is the renewal or end of a subscription, which nobody had to ask for.

    Amounts are in `currency`; those of the lines and of shipping are kept apart. `ruling` is what
    the purchase policy answered then, `approved_gross` what an approval had allowed. `payment_open`:
    a quote was accepted without a word about payment, which one checkout may still add.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="checkouts")
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, null=True, blank=True, related_name="checkouts")
    change = models.OneToOneField(
        SubscriptionChange, on_delete=models.PROTECT, null=True, blank=True, related_name="checkout"
    )
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, null=True, blank=True, related_name="checkout")
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="checkout")
    delivery_window = models.ForeignKey(
        DeliveryWindow, on_delete=models.PROTECT, null=True, blank=True, related_name="checkouts"
    )
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="checkouts_placed")
    currency = models.CharField(max_length=3)
    lines_gross = models.DecimalField(max_digits=15, decimal_places=4)
    net = models.DecimalField(max_digits=15, decimal_places=4)
    tax = models.DecimalField(max_digits=15, decimal_places=4)
    gross = models.DecimalField(max_digits=15, decimal_places=4)
    approved_gross = models.DecimalField(max_digits=15, decimal_places=4, null=True, blank=True)
    ruling = models.JSONField(default=dict)
    payment_open = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart"], condition=Q(cart__isnull=False), name="one_checkout_per_cart"),
            models.CheckConstraint(
                condition=Q(cart__isnull=True, quote__isnull=True)
                | Q(cart__isnull=True, change__isnull=True)
                | Q(quote__isnull=True, change__isnull=True),
                name="a_checkout_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"checkout {self.pk}"


class OrderQuerySet(models.QuerySet["Order"]):
    """Which orders."""

    def visible_to(self, actor: Actor) -> Self:
        """Orders the actor has a part in.

        A customer: their own; an admin of a company: its own; an approver: what their yes has made, while they
        are in that company. A reseller's people: those their company audits; a vendor's people and its system:
        those of its products that are open to it, which a resold order is once the reseller approved it. An API
        client: those of its tenant. Platform staff: all.
        """
        if actor.platform:
            return self.filter(tenant_id=actor.tenant_id) if actor.tenant_id else self
        if actor.is_client:
            return self.filter(tenant_id=actor.tenant_id)
        orders = self.filter(tenant_id=actor.tenant_id)
        if actor.company_kind is CompanyKind.VENDOR:
            # What it audits is of its own products and open to it: one condition, one index.
            return orders.filter(vendor_id=actor.company_id, open_to_vendor=True)
        if actor.company_kind is CompanyKind.RESELLER:
            return orders.filter(auditing_company_id=actor.company_id)
        if actor.user_id is None:
            return self.none()
        mine = Q(buyer_id=actor.user_id, company_id=actor.company_id)
        asked = Approval.objects.put_to(actor).filter(pk=OuterRef("checkout__approval"))
        if actor.role == Role.ADMIN:
            mine |= Q(company_id=actor.company_id)
        return orders.filter(mine | Q(Exists(asked)))

    def placed_in(self, actor: Actor) -> Self:
        """What a customer's own order list shows: their orders, for an admin the company's."""
        mine = Q(buyer_id=actor.user_id, company_id=actor.company_id)
        if actor.role == Role.ADMIN and actor.company_id is not None:
            mine = Q(company_id=actor.company_id)
        return self.filter(mine, tenant_id=actor.tenant_id)

    def to_review(self) -> Self:
        """Orders that wait for an auditor."""
        return self.filter(status=OrderStatus.TO_BE_APPROVED)

    def left_to_platform(self) -> Self:
        """Those that wait, and that nobody of the auditing company can decide: see `orders.auditors.pool_of`."""
        reviewers = Member.objects.active().filter(company=OuterRef("auditing_company"), role__in=REVIEWING_ROLES)
        others = reviewers.exclude(user_id=OuterRef("placed_by_id")).exclude(user_id=OuterRef("buyer_id"))
        # Without the coalescing, nobody would be another than the nobody who asked.
        others = others.exclude(user_id=Coalesce(OuterRef("asked_by_id"), Value(0)))
        return self.to_review().filter(
            Q(marketplace__platform_reviews=True)
            | ~Exists(reviewers)
            | Q(~Exists(others), marketplace__require_second_person=True)
        )

    def numbered(self, number: str) -> Self:
        """The order with this number, such as CS1042; none for anything that is no number."""
        pk = pk_of(number)
        return self.none() if pk is None else self.filter(pk=pk)

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class Order(HasHistory, Resource):
    """What one auditing company has to accept and one vendor to deliver, out of one checkout.

    Amounts are in `currency`. `lines_*` are the sums of the lines, `shipping_*` this order's share
    of the checkout's shipping, `gross` is what is to be paid. `needs_review` was fixed when the
    order was placed. Names, prices and tax are those of that moment, whatever the catalogue says
    today. `open_to_vendor`: the vendor may know of it, which of a resold order it may once the reseller approved it.
    `subscription` is the one that it changes, renews or ends; `begins_subscriptions`: some line of
    it begins one. `on_behalf`: a seller's person (`placed_by`) ordered it for the buyer; `asked_by`: one who sent it
    for approval in the buyer's name.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="orders")
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="orders")
    position = models.PositiveIntegerField(default=1)
    kind = models.CharField(
        max_length=12,
        choices=[(k.value, k.value.capitalize()) for k in OrderKind],
        default=OrderKind.PURCHASE,
    )
    status = models.CharField(
        max_length=16, choices=[(s.value, s.value.replace("_", " ").capitalize()) for s in OrderStatus]
    )
    status_since = models.DateTimeField()
    status_reason = models.TextField(
        blank=True, help_text="Why it was rejected, cancelled or failed, as the customer reads it."
    )
    internal_note = models.TextField(blank=True, help_text="The seller's own note; customers never see it.")
    marketplace = models.ForeignKey(Marketplace, on_delete=models.PROTECT, related_name="orders")
    auditing_company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="orders_audited")
    vendor = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="orders_delivered")
    open_to_vendor = models.BooleanField(default=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders_bought")
    buyer_name = models.CharField(max_length=200)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders_placed")
    placed_by_name = models.CharField(max_length=200)
    on_behalf = models.BooleanField(default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="orders_asked_for"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    begins_subscriptions = models.BooleanField(default=False)
    needs_review = models.BooleanField()
    review = models.OneToOneField(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="reviewed_order"
    )
    ruling = models.JSONField(default=dict)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    lines_net = models.DecimalField(max_digits=15, decimal_places=4)
    lines_tax = models.DecimalField(max_digits=15, decimal_places=4)
    lines_gross = models.DecimalField(max_digits=15, decimal_places=4)
    shipping_net = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    shipping_tax = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    shipping_gross = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    gross = models.DecimalField(max_digits=15, decimal_places=4)
    shipping = models.JSONField(default=dict, blank=True)
    addresses = models.JSONField(default=list, blank=True)
    delivery_window = models.JSONField(null=True, blank=True)
    payment = models.JSONField(default=dict, blank=True)

    objects = OrderQuerySet.as_manager()

    # Set by the service that approves, for the event this leaves.
    honoured: Honoured | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_order_per_key"),
            models.UniqueConstraint(fields=["checkout", "position"], name="one_order_per_place_in_a_checkout"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in OrderStatus]),
                name="an_order_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.TO_BE_APPROVED) | Q(needs_review=True),
                name="only_orders_that_need_review_wait_for_it",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.TO_BE_APPROVED)
                | Q(open_to_vendor=False)
                | Q(auditing_company=F("vendor")),
                name="a_resold_order_that_waits_is_closed_to_its_vendor",
            ),
        ]
        indexes = [
            # Sellers' and staff's lists: who sees an order is a choice of several columns, when it came is not.
            models.Index(fields=["tenant", "-created_at", "-id"], name="order_by_age"),
            # What waits for a review, of all sellers: for staff, reminders and the probe of health.
            models.Index(
                fields=["tenant", "status_since"],
                condition=Q(status=OrderStatus.TO_BE_APPROVED),
                name="order_to_review",
            ),
            models.Index(fields=["buyer", "-created_at"], name="order_by_buyer"),
            models.Index(fields=["company", "-created_at"], name="order_by_company"),
            # The customer's own list: an admin's holds all of a company.
            models.Index(
                "company", WAITING_FIRST, F("created_at").desc(), F("id").desc(), name="order_of_company_waiting"
            ),
            models.Index(fields=["auditing_company", "status", "-created_at"], name="order_by_auditing_company"),
            models.Index(
                fields=["vendor", "-created_at", "-id"], condition=Q(open_to_vendor=True), name="order_open_to_vendor"
            ),
            models.Index(fields=["vendor", "status", "-created_at"], name="order_by_vendor"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What everybody calls the order; it comes from the primary key."""
        return f"{NUMBER_PREFIX}{FIRST_NUMBER + self.pk}"

    @property
    def total(self) -> Money:
        """What is to be paid: lines and shipping, tax included."""
        return Money(self.gross, self.currency)

    @property
    def is_resold(self) -> bool:
        """A reseller sells what a vendor delivers."""
        return self.auditing_company_id != self.vendor_id


class OrderLine(models.Model):
    """One line as it was agreed, and its delivery.

    `subscription` is the one that begins with it. `changed_from` holds what a modification changes, as text.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="order_lines")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="order_lines")
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="first_line"
    )
    changed_from = models.JSONField(default=dict, blank=True)
    sku = models.CharField(max_length=64)
    name = models.JSONField()
    unit = models.CharField(max_length=20, blank=True)
    quantity = models.DecimalField(max_digits=11, decimal_places=4)
    unit_price = models.DecimalField(max_digits=15, decimal_places=6)
    includes_tax = models.BooleanField()
    tax_code = models.CharField(max_length=40)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    net = models.DecimalField(max_digits=15, decimal_places=4)
    tax = models.DecimalField(max_digits=15, decimal_places=4)
    gross = models.DecimalField(max_digits=15, decimal_places=4)
    delivery_kind = models.CharField(max_length=8, choices=Provisioning)
    delivery_state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value.capitalize()) for s in DeliveryState],
        default=DeliveryState.WAITING,
    )
    instructions = models.TextField(blank=True)
    links = models.JSONField(default=list, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="one_order_line_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} x {self.quantity}"


class OrderEvent(ChainedEvent):
    """One event in an order's history."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="one_order_event_per_number"),
        ]

    @property
    def comment_for_customer(self) -> str:
        """The comment, unless it is the seller's reason to honour what was withdrawn."""
        return "" if HONOURED in self.facts else self.comment
