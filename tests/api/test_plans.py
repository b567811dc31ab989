"""Can a subscription be bought over the API: found with its plans and their prices, tried, and ordered?"""

import pytest

from catalog.models import Plan
from orders.models import Subscription
from tests.api.buying import ORDERS, place, refused
from tests.api.carting import item, path, price
from tests.factories import make_cart
from tests.stories.scenes import accept, complete, nothing_changes
from tests.stories.subscriptions import sell_by_plan
from tests.world import scene

pytestmark = pytest.mark.django_db

PRODUCTS = "/product/{t}/products"
PRICES = "/price/{t}/match-prices-by-context"


@scene
def plans(cast):
    return sell_by_plan(cast)


def wanted(cast, listing, quantity=2, **more):
    """A plan as a storefront adds it: by the id of its price."""
    body = item(cast, "DESK-01", quantity, more={"itemYrn": None, **more})
    return {**body, "price": price(listing)}


def asked(kind, key):
    return {"itemId": {"itemType": kind, "id": key}, "quantity": {"quantity": 2}}


def test_a_product_has_its_plans_in_their_order_and_each_plan_its_price(cast, anonymous_api, plans):
    Plan.objects.filter(code="ANNUAL").update(is_active=False)
    visitor, product = anonymous_api(), cast.product("SERVER-01")

    body = visitor.get(f"{PRODUCTS}/{product.key}").body
    assert (body["soldAs"], [plan["code"] for plan in body["plans"]]) == ("subscription", ["BASIC", "PRO"])
    basic = {"id": plans["BASIC"].plan.key, "code": "BASIC", "name": "Basic", "period": "month", "trialDays": 14}
    assert body["plans"][0] == basic
    desk = visitor.get(f"{PRODUCTS}/{cast.product('DESK-01').key}").body
    assert (desk["soldAs"], "plans" in desk) == ("once", False)
    assert [each["code"] for each in visitor.get(PRODUCTS, q="soldAs:subscription").body] == ["SERVER-01"]

    items = [asked("PLAN", plan["id"]) for plan in body["plans"]] + [asked("PLAN", plans["ANNUAL"].plan.key)]
    items += [asked("PRODUCT", product.key), asked("PLAN", "no-such-plan")]
    found = visitor.post(PRICES, {"items": items}).body
    assert [(each["priceId"], each["effectiveValue"]) for each in found] == [
        (plans["BASIC"].key, 100),
        (plans["PRO"].key, 300),
        (plans["BASIC"].key, 100),
    ]
    assert found[0]["plan"] == basic


def test_a_plan_is_put_into_a_cart_ordered_and_becomes_a_subscription(cast, api, plans):
    ana, cart = api("ana"), cast.cart("ana", {})
    added = [ana.post(path(cart, "items"), wanted(cast, plans["PRO"])) for _ in range(2)]
    assert [each.status for each in added] == [201, 201]

    (line,) = ana.get(path(cart, "items")).body

    assert (line["plan"]["code"], line["trial"], line["quantity"]) == ("PRO", False, 4)
    assert (line["price"]["effectiveAmount"], line["itemPrice"]["amount"]) == (300, 1200)
    answer = place(api, "ana", cart)
    assert answer.status == 200
    (listed,) = ana.get("/subscription/{t}/subscriptions").body
    assert (listed["status"], listed["plan"]["code"], listed["availableOperations"]) == ("awaiting", "PRO", [])
    entry = ana.get(f"{ORDERS}/{answer.body['orderId']}").body["entries"][0]
    assert (entry["subscriptionId"], entry["plan"]["code"]) == (listed["id"], "PRO")


def test_a_trial_costs_nothing_beside_what_is_bought_and_once(cast, api, plans):
    """A trial and a purchase of one plan are two lines, also where a cart takes another one in, and two orders."""
    ana, cart = api("ana"), cast.cart("ana", {})
    for more in ({"trial": True}, {}):
        assert ana.post(path(cart, "items"), wanted(cast, plans["BASIC"], 1, **more)).status == 201
    visitors = make_cart(lines=[(plans["BASIC"], 1)], owner=None, session_key="hers", marketplace=cast.main)
    visitors.lines.update(is_trial=True)
    ana.row.session_key = "hers"
    ana.row.save()
    assert ana.post(path(cart, "merge"), {"carts": [visitors.key]}).status == 200
    with nothing_changes():
        for listing in (plans["PRO"], cast.listing("DESK-01")):
            answer = ana.post(path(cart, "items"), wanted(cast, listing, trial=True))
            assert (answer.status, answer.body["details"]) == (400, ["trial: This cannot be tried for nothing."])
        assert ana.post(path(cart, "items"), wanted(cast, plans["BASIC"], trial="yes")).status == 400

    tried, paid = ana.get(path(cart, "items")).body

    assert (tried["trial"], tried["quantity"], paid["trial"], paid["quantity"]) == (True, 2, False, 1)
    amounts = (tried["price"]["originalAmount"], tried["price"]["effectiveAmount"], tried["itemPrice"]["amount"])
    assert amounts == (100, 0, 0)
    numbers = place(api, "ana", cart).body["orderIds"]
    kinds = {ana.get(f"{ORDERS}/{number}").body["kind"]: number for number in numbers}
    assert set(kinds) == {"trial", "purchase"}
    order = Subscription.objects.get(is_trial=True).first_line.order
    assert order.number == kinds["trial"]
    accept(cast, "victor", order)
    complete(cast, "victor", order)
    again = cast.cart("ana", {}, type="second")
    ana.post(path(again, "items"), wanted(cast, plans["BASIC"], trial=True))
    assert refused(place(api, "ana", again))[0] == 400
