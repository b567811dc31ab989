"""What a line and a whole cart cost: net, tax and gross, each line rounded once.

Pure. The unit price is net or gross; both net and gross of a line are rounded half up to the
currency's minor units, tax is their difference, and totals are sums of rounded lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from config.kit.money import (
    AMOUNT_LIMIT,
    UNIT_PRICE_DECIMALS,
    UNIT_PRICE_LIMIT,
    ZERO,
    Money,
    round_amount,
    share_out,
    total,
)
from config.kit.refused import Invalid

HUNDRED = Decimal(100)
UNIT_PRICE_STEP = Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net, tax and gross of one thing, rounded to the currency."""

    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with everything its price came from. `tax_rate` is a percentage."""

    quantity: Decimal
    unit_price: Decimal
    includes_tax: bool
    tax_code: str
    tax_rate: Decimal
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over lines, shipping apart. `gross` of the lines is what limits are compared with."""

    currency: str
    lines: Amounts
    shipping: Amounts

    @property
    def subtotal(self) -> Money:
        """Gross of the lines, tax included, without shipping."""
        return Money(self.lines.gross, self.currency)

    @property
    def net(self) -> Decimal:
        """Lines and shipping, net."""
        return self.lines.net + self.shipping.net

    @property
    def tax(self) -> Decimal:
        """Tax of lines and shipping."""
        return self.lines.tax + self.shipping.tax

    @property
    def gross(self) -> Decimal:
        """Lines and shipping, tax included: what is to be paid."""
        return self.lines.gross + self.shipping.gross


def price_line(
    quantity: Decimal,
    unit_price: Decimal,
    *,
    includes_tax: bool,
    tax_code: str,
    tax_rate: Decimal,
    currency: str,
) -> PricedLine:
    """The amounts of one line; raises `Invalid` (field `quantity`) where they leave the bounds."""
    raw = quantity * unit_price
    factor = 1 + tax_rate / HUNDRED
    net = round_amount(raw / factor if includes_tax else raw, currency)
    gross = round_amount(raw if includes_tax else raw * factor, currency)
    if gross >= AMOUNT_LIMIT:
        raise Invalid("This quantity makes the line too expensive to handle.", field="quantity")
    return PricedLine(quantity, unit_price, includes_tax, tax_code, tax_rate, Amounts(net, gross - net, gross))


def price_line_total(
    quantity: Decimal, total_net: Decimal, *, tax_code: str, tax_rate: Decimal, currency: str
) -> PricedLine:
    """The amounts of a line that was agreed as one net total; its unit price (net) is what follows from it.

    The total is what counts: a unit price that does not come out even is rounded to six decimals and
    never multiplied again. Raises `Invalid` (field `total`) where the total leaves the bounds or is
    finer than the currency.
    """
    net = round_amount(total_net, currency)
    if net != total_net:
        raise Invalid(f"Amounts in {currency} are not that fine.", field="total")
    gross = round_amount(net * (1 + tax_rate / HUNDRED), currency)
    if gross >= AMOUNT_LIMIT:
        raise Invalid("This line is too expensive to handle.", field="total")
    unit_price = (net / quantity).quantize(UNIT_PRICE_STEP, rounding=ROUND_HALF_UP)
    if unit_price >= UNIT_PRICE_LIMIT:
        raise Invalid("This line is too expensive to handle.", field="total")
    return PricedLine(quantity, unit_price, False, tax_code, tax_rate, Amounts(net, gross - net, gross))


def discount(list_net: Decimal, net: Decimal) -> Decimal:
    """By how many percent `net` is below `list_net`, in two decimals; below zero where it is above."""
    if not list_net:
        return Decimal("0.00")
    return ((list_net - net) * HUNDRED / list_net).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def difference_of(old: Amounts, new: Amounts) -> Amounts:
    """What something costs more than before, net, tax and gross; nothing where it costs less."""
    nothing = old.gross - old.gross
    gross = max(new.gross - old.gross, nothing)
    net = min(max(new.net - old.net, nothing), gross)
    return Amounts(net, gross - net, gross)


def price_shipping(net_price: Decimal, *, tax_rate: Decimal, currency: str) -> Amounts:
    """Shipping is priced net, as one line of quantity one."""
    return price_line(
        Decimal(1), net_price, includes_tax=False, tax_code="", tax_rate=tax_rate, currency=currency
    ).amounts


def add_up(lines: Iterable[Amounts], currency: str) -> Amounts:
    """The sums of already rounded amounts; raises `Invalid` where they leave the bounds."""
    amounts = tuple(lines)
    net = total((a.net for a in amounts), currency)
    gross = total((a.gross for a in amounts), currency)
    if gross >= AMOUNT_LIMIT:
        raise Invalid("This is too expensive to handle in one order.", field="quantity")
    return Amounts(net, gross - net, gross)


def totals(lines: Iterable[Amounts], currency: str, shipping: Amounts | None = None) -> Totals:
    """Sums of lines, with shipping kept apart."""
    zero = round_amount(ZERO, currency)
    return Totals(currency, add_up(lines, currency), shipping or Amounts(zero, zero, zero))


def spread(amounts: Amounts, weights: Sequence[Decimal], currency: str) -> list[Amounts]:
    """Split `amounts` by `weights` into parts that sum to it, in net, tax and gross alike.

    The net is shared out by the shares of the gross, not by the weights once more: the two could be
    rounded in different places, and a part would have less gross than net.
    """
    gross = share_out(amounts.gross, weights, currency)
    net = share_out(amounts.net, gross, currency)
    return [Amounts(n, g - n, g) for n, g in zip(net, gross, strict=True)]
