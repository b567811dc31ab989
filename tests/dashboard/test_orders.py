"""How do orders look to their customer, and what can the customer do with them?"""

from decimal import Decimal

import pytest
from django.urls import reverse

from approvals.models import SubjectKind
from approvals.services import approve, request_approval
from orders.lifecycle import OrderStatus
from orders.models import Cart, Order
from orders.services.checkout import place_approved_order, place_order
from orders.services.delivery import complete_delivery, fail_delivery, start_order
from orders.services.review import approve_order, reject_order
from tests.factories import CheckoutFactory, OrderFactory

ORDERS = reverse("dashboard:orders")


def details(cast, country="DE"):
    return {
        "shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"},
        "addresses": [{**cast.address(kind), "country": country} for kind in ("SHIPPING", "BILLING")],
        "payment": {"provider": "invoice", "method": "invoice", "reference": "PO-77"},
    }


def placed(cast, who="ana", lines=None):
    cart = cast.cart(who, lines or {"SERVER-01": 1})
    checkout = place_order(actor=cast.actor(who), cart_id=cart.pk, details=details(cast)).settled()
    return list(checkout.orders.order_by("position"))


def url(order):
    return reverse("dashboard:order", args=[order.number])


def move_url(order, move):
    return reverse("dashboard:order_move", args=[order.number, move])


def made(cast, who, status, **fields):
    member = cast.member(who)
    checkout = CheckoutFactory(tenant=cast.acme, placed_by=cast.user(who))
    return OrderFactory(
        checkout=checkout, company=member.company, marketplace=cast.main, vendor=cast.globex, status=status, **fields
    )


def test_orders_to_be_approved_come_first_then_the_newest(cast, sign_in, words):
    first, waits, last = (
        made(cast, "rita", status)
        for status in (OrderStatus.COMPLETED, OrderStatus.TO_BE_APPROVED, OrderStatus.PENDING)
    )
    text = words(sign_in("rita").get(ORDERS))
    assert text.index(waits.number) < text.index(last.number) < text.index(first.number)


def test_an_admin_sees_the_companys_orders_and_whose_they_are(cast, sign_in, words):
    mine, others = made(cast, "rita", OrderStatus.PENDING), made(cast, "alice", OrderStatus.PENDING)
    text = words(sign_in("ana").get(ORDERS))
    assert f"Rita Okafor · {mine.number}" in text
    assert others.number not in text
    assert mine.number not in words(sign_in("bea").get(ORDERS))


def test_a_status_narrows_the_list(cast, sign_in, words):
    done, open_order = made(cast, "rita", OrderStatus.COMPLETED), made(cast, "rita", OrderStatus.PENDING)
    text = words(sign_in("rita").get(ORDERS, {"status": "completed"}))
    assert done.number in text
    assert open_order.number not in text
    assert "No order has this status" in words(sign_in("rita").get(ORDERS, {"status": "failed"}))
    assert sign_in("rita").get(ORDERS, {"status": "nonsense"}).status_code == 200


def test_the_first_list_says_where_orders_come_from(cast, sign_in, words):
    assert "No orders yet" in words(sign_in("rita").get(ORDERS))


@pytest.mark.parametrize("number", ["CS1", "CS99999999", "CS999999999999999999", "1001", "cs1001", "x", "CS1000"])
def test_an_order_that_is_not_there_is_not_found(cast, sign_in, number):
    assert sign_in("ana").get(reverse("dashboard:order", args=[number])).status_code == 404


def test_an_order_of_somebody_else_is_not_found(cast, sign_in):
    order = made(cast, "rita", OrderStatus.PENDING)
    for name in ("bea", "alice", "paula", "olga"):
        client = sign_in(name)
        assert client.get(url(order)).status_code == 404
        assert client.post(move_url(order, "cancel")).status_code == 404
        assert client.post(reverse("dashboard:order_again", args=[order.number])).status_code == 404
    assert Order.objects.get().status == OrderStatus.PENDING


def test_an_order_that_waits_says_who_has_it_and_what_comes_next(cast, sign_in, words):
    (order,) = placed(cast)
    assert "Ana Diaz gets a mail as soon as it is accepted or rejected" in words(sign_in("tom").get(url(order)))
    text = words(sign_in("ana").get(url(order)))
    assert f"Order {order.number} To be approved A manager of Globex Systems will shortly review this order." in text
    assert "Review Globex Systems has it" in text
    assert "Approval not needed" in text
    assert "Permission check: Admin, no approval needed." in text
    assert "Shipping, gross 11.90 EUR Total, gross 1,201.90 EUR" in text
    assert "Your reference PO-77" in text


def test_a_rejected_order_says_who_why_and_keeps_the_note_inside(cast, sign_in, words):
    (order,) = placed(cast)
    reject_order(actor=cast.actor("victor"), order_id=order.pk, reason="The tariff ended.", note="Bad payer.")
    text = words(sign_in("ana").get(url(order)))
    assert "Victor Lang of Globex Systems rejected this order. Nothing of it will be delivered." in text
    assert "Order again puts its lines back into your cart." in text
    assert "The tariff ended." in text
    assert "Bad payer." not in text


def test_instructions_and_links_are_read_when_it_is_delivered(cast, sign_in, words):
    (order,) = placed(cast)
    approve_order(actor=cast.actor("victor"), order_id=order.pk, note="Checked.")
    assert "Globex Systems prepares the delivery." in words(sign_in("ana").get(url(order)))
    complete_delivery(
        actor=cast.actor("vera"),
        order_id=order.pk,
        instructions="Sign in with <b>your</b> account.",
        links=[{"label": "Console", "url": "https://console.example/"}],
    )
    answer = sign_in("ana").get(url(order))
    text = words(answer)
    assert "Everything is delivered. What you need to know stands below." in text
    assert "&lt;b&gt;your&lt;/b&gt;" in answer.content.decode()
    assert '<a href="https://console.example/"' in answer.content.decode()
    assert "Victor Lang accepted the order" in text
    assert "Checked." not in text


def test_a_failed_delivery_says_what_failed(cast, sign_in, words):
    (order,) = placed(cast, lines={"DESK-01": 1})
    fail_delivery(actor=cast.actor("vera"), order_id=order.pk, instructions="Out of stock.")
    text = words(sign_in("ana").get(url(order)))
    assert "The delivery failed. Globex Systems can try again or cancel. You get a mail about it." in text
    assert "Out of stock." in text


def test_the_approval_is_part_of_the_story_for_who_may_read_it(cast, sign_in, words):
    cart = cast.cart("rita", {"DESK-01": 1})
    approval = request_approval(
        actor=cast.actor("rita"),
        kind=SubjectKind.CART_CHECKOUT,
        subject_id=str(cart.pk),
        approver_id=cast.bea.pk,
        comment="For Jo.",
        details=details(cast),
    ).settled()
    approve(actor=cast.actor("bea"), approval_id=approval.pk, comment="Fine.")
    checkout = place_approved_order(actor=cast.actor("rita"), approval_id=approval.pk).settled()
    order = checkout.orders.get()
    for name in ("rita", "bea", "ana"):  # who asked, who was asked, and an admin of the company
        answer = sign_in(name).get(url(order))
        text = words(answer)
        assert "Rita Okafor asked Bea Lindt for approval" in text
        assert "Bea Lindt approved" in text
        assert "Permission check: approved by Bea Lindt." in text
        assert text.count("placed the order") == 1
        assert reverse("dashboard:approval", args=[approval.key]) in answer.content.decode()


def test_an_order_that_waits_is_withdrawn_by_its_buyer_or_an_admin(cast, sign_in, words):
    (order,) = placed(cast, "ana")
    client = sign_in("tom")
    assert "Withdraw" in words(client.get(url(order)))
    text = words(client.post(move_url(order, "withdraw"), {"reason": "Not needed."}, follow=True))
    assert f"Order {order.number} is withdrawn." in text
    assert "Tom Weber withdrew this order." in text
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert "Withdraw" not in words(client.get(url(order))).replace("Withdrawn", "")


def test_an_order_is_cancelled_until_its_delivery_begins(cast, sign_in, words):
    (order,) = placed(cast, lines={"DESK-01": 1})
    client = sign_in("ana")
    assert "Cancel the order" in words(client.get(url(order)))
    start_order(actor=cast.actor("vera"), order_id=order.pk)
    text = words(client.post(move_url(order, "cancel"), {"reason": "Too late?"}, follow=True))
    assert f"Vera Moss already started to deliver order {order.number} on " in text
    assert "Cancel the order" not in text
    order.refresh_from_db()
    assert order.status == OrderStatus.PROVISIONING


def test_who_withdraws_after_the_review_reads_who_was_faster(cast, sign_in, words):
    (order,) = placed(cast)
    approve_order(actor=cast.actor("victor"), order_id=order.pk)
    text = words(sign_in("ana").post(move_url(order, "withdraw"), follow=True))
    assert f"Victor Lang already approved order {order.number} on " in text


def test_what_was_typed_is_kept_when_a_move_is_refused(cast, sign_in):
    (order,) = placed(cast)
    long = "x" * 5001
    answer = sign_in("ana").post(move_url(order, "withdraw"), {"reason": long}, follow=True)
    assert long in answer.content.decode()
    order.refresh_from_db()
    assert order.status == OrderStatus.TO_BE_APPROVED


@pytest.mark.parametrize("move", ["approve", "complete", "reject", "nonsense"])
def test_the_sellers_moves_are_not_the_customers(cast, sign_in, move):
    (order,) = placed(cast)
    assert sign_in("ana").post(move_url(order, move)).status_code == 404
    assert sign_in("ana").get(move_url(order, "withdraw")).status_code == 405
    order.refresh_from_db()
    assert order.status == OrderStatus.TO_BE_APPROVED


def test_ordering_again_fills_the_cart_at_todays_prices(cast, sign_in, words):
    (order,) = placed(cast, lines={"DESK-01": 3})
    cast.listing("DESK-01").unit_price = 600
    cast.listing("DESK-01").save()
    text = words(sign_in("ana").post(reverse("dashboard:order_again", args=[order.number]), follow=True))
    assert f"The lines of {order.number} are in your cart, at today's prices." in text
    line = Cart.objects.open().get().lines.get()
    assert (line.listing, line.quantity) == (cast.listing("DESK-01"), Decimal(3))
    assert "2,142.00 EUR" in text


def test_ordering_again_names_what_is_not_sold_any_more(cast, sign_in, words):
    order = placed(cast, lines={"DESK-01": 1, "LICENSE-01": 1})[0]
    cast.product("LICENSE-01").is_active = False
    cast.product("LICENSE-01").save()
    text = words(sign_in("ana").post(reverse("dashboard:order_again", args=[order.number]), follow=True))
    assert "Not sold any more, and left out: Office licence." in text
    assert Cart.objects.open().get().lines.get().product == cast.product("DESK-01")


def test_ordering_again_goes_to_the_marketplace_of_the_order(cast, sign_in, words):
    cart = cast.cart("ana", {"DESK-01": 1}, marketplace="resello")
    checkout = place_order(actor=cast.actor("ana"), cart_id=cart.pk, details=details(cast, "NL")).settled()
    order = checkout.orders.get()
    text = words(sign_in("ana").post(reverse("dashboard:order_again", args=[order.number]), follow=True))
    assert text.startswith("Cart · Resello")
    cast.resello.is_active = False
    cast.resello.save()
    text = words(sign_in("ana").post(reverse("dashboard:order_again", args=[order.number]), follow=True))
    assert "Resello does not sell any more." in text


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow(cast, sign_in, count, django_assert_max_num_queries):
    for _ in range(count):
        made(cast, "rita", OrderStatus.PENDING)
    client = sign_in("ana")
    with django_assert_max_num_queries(8):
        assert client.get(ORDERS).status_code == 200


@pytest.mark.parametrize("count", [3, 30])
def test_the_queries_of_an_order_do_not_grow_with_its_lines(cast, sign_in, count, django_assert_max_num_queries):
    order = made(cast, "rita", OrderStatus.PENDING)
    line = order.lines.get()
    for number in range(2, count):
        line.pk, line.number = None, number
        line.save()
    client = sign_in("ana")
    with django_assert_max_num_queries(10):
        assert client.get(url(order)).status_code == 200
