"""Which orders does a seller find where, and at what price in queries?"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from companies.models import Marketplace, Member
from orders.lifecycle import OrderStatus
from orders.models import Order
from orders.services import delivery
from tests.factories import CheckoutFactory, OrderFactory

HOME = reverse("control_panel:home")
REVIEW = reverse("control_panel:review")
ORDERS = reverse("control_panel:orders")


@pytest.fixture
def rows(cast):
    """Orders of Globex as rows: rows(30, status=...)."""

    def made(count: int, **fields):
        for _ in range(count):
            placed = CheckoutFactory(tenant=cast.acme, placed_by=cast.ana)
            OrderFactory(checkout=placed, company=cast.northwind, vendor=cast.globex, marketplace=cast.main, **fields)

    return made


def test_home_counts_what_waits(cast, order_of, sign_in, words):
    now = timezone.now()
    order_of("ana", {"SERVER-01": 1}, now=now - timedelta(days=2))
    order_of("tom", {"SERVER-01": 2})
    order_of("ana", {"DESK-01": 1})
    failed = order_of("ana", {"DESK-01": 2})
    delivery.fail_delivery(actor=cast.actor("vera"), order_id=failed.pk, instructions="Out of stock.")
    text = words(sign_in("victor").get(HOME))
    assert "To review 2 the oldest 2 days ago" in text
    assert "To deliver 1" in text
    assert "Failed 1" in text
    assert text.index("Ana Diaz") < text.index("Tom Weber")


def test_an_empty_home_says_what_would_be_there(sign_in, words):
    text = words(sign_in("ines").get(HOME))
    assert "To review 0 nothing waits" in text
    assert "Nothing to deliver" in text


def test_the_queue_shows_the_oldest_first_with_who_what_how_much_and_what_kind(order_of, sign_in, words):
    now = timezone.now()
    order_of("tom", {"SERVER-01": 2}, now=now - timedelta(hours=3))
    order_of("ana", {"SERVER-01": 1, "BACKUP-01": 1}, now=now - timedelta(days=2))
    order_of("paula", {"BACKUP-01": 1}, now=now - timedelta(minutes=5))
    text = words(sign_in("victor").get(REVIEW))
    assert (
        text.index("Ana Diaz, Northwind GmbH") < text.index("Tom Weber") < text.index("Paula Privat, private customer")
    )
    assert "Server management and 1 more" in text
    assert "New purchase" in text
    assert "Waits 2 days" in text
    assert "Waits 3 hours" in text
    assert "2,391.90 EUR gross" in text
    assert "Desk" not in text


def test_a_seller_sees_nothing_of_another_seller(order_of, sign_in, words):
    order = order_of("ana", {"SERVER-01": 1})
    ines = sign_in("ines")
    assert "Nothing to review" in words(ines.get(REVIEW))
    assert "No orders yet" in words(ines.get(ORDERS))
    assert ines.get(reverse("control_panel:order", args=[order.number])).status_code == 404
    assert sign_in("hal").get(reverse("control_panel:order", args=[order.number])).status_code == 404


@pytest.mark.parametrize("url", [HOME, REVIEW, ORDERS])
@pytest.mark.parametrize("name", ["ana", "rita", "paula"])
def test_customers_read_why_this_is_not_for_them(url, name, sign_in):
    assert sign_in(name).get(url).status_code == 403


def test_the_queue_is_searched_by_customer_product_and_number(order_of, sign_in, words):
    order_of("ana", {"SERVER-01": 1})
    backup = order_of("paula", {"BACKUP-01": 1})
    victor = sign_in("victor")
    for search in ("paula", "cloud", "BACKUP-01", backup.number.lower()):
        text = words(victor.get(REVIEW, {"search": search}))
        assert "Paula Privat" in text, search
        assert "Ana Diaz" not in text, search
    assert "Northwind" in words(victor.get(REVIEW, {"search": "northwind"}))
    assert "Nothing like that waits" in words(victor.get(REVIEW, {"search": "%' OR 1=1 --"}))


def test_the_marketplace_is_a_filter_only_where_there_are_resellers(cast, sign_in, words):
    assert "Marketplace" in words(sign_in("victor").get(ORDERS, {"search": "desk"}))
    assert "Marketplace" in words(sign_in("admin").get(REVIEW, {"search": "desk"}))
    assert "Marketplace" not in words(sign_in("victor").get(REVIEW, {"search": "desk"}))  # reviews on the parent only
    assert "Marketplace" not in words(sign_in("roos").get(REVIEW, {"search": "desk"}))  # sells on one marketplace only
    Marketplace.objects.filter(owner__isnull=False).update(tenant=cast.other)
    assert "Marketplace" not in words(sign_in("victor").get(ORDERS, {"search": "desk"}))


def test_what_is_empty_offers_no_filter(sign_in, words):
    text = words(sign_in("victor").get(REVIEW))
    assert "Nothing to review" in text
    assert "Search" not in text
    assert "Sort by" not in text


def test_orders_are_filtered_by_marketplace(order_of, sign_in, words):
    order_of("tess", {"DESK-01": 1}, "resello")
    order_of("ana", {"DESK-01": 1})
    text = words(sign_in("victor").get(ORDERS, {"marketplace": "resello"}))
    assert "Tess Laurent" in text
    assert "Ana Diaz" not in text


def test_orders_are_filtered_by_status(cast, order_of, sign_in, words):
    order_of("ana", {"SERVER-01": 1})
    order_of("tom", {"DESK-01": 1})
    victor = sign_in("victor")
    waiting = words(victor.get(ORDERS, {"status": "to_be_approved"}))
    assert "Ana Diaz" in waiting
    assert "Tom Weber" not in waiting
    delivering = words(victor.get(ORDERS, {"status": "to_deliver"}))
    assert "Tom Weber" in delivering
    assert "Ana Diaz" not in delivering
    assert "No such order" in words(victor.get(ORDERS, {"status": "failed"}))
    assert "Ana Diaz" in words(victor.get(ORDERS, {"status": "nonsense"}))


def test_a_vendor_never_sees_the_prices_of_resold_orders(order_of, sign_in, words):
    order_of("tess", {"DESK-01": 1}, "resello")
    for url in (HOME, ORDERS):
        vendor, reseller = words(sign_in("victor").get(url)), words(sign_in("roos").get(url))
        assert "Sold by Resello BV" in vendor
        assert "EUR" not in vendor
        assert "EUR" in reseller


def test_a_resold_order_waits_for_the_reseller_and_is_hidden_from_the_vendor(order_of, sign_in, words):
    order = order_of("tess", {"SERVER-01": 1}, "resello")
    assert "Tess Laurent" in words(sign_in("roos").get(REVIEW))
    assert "Nothing to review" in words(sign_in("victor").get(REVIEW))
    assert sign_in("victor").get(reverse("control_panel:order", args=[order.number])).status_code == 404


def test_platform_staff_see_first_what_only_they_can_decide(cast, order_of, sign_in, words):
    now = timezone.now()
    order_of("ana", {"SERVER-01": 1}, now=now - timedelta(days=2))
    order_of("tess", {"SERVER-01": 1}, "resello", now=now - timedelta(hours=1))
    text = words(sign_in("admin").get(REVIEW))
    assert "Waits for Globex Systems" in text
    assert "Waits for Resello BV" in text
    Member.objects.filter(company=cast.resellobv).update(is_active=False)
    text = words(sign_in("admin").get(REVIEW))
    assert text.index("Nobody of Resello BV can decide it: yours to decide") < text.index("Waits for Globex Systems")


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("url", [HOME, REVIEW, ORDERS])
def test_a_list_costs_the_same_for_any_length(url, count, rows, sign_in, django_assert_max_num_queries):
    rows(count, status=OrderStatus.TO_BE_APPROVED)
    rows(count, status=OrderStatus.PENDING)
    assert Order.objects.count() == 2 * count
    victor = sign_in("victor")
    with django_assert_max_num_queries(10):
        assert victor.get(url).status_code == 200


def test_long_lists_have_pages_that_keep_the_filter(rows, sign_in):
    rows(30, status=OrderStatus.PENDING)
    content = sign_in("victor").get(ORDERS, {"status": "pending"}).content.decode()
    assert "?status=pending&amp;page=2" in content
    assert sign_in("victor").get(ORDERS, {"page": "nonsense"}).status_code == 404


def test_home_does_not_read_what_is_finished(cast, rows, sign_in):
    rows(3, status="completed")
    with CaptureQueriesContext(connection) as asked:
        sign_in("victor").get(HOME)
    (counting,) = [each["sql"] for each in asked if "MIN(" in each["sql"]]
    # Not only counted apart: the condition says so, and the index begins with the status.
    assert "\"status\" IN ('to_be_approved', 'pending'" in counting.split("WHERE")[-1]
