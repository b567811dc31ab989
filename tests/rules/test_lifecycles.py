"""Which move leads where, and whose is it? Each lifecycle as a table: status, move, then one column per party.

A cell holds the status that the move leads to; `late` where the move is that party's, but not possible from here; and
`-` where it is never that party's, or now somebody else's.
"""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.lifecycle import PURCHASE, REVIEW, Move, Party, Status
from config.kit.lifecycle import Lifecycle, Transition
from config.kit.refused import Late, NotYours, Refused
from orders.lifecycle import CART, ORDER, CartMove, CartParty, CartStatus, OrderMove, OrderParty, OrderStatus
from orders.quote_lifecycle import QUOTE, QuoteMove, QuoteParty, QuoteStatus

PURCHASE_TABLE = """
status   | move              | requester | approver | admin    | system
PENDING  | approve_and_order | -         | APPROVED | -        | -
PENDING  | approve           | -         | APPROVED | -        | -
PENDING  | decline           | -         | DECLINED | -        | -
PENDING  | amend             | PENDING   | PENDING  | -        | -
PENDING  | reassign          | PENDING   | -        | PENDING  | -
PENDING  | close             | CLOSED    | -        | -        | CLOSED
PENDING  | delete            | CLOSED    | CLOSED   | -        | -
PENDING  | expire            | -         | -        | -        | EXPIRED
PENDING  | place_order       | late      | late     | -        | -
PENDING  | give_up           | late      | -        | late     | late
APPROVED | approve_and_order | -         | late     | -        | -
APPROVED | approve           | -         | late     | -        | -
APPROVED | decline           | -         | late     | -        | -
APPROVED | amend             | late      | late     | -        | -
APPROVED | reassign          | late      | -        | late     | -
APPROVED | close             | late      | -        | -        | late
APPROVED | delete            | late      | late     | -        | -
APPROVED | expire            | -         | -        | -        | late
APPROVED | place_order       | APPROVED  | APPROVED | -        | -
APPROVED | give_up           | APPROVED  | -        | APPROVED | APPROVED
DECLINED | approve_and_order | -         | late     | -        | -
DECLINED | approve           | -         | late     | -        | -
DECLINED | decline           | -         | late     | -        | -
DECLINED | amend             | late      | late     | -        | -
DECLINED | reassign          | late      | -        | late     | -
DECLINED | close             | late      | -        | -        | late
DECLINED | delete            | late      | late     | -        | -
DECLINED | expire            | -         | -        | -        | late
DECLINED | place_order       | late      | late     | -        | -
DECLINED | give_up           | late      | -        | late     | late
CLOSED   | approve_and_order | -         | late     | -        | -
CLOSED   | approve           | -         | late     | -        | -
CLOSED   | decline           | -         | late     | -        | -
CLOSED   | amend             | late      | late     | -        | -
CLOSED   | reassign          | late      | -        | late     | -
CLOSED   | close             | late      | -        | -        | late
CLOSED   | delete            | late      | late     | -        | -
CLOSED   | expire            | -         | -        | -        | late
CLOSED   | place_order       | late      | late     | -        | -
CLOSED   | give_up           | late      | -        | late     | late
EXPIRED  | approve_and_order | -         | late     | -        | -
EXPIRED  | approve           | -         | late     | -        | -
EXPIRED  | decline           | -         | late     | -        | -
EXPIRED  | amend             | late      | late     | -        | -
EXPIRED  | reassign          | late      | -        | late     | -
EXPIRED  | close             | late      | -        | -        | late
EXPIRED  | delete            | late      | late     | -        | -
EXPIRED  | expire            | -         | -        | -        | late
EXPIRED  | place_order       | late      | late     | -        | -
EXPIRED  | give_up           | late      | -        | late     | late
"""

REVIEW_TABLE = """
status   | move    | requester | approver | admin  | system
PENDING  | approve | -         | APPROVED | -      | APPROVED
PENDING  | decline | -         | DECLINED | -      | -
PENDING  | close   | CLOSED    | -        | CLOSED | CLOSED
APPROVED | approve | -         | late     | -      | late
APPROVED | decline | -         | late     | -      | -
APPROVED | close   | late      | -        | late   | late
DECLINED | approve | -         | late     | -      | late
DECLINED | decline | -         | late     | -      | -
DECLINED | close   | late      | -        | late   | late
CLOSED   | approve | -         | late     | -      | late
CLOSED   | decline | -         | late     | -      | -
CLOSED   | close   | late      | -        | late   | late
EXPIRED  | approve | -         | late     | -      | late
EXPIRED  | decline | -         | late     | -      | -
EXPIRED  | close   | late      | -        | late   | late
"""

ORDER_TABLE = """
status         | move     | auditor  | seller       | provisioner  | customer  | system
to_be_approved | approve  | pending  | -            | -            | -         | pending
to_be_approved | reject   | rejected | -            | -            | -         | -
to_be_approved | withdraw | -        | -            | -            | cancelled | cancelled
to_be_approved | start    | -        | late         | late         | -         | late
to_be_approved | complete | -        | late         | late         | -         | late
to_be_approved | fail     | -        | late         | late         | -         | late
to_be_approved | retry    | -        | late         | -            | -         | -
to_be_approved | cancel   | -        | late         | -            | late      | late
pending        | approve  | late     | -            | -            | -         | late
pending        | reject   | late     | -            | -            | -         | -
pending        | withdraw | -        | -            | -            | late      | late
pending        | start    | -        | provisioning | provisioning | -         | provisioning
pending        | complete | -        | completed    | completed    | -         | completed
pending        | fail     | -        | failed       | failed       | -         | failed
pending        | retry    | -        | late         | -            | -         | -
pending        | cancel   | -        | cancelled    | -            | cancelled | cancelled
provisioning   | approve  | late     | -            | -            | -         | late
provisioning   | reject   | late     | -            | -            | -         | -
provisioning   | withdraw | -        | -            | -            | late      | late
provisioning   | start    | -        | late         | late         | -         | late
provisioning   | complete | -        | completed    | completed    | -         | completed
provisioning   | fail     | -        | failed       | failed       | -         | failed
provisioning   | retry    | -        | late         | -            | -         | -
provisioning   | cancel   | -        | late         | -            | late      | late
completed      | approve  | late     | -            | -            | -         | late
completed      | reject   | late     | -            | -            | -         | -
completed      | withdraw | -        | -            | -            | late      | late
completed      | start    | -        | late         | late         | -         | late
completed      | complete | -        | late         | late         | -         | late
completed      | fail     | -        | late         | late         | -         | late
completed      | retry    | -        | late         | -            | -         | -
completed      | cancel   | -        | late         | -            | late      | late
failed         | approve  | late     | -            | -            | -         | late
failed         | reject   | late     | -            | -            | -         | -
failed         | withdraw | -        | -            | -            | late      | late
failed         | start    | -        | late         | late         | -         | late
failed         | complete | -        | late         | late         | -         | late
failed         | fail     | -        | late         | late         | -         | late
failed         | retry    | -        | pending      | -            | -         | -
failed         | cancel   | -        | cancelled    | -            | -         | -
rejected       | approve  | late     | -            | -            | -         | late
rejected       | reject   | late     | -            | -            | -         | -
rejected       | withdraw | -        | -            | -            | late      | late
rejected       | start    | -        | late         | late         | -         | late
rejected       | complete | -        | late         | late         | -         | late
rejected       | fail     | -        | late         | late         | -         | late
rejected       | retry    | -        | late         | -            | -         | -
rejected       | cancel   | -        | late         | -            | late      | late
cancelled      | approve  | late     | -            | -            | -         | late
cancelled      | reject   | late     | -            | -            | -         | -
cancelled      | withdraw | -        | -            | -            | late      | late
cancelled      | start    | -        | late         | late         | -         | late
cancelled      | complete | -        | late         | late         | -         | late
cancelled      | fail     | -        | late         | late         | -         | late
cancelled      | retry    | -        | late         | -            | -         | -
cancelled      | cancel   | -        | late         | -            | late      | late
"""

CART_TABLE = """
status | move          | owner  | system
open   | hold          | -      | held
open   | release       | -      | late
open   | release_aside | -      | late
open   | save          | saved  | saved
open   | restore       | late   | -
open   | close         | closed | closed
held   | hold          | -      | late
held   | release       | -      | open
held   | release_aside | -      | saved
held   | save          | late   | late
held   | restore       | late   | -
held   | close         | -      | closed
saved  | hold          | -      | late
saved  | release       | -      | late
saved  | release_aside | -      | late
saved  | save          | late   | late
saved  | restore       | open   | -
saved  | close         | closed | -
closed | hold          | -      | late
closed | release       | -      | late
closed | release_aside | -      | late
closed | save          | late   | late
closed | restore       | late   | -
closed | close         | late   | late
"""

QUOTE_TABLE = """
status               | move                | customer    | approver | employee             | system
CREATING             | accept              | late        | late     | -                    | -
CREATING             | decline             | late        | -        | -                    | -
CREATING             | ask_change          | late        | -        | late                 | -
CREATING             | note                | late        | -        | -                    | -
CREATING             | revise              | -           | -        | CREATING             | -
CREATING             | open                | -           | -        | OPEN                 | -
CREATING             | decline_by_merchant | -           | -        | late                 | -
CREATING             | expire              | -           | -        | -                    | late
AWAITING             | accept              | late        | late     | -                    | -
AWAITING             | decline             | late        | -        | -                    | -
AWAITING             | ask_change          | late        | -        | late                 | -
AWAITING             | note                | AWAITING    | -        | -                    | -
AWAITING             | revise              | -           | -        | AWAITING             | -
AWAITING             | open                | -           | -        | OPEN                 | -
AWAITING             | decline_by_merchant | -           | -        | DECLINED_BY_MERCHANT | -
AWAITING             | expire              | -           | -        | -                    | late
OPEN                 | accept              | ACCEPTED    | ACCEPTED | -                    | -
OPEN                 | decline             | DECLINED    | -        | -                    | -
OPEN                 | ask_change          | IN_PROGRESS | -        | IN_PROGRESS          | -
OPEN                 | note                | OPEN        | -        | -                    | -
OPEN                 | revise              | -           | -        | OPEN                 | -
OPEN                 | open                | -           | -        | late                 | -
OPEN                 | decline_by_merchant | -           | -        | late                 | -
OPEN                 | expire              | -           | -        | -                    | EXPIRED
IN_PROGRESS          | accept              | late        | late     | -                    | -
IN_PROGRESS          | decline             | late        | -        | -                    | -
IN_PROGRESS          | ask_change          | late        | -        | late                 | -
IN_PROGRESS          | note                | IN_PROGRESS | -        | -                    | -
IN_PROGRESS          | revise              | -           | -        | IN_PROGRESS          | -
IN_PROGRESS          | open                | -           | -        | OPEN                 | -
IN_PROGRESS          | decline_by_merchant | -           | -        | DECLINED_BY_MERCHANT | -
IN_PROGRESS          | expire              | -           | -        | -                    | late
ACCEPTED             | accept              | late        | late     | -                    | -
ACCEPTED             | decline             | late        | -        | -                    | -
ACCEPTED             | ask_change          | late        | -        | late                 | -
ACCEPTED             | note                | late        | -        | -                    | -
ACCEPTED             | revise              | -           | -        | late                 | -
ACCEPTED             | open                | -           | -        | late                 | -
ACCEPTED             | decline_by_merchant | -           | -        | late                 | -
ACCEPTED             | expire              | -           | -        | -                    | late
DECLINED             | accept              | late        | late     | -                    | -
DECLINED             | decline             | late        | -        | -                    | -
DECLINED             | ask_change          | late        | -        | late                 | -
DECLINED             | note                | late        | -        | -                    | -
DECLINED             | revise              | -           | -        | late                 | -
DECLINED             | open                | -           | -        | late                 | -
DECLINED             | decline_by_merchant | -           | -        | late                 | -
DECLINED             | expire              | -           | -        | -                    | late
DECLINED_BY_MERCHANT | accept              | late        | late     | -                    | -
DECLINED_BY_MERCHANT | decline             | late        | -        | -                    | -
DECLINED_BY_MERCHANT | ask_change          | late        | -        | late                 | -
DECLINED_BY_MERCHANT | note                | late        | -        | -                    | -
DECLINED_BY_MERCHANT | revise              | -           | -        | late                 | -
DECLINED_BY_MERCHANT | open                | -           | -        | late                 | -
DECLINED_BY_MERCHANT | decline_by_merchant | -           | -        | late                 | -
DECLINED_BY_MERCHANT | expire              | -           | -        | -                    | late
EXPIRED              | accept              | late        | late     | -                    | -
EXPIRED              | decline             | late        | -        | -                    | -
EXPIRED              | ask_change          | late        | -        | late                 | -
EXPIRED              | note                | late        | -        | -                    | -
EXPIRED              | revise              | -           | -        | EXPIRED              | -
EXPIRED              | open                | -           | -        | OPEN                 | -
EXPIRED              | decline_by_merchant | -           | -        | late                 | -
EXPIRED              | expire              | -           | -        | -                    | late
"""

LIFECYCLES = {
    "approval": (PURCHASE, PURCHASE_TABLE, Status, Move, Party),
    "review": (REVIEW, REVIEW_TABLE, Status, Move, Party),
    "order": (ORDER, ORDER_TABLE, OrderStatus, OrderMove, OrderParty),
    "cart": (CART, CART_TABLE, CartStatus, CartMove, CartParty),
    "quote": (QUOTE, QUOTE_TABLE, QuoteStatus, QuoteMove, QuoteParty),
}


def rows(table):
    """The table's cells: (status, move, party, what is expected)."""
    head, *lines = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    for status, move, *cells in lines:
        for party, cell in zip(head[2:], cells, strict=True):
            yield status, move, party, cell


def cells():
    for name, (lifecycle, table, statuses, moves, parties) in LIFECYCLES.items():
        for status, move, party, expected in rows(table):
            title = f"{name} {status}: {move} by {party}: {expected}"
            yield pytest.param(lifecycle, statuses(status), moves(move), parties(party), expected, id=title)


@pytest.mark.parametrize(("lifecycle", "status", "move", "party", "expected"), list(cells()))
def test_every_status_move_and_party(lifecycle, status, move, party, expected):
    if expected == "late":
        with pytest.raises(Late):
            lifecycle.next_status(status, move, {party})
    elif expected == "-":
        with pytest.raises(NotYours):
            lifecycle.next_status(status, move, {party})
    else:
        assert lifecycle.next_status(status, move, {party}) == expected


@pytest.mark.parametrize("name", LIFECYCLES)
def test_the_tables_above_leave_nothing_out(name):
    lifecycle, table, statuses, moves, parties = LIFECYCLES[name]
    known = {transition.move for transition in lifecycle.transitions}
    expected = {(s, m, p) for s in statuses for m in moves if m in known for p in parties}

    listed = [(status, move, party) for status, move, party, _ in rows(table)]

    assert set(listed) == expected
    assert len(listed) == len(expected)


@pytest.mark.parametrize("move", sorted(set(Move) - {t.move for t in REVIEW.transitions}))
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("party", Party)
def test_a_review_is_not_amended_reassigned_expired_or_ordered(status, move, party):
    with pytest.raises(Refused):
        REVIEW.next_status(status, move, {party})


FINAL = {
    "approval": {"DECLINED", "CLOSED", "EXPIRED"},
    "review": {"APPROVED", "DECLINED", "CLOSED", "EXPIRED"},
    "order": {"completed", "rejected", "cancelled"},
    "cart": {"closed"},
    "quote": {"ACCEPTED", "DECLINED", "DECLINED_BY_MERCHANT"},
}


@pytest.mark.parametrize("name", LIFECYCLES)
def test_which_statuses_are_final(name):
    lifecycle, _, statuses, _, _ = LIFECYCLES[name]

    assert set(statuses) - {row.status for row in lifecycle.transitions} == FINAL[name]


class Stage(StrEnum):
    A = "a"
    B = "b"
    C = "c"


class Step(StrEnum):
    GO = "go"
    STAY = "stay"
    BACK = "back"


class Who(StrEnum):
    ONE = "one"
    TWO = "two"
    THREE = "three"


transitions = st.lists(
    st.builds(
        Transition,
        status=st.sampled_from(Stage),
        move=st.sampled_from(Step),
        to=st.sampled_from(Stage),
        who=st.frozensets(st.sampled_from(Who), min_size=1),
    ),
    unique_by=lambda transition: (transition.status, transition.move),
)


def accepted(lifecycle, status, moves, parties):
    """The moves that `next_status` takes, tried one by one."""
    found = []
    for move in moves:
        try:
            lifecycle.next_status(status, move, parties)
        except Refused:
            continue
        found.append(move)
    return found


@given(transitions=transitions, status=st.sampled_from(Stage), parties=st.sets(st.sampled_from(Who)))
def test_what_is_offered_is_what_is_accepted(transitions, status, parties):
    lifecycle = Lifecycle("thing", transitions)

    assert set(lifecycle.open_moves(status, parties)) == set(accepted(lifecycle, status, Step, parties))


@pytest.mark.parametrize("name", LIFECYCLES)
@given(data=st.data())
def test_what_is_offered_is_what_is_accepted_in_ours(name, data):
    lifecycle, _, statuses, moves, parties = LIFECYCLES[name]
    status = data.draw(st.sampled_from(statuses))
    who = data.draw(st.sets(st.sampled_from(parties)))

    assert set(lifecycle.open_moves(status, who)) == set(accepted(lifecycle, status, moves, who))


@given(
    transitions=transitions,
    status=st.sampled_from(Stage),
    parties=st.sets(st.sampled_from(Who)),
    more=st.sets(st.sampled_from(Who)),
)
def test_who_is_more_may_not_do_less(transitions, status, parties, more):
    lifecycle = Lifecycle("thing", transitions)

    assert set(lifecycle.open_moves(status, parties)) <= set(lifecycle.open_moves(status, parties | more))


def test_a_table_with_two_answers_to_one_question_is_refused():
    twice = [
        Transition(Stage.A, Step.GO, Stage.B, frozenset(Who)),
        Transition(Stage.A, Step.GO, Stage.C, frozenset(Who)),
    ]

    with pytest.raises(ValueError, match="two rows"):
        Lifecycle("thing", twice)


def test_refusals_speak_to_people():
    with pytest.raises(Late) as late:
        ORDER.next_status(OrderStatus.PENDING, OrderMove.APPROVE, {OrderParty.AUDITOR})
    with pytest.raises(NotYours) as not_yours:
        PURCHASE.next_status(Status.PENDING, Move.APPROVE_AND_ORDER, {Party.REQUESTER})

    assert late.value.text == "This order is pending; it is too late to approve it."
    assert not_yours.value.text == "You may not approve and order this approval."
