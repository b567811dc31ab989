"""What would a quote be after some edits? Asked before they are made, as often as needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from companies.actors import Actor
from orders.models import Quote
from orders.quote_edits import Edit
from orders.quote_lifecycle import QuoteMove
from orders.quote_priced import PricedQuote, assembled, priced_quote
from orders.quote_standing import check_quote, parties_of_quote
from orders.services.quote_lines import Draft
from orders.services.quote_steps import find_quote


def preview_quote(*, actor: Actor, quote_id: int, edits: Sequence[Edit], now: datetime | None = None) -> PricedQuote:
    """The quote as these edits would leave it, for who prices it; nothing of them is written.

    The `quote` of the answer is a row in memory that is never saved. Raises as
    `orders.services.quote_changing.change_quote` would for the same edits.
    """
    now = now or timezone.now()
    quote: Quote = find_quote(actor, quote_id, now)
    check_quote(quote, QuoteMove.REVISE, parties_of_quote(quote, actor), now)
    draft = Draft.of(priced_quote(quote, now))
    draft.carry_out(edits, actor)
    draft.finish(now)
    return assembled(quote, draft.lines, now, review_default=False)
