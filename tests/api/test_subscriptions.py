"""Can subscriptions be read, changed, asked about, ended and kept through the API, by exactly those whose they are?"""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.api.json import instant
from companies.models import Member
from companies.roles import Role
from orders.models import Order, Subscription, SubscriptionChange
from tests.api.buying import ORDERS, refused
from tests.stories.scenes import DAY, accept, again, approve, check_histories, nothing_changes, reject, told_since
from tests.stories.subscriptions import ask_change, change, changes, running, sell_by_plan, subscribe, values
from tests.world import scene

pytestmark = pytest.mark.django_db

SUBSCRIPTIONS = "/subscription/{t}/subscriptions"
CHANGES = "/subscription/{t}/changes"
TOTAL = {"X-Total-Count": "true"}
BASIC_PRICE = {
    "currency": "EUR",
    "unitPrice": 100,
    "includesTax": False,
    "taxRate": 19,
    "netValue": 200,
    "grossValue": 238,
    "taxValue": 38,
}
PRO_PRICE = {**BASIC_PRICE, "unitPrice": 300, "netValue": 600, "grossValue": 714, "taxValue": 114}
DIFFERENCE = {"netValue": 400, "grossValue": 476, "taxValue": 76}


@scene
def plans(cast):
    """Server management, which is flagged, in its three plans."""
    return sell_by_plan(cast)


@pytest.fixture
def ritas(cast, plans):
    """Rita's, of two Basic units; she may change nothing without somebody's yes."""
    return running(cast, "rita", plans["BASIC"])


@pytest.fixture
def anas(cast, plans):
    """Ana's, who may change what she likes; the auditor accepts it."""
    return running(cast, "ana", plans["BASIC"])


def at(subscription, *more):
    return "/".join((SUBSCRIPTIONS, subscription.number, *more))


def listed(caller, path=SUBSCRIPTIONS, **query):
    answer = caller.get(path, headers=TOTAL, **query)
    assert answer.status == 200, answer.body
    assert int(answer.headers["X-Total-Count"]) == len(answer.body)
    return [each["id"] for each in answer.body]


class TestASubscription:
    def test_says_everything_that_was_agreed(self, cast, api, plans, anas):
        body = api("ana").get(at(anas)).body
        row = again(anas)

        assert body == {
            "id": anas.number,
            "status": "active",
            "statusSince": instant(row.status_since),
            "name": row.name["en"],
            "product": {
                "id": row.product.key,
                "sku": "SERVER-01",
                "code": "SERVER-01",
                "name": "Server management",
            },
            "plan": {"id": row.plan.key, "code": "BASIC", "name": "Basic", "period": "month", "trialDays": 14},
            "quantity": 2,
            "priceId": plans["BASIC"].key,
            "price": BASIC_PRICE,
            "isTrial": False,
            "autoRenews": True,
            "startedAt": instant(row.started_at),
            "periodStartsAt": instant(row.period_starts_at),
            "renewsAt": instant(row.renews_at),
            "siteCode": "main",
            "currency": "EUR",
            "countryCode": "DE",
            "seller": {"id": cast.globex.key, "name": "Globex Systems"},
            "customer": {
                "id": "C-ana",
                "name": "Ana Diaz",
                "email": "ana@northwind.example",
                "company": "Northwind GmbH",
            },
            "legalEntityId": cast.northwind.key,
            "availableOperations": ["change", "stop-renewing", "terminate"],
            "metadata": {
                "version": row.version,
                "createdAt": instant(row.created_at),
                "modifiedAt": instant(row.modified_at),
            },
        }

    def test_isolation_of_resold_subscriptions_from_their_vendor(self, cast, api):
        """The vendor reads it once it runs, never its price, and a change only once the reseller accepted it."""
        offers = sell_by_plan(cast, "SERVER-01", "resello")
        waiting = subscribe(cast, "tess", offers["BASIC"], marketplace="resello")
        victor, roos = api("victor"), api("roos")
        assert (listed(victor), len(listed(roos)), listed(api("ines"))) == ([], 1, [])
        accept(cast, "roos", waiting)
        assert listed(victor) == []
        found = Subscription.objects.get()
        Subscription.objects.update(status="active", started_at=timezone.now(), renews_at=timezone.now() + 30 * DAY)
        placed = change(cast, "tess", found, offers["PRO"])

        seen, full = victor.get(at(found)).body, roos.get(at(found)).body
        assert {"price", "openChange"} & set(seen) == set()
        assert (full["price"]["grossValue"], full["openChange"]["difference"]["grossValue"]) == (242, 484)
        assert listed(victor, q="price.grossValue:>0") == listed(victor, CHANGES) == []
        assert listed(victor, q="price.grossValue:null") == [found.number]
        (key,) = listed(roos, CHANGES)
        assert victor.get(f"{CHANGES}/{key}").status == 404

        accept(cast, "roos", placed)

        body = victor.get(f"{CHANGES}/{key}").body
        assert {"price", "difference"} & set(body) == set()
        assert body["changedFrom"] == {"plan": {"code": "BASIC", "name": "Basic"}, "quantity": 2}

    def test_is_found_by_what_it_is(self, cast, api, plans, ritas):
        mine = running(cast, "ana", plans["PRO"], 1)
        ana, rita, victor = api("ana"), api("rita"), api("victor")

        assert listed(ana) == listed(victor) == [mine.number, ritas.number]
        assert listed(rita) == [ritas.number]
        for query, expected in (
            ("plan.code:PRO", [mine]),
            ("status:active isTrial:false", [mine, ritas]),
            ("status:(awaiting,terminated)", []),
            ("customer.id:C-rita", [ritas]),
            (f"legalEntityId:{cast.northwind.key} price.grossValue:>300", [mine]),
            (f"id:{ritas.number}", [ritas]),
            ("plan.period:year", []),
        ):
            assert listed(ana, q=query) == [each.number for each in expected], query
        assert listed(ana, sort="price.grossValue") == [ritas.number, mine.number]
        assert listed(ana, fields="id,plan", isTrial="false") == [mine.number, ritas.number]
        for query in ({"q": "owner:x"}, {"q": "status:running"}, {"sort": "customer.id"}, {"nonsense": "1"}):
            assert ana.get(SUBSCRIPTIONS, **query).status == 400, query
        with time_machine.travel(again(mine).renews_at + timedelta(hours=1)):
            Subscription.objects.filter(pk=mine.pk).update(auto_renews=False)
            assert listed(api("ana"), q="status:terminated") == [mine.number]
            assert api("ana").get(at(mine)).body["availableOperations"] == []

    def test_is_read_for_one_company_at_a_time(self, cast, api, plans, anas):
        """Who is in several says first for which one; the other company's token finds nothing."""
        Member.objects.create(company=cast.contoso, user=cast.ana, role=Role.ADMIN)
        unbound, elsewhere = api("ana"), api("ana", "contoso")

        assert [unbound.get(path).status for path in (SUBSCRIPTIONS, CHANGES, at(anas))] == [403] * 3
        assert (listed(elsewhere), elsewhere.get(at(anas)).status) == ([], 404)
        assert listed(api("ana", "northwind")) == [anas.number]

    def test_lists_cost_the_same_for_a_hundred_as_for_ten(self, cast, api, plans, ritas):
        ana, victor = api("ana"), api("victor")
        ask_change(cast, "rita", ritas, plans["PRO"], "ana").settled()
        ana.get(CHANGES)

        def costs():
            found = {}
            for who, caller, path in (
                ("ana", ana, SUBSCRIPTIONS),
                ("ana", ana, CHANGES),
                ("victor", victor, SUBSCRIPTIONS),
                ("victor", victor, CHANGES),
            ):
                with CaptureQueriesContext(connection) as captured:
                    answer = caller.get(path, headers=TOTAL, pageSize=100)
                assert int(answer.headers["X-Total-Count"]) == len(answer.body)
                found[who, path] = len(captured)
            return found

        def more(count):
            first = SubscriptionChange.objects.values().first()
            for model, row in ((Subscription, values(ritas)), (SubscriptionChange, first)):
                start = model.objects.order_by("-pk").first().pk
                kept = {name: value for name, value in row.items() if name not in ("id", "key", "approval_id")}
                if model is SubscriptionChange:
                    kept["status"] = "refused"
                model.objects.bulk_create(
                    model(**kept, id=start + each, key=f"k{start + each}") for each in range(1, count)
                )

        more(8)
        ten = costs()
        more(90)
        assert costs() == ten
        assert max(ten.values()) <= 9, ten


class TestAChange:
    def test_is_previewed_with_price_difference_review_and_policy(self, api, plans, ritas, anas):
        preview = {"priceId": plans["PRO"].key}
        with nothing_changes():
            asked, free = (
                api(who).post(at(of, "changes/preview"), preview) for who, of in (("rita", ritas), ("ana", anas))
            )

        assert (asked.status, free.status) == (200, 200)
        assert (asked.body["price"], asked.body["difference"]) == (PRO_PRICE, DIFFERENCE)
        assert asked.body["changedFrom"]["price"] == BASIC_PRICE
        assert (asked.body["permitted"], asked.body["needsReview"]) == (False, True)
        assert {each["userId"] for each in asked.body["approvers"]} >= {"C-ana", "C-bea"}
        assert asked.body["reasons"]
        assert (free.body["permitted"], free.body["approvers"], free.body["kind"]) == (True, [], "modification")

    def test_is_ordered_reviewed_and_applied(self, cast, api, plans, anas):
        before, ana = values(anas), api("ana")

        answer = ana.post(at(anas, "changes"), {"priceId": plans["PRO"].key, "expectedGrossValue": 714})

        assert (answer.status, answer.body["status"], answer.body["requestedBy"]) == (201, "ordered", "Ana Diaz")
        order = Order.objects.get(kind="modification")
        assert answer.body["orderId"] == order.number
        assert values(anas) == before
        body = ana.get(at(anas)).body
        assert (body["openChange"]["id"], body["availableOperations"]) == (
            answer.body["id"],
            ["stop-renewing", "terminate"],
        )
        assert ana.get(f"{CHANGES}/{answer.body['id']}").body["availableOperations"] == ["withdraw"]
        approve = api("victor").post(f"{ORDERS}/{order.number}/approve", {})
        assert approve.status == 200
        assert ana.get(at(anas)).body["plan"]["code"] == "PRO"
        assert ana.get(f"{CHANGES}/{answer.body['id']}").body["status"] == "applied"
        kinds = [each["kind"] for each in ana.get(at(anas, "history")).body]
        assert kinds == ["subscription.ordered", "subscription.activated", "subscription.changed"]
        check_histories()

    def test_one_open_at_a_time_and_the_second_names_the_first(self, api, plans, anas):
        """Case 10: the second is refused with the number of what is open."""
        ana = api("ana")
        first = ana.post(at(anas, "changes"), {"priceId": plans["PRO"].key}).body

        with nothing_changes():
            for path, body in (("changes", {"quantity": 5}), ("changes/preview", {"quantity": 5})):
                answer = ana.post(at(anas, path), body)
                assert refused(answer)[:2] == (409, "conflict_resource")
                assert answer.body["details"] == [{"type": "change_open", "message": first["orderId"]}]
                assert first["orderId"] in answer.body["message"]

    def test_is_put_to_an_approver_who_orders_or_declines_it(self, cast, api, plans, ritas):
        """Bea sees nothing of Rita's subscriptions but what she was asked about."""
        rita, bea, tom = api("rita"), api("bea"), api("tom")
        wanted = {"priceId": plans["PRO"].key, "approver": {"userId": "C-bea"}, "comment": "We are more."}
        with nothing_changes():
            alone = rita.post(at(ritas, "changes"), {"priceId": plans["PRO"].key})
            assert (refused(alone)[0], alone.body["details"][0]["type"]) == (403, "approval_required")
            nobody = rita.post(at(ritas, "changes"), {**wanted, "approver": {"userId": "C-carl"}})
            assert set(refused(nobody)[2]) == {"approver.userId"}

        asked = rita.post(at(ritas, "changes"), wanted)

        key = asked.body["id"]
        assert (asked.status, asked.body["status"], asked.body["approval"]["status"]) == (201, "asked", "PENDING")
        assert asked.body["approval"]["approver"]["userId"] == "C-bea"
        assert (listed(bea), listed(bea, CHANGES, q="status:asked")) == ([], [key])
        assert bea.get(f"{CHANGES}/{key}").body["availableOperations"] == ["order", "decline"]
        assert rita.get(f"{CHANGES}/{key}").body["availableOperations"] == ["withdraw"]
        seen = tom.get(f"{CHANGES}/{key}").body
        assert (seen["availableOperations"], "approval" in seen) == ([], False)
        assert api("victor").get(f"{CHANGES}/{key}").status == 404
        late = rita.post(at(ritas, "changes"), {"quantity": 3, "approver": {"userId": "C-ana"}})
        assert (late.status, late.body["details"][0]["message"]) == (409, asked.body["approval"]["id"])

        declined = bea.post(f"{CHANGES}/{key}/decline", {"comment": "Too dear."})
        assert (declined.body["status"], declined.body["approval"]["approverComment"]) == ("refused", "Too dear.")

        key = rita.post(at(ritas, "changes"), wanted).body["id"]
        stale = bea.post(f"{CHANGES}/{key}/order", {"expectedContentHash": "0" * 64})
        assert set(refused(stale)[2]) == {"expectedContentHash"}
        ordered = bea.post(f"{CHANGES}/{key}/order", {"comment": "Go ahead."})
        assert (ordered.status, ordered.body["status"]) == (200, "ordered")
        assert order_of(ordered).buyer == cast.rita
        assert changes(ritas) == ["refused", "ordered"]

    def test_of_a_yes_without_an_order_is_ordered_or_let_go_by_who_asked(self, cast, api, plans, ritas):
        approve(cast, "ana", ask_change(cast, "rita", ritas, plans["PRO"], "ana").settled())
        key = ritas.changes.get().key
        rita = api("rita")
        assert rita.get(f"{CHANGES}/{key}").body["availableOperations"] == ["order", "withdraw"]

        answer = rita.post(f"{CHANGES}/{key}/order")

        assert (answer.status, answer.body["status"], answer.body["availableOperations"]) == (
            200,
            "ordered",
            ["withdraw"],
        )
        assert rita.post(f"{CHANGES}/{key}/order").status == 409

    def test_is_withdrawn_while_it_waits(self, cast, api, plans, anas, ritas):
        """Case 14 for changes: a request or an order that waits is taken back, and another change may be asked for."""
        before = values(anas)
        for who, of, body in (
            ("rita", ritas, {"quantity": 3, "approver": {"userId": "C-ana"}}),
            ("ana", anas, {"quantity": 3}),
        ):
            key = api(who).post(at(of, "changes"), body).body["id"]
            with nothing_changes():
                assert api("tom" if who == "rita" else "bea").post(f"{CHANGES}/{key}/withdraw").status in (403, 404)
            answer = api(who).post(f"{CHANGES}/{key}/withdraw", {"comment": "Not now."})
            assert (answer.status, answer.body["status"]) == (200, "withdrawn")
            with nothing_changes():
                assert api(who).post(f"{CHANGES}/{key}/withdraw").status == 409
            assert api(who).post(at(of, "changes"), body).status == 201
        assert values(anas) == before

    def test_modification_rejected_leaves_the_subscription_untouched(self, cast, api, plans, anas):
        """Case 9."""
        before, ana = values(anas), api("ana")
        made = ana.post(at(anas, "changes"), {"priceId": plans["ANNUAL"].key}).body
        reject(cast, "victor", Order.objects.get(kind="modification"))

        assert values(anas) == before
        assert ana.get(f"{CHANGES}/{made['id']}").body["status"] == "refused"
        assert ana.get(at(anas)).body["availableOperations"] == ["change", "stop-renewing", "terminate"]

    def test_is_refused_for_what_cannot_be_taken(self, cast, api, plans, anas):
        ana = api("ana")
        with nothing_changes():
            for body, field in (
                ({}, "quantity"),
                ({"quantity": 0}, "quantity"),
                ({"quantity": "3"}, "quantity"),
                ({"quantity": 2}, "quantity"),
                ({"priceId": "no-such-offer"}, "priceId"),
                ({"priceId": cast.listing("DESK-01").key}, "priceId"),
                ({"quantity": 3, "approver": {}}, "approver.userId"),
                ({"quantity": 3, "why": "x"}, "why"),
                ({"quantity": 3, "approver": {"userId": "C-tom"}}, ""),
            ):
                status, _, messages = refused(ana.post(at(anas, "changes"), body))
                assert (status, set(messages)) == (400, {field}), body
            seen = ana.post(at(anas, "changes"), {"quantity": 3, "expectedGrossValue": 1})
            assert seen.status == 409

    @pytest.mark.parametrize("who", ["ana", "rita"])
    def test_is_made_once_under_its_key(self, request, api, plans, who):
        of = request.getfixturevalue(f"{who}s")
        body = {"priceId": plans["PRO"].key, **({"approver": {"userId": "C-ana"}} if who == "rita" else {})}
        caller, key = api(who), {"Idempotency-Key": "change-1"}

        first, second = (caller.post(at(of, "changes"), body, headers=key) for _ in range(2))

        assert (first.status, second.status, first.body["id"]) == (201, 201, second.body["id"])
        assert SubscriptionChange.objects.count() == 1
        assert caller.post(at(of, "changes"), {"quantity": 9}, headers=key).status == 422


class TestItsEnd:
    def test_is_stopped_resumed_and_terminated(self, cast, api, plans, anas):
        ana = api("ana")
        waiting = ana.post(at(anas, "changes"), {"priceId": plans["PRO"].key}).body

        stopped = ana.post(at(anas, "stop-renewing"))
        assert (stopped.status, stopped.body["autoRenews"]) == (200, False)
        assert stopped.body["availableOperations"] == ["resume-renewing", "terminate"]
        assert ana.post(at(anas, "stop-renewing")).status == 400
        assert ana.post(at(anas, "resume-renewing"), {}).body["autoRenews"] is True
        with told_since() as news:
            ended = ana.post(at(anas, "terminate"), {"comment": "We moved."})

        assert (ended.body["status"], ended.body["availableOperations"]) == ("terminated", [])
        assert "endedAt" in ended.body
        assert ana.get(f"{CHANGES}/{waiting['id']}").body["status"] == "withdrawn"
        assert any("victor" in each for each in news)
        with nothing_changes():
            for move, body in (("terminate", {}), ("stop-renewing", {}), ("changes", {"quantity": 9})):
                answer = ana.post(at(anas, move), body)
                assert refused(answer)[:2] == (409, "conflict_resource")
                assert answer.body["message"] == f"Subscription {anas.number} has ended."
            assert set(refused(ana.post(at(anas, "terminate"), {"why": "x"}))[2]) == {"why"}

    def test_of_a_trial_is_put_off_by_keeping_it(self, cast, api, plans):
        trial = running(cast, "ana", plans["BASIC"], trial=True)
        ana = api("ana")
        body = ana.get(at(trial)).body
        assert (body["isTrial"], body["availableOperations"], body["price"]) == (
            True,
            ["keep", "terminate"],
            BASIC_PRICE,
        )
        preview = ana.post(at(trial, "changes/preview"), {}).body
        assert (preview["kind"], preview["difference"]["grossValue"]) == ("conversion", 238)

        kept = ana.post(at(trial, "changes"), {})

        assert (kept.status, kept.body["kind"], kept.body["status"]) == (201, "conversion", "ordered")
        accept(cast, "victor", order_of(kept))
        assert ana.get(at(trial)).body["isTrial"] is False


def order_of(answer):
    return Order.objects.numbered(answer.body["orderId"]).get()
