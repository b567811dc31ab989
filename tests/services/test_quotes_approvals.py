"""A quote that needs a yes: whom to ask, what is bound, and what ends a request besides its answer."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from approvals import services as approving
from approvals.lifecycle import Status
from approvals.models import Approval, Snapshot
from approvals.services.change import change as patch
from approvals.services.permit import outlook, permission
from approvals.subjects import subject_of
from companies.models import Company, Member
from companies.preferences import PreferenceKey
from companies.roles import Role
from config.kit.patches import Op, Operation
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Checkout, Quote
from orders.quote_edits import AddLine, RemoveLine, SetAddress, SetShipping, SetText, SetValidTo, Text
from tests.factories import PreferenceFactory
from tests.stories.scenes import (
    OVER,
    QUOTE,
    WITHIN,
    accept_offer,
    again,
    amend,
    approve,
    approve_and_order,
    ask_change,
    ask_quote,
    change,
    check_histories,
    check_out_offer,
    close,
    decline,
    decline_offer,
    delete,
    facts_for,
    give_up,
    happened,
    in_days,
    make,
    nothing_changes,
    offer,
    offered,
    order_approved,
    orders_of,
    reassign,
    remove,
    reprice,
    request,
    told_since,
    window,
)
from tests.world import scene


@scene
def quote(cast):
    """Nine desks for Rita at 450 EUR: 4,819.50 EUR gross, within Northwind's limit."""
    return offered(cast, "rita", OVER, unit=450)


@pytest.fixture
def approval(cast, quote):
    """Ana is asked."""
    return request(cast, "rita", quote, "ana", comment="We need them on Monday.").settled()


def permitted(cast, who, quote, **more):
    subject = subject_of(QUOTE)
    return permission(actor=cast.actor(who), subject=subject, subject_key=quote.key, **more)


# who, lines, offered per desk: who may be asked
ASKED = [
    ("rita", WITHIN, None, ["ana", "bea", "tom"]),
    ("rita", OVER, None, ["ana", "tom"]),
    ("rita", OVER, 450, ["ana", "bea", "tom"]),
    ("bea", OVER, None, ["ana", "tom"]),
    ("ben", {"DESK-01": 4}, None, ["grace", "hugo"]),
    ("ravi", {"DESK-01": 1}, None, ["grace", "hugo"]),
    ("hugo", {"DESK-01": 1}, None, ["grace"]),
    ("grace", {"DESK-01": 4}, None, ["hugo"]),
]
PEOPLE = ["ana", "tom", "bea", "rita", "carl", "alice", "ben", "grace", "hugo", "ravi", "sam", "paula", "olga", "admin"]


class TestAsking:
    @pytest.mark.parametrize(("who", "lines", "unit", "eligible"), ASKED)
    def test_who_may_be_asked_and_nobody_else(self, cast, who, lines, unit, eligible):
        quote = offered(cast, who, lines, unit=unit)

        for person in (*PEOPLE, None):
            if person in eligible:
                continue
            with nothing_changes(), pytest.raises(Invalid) as refused:
                request(cast, who, quote, person)
            assert (refused.value.code, refused.value.field) == ("not_eligible", "approver")
        for person in eligible:
            approval = request(cast, who, quote, person).settled()
            assert approval.approver == cast.user(person)
            close(cast, who, approval).settled()

    def test_it_binds_what_is_offered(self, cast, quote, approval):
        approval = again(approval)
        assert (approval.subject_kind, approval.subject_id, approval.subject_key) == (QUOTE, str(quote.pk), quote.key)
        assert approval.subject_label == f"{quote.number}: Standing desk"
        assert (str(approval.amount), str(approval.limit)) == ("4,819.50 EUR", "5,000.00 EUR")
        assert (approval.details, approval.comment) == ({}, "We need them on Monday.")
        assert approval.content_hash == again(quote).content_hash
        assert again(quote).approval == approval
        bound = approval.snapshots.get().content["bound"]
        assert [(line["sku"], line["unit_price"], line["gross"]) for line in bound["lines"]] == [
            ("DESK-01", "450", "4819.5")
        ]
        assert (bound["total"], bound["shipping"]["methodId"]) == ("4831.4", cast.shipping.key)
        assert bound["addresses"]["SHIPPING"]["street"] == "Hafenstrasse"

    def test_it_shows_what_helps_to_decide(self, cast, quote, approval):
        shown = approval.snapshots.get().content["shown"]

        assert shown["quote"] == quote.number
        assert (shown["reference"], shown["employee"], shown["requester_group"]) == ("PO 4711", "Sam Reed", "Requester")
        (line,) = shown["lines"]
        assert (line["list_net"], line["discount"], line["vendor"]) == ("4500", "10", "Globex Systems")

    def test_the_quote_stays_open_and_keeps_its_version(self, cast, quote, approval):
        assert (again(quote).status, again(quote).version) == ("OPEN", quote.version)

    def test_both_sides_are_told_and_the_seller_is_not(self, cast, quote):
        with told_since() as news:
            request(cast, "rita", quote, "ana").settled()

        assert sorted(news) == ["approval.request_sent to rita", "approval.requested to ana"]
        assert facts_for("ana", "approval.requested")["thing"] == "quote"

    @pytest.mark.parametrize(
        "details", [{"shipping": {"zoneId": "x", "methodId": "y"}}, {"payment": {"provider": "x"}}]
    )
    def test_without_details(self, cast, quote, details):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            request(cast, "rita", quote, "ana", details=details)

        assert (refused.value.code, refused.value.field) == ("no_details", "details")

    def test_not_twice_at_a_time(self, cast, quote, approval):
        for _ in range(2):
            with nothing_changes(), pytest.raises(Late) as refused:
                request(cast, "rita", quote, "tom")
            assert refused.value.code == "already_asked"
            if again(approval).status == "PENDING":
                approve(cast, "ana", approval).settled()

    def test_not_where_it_is_not_needed(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid) as refused:
            request(cast, "bea", quote, "ana")

        assert refused.value.code == "not_needed"

    def test_not_while_the_tenant_asks_nobody(self, cast, quote):
        PreferenceFactory(tenant=cast.acme, key=PreferenceKey.QUOTE_APPROVAL, value=False)

        with nothing_changes(), pytest.raises(Invalid) as refused:
            request(cast, "rita", quote, "ana")

        assert refused.value.code == "approvals_off"

    def test_not_by_a_private_customer(self, cast):
        quote = offered(cast, "paula", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            request(cast, "paula", quote, "ana")

    def test_not_at_another_amount_than_was_seen(self, cast, quote):
        change(cast, "sam", quote, reprice(quote, unit=451))

        with nothing_changes(), pytest.raises(Late) as refused:
            request(cast, "rita", quote, "ana", seen_gross=Decimal("4819.50"))

        assert refused.value.code == "total_changed"

    @pytest.mark.parametrize("who", ["ana", "tom", "bea", "alice", "sam", "paula", "olga", "victor"])
    def test_not_about_somebody_else_s(self, cast, quote, who):
        with nothing_changes(), pytest.raises((Missing, NotYours)):
            request(cast, who, quote, "tom" if who != "tom" else "ana")

    def test_by_the_id_outside_a_colleague_s_is_told_apart_from_an_unknown_one(self, cast, quote):
        ask = partial(approving.request_approval, kind=QUOTE, subject_key=quote.key, approver_id=cast.tom.pk)

        with nothing_changes(), pytest.raises(NotYours) as refused:
            ask(actor=cast.actor("bea"))
        assert refused.value.code == "not_owner"
        for who in ("alice", "paula", "olga", "sam"):
            with nothing_changes(), pytest.raises(Missing):
                ask(actor=cast.actor(who))
        assert ask(actor=cast.actor("rita")).settled()

    def test_not_about_what_is_not_open(self, cast):
        quote = ask_quote(cast, "rita", OVER)

        with nothing_changes(), pytest.raises(Late) as refused:
            request(cast, "rita", quote, "ana")

        assert refused.value.code == "quote_not_open"

    def test_not_about_what_cannot_be_bought(self, cast, quote):
        product = cast.product("DESK-01")
        product.is_active = False
        product.save()

        with nothing_changes(), pytest.raises(Invalid) as refused:
            request(cast, "rita", quote, "ana")

        assert refused.value.details == ("Standing desk is no longer sold on Acme Markets Main.",)

    def test_nobody_to_ask_is_told_to_the_admins_and_refused(self, cast):
        quote = offered(cast, "hugo", {"DESK-01": 1})
        Member.objects.filter(user=cast.grace).update(in_approval_group=False)

        with told_since() as news:
            refusal = request(cast, "hugo", quote, None).refusal

        assert refusal.code == "nobody_eligible"
        assert news == ["approval.nobody_eligible to alice"]
        assert again(quote).approval is None
        assert not Approval.objects.exists()

    def test_the_request_expires_after_the_tenant_s_days(self, cast, quote, approval):
        assert approval.expires_at == approval.created_at + timedelta(days=10)


class TestPermission:
    def test_until_it_is_asked_pending_approved_and_used(self, cast, quote):
        assert not permitted(cast, "rita", quote).permitted
        approval = request(cast, "rita", quote, "ana").settled()
        for who in ("rita", "ana"):
            found = permitted(cast, who, quote)
            assert (found.permitted, found.approval) == (False, approval)
        approve(cast, "ana", approval).settled()
        for who in ("rita", "ana"):
            assert permitted(cast, who, quote).permitted
        accept_offer(cast, "rita", quote).settled()
        assert permitted(cast, "rita", quote).permitted

    def test_a_decline_is_reported_while_the_offer_is_the_same(self, cast, quote, approval):
        decline(cast, "ana", approval).settled()

        found = permitted(cast, "rita", quote)
        assert (found.permitted, found.approval.status) == (False, "DECLINED")
        change(cast, "sam", quote, reprice(quote, unit=440))
        assert permitted(cast, "rita", quote).approval is None

    def test_one_given_up_is_not_reported(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()
        give_up(cast, "rita", approval).settled()

        found = permitted(cast, "rita", quote)
        assert (found.permitted, found.approval) == (False, None)

    def test_a_yes_does_not_hold_for_another_price(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()
        change(cast, "sam", quote, reprice(quote, unit=449))

        found = permitted(cast, "rita", quote)
        assert (found.permitted, found.approval) == (False, None)

    def test_off_it_is_permitted_to_whoever_may_order(self, cast, quote):
        PreferenceFactory(tenant=cast.acme, key=PreferenceKey.QUOTE_APPROVAL, value=False)

        assert permitted(cast, "rita", quote).permitted

    def test_the_outlook_has_reasons_and_people(self, cast, quote):
        seen = outlook(actor=cast.actor("rita"), subject=subject_of(QUOTE), subject_key=quote.key)

        assert [reason.code for reason in seen.ruling.reasons] == ["requester"]
        assert [person.name for person in seen.ruling.eligible] == ["Ana Diaz", "Bea Lindt", "Tom Weber"]


class TestAnswering:
    def test_a_yes_leaves_it_open_and_either_side_orders_it(self, cast, quote, approval):
        with told_since() as news:
            approve(cast, "ana", approval, seen_hash=approval.content_hash).settled()

        assert news == ["approval.approved to rita"]
        assert again(quote).status == "OPEN"
        checkout = accept_offer(cast, "rita", quote).settled()
        assert (checkout.approval, checkout.gross, checkout.approved_gross) == (
            approval,
            Decimal("4831.40"),
            Decimal("4831.40"),
        )

    @pytest.mark.parametrize(
        ("who", "how"),
        [
            ("rita", accept_offer),
            ("ana", accept_offer),
            ("rita", check_out_offer),
            ("ana", check_out_offer),
            ("rita", lambda cast, who, quote: order_approved(cast, who, quote.approval)),
            ("ana", lambda cast, who, quote: order_approved(cast, who, quote.approval)),
        ],
    )
    def test_every_way_to_the_order(self, cast, quote, approval, who, how):
        approve(cast, "ana", approval).settled()

        with told_since() as news:
            checkout = how(cast, who, again(quote)).settled()

        quote, approval = again(quote), again(approval)
        (placed,) = orders_of(checkout)
        assert (quote.status, quote.order_number, quote.approval) == ("ACCEPTED", placed.number, approval)
        assert (approval.status, approval.created_resource) == ("APPROVED", placed.number)
        assert (placed.buyer, placed.company, placed.placed_by) == (cast.rita, cast.northwind, cast.user(who))
        assert (placed.ruling["approved_by"], placed.ruling["approval"]) == ("Ana Diaz", approval.key)
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]
        assert happened(quote)[-1] == "quote.accepted"
        expected = [
            "order.placed to rita",
            "order.to_deliver to vera",
            "order.to_deliver to victor",
            "quote.accepted to sam",
        ]
        if who == "ana":
            expected.append("approval.approved to rita")
        assert sorted(news) == sorted(expected)
        assert Checkout.objects.count() == 1
        check_histories()

    @pytest.mark.parametrize(
        "how",
        [accept_offer, check_out_offer, lambda cast, who, quote: approve_and_order(cast, who, quote.approval)],
        ids=["accepting", "checking out", "approving and ordering"],
    )
    def test_the_approver_alone_may_while_it_waits(self, cast, quote, approval, how):
        for who, error in {"rita": NotYours, "tom": Missing, "bea": Missing}.items():
            with nothing_changes(), pytest.raises(error):
                how(cast, who, again(quote))

        checkout = how(cast, "ana", again(quote)).settled()

        approval = again(approval)
        assert (approval.status, approval.created_resource) == ("APPROVED", orders_of(checkout)[0].number)
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]

    def test_who_waits_is_told_for_whom(self, cast, quote, approval):
        with nothing_changes(), pytest.raises(NotYours) as refused:
            accept_offer(cast, "rita", quote)

        assert (refused.value.code, refused.value.text) == (
            "approval_required",
            "This quote waits for the approval of Ana Diaz.",
        )
        assert refused.value.details == ("Requesters need approval for every order.",)

    def test_a_no_leaves_it_open_and_another_request_is_possible(self, cast, quote, approval):
        with told_since() as news:
            decline(cast, "ana", approval, comment="Too dear.").settled()

        assert news == ["approval.declined to rita"]
        assert (again(quote).status, again(quote).approval) == ("OPEN", None)
        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "rita", quote)
        second = request(cast, "rita", quote, "tom").settled()
        assert approve_and_order(cast, "tom", second).settled()

    @pytest.mark.parametrize("end", [close, delete])
    def test_taken_back_it_can_be_asked_again(self, cast, quote, approval, end):
        end(cast, "rita", approval).settled()

        assert again(quote).approval is None
        assert request(cast, "rita", quote, "tom").settled()

    def test_given_up_it_can_be_asked_again(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()
        with told_since() as news:
            give_up(cast, "rita", approval).settled()

        assert news == ["approval.given_up to ana"]
        assert again(quote).approval is None
        with nothing_changes(), pytest.raises(Late):
            order_approved(cast, "ana", approval)
        assert request(cast, "rita", quote, "tom").settled()

    def test_on_what_was_seen_only(self, cast, quote, approval):
        with nothing_changes(), pytest.raises(Invalid):
            approve(cast, "ana", approval, seen_hash="0" * 64)
        with nothing_changes(), pytest.raises(Late) as refused:
            accept_offer(cast, "ana", quote, seen_hash="0" * 64)
        assert refused.value.code == "content_changed"

        assert accept_offer(cast, "ana", quote, seen_hash=again(quote).content_hash).settled()

    def test_with_a_window_of_the_checkout_s_choice(self, cast, quote, approval):
        given = {"deliveryWindow": window(cast.narrow_window), "payment": {"provider": "none"}}

        checkout = approve_and_order(cast, "ana", approval, details=given).settled()

        assert (checkout.delivery_window, checkout.payment_open) == (cast.narrow_window, False)

    def test_what_is_said_with_the_acceptance_is_kept_with_the_quote(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()

        accept_offer(cast, "rita", quote, comment="Deliver to the back door.").settled()

        assert again(quote).status_comment == "Deliver to the back door."
        assert quote.events.order_by("-number")[0].comment == "Deliver to the back door."
        assert facts_for("sam", "quote.accepted")["comment"] == "Deliver to the back door."

    def test_what_the_approver_says_stays_in_the_company(self, cast, quote, approval):
        accept_offer(cast, "ana", quote, comment="Dear, but go ahead.").settled()

        assert again(approval).approver_comment == "Dear, but go ahead."
        assert again(quote).status_comment == ""
        assert facts_for("sam", "quote.accepted")["comment"] == ""

    def test_with_a_note_of_the_customer_s(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()

        accept_offer(cast, "rita", quote, edits=[SetText(Text.CUSTOMER_REFERENCE, "PO 1")]).settled()

        assert again(quote).customer_reference == "PO 1"
        assert again(approval).is_used

    def test_a_note_that_comes_to_nothing_is_taken_back(self, cast, quote, approval):
        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "rita", quote, edits=[SetText(Text.CUSTOMER_REFERENCE, "PO 1")])


class TestAmendingAndReassigning:
    def test_the_comment_alone_can_be_changed(self, cast, quote, approval):
        amended = amend(cast, "rita", approval, comment="On Tuesday would do.").settled()

        assert (amended.comment, amended.content_hash) == ("On Tuesday would do.", approval.content_hash)
        assert Snapshot.objects.filter(approval=approval).count() == 1

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_not_a_window(self, cast, quote, approval, who):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            amend(cast, who, approval, delivery_window=window(cast.window))

        assert refused.value.code == "no_details"

    def test_not_details(self, cast, quote, approval):
        with nothing_changes(), pytest.raises(Invalid):
            amend(cast, "rita", approval, details={"payment": {"provider": "x"}})

    def test_not_by_patch(self, cast, quote, approval):
        wanted = [Operation(Op.ADD, ("details", "payment"), {"provider": "x"})]

        for answer in (None, Status.APPROVED):
            with nothing_changes(), pytest.raises((Invalid, NotYours)):
                patch(
                    actor=cast.actor("ana" if answer else "rita"),
                    approval_id=approval.pk,
                    operations=wanted,
                    answer=answer,
                )

    def test_to_somebody_eligible(self, cast, quote, approval):
        with nothing_changes(), pytest.raises(Invalid):
            reassign(cast, "rita", approval, to="carl")

        with told_since() as news:
            reassign(cast, "rita", approval, to="bea").settled()

        assert sorted(news) == [
            "approval.reassigned_away to ana",
            "approval.reassigned_to_you to bea",
            "approval.request_sent to rita",
        ]
        assert quote not in Quote.objects.visible_to(cast.actor("ana"))
        with nothing_changes(), pytest.raises(Missing):
            accept_offer(cast, "ana", quote)
        assert accept_offer(cast, "bea", quote).settled()


def sends_back(cast, quote):
    ask_change(cast, "rita", quote)


def takes_back(cast, quote):
    ask_change(cast, "sam", quote)


def reprices(cast, quote):
    change(cast, "sam", quote, reprice(quote, unit=449))


def adds(cast, quote):
    change(cast, "sam", quote, AddLine(Decimal(1), product_key=cast.product("VDI-01").key))


def removes_a_line(cast, quote):
    change(cast, "sam", quote, RemoveLine(quote.lines.get().key))


def ships_otherwise(cast, quote):
    change(cast, "sam", quote, SetShipping(cast.fast_shipping.zone, cast.fast_shipping.key, Decimal(10)))


def ships_for_less(cast, quote):
    change(cast, "sam", quote, SetShipping(cast.shipping.zone, cast.shipping.key, Decimal("9.99")))


def delivers_elsewhere(cast, quote):
    change(cast, "sam", quote, SetAddress("SHIPPING", None))


def deletes(cast, quote):
    remove(cast, "sam", quote)


def declines_it(cast, quote):
    decline_offer(cast, "rita", quote)


ENDS = {
    # what happens: what is told with it, and what of the differences
    sends_back: ("was sent back to be changed", None),
    takes_back: ("was sent back to be changed", None),
    declines_it: ("was declined", None),
    deletes: ("was deleted by the seller", None),
    reprices: ("was changed since this was asked", "DESK-01: the unit price is 449.00 EUR; it was 450.00 EUR."),
    adds: ("was changed since this was asked", "VDI-01 was added (1)."),
    removes_a_line: ("was changed since this was asked", "DESK-01 was removed."),
    ships_otherwise: (
        "was changed since this was asked",
        "Shipping is 2-hours_timeframe; it was 4-more_hours_timeframe.",
    ),
    ships_for_less: ("was changed since this was asked", "Shipping costs 11.89 EUR; it cost 11.90 EUR."),
    delivers_elsewhere: (
        "was changed since this was asked",
        "The delivery address is left open; it was Rita Okafor, Hafenstrasse 12, 20457 Hamburg, DE.",
    ),
}


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
class TestWhatEndsARequest:
    """Whatever makes the offer another one, or none: both sides are told why, and no yes is left that could be used."""

    def test_while_it_waits(self, cast, quote, approval, end):
        said, difference = ENDS[end]

        with told_since() as news:
            end(cast, again(quote))

        approval = again(approval)
        assert (approval.status, approval.is_live, again(quote).approval) == ("CLOSED", False, None)
        assert [line for line in sorted(news) if line.startswith("approval.")] == [
            "approval.closed to ana",
            "approval.closed to rita",
        ]
        facts = facts_for("ana", "approval.closed")
        assert said in facts["reason"]
        assert difference is None or difference in facts["differences"]
        closed = approval.events.order_by("-number")[0]
        assert (closed.kind, closed.actor_kind, said in closed.comment) == ("approval.closed", "system", True)
        check_histories()

    def test_then_approving_is_refused_with_that_reason(self, cast, quote, approval, end):
        end(cast, again(quote))

        for decision in (approve, decline, approve_and_order):
            with nothing_changes(), pytest.raises(Late) as refused:
                decision(cast, "ana", approval)
            assert ENDS[end][0] in refused.value.text
        assert not Checkout.objects.exists()

    def test_after_the_yes(self, cast, quote, approval, end):
        approve(cast, "ana", approval).settled()

        with told_since() as news:
            end(cast, again(quote))

        approval = again(approval)
        assert (approval.status, approval.is_live, again(quote).approval) == ("APPROVED", False, None)
        assert approval.released_at is not None
        assert [line for line in sorted(news) if line.startswith("approval.")] == [
            "approval.given_up to ana",
            "approval.given_up to rita",
        ]
        for who in ("rita", "ana"):
            with nothing_changes(), pytest.raises(Late):
                order_approved(cast, who, approval)
        assert not Checkout.objects.exists()
        check_histories()

    def test_the_old_yes_does_not_count_when_the_offer_is_back(self, cast, quote, approval, end):
        approve(cast, "ana", approval).settled()
        end(cast, again(quote))
        if end in (deletes, declines_it):
            return
        if again(quote).status == "IN_PROGRESS":
            offer(cast, "sam", quote)
        if end is removes_a_line:
            change(cast, "sam", quote, AddLine(Decimal(9), product_key=cast.product("DESK-01").key))

        with nothing_changes(), pytest.raises(NotYours) as refused:
            accept_offer(cast, "rita", quote)
        assert refused.value.code == "approval_required"
        assert request(cast, "rita", again(quote), "ana").settled()


HARMLESS = {
    "another end": lambda cast, quote: change(cast, "sam", quote, in_days(9)),
    "no end": lambda cast, quote: change(cast, "sam", quote, SetValidTo(None)),
    "a comment of the seller's": lambda cast, quote: change(cast, "sam", quote, SetText(Text.EMPLOYEE_COMMENT, "x")),
    "a restriction": lambda cast, quote: change(cast, "sam", quote, SetText(Text.RESTRICTION, "x")),
    "the name of the company": lambda cast, quote: change(cast, "sam", quote, SetText(Text.COMPANY_NAME, "x")),
    "a note of the customer's": lambda cast, quote: change(cast, "rita", quote, SetText(Text.CUSTOMER_COMMENT, "x")),
    "the same price once more": lambda cast, quote: change(cast, "sam", quote, reprice(quote, unit=450)),
}


@pytest.mark.parametrize("what", HARMLESS)
@pytest.mark.parametrize("answered", [False, True])
def test_what_is_not_bound_ends_nothing(cast, quote, approval, what, answered):
    if answered:
        approve(cast, "ana", approval).settled()

    HARMLESS[what](cast, again(quote))

    assert again(approval).is_live
    assert accept_offer(cast, "ana", quote).settled()


class TestPeopleWhoChange:
    def test_who_became_free_closes_first(self, cast, quote, approval):
        Member.objects.filter(user=cast.rita).update(role=Role.ADMIN)

        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "rita", quote)
        close(cast, "rita", approval).settled()
        assert accept_offer(cast, "rita", quote).settled().approval is None

    def test_switched_off_meanwhile_it_still_can_be_decided_and_closes_first_otherwise(self, cast, quote, approval):
        PreferenceFactory(tenant=cast.acme, key=PreferenceKey.QUOTE_APPROVAL, value=False)

        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "rita", quote)
        assert approve_and_order(cast, "ana", approval).settled()

    @pytest.mark.parametrize("how", [accept_offer, lambda cast, who, quote: approve(cast, who, quote.approval)])
    def test_an_approver_who_lost_the_right_is_refused_and_the_requester_told(self, cast, quote, approval, how):
        Member.objects.filter(user=cast.ana).update(role=Role.CONTACT)

        with told_since() as news:
            refusal = how(cast, "ana", again(quote)).refusal

        assert refusal.code == "approver_lost"
        assert news == ["approval.approver_lost to rita"]
        assert again(approval).status == "PENDING"
        assert not Checkout.objects.exists()
        reassign(cast, "rita", approval, to="tom").settled()
        assert accept_offer(cast, "tom", quote).settled()

    def test_a_group_made_since_decides(self, cast, quote, approval):
        Member.objects.filter(user=cast.bea).update(in_approval_group=True)

        refusal = accept_offer(cast, "ana", quote).refusal

        assert refusal.code == "approver_lost"
        assert refusal.text.endswith("approval group has changed. Bea Lindt can.")

    def test_nothing_is_ordered_for_who_may_not_order_any_more(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()
        Member.objects.filter(user=cast.rita).update(role=Role.CONTACT)

        for who in ("rita", "ana"):
            with nothing_changes(), pytest.raises(NotYours) as refused:
                accept_offer(cast, who, quote)
            assert refused.value.code == "requester_lost"

    def test_the_limit_that_counts_is_the_one_of_asking(self, cast, quote):
        approval = request(cast, "rita", quote, "bea").settled()
        Company.objects.filter(pk=cast.northwind.pk).update(purchase_limit=1)

        assert accept_offer(cast, "bea", quote).settled().ruling["limit"] == "5,000.00 EUR"
        assert again(approval).is_used


class TestWhatWasWithdrawn:
    @pytest.mark.parametrize("gone", ["product", "listing"])
    def test_is_not_ordered_and_the_yes_is_kept(self, cast, quote, approval, gone):
        approve(cast, "ana", approval).settled()
        row = cast.product("DESK-01") if gone == "product" else cast.listing("DESK-01")
        row.is_active = False
        row.save()

        for who in ("rita", "ana"):
            with nothing_changes(), pytest.raises(Invalid) as refused:
                accept_offer(cast, who, quote)
            assert refused.value.code == "unavailable"

        row.is_active = True
        row.save()
        assert accept_offer(cast, "rita", quote).settled()

    def test_a_yes_with_an_order_of_it_is_no_yes(self, cast, quote, approval):
        product = cast.product("DESK-01")
        product.is_active = False
        product.save()

        with nothing_changes(), pytest.raises(Invalid):
            approve_and_order(cast, "ana", approval)

    @pytest.mark.parametrize("today", [1, 5000])
    def test_the_price_list_does_not_matter(self, cast, quote, approval, today):
        listing = cast.listing("DESK-01")
        listing.unit_price = today
        listing.save()

        checkout = approve_and_order(cast, "ana", approval).settled()

        assert (checkout.lines_gross, again(approval).is_used) == (Decimal("4819.50"), True)

    def test_another_tax_class_is_another_offer_than_was_approved(self, cast, quote, approval):
        approve(cast, "ana", approval).settled()
        product = cast.product("DESK-01")
        product.tax_class = cast.product("BOOK-01").tax_class
        product.save()

        refusal = accept_offer(cast, "rita", quote).refusal

        assert (refusal.code, again(approval).is_live, again(quote).approval) == ("content_changed", False, None)
        assert not Checkout.objects.exists()


def test_flagged_lines_of_an_approved_quote_still_go_to_review(cast):
    quote = offered(cast, "rita", {"SERVER-01": 1, "DESK-01": 1})
    approval = request(cast, "rita", quote, "ana").settled()

    flagged, free = orders_of(approve_and_order(cast, "ana", approval).settled())

    assert (flagged.status, free.status) == ("to_be_approved", "pending")
    assert Approval.objects.filter(subject_kind="order_review").count() == 1
    assert again(quote).order_number == flagged.number
    check_histories()


def test_a_quote_made_for_a_requester_goes_the_same_way(cast):
    ask_quote(cast, "bea", WITHIN)
    edits = [AddLine(Decimal(1), product_key=cast.product("DESK-01").key), in_days(3)]
    quote = make(cast, "sam", "rita", *edits, open_at_once=True)

    with nothing_changes(), pytest.raises(NotYours):
        accept_offer(cast, "rita", quote)
    approval = request(cast, "rita", quote, "bea").settled()
    assert approve_and_order(cast, "bea", approval).settled().lines_gross == 595
