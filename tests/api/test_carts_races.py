"""What if two requests about a cart come at the same moment? There is one cart, and nothing counts twice."""

import pytest

from orders.models import Cart
from tests.api.carting import CARTS, item, path
from tests.threads import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

NEW = {"currency": "EUR", "siteCode": "main"}


@pytest.fixture
def clients(api):
    return [api("rita") for _ in range(4)]


def test_whoever_asks_for_the_current_cart_gets_the_same(cast, clients):
    answers = at_once(*(lambda client=client: client.get(CARTS, siteCode="main", create="true") for client in clients))

    assert {(answer.status, answer.body["id"]) for answer in answers} == {(200, Cart.objects.get().key)}


def test_one_is_opened_and_the_others_are_told_which(cast, clients):
    answers = at_once(*(lambda client=client: client.post(CARTS, NEW) for client in clients))

    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {answer.body.get("resourceId") or answer.body["cartId"] for answer in answers} == {Cart.objects.get().key}


def test_the_same_request_is_carried_out_once(cast, clients):
    key = {"Idempotency-Key": "same"}
    answers = at_once(*(lambda client=client: client.post(CARTS, NEW, headers=key) for client in clients))

    assert {(answer.status, answer.body["cartId"]) for answer in answers} == {(201, Cart.objects.get().key)}


def test_the_same_batch_is_carried_out_once(cast, clients):
    cart, key = cast.cart("rita", {}), {"Idempotency-Key": "same"}
    sent = [item(cast, "DESK-01", 2), item(cast, "BOOK-01", 1), {"quantity": 1}]

    answers = at_once(
        *(lambda client=client: client.post(path(cart, "itemsBatch"), sent, headers=key) for client in clients)
    )

    assert [answer.status for answer in answers] == [200] * 4
    assert all(answer.body == answers[0].body for answer in answers)
    assert dict(cart.lines.values_list("product__sku", "quantity")) == {"DESK-01": 2, "BOOK-01": 1}


def test_what_is_added_at_once_is_all_there(cast, clients):
    cart = cast.cart("rita", {})
    sent = item(cast, "DESK-01", 2)

    answers = at_once(*(lambda client=client: client.post(path(cart, "items"), sent) for client in clients))

    assert [answer.status for answer in answers] == [201] * 4
    assert cart.lines.get().quantity == 8


def test_a_visitor_s_cart_is_merged_once(cast, clients, anonymous_api):
    cart, visitor = cast.cart("rita", {"DESK-01": 1}), anonymous_api()
    theirs = visitor.get(CARTS, siteCode="main", create="true").body["id"]
    visitor.post(path(theirs, "items"), item(cast, "DESK-01", 2))
    for client in clients:
        client.row.session_key = visitor.row.session_key
        client.row.save()

    answers = at_once(
        *(lambda client=client: client.post(path(cart, "merge"), {"carts": [theirs]}) for client in clients)
    )

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert cart.lines.get().quantity == 3
