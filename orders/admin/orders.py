"""Where does staff look up carts, checkouts and orders, and what happened to them?"""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.utils.safestring import SafeString

from approvals.admin import EVENT_COLUMNS, Chained, EventAdmin
from companies.admin.base import LookOnly, LookOnlyInline, pretty
from config.kit.wording import amount_text, money_text, quantity_text
from orders.models import Cart, CartLine, Checkout, Order, OrderEvent, OrderLine, Quote, Subscription


def parts_text(net: Decimal, tax: Decimal, gross: Decimal, currency: str) -> str:
    """An amount with what it consists of."""
    return f"{amount_text(net, currency)} net + {amount_text(tax, currency)} tax = {money_text(gross, currency)}"


class Numbered:
    """Admin page of records whose number, which everybody calls them by, is no column: the primary key makes it."""

    ordering = ("-pk",)

    def get_search_results(self, request, queryset, search_term):
        """A number finds its record and nothing else."""
        numbered = queryset.numbered(search_term.strip().upper())
        if numbered.exists():
            return numbered, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="number", ordering="pk")
    def number(self, record: Order | Quote | Subscription) -> str:
        """What everybody calls it."""
        return record.number


class CartLineInline(LookOnlyInline):
    """What is in it."""

    model = CartLine
    fields = ("position", "product", "quantity", "frozen_unit_price", "frozen_includes_tax", "frozen_tax_rate")
    ordering = ("position",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


@admin.register(Cart)
class CartAdmin(LookOnly, admin.ModelAdmin):
    """Carts, open and old."""

    inlines = (CartLineInline,)
    list_display = ("key", "status", "owner", "company", "marketplace", "currency", "modified_at")
    list_filter = ("status", "marketplace")
    list_select_related = ("owner", "company", "marketplace")
    search_fields = ("=key", "owner__email", "company__name")
    search_help_text = "Id of the cart, address of its owner, or company."
    ordering = ("-modified_at", "-pk")
    list_per_page = 50
    fields = (
        ("key", "status"),
        ("owner", "company", "marketplace", "tenant"),
        "held_for",
        ("currency", "country", "type", "session_key"),
        "places",
        "window",
        ("created_at", "modified_at", "closed_at"),
    )
    readonly_fields = ("places", "window")

    @admin.display(description="addresses")
    def places(self, cart: Cart) -> SafeString:
        """As they were given."""
        return pretty(cart.addresses)

    @admin.display(description="delivery window")
    def window(self, cart: Cart) -> SafeString:
        """As it was chosen."""
        return pretty(cart.delivery_window)


class CheckoutOrderInline(LookOnly, admin.TabularInline):
    """The orders it made."""

    model = Order
    classes = ("bare",)
    fields = ("position", "status", "auditing_company", "vendor", "needs_review", "gross", "currency")
    ordering = ("position",)
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("auditing_company", "vendor")


@admin.register(Checkout)
class CheckoutAdmin(LookOnly, admin.ModelAdmin):
    """Acts of ordering."""

    inlines = (CheckoutOrderInline,)
    list_display = ("__str__", "created_at", "placed_by", "total", "approved", "approval")
    list_filter = ("tenant",)
    list_select_related = ("placed_by", "approval")
    search_fields = ("=cart__key", "=approval__key", "placed_by__email")
    search_help_text = "Id of the cart or approval, or address of who placed it."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    fields = (
        ("created_at", "placed_by", "tenant"),
        ("cart", "approval"),
        ("total", "approved"),
        "parts",
        "what_the_policy_said",
    )
    readonly_fields = ("total", "parts", "approved", "what_the_policy_said")

    @admin.display(description="to be paid", ordering="gross")
    def total(self, checkout: Checkout) -> str:
        """Lines and shipping, tax included."""
        return money_text(checkout.gross, checkout.currency)

    @admin.display(description="parts")
    def parts(self, checkout: Checkout) -> str:
        """Net and tax of it."""
        return parts_text(checkout.net, checkout.tax, checkout.gross, checkout.currency)

    @admin.display(description="approved", empty_value="-")
    def approved(self, checkout: Checkout) -> str | None:
        """What an approval had allowed, shipping included."""
        if checkout.approved_gross is None:
            return None
        return money_text(checkout.approved_gross, checkout.currency)

    @admin.display(description="ruling")
    def what_the_policy_said(self, checkout: Checkout) -> SafeString:
        """When it was placed."""
        return pretty(checkout.ruling)


class OrderLineInline(LookOnlyInline):
    """What was agreed, and how its delivery stands."""

    model = OrderLine
    fields = ("number", "sku", "text", "how_many", "price", "sum", "delivery_kind", "delivery_state", "instructions")
    readonly_fields = ("text", "how_many", "price", "sum")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order")

    @admin.display(description="name")
    def text(self, line: OrderLine) -> str:
        """In English, else in any language."""
        return line.name.get("en") or next(iter(line.name.values()), "")

    @admin.display(description="quantity")
    def how_many(self, line: OrderLine) -> str:
        """With its unit."""
        return f"{quantity_text(line.quantity)} {line.unit}"

    @admin.display(description="unit price")
    def price(self, line: OrderLine) -> str:
        """As it was agreed."""
        kind = "gross" if line.includes_tax else "net"
        return f"{money_text(line.unit_price, line.order.currency)} {kind}, {quantity_text(line.tax_rate)} % tax"

    @admin.display(description="gross")
    def sum(self, line: OrderLine) -> str:
        """Of the whole line, tax included."""
        return money_text(line.gross, line.order.currency)


class OrderEventInline(LookOnlyInline):
    """What happened, in order."""

    model = OrderEvent
    fields = (*EVENT_COLUMNS, "channel")


@admin.register(Order)
class OrderAdmin(Numbered, Chained, LookOnly, admin.ModelAdmin):
    """Orders with their lines, deliveries and history."""

    inlines = (OrderLineInline, OrderEventInline)
    list_display = (
        "number",
        "status",
        "total",
        "buyer_name",
        "company",
        "auditing_company",
        "vendor",
        "needs_review",
        "created_at",
    )
    list_filter = ("status", "needs_review", "on_behalf", "marketplace", "kind")
    list_select_related = ("company", "auditing_company", "vendor")
    search_fields = ("=key", "buyer_name", "company__name", "lines__sku")
    search_help_text = "Number (CS1042) or id of the order, buyer, company, or SKU."
    date_hierarchy = "created_at"
    list_per_page = 50
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "status", "status_since"),
                    "status_reason",
                    "internal_note",
                    ("buyer_name", "company", "marketplace"),
                    ("placed_by_name", "on_behalf"),
                    ("auditing_company", "vendor"),
                    ("needs_review", "review"),
                )
            },
        ),
        ("Amounts", {"fields": ("total", "of_lines", "of_shipping")}),
        ("History", {"fields": ("chain",)}),
        (
            "Details",
            {
                "fields": (
                    "what_was_agreed",
                    ("checkout", "position", "kind"),
                    ("key", "version", "tenant"),
                    ("created_at", "modified_at"),
                ),
                "classes": ("collapse",),
            },
        ),
    )
    readonly_fields = ("number", "total", "of_lines", "of_shipping", "chain", "what_was_agreed")

    def get_queryset(self, request):
        parts = ("company", "auditing_company", "vendor", "marketplace", "tenant", "checkout", "review")
        return super().get_queryset(request).select_related(*parts)

    @admin.display(description="to be paid", ordering="gross")
    def total(self, order: Order) -> str:
        """Lines and shipping, tax included."""
        return money_text(order.gross, order.currency)

    @admin.display(description="lines")
    def of_lines(self, order: Order) -> str:
        """Their sum."""
        return parts_text(order.lines_net, order.lines_tax, order.lines_gross, order.currency)

    @admin.display(description="shipping")
    def of_shipping(self, order: Order) -> str:
        """This order's share of it."""
        return parts_text(order.shipping_net, order.shipping_tax, order.shipping_gross, order.currency)

    @admin.display(description="agreed")
    def what_was_agreed(self, order: Order) -> SafeString:
        """Shipping, addresses, delivery window, payment, and what the policy said."""
        return pretty(
            {
                "shipping": order.shipping,
                "addresses": order.addresses,
                "delivery window": order.delivery_window,
                "payment": order.payment,
                "ruling": order.ruling,
            }
        )


@admin.register(OrderEvent)
class OrderEventAdmin(EventAdmin):
    """Everything that happened to orders."""

    list_display = ("at", "kind", "order", "actor_name", "role", "from_status", "to_status", "channel")
    list_select_related = ("order",)
    search_fields = ("=order__key", "actor_name", "=actor_ref")
    search_help_text = "Id of the order, or who did it."
