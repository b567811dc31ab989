"""After a yes: delivering what was ordered, line by line, and what happens when that fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from approvals.services.steps import clean_comment
from companies.actors import Actor
from config.kit.refused import Invalid, Late, Missing, NotYours
from config.kit.storable import storable_text
from orders import notices
from orders.lifecycle import DeliveryState, OrderMove, OrderParty, OrderStatus
from orders.models import Order, OrderLine
from orders.services.order_writer import (
    begin_deliveries,
    follow_deliveries,
    write_order_moves,
)
from orders.services.subscription_steps import follow_order, lock_order
from orders.standing import check, parties_of
from orders.subscription_lifecycle import SubscriptionStatus
from orders.subscription_standing import renewed_since
from orders.vendor_calls import call_off, settle_calls

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
    said = completed_with(instructions, links)
    return _deliver(said, actor, order_id, line_ids, now)


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
    return _deliver(failed_with(instructions), actor, order_id, line_ids, now)


def retry_order(*, actor: Actor, order_id: int, now: datetime | None = None) -> Order:
    """Try the failed lines again; no new approval, since nothing about the order changed. For the seller."""
    now = now or timezone.now()
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        to = check(order, OrderMove.RETRY, parties_of(order, actor))
        changed = order.subscription
        if changed is not None and changed.status_at(now) is SubscriptionStatus.TERMINATED:
            raise Late(f"Subscription {changed.number} has ended: cancel this order.", code="subscription_ended")
        write_order_moves([order], OrderMove.RETRY, to, actor, now)
        order.lines.filter(delivery_state=DeliveryState.FAILED).update(
            delivery_state=DeliveryState.OPEN, instructions="", delivered_at=None
        )
        lines = list(order.lines.order_by("number"))
        begin_deliveries([(order, lines)], now)
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
        if OrderParty.SELLER not in parties and renewed_since([order]):
            raise Late(
                "A period has been renewed on these terms since. Ask for another change instead.", code="renewed"
            )
        if OrderParty.CUSTOMER not in parties and not reason:
            raise Invalid("Say why; the customer will read it.", field="reason")
        _cancel(order, to, actor, now, reason)
        return order


def cancel_by_system(found: Order, why: str, now: datetime) -> None:
    """A step: cancel an order that is not being delivered yet, because what it is about has ended.

    Locks the order; the subscriptions that follow it are locked by the caller. Nothing happens to one that moved on.
    """
    order = Order.objects.locked().get(pk=found.pk)
    if order.status == OrderStatus.PENDING:
        to = check(order, OrderMove.CANCEL, frozenset((OrderParty.SYSTEM,)))
        _cancel(order, to, Actor.system("re-check", order.tenant_id), now, why)


def _cancel(order: Order, to: OrderStatus, actor: Actor, now: datetime, reason: str) -> None:
    event = write_order_moves([order], OrderMove.CANCEL, to, actor, now, reason=reason)[0]
    lines = list(order.lines.order_by("number"))
    follow_order(order, lines, actor, now)
    notices.tell_cancelled(order, event, actor, now)
    call_off(order, lines, now)


def deliver_line(*, actor: Actor, order_id: int, number: int, said: Said, now: datetime | None = None) -> OrderLine:
    """Record how the delivery of one line ended, as a vendor's system says it: the same word again changes nothing.

    A system repeats what it was not answered to; the line as it is is the answer then, too. Raises `Missing`,
    `NotYours`, and `Late` where it ended otherwise before, or may not be delivered (any more).
    """
    now = now or timezone.now()
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        lines = list(order.lines.select_related("product", "plan", "subscription").order_by("number"))
        line = next((each for each in lines if each.number == number), None)
        if line is None:
            raise Missing("There is no such delivery.")
        parties = parties_of(order, actor)
        if parties.isdisjoint((OrderParty.SELLER, OrderParty.PROVISIONER)):
            raise NotYours("Only who delivers this order may say how that went.")
        line.order = order
        if said.is_of(line):
            return line
        check(order, said.move, parties)
        if not _is_open(line):
            raise Late(f"This delivery is {line.delivery_state} already, with another word for the customer.")
        _write(order, lines, [line], said, actor, now)
        return line


def completed_with(instructions: str, links: Sequence[Mapping[str, str]] = ()) -> Said:
    """What is said of a delivery that went well; `Invalid` names `instructions` or `links`."""
    return Said(
        OrderMove.COMPLETE,
        DeliveryState.COMPLETED,
        clean_comment(instructions, field="instructions"),
        tuple(_links(links)),
    )


def failed_with(instructions: str) -> Said:
    """What is said of a delivery that failed; `Invalid` (field `instructions`) without an explanation."""
    instructions = clean_comment(instructions, field="instructions")
    if not instructions:
        raise Invalid("Say what failed; the customer will read it.", field="instructions")
    return Said(OrderMove.FAIL, DeliveryState.FAILED, instructions)


@dataclass(frozen=True, slots=True)
class Said:
    """How a delivery ended, and what its customer has to know."""

    move: OrderMove
    state: DeliveryState
    instructions: str
    links: tuple[dict[str, str], ...] = ()

    def is_of(self, line: OrderLine) -> bool:
        """It was said of this line before, word for word."""
        then = (line.delivery_state, line.instructions, line.links)
        return then == (self.state, self.instructions, list(self.links))


def _deliver(said: Said, actor: Actor, order_id: int, line_ids: Iterable[int] | None, now: datetime | None) -> Order:
    now = now or timezone.now()
    found = _find(actor, order_id)
    with transaction.atomic():
        order = lock_order(found)
        check(order, said.move, parties_of(order, actor))
        lines = list(order.lines.order_by("number"))
        _write(order, lines, _chosen(lines, line_ids), said, actor, now)
        return order


def _write(
    order: Order, lines: Sequence[OrderLine], chosen: Sequence[OrderLine], said: Said, actor: Actor, now: datetime
) -> None:
    for line in chosen:
        line.delivery_state = said.state
        line.instructions = said.instructions
        line.links = list(said.links)
        line.delivered_at = now
    OrderLine.objects.bulk_update(chosen, ["delivery_state", "instructions", "links", "delivered_at"])
    reason = said.instructions if said.state is DeliveryState.FAILED else ""
    follow_deliveries(order, lines, actor, now, reason=reason)
    settle_calls(order, lines)


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
