"""Where does an administrator make API clients? The secret is shown once, right after it was made."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.utils.html import format_html
from oauth2_provider import admin as library

from companies.admin.base import AnswersRefusals, Lasting, RefusableForm, staff_actor
from companies.models import ApiClient, Company, ServiceToken
from companies.roles import CompanyKind
from companies.scopes import CLIENT_SCOPES
from companies.services.clients import NewClient, change_client, create_client, renew_secret

# The library brings pages for all it can do; of that we use client credentials, and tokens are nobody's to read.
for model in (ApiClient, ServiceToken, library.grant_model, library.id_token_model, library.refresh_token_model):
    admin.site.unregister(model)


class ClientForm(RefusableForm):
    """An API client: whose it is, what it may do, and whether it gets a new secret."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in sorted(CLIENT_SCOPES)],
        widget=forms.CheckboxSelectMultiple,
        help_text="What it may ask for; a token carries all of them unless it asks for fewer.",
    )
    new_secret = forms.BooleanField(
        label="Make a new secret",
        required=False,
        help_text="The present secret and the tokens got with it end at once.",
    )

    class Meta:
        model = ApiClient
        fields = ("tenant", "company", "name", "client_id", "scopes", "is_active")


@admin.register(ApiClient)
class ClientAdmin(AnswersRefusals, Lasting, admin.ModelAdmin):
    """Programs that call the storefront API in their own name."""

    form = ClientForm
    list_display = ("name", "client_id", "tenant", "company", "is_active", "created")
    list_filter = ("tenant", "is_active")
    list_select_related = ("tenant", "company")
    search_fields = ("name", "client_id")
    ordering = ("name", "pk")

    def get_readonly_fields(self, request, obj=None):
        """Others have stored the id; tenant and company are what it may see."""
        return ("tenant", "company", "client_id") if obj else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only vendors have a system that delivers."""
        if db_field.name == "company":
            vendors = Company.objects.filter(kind=CompanyKind.VENDOR).select_related("tenant")
            kwargs |= {"queryset": vendors.order_by("name"), "empty_label": "The whole tenant"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request, obj=None):
        fields = ["tenant", "company", "name", "client_id", "scopes", "is_active"]
        return [*fields, "new_secret"] if obj else fields[:-1]

    def save_model(self, request, obj, form, change):
        """Everything by its service."""
        given = form.cleaned_data
        actor = staff_actor(request, obj.tenant_id)
        if not change:
            made = create_client(
                actor=actor,
                tenant_id=obj.tenant_id,
                name=given["name"],
                scopes=given["scopes"],
                client_id=given["client_id"],
                company_id=obj.company_id,
            )
            obj.pk = made.client.pk
            self._show(request, made)
            return
        change_client(
            actor=actor, client_id=obj.pk, name=given["name"], scopes=given["scopes"], is_active=given["is_active"]
        )
        if given["new_secret"]:
            self._show(request, renew_secret(actor=actor, client_id=obj.pk))

    def _show(self, request, made: NewClient) -> None:
        text = "The secret of {} is <code>{}</code>. Copy it now: it cannot be shown again."
        messages.success(request, format_html(text, made.client.client_id, made.secret))
