"""What does a line, and what does a cart cost? Computed by hand, and held to what must always be true."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kit.money import UNIT_PRICE_LIMIT, minor_units
from config.kit.refused import Invalid
from orders.pricing import Amounts, add_up, discount, price_line, price_line_total, price_shipping, spread, totals

NET, GROSS = False, True

LINES = [
    # quantity, unit price, the price is, tax %, currency | net, tax, gross
    ("1", "100", NET, "19", "EUR", "100.00", "19.00", "119.00"),
    ("3", "19.99", NET, "19", "EUR", "59.97", "11.39", "71.36"),  # 71.3643
    ("2", "20", NET, "7", "EUR", "40.00", "2.80", "42.80"),
    ("20", "250", GROSS, "19", "EUR", "4201.68", "798.32", "5000.00"),  # 4201.6806...
    ("3", "9.99", GROSS, "7", "EUR", "28.01", "1.96", "29.97"),  # 28.0093...
    ("1", "0.005", NET, "0", "EUR", "0.01", "0.00", "0.01"),
    ("1", "10.50", NET, "19", "EUR", "10.50", "2.00", "12.50"),  # 12.495: half a cent goes up
    ("1", "0", NET, "19", "EUR", "0.00", "0.00", "0.00"),
    ("1", "80", NET, "100", "EUR", "80.00", "80.00", "160.00"),
    ("7", "333", NET, "10", "JPY", "2331", "233", "2564"),  # 2564.1
    ("3", "1050", GROSS, "8", "JPY", "2917", "233", "3150"),  # 2916.66...
    ("1", "55", GROSS, "10", "JPY", "50", "5", "55"),
    ("2.5", "1.235", NET, "5", "KWD", "3.088", "0.154", "3.242"),  # 3.0875 and 3.241875
    ("4", "0.125", GROSS, "5", "KWD", "0.476", "0.024", "0.500"),  # 0.47619...
    ("0.3333", "100", NET, "19", "EUR", "33.33", "6.33", "39.66"),  # 39.6627
    ("12.5", "0.0125", NET, "19", "EUR", "0.16", "0.03", "0.19"),  # 0.15625 and 0.1859375
    ("1.7505", "39.95", GROSS, "19", "EUR", "58.77", "11.16", "69.93"),  # 69.932475 and 58.7668...
    ("1000", "0.000004", NET, "19", "EUR", "0.00", "0.00", "0.00"),
    ("9999999", "9999", NET, "0", "EUR", "99989990001.00", "0.00", "99989990001.00"),
]


def price(quantity, unit_price, includes_tax, tax_rate, currency):
    return price_line(
        Decimal(quantity),
        Decimal(unit_price),
        includes_tax=includes_tax,
        tax_code="STANDARD",
        tax_rate=Decimal(tax_rate),
        currency=currency,
    ).amounts


def amounts(net, tax, gross):
    return Amounts(Decimal(net), Decimal(tax), Decimal(gross))


@pytest.mark.parametrize(
    ("quantity", "unit_price", "includes_tax", "tax_rate", "currency", "net", "tax", "gross"), LINES
)
def test_a_line_computed_by_hand(quantity, unit_price, includes_tax, tax_rate, currency, net, tax, gross):
    found = price(quantity, unit_price, includes_tax, tax_rate, currency)

    assert [str(found.net), str(found.tax), str(found.gross)] == [net, tax, gross]


class TestCartsComputedByHand:
    def test_two_tax_rates_on_a_net_price_list_with_shipping(self):
        lines = [price("3", "19.99", NET, "19", "EUR"), price("2", "20", NET, "7", "EUR")]

        cart = totals(lines, "EUR", price_shipping(Decimal(10), tax_rate=Decimal(19), currency="EUR"))

        assert cart.lines == amounts("99.97", "14.19", "114.16")
        assert cart.shipping == amounts("10.00", "1.90", "11.90")
        assert (cart.net, cart.tax, cart.gross) == (Decimal("109.97"), Decimal("16.09"), Decimal("126.06"))
        assert str(cart.subtotal) == "114.16 EUR"

    def test_net_and_gross_prices_in_one_cart(self):
        lines = [price("20", "250", GROSS, "19", "EUR"), price("2", "20", NET, "7", "EUR")]

        cart = totals(lines, "EUR")

        assert cart.lines == amounts("4241.68", "801.12", "5042.80")
        assert cart.gross == Decimal("5042.80")

    def test_yen(self):
        lines = [price("7", "333", NET, "10", "JPY"), price("3", "1050", GROSS, "8", "JPY")]

        cart = totals(lines, "JPY", price_shipping(Decimal(505), tax_rate=Decimal(10), currency="JPY"))

        assert cart.lines == amounts("5248", "466", "5714")
        assert cart.shipping == amounts("505", "51", "556")  # 555.5
        assert str(cart.gross) == "6270"

    def test_dinars(self):
        lines = [price("2.5", "1.235", NET, "5", "KWD"), price("4", "0.125", GROSS, "5", "KWD")]

        cart = totals(lines, "KWD")

        assert cart.lines == amounts("3.564", "0.178", "3.742")

    def test_each_line_is_rounded_before_they_are_added(self):
        # 3 x 0.335 would be 1.01 (1.005) if the sum were rounded, not the lines.
        lines = [price("1", "0.335", NET, "0", "EUR")] * 3

        assert add_up(lines, "EUR").gross == Decimal("1.02")

    def test_nothing_costs_nothing_in_the_currency_s_decimals(self):
        assert str(totals([], "EUR").gross) == "0.00"
        assert str(totals([], "JPY").gross) == "0"

    def test_free_shipping(self):
        free = price_shipping(Decimal(0), tax_rate=Decimal(19), currency="EUR")

        assert free == amounts("0.00", "0.00", "0.00")


class TestBounds:
    def test_a_line_beyond_what_can_be_stored_is_refused(self):
        with pytest.raises(Invalid) as refused:
            price("10000000", "10000", NET, "0", "EUR")

        assert refused.value.field == "quantity"

    def test_tax_counts_towards_the_bound(self):
        with pytest.raises(Invalid):
            price("9999999", "9999", NET, "19", "EUR")

    def test_a_sum_beyond_what_can_be_stored_is_refused(self):
        with pytest.raises(Invalid):
            add_up([price("10000000", "5000", NET, "0", "EUR")] * 2, "EUR")


currencies = st.sampled_from(["EUR", "JPY", "KWD"])
priced_lines = st.builds(
    dict,
    quantity=st.decimals("0.0001", 9_999, places=4),
    unit_price=st.decimals(0, 99_999, places=6),
    includes_tax=st.booleans(),
    tax_rate=st.decimals(0, 100, places=4),
    tax_code=st.just("STANDARD"),
)


@given(line=priced_lines, currency=currencies)
def test_net_and_tax_are_the_gross_and_nothing_is_off_by_more_than_half_a_unit(line, currency):
    found = price_line(**line, currency=currency).amounts

    half = Decimal(1).scaleb(-minor_units(currency)) / 2
    exact = line["quantity"] * line["unit_price"]
    assert found.net + found.tax == found.gross
    assert found.tax >= 0
    assert abs((found.gross if line["includes_tax"] else found.net) - exact) <= half
    assert all(amount == round(amount, minor_units(currency)) for amount in (found.net, found.tax, found.gross))


@given(lines=st.lists(priced_lines, max_size=8), shipping=st.decimals(0, 500, places=4), currency=currencies)
def test_lines_and_shipping_sum_to_the_total(lines, shipping, currency):
    priced = [price_line(**line, currency=currency).amounts for line in lines]
    sent = price_shipping(shipping, tax_rate=Decimal(19), currency=currency)

    cart = totals(priced, currency, sent)

    assert cart.gross == sum((line.gross for line in priced), sent.gross)
    assert cart.net == sum((line.net for line in priced), sent.net)
    assert cart.tax == sum((line.tax for line in priced), sent.tax)
    assert cart.net + cart.tax == cart.gross
    assert cart.subtotal.amount == sum(line.gross for line in priced)


@given(lines=st.lists(priced_lines, max_size=6), currency=currencies, random=st.randoms())
def test_the_order_of_lines_does_not_matter(lines, currency, random):
    priced = [price_line(**line, currency=currency).amounts for line in lines]
    mixed = random.sample(priced, len(priced))

    assert add_up(mixed, currency) == add_up(priced, currency)


@given(
    weights=st.lists(st.decimals(0, 100_000, places=2), min_size=1, max_size=8),
    net_price=st.decimals(0, 500, places=2),
    tax_rate=st.decimals(0, 30, places=1),
    currency=currencies,
)
def test_shipping_is_spread_without_losing_or_inventing_anything(weights, net_price, tax_rate, currency):
    shipping = price_shipping(net_price, tax_rate=tax_rate, currency=currency)

    parts = spread(shipping, weights, currency)

    assert add_up(parts, currency) == shipping
    assert all(part.net + part.tax == part.gross for part in parts)
    assert all(part.net >= 0 and part.tax >= 0 for part in parts)


def test_a_part_of_the_shipping_never_has_less_gross_than_net():
    # Shared out apart from each other, net and gross were rounded in different places here.
    shipping = amounts("0.51", "0.01", "0.52")
    orders = [Decimal(gross) for gross in ("0.34", "3.09", "18.41", "17.71", "9.83")]

    parts = spread(shipping, orders, "EUR")

    assert [str(part.gross) for part in parts] == ["0.00", "0.03", "0.20", "0.19", "0.10"]
    assert all(part.tax >= 0 for part in parts)
    assert add_up(parts, "EUR") == shipping


AGREED = [
    # quantity, net total, tax %, currency | unit price, tax, gross
    ("9", "3600", "19", "EUR", "400.000000", "684.00", "4284.00"),
    ("3", "1000.00", "19", "EUR", "333.333333", "190.00", "1190.00"),  # three times the unit price would be 999.999999
    ("7", "999.99", "7", "EUR", "142.855714", "70.00", "1069.99"),  # 1069.9893
    ("1", "0", "19", "EUR", "0.000000", "0.00", "0.00"),
    ("0.3333", "100", "19", "EUR", "300.030003", "19.00", "119.00"),
    ("10000", "0.01", "19", "EUR", "0.000001", "0.00", "0.01"),
    (
        "100000",
        "0.01",
        "19",
        "EUR",
        "0.000000",
        "0.00",
        "0.01",
    ),  # the total counts, however small a part
    ("3", "1000", "10", "JPY", "333.333333", "100", "1100"),
    ("7", "55", "10", "JPY", "7.857143", "6", "61"),  # 60.5
    ("2", "1.235", "5", "KWD", "0.617500", "0.062", "1.297"),  # 1.29675
]


def agree(quantity, total_net, tax_rate, currency):
    return price_line_total(
        Decimal(quantity), Decimal(total_net), tax_code="STANDARD", tax_rate=Decimal(tax_rate), currency=currency
    )


class TestOneNetTotal:
    @pytest.mark.parametrize(("quantity", "total_net", "tax_rate", "currency", "unit_price", "tax", "gross"), AGREED)
    def test_computed_by_hand(self, quantity, total_net, tax_rate, currency, unit_price, tax, gross):
        found = agree(quantity, total_net, tax_rate, currency)

        assert found.amounts.net == Decimal(total_net)
        assert [str(found.unit_price), str(found.amounts.tax), str(found.amounts.gross)] == [unit_price, tax, gross]
        assert not found.includes_tax

    @pytest.mark.parametrize(
        ("total_net", "currency"), [("10.5", "JPY"), ("0.001", "EUR"), ("10.005", "EUR"), ("0.0005", "KWD")]
    )
    def test_finer_than_the_currency_is_refused_and_not_rounded(self, total_net, currency):
        with pytest.raises(Invalid) as refused:
            agree("1", total_net, "19", currency)

        assert (refused.value.field, refused.value.text) == ("total", f"Amounts in {currency} are not that fine.")

    @pytest.mark.parametrize(("total_net", "currency"), [("10.500", "EUR"), ("10.00", "JPY"), ("1E+3", "JPY")])
    def test_how_it_is_spelled_does_not_matter(self, total_net, currency):
        assert agree("1", total_net, "19", currency).amounts.net == Decimal(total_net)

    @pytest.mark.parametrize(
        ("quantity", "total_net", "tax_rate"),
        [
            ("1000", "100000000000", "0"),  # beyond what can be stored
            ("1000", "99999999999", "19"),  # with its tax
            ("1", "1000000000", "0"),  # per unit
            ("0.0001", "100000", "0"),
        ],
    )
    def test_beyond_the_bounds_is_refused(self, quantity, total_net, tax_rate):
        with pytest.raises(Invalid) as refused:
            agree(quantity, total_net, tax_rate, "EUR")

        assert refused.value.field == "total"

    def test_just_within_the_bounds(self):
        assert agree("1", "999999999.99", "0", "EUR").unit_price == Decimal("999999999.99")
        assert agree("101", "99999999999.99", "0", "EUR").amounts.gross == Decimal("99999999999.99")


@given(
    quantity=st.decimals("0.0001", 9_999, places=4),
    minor=st.integers(0, 10**9),
    tax_rate=st.decimals(0, 100, places=4),
    currency=currencies,
)
def test_an_agreed_total_is_exact_and_everything_else_follows_from_it(quantity, minor, tax_rate, currency):
    unit = Decimal(1).scaleb(-minor_units(currency))
    total_net = minor * unit
    if total_net / quantity >= UNIT_PRICE_LIMIT - 1:
        return

    found = price_line_total(quantity, total_net, tax_code="X", tax_rate=tax_rate, currency=currency)

    assert found.amounts.net == total_net
    assert found.amounts.net + found.amounts.tax == found.amounts.gross
    assert found.amounts.tax >= 0
    assert abs(found.amounts.gross - total_net * (1 + tax_rate / 100)) <= unit / 2
    assert abs(found.unit_price * quantity - total_net) <= quantity * Decimal("0.0000005")
    assert add_up([found.amounts, found.amounts], currency).net == 2 * total_net


@given(quantity=st.integers(1, 999), cents=st.integers(0, 10**6), tax_rate=st.decimals(0, 100, places=4))
def test_where_it_comes_out_even_a_total_and_a_unit_price_are_the_same(quantity, cents, tax_rate):
    unit_price = Decimal(cents) / 100
    by_unit = price_line(
        Decimal(quantity), unit_price, includes_tax=False, tax_code="X", tax_rate=tax_rate, currency="EUR"
    )

    by_total = price_line_total(
        Decimal(quantity), quantity * unit_price, tax_code="X", tax_rate=tax_rate, currency="EUR"
    )

    assert by_total.amounts == by_unit.amounts
    assert by_total.unit_price == by_unit.unit_price


DISCOUNTS = [
    ("4500", "3600", "20.00"),
    ("4500", "4500", "0.00"),
    ("4500", "0", "100.00"),
    ("3", "2", "33.33"),
    ("3", "1", "66.67"),
    ("8", "7.999", "0.01"),  # 0.0125
    ("200", "199.99", "0.01"),  # half of a hundredth goes up
    ("100", "110", "-10.00"),  # dearer than listed
    ("0", "10", "0.00"),  # there is no percentage of nothing
    ("0", "0", "0.00"),
    ("0.01", "99999999999", "-999999999989900.00"),
]


@pytest.mark.parametrize(("listed", "offered", "percent"), DISCOUNTS)
def test_a_discount(listed, offered, percent):
    assert str(discount(Decimal(listed), Decimal(offered))) == percent


@given(listed=st.decimals("0.01", 10**9, places=2), offered=st.decimals(0, 10**9, places=2))
def test_a_discount_says_which_is_dearer(listed, offered):
    percent = discount(listed, offered)

    assert percent <= 100
    assert (percent > 0) <= (offered < listed)
    assert (percent < 0) <= (offered > listed)
    assert abs(percent - (listed - offered) / listed * 100) <= Decimal("0.005")
