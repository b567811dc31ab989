"""What does the seller's page of one order say, and what happens when its buttons are pressed?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.models import Member
from notifications.models import Notice
from orders.board import moves_for
from orders.lifecycle import DeliveryState, OrderMove, OrderStatus
from orders.services import delivery, review

SELLERS = set(OrderMove) - {OrderMove.WITHDRAW}


def fresh(order):
    order.refresh_from_db()
    return order


# What it says


def test_the_page_tells_who_ordered_what_and_what_waits(order_of, sign_in, words, page):
    order_of("ana", {"DESK-01": 1}, now=timezone.now() - timedelta(days=5))
    order = order_of("ana", {"SERVER-01": 2})
    text = words(sign_in("victor").get(page(order)))
    assert "Ana Diaz of Northwind GmbH ordered Server management for 2,391.90 EUR (1 line) just now." in text
    assert "It has waited for the decision of Globex Systems since" in text
    assert "ana@northwind.example" in text
    assert "Delivery in a four-hour window" in text
    assert "1 order before this one" in text
    assert "606.90 EUR" in text  # that earlier one
    assert "Ana Diaz placed the order" in text
    assert "PO-77" in text


def test_the_customers_own_rules_are_not_the_sellers_business(order_of, sign_in, words, page):
    order = order_of("bea", {"SERVER-01": 1})
    text = words(sign_in("victor").get(page(order)))
    assert "limit" not in text
    assert "Permission check" not in text


@pytest.mark.parametrize("name", ["victor", "vera", "sam", "admin"])
@pytest.mark.parametrize("lines", [{"SERVER-01": 1}, {"DESK-01": 1}])
def test_the_buttons_are_exactly_the_open_moves(name, lines, cast, order_of, sign_in, page, move):
    order = order_of("ana", lines)
    content = sign_in(name).get(page(order)).content.decode()
    offered = {each for each in SELLERS if f'"{move(order, each)}"' in content}
    assert offered == set(moves_for(order, cast.actor(name)))


def test_nothing_is_moved_by_reading(order_of, sign_in, move):
    order = order_of("ana", {"SERVER-01": 1})
    victor = sign_in("victor")
    for name in ("approve", "reject", "start", "retry", "cancel"):
        answer = victor.get(move(order, name))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "This is done by a button" in answer.content.decode()
    for name in ("complete", "fail"):
        victor.get(move(order, name))
    assert (fresh(order).status, order.event_count) == (OrderStatus.TO_BE_APPROVED, 1)


@pytest.mark.parametrize("number", ["CS9999", "nonsense", "CS1000000000000000000000000", "1"])
def test_a_number_of_nothing_is_not_found(number, sign_in):
    assert sign_in("victor").get(reverse("control_panel:order", args=[number])).status_code == 404


@pytest.mark.parametrize("lines", [{"DESK-01": 1}, {"DESK-01": 1, "LICENSE-01": 2}])
def test_the_page_costs_a_constant_number_of_queries(lines, order_of, sign_in, page, django_assert_max_num_queries):
    order = order_of("ana", lines)
    victor = sign_in("victor")
    with django_assert_max_num_queries(13):
        victor.get(page(order))


def test_a_vendor_delivers_a_resold_order_without_its_prices(order_of, sign_in, words, page, move):
    order = order_of("tess", {"DESK-01": 1}, "resello")
    vera = sign_in("vera")
    text = words(vera.get(page(order)))
    assert "Tess Laurent of Tailspin SARL ordered Standing desk just now." in text
    assert "EUR" not in text
    assert "PO-77" not in text
    assert "Cancel the order" not in text
    vera.post(move(order, "complete"), {"lines": [order.lines.get().pk], "instructions": "On its way."})
    assert fresh(order).status == OrderStatus.COMPLETED
    assert "665.50 EUR" in words(sign_in("roos").get(page(order)))


# Reviewing


def test_approve_with_a_note_that_no_customer_reads(order_of, sign_in, words, page, move):
    order = order_of("ana", {"SERVER-01": 1})
    text = words(sign_in("victor").post(move(order, "approve"), {"comment": "Checked with Sam."}, follow=True))
    assert f"Order {order.number} is accepted. Ana Diaz is told." in text
    assert "Checked with Sam." in text
    assert "Victor Lang accepted the order" in text
    assert fresh(order).status == OrderStatus.PENDING
    told = Notice.objects.get(recipient__first_name="Ana", topic="order.approved")
    assert "Checked" not in str(told.facts)


def test_reject_needs_a_reason_and_keeps_what_was_typed(order_of, sign_in, words, move):
    order = order_of("ana", {"SERVER-01": 1})
    victor = sign_in("victor")
    answer = victor.post(move(order, "reject"), {"reason": " ", "note": "Bad payer."}, follow=True)
    assert "Say why; the customer will read it." in words(answer)
    assert "Bad payer." in answer.content.decode()
    assert "<details open>" in answer.content.decode()
    assert (fresh(order).status, order.event_count) == (OrderStatus.TO_BE_APPROVED, 1)
    text = words(victor.post(move(order, "reject"), {"reason": "Tariff ends.", "note": "Bad payer."}, follow=True))
    assert f"Order {order.number} is rejected. Ana Diaz reads your reason." in text
    assert "Tariff ends." in text
    assert "Bad payer." in text
    assert fresh(order).status == OrderStatus.REJECTED


@pytest.mark.parametrize("name", ["sam", "roos", "ines", "hal"])
def test_only_auditors_and_managers_of_the_seller_decide(name, order_of, sign_in, move):
    order = order_of("ana", {"SERVER-01": 1})
    for each, sent in (("approve", {}), ("reject", {"reason": "No."})):
        assert sign_in(name).post(move(order, each), sent).status_code in (403, 404)
    assert (fresh(order).status, order.event_count) == (OrderStatus.TO_BE_APPROVED, 1)


@pytest.mark.parametrize("name", ["approve", "reject"])
def test_who_comes_second_reads_who_was_faster(name, cast, order_of, sign_in, words, move):
    order = order_of("ana", {"SERVER-01": 1})
    review.approve_order(actor=cast.actor("vera"), order_id=order.pk)
    text = words(sign_in("victor").post(move(order, name), {"reason": "No."}, follow=True))
    assert f"Vera Moss already approved order {order.number} on " in text
    assert "It is being prepared for delivery." in text
    assert "Being prepared" in text
    assert fresh(order).status == OrderStatus.PENDING


def test_an_auditor_reads_that_the_customer_withdrew(cast, order_of, sign_in, words, move):
    order = order_of("ana", {"SERVER-01": 1})
    review.withdraw_order(actor=cast.actor("ana"), order_id=order.pk)
    text = words(sign_in("victor").post(move(order, "approve"), follow=True))
    assert f"Ana Diaz already withdrew order {order.number} on " in text
    assert fresh(order).status == OrderStatus.CANCELLED


def test_platform_staff_decide_only_where_the_seller_has_no_auditor(cast, order_of, sign_in, words, move):
    order = order_of("ana", {"SERVER-01": 1})
    staff = sign_in("admin")
    assert staff.post(move(order, "approve")).status_code == 403
    Member.objects.filter(company=cast.globex).update(is_active=False)
    assert "is accepted" in words(staff.post(move(order, "approve"), follow=True))
    assert fresh(order).status == OrderStatus.PENDING


# Delivering


def test_an_order_is_started_and_completed_with_instructions_and_links(order_of, sign_in, words, move):
    order = order_of("ana", {"DESK-01": 1})
    victor = sign_in("victor")
    assert "has started" in words(victor.post(move(order, "start"), follow=True))
    assert fresh(order).status == OrderStatus.PROVISIONING
    sent = {
        "lines": [order.lines.get().pk],
        "instructions": "Screwdriver needed.",
        "label_1": "Manual",
        "url_1": "https://docs.example/desk",
        "url_2": "https://docs.example/video",
    }
    text = words(victor.post(move(order, "complete"), sent, follow=True))
    assert "Screwdriver needed." in text
    assert "Manual" in text
    line = order.lines.get()
    assert line.links == [
        {"label": "Manual", "url": "https://docs.example/desk"},
        {"label": "https://docs.example/video", "url": "https://docs.example/video"},
    ]
    assert fresh(order).status == OrderStatus.COMPLETED


def test_one_of_several_lines_is_completed(cast, order_of, sign_in, words, move):
    order = order_of("ana", {"DESK-01": 1, "VDI-01": 2})
    victor = sign_in("victor")
    form = words(victor.get(move(order, "complete")))
    assert "Standing desk, 1 piece" in form
    desk = order.lines.get(sku="DESK-01")
    victor.post(move(order, "complete"), {"lines": [desk.pk]})
    desk.refresh_from_db()
    assert desk.delivery_state == DeliveryState.COMPLETED
    assert order.lines.get(sku="VDI-01").delivery_state == DeliveryState.OPEN
    assert fresh(order).status == OrderStatus.PROVISIONING
    # A colleague chose the same line a moment ago: nothing else is delivered in its place.
    late = victor.post(move(order, "complete"), {"lines": [desk.pk]})
    assert late.status_code == 400
    assert "Choose lines of this order that are still open." in words(late)
    assert order.lines.get(sku="VDI-01").delivery_state == DeliveryState.OPEN


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"url_1": "http://plain.example"}, "url_1"),
        ({"url_2": "javascript:alert(1)"}, "url_2"),
        ({"label_3": "Only a name"}, "url_3"),
        ({"instructions": "x" * 5001}, "instructions"),
        ({"lines": []}, "lines"),
    ],
)
def test_a_completion_names_the_field_that_is_wrong_and_keeps_the_rest(sent, field, order_of, sign_in, move):
    order = order_of("ana", {"DESK-01": 1, "VDI-01": 2})
    good = {"lines": [line.pk for line in order.lines.all()], "instructions": "Kept text.", "label_1": "Kept name"}
    answer = sign_in("victor").post(move(order, "complete"), {**good, "url_1": "https://ok.example", **sent})
    assert answer.status_code == 400
    content = answer.content.decode()
    assert f'href="#id_{field}' in content
    assert "Kept name" in content
    assert (fresh(order).status, order.event_count) == (OrderStatus.PENDING, 1)


def test_a_failure_needs_words_and_can_be_tried_again(order_of, sign_in, words, move):
    order = order_of("ana", {"DESK-01": 1})
    victor, lines = sign_in("victor"), [order.lines.get().pk]
    silent = victor.post(move(order, "fail"), {"lines": lines, "instructions": ""})
    assert silent.status_code == 400
    assert "Say what failed; the customer will read it." in words(silent)
    text = words(victor.post(move(order, "fail"), {"lines": lines, "instructions": "Out of stock."}, follow=True))
    assert "Out of stock." in text
    assert fresh(order).status == OrderStatus.FAILED
    assert "are to be delivered again" in words(victor.post(move(order, "retry"), follow=True))
    assert fresh(order).status == OrderStatus.PENDING


def test_an_order_is_cancelled_with_a_reason(order_of, sign_in, words, move):
    order = order_of("ana", {"DESK-01": 1})
    victor = sign_in("victor")
    assert "Say why; the customer will read it." in words(
        victor.post(move(order, "cancel"), {"reason": ""}, follow=True)
    )
    assert fresh(order).status == OrderStatus.PENDING
    text = words(victor.post(move(order, "cancel"), {"reason": "Sold out."}, follow=True))
    assert "is cancelled. Ana Diaz is told." in text
    assert "Sold out." in text
    assert fresh(order).status == OrderStatus.CANCELLED


@pytest.mark.parametrize("name", ["complete", "fail"])
def test_a_form_is_not_shown_once_it_is_too_late(name, cast, order_of, sign_in, words, page, move):
    order = order_of("ana", {"DESK-01": 1})
    delivery.complete_delivery(actor=cast.actor("vera"), order_id=order.pk)
    victor = sign_in("victor")
    for answer in (victor.get(move(order, name), follow=True), victor.post(move(order, name), {}, follow=True)):
        assert answer.redirect_chain == [(page(order), 302)]
        assert f"Vera Moss already completed order {order.number} on " in words(answer)


def test_texts_are_shown_as_they_were_typed(order_of, sign_in, move):
    order = order_of("ana", {"SERVER-01": 1})
    nasty = "<img src=x onerror=alert(1)>"
    answer = sign_in("victor").post(move(order, "reject"), {"reason": nasty, "note": nasty}, follow=True)
    assert "<img src=x" not in answer.content.decode()
    assert "&lt;img src=x" in answer.content.decode()


def test_forms_are_checked_for_their_token(order_of, sign_in, move):
    order = order_of("ana", {"SERVER-01": 1})
    assert sign_in("victor", enforce_csrf_checks=True).post(move(order, "approve")).status_code == 403
    assert fresh(order).status == OrderStatus.TO_BE_APPROVED
