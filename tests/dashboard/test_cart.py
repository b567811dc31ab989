"""What does a cart say about itself, and what can its owner do with it?"""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.models import SubjectKind
from approvals.services import approve, request_approval
from companies.models import Member
from orders.lifecycle import CartStatus
from orders.models import Cart, CartLine
from tests.factories import CompanyFactory

CART = reverse("dashboard:cart")


def line_url(cart, remove=False):
    name = "dashboard:cart_line_remove" if remove else "dashboard:cart_line"
    return reverse(name, args=[cart.lines.get().key])


def asked(cast, who="bea", approver="ana", lines=None, now=None):
    cart = cast.cart(who, lines or {"SERVER-01": 5})
    return cart, request_approval(
        actor=cast.actor(who),
        kind=SubjectKind.CART_CHECKOUT,
        subject_id=str(cart.pk),
        approver_id=cast.user(approver).pk,
        now=now,
    ).settled()


def test_a_buyer_within_the_limit_orders_alone(cast, sign_in, words):
    cast.cart("bea", {"DESK-01": 2, "BOOK-01": 10})
    text = words(sign_in("bea").get(CART))
    assert "You can order this yourself. 1,404.00 EUR gross is within the company's limit of 5,000.00 EUR." in text
    assert "Net 1,200.00 EUR Tax 19% on 1,000.00 EUR 190.00 EUR Tax 7% on 200.00 EUR 14.00 EUR" in text
    assert "Total, gross without shipping 1,404.00 EUR" in text
    assert "3,596.00 EUR left" in text
    assert reverse("dashboard:checkout") in sign_in("bea").get(CART).content.decode()


def test_a_buyer_over_the_limit_reads_why_who_and_what_would_avoid_it(cast, sign_in, words):
    cast.cart("bea", {"DESK-01": 8, "SERVER-01": 1})
    text = words(sign_in("bea").get(CART))
    assert "This needs approval. 5,950.00 EUR gross is 950.00 EUR over the company's limit of 5,000.00 EUR." in text
    assert "Ana Diaz or Tom Weber can approve." in text
    assert "Without Server management (1,190.00 EUR) you could order now." in text
    assert "Ask for approval" in text


def test_a_requester_always_asks(cast, sign_in, words):
    cast.cart("rita", {"BOOK-01": 1})
    text = words(sign_in("rita").get(CART))
    assert "Requesters need approval for every order." in text
    assert "Ana Diaz, Bea Lindt or Tom Weber can approve." in text


def test_an_approval_group_is_named_instead(cast, sign_in, words):
    cast.cart("ravi", {"BOOK-01": 1})
    text = words(sign_in("ravi").get(CART))
    assert "Grace Hall or Hugo Stern can approve." in text
    assert "The company's approval group decides." in text


def test_a_contact_reads_why_there_is_no_button(cast, sign_in, words):
    cast.cart("carl", {"DESK-01": 1})
    answer = sign_in("carl").get(CART)
    assert "You cannot order for Northwind GmbH. Contacts may look around, but not order" in words(answer)
    assert reverse("dashboard:checkout") not in answer.content.decode()


def test_nobody_to_ask_is_said_before_anybody_asks(cast, sign_in, words):
    Member.objects.filter(company=cast.northwind, role="admin").update(is_active=False)
    cast.cart("bea", {"SERVER-01": 5})
    text = words(sign_in("bea").get(CART))
    assert "This needs approval, and nobody can give it." in text
    assert "Your company has no other active Admin who could approve." in text


def test_a_limit_in_another_currency_counts_as_exceeded(cast, sign_in, words):
    cast.northwind.limit_currency = "CHF"
    cast.northwind.save()
    cast.cart("bea", {"BOOK-01": 1})
    text = words(sign_in("bea").get(CART))
    assert "The company's limit is in CHF, this is in EUR; it therefore counts as above the limit." in text


def test_what_is_reviewed_waits_alone_and_the_page_says_so_before(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 1, "SERVER-01": 1, "CHAIR-01": 1})
    text = words(sign_in("ana").get(CART))
    assert "This becomes 3 orders" in text
    assert "Order 1 Standing desk Globex Systems prepares it at once. 595.00 EUR gross" in text
    assert "Order 2 Server management Waits: Globex Systems reviews it first. 1,190.00 EUR gross" in text
    assert "What is reviewed does not hold up the rest." in text
    assert text.count("Reviewed by Globex Systems before delivery") == 1


def test_one_order_that_waits_for_nobody_needs_no_explanation(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 1})
    assert "This becomes" not in words(sign_in("ana").get(CART))


def test_net_and_gross_prices_beside_each_other_are_told_apart(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 1, "CHAIR-01": 1})
    text = words(sign_in("ana").get(CART))
    assert "DESK-01 Unit price net" in text
    assert "CHAIR-01 Unit price gross" in text


def test_quantities_are_changed_and_lines_removed(cast, sign_in, words):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    text = words(client.post(line_url(cart), {"quantity": "2.5"}, follow=True))
    assert "The quantity of Standing desk is changed." in text
    assert cart.lines.get().quantity == Decimal("2.5")
    assert "Standing desk is removed." in words(client.post(line_url(cart, remove=True), follow=True))
    assert not cart.lines.exists()
    assert "Your cart is empty" in words(client.get(CART))


@pytest.mark.parametrize("quantity", ["", "x", "0", "-2", "1e99", "0.00001", "\x00"])
def test_a_nonsense_quantity_changes_nothing(cast, sign_in, words, quantity):
    cart = cast.cart("rita", {"DESK-01": 1})
    text = words(sign_in("rita").post(line_url(cart), {"quantity": quantity}, follow=True))
    assert "quantity" in text.lower()
    assert cart.lines.get().quantity == 1


def test_nobody_touches_somebody_elses_line(cast, sign_in):
    cart = cast.cart("rita", {"DESK-01": 1})
    for name in ("bea", "ana", "alice", "paula"):
        assert sign_in(name).post(line_url(cart), {"quantity": "9"}).status_code == 404
        assert sign_in(name).post(line_url(cart, remove=True)).status_code == 404
        assert sign_in(name).post(reverse("dashboard:cart_discard", args=[cart.key])).status_code == 404
        assert sign_in(name).post(reverse("dashboard:cart_restore", args=[cart.key])).status_code == 404
    assert cart.lines.get().quantity == 1


def test_a_cart_is_put_aside_restored_and_thrown_away(cast, sign_in, words):
    first, client = cast.cart("rita", {"DESK-01": 1, "BOOK-01": 1}), sign_in("rita")
    assert "Your cart is put aside." in words(client.post(reverse("dashboard:cart_save"), follow=True))
    assert "Standing desk and 1 more" in words(client.get(CART))
    second = cast.cart("rita", {"CHAIR-01": 1})
    text = words(client.post(reverse("dashboard:cart_restore", args=[first.key]), follow=True))
    assert "Your cart is back." in text
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (CartStatus.OPEN, CartStatus.SAVED)
    client.post(reverse("dashboard:cart_discard", args=[second.key]))
    second.refresh_from_db()
    assert second.status == CartStatus.CLOSED


def test_restoring_what_is_not_put_aside_says_so(cast, sign_in, words):
    cart = cast.cart("rita", {"DESK-01": 1})
    text = words(sign_in("rita").post(reverse("dashboard:cart_restore", args=[cart.key]), follow=True))
    assert "This cart is not put aside any more." in text


def test_restoring_leads_to_the_marketplace_of_the_cart(cast, sign_in, words):
    cart = cast.cart("rita", {"DESK-01": 1}, marketplace="resello", status=CartStatus.SAVED)
    text = words(sign_in("rita").post(reverse("dashboard:cart_restore", args=[cart.key]), follow=True))
    assert text.startswith("Cart · Resello")
    assert "550.00 EUR" in text


def test_emptying_empties(cast, sign_in, words):
    cart = cast.cart("rita", {"DESK-01": 1, "BOOK-01": 1})
    assert "Your cart is empty." in words(sign_in("rita").post(reverse("dashboard:cart_empty"), follow=True))
    assert not cart.lines.exists()


@pytest.mark.parametrize("name", ["cart_save", "cart_empty"])
def test_without_a_cart_there_is_nothing_to_put_aside(cast, sign_in, name):
    assert sign_in("rita").post(reverse(f"dashboard:{name}")).status_code == 404


def test_a_cart_that_waits_is_shown_beside_and_cannot_be_changed(cast, sign_in, words):
    cart, approval = asked(cast)
    client = sign_in("bea")
    answer = client.get(CART)
    assert "Waiting for approval Server management Ana Diaz can answer until" in words(answer)
    assert reverse("dashboard:approval", args=[approval.key]) in answer.content.decode()
    text = words(client.post(line_url(cart), {"quantity": "1"}, follow=True))
    assert "This cart waits for its approval and cannot be changed." in text
    assert cart.lines.get().quantity == 5


def test_a_cart_that_was_approved_says_that_it_can_be_ordered(cast, sign_in, words):
    _, approval = asked(cast)
    approve(actor=cast.actor("ana"), approval_id=approval.pk)
    text = words(sign_in("bea").get(CART))
    assert "Ana Diaz approved it; the order can be placed Approved, not ordered yet" in text
    assert "Waiting for approval" not in text


def test_an_overdue_request_reads_as_expired_at_once(cast, sign_in, words):
    asked(cast, now=timezone.now() - timezone.timedelta(days=11))
    text = words(sign_in("bea").get(CART))
    assert "Ana Diaz did not answer in time; the cart comes back within a minute Expired" in text


def test_what_is_no_longer_sold_stands_in_the_way_and_says_so(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 1, "BOOK-01": 1})
    cast.product("BOOK-01").is_active = False
    cast.product("BOOK-01").save()
    answer = sign_in("ana").get(CART)
    text = words(answer)
    assert "Field guide is no longer sold on Acme Markets Main. Remove the line to go on." in text
    assert "Total, gross without shipping 595.00 EUR" in text
    assert reverse("dashboard:checkout") not in answer.content.decode()


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow(cast, sign_in, count, django_assert_max_num_queries):
    cart = cast.cart("bea", {"DESK-01": 1})
    CartLine.objects.bulk_create(
        CartLine(
            cart=cart, position=position, listing=cast.listing("BOOK-01"), product=cast.product("BOOK-01"), quantity=1
        )
        for position in range(2, count + 2)
    )
    for _ in range(min(count, 20)):
        cast.cart("bea", {"DESK-01": 1}, status=CartStatus.SAVED)
    client = sign_in("bea")
    with django_assert_max_num_queries(14):
        assert client.get(CART).status_code == 200


def test_a_cart_belongs_to_the_company_one_acts_for(cast, sign_in, words):
    cast.cart("bea", {"DESK-01": 1})
    Cart.objects.update(company=CompanyFactory(tenant=cast.acme))
    assert "Your cart is empty" in words(sign_in("bea").get(CART))


def test_an_open_cart_on_another_marketplace_is_not_lost(cast, sign_in, words):
    cast.cart("theo", {"DESK-01": 1}, marketplace="resello")
    client = sign_in("theo")
    assert "On other marketplaces" in words(client.get(CART))
    answer = client.post(reverse("switch"), {"marketplace": "resello", "to": "cart"}, follow=True)
    assert words(answer).startswith("Cart · Resello")
    assert "On other marketplaces" not in words(answer)
