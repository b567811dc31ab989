"""A lifecycle as one table: which move leads from which status to which, and who may make it.

What is not in the table is refused. The same table answers what may be offered (`open_moves`) and
what is accepted (`next_status`), so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from config.kit.refused import Late, NotYours


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from `status`, the `move` leads to `to`, open to any of the parties in `who`."""

    status: StrEnum
    move: StrEnum
    to: StrEnum
    who: frozenset[StrEnum]


class Lifecycle:
    """A table of transitions with the two questions that everybody asks of it."""

    def __init__(self, name: str, transitions: Iterable[Transition]) -> None:
        self.name = name
        self.transitions = tuple(transitions)
        self._table = {(t.status, t.move): t for t in self.transitions}
        if len(self._table) != len(self.transitions):
            raise ValueError(f"{name}: two rows for one status and move")

    def next_status(self, status: str, move: StrEnum, parties: Collection[StrEnum]) -> StrEnum:
        """Where `move` leads for somebody who is any of `parties`.

        Raises `NotYours` where the move is possible from here but not theirs, or was never theirs
        at any status; `Late` where it is theirs but not possible from here (any more).
        """
        row = self._row(status, move)
        if row is not None:
            if row.who.isdisjoint(parties):
                raise NotYours(f"You may not {_words(move)} this {self.name}.")
            return row.to
        ever = [t for t in self.transitions if t.move == move]
        if ever and all(t.who.isdisjoint(parties) for t in ever):
            raise NotYours(f"You may not {_words(move)} this {self.name}.")
        raise Late(f"This {self.name} is {_words(status)}; it is too late to {_words(move)} it.")

    def open_moves(self, status: str, parties: Collection[StrEnum]) -> tuple[StrEnum, ...]:
        """The moves that `next_status` would accept now, in the table's order."""
        return tuple(t.move for t in self.transitions if t.status == status and not t.who.isdisjoint(parties))

    def _row(self, status: str, move: StrEnum) -> Transition | None:
        return next(
            (t for t in self.transitions if t.status == status and t.move == move),
            None,
        )


def _words(name: str) -> str:
    return name.replace("_", " ").lower()
