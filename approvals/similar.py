"""Which earlier order is like what is asked now, and what is different from it? Pure: facts in, answer out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from config.kit.money import minor_units, round_amount


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a product; `gross` is what they cost together, tax included."""

    sku: str
    names: Mapping[str, str] | str
    quantity: Decimal
    gross: Decimal

    def unit_gross(self, currency: str) -> Decimal:
        """What one costs, tax included, in the currency's minor units."""
        return round_amount(self.gross / self.quantity, currency) if self.quantity else self.gross


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was ordered together at that time, by the number of its first order; amounts in `currency`."""

    number: str
    at: datetime
    currency: str
    lines: tuple[Line, ...]

    @property
    def gross(self) -> Decimal:
        """All lines, tax included, without shipping."""
        return sum((line.gross for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Difference:
    """A product of which there is more or less than then (none: 0), or which costs something else each, gross.

    `costs_else`: both times some were ordered, at different prices.
    """

    names: Mapping[str, str] | str
    quantity: Decimal
    old_quantity: Decimal
    unit_gross: Decimal
    old_unit_gross: Decimal
    costs_else: bool


def last_similar(lines: Sequence[Line], currency: str, earlier: Iterable[Earlier]) -> Earlier | None:
    """The first of these (newest first) that is like what is asked: same currency, and at least half of what is asked
    now, by its gross amount, is of products that were in it; where nothing costs anything, half of the products.
    """
    asked = _together(lines)
    whole = sum((line.gross for line in asked.values()), Decimal(0))
    for order in earlier:
        then = {line.sku for line in order.lines}
        if order.currency != currency or not then:
            continue
        again = [line for sku, line in asked.items() if sku in then]
        shared, of = sum((line.gross for line in again), Decimal(0)), whole
        if not whole:
            shared, of = Decimal(len(again)), Decimal(len(asked))
        if again and 2 * shared >= of:
            return order
    return None


def differences(lines: Sequence[Line], then: Earlier) -> list[Difference]:
    """Product by product, as they are asked now, then those that are not asked this time; same ones are left out."""
    now, before = _together(lines), _together(then.lines)
    found = []
    for sku in dict.fromkeys((*now, *before)):
        new, old = now.get(sku), before.get(sku)
        known = new or old
        if known is None:
            continue
        difference = Difference(
            names=known.names,
            quantity=new.quantity if new else Decimal(0),
            old_quantity=old.quantity if old else Decimal(0),
            unit_gross=new.unit_gross(then.currency) if new else Decimal(0),
            old_unit_gross=old.unit_gross(then.currency) if old else Decimal(0),
            costs_else=new is not None and old is not None and _costs_else(new, old, then.currency),
        )
        if difference.quantity != difference.old_quantity or difference.costs_else:
            found.append(difference)
    return found


def _costs_else(new: Line, old: Line, currency: str) -> bool:
    """Whether one costs something else now: visibly, and not only because each line was rounded as a whole."""
    if new.unit_gross(currency) == old.unit_gross(currency):
        return False
    rounding = Decimal(1).scaleb(-minor_units(currency)) / 2
    apart = abs(new.gross * old.quantity - old.gross * new.quantity)
    return apart > rounding * (new.quantity + old.quantity)


def _together(lines: Iterable[Line]) -> dict[str, Line]:
    """One line per product; a product may stand on several."""
    found: dict[str, Line] = {}
    for line in lines:
        known = found.get(line.sku)
        more = (
            replace(known, quantity=known.quantity + line.quantity, gross=known.gross + line.gross) if known else line
        )
        found[line.sku] = more
    return found
