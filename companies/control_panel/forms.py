"""What can be typed into the settings of a marketplace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from companies.models import Marketplace
from companies.models.marketplace import MOST_REMINDER_DAYS
from companies.preferences import PreferenceKey
from companies.services.history import LONGEST_REASON
from companies.services.marketplaces import LONGEST_NAME, LONGEST_SENDER

INHERIT, YES, NO = "inherit", "yes", "no"
_CHOICES = {INHERIT: None, YES: True, NO: False}
LARGEST_LOGO = 200_000


def _choice(label: str, help_text: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose yes, no, or what the tenant's preference says."
        ),
    )


class LogoInput(forms.FileInput):
    """For pictures; what the service takes is its own to say."""

    def __init__(self) -> None:
        super().__init__({"accept": "image/png,image/jpeg,image/webp"})


class ReasonField(forms.CharField):
    """Why something is changed; kept with the change."""

    def __init__(self) -> None:
        super().__init__(
            label="Why you change this",
            required=False,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="Kept in the history with what was changed.",
            error_messages={"max_length": f"Use at most {LONGEST_REASON:,} characters."},
        )


class MarketplaceSettingsForm(forms.Form):
    """How a marketplace looks, how its mails are sent, and how its orders are reviewed."""

    name = forms.CharField(max_length=LONGEST_NAME, error_messages={"required": "Give the marketplace a name."})
    accent = forms.CharField(
        label="Accent colour",
        required=False,
        max_length=7,
        help_text="Such as #0c6b70: buttons and links of its pages and mails. White text must be readable on it. "
        "Empty: the installation's.",
        widget=forms.TextInput(attrs={"class": "input--short", "autocomplete": "off"}),
    )
    logo = forms.FileField(
        required=False,
        widget=LogoInput,
        help_text="A PNG, JPEG or WebP file of at most 200 kB. Nothing chosen: it stays as it is.",
    )
    without_logo = forms.BooleanField(label="Take the logo away", required=False)
    sender_name = forms.CharField(
        label="Sender of its mails",
        required=False,
        max_length=LONGEST_SENDER,
        help_text="Who its mails are from. Empty: its name. The sender's address stays the installation's.",
    )
    reply_to = forms.EmailField(
        label="Answers go to",
        required=False,
        max_length=254,
        help_text="Empty: to the installation's address.",
        error_messages={"invalid": "Give an e-mail address, such as shop@example.com."},
    )
    review_default = _choice(
        "Review orders for products that leave it to the marketplace",
        "Counts for orders placed from now on. What waits goes on waiting.",
    )
    auto_approve_on_behalf = _choice(
        "Accept what your sales order for customers by itself",
        "For orders of your people for your own customers. Approval by the customer's company is not affected.",
    )
    require_second_person = forms.BooleanField(
        label="Require a second person",
        required=False,
        help_text="Who placed an order, or had it asked for, may not accept it.",
    )
    review_reminder_days = forms.IntegerField(
        label="Days until auditors are reminded",
        required=False,
        min_value=0,
        max_value=MOST_REMINDER_DAYS,
        widget=forms.NumberInput(attrs={"class": "input--short", "inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"Give 0 to {MOST_REMINDER_DAYS} whole days."
        ),
    )
    reason = ReasonField()

    LOOK = ("name", "accent", "logo", "without_logo")
    MAIL = ("sender_name", "reply_to")
    REVIEW = ("review_default", "auto_approve_on_behalf", "require_second_person", "review_reminder_days")

    def __init__(self, *args: Any, place: Marketplace, preferences: Mapping[str, Any], **kwargs: Any) -> None:
        """`preferences` are what holds where the marketplace leaves it to the tenant."""
        super().__init__(*args, initial=settings_of(place), **kwargs)
        for name, key in (
            ("review_default", PreferenceKey.REVIEW_DEFAULT),
            ("auto_approve_on_behalf", PreferenceKey.AUTO_APPROVE_ON_BEHALF),
        ):
            inherited = "yes" if preferences[key] else "no"
            said = f"As the tenant's preference says (now: {inherited})"
            self.fields[name].choices = [(INHERIT, said), (YES, "Yes"), (NO, "No")]
        days = preferences[PreferenceKey.REVIEW_REMINDER_DAYS]
        self.fields[
            "review_reminder_days"
        ].help_text = f"And again after as many; 0: no reminders. Empty: as the tenant's preference says (now: {days})."
        if place.logo_id is None:
            del self.fields["without_logo"]
        if place.owner_id is None:  # what a vendor's sales order for customers is always reviewed
            del self.fields["auto_approve_on_behalf"]

    def clean_logo(self) -> UploadedFile | None:
        """Not read where it is too large anyway."""
        logo: UploadedFile | None = self.cleaned_data["logo"]
        if logo is not None and (logo.size or 0) > LARGEST_LOGO:
            raise forms.ValidationError("This file is larger than 200 kB.")
        return logo

    def wanted(self) -> dict[str, Any]:
        """The settings as the service takes them."""
        typed = {
            name: self.cleaned_data[name] for name in self.fields if name not in ("reason", "logo", "without_logo")
        }
        for name in ("review_default", "auto_approve_on_behalf"):
            if name in typed:
                typed[name] = _CHOICES[typed[name]]
        if self.cleaned_data["logo"] is not None:
            typed["logo"] = self.cleaned_data["logo"].read()
        elif self.cleaned_data.get("without_logo"):
            typed["logo"] = None
        return typed


def settings_of(place: Marketplace) -> dict[str, Any]:
    """The settings as they stand in the form."""
    spelled = {value: text for text, value in _CHOICES.items()}
    plain = ("name", "accent", "sender_name", "reply_to", "require_second_person", "review_reminder_days")
    return {
        **{name: getattr(place, name) for name in plain},
        "review_default": spelled[place.review_default],
        "auto_approve_on_behalf": spelled[place.auto_approve_on_behalf],
    }
