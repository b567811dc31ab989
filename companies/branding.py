"""How does a marketplace look on its pages: its name, its logo and the sheet with its colour?"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, register_converter, reverse
from django.views.decorators.http import require_safe

from companies.models import Logo, Marketplace
from config.kit.colour import Shades, checked_accent, shades_of
from config.kit.refused import Invalid

# Another number is another address: raise it when the sheet or the shades are made in another way.
SHEET = 2
FOR_GOOD = "public, max-age=31536000, immutable"
PICTURES = {"image/png", "image/jpeg"}


class DigitsConverter:
    """The six digits of a colour in an address."""

    regex = "[0-9a-f]{6}"

    def to_python(self, value: str) -> str:
        """With its mark."""
        return f"#{value}"

    def to_url(self, value: str) -> str:
        """Without its mark."""
        return value.removeprefix("#")


register_converter(DigitsConverter, "colour")


def brand_on_pages(place: Marketplace | None, name: str = "") -> dict[str, Any]:
    """What `templates/base.html` shows of a marketplace; the installation's look where it has none of its own."""
    if place is None:
        return {"name": name, "logo_url": "", "sheet_url": ""}
    return {
        "name": place.name,
        "logo_url": reverse("brand_logo", args=[place.logo.digest]) if place.logo else "",
        "logo_width": place.logo.width if place.logo else 0,
        "logo_height": place.logo.height if place.logo else 0,
        "sheet_url": reverse("brand_sheet", args=[SHEET, place.accent]) if place.accent else "",
    }


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """A picture by its digest, which never changes; who does not know the digest finds none."""
    found = Logo.objects.filter(digest=digest).first()
    if found is None or found.type not in PICTURES:
        raise Http404("There is no such picture.")
    headers = {"Cache-Control": FOR_GOOD, "Content-Security-Policy": "default-src 'none'; sandbox"}
    return HttpResponse(bytes(found.content), content_type=found.type, headers=headers)


@require_safe
def sheet(request: HttpRequest, version: int, colour: str) -> HttpResponse:
    """The style sheet of a colour, made of the colour alone; 404 for one on which nobody could read."""
    try:
        shades = shades_of(checked_accent(colour))
    except Invalid as unreadable:
        raise Http404("There is no such colour.") from unreadable
    if version != SHEET:
        raise Http404("There is no such sheet.")
    return HttpResponse(sheet_of(shades), content_type="text/css; charset=utf-8", headers={"Cache-Control": FOR_GOOD})


def sheet_of(shades: Shades) -> str:
    """The tokens of static/css/countersign.css in this colour, for light and for dark screens."""
    return f"""[data-area="dashboard"] {{
  --accent: {shades.accent};
  --accent-strong: {shades.strong};
  --accent-soft: {shades.soft};
  --on-accent: {shades.text};
}}

@media screen and (prefers-color-scheme: dark) {{
  [data-area="dashboard"] {{
    --accent: {shades.dark_accent};
    --accent-strong: {shades.dark_strong};
    --accent-soft: {shades.dark_soft};
    --on-accent: {shades.dark_text};
  }}
}}
"""


urlpatterns = [
    path("brand/<int:version>/<colour:colour>.css", sheet, name="brand_sheet"),
    path("brand/logos/<slug:digest>", logo, name="brand_logo"),
]
