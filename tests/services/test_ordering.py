"""Ordering: who may, what it makes of a cart, and that it happens once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from approvals.models import Approval, SubjectKind
from companies.actors import Actor, ActorKind, Channel
from companies.models import Company, Member
from companies.roles import Role
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Cart, Checkout, Order
from orders.services.checkout import place_order
from tests.factories import (
    CheckoutFactory,
    ListingFactory,
    MarketplaceFactory,
    PreferenceFactory,
    ShippingMethodFactory,
    make_cart,
)
from tests.stories.scenes import (
    OVER,
    WITHIN,
    accept,
    again,
    amend,
    approve,
    approve_and_order,
    ask,
    ask_for,
    cancel,
    check_histories,
    close,
    decline,
    details,
    facts_for,
    give_up,
    happened,
    nothing_changes,
    now,
    order,
    order_approved,
    ordered,
    orders_of,
    reject,
    told,
    told_since,
    window,
)


def priced(cast, sku, price):
    """Set the price of something on the main marketplace."""
    listing = cast.listing(sku)
    listing.unit_price = Decimal(price)
    listing.save()


def taxed(cast, sku, rate):
    """Set the German tax rate of something."""
    cast.product(sku).tax_class.rates.filter(country="DE").update(rate=Decimal(rate))


class TestOrderingFreely:
    def test_makes_an_order_of_the_cart_at_today_s_prices(self, cast):
        cart = cast.cart("bea", {"DESK-01": 2, "VDI-01": "1.5"})

        checkout = order(cast, "bea", cart).settled()

        (placed,) = orders_of(checkout)
        assert (placed.status, placed.needs_review, placed.review) == ("pending", False, None)
        assert (placed.buyer, placed.placed_by, placed.buyer_name) == (cast.bea, cast.bea, "Bea Lindt")
        assert (placed.company, placed.auditing_company, placed.vendor) == (cast.northwind, cast.globex, cast.globex)
        assert (placed.lines_net, placed.lines_tax, placed.lines_gross) == (
            Decimal(1120),
            Decimal("212.80"),
            Decimal("1332.80"),
        )
        assert (placed.shipping_gross, placed.gross) == (Decimal("11.90"), Decimal("1344.70"))
        assert (checkout.gross, checkout.lines_gross, checkout.approved_gross) == (
            Decimal("1344.70"),
            Decimal("1332.80"),
            None,
        )

    def test_keeps_every_line_as_it_was_agreed(self, cast):
        (placed,) = ordered(cast, "bea", {"DESK-01": 2, "VDI-01": "1.5"})
        priced(cast, "DESK-01", 1)

        desk, desktop = placed.lines.order_by("number")
        assert (desk.sku, desk.name, desk.quantity, desk.unit_price) == (
            "DESK-01",
            {"en": "Standing desk"},
            Decimal(2),
            Decimal(500),
        )
        assert (desk.net, desk.tax, desk.gross, desk.tax_rate) == (
            Decimal(1000),
            Decimal(190),
            Decimal(1190),
            Decimal(19),
        )
        assert (desktop.quantity, desktop.gross, desktop.delivery_kind) == (
            Decimal("1.5"),
            Decimal("142.80"),
            "webhook",
        )
        assert {desk.delivery_state, desktop.delivery_state} == {"open"}

    def test_closes_the_cart(self, cast):
        cart = cast.cart("bea", WITHIN)
        at = now()

        order(cast, "bea", cart, now=at).settled()

        assert (again(cart).status, again(cart).closed_at) == ("closed", at)

    def test_keeps_the_permission_check_with_the_order(self, cast):
        (placed,) = ordered(cast, "ana", OVER)

        assert placed.ruling["verdict"] == "free"
        assert (placed.ruling["codes"], placed.ruling["role"]) == (["admin"], "admin")
        assert (placed.ruling["gross"], placed.ruling["limit"]) == ("5,355.00 EUR", "5,000.00 EUR")
        (event,) = placed.events.all()
        assert (event.kind, event.to_status, event.role) == ("order.placed", "pending", "admin")
        assert event.facts["reasons"] == ["admin"]
        assert event.behalf_ref == ""

    def test_tells_the_customer_and_who_delivers(self, cast):
        ordered(cast, "bea", {"DESK-01": 1})

        assert told() == ["order.placed to bea", "order.to_deliver to victor", "order.to_deliver to vera"]
        assert facts_for("bea", "order.placed")["total"] == "606.90 EUR"
        assert facts_for("bea", "order.placed")["lines"] == [
            {"name": "Standing desk", "quantity": "1", "gross": "595.00 EUR"}
        ]

    def test_as_a_private_customer(self, cast):
        (placed,) = ordered(cast, "paula", {"DESK-01": 99})

        assert (placed.company, placed.buyer) == (None, cast.paula)
        assert placed.ruling["codes"] == ["private_customer"]

    def test_of_a_company_without_a_limit(self, cast):
        Company.objects.filter(pk=cast.northwind.pk).update(purchase_limit=None, limit_currency="")

        assert ordered(cast, "bea", {"DESK-01": 500})[0].ruling["codes"] == ["no_limit"]

    def test_with_the_total_that_the_customer_saw(self, cast):
        cart = cast.cart("bea", WITHIN)

        assert order(cast, "bea", cart, seen_total="4771.90").settled().gross == Decimal("4771.90")

    def test_by_post_code_and_payment_as_given(self, cast):
        (placed,) = ordered(cast, "bea", WITHIN, details=details(cast, deliveryWindow=window(cast.window)))

        assert {address["type"] for address in placed.addresses} == {"SHIPPING", "BILLING"}
        assert placed.addresses[0]["zipCode"] == "20457"
        assert placed.payment == {"provider": "invoice", "method": "30 days"}
        assert placed.shipping == {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"}
        assert placed.delivery_window["slotId"] == "morning"


class TestRefused:
    """Nothing is ordered, nothing is written, nobody is told."""

    def refused(self, cast, who, cart, refusal, **more):
        with nothing_changes(), pytest.raises(refusal) as caught:
            order(cast, who, cart, **more).settled()
        return caught.value

    @pytest.mark.parametrize(("who", "lines"), [("rita", {"BOOK-01": 1}), ("rita", OVER), ("bea", OVER)])
    def test_needing_approval_is_answered_not_queued(self, cast, who, lines):
        refused = self.refused(cast, who, cast.cart(who, lines), NotYours)

        assert refused.code == "approval_required"
        assert "Ana Diaz" in refused.text
        assert refused.details

    def test_with_the_reasons(self, cast):
        refused = self.refused(cast, "bea", cast.cart("bea", OVER), NotYours)

        assert refused.text == "This order needs approval by Ana Diaz or Tom Weber."
        assert refused.details == ("5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",)

    def test_a_contact(self, cast):
        assert self.refused(cast, "carl", cast.cart("carl", {"BOOK-01": 1}), NotYours).code == "may_not_order"

    def test_an_admin_who_was_demoted_a_moment_ago(self, cast):
        cart = cast.cart("ana", OVER)
        Member.objects.filter(user=cast.ana).update(role=Role.CONTACT)

        assert self.refused(cast, "ana", cart, NotYours).code == "may_not_order"

    def test_a_member_who_just_left(self, cast):
        cart = cast.cart("ana", OVER)
        Member.objects.filter(user=cast.ana).update(is_active=False)

        assert self.refused(cast, "ana", cart, NotYours).code == "may_not_order"

    @pytest.mark.parametrize("who", ["ana", "tom", "rita", "carl", "alice", "olga", "paula", "victor", "admin", "dora"])
    def test_somebody_else_s_cart(self, cast, who):
        self.refused(cast, who, cast.cart("bea", WITHIN), Missing)

    @pytest.mark.parametrize("cart_id", [0, -5, 10**15])
    def test_a_cart_that_is_not_there(self, cast, cart_id):
        cart = Cart(pk=cart_id)

        self.refused(cast, "bea", cart, Missing)

    def test_an_empty_cart(self, cast):
        assert self.refused(cast, "bea", cast.cart("bea", {}), Invalid).code == "empty_cart"

    def test_a_product_that_is_no_longer_published(self, cast):
        refused = self.refused(cast, "bea", cast.cart("bea", {"DESK-01": 1, "OLD-01": 1}), Invalid)

        assert (refused.code, refused.details) == (
            "unavailable",
            ("Fax line is no longer sold on Acme Markets Main.",),
        )

    @pytest.mark.parametrize(
        ("part", "field"),
        [
            ({"shipping": None}, "shipping"),
            ({"payment": None}, "payment"),
            ({"addresses": None}, "addresses.SHIPPING"),
            ({"addresses": [{"type": "SHIPPING", "city": "Hamburg"}]}, "addresses.SHIPPING.contactName"),
            ({"shipping": {"zoneId": "moon", "methodId": "rocket"}}, "shipping"),
            ({"payment": {"note": "\x00"}}, "payment"),
        ],
    )
    def test_details_that_are_missing_or_wrong(self, cast, part, field):
        refused = self.refused(cast, "bea", cast.cart("bea", WITHIN), Invalid, details=details(cast, **part))

        assert refused.field == field

    def test_no_details_at_all(self, cast):
        assert self.refused(cast, "bea", cast.cart("bea", WITHIN), Invalid, details={}).field == "addresses.SHIPPING"

    @pytest.mark.parametrize("seen", ["4771.89", "0", "-1", "1E+9", "NaN", "Infinity"])
    def test_another_total_than_the_customer_saw(self, cast, seen):
        refused = self.refused(cast, "bea", cast.cart("bea", WITHIN), Late, seen_total=seen)

        assert refused.code == "total_changed"
        assert "4,771.90 EUR" in refused.text

    @pytest.mark.parametrize("seen", ["much", "4.771,90", "<b>", "\x00", "4771.90 EUR"])
    def test_a_total_that_is_no_amount(self, cast, seen):
        assert self.refused(cast, "bea", cast.cart("bea", WITHIN), Invalid, seen_total=seen).field == "seen_total"

    def test_a_signalling_nan_is_no_amount_either(self, cast):
        self.refused(cast, "bea", cast.cart("bea", WITHIN), Invalid, seen_total="sNaN")

    def test_the_price_changed_since_it_was_seen(self, cast):
        cart = cast.cart("bea", WITHIN)
        priced(cast, "DESK-01", "499.99")

        assert self.refused(cast, "bea", cart, Late, seen_total="4771.90").code == "total_changed"

    @pytest.mark.parametrize("status", ["saved", "closed"])
    def test_a_cart_that_is_not_open(self, cast, status):
        cart = cast.cart("bea", WITHIN, status=status)

        assert self.refused(cast, "bea", cart, Late).code == f"cart_{status}"

    def test_a_cart_that_waits_for_its_approval(self, cast):
        cart = cast.cart("rita", OVER)
        ask_for(cast, "rita", cart, of="ana")

        for who, refusal in (("rita", Late), ("ana", NotYours), ("tom", Missing)):
            self.refused(cast, who, cart, refusal)

    def test_who_became_free_meanwhile_closes_the_request_first(self, cast):
        cart = cast.cart("rita", OVER)
        approval = ask_for(cast, "rita", cart, of="ana")
        Member.objects.filter(user=cast.rita).update(role=Role.ADMIN)

        assert self.refused(cast, "rita", cart, Late).code == "cart_held"
        close(cast, "rita", approval).settled()
        assert order(cast, "rita", cart).settled()

    def test_a_session_has_to_sign_in_first(self, cast):
        cart = make_cart(owner=None, session_key="s3cret", marketplace=cast.main, lines=[(cast.listing("DESK-01"), 1)])
        visitor = Actor(
            ActorKind.SESSION, "s3cret", "A visitor", Channel.API, tenant_id=cast.acme.pk, session_key="s3cret"
        )

        with nothing_changes(), pytest.raises(Invalid) as refused:
            place_order(actor=visitor, cart_id=cart.pk, details=details(cast))
        assert refused.value.text == "Sign in before ordering."


class TestOnce:
    def test_a_second_time_says_what_it_was_ordered_as(self, cast):
        cart = cast.cart("bea", {"DESK-01": 1, "BOOK-01": 1})
        numbers = [placed.number for placed in orders_of(order(cast, "bea", cart).settled())]

        with nothing_changes(), pytest.raises(Late) as refused:
            order(cast, "bea", cart)

        assert (refused.value.code, refused.value.details) == ("already_ordered", tuple(numbers))
        assert refused.value.text == f"This cart was already ordered as {', '.join(numbers)}."

    def test_an_approved_cart_a_second_time_by_either(self, cast):
        cart = cast.cart("rita", OVER)
        approval = ask_for(cast, "rita", cart, of="ana")
        checkout = approve_and_order(cast, "ana", approval).settled()
        number = orders_of(checkout)[0].number

        for attempt in (
            lambda: order_approved(cast, "rita", approval),
            lambda: order_approved(cast, "ana", approval),
            lambda: approve_and_order(cast, "ana", approval),
            lambda: order(cast, "rita", cart),
        ):
            with nothing_changes(), pytest.raises(Late) as refused:
                attempt()
            assert number in refused.value.text

    def test_the_database_takes_no_second_checkout_of_a_cart_or_an_approval(self, cast):
        cart = cast.cart("rita", OVER)
        approval = ask_for(cast, "rita", cart, of="ana")
        approve_and_order(cast, "ana", approval).settled()

        for again_of in ({"cart": cart}, {"approval": approval}):
            with pytest.raises(IntegrityError), transaction.atomic():
                CheckoutFactory(tenant=cast.acme, placed_by=cast.rita, **again_of)

    def test_the_database_takes_no_second_live_approval_of_a_cart(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")
        approval.pk, approval.key = None, "another"

        with pytest.raises(IntegrityError), transaction.atomic():
            approval.save(force_insert=True)


class TestSplitting:
    def test_one_order_per_vendor_and_review_in_the_order_of_first_lines(self, cast):
        placed = ordered(
            cast, "ana", {"BOOK-01": 1, "SERVER-01": 1, "DESK-01": 1, "CHAIR-01": 1, "LICENSE-01": 2, "BACKUP-01": 1}
        )

        assert [
            (each.position, each.vendor.name, each.needs_review, [line.sku for line in each.lines.order_by("number")])
            for each in placed
        ] == [
            (1, "Initech Supplies", False, ["BOOK-01", "CHAIR-01"]),
            (2, "Globex Systems", True, ["SERVER-01", "BACKUP-01"]),
            (3, "Globex Systems", False, ["DESK-01", "LICENSE-01"]),
        ]
        assert [each.status for each in placed] == ["pending", "to_be_approved", "provisioning"]

    def test_on_the_parent_marketplace_the_vendor_audits(self, cast):
        placed = ordered(cast, "ana", {"SERVER-01": 1, "BOOK-01": 1})

        assert [each.auditing_company for each in placed] == [cast.globex, cast.initech]
        assert not any(each.is_resold for each in placed)

    def test_on_a_reseller_s_marketplace_the_reseller_audits(self, cast):
        tess = {"shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"}}

        placed = ordered(cast, "tess", {"SERVER-01": 1, "DESK-01": 1}, "resello", details=details(cast, "NL", **tess))

        assert [(each.auditing_company, each.vendor, each.is_resold) for each in placed] == [
            (cast.resellobv, cast.globex, True)
        ] * 2
        assert [each.status for each in placed] == ["to_be_approved", "pending"]
        # Dutch tax: 1,100 and 550 net at 21 %.
        assert [each.lines_gross for each in placed] == [Decimal(1331), Decimal("665.50")]

    def test_a_reseller_s_prices_are_not_the_vendor_s_business(self, cast):
        ordered(cast, "tess", {"DESK-01": 1}, "resello")

        facts = facts_for("vera", "order.to_deliver")
        assert (facts["total"], facts["lines"][0]["gross"]) == ("", "")

    def test_orders_sum_to_the_checkout_shipping_included(self, cast):
        cart = cast.cart("ana", {"BOOK-01": 1, "SERVER-01": 1, "DESK-01": 1})

        checkout = order(cast, "ana", cart).settled()

        placed = orders_of(checkout)
        assert [each.lines_gross for each in placed] == [Decimal("21.40"), Decimal(1190), Decimal(595)]
        # 11.90 by 21.40 : 1190 : 595 is 0.1409..., 7.8393..., 3.9196...
        assert [each.shipping_gross for each in placed] == [Decimal("0.14"), Decimal("7.84"), Decimal("3.92")]
        assert [each.shipping_net for each in placed] == [Decimal("0.12"), Decimal("6.59"), Decimal("3.29")]
        assert all(each.shipping_net + each.shipping_tax == each.shipping_gross for each in placed)
        assert sum(each.gross for each in placed) == checkout.gross == Decimal("1818.30")
        assert sum(each.lines_net + each.shipping_net for each in placed) == checkout.net
        assert sum(each.lines_tax + each.shipping_tax for each in placed) == checkout.tax
        for each in placed:
            assert sum(line.gross for line in each.lines.all()) == each.lines_gross
            assert sum(line.net for line in each.lines.all()) == each.lines_net

    @pytest.mark.parametrize(
        ("marketplace", "preference", "status"),
        [
            (None, None, "pending"),
            (None, True, "to_be_approved"),
            (True, None, "to_be_approved"),
            (False, True, "pending"),
        ],
    )
    def test_what_inherits_waits_as_the_marketplace_says_else_the_tenant(self, cast, marketplace, preference, status):
        cast.main.review_default = marketplace
        cast.main.save()
        if preference is not None:
            PreferenceFactory(tenant=cast.acme, key="order.reviewDefault", value=preference)

        assert ordered(cast, "ana", {"CHAIR-01": 1})[0].status == status

    def test_changing_a_switch_later_changes_no_waiting_order(self, cast):
        (placed,) = ordered(cast, "ana", {"SERVER-01": 1})
        product = cast.product("SERVER-01")
        product.needs_review = "no"
        product.save()

        assert (again(placed).status, again(placed).needs_review) == ("to_be_approved", True)


class TestWaitingForReview:
    def test_opens_a_review_put_to_the_auditors_as_a_pool(self, cast):
        (placed,) = ordered(cast, "ana", {"SERVER-01": 2})

        review = placed.review
        assert (review.subject_kind, review.subject_id) == (SubjectKind.ORDER_REVIEW, str(placed.pk))
        assert (review.status, review.pool_company, review.approver) == ("PENDING", cast.globex, None)
        assert (review.requester, review.expires_at) == (cast.ana, None)
        assert review.snapshots.get().content["bound"]["gross"] == "2380"
        assert happened(review) == ["approval.requested"]
        assert placed.lines.get().delivery_state == "waiting"
        check_histories()

    def test_tells_the_customer_and_every_auditor_but_nobody_to_deliver(self, cast):
        ordered(cast, "ana", {"SERVER-01": 1})

        assert told() == [
            "order.to_review to ana",
            "order.review_requested to victor",
            "order.review_requested to vera",
        ]

    def test_does_not_hold_up_what_needs_none(self, cast):
        flagged, free = ordered(cast, "ana", {"BACKUP-01": 1, "LICENSE-01": 1})

        assert (flagged.status, free.status) == ("to_be_approved", "completed")


class TestInstantDelivery:
    def test_completes_at_once_and_tells_the_customer(self, cast):
        (placed,) = ordered(cast, "ana", {"LICENSE-01": 3})

        assert placed.status == "completed"
        assert placed.lines.get().delivery_state == "completed"
        assert happened(placed) == ["order.placed", "order.completed"]
        assert told() == ["order.placed to ana", "order.completed to ana"]

    def test_beside_what_is_delivered_by_hand_the_order_is_under_way(self, cast):
        (placed,) = ordered(cast, "ana", {"LICENSE-01": 3, "DESK-01": 1})

        assert placed.status == "provisioning"
        assert sorted(placed.lines.values_list("delivery_state", flat=True)) == ["completed", "open"]
        assert placed.events.get(number=2).actor_kind == "system"


class TestDeliveryWindows:
    def with_window(self, cast, who, row, **changed):
        cart = cast.cart(who, {"BOOK-01": 1})
        return order(cast, who, cart, details=details(cast, deliveryWindow=window(row, **changed)))

    def test_is_reserved_by_the_checkout(self, cast):
        checkout = self.with_window(cast, "ana", cast.window).settled()

        assert checkout.delivery_window == cast.window

    def test_takes_a_time_with_the_date_as_the_api_writes_it(self, cast):
        at = f"{cast.window.delivery_on}T00:00:00.000Z"

        assert self.with_window(cast, "ana", cast.window, deliveryDate=at).settled().delivery_window == cast.window

    def test_without_room_is_refused(self, cast):
        self.with_window(cast, "ana", cast.narrow_window).settled()

        with pytest.raises(Late) as refused:
            self.with_window(cast, "tom", cast.narrow_window)

        assert (refused.value.code, refused.value.field) == ("window", "deliveryWindow")
        assert Checkout.objects.count() == 1
        assert Cart.objects.get(owner=cast.tom).status == "open"

    def test_without_bound_takes_everybody(self, cast):
        for who in ("ana", "tom", "bea"):
            assert self.with_window(cast, who, cast.window).settled()

    @pytest.mark.parametrize("changed", [{"id": "window-x"}, {"slotId": "midnight"}, {"deliveryDate": "2020-01-01"}])
    def test_that_does_not_exist_is_refused(self, cast, changed):
        cart = cast.cart("ana", {"BOOK-01": 1})
        given = details(cast, deliveryWindow=window(cast.window, **changed))

        with nothing_changes(), pytest.raises(Late) as refused:
            order(cast, "ana", cart, details=given)

        assert refused.value.code == "window"

    @pytest.mark.parametrize("date", ["", "soon", "2026-13-45", "0", "12345678901234567890"])
    def test_on_a_day_that_is_none_is_refused(self, cast, date):
        cart = cast.cart("ana", {"BOOK-01": 1})
        given = details(cast, deliveryWindow=window(cast.window, deliveryDate=date))

        with nothing_changes(), pytest.raises(Invalid) as refused:
            order(cast, "ana", cart, details=given)

        assert refused.value.field == "deliveryWindow.deliveryDate"

    def test_that_was_switched_off_is_refused(self, cast):
        cast.window.is_active = False
        cast.window.save()

        with pytest.raises(Late):
            self.with_window(cast, "ana", cast.window)

    def test_of_another_marketplace_is_refused(self, cast):
        other = cast.resello.delivery_windows.get(slot="morning")
        other.slot = "evening"
        other.save()

        with pytest.raises(Late):
            self.with_window(cast, "ana", other)

    def test_that_has_passed_is_refused(self, cast):
        cart = cast.cart("ana", {"BOOK-01": 1})
        later = now() + timedelta(days=9)

        with nothing_changes(), pytest.raises(Late) as refused:
            order(cast, "ana", cart, details=details(cast, deliveryWindow=window(cast.window)), now=later)

        assert refused.value.code == "window"

    def test_is_not_asked_of_a_marketplace_that_keeps_none(self, cast):
        cast.main.delivery_windows.all().delete()

        checkout = order(
            cast,
            "ana",
            cast.cart("ana", {"BOOK-01": 1}),
            details=details(cast, deliveryWindow={"id": "free text", "deliveryDate": "whenever"}),
        ).settled()

        assert checkout.delivery_window is None
        assert orders_of(checkout)[0].delivery_window == {"id": "free text", "deliveryDate": "whenever"}


class TestOrderingWhatWasApproved:
    @pytest.fixture
    def cart(self, cast):
        return cast.cart("rita", OVER)

    @pytest.fixture
    def approval(self, cast, cart):
        """Ana said yes to Rita's nine desks."""
        approval = ask_for(cast, "rita", cart, of="ana")
        return approve(cast, "ana", approval, comment="Go ahead.").settled()

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_by_requester_or_approver_is_the_requester_s_order(self, cast, cart, approval, who):
        checkout = order_approved(cast, who, approval).settled()

        (placed,) = orders_of(checkout)
        assert (placed.buyer, placed.placed_by) == (cast.rita, cast.user(who))
        assert checkout.approval == approval
        assert (checkout.approved_gross, checkout.gross) == (Decimal("5366.90"), Decimal("5366.90"))
        assert again(approval).created_resource == placed.number
        assert (again(cart).status, again(cart).held_for) == ("closed", None)
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]
        assert placed.ruling["approved_by"] == "Ana Diaz"
        assert (placed.ruling["codes"], placed.ruling["role"]) == (["over_limit", "requester"], "requester")
        check_histories()

    def test_says_in_the_history_on_whose_behalf(self, cast, approval):
        (placed,) = orders_of(order_approved(cast, "ana", approval).settled())

        event = placed.events.get(number=1)
        assert (event.actor_name, event.behalf_name, event.behalf_ref) == (
            "Ana Diaz",
            "Rita Okafor",
            str(cast.rita.pk),
        )

    def test_by_the_approver_tells_the_requester_that_it_is_ordered(self, cast, approval):
        with told_since() as news:
            checkout = order_approved(cast, "ana", approval).settled()

        assert sorted(news) == [
            "approval.approved to rita",
            "order.placed to rita",
            "order.to_deliver to vera",
            "order.to_deliver to victor",
        ]
        assert facts_for("rita", "approval.approved")["order_numbers"] == [orders_of(checkout)[0].number]

    def test_by_the_requester_through_the_cart_itself(self, cast, cart, approval):
        checkout = order(cast, "rita", cart).settled()

        assert checkout.approval == approval

    def test_in_one_step_with_the_yes(self, cast, cart):
        approval = ask_for(cast, "rita", cart, of="ana")

        with told_since() as news:
            checkout = approve_and_order(cast, "ana", approval, comment="Go ahead.").settled()

        assert again(approval).status == "APPROVED"
        assert again(approval).created_resource == orders_of(checkout)[0].number
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]
        assert news.count("approval.approved to rita") == 1
        check_histories()

    def test_several_orders_are_all_named(self, cast):
        approval = ask(cast, "rita", {"DESK-01": 9, "SERVER-01": 1}, of="ana")

        checkout = approve_and_order(cast, "ana", approval).settled()

        numbers = [placed.number for placed in orders_of(checkout)]
        assert again(approval).created_resource == numbers[0]
        assert approval.events.get(number=3).facts["orders"] == numbers

    def test_payment_is_free(self, cast, approval):
        checkout = order_approved(cast, "rita", approval, details={"payment": {"provider": "stripe"}}).settled()

        assert orders_of(checkout)[0].payment == {"provider": "stripe"}

    @pytest.mark.parametrize("who", ["tom", "bea", "carl", "dora", "alice", "olga", "paula", "admin", "victor"])
    def test_everybody_else_is_told_there_is_none(self, cast, approval, who):
        with nothing_changes(), pytest.raises(Missing):
            order_approved(cast, who, approval)

    def test_not_before_it_is_approved(self, cast, cart):
        approval = ask_for(cast, "rita", cart, of="ana")

        for who in ("rita", "ana"):
            with nothing_changes(), pytest.raises(Late) as refused:
                order_approved(cast, who, approval)
            assert refused.value.text == "This waits for Ana Diaz to decide."

    @pytest.mark.parametrize(("end", "who"), [(decline, "ana"), (close, "rita")])
    def test_not_after_a_no(self, cast, cart, end, who):
        approval = ask_for(cast, "rita", cart, of="ana")
        end(cast, who, approval).settled()

        with nothing_changes(), pytest.raises(Late):
            order_approved(cast, "rita", approval)

    def test_not_after_it_was_given_up(self, cast, approval):
        give_up(cast, "rita", approval).settled()

        with nothing_changes(), pytest.raises(Late):
            order_approved(cast, "rita", approval)

    def test_a_review_is_no_purchase(self, cast):
        (placed,) = ordered(cast, "ana", {"SERVER-01": 1})
        review = placed.review

        for who in ("ana", "victor"):
            with nothing_changes(), pytest.raises(Missing):
                order_approved(cast, who, review)


class TestTheReCheck:
    """Prices and offers of today decide whether what was approved is ordered."""

    @pytest.fixture
    def cart(self, cast):
        return cast.cart("rita", {"DESK-01": 9, "BOOK-01": 1})

    @pytest.fixture
    def approval(self, cast, cart):
        """5,355.00 and 21.40 and shipping 11.90 is 5,388.30 EUR."""
        approval = ask_for(cast, "rita", cart, of="ana")
        return approve(cast, "ana", approval).settled()

    def test_a_lower_price_of_today_is_ordered_and_both_are_kept(self, cast, approval):
        priced(cast, "DESK-01", 400)

        checkout = order_approved(cast, "rita", approval).settled()

        assert (checkout.gross, checkout.approved_gross) == (Decimal("4317.30"), Decimal("5388.30"))
        assert orders_of(checkout)[0].lines.get().unit_price == Decimal(400)

    def test_what_is_dearer_in_one_line_and_cheaper_in_another_is_ordered(self, cast, approval):
        priced(cast, "DESK-01", 490)
        priced(cast, "BOOK-01", 100)

        assert order_approved(cast, "rita", approval).settled().gross == Decimal("5366.80")

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_a_higher_total_gives_up_and_tells_both(self, cast, cart, approval, who):
        priced(cast, "DESK-01", "500.01")

        with told_since() as news:
            outcome = order_approved(cast, who, approval)

        assert outcome.refusal.code == "total_rose"
        assert outcome.refusal.details == (
            "DESK-01: the unit price is 500.01 EUR; it was 500.00 EUR.",
            "The total is 5,388.41 EUR; it was 5,388.30 EUR.",
        )
        assert sorted(news) == ["approval.given_up to ana", "approval.given_up to rita"]
        assert facts_for("rita", "approval.given_up")["differences"] == list(outcome.refusal.details)
        approval = again(approval)
        assert (approval.status, approval.created_resource, approval.is_live) == ("APPROVED", "", False)
        assert again(cart).status == "open"
        assert not Checkout.objects.exists()
        event = approval.events.get(number=3)
        assert (event.kind, event.actor_kind) == ("approval.given_up", "system")
        check_histories()

    def test_one_cent_more_is_more(self, cast, approval):
        taxed(cast, "BOOK-01", "7.05")

        assert order_approved(cast, "rita", approval).refusal.code == "total_rose"

    def test_dearer_shipping_counts(self, cast, approval):
        cast.shipping.net_price = Decimal("10.01")
        cast.shipping.save()

        refusal = order_approved(cast, "rita", approval).refusal

        assert refusal.code == "total_rose"
        assert refusal.details == (
            "The total is 5,388.31 EUR; it was 5,388.30 EUR.",
            "Shipping costs 11.91 EUR; it cost 11.90 EUR.",
        )

    def test_shipping_that_was_left_open_does_not(self, cast, cart):
        approval = ask_for(cast, "rita", cart, of="ana", details={})
        approve(cast, "ana", approval).settled()

        checkout = order_approved(cast, "rita", approval, details=details(cast)).settled()

        assert (checkout.gross, checkout.approved_gross) == (Decimal("5388.30"), Decimal("5376.40"))

    def test_a_rise_beside_open_shipping_names_the_lines_only(self, cast, cart):
        approval = ask_for(cast, "rita", cart, of="ana", details={})
        approve(cast, "ana", approval).settled()
        priced(cast, "BOOK-01", 21)

        refusal = order_approved(cast, "rita", approval, details=details(cast)).refusal

        assert refusal.details == (
            "BOOK-01: the unit price is 21.00 EUR; it was 20.00 EUR.",
            "The total is 5,377.47 EUR; it was 5,376.40 EUR.",
        )

    def test_a_yes_with_an_order_that_has_become_dearer_is_recorded_and_given_up(self, cast, cart):
        approval = ask_for(cast, "rita", cart, of="ana")
        priced(cast, "DESK-01", 501)

        with told_since() as news:
            outcome = approve_and_order(cast, "ana", approval, comment="Go ahead.")

        assert outcome.refusal.code == "total_rose"
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.given_up"]
        assert sorted(news) == ["approval.given_up to ana", "approval.given_up to rita"]
        assert again(cart).status == "open"

    def test_then_the_requester_may_ask_again(self, cast, cart, approval):
        priced(cast, "DESK-01", 501)
        assert order_approved(cast, "rita", approval).refusal

        second = ask_for(cast, "rita", cart, of="ana")

        assert str(second.amount) == "5,387.11 EUR"
        assert approve_and_order(cast, "ana", second).settled()

    @pytest.mark.parametrize("gone", ["product", "listing"])
    def test_what_can_no_longer_be_bought_is_said_and_the_yes_is_kept(self, cast, cart, approval, gone):
        row = cast.product("BOOK-01") if gone == "product" else cast.listing("BOOK-01")
        row.is_active = False
        row.save()

        for who in ("rita", "ana"):
            with nothing_changes(), pytest.raises(Invalid) as refused:
                order_approved(cast, who, approval)
            assert refused.value.code == "unavailable"
            assert refused.value.details == ("Field guide is no longer sold on Acme Markets Main.",)

        row.is_active = True
        row.save()
        assert order_approved(cast, "rita", approval).settled()

    def test_a_yes_with_an_order_of_what_is_gone_is_no_yes(self, cast, cart):
        approval = ask_for(cast, "rita", cart, of="ana")
        product = cast.product("BOOK-01")
        product.is_active = False
        product.save()

        with nothing_changes(), pytest.raises(Invalid):
            approve_and_order(cast, "ana", approval)

    def test_a_window_that_is_full_by_now_is_said_and_the_yes_is_kept(self, cast, cart):
        given = details(cast, deliveryWindow=window(cast.narrow_window))
        approval = ask_for(cast, "rita", cart, of="ana", details=given)
        approve(cast, "ana", approval).settled()
        order(cast, "tom", cast.cart("tom", {"BOOK-01": 1}), details=given).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            order_approved(cast, "rita", approval)

        assert refused.value.code == "window"


class TestDetailsThatDiffer:
    @pytest.fixture
    def approval(self, cast):
        given = details(cast, deliveryWindow=window(cast.window), addresses=[cast.address("SHIPPING")])
        approval = ask_for(cast, "rita", cast.cart("rita", OVER), of="ana", details=given)
        return approve(cast, "ana", approval).settled()

    def billing(self, cast):
        return {"addresses": [cast.address("BILLING")]}

    def test_what_was_left_open_comes_from_the_checkout(self, cast, approval):
        checkout = order_approved(cast, "rita", approval, details=self.billing(cast)).settled()

        assert {address["type"] for address in orders_of(checkout)[0].addresses} == {"SHIPPING", "BILLING"}

    def test_what_is_still_missing_is_said(self, cast, approval):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            order_approved(cast, "rita", approval)

        assert refused.value.field == "addresses.BILLING"

    def test_what_was_fixed_cannot_be_changed(self, cast, approval):
        elsewhere = {"type": "SHIPPING", **cast.contoso_office.as_address()}
        changes = {
            "shipping": {"zoneId": cast.fast_shipping.zone, "methodId": cast.fast_shipping.key},
            "addresses": [elsewhere, cast.address("BILLING")],
            "deliveryWindow": window(cast.narrow_window),
        }

        with nothing_changes(), pytest.raises(Late) as refused:
            order_approved(cast, "rita", approval, details=changes)

        assert refused.value.code == "differs_from_approval"
        assert [sentence.split(" was ")[0] for sentence in refused.value.details] == [
            "Shipping",
            "The delivery address",
            "Delivery",
        ]

    def test_a_changed_case_of_the_country_is_no_difference(self, cast, approval):
        same = {**cast.address("SHIPPING"), "country": "de"}

        assert order_approved(cast, "rita", approval, details={"addresses": [same, cast.address("BILLING")]}).settled()

    def test_what_the_approver_amended_is_what_binds(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")
        amend(cast, "ana", approval, delivery_window=window(cast.window)).settled()
        approve(cast, "ana", approval).settled()

        with nothing_changes(), pytest.raises(Late):
            order_approved(cast, "rita", approval, details={"deliveryWindow": window(cast.narrow_window)})
        checkout = order_approved(cast, "rita", approval).settled()
        assert checkout.delivery_window == cast.window


class TestOtherMoney:
    def test_yen_are_ordered_without_decimals(self, cast):
        tokyo = MarketplaceFactory(tenant=cast.acme, currency="JPY", country="DE")
        desk, book = cast.product("DESK-01"), cast.product("BOOK-01")
        ShippingMethodFactory(marketplace=tokyo, net_price=Decimal(505), currency="JPY")
        cart = make_cart(
            owner=cast.ana,
            company=cast.northwind,
            marketplace=tokyo,
            lines=[
                (ListingFactory(product=desk, marketplace=tokyo, unit_price=Decimal(333)), 7),
                (ListingFactory(product=book, marketplace=tokyo, unit_price=Decimal(1050), includes_tax=True), 3),
            ],
        )

        checkout = order(cast, "ana", cart).settled()

        # 2,331 net at 19 % is 2,773.89; 3,150 gross at 7 %; shipping 505 net is 600.95.
        assert checkout.gross == Decimal(2774 + 3150 + 601)
        assert [each.lines_gross for each in orders_of(checkout)] == [Decimal(2774), Decimal(3150)]
        assert sum(each.shipping_gross for each in orders_of(checkout)) == Decimal(601)

    def test_a_limit_in_euros_is_exceeded_by_any_yen(self, cast):
        tokyo = MarketplaceFactory(tenant=cast.acme, currency="JPY", country="DE")
        cart = make_cart(
            owner=cast.bea,
            company=cast.northwind,
            marketplace=tokyo,
            lines=[(ListingFactory(product=cast.product("DESK-01"), marketplace=tokyo, unit_price=Decimal(1)), 1)],
        )

        with nothing_changes(), pytest.raises(NotYours) as refused:
            order(cast, "bea", cart)

        assert refused.value.details == (
            "The company's limit is in EUR, this is in JPY; it therefore counts as above the limit.",
        )


def test_the_numbers_of_orders_are_in_one_line(cast):
    placed = ordered(cast, "ana", {"DESK-01": 1, "BOOK-01": 1, "SERVER-01": 1})

    assert [each.number for each in placed] == [f"CS{1000 + each.pk}" for each in placed]
    assert [Order.objects.numbered(each.number).get() for each in placed] == placed


@pytest.mark.parametrize(
    "number", ["", "CS", "CS10", "cs1001", "CS1001 ", "CS-1001", "CS1e9", "CS٠١٢٣", "CS" + "9" * 40, "CS01001"]
)
def test_what_is_no_number_finds_no_order(cast, number):
    ordered(cast, "ana", {"DESK-01": 1})

    assert not Order.objects.numbered(number).exists()


def test_a_cancelled_or_rejected_order_leaves_its_checkout_as_it_was(cast):
    flagged, free = ordered(cast, "ana", {"SERVER-01": 1, "DESK-01": 1})
    before = Checkout.objects.values().get()

    reject(cast, "victor", flagged)
    cancel(cast, "ana", free)

    assert Checkout.objects.values().get() == before


def test_the_whole_of_it_keeps_its_histories(cast):
    approval = ask(cast, "rita", {"DESK-01": 9, "SERVER-01": 1, "LICENSE-01": 1}, of="ana")
    first, second = orders_of(approve_and_order(cast, "ana", approval).settled())
    accept(cast, "victor", second)

    assert first.status == "provisioning"
    assert Approval.objects.count() == 2
    check_histories()
