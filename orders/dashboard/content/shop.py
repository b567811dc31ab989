"""What does the shop offer to this reader, and at what price?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from catalog.models import Listing, NeedsReview, Provisioning
from catalog.tax import rates_on
from companies.models import Marketplace
from companies.preferences import PreferenceKey, value_of
from orders.dashboard.content.amounts import Values, tax_word
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
    return offers.select_related("product__vendor", "product__tax_class").order_by("product__sku", "pk")


def categories_on(marketplace: Marketplace) -> list[str]:
    """The categories of what can be bought here, by name. One query."""
    names = offers_on(marketplace).order_by("product__category").values_list("product__category", flat=True)
    return [name for name in names.distinct() if name]


def cards(offers: Iterable[Listing], marketplace: Marketplace) -> list[Values]:
    """The offers as cards of the shop. At most two queries, whatever their number."""
    rows = list(offers)
    reviewed = _reviewed(rows, marketplace)
    return [{**_offer(row, marketplace, reviewed=row.pk in reviewed), "text": row.product.description} for row in rows]


def product_page(listing: Listing, marketplace: Marketplace, now: datetime) -> Values:
    """One offer with everything a buyer asks before buying. At most four queries."""
    product = listing.product
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
        "unit": product.unit,
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
