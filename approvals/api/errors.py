"""Which code does a refusal have in the approval service, and with which words?

The number says the HTTP status: APPROVAL-404001 is a 404. Codes up to 409001 are the contract's own; the
two behind it belong to what is ours. One of the contract's is missing: who is in no legal entity is told that
they are in no company (400011), which the contract has beside it for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from companies.api.errors import ApiError


class Code(IntEnum):
    """Every code of the service."""

    INVALID = 400001
    STATUS_NOT_ALLOWED = 400002
    NO_STATUS = 400003
    NO_MATCH = 400004
    ALREADY_PERMITTED = 400005
    NOT_ELIGIBLE = 400006
    NOT_SUPPORTED = 400007
    NOT_YOURS = 400008
    FINISHED = 400009
    INCORRECT_OPERATION = 400010
    NO_COMPANY = 400011
    NO_APPROVAL = 404001
    NO_RESOURCE = 404002
    EXISTS = 409001
    CONTENT_CHANGED = 409002
    TOO_LATE = 409003


PROBLEM = "Problem with validation"
NO_COMPANY = "The user is not assigned to any company."
COMPANY_NOT_CHOSEN = "The token is for no company; refresh it with the legalEntityId of one where the user is active."
CANNOT_DELETE = "Deleting this approval is not allowed since it doesn't match all preconditions."


def approval_error(code: Code, message: str, details: Iterable[str] = ()) -> ApiError:
    """An answer of the service; `details` are sentences."""
    listed: Sequence[Any] = [{"message": text} for text in details]
    return ApiError(code // 1000, message, error_code=f"APPROVAL-{code.value}", details=listed)


def invalid(*problems: str) -> ApiError:
    """A body that cannot be taken: one `field: what is wrong` per problem."""
    return approval_error(Code.INVALID, PROBLEM, problems)


def no_approval(approval_key: str) -> ApiError:
    """There is no such approval, or none that is the caller's to see: outsiders learn no more."""
    return approval_error(Code.NO_APPROVAL, f"Approval with id '{approval_key}' does not exist.")


def no_resource(wire_name: str, resource_id: str) -> ApiError:
    """There is no such resource, or it is another company's: outsiders learn no more."""
    return approval_error(Code.NO_RESOURCE, f"{wire_name} with id '{resource_id}' does not exist.")
