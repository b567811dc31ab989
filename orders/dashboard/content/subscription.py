"""How does a subscription stand, what waits, what was ordered for it, and what can be done with it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from approvals.dashboard.rows import readable_by
from approvals.lifecycle import Status
from companies.actors import Actor
from config.kit.wording import money_text
from orders.dashboard.content.amounts import Values, tax_word
from orders.dashboard.content.orders import order_rows, with_lines
from orders.dashboard.content.subscription_history import timeline
from orders.dashboard.content.subscription_words import (
    amount_of,
    badge,
    change_text,
    day_of,
    lead,
    next_text,
    per,
    plan_name,
    price_text,
    waits_text,
)
from orders.dashboard.content.subscriptions import order_of
from orders.lifecycle import OrderStatus
from orders.models import Order, Subscription, SubscriptionChange
from orders.subscription_lifecycle import ChangeKind, ChangeStatus, SubscriptionMove, SubscriptionStatus
from orders.subscription_standing import subscription_moves_for

SHOWN_ORDERS = 20
_M = SubscriptionMove


@dataclass(frozen=True, slots=True)
class Reading:
    """One subscription before one reader at one moment, with its changes, newest first."""

    subscription: Subscription
    actor: Actor
    now: datetime
    changes: Sequence[SubscriptionChange]

    @property
    def waiting(self) -> SubscriptionChange | None:
        """The change that waits, as far as its approver's time is not over."""
        for change in self.changes:
            if change.is_open and not (change.approval is not None and change.approval.is_overdue(self.now)):
                return change
        return None


def reading_of(subscription: Subscription, actor: Actor, now: datetime) -> Reading:
    """The subscription with its changes. Two queries."""
    changes = subscription.changes.select_related("plan", "approval", "checkout").order_by("-pk")
    found = list(changes.prefetch_related("checkout__orders__auditing_company"))
    for change in found:
        change.subscription = subscription
    return Reading(subscription, actor, now, found)


def subscription_page(subscription: Subscription, actor: Actor, now: datetime) -> Values:
    """The page's values; a constant number of queries. It comes with product, plan, companies and marketplace."""
    reading = reading_of(subscription, actor, now)
    word, tone = badge(subscription, now)
    orders = _orders(subscription, actor)
    return {
        "subscription": subscription,
        "name": subscription.name,
        "lead": lead(subscription, now),
        "status": word,
        "tone": tone,
        "waiting": _waiting(reading),
        "refused": _refused(reading),
        "terms": _terms(subscription, now),
        "orders": order_rows(orders, actor),
        "people": _people(subscription),
        "events": timeline(subscription, reading.changes, now),
        "moves": buttons(reading, _undelivered(orders)),
    }


def compared(change: SubscriptionChange, subscription: Subscription, *, note: str = "") -> Values:
    """Old -> new as one row of the line table, per period, with what it costs more."""
    old, currency = change.old, subscription.currency
    same_plan = str(change.plan_id) == old.get("plan")
    row: Values = {
        "name": subscription.product.name,
        "detail": _plans(change, same=same_plan),
        "quantity": change.quantity,
        "unit": subscription.product.unit,
        "unit_price": change.unit_price,
        "tax_rate": change.tax_rate,
        "total": change.gross,
        "note": note,
    }
    if change.kind == ChangeKind.MODIFICATION:
        row |= _old_values(change)
    more = "A period costs more" if change.kind == ChangeKind.MODIFICATION else "To be paid for the first period"
    totals = [
        {"label": more, "hint": "gross; what approval and order are about", "amount": change.difference_gross},
        {"label": f"New price {per(change.plan.period)}, gross", "amount": change.gross, "strong": True},
    ]
    return {"lines": [row], "totals": totals, "currency": currency, "price_word": tax_word(change.includes_tax)}


def _old_values(change: SubscriptionChange) -> Values:
    """What is different from before, for the line table."""
    old: dict[str, Any] = {}
    if old_quantity := _other(change.old.get("quantity"), change.quantity):
        old["old_quantity"] = old_quantity
    if bool(change.old.get("includes_tax")) == change.includes_tax:
        old["old_unit_price"] = _other(change.old.get("unit_price"), change.unit_price)
    old["old_total"] = _other(change.old.get("gross"), change.gross)
    return {name: value for name, value in old.items() if value is not None}


def _other(old: str | None, new: Any) -> Any:
    if old is None or type(new)(old) == new:
        return None
    return type(new)(old)


def _plans(change: SubscriptionChange, *, same: bool) -> str:
    new = f"{plan_name(change.plan)}, {per(change.plan.period)}"
    if change.kind == ChangeKind.CONVERSION:
        return f"Trial → {new}"
    return new if same else f"{change.old.get('plan_name', '')} → {new}"


def _waiting(reading: Reading) -> Values | None:
    """The change that waits: old and new, whom it waits for, and where to read on."""
    change = reading.waiting
    if change is None:
        return None
    order, approval = order_of(change), change.approval
    url = reverse("dashboard:order", args=[order.number]) if order else ""
    label = f"Order {order.number}" if order else ""
    if not order and approval is not None and readable_by(reading.actor).filter(pk=approval.pk).exists():
        url, label = reverse("dashboard:approval", args=[approval.key]), "The request for approval"
    return {
        **compared(change, reading.subscription),
        "text": f"{waits_text(change, order)}. Until then everything stays as it is.",
        "url": url,
        "label": label,
        "by": change.requested_by_name,
        "at": change.created_at,
    }


def _refused(reading: Reading) -> Values | None:
    """That the last change was rejected, with the reason; until something else came of it."""
    last = reading.changes[0] if reading.changes else None
    if last is None or last.status != ChangeStatus.REFUSED:
        return None
    order, approval = order_of(last), last.approval
    if order is not None:
        who, reason = order.auditing_company.name, order.status_reason
        url = reverse("dashboard:order", args=[order.number])
    else:
        answered = approval is not None and approval.status == Status.DECLINED
        who = approval.approver_name if approval is not None else ""
        reason, url = (approval.approver_comment if answered else "They did not answer in time."), ""
    return {"what": change_text(last), "who": who, "reason": reason, "at": last.status_since, "url": url}


def _terms(subscription: Subscription, now: datetime) -> list[Values]:
    product, plan = subscription.product, subscription.plan
    unit_price = money_text(subscription.unit_price, subscription.currency)
    period = ""
    if subscription.period_starts_at and subscription.renews_at:
        period = f"{day_of(subscription.period_starts_at, now)} to {day_of(subscription.renews_at, now)}"
    running = subscription.status_at(now) is SubscriptionStatus.ACTIVE
    ended = subscription.ended_at or subscription.renews_at
    is_over = subscription.status_at(now) is SubscriptionStatus.TERMINATED and ended
    return [
        {"label": "Plan", "value": plan_name(plan), "hint": f"paid {per(plan.period)}"},
        {"label": "Quantity", "value": amount_of(subscription)},
        {
            "label": "Price",
            "value": price_text(subscription),
            "hint": f"{unit_price} {tax_word(subscription.includes_tax)} per {product.unit}",
        },
        {"label": "Runs since", "value": day_of(subscription.status_since, now) if running else ""},
        {"label": "Trial" if subscription.is_trial else "Paid period", "value": period if running else ""},
        {"label": "Next", "value": next_text(subscription, now, price_text(subscription))},
        {"label": "Ended on", "value": day_of(ended, now) if is_over and ended else ""},
    ]


def _orders(subscription: Subscription, actor: Actor) -> list[Order]:
    """What was ordered for it, the newest first; the order that began it is the last. Three queries."""
    mine = Order.objects.visible_to(actor)
    about = mine.filter(pk__in=subscription.orders.values("pk")) | mine.filter(
        pk__in=Order.objects.filter(lines__subscription=subscription).values("pk")
    )
    return list(
        with_lines(about)
        .select_related("auditing_company", "vendor", "marketplace", "checkout")
        .order_by("-pk")[:SHOWN_ORDERS]
    )


def _undelivered(orders: Sequence[Order]) -> Order | None:
    """The order of a change that is accepted and not delivered yet: the next change waits for it."""
    for order in orders:
        if order.checkout.change_id is not None and order.status in ("pending", "provisioning", "failed"):
            return order
    return None


def _people(subscription: Subscription) -> list[Values]:
    company = subscription.company
    return [
        {"label": "For", "value": company.name if company else subscription.owner_name},
        {"label": "Subscribed by", "value": subscription.owner_name if company else ""},
        {"label": "Sold by", "value": subscription.seller.name},
        {"label": "Delivered by", "value": subscription.vendor.name if subscription.is_resold else ""},
        {"label": "Marketplace", "value": subscription.marketplace.name},
    ]


def buttons(reading: Reading, undelivered: Order | None) -> list[Values]:
    """What the reader can do now; a change that waits can be taken back before another is asked for."""
    subscription, made = reading.subscription, []
    moves = subscription_moves_for(subscription, reading.actor, reading.now)
    number = subscription.number
    day = day_of(subscription.renews_at, reading.now) if subscription.renews_at else ""
    change_url = reverse("dashboard:subscription_change", args=[number])

    def press(move: str, label: str, hint: str, kind: str = "secondary") -> Values:
        url = reverse("dashboard:subscription_move", args=[number, move])
        return {"label": label, "url": url, "hint": hint, "kind": kind}

    if reading.waiting is not None:
        if reading.waiting.kind == ChangeKind.CONVERSION:
            hint = "The trial ends by itself then, unless you keep it after all."
        else:
            hint = "The subscription stays as it is. Whoever was asked is told."
        if moves:
            made.append(press("withdraw", "Take the change back", hint))
    elif undelivered is None:
        link: Values = {"kind": "primary", "method": "get", "url": change_url}
        if _M.CONVERT in moves:
            made.append({**link, "label": "Keep it", "hint": "You see what it costs before anything is ordered."})
        if _M.CHANGE in moves:
            made.append({**link, "label": "Change plan or quantity", "hint": "You see the new price first."})
    if _M.STOP_RENEWING in moves:
        made.append(press("stop", "Stop renewing", f"It runs until {day} and ends there. The seller is told."))
    if _M.RESUME_RENEWING in moves:
        made.append(press("resume", "Renew it after all", f"It goes on after {day} as before. The seller is told."))
    if _M.TERMINATE in moves:
        url = reverse("dashboard:subscription_terminate", args=[number])
        hint = "At once. You confirm it on the next page."
        made.append({"label": "Terminate", "kind": "dangerous", "method": "get", "url": url, "hint": hint})
    return made


def end_page(subscription: Subscription, actor: Actor, now: datetime) -> Values:
    """What terminating does, in sentences, before it is done."""
    reading = reading_of(subscription, actor, now)
    day = day_of(subscription.renews_at, now) if subscription.renews_at else ""
    seller = subscription.seller.name
    happens = [
        "It ends at once, not with its period, and cannot be begun again: you would subscribe anew.",
        f"{seller} is told and does not have to accept it.",
    ]
    if subscription.is_trial:
        happens.insert(1, "Nothing was charged for the trial, and a product can be tried only once.")
    elif subscription.renews_at:
        happens.insert(1, f"What is paid until {day} is not used any more. It is not renewed.")
    if reading.waiting is not None:
        what = change_text(reading.waiting)
        happens.append(f"The change that waits ({what}) is taken back; whoever was asked is told.")
    for change in reading.changes:
        order = order_of(change)
        if order is not None and order.status == OrderStatus.PENDING:
            happens.append(f"Order {order.number}, whose delivery has not begun, is cancelled ({change_text(change)}).")
    return {
        "subscription": subscription,
        "name": subscription.name,
        "happens": happens,
        "instead": not subscription.is_trial and subscription.auto_renews,
        "ends_on": day,
        "terms": _terms(subscription, now),
    }
