"""What does a client want changed in a quote? Operations in; out come edits, and at most one new status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from companies.api.errors import INVALID, ApiError
from companies.api.reading import Body
from config.kit.patches import Op, Operation, read_operations
from config.kit.storable import storable_text
from orders.api.quotes_items import (
    ATTACHED,
    ATTACHED_TO_ITEMS,
    added_items,
    changed_item,
    changed_price,
    missing_scope,
    removed_items,
    shipping,
)
from orders.details import BILLING, SHIPPING
from orders.quote_edits import (
    Attach,
    Edit,
    RemoveLine,
    RemoveLines,
    SetAddress,
    SetCustomer,
    SetShipping,
    SetText,
    SetValidTo,
    Text,
)
from orders.quote_lifecycle import QuoteMove, QuoteStatus

MANAGE = "quote.quote_manage"
LONGEST_PATH = 200
TEXTS = {
    "comment": Text.EMPLOYEE_COMMENT,
    "customerReference": Text.CUSTOMER_REFERENCE,
    "customerComment": Text.CUSTOMER_COMMENT,
    "companyName": Text.COMPANY_NAME,
    "restriction": Text.RESTRICTION,
}
ADDRESSES = {"billingAddressId": BILLING, "shippingAddressId": SHIPPING}
# A text may come as it is or as an object, as the quote shows it.
TEXT_NAMES = ("value", "employeeComment")
CUSTOMERS_PATHS = (("status",), ("customerReference",), ("customerComment",))
CUSTOMERS_STATUSES = (QuoteStatus.ACCEPTED, QuoteStatus.DECLINED, QuoteStatus.IN_PROGRESS)
MOVES = {
    QuoteStatus.OPEN: QuoteMove.OPEN,
    QuoteStatus.IN_PROGRESS: QuoteMove.ASK_CHANGE,
    QuoteStatus.ACCEPTED: QuoteMove.ACCEPT,
    QuoteStatus.DECLINED: QuoteMove.DECLINE,
    QuoteStatus.DECLINED_BY_MERCHANT: QuoteMove.DECLINE_BY_MERCHANT,
}


@dataclass(frozen=True, slots=True)
class NewStatus:
    """The status that is wanted, as the move that leads there, with what is said along with it."""

    move: QuoteMove
    comment: str = ""
    reason_key: str = ""
    seen_hash: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """Edits in their order, then a move."""

    edits: tuple[Edit, ...]
    status: NewStatus | None


def read_patch(data: Any, *, is_employee: bool) -> Patch:
    """The body of a PATCH: shapes and paths, before anything is locked.

    Raises 403 for what customers may not change, 400 for what cannot be read or is nowhere in a quote.
    """
    operations = read_operations(data)
    for operation in operations:
        _check_path(operation)
        if not is_employee and operation.parts not in CUSTOMERS_PATHS:
            raise missing_scope(MANAGE)
    statuses = [operation for operation in operations if operation.parts == ("status",)]
    if len(statuses) > 1:
        raise _wrong("/status", "is given more than once")
    edits = [edit for operation in operations if operation not in statuses for edit in _edits(operation)]
    return Patch(tuple(edits), _status(statuses[0], is_employee=is_employee) if statuses else None)


def _check_path(operation: Operation) -> None:
    known = (
        len(operation.path) <= LONGEST_PATH and all(map(storable_text, operation.parts)) and "" not in operation.parts
    )
    if not known:
        raise _wrong("path", "is not supported")


def _status(operation: Operation, *, is_employee: bool) -> NewStatus:
    if operation.op is Op.REMOVE:
        raise _wrong("/status", "cannot be removed")
    value = operation.value
    body = Body(value if isinstance(value, Mapping) else {"value": value}, "/status")
    word = body.choice("value", [status.value for status in QuoteStatus])
    status = QuoteStatus(word)
    if not is_employee and status not in CUSTOMERS_STATUSES:
        raise missing_scope(MANAGE)
    if status not in MOVES:
        raise body.wrong("value", f"{word} is set by the system alone")
    comment, reason_key, seen_hash = (
        body.text(name, default="") for name in ("comment", "quoteReasonId", "expectedContentHash")
    )
    return NewStatus(MOVES[status], comment, reason_key, seen_hash)


def _edits(operation: Operation) -> Sequence[Edit]:
    """What one operation does; 400 for a path that leads nowhere, or with what makes no sense there."""
    match operation.parts:
        case (name,) if name in TEXTS:
            return [SetText(TEXTS[name], _text(operation))]
        case (name,) if name in ADDRESSES:
            return [SetAddress(ADDRESSES[name], _text(operation) or None)]
        case ("customerId",):
            return [SetCustomer(_needed(operation).text("customerId"))]
        case ("validTo",):
            return [SetValidTo(Body({"validTo": _value(operation)}).moment("validTo"))]
        case ("shipping",):
            value = _value(operation)
            return [SetShipping() if value is None else shipping(Body(value, "/shipping"), agreed=True)]
        case ("items", *rest):
            return _items(operation, rest)
        case parts if _is_attached(parts, ATTACHED):
            return [Attach(operation)]
    raise _wrong(operation.path, "is not supported")


def _items(operation: Operation, rest: Sequence[str]) -> Sequence[Edit]:
    op, value, path = operation.op, operation.value, operation.path
    match op, rest:
        case Op.ADD, []:
            return added_items(value, path)
        case Op.REPLACE, []:
            return [RemoveLines(), *added_items(value, path)]
        case Op.REMOVE, []:
            return [RemoveLine(key) for key in removed_items(value, path)]
        case Op.REMOVE, [key]:
            return [RemoveLine(key)]
        case Op.REPLACE, [key]:
            return changed_item(key, Body(value, path))
        case Op.REPLACE | Op.ADD, [key, "price"]:
            return changed_price(key, Body(value, path))
        case _, [_, *places] if _is_attached(tuple(places), ATTACHED_TO_ITEMS):
            return [Attach(operation)]
    raise _wrong(path, "is not supported")


def _is_attached(parts: tuple[str, ...], places: Sequence[tuple[str, ...]]) -> bool:
    return any(parts[: len(place)] == place for place in places)


def _value(operation: Operation) -> Any:
    """What is to be there; nothing after a removal."""
    return None if operation.op is Op.REMOVE else operation.value


def _text(operation: Operation) -> str:
    value = _value(operation)
    if isinstance(value, Mapping):
        value = next((value[name] for name in TEXT_NAMES if name in value), "")
    return Body({operation.path: value}).text(operation.path, default="")


def _needed(operation: Operation) -> Body:
    return Body({operation.parts[-1]: _value(operation)})


def _wrong(field: str, why: str) -> ApiError:
    return ApiError(400, INVALID, details=[{"field": field, "message": why}])
