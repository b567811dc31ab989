"""May this be ordered, who would have to say yes, and what happens when the question is put to somebody?"""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals import services as approving
from approvals.models import Approval, Snapshot
from approvals.policy import Verdict
from companies.models import Company, Member
from companies.roles import Role
from companies.services import set_limit, set_preference
from config.kit.canonical import content_hash
from config.kit.refused import Invalid, Late, Missing, NotYours
from notifications.models import Notice
from orders.models import Cart, Checkout
from tests.factories import MemberFactory, PreferenceFactory, make_cart
from tests.stories.scenes import (
    KIND,
    OVER,
    WITHIN,
    again,
    ask,
    ask_for,
    close,
    details,
    facts_for,
    happened,
    nothing_changes,
    now,
    order,
    preview,
    request,
    told,
    told_since,
    window,
)

HTML = "<script>alert('x')</script> & <b>bold</b> {{ 7 * 7 }}"


class TestPreview:
    def test_a_requester_sees_whom_they_would_have_to_ask_and_why(self, cast):
        ruling = preview(cast, "rita", cast.cart("rita", OVER))

        assert ruling.verdict is Verdict.NEEDS_APPROVAL
        assert [person.name for person in ruling.eligible] == ["Ana Diaz", "Tom Weber"]
        assert [reason.text for reason in ruling.reasons] == [
            "5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",
            "Requesters need approval for every order.",
        ]

    def test_within_the_limit_buyers_could_approve_too(self, cast):
        ruling = preview(cast, "rita", cast.cart("rita", WITHIN))

        assert [person.name for person in ruling.eligible] == ["Ana Diaz", "Bea Lindt", "Tom Weber"]

    def test_at_the_limit_to_the_cent_a_buyer_is_free(self, cast):
        ruling = preview(cast, "bea", cast.cart("bea", {"CHAIR-01": 20}))

        assert ruling.permitted
        assert ruling.reasons[0].figures == {"gross": "5,000.00 EUR", "limit": "5,000.00 EUR"}

    def test_a_ten_thousandth_of_a_chair_more_is_not(self, cast):
        ruling = preview(cast, "bea", cast.cart("bea", {"CHAIR-01": "20.0001"}))

        assert not ruling.permitted
        assert ruling.reasons[0].figures["gross"] == "5,000.03 EUR"

    def test_a_buyer_over_it_sees_what_would_avoid_asking(self, cast):
        ruling = preview(cast, "bea", cast.cart("bea", {"DESK-01": 8, "CHAIR-01": 2, "BOOK-01": 1}))

        assert [way.text for way in ruling.avoid] == ["Without Office chair (500.00 EUR) you could order now."]

    def test_shipping_does_not_count(self, cast):
        # 5,000.00 EUR of chairs; with any shipping it would be more than the limit.
        assert order(cast, "bea", cast.cart("bea", {"CHAIR-01": 20})).settled().gross == Decimal("5011.90")

    def test_an_approval_group_replaces_admins_and_buyers(self, cast):
        ruling = preview(cast, "ravi", cast.cart("ravi", {"DESK-01": 1}))

        assert [person.name for person in ruling.eligible] == ["Grace Hall", "Hugo Stern"]

    def test_a_group_without_active_members_warns(self, cast):
        Member.objects.filter(company=cast.contoso, in_approval_group=True).update(is_active=False)

        ruling = preview(cast, "ravi", cast.cart("ravi", {"DESK-01": 1}))

        assert [person.name for person in ruling.eligible] == ["Alice Moreau", "Ben Ito"]
        assert [warning.code for warning in ruling.warnings] == ["approval_group_without_active_members"]

    def test_a_private_customer_is_free(self, cast):
        ruling = preview(cast, "paula", cast.cart("paula", {"DESK-01": 99}))

        assert ruling.permitted
        assert ruling.reasons[0].code == "private_customer"

    def test_a_contact_may_neither_order_nor_ask(self, cast):
        assert preview(cast, "carl", cast.cart("carl", {"BOOK-01": 1})).verdict is Verdict.FORBIDDEN

    def test_the_role_counts_as_it_is_now(self, cast):
        cart = cast.cart("bea", WITHIN)
        Member.objects.filter(user=cast.bea).update(role=Role.REQUESTER)

        # The actor was resolved before that.
        assert preview(cast, "bea", cart).verdict is Verdict.NEEDS_APPROVAL

    def test_who_is_no_longer_active_may_not_order(self, cast):
        cart = cast.cart("ana", WITHIN)
        Member.objects.filter(user=cast.ana).update(is_active=False)

        assert preview(cast, "ana", cart).verdict is Verdict.FORBIDDEN

    @pytest.mark.parametrize("who", ["bea", "ana", "alice", "paula", "olga", "victor", "admin"])
    def test_somebody_else_s_cart_is_not_there(self, cast, who):
        cart = cast.cart("rita", OVER)

        with pytest.raises(Missing):
            preview(cast, who, cart)

    @pytest.mark.parametrize("subject_id", ["0", "-1", "999999", "nonsense", "", "1; drop table", "1e3"])
    def test_nonsense_ids_are_not_there(self, cast, subject_id):
        with pytest.raises(Missing):
            approving.preview(actor=cast.actor("rita"), kind=KIND, subject_id=subject_id)

    def test_changes_nothing(self, cast):
        cart = cast.cart("rita", OVER)

        with nothing_changes():
            preview(cast, "rita", cart)


class TestAsking:
    def test_holds_the_cart_and_freezes_its_prices(self, cast):
        cart = cast.cart("rita", {"DESK-01": 9, "CHAIR-01": 1})

        approval = ask_for(cast, "rita", cart, of="ana")

        cart = again(cart)
        assert (cart.status, cart.held_for) == ("held", approval)
        frozen = cart.lines.order_by("position").values_list(
            "frozen_unit_price", "frozen_includes_tax", "frozen_tax_rate"
        )
        assert list(frozen) == [(Decimal(500), False, Decimal(19)), (Decimal(250), True, Decimal(19))]

    def test_writes_the_question_with_everything_it_was_decided_on(self, cast):
        approval = again(ask(cast, "rita", OVER, of="ana"))

        assert approval.status == "PENDING"
        assert (approval.requester, approval.approver) == (cast.rita, cast.ana)
        assert (approval.requester_name, approval.approver_name) == ("Rita Okafor", "Ana Diaz")
        assert (approval.company, approval.tenant, approval.site_code) == (cast.northwind, cast.acme, "main")
        assert str(approval.amount) == "5,355.00 EUR"
        assert str(approval.limit) == "5,000.00 EUR"
        assert approval.comment == "We need them on Monday."
        assert [reason["code"] for reason in approval.reasons] == ["over_limit", "requester"]
        assert approval.reasons[0]["figures"]["excess"] == "355.00 EUR"
        assert approval.subject_label == "Standing desk"
        assert approval.details == details(cast)

    def test_keeps_what_the_approver_sees_under_its_hash(self, cast):
        approval = ask(cast, "rita", {"DESK-01": 9, "BOOK-01": "2.5"}, of="ana")

        snapshot = Snapshot.objects.get(approval=approval)
        bound = snapshot.content["bound"]
        assert snapshot.content_hash == approval.content_hash == content_hash(bound)
        assert [(line["sku"], line["quantity"], line["gross"]) for line in bound["lines"]] == [
            ("DESK-01", "9", "5355"),
            ("BOOK-01", "2.5", "53.5"),
        ]
        assert (bound["gross"], bound["shipping_gross"], bound["total"]) == ("5408.5", "11.9", "5420.4")
        assert bound["addresses"]["SHIPPING"]["city"] == "Hamburg"
        assert "payment" not in bound
        assert snapshot.content["shown"]["payment"] == {"provider": "invoice", "method": "30 days"}
        assert snapshot.content["shown"]["requester_group"] == "Requester"

    def test_begins_its_history(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")

        (event,) = approval.events.all()
        assert event.kind == "approval.requested"
        assert (event.actor_ref, event.actor_name, event.role) == (str(cast.rita.pk), "Rita Okafor", "requester")
        assert (event.from_status, event.to_status, event.limit) == ("", "PENDING", "5,000.00 EUR")
        assert (event.content_hash, event.channel) == (approval.content_hash, "portal")
        assert event.facts["gross"] == "5,355.00 EUR"

    def test_tells_the_approver_everything_and_confirms_to_the_requester(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")

        assert told() == ["approval.requested to ana", "approval.request_sent to rita"]
        facts = facts_for("ana", "approval.requested")
        assert (facts["requester"], facts["requester_group"]) == ("Rita Okafor", "Requester")
        assert (facts["total"], facts["company"], facts["line_count"]) == ("5,355.00 EUR", "Northwind GmbH", 1)
        assert facts["reasons"][0].startswith("5,355.00 EUR gross is 355.00 EUR over")
        assert facts["comment"] == "We need them on Monday."
        assert facts["expires_at"].startswith(approval.expires_at.date().isoformat())
        assert {notice.url for notice in Notice.objects.all()} == {f"/dashboard/approvals/{approval.key}/"}

    def test_lets_the_customer_open_a_new_cart(self, cast):
        ask(cast, "rita", OVER, of="ana")

        assert cast.cart("rita", {"BOOK-01": 1}).status == "open"

    def test_takes_details_that_leave_things_open(self, cast):
        approval = ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", details={"shipping": {}})

        bound = Snapshot.objects.get(approval=approval).content["bound"]
        assert (bound["shipping"], bound["addresses"], bound["total"]) == ("null", {}, "5355")

    def test_takes_the_amounts_that_clients_put_into_details(self, cast):
        given = details(cast, payment={"provider": "invoice", "amount": 5366.9, "parts": [Decimal("0.10")]})
        given["shipping"]["amount"] = Decimal("12.90")

        approval = again(ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", details=given))

        assert approval.details["shipping"]["amount"] == 12.9
        shown = Snapshot.objects.get(approval=approval).content["shown"]
        assert shown["payment"] == {"provider": "invoice", "amount": "5366.9", "parts": ["0.1"]}

    def test_keeps_html_as_it_was_written(self, cast):
        address = {**cast.address(), "contactName": HTML, "companyName": HTML}
        given = details(cast, addresses=[address])

        approval = again(ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", comment=HTML, details=given))

        assert approval.comment == HTML
        assert approval.details["addresses"][0]["contactName"] == HTML
        assert facts_for("ana", "approval.requested")["comment"] == HTML

    def test_a_comment_of_5000_characters_is_taken_and_space_around_it_is_not(self, cast):
        approval = ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", comment=f"  {'x' * 5000}\n ")

        assert again(approval).comment == "x" * 5000

    def test_within_the_limit_a_buyer_may_be_asked(self, cast):
        assert ask(cast, "rita", WITHIN, of="bea").approver == cast.bea

    def test_a_buyer_over_the_limit_asks_an_admin(self, cast):
        assert [r["code"] for r in ask(cast, "bea", OVER, of="ana").reasons] == ["over_limit"]

    def test_the_names_of_people_may_be_long(self, cast):
        for person in (cast.rita, cast.ana):
            person.first_name, person.last_name = "x" * 100, "y" * 100
            person.save()

        approval = ask(cast, "rita", OVER, of="ana")

        assert again(approval).requester_name.startswith("xxx")


class TestExpiryDate:
    def test_ten_days_at_the_same_time(self, cast):
        at = now()

        assert ask_for(cast, "rita", cast.cart("rita", OVER), "ana", now=at).expires_at == at + timedelta(days=10)

    def test_the_tenant_s_preference(self, cast):
        at = now()
        PreferenceFactory(tenant=cast.acme, value=3)

        assert ask_for(cast, "rita", cast.cart("rita", OVER), "ana", now=at).expires_at == at + timedelta(days=3)

    def test_the_company_s_own_number(self, cast):
        at = now()
        PreferenceFactory(tenant=cast.acme, value=3)
        Company.objects.filter(pk=cast.northwind.pk).update(approval_expiry_days=1)

        assert ask_for(cast, "rita", cast.cart("rita", OVER), "ana", now=at).expires_at == at + timedelta(days=1)

    def test_a_changed_setting_counts_for_new_requests_only(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")

        set_preference(actor=cast.actor("admin"), tenant_id=cast.acme.pk, key="approval.default_expiryDays", value=1)

        assert again(approval).expires_at == approval.expires_at

    def test_the_limit_of_then_stays_with_the_request(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")

        set_limit(actor=cast.actor("ana"), company_id=cast.northwind.pk, amount=Decimal(9000), currency="EUR")

        assert str(again(approval).limit) == "5,000.00 EUR"


class TestRefused:
    """Each leaves every row as it was, writes no event and tells nobody."""

    def refused(self, cast, who, cart, of, refusal, **more):
        with nothing_changes(), pytest.raises(refusal) as caught:
            request(cast, who, cart, of, **{"details": details(cast), **more}).settled()
        return caught.value

    def test_where_no_approval_is_needed(self, cast):
        refused = self.refused(cast, "bea", cast.cart("bea", WITHIN), "ana", Invalid)

        assert refused.code == "not_needed"
        assert refused.details == ("4,760.00 EUR gross is within the company's limit of 5,000.00 EUR.",)

    def test_for_an_admin_who_orders_freely(self, cast):
        assert self.refused(cast, "ana", cast.cart("ana", OVER), "tom", Invalid).code == "not_needed"

    def test_for_a_private_customer(self, cast):
        assert self.refused(cast, "paula", cast.cart("paula", OVER), "ana", Invalid).code == "not_needed"

    def test_for_a_contact(self, cast):
        refused = self.refused(cast, "carl", cast.cart("carl", OVER), "ana", NotYours)

        assert refused.code == "may_not_order"

    @pytest.mark.parametrize("whom", ["rita", "bea", "carl", "dora", "alice", "victor", "olga", "paula", "admin", None])
    def test_an_approver_who_is_not_eligible(self, cast, whom):
        refused = self.refused(cast, "rita", cast.cart("rita", OVER), whom, Invalid)

        assert (refused.code, refused.field) == ("not_eligible", "approver")
        assert refused.text == "Choose somebody who may approve this: Ana Diaz or Tom Weber."

    @pytest.mark.parametrize("whom", ["alice", "ben", "ravi", "ana"])
    def test_somebody_outside_the_approval_group(self, cast, whom):
        refused = self.refused(cast, "ravi", cast.cart("ravi", {"DESK-01": 1}), whom, Invalid)

        assert refused.text.endswith("Grace Hall or Hugo Stern.")

    def test_an_approver_who_does_not_exist(self, cast):
        cart = cast.cart("rita", OVER)

        with nothing_changes(), pytest.raises(Invalid):
            approving.request_approval(actor=cast.actor("rita"), kind=KIND, subject_id=str(cart.pk), approver_id=10**12)

    @pytest.mark.parametrize("who", ["bea", "ana", "tom", "ravi", "alice", "otto", "paula", "victor", "admin", "dora"])
    def test_somebody_else_s_cart(self, cast, who):
        self.refused(cast, who, cast.cart("rita", OVER), "tom", Missing)

    def test_a_cart_of_the_same_number_in_another_tenant(self, cast):
        cart = make_cart(
            owner=cast.otto,
            company=cast.umbrella,
            marketplace=cast.othermain,
            lines=[(cast.listing("OTHER-01", "othermain"), 99)],
        )

        self.refused(cast, "rita", cart, "ana", Missing)

    def test_an_empty_cart(self, cast):
        refused = self.refused(cast, "rita", cast.cart("rita", {}), "ana", Invalid)

        assert (refused.code, refused.field) == ("empty_cart", "cart")

    @pytest.mark.parametrize(
        ("what", "why"),
        [
            ("product", "Standing desk is no longer sold on Acme Markets Main."),
            ("listing", "Standing desk is no longer sold on Acme Markets Main."),
            ("marketplace", "Standing desk is no longer sold on Acme Markets Main."),
            ("tax", "No tax rate is known for Standing desk in DE."),
        ],
    )
    def test_what_can_no_longer_be_bought(self, cast, what, why):
        cart = cast.cart("rita", OVER)
        listing = cast.listing("DESK-01")
        gone = {"product": listing.product, "listing": listing, "marketplace": cast.main}.get(what)
        if gone is None:
            listing.product.tax_class.rates.all().delete()
        else:
            gone.is_active = False
            gone.save()

        assert self.refused(cast, "rita", cart, "ana", Invalid).details == (why,)

    def test_a_comment_of_5001_characters(self, cast):
        refused = self.refused(cast, "rita", cast.cart("rita", OVER), "ana", Invalid, comment="x" * 5001)

        assert refused.field == "comment"
        assert refused.text == "Please shorten this to 5,000 characters; it has 5,001."

    @pytest.mark.parametrize("comment", ["a\x00b", "half \ud83d"])
    def test_a_comment_that_cannot_be_stored(self, cast, comment):
        refused = self.refused(cast, "rita", cast.cart("rita", OVER), "ana", Invalid, comment=comment)

        assert refused.field == "comment"

    @pytest.mark.parametrize(
        ("part", "field"),
        [
            ({"shipping": {"zoneId": "deliveryarea", "methodId": "teleport"}}, "shipping"),
            ({"shipping": "courier"}, "shipping"),
            ({"addresses": [{"type": "HOME"}]}, "addresses.type"),
            ({"payment": "cash"}, "payment"),
            ({"more": ["\x00"]}, "details"),
            ({"more": float("nan")}, "details"),
        ],
    )
    def test_details_that_cannot_be_used(self, cast, part, field):
        refused = self.refused(cast, "rita", cast.cart("rita", OVER), "ana", Invalid, details={**details(cast), **part})

        assert refused.field == field

    def test_another_marketplace_s_way_to_ship(self, cast):
        cast.main.shipping_methods.filter(key="2-hours_timeframe").delete()

        refused = self.refused(
            cast,
            "rita",
            cast.cart("rita", OVER),
            "ana",
            Invalid,
            details={"shipping": {"zoneId": "deliveryarea", "methodId": "2-hours_timeframe"}},
        )

        assert refused.text == "Acme Markets Main does not ship that way."

    def test_while_it_is_already_asked(self, cast):
        cart = cast.cart("rita", OVER)
        ask_for(cast, "rita", cart, of="ana")

        refused = self.refused(cast, "rita", cart, "tom", Late)

        assert (refused.code, refused.text) == ("already_asked", "Ana Diaz is already asked about this.")

    def test_by_the_approver_who_sees_the_cart_that_is_held_for_them(self, cast):
        cart = cast.cart("rita", OVER)
        ask_for(cast, "rita", cart, of="ana")

        self.refused(cast, "ana", cart, "tom", NotYours)

    def test_after_it_was_ordered(self, cast):
        cart = cast.cart("ana", WITHIN)
        order(cast, "ana", cart).settled()

        self.refused(cast, "ana", cart, "tom", Late)

    @pytest.mark.parametrize("status", ["saved", "closed"])
    def test_a_cart_that_is_not_the_open_one(self, cast, status):
        cart = cast.cart("rita", OVER, status=status)

        assert status in self.refused(cast, "rita", cart, "ana", Late).text

    def test_a_session_s_cart_belongs_to_nobody_who_could_ask(self, cast):
        cart = make_cart(owner=None, session_key="s3cret", marketplace=cast.main, lines=[(cast.listing("DESK-01"), 9)])

        self.refused(cast, "rita", cart, "ana", Missing)


class TestNobodyCouldApprove:
    def test_is_refused_with_the_reason_and_the_admins_are_told_once(self, cast):
        Member.objects.filter(user=cast.hugo).update(is_active=False)
        cart = cast.cart("grace", {"DESK-01": 9})
        checkouts, approvals = Checkout.objects.count(), Approval.objects.count()

        for _ in range(2):
            outcome = request(cast, "grace", cart, "alice", details=details(cast))

            assert (outcome.refusal.code, outcome.refusal.field) == ("nobody_eligible", "approver")
            assert outcome.refusal.text == (
                "You are the only active member of the approval group. The admins of Contoso Ltd have been told."
            )
            with pytest.raises(Invalid):
                outcome.settled()

        assert told() == ["approval.nobody_eligible to alice"]
        facts = facts_for("alice", "approval.nobody_eligible")
        assert (facts["requester"], facts["total"]) == ("Grace Hall", "5,355.00 EUR")
        assert (Approval.objects.count(), Checkout.objects.count()) == (approvals, checkouts)
        assert again(cart).status == "open"

    def test_an_admin_is_not_told_of_a_company_of_others(self, cast):
        Member.objects.filter(company=cast.contoso).exclude(user=cast.ravi).update(is_active=False)

        outcome = request(cast, "ravi", cast.cart("ravi", {"DESK-01": 1}), "alice")

        assert outcome.refusal.code == "nobody_eligible"
        assert told() == []

    def test_the_last_admin_left_meanwhile(self, cast):
        Member.objects.filter(company=cast.northwind, role=Role.ADMIN).update(is_active=False)

        outcome = request(cast, "bea", cast.cart("bea", OVER), "ana")

        assert outcome.refusal.details[-1] == "Your company has no other active Admin who could approve."


class TestAskingAgain:
    def test_after_closing(self, cast):
        cart = cast.cart("rita", OVER)
        first = ask_for(cast, "rita", cart, of="ana")
        close(cast, "rita", first)

        with told_since() as news:
            second = ask_for(cast, "rita", cart, of="tom")

        assert second.pk != first.pk
        assert news == ["approval.requested to tom", "approval.request_sent to rita"]
        assert happened(again(first)) == ["approval.requested", "approval.closed"]

    def test_after_it_expired_without_any_sweep(self, cast):
        cart = cast.cart("rita", OVER)
        first = ask_for(cast, "rita", cart, of="ana")
        later = first.expires_at + timedelta(seconds=1)

        second = ask_for(cast, "rita", cart, of="ana", now=later)

        assert again(first).status == "EXPIRED"
        assert again(second).status == "PENDING"
        assert Cart.objects.get(pk=cart.pk).held_for_id == second.pk

    def test_prices_are_frozen_anew(self, cast):
        cart = cast.cart("rita", OVER)
        close(cast, "rita", ask_for(cast, "rita", cart, of="ana"))
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(600)
        listing.save()

        approval = ask_for(cast, "rita", cart, of="ana")

        assert str(approval.amount) == "6,426.00 EUR"


def test_a_member_of_two_companies_asks_in_the_company_of_the_cart(cast):
    MemberFactory(company=cast.contoso, user=cast.rita, role=Role.ADMIN)

    # Rita is an Admin of Contoso, and in Northwind still a Requester.
    ruling = preview(cast, "rita", cast.cart("rita", WITHIN))

    assert ruling.verdict is Verdict.NEEDS_APPROVAL


def test_a_delivery_window_is_bound(cast):
    given = details(cast, deliveryWindow=window(cast.window))

    approval = ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", details=given)

    bound = Snapshot.objects.get(approval=approval).content["bound"]
    assert bound["deliveryWindow"]["slotId"] == "morning"
