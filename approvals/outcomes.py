"""What a service answers when even being refused may be news that was committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from config.kit.refused import Refused

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Record]):
    """The record that came of it, or the refusal that was written down (with events and notices).

    A refusal that changed nothing is raised instead; this one was committed, so it must be returned.
    """

    record: Record | None = None
    refusal: Refused | None = None

    def settled(self) -> Record:
        """The record; raises the refusal. For edges, outside the transaction."""
        if self.refusal is not None:
            raise self.refusal
        if self.record is None:
            raise RuntimeError("an outcome without record and without refusal")
        return self.record
