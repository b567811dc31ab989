"""The first order: from a Requester's cart through both approvals to delivery, and everybody is told."""

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings

from approvals import services as approving
from companies.services import set_approval_group
from config.kit.refused import Late, NotYours
from orders.models import Cart, Checkout
from orders.services import carts
from tests.stories.scenes import (
    accept,
    again,
    approve,
    approve_and_order,
    ask_for,
    check_histories,
    close,
    complete,
    decline,
    details,
    happened,
    open_cart,
    order,
    order_approved,
    orders_of,
    preview,
    reject,
    window,
)


def fill(cast, who, lines):
    """Somebody opens a cart and puts things into it, one by one."""
    cart = open_cart(cast, who, create=True)
    for sku, quantity in lines.items():
        carts.add_line(actor=cast.actor(who), cart_id=cart.pk, listing_id=cast.listing(sku).pk, quantity=quantity)
    return again(cart)


def subjects(mails):
    return [each.subject for each in mails]


def says(message, *sentences):
    """The mail says all of this, in its text and in its HTML alike."""
    for text in (message.body, unescape(message.alternatives[0].content)):
        for sentence in sentences:
            assert sentence in " ".join(text.split())
    return True


def test_from_a_requester_s_cart_through_both_approvals_to_delivery(cast, post):
    # Rita fills a cart: desks, and server management and a backup, which their seller reviews.
    cart = fill(cast, "rita", {"DESK-01": 7, "SERVER-01": 1, "BACKUP-01": 2})

    # It is over her company's limit, so only the Admins are offered to her.
    ruling = preview(cast, "rita", cart)
    assert [person.name for person in ruling.eligible] == ["Ana Diaz", "Tom Weber"]
    assert ruling.reasons[0].text == "5,831.00 EUR gross is 831.00 EUR over the company's limit of 5,000.00 EUR."
    with pytest.raises(NotYours) as refused:
        order(cast, "rita", cart)
    assert refused.value.code == "approval_required"

    # She asks Ana, and says why.
    approval = ask_for(
        cast,
        "rita",
        cart,
        of="ana",
        comment="The new team starts on Monday.",
        details=details(cast, deliveryWindow=window(cast.window)),
    )
    (confirmation,) = post("rita")
    assert says(confirmation, "Ana Diaz", "5,831.00 EUR")
    (question,) = post("ana")
    assert question.subject == "Rita Okafor asks you to approve 5,831.00 EUR"
    assert says(
        question,
        "The new team starts on Monday.",
        "5,831.00 EUR gross is 831.00 EUR over the company's limit of 5,000.00 EUR.",
        "Standing desk",
        f"{settings.SITE_URL}/dashboard/approvals/{approval.key}/",
    )

    # While it waits nothing is ordered and the cart stays as it is.
    with pytest.raises(Late):
        carts.add_line(actor=cast.actor("rita"), cart_id=cart.pk, listing_id=cast.listing("BOOK-01").pk)
    assert not Checkout.objects.exists()

    # Ana approves what she saw.
    approve(cast, "ana", approval, comment="Welcome to them.", seen_hash=approval.content_hash).settled()
    (yes,) = post("rita")
    assert yes.subject == "Approved: your request for 5,831.00 EUR"
    assert says(yes, "Welcome to them.", "Nothing is ordered yet")

    # Rita orders, and Ana is a moment too late with the same: it is placed once.
    checkout = order_approved(cast, "rita", approval).settled()
    with pytest.raises(Late):
        order_approved(cast, "ana", approval)
    with pytest.raises(Late):
        order(cast, "rita", cart)
    assert Checkout.objects.get() == checkout
    assert checkout.gross == Decimal("5842.90")

    # What needs no review goes on, what does waits.
    desks, services = orders_of(checkout)
    assert (desks.status, services.status) == ("pending", "to_be_approved")
    told = post("rita")
    assert subjects(told) == [
        f"Order {desks.number} is placed",
        f"Order {services.number} will shortly be reviewed",
    ]
    assert says(told[1], "will shortly be reviewed by a manager")

    # The auditors of Globex are told; a colleague of another vendor is not.
    to_victor = post("victor")
    assert f"Order {services.number} of Northwind GmbH needs to be reviewed" in subjects(to_victor)
    assert says(to_victor[-1], f"{settings.SITE_URL}/control-panel/orders/{services.number}/")
    assert len(post("vera")) == 2
    assert post("ines") == []

    # Victor accepts it, and a second order that Bea places he rejects.
    accept(cast, "victor", services, note="Checked by phone.")
    (accepted,) = post("rita")
    assert says(accepted, f"Your order {services.number}", "is accepted and being prepared")
    (refused_order,) = orders_of(order(cast, "bea", fill(cast, "bea", {"SERVER-01": 1})).settled())
    post("bea")
    reject(cast, "victor", refused_order, reason="We have no more servers this year.")
    (no,) = post("bea")
    assert no.subject == f"Order {refused_order.number} was rejected"
    assert says(no, "We have no more servers this year.")

    # The backup is there at once; the server is set up by hand, with what Rita has to know.
    assert sorted(services.lines.values_list("sku", "delivery_state")) == [
        ("BACKUP-01", "completed"),
        ("SERVER-01", "open"),
    ]
    complete(
        cast,
        "vera",
        services,
        instructions="Sign in with your mail address.",
        links=[{"label": "Your console", "url": "https://console.globex.example/northwind"}],
    )
    complete(cast, "victor", desks)
    ready = post("rita")
    assert subjects(ready) == [f"Order {services.number} is ready", f"Order {desks.number} is ready"]
    assert says(ready[0], "Sign in with your mail address.", "https://console.globex.example/northwind")

    # The whole way can be proved.
    assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]
    assert happened(desks) == ["order.placed", "order.completed"]
    assert happened(services) == ["order.placed", "order.approved", "order.started", "order.completed"]
    assert {again(desks).status, again(services).status} == {"completed"}
    check_histories()


def test_a_buyer_within_the_limit_orders_directly(cast, post):
    cart = fill(cast, "bea", {"CHAIR-01": 20})  # 5,000.00 EUR: the limit to the cent

    (placed,) = orders_of(order(cast, "bea", cart).settled())

    assert placed.ruling["codes"] == ["within_limit"]
    assert subjects(post("bea")) == [f"Order {placed.number} is placed"]
    assert post("ana") == []


def test_a_buyer_over_the_limit_asks(cast, post):
    cart = fill(cast, "bea", {"CHAIR-01": 20, "BOOK-01": 1})
    ruling = preview(cast, "bea", cart)
    assert [way.text for way in ruling.avoid] == ["Without Field guide (21.40 EUR) you could order now."]

    approval = ask_for(cast, "bea", cart, of="tom", comment="One book more.")
    checkout = approve_and_order(cast, "tom", approval, comment="Of course.").settled()

    (placed,) = orders_of(checkout)
    assert (placed.buyer, placed.placed_by) == (cast.bea, cast.tom)
    assert "Approved: your request for 5,021.40 EUR" in subjects(post("bea"))


def test_an_admin_over_the_limit_orders_directly(cast, post):
    (placed,) = orders_of(order(cast, "ana", fill(cast, "ana", {"DESK-01": 100})).settled())

    assert placed.ruling["codes"] == ["admin"]
    assert subjects(post("ana")) == [f"Order {placed.number} is placed"]


def test_an_approval_group_replaces_the_groups(cast, post):
    # At Contoso it is Grace and Hugo who approve, whatever their group, not Alice the Admin.
    cart = fill(cast, "ravi", {"DESK-01": 50})
    assert [person.name for person in preview(cast, "ravi", cart).eligible] == ["Grace Hall", "Hugo Stern"]
    approval = ask_for(cast, "ravi", cart, of="hugo")
    assert post("alice") == []
    assert len(post("hugo")) == 1

    # Alice makes it Grace alone; now Hugo can no longer say yes, and Ravi is told to ask Grace.
    set_approval_group(actor=cast.actor("alice"), company_id=cast.contoso.pk, member_ids=[cast.member("grace").pk])
    assert approve(cast, "hugo", approval).refusal.code == "approver_lost"
    post("ravi")
    approving.reassign(actor=cast.actor("ravi"), approval_id=approval.pk, approver_id=cast.grace.pk).settled()
    (question,) = post("grace")
    assert "Ravi Rao" in question.subject

    assert approve_and_order(cast, "grace", approval).settled()
    # Alice, an Admin, still orders freely.
    assert order(cast, "alice", fill(cast, "alice", {"DESK-01": 50})).settled()


def test_the_approver_declines_and_the_cart_comes_back(cast, post):
    cart = fill(cast, "rita", {"DESK-01": 9})
    approval = ask_for(cast, "rita", cart, of="ana")
    post("rita")

    decline(cast, "ana", approval, comment="Eight will do.").settled()

    (no,) = post("rita")
    assert says(no, "Eight will do.")
    assert open_cart(cast, "rita") == again(cart)
    carts.change_line(actor=cast.actor("rita"), cart_id=cart.pk, line_id=cart.lines.get().pk, quantity=8)
    second = ask_for(cast, "rita", again(cart), of="bea")  # within the limit now: a Buyer will do
    assert approve_and_order(cast, "bea", second).settled()


def test_nobody_decides_it_and_it_expires_after_ten_days(cast, post):
    cart = fill(cast, "rita", {"DESK-01": 9})
    approval = ask_for(cast, "rita", cart, of="ana")
    asked_at = approval.created_at
    post("rita"), post("ana")

    approving.remind(asked_at + timedelta(days=9))
    assert subjects(post("ana"))[0].startswith("Expires soon")
    assert len(post("rita")) == 1

    approving.expire_overdue(asked_at + timedelta(days=10) - timedelta(seconds=1))
    assert again(approval).status == "PENDING"
    approving.expire_overdue(asked_at + timedelta(days=10))

    assert again(approval).status == "EXPIRED"
    assert subjects(post("rita")) == ["Expired: your request for 5,355.00 EUR"]
    assert subjects(post("ana")) == ["Expired: request of Rita Okafor for 5,355.00 EUR"]
    assert Cart.objects.get(pk=cart.pk).status == "open"
    with pytest.raises(Late):
        approve(cast, "ana", approval)


def test_the_requester_closes(cast, post):
    cart = fill(cast, "rita", {"DESK-01": 9})
    approval = ask_for(cast, "rita", cart, of="ana")
    fresh = fill(cast, "rita", {"BOOK-01": 1})
    post("ana"), post("rita")

    close(cast, "rita", approval, comment="We found some in the cellar.").settled()

    (word,) = post("ana")
    assert says(word, "We found some in the cellar.")
    assert post("rita") == []
    assert (again(cart).status, again(fresh).status) == ("saved", "open")
    with pytest.raises(Late):
        approve(cast, "ana", approval)
    check_histories()
