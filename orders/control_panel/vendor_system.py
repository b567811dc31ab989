"""What does the seller read of the calls to the vendor's system about an order?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from catalog.models.product import Provisioning
from companies.actors import Actor
from notifications.control_panel.webhook_page import has_webhooks, how_it_went
from notifications.models import CallState, WebhookDelivery
from orders.lifecycle import DeliveryState, OrderStatus
from orders.models import Order, OrderLine
from orders.vendor_calls import CANCELLED, TO_DELIVER, has_system

Values = dict[str, Any]

LABELS = {TO_DELIVER: "To deliver it", CANCELLED: "That it was cancelled"}
OPEN = (OrderStatus.PENDING, OrderStatus.PROVISIONING)


def vendor_system(order: Order, lines: Sequence[OrderLine], actor: Actor, now: datetime) -> list[Values]:
    """Each call about the order and how it stands; who looks at calls finds them by a link. Two queries at most.

    None for an order that no system delivers, and before the vendor may know of it.
    """
    theirs = [line for line in lines if line.delivery_kind == Provisioning.WEBHOOK]
    if not theirs or order.status == OrderStatus.TO_BE_APPROVED:
        return []
    calls = WebhookDelivery.objects.filter(
        tenant_id=order.tenant_id, company_id=order.vendor_id, about_kind="order", about_key=order.number
    )
    is_called = has_system(order.vendor_id)
    rows = [_row(call, order, actor, now, is_called) for call in calls.order_by("created_at", "pk")]
    waits = order.status in OPEN and any(line.delivery_state == DeliveryState.OPEN for line in theirs)
    if waits and not is_called:
        name = order.vendor.name
        rows.append(
            {"label": "No system", "value": f"{name} has none that is called: its people deliver this by hand."}
        )
    return rows


def _row(call: WebhookDelivery, order: Order, actor: Actor, now: datetime, is_called: bool) -> Values:
    reads_it = has_webhooks(actor) and (actor.platform or actor.company_id == call.company_id)
    notes = {
        CallState.FAILED: "Given up. Deliver it by hand, report a failure, or send it again.",
        CallState.DROPPED: "Nobody needs it any more.",
    }
    return {
        "label": LABELS.get(call.topic, call.topic),
        "value": how_it_went(call, now, is_called=is_called, past="Told"),
        "hint": notes.get(CallState(call.state), ""),
        "url": reverse("control_panel:webhook", args=[call.pk]) if reads_it else "",
    }
