"""For which customers may this seller order, what is being prepared for them, and what was ordered for them?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse

from approvals.models import Approval, SubjectKind
from companies.actors import Actor
from companies.models import Customer, Marketplace, Member
from config.kit.refused import Invalid
from orders.control_panel import rows
from orders.control_panel.filters import OrderFilter
from orders.dashboard.content.amounts import count_of, label_of
from orders.lifecycle import UNFINISHED, CartStatus
from orders.models import Cart, Order
from orders.models.cart import CartQuerySet
from orders.priced import priced_carts
from orders.services.quote_making import ForWhom

Values = dict[str, Any]

LONGEST_ID = 18  # digits that a database can always be asked for

STATUSES = {
    CartStatus.OPEN: ("Being prepared", "waiting"),
    CartStatus.SAVED: ("Put aside", "closed"),
    CartStatus.HELD: ("Waits for approval", "waiting"),
}


def behalf_tabs(actor: Actor, current: str) -> list[Values]:
    """The lists of ordering for customers, with how many carts are being prepared. One query."""
    lists = (
        ("behalf_customers", "Customers", None),
        ("behalf_carts", "Prepared carts", prepared(actor).count()),
        ("behalf_orders", "Ordered for customers", None),
        ("behalf_subscriptions", "Subscriptions", None),
    )
    return [
        {"label": label, "url": reverse(f"control_panel:{name}"), "count": count, "current": name == current}
        for name, label, count in lists
    ]


def prepared(actor: Actor) -> CartQuerySet:
    """The carts that are not ordered or thrown away yet, the latest first. An empty one that waits is none."""
    carts = Cart.objects.prepared_by(actor).filter(status__in=UNFINISHED)
    cart_id = Cast(OuterRef("pk"), CharField())
    asked = Approval.objects.filter(subject_kind=SubjectKind.CART_CHECKOUT, subject_id=cart_id)
    return carts.annotate(was_asked=Exists(asked)).order_by("-modified_at", "-pk")


def ordered_for_customers(actor: Actor, chosen: OrderFilter) -> rows.Orders:
    """What the people of the actor's company ordered for customers, the latest first."""
    return rows.all_orders(actor, chosen).filter(on_behalf=True, auditing_company_id=actor.company_id)


def cart_rows(carts: Sequence[Cart], now: datetime) -> list[Values]:
    """One row each: what is in it, for whom, how it stands, what it comes to. Two queries."""
    priced = {each.cart.pk: each for each in priced_carts(carts, now)}
    return [
        {
            "key": cart.key,
            "url": reverse("control_panel:behalf_cart", args=[cart.key]),
            "title": label_of([line.name for line in priced[cart.pk].lines]) or "Still empty",
            "who": cart.owner.name if cart.owner else "",
            "company": cart.company.name if cart.company else "",
            "detail": f"{count_of(len(priced[cart.pk].lines), 'line')} on {cart.marketplace.name}",
            "why": _why(cart),
            "status": STATUSES[CartStatus(cart.status)][0],
            "tone": STATUSES[CartStatus(cart.status)][1],
            "amount": priced[cart.pk].totals.lines.gross,
            "currency": cart.currency,
            "tax_word": "gross",
        }
        for cart in carts
    ]


def order_rows(orders: Iterable[Order], actor: Actor, now: datetime) -> list[Values]:
    """As in the list of all orders; each says who placed it."""
    return rows.order_rows(orders, actor, now, with_status=True)


def whom(here: Marketplace | None, people: QuerySet[Member], wanted: str) -> ForWhom:
    """The customer with this id in the list; raises `Invalid` for one who is not in it. Two queries."""
    member = people.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) <= LONGEST_ID else None
    found = Customer.objects.filter(tenant_id=here.tenant_id, user_id=member.user_id) if member and here else None
    customer = found.first() if found else None
    if member is None or customer is None:
        raise Invalid("Choose one of the customers of this list.", field="customer")
    return ForWhom(customer.number, member.company.key)


def _why(cart: Cart) -> str:
    if cart.held_for is not None:
        if cart.held_for.decided_at is not None:
            return f"{cart.held_for.approver_name} approved it; the customer can order it"
        return f"Asked of {cart.held_for.approver_name}"
    return "Came back without an order" if getattr(cart, "was_asked", False) else ""
