"""Orders that a seller's sales place for their customers: who may for whom, what policy and review say, who is told.

The checks "On-behalf order", "Auto-approve switch" and "Exception scope" of the order review, and its cases 17 and 18.
"""

from decimal import Decimal

import pytest

from catalog.models import Product
from companies.models import Company, Marketplace, Member
from companies.preferences import PreferenceKey
from companies.services import set_home_marketplace, set_preference
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.board import moves_for
from orders.lifecycle import OrderMove
from orders.models import Cart, Order, Subscription
from orders.services import carts
from orders.services.cart_holders import Holder
from orders.services.cart_opening import CartFields, current_cart_of
from orders.services.on_behalf import ask_on_behalf, outlook, place_on_behalf, prepare_cart, quote_of_prepared
from orders.services.quote_making import ForWhom
from orders.services.subscription_changing import Wanted
from orders.services.subscription_on_behalf import ask_for_customers_change, change_for_customer
from tests.stories.scenes import (
    accept,
    again,
    approve_and_order,
    ask_in_name,
    decline,
    details,
    facts_for,
    happened,
    nothing_changes,
    ordered,
    orders_of,
    place_for,
    prepare,
    told,
    told_since,
)
from tests.stories.subscriptions import running, sell_by_plan

pytestmark = pytest.mark.django_db
FLAGGED = {"SERVER-01": 1}  # 1,331.00 EUR gross on Resello: over Tailspin's limit, which Tess may pass alone


def rules(cast, **columns):
    """Set columns of the reseller's marketplace."""
    Marketplace.objects.filter(pk=cast.resello.pk).update(**columns)
    cast.resello.refresh_from_db()


def placed(cast, who="rik", whom="tess", lines=FLAGGED, marketplace="resello") -> Order:
    """The first order of a cart that somebody prepared and placed for a customer."""
    return orders_of(place_for(cast, who, prepare(cast, who, whom, lines, marketplace)).settled())[0]


class TestWhoMay:
    """On-behalf order: the reseller picks an own customer."""

    def test_on_behalf_order_is_the_customers_and_says_who_placed_it(self, cast):
        cart = prepare(cast, "rik", "tess", {"DESK-01": 1})
        assert not Cart.objects.visible_to(cast.actor("tess")).filter(pk=cart.pk).exists()  # the seller's until then
        assert not Cart.objects.visible_to(cast.actor("roos")).filter(pk=cart.pk).exists()  # and there its sales' alone

        with told_since() as news:
            order = orders_of(place_for(cast, "rik", cart).settled())[0]

        assert (order.buyer, order.company, order.placed_by, order.on_behalf) == (
            *(cast.tess, cast.tailspin, cast.rik),
            True,
        )
        assert (order.status, order.needs_review) == ("pending", False)
        event = order.events.get()
        assert (event.actor_name, event.behalf_name) == ("Rik Bakker", "Tess Laurent")
        assert news == ["order.on_behalf to tess", "order.to_deliver to victor", "order.to_deliver to vera"]
        assert facts_for("tess", "order.on_behalf")["placed_by"] == "Rik Bakker of Resello BV"
        assert Cart.objects.visible_to(cast.actor("tess")).filter(pk=cart.pk).exists()
        assert Order.objects.placed_in(cast.actor("tess")).filter(pk=order.pk).exists()

    def test_sales_and_managers_of_the_seller_for_customers_it_knows(self, cast):
        prepare(cast, "mies", "tess", {})
        cases = {
            "an auditor": ("roos", "resello", "C-tess", NotYours),
            "the customer": ("tess", "resello", "C-tess", NotYours),
            "platform staff": ("admin", "resello", "C-tess", NotYours),
            "who sells elsewhere": ("sam", "resello", "C-tess", NotYours),
            "on the marketplace of others": ("rik", "main", "C-tess", NotYours),
            "in another tenant": ("rik", "othermain", "C-otto", Missing),
            "a customer of others": ("rik", "resello", "C-rita", Invalid),
            "nobody": ("rik", "resello", "C-nobody", Invalid),
            "a vendor for whom it does not know": ("sam", "main", "C-rita", Invalid),
        }
        for case, (who, place, whom, refusal) in cases.items():
            with nothing_changes(), pytest.raises(refusal) as refused:
                prepare_cart(actor=cast.actor(who), marketplace=getattr(cast, place), whom=ForWhom(whom))
            assert type(refused.value) is refusal, case
        # A company that shops there first is its own before it has bought anything; nobody else's for that.
        set_home_marketplace(actor=cast.actor("admin"), company_id=cast.northwind.pk, marketplace_id=cast.resello.pk)
        assert prepare(cast, "rik", "rita", {}).owner == cast.rita
        with nothing_changes(), pytest.raises(Invalid):
            prepare_cart(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom("C-rita"))

    def test_a_prepared_cart_is_found_by_its_seller_alone(self, cast):
        cart = prepare(cast, "rik", "tess", {"DESK-01": 1})

        for stranger in ("sam", "roos", "tess", "hal", "otto", "ana"):
            with nothing_changes(), pytest.raises(Missing):
                place_for(cast, stranger, cart)
            with nothing_changes(), pytest.raises(Missing):
                ask_in_name(cast, stranger, cart, "tess")
            with nothing_changes(), pytest.raises((Missing, NotYours)):
                carts.empty_cart(actor=cast.actor(stranger), cart_id=cart.pk)
        assert prepare(cast, "mies", "tess", {}) == cart  # it is the company's, not the person's

    def test_the_customers_own_carts_and_a_prepared_one_never_meet(self, cast):
        own = cast.cart("tess", {"DESK-01": 1}, "resello", type=f"behalf-{cast.resellobv.pk}")
        cart = prepare(cast, "rik", "tess", {"LICENSE-01": 1})

        holder = Holder(cast.acme.pk, cast.tess.pk, cast.tailspin.pk)
        fields = CartFields(type=own.type)
        shown = {"holder": holder, "marketplace": cast.resello, "fields": fields, "create": True}
        assert current_cart_of(actor=cast.actor("tess"), **shown) == own
        assert cart not in Cart.objects.reachable_by(cast.actor("tess"))
        carts.save_cart(actor=cast.actor("rik"), cart_id=cart.pk)
        carts.restore_cart(actor=cast.actor("rik"), cart_id=cart.pk)
        assert (again(cart).status, again(own).status) == ("open", "open")

    def test_never_for_oneself(self, cast):
        """What somebody buys themselves is no order on behalf, so it cannot pass its review by itself."""
        Member.objects.create(company=cast.tailspin, user=cast.rik, role="admin")
        cast.tailspin.tenant.customers.create(user=cast.rik, number="C-rik")
        prepare(cast, "rik", "tess", {})
        with nothing_changes(), pytest.raises(NotYours) as refused:
            prepare_cart(actor=cast.actor("rik"), marketplace=cast.resello, whom=ForWhom("C-rik"))
        assert refused.value.code == "own_order"

    def test_who_was_removed_meanwhile_orders_nothing(self, cast):
        cart, actor = prepare(cast, "rik", "tess", {"DESK-01": 1}), cast.actor("rik")
        Member.objects.filter(user=cast.rik).update(role="auditor")

        with nothing_changes(), pytest.raises(NotYours):
            place_on_behalf(actor=actor, cart_id=cart.pk, details=details(cast, "NL"))

    def test_a_customer_who_was_disabled_meanwhile(self, cast):
        """Nothing is ordered, asked or offered for who may not order any more."""
        cart, rik = prepare(cast, "rik", "tess", {"DESK-01": 1}), cast.actor("rik")
        Member.objects.filter(user=cast.tess).update(is_active=False)

        for attempt in (
            lambda: place_for(cast, "rik", cart),
            lambda: ask_in_name(cast, "rik", cart, "theo"),
            lambda: quote_of_prepared(actor=rik, cart_id=cart.pk),
            lambda: outlook(actor=rik, cart_id=cart.pk),
        ):
            with nothing_changes(), pytest.raises(Invalid) as refused:
                attempt()
            assert refused.value.code == "customer_gone"

    def test_a_vendors_sales_sell_their_own_products_and_always_wait(self, cast):
        ordered(cast, "ana", {"DESK-01": 1})  # so that Globex knows Northwind
        order = placed(cast, "sam", "ana", {"LICENSE-01": 1}, "main")
        assert (order.status, order.needs_review, order.on_behalf) == ("to_be_approved", True, True)
        assert facts_for("ana", "order.on_behalf")["waits"] == "yes"

        cart = prepare(cast, "sam", "ana", {"LICENSE-01": 1, "BOOK-01": 1}, "main")
        with nothing_changes(), pytest.raises(Invalid):
            place_for(cast, "sam", cart)
        rita = prepare(cast, "sam", "rita", {"BOOK-01": 1}, "main")
        with nothing_changes(), pytest.raises(Invalid):
            ask_in_name(cast, "sam", rita, "ana")


class TestPurchasePolicy:
    """The purchase policy is asked for the customer, and never stepped over."""

    def test_who_is_over_the_limit_can_only_be_asked_for(self, cast):
        cart = prepare(cast, "rik", "theo", FLAGGED)
        assert not outlook(actor=cast.actor("rik"), cart_id=cart.pk).ruling.permitted
        with nothing_changes(), pytest.raises(NotYours) as refused:
            place_for(cast, "rik", cart)
        assert refused.value.code == "approval_required"
        assert "Tess Laurent" in refused.value.text
        with nothing_changes(), pytest.raises(Invalid):
            ask_in_name(cast, "rik", cart, "ana")

        with told_since() as news:
            approval = ask_in_name(cast, "rik", cart, "tess", comment="As discussed by phone.").settled()

        assert (approval.requester, approval.asked_by, approval.approver) == (cast.theo, cast.rik, cast.tess)
        assert news == ["approval.requested to tess", "approval.request_sent to theo"]
        assert facts_for("tess", "approval.requested")["asked_by"] == "Rik Bakker of Resello BV"
        event = approval.events.get()
        assert (event.actor_name, event.behalf_name) == ("Rik Bakker", "Theo Petit")
        assert again(cart).status == "held"

    def test_the_request_is_decided_as_any_other_and_reviewed_as_any_other(self, cast):
        """Auto-approve concerns what sales order, not what a customer's approver orders on their asking."""
        approval = ask_in_name(cast, "rik", prepare(cast, "rik", "theo", FLAGGED), "tess").settled()
        order = orders_of(approve_and_order(cast, "tess", approval).settled())[0]

        assert (order.buyer, order.placed_by, order.asked_by, order.on_behalf) == (
            *(cast.theo, cast.tess, cast.rik),
            False,
        )
        assert order.status == "to_be_approved"

    def test_a_no_gives_the_cart_back_to_its_seller(self, cast):
        cart = prepare(cast, "rik", "theo", FLAGGED)
        decline(cast, "tess", ask_in_name(cast, "rik", cart, "tess").settled(), comment="Not now.")

        assert again(cart).status == "open"
        assert not Cart.objects.visible_to(cast.actor("theo")).filter(pk=cart.pk).exists()
        assert prepare(cast, "rik", "theo", {}) == cart

    def test_who_is_free_is_not_asked_for(self, cast):
        cart = prepare(cast, "rik", "tess", FLAGGED)
        with nothing_changes(), pytest.raises(Invalid) as refused:
            ask_on_behalf(actor=cast.actor("rik"), cart_id=cart.pk, approver_id=None)
        assert refused.value.code == "not_needed"

    def test_what_was_seen_is_what_is_ordered_or_asked(self, cast):
        cart, other = prepare(cast, "rik", "tess", FLAGGED), prepare(cast, "rik", "theo", FLAGGED)
        listing = cast.listing("SERVER-01", "resello")
        listing.unit_price = Decimal(1200)
        listing.save()

        with nothing_changes(), pytest.raises(Late) as refused:
            place_for(cast, "rik", cart, seen_total="1343.10")
        assert refused.value.code == "total_changed"
        assert refused.value.details == ("That is 121.00 EUR more than you saw.",)
        with nothing_changes(), pytest.raises(Late) as refused:
            ask_in_name(cast, "rik", other, "tess", seen_gross=Decimal("1331.00"))
        assert refused.value.code == "total_changed"


class TestReview:
    def test_auto_approve_switch(self, cast):
        """Of the tenant, and of the marketplace, which goes first: on, it is accepted and says so; off, it waits."""
        cases = [(True, None, True), (False, None, False), (False, True, True), (True, False, False)]
        for of_tenant, of_marketplace, accepted in cases:
            set_preference(
                actor=cast.actor("admin"),
                tenant_id=cast.acme.pk,
                key=PreferenceKey.AUTO_APPROVE_ON_BEHALF,
                value=of_tenant,
            )
            rules(cast, auto_approve_on_behalf=of_marketplace)
            with told_since() as news:
                order = placed(cast)
            assert (order.status == "pending") is accepted, (of_tenant, of_marketplace)
            assert order.needs_review
            assert news.count("order.on_behalf to tess") == 1
            assert "order.approved to tess" not in news  # told with the placing
            assert ("order.review_requested to roos" in news) is not accepted
            assert ("order.to_deliver to victor" in news) is accepted

    def test_history_shows_that_it_was_accepted_automatically_and_for_whom(self, cast):
        order = placed(cast)

        assert happened(order) == ["order.placed", "order.approved"]
        accepted = order.events.get(kind="order.approved")
        assert (accepted.actor_kind, accepted.comment) == (
            "system",
            "Accepted automatically: Rik Bakker of Resello BV placed it for Tess Laurent.",
        )
        assert (order.review.status, order.review.decided_by_name) == ("APPROVED", "Countersign")

    def test_exception_scope(self, cast):
        """Only what a reseller's sales order on its own marketplace; a customer's own waits with the switch on."""
        rules(cast, auto_approve_on_behalf=True)
        assert ordered(cast, "tess", FLAGGED, "resello")[0].status == "to_be_approved"
        assert placed(cast).status == "pending"
        ordered(cast, "ana", {"DESK-01": 1})
        assert placed(cast, "sam", "ana", FLAGGED, "main").status == "to_be_approved"

    def test_the_switch_counts_when_it_is_placed_and_never_afterwards(self, cast):
        rules(cast, auto_approve_on_behalf=False)
        waiting = placed(cast)
        rules(cast, auto_approve_on_behalf=True)

        assert again(waiting).status == "to_be_approved"
        assert accept(cast, "roos", waiting).status == "pending"

    def test_a_second_person_accepts_what_one_has_placed_or_asked_for(self, cast):
        rules(cast, auto_approve_on_behalf=False, require_second_person=True)
        order = placed(cast, "mies")
        approval = ask_in_name(cast, "mies", prepare(cast, "mies", "theo", FLAGGED), "tess").settled()
        asked = orders_of(approve_and_order(cast, "tess", approval).settled())[0]

        for waiting in (order, asked):
            assert OrderMove.APPROVE in moves_for(again(waiting), cast.actor("roos"))
            assert moves_for(again(waiting), cast.actor("mies")) == ()
            with nothing_changes(), pytest.raises(NotYours) as refused:
                accept(cast, "mies", waiting)
            assert refused.value.code == "second_person"
            assert accept(cast, "roos", waiting).status == "pending"

    def test_case_17_a_customer_who_audits_accepts_their_own_order_and_it_is_marked(self, cast):
        """Case 17: allowed where no second person is required, and always marked in the history."""
        Member.objects.filter(user=cast.roos).update(role="manager")
        member = Member.objects.create(company=cast.tailspin, user=cast.roos, role="admin")
        cast._members["roos-buys"] = member
        cast.__dict__["roos-buys"] = cast.roos
        own, other = (ordered(cast, who, FLAGGED, "resello")[0] for who in ("roos-buys", "tess"))

        accept(cast, "roos", own)
        accept(cast, "roos", other)

        assert own.events.get(kind="order.approved").facts == {"own_order": "yes"}
        assert other.events.get(kind="order.approved").facts == {}
        rules(cast, require_second_person=True)
        with pytest.raises(NotYours):
            accept(cast, "roos", ordered(cast, "roos-buys", FLAGGED, "resello")[0])

    def test_case_18_where_the_platform_reviews_the_reseller_accepts_nothing_not_by_its_policy_either(self, cast):
        """Case 18: by the marketplace's setting `platform_reviews`, or where the reseller has no active auditor."""
        rules(cast, platform_reviews=True, auto_approve_on_behalf=True)
        order = placed(cast)
        assert order.status == "to_be_approved"
        with nothing_changes(), pytest.raises(NotYours):
            accept(cast, "roos", order)
        assert accept(cast, "admin", order).status == "pending"

        rules(cast, platform_reviews=False, auto_approve_on_behalf=False)
        order = placed(cast)
        with pytest.raises(NotYours):
            accept(cast, "admin", order)
        Member.objects.filter(company=cast.resellobv, role__in=("auditor", "manager")).update(is_active=False)
        assert accept(cast, "admin", order).status == "pending"


class TestOnce:
    def test_what_was_sent_twice_is_ordered_once(self, cast):
        cart = prepare(cast, "rik", "tess", FLAGGED)
        order = orders_of(place_for(cast, "rik", cart).settled())[0]

        for who in ("rik", "mies"):
            with nothing_changes(), pytest.raises(Late) as refused:
                place_for(cast, who, cart)
            assert (refused.value.code, refused.value.details) == ("already_ordered", (order.number,))
        assert told().count("order.on_behalf to tess") == 1

    def test_a_prepared_cart_becomes_a_draft_of_a_quote_once(self, cast):
        cart, rik = prepare(cast, "rik", "tess", {"DESK-01": 2, "SERVER-01": 1}), cast.actor("rik")
        quote = quote_of_prepared(actor=rik, cart_id=cart.pk)

        assert (quote.status, quote.owner, quote.seller) == ("CREATING", cast.tess, cast.resellobv)
        assert {line.product.sku: line.quantity for line in quote.lines.all()} == {"DESK-01": 2, "SERVER-01": 1}
        assert again(cart).status == "closed"
        with nothing_changes(), pytest.raises(Late):
            quote_of_prepared(actor=rik, cart_id=cart.pk)

    def test_a_closed_company_or_marketplace_takes_no_orders(self, cast):
        cart = prepare(cast, "rik", "tess", {"DESK-01": 1})
        rules(cast, is_active=False)
        with nothing_changes(), pytest.raises(Missing):
            prepare(cast, "rik", "tess", {})
        with nothing_changes(), pytest.raises(Invalid):
            place_for(cast, "rik", cart)
        rules(cast, is_active=True)
        Company.objects.filter(pk=cast.tailspin.pk).update(is_active=False)
        with nothing_changes(), pytest.raises(Invalid):
            place_for(cast, "rik", cart)


class TestSubscriptions:
    """The same rules for changing a subscription of a customer."""

    @staticmethod
    def changed(cast, who, subscription, quantity=3, **more):
        order = change_for_customer(
            actor=cast.actor(who), subscription_id=subscription.pk, wanted=Wanted(quantity=Decimal(quantity)), **more
        )
        return orders_of(order.settled())[0]

    def test_a_reseller_changes_it_for_its_customer_and_its_policy_accepts(self, cast):
        plans = sell_by_plan(cast, "SERVER-01", "resello")
        basic = running(cast, "tess", plans["BASIC"], 2, by="roos", marketplace="resello")
        with told_since() as news:
            order = self.changed(cast, "rik", basic)

        assert (order.kind, order.status, order.on_behalf) == ("modification", "pending", True)
        assert (order.buyer, order.placed_by) == (cast.tess, cast.rik)
        assert again(basic).quantity == 3
        assert news.count("order.on_behalf to tess") == 1
        for who, refusal in (("roos", NotYours), ("sam", NotYours), ("tess", NotYours), ("hal", NotYours)):
            with nothing_changes(), pytest.raises(refusal):
                self.changed(cast, who, basic, 4)

    def test_a_vendors_change_waits_and_leaves_it_as_it_is_until_then(self, cast):
        basic = running(cast, "ana", sell_by_plan(cast)["BASIC"])
        Product.objects.filter(sku="SERVER-01").update(needs_review="no")
        order = self.changed(cast, "sam", basic)

        assert (order.status, again(basic).quantity) == ("to_be_approved", 2)
        accept(cast, "victor", order)
        assert again(basic).quantity == 3

    def test_who_needs_approval_is_asked_for(self, cast):
        plans = sell_by_plan(cast, "SERVER-01", "resello")
        basic = running(cast, "tess", plans["BASIC"], 2, by="roos", marketplace="resello")
        Subscription.objects.filter(pk=basic.pk).update(owner=cast.theo, owner_name="Theo Petit")
        with nothing_changes(), pytest.raises(NotYours) as refused:
            self.changed(cast, "rik", basic)
        assert refused.value.code == "approval_required"

        approval = ask_for_customers_change(
            actor=cast.actor("rik"),
            subscription_id=basic.pk,
            wanted=Wanted(quantity=Decimal(3)),
            approver_id=cast.tess.pk,
        ).settled()
        assert (approval.requester, approval.asked_by) == (cast.theo, cast.rik)
        assert orders_of(approve_and_order(cast, "tess", approval).settled())[0].status == "to_be_approved"
