"""What happens to a whole cart: merging, other sites and currencies, refreshing, and whether it can be ordered."""

from decimal import Decimal

import pytest

from orders.models import Cart
from orders.services.cart_steps import MAX_LINES
from tests.api.callers import PROBLEMS, code
from tests.api.carting import CARTS, HELD, contents, item, not_authorized, not_found, path
from tests.factories import ListingFactory
from tests.stories.scenes import ask_for, nothing_changes
from tests.world import scene

MERGED = "There is an open cart of this type on this site already."


def problem(*details):
    return 400, code(400, PROBLEMS, details=list(details))


@pytest.fixture
def rita(api):
    return api("rita")


@pytest.fixture
def visitor(anonymous_api, rita):
    """Who Rita was before she signed in."""
    client = anonymous_api()
    client.row.session_key = rita.row.session_key
    client.row.save()
    return client


@scene
def cart(cast):
    return cast.cart("rita", {"DESK-01": 2, "BOOK-01": 3})


@scene
def held(cast):
    cart = cast.cart("rita", {"DESK-01": 9})
    ask_for(cast, "rita", cart, of="ana")
    return cart


def filled(client, cast, lines, **query):
    """The id of a visitor's cart with these lines."""
    key = client.get(CARTS, siteCode="main", create="true", **query).body["id"]
    for sku, quantity in lines.items():
        assert client.post(path(key, "items"), item(cast, sku, quantity)).status == 201
    return key


def merge(client, cart, *sources):
    return client.post(path(cart, "merge"), {"carts": list(sources)})


def what_is_in(cart):
    return {line.product.sku: line.quantity for line in cart.lines.select_related("product")}


class TestMerging:
    def test_takes_in_what_was_chosen_before_signing_in(self, cast, cart, rita, visitor):
        theirs = filled(visitor, cast, {"DESK-01": 1, "VDI-01": 4})

        status, body = merge(rita, cart, theirs)

        assert (status, body["id"]) == (200, cart.key)
        assert contents(body) == {"DESK-01": 3, "BOOK-01": 3, "VDI-01": 4}
        assert what_is_in(cart) == {"DESK-01": 3, "BOOK-01": 3, "VDI-01": 4}
        assert visitor.get(path(theirs)).body["status"] == "CLOSED"
        assert visitor.get(CARTS, siteCode="main").status == 404

    def test_several_at_once(self, cast, cart, rita, visitor):
        first = filled(visitor, cast, {"VDI-01": 1})
        second = filled(visitor, cast, {"VDI-01": 2, "DESK-01": 1}, type="other")

        assert merge(rita, cart, second, first, second).status == 200
        assert what_is_in(cart) == {"DESK-01": 3, "BOOK-01": 3, "VDI-01": 3}

    def test_lines_that_stay_apart_do(self, cast, cart, rita, visitor):
        key = filled(visitor, cast, {})
        visitor.post(path(key, "items"), item(cast, "DESK-01", 1, more={"keepAsSeparateLineItem": True}))

        merge(rita, cart, key)

        assert sorted(cart.lines.filter(product__sku="DESK-01").values_list("quantity", "is_separate")) == [
            (1, True),
            (2, False),
        ]

    def test_an_empty_one_is_closed(self, cast, cart, rita, visitor):
        theirs = filled(visitor, cast, {})

        assert merge(rita, cart, theirs).status == 200
        assert Cart.objects.get(key=theirs).status == "closed"

    def test_of_another_session_is_not_there(self, cast, cart, rita, anonymous_api):
        theirs = filled(anonymous_api(), cast, {"DESK-01": 1})

        with nothing_changes():
            assert tuple(merge(rita, cart, theirs)) == not_found(theirs)

    def test_of_another_tenant_is_not_there(self, cast, cart, rita, anonymous_api):
        stranger = anonymous_api(site="main", tenant="other")
        stranger.row.session_key = rita.row.session_key
        stranger.row.save()
        theirs = stranger.get(CARTS, siteCode="main", create="true").body["id"]

        with nothing_changes():
            assert tuple(merge(rita, cart, theirs)) == not_found(theirs)

    def test_that_has_an_owner_is_not_there(self, cast, cart, rita):
        for other in (cast.cart("bea", {"DESK-01": 1}), cast.cart("rita", {"DESK-01": 1}, "resello"), cart):
            with nothing_changes():
                assert tuple(merge(rita, cart, other.key)) == not_found(other)

    def test_all_or_none(self, cast, cart, rita, visitor):
        theirs = filled(visitor, cast, {"DESK-01": 1})
        with nothing_changes():
            assert merge(rita, cart, theirs, "gone").status == 404

    def test_twice_is_refused(self, cast, cart, rita, visitor):
        theirs = filled(visitor, cast, {"DESK-01": 1})
        merge(rita, cart, theirs)

        with nothing_changes():
            assert tuple(merge(rita, cart, theirs)) == (
                409,
                code(409, "This cart is closed and cannot be changed."),
            )

    def test_into_one_that_is_held_is_refused(self, cast, held, rita, visitor):
        theirs = filled(visitor, cast, {"DESK-01": 1})
        with nothing_changes():
            for source in (theirs, "gone"):
                assert tuple(merge(rita, held, source)) == (409, code(409, HELD))

    def test_by_the_approver_or_a_visitor_is_refused(self, cast, held, visitor, api):
        theirs = filled(visitor, cast, {"DESK-01": 1})
        with nothing_changes():
            assert merge(api("ana"), held, theirs).status == 403
            assert tuple(merge(visitor, theirs, theirs)) == not_authorized()

    def test_into_somebody_else_s_is_not_there(self, cast, rita, visitor):
        theirs, other = filled(visitor, cast, {"DESK-01": 1}), cast.cart("bea", {})
        with nothing_changes():
            assert tuple(merge(rita, other, theirs)) == not_found(other)

    def test_of_another_site_or_currency_is_refused(self, cast, cart, rita, visitor):
        there = visitor.get(CARTS, siteCode="resello", create="true").body["id"]
        with nothing_changes():
            assert tuple(merge(rita, cart, there)) == problem(
                "carts: Only carts of the same site and currency can be merged."
            )

    def test_more_than_a_cart_holds_is_refused(self, cast, rita, visitor, cart):
        theirs = filled(visitor, cast, {"VDI-01": 1})
        cart.lines.all().delete()
        listing = cast.listing("DESK-01")
        cart.lines.bulk_create(
            type(cart.lines.model())(cart=cart, position=n, listing=listing, product=listing.product, quantity=1)
            for n in range(MAX_LINES)
        )
        with nothing_changes():
            assert tuple(merge(rita, cart, theirs)) == problem(f"carts: A cart holds at most {MAX_LINES} lines.")

    def test_more_than_any_total_could_hold_is_refused(self, cast, rita, visitor):
        cart = cast.cart("rita", {"DESK-01": 9_999_999})
        theirs = filled(visitor, cast, {"DESK-01": 1})
        with nothing_changes():
            assert merge(rita, cart, theirs).status == 400

    @pytest.mark.parametrize(
        "body", [None, [], {}, *({"carts": carts} for carts in ([], "x", [1], [""], ["\0"], ["\ud800"], ["x" * 201]))]
    )
    def test_nonsense_is_refused(self, cart, rita, body):
        with nothing_changes():
            assert rita.post(path(cart, "merge"), body).status == 400

    def test_too_many_are_refused(self, cart, rita):
        with nothing_changes():
            assert tuple(merge(rita, cart, *(f"c{n}" for n in range(21)))) == problem("carts: Name 1 to 20 carts.")

    def test_by_a_program_of_any_session(self, cast, cart, service_api, anonymous_api):
        theirs = filled(anonymous_api(), cast, {"VDI-01": 1})

        assert contents(merge(service_api("cart.cart_manage"), cart, theirs).body)["VDI-01"] == 1


class TestAnotherSite:
    def test_has_its_own_prices_and_country(self, cast, rita):
        cart = cast.cart("rita", {"DESK-01": 2, "LICENSE-01": 1})
        cart.delivery_window = {"id": "w"}
        cart.save()

        status, body = rita.post(path(cart, "changeSite"), {"siteCode": "resello"})

        assert (status, body["siteCode"], body["countryCode"]) == (200, "resello", "NL")
        assert body["subtotalAggregate"]["netValue"] == 1155.0
        assert "deliveryWindow" not in body
        assert rita.get(CARTS, siteCode="resello").body["id"] == cart.key

    def test_that_is_the_same_changes_nothing(self, cart, rita):
        with nothing_changes():
            assert rita.post(path(cart, "changeSite"), {"siteCode": "main"}).status == 200

    def test_where_something_is_not_sold_is_refused(self, cart, rita):
        with nothing_changes():
            assert tuple(rita.post(path(cart, "changeSite"), {"siteCode": "resello"})) == problem(
                "items: Some lines are not sold there.", "BOOK-01 is not sold in EUR on Resello."
            )

    def test_where_another_cart_is_open_is_refused(self, cast, rita):
        cart = cast.cart("rita", {"DESK-01": 1})
        cast.cart("rita", {"DESK-01": 1}, "resello")
        with nothing_changes():
            assert tuple(rita.post(path(cart, "changeSite"), {"siteCode": "resello"})) == (409, code(409, MERGED))

    @pytest.mark.parametrize("site", ["gone", "othermain"])
    def test_that_is_not_there_is_refused(self, cart, rita, site):
        with nothing_changes():
            assert tuple(rita.post(path(cart, "changeSite"), {"siteCode": site})) == problem(
                "siteCode: There is no such site."
            )

    @pytest.mark.parametrize("body", [None, {}, {"siteCode": ""}, {"siteCode": 5}, []])
    def test_nonsense_is_refused(self, cart, rita, body):
        with nothing_changes():
            assert rita.post(path(cart, "changeSite"), body).status == 400

    def test_not_while_it_is_held(self, held, rita):
        with nothing_changes():
            for site in ("resello", "main"):
                assert tuple(rita.post(path(held, "changeSite"), {"siteCode": site})) == (409, code(409, HELD))


class TestAnotherCurrency:
    def test_has_its_own_offers(self, cast, cart, rita):
        for sku, amount in (("DESK-01", 600), ("BOOK-01", 25)):
            ListingFactory(
                marketplace=cast.main, product=cast.product(sku), currency="USD", unit_price=amount, includes_tax=True
            )

        status, body = rita.post(path(cart, "changeCurrency"), {"currency": "USD"})

        assert (status, body["currency"]) == (200, "USD")
        assert body["subtotalAggregate"]["grossValue"] == 1275.0
        assert {line["price"]["currency"] for line in body["items"]} == {"USD"}

    def test_without_decimals(self, cast, rita):
        cart = cast.cart("rita", {"DESK-01": 3})
        ListingFactory(
            marketplace=cast.main, product=cast.product("DESK-01"), currency="JPY", unit_price=Decimal(80_001)
        )

        body = rita.post(path(cart, "changeCurrency"), {"currency": "JPY"}).body

        assert body["subtotalAggregate"] == {
            "currency": "JPY",
            "netValue": 240003,
            "grossValue": 285604,
            "taxValue": 45601,
        }
        assert isinstance(body["totalPrice"]["amount"], int)

    def test_that_is_the_same_changes_nothing(self, cart, rita):
        with nothing_changes():
            assert rita.post(path(cart, "changeCurrency"), {"currency": "EUR"}).status == 200

    def test_in_which_something_is_not_sold_is_refused(self, cast, cart, rita):
        ListingFactory(marketplace=cast.main, product=cast.product("DESK-01"), currency="USD")
        with nothing_changes():
            assert tuple(rita.post(path(cart, "changeCurrency"), {"currency": "USD"})) == problem(
                "items: Some lines are not sold there.", "BOOK-01 is not sold in USD on Acme Markets Main."
            )

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            ({}, "currency: is missing"),
            ({"currency": "euro"}, "currency: 'euro' is no code"),
            ({"currency": "CHF"}, "currency: Nothing is sold in CHF on Acme Markets Main."),
        ],
    )
    def test_nonsense_is_refused(self, cart, rita, body, why):
        with nothing_changes():
            assert tuple(rita.post(path(cart, "changeCurrency"), body)) == problem(why)

    def test_not_while_it_is_held(self, held, rita):
        with nothing_changes():
            for currency in ("USD", "EUR"):
                answer = rita.post(path(held, "changeCurrency"), {"currency": currency})
                assert tuple(answer) == (409, code(409, HELD))


class TestRefreshing:
    def test_takes_the_offer_that_came_in_place_of_one_that_ended(self, cast, cart, rita):
        old = cast.listing("DESK-01")
        old.is_active = False
        old.save()
        assert rita.get(path(cart, "validate")).body["isValid"] is False
        ListingFactory(marketplace=cast.main, product=cast.product("DESK-01"), unit_price=450)

        assert tuple(rita.put(path(cart, "refresh"))) == (204, None)

        assert rita.get(path(cart, "validate")).body == {"isValid": True}
        assert rita.get(path(cart)).body["items"][0]["price"]["effectiveAmount"] == 450.0

    def test_leaves_what_is_not_sold_any_more(self, cast, cart, rita):
        old = cast.listing("DESK-01")
        old.is_active = False
        old.save()
        with nothing_changes():
            assert rita.put(path(cart, "refresh")).status == 204

    def test_not_while_it_is_held(self, held, rita):
        with nothing_changes():
            assert tuple(rita.put(path(held, "refresh"))) == (409, code(409, HELD))


class TestValidating:
    def test_what_can_be_ordered(self, cart, rita):
        assert tuple(rita.get(path(cart, "validate"))) == (200, {"isValid": True})

    def test_what_cannot_is_named(self, cast, cart, rita):
        listing = cast.listing("BOOK-01")
        listing.is_active = False
        listing.save()

        assert tuple(rita.get(path(cart, "validate"))) == (
            200,
            {
                "isValid": False,
                "itemsValidationDetails": [
                    {
                        "id": cart.lines.get(product__sku="BOOK-01").key,
                        "errors": [
                            {
                                "errorCode": "CART-ITEM-UNIT-PRICE-100001",
                                "message": f"Item's price '{listing.key}' was not found in the price match. "
                                "Field guide is no longer sold on Acme Markets Main.",
                                "field": "items.unitPrice",
                            }
                        ],
                    }
                ],
            },
        )

    def test_held_it_is_what_was_asked_for(self, cast, held, rita, api):
        listing = cast.listing("DESK-01")
        listing.is_active = False
        listing.save()

        for client in (rita, api("ana")):
            assert client.get(path(held, "validate")).body == {"isValid": True}

    def test_of_a_cart_that_is_not_there(self, rita):
        assert tuple(rita.get(path("gone", "validate"))) == not_found("gone")
