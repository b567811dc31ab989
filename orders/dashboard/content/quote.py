"""What does the page of one quote show to its customer, or to whoever is asked to approve it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from approvals.dashboard.rows import readable_by
from approvals.dashboard.told import told_rows
from approvals.lifecycle import Status
from approvals.models import Approval, SubjectKind
from approvals.policy import Ruling, Verdict
from approvals.services import preview
from companies.actors import Actor
from companies.portal import form_again
from config.kit.money import Money
from config.pieces.status_words import STATUS_WORDS
from notifications.texts import Side
from orders.dashboard.content.amounts import Values, count_of, in_reader_language, label_of
from orders.dashboard.content.cart import reason_box
from orders.dashboard.content.quote_history import events_of, reason_text, timeline
from orders.dashboard.content.quote_lines import compared, listed_lines, listed_totals, offered_lines, offered_totals
from orders.dashboard.content.quote_words import Reading, lead, seller_of
from orders.dashboard.content.quotes import badge
from orders.dashboard.quote_forms import AnswerForm, NoteForm, PaymentForm
from orders.details import BILLING, SHIPPING
from orders.models import Order, Quote
from orders.quote_lifecycle import REASON_OF, TO_PRICE, QuoteMove, QuoteStatus
from orders.quote_priced import PricedQuote, priced_quote
from orders.quote_standing import payment_is_open, quote_moves_for
from orders.services.quote_reasons import reasons_of

ANSWERS: dict[QuoteMove, Values] = {
    QuoteMove.ASK_CHANGE: {
        "label": "Ask for changes",
        "hint": "This offer ends; the seller makes you another one.",
        "label_of_comment": "What shall be different?",
    },
    QuoteMove.DECLINE: {
        "label": "Decline",
        "kind": "dangerous",
        "hint": "Ends the quote. Nothing is ordered.",
        "label_of_comment": "A word to the seller",
    },
}

LACKS_PAYMENT = "It is not said yet how it is paid."

# Who wrote the comment and reason that stand with the present status.
STATUS_EVENTS = (
    *("quote.opened", "quote.change_asked", "quote.declined", "quote.declined_by_merchant", "quote.accepted"),
)


def quote_page(quote: Quote, actor: Actor, now: datetime, kept: Mapping[str, Any]) -> Values:
    """The page's values; a constant number of queries. `quote` comes with marketplace, seller, company, approval."""
    priced, events = priced_quote(quote, now), events_of(quote)
    orders = _orders(quote, actor)
    reading = Reading(quote, actor, now, len(priced.lines), events, [order.number for order in orders])
    approvals = _approvals(quote, actor)
    moves = quote_moves_for(quote, actor, now)
    if _problems(reading, priced) and _asked(reading) is None:
        # What cannot be ordered is not offered to be accepted.
        moves = tuple(move for move in moves if move is not QuoteMove.ACCEPT)
    ruling = _ruling(reading, moves)
    word, tone = badge(quote, now)
    lacks_payment = payment_is_open(quote, actor)
    return {
        "quote": quote,
        "label": label_of([line.name for line in priced.lines]),
        "lead": f"{lead(reading)} {LACKS_PAYMENT if lacks_payment else ''}".strip(),
        "status": word,
        "tone": tone,
        "steps": steps(reading),
        **_lines(reading, priced),
        **_words_of(reading),
        "pairs": [("Shipping", _shipping(quote)), ("Your reference", quote.customer_reference)],
        "ship_to": quote.addresses.get(SHIPPING),
        "bill_to": quote.addresses.get(BILLING),
        "people": _people(quote, approvals, now, is_asked=reading.last("quote.asked") is not None),
        "events": timeline(quote, events, approvals, now),
        "told": told_rows("quote", quote.number, tenant_id=quote.tenant_id, side=Side.CUSTOMER, now=now),
        "waits_until": quote.valid_to if reading.status is QuoteStatus.OPEN else None,
        "pdf_url": reverse("dashboard:quote_pdf", args=[quote.number]) if reading.shows_offer else "",
        "order_links": [{"number": o.number, "url": reverse("dashboard:order", args=[o.number])} for o in orders],
        "reason": reason_box(ruling, quote.company) if ruling else None,
        "moves": [_payment_button(quote, kept)] if lacks_payment else buttons(reading, moves, ruling, kept),
        "note": _note(quote, moves, kept),
    }


def reading_of(quote: Quote, actor: Actor, now: datetime) -> Reading:
    """How somebody reads a quote, without its lines. Two queries."""
    return Reading(quote, actor, now, 0, events_of(quote))


def offered_quote_lines(reading: Reading, priced: PricedQuote) -> Values:
    """Lines and totals of an offer for the line table."""
    return {
        **offered_lines(priced),
        "totals": offered_totals(reading.quote, priced),
        "compared": compared(reading.quote),
        "currency": reading.quote.currency,
    }


def answer_url(quote: Quote, move: QuoteMove) -> str:
    """Where an answer to an offer is sent."""
    return reverse("dashboard:quote_answer", args=[quote.number, move.value])


def steps(reading: Reading) -> list[Values]:
    """From the question to the order, for the progress line: what is now and who has it."""
    quote, status = reading.quote, reading.status
    asked = reading.last("quote.asked")
    offered = reading.last("quote.opened", "quote.declined_by_merchant")
    first: Values = {"label": "Asked", "state": "done" if asked else "skipped"}
    if asked:
        first |= {"who": quote.owner_name, "at": asked.at}
    offer: Values = {"label": "Offer", "state": "done", "at": offered.at if offered else None}
    rest = [{"label": name, "state": "todo"} for name in ("Answer", "Approval", "Order")]
    if status in TO_PRICE:
        return [first, {"label": "Offer", "state": "current", "who": f"{seller_of(quote)} has it"}, *rest]
    if status is QuoteStatus.DECLINED_BY_MERCHANT:
        return [first, {**offer, "state": "refused", "who": "Declined"}, *({**s, "state": "skipped"} for s in rest)]
    return [first, offer, *_last_steps(reading)]


def _last_steps(reading: Reading) -> list[Values]:
    quote, status, approval = reading.quote, reading.status, reading.quote.approval
    owner = "You have it" if reading.is_mine else f"{quote.owner_name} has it"
    later: list[Values] = [{"label": "Approval", "state": "skipped"}, {"label": "Order", "state": "skipped"}]
    if status is QuoteStatus.DECLINED:
        return [{"label": "Answer", "state": "refused", "who": "Declined", "at": quote.status_since}, *later]
    if status is QuoteStatus.EXPIRED:
        return [{"label": "Answer", "state": "refused", "who": "Expired", "at": quote.valid_to}, *later]
    answered = {"label": "Answer", "state": "done", "who": quote.owner_name}
    if status is QuoteStatus.ACCEPTED:
        approved = {"state": "done", "who": approval.decided_by_name, "at": approval.decided_at} if approval else {}
        order = {"label": "Order", "state": "done", "who": quote.order_number, "at": quote.status_since}
        return [answered, {**later[0], **approved}, order]
    if approval is not None and approval.is_live and approval.status == Status.APPROVED:
        approved = {"label": "Approval", "state": "done", "who": approval.decided_by_name, "at": approval.decided_at}
        return [answered, approved, {"label": "Order", "state": "current", "who": owner}]
    if approval is not None and approval.status_at(reading.now) == Status.PENDING:
        waits = {"label": "Approval", "state": "current", "who": f"{approval.approver_name} has it"}
        return [answered, waits, {"label": "Order", "state": "todo"}]
    todo = [{**step, "state": "todo"} for step in later]
    return [{"label": "Answer", "state": "current", "who": owner}, *todo]


def buttons(
    reading: Reading, moves: Sequence[QuoteMove], ruling: Ruling | None, kept: Mapping[str, Any]
) -> list[Values]:
    """The answers open to the reader. While somebody is asked to approve it, that request is the way to its order."""
    quote, made = reading.quote, []
    if QuoteMove.ACCEPT in moves and (ruling is None or ruling.verdict is not Verdict.FORBIDDEN):
        made.append(_accept_button(reading, ruling))
    reasons = reasons_of(quote.tenant_id) if any(move in moves for move in ANSWERS) else []
    for move, button in ANSWERS.items():
        if move not in moves:
            continue
        url = answer_url(quote, move)
        typed = kept if kept.get("sent_to") == url else {}
        fitting = [reason for reason in reasons if reason.type is REASON_OF[move]]
        form = form_again(AnswerForm, typed, reasons=fitting, auto_id=f"id_{move.value}_%s")
        form.fields["comment"].label = button["label_of_comment"]
        hint = f"{button['hint']} {_asked_in_vain(reading)}".strip()
        hidden = {"version": str(quote.version)}
        made.append(
            {**button, "hint": hint, "url": url, "fields": list(form), "hidden": hidden, "comment_value": bool(typed)}
        )
    return made


def _asked(reading: Reading) -> Approval | None:
    """The live approval of it: somebody is asked, or has said yes."""
    approval = reading.quote.approval
    live = approval is not None and approval.is_live and not approval.is_overdue(reading.now)
    return approval if live else None


def _asked_in_vain(reading: Reading) -> str:
    approval = _asked(reading)
    if approval is None:
        return ""
    if approval.status == Status.APPROVED:
        return f"The approval by {approval.decided_by_name} ends with it."
    return f"{approval.approver_name} need not answer any more."


def _ruling(reading: Reading, moves: Sequence[QuoteMove]) -> Ruling | None:
    """What the purchase policy says to the customer of an open offer about which nobody is asked. Four queries."""
    if QuoteMove.ACCEPT not in moves or not reading.is_mine or _asked(reading) is not None:
        return None
    quote = reading.quote
    return preview(actor=reading.actor, kind=SubjectKind.QUOTE_CHECKOUT, subject_id=str(quote.pk), now=reading.now)


def _accept_button(reading: Reading, ruling: Ruling | None) -> Values:
    quote, approval = reading.quote, _asked(reading)
    accept = reverse("dashboard:quote_accept", args=[quote.number])
    button = {"label": "Accept", "kind": "primary", "method": "get", "url": accept}
    if approval is None:
        free = ruling is not None and ruling.permitted
        return {**button, "hint": f"{'Payment and delivery come' if free else 'Whom to ask comes'} on the next page."}
    page = reverse("dashboard:approval", args=[approval.key])
    if approval.status == Status.APPROVED:
        url = accept if reading.is_mine else page
        hint = "Payment and delivery come on the next page."
        return {**button, "label": "Place order", "url": url, "hint": hint}
    if reading.is_mine:
        hint = f"{approval.approver_name} is asked. There you can change the request or take it back."
        return {**button, "label": "See your request", "url": page, "hint": hint}
    hint = f"{approval.requester_name} asks you to approve it."
    return {**button, "label": "Answer the request", "url": page, "hint": hint}


def _payment_button(quote: Quote, kept: Mapping[str, Any]) -> Values:
    url = reverse("dashboard:quote_payment", args=[quote.number])
    typed = kept if kept.get("sent_to") == url else {}
    form = form_again(PaymentForm, typed, auto_id="id_payment_%s")
    return {
        "label": "Say how it is paid",
        "kind": "primary",
        "hint": "The order stands as it is; the seller reads how it is paid.",
        "url": url,
        "fields": list(form),
        "comment_value": bool(typed),
    }


def _lines(reading: Reading, priced: PricedQuote) -> Values:
    quote = reading.quote
    if reading.shows_offer:
        title = f"The offer, {count_of(len(priced.lines), 'line')}"
        return {**offered_quote_lines(reading, priced), "lines_title": title, "problems": _problems(reading, priced)}
    open_still = reading.status in TO_PRICE
    hint = "These are the prices of the price list, not an offer." if open_still else ""
    return {
        **listed_lines(priced),
        "totals": listed_totals(quote, priced),
        "currency": quote.currency,
        "lines_title": "What is asked for" if open_still else "What was asked for",
        "lines_hint": hint,
    }


def _problems(reading: Reading, priced: PricedQuote) -> list[str]:
    return priced.problems if reading.status is QuoteStatus.OPEN else []


def _words_of(reading: Reading) -> Values:
    """What was written: to the seller, by the seller, and why it ended or was sent back."""
    quote = reading.quote
    last = reading.last(*STATUS_EVENTS)
    return {
        "answer": quote.status_comment,
        "answer_by": last.actor_name if last else "",
        "answer_reason": reason_text(quote.status_reason),
        "seller_comment": quote.employee_comment if reading.shows_offer else "",
        "seller_name": quote.employee_name or seller_of(quote),
    }


def _shipping(quote: Quote) -> str:
    if not quote.shipping:
        return "None agreed"
    name = in_reader_language(quote.shipping.get("methodName") or "") or str(quote.shipping.get("methodId", ""))
    return f"{name}, {Money(quote.shipping_gross, quote.currency)} gross"


def _people(quote: Quote, approvals: Sequence[Approval], now: datetime, *, is_asked: bool) -> list[Values]:
    rows = [
        {"label": "For", "value": quote.company.name if quote.company else quote.owner_name},
        {"label": "Asked by" if is_asked else "Offered to", "value": quote.owner_name if quote.company else ""},
        {"label": "Seller", "value": seller_of(quote), "hint": quote.employee_name},
        {"label": "Marketplace", "value": quote.marketplace.name},
    ]
    for approval in approvals:
        url = reverse("dashboard:approval", args=[approval.key])
        word = "Given up" if approval.released_at else STATUS_WORDS[approval.status_at(now)][0]
        rows.append({"label": "Approval", "value": f"Put to {approval.approver_name}", "url": url, "hint": word})
    return rows


def _approvals(quote: Quote, actor: Actor) -> list[Approval]:
    """What was asked about this quote, as far as the reader may see it, oldest first. One query."""
    about = Approval.objects.about(SubjectKind.QUOTE_CHECKOUT, str(quote.pk)).values("pk")
    return list(readable_by(actor).filter(pk__in=about).order_by("created_at", "pk"))


def _orders(quote: Quote, actor: Actor) -> list[Order]:
    """The orders that came of it, as far as the reader may see them. One query, where there are any."""
    if quote.status != QuoteStatus.ACCEPTED:
        return []
    return list(Order.objects.visible_to(actor).filter(checkout__quote_id=quote.pk).order_by("position"))


def _note(quote: Quote, moves: Sequence[QuoteMove], kept: Mapping[str, Any]) -> Values | None:
    """The form of the customer's own words, where they may still be changed."""
    if QuoteMove.NOTE not in moves:
        return None
    url = reverse("dashboard:quote_note", args=[quote.number])
    typed = kept if kept.get("sent_to") == url else {}
    initial = {"reference": quote.customer_reference, "comment": quote.customer_comment}
    form = form_again(NoteForm, typed, initial=initial, auto_id="id_note_%s")
    return {"url": url, "form": form, "open": bool(typed)}
