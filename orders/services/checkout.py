"""Ordering: asks who may, then places, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals import notices as approval_notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval, Snapshot, SubjectKind
from approvals.outcomes import Outcome
from approvals.policy import Ruling, Verdict
from approvals.services.ask import ruling_for
from approvals.services.close import give_up_step
from approvals.services.decide import decide_step
from approvals.services.expire import expire_bound
from approvals.services.steps import allow, clean_comment, find, latest_snapshot, lock
from approvals.services.writer import write_moves
from approvals.standing import acting_in
from approvals.subjects import Facts, subject_of
from companies.actors import Actor
from companies.services.idempotency import Once, remember
from config.kit.money import Money, round_amount
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.content import cart_content, content_differences
from orders.destination import check_destination
from orders.details import CheckoutDetails, check_complete, contradictions, read_details
from orders.lifecycle import CartStatus
from orders.models import Cart, Checkout
from orders.priced import PricedCart, priced_cart, with_shipping
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
    expire_bound(subject, found, now)
    approval = Approval.objects.filter(pk=found.held_for_id, status=Status.PENDING).first()
    if approval is None:
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
    expire_bound(subject, found, now)
    held_for = found.held_for_id
    if held_for and Approval.objects.filter(pk=held_for, status=Status.APPROVED).exists():
        return place_approved_order(actor=actor, approval_id=held_for, details=details, once=once, now=now)
    wanted = read_details(details)
    with transaction.atomic():
        cart = subject.lock(str(found.pk))
        _check_own_open(cart, actor)
        facts = subject.facts(cart, now)
        _check_orderable(facts.basis)
        ruling = ruling_for(facts, actor)
        if not ruling.permitted:
            raise _not_permitted(ruling)
        check_complete(wanted)
        priced = with_shipping(facts.basis, wanted.shipping, now)
        check_destination(priced, wanted, now)
        _check_total(priced, seen_total)
        checkout, _ = place_step(Placement(priced, wanted, _kept(ruling, facts, actor)), actor, now)
        remember(once, MADE_CHECKOUT, checkout.pk, now)
        return Outcome(checkout)


def place_approved_order(
    *,
    actor: Actor,
    approval_id: int,
    details: Mapping[str, Any] | None = None,
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order what was approved; for the requester and the approver. The order is the requester's.

    `details` fill what the request left open; what it fixed cannot be changed (`Late`, code
    `differs_from_approval`). Prices are today's where the total is not higher. Where it is higher
    nothing is ordered: the approval is given up, the cart goes back, and the outcome says by what.
    What can no longer be bought is an `Invalid`, and the approval stays.
    """
    now = now or timezone.now()
    found = _find_ordering(actor, approval_id, now)
    with transaction.atomic():
        subject, cart, approval = lock(found)
        allow(approval, Move.PLACE_ORDER, actor, now)
        outcome = _order_approved(subject, cart, approval, latest_snapshot(approval), actor, details, now)
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
    found = _find_ordering(actor, approval_id, now)
    with transaction.atomic():
        subject, cart, approval = lock(found)
        outcome, snapshot = decide_step(
            subject,
            cart,
            approval,
            move=Move.APPROVE_AND_ORDER,
            actor=actor,
            comment=comment,
            seen_hash=seen_hash,
            now=now,
        )
        if snapshot is None:
            return Outcome(refusal=outcome.refusal)
        return _noted(_order_approved(subject, cart, approval, snapshot, actor, details, now), once, now)


def _noted(outcome: Outcome[Checkout], once: Once | None, now: datetime) -> Outcome[Checkout]:
    """What came of a named request is remembered with it; a refusal is none that it would be held to."""
    if outcome.record is not None:
        remember(once, MADE_CHECKOUT, outcome.record.pk, now)
    return outcome


def _find_ordering(actor: Actor, approval_id: int, now: datetime) -> Approval:
    approval = find(actor, approval_id, now)
    if approval.subject_kind != SubjectKind.CART_CHECKOUT:
        raise Missing("There is no such approval.")
    return approval


def _order_approved(
    subject: Any,
    cart: Cart,
    approval: Approval,
    snapshot: Snapshot,
    actor: Actor,
    details: Mapping[str, Any] | None,
    now: datetime,
) -> Outcome[Checkout]:
    """Place the order of a locked cart on its locked, approved approval; or give up, or refuse."""
    actor = acting_in(approval, actor)
    agreed = read_details(approval.details)
    wanted = read_details(details or {})
    conflicts = contradictions(agreed, wanted)
    if conflicts:
        raise Late("This differs from what was approved.", code="differs_from_approval", details=conflicts)
    complete = agreed.filled_from(wanted)
    check_complete(complete)
    lines_only = priced_cart(cart, now, frozen=False)
    _check_orderable(lines_only)
    priced = with_shipping(lines_only, complete.shipping, now)
    check_destination(priced, complete, now)
    bound = snapshot.content["bound"]
    approved_gross = round_amount(Decimal(bound["total"]), priced.totals.currency)
    # A request that left shipping open was approved for its lines; shipping came with the checkout.
    comparable = priced if agreed.shipping else lines_only
    if comparable.totals.gross > approved_gross:
        return _total_rose(subject, cart, approval, comparable, agreed, bound, now)
    ruling = {
        "verdict": Verdict.NEEDS_APPROVAL,
        "codes": [reason["code"] for reason in approval.reasons],
        "texts": approval.reason_texts(),
        # As it was when it was asked: who asks may have another group by the time it is ordered.
        "role": str(snapshot.content["shown"].get("requester_group", "")).lower(),
        "gross": str(approval.amount),
        "limit": str(approval.limit or ""),
        "approved_by": approval.decided_by_name,
        "approval": approval.key,
    }
    placement = Placement(priced, complete, ruling, approval, approved_gross)
    checkout, orders = place_step(placement, actor, now)
    numbers = [order.number for order in orders]
    approval.created_resource = numbers[0]
    event = write_moves(
        [approval],
        Move.PLACE_ORDER,
        Status.APPROVED,
        actor,
        now,
        changed=["created_resource"],
        facts={"orders": numbers, "total": str(priced.totals.gross)},
    )[0]
    if actor.user_id != approval.requester_id:
        said = approval_notices.facts_of(approval, snapshot, actor=actor.name, order_numbers=numbers)
        letters = [approval_notices.letter(approval, approval.requester_id, "approval.approved", said)]
        approval_notices.tell(approval, event, letters, now)
    return Outcome(checkout)


def _total_rose(
    subject: Any,
    cart: Cart,
    approval: Approval,
    priced: PricedCart,
    agreed: CheckoutDetails,
    bound: Mapping[str, Any],
    now: datetime,
) -> Outcome[Checkout]:
    today = cart_content(priced, agreed).as_json()["bound"]
    differences = content_differences(bound, today)
    system = Actor.system("re-check", approval.tenant_id)
    text = "The total has risen since this was approved, so nothing was ordered. The cart is back."
    give_up_step(subject, cart, approval, actor=system, comment=text, differences=differences, now=now)
    return Outcome(refusal=Late(text, code="total_rose", details=differences))


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


def _check_orderable(priced: PricedCart) -> None:
    if not priced.lines:
        raise Invalid("This cart is empty.", field="cart", code="empty_cart")
    if priced.problems:
        raise Invalid("Some lines can no longer be ordered.", field="cart", code="unavailable", details=priced.problems)


def _check_total(priced: PricedCart, seen_total: str) -> None:
    if not seen_total:
        return
    total = Money(priced.totals.gross, priced.totals.currency)
    try:
        # Comparing may fail as well as reading: a signalling NaN is read.
        differs = Decimal(seen_total) != total.amount
    except ArithmeticError:
        raise Invalid("This is not an amount.", field="seen_total") from None
    if differs:
        raise Late(
            f"The cart has changed since you looked: the total is {total} now. Check it and order again.",
            code="total_changed",
        )


def _not_permitted(ruling: Ruling) -> NotYours:
    if ruling.verdict is Verdict.FORBIDDEN:
        return NotYours(ruling.reasons[0].text, code="may_not_order")
    names = " or ".join(person.name for person in ruling.eligible)
    return NotYours(
        f"This order needs approval{' by ' + names if names else ''}.",
        code="approval_required",
        details=[reason.text for reason in ruling.reasons],
    )


def _kept(ruling: Ruling, facts: Facts, actor: Actor) -> dict[str, Any]:
    """The ruling as it is stored with checkout and orders."""
    limit = facts.company.limit if facts.company else None
    return {
        "verdict": ruling.verdict,
        "codes": [reason.code for reason in ruling.reasons],
        "texts": [reason.text for reason in ruling.reasons],
        "reasons": [asdict(reason) for reason in ruling.reasons],
        "role": actor.role or "",
        "gross": str(facts.gross),
        "limit": str(limit or ""),
    }
