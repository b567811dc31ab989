"""Ids of others: whoever guesses one hears exactly what they hear of an id that nothing has."""

import re

import pytest

from catalog.models import Listing
from companies.models import Customer, CustomerAddress, Member
from config.openapi.document import document
from orders.models import QuoteReason
from orders.services.quote_asking import Wishes, ask_for_quote
from tests.api.approving import APPROVALS, DETAILS, PERMITTED, PREVIEW, SEARCH, about, asking
from tests.api.buying import ORDER, ORDERS, body_of, saas
from tests.api.carting import CARTS, item, path
from tests.stories.scenes import ask_for, nothing_changes, ordered
from tests.stories.subscriptions import ask_change, running, sell_by_plan
from tests.world import scene

SUBSCRIPTIONS, CHANGES = "/subscription/{t}/subscriptions", "/subscription/{t}/changes"

ENDPOINTS = [
    (method.upper(), path, words)
    for path, each in document()["paths"].items()
    for method, words in each.items()
    if path.count("{") > 1
]
BODIES = {
    "PATCH-approval-update-approval": [{"op": "replace", "path": "/status", "value": "APPROVED"}],
    "POST-cart-merge-carts": {"carts": ["no-such-cart"]},
}


@scene
def ids(cast):
    """Something of Northwind's for every id in an address; each with another of the same length that nothing has."""
    held, cart = cast.cart("rita", {"DESK-01": 9}), cast.cart("bea", {"DESK-01": 1})
    approval = ask_for(cast, "rita", held, of="ana")
    (order,) = ordered(cast, "tom", {"CHAIR-01": 1})
    customer = Customer.objects.get(user=cast.rita)
    address = CustomerAddress.objects.create(
        customer=customer, contact_name="Rita", street="Kai", zip_code="1", city="Kiel", country="DE"
    )
    offered = cast.cart("ana", {"DESK-01": 1})
    quote = ask_for_quote(actor=cast.actor("ana"), cart_id=offered.pk, wishes=Wishes())
    subscription = running(cast, "rita", sell_by_plan(cast, "LICENSE-01")["BASIC"])
    ask_change(cast, "rita", subscription, Listing.objects.get(plan__code="PRO"), "ana")
    # Reasons are a tenant's, not a company's: what must not show is one of another tenant.
    reason = QuoteReason.objects.create(tenant=cast.other, type="CHANGE", code="SECRET", message={"en": "Secret"})
    real = {
        "quoteId": quote.key,
        "quoteReasonId": reason.key,
        "approvalId": approval.key,
        "cartId": cart.key,
        "itemId": cart.lines.get().key,
        "deliveryId": f"{order.number}-1",
        "orderId": order.number,
        "subscriptionId": subscription.number,
        "changeId": subscription.changes.get().key,
        "legalEntityId": cast.northwind.key,
        "contactAssignmentId": cast.member("rita").key,
        "locationId": cast.headquarters.key,
        "groupId": f"{cast.northwind.key}-admin",
        "userId": customer.number,
        "userType": "CUSTOMER",
        "addressId": address.key,
    }
    known = {
        "userType": "CUSTOMER",
        "deliveryId": "CS9999-1",
        "orderId": "CS9999",
        "subscriptionId": "S9999",
        "groupId": f"{'0' * len(cast.northwind.key)}-admin",
    }
    return {name: (key, known.get(name, "0" * len(key))) for name, key in real.items()}


def names_in(address):
    return set(re.findall(r"{(\w+)}", address))


def filled(address, ids, number):
    """With what there is (0), or with what there is not (1)."""
    keys = {"tenant": "acme", **{name: pair[number] for name, pair in ids.items()}}
    return re.sub(r"{(\w+)}", lambda found: keys[found[1]], address)


def said(answer, ids):
    """The whole answer with the id of what there is in the place of the other's."""
    text = repr((answer.status, answer.body, sorted(answer.headers.items())))
    for real, guessed in ids.values():
        text = text.replace(real, guessed)
    return re.sub(r"\('X-Request-ID', '\w+'\)", "", text)


# Everybody sees what is sold; settings are for API clients.
OPEN_TO_ALL = {"productId", "key"}


def test_every_kind_of_id_is_tried(ids):
    assert {name for _, address, _ in ENDPOINTS for name in names_in(address)} == {"tenant", *ids} | OPEN_TO_ALL


@pytest.mark.parametrize("who", ["alice", "tess", "paula", "dora", "victor", "roos"])
def test_of_another_company_are_answered_like_unknown_ones(api, cast, ids, who):
    caller = api(who)
    with nothing_changes():
        for method, address, words in ENDPOINTS:
            if not names_in(address).isdisjoint(OPEN_TO_ALL):
                continue
            if who == "victor" and ("order" in address or "/subscriptions/" in address):
                continue  # a part in it: Globex sells and delivers
            body = BODIES.get(words["operationId"], {} if "requestBody" in words else None)
            answers = [caller.call(method, filled(address, ids, number), body) for number in (0, 1)]
            assert said(answers[0], ids) == said(answers[1], ids), (method, address)
            assert answers[0].status in (400, 403, 404), (method, address)


@pytest.mark.parametrize("who", ["alice", "tess", "paula"])
def test_in_bodies_are_answered_like_unknown_ones(api, cast, ids, who):
    caller = api(who)
    mine = cast.cart(who, {"DESK-01": 1})
    calls = {
        "cartId": [
            lambda key: caller.post(PERMITTED, about(key)),
            lambda key: caller.post(PREVIEW, about(key)),
            lambda key: caller.post(SEARCH, about(key)),
            lambda key: caller.post(APPROVALS, asking(key, "C-ana", details=DETAILS)),
            lambda key: caller.post(ORDER, body_of(key, who), headers=saas(who)),
            lambda key: caller.post(path(mine, "merge"), {"carts": [key]}),
            lambda key: caller.post(f"{CARTS}/search", {"q": f"id:{key}"}),
        ],
        "legalEntityId": [
            lambda key: caller.post(CARTS, {"currency": "EUR", "siteCode": "main", "type": "x", "legalEntityId": key}),
            lambda key: caller.get(CARTS, siteCode="main", create="true", type="x", legalEntityId=key),
            lambda key: caller.put(path(mine), {"legalEntityId": key}),
            lambda key: caller.post(ORDER, body_of(mine, who, legalEntityId=key), headers=saas(who)),
            lambda key: caller.post(f"{CARTS}/search", {"q": f"legalEntityId:{key}"}),
            lambda key: caller.get(APPROVALS, legalEntityId=key),
            lambda key: caller.get(ORDERS, legalEntityId=key),
            lambda key: caller.get("/customer-management/{t}/legal-entities", id=key),
            lambda key: caller.get("/customer-management/{t}/legal-entities", parentId=key),
            lambda key: caller.get("/customer-management/{t}/contact-assignments", legalEntityId=key),
            lambda key: caller.get("/customer-management/{t}/locations", legalEntityId=key),
            lambda key: caller.get("/iam/{t}/groups", **{"b2b.legalEntityId": key}),
        ],
        "userId": [
            lambda key: caller.post(APPROVALS, asking(mine, key)),
            lambda key: caller.put(path(mine), {"customerId": key}),
            lambda key: caller.get(CARTS, siteCode="main", customerId=key),
            lambda key: caller.post(ORDER, body_of(mine, key), headers=saas(who)),
            lambda key: caller.get(APPROVALS, q=f"requestor.userId:{key}"),
            lambda key: caller.get(APPROVALS, q=f"approver.userId:~{key}"),
            lambda key: caller.get(ORDERS, q=f"customer.id:{key}"),
            lambda key: caller.get("/customer-management/{t}/contact-assignments", **{"customer.id": key}),
        ],
        "orderId": [
            lambda key: caller.get(APPROVALS, q=f"createdResource.id:{key}"),
            lambda key: caller.get(ORDERS, q=f"id:{key}"),
        ],
        "approvalId": [lambda key: caller.get(APPROVALS, q=f"id:{key}")],
        "subscriptionId": [
            lambda key: caller.get(SUBSCRIPTIONS, q=f"id:{key}"),
            lambda key: caller.get(CHANGES, subscriptionId=key),
            lambda key: caller.get(ORDERS, subscriptionId=key),
        ],
        "changeId": [lambda key: caller.get(CHANGES, q=f"id:{key}")],
        "locationId": [lambda key: caller.get("/customer-management/{t}/locations", q=f"id:{key}")],
        "contactAssignmentId": [lambda key: caller.get("/customer-management/{t}/contact-assignments", q=f"id:{key}")],
    }
    with nothing_changes():
        for name, each in calls.items():
            for number, call in enumerate(each):
                answers = [call(key) for key in ids[name]]
                assert said(answers[0], ids) == said(answers[1], ids), (name, number)


@pytest.mark.parametrize("who", ["alice", "tess", "paula", "dora"])
def test_no_list_no_total_and_no_sorting_tells_of_others(api, cast, ids, who):
    caller = api(who)
    lists = {
        APPROVALS: ("status", "requestor.userId", "resource.subtotalAggregate.grossValue"),
        ORDERS: ("status", "totalPrice", "customer.email"),
        SUBSCRIPTIONS: ("autoRenews", "price.grossValue", "customer.name"),
        CHANGES: ("kind", "difference.grossValue", "requestedBy"),
        "/customer-management/{t}/contact-assignments": ("id", "customer.id"),
        "/customer-management/{t}/locations": ("name", "contactDetails.city"),
        "/customer-management/{t}/legal-entities": ("accountLimit.value", "legalInfo.legalName"),
    }
    for address, fields in lists.items():
        for query in (
            {},
            *({"sort": f"{field}:desc"} for field in fields),
            *({"q": f"{field}:exists"} for field in fields),
        ):
            answer = caller.get(address, headers={"X-Total-Count": "true"}, **query)
            if answer.status >= 400:
                assert "X-Total-Count" not in answer.headers
                continue
            assert int(answer.headers["X-Total-Count"]) == len(answer.body)
            text = repr(answer.body)
            assert not any(real in text for name, (real, _) in ids.items() if name != "userType")


def test_an_id_of_an_approval_is_taken_in_its_company_only(api, cast):
    for who, of in (("rita", "C-ana"), ("ravi", "C-grace")):
        body = asking(cast.cart(who, {"DESK-01": 1}), of, id="my-approval")
        assert api(who).post(APPROVALS, body).status == 201
    body = asking(cast.cart("bea", {"DESK-01": 20}), "C-tom", id="my-approval")
    assert api("bea").post(APPROVALS, body).status == 409


def test_the_name_of_a_request_is_everybody_s_own(api, cast):
    """Neither the answer nor the refusal of somebody else's request under the same key comes back."""
    key, made = {"Idempotency-Key": "order-1"}, []
    for who in ("rita", "bea", "ravi"):
        cart = {"currency": "EUR", "siteCode": "main", "type": who}
        answer = api(who).post(CARTS, cart, headers=key)
        assert answer.status == 201
        made.append(answer.body["cartId"])
    assert len(set(made)) == 3


def test_nor_does_it_come_back_for_another_company(api, cast):
    Member.objects.create(company=cast.contoso, user=cast.rita, role="requester")
    key, body = {"Idempotency-Key": "cart-1"}, {"currency": "EUR", "siteCode": "main"}
    made = [api("rita", company=name).post(CARTS, body, headers=key) for name in ("northwind", "contoso")]
    assert [answer.status for answer in made] == [201, 201]
    assert made[0].body["cartId"] != made[1].body["cartId"]


def test_items_of_others_are_not_reached_through_one_s_own_cart(api, cast):
    theirs, mine = cast.cart("bea", {"DESK-01": 1}), cast.cart("rita", {"CHAIR-01": 1})
    line = theirs.lines.get()
    rita = api("rita")
    with nothing_changes():
        for call in (
            lambda key: rita.get(path(mine, "items", key)),
            lambda key: rita.put(path(mine, "items", key), {"quantity": 2}, partial="true"),
            lambda key: rita.delete(path(mine, "items", key)),
            lambda key: rita.put(path(mine, "itemsBatch"), [{"id": key, "quantity": 2}]),
        ):
            real, guessed = call(line.key), call("0" * len(line.key))
            assert repr(real.body).replace(line.key, "0" * len(line.key)) == repr(guessed.body)
            assert real.status == guessed.status
    assert rita.post(path(mine, "items"), item(cast, "DESK-01", more={"id": line.key})).status == 201


def test_an_order_is_found_by_its_number_and_by_nothing_near_it(api, cast, ids):
    number = ids["orderId"][0]
    tom = api("tom")
    assert tom.get(f"{ORDERS}/{number}").status == 200
    for near in (
        number.lower(),
        f"{number}%20",
        f"0{number}",
        f"CS0{number[2:]}",
        number[2:],
        f"{number}.0",
        f"{number}%00",
    ):
        assert tom.get(f"{ORDERS}/{near}").status == 404, near
