"""Which subscriptions stand in the customer's lists, and how does one look there?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.urls import reverse

from companies.actors import Actor
from orders.dashboard.content.amounts import Values, in_reader_language
from orders.dashboard.content.subscription_words import amount_of, badge, change_text, next_text, per, waits_text
from orders.models import Order, Subscription, SubscriptionChange
from orders.subscription_lifecycle import SubscriptionStatus

SOON = timedelta(days=7)


def own_subscriptions(actor: Actor, now: datetime) -> QuerySet[Subscription]:
    """The reader's subscriptions, for an admin the company's: those that run or are to begin first, then the newest."""
    ended = (SubscriptionStatus.TERMINATED, SubscriptionStatus.CANCELLED)
    last = Case(When(status__in=ended, then=Value(1)), default=Value(0), output_field=IntegerField())
    return with_all(Subscription.objects.visible_to(actor), now).order_by(last, "-created_at", "-pk")


def due_soon(actor: Actor, now: datetime) -> QuerySet[Subscription]:
    """The reader's own trials and subscriptions that end within a week unless something is done; the next first."""
    running = Subscription.objects.visible_to(actor).with_status(SubscriptionStatus.ACTIVE, now)
    mine = running.filter(owner_id=actor.user_id, renews_at__lte=now + SOON)
    return with_all(mine.filter(Q(is_trial=True) | Q(auto_renews=False)), now).order_by("renews_at", "pk")


def with_all(subscriptions: QuerySet[Subscription], now: datetime) -> QuerySet[Subscription]:
    """With what a row of a list shows; three queries for any number of rows."""
    orders = Prefetch(
        "checkout__orders", Order.objects.select_related("auditing_company", "marketplace").order_by("position")
    )
    opened = SubscriptionChange.objects.open_at(now).select_related("plan", "approval", "checkout")
    waiting = Prefetch("changes", opened.prefetch_related(orders), to_attr="waiting")
    return subscriptions.select_related("plan", "product", "seller", "vendor", "marketplace").prefetch_related(waiting)


def subscription_rows(subscriptions: Iterable[Subscription], actor: Actor, now: datetime) -> list[Values]:
    """One row each: what and how much of it, what comes next or waits, how it stands, its price per period."""
    return [_row(subscription, actor, now) for subscription in subscriptions]


def order_of(change: SubscriptionChange) -> Order | None:
    """The order that an open change became, as far as it is one; prefetched."""
    checkout = getattr(change, "checkout", None)
    return next(iter(checkout.orders.all()), None) if checkout is not None else None


def _row(subscription: Subscription, actor: Actor, now: datetime) -> Values:
    word, tone = badge(subscription, now)
    mine = subscription.owner_id == actor.user_id
    return {
        "key": subscription.number,
        "title": in_reader_language(subscription.name),
        "url": reverse("dashboard:subscription", args=[subscription.number]),
        "who": "" if mine else subscription.owner_name,
        "detail": f"{subscription.number} · {amount_of(subscription)}",
        "why": _why(subscription, now),
        "status": word,
        "tone": tone,
        "at": None if subscription.renews_at and not subscription.ended_at else subscription.status_since,
        "amount": subscription.gross,
        "currency": subscription.currency,
        "tax_word": f"gross {per(subscription.plan.period)}",
    }


def _why(subscription: Subscription, now: datetime) -> str:
    for change in subscription.waiting:
        change.subscription = subscription
        return f"{change_text(change)}: {waits_text(change, order_of(change))}"
    return next_text(subscription, now)
