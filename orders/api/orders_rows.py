"""Which orders does a client see, and by which fields may it filter and sort them?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from companies.actors import Actor
from companies.api.pieces import by_number
from companies.api.query import Column, Columns, Kind, any_of, numbered
from companies.models import Customer
from companies.roles import CompanyKind
from config.kit.query import Comparison
from config.kit.refused import Invalid
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order, OrderLine
from orders.models.order import pk_of
from orders.models.subscription import subscription_pk_of

NEWEST_FIRST = ("-created_at", "-pk")

# The order service's own words for where an order stands. Nothing of an order under review is created yet.
API_STATUS = {
    OrderStatus.TO_BE_APPROVED: "IN_CHECKOUT",
    OrderStatus.PENDING: "CREATED",
    OrderStatus.PROVISIONING: "CONFIRMED",
    OrderStatus.COMPLETED: "COMPLETED",
    OrderStatus.FAILED: "CREATED",
    OrderStatus.REJECTED: "DECLINED",
    OrderStatus.CANCELLED: "DECLINED",
}
API_STATUSES = ("IN_CHECKOUT", "CREATED", "CONFIRMED", "SHIPPED", "COMPLETED", "DECLINED")


def of_token(actor: Actor) -> QuerySet[Order]:
    """What the actor sees with this token: people of customer companies only what is of the one they act for."""
    orders = Order.objects.visible_to(actor)
    if actor.is_client or actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER):
        return orders
    return orders.filter(company_id=actor.company_id)


def seen_by(actor: Actor) -> QuerySet[Order]:
    """Orders of the token's company in which the actor has a part, with all that is shown of them. Two queries."""
    lines = OrderLine.objects.select_related("product", "listing", "plan").order_by("number")
    numbers = Customer.objects.filter(tenant_id=OuterRef("tenant_id"), user_id=OuterRef("buyer_id"))
    return (
        of_token(actor)
        .select_related(
            "tenant",
            "marketplace",
            "company",
            "buyer",
            "asked_by",
            "review",
            "checkout__cart",
            "checkout__quote",
            "checkout__approval",
        )
        .annotate(customer_number=Subquery(numbers.values("number")[:1]))
        .prefetch_related(Prefetch("lines", lines))
    )


def own(orders: QuerySet[Order], actor: Actor) -> QuerySet[Order]:
    """Of these the actor's own: a customer's are those for them and those they placed for who had asked them.

    Sellers and API clients have no orders of their own: theirs are all they have a part in.
    """
    if actor.is_client or actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER):
        return orders
    return orders.filter(Q(buyer_id=actor.user_id) | Q(placed_by_id=actor.user_id))


def sortable(rows: QuerySet[Order], actor: Actor) -> QuerySet[Order]:
    """With the status in the words of the order service, and with the amounts as far as the actor is shown them."""
    words = (When(status=status, then=Value(word)) for status, word in API_STATUS.items())
    return rows.alias(
        api_status=Case(*words, output_field=CharField()),
        lines_gross_shown=_shown("lines_gross", actor),
        gross_shown=_shown("gross", actor),
    )


def shows_prices(order: Order, actor: Actor) -> bool:
    """Prices of a resold order are the reseller's: its vendor delivers without seeing them."""
    return actor.company_kind is not CompanyKind.VENDOR or actor.company_id == order.auditing_company_id


def audits(order: Order, actor: Actor) -> bool:
    """The actor is one of the people of the company that reviews the order."""
    return actor.user_id is not None and actor.company_id == order.auditing_company_id


def columns(actor: Actor) -> Columns:
    """Every field a client may filter and sort by. A vendor's resold orders have no amounts: they are a reseller's."""
    sold_by_others = actor.company_kind is CompanyKind.VENDOR
    everybody = {
        "id": Column("", lookup=numbered("id", pk_of), sort_by="pk"),
        "kind": Column("kind", Kind.CHOICE, {kind.value: kind.value for kind in OrderKind}),
        "status": Column(
            "status", Kind.CHOICE, {word: word for word in API_STATUSES}, any_of(_standing), sort_by="api_status"
        ),
        "reviewStatus": Column("status", Kind.CHOICE, {status.value: status.value for status in OrderStatus}),
        "review.decidedBy": Column("review__decided_by_name", nullable=True),
        "review.decidedAt": Column("review__decided_at", Kind.INSTANT, nullable=True),
        "onBehalf": Column("on_behalf", Kind.BOOLEAN),
        "placedBy": Column("placed_by_name"),
        "subscriptionId": Column("", lookup=_of_subscription, sort_by=""),
        "siteCode": Column("marketplace__key"),
        "currency": Column("currency"),
        "countryCode": Column("country"),
        "legalEntityId": Column("company__key", nullable=True),
        "legalEntity.id": Column("company__key", nullable=True),
        "customer.id": Column("buyer_id", lookup=by_number("buyer_id", actor.tenant_id), sort_by=""),
        "customer.name": Column("buyer_name"),
        "customer.firstName": Column("buyer__first_name"),
        "customer.lastName": Column("buyer__last_name"),
        "customer.email": Column("buyer__email"),
        "customer.company": Column("company__name", nullable=True),
        "created": Column("created_at", Kind.INSTANT),
        "lastStatusChange": Column("status_since", Kind.INSTANT),
        "subTotalPrice": Column("lines_gross_shown", Kind.AMOUNT, nullable=sold_by_others),
        "totalPrice": Column("gross_shown", Kind.AMOUNT, nullable=sold_by_others),
        "metadata.version": Column("version", Kind.INTEGER),
        "metadata.createdAt": Column("created_at", Kind.INSTANT),
        "metadata.modifiedAt": Column("modified_at", Kind.INSTANT),
    }
    if sold_by_others:
        return everybody
    return everybody | {
        "cartId": Column("checkout__cart__key", nullable=True),
        "quoteId": Column("checkout__quote__key", nullable=True),
    }


def _shown(path: str, actor: Actor) -> Any:
    """An amount, where the actor may see it."""
    if actor.company_kind is not CompanyKind.VENDOR:
        return F(path)
    return Case(When(auditing_company_id=actor.company_id, then=F(path)), default=None)


def _of_subscription(comparison: Comparison, values: Sequence[Any]) -> Q:
    """Orders that began, change, renew or end one of these subscriptions."""
    if comparison is Comparison.CONTAINS:
        raise Invalid("q: subscriptionId cannot be compared with ~.", field="q")
    begins = OrderLine.objects.filter(order=OuterRef("pk"))
    if comparison is Comparison.ONE_OF:
        ids = {pk for number in values if (pk := subscription_pk_of(number)) is not None}
        return Q(subscription_id__in=ids) | Q(Exists(begins.filter(subscription_id__in=ids)))
    has_one = Q(subscription__isnull=False) | Q(begins_subscriptions=True)
    return has_one if comparison is Comparison.PRESENT else ~has_one


def _standing(word: str) -> Q:
    """A word of the service stands for one or several of ours."""
    return Q(status__in=[status for status, spelled in API_STATUS.items() if spelled == word])
