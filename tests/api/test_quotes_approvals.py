"""Is the approval of a quote asked for, shown, answered and ended as that of a cart, where it is not another thing?"""

from decimal import Decimal

import pytest
from django.utils import timezone

from approvals.models import Approval
from companies.models import Member
from orders.models import Order, Quote
from orders.quote_edits import ChangeLine, Price
from orders.quote_lifecycle import QuoteMove
from tests.api.approving import APPROVALS, FORBIDDEN, PERMITTED, PREVIEW, SEARCH, error, invalid
from tests.api.quoting import at, operation, status
from tests.stories.scenes import (
    DAY,
    OVER,
    WITHIN,
    again,
    ask_quote,
    change,
    decline_offer,
    nothing_changes,
    offered,
    remove,
    told_since,
)
from tests.world import scene

pytestmark = pytest.mark.django_db

SWITCH = "/configuration/{t}/configurations/approval.enableQuoteApprovalProcess"
FREE, NEEDED = ({"action": "CHECKOUT", "permitted": each} for each in (True, False))


def about(quote, **more):
    key = quote if isinstance(quote, str) else quote.key
    return {"resourceType": "QUOTE", "resourceId": key, "action": "CHECKOUT", **more}


def asking(quote, approver="C-ana", **more):
    return about(quote, approver={"userId": approver}, **more)


@scene
def quote(cast):
    """Rita's offer: nine desks at 400.00 EUR, 4,284.00 EUR gross."""
    return offered(cast, "rita", OVER, unit=400)


@pytest.fixture
def asked(api, quote):
    """The path of the request that Rita puts to Ana."""
    answer = api("rita").post(APPROVALS, asking(quote, comment="Please."))
    assert answer.status == 201, answer.body
    return f"{APPROVALS}/{answer.body['id']}"


@pytest.fixture
def switched_off(service_api):
    keeper = service_api("configuration.configuration_manage")
    body = {"key": "approval.enableQuoteApprovalProcess", "value": False}
    assert keeper.put(SWITCH, body).status == 200


def repriced(cast, quote, unit=399):
    return change(cast, "sam", quote, ChangeLine(quote.lines.get().key, price=Price(unit=Decimal(unit))))


class TestPermitted:
    @pytest.mark.parametrize(
        ("who", "lines", "permitted"),
        [
            ("rita", WITHIN, NEEDED),
            ("bea", WITHIN, FREE),
            ("bea", OVER, NEEDED),
            ("ana", OVER, FREE),
            ("paula", OVER, FREE),
        ],
    )
    def test_asks_the_policy_at_the_offered_price(self, api, cast, who, lines, permitted):
        assert tuple(api(who).post(PERMITTED, about(offered(cast, who, lines)))) == (200, permitted)

    def test_a_discount_may_make_it_unnecessary(self, api, cast):
        assert api("bea").post(PERMITTED, about(offered(cast, "bea", OVER, unit=400))).body == FREE

    def test_members_of_the_group_alone_are_offered(self, api, cast):
        quote = offered(cast, "ravi", {"DESK-01": 1})
        assert [each["userId"] for each in api("ravi").post(SEARCH, about(quote)).body] == ["C-grace", "C-hugo"]
        assert api("ravi").post(APPROVALS, asking(quote, "C-alice")).body["errorCode"] == "APPROVAL-400006"

    def test_names_what_is_about_the_present_offer(self, api, cast, quote, asked):
        rita, key = api("rita"), asked.rpartition("/")[2]
        assert rita.post(PERMITTED, about(quote)).body == {**NEEDED, "status": "PENDING", "approvalId": key}
        api("ana").patch(asked, operation("/status", "APPROVED"))
        for who in ("rita", "ana"):
            assert api(who).post(PERMITTED, about(quote)).body == {**FREE, "status": "APPROVED", "approvalId": key}

        repriced(cast, quote)

        assert rita.post(PERMITTED, about(quote)).body == NEEDED

    def test_names_a_no_until_it_is_another_offer(self, api, cast, quote, asked):
        api("ana").patch(asked, operation("/status", "DECLINED"))
        known = {**NEEDED, "status": "DECLINED", "approvalId": asked.rpartition("/")[2]}
        assert api("rita").post(PERMITTED, about(quote)).body == known
        repriced(cast, quote)
        assert api("rita").post(PERMITTED, about(quote)).body == NEEDED

    def test_previews_reasons_people_and_limit(self, api, cast):
        quote = offered(cast, "bea", OVER)
        assert tuple(api("bea").post(PREVIEW, about(quote))) == (
            200,
            {
                **NEEDED,
                "verdict": "needs_approval",
                "currency": "EUR",
                "grossValue": 5355,
                "accountLimit": {"currency": "EUR", "value": 5000},
                "reasons": [
                    {
                        "code": "over_limit",
                        "message": "5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",
                        "figures": {"gross": "5,355.00 EUR", "limit": "5,000.00 EUR", "excess": "355.00 EUR"},
                    }
                ],
                "approvers": [
                    {"userId": "C-ana", "firstName": "Ana", "lastName": "Diaz"},
                    {"userId": "C-tom", "firstName": "Tom", "lastName": "Weber"},
                ],
                "avoid": api("bea").post(PREVIEW, about(quote)).body["avoid"],
                "warnings": [],
            },
        )

    @pytest.mark.parametrize("path", [PERMITTED, SEARCH, PREVIEW])
    def test_is_for_the_owner(self, api, cast, quote, path):
        unknown = error(404002, f"QUOTE with id '{quote.key}' does not exist.")
        for who in ("bea", "tom", "carl"):
            assert tuple(api(who).post(path, about(quote))) == (
                400,
                error(400008, "The user has no permissions to the resource."),
            )
        assert tuple(api("alice").post(path, about(quote))) == (404, unknown)
        missing = error(404002, "QUOTE with id 'nowhere' does not exist.")
        assert tuple(api("rita").post(path, about("nowhere"))) == (404, missing)

    def test_a_cart_is_no_quote(self, api, cast, quote):
        cart = cast.cart("rita", WITHIN)
        assert api("rita").post(PERMITTED, about(cart)).status == 404
        assert api("rita").post(PERMITTED, {**about(quote), "resourceType": "CART"}).status == 404

    def test_while_quotes_are_ordered_without(self, api, quote, switched_off):
        assert api("rita").post(PERMITTED, about(quote)).body == FREE
        assert tuple(api("rita").post(SEARCH, about(quote))) == (200, [])

    def test_of_a_private_customer(self, api, cast):
        quote = offered(cast, "paula", WITHIN)
        assert api("paula").post(SEARCH, about(quote)).body["errorCode"] == "APPROVAL-400011"
        assert api("paula").post(APPROVALS, asking(quote)).body["errorCode"] == "APPROVAL-400011"


class TestAsking:
    def test_leaves_the_offer_open(self, api, cast, quote):
        with told_since() as told:
            answer = api("rita").post(APPROVALS, asking(quote, comment="Please.", id="mine"))

        assert tuple(answer) == (201, {"id": "mine"})
        assert (again(quote).status, again(quote).approval.key) == ("OPEN", "mine")
        assert set(told) >= {"approval.requested to ana", "approval.request_sent to rita"}

    def test_takes_no_details(self, api, quote):
        for details in ({}, {"currency": "EUR"}):
            with nothing_changes():
                answer = api("rita").post(APPROVALS, asking(quote, details=details))
            assert tuple(answer) == (400, invalid("details: must be null for a QUOTE"))
        assert api("rita").post(APPROVALS, asking(quote, details=None)).status == 201

    def test_once(self, api, quote, asked):
        with nothing_changes():
            answer = api("rita").post(APPROVALS, asking(quote, "C-tom"))
        assert tuple(answer) == (409, error(409001, "Ana Diaz is already asked about this."))

    def test_after_a_no(self, api, quote, asked):
        api("ana").patch(asked, operation("/status", "DECLINED"))
        assert api("rita").post(APPROVALS, asking(quote, "C-tom")).status == 201

    def test_where_nobody_needs_to_be_asked(self, api, cast):
        for who, lines in (("bea", WITHIN), ("ana", OVER)):
            quote = offered(cast, who, lines)
            with nothing_changes():
                answer = api(who).post(APPROVALS, asking(quote, "C-tom"))
            assert (answer.status, answer.body["errorCode"]) == (400, "APPROVAL-400005")

    def test_while_quotes_are_ordered_without(self, api, cast, quote, switched_off):
        with nothing_changes():
            answer = api("rita").post(APPROVALS, asking(quote))
        assert tuple(answer) == (
            400,
            error(
                400004,
                "You can order this yourself; no approval is needed.",
                "Quotes are ordered without approval on this platform.",
            ),
        )
        cart = cast.cart("rita", WITHIN)
        body = {**asking(cart), "resourceType": "CART", "details": {}}
        assert api("rita").post(APPROVALS, body).status == 201

    def test_a_request_outlives_the_switch(self, api, quote, asked, switched_off):
        assert api("ana").patch(asked, operation("/status", "APPROVED")).status == 204

    @pytest.mark.parametrize("approver", ["C-rita", "C-carl", "C-alice", "C-nobody", "C-sam"])
    def test_somebody_who_cannot(self, api, quote, approver):
        with nothing_changes():
            answer = api("rita").post(APPROVALS, asking(quote, approver))
        assert (answer.status, answer.body["errorCode"]) == (400, "APPROVAL-400006")

    def test_by_who_may_not_order(self, api, cast, quote):
        Member.objects.filter(pk=cast.member("rita").pk).update(role="contact")
        with nothing_changes():
            assert tuple(api("rita").post(APPROVALS, asking(quote))) == (403, FORBIDDEN)

    @pytest.mark.parametrize("ended", ["asked", "declined", "expired", "deleted", "unsold"])
    def test_about_what_is_no_offer(self, api, cast, quote, ended):
        match ended:
            case "asked":
                quote = ask_quote(cast, "rita", WITHIN)
            case "declined":
                decline_offer(cast, "rita", quote)
            case "expired":
                Quote.objects.update(valid_to=timezone.now() - DAY)
            case "deleted":
                remove(cast, "sam", quote)
            case "unsold":
                cast.product("DESK-01").__class__.objects.update(is_active=False)

        answer = api("rita").post(APPROVALS, asking(quote))

        code = (404, "APPROVAL-404002") if ended == "deleted" else (400, "APPROVAL-400001")
        assert (answer.status, answer.body["errorCode"]) == code
        assert not Approval.objects.exists()


class TestReading:
    def test_shows_items_of_the_quote_with_old_and_new_price(self, api, cast, quote, asked):
        shown = api("ana").get(asked).body

        assert (shown["resourceType"], shown["resource"]["id"], "details" in shown) == ("QUOTE", quote.key, False)
        (item,) = shown["resource"]["items"]
        assert item["itemId"] == quote.lines.get().key
        assert item["itemYrn"].endswith(f";{cast.product('DESK-01').key}")
        assert item["itemPrice"] == {
            "currency": "EUR",
            "amount": 3600,
            "unitPrice": 500,
            "newUnitPrice": 400,
            "calculatedPrice": {"price": {"netValue": 3600, "grossValue": 4284, "taxValue": 684}},
        }
        assert shown["contentHash"] == api("ana").get(at(quote)).body["contentHash"]

    def test_shows_what_a_gross_offer_is_net(self, api, cast):
        quote = ask_quote(cast, "rita", {"CHAIR-01": 2, "DESK-01": 1})
        line = quote.lines.get(product__sku="CHAIR-01")
        change(cast, "admin", quote, ChangeLine(line.key, price=Price(unit=Decimal(225))), move=QuoteMove.OPEN)
        key = api("rita").post(APPROVALS, asking(quote)).body["id"]

        prices = {
            each["itemId"]: each["itemPrice"] for each in api("ana").get(f"{APPROVALS}/{key}").body["resource"]["items"]
        }

        assert (prices[line.key]["unitPrice"], prices[line.key]["newUnitPrice"]) == (210.085, 189.075)

    def test_is_listed_by_its_type(self, api, quote, asked):
        for who in ("rita", "ana"):
            assert [each["resource"]["id"] for each in api(who).get(APPROVALS, q="resourceType:QUOTE").body] == [
                quote.key
            ]
            assert api(who).get(APPROVALS, q="resourceType:CART").body == []
        assert api("tom").get(APPROVALS).body == []
        assert api("rita").get(APPROVALS, q=f"resourceId:{quote.key} status:PENDING").body


class TestAnswering:
    def test_yes_then_either_orders(self, api, quote, asked):
        yes = [operation("/status", "APPROVED"), operation("/approverComment", "go ahead", "add")]
        assert tuple(api("ana").patch(asked, yes)) == (204, None)
        shown = api("rita").get(asked).body
        assert (shown["status"], shown["approverComment"]) == ("APPROVED", "go ahead")
        assert api("rita").get(at(quote)).body["status"]["value"] == "OPEN"

    def test_no_gives_the_offer_back(self, api, quote, asked):
        assert api("ana").patch(asked, operation("/status", "DECLINED")).status == 204
        assert again(quote).approval is None
        assert api("rita").patch(at(quote), status("IN_PROGRESS")).status == 204

    def test_requester_closes(self, api, quote, asked):
        assert api("rita").patch(asked, operation("/status", "CLOSED")).status == 204
        assert again(quote).approval is None

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_either_deletes(self, api, quote, asked, who):
        assert api(who).delete(asked).status == 204
        assert api("rita").get(asked).body["status"] == "CLOSED"
        assert api("rita").delete(asked).body["errorCode"] == "APPROVAL-400001"

    def test_comment(self, api, asked):
        assert api("rita").patch(asked, operation("/comment", "Rather soon.")).status == 204
        assert api("ana").get(asked).body["comment"] == "Rather soon."

    @pytest.mark.parametrize(
        "path",
        [
            "/details",
            "/details/currency",
            "/resource/deliveryWindow",
            "/resource/deliveryWindow/id",
            "/resource/items",
            "/x",
        ],
    )
    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_nothing_else_can_be_changed(self, api, asked, who, path):
        with nothing_changes():
            answer = api(who).patch(asked, [operation(path, {}, "add"), operation("/comment", "x")])
        assert tuple(answer) == (400, error(400007, f"The path {path!r} is not supported."))

    def test_the_content_that_was_seen(self, api, quote, asked):
        sent = {**operation("/status", "APPROVED"), "expectedContentHash": again(quote).content_hash}
        assert api("ana").patch(asked, [sent]).status == 204

    @pytest.mark.parametrize("ended", ["repriced", "declined", "sent back", "expired", "deleted"])
    def test_too_late_where_it_is_no_longer_the_offer(self, api, cast, quote, asked, ended):
        match ended:
            case "repriced":
                repriced(cast, quote)
            case "declined":
                decline_offer(cast, "rita", quote)
            case "sent back":
                api("rita").patch(at(quote), status("IN_PROGRESS"))
            case "expired":
                Quote.objects.update(valid_to=timezone.now() - DAY)
            case "deleted":
                remove(cast, "sam", quote)

        answer = api("ana").patch(asked, operation("/status", "APPROVED"))

        assert (answer.status, answer.body["errorCode"]) == (400, "APPROVAL-400009")
        shown = api("rita").get(asked).body
        assert (shown["status"], shown["events"][-1]["kind"]) == ("CLOSED", "approval.closed")
        assert Order.objects.count() == 0

    def test_a_yes_that_is_not_used_ends_with_the_offer(self, api, cast, quote, asked):
        api("ana").patch(asked, operation("/status", "APPROVED"))
        with told_since() as told:
            repriced(cast, quote)
        shown = api("rita").get(asked).body
        assert (shown["status"], "givenUpAt" in shown) == ("APPROVED", True)
        assert any(each.endswith("to ana") for each in told)
        assert any(each.endswith("to rita") for each in told)
        assert api("rita").patch(at(quote), status("ACCEPTED")).status == 403

    def test_giving_up(self, api, quote, asked):
        api("ana").patch(asked, operation("/status", "APPROVED"))
        assert api("rita").post(f"{asked}/give-up").status == 204
        assert api("rita").post(PERMITTED, about(quote)).body == NEEDED
        assert api("rita").post(APPROVALS, asking(quote, "C-tom")).status == 201

    def test_an_approver_who_lost_the_right(self, api, cast, quote, asked):
        Member.objects.filter(pk=cast.member("ana").pk).update(role="requester")
        answer = api("ana").patch(at(quote), status("ACCEPTED"))
        assert answer.status == 403
        assert Order.objects.count() == 0
