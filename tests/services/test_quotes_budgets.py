"""How many statements does a move of a quote cost? A budget each, the same for one line and for five.

The figures are what was measured: who makes one larger should know why.
"""

from decimal import Decimal

import pytest

from orders.quote_edits import AddLine
from orders.services.quote_expiry import expire_overdue_quotes
from tests.services.test_budgets import budget
from tests.stories.scenes import (
    accept_offer,
    again,
    approve,
    approve_and_order,
    ask_change,
    ask_quote,
    ask_quote_for,
    change,
    check_out_offer,
    decline_offer,
    in_days,
    make,
    now,
    offer,
    offered,
    order_approved,
    preview,
    remove,
    reprice,
    request,
)

FEW = {"DESK-01": 9}
MANY = {"DESK-01": 9, "VDI-01": 1, "LICENSE-01": 1, "SERVER-01": 1, "BACKUP-01": 1}


@pytest.fixture(params=[FEW, MANY], ids=["one line", "five lines"])
def lines(request):
    return request.param


class TestTheSeller:
    def test_asked(self, cast, lines):
        cart = cast.cart("rita", lines)

        with budget(19):
            ask_quote_for(cast, "rita", cart)

    def test_revises(self, cast, lines):
        quote = ask_quote(cast, "rita", lines)
        edit = reprice(quote, unit=450)

        with budget(11):
            change(cast, "sam", quote, edit)

    def test_revises_and_opens(self, cast, lines):
        quote = ask_quote(cast, "rita", lines)
        edit = reprice(quote, unit=450)

        with budget(24):
            offer(cast, "sam", quote, edit)

    def test_revises_what_somebody_is_asked_about(self, cast, lines):
        quote = offered(cast, "rita", lines)
        request(cast, "rita", quote, "ana").settled()
        edit = reprice(quote, unit=450)

        with budget(24):
            change(cast, "sam", quote, edit)

    def test_makes_one_and_opens_it(self, cast, lines):
        ask_quote(cast, "bea", FEW)
        edits = [AddLine(Decimal(2), product_key=cast.product(sku).key) for sku in lines]

        with budget(26):
            make(cast, "sam", "bea", *edits, in_days(3), open_at_once=True)

    def test_deletes(self, cast, lines):
        quote = offered(cast, "rita", lines)

        with budget(8):
            remove(cast, "sam", quote)


class TestTheCustomer:
    def test_sends_back(self, cast, lines):
        quote = offered(cast, "rita", lines)

        with budget(10):
            ask_change(cast, "rita", quote, reason_key="change-other")

    def test_declines(self, cast, lines):
        quote = offered(cast, "rita", lines)

        with budget(9):
            decline_offer(cast, "rita", quote)

    def test_reads_what_the_policy_says(self, cast, lines):
        quote = offered(cast, "rita", lines)

        with budget(3):
            preview(cast, "rita", quote)

    def test_asks_for_approval(self, cast, lines):
        quote = offered(cast, "rita", lines)

        with budget(12):
            request(cast, "rita", quote, "ana").settled()

    def test_adds_a_payment(self, cast):
        quote = offered(cast, "ana", MANY)
        accept_offer(cast, "ana", quote).settled()

        with budget(7):
            check_out_offer(cast, "ana", quote).settled()


def test_accepting_freely_what_becomes_one_order(cast):
    quote = offered(cast, "ana", {"DESK-01": 9})

    with budget(19):
        accept_offer(cast, "ana", quote).settled()


def test_the_same_with_two_lines(cast):
    quote = offered(cast, "ana", {"DESK-01": 9, "VDI-01": 3})

    with budget(22):  # three of them tell the vendor's system
        accept_offer(cast, "ana", quote).settled()


@pytest.mark.parametrize(
    ("how", "most"), [(order_approved, 27), (approve_and_order, 31)], ids=["ordering", "approving and ordering"]
)
def test_on_an_approval(cast, how, most):
    quote = offered(cast, "rita", FEW)
    approval = request(cast, "rita", quote, "ana").settled()
    if how is order_approved:
        approve(cast, "ana", approval).settled()

    with budget(most):
        how(cast, "ana", again(approval)).settled()


def test_expiring_one(cast, lines):
    quote = offered(cast, "rita", lines)

    with budget(9):
        assert expire_overdue_quotes(quote.valid_to) == 1


def test_expiring_one_with_a_request(cast, lines):
    quote = offered(cast, "rita", lines)
    request(cast, "rita", quote, "ana").settled()

    with budget(16):
        assert expire_overdue_quotes(quote.valid_to) == 1


def test_a_sweep_with_nothing_to_do(cast):
    offered(cast, "rita", FEW)

    with budget(1):
        assert expire_overdue_quotes(now()) == 0
