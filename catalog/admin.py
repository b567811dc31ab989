"""Where does an administrator set up products, what they cost where, and their tax?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest

from catalog.models import Listing, Plan, Product, SoldAs, TaxClass, TaxRate
from catalog.services.review_flags import flag_listings, flag_products
from companies.admin.base import Counting, Lasting, Plain, staff_actor
from companies.admin.texts import PerLanguage
from config.kit.wording import money_text


class ProductForm(forms.ModelForm):
    """A product of one tenant, with a vendor and a tax class of the same."""

    class Meta:
        model = Product
        fields = (
            "tenant",
            "vendor",
            "sku",
            "name",
            "description",
            "category",
            "unit",
            "tax_class",
            "needs_review",
            "provisioning",
            "sold_as",
            "is_active",
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        tenant_id = self.instance.tenant_id or getattr(given.get("tenant"), "pk", None)
        for name in ("vendor", "tax_class"):
            other = given.get(name)
            if other is not None and other.tenant_id != tenant_id:
                self.add_error(name, "This belongs to another tenant.")
        return given


class ListingForm(forms.ModelForm):
    """An offer; product and marketplace are of one tenant, and what is a subscription is offered by plan."""

    class Meta:
        model = Listing
        fields = (
            "product",
            "plan",
            "marketplace",
            "unit_price",
            "currency",
            "includes_tax",
            "needs_review",
            "is_active",
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        marketplace = given.get("marketplace")
        product = given.get("product") or getattr(self.instance, "product", None)
        if marketplace is not None and product is not None and product.tenant_id not in (None, marketplace.tenant_id):
            self.add_error("marketplace", "This marketplace belongs to another tenant than the product.")
        if product is not None:
            self._check_plan(product, given.get("plan") or self.instance.plan, is_active=bool(given.get("is_active")))
        return given

    def _check_plan(self, product: Product, plan: Plan | None, *, is_active: bool) -> None:
        """A subscription is sold by plan, and by nothing else; anything else has none."""
        if plan is None:
            if is_active and product.sold_as == SoldAs.SUBSCRIPTION:
                said = "This product is a subscription: choose the plan this is the price of. Save new plans first."
                self.add_error("plan" if "plan" in self.fields else None, said)
            return
        field = "plan" if "plan" in self.fields else None
        if plan.product_id != product.pk:
            self.add_error(field, "This plan is of another product.")
        elif product.sold_as != SoldAs.SUBSCRIPTION and is_active:
            self.add_error(field, "This product is sold once, without plans. Leave the plan out.")


class OfferForm(ListingForm):
    """A row of a product's page; marketplace and plan are chosen once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        for name in ("marketplace", "plan"):
            if name in self.fields:
                here = getattr(self.instance, name)
                self.fields[name].disabled = True
                # Only itself to choose from, which also saves a query for each row.
                self.fields[name].widget.choices = [(here.pk, str(here))] if here else [("", "")]


class PlanForm(forms.ModelForm):
    """A row of a product's page. Code and period stay: whoever subscribed is renewed for the period they agreed to."""

    class Meta:
        model = Plan
        fields = ("code", "name", "period", "trial_days", "position", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("code", "period"):
                self.fields[name].disabled = True


class Flagged:
    """Admin page of rows whose review flag is set by the service, with its entry in the history.

    Each page brings `set_flag(request, flag, obj)`, which writes the flag by itself.
    """

    set_flag: Callable[[HttpRequest, str, Any], None]

    def save_model(self, request, obj, form, change):
        if change and "needs_review" in form.changed_data:
            self.set_flag(request, obj.needs_review, obj)
            obj.refresh_from_db(fields=["version", "modified_at"])
            if form.changed_data == ["needs_review"]:
                return
        super().save_model(request, obj, form, change)


class PlanInline(PerLanguage, Plain, admin.TabularInline):
    """In which plans it is subscribed to."""

    model = Plan
    form = PlanForm
    texts = {"name": (60, 0)}
    classes = ("bare",)
    fields = ("position", "code", "name", "period", "trial_days", "is_active")
    ordering = ("position", "pk")
    extra = 0
    can_delete = False
    verbose_name_plural = "plans, where it is sold as a subscription"

    def get_extra(self, request, obj=None, **kwargs):
        """A row to fill in without any script, where there may be plans."""
        return 1 if obj is not None and obj.sold_as == SoldAs.SUBSCRIPTION else 0


class ListingInline(Plain, admin.TabularInline):
    """On which marketplaces the product is offered; a subscription by plan, for one unit and period."""

    model = Listing
    form = OfferForm
    classes = ("bare",)
    fields = ("marketplace", "plan", "unit_price", "currency", "includes_tax", "is_active")
    extra = 0
    can_delete = False
    verbose_name_plural = "offered on"

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("marketplace", "product", "plan__product")
        return rows.order_by("marketplace__name", "plan__position", "pk")

    def get_formset(self, request, obj=None, **kwargs):
        """Remembers whose plans there are to choose from."""
        request.plans_of = obj.pk if obj else None
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only plans of this product."""
        if db_field.name == "plan":
            plans = Plan.objects.filter(product_id=request.plans_of).select_related("product")
            kwargs["queryset"] = plans.order_by("position", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Product)
class ProductAdmin(Flagged, PerLanguage, Counting, Lasting, admin.ModelAdmin):
    """Products with their flags and where they are offered."""

    form = ProductForm
    texts = {"name": (200, 0), "description": (5000, 4)}
    inlines = (PlanInline, ListingInline)
    list_display = ("sku", "english_name", "vendor", "category", "needs_review", "provisioning", "offers", "is_active")
    list_display_links = ("sku", "english_name")
    list_filter = ("needs_review", "provisioning", "sold_as", "is_active", "category", "tenant")
    list_select_related = ("vendor",)
    search_fields = ("sku", "name", "vendor__name")
    ordering = ("sku", "pk")
    autocomplete_fields = ("vendor", "tax_class")
    radio_fields = {"needs_review": admin.VERTICAL, "provisioning": admin.VERTICAL, "sold_as": admin.VERTICAL}
    list_per_page = 50

    def get_queryset(self, request):
        """With the count of the list, in one query."""
        return super().get_queryset(request).annotate(offer_count=Count("listings", filter=Q(listings__is_active=True)))

    def get_readonly_fields(self, request, obj=None):
        return ("tenant", "key") if obj else ()

    def get_fieldsets(self, request, obj=None):
        return (
            (None, {"fields": (("tenant", "key") if obj else ("tenant",), "vendor", "category", ("sku", "unit"))}),
            ("Texts", {"fields": ("name", "description")}),
            (
                "Order review and delivery",
                {
                    "fields": ("needs_review", "provisioning"),
                    "description": "A change counts for new orders; orders that wait for their review go on waiting.",
                },
            ),
            ("Sale", {"fields": ("sold_as", "tax_class", "is_active")}),
        )

    @staticmethod
    def set_flag(request, flag, obj):
        """By the service."""
        flag_products(actor=staff_actor(request, obj.tenant_id), product_ids=[obj.pk], needs_review=flag)

    @admin.display(description="name")
    def english_name(self, product: Product) -> str:
        """In English, else in whatever language it has."""
        return product.name.get("en") or next(iter(product.name.values()), "")

    @admin.display(description="offers", ordering="offer_count")
    def offers(self, product: Product) -> int:
        """How many marketplaces and currencies it is sold in."""
        return product.offer_count


@admin.register(Listing)
class ListingAdmin(Flagged, Counting, Lasting, admin.ModelAdmin):
    """Offers: what a product costs on a marketplace."""

    form = ListingForm
    list_display = ("sku", "name", "plan_code", "marketplace", "price", "includes_tax", "needs_review", "is_active")
    list_display_links = ("sku", "name")
    list_filter = ("marketplace", "is_active", "needs_review", "currency")
    list_select_related = ("product", "plan", "marketplace")
    search_fields = ("product__sku", "product__name", "key")
    ordering = ("product__sku", "marketplace__name", "pk")
    autocomplete_fields = ("product", "marketplace")
    fields = (
        ("product", "plan", "marketplace"),
        ("unit_price", "currency", "includes_tax"),
        "needs_review",
        "is_active",
        "key",
    )
    list_per_page = 50

    @staticmethod
    def set_flag(request, flag, obj):
        """By the service."""
        actor = staff_actor(request, obj.marketplace.tenant_id)
        flag_listings(actor=actor, listing_ids=[obj.pk], needs_review=flag)

    def get_readonly_fields(self, request, obj=None):
        """What an offer is for stays; another one is a new offer."""
        return ("product", "plan", "marketplace", "key") if obj else ("key",)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Plans by their product."""
        if db_field.name == "plan":
            plans = Plan.objects.select_related("product").order_by("product__sku", "position", "pk")
            kwargs["queryset"] = plans
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="plan", ordering="plan__position")
    def plan_code(self, listing: Listing) -> str:
        """Of what is subscribed to."""
        return f"{listing.plan.code}, per {listing.plan.period}" if listing.plan else ""

    @admin.display(description="SKU", ordering="product__sku")
    def sku(self, listing: Listing) -> str:
        """Of the product."""
        return listing.product.sku

    @admin.display(description="name")
    def name(self, listing: Listing) -> str:
        """Of the product, in English or any language."""
        return listing.product.name.get("en") or next(iter(listing.product.name.values()), "")

    @admin.display(description="unit price", ordering="unit_price")
    def price(self, listing: Listing) -> str:
        """With its currency."""
        return money_text(listing.unit_price, listing.currency)


class TaxRateInline(Plain, admin.TabularInline):
    """Rates by country; the newest that has begun counts."""

    model = TaxRate
    classes = ("bare",)
    extra = 1
    ordering = ("country", "-valid_from")


@admin.register(TaxClass)
class TaxClassAdmin(Lasting, admin.ModelAdmin):
    """Tax classes with their rates."""

    inlines = (TaxRateInline,)
    list_display = ("code", "name", "tenant")
    list_filter = ("tenant",)
    list_select_related = ("tenant",)
    search_fields = ("code", "name")
    ordering = ("code", "pk")
    fields = ("tenant", "code", "name")

    def get_readonly_fields(self, request, obj=None):
        """Orders and shipping methods know the class by its code."""
        return ("tenant", "code") if obj else ()
