"""Where does an administrator set a tenant's system preferences?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from companies.admin.base import AnswersRefusals, Lasting, RefusableForm, ShowsChanges, staff_actor
from companies.models import Change, Tenant
from companies.preferences import PREFERENCES, KnownPreference, PreferenceKey, values_of
from companies.services import set_preference
from companies.services.history import LONGEST_REASON
from companies.services.marketplaces import has_resellers


def field_name(key: str) -> str:
    """A preference's field on the page: the key without its dot."""
    return key.replace(".", "__")


def preference_field(known: KnownPreference) -> forms.Field:
    """The field for one preference, with its label, help and bounds."""
    text = {"label": known.label, "help_text": known.help_text}
    if known.is_switch:
        return forms.BooleanField(required=False, **text)
    return forms.IntegerField(min_value=known.least, max_value=known.most, **text)


class _TenantForm(RefusableForm):
    reason = forms.CharField(
        label="Why you change this",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text="Optional. Kept in the history with each change of a preference.",
    )
    renamed = {key: field_name(key) for key in PREFERENCES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = values_of(self.instance.pk) if self.instance.pk else {}
        for key, known in PREFERENCES.items():
            self.initial.setdefault(field_name(key), values.get(key, known.default))


# The fields come from the registry: a preference added there has its place on the page.
TenantForm = type(
    "TenantForm", (_TenantForm,), {field_name(known.key): preference_field(known) for known in PREFERENCES.values()}
)


@admin.register(Tenant)
class TenantAdmin(AnswersRefusals, ShowsChanges, Lasting, admin.ModelAdmin):
    """Tenants with their system preferences."""

    form = TenantForm
    list_display = ("name", "key", "created_at")
    search_fields = ("name", "key")
    ordering = ("name", "pk")

    def get_readonly_fields(self, request, obj=None):
        """The key is part of addresses that others have stored."""
        return ("key",) if obj else ()

    def get_fieldsets(self, request, obj=None):
        preferences = {
            "fields": tuple(field_name(key) for key in self._shown(obj)),
            "description": "They hold for all marketplaces and companies of this tenant, from now on.",
        }
        return (
            (None, {"fields": ("name", "key")}),
            ("System preferences", preferences),
            (None, {"fields": ("reason",)}),
        )

    @staticmethod
    def _shown(obj: Tenant | None) -> list[str]:
        """Without resellers there is nothing that their sales could accept by themselves."""
        resold = obj is not None and has_resellers(obj.pk)
        return [key for key in PREFERENCES if resold or key != PreferenceKey.AUTO_APPROVE_ON_BEHALF]

    def changes_of(self, obj: Tenant):
        return Change.objects.filter(tenant_id=obj.pk, company__isnull=True)

    def save_model(self, request, obj, form, change):
        """The name here, each changed preference by its service."""
        super().save_model(request, obj, form, change)
        actor = staff_actor(request, obj.pk)
        for key in self._shown(obj):
            if field_name(key) in form.changed_data:
                set_preference(
                    actor=actor,
                    tenant_id=obj.pk,
                    key=key,
                    value=form.cleaned_data[field_name(key)],
                    reason=form.cleaned_data["reason"],
                )
