"""How does an order stand, what comes next, and what has happened so far?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from approvals.dashboard.content import day_name, payment_text
from approvals.dashboard.history import timeline_of
from approvals.dashboard.rows import readable_by
from approvals.models import Approval
from approvals.policy import Verdict
from companies.actors import Actor, ActorKind
from companies.models import DeliveryWindow, ShippingMethod
from config.kit.wording import quantity_text
from orders.auditors import STAFF, reviewer_of
from orders.board import moves_for
from orders.dashboard.content.amounts import Values, in_reader_language, joined, label_of, price_word, tax_rows
from orders.dashboard.forms import MoveForm
from orders.lifecycle import DeliveryState, OrderKind, OrderMove, OrderStatus
from orders.models import Order, OrderEvent, OrderLine, Quote, Subscription

ORDER_AGAIN = "Order again"
MOVES = {
    OrderMove.WITHDRAW: {
        "label": "Withdraw",
        "kind": "dangerous",
        "hint": "Takes the order back for good. The seller is told.",
    },
    OrderMove.CANCEL: {
        "label": "Cancel the order",
        "kind": "dangerous",
        "hint": "Possible until delivery has begun. The seller is told.",
    },
}
LINE_STATES = {
    DeliveryState.WAITING: "Waits for the review",
    DeliveryState.OPEN: "Being prepared",
    DeliveryState.COMPLETED: "Delivered",
    DeliveryState.FAILED: "Delivery failed",
    DeliveryState.CANCELLED: "Not delivered",
}
HAPPENED = {
    "order.placed": ("placed the order", "closed"),
    "order.approved": ("accepted the order", "good"),
    "order.rejected": ("rejected the order", "refused"),
    "order.withdrawn": ("withdrew the order", "closed"),
    "order.started": ("began the delivery", "waiting"),
    "order.completed": ("completed the delivery", "good"),
    "order.failed": ("reported that the delivery failed", "refused"),
    "order.retried": ("began the delivery again", "waiting"),
    "order.payment_chosen": ("chose how to pay", "closed"),
    "order.cancelled": ("cancelled the order", "closed"),
}
# What happens by itself has nobody to name.
HAPPENED_BY_ITSELF = {
    "order.placed": "The order was placed.",
    "order.approved": "The order was accepted automatically.",
    "order.completed": "The delivery was completed.",
    "order.started": "A part was delivered at once.",
    "order.failed": "The delivery failed.",
    "order.withdrawn": "The order was withdrawn.",
    "order.cancelled": "The order was cancelled.",
}


def order_page(order: Order, actor: Actor, kept: Mapping[str, Any]) -> Values:
    """The page's values. `order` comes with checkout, companies, marketplace and review."""
    lines = list(order.lines.order_by("number"))
    events = list(order.events.order_by("number"))
    approval = _approval_of(order, actor)
    return {
        "order": order,
        "label": label_of([line.name for line in lines]),
        "lead": f"{placed_for(order, actor)} {lead(order, lines, events, actor)}".strip(),
        "reason": _reason(order, events),
        "steps": steps(order, events),
        "lines": [_row(line, order.kind) for line in lines],
        "price_word": price_word(lines),
        "totals": totals_of(order, lines),
        "instructions": [group for group in instructions_of(lines) if not _said(group, order)],
        # What changes, renews or ends a subscription is delivered and paid as the subscription itself.
        "has_delivery": order.subscription_id is None,
        "pairs": _delivery(order),
        "ship_to": _address(order, "SHIPPING"),
        "bill_to": _address(order, "BILLING"),
        "people": [*_people(order, approval), *_quote_of(order, actor), *_subscriptions_of(order, lines, actor)],
        "events": timeline(order, events, approval),
        "moves": buttons(order, actor, kept),
        "siblings": _siblings(order, actor),
    }


def placed_for(order: Order, actor: Actor) -> str:
    """By whom it was placed, where that was a seller's person: `Placed for you by Rik Bakker of Resello BV.`"""
    if not order.on_behalf:
        return ""
    whom = "you" if actor.user_id == order.buyer_id else order.buyer_name
    return f"Placed for {whom} by {placer_of(order)}."


def placer_of(order: Order) -> str:
    """Who placed it, with the seller they did it for."""
    return f"{order.placed_by_name} of {order.auditing_company.name}" if order.on_behalf else order.placed_by_name


def expectation(order: Order, actor: Actor) -> str:
    """What happens now and what to expect next, in a sentence or two; mails go to who ordered."""
    seller, vendor = order.auditing_company.name, order.vendor.name
    reviewer = STAFF if order.marketplace.platform_reviews else f"A manager of {seller}"
    gets = "You get" if actor.user_id == order.buyer_id else f"{order.buyer_name} gets"
    return {
        OrderStatus.TO_BE_APPROVED: f"{reviewer} will shortly review this order. "
        f"{gets} a mail as soon as it is accepted or rejected; nothing is delivered before.",
        OrderStatus.PENDING: f"{vendor} prepares the delivery. {gets} a mail when it is ready.",
        OrderStatus.PROVISIONING: f"{vendor} is delivering. {gets} a mail when everything is ready.",
        OrderStatus.COMPLETED: "Everything is delivered.",
        OrderStatus.FAILED: f"The delivery failed. {seller} can try again or cancel. {gets} a mail about it.",
        OrderStatus.REJECTED: f"{seller} rejected this order. Nothing of it will be delivered.",
        OrderStatus.CANCELLED: "This order was cancelled. Nothing of it will be delivered.",
    }[OrderStatus(order.status)]


def lead(order: Order, lines: Sequence[OrderLine], events: Sequence[OrderEvent], actor: Actor) -> str:
    """The first sentence of the page: who did what last, what it means, what comes next."""
    last = events[-1] if events else None
    who = last.actor_name if last is not None and last.actor_kind != ActorKind.SYSTEM else ""
    again = f" {ORDER_AGAIN} puts its lines back into your cart." if _may_order_again(order, actor) else ""
    if order.status == OrderStatus.REJECTED and who:
        # Platform staff have no role, and are nobody of the seller's.
        of = f" of {order.auditing_company.name}" if last is not None and last.role else ""
        return f"{who}{of} rejected this order. Nothing of it will be delivered.{again}"
    if order.status == OrderStatus.CANCELLED and last is not None and who:
        word = "withdrew" if last.kind == "order.withdrawn" else "cancelled"
        return f"{who} {word} this order. Nothing of it will be delivered.{again}"
    if order.status == OrderStatus.COMPLETED and instructions_of(lines):
        return "Everything is delivered. What you need to know stands below."
    ready = sum(line.delivery_state == DeliveryState.COMPLETED for line in lines)
    if order.status == OrderStatus.PROVISIONING and ready:
        return f"{ready} of {len(lines)} lines are delivered. {order.vendor.name} prepares the rest."
    return expectation(order, actor)


def steps(order: Order, events: Sequence[OrderEvent]) -> list[Values]:
    """The stages of the order for the progress line."""
    at = {event.kind: event.at for event in events}
    approval = order.checkout.approval
    asked = {"state": "done", "who": approval.decided_by_name, "at": approval.decided_at} if approval else None
    status = OrderStatus(order.status)
    source = "Quote" if order.checkout.quote_id else "Cart"
    return [
        # What changes, renews or ends a subscription was never in a cart.
        *([] if order.subscription_id else [{"label": source, "state": "done", "who": order.buyer_name}]),
        {"label": "Approval", **(asked or {"state": "skipped"})},
        {"label": "Order", "state": "done", "at": order.created_at},
        {"label": "Review", **_review_step(order, at)},
        {"label": "Provisioning", **_delivery_step(order, status, at)},
        {"label": "Done", "state": "done" if status is OrderStatus.COMPLETED else "todo"},
    ]


def _review_step(order: Order, at: Mapping[str, datetime]) -> Values:
    if not order.needs_review:
        return {"state": "skipped"}
    if order.status == OrderStatus.TO_BE_APPROVED:
        return {"state": "current", "who": f"{reviewer_of(order)} has it"}
    if order.status == OrderStatus.REJECTED:
        return {"state": "refused", "who": "Rejected", "at": at.get("order.rejected")}
    if "order.withdrawn" in at:
        return {"state": "refused", "who": "Withdrawn", "at": at["order.withdrawn"]}
    return {"state": "done", "at": at.get("order.approved")}


def _delivery_step(order: Order, status: OrderStatus, at: Mapping[str, datetime]) -> Values:
    if status in (OrderStatus.PENDING, OrderStatus.PROVISIONING):
        return {"state": "current", "who": f"{order.vendor.name} has it"}
    if status is OrderStatus.COMPLETED:
        return {"state": "done", "at": at.get("order.completed")}
    if status is OrderStatus.FAILED:
        return {"state": "refused", "who": "Failed", "at": at.get("order.failed")}
    if status is OrderStatus.CANCELLED and "order.cancelled" in at:
        return {"state": "refused", "who": "Cancelled", "at": at["order.cancelled"]}
    return {"state": "todo" if status is OrderStatus.TO_BE_APPROVED else "skipped"}


def totals_of(order: Order, lines: Iterable[OrderLine]) -> list[Values]:
    """Net, tax by rate, shipping and what is to be paid."""
    rows = [
        {"label": "Net", "amount": order.lines_net},
        *tax_rows(((line.tax_rate, line.net, line.tax) for line in lines), order.currency),
    ]
    if order.shipping_gross:
        rows.append({"label": "Shipping, gross", "amount": order.shipping_gross})
    return [*rows, {"label": "Total, gross", "amount": order.gross, "strong": True}]


def instructions_of(lines: Iterable[OrderLine]) -> list[Values]:
    """What the seller wrote for the customer, once for all lines it was written for."""
    groups: dict[tuple[str, str], Values] = {}
    for line in lines:
        if not line.instructions and not line.links:
            continue
        group = groups.setdefault(
            (line.instructions, str(line.links)),
            {"names": [], "text": line.instructions, "links": line.links, "failed": False},
        )
        group["names"].append(in_reader_language(line.name))
        group["failed"] = line.delivery_state == DeliveryState.FAILED
    return [
        {**group, "title": joined(group["names"]), "icon": "warning" if group["failed"] else "check"}
        for group in groups.values()
    ]


def timeline(order: Order, events: Iterable[OrderEvent], approval: Approval | None) -> list[Values]:
    """What happened to the order and, where the reader may see it, to its approval; oldest first."""
    rows: list[Values] = []
    if approval is not None:
        kinds = approval.events.order_by("number").values_list("kind", flat=True)
        told = zip(timeline_of(approval), kinds, strict=True)
        rows += [row for row, kind in told if kind != "approval.ordered"]  # the order's own history begins with it
    # Of what happened at one moment, the yes comes before the order.
    return sorted([*rows, *(_event(event, order.ruling) for event in events)], key=lambda row: row["at"])


def buttons(order: Order, actor: Actor, kept: Mapping[str, Any]) -> list[Values]:
    """The moves open to the reader, and ordering the same again."""
    made: list[Values] = []
    if _may_order_again(order, actor):
        url = reverse("dashboard:order_again", args=[order.number])
        made.append({"label": ORDER_AGAIN, "url": url, "hint": "Puts these lines into your cart at today's prices."})
    for move in moves_for(order, actor):
        if move in MOVES:
            url = reverse("dashboard:order_move", args=[order.number, move.value])
            typed = kept.get("values") if kept.get("sent_to") == url else None
            form = MoveForm(initial=typed or {}, auto_id=f"id_{move.value}_%s")
            made.append({**MOVES[move], "url": url, "fields": [form["reason"]], "comment_value": bool(typed)})
    return made


def _may_order_again(order: Order, actor: Actor) -> bool:
    """What changes, renews or ends a subscription is no purchase that could be repeated."""
    return actor.company_id == order.company_id and order.subscription_id is None


def _reason(order: Order, events: Sequence[OrderEvent]) -> Values | None:
    """Why it was rejected, cancelled or failed, with who wrote it."""
    if not order.status_reason or not events:
        return None
    last = events[-1]
    return {"text": order.status_reason, "who": "" if last.actor_kind == ActorKind.SYSTEM else last.actor_name}


def _said(group: Values, order: Order) -> bool:
    """What was written to the customer is the reason that the page quotes already."""
    return bool(group["text"] == order.status_reason and not group["links"])


def _row(line: OrderLine, kind: str) -> Values:
    tones = {DeliveryState.COMPLETED: "good", DeliveryState.FAILED: "refused", DeliveryState.CANCELLED: "closed"}
    state = DeliveryState(line.delivery_state)
    return {
        "name": line.name,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "tax_rate": line.tax_rate,
        "total": line.gross,
        "detail": _before(line) if kind == OrderKind.MODIFICATION else "",
        "note": LINE_STATES[state],
        "note_tone": tones.get(state, "waiting"),
    }


def _before(line: OrderLine) -> str:
    """What a changed subscription was before; the line's total is what a period costs more."""
    old = line.changed_from
    return f"Before: {old.get('plan_name', '')} × {quantity_text(Decimal(old['quantity']))}. The total is what is new."


def _event(event: OrderEvent, ruling: Mapping[str, Any]) -> Values:
    by_itself = event.actor_kind == ActorKind.SYSTEM
    what, tone = HAPPENED.get(event.kind, (event.kind.partition(".")[2].replace("_", " "), "closed"))
    return {
        "at": event.at,
        "who": "" if by_itself else event.actor_name,
        "role": "" if by_itself else event.role.capitalize(),
        "on_behalf_of": event.behalf_name,
        "what": HAPPENED_BY_ITSELF.get(event.kind, what) if by_itself else what,
        "tone": tone,
        "comment": event.comment_for_customer,
        "details": [permission_text(ruling)] if event.kind == "order.placed" and ruling else [],
    }


def permission_text(ruling: Mapping[str, Any]) -> str:
    """Why the order could be placed: `Permission check: Admin, no approval needed.`"""
    if ruling.get("verdict") == Verdict.FREE:
        who = str(ruling.get("role") or "private customer").capitalize()
        return f"Permission check: {who}, no approval needed."
    by = ruling.get("approved_by")
    return f"Permission check: approved by {by}." if by else "Permission check: approved."


def _approval_of(order: Order, actor: Actor) -> Approval | None:
    """The purchase approval behind the order, where the reader may see it."""
    if order.checkout.approval_id is None:
        return None
    return readable_by(actor).filter(pk=order.checkout.approval_id).first()


def _quote_of(order: Order, actor: Actor) -> list[Values]:
    """The quote it was ordered from, where the reader may see it. One query, where there is one."""
    if order.checkout.quote_id is None:
        return []
    quotes = Quote.objects.visible_to(actor).filter(pk=order.checkout.quote_id)
    return [
        {"label": "From quote", "value": quote.number, "url": reverse("dashboard:quote", args=[quote.number])}
        for quote in quotes
    ]


def _asker(order: Order) -> str:
    """Who sent it for approval in the buyer's name. One query, where somebody did."""
    return order.asked_by.name if order.asked_by else ""


def _subscriptions_of(order: Order, lines: Sequence[OrderLine], actor: Actor) -> list[Values]:
    """The subscriptions it begins, changes, renews or ends, where the reader may see them; one query, if any."""
    wanted = {order.subscription_id, *(line.subscription_id for line in lines)} - {None}
    if not wanted:
        return []
    return [
        {
            "label": "Subscription",
            "value": found.number,
            "url": reverse("dashboard:subscription", args=[found.number]),
        }
        for found in Subscription.objects.visible_to(actor).filter(pk__in=wanted).order_by("pk")
    ]


def _people(order: Order, approval: Approval | None) -> list[Values]:
    rows = [
        {"label": "Ordered for", "value": order.company.name if order.company else order.buyer_name},
        {
            "label": "In the name of" if order.on_behalf else "Ordered by",
            "value": order.buyer_name if order.company else "",
        },
        {"label": "Placed by", "value": placer_of(order) if order.placed_by_id != order.buyer_id else ""},
        {"label": "Asked for by", "value": _asker(order)},
        {"label": "Marketplace", "value": order.marketplace.name},
        {"label": "Sold by", "value": order.auditing_company.name},
        {"label": "Delivered by", "value": order.vendor.name if order.is_resold else ""},
    ]
    if approval is not None:
        url = reverse("dashboard:approval", args=[approval.key])
        rows.append({"label": "Approval", "value": f"Approved by {approval.decided_by_name}", "url": url})
    return rows


def _delivery(order: Order) -> list[tuple[str, str]]:
    """Shipping, delivery window and payment in words. Two queries."""
    zone, key = order.shipping.get("zoneId", ""), order.shipping.get("methodId", "")
    method = ShippingMethod.objects.filter(marketplace_id=order.marketplace_id, zone=zone, key=key).first()
    return [
        ("Shipping", in_reader_language(method.name) if method else key),
        ("Delivery window", _window(order)),
        ("Payment", "Not said yet" if order.checkout.payment_open else payment_text(order.payment)),
        ("Your reference", str(order.payment.get("reference") or "")),
    ]


def _window(order: Order) -> str:
    window = order.delivery_window
    if not window:
        return ""
    known = DeliveryWindow.objects.filter(
        marketplace_id=order.marketplace_id, key=window.get("id", ""), slot=window.get("slotId", "")
    ).first()
    day = day_name(str(window.get("deliveryDate", ""))[:10])
    return f"{day}, {known.name if known else window.get('slotId', '')}".strip(", ")


def _address(order: Order, kind: str) -> dict[str, str] | None:
    return next((address for address in order.addresses if address.get("type") == kind), None)


def _siblings(order: Order, actor: Actor) -> list[Values]:
    """The other orders of the same checkout that the reader sees."""
    others = Order.objects.visible_to(actor).filter(checkout_id=order.checkout_id).exclude(pk=order.pk)
    return [
        {"number": other.number, "url": reverse("dashboard:order", args=[other.number]), "status": other.status}
        for other in others.order_by("position")
    ]
