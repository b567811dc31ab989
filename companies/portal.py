"""Who is on the other side of a page: which tenant, company and marketplace, and how is a refusal shown to them?

The middleware puts on every request, without a query until somebody asks:

    request.portal        everything below, and the memberships to choose from
    request.actor         the customer (set by `customer_area`, else None)
    request.seller        vendor's or reseller's people, or platform staff (set by `seller_area`, else None)
    request.area          "dashboard", "control_panel" or "" outside of both
    request.tenant        whose marketplaces these are
    request.marketplace   where the customer is shopping; falsy where the tenant has none

Views are decorated outside in: `@require_POST @customer_area @refusals(back=...)`. A refusal that no
`refusals` catches ends at the area: 404, 403 and 409 as pages, wrong input as a message on the page before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property, wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import register_converter, reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from companies.actors import Actor, Channel, actor_for
from companies.models import Marketplace, Member, Tenant
from companies.models.user import known_time_zone
from companies.roles import CompanyKind
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused

View = Callable[..., HttpResponse]
Row = TypeVar("Row", bound=Model)
FormType = TypeVar("FormType", bound=BaseForm)

CUSTOMER_KINDS = (CompanyKind.CUSTOMER,)
SELLER_KINDS = (CompanyKind.VENDOR, CompanyKind.RESELLER)
HOMES = {"dashboard": "dashboard:home", "control_panel": "control_panel:home"}
# What the session remembers of somebody's choices; `/switch/` writes it.
CUSTOMER_COMPANY, SELLER_COMPANY, TENANT, MARKETPLACE = (
    "customer_company",
    "seller_company",
    "tenant",
    "marketplace",
)
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


class Portal:
    """The reader of one request, resolved as far as somebody asks and only once."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def memberships(self) -> list[Member]:
        """Every active membership of the reader, with user, company and tenant, by company name. One query."""
        if not self.request.user.is_authenticated:
            return []
        return list(
            Member.objects.active()
            .filter(user_id=self.request.user.pk)
            .select_related("company__tenant", "user")
            .order_by("company__name", "pk")
        )

    def memberships_in(self, kinds: tuple[CompanyKind, ...]) -> list[Member]:
        """The memberships in companies of these kinds: what can be chosen in an area."""
        return [member for member in self.memberships if member.company.kind in kinds]

    @cached_property
    def customer_member(self) -> Member | None:
        """The membership the reader buys with: the chosen one, else the first."""
        return self._chosen(CUSTOMER_KINDS, CUSTOMER_COMPANY)

    @cached_property
    def seller_member(self) -> Member | None:
        """The membership the reader sells with: the chosen one, else the first."""
        return self._chosen(SELLER_KINDS, SELLER_COMPANY)

    @cached_property
    def customer_tenant(self) -> Tenant | None:
        """Where the reader is a customer; one query for those in no company."""
        if self.customer_member is not None:
            return self.customer_member.company.tenant
        if not self.request.user.is_authenticated:
            return None
        return Tenant.objects.filter(customers__user_id=self.request.user.pk).order_by("pk").first()

    @cached_property
    def seller_tenant(self) -> Tenant | None:
        """Where the reader sells; platform staff choose a tenant and have the first until then."""
        if self.seller_member is not None:
            return self.seller_member.company.tenant
        if not self.is_staff:
            return None
        tenants = Tenant.objects.order_by("pk")
        chosen = self.request.session.get(TENANT)
        return (tenants.filter(pk=chosen).first() if chosen else None) or tenants.first()

    @cached_property
    def customer(self) -> Actor | None:
        """The reader as a customer. Two queries for members."""
        if self.customer_tenant is None:
            return None
        member = self.customer_member
        return actor_for(
            self.request.user,
            self.customer_tenant,
            company_id=member.company_id if member else None,
            kinds=CUSTOMER_KINDS,
        )

    @cached_property
    def seller(self) -> Actor | None:
        """The reader as one of a vendor's or reseller's people, else as platform staff."""
        if self.seller_member is not None:
            return Actor.member(self.seller_member)
        if not self.is_staff:
            return None
        return Actor.staff(self.request.user, Channel.PORTAL, self.seller_tenant.pk if self.seller_tenant else None)

    @property
    def is_staff(self) -> bool:
        """The reader operates the installation."""
        return bool(self.request.user.is_authenticated and self.request.user.is_active and self.request.user.is_staff)

    @property
    def home(self) -> str:
        """The address of the area where the reader has more to do: sellers and staff in the control panel."""
        area = "dashboard" if self.customer_member or not (self.seller_member or self.is_staff) else "control_panel"
        return reverse(HOMES[area])

    @cached_property
    def marketplaces(self) -> list[Marketplace]:
        """The tenant's active marketplaces, the parent first. One query."""
        if not self.request.tenant:
            return []
        places = Marketplace.objects.filter(tenant_id=self.request.tenant.pk, is_active=True).select_related("owner")
        return sorted(places.order_by("pk"), key=lambda place: place.owner_id is not None)

    @cached_property
    def marketplace(self) -> Marketplace | None:
        """Where the reader shops: the chosen one, else the parent marketplace."""
        wanted = self.request.session.get(MARKETPLACE)
        places = self.marketplaces
        return next((place for place in places if place.key == wanted), places[0] if places else None)

    def _chosen(self, kinds: tuple[CompanyKind, ...], choice: str) -> Member | None:
        members = self.memberships_in(kinds)
        if not members:
            return None
        wanted = self.request.session.get(choice)
        return next((member for member in members if member.company_id == wanted), members[0])

    def tenant(self) -> Tenant | None:
        """The tenant of the area the reader is in."""
        return self.seller_tenant if self.request.area == "control_panel" else self.customer_tenant


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
            if request.session.session_key and request.user.is_authenticated:
                stack.enter_context(timezone.override(_zone(request.user.time_zone)))
                stack.enter_context(translation.override(_language(request.user.language)))
            return self.get_response(request)


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

    return _area("dashboard", enter, "You belong to no company that orders here.", view)


def seller_area(view: View) -> View:
    """Let in who sells or operates the platform, with `request.seller`; others sign in first or read why not."""

    def enter(request: HttpRequest) -> Actor | None:
        request.seller = request.portal.seller
        return request.seller

    return _area("control_panel", enter, "The control panel is for vendors, resellers and platform staff.", view)


def _area(area: str, enter: Callable[[HttpRequest], Actor | None], stranger: str, view: View) -> View:
    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.area = area
        if not request.user.is_authenticated:
            return redirect_to_login(_return_address(request))
        if enter(request) is None:
            request.area = ""  # the page that says so has no areas to offer
            response = render(request, "403.html", {"message": stranger}, status=403)
        else:
            response = _answer(request, view, args, kwargs, back=None)
        add_never_cache_headers(response)  # what one person read is not for the next one at this machine
        return response

    return inside


def _return_address(request: HttpRequest) -> str:
    """Where to go after signing in; what was sent without a session is not sent again."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else reverse(HOMES[request.area])


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
        "details": refusal.details,
        "back_url": page_before(request) if request.method == "POST" else "",
    }
    return render(request, f"{status}.html", shown, status=status)


def page_before(request: HttpRequest) -> str:
    """The page that was read before, where it is one of ours; else the area's first."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else reverse(HOMES.get(request.area, "home"))


def say(request: HttpRequest, refusal: Refused) -> None:
    """Put a refusal into the messages: somebody was faster, or what was sent is wrong."""
    level = messages.WARNING if isinstance(refusal, Late) else messages.ERROR
    messages.add_message(request, level, " ".join((refusal.text, *refusal.details)))


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
    form.add_error(name if name in form.fields else None, " ".join((refusal.text, *refusal.details)))


def page_of(request: HttpRequest, rows: QuerySet[Row] | Sequence[Row], size: int = 25) -> Page[Row]:
    """The part of a list that `?page=` names (1 without it); 404 for a page that is not there."""
    try:
        return Paginator(rows, size).page(request.GET.get("page") or 1)
    except InvalidPage:
        raise Http404("There is no such page.") from None


def one_of(queryset: QuerySet[Row], what: str) -> Row:
    """The only row of `queryset`; raises `Missing` where there is none for this reader."""
    found = queryset.first()
    if found is None:
        raise Missing(f"There is no such {what}.")
    return found
