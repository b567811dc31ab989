"""What does the frame of a portal page show: whose place it is, the areas with what waits there, and who reads?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """The values of `templates/base.html`; nothing outside the two portals."""
    if not getattr(request, "area", ""):
        return {}
    return {"area": request.area}
