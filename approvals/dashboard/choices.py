"""What can be chosen about delivery and payment, wherever it is chosen: at the checkout and in a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet

from approvals.dashboard.content import day_name
from approvals.policy import Person
from companies.models import DeliveryWindow

# The ways to pay; `provider` and `method` as an order keeps them.
PAYMENTS = {
    "invoice": ("Invoice", {"provider": "invoice", "method": "invoice"}),
    "purchase_order": ("Purchase order", {"provider": "invoice", "method": "purchase_order"}),
}
PAYMENT_CHOICES = [(key, label) for key, (label, _) in PAYMENTS.items()]
REFERENCE_HELP = "It stands on the invoice; with a purchase order, its number."

AT_ANY_TIME = ("", "At any time")
FULL = "This delivery window is full. Choose another one."
MOST_WINDOWS = 60


class WindowSelect(forms.Select):
    """A list to open in which what is full can be read but not be chosen."""

    full: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """An option of the list."""
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.full:
            option["attrs"]["disabled"] = True
        return option


class WindowField(forms.ChoiceField):
    """When it is to be delivered: windows by day, those without room marked as full."""

    widget = WindowSelect

    def __init__(self, **kwargs: Any) -> None:
        gone = {"invalid_choice": "This window is not offered any more. Choose one of these."}
        super().__init__(required=False, error_messages=gone, **kwargs)

    def offer(self, windows: Mapping[str, DeliveryWindow], *more: tuple[str, str], kept: str = "") -> None:
        """Offer these windows, by value, and `more`; `kept` is one the reader has, full or not."""
        days = groupby(windows.items(), key=lambda pair: pair[1].delivery_on)
        self.choices = [
            AT_ANY_TIME,
            *more,
            *((day_name(day.isoformat()), [(value, _name(w)) for value, w in rows]) for day, rows in days),
        ]
        self.widget.full = frozenset(value for value, w in windows.items() if is_full(w) and value != kept)

    def validate(self, value: Any) -> None:
        """What was free when the page was opened may be full by now."""
        super().validate(value)
        if value in self.widget.full:
            raise ValidationError(FULL, code="full")


def windows_from(places: QuerySet[DeliveryWindow], today: date) -> dict[str, DeliveryWindow]:
    """The windows of these that are offered from `today` on, by their value in a form. One query."""
    coming = places.filter(is_active=True, delivery_on__gte=today)
    # Every placed checkout takes a place in its window, whoever asked for it.
    counted = coming.annotate(taken=Count("checkouts")).order_by("delivery_on", "name", "pk")
    return {window_value(w.key, w.slot, w.delivery_on.isoformat()): w for w in counted[:MOST_WINDOWS]}


def window_value(key: str, slot: str, day: str) -> str:
    """A window as a form names it."""
    return f"{key}|{slot}|{day}"


def is_full(window: DeliveryWindow) -> bool:
    """Whether a window of `windows_from` takes no more."""
    taken: int = window.taken
    return window.capacity is not None and taken >= window.capacity


def window_details(window: DeliveryWindow) -> dict[str, str]:
    """A window in the API's spelling."""
    return {"id": window.key, "slotId": window.slot, "deliveryDate": window.delivery_on.isoformat()}


def people_choices(people: Iterable[Person]) -> list[tuple[int, str]]:
    """Who can decide: `Ana Diaz, Admin`."""
    return [(person.user_id, f"{person.name}, {_group_of(person)}") for person in people]


def _name(window: DeliveryWindow) -> str:
    return f"{window.name} (full)" if is_full(window) else window.name


def _group_of(person: Person) -> str:
    return f"{person.role.label}, approval group" if person.in_group else person.role.label
