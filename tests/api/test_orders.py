"""Which orders does a client see, and what of them?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.api.json import instant
from companies.models import Customer
from orders.models import Order
from tests.api.buying import ORDERS, SALES, refused, saas
from tests.factories import CheckoutFactory, OrderFactory
from tests.stories.scenes import accept, again, approve, ask, complete, order_approved, ordered, orders_of, reject

pytestmark = pytest.mark.django_db

DESKS = {"DESK-01": 2}
COMPANY = "/order-v2/{t}/legal-entity-orders"
MONEY = {
    "subTotalPrice",
    "totalPrice",
    "calculatedPrice",
    "shipping",
    "tax",
    "payments",
    "billingAddress",
    "cartId",
    "checkoutId",
    "discounts",
}


def found(caller, path=ORDERS, **query):
    answer = caller.get(path, **query)
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.body]


def numbers(orders):
    return [order.number for order in orders]


def more_orders(cast, count):
    """Bea's, of one line each."""
    for _ in range(count):
        OrderFactory(
            checkout=CheckoutFactory(tenant=cast.acme, placed_by=cast.bea),
            marketplace=cast.main,
            vendor=cast.globex,
            company=cast.northwind,
        )


def resold(cast):
    (order,) = ordered(cast, "tess", DESKS, "resello")
    return order


class TestAnOrder:
    def test_says_everything_that_was_agreed(self, cast, api):
        (order,) = ordered(cast, "bea", {"DESK-01": 2, "VDI-01": "1.5"})
        desk, desktop = order.lines.order_by("number")
        address = {name: text for name, text in cast.address().items() if name != "type" and text}

        body = api("bea").get(f"{ORDERS}/{order.number}").body

        def entry(number, line, name, amount, unit_price, net, gross, tax):
            values = {"netValue": net, "grossValue": gross, "taxValue": tax, "taxCode": "STANDARD", "taxRate": 19}
            return {
                "id": number,
                "itemYrn": f"urn:yaas:hybris:product:product:acme;{line.product.key}",
                "amount": amount,
                "orderedAmount": amount,
                "product": {
                    "id": line.product.key,
                    "sku": line.sku,
                    "code": line.sku,
                    "name": name,
                    "localizedName": {"en": name},
                    "unit": "piece",
                },
                "delivery": {"kind": line.delivery_kind, "state": "open"},
                "originalPrice": unit_price,
                "unitPrice": unit_price,
                "totalPrice": net,
                "price": {
                    "priceId": line.listing.key,
                    "currency": "EUR",
                    "originalAmount": unit_price,
                    "effectiveAmount": unit_price,
                    "includesTax": False,
                },
                "calculatedPrice": {"price": values, "finalPrice": values},
            }

        assert body == {
            "id": order.number,
            "status": "CREATED",
            "reviewStatus": "pending",
            "kind": "purchase",
            "created": instant(order.created_at),
            "lastStatusChange": instant(order.status_since),
            "cartId": order.checkout.cart.key,
            "checkoutId": str(order.checkout_id),
            "siteCode": "main",
            "currency": "EUR",
            "countryCode": "DE",
            "customer": {
                "id": "C-bea",
                "name": "Bea Lindt",
                "firstName": "Bea",
                "lastName": "Lindt",
                "email": "bea@northwind.example",
                "company": "Northwind GmbH",
            },
            "legalEntityId": cast.northwind.key,
            "placedBy": "Bea Lindt",
            "onBehalf": False,
            "entries": [
                entry("1", desk, "Standing desk", 2, 500, 1000, 1190, 190),
                entry("2", desktop, "Virtual desktop", 1.5, 80, 120, 142.8, 22.8),
            ],
            "shippingAddress": address,
            "billingAddress": address,
            "payments": [
                {
                    "status": "PENDING",
                    "provider": "invoice",
                    "method": "30 days",
                    "currency": "EUR",
                    "paidAmount": 1344.7,
                }
            ],
            "shipping": {
                "total": {"amount": 11.9, "currency": "EUR"},
                "lines": [
                    {
                        "amount": 10,
                        "currency": "EUR",
                        "code": "4-more_hours_timeframe",
                        "name": "4-more_hours_timeframe",
                        "zoneId": "deliveryarea",
                        "tax": {"total": {"amount": 1.9, "currency": "EUR", "inclusive": False}},
                    }
                ],
            },
            "tax": {
                "lines": [
                    {
                        "code": "STANDARD",
                        "name": "STANDARD",
                        "rate": 19,
                        "amount": 212.8,
                        "currency": "EUR",
                        "sequenceId": 0,
                        "inclusive": False,
                    },
                    {
                        "code": "SHIPPING",
                        "name": "Shipping",
                        "amount": 1.9,
                        "currency": "EUR",
                        "sequenceId": 1,
                        "inclusive": False,
                    },
                ],
                "total": {"amount": 214.7, "currency": "EUR", "inclusive": False},
            },
            "subTotalPrice": 1332.8,
            "totalPrice": 1344.7,
            "calculatedPrice": {
                "price": {"netValue": 1120, "grossValue": 1332.8, "taxValue": 212.8},
                "totalShipping": {"netValue": 10, "grossValue": 11.9, "taxValue": 1.9},
                "finalPrice": {"netValue": 1130, "grossValue": 1344.7, "taxValue": 214.7},
            },
            "discounts": [],
            "orderIds": [order.number],
            "availableOperations": ["cancel"],
            "mixins": {},
            "metadata": {
                "version": order.version,
                "createdAt": instant(order.created_at),
                "modifiedAt": instant(order.modified_at),
            },
        }

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            ("to_be_approved", "IN_CHECKOUT"),
            ("pending", "CREATED"),
            ("provisioning", "CONFIRMED"),
            ("completed", "COMPLETED"),
            ("failed", "CREATED"),
            ("rejected", "DECLINED"),
            ("cancelled", "DECLINED"),
        ],
    )
    def test_stands_in_the_words_of_both(self, cast, api, status, word):
        (order,) = ordered(cast, "bea", {"SERVER-01": 1})
        Order.objects.filter(pk=order.pk).update(status=status)

        body = api("bea").get(f"{ORDERS}/{order.number}").body

        assert (body["status"], body["reviewStatus"]) == (word, status)

    def test_says_who_decided_when_and_why(self, cast, api):
        (order,) = ordered(cast, "bea", {"SERVER-01": 1})
        bea = api("bea")
        assert bea.get(f"{ORDERS}/{order.number}").body["review"] == {"status": "PENDING"}

        reject(cast, "victor", order, reason="Out of stock.", note="Ask again in May.")

        body = bea.get(f"{ORDERS}/{order.number}").body
        review = again(order).review
        assert body["review"] == {
            "status": "DECLINED",
            "decidedBy": "Victor Lang",
            "decidedAt": instant(review.decided_at),
        }
        assert body["statusReason"] == "Out of stock."
        assert "internalNote" not in body
        assert body["availableOperations"] == []
        assert api("victor").get(f"{ORDERS}/{order.number}").body["internalNote"] == "Ask again in May."

    def test_has_what_was_delivered(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)
        link = {"label": "Manual", "url": "https://desk.example/manual"}
        complete(cast, "vera", order, instructions="In the lobby.", links=[link])

        (entry,) = api("bea").get(f"{ORDERS}/{order.number}").body["entries"]

        assert entry["delivery"] == {
            "kind": "manual",
            "state": "completed",
            "instructions": "In the lobby.",
            "links": [link],
            "deliveredAt": instant(again(order.lines.get()).delivered_at),
        }

    def test_names_its_approval_to_the_buyers_side(self, cast, api):
        approval = ask(cast, "rita", DESKS, "ana")
        approve(cast, "ana", approval)
        (order,) = orders_of(order_approved(cast, "rita", approval).settled())

        for who in ("rita", "ana"):
            assert api(who).get(f"{ORDERS}/{order.number}").body["approvalId"] == approval.key
        assert "approvalId" not in api("victor").get(f"{ORDERS}/{order.number}").body

    def test_names_the_orders_of_its_checkout_that_the_reader_sees(self, cast, api):
        first, second = ordered(cast, "ana", {"DESK-01": 1, "BOOK-01": 1})

        assert api("ana").get(f"{ORDERS}/{second.number}").body["orderIds"] == numbers([first, second])
        assert api("ines").get(f"{ORDERS}/{second.number}").body["orderIds"] == [second.number]

    def test_reads_in_the_language_that_is_asked_for(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)
        order.lines.update(name={"en": "Standing desk", "de": "Stehpult"})

        def name(language):
            answer = api("bea").get(f"{ORDERS}/{order.number}", headers={"Accept-Language": language})
            return answer.body["entries"][0]["product"]["name"]

        assert name("de") == "Stehpult"
        assert name("*") == {"en": "Standing desk", "de": "Stehpult"}


class TestWhoSeesAnOrder:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("bea", 200),
            ("victor", 200),
            ("vera", 200),
            ("sam", 200),
            ("rita", 404),
            ("carl", 404),
            ("ben", 404),
            ("paula", 404),
            ("ines", 404),
            ("roos", 404),
        ],
    )
    def test_are_those_with_a_part_in_it(self, cast, api, who, status):
        (order,) = ordered(cast, "bea", DESKS)
        caller = api(who)

        one, listed = caller.get(f"{ORDERS}/{order.number}"), found(caller)

        assert one.status == status
        assert listed == ([order.number] if status == 200 else [])
        if status == 404:
            unknown = caller.get(f"{ORDERS}/CS999999")
            assert unknown.body["message"].replace("CS999999", order.number) == one.body["message"]

    def test_is_an_admin_of_the_company_in_its_list(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)

        assert api("ana").get(f"{ORDERS}/{order.number}").status == 200
        assert found(api("ana")) == []
        assert found(api("ana"), f"{COMPANY}/{cast.northwind.key}") == [order.number]

    def test_is_the_approver_in_the_list_of_the_company(self, cast, api):
        approval = ask(cast, "ravi", DESKS, "grace")
        approve(cast, "grace", approval)
        (order,) = orders_of(order_approved(cast, "ravi", approval).settled())

        assert api("grace").get(f"{ORDERS}/{order.number}").status == 200
        for who, own, company in (("ravi", 1, 1), ("grace", 0, 1), ("hugo", 0, 0), ("alice", 0, 1)):
            caller = api(who)
            assert (len(found(caller)), len(found(caller, f"{COMPANY}/{cast.contoso.key}"))) == (own, company), who

    def test_is_the_approver_in_the_own_list_after_ordering_for_who_asked(self, cast, api):
        approval = ask(cast, "ravi", DESKS, "grace")
        approve(cast, "grace", approval)
        (order,) = orders_of(order_approved(cast, "grace", approval).settled())

        assert found(api("ravi")) == found(api("grace")) == [order.number]
        assert api("grace").get(ORDERS).body[0]["customer"]["id"] == "C-ravi"
        assert api("grace").get(ORDERS, headers={"X-Total-Count": "true"}).headers["X-Total-Count"] == "1"
        assert found(api("alice")) == []

    def test_is_nobody_of_another_tenant(self, cast, api, service_api):
        (order,) = ordered(cast, "bea", DESKS)

        assert api("olga").get(f"{ORDERS}/{order.number}").status == 404
        assert api("olga").get(f"/order-v2/acme/orders/{order.number}").status == 403
        stranger = service_api("order.order_read", tenant="other")
        assert stranger.get(f"{SALES}/{order.number}").status == 404
        assert found(stranger, SALES) == []

    def test_is_nobody_without_a_good_token(self, cast, api, anonymous_api):
        assert api().get(ORDERS).status == 401
        assert api("bea", life=-timedelta(minutes=1)).get(ORDERS).body["fault"]["faultstring"] == "Access Token expired"
        assert refused(anonymous_api().get(ORDERS))[:2] == (403, "insufficient_permissions")

    @pytest.mark.parametrize("number", ["CS999999", "1", "nonsense", "CS1", "CS" + "9" * 30])
    def test_a_number_that_is_none_is_not_found(self, cast, api, number):
        assert refused(api("bea").get(f"{ORDERS}/{number}"))[:2] == (404, "resource_not_found")


class TestAVendor:
    def test_delivers_resold_orders_without_seeing_their_prices(self, cast, api):
        order = resold(cast)

        body = api("victor").get(f"{ORDERS}/{order.number}").body

        assert not MONEY & set(body)
        (entry,) = body["entries"]
        assert set(entry) == {"id", "itemYrn", "amount", "orderedAmount", "product", "delivery"}
        assert body["customer"]["name"] == "Tess Laurent"
        assert body["shippingAddress"]
        assert api("roos").get(f"{ORDERS}/{order.number}").body["totalPrice"] == float(order.gross)

    def test_sees_the_prices_of_its_own(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)

        assert set(api("victor").get(f"{ORDERS}/{order.number}").body) >= MONEY

    def test_sees_none_before_the_reseller_approved_it(self, cast, api):
        (order,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
        assert found(api("victor")) == []

        accept(cast, "roos", order)

        assert found(api("victor")) == [order.number]

    def test_finds_out_no_price_by_asking_around(self, cast, api):
        """What is asked of amounts is asked of its own orders; resold ones have none, and come last in any order."""
        dear, (own,), cheap = (
            resold(cast),
            ordered(cast, "bea", DESKS),
            ordered(cast, "tess", {"DESK-01": 1}, "resello"),
        )
        victor, others = api("victor"), [*numbers(cheap), dear.number]

        assert found(victor, q="totalPrice:>1") == found(victor, q="subTotalPrice:exists") == [own.number]
        assert found(victor, q="totalPrice:<1") == []
        assert found(victor, q="totalPrice:null") == others
        assert found(victor, sort="totalPrice") == [own.number, dear.number, *numbers(cheap)]
        assert found(victor, sort="totalPrice:desc") == [own.number, *others]
        assert found(api("roos"), sort="totalPrice") == [*numbers(cheap), dear.number]
        assert refused(victor.get(ORDERS, q="cartId:exists"))[:2] == (400, "validation_violation")


class TestAList:
    @pytest.fixture
    def orders(self, cast):
        """The newest first: a desk for Bea, a server for Bea, a book for Ana."""
        found = [
            ordered(cast, "ana", {"BOOK-01": 1})[0],
            ordered(cast, "bea", {"SERVER-01": 1})[0],
            ordered(cast, "bea", {"DESK-01": 1})[0],
        ]
        return [again(order) for order in reversed(found)]

    @pytest.fixture
    def company(self, cast):
        """Where an admin finds the orders of the whole company."""
        return f"{COMPANY}/{cast.northwind.key}"

    def test_has_the_newest_first(self, orders, api, company):
        assert found(api("ana"), company) == numbers(orders)
        assert found(api("bea")) == numbers(orders[:2])

    def test_comes_in_pages_of_sixteen(self, cast, api):
        more_orders(cast, 18)
        bea = api("bea")

        first = bea.get(ORDERS, headers={"X-Total-Count": "true"})
        assert (len(first.body), first.headers["X-Total-Count"]) == (16, "18")
        assert len(found(bea, pageNumber=2)) == 2
        assert len(found(bea, pageNumber=2, pageSize=5)) == 5
        assert found(bea, pageNumber=9) == []
        assert "X-Total-Count" not in bea.get(ORDERS).headers

    @pytest.mark.parametrize("query", [{"pageNumber": 0}, {"pageSize": "many"}, {"pageSize": 100_000}])
    def test_refuses_pages_that_are_none(self, api, query):
        assert refused(api("bea").get(ORDERS, **query))[0] == 400

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"status": "CREATED"}, [0, 2]),
            ({"status": "IN_CHECKOUT"}, [1]),
            ({"status": "SHIPPED"}, []),
            ({"siteCode": "main"}, [0, 1, 2]),
            ({"siteCode": "resello"}, []),
            ({"legalEntityId": "another"}, []),
            ({"q": "status:(IN_CHECKOUT,DECLINED)"}, [1]),
            ({"q": "reviewStatus:to_be_approved"}, [1]),
            ({"q": "customer.id:C-bea"}, [0, 1]),
            ({"q": "customer.id:~ana"}, [2]),
            ({"q": "customer.name:~lindt"}, [0, 1]),
            ({"q": "totalPrice:>1000"}, [1]),
            ({"q": "totalPrice:(>30 AND <=1000)"}, [0, 2]),
            ({"q": "legalEntityId:null"}, []),
            ({"q": 'created:>"2020-01-01T00:00:00.000Z"'}, [0, 1, 2]),
            ({"sort": "totalPrice"}, [2, 0, 1]),
            ({"sort": "totalPrice:desc"}, [1, 0, 2]),
            ({"sort": "status,created"}, [2, 0, 1]),
            ({"sort": "id"}, [2, 1, 0]),
            ({"q": "status:CREATED", "sort": "created", "pageSize": 1}, [2]),
        ],
        ids=str,
    )
    def test_is_filtered_and_sorted(self, orders, api, company, query, expected):
        assert found(api("ana"), company, **query) == [orders[place].number for place in expected]

    def test_is_found_by_number_cart_and_company(self, cast, orders, api):
        bea, wanted = api("bea"), orders[1]

        assert found(bea, q=f"id:({wanted.number},{orders[2].number},CS999999,nonsense)") == [wanted.number]
        assert found(bea, q=f"cartId:{wanted.checkout.cart.key}") == [wanted.number]
        assert found(bea, legalEntityId=cast.northwind.key) == numbers(orders[:2])

    @pytest.mark.parametrize(
        "query",
        [
            {"colour": "red"},
            {"q": "colour:red"},
            {"q": "status"},
            {"q": "status:WAITING"},
            {"status": "WAITING"},
            {"q": "id:~CS"},
            {"q": "totalPrice:cheap"},
            {"sort": "colour"},
            {"sort": "customer.id"},
        ],
        ids=str,
    )
    def test_refuses_what_it_cannot_read(self, orders, api, query):
        status, kind, messages = refused(api("ana").get(ORDERS, **query))

        assert (status, kind) == (400, "validation_violation")
        assert messages

    def test_shows_the_fields_that_are_asked_for(self, orders, api):
        assert api("bea").get(ORDERS, fields="status", pageSize=1).body == [
            {"id": orders[0].number, "status": "CREATED"}
        ]


class TestTheOrdersOfACompany:
    def test_are_its_own_as_far_as_one_sees_them(self, cast, api):
        (beas,), (ritas,) = ordered(cast, "bea", DESKS), ordered(cast, "ana", {"BOOK-01": 1})
        path = f"{COMPANY}/{cast.northwind.key}"

        assert found(api("ana"), path) == numbers([ritas, beas])
        assert found(api("bea"), path) == [beas.number]
        assert found(api("rita"), path) == []
        assert api("ana").get(f"{path}/{beas.number}").body["id"] == beas.number
        assert api("rita").get(f"{path}/{beas.number}").status == 404

    def test_are_nobodys_else(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)
        ana = api("ana")

        foreign, unknown = ana.get(f"{COMPANY}/{cast.contoso.key}"), ana.get(f"{COMPANY}/unknown")

        assert (foreign.status, foreign.body) == (404, unknown.body)
        assert ana.get(f"{COMPANY}/{cast.contoso.key}/{order.number}").status == 404
        assert api("olga").get(f"{COMPANY}/{cast.northwind.key}").status == 404

    @pytest.mark.parametrize("who", ["carl", "paula", "victor"])
    def test_need_a_scope(self, cast, api, who):
        assert refused(api(who).get(f"{COMPANY}/{cast.northwind.key}"))[:2] == (403, "insufficient_permissions")

    def test_are_for_people(self, cast, service_api):
        assert service_api("order.order_read").get(f"{COMPANY}/{cast.northwind.key}").status == 403


class TestAProgram:
    def test_reads_the_orders_of_its_tenant(self, cast, service_api):
        orders = [ordered(cast, "bea", DESKS)[0], resold(cast)]
        program = service_api("order.order_read")

        assert found(program, SALES) == numbers(reversed(orders))
        body = program.get(f"{SALES}/{orders[1].number}").body
        assert set(body) >= MONEY
        assert body["availableOperations"] == []

    def test_needs_a_scope(self, cast, service_api):
        assert refused(service_api("cart.cart_manage").get(SALES))[0] == 403
        assert refused(service_api("cart.cart_manage").get(ORDERS))[0] == 403

    def test_reads_one_customers_with_their_saas_token(self, cast, service_api):
        (beas,), (anas,) = ordered(cast, "bea", DESKS), ordered(cast, "ana", DESKS)
        program = service_api("order.order_read")

        assert found(program) == numbers([anas, beas])
        assert [each["id"] for each in program.get(ORDERS, headers=saas("bea")).body] == [beas.number]
        assert program.get(f"{ORDERS}/{anas.number}", headers=saas("bea")).status == 404
        assert program.get(ORDERS, headers=saas("bea", tenant="other")).status == 403

    def test_a_saas_token_changes_nothing_for_people(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)

        assert api("bea").get(f"{ORDERS}/{order.number}", headers={"saas-token": "whatever"}).status == 200

    def test_customers_read_no_sales_orders(self, cast, api):
        assert refused(api("ana").get(SALES))[0] == 403

    def test_sellers_do(self, cast, api):
        (order,) = ordered(cast, "bea", DESKS)

        assert found(api("sam"), SALES) == [order.number]
        assert api("sam").get(f"{SALES}/{order.number}").body["availableOperations"] == []


def test_a_zero_amount_reads_as_one(cast, api):
    order = OrderFactory(
        checkout=CheckoutFactory(tenant=cast.acme, placed_by=cast.paula),
        marketplace=cast.main,
        vendor=cast.globex,
        company=None,
        lines_net=Decimal(0),
        lines_tax=Decimal(0),
        lines_gross=Decimal(0),
        gross=Decimal(0),
        created_at=timezone.now(),
    )

    body = api("paula").get(f"{ORDERS}/{order.number}").body

    assert (body["totalPrice"], body["payments"], body["shipping"]["lines"]) == (0, [], [])
    assert body["customer"]["id"] == Customer.objects.get(user=cast.paula).number
    assert "legalEntityId" not in body
