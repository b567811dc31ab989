"""Does an order say what sort it is: of a subscription, changed from what, placed by whom for whom?"""

import pytest

from tests.api.buying import ORDERS
from tests.stories.scenes import accept, ordered
from tests.stories.subscriptions import change as changed
from tests.stories.subscriptions import running, sell_by_plan, terminate

pytestmark = pytest.mark.django_db


def found(caller, **query):
    answer = caller.get(ORDERS, **query)
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.body]


def test_modification_orders_say_what_they_change(cast, api):
    """From what to what, to both sides; and subscriptions, kinds and reviews can be asked for."""
    plans = sell_by_plan(cast)
    subscription = running(cast, "ana", plans["BASIC"])
    first = subscription.first_line.order
    change = changed(cast, "ana", subscription, plans["PRO"])
    (plain,) = ordered(cast, "ana", {"DESK-01": 1})
    number, ana, victor = subscription.number, api("ana"), api("victor")

    began, changes = (victor.get(f"{ORDERS}/{each.number}").body for each in (first, change))

    plan = {"id": plans["BASIC"].plan.key, "code": "BASIC", "name": "Basic", "period": "month", "trialDays": 14}
    assert (began["kind"], "subscriptionId" in began) == ("purchase", False)
    assert (began["entries"][0]["subscriptionId"], began["entries"][0]["plan"]) == (number, plan)
    assert (changes["kind"], changes["subscriptionId"], changes["onBehalf"]) == ("modification", number, False)
    (entry,) = changes["entries"]
    assert (entry["plan"]["code"], entry["unitPrice"], entry["totalPrice"]) == ("PRO", 300, 400)
    assert entry["changedFrom"] == {
        "plan": {"code": "BASIC", "name": "Basic"},
        "quantity": 2,
        "price": {
            "currency": "EUR",
            "unitPrice": 100,
            "includesTax": False,
            "taxRate": 19,
            "netValue": 200,
            "grossValue": 238,
            "taxValue": 38,
        },
    }
    assert ana.get(f"{ORDERS}/{change.number}").body["entries"] == changes["entries"]
    terminate(cast, "ana", subscription)
    ended = subscription.orders.get(kind="termination").number
    for query, expected in (
        ("kind:modification", [change.number]),
        ("kind:(trial,renewal)", []),
        (f"subscriptionId:{number}", [ended, change.number, first.number]),
        (f"subscriptionId:{number} kind:termination", [ended]),
        ("subscriptionId:null", [plain.number]),
        ("subscriptionId:exists onBehalf:true", []),
        ('review.decidedBy:"Vera Moss"', []),
        ('review.decidedBy:"Victor Lang"', [first.number]),
        ("review.decidedAt:exists kind:purchase", [first.number]),
    ):
        assert found(victor, q=query) == found(ana, q=query) == expected, query


def test_resold_price_hidden_from_vendor_in_what_a_change_replaces(cast, api):
    plans = sell_by_plan(cast, "SERVER-01", "resello")
    subscription = running(cast, "tess", plans["BASIC"], by="mies", marketplace="resello")
    change = changed(cast, "tess", subscription, plans["PRO"])
    assert api("victor").get(f"{ORDERS}/{change.number}").status == 404
    accept(cast, "roos", change)

    (entry,) = api("victor").get(f"{ORDERS}/{change.number}").body["entries"]

    assert entry["changedFrom"] == {"plan": {"code": "BASIC", "name": "Basic"}, "quantity": 2}
    assert set(entry) == {"id", "itemYrn", "amount", "orderedAmount", "product", "delivery", "plan", "changedFrom"}
