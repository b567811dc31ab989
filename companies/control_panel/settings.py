"""Which settings may this reader change, what stands in them, and who changed them before?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from companies.actors import Actor
from companies.models import Change, Marketplace
from companies.preferences import PreferenceKey, values_of
from companies.roles import CompanyKind, Role
from companies.services import in_words
from companies.services.marketplaces import may_change

Values = dict[str, Any]

SHOWN_CHANGES = 30


def has_settings(actor: Actor) -> bool:
    """Managers of vendors and resellers have settings, and the platform's staff."""
    return actor.platform or actor.role is Role.MANAGER


def places_to_set(actor: Actor) -> list[Marketplace]:
    """The marketplaces whose settings the actor may change, the parent first. One query, or none."""
    if not has_settings(actor):
        return []
    places = Marketplace.objects.filter(tenant_id=actor.tenant_id)
    if not actor.platform:
        places = places.filter(owner_id=actor.company_id)
    rows = places.select_related("owner", "logo").order_by(F("owner_id").asc(nulls_first=True), "name", "pk")
    return [place for place in rows if may_change(actor, place)]


def settings_tabs(actor: Actor, places: Iterable[Marketplace], current: str) -> list[Values]:
    """The pages of settings for this reader; `current` is the address of the one that is read."""
    tabs = []
    for place in places:
        tabs.append((place.name, reverse("control_panel:settings_marketplace", args=[place.key])))
        if place.owner_id is not None:
            name = f"Reviewed on {place.name}"
            tabs.append((name, reverse("control_panel:settings_offers", args=[place.key])))
    if actor.platform or actor.company_kind is CompanyKind.VENDOR:
        tabs.append(("Reviewed products", reverse("control_panel:settings_products")))
        tabs.append(("Webhooks", reverse("control_panel:webhooks")))
    return [{"label": label, "url": url, "current": url == current} for label, url in tabs]


def changes_shown(changes: QuerySet[Change]) -> list[Values]:
    """The latest of these entries as rows of a timeline, the newest first. One query."""
    latest = changes.order_by("-at", "-pk")[:SHOWN_CHANGES]
    return [
        {
            "at": change.at,
            "who": change.actor_name,
            "what": "changed this",
            "details": [in_words(change)],
            "comment": change.reason,
            "tone": "closed",
        }
        for change in latest
    ]


def preferences_of(place: Marketplace) -> Values:
    """What holds where the marketplace leaves it to the tenant. One query."""
    keys = (PreferenceKey.REVIEW_DEFAULT, PreferenceKey.AUTO_APPROVE_ON_BEHALF, PreferenceKey.REVIEW_REMINDER_DAYS)
    return values_of(place.tenant_id, keys)
