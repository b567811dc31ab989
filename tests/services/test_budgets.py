"""How many statements does a move cost? A budget each, which does not grow with the lines of a cart.

The figures are what was measured: who makes one larger should know why. Savepoints are not counted,
since they stand for the transaction that a request begins and ends once.
"""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals import services as approving
from approvals.board import moves_for
from orders.board import moves_for as order_moves_for
from tests.stories.scenes import (
    OVER,
    accept,
    again,
    amend,
    approve,
    approve_and_order,
    ask,
    close,
    complete,
    decline,
    details,
    give_up,
    now,
    order,
    order_approved,
    ordered,
    preview,
    reassign,
    reject,
    request,
    window,
    withdraw,
)
from tests.world import scene

FEW = {"DESK-01": 9}
MANY = {"DESK-01": 9, "VDI-01": 1, "LICENSE-01": 1, "CHAIR-01": 1, "BOOK-01": 1, "SERVER-01": 1, "BACKUP-01": 1}
NO_STATEMENT = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


class Bill:
    """What was asked of the database, and what it was allowed to cost."""

    def __init__(self, most: int):
        self.most = most
        self.statements: list[str] = []

    def __str__(self) -> str:
        return "\n".join(f"{number:2} {sql[:160]}" for number, sql in enumerate(self.statements, start=1))


@contextmanager
def budget(most: int):
    """At most so many statements; too many are listed."""
    bill = Bill(most)
    with CaptureQueriesContext(connection) as captured:
        yield bill
    bill.statements = [query["sql"] for query in captured if not query["sql"].startswith(NO_STATEMENT)]
    assert len(bill.statements) <= most, f"{len(bill.statements)} statements for {most}:\n{bill}"


@scene
def asked(cast):
    return ask(cast, "rita", OVER, of="ana")


@pytest.mark.parametrize("lines", [FEW, MANY], ids=["one line", "seven lines"])
class TestWhateverIsInTheCart:
    def test_preview(self, cast, lines):
        cart = cast.cart("rita", lines)

        with budget(3):
            preview(cast, "rita", cart)

    def test_request(self, cast, lines):
        cart = cast.cart("rita", lines)
        given = details(cast, deliveryWindow=window(cast.window))

        with budget(14):
            request(cast, "rita", cart, "ana", details=given).settled()

    def test_approve(self, cast, lines):
        approval = ask(cast, "rita", lines, of="ana")

        with budget(11):
            approve(cast, "ana", approval, seen_hash=approval.content_hash).settled()

    def test_decline(self, cast, lines):
        approval = ask(cast, "rita", lines, of="ana")

        with budget(13):
            decline(cast, "ana", approval).settled()


def test_one_order_placed_freely(cast):
    cart = cast.cart("ana", OVER)

    with budget(14):
        order(cast, "ana", cart).settled()


def test_three_orders_of_which_one_waits(cast):
    cart = cast.cart("ana", {"DESK-01": 9, "BOOK-01": 1, "SERVER-01": 1})

    with budget(18):
        order(cast, "ana", cart).settled()


def test_ordering_what_was_approved(cast, asked):
    approve(cast, "ana", asked).settled()

    with budget(18):
        order_approved(cast, "rita", asked).settled()


def test_approving_and_ordering_in_one(cast, asked):
    with budget(24):
        approve_and_order(cast, "ana", asked).settled()


def test_amend(cast, asked):
    with budget(12):
        amend(cast, "ana", asked, delivery_window=window(cast.window)).settled()


def test_reassign(cast, asked):
    with budget(10):
        reassign(cast, "rita", asked, to="tom").settled()


def test_close(cast, asked):
    with budget(11):
        close(cast, "rita", asked).settled()


def test_give_up(cast, asked):
    approve(cast, "ana", asked).settled()

    with budget(11):
        give_up(cast, "rita", asked).settled()


def test_expiring_one(cast, asked):
    with budget(11):
        assert approving.expire_overdue(asked.expires_at) == 1


def test_a_sweep_with_nothing_to_do(cast, asked):
    with budget(1):
        approving.expire_overdue(now())
    with budget(1):
        approving.remind(now())


@pytest.mark.parametrize(
    ("move", "who", "most"), [(accept, "victor", 18), (reject, "victor", 15), (withdraw, "bea", 13)]
)
def test_ending_a_review(cast, move, who, most):
    (placed,) = ordered(cast, "bea", {"SERVER-01": 1})

    with budget(most):
        move(cast, who, placed)


def test_complete(cast):
    (placed,) = ordered(cast, "bea", {"DESK-01": 1, "VDI-01": 1})

    with budget(13):  # one of them because the vendor's system need not be told any more
        complete(cast, "victor", placed)


def test_what_is_offered(cast, asked):
    (placed,) = ordered(cast, "bea", {"SERVER-01": 1})
    approval, placed = again(asked), again(placed)

    with budget(1):
        moves_for(approval, cast.actor("ana"), now())
    with budget(3):  # who reviews, also where the platform may, and whether there is still somebody to approve it for
        order_moves_for(placed, cast.actor("victor"))
    with budget(0):
        order_moves_for(placed, cast.actor("bea"))
