"""How are lines and totals of carts and orders shown?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import get_language

from config.kit.money import ZERO, Money
from config.kit.wording import quantity_text, text_in

Values = dict[str, Any]


class Taxed(Protocol):
    """A line with its tax rate (percent) and whether its unit price is gross."""

    includes_tax: bool
    tax_rate: Decimal


def in_reader_language(texts: Mapping[str, str] | str) -> str:
    """A name or description in the language of the reader, as far as it is written."""
    return text_in(texts, get_language() or "en")


def price_word(lines: Iterable[Taxed]) -> str:
    """Whether the unit prices are net or gross; nothing where they are mixed."""
    words = {tax_word(line.includes_tax) for line in lines}
    return words.pop() if len(words) == 1 else ""


def tax_word(includes_tax: bool) -> str:
    """`gross` or `net`."""
    return "gross" if includes_tax else "net"


def tax_rows(taxed: Iterable[tuple[Decimal, Decimal, Decimal]], currency: str) -> list[Values]:
    """One row per tax rate, highest first, of (rate in percent, net, tax)."""
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for rate, net, tax in taxed:
        net_so_far, tax_so_far = sums.get(rate, (ZERO, ZERO))
        sums[rate] = (net_so_far + net, tax_so_far + tax)
    return [
        {"label": f"Tax {quantity_text(rate)}%", "hint": f"on {Money(net, currency)}", "amount": tax}
        for rate, (net, tax) in sorted(sums.items(), reverse=True)
    ]


def label_of(names: Sequence[Mapping[str, str] | str]) -> str:
    """What a cart or order is called: its first product and how many more there are."""
    if not names:
        return "Empty"
    more = len(names) - 1
    return in_reader_language(names[0]) + (f" and {more} more" if more else "")


def joined(names: Sequence[str]) -> str:
    """`Standing desk, Office chair and Field guide`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def count_of(number: int, noun: str) -> str:
    """`1 line`, `4 lines`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
