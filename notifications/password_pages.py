"""Two pages of somebody who cannot sign in: ask for a mail, and read that it is on its way."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from companies.api.throttles import AddressThrottle
from notifications.passwords import ask_new_password


class AddressForm(forms.Form):
    """The address of the account."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "Enter an e-mail address such as name@example.com.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class PasswordMailThrottle(AddressThrottle):
    """Asked from one network address, for whatever accounts; a whole office may share it."""

    scope = "password_mails"
    rate = "60/hour"


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a mail with a link; the answer is the same whether the account exists or not."""
    sent = request.POST if request.method == "POST" else None
    if sent is not None and not PasswordMailThrottle().allow_request(request, None):
        return render(request, "accounts/password_forgotten.html", {"form": AddressForm(), "paused": True}, status=429)
    form = AddressForm(sent, initial={"email": request.user.email} if request.user.is_authenticated else None)
    if form.is_valid():
        ask_new_password(email=form.cleaned_data["email"], place=request.portal.addressed)
        return redirect("password_sent")
    return render(request, "accounts/password_forgotten.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Where to look now."""
    return render(request, "accounts/password_sent.html")
