"""Who is on the other side of a page: which tenant, company and marketplace, and how is a refusal shown to them?

The middleware puts on every request, without a query until somebody asks:

    request.portal        everything below, and the memberships to choose from (`companies.reader`)
    request.actor         the customer (set by `customer_area`, else None)
    request.seller        vendor's or reseller's people, or platform staff (set by `seller_area`, else None)
    request.area          "dashboard", "control_panel" or "" outside of both
    request.tenant        whose marketplaces these are
    request.marketplace   where the customer is shopping; falsy where the tenant has none

Views are decorated outside in: `@require_POST @customer_area @refusals(back=...)`. A refusal that no
`refusals` catches ends at the area: 404, 403 and 409 as pages, wrong input as a message on the page before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage, Page
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import register_converter, reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from companies.actors import Actor
from companies.addressing import address_of, unprefixed
from companies.models import Marketplace
from companies.models.user import known_time_zone
from companies.reader import HOMES, MARKETPLACE, Portal
from config.kit.paging import Pages
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused

View = Callable[..., HttpResponse]
Row = TypeVar("Row", bound=Model)
FormType = TypeVar("FormType", bound=BaseForm)

SAFE = ("GET", "HEAD")
SIGNED_OUT = "You were signed out meanwhile. Nothing of what you sent was done: sign in, then send it again."
_KEY = re.compile(r"[0-9a-f]{32}")
KEPT, LONGEST_KEPT = "kept_input", 10_000  # twice the longest comment that is taken


class KeyConverter:
    """The ids that records have outside, in addresses (`<key:key>`); anything else is no address of ours."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._~@-]{0,63}"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(KeyConverter, "key")


class PortalMiddleware:
    """Prepares `request.portal` and lets the page speak in the reader's time zone and language.

    The language decides in which of a product's texts it is shown; who has no session costs no query.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        portal = Portal(request)
        request.portal, request.area, request.actor, request.seller = portal, "", None, None
        request.tenant = SimpleLazyObject(portal.tenant)
        request.marketplace = SimpleLazyObject(lambda: portal.marketplace)
        with ExitStack() as stack:
            # Pictures and sheets are the same for everybody, and kept by browsers whoever signs in.
            personal = not request.path_info.startswith("/brand/")
            if personal and request.session.session_key and request.user.is_authenticated:
                stack.enter_context(timezone.override(_zone(request.user.time_zone)))
                stack.enter_context(translation.override(_language(request.user.language)))
            response = self.get_response(request)
            return _not_by_address(request, response) if isinstance(response, HttpResponseNotAllowed) else response


def _not_by_address(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """A page for who typed or reloaded the address of what only a button does: Django's own answer is blank."""
    page = render(request, "405.html", status=405)
    page["Allow"] = refused["Allow"]
    return page


def _zone(name: str) -> ZoneInfo:
    try:
        known_time_zone(name)
    except ValidationError:
        return ZoneInfo("UTC")
    return ZoneInfo(name)


def _language(code: str) -> str:
    return code if translation.check_for_language(code) else "en"


def customer_area(view: View) -> View:
    """Let in who is a customer here, with `request.actor`; others sign in first or read why not (403)."""

    def enter(request: HttpRequest) -> Actor | None:
        request.actor = request.portal.customer
        return request.actor

    return _area("dashboard", enter, _no_customer, view)


def seller_area(view: View) -> View:
    """Let in who sells or operates the platform, with `request.seller`; others sign in first or read why not."""

    def enter(request: HttpRequest) -> Actor | None:
        request.seller = request.portal.seller
        return request.seller

    return _area("control_panel", enter, _no_seller, view)


def _no_customer(request: HttpRequest) -> str:
    place = request.portal.addressed
    if place is None:
        return "You belong to no company that orders here."
    return (
        f"You are signed in as {request.user.email}, who is no customer of {place.name}. Sign out and sign in with "
        f"an account of {place.name}, or go where you are a customer: {settings.SITE_URL}/."
    )


def _no_seller(request: HttpRequest) -> str:
    return "The control panel is for the people of those who sell here and for the platform's staff."


def _area(
    area: str, enter: Callable[[HttpRequest], Actor | None], stranger: Callable[[HttpRequest], str], view: View
) -> View:
    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.area = area
        if not request.user.is_authenticated:
            if request.method not in SAFE:
                messages.warning(request, SIGNED_OUT)
            return redirect_to_login(_return_address(request))
        if enter(request) is None:
            request.area = ""  # the page that says so has no areas to offer
            response = render(request, "403.html", {"message": stranger(request)}, status=403)
        else:
            response = _answer(request, view, args, kwargs, back=None)
        add_never_cache_headers(response)  # what one person read is not for the next one at this machine
        return response

    return inside


def _return_address(request: HttpRequest) -> str:
    """Where to go after signing in; what was sent without a session is not sent again."""
    return request.get_full_path() if request.method in SAFE else reverse(HOMES[request.area])


def refusals(view: View | None = None, *, back: Callable[..., str] | None = None) -> Any:
    """Show a refusal of a view: `Missing` as 404, `NotYours` as 403; `Late` and `Invalid` as a message.

    `back(request, *args, **kwargs)`, called with what the address held, says on which page the message
    appears; what was typed is kept for it (`kept_input`). Without it, `Late` is a page of its own (409)
    and `Invalid` appears on the page before.
    """
    if view is None:
        return lambda decorated: refusals(decorated, back=back)

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _answer(request, view, args, kwargs, back=back)

    return answered


def _answer(
    request: HttpRequest,
    view: View,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    back: Callable[..., str] | None,
) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except Missing as refusal:
        return _page(request, refusal, 404)
    except NotYours as refusal:
        return _page(request, refusal, 403)
    except Refused as refusal:
        if back is None and isinstance(refusal, Late):
            return _page(request, refusal, 409)
        url = back(request, *args, **kwargs) if back else page_before(request)
        say(request, refusal)
        keep_input(request, refusal, url)
        return redirect(url)


def _page(request: HttpRequest, refusal: Refused, status: int) -> HttpResponse:
    shown = {
        "message": refusal.text,
        "details": _for_people(refusal),
        "back_url": page_before(request) if request.method == "POST" else "",
    }
    return render(request, f"{status}.html", shown, status=status)


def page_before(request: HttpRequest) -> str:
    """The page that was read before, where it is one of ours; else the area's first."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else reverse(HOMES.get(request.area, "home"))


def _for_people(refusal: Refused) -> list[str]:
    """The details that say more than the text; ids are for programs, and numbers stand in the text already."""
    return [detail for detail in refusal.details if detail not in refusal.text and not _KEY.fullmatch(detail)]


def say(request: HttpRequest, refusal: Refused) -> None:
    """Put a refusal into the messages: somebody was faster, or what was sent is wrong."""
    level = messages.WARNING if isinstance(refusal, Late) else messages.ERROR
    messages.add_message(request, level, " ".join((refusal.text, *_for_people(refusal))))


def keep_input(request: HttpRequest, refusal: Refused, url: str) -> None:
    """Remember what was typed for the page at `url`, so that nobody types it twice."""
    values = {name: value[:LONGEST_KEPT] for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    request.session[KEPT] = {
        "url": url,
        "sent_to": request.path,
        "values": values,
        "field": refusal.field,
        "text": refusal.text,
    }


def kept_input(request: HttpRequest) -> dict[str, Any]:
    """What was refused on this page a moment ago: `sent_to`, `values`, `field`, `text`; once, else empty."""
    kept = request.session.get(KEPT)
    if not kept:
        return {}
    del request.session[KEPT]
    return kept if kept["url"] in (request.path, request.get_full_path(), request.build_absolute_uri()) else {}


def form_again(form_class: type[FormType], kept: Mapping[str, Any], **options: Any) -> FormType:
    """The form as it was refused a moment ago, with what was wrong with it; empty where nothing was."""
    if not kept:
        return form_class(**options)
    form = form_class(kept["values"], **options)
    name = kept["field"] if kept["field"] in form.fields else None
    if form.is_valid() or name not in form.errors:
        form.add_error(name, kept["text"])
    return form


def blame(form: BaseForm, refusal: Invalid, fields: Mapping[str, str] | None = None) -> None:
    """Show a refusal at the form's field of its name (`fields` translates names), else above the form."""
    name = (fields or {}).get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, " ".join((refusal.text, *_for_people(refusal))))


def cart_on(request: HttpRequest, place: Marketplace) -> str:
    """Where the reader's cart on this marketplace is; they shop there from now on.

    At the address of another marketplace they stay, and a message says where it is.
    """
    here = request.portal.addressed
    if here is None or here.pk == place.pk:
        request.session[MARKETPLACE] = place.key
    else:
        url = f"{address_of(place)}{unprefixed(reverse('dashboard:cart'))}"
        messages.info(request, f"This cart is on {place.name}: {url}")
    return reverse("dashboard:cart")


def page_of(request: HttpRequest, rows: QuerySet[Row] | Sequence[Row], size: int = 25) -> Page[Row]:
    """The part of a list that `?page=` names (1 without it); 404 for a page that is not there."""
    try:
        return Pages(rows, size).page(request.GET.get("page") or 1)
    except InvalidPage:
        raise Http404("There is no such page.") from None


def one_of(queryset: QuerySet[Row], what: str) -> Row:
    """The only row of `queryset`; raises `Missing` where there is none for this reader."""
    found = queryset.first()
    if found is None:
        raise Missing(f"There is no such {what}.")
    return found
