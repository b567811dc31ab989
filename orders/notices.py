"""Who is told what when an order is placed or moves: the letters, with the facts as they were then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from companies.actors import Actor
from companies.models import Member
from notifications import outbox
from notifications.outbox import Letter
from orders.lifecycle import OrderMove
from orders.models import Order, OrderEvent, OrderLine


def facts_of(order: Order, lines: Sequence[OrderLine], **more: Any) -> dict[str, Any]:
    """What a text about an order may say to its customer or its seller. Amounts are gross, as text."""
    return {
        "number": order.number,
        "customer": order.buyer_name,
        "company": order.company.name if order.company else "",
        "marketplace": order.marketplace.name,
        "total": str(order.total),
        "lines": [
            {
                "name": line.name.get("en", line.sku),
                "quantity": str(line.quantity.normalize()) if line.quantity % 1 else str(int(line.quantity)),
                "gross": f"{line.gross:,} {order.currency}",
            }
            for line in lines
        ],
        "actor": "",
        "reason": "",
        "instructions": [],
        "vendor": order.vendor.name,
        "review_note": "",
        **more,
    }


def tell_placed(placed: Iterable[tuple[Order, list[OrderLine], OrderEvent]], actor: Actor, now: datetime) -> None:
    """Orders were placed: the customer is told of each, auditors of those that wait for them.

    What need not wait is announced to those who deliver it. One query per selling company.
    """
    for order, lines, event in placed:
        said = facts_of(order, lines, actor=actor.name)
        if order.needs_review:
            letters = [_to_customer(order, "order.to_review", said)]
            letters += _to_reviewers(order.auditing_company_id, order, "order.review_requested", said)
        else:
            letters = [_to_customer(order, "order.placed", said), *_to_deliver(order, lines, said)]
        _post(order, event, letters, now)


def tell_approved(order: Order, lines: Sequence[OrderLine], event: OrderEvent, actor: Actor, now: datetime) -> None:
    """The review said yes: the customer is told, and those who deliver."""
    said = facts_of(order, lines, actor=actor.name)
    letters = [_to_customer(order, "order.approved", said), *_to_deliver(order, lines, said)]
    _post(order, event, letters, now)


def tell_refused(order: Order, event: OrderEvent, actor: Actor, now: datetime) -> None:
    """Rejected: the customer is told why. Withdrawn: the auditors that nothing is left to do."""
    lines = list(order.lines.order_by("number"))
    said = facts_of(order, lines, actor=actor.name, reason=order.status_reason)
    if event.kind == "order.rejected":
        letters = [_to_customer(order, "order.rejected", said)]
    else:
        letters = _to_reviewers(order.auditing_company_id, order, "order.withdrawn", said)
        if actor.user_id != order.buyer_id:
            letters.append(_to_customer(order, "order.cancelled", said))
    _post(order, event, letters, now)


def tell_delivery(
    order: Order,
    lines: Sequence[OrderLine],
    move: OrderMove,
    event: OrderEvent,
    actor: Actor,
    now: datetime,
) -> None:
    """Ready, with instructions; or failed, to customer and seller. Starting is no news by mail."""
    instructions = [
        {"name": line.name.get("en", line.sku), "text": line.instructions, "links": line.links}
        for line in lines
        if line.instructions or line.links
    ]
    said = facts_of(order, lines, actor=actor.name, reason=order.status_reason, instructions=instructions)
    if move is OrderMove.COMPLETE:
        letters = [_to_customer(order, "order.completed", said)]
    elif move is OrderMove.FAIL:
        letters = [_to_customer(order, "order.failed", said)]
        letters += _to_reviewers(order.auditing_company_id, order, "order.failed_seller", said)
    else:
        return
    _post(order, event, letters, now)


def tell_cancelled(order: Order, event: OrderEvent, actor: Actor, now: datetime) -> None:
    """A cancelled order: the other side is told."""
    lines = list(order.lines.order_by("number"))
    said = facts_of(order, lines, actor=actor.name, reason=order.status_reason)
    letters = _to_reviewers(order.auditing_company_id, order, "order.cancelled", said)
    letters.append(_to_customer(order, "order.cancelled", said))
    _post(order, event, [letter for letter in letters if letter.recipient_id != actor.user_id], now)


def _to_customer(order: Order, topic: str, said: dict[str, Any]) -> Letter:
    return Letter(order.buyer_id, topic, said, reverse("dashboard:order", args=[order.number]))


def _to_reviewers(company_id: int, order: Order, topic: str, said: dict[str, Any]) -> list[Letter]:
    url = reverse("control_panel:order", args=[order.number])
    people = Member.objects.reviewers(company_id).order_by("pk").values_list("user_id", flat=True)
    return [Letter(person, topic, said, url) for person in people]


def _to_deliver(order: Order, lines: Sequence[OrderLine], said: dict[str, Any]) -> list[Letter]:
    """Tell the vendor's people of what they have to deliver by hand; a reseller's prices are not theirs."""
    if not any(line.delivery_kind == "manual" for line in lines):
        return []
    if order.is_resold:
        bare = [{**line, "gross": ""} for line in said["lines"]]
        said = {**said, "total": "", "lines": bare}
    return _to_reviewers(order.vendor_id, order, "order.to_deliver", said)


def _post(order: Order, event: OrderEvent, letters: Iterable[Letter], now: datetime) -> None:
    outbox.post(
        letters,
        event=f"order:{order.pk}:{event.number}",
        tenant_id=order.tenant_id,
        about=("order", order.number),
        now=now,
    )
