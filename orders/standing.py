"""Where somebody stands towards an order: what they are to it, and which moves are theirs now."""

from __future__ import annotations

from approvals.lifecycle import Party
from approvals.standing import standing_towards
from companies.actors import Actor
from companies.models import Member
from companies.roles import REVIEWING_ROLES, Role
from config.kit.refused import Late
from orders.lifecycle import ORDER, OrderMove, OrderParty, OrderStatus
from orders.models import Order


def parties_of(order: Order, actor: Actor) -> frozenset[OrderParty]:
    """What the actor is to this order now. One or two queries for sellers, none for customers."""
    parties: set[OrderParty] = set()
    if actor.user_id == order.buyer_id and actor.company_id == order.company_id:
        parties.add(OrderParty.CUSTOMER)
    if actor.role is Role.ADMIN and actor.company_id is not None and actor.company_id == order.company_id:
        parties.add(OrderParty.CUSTOMER)
    if actor.role in REVIEWING_ROLES and _still_reviews(actor):
        if actor.company_id == order.auditing_company_id:
            parties |= {OrderParty.SELLER}
        if actor.company_id == order.vendor_id:
            parties |= {OrderParty.PROVISIONER}
    if order.status == OrderStatus.TO_BE_APPROVED and order.review is not None:
        towards_review = standing_towards(order.review, actor).parties
        if Party.APPROVER in towards_review:
            parties.add(OrderParty.AUDITOR)
    elif actor.company_id == order.auditing_company_id and OrderParty.SELLER in parties:
        # Who would have been asked: so that coming too late reads as late, not as forbidden.
        parties.add(OrderParty.AUDITOR)
    return frozenset(parties)


def check(order: Order, move: OrderMove, parties: frozenset[OrderParty]) -> OrderStatus:
    """The status `move` leads to; raises `NotYours`, or `Late` with what has become of the order."""
    try:
        return OrderStatus(ORDER.next_status(order.status, move, parties))
    except Late as late:
        raise Late(how_it_stands(order)) from late


def how_it_stands(order: Order) -> str:
    """What has become of the order, for somebody who came too late."""
    event = order.events.order_by("-number").first()
    words = {
        OrderStatus.TO_BE_APPROVED: "It waits for an auditor's review.",
        OrderStatus.PENDING: "It is being prepared for delivery.",
        OrderStatus.PROVISIONING: "It is being delivered.",
        OrderStatus.COMPLETED: "It is completed.",
        OrderStatus.FAILED: "Its delivery failed.",
        OrderStatus.REJECTED: "It was rejected.",
        OrderStatus.CANCELLED: "It was cancelled.",
    }[OrderStatus(order.status)]
    if event is None:
        return f"Order {order.number}: {words}"
    reviewed = order.events.filter(kind__in=("order.approved", "order.rejected")).last()
    told = reviewed if reviewed is not None else event
    return f"{told.actor_name} {_PAST.get(told.kind, 'changed')} order {order.number} already. {words}"


_PAST = {
    "order.placed": "placed",
    "order.approved": "approved",
    "order.rejected": "rejected",
    "order.withdrawn": "withdrew",
    "order.started": "started to deliver",
    "order.completed": "completed",
    "order.failed": "reported a failure of",
    "order.retried": "retried",
    "order.cancelled": "cancelled",
}


def _still_reviews(actor: Actor) -> bool:
    """Asked of the table, since the actor was resolved before the lock."""
    return (
        actor.company_id is not None
        and Member.objects.reviewers(actor.company_id).filter(user_id=actor.user_id).exists()
    )
