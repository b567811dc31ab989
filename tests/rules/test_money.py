"""How are amounts rounded, compared, spelled and shared out?"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kit.money import Money, minor_units, round_amount, share_out, spell, total

ROUNDED = [
    # amount, currency, rounded half up, away from zero
    ("0.004", "EUR", "0.00"),
    ("0.005", "EUR", "0.01"),
    ("1.005", "EUR", "1.01"),
    ("1.00499999", "EUR", "1.00"),
    ("2.675", "EUR", "2.68"),
    ("-0.005", "EUR", "-0.01"),
    ("-1.004", "EUR", "-1.00"),
    ("7", "EUR", "7.00"),
    ("0.4", "JPY", "0"),
    ("0.5", "JPY", "1"),
    ("1.5", "JPY", "2"),
    ("2.5", "JPY", "3"),
    ("0.0004", "KWD", "0.000"),
    ("0.0005", "KWD", "0.001"),
    ("3.0875", "KWD", "3.088"),
    ("1.23455", "CLF", "1.2346"),
    ("1.005", "XYZ", "1.01"),  # a currency nobody knows has two decimals
]


@pytest.mark.parametrize(("amount", "currency", "expected"), ROUNDED)
def test_rounding(amount, currency, expected):
    rounded = round_amount(Decimal(amount), currency)

    assert str(rounded) == expected


@pytest.mark.parametrize(
    ("currency", "decimals"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3), ("CLF", 4)]
)
def test_minor_units(currency, decimals):
    assert minor_units(currency) == decimals


SPELLED = [
    ("0", "0"),
    ("-0", "0"),
    ("0.000", "0"),
    ("0E+7", "0"),
    ("1", "1"),
    ("1.0", "1"),
    ("1.50", "1.5"),
    ("1E+3", "1000"),
    ("1000.00", "1000"),
    ("1E-7", "0.0000001"),
    ("-2.500", "-2.5"),
    ("99999999999.9999", "99999999999.9999"),
]


@pytest.mark.parametrize(("number", "spelling"), SPELLED)
def test_spelling(number, spelling):
    assert spell(Decimal(number)) == spelling


@given(st.decimals(-(10**11), 10**11, places=6), st.integers(0, 8))
def test_equal_numbers_are_spelled_alike(number, zeros):
    padded = number.quantize(Decimal(1).scaleb(-6 - zeros))

    assert spell(padded) == spell(number)
    assert Decimal(spell(number)) == number
    assert "E" not in spell(number)


EXCEEDS = [
    ("5000.00 EUR", "5000.00 EUR", False),
    ("5000.01 EUR", "5000.00 EUR", True),
    ("4999.99 EUR", "5000.00 EUR", False),
    ("0.01 EUR", "0 EUR", True),
    ("0 EUR", "0 EUR", False),
    ("1 JPY", "5000 EUR", True),  # another currency: fail closed
    ("5000 EUR", "5000.0000 EUR", False),  # as the database gives it back
]


def money(text):
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


@pytest.mark.parametrize(("amount", "limit", "expected"), EXCEEDS)
def test_exceeding_is_strict(amount, limit, expected):
    assert money(amount).exceeds(money(limit)) is expected


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234567.5 EUR", "1,234,567.50 EUR"), ("1500 JPY", "1,500 JPY"), ("0.5 KWD", "0.500 KWD"), ("0 EUR", "0.00 EUR")],
)
def test_money_as_text(amount, text):
    assert str(money(amount)) == text


def test_the_sum_of_nothing_has_the_decimals_of_its_currency():
    assert [str(total([], currency)) for currency in ("EUR", "JPY", "KWD")] == ["0.00", "0", "0.000"]


SHARED = [
    # amount, weights, currency, shares
    ("11.90", ["100", "100", "100"], "EUR", ["3.97", "3.97", "3.96"]),  # ties: the earlier
    ("10.00", ["1", "1", "1"], "EUR", ["3.34", "3.33", "3.33"]),
    ("0.01", ["1", "9"], "EUR", ["0.00", "0.01"]),  # to who lost most
    ("10.00", ["595.00", "1190.00"], "EUR", ["3.33", "6.67"]),
    ("100", ["1", "1", "1"], "JPY", ["34", "33", "33"]),
    ("1.000", ["1", "1", "1"], "KWD", ["0.334", "0.333", "0.333"]),
    ("5.00", ["0", "0"], "EUR", ["5.00", "0.00"]),  # no weight at all: the first takes it
    ("5.00", ["0", "7", "0"], "EUR", ["0.00", "5.00", "0.00"]),
    ("0.00", ["3", "4"], "EUR", ["0.00", "0.00"]),
    ("5.00", ["4"], "EUR", ["5.00"]),
    ("5.00", [], "EUR", []),
]


@pytest.mark.parametrize(("amount", "weights", "currency", "shares"), SHARED)
def test_sharing_out(amount, weights, currency, shares):
    found = share_out(Decimal(amount), [Decimal(weight) for weight in weights], currency)

    assert [str(share) for share in found] == shares


currencies = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])
weights = st.lists(st.decimals(0, 10**11, places=4), min_size=1, max_size=12)


@given(data=st.data(), currency=currencies, weights=weights)
def test_shares_sum_exactly_and_none_is_a_unit_off(data, currency, weights):
    units = data.draw(st.integers(0, 10**15))
    unit = Decimal(1).scaleb(-minor_units(currency))
    amount = units * unit

    shares = share_out(amount, weights, currency)

    assert sum(shares) == amount
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert share >= 0
        assert share == round_amount(share, currency)
        if whole:
            # A hair more than one unit: the exact share itself has 28 digits only.
            assert abs(share - amount * weight / whole) < unit * Decimal("1.001")
