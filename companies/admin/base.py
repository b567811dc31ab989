"""What do the pages of the administration have in common: looking only, answering refusals, showing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from companies.actors import Actor, Channel
from companies.models import Change
from companies.services import in_words
from config.kit.money import spell
from config.kit.records import Resource
from config.kit.refused import Refused

SHOWN_CHANGES = 30


def staff_actor(request: HttpRequest, tenant_id: int | None) -> Actor:
    """The signed-in staff member as services know them, at work in one tenant."""
    return Actor.staff(request.user, Channel.ADMIN, tenant_id)


class LookOnly:
    """An admin page, list or inline without any way to add, change or delete.

    What it shows is written by services; an editable field here would be a second door.
    """

    show_full_result_count = False

    def has_add_permission(self, *_):
        return False

    def has_change_permission(self, *_):
        return False

    def has_delete_permission(self, *_):
        return False


class AmountField(forms.DecimalField):
    """A number that is shown with two decimals, or as many as it has, instead of all that its column keeps."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal) or not value.is_finite():
            return value
        whole, _, decimals = spell(value).partition(".")
        return f"{whole}.{decimals.ljust(2, '0')}"


class Plain:
    """An admin page or inline with readable amounts, and without buttons that open other forms in windows."""

    formfield_overrides = {models.DecimalField: {"form_class": AmountField}}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            wrapper = field.widget
            wrapper.can_add_related = wrapper.can_change_related = False
            wrapper.can_view_related = wrapper.can_delete_related = False
        return field


class Lasting(Plain):
    """An admin page of rows that others refer to: they are switched off, never deleted."""

    show_full_result_count = False

    def has_delete_permission(self, *_):
        return False


class Counting:
    """Admin page of a `Resource`: each change moves its version on, as the API promises; its inlines' rows alike."""

    def save_model(self, request, obj, form, change):
        if change:
            obj.touched(timezone.now())
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        for row in formset.initial_forms:
            if row.has_changed() and isinstance(row.instance, Resource):
                row.instance.touched(timezone.now())
        super().save_formset(request, form, formset, change)


class LookOnlyInline(LookOnly, admin.TabularInline):
    """Rows that belong to what the page is about."""

    classes = ("bare",)
    extra = 0
    ordering = ("number",)


@dataclass(frozen=True, slots=True)
class Blame:
    """A refusal, and the form it belongs to: the page's own, or the row of an inline with this prefix."""

    refusal: Refused
    prefix: str | None = None


class RefusedInRow(Exception):
    """A service refused what one row of an inline asked for."""

    def __init__(self, blame: Blame) -> None:
        super().__init__(blame.refusal.text)
        self.blame = blame


class RefusableForm(forms.ModelForm):
    """A form that can be told, after it was valid, that a service refused what it asked for.

    `renamed` maps the service's name of an input to the form's, where they differ.
    """

    renamed: dict[str, str] = {}

    def __init__(self, *args: Any, blame: Blame | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.blame = blame

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.blame is not None and self.blame.prefix == self.prefix:
            refusal = self.blame.refusal
            name = self.renamed.get(refusal.field, refusal.field)
            self.add_error(name if name in self.fields else None, [refusal.text, *refusal.details])


class AnswersRefusals:
    """Admin page whose saving calls services: a refusal undoes everything and comes back as an error of the form.

    The first pass runs in the transaction of Django's own page, which a refusal rolls back as a
    whole; the second pass only shows the form again with the refusal at its field. The form is a
    `RefusableForm`.
    """

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            request.blame = Blame(refusal)
        except RefusedInRow as refused:
            request.blame = refused.blame
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        blame = getattr(request, "blame", None)
        if blame is None:
            return form

        class Blamed(form):
            def __init__(self, *args, **inner):
                super().__init__(*args, blame=blame, **inner)

        return Blamed


class ShowsChanges:
    """Admin page that lists what was changed about its row, and refuses to overwrite what it did not show.

    The page carries the newest entry it knows; where there is a newer one by the time it is sent,
    somebody else has changed roles, limits or settings meanwhile, and nothing is saved. Each page brings
    `changes_of(obj)`: the entries about its row.
    """

    change_form_template = "admin/with_changes.html"
    changes_of: Callable[[Any], models.QuerySet[Change]]

    def warnings_of(self, obj) -> list[str]:
        """What the reader should know before anything else."""
        return []

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        if obj is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and (answer := self._overtaken(request, obj)):
            return answer
        context = {"changes": _shown(self.changes_of(obj)), "warnings": self.warnings_of(obj)}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def _overtaken(self, request: HttpRequest, obj) -> HttpResponse | None:
        seen = request.POST.get("newest_change")
        if seen is None or not self.has_change_permission(request, obj):
            return None
        newest = self.changes_of(obj).order_by("-pk").first()
        if newest is None or str(newest.pk) == seen:
            return None
        messages.error(
            request,
            f"Nothing was saved: {newest.actor_name} changed this while you had it open ({in_words(newest)}). "
            "This is how it is now.",
        )
        return HttpResponseRedirect(request.get_full_path())


def _shown(changes) -> list[dict[str, Any]]:
    return [
        {"id": change.pk, "at": change.at, "who": change.actor_name, "what": in_words(change), "why": change.reason}
        for change in changes.order_by("-pk")[:SHOWN_CHANGES]
    ]


def pretty(value: Any) -> SafeString:
    """JSON, readable."""
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


def bullets(lines) -> SafeString:
    """A list of sentences, or a dash where there is none."""
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html("<ul>{}</ul>", items) if items else SafeString("-")
