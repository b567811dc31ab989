"""What does the seller's page of one order show to this reader?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from approvals.dashboard.content import payment_text, shipping_text, window_text
from approvals.dashboard.told import told_rows
from catalog.models.product import Provisioning
from companies.actors import Actor
from companies.models import Member
from config.kit.wording import ago_text, day_text, money_text
from notifications.texts import Side
from orders.control_panel import rows
from orders.control_panel.buttons import buttons
from orders.control_panel.forms import STATUS_LABELS
from orders.control_panel.history import timeline_of
from orders.control_panel.quote_rows import page_url as quote_url
from orders.control_panel.quote_rows import prices_quotes
from orders.control_panel.review_page import change_rows, shown_warnings, warnings_for
from orders.control_panel.subscription_rows import page_url as subscription_url
from orders.control_panel.vendor_system import vendor_system
from orders.dashboard.content.amounts import price_word
from orders.dashboard.content.order import instructions_of, placer_of, steps, totals_of
from orders.lifecycle import DeliveryState, OrderKind, OrderStatus
from orders.models import Order, OrderLine, Subscription

Values = dict[str, Any]

EARLIER = 5
STAGES_OF_THE_CUSTOMER = 2  # the cart and its approval, which come before the order
KINDS_OF_DELIVERY = {
    Provisioning.WEBHOOK: "Delivered by the vendor's system",
    Provisioning.INSTANT: "Delivers itself",
}
WORTH_SAYING = (DeliveryState.OPEN, DeliveryState.COMPLETED, DeliveryState.FAILED)
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
    warnings = warnings_for(order) if priced else ()
    moves = buttons(order, actor, kept, warnings)
    earlier = _earlier(order, actor)
    events = list(order.events.order_by("number"))
    deliveries = instructions_of(lines)
    return {
        "order": order,
        "lead": _lead(order, lines, now, priced=priced),
        "steps": steps(order, events)[STAGES_OF_THE_CUSTOMER:],
        "priced": priced,
        "warnings": shown_warnings(warnings),
        "changes": change_rows(order, priced=priced),
        "lines": [_line(line) for line in lines],
        "price_word": price_word(lines),
        "totals": totals_of(order, lines) if priced else [],
        "reason": "" if order.status_reason in [group["text"] for group in deliveries] else order.status_reason,
        "deliveries": deliveries,
        "vendor_system": vendor_system(order, lines, actor, now),
        "customer": _customer(order),
        "pairs": [
            *_pairs(order, priced=priced),
            *(_quote(order, actor) if priced else []),
            *_subscriptions(order, lines, actor),
        ],
        "ship_to": _address(order, "SHIPPING"),
        "bill_to": _address(order, "BILLING") if priced else None,
        "note": order.internal_note if priced else "",
        "earlier_count": earlier.count(),
        "earlier": [_earlier_pair(each, actor, now) for each in earlier[:EARLIER]],
        "events": timeline_of(events, inside=priced),
        "told": _told(order, actor, now) if priced else [],
        "moves": moves,
        "note_label": "Internal note (optional)" if order.status == OrderStatus.TO_BE_APPROVED and moves else "",
        "note_value": kept.get("values", {}).get("comment", ""),
    }


def open_lines(order: Order) -> list[OrderLine]:
    """The lines that are still to be delivered."""
    return [line for line in order.lines.order_by("number") if line.delivery_state == DeliveryState.OPEN]


def _lead(order: Order, lines: Sequence[OrderLine], now: datetime, *, priced: bool) -> str:
    since = day_text(timezone.localtime(order.status_since), timezone.localtime(now))
    seller, vendor = order.auditing_company.name, order.vendor.name
    reviewer = "the platform's staff" if order.marketplace.platform_reviews else seller
    now_it = {
        OrderStatus.TO_BE_APPROVED: f"It has waited for the decision of {reviewer} since {since}; "
        "nothing is delivered before.",
        OrderStatus.PENDING: f"{vendor} has had it to deliver since {since}; "
        "until the delivery has begun, the customer can still cancel.",
        OrderStatus.PROVISIONING: f"{vendor} has been delivering it since {since}; "
        "reporting it as completed or failed comes next.",
        OrderStatus.COMPLETED: f"It was completed on {since}; nothing is left to do.",
        OrderStatus.FAILED: f"Its delivery failed on {since}; {seller} can try again or cancel it.",
        OrderStatus.REJECTED: f"It was rejected on {since}; nothing of it is delivered.",
        OrderStatus.CANCELLED: f"It was cancelled on {since}; nothing of it is delivered.",
    }[OrderStatus(order.status)]
    return f"{_asked(order, lines, ago_text(order.created_at, now), priced=priced)} {now_it}"


def _asked(order: Order, lines: Sequence[OrderLine], ago: str, *, priced: bool) -> str:
    """Who wants what, as a sentence."""
    customer = f"{order.buyer_name} of {order.company.name}" if order.company else order.buyer_name
    who, whom = (placer_of(order), f" for {customer}") if order.on_behalf else (customer, "")
    subscription = Subscription(pk=order.subscription_id).number if order.subscription_id else ""
    total, what = f" for {order.total}" if priced else "", rows.product_text(order)
    if order.kind == OrderKind.RENEWAL:
        return f"Subscription {subscription} of {customer} was renewed {ago}: {what}{total}."
    if order.kind == OrderKind.TERMINATION:
        return f"Subscription {subscription} of {customer} was ended {ago}: {what}."
    change = rows.change_text(order)
    if change:
        more = f"{total} more a period" if priced and order.gross else ""
        return f"{who} asked {ago} to change subscription {subscription}{whom}: {change}{more}."
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    return f"{who} ordered {what}{f'{total} ({count})' if priced else ''}{whom} {ago}."


def _line(line: OrderLine) -> Values:
    badge = DELIVERY_BADGES[DeliveryState(line.delivery_state)]
    return {
        "name": line.name,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "tax_rate": line.tax_rate,
        "total": line.gross,
        "badge": badge,
        "detail": KINDS_OF_DELIVERY.get(line.delivery_kind, ""),
        "note": badge[0] if line.delivery_state in WORTH_SAYING else "",
        "note_tone": badge[1],
    }


def _customer(order: Order) -> list[Values]:
    placed = placer_of(order) if order.placed_by_id != order.buyer_id else ""
    return [
        {"label": "Customer", "value": order.buyer_name},
        {"label": "Company", "value": order.company.name if order.company else "Private customer"},
        {"label": "Group", "value": _group(order)},
        {"label": "E-mail", "value": order.buyer.email, "url": f"mailto:{order.buyer.email}"},
        {"label": "Placed by", "value": placed},
        {"label": "Asked for by", "value": order.asked_by.name if order.asked_by else ""},
    ]


def _group(order: Order) -> str:
    """What the customer is in the company now."""
    member = Member.objects.filter(user=order.buyer_id, company=order.company_id).first()
    return str(member.get_role_display()) if member else ""


def _pairs(order: Order, *, priced: bool) -> list[Values]:
    payment = order.payment or {}
    paid = "Not said yet" if order.checkout.payment_open else payment_text(payment)
    place = {"tenant_id": order.tenant_id, "site_code": order.marketplace.key}
    return [
        {"label": "Kind", "value": rows.kind_text(order)},
        {"label": "Marketplace", "value": order.marketplace.name},
        {"label": "Sold by", "value": order.auditing_company.name},
        {"label": "Delivered by", "value": order.vendor.name},
        {"label": "Shipping", "value": shipping_text(order.shipping, **place)},
        {"label": "Delivery window", "value": window_text(order.delivery_window or {}, **place)},
        {"label": "Payment", "value": paid if priced else ""},
        {"label": "Reference", "value": payment.get("reference", "") if priced else ""},
    ]


def _quote(order: Order, actor: Actor) -> list[Values]:
    """The quote it was ordered from; a link for who prices it."""
    quote = order.checkout.quote
    if quote is None:
        return []
    reads_it = prices_quotes(actor) and (actor.platform or quote.seller_id == actor.company_id)
    return [{"label": "From quote", "value": quote.number, "url": quote_url(quote) if reads_it else ""}]


def _subscriptions(order: Order, lines: Sequence[OrderLine], actor: Actor) -> list[Values]:
    """Those that it begins, changes, renews or ends, where the reader may see them; one query, if any."""
    wanted = {order.subscription_id, *(line.subscription_id for line in lines)} - {None}
    if not wanted:
        return []
    seen = Subscription.objects.visible_to(actor).filter(pk__in=wanted).order_by("pk")
    return [{"label": "Subscription", "value": found.number, "url": subscription_url(found)} for found in seen]


def _address(order: Order, kind: str) -> Mapping[str, str] | None:
    return next((address for address in order.addresses if address.get("type") == kind), None)


def _told(order: Order, actor: Actor, now: datetime) -> list[Values]:
    """Who on the seller's side was told; platform staff see both sides."""
    side = None if actor.platform else Side.SELLER
    return told_rows("order", order.number, tenant_id=order.tenant_id, side=side, now=now)


def _earlier(order: Order, actor: Actor) -> rows.Orders:
    """What this customer ordered before, as far as this seller sees it."""
    same = {"company_id": order.company_id} if order.company_id else {"company": None, "buyer_id": order.buyer_id}
    seen = Order.objects.visible_to(actor).filter(**same, created_at__lt=order.created_at)
    return seen.order_by("-created_at", "-pk")


def _earlier_pair(order: Order, actor: Actor, now: datetime) -> Values:
    amount = money_text(order.gross, order.currency) if rows.sees_prices(order, actor) else ""
    return {
        "label": day_text(timezone.localtime(order.created_at), timezone.localtime(now)),
        "value": f"{order.number}{f', {amount}' if amount else ''}",
        "hint": STATUS_LABELS[OrderStatus(order.status)],
        "url": rows.page_url(order),
    }
