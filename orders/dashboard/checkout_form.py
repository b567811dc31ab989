"""What is chosen at the checkout, and what it becomes in the words of the storefront API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
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
    windows_from,
)
from approvals.policy import Person
from companies.actors import Actor
from companies.models import DeliveryWindow, Location, Marketplace, ShippingMethod
from config.kit.money import Money
from config.kit.refused import Invalid
from orders.dashboard.content.amounts import in_reader_language
from orders.details import ADDRESS_FIELDS, BILLING, LONGEST, LONGEST_OTHERWISE, REQUIRED_FIELDS, SHIPPING, one_line

OTHER, SAME = "other", "same"
LONGEST_COMMENT = 5_000
REFUSED_FIELDS = {"shipping": "shipping", "deliveryWindow": "window", "payment": "payment", "approver": "approver"}
PREFIXES = {SHIPPING: "ship", BILLING: "bill"}


class CheckoutForm(forms.Form):
    """Where to, how, when, how paid; and, where approval is needed, whom to ask."""

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
    shipping = forms.ChoiceField(
        label="How shall it be shipped?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is shipped.", "invalid_choice": "Choose one of these ways."},
    )
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
    approver = forms.TypedChoiceField(
        label="Who shall approve?",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who shall approve.", "invalid_choice": "Choose one of these people."},
    )
    comment = forms.CharField(
        label="Why do you need this?",
        required=False,
        max_length=LONGEST_COMMENT,
        help_text="Your approver reads it.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": "Use at most 5,000 characters."},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        locations: Sequence[Location],
        methods: Sequence[dict[str, Any]],
        windows: Mapping[str, DeliveryWindow],
        eligible: Sequence[Person] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.locations = {location.key: location.as_address() for location in locations}
        self.methods = {method["value"]: method for method in methods}
        self.windows = windows
        places = [(location.key, f"{location.name}: {one_line(location.as_address())}") for location in locations]
        self.fields["ship_to"].choices = [*places, (OTHER, "Another address")]
        self.fields["bill_to"].choices = [(SAME, "The delivery address"), *places, (OTHER, "Another address")]
        self.fields["shipping"].choices = [(method["value"], method["label"]) for method in methods]
        self.initial.setdefault("ship_to", places[0][0] if places else OTHER)
        self.initial.setdefault("bill_to", SAME)
        if methods:
            self.initial.setdefault("shipping", methods[0]["value"])
        self._offer_windows()
        self._offer_people(eligible)
        for prefix in PREFIXES.values():
            self._add_address(prefix)
        # As the page shows them, so that what is wrong is listed from top to bottom.
        ship, bill = ([f"{prefix}_{name}" for name in ADDRESS_FIELDS] for prefix in PREFIXES.values())
        self.order_fields(["ship_to", *ship, "bill_to", *bill])

    def _offer_windows(self) -> None:
        if self.windows:
            self.fields["window"].offer(self.windows)
        else:
            del self.fields["window"]

    def _offer_people(self, eligible: Sequence[Person]) -> None:
        if not eligible:
            del self.fields["approver"], self.fields["comment"]
            return
        field = self.fields["approver"]
        field.choices = people_choices(eligible)
        field.required = True
        if len(eligible) == 1:
            self.initial.setdefault("approver", eligible[0].user_id)

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

    def clean(self) -> dict[str, Any]:
        """A purchase order needs its number."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("payment") == "purchase_order" and not cleaned.get("reference"):
            self.add_error("reference", "Enter the number of your purchase order.")
        return cleaned

    def typed_address(self, prefix: str) -> list[forms.BoundField]:
        """The fields of another address."""
        return [self[f"{prefix}_{name}"] for name in ADDRESS_FIELDS]

    def ship_fields(self) -> list[forms.BoundField]:
        """The fields of another delivery address."""
        return self.typed_address(PREFIXES[SHIPPING])

    def bill_fields(self) -> list[forms.BoundField]:
        """The fields of another billing address."""
        return self.typed_address(PREFIXES[BILLING])

    def chosen_method(self) -> dict[str, Any] | None:
        """The shipping method that is chosen now, or would be."""
        return self.methods.get(str(self["shipping"].value()))

    def details(self) -> dict[str, Any]:
        """The checkout details as services and API spell them."""
        cleaned = self.cleaned_data
        method = self.methods[cleaned["shipping"]]
        shipping = self._address(cleaned["ship_to"], PREFIXES[SHIPPING])
        billing = shipping if cleaned["bill_to"] == SAME else self._address(cleaned["bill_to"], PREFIXES[BILLING])
        details: dict[str, Any] = {
            "currency": method["currency"],
            "shipping": {"zoneId": method["zone"], "methodId": method["key"], "methodName": method["name"]},
            "addresses": [{"type": SHIPPING, **shipping}, {"type": BILLING, **billing}],
            "payment": {**PAYMENTS[cleaned["payment"]][1], "reference": cleaned["reference"]},
        }
        window = self.windows.get(cleaned.get("window") or "")
        if window is not None:
            details["deliveryWindow"] = window_details(window)
        return details

    def blame(self, refusal: Invalid) -> None:
        """Show a service's refusal at the field it is about."""
        _, _, rest = refusal.field.partition("addresses.")
        kind, _, part = rest.partition(".")
        name = REFUSED_FIELDS.get(refusal.field.partition(".")[0], refusal.field)
        if kind in PREFIXES:
            name = f"{PREFIXES[kind]}_to"
            if part and self[name].value() == OTHER:
                name = f"{PREFIXES[kind]}_{part}"
        self.add_error(name if name in self.fields else None, " ".join((refusal.text, *refusal.details)))

    def _address(self, choice: str, prefix: str) -> dict[str, str]:
        if choice in self.locations:
            return self.locations[choice]
        typed = {name: self.cleaned_data.get(f"{prefix}_{name}", "") for name in ADDRESS_FIELDS}
        return {**typed, "country": typed["country"].upper()}


def locations_of(actor: Actor) -> list[Location]:
    """The addresses of the company one buys for. One query."""
    places = Location.objects.visible_to(actor).filter(is_active=True).select_related("company")
    return list(places.order_by("name", "pk")) if actor.company_id else []


def methods_of(place: Marketplace) -> Iterable[ShippingMethod]:
    """How the marketplace ships, the cheapest first. One query."""
    methods = ShippingMethod.objects.filter(marketplace_id=place.pk, is_active=True, currency=place.currency)
    return methods.order_by("net_price", "pk")


def method_choice(method: ShippingMethod, gross: Decimal, total: Decimal) -> dict[str, Any]:
    """A shipping method as the form offers it, with its gross price and what everything costs with it."""
    name = in_reader_language(method.name) or method.key
    currency = method.currency
    return {
        "value": f"{method.zone}|{method.key}",
        "zone": method.zone,
        "key": method.key,
        "name": name,
        "currency": currency,
        "gross": gross,
        "total": total,
        "label": f"{name}: {Money(gross, currency)} gross, in total {Money(total, currency)}",
    }


def windows_of(place: Marketplace, today: date) -> dict[str, DeliveryWindow]:
    """When the marketplace delivers from `today` on. One query."""
    return windows_from(DeliveryWindow.objects.filter(marketplace_id=place.pk), today)
