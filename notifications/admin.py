"""Where does staff look up what somebody was told, and send a mail again that was given up?"""

from __future__ import annotations

from django.contrib import admin, messages
from django.utils.safestring import SafeString

from companies.admin.base import LookOnly, LookOnlyInline, pretty
from notifications.delivery import requeue
from notifications.models import Attempt, Notice


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
