"""Where somebody stands towards an order: what they are to it, and which moves are theirs now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from approvals.standing import when_text
from companies.actors import Actor
from companies.models import Member
from companies.roles import REVIEWING_ROLES, Role
from config.kit.refused import Late
from orders.auditors import pool_of
from orders.lifecycle import ORDER, OrderMove, OrderParty, OrderStatus
from orders.models import Order


def parties_of(order: Order, actor: Actor) -> frozenset[OrderParty]:
    """What the actor is to this order now. One query for sellers, platform staff and a customer's admins, none for who
    bought it.

    Platform staff stand in for a selling or delivering company that has nobody active to do it, and review for a
    marketplace that leaves it to them. An API client delivers and cancels for its tenant; a review is for people.
    """
    parties = _parties(order, actor, _reviewers([order], actor))
    if OrderParty.CUSTOMER in parties and actor.user_id != order.buyer_id and not _is_admin_now(actor):
        parties -= {OrderParty.CUSTOMER}
    return parties


def parties_of_each(orders: Sequence[Order], actor: Actor) -> list[frozenset[OrderParty]]:
    """The same for many orders, in as many queries, with a customer's group as it was when the actor was resolved."""
    reviewers = _reviewers(orders, actor)
    return [_parties(order, actor, reviewers) for order in orders]


def _parties(order: Order, actor: Actor, reviewers: set[tuple[int, int]]) -> frozenset[OrderParty]:
    parties: set[OrderParty] = set()
    if actor.is_client and actor.tenant_id == order.tenant_id:
        parties.add(OrderParty.SELLER)
    if actor.is_vendor_system:
        return _of_system(order, actor)
    if actor.user_id == order.buyer_id and actor.company_id == order.company_id:
        parties.add(OrderParty.CUSTOMER)
    if actor.role is Role.ADMIN and actor.company_id is not None and actor.company_id == order.company_id:
        parties.add(OrderParty.CUSTOMER)
    if actor.role in REVIEWING_ROLES or actor.platform:
        if _decides(order, actor, reviewers):
            parties.add(OrderParty.AUDITOR)
        if _stands_for(order.auditing_company_id, actor, reviewers):
            parties.add(OrderParty.SELLER)
        if _stands_for(order.vendor_id, actor, reviewers):
            parties.add(OrderParty.PROVISIONER)
    return frozenset(parties)


def _is_admin_now(actor: Actor) -> bool:
    """Asked of the table: somebody may have been demoted since the actor was resolved."""
    admins = Member.objects.active().filter(role=Role.ADMIN)
    return admins.filter(company_id=actor.company_id, user_id=actor.user_id).exists()


def _of_system(order: Order, actor: Actor) -> frozenset[OrderParty]:
    """A vendor's system delivers what is the vendor's, and may cancel and retry what the vendor sells itself."""
    found: set[OrderParty] = set()
    if actor.tenant_id == order.tenant_id and actor.company_id == order.vendor_id:
        found.add(OrderParty.PROVISIONER)
        if order.auditing_company_id == order.vendor_id:
            found.add(OrderParty.SELLER)
    return frozenset(found)


def needs_another(order: Order, actor: Actor) -> bool:
    """The actor had it ordered, for themselves or a customer, and the marketplace wants a second person for it."""
    return order.marketplace.require_second_person and had_it_ordered(order, actor)


def had_it_ordered(order: Order, actor: Actor) -> bool:
    """The actor is its buyer, placed it, or sent it for approval in the buyer's name."""
    return actor.user_id is not None and actor.user_id in (order.placed_by_id, order.buyer_id, order.asked_by_id)


def _reviewers(orders: Iterable[Order], actor: Actor) -> set[tuple[int, int]]:
    """Who reviews and delivers for the companies of these orders: asked of the table, since the actor was
    resolved before the lock."""
    companies = {company for order in orders for company in (order.auditing_company_id, order.vendor_id)}
    if not companies or not (actor.role in REVIEWING_ROLES or actor.platform):
        return set()
    return set(Member.objects.reviewing(companies).values_list("company_id", "user_id"))


def _decides(order: Order, actor: Actor, reviewers: set[tuple[int, int]]) -> bool:
    pool = pool_of(order, reviewers)
    if needs_another(order, actor):
        return False
    if actor.platform:
        return not pool
    return actor.user_id in pool and actor.company_id == order.auditing_company_id


def _stands_for(company_id: int, actor: Actor, reviewers: set[tuple[int, int]]) -> bool:
    if (company_id, actor.user_id) in reviewers:
        return actor.company_id == company_id
    return actor.platform and all(company != company_id for company, _ in reviewers)


def check(order: Order, move: OrderMove, parties: frozenset[OrderParty]) -> OrderStatus:
    """The status `move` leads to; raises `NotYours`, or `Late` with what has become of the order."""
    try:
        return OrderStatus(ORDER.next_status(order.status, move, parties))
    except Late as late:
        raise Late(how_it_stands(order)) from late


def how_it_stands(order: Order) -> str:
    """What has become of the order, by whom and when, for somebody who came too late."""
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
    reviewed = order.events.filter(kind__in=("order.approved", "order.rejected")).order_by("-number").first()
    told = reviewed if reviewed is not None and order.status != OrderStatus.CANCELLED else event
    when = when_text(told.at)
    return f"{told.actor_name} already {_PAST.get(told.kind, 'changed')} order {order.number} on {when}. {words}"


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
