"""What went wrong for the person who asked, in words for people and a code for programs.

The domain knows nothing of HTTP: the edges translate (`Missing` 404, `NotYours` 403, `Late` 409,
`Invalid` 400). A refusal changes nothing; where being refused is itself news, a service commits
that news and returns an outcome instead of raising.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class Refused(Exception):
    """Base of every refusal.

    `text` is a whole sentence for the reader, `code` a stable word for programs, `field` the input
    to blame where there is one, `details` further sentences (differences, reasons).
    """

    default_code: ClassVar[str] = "refused"

    def __init__(
        self,
        text: str,
        *,
        code: str = "",
        field: str = "",
        details: Sequence[str] = (),
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = code or self.default_code
        self.field = field
        self.details = tuple(details)


class Missing(Refused):
    """There is no such thing for this asker; outsiders learn no more than that."""

    default_code = "missing"


class NotYours(Refused):
    """The thing is there, but this move belongs to somebody else."""

    default_code = "not_yours"


class Late(Refused):
    """The move was possible once; the state has moved on since."""

    default_code = "late"


class Invalid(Refused):
    """The input cannot be taken as it is; `field` says which part."""

    default_code = "invalid"
