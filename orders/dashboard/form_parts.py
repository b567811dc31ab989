"""What several forms of ordering have in common: addresses, payment with delivery window, and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from django import forms

from approvals.dashboard.choices import (
    PAYMENT_CHOICES,
    PAYMENTS,
    REFERENCE_HELP,
    WindowField,
    people_choices,
    window_details,
)
from approvals.dashboard.forms import unix_lines
from approvals.policy import Person
from companies.models import DeliveryWindow, Location
from orders.details import ADDRESS_FIELDS, BILLING, LONGEST, LONGEST_OTHERWISE, REQUIRED_FIELDS, SHIPPING, one_line

OTHER, SAME = "other", "same"
LONGEST_COMMENT = 5_000
PREFIXES = {SHIPPING: "ship", BILLING: "bill"}


class WordsField(forms.CharField):
    """What somebody writes to others, in as many lines as they like."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=LONGEST_COMMENT,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages={"max_length": "Use at most 5,000 characters."},
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        """With plain line breaks."""
        return unix_lines(super().to_python(value))


class AddressFields(forms.Form):
    """Where to deliver and where the invoice goes: places of the company, or an address typed in."""

    use_required_attribute = False  # which parts are needed depends on what is chosen

    ship_to = forms.ChoiceField(
        label="Deliver to",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where to deliver.", "invalid_choice": "Choose one of these addresses."},
    )
    bill_to = forms.ChoiceField(
        label="Invoice to",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose where the invoice goes.",
            "invalid_choice": "Choose one of these addresses.",
        },
    )

    def __init__(self, *args: Any, locations: Sequence[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locations = {location.key: location.as_address() for location in locations}
        places = [(location.key, f"{location.name}: {one_line(location.as_address())}") for location in locations]
        self.fields["ship_to"].choices = [*places, (OTHER, "Another address")]
        self.fields["bill_to"].choices = [(SAME, "The delivery address"), *places, (OTHER, "Another address")]
        self.initial.setdefault("ship_to", places[0][0] if places else OTHER)
        self.initial.setdefault("bill_to", SAME)
        for prefix in PREFIXES.values():
            self._add_address(prefix)
        # As the page shows them, so that what is wrong is listed from top to bottom.
        ship, bill = ([f"{prefix}_{name}" for name in ADDRESS_FIELDS] for prefix in PREFIXES.values())
        self.order_fields(["ship_to", *ship, "bill_to", *bill])

    def full_clean(self) -> None:
        """The parts of another address are needed only where it is chosen; their labels stay as they are."""
        parts = {prefix: [self.fields[f"{prefix}_{name}"] for name in REQUIRED_FIELDS] for prefix in PREFIXES.values()}
        for prefix, fields in parts.items():
            chosen = self.data.get(f"{prefix}_to") == OTHER
            for field in fields:
                field.required = chosen
        super().full_clean()
        for field in chain.from_iterable(parts.values()):
            field.required = True

    def ship_fields(self) -> list[forms.BoundField]:
        """The fields of another delivery address."""
        return self._typed_fields(PREFIXES[SHIPPING])

    def bill_fields(self) -> list[forms.BoundField]:
        """The fields of another billing address."""
        return self._typed_fields(PREFIXES[BILLING])

    def chosen(self, kind: str) -> str:
        """The id of the chosen place; empty where the address was typed in."""
        choice = self.cleaned_data[f"{PREFIXES[kind]}_to"]
        if choice == SAME:
            return self.chosen(SHIPPING)
        return choice if choice in self.locations else ""

    def address(self, kind: str) -> dict[str, str]:
        """The chosen or typed address in the spelling of checkout details."""
        prefix = PREFIXES[kind]
        choice = self.cleaned_data[f"{prefix}_to"]
        if choice == SAME:
            return self.address(SHIPPING)
        if choice in self.locations:
            return self.locations[choice]
        typed = {name: self.cleaned_data.get(f"{prefix}_{name}", "") for name in ADDRESS_FIELDS}
        return {**typed, "country": typed["country"].upper()}

    def address_field(self, path: str) -> str:
        """The field of the form for `addresses.SHIPPING.country`, as services name what is wrong; else empty."""
        _, _, rest = path.partition("addresses.")
        kind, _, part = rest.partition(".")
        if kind not in PREFIXES:
            return ""
        name = f"{PREFIXES[kind]}_to"
        return f"{PREFIXES[kind]}_{part}" if part and self[name].value() == OTHER else name

    def _typed_fields(self, prefix: str) -> list[forms.BoundField]:
        return [self[f"{prefix}_{name}"] for name in ADDRESS_FIELDS]

    def _add_address(self, prefix: str) -> None:
        for name, word in ADDRESS_FIELDS.items():
            longest = LONGEST.get(name, LONGEST_OTHERWISE)
            field = forms.CharField(
                label=word.capitalize(),
                required=name in REQUIRED_FIELDS,
                max_length=longest,
                error_messages={
                    "required": f"Enter the {word}.",
                    "max_length": f"Use at most {longest} characters.",
                },
            )
            if name == "country":
                field.help_text = "Two letters, such as DE."
                field.widget.attrs["class"] = "input--short"
            self.fields[f"{prefix}_{name}"] = field


class PaymentFields(forms.Form):
    """When it is delivered, where the marketplace has windows, and how it is paid."""

    window = WindowField(label="When?")
    payment = forms.ChoiceField(
        label="How shall it be paid?",
        widget=forms.RadioSelect,
        choices=PAYMENT_CHOICES,
        initial="invoice",
        error_messages={"required": "Choose how to pay.", "invalid_choice": "Choose one of these ways to pay."},
    )
    reference = forms.CharField(
        label="Your reference",
        required=False,
        max_length=100,
        help_text=REFERENCE_HELP,
        error_messages={"max_length": "Use at most 100 characters."},
    )

    def __init__(self, *args: Any, windows: Mapping[str, DeliveryWindow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.windows = windows
        if windows:
            self.fields["window"].offer(windows)
        else:
            del self.fields["window"]

    def clean(self) -> dict[str, Any]:
        """A purchase order needs its number."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("payment") == "purchase_order" and not cleaned.get("reference"):
            self.add_error("reference", "Enter the number of your purchase order.")
        return cleaned

    def payment_details(self) -> dict[str, Any]:
        """Payment and delivery window in the spelling of checkout details."""
        cleaned = self.cleaned_data
        details: dict[str, Any] = {
            "payment": {**PAYMENTS[cleaned["payment"]][1], "reference": cleaned["reference"]},
        }
        window = self.windows.get(cleaned.get("window") or "")
        if window is not None:
            details["deliveryWindow"] = window_details(window)
        return details


class ApproverFields(forms.Form):
    """Whom to ask for approval, where that is needed, and why."""

    approver = forms.TypedChoiceField(
        label="Who shall approve?",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who shall approve.", "invalid_choice": "Choose one of these people."},
    )
    comment = WordsField(label="Why do you need this?", help_text="Your approver reads it.", rows=4)

    def __init__(self, *args: Any, eligible: Sequence[Person] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not eligible:
            del self.fields["approver"], self.fields["comment"]
            return
        field = self.fields["approver"]
        field.choices = people_choices(eligible)
        field.required = True
        if len(eligible) == 1:
            self.initial.setdefault("approver", eligible[0].user_id)
