"""Is what is offered exactly what is accepted? Asked of everybody, for every move, wherever a story may have led.

Each attempt is made for real and taken back, so that the next one finds the same state.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals import services as approving
from approvals.board import moves_for, operations_for
from approvals.lifecycle import API_ONLY, Move
from approvals.models import Approval, SubjectKind
from companies.actors import Actor, Channel, actor_for
from companies.models import Member
from companies.roles import CompanyKind, Role
from config.kit.refused import Refused
from orders.board import moves_for as order_moves_for
from orders.lifecycle import OrderMove
from orders.models import Cart, Checkout
from orders.services import checkout, delivery, review
from tests.cast import LEFT, PEOPLE
from tests.stories.scenes import (
    OVER,
    WITHIN,
    accept,
    again,
    approve,
    approve_and_order,
    ask,
    cancel,
    check_histories,
    close,
    complete,
    decline,
    details,
    fail,
    give_up,
    now,
    ordered,
    reject,
    start,
    window,
    withdraw,
)

EVERYBODY = (*PEOPLE, "paula", "admin", "sten")
NORTHWIND = ("ana", "tom", "bea", "rita", "carl")


def actor_of(cast, who):
    """Somebody as they are now, as a page would resolve them; None for who has no part in the tenant any more."""
    user = type(cast.user(who)).objects.get(pk=cast.user(who).pk)
    if user.is_staff:
        return Actor.staff(user, Channel.ADMIN, cast.acme.pk)
    return actor_for(user, cast.acme, kinds=tuple(CompanyKind))


def is_accepted(attempt) -> bool:
    try:
        with transaction.atomic():
            outcome = attempt()
            if hasattr(outcome, "settled"):
                outcome.settled()
            transaction.set_rollback(True)
    except Refused:
        return False
    return True


def attempts_at(cast, approval, actor, at):
    """What each move of a purchase approval is, made in the way it is most likely accepted."""
    given = {"actor": actor, "approval_id": approval.pk, "now": at}
    # Something that is different from what is asked now.
    change = {"comment": f"{approval.comment}!"}
    if actor.user_id != approval.requester_id:
        present = approval.details.get("deliveryWindow", {}).get("slotId")
        change = {"delivery_window": window(cast.narrow_window if present == cast.window.slot else cast.window)}

    def reassign():
        someone = approving.candidates(actor=actor, approval_id=approval.pk)
        return approving.reassign(**given, approver_id=someone[0].user_id if someone else None, reason="Because.")

    return {
        Move.APPROVE_AND_ORDER: lambda: checkout.approve_and_order(**given, details=details(cast)),
        Move.APPROVE: lambda: approving.approve(**given),
        Move.DECLINE: lambda: approving.decline(**given),
        Move.AMEND: lambda: approving.amend(**given, **change),
        Move.REASSIGN: reassign,
        Move.CLOSE: lambda: approving.close(**given),
        Move.DELETE: lambda: approving.delete(**given),
        Move.PLACE_ORDER: lambda: checkout.place_approved_order(**given, details=details(cast)),
        Move.GIVE_UP: lambda: approving.give_up(**given),
    }


def check_offers(cast, approval, people, at=None):
    """For everybody: the moves offered are the moves accepted, of all there are."""
    at = at or now()
    for who in people:
        actor = actor_of(cast, who)
        if actor is None:
            continue
        approval = again(approval)
        offered = set(operations_for(approval, actor, at))
        attempts = attempts_at(cast, approval, actor, at)
        assert offered <= set(attempts)
        assert set(moves_for(approval, actor, at)) == offered - API_ONLY
        assert offered == {move for move, attempt in attempts.items() if is_accepted(attempt)}, who


def nothing_more(cast, approval):
    pass


def approves(cast, approval):
    approve(cast, "ana", approval).settled()


def declines(cast, approval):
    decline(cast, "ana", approval).settled()


def closes(cast, approval):
    close(cast, "rita", approval).settled()


def orders(cast, approval):
    approve_and_order(cast, "ana", approval).settled()


def gives_up(cast, approval):
    approves(cast, approval)
    give_up(cast, "rita", approval).settled()


def becomes(who, **columns):
    """A story in which somebody's membership changes."""

    def change(cast, approval):
        Member.objects.filter(user=cast.user(who)).update(**columns)

    change.__name__ = f"{who} {columns}"
    return change


def both(first, second):
    def change(cast, approval):
        first(cast, approval)
        second(cast, approval)

    change.__name__ = f"{first.__name__} and {second.__name__}"
    return change


STORIES = [
    nothing_more,
    approves,
    declines,
    closes,
    orders,
    gives_up,
    becomes("ana", role=Role.BUYER),
    becomes("ana", is_active=False),
    becomes("tom", role=Role.BUYER),
    becomes("bea", in_approval_group=True),
    becomes("ana", in_approval_group=True),
    becomes("rita", role=Role.CONTACT),
    becomes("rita", is_active=False),
    becomes("rita", role=Role.ADMIN),
    both(approves, becomes("ana", is_active=False)),
    both(approves, becomes("ana", role=Role.CONTACT)),
    both(approves, becomes("rita", role=Role.CONTACT)),
    both(approves, becomes("rita", is_active=False)),
    both(becomes("ana", is_active=False), becomes("tom", is_active=False)),
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_an_approval_offers_everybody_exactly_what_it_accepts(cast, story):
    approval = ask(cast, "rita", OVER, of="ana")
    story(cast, approval)

    check_offers(cast, approval, EVERYBODY)


def test_an_overdue_approval_offers_nobody_anything_and_accepts_nothing(cast):
    approval = ask(cast, "rita", OVER, of="ana")

    check_offers(cast, approval, NORTHWIND, at=approval.expires_at)


MEMBERSHIPS = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from([Role.ADMIN, Role.BUYER, Role.REQUESTER]),
        "is_active": st.booleans(),
        "in_approval_group": st.booleans(),
    },
)
STEPS = st.one_of(
    st.tuples(st.just("a move"), st.sampled_from(NORTHWIND), st.sampled_from(Move)),
    st.tuples(st.just("a change"), st.sampled_from(NORTHWIND[:-1]), MEMBERSHIPS),  # a contact is in no group
    st.tuples(st.just("a new cart"), st.just("rita"), st.none()),
    st.tuples(st.just("time"), st.just(""), st.integers(1, 6)),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.sampled_from([OVER, WITHIN, {**OVER, "SERVER-01": 1}]), script=st.lists(STEPS, min_size=1, max_size=6))
def test_wherever_a_story_leads_offered_is_accepted(cast, lines, script):
    with transaction.atomic():
        walk(cast, lines, script)
        transaction.set_rollback(True)


def walk(cast, lines, script):
    approval = ask(cast, "rita", lines, of="ana")
    at = now()
    for kind, who, what in script:
        if kind == "a move":
            actor = actor_of(cast, who)
            attempt = attempts_at(cast, again(approval), actor, at).get(what) if actor else None
            if attempt and is_accepted(attempt):
                attempt()
        elif kind == "a change":
            Member.objects.filter(user=cast.user(who)).update(**what)
        elif kind == "a new cart" and not cast.rita.carts.filter(status="open").exists():
            cast.cart("rita", {"BOOK-01": 1})
        elif kind == "time":
            at += timedelta(days=what)
        check_offers(cast, approval, (*NORTHWIND, "alice", "victor"), at)
        check_books()
    check_histories()


def check_books():
    """Whatever happened: a cart is held exactly while an approval binds it, and what was ordered adds up."""
    for approval in Approval.objects.filter(subject_kind=SubjectKind.CART_CHECKOUT):
        held = Cart.objects.filter(held_for=approval, status="held").count()
        assert held == approval.is_live
        assert Checkout.objects.filter(approval=approval).count() == approval.is_used
        assert approval.snapshots.count() == approval.snapshot_count
    for cart in Cart.objects.all():
        frozen = cart.lines.exclude(frozen_unit_price=None).exists()
        assert frozen == (cart.status == "held") or cart.status == "closed"
    for placed in Checkout.objects.all():
        orders = list(placed.orders.all())
        assert sum(order.gross for order in orders) == placed.gross
        assert sum(order.lines_gross for order in orders) == placed.lines_gross
        for order in orders:
            assert sum(line.gross for line in order.lines.all()) == order.lines_gross


# --- orders ---


def attempts_at_order(placed, actor):
    given = {"actor": actor, "order_id": placed.pk}
    return {
        OrderMove.APPROVE: lambda: review.approve_order(**given),
        OrderMove.REJECT: lambda: review.reject_order(**given, reason="No."),
        OrderMove.WITHDRAW: lambda: review.withdraw_order(**given),
        OrderMove.START: lambda: delivery.start_order(**given),
        OrderMove.COMPLETE: lambda: delivery.complete_delivery(**given),
        OrderMove.FAIL: lambda: delivery.fail_delivery(**given, instructions="Broken."),
        OrderMove.RETRY: lambda: delivery.retry_order(**given),
        OrderMove.CANCEL: lambda: delivery.cancel_order(**given, reason="Because."),
    }


def check_order_offers(cast, placed, people):
    for who in people:
        actor = actor_of(cast, who)
        if actor is None:
            continue
        offered = set(order_moves_for(again(placed), actor))
        attempts = attempts_at_order(placed, actor)
        assert set(attempts) == set(OrderMove)
        assert offered == {move for move, attempt in attempts.items() if is_accepted(attempt)}, who


def globex_is_left_by_its_auditors(cast, placed):
    Member.objects.filter(company=cast.globex, role__in=["auditor", "manager"]).update(is_active=False)


def victor_left(cast, placed):
    Member.objects.filter(user=cast.victor).update(is_active=False)


def by(who, *moves):
    def story(cast, placed):
        for move in moves:
            more = {"reason": "Because."} if move is cancel else {}
            move(cast, who, placed, **more)

    story.__name__ = f"{who}: {', '.join(move.__name__ for move in moves) or 'nothing'}"
    return story


WAITING = [
    by("victor"),
    by("victor", accept),
    by("victor", reject),
    by("bea", withdraw),
    by("victor", accept, start),
    by("victor", accept, complete),
    by("victor", accept, fail),
    by("victor", accept, fail, cancel),
    by("victor", accept, cancel),
    globex_is_left_by_its_auditors,
    victor_left,
]


@pytest.mark.parametrize("story", WAITING, ids=lambda story: story.__name__)
def test_an_order_that_waited_offers_everybody_exactly_what_it_accepts(cast, story):
    (placed,) = ordered(cast, "bea", {"SERVER-01": 1})
    story(cast, placed)

    check_order_offers(cast, placed, EVERYBODY)


FREE = [by("victor"), by("bea", cancel), by("victor", start), by("victor", fail), globex_is_left_by_its_auditors]


@pytest.mark.parametrize("story", FREE, ids=lambda story: story.__name__)
def test_an_order_that_did_not_offers_everybody_exactly_what_it_accepts(cast, story):
    (placed,) = ordered(cast, "bea", {"DESK-01": 1})
    story(cast, placed)

    check_order_offers(cast, placed, EVERYBODY)


RESOLD = [by("roos"), by("roos", accept), by("roos", accept, fail), by("roos", reject), by("tess", withdraw)]


@pytest.mark.parametrize("story", RESOLD, ids=lambda story: story.__name__)
def test_a_resold_order_offers_everybody_exactly_what_it_accepts(cast, story):
    (placed,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
    story(cast, placed)

    check_order_offers(cast, placed, EVERYBODY)


def test_who_left_is_among_everybody():
    assert set(LEFT) <= set(EVERYBODY)
