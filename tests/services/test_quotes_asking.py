"""Asking for a quote: a cart becomes a question, once; and who may not ask leaves no trace."""

from decimal import Decimal

import pytest

from approvals.models import Approval
from companies.actors import Actor, Channel
from companies.models import Customer, CustomerAddress, Location, Member
from companies.roles import Role
from companies.services.idempotency import Once, made_before
from config.kit.refused import Invalid, Late, Missing, NotYours
from notifications.models import Notice
from orders.models import Quote, QuoteChange
from orders.services.quote_asking import Wishes, ask_for_quote
from tests.cast import LEFT
from tests.factories import make_cart
from tests.stories.scenes import (
    OVER,
    WITHIN,
    again,
    ask_for,
    ask_quote,
    ask_quote_for,
    check_histories,
    close,
    facts_for,
    nothing_changes,
    now,
    open_cart,
    order,
    told_since,
    wishes,
)


class TestAsked:
    def test_it_waits_for_an_offer_with_everything_that_was_said(self, cast):
        cart = cast.cart("rita", OVER)

        quote = ask_quote_for(cast, "rita", cart)

        quote = again(quote)
        assert (quote.status, quote.number, quote.version) == ("AWAITING", f"Q{1000 + quote.pk}", 1)
        assert (quote.owner, quote.owner_name) == (cast.rita, "Rita Okafor")
        assert (quote.company, quote.company_name) == (cast.northwind, "Northwind GmbH")
        assert (quote.customer_reference, quote.customer_comment) == ("PO 4711", "What can you do for us?")
        assert (quote.marketplace, quote.seller, quote.employee) == (cast.main, cast.globex, None)
        assert (quote.currency, quote.country, quote.valid_to, quote.order_number) == ("EUR", "DE", None, "")
        assert quote.approval is None
        assert not Approval.objects.exists()

    def test_at_the_prices_of_the_list(self, cast):
        quote = again(ask_quote(cast, "rita", {"DESK-01": 9, "LICENSE-01": "2.5"}))

        # 4,500.00 and 125.00 net at 19 %, 10.00 net for shipping.
        assert (quote.lines_net, quote.lines_tax, quote.lines_gross) == (4625, Decimal("878.75"), Decimal("5503.75"))
        assert (quote.list_net, quote.list_gross) == (quote.lines_net, quote.lines_gross)
        assert (quote.shipping_net, quote.shipping_gross) == (10, Decimal("11.90"))
        assert str(quote.total) == "5,515.65 EUR"
        lines = quote.lines.order_by("position").values_list("product__sku", "quantity", "unit_price", "is_total")
        assert list(lines) == [("DESK-01", 9, 500, False), ("LICENSE-01", Decimal("2.5"), 50, False)]

    def test_of_gross_listings(self, cast):
        line = ask_quote(cast, "rita", {"CHAIR-01": 20}).lines.get()

        assert (line.includes_tax, line.list_includes_tax, line.gross) == (True, True, 5000)

    def test_the_cart_is_closed_and_linked(self, cast):
        cart = cast.cart("rita", OVER)

        quote = ask_quote_for(cast, "rita", cart)

        cart = again(cart)
        assert (cart.status, cart.quote) == ("closed", quote)
        assert cart.version > 1
        assert open_cart(cast, "rita") is None
        assert open_cart(cast, "rita", create=True) != cart

    def test_by_the_id_outside(self, cast):
        cart = cast.cart("rita", OVER)

        quote = ask_for_quote(actor=cast.actor("rita"), cart_key=cart.key, wishes=Wishes())

        assert quote.cart == cart

    def test_with_an_id_of_the_client_s_choice(self, cast):
        assert ask_quote(cast, "rita", OVER, wishes=wishes(cast, key="my-quote")).key == "my-quote"

    def test_without_any_wish(self, cast):
        quote = again(ask_quote(cast, "ravi", OVER))

        assert (quote.addresses, quote.shipping, quote.shipping_gross) == ({}, {}, 0)
        assert (quote.customer_reference, quote.customer_comment) == ("", "")

    def test_by_a_private_customer(self, cast):
        home = CustomerAddress.objects.create(
            customer=Customer.objects.get(user=cast.paula),
            contact_name="Paula Privat",
            street="Gasse",
            city="Wien",
            zip_code="1010",
            country="DE",
        )

        quote = ask_quote(cast, "paula", OVER, wishes=Wishes(address_keys={"SHIPPING": home.key}))

        assert (quote.company, quote.company_name, quote.owner) == (None, "", cast.paula)
        assert quote.addresses["SHIPPING"] == {
            "contactName": "Paula Privat",
            "street": "Gasse",
            "zipCode": "1010",
            "city": "Wien",
            "country": "DE",
            "id": home.key,
            "name": "Paula Privat",
        }

    def test_on_a_reseller_s_marketplace_it_goes_to_the_reseller(self, cast):
        with told_since() as news:
            quote = ask_quote(cast, "theo", {"DESK-01": 1, "SERVER-01": 1}, "resello")

        assert (quote.seller, quote.country, quote.lines_gross) == (cast.resellobv, "NL", Decimal("1996.50"))
        assert sorted(news) == ["quote.asked to mies", "quote.asked to rik", "quote.asked_sent to theo"]

    def test_delivered_abroad_it_has_the_taxes_of_there(self, cast):
        depot = Location.objects.create(
            company=cast.northwind, name="Depot", type="WAREHOUSE", street="Kade", city="Delft", country="NL"
        )

        quote = ask_quote(cast, "rita", OVER, wishes=wishes(cast, address_keys={"SHIPPING": depot.key}))

        assert (quote.country, quote.lines_gross, quote.shipping_gross) == ("NL", 5445, Decimal("12.10"))

    def test_an_address_that_was_typed_in(self, cast):
        typed = {**cast.headquarters.as_address(), "street": "Kai", "country": "de", "nonsense": "x"}

        quote = ask_quote(cast, "rita", OVER, wishes=Wishes(addresses={"BILLING": typed}))

        assert quote.addresses["BILLING"]["street"] == "Kai"
        assert (quote.addresses["BILLING"]["country"], quote.addresses["BILLING"]["id"]) == ("DE", "")
        assert "nonsense" not in quote.addresses["BILLING"]

    def test_an_address_by_its_id_goes_before_one_that_was_typed_in(self, cast):
        typed = {**cast.headquarters.as_address(), "street": "Kai"}

        quote = ask_quote(cast, "rita", OVER, wishes=wishes(cast, addresses={"SHIPPING": typed}))

        assert quote.addresses["SHIPPING"]["id"] == cast.headquarters.key

    def test_a_member_of_two_companies_asks_for_the_one_they_act_for(self, cast):
        Member.objects.create(company=cast.contoso, user=cast.rita, role=Role.BUYER)

        assert ask_quote(cast, "rita", OVER).company == cast.northwind


class TestHistoryAndNotices:
    def test_the_first_event_names_every_line(self, cast):
        quote = ask_quote(cast, "rita", {"DESK-01": 9, "LICENSE-01": 2})

        (event,) = quote.events.all()
        assert (event.kind, event.number, event.from_status, event.to_status) == ("quote.asked", 1, "", "AWAITING")
        assert (event.actor_name, event.role, event.comment) == (
            "Rita Okafor",
            "requester",
            "What can you do for us?",
        )
        assert event.content_hash == quote.content_hash
        changes = QuoteChange.objects.filter(event=event).order_by("number")
        assert [(each.op, each.old, each.new) for each in changes] == [
            ("ADD", "", "9 x DESK-01 at 500.00 EUR net each"),
            ("ADD", "", "2 x LICENSE-01 at 50.00 EUR net each"),
        ]
        assert [each.path for each in changes] == [f"/items/{line.key}" for line in quote.lines.order_by("position")]
        check_histories()

    def test_the_seller_s_sales_are_told_and_the_customer_that_it_went_off(self, cast):
        with told_since() as news:
            quote = ask_quote(cast, "rita", OVER)

        assert sorted(news) == ["quote.asked to sam", "quote.asked to vera", "quote.asked_sent to rita"]
        facts = facts_for("sam", "quote.asked")
        assert (facts["number"], facts["customer"], facts["company"]) == (quote.number, "Rita Okafor", "Northwind GmbH")
        assert (facts["total"], facts["comment"]) == ("5,366.90 EUR", "What can you do for us?")

    @pytest.mark.parametrize("lines", [{"BOOK-01": 1}, {"DESK-01": 1, "BOOK-01": 1}], ids=["nobody sells", "several"])
    def test_the_platform_s_staff_where_no_seller_could_answer(self, cast, lines):
        with told_since() as news:
            ask_quote(cast, "rita", lines)

        assert sorted(news) == ["quote.asked to admin", "quote.asked to sten", "quote.asked_sent to rita"]

    def test_through_which_door(self, cast):
        actor = cast.actor("rita", Channel.API)

        quote = ask_for_quote(actor=actor, cart_id=cast.cart("rita", OVER).pk, wishes=Wishes())

        assert quote.events.get().channel == "api"

    def test_what_a_request_made_is_remembered_with_it(self, cast):
        once = Once(cast.acme.pk, "user:1", "POST /quotes", "key-1", "d" * 64)

        quote = ask_quote(cast, "rita", OVER, once=once)

        made = made_before(once, now())
        assert (made.kind, made.record_id) == ("quote", str(quote.pk))


def refused(cast, who, cart, error, **more):
    """Asking fails like that, and nothing has happened."""
    with nothing_changes(), pytest.raises(error) as caught:
        ask_quote_for(cast, who, cart, **more)
    assert not Quote.objects.filter(cart=cart).exists()
    return caught.value


class TestCartsThatCannotBeAskedAbout:
    def test_an_empty_one(self, cast):
        refusal = refused(cast, "rita", cast.cart("rita", {}), Invalid)

        assert (refusal.code, refusal.field) == ("empty_cart", "cartId")

    @pytest.mark.parametrize("gone", ["product", "listing"])
    def test_one_with_something_that_is_not_sold_any_more(self, cast, gone):
        cart = cast.cart("rita", {"DESK-01": 1, "BOOK-01": 1})
        row = cast.product("BOOK-01") if gone == "product" else cast.listing("BOOK-01")
        row.is_active = False
        row.save()

        refusal = refused(cast, "rita", cart, Invalid)

        assert refusal.details == ("Field guide is no longer sold on Acme Markets Main.",)

    def test_one_that_waits_for_its_approval(self, cast):
        cart = cast.cart("rita", OVER)
        ask_for(cast, "rita", cart, of="ana")

        assert refused(cast, "rita", cart, Late).code == "cart_held"

    def test_one_whose_approval_was_taken_back_can_be(self, cast):
        cart = cast.cart("rita", OVER)
        close(cast, "rita", ask_for(cast, "rita", cart, of="ana"))

        assert ask_quote_for(cast, "rita", cart).cart == cart

    def test_one_whose_approval_is_overdue_can_be(self, cast):
        cart = cast.cart("rita", OVER)
        approval = ask_for(cast, "rita", cart, of="ana")

        assert ask_quote_for(cast, "rita", cart, now=approval.expires_at).cart == cart
        assert again(approval).status == "EXPIRED"

    def test_one_that_was_asked_about_already(self, cast):
        quote = ask_quote(cast, "rita", OVER)

        with nothing_changes(), pytest.raises(Late) as caught:
            ask_quote_for(cast, "rita", quote.cart)

        assert caught.value.code == "quoted"

    def test_one_that_was_ordered(self, cast):
        cart = cast.cart("ana", WITHIN)
        order(cast, "ana", cart).settled()

        assert refused(cast, "ana", cart, Late).code == "cart_closed"

    def test_one_that_was_put_aside(self, cast):
        cart = cast.cart("rita", OVER, status="saved")

        assert refused(cast, "rita", cart, Late).code == "cart_saved"

    def test_one_that_was_deleted(self, cast):
        cart = cast.cart("rita", OVER, deleted_at=now())

        refused(cast, "rita", cart, Missing)

    @pytest.mark.parametrize("cart_id", [0, -1, 999_999])
    def test_one_that_never_was(self, cast, cart_id):
        with nothing_changes(), pytest.raises(Missing):
            ask_for_quote(actor=cast.actor("rita"), cart_id=cart_id, wishes=Wishes())

    @pytest.mark.parametrize("who", ["bea", "ana", "alice", "paula", "olga", "otto"])
    def test_somebody_else_s(self, cast, who):
        refused(cast, who, cast.cart("rita", OVER), Missing, wishes=Wishes())

    def test_one_s_own_of_another_company(self, cast):
        cart = cast.cart("rita", OVER)
        other = Actor.member(Member.objects.create(company=cast.contoso, user=cast.rita, role=Role.BUYER))

        with nothing_changes(), pytest.raises(Missing):
            ask_for_quote(actor=other, cart_id=cart.pk, wishes=Wishes())


class TestWhoMayNotAsk:
    def test_a_contact(self, cast):
        assert refused(cast, "carl", cast.cart("carl", OVER), NotYours).code == "may_not_order"

    @pytest.mark.parametrize("who", LEFT)
    def test_who_has_left_or_acts_for_no_company_of_theirs(self, cast, who):
        assert refused(cast, who, cast.cart(who, OVER), NotYours, wishes=Wishes())

    @pytest.mark.parametrize("who", ["sam", "vera", "victor", "rik", "admin"])
    def test_sellers_and_staff(self, cast, who):
        cart = cast.cart("rita", OVER)

        with nothing_changes(), pytest.raises((NotYours, Missing)):
            ask_for_quote(actor=cast.actor(who), cart_id=cart.pk, wishes=Wishes())

    def test_the_system(self, cast):
        with nothing_changes(), pytest.raises(NotYours):
            ask_for_quote(actor=Actor.system("x", cast.acme.pk), cart_id=1, wishes=Wishes())


class TestWishesThatCannotBe:
    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"address_keys": {"SHIPPING": "nowhere"}}, "shippingAddressId"),
            ({"address_keys": {"BILLING": "nowhere"}}, "billingAddressId"),
            ({"zone": "nowhere", "method": "nohow"}, "shipping"),
            ({"zone": "", "method": "4-more_hours_timeframe"}, "shipping"),
            ({"reference": "x" * 201}, "customerReference"),
            ({"reference": "\x00"}, "customerReference"),
            ({"comment": "x" * 5001}, "customerComment"),
            ({"comment": "\ud800"}, "customerComment"),
            ({"key": "with space"}, "id"),
            ({"key": "x" * 65}, "id"),
        ],
    )
    def test_are_refused_naming_their_place(self, cast, wish, field):
        refusal = refused(cast, "rita", cast.cart("rita", OVER), Invalid, wishes=wishes(cast, **wish))

        assert refusal.field == field

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"street": "\x00"}, "addresses.SHIPPING.street"),
            ({"city": "x" * 201}, "addresses.SHIPPING.city"),
            ({"country": "Germany"}, "addresses.SHIPPING.country"),
            ({"zipCode": ["20457"]}, "addresses.SHIPPING.zipCode"),
            ({"street": ""}, "addresses.SHIPPING.street"),
        ],
    )
    def test_so_are_addresses_that_were_typed_in(self, cast, wrong, field):
        typed = {**cast.headquarters.as_address(), **wrong}

        refusal = refused(cast, "rita", cast.cart("rita", OVER), Invalid, wishes=Wishes(addresses={"SHIPPING": typed}))

        assert refusal.field == field

    def test_another_company_s_location(self, cast):
        refused(
            cast,
            "rita",
            cast.cart("rita", OVER),
            Invalid,
            wishes=wishes(cast, address_keys={"SHIPPING": cast.contoso_office.key}),
        )

    def test_an_id_that_is_taken(self, cast):
        ask_quote(cast, "bea", WITHIN, wishes=wishes(cast, key="taken"))

        refusal = refused(cast, "rita", cast.cart("rita", OVER), Late, wishes=wishes(cast, key="taken"))

        assert (refusal.code, refusal.text) == ("id_taken", "A quote with this id exists already.")

    def test_the_same_id_in_another_tenant_is_another_id(self, cast):
        ask_quote(cast, "bea", WITHIN, wishes=wishes(cast, key="taken"))
        cart = make_cart(
            owner=cast.otto,
            company=cast.umbrella,
            marketplace=cast.othermain,
            lines=[(cast.listing("OTHER-01", "othermain"), 1)],
        )

        assert ask_quote_for(cast, "otto", cart, wishes=Wishes(key="taken")).tenant == cast.other

    def test_nobody_was_told_of_any_of_it(self, cast):
        refused(cast, "rita", cast.cart("rita", OVER), Invalid, wishes=wishes(cast, reference="x" * 201))

        assert not Notice.objects.exists()
