"""What a customer types about quotes, and what it becomes in the words of the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from config.kit.money import Money
from config.kit.refused import Invalid
from config.pieces.status_words import STATUS_WORDS
from orders.dashboard.content.amounts import in_reader_language
from orders.dashboard.form_parts import AddressFields, ApproverFields, PaymentFields, WordsField
from orders.details import BILLING, SHIPPING
from orders.models import Quote
from orders.quote_edits import SetText, Text
from orders.quote_lifecycle import UNSEEN_BY_CUSTOMERS, QuoteStatus
from orders.services.quote_asking import LONGEST_REFERENCE, Wishes
from orders.services.quote_reasons import Reason

OPEN_SHIPPING = "open"


class QuoteFilter(django_filters.FilterSet):
    """Which quotes: their status, as they read now."""

    status = django_filters.ChoiceFilter(
        label="Status",
        empty_label="Any status",
        method="with_status",
        choices=[(s.value, STATUS_WORDS[s.value][0]) for s in QuoteStatus if s not in UNSEEN_BY_CUSTOMERS],
    )

    class Meta:
        model = Quote
        fields: list[str] = []

    def with_status(self, quotes: Any, name: str, value: str) -> QuerySet[Quote]:
        """An offer past its time is expired, whether or not the sweep wrote it."""
        found: QuerySet[Quote] = quotes.with_status(value, timezone.now())
        return found


class AskForm(AddressFields):
    """What is said along with the question for a quote."""

    WIRE_NAMES = {
        "shipping": "shipping",
        "shippingAddressId": "ship_to",
        "billingAddressId": "bill_to",
        "customerReference": "reference",
        "customerComment": "comment",
    }

    shipping = forms.ChoiceField(
        label="How shall it be shipped?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is shipped.", "invalid_choice": "Choose one of these ways."},
    )
    reference = forms.CharField(
        label="Your reference",
        required=False,
        max_length=LONGEST_REFERENCE,
        help_text="It stands on the quote, such as the number of your project.",
        error_messages={"max_length": f"Use at most {LONGEST_REFERENCE} characters."},
    )
    comment = WordsField(
        label="What do you wish for?",
        help_text="Whoever makes the offer reads it: a target price, a date, other quantities.",
        rows=4,
    )

    def __init__(self, *args: Any, methods: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = {method["value"]: method for method in methods}
        offered = [(m["value"], f"{m['name']}: {Money(m['gross'], m['currency'])} gross") for m in methods]
        self.fields["shipping"].choices = [*offered, (OPEN_SHIPPING, "Leave it to the seller")]
        self.initial.setdefault("shipping", offered[0][0] if offered else OPEN_SHIPPING)

    def wishes(self) -> Wishes:
        """What was chosen and typed, for the service."""
        typed = self.cleaned_data
        places = {kind: self.chosen(kind) for kind in (SHIPPING, BILLING)}
        method = self.methods.get(typed["shipping"])
        return Wishes(
            address_keys={kind: key for kind, key in places.items() if key},
            addresses={kind: self.address(kind) for kind, key in places.items() if not key},
            zone=method["zone"] if method else "",
            method=method["key"] if method else "",
            reference=typed["reference"],
            comment=typed["comment"],
        )

    def blame(self, refusal: Invalid) -> None:
        """Show a service's refusal at the field it is about."""
        name = self.address_field(refusal.field) or self.WIRE_NAMES.get(refusal.field)
        self.add_error(name if name in self.fields else None, " ".join((refusal.text, *refusal.details)))


class OrderOfferForm(PaymentFields):
    """What an offer leaves to choose when it is ordered."""

    WIRE_NAMES = {"payment": "payment", "deliveryWindow": "window", "deliveryWindow.deliveryDate": "window"}

    TERMS = ("payment", "reference", "window", "comment")
    field_order = TERMS

    comment = WordsField(label="A word to the seller")

    def terms(self) -> list[forms.BoundField]:
        """The fields besides addresses, in order."""
        return [self[name] for name in self.TERMS if name in self.fields]

    def details(self) -> dict[str, Any]:
        """What was chosen, in the spelling of checkout details."""
        return self.payment_details()

    def field_of(self, path: str) -> str:
        """The field of the form for what services name as wrong; else empty."""
        return self.WIRE_NAMES.get(path, "")


class AddressedOfferForm(AddressFields, OrderOfferForm):
    """The same for an offer that does not say where it is delivered."""

    field_order = None

    def details(self) -> dict[str, Any]:
        """With addresses."""
        places = [{"type": kind, **self.address(kind)} for kind in (SHIPPING, BILLING)]
        return {**super().details(), "addresses": places}

    def field_of(self, path: str) -> str:
        """Also those of addresses."""
        return self.address_field(path) or super().field_of(path)


class PaymentForm(PaymentFields):
    """How an offer is paid that was accepted without a word about it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, windows={}, **kwargs)


class AskApprovalForm(ApproverFields):
    """Whom to ask whether an offer may be ordered; payment and delivery window come with the order."""

    WIRE_NAMES = {"approver": "approver", "comment": "comment"}

    def field_of(self, path: str) -> str:
        """The field of the form for what services name as wrong; else empty."""
        return self.WIRE_NAMES.get(path, "")


class AnswerForm(forms.Form):
    """Why an offer is declined, or what is to be changed in it."""

    reason = forms.ChoiceField(
        label="Reason",
        required=False,
        error_messages={"invalid_choice": "Choose one of these reasons."},
    )
    comment = WordsField(label="Comment", help_text="The seller reads it.")

    def __init__(self, *args: Any, reasons: Iterable[Reason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(reason.key, in_reader_language(reason.message) or reason.code) for reason in reasons]
        self.fields["reason"].choices = [("", "No reason given"), *named]


class NoteForm(forms.Form):
    """The customer's own words on a quote."""

    reference = forms.CharField(
        label="Your reference",
        required=False,
        max_length=LONGEST_REFERENCE,
        error_messages={"max_length": f"Use at most {LONGEST_REFERENCE} characters."},
    )
    comment = WordsField(label="Your comment", help_text="The seller reads it.", rows=4)

    def edits(self) -> list[SetText]:
        """The texts as the service takes them."""
        return [
            SetText(Text.CUSTOMER_REFERENCE, self.cleaned_data["reference"]),
            SetText(Text.CUSTOMER_COMMENT, self.cleaned_data["comment"]),
        ]


def checked(form: forms.Form) -> dict[str, Any]:
    """What was typed; raises `Invalid` naming the first field that is wrong."""
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise Invalid(" ".join(errors), field=name)
    return form.cleaned_data
