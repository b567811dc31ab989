"""Where does an administrator set a company's purchase limit, its groups, its approval group and its places?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.utils import timezone

from companies.admin.base import AnswersRefusals, Counting, Lasting, Plain, RefusableForm, ShowsChanges, staff_actor
from companies.admin.people import PeopleInline, save_people
from companies.models import Change, Company, Location, Member, Tenant
from companies.roles import CompanyKind
from companies.services import set_expiry_days, set_home_marketplace, set_limit
from companies.services.history import LONGEST_REASON
from companies.services.marketplaces import has_resellers
from companies.services.warnings import warnings_for
from config.kit.wording import money_text

PLAIN = ("name", "email", "is_active", "type", "parent")
LIMITS = ("purchase_limit", "limit_currency", "approval_expiry_days")


class CompanyForm(RefusableForm):
    """A company; its limits are saved by services."""

    reason = forms.CharField(
        label="Why you change this",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text="Optional. Kept in the history with each change of the limit, the groups or the approval group.",
    )

    class Meta:
        model = Company
        fields = ("tenant", "kind", *PLAIN, "home_marketplace", *LIMITS)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("purchase_limit") is not None and not given.get("limit_currency"):
            self.add_error("limit_currency", "Say in which currency the limit is, such as EUR.")
        tenant_id = self.instance.tenant_id or getattr(given.get("tenant"), "pk", None)
        parent = given.get("parent")
        if parent is not None and (parent.tenant_id != tenant_id or parent.pk == self.instance.pk):
            self.add_error("parent", "Choose another company of the same tenant.")
        return given


class LocationInline(Plain, admin.StackedInline):
    """Where the company is; customers choose from these at the checkout."""

    model = Location
    extra = 0
    ordering = ("name", "pk")
    fields = (
        ("name", "type", "is_active"),
        ("street", "street_number"),
        "street_appendix",
        ("zip_code", "city"),
        ("state", "country"),
        "contact_name",
        ("phone", "email"),
    )


class KindFilter(admin.SimpleListFilter):
    """The kinds that there are: where nobody resells, nobody is asked about resellers."""

    title, parameter_name = "kind", "kind"

    def lookups(self, request, model_admin):
        """Those of the companies, in the order of the kinds."""
        found = set(Company.objects.order_by().values_list("kind", flat=True).distinct())
        return [(kind.value, kind.label) for kind in CompanyKind if kind in found]

    def queryset(self, request, queryset):
        """Those of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Company)
class CompanyAdmin(AnswersRefusals, ShowsChanges, Counting, Lasting, admin.ModelAdmin):
    """Companies with their limits and people."""

    form = CompanyForm
    inlines = (PeopleInline, LocationInline)
    list_display = ("name", "kind", "limit", "people", "approval_group", "is_active", "tenant")
    list_filter = (KindFilter, "is_active", "tenant")
    list_select_related = ("tenant",)
    search_fields = ("name", "email", "members__user__email", "members__user__last_name")
    search_help_text = "Name of the company, or name or e-mail address of one of its people."
    ordering = ("name", "pk")
    autocomplete_fields = ("parent",)
    list_per_page = 50

    def get_queryset(self, request):
        """With the counts of the list, in one query."""
        active = Q(members__is_active=True, members__user__is_active=True)
        return (
            super()
            .get_queryset(request)
            .annotate(
                people_count=Count("members", filter=active, distinct=True),
                group_count=Count("members", filter=active & Q(members__in_approval_group=True), distinct=True),
            )
        )

    @admin.display(description="purchase limit", ordering="purchase_limit", empty_value="no limit")
    def limit(self, company: Company) -> str | None:
        """Gross, with its currency."""
        if company.kind != CompanyKind.CUSTOMER:
            return "-"
        return money_text(company.purchase_limit, company.limit_currency) if company.limit else None

    @admin.display(description="active people", ordering="people_count")
    def people(self, company: Company) -> int:
        """Who can sign in and act for it."""
        return company.people_count

    @admin.display(description="approval group", ordering="group_count")
    def approval_group(self, company: Company) -> str:
        """Its active members; none: the groups decide."""
        return str(company.group_count or "-")

    def get_readonly_fields(self, request, obj=None):
        return ("tenant", "kind", "key") if obj else ()

    def get_fieldsets(self, request, obj=None):
        """Vendors and resellers buy nothing, so they have no limits."""
        fieldsets = [(None, {"fields": ("name", ("kind", "tenant"), "email", "is_active")})]
        if obj is None or obj.kind == CompanyKind.CUSTOMER:
            limits = {
                "fields": ("purchase_limit", "limit_currency", "approval_expiry_days"),
                "description": "What its Buyers may order alone, and how long a request waits for its answer. "
                "For customer companies only.",
            }
            fieldsets.append(("Purchase approval", limits))
        if obj is not None and obj.kind == CompanyKind.CUSTOMER and has_resellers(obj.tenant_id):
            fieldsets.append(("Shopping", {"fields": ("home_marketplace",)}))
        tree = ("type", "parent", "key") if obj else ("type", "parent")
        fieldsets.append(("Company tree", {"fields": tree, "classes": ("collapse",)}))
        fieldsets.append((None, {"fields": ("reason",)}))
        return fieldsets

    def get_changeform_initial_data(self, request):
        """New companies are customers; most installations have one tenant."""
        tenants = list(Tenant.objects.values_list("pk", flat=True)[:2])
        usual = {"kind": CompanyKind.CUSTOMER.value, "tenant": tenants[0] if len(tenants) == 1 else None}
        return {**usual, **super().get_changeform_initial_data(request)}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, PeopleInline):
            kind = obj.kind if obj is not None and obj.pk else None
            given["form_kwargs"] = {"kind": kind, "blame": getattr(request, "blame", None)}
        return given

    def changes_of(self, obj: Company):
        return Change.objects.filter(company_id=obj.pk)

    def warnings_of(self, obj: Company) -> list[str]:
        return warnings_for(obj, obj.members.select_related("user"))

    def save_model(self, request, obj, form, change):
        """The plain columns here, the limits by their services."""
        given = {name: form.cleaned_data.get(name) for name in LIMITS}
        if change:
            plain = [name for name in PLAIN if name in form.changed_data]
            if plain:
                obj.save(update_fields=[*plain, *obj.touched(timezone.now())])
        else:
            obj.purchase_limit, obj.limit_currency, obj.approval_expiry_days = None, "", None
            obj.home_marketplace = None
            obj.save()
        by = {"actor": staff_actor(request, obj.tenant_id), "company_id": obj.pk, "reason": form.cleaned_data["reason"]}
        if "home_marketplace" in form.changed_data:
            home = form.cleaned_data["home_marketplace"]
            set_home_marketplace(**by, marketplace_id=home.pk if home else None)
        if {"purchase_limit", "limit_currency"} & set(form.changed_data):
            set_limit(**by, amount=given["purchase_limit"], currency=given["limit_currency"])
        if "approval_expiry_days" in form.changed_data:
            set_expiry_days(**by, days=given["approval_expiry_days"])
        obj.refresh_from_db()

    def save_formset(self, request, form, formset, change):
        """People by their services, locations plainly."""
        if formset.model is not Member:
            super().save_formset(request, form, formset, change)
            return
        company = form.instance
        actor = staff_actor(request, company.tenant_id)
        save_people(formset, actor=actor, company=company, reason=form.cleaned_data["reason"])
