"""Nobody decides it in time: the request ends, and everybody knows before and after."""

from datetime import timedelta

import pytest

from approvals import services as approving
from approvals.board import moves_for
from approvals.lifecycle import Move
from approvals.models import Approval
from approvals.tasks import expire_overdue, remind
from config.kit.refused import Late, Missing
from orders.models import Cart
from tests.factories import ApprovalFactory
from tests.stories.scenes import (
    OVER,
    again,
    amend,
    approve,
    approve_and_order,
    ask,
    check_histories,
    close,
    decline,
    facts_for,
    give_up,
    happened,
    nothing_changes,
    now,
    order_approved,
    ordered,
    reassign,
    request,
    told_since,
)
from tests.world import scene

MOMENT = timedelta(microseconds=1)


@scene
def asked(cast):
    """Rita asked Ana for nine desks."""
    return ask(cast, "rita", OVER, of="ana")


class TestTheSweep:
    def test_ends_what_is_overdue_gives_the_cart_back_and_tells_both(self, cast, asked):
        cart = Cart.objects.get(held_for=asked)

        with told_since() as news:
            assert approving.expire_overdue(asked.expires_at) == 1

        approval = again(asked)
        assert (approval.status, approval.decided_by_name) == ("EXPIRED", "Countersign")
        assert approval.decided_at == asked.expires_at
        assert (again(cart).status, again(cart).held_for) == ("open", None)
        assert sorted(news) == ["approval.expired to ana", "approval.expired to rita"]
        event = asked.events.get(number=2)
        assert (event.kind, event.actor_kind, event.actor_ref, event.channel) == (
            "approval.expired",
            "system",
            "expiry",
            "task",
        )
        check_histories()

    def test_leaves_what_is_not_overdue_yet(self, cast, asked):
        with nothing_changes():
            assert approving.expire_overdue(asked.expires_at - MOMENT) == 0

    def test_a_second_one_finds_nothing_to_do(self, cast, asked):
        approving.expire_overdue(asked.expires_at)

        with nothing_changes():
            assert approving.expire_overdue(asked.expires_at + timedelta(days=1)) == 0

    @pytest.mark.parametrize(("end", "who"), [(approve, "ana"), (decline, "ana"), (close, "rita")])
    def test_leaves_what_is_answered(self, cast, asked, end, who):
        end(cast, who, asked).settled()

        with nothing_changes():
            assert approving.expire_overdue(asked.expires_at + timedelta(days=1)) == 0

    def test_never_ends_a_review(self, cast):
        ordered(cast, "ana", {"SERVER-01": 1})

        with nothing_changes():
            assert approving.expire_overdue(now() + timedelta(days=3650)) == 0

    def test_takes_the_oldest_first_and_so_many_at_a_time(self, cast, asked):
        second = ask(cast, "bea", OVER, of="ana", now=asked.created_at + timedelta(hours=1))

        assert approving.expire_overdue(second.expires_at, limit=1) == 1
        assert [again(asked).status, again(second).status] == ["EXPIRED", "PENDING"]
        assert approving.expire_overdue(second.expires_at, limit=1) == 1

    def test_puts_the_cart_aside_where_there_is_a_new_one(self, cast, asked):
        held = Cart.objects.get(held_for=asked)
        cast.cart("rita", {"BOOK-01": 1})

        approving.expire_overdue(asked.expires_at)

        assert again(held).status == "saved"

    def test_one_that_fails_does_not_keep_the_others_back(self, cast, asked):
        # About a cart that is not there, and first in the row.
        broken = ApprovalFactory(tenant=cast.acme, expires_at=asked.expires_at - timedelta(days=1))

        assert approving.expire_overdue(asked.expires_at) == 1

        assert (again(asked).status, again(broken).status) == ("EXPIRED", "PENDING")

    def test_runs_as_a_task_by_the_clock_of_now(self, cast, asked):
        with nothing_changes():
            assert (expire_overdue(), remind()) == (0, 0)


class TestAtOnce:
    """Being overdue counts before any sweep has run: for reading, deciding, and asking anew."""

    def test_it_reads_expired(self, cast, asked):
        at = asked.expires_at

        assert (asked.status_at(at - MOMENT), asked.status_at(at)) == ("PENDING", "EXPIRED")

    def test_lists_by_status_say_the_same(self, cast, asked):
        for at, found in ((asked.expires_at - MOMENT, "PENDING"), (asked.expires_at, "EXPIRED")):
            for status in ("PENDING", "APPROVED", "DECLINED", "CLOSED", "EXPIRED"):
                expected = [asked] if status == found else []
                assert list(Approval.objects.with_status(status, at)) == expected
        assert list(Approval.objects.waiting(asked.expires_at)) == []
        assert list(Approval.objects.overdue(asked.expires_at)) == [asked]

    def test_after_the_sweep_it_is_listed_once(self, cast, asked):
        approving.expire_overdue(asked.expires_at)

        for at in (asked.created_at, asked.expires_at):
            assert list(Approval.objects.with_status("EXPIRED", at)) == [asked]
            assert list(Approval.objects.with_status("PENDING", at)) == []

    def test_no_move_is_open_to_anybody(self, cast, asked):
        for who in ("rita", "ana", "tom"):
            assert moves_for(asked, cast.actor(who), asked.expires_at) == ()
            assert Move.EXPIRE not in moves_for(asked, cast.actor(who), now())

    @pytest.mark.parametrize(
        ("move", "who", "more"),
        [
            (approve, "ana", {}),
            (decline, "ana", {}),
            (approve_and_order, "ana", {}),
            (amend, "rita", {"comment": "Please."}),
            (amend, "ana", {"delivery_window": {"id": "w"}}),
            (reassign, "rita", {"to": "tom"}),
            (reassign, "tom", {"to": "tom", "reason": "Because."}),
            (close, "rita", {}),
            (give_up, "rita", {}),
            (give_up, "tom", {}),
            (order_approved, "rita", {}),
            (order_approved, "ana", {}),
        ],
    )
    def test_every_move_expires_it_and_says_so(self, cast, asked, move, who, more):
        with told_since() as news, pytest.raises(Late) as refused:
            move(cast, who, asked, now=asked.expires_at, **more)

        assert refused.value.text.startswith("Nobody decided this in time; it expired on ")
        assert again(asked).status == "EXPIRED"
        assert happened(asked) == ["approval.requested", "approval.expired"]
        assert sorted(news) == ["approval.expired to ana", "approval.expired to rita"]

    def test_a_stranger_s_attempt_expires_nothing(self, cast, asked):
        with nothing_changes(), pytest.raises(Missing):
            approve(cast, "alice", asked, now=asked.expires_at)

    def test_what_was_approved_in_time_does_not_expire(self, cast, asked):
        approve(cast, "ana", asked).settled()

        checkout = order_approved(cast, "rita", asked, now=asked.expires_at - timedelta(days=4)).settled()

        assert checkout.approval == asked

    def test_asking_anew_expires_the_old_one(self, cast, asked):
        cart = Cart.objects.get(held_for=asked)

        request(cast, "rita", cart, "tom", now=asked.expires_at).settled()

        assert again(asked).status == "EXPIRED"


class TestReminding:
    def test_both_sides_a_day_before_once(self, cast, asked):
        at = asked.expires_at - timedelta(days=1)

        with told_since() as news:
            assert approving.remind(at) == 1
            assert approving.remind(at + timedelta(hours=1)) == 0

        assert sorted(news) == ["approval.expiring to ana", "approval.expiring to rita"]
        assert again(asked).reminded_at == at
        assert again(asked).status == "PENDING"
        assert again(asked).version == asked.version
        assert facts_for("ana", "approval.expiring")["reader"] == "approver"
        check_histories()

    def test_not_before(self, cast, asked):
        with nothing_changes():
            assert approving.remind(asked.expires_at - timedelta(days=1) - MOMENT) == 0

    def test_not_once_it_is_overdue(self, cast, asked):
        with nothing_changes():
            assert approving.remind(asked.expires_at) == 0

    @pytest.mark.parametrize(("end", "who"), [(approve, "ana"), (decline, "ana"), (close, "rita")])
    def test_not_once_it_is_answered(self, cast, asked, end, who):
        end(cast, who, asked).settled()

        with nothing_changes():
            assert approving.remind(asked.expires_at - timedelta(hours=1)) == 0

    def test_not_of_reviews(self, cast):
        ordered(cast, "ana", {"SERVER-01": 1})

        with nothing_changes():
            assert approving.remind(now() + timedelta(days=30)) == 0

    def test_a_new_approver_is_reminded_anew(self, cast, asked):
        approving.remind(asked.expires_at - timedelta(hours=20))
        reassign(cast, "rita", asked, to="tom").settled()

        with told_since() as news:
            approving.remind(asked.expires_at - timedelta(hours=10))

        assert "approval.expiring to tom" in news


def test_the_sweeps_of_one_day_write_one_event_each(cast, asked):
    second = ask(cast, "bea", OVER, of="tom")

    for _ in range(3):
        approving.expire_overdue(second.expires_at)

    for approval in (asked, second):
        assert happened(approval) == ["approval.requested", "approval.expired"]
