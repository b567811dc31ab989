"""Subscriptions: what a customer keeps and pays per period, and the changes asked for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from approvals.models import Approval
from catalog.models import Listing, Plan, Product
from companies.events import ChainedEvent, HasHistory
from companies.models import Company, Marketplace, Tenant
from companies.roles import SELLER_ROLES, CompanyKind, Role
from config.kit.money import Money
from config.kit.records import Resource
from orders.models.cart import MAX_QUANTITY
from orders.pricing import Amounts
from orders.subscription_lifecycle import (
    OPEN_CHANGES,
    ChangeKind,
    ChangeStatus,
    Periods,
    SubscriptionStatus,
    reads_ended,
)

if TYPE_CHECKING:
    from companies.actors import Actor

NUMBER_PREFIX = "S"
FIRST_NUMBER = 1000


def subscription_pk_of(number: str) -> int | None:
    """The primary key in a subscription's number, such as 42 in S1042; None for anything that is no number."""
    found = re.fullmatch(rf"{NUMBER_PREFIX}([1-9][0-9]{{3,17}})", number)
    return int(found[1]) - FIRST_NUMBER if found else None


def _over(now: datetime) -> Q:
    return Q(status=SubscriptionStatus.ACTIVE, renews_at__lte=now) & (Q(is_trial=True) | Q(auto_renews=False))


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Which subscriptions."""

    def visible_to(self, actor: Actor) -> Self:
        """Subscriptions the actor has a part in.

        A customer: their own; an admin of a company: its own. A seller's people: those of their company; a
        vendor also those a reseller sold, once they run. An API client: its tenant's. Platform staff: all.
        """
        if actor.platform:
            return self.filter(tenant_id=actor.tenant_id) if actor.tenant_id else self
        if actor.is_client:
            return self.filter(tenant_id=actor.tenant_id)
        if actor.user_id is None:
            return self.none()
        theirs = self.filter(tenant_id=actor.tenant_id)
        if actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER):
            if actor.role not in SELLER_ROLES:
                return self.none()
            begun = Q(vendor_id=actor.company_id) & ~Q(
                status__in=(SubscriptionStatus.AWAITING, SubscriptionStatus.CANCELLED)
            )
            return theirs.filter(Q(seller_id=actor.company_id) | begun)
        mine = Q(owner_id=actor.user_id, company_id=actor.company_id)
        if actor.role == Role.ADMIN and actor.company_id is not None:
            mine |= Q(company_id=actor.company_id)
        return theirs.filter(mine)

    def with_status(self, status: str, now: datetime) -> Self:
        """Those that have a status now: one whose time is over, and that nothing renews, has ended."""
        over = _over(now)
        if status == SubscriptionStatus.ACTIVE:
            return self.filter(status=status).exclude(over)
        if status == SubscriptionStatus.TERMINATED:
            return self.filter(Q(status=status) | over)
        return self.filter(status=status)

    def over(self, now: datetime) -> Self:
        """Those whose time is over, and that nothing renews, while no sweep has written so."""
        return self.filter(_over(now))

    def numbered(self, number: str) -> Self:
        """The subscription with this number, such as S1042; none for anything that is no number."""
        pk = subscription_pk_of(number)
        return self.none() if pk is None else self.filter(pk=pk)

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class Subscription(HasHistory, Resource):
    """A product in one of its plans, from the order for it to its end.

    `unit_price` (net or gross as `includes_tax` says), `net`, `tax` and `gross` are for one period, in `currency`;
    `quantity` is how many units. `renews_at` (aware UTC) is the end of the paid period, or of the trial.
    `auto_renews`: it goes on after that; else it ends there. Each end is reckoned from `started_at`, where periods of
    this length began, and `periods`, how many have begun since.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="subscriptions")
    marketplace = models.ForeignKey(Marketplace, on_delete=models.PROTECT, related_name="subscriptions")
    seller = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="subscriptions_sold")
    vendor = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="subscriptions_delivered")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="subscriptions")
    owner_name = models.CharField(max_length=200)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="subscriptions")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscriptions")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="subscriptions")
    name = models.JSONField()
    quantity = models.DecimalField(max_digits=11, decimal_places=4)
    unit_price = models.DecimalField(max_digits=15, decimal_places=6)
    includes_tax = models.BooleanField()
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    net = models.DecimalField(max_digits=15, decimal_places=4)
    tax = models.DecimalField(max_digits=15, decimal_places=4)
    gross = models.DecimalField(max_digits=15, decimal_places=4)
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value.capitalize()) for s in SubscriptionStatus],
        default=SubscriptionStatus.AWAITING,
    )
    status_since = models.DateTimeField()
    is_trial = models.BooleanField(default=False)
    began_as_trial = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    periods = models.PositiveIntegerField(default=0)
    period_starts_at = models.DateTimeField(null=True, blank=True)
    renews_at = models.DateTimeField(null=True, blank=True)
    auto_renews = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_subscription_per_key"),
            models.UniqueConstraint(
                fields=["company", "product"],
                condition=Q(began_as_trial=True, company__isnull=False) & ~Q(status=SubscriptionStatus.CANCELLED),
                name="one_trial_per_company_and_product",
            ),
            models.UniqueConstraint(
                fields=["owner", "product"],
                condition=Q(began_as_trial=True, company__isnull=True) & ~Q(status=SubscriptionStatus.CANCELLED),
                name="one_trial_per_private_customer_and_product",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in SubscriptionStatus]),
                name="a_subscription_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=MAX_QUANTITY), name="a_subscribed_quantity_is_above_zero"
            ),
            models.CheckConstraint(
                condition=~Q(status=SubscriptionStatus.ACTIVE) | Q(renews_at__isnull=False),
                name="a_running_subscription_has_a_period",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="subscription_by_age"),
            models.Index(fields=["owner", "-created_at"], name="subscription_by_owner"),
            models.Index(fields=["company", "-created_at"], name="subscription_by_company"),
            models.Index(fields=["seller", "status", "-created_at"], name="subscription_by_seller"),
            models.Index(fields=["vendor", "status", "-created_at"], name="subscription_by_vendor"),
            models.Index(
                fields=["renews_at"], condition=Q(status=SubscriptionStatus.ACTIVE), name="subscription_by_renewal"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What everybody calls the subscription; it comes from the primary key."""
        return f"{NUMBER_PREFIX}{FIRST_NUMBER + self.pk}"

    @property
    def amounts(self) -> Amounts:
        """What a period costs; a trial nothing."""
        return Amounts(self.net, self.tax, self.gross)

    @property
    def price(self) -> Money:
        """Per period, tax included."""
        return Money(self.gross, self.currency)

    @property
    def running(self) -> Periods | None:
        """The period that runs, or ran last; None before it was delivered."""
        if self.started_at is None or self.period_starts_at is None or self.renews_at is None:
            return None
        return Periods(self.started_at, self.periods, self.period_starts_at, self.renews_at)

    @running.setter
    def running(self, period: Periods) -> None:
        self.started_at, self.periods = period.anchor, period.count
        self.period_starts_at, self.renews_at = period.starts_at, period.ends_at

    @property
    def is_resold(self) -> bool:
        """A reseller sold it: its prices are none of the vendor's business."""
        return self.seller_id != self.vendor_id

    def status_at(self, now: datetime) -> SubscriptionStatus:
        """As it reads at a moment: what nobody renews has ended with its time, also before the sweep wrote so."""
        goes_on = self.auto_renews and not self.is_trial
        if reads_ended(self.status, self.renews_at, now, goes_on=goes_on):
            return SubscriptionStatus.TERMINATED
        return SubscriptionStatus(self.status)


class SubscriptionChangeQuerySet(models.QuerySet["SubscriptionChange"]):
    """Which changes."""

    def open_at(self, now: datetime) -> Self:
        """Those that wait for an answer; one whose approver's time is over waits no longer, swept or not."""
        overdue = Q(status=ChangeStatus.ASKED, approval__in=Approval.objects.overdue(now))
        return self.filter(status__in=OPEN_CHANGES).exclude(overdue)

    def overdue(self, now: datetime) -> Self:
        """Those whose approver did not answer in time, while nothing has written so."""
        return self.filter(status=ChangeStatus.ASKED, approval__in=Approval.objects.overdue(now))


class SubscriptionChange(Resource):
    """What a subscription shall become: another plan or quantity, or paid after a trial.

    `old` holds the values it was asked with, as text. `net`, `tax` and `gross` are what a period will cost,
    `difference_*` what that is more than before (at least 0): what the purchase policy judges and the order shows.
    While it is open (`asked`, `ordered`) it is the subscription's only one.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value.capitalize()) for k in ChangeKind])
    status = models.CharField(max_length=9, choices=[(s.value, s.value.capitalize()) for s in ChangeStatus])
    status_since = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="subscription_changes"
    )
    requested_by_name = models.CharField(max_length=200)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="subscription_changes")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="subscription_changes")
    quantity = models.DecimalField(max_digits=11, decimal_places=4)
    unit_price = models.DecimalField(max_digits=15, decimal_places=6)
    includes_tax = models.BooleanField()
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    net = models.DecimalField(max_digits=15, decimal_places=4)
    tax = models.DecimalField(max_digits=15, decimal_places=4)
    gross = models.DecimalField(max_digits=15, decimal_places=4)
    difference_net = models.DecimalField(max_digits=15, decimal_places=4)
    difference_tax = models.DecimalField(max_digits=15, decimal_places=4)
    difference_gross = models.DecimalField(max_digits=15, decimal_places=4)
    old = models.JSONField(default=dict)
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="subscription_change"
    )

    objects = SubscriptionChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(status__in=[s.value for s in OPEN_CHANGES]),
                name="one_open_change_per_subscription",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ChangeStatus]), name="a_change_has_a_known_status"
            ),
        ]
        indexes = [models.Index(fields=["subscription", "-created_at"], name="change_by_subscription")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subscription_id}"

    @property
    def product(self) -> Product:
        """The subscription's: a change is to another plan of the same product."""
        return self.subscription.product

    @property
    def is_open(self) -> bool:
        """It waits for its approval, or its order for a review."""
        return self.status in OPEN_CHANGES

    @property
    def amounts(self) -> Amounts:
        """What a period will cost."""
        return Amounts(self.net, self.tax, self.gross)

    @property
    def difference(self) -> Amounts:
        """What a period will cost more, at least 0."""
        return Amounts(self.difference_net, self.difference_tax, self.difference_gross)


class SubscriptionEvent(ChainedEvent):
    """One event in a subscription's history."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="one_subscription_event_per_number"),
        ]
