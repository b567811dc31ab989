"""Does a PATCH of a quote change exactly what it says, all of it or nothing, and only what is the caller's?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from approvals import services as approving
from approvals.models import Approval
from companies.scopes import CLIENT_SCOPES
from orders.models import Order, Quote
from orders.quote_edits import ChangeLine, Price
from tests.api.callers import code
from tests.api.quoting import MANAGE, REASONS, at, item, lacks, operation, status, unknown, wrong
from tests.stories.scenes import (
    DAY,
    OVER,
    QUOTE,
    WITHIN,
    again,
    ask_quote,
    change,
    check_histories,
    everything,
    happened,
    in_days,
    nothing_changes,
    offer,
    offered,
    told_since,
)
from tests.world import scene

pytestmark = pytest.mark.django_db

SWITCH = "approval.enableQuoteApprovalProcess"
CHANGED = "This offer was changed since you opened it. Look at it again, then decide."


@scene
def asked(cast):
    """Rita's question for nine desks."""
    return ask_quote(cast, "rita", OVER)


@pytest.fixture
def quote(cast, asked):
    """The answer to it: 400.00 EUR each, for five days."""
    return offer(cast, "sam", asked, ChangeLine(asked.lines.get().key, price=Price(unit=Decimal(400))))


@pytest.fixture
def desk(service_api):
    """The employees' program."""
    return service_api(*CLIENT_SCOPES)


def request(cast, quote, of="ana"):
    return approving.request_approval(
        actor=cast.actor("rita"), kind=QUOTE, subject_key=quote.key, approver_id=cast.user(of).pk
    ).settled()


def items_of(quote):
    return [(line.product.sku, line.quantity, line.net) for line in quote.lines.order_by("position")]


class TestHowItIsSpelled:
    @pytest.mark.parametrize("op", ["replace", "REPLACE", "add", "ADD"])
    @pytest.mark.parametrize("single", [False, True], ids=["list", "single"])
    def test_in_either_case_and_alone(self, api, quote, op, single):
        sent = operation("/customerReference", "PO 8", op)

        answer = api("rita").patch(at(quote), sent if single else [sent])

        assert tuple(answer) == (204, None)
        assert again(quote).customer_reference == "PO 8"

    @pytest.mark.parametrize("value", ["DECLINED", {"value": "DECLINED"}], ids=["text", "object"])
    def test_a_status_as_object_or_text(self, api, quote, value):
        assert api("rita").patch(at(quote), operation("/status", value)).status == 204
        assert again(quote).status == "DECLINED"

    @pytest.mark.parametrize("value", ["PO 8", {"value": "PO 8"}], ids=["text", "object"])
    @pytest.mark.parametrize("path", ["customerReference", "customerComment"])
    def test_a_text_as_object_or_text(self, api, quote, path, value):
        assert api("rita").patch(at(quote), operation(f"/{path}", value)).status == 204
        assert api("rita").get(at(quote)).body[path] == "PO 8"

    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ([], "body: Send a list of operations."),
            ({}, "[0].op: Unknown operation None."),
            ([{"op": "replace"}], "[0].path: A path begins with a slash."),
            ([{"op": "move", "path": "/status"}], "[0].op: Unknown operation 'move'."),
            ([{"op": "replace", "path": "/status"}], "[0].value: This operation needs a value."),
            (["x"], "[0]: An operation is an object."),
            ([operation("/status", "APPROVED")], None),
            ([operation("/status", {"comment": "x"})], "/status.value: is missing"),
            ([status("DECLINED"), status("ACCEPTED")], "/status: is given more than once"),
            ([operation("/status", None, "REMOVE")], "/status: cannot be removed"),
            ([status("DECLINED", quoteReasonId=7)], "/status.quoteReasonId: must be a text"),
            ([operation("/customerComment", 7)], "/customerComment: must be a text"),
            ([operation("/customerReference/x", "y")], None),
            ([operation("/" + "x" * 300, "y")], "path: is not supported"),
            ([operation("/customerReference", "x" * 201)], "customerReference: Use at most 200 characters."),
        ],
        ids=str,
    )
    def test_what_cannot_be_read_is_refused(self, api, quote, body, detail):
        with nothing_changes():
            answer = api("rita").patch(at(quote), body)

        assert answer.status in (400, 403)
        if detail is not None:
            assert tuple(answer) == wrong(detail)

    def test_more_than_fifty_at_once(self, api, quote):
        assert api("rita").patch(at(quote), [operation("/customerComment", str(n)) for n in range(51)]).status == 400


class TestTheCustomer:
    def test_declines_with_a_reason_and_a_word(self, api, cast, quote):
        answer = api("rita").patch(
            at(quote), status("DECLINED", comment="Too much.", quoteReasonId="decline-price-too-high")
        )

        assert answer.status == 204
        shown = api("rita", Accept_Language="de").get(at(quote)).body["status"]
        assert shown == {
            "value": "DECLINED",
            "comment": "Too much.",
            "quoteReason": {
                "id": "decline-price-too-high",
                "type": "DECLINE",
                "code": "PRICE_TOO_HIGH",
                "message": "Der Preis ist zu hoch",
            },
        }
        check_histories()

    def test_asks_for_changes_as_often_as_needed(self, api, cast, quote):
        for _ in range(2):
            sent = status("IN_PROGRESS", comment="Eight will do.", quoteReasonId="change-wrong-material")
            assert api("rita").patch(at(quote), sent).status == 204
            assert again(quote).status == "IN_PROGRESS"
            offer(cast, "sam", quote)

    def test_an_empty_reason_is_none(self, api, quote):
        assert api("rita").patch(at(quote), status("DECLINED", quoteReasonId="", comment="")).status == 204

    def test_notes_while_asking_for_changes(self, api, quote):
        sent = [
            operation("/customerReference", "PO 9"),
            status("IN_PROGRESS"),
            operation("/customerComment", "See PO."),
        ]

        assert api("rita").patch(at(quote), sent).status == 204

        quote = again(quote)
        assert (quote.status, quote.customer_reference, quote.customer_comment) == ("IN_PROGRESS", "PO 9", "See PO.")

    def test_takes_a_note_away(self, api, quote):
        assert api("rita").patch(at(quote), operation("/customerReference", op="REMOVE")).status == 204
        assert "customerReference" not in api("rita").get(at(quote)).body

    @pytest.mark.parametrize(
        "path",
        [
            *("/validTo", "/comment", "/companyName", "/restriction", "/customerId", "/shipping", "/items", "/items/x"),
            *("/items/x/price", "/mixins", "/mixins/a", "/metadata/mixins/a", "/billingAddressId", "/nowhere", "/id"),
        ],
    )
    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_changes_nothing_that_is_an_employees(self, api, cast, quote, who, path):
        request(cast, quote)
        with nothing_changes():
            answer = api(who).patch(at(quote), [operation("/customerComment", "x"), operation(path, "x")])
        assert tuple(answer) == lacks(MANAGE)

    @pytest.mark.parametrize("value", ["OPEN", "AWAITING", "CREATING", "EXPIRED", "DECLINED_BY_MERCHANT"])
    def test_sets_three_statuses_alone(self, api, quote, value):
        with nothing_changes():
            assert tuple(api("rita").patch(at(quote), status(value))) == lacks(MANAGE)

    @pytest.mark.parametrize("value", ["ACCEPTED", "DECLINED", "IN_PROGRESS"])
    def test_answers_no_question(self, api, asked, value):
        with nothing_changes():
            answer = api("rita").patch(at(asked), status(value))
        assert tuple(answer) == (400, code(400, f"Quote {asked.number} waits for an offer."))

    @pytest.mark.parametrize("value", ["ACCEPTED", "DECLINED", "IN_PROGRESS"])
    def test_answers_once(self, api, quote, value):
        api("rita").patch(at(quote), status("DECLINED"))
        with nothing_changes():
            answer = api("rita").patch(at(quote), status(value))
        assert (answer.status, "was declined by the customer" in answer.body["message"]) == (400, True)

    def test_comes_too_late_after_the_end_of_the_offer(self, api, quote):
        Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(seconds=1))

        answer = api("rita").patch(at(quote), status("ACCEPTED"))

        assert (answer.status, "it has expired" in answer.body["message"]) == (400, True)
        assert (again(quote).status, Order.objects.count()) == ("EXPIRED", 0)

    @pytest.mark.parametrize("reason", ["change-other", "nowhere"])
    def test_gives_no_reason_that_explains_something_else(self, api, quote, reason):
        with nothing_changes():
            answer = api("rita").patch(at(quote), status("DECLINED", quoteReasonId=reason))
        assert (answer.status, answer.body["details"][0].startswith("quoteReasonId: ")) == (400, True)


class TestAccepting:
    def test_orders_at_the_offered_price(self, api, cast, quote):
        request(cast, quote)

        answer = api("ana").patch(at(quote), status("ACCEPTED", comment="go ahead"))

        order = Order.objects.get()
        assert tuple(answer) == (204, None)
        assert (order.buyer, order.placed_by, order.gross) == (cast.rita, cast.ana, Decimal("4295.90"))
        shown = api("rita").get(at(quote)).body
        assert (shown["status"]["value"], shown["orderId"]) == ("ACCEPTED", order.number)
        assert Approval.objects.get().created_resource == order.number
        assert api("rita").get(f"/order-v2/{{t}}/orders/{order.number}").body["quoteId"] == quote.key
        check_histories()

    @pytest.mark.parametrize(("who", "lines"), [("bea", WITHIN), ("ana", OVER), ("tom", OVER), ("paula", OVER)])
    def test_alone_where_the_policy_lets_them(self, api, cast, who, lines):
        quote = offered(cast, who, lines)

        assert api(who).patch(at(quote), [status("ACCEPTED")]).status == 204
        assert (again(quote).status, Order.objects.get().buyer) == ("ACCEPTED", cast.user(who))

    def test_over_the_limit_needs_somebody(self, api, cast):
        quote = offered(cast, "bea", OVER)

        with nothing_changes():
            answer = api("bea").patch(at(quote), status("ACCEPTED"))

        assert tuple(answer) == (
            403,
            code(
                403,
                "This order needs approval by Ana Diaz or Tom Weber.",
                details=["5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR."],
            ),
        )

    def test_under_the_limit_at_the_offered_price_needs_nobody(self, api, cast):
        quote = offered(cast, "bea", OVER, unit=400)

        assert api("bea").patch(at(quote), status("ACCEPTED")).status == 204

    def test_waits_while_somebody_is_asked(self, api, cast, quote):
        request(cast, quote)

        with nothing_changes():
            answer = api("rita").patch(at(quote), status("ACCEPTED"))

        assert answer.body["message"] == "This quote waits for the approval of Ana Diaz."
        assert answer.body["details"] == ["Requesters need approval for every order."]

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_after_the_yes_both_may(self, api, cast, quote, who):
        approving.approve(actor=cast.actor("ana"), approval_id=request(cast, quote).pk).settled()

        assert api(who).patch(at(quote), status("ACCEPTED")).status == 204
        assert Order.objects.get().buyer == cast.rita

    def test_while_quotes_need_no_approval_everybody_may(self, api, service_api, quote):
        keeper = service_api("configuration.configuration_manage", "configuration.configuration_view")
        switch = "approval.enableQuoteApprovalProcess"
        assert (
            keeper.put(f"/configuration/{{t}}/configurations/{switch}", {"key": switch, "value": False}).status == 200
        )

        assert api("rita").patch(at(quote), status("ACCEPTED")).status == 204

    def test_twice_is_once(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        api("ana").patch(at(quote), status("ACCEPTED"))

        with nothing_changes():
            answer = api("ana").patch(at(quote), status("ACCEPTED"))

        assert answer.status == 400
        assert answer.body["message"].endswith(f"and ordered as {Order.objects.get().number}.")

    def test_along_with_a_note(self, api, cast):
        quote = offered(cast, "ana", WITHIN)

        assert api("ana").patch(at(quote), [operation("/customerReference", "PO 1"), status("ACCEPTED")]).status == 204
        assert again(quote).customer_reference == "PO 1"

    def test_of_another_offer_than_was_seen_is_refused(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        seen = api("ana").get(at(quote)).body["contentHash"]
        change(cast, "sam", quote, ChangeLine(quote.lines.get().key, price=Price(unit=Decimal(499))))

        with nothing_changes():
            for answer in (
                api("ana").patch(at(quote), status("ACCEPTED", expectedContentHash=seen)),
                api("ana").patch(at(quote), status("ACCEPTED"), expectedContentHash=seen),
            ):
                assert tuple(answer) == (409, code(409, CHANGED))

        now = api("ana").get(at(quote)).body["contentHash"]
        assert api("ana").patch(at(quote), status("ACCEPTED", expectedContentHash=now)).status == 204

    def test_what_can_no_longer_be_bought_is_refused(self, api, cast):
        quote = offered(cast, "ana", WITHIN)
        cast.product("DESK-01").__class__.objects.update(is_active=False)

        with nothing_changes():
            answer = api("ana").patch(at(quote), status("ACCEPTED"))

        assert (answer.status, answer.body["details"][0]) == (400, "quote: Some lines can no longer be ordered.")

    def test_is_the_customers_and_the_approvers(self, api, cast, desk, quote):
        for caller in (desk, api("sam"), api("vera")):
            with nothing_changes():
                assert tuple(caller.patch(at(quote), status("ACCEPTED"))) == (
                    403,
                    code(403, "You may not accept this quote."),
                )


class TestTheEmployee:
    def test_prices_a_line(self, desk, asked):
        line = asked.lines.get()

        assert desk.patch(at(asked), operation(f"/items/{line.key}/price", {"totalNetValue": 3600.5})).status == 204

        line.refresh_from_db()
        assert (line.net, line.gross, line.is_total) == (Decimal("3600.50"), Decimal("4284.60"), True)

    def test_does_what_the_tutorial_does(self, cast, desk):
        asked = ask_quote(cast, "rita", {"DESK-01": 9, "VDI-01": 1})
        desks, other = (line.key for line in asked.lines.order_by("position"))
        sent = [
            operation("/items", item(cast, "LICENSE-01", 1, total=13, itemId="license"), "ADD"),
            status("OPEN", comment="new comment"),
            operation(f"/items/{desks}", item(cast, "DESK-01", 8, total=3200)),
            operation(f"/items/{other}", op="REMOVE"),
        ]

        assert desk.patch(at(asked), sent).status == 204

        asked = again(asked)
        assert items_of(asked) == [("DESK-01", 8, 3200), ("LICENSE-01", 1, 13)]
        assert (asked.status, asked.status_comment) == ("OPEN", "new comment")
        assert happened(asked) == ["quote.asked", "quote.revised", "quote.opened"]
        check_histories()

    @pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
    def test_adds_items(self, cast, desk, asked, several):
        more = [item(cast, "VDI-01", 2), item(cast, "LICENSE-01")]

        desk.patch(at(asked), operation("/items", more if several else more[0], "ADD"))

        assert [sku for sku, _, _ in items_of(asked)] == ["DESK-01", "VDI-01", "LICENSE-01"][: 2 + several]

    def test_replaces_all_items(self, cast, desk, asked):
        former = asked.lines.get().key
        sent = operation("/items", [item(cast, "VDI-01", 2), item(cast, "DESK-01", 1, itemId=former)])

        assert desk.patch(at(asked), sent).status == 204

        assert items_of(asked) == [("VDI-01", 2, 160), ("DESK-01", 1, 500)]
        assert asked.lines.get(product__sku="DESK-01").key == former

    def test_removes_items_by_their_ids(self, cast, desk):
        asked = ask_quote(cast, "rita", {"DESK-01": 9, "VDI-01": 1, "LICENSE-01": 1})
        keys = [{"itemId": line.key} for line in asked.lines.order_by("position")[:2]]

        assert desk.patch(at(asked), operation("/items", keys, "REMOVE")).status == 204
        assert items_of(asked) == [("LICENSE-01", 1, 50)]

    def test_changes_the_quantity_and_keeps_the_rest(self, desk, quote):
        line = quote.lines.get()

        desk.patch(at(quote), operation(f"/items/{line.key}", {"quantity": {"quantity": 10, "unitCode": "piece"}}))

        assert items_of(quote) == [("DESK-01", 10, 4000)]

    def test_puts_another_product_in_its_place(self, cast, desk, asked):
        line = asked.lines.get()

        desk.patch(at(asked), operation(f"/items/{line.key}", item(cast, "VDI-01", 3, total=200)))

        assert [(each.key, each.product.sku, each.net) for each in asked.lines.all()] == [(line.key, "VDI-01", 200)]

    def test_sets_everything_else(self, cast, desk, asked):
        until = "2027-01-31T12:00:00.000Z"
        sent = [
            operation("/validTo", until),
            operation("/comment", "As discussed."),
            operation("/companyName", "Northwind Berlin"),
            operation("/restriction", "EU"),
            operation("/shipping", {"value": 5, "methodId": "2-hours_timeframe", "zoneId": "deliveryarea"}),
            operation("/billingAddressId", op="REMOVE"),
            operation("/mixins", {"erp": {"cost": 1}}, "ADD"),
            operation("/mixins/erp/unit", "kg", "ADD"),
            operation("/metadata/mixins/erp", "https://schemas.example/erp.json", "ADD"),
            operation(f"/items/{asked.lines.get().key}/product/mixins/colour", "red", "ADD"),
        ]

        assert desk.patch(at(asked), sent).status == 204

        shown = desk.get(at(asked)).body
        assert (shown["validTo"], shown["comment"], shown["company"]) == (
            until,
            {"employeeComment": "As discussed."},
            {"name": "Northwind Berlin"},
        )
        assert (shown["shipping"]["value"], shown["shipping"]["methodId"]) == (5, "2-hours_timeframe")
        assert (shown["billingAddress"]["city"], shown["shippingAddress"]["city"]) == ("", "Hamburg")
        assert shown["mixins"] == {"erp": {"cost": 1, "unit": "kg"}}
        assert shown["metadata"]["mixins"] == {"erp": "https://schemas.example/erp.json"}
        assert shown["items"][0]["product"]["mixins"] == {"colour": "red"}
        assert again(asked).restriction == shown["restriction"] == "EU"

    def test_takes_things_away(self, cast, desk, quote):
        desk.patch(at(quote), [operation("/comment", "x"), operation("/mixins/a", 1, "ADD")])

        for path in ("/validTo", "/comment", "/companyName", "/shipping", "/shippingAddressId", "/mixins"):
            assert desk.patch(at(quote), operation(path, op="REMOVE")).status == 204, path

        shown = desk.get(at(quote)).body
        assert not {"validTo", "mixins", "shippingCost"} & shown.keys()
        assert (shown["comment"], shown["company"], shown["shipping"]) == ({}, {}, {})

    def test_gives_a_draft_to_a_colleague_of_the_customer(self, cast, desk):
        made_key = desk.post(
            "/quote/{t}/quotes",
            {
                "customerId": "C-rita",
                "siteCode": "main",
                "currency": "EUR",
                "billingAddressId": cast.headquarters.key,
                "shippingAddressId": cast.headquarters.key,
            },
        ).body["id"]

        assert desk.patch(at(made_key), operation("/customerId", "C-bea")).status == 204
        assert Quote.objects.get().owner == cast.bea
        for number in ("C-alice", "C-nobody", "C-dora"):
            answer = desk.patch(at(made_key), operation("/customerId", number))
            assert tuple(answer) == wrong("customerId: There is no such customer who may order here.")

    def test_cannot_give_a_question_to_somebody_else(self, desk, asked):
        with nothing_changes():
            answer = desk.patch(at(asked), operation("/customerId", "C-bea"))
        assert tuple(answer) == (400, code(400, "The customer of this quote cannot be changed any more."))

    def test_declines(self, api, desk, asked):
        sent = status("DECLINED_BY_MERCHANT", comment="Sold out.", quoteReasonId="decline-other")

        assert desk.patch(at(asked), sent).status == 204

        shown = api("rita").get(at(asked)).body["status"]
        assert (shown["value"], shown["comment"], shown["quoteReason"]["code"]) == (
            "DECLINED_BY_MERCHANT",
            "Sold out.",
            "OTHER",
        )

    def test_takes_an_offer_back_to_change_it(self, desk, quote):
        assert desk.patch(at(quote), status("IN_PROGRESS")).status == 204
        assert desk.patch(at(quote), status("OPEN")).status == 204

    def test_opens_an_expired_offer_again(self, cast, desk, quote):
        Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - DAY)

        with nothing_changes_but_expiry(quote):
            answer = desk.patch(at(quote), status("OPEN"))
        assert tuple(answer) == wrong("validTo: Say until when the offer holds: a time to come.")
        later = operation("/validTo", in_days(3).value.isoformat())
        assert desk.patch(at(quote), [later, status("OPEN")]).status == 204

    @pytest.mark.parametrize("value", ["AWAITING", "CREATING", "EXPIRED"])
    def test_sets_no_status_of_the_systems(self, desk, quote, value):
        with nothing_changes():
            answer = desk.patch(at(quote), status(value))
        assert tuple(answer) == wrong(f"/status.value: {value} is set by the system alone")

    @pytest.mark.parametrize(
        ("before", "value"),
        [("AWAITING", "IN_PROGRESS"), ("OPEN", "OPEN"), ("OPEN", "DECLINED_BY_MERCHANT")],
    )
    def test_makes_no_move_that_does_not_lead_there(self, desk, asked, cast, before, value):
        if before == "OPEN":
            offer(cast, "sam", asked)
        with nothing_changes():
            answer = desk.patch(at(asked), status(value))
        assert (answer.status, answer.body["message"].startswith(f"Quote {asked.number} waits")) == (400, True)

    def test_opens_nothing_that_is_empty(self, desk, asked):
        with nothing_changes():
            answer = desk.patch(at(asked), [operation(f"/items/{asked.lines.get().key}", op="REMOVE"), status("OPEN")])
        assert tuple(answer) == wrong("items: Add at least one line before you open this quote.")

    @pytest.mark.parametrize(
        ("path", "value", "op", "detail"),
        [
            ("/items", {"quantity": 1}, "ADD", "/items[0].product.productId: is missing"),
            ("/items", [], "ADD", "/items.items: must be an item or a list of them"),
            ("/items", [], "REPLACE", "/items.items: must be an item or a list of them"),
            ("/items", None, "REMOVE", "/items[0]: must be an object"),
            ("/items", [{}], "REMOVE", "/items[0].itemId: is missing"),
            ("/items/nowhere", None, "REMOVE", "items: There is no such line in this quote."),
            ("/items/nowhere/price", {"totalNetValue": 1}, "REPLACE", "items: There is no such line in this quote."),
            ("/items/nowhere/mixins/a", 1, "ADD", "items: There is no such line in this quote."),
            ("/items/LINE", {"quantity": 1}, "ADD", "/items/LINE: is not supported"),
            ("/items/LINE/price", {}, "REPLACE", "/items/LINE/price.totalNetValue: is missing"),
            (
                "/items/LINE/price",
                {"totalNetValue": "1"},
                "REPLACE",
                "/items/LINE/price.totalNetValue: must be a number",
            ),
            ("/items/LINE/price", None, "REMOVE", "/items/LINE/price: is not supported"),
            ("/items/LINE/quantity", 1, "REPLACE", "/items/LINE/quantity: is not supported"),
            ("/items/LINE", "x", "REPLACE", "/items/LINE: must be an object"),
            ("/validTo", "soon", "REPLACE", "validTo: must be a time such as 2026-12-01T08:00:00.000Z"),
            ("/validTo", 5, "REPLACE", "validTo: must be a text"),
            ("/shipping", "x", "REPLACE", "/shipping: must be an object"),
            (
                "/shipping",
                {"zoneId": "x", "methodId": "x"},
                "REPLACE",
                "shipping: Acme Markets Main does not ship that way.",
            ),
            ("/billingAddressId", "x", "REPLACE", "billingAddressId: There is no such address of this customer."),
            ("/customerId", None, "REMOVE", "customerId: is missing"),
            ("/mixins", "x", "ADD", "/mixins: Attach objects of at most 50000 characters in all."),
            ("/mixins/a", "x" * 50_000, "ADD", "/mixins/a: Attach objects of at most 50000 characters in all."),
            ("/mixins/a/b", 1, "REPLACE", '/mixins/a/b: Missing field "a"'),
            ("/metadata/version", 7, "REPLACE", "/metadata/version: is not supported"),
            ("/id", "x", "REPLACE", "/id: is not supported"),
            ("/orderId", "x", "REPLACE", "/orderId: is not supported"),
            ("/", "x", "REPLACE", "[0].path: A path begins with a slash."),
            ("/comment/", "x", "REPLACE", "path: is not supported"),
        ],
        ids=str,
    )
    def test_is_refused(self, desk, asked, path, value, op, detail):
        key = asked.lines.get().key
        sent = {"op": op, "path": path.replace("LINE", key), "value": value}

        with nothing_changes():
            answer = desk.patch(at(asked), [operation("/comment", "half a change"), sent])

        if "[0]" in detail and path == "/":
            detail = detail.replace("[0]", "[1]")
        assert tuple(answer) == wrong(detail.replace("LINE", key))

    def test_changes_nothing_of_an_ordered_quote(self, api, cast, desk):
        quote = offered(cast, "ana", WITHIN)
        api("ana").patch(at(quote), status("ACCEPTED"))

        for sent in (operation("/comment", "x"), status("OPEN"), operation("/items", item(cast, "VDI-01"), "ADD")):
            with nothing_changes():
                assert desk.patch(at(quote), sent).status == 400

    def test_a_vendor_adds_no_product_of_others(self, api, cast, asked):
        with nothing_changes():
            answer = api("sam").patch(at(asked), operation("/items", item(cast, "BOOK-01"), "ADD"))
        assert tuple(answer) == wrong("price.priceId: This is not sold on Acme Markets Main.")

    def test_repricing_ends_what_was_asked_about_it(self, api, cast, desk, quote):
        approval = request(cast, quote)

        with told_since() as told:
            desk.patch(at(quote), operation(f"/items/{quote.lines.get().key}/price", {"totalNetValue": 1000}))

        assert again(approval).status == "CLOSED"
        assert {"approval.closed to ana", "approval.closed to rita"} <= set(told)
        yes = api("ana").patch(f"/approval/{{t}}/approvals/{approval.key}", operation("/status", "APPROVED"))
        assert (yes.status, yes.body["errorCode"]) == (400, "APPROVAL-400009")
        assert Order.objects.count() == 0


class TestDeleting:
    def test_hides_it_from_everybody(self, api, desk, asked):
        assert tuple(desk.delete(at(asked))) == (204, None)

        for caller in (desk, api("sam"), api("rita")):
            assert tuple(caller.get(at(asked))) == unknown(asked)
        assert tuple(desk.delete(at(asked))) == unknown(asked)
        assert happened(again(asked)) == ["quote.asked", "quote.deleted"]
        assert "quoteId" not in api("rita").get(f"/cart/{{t}}/carts/{asked.cart.key}").body

    def test_ends_what_was_asked_about_it(self, cast, desk, quote):
        approval = request(cast, quote)
        desk.delete(at(quote))
        assert again(approval).status == "CLOSED"

    def test_leaves_an_ordered_one(self, api, cast, desk):
        quote = offered(cast, "ana", WITHIN)
        api("ana").patch(at(quote), status("ACCEPTED"))

        with nothing_changes():
            answer = desk.delete(at(quote))

        assert (answer.status, answer.body["message"].endswith("; it stays.")) == (400, True)


class nothing_changes_but_expiry:  # noqa: N801 - reads like the other one
    """The offer may be written down as expired, nothing else happens."""

    def __init__(self, quote):
        self.quote = quote

    def __enter__(self):
        self.orders = everything()["Order"]

    def __exit__(self, *_):
        assert again(self.quote).status == "EXPIRED"
        assert everything()["Order"] == self.orders


def test_a_reason_of_the_tenants_own_can_be_given(api, desk, quote):
    key = desk.post(REASONS, {"type": "DECLINE", "code": "NO_BUDGET", "message": {"en": "No budget"}}).body["id"]

    assert api("rita").patch(at(quote), status("DECLINED", quoteReasonId=key)).status == 204
    assert desk.delete(f"{REASONS}/{key}").status == 204
    shown = api("rita", Accept_Language="*").get(at(quote)).body["status"]["quoteReason"]
    assert shown == {"id": key, "type": "DECLINE", "code": "NO_BUDGET", "message": {"en": "No budget"}}
