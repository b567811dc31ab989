"""Changing a subscription: another plan or quantity, or keeping a trial, as an order with all its questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval, SubjectKind
from approvals.outcomes import Outcome
from approvals.policy import Ruling
from approvals.services.ask import request_approval, ruling_for
from approvals.services.close import close, give_up
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from catalog.models import Listing
from companies.actors import Actor
from companies.services.idempotency import Once, remember
from config.kit.refused import Invalid, Late, Missing
from orders.lifecycle import OrderStatus
from orders.models import Checkout, Order, Subscription, SubscriptionChange
from orders.pricing import difference_of
from orders.services.cart_steps import clean_quantity, within_bounds
from orders.services.order_steps import check_orderable, kept, not_permitted
from orders.services.review import withdraw_order
from orders.services.subscription_ordering import order_change
from orders.services.subscription_steps import STEADY, lock_subscription, values_of
from orders.services.subscription_writer import write_change
from orders.subscription_lifecycle import ChangeKind, ChangeStatus, SubscriptionMove
from orders.subscription_priced import PricedChange, period_price
from orders.subscription_standing import check_subscription

# What a change became has not been carried out yet.
UNDELIVERED = (OrderStatus.PENDING, OrderStatus.PROVISIONING, OrderStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a subscription shall become. No listing or no quantity: as it is."""

    listing_key: str = ""
    quantity: Decimal | str | None = None


@dataclass(frozen=True, slots=True)
class ChangeOutlook:
    """What a change would cost, and what the policy says about it; nothing was written."""

    change: SubscriptionChange
    priced: PricedChange
    ruling: Ruling


def change_outlook(*, actor: Actor, subscription_id: int, wanted: Wanted, now: datetime | None = None) -> ChangeOutlook:
    """What would come of a change, without making it: prices per period, the difference, who would have to approve.

    Raises as `change_subscription`, but for the policy.
    """
    now = now or timezone.now()
    subscription = _visible(actor, subscription_id)
    change = _prepared(subscription, wanted, actor, now)
    facts = subject_of(SubjectKind.SUBSCRIPTION_CHANGE).facts(change, now)
    return ChangeOutlook(change, facts.basis, ruling_for(facts, actor))


def change_subscription(
    *,
    actor: Actor,
    subscription_id: int,
    wanted: Wanted,
    seen_gross: Decimal | None = None,
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order a change where the policy lets the actor without anybody's yes; of a trial: keep it, paid.

    The policy judges what a period will cost more (gross). The subscription keeps its values until the order may
    go on: at once, or when it passes its review. `seen_gross` is the new price per period (gross) that the customer
    confirmed; another one now is refused.

    Raises `Missing`, `NotYours` (code `approval_required`, details: why), `Late` where it does not run, another
    change is open or not delivered yet (code `change_open`, details: the number of its order, or the id of its
    approval) or the price is another (`total_changed`), `Invalid` where nothing would change, or for a plan that is
    not offered.
    """
    now = now or timezone.now()
    found = found_subscription(actor, subscription_id, now)
    with transaction.atomic():
        subscription = lock_subscription(found.pk)
        change = opened_change(subscription, wanted, actor, now, seen_gross)
        facts = subject_of(SubjectKind.SUBSCRIPTION_CHANGE).facts(change, now)
        check_orderable(facts.basis)
        ruling = ruling_for(facts, actor)
        if not ruling.permitted:
            raise not_permitted(ruling)
        checkout, _ = order_change(change, facts.basis, kept(ruling, facts, actor), actor, now)
        remember(once, "checkout", checkout.pk, now)
        return Outcome(checkout)


def ask_for_change(
    *,
    actor: Actor,
    subscription_id: int,
    wanted: Wanted,
    approver_id: int | None,
    comment: str = "",
    seen_gross: Decimal | None = None,
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Put a change that needs a yes to an eligible approver; it is the subscription's open change from now on.

    `once` names the request, so that it is noted what it made. Raises as `change_subscription` and as asking for any
    approval does.
    """
    now = now or timezone.now()
    found = found_subscription(actor, subscription_id, now)
    with transaction.atomic():
        subscription = lock_subscription(found.pk)
        change = opened_change(subscription, wanted, actor, now, seen_gross)
        asked = Asked(approver_id, comment, once=once)
        return ask_about(change, asked, actor, now)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask, with which words; `by` is the seller's person who asks in the customer's name."""

    approver_id: int | None
    comment: str = ""
    by: Actor | None = None
    once: Once | None = None


def ask_about(change: SubscriptionChange, asked: Asked, customer: Actor, now: datetime) -> Outcome[Approval]:
    """A step: put a change that was just opened to its approver; it is withdrawn where nobody can be asked."""
    outcome = request_approval(
        actor=customer,
        kind=SubjectKind.SUBSCRIPTION_CHANGE,
        subject_id=str(change.pk),
        approver_id=asked.approver_id,
        comment=asked.comment,
        asked_by=asked.by,
        once=asked.once,
        now=now,
    )
    if outcome.record is None:
        write_change(change, ChangeStatus.WITHDRAWN, now)
    return outcome


def take_back_change(
    *,
    actor: Actor,
    subscription_id: int,
    change_id: int | None = None,
    comment: str = "",
    now: datetime | None = None,
) -> SubscriptionChange:
    """Take the open change of a subscription back: its order, its request for approval, or a yes that was not used.

    `change_id` is the change that is meant, where the caller has one before their eyes. Raises `Missing`, `NotYours`
    (a request is its requester's), and `Late` where none waits (any more).
    """
    now = now or timezone.now()
    found = found_subscription(actor, subscription_id, now)
    change = found.changes.open_at(now).select_related("approval").first()
    if change is None or change_id not in (None, change.pk):
        raise Late(f"No change of {found.number} is waiting.", code="no_open_change")
    order = Order.objects.filter(checkout__change=change).first()
    if order is not None:
        withdraw_order(actor=actor, order_id=order.pk, reason=comment, now=now)
    elif change.approval is not None:
        end = give_up if change.approval.status == Status.APPROVED else close
        end(actor=actor, approval_id=change.approval.pk, comment=comment, now=now)
    change.refresh_from_db()
    return change


def found_subscription(actor: Actor, subscription_id: int, now: datetime) -> Subscription:
    """The unlocked subscription; a request about it that nobody answered in time is ended first."""
    found = _visible(actor, subscription_id)
    overdue = found.changes.overdue(now).first()
    if overdue is not None:
        expire_bound(subject_of(SubjectKind.SUBSCRIPTION_CHANGE), overdue, now)
    return found


def _visible(actor: Actor, pk: int) -> Subscription:
    found = Subscription.objects.visible_to(actor).select_related("plan", *STEADY).filter(pk=pk).first()
    if found is None:
        raise Missing("There is no such subscription.")
    return found


def opened_change(
    subscription: Subscription, wanted: Wanted, actor: Actor, now: datetime, seen_gross: Decimal | None
) -> SubscriptionChange:
    """The change as the locked subscription's open one; saved."""
    change = _prepared(subscription, wanted, actor, now)
    if seen_gross is not None and seen_gross != change.gross:
        raise Late("The price has changed since you looked. Check it and go on.", code="total_changed")
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError:
        raise Late(f"Another change of {subscription.number} was just asked for.", code="change_open") from None
    return change


def _prepared(subscription: Subscription, wanted: Wanted, actor: Actor, now: datetime) -> SubscriptionChange:
    kind = ChangeKind.CONVERSION if subscription.is_trial else ChangeKind.MODIFICATION
    move = SubscriptionMove.CONVERT if subscription.is_trial else SubscriptionMove.CHANGE
    check_subscription(subscription, move, actor, now)
    _check_none_open(subscription, now)
    listing = _listing(subscription, wanted.listing_key)
    quantity = subscription.quantity if wanted.quantity is None else clean_quantity(wanted.quantity)
    within_bounds(quantity, listing)
    is_same = (listing.plan_id, quantity) == (subscription.plan_id, subscription.quantity)
    if kind is ChangeKind.MODIFICATION and is_same:
        raise Invalid("Nothing would be different. Choose another plan or quantity.", field="quantity")
    price = period_price(subscription, listing, quantity, now)
    more = price.amounts if subscription.is_trial else difference_of(subscription.amounts, price.amounts)
    return SubscriptionChange(
        subscription=subscription,
        kind=kind,
        status=ChangeStatus.ASKED,
        status_since=now,
        requested_by_id=actor.user_id or subscription.owner_id,
        requested_by_name=actor.name[:200],
        listing=listing,
        plan=listing.plan,
        quantity=quantity,
        unit_price=price.unit_price,
        includes_tax=price.includes_tax,
        tax_rate=price.tax_rate,
        net=price.amounts.net,
        tax=price.amounts.tax,
        gross=price.amounts.gross,
        difference_net=more.net,
        difference_tax=more.tax,
        difference_gross=more.gross,
        old=values_of(subscription),
        created_at=now,
        modified_at=now,
    )


def _listing(subscription: Subscription, key: str) -> Listing:
    offers = Listing.objects.filter(marketplace_id=subscription.marketplace_id, product_id=subscription.product_id)
    offers = offers.filter(plan__isnull=False, currency=subscription.currency).select_related("plan", "product")
    if key:
        listing = offers.filter(key=key, is_active=True, plan__is_active=True).first()
    else:
        listing = offers.filter(pk=subscription.listing_id).first()
    if listing is None:
        raise Invalid("This plan is not offered here.", field="plan")
    return listing


def _check_none_open(subscription: Subscription, now: datetime) -> None:
    """Raise `Late` (code `change_open`) while a change waits, or the last one is not carried out yet."""
    number = subscription.number
    change = subscription.changes.open_at(now).select_related("plan", "approval").first()
    order = Order.objects.filter(subscription=subscription, checkout__change__isnull=False)
    if change is None:
        undelivered = order.filter(status__in=UNDELIVERED).order_by("-pk").first()
        if undelivered is not None:
            said = f"The last change of {number} is not delivered yet: see order {undelivered.number}."
            raise Late(said, code="change_open", details=[undelivered.number])
        return
    waiting = order.filter(checkout__change=change).first()
    what = f"A change of {number} to {change.plan.name.get('en', change.plan.code)} is waiting already"
    if waiting is not None:
        said = f"{what}, as order {waiting.number}. Withdraw that first, or wait for its review."
        raise Late(said, code="change_open", details=[waiting.number])
    approval = change.approval
    by = f" for the approval of {approval.approver_name}" if approval else ""
    said = f"{what}{by}. Take that back first, or wait for the answer."
    raise Late(said, code="change_open", details=[approval.key if approval else change.key])
