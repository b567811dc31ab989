"""Which quotes stand on which of the seller's pages, and how does one look in a list?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import NegatedExpression
from django.urls import reverse
from django.utils import timezone

from companies.actors import Actor
from companies.models import Marketplace, Member
from companies.roles import SELLING_ROLES, CompanyKind
from config.kit.refused import NotYours
from config.kit.wording import ago_text
from config.pieces.status_words import STATUS_WORDS
from orders.dashboard.content.amounts import label_of
from orders.dashboard.content.quote_history import reason_text
from orders.models import Quote, QuoteLine
from orders.quote_lifecycle import TO_PRICE, QuoteStatus

Values = dict[str, Any]
Quotes = QuerySet[Quote]


def prices_quotes(actor: Actor) -> bool:
    """Sales and managers price quotes, and the platform's staff in their place; auditors have no part in it."""
    return actor.platform or actor.role in SELLING_ROLES


def quotes_of(actor: Actor) -> Quotes:
    """The quotes of this seller with what a page of one needs; raises `NotYours` for who prices none."""
    if not prices_quotes(actor):
        raise NotYours("Quotes are for the sales and managers of your company.")
    parts = ("marketplace__owner", "company", "owner", "seller", "approval", "tenant")
    return Quote.objects.visible_to(actor).select_related(*parts)


def selling_places(actor: Actor) -> list[Marketplace]:
    """The marketplaces on which the actor makes and prices quotes; the parent first. One query."""
    places = Marketplace.objects.filter(tenant_id=actor.tenant_id, is_active=True)
    if not actor.platform:
        owner_id = actor.company_id if actor.company_kind is CompanyKind.RESELLER else None
        places = places.filter(owner_id=owner_id)
    return list(places.select_related("owner").order_by(F("owner_id").asc(nulls_first=True), "name", "pk"))


def to_price(actor: Actor) -> Quotes:
    """What waits for an answer, the oldest first; for platform staff first what nobody else can price."""
    waiting = _listed(actor).to_price()
    if actor.platform:
        waiting = waiting.annotate(is_orphan=_nobody_prices())
        return waiting.order_by("-is_orphan", "status_since", "pk")
    return waiting.order_by("status_since", "pk")


def drafts(actor: Actor) -> Quotes:
    """What was begun for a customer and not opened yet, the latest first."""
    return _listed(actor).filter(status=QuoteStatus.CREATING).order_by("-modified_at", "-pk")


def all_quotes(actor: Actor) -> Quotes:
    """All quotes, the latest first."""
    return _listed(actor).order_by("-created_at", "-pk")


def mine_to_price(actor: Actor) -> Quotes:
    """What waits for this very reader; for platform staff only what nobody else can price."""
    waiting = Quote.objects.visible_to(actor).to_price()
    return waiting.filter(_nobody_prices()) if actor.platform else waiting


def quote_counts(actor: Actor) -> Values:
    """How many quotes wait, how many of them for this reader and since when, and how many drafts there are.

    Platform staff are waited for only where nobody else can price. One query; none for who prices no quotes.
    """
    if not prices_quotes(actor):
        return {"waiting": 0, "mine": 0, "oldest": None, "drafts": 0}
    waiting = Q(status__in=TO_PRICE)
    mine = waiting & Q(_nobody_prices()) if actor.platform else waiting
    return (
        Quote.objects.visible_to(actor)
        .filter(status__in=(*TO_PRICE, QuoteStatus.CREATING))
        .aggregate(
            waiting=Count("pk", filter=waiting),
            mine=Count("pk", filter=mine),
            oldest=Min("status_since", filter=mine),
            drafts=Count("pk", filter=Q(status=QuoteStatus.CREATING)),
        )
    )


def tabs(actor: Actor, place: str) -> list[Values]:
    """The lists of quotes, each with how many wait there. One query."""
    counts = quote_counts(actor)
    lists = (
        ("quotes", "To price", counts["waiting"]),
        ("quotes_drafts", "Drafts", counts["drafts"]),
        ("quotes_all", "All quotes", None),
    )
    return [
        {"label": label, "url": reverse(f"control_panel:{name}"), "count": count, "current": name == place}
        for name, label, count in lists
    ]


class QuoteFilter(django_filters.FilterSet):
    """Which quotes: how they read now, where, and words."""

    status = django_filters.ChoiceFilter(
        label="Status",
        empty_label="Any",
        method="reading",
        choices=[(status.value, STATUS_WORDS[status.value][0]) for status in QuoteStatus],
    )
    marketplace = django_filters.ChoiceFilter(label="Marketplace", empty_label="All", field_name="marketplace__key")
    search = django_filters.CharFilter(
        label="Customer, product, reference or number",
        method="matching",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    class Meta:
        model = Quote
        fields: list[str] = []

    def __init__(self, *args: Any, marketplaces: Iterable[Marketplace], **kwargs: Any) -> None:
        """With one marketplace there is nothing to choose between, and no filter for it."""
        super().__init__(*args, **kwargs)
        places = list(marketplaces)
        if len(places) > 1:
            self.filters["marketplace"].extra["choices"] = [(place.key, place.name) for place in places]
        else:
            del self.filters["marketplace"]

    def reading(self, quotes: Quotes, name: str, value: str) -> Quotes:
        """Those that read so now: an offer past its time is expired, swept or not."""
        return quotes.with_status(value, timezone.now())

    def matching(self, quotes: Quotes, name: str, value: str) -> Quotes:
        """By customer, company, reference, product (in the languages most names have), SKU or number."""
        lines = QuoteLine.objects.filter(quote=OuterRef("pk")).filter(
            Q(product__name__en__icontains=value)
            | Q(product__name__de__icontains=value)
            | Q(product__sku__icontains=value)
        )
        customer = (
            Q(owner_name__icontains=value) | Q(company_name__icontains=value) | Q(customer_reference__icontains=value)
        )
        return quotes.filter(customer | Q(Exists(lines)) | Q(pk__in=Quote.objects.numbered(value.strip().upper())))


class WaitingFilter(QuoteFilter):
    """Which of the quotes in one status."""

    status = None


def quote_rows(quotes: Iterable[Quote], actor: Actor, now: datetime, *, with_status: bool = False) -> list[Values]:
    """One row each: number and product, customer, what is wanted, amount, since when."""
    return [_row(quote, actor, now, with_status=with_status) for quote in quotes]


def page_url(quote: Quote) -> str:
    """Where the quote is read."""
    return reverse("control_panel:quote", args=[quote.number])


def _listed(actor: Actor) -> Quotes:
    lines = QuoteLine.objects.select_related("product").order_by("position")
    return quotes_of(actor).prefetch_related(Prefetch("lines", queryset=lines))


def _nobody_prices() -> NegatedExpression:
    """Whether it is a quote of several sellers, or of one with nobody active to price it."""
    return ~Exists(Member.objects.active().filter(company=OuterRef("seller"), role__in=SELLING_ROLES))


def _row(quote: Quote, actor: Actor, now: datetime, *, with_status: bool) -> Values:
    status = quote.status_at(now)
    open_until = quote.valid_to if status is QuoteStatus.OPEN else None
    return {
        "key": quote.number,
        "url": page_url(quote),
        "title": _products(quote),
        "who": quote.owner_name,
        "company": quote.company_name or "private customer",
        "detail": f"{quote.number}, {ago_text(quote.created_at, now)}" if with_status else quote.number,
        "why": _why(quote, actor, status),
        "amount": quote.total.amount,
        "currency": quote.currency,
        "tax_word": "gross",
        "status": status if with_status else "",
        "deadline": open_until if with_status else None,
        "at": None if with_status else quote.status_since,
    }


def _products(quote: Quote) -> str:
    """What it is about, in a few words."""
    names = [line.product.name for line in quote.lines.all()]
    return label_of(names) if names else f"{quote.number}, still without a line"


def _why(quote: Quote, actor: Actor, status: QuoteStatus) -> str:
    """What is wanted; for platform staff, who has to answer."""
    wanted = {
        QuoteStatus.AWAITING: "Asks for an offer",
        QuoteStatus.IN_PROGRESS: "Wants changes",
        QuoteStatus.CREATING: f"Drafted by {quote.employee_name}" if quote.employee_name else "A draft",
    }.get(status, "")
    if status is QuoteStatus.IN_PROGRESS and reason_text(quote.status_reason):
        wanted = f"{wanted}: {reason_text(quote.status_reason)}"
    if not actor.platform or status not in TO_PRICE:
        return wanted
    if quote.seller is None:
        return f"{wanted}; several sellers: yours to price"
    if getattr(quote, "is_orphan", False):
        return f"{wanted}; {quote.seller.name} has no active sales: yours to price"
    return f"{wanted}; waits for {quote.seller.name}"
