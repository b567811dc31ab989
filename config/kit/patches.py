"""What does a client want changed with a PATCH? Operations in, checked operations out.

The API takes a list of `{"op", "path", "value"}`; `op` is add, remove or replace in either case,
and a single operation may come without the list. Which paths there are, and what each does, is for
the caller to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.kit.refused import Invalid

MAX_OPERATIONS = 50
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")


class Op(StrEnum):
    """What an operation does with what its path names."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Operation:
    """One wanted change; `parts` are the path's names, without slashes. A removal has no value."""

    op: Op
    parts: tuple[str, ...]
    value: Any = None

    @property
    def path(self) -> str:
        """As it was written."""
        return "/" + "/".join(self.parts)


def read_operations(body: Any) -> tuple[Operation, ...]:
    """The operations of a PATCH body; raises `Invalid` naming what is wrong (field: the place in it).

    Codes: `malformed` for what is no operation at all, `operation` for an unknown `op`.
    """
    entries = [body] if isinstance(body, Mapping) else body
    if not isinstance(entries, list) or not entries:
        raise Invalid("Send a list of operations.", field="body", code="malformed")
    if len(entries) > MAX_OPERATIONS:
        raise Invalid(f"At most {MAX_OPERATIONS} operations at once.", field="body", code="malformed")
    return tuple(_operation(entry, index) for index, entry in enumerate(entries))


def set_in(document: Mapping[str, Any], parts: tuple[str, ...], operation: Operation) -> dict[str, Any]:
    """A copy of `document` with the operation carried out at `parts`.

    Adding overwrites; in a list, whose entries are counted from 0, it inserts (`-`: at the end).
    Replacing or removing what is not there is refused (`Invalid`, code `operation`).
    """
    changed: dict[str, Any] = _set_in(document, parts, operation)
    return changed


def _set_in(document: Any, parts: tuple[str, ...], operation: Operation) -> Any:
    name, rest = parts[0], parts[1:]
    if isinstance(document, list):
        return _set_in_list(document, parts, operation)
    if not isinstance(document, Mapping):
        raise _missing(name, operation)
    changed = dict(document)
    if name not in changed and (rest or operation.op is not Op.ADD):
        raise _missing(name, operation)
    if rest:
        if not isinstance(changed[name], Mapping | list):
            raise _missing(name, operation)
        changed[name] = _set_in(changed[name], rest, operation)
    elif operation.op is Op.REMOVE:
        del changed[name]
    else:
        changed[name] = operation.value
    return changed


def _set_in_list(entries: list[Any], parts: tuple[str, ...], operation: Operation) -> list[Any]:
    name, rest = parts[0], parts[1:]
    adding = operation.op is Op.ADD and not rest
    if adding and name == "-":
        return [*entries, operation.value]
    index = int(name) if _INDEX.fullmatch(name) else len(entries) + 1
    if index >= len(entries) + adding:
        raise _missing(name, operation)
    if adding:
        return [*entries[:index], operation.value, *entries[index:]]
    if rest:
        return [*entries[:index], _set_in(entries[index], rest, operation), *entries[index + 1 :]]
    middle = [] if operation.op is Op.REMOVE else [operation.value]
    return [*entries[:index], *middle, *entries[index + 1 :]]


def _missing(name: str, operation: Operation) -> Invalid:
    return Invalid(f'Missing field "{name}"', field=operation.path, code="operation")


def _operation(entry: Any, index: int) -> Operation:
    if not isinstance(entry, Mapping):
        raise Invalid("An operation is an object.", field=f"[{index}]", code="malformed")
    op, path = entry.get("op"), entry.get("path")
    if not isinstance(op, str) or op.lower() not in set(Op):
        raise Invalid(f"Unknown operation {op!r}.", field=f"[{index}].op", code="operation")
    if not isinstance(path, str) or not path.startswith("/") or len(path) < 2:
        raise Invalid("A path begins with a slash.", field=f"[{index}].path", code="malformed")
    kind = Op(op.lower())
    if kind is not Op.REMOVE and "value" not in entry:
        raise Invalid("This operation needs a value.", field=f"[{index}].value", code="malformed")
    return Operation(kind, tuple(path[1:].split("/")), entry.get("value"))
