"""Does a checkout with a quote order what was offered, once, and say why where it does not?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from approvals import services as approving
from companies.api.saas_token import make_saas_token
from companies.models import DeliveryWindow
from companies.scopes import CLIENT_SCOPES
from orders.models import Checkout, Order, Quote
from orders.quote_edits import ChangeLine, Price
from tests.api.buying import FORBIDDEN_TEXT, INVALID_TEXT, ORDER, ORDERS, refused, saas
from tests.api.quoting import at, status
from tests.stories.scenes import (
    DAY,
    OVER,
    QUOTE,
    WITHIN,
    again,
    ask_quote,
    change,
    check_histories,
    nothing_changes,
    offered,
    remove,
)
from tests.world import scene

pytestmark = pytest.mark.django_db

INVOICE = [{"provider": "custom", "method": "invoice"}]


def order(api, who, quote, headers=None, query=None, **changed):
    """Somebody checks a quote out; None leaves a part of the body out."""
    body = {"quoteId": quote if isinstance(quote, str) else quote.key, "paymentMethods": INVOICE, **changed}
    body = {name: part for name, part in body.items() if part is not None}
    return api(who).post(ORDER, body, headers=saas(who) if headers is None else headers, **(query or {}))


def placed(*numbers):
    return {"orderId": numbers[0], "paymentDetails": None, "orderIds": list(numbers)}


def conflict(quote, number):
    index = "unique_checkout_quoteId_index"
    return 409, {
        "status": 409,
        "type": "Conflict",
        "message": f"Order with quoteId '{quote.key}' and checkout=true already exists (order id: {number})",
        "moreInfo": None,
        "details": [
            {"field": "quoteId", "type": index, "message": quote.key},
            {"field": "existingOrderId", "type": index, "message": number},
        ],
    }


def request(cast, quote, of="ana"):
    return approving.request_approval(
        actor=cast.actor("rita"), kind=QUOTE, subject_key=quote.key, approver_id=cast.user(of).pk
    ).settled()


@scene
def quote(cast):
    """Rita's offer of nine desks at 400.00 EUR."""
    return offered(cast, "rita", OVER, unit=400)


class TestWhoMayOrderFreely:
    def test_gets_the_order_at_the_offered_price(self, api, cast):
        quote = offered(cast, "bea", OVER, unit=400)

        answer = order(api, "bea", quote, query={"siteCode": "main"})

        made = Order.objects.get()
        assert answer.status == 200
        assert answer.body == {**placed(made.number), "checkoutId": str(made.checkout_id)}
        assert (made.gross, made.payment, made.checkout.payment_open) == (Decimal("4295.90"), INVOICE[0], False)
        assert (again(quote).status, again(quote).order_number) == ("ACCEPTED", made.number)
        assert made.shipping == {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"}
        assert {each["type"]: each["city"] for each in made.addresses} == {"SHIPPING": "Hamburg", "BILLING": "Hamburg"}
        check_histories()

    def test_flagged_products_still_go_to_review(self, api, cast):
        quote = offered(cast, "ana", {"DESK-01": 1, "SERVER-01": 1})

        numbers = order(api, "ana", quote).body["orderIds"]

        shown = [api("ana").get(f"{ORDERS}/{number}").body for number in numbers]
        assert sorted(each["status"] for each in shown) == ["CREATED", "IN_CHECKOUT"]
        assert {each["quoteId"] for each in shown} == {quote.key}
        assert api("ana").get(at(quote)).body["orderIds"] == numbers
        assert [each["id"] for each in api("ana").get(ORDERS, q=f"quoteId:{quote.key} status:CREATED").body] == [
            each["id"] for each in shown if each["status"] == "CREATED"
        ]

    def test_may_choose_a_delivery_window(self, api, cast):
        quote = offered(cast, "ana", WITHIN)

        assert order(api, "ana", quote, deliveryWindowId="window-morning").status == 200
        assert Checkout.objects.get().delivery_window == cast.window

    def test_may_say_more_than_anybody_reads(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        more = {
            "customer": {"id": "C-ana", "email": "x@y.example"},
            "shipping": {"zoneId": "x", "methodId": "y", "amount": 0},
            "addresses": [{"type": "SHIPPING", "city": "Elsewhere"}],
            "currency": "EUR",
            "legalEntityId": cast.northwind.key,
            "unknown": [1],
        }

        assert order(api, "ana", quote, **more).status == 200
        assert Order.objects.get().addresses[0]["city"] == "Hamburg"

    @pytest.mark.parametrize(("who", "lines"), [("bea", WITHIN), ("ana", OVER), ("paula", OVER)])
    def test_is_whoever_the_policy_lets(self, api, cast, who, lines):
        assert order(api, who, offered(cast, who, lines)).status == 200

    def test_with_the_offer_that_was_seen(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        seen = quote.content_hash
        change(cast, "sam", quote, ChangeLine(quote.lines.get().key, price=Price(unit=Decimal(499))))

        with nothing_changes():
            answer = order(api, "ana", quote, expectedContentHash=seen)

        assert refused(answer)[:2] == (409, "conflict_resource")
        assert order(api, "ana", quote, expectedContentHash=again(quote).content_hash).status == 200


class TestTheSaasToken:
    @pytest.mark.parametrize(
        "headers",
        [{}, {"saas-token": "nonsense"}, saas("rita"), saas("ana", tenant="other"), saas("ana", life=-DAY)],
        ids=["missing", "no token", "another customer's", "another tenant's", "expired"],
    )
    def test_has_to_be_a_good_one_of_the_same_customer(self, api, cast, headers):
        quote = offered(cast, "ana", WITHIN)

        with nothing_changes():
            answer = order(api, "ana", quote, headers=headers)

        assert refused(answer)[:2] == (403, "insufficient_permissions")
        assert answer.body["message"] == FORBIDDEN_TEXT


class TestAfterAccepting:
    @pytest.fixture
    def accepted(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        assert api("ana").patch(at(quote), status("ACCEPTED")).status == 204
        return again(quote)

    def test_the_first_checkout_says_how_it_is_paid(self, api, accepted):
        assert "payments" in api("ana").get(f"{ORDERS}/{accepted.order_number}").body

        answer = order(api, "ana", accepted)

        made = Order.objects.get()
        assert (answer.status, answer.body) == (200, {**placed(made.number), "checkoutId": str(made.checkout_id)})
        assert made.payment == INVOICE[0]
        assert api("ana").get(f"{ORDERS}/{made.number}").body["payments"][0]["method"] == "invoice"
        check_histories()

    def test_each_later_one_names_the_order(self, api, accepted):
        order(api, "ana", accepted)

        with nothing_changes():
            for _ in range(2):
                assert tuple(order(api, "ana", accepted)) == conflict(accepted, accepted.order_number)

    def test_a_named_one_gets_the_first_answer_again(self, api, accepted):
        headers = {**saas("ana"), "Idempotency-Key": "pay"}

        answers = [tuple(order(api, "ana", accepted, headers=headers)) for _ in range(2)]

        assert answers[0] == answers[1]
        assert answers[0][0] == 200

    def test_the_approver_may_say_it(self, api, cast, quote):
        request(cast, quote)
        assert api("ana").patch(at(quote), status("ACCEPTED")).status == 204

        assert order(api, "ana", quote).status == 200
        assert tuple(order(api, "rita", quote)) == conflict(quote, again(quote).order_number)

    def test_the_seller_may_not(self, api, cast, accepted):
        token = make_saas_token(f"employee-{cast.sam.pk}", "acme", timezone.now() + DAY)

        with nothing_changes():
            answer = order(api, "sam", accepted, headers={"saas-token": token})

        assert refused(answer)[:2] == (403, "insufficient_permissions")

    def test_it_needs_a_payment(self, api, accepted):
        with nothing_changes():
            assert refused(order(api, "ana", accepted, paymentMethods=None))[2].keys() == {"paymentMethods"}


class TestOrderingAgain:
    def test_names_the_first_order(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        number = order(api, "ana", quote).body["orderId"]

        with nothing_changes():
            assert tuple(order(api, "ana", quote)) == conflict(quote, number)
            assert api("ana").patch(at(quote), status("ACCEPTED")).status == 400
        assert Order.objects.count() == 1

    def test_names_nothing_to_strangers(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        order(api, "ana", quote)

        for who in ("tom", "alice", "paula"):
            assert order(api, who, quote).status == 404


class TestWhoNeedsAnApproval:
    def test_learns_why_and_from_whom(self, api, cast):
        quote = offered(cast, "bea", OVER)

        with nothing_changes():
            answer = order(api, "bea", quote)

        assert tuple(answer) == (
            403,
            {
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
            },
        )

    def test_waits_while_somebody_is_asked(self, api, cast, quote):
        request(cast, quote)

        with nothing_changes():
            answer = order(api, "rita", quote)

        assert answer.body["message"] == "This quote waits for the approval of Ana Diaz."
        assert {each["type"] for each in answer.body["details"]} == {"approval_required"}

    def test_needs_another_one_after_a_no(self, api, cast, quote):
        approving.decline(actor=cast.actor("ana"), approval_id=request(cast, quote).pk, comment="No.").settled()

        assert order(api, "rita", quote).body["details"][0]["type"] == "approval_required"

    def test_needs_another_one_for_another_price(self, api, cast, quote):
        approving.approve(actor=cast.actor("ana"), approval_id=request(cast, quote).pk).settled()
        change(cast, "sam", quote, ChangeLine(quote.lines.get().key, price=Price(unit=Decimal(399))))

        assert order(api, "rita", quote).status == 403
        assert Order.objects.count() == 0

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_orders_on_an_approval(self, api, cast, quote, who):
        approval = request(cast, quote)
        approving.approve(actor=cast.actor("ana"), approval_id=approval.pk).settled()
        body = {"customer": {"id": "C-rita", "userId": "C-rita", "company": "Northwind"}}

        answer = order(api, who, quote, **body)

        made = Order.objects.get()
        assert (answer.status, made.buyer, made.placed_by) == (200, cast.rita, cast.user(who))
        assert again(approval).created_resource == made.number

    def test_the_approver_of_a_waiting_request_says_yes_by_ordering(self, api, cast, quote):
        approval = request(cast, quote)

        assert order(api, "ana", quote).status == 200
        assert (again(approval).status, Order.objects.get().buyer) == ("APPROVED", cast.rita)


class TestAQuoteThatCannotBeOrdered:
    @pytest.mark.parametrize("who", ["tom", "bea", "alice", "paula"])
    def test_is_anothers(self, api, quote, who):
        with nothing_changes():
            answer = order(api, who, quote)
        assert refused(answer)[:2] == (404, "resource_not_found")
        assert answer.body["message"] == f"Quote with id '{quote.key}' not found."

    def test_is_not_there(self, api, cast):
        assert order(api, "rita", "nowhere").status == 404

    def test_was_deleted(self, api, cast, quote):
        remove(cast, "sam", quote)
        assert order(api, "rita", quote).status == 404

    def test_is_no_offer_yet(self, api, cast):
        quote = ask_quote(cast, "ana", WITHIN)
        with nothing_changes():
            answer = order(api, "ana", quote)
        assert refused(answer)[:2] == (409, "conflict_resource")
        assert answer.body["message"] == f"Quote {quote.number} waits for an offer."

    def test_has_expired(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        Quote.objects.update(valid_to=timezone.now() - timedelta(seconds=1))

        assert refused(order(api, "ana", quote))[:2] == (409, "conflict_resource")
        assert Order.objects.count() == 0

    def test_was_declined(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        api("ana").patch(at(quote), status("DECLINED"))
        with nothing_changes():
            assert order(api, "ana", quote).status == 409

    def test_holds_what_is_not_sold_any_more(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        cast.product("DESK-01").__class__.objects.update(is_active=False)
        with nothing_changes():
            assert refused(order(api, "ana", quote))[:2] == (400, "validation_violation")

    def test_wants_a_window_that_is_full(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        DeliveryWindow.objects.filter(pk=cast.window.pk).update(capacity=0)
        with nothing_changes():
            answer = order(api, "ana", quote, deliveryWindowId="window-morning")
        assert refused(answer)[:2] == (409, "conflict_resource")

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"paymentMethods": None}, "paymentMethods"),
            ({"paymentMethods": []}, "paymentMethods"),
            ({"paymentMethods": INVOICE * 2}, "paymentMethods"),
            ({"paymentMethods": [{}]}, "paymentMethods[0].provider"),
            ({"currency": "CHF"}, "currency"),
            ({"customer": {"id": "C-bea"}}, "customer.id"),
            ({"quoteId": 7}, "quoteId"),
            ({"quoteId": None}, "cartId"),
        ],
        ids=str,
    )
    def test_whose_body_says_something_else(self, api, cast, changed, field):
        quote = offered(cast, "ana", WITHIN)
        with nothing_changes():
            answer = order(api, "ana", quote, **changed)
        assert (answer.body["message"], refused(answer)[2].keys()) == (INVALID_TEXT, {field})

    def test_of_another_site(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        with nothing_changes():
            answer = order(api, "ana", quote, query={"siteCode": "resello"})
        assert refused(answer)[2].keys() == {"siteCode"}

    def test_for_another_company(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        assert order(api, "ana", quote, legalEntityId=cast.contoso.key).status == 403

    def test_by_a_guest_or_a_program(self, api, service_api, cast):
        quote = offered(cast, "ana", WITHIN)
        body = {"quoteId": quote.key, "paymentMethods": INVOICE}
        with nothing_changes():
            assert order(api, "ana", quote, customer={"guest": True}).status == 403
            assert service_api(*CLIENT_SCOPES).post(ORDER, body).status == 403


def test_a_named_checkout_is_carried_out_once(api, cast):
    quote = offered(cast, "ana", WITHIN)
    headers = {**saas("ana"), "Idempotency-Key": "one"}

    answers = [tuple(order(api, "ana", quote, headers=headers)) for _ in range(2)]

    assert answers[0] == answers[1]
    assert (answers[0][0], Order.objects.count()) == (200, 1)
    assert order(api, "ana", quote, headers=headers, deliveryWindowId="window-morning").status == 422
