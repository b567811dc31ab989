"""Where does staff look up quotes, what was offered in them and what happened to them?"""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone
from django.utils.safestring import SafeString

from approvals.admin import EVENT_COLUMNS, Chained, EventAdmin, StatusFilter
from companies.admin.base import LookOnly, LookOnlyInline, bullets, pretty
from config.kit.wording import against_list_text, money_text, quantity_text
from config.pieces.status_words import STATUS_WORDS
from orders.admin.orders import Numbered, parts_text
from orders.models import Quote, QuoteChange, QuoteEvent, QuoteLine
from orders.pricing import discount
from orders.quote_lifecycle import QuoteStatus


def _changed(event: QuoteEvent) -> SafeString:
    """What an event changed, from old to new, as the history keeps it."""
    changes = sorted(event.changes.all(), key=lambda change: change.number)
    return bullets(_change_text(change) for change in changes)


def _change_text(change: QuoteChange) -> str:
    values = {"ADD": change.new, "REMOVE": change.old}.get(change.op, f"{change.old} → {change.new}")
    path = "/items" if change.path.startswith("/items/") else change.path
    return f"{change.op} {path}: {values}"


class QuoteStatusFilter(StatusFilter):
    """Of quotes."""

    words = {status.value: STATUS_WORDS[status.value][0] for status in QuoteStatus}


class QuoteLineInline(LookOnlyInline):
    """What is offered, beside the price list."""

    model = QuoteLine
    ordering = ("position",)
    fields = ("position", "product", "how_many", "listed", "offered", "sum", "against_list")
    readonly_fields = ("how_many", "listed", "offered", "sum", "against_list")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product", "quote")

    @admin.display(description="quantity")
    def how_many(self, line: QuoteLine) -> str:
        """With its unit."""
        return f"{quantity_text(line.quantity)} {line.product.unit}"

    @admin.display(description="list price")
    def listed(self, line: QuoteLine) -> str:
        """Per unit."""
        kind = "gross" if line.list_includes_tax else "net"
        return f"{money_text(line.list_unit_price, line.quote.currency)} {kind}"

    @admin.display(description="offered")
    def offered(self, line: QuoteLine) -> str:
        """Per unit, or in all."""
        if line.is_total:
            return f"{money_text(line.net, line.quote.currency)} net in all"
        return f"{money_text(line.unit_price, line.quote.currency)} {'gross' if line.includes_tax else 'net'}"

    @admin.display(description="gross")
    def sum(self, line: QuoteLine) -> str:
        """Of the whole line, tax included."""
        return money_text(line.gross, line.quote.currency)

    @admin.display(description="against the list")
    def against_list(self, line: QuoteLine) -> str:
        """By how much it is below or above."""
        return against_list_text(discount(line.list_net, line.net))


class QuoteEventInline(LookOnlyInline):
    """What happened, in order, and what it changed."""

    model = QuoteEvent
    fields = (*(column for column in EVENT_COLUMNS if column != "behalf_name"), "what_changed")
    readonly_fields = ("what_changed",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("changes")

    @admin.display(description="changed")
    def what_changed(self, event: QuoteEvent) -> SafeString:
        """From old to new."""
        return _changed(event)


@admin.register(Quote)
class QuoteAdmin(Numbered, Chained, LookOnly, admin.ModelAdmin):
    """Quotes with their lines, amounts and history; deleted ones are still here."""

    inlines = (QuoteLineInline, QuoteEventInline)
    list_display = ("number", "status_now", "total", "owner_name", "company_name", "seller", "valid_to", "created_at")
    list_filter = (QuoteStatusFilter, "marketplace", "tenant", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("seller",)
    search_fields = ("=key", "owner_name", "company_name", "customer_reference", "lines__product__sku")
    search_help_text = "Number (Q1042) or id of the quote, customer, company, reference, or SKU."
    date_hierarchy = "created_at"
    list_per_page = 50
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "status_now", "status_since"),
                    ("why", "status_comment"),
                    ("owner_name", "company_name", "marketplace"),
                    ("seller", "employee_name"),
                    ("customer_reference", "customer_comment"),
                    ("valid_to", "employee_comment"),
                    ("approval", "order_number"),
                )
            },
        ),
        ("Amounts", {"fields": ("total", "of_lines", "of_list", "of_shipping")}),
        ("History", {"fields": ("chain",)}),
        (
            "Details",
            {
                "fields": (
                    "what_was_agreed",
                    ("cart", "owner", "company", "employee"),
                    ("currency", "country", "restriction"),
                    ("key", "version", "tenant"),
                    "content_hash",
                    ("created_at", "modified_at", "deleted_at"),
                ),
                "classes": ("collapse",),
            },
        ),
    )
    readonly_fields = (
        *("number", "status_now", "why", "total", "of_lines", "of_list", "of_shipping", "chain"),
        "what_was_agreed",
    )

    def get_queryset(self, request):
        parts = ("marketplace", "seller", "company", "owner", "employee", "tenant", "cart", "approval")
        return super().get_queryset(request).select_related(*parts)

    @admin.display(description="status", ordering="status")
    def status_now(self, quote: Quote) -> str:
        """As it reads at this moment."""
        word = STATUS_WORDS[quote.status_at(timezone.now())][0]
        return f"{word}, deleted" if quote.deleted_at else word

    @admin.display(description="reason")
    def why(self, quote: Quote) -> str:
        """The reason that was chosen with the last move."""
        texts = quote.status_reason.get("message", {})
        return texts.get("en") or quote.status_reason.get("code") or "-"

    @admin.display(description="to be paid")
    def total(self, quote: Quote) -> str:
        """Lines and shipping, tax included."""
        return money_text(quote.total.amount, quote.currency)

    @admin.display(description="lines")
    def of_lines(self, quote: Quote) -> str:
        """Their sum as offered."""
        return parts_text(quote.lines_net, quote.lines_tax, quote.lines_gross, quote.currency)

    @admin.display(description="by the price list")
    def of_list(self, quote: Quote) -> str:
        """Their sum as listed, and how the offer compares."""
        listed = parts_text(quote.list_net, quote.list_gross - quote.list_net, quote.list_gross, quote.currency)
        return f"{listed}; offered {against_list_text(discount(quote.list_net, quote.lines_net))}"

    @admin.display(description="shipping")
    def of_shipping(self, quote: Quote) -> str:
        """As agreed."""
        return parts_text(quote.shipping_net, quote.shipping_tax, quote.shipping_gross, quote.currency)

    @admin.display(description="agreed")
    def what_was_agreed(self, quote: Quote) -> SafeString:
        """Shipping, addresses, and what a client attached."""
        return pretty({"shipping": quote.shipping, "addresses": quote.addresses, "mixins": quote.mixins})


@admin.register(QuoteEvent)
class QuoteEventAdmin(EventAdmin):
    """Everything that happened to quotes."""

    list_display = ("at", "kind", "quote", "actor_name", "role", "from_status", "to_status", "channel")
    list_select_related = ("quote",)
    search_fields = ("=quote__key", "actor_name", "=actor_ref")
    search_help_text = "Id of the quote, or who did it."
    readonly_fields = ("what_changed",)

    @admin.display(description="changed")
    def what_changed(self, event: QuoteEvent) -> SafeString:
        """From old to new."""
        return _changed(event)
