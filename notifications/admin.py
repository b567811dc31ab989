"""Where does staff look up what people and systems were told, and send a mail again that was given up?"""

from __future__ import annotations

from django.contrib import admin, messages
from django.utils.safestring import SafeString

from companies.admin.base import LookOnly, LookOnlyInline, pretty
from notifications.delivery import requeue
from notifications.models import Attempt, Notice, WebhookAttempt, WebhookDelivery, WebhookEndpoint


class AttemptInline(LookOnlyInline):
    """Each try to mail it."""

    model = Attempt
    fields = ("number", "at", "sent", "error")


@admin.register(Notice)
class NoticeAdmin(LookOnly, admin.ModelAdmin):
    """Notices with the attempts to mail them."""

    inlines = (AttemptInline,)
    actions = ("send_again",)
    list_display = ("created_at", "topic", "recipient", "mail_state", "attempt_count", "sent_at", "read_at")
    list_display_links = ("created_at", "topic")
    list_filter = ("mail_state", "topic", "tenant")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email", "=about_key", "=key")
    search_help_text = "Address of the recipient, id of the approval, or number of the quote or subscription."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    fields = (
        ("topic", "recipient", "tenant"),
        ("about_kind", "about_key", "url"),
        ("mail_state", "sent_at", "next_attempt_at", "attempt_count"),
        ("created_at", "read_at"),
        "what_it_says",
        ("key", "message_id"),
    )
    readonly_fields = ("what_it_says",)

    def has_send_permission(self, request) -> bool:
        """Who may change notices may send them again, though nobody changes their text."""
        return request.user.has_perm("notifications.change_notice")

    @admin.action(description="Send again (mails that were given up)", permissions=["send"])
    def send_again(self, request, queryset) -> None:
        """Back into the queue, with all their attempts."""
        count = sum(requeue(pk) for pk in queryset.values_list("pk", flat=True))
        if count:
            self.message_user(request, f"{count} will be sent again shortly.", messages.SUCCESS)
        else:
            self.message_user(request, "None of these was given up; nothing to do.", messages.WARNING)

    @admin.display(description="facts")
    def what_it_says(self, notice: Notice) -> SafeString:
        """What its text is made of, frozen when it was posted."""
        return pretty(notice.facts)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(LookOnly, admin.ModelAdmin):
    """Where the systems of vendors are called; their managers set it up in the control panel."""

    list_display = ("company", "url", "is_active", "stopped_because", "modified_at")
    list_filter = ("is_active", "company__tenant")
    list_select_related = ("company",)
    search_fields = ("company__name", "url")
    ordering = ("company__name", "pk")
    fields = (
        ("company", "url", "description"),
        ("is_active", "stopped_because"),
        ("secret_version", "secret_key_id"),
        ("previous_version", "previous_key_id", "previous_until"),
        ("created_at", "modified_at"),
    )


class WebhookAttemptInline(LookOnlyInline):
    """Each try to make the call."""

    model = WebhookAttempt
    fields = ("number", "at", "url", "status_code", "milliseconds", "error", "answer")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(LookOnly, admin.ModelAdmin):
    """What the systems of vendors were told, with the attempts; sent again in the control panel."""

    inlines = (WebhookAttemptInline,)
    list_display = ("created_at", "topic", "company", "about_key", "state", "attempt_count", "last_said")
    list_display_links = ("created_at", "topic")
    list_filter = ("state", "topic", "tenant")
    list_select_related = ("company",)
    search_fields = ("=about_key", "=call_id", "company__name")
    search_help_text = "Number of the order or subscription, webhook-id, or name of the vendor."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    fields = (
        ("topic", "company", "tenant"),
        ("about_kind", "about_key"),
        ("state", "sent_at", "next_attempt_at", "attempt_count", "last_said"),
        "created_at",
        "body",
        ("key", "call_id"),
    )
