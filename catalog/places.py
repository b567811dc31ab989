"""On which marketplace does somebody shop, who may not have said so?"""

from __future__ import annotations

from companies.models import Marketplace

# What clients call the only site of a tenant; the first that there is counts.
USUAL_CODES = ("default", "main")


def place_called(tenant_id: int, site_code: str) -> Marketplace | None:
    """The active marketplace with this site code; without a code the tenant's home. One query.

    Home is the parent marketplace (of several: the one with a usual code, else the oldest); None where
    there is none.
    """
    places = Marketplace.objects.filter(tenant_id=tenant_id, is_active=True).select_related("owner")
    if site_code:
        return places.filter(key=site_code).first()
    homes = list(places.filter(owner=None).order_by("pk"))
    usual = [place for code in USUAL_CODES for place in homes if place.key == code]
    return next(iter(usual or homes), None)
