"""How amounts, quantities, times and languages are written for people, in pages and mails alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from config.kit.money import minor_units, spell

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def amount_text(amount: Decimal, currency: str) -> str:
    """The amount grouped and with at least the currency's minor units: `5,812.40`.

    Nothing is rounded away: a unit price of 0.0125 stays 0.0125.
    """
    whole, _, decimals = spell(abs(amount)).partition(".")
    decimals = decimals.ljust(minor_units(currency), "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")


def money_text(amount: Decimal, currency: str) -> str:
    """The amount with its currency: `5,812.40 EUR`."""
    return f"{amount_text(amount, currency)} {currency}"


def quantity_text(quantity: Decimal) -> str:
    """The quantity grouped, without trailing zeros: 2.500 reads 2.5, 1200 reads 1,200."""
    whole, _, decimals = spell(quantity).partition(".")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def terms_text(period: str) -> str:
    """For how long what is paid for a subscription lasts, such as a `month`; empty for what is sold once."""
    return f"For one {period}, then renewed by itself" if period else ""


def against_list_text(percent: Decimal) -> str:
    """By how much an offer is below the price list, above it where negative: `20 % below the price list`."""
    if not percent:
        return "at the prices of the price list"
    return f"{quantity_text(abs(percent))} % {'below' if percent > 0 else 'above'} the price list"


def moment_text(at: datetime, now: datetime) -> str:
    """Day, time and zone: `Tue 24 Nov 14:05 CET`, with the year where it is not this one.

    Both times are aware and already in the reader's zone.
    """
    return f"{day_text(at, now)} {at:%H:%M} {at.tzname()}"


def day_text(at: datetime, now: datetime) -> str:
    """The day: `Tue 24 Nov`, with the year where it is not this one."""
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at:%a} {at.day} {at:%b}{year}"


def span_text(span: timedelta) -> str:
    """A length of time in its largest unit, rounded down: `2 days`, `1 hour`, `5 minutes`."""
    span = abs(span)
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if span >= unit:
            count = span // unit
            return f"{count} {name}" + ("" if count == 1 else "s")
    return "less than a minute"


def ago_text(at: datetime, now: datetime) -> str:
    """How long ago, or in how long: `2 hours ago`, `in 3 days`, `just now`."""
    if abs(now - at) < MINUTE:
        return "just now"
    return f"{span_text(now - at)} ago" if at < now else f"in {span_text(at - now)}"


def either(names: Iterable[str]) -> str:
    """A choice of people: `Ana Diaz, Bea Lindt or Tom Weber`; empty without any."""
    *others, last = list(names) or [""]
    return f"{', '.join(others)} or {last}" if others else last


def text_in(texts: Mapping[str, str] | str | None, language: str) -> str:
    """The text in this language, else its main language, else English, else the first that is there."""
    if texts is None or isinstance(texts, str):
        return texts or ""
    for wanted in (language, language.partition("-")[0], "en"):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), "")
