"""What every endpoint of the storefront API has in common: tenant, scopes, paging, one error handler."""

from __future__ import annotations

from math import ceil
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from companies.actors import Actor
from companies.api.authentication import BearerAuthentication, Caller
from companies.api.errors import FORBIDDEN, INVALID, ApiError, Family, answer_error
from companies.api.json import ExactJSONParser, ExactJSONRenderer
from companies.api.throttles import TOO_MANY
from config.kit.storable import storable_text

MAX_PAGE = 1_000_000
NEEDS_SCOPE = "You need a scope for this action."
# The last of several would be read, and a `q` that is left out shows rows that nobody asked for.
ONCE = frozenset({"q", "sort", "pageNumber", "pageSize"})


class AlwaysJson(BaseContentNegotiation):
    """There is one kind of answer, whatever the client says it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """By the content type, as usual."""
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The only one."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """An endpoint below `{tenant}`.

    `scopes` names, per method, the scopes of which the caller needs one; a method that is not in it
    is open to every good token. `callers` says which kinds of token are taken at all.
    `client_scopes` are asked of API clients only, where customers need none.
    """

    authentication_classes = [BearerAuthentication]
    parser_classes = [ExactJSONParser]
    renderer_classes = [ExactJSONRenderer]
    content_negotiation_class = AlwaysJson
    permission_classes: ClassVar[list[Any]] = []
    family: ClassVar[Family] = Family.CODE
    forbidden: ClassVar[str] = FORBIDDEN
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {}
    client_scopes: ClassVar[tuple[str, ...]] = ()
    callers: ClassVar[tuple[str, ...]] = ("customer", "anonymous", "service")
    default_page_size: ClassVar[int] = 60
    max_page_size: ClassVar[int] = 200

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a missing token (401), another tenant's, a wrong kind or a missing scope (403)."""
        super().initial(request, *args, **kwargs)
        if not self.callers:
            return
        if request.auth is None:
            raise NotAuthenticated
        caller = self.caller
        tenant = kwargs.get("tenant")
        named = request.headers.get("Emporix-Tenant")
        if named and tenant is not None and named != tenant:
            raise ApiError(400, "Tenant in the header is not matching with the one provided in the URI.")
        if tenant is not None and caller.tenant.key != tenant:
            raise ApiError(403, self.forbidden)
        self._check_kind(caller)
        needed = self.scopes.get(request.method or "", ())
        if caller.is_service:
            needed = needed or self.client_scopes
        if needed and caller.scopes.isdisjoint(needed):
            raise self.missing_scope(needed)
        self._check_address(request, kwargs)

    def missing_scope(self, needed: tuple[str, ...]) -> ApiError:
        """The 403 of somebody without the scope; clients look for the first one in a sentence of this form."""
        if self.family is Family.CODE:
            return ApiError(403, NEEDS_SCOPE, details=[f"Missing scope: {' or '.join(needed)}"])
        return ApiError(403, self.forbidden)

    def throttled(self, request: Request, wait: float | None) -> None:
        """Refuse (429) and say when to come back."""
        raise ApiError(429, TOO_MANY, retry_after=ceil(wait or 1))

    @property
    def caller(self) -> Caller:
        """Who calls; there is one, or `initial` has refused."""
        caller: Caller = self.request.auth
        return caller

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    def get_exception_handler(self) -> Any:
        """One handler for all families."""
        return answer_error

    def paged(self, request: Request, rows: QuerySet[Any] | list[Any]) -> tuple[list[Any], dict[str, str]]:
        """One page of rows, and the header with the total where the client asked for it.

        `pageNumber` counts from 1; a page beyond the last is empty. Raises 400 for nonsense.
        """
        number = self._number(request, "pageNumber", 1, MAX_PAGE)
        size = self._number(request, "pageSize", self.default_page_size, self.max_page_size)
        start = (number - 1) * size
        headers = {}
        if request.headers.get("X-Total-Count", "").lower() == "true":
            headers["X-Total-Count"] = str(len(rows) if isinstance(rows, list) else rows.count())
        return list(rows[start : start + size]), headers

    def _number(self, request: Request, name: str, default: int, most: int) -> int:
        text = request.query_params.get(name)
        if text is None or text == "":
            return default
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most or len(text) > 9:
            why = f"must be a whole number from 1 to {most}"
            raise ApiError(400, f"{name} {why}.", details=[{"field": name, "message": why}])
        return int(text)

    def _check_address(self, request: Request, kwargs: dict[str, Any]) -> None:
        """Nothing has an id that could not be stored, and no database can be asked for one."""
        if not all(storable_text(str(value)) for value in kwargs.values()):
            raise ApiError(404, "There is nothing at this address.")
        for name, values in request.query_params.lists():
            if not all(storable_text(text) for text in (name, *values)):
                raise ApiError(400, INVALID, details=[{"field": name.replace("\x00", ""), "message": "cannot be read"}])
            if name in ONCE and len(values) > 1:
                raise ApiError(400, INVALID, details=[{"field": name, "message": "can be given only once"}])

    def _check_kind(self, caller: Caller) -> None:
        kinds = {
            "customer": caller.is_customer,
            "anonymous": caller.is_anonymous,
            "service": caller.is_service,
        }
        if not any(kinds[kind] for kind in self.callers):
            raise ApiError(403, self.forbidden)
