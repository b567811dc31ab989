"""What a customer types about subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from approvals.policy import Person
from catalog.models import Listing
from config.kit.wording import money_text
from orders.dashboard.content.amounts import tax_word
from orders.dashboard.content.subscription_words import WORDS, per, plan_name
from orders.dashboard.form_parts import ApproverFields, WordsField
from orders.models import Subscription


class SubscriptionFilter(django_filters.FilterSet):
    """Which subscriptions: their status, as it reads now."""

    status = django_filters.ChoiceFilter(
        label="Status",
        empty_label="Any status",
        method="with_status",
        choices=[(status.value, word) for status, (word, _) in WORDS.items()],
    )

    class Meta:
        model = Subscription
        fields: list[str] = []

    def with_status(self, subscriptions: Any, name: str, value: str) -> QuerySet[Subscription]:
        """One whose time is over has ended, whether or not the sweep wrote it."""
        found: QuerySet[Subscription] = subscriptions.with_status(value, timezone.now())
        return found


class WishForm(forms.Form):
    """Another plan or quantity; the service decides which numbers it takes. Sent by GET: it only asks what it costs."""

    use_required_attribute = False

    plan = forms.ChoiceField(
        label="Plan",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a plan.", "invalid_choice": "Choose one of these plans."},
    )
    quantity = forms.CharField(
        label="Quantity",
        max_length=20,
        widget=forms.NumberInput(
            attrs={"min": "0.0001", "step": "any", "inputmode": "decimal", "class": "input--short"}
        ),
        error_messages={"required": "Enter how much you want."},
    )

    def __init__(self, *args: Any, offers: Iterable[Listing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [(offer.key, _offer_words(offer)) for offer in offers]


def _offer_words(offer: Listing) -> str:
    if offer.plan is None:
        return offer.key
    price = f"{money_text(offer.unit_price, offer.currency)} {tax_word(offer.includes_tax)}"
    return f"{plan_name(offer.plan)}: {price} {per(offer.plan.period)} and {offer.product.unit}"


class ConfirmForm(ApproverFields):
    """Saying yes to what was shown: plan, quantity and the new price per period; where needed, whom to ask."""

    plan = forms.CharField(widget=forms.HiddenInput, max_length=64)
    quantity = forms.CharField(widget=forms.HiddenInput, max_length=20)
    seen_gross = forms.DecimalField(widget=forms.HiddenInput, max_digits=15, decimal_places=4)

    def __init__(self, *args: Any, eligible: Sequence[Person] = (), **kwargs: Any) -> None:
        super().__init__(*args, eligible=eligible, **kwargs)
        if "comment" in self.fields:
            self.fields["comment"].label = "Why do you need the change?"


class TerminateForm(forms.Form):
    """Why it is ended; nobody has to say."""

    comment = WordsField(label="Why do you end it?", help_text="The seller reads it.")
