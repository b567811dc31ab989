"""What else can be done with a request: changing it, putting it to somebody else, taking it back, giving up a yes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals import services as approving
from approvals.models import Snapshot, Step
from companies.models import Member
from companies.roles import Role
from companies.services import set_approval_group
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Cart
from tests.stories.scenes import (
    OVER,
    WITHIN,
    again,
    amend,
    approve,
    approve_and_order,
    ask,
    ask_for,
    check_histories,
    close,
    decline,
    delete,
    details,
    facts_for,
    give_up,
    happened,
    nothing_changes,
    now,
    reassign,
    told_since,
    window,
)
from tests.world import scene


@scene
def asked(cast):
    """Rita asked Ana for nine desks."""
    return ask(cast, "rita", OVER, of="ana")


class TestAmending:
    def test_a_comment_alone_changes_no_content_and_tells_the_approver(self, cast, asked):
        with told_since() as news:
            amend(cast, "rita", asked, comment="  On Tuesday would do. ").settled()

        assert again(asked).comment == "On Tuesday would do."
        assert again(asked).content_hash == asked.content_hash
        assert asked.snapshots.count() == 1
        assert news == ["approval.amended to ana"]
        assert facts_for("ana", "approval.amended")["comment"] == "On Tuesday would do."
        event = asked.events.get(number=2)
        assert (event.kind, event.comment, event.facts) == ("approval.amended", "On Tuesday would do.", {})

    def test_other_details_are_a_new_content_and_the_old_one_is_kept(self, cast, asked):
        wanted = {"zoneId": cast.fast_shipping.zone, "methodId": cast.fast_shipping.key}

        amend(cast, "rita", asked, details=details(cast, shipping=wanted)).settled()

        approval = again(asked)
        first, second = Snapshot.objects.filter(approval=approval).order_by("number")
        assert first.content_hash == asked.content_hash
        assert second.content_hash == approval.content_hash != asked.content_hash
        assert second.content["bound"]["total"] == "5384.75"
        assert second.content["shown"]["requester_group"] == "Requester"
        assert approval.snapshot_count == 2
        assert approval.details["shipping"] == wanted
        assert asked.events.get(number=2).facts["differences"] == [
            "The total is 5,384.75 EUR; it was 5,366.90 EUR.",
            "Shipping is 2-hours_timeframe; it was 4-more_hours_timeframe.",
        ]
        assert facts_for("ana", "approval.amended")["differences"][0].startswith("The total is 5,384.75")

    def test_the_approver_sets_the_delivery_window_and_the_requester_is_told(self, cast, asked):
        with told_since() as news:
            amend(cast, "ana", asked, delivery_window=window(cast.window)).settled()

        assert again(asked).details["deliveryWindow"]["slotId"] == "morning"
        assert news == ["approval.amended to rita"]
        assert facts_for("rita", "approval.amended")["actor"] == "Ana Diaz"

    def test_none_takes_the_window_away(self, cast):
        given = details(cast, deliveryWindow=window(cast.window))
        approval = ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", details=given)

        amend(cast, "ana", approval, delivery_window=None).settled()

        assert "deliveryWindow" not in again(approval).details
        assert Snapshot.objects.get(approval=approval, number=2).content["bound"]["deliveryWindow"] == "null"

    def test_prices_stay_those_of_the_request(self, cast, asked):
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(600)
        listing.save()

        amend(cast, "rita", asked, details=details(cast, deliveryWindow=window(cast.window))).settled()

        bound = Snapshot.objects.get(approval=asked, number=2).content["bound"]
        assert bound["lines"][0]["unit_price"] == "500"
        assert bound["gross"] == "5355"

    @pytest.mark.parametrize(
        "nothing", [{}, {"comment": " We need them on Monday. "}, {"delivery_window": None}, {"delivery_window": {}}]
    )
    def test_nothing_new_is_refused(self, cast, asked, nothing):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            amend(cast, "rita", asked, **nothing)

        assert refused.value.text == "Nothing is different from what was asked before."

    def test_the_same_details_again_are_nothing_new(self, cast, asked):
        with nothing_changes(), pytest.raises(Invalid):
            amend(cast, "rita", asked, details=details(cast))

    @pytest.mark.parametrize("change", [{"comment": "Please do."}, {"details": {}}])
    def test_the_approver_changes_nothing_but_the_window(self, cast, asked, change):
        with nothing_changes(), pytest.raises(NotYours):
            amend(cast, "ana", asked, **change)

    @pytest.mark.parametrize("who", ["tom", "bea", "carl", "alice", "olga", "paula", "admin", "victor"])
    def test_everybody_else_is_told_there_is_none(self, cast, asked, who):
        with nothing_changes(), pytest.raises(Missing):
            amend(cast, who, asked, comment="Mine now.")

    def test_an_approver_who_lost_the_right_does_not_change_the_request_either(self, cast, asked):
        Member.objects.filter(user=cast.ana).update(is_active=False)

        with nothing_changes(), pytest.raises(NotYours):
            amend(cast, "ana", asked, delivery_window=window(cast.window))

    def test_who_left_the_company_changes_nothing_any_more(self, cast, asked):
        Member.objects.filter(user=cast.rita).update(is_active=False)

        with nothing_changes(), pytest.raises(NotYours):
            amend(cast, "rita", asked, comment="Send them to my home.")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"comment": "x" * 5001}, "comment"),
            ({"comment": "\x00"}, "comment"),
            ({"details": {"shipping": {"zoneId": "x", "methodId": "y"}}}, "shipping"),
            ({"details": {"payment": {"amount": float("inf")}}}, "payment"),
            ({"details": {"note": "\ud800"}}, "details"),
            ({"delivery_window": {"id": []}}, "deliveryWindow.id"),
            ({"delivery_window": ["morning"]}, "deliveryWindow"),
        ],
    )
    def test_what_cannot_be_used(self, cast, asked, change, field):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            amend(cast, "rita", asked, **change)

        assert refused.value.field == field

    @pytest.mark.parametrize(("end", "who"), [(approve, "ana"), (decline, "ana"), (close, "rita")])
    def test_too_late_once_it_is_answered(self, cast, asked, end, who):
        end(cast, who, asked)

        for person, change in (("rita", {"comment": "Wait."}), ("ana", {"delivery_window": window(cast.window)})):
            with nothing_changes(), pytest.raises(Late):
                amend(cast, person, asked, **change)

    def test_too_late_once_it_is_overdue(self, cast, asked):
        with pytest.raises(Late):
            amend(cast, "rita", asked, comment="Wait.", now=asked.expires_at)

        assert again(asked).status == "EXPIRED"
        assert again(asked).comment == asked.comment


class TestReassigning:
    def test_by_the_requester(self, cast, asked):
        with told_since() as news:
            reassign(cast, "rita", asked, to="tom").settled()

        approval = again(asked)
        assert (approval.approver, approval.approver_name) == (cast.tom, "Tom Weber")
        assert Step.objects.get(approval=approval).user == cast.tom
        assert approval.expires_at == asked.expires_at
        assert sorted(news) == [
            "approval.reassigned_away to ana",
            "approval.reassigned_to_you to tom",
            "approval.request_sent to rita",
        ]
        event = asked.events.get(number=2)
        assert (event.kind, event.role) == ("approval.reassigned", "requester")
        assert event.facts == {"put_from": str(cast.ana.pk), "put_to": str(cast.tom.pk)}

    def test_by_an_admin_who_says_why_and_all_three_are_told(self, cast):
        approval = ask(cast, "rita", WITHIN, of="bea")

        with told_since() as news:
            reassign(cast, "ana", approval, to="tom", reason="Bea is on leave.").settled()

        assert again(approval).approver == cast.tom
        assert sorted(news) == [
            "approval.reassigned to rita",
            "approval.reassigned_away to bea",
            "approval.reassigned_to_you to tom",
        ]
        facts = facts_for("bea", "approval.reassigned_away")
        assert (facts["reason"], facts["previous_approver"], facts["approver"]) == (
            "Bea is on leave.",
            "Bea Lindt",
            "Tom Weber",
        )

    def test_an_admin_may_take_it_over(self, cast):
        approval = ask(cast, "rita", WITHIN, of="bea")

        reassign(cast, "ana", approval, to="ana", reason="I do it myself.").settled()

        assert approve(cast, "ana", approval).settled().status == "APPROVED"

    def test_an_admin_without_a_reason_is_refused(self, cast, asked):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            reassign(cast, "tom", asked, to="tom", reason="  ")

        assert refused.value.field == "reason"

    @pytest.mark.parametrize("to", ["ana", "rita", "bea", "carl", "dora", "alice", "victor", "olga", "paula", "admin"])
    def test_to_somebody_who_may_not_approve_it_is_refused(self, cast, asked, to):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            reassign(cast, "rita", asked, to=to)

        assert refused.value.field == "approver"

    def test_to_nobody_is_refused(self, cast, asked):
        with nothing_changes(), pytest.raises(Invalid):
            approving.reassign(actor=cast.actor("rita"), approval_id=asked.pk, approver_id=None)

    def test_the_approver_may_not_pass_it_on(self, cast):
        approval = ask(cast, "rita", WITHIN, of="bea")

        with nothing_changes(), pytest.raises(NotYours):
            reassign(cast, "bea", approval, to="ana")

    @pytest.mark.parametrize("who", ["bea", "carl", "dora", "alice", "olga", "paula", "admin", "victor"])
    def test_others_are_told_there_is_none(self, cast, asked, who):
        with nothing_changes(), pytest.raises(Missing):
            reassign(cast, who, asked, to="tom", reason="Because.")

    def test_an_admin_who_was_demoted_meanwhile_is_refused(self, cast, asked):
        tom = cast.actor("tom")
        Member.objects.filter(user=cast.tom).update(role=Role.BUYER)
        Member.objects.filter(user=cast.bea).update(role=Role.ADMIN)

        with nothing_changes(), pytest.raises(NotYours):
            approving.reassign(actor=tom, approval_id=asked.pk, approver_id=cast.bea.pk, reason="Because.")

    def test_the_group_of_now_says_to_whom(self, cast, asked):
        set_approval_group(actor=cast.actor("ana"), company_id=cast.northwind.pk, member_ids=[cast.member("bea").pk])

        assert [person.name for person in approving.candidates(actor=cast.actor("rita"), approval_id=asked.pk)] == [
            "Bea Lindt"
        ]
        with nothing_changes(), pytest.raises(Invalid):
            reassign(cast, "rita", asked, to="tom")
        assert reassign(cast, "rita", asked, to="bea").settled().approver == cast.bea

    def test_candidates_leave_out_who_has_it_now_and_who_asks(self, cast, asked):
        for who in ("rita", "ana", "tom"):
            found = approving.candidates(actor=cast.actor(who), approval_id=asked.pk)
            assert [person.name for person in found] == ["Tom Weber"]

    def test_candidates_are_nobody_s_business(self, cast, asked):
        with pytest.raises(Missing):
            approving.candidates(actor=cast.actor("bea"), approval_id=asked.pk)

    def test_a_second_reminder_is_possible_for_the_new_approver(self, cast, asked):
        approving.remind(asked.expires_at - timedelta(hours=1))
        assert again(asked).reminded_at

        reassign(cast, "rita", asked, to="tom").settled()

        assert again(asked).reminded_at is None

    @pytest.mark.parametrize(("end", "who"), [(approve, "ana"), (decline, "ana"), (close, "rita")])
    def test_too_late_once_it_is_answered(self, cast, asked, end, who):
        end(cast, who, asked)

        for person in ("rita", "tom"):
            with nothing_changes(), pytest.raises(Late):
                reassign(cast, person, asked, to="tom", reason="Because.")

    def test_a_reason_that_is_too_long(self, cast, asked):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            reassign(cast, "rita", asked, to="tom", reason="x" * 5001)

        assert refused.value.field == "reason"


class TestClosing:
    def test_gives_the_cart_back_and_tells_the_approver(self, cast, asked):
        cart = Cart.objects.get(held_for=asked)

        with told_since() as news:
            close(cast, "rita", asked, comment="Found cheaper ones.").settled()

        assert again(asked).status == "CLOSED"
        assert again(asked).decided_by_name == "Rita Okafor"
        assert (again(cart).status, again(cart).held_for) == ("open", None)
        assert news == ["approval.closed to ana"]
        assert facts_for("ana", "approval.closed")["reason"] == "Found cheaper ones."
        assert happened(asked) == ["approval.requested", "approval.closed"]

    def test_the_approver_may_not(self, cast, asked):
        with nothing_changes(), pytest.raises(NotYours):
            close(cast, "ana", asked)

    @pytest.mark.parametrize("who", ["tom", "bea", "carl", "dora", "alice", "olga", "paula", "admin", "victor"])
    def test_others_are_told_there_is_none(self, cast, asked, who):
        with nothing_changes(), pytest.raises(Missing):
            close(cast, who, asked)

    @pytest.mark.parametrize(("end", "who"), [(approve, "ana"), (decline, "ana"), (close, "rita")])
    def test_too_late_once_it_is_answered(self, cast, asked, end, who):
        end(cast, who, asked)

        with nothing_changes(), pytest.raises(Late):
            close(cast, "rita", asked)

    def test_too_late_once_it_is_overdue(self, cast, asked):
        with pytest.raises(Late) as refused:
            close(cast, "rita", asked, now=asked.expires_at + timedelta(days=1))

        assert refused.value.text.startswith("Nobody decided this in time")
        assert again(asked).status == "EXPIRED"

    def test_who_left_the_company_can_still_take_it_back(self, cast, asked):
        Member.objects.filter(user=cast.rita).update(is_active=False)

        assert close(cast, "rita", asked).settled().status == "CLOSED"


class TestDeleting:
    """How clients of the API end a request; the approver may, too."""

    @pytest.mark.parametrize(("who", "other"), [("rita", "ana"), ("ana", "rita")])
    def test_frees_the_cart_says_who_did_it_and_tells_the_other(self, cast, asked, who, other):
        cart = Cart.objects.get(held_for=asked)

        with told_since() as news:
            delete(cast, who, asked).settled()

        assert (again(asked).status, again(asked).decided_by_name) == ("CLOSED", cast.user(who).name)
        assert again(cart).status == "open"
        assert news == [f"approval.closed to {other}"]
        check_histories()

    @pytest.mark.parametrize("who", ["tom", "bea", "carl", "dora", "alice", "olga", "paula", "admin", "victor"])
    def test_others_are_told_there_is_none(self, cast, asked, who):
        with nothing_changes(), pytest.raises(Missing):
            delete(cast, who, asked)

    @pytest.mark.parametrize(("end", "who"), [(approve, "ana"), (decline, "ana"), (close, "rita")])
    def test_too_late_once_it_is_answered(self, cast, asked, end, who):
        end(cast, who, asked)

        for person in ("rita", "ana"):
            with nothing_changes(), pytest.raises(Late):
                delete(cast, person, asked)


class TestGivingUp:
    @pytest.fixture
    def approved(self, cast, asked):
        return approve(cast, "ana", asked).settled()

    def test_gives_the_cart_back_and_tells_the_approver(self, cast, approved):
        cart = Cart.objects.get(held_for=approved)
        at = now()

        with told_since() as news:
            give_up(cast, "rita", approved, comment="No budget left.", now=at).settled()

        approval = again(approved)
        assert (approval.status, approval.released_at) == ("APPROVED", at)
        assert again(cart).status == "open"
        assert news == ["approval.given_up to ana"]
        assert facts_for("ana", "approval.given_up")["reason"] == "No budget left."
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.given_up"]

    def test_by_an_admin_tells_both_others(self, cast, approved):
        with told_since() as news:
            give_up(cast, "tom", approved).settled()

        assert sorted(news) == ["approval.given_up to ana", "approval.given_up to rita"]

    def test_the_approver_who_is_an_admin_may_too(self, cast, approved):
        with told_since() as news:
            give_up(cast, "ana", approved).settled()

        assert news == ["approval.given_up to rita"]

    def test_an_approver_who_is_none_may_not(self, cast):
        approval = ask(cast, "rita", WITHIN, of="bea")
        approve(cast, "bea", approval).settled()

        with nothing_changes(), pytest.raises(NotYours):
            give_up(cast, "bea", approval)

    @pytest.mark.parametrize("who", ["bea", "carl", "dora", "alice", "olga", "paula", "admin", "victor"])
    def test_others_are_told_there_is_none(self, cast, approved, who):
        with nothing_changes(), pytest.raises(Missing):
            give_up(cast, who, approved)

    def test_only_once(self, cast, approved):
        give_up(cast, "rita", approved).settled()

        for who in ("rita", "tom"):
            with nothing_changes(), pytest.raises(Late) as refused:
                give_up(cast, who, approved)
            assert refused.value.text.startswith("This was approved by Ana Diaz, but given up on ")

    def test_not_while_it_waits(self, cast, asked):
        with nothing_changes(), pytest.raises(Late) as refused:
            give_up(cast, "rita", asked)

        assert refused.value.text == "This waits for Ana Diaz to decide."

    def test_not_once_it_is_ordered(self, cast, asked):
        approve_and_order(cast, "ana", asked).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            give_up(cast, "rita", asked)

        assert refused.value.text.startswith("This was already ordered as CS")

    def test_makes_room_for_asking_again(self, cast, approved):
        cart = Cart.objects.get(held_for=approved)
        give_up(cast, "rita", approved).settled()

        second = ask_for(cast, "rita", cart, of="tom")

        assert again(second).status == "PENDING"
        check_histories()
