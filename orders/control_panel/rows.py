"""Which orders stand on which of the seller's pages, and how does one look in a list?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, When
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language

from catalog.models import Listing
from companies.actors import Actor
from companies.models import Company, Marketplace
from companies.roles import REVIEWING_ROLES, CompanyKind
from config.kit.wording import DAY, ago_text, quantity_text, span_text, text_in
from orders.control_panel.filters import (
    DELIVERING,
    KINDS,
    OrderFilter,
    ReviewFilter,
    choices_among,
    marketplace_choices,
)
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order, OrderLine
from orders.models.order import pk_of
from orders.services.review_many import MOST

Values = dict[str, Any]
Orders = QuerySet[Order]

LONG = 3 * DAY  # from here on a wait is shown as too long
UNFINISHED = (OrderStatus.TO_BE_APPROVED, *DELIVERING, OrderStatus.FAILED)


def orders_of(actor: Actor) -> Orders:
    """The orders this seller has a part in, with what a row shows."""
    orders = Order.objects.visible_to(actor).select_related("company", "marketplace", "auditing_company", "vendor")
    return orders.prefetch_related(Prefetch("lines", OrderLine.objects.select_related("plan").order_by("number")))


def marketplaces_of(actor: Actor) -> list[Marketplace]:
    """The marketplaces the actor's orders can come from; the parent first. One query."""
    places = Marketplace.objects.filter(tenant_id=actor.tenant_id)
    if actor.company_kind == CompanyKind.RESELLER:
        places = places.filter(owner_id=actor.company_id)
    elif actor.company_kind == CompanyKind.VENDOR:
        offered = Listing.objects.filter(marketplace=OuterRef("pk"), product__vendor_id=actor.company_id)
        places = places.filter(Q(owner=None) | Exists(offered))
    return list(places.order_by(F("owner_id").asc(nulls_first=True), "name", "pk"))


def waiting_orders(actor: Actor) -> Orders:
    """What waits for a review: by its index, since a vendor never sees what a reseller has still to review."""
    waiting = orders_of(actor).to_review()
    return waiting if actor.platform else waiting.filter(auditing_company_id=actor.company_id)


def mine_to_review(actor: Actor) -> Orders:
    """What waits for this very reader; for platform staff only what nobody else can decide.

    Nothing for those who review nothing, nor what the reader had ordered where a second person decides.
    """
    waiting = Order.objects.visible_to(actor)
    if actor.platform:
        return waiting.left_to_platform()
    if actor.role not in REVIEWING_ROLES:
        return waiting.none()
    had_it_ordered = Q(placed_by=actor.user_id) | Q(buyer=actor.user_id) | Q(asked_by=actor.user_id)
    own = Q(had_it_ordered, marketplace__require_second_person=True)
    return waiting.to_review().filter(~own, marketplace__platform_reviews=False)


def review_filter(actor: Actor, data: QueryDict) -> ReviewFilter:
    """The filter of the queue, with what there is to choose between. Two queries."""
    waiting = waiting_orders(actor)
    # What a reseller has still to review is not its vendors' to see.
    vendor = actor.company_kind == CompanyKind.VENDOR
    places = [place for place in marketplaces_of(actor) if not (vendor and place.owner_id)]
    choices = {"marketplace": marketplace_choices(places), **choices_among(waiting)}
    return ReviewFilter(data, waiting, choices=choices)


def to_review(actor: Actor, chosen: ReviewFilter | None = None) -> Orders:
    """What waits for a review, the oldest first unless sorted otherwise; for platform staff first what is theirs."""
    if chosen is None:
        waiting, order = waiting_orders(actor), (F("status_since").asc(), F("pk").asc())
    else:
        waiting, order = _amounts_seen(chosen.qs, actor), chosen.order
    if actor.platform:
        orphans = Order.objects.filter(pk=OuterRef("pk")).left_to_platform()
        return waiting.annotate(is_orphan=Exists(orphans)).order_by(F("is_orphan").desc(), *order)
    return waiting.order_by(*order)


def to_deliver(actor: Actor) -> Orders:
    """What is to be delivered, the oldest first."""
    return orders_of(actor).filter(status__in=DELIVERING).order_by("status_since", "pk")


def chosen_orders(actor: Actor, numbers: Iterable[str]) -> list[Order]:
    """Those of these orders that still wait, the oldest first. Two queries."""
    wanted = [pk for pk in map(pk_of, numbers) if pk is not None]
    return list(waiting_orders(actor).filter(pk__in=wanted[:MOST]).order_by("status_since", "pk"))


def order_filter(actor: Actor, data: QueryDict, kind: type[OrderFilter] = OrderFilter) -> OrderFilter:
    """A filter of all orders, with what there is to choose between. Two queries at most."""
    vendors = [] if actor.company_kind == CompanyKind.VENDOR else _vendors(actor)
    choices = {"marketplace": marketplace_choices(marketplaces_of(actor)), "vendor": vendors}
    return kind(data, orders_of(actor), choices=choices)


def all_orders(actor: Actor, chosen: OrderFilter) -> Orders:
    """All orders that match, the latest first unless sorted otherwise."""
    return _amounts_seen(chosen.qs, actor).order_by(*chosen.order)


def _vendors(actor: Actor) -> list[tuple[str, str]]:
    vendors = Company.objects.filter(tenant_id=actor.tenant_id, kind=CompanyKind.VENDOR).order_by("name", "pk")
    if not actor.platform:
        # A reseller knows the vendors of what it sells.
        offered = Listing.objects.filter(product__vendor=OuterRef("pk"), marketplace__owner_id=actor.company_id)
        vendors = vendors.filter(Exists(offered))
    return [(str(pk), name) for pk, name in vendors.values_list("pk", "name")]


def _amounts_seen(orders: Orders, actor: Actor) -> Orders:
    """With the amount that this reader sees, so that sorting tells nothing of the others; see `sees_prices`."""
    if actor.platform:
        return orders.annotate(seen_gross=F("gross"))
    return orders.annotate(seen_gross=Case(When(auditing_company_id=actor.company_id, then=F("gross"))))


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


def change_text(order: Order) -> str:
    """What becomes of a subscription, from old to new: `Basic × 2 → Business × 3`; empty for other orders."""
    line = next(iter(order.lines.all()), None)
    if order.kind != OrderKind.MODIFICATION or line is None or line.plan is None or not line.changed_from:
        return ""
    new = text_in(line.plan.name, get_language() or "en") or line.plan.code
    before = quantity_text(Decimal(line.changed_from["quantity"]))
    return f"{line.changed_from.get('plan_name', '')} × {before} → {new} × {quantity_text(line.quantity)}"


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
        **({"status": order.status} if with_status else _age(order, now)),
    }


def _age(order: Order, now: datetime) -> Values:
    """How long it has waited for what comes next, in words, with a tone."""
    waited = now - order.status_since
    tone = "refused" if waited >= LONG else "waiting" if waited >= DAY else "closed"
    return {"status": f"Waits {span_text(waited)}", "tone": tone}


def _why(order: Order, actor: Actor) -> str:
    """The kind; for platform staff who has to decide, for a vendor who resold it."""
    if actor.platform and order.status == OrderStatus.TO_BE_APPROVED:
        orphan = getattr(order, "is_orphan", False)
        company = order.auditing_company.name
        if not orphan:
            return f"Waits for {company}"
        if order.marketplace.platform_reviews:
            return f"{order.marketplace.name} leaves its reviews to you"
        return f"Nobody of {company} can decide it: yours to decide"
    if order.marketplace.platform_reviews and order.status == OrderStatus.TO_BE_APPROVED:
        return f"{kind_text(order)}; the platform reviews it"
    if order.is_resold and actor.company_id == order.vendor_id:
        return f"Sold by {order.auditing_company.name}"
    change = change_text(order)
    return f"{kind_text(order)}: {change}" if change else kind_text(order)
