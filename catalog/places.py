"""On which marketplace does somebody shop, who may not have said so?"""

from __future__ import annotations

from django.db.models import Q

from companies.models import Marketplace

# Where clients shop that name no site: some say so by this word.
DEFAULT = "default"
# What clients call the only site of a tenant; the first that there is counts.
USUAL_CODES = (DEFAULT, "main")


def place_called(tenant_id: int, site_code: str) -> Marketplace | None:
    """The active marketplace with this site code; without a code the tenant's home. One query.

    Home is the parent marketplace (of several: the one with a usual code, else the oldest); None where
    there is none. `default` is home, too, unless a marketplace is called so.
    """
    places = Marketplace.objects.filter(tenant_id=tenant_id, is_active=True).select_related("owner")
    if site_code not in ("", DEFAULT):
        return places.filter(key=site_code).first()
    found = list(places.filter(Q(owner=None) | Q(key=DEFAULT)).order_by("pk"))
    named = [place for place in found if place.key == site_code]
    homes = named or [place for place in found if place.owner_id is None]
    usual = [place for code in USUAL_CODES for place in homes if place.key == code]
    return next(iter(usual or homes), None)


def is_called(place: Marketplace, site_code: str) -> bool:
    """Whether a site code means this marketplace; none at all means any."""
    return site_code in ("", place.key) or (site_code == DEFAULT and place.owner_id is None)
