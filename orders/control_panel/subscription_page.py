"""What does the seller's page of one subscription show to this reader?"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from approvals.dashboard.told import told_rows
from companies.actors import Actor
from config.kit.wording import money_text
from notifications.texts import Side
from orders.control_panel.rows import Values, order_rows, orders_of
from orders.control_panel.subscription_rows import sees_prices
from orders.dashboard.content.amounts import tax_word
from orders.dashboard.content.subscription import compared
from orders.dashboard.content.subscription_history import timeline
from orders.dashboard.content.subscription_words import amount_of, badge, day_of, next_text, per, plan_name, price_text
from orders.models import Order, Subscription, SubscriptionChange
from orders.subscription_lifecycle import ChangeStatus, SubscriptionStatus

SHOWN_ORDERS = 20


def subscription_page(subscription: Subscription, actor: Actor, now: datetime) -> Values:
    """Everything the template shows. A constant number of queries.

    A seller reads of a change once it is ordered: whom the customer's company asks before is its own business. A
    vendor reads of what a reseller sold only what was accepted, and no price of it.
    """
    priced = sees_prices(subscription, actor)
    changes = _changes(subscription, priced=priced)
    word, tone = badge(subscription, now)
    waiting = next((change for change in changes if change.status == ChangeStatus.ORDERED), None)
    return {
        "subscription": subscription,
        "name": subscription.name,
        "lead": _lead(subscription, now, priced=priced),
        "status": word,
        "tone": tone,
        "waiting": _waiting(waiting, subscription) if waiting else None,
        "terms": _terms(subscription, now, priced=priced),
        "customer": _customer(subscription),
        "orders": order_rows(_orders(subscription, actor), actor, now, with_status=True),
        "events": timeline(subscription, changes, now, with_prices=priced, to_seller=True),
        "told": _told(subscription, actor, now) if priced else [],
    }


def _changes(subscription: Subscription, *, priced: bool) -> list[SubscriptionChange]:
    ordered = subscription.changes.filter(checkout__isnull=False)
    if not priced:
        ordered = ordered.filter(status=ChangeStatus.APPLIED)
    found = list(ordered.select_related("plan", "checkout").prefetch_related("checkout__orders").order_by("pk"))
    for change in found:
        change.subscription = subscription
    return found


def _waiting(change: SubscriptionChange, subscription: Subscription) -> Values:
    order = next(iter(change.checkout.orders.all()), None)
    return {
        **compared(change, subscription),
        "by": change.requested_by_name,
        "at": change.created_at,
        "url": reverse("control_panel:order", args=[order.number]) if order else "",
        "label": f"Review {order.number}" if order else "",
    }


def _lead(subscription: Subscription, now: datetime, *, priced: bool) -> str:
    of_company = f" of {subscription.company.name}" if subscription.company else ""
    who = f"{subscription.owner_name}{of_company}"
    price = f" for {price_text(subscription)}" if priced else ""
    status = subscription.status_at(now)
    if status is SubscriptionStatus.AWAITING:
        return f"{who} ordered it{price}. It begins when it is delivered."
    if status is SubscriptionStatus.CANCELLED:
        return f"{who} ordered it{price}, but the order ended before it was delivered."
    if status is SubscriptionStatus.TERMINATED:
        return f"{who} had it{price}. It has ended; nothing more is charged."
    verb = "tries it for nothing" if subscription.is_trial else f"has it{price}"
    return f"{who} {verb}. {next_text(subscription, now)}."


def _terms(subscription: Subscription, now: datetime, *, priced: bool) -> list[Values]:
    plan, product = subscription.plan, subscription.product
    unit = f"{money_text(subscription.unit_price, subscription.currency)} {tax_word(subscription.includes_tax)}"
    period = ""
    if subscription.period_starts_at and subscription.renews_at:
        period = f"{day_of(subscription.period_starts_at, now)} to {day_of(subscription.renews_at, now)}"
    running = subscription.status_at(now) is SubscriptionStatus.ACTIVE
    price: Values = {
        "label": "Price",
        "value": price_text(subscription),
        "hint": f"{unit} {per(product.unit)}",
    }
    return [
        {"label": "Product", "value": product.sku},
        {"label": "Plan", "value": plan_name(plan), "hint": f"paid {per(plan.period)}"},
        {"label": "Quantity", "value": amount_of(subscription)},
        *([price] if priced else []),
        {"label": "Trial" if subscription.is_trial else "Paid period", "value": period if running else ""},
        {"label": "Next", "value": next_text(subscription, now)},
        {"label": "Ended on", "value": day_of(subscription.ended_at, now) if subscription.ended_at else ""},
    ]


def _customer(subscription: Subscription) -> list[Values]:
    owner, company = subscription.owner, subscription.company
    return [
        {"label": "Customer", "value": subscription.owner_name},
        {"label": "Company", "value": company.name if company else "Private customer"},
        {"label": "E-mail", "value": owner.email, "url": f"mailto:{owner.email}"},
        {"label": "Marketplace", "value": subscription.marketplace.name},
        {"label": "Sold by", "value": subscription.seller.name},
        {"label": "Delivered by", "value": subscription.vendor.name if subscription.is_resold else ""},
    ]


def _orders(subscription: Subscription, actor: Actor) -> list[Order]:
    """What was ordered for it, as far as this seller sees it, the newest first."""
    began = Order.objects.filter(lines__subscription=subscription).values("pk")
    mine = orders_of(actor)
    about = mine.filter(subscription=subscription) | mine.filter(pk__in=began)
    return list(about.order_by("-pk")[:SHOWN_ORDERS])


def _told(subscription: Subscription, actor: Actor, now: datetime) -> list[Values]:
    """Who on the seller's side was told; platform staff see both sides."""
    side = None if actor.platform else Side.SELLER
    return told_rows("subscription", subscription.number, tenant_id=subscription.tenant_id, side=side, now=now)
