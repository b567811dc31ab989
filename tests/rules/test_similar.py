"""Which earlier order is like what is asked, and what is different from it?"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from approvals.similar import Earlier, Line, differences, last_similar

AT = datetime(2026, 11, 1, tzinfo=UTC)


def lines(**asked):
    """Lines by sku: (quantity, gross)."""
    return [Line(sku, sku.title(), Decimal(quantity), Decimal(gross)) for sku, (quantity, gross) in asked.items()]


def earlier(number="CS1", currency="EUR", **then):
    return Earlier(number, AT, currency, tuple(lines(**then)))


@pytest.mark.parametrize(
    ("then", "alike"),
    [
        (earlier(desk=(1, 100)), True),  # half of the amount
        (earlier(lamp=(9, 90)), False),  # the lesser half
        (earlier(desk=(1, 100), sofa=(1, 9000)), True),  # whatever else was in it
        (earlier(sofa=(1, 100)), False),
        (earlier(currency="USD", desk=(1, 100)), False),
        (Earlier("CS1", AT, "EUR", ()), False),
    ],
)
def test_at_least_half_of_the_amount_was_ordered_then(then, alike):
    asked = lines(desk=(2, 200), lamp=(1, 100), chair=(1, 100))
    assert last_similar(asked, "EUR", [then]) == (then if alike else None)


def test_the_newest_that_is_alike_is_taken():
    newest, middle, oldest = earlier("CS3", sofa=(1, 9)), earlier("CS2", desk=(1, 5)), earlier("CS1", desk=(2, 10))
    assert last_similar(lines(desk=(2, 10)), "EUR", [newest, middle, oldest]) is middle
    assert last_similar(lines(desk=(2, 0)), "EUR", [newest, middle]) is middle
    assert last_similar([], "EUR", [newest]) is None


def test_quantities_prices_and_what_is_new_or_gone_are_different():
    asked = [*lines(desk=(2, 200), lamp=(3, 30)), *lines(desk=(1, 100), chair=(1, 50), same=(2, 20))]
    then = earlier(desk=(2, 180), lamp=(3, 30), sofa=(1, 900), same=(2, 20))
    found = [
        (each.names, int(each.quantity), int(each.old_quantity), each.costs_else) for each in differences(asked, then)
    ]
    assert found == [("Desk", 3, 2, True), ("Chair", 1, 0, False), ("Sofa", 0, 1, False)]
    assert differences(lines(desk=(2, 180)), earlier(desk=(2, 180))) == []


def test_a_line_that_was_rounded_as_a_whole_is_at_no_other_price():
    """Three at 3.335 are 10.01, two are 6.67."""
    (more,) = differences(lines(desk=(3, "10.01")), earlier(desk=(2, "6.67")))
    assert (more.costs_else, more.unit_gross, more.old_unit_gross) == (False, Decimal("3.34"), Decimal("3.34"))
    (dearer,) = differences(lines(desk=(3, "10.04")), earlier(desk=(2, "6.67")))
    assert dearer.costs_else
    (in_yen,) = differences(lines(desk=(2, 25)), earlier(currency="JPY", desk=(3, 30)))
    assert (in_yen.costs_else, in_yen.unit_gross) == (True, Decimal(13))
