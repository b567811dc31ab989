"""What is the system of a vendor told of an order? What it has to deliver, and what it has to stop.

Never of an order that still waits for its review, and never what anything costs: of what a reseller
sold, the prices are the reseller's, and to deliver nobody needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.models.product import Provisioning
from config.kit.money import spell
from notifications.models import WebhookEndpoint
from notifications.webhooks.outgoing import Call, drop_calls, instant, post_calls
from orders.lifecycle import DeliveryState
from orders.models import Order, OrderLine, Subscription, SubscriptionEvent
from orders.models.order import pk_of

TO_DELIVER = "order.to_deliver"
CANCELLED = "order.cancelled"
TERMINATED = "subscription.terminated"

Values = dict[str, Any]


def call_to_deliver(orders: Iterable[tuple[Order, Sequence[OrderLine]]], now: datetime) -> None:
    """Tell vendors' systems of the open lines that are theirs; a step, when locked orders have become pending.

    Each time anew: a retry tells the lines that failed. No statement where no line is a system's, else three.
    """
    wanted = [(order, _of_system(lines, DeliveryState.OPEN)) for order, lines in orders]
    _post([(order, lines) for order, lines in wanted if lines], TO_DELIVER, now)


def call_off(order: Order, lines: Iterable[OrderLine], now: datetime) -> None:
    """Tell the vendor's system that a locked order was cancelled, as far as it was its to deliver and it was told."""
    theirs = _of_system(lines)
    if theirs:
        drop_calls(TO_DELIVER, _about(order))
        _post([(order, theirs)], CANCELLED, now)


def settle_calls(order: Order, lines: Iterable[OrderLine]) -> None:
    """Nobody need be told any more to deliver what has been delivered, or given up, by hand."""
    theirs = _of_system(lines)
    if theirs and not _of_system(theirs, DeliveryState.OPEN):
        drop_calls(TO_DELIVER, _about(order))


def call_ended(subscription: Subscription, event: SubscriptionEvent, now: datetime) -> None:
    """Tell the vendor's system that a subscription which it delivers has ended."""
    if subscription.product.provisioning != Provisioning.WEBHOOK:
        return
    data = {
        "subscription": _subscription(subscription),
        "reason": event.comment,
        "customer": {"name": subscription.owner_name, "company": _company(subscription)},
    }
    call = Call(
        subscription.vendor_id,
        TERMINATED,
        f"subscription:{subscription.pk}:{event.number}",
        data,
        ("subscription", subscription.number),
    )
    post_calls([call], tenant_id=subscription.tenant_id, now=now)


def still_to_deliver(numbers: Iterable[str]) -> set[str]:
    """Of these numbers, those of orders with a line that a vendor's system has yet to deliver. One query."""
    by_pk = {pk: number for number in numbers if (pk := pk_of(number)) is not None}
    theirs = OrderLine.objects.filter(delivery_kind=Provisioning.WEBHOOK, delivery_state=DeliveryState.OPEN)
    return {by_pk[pk] for pk in theirs.filter(order__in=by_pk).values_list("order_id", flat=True)}


def has_system(vendor_id: int) -> bool:
    """The vendor has an endpoint that is called. One query."""
    return WebhookEndpoint.objects.filter(company_id=vendor_id, is_active=True).exists()


def delivery_key(order: Order, line: OrderLine) -> str:
    """What the API calls the delivery of a line, such as CS1042-1."""
    return f"{order.number}-{line.number}"


def _post(orders: Sequence[tuple[Order, Sequence[OrderLine]]], topic: str, now: datetime) -> None:
    if not orders:
        return
    ids = [line.pk for _, lines in orders for line in lines]
    rows = OrderLine.objects.filter(pk__in=ids).select_related("product", "plan", "subscription").order_by("number")
    found: dict[int, list[OrderLine]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    post_calls(
        (
            Call(
                order.vendor_id,
                topic,
                # The event that was chained last is the one that is told here.
                f"order:{order.pk}:{order.event_count}",
                _data(order, found[order.pk], order.status_reason if topic == CANCELLED else ""),
                _about(order),
            )
            for order, _ in orders
        ),
        tenant_id=orders[0][0].tenant_id,
        now=now,
    )


def _of_system(lines: Iterable[OrderLine], *states: DeliveryState) -> list[OrderLine]:
    return [
        line
        for line in lines
        if line.delivery_kind == Provisioning.WEBHOOK and (not states or line.delivery_state in states)
    ]


def _about(order: Order) -> tuple[str, str]:
    return "order", order.number


def _data(order: Order, lines: Sequence[OrderLine], reason: str) -> Values:
    address = next((each for each in order.addresses if each.get("type") == "SHIPPING"), None)
    return {
        "order": {
            "id": order.number,
            "kind": order.kind,
            "reviewStatus": order.status,
            "siteCode": order.marketplace.key,
            "created": instant(order.created_at),
            "reason": reason,
        },
        "customer": {
            "name": order.buyer_name,
            "email": order.buyer.email,
            "company": _company(order),
        },
        "shippingAddress": {name: text for name, text in address.items() if name != "type"} if address else None,
        "deliveries": [_delivery(order, line) for line in lines],
    }


def _delivery(order: Order, line: OrderLine) -> Values:
    subscription = line.subscription or order.subscription
    return {
        "id": delivery_key(order, line),
        "entryId": str(line.number),
        "state": line.delivery_state,
        "product": {"id": line.product.key, "sku": line.sku, "name": line.name},
        "plan": line.plan.code if line.plan else None,
        "quantity": Decimal(spell(line.quantity)),
        "unit": line.unit,
        "subscriptionId": subscription.number if subscription else None,
        "changedFrom": _changed_from(line),
    }


def _changed_from(line: OrderLine) -> Values | None:
    """What a modification changes: the former plan and quantity."""
    old = line.changed_from
    if not old:
        return None
    return {"plan": old.get("plan_code"), "quantity": Decimal(old["quantity"]) if old.get("quantity") else None}


def _company(of: Order | Subscription) -> Values | None:
    return {"id": of.company.key, "name": of.company.name} if of.company else None


def _subscription(subscription: Subscription) -> Values:
    return {
        "id": subscription.number,
        "product": {
            "id": subscription.product.key,
            "sku": subscription.product.sku,
            "name": subscription.name,
        },
        "plan": subscription.plan.code,
        "quantity": Decimal(spell(subscription.quantity)),
        "endedAt": instant(subscription.ended_at) if subscription.ended_at else None,
    }
