"""Whose taxes count for a cart that is delivered elsewhere, and what is said where they are not the cart's?"""

from decimal import Decimal

import pytest

from orders.destination import Route, decisive_country, fault_of
from orders.pricing import Amounts, Totals


def amounts(net, gross):
    return Amounts(Decimal(net), Decimal(gross) - Decimal(net), Decimal(gross))


def totals(net, gross, shipping=("10.00", "11.90")):
    return Totals("EUR", amounts(net, gross), amounts(*shipping))


GERMAN = totals("100.00", "119.00")
DUTCH = totals("100.00", "121.00", ("10.00", "12.10"))
SAME_AS_GERMAN = totals("98.35", "119.00", ("9.83", "11.90"))
DUTCH_LINES = totals("100.00", "121.00")
HERE = "With the taxes of DE this costs 130.90 EUR"
COMPENSATED = totals("100.00", "118.00", ("10.90", "12.90"))


@pytest.mark.parametrize(
    ("route", "costs"),
    [
        (Route("DE", "DE", "FR"), {"DE": GERMAN, "FR": GERMAN}),
        (Route("DE", "NL", "FR"), {"DE": GERMAN, "FR": SAME_AS_GERMAN}),
        (Route("DE", "DE", "GB"), {"DE": GERMAN}),
        (Route("FR", "DE", "GB"), {"DE": GERMAN, "FR": GERMAN}),
    ],
)
def test_the_same_cost_is_fine(route, costs):
    assert fault_of(route, costs) == ""


@pytest.mark.parametrize(
    ("route", "costs", "said"),
    [
        (
            Route("DE", "DE", "NL"),
            {"DE": GERMAN, "NL": DUTCH},
            f"{HERE}, but delivered to NL, it costs 133.10 EUR.",
        ),
        (
            Route("NL", "NL", "DE"),
            {"DE": GERMAN, "NL": DUTCH},
            "With the taxes of NL this costs 133.10 EUR, but delivered to DE, it costs 130.90 EUR.",
        ),
        (
            Route("DE", "NL", "GB"),
            {"DE": GERMAN, "NL": DUTCH},
            f"{HERE}, but delivered to GB, for which the taxes of NL hold, it costs 133.10 EUR.",
        ),
        (Route("DE", "US", "GB"), {"DE": GERMAN}, "No taxes are known for a delivery to GB."),
        (Route("DE", "DE", "NL"), {"NL": DUTCH}, "No taxes are known for a delivery to NL."),
    ],
)
def test_another_cost_is_named(route, costs, said):
    assert fault_of(route, costs) == said


@pytest.mark.parametrize("there", [DUTCH_LINES, COMPENSATED])
def test_neither_lines_nor_the_whole_may_differ(there):
    assert fault_of(Route("DE", "DE", "NL"), {"DE": GERMAN, "NL": there})


@pytest.mark.parametrize(("known", "decisive"), [(("DE", "NL"), "NL"), (("DE",), "DE"), ((), "DE")])
def test_the_country_of_delivery_decides_as_far_as_its_taxes_are_known(known, decisive):
    assert decisive_country(Route("FR", "DE", "NL"), dict.fromkeys(known, GERMAN)) == decisive
