"""Which orders stand in the customer's lists, and how does one look there?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from companies.actors import Actor
from orders.auditors import reviewer_of
from orders.dashboard.content.amounts import Values, label_of
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order
from orders.models.order import WAITING_FIRST

KINDS = {
    OrderKind.TRIAL: "Trial",
    OrderKind.MODIFICATION: "Change of a subscription",
    OrderKind.RENEWAL: "Renewal",
    OrderKind.TERMINATION: "Termination",
}
FINAL = (OrderStatus.COMPLETED, OrderStatus.REJECTED, OrderStatus.CANCELLED)


def own_orders(actor: Actor) -> QuerySet[Order]:
    """The reader's orders, for an admin the company's: those to be approved first, then the newest."""
    return with_lines(Order.objects.placed_in(actor)).order_by(WAITING_FIRST, "-created_at", "-pk")


def to_be_approved(actor: Actor) -> QuerySet[Order]:
    """The reader's own orders that an auditor still has to accept; the oldest first."""
    mine = Order.objects.placed_in(actor).filter(buyer_id=actor.user_id).to_review()
    return with_lines(mine).order_by("created_at", "pk")


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With what a row of a list shows; two queries for any number of rows."""
    return orders.select_related("auditing_company", "vendor", "marketplace").prefetch_related("lines")


def order_rows(orders: Iterable[Order], actor: Actor) -> list[Values]:
    """One row each: number, product, who, since when, how it stands, price."""
    return [_row(order, actor) for order in orders]


def _row(order: Order, actor: Actor) -> dict[str, Any]:
    lines = sorted(order.lines.all(), key=lambda line: line.number)
    waits = order.status == OrderStatus.TO_BE_APPROVED
    return {
        "key": order.number,
        "title": label_of([line.name for line in lines]),
        "url": reverse("dashboard:order", args=[order.number]),
        "who": "" if order.buyer_id == actor.user_id else order.buyer_name,
        "detail": _kind_words(order),
        "why": f"{reviewer_of(order)} reviews it" if waits else _now_words(order),
        "status": order.status,
        "at": order.created_at,
        "amount": order.gross,
        "currency": order.currency,
        "tax_word": "gross",
    }


def _kind_words(order: Order) -> str:
    """Its number, and what it is where it is no purchase."""
    kind = KINDS.get(OrderKind(order.kind), "")
    return f"{order.number} · {kind}" if kind else order.number


def _now_words(order: Order) -> str:
    if order.status in FINAL:
        return ""
    return f"{order.vendor.name} has it"
