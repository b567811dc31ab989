"""How is a refusal spelled on the wire? Every service of the contract has its own family of bodies.

A view names its family; the one exception handler turns whatever was raised into that family's body.
A 401 looks the same everywhere. Nothing here decides anything: status and words come with the
refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from companies.services.idempotency import KEY_REUSED
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused

log = structlog.get_logger("countersign.api")


class Family(StrEnum):
    """Which services share a body: approval; cart, quote, groups, companies, prices; and so on."""

    CORE = "core"
    CODE = "code"
    YAAS = "yaas"
    CONFIGURATION = "configuration"
    CUSTOMER = "customer"


class ApiError(Exception):
    """An answer that is not 2xx, before it is spelled in a family.

    `error_code` is the contract's own (`APPROVAL-404001`), `kind` the type of the yaas family,
    `details` are sentences or, where the family has them, objects with field, type and message.
    `more_info` is the yaas family's; it is null where the contract says so. `retry_after` is in seconds.
    """

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        error_code: str = "",
        kind: str = "",
        details: Sequence[Any] = (),
        resource_id: str = "",
        more_info: str | None = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = HTTPStatus(status)
        self.message = message or self.status.phrase
        self.error_code = error_code
        self.kind = kind
        self.details = list(details)
        self.resource_id = resource_id
        self.more_info = more_info
        self.retry_after = retry_after


def _fault(text: str, code: str) -> dict[str, Any]:
    return {"fault": {"faultstring": text, "detail": {"errorcode": code}}}


INVALID_TOKEN = _fault("Invalid access token", "oauth.v2.InvalidAccessToken")
EXPIRED_TOKEN = _fault("Access Token expired", "keymanagement.service.access_token_expired")
FORBIDDEN = "The access to the requested resource has been forbidden by the server."
UNFORESEEN = "Something went wrong here. It was noted."
INVALID = "There are validation problems, see details section for more information"
_REFUSED = {Missing: 404, NotYours: 403, Late: 409, Invalid: 400}
_KINDS = {
    400: "validation_violation",
    403: "insufficient_permissions",
    404: "resource_not_found",
    405: "method_not_supported",
    409: "conflict_resource",
    415: "unsupported_media_type",
    422: "validation_violation",
    429: "too_many_requests",
}


def answer_error(raised: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the body of the view's family, whatever was raised.

    A view may have `error_of(refused)`, which gives the contract's own answer to a refusal. What nobody
    foresaw is 500 and stands in the log with its traceback.
    """
    view = context.get("view")
    family = getattr(view, "family", Family.CODE)
    if isinstance(raised, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        return _unauthorized(raised)
    error = _as_error(raised, view)
    if error is None:
        log.error("unforeseen", exc_info=raised)
        error = ApiError(500, UNFORESEEN)
    response = Response(body_of(error, family), status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    if isinstance(raised, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(view.allowed_methods) if view is not None else ""
    return response


def body_of(error: ApiError, family: Family) -> dict[str, Any]:
    """The error in the words and fields of a family."""
    status = error.status
    match family:
        case Family.CORE:
            body: dict[str, Any] = {"code": int(status), "status": status.phrase, "message": error.message}
            if error.error_code:
                body["errorCode"] = error.error_code
            if error.details:
                body["details"] = [_as_object(detail) for detail in error.details]
        case Family.YAAS:
            kind = error.kind or _KINDS.get(int(status), "internal_service_error")
            body = {
                "status": int(status),
                "type": kind,
                "message": error.message,
                "moreInfo": error.more_info,
                "details": [{"type": kind} | _as_object(detail) for detail in error.details],
            }
        case Family.CONFIGURATION:
            body = {
                "status": int(status),
                "message": error.message,
                "type": "application/json",
                "details": [{"message": _as_text(detail)} for detail in error.details],
            }
        case Family.CUSTOMER:
            body = {
                "type": "Forbidden" if status == HTTPStatus.FORBIDDEN else status.phrase.lower().replace(" ", "_"),
                "status": int(status),
                "message": error.message,
            }
            if error.details:
                body["details"] = [_as_text(detail) for detail in error.details]
        case _:
            word = "BAD_REQUEST" if status == HTTPStatus.BAD_REQUEST else status.phrase
            body = {"code": int(status), "status": word, "message": error.message}
            if error.resource_id:
                body["resourceId"] = error.resource_id
            if error.details:
                body["details"] = [_as_text(detail) for detail in error.details]
    return body


def _as_error(raised: Exception, view: Any) -> ApiError | None:
    if isinstance(raised, ApiError):
        return raised
    if isinstance(raised, Refused):
        own = getattr(view, "error_of", None)
        error: ApiError | None = own(raised) if own is not None else None
        return error or refused_error(raised)
    if isinstance(raised, Http404):
        return ApiError(404, "There is nothing here.")
    if isinstance(raised, exceptions.PermissionDenied | PermissionDenied):
        return ApiError(403, FORBIDDEN)
    if isinstance(raised, exceptions.ValidationError):
        return ApiError(400, INVALID, details=list(_problems("", raised.detail)))
    if isinstance(raised, exceptions.APIException):
        return ApiError(raised.status_code, str(raised.detail))
    return None


def refused_error(refused: Refused) -> ApiError:
    """What a refusal of the domain is on the wire where the contract has no answer of its own."""
    status = next((code for kind, code in _REFUSED.items() if isinstance(refused, kind)), 400)
    if refused.code == KEY_REUSED:
        status = 422
    details: list[Any] = [{"message": text} for text in refused.details]
    if refused.field:
        details.insert(0, {"field": refused.field, "message": refused.text})
    return ApiError(status, refused.text, details=details, kind="")


def _problems(field: str, detail: Any) -> Any:
    """Serializer errors, flattened to field and message."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            path = name if name != "non_field_errors" else ""
            yield from _problems(f"{field}.{path}".strip("."), inner)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            if inner:
                yield from _problems(f"{field}[{index}]" if nested else field, inner)
    else:
        yield {"field": field, "message": str(detail), "type": getattr(detail, "code", "invalid") or "invalid"}


def _as_object(detail: Any) -> dict[str, Any]:
    return dict(detail) if isinstance(detail, dict) else {"message": str(detail)}


def _as_text(detail: Any) -> str:
    if not isinstance(detail, dict):
        return str(detail)
    field, message = str(detail.get("field", "")), str(detail.get("message", ""))
    # What is wrong with a `q` names it already.
    named = not field or message.startswith((f"{field}: ", f"{field} "))
    return message if named else f"{field}: {message}"


def _unauthorized(raised: exceptions.APIException) -> Response:
    body = EXPIRED_TOKEN if getattr(raised, "expired", False) else INVALID_TOKEN
    return Response(body, status=401, headers={"WWW-Authenticate": "Bearer"})
