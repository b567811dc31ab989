"""What has changed since an order was placed, and what of it keeps it from being approved?"""

from dataclasses import replace
from decimal import Decimal

import pytest

from orders.review_warnings import LineNow, OrderNow, Price, honoured_of, in_the_way, warnings_of

AGREED = Price(Decimal("1000.000000"), "EUR", includes_tax=False)
LINE = LineNow("SERVER-01", "Server management", AGREED, replace(AGREED, amount=Decimal("1000.00")))
ORDER = OrderNow("Bea Lindt", company="Northwind GmbH", lines=(LINE,))
PRIVATE = OrderNow("Paula Privat", in_company=False, lines=(LINE,))


def of_line(**changed) -> OrderNow:
    return replace(ORDER, lines=(replace(LINE, **changed),))


CASES = [
    # how things stand, what is warned of, whether that blocks, whether even where it is honoured
    ("as it was", ORDER, [], False, False),
    ("a private customer", PRIVATE, [], False, False),
    ("product withdrawn", of_line(product_on=False), ["product_withdrawn"], True, False),
    ("plan withdrawn", of_line(plan_on=False), ["plan_withdrawn"], True, False),
    ("offer withdrawn", of_line(listing_on=False), ["listing_withdrawn"], True, False),
    ("marketplace closed", of_line(marketplace_on=False), ["marketplace_closed"], True, False),
    ("all of it gone", of_line(product_on=False, listing_on=False, today=None), ["product_withdrawn"], True, False),
    ("another price", of_line(today=replace(AGREED, amount=Decimal(1100))), ["price_changed"], False, False),
    ("gross instead of net", of_line(today=replace(AGREED, includes_tax=True)), ["price_changed"], False, False),
    ("prices not compared", of_line(today=None), [], False, False),
    ("customer disabled", replace(ORDER, customer_on=False, in_company=False), ["customer_disabled"], True, True),
    ("private one disabled", replace(PRIVATE, customer_on=False), ["customer_disabled"], True, True),
    ("company disabled", replace(ORDER, company_on=False, in_company=False), ["company_disabled"], True, True),
    ("left the company", replace(ORDER, in_company=False), ["customer_left"], False, False),
    ("subscription ended", replace(ORDER, ended_subscription="S1001"), ["subscription_ended"], True, True),
]


@pytest.mark.parametrize(
    ("order", "codes", "blocks", "even_then"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_warnings_and_what_stands_in_the_way(order, codes, blocks, even_then):
    warnings = warnings_of(order)

    assert [warning.code for warning in warnings] == codes
    assert bool(in_the_way(warnings)) == blocks
    assert bool(in_the_way(warnings, honoured=True)) == even_then


def test_a_price_reads_old_to_new():
    (warning,) = warnings_of(of_line(today=Price(Decimal("1100.5"), "EUR", includes_tax=False)))

    assert "1,000.00 EUR net when it was ordered -> 1,100.50 EUR net today" in warning.text


def test_what_blocks_comes_first_and_what_cannot_be_honoured_before_that():
    order = replace(
        ORDER,
        customer_on=False,
        lines=(replace(LINE, today=replace(AGREED, amount=Decimal(1))), replace(LINE, sku="B", plan_on=False)),
    )
    warnings = warnings_of(order)

    assert [warning.code for warning in warnings] == ["customer_disabled", "plan_withdrawn", "price_changed"]
    assert honoured_of(warnings) == ("plan_withdrawn B",)
