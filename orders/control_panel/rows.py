"""Which orders stand on which of the seller's pages, and how does one look in a list?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from companies.actors import Actor
from companies.models import Marketplace, Member
from companies.roles import REVIEWING_ROLES, CompanyKind
from config.kit.wording import ago_text, text_in
from orders.control_panel.forms import TO_DELIVER, OrderFilter, ReviewFilter
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order, OrderLine

Values = dict[str, Any]
Orders = QuerySet[Order]

DELIVERING = (OrderStatus.PENDING, OrderStatus.PROVISIONING)
UNFINISHED = (OrderStatus.TO_BE_APPROVED, *DELIVERING, OrderStatus.FAILED)
KINDS = {
    OrderKind.PURCHASE: "New purchase",
    OrderKind.TRIAL: "Trial",
    OrderKind.MODIFICATION: "Change of a subscription",
    OrderKind.RENEWAL: "Renewal",
    OrderKind.TERMINATION: "Termination",
}


def orders_of(actor: Actor) -> Orders:
    """The orders this seller has a part in, with what a row shows."""
    orders = Order.objects.visible_to(actor).select_related("company", "marketplace", "auditing_company", "vendor")
    return orders.prefetch_related("lines")


def marketplaces_of(actor: Actor) -> list[Marketplace]:
    """The marketplaces the actor's orders can come from; the parent first. One query."""
    places = Marketplace.objects.filter(tenant_id=actor.tenant_id)
    if actor.company_kind == CompanyKind.RESELLER:
        places = places.filter(owner_id=actor.company_id)
    return list(places.order_by(F("owner_id").asc(nulls_first=True), "name", "pk"))


def to_review(actor: Actor, chosen: ReviewFilter | None = None) -> Orders:
    """What waits for a review, the oldest first; for platform staff first what nobody else can decide."""
    waiting = orders_of(actor).to_review()
    if chosen is not None:
        waiting = _chosen(waiting, chosen)
    if actor.platform:
        return waiting.annotate(is_orphan=~Exists(_reviewers())).order_by("-is_orphan", "status_since", "pk")
    return waiting.order_by("status_since", "pk")


def to_deliver(actor: Actor) -> Orders:
    """What is to be delivered, the oldest first."""
    return orders_of(actor).filter(status__in=DELIVERING).order_by("status_since", "pk")


def all_orders(actor: Actor, chosen: OrderFilter) -> Orders:
    """All orders that match, the latest first."""
    orders = _chosen(orders_of(actor), chosen)
    status = chosen.cleaned_data.get("status") if chosen.is_valid() else ""
    if status == TO_DELIVER:
        orders = orders.filter(status__in=DELIVERING)
    elif status:
        orders = orders.filter(status=status)
    return orders.order_by("-created_at", "-pk")


def counts(actor: Actor) -> Values:
    """How many orders wait for what, and since when the oldest review waits. One query.

    Only what is unfinished is read: the finished orders of years would be looked at for nothing.
    """
    waiting = Q(status=OrderStatus.TO_BE_APPROVED)
    return (
        Order.objects.visible_to(actor)
        .filter(status__in=UNFINISHED)
        .aggregate(
            to_review=Count("pk", filter=waiting),
            oldest=Min("status_since", filter=waiting),
            to_deliver=Count("pk", filter=Q(status__in=DELIVERING)),
            failed=Count("pk", filter=Q(status=OrderStatus.FAILED)),
        )
    )


def order_rows(orders: Iterable[Order], actor: Actor, now: datetime, *, with_status: bool = False) -> list[Values]:
    """One row each: number and product, customer, kind, amount, since when."""
    return [_row(order, actor, now, with_status=with_status) for order in orders]


def sees_prices(order: Order, actor: Actor) -> bool:
    """Prices of a resold order are the reseller's: its vendor delivers without seeing them."""
    return actor.platform or actor.company_id == order.auditing_company_id


def product_text(order: Order) -> str:
    """What is ordered, in a few words."""
    lines = list(order.lines.all())
    if not lines:
        return order.number
    first = text_in(lines[0].name, get_language() or "en") or lines[0].sku
    return f"{first} and {len(lines) - 1} more" if len(lines) > 1 else first


def kind_text(order: Order) -> str:
    """What sort of order it is."""
    kind = KINDS[OrderKind(order.kind)]
    return f"{kind}, placed by {order.placed_by_name}" if order.on_behalf else kind


def page_url(order: Order) -> str:
    """Where the order is read."""
    return reverse("control_panel:order", args=[order.number])


def _row(order: Order, actor: Actor, now: datetime, *, with_status: bool) -> Values:
    visible = sees_prices(order, actor)
    since = ago_text(order.created_at, now)
    return {
        "key": order.number,
        "url": page_url(order),
        "title": product_text(order),
        "who": order.buyer_name,
        "company": order.company.name if order.company else "private customer",
        "detail": f"{order.number}, {since}" if with_status else order.number,
        "why": _why(order, actor),
        "amount": order.gross if visible else None,
        "currency": order.currency if visible else "",
        "tax_word": "gross",
        "status": order.status if with_status else "",
        "at": None if with_status else order.status_since,
    }


def _why(order: Order, actor: Actor) -> str:
    """The kind; for platform staff who has to decide, for a vendor who resold it."""
    if actor.platform and order.status == OrderStatus.TO_BE_APPROVED:
        orphan = getattr(order, "is_orphan", False)
        company = order.auditing_company.name
        return f"{company} has no active auditor: yours to decide" if orphan else f"Waits for {company}"
    if order.is_resold and actor.company_id == order.vendor_id:
        return f"Sold by {order.auditing_company.name}"
    return kind_text(order)


def _reviewers() -> QuerySet[Member]:
    """The active auditors and managers of the order's auditing company."""
    return Member.objects.active().filter(company=OuterRef("auditing_company"), role__in=REVIEWING_ROLES)


def _chosen(orders: Orders, chosen: ReviewFilter) -> Orders:
    typed = chosen.cleaned_data if chosen.is_valid() else {}
    if typed.get("marketplace"):
        orders = orders.filter(marketplace__key=typed["marketplace"])
    if typed.get("search"):
        orders = orders.filter(_matching(typed["search"]))
    return orders


def _matching(text: str) -> Q:
    """By customer, company, product name (in the languages most names have), SKU or order number."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    named = Q(name__en__icontains=text) | Q(name__de__icontains=text) | Q(sku__icontains=text)
    customer = Q(buyer_name__icontains=text) | Q(company__name__icontains=text)
    return customer | Q(Exists(lines.filter(named))) | Q(pk__in=Order.objects.numbered(text.strip().upper()))
