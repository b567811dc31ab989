"""How are people put into a company's groups, moved, removed and named for its approval group, on one page?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, IntegerField, Value, When
from django.forms.models import BaseInlineFormSet

from companies.actors import Actor
from companies.admin.base import Blame, RefusableForm, RefusedInRow
from companies.models import Company, Member
from companies.roles import CUSTOMER_ROLES, GROUP_ROLES, SELLER_ROLES, CompanyKind, Role, roles_of
from companies.services import (
    add_member,
    change_role,
    deactivate_member,
    reactivate_member,
    set_approval_group,
)
from config.kit.refused import Refused

WHAT_GROUPS_MAY = {
    Role.ADMIN: "order freely, approve everything, see all of the company's orders and approvals",
    Role.BUYER: "order alone up to the purchase limit, approve requests within it",
    Role.REQUESTER: "always ask before they order",
    Role.CONTACT: "may neither order nor ask",
    Role.AUDITOR: "accept or reject orders and deliver them",
    Role.SALES: "price quotes and order on behalf of customers",
    Role.MANAGER: "do what Auditors and Sales do, and keep the company's settings",
}
REMOVED, NEW = "removed", "new"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a group on the page; `count` is None where it is no group."""

    title: str
    text: str
    count: int | None = None


class PersonForm(RefusableForm):
    """One row: a member's group, place in the approval group and membership; or somebody to be added."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    first_name = forms.CharField(max_length=100, required=False)
    last_name = forms.CharField(max_length=100, required=False)

    class Meta:
        model = Member
        fields = ("role", "in_approval_group", "is_active")

    def __init__(self, *args: Any, kind: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings: list[Heading] = []
        self.fields["role"].choices = group_choices(kind)
        gone = ("email", "first_name", "last_name") if self.instance.pk else ("is_active",)
        for name in gone:
            del self.fields[name]
        if kind is not None and kind != CompanyKind.CUSTOMER:
            del self.fields["in_approval_group"]

    @property
    def person_fields(self) -> list[forms.BoundField]:
        """Who it is, in a row for somebody new."""
        return [self[name] for name in ("email", "first_name", "last_name")]

    def clean(self) -> dict[str, Any]:
        """Who moves out of the groups that approve leaves the approval group; nobody outside them joins."""
        given = super().clean()
        if given.get("in_approval_group") and given.get("role") not in GROUP_ROLES:
            if "in_approval_group" in self.changed_data:
                self.add_error("in_approval_group", "Only an Admin, Buyer or Requester can be in the approval group.")
            given["in_approval_group"] = False
        return given


def group_choices(kind: str | None) -> list[Any]:
    """The groups a company of this kind has; all of them where its kind is still open."""

    def named(roles):
        return [(role.value, role.label) for role in roles]

    if kind is not None:
        return [("", "Choose a group"), *named(roles_of(kind))]
    return [
        ("", "Choose a group"),
        ("Customer company", named(CUSTOMER_ROLES)),
        ("Seller", named(SELLER_ROLES)),
    ]


class PeopleFormSet(BaseInlineFormSet):
    """The rows in the order of their groups; the first row of each group carries its heading.

    Groups without anybody get their heading, too: the page shows which groups there are.
    """

    @property
    def headed_forms(self) -> list[PersonForm]:
        """All rows and the empty one, each knowing the headings that come before it."""
        rows = [*self.forms, self.empty_form]
        counts = Counter(_section(form) for form in rows)
        groups = roles_of(self.instance.kind) if self.instance.pk else ()
        waiting = [*groups, *([REMOVED] if counts[REMOVED] else []), NEW]
        for form in rows:
            section = _section(form)
            upto = waiting.index(section) + 1 if section in waiting else 0
            form.headings = [_heading(name, counts[name]) for name in waiting[:upto]]
            del waiting[:upto]
        return rows


def _section(form: PersonForm) -> str:
    if not form.instance.pk:
        return NEW
    return form.initial["role"] if form.initial["is_active"] else REMOVED


def _heading(section: str, count: int) -> Heading:
    if section == NEW:
        return Heading(
            "Add people",
            "Who has an account is found by the e-mail address and keeps their name; for anybody else one is made.",
        )
    if section == REMOVED:
        return Heading("Removed", "no longer in the company; tick Active to take somebody back", count)
    return Heading(Role(section).label, WHAT_GROUPS_MAY[Role(section)], count)


class PeopleInline(admin.TabularInline):
    """The people of a company by group; saved by `save_people`."""

    model = Member
    form = PersonForm
    formset = PeopleFormSet
    template = "admin/companies/company/people.html"
    fields = ("email", "first_name", "last_name", "role", "in_approval_group", "is_active")
    verbose_name = "person"
    verbose_name_plural = "groups and approval group"
    can_delete = False
    extra = 3

    def get_queryset(self, request):
        """Active people by group, then those who were removed."""
        groups = [*CUSTOMER_ROLES, *SELLER_ROLES]
        rank = Case(
            *(When(role=role, is_active=True, then=Value(place)) for place, role in enumerate(groups)),
            default=Value(len(groups)),
            output_field=IntegerField(),
        )
        rows = super().get_queryset(request).select_related("user").annotate(rank=rank)
        return rows.order_by("rank", "user__last_name", "user__first_name", "pk")


@dataclass(frozen=True, slots=True)
class Wish:
    """One call of a service that a row asks for. Low ranks come first, so that a new Admin is there
    before the old one goes."""

    rank: int
    form: PersonForm
    call: Callable[[], Member]


def save_people(formset: PeopleFormSet, *, actor: Actor, company: Company, reason: str) -> None:
    """Carry out what the rows ask for, each by its service; raises `RefusedInRow` at the first refusal.

    Tells the formset what was added and changed, which Django's own log asks it for.
    """
    wishes: list[Wish] = []
    for form in formset.forms:
        if form.has_changed():
            wishes += _wishes(form, actor, company, reason)
    added = {}
    for wish in sorted(wishes, key=lambda wish: wish.rank):
        member = _carried_out(wish)
        if not wish.form.instance.pk:
            added[wish.form.prefix] = member
    if company.kind == CompanyKind.CUSTOMER:
        _save_approval_group(formset, added, actor, company, reason)
    formset.new_objects = list(added.values())
    formset.changed_objects = [(f.instance, f.changed_data) for f in formset.initial_forms if f.has_changed()]
    formset.deleted_objects = []


def _wishes(form: PersonForm, actor: Actor, company: Company, reason: str) -> list[Wish]:
    given, member_id = form.cleaned_data, form.instance.pk
    by = {"actor": actor, "reason": reason}
    if member_id is None:
        person = {name: given[name] for name in ("email", "first_name", "last_name", "role")}
        return [Wish(0, form, partial(add_member, **by, company_id=company.pk, **person))]
    wishes = []
    if "is_active" in form.changed_data and given["is_active"]:
        wishes.append(Wish(0, form, partial(reactivate_member, **by, member_id=member_id)))
    if "role" in form.changed_data:
        rank = 1 if given["role"] == Role.ADMIN else 2
        wishes.append(Wish(rank, form, partial(change_role, **by, member_id=member_id, role=given["role"])))
    if "is_active" in form.changed_data and not given["is_active"]:
        wishes.append(Wish(3, form, partial(deactivate_member, **by, member_id=member_id)))
    return wishes


def _carried_out(wish: Wish) -> Member:
    try:
        return wish.call()
    except Refused as refusal:
        raise RefusedInRow(Blame(refusal, wish.form.prefix)) from refusal


def _save_approval_group(
    formset: PeopleFormSet, added: dict[str, Member], actor: Actor, company: Company, reason: str
) -> None:
    ids = [
        added[form.prefix].pk if form.prefix in added else form.instance.pk
        for form in formset.forms
        if form.cleaned_data.get("in_approval_group")
    ]
    try:
        set_approval_group(actor=actor, company_id=company.pk, member_ids=ids, reason=reason)
    except Refused as refusal:
        changed = (form for form in formset.forms if "in_approval_group" in form.changed_data)
        row = next(changed, formset.forms[0])
        raise RefusedInRow(Blame(refusal, row.prefix)) from refusal
