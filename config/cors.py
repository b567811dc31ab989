"""May a page of another address call the API? A storefront in a browser does nothing else.

The API knows callers by the token that they send and by nothing the browser adds on its own, so any
page may ask; `API_ORIGINS` names those that may where an installation wants fewer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from config.api import FAMILIES

EVERYBODY = "*"
METHODS = "GET, POST, PUT, PATCH, DELETE"
EXPOSED = "X-Total-Count, X-Request-ID, Retry-After, Location"
DAY = "86400"
_NAMES = re.compile(r"[A-Za-z0-9-]+(\s*,\s*[A-Za-z0-9-]+){0,49}")


class OtherOrigins:
    """Answers what browsers ask before a call, and says on each answer who may read it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        if origin is None or request.path.split("/", 2)[1] not in FAMILIES:
            return self.get_response(request)
        asks_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if asks_first else self.get_response(request)
        origins = settings.API_ORIGINS
        if EVERYBODY in origins:
            response["Access-Control-Allow-Origin"] = EVERYBODY
        else:
            patch_vary_headers(response, ["Origin"])
            if origin not in origins:
                return response
            response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Expose-Headers"] = EXPOSED
        if asks_first:
            _permit(request, response)
        return response


def _permit(request: HttpRequest, response: HttpResponse) -> None:
    """Every method, and the headers that were asked for: the API ignores those it does not know."""
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Max-Age"] = DAY
    wanted = request.headers.get("Access-Control-Request-Headers", "")
    if _NAMES.fullmatch(wanted):
        response["Access-Control-Allow-Headers"] = wanted
