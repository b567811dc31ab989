"""Does a checkout order what may be ordered, once, and say why where it does not?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from approvals.models import Approval
from companies.models import Member
from orders.models import Cart, Checkout, Order
from tests.api.buying import FORBIDDEN_TEXT, INVALID_TEXT, ORDER, body_of, place, refused, saas
from tests.api.conftest import make_token
from tests.stories.scenes import OVER, approve, ask, ask_for, close, decline, details, give_up, nothing_changes, window

pytestmark = pytest.mark.django_db

WITHIN = {"DESK-01": 2}


def open_cart(cast, who="bea", lines=None, **fields):
    return cast.cart(who, lines or WITHIN, **fields)


class TestWhoMayOrderFreely:
    def test_gets_the_order(self, cast, api):
        cart = open_cart(cast)

        answer = place(api, "bea", cart, siteCode="main")

        order = Order.objects.get()
        assert answer.status == 200
        assert answer.body == {
            "orderId": order.number,
            "paymentDetails": None,
            "checkoutId": str(order.checkout_id),
            "orderIds": [order.number],
        }
        cart.refresh_from_db()
        assert (cart.status, order.buyer, order.company) == ("closed", cast.bea, cast.northwind)

    def test_gets_one_order_for_each_that_delivers_or_reviews(self, cast, api):
        answer = place(api, "ana", open_cart(cast, "ana", {"SERVER-01": 1, "DESK-01": 1, "BOOK-01": 1}))

        orders = Order.objects.order_by("position")
        assert answer.body["orderIds"] == [order.number for order in orders]
        assert answer.body["orderId"] == orders[0].number
        assert [(order.vendor, order.status) for order in orders] == [
            (cast.globex, "to_be_approved"),
            (cast.globex, "pending"),
            (cast.initech, "pending"),
        ]

    def test_is_a_private_customer_too(self, cast, api):
        answer = place(api, "paula", open_cart(cast, "paula"))

        assert answer.status == 200
        assert Order.objects.get().company is None

    def test_pays_what_the_marketplace_says(self, cast, api):
        body = body_of(open_cart(cast))
        body["shipping"]["amount"] = 0
        body["paymentMethods"][0]["amount"] = 1

        place(api, "bea", None, body)

        order = Order.objects.get()
        assert (order.shipping_net, order.shipping_gross) == (Decimal(10), Decimal("11.90"))
        assert "amount" not in order.payment

    @pytest.mark.parametrize("provider", ["payment-gateway", "custom", "none", "stripe"])
    def test_pays_through_whom_they_like(self, cast, api, provider):
        body = body_of(open_cart(cast), paymentMethods=[{"provider": provider}])

        assert place(api, "bea", None, body).status == 200
        assert Order.objects.get().payment == {"provider": provider}

    def test_may_say_more_than_anybody_reads(self, cast, api):
        body = body_of(open_cart(cast), payment={"paymentId": "x"}, legalEntityId=cast.northwind.key, unknown=[1])

        assert place(api, "bea", None, body).status == 200

    def test_need_not_repeat_what_the_token_says(self, cast, api):
        body = body_of(open_cart(cast), customer={"email": "bea@northwind.example"}, currency=None)

        assert place(api, "bea", None, body).status == 200


class TestTheSaasToken:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"saas-token": ""},
            {"saas-token": "nonsense"},
            saas("ana"),
            saas("bea", tenant="other"),
            saas("bea", life=-timedelta(seconds=1)),
        ],
        ids=["missing", "empty", "no token", "another customer's", "another tenant's", "expired"],
    )
    def test_has_to_be_a_good_one_of_the_same_customer(self, cast, api, headers):
        cart = open_cart(cast)

        with nothing_changes():
            answer = api("bea").post(ORDER, body_of(cart), headers=headers)

        assert refused(answer)[:2] == (403, "insufficient_permissions")
        assert answer.body["message"] == FORBIDDEN_TEXT


class TestWhoMayNotOrder:
    def test_is_nobody_without_a_token(self, cast, api):
        answer = api().post(ORDER, body_of(open_cart(cast)), headers=saas("bea"))

        assert answer.status == 401
        assert answer.body["fault"]["detail"]["errorcode"] == "oauth.v2.InvalidAccessToken"

    def test_is_a_visitor(self, cast, anonymous_api):
        body = body_of("any", customer={"guest": True, "email": "me@private.example"})

        assert refused(anonymous_api().post(ORDER, body))[:2] == (403, "insufficient_permissions")

    def test_is_a_program(self, cast, service_api):
        answer = service_api("cart.cart_manage", "order.order_update").post(ORDER, body_of(open_cart(cast)))

        assert refused(answer)[:2] == (403, "insufficient_permissions")

    def test_is_somebody_who_calls_themselves_a_guest(self, cast, api):
        body = body_of(open_cart(cast), customer={"guest": True, "email": "bea@northwind.example"})

        with nothing_changes():
            assert refused(place(api, "bea", None, body))[:2] == (403, "insufficient_permissions")

    def test_is_a_contact(self, cast, api):
        cart = open_cart(cast, "carl")

        with nothing_changes():
            answer = place(api, "carl", cart)

        assert refused(answer)[:2] == (403, "insufficient_permissions")

    def test_is_somebody_who_left(self, cast, api):
        cart = cast.cart("dora", WITHIN)

        with nothing_changes():
            assert place(api, "dora", cart).status == 403

    def test_is_somebody_in_two_companies_who_chose_none(self, cast, api):
        Member.objects.create(company=cast.contoso, user=cast.bea, role="buyer")
        cart = open_cart(cast)

        with nothing_changes():
            answer = place(api, "bea", cart)
        assert refused(answer)[:2] == (403, "insufficient_permissions")
        assert "legalEntityId" in answer.body["message"]

        _, token = make_token(cast, "bea", "northwind")
        chosen = {"Authorization": f"Bearer {token}"}
        assert place(api, "bea", cart, headers=chosen).status == 200

    def test_is_a_member_for_another_company(self, cast, api):
        body = body_of(open_cart(cast), legalEntityId=cast.contoso.key)

        with nothing_changes():
            assert refused(place(api, "bea", None, body))[:2] == (403, "insufficient_permissions")

    @pytest.mark.parametrize("who", ["ana", "ben", "paula", "olga"])
    def test_is_anybody_but_the_owner_of_the_cart(self, cast, api, who):
        cart = open_cart(cast)

        with nothing_changes():
            answer = place(api, who, None, body_of(cart, who))

        unknown = place(api, who, None, body_of("unknown", who))
        assert (answer.status, answer.body) == (404, unknown.body)

    def test_is_nobody_of_another_tenant(self, cast, api):
        cart = open_cart(cast)

        answer = api("olga").post(
            "/checkout/acme/checkouts/order", body_of(cart, "olga"), headers=saas("olga", "other")
        )

        assert answer.status == 403


class TestWhoNeedsAnApproval:
    def test_learns_why_and_from_whom(self, cast, api):
        cart = open_cart(cast, "bea", OVER)

        with nothing_changes():
            answer = place(api, "bea", cart)

        assert answer.status == 403
        assert answer.body == {
            "status": 403,
            "type": "insufficient_permissions",
            "message": "This order needs approval by Ana Diaz or Tom Weber.",
            "moreInfo": "",
            "details": [
                {
                    "type": "approval_required",
                    "message": "5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",
                    "moreInfo": "/approval/acme/approval/preview",
                }
            ],
        }

    def test_waits_while_somebody_is_asked(self, cast, api):
        ask(cast, "rita", WITHIN, "ana")
        cart = Cart.objects.get(owner=cast.rita)

        with nothing_changes():
            answer = place(api, "rita", cart)

        assert answer.status == 403
        assert answer.body["message"] == "This order waits for the approval of Ana Diaz."
        assert {detail["type"] for detail in answer.body["details"]} == {"approval_required"}

    @pytest.mark.parametrize("end", [close, decline])
    def test_needs_another_one_after_a_no(self, cast, api, end):
        approval = ask(cast, "rita", WITHIN, "ana")
        end(cast, "rita" if end is close else "ana", approval)

        answer = place(api, "rita", Cart.objects.get(owner=cast.rita))

        assert answer.body["details"][0]["type"] == "approval_required"

    def test_needs_another_one_after_giving_up(self, cast, api):
        approval = ask(cast, "rita", WITHIN, "ana")
        approve(cast, "ana", approval)
        give_up(cast, "rita", approval)

        assert place(api, "rita", Cart.objects.get(owner=cast.rita)).status == 403


class TestOnAnApproval:
    @pytest.fixture
    def cart(self, cast):
        return open_cart(cast, "rita", OVER)

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_both_sides_may_order(self, cast, api, cart, who):
        approval = ask_for(cast, "rita", cart, "ana", details={})
        approve(cast, "ana", approval)

        answer = place(api, who, cart)

        approval.refresh_from_db()
        order = Order.objects.get()
        assert answer.body["orderId"] == approval.created_resource == order.number
        assert (order.buyer, order.placed_by) == (cast.rita, cast.user(who))

    def test_the_approver_of_a_waiting_request_says_yes_by_ordering(self, cast, api, cart):
        approval = ask_for(cast, "rita", cart, "ana", details={})
        body = body_of(
            cart,
            customer={
                "userId": "C-rita",
                "id": "C-rita",
                "firstName": "Rita",
                "lastName": "Okafor",
                "company": "Northwind",
            },
        )

        answer = place(api, "ana", None, body)

        approval.refresh_from_db()
        assert answer.status == 200
        assert (approval.status, approval.created_resource) == ("APPROVED", answer.body["orderId"])
        assert Order.objects.get().buyer == cast.rita

    def test_the_approver_may_leave_to_the_request_what_it_says(self, cast, api, cart):
        ask_for(cast, "rita", cart, "ana", details=details(cast))

        answer = place(api, "ana", None, {"cartId": cart.key, "paymentMethods": [{"provider": "none"}]})

        order = Order.objects.get()
        assert answer.status == 200
        assert order.shipping == {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"}

    def test_nobody_else_of_the_company_may(self, cast, api, cart):
        approve(cast, "ana", ask_for(cast, "rita", cart, "ana"))

        with nothing_changes():
            assert place(api, "tom", None, body_of(cart, "tom")).status == 404

    def test_what_was_approved_is_what_is_ordered(self, cast, api, cart):
        approval = ask_for(cast, "rita", cart, "ana", details=details(cast))
        approve(cast, "ana", approval)

        with nothing_changes():
            answer = place(api, "rita", cart)

        assert refused(answer)[:2] == (409, "conflict_resource")
        assert "approved" in answer.body["message"]

    def test_a_higher_total_gives_the_approval_up(self, cast, api, cart):
        approval = ask_for(cast, "rita", cart, "ana", details={})
        approve(cast, "ana", approval)
        listing = cast.listing("DESK-01")
        listing.unit_price += 1
        listing.save()

        answer = place(api, "rita", cart)

        approval.refresh_from_db()
        cart.refresh_from_db()
        assert refused(answer)[:2] == (409, "conflict_resource")
        assert approval.released_at is not None
        assert (cart.status, Order.objects.count()) == ("open", 0)

    def test_one_that_is_overdue_is_none(self, cast, api, cart):
        approval = ask_for(cast, "rita", cart, "ana")
        Approval.objects.filter(pk=approval.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

        assert place(api, "ana", None, body_of(cart, "rita")).status == 404
        assert not Order.objects.exists()

    def test_the_customer_is_one_of_the_two(self, cast, api, cart):
        ask_for(cast, "rita", cart, "ana", details={})

        with nothing_changes():
            answer = place(api, "ana", None, body_of(cart, "bea"))

        assert refused(answer)[2].keys() == {"customer.id"}


class TestOrderingAgain:
    @pytest.fixture
    def cart(self, cast):
        return open_cart(cast)

    def test_names_the_first_order(self, cast, api, cart):
        first = place(api, "bea", cart).body["orderId"]

        answer = place(api, "bea", cart)

        index = "unique_checkout_cartId_index"
        assert answer.status == 409
        assert answer.body == {
            "status": 409,
            "type": "Conflict",
            "message": f"Order with cartId '{cart.key}' and checkout=true already exists (order id: {first})",
            "moreInfo": None,
            "details": [
                {"field": "cartId", "type": index, "message": cart.key},
                {"field": "existingOrderId", "type": index, "message": first},
            ],
        }
        assert Order.objects.count() == 1

    def test_names_it_to_the_approver_too(self, cast, api):
        cart = open_cart(cast, "rita")
        ask_for(cast, "rita", cart, "ana", details={})
        first = place(api, "ana", None, body_of(cart, "rita")).body["orderId"]

        for who in ("ana", "rita"):
            answer = place(api, who, None, body_of(cart, "rita"))
            assert (answer.status, answer.body["details"][1]["message"]) == (409, first)

    def test_names_nothing_to_strangers(self, cast, api, cart):
        place(api, "bea", cart)

        assert place(api, "ben", None, body_of(cart, "ben")).status == 404

    def test_a_closed_cart_without_an_order_is_over(self, cast, api, cart):
        Cart.objects.filter(pk=cart.pk).update(status="closed")

        assert refused(place(api, "bea", cart))[:2] == (409, "conflict_resource")

    def test_a_named_request_is_carried_out_once(self, cast, api, cart):
        named = {"Idempotency-Key": "a-1"}
        headers = {**saas("bea"), **named}
        bea = api("bea")

        first = bea.post(ORDER, body_of(cart), headers=headers)
        again = bea.post(ORDER, body_of(cart), headers={**saas("bea", life=timedelta(hours=2)), **named})

        assert (first.status, again.status) == (200, 200)
        assert again.body == first.body
        assert Checkout.objects.count() == 1

    def test_the_name_is_good_for_one_body(self, cast, api, cart):
        named = {"Idempotency-Key": "a-1"}
        place(api, "bea", cart, headers=named)

        answer = place(api, "bea", None, body_of("another"), headers=named)

        assert refused(answer)[:2] == (422, "validation_violation")

    def test_a_refusal_is_not_kept(self, cast, api):
        named, cart = {"Idempotency-Key": "a-1"}, open_cart(cast, "bea", OVER)
        assert place(api, "bea", cart, headers=named).status == 403
        Member.objects.filter(user=cast.bea).update(role="admin")

        assert place(api, "bea", cart, headers=named).status == 200


class TestABody:
    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"cartId": None}, "cartId"),
            ({"cartId": ""}, "cartId"),
            ({"cartId": 7}, "cartId"),
            ({"cartId": "a\x00b"}, "cartId"),
            ({"customer": None}, "customer.email"),
            ({"customer": "Bea"}, "customer"),
            ({"customer": {"id": "C-bea"}}, "customer.email"),
            ({"customer": {"id": "C-ana", "email": "a@b.example"}}, "customer.id"),
            ({"customer": {"id": "C-bea", "email": "a@b.example", "guest": "no"}}, "customer.guest"),
            ({"shipping": None}, "shipping"),
            ({"shipping": "fast"}, "shipping"),
            ({"shipping": {"zoneId": "moon", "methodId": "rocket"}}, "shipping"),
            ({"addresses": None}, "addresses.SHIPPING"),
            ({"addresses": []}, "addresses.SHIPPING"),
            ({"addresses": {}}, "addresses.SHIPPING"),
            ({"addresses": "here"}, "addresses"),
            ({"addresses": [{"type": "HOME"}]}, "addresses.type"),
            ({"paymentMethods": None}, "paymentMethods"),
            ({"paymentMethods": []}, "paymentMethods"),
            ({"paymentMethods": [{"provider": "none"}, {"provider": "custom"}]}, "paymentMethods"),
            ({"paymentMethods": [{"method": "invoice"}]}, "paymentMethods[0].provider"),
            ({"paymentMethods": "cash"}, "paymentMethods"),
            ({"currency": "USD"}, "currency"),
            ({"deliveryWindow": "noon"}, "deliveryWindow"),
        ],
        ids=str,
    )
    def test_that_cannot_be_ordered_says_what_is_wrong(self, cast, api, changed, field):
        body = body_of(open_cart(cast), **{name: value for name, value in changed.items() if value is not None})
        for name, value in changed.items():
            if value is None:
                body.pop(name)

        with nothing_changes():
            answer = place(api, "bea", None, body)

        assert refused(answer)[:2] == (400, "validation_violation")
        assert answer.body["message"] == INVALID_TEXT
        assert field in refused(answer)[2]

    @pytest.mark.parametrize("part", ["contactName", "street", "zipCode", "city", "country"])
    def test_needs_whole_addresses(self, cast, api, part):
        body = body_of(open_cart(cast))
        body["addresses"][1] = {**body["addresses"][1], part: ""}

        assert refused(place(api, "bea", None, body))[2].keys() == {f"addresses.BILLING.{part}"}

    def test_is_read_before_the_policy_is_asked(self, cast, api):
        body = body_of(open_cart(cast, "rita"), "rita", addresses=[])

        assert place(api, "rita", None, body).status == 400

    @pytest.mark.parametrize("body", [[], "cart", 1, None])
    def test_is_an_object(self, cast, api, body):
        assert place(api, "bea", None, body or {}).status == 400

    @pytest.mark.parametrize("code", ["main", "default", ""])
    def test_takes_every_name_of_its_site(self, cast, api, code):
        assert place(api, "bea", open_cart(cast), siteCode=code).status == 200

    def test_of_another_marketplace_is_refused(self, cast, api):
        answer = place(api, "bea", open_cart(cast), siteCode="resello")

        assert refused(answer)[2].keys() == {"siteCode"}

    def test_about_a_quote_finds_none(self, cast, api):
        answer = place(api, "bea", None, {"quoteId": "Q1", "paymentMethods": [{"provider": "none"}]})

        assert refused(answer)[:2] == (404, "resource_not_found")

    def test_cannot_make_an_empty_cart_an_order(self, cast, api):
        assert refused(place(api, "bea", cast.cart("bea", {})))[:2] == (400, "validation_violation")

    def test_cannot_order_what_is_not_sold_any_more(self, cast, api):
        cart = open_cart(cast, "bea", {"OLD-01": 1})

        answer = place(api, "bea", cart)

        assert refused(answer)[:2] == (400, "validation_violation")
        assert any("no longer sold" in detail["message"] for detail in answer.body["details"])


class TestADeliveryWindow:
    def test_is_reserved(self, cast, api):
        body = body_of(open_cart(cast), deliveryWindow=window(cast.window))

        assert place(api, "bea", None, body).status == 200
        assert Checkout.objects.get().delivery_window == cast.window

    def test_is_that_of_the_cart_where_none_is_named(self, cast, api):
        cart = open_cart(cast, delivery_window=window(cast.window))

        assert place(api, "bea", cart).status == 200
        assert Checkout.objects.get().delivery_window == cast.window

    def test_of_the_cart_may_be_named_by_its_id(self, cast, api):
        cart = open_cart(cast, delivery_window=window(cast.window))

        assert place(api, "bea", None, body_of(cart, deliveryWindowId=cast.window.key)).status == 200
        assert Order.objects.get().delivery_window == window(cast.window)

    def test_that_was_approved_may_be_named_by_its_id(self, cast, api):
        cart = open_cart(cast, "rita")
        approval = ask_for(cast, "rita", cart, "ana", details={"deliveryWindow": window(cast.window)})
        approve(cast, "ana", approval)

        assert place(api, "rita", None, body_of(cart, "rita", deliveryWindowId=cast.window.key)).status == 200
        assert Checkout.objects.get().delivery_window == cast.window

    def test_may_be_named_by_its_id_where_there_is_one_of_it(self, cast, api):
        assert place(api, "bea", None, body_of(open_cart(cast), deliveryWindowId=cast.window.key)).status == 200
        assert Checkout.objects.get().delivery_window == cast.window

    @pytest.mark.parametrize("named", [{"deliveryWindowId": "nowhere"}, {"deliveryWindow": {"id": "nowhere"}}])
    def test_that_is_unknown_is_a_conflict(self, cast, api, named):
        cart = open_cart(cast)

        with nothing_changes():
            answer = place(api, "bea", None, body_of(cart, **named))

        assert refused(answer)[:2] == (409, "conflict_resource")

    def test_that_is_full_is_a_conflict(self, cast, api):
        wanted = {"deliveryWindow": window(cast.narrow_window)}
        place(api, "ana", None, body_of(open_cart(cast, "ana"), "ana", **wanted))

        answer = place(api, "bea", None, body_of(open_cart(cast), **wanted))

        assert refused(answer)[:2] == (409, "conflict_resource")
        assert "full" in answer.body["message"]

    def test_is_kept_as_it_came_where_the_marketplace_keeps_none(self, cast, api):
        cast.main.delivery_windows.all().delete()

        assert place(api, "bea", None, body_of(open_cart(cast), deliveryWindowId="whenever")).status == 200
        assert Order.objects.get().delivery_window == {"id": "whenever"}
