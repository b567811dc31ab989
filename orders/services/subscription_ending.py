"""How a subscription goes on or ends: renewals, stopping them, termination; none of it is held up by a review."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from approvals.models import SubjectKind
from approvals.services.close import end_step
from approvals.services.steps import clean_comment
from approvals.subjects import subject_of
from companies.actors import Actor
from config.kit.refused import Invalid, Missing
from orders import subscription_notices as notices
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order, Subscription
from orders.services.delivery import cancel_by_system
from orders.services.review import withdraw_by_system
from orders.services.subscription_orders import place_terms
from orders.services.subscription_steps import PERIOD, lock_subscription
from orders.services.subscription_writer import write_change, write_subscription_move
from orders.subscription_lifecycle import (
    OPEN_CHANGES,
    ChangeStatus,
    Periods,
    SubscriptionMove,
    SubscriptionParty,
    SubscriptionStatus,
)
from orders.subscription_standing import check_subscription
from orders.vendor_calls import call_ended

log = structlog.get_logger("countersign.subscriptions")
CUSTOMER, SYSTEM = SubscriptionParty.CUSTOMER, SubscriptionParty.SYSTEM


def terminate(*, actor: Actor, subscription_id: int, comment: str = "", now: datetime | None = None) -> Subscription:
    """End a running subscription at once, for its customer; the seller is told.

    A change that waits is taken back, and one whose delivery has not begun is cancelled.

    An order of kind `termination` records it; nobody has to accept it. Raises `Missing`, `NotYours`, `Late`.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    found = _find(actor, subscription_id)
    with transaction.atomic():
        subscription = lock_subscription(found.pk)
        check_subscription(subscription, SubscriptionMove.TERMINATE, actor, now)
        why = f"Subscription {subscription.number} was terminated."
        _take_back_change(subscription, why, now)
        _end(subscription, SubscriptionMove.TERMINATE, CUSTOMER, actor, now, comment)
        _cancel_undelivered_change(subscription, why, now)
        return subscription


def stop_renewing(*, actor: Actor, subscription_id: int, now: datetime | None = None) -> Subscription:
    """Let a running subscription end with its paid period, for its customer; the seller is told.

    Raises `Missing`, `NotYours`, `Late`, and `Invalid` where it ends then anyway.
    """
    return _renewing(SubscriptionMove.STOP_RENEWING, actor, subscription_id, now)


def resume_renewing(*, actor: Actor, subscription_id: int, now: datetime | None = None) -> Subscription:
    """Let it go on after all, as long as its period lasts. Refusals as for stopping."""
    return _renewing(SubscriptionMove.RESUME_RENEWING, actor, subscription_id, now)


def renew_due(now: datetime, limit: int = 200) -> int:
    """Renew with identical terms what has come to the end of its period, and end what shall not go on; how many.

    A trial that nobody kept ends. Each in a transaction of its own; two sweeps side by side do each of them once,
    and one that fails does not hold up the others.
    """
    due = Subscription.objects.filter(status=SubscriptionStatus.ACTIVE, renews_at__lte=now).order_by("renews_at")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            done += carry_on(pk, now)
        except Exception:
            log.exception("not renewed", subscription=pk)
    return done


@transaction.atomic
def carry_on(subscription_id: int, now: datetime) -> bool:
    """Renew or end one subscription that has come to the end of its period; False where it has not (any more)."""
    subscription = lock_subscription(subscription_id)
    due = subscription.renews_at
    if subscription.status != SubscriptionStatus.ACTIVE or due is None or due > now:
        return False
    system = Actor.system("renewals", subscription.tenant_id)
    if subscription.is_trial or not subscription.auto_renews:
        why = f"Subscription {subscription.number} has ended."
        _take_back_change(subscription, why, now)
        _end(subscription, SubscriptionMove.END, SYSTEM, system, now, "")
        _cancel_undelivered_change(subscription, why, now)
        return True
    running = subscription.running or Periods(due, 0, due, due)
    subscription.running = running.next(subscription.plan.period)
    order = place_terms(subscription, OrderKind.RENEWAL, system, now)
    event = write_subscription_move(
        subscription,
        SubscriptionMove.RENEW,
        SYSTEM,
        system,
        now,
        columns=PERIOD,
        facts={"order": order.number},
    )
    notices.tell_renewed(subscription, event, system, now)
    return True


def _renewing(move: SubscriptionMove, actor: Actor, subscription_id: int, now: datetime | None) -> Subscription:
    now = now or timezone.now()
    found = _find(actor, subscription_id)
    goes_on = move is SubscriptionMove.RESUME_RENEWING
    with transaction.atomic():
        subscription = lock_subscription(found.pk)
        check_subscription(subscription, move, actor, now)
        if subscription.is_trial:
            raise Invalid("A trial ends by itself, unless you keep it.", field="subscription")
        if subscription.auto_renews == goes_on:
            how = "is renewed" if goes_on else "ends with its period"
            raise Invalid(f"This subscription {how} anyway.", field="subscription")
        subscription.auto_renews = goes_on
        event = write_subscription_move(subscription, move, CUSTOMER, actor, now, columns=["auto_renews"])
        notices.tell_renewing(subscription, event, actor, now)
        return subscription


def _end(
    subscription: Subscription,
    move: SubscriptionMove,
    party: SubscriptionParty,
    actor: Actor,
    now: datetime,
    comment: str,
) -> None:
    subscription.ended_at = now
    order = place_terms(subscription, OrderKind.TERMINATION, actor, now)
    facts = {"order": order.number}
    event = write_subscription_move(
        subscription, move, party, actor, now, columns=["ended_at"], comment=comment, facts=facts
    )
    notices.tell_ended(subscription, event, actor, now)
    call_ended(subscription, event, now)


def _take_back_change(subscription: Subscription, why: str, now: datetime) -> None:
    """The open change of a locked subscription, if there is one, has nothing left to change: those asked are told."""
    change = subscription.changes.filter(status__in=OPEN_CHANGES).first()
    if change is None:
        return
    if change.status == ChangeStatus.ASKED and change.approval_id is not None:
        subject = subject_of(SubjectKind.SUBSCRIPTION_CHANGE)
        end_step(subject, subject.lock(str(change.pk)), change.approval_id, why=why, now=now)
        return
    order = Order.objects.filter(checkout__change=change, status=OrderStatus.TO_BE_APPROVED).first()
    if order is None:
        write_change(change, ChangeStatus.WITHDRAWN, now)
    else:
        withdraw_by_system(order, why, now)


def _cancel_undelivered_change(subscription: Subscription, why: str, now: datetime) -> None:
    """A change that was accepted and that nobody has begun to deliver is not delivered any more.

    After the end was written: giving its values back to a subscription that runs would be another event of it.
    """
    orders = Order.objects.filter(subscription=subscription, checkout__change__isnull=False, status=OrderStatus.PENDING)
    for order in orders.order_by("pk"):
        cancel_by_system(order, why, now)


def _find(actor: Actor, subscription_id: int) -> Subscription:
    found = Subscription.objects.visible_to(actor).filter(pk=subscription_id).first()
    if found is None:
        raise Missing("There is no such subscription.")
    return found
