"""How do `q` and `sort` reach the database? A table of columns in, a filtered and ordered list out.

Each resource lists the fields that may be asked for, by their name on the wire. A field that is not
listed, a value that is none of its kind, and a comparison that makes no sense are refused (`Invalid`,
field `q` or `sort`, the name in the text): a filter that is ignored shows rows that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

from companies.api.json import moment
from config.kit.money import AMOUNT_DECIMALS, AMOUNT_LIMIT
from config.kit.query import Comparison, Condition, Either, Expression, parse_query, parse_sort
from config.kit.refused import Invalid
from config.kit.storable import storable_text

MAX_CONTAINED = 100
MAX_SORTED = 10
LARGEST_INTEGER = 2**31 - 1
_INTEGER = re.compile(r"-?[0-9]{1,10}")
_AMOUNT = re.compile(rf"-?[0-9]{{1,12}}(\.[0-9]{{1,{AMOUNT_DECIMALS}}})?")
# On the wire times end at the millisecond, in the table they go further.
TICK = timedelta(milliseconds=1)


class Kind(StrEnum):
    """What sort of values a column has; it decides which comparisons there are."""

    TEXT = "text"
    INTEGER = "integer"
    AMOUNT = "amount"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    CHOICE = "choice"


Lookup = Callable[[Comparison, Sequence[Any]], Q]


@dataclass(frozen=True, slots=True)
class Column:
    """One field that may be asked for: where it is, and what its values are.

    `path` is a lookup path or an annotation. `choices` translate words of the wire into stored ones.
    `lookup` takes the place of the usual comparison where a field is no plain column; `sort_by` the
    place of the path when sorting (empty: it cannot be sorted by). `nullable` sorts nothing last.
    """

    path: str
    kind: Kind = Kind.TEXT
    choices: Mapping[str, Any] = field(default_factory=dict)
    lookup: Lookup | None = None
    sort_by: str | None = None
    nullable: bool = False


Columns = Mapping[str, Column]
Rows = TypeVar("Rows", bound=Model)


def searched(rows: QuerySet[Rows], text: str, columns: Columns) -> QuerySet[Rows]:
    """The rows that a `q` asks for; all of them for an empty one."""
    return rows.filter(condition_of(text, columns)) if text.strip() else rows


def condition_of(text: str, columns: Columns) -> Q:
    """A `q` as a condition on these columns."""
    return _expression(parse_query(text), columns)


def equal_to(rows: QuerySet[Rows], name: str, values: Sequence[str], columns: Columns) -> QuerySet[Rows]:
    """The rows in which the field is one of these: what a plain query parameter says."""
    return rows.filter(_condition(Condition(name, Comparison.ONE_OF, tuple(values)), columns))


def sorted_rows(rows: QuerySet[Rows], text: str, columns: Columns, default: Sequence[str] = ()) -> QuerySet[Rows]:
    """The rows in the order that a `sort` asks for, else in the default one.

    The primary key comes last, so that pages never overlap.
    """
    orders = parse_sort(text)
    if not orders:
        return rows.order_by(*default)
    if len(orders) > MAX_SORTED:
        raise Invalid(f"sort takes at most {MAX_SORTED} fields.", field="sort")
    wanted = []
    for order in orders:
        column = _column(order.field, columns, "sort")
        path = column.path if column.sort_by is None else column.sort_by
        if not path:
            raise Invalid(f"sort by {order.field} is not possible.", field="sort")
        last = True if column.nullable else None
        wanted.append(F(path).desc(nulls_last=last) if order.descending else F(path).asc(nulls_last=last))
    return rows.order_by(*wanted, "-pk" if orders[0].descending else "pk")


def always(comparison: Comparison, values: Sequence[Any] = ()) -> Q:
    """The lookup of a field that every row has, and with the same value."""
    return Q(pk__in=[]) if comparison is Comparison.ABSENT else Q()


def any_of(condition: Callable[[Any], Q]) -> Lookup:
    """The lookup of a field that every row has but no column holds: `condition` tells of which rows a value is theirs.

    Such as a status that counts together with the time.
    """

    def lookup(comparison: Comparison, values: Sequence[Any]) -> Q:
        if comparison is not Comparison.ONE_OF:
            return always(comparison)
        return reduce(or_, map(condition, values))

    return lookup


def numbered(name: str, pk_of: Callable[[str], int | None]) -> Lookup:
    """The lookup of numbers that are made from the primary key: there is no part of one to look for."""

    def lookup(comparison: Comparison, values: Sequence[Any]) -> Q:
        if comparison is Comparison.CONTAINS:
            raise Invalid(f"q: {name} cannot be compared with ~.", field="q")
        if comparison is not Comparison.ONE_OF:
            return always(comparison)
        return Q(pk__in={pk for number in values if (pk := pk_of(number)) is not None})

    return lookup


def _expression(expression: Expression, columns: Columns) -> Q:
    if isinstance(expression, Condition):
        return _condition(expression, columns)
    parts = [_expression(part, columns) for part in expression.parts]
    return reduce(or_ if isinstance(expression, Either) else and_, parts, Q())


def _condition(condition: Condition, columns: Columns) -> Q:
    name, comparison = condition.field, condition.comparison
    column = _column(name, columns, "q")
    if comparison not in _COMPARISONS[column.kind]:
        raise Invalid(f"q: {name} cannot be compared with {comparison.value}.", field="q")
    values = [_value(name, column, comparison, text) for text in condition.values]
    if column.lookup is not None:
        return column.lookup(comparison, values)
    return compared(column, comparison, values)


def compared(column: Column, comparison: Comparison, values: Sequence[Any]) -> Q:
    """The usual comparison of a column with values of its kind."""
    path = column.path
    match comparison:
        case Comparison.ABSENT:
            return _absent(column)
        case Comparison.PRESENT:
            return ~_absent(column)
        case Comparison.CONTAINS:
            return Q(**{f"{path}__icontains": values[0]})
    if column.kind is Kind.INSTANT:
        return _at(path, comparison, values)
    if comparison is Comparison.ONE_OF:
        return Q(**{f"{path}__in": values})
    return Q(**{f"{path}__{_LOOKUPS[comparison]}": values[0]})


_ORDERED = frozenset({Comparison.GREATER, Comparison.GREATER_OR_EQUAL, Comparison.LESS, Comparison.LESS_OR_EQUAL})
_EQUAL = frozenset({Comparison.ONE_OF, Comparison.ABSENT, Comparison.PRESENT})
_COMPARISONS = {
    Kind.TEXT: _EQUAL | {Comparison.CONTAINS},
    Kind.INTEGER: _EQUAL | _ORDERED,
    Kind.AMOUNT: _EQUAL | _ORDERED,
    Kind.INSTANT: _EQUAL | _ORDERED,
    Kind.BOOLEAN: _EQUAL,
    Kind.CHOICE: _EQUAL,
}
_LOOKUPS = {
    Comparison.GREATER: "gt",
    Comparison.GREATER_OR_EQUAL: "gte",
    Comparison.LESS: "lt",
    Comparison.LESS_OR_EQUAL: "lte",
}


def _column(name: str, columns: Columns, parameter: str) -> Column:
    column = columns.get(name)
    if column is None:
        raise Invalid(f"{parameter}: there is no field {name!r} here.", field=parameter)
    return column


def _absent(column: Column) -> Q:
    """Nothing there: no value, or an empty text."""
    nothing = Q(**{f"{column.path}__isnull": True})
    return nothing | Q(**{column.path: ""}) if column.kind is Kind.TEXT else nothing


def _at(path: str, comparison: Comparison, values: Sequence[datetime]) -> Q:
    """Times as they are shown: what reads as 12:00:00.123 is equal to it, whatever comes behind."""
    if comparison is Comparison.ONE_OF:
        return reduce(or_, (Q(**{f"{path}__gte": at, f"{path}__lt": _next(at)}) for at in values))
    at = values[0]
    match comparison:
        case Comparison.GREATER:
            return Q(**{f"{path}__gte": _next(at)})
        case Comparison.LESS_OR_EQUAL:
            return Q(**{f"{path}__lt": _next(at)})
    return Q(**{f"{path}__{_LOOKUPS[comparison]}": at})


def _next(at: datetime) -> datetime:
    return at + (timedelta(microseconds=1) if at.microsecond % 1000 else TICK)


def _value(name: str, column: Column, comparison: Comparison, text: str) -> Any:
    try:
        value = _READERS[column.kind](text)
    except (ValueError, OverflowError):
        raise Invalid(f"q: {name} is compared with {text!r}, which is no {column.kind.value}.", field="q") from None
    if column.kind is Kind.CHOICE:
        if value not in column.choices:
            known = ", ".join(column.choices)
            raise Invalid(f"q: {name} is one of {known}, never {text!r}.", field="q")
        return column.choices[value]
    if comparison is Comparison.CONTAINS and not 1 <= len(text) <= MAX_CONTAINED:
        raise Invalid(f"q: {name} can contain 1 to {MAX_CONTAINED} characters.", field="q")
    return value


def _text(text: str) -> str:
    if not storable_text(text):
        raise ValueError
    return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text) or abs(int(text)) > LARGEST_INTEGER:
        raise ValueError
    return int(text)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text) or abs(Decimal(text)) >= AMOUNT_LIMIT:
        raise ValueError
    return Decimal(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.AMOUNT: _amount,
    Kind.INSTANT: moment,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _text,
}
