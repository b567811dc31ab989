"""How does one speak of a subscription: its status, its price per period, when it goes on, and what waits?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from catalog.models import Plan
from config.kit.wording import day_text, money_text, quantity_text
from orders.auditors import reviewer_of
from orders.dashboard.content.amounts import in_reader_language
from orders.models import Order, Subscription, SubscriptionChange
from orders.subscription_lifecycle import ChangeKind, ChangeStatus, SubscriptionStatus

WORDS = {
    SubscriptionStatus.AWAITING: ("Not delivered yet", "waiting"),
    SubscriptionStatus.ACTIVE: ("Running", "good"),
    SubscriptionStatus.TERMINATED: ("Ended", "closed"),
    SubscriptionStatus.CANCELLED: ("Never begun", "closed"),
}


def badge(subscription: Subscription, now: datetime) -> tuple[str, str]:
    """Word and tone of its status as it reads now; a trial and one that is not renewed say so."""
    status = subscription.status_at(now)
    if status is not SubscriptionStatus.ACTIVE:
        return WORDS[status]
    if subscription.is_trial:
        return "Trial", "waiting"
    return WORDS[status] if subscription.auto_renews else ("Not renewed", "waiting")


def per(period: str) -> str:
    """`per month`."""
    return f"per {period}"


def plan_name(plan: Plan) -> str:
    """In the reader's language; its code where it has no name."""
    return in_reader_language(plan.name) or plan.code


def trial_text(days: int) -> str:
    """`30 days for nothing`; nothing without a trial."""
    return f"{days} day{'' if days == 1 else 's'} for nothing" if days else ""


def price_text(subscription: Subscription) -> str:
    """`238.00 EUR gross per month`."""
    return f"{money_text(subscription.gross, subscription.currency)} gross {per(subscription.plan.period)}"


def amount_of(subscription: Subscription) -> str:
    """`2 × seat`, as its product is counted."""
    return f"{quantity_text(subscription.quantity)} × {subscription.product.unit}"


def day_of(moment: datetime, now: datetime) -> str:
    """The day in the reader's zone."""
    return day_text(timezone.localtime(moment), timezone.localtime(now))


def next_text(subscription: Subscription, now: datetime, price: str = "") -> str:
    """What comes next and when, in a short sentence; empty where nothing does. `price`: what is then charged."""
    if subscription.renews_at is None or subscription.status_at(now) is not SubscriptionStatus.ACTIVE:
        return ""
    day = day_of(subscription.renews_at, now)
    if subscription.is_trial:
        return f"The trial ends on {day}"
    if not subscription.auto_renews:
        return f"Ends on {day}"
    return f"Renewed on {day}{f' for {price}' if price else ''}"


def lead(subscription: Subscription, now: datetime) -> str:
    """The first sentences of the customer's page: how it stands and what is next."""
    status, vendor = subscription.status_at(now), subscription.vendor.name
    price, day = price_text(subscription), ""
    if subscription.renews_at:
        day = day_of(subscription.renews_at, now)
    if status is SubscriptionStatus.AWAITING:
        what = "the trial" if subscription.is_trial else "this subscription"
        return f"It begins when {vendor} has delivered it: {what} is ordered. Nothing of a period is used up before."
    if status is SubscriptionStatus.CANCELLED:
        return "It was ordered but never begun, because its order ended. Nothing is charged for it."
    if status is SubscriptionStatus.TERMINATED:
        return "It has ended. Nothing more is charged for it."
    if subscription.is_trial:
        return f"You try this for nothing until {day}. Keep it, and it goes on for {price}; else it ends by itself."
    if not subscription.auto_renews:
        return f"It costs {price} and ends on {day}. Until then it can be renewed after all."
    return f"It costs {price} and is renewed by itself on {day}, with the same terms."


def change_text(change: SubscriptionChange) -> str:
    """What shall become of it: `Keep the trial`, `Basic → Pro`, `2 → 5 × seat`."""
    if change.kind == ChangeKind.CONVERSION:
        return f"Keep it as {plan_name(change.plan)}, {quantity_text(change.quantity)} × {change.product.unit}"
    old_plan, parts = change.old.get("plan_name", ""), []
    if str(change.plan_id) != change.old.get("plan"):
        parts.append(f"{old_plan} → {plan_name(change.plan)}")
    old_quantity = Decimal(change.old.get("quantity", "0"))
    if old_quantity != change.quantity:
        parts.append(f"{quantity_text(old_quantity)} → {quantity_text(change.quantity)} × {change.product.unit}")
    return ", ".join(parts)


def waits_text(change: SubscriptionChange, order: Order | None) -> str:
    """Whom an open change waits for."""
    if order is not None:
        return f"{reviewer_of(order)} reviews it as order {order.number}"
    approval = change.approval
    if approval is None:
        return "It is being asked about"
    if approval.decided_at is not None:
        return f"{approval.decided_by_name} approved it; it is not ordered yet"
    return f"{approval.approver_name} is asked to approve it"


def outcome_text(change: SubscriptionChange) -> str:
    """What became of a change, for the line about the last one."""
    return {
        ChangeStatus.ASKED: "waits for approval",
        ChangeStatus.ORDERED: "waits for its review",
        ChangeStatus.APPLIED: "was carried out",
        ChangeStatus.REFUSED: "was rejected",
        ChangeStatus.WITHDRAWN: "was taken back",
    }[ChangeStatus(change.status)]
