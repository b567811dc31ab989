"""How does everything stand now that a waiting order is about?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from companies.models import Member
from config.kit.wording import text_in
from orders.lifecycle import OrderKind
from orders.models import Order, OrderLine
from orders.review_warnings import LineNow, OrderNow, Price, in_the_way, warnings_of
from orders.subscription_lifecycle import SubscriptionStatus

ENDED = (SubscriptionStatus.TERMINATED, SubscriptionStatus.CANCELLED)


def order_now(order: Order, now: datetime | None = None) -> OrderNow:
    """The facts for `warnings_of`, read afresh. Two queries.

    Prices are not compared where they were never the list's: those of a quote, and of a trial.
    """
    found = _afresh([order.pk]).get()
    compares = found.checkout.quote_id is None and found.kind != OrderKind.TRIAL
    lines = found.lines.select_related("product", "plan", "listing__marketplace").order_by("number")
    return replace(
        _without_lines(found, now or timezone.now()),
        lines=tuple(_line(line, order.currency, compares=compares) for line in lines),
    )


def past_approving(orders: Iterable[Order], now: datetime | None = None) -> set[int]:
    """The primary keys of those that no reason gets approved: whoever they are for is not there any more.

    What was withdrawn can be honoured, so lines do not count. One query, none without orders.
    """
    keys, at = [order.pk for order in orders], now or timezone.now()
    if not keys:
        return set()
    return {row.pk for row in _afresh(keys) if in_the_way(warnings_of(_without_lines(row, at)), honoured=True)}


def _afresh(keys: Sequence[int]) -> QuerySet[Order]:
    in_company = Member.objects.active().filter(user=OuterRef("buyer"), company=OuterRef("company"))
    return (
        Order.objects.filter(pk__in=keys)
        .select_related("buyer", "placed_by", "company", "subscription", "checkout")
        .annotate(in_company=Exists(in_company))
    )


def _without_lines(found: Any, at: datetime) -> OrderNow:
    subscription = found.subscription
    return OrderNow(
        customer=found.buyer_name,
        customer_on=found.buyer.is_active or _by_a_colleague(found),
        company=found.company.name if found.company else "",
        company_on=found.company is None or found.company.is_active,
        in_company=found.in_company,
        ended_subscription=subscription.number if subscription and subscription.status_at(at) in ENDED else "",
    )


def _by_a_colleague(order: Order) -> bool:
    """A colleague of the one who began the subscription changes it: else nobody could, once that account is off."""
    changes = order.subscription_id is not None and order.company_id is not None and not order.on_behalf
    return changes and order.placed_by_id != order.buyer_id and order.placed_by.is_active


def _line(line: OrderLine, currency: str, *, compares: bool) -> LineNow:
    listing = line.listing
    comparable = compares and listing.currency == currency
    return LineNow(
        sku=line.sku,
        name=text_in(line.name, get_language() or "en") or line.sku,
        agreed=Price(line.unit_price, currency, line.includes_tax),
        today=Price(listing.unit_price, listing.currency, listing.includes_tax) if comparable else None,
        product_on=line.product.is_active,
        plan_on=line.plan is None or line.plan.is_active,
        listing_on=listing.is_active,
        marketplace_on=listing.marketplace.is_active,
    )
