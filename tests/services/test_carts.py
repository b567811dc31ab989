"""Filling a cart, putting it aside, and what cannot be done to one that waits."""

from decimal import Decimal

import pytest

from companies.actors import Actor, ActorKind, Channel
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Cart, CartLine
from orders.priced import priced_cart
from orders.services import carts
from tests.factories import (
    ListingFactory,
    MarketplaceFactory,
    MemberFactory,
    ProductFactory,
    TaxRateFactory,
    make_cart,
)
from tests.stories.scenes import (
    DAY,
    OVER,
    again,
    approve,
    ask,
    ask_for,
    close,
    decline,
    nothing_changes,
    now,
    open_cart,
    order,
)


def add(cast, who, cart, sku, quantity=1, marketplace="main", **more):
    return carts.add_line(
        actor=cast.actor(who),
        cart_id=cart.pk,
        listing_id=cast.listing(sku, marketplace).pk,
        quantity=quantity,
        **more,
    )


def offered(cast, price):
    """Something new on the main marketplace at this net price."""
    product = ProductFactory(tenant=cast.acme, vendor=cast.globex)
    return ListingFactory(marketplace=cast.main, product=product, unit_price=Decimal(price))


def change(cast, who, line, quantity):
    return carts.change_line(actor=cast.actor(who), cart_id=line.cart_id, line_id=line.pk, quantity=quantity)


def remove(cast, who, line):
    return carts.remove_line(actor=cast.actor(who), cart_id=line.cart_id, line_id=line.pk)


def save(cast, who, cart):
    return carts.save_cart(actor=cast.actor(who), cart_id=cart.pk)


def restore(cast, who, cart):
    return carts.restore_cart(actor=cast.actor(who), cart_id=cart.pk)


def throw_away(cast, who, cart):
    return carts.close_cart(actor=cast.actor(who), cart_id=cart.pk)


def empty(cast, who, cart):
    return carts.empty_cart(actor=cast.actor(who), cart_id=cart.pk)


def content(cart):
    return {line.product.sku: line.quantity for line in cart.lines.select_related("product").order_by("position")}


def visitor(cast, key="s3cret"):
    return Actor(ActorKind.SESSION, key, "A visitor", Channel.API, tenant_id=cast.acme.pk, session_key=key)


class TestTheOpenCart:
    def test_is_opened_once(self, cast):
        assert open_cart(cast, "rita") is None

        first = open_cart(cast, "rita", create=True)

        assert open_cart(cast, "rita", create=True) == open_cart(cast, "rita") == first
        assert (first.owner, first.company, first.tenant) == (cast.rita, cast.northwind, cast.acme)
        assert (first.currency, first.country, first.status) == ("EUR", "DE", "open")

    def test_is_one_per_marketplace_and_type(self, cast):
        found = {
            open_cart(cast, "rita", create=True),
            open_cart(cast, "rita", "resello", create=True),
            open_cart(cast, "rita", create=True, cart_type="project"),
        }

        assert len(found) == 3

    def test_is_one_per_company(self, cast):
        elsewhere = Actor.member(MemberFactory(company=cast.contoso, user=cast.rita))

        here = open_cart(cast, "rita", create=True)
        there = carts.current_cart(actor=elsewhere, marketplace=cast.main, create=True)

        assert here != there
        assert there.company == cast.contoso

    def test_of_a_private_customer_belongs_to_no_company(self, cast):
        assert open_cart(cast, "paula", create=True).company is None

    def test_of_a_visitor_belongs_to_the_session(self, cast):
        cart = carts.current_cart(actor=visitor(cast), marketplace=cast.main, create=True)

        assert (cart.owner, cart.session_key) == (None, "s3cret")
        assert carts.current_cart(actor=visitor(cast, "another"), marketplace=cast.main) is None

    def test_a_new_one_is_opened_beside_one_that_is_held(self, cast):
        held = cast.cart("rita", OVER)
        ask_for(cast, "rita", held, of="ana")

        assert open_cart(cast, "rita", create=True) != held

    @pytest.mark.parametrize("who", ["victor", "sam", "roos", "rik"])
    def test_sellers_have_none(self, cast, who):
        with nothing_changes(), pytest.raises(NotYours):
            open_cart(cast, who, create=True)

    def test_who_left_every_company_has_none(self, cast):
        with nothing_changes(), pytest.raises(NotYours):
            open_cart(cast, "dora", create=True)

    def test_another_tenant_s_marketplace_is_not_there(self, cast):
        with nothing_changes(), pytest.raises(Missing):
            open_cart(cast, "rita", "othermain", create=True)


class TestLines:
    @pytest.fixture
    def cart(self, cast):
        return open_cart(cast, "rita", create=True)

    def test_are_added_in_order(self, cast, cart):
        for sku, quantity in (("DESK-01", 2), ("BOOK-01", "1.5"), ("CHAIR-01", Decimal("0.0001"))):
            add(cast, "rita", cart, sku, quantity)

        assert content(cart) == {"DESK-01": Decimal(2), "BOOK-01": Decimal("1.5"), "CHAIR-01": Decimal("0.0001")}
        assert list(cart.lines.order_by("position").values_list("position", flat=True)) == [1, 2, 3]

    def test_the_same_again_adds_up(self, cast, cart):
        add(cast, "rita", cart, "DESK-01", 2)
        add(cast, "rita", cart, "DESK-01", "0.5")

        assert content(cart) == {"DESK-01": Decimal("2.5")}

    def test_are_changed_and_removed(self, cast, cart):
        desk, book = add(cast, "rita", cart, "DESK-01"), add(cast, "rita", cart, "BOOK-01")

        change(cast, "rita", desk, 7)
        remove(cast, "rita", book)

        assert content(cart) == {"DESK-01": Decimal(7)}

    def test_a_removed_place_in_the_middle_is_no_obstacle(self, cast, cart):
        lines = [add(cast, "rita", cart, sku) for sku in ("DESK-01", "BOOK-01", "CHAIR-01")]
        remove(cast, "rita", lines[1])
        add(cast, "rita", cart, "VDI-01")

        assert list(content(cart)) == ["DESK-01", "CHAIR-01", "VDI-01"]

    def test_all_at_once(self, cast, cart):
        add(cast, "rita", cart, "DESK-01")

        empty(cast, "rita", cart)

        assert content(cart) == {}

    def test_every_change_counts_as_one(self, cast, cart):
        line = add(cast, "rita", cart, "DESK-01")
        change(cast, "rita", line, 2)
        remove(cast, "rita", line)

        assert again(cart).version == cart.version + 3
        assert again(cart).modified_at > cart.modified_at

    @pytest.mark.parametrize(
        "quantity",
        [
            *("0", "-1", "-0.0001", "0.00001", "1.00005", "NaN", "sNaN", "Infinity", "-Infinity", "1e7", "10000000"),
            *(
                "",
                " ",
                "many",
                "1,5",
                "0x10",
                "1e999999999",
                "1e-999999",
                "<b>2</b>",
                "\x00",
                "½",
                "1" * 5000,
                None,
                True,
            ),
        ],
    )
    def test_nonsense_numbers_are_refused(self, cast, cart, quantity):
        line = add(cast, "rita", cart, "DESK-01")

        for attempt in (
            lambda: add(cast, "rita", cart, "DESK-01", quantity),
            lambda: add(cast, "rita", cart, "BOOK-01", quantity),
            lambda: change(cast, "rita", line, quantity),
        ):
            with nothing_changes(), pytest.raises(Invalid) as refused:
                attempt()
            assert refused.value.field == "quantity"

    @pytest.mark.parametrize("quantity", ["9999999.9999", "0.0001", "1e3", " 2 ", 3, Decimal("1.5000")])
    def test_what_is_a_number_is_taken(self, cast, cart, quantity):
        listing = ListingFactory(
            marketplace=cast.main,
            product=ProductFactory(tenant=cast.acme, vendor=cast.globex),
            unit_price=Decimal("0.01"),
        )

        line = carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=listing.pk, quantity=quantity)

        assert CartLine.objects.get(pk=line.pk).quantity == Decimal(str(quantity).strip())

    def test_adding_up_beyond_the_bound_is_refused(self, cast, cart):
        listing = offered(cast, 1)
        given = {"actor": cast.actor("rita"), "cart_id": cart.pk, "listing_id": listing.pk}
        carts.add_line(**given, quantity="9999999")

        with nothing_changes(), pytest.raises(Invalid):
            carts.add_line(**given, quantity=1)

    def test_an_amount_that_no_total_could_hold_is_refused(self, cast, cart):
        listing = ListingFactory(
            marketplace=cast.main,
            product=ProductFactory(tenant=cast.acme, vendor=cast.globex),
            unit_price=Decimal(999999999),
        )

        with nothing_changes(), pytest.raises(Invalid) as refused:
            carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=listing.pk, quantity=51)

        assert refused.value.text == "This is more than can be ordered at once."

    def test_a_cart_of_many_dear_lines_can_still_be_shown(self, cast, cart):
        for _ in range(3):
            listing = ListingFactory(
                marketplace=cast.main,
                product=ProductFactory(tenant=cast.acme, vendor=cast.globex),
                unit_price=Decimal(900000000),
            )
            carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=listing.pk, quantity=50)

        priced = priced_cart(again(cart), now())

        assert len(priced.lines) == 3
        assert len(priced.problems) == 2
        assert "too expensive" in priced.problems[0]

    def test_two_hundred_lines_and_no_more(self, cast, cart):
        product = ProductFactory(tenant=cast.acme, vendor=cast.globex)
        listings = [ListingFactory(marketplace=cast.main, product=product, is_active=False) for _ in range(200)]
        CartLine.objects.bulk_create(
            CartLine(cart=cart, position=place, listing=listing, product=product, quantity=1)
            for place, listing in enumerate(listings, start=1)
        )

        with nothing_changes(), pytest.raises(Invalid) as refused:
            add(cast, "rita", cart, "DESK-01")

        assert refused.value.text == "A cart holds at most 200 lines."

    @pytest.mark.parametrize("sku", ["OLD-01"])
    def test_what_is_not_published(self, cast, cart, sku):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            add(cast, "rita", cart, sku)

        assert refused.value.field == "listing"

    def test_what_another_marketplace_offers(self, cast, cart):
        for sku, marketplace in (("DESK-01", "resello"), ("OTHER-01", "othermain")):
            with nothing_changes(), pytest.raises(Invalid):
                add(cast, "rita", cart, sku, marketplace=marketplace)

    def test_what_is_offered_in_another_currency(self, cast, cart):
        dollars = ListingFactory(marketplace=cast.main, product=cast.product("DESK-01"), currency="USD")

        with nothing_changes(), pytest.raises(Invalid):
            carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=dollars.pk, quantity=1)

    @pytest.mark.parametrize("listing_id", [0, -1, 10**15])
    def test_what_is_not_there(self, cast, cart, listing_id):
        with nothing_changes(), pytest.raises(Invalid):
            carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=listing_id, quantity=1)

    def test_a_line_of_another_cart(self, cast, cart):
        theirs = cast.cart("bea", {"DESK-01": 1}).lines.get()

        for attempt in (carts.change_line, carts.remove_line):
            more = {"quantity": 2} if attempt is carts.change_line else {}
            with nothing_changes(), pytest.raises(Missing):
                attempt(actor=cast.actor("rita"), cart_id=cart.pk, line_id=theirs.pk, **more)

    @pytest.mark.parametrize("who", ["bea", "ana", "carl", "alice", "olga", "paula", "dora", "victor"])
    def test_somebody_else_s_cart(self, cast, cart, who):
        line = add(cast, "rita", cart, "DESK-01")

        for attempt in (
            lambda: add(cast, who, cart, "DESK-01"),
            lambda: change(cast, who, line, 2),
            lambda: remove(cast, who, line),
            lambda: empty(cast, who, cart),
            lambda: save(cast, who, cart),
            lambda: restore(cast, who, cart),
            lambda: throw_away(cast, who, cart),
        ):
            with nothing_changes(), pytest.raises((Missing, NotYours)):
                attempt()


class TestWhileItIsHeld:
    @pytest.fixture
    def cart(self, cast):
        cart = cast.cart("rita", {"DESK-01": 9, "BOOK-01": 1})
        ask_for(cast, "rita", cart, of="ana")
        return cart

    def attempts(self, cast, who, cart):
        line = cart.lines.first()
        return (
            lambda: add(cast, who, cart, "DESK-01"),
            lambda: add(cast, who, cart, "VDI-01"),
            lambda: change(cast, who, line, 2),
            lambda: remove(cast, who, line),
            lambda: empty(cast, who, cart),
        )

    def test_its_lines_cannot_be_changed(self, cast, cart):
        for attempt in self.attempts(cast, "rita", cart):
            with nothing_changes(), pytest.raises(Late) as refused:
                attempt()
            assert refused.value.code == "cart_held"

    def test_neither_by_the_approver_who_sees_it(self, cast, cart):
        for attempt in self.attempts(cast, "ana", cart):
            with nothing_changes(), pytest.raises(Missing):
                attempt()

    def test_neither_after_the_yes(self, cast, cart):
        approve(cast, "ana", cart_approval(cart)).settled()

        for attempt in self.attempts(cast, "rita", cart):
            with nothing_changes(), pytest.raises(Late):
                attempt()

    def test_it_is_not_put_aside_restored_or_thrown_away_either(self, cast, cart):
        for attempt in (save, restore, throw_away):
            with nothing_changes(), pytest.raises(Late):
                attempt(cast, "rita", cart)

    def test_throwing_it_away_says_what_to_do_first(self, cast, cart):
        for attempt in (save, throw_away):
            with pytest.raises(Late) as refused:
                attempt(cast, "rita", cart)
            assert refused.value.code == "cart_held"
            assert "Take the request back first" in refused.value.text

    def test_prices_stay_those_of_the_request(self, cast, cart):
        listing = cast.listing("DESK-01")
        listing.unit_price, listing.is_active = Decimal(900), False
        listing.save()
        cast.product("BOOK-01").tax_class.rates.update(rate=Decimal(19))

        assert priced_cart(again(cart), now()).subtotal.amount == Decimal("5376.40")
        assert priced_cart(again(cart), now(), frozen=False).problems == [
            "Standing desk is no longer sold on Acme Markets Main."
        ]

    def test_given_back_it_has_today_s_prices_and_can_be_changed(self, cast, cart):
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(400)
        listing.save()

        close(cast, "rita", cart_approval(cart)).settled()
        add(cast, "rita", cart, "DESK-01")

        assert content(again(cart))["DESK-01"] == Decimal(10)
        assert priced_cart(again(cart), now()).subtotal.amount == Decimal("4781.40")

    def test_an_overdue_request_holds_nothing_whether_or_not_it_was_swept(self, cast, cart):
        approval = cart_approval(cart)

        add(cast, "rita", cart, "DESK-01", now=approval.expires_at + DAY)

        assert content(again(cart))["DESK-01"] == Decimal(10)
        assert again(approval).status == "EXPIRED"


def cart_approval(cart):
    return again(cart).held_for


class TestPuttingAside:
    def test_and_taking_it_back(self, cast):
        cart = cast.cart("rita", {"DESK-01": 1})

        assert save(cast, "rita", cart).status == "saved"
        assert open_cart(cast, "rita") is None
        assert restore(cast, "rita", cart).status == "open"
        assert content(cart) == {"DESK-01": Decimal(1)}

    def test_an_open_one_with_lines_is_put_aside_instead(self, cast):
        old = cast.cart("rita", {"DESK-01": 1}, status="saved")
        new = cast.cart("rita", {"BOOK-01": 1})

        restore(cast, "rita", old)

        assert (again(old).status, again(new).status) == ("open", "saved")

    def test_an_open_one_without_is_closed(self, cast):
        old = cast.cart("rita", {"DESK-01": 1}, status="saved")
        new = cast.cart("rita", {})

        restore(cast, "rita", old)

        assert (again(old).status, again(new).status) == ("open", "closed")

    @pytest.mark.parametrize("status", ["open", "closed"])
    def test_only_what_is_aside_is_taken_back(self, cast, status):
        cart = cast.cart("rita", {"DESK-01": 1}, status=status)

        with nothing_changes(), pytest.raises(Late):
            restore(cast, "rita", cart)

    def test_leaves_other_people_marketplaces_and_types_alone(self, cast):
        mine = cast.cart("rita", {"DESK-01": 1}, status="saved")
        others = [
            cast.cart("bea", {"BOOK-01": 1}),
            cast.cart("rita", {"DESK-01": 1}, "resello"),
            cast.cart("rita", {"BOOK-01": 1}, type="project"),
            make_cart(owner=cast.rita, company=None, marketplace=cast.main, lines=[]),
        ]

        restore(cast, "rita", mine)

        assert {again(cart).status for cart in others} == {"open"}

    def test_a_visitor_s_leaves_other_visitors_alone(self, cast):
        lines = [(cast.listing("DESK-01"), 1)]
        mine = make_cart(owner=None, session_key="mine", marketplace=cast.main, lines=lines, status="saved")
        theirs = make_cart(owner=None, session_key="theirs", marketplace=cast.main, lines=lines)

        carts.restore_cart(actor=visitor(cast, "mine"), cart_id=mine.pk)

        assert (again(mine).status, again(theirs).status) == ("open", "open")

    def test_given_back_beside_a_new_one_it_waits_aside(self, cast):
        approval = ask(cast, "rita", OVER, of="ana")
        held = cart_of(approval)
        cast.cart("rita", {"BOOK-01": 1})

        decline(cast, "ana", approval).settled()

        assert again(held).status == "saved"
        assert restore(cast, "rita", held).status == "open"


def cart_of(approval):
    return Cart.objects.get(held_for=approval)


class TestThrowingAway:
    @pytest.mark.parametrize("status", ["open", "saved"])
    def test_the_row_stays(self, cast, status):
        cart = cast.cart("rita", {"DESK-01": 1}, status=status)

        throw_away(cast, "rita", cart)

        assert again(cart).status == "closed"
        assert again(cart).closed_at
        assert cart.lines.count() == 1

    def test_only_once(self, cast):
        cart = cast.cart("rita", {"DESK-01": 1})
        throw_away(cast, "rita", cart)

        with nothing_changes(), pytest.raises(Late):
            throw_away(cast, "rita", cart)

    def test_an_ordered_one_is_not_filled_again(self, cast):
        cart = cast.cart("ana", {"DESK-01": 1})
        order(cast, "ana", cart).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            add(cast, "ana", cart, "BOOK-01")

        assert refused.value.code == "cart_closed"


class TestVisitors:
    def test_fill_a_cart_of_their_own(self, cast):
        cart = carts.current_cart(actor=visitor(cast), marketplace=cast.main, create=True)

        carts.add_line(actor=visitor(cast), cart_id=cart.pk, listing_id=cast.listing("DESK-01").pk)

        assert content(cart) == {"DESK-01": Decimal(1)}

    def test_of_another_session_see_nothing(self, cast):
        cart = carts.current_cart(actor=visitor(cast), marketplace=cast.main, create=True)

        for key in ("another", ""):
            with nothing_changes(), pytest.raises((Missing, NotYours)):
                carts.add_line(actor=visitor(cast, key), cart_id=cart.pk, listing_id=cast.listing("DESK-01").pk)


class TestPrices:
    def test_a_switched_off_marketplace_sells_nothing(self, cast):
        cart = cast.cart("rita", {"DESK-01": 1})
        cast.main.is_active = False
        cast.main.save()

        assert priced_cart(again(cart), now()).problems == ["Standing desk is no longer sold on Acme Markets Main."]

    def test_what_cannot_be_ordered_costs_nothing_and_the_rest_is_summed(self, cast):
        priced = priced_cart(cast.cart("rita", {"DESK-01": 1, "OLD-01": 5}), now())

        assert priced.subtotal.amount == Decimal(595)
        assert [line.available for line in priced.lines] == [True, False]

    def test_tax_is_that_of_the_cart_s_country(self, cast):
        cart = cast.cart("rita", {"DESK-01": 1}, country="NL")

        assert priced_cart(cart, now()).subtotal.amount == Decimal(605)

    def test_tax_is_that_of_the_day(self, cast):
        cart, today = cast.cart("rita", {"DESK-01": 1}), now()
        TaxRateFactory(tax_class=cast.product("DESK-01").tax_class, valid_from=(today + DAY).date(), rate=Decimal(25))

        assert priced_cart(cart, today).subtotal.amount == Decimal(595)
        assert priced_cart(cart, today + DAY).subtotal.amount == Decimal(625)

    def test_a_country_without_a_rate_is_refused_never_taxed_at_zero(self, cast):
        cart = cast.cart("rita", {"DESK-01": 1}, country="FR")

        assert priced_cart(cart, now()).problems == ["No tax rate is known for Standing desk in FR."]

    def test_statements_do_not_grow_with_the_lines(self, cast, django_assert_num_queries):
        small = again(cast.cart("rita", {"DESK-01": 1}))
        large = again(cast.cart("bea", dict.fromkeys(("DESK-01", "BOOK-01", "CHAIR-01", "VDI-01", "SERVER-01"), 1)))
        for cart in (small, large):
            assert cart.marketplace  # loaded with the cart by whoever shows it
            with django_assert_num_queries(1):
                priced_cart(cart, now())

    def test_marketplaces_of_one_s_own(self, cast):
        yen = MarketplaceFactory(tenant=cast.acme, currency="JPY")
        cart = carts.current_cart(actor=cast.actor("rita"), marketplace=yen, create=True)
        desk = ListingFactory(product=cast.product("DESK-01"), marketplace=yen, unit_price=Decimal(1000))
        carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=desk.pk, quantity="1.5")

        assert str(priced_cart(again(cart), now()).subtotal) == "1,785 JPY"
