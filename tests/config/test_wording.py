"""How are amounts, quantities, times and languages written for people?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from config.kit import wording

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("5812.4", "EUR", "5,812.40 EUR"),
        ("5812.4000", "EUR", "5,812.40 EUR"),
        ("0", "EUR", "0.00 EUR"),
        ("-0.5", "EUR", "-0.50 EUR"),
        ("1250000", "JPY", "1,250,000 JPY"),
        ("1.5", "KWD", "1.500 KWD"),
        ("0.0125", "EUR", "0.0125 EUR"),  # a unit price keeps what it has
        ("1E+3", "EUR", "1,000.00 EUR"),
    ],
)
def test_money(amount, currency, text):
    assert wording.money_text(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("quantity", "text"), [("2.000", "2"), ("2.50", "2.5"), ("1200", "1,200"), ("0", "0"), ("1E+2", "100")]
)
def test_quantity(quantity, text):
    assert wording.quantity_text(Decimal(quantity)) == text


def test_a_moment_names_its_zone_and_another_year():
    berlin = ZoneInfo("Europe/Berlin")
    assert wording.moment_text(NOW.astimezone(berlin), NOW) == "Sat 21 Nov 13:00 CET"
    assert wording.moment_text(NOW - timedelta(days=365), NOW) == "Fri 21 Nov 2025 12:00 UTC"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(hours=-26), "1 day ago"),
        (timedelta(hours=5, minutes=59), "in 5 hours"),
        (timedelta(days=2, hours=23), "in 2 days"),
    ],
)
def test_how_long_ago(span, text):
    assert wording.ago_text(NOW + span, NOW) == text


@pytest.mark.parametrize(
    ("texts", "language", "text"),
    [
        ({"en": "Cable", "de": "Kabel"}, "de", "Kabel"),
        ({"en": "Cable", "de": "Kabel"}, "de-at", "Kabel"),
        ({"en": "Cable", "de": "Kabel"}, "fr", "Cable"),
        ({"de": "Kabel"}, "fr", "Kabel"),
        ({"en": "", "de": "Kabel"}, "en", "Kabel"),
        ({}, "en", ""),
        (None, "en", ""),
        ("Cable", "de", "Cable"),
    ],
)
def test_text_in(texts, language, text):
    assert wording.text_in(texts, language) == text
