"""Yes or no: by whom, on what they saw, and what it changes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.models import Answer, Snapshot
from companies.actors import actor_for
from companies.models import Company, Member
from companies.roles import Role
from companies.services import set_approval_group, set_limit
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Cart
from orders.services import checkout as services
from tests.factories import MemberFactory
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
    details,
    facts_for,
    happened,
    nothing_changes,
    now,
    order_approved,
    reassign,
    told,
    told_since,
    window,
)
from tests.world import scene


@scene
def asked(cast):
    """Rita asked Ana for nine desks."""
    return ask(cast, "rita", OVER, of="ana")


class TestApproving:
    def test_says_yes_and_orders_nothing_yet(self, cast, asked):
        with told_since() as news:
            approval = approve(cast, "ana", asked, comment="Go ahead.").settled()

        approval = again(approval)
        assert approval.status == "APPROVED"
        assert (approval.decided_by_name, approval.approver_comment) == ("Ana Diaz", "Go ahead.")
        assert approval.created_resource == ""
        assert Cart.objects.get(held_for=approval).status == "held"
        assert news == ["approval.approved to rita"]
        facts = facts_for("rita", "approval.approved")
        assert (facts["actor"], facts["answer"], facts["order_numbers"]) == ("Ana Diaz", "Go ahead.", [])

    def test_is_an_answer_to_what_was_seen(self, cast, asked):
        approve(cast, "ana", asked, comment="Go ahead.", seen_hash=asked.content_hash).settled()

        answer = Answer.objects.get(step__approval=asked)
        assert (answer.user, answer.yes, answer.comment) == (cast.ana, True, "Go ahead.")
        assert answer.snapshot.content_hash == asked.content_hash

    def test_is_written_into_the_history(self, cast, asked):
        approve(cast, "ana", asked, comment="Go ahead.").settled()

        event = asked.events.get(number=2)
        assert (event.kind, event.from_status, event.to_status) == ("approval.approved", "PENDING", "APPROVED")
        assert (event.actor_name, event.role, event.comment) == ("Ana Diaz", "admin", "Go ahead.")
        assert (event.limit, event.content_hash) == ("5,000.00 EUR", asked.content_hash)
        check_histories()

    def test_by_a_buyer_within_the_limit(self, cast):
        approval = ask(cast, "rita", WITHIN, of="bea")

        assert approve(cast, "bea", approval).settled().status == "APPROVED"

    def test_by_a_requester_in_the_approval_group_over_any_limit(self, cast):
        approval = ask(cast, "ravi", {"DESK-01": 99}, of="hugo")

        assert approve(cast, "hugo", approval).settled().status == "APPROVED"


class TestDeclining:
    def test_gives_the_cart_back_with_today_s_prices(self, cast, asked):
        cart = Cart.objects.get(held_for=asked)

        with told_since() as news:
            decline(cast, "ana", asked, comment="Not this year.").settled()

        assert again(asked).status == "DECLINED"
        cart = again(cart)
        assert (cart.status, cart.held_for) == ("open", None)
        assert set(cart.lines.values_list("frozen_unit_price", flat=True)) == {None}
        assert news == ["approval.declined to rita"]
        assert facts_for("rita", "approval.declined")["answer"] == "Not this year."
        assert Answer.objects.get(step__approval=asked).yes is False

    def test_puts_the_cart_aside_where_there_is_a_new_one(self, cast, asked):
        held = Cart.objects.get(held_for=asked)
        fresh = cast.cart("rita", {"BOOK-01": 1})

        decline(cast, "ana", asked).settled()

        assert (again(held).status, again(fresh).status) == ("saved", "open")

    def test_is_final(self, cast, asked):
        decline(cast, "ana", asked).settled()

        for move in (approve, decline, approve_and_order):
            with nothing_changes(), pytest.raises(Late) as refused:
                move(cast, "ana", asked)
            assert refused.value.text.startswith("Ana Diaz already declined this on ")


class TestWhoMayNot:
    @pytest.mark.parametrize("move", [approve, decline, approve_and_order])
    @pytest.mark.parametrize(
        "who",
        ["tom", "bea", "carl", "dora", "alice", "grace", "victor", "roos", "olga", "otto", "paula", "sten", "admin"],
    )
    def test_for_everybody_else_there_is_no_such_approval(self, cast, asked, who, move):
        with nothing_changes(), pytest.raises(Missing):
            move(cast, who, asked)

    @pytest.mark.parametrize("move", [approve, decline, approve_and_order])
    def test_nobody_decides_their_own_request(self, cast, asked, move):
        with nothing_changes(), pytest.raises(NotYours):
            move(cast, "rita", asked)

    @pytest.mark.parametrize("approval_id", [0, -1, 10**12])
    def test_an_approval_that_does_not_exist(self, cast, approval_id, asked):
        asked.pk = approval_id

        with pytest.raises(Missing):
            approve(cast, "ana", asked)


class TestWhatWasSeen:
    def test_a_decision_on_something_else_is_refused_with_the_differences(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")
        seen = approval.content_hash
        wanted = {"zoneId": cast.fast_shipping.zone, "methodId": cast.fast_shipping.key}
        amend(cast, "rita", approval, details=details(cast, shipping=wanted, deliveryWindow=window(cast.window)))

        for move in (approve, decline, approve_and_order):
            with nothing_changes(), pytest.raises(Late) as refused:
                move(cast, "ana", approval, seen_hash=seen)
            assert refused.value.code == "content_changed"
            assert refused.value.details == (
                "The total is 5,384.75 EUR; it was 5,366.90 EUR.",
                "Shipping is 2-hours_timeframe; it was 4-more_hours_timeframe.",
                f"Delivery is {cast.window.delivery_on} (morning); it was left open.",
            )

    def test_what_is_asked_now_can_be_decided(self, cast, asked):
        amend(cast, "rita", asked, details=details(cast, deliveryWindow=window(cast.window)))

        approve(cast, "ana", asked, seen_hash=again(asked).content_hash).settled()

        assert Answer.objects.get(step__approval=asked).snapshot == Snapshot.objects.get(approval=asked, number=2)

    def test_changed_and_changed_back_is_what_was_seen(self, cast, asked):
        amend(cast, "ana", asked, delivery_window=window(cast.window))
        amend(cast, "ana", asked, delivery_window=None)

        assert approve(cast, "ana", asked, seen_hash=asked.content_hash).settled().status == "APPROVED"

    def test_a_changed_comment_is_no_other_content(self, cast, asked):
        amend(cast, "rita", asked, comment="On Tuesday would do.")

        assert approve(cast, "ana", asked, seen_hash=asked.content_hash).settled().status == "APPROVED"

    @pytest.mark.parametrize("seen", ["0" * 64, "nonsense", "<b>"])
    def test_a_hash_that_was_never_asked(self, cast, asked, seen):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            approve(cast, "ana", asked, seen_hash=seen)

        assert refused.value.field == "seen_hash"

    def test_today_s_prices_do_not_matter_until_it_is_ordered(self, cast, asked):
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(600)
        listing.save()

        assert approve(cast, "ana", asked, seen_hash=asked.content_hash).settled().status == "APPROVED"


class TestComments:
    @pytest.mark.parametrize("move", [approve, decline, approve_and_order])
    def test_5000_characters_are_taken(self, cast, asked, move):
        move(cast, "ana", asked, comment="x" * 5000).settled()

        assert again(asked).approver_comment == "x" * 5000

    @pytest.mark.parametrize("move", [approve, decline, approve_and_order])
    @pytest.mark.parametrize("comment", ["x" * 5001, "a\x00b", "\udfff"])
    def test_what_is_too_long_or_cannot_be_stored_is_refused(self, cast, asked, move, comment):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            move(cast, "ana", asked, comment=comment)

        assert refused.value.field == "comment"


def leaves_the_group_that_may_approve(cast):
    Member.objects.filter(user=cast.ana).update(role=Role.BUYER)


def becomes_a_contact(cast):
    Member.objects.filter(user=cast.ana).update(role=Role.CONTACT)


def leaves_the_company(cast):
    Member.objects.filter(user=cast.ana).update(is_active=False)


def has_the_account_switched_off(cast):
    cast.ana.is_active = False
    cast.ana.save()


def an_approval_group_is_made_without_her(cast):
    set_approval_group(
        actor=cast.actor("tom"), company_id=cast.northwind.pk, member_ids=[cast.member("bea").pk, cast.member("tom").pk]
    )


def the_company_is_switched_off(cast):
    Company.objects.filter(pk=cast.northwind.pk).update(is_active=False)


LOSSES = {
    leaves_the_group_that_may_approve: "Tom Weber can decide it.",
    becomes_a_contact: "Tom Weber can decide it.",
    leaves_the_company: "Tom Weber can decide it.",
    has_the_account_switched_off: "Tom Weber can decide it.",
    an_approval_group_is_made_without_her: "Bea Lindt or Tom Weber can decide it.",
    the_company_is_switched_off: "At the moment nobody can decide it.",
}


class TestTheRightWasLost:
    @pytest.mark.parametrize("move", [approve, decline, approve_and_order])
    @pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
    def test_is_refused_and_the_requester_is_told_to_ask_somebody_else(self, cast, asked, loss, move):
        loss(cast)

        with told_since() as news:
            outcome = move(cast, "ana", asked)

        assert (outcome.record, outcome.refusal.code) == (None, "approver_lost")
        assert news == ["approval.approver_lost to rita"]
        assert facts_for("rita", "approval.approver_lost")["reason"] == LOSSES[loss]
        assert again(asked).status == "PENDING"
        assert happened(asked) == ["approval.requested"]
        assert not Answer.objects.exists()

    def test_the_requester_is_told_once_however_often_it_is_tried(self, cast, asked):
        leaves_the_company(cast)

        for _ in range(3):
            approve(cast, "ana", asked)

        assert told().count("approval.approver_lost to rita") == 1

    def test_whom_the_request_is_put_to_next_can_decide(self, cast, asked):
        an_approval_group_is_made_without_her(cast)
        assert approve(cast, "ana", asked).refusal

        reassign(cast, "rita", asked, to="bea").settled()

        assert approve(cast, "bea", asked).settled().decided_by_name == "Bea Lindt"

    def test_a_raised_limit_takes_nothing_from_what_was_asked(self, cast):
        # Bea may approve within the limit: now 9,000 EUR, but 5,000 EUR when it was asked.
        approval = ask(cast, "rita", OVER, of="ana")
        set_limit(actor=cast.actor("tom"), company_id=cast.northwind.pk, amount=Decimal(9000), currency="EUR")
        leaves_the_group_that_may_approve(cast)

        assert approve(cast, "ana", approval).refusal.code == "approver_lost"

    def test_a_lowered_limit_neither(self, cast):
        approval = ask(cast, "rita", WITHIN, of="bea")
        set_limit(actor=cast.actor("tom"), company_id=cast.northwind.pk, amount=Decimal(1), currency="EUR")

        assert approve(cast, "bea", approval).settled().status == "APPROVED"

    def test_who_has_the_right_again_can_decide(self, cast, asked):
        leaves_the_company(cast)
        assert approve(cast, "ana", asked).refusal
        Member.objects.filter(user=cast.ana).update(is_active=True)

        assert approve(cast, "ana", asked).settled().status == "APPROVED"


class TestTheRequesterLeft:
    """A question can still be answered; but nothing is ordered in the name of who may not order."""

    def test_approving_is_possible_ordering_is_not(self, cast, asked):
        Member.objects.filter(user=cast.rita).update(is_active=False)

        with nothing_changes(), pytest.raises(NotYours) as refused:
            approve_and_order(cast, "ana", asked)
        assert refused.value.code == "requester_lost"
        assert approve(cast, "ana", asked).settled().status == "APPROVED"
        with nothing_changes(), pytest.raises(NotYours):
            order_approved(cast, "ana", asked)

    def test_nothing_is_ordered_for_somebody_who_became_a_contact(self, cast, asked):
        approve(cast, "ana", asked).settled()
        Member.objects.filter(user=cast.rita).update(role=Role.CONTACT)

        for who in ("rita", "ana"):
            with nothing_changes(), pytest.raises(NotYours) as refused:
                order_approved(cast, who, asked)
            assert refused.value.code == "requester_lost"


class TestTooLate:
    def test_decided_already(self, cast, asked):
        approve(cast, "ana", asked).settled()

        for move in (approve, decline, approve_and_order):
            with nothing_changes(), pytest.raises(Late) as refused:
                move(cast, "ana", asked)
            assert refused.value.text.startswith("Ana Diaz already approved this on ")

    def test_taken_back(self, cast, asked):
        close(cast, "rita", asked).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            approve(cast, "ana", asked)
        assert refused.value.text.startswith("Rita Okafor closed this on ")

    def test_ordered_already(self, cast, asked):
        checkout = approve_and_order(cast, "ana", asked).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            decline(cast, "ana", asked)
        assert refused.value.text == f"This was already ordered as {checkout.orders.get().number}."

    def test_put_to_somebody_else(self, cast, asked):
        reassign(cast, "rita", asked, to="tom").settled()

        with nothing_changes(), pytest.raises(Missing):
            approve(cast, "ana", asked)

    @pytest.mark.parametrize("move", [approve, decline, approve_and_order])
    def test_overdue_expires_at_once_whether_or_not_a_sweep_ran(self, cast, asked, move):
        cart = Cart.objects.get(held_for=asked)

        with told_since() as news, pytest.raises(Late) as refused:
            move(cast, "ana", asked, now=asked.expires_at)

        assert refused.value.text.startswith("Nobody decided this in time; it expired on ")
        assert again(asked).status == "EXPIRED"
        assert again(cart).status == "open"
        assert sorted(news) == ["approval.expired to ana", "approval.expired to rita"]
        assert happened(asked) == ["approval.requested", "approval.expired"]

    def test_a_moment_before_it_expires_is_in_time(self, cast, asked):
        at = asked.expires_at - timedelta(microseconds=1)

        assert approve(cast, "ana", asked, now=at).settled().decided_at == at


def test_every_no_leaves_the_company_free_to_ask_and_say_yes(cast):
    cart = cast.cart("rita", OVER)
    for end, whom in ((decline, "ana"), (decline, "tom"), (approve, "ana")):
        approval = ask_for(cast, "rita", cart, of=whom, now=now())
        end(cast, whom, approval).settled()

    assert again(approval).status == "APPROVED"
    check_histories()


def test_history_has_the_group_in_the_company_of_the_request(cast, asked):
    MemberFactory(company=cast.contoso, user=cast.ana, role=Role.CONTACT)
    elsewhere = actor_for(cast.ana, cast.acme, company_id=cast.contoso.pk)
    assert elsewhere.role is Role.CONTACT

    checkout = services.approve_and_order(
        actor=elsewhere, approval_id=asked.pk, details=details(cast), now=now()
    ).settled()

    roles = asked.events.order_by("number").values_list("kind", "role")
    assert list(roles) == [
        ("approval.requested", "requester"),
        ("approval.approved", "admin"),
        ("approval.ordered", "admin"),
    ]
    (placed,) = checkout.orders.all()
    assert placed.events.get(kind="order.placed").role == "admin"
    check_histories()
