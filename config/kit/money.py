"""How amounts are rounded, compared, written down and shared out.

Amounts are `Decimal` with a currency beside them (ISO 4217). They are rounded half up to the
currency's minor units, once per line; totals are sums of rounded amounts. Binary floating point
never comes near them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)

# SQLite keeps numbers as 15 significant digits: these two bounds are what both engines store exactly.
AMOUNT_LIMIT = Decimal(10) ** 11
UNIT_PRICE_LIMIT = Decimal(10) ** 9
AMOUNT_DECIMALS = 4
UNIT_PRICE_DECIMALS = 6

# ISO 4217 minor units; every currency not named here has two.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_MINOR_UNITS = {
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
    **dict.fromkeys(_FOUR_DECIMALS.split(), 4),
}


def minor_units(currency: str) -> int:
    """How many decimals amounts in this currency have (ISO 4217)."""
    return _MINOR_UNITS.get(currency, 2)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's minor units, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def spell(number: Decimal) -> str:
    """The one spelling of a number that goes into a hash: no exponent, no trailing zeros, no -0."""
    if not number:
        return "0"
    return format(number.normalize(), "f")


def share_out(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split `amount` (rounded, not negative) by `weights` into rounded shares that sum to it exactly.

    Largest remainder: every share is rounded down, and what is left over goes, one minor unit each,
    to those that lost most (ties: the earlier). With no weight at all the first share takes it all.
    """
    if not weights:
        return []
    total = sum(weights, ZERO)
    if not total:
        return [amount, *([round_amount(ZERO, currency)] * (len(weights) - 1))]
    unit = Decimal(1).scaleb(-minor_units(currency))
    exact = [amount * weight / total for weight in weights]
    shares = [value.quantize(unit, rounding=ROUND_DOWN) for value in exact]
    missing = int((amount - sum(shares, ZERO)) / unit)
    by_loss = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_loss[:missing]:
        shares[index] += unit
    return shares


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency; amounts of different currencies are never compared."""

    amount: Decimal
    currency: str

    def exceeds(self, other: Money) -> bool:
        """Strictly more than `other`; another currency counts as exceeding (fail closed)."""
        return self.currency != other.currency or self.amount > other.amount

    def __str__(self) -> str:
        return f"{round_amount(self.amount, self.currency):,} {self.currency}"


def total(amounts: Iterable[Decimal], currency: str) -> Decimal:
    """The sum of already rounded amounts, in the currency's decimals (so that zero reads 0.00)."""
    return round_amount(sum(amounts, ZERO), currency)
