"""What is the net, the tax and the gross of an amount that is one of the two?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from config.kit.money import UNIT_PRICE_DECIMALS, minor_units, spell

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Taxed:
    """Net, tax and gross, rounded so that they add up."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def taxed(amount: Decimal, *, includes_tax: bool, tax_rate: Decimal, decimals: int) -> Taxed:
    """The three of an amount that is gross (`includes_tax`) or net; `tax_rate` is a percentage."""
    factor = 1 + tax_rate / HUNDRED
    net = _rounded(amount / factor if includes_tax else amount, decimals)
    gross = _rounded(amount if includes_tax else amount * factor, decimals)
    return Taxed(net, gross - net, gross)


def unit_price_decimals(unit_price: Decimal, currency: str) -> int:
    """How many decimals a unit price is shown with: those of the currency, or more where it has more."""
    own = len(spell(unit_price).partition(".")[2])
    return max(minor_units(currency), min(own, UNIT_PRICE_DECIMALS))


def shown_unit_price(unit_price: Decimal, currency: str) -> Decimal:
    """The unit price with the decimals it is shown with; nothing is rounded away."""
    return _rounded(unit_price, unit_price_decimals(unit_price, currency))


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
