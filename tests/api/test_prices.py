"""Prices: where the session shops, or where an API client says; net, gross and tax of each."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.callers import (
    ADMIN,
    BUYER,
    COLLEAGUE,
    CONTACT,
    FORBIDDEN,
    PRIVATE,
    PROBLEMS,
    REQUESTER,
    SERVICE,
    STRANGER,
    VENDOR,
    VISITOR,
    code,
    each,
    expected,
)
from tests.factories import ListingFactory, MarketplaceFactory, ProductFactory

CONTEXT = "/price/acme/match-prices-by-context"
MATCH = "/price/acme/match-prices"


@pytest.fixture
def visitor(anonymous_api):
    return anonymous_api()


@pytest.fixture
def program(service_api):
    return service_api("price.price_read")


def asked(product_id, quantity=1, kind="PRODUCT", **more):
    return {"itemId": {"itemType": kind, "id": product_id}, "quantity": {"quantity": quantity, **more}}


def explicit(*items, **changed):
    body = {"targetCurrency": "EUR", "siteCode": "main", "targetLocation": {"countryCode": "DE"}, "items": list(items)}
    return {name: part for name, part in (body | changed).items() if part is not None}


def values(net, gross, tax):
    return {"netValue": net, "grossValue": gross, "taxValue": tax}


def prices_of(answer):
    assert answer.status == 200, answer.body
    return {row["itemId"]["id"]: (row["effectiveValue"], row["totalValue"]) for row in answer.body}


class TestByContext:
    def test_a_net_price(self, cast, visitor):
        desk, listing = cast.product("DESK-01"), cast.listing("DESK-01")

        status, body = visitor.post(CONTEXT, {"items": [asked(desk.key, 3, unitCode="pc")]})

        each = values(500.0, 595.0, 95.0)
        assert (status, body) == (
            200,
            [
                {
                    "priceId": listing.key,
                    "itemId": {"itemType": "PRODUCT", "id": desk.key, "name": "Standing desk"},
                    "site": {"code": "main"},
                    "currency": "EUR",
                    "location": {"countryCode": "DE"},
                    "originalValue": 500.0,
                    "effectiveValue": 500.0,
                    "totalValue": 1500.0,
                    "quantity": {"quantity": 3, "unitCode": "pc"},
                    "includesTax": False,
                    "tax": {
                        "taxClass": "STANDARD",
                        "taxRate": 19,
                        "prices": {
                            "originalValue": each,
                            "effectiveValue": each,
                            "totalValue": values(1500.0, 1785.0, 285.0),
                        },
                    },
                    "priceModel": {
                        "id": "net",
                        "includesTax": False,
                        "includesMarkup": False,
                        "measurementUnit": {"quantity": 1, "unitCode": "piece"},
                        "tierDefinition": {
                            "tierType": "BASIC",
                            "tiers": [{"minQuantity": {"quantity": 0, "unitCode": "piece"}}],
                        },
                    },
                    "tierValues": [{"priceValue": 500.0}],
                }
            ],
        )

    def test_a_gross_price(self, cast, visitor):
        (row,) = visitor.post(CONTEXT, {"items": [asked(cast.product("CHAIR-01").key, 2)]}).body

        assert (row["includesTax"], row["priceModel"]["id"]) == (True, "gross")
        assert (row["originalValue"], row["effectiveValue"], row["totalValue"]) == (250.0, 250.0, 500.0)
        assert row["tax"]["prices"]["effectiveValue"] == values(210.08, 250.0, 39.92)
        assert row["tax"]["prices"]["totalValue"] == values(420.17, 500.0, 79.83)
        assert row["quantity"] == {"quantity": 2, "unitCode": "piece"}

    def test_a_reduced_rate(self, cast, visitor):
        (row,) = visitor.post(CONTEXT, {"items": [asked(cast.product("BOOK-01").key)]}).body

        assert row["tax"]["taxClass"] == "REDUCED"
        assert (row["tax"]["taxRate"], row["tax"]["prices"]["totalValue"]) == (7, values(20.0, 21.4, 1.4))

    def test_a_price_with_more_decimals_than_its_currency_loses_none(self, cast, visitor):
        listing = cast.listing("LICENSE-01")
        listing.unit_price = Decimal("0.0125")
        listing.save()

        answer = visitor.client.post(
            CONTEXT,
            data={"items": [asked("LICENSE-01", 3, "SKU")]},
            content_type="application/json",
            headers={"Authorization": f"Bearer {visitor.token}"},
        )

        assert b'"effectiveValue":0.0125,"totalValue":0.04,' in answer.content
        assert b'"netValue":0.0125,"grossValue":0.0149,"taxValue":0.0024' in answer.content

    def test_amounts_have_the_decimals_of_their_currency(self, cast, program):
        ListingFactory(product=cast.product("DESK-01"), marketplace=cast.main, currency="JPY", unit_price=80_000)

        (row,) = program.post(MATCH, explicit(asked("DESK-01", 3, "SKU"), targetCurrency="JPY")).body

        assert (row["effectiveValue"], row["totalValue"]) == (80000, 240000)
        assert isinstance(row["totalValue"], int)

    def test_what_is_named_by_sku_or_by_the_offer_s_own_id(self, cast, visitor):
        items = [asked("DESK-01", kind="SKU"), asked(cast.listing("BOOK-01").key, kind="PRICE")]

        body = visitor.post(CONTEXT, {"items": items}).body

        assert [(row["itemId"]["itemType"], row["priceId"]) for row in body] == [
            ("SKU", cast.listing("DESK-01").key),
            ("PRICE", cast.listing("BOOK-01").key),
        ]

    def test_in_the_order_of_the_questions_and_as_often_as_asked(self, visitor):
        items = [asked("DESK-01", 1, "SKU"), asked("BOOK-01", 1, "SKU"), asked("DESK-01", 2, "SKU")]

        assert [row["totalValue"] for row in visitor.post(CONTEXT, {"items": items}).body] == [500.0, 20.0, 1000.0]

    def test_extra_words_of_storefronts_are_left_alone(self, cast, visitor):
        item = {
            "itemId": {"itemType": "PRODUCT", "includesTax": False, "id": cast.product("DESK-01").key},
            "quantity": {"quantity": 1},
        }

        assert len(visitor.post(CONTEXT, {"items": [item], "principal": {"type": "CUSTOMER"}}).body) == 1

    @pytest.mark.parametrize("sku", ["OLD-01", "OTHER-01", "NOTHING"])
    def test_no_offer_is_no_answer(self, visitor, sku):
        assert tuple(visitor.post(CONTEXT, {"items": [asked(sku, kind="SKU")]})) == (200, [])

    def test_nothing_asked_is_nothing_answered(self, visitor):
        assert tuple(visitor.post(CONTEXT, {"items": []})) == (200, [])

    def test_an_offer_that_ended_is_none(self, cast, visitor):
        listing = cast.listing("DESK-01")
        listing.is_active = False
        listing.save()

        assert (
            visitor.post(CONTEXT, {"items": [asked("DESK-01", kind="SKU"), asked("BOOK-01", kind="SKU")]}).body[0][
                "itemId"
            ]["id"]
            == "BOOK-01"
        )

    def test_a_quantity_that_no_total_could_hold_has_no_price(self, cast, visitor):
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(900_000_000)
        listing.save()

        assert visitor.post(CONTEXT, {"items": [asked("DESK-01", 9_999_999, "SKU")]}).body == []

    def test_names_in_the_reader_s_language(self, cast, anonymous_api):
        answer = anonymous_api(Accept_Language="*").post(CONTEXT, {"items": [asked("DESK-01", kind="SKU")]})

        assert answer.body[0]["itemId"]["name"] == {"en": "Standing desk"}


class TestContext:
    """Site, currency and country are the session's; what it does not say is the home marketplace's."""

    QUESTION = {"items": [asked("DESK-01", 1, "SKU")]}

    def row(self, client):
        return client.post(CONTEXT, self.QUESTION).body[0]

    def test_of_a_visitor(self, anonymous_api):
        row = self.row(anonymous_api(site="resello"))

        assert (row["site"]["code"], row["effectiveValue"]) == ("resello", 550.0)
        assert row["location"]["countryCode"] == "DE"

    def test_of_a_customer(self, api):
        assert self.row(api("rita", site="resello"))["effectiveValue"] == 550.0

    def test_of_a_customer_who_said_nothing_is_the_home(self, api):
        row = self.row(api("rita"))

        assert (row["site"]["code"], row["currency"], row["location"]["countryCode"]) == ("main", "EUR", "DE")

    def test_of_several_homes_the_one_with_a_usual_code(self, cast, api):
        cast.main.key = "zz"
        cast.main.save()
        default = MarketplaceFactory(tenant=cast.acme, key="default")
        ListingFactory(product=cast.product("DESK-01"), marketplace=default, unit_price=1)

        assert self.row(api("rita"))["site"]["code"] == "default"

    def test_a_country_has_its_own_tax(self, visitor):
        visitor.row.country = "NL"
        visitor.row.save()

        row = self.row(visitor)

        assert (row["tax"]["taxRate"], row["location"]) == (21, {"countryCode": "NL"})

    @pytest.mark.parametrize(("column", "value"), [("site_code", "gone"), ("currency", "USD"), ("country", "US")])
    def test_where_nothing_is_sold_there_is_no_price(self, visitor, column, value):
        setattr(visitor.row, column, value)
        visitor.row.save()

        assert tuple(visitor.post(CONTEXT, self.QUESTION)) == (200, [])

    def test_a_marketplace_that_is_switched_off_sells_nothing(self, cast, visitor):
        cast.main.is_active = False
        cast.main.save()

        assert visitor.post(CONTEXT, self.QUESTION).body == []


class TestExplicit:
    def test_for_the_place_that_is_named(self, program):
        answer = program.post(MATCH, explicit(asked("DESK-01", 2, "SKU"), siteCode="resello"))

        assert prices_of(answer) == {"DESK-01": (550.0, 1100.0)}
        assert answer.body[0]["site"] == {"code": "resello"}

    def test_company_and_principal_change_nothing(self, cast, program):
        more = {"legalEntityId": cast.northwind.key, "principal": {"type": "CUSTOMER", "id": "C-rita"}}

        assert prices_of(program.post(MATCH, explicit(asked("DESK-01", 1, "SKU"), **more))) == {
            "DESK-01": (500.0, 500.0)
        }

    @pytest.mark.parametrize(
        "changed",
        [{"siteCode": "gone"}, {"siteCode": "othermain"}, {"targetCurrency": "USD"}],
    )
    def test_where_nothing_is_sold_there_is_no_price(self, program, changed):
        assert tuple(program.post(MATCH, explicit(asked("DESK-01", 1, "SKU"), **changed))) == (200, [])

    @pytest.mark.parametrize("left_out", ["targetCurrency", "siteCode", "targetLocation", "items"])
    def test_what_it_needs(self, program, left_out):
        status, body = program.post(MATCH, explicit(**{left_out: None}))

        assert (status, body) == (400, code(400, PROBLEMS, details=[f"{left_out}: is missing"]))


class TestNonsense:
    @pytest.mark.parametrize(
        ("item", "why"),
        [
            ({}, "items[0].itemId: is missing"),
            ({"itemId": {}}, "items[0].quantity: is missing"),
            ({"itemId": {"id": "x"}, "quantity": {"quantity": 1}}, "items[0].itemId.itemType: is missing"),
            (asked("x", kind="BUNDLE"), "items[0].itemId.itemType: must be one of PRODUCT, SKU, PRICE, PLAN"),
            (asked(""), "items[0].itemId.id: is missing"),
            (asked(5), "items[0].itemId.id: must be a text"),
            (asked("a\x00"), "items[0].itemId.id: contains a character that cannot be stored"),
            (asked("x", 0), "items[0].quantity.quantity: must be a number above zero"),
            (asked("x", -1), "items[0].quantity.quantity: must be a number above zero"),
            (asked("x", "1"), "items[0].quantity.quantity: must be a number above zero"),
            (asked("x", True), "items[0].quantity.quantity: must be a number above zero"),
            (asked("x", 10**30), "items[0].quantity.quantity: must be a number above zero"),
            (asked("x", None), "items[0].quantity.quantity: must be a number above zero"),
            ("x", "items[0]: must be an object"),
        ],
    )
    def test_is_refused_by_name(self, visitor, item, why):
        assert tuple(visitor.post(CONTEXT, {"items": [item]})) == (400, code(400, PROBLEMS, details=[why]))

    @pytest.mark.parametrize("body", [None, [], {"items": "x"}, {"items": [asked("x")] * 1001}])
    def test_no_list_of_items(self, visitor, body):
        assert visitor.post(CONTEXT, body).status == 400

    def test_no_json(self, visitor):
        answer = visitor.client.post(
            CONTEXT,
            data=b'{"items": [NaN]}',
            content_type="application/json",
            headers={"Authorization": f"Bearer {visitor.token}"},
        )

        assert (answer.status_code, answer.json()["status"]) == (400, "BAD_REQUEST")


CUSTOMERS = (ADMIN, BUYER, REQUESTER, CONTACT, COLLEAGUE, STRANGER, PRIVATE, VENDOR)
BY_CONTEXT = dict.fromkeys((*CUSTOMERS, VISITOR), 200)
EXPLICIT = {SERVICE: 200}


@each
def test_who_asks_for_prices_of_a_session(caller, who):
    assert caller(who).post(CONTEXT, {"items": []}).status == expected(BY_CONTEXT, who)


@each
def test_who_asks_for_prices_anywhere(caller, who):
    assert caller(who).post(MATCH, explicit()).status == expected(EXPLICIT, who)


def test_who_may_not_is_told_why(api, service_api):
    scope = code(403, "You need a scope for this action.", details=["Missing scope: price.price_read"])
    assert tuple(service_api("cart.cart_manage").post(MATCH, explicit())) == (403, scope)
    assert tuple(api("rita").post(MATCH, explicit())) == (403, code(403, FORBIDDEN))


def test_statements_do_not_grow_with_the_questions(cast, visitor):
    products = ProductFactory.create_batch(
        30, tenant=cast.acme, vendor=cast.globex, tax_class=cast.product("DESK-01").tax_class
    )
    for product in products:
        ListingFactory(product=product, marketplace=cast.main)

    def statements(number):
        items = [asked(product.key) for product in products[:number]]
        with CaptureQueriesContext(connection) as captured:
            assert len(visitor.post(CONTEXT, {"items": items}).body) == number
        return len(captured)

    assert statements(3) == statements(30) <= 4
