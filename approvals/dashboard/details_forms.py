"""How, where and when something is delivered and how it is paid: choosing it on the pages of an approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language

from approvals.dashboard.choices import (
    PAYMENT_CHOICES,
    PAYMENTS,
    REFERENCE_HELP,
    WindowField,
    window_details,
    window_value,
    windows_from,
)
from approvals.dashboard.content import day_name
from approvals.dashboard.forms import LONGEST, unix_lines
from approvals.models import Approval
from approvals.subjects import PARTS, subject_of
from companies.models import DeliveryWindow, Location, ShippingMethod
from config.kit.wording import money_text, text_in

KEEP = "keep"
NONE = ""


def _choice(label: str, missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": "This is not offered any more. Choose one of these."},
    )


class WindowForm(forms.Form):
    """When it is to be delivered: what an approver may change."""

    # The services name what is wrong by its place in the details.
    WIRE_NAMES: ClassVar[dict[str, str]] = {
        "deliveryWindow": "window",
        "deliveryWindow.deliveryDate": "window",
        "addresses.SHIPPING": "ship_to",
        "addresses.SHIPPING.country": "ship_to",
        "addresses.BILLING": "bill_to",
        "shipping.methodId": "shipping",
    }

    window = WindowField(label="Delivery window")

    def __init__(self, *args: Any, approval: Approval, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.approval = approval
        place = {"marketplace__tenant_id": approval.tenant_id, "marketplace__key": approval.site_code}
        self.windows = windows_from(DeliveryWindow.objects.filter(**place), today)
        present = part_of(approval, "deliveryWindow")
        value = _window_value(present) if present else NONE
        as_asked = (KEEP, f"As asked: {day_name(str(present.get('deliveryDate'))[:10])}")
        gone = bool(present) and value not in self.windows
        self.fields["window"].offer(self.windows, *([as_asked] if gone else []), kept=value)
        self.initial.setdefault("window", value if not present or value in self.windows else KEEP)

    def changes(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {"delivery_window": self.delivery_window()}

    def delivery_window(self) -> dict[str, str] | None:
        """The chosen window in the API's spelling; None for none."""
        value = self.cleaned_data["window"]
        present = part_of(self.approval, "deliveryWindow")
        if present and value in (KEEP, _window_value(present)):
            return present
        chosen = self.windows.get(value)
        if chosen is None:
            return None
        return window_details(chosen)


class AmendForm(WindowForm):
    """What a requester may change: comment, addresses, shipping, delivery window, payment."""

    field_order = ("comment", "ship_to", "bill_to", "shipping", "window", "payment", "reference")

    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=LONGEST,
        help_text="Your approver reads this.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    ship_to = _choice("Deliver to", "Choose where to deliver.")
    bill_to = _choice("Invoice to", "Choose where the invoice goes.")
    shipping = _choice("Shipping", "Choose how it is shipped.")
    payment = _choice("Payment", "Choose how to pay.")
    reference = forms.CharField(
        label="Your reference",
        required=False,
        max_length=100,
        help_text=REFERENCE_HELP,
    )

    def __init__(self, *args: Any, approval: Approval, today: date, **kwargs: Any) -> None:
        super().__init__(*args, approval=approval, today=today, **kwargs)
        places = Location.objects.filter(company_id=approval.company_id, is_active=True).select_related("company")
        self.places = {location.key: location for location in places.order_by("name", "pk")}
        self.locations = {key: location.as_address() for key, location in self.places.items()}
        self.methods = {f"{m.zone}|{m.key}": m for m in _methods(approval)}
        for name, kind in (("ship_to", "SHIPPING"), ("bill_to", "BILLING")):
            self._offer_addresses(name, address_of(approval, kind))
        self._offer_shipping()
        self.initial.setdefault("comment", approval.comment)
        self._offer_payment()

    def clean_comment(self) -> str:
        """Browsers send line breaks in their own way; that alone is no new comment."""
        comment = unix_lines(self.cleaned_data["comment"])
        return self.approval.comment if comment == unix_lines(self.approval.comment) else comment

    def changes(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {"comment": self.cleaned_data["comment"], "details": self.details()}

    def details(self) -> dict[str, Any]:
        """All checkout details as they shall be, in the API's spelling."""
        details = dict(self.approval.details)
        addresses = [self._chosen_address("ship_to", "SHIPPING"), self._chosen_address("bill_to", "BILLING")]
        if any(addresses) or "addresses" in details:
            details["addresses"] = [address for address in addresses if address]
        method = self.methods.get(self.cleaned_data["shipping"])
        if method is not None:
            details["shipping"] = {
                "zoneId": method.zone,
                "methodId": method.key,
                "methodName": text_in(method.name, "en"),
            }
        window = self.delivery_window()
        if window or details.get("deliveryWindow"):
            details["deliveryWindow"] = window
        if self.cleaned_data["payment"] in PAYMENTS:
            chosen = PAYMENTS[self.cleaned_data["payment"]][1]
            details["payment"] = {**chosen, "reference": self.cleaned_data["reference"]}
            details.pop("paymentMethods", None)
        return details if _differs(details, self.approval.details) else dict(self.approval.details)

    def _offer_addresses(self, name: str, present: Mapping[str, str] | None) -> None:
        same = next((key for key, address in self.locations.items() if _same(address, present)), None)
        choices = [(key, f"{self.places[key].name}: {one_line(address)}") for key, address in self.locations.items()]
        if same is None:
            choices.insert(0, (KEEP, f"As asked: {one_line(present)}" if present else "Left open"))
        self.fields[name].choices = choices
        self.initial.setdefault(name, same or KEEP)

    def _offer_shipping(self) -> None:
        present = part_of(self.approval, "shipping")
        value = f"{present.get('zoneId', '')}|{present.get('methodId', '')}"
        choices = [(key, _method_text(method)) for key, method in self.methods.items()]
        if value not in self.methods:
            choices.insert(0, (KEEP, f"As asked: {present['methodId']}" if present.get("methodId") else "Left open"))
        self.fields["shipping"].choices = choices
        self.initial.setdefault("shipping", value if value in self.methods else KEEP)

    def _offer_payment(self) -> None:
        present = part_of(self.approval, "payment")
        known = next((key for key, (_, paid) in PAYMENTS.items() if paid["method"] == present.get("method")), KEEP)
        choices = list(PAYMENT_CHOICES)
        if known == KEEP:
            choices.insert(0, (KEEP, "As asked" if present else "Chosen with the order"))
        self.fields["payment"].choices = choices
        self.initial.setdefault("payment", known)
        self.initial.setdefault("reference", present.get("reference", ""))

    def _chosen_address(self, name: str, kind: str) -> dict[str, str] | None:
        chosen, present = self.locations.get(self.cleaned_data[name]), address_of(self.approval, kind)
        if chosen is None or _same(chosen, present):
            return present
        return {"type": kind, **chosen}


class OpenDetailsForm(AmendForm):
    """What a request left open and an order needs; what it fixed stays as it was approved."""

    field_order = ("ship_to", "bill_to", "shipping", "window", "payment", "reference", "comment", "seen_hash")

    seen_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, approval: Approval, deciding: bool, **kwargs: Any) -> None:
        """`deciding`: the yes is given along with it, with a comment and the content that was seen."""
        super().__init__(*args, approval=approval, **kwargs)
        self.missing = missing = open_parts(approval)
        fixed = [name for name in PARTS if name not in missing]
        if "payment" in fixed:
            fixed.append("reference")
        if part_of(approval, "deliveryWindow") or not missing:
            fixed.append("window")
        if not deciding:
            fixed += ["comment", "seen_hash"]
        comment = self.fields["comment"]
        comment.label, comment.help_text = f"A word to {approval.requester_name.partition(' ')[0]}", ""
        for name in fixed:
            del self.fields[name]
        for name in missing:
            field = self.fields[name]
            field.choices = [(value, label) for value, label in field.choices if value != KEEP]
        self.initial = {"seen_hash": approval.content_hash, "ship_to": NONE, "bill_to": NONE, "shipping": NONE}

    def clean_comment(self) -> str:
        """The approver's, which has nothing to do with the requester's."""
        return unix_lines(self.cleaned_data["comment"])

    def details(self) -> dict[str, Any]:
        """The chosen details, in the API's spelling; nothing of what was fixed."""
        typed = self.cleaned_data
        given: dict[str, Any] = {
            "addresses": [
                {"type": kind, **self.locations[typed[name]]}
                for name, kind in (("ship_to", "SHIPPING"), ("bill_to", "BILLING"))
                if name in typed
            ]
        }
        if "shipping" in typed:
            method = self.methods[typed["shipping"]]
            given["shipping"] = {"zoneId": method.zone, "methodId": method.key}
        if typed.get("window"):
            given["deliveryWindow"] = self.delivery_window()
        if "payment" in typed:
            given["payment"] = {**PAYMENTS[typed["payment"]][1], "reference": typed["reference"]}
        return given


def open_parts(approval: Approval) -> list[str]:
    """What an order needs and neither the request nor its subject says, by the names of the fields."""
    given = {
        "ship_to": address_of(approval, "SHIPPING"),
        "bill_to": address_of(approval, "BILLING"),
        "shipping": part_of(approval, "shipping"),
        "payment": part_of(approval, "payment"),
    }
    left = subject_of(approval.subject_kind).leaves_open(approval.subject_id)
    return [name for name in PARTS if name in left and not given[name]]


def part_of(approval: Approval, name: str) -> dict[str, Any]:
    """A part of the details of a request; empty where it was left open."""
    part = approval.details.get(name)
    if name == "payment" and approval.details.get("paymentMethods"):
        part = approval.details["paymentMethods"][0]
    return dict(part) if isinstance(part, Mapping) else {}


def address_of(approval: Approval, kind: str) -> dict[str, str] | None:
    """The delivery (SHIPPING) or billing (BILLING) address of a request, or None."""
    addresses = approval.details.get("addresses") or []
    return next((address for address in addresses if str(address.get("type")).upper() == kind), None)


def one_line(address: Mapping[str, str] | None) -> str:
    """An address in one line."""
    address = address or {}
    street = f"{address.get('street', '')} {address.get('streetNumber', '')}".strip()
    town = f"{address.get('zipCode', '')} {address.get('city', '')}".strip()
    parts = (address.get("contactName", ""), street, town, address.get("country", ""))
    return ", ".join(part for part in parts if part)


def _same(address: Mapping[str, str], present: Mapping[str, str] | None) -> bool:
    if present is None:
        return False
    return all((address.get(name) or "") == (present.get(name) or "") for name in address)


def _differs(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Empty and missing parts are the same thing."""
    return _bare(new) != _bare(old)


def _bare(details: Mapping[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in details.items() if value}
    if "payment" in bare:
        bare["payment"] = {name: value for name, value in bare["payment"].items() if value}
    if "shipping" in bare:
        bare["shipping"] = {name: bare["shipping"].get(name) for name in ("zoneId", "methodId")}
    return bare


def _methods(approval: Approval) -> Iterable[ShippingMethod]:
    return ShippingMethod.objects.filter(
        marketplace__tenant_id=approval.tenant_id,
        marketplace__key=approval.site_code,
        currency=approval.currency,
        is_active=True,
    ).order_by("net_price", "pk")


def _method_text(method: ShippingMethod) -> str:
    name = text_in(method.name, get_language() or "en") or method.key
    return f"{name}, {money_text(method.net_price, method.currency)} net"


def _window_value(window: Mapping[str, str]) -> str:
    day = str(window.get("deliveryDate") or "")[:10]
    return window_value(window.get("id") or "", window.get("slotId") or "", day)
