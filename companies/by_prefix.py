"""Did this request come by the path prefix of a marketplace? Then its pages are that marketplace's."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port

from companies.addressing import API_SEGMENTS, PREFIX_FORM, RESERVED, may_be_marketplaces, under_prefix
from companies.models import Marketplace
from companies.reader import open_places

# The API, files, probes and the administration are the installation's alone, whoever asks for them.
NOT_BELOW = API_SEGMENTS | {"admin", "healthz", "static"}


class MarketplacePrefix:
    """Takes the prefix off the path, and lets every address that is made meanwhile begin with it.

    One query for an address that none of ours begins like; none for all others. On the host of a marketplace
    there are no prefixes of others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        prefix, slash, rest = request.path_info[1:].partition("/")
        if prefix in RESERVED or not PREFIX_FORM.fullmatch(prefix) or rest.partition("/")[0] in NOT_BELOW:
            return self.get_response(request)
        place = _place_below(prefix, split_domain_port(request.get_host())[0])
        if place is None:
            return self.get_response(request)
        if not slash:
            return HttpResponseRedirect(f"{request.path}/")
        request.marketplace_by_prefix = place
        request.path_info = f"/{rest}"
        with under_prefix(prefix):
            return self.get_response(request)


def _place_below(prefix: str, host: str) -> Marketplace | None:
    wanted = Q(path_prefix=prefix)
    if may_be_marketplaces(host):
        wanted |= Q(host=host)
    found = list(open_places().filter(wanted))
    if any(place.host == host for place in found):
        return None
    return found[0] if found else None
