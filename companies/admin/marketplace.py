"""Where does an administrator set up marketplaces, how they ship and when they deliver?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from companies.addressing import answers_for
from companies.admin.base import (
    AnswersRefusals,
    Counting,
    Lasting,
    Plain,
    RefusableForm,
    ShowsChanges,
    staff_actor,
)
from companies.admin.texts import PerLanguage
from companies.logos import MOST_BYTES
from companies.models import DeliveryWindow, Marketplace, ShippingMethod
from companies.services.history import LONGEST_REASON
from companies.services.marketplaces import change_marketplace, changes_of, has_resellers
from config.kit.records import KEY_FORMAT


class ByPreference(forms.NullBooleanSelect):
    """Yes, no, or what the tenant's preference says."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", "As the tenant's preference says"), ("true", "Yes"), ("false", "No")]


# Written by the service, with an entry in the history; the columns are written by the page itself.
SETTINGS = (
    *("name", "is_active", "host", "path_prefix", "accent", "sender_name", "reply_to"),
    *("review_default", "auto_approve_on_behalf", "require_second_person", "review_reminder_days", "platform_reviews"),
)
COLUMNS = ("owner", "parent", "currency", "country")


class MarketplaceForm(RefusableForm):
    """A marketplace: its columns, and its settings, which a service saves; its site code is given once and stays."""

    site_code = forms.CharField(
        max_length=64,
        validators=[KEY_FORMAT],
        help_text="What the API calls this marketplace, such as main. It cannot be changed later.",
    )
    new_logo = forms.FileField(
        label="Logo",
        required=False,
        help_text="A PNG, JPEG or WebP picture of at most 200 kB, for a white ground. It is drawn anew, 480 x 120 "
        "points at most.",
    )
    no_logo = forms.BooleanField(label="Show no logo any more", required=False)
    reason = forms.CharField(
        label="Why you change this",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text="Optional. Kept in the history with what you change.",
    )

    renamed = {"logo": "new_logo"}

    class Meta:
        model = Marketplace
        fields = ("tenant", *COLUMNS, *SETTINGS)
        widgets = {"review_default": ByPreference, "auto_approve_on_behalf": ByPreference}

    def wanted(self) -> dict[str, Any]:
        """The settings that were changed on the page, as the service takes them."""
        given = self.cleaned_data
        wanted = {name: given[name] for name in SETTINGS if name in self.changed_data}
        if given.get("new_logo"):
            wanted["logo"] = given["new_logo"].read(MOST_BYTES + 1)
        elif given.get("no_logo"):
            wanted["logo"] = None
        return wanted

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
class MarketplaceAdmin(AnswersRefusals, ShowsChanges, Counting, Lasting, admin.ModelAdmin):
    """Marketplaces with their shipping methods and delivery windows."""

    form = MarketplaceForm
    inlines = (ShippingMethodInline, DeliveryWindowInline)
    list_display = ("name", "key", "owner", "parent", "currency", "country", "is_active", "tenant")
    list_filter = ("is_active", "tenant")
    list_select_related = ("owner", "parent", "tenant")
    search_fields = ("name", "key")
    ordering = ("name", "pk")
    autocomplete_fields = ("owner", "parent")

    @admin.display(description="logo now", empty_value="none")
    def picture(self, place: Marketplace) -> str | None:
        """As its pages show it."""
        if place.logo is None:
            return None
        url = reverse("brand_logo", args=[place.logo.digest])
        return format_html('<img src="{}" alt="" height="40">', url)

    def get_list_display(self, request):
        """Who resells is shown where anybody does."""
        resold = Marketplace.objects.filter(owner__isnull=False).exists()
        return [name for name in self.list_display if resold or name not in ("owner", "parent")]

    def get_readonly_fields(self, request, obj=None):
        return ("tenant", "key", "picture") if obj else ()

    def get_fieldsets(self, request, obj=None):
        resold = obj is None or obj.owner_id is not None or has_resellers(obj.tenant_id)
        own = obj is None or obj.owner_id is not None
        code = "key" if obj else "site_code"
        logo = ("picture", "new_logo", "no_logo") if obj and obj.logo_id else ("new_logo",)
        reseller = {
            "fields": ("owner", "parent"),
            "description": "Both empty: a parent marketplace, where vendors review their own orders. "
            "Both set: the reseller sells here and reviews what is ordered.",
        }
        return (
            (None, {"fields": ("name", ("tenant", code), ("currency", "country"), "is_active")}),
            *([("Reseller", reseller)] if resold else ()),
            (
                "Address",
                {
                    "fields": ("host", "path_prefix"),
                    "description": "Who comes by one of them is on this marketplace, whatever they chose before.",
                },
            ),
            ("Look and mails", {"fields": (*logo, "accent", "sender_name", "reply_to")}),
            (
                "Order review",
                {
                    "fields": (
                        ("review_default", "review_reminder_days"),
                        ("auto_approve_on_behalf", "require_second_person") if own else "require_second_person",
                        "platform_reviews",
                    )
                },
            ),
            (None, {"fields": ("reason",)}),
        )

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The site code is only asked for a new marketplace."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("site_code", None)
        return form

    def changes_of(self, obj: Marketplace):
        return changes_of(obj)

    def warnings_of(self, obj: Marketplace) -> list[str]:
        """ALLOWED_HOSTS may have been changed since the host was set."""
        if not obj.host or answers_for(obj.host):
            return []
        return [f"Nobody reaches {obj.host}: add it to ALLOWED_HOSTS, and restart the web processes."]

    def save_model(self, request, obj, form, change):
        """Its columns here, its settings by their service."""
        wanted = form.wanted()
        if not change:
            obj.key, obj.name = form.cleaned_data["site_code"], wanted.pop("name")
            obj.save()
        elif plain := [name for name in COLUMNS if name in form.changed_data]:
            obj.save(update_fields=[*plain, *obj.touched(timezone.now())])
        actor, reason = staff_actor(request, obj.tenant_id), form.cleaned_data["reason"]
        change_marketplace(actor=actor, marketplace_id=obj.pk, wanted=wanted, reason=reason)
        obj.refresh_from_db()
