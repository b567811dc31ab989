"""The endpoints of the quote service: each reads, calls one service, and writes the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import languages_of
from catalog.places import place_called
from companies.api.errors import INVALID, ApiError
from companies.api.idempotency import once_of
from companies.api.listing import chosen_fields
from companies.api.query import equal_to, searched, sorted_rows
from companies.api.reading import Body
from companies.api.views import ApiView
from companies.models import Customer, Marketplace
from companies.services.idempotency import KEY_REUSED, SAME_REQUEST, Made, Once, once_only
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused
from orders.api import quotes_rows as rows
from orders.api.quotes_history import history_bodies
from orders.api.quotes_input import NewQuote, cart_asked_about, new_quote
from orders.api.quotes_items import missing_scope
from orders.api.quotes_patch import MANAGE, read_patch
from orders.api.quotes_wire import quote_bodies
from orders.models import Quote
from orders.quote_lifecycle import TO_PRICE, QuoteMove, QuoteStatus
from orders.quote_pdf import quote_pdf, quote_pdf_name
from orders.services.quote_accepting import accept_quote
from orders.services.quote_asking import ask_for_quote
from orders.services.quote_changing import change_quote, remove_quote
from orders.services.quote_making import ForWhom, make_quote

READ, READ_OWN, MANAGE_OWN = "quote.quote_read", "quote.quote_read_own", "quote.quote_manage_own"
CHOOSE_COMPANY = "Choose the company first that you act for: refresh the token with its legalEntityId."
NOT_FOUND = "Error while getting resource"
DUPLICATE = "Duplicated key"
# What a list takes beside filters by field.
LIST_QUERY = frozenset({"q", "sort", "fields", "pageNumber", "pageSize"})
# Who names one of these without a cart means to make a whole quote for somebody.
EMPLOYEES_ONLY = frozenset({"customerId", "customerEmail", "items"})
NOT_OFFERED = (*TO_PRICE, QuoteStatus.DECLINED_BY_MERCHANT)
TAKEN = ("id_taken", "taken")
CONFLICTS = ("content_changed", "version", SAME_REQUEST)


class QuoteServiceView(ApiView):
    """What all endpoints share: people and API clients, no visitors; one of the scopes; the words of the service."""

    callers = ("customer", "service")
    # What a client gets for a move that the state of the quote does not allow (any more).
    too_late: ClassVar[int] = 409

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Somebody in several companies says first for which one."""
        super().initial(request, *args, **kwargs)
        if self.actor.has_membership and self.actor.company_id is None:
            raise ApiError(403, CHOOSE_COMPANY)

    def error_of(self, refused: Refused) -> ApiError | None:
        """The contract's sentences where it has some; else why, with everything that explains it."""
        if refused.code == KEY_REUSED:
            return None
        match refused:
            case Missing():
                return not_found(self.resource_id())
            case NotYours() | Late(code="approval_required"):
                return ApiError(403, refused.text, details=refused.details)
            case Late(code=code) if code in TAKEN:
                return ApiError(409, DUPLICATE)
            case Late(code=code):
                return ApiError(409 if code in CONFLICTS else self.too_late, refused.text, details=refused.details)
        details = [{"field": refused.field, "message": refused.text}, *refused.details]
        return ApiError(400, INVALID, details=details)

    def missing_scope(self, needed: tuple[str, ...]) -> ApiError:
        """In the words of this service."""
        return missing_scope(*needed)

    def resource_id(self) -> str:
        """What the request is about, by its id."""
        return str(self.kwargs.get("quote_id") or self.kwargs.get("reason_id") or "")


class QuoteView(QuoteServiceView):
    """An endpoint about quotes."""

    def seen(self) -> QuerySet[Quote]:
        """The quotes of the caller, with all that is shown of them."""
        return rows.seen_by(self.actor)

    def found(self, quotes: QuerySet[Quote], quote_id: str) -> Quote:
        """One of these; 404 to everybody who has no part in it."""
        quote = quotes.filter(key=quote_id).first()
        if quote is None:
            raise not_found(quote_id)
        return quote

    def own(self, quote_id: str) -> Quote:
        """The row alone, for a service to find once more."""
        return self.found(rows.of_token(self.actor), quote_id)

    def bodies(self, quotes: list[Quote], now: datetime) -> list[dict[str, Any]]:
        """As the caller reads them."""
        return quote_bodies(quotes, languages_of(self.request), now)


class Quotes(QuoteView):
    """`/quote/{tenant}/quotes`: the list, asking for an offer, and making one."""

    max_page_size = 1_000
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ, READ_OWN), "POST": (MANAGE, MANAGE_OWN)}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, the newest first; a parameter that is none of ours is a filter by the field of this name."""
        query, now = request.query_params, timezone.now()
        known = rows.columns(self.actor, now)
        found = searched(rows.searchable(self.seen(), now), query.get("q", ""), known)
        for name in query.keys() - LIST_QUERY:
            found = equal_to(found, name, query.getlist(name), known)
        page, headers = self.paged(request, sorted_rows(found, query.get("sort", ""), known, default=rows.NEWEST_FIRST))
        return Response(chosen_fields(request, self.bodies(page, now)), headers=headers)

    def post(self, request: Request, tenant: str) -> Response:
        """From a cart for its customer, whole for an employee; the same named request again gets the same answer."""
        once, now, body = once_of(request, self.caller), timezone.now(), Body(request.data)
        from_cart = "cartId" in body or not (self.may_manage or body.data.keys() & EMPLOYEES_ONLY)
        make = self._asked if from_cart else self._made
        return once_only(once, now, lambda: _created(make(body, once, now).key), _created_before)

    @property
    def may_manage(self) -> bool:
        """The caller is an employee: an API client, or somebody of a seller's sales."""
        return MANAGE in self.caller.scopes

    def resource_id(self) -> str:
        """Only a cart can be missing here."""
        return str(self.request.data.get("cartId", ""))

    def _asked(self, body: Body, once: Once | None, now: datetime) -> Quote:
        cart_key, wishes = cart_asked_about(body)
        return ask_for_quote(actor=self.actor, cart_key=cart_key, wishes=wishes, once=once, now=now)

    def _made(self, body: Body, once: Once | None, now: datetime) -> Quote:
        if not self.may_manage:
            raise missing_scope(MANAGE)
        wanted = new_quote(body)
        return make_quote(
            actor=self.actor,
            marketplace=self._place(wanted.site_code),
            whom=ForWhom(wanted.customer_number or self._number_of(wanted), wanted.company_key),
            currency=wanted.currency,
            edits=wanted.edits,
            key=wanted.key,
            open_at_once=wanted.has_items,
            once=once,
            now=now,
        )

    def _place(self, site_code: str) -> Marketplace:
        place = place_called(self.caller.tenant.pk, site_code)
        if place is None:
            raise Invalid("There is no such site.", field="siteCode")
        return place

    def _number_of(self, wanted: NewQuote) -> str:
        customers = Customer.objects.filter(tenant=self.caller.tenant, user__email__iexact=wanted.customer_email)
        number = customers.values_list("number", flat=True).first()
        if number is None:
            raise Invalid("There is no such customer.", field="customerEmail")
        return number


class QuoteById(QuoteView):
    """`/quote/{tenant}/quotes/{id}`: read it, change or answer it, delete it."""

    too_late = 400
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {
        "GET": (READ, READ_OWN),
        "PATCH": (MANAGE, MANAGE_OWN),
        "DELETE": (MANAGE,),
    }

    def get(self, request: Request, tenant: str, quote_id: str) -> Response:
        """The whole of it."""
        now = timezone.now()
        return Response(self.bodies([self.found(self.seen(), quote_id)], now)[0])

    def patch(self, request: Request, tenant: str, quote_id: str) -> Response:
        """All operations or none; accepting orders it."""
        quote = self.own(quote_id)
        wanted = read_patch(request.data, is_employee=MANAGE in self.caller.scopes)
        status, edits = wanted.status, wanted.edits
        if status is not None and status.move is QuoteMove.ACCEPT:
            seen_hash = status.seen_hash or request.query_params.get("expectedContentHash", "")
            accept_quote(
                actor=self.actor, quote_id=quote.pk, edits=edits, comment=status.comment, seen_hash=seen_hash
            ).settled()
        else:
            change_quote(
                actor=self.actor,
                quote_id=quote.pk,
                edits=edits,
                move=status.move if status else None,
                reason_key=status.reason_key if status else "",
                comment=status.comment if status else "",
            )
        return Response(status=204)

    def delete(self, request: Request, tenant: str, quote_id: str) -> Response:
        """Hide it from everybody; one that was ordered stays."""
        remove_quote(actor=self.actor, quote_id=self.own(quote_id).pk)
        return Response(status=204)


class QuoteHistory(QuoteView):
    """`GET /quote/{tenant}/quotes/{id}/history`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ,)}

    def get(self, request: Request, tenant: str, quote_id: str) -> Response:
        """Every value that was changed: old and new, by whom and when."""
        return Response(history_bodies(self.own(quote_id)))


class QuotePdf(QuoteView):
    """`POST /quote/{tenant}/quotes/{id}/pdf`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": (READ, MANAGE, MANAGE_OWN)}

    def post(self, request: Request, tenant: str, quote_id: str) -> HttpResponse:
        """The offer as a document, in the language of the reader; to its customer once there is one."""
        quote: Any = self.found(self.seen(), quote_id)
        if not rows.sells(self.actor) and (quote.status in NOT_OFFERED or quote.withheld):
            raise ApiError(409, f"There is no offer in quote {quote.number} yet.")
        language = languages_of(request).wanted[0]
        headers = {"Content-Disposition": f'attachment; filename="{quote_pdf_name(quote.number, language)}"'}
        return HttpResponse(quote_pdf(quote, language), content_type="application/pdf", headers=headers)


def not_found(resource_id: str) -> ApiError:
    """There is no such thing, or none that is the caller's to see: outsiders learn no more."""
    return ApiError(404, NOT_FOUND, resource_id=resource_id, details=[f"Resource with id '{resource_id}' not found"])


def _created(key: str) -> Response:
    return Response({"id": key}, status=201)


def _created_before(made: Made) -> Response:
    """The first answer once more."""
    return _created(Quote.objects.values_list("key", flat=True).get(pk=made.record_id))
