"""The only doors to accepting, rejecting and withdrawing an order that waits for review.

Each finds the order's review, lets the approval engine write the answer, and the answer is carried
over to the order in the same transaction, so the two cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from approvals.lifecycle import Move, Party
from approvals.models import Approval
from approvals.services.decide import answer_step
from approvals.services.steps import clean_comment, latest_snapshot
from approvals.services.writer import write_moves
from approvals.standing import Standing, standing_towards
from approvals.standing import check as check_review
from approvals.subjects import subject_of
from companies.actors import Actor
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.lifecycle import OrderMove, OrderParty
from orders.models import Order
from orders.review_facts import order_now
from orders.review_warnings import Honoured, honoured_of, in_the_way, warnings_of
from orders.services.subscription_steps import lock_subscriptions_of
from orders.standing import check, how_it_stands, needs_another, parties_of

HONOUR_HINT = "Honour it anyway, with a reason, or reject it."


@dataclass(frozen=True, slots=True)
class Said:
    """What goes with a decision: what the customer reads, what only the seller reads, why what is gone counts."""

    reason: str = ""
    note: str = ""
    honour: str = ""


def approve_order(
    *, actor: Actor, order_id: int, note: str = "", honour_reason: str = "", now: datetime | None = None
) -> Order:
    """Accept an order; it may be delivered from now on and the customer is told.

    For auditors and managers of the auditing company, platform staff where nobody of it can. `note` is
    internal. Raises `Missing`, `NotYours`, and `Late` with who decided before, or (code `blocked`, the details say
    by what) where product, plan or offer were withdrawn since, or the customer disabled. What was withdrawn is
    honoured anyway with `honour_reason`, which history keeps for the seller.
    """
    said = Said(note=clean_comment(note, field="note"), honour=clean_comment(honour_reason, field="honour_reason"))
    return _end_review(OrderMove.APPROVE, actor, order_id, said, now)


def reject_order(*, actor: Actor, order_id: int, reason: str, note: str = "", now: datetime | None = None) -> Order:
    """Reject an order for good; the customer reads `reason`, never `note`. Refusals as for approving.

    Raises `Invalid` (field `reason`) without a reason.
    """
    reason = clean_comment(reason, field="reason")
    if not reason:
        raise Invalid("Say why; the customer will read it.", field="reason")
    return _end_review(OrderMove.REJECT, actor, order_id, Said(reason, clean_comment(note, field="note")), now)


def withdraw_order(*, actor: Actor, order_id: int, reason: str = "", now: datetime | None = None) -> Order:
    """Take an order back while it waits; for its buyer and the admins of the buyer's company."""
    return _end_review(OrderMove.WITHDRAW, actor, order_id, Said(clean_comment(reason, field="reason")), now)


def withdraw_by_system(found: Order, why: str, now: datetime) -> None:
    """A step: withdraw an order that waits for its review, because what it is about has ended.

    Locks the order and its review; the subscriptions that follow it are locked by the caller.
    """
    order = Order.objects.locked().select_related("company", "marketplace", "vendor").get(pk=found.pk)
    review = Approval.objects.locked().get(pk=order.review_id)
    system = Actor.system("re-check", order.tenant_id)
    to = check_review(review, Move.CLOSE, standing_towards(review, system), now)
    order.status_reason = why
    write_moves([review], Move.CLOSE, to, system, now, comment=why)
    subject_of(review.subject_kind).decided(order, review, Move.CLOSE, system, now)


def approve_by_policy(order: Order, why: str, now: datetime) -> None:
    """A step: accept an order that was placed in this very transaction, because its seller's policy says so."""
    review = Approval.objects.locked().get(pk=order.review_id)
    order.review = review
    system = Actor.system("on-behalf policy", order.tenant_id)
    to = check_review(review, Move.APPROVE, standing_towards(review, system), now)
    write_moves([review], Move.APPROVE, to, system, now, comment=why)
    order.status_reason = why
    subject_of(review.subject_kind).decided(order, review, Move.APPROVE, system, now)


_REVIEW_MOVES = {
    OrderMove.APPROVE: Move.APPROVE,
    OrderMove.REJECT: Move.DECLINE,
    OrderMove.WITHDRAW: Move.CLOSE,
}


def _check_nothing_in_the_way(order: Order, honour: str, now: datetime) -> Honoured | None:
    """What a yes to this locked order honours anyway, if anything; raises `Late` (code `blocked`)."""
    warnings = warnings_of(order_now(order, now))
    blocking = in_the_way(warnings, honoured=bool(honour))
    if blocking:
        ways = [HONOUR_HINT] if all(warning.honourable for warning in blocking) else []
        raise Late(
            f"Order {order.number} cannot be approved as it is.",
            code="blocked",
            details=[*(warning.text for warning in blocking), *ways],
        )
    what = honoured_of(warnings)
    return Honoured(what, honour) if what else None


_REVIEW_PARTIES = {OrderParty.AUDITOR: Party.APPROVER, OrderParty.CUSTOMER: Party.REQUESTER}


def _end_review(move: OrderMove, actor: Actor, order_id: int, said: Said, now: datetime | None) -> Order:
    now = now or timezone.now()
    found = Order.objects.visible_to(actor).filter(pk=order_id).first()
    if found is None:
        raise Missing("There is no such order.")
    with transaction.atomic():
        # Subscriptions, the order, its review: the one order of locks.
        lock_subscriptions_of(found)
        order = Order.objects.locked().select_related("company", "marketplace", "vendor").get(pk=found.pk)
        if order.review_id is None:
            raise Late(f"Order {order.number} needs no review.")
        review = Approval.objects.locked().get(pk=order.review_id)
        order.review = review
        if move is not OrderMove.WITHDRAW and needs_another(order, actor):
            raise NotYours("You placed this order yourself; somebody else has to decide it.", code="second_person")
        parties = parties_of(order, actor)
        check(order, move, parties)
        # Who decides the order decides its review: asked once, of the order.
        standing = Standing(actor, frozenset(_REVIEW_PARTIES[party] for party in parties if party in _REVIEW_PARTIES))
        try:
            to = check_review(review, _REVIEW_MOVES[move], standing, now)
        except Late as late:
            raise Late(how_it_stands(order)) from late
        if move is OrderMove.APPROVE:
            order.honoured = _check_nothing_in_the_way(order, said.honour, now)
        order.status_reason, order.internal_note = said.reason, said.note
        if move is OrderMove.WITHDRAW:
            write_moves([review], Move.CLOSE, to, actor, now, comment=said.reason)
        else:
            # Not the note: the customer who asked may read what was answered.
            answer_step(review, latest_snapshot(review), _REVIEW_MOVES[move], to, actor, said.reason, now)
        subject_of(review.subject_kind).decided(order, review, _REVIEW_MOVES[move], actor, now)
        return order
