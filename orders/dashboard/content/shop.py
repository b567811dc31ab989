"""What does the shop offer to this reader, and at what price?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from catalog.models import Listing, NeedsReview, Provisioning
from catalog.tax import rates_on
from companies.models import Marketplace
from companies.preferences import PreferenceKey, value_of
from orders.dashboard.content.amounts import Values, count_of, tax_word
from orders.dashboard.content.subscription_words import plan_name, trial_text
from orders.lifecycle import OrderKind, review_needed
from orders.pricing import price_line

DELIVERY_WORDS = {
    Provisioning.MANUAL: "Delivered by {vendor} by hand; you get instructions.",
    Provisioning.INSTANT: "Delivered at once.",
    Provisioning.WEBHOOK: "Set up by the system of {vendor}; you get instructions.",
}


def offers_on(marketplace: Marketplace) -> QuerySet[Listing]:
    """What can be bought here in the marketplace's currency, by SKU."""
    offers = Listing.objects.on_sale().filter(marketplace_id=marketplace.pk, currency=marketplace.currency)
    rows = offers.select_related("product__vendor", "product__tax_class", "plan")
    return rows.order_by("product__sku", "plan__position", "pk")


def one_per_product(offers: QuerySet[Listing], marketplace: Marketplace) -> QuerySet[Listing]:
    """The same offers, of what is sold by plan only the first plan, with `plan_count`."""
    plans = offers_on(marketplace).filter(product_id=OuterRef("product_id"), plan__isnull=False).order_by()
    first = plans.order_by("plan__position", "pk").values("pk")[:1]
    counted = plans.annotate(count=Func(F("pk"), function="COUNT")).values("count")
    rows = offers.annotate(plan_count=Subquery(counted, IntegerField()))
    return rows.filter(Q(plan__isnull=True) | Q(pk=Subquery(first)))


def categories_on(marketplace: Marketplace) -> list[str]:
    """The categories of what can be bought here, by name. One query."""
    names = offers_on(marketplace).order_by("product__category").values_list("product__category", flat=True)
    return [name for name in names.distinct() if name]


def cards(offers: Iterable[Listing], marketplace: Marketplace) -> list[Values]:
    """The offers as cards of the shop. At most two queries, whatever their number."""
    rows = list(offers)
    reviewed = _reviewed(rows, marketplace)
    return [
        {
            **_offer(row, marketplace, reviewed=row.pk in reviewed),
            "text": row.product.description,
            "plans": _plans_words(row),
        }
        for row in rows
    ]


def _plans_words(offer: Listing) -> str:
    """`3 plans, 30 days for nothing`; nothing for what is sold once."""
    if offer.plan is None:
        return ""
    count = count_of(getattr(offer, "plan_count", 1), "plan")
    return ", ".join(filter(None, (count, trial_text(offer.plan.trial_days))))


def product_page(listing: Listing, marketplace: Marketplace, now: datetime) -> Values:
    """One offer with everything a buyer asks before buying; where it is sold by plan, all of them. Four queries."""
    product = listing.product
    plans = list(offers_on(marketplace).filter(product_id=product.pk)) if listing.plan_id is not None else []
    offer = _offer(listing, marketplace, reviewed=bool(_reviewed([listing], marketplace)))
    rate = rates_on([product.tax_class_id], marketplace.country, now.date()).get(product.tax_class_id)
    return {
        "listing": listing,
        "product": offer,
        "description": product.description,
        "pairs": [
            ("SKU", product.sku),
            ("Sold by", offer["seller"]),
            ("Made by", offer["resold_vendor"]),
            ("Category", product.category),
            ("Tax", f"{rate.normalize():f}% in {marketplace.country}" if rate is not None else ""),
            ("Delivery", DELIVERY_WORDS[Provisioning(product.provisioning)].format(vendor=product.vendor.name)),
        ],
        "prices": _both_prices(listing, rate),
        "plans": [_plan(offer, rate, chosen=offer.pk == listing.pk) for offer in plans],
    }


def _plan(offer: Listing, rate: Decimal | None, *, chosen: bool) -> Values:
    """A plan with its price per unit and period, and how long it can be tried."""
    plan = offer.plan
    if plan is None:
        return {}
    return {
        "key": offer.key,
        "name": plan_name(plan),
        "per": f"per {offer.product.unit} and {plan.period}",
        "prices": _both_prices(offer, rate),
        "trial": f"Try {count_of(plan.trial_days, 'day')} for nothing" if plan.trial_days else "",
        "chosen": chosen,
    }


def _offer(listing: Listing, marketplace: Marketplace, *, reviewed: bool) -> dict[str, Any]:
    product = listing.product
    seller = marketplace.owner.name if marketplace.owner else product.vendor.name
    return {
        "name": product.name,
        "url": reverse("dashboard:product", args=[listing.key]),
        "sku": product.sku,
        "vendor": product.vendor.name,
        "seller": seller,
        "resold_vendor": product.vendor.name if marketplace.owner else "",
        "note": f"Reviewed by {seller} before delivery" if reviewed else "",
        "price": listing.unit_price,
        "currency": listing.currency,
        "tax_word": tax_word(listing.includes_tax),
        "unit": f"{product.unit} and {listing.plan.period}" if listing.plan else product.unit,
        "key": listing.key,
        "add_url": reverse("dashboard:cart_lines"),
    }


def _reviewed(offers: list[Listing], marketplace: Marketplace) -> set[int]:
    """Which of the offers make an order wait for the seller. One query where a product leaves it to others."""
    inherits = any(offer.needs_review == offer.product.needs_review == NeedsReview.INHERIT for offer in offers)
    asks_tenant = inherits and marketplace.review_default is None
    default = bool(asks_tenant and value_of(marketplace.tenant_id, PreferenceKey.REVIEW_DEFAULT))
    return {
        offer.pk
        for offer in offers
        if review_needed(
            OrderKind.PURCHASE,
            offer.needs_review,
            offer.product.needs_review,
            marketplace_default=marketplace.review_default,
            tenant_default=default,
        )
    }


def _both_prices(listing: Listing, rate: Decimal | None) -> list[Values]:
    """The price of one unit as it is offered, and what that is with (or without) tax."""
    offered = {"amount": listing.unit_price, "currency": listing.currency, "word": tax_word(listing.includes_tax)}
    if rate is None:
        return [offered]
    amounts = price_line(
        Decimal(1),
        listing.unit_price,
        includes_tax=listing.includes_tax,
        tax_code="",
        tax_rate=rate,
        currency=listing.currency,
    ).amounts
    other = (
        {"amount": amounts.net, "word": "net"} if listing.includes_tax else {"amount": amounts.gross, "word": "gross"}
    )
    return [offered, {**other, "currency": listing.currency}]
