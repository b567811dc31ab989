"""Where does staff look up subscriptions, the changes asked for, and what happened to them?"""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone

from approvals.admin import EVENT_COLUMNS, Chained, StatusFilter
from companies.admin.base import LookOnly, LookOnlyInline
from config.kit.wording import money_text, quantity_text
from orders.admin.orders import Numbered, parts_text
from orders.dashboard.content.subscription_words import WORDS, change_text, per
from orders.models import Subscription, SubscriptionChange, SubscriptionEvent


class SubscriptionStatusFilter(StatusFilter):
    """Of subscriptions."""

    words = {status.value: word for status, (word, _) in WORDS.items()}


class SubscriptionChangeInline(LookOnlyInline):
    """What it was to become."""

    model = SubscriptionChange
    ordering = ("pk",)
    fields = ("created_at", "kind", "what", "new_price", "more", "requested_by_name", "status", "status_since")
    readonly_fields = ("created_at", "what", "new_price", "more")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("subscription__product", "plan")

    @admin.display(description="change")
    def what(self, change: SubscriptionChange) -> str:
        """From old to new."""
        return change_text(change)

    @admin.display(description="gross per period")
    def new_price(self, change: SubscriptionChange) -> str:
        """What a period will cost."""
        return money_text(change.gross, change.subscription.currency)

    @admin.display(description="more by")
    def more(self, change: SubscriptionChange) -> str:
        """What the policy judged, gross."""
        return money_text(change.difference_gross, change.subscription.currency)


class SubscriptionEventInline(LookOnlyInline):
    """What happened, in order."""

    model = SubscriptionEvent
    fields = EVENT_COLUMNS


@admin.register(Subscription)
class SubscriptionAdmin(Numbered, Chained, LookOnly, admin.ModelAdmin):
    """Subscriptions with their terms, changes and history."""

    inlines = (SubscriptionChangeInline, SubscriptionEventInline)
    list_display = ("number", "english_name", "status_now", "price", "owner_name", "company", "seller", "renews_at")
    list_filter = (SubscriptionStatusFilter, "is_trial", "auto_renews", "marketplace", "tenant")
    list_select_related = ("company", "seller", "plan", "product")
    search_fields = ("=key", "owner_name", "company__name", "product__sku")
    search_help_text = "Number (S1042) or id of the subscription, customer, company, or SKU."
    date_hierarchy = "created_at"
    list_per_page = 50
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "status_now", "status_since"),
                    ("english_name", "plan", "amount"),
                    ("owner_name", "company", "marketplace"),
                    ("seller", "vendor"),
                )
            },
        ),
        ("Price and periods", {"fields": ("price", "of_period", "period_starts_at", "renews_at", "auto_renews")}),
        ("History", {"fields": ("chain",)}),
        (
            "Details",
            {
                "fields": (
                    ("is_trial", "began_as_trial"),
                    ("started_at", "periods", "ended_at"),
                    ("listing", "country", "tax_rate"),
                    ("key", "version", "tenant"),
                    ("created_at", "modified_at"),
                ),
                "classes": ("collapse",),
            },
        ),
    )
    readonly_fields = ("number", "status_now", "english_name", "amount", "price", "of_period", "chain")

    def get_queryset(self, request):
        parts = ("company", "seller", "vendor", "marketplace", "tenant", "plan__product", "product", "listing__product")
        return super().get_queryset(request).select_related(*parts)

    @admin.display(description="name")
    def english_name(self, subscription: Subscription) -> str:
        """Product and plan."""
        return subscription.name.get("en") or subscription.product.sku

    @admin.display(description="status", ordering="status")
    def status_now(self, subscription: Subscription) -> str:
        """As it reads at this moment."""
        return WORDS[subscription.status_at(timezone.now())][0]

    @admin.display(description="quantity")
    def amount(self, subscription: Subscription) -> str:
        """With its unit."""
        return f"{quantity_text(subscription.quantity)} {subscription.product.unit}"

    @admin.display(description="price")
    def price(self, subscription: Subscription) -> str:
        """Gross, for one period."""
        return f"{money_text(subscription.gross, subscription.currency)} {per(subscription.plan.period)}"

    @admin.display(description="of a period")
    def of_period(self, subscription: Subscription) -> str:
        """Net, tax and gross."""
        return parts_text(subscription.net, subscription.tax, subscription.gross, subscription.currency)
