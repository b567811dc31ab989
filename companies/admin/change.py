"""Where does an administrator look up who changed a role, a limit, an approval group or a preference?"""

from __future__ import annotations

from django.contrib import admin

from companies.admin.base import LookOnly, pretty
from companies.models import Change
from companies.services import in_words


@admin.register(Change)
class ChangeAdmin(LookOnly, admin.ModelAdmin):
    """The history of companies and settings."""

    list_display = ("at", "words", "company", "actor_name", "channel", "reason")
    list_display_links = ("at", "words")
    list_filter = ("kind", "channel", "tenant")
    list_select_related = ("company", "tenant")
    search_fields = ("subject", "actor_name", "company__name")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = (
        "at",
        "words",
        "company",
        "tenant",
        "reason",
        "actor_name",
        "actor_kind",
        "actor_ref",
        "channel",
        "before",
        "after",
    )
    readonly_fields = ("words", "before", "after")

    @admin.display(description="what was changed")
    def words(self, change: Change) -> str:
        """The entry as a sentence."""
        return in_words(change)

    @admin.display(description="old value")
    def before(self, change: Change) -> str:
        """As it is stored."""
        return pretty(change.old)

    @admin.display(description="new value")
    def after(self, change: Change) -> str:
        """As it is stored."""
        return pretty(change.new)
