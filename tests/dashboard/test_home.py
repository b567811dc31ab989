"""What does somebody see first, and does everybody arrive where they belong?"""

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.models import Approval
from orders.lifecycle import OrderStatus
from orders.models import Order
from tests.factories import ApprovalFactory, CheckoutFactory, OrderFactory

HOME = reverse("dashboard:home")


def waiting_order(cast, who="rita", **fields):
    member = cast.member(who)
    checkout = CheckoutFactory(tenant=cast.acme, placed_by=cast.user(who))
    return OrderFactory(
        checkout=checkout,
        company=member.company,
        marketplace=cast.main,
        vendor=cast.globex,
        status=OrderStatus.TO_BE_APPROVED,
        **fields,
    )


def request_of(cast, who, approver, **fields):
    return ApprovalFactory(
        tenant=cast.acme,
        company=cast.member(who).company,
        requester=cast.user(who),
        approver=cast.user(approver),
        **fields,
    )


def test_an_approver_reads_what_waits_soonest_deadline_first(cast, sign_in, words):
    late, soon = (
        request_of(cast, "rita", "ana", subject_label=label, expires_at=timezone.now() + timezone.timedelta(days=days))
        for label, days in (("Ten desks", 9), ("Two chairs", 2))
    )
    text = words(sign_in("ana").get(HOME))
    assert text.index("Two chairs") < text.index("Ten desks")
    assert "Rita Okafor" in text
    assert Approval.objects.count() == 2
    assert late.expires_at > soon.expires_at


def test_a_requester_reads_orders_to_be_approved_with_product_and_price(cast, sign_in, words):
    order = waiting_order(cast)
    text = words(sign_in("rita").get(HOME))
    assert f"My orders to be approved All orders : My orders to be approved {order.lines.get().name['en']}" in text
    assert order.number in text
    assert "To be approved" in text
    assert "119.00 EUR gross" in text
    assert "Globex Systems reviews it" in text


def test_my_orders_are_mine_even_for_an_admin(cast, sign_in, words):
    order = waiting_order(cast)
    assert "My orders to be approved" not in words(sign_in("ana").get(HOME))
    assert order.number not in words(sign_in("alice").get(HOME))


def test_a_newcomer_reads_where_to_begin(cast, sign_in, words):
    assert "Nothing is waiting" in words(sign_in("bea").get(HOME))
    assert "Fill a cart and ask for approval" in words(sign_in("rita").get(HOME))
    assert "you need another group: ask an Admin of your company" in words(sign_in("carl").get(HOME))


def test_a_private_customer_reads_nothing_of_approvals(cast, sign_in, words):
    text = words(sign_in("paula").get(HOME))
    assert "Approvals" not in text
    assert "Company" not in text


def test_an_overdue_request_no_longer_waits(cast, sign_in, words):
    request_of(cast, "rita", "ana", subject_label="Ten desks", expires_at=timezone.now())
    assert "Ten desks" not in words(sign_in("ana").get(HOME))


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow(cast, sign_in, count, django_assert_max_num_queries):
    for _ in range(count):
        waiting_order(cast, "ana")
        request_of(cast, "rita", "ana")
        request_of(cast, "ana", "tom")
    client = sign_in("ana")
    with django_assert_max_num_queries(11):
        assert client.get(HOME).status_code == 200
    assert Order.objects.count() == count


def test_the_bar_counts_what_waits_for_me(cast, sign_in, words):
    request_of(cast, "rita", "ana")
    cast.cart("ana", {"DESK-01": 2, "BOOK-01": 1})
    text = words(sign_in("ana").get(HOME))
    assert "Cart 2 , 2 lines Approvals 1 , 1 waiting" in text


@pytest.mark.parametrize(
    ("who", "area"), [("rita", "dashboard:home"), ("paula", "dashboard:home"), ("victor", "control_panel:home")]
)
def test_the_front_door_leads_everybody_where_they_belong(cast, sign_in, who, area):
    assert sign_in(who).get("/").headers["Location"] == reverse(area)


def test_the_front_door_leads_strangers_to_the_sign_in(client):
    assert client.get("/").headers["Location"] == reverse("sign_in")
