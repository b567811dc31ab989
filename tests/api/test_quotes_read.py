"""What does one read of quotes: which of them, in which order, how many at a time, and at what cost?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals import services as approving
from companies.scopes import CLIENT_SCOPES
from config.kit.records import new_key
from orders.models import Quote, QuoteEvent, QuoteLine
from orders.quote_edits import ChangeLine, Price, SetText, Text
from tests.api.quoting import QUOTES, at, operation, status
from tests.stories.scenes import (
    DAY,
    OVER,
    QUOTE,
    WITHIN,
    ask_change,
    ask_quote,
    change,
    decline_offer,
    decline_to_offer,
    nothing_changes,
    offer,
    offered,
    reprice,
    wishes,
)
from tests.world import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(service_api):
    return service_api(*CLIENT_SCOPES)


def ids(answer):
    assert answer.status == 200, answer.body
    return [quote["id"] for quote in answer.body]


def price_of(quote):
    line = quote["items"][0]["price"]
    return (
        line["newUnitPrice"],
        line["discount"],
        quote["subtotalPrice"]["grossValue"],
        quote["totalPrice"]["grossValue"],
    )


@scene
def quotes(cast):
    """One of each status but two, by its name."""
    found = {
        "AWAITING": ask_quote(cast, "rita", {"DESK-01": 1}, wishes=wishes(cast, reference="A 1")),
        "OPEN": offered(cast, "rita", {"DESK-01": 2}),
        "IN_PROGRESS": ask_change(cast, "rita", offered(cast, "rita", {"DESK-01": 3})),
        "DECLINED": decline_offer(
            cast, "bea", offered(cast, "bea", {"DESK-01": 4}), reason_key="decline-other", comment="No."
        ),
        "DECLINED_BY_MERCHANT": decline_to_offer(cast, "sam", ask_quote(cast, "ana", {"VDI-01": 5})),
        "EXPIRED": offered(cast, "tom", {"DESK-01": 6}),
    }
    Quote.objects.filter(pk=found["EXPIRED"].pk).update(valid_to=timezone.now() - DAY)
    return found


class TestTheList:
    def test_has_the_own_ones_newest_first(self, api, cast):
        first, second = offered(cast, "rita", WITHIN), ask_quote(cast, "rita", WITHIN)
        bea = ask_quote(cast, "bea", WITHIN)

        assert ids(api("rita").get(QUOTES)) == [second.key, first.key]
        assert ids(api("bea").get(QUOTES)) == [bea.key]
        assert ids(api("ana").get(QUOTES)) == []
        assert ids(api("sam").get(QUOTES)) == [bea.key, second.key, first.key]

    def test_has_those_that_one_is_asked_to_approve(self, api, cast):
        quote = offered(cast, "rita", WITHIN)
        approval = approving.request_approval(
            actor=cast.actor("rita"), kind=QUOTE, subject_key=quote.key, approver_id=cast.ana.pk
        ).settled()
        assert ids(api("ana").get(QUOTES)) == [quote.key]

        approving.decline(actor=cast.actor("ana"), approval_id=approval.pk, comment="No.")
        assert ids(api("ana").get(QUOTES)) == []

    def test_comes_in_pages(self, api, cast):
        quotes = [ask_quote(cast, "rita", {"DESK-01": n}).key for n in (1, 2, 3)]
        rita = api("rita")

        first = rita.get(QUOTES, pageNumber=1, pageSize=2, sort="metadata.createdAt", headers={"X-Total-Count": "true"})
        assert (ids(first), first.headers["X-Total-Count"]) == (quotes[:2], "3")
        second = rita.get(QUOTES, pageNumber=2, pageSize=2, sort="metadata.createdAt:desc")
        assert (ids(second), "X-Total-Count" in second.headers) == (quotes[:1], False)
        assert ids(rita.get(QUOTES, pageNumber=9)) == []
        for nonsense in ({"pageSize": 0}, {"pageSize": 1001}, {"pageNumber": "x"}):
            assert rita.get(QUOTES, **nonsense).status == 400

    def test_shows_the_chosen_fields_alone(self, api, cast):
        ask_quote(cast, "rita", WITHIN)
        (shown,) = api("rita").get(QUOTES, fields="status,orderId").body
        assert shown.keys() == {"id", "status"}

    def test_changes_nothing_even_where_time_is_over(self, api, cast):
        quote = offered(cast, "rita", WITHIN)
        Quote.objects.update(valid_to=timezone.now() - DAY)

        with nothing_changes():
            assert api("rita").get(QUOTES).body[0]["status"] == {"value": "EXPIRED"}
            assert api("rita").get(at(quote)).body["status"] == {"value": "EXPIRED"}


class TestFilters:
    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("status.value:OPEN", "OPEN"),
            ("status.value:EXPIRED", "EXPIRED"),
            ("status.value:(AWAITING,IN_PROGRESS)", "AWAITING IN_PROGRESS"),
            ("customer.customerId:C-bea", "DECLINED"),
            ("customer.customerId:(C-ana,C-tom)", "DECLINED_BY_MERCHANT EXPIRED"),
            ("customer.lastName:~ind", "DECLINED"),
            ("customer.contactEmail:tom@northwind.example", "EXPIRED"),
            ("employee.firstName:Sam status.value:OPEN", "OPEN"),
            ("status.quoteReason.code:OTHER", "DECLINED"),
            ("status.quoteReason.id:decline-other", "DECLINED"),
            ("status.quoteReason.code:exists", "DECLINED"),
            ("status.comment:No.", "DECLINED"),
            ("customerReference:~a", "AWAITING"),
            ("items.product.productId:VDI", "DECLINED_BY_MERCHANT"),
            ("items.quantity.quantity:>4", "DECLINED_BY_MERCHANT EXPIRED"),
            ("items.quantity.quantity:(>=2 AND <=3)", "OPEN IN_PROGRESS"),
            ("subtotalPrice.grossValue:1190", "OPEN"),
            ("totalPrice.grossValue:1201.9", "OPEN"),
            ("totalPrice.netValue:(>1000 AND <1600)", "OPEN IN_PROGRESS"),
            ("totalPrice.taxValue:<100", "AWAITING DECLINED_BY_MERCHANT"),
            ("validTo:null", "AWAITING DECLINED_BY_MERCHANT"),
            ("siteCode:main currency:EUR businessModel:B2B metadata.version:1", "AWAITING"),
            ("orderId:exists", ""),
            ("siteCode:elsewhere", ""),
            ("businessModel:B2C", ""),
            ("cartId:exists status.value:OPEN", "OPEN"),
            ("company.name:~northwind status.value:OPEN", "OPEN"),
            ("number:NUMBER", "OPEN"),
            ("number:nonsense", ""),
            ("id:KEY", "OPEN"),
            ("legalEntityId:COMPANY status.value:OPEN", "OPEN"),
            ("compoundLogicalQuery:((status.value:OPEN) OR (customer.customerId:C-bea))", "OPEN DECLINED"),
            ('metadata.createdAt:>="2026-01-01T00:00:00.000Z" status.value:OPEN', "OPEN"),
        ],
    )
    def test_find_exactly_those(self, desk, cast, quotes, q, expected):
        q = q.replace("VDI", cast.product("VDI-01").key).replace("NUMBER", quotes["OPEN"].number)
        q = q.replace("KEY", quotes["OPEN"].key).replace("COMPANY", cast.northwind.key)

        assert set(ids(desk.get(QUOTES, q=q))) == {quotes[name].key for name in expected.split()}

    @pytest.mark.parametrize(
        "q",
        [
            *("status:OPEN", "state:OPEN", "status.value:APPROVED", "nowhere:1", "status.value:~O", "number:~1"),
            *(
                "totalPrice.grossValue:x",
                "totalPrice.grossValue:~1",
                "validTo:soon",
                "mixins:x",
                "status.value:(",
                "x",
            ),
            *("customer.customerId:>1", "items.name:x", "metadata.version:1.5", "approval:x", "owner_id:1"),
        ],
    )
    def test_that_are_none_are_refused(self, desk, quotes, q):
        answer = desk.get(QUOTES, q=q)
        assert (answer.status, answer.body["details"][0].startswith("q")) == (400, True)

    def test_may_be_plain_parameters(self, desk, quotes):
        assert ids(desk.get(QUOTES, **{"status.value": "OPEN"})) == [quotes["OPEN"].key]
        for unknown in ({"status": "OPEN"}, {"nowhere": "x"}, {"legalEntity": "x"}):
            assert desk.get(QUOTES, **unknown).status == 400

    @pytest.mark.parametrize(
        ("sort", "first"),
        [
            ("totalPrice.grossValue", "DECLINED_BY_MERCHANT"),
            ("totalPrice.grossValue:desc", "EXPIRED"),
            ("status.value", "AWAITING"),
            ("customer.firstName,metadata.createdAt:desc", "DECLINED_BY_MERCHANT"),
            ("validTo", "EXPIRED"),
            ("number:desc", "EXPIRED"),
        ],
    )
    def test_sorting(self, desk, quotes, sort, first):
        assert ids(desk.get(QUOTES, sort=sort))[0] == quotes[first].key

    def test_sorting_by_what_is_none(self, desk, quotes):
        for sort in ("nowhere", "items.id", "customer.customerId", "status"):
            assert desk.get(QUOTES, sort=sort).status == 400


class TestHalfAPrice:
    """What the seller changes before it is offered is the seller's alone."""

    @pytest.mark.parametrize("begun", ["asked", "sent back", "expired"])
    def test_is_none(self, api, desk, cast, begun):
        quote = ask_quote(cast, "rita", OVER)
        known = (500, 0, 5355, 5366.9)
        if begun != "asked":
            quote = offer(cast, "sam", quote, reprice(quote, unit=450))
            known = (450, 10, 4819.5, 4831.4)
        if begun == "sent back":
            ask_change(cast, "rita", quote)
        if begun == "expired":
            Quote.objects.update(valid_to=timezone.now() - DAY)
        rita = api("rita")
        assert price_of(rita.get(at(quote)).body) == known

        words = operation("/comment", "A secret for now")
        priced = operation(f"/items/{quote.lines.get().key}/price", {"totalNetValue": 3600})
        assert desk.patch(at(quote), [priced, words]).status == 204

        shown = rita.get(at(quote)).body
        assert price_of(shown) == (500, 0, 5355, 5355)
        assert (shown["comment"], "validTo" in shown, "value" in shown["shipping"]) == ({}, False, False)
        assert rita.get(QUOTES).body == [shown]
        assert price_of(desk.get(at(quote)).body) == (400, 20, 4284, 4295.9)
        # Nor can it be guessed.
        for q in ("totalPrice.grossValue:4295.9", "subtotalPrice.netValue:3600", "comment.employeeComment:exists"):
            assert (len(ids(rita.get(QUOTES, q=q))), len(ids(desk.get(QUOTES, q=q)))) == (0, 1)
        assert len(ids(rita.get(QUOTES, q="subtotalPrice.grossValue:5355"))) == 1
        assert rita.post(at(quote, "pdf")).status == 409
        assert desk.post(at(quote, "pdf")).status == 200

        later = operation("/validTo", (timezone.now() + DAY).isoformat())
        assert desk.patch(at(quote), [later, status("OPEN")]).status == 204
        shown = rita.get(at(quote)).body
        assert price_of(shown) == (400, 20, 4284, 4295.9)
        assert shown["comment"] == {"employeeComment": "A secret for now"}

    def test_of_an_open_offer_is_the_offer(self, api, desk, cast):
        quote = offered(cast, "rita", OVER)
        desk.patch(at(quote), operation(f"/items/{quote.lines.get().key}/price", {"totalNetValue": 3600}))
        assert price_of(api("rita").get(at(quote)).body) == (400, 20, 4284, 4295.9)


class TestOne:
    def test_of_several_tax_classes(self, api, cast):
        quote = ask_quote(cast, "rita", {"DESK-01": 1, "BOOK-01": 3})

        shown = api("rita").get(at(quote)).body

        assert shown["taxAggregate"]["lines"] == [
            {"name": "REDUCED", "amount": 4.2, "rate": 7, "taxable": 60},
            {"name": "STANDARD", "amount": 96.9, "rate": 19, "taxable": 510},
        ]
        assert shown["totalPrice"]["taxValue"] == 101.1

    def test_whose_shipping_alone_is_taxed_so(self, api, cast):
        quote = ask_quote(cast, "rita", {"BOOK-01": 3})

        lines = api("rita").get(at(quote)).body["taxAggregate"]["lines"]

        assert lines[1] == {"name": "STANDARD", "amount": 1.9, "taxable": 10}

    def test_unit_prices_have_as_many_decimals_as_they_need(self, api, cast):
        quote = ask_quote(cast, "rita", {"DESK-01": 3})
        offer(cast, "sam", quote, ChangeLine(quote.lines.get().key, price=Price(total_net=Decimal(1000))))

        price = api("rita").get(at(quote)).body["items"][0]["price"]

        assert (price["newUnitPrice"], price["totalNetValue"], price["discount"]) == (333.333333, 1000, 33.33)

    def test_says_the_employees_comment(self, api, cast):
        quote = offered(cast, "rita", WITHIN)
        change(cast, "sam", quote, SetText(Text.EMPLOYEE_COMMENT, "Best price."))
        assert api("rita").get(at(quote)).body["comment"] == {"employeeComment": "Best price."}

    def test_speaks_the_language_of_the_reader(self, api, cast):
        quote = decline_offer(cast, "rita", offered(cast, "rita", WITHIN), reason_key="decline-other")
        spoken = {"de": "Ein anderer Grund", "en": "Another reason", "fr": "Another reason"}
        for language, text in spoken.items():
            shown = api("rita", Accept_Language=language).get(at(quote)).body
            assert shown["status"]["quoteReason"]["message"] == text
            assert shown["items"][0]["product"]["name"] == {"en": "Standing desk"}

    def test_is_a_document_in_german_or_english(self, api, cast):
        quote = offered(cast, "rita", WITHIN)
        english, german = (api("rita", Accept_Language=each).post(at(quote, "pdf")) for each in ("fr,en", "de"))

        assert english.body.startswith(b"%PDF-")
        assert english.body != german.body
        assert english.headers["Content-Disposition"] == f'attachment; filename="Quote-{quote.number}.pdf"'
        assert german.headers["Content-Disposition"] == f'attachment; filename="Angebot-{quote.number}.pdf"'

    def test_is_no_document_before_there_is_an_offer(self, api, cast):
        quote = ask_quote(cast, "rita", WITHIN)
        answer = api("rita").post(at(quote, "pdf"))
        assert (answer.status, answer.body["message"]) == (409, f"There is no offer in quote {quote.number} yet.")


class TestHistory:
    def test_tells_everything_of_everybody(self, api, desk, cast):
        quote = offered(cast, "rita", WITHIN, unit=400)
        decline_offer(cast, "rita", quote, reason_key="decline-other", comment="No.")

        told = desk.get(at(quote, "history")).body

        assert [(each["op"], each["path"].split("/")[1], each["userType"]) for each in told] == [
            ("CREATE", "quote", "CUSTOMER"),
            ("ADD", "items", "CUSTOMER"),
            ("ADD", "validTo", "EMPLOYEE"),
            ("REPLACE", "items", "EMPLOYEE"),
            ("REPLACE", "status", "EMPLOYEE"),
            ("REPLACE", "status", "CUSTOMER"),
        ]
        assert told[-1]["newValue"] == {"value": "DECLINED", "comment": "No."}
        assert (told[2]["userId"], told[2]["userFirstName"]) == (f"employee-{cast.sam.pk}", "Sam")
        assert told[2]["newValue"].endswith("Z")
        assert len({each["id"] for each in told}) == len(told)
        assert api("sam").get(at(quote, "history")).body == told

    def test_tells_what_time_has_done(self, desk, cast):
        quote = offered(cast, "rita", WITHIN)
        Quote.objects.update(valid_to=timezone.now() - timedelta(seconds=1))
        desk.patch(at(quote), status("IN_PROGRESS"))

        last = desk.get(at(quote, "history")).body[-1]

        assert (last["userType"], last["newValue"], last["userId"]) == ("SYSTEM", {"value": "EXPIRED"}, "expiry")

    def test_names_nobody_whose_name_was_erased(self, desk, cast):
        quote = ask_quote(cast, "rita", WITHIN)
        QuoteEvent.objects.update(actor_name="", comment="")
        first = desk.get(at(quote, "history")).body[0]
        assert (first["userId"], "userFirstName" in first, "userLastName" in first) == ("C-rita", False, False)


@pytest.mark.parametrize("path", ["list", "one", "history"])
def test_a_number_of_queries_that_does_not_grow(api, cast, path):
    """Ten quotes cost as much as a thousand, each with two lines, every second one in somebody's hands."""
    ana = api("ana")
    quote = offered(cast, "ana", {"DESK-01": 1, "VDI-01": 1})
    assert ana.patch(at(quote), status("ACCEPTED")).status == 204
    quote.refresh_from_db()
    queries = {}
    for count in (10, 1_000):
        copies(quote, count - 1)
        with CaptureQueriesContext(connection) as captured:
            if path == "list":
                answer = ana.get(QUOTES, pageSize=1_000, headers={"X-Total-Count": "true"})
                assert len(answer.body) == count
                assert all(len(each["items"]) == 2 for each in answer.body)
            elif path == "one":
                assert ana.get(at(quote)).status == 200
            else:
                assert api("sam").get(at(quote, "history")).status == 200
        queries[count] = len(captured)
        Quote.objects.exclude(pk=quote.pk).delete()

    assert queries[10] == queries[1_000] <= 11, queries


def copies(quote, count):
    """As many quotes like this one, not ordered, each with its lines; every second one by an employee."""
    fields = {f.attname: getattr(quote, f.attname) for f in Quote._meta.concrete_fields if f.attname != "id"}
    fresh = {"cart_id": None, "approval_id": None, "order_number": "", "status": "DECLINED"}
    made = Quote.objects.bulk_create(
        Quote(**{**fields, **fresh, "key": new_key(), "employee_id": [None, quote.employee_id][n % 2]})
        for n in range(count)
    )
    lines = [
        {f.attname: getattr(line, f.attname) for f in QuoteLine._meta.concrete_fields if f.attname != "id"}
        for line in quote.lines.all()
    ]
    QuoteLine.objects.bulk_create(
        QuoteLine(**{**line, "quote_id": each.pk, "key": new_key()}) for each in made for line in lines
    )
