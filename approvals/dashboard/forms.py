"""What can be typed on the pages of approvals, and what it becomes in the words of the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language

from approvals.dashboard.content import day_name
from approvals.lifecycle import Status
from approvals.models import Approval
from approvals.policy import Person
from companies.models import DeliveryWindow, Location, ShippingMethod
from config.kit.refused import Invalid
from config.kit.wording import money_text, text_in

KEEP = "keep"
NONE = ""
LONGEST = 5_000

# The ways to pay that the checkout offers, as an order keeps them.
PAYMENTS = {
    "invoice": ("Invoice", {"provider": "invoice", "method": "invoice"}),
    "purchase_order": ("Purchase order", {"provider": "invoice", "method": "purchase_order"}),
}

ANSWERED = (Status.APPROVED, Status.DECLINED, Status.CLOSED, Status.EXPIRED)
STATUS_LABELS = {
    Status.PENDING: "Waiting for an answer",
    Status.APPROVED: "Approved",
    Status.DECLINED: "Declined",
    Status.CLOSED: "Closed",
    Status.EXPIRED: "Expired",
}


class HistoryFilter(forms.Form):
    """Which answered requests: how they ended, and which part the reader had."""

    ASKED, PUT_TO = "asked", "put"

    status = forms.ChoiceField(
        label="How it ended",
        required=False,
        choices=[("", "Any way"), *((s.value, STATUS_LABELS[s]) for s in ANSWERED)],
    )
    part = forms.ChoiceField(
        label="Whose request",
        required=False,
        choices=[("", "Anybody's"), (ASKED, "Asked by me"), (PUT_TO, "Put to me")],
    )


class CompanyFilter(forms.Form):
    """Which of a company's requests."""

    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Any"), *((s.value, label) for s, label in STATUS_LABELS.items())],
    )
    search = forms.CharField(
        label="Who or what",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class CommentForm(forms.Form):
    """A word to the other side, and which content the sender had seen."""

    seen_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    comment = forms.CharField(
        label="Comment", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, label: str = "", required: str = "", **kwargs: Any) -> None:
        """`required`: what to say where nothing was written; empty: nothing need be."""
        super().__init__(*args, **kwargs)
        comment = self.fields["comment"]
        comment.label = label or comment.label
        comment.required = bool(required)
        comment.error_messages["required"] = required

    def typed(self) -> dict[str, str]:
        """What was written; raises `Invalid` naming the field."""
        if not self.is_valid():
            name, errors = next(iter(self.errors.items()))
            raise Invalid(" ".join(errors), field=name)
        return self.cleaned_data


class ReassignForm(forms.Form):
    """Who is to decide instead, and why."""

    approver = forms.TypedChoiceField(
        label="Who shall decide?",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who shall decide.", "invalid_choice": "Choose one of these people."},
    )
    reason = forms.CharField(label="Why?", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, people: Iterable[Person], must_say_why: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approver"].choices = [(p.user_id, f"{p.name}, {_group_of(p)}") for p in people]
        reason = self.fields["reason"]
        reason.required = must_say_why
        reason.help_text = "All three of you read this."
        reason.error_messages["required"] = "Say why somebody else should decide this."


class WindowForm(forms.Form):
    """When it is to be delivered: what an approver may change."""

    # The services name what is wrong by its place in the details.
    WIRE_NAMES: ClassVar[dict[str, str]] = {
        "deliveryWindow": "window",
        "deliveryWindow.deliveryDate": "window",
        "addresses.SHIPPING": "ship_to",
        "addresses.BILLING": "bill_to",
        "shipping.methodId": "shipping",
    }

    window = forms.ChoiceField(label="Delivery window", required=False)

    def __init__(self, *args: Any, approval: Approval, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.approval = approval
        windows = DeliveryWindow.objects.filter(
            marketplace__tenant_id=approval.tenant_id,
            marketplace__key=approval.site_code,
            is_active=True,
            delivery_on__gte=today,
        )
        self.windows = {
            f"{w.key}|{w.slot}|{w.delivery_on}": w for w in windows.order_by("delivery_on", "name", "pk")[:60]
        }
        present = approval.details.get("deliveryWindow")
        choices = [(NONE, "At any time")]
        choices += [(value, f"{day_name(str(w.delivery_on))}, {w.name}") for value, w in self.windows.items()]
        if present and _window_value(present) not in self.windows:
            choices.append((KEEP, f"As asked: {day_name(present.get('deliveryDate', '')[:10])}"))
        self.fields["window"].choices = choices
        value = _window_value(present) if present else NONE
        self.initial.setdefault("window", value if not present or value in self.windows else KEEP)

    def changes(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {"delivery_window": self.delivery_window()}

    def delivery_window(self) -> dict[str, str] | None:
        """The chosen window in the API's spelling; None for none."""
        value = self.cleaned_data["window"]
        present: dict[str, str] | None = self.approval.details.get("deliveryWindow")
        if present and value in (KEEP, _window_value(present)):
            return present
        chosen = self.windows.get(value)
        if chosen is None:
            return None
        return {"id": chosen.key, "slotId": chosen.slot, "deliveryDate": chosen.delivery_on.isoformat()}


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
    ship_to = forms.ChoiceField(label="Deliver to", widget=forms.RadioSelect)
    bill_to = forms.ChoiceField(label="Invoice to", widget=forms.RadioSelect)
    shipping = forms.ChoiceField(label="Shipping", widget=forms.RadioSelect)
    payment = forms.ChoiceField(label="Payment", widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Your reference",
        required=False,
        max_length=100,
        help_text="It stands on the invoice; with a purchase order, its number.",
    )

    def __init__(self, *args: Any, approval: Approval, today: date, **kwargs: Any) -> None:
        super().__init__(*args, approval=approval, today=today, **kwargs)
        places = Location.objects.filter(company_id=approval.company_id, is_active=True).select_related("company")
        self.places = {location.key: location for location in places.order_by("name", "pk")}
        self.locations = {key: location.as_address() for key, location in self.places.items()}
        self.methods = {f"{m.zone}|{m.key}": m for m in _methods(approval)}
        for name, kind in (("ship_to", "SHIPPING"), ("bill_to", "BILLING")):
            self._offer_addresses(name, self._address(kind))
        self._offer_shipping()
        self.initial.setdefault("comment", approval.comment)
        self._offer_payment()

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
        return details if _differs(details, self.approval.details) else dict(self.approval.details)

    def _offer_addresses(self, name: str, present: Mapping[str, str] | None) -> None:
        same = next((key for key, address in self.locations.items() if _same(address, present)), None)
        choices = [(key, f"{self.places[key].name}: {one_line(address)}") for key, address in self.locations.items()]
        if same is None:
            choices.insert(0, (KEEP, f"As asked: {one_line(present)}" if present else "Left open"))
        self.fields[name].choices = choices
        self.initial.setdefault(name, same or KEEP)

    def _offer_shipping(self) -> None:
        present = self.approval.details.get("shipping") or {}
        value = f"{present.get('zoneId', '')}|{present.get('methodId', '')}"
        choices = [(key, _method_text(method)) for key, method in self.methods.items()]
        if value not in self.methods:
            choices.insert(0, (KEEP, f"As asked: {present['methodId']}" if present.get("methodId") else "Left open"))
        self.fields["shipping"].choices = choices
        self.initial.setdefault("shipping", value if value in self.methods else KEEP)

    def _offer_payment(self) -> None:
        present = self.approval.details.get("payment") or {}
        known = next((key for key, (_, paid) in PAYMENTS.items() if paid["method"] == present.get("method")), KEEP)
        choices = [(key, label) for key, (label, _) in PAYMENTS.items()]
        if known == KEEP:
            choices.insert(0, (KEEP, "As asked" if present else "Chosen with the order"))
        self.fields["payment"].choices = choices
        self.initial.setdefault("payment", known)
        self.initial.setdefault("reference", present.get("reference", ""))

    def _address(self, kind: str) -> dict[str, str] | None:
        return next((a for a in self.approval.details.get("addresses") or [] if a.get("type") == kind), None)

    def _chosen_address(self, name: str, kind: str) -> dict[str, str] | None:
        chosen, present = self.locations.get(self.cleaned_data[name]), self._address(kind)
        if chosen is None or _same(chosen, present):
            return present
        return {"type": kind, **chosen}


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
    return f"{window.get('id', '')}|{window.get('slotId', '')}|{window.get('deliveryDate', '')[:10]}"


def _group_of(person: Person) -> str:
    return f"{person.role.label}, approval group" if person.in_group else person.role.label
