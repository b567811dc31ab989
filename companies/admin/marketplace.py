"""Where does an administrator set up marketplaces, how they ship and when they deliver?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone

from companies.admin.base import Counting, Lasting, Plain
from companies.admin.texts import PerLanguage
from companies.models import DeliveryWindow, Marketplace, ShippingMethod
from config.kit.records import KEY_FORMAT


class ByPreference(forms.NullBooleanSelect):
    """Yes, no, or what the tenant's preference says."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", "As the tenant's preference says"), ("true", "Yes"), ("false", "No")]


class MarketplaceForm(forms.ModelForm):
    """A marketplace; its site code is given once and stays."""

    site_code = forms.CharField(
        max_length=64,
        validators=[KEY_FORMAT],
        help_text="What the API calls this marketplace, such as main. It cannot be changed later.",
    )

    class Meta:
        model = Marketplace
        fields = (
            "tenant",
            "name",
            "owner",
            "parent",
            "currency",
            "country",
            "is_active",
            "review_default",
            "auto_approve_on_behalf",
            "require_second_person",
            "review_reminder_days",
            "platform_reviews",
        )
        widgets = {"review_default": ByPreference, "auto_approve_on_behalf": ByPreference}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        tenant_id = self.instance.tenant_id or getattr(given.get("tenant"), "pk", None)
        for name in ("owner", "parent"):
            other = given.get(name)
            if other is not None and other.tenant_id != tenant_id:
                self.add_error(name, "This belongs to another tenant.")
        if given.get("parent") is not None and given["parent"].pk == self.instance.pk:
            self.add_error("parent", "A marketplace is not its own parent.")
        code = given.get("site_code")
        if code and Marketplace.objects.filter(tenant_id=tenant_id, key=code).exists():
            self.add_error("site_code", "There is a marketplace with this site code.")
        return given


class ShippingMethodInline(PerLanguage, Plain, admin.StackedInline):
    """Ways to ship, at a net price."""

    model = ShippingMethod
    texts = {"name": (100, 0)}
    extra = 0
    ordering = ("zone", "key")
    fields = (("zone", "key"), "name", ("net_price", "currency"), ("tax_class", "is_active"))


class DeliveryWindowInline(admin.TabularInline):
    """When it delivers, from today on; past days are kept, but not listed."""

    model = DeliveryWindow
    classes = ("bare",)
    extra = 0
    ordering = ("delivery_on", "name")
    fields = ("delivery_on", "name", "key", "slot", "capacity", "is_active")
    verbose_name_plural = "delivery windows from today on"

    def get_queryset(self, request):
        return super().get_queryset(request).filter(delivery_on__gte=timezone.now().date())


@admin.register(Marketplace)
class MarketplaceAdmin(Counting, Lasting, admin.ModelAdmin):
    """Marketplaces with their shipping methods and delivery windows."""

    form = MarketplaceForm
    inlines = (ShippingMethodInline, DeliveryWindowInline)
    list_display = ("name", "key", "owner", "parent", "currency", "country", "is_active", "tenant")
    list_filter = ("is_active", "tenant")
    list_select_related = ("owner", "parent", "tenant")
    search_fields = ("name", "key")
    ordering = ("name", "pk")
    autocomplete_fields = ("owner", "parent")

    def get_readonly_fields(self, request, obj=None):
        return ("tenant", "key") if obj else ()

    def get_fieldsets(self, request, obj=None):
        code = "key" if obj else "site_code"
        return (
            (None, {"fields": ("name", ("tenant", code), ("currency", "country"), "is_active")}),
            (
                "Reseller",
                {
                    "fields": ("owner", "parent"),
                    "description": "Both empty: a parent marketplace, where vendors review their own orders. "
                    "Both set: the reseller sells here and reviews what is ordered.",
                },
            ),
            (
                "Order review",
                {
                    "fields": (
                        ("review_default", "review_reminder_days"),
                        ("auto_approve_on_behalf", "require_second_person"),
                        "platform_reviews",
                    )
                },
            ),
        )

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The site code is only asked for a new marketplace."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("site_code", None)
        return form

    def save_model(self, request, obj, form, change):
        if not change:
            obj.key = form.cleaned_data["site_code"]
        super().save_model(request, obj, form, change)
