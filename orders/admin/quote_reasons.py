"""Where does an administrator word the reasons for declining a quote, or for sending it back?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote as in_address
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from companies.admin.base import AnswersRefusals, Lasting, RefusableForm, staff_actor
from companies.admin.texts import PerLanguage, language_name
from companies.models import Tenant
from orders.models import QuoteReason
from orders.quote_lifecycle import DEFAULT_REASONS
from orders.services.quote_reasons import (
    LONGEST_MESSAGE,
    Reason,
    create_reason,
    delete_reason,
    reasons_of,
    update_reason,
)

DEFAULT_KEYS = {reason.key for reason in DEFAULT_REASONS}


class ReasonForm(RefusableForm):
    """A reason: its kind, its code for programs, and what people read, per language."""

    offered = forms.BooleanField(
        required=False,
        initial=True,
        help_text="Take this away, and nobody is offered the reason any more. Quotes that gave it keep it.",
    )
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = QuoteReason
        fields = ("tenant", "type", "code", "message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen_version", self.instance.version)

    def validate_constraints(self) -> None:
        """Left to the service, which knows the defaults as well and says it in words."""


@admin.register(QuoteReason)
class QuoteReasonAdmin(AnswersRefusals, PerLanguage, Lasting, admin.ModelAdmin):
    """The reasons of each tenant: the defaults, which have no row until they are changed, and its own.

    A reason without a row is addressed by `<id of the tenant>:<id of the reason>`.
    """

    form = ReasonForm
    texts = {"message": (LONGEST_MESSAGE, 0)}
    change_form_template = "admin/orders/quote_reason.html"

    def get_queryset(self, request):
        return super().get_queryset(request).filter(deleted_at=None).select_related("tenant")

    def get_readonly_fields(self, request, obj=None):
        return ("tenant",) if obj else ()

    def get_fields(self, request, obj=None):
        fields = ["tenant", "type", "code", "message"]
        return [*fields, "offered", "seen_version"] if obj else fields

    def get_object(self, request, object_id, from_field=None):
        """A row, or a default reason that has none yet."""
        tenant_id, separator, key = object_id.partition(":")
        if not separator:
            return super().get_object(request, object_id, from_field)
        tenant = Tenant.objects.filter(pk=tenant_id).first() if tenant_id.isdecimal() and len(tenant_id) < 10 else None
        found = next((reason for reason in reasons_of(tenant.pk) if reason.key == key), None) if tenant else None
        if tenant is None or found is None:
            return None
        row = self.get_queryset(request).filter(tenant=tenant, key=key).first()
        return row or QuoteReason(tenant=tenant, key=key, type=found.type, code=found.code, message=dict(found.message))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The reasons of one tenant, as people are offered them; `?tenant=` chooses it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        tenants = list(Tenant.objects.order_by("name", "pk"))
        chosen = next(
            (each for each in tenants if each.key == request.GET.get("tenant")), tenants[0] if tenants else None
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Reasons that go with quotes",
            "opts": self.opts,
            "has_add_permission": self.has_add_permission(request),
            "tenants": tenants,
            "chosen": chosen,
            "reasons": self._listed(chosen) if chosen else [],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/orders/quote_reasons.html", context)

    def save_model(self, request, obj, form, change):
        """Everything by its service."""
        given, actor = form.cleaned_data, staff_actor(request, obj.tenant_id)
        said = {"kind": given["type"], "code": given["code"], "message": given["message"]}
        if not change:
            self._take_row(obj, create_reason(actor=actor, **said).key)
        elif given["offered"]:
            update_reason(actor=actor, key=obj.key, seen_version=given["seen_version"], **said)
            self._take_row(obj, obj.key)
        else:
            delete_reason(actor=actor, key=obj.key)
            self._take_row(obj, obj.key)

    def _take_row(self, obj: QuoteReason, key: str) -> None:
        """The row that the service wrote, for what Django notes about the change."""
        obj.pk, obj.key = QuoteReason.objects.values_list("pk", "key").get(tenant_id=obj.tenant_id, key=key)

    def response_change(self, request, obj):
        """Back to the list of the same tenant; a reason that is offered no longer has no page to link to."""
        if "offered" not in request.POST:
            messages.success(request, f"The reason {obj.code} is offered no longer.")
            return redirect(self._list_url(obj))
        answer = super().response_change(request, obj)
        return answer if "_continue" in request.POST else redirect(self._list_url(obj))

    def response_add(self, request, obj, post_url_continue=None):
        answer = super().response_add(request, obj, post_url_continue)
        return answer if {"_continue", "_addanother"} & request.POST.keys() else redirect(self._list_url(obj))

    def _list_url(self, obj: QuoteReason) -> str:
        return f"{reverse('admin:orders_quotereason_changelist')}?tenant={obj.tenant.key}"

    def _listed(self, tenant: Tenant) -> list[dict[str, Any]]:
        rows = dict(QuoteReason.objects.filter(tenant=tenant, deleted_at=None).values_list("key", "pk"))
        return [
            {
                "type": reason.type.value.capitalize(),
                "code": reason.code,
                "texts": [(language_name(code), text) for code, text in reason.message.items()],
                "origin": _origin(reason, has_row=reason.key in rows),
                "url": reverse(
                    "admin:orders_quotereason_change",
                    args=[rows.get(reason.key) or in_address(f"{tenant.pk}:{reason.key}")],
                ),
            }
            for reason in sorted(reasons_of(tenant.pk), key=lambda reason: reason.type)
        ]


def _origin(reason: Reason, *, has_row: bool) -> str:
    if reason.key not in DEFAULT_KEYS:
        return "Own"
    return "Default, changed" if has_row else "Default"
