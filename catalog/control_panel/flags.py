"""Which products and offers are reviewed, in words: the rows of the two pages, and what can be typed on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from catalog.models import Listing, NeedsReview, Product, offer_name
from companies.actors import Actor
from companies.control_panel.forms import ReasonField
from companies.models import Marketplace
from config.kit.wording import text_in

Values = dict[str, Any]
ALL = "all"
WORDS = {NeedsReview.YES: "Reviewed", NeedsReview.NO: "Not reviewed"}


class FlagFilter(forms.Form):
    """Which products or offers: words in name or SKU, and what is set."""

    q = forms.CharField(
        label="Name, SKU or category",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    flag = forms.ChoiceField(label="Set to", required=False)

    def __init__(self, *args: Any, inherited: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["flag"].choices = [("", "Any"), *flag_choices(inherited)]

    def matching(self, rows: QuerySet[Any], product: str = "") -> QuerySet[Any]:
        """Those that match; `product` is the way to the product's columns."""
        typed = self.cleaned_data if self.is_valid() else {}
        for word in typed.get("q", "").split()[:10]:
            columns = ("sku", "category", "name__en", "name__de")
            found = Q()
            for column in columns:
                found |= Q(**{f"{product}{column}__icontains": word})
            rows = rows.filter(found)
        return rows.filter(needs_review=typed["flag"]) if typed.get("flag") else rows


class FlagForm(forms.Form):
    """What the chosen ones shall be set to, and why."""

    needs_review = forms.ChoiceField(
        label="Set to",
        error_messages={
            "required": "Choose what they shall be set to.",
            "invalid_choice": "Choose one of these.",
        },
    )
    reason = ReasonField()

    def __init__(self, *args: Any, inherited: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs_review"].choices = flag_choices(inherited)


def flag_choices(inherited: str) -> list[tuple[str, str]]:
    """What can be set; `inherited` says what decides otherwise."""
    return [
        (NeedsReview.YES.value, "Always reviewed"),
        (NeedsReview.NO.value, "Never reviewed"),
        (NeedsReview.INHERIT.value, inherited),
    ]


def products_of(actor: Actor) -> QuerySet[Product]:
    """The products whose flag the actor sets, by SKU."""
    return Product.objects.flagged_by(actor).select_related("vendor").order_by("sku", "pk")


def offers_of(actor: Actor, place: Marketplace) -> QuerySet[Listing]:
    """The offers of a marketplace whose flag the actor sets: those that are on sale, by SKU."""
    rows = Listing.objects.flagged_by(actor).on_sale().filter(marketplace=place)
    return rows.select_related("product__vendor", "plan").order_by("product__sku", "plan__position", "pk")


def product_rows(products: Iterable[Product], actor: Actor) -> list[Values]:
    """One row each; platform staff also read whose it is."""
    return [
        {
            "pk": product.pk,
            "name": _in_reader_language(product.name),
            "sku": product.sku,
            "vendor": product.vendor.name if actor.platform else "",
            "hint": "" if product.is_active else "Not published",
            "flag": WORDS.get(NeedsReview(product.needs_review), "As the marketplace says"),
            "flagged": product.needs_review == NeedsReview.YES,
        }
        for product in products
    ]


def offer_rows(offers: Iterable[Listing]) -> list[Values]:
    """One row each, with what its vendor says of the product where the offer leaves it to that."""
    return [
        {
            "pk": offer.pk,
            "name": _in_reader_language(offer_name(offer.product, offer.plan)),
            "sku": offer.product.sku,
            "vendor": offer.product.vendor.name,
            "hint": "",
            "flag": WORDS.get(NeedsReview(offer.needs_review)) or _of_product(offer.product),
            "flagged": offer.needs_review == NeedsReview.YES,
        }
        for offer in offers
    ]


def _of_product(product: Product) -> str:
    says = {NeedsReview.YES: "reviewed", NeedsReview.NO: "not reviewed"}.get(NeedsReview(product.needs_review))
    return f"As the product says ({says or 'which leaves it to the marketplace'})"


def _in_reader_language(texts: dict[str, str]) -> str:
    return text_in(texts, get_language() or "en")
