"""How does everything stand now that a waiting order is about?"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language

from companies.models import Member
from config.kit.wording import text_in
from orders.lifecycle import OrderKind
from orders.models import Order, OrderLine
from orders.review_warnings import LineNow, OrderNow, Price
from orders.subscription_lifecycle import SubscriptionStatus

ENDED = (SubscriptionStatus.TERMINATED, SubscriptionStatus.CANCELLED)


def order_now(order: Order, now: datetime | None = None) -> OrderNow:
    """The facts for `warnings_of`, read afresh. Two queries.

    Prices are not compared where they were never the list's: those of a quote, and of a trial.
    """
    in_company = Member.objects.active().filter(user=OuterRef("buyer"), company=OuterRef("company"))
    found = (
        Order.objects.select_related("buyer", "placed_by", "company", "subscription", "checkout")
        .annotate(in_company=Exists(in_company))
        .get(pk=order.pk)
    )
    compares = found.checkout.quote_id is None and found.kind != OrderKind.TRIAL
    subscription, at = found.subscription, now or timezone.now()
    lines = found.lines.select_related("product", "plan", "listing__marketplace").order_by("number")
    return OrderNow(
        customer=found.buyer_name,
        customer_on=found.buyer.is_active or _by_a_colleague(found),
        company=found.company.name if found.company else "",
        company_on=found.company is None or found.company.is_active,
        in_company=found.in_company,
        ended_subscription=subscription.number if subscription and subscription.status_at(at) in ENDED else "",
        lines=tuple(_line(line, order.currency, compares=compares) for line in lines),
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
