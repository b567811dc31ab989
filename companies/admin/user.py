"""Where does an administrator make accounts, set passwords and say who is platform staff?"""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.html import format_html

from companies.admin.base import LookOnly, Plain
from companies.models import Customer, Member, User


class AccountForm(UserChangeForm):
    """An account; the e-mail address is what its owner signs in with."""

    time_zone = forms.ChoiceField(choices=lambda: [(name, name) for name in sorted(available_timezones())])

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {}


class NewAccountForm(BaseUserCreationForm):
    """A new account with its password."""

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")
        field_classes = {}


class CustomerInline(Plain, admin.TabularInline):
    """As whose customer the user is known, and by which number."""

    model = Customer
    classes = ("bare",)
    fields = ("tenant", "number", "created_at")
    readonly_fields = ("created_at",)
    extra = 0
    can_delete = False
    verbose_name_plural = "customer numbers"


class MembershipInline(LookOnly, admin.TabularInline):
    """In which companies the user is; changed on the company's page."""

    model = Member
    classes = ("bare",)
    fields = ("company_link", "role", "in_approval_group", "is_active")
    readonly_fields = ("company_link",)
    extra = 0
    verbose_name_plural = "companies (change them on the company's page)"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("company", "user").order_by("company__name", "pk")

    @admin.display(description="company")
    def company_link(self, member: Member) -> str:
        """To where the group can be changed."""
        url = reverse("admin:companies_company_change", args=(member.company_id,))
        return format_html('<a href="{}">{}</a>', url, member.company.name)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts. Only superusers touch staff: who may change accounts could otherwise take any of them over."""

    form = AccountForm
    add_form = NewAccountForm
    inlines = (CustomerInline, MembershipInline)
    show_full_result_count = False
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "joined_at")
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "password", "is_active")}),
        ("Person", {"fields": ("title", ("first_name", "last_name"), "phone", ("language", "time_zone"))}),
        (
            "Platform staff",
            {
                "fields": ("is_staff", "is_superuser", "groups", "user_permissions"),
                "classes": ("collapse",),
                "description": "For those who operate this installation. What somebody may do in a company is set "
                "on the company's page.",
            },
        ),
        ("Dates", {"fields": ("last_login", "joined_at"), "classes": ("collapse",)}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "first_name", "last_name", "password1", "password2"),
            },
        ),
    )

    def get_inlines(self, request, obj):
        """A new account is in no company yet, and nobody's customer."""
        return self.inlines if obj else ()

    def get_readonly_fields(self, request, obj=None):
        staff_only = ("is_staff", "is_superuser", "groups", "user_permissions")
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *staff_only)

    def has_change_permission(self, request, obj=None):
        if obj is not None and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """What somebody did is kept with them: accounts are switched off."""
        return False


admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(GroupAdmin):
    """Permission groups of platform staff, which are easily taken for the groups of a company."""

    change_list_template = "admin/auth/group/change_list.html"
