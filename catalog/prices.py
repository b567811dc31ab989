"""What does something cost where somebody shops? Offers of one marketplace, currency and country of tax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q

from catalog.models import Listing
from catalog.tax import rates_on
from companies.models import Marketplace


class ItemType(StrEnum):
    """By what an item is named: its product's id, its SKU, the id of an offer, or that of a plan."""

    PRODUCT = "PRODUCT"
    SKU = "SKU"
    PRICE = "PRICE"
    PLAN = "PLAN"


LOOKUPS = {
    ItemType.PRODUCT: "product__key",
    ItemType.SKU: "product__sku",
    ItemType.PRICE: "key",
    ItemType.PLAN: "plan__key",
}


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """How much is so much of this?"""

    item_type: ItemType
    item_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """The offer that answers a question, with its tax rate (percent)."""

    question: PriceQuestion
    listing: Listing
    tax_rate: Decimal


def match_prices(
    questions: Sequence[PriceQuestion], *, marketplace: Marketplace, currency: str, country: str, now: datetime
) -> list[PriceAnswer]:
    """The offers on sale that answer the questions, in their order; none where there is no offer.

    What has no known tax rate in the country cannot be bought there: no answer. Two queries.
    """
    offers = (
        Listing.objects.on_sale()
        .filter(_any_of(questions), marketplace=marketplace, currency=currency)
        .select_related("plan", "product__tax_class")
        .order_by("plan__position", "pk")
    )
    found: dict[tuple[ItemType, str], Listing] = {}
    for listing in offers:
        # Where only the product is named, the first of its plans is meant.
        plan = listing.plan.key if listing.plan else ""
        for name in zip(ItemType, (listing.product.key, listing.product.sku, listing.key, plan), strict=True):
            found.setdefault(name, listing)
    rates = rates_on({listing.product.tax_class_id for listing in found.values()}, country, now.date())
    answers = []
    for question in questions:
        offer = found.get((question.item_type, question.item_id))
        if offer is not None and offer.product.tax_class_id in rates:
            answers.append(PriceAnswer(question, offer, rates[offer.product.tax_class_id]))
    return answers


def _any_of(questions: Iterable[PriceQuestion]) -> Q:
    ids: dict[ItemType, set[str]] = {}
    for question in questions:
        ids.setdefault(question.item_type, set()).add(question.item_id)
    wanted = Q(pk__in=[])
    for kind, names in ids.items():
        wanted |= Q(**{f"{LOOKUPS[kind]}__in": names})
    return wanted
