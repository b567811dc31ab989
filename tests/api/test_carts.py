"""Carts as a whole: opening one, finding it, showing, changing and deleting it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.models import Member
from companies.roles import Role
from orders.models import Cart
from tests.api.callers import PROBLEMS, code
from tests.api.carting import (
    CARTS,
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
from tests.factories import ListingFactory, MarketplaceFactory
from tests.stories.scenes import approve, ask_for, nothing_changes, order
from tests.world import scene

WINDOW = {"id": "window-morning", "slotId": "morning", "deliveryDate": "2027-01-04T12:00:00.000Z"}
OTHER_COMPANY = "You act for another company. A cart belongs to the company it was opened for."
SOMEBODY_ELSE = "This is the cart of somebody else."


def problem(*details):
    return 400, code(400, PROBLEMS, details=list(details))


def new(**changed):
    body = {"currency": "EUR", "siteCode": "main", "type": "shopping", **changed}
    return {name: part for name, part in body.items() if part is not None}


def stamp(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


@pytest.fixture
def rita(api):
    return api("rita")


@pytest.fixture
def visitor(anonymous_api):
    return anonymous_api()


@pytest.fixture
def program(service_api):
    return service_api("cart.cart_manage")


@scene
def cart(cast):
    return cast.cart("rita", {"DESK-01": 2, "BOOK-01": 3})


@scene
def held(cast):
    cart = cast.cart("rita", {"DESK-01": 9})
    cart.approval = ask_for(cast, "rita", cart, of="ana")
    return cart


@scene
def twice(cast):
    """Bea is in two companies."""
    Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.BUYER.value)


class TestOpening:
    def test_answers_with_its_id(self, cast, rita):
        answer = rita.post(CARTS, new())

        cart = Cart.objects.get()
        assert tuple(answer) == (201, {"cartId": cart.key, "yrn": f"urn:yaas:saasag:caascart:cart:acme;{cart.key}"})
        assert answer.headers["Location"] == f"/cart/acme/carts/{cart.key}"
        assert (cart.owner, cart.company, cart.marketplace) == (cast.rita, cast.northwind, cast.main)
        assert (cart.type, cart.currency, cart.country, cart.session_key) == ("shopping", "EUR", "DE", "")

    def test_with_everything_that_can_be_said(self, cast, rita):
        body = new(
            customerId="C-rita",
            legalEntityId=cast.northwind.key,
            deliveryWindow=WINDOW,
            channel={"name": "storefront", "source": "https://shop.example"},
            addresses=[{"type": "SHIPPING", "contactName": "Rita", "zipCode": "20457", "more": [1]}],
            mixins={"order": {"reference": "7"}},
            metadata={"mixins": {"order": "https://schema.example"}},
            zipCode="20457",
            countryCode="NL",
            sessionValidated=True,
            something="else",
        )

        key = rita.post(CARTS, body).body["cartId"]
        shown = rita.get(path(key)).body

        assert shown["deliveryWindow"] == WINDOW
        assert shown["deliveryWindowId"] == "window-morning"
        assert shown["channel"] == body["channel"]
        assert shown["addresses"] == [{"origin": "REQUEST", **body["addresses"][0]}]
        assert shown["mixins"] == body["mixins"]
        assert (shown["zipCode"], shown["countryCode"]) == ("20457", "NL")

    def test_a_second_of_the_same_kind_is_refused(self, rita):
        first = rita.post(CARTS, new()).body["cartId"]

        with nothing_changes():
            answer = rita.post(CARTS, new())

        message = "There is an open cart of this type on this site already."
        assert tuple(answer) == (409, code(409, message, resourceId=first))

    @pytest.mark.parametrize("changed", [{"type": None}, {"type": "wishlist"}, {"siteCode": "resello"}])
    def test_another_kind_is_another_cart(self, rita, changed):
        assert rita.post(CARTS, new()).status == rita.post(CARTS, new(**changed)).status == 201

    def test_without_a_site_it_is_where_the_session_shops(self, api):
        api("rita", site="resello").post(CARTS, new(siteCode=None))
        assert Cart.objects.get().marketplace.key == "resello"

    def test_without_any_site_it_is_the_home_of_the_tenant(self, rita):
        rita.post(CARTS, new(siteCode=None))
        assert Cart.objects.get().marketplace.key == "main"

    def test_on_the_default_site_it_is_at_home(self, cast, api):
        rita = api("rita")
        key = rita.post(CARTS, {"currency": "EUR", "siteCode": "default"}).body["cartId"]

        for name in ("default", "main"):
            assert rita.get(CARTS, siteCode=name).body["id"] == key
        assert Cart.objects.get(key=key).marketplace == cast.main

    def test_on_a_site_that_is_called_default_it_is_there(self, cast, api):
        cast.resello.key = "default"
        cast.resello.save()

        key = api("rita").post(CARTS, {"currency": "EUR", "siteCode": "default"}).body["cartId"]

        assert Cart.objects.get(key=key).marketplace == cast.resello
        assert api("rita").get(CARTS, siteCode="main").status == 404

    def test_of_a_private_customer_belongs_to_no_company(self, cast, api):
        api("paula").post(CARTS, new())
        assert (Cart.objects.get().owner, Cart.objects.get().company) == (cast.paula, None)

    def test_of_a_visitor_belongs_to_the_session(self, visitor):
        visitor.post(CARTS, new())
        cart = Cart.objects.get()
        assert (cart.owner, cart.company, cart.session_key) == (None, None, visitor.row.session_key)

    def test_in_a_currency_in_which_something_is_sold(self, cast, rita):
        ListingFactory(marketplace=cast.main, product=cast.product("DESK-01"), currency="USD")

        assert rita.post(CARTS, new(currency="USD")).status == 201
        assert tuple(rita.post(CARTS, new(currency="CHF", type=None))) == problem(
            "currency: Nothing is sold in CHF on Acme Markets Main."
        )

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"currency": None}, "currency: is missing"),
            ({"currency": ""}, "currency: is missing"),
            ({"currency": "eur"}, "currency: 'eur' is no code"),
            ({"currency": 5}, "currency: must be a text"),
            ({"siteCode": "gone"}, "siteCode: There is no such site."),
            ({"siteCode": "othermain"}, "siteCode: There is no such site."),
            ({"siteCode": "a\x00"}, "siteCode: contains a character that cannot be stored"),
            ({"type": "x" * 41}, "type: must have at most 40 characters"),
            ({"countryCode": "Germany"}, "countryCode: 'Germany' is no code"),
            ({"countryCode": "US"}, "countryCode: No taxes are known for US."),
            ({"zipCode": "1" * 12}, "zipCode: must have at most 11 characters"),
            ({"channel": "web"}, "channel: must be an object"),
            ({"mixins": []}, "mixins: must be an object"),
            ({"mixins": {"x": "y" * 20_001}}, "mixins: must have at most 20000 characters"),
            ({"mixins": {"x": "\x00"}}, "mixins: This contains something that cannot be stored."),
            ({"deliveryWindow": "tomorrow"}, "deliveryWindow: must be an object"),
            ({"deliveryWindow": {"slotId": 5}}, "deliveryWindow.slotId: must be a text"),
            ({"addresses": {}}, "addresses: must be a list of at most 1000"),
            ({"addresses": [{}]}, "addresses[0].type: is missing"),
            ({"addresses": [{"type": "HOME"}]}, "addresses[0].type: must be one of SHIPPING, BILLING"),
            (
                {"addresses": [{"type": "SHIPPING", "country": "Germany"}]},
                "addresses.SHIPPING.country: This is too long; at most 2 characters.",
            ),
            ({"orderId": "CS1001"}, "orderId: This is set by the server alone."),
            ({"quoteId": "q"}, "quoteId: This is set by the server alone."),
            ({"status": "CLOSED"}, "status: must be one of OPEN"),
        ],
    )
    def test_nonsense_is_refused_by_name(self, rita, changed, why):
        with nothing_changes():
            assert tuple(rita.post(CARTS, new(**changed))) == problem(why)

    @pytest.mark.parametrize("body", [[], "x", 5, None])
    def test_no_object_is_no_cart(self, rita, body):
        assert rita.post(CARTS, body).status == 400

    @pytest.mark.parametrize("company", ["contoso", "umbrella", "globex"])
    def test_for_another_company_is_refused(self, cast, rita, company):
        with nothing_changes():
            answer = rita.post(CARTS, new(legalEntityId=getattr(cast, company).key))
        assert tuple(answer) == not_authorized(OTHER_COMPANY)

    def test_for_a_company_that_is_not_there_is_refused_alike(self, rita):
        assert tuple(rita.post(CARTS, new(legalEntityId="gone"))) == not_authorized(OTHER_COMPANY)

    def test_for_somebody_else_is_refused(self, rita, visitor):
        assert tuple(rita.post(CARTS, new(customerId="C-bea"))) == not_authorized(SOMEBODY_ELSE)
        assert tuple(visitor.post(CARTS, new(customerId="C-bea"))) == not_authorized(SOMEBODY_ELSE)

    def test_a_private_customer_or_visitor_is_in_no_company(self, cast, api, visitor):
        assert tuple(api("paula").post(CARTS, new(legalEntityId=cast.northwind.key))) == not_authorized(OTHER_COMPANY)
        assert tuple(visitor.post(CARTS, new(legalEntityId=cast.northwind.key))) == not_authorized(SOMEBODY_ELSE)

    def test_beside_one_that_is_held_is_possible(self, held, rita):
        assert rita.post(CARTS, new(type=None)).status == 201

    def test_named_with_a_key_it_is_opened_once(self, rita):
        key = {"Idempotency-Key": "one"}
        first = rita.post(CARTS, new(), headers=key)

        assert tuple(rita.post(CARTS, new(), headers=key)) == tuple(first)
        assert Cart.objects.count() == 1
        reused = rita.post(CARTS, new(type="other"), headers=key)
        assert (reused.status, reused.body["status"]) == (422, "Unprocessable Entity")


class TestByAProgram:
    def test_for_a_customer_and_their_only_company(self, cast, program):
        program.post(CARTS, new(customerId="C-rita"))

        cart = Cart.objects.get()
        assert (cart.owner, cart.company) == (cast.rita, cast.northwind)

    def test_for_somebody_in_two_companies_it_has_to_say_which(self, cast, twice, program):
        assert tuple(program.post(CARTS, new(customerId="C-bea"))) == problem(
            "legalEntityId: This customer is in several companies: name one."
        )
        program.post(CARTS, new(customerId="C-bea", legalEntityId=cast.contoso.key))
        assert Cart.objects.get().company == cast.contoso

    def test_for_a_private_customer(self, cast, program):
        program.post(CARTS, new(customerId="C-paula"))
        assert (Cart.objects.get().owner, Cart.objects.get().company) == (cast.paula, None)

    def test_in_a_company_they_are_not_in_is_refused(self, cast, program):
        assert tuple(program.post(CARTS, new(customerId="C-rita", legalEntityId=cast.contoso.key))) == not_authorized(
            "This customer is not in that company."
        )

    def test_of_who_left_every_company_is_refused(self, program):
        assert tuple(program.post(CARTS, new(customerId="C-dora"))) == not_authorized(
            "This customer is in no company any more."
        )

    @pytest.mark.parametrize("number", ["C-nobody", "C-olga"])
    def test_for_who_is_no_customer_here_is_refused(self, program, number):
        assert tuple(program.post(CARTS, new(customerId=number))) == problem("customerId: There is no such customer.")

    def test_for_nobody_is_refused(self, program):
        assert tuple(program.post(CARTS, new())) == problem("customerId: Say whose cart it is.")

    def test_finds_a_customer_s_and_a_visitor_s(self, cast, cart, program, visitor):
        theirs = visitor.get(CARTS, siteCode="main", create="true").body

        assert program.get(CARTS, siteCode="main", customerId="C-rita").body["id"] == cart.key
        session = visitor.row.session_key
        assert program.get(CARTS, siteCode="main", sessionId=session).body["id"] == theirs["id"]
        assert program.get(CARTS, siteCode="main", customerId="C-bea").status == 404

    def test_fills_and_empties_a_customer_s(self, cast, cart, program):
        assert program.post(path(cart, "items"), item(cast, "DESK-01")).status == 201
        assert program.put(path(cart), {"deliveryWindow": WINDOW}).status == 204
        assert contents(program.get(path(cart)).body) == {"DESK-01": 3, "BOOK-01": 3}
        assert program.delete(path(cart)).status == 204

    def test_but_neither_moves_it_to_somebody_nor_into_another_company(self, cast, cart, program):
        with nothing_changes():
            assert program.put(path(cart), {"legalEntityId": cast.contoso.key}).status == 403
            assert program.put(path(cart), {"customerId": "C-bea"}).status == 400
            assert program.put(path(cart), {"orderId": "CS1001"}).status == 400

    def test_nor_touches_one_that_is_held(self, cast, held, program):
        with nothing_changes():
            assert program.post(path(held, "items"), item(cast, "DESK-01")).status == 409
            assert program.delete(path(held)).status == 409


class TestCurrent:
    def test_there_is_none_at_first(self, rita):
        with nothing_changes():
            assert tuple(rita.get(CARTS, siteCode="main")) == (404, code(404, "Cart not found."))

    def test_is_opened_once_where_that_is_asked(self, rita):
        first = rita.get(CARTS, siteCode="main", type="shopping", create="true")
        again = rita.get(CARTS, siteCode="main", type="shopping", create="true")

        assert (first.status, again.status) == (200, 200)
        assert first.body["id"] == again.body["id"]
        assert Cart.objects.count() == 1

    def test_without_a_type_is_the_one_without(self, rita):
        typed = rita.get(CARTS, siteCode="main", type="shopping", create="true").body["id"]

        assert rita.get(CARTS, siteCode="main").status == 404
        assert rita.get(CARTS, siteCode="main", type="shopping").body["id"] == typed
        assert rita.get(CARTS, siteCode="main", type="other").status == 404

    def test_is_that_of_the_token_s_company_named_or_not(self, cast, cart, rita):
        assert rita.get(CARTS, siteCode="main").body["id"] == cart.key
        named = rita.get(CARTS, siteCode="main", legalEntityId=cast.northwind.key, customerId="C-rita")
        assert named.body["id"] == cart.key

    def test_of_another_company_or_customer_is_refused(self, cast, cart, rita):
        for company in (cast.contoso.key, "gone"):
            answer = rita.get(CARTS, siteCode="main", legalEntityId=company, create="true")
            assert tuple(answer) == not_authorized(OTHER_COMPANY)
        assert tuple(rita.get(CARTS, siteCode="main", customerId="C-bea")) == not_authorized(SOMEBODY_ELSE)

    def test_of_a_visitor_is_that_of_the_session(self, visitor, anonymous_api):
        own = visitor.get(CARTS, siteCode="main", create="true", sessionId=visitor.row.session_key).body

        assert own["sessionId"] == visitor.row.session_key
        assert "customerId" not in own
        assert anonymous_api().get(CARTS, siteCode="main").status == 404
        foreign = anonymous_api().get(CARTS, siteCode="main", sessionId=visitor.row.session_key)
        assert tuple(foreign) == not_authorized(SOMEBODY_ELSE)

    def test_of_another_session_is_nobody_s_who_signed_in(self, rita, visitor):
        own = rita.get(CARTS, siteCode="main", create="true", sessionId=rita.row.session_key).body
        assert own["customerId"] == "C-rita", "the own session says nothing new"
        answer = rita.get(CARTS, siteCode="main", sessionId=visitor.row.session_key)
        assert tuple(answer) == not_authorized("The cart of a session belongs to nobody; merge it into your own.")

    def test_a_new_one_follows_the_session_where_it_can(self, cast, anonymous_api):
        ListingFactory(marketplace=cast.main, product=cast.product("DESK-01"), currency="USD")
        visitor = anonymous_api()
        visitor.row.currency, visitor.row.country = "USD", "NL"
        visitor.row.save()
        nowhere = anonymous_api()
        nowhere.row.currency, nowhere.row.country = "CHF", "US"
        nowhere.row.save()

        opened = visitor.get(CARTS, siteCode="main", create="true").body
        fallen_back = nowhere.get(CARTS, siteCode="main", create="true").body

        assert (opened["currency"], opened["countryCode"]) == ("USD", "NL")
        assert (fallen_back["currency"], fallen_back["countryCode"]) == ("EUR", "DE")

    def test_a_new_one_takes_country_and_postcode_from_the_query(self, rita):
        opened = rita.get(CARTS, siteCode="main", create="true", countryCode="NL", zipCode="1012").body
        assert (opened["countryCode"], opened["zipCode"]) == ("NL", "1012")

    @pytest.mark.parametrize(
        ("query", "why"),
        [
            ({}, "siteCode: This is missing."),
            ({"siteCode": "main", "create": "yes"}, "create: This must be true or false."),
            ({"siteCode": "gone", "create": "true"}, "siteCode: There is no such site."),
            ({"siteCode": "main", "countryCode": "x"}, "countryCode: 'x' is no code"),
        ],
    )
    def test_nonsense_is_refused_by_name(self, rita, query, why):
        assert tuple(rita.get(CARTS, **query)) == problem(why)

    def test_an_unknown_criterion_is_refused_and_never_ignored(self, rita):
        assert rita.get(CARTS, siteCode="main", status="CLOSED").status == 400

    def test_on_an_unknown_site_there_is_none(self, rita):
        assert rita.get(CARTS, siteCode="gone").status == 404
        assert rita.get(CARTS, siteCode="othermain").status == 404

    def test_one_that_is_held_is_not_it(self, cast, held, rita):
        assert rita.get(CARTS, siteCode="main").status == 404
        assert rita.get(CARTS, siteCode="main", create="true").body["id"] != held.key

    def test_one_whose_request_is_overdue_is_it_again(self, cast, held, rita):
        held.approval.expires_at = timezone.now() - timedelta(minutes=1)
        held.approval.save(update_fields=["expires_at"])

        answer = rita.get(CARTS, siteCode="main")

        assert (answer.body["id"], answer.body["status"]) == (held.key, "OPEN")
        assert rita.get(CARTS, siteCode="main", create="true").body["id"] == held.key


class TestShown:
    def test_whole(self, cast, cart, rita):
        desk, book = cast.product("DESK-01"), cast.product("BOOK-01")
        lines = {line.product.sku: line for line in cart.lines.select_related("product")}
        cart.type, cart.version = "shopping", 4
        cart.save()

        answer = rita.get(path(cart), expandCalculation="true")

        standard = {"taxCode": "STANDARD", "taxRate": 19}
        desks = {"netValue": 1000.0, "grossValue": 1190.0, "taxValue": 190.0}
        reduced = {"taxCode": "REDUCED", "taxRate": 7}
        books = {"netValue": 60.0, "grossValue": 64.2, "taxValue": 4.2}
        total = {"netValue": 1060.0, "grossValue": 1254.2, "taxValue": 194.2}
        calculated_at = answer.body["metadata"].pop("calculatedAt")
        assert tuple(answer) == (
            200,
            {
                "id": cart.key,
                "yrn": f"urn:yaas:saasag:caascart:cart:acme;{cart.key}",
                "customerId": "C-rita",
                "legalEntityId": cast.northwind.key,
                "siteCode": "main",
                "currency": "EUR",
                "type": "shopping",
                "status": "OPEN",
                "countryCode": "DE",
                "items": [
                    {
                        "id": lines["DESK-01"].key,
                        "itemYrn": yrn(desk),
                        "type": "INTERNAL",
                        "keepAsSeparateLineItem": False,
                        "quantity": 2,
                        "effectiveQuantity": 2,
                        "product": {
                            "id": desk.key,
                            "yrn": yrn(desk),
                            "sku": "DESK-01",
                            "code": "DESK-01",
                            "name": "Standing desk",
                            "localizedName": {"en": "Standing desk"},
                        },
                        "price": price(cast.listing("DESK-01")),
                        "unitPrice": {"netValue": 500.0, "grossValue": 595.0, "taxValue": 95.0, **standard},
                        "itemPrice": {"amount": 1000.0, "currency": "EUR"},
                        "itemTaxInfo": [
                            {
                                "name": "STANDARD",
                                "rate": 19,
                                "value": {"amount": 190.0, "currency": "EUR"},
                                "netValue": 1000.0,
                                "grossValue": 1190.0,
                            }
                        ],
                        "calculatedPrice": {"price": desks | standard, "finalPrice": desks | standard},
                    },
                    {
                        "id": lines["BOOK-01"].key,
                        "itemYrn": yrn(book),
                        "type": "INTERNAL",
                        "keepAsSeparateLineItem": False,
                        "quantity": 3,
                        "effectiveQuantity": 3,
                        "product": {
                            "id": book.key,
                            "yrn": yrn(book),
                            "sku": "BOOK-01",
                            "code": "BOOK-01",
                            "name": "Field guide",
                            "localizedName": {"en": "Field guide"},
                        },
                        "price": price(cast.listing("BOOK-01")),
                        "unitPrice": {"netValue": 20.0, "grossValue": 21.4, "taxValue": 1.4, **reduced},
                        "itemPrice": {"amount": 60.0, "currency": "EUR"},
                        "itemTaxInfo": [
                            {
                                "name": "REDUCED",
                                "rate": 7,
                                "value": {"amount": 4.2, "currency": "EUR"},
                                "netValue": 60.0,
                                "grossValue": 64.2,
                            }
                        ],
                        "calculatedPrice": {"price": books | reduced, "finalPrice": books | reduced},
                    },
                ],
                "totalUnitsCount": 5,
                "subTotalPrice": {"amount": 1254.2, "currency": "EUR"},
                "totalPrice": {"amount": 1254.2, "currency": "EUR"},
                "totalTax": {"amount": 194.2, "currency": "EUR"},
                "taxAggregate": {
                    "lines": [
                        {"name": "REDUCED", "amount": 4.2, "rate": 7, "taxable": 60.0},
                        {"name": "STANDARD", "amount": 190.0, "rate": 19, "taxable": 1000.0},
                    ]
                },
                "subtotalAggregate": {"currency": "EUR", **total},
                "calculatedPrice": {"price": total, "finalPrice": total},
                "metadata": {
                    "createdAt": stamp(cart.created_at),
                    "modifiedAt": stamp(cart.modified_at),
                    "version": 4,
                },
            },
        )
        assert calculated_at.endswith("Z")

    def test_a_gross_price_is_gross_in_its_item(self, cast, rita):
        cart = cast.cart("rita", {"CHAIR-01": 3})

        (line,) = rita.get(path(cart)).body["items"]

        assert line["price"]["effectiveAmount"] == 250.0
        assert line["itemPrice"]["amount"] == 750.0
        assert line["unitPrice"]["netValue"] == 210.08
        assert line["calculatedPrice"]["price"]["netValue"] == 630.25

    def test_one_tax_for_all_is_told_with_the_total(self, cast, rita):
        cart = cast.cart("rita", {"DESK-01": 1, "CHAIR-01": 1})
        calculated = rita.get(path(cart)).body["calculatedPrice"]

        assert (calculated["finalPrice"]["taxCode"], calculated["price"]["taxRate"]) == ("STANDARD", 19)

    def test_amounts_keep_the_decimals_of_their_currency(self, cast, cart, rita):
        answer = rita.client.get(path(cart).replace("{t}", "acme"), headers={"Authorization": f"Bearer {rita.token}"})

        assert b'"grossValue":1254.20,' in answer.content

    def test_what_is_not_sold_any_more_costs_nothing(self, cast, cart, rita):
        listing = cast.listing("DESK-01")
        listing.is_active = False
        listing.save()

        body = rita.get(path(cart)).body

        assert body["subtotalAggregate"]["grossValue"] == 64.2
        assert body["items"][0]["calculatedPrice"]["price"]["grossValue"] == 0
        assert body["items"][0]["unitPrice"]["grossValue"] == 0

    def test_names_in_the_reader_s_language(self, cast, cart, api):
        desk = cast.product("DESK-01")
        desk.name = {"en": "Standing desk", "de": "Stehpult"}
        desk.save()

        for header, name in (("de", "Stehpult"), ("*", "Standing desk")):
            product = api("rita", Accept_Language=header).get(path(cart)).body["items"][0]["product"]
            assert (product["name"], product["localizedName"]) == (name, desk.name)

    def test_held_with_the_prices_of_its_request(self, cast, held, rita, api):
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(900)
        listing.save()

        for client in (rita, api("ana")):
            body = client.get(path(held)).body
            assert (body["status"], body["subtotalAggregate"]["grossValue"]) == ("HELD", 5355.0)
            assert body["items"][0]["price"]["effectiveAmount"] == 500.0
            assert body["customerId"] == "C-rita"

    def test_overdue_it_is_open_for_its_owner_and_gone_for_the_approver(self, cast, held, rita, api):
        held.approval.expires_at = timezone.now() - timedelta(minutes=1)
        held.approval.save(update_fields=["expires_at"])

        assert tuple(api("ana").get(path(held))) == not_found(held)
        assert rita.get(path(held)).body["status"] == "OPEN"

    def test_ordered_it_is_closed_and_names_its_order(self, cast, api):
        cart = cast.cart("ana", {"DESK-01": 1, "SERVER-01": 1})
        placed = order(cast, "ana", cart).settled()

        body = api("ana").get(path(cart)).body

        assert body["status"] == "CLOSED"
        assert body["orderId"] == placed.orders.order_by("position").first().number


class TestChanging:
    def test_what_is_named_and_nothing_else(self, cast, cart, rita):
        assert tuple(rita.put(path(cart), {"deliveryWindow": WINDOW})) == (204, None)
        assert tuple(rita.put(path(cart), {"channel": {"name": "web"}, "zipCode": "20457"})) == (204, None)

        body = rita.get(path(cart)).body
        assert (body["deliveryWindow"], body["channel"], body["zipCode"]) == (WINDOW, {"name": "web"}, "20457")
        assert body["metadata"]["version"] == 3

    def test_nothing_named_changes_nothing(self, cart, rita):
        with nothing_changes():
            assert rita.put(path(cart), {}).status == 204
            assert rita.put(path(cart), {"siteCode": "main", "partial": True}, partial="true").status == 204

    def test_a_delivery_window_is_kept_as_it_was_sent_whether_or_not_there_is_one(self, cart, rita):
        window = {"id": "gone", "slotId": "x", "deliveryDate": "some day", "note": "ring twice"}

        rita.put(path(cart), {"deliveryWindow": window})

        assert rita.get(path(cart)).body["deliveryWindow"] == window

    def test_a_delivery_window_by_its_id_alone_and_taken_away(self, cart, rita):
        rita.put(path(cart), {"deliveryWindowId": "w-1"})
        assert rita.get(path(cart)).body["deliveryWindowId"] == "w-1"

        rita.put(path(cart), {"deliveryWindow": None})
        assert "deliveryWindow" not in rita.get(path(cart)).body

    def test_addresses_are_replaced_as_a_whole(self, cast, cart, rita):
        rita.put(path(cart), {"addresses": [cast.address("SHIPPING"), cast.address("BILLING")]})
        twice = [cast.address("BILLING"), {**cast.address("BILLING"), "city": "ignored"}]
        rita.put(path(cart), {"addresses": twice})

        assert rita.get(path(cart)).body["addresses"] == [{"origin": "REQUEST", **cast.address("BILLING")}]
        rita.put(path(cart), {"addresses": []})
        assert "addresses" not in rita.get(path(cart)).body

    def test_a_country_has_its_own_tax(self, cart, rita):
        assert rita.put(path(cart), {"countryCode": "NL"}).status == 204
        assert rita.get(path(cart)).body["taxAggregate"]["lines"][1]["rate"] == 21
        assert rita.put(path(cart), {"countryCode": "US"}).status == 400

    def test_a_type_unless_there_is_such_a_cart(self, cast, cart, rita):
        assert rita.put(path(cart), {"type": "shopping"}).status == 204
        other = cast.cart("rita", {"DESK-01": 1})
        message = "There is an open cart of this type on this site already."

        assert tuple(rita.put(path(other), {"type": "shopping"})) == (409, code(409, message))

    def test_a_currency_with_its_offers(self, cast, cart, rita):
        for sku in ("DESK-01", "BOOK-01"):
            ListingFactory(marketplace=cast.main, product=cast.product(sku), currency="USD", unit_price=100)

        assert rita.put(path(cart), {"currency": "USD"}).status == 204
        assert rita.get(path(cart)).body["subtotalAggregate"]["netValue"] == 500.0

    def test_closed_by_its_status(self, cart, rita):
        assert rita.put(path(cart), {"status": "OPEN"}).status == 204
        assert rita.put(path(cart), {"status": "CLOSED"}).status == 204
        assert rita.get(path(cart)).body["status"] == "CLOSED"
        assert rita.get(CARTS, siteCode="main").status == 404

    @pytest.mark.parametrize("status", ["HELD", "SAVED", "closed", "ORDERED"])
    def test_no_other_status_is_set(self, cart, rita, status):
        with nothing_changes():
            assert tuple(rita.put(path(cart), {"status": status})) == problem(
                "status: The status of a cart is OPEN or CLOSED."
            )

    @pytest.mark.parametrize("status", ["OPEN", "CLOSED", "HELD"])
    def test_no_status_of_one_that_is_held(self, held, rita, status):
        with nothing_changes():
            assert rita.put(path(held), {"status": status}).status == 400

    def test_no_status_of_one_that_is_closed(self, cart, rita):
        rita.put(path(cart), {"status": "CLOSED"})

        with nothing_changes():
            assert tuple(rita.put(path(cart), {"status": "OPEN"})) == problem(
                "status: This cart is closed; its status cannot be set."
            )

    @pytest.mark.parametrize("name", ["orderId", "quoteId"])
    def test_no_order_and_no_quote(self, held, cart, rita, name):
        for each in (cart, held):
            with nothing_changes():
                assert tuple(rita.put(path(each), {name: "x"})) == problem(f"{name}: This is set by the server alone.")

    def test_no_other_customer(self, held, cart, rita):
        for each in (cart, held):
            with nothing_changes():
                assert tuple(rita.put(path(each), {"customerId": "C-bea"})) == problem(
                    "customerId: A cart belongs to the customer it was opened for."
                )

    @pytest.mark.parametrize("company", ["contoso", "umbrella", None])
    def test_no_other_company(self, cast, held, cart, rita, company):
        key = getattr(cast, company).key if company else "gone"
        for each in (cart, held):
            with nothing_changes():
                assert tuple(rita.put(path(each), {"legalEntityId": key})) == not_authorized(
                    "A cart belongs to the company it was opened for."
                )

    def test_whose_it_is_may_be_said_again(self, cast, cart, rita):
        assert rita.put(path(cart), {"legalEntityId": cast.northwind.key, "customerId": "C-rita"}).status == 204

    @pytest.mark.parametrize(
        "body",
        [
            {"deliveryWindow": WINDOW},
            {"currency": "USD"},
            {"currency": "EUR"},
            {"addresses": []},
            {"countryCode": "NL"},
            {},
        ],
    )
    def test_nothing_of_one_that_is_held(self, held, rita, body):
        with nothing_changes():
            assert tuple(rita.put(path(held), body)) == (409, code(409, HELD))

    def test_nor_after_the_yes(self, cast, held, rita):
        approve(cast, "ana", held.approval).settled()

        assert rita.put(path(held), {"deliveryWindow": WINDOW}).status == 409

    def test_the_approver_reads_and_changes_nothing(self, held, api):
        with nothing_changes():
            assert tuple(api("ana").put(path(held), {"deliveryWindow": WINDOW})) == not_authorized(
                "Only the person whose cart this is may change it."
            )

    def test_of_the_version_that_was_seen(self, cart, rita):
        assert rita.put(path(cart), {"zipCode": "1"}, headers={"If-Match": "1"}).status == 204
        for sent in (
            rita.put(path(cart), {"zipCode": "2"}, headers={"If-Match": '"1"'}),
            rita.put(path(cart), {"zipCode": "2", "metadata": {"version": 1}}),
        ):
            assert tuple(sent) == (409, code(409, OTHER_VERSION))
        assert rita.put(path(cart), {"zipCode": "2"}, headers={"If-Match": "*"}).status == 204
        assert rita.put(path(cart), {"zipCode": "3"}, headers={"If-Match": "x"}).status == 400

    @pytest.mark.parametrize("body", [[], "x", {"deliveryWindow": 5}, {"addresses": [5]}, {"currency": "EURO"}])
    def test_nonsense_is_refused(self, cart, rita, body):
        with nothing_changes():
            assert rita.put(path(cart), body).status == 400


class TestDeleting:
    def test_closes_it_and_it_is_gone(self, cart, rita):
        assert tuple(rita.delete(path(cart))) == (204, None)

        assert tuple(rita.get(path(cart))) == not_found(cart)
        assert rita.get(CARTS, siteCode="main").status == 404
        assert tuple(rita.delete(path(cart))) == not_found(cart)
        assert Cart.objects.get().status == "closed"
        assert Cart.objects.get().lines.count() == 2

    def test_one_that_is_held_stays(self, held, rita):
        with nothing_changes():
            assert tuple(rita.delete(path(held))) == (409, code(409, HELD))

    def test_one_that_was_ordered_stays(self, cast, api):
        cart = cast.cart("ana", {"DESK-01": 1})
        order(cast, "ana", cart).settled()

        with nothing_changes():
            assert api("ana").delete(path(cart)).status == 409

    def test_the_approver_deletes_nothing(self, held, api):
        with nothing_changes():
            assert api("ana").delete(path(held)).status == 403


class TestCompanies:
    """A token of somebody in two companies has to be bound to one; then only that one's carts are there."""

    UNBOUND = "Choose the company you are ordering for."

    def test_unbound_it_has_no_carts_at_all(self, cast, twice, api):
        cart, bea = cast.cart("bea", {"DESK-01": 1}), api("bea")

        with nothing_changes():
            for answer in (
                bea.get(CARTS, siteCode="main"),
                bea.get(CARTS, siteCode="main", legalEntityId=cast.northwind.key, create="true"),
                bea.post(CARTS, new(legalEntityId=cast.contoso.key)),
                bea.get(path(cart)),
                bea.put(path(cart), {"zipCode": "1"}),
                bea.post(path(cart, "items"), item(cast, "DESK-01")),
                bea.delete(path(cart)),
                bea.get(path("gone")),
            ):
                assert tuple(answer) == not_authorized(self.UNBOUND)

    def test_bound_it_has_those_of_that_company(self, cast, twice, api):
        theirs = cast.cart("bea", {"DESK-01": 1})
        bound, other = api("bea", "northwind"), api("bea", "contoso")

        assert bound.get(CARTS, siteCode="main").body["id"] == theirs.key
        assert other.get(CARTS, siteCode="main").status == 404
        assert tuple(other.get(path(theirs))) == not_found(theirs)
        opened = other.get(CARTS, siteCode="main", create="true").body
        assert opened["legalEntityId"] == cast.contoso.key
        assert bound.put(path(theirs), {"legalEntityId": cast.contoso.key}).status == 403

    def test_bound_to_a_company_one_has_left_it_has_none(self, cast, twice, api):
        bea = api("bea", "contoso")
        Member.objects.filter(user=cast.bea, company=cast.contoso).update(is_active=False)

        assert bea.get(CARTS, siteCode="main", create="true").status == 403

    def test_who_left_every_company_is_no_private_customer(self, api):
        assert tuple(api("dora").get(CARTS, siteCode="main", create="true")) == not_authorized(self.UNBOUND)

    def test_a_reseller_s_marketplace_is_a_site_like_any(self, cast, rita):
        body = rita.get(CARTS, siteCode="resello", create="true").body
        assert (body["siteCode"], body["countryCode"]) == ("resello", "NL")

    def test_a_site_that_is_switched_off_opens_none(self, cast, rita):
        place = MarketplaceFactory(tenant=cast.acme, key="old", is_active=False)
        assert rita.get(CARTS, siteCode=place.key, create="true").status == 400
