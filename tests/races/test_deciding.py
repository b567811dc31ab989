"""Two who answer or end one request at the same time: one winner, one set of notices, a civil word for the other."""

from functools import partial

import pytest

from approvals import services as approving
from approvals.models import Answer
from config.kit.refused import Late, Missing
from orders.models import Cart, Checkout
from tests.races.conftest import one_winner
from tests.stories.scenes import (
    OVER,
    again,
    amend,
    approve,
    approve_and_order,
    ask_for,
    close,
    decline,
    details,
    happened,
    reassign,
    window,
)

pytestmark = pytest.mark.races


def asked(cast, race, lines=OVER):
    """Rita asks Ana about a cart of this round."""
    return ask_for(cast, "rita", cast.cart("rita", lines, type=f"round {race.round_number}"), of="ana")


ANSWERS = {approve: "APPROVED", decline: "DECLINED", approve_and_order: "APPROVED", close: "CLOSED"}
TELLS = {
    approve: {"approval.approved to rita": 1},
    decline: {"approval.declined to rita": 1},
    approve_and_order: {
        "approval.approved to rita": 1,
        "order.placed to rita": 1,
        "order.to_deliver to victor": 1,
        "order.to_deliver to vera": 1,
    },
    close: {"approval.closed to ana": 1},
}
AGAINST = [
    # the approver in two windows
    (approve, "ana", approve, "ana"),
    (approve, "ana", decline, "ana"),
    (approve, "ana", approve_and_order, "ana"),
    (approve_and_order, "ana", approve_and_order, "ana"),
    (decline, "ana", approve_and_order, "ana"),
    (decline, "ana", decline, "ana"),
    # the approver and the requester
    (approve, "ana", close, "rita"),
    (decline, "ana", close, "rita"),
    (approve_and_order, "ana", close, "rita"),
    (close, "rita", close, "rita"),
]


@pytest.mark.parametrize(
    ("first", "one", "second", "other"),
    [pytest.param(*row, id=f"{row[1]} {row[0].__name__}, {row[3]} {row[2].__name__}") for row in AGAINST],
)
def test_two_answers_to_one_question(cast, rounds, first, one, second, other):
    for race in rounds():
        approval = asked(cast, race)

        results = race.run(partial(first, cast, one, approval), partial(second, cast, other, approval))

        move = (first, second)[one_winner(results)]
        loser = next(result.refusal for result in results if not result.won)
        assert isinstance(loser, Late)
        assert again(approval).status == ANSWERS[move]
        assert race.told() == TELLS[move]
        assert Answer.objects.filter(step__approval=approval).count() == (move is not close)
        assert Checkout.objects.filter(approval=approval).count() == (move is approve_and_order)
        assert len(happened(approval)) == (3 if move is approve_and_order else 2)
        held = Cart.objects.filter(held_for=approval).count()
        assert held == (move is approve)


def test_four_answers_to_one_question(cast, rounds):
    for race in rounds():
        approval = asked(cast, race)
        moves = (approve, decline, approve_and_order, close)
        people = ("ana", "ana", "ana", "rita")

        results = race.run(*(partial(move, cast, who, approval) for move, who in zip(moves, people, strict=True)))

        assert again(approval).status == ANSWERS[moves[one_winner(results)]]


ENDINGS = [(approve, "ana"), (decline, "ana"), (approve_and_order, "ana"), (close, "rita")]


@pytest.mark.parametrize(("move", "who"), ENDINGS, ids=lambda value: getattr(value, "__name__", value))
def test_an_answer_at_the_last_moment_against_the_sweep(cast, rounds, move, who):
    for race in rounds():
        approval = asked(cast, race)
        deadline = approval.expires_at
        just_before = approval.created_at

        answered, swept = race.run(
            partial(move, cast, who, approval, now=just_before),
            partial(approving.expire_overdue, deadline),
        )

        if answered.won:
            assert swept.got == 0
            assert again(approval).status == ANSWERS[move]
            assert race.told() == TELLS[move]
        else:
            assert swept.got == 1
            assert again(approval).status == "EXPIRED"
            assert race.told() == {"approval.expired to ana": 1, "approval.expired to rita": 1}
            assert isinstance(answered.refusal, Late)


def test_two_sweeps_side_by_side_end_each_request_once(cast, rounds):
    for race in rounds():
        approvals = [
            ask_for(cast, who, cast.cart(who, OVER, type=f"round {race.round_number}"), of="ana")
            for who in ("rita", "bea")
        ]
        deadline = max(approval.expires_at for approval in approvals)

        results = race.run(
            partial(approving.expire_overdue, deadline),
            partial(approving.expire_overdue, deadline),
        )

        assert sum(result.got for result in results) == 2
        assert race.told() == {
            "approval.expired to ana": 2,
            "approval.expired to rita": 1,
            "approval.expired to bea": 1,
        }
        for approval in approvals:
            assert happened(approval) == ["approval.requested", "approval.expired"]


def test_the_sweep_against_one_who_meets_it_overdue(cast, rounds):
    for race in rounds():
        approval = asked(cast, race)
        late = approval.expires_at

        swept, refused = race.run(
            partial(approving.expire_overdue, late),
            partial(approve, cast, "ana", approval, now=late),
        )

        assert swept.won
        assert isinstance(refused.refusal, Late)
        assert race.told() == {"approval.expired to ana": 1, "approval.expired to rita": 1}
        assert happened(approval) == ["approval.requested", "approval.expired"]


def test_two_reminders_are_one(cast, rounds):
    for race in rounds():
        approval = asked(cast, race)
        soon = approval.expires_at

        results = race.run(
            partial(approving.remind, soon - (soon - approval.created_at) / 20),
            partial(approving.remind, soon - (soon - approval.created_at) / 20),
        )

        assert sum(result.got for result in results) == 1
        assert race.told() == {"approval.expiring to ana": 1, "approval.expiring to rita": 1}
        close(cast, "rita", approval).settled()


def test_deciding_on_what_is_being_changed(cast, rounds):
    for race in rounds():
        approval = asked(cast, race)
        seen = approval.content_hash
        given = details(cast, deliveryWindow=window(cast.window))

        amended, answered = race.run(
            partial(amend, cast, "rita", approval, details=given),
            partial(approve, cast, "ana", approval, seen_hash=seen),
        )

        assert amended.won != answered.won
        if amended.won:
            assert answered.refusal.code == "content_changed"
            assert again(approval).status == "PENDING"
        else:
            assert isinstance(amended.refusal, Late)
            assert Answer.objects.get(step__approval=approval).snapshot.content_hash == seen


def test_deciding_what_is_being_put_to_somebody_else(cast, rounds):
    for race in rounds():
        approval = asked(cast, race)

        passed_on, answered = race.run(
            partial(reassign, cast, "rita", approval, to="tom"),
            partial(approve, cast, "ana", approval),
        )

        assert passed_on.won != answered.won
        if answered.won:
            assert isinstance(passed_on.refusal, Late)
            assert again(approval).decided_by_name == "Ana Diaz"
        else:
            assert not isinstance(answered.refusal, Late) or isinstance(answered.refusal, Missing)
            assert (again(approval).status, again(approval).approver) == ("PENDING", cast.tom)


def test_two_who_put_it_to_somebody_else(cast, rounds):
    for race in rounds():
        cart = cast.cart("rita", {"DESK-01": 1}, type=f"round {race.round_number}")
        approval = ask_for(cast, "rita", cart, of="bea")

        results = race.run(
            partial(reassign, cast, "rita", approval, to="ana"),
            partial(reassign, cast, "tom", approval, to="tom", reason="I do it."),
        )

        # Both may, one after the other; whoever is second puts it there.
        assert any(result.won for result in results)
        last = approval.events.order_by("-number")[0]
        assert again(approval).approver_id == int(last.facts["put_to"])
