"""`/quote/{tenant}/quote-reasons`: why quotes are declined or sent back, as each tenant puts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import Languages, languages_of
from companies.api.idempotency import once_of
from companies.api.listing import chosen_fields
from companies.api.reading import Body, only_query
from companies.services.idempotency import once_only
from config.kit.query import Comparison, Condition, Either, Expression, parse_query, parse_sort
from config.kit.refused import Invalid
from orders.api.quotes import MANAGE, READ, READ_OWN, QuoteServiceView, not_found
from orders.services.quote_reasons import Reason, create_reason, delete_reason, reasons_of, update_reason

READING, WRITING = (READ, READ_OWN), (MANAGE,)
TEXTS = ("id", "type", "code")


class ReasonView(QuoteServiceView):
    """What both endpoints share."""

    def tenants(self) -> list[Reason]:
        """The reasons of the caller's tenant. One query."""
        return reasons_of(self.caller.tenant.pk)


class QuoteReasons(ReasonView):
    """The list, and further ones."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING, "POST": WRITING}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list: the defaults first, then the tenant's own."""
        only_query(request, ("q", "sort", "fields", "pageNumber", "pageSize"))
        query = request.query_params
        found = _searched(self.tenants(), query.get("q", ""), query.get("sort", ""))
        page, headers = self.paged(request, found)
        languages = languages_of(request)
        return Response(chosen_fields(request, [_body(reason, languages) for reason in page]), headers=headers)

    def post(self, request: Request, tenant: str) -> Response:
        """A further one; 409 beside one of the same type and code."""
        once, now = once_of(request, self.caller), timezone.now()
        body = Body(request.data)
        wanted = {**_wanted(body), "key": body.text("id", longest=64, default="")}
        key = once_only(
            once,
            now,
            lambda: create_reason(actor=self.actor, once=once, now=now, **wanted).key,
            again=lambda made: made.record_id,
        )
        return Response({"id": key}, status=201)


class QuoteReasonById(ReasonView):
    """`/quote/{tenant}/quote-reasons/{id}`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING, "PUT": WRITING, "DELETE": WRITING}

    def get(self, request: Request, tenant: str, reason_id: str) -> Response:
        """One of them."""
        found = next((reason for reason in self.tenants() if reason.key == reason_id), None)
        if found is None:
            raise not_found(reason_id)
        return Response(_body(found, languages_of(request)))

    def put(self, request: Request, tenant: str, reason_id: str) -> Response:
        """Type, code and texts anew; the version that was seen has to be named, another one now is 409."""
        body = Body(request.data)
        wanted, metadata = _wanted(body), body.inner("metadata") or Body({}, "metadata")
        seen_version = metadata.integer("version")
        if seen_version is None:
            raise metadata.wrong("version", "is missing")
        update_reason(actor=self.actor, key=reason_id, seen_version=seen_version, **wanted)
        return Response(status=204)

    def delete(self, request: Request, tenant: str, reason_id: str) -> Response:
        """Offer it no longer; quotes that gave it keep it."""
        delete_reason(actor=self.actor, key=reason_id)
        return Response(status=204)


def _body(reason: Reason, languages: Languages) -> dict[str, Any]:
    return {
        "id": reason.key,
        "type": reason.type,
        "code": reason.code,
        "message": languages.localized(reason.message),
        "metadata": {"version": reason.version},
    }


def _wanted(body: Body) -> dict[str, Any]:
    """Type, code and texts. The type may be spelled in either case, as the tutorials do."""
    message = body.inner("message")
    if message is None:
        raise body.wrong("message", "is missing")
    return {
        "kind": body.text("type", longest=40).upper(),
        "code": body.text("code"),
        "message": {name: message.text(name) for name in message.data},
    }


def _searched(reasons: list[Reason], q: str, sort: str) -> list[Reason]:
    """Those that are asked for, in the order that is asked for: by id, type, code, and texts per language."""
    wanted = parse_query(q)
    found = [reason for reason in reasons if _holds(wanted, reason)]
    for order in reversed(parse_sort(sort)):
        field = order.field
        found.sort(key=lambda reason, field=field: _text(reason, field, "sort"), reverse=order.descending)
    return found


def _holds(wanted: Expression, reason: Reason) -> bool:
    if isinstance(wanted, Condition):
        return _compares(wanted, _text(reason, wanted.field, "q"))
    # All parts are looked at, so that an unknown field is refused whatever the others say.
    parts = [_holds(part, reason) for part in wanted.parts]
    return any(parts) if isinstance(wanted, Either) else all(parts)


_COMPARISONS: Mapping[Comparison, Callable[[str, tuple[str, ...]], bool]] = {
    Comparison.ONE_OF: lambda text, values: text in values,
    Comparison.CONTAINS: lambda text, values: values[0].casefold() in text.casefold(),
    Comparison.ABSENT: lambda text, values: not text,
    Comparison.PRESENT: lambda text, values: bool(text),
}


def _compares(condition: Condition, text: str) -> bool:
    compare = _COMPARISONS.get(condition.comparison)
    if compare is None:
        raise Invalid(f"q: {condition.field} cannot be compared with {condition.comparison.value}.", field="q")
    return compare(text, condition.values)


def _text(reason: Reason, field: str, parameter: str) -> str:
    name, _, language = field.partition(".")
    if name == "message" and language:
        return reason.message.get(language, "")
    if field not in TEXTS:
        raise Invalid(f"{parameter}: there is no field {field!r} here.", field=parameter)
    return {"id": reason.key, "type": reason.type, "code": reason.code}[field]
