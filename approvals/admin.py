"""Where does staff look up what was asked, what was answered, what the approver had seen and what happened?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals.lifecycle import Status
from approvals.models import Answer, Approval, ApprovalEvent, Snapshot, Step
from companies.admin.base import LookOnly, LookOnlyInline, bullets, pretty
from companies.events import faults
from config.kit.wording import money_text

EVENT_COLUMNS = ("number", "at", "kind", "actor_name", "role", "behalf_name", "from_status", "to_status", "comment")


def lines_table(content: dict[str, Any]) -> SafeString:
    """The lines of a snapshot as a table, and all of it as it is stored, folded away."""
    bound, shown = content.get("bound", {}), content.get("shown", {})
    names = [line.get("name", "") for line in shown.get("lines", [])]
    rows = format_html_join(
        "",
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        (
            (line.get("sku"), name, line.get("quantity"), line.get("unit_price"), line.get("gross"))
            for line, name in zip(bound.get("lines", []), [*names, *[""] * len(bound.get("lines", []))], strict=False)
        ),
    )
    return format_html(
        '<table class="lines"><thead><tr><th scope="col">SKU</th><th scope="col">Name</th><th scope="col">Quantity</th>'
        '<th scope="col">Unit price</th><th scope="col">Gross</th></tr></thead><tbody>{}</tbody></table>'
        "<p>{} {} gross</p><details><summary>Everything, as it is stored</summary>{}</details>",
        rows,
        bound.get("gross", "-"),
        bound.get("currency", ""),
        pretty(content),
    )


def chain_state(parent: Any, events: Any) -> SafeString | str:
    """Whether the chained history is whole, link by link."""
    found = faults(parent, events)
    return bullets(found) if found else f"whole: {parent.event_count} events, each link holds"


class Chained:
    """Admin page of a record with a chained history, which is checked whenever somebody looks."""

    @admin.display(description="chain")
    def chain(self, record: Any) -> SafeString | str:
        """Checked now, event by event."""
        return chain_state(record, record.events.order_by("number"))


class EventAdmin(LookOnly, admin.ModelAdmin):
    """Everything that happened to records of one kind, the latest first."""

    list_display_links = ("at", "kind")
    list_filter = ("kind", "channel", "to_status")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


class StatusFilter(admin.SimpleListFilter):
    """Statuses as they read now: what is past its time counts as expired or ended, swept or not.

    `words` are the statuses with what people call them.
    """

    title = "status"
    parameter_name = "status"
    words: Mapping[str, str] = {}

    def lookups(self, request, model_admin):
        return list(self.words.items())

    def queryset(self, request, queryset):
        return queryset.with_status(self.value(), timezone.now()) if self.value() in self.words else queryset


class ApprovalStatusFilter(StatusFilter):
    """Of approvals."""

    words = {status.value: status.value.capitalize() for status in Status}


class StepInline(LookOnlyInline):
    """To whom it was put."""

    model = Step
    fields = ("number", "needed", "user", "company", "role", "answers")
    readonly_fields = ("answers",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "company").prefetch_related("answers__user")

    @admin.display(description="answers")
    def answers(self, step: Step) -> SafeString:
        """Who said yes or no, and when."""
        return bullets(_answer_text(answer) for answer in sorted(step.answers.all(), key=lambda each: each.pk))


def _answer_text(answer: Answer) -> str:
    said = "Yes" if answer.yes else "No"
    why = f": {answer.comment}" if answer.comment else ""
    at = timezone.localtime(answer.at)
    return f"{said} by {answer.user.name} at {at:%Y-%m-%d %H:%M %Z}{why}"


class SnapshotInline(LookOnlyInline):
    """What the approver was shown, from the first to the last."""

    model = Snapshot
    fields = ("number", "created_at", "lines", "short_hash")
    readonly_fields = ("lines", "short_hash")

    @admin.display(description="content")
    def lines(self, snapshot: Snapshot) -> SafeString:
        """As a table."""
        return lines_table(snapshot.content)

    @admin.display(description="content hash")
    def short_hash(self, snapshot: Snapshot) -> str:
        """Enough of it to tell two snapshots apart."""
        return f"{snapshot.content_hash[:12]}..."


class ApprovalEventInline(LookOnlyInline):
    """What happened, in order."""

    model = ApprovalEvent
    fields = (*EVENT_COLUMNS, "channel")


@admin.register(Approval)
class ApprovalAdmin(Chained, LookOnly, admin.ModelAdmin):
    """Approvals with their steps, answers, snapshots and history."""

    inlines = (StepInline, SnapshotInline, ApprovalEventInline)
    list_display = ("subject_label", "status_now", "amount", "requester_name", "put_to", "company", "created_at")
    list_filter = (ApprovalStatusFilter, "subject_kind", "tenant")
    list_select_related = ("company", "pool_company")
    search_fields = ("=key", "=subject_key", "requester_name", "approver_name", "company__name", "=created_resource")
    search_help_text = "Id of the approval, cart or order; requester, approver or company."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "subject_label",
                    "status_now",
                    ("amount", "limit_then"),
                    "why",
                    ("requester_name", "comment"),
                    ("put_to", "approver_comment"),
                    ("expires_at", "decided_at", "decided_by_name"),
                    ("created_resource", "released_at"),
                )
            },
        ),
        ("History", {"fields": ("chain",)}),
        (
            "Details",
            {
                "fields": (
                    "checkout_details",
                    ("company", "tenant", "site_code"),
                    ("key", "version"),
                    ("subject_kind", "subject_key"),
                    ("requester", "asked_by", "approver", "pool_company"),
                    "content_hash",
                    ("created_at", "modified_at", "reminded_at"),
                ),
                "classes": ("collapse",),
            },
        ),
    )
    readonly_fields = ("status_now", "amount", "limit_then", "why", "put_to", "chain", "checkout_details")

    def get_queryset(self, request):
        people = ("company", "pool_company", "requester", "approver", "asked_by", "tenant")
        return super().get_queryset(request).select_related(*people)

    @admin.display(description="status", ordering="status")
    def status_now(self, approval: Approval) -> str:
        """As it reads at this moment."""
        status = approval.status_at(timezone.now())
        if status == Status.APPROVED and approval.is_used:
            return "Approved and ordered"
        if approval.released_at is not None:
            return "Approved, given up"
        return status.value.capitalize()

    @admin.display(description="gross", ordering="gross")
    def amount(self, approval: Approval) -> str:
        """What is asked for, tax included."""
        return money_text(approval.gross, approval.currency)

    @admin.display(description="limit then")
    def limit_then(self, approval: Approval) -> str:
        """The purchase limit that held when it was asked."""
        return str(approval.limit or "none")

    @admin.display(description="why")
    def why(self, approval: Approval) -> SafeString:
        """The reasons of the policy."""
        return bullets(approval.reason_texts())

    @admin.display(description="put to")
    def put_to(self, approval: Approval) -> str:
        """The approver, or the pool of a company."""
        return approval.approver_name or f"auditors of {approval.pool_company}"

    @admin.display(description="checkout details")
    def checkout_details(self, approval: Approval) -> SafeString:
        """As the requester gave them."""
        return pretty(approval.details)


@admin.register(Snapshot)
class SnapshotAdmin(LookOnly, admin.ModelAdmin):
    """What approvers were shown."""

    list_display = ("approval", "number", "created_at", "content_hash")
    list_select_related = ("approval",)
    search_fields = ("=approval__key", "=content_hash")
    search_help_text = "Id of the approval, or a content hash."
    ordering = ("-created_at", "-pk")
    fields = ("approval", "number", "created_at", "content_hash", "hash_version", "lines")
    readonly_fields = ("lines",)

    @admin.display(description="content")
    def lines(self, snapshot: Snapshot) -> SafeString:
        """As a table."""
        return lines_table(snapshot.content)


@admin.register(ApprovalEvent)
class ApprovalEventAdmin(EventAdmin):
    """Everything that happened to approvals."""

    list_display = ("at", "kind", "approval", "actor_name", "role", "from_status", "to_status", "channel")
    list_select_related = ("approval",)
    search_fields = ("=approval__key", "actor_name", "=actor_ref")
    search_help_text = "Id of the approval, or who did it."
