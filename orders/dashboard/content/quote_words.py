"""What does one read first about a quote: the sentence that tells its customer or approver how it stands?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from approvals.lifecycle import Status
from companies.actors import Actor
from config.kit.money import Money
from config.kit.wording import against_list_text, ago_text, moment_text
from orders.dashboard.content.amounts import count_of, joined
from orders.models import Quote, QuoteEvent
from orders.pricing import discount
from orders.quote_lifecycle import QuoteStatus


@dataclass(frozen=True, slots=True)
class Reading:
    """A quote as somebody reads it: `events` is its history, `orders` are the numbers that came of it.

    The quote comes with marketplace, seller and approval.
    """

    quote: Quote
    actor: Actor
    now: datetime
    line_count: int
    events: Sequence[QuoteEvent]
    orders: Sequence[str] = ()

    @property
    def status(self) -> QuoteStatus:
        """How it reads now."""
        return self.quote.status_at(self.now)

    @property
    def is_mine(self) -> bool:
        """The reader is who it was offered to."""
        return self.actor.user_id == self.quote.owner_id

    @property
    def shows_offer(self) -> bool:
        """Its prices are, or were, an offer; else they are what the seller is still working on."""
        if self.status is QuoteStatus.EXPIRED:
            last = next((e.kind for e in reversed(self.events) if e.kind in ("quote.revised", "quote.expired")), "")
            return self.quote.is_overdue(self.now) or last == "quote.expired"
        return self.status in (QuoteStatus.OPEN, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED)

    def last(self, *kinds: str) -> QuoteEvent | None:
        """The latest event of these kinds."""
        return next((event for event in reversed(self.events) if event.kind in kinds), None)


def seller_of(quote: Quote) -> str:
    """Who makes the offer: the selling company; where several sell together, their marketplace."""
    return quote.seller.name if quote.seller else quote.marketplace.name


def who_has(quote: Quote) -> str:
    """Who works on the offer: `Sam Reed of Globex Systems`, as far as somebody has it in hand."""
    return f"{quote.employee_name} of {seller_of(quote)}" if quote.employee_name else seller_of(quote)


def price_words(quote: Quote) -> str:
    """How the offer compares with the price list: `20 % below the price list`."""
    return against_list_text(discount(quote.list_net, quote.lines_net))


def lead(reading: Reading) -> str:
    """Who offers what, how it stands, and what there is to do or to expect."""
    tell = {
        QuoteStatus.AWAITING: _awaiting,
        QuoteStatus.IN_PROGRESS: _in_progress,
        QuoteStatus.OPEN: _open,
        QuoteStatus.ACCEPTED: _accepted,
        QuoteStatus.DECLINED: _declined,
        QuoteStatus.DECLINED_BY_MERCHANT: _declined_by_seller,
        QuoteStatus.EXPIRED: _expired,
    }[reading.status]
    return tell(reading)


def until_text(moment: datetime, now: datetime) -> str:
    """The moment in the reader's zone."""
    return moment_text(timezone.localtime(moment), timezone.localtime(now))


def _awaiting(reading: Reading) -> str:
    quote = reading.quote
    asked = f"{_who(reading)} asked {seller_of(quote)} for an offer {ago_text(quote.created_at, reading.now)}."
    mail = " You get a mail as soon as there is one." if reading.is_mine else ""
    return f"{asked} There is no offer yet: {who_has(quote)} has it.{mail}"


def _in_progress(reading: Reading) -> str:
    quote, event = reading.quote, reading.last("quote.change_asked")
    since = ago_text(quote.status_since, reading.now)
    by_customer = event is None or event.actor_ref == str(quote.owner_id)
    if by_customer:
        said = f"{_who(reading)} asked for changes {since}."
    else:
        said = f"{event.actor_name if event else seller_of(quote)} took the offer back {since} to change it."
    mail = " You get a mail as soon as there is one." if reading.is_mine else ""
    return f"{said} The last offer no longer holds, and there is no new one yet: {who_has(quote)} has it.{mail}"


def _open(reading: Reading) -> str:
    quote = reading.quote
    whom = "you" if reading.is_mine else quote.owner_name
    sentences = [f"{seller_of(quote)} offers {whom} {_what(reading)}, {price_words(quote)}."]
    if quote.valid_to is None:
        sentences.append("The offer has no end.")
    else:
        sentences.append(f"The offer holds until {until_text(quote.valid_to, reading.now)}.")
    if quote.shipping_gross:
        sentences.append(f"With shipping it is {quote.total}.")
    sentences.append(_approval_words(reading))
    return " ".join(sentence for sentence in sentences if sentence)


def _approval_words(reading: Reading) -> str:
    approval = reading.quote.approval
    if approval is None or not approval.is_live:
        return ""
    status = approval.status_at(reading.now)
    for_me = approval.approver_id == reading.actor.user_id
    if status == Status.PENDING:
        if for_me:
            return f"{approval.requester_name} asks you to approve it."
        return f"{_who(reading)} asked {approval.approver_name} to approve it; nothing is ordered before."
    if status == Status.APPROVED:
        return f"{'You' if for_me else approval.decided_by_name} approved it: it can be ordered."
    return ""


def _accepted(reading: Reading) -> str:
    event = reading.last("quote.accepted")
    who = _actor_of(reading, event)
    orders = joined(list(reading.orders) or [reading.quote.order_number])
    return f"{who} accepted this offer of {_what(reading)} {_since(reading)}. It was ordered as {orders}."


def _declined(reading: Reading) -> str:
    who = _actor_of(reading, reading.last("quote.declined"))
    return f"{who} declined this offer of {_what(reading)} {_since(reading)}. Nothing was ordered."


def _declined_by_seller(reading: Reading) -> str:
    quote = reading.quote
    return f"{seller_of(quote)} declined {_since(reading)} to make an offer. Nothing was ordered."


def _expired(reading: Reading) -> str:
    quote = reading.quote
    ended = f" on {until_text(quote.valid_to, reading.now)}" if quote.valid_to and reading.shows_offer else ""
    what = f"This offer of {_what(reading)} expired{ended}." if reading.shows_offer else "This offer has expired."
    return f"{what} Nothing was ordered. {seller_of(quote)} can renew it, or you ask for a new quote from your cart."


def _what(reading: Reading) -> str:
    return f"{Money(reading.quote.lines_gross, reading.quote.currency)} ({count_of(reading.line_count, 'line')})"


def _who(reading: Reading) -> str:
    return "You" if reading.is_mine else reading.quote.owner_name


def _actor_of(reading: Reading, event: QuoteEvent | None) -> str:
    if event is None:
        return _who(reading)
    return "You" if event.actor_ref == str(reading.actor.user_id) else event.actor_name


def _since(reading: Reading) -> str:
    return ago_text(reading.quote.status_since, reading.now)
