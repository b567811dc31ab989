"""What can be typed in shop and order list."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from catalog.models import Listing
from config.pieces.status_words import STATUS_WORDS
from orders.lifecycle import OrderStatus
from orders.models import Order


class ShopFilter(django_filters.FilterSet):
    """Which offers: words in name, SKU or vendor, and a category."""

    q = django_filters.CharFilter(
        label="Search",
        method="with_words",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, SKU or vendor"}),
    )
    category = django_filters.ChoiceFilter(
        label="Category", field_name="product__category", empty_label="All categories"
    )

    class Meta:
        model = Listing
        fields: list[str] = []

    def __init__(self, *args: Any, categories: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["category"].extra["choices"] = [(name, name) for name in categories]

    def with_words(self, offers: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Every word has to be in the name (English or the reader's), the SKU, the vendor or the category."""
        languages = {"en", (get_language() or "en").partition("-")[0]}
        for word in value.split()[:10]:
            found = (
                Q(product__sku__icontains=word)
                | Q(product__vendor__name__icontains=word)
                | Q(product__category__icontains=word)
            )
            for language in languages:
                found |= Q(**{f"product__name__{language}__icontains": word})
            offers = offers.filter(found)
        return offers


class OrderFilter(django_filters.FilterSet):
    """Which orders: their status."""

    status = django_filters.ChoiceFilter(
        label="Status",
        empty_label="Any status",
        choices=[(status.value, STATUS_WORDS[status.value][0]) for status in OrderStatus],
    )

    class Meta:
        model = Order
        fields: list[str] = []


class QuantityForm(forms.Form):
    """How much of a product; the service decides which numbers it takes."""

    quantity = forms.CharField(
        max_length=20,
        initial="1",
        widget=forms.NumberInput(
            attrs={"min": "0.0001", "step": "any", "inputmode": "decimal", "class": "input--short"}
        ),
        error_messages={"required": "Enter how much you want."},
    )


class MoveForm(forms.Form):
    """Why an order is taken back; nobody has to say."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=5_000,
        help_text="The seller reads it.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Use at most 5,000 characters."},
    )
