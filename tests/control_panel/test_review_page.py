"""An order that waits, as its auditor reads it: check "Review screen", and cases 6 and 27 on the page."""

import pytest
from django.urls import reverse

from catalog.models import Listing, Product
from companies.models import User
from orders.models import Order
from tests.stories.subscriptions import change, running, sell_by_plan


@pytest.fixture
def server(order_of):
    """Ana's order of one server waits for Globex."""
    return order_of("ana", {"SERVER-01": 1})


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def test_what_was_withdrawn_is_honoured_with_a_tick_and_a_reason(server, sign_in, words, page, move):
    Product.objects.filter(sku="SERVER-01").update(is_active=False)
    victor = sign_in("victor")
    text = words(victor.get(page(server)))
    assert "It cannot be approved as it is Server management (SERVER-01) has been withdrawn" in text
    assert "Approve anyway" in text
    for sent, wrong in (
        ({"comment": ""}, "cannot be approved as it is"),
        ({"because": "Promised."}, "Tick that you honour it anyway"),
        ({"honour": "on", "because": " "}, "Say why you honour it."),
    ):
        answer = victor.post(move(server, "approve"), sent, follow=True)
        assert wrong in words(answer)
        assert status(server) == "to_be_approved"

    text = words(victor.post(move(server, "approve"), {"honour": "on", "because": "Promised by phone."}, follow=True))

    assert status(server) == "pending"
    assert "Honoured although withdrawn: SERVER-01" in text
    assert "Promised by phone." in text
    customers = words(sign_in("ana").get(reverse("dashboard:order", args=[server.number])))
    assert "accepted the order" in customers
    assert "Promised" not in customers


def test_another_price_is_shown_old_to_new_and_keeps_nobody_from_approving(server, sign_in, words, page, move):
    Listing.objects.filter(product__sku="SERVER-01").update(unit_price=1200)
    victor = sign_in("victor")
    text = words(victor.get(page(server)))
    assert "1,000.00 EUR net when it was ordered -> 1,200.00 EUR net today" in text
    assert "Approve anyway" not in text
    victor.post(move(server, "approve"))
    assert status(server) == "pending"


def test_for_a_disabled_customer_there_is_no_yes(server, sign_in, words, page, move):
    User.objects.filter(first_name="Ana").update(is_active=False)
    victor = sign_in("victor")
    text = words(victor.get(page(server)))
    assert "The account of Ana Diaz has been disabled." in text
    assert move(server, "approve") not in victor.get(page(server)).content.decode()
    victor.post(move(server, "reject"), {"reason": "Your account was closed."})
    assert status(server) == "rejected"


def test_customer_with_group_and_earlier_orders_with_this_seller(server, order_of, sign_in, words, page):
    order_of("ana", {"CHAIR-01": 1})  # of another seller
    later = order_of("tom", {"SERVER-01": 2})
    text = words(sign_in("victor").get(page(later)))
    assert "Tom Weber" in text
    assert "Group Admin" in text
    assert "1 order before this one" in text
    assert server.number in text


def test_a_change_reads_old_and_new(cast, sign_in, words, page):
    plans = sell_by_plan(cast)
    basic = running(cast, "ana", plans["BASIC"])
    order = change(cast, "ana", basic, plans["PRO"])
    answer = sign_in("victor").get(page(order))
    said = f"Ana Diaz of Northwind GmbH asked just now to change subscription {basic.number}: Basic × 2 → Pro × 2 for"
    assert said in words(answer)
    assert reverse("control_panel:subscription", args=[basic.number]) in answer.content.decode()
    queue = sign_in("victor").get(reverse("control_panel:review"))
    assert "Change of a subscription: Basic × 2 → Pro × 2" in words(queue)
    rows = {row["label"]: (row["old"], row["new"]) for row in answer.context["changes"]}
    assert rows["Plan"] == ("Basic", "Pro")
    assert all(rows["Unit price"])
    assert "What it changes" in words(answer)
    # The vendor of another's order sees nothing of it at all.
    assert sign_in("ines").get(page(order)).status_code == 404
