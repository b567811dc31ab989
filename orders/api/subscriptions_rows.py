"""Which subscriptions and which changes of them does a client see, and by which fields may it filter and sort them?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from approvals.models import Approval
from companies.actors import Actor
from companies.api.listing import METADATA_COLUMNS
from companies.api.pieces import by_number
from companies.api.query import Column, Columns, Kind, any_of, numbered
from companies.models import Customer
from companies.roles import CompanyKind
from orders.models import Order, Subscription, SubscriptionChange
from orders.models.subscription import subscription_pk_of
from orders.services.subscription_changing import UNDELIVERED
from orders.subscription_lifecycle import ChangeKind, ChangeStatus, SubscriptionStatus

NEWEST_FIRST = ("-created_at", "-pk")
PERIODS = {"month": "month", "year": "year"}


def seen_by(actor: Actor, now: datetime) -> QuerySet[Subscription]:
    """Subscriptions in which the actor has a part, with all that is shown of them. Three queries.

    `open_changes` are those that wait, as far as the actor sees them; `is_busy`: no other can be asked for now.
    """
    waiting = SubscriptionChange.objects.open_at(now).filter(subscription=OuterRef("pk"))
    undelivered = Order.objects.filter(
        subscription=OuterRef("pk"), checkout__change__isnull=False, status__in=UNDELIVERED
    )
    numbers = Customer.objects.filter(tenant_id=OuterRef("tenant_id"), user_id=OuterRef("owner_id"))
    open_changes = _with_all(changes_of(actor).open_at(now))
    return (
        Subscription.objects.visible_to(actor)
        .select_related("tenant", "marketplace", "company", "owner", "product", "plan", "listing", "seller")
        .annotate(
            customer_number=Subquery(numbers.values("number")[:1]),
            is_busy=Exists(waiting) | Exists(undelivered),
        )
        .prefetch_related(Prefetch("changes", open_changes, to_attr="open_changes"))
    )


def changes_of(actor: Actor) -> QuerySet[SubscriptionChange]:
    """Changes that the actor sees.

    Customers: those of the subscriptions they see, and those they were asked to approve. Sellers and API clients:
    those that became an order they see, since what a customer's company decides on its own is its own.
    """
    changes = SubscriptionChange.objects.all()
    if sells(actor):
        ordered = Order.objects.visible_to(actor).filter(checkout__change=OuterRef("pk"))
        return changes.filter(Exists(ordered))
    mine = Subscription.objects.visible_to(actor).filter(pk=OuterRef("subscription"))
    asked = Approval.objects.visible_to(actor).filter(company_id=actor.company_id, pk=OuterRef("approval"))
    return changes.filter(Exists(mine) | Exists(asked))


def changes_seen_by(actor: Actor) -> QuerySet[SubscriptionChange]:
    """The same with all that is shown of them. Two queries."""
    return _with_all(changes_of(actor))


def _with_all(changes: QuerySet[SubscriptionChange]) -> QuerySet[SubscriptionChange]:
    orders = Order.objects.only("checkout_id", "status").order_by("position")
    return (
        changes.select_related(
            "subscription__marketplace", "plan", "listing", "checkout", "approval__approver", "approval__requester"
        )
        .order_by(*NEWEST_FIRST)
        .prefetch_related(Prefetch("checkout__orders", orders))
    )


def sells(actor: Actor) -> bool:
    """The actor works for a seller, or is a program of the tenant."""
    return actor.is_client or actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER)


def shows_prices(subscription: Subscription, actor: Actor) -> bool:
    """What a reseller asks for is not its vendor's to see."""
    return actor.company_kind is not CompanyKind.VENDOR or subscription.seller_id == actor.company_id


def searchable(rows: QuerySet[Subscription], actor: Actor) -> QuerySet[Subscription]:
    """With the price as far as the actor is shown it, to be asked for."""
    return rows.alias(gross_shown=_shown("gross", "seller_id", actor))


def searchable_changes(rows: QuerySet[SubscriptionChange], actor: Actor) -> QuerySet[SubscriptionChange]:
    """With the prices as far as the actor is shown them, to be asked for."""
    return rows.alias(
        gross_shown=_shown("gross", "subscription__seller_id", actor),
        difference_shown=_shown("difference_gross", "subscription__seller_id", actor),
    )


def columns(actor: Actor, now: datetime) -> Columns:
    """Every field of a subscription that a client may filter and sort by; there are no others."""

    def standing(status: str) -> Q:
        return Q(pk__in=Subscription.objects.with_status(status, now).values("pk"))

    return {
        "id": Column("", lookup=numbered("id", subscription_pk_of), sort_by="pk"),
        "status": Column("status", Kind.CHOICE, _words(SubscriptionStatus), any_of(standing), sort_by=""),
        "product.id": Column("product__key"),
        "product.code": Column("product__sku"),
        "priceId": Column("listing__key"),
        "quantity": Column("quantity", Kind.AMOUNT),
        "price.grossValue": Column("gross_shown", Kind.AMOUNT, nullable=True),
        "isTrial": Column("is_trial", Kind.BOOLEAN),
        "autoRenews": Column("auto_renews", Kind.BOOLEAN),
        "startedAt": Column("started_at", Kind.INSTANT, nullable=True),
        "renewsAt": Column("renews_at", Kind.INSTANT, nullable=True),
        "endedAt": Column("ended_at", Kind.INSTANT, nullable=True),
        **_shared("", actor),
    }


def change_columns(actor: Actor, now: datetime) -> Columns:
    """Every field of a change that a client may filter and sort by; there are no others."""

    def standing(status: str) -> Q:
        overdue = Q(pk__in=SubscriptionChange.objects.overdue(now).values("pk"))
        if status == ChangeStatus.ASKED:
            return Q(status=status) & ~overdue
        return Q(status=status) | overdue if status == ChangeStatus.REFUSED else Q(status=status)

    return {
        "id": Column("key"),
        "subscriptionId": Column("subscription_id", lookup=_numbered_subscription, sort_by="subscription_id"),
        "kind": Column("kind", Kind.CHOICE, _words(ChangeKind)),
        "status": Column("status", Kind.CHOICE, _words(ChangeStatus), any_of(standing), sort_by=""),
        "statusSince": Column("status_since", Kind.INSTANT),
        "requestedBy": Column("requested_by_name"),
        "quantity": Column("quantity", Kind.AMOUNT),
        "price.grossValue": Column("gross_shown", Kind.AMOUNT, nullable=True),
        "difference.grossValue": Column("difference_shown", Kind.AMOUNT, nullable=True),
        **_shared("subscription__", actor),
        "plan.id": Column("plan__key"),
        "plan.code": Column("plan__code"),
        "plan.period": Column("plan__period", Kind.CHOICE, PERIODS),
    }


def _shared(path: str, actor: Actor) -> dict[str, Column]:
    """What is asked of a subscription, by itself or by a change of it."""
    owner = f"{path}owner_id"
    return {
        "plan.id": Column(f"{path}plan__key"),
        "plan.code": Column(f"{path}plan__code"),
        "plan.period": Column(f"{path}plan__period", Kind.CHOICE, PERIODS),
        "siteCode": Column(f"{path}marketplace__key"),
        "currency": Column(f"{path}currency"),
        "legalEntityId": Column(f"{path}company__key", nullable=True),
        "customer.id": Column(owner, lookup=by_number(owner, actor.tenant_id), sort_by=""),
        "customer.name": Column(f"{path}owner_name"),
        "customer.company": Column(f"{path}company__name", nullable=True),
        **METADATA_COLUMNS,
    }


def _numbered_subscription(comparison: Any, values: Any) -> Q:
    found = numbered("subscriptionId", subscription_pk_of)(comparison, values)
    return Q(subscription__in=Subscription.objects.filter(found))


def _words(of: Any) -> dict[str, str]:
    return {each.value: each.value for each in of}


def _shown(path: str, seller: str, actor: Actor) -> Any:
    if actor.company_kind is not CompanyKind.VENDOR:
        return F(path)
    return Case(When(**{seller: actor.company_id}, then=F(path)), default=None)
