"""Where somebody stands towards a subscription, and which moves are theirs now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from companies.actors import Actor
from companies.models import Member
from companies.roles import GROUP_ROLES, SELLER_ROLES, Role
from config.kit.refused import Late
from orders.models import Order, Subscription, SubscriptionChange
from orders.subscription_lifecycle import (
    SUBSCRIPTION,
    ChangeStatus,
    SubscriptionMove,
    SubscriptionParty,
    SubscriptionStatus,
)

CHANGING = (SubscriptionMove.CHANGE, SubscriptionMove.CONVERT)


def parties_of_subscription(subscription: Subscription, actor: Actor) -> frozenset[SubscriptionParty]:
    """What the actor is to this subscription now. One query for members: their role is that of now."""
    return _parties(subscription, actor, _role(actor))


def check_subscription(subscription: Subscription, move: SubscriptionMove, actor: Actor, now: datetime) -> None:
    """Raise `NotYours`, or `Late` with what has become of it, for a move that is not open to the actor."""
    parties, status = parties_of_subscription(subscription, actor), subscription.status_at(now)
    try:
        SUBSCRIPTION.next_status(status, move, parties)
    except Late:
        raise Late(how_the_subscription_stands(subscription, now), code=f"subscription_{status}") from None


def subscription_moves_for(subscription: Subscription, actor: Actor, now: datetime) -> tuple[SubscriptionMove, ...]:
    """The moves a service would accept from this actor now, but for an open change that is in the way."""
    return subscription_moves_for_each([subscription], actor, now)[0]


def subscription_moves_for_each(
    subscriptions: Sequence[Subscription], actor: Actor, now: datetime
) -> list[tuple[SubscriptionMove, ...]]:
    """The same for many subscriptions, in as many queries."""
    role = _role(actor)
    return [_moves(subscription, _parties(subscription, actor, role), now) for subscription in subscriptions]


def how_the_subscription_stands(subscription: Subscription, now: datetime) -> str:
    """What has become of the subscription, for somebody who came too late."""
    return {
        SubscriptionStatus.AWAITING: f"Subscription {subscription.number} has not begun yet.",
        SubscriptionStatus.ACTIVE: f"Subscription {subscription.number} is running.",
        SubscriptionStatus.TERMINATED: f"Subscription {subscription.number} has ended.",
        SubscriptionStatus.CANCELLED: f"Subscription {subscription.number} was never begun.",
    }[subscription.status_at(now)]


def _parties(subscription: Subscription, actor: Actor, role: Role | None) -> frozenset[SubscriptionParty]:
    parties: set[SubscriptionParty] = set()
    if actor.is_client and actor.tenant_id == subscription.tenant_id:
        parties.add(SubscriptionParty.SELLER)
    if actor.company_id == subscription.company_id and actor.user_id is not None:
        is_owner = actor.user_id == subscription.owner_id
        if subscription.company_id is None:
            parties |= {SubscriptionParty.CUSTOMER} if is_owner else set()
        elif role is Role.ADMIN or (is_owner and role in GROUP_ROLES):
            parties.add(SubscriptionParty.CUSTOMER)
    if actor.role in SELLER_ROLES and actor.company_id == subscription.seller_id and role in SELLER_ROLES:
        parties.add(SubscriptionParty.SELLER)
    return frozenset(parties)


def _moves(
    subscription: Subscription, parties: frozenset[SubscriptionParty], now: datetime
) -> tuple[SubscriptionMove, ...]:
    offered = (SubscriptionMove(m) for m in SUBSCRIPTION.open_moves(subscription.status_at(now), parties))
    return tuple(move for move in offered if _makes_sense(subscription, move))


def _makes_sense(subscription: Subscription, move: SubscriptionMove) -> bool:
    if move is SubscriptionMove.CONVERT:
        return subscription.is_trial
    if move is SubscriptionMove.CHANGE:
        return not subscription.is_trial
    if move is SubscriptionMove.STOP_RENEWING:
        return subscription.auto_renews and not subscription.is_trial
    if move is SubscriptionMove.RESUME_RENEWING:
        return not subscription.auto_renews and not subscription.is_trial
    return True


def _role(actor: Actor) -> Role | None:
    """Of now: the actor was resolved before the lock. No query for who acts for no company."""
    if actor.company_id is None:
        return None
    mine = Member.objects.active().filter(company_id=actor.company_id, user_id=actor.user_id)
    role = mine.values_list("role", flat=True).first()
    return Role(role) if role else None


def renewal_text(subscription: Subscription) -> str:
    """Until when it is paid, as a change keeps it; by it one sees later that it was renewed."""
    return subscription.renews_at.isoformat() if subscription.renews_at else ""


def renewed_since(orders: Iterable[Order]) -> set[int]:
    """Those of these orders on whose terms a further period was charged; their customer cannot take them back.

    One query, none where no order is about a subscription.
    """
    by_checkout = {order.checkout_id: order.pk for order in orders if order.subscription_id is not None}
    if not by_checkout:
        return set()
    changes = SubscriptionChange.objects.filter(
        checkout__in=by_checkout, status=ChangeStatus.APPLIED, subscription__status=SubscriptionStatus.ACTIVE
    )
    return {
        by_checkout[change.checkout.pk]
        for change in changes.select_related("subscription", "checkout")
        if change.old.get("until") != renewal_text(change.subscription)
    }
