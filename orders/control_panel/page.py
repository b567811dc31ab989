"""What does the seller's page of one order show to this reader?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from companies.actors import Actor
from config.kit.wording import ago_text, day_text, money_text, text_in
from orders.control_panel import rows
from orders.control_panel.buttons import buttons
from orders.control_panel.forms import STATUS_LABELS
from orders.control_panel.history import timeline_of
from orders.lifecycle import DeliveryState, OrderStatus
from orders.models import Order, OrderLine

Values = dict[str, Any]

EARLIER = 5
DELIVERY_BADGES = {
    DeliveryState.WAITING: ("Waits for the review", "closed"),
    DeliveryState.OPEN: ("To deliver", "waiting"),
    DeliveryState.COMPLETED: ("Delivered", "good"),
    DeliveryState.FAILED: ("Failed", "refused"),
    DeliveryState.CANCELLED: ("Cancelled", "closed"),
}


def order_page(order: Order, actor: Actor, now: datetime, kept: Mapping[str, Any]) -> Values:
    """Everything the template shows. A constant number of queries."""
    lines = sorted(order.lines.all(), key=lambda line: line.number)
    priced = rows.sees_prices(order, actor)
    moves = buttons(order, actor, kept)
    earlier = _earlier(order, actor)
    return {
        "order": order,
        "lead": _lead(order, lines, now, priced=priced),
        "steps": _steps(order),
        "priced": priced,
        "lines": [_line(line) for line in lines],
        "price_word": _price_word(lines),
        "totals": _totals(order) if priced else [],
        "deliveries": [_delivery(line) for line in lines if line.instructions or line.links],
        "customer": _customer(order),
        "pairs": _pairs(order, priced=priced),
        "ship_to": _address(order, "SHIPPING"),
        "bill_to": _address(order, "BILLING") if priced else None,
        "note": order.internal_note if priced else "",
        "earlier_count": earlier.count(),
        "earlier": [_earlier_pair(each, actor, now) for each in earlier[:EARLIER]],
        "events": timeline_of(order),
        "moves": moves,
        "note_label": "Internal note (optional)" if order.status == OrderStatus.TO_BE_APPROVED and moves else "",
        "note_value": kept.get("values", {}).get("comment", ""),
    }


def open_lines(order: Order) -> list[OrderLine]:
    """The lines that are still to be delivered."""
    return [line for line in order.lines.order_by("number") if line.delivery_state == DeliveryState.OPEN]


def _lead(order: Order, lines: Sequence[OrderLine], now: datetime, *, priced: bool) -> str:
    of_company = f" of {order.company.name}" if order.company else ""
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    what = f"{rows.product_text(order)} for {order.total} ({count})" if priced else f"{rows.product_text(order)}"
    since = day_text(timezone.localtime(order.status_since), timezone.localtime(now))
    seller, vendor = order.auditing_company.name, order.vendor.name
    now_it = {
        OrderStatus.TO_BE_APPROVED: f"It waits for the decision of {seller} since {since}.",
        OrderStatus.PENDING: f"It is to be delivered by {vendor} since {since}.",
        OrderStatus.PROVISIONING: f"{vendor} delivers it since {since}.",
        OrderStatus.COMPLETED: f"It was completed on {since}.",
        OrderStatus.FAILED: f"Its delivery failed on {since}.",
        OrderStatus.REJECTED: f"It was rejected on {since}.",
        OrderStatus.CANCELLED: f"It was cancelled on {since}.",
    }[OrderStatus(order.status)]
    return f"{order.buyer_name}{of_company} ordered {what} {ago_text(order.created_at, now)}. {now_it}"


def _steps(order: Order) -> list[Values]:
    """Order, review, provisioning, done: what is now, and who has it."""
    status = OrderStatus(order.status)
    seller, vendor = order.auditing_company.name, order.vendor.name
    ended_in_review = status == OrderStatus.CANCELLED and order.review is not None and order.review.status == "CLOSED"
    review = {"label": "Review", "state": "done" if order.needs_review else "skipped"}
    delivery = {"label": "Provisioning", "state": "todo"}
    done = {"label": "Done", "state": "todo"}
    if status == OrderStatus.TO_BE_APPROVED:
        review |= {"state": "current", "who": f"{seller} has it"}
    elif status == OrderStatus.REJECTED or ended_in_review:
        review |= {"state": "refused", "who": STATUS_LABELS[status]}
        delivery["state"] = done["state"] = "skipped"
    elif status in rows.DELIVERING:
        delivery |= {"state": "current", "who": f"{vendor} has it"}
    elif status in (OrderStatus.FAILED, OrderStatus.CANCELLED):
        delivery |= {"state": "refused", "who": STATUS_LABELS[status]}
        done["state"] = "todo" if status == OrderStatus.FAILED else "skipped"
    else:
        delivery["state"] = done["state"] = "done"
    return [{"label": "Order", "state": "done", "at": order.created_at}, review, delivery, done]


def _line(line: OrderLine) -> Values:
    return {
        "name": line.name,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "tax_rate": line.tax_rate,
        "total": line.gross,
        "badge": DELIVERY_BADGES[DeliveryState(line.delivery_state)],
        "detail": {"webhook": "Delivered by the vendor's system", "instant": "Delivers itself"}.get(
            line.delivery_kind, ""
        ),
    }


def _price_word(lines: Sequence[OrderLine]) -> str:
    words = {"gross" if line.includes_tax else "net" for line in lines}
    return words.pop() if len(words) == 1 else ""


def _totals(order: Order) -> list[Values]:
    rows_: list[Values] = [
        {"label": "Net", "amount": order.lines_net},
        {"label": "Tax", "amount": order.lines_tax},
    ]
    if order.shipping_gross:
        rows_.append({"label": "Shipping, gross", "hint": "this order's share", "amount": order.shipping_gross})
    return [*rows_, {"label": "Total, gross", "amount": order.gross, "strong": True}]


def _delivery(line: OrderLine) -> Values:
    return {
        "name": text_in(line.name, get_language() or "en") or line.sku,
        "badge": DELIVERY_BADGES[DeliveryState(line.delivery_state)],
        "instructions": line.instructions,
        "links": line.links,
        "at": line.delivered_at,
    }


def _customer(order: Order) -> list[Values]:
    placed = order.placed_by_name if order.placed_by_id != order.buyer_id else ""
    return [
        {"label": "Customer", "value": order.buyer_name},
        {"label": "Company", "value": order.company.name if order.company else "Private customer"},
        {"label": "E-mail", "value": order.buyer.email, "url": f"mailto:{order.buyer.email}"},
        {"label": "Placed by", "value": placed},
    ]


def _pairs(order: Order, *, priced: bool) -> list[Values]:
    window = order.delivery_window or {}
    payment = order.payment or {}
    paid = ", ".join(str(payment[name]) for name in ("method", "provider") if payment.get(name))
    when = ", ".join(part for part in (window.get("deliveryDate", "")[:10], window.get("slotId", "")) if part)
    return [
        {"label": "Kind", "value": rows.kind_text(order)},
        {"label": "Marketplace", "value": order.marketplace.name},
        {"label": "Sold by", "value": order.auditing_company.name},
        {"label": "Delivered by", "value": order.vendor.name},
        {"label": "Shipping", "value": (order.shipping or {}).get("methodId", "")},
        {"label": "Delivery window", "value": when},
        {"label": "Payment", "value": paid if priced else ""},
        {"label": "Reference", "value": payment.get("reference", "") if priced else ""},
    ]


def _address(order: Order, kind: str) -> Mapping[str, str] | None:
    return next((address for address in order.addresses if address.get("type") == kind), None)


def _earlier(order: Order, actor: Actor) -> rows.Orders:
    """What this customer ordered before, as far as this seller sees it."""
    same = {"company_id": order.company_id} if order.company_id else {"company": None, "buyer_id": order.buyer_id}
    seen = Order.objects.visible_to(actor).filter(**same, pk__lt=order.pk)
    return seen.order_by("-pk")


def _earlier_pair(order: Order, actor: Actor, now: datetime) -> Values:
    amount = money_text(order.gross, order.currency) if rows.sees_prices(order, actor) else ""
    return {
        "label": day_text(timezone.localtime(order.created_at), timezone.localtime(now)),
        "value": f"{order.number}{f', {amount}' if amount else ''}",
        "hint": STATUS_LABELS[OrderStatus(order.status)],
        "url": rows.page_url(order),
    }
