"""What do the lists about companies have in common: filters by name, `q`, `sort`, `fields`, paging, creating once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError
from companies.api.idempotency import once_of
from companies.api.query import Column, Columns, Kind, searched, sorted_rows
from companies.api.reading import only_query
from companies.api.views import ApiView
from companies.services.idempotency import KEY_REUSED, Once, once_only
from config.kit.records import Resource
from config.kit.refused import Invalid, Late, Missing, Refused

PAGING = ("pageNumber", "pageSize")

METADATA_COLUMNS: Columns = {
    "metadata.version": Column("version", Kind.INTEGER),
    "metadata.createdAt": Column("created_at", Kind.INSTANT),
    "metadata.modifiedAt": Column("modified_at", Kind.INSTANT),
}


class ResourceView(ApiView):
    """An endpoint of companies or groups.

    `renamed` gives the services' names of inputs as the API spells them, `missing` the contract's own words for
    what is not there, where it has some.
    """

    default_page_size = 16
    renamed: Mapping[str, str] = {}
    missing: ClassVar[str] = ""

    def error_of(self, refused: Refused) -> ApiError | None:
        """The field as the client knows it; what is missing is 404, taken ids and old versions are 409, a key that
        was used for another request is 422."""
        if isinstance(refused, Missing):
            return ApiError(404, self.missing or refused.text)
        if isinstance(refused, Late):
            return ApiError(409, refused.text)
        if isinstance(refused, Invalid):
            status = 422 if refused.code == KEY_REUSED else 400
            field = self.renamed.get(refused.field, refused.field)
            details = [{"field": field, "message": refused.text}, *refused.details]
            return ApiError(status, refused.text, details=details)
        return None

    def created(self, request: Request, make: Callable[[Once | None], Resource]) -> Response:
        """201 with the id of what `make` makes; the same named request again gets the same answer."""
        once = once_of(request, self.caller)
        return once_only(
            once,
            timezone.now(),
            lambda: Response({"id": make(once).key}, status=201),
            again=lambda made: Response({"id": made.record_id}, status=201),
        )


def filtered(
    request: Request, rows: QuerySet[Any], columns: Columns, *, plain: Mapping[str, str], text: str | None = None
) -> QuerySet[Any]:
    """The rows that the query asks for, in its order.

    `plain` are parameters that stand for themselves, with the column that each means; `text` is a `q`
    from elsewhere. Any other parameter is 400, so that no filter is ever ignored.
    """
    only_query(request, [*plain, *PAGING, "sort", "fields", *(["q"] if text is None else [])])
    for parameter, column in plain.items():
        for value in request.query_params.getlist(parameter):
            rows = _equal(rows, parameter, value, column, columns)
    rows = searched(rows, request.query_params.get("q", "") if text is None else text, columns)
    return sorted_rows(rows, request.query_params.get("sort", ""), columns, default=("pk",))


def chosen_fields(request: Request, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items with the fields that `fields` names, and their id; all fields where it names none."""
    names = [name.strip() for name in request.query_params.get("fields", "").split(",") if name.strip()]
    if not names:
        return items
    return [{name: value for name, value in item.items() if name == "id" or name in names} for item in items]


def _equal(rows: QuerySet[Any], parameter: str, value: str, column: str, columns: Columns) -> QuerySet[Any]:
    """The rows whose column is `value`; a refusal names the parameter, not `q`."""
    problem = ApiError(
        400,
        f"{parameter} cannot be compared with {value[:80]!r}.",
        details=[{"field": parameter, "message": f"cannot be compared with {value[:80]!r}"}],
    )
    if not value or '"' in value:
        raise problem
    try:
        return searched(rows, f'{column}:"{value}"', columns)
    except Invalid:
        raise problem from None
