"""What can the seller do with a quote now: its moves as buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from config.kit.wording import text_in
from orders.control_panel.quote_forms import ReasonForm
from orders.models import Quote
from orders.quote_lifecycle import REASON_OF, QuoteMove, QuoteStatus
from orders.services.quote_reasons import Reason

Values = dict[str, Any]
Kept = Mapping[str, Any]

DECLINE, TAKE_BACK, DELETE = "decline", "take-back", "delete"
MOVES = {DECLINE: QuoteMove.DECLINE_BY_MERCHANT, TAKE_BACK: QuoteMove.ASK_CHANGE}
OFFER_FORM = "offer"  # the form of the page on which a quote is priced
ENDS_APPROVAL = "The approval that the customer asked for ends; both sides of it are told."


def move_url(quote: Quote, name: str) -> str:
    """Where a move is sent to."""
    return reverse("control_panel:quote_move", args=[quote.number, name])


def edit_url(quote: Quote) -> str:
    """Where the quote is priced."""
    return reverse("control_panel:quote_edit", args=[quote.number])


def reason_choices(reasons: Iterable[Reason], move: QuoteMove) -> list[tuple[str, str]]:
    """The reasons that may go with a move, in the reader's language."""
    language = get_language() or "en"
    return [
        (reason.key, text_in(reason.message, language) or reason.code)
        for reason in reasons
        if reason.type is REASON_OF[move]
    ]


def desk_buttons(quote: Quote, now: datetime) -> list[Values]:
    """How the page on which a quote is priced is sent."""
    name, status = quote.owner_name.partition(" ")[0], quote.status_at(now)
    if status is QuoteStatus.OPEN:
        hint = f"{name} is told what is different."
        if has_approval(quote):
            hint = f"{hint} {ENDS_APPROVAL}"
        back = {"label": "Change nothing", "method": "get", "url": reverse("control_panel:quote", args=[quote.number])}
        return [{**_sent("Change the offer", "save", "primary"), "hint": hint}, back]
    kept = "Only your company sees it." if status is not QuoteStatus.EXPIRED else "The offer stays expired."
    return [
        {**_sent("Save and open", "open", "primary"), "hint": f"{name} gets the offer and can accept it."},
        {**_sent("Save", "save", "secondary"), "hint": kept},
    ]


def page_buttons(
    quote: Quote, moves: Sequence[QuoteMove], reasons: Iterable[Reason], kept: Kept, *, with_desk: bool
) -> list[Values]:
    """The other moves open to this reader. `kept` is what was typed before it was refused."""
    known = list(reasons)
    made: list[Values] = []
    if QuoteMove.REVISE in moves and not with_desk:
        made.append({**_priced_again(quote, moves), "method": "get", "url": edit_url(quote)})
    if QuoteMove.ASK_CHANGE in moves:
        made.append(_take_back(quote, known, kept))
    if QuoteMove.DECLINE_BY_MERCHANT in moves:
        made.append(_decline(quote, known, kept))
    if QuoteMove.REVISE in moves and quote.status == QuoteStatus.CREATING:
        made.append(
            {
                "label": "Delete this draft",
                "kind": "dangerous",
                "url": move_url(quote, DELETE),
                "hint": "Nobody but your company has seen it.",
                "hidden": {"sure": "yes"},  # asks once more
            }
        )
    return made


def has_approval(quote: Quote) -> bool:
    """Somebody at the customer's was asked to approve the present offer, or has."""
    return quote.approval is not None and quote.approval.is_live


def _sent(label: str, do: str, kind: str) -> Values:
    return {"label": label, "kind": kind, "form": OFFER_FORM, "name": "do", "value": do}


def _priced_again(quote: Quote, moves: Sequence[QuoteMove]) -> Values:
    if QuoteMove.OPEN in moves:
        return {"label": "Offer it again", "kind": "primary", "hint": "With a new validity; you can change the rest."}
    return {"label": "Change the offer", "hint": "Prices, lines, validity; you see it before it is sent."}


def _take_back(quote: Quote, reasons: Iterable[Reason], kept: Kept) -> Values:
    name = quote.owner_name.partition(" ")[0]
    hint = f"{name} cannot accept it any more, and waits for a new offer."
    if has_approval(quote):
        hint = f"{hint} {ENDS_APPROVAL}"
    return {"label": "Take the offer back", "hint": hint, **_with_reason(quote, TAKE_BACK, reasons, kept)}


def _decline(quote: Quote, reasons: Iterable[Reason], kept: Kept) -> Values:
    hint = f"Final. {quote.owner_name.partition(' ')[0]} reads why."
    return {
        "label": "Decline",
        "kind": "dangerous",
        "hint": hint,
        **_with_reason(quote, DECLINE, reasons, kept),
    }


def _with_reason(quote: Quote, name: str, reasons: Iterable[Reason], kept: Kept) -> Values:
    url = move_url(quote, name)
    typed = kept if kept.get("sent_to") == url else {}
    form = ReasonForm(
        typed["values"] if typed else None,
        reasons=reason_choices(reasons, MOVES[name]),
        auto_id=f"id_{name}_%s",
    )
    # What the page showed is what is taken back or declined, not what somebody else has made of it since.
    hidden = {"seen_version": quote.version}
    return {"url": url, "fields": form.visible_fields(), "hidden": hidden, "error": typed.get("text", "")}
