"""What can be typed on the pages of approvals, and what it becomes in the words of the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from approvals.dashboard.choices import people_choices
from approvals.lifecycle import Status
from approvals.models import Approval
from approvals.policy import Person
from config.kit.refused import Invalid

LONGEST = 5_000

ANSWERED = (Status.APPROVED, Status.DECLINED, Status.CLOSED, Status.EXPIRED)
STATUS_LABELS = {
    Status.PENDING: "Waiting for an answer",
    Status.APPROVED: "Approved",
    Status.DECLINED: "Declined",
    Status.CLOSED: "Closed",
    Status.EXPIRED: "Expired",
}


def unix_lines(text: str) -> str:
    """The text with line breaks as everything but a browser's text area writes them."""
    return text.replace("\r\n", "\n").strip()


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

    def clean_comment(self) -> str:
        """With plain line breaks."""
        return unix_lines(self.cleaned_data["comment"])

    def typed(self) -> dict[str, str]:
        """What was written; raises `Invalid` naming the field."""
        if not self.is_valid():
            name, errors = next(iter(self.errors.items()))
            raise Invalid(" ".join(errors), field=name)
        return self.cleaned_data


class AmendCommentForm(forms.Form):
    """What a requester may change where what is asked about says itself how it is delivered."""

    WIRE_NAMES: ClassVar[dict[str, str]] = {}

    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=LONGEST,
        help_text="Your approver reads this.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, approval: Approval, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("comment", approval.comment)

    def changes(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {"comment": unix_lines(self.cleaned_data["comment"])}


class ReassignForm(forms.Form):
    """Who is to decide instead, and why."""

    approver = forms.TypedChoiceField(
        label="Approver",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who shall decide.", "invalid_choice": "Choose one of these people."},
    )
    reason = forms.CharField(
        label="Reason", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, people: Iterable[Person], must_say_why: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = people_choices(people)
        self.fields["approver"].choices = choices
        if len(choices) == 1:
            self.initial.setdefault("approver", choices[0][0])
        reason = self.fields["reason"]
        reason.required = must_say_why
        reason.help_text = "All three of you read this."
        reason.error_messages["required"] = "Say why somebody else should decide this."
