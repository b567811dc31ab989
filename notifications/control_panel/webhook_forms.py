"""What can be typed about webhooks, and which calls can be looked for."""

from __future__ import annotations

from django import forms

from notifications.models import CallState, WebhookDelivery, WebhookDeliveryQuerySet
from notifications.webhooks.outgoing import TOPICS

STATES = {
    CallState.WAITING: ("Waiting", "waiting"),
    CallState.SENT: ("Taken", "good"),
    CallState.FAILED: ("Given up", "refused"),
    CallState.DROPPED: ("Not needed any more", "closed"),
}


class EndpointForm(forms.Form):
    """Where the vendor's system is called."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="It begins with https:// and can be reached from the internet. Redirects are not followed.",
        error_messages={"required": "Give the address that is called."},
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    description = forms.CharField(required=False, max_length=200, help_text="What it is, for your colleagues.")
    is_active = forms.BooleanField(
        label="Call it",
        required=False,
        initial=True,
        help_text="Switched off, calls wait; nothing is lost.",
    )


class CallFilter(forms.Form):
    """Which calls."""

    state = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *((state.value, label) for state, (label, _) in STATES.items())],
    )
    topic = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *TOPICS.items()])
    about = forms.CharField(
        label="Order or subscription",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "CS1042"}),
    )

    def chosen(self, calls: WebhookDeliveryQuerySet) -> WebhookDeliveryQuerySet:
        """Of these calls those that match, the latest first."""
        typed = self.cleaned_data if self.is_valid() else {}
        if typed.get("state"):
            calls = calls.filter(state=typed["state"])
        if typed.get("topic"):
            calls = calls.filter(topic=typed["topic"])
        if typed.get("about"):
            calls = calls.filter(about_key=typed["about"].strip().upper())
        return calls.order_by("-created_at", "-pk")


def topic_text(delivery: WebhookDelivery) -> str:
    """What a call tells, in words."""
    return TOPICS.get(delivery.topic, delivery.topic)
