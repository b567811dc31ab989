"""What does a client of the approval service ask for? Bodies in, plain values out, every problem named at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from approvals.api.errors import Code, approval_error, invalid
from approvals.lifecycle import Status
from approvals.services.change import ANSWERS
from config.kit.patches import Op, Operation, read_operations
from config.kit.refused import Invalid
from config.kit.storable import storable_text

RESOURCE_TYPES = ("CART", "QUOTE")
ACTION = "CHECKOUT"
WINDOW = ("resource", "deliveryWindow")
DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """About which resource somebody asks."""

    resource_type: str
    resource_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new approval as a client wants it. `details` is None where there are none."""

    asked: Asked
    approver: str
    comment: str
    details: Mapping[str, Any] | None
    key: str


@dataclass(frozen=True, slots=True)
class Changes:
    """A PATCH: the operations on the document, the answer among them, and the content that was seen."""

    operations: tuple[Operation, ...]
    answer: Status | None
    seen_hash: str


class _Fields:
    """A JSON object, read field by field; `problems` gathers what is wrong."""

    def __init__(self, data: Any, path: str = "", problems: list[str] | None = None) -> None:
        self.problems: list[str] = [] if problems is None else problems
        self.path = path
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self.is_object = isinstance(data, Mapping)
        if not self.is_object:
            self.problems.append(f"{path or 'body'}: must be an object")

    def text(self, name: str, *, required: bool = False) -> str:
        """A text; empty where there is none and none is needed."""
        value = self.data.get(name)
        if value is None or (required and value == ""):
            if required:
                self._wrong(name, "cannot be null" if value is None else "cannot be empty")
            return ""
        if not isinstance(value, str):
            self._wrong(name, "must be text")
            return ""
        if not storable_text(value):
            self._wrong(name, "contains a character that cannot be stored")
            return ""
        return value

    def word(self, name: str, words: Sequence[str]) -> str:
        """One of a few words."""
        before = len(self.problems)
        value = self.text(name, required=True)
        if len(self.problems) == before and value not in words:
            self._wrong(name, f"must be one of {', '.join(words)}")
        return value

    def inner(self, name: str) -> _Fields | None:
        """An object that has to be there."""
        value = self.data.get(name)
        if value is None:
            self._wrong(name, "cannot be null")
            return None
        return _Fields(value, self._at(name), self.problems)

    def _wrong(self, name: str, why: str) -> None:
        if self.is_object:
            self.problems.append(f"{self._at(name)}: {why}")

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def read_asked(data: Any) -> Asked:
    """The body of `permitted`, `preview` and `search/users`; raises 400 APPROVAL-400001."""
    fields = _Fields(data)
    asked = _asked(fields)
    if fields.problems:
        raise invalid(*fields.problems)
    return asked


def read_wanted(data: Any) -> Wanted:
    """The body that creates an approval: details for a cart, none for a quote. Raises 400 APPROVAL-400001."""
    fields = _Fields(data)
    asked = _asked(fields)
    approver = fields.inner("approver")
    wanted = Wanted(
        asked,
        approver.text("userId", required=True) if approver is not None else "",
        fields.text("comment"),
        _details(fields, asked.resource_type),
        fields.text("id"),
    )
    if fields.problems:
        raise invalid(*fields.problems)
    return wanted


def read_changes(data: Any, wire_name: str, seen_hash: str = "") -> Changes:
    """The body of a PATCH on an approval about a `wire_name`: shapes and paths, before anything is looked up.

    Raises 400: APPROVAL-400001 for what is no operation, -400003 for an unknown status, -400007 for an
    operation or a path that is not supported, -400010 for one that makes no sense at its path.
    """
    operations = _operations(data)
    answers = [operation for operation in operations if operation.parts == ("status",)]
    for operation in operations:
        _check_path(operation, wire_name)
    if len(answers) > 1:
        raise approval_error(Code.INCORRECT_OPERATION, "The status is given more than once.")
    document = tuple(_lenient(operation) for operation in operations if operation.parts != ("status",))
    return Changes(document, _answer(answers[0]) if answers else None, _seen(data) or seen_hash)


def _asked(fields: _Fields) -> Asked:
    asked = Asked(fields.word("resourceType", RESOURCE_TYPES), fields.text("resourceId", required=True))
    fields.word("action", (ACTION,))
    return asked


def _details(fields: _Fields, resource_type: str) -> Mapping[str, Any] | None:
    details = fields.data.get("details")
    if not fields.is_object:
        return None
    if resource_type == "QUOTE" and details is not None:
        fields.problems.append("details: must be null for a QUOTE")
    elif resource_type == "CART" and details is None:
        fields.problems.append("details: cannot be null for a CART")
    elif details is not None and not isinstance(details, Mapping):
        fields.problems.append("details: must be an object")
    return details if isinstance(details, Mapping) else None


def _operations(data: Any) -> tuple[Operation, ...]:
    if not data:
        raise invalid("body: cannot be empty")
    entries = [data] if isinstance(data, Mapping) else data
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            _check_words(entry, index)
    try:
        operations = read_operations(entries)
    except Invalid as refused:
        raise invalid(f"{refused.field}: {refused.text}") from refused
    for operation in operations:
        if not all(storable_text(part) for part in operation.parts):
            raise _not_supported(operation.path.encode("ascii", "replace").decode())
    return operations


def _check_words(entry: Mapping[str, Any], index: int) -> None:
    """What is no operation of ours is told from what is no operation at all."""
    op, path = entry.get("op"), entry.get("path")
    problems = [f"[{index}].{name}: cannot be null" for name, word in (("op", op), ("path", path)) if word is None]
    if problems:
        raise invalid(*problems)
    if isinstance(op, str) and op.lower() not in set(Op):
        raise approval_error(Code.NOT_SUPPORTED, f"The operation {op!r} is not supported.")
    if isinstance(path, str) and (len(path) < 2 or not path.startswith("/")):
        raise _not_supported(path)


def _check_path(operation: Operation, wire_name: str) -> None:
    parts = operation.parts
    known = parts in {("status",), ("comment",), ("approverComment",)}
    if wire_name == "CART":
        known = known or parts[0] == "details" or parts[:2] == WINDOW
    if not known or len(parts) > DEEPEST or "" in parts:
        raise _not_supported(operation.path)
    if operation.op is Op.REMOVE and parts in {("status",), ("details",)}:
        raise approval_error(Code.INCORRECT_OPERATION, f"{operation.path} cannot be removed.")


def _not_supported(path: str) -> Exception:
    return approval_error(Code.NOT_SUPPORTED, f"The path {path!r} is not supported.")


def _lenient(operation: Operation) -> Operation:
    """Storefronts replace the delivery window whether there is one or not; and send null for an empty comment."""
    if operation.parts == WINDOW and operation.op is Op.REPLACE:
        return replace(operation, op=Op.ADD)
    return operation


def _answer(operation: Operation) -> Status:
    value = operation.value
    if not isinstance(value, str) or value not in set(Status):
        raise approval_error(Code.NO_STATUS, f"{value!r} is not a status.")
    status = Status(value)
    if status not in ANSWERS:
        raise approval_error(Code.STATUS_NOT_ALLOWED, f"The status cannot be changed to {status}.")
    return status


def _seen(data: Any) -> str:
    """`expectedContentHash`, which may stand beside the value of the status."""
    entries = [data] if isinstance(data, Mapping) else data
    for entry in entries:
        seen = entry.get("expectedContentHash")
        if seen is not None:
            if not isinstance(seen, str) or not storable_text(seen):
                raise invalid("expectedContentHash: must be text")
            return seen
    return ""
