"""The page behind the link of a mail on which a person chooses a new password."""

from __future__ import annotations

from typing import Any

from axes.utils import reset
from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import reverse_lazy


class NewPasswordForm(SetPasswordForm):
    """The new password, twice."""

    error_messages = {"password_mismatch": "The two passwords differ. Type the same one twice."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.help_text = "At least 10 characters. Not one that many people use, and not your name or address."
        second.label, second.help_text = "The same once more", ""
        first.error_messages["required"] = "Enter a new password."
        second.error_messages["required"] = "Enter the new password once more."
        first.widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True})


class NewPassword(PasswordResetConfirmView):
    """Choose a new password; the link has worked once then, and every other session of the account is over."""

    template_name = "accounts/password_new.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever reads the account's mail is not the one who guessed: the pause after wrong passwords ends."""
        answer = super().form_valid(form)
        reset(username=self.user.email.lower())
        messages.success(self.request, "Your new password is saved. Sign in with it.")
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """As on every page, what is wrong is answered 400."""
        return self.render_to_response(self.get_context_data(form=form), status=400)
