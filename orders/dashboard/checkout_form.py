"""What is chosen at the checkout, and what it becomes in the words of the storefront API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from approvals.dashboard.choices import windows_from
from companies.actors import Actor
from companies.models import DeliveryWindow, Location, Marketplace, ShippingMethod
from config.kit.money import Money
from config.kit.refused import Invalid
from orders.dashboard.content.amounts import in_reader_language
from orders.dashboard.form_parts import AddressFields, ApproverFields, PaymentFields
from orders.details import BILLING, SHIPPING

REFUSED_FIELDS = {"shipping": "shipping", "deliveryWindow": "window", "payment": "payment", "approver": "approver"}


class CheckoutForm(AddressFields, PaymentFields, ApproverFields):
    """Where to, how, when, how paid; and, where approval is needed, whom to ask."""

    shipping = forms.ChoiceField(
        label="How shall it be shipped?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is shipped.", "invalid_choice": "Choose one of these ways."},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, methods: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = {method["value"]: method for method in methods}
        self.fields["shipping"].choices = [(method["value"], method["label"]) for method in methods]
        if methods:
            self.initial.setdefault("shipping", methods[0]["value"])
        # As the page shows them, so that what is wrong is listed from top to bottom.
        below = ["shipping", "window", "payment", "reference", "approver", "comment", "seen"]
        self.order_fields([*(name for name in self.fields if name not in below), *below])

    def chosen_method(self) -> dict[str, Any] | None:
        """The shipping method that is chosen now, or would be."""
        return self.methods.get(str(self["shipping"].value()))

    def details(self) -> dict[str, Any]:
        """The checkout details as services and API spell them."""
        method = self.methods[self.cleaned_data["shipping"]]
        return {
            "currency": method["currency"],
            "shipping": {"zoneId": method["zone"], "methodId": method["key"], "methodName": method["name"]},
            "addresses": [{"type": kind, **self.address(kind)} for kind in (SHIPPING, BILLING)],
            **self.payment_details(),
        }

    def blame(self, refusal: Invalid) -> None:
        """Show a service's refusal at the field it is about."""
        name = self.address_field(refusal.field)
        name = name or REFUSED_FIELDS.get(refusal.field.partition(".")[0], refusal.field)
        self.add_error(name if name in self.fields else None, " ".join((refusal.text, *refusal.details)))


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
