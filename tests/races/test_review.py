"""Two auditors, or an auditor and the customer, at one order."""

from datetime import timedelta
from functools import partial

import pytest

from config.kit.refused import Late
from orders.services.review_many import approve_many, reject_many
from orders.services.review_reminders import remind_of_reviews
from tests.races.conftest import one_winner
from tests.stories.scenes import (
    accept,
    again,
    cancel,
    complete,
    fail,
    happened,
    ordered,
    reject,
    retry,
    start,
    withdraw,
)

pytestmark = pytest.mark.races

ENDS = {
    # move: status of the order, of the review, what is told
    accept: (
        "pending",
        "APPROVED",
        {"order.approved to bea", "order.to_deliver to victor", "order.to_deliver to vera"},
    ),
    reject: ("rejected", "DECLINED", {"order.rejected to bea"}),
    withdraw: ("cancelled", "CLOSED", {"order.withdrawn to victor", "order.withdrawn to vera"}),
}
AGAINST = [
    (accept, "victor", reject, "vera"),
    (accept, "victor", accept, "vera"),
    (reject, "victor", reject, "vera"),
    (accept, "victor", withdraw, "bea"),
    (reject, "vera", withdraw, "bea"),
    (withdraw, "bea", withdraw, "ana"),
]


@pytest.mark.parametrize(
    ("first", "one", "second", "other"),
    [pytest.param(*row, id=f"{row[1]} {row[0].__name__}, {row[3]} {row[2].__name__}") for row in AGAINST],
)
def test_two_ends_of_one_review(cast, rounds, first, one, second, other):
    for race in rounds():
        (placed,) = ordered(cast, "bea", {"SERVER-01": 1})

        results = race.run(partial(first, cast, one, placed), partial(second, cast, other, placed))

        place = one_winner(results)
        move, who = ((first, one), (second, other))[place]
        status, review_status, told = ENDS[move]
        assert (again(placed).status, again(placed).review.status) == (status, review_status)
        loser = results[1 - place].refusal
        assert isinstance(loser, Late)
        # Who came too late reads who was faster and what is now.
        assert cast.user(who).name in loser.text
        assert placed.number in loser.text
        by_admin = {"order.cancelled to bea"} if (move, who) == (withdraw, "ana") else set()
        assert race.told() == dict.fromkeys(told | by_admin, 1)
        assert len(happened(placed)) == len(happened(placed.review)) == 2


def test_several_at_once_against_a_single_one(cast, rounds):
    for race in rounds():
        orders = [ordered(cast, who, {"SERVER-01": 1})[0] for who in ("bea", "ana")]
        first, second = (placed.number for placed in orders)

        many, single = race.run(
            partial(approve_many, actor=cast.actor("victor"), numbers=[first, second]),
            partial(reject, cast, "vera", orders[1]),
        )

        assert [result.code for result in many.got] == ["", "late" if single.won else ""]
        assert [again(placed).status for placed in orders] == ["pending", "rejected" if single.won else "pending"]
        assert max(race.told().values()) == 1


def test_several_at_once_against_several_in_the_other_order(cast, rounds):
    for race in rounds():
        orders = [ordered(cast, who, {"SERVER-01": 1})[0] for who in ("bea", "ana")]
        numbers = [placed.number for placed in orders]

        yes, no = race.run(
            partial(approve_many, actor=cast.actor("victor"), numbers=numbers),
            partial(reject_many, actor=cast.actor("vera"), numbers=numbers[::-1], reason="No."),
        )

        done_by_yes = {result.key for result in yes.got if result.done}
        done_by_no = {result.key for result in no.got if result.done}
        assert done_by_yes | done_by_no == set(numbers)
        assert not done_by_yes & done_by_no
        assert {result.code for result in (*yes.got, *no.got)} <= {"", "late"}
        for placed in orders:
            assert again(placed).status == ("pending" if placed.number in done_by_yes else "rejected")
        assert max(race.told().values()) == 1


def test_two_sweeps_remind_once_and_never_of_what_is_decided(cast, rounds):
    for race in rounds():
        (placed,) = ordered(cast, "bea", {"SERVER-01": 1})
        at = placed.created_at + timedelta(days=2)

        race.run(partial(remind_of_reviews, at), partial(remind_of_reviews, at), partial(accept, cast, "vera", placed))

        told = race.told()
        assert told["order.approved to bea"] == 1
        assert max(told.values()) == 1
        assert again(placed).review.reminders in (0, 1)


def test_what_is_delivered_at_once_is_delivered_once(cast, rounds):
    for race in rounds():
        (placed,) = ordered(cast, "bea", {"BACKUP-01": 1})

        results = race.run(partial(accept, cast, "victor", placed), partial(accept, cast, "vera", placed))

        one_winner(results)
        assert happened(placed) == ["order.placed", "order.approved", "order.completed"]


DELIVERIES = [
    # both may come through only where the first leads to where the second is possible
    (complete, "victor", cancel, "bea", {"completed", "cancelled"}),
    (complete, "victor", fail, "vera", {"completed", "failed"}),
    (complete, "victor", complete, "vera", {"completed"}),
    (cancel, "bea", cancel, "victor", {"cancelled"}),
]


@pytest.mark.parametrize(
    ("first", "one", "second", "other", "ends"),
    [pytest.param(*row, id=f"{row[1]} {row[0].__name__}, {row[3]} {row[2].__name__}") for row in DELIVERIES],
)
def test_two_ends_of_one_delivery(cast, rounds, first, one, second, other, ends):
    def attempt(move, who, placed):
        more = {"reason": "Out of stock."} if move is cancel else {}
        return partial(move, cast, who, placed, **more)

    for race in rounds():
        (placed,) = ordered(cast, "bea", {"DESK-01": 1})

        results = race.run(attempt(first, one, placed), attempt(second, other, placed))

        one_winner(results)
        assert again(placed).status in ends
        assert len(happened(placed)) == 2
        assert max(race.told().values()) == 1


def test_starting_against_cancelling(cast, rounds):
    for race in rounds():
        (placed,) = ordered(cast, "bea", {"DESK-01": 1})

        results = race.run(partial(start, cast, "victor", placed), partial(cancel, cast, "bea", placed))

        assert again(placed).status == ("provisioning", "cancelled")[one_winner(results)]


def test_two_lines_delivered_by_two(cast, rounds):
    for race in rounds():
        (placed,) = ordered(cast, "bea", {"DESK-01": 1, "VDI-01": 1})
        desk, desktop = placed.lines.order_by("number").values_list("pk", flat=True)

        results = race.run(
            partial(complete, cast, "victor", placed, line_ids=[desk]),
            partial(complete, cast, "vera", placed, line_ids=[desktop]),
        )

        assert all(result.won for result in results)
        assert again(placed).status == "completed"
        assert race.told()["order.completed to bea"] == 1


def test_retried_twice(cast, rounds):
    for race in rounds():
        (placed,) = ordered(cast, "bea", {"DESK-01": 1})
        fail(cast, "victor", placed)

        results = race.run(partial(retry, cast, "victor", placed), partial(retry, cast, "vera", placed))

        one_winner(results)
        assert happened(placed) == ["order.placed", "order.failed", "order.retried"]
