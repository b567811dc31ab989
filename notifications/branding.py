"""In whose name and colours is a mail written? A marketplace's to its customers, the tenant's to everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.mime.image import MIMEImage
from typing import Any

from django.conf import settings

from companies.addressing import address_of
from companies.models import Logo, Marketplace
from config.kit.colour import shades_of
from notifications.models import Notice
from notifications.texts import Side, side_of

LOGO_ID = "marketplace-logo"
LOGO_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Colours:
    """Of buttons and links, on light and on dark screens."""

    accent: str = "#3f45c6"
    text: str = "#ffffff"
    dark_accent: str = "#a4abff"
    dark_text: str = "#12142e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Who writes: the name in the mail and that of the sender, where answers go, and where links begin."""

    name: str
    sender: str
    reply_to: str = ""
    base_url: str
    colours: Colours = Colours()
    logo: Logo | None = None

    @property
    def logo_width(self) -> int:
        """How wide the picture is at the height it is shown with."""
        return round(self.logo.width * LOGO_HEIGHT / self.logo.height) if self.logo and self.logo.height else 0


def brand_of(notice: Notice, facts: Mapping[str, Any]) -> Brand:
    """The look of the mail of a notice, as the marketplace is now. One query for a customer's, none for others'."""
    place = None
    if notice.site_code and side_of(notice.topic, facts) is Side.CUSTOMER:
        places = Marketplace.objects.filter(tenant_id=notice.tenant_id, key=notice.site_code)
        place = places.select_related("logo").first()
    if place is None:
        name = facts.get("marketplace") or notice.tenant.name
        return Brand(name=name, sender=name, base_url=settings.SITE_URL)
    colours = Colours()
    if place.accent:
        shades = shades_of(place.accent)
        colours = Colours(shades.accent, shades.text, shades.dark_accent, shades.dark_text)
    return Brand(
        name=place.name,
        sender=place.sender_name or place.name,
        reply_to=place.reply_to,
        base_url=address_of(place),
        colours=colours,
        logo=place.logo,
    )


def picture_of(logo: Logo) -> MIMEImage:
    """The logo as a part of the mail: showing it fetches nothing from anywhere."""
    part = MIMEImage(bytes(logo.content), logo.type.removeprefix("image/"))
    part.add_header("Content-ID", f"<{LOGO_ID}>")
    part.add_header("Content-Disposition", "inline", filename=f"logo.{logo.type.removeprefix('image/')}")
    return part
