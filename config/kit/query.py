"""What does a client ask for with `q=` and `sort=`? Text in, conditions out.

The language of the storefront API: `field:value` terms, separated by spaces (and), where a value is

* a word or a text in double quotes: equal to it; `true`, `false`, `null` (absent), `exists`;
* `(a,b,"c d")`: one of these;
* `>5`, `>=5`, `<5`, `<=5`, or two of them as `(>=10 AND <=20)`;
* `~text`: contains this text, ignoring case; `~(a,b)` one of these. It is text, never a regular expression: a
  backslash before a sign, with which clients escape it, is left out.

`compoundLogicalQuery:((a:1 b:2) OR (c:3))` nests with AND and OR. The parser knows no fields: which
there are, and of what kind, is for the caller to say. Whatever it cannot read it refuses (`Invalid`,
field `q`), since a filter that is ignored shows rows that were not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from config.kit.refused import Invalid

COMPOUND = "compoundLogicalQuery"
MAX_LENGTH = 10_000  # a hundred long codes, which clients look up at once
MAX_CONDITIONS = 50
MAX_DEPTH = 8


class Comparison(StrEnum):
    """How a field is compared with a condition's values."""

    ONE_OF = "one_of"
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    CONTAINS = "~"
    ABSENT = "null"
    PRESENT = "exists"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of one field; `values` are text as it was written, without quotes."""

    field: str
    comparison: Comparison
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Expression, ...]


Expression = Condition | All | Either


@dataclass(frozen=True, slots=True)
class Order:
    """One column to sort by."""

    field: str
    descending: bool


def parse_query(text: str) -> All:
    """The conditions of a `q`; no conditions for an empty one. Raises `Invalid` (field `q`)."""
    if len(text) > MAX_LENGTH:
        raise _unreadable(f"it is longer than {MAX_LENGTH} characters")
    return _Parser(text).everything()


def parse_sort(text: str) -> tuple[Order, ...]:
    """The columns of a `sort`, left to right: `field:desc,other`.

    Descending only if the direction is exactly `desc` or `DESC`. Raises `Invalid` (field `sort`).
    """
    orders = []
    for part in text.split(","):
        if not part.strip():
            continue
        field, _, direction = part.strip().partition(":")
        if not _FIELD.fullmatch(field):
            raise Invalid(f"sort cannot be read: {field!r} is no field name.", field="sort")
        orders.append(Order(field, direction in ("desc", "DESC")))
    return tuple(orders)


def fields_of(expression: Expression) -> set[str]:
    """Every field an expression mentions."""
    if isinstance(expression, Condition):
        return {expression.field}
    found: set[str] = set()
    for part in expression.parts:
        found |= fields_of(part)
    return found


_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)*")
_WORD = re.compile(r"[^\s(),\"]+")
_UP_TO_PARENTHESIS = re.compile(r"(?:\\.|[^)\\])*")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9\s])")
_OPERATOR = re.compile(r">=|<=|>|<")
_SPACE = re.compile(r"\s*")
_AND_OR = re.compile(r"(AND|OR)\b")
_AND = re.compile(r"\s+AND\s+")


def _unreadable(why: str) -> Invalid:
    return Invalid(f"q cannot be read: {why}.", field="q")


def _contains(field: str, texts: list[str]) -> Expression:
    if len(texts) > MAX_CONDITIONS:
        raise _unreadable(f"it has more than {MAX_CONDITIONS} texts to look for")
    parts = tuple(Condition(field, Comparison.CONTAINS, (_ESCAPED.sub(r"\1", text),)) for text in texts)
    return parts[0] if len(parts) == 1 else Either(parts)


class _Parser:
    """Reads one `q` from left to right; each method takes what it names from the front."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.conditions = 0

    def everything(self) -> All:
        parts: list[Expression] = []
        self._space()
        while self.at < len(self.text):
            parts.append(self._term(depth=0))
            self._separated()
        return All(tuple(parts))

    def _term(self, depth: int) -> Expression:
        field = self._take(_FIELD)
        if field is None:
            raise _unreadable(f"a field name was expected at {self._here()}")
        if not self._skip(":"):
            raise _unreadable(f"a colon was expected after {field!r}")
        if field == COMPOUND:
            return self._group(depth + 1)
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise _unreadable(f"it has more than {MAX_CONDITIONS} conditions")
        return self._value(field)

    def _group(self, depth: int) -> Expression:
        """`(term term)`, or `((…) OR (…))`: parentheses that hold terms or further parentheses."""
        if depth > MAX_DEPTH:
            raise _unreadable(f"it is nested deeper than {MAX_DEPTH} levels")
        if not self._skip("("):
            raise _unreadable(f"an opening parenthesis was expected at {self._here()}")
        parts: list[Expression] = []
        words: set[str] = set()
        self._space()
        while not self._skip(")"):
            if parts:
                words.add(self._take(_AND_OR) or "AND")
                self._space()
            parts.append(self._group(depth + 1) if self._sees("(") else self._term(depth))
            self._space()
            if self.at >= len(self.text):
                raise _unreadable("a closing parenthesis is missing")
        if not parts:
            raise _unreadable("a pair of parentheses is empty")
        if len(words) > 1:
            raise _unreadable("AND and OR stand side by side; say with parentheses what belongs together")
        return Either(tuple(parts)) if words == {"OR"} else All(tuple(parts))

    def _value(self, field: str) -> Expression:
        operator = self._take(_OPERATOR)
        if operator is not None:
            return Condition(field, Comparison(operator), (self._text(),))
        if self._skip("~"):
            texts = self._list() if self._skip("(") else [self._text()]
            return _contains(field, texts)
        if self._skip("("):
            return self._parenthesised(field)
        if self._sees('"'):
            return Condition(field, Comparison.ONE_OF, (self._text(),))
        word = self._text()
        if word in (Comparison.ABSENT, Comparison.PRESENT):
            return Condition(field, Comparison(word))
        return Condition(field, Comparison.ONE_OF, (word,))

    def _parenthesised(self, field: str) -> Expression:
        """What follows an opening parenthesis: a range, a text to contain, or a list."""
        self._space()
        if self._skip("~"):
            text = self._take(_UP_TO_PARENTHESIS)
            if not text or not self._skip(")"):
                raise _unreadable("a closing parenthesis is missing")
            return _contains(field, [text.strip().strip('"')])
        operator = self._take(_OPERATOR)
        if operator is not None:
            return self._range(field, operator)
        return Condition(field, Comparison.ONE_OF, tuple(self._list()))

    def _list(self) -> list[str]:
        """What stands between an opening parenthesis, already taken, and its closing one, with commas between."""
        self._space()
        values = [self._text()]
        self._space()
        while self._skip(","):
            self._space()
            values.append(self._text())
            self._space()
        self._close()
        return values

    def _range(self, field: str, operator: str) -> Expression:
        parts: list[Expression] = [Condition(field, Comparison(operator), (self._text(),))]
        while self._take(_AND) is not None:
            operator = self._take(_OPERATOR) or ""
            if not operator:
                raise _unreadable(f"a comparison was expected at {self._here()}")
            parts.append(Condition(field, Comparison(operator), (self._text(),)))
        self._space()
        self._close()
        return All(tuple(parts))

    def _text(self) -> str:
        """A word, or a text in double quotes."""
        if self._skip('"'):
            end = self.text.find('"', self.at)
            if end < 0:
                raise _unreadable("a closing quote is missing")
            found, self.at = self.text[self.at : end], end + 1
            return found
        word = self._take(_WORD)
        if word is None:
            raise _unreadable(f"a value was expected at {self._here()}")
        return word

    def _close(self) -> None:
        if not self._skip(")"):
            raise _unreadable(f"a closing parenthesis was expected at {self._here()}")

    def _separated(self) -> None:
        before = self.at
        self._space()
        if self.at == before and self.at < len(self.text):
            raise _unreadable(f"a space was expected at {self._here()}")

    def _space(self) -> None:
        self._take(_SPACE)

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match.group()

    def _skip(self, character: str) -> bool:
        if not self._sees(character):
            return False
        self.at += 1
        return True

    def _sees(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def _here(self) -> str:
        rest = self.text[self.at : self.at + 20]
        return repr(rest) if rest else "the end"


def conditions_of(expression: Expression) -> Iterable[Condition]:
    """Every single condition in an expression, left to right."""
    if isinstance(expression, Condition):
        yield expression
        return
    for part in expression.parts:
        yield from conditions_of(part)
