"""Does accepting an offer order what was read, or ask the right person, once?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals import services
from approvals.dashboard.content import day_name
from approvals.lifecycle import Status
from approvals.models import Approval
from companies.models import Member
from notifications.models import Notice
from orders.models import Checkout, Order, Quote
from orders.services.quote_accepting import accept_quote
from tests.dashboard.quote_scenes import NINE_DESKS, asked, offered, opened, repriced, requested, url
from tests.factories import PreferenceFactory


def accept(client, quote, follow=True, **typed):
    sent = {"seen_hash": quote.content_hash, "payment": "invoice", "reference": "", **typed}
    return client.post(url(quote, "quote_accept"), sent, follow=follow)


def switch_off(cast):
    PreferenceFactory(tenant=cast.acme, key="approval.enableQuoteApprovalProcess", value=False)


def nothing_came_of(quote):
    """Still the same open offer, nothing ordered, nobody asked."""
    before = (quote.status, quote.version, quote.event_count, quote.content_hash)
    quote.refresh_from_db()
    same = before == (quote.status, quote.version, quote.event_count, quote.content_hash)
    return same and not Order.objects.exists() and not Approval.objects.exists()


# Ordering


@pytest.mark.parametrize(
    ("who", "lines", "why"),
    [
        ("bea", NINE_DESKS, "4,284.00 EUR gross is within the company's limit of 5,000.00 EUR."),
        ("ana", {"DESK-01": 90}, "Admins order without approval."),
    ],
)
def test_who_is_free_orders_at_the_offered_prices(cast, sign_in, words, who, lines, why):
    quote, client = offered(cast, who, lines=lines), sign_in(who)
    page = words(client.get(url(quote, "quote_accept")))
    assert f"You can order this yourself. {why}" in page
    assert "How shall it be paid?" in page
    assert "Accept and order Orders now, at the prices of this offer." in page
    window = f"{cast.window.key}|{cast.window.slot}|{cast.window.delivery_on.isoformat()}"
    reply = accept(
        client, quote, payment="purchase_order", reference="PO-77", window=window, comment="Thank you.\r\nBye."
    )
    order = Order.objects.get()
    text = words(reply)
    assert reply.redirect_chain == [(url(quote), 302)]
    assert f"Accepted and ordered: {order.number}." in text
    assert f"You accepted this offer of {order.checkout.lines_gross:,.2f} EUR (1 line) just now." in text
    assert f"It was ordered as {order.number}." in text
    assert reverse("dashboard:order", args=[order.number]) in reply.content.decode()
    quote.refresh_from_db()
    assert (quote.status, quote.order_number) == ("ACCEPTED", order.number)
    assert (order.lines_gross, order.gross) == (quote.lines_gross, quote.total.amount)
    assert order.payment == {"provider": "invoice", "method": "purchase_order", "reference": "PO-77"}
    assert quote.status_comment == "Thank you.\nBye."
    assert order.delivery_window["slotId"] == cast.window.slot
    assert {address["type"]: address["city"] for address in order.addresses} == {
        "SHIPPING": "Hamburg",
        "BILLING": "Hamburg",
    }


def test_a_private_customer_orders_alone(cast, sign_in, words):
    quote = opened(cast, asked(cast, "paula", address_keys={}))
    client = sign_in("paula")
    assert "You can order this yourself. You order as a private customer." in words(
        client.get(url(quote, "quote_accept"))
    )
    place = {"contactName": "Paula", "street": "Quay", "zipCode": "20457", "city": "Hamburg", "country": "DE"}
    accept(client, quote, ship_to="other", bill_to="same", **{f"ship_{name}": part for name, part in place.items()})
    order = Order.objects.get()
    assert (order.buyer, order.addresses[1]["contactName"]) == (cast.paula, "Paula")


def test_flagged_products_still_go_to_the_review(cast, sign_in, words):
    quote = offered(cast, "ana", lines={"DESK-01": 1, "SERVER-01": 1})
    client = sign_in("ana")
    page = words(client.get(url(quote, "quote_accept")))
    assert "This becomes 2 orders" in page
    assert "Server management Waits: Globex Systems reviews it first." in page
    text = words(accept(client, quote))
    plain, reviewed = Order.objects.order_by("position")
    assert f"It was ordered as {plain.number} and {reviewed.number}." in text
    assert (plain.status, reviewed.status) == ("pending", "to_be_approved")


def test_the_order_leads_back_to_its_quote(cast, sign_in, words):
    quote = offered(cast, "bea")
    accept(sign_in("bea"), quote)
    order = Order.objects.get()
    page = reverse("dashboard:order", args=[order.number])
    assert f"From quote {quote.number}" in words(sign_in("bea").get(page))
    assert "Quote done Bea Lindt" in words(sign_in("bea").get(page))
    admin = sign_in("ana").get(page)  # who sees the company's orders, but not its people's quotes
    assert admin.status_code == 200
    assert quote.number not in words(admin)


def test_pressing_twice_orders_once(cast, sign_in, words):
    quote, client = offered(cast, "bea"), sign_in("bea")
    accept(client, quote)
    text = words(accept(client, quote))
    assert f"Quote {quote.number} was accepted on" in text
    assert (Checkout.objects.count(), Order.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"payment": ""}, "How shall it be paid? Choose how to pay."),
        ({"payment": "shells"}, "How shall it be paid? Choose one of these ways to pay."),
        ({"payment": "purchase_order"}, "Your reference: Enter the number of your purchase order."),
        ({"reference": "x" * 101}, "Your reference: Use at most 100 characters."),
        ({"window": "no|such|2031-01-01"}, "When? This window is not offered any more."),
        ({"comment": "x" * 5001}, "A word to the seller: Use at most 5,000 characters."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(cast, sign_in, words, wrong, said):
    quote = offered(cast, "bea")
    reply = accept(sign_in("bea"), quote, follow=False, **{"comment": "Ring the bell.", **wrong})
    assert reply.status_code == 400
    assert said in words(reply)
    assert "comment" in wrong or "Ring the bell." in reply.content.decode()
    assert nothing_came_of(quote)


def test_a_window_that_filled_up_is_said_at_its_field(cast, sign_in, words):
    quote, client = offered(cast, "bea"), sign_in("bea")
    narrow = cast.narrow_window
    value = f"{narrow.key}|{narrow.slot}|{narrow.delivery_on.isoformat()}"
    accept(sign_in("ana"), offered(cast, "ana"), window=value)
    reply = accept(client, quote, follow=False, window=value)
    assert reply.status_code == 400
    assert "This delivery window is full. Choose another one." in words(reply)
    assert f"{day_name(narrow.delivery_on.isoformat())}" in reply.content.decode()
    quote.refresh_from_db()
    assert (quote.status, Order.objects.count()) == ("OPEN", 1)


# What was read


def test_an_offer_that_changed_meanwhile_is_not_ordered_and_the_page_says_by_what(cast, sign_in, words):
    quote = offered(cast, "bea")
    seen = quote.content_hash
    quote = repriced(cast, quote)
    reply = accept(sign_in("bea"), quote, follow=False, seen_hash=seen, comment="Ring the bell.")
    assert reply.status_code == 400
    text = words(reply)
    assert "The offer has changed since you opened this page; nothing was ordered or asked." in text
    assert "9 x DESK-01 at 400.00 EUR net each → 9 x DESK-01 at 390.00 EUR net each." in text
    assert "Total, gross 4,188.80 EUR" in text
    assert "Ring the bell." in reply.content.decode()
    assert quote.content_hash in reply.content.decode()
    assert nothing_came_of(quote)
    accept(sign_in("bea"), quote)
    assert Order.objects.get().lines_gross == quote.lines_gross


@pytest.mark.parametrize("seen", ["", "nonsense", "\x00"])
def test_without_the_offer_one_saw_nothing_is_ordered(cast, sign_in, words, seen):
    quote = offered(cast, "bea")
    reply = accept(sign_in("bea"), quote, follow=False, seen_hash=seen)
    assert reply.status_code == 400
    assert "The offer has changed since you opened this page" in words(reply)
    assert nothing_came_of(quote)


def test_a_seller_who_is_faster_by_a_blink_is_told_of_too(cast, sign_in, words, monkeypatch):
    """The offer changes after the page was compared, before the lock."""
    quote = offered(cast, "bea")
    from orders.dashboard.content import quote_accept

    ordering = quote_accept.accept_quote

    def reprice_first(**said):
        repriced(cast, quote)
        return ordering(**said)

    monkeypatch.setattr(quote_accept, "accept_quote", reprice_first)
    text = words(accept(sign_in("bea"), quote))
    assert "The offer has changed since you opened this page; nothing was ordered or asked." in text
    assert "9 x DESK-01 at 400.00 EUR net each → 9 x DESK-01 at 390.00 EUR net each." in text
    assert "Globex Systems offers you 4,176.90 EUR" in text
    assert not Order.objects.exists()


def test_a_change_of_what_does_not_bind_stops_nobody(cast, sign_in):
    quote = offered(cast, "bea")
    sign_in("bea").post(url(quote, "quote_note"), {"reference": "PO 8", "comment": ""})
    accept(sign_in("bea"), quote)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("status", ["EXPIRED", "DECLINED", "IN_PROGRESS", "AWAITING"])
def test_only_an_open_offer_can_be_accepted(cast, sign_in, words, status):
    quote, client = (asked if status == "AWAITING" else offered)(cast, "bea"), sign_in("bea")
    if status == "EXPIRED":
        Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(minutes=1))
    else:
        Quote.objects.filter(pk=quote.pk).update(status=status)
    quote.refresh_from_db()
    assert client.get(url(quote, "quote_accept")).headers["Location"] == url(quote)
    text = words(accept(client, quote))
    assert quote.number in text
    assert nothing_came_of(quote)


# Asking for approval


def test_who_needs_approval_reads_why_and_asks_somebody_eligible(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    page = words(client.get(url(quote, "quote_accept")))
    assert "This needs approval. Requesters need approval for every order." in page
    assert "Who shall approve? Ana Diaz, Admin Bea Lindt, Buyer Tom Weber, Admin" in page
    assert "How shall it be paid?" not in page
    reply = client.post(
        url(quote, "quote_accept"),
        {"seen_hash": quote.content_hash, "approver": cast.bea.pk, "comment": "Before the price goes up."},
        follow=True,
    )
    text = words(reply)
    assert "Bea Lindt is asked to approve this offer. You get a mail with the answer." in text
    assert "You asked Bea Lindt to approve it; nothing is ordered before." in text
    assert "Approval Bea Lindt has it" in text
    approval = Approval.objects.get()
    assert (approval.approver, approval.comment, approval.details) == (cast.bea, "Before the price goes up.", {})
    assert approval.content_hash == quote.content_hash
    assert reverse("dashboard:approval", args=[approval.key]) in reply.content.decode()
    quote.refresh_from_db()
    assert (quote.status, quote.approval) == ("OPEN", approval)
    assert not Order.objects.exists()


def test_over_the_limit_a_buyer_asks_an_admin(cast, sign_in, words):
    quote = offered(cast, "bea", lines={"DESK-01": 11})
    page = words(sign_in("bea").get(url(quote, "quote_accept")))
    assert "5,236.00 EUR gross is 236.00 EUR over the company's limit of 5,000.00 EUR." in page
    assert "Who shall approve? Ana Diaz, Admin Tom Weber, Admin Why" in page


def test_where_there_is_a_group_only_its_members_are_offered(cast, sign_in, words):
    quote = offered(cast, "ravi", address_keys={})
    page = words(sign_in("ravi").get(url(quote, "quote_accept")))
    assert "Who shall approve? Grace Hall, Buyer, approval group Hugo Stern, Requester, approval group Why" in page
    for name in ("alice", "ben", "ravi"):
        reply = sign_in("ravi").post(
            url(quote, "quote_accept"), {"seen_hash": quote.content_hash, "approver": cast.user(name).pk}
        )
        assert reply.status_code == 400
    assert nothing_came_of(quote)


def test_where_the_setting_is_off_the_page_says_why_nobody_is_asked(cast, sign_in, words):
    switch_off(cast)
    quote, client = offered(cast, lines={"DESK-01": 90}), sign_in("rita")
    for name in ("quote", "quote_accept"):
        text = words(client.get(url(quote, name)))
        assert "You can order this yourself. Quotes are ordered without approval on this platform." in text
    accept(client, quote)
    assert Order.objects.get().buyer == cast.rita


@pytest.mark.parametrize("approver", ["", "x", "0", "99999999999999999999", "carl", "rita", "alice"])
def test_nobody_else_can_be_asked(cast, sign_in, words, approver):
    quote = offered(cast)
    chosen = cast.user(approver).pk if len(approver) > 1 and approver.isalpha() else approver
    sent = {"seen_hash": quote.content_hash, "approver": chosen, "comment": "Please."}
    reply = sign_in("rita").post(url(quote, "quote_accept"), sent)
    assert reply.status_code == 400
    assert "Who shall approve? Choose" in words(reply)
    assert "Please." in words(reply)
    assert nothing_came_of(quote)


def test_who_was_promoted_meanwhile_chooses_the_payment_instead(cast, sign_in, words):
    quote = offered(cast)
    Member.objects.filter(user=cast.rita).update(role="admin")
    sent = {"seen_hash": quote.content_hash, "approver": cast.bea.pk, "comment": "Please."}
    reply = sign_in("rita").post(url(quote, "quote_accept"), sent)
    assert reply.status_code == 400
    assert "Choose how to pay." in words(reply)
    assert nothing_came_of(quote)


def test_where_nobody_can_approve_the_admins_are_told(cast, sign_in, words):
    Member.objects.filter(company=cast.northwind, role="admin").exclude(user=cast.ana).update(is_active=False)
    Member.objects.filter(user=cast.ana).update(role="contact")
    quote, client = offered(cast, "bea", lines={"DESK-01": 11}), sign_in("bea")
    page = words(client.get(url(quote, "quote_accept")))
    assert "This needs approval, and nobody can give it." in page
    assert "Tell the admins" in page
    text = words(client.post(url(quote, "quote_accept"), {"seen_hash": quote.content_hash}, follow=True))
    assert "The admins of Northwind GmbH have been told." in text
    assert nothing_came_of(quote)


def test_an_offer_that_changed_is_not_asked_about_either(cast, sign_in, words):
    quote = offered(cast)
    seen = quote.content_hash
    quote = repriced(cast, quote)
    sent = {"seen_hash": seen, "approver": cast.bea.pk, "comment": "Please."}
    reply = sign_in("rita").post(url(quote, "quote_accept"), sent)
    assert reply.status_code == 400
    assert "nothing was ordered or asked" in words(reply)
    assert "at 390.00 EUR net each." in words(reply)
    assert nothing_came_of(quote)
    assert not Notice.objects.filter(topic="approval.requested").exists()


def test_asking_twice_asks_once(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    sent = {"seen_hash": quote.content_hash, "approver": cast.bea.pk}
    client.post(url(quote, "quote_accept"), sent)
    reply = client.post(url(quote, "quote_accept"), sent, follow=True)
    approval = Approval.objects.get()
    assert reply.redirect_chain == [(reverse("dashboard:approval", args=[approval.key]), 302)]
    assert "Bea Lindt is already asked to approve this." in words(reply)


def test_after_a_yes_its_customer_orders_with_a_payment(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    approval = requested(cast, quote, "bea")
    services.approve(actor=cast.actor("bea"), approval_id=approval.pk).settled()
    text = words(client.get(url(quote)))
    assert "Bea Lindt approved it: it can be ordered." in text
    assert "Approved, not ordered yet" in text
    assert "Place order Payment and delivery come on the next page." in text
    assert "Bea Lindt approved this: you can order it." in words(client.get(url(quote, "quote_accept")))
    reply = accept(client, quote, reference="PO-77")
    order = Order.objects.get()
    assert f"Accepted and ordered: {order.number}." in words(reply)
    assert (order.buyer, order.checkout.approval, order.gross) == (cast.rita, approval, quote.total.amount)
    approval.refresh_from_db()
    assert approval.created_resource == order.number


def test_a_yes_to_another_offer_orders_nothing(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    approval = requested(cast, quote, "bea")
    services.approve(actor=cast.actor("bea"), approval_id=approval.pk).settled()
    quote = repriced(cast, quote, "450")
    text = words(client.get(url(quote, "quote_accept")))
    assert "This needs approval." in text
    assert accept(client, quote, follow=False).status_code == 400
    assert not Order.objects.exists()
    approval.refresh_from_db()
    assert (approval.status, approval.released_at is None) == (Status.APPROVED, False)


def test_after_a_no_somebody_else_can_be_asked(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    approval = requested(cast, quote, "bea")
    services.decline(actor=cast.actor("bea"), approval_id=approval.pk, comment="Not this year.").settled()
    text = words(client.get(url(quote)))
    assert "Bea Lindt declined to approve the offer" in text
    assert "Not this year." in text
    assert "Whom to ask comes on the next page." in text
    sent = {"seen_hash": quote.content_hash, "approver": cast.tom.pk}
    client.post(url(quote, "quote_accept"), sent)
    assert Approval.objects.filter(approver=cast.tom, status=Status.PENDING).count() == 1


@pytest.mark.parametrize("count", [1, 7])
def test_the_queries_do_not_grow_with_the_lines(cast, sign_in, count, django_assert_num_queries):
    skus = ("DESK-01", "LICENSE-01", "SERVER-01", "BACKUP-01", "VDI-01")
    quote = offered(cast, "bea", price="10", lines=dict.fromkeys(skus[:count], 1))
    client = sign_in("bea")
    client.get(url(quote))
    with django_assert_num_queries(13):
        assert client.get(url(quote, "quote_accept")).status_code == 200


# What accepting elsewhere left open


def test_what_was_accepted_without_a_payment_gets_it_on_its_page(cast, sign_in, words):
    quote, client = offered(cast, "bea"), sign_in("bea")
    accept_quote(actor=cast.actor("bea"), quote_id=quote.pk)
    order, pay = Order.objects.get(), url(quote, "quote_payment")
    assert "it is not said yet how it is paid" in words(client.get(reverse("dashboard:quotes")))
    assert "It is not said yet how it is paid. " in words(client.get(url(quote)))
    refused = client.post(pay, {"payment": "purchase_order", "reference": ""}, follow=True)
    assert "Enter the number of your purchase order." in words(refused)
    said = client.post(pay, {"payment": "purchase_order", "reference": "PO-8"}, follow=True)
    assert "not said yet" not in words(said)
    order.refresh_from_db()
    assert order.payment == {"provider": "invoice", "method": "purchase_order", "reference": "PO-8"}
    again = client.post(pay, {"payment": "invoice", "reference": ""}, follow=True)
    assert f"This quote was already ordered as {order.number}." in words(again)
    order.refresh_from_db()
    assert (order.payment["reference"], Order.objects.count()) == ("PO-8", 1)


def test_saying_how_it_is_paid_orders_nothing_and_is_no_colleagues(cast, sign_in, words):
    quote = offered(cast, "bea")
    reply = sign_in("bea").post(url(quote, "quote_payment"), {"payment": "invoice", "reference": ""}, follow=True)
    assert f"Quote {quote.number} waits for the customer's answer." in words(reply)
    assert nothing_came_of(quote)
    accept_quote(actor=cast.actor("bea"), quote_id=quote.pk)
    assert sign_in("tom").post(url(quote, "quote_payment"), {"payment": "invoice"}).status_code == 404
    assert Checkout.objects.get().payment_open


def test_an_offer_that_does_not_say_where_asks_for_it(cast, sign_in, words):
    quote, client = offered(cast, "bea", address_keys={}), sign_in("bea")
    assert "Deliver to" in words(client.get(url(quote, "quote_accept")))
    assert "Choose where to deliver." in words(accept(client, quote, bill_to="same"))
    place = {"contactName": "Bea", "street": "Quay", "zipCode": "1011", "city": "Delft", "country": "NL"}
    typed = {f"ship_{name}": value for name, value in place.items()}
    abroad = accept(client, quote, ship_to="other", bill_to="same", **typed)
    assert "This offer has the taxes of DE, others hold in NL." in words(abroad)
    assert nothing_came_of(quote)
    accept(client, quote, ship_to=cast.headquarters.key, bill_to="same")
    addresses = Order.objects.get().addresses
    assert [(address["type"], address["city"]) for address in addresses] == [
        ("SHIPPING", "Hamburg"),
        ("BILLING", "Hamburg"),
    ]
