"""Working on a quote: the seller prices, opens and declines it, the customer answers it; all of one call or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from approvals.services.steps import clean_comment
from approvals.subjects import Content
from companies.actors import Actor
from config.kit.refused import Invalid, Late, NotYours
from orders import quote_notices as notices
from orders.content import content_differences
from orders.models import Quote
from orders.quote_content import quote_content
from orders.quote_edits import Edit, move_of
from orders.quote_lifecycle import QuoteMove, QuoteParty, QuoteStatus
from orders.quote_priced import PricedQuote, priced_quote
from orders.quote_standing import check_quote, check_there, parties_of_quote
from orders.services.quote_lines import Draft
from orders.services.quote_reasons import reason_for
from orders.services.quote_steps import end_approval, expire_step, find_quote, lock_quote
from orders.services.quote_writer import delete_quote, write_quote_move

# Accepting is ordering: see `orders.services.quote_accepting`.
MOVES = (QuoteMove.OPEN, QuoteMove.ASK_CHANGE, QuoteMove.DECLINE, QuoteMove.DECLINE_BY_MERCHANT)
_ENDS_OFFER = (QuoteMove.ASK_CHANGE, QuoteMove.DECLINE)


def change_quote(
    *,
    actor: Actor,
    quote_id: int,
    edits: Sequence[Edit] = (),
    move: QuoteMove | None = None,
    reason_key: str = "",
    comment: str = "",
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Quote:
    """Carry out edits, then a move, in one transaction; whose each is stands in the lifecycle's table.

    The customer writes reference and comment, declines, and asks for changes; the seller's sales (an API
    client, for want of them the platform's staff) change everything else, open and decline. A changed offer
    is priced afresh with today's tax. Where the offer is no longer what an approval was asked about, or no longer
    open, that approval ends in the same transaction and both its sides are told why.

    `reason_key` names a reason of the kind that goes with the move, `comment` goes with the move.
    `seen_version` is what the caller had seen; another one now is refused. Amounts are in the quote's currency.

    Raises `Missing`, `NotYours`, `Late` (also code `version`), and `Invalid` naming the field: for
    values that cannot be used, nothing to change, an empty or overdue offer to open, an unknown reason.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    if move is not None and move not in MOVES:
        raise Invalid("A quote is not moved that way.", field="status")
    if move is None and not edits:
        raise Invalid("Say what is to be changed.", field="body")
    found = find_quote(actor, quote_id, now)
    with transaction.atomic():
        quote = lock_quote(found.pk)
        # Its end may just have been set to a moment that is over by this call's clock.
        expire_step(quote, now)
        if seen_version is not None and seen_version != quote.version:
            if move is not None:  # what has become of it says more than that something has
                check_quote(quote, move, parties_of_quote(quote, actor), now)
            raise Late("This quote was changed since you opened it. Look at it again.", code="version")
        # Who it is to whom counts as of before the edits: without its last line of one seller it is another one's.
        parties = parties_of_quote(quote, actor) if move is not None else frozenset()
        if edits:
            edit_step(quote, edits, actor, now, quiet=move is not None)
        if move is not None:
            _move(quote, move, parties, reason_key, comment, actor, now)
        return quote


def remove_quote(*, actor: Actor, quote_id: int, now: datetime | None = None) -> None:
    """Hide a quote from everybody, for its seller; what it was stays in its history.

    An approval that waits for it ends; a customer for whom it was not over is told. Raises `Missing`,
    `NotYours`, and `Late` for an ordered one.
    """
    now = now or timezone.now()
    found = find_quote(actor, quote_id, now)
    with transaction.atomic():
        quote = lock_quote(found.pk)
        check_there(quote)
        if QuoteParty.EMPLOYEE not in parties_of_quote(quote, actor):
            raise NotYours("Only the seller deletes a quote.")
        if quote.status == QuoteStatus.ACCEPTED:
            raise Late(f"Quote {quote.number} was ordered as {quote.order_number}; it stays.", code="quote_accepted")
        end_approval(quote, f"Quote {quote.number} was deleted by the seller.", now)
        event = delete_quote(quote, actor, now)
        notices.tell_deleted(quote, event, actor, now)


def edit_step(quote: Quote, edits: Sequence[Edit], actor: Actor, now: datetime, *, quiet: bool) -> None:
    """Carry out edits on a locked quote; `quiet` where a move follows that tells of them."""
    parties = parties_of_quote(quote, actor)
    is_employee = QuoteParty.EMPLOYEE in parties
    kinds = {QuoteMove.REVISE if is_employee else move_of(edit) for edit in edits}
    for kind in kinds:
        to = check_quote(quote, kind, parties, now)
    before = priced_quote(quote, now)
    then = quote_content(before)
    draft = Draft.of(before)
    draft.carry_out(edits, actor)
    if to is QuoteStatus.OPEN and quote.is_overdue(now):
        raise Invalid("Say until when the offer holds: a time to come.", field="validTo")
    draft.finish(now)
    if not draft.changes:
        return
    kind = QuoteMove.REVISE if is_employee else QuoteMove.NOTE
    if is_employee and not quote.employee_ref:
        draft.take_in_hand(actor)
    event = write_quote_move(quote, kind, to, actor, now, changes=draft.changes, columns=draft.columns)
    draft.save()
    differences = _differences(then, quote, now) if draft.is_priced_anew else []
    if differences:
        end_approval(quote, f"The offer {quote.number} was changed since this was asked.", now, differences)
    if kind is QuoteMove.REVISE and quote.status == QuoteStatus.OPEN and not quiet:
        notices.tell_revised(quote, event, differences, actor, now)


def _differences(then: Content, quote: Quote, now: datetime) -> list[str]:
    """What is different in the offer now; empty where nothing that binds is."""
    today = quote_content(priced_quote(quote, now))
    if then.hash == today.hash:
        return []
    return content_differences(then.as_json()["bound"], today.as_json()["bound"]) or ["The offer is another one."]


def open_step(quote: Quote, actor: Actor, comment: str, now: datetime) -> None:
    """Open a locked (or new) quote whose lines are saved; raises as `change_quote`."""
    _move(quote, QuoteMove.OPEN, parties_of_quote(quote, actor), "", clean_comment(comment), actor, now)


def _move(
    quote: Quote,
    move: QuoteMove,
    parties: frozenset[QuoteParty],
    reason_key: str,
    comment: str,
    actor: Actor,
    now: datetime,
) -> None:
    to = check_quote(quote, move, parties, now)
    reason = reason_for(quote.tenant_id, move, reason_key)
    draft = _offer_today(quote, actor, now) if move is QuoteMove.OPEN else Draft(quote, ())
    event = write_quote_move(
        quote,
        move,
        to,
        actor,
        now,
        changes=draft.changes,
        columns=draft.columns,
        comment=comment,
        reason=reason,
    )
    draft.save()
    if move in _ENDS_OFFER:
        why = "declined" if move is QuoteMove.DECLINE else "sent back to be changed"
        end_approval(quote, f"The offer {quote.number} was {why}.", now)
    tell = {
        QuoteMove.OPEN: notices.tell_opened,
        QuoteMove.ASK_CHANGE: notices.tell_change_asked,
        QuoteMove.DECLINE: notices.tell_declined,
        QuoteMove.DECLINE_BY_MERCHANT: notices.tell_declined,
    }[move]
    tell(quote, event, actor, now)


def _offer_today(quote: Quote, actor: Actor, now: datetime) -> Draft:
    """What is about to be offered, by whoever opens it: with today's tax, however long ago it was priced."""
    priced = priced_quote(quote, now)
    _check_offer(priced, now)
    draft, former = Draft.of(priced), quote.content_hash
    draft.is_priced_anew = True
    draft.finish(now)
    if quote.content_hash == former:
        draft = Draft(quote, ())
    draft.take_in_hand(actor)
    return draft


def _check_offer(priced: PricedQuote, now: datetime) -> None:
    quote = priced.quote
    if not priced.lines:
        raise Invalid("Add at least one line before you open this quote.", field="items", code="empty_quote")
    if priced.problems:
        raise Invalid("Some lines can no longer be sold.", field="items", code="unavailable", details=priced.problems)
    if quote.valid_to is not None and quote.valid_to <= now:
        raise Invalid("Say until when the offer holds: a time to come.", field="validTo")
