"""Accepting a quote: asks the same policy as a cart, then orders it at its own prices, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval, SubjectKind
from approvals.outcomes import Outcome
from approvals.services.ask import ruling_for
from approvals.services.steps import clean_comment
from approvals.subjects import subject_of
from companies.actors import Actor
from companies.services.idempotency import Once, remember
from config.kit.refused import Invalid, Late, NotYours
from orders.details import CheckoutDetails, read_details
from orders.models import Checkout, Quote
from orders.quote_edits import Edit
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.quote_priced import PricedQuote
from orders.quote_standing import PAYING, check_quote, how_the_quote_stands, parties_of_quote
from orders.services.checkout import MADE_CHECKOUT, approve_and_order, place_approved_order
from orders.services.order_steps import check_orderable, kept, not_permitted
from orders.services.order_writer import write_payment
from orders.services.placing import Placement, place_step
from orders.services.quote_changing import change_quote, edit_step
from orders.services.quote_ordering import close_quote, quote_details
from orders.services.quote_steps import find_quote


def accept_quote(
    *,
    actor: Actor,
    quote_id: int,
    details: Mapping[str, Any] | None = None,
    edits: Sequence[Edit] = (),
    comment: str = "",
    seen_hash: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order an open quote at its prices, on whatever ground there is: the policy, an approval, the approver's own yes.

    For its customer, and for the approver of its request. `details` (delivery window, payment, addresses where the
    quote has none) complete it; without a payment one later checkout may add it. `edits` are those a customer makes
    along with it. `seen_hash` is the content hash that was before the accepting person's eyes; another one now is
    refused (`Late`, code `content_changed`): nobody orders at a price they did not see.

    Raises `Missing`, `NotYours` (code `approval_required`, details: why), `Late` for a quote that is not open
    or was ordered, `Invalid` for lines that can no longer be bought.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    found = find_quote(actor, quote_id, now)
    check_quote(found, QuoteMove.ACCEPT, parties_of_quote(found, actor), now)
    if found.approval is not None:
        _check_seen(found, seen_hash)
        with transaction.atomic():
            if edits:
                change_quote(actor=actor, quote_id=found.pk, edits=edits, now=now)
            return _accept_on(found.approval, actor, comment, seen_hash, details, once, now)
    wanted = read_details(details or {})
    with transaction.atomic():
        subject = subject_of(SubjectKind.QUOTE_CHECKOUT)
        quote: Quote = subject.lock(str(found.pk))
        check_quote(quote, QuoteMove.ACCEPT, parties_of_quote(quote, actor), now)
        if edits:
            edit_step(quote, edits, actor, now, quiet=True)
        facts = subject.facts(quote, now)
        priced: PricedQuote = facts.basis
        _check_seen(quote, seen_hash)
        if quote.approval_id is not None:
            raise Late("Somebody has asked for the approval of this quote just now.", code="approval_required")
        check_orderable(priced)
        ruling = ruling_for(facts, actor)
        if not ruling.permitted:
            raise not_permitted(ruling)
        complete = quote_details(quote, wanted)
        placement = Placement(priced, complete, kept(ruling, facts, actor), payment_open=not complete.payment)
        checkout, orders = place_step(placement, actor, now)
        close_quote(quote, orders, actor, now, comment=comment)
        remember(once, MADE_CHECKOUT, checkout.pk, now)
        return Outcome(checkout)


def check_out_quote(
    *,
    actor: Actor,
    quote_id: int,
    details: Mapping[str, Any],
    seen_hash: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order a quote with a payment; where its acceptance has ordered it already, say once how that is paid.

    For the same people. Raises as `accept_quote`, `Invalid` (field `payment`) without a payment, and `Late` (code
    `already_ordered`, details: the order numbers) for a quote that was ordered and has its payment.
    """
    now = now or timezone.now()
    wanted = _with_payment(details)
    found = find_quote(actor, quote_id, now)
    if found.status != QuoteStatus.ACCEPTED:
        try:
            return accept_quote(
                actor=actor, quote_id=found.pk, details=details, seen_hash=seen_hash, once=once, now=now
            )
        except Late:
            # Somebody may have accepted it meanwhile; then what is left to say is how it is paid.
            found.refresh_from_db()
            if found.status != QuoteStatus.ACCEPTED:
                raise
    return _pay(found, wanted, actor, once, now)


def choose_payment(
    *, actor: Actor, quote_id: int, details: Mapping[str, Any], now: datetime | None = None
) -> Outcome[Checkout]:
    """Say once how a quote is paid that was accepted without a word about it; never orders anything.

    For the same people. Raises as `check_out_quote`, and `Late` for a quote that is not ordered.
    """
    now = now or timezone.now()
    wanted = _with_payment(details)
    found = find_quote(actor, quote_id, now)
    if found.status != QuoteStatus.ACCEPTED:
        raise Late(how_the_quote_stands(found, now), code=f"quote_{found.status_at(now).lower()}")
    return _pay(found, wanted, actor, None, now)


def _with_payment(details: Mapping[str, Any]) -> CheckoutDetails:
    """The details, which must say how it is paid."""
    wanted = read_details(details)
    if not wanted.payment:
        raise Invalid("Choose how it is to be paid.", field="payment")
    return wanted


def _pay(found: Quote, wanted: CheckoutDetails, actor: Actor, once: Once | None, now: datetime) -> Outcome[Checkout]:
    """Add the payment to what was ordered by accepting; for its customer and its approver."""
    with transaction.atomic():
        quote: Quote = subject_of(SubjectKind.QUOTE_CHECKOUT).lock(str(found.pk))
        if parties_of_quote(quote, actor).isdisjoint(PAYING):
            raise NotYours("Only its customer and its approver say how a quote is paid.")
        checkout = Checkout.objects.get(quote=quote)
        orders = list(checkout.orders.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if not checkout.payment_open:
            numbers = [order.number for order in sorted(orders, key=lambda order: order.position)]
            raise Late(
                f"This quote was already ordered as {', '.join(numbers)}.", code="already_ordered", details=numbers
            )
        checkout.payment_open = False
        checkout.save(update_fields=["payment_open"])
        write_payment(orders, wanted.payment, actor, now)
        remember(once, MADE_CHECKOUT, checkout.pk, now)
        return Outcome(checkout)


def _accept_on(
    approval: Approval,
    actor: Actor,
    comment: str,
    seen_hash: str,
    details: Mapping[str, Any] | None,
    once: Once | None,
    now: datetime,
) -> Outcome[Checkout]:
    """Order on a live approval, or refuse: while it waits, it is the approver's alone to say."""
    if approval.status == Status.APPROVED:
        return place_approved_order(
            actor=actor, approval_id=approval.pk, details=details, comment=comment, once=once, now=now
        )
    if approval.approver_id != actor.user_id:
        raise NotYours(
            f"This quote waits for the approval of {approval.approver_name}.",
            code="approval_required",
            details=approval.reason_texts(),
        )
    return approve_and_order(
        actor=actor,
        approval_id=approval.pk,
        comment=comment,
        seen_hash=seen_hash,
        details=details,
        once=once,
        now=now,
    )


def _check_seen(quote: Quote, seen_hash: str) -> None:
    if seen_hash and seen_hash != quote.content_hash:
        raise Late("This offer was changed since you opened it. Look at it again, then decide.", code="content_changed")
