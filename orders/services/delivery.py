"""After a yes: delivering what was ordered, line by line, and what happens when that fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from approvals.services.steps import clean_comment
from companies.actors import Actor
from config.kit.refused import Invalid, Missing
from config.kit.storable import storable_text
from orders import notices
from orders.lifecycle import DeliveryState, OrderMove, OrderParty, OrderStatus
from orders.models import Order, OrderLine
from orders.services.order_writer import (
    deliver_instantly,
    follow_deliveries,
    write_order_moves,
)
from orders.services.subscription_steps import follow_order, lock_order
from orders.standing import check, parties_of

MAX_LINKS = 20


def start_order(*, actor: Actor, order_id: int, now: datetime | None = None) -> Order:
    """Say that delivery has begun; the customer can no longer cancel. For seller and provisioner."""
    now = now or timezone.now()
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        to = check(order, OrderMove.START, parties_of(order, actor))
        write_order_moves([order], OrderMove.START, to, actor, now)
        return order


def complete_delivery(
    *,
    actor: Actor,
    order_id: int,
    line_ids: Iterable[int] | None = None,
    instructions: str = "",
    links: Sequence[Mapping[str, str]] = (),
    now: datetime | None = None,
) -> Order:
    """Record that lines (None: all that are open) are delivered, with what the customer needs to know.

    The order is completed once all its lines are, failed once none is open and one failed. `links`
    are `{"label", "url"}` with http or https addresses. For seller and provisioner. Raises
    `Missing`, `NotYours`, `Late`, and `Invalid` (field `lines`, `links` or `instructions`).
    """
    instructions = clean_comment(instructions, field="instructions")
    clean = _links(links)
    return _deliver(OrderMove.COMPLETE, DeliveryState.COMPLETED, actor, order_id, line_ids, instructions, clean, now)


def fail_delivery(
    *,
    actor: Actor,
    order_id: int,
    line_ids: Iterable[int] | None = None,
    instructions: str = "",
    now: datetime | None = None,
) -> Order:
    """Record that lines (None: all that are open) could not be delivered; `instructions` say why.

    Raises `Invalid` (field `instructions`) without an explanation; otherwise as `complete_delivery`.
    """
    instructions = clean_comment(instructions, field="instructions")
    if not instructions:
        raise Invalid("Say what failed; the customer will read it.", field="instructions")
    return _deliver(OrderMove.FAIL, DeliveryState.FAILED, actor, order_id, line_ids, instructions, [], now)


def retry_order(*, actor: Actor, order_id: int, now: datetime | None = None) -> Order:
    """Try the failed lines again; no new approval, since nothing about the order changed. For the seller."""
    now = now or timezone.now()
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        to = check(order, OrderMove.RETRY, parties_of(order, actor))
        write_order_moves([order], OrderMove.RETRY, to, actor, now)
        order.lines.filter(delivery_state=DeliveryState.FAILED).update(
            delivery_state=DeliveryState.OPEN, instructions="", delivered_at=None
        )
        lines = list(order.lines.order_by("number"))
        deliver_instantly([(order, lines)], now)
        if order.status == OrderStatus.PENDING:
            # What was delivered before stays delivered, so delivery has begun and nobody can cancel it any more.
            follow_deliveries(order, lines, Actor.system("provisioning", order.tenant_id), now)
        return order


def cancel_order(*, actor: Actor, order_id: int, reason: str = "", now: datetime | None = None) -> Order:
    """Cancel an order; the seller with a reason while it is pending or failed, the customer before it starts.

    The other side is told. Raises `Missing`, `NotYours`, `Late`, and `Invalid` (field `reason`) for a
    seller without a reason.
    """
    now = now or timezone.now()
    reason = clean_comment(reason, field="reason")
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        parties = parties_of(order, actor)
        to = check(order, OrderMove.CANCEL, parties)
        if OrderParty.CUSTOMER not in parties and not reason:
            raise Invalid("Say why; the customer will read it.", field="reason")
        event = write_order_moves([order], OrderMove.CANCEL, to, actor, now, reason=reason)[0]
        follow_order(order, order.lines.order_by("number"), actor, now)
        notices.tell_cancelled(order, event, actor, now)
        return order


def _deliver(
    move: OrderMove,
    state: DeliveryState,
    actor: Actor,
    order_id: int,
    line_ids: Iterable[int] | None,
    instructions: str,
    links: list[dict[str, str]],
    now: datetime | None,
) -> Order:
    now = now or timezone.now()
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        check(order, move, parties_of(order, actor))
        lines = list(order.lines.order_by("number"))
        chosen = _chosen(lines, line_ids)
        for line in chosen:
            line.delivery_state = state
            line.instructions = instructions
            line.links = links
            line.delivered_at = now
        OrderLine.objects.bulk_update(chosen, ["delivery_state", "instructions", "links", "delivered_at"])
        reason = instructions if state is DeliveryState.FAILED else ""
        follow_deliveries(order, lines, actor, now, reason=reason)
        return order


def _chosen(lines: Sequence[OrderLine], line_ids: Iterable[int] | None) -> list[OrderLine]:
    opened = [line for line in lines if _is_open(line)]
    if line_ids is None:
        return opened
    wanted = set(line_ids)
    chosen = [line for line in opened if line.pk in wanted]
    if not wanted or len(chosen) != len(wanted):
        raise Invalid("Choose lines of this order that are still open.", field="lines")
    return chosen


def _is_open(line: OrderLine) -> bool:
    return line.delivery_state == DeliveryState.OPEN


def _links(links: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    clean = []
    for link in links:
        label, url = str(link.get("label", "")).strip(), str(link.get("url", "")).strip()
        if not label and not url:
            continue
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if not storable_text(label + url):
            raise Invalid("A link contains a character that cannot be stored.", field="links")
        if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > 500:
            raise Invalid("A link begins with https:// and is at most 500 characters.", field="links")
        clean.append({"label": (label or url)[:100], "url": url})
    if len(clean) > MAX_LINKS:
        raise Invalid(f"Give at most {MAX_LINKS} links.", field="links")
    return clean


def _find(actor: Actor, order_id: int) -> Order:
    order = Order.objects.visible_to(actor).filter(pk=order_id).first()
    if order is None:
        raise Missing("There is no such order.")
    return order
