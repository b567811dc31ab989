"""The items of a cart: one by one, many at once, and what a client may say of a price."""

from decimal import Decimal

import pytest

from orders.models import CartLine
from orders.services.cart_steps import MAX_LINES
from tests.api.approving import APPROVALS, asking
from tests.api.callers import PROBLEMS, code
from tests.api.carting import (
    BAD_YRN,
    HELD,
    OTHER_VERSION,
    contents,
    item,
    not_authorized,
    not_found,
    path,
    price,
    yrn,
)
from tests.factories import ListingFactory, ProductFactory
from tests.stories.scenes import ask_for, nothing_changes
from tests.world import scene

EXTERNAL = "Required scope(s): cart.cart_manage_external_prices"


def problem(*details):
    return 400, code(400, PROBLEMS, details=list(details))


def no_item(cart, key):
    return 404, code(404, f"Cart item not found in cart {cart.key} with code {key}")


@pytest.fixture
def rita(api):
    return api("rita")


@scene
def cart(cast):
    return cast.cart("rita", {})


@scene
def filled(cast):
    return cast.cart("rita", {"DESK-01": 2, "BOOK-01": 3})


@scene
def held(cast):
    cart = cast.cart("rita", {"DESK-01": 9})
    ask_for(cast, "rita", cart, of="ana")
    return cart


def line_of(cart, sku):
    return cart.lines.get(product__sku=sku)


def what_is_in(cart):
    return {line.product.sku: line.quantity for line in cart.lines.select_related("product")}


class TestAdding:
    def test_answers_with_its_id(self, cast, cart, rita):
        answer = rita.post(path(cart, "items"), item(cast, "DESK-01", 2))

        line = cart.lines.get()
        assert tuple(answer) == (
            201,
            {"itemId": line.key, "yrn": f"urn:yaas:saasag:caascart:item:acme;{cart.key};{line.key}"},
        )
        assert answer.headers["Location"] == f"/cart/acme/carts/{cart.key}/items/{line.key}"
        assert (line.listing, line.quantity) == (cast.listing("DESK-01"), 2)
        cart.refresh_from_db()
        assert cart.version == 2

    def test_the_same_again_adds_up(self, cast, cart, rita):
        first = rita.post(path(cart, "items"), item(cast, "DESK-01", 2)).body
        again = rita.post(path(cart, "items"), item(cast, "DESK-01", 0.5), siteCode="main")

        assert (again.status, again.body) == (201, first)
        assert what_is_in(cart) == {"DESK-01": Decimal("2.5")}

    def test_apart_where_that_is_asked(self, cast, cart, rita):
        apart = {"keepAsSeparateLineItem": True}
        for more in (None, apart, apart, None):
            assert rita.post(path(cart, "items"), item(cast, "DESK-01", 1, more=more)).status == 201

        shown = rita.get(path(cart)).body["items"]
        assert [(line["quantity"], line["keepAsSeparateLineItem"]) for line in shown] == [
            (2, False),
            (1, True),
            (1, True),
        ]

    @pytest.mark.parametrize(
        "spelling",
        [
            "urn:yaas:hybris:product:product:acme;{}",
            "urn:yaas:saasag:caasproduct:product:acme;{}",
        ],
    )
    def test_spelled_in_either_way_it_comes_back_in_one(self, cast, cart, rita, spelling):
        desk = cast.product("DESK-01")
        rita.post(path(cart, "items"), item(cast, "DESK-01", more={"itemYrn": spelling.format(desk.key)}))

        assert rita.get(path(cart)).body["items"][0]["itemYrn"] == yrn(desk)

    def test_named_by_its_product_or_by_its_price_alone(self, cast, cart, rita):
        desk = cast.product("DESK-01")
        for named in ({"product": {"id": desk.key}}, {"product": {"yrn": yrn(desk)}}, {"product": {"name": "x"}}, {}):
            sent = item(cast, "DESK-01", more={"itemYrn": None, **named})
            assert rita.post(path(cart, "items"), sent).status == 201

        assert what_is_in(cart) == {"DESK-01": 4}

    def test_with_an_id_and_additions_of_the_client_s_own(self, cast, cart, rita):
        more = {"id": "line-1", "mixins": {"engraving": {"text": "Rita"}}, "metadata": {}, "itemType": "INTERNAL"}

        assert rita.post(path(cart, "items"), item(cast, "DESK-01", more=more)).body["itemId"] == "line-1"

        shown = rita.get(path(cart, "items", "line-1")).body
        assert (shown["id"], shown["mixins"]) == ("line-1", {"engraving": {"text": "Rita"}})
        same = item(cast, "BOOK-01", more={"id": "line-1"})
        assert tuple(rita.post(path(cart, "items"), same)) == problem(
            "id: There is a line with this id in the cart already."
        )

    def test_with_a_measure_as_storefronts_send_it(self, cast, cart, rita):
        measure = {"quantity": 7, "unitCode": "PC"}
        assert rita.post(path(cart, "items"), item(cast, "DESK-01", measurementUnit=measure)).status == 201

    def test_a_price_with_more_decimals_than_its_currency_may_be_said_as_pages_show_it(self, cast, cart, rita):
        listing = cast.listing("LICENSE-01")
        listing.unit_price = Decimal("0.0125")
        listing.save()

        for amount in (0.0125, 0.01):
            sent = item(cast, "LICENSE-01", 10, originalAmount=amount, effectiveAmount=amount)
            assert rita.post(path(cart, "items"), sent).status == 201
        assert rita.get(path(cart)).body["items"][0]["price"]["effectiveAmount"] == 0.0125

    def test_of_the_version_that_was_seen(self, cast, cart, rita):
        sent = item(cast, "DESK-01")
        assert rita.post(path(cart, "items"), sent, headers={"If-Match": "1"}).status == 201
        answer = rita.post(path(cart, "items"), sent, headers={"If-Match": "1"})
        assert tuple(answer) == (409, code(409, OTHER_VERSION))

    def test_named_with_a_key_it_is_added_once(self, cast, cart, rita):
        key, sent = {"Idempotency-Key": "one"}, item(cast, "DESK-01", 2)
        first = rita.post(path(cart, "items"), sent, headers=key)

        assert tuple(rita.post(path(cart, "items"), sent, headers=key)) == tuple(first)
        assert what_is_in(cart) == {"DESK-01": 2}
        reused = rita.post(path(cart, "items"), item(cast, "DESK-01", 3), headers=key)
        assert (reused.status, what_is_in(cart)) == (422, {"DESK-01": 2})

    def test_at_most_so_many(self, cast, cart, rita):
        listing = cast.listing("DESK-01")
        CartLine.objects.bulk_create(
            CartLine(cart=cart, position=n, listing=listing, product=listing.product, quantity=1, is_separate=True)
            for n in range(1, MAX_LINES + 1)
        )
        with nothing_changes():
            assert tuple(rita.post(path(cart, "items"), item(cast, "BOOK-01"))) == problem(
                f"items: A cart holds at most {MAX_LINES} lines."
            )


class TestPrice:
    """An amount that a client says is compared, never used."""

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"originalAmount": 1}, "price.originalAmount: This costs 500.00 EUR, not 1."),
            ({"effectiveAmount": 499.99}, "price.effectiveAmount: This costs 500.00 EUR, not 499.99."),
            ({"effectiveAmount": 500.001}, "price.effectiveAmount: This costs 500.00 EUR, not 500.001."),
            ({"effectiveAmount": 0}, "price.effectiveAmount: This costs 500.00 EUR, not 0."),
            ({"effectiveAmount": -500}, "price.effectiveAmount: This costs 500.00 EUR, not -500."),
            ({"effectiveAmount": "500"}, "price.effectiveAmount: must be a number"),
            ({"effectiveAmount": True}, "price.effectiveAmount: must be a number"),
            ({"effectiveAmount": 10**40}, "price.effectiveAmount: is no number that can be stored"),
            ({"currency": "USD"}, "price.currency: This price is in EUR, not USD."),
            ({"priceId": "gone"}, "price.priceId: There is no such price here."),
            ({"priceId": None}, "price.priceId: is missing"),
            ({"priceId": ""}, "price.priceId: is missing"),
            ({"priceId": 5}, "price.priceId: must be a text"),
            ({"originalAmount": None}, "price.originalAmount: This is missing."),
            ({"effectiveAmount": None}, "price.effectiveAmount: This is missing."),
            ({"currency": None}, "price.currency: This is missing."),
        ],
    )
    def test_another_one_is_refused(self, cast, cart, rita, changed, why):
        with nothing_changes():
            assert tuple(rita.post(path(cart, "items"), item(cast, "DESK-01", **changed))) == problem(why)

    @pytest.mark.parametrize(
        ("part", "key"),
        [
            ("originalAmount", "cartItemValidationSkipOriginalAmount"),
            ("effectiveAmount", "cartItemValidationSkipEffectiveAmount"),
            ("currency", "cartItemValidationSkipCurrency"),
        ],
    )
    def test_what_the_tenant_lets_clients_leave_out_is_the_offer_s(self, cast, cart, rita, service_api, part, key):
        program = service_api("configuration.configuration_manage")
        settings = "/configuration/{t}/configurations"
        assert rita.post(path(cart, "items"), item(cast, "DESK-01", **{part: None})).status == 400
        assert program.post(settings, [{"key": key, "value": True}]).status == 201

        assert rita.post(path(cart, "items"), item(cast, "DESK-01", **{part: None})).status == 201
        assert rita.get(path(cart)).body["items"][0]["price"] == price(cast.listing("DESK-01"))
        other = {"originalAmount": "effectiveAmount"}.get(part, "originalAmount")
        assert rita.post(path(cart, "items"), item(cast, "DESK-01", **{other: None})).status == 400
        wrong = {part: "USD" if part == "currency" else 1}
        assert rita.post(path(cart, "items"), item(cast, "DESK-01", **wrong)).status == 400

        assert program.put(f"{settings}/{key}", {"key": key, "value": False}).status == 200
        assert rita.post(path(cart, "items"), item(cast, "DESK-01", **{part: None})).status == 400

    def test_of_another_marketplace_is_refused(self, cast, cart, rita):
        for sku, place in (("DESK-01", "resello"), ("OTHER-01", "othermain")):
            with nothing_changes():
                sent = item(cast, sku, marketplace=place, more={"itemYrn": None})
                assert tuple(rita.post(path(cart, "items"), sent)) == problem(
                    "price.priceId: There is no such price here."
                )

    def test_of_another_product_is_refused(self, cast, cart, rita):
        for more in (
            {"itemYrn": yrn(cast.product("BOOK-01"))},
            {"itemYrn": None, "product": {"id": cast.product("BOOK-01").key}},
        ):
            with nothing_changes():
                assert tuple(rita.post(path(cart, "items"), item(cast, "DESK-01", more=more))) == problem(
                    "itemYrn: This price belongs to another product."
                )

    def test_in_another_currency_is_refused(self, cast, cart, rita):
        dollars = ListingFactory(marketplace=cast.main, product=cast.product("DESK-01"), currency="USD")
        with nothing_changes():
            sent = {"quantity": 1, "price": price(dollars)}
            assert tuple(rita.post(path(cart, "items"), sent)) == problem(
                "price.priceId: This price is in USD, the cart in EUR."
            )

    @pytest.mark.parametrize("part", ["listing", "product", "marketplace"])
    def test_that_ended_is_refused(self, cast, cart, rita, part):
        listing = cast.listing("DESK-01")
        row = listing if part == "listing" else getattr(listing, part)
        row.is_active = False
        row.save()
        with nothing_changes():
            assert rita.post(path(cart, "items"), item(cast, "DESK-01")).status == 400

    @pytest.mark.parametrize(
        "more",
        [
            {"itemType": "EXTERNAL"},
            {"itemType": "EXTERNAL", "price": {"originalAmount": 1, "effectiveAmount": 1, "currency": "EUR"}},
            {"externalFees": [{"feeType": "ABSOLUTE"}]},
            {"externalDiscounts": [{"id": "x", "discountType": "PERCENT", "value": 100}]},
            {"linePrice": {"effectiveAmount": 0, "originalAmount": 0, "currency": "EUR"}},
            {"lineTax": {"rate": 0, "netValue": 0, "grossValue": 0}},
        ],
    )
    def test_a_price_or_discount_of_the_client_s_own_is_refused(self, cast, cart, rita, service_api, more):
        sent = item(cast, "DESK-01", more=more)
        for client in (rita, service_api("cart.cart_manage")):
            with nothing_changes():
                assert tuple(client.post(path(cart, "items"), sent)) == not_authorized(EXTERNAL)

    def test_another_tax_class_is_refused(self, cast, cart, rita):
        with nothing_changes():
            assert tuple(rita.post(path(cart, "items"), item(cast, "DESK-01", more={"taxCode": "REDUCED"}))) == problem(
                "taxCode: The tax class of this product is STANDARD."
            )
        assert rita.post(path(cart, "items"), item(cast, "DESK-01", more={"taxCode": "STANDARD"})).status == 201


class TestNonsense:
    @pytest.mark.parametrize(
        "spelling",
        [
            "DESK-01",
            "urn:yaas:hybris:product:product:other;x",
            "urn:yaas:hybris:category:category:acme;x",
            "urn:yaas:hybris:product:product:acme",
            "urn:yaas:hybris:product:product:acme;",
            "x:y",
        ],
    )
    def test_a_wrong_yrn_is_refused_in_the_contract_s_words(self, cast, cart, rita, spelling):
        with nothing_changes():
            answer = rita.post(path(cart, "items"), item(cast, "DESK-01", more={"itemYrn": spelling}))
        assert tuple(answer) == (400, code(400, BAD_YRN))

    @pytest.mark.parametrize(
        ("quantity", "why"),
        [
            (None, "quantity: is missing"),
            (0, "quantity: The quantity must be above zero."),
            (-1, "quantity: The quantity must be above zero."),
            ("2", "quantity: must be a number"),
            (True, "quantity: must be a number"),
            ([], "quantity: must be a number"),
            (0.00001, "quantity: Give the quantity with at most four decimals."),
            (10**7, "quantity: The quantity must be below 10,000,000."),
            (10**30, "quantity: is no number that can be stored"),
        ],
    )
    def test_quantities(self, cast, cart, rita, quantity, why):
        with nothing_changes():
            assert tuple(rita.post(path(cart, "items"), item(cast, "DESK-01", quantity))) == problem(why)

    def test_more_than_any_total_could_hold(self, cast, cart, rita):
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(900_000_000)
        listing.save()
        with nothing_changes():
            assert tuple(rita.post(path(cart, "items"), item(cast, "DESK-01", 100))) == problem(
                "quantity: This is more than can be ordered at once."
            )

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ({"price": None}, "price: is missing"),
            ({"price": 5}, "price: must be an object"),
            ({"itemYrn": 5}, "itemYrn: must be a text"),
            ({"id": "a b"}, None),
            ({"id": "x" * 65}, "id: must have at most 64 characters"),
            ({"mixins": "x"}, "mixins: must be an object"),
            ({"keepAsSeparateLineItem": "yes"}, "keepAsSeparateLineItem: must be true or false"),
            ({"product": []}, None),
        ],
    )
    def test_other_parts(self, cast, cart, rita, more, why):
        sent = item(cast, "DESK-01") | more
        sent = {name: part for name, part in sent.items() if part is not None}
        if "product" in more:
            del sent["itemYrn"]
        with nothing_changes():
            answer = rita.post(path(cart, "items"), sent)
        assert answer.status == 400
        if why:
            assert tuple(answer) == problem(why)

    @pytest.mark.parametrize("body", [None, [], "x", 5])
    def test_no_object_is_no_item(self, cart, rita, body):
        with nothing_changes():
            assert rita.post(path(cart, "items"), body).status == 400

    def test_no_json(self, cart, rita):
        answer = rita.client.post(
            path(cart, "items").replace("{t}", "acme"),
            data=b"{",
            content_type="application/json",
            headers={"Authorization": f"Bearer {rita.token}"},
        )
        assert answer.status_code == 400


class TestReading:
    def test_all_and_one(self, filled, rita):
        shown = rita.get(path(filled)).body["items"]

        assert tuple(rita.get(path(filled, "items"))) == (200, shown)
        for line in shown:
            assert tuple(rita.get(path(filled, "items", line["id"]))) == (200, line)

    @pytest.mark.parametrize("key", ["0", "gone", "%00x"])
    def test_one_that_is_not_there(self, filled, rita, key):
        answer = rita.get(path(filled, "items", key))

        assert answer.status == 404
        if "%" not in key:
            assert tuple(answer) == no_item(filled, key)

    def test_of_a_cart_that_is_not_there(self, cast, rita):
        theirs = cast.cart("bea", {"DESK-01": 1})
        for cart in (theirs, "gone"):
            assert tuple(rita.get(path(cart, "items"))) == not_found(cart)
            assert tuple(rita.get(path(cart, "items", "0"))) == not_found(cart)


class TestChanging:
    def test_the_quantity(self, filled, rita):
        key = line_of(filled, "DESK-01").key

        assert tuple(rita.put(path(filled, "items", key), {"quantity": 5}, partial="true")) == (204, None)
        assert what_is_in(filled) == {"DESK-01": 5, "BOOK-01": 3}

    def test_as_a_whole(self, cast, filled, rita):
        key = line_of(filled, "DESK-01").key
        more = {"keepAsSeparateLineItem": True, "mixins": {"a": {"b": 1}}}

        assert rita.put(path(filled, "items", key), item(cast, "DESK-01", 4, more=more)).status == 204
        line = line_of(filled, "DESK-01")
        assert (line.key, line.quantity, line.is_separate, line.mixins) == (key, 4, True, {"a": {"b": 1}})

        assert rita.put(path(filled, "items", key), {"quantity": 3}, partial="true").status == 204
        assert line_of(filled, "DESK-01").mixins == {"a": {"b": 1}}
        assert rita.put(path(filled, "items", key), item(cast, "DESK-01", 2)).status == 204
        assert line_of(filled, "DESK-01").mixins == {}

    def test_to_another_offer(self, cast, filled, rita):
        key = line_of(filled, "DESK-01").key

        assert rita.put(path(filled, "items", key), item(cast, "VDI-01", 1)).status == 204
        assert what_is_in(filled) == {"VDI-01": 1, "BOOK-01": 3}

    def test_with_a_price_that_is_not_it_is_refused(self, cast, filled, rita):
        key = line_of(filled, "DESK-01").key
        with nothing_changes():
            for partial in ("true", "false"):
                sent = item(cast, "DESK-01", effectiveAmount=1)
                answer = rita.put(path(filled, "items", key), sent, partial=partial)
                assert tuple(answer) == problem("price.effectiveAmount: This costs 500.00 EUR, not 1.")

    def test_in_part_a_price_need_not_be_whole(self, cast, filled, rita):
        key = line_of(filled, "DESK-01").key
        sent = {"price": {"priceId": cast.listing("DESK-01").key}}

        assert rita.put(path(filled, "items", key), sent, partial="true").status == 204
        assert rita.put(path(filled, "items", key), sent).status == 400

    @pytest.mark.parametrize(
        "body",
        [
            {"quantity": 0},
            {"quantity": "1"},
            {"quantity": 10**7},
            {"itemYrn": "urn:yaas:hybris:product:product:acme;other"},
            {"taxCode": "REDUCED"},
            {"mixins": 5},
            {"price": {}},
            [],
        ],
    )
    def test_nonsense_is_refused(self, filled, rita, body):
        key = line_of(filled, "DESK-01").key
        with nothing_changes():
            assert rita.put(path(filled, "items", key), body, partial="true").status == 400

    def test_a_price_of_the_client_s_own_is_refused(self, filled, rita):
        key = line_of(filled, "DESK-01").key
        with nothing_changes():
            answer = rita.put(path(filled, "items", key), {"itemType": "EXTERNAL", "quantity": 1}, partial="true")
        assert tuple(answer) == not_authorized(EXTERNAL)

    def test_one_that_is_not_there(self, cast, filled, rita):
        theirs = cast.cart("bea", {"DESK-01": 1}).lines.get()
        for key in ("0", theirs.key):
            with nothing_changes():
                assert tuple(rita.put(path(filled, "items", key), {"quantity": 1})) == no_item(filled, key)

    def test_of_the_version_that_was_seen(self, filled, rita):
        key = line_of(filled, "DESK-01").key
        answer = rita.put(path(filled, "items", key), {"quantity": 1}, partial="true", headers={"If-Match": "7"})
        assert tuple(answer) == (409, code(409, OTHER_VERSION))


class TestTakingOut:
    def test_one(self, filled, rita):
        assert tuple(rita.delete(path(filled, "items", line_of(filled, "DESK-01").key))) == (204, None)
        assert what_is_in(filled) == {"BOOK-01": 3}

    def test_one_that_is_not_there(self, cast, filled, rita):
        theirs = cast.cart("bea", {"DESK-01": 1}).lines.get()
        for key in ("0", theirs.key):
            with nothing_changes():
                assert tuple(rita.delete(path(filled, "items", key))) == no_item(filled, key)

    def test_all(self, filled, rita):
        assert tuple(rita.delete(path(filled, "items"))) == (204, None)
        assert rita.get(path(filled)).body["items"] == []


class TestBatch:
    def test_adds_all(self, cast, cart, rita):
        cast.cart("bea", {})  # somebody else's cart is no obstacle
        sent = [item(cast, "DESK-01", 2), item(cast, "BOOK-01", 1), item(cast, "DESK-01", 3)]

        answer = rita.post(path(cart, "itemsBatch"), sent, siteCode="main")

        desk, book = line_of(cart, "DESK-01"), line_of(cart, "BOOK-01")
        assert tuple(answer) == (
            200,
            [
                {
                    "index": index,
                    "status": 201,
                    "id": line.key,
                    "yrn": yrn(line.product),
                    "headers": {"location": f"/carts/{cart.key}/items/{line.key}"},
                }
                for index, line in enumerate((desk, book, desk))
            ],
        )
        assert what_is_in(cart) == {"DESK-01": 5, "BOOK-01": 1}

    def test_says_of_each_that_is_refused_why_and_adds_the_others(self, cast, cart, rita):
        sent = [
            item(cast, "DESK-01", effectiveAmount=1),
            item(cast, "BOOK-01"),
            {"quantity": 1},
            "x",
            item(cast, "DESK-01", more={"itemType": "EXTERNAL"}),
            item(cast, "DESK-01", more={"itemYrn": "x"}),
        ]

        status, body = rita.post(path(cart, "itemsBatch"), sent)

        assert (status, [entry["status"] for entry in body]) == (200, [400, 201, 400, 400, 403, 400])
        assert [entry.get("errorMessage") for entry in body] == [
            f"{PROBLEMS} price.effectiveAmount: This costs 500.00 EUR, not 1.",
            None,
            f"{PROBLEMS} price: is missing",
            f"{PROBLEMS} body: must be an object",
            f"User not authorized. {EXTERNAL}",
            BAD_YRN,
        ]
        assert what_is_in(cart) == {"BOOK-01": 1}

    def test_refused_altogether_changes_nothing(self, cast, cart, rita):
        with nothing_changes():
            assert rita.post(path(cart, "itemsBatch"), [{}, {}]).status == 200

    def test_named_with_a_key_each_is_added_once(self, cast, cart, rita):
        sent = [item(cast, "DESK-01", 2), item(cast, "BOOK-01", effectiveAmount=1), item(cast, "BOOK-01", 3)]
        first, again = (
            rita.post(path(cart, "itemsBatch"), sent, headers={"Idempotency-Key": "k" * 255}) for _ in range(2)
        )

        assert [entry["status"] for entry in first.body] == [201, 400, 201]
        assert tuple(again) == tuple(first)
        assert what_is_in(cart) == {"DESK-01": 2, "BOOK-01": 3}

        other = rita.post(path(cart, "itemsBatch"), sent[:1], headers={"Idempotency-Key": "k" * 255})
        assert (other.status, other.body["code"]) == (422, 422)
        assert rita.post(path(cart, "itemsBatch"), sent[:1], headers={"Idempotency-Key": "another"}).status == 200
        assert what_is_in(cart) == {"DESK-01": 4, "BOOK-01": 3}

    def test_the_first_answer_comes_again_after_the_cart_was_asked_about(self, cast, cart, rita, api):
        sent = [item(cast, "DESK-01", 2), item(cast, "BOOK-01", 3)]
        named = {"Idempotency-Key": "k"}
        first = rita.post(path(cart, "itemsBatch"), sent, headers=named)
        api("rita").post(APPROVALS, asking(cart))

        with nothing_changes():
            assert tuple(rita.post(path(cart, "itemsBatch"), sent, headers=named)) == tuple(first)

    def test_one_that_was_taken_out_since_is_not_put_back(self, cast, cart, rita):
        sent, named = [item(cast, "DESK-01", 2), item(cast, "BOOK-01", 3)], {"Idempotency-Key": "k"}
        desk = rita.post(path(cart, "itemsBatch"), sent, headers=named).body[0]["id"]
        rita.delete(path(cart, "items", desk))

        status, body = rita.post(path(cart, "itemsBatch"), sent, headers=named)

        assert (status, [entry["status"] for entry in body]) == (200, [404, 201])
        assert what_is_in(cart) == {"BOOK-01": 3}

    def test_changes_all(self, cast, filled, rita):
        desk, book = line_of(filled, "DESK-01"), line_of(filled, "BOOK-01")
        sent = [
            {"id": desk.key, **item(cast, "DESK-01", 7)},
            {"id": book.key, "quantity": 1},
            {"id": "gone", "quantity": 1},
            {"quantity": 1},
        ]

        status, body = rita.put(path(filled, "itemsBatch"), sent, partial="true")

        assert (status, [entry["status"] for entry in body]) == (200, [204, 204, 404, 400])
        assert (body[0]["id"], body[0]["yrn"]) == (desk.key, yrn(desk.product))
        assert body[2]["errorMessage"] == f"Cart item not found in cart {filled.key} with code gone"
        assert what_is_in(filled) == {"DESK-01": 7, "BOOK-01": 1}

    @pytest.mark.parametrize("body", [None, [], {}, "x", [{}] * 201])
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_takes_one_to_two_hundred(self, cart, rita, method, body):
        answer = rita.call(method, path(cart, "itemsBatch"), body)
        assert tuple(answer) == problem("body: must be a list of 1 to 200 items")

    def test_two_hundred(self, cast, cart, rita):
        products = ProductFactory.create_batch(200, tenant=cast.acme, vendor=cast.globex)
        offers = [ListingFactory(product=product, marketplace=cast.main) for product in products]
        sent = [{"quantity": 1, "price": price(offer)} for offer in offers]

        status, body = rita.post(path(cart, "itemsBatch"), sent)

        assert (status, {entry["status"] for entry in body}, cart.lines.count()) == (200, {201}, 200)


class TestWhileHeld:
    def attempts(self, cast, cart, client):
        key = cart.lines.get().key
        return (
            client.post(path(cart, "items"), item(cast, "BOOK-01")),
            client.put(path(cart, "items", key), {"quantity": 1}, partial="true"),
            client.delete(path(cart, "items", key)),
            client.delete(path(cart, "items")),
            client.post(path(cart, "itemsBatch"), [item(cast, "BOOK-01")]),
            client.put(path(cart, "itemsBatch"), [{"id": key, "quantity": 1}]),
        )

    def test_nothing_changes(self, cast, held, rita):
        with nothing_changes():
            for answer in self.attempts(cast, held, rita):
                assert tuple(answer) == (409, code(409, HELD))

    def test_the_approver_changes_nothing(self, cast, held, api):
        with nothing_changes():
            for answer in self.attempts(cast, held, api("ana")):
                assert tuple(answer) == not_authorized("Only the person whose cart this is may change it.")

    def test_both_read(self, held, rita, api):
        for client in (rita, api("ana")):
            assert contents(client.get(path(held)).body) == {"DESK-01": 9}
            assert client.get(path(held, "items")).status == 200
