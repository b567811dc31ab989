"""Which quotes stand in the customer's lists, and how does one look there?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Prefetch, QuerySet, Value, When
from django.urls import reverse

from approvals.lifecycle import Status
from approvals.models import Approval
from companies.actors import Actor
from orders.dashboard.content.amounts import Values, label_of
from orders.dashboard.content.quote_words import price_words, seller_of, who_has
from orders.models import Quote, QuoteLine
from orders.models.quote import reads_as_quote
from orders.quote_lifecycle import TO_PRICE, QuoteStatus

# What was offered stays to be read; what a seller works on is not shown as an offer.
SHOWS_AMOUNT = (QuoteStatus.OPEN, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED)


def to_answer(actor: Actor, now: datetime) -> QuerySet[Quote]:
    """The actor's own open offers that wait for no approver, the soonest end first."""
    mine = Quote.objects.visible_to(actor).filter(owner_id=actor.user_id, company_id=actor.company_id)
    asked = Approval.objects.waiting(now).filter(pk=OuterRef("approval"))
    waiting = mine.with_status(QuoteStatus.OPEN, now).exclude(Exists(asked))
    return with_lines(waiting).order_by(F("valid_to").asc(nulls_last=True), "-created_at", "-pk")


def own_quotes(actor: Actor, now: datetime) -> QuerySet[Quote]:
    """What the actor asked for, was offered or is asked to approve: open offers first, then the newest."""
    offers = When(reads_as_quote(QuoteStatus.OPEN, now), then=Value(0))
    offers_first = Case(offers, default=Value(1), output_field=IntegerField())
    return with_lines(Quote.objects.visible_to(actor)).order_by(offers_first, "-created_at", "-pk")


def with_lines(quotes: QuerySet[Quote]) -> QuerySet[Quote]:
    """With what a row of a list shows; two queries for any number of rows."""
    lines = QuoteLine.objects.select_related("product").order_by("position")
    return quotes.select_related("marketplace", "seller", "approval", "checkout").prefetch_related(
        Prefetch("lines", lines)
    )


def quote_rows(quotes: Iterable[Quote], actor: Actor, now: datetime) -> list[Values]:
    """One row each: products, who offers, how it stands, until when, how much."""
    return [_row(quote, actor, now) for quote in quotes]


def badge(quote: Quote, now: datetime) -> tuple[str, str]:
    """Word and tone of its status; an open one says whether somebody is asked to approve it."""
    status, approval = quote.status_at(now), quote.approval
    if status is QuoteStatus.OPEN and approval is not None and approval.is_live:
        if approval.status == Status.APPROVED:
            return "Approved, not ordered yet", "waiting"
        if not approval.is_overdue(now):
            return "Approval asked for", "waiting"
    return status, ""


def _row(quote: Quote, actor: Actor, now: datetime) -> Values:
    status = quote.status_at(now)
    word, tone = badge(quote, now)
    shown = status in SHOWS_AMOUNT
    mine = quote.owner_id == actor.user_id
    return {
        "key": quote.number,
        "title": label_of([line.product.name for line in quote.lines.all()]),
        "url": reverse("dashboard:quote", args=[quote.number]),
        "who": seller_of(quote) if mine else f"{quote.owner_name}, offered by {seller_of(quote)}",
        "detail": quote.number,
        "why": _why(quote, status, now),
        "status": word,
        "tone": tone,
        "deadline": quote.valid_to if status is QuoteStatus.OPEN else None,
        "at": quote.valid_to if quote.is_overdue(now) else quote.status_since,
        "amount": quote.lines_gross if shown else None,
        "currency": quote.currency if shown else "",
        "tax_word": "gross",
    }


def _why(quote: Quote, status: QuoteStatus, now: datetime) -> str:
    if status in TO_PRICE:
        return f"{who_has(quote)} has it"
    if status is QuoteStatus.ACCEPTED:
        unpaid = "; it is not said yet how it is paid" if quote.checkout.payment_open else ""
        return f"Ordered as {quote.order_number}{unpaid}"
    approval = quote.approval
    if status is not QuoteStatus.OPEN:
        return ""
    if approval is not None and approval.is_live and approval.status_at(now) == Status.PENDING:
        return f"{approval.approver_name} is asked to approve it"
    words = price_words(quote)
    return words[:1].upper() + words[1:]
