"""The one place where an order's status is written, together with its deliveries and its event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from catalog.models import Provisioning
from companies.actors import Actor
from companies.events import Happening, chain_event
from orders import notices
from orders.lifecycle import (
    ORDER,
    DeliveryState,
    OrderMove,
    OrderParty,
    OrderStatus,
    outcome_of,
)
from orders.models import Order, OrderEvent, OrderLine
from orders.review_warnings import HONOURED
from orders.services.subscription_steps import follow_order
from orders.standing import had_it_ordered
from orders.vendor_calls import call_to_deliver

_EVENT_KINDS = {
    OrderMove.APPROVE: "order.approved",
    OrderMove.REJECT: "order.rejected",
    OrderMove.WITHDRAW: "order.withdrawn",
    OrderMove.START: "order.started",
    OrderMove.COMPLETE: "order.completed",
    OrderMove.FAIL: "order.failed",
    OrderMove.RETRY: "order.retried",
    OrderMove.CANCEL: "order.cancelled",
}
ENDED = (OrderStatus.REJECTED, OrderStatus.CANCELLED)


def write_order_moves(
    orders: Sequence[Order],
    move: OrderMove,
    to: OrderStatus,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    note: str = "",
    facts: Mapping[str, Any] | None = None,
) -> list[OrderEvent]:
    """Write `move` to locked orders; whether it may be made was asked before. One UPDATE, one INSERT.

    `reason` is what the customer reads, `note` the seller's own, `facts` more for the event. What was open to be
    delivered ends with an order that ends. What an approval honours anyway is in its event, with why as its comment.
    """
    events = []
    for order in orders:
        what = Happening(
            _EVENT_KINDS[move], from_status=order.status, to_status=to, comment=reason, facts=dict(facts or {})
        )
        if order.honoured is not None:
            honoured = {**(what.facts or {}), HONOURED: list(order.honoured.what)}
            what = replace(what, comment=order.honoured.reason, facts=honoured)
        order.status = to
        order.status_since = now
        order.status_reason = reason
        # A reseller's yes is what lets the vendor know of the order; it stays so, whatever becomes of it.
        order.open_to_vendor = order.open_to_vendor or move is OrderMove.APPROVE
        order.internal_note = note or order.internal_note
        order.touched(now)
        events.append(chain_event(OrderEvent(order=order), order, what, actor, now))
    columns = [
        *("status", "status_since", "status_reason", "internal_note"),
        *("open_to_vendor", "version", "modified_at", "event_count", "last_hash"),
    ]
    if len(orders) == 1:
        orders[0].save(update_fields=columns)
    else:
        Order.objects.bulk_update(orders, columns)
    if to in ENDED:
        OrderLine.objects.filter(order__in=orders).exclude(delivery_state=DeliveryState.COMPLETED).update(
            delivery_state=DeliveryState.CANCELLED
        )
    return OrderEvent.objects.bulk_create(events)


def write_payment(orders: Sequence[Order], payment: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Note on locked orders how they are paid, which was left open when they were placed."""
    events = []
    for order in orders:
        order.payment = payment
        order.touched(now)
        what = Happening("order.payment_chosen", from_status=order.status, to_status=order.status)
        events.append(chain_event(OrderEvent(order=order), order, what, actor, now))
    Order.objects.bulk_update(orders, ["payment", "version", "modified_at", "event_count", "last_hash"])
    OrderEvent.objects.bulk_create(events)


def review_decided(order: Order, move: OrderMove, actor: Actor, now: datetime) -> None:
    """Carry the end of a review over to its locked order, and tell who has to know.

    Reason and note of a rejection were set on the order by the service that knows them.
    """
    parties = {
        OrderMove.APPROVE: {OrderParty.AUDITOR},
        OrderMove.REJECT: {OrderParty.AUDITOR},
        OrderMove.WITHDRAW: {OrderParty.CUSTOMER},
    }[move]
    to = OrderStatus(ORDER.next_status(order.status, move, parties))
    # Who decides what they had ordered themselves is marked, where the marketplace lets them.
    own = {"own_order": "yes"} if move is not OrderMove.WITHDRAW and had_it_ordered(order, actor) else {}
    said = {"reason": order.status_reason, "note": order.internal_note, "facts": own}
    event = write_order_moves([order], move, to, actor, now, **said)[0]
    follow_order(order, order.lines.order_by("number"), actor, now)
    if move is OrderMove.APPROVE:
        open_deliveries([order])
        lines = list(order.lines.order_by("number"))
        notices.tell_approved(order, lines, event, actor, now)
        begin_deliveries([(order, lines)], now)
    else:
        notices.tell_refused(order, event, actor, now)


def open_deliveries(orders: Sequence[Order]) -> None:
    """What waited for the review may be delivered now."""
    OrderLine.objects.filter(order__in=orders, delivery_state=DeliveryState.WAITING).update(
        delivery_state=DeliveryState.OPEN
    )


def begin_deliveries(orders: Sequence[tuple[Order, list[OrderLine]]], now: datetime) -> None:
    """Locked orders have become pending: tell vendors' systems what is theirs, complete the lines that need nobody.

    `lines` are all of each order. What is for people stays open until they say.
    """
    call_to_deliver(orders, now)
    _deliver_instantly(orders, now)


def _deliver_instantly(orders: Iterable[tuple[Order, list[OrderLine]]], now: datetime) -> None:
    system = Actor.system("provisioning")
    for order, lines in orders:
        instant = [
            line
            for line in lines
            if line.delivery_kind == Provisioning.INSTANT and line.delivery_state == DeliveryState.OPEN
        ]
        if not instant:
            continue
        for line in instant:
            line.delivery_state = DeliveryState.COMPLETED
            line.delivered_at = now
        OrderLine.objects.bulk_update(instant, ["delivery_state", "delivered_at"])
        follow_deliveries(order, lines, system, now)


def follow_deliveries(
    order: Order, lines: Sequence[OrderLine], actor: Actor, now: datetime, *, reason: str = ""
) -> None:
    """Move a locked order to where the deliveries of all its lines say it is, and tell who waits.

    Who may deliver was asked before; the order follows by itself.
    """
    follow_order(order, lines, actor, now)
    move = outcome_of([DeliveryState(line.delivery_state) for line in lines])
    if move is None or (move is OrderMove.START and order.status != OrderStatus.PENDING):
        return
    to = OrderStatus(ORDER.next_status(order.status, move, {OrderParty.SYSTEM}))
    if move is OrderMove.FAIL and not reason:
        # The last line to be delivered may be a good one: what failed was said before.
        failed = (line.instructions for line in lines if line.delivery_state == DeliveryState.FAILED)
        reason = next(filter(None, failed), "")
    event = write_order_moves([order], move, to, actor, now, reason=reason)[0]
    notices.tell_delivery(order, lines, move, event, actor, now)
