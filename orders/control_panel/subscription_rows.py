"""Which subscriptions stand in the seller's list, and how does one look there?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from companies.actors import Actor
from companies.models import Marketplace
from orders.control_panel.rows import Values
from orders.dashboard.content.amounts import in_reader_language
from orders.dashboard.content.subscription_words import WORDS, amount_of, badge, change_text, next_text, per
from orders.models import Order, Subscription, SubscriptionChange
from orders.subscription_lifecycle import ChangeStatus

Subscriptions = QuerySet[Subscription]


class SubscriptionFilter(django_filters.FilterSet):
    """Which subscriptions: words, how they stand now, and where they were sold."""

    search = django_filters.CharFilter(
        label="Customer, product or number",
        method="with_words",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = django_filters.ChoiceFilter(
        label="Status",
        empty_label="Any status",
        method="with_status",
        choices=[(status.value, word) for status, (word, _) in WORDS.items()],
    )
    marketplace = django_filters.ChoiceFilter(
        label="Marketplace", field_name="marketplace__key", empty_label="Any marketplace"
    )

    class Meta:
        model = Subscription
        fields: list[str] = []

    def __init__(self, *args: Any, marketplaces: Iterable[Marketplace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(place.key, place.name) for place in marketplaces]
        if len(choices) > 1:
            self.filters["marketplace"].extra["choices"] = choices
        else:
            del self.filters["marketplace"]  # one place is no choice

    def with_words(self, subscriptions: Any, name: str, value: str) -> Subscriptions:
        """By customer, company, product name (in the languages most names have), SKU or number."""
        found = (
            Q(owner_name__icontains=value)
            | Q(company__name__icontains=value)
            | Q(product__sku__icontains=value)
            | Q(name__en__icontains=value)
            | Q(name__de__icontains=value)
            | Q(pk__in=Subscription.objects.numbered(value.strip().upper()))
        )
        chosen: Subscriptions = subscriptions.filter(found)
        return chosen

    def with_status(self, subscriptions: Any, name: str, value: str) -> Subscriptions:
        """As it reads now, whether or not the sweep wrote it."""
        chosen: Subscriptions = subscriptions.with_status(value, timezone.now())
        return chosen


def subscriptions_of(actor: Actor) -> Subscriptions:
    """The subscriptions this seller has a part in, the latest first, with what a row shows. Three queries."""
    ordered = SubscriptionChange.objects.filter(status=ChangeStatus.ORDERED).select_related("plan", "checkout")
    waiting = Prefetch(
        "changes", ordered.prefetch_related(Prefetch("checkout__orders", Order.objects.order_by("pk"))), "waiting"
    )
    rows = Subscription.objects.visible_to(actor).prefetch_related(waiting)
    parts = ("plan", "product", "seller", "vendor", "company", "marketplace", "owner")
    return rows.select_related(*parts).order_by("-created_at", "-pk")


def sees_prices(subscription: Subscription, actor: Actor) -> bool:
    """Prices of a resold subscription are the reseller's: its vendor delivers without seeing them."""
    return actor.platform or actor.company_id == subscription.seller_id


def subscription_rows(subscriptions: Iterable[Subscription], actor: Actor, now: datetime) -> list[Values]:
    """One row each: what, whose, what comes next or waits, how it stands, its price per period."""
    return [_row(subscription, actor, now) for subscription in subscriptions]


def page_url(subscription: Subscription) -> str:
    """Where it is read."""
    return reverse("control_panel:subscription", args=[subscription.number])


def _row(subscription: Subscription, actor: Actor, now: datetime) -> Values:
    word, tone = badge(subscription, now)
    visible = sees_prices(subscription, actor)
    return {
        "key": subscription.number,
        "title": in_reader_language(subscription.name),
        "url": page_url(subscription),
        "who": subscription.owner_name,
        "company": subscription.company.name if subscription.company else "private customer",
        "detail": f"{subscription.number} · {amount_of(subscription)}",
        "why": _why(subscription, actor, now),
        "status": word,
        "tone": tone,
        "amount": subscription.gross if visible else None,
        "currency": subscription.currency if visible else "",
        "tax_word": f"gross {per(subscription.plan.period)}",
    }


def _why(subscription: Subscription, actor: Actor, now: datetime) -> str:
    if not sees_prices(subscription, actor):
        # What waits for the reseller is none of the vendor's business before it is accepted.
        return f"Sold by {subscription.seller.name}"
    for change in subscription.waiting:
        change.subscription = subscription
        return f"To be reviewed: {change_text(change)}"
    return next_text(subscription, now)
