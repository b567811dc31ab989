"""Where is the document read? By programs as JSON, by people on a page that loads nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from config.middleware import policy_text
from config.openapi.document import document


@cache
def _encoded() -> tuple[bytes, str]:
    body = json.dumps(document(), ensure_ascii=False).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@cache
def _services() -> list[dict[str, Any]]:
    """Every operation by its service, for who reads the page without JavaScript."""
    operations = [
        {"method": method.upper(), "path": path, "summary": words["summary"], "tag": words["tags"][0]}
        for path, methods in document()["paths"].items()
        for method, words in methods.items()
    ]
    return [
        {
            "name": tag["name"],
            "text": tag["description"],
            "operations": [each for each in operations if each["tag"] == tag["name"]],
        }
        for tag in document()["tags"]
    ]


@require_safe
@condition(etag_func=lambda request: _encoded()[1])
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. Open to everybody: it says nothing that is not in the code."""
    return HttpResponse(_encoded()[0], content_type="application/json", headers={"Cache-Control": "no-cache"})


class Docs(SpectacularSwaggerSplitView):
    """A readable page of it. The page's own program writes styles into its elements, and only here it may."""

    url_name = "api_schema"
    template_name = "api_docs.html"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, and its script under `?script`."""
        response: Response = super().get(request, *args, **kwargs)
        if isinstance(response.data, dict):
            response.data["services"] = _services()
        policy = {**settings.SECURE_CSP, "style-src": [*settings.SECURE_CSP["style-src"], "'unsafe-inline'"]}
        response["Content-Security-Policy"] = policy_text(policy, "")
        return response
