"""What can be typed into a quote by its seller, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from companies.models import Marketplace, Member
from config.kit.money import AMOUNT_LIMIT, UNIT_PRICE_DECIMALS, UNIT_PRICE_LIMIT, minor_units
from config.kit.refused import Invalid
from config.kit.wording import amount_text
from orders.control_panel.forms import LONGEST, TypedForm
from orders.quote_edits import Price
from orders.services.cart_steps import clean_quantity

MOMENT = "%Y-%m-%dT%H:%M"
PER_UNIT, IN_ALL = "unit", "total"
AS_IT_STANDS = "="  # no id of an address or method is spelled like this
LONGEST_NUMBER = 30
MOST_WORDS = 10
NO_NUMBER = "Write it as a number with a point, such as 1234.50."

Choices = Iterable[tuple[str, str]]


def number_in(text: str) -> Decimal:
    """The number that somebody typed; raises `ValidationError` for what is none, or could be two.

    Grouping as it is shown (1,234.50) and as it is usual elsewhere (1.234,50) is understood, and a comma before
    one or two decimals; `1,234` alone could be either and is refused.
    """
    text = re.sub(r"\s", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise ValidationError(NO_NUMBER)
    return Decimal(text)


def amount_in(text: str, *, decimals: int, limit: Decimal) -> Decimal:
    """A typed price or amount; raises `ValidationError` below zero, from `limit` on, or finer than `decimals`."""
    amount = number_in(text)
    if amount < 0:
        raise ValidationError("This cannot be below zero.")
    if amount >= limit:
        raise ValidationError("This is too expensive to handle.")
    if amount != round(amount, decimals):
        raise ValidationError(f"Give at most {decimals} decimals." if decimals else "Give it without decimals.")
    return amount


def _fills_a_total(amount: Decimal) -> bool:
    """Twice as much leaves room for every tax. The rule itself is the services', which know no field to blame."""
    return 2 * amount >= AMOUNT_LIMIT


def as_typed(amount: Decimal, currency: str) -> str:
    """An amount as it stands in an input: 5812.40."""
    return amount_text(amount, currency).replace(",", "")


class NumberInput(forms.TextInput):
    """For numbers that are kept as they were typed, also where they are wrong."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "maxlength": LONGEST_NUMBER, **attrs})


class LineForm(forms.Form):
    """Quantity and price of one line. Nothing in the price field: as listed."""

    quantity = forms.CharField(
        max_length=LONGEST_NUMBER, widget=NumberInput(), error_messages={"required": "Give the quantity."}
    )
    price = forms.CharField(required=False, max_length=LONGEST_NUMBER, widget=NumberInput())
    by = forms.ChoiceField(label="Price is")

    def __init__(
        self, *args: Any, currency: str, unit: str, word: str, name: str, listed: Decimal, **kwargs: Any
    ) -> None:
        """`word` says whether the listing, and so the price per unit, is net or gross; `listed` is that price."""
        super().__init__(*args, **kwargs)
        self.currency, self.listed = currency, listed
        self.fields["by"].choices = [(PER_UNIT, f"per {unit or 'unit'}, {word}"), (IN_ALL, "in all, net")]
        for field, what in (("quantity", "Quantity"), ("price", "Price"), ("by", "Price is")):
            self.fields[field].label = f"{what} of {name}"

    def clean_quantity(self) -> Decimal:
        """Above zero, with at most four decimals, and not more than a total could hold at the list price."""
        try:
            quantity = clean_quantity(number_in(self.cleaned_data["quantity"]))
        except Invalid as refusal:
            raise ValidationError(refusal.text) from None
        if _fills_a_total(quantity * self.listed):
            raise ValidationError("This is more than can be ordered at once.")
        return quantity

    def clean(self) -> None:
        """The price in the decimals of what it is: per unit, or in all."""
        typed, in_all = self.cleaned_data.get("price", ""), self.cleaned_data.get("by") == IN_ALL
        self.cleaned_data["agreed"] = Price()
        if not typed:
            return
        decimals, limit = (
            (minor_units(self.currency), AMOUNT_LIMIT) if in_all else (UNIT_PRICE_DECIMALS, UNIT_PRICE_LIMIT)
        )
        try:
            amount = amount_in(typed, decimals=decimals, limit=limit)
        except ValidationError as wrong:
            self.add_error("price", wrong)
            return
        quantity = self.cleaned_data.get("quantity", Decimal(1))
        each, all_of_it = (amount / quantity, amount) if in_all else (amount, amount * quantity)
        if each >= UNIT_PRICE_LIMIT or _fills_a_total(all_of_it):
            self.add_error("price", "This makes the line too expensive to handle.")
        self.cleaned_data["agreed"] = Price(total_net=amount) if in_all else Price(unit=amount)


class TermsForm(forms.Form):
    """What an offer says besides its lines: until when, shipped how and where to, and a comment."""

    valid_to = forms.DateTimeField(
        label="Valid until",
        required=False,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": "Give a day and a time, such as 2026-11-24 14:00."},
    )
    shipping = forms.ChoiceField(
        required=False,
        help_text="With what each of them costs, net.",
        error_messages={"invalid_choice": "Choose one of the methods that are offered here."},
    )
    shipping_net = forms.CharField(
        label="Price of shipping, net",
        required=False,
        max_length=LONGEST_NUMBER,
        help_text="Empty: what the method costs.",
        widget=NumberInput(),
    )
    ship_to = forms.ChoiceField(
        label="Deliver to",
        required=False,
        error_messages={"invalid_choice": "Choose one of the addresses of this customer."},
    )
    bill_to = forms.ChoiceField(
        label="Invoice to",
        required=False,
        error_messages={"invalid_choice": "Choose one of the addresses of this customer."},
    )
    comment = forms.CharField(
        label="Comment to the customer",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Part of the offer: on its page, in the mail and on the PDF.",
        error_messages={"max_length": "Use at most 5,000 characters."},
    )

    def __init__(
        self,
        *args: Any,
        currency: str,
        methods: Choices,
        places: dict[str, Choices],
        was_valid: str = "",
        **kwargs: Any,
    ) -> None:
        """`places` are the addresses to choose from, for `ship_to` and `bill_to`."""
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["shipping"].choices = methods
        for name, choices in places.items():
            self.fields[name].choices = choices
        zone = f"In your time zone, {timezone.get_current_timezone_name()}. Empty: the offer has no end."
        self.fields["valid_to"].help_text = f"{was_valid} {zone}".strip()

    def clean_shipping_net(self) -> Decimal | None:
        """None: what the method costs."""
        typed = self.cleaned_data["shipping_net"]
        return amount_in(typed, decimals=minor_units(self.currency), limit=AMOUNT_LIMIT / 2) if typed else None


class ReasonForm(TypedForm):
    """Why, of a list, and in words; nobody has to say."""

    reason = forms.ChoiceField(required=False, error_messages={"invalid_choice": "Choose one of these reasons."})
    comment = forms.CharField(
        required=False,
        max_length=LONGEST,
        help_text="The customer reads this.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Use at most 5,000 characters."},
    )
    seen_version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reasons: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", "None of these"), *reasons]


class CustomerFilter(forms.Form):
    """For whom a quote is: where they shop, and words in name, address or company."""

    marketplace = forms.ChoiceField(required=False)
    search = forms.CharField(
        label="Name, e-mail or company",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, *args: Any, places: Iterable[Marketplace], **kwargs: Any) -> None:
        """With one marketplace there is nothing to choose between."""
        super().__init__(*args, **kwargs)
        self.places = list(places)
        if len(self.places) > 1:
            self.fields["marketplace"].choices = [(place.key, place.name) for place in self.places]
        else:
            del self.fields["marketplace"]

    def marketplace_chosen(self) -> Marketplace | None:
        """The chosen marketplace, else the first; None where the seller has none."""
        key = self.cleaned_data.get("marketplace") if self.is_valid() else ""
        return next((place for place in self.places if place.key == key), self.places[0] if self.places else None)

    def matching(self, people: QuerySet[Member]) -> QuerySet[Member]:
        """Those in whom every word is found."""
        for word in (self.cleaned_data.get("search", "") if self.is_valid() else "").split()[:MOST_WORDS]:
            named = Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word)
            people = people.filter(named | Q(user__email__icontains=word) | Q(company__name__icontains=word))
        return people
