"""What a person types about themselves."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from companies.models import User

# The languages that product texts are commonly written in; the pages themselves are in English.
LANGUAGES = (
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
)


class SignInForm(AuthenticationForm):
    """E-mail address and password."""

    error_messages = {
        "invalid_login": "No account has this e-mail address and password. Capitals count in the password.",
        "inactive": "This account is closed. Ask an Admin of your company.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = "Enter your e-mail address."
        self.fields["password"].error_messages["required"] = "Enter your password."


class ProfileForm(forms.Form):
    """Names, language and time zone."""

    first_name = forms.CharField(max_length=100, error_messages={"required": "Enter your first name."})
    last_name = forms.CharField(max_length=100, required=False)
    language = forms.ChoiceField(
        label="Language of product texts",
        choices=LANGUAGES,
        help_text="Names and descriptions of products appear in it where the seller has written them.",
        error_messages={"invalid_choice": "Choose one of the languages of the list."},
    )
    time_zone = forms.ChoiceField(
        help_text="Deadlines and times are shown in it, on pages and in mails.",
        error_messages={"invalid_choice": "Choose one of the time zones of the list."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in time_zones()]
        known = dict(LANGUAGES)
        if self.initial.get("language", "en") not in known:
            spoken = self.initial["language"]
            self.fields["language"].choices = [*LANGUAGES, (spoken, spoken)]


def time_zones() -> list[str]:
    """The zones people live in, by name, UTC first; not the technical ones of the zone database."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ["UTC", *places]


def profile_of(user: User) -> dict[str, str]:
    """What the profile form starts with."""
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "time_zone": user.time_zone,
    }
