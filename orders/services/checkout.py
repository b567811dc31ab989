"""Ordering: asks who may, then places, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals.lifecycle import Move, Status
from approvals.models import Approval, SubjectKind
from approvals.outcomes import Outcome
from approvals.services.ask import ruling_for
from approvals.services.decide import decide_step
from approvals.services.expire import expire_bound
from approvals.services.steps import allow, clean_comment, find, latest_snapshot, lock
from approvals.subjects import subject_of
from companies.actors import Actor
from companies.services.idempotency import Once, remember
from config.kit.refused import Late, NotYours
from orders.destination import check_destination
from orders.details import check_complete, read_details
from orders.lifecycle import CartMove, CartParty, CartStatus
from orders.models import Cart, Checkout
from orders.priced import with_shipping
from orders.services.approved import order_approved
from orders.services.cart_writer import write_cart_move
from orders.services.order_steps import check_orderable, check_total, kept, not_permitted
from orders.services.placing import Placement, place_step

MADE_CHECKOUT = "checkout"


def check_out(
    *,
    actor: Actor,
    cart_id: int,
    details: Mapping[str, Any],
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order a cart on whatever ground there is: the policy, an approval, or the actor's own yes as its approver.

    While an approval waits, nobody else may (`NotYours`, code `approval_required`, details: why it is
    needed). `once` names the request, so that it is noted what it made. Further refusals as for
    `place_order`, `place_approved_order` and `approve_and_order`.
    """
    now = now or timezone.now()
    subject = subject_of(SubjectKind.CART_CHECKOUT)
    found = subject.fetch(actor, str(cart_id))
    approval = expire_bound(subject, found, now)
    if approval is None or approval.status == Status.APPROVED:
        return _place(found, approval, actor, details, "", once, now)
    if approval.status != Status.PENDING:
        # It ended just now: whoever was asked sees the cart no longer.
        return place_order(actor=actor, cart_id=found.pk, details=details, once=once, now=now)
    if approval.approver_id == actor.user_id:
        return approve_and_order(actor=actor, approval_id=approval.pk, details=details, once=once, now=now)
    raise NotYours(
        f"This order waits for the approval of {approval.approver_name}.",
        code="approval_required",
        details=approval.reason_texts(),
    )


def place_order(
    *,
    actor: Actor,
    cart_id: int,
    details: Mapping[str, Any],
    seen_total: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order the actor's own open cart, where the policy lets them without anybody's yes.

    A cart that is held by an approved request is ordered on that approval instead. `seen_total` is
    the gross total (with shipping) the customer confirmed, as text; another one now is refused.
    Raises `Missing`, `NotYours` (code `approval_required`, details: the ruling's reasons), `Late`
    for a cart that is held, ordered or closed, `Invalid` for incomplete details, an empty cart,
    lines that can no longer be ordered, or a delivery country with other taxes than the cart's.
    """
    now = now or timezone.now()
    subject = subject_of(SubjectKind.CART_CHECKOUT)
    found = subject.fetch(actor, str(cart_id))
    return _place(found, expire_bound(subject, found, now), actor, details, seen_total, once, now)


def _place(
    found: Cart,
    approval: Approval | None,
    actor: Actor,
    details: Mapping[str, Any],
    seen_total: str,
    once: Once | None,
    now: datetime,
) -> Outcome[Checkout]:
    """Order an unlocked cart on what it was held for, where that was approved; else on the policy's word alone."""
    if approval is not None and approval.status == Status.APPROVED:
        return place_approved_order(actor=actor, approval_id=approval.pk, details=details, once=once, now=now)
    subject, wanted = subject_of(SubjectKind.CART_CHECKOUT), read_details(details)
    with transaction.atomic():
        cart = subject.lock(str(found.pk))
        _check_own_open(cart, actor)
        facts = subject.facts(cart, now)
        check_orderable(facts.basis)
        ruling = ruling_for(facts, actor)
        if not ruling.permitted:
            raise not_permitted(ruling)
        check_complete(wanted)
        priced = with_shipping(facts.basis, wanted.shipping, now)
        check_destination(priced, wanted, now)
        check_total(priced, seen_total)
        checkout, _ = place_step(Placement(priced, wanted, kept(ruling, facts, actor)), actor, now)
        write_cart_move(cart, CartMove.CLOSE, CartParty.SYSTEM, now)
        remember(once, MADE_CHECKOUT, checkout.pk, now)
        return Outcome(checkout)


def place_approved_order(
    *,
    actor: Actor,
    approval_id: int,
    details: Mapping[str, Any] | None = None,
    comment: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order what was approved; for the requester and the approver. The order is the requester's.

    `details` fill what the request left open; what it fixed cannot be changed (`Late`, code
    `differs_from_approval`). Prices are today's where the total is not higher. Where it is higher
    nothing is ordered: the approval is given up, the cart goes back, and the outcome says by what.
    What can no longer be bought is an `Invalid`, and the approval stays. `comment` goes with the acceptance of a
    quote, for its seller to read.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        allow(approval, Move.PLACE_ORDER, actor, now)
        outcome = order_approved(subject, record, approval, latest_snapshot(approval), actor, details, now, comment)
        return _noted(outcome, once, now)


def approve_and_order(
    *,
    actor: Actor,
    approval_id: int,
    comment: str = "",
    seen_hash: str = "",
    details: Mapping[str, Any] | None = None,
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Say yes and order in one transaction; for the approver. Refusals as for approving and ordering.

    Where the total has risen since the request, the yes is recorded and given up at once.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        outcome, snapshot = decide_step(
            subject,
            record,
            approval,
            move=Move.APPROVE_AND_ORDER,
            actor=actor,
            comment=comment,
            seen_hash=seen_hash,
            now=now,
        )
        if snapshot is None:
            return Outcome(refusal=outcome.refusal)
        return _noted(order_approved(subject, record, approval, snapshot, actor, details, now), once, now)


def _noted(outcome: Outcome[Checkout], once: Once | None, now: datetime) -> Outcome[Checkout]:
    """What came of a named request is remembered with it; a refusal is none that it would be held to."""
    if outcome.record is not None:
        remember(once, MADE_CHECKOUT, outcome.record.pk, now)
    return outcome


def _check_own_open(cart: Cart, actor: Actor) -> None:
    if cart.owner_id != actor.user_id:
        raise NotYours("Only the person whose cart this is may order it.", code="not_owner")
    if cart.status == CartStatus.HELD:
        raise Late("This cart waits for its approval.", code="cart_held")
    if cart.status == CartStatus.CLOSED:
        orders = [order.number for checkout in cart.checkouts.all() for order in checkout.orders.order_by("position")]
        if orders:
            raise Late(
                f"This cart was already ordered as {', '.join(orders)}.",
                code="already_ordered",
                details=orders,
            )
    if cart.status != CartStatus.OPEN:
        raise Late(f"This cart is {cart.status}; nothing was ordered.", code=f"cart_{cart.status}")
