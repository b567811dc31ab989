"""Does an approver read of the quote, its price list and its end, and order it with what the request leaves open?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals import services
from approvals.board import moves_for
from approvals.dashboard.content import day_name
from approvals.lifecycle import API_ONLY, Move, Status
from config.kit.refused import Invalid
from orders.models import Order, Quote
from orders.quote_edits import SetValidTo
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_changing import change_quote
from tests.dashboard.quote_scenes import offered, repriced, requested, url
from tests.world import scene


def page(approval):
    return reverse("dashboard:approval", args=[approval.key])


def move(approval, name):
    return reverse("dashboard:approval_move", args=[approval.key, name])


@scene
def case(cast):
    """An offer to Rita, put to Bea."""
    quote = offered(cast)
    return quote, requested(cast, quote, "bea", comment="Before the price goes up.")


def test_the_first_sentence_speaks_of_the_quote(cast, case, sign_in, words):
    quote, approval = case
    until = timezone.localtime(quote.valid_to, timezone.get_fixed_timezone(60))
    text = words(sign_in("bea").get(page(approval)))
    assert (
        f"Rita Okafor asks you to approve quote {quote.number} of Globex Systems: 4,284.00 EUR (1 line) for "
        "Northwind GmbH. That is 20 % below the price list. Requesters need approval for every order. Answer by" in text
    )
    assert f"The offer holds until {until:%a} {until.day} {until:%b} {until:%H:%M} CET." in text
    assert "You asked Bea Lindt to approve quote" in words(sign_in("rita").get(page(approval)))
    assert "Rita Okafor asks Bea Lindt to approve quote" in words(sign_in("ana").get(page(approval)))


def test_the_lines_stand_next_to_the_price_list(cast, case, sign_in, words):
    _, approval = case
    text = words(sign_in("bea").get(page(approval)))
    assert "DESK-01 20 % below the price list 9 piece was 500.00 EUR now 400.00 EUR" in text
    assert "was 5,355.00 EUR now 4,284.00 EUR" in text
    assert "Shipping, gross 11.90 EUR Total, gross 4,295.90 EUR" in text
    assert "Payment Chosen with the order Reference PO 7" in text
    assert "Deliver to Northwind GmbH Rita Okafor Hafenstrasse 12" in text


def test_it_leads_to_the_quote_for_those_who_read_it(cast, case, sign_in):
    quote, approval = case
    for name, reads in (("bea", True), ("rita", True), ("ana", False)):
        answer = sign_in(name).get(page(approval))
        assert (f'href="{url(quote)}"' in answer.content.decode()) is reads
        assert (sign_in(name).get(url(quote)).status_code == 200) is reads


@pytest.mark.parametrize("ending", ["close", "decline"])
def test_after_its_end_it_leads_nowhere_that_is_not_found(cast, case, sign_in, ending):
    quote, approval = case
    if ending == "close":
        services.close(actor=cast.actor("rita"), approval_id=approval.pk).settled()
    else:
        services.decline(actor=cast.actor("bea"), approval_id=approval.pk, comment="No.").settled()
    for name in ("bea", "rita", "ana"):
        answer = sign_in(name).get(page(approval))
        assert answer.status_code == 200
        linked = f'href="{url(quote)}"' in answer.content.decode()
        assert linked is (sign_in(name).get(url(quote)).status_code == 200)


@pytest.mark.parametrize("name", ["bea", "rita", "ana", "tom"])
def test_the_buttons_are_exactly_the_open_moves(cast, case, sign_in, name):
    _, approval = case
    content = sign_in(name).get(page(approval)).content.decode()
    offered_moves = {each for each in set(Move) - API_ONLY - {Move.EXPIRE} if f'"{move(approval, each)}"' in content}
    assert offered_moves == set(moves_for(approval, cast.actor(name), timezone.now()))


def test_an_approver_has_nothing_to_amend(cast, case, sign_in):
    _, approval = case
    bea = sign_in("bea")
    assert Move.AMEND not in moves_for(approval, cast.actor("bea"), timezone.now())
    assert move(approval, "amend") not in bea.get(page(approval)).content.decode()
    for answer in (bea.get(move(approval, "amend")), bea.post(move(approval, "amend"), {"window": ""})):
        assert answer.status_code == 403
    with pytest.raises(Invalid):
        services.amend(actor=cast.actor("bea"), approval_id=approval.pk, delivery_window={"id": "x"})
    approval.refresh_from_db()
    assert approval.event_count == 1


def test_a_requester_changes_the_comment_only(cast, case, sign_in, words):
    _, approval = case
    rita = sign_in("rita")
    text = words(rita.get(move(approval, "amend")))
    assert "Only your comment can be changed here." in text
    assert "Before the price goes up." in text
    for other in ("Deliver to", "Shipping", "Payment", "Delivery window", "cart"):
        assert other not in text.partition("Sign out")[2]
    sent = {"comment": "By\r\nMay.", "window": "x|y|2031-01-01", "payment": "invoice"}
    text = words(rita.post(move(approval, "amend"), sent, follow=True))
    assert "Changed. Bea Lindt is told what is different." in text
    approval.refresh_from_db()
    assert (approval.comment, approval.details, approval.snapshot_count) == ("By\nMay.", {}, 1)
    again = rita.post(move(approval, "amend"), {"comment": "By\r\nMay."})
    assert again.status_code == 400
    assert "Nothing is different from what was asked before." in words(again)


def test_approving_and_ordering_asks_for_payment_and_window_alone(cast, case, sign_in, words):
    quote, approval = case
    bea = sign_in("bea")
    text = words(bea.get(move(approval, "approve_and_order"))).partition("Sign out")[2]
    assert "Choose what the offer leaves open; the rest is as offered." in text
    assert "Delivery window (optional) At any time" in text
    assert "Payment Invoice Purchase order" in text
    for other in ("Deliver to", "Invoice to", "Shipping", "cart"):
        assert other not in text
    window = f"{cast.window.key}|{cast.window.slot}|{cast.window.delivery_on.isoformat()}"
    sent = {"payment": "invoice", "reference": "PO-77", "window": window, "comment": "Fine."}
    reply = bea.post(move(approval, "approve_and_order"), {**sent, "seen_hash": approval.content_hash}, follow=True)
    order = Order.objects.get()
    text = words(reply)
    assert f"Approved and ordered: {order.number}. Rita Okafor is told." in text
    assert f"You approved quote {quote.number} of Globex Systems: 4,284.00 EUR (1 line)" in text
    assert f"It was ordered as {order.number}." in text
    assert (order.buyer, order.lines_gross, order.payment["reference"]) == (cast.rita, quote.lines_gross, "PO-77")
    assert order.delivery_window["slotId"] == cast.window.slot
    quote.refresh_from_db()
    assert (quote.status, quote.order_number) == ("ACCEPTED", order.number)
    text = words(sign_in("rita").get(url(quote)))
    assert f"Bea Lindt accepted this offer of 4,284.00 EUR (1 line) just now. It was ordered as {order.number}." in text
    assert "Approval done Bea Lindt" in text
    assert f"Order {order.number}" in words(bea.get(url(quote)))
    text = words(sign_in("rita").get(reverse("dashboard:order", args=[order.number])))
    assert f"From quote {quote.number}" in text
    assert text.index("Bea Lindt approved") < text.index("Bea Lindt for Rita Okafor placed the order")


def test_who_approves_and_orders_says_where_it_goes_if_the_offer_does_not(cast, sign_in, words):
    """An order that goes nowhere would be stuck."""
    quote = offered(cast, address_keys={})
    approval = requested(cast, quote, "bea")
    bea, address = sign_in("bea"), move(approval, "approve_and_order")
    text = words(bea.get(address)).partition("Sign out")[2]
    assert text.index("Deliver to") < text.index("Invoice to") < text.index("Payment")
    sent = {"payment": "invoice", "seen_hash": approval.content_hash}
    text = words(bea.post(address, sent))
    assert "Choose where to deliver." in text
    assert "Choose where the invoice goes." in text
    assert not Order.objects.exists()
    there = {"ship_to": cast.headquarters.key, "bill_to": cast.headquarters.key}
    text = words(bea.post(address, {**sent, **there}, follow=True))
    order = Order.objects.get()
    assert f"Approved and ordered: {order.number}." in text
    assert {each["type"]: each["city"] for each in order.addresses} == {"SHIPPING": "Hamburg", "BILLING": "Hamburg"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"payment": ""}, "Choose how to pay."),
        ({"window": "no|such|2031-01-01"}, "This window is not offered any more."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_decided(cast, case, sign_in, words, wrong, said):
    quote, approval = case
    sent = {"payment": "invoice", "comment": "Fine.", "seen_hash": approval.content_hash, **wrong}
    reply = sign_in("bea").post(move(approval, "approve_and_order"), sent)
    assert reply.status_code == 400
    assert said in words(reply)
    assert "Fine." in reply.content.decode()
    approval.refresh_from_db()
    quote.refresh_from_db()
    assert (approval.status, quote.status, Order.objects.count()) == (Status.PENDING, "OPEN", 0)


def test_approving_leaves_the_order_to_either(cast, case, sign_in, words):
    quote, approval = case
    bea = sign_in("bea")
    text = words(bea.post(move(approval, "approve"), {"seen_hash": approval.content_hash}, follow=True))
    assert "Approved. Rita Okafor is told and can place the order; so can you." in text
    assert "Nothing is ordered yet. You or Rita Okafor can place the order." in text
    assert "Place order What the offer leaves open is chosen on the next page." in text
    form = words(bea.get(move(approval, "place_order"))).partition("Sign out")[2]
    assert "Payment Invoice Purchase order" in form
    assert "Deliver to" not in form
    reply = bea.post(move(approval, "place_order"), {"payment": "invoice"}, follow=True)
    assert f"Ordered: {Order.objects.get().number}." in words(reply)
    quote.refresh_from_db()
    assert quote.status == "ACCEPTED"


def test_declining_gives_no_cart_back(cast, case, sign_in, words):
    quote, approval = case
    reply = sign_in("bea").post(move(approval, "decline"), {"comment": "Not this year."}, follow=True)
    text = words(reply).partition("Sign out")[2]
    assert "Declined. Rita Okafor is told and reads your comment." in text
    assert f"You declined quote {quote.number} of Globex Systems: 4,284.00 EUR" in text
    assert "cart" not in text
    text = words(sign_in("rita").get(page(approval))).partition("Sign out")[2]
    assert "Nothing was ordered. The page of the quote says how the offer stands." in text
    assert "cart" not in text
    quote.refresh_from_db()
    assert (quote.status, quote.approval) == ("OPEN", None)


@pytest.mark.parametrize("ending", ["close", "give_up"])
def test_taking_back_and_giving_up_speak_of_the_offer(cast, case, sign_in, words, ending):
    quote, approval = case
    rita = sign_in("rita")
    if ending == "give_up":
        services.approve(actor=cast.actor("bea"), approval_id=approval.pk).settled()
    before = words(rita.get(page(approval))).partition("Sign out")[2]
    assert "The offer stays as it is" in before
    text = words(rita.post(move(approval, ending), {"comment": ""}, follow=True)).partition("Sign out")[2]
    said = {"close": "Bea Lindt is told; the offer stays as it is.", "give_up": "The approval is given up."}
    assert said[ending] in text
    assert "cart" not in before + text
    quote.refresh_from_db()
    assert (quote.status, quote.approval) == ("OPEN", None)


def test_somebody_else_can_be_asked(cast, case, sign_in, words):
    quote, approval = case
    sent = {"approver": cast.tom.pk, "reason": ""}
    text = words(sign_in("rita").post(move(approval, "reassign"), sent, follow=True))
    assert "Tom Weber is asked now; everybody concerned is told." in text
    assert sign_in("bea").get(url(quote)).status_code == 404
    assert sign_in("tom").get(url(quote)).status_code == 200


def test_an_offer_that_changed_ends_the_request_and_says_by_what(cast, case, sign_in, words):
    quote, approval = case
    bea = sign_in("bea")
    repriced(cast, quote)
    sent = {"payment": "invoice", "seen_hash": approval.content_hash}
    for name in ("approve_and_order", "approve"):
        text = words(bea.post(move(approval, name), sent, follow=True))
        assert f"The offer {quote.number} was changed since this was asked." in text
        assert "DESK-01: the unit price is 390.00 EUR; it was 400.00 EUR." in text
    assert "The request ended, because what was asked about is another thing now." in text
    assert f"So the request for quote {quote.number} of Globex Systems: 4,284.00 EUR (1 line)" in text
    assert "took the request" not in text
    assert not Order.objects.exists()


def test_an_offer_that_was_declined_cannot_be_approved(cast, case, sign_in, words):
    quote, approval = case
    change_quote(actor=cast.actor("rita"), quote_id=quote.pk, move=QuoteMove.DECLINE)
    text = words(sign_in("bea").post(move(approval, "approve"), {}, follow=True))
    assert f"The offer {quote.number} was declined." in text
    assert "So the request for quote" in text
    approval.refresh_from_db()
    assert approval.status == Status.CLOSED


def test_an_expired_offer_is_said_before_anybody_decides(cast, case, sign_in, words):
    quote, approval = case
    Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(minutes=1))
    bea = sign_in("bea")
    text = words(bea.get(page(approval)))
    assert "The offer has expired: nothing can be ordered from it any more." in text
    assert "The offer held until" in text
    assert "What you can do" not in bea.get(page(approval)).content.decode()
    approval.refresh_from_db()
    assert approval.status == Status.PENDING  # reading wrote nothing
    text = words(bea.post(move(approval, "approve"), {}, follow=True))
    assert f"The offer {quote.number} has expired." in text
    approval.refresh_from_db()
    assert approval.status == Status.CLOSED


def test_a_later_end_of_the_offer_is_read_at_once(cast, case, sign_in, words):
    quote, approval = case
    later = timezone.now() + timedelta(days=40)
    change_quote(actor=cast.actor("sam"), quote_id=quote.pk, edits=[SetValidTo(later)])
    approval.refresh_from_db()
    assert approval.is_live  # until when it holds is not bound
    day = timezone.localtime(later, timezone.get_fixed_timezone(60)).date().isoformat()
    shown = day_name(day).rpartition(" ")[0]
    assert f"The offer holds until {shown}" in words(sign_in("bea").get(page(approval)))


def test_lists_and_home_speak_of_the_quote(cast, case, sign_in, words):
    quote, _ = case
    bea, rita = sign_in("bea"), sign_in("rita")
    for client, name in ((bea, "approvals"), (bea, "home"), (rita, "approvals_asked"), (rita, "home")):
        text = words(client.get(reverse(f"dashboard:{name}"))).partition("Sign out")[2]
        assert f"{quote.number}: Standing desk" in text
        assert "4,284.00 EUR gross" in text


def test_the_page_costs_a_constant_number_of_queries(cast, case, sign_in, django_assert_max_num_queries):
    _, approval = case
    bea = sign_in("bea")
    with django_assert_max_num_queries(16):
        bea.get(page(approval))
