"""How does the approval service refuse? Each code in words, and as it reads on the wire."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from approvals.api.errors import CANNOT_DELETE, NO_COMPANY, PROBLEM, Code, approval_error
from companies.api.errors import Family, body_of

# Which case a code is for, then a message and details as they are answered.
_SAID: dict[int, tuple[str, str, tuple[str, ...]]] = {
    400001: ("a body or a query that cannot be taken", PROBLEM, ("resourceType: cannot be null",)),
    400002: (
        "the status cannot be changed to this one, or not by the caller",
        "You may not approve this approval.",
        (),
    ),
    400003: ("no status", "'YES' is not a status.", ()),
    400004: (
        "action and resource do not match; of a quote: quotes are ordered without approval here",
        "You can order this yourself; no approval is needed.",
        ("Quotes are ordered without approval on this platform.",),
    ),
    400005: (
        "no approval is needed, or it was given already",
        "You can order this yourself; no approval is needed.",
        ("Admins order without approval.",),
    ),
    400006: ("this approver cannot be chosen", "Choose somebody who may approve this: Ana Diaz or Tom Weber.", ()),
    400007: ("an operation or a path that is not supported", "The path '/expiryDate' is not supported.", ()),
    400008: ("the resource is a colleague's", "The user has no permissions to the resource.", ()),
    400009: ("the approval is finished", "Ana Diaz already approved this on 21 Nov 2026 at 13:37 UTC.", ()),
    400010: ("an operation that makes no sense at its path", 'Missing field "approverComment"', ()),
    400011: ("the caller is in no company, or the token is of none", NO_COMPANY, ()),
    404001: ("there is no such approval", "Approval with id 'X' does not exist.", ()),
    404002: ("there is no such resource", "CART with id 'X' does not exist.", ()),
    409001: ("there is one already, or the id is taken", "Approval with given id already exists.", ()),
    409002: (
        "the content changed since it was seen",
        "This was changed since you opened it. Look at what is different, then decide.",
        ("Delivery is 2026-11-26 (morning); it was left open.",),
    ),
    409003: ("too late", "This was already ordered as CS1001.", ()),
}
DELETING: dict[int, dict[str, Any]] = {
    400: {"Not waiting": body_of(approval_error(Code.INVALID, CANNOT_DELETE), Family.CORE)},
    404: {"APPROVAL-404001": body_of(approval_error(Code.NO_APPROVAL, _SAID[404001][1]), Family.CORE)},
}


def codes(*numbers: int) -> str:
    """A list of them, as a description has it."""
    return "\n".join(f"* `APPROVAL-{number}`: {_SAID[number][0]}" for number in numbers)


def examples(*numbers: int) -> dict[int, dict[str, Any]]:
    """A body for each of them, by its status."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for number in numbers:
        _, message, details = _SAID[number]
        body = body_of(approval_error(Code(number), message, details), Family.CORE)
        found[number // 1000][f"APPROVAL-{number}"] = body
    return dict(found)
