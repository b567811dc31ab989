"""What does the page of one approval say, and what happens when its buttons are pressed?"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals import services
from approvals.board import moves_for
from approvals.dashboard.content import day_name
from approvals.lifecycle import API_ONLY, Move, Status
from approvals.models import SubjectKind
from companies.models import Member
from companies.roles import Role
from orders.lifecycle import CartStatus
from orders.models import Cart, Order
from orders.services.checkout import approve_and_order
from tests.world import scene

INBOX = reverse("dashboard:approvals")
SELECTED = f"{INBOX}selected/{{}}/"
CHAIRS_OVER = {"SERVER-01": 2, "DESK-01": 4, "CHAIR-01": 3}  # 5,510.00 EUR gross


@scene
def details(cast):
    return {
        "currency": "EUR",
        "shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"},
        "addresses": [cast.address("SHIPPING"), cast.address("BILLING")],
        "payment": {"provider": "invoice", "method": "invoice", "reference": "PO-77"},
    }


@pytest.fixture
def ask(cast, details):
    """A real request: ask("rita", "tom")."""

    def asked(requester="rita", approver="tom", lines=None, *, given=None, **more):
        cart = cast.cart(requester, lines or CHAIRS_OVER)
        return services.request_approval(
            actor=cast.actor(requester),
            kind=SubjectKind.CART_CHECKOUT,
            subject_id=str(cart.pk),
            approver_id=cast.user(approver).pk,
            details=details if given is None else given,
            **more,
        ).settled()

    return asked


def page(approval) -> str:
    return reverse("dashboard:approval", args=[approval.key])


def move(approval, name: str) -> str:
    return reverse("dashboard:approval_move", args=[approval.key, name])


# What it says


def test_the_first_sentence_tells_the_approver_all(ask, sign_in, words):
    approval = ask(comment="Before the new colleagues start.")
    text = words(sign_in("tom").get(page(approval)))
    assert "Rita Okafor asks you to approve 5,510.00 EUR (3 lines) for Northwind GmbH." in text
    assert "Over the limit by 510.00 EUR. Answer by" in text
    assert "Before the new colleagues start." in text
    assert "Reviewed by the seller before it is delivered" in text
    assert "The unit price is gross" in text  # of the chair only; the others are net
    assert "Total, gross 5,521.90 EUR" in text
    assert "Delivery in a four-hour window" in text
    assert "PO-77" in text
    assert "Hafenstrasse 12" in text
    assert "Rita Okafor asked Tom Weber for approval" in text
    assert "Who was told Tom Weber To decide" in text


def test_the_first_sentence_speaks_to_its_reader(ask, sign_in, words):
    approval = ask()
    assert "You asked Tom Weber to approve" in words(sign_in("rita").get(page(approval)))
    assert "Rita Okafor asks Tom Weber to approve" in words(sign_in("ana").get(page(approval)))


@pytest.mark.parametrize("name", ["bea", "carl", "ravi", "paula", "olga"])
def test_outsiders_find_nothing(name, ask, sign_in):
    approval = ask()
    browser = sign_in(name)
    assert browser.get(page(approval)).status_code == 404
    for offered in ("approve", "decline", "close", "give_up", "amend", "reassign", "approve_and_order", "place_order"):
        assert browser.post(move(approval, offered)).status_code == 404
    approval.refresh_from_db()
    assert approval.status == Status.PENDING


@pytest.mark.parametrize("name", ["tom", "rita", "ana"])
def test_the_buttons_are_exactly_the_open_moves(name, ask, cast, sign_in):
    approval = ask()
    content = sign_in(name).get(page(approval)).content.decode()
    offered = {each for each in set(Move) - API_ONLY - {Move.EXPIRE} if f'"{move(approval, each)}"' in content}
    assert offered == set(moves_for(approval, cast.actor(name), timezone.now()))


def test_a_move_is_never_made_by_reading(ask, sign_in):
    approval = ask()
    tom = sign_in("tom")
    for name in ("approve", "decline", "close", "give_up"):
        assert tom.get(move(approval, name)).status_code == 405
    for name in ("amend", "reassign", "approve_and_order", "place_order"):
        tom.get(move(approval, name))
    approval.refresh_from_db()
    assert (approval.status, approval.event_count) == (Status.PENDING, 1)


def test_an_expired_request_reads_as_expired_at_once(ask, cast, sign_in, words):
    approval = ask(now=timezone.now() - timedelta(days=11))
    text = words(sign_in("rita").get(page(approval)))
    assert "Expired" in text
    assert "Tom Weber did not answer in time" in text
    assert "Nobody answered in time. The request expired." in text
    tom = sign_in("tom")
    assert "Approve" not in words(tom.get(page(approval)))
    for name in ("amend", "reassign", "approve_and_order", "place_order"):
        tom.get(move(approval, name))
    sign_in("rita").get(move(approval, "reassign"))
    assert services.candidates(actor=cast.actor("rita"), approval_id=approval.pk)
    approval.refresh_from_db()
    assert (approval.status, approval.event_count) == (Status.PENDING, 1), "reading wrote nothing"


def test_texts_are_shown_as_they_were_typed(ask, sign_in):
    approval = ask(comment="<script>alert('x')</script>")
    content = sign_in("tom").get(page(approval)).content.decode()
    assert "<script>alert" not in content
    assert "&lt;script&gt;alert" in content


def test_the_page_costs_a_constant_number_of_queries(ask, sign_in, django_assert_max_num_queries):
    approval = ask()
    tom = sign_in("tom")
    with django_assert_max_num_queries(14):
        tom.get(page(approval))


# Deciding


def test_approve_tells_what_is_next_and_orders_nothing(ask, sign_in, words):
    approval = ask()
    answer = sign_in("tom").post(
        move(approval, "approve"), {"comment": "Fine.", "seen_hash": approval.content_hash}, follow=True
    )
    assert answer.redirect_chain == [(page(approval), 302)]
    text = words(answer)
    assert "Approved. Rita Okafor is told and can place the order; so can you." in text
    assert "You approved 5,510.00 EUR" in text
    assert "Nothing is ordered yet. You or Rita Okafor can place the order." in text
    assert "Fine." in text
    assert not Order.objects.exists()
    assert "Place order" in words(sign_in("rita").get(page(approval)))


def test_decline_needs_a_comment_and_keeps_the_page_open_for_it(ask, sign_in, words):
    approval = ask()
    answer = sign_in("tom").post(move(approval, "decline"), {"comment": "  "}, follow=True)
    assert "Write why, so that Rita Okafor knows what to change." in words(answer)
    assert "<details open>" in answer.content.decode()
    approval.refresh_from_db()
    assert (approval.status, approval.event_count) == (Status.PENDING, 1)


def test_decline_gives_the_cart_back(ask, sign_in, words):
    approval = ask()
    sign_in("tom").post(move(approval, "decline"), {"comment": "Use the framework contract."})
    text = words(sign_in("rita").get(page(approval)))
    assert "Tom Weber declined 5,510.00 EUR (3 lines) for Northwind GmbH just now. Your cart is back." in text
    assert "Use the framework contract." in text
    assert "To your cart" in text
    assert Cart.objects.get().status == CartStatus.OPEN


def test_approve_and_place_order_does_both(ask, sign_in, words):
    approval = ask()
    answer = sign_in("tom").post(
        move(approval, "approve_and_order"), {"comment": "Go.", "seen_hash": approval.content_hash}, follow=True
    )
    numbers = [order.number for order in Order.objects.order_by("position")]
    assert f"Approved and ordered: {', '.join(numbers)}." in words(answer)
    for number in numbers:
        assert reverse("dashboard:order", args=[number]) in answer.content.decode()
    approval.refresh_from_db()
    assert (approval.status, approval.created_resource) == (Status.APPROVED, numbers[0])
    assert Order.objects.first().buyer.name == "Rita Okafor"


@pytest.mark.parametrize("who", ["rita", "tom"])
def test_requester_and_approver_can_place_what_was_approved(who, ask, cast, sign_in, words):
    approval = ask()
    services.approve(actor=cast.actor("tom"), approval_id=approval.pk).settled()
    answer = sign_in(who).post(move(approval, "place_order"), follow=True)
    assert "Ordered: CS" in words(answer)
    assert Order.objects.count() == 3  # reviewed and not reviewed of one vendor, and the other vendor's


def test_what_the_request_left_open_is_chosen_before_ordering(ask, cast, sign_in, words):
    approval = ask(given={})
    services.approve(actor=cast.actor("tom"), approval_id=approval.pk).settled()
    rita = sign_in("rita")
    form = rita.get(move(approval, "place_order"))
    assert "Deliver to" in words(form)
    empty = rita.post(move(approval, "place_order"), {})
    assert empty.status_code == 400
    assert "There is something to correct" in words(empty)
    assert not Order.objects.exists()
    home = cast.headquarters.key
    chosen = {
        "ship_to": home,
        "bill_to": home,
        "shipping": "deliveryarea|4-more_hours_timeframe",
        "payment": "invoice",
        "reference": "PO-1",
    }
    assert "Ordered: CS" in words(rita.post(move(approval, "place_order"), chosen, follow=True))
    assert Order.objects.first().payment["reference"] == "PO-1"


# Too late, not mine any more


def test_who_comes_second_reads_who_was_faster(ask, cast, sign_in, words):
    approval = ask()
    tom = sign_in("tom")
    services.decline(actor=cast.actor("tom"), approval_id=approval.pk, comment="No.").settled()
    text = words(tom.post(move(approval, "approve"), {"seen_hash": approval.content_hash}, follow=True))
    assert "Tom Weber already declined this on" in text
    assert "You declined 5,510.00 EUR" in text


def test_closing_after_it_was_ordered_names_the_order(ask, cast, sign_in, words):
    approval = ask()
    approve_and_order(actor=cast.actor("tom"), approval_id=approval.pk).settled()
    text = words(sign_in("rita").post(move(approval, "close"), {"comment": ""}, follow=True))
    number = Order.objects.order_by("position").first().number
    assert f"This was already ordered as {number}." in text


def test_deciding_too_late_says_that_it_expired(ask, sign_in, words):
    approval = ask(now=timezone.now() - timedelta(days=11))
    text = words(sign_in("tom").post(move(approval, "approve"), follow=True))
    assert "Nobody decided this in time; it expired on" in text
    approval.refresh_from_db()
    assert approval.status == Status.EXPIRED


@pytest.mark.parametrize("name", ["approve", "decline", "approve_and_order"])
def test_content_that_changed_since_it_was_seen_is_not_decided(name, ask, cast, details, sign_in, words):
    approval = ask()
    seen = approval.content_hash
    window = {"id": cast.window.key, "slotId": cast.window.slot, "deliveryDate": cast.window.delivery_on.isoformat()}
    shipping = {"zoneId": "deliveryarea", "methodId": "2-hours_timeframe"}
    other = {**details, "shipping": shipping, "deliveryWindow": window}
    services.amend(actor=cast.actor("rita"), approval_id=approval.pk, details=other).settled()
    answer = sign_in("tom").post(move(approval, name), {"comment": "Because.", "seen_hash": seen}, follow=True)
    text = words(answer)
    assert "This was changed since you opened it. Look at what is different, then decide." in text
    assert "Shipping is Delivery in a two-hour window; it was Delivery in a four-hour window." in text
    assert f"Delivery is {day_name(window['deliveryDate'])}, {cast.window.name}; it was left open." in text
    assert "Because." in text  # what was typed is not lost
    approval.refresh_from_db()
    assert f'name="seen_hash" value="{approval.content_hash}"' in answer.content.decode()
    assert approval.status == Status.PENDING


def test_an_approver_who_lost_the_right_reads_why_and_who_can(ask, cast, sign_in, words):
    approval = ask()
    Member.objects.filter(pk=cast.member("tom").pk).update(role=Role.BUYER)
    tom = sign_in("tom")
    text = words(tom.get(page(approval)))
    assert "You can no longer decide this" in text
    assert "Ana Diaz can." in text
    assert "Approve and place order" not in text
    refused = tom.post(move(approval, "approve"))
    assert refused.status_code == 403
    assert "Ana Diaz can." in words(refused)
    approval.refresh_from_db()
    assert approval.status == Status.PENDING


def test_an_approver_reads_why_nothing_can_be_ordered_for_the_requester(ask, cast, sign_in, words):
    approval = ask()
    Member.objects.filter(pk=cast.member("rita").pk).update(role=Role.CONTACT)
    text = words(sign_in("tom").get(page(approval)))
    assert "Rita Okafor may no longer order for this company" in text
    assert "Approve and place order" not in text


def test_a_total_that_rose_gives_the_cart_back_and_says_by_what(ask, cast, sign_in, words):
    approval = ask()
    services.approve(actor=cast.actor("tom"), approval_id=approval.pk).settled()
    desk = cast.listing("DESK-01")
    desk.unit_price += 10
    desk.save()
    text = words(sign_in("rita").post(move(approval, "place_order"), follow=True))
    assert "The total has risen since this was approved" in text
    assert "This was given up on" in text
    assert "Your cart is back." in text
    assert not Order.objects.exists()


# The other moves


def test_the_requester_takes_it_back(ask, sign_in, words):
    approval = ask()
    text = words(sign_in("rita").post(move(approval, "close"), {"comment": "Not needed."}, follow=True))
    assert "You took the request back. Tom Weber is told; your cart is back." in text
    assert "Not needed." in text


def test_the_approver_cannot_take_it_back(ask, sign_in):
    approval = ask()
    assert sign_in("tom").post(move(approval, "close")).status_code == 403
    approval.refresh_from_db()
    assert approval.status == Status.PENDING


def test_an_unused_approval_is_given_up(ask, cast, sign_in, words):
    approval = ask()
    services.approve(actor=cast.actor("tom"), approval_id=approval.pk).settled()
    text = words(sign_in("rita").post(move(approval, "give_up"), {"comment": "No money."}, follow=True))
    assert "The approval is given up and the cart is free again." in text
    assert "Given up" in text


def amended(cast, **fields):
    home = cast.headquarters.key
    return {
        "comment": "New comment",
        "ship_to": home,
        "bill_to": home,
        "shipping": "deliveryarea|2-hours_timeframe",
        "window": f"window-morning|morning|{cast.window.delivery_on}",
        "payment": "purchase_order",
        "reference": "PO-99",
        **fields,
    }


def test_the_requester_changes_everything_but_the_lines(ask, cast, sign_in, words):
    approval = ask()
    rita = sign_in("rita")
    assert "To change lines or quantities, take the request back first." in words(rita.get(move(approval, "amend")))
    text = words(rita.post(move(approval, "amend"), amended(cast), follow=True))
    assert "Changed. Tom Weber is told what is different." in text
    assert "Rita Okafor changed the request" in text
    approval.refresh_from_db()
    assert approval.comment == "New comment"
    assert approval.details["shipping"]["methodId"] == "2-hours_timeframe"
    assert approval.details["deliveryWindow"]["slotId"] == "morning"
    assert approval.details["payment"] == {"provider": "invoice", "method": "purchase_order", "reference": "PO-99"}
    assert approval.snapshot_count == 2


def test_an_amendment_that_changes_nothing_says_so_and_keeps_the_input(ask, cast, sign_in, words):
    approval = ask(comment="One line.\nAnother.")
    same = {
        "comment": "One line.\r\nAnother.",  # as a browser sends it
        "shipping": "deliveryarea|4-more_hours_timeframe",
        "window": "",
        "payment": "invoice",
        "reference": "PO-77",
    }
    answer = sign_in("rita").post(move(approval, "amend"), amended(cast, **same))
    assert answer.status_code == 400
    assert "Nothing is different from what was asked before." in words(answer)
    approval.refresh_from_db()
    assert approval.event_count == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shipping", "moon|rocket"),
        ("ship_to", "nowhere"),
        ("window", "x|y|z"),
        ("comment", "x" * 5001),
        ("payment", ""),
    ],
)
def test_an_amendment_names_the_field_that_is_wrong(field, value, ask, cast, sign_in):
    approval = ask()
    answer = sign_in("rita").post(move(approval, "amend"), amended(cast, **{field: value}))
    assert answer.status_code == 400
    assert f'href="#id_{field}' in answer.content.decode()
    approval.refresh_from_db()
    assert approval.event_count == 1


def test_the_approver_changes_the_delivery_window_only(ask, cast, sign_in, words):
    approval = ask()
    tom = sign_in("tom")
    form = words(tom.get(move(approval, "amend")))
    assert "Delivery window" in form
    assert "Deliver to" not in form
    text = words(
        tom.post(
            move(approval, "amend"),
            {"window": f"window-morning|morning|{cast.window.delivery_on}", "comment": "ignored"},
            follow=True,
        )
    )
    assert "Changed. Rita Okafor is told what is different." in text
    approval.refresh_from_db()
    assert approval.comment == ""
    assert approval.details["deliveryWindow"]["id"] == "window-morning"


def test_a_form_is_not_offered_once_it_is_too_late(ask, cast, sign_in, words):
    approval = ask()
    services.approve(actor=cast.actor("tom"), approval_id=approval.pk).settled()
    for name in ("amend", "reassign"):
        answer = sign_in("rita").get(move(approval, name), follow=True)
        assert answer.redirect_chain == [(page(approval), 302)]
        assert "Tom Weber already approved this on" in words(answer)


def test_the_requester_asks_somebody_else(ask, sign_in, words):
    approval = ask()
    rita = sign_in("rita")
    form = rita.get(move(approval, "reassign"))
    assert "Ana Diaz, Admin" in words(form)
    assert "Bea Lindt" not in words(form)  # above the limit only Admins approve
    nobody = rita.post(move(approval, "reassign"), {"reason": "Tom is away."})
    assert nobody.status_code == 400
    assert "Choose who shall decide." in words(nobody)
    assert "Tom is away." in nobody.content.decode()
    ana = form.context["form"].fields["approver"].choices[0][0]
    text = words(rita.post(move(approval, "reassign"), {"approver": ana, "reason": "Tom is away."}, follow=True))
    assert "Ana Diaz is asked now; everybody concerned is told." in text
    assert "Rita Okafor put the request to Ana Diaz instead of Tom Weber" in text
    assert sign_in("tom").get(reverse("dashboard:approvals")).context["rows"] == []


def test_an_admin_who_puts_it_to_somebody_else_says_why(ask, cast, sign_in, words):
    approval = ask("rita", "tom", {"DESK-01": 1})
    ana = sign_in("ana")
    chosen = {"approver": cast.bea.pk, "reason": ""}
    silent = ana.post(move(approval, "reassign"), chosen)
    assert silent.status_code == 400
    assert "Say why somebody else should decide this." in words(silent)
    answer = ana.post(move(approval, "reassign"), {**chosen, "reason": "Tom is away."}, follow=True)
    assert "Bea Lindt is asked now" in words(answer)
    assert "approve_and_order" not in answer.content.decode()  # overseeing is reading


@pytest.mark.parametrize("wrong", ["0", "x", ""])
def test_a_made_up_approver_is_refused(wrong, ask, sign_in):
    approval = ask()
    answer = sign_in("rita").post(move(approval, "reassign"), {"approver": wrong, "reason": "Because."})
    assert answer.status_code == 400
    approval.refresh_from_db()
    assert approval.approver_name == "Tom Weber"


def test_forms_are_checked_for_their_token(ask, sign_in):
    approval = ask()
    strict = sign_in("tom", enforce_csrf_checks=True)
    assert strict.post(move(approval, "approve")).status_code == 403
    approval.refresh_from_db()
    assert approval.status == Status.PENDING


# Several at once


def chosen(client) -> list[str]:
    """What the boxes of the inbox send."""
    return re.findall(r'name="request" value="([^"]+)"', client.get(INBOX).content.decode())


def test_several_are_approved_each_on_what_was_seen_of_it(ask, cast, details, sign_in, words):
    changed, good = ask(), ask("bea", "tom")
    tom = sign_in("tom")
    boxes = chosen(tom)
    assert len(boxes) == 2
    other = {**details, "shipping": {"zoneId": "deliveryarea", "methodId": "2-hours_timeframe"}}
    services.amend(actor=cast.actor("rita"), approval_id=changed.pk, details=other).settled()
    told = words(tom.post(SELECTED.format("approve"), {"request": [*boxes, "f" * 32 + ":"]}, follow=True))
    assert "1 of 3 requests approved" in told
    assert "Bea Lindt is told and can place the order." in told
    assert "This was changed since you opened it." in told
    assert "A request that is not yours to see" in told
    stands = [type(each).objects.get(pk=each.pk).status for each in (changed, good)]
    assert stands == [Status.PENDING, Status.APPROVED]
    assert "1 of 3 requests approved" not in words(tom.get(INBOX))


def test_several_are_declined_for_one_reason(ask, sign_in, words):
    asked = [ask(), ask("bea", "tom")]
    tom = sign_in("tom")
    sent = {"request": chosen(tom)}
    assert "Decline 2 requests" in words(tom.post(SELECTED.format("decline"), sent))
    empty = tom.post(SELECTED.format("decline"), {**sent, "comment": " "})
    assert empty.status_code == 400
    assert "Write why, so that they know what to change." in words(empty)
    told = tom.post(SELECTED.format("decline"), {**sent, "comment": "Not this quarter."}, follow=True)
    assert "2 of 2 requests declined" in words(told)
    stands = type(asked[0]).objects.filter(pk__in=[each.pk for each in asked]).values_list("status", "approver_comment")
    assert set(stands) == {(Status.DECLINED, "Not this quarter.")}
    nothing = words(tom.post(SELECTED.format("decline"), {}, follow=True))
    assert "Choose at least one request that waits for you." in nothing


def test_a_request_is_compared_with_the_last_similar_order_that_its_reader_sees(ask, sign_in, words):
    first = ask()
    tom = sign_in("tom")
    assert "last similar order" not in words(tom.get(page(first)))
    tom.post(move(first, "approve_and_order"), {"seen_hash": first.content_hash})
    number = Order.objects.order_by("pk").first().number
    again = ask(lines={"SERVER-01": 2, "DESK-01": 6})
    text = words(tom.get(page(again)))
    assert f"Compared with the last similar order {number} of" in text
    assert "Standing desk: 6, 4 then." in text
    assert "Office chair: none, 3 then." in text
    assert number in words(sign_in("rita").get(page(again)))
    assert "last similar order" not in words(tom.get(page(first)))  # decided: nothing to weigh any more
