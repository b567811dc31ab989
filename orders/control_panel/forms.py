"""What can be typed on the seller's pages, and what it becomes in the words of the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import get_language

from config.kit.refused import Invalid
from config.kit.wording import quantity_text, text_in
from orders.lifecycle import OrderStatus
from orders.models import OrderLine

LONGEST = 5_000
LINK_ROWS = 3
STATUS_LABELS = {
    OrderStatus.TO_BE_APPROVED: "To be approved",
    OrderStatus.PENDING: "Being prepared",
    OrderStatus.PROVISIONING: "Provisioning",
    OrderStatus.COMPLETED: "Completed",
    OrderStatus.FAILED: "Failed",
    OrderStatus.REJECTED: "Rejected",
    OrderStatus.CANCELLED: "Cancelled",
}


def _long_text(label: str, help_text: str = "", required: str = "", rows: int = 3) -> forms.CharField:
    """`required`: what to say where nothing was written; empty: nothing need be."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(required),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required},
    )


class TypedForm(forms.Form):
    """A form whose first mistake can be raised as a refusal."""

    def typed(self) -> dict[str, Any]:
        """What was written; raises `Invalid` naming the field."""
        if not self.is_valid():
            name, errors = next(iter(self.errors.items()))
            raise Invalid(" ".join(errors), field=name)
        return self.cleaned_data


class NoteForm(TypedForm):
    """An internal note with a yes; the move bar calls its one text a comment."""

    comment = _long_text("Internal note")

    def honour_reason(self) -> str:
        """Nothing is to be honoured where nothing was withdrawn."""
        return ""


class HonourForm(NoteForm):
    """A yes to what was withdrawn since, which has to be meant and to be said why."""

    honour = forms.BooleanField(
        label="Honour it anyway",
        error_messages={"required": "Tick that you honour it anyway, or reject the order."},
    )
    because = _long_text(
        "Why do you honour it?", "Kept in the history; the customer does not read it.", "Say why you honour it.", rows=2
    )
    comment = _long_text("Internal note", "Only your company reads this.", rows=2)

    field_order = ("honour", "because", "comment")

    def honour_reason(self) -> str:
        """What the history keeps."""
        return str(self.cleaned_data["because"])


class RejectForm(TypedForm):
    """Why not, as the customer reads it, and what only the seller's people read."""

    reason = _long_text("Why do you reject it?", "The customer reads this.", "Say why; the customer will read it.")
    note = _long_text("Internal note", "Only your company reads this.", rows=2)


class CancelForm(TypedForm):
    """Why it is cancelled."""

    reason = _long_text("Why do you cancel it?", "The customer reads this.", "Say why; the customer will read it.")


class LinesForm(forms.Form):
    """Which open lines something is about; where only one is open there is nothing to choose."""

    lines = forms.TypedMultipleChoiceField(
        label="Lines",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one line.",
            "invalid_choice": "Choose lines of this order that are still open.",
        },
    )

    def __init__(self, *args: Any, lines: Iterable[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opened = list(lines)
        self.fields["lines"].choices = [(line.pk, _line_text(line)) for line in opened]
        self.initial.setdefault("lines", [line.pk for line in opened])
        if len(opened) == 1:
            # Still sent along: a colleague may have delivered this very line meanwhile.
            self.fields["lines"].widget = forms.MultipleHiddenInput()


class CompleteForm(LinesForm):
    """What the customer needs to know to use it: instructions, and up to three links."""

    field_order = ("lines", "instructions")

    instructions = _long_text("Instructions", "The customer reads this with the message that it is ready.", rows=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        secure = URLValidator(schemes=["https"], message="Give an address that begins with https://.")
        for row in range(1, LINK_ROWS + 1):
            self.fields[f"label_{row}"] = forms.CharField(label=f"Link {row}: name", required=False, max_length=100)
            self.fields[f"url_{row}"] = forms.CharField(
                label=f"Link {row}: address",
                required=False,
                max_length=500,
                validators=[secure],
                widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
            )

    def clean(self) -> None:
        """A link has an address; its name may be left out."""
        for row in range(1, LINK_ROWS + 1):
            wrong = f"url_{row}" in self.errors
            if self.cleaned_data.get(f"label_{row}") and not self.cleaned_data.get(f"url_{row}") and not wrong:
                self.add_error(f"url_{row}", "Give the address of this link, or remove its name.")

    def link_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each link, side by side."""
        return [[self[f"label_{row}"], self[f"url_{row}"]] for row in range(1, LINK_ROWS + 1)]

    def links(self) -> list[dict[str, str]]:
        """Name and address of each link that was given."""
        rows = ((self.cleaned_data[f"label_{n}"], self.cleaned_data[f"url_{n}"]) for n in range(1, LINK_ROWS + 1))
        return [{"label": label or url, "url": url} for label, url in rows if url]


class FailForm(LinesForm):
    """What could not be delivered, and why."""

    field_order = ("lines", "instructions")

    instructions = _long_text(
        "What failed", "The customer reads this.", "Say what failed; the customer will read it.", rows=5
    )


def reject_form(kept: Mapping[str, Any]) -> RejectForm:
    """The form of a rejection, with what was typed before it was refused."""
    return RejectForm(kept["values"] if kept else None, auto_id="id_reject_%s")


def honour_form(kept: Mapping[str, Any]) -> HonourForm:
    """The form of honouring what was withdrawn, with what was typed before it was refused."""
    return HonourForm(kept["values"] if kept else None, auto_id="id_honour_%s")


def cancel_form(kept: Mapping[str, Any]) -> CancelForm:
    """The form of a cancellation, with what was typed before it was refused."""
    return CancelForm(kept["values"] if kept else None, auto_id="id_cancel_%s")


def _line_text(line: OrderLine) -> str:
    amount = f"{quantity_text(line.quantity)} {line.unit}".strip()
    return f"{text_in(line.name, get_language() or 'en') or line.sku}, {amount}"
