"""Does a quote come about as it was asked for, once, or not at all?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import Location, Member
from companies.scopes import CLIENT_SCOPES
from config.kit.records import KEY_FORMAT
from notifications.models import Notice
from orders.models import Cart, Quote
from tests.api.callers import PROBLEMS, code
from tests.api.quoting import MANAGE, QUOTES, READ, asks, at, item, lacks, made, unknown, wrong
from tests.stories.scenes import OVER, ask_for, check_histories, happened, nothing_changes, ordered, told
from tests.world import scene

pytestmark = pytest.mark.django_db


@scene
def cart(cast):
    return cast.cart("rita", {"DESK-01": 2})


@pytest.fixture
def desk(service_api):
    """The employees' program."""
    return service_api(*CLIENT_SCOPES)


def conflict(message="Duplicated key", **more):
    return 409, code(409, message, **more)


class TestFromACart:
    def test_waits_for_an_offer(self, api, cast, cart):
        answer = api("rita").post(QUOTES, asks(cast, cart, customerReference="PO 7", customerComment="A discount?"))

        quote = Quote.objects.get()
        assert tuple(answer) == (201, {"id": quote.key})
        assert (quote.status, quote.owner, quote.company, quote.seller) == (
            "AWAITING",
            cast.rita,
            cast.northwind,
            cast.globex,
        )
        assert (quote.customer_reference, quote.customer_comment) == ("PO 7", "A discount?")
        assert (quote.lines_gross, quote.shipping_gross) == (Decimal(1190), Decimal("11.90"))
        assert quote.addresses["SHIPPING"]["id"] == quote.addresses["BILLING"]["id"] == cast.headquarters.key
        assert told() == ["quote.asked to vera", "quote.asked to sam", "quote.asked_sent to rita"]
        check_histories()

    def test_closes_the_cart_and_is_linked_to_it(self, api, cast, cart):
        key = api("rita").post(QUOTES, asks(cast, cart)).body["id"]

        shown = api("rita").get(f"/cart/{{t}}/carts/{cart.key}").body
        assert (shown["status"], shown["quoteId"]) == ("CLOSED", key)
        assert api("rita").get("/cart/{t}/carts", siteCode="main").status == 404

    def test_needs_the_cart_alone(self, api, cart):
        answer = api("rita").post(QUOTES, {"cartId": cart.key})

        quote = Quote.objects.get()
        assert (answer.status, quote.addresses, quote.shipping, quote.shipping_gross) == (201, {}, {}, 0)
        body = api("rita").get(at(quote)).body
        assert (body["shipping"], body["shippingAddress"]["name"], "shippingCost" in body) == ({}, "", False)

    def test_goes_where_the_cart_says(self, api, cast, cart):
        address = {**cast.address(), "contactName": "Rita at the gate"}
        assert api("rita").put(f"/cart/{{t}}/carts/{cart.key}", {"addresses": [address]}).status == 204

        api("rita").post(QUOTES, asks(cast, cart, shippingAddressId=None))

        body = api("rita").get(at(Quote.objects.get())).body
        assert (body["shippingAddress"]["name"], body["shippingAddress"]["id"]) == ("Rita at the gate", "")
        assert body["billingAddress"]["name"] == "Northwind GmbH headquarters"

    def test_does_not_believe_what_shipping_costs(self, api, cast, cart):
        body = asks(cast, cart)
        body["shipping"]["value"] = 0.01

        api("rita").post(QUOTES, body)

        assert Quote.objects.get().shipping_net == Decimal(10)

    def test_of_a_private_customer_takes_the_own_addresses(self, api, cast):
        paula = api("paula")
        address = {"contactName": "Paula Privat", "street": "Gasse", "zipCode": "1010", "city": "Wien", "country": "DE"}
        key = paula.post("/customer/{t}/me/addresses", address).body["id"]
        body = asks(cast, cast.cart("paula", {"DESK-01": 1}), shippingAddressId=key, billingAddressId=key)

        quote = paula.post(QUOTES, body).body["id"]

        shown = paula.get(at(quote)).body
        assert (shown["businessModel"], shown["company"], "legalEntityId" in shown) == ("B2C", {}, False)
        assert (shown["shippingAddress"]["id"], shown["shippingAddress"]["name"]) == (key, "Paula Privat")

    def test_may_have_an_id_of_the_clients_own(self, api, cast, cart):
        answer = api("rita").post(QUOTES, asks(cast, cart, id="quote-7"))

        assert answer.body == {"id": "quote-7"}
        assert api("rita").get(at("quote-7")).status == 200

    def test_is_of_all_sellers_for_the_platform_to_price(self, api, cast):
        cart = cast.cart("rita", {"DESK-01": 1, "BOOK-01": 1})

        api("rita").post(QUOTES, asks(cast, cart))

        assert Quote.objects.get().seller is None
        assert api("sam").get(QUOTES).body == []

    def test_of_a_resellers_marketplace_is_the_resellers(self, api, cast):
        cart = cast.cart("theo", {"DESK-01": 1}, "resello")
        key = api("theo").post(QUOTES, {"cartId": cart.key}).body["id"]

        assert [quote["id"] for quote in api("rik").get(QUOTES).body] == [key]
        assert api("sam").get(QUOTES).body == []


class TestACartThatCannotBeQuoted:
    @pytest.mark.parametrize("who", ["ana", "alice", "paula"])
    def test_is_anothers(self, api, cast, cart, who):
        with nothing_changes():
            assert tuple(api(who).post(QUOTES, asks(cast, cart))) == unknown(cart.key)

    def test_is_not_there(self, api, cast):
        assert tuple(api("rita").post(QUOTES, asks(cast, "nowhere"))) == unknown("nowhere")

    def test_is_empty(self, api, cast):
        cart = cast.cart("rita", {})

        with nothing_changes():
            answer = api("rita").post(QUOTES, asks(cast, cart))

        assert tuple(answer) == wrong("cartId: This cart is empty.")

    def test_holds_what_is_not_sold(self, api, cast):
        cart = cast.cart("rita", {"OLD-01": 1})

        with nothing_changes():
            answer = api("rita").post(QUOTES, asks(cast, cart))

        assert (answer.status, answer.body["details"][0]) == (400, "cartId: Some lines can no longer be ordered.")

    def test_waits_for_its_approval(self, api, cast, cart):
        ask_for(cast, "rita", cart, of="ana")

        with nothing_changes():
            answer = api("rita").post(QUOTES, asks(cast, cart))

        assert tuple(answer) == conflict("This cart waits for its approval. Take the request back first.")

    def test_was_quoted_before(self, api, cast, cart):
        api("rita").post(QUOTES, asks(cast, cart))

        with nothing_changes():
            answer = api("rita").post(QUOTES, asks(cast, cart))

        assert tuple(answer) == conflict("A quote was asked for this cart already.")

    def test_was_ordered(self, api, cast):
        ordered(cast, "bea", {"DESK-01": 1})

        assert api("bea").post(QUOTES, asks(cast, Cart.objects.get())).status == 409


class TestABodyThatCannotBeTaken:
    @pytest.mark.parametrize(
        ("changed", "detail"),
        [
            ({"cartId": None}, "cartId: is missing"),
            ({"cartId": 7}, "cartId: must be a text"),
            ({"shippingAddressId": "x"}, "shippingAddressId: There is no such address of this customer."),
            ({"billingAddressId": "x"}, "billingAddressId: There is no such address of this customer."),
            ({"shipping": {"zoneId": "x", "methodId": "y"}}, "shipping: Acme Markets Main does not ship that way."),
            ({"shipping": "fast"}, "shipping: must be an object"),
            ({"customerReference": "x" * 201}, "customerReference: Use at most 200 characters."),
            ({"customerComment": ["x"]}, "customerComment: must be a text"),
            (
                {"id": "no id!"},
                f"id: {KEY_FORMAT.message}",
            ),
            ({"customerComment": "\x00"}, "customerComment: contains a character that cannot be stored"),
        ],
        ids=str,
    )
    def test_from_a_cart(self, api, cast, cart, changed, detail):
        with nothing_changes():
            assert tuple(api("rita").post(QUOTES, asks(cast, cart, **changed))) == wrong(detail)

    @pytest.mark.parametrize("body", [[], "text", 7, None])
    def test_that_is_no_object(self, api, cast, body):
        answer = api("rita").post(QUOTES, body)
        assert (answer.status, answer.body["message"]) == (400, PROBLEMS)

    def test_an_address_of_another_company(self, api, cast, cart):
        body = asks(cast, cart, shippingAddressId=cast.contoso_office.key)
        detail = "shippingAddressId: There is no such address of this customer."
        assert tuple(api("rita").post(QUOTES, body)) == wrong(detail)

    def test_a_location_that_is_gone(self, api, cast, cart):
        Location.objects.filter(pk=cast.headquarters.pk).update(is_active=False)
        assert api("rita").post(QUOTES, asks(cast, cart)).status == 400

    def test_an_id_that_is_taken(self, api, cast, cart):
        api("rita").post(QUOTES, asks(cast, cart, id="mine"))
        other = cast.cart("bea", {"DESK-01": 1})

        with nothing_changes():
            assert tuple(api("bea").post(QUOTES, asks(cast, other, id="mine"))) == conflict()


class TestForACustomer:
    def test_is_offered_at_once(self, api, desk, cast):
        until = (timezone.now() + timedelta(days=9)).isoformat(timespec="milliseconds")
        shipping = {"value": 5, "methodId": "4-more_hours_timeframe", "zoneId": "deliveryarea"}
        body = made(
            cast, item(cast, "DESK-01", 9, total=3600), shipping=shipping, validTo=until, companyName="ABC", id="q-1"
        )

        answer = desk.post(QUOTES, body)

        quote = Quote.objects.get()
        assert tuple(answer) == (201, {"id": "q-1"})
        assert (quote.status, quote.owner, quote.company, quote.cart) == ("OPEN", cast.rita, cast.northwind, None)
        assert (quote.lines_net, quote.list_net, quote.shipping_net) == (Decimal(3600), Decimal(4500), Decimal(5))
        assert happened(quote) == ["quote.drafted", "quote.opened"]
        assert "quote.opened to rita" in told()
        shown = api("rita").get(at("q-1")).body
        assert (shown["company"], shown["validTo"]) == ({"name": "ABC"}, until.replace("+00:00", "Z"))
        assert "cartId" not in shown

    def test_without_items_is_a_draft(self, desk, cast):
        desk.post(QUOTES, made(cast))

        quote = Quote.objects.get()
        assert (quote.status, quote.lines.count(), Notice.objects.count()) == ("CREATING", 0, 0)

    def test_names_the_customer_by_email(self, desk, cast):
        desk.post(QUOTES, made(cast, item(cast, "DESK-01"), customerId=None, customerEmail="Rita@Northwind.example"))

        assert Quote.objects.get().owner == cast.rita

    def test_by_a_vendor_for_a_company_it_knows(self, api, cast):
        ordered(cast, "bea", {"DESK-01": 1})

        answer = api("sam").post(QUOTES, made(cast, item(cast, "DESK-01", total=400)))

        quote = Quote.objects.get()
        assert (answer.status, quote.seller, quote.employee) == (201, cast.globex, cast.sam)
        employee = {"employeeId": f"employee-{cast.sam.pk}", "firstName": "Sam", "lastName": "Reed"}
        assert api("rita").get(at(quote)).body["employee"] == employee

    def test_keeps_what_is_attached(self, desk, cast):
        schema = {"mixins": {"erp": "https://schemas.example/erp.json"}}
        attached = {"mixins": {"erp": {"cost": 1.5}}, "metadata": schema}
        product = {"productId": cast.product("DESK-01").key, "mixins": {"colour": "red"}}
        thing = item(cast, "DESK-01", itemId="line-1", **attached, product=product)

        desk.post(QUOTES, made(cast, thing, **attached, id="q-1"))

        shown = desk.get(at("q-1")).body
        assert (shown["mixins"], shown["metadata"]["mixins"]) == (attached["mixins"], schema["mixins"])
        line = shown["items"][0]
        assert (line["id"], line["mixins"], line["metadata"]) == ("line-1", attached["mixins"], schema)
        assert line["product"]["mixins"] == {"colour": "red"}

    @pytest.mark.parametrize(
        ("price", "unit", "net"),
        [
            ({"totalNetValue": 777}, 500, 777),
            ({"unitPrice": 450}, 500, 900),
            ({"totalNetValue": 800, "unitPrice": 1}, 500, 800),
            ({}, 500, 1000),
        ],
        ids=str,
    )
    def test_takes_the_total_else_the_price_per_unit_else_the_list(self, desk, cast, price, unit, net):
        thing = item(cast, "DESK-01", 2)
        thing["price"] = {"priceId": thing["price"]["priceId"], **price}

        desk.post(QUOTES, made(cast, thing, id="q-1"))

        shown = desk.get(at("q-1")).body["items"][0]["price"]
        assert (shown["unitPrice"], shown["totalNetValue"], shown["newUnitPrice"]) == (unit, net, net / 2)

    def test_takes_the_product_alone(self, desk, cast):
        thing = {"quantity": 3, "product": {"productId": cast.product("DESK-01").key}}

        assert desk.post(QUOTES, made(cast, thing)).status == 201
        assert Quote.objects.get().lines_net == Decimal(1500)

    def test_of_a_gross_offer_says_what_it_is_net(self, desk, cast):
        desk.post(QUOTES, made(cast, item(cast, "CHAIR-01", 2, total=378.15), id="q-1"))

        price = desk.get(at("q-1")).body["items"][0]["price"]
        assert (price["unitPrice"], price["newUnitPrice"], price["discount"]) == (210.085, 189.075, 10)
        assert price["tax"]["prices"] == {"netValue": 378.15, "grossValue": 450}

    @pytest.mark.parametrize(
        ("changed", "detail"),
        [
            ({"customerId": None}, "customerId: is missing"),
            ({"customerId": "C-nobody"}, "customerId: There is no such customer."),
            ({"customerId": None, "customerEmail": "x@y.example"}, "customerEmail: There is no such customer."),
            ({"siteCode": None}, "siteCode: is missing"),
            ({"siteCode": "nowhere"}, "siteCode: There is no such site."),
            ({"currency": None}, "currency: is missing"),
            ({"billingAddressId": None}, "billingAddressId: is missing"),
            ({"shippingAddressId": "x"}, "shippingAddressId: There is no such address of this customer."),
            ({"validTo": "tomorrow"}, "validTo: must be a time such as 2026-12-01T08:00:00.000Z"),
            ({"validTo": "2022-04-01T04:37:04.301Z"}, "validTo: Say until when the offer holds: a time to come."),
            ({"items": [{"quantity": 1}]}, "items[0].product.productId: is missing"),
            ({"items": "x"}, "items: must be a list of at most 1000"),
            ({"mixins": "x"}, "/mixins: Attach objects of at most 50000 characters in all."),
        ],
        ids=str,
    )
    def test_is_refused(self, desk, cast, changed, detail):
        with nothing_changes():
            assert tuple(desk.post(QUOTES, made(cast, item(cast, "DESK-01"), **changed))) == wrong(detail)

    @pytest.mark.parametrize(
        ("changed", "detail"),
        [
            ({"quantity": {"quantity": 0}}, "quantity: "),
            ({"quantity": {"quantity": "2"}}, "items[0].quantity.quantity: must be a number"),
            ({"quantity": None}, "items[0].quantity: is missing"),
            ({"price": {"priceId": "x"}}, "price.priceId: This is not sold on Acme Markets Main."),
            ({"price": {"totalNetValue": -1}}, "price.totalNetValue: An amount is zero or more."),
            ({"price": {"totalNetValue": 1e14}}, "price.totalNetValue: An amount is zero or more."),
            ({"price": {"totalNetValue": 1.005}}, "price.totalNetValue: Amounts in EUR are not that fine."),
            ({"price": {"unitPrice": 0.1234567}}, "price.unitPrice: Give a price of at most 6 decimals."),
            ({"product": {"productId": "x"}}, "product.productId: This offer is of another product."),
            ({"itemId": "no id!"}, "items.id: This id is taken, or is none."),
        ],
        ids=str,
    )
    def test_is_refused_for_an_item(self, desk, cast, changed, detail):
        with nothing_changes():
            answer = desk.post(QUOTES, made(cast, {**item(cast, "DESK-01"), **changed}))

        assert (answer.status, answer.body["details"][0].startswith(detail)) == (400, True), answer.body

    def test_prices_from_elsewhere_need_a_scope_that_nobody_has(self, desk, cast):
        for name in ("price", "product"):
            thing = item(cast, "DESK-01")
            thing[name]["type"] = "EXTERNAL"
            with nothing_changes():
                answer = desk.post(QUOTES, made(cast, thing))
            assert tuple(answer) == lacks("cart.cart_manage_external_prices")

    def test_in_several_companies_says_for_which(self, desk, cast):
        Member.objects.create(company=cast.contoso, user=cast.rita, role="buyer")
        thing = item(cast, "DESK-01")

        assert tuple(desk.post(QUOTES, made(cast, thing))) == wrong(
            "legalEntityId: This customer is in several companies: name one."
        )
        assert desk.post(QUOTES, made(cast, thing, legalEntityId=cast.northwind.key)).status == 201
        assert desk.post(QUOTES, made(cast, thing, legalEntityId="x")).status == 403

    def test_of_another_tenant_is_nobody(self, desk, cast):
        answer = desk.post(QUOTES, made(cast, item(cast, "DESK-01"), customerId="C-olga"))
        assert tuple(answer) == wrong("customerId: There is no such customer.")

    def test_by_a_vendor_for_a_company_it_does_not_know(self, api, cast):
        with nothing_changes():
            answer = api("sam").post(QUOTES, made(cast, item(cast, "DESK-01")))
        assert tuple(answer) == wrong("customerId: There is no such customer who may order here.")

    def test_of_a_vendor_takes_its_own_products_alone(self, api, cast):
        ordered(cast, "bea", {"DESK-01": 1})
        answer = api("sam").post(QUOTES, made(cast, item(cast, "BOOK-01")))
        assert tuple(answer) == wrong("price.priceId: This is not sold on Acme Markets Main.")

    def test_a_customer_makes_none(self, api, cast):
        for who in ("rita", "ana", "paula"):
            with nothing_changes():
                assert tuple(api(who).post(QUOTES, made(cast, item(cast, "DESK-01")))) == lacks(MANAGE)

    def test_an_employee_asks_for_none(self, api, desk, cast, cart):
        for caller in (desk, api("sam")):
            with nothing_changes():
                answer = caller.post(QUOTES, asks(cast, cart))
            assert tuple(answer) == (403, code(403, "Only customers ask for quotes."))

    def test_an_id_that_is_taken(self, desk, cast):
        desk.post(QUOTES, made(cast, id="q-1"))
        with nothing_changes():
            assert tuple(desk.post(QUOTES, made(cast, item(cast, "DESK-01"), id="q-1"))) == conflict()


class TestANamedRequest:
    def test_is_carried_out_once(self, api, cast, cart):
        rita = api("rita", Idempotency_Key="one")

        answers = [tuple(rita.post(QUOTES, asks(cast, cart))) for _ in range(2)]

        assert answers == [(201, {"id": Quote.objects.get().key})] * 2

    def test_of_an_employee_is_carried_out_once(self, service_api, cast):
        desk = service_api(READ, MANAGE, Idempotency_Key="one")

        answers = [tuple(desk.post(QUOTES, made(cast, item(cast, "DESK-01")))) for _ in range(2)]

        assert answers == [(201, {"id": Quote.objects.get().key})] * 2

    def test_with_another_body_is_refused(self, api, cast, cart):
        rita = api("rita", Idempotency_Key="one")
        rita.post(QUOTES, asks(cast, cart))

        assert rita.post(QUOTES, asks(cast, cart, customerComment="more")).status == 422


def test_who_may_not_order_does_not_ask(api, cast):
    cart = cast.cart("carl", OVER)
    with nothing_changes():
        assert tuple(api("carl").post(QUOTES, asks(cast, cart))) == lacks(MANAGE, "quote.quote_manage_own")
