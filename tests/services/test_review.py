"""The seller's side: accepting, rejecting and withdrawing an order that waits."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.models import Answer
from approvals.services import approve as approve_purchase
from approvals.services import decline as decline_purchase
from companies.models import Member
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused
from orders.models import Order
from orders.services.delivery import cancel_order
from orders.services.review import withdraw_order
from tests.stories.scenes import (
    OVER,
    accept,
    again,
    approve_and_order,
    ask,
    cancel,
    check_histories,
    complete,
    facts_for,
    fail,
    happened,
    nothing_changes,
    now,
    ordered,
    orders_of,
    reject,
    retry,
    start,
    told_since,
    withdraw,
)
from tests.world import scene


@scene
def waiting(cast):
    """Bea's order of one server waits for Globex."""
    return ordered(cast, "bea", {"SERVER-01": 1})[0]


@scene
def resold(cast):
    """Tess's order of one server on the reseller's marketplace waits for Resello."""
    return ordered(cast, "tess", {"SERVER-01": 1}, "resello")[0]


class TestAccepting:
    @pytest.mark.parametrize("who", ["victor", "vera"])
    def test_by_any_auditor_or_manager_lets_it_go_on(self, cast, waiting, who):
        at = now()

        with told_since() as news:
            accept(cast, who, waiting, note="Checked by phone.", now=at)

        placed = again(waiting)
        assert (placed.status, placed.status_since) == ("pending", at)
        assert placed.review.status == "APPROVED"
        assert placed.lines.get().delivery_state == "open"
        assert sorted(news) == ["order.approved to bea", "order.to_deliver to vera", "order.to_deliver to victor"]
        assert happened(placed) == ["order.placed", "order.approved"]
        assert happened(placed.review) == ["approval.requested", "approval.approved"]
        check_histories()

    def test_the_note_is_for_the_seller_only(self, cast, waiting):
        accept(cast, "victor", waiting, note="They pay late.")

        assert again(waiting).internal_note == "They pay late."
        assert again(waiting).status_reason == ""
        assert "They pay late." not in str(facts_for("bea", "order.approved"))
        assert "They pay late." not in str(list(waiting.events.values()))
        assert again(waiting.review).approver_comment == ""

    def test_the_answer_and_what_was_seen_are_kept(self, cast, waiting):
        accept(cast, "vera", waiting)

        answer = Answer.objects.get()
        assert (answer.user, answer.yes, answer.step.company) == (cast.vera, True, cast.globex)
        assert answer.snapshot.content_hash == waiting.review.content_hash

    def test_what_is_delivered_at_once_is_complete_then(self, cast):
        (placed,) = ordered(cast, "bea", {"BACKUP-01": 1})

        with told_since() as news:
            accept(cast, "victor", placed)

        assert again(placed).status == "completed"
        assert news == ["order.approved to bea", "order.completed to bea"]
        assert happened(placed) == ["order.placed", "order.approved", "order.completed"]


class TestRejecting:
    def test_tells_the_customer_why_and_ends_it(self, cast, waiting):
        with told_since() as news:
            reject(cast, "victor", waiting, reason="  We no longer make this.  ", note="Nor shall we again.")

        placed = again(waiting)
        assert (placed.status, placed.status_reason) == ("rejected", "We no longer make this.")
        assert placed.internal_note == "Nor shall we again."
        assert placed.review.status == "DECLINED"
        assert placed.lines.get().delivery_state == "cancelled"
        assert news == ["order.rejected to bea"]
        facts = facts_for("bea", "order.rejected")
        assert facts["reason"] == "We no longer make this."
        assert "Nor shall we again." not in str(facts)
        assert waiting.events.get(number=2).comment == "We no longer make this."

    @pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
    def test_needs_a_reason(self, cast, waiting, reason):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            reject(cast, "victor", waiting, reason=reason)

        assert refused.value.field == "reason"

    @pytest.mark.parametrize(
        ("texts", "field"),
        [
            ({"reason": "x" * 5001}, "reason"),
            ({"reason": "a\x00"}, "reason"),
            ({"reason": "No.", "note": "x" * 5001}, "note"),
            ({"reason": "No.", "note": "\ud800"}, "note"),
        ],
    )
    def test_texts_that_cannot_be_kept(self, cast, waiting, texts, field):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            reject(cast, "victor", waiting, **texts)

        assert refused.value.field == field

    def test_a_reason_of_5000_characters_in_html_is_kept_as_it_is(self, cast, waiting):
        reason = "<b>No</b>".ljust(5000, "!")

        reject(cast, "victor", waiting, reason=reason)

        assert again(waiting).status_reason == reason


class TestWithdrawing:
    def test_by_the_buyer_tells_the_auditors(self, cast, waiting):
        with told_since() as news:
            withdraw(cast, "bea", waiting, reason="Found one.")

        placed = again(waiting)
        assert (placed.status, placed.status_reason, placed.review.status) == ("cancelled", "Found one.", "CLOSED")
        assert placed.lines.get().delivery_state == "cancelled"
        assert sorted(news) == ["order.withdrawn to vera", "order.withdrawn to victor"]
        assert happened(placed) == ["order.placed", "order.withdrawn"]

    def test_by_an_admin_of_the_company_tells_the_buyer_too(self, cast, waiting):
        with told_since() as news:
            withdraw(cast, "ana", waiting)

        assert sorted(news) == ["order.cancelled to bea", "order.withdrawn to vera", "order.withdrawn to victor"]

    def test_without_a_reason(self, cast, waiting):
        assert withdraw(cast, "bea", waiting).status == "cancelled"

    def test_an_approver_who_is_no_admin_may_not(self, cast):
        approval = ask(cast, "ravi", {"SERVER-01": 1}, of="hugo")
        (placed,) = orders_of(approve_and_order(cast, "hugo", approval).settled())

        with nothing_changes(), pytest.raises(NotYours):
            withdraw(cast, "hugo", placed)

    def test_an_admin_who_was_demoted_this_moment_withdraws_nothing(self, cast, waiting):
        ana = cast.actor("ana")
        Member.objects.filter(user=cast.ana).update(role="buyer")

        for end in (withdraw_order, cancel_order):
            with nothing_changes(), pytest.raises(NotYours):
                end(actor=ana, order_id=waiting.pk)

    def test_a_private_customer_may(self, cast):
        (placed,) = ordered(cast, "paula", {"SERVER-01": 1})

        assert withdraw(cast, "paula", placed).status == "cancelled"


class TestWhoMayNot:
    @pytest.mark.parametrize(
        "who", ["rita", "carl", "dora", "alice", "ben", "paula", "olga", "hal", "ines", "roos", "mies", "tess"]
    )
    @pytest.mark.parametrize("move", [accept, reject, withdraw])
    def test_outsiders_are_told_there_is_none(self, cast, waiting, who, move):
        with nothing_changes(), pytest.raises(Missing):
            move(cast, who, waiting)

    @pytest.mark.parametrize(("who", "move"), [("bea", accept), ("ana", accept), ("bea", reject), ("tom", reject)])
    def test_the_customer_does_not_review(self, cast, waiting, who, move):
        with nothing_changes(), pytest.raises(NotYours):
            move(cast, who, waiting)

    @pytest.mark.parametrize("who", ["victor", "vera", "sam", "admin"])
    def test_the_seller_does_not_withdraw(self, cast, waiting, who):
        with nothing_changes(), pytest.raises(NotYours):
            withdraw(cast, who, waiting)

    @pytest.mark.parametrize("move", [accept, reject])
    def test_sales_do_not_review(self, cast, waiting, move):
        with nothing_changes(), pytest.raises(NotYours):
            move(cast, "sam", waiting)

    @pytest.mark.parametrize("move", [accept, reject])
    def test_an_auditor_who_has_just_left_does_not_either(self, cast, waiting, move):
        Member.objects.filter(user=cast.victor).update(is_active=False)

        with nothing_changes(), pytest.raises(NotYours):
            move(cast, "victor", waiting)

    def test_the_vendor_does_not_even_see_a_resold_order_before_the_reseller_said_yes(self, cast, resold):
        for who in ("victor", "vera"):
            with nothing_changes(), pytest.raises(Missing):
                accept(cast, who, resold)

        accept(cast, "roos", resold)

        assert Order.objects.visible_to(cast.actor("victor")).filter(pk=resold.pk).exists()
        assert complete(cast, "victor", resold).status == "completed"

    def test_a_rejected_resold_order_stays_unseen_by_the_vendor(self, cast, resold):
        reject(cast, "mies", resold)

        assert not Order.objects.visible_to(cast.actor("vera")).exists()

    @pytest.mark.parametrize("order_id", [0, -1, 10**15])
    def test_what_is_not_there(self, cast, waiting, order_id):
        waiting.pk = order_id

        with pytest.raises(Missing):
            accept(cast, "victor", waiting)

    def test_a_review_is_not_decided_through_the_purchase_door(self, cast, waiting):
        for move in (approve_purchase, decline_purchase):
            with nothing_changes(), pytest.raises(Missing):
                move(actor=cast.actor("victor"), approval_id=waiting.review_id)


class TestThePool:
    def test_platform_staff_do_not_decide_while_there_is_an_auditor(self, cast, waiting):
        for move in (accept, reject):
            with nothing_changes(), pytest.raises(NotYours):
                move(cast, "admin", waiting)

    def test_they_do_where_there_is_none(self, cast, waiting):
        Member.objects.filter(company=cast.globex, role__in=["auditor", "manager"]).update(is_active=False)

        accept(cast, "admin", waiting)

        assert again(waiting).status == "pending"
        assert waiting.events.get(number=2).actor_name == "Adele Admin"

    def test_sales_alone_are_no_pool(self, cast, waiting):
        Member.objects.filter(company=cast.globex).exclude(user=cast.sam).delete()

        with nothing_changes(), pytest.raises(NotYours):
            accept(cast, "sam", waiting)
        assert accept(cast, "sten", waiting).status == "pending"

    def test_who_joins_the_pool_tomorrow_sees_and_decides_it(self, cast, waiting):
        Member.objects.filter(user=cast.sam).update(role="auditor")
        cast.member("sam").refresh_from_db()

        assert accept(cast, "sam", waiting).status == "pending"

    def test_a_second_auditor_learns_who_was_faster(self, cast, waiting):
        accept(cast, "victor", waiting, now=datetime(2026, 3, 4, 10, 30, tzinfo=UTC))

        for move in (accept, reject):
            with nothing_changes(), pytest.raises(Late) as refused:
                move(cast, "vera", waiting)
            assert refused.value.text == (
                f"Victor Lang already approved order {waiting.number} on 4 Mar 2026 at 10:30 UTC. "
                "It is being prepared for delivery."
            )

    def test_so_does_a_customer_who_withdraws_too_late(self, cast, waiting):
        reject(cast, "victor", waiting)

        with nothing_changes(), pytest.raises(Late) as refused:
            withdraw(cast, "bea", waiting)
        assert refused.value.text.startswith(f"Victor Lang already rejected order {waiting.number} on ")

    def test_and_an_auditor_after_a_withdrawal(self, cast, waiting):
        withdraw(cast, "bea", waiting)

        with nothing_changes(), pytest.raises(Late) as refused:
            accept(cast, "victor", waiting)
        assert "Bea Lindt already withdrew order" in refused.value.text

    def test_an_order_that_needed_no_review_has_none(self, cast):
        (placed,) = ordered(cast, "bea", {"DESK-01": 1})

        for move in (accept, reject):
            with nothing_changes(), pytest.raises(Late):
                move(cast, "victor", placed)


AGREED = {
    # the review says: what the order may say
    "PENDING": {"to_be_approved"},
    "APPROVED": {"pending", "provisioning", "completed", "failed", "cancelled"},
    "DECLINED": {"rejected"},
    "CLOSED": {"cancelled"},
}
PEOPLE = ("bea", "ana", "rita", "victor", "vera", "sam", "ines", "admin", "olga")
MOVES = (accept, reject, withdraw, start, complete, fail, retry, cancel)
scripts = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(MOVES)), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=scripts, sku=st.sampled_from(["SERVER-01", "BACKUP-01"]))
def test_whatever_anybody_tries_order_and_review_never_disagree(cast, script, sku):
    (placed,) = ordered(cast, "bea", {sku: 1})
    for who, move in script:
        before = again(placed)
        try:
            more = {"reason": "Because."} if move is cancel else {}
            move(cast, who, placed, **more)
        except Refused:
            assert again(placed).version == before.version
        after = again(placed)
        assert after.status in AGREED[after.review.status]
        states = set(after.lines.values_list("delivery_state", flat=True))
        assert (states == {"waiting"}) == (after.status == "to_be_approved")
        assert (states == {"completed"}) == (after.status == "completed")
        assert "open" not in states or after.status in ("pending", "provisioning")
    check_histories()


def test_the_time_of_the_move_is_the_one_that_was_given(cast, waiting):
    at = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)

    accept(cast, "victor", waiting, now=at)

    assert waiting.events.get(number=2).at == at
    assert again(waiting).review.decided_at == at
    assert Answer.objects.get().at == at


def test_a_purchase_approval_and_a_review_are_two_questions(cast):
    approval = ask(cast, "rita", {**OVER, "SERVER-01": 1}, of="ana")
    approve_and_order(cast, "ana", approval).settled()
    flagged = Order.objects.get(needs_review=True)

    reject(cast, "victor", flagged)

    assert again(approval).status == "APPROVED"
    assert flagged.review != approval
    assert Order.objects.get(needs_review=False).status == "pending"
