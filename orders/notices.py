"""Who is told what when an order is placed or moves: the letters, with the facts as they were then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from catalog.models.product import Provisioning
from companies.actors import Actor, ActorKind
from config.kit.wording import money_text, quantity_text
from notifications import outbox
from notifications.outbox import Letter, News
from orders.auditors import Pools
from orders.lifecycle import OrderKind, OrderMove
from orders.models import Order, OrderEvent, OrderLine, Subscription
from orders.vendor_calls import has_system


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
                "quantity": quantity_text(line.quantity),
                "gross": money_text(line.gross, order.currency),
            }
            for line in lines
        ],
        "actor": "",
        "reason": "",
        "instructions": [],
        "vendor": order.vendor.name,
        "review_note": "",
        "subscription": Subscription(pk=order.subscription_id).number if order.subscription_id else "",
        "change": _change_text(order, lines),
        **more,
    }


def _change_text(order: Order, lines: Sequence[OrderLine]) -> str:
    """What becomes of a subscription, from old to new: `Basic × 2 → Web hosting, Business × 3`; else nothing."""
    if order.kind != OrderKind.MODIFICATION or not lines:
        return ""
    line = lines[0]
    before = f"{line.changed_from.get('plan_name', '')} × {quantity_text(Decimal(line.changed_from['quantity']))}"
    return f"{before} → {line.name.get('en', line.sku)} × {quantity_text(line.quantity)}"


def tell_placed(
    placed: Sequence[tuple[Order, list[OrderLine], OrderEvent]],
    actor: Actor,
    now: datetime,
    *,
    to_auditors: bool = True,
) -> None:
    """Orders of one checkout were placed: the customer is told of each, auditors of those that wait.

    What need not wait is announced to those who deliver it; what a seller placed, to its customer by whom.
    Auditors are not asked where the seller's policy accepts it. Three statements for any number of orders.
    """
    pools = Pools({id_ for order, _, _ in placed for id_ in (order.auditing_company_id, order.vendor_id)})
    news = []
    for order, lines, event in placed:
        said = facts_of(order, lines, actor=actor.name)
        if order.on_behalf:
            by = f"{actor.name} of {order.auditing_company.name}"
            said |= {"placed_by": by, "waits": "yes" if order.needs_review and to_auditors else ""}
        if order.needs_review:
            auditors = pools.deciding(order) if to_auditors else []
            letters = [
                _to_customer(order, "order.on_behalf" if order.on_behalf else "order.to_review", said),
                *_to_people(auditors, order, "order.review_requested", said),
            ]
        else:
            letters = [
                _to_customer(order, "order.on_behalf" if order.on_behalf else "order.placed", said),
                *_to_deliver(order, lines, said, pools),
            ]
        news.append(_news(order, event, letters))
    outbox.post_all(news, tenant_id=placed[0][0].tenant_id, now=now)


def tell_approved(order: Order, lines: Sequence[OrderLine], event: OrderEvent, actor: Actor, now: datetime) -> None:
    """The review said yes: the customer is told, and those who deliver.

    What the seller's policy accepts as it is placed, the customer was told with the placing.
    """
    said = facts_of(order, lines, actor=actor.name)
    letters = [] if actor.kind is ActorKind.SYSTEM else [_to_customer(order, "order.approved", said)]
    letters += _to_deliver(order, lines, said, Pools({order.vendor_id}))
    _post(order, event, letters, now)


def tell_refused(order: Order, event: OrderEvent, actor: Actor, now: datetime) -> None:
    """Rejected: the customer is told why. Withdrawn: the auditors that nothing is left to do."""
    lines = list(order.lines.order_by("number"))
    said = facts_of(order, lines, actor=actor.name, reason=order.status_reason)
    if event.kind == "order.rejected":
        letters = [_to_customer(order, "order.rejected", said)]
    else:
        letters = _to_people(Pools({order.auditing_company_id}).deciding(order), order, "order.withdrawn", said)
        if actor.user_id != order.buyer_id:
            letters.append(_to_customer(order, "order.cancelled", {**said, "reader": "customer"}))
    _post(order, event, letters, now)


def tell_waiting(order: Order, key: str, now: datetime) -> None:
    """A review has waited too long: whoever can decide it is reminded. `key` names the reminder."""
    said = facts_of(order, list(order.lines.order_by("number")))
    letters = _to_people(Pools({order.auditing_company_id}).deciding(order), order, "order.review_waiting", said)
    news = News(key, tuple(letters), ("order", order.number), order.marketplace.key)
    outbox.post_all([news], tenant_id=order.tenant_id, now=now)


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
        seller = Pools({order.auditing_company_id}).of(order.auditing_company_id)
        letters += _to_people(seller, order, "order.failed_seller", said)
    else:
        return
    _post(order, event, letters, now)


def tell_cancelled(order: Order, event: OrderEvent, actor: Actor, now: datetime) -> None:
    """A cancelled order: the other side is told, and the vendor who was to deliver what a reseller sold."""
    lines = list(order.lines.order_by("number"))
    said = facts_of(order, lines, actor=actor.name, reason=order.status_reason)
    pools = Pools({order.auditing_company_id, order.vendor_id})
    to_seller, to_customer = {**said, "reader": "seller"}, {**said, "reader": "customer"}
    letters = _to_people(pools.of(order.auditing_company_id), order, "order.cancelled", to_seller)
    if order.is_resold and _is_for_people(order, lines):
        letters += _to_people(pools.of(order.vendor_id), order, "order.cancelled", _without_prices(to_seller))
    letters.append(_to_customer(order, "order.cancelled", to_customer))
    _post(order, event, [letter for letter in letters if letter.recipient_id != actor.user_id], now)


def _to_customer(order: Order, topic: str, said: dict[str, Any]) -> Letter:
    return Letter(order.buyer_id, topic, said, reverse("dashboard:order", args=[order.number]))


def _to_people(people: Iterable[int], order: Order, topic: str, said: dict[str, Any]) -> list[Letter]:
    url = reverse("control_panel:order", args=[order.number])
    return [Letter(person, topic, said, url) for person in people]


def _to_deliver(order: Order, lines: Sequence[OrderLine], said: dict[str, Any], pools: Pools) -> list[Letter]:
    """Tell the vendor's people of what they have to deliver by hand; a reseller's prices are not theirs."""
    if not _is_for_people(order, lines):
        return []
    people = pools.of(order.vendor_id)
    return _to_people(people, order, "order.to_deliver", _without_prices(said) if order.is_resold else said)


def _is_for_people(order: Order, lines: Iterable[OrderLine]) -> bool:
    """Some line is delivered by hand: as is what a system should deliver, while the vendor has none."""
    kinds = {line.delivery_kind for line in lines}
    return Provisioning.MANUAL in kinds or (Provisioning.WEBHOOK in kinds and not has_system(order.vendor_id))


def _without_prices(said: dict[str, Any]) -> dict[str, Any]:
    """The same facts for a vendor whose product a reseller sold: the reseller's prices are not theirs."""
    return {**said, "total": "", "lines": [{**line, "gross": ""} for line in said["lines"]]}


def _news(order: Order, event: OrderEvent, letters: Iterable[Letter]) -> News:
    return News(f"order:{order.pk}:{event.number}", tuple(letters), ("order", order.number), order.marketplace.key)


def _post(order: Order, event: OrderEvent, letters: Iterable[Letter], now: datetime) -> None:
    outbox.post_all([_news(order, event, letters)], tenant_id=order.tenant_id, now=now)
