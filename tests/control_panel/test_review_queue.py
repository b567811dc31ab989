"""The orders to review: narrowed down, sorted, with their age, and several decided at once (case 25)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product
from companies.models import Marketplace, Member
from notifications.models import Notice
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order
from orders.services import review_many
from tests.factories import CheckoutFactory, OrderFactory

REVIEW = reverse("control_panel:review")
APPROVE = reverse("control_panel:review_approve")
REJECT = reverse("control_panel:review_reject")
NOW = timezone.now()


@pytest.fixture
def waiting(cast):
    """An order of Globex that waits: waiting("ana", gross=100, days=2, ...)."""

    def made(who="ana", *, gross=100, days=0, **fields):
        placed = CheckoutFactory(tenant=cast.acme, placed_by=cast.user(who))
        member = cast.member(who) if who in ("ana", "alice") else None
        given = {"vendor": cast.globex, "auditing_company": cast.globex, "marketplace": cast.main, **fields}
        return OrderFactory(
            checkout=placed,
            company=member.company if member else None,
            buyer=cast.user(who),
            buyer_name=cast.user(who).name,
            status=OrderStatus.TO_BE_APPROVED,
            status_since=NOW - timedelta(days=days),
            gross=gross,
            **given,
        )

    return made


@pytest.fixture
def listed(sign_in):
    """The numbers in the queue as Victor reads it, in their order."""

    def read(who="victor", **chosen):
        answer = sign_in(who).get(REVIEW, chosen)
        assert answer.status_code == 200
        return [row["key"] for row in answer.context["rows"]]

    return read


def test_queue_filters_and_sort(cast, waiting, listed):
    """Check "Auditor notice + queue": filters, sorting."""
    ana = waiting("ana", gross=100, days=2)
    alice = waiting("alice", gross=300, days=8, kind=OrderKind.MODIFICATION)
    paula = waiting("paula", gross=200, days=0, on_behalf=True)
    numbers = {"ana": ana.number, "alice": alice.number, "paula": paula.number}
    cases = [
        ({}, "alice ana paula"),
        ({"kind": "modification"}, "alice"),
        ({"company": cast.northwind.pk}, "ana"),
        ({"company": "private"}, "paula"),
        ({"on_behalf": "yes"}, "paula"),
        ({"on_behalf": "no"}, "alice ana"),
        ({"age": "1"}, "alice ana"),
        ({"age": "7"}, "alice"),
        ({"search": "moreau"}, "alice"),
        ({"search": paula.number}, "paula"),
        ({"sort": "largest"}, "alice paula ana"),
        ({"sort": "smallest"}, "ana paula alice"),
        ({"sort": "customer"}, "alice ana paula"),
        ({"sort": "newest", "age": "1"}, None),
        # what is no choice is ignored, never an error
        ({"sort": "nonsense", "kind": "nonsense", "company": "9" * 30, "age": "-1"}, "alice ana paula"),
        # a vendor never reviews what a reseller sells, so there is nothing to choose
        ({"marketplace": "resello"}, "alice ana paula"),
    ]
    for chosen, expected in cases:
        found = listed(**chosen)
        if expected is not None:
            assert found == [numbers[name] for name in expected.split()], chosen
    assert listed("admin", marketplace="resello") == []
    assert len(listed("admin", marketplace="main")) == 3


def test_ages_are_said_in_words(waiting, sign_in, words):
    for days in (0.1, 1.5, 8):
        waiting(days=days)
    text = words(sign_in("victor").get(REVIEW))
    for word in ("Waits 2 hours", "Waits 1 day", "Waits 8 days"):
        assert word in text


@pytest.mark.parametrize("who", ["victor", "admin"])
def test_the_queue_costs_the_same_for_10_and_for_100(who, waiting, sign_in, django_assert_max_num_queries):
    browser = sign_in(who)
    for count in (10, 90):
        for _ in range(count):
            waiting()
        with django_assert_max_num_queries(12):
            assert browser.get(REVIEW, {"sort": "largest", "age": "", "search": ""}).status_code == 200


def test_pages_keep_filter_and_sort(waiting, sign_in):
    for _ in range(26):
        waiting()
    content = sign_in("victor").get(REVIEW, {"kind": "purchase", "sort": "newest"}).content.decode()
    assert "?kind=purchase&amp;sort=newest&amp;page=2" in content
    assert 'value="kind=purchase&amp;sort=newest"' in content  # to come back to, after deciding several


def test_the_badge_counts_what_waits_for_the_reader(cast, waiting, sign_in):
    """Check "Admin oversight": staff count what only they can decide."""

    def badge(who):
        nav = sign_in(who).get(REVIEW).context["nav"]
        return next(entry["count"] for entry in nav if entry["url"] == REVIEW)

    def offered(who):
        content = sign_in(who).get(REVIEW).content.decode()
        return 'type="checkbox" name="order"' in content, REJECT in content

    waiting()
    assert (badge("victor"), badge("ines"), badge("admin"), badge("sam")) == (1, 0, 0, 0)
    # What one may not decide is no choice: staff read it, while there is somebody who may.
    assert (offered("victor"), offered("admin")) == ((True, True), (False, False))
    Marketplace.objects.filter(pk=cast.main.pk).update(platform_reviews=True)
    assert (badge("victor"), badge("admin")) == (0, 1)
    assert (offered("victor"), offered("admin")) == ((False, False), (True, True))
    Marketplace.objects.filter(pk=cast.main.pk).update(platform_reviews=False, require_second_person=True)
    Member.objects.filter(user=cast.vera).update(is_active=False)
    Order.objects.update(placed_by=cast.victor)
    # The only auditor had it ordered, and a second person has to decide.
    assert (badge("victor"), badge("admin")) == (0, 1)


class TestSeveralAtOnce:
    """Case 25: a result for each, and none that fails because of another."""

    @pytest.fixture
    def three(self, order_of):
        return [order_of("ana", {sku: 1}) for sku in ("SERVER-01", "BACKUP-01", "SERVER-01")]

    def test_approving_leaves_what_has_something_in_its_way(self, three, sign_in, words):
        Product.objects.filter(sku="BACKUP-01").update(is_active=False)
        numbers = [order.number for order in three]

        answer = sign_in("victor").post(APPROVE, {"order": numbers, "filter": "age=1&sort=newest"}, follow=True)

        assert answer.redirect_chain == [(f"{REVIEW}?age=1&sort=newest", 302)]
        text = words(answer)
        assert "2 of 3 orders approved" in text
        assert "Cloud backup (BACKUP-01) has been withdrawn" in text
        assert text.count("Left as it was") == 1
        assert [fresh(order).status for order in three] == ["pending", "to_be_approved", "pending"]
        # Said once.
        assert "2 of 3 orders" not in words(sign_in("victor").get(REVIEW))

    def test_rejecting_asks_for_one_reason_first(self, cast, three, order_of, sign_in, words):
        victor, numbers = sign_in("victor"), [order.number for order in three]
        assert victor.get(REJECT).url == REVIEW
        asked = victor.post(REJECT, {"order": numbers})
        assert (asked.status_code, "Reject 3 orders" in words(asked)) == (200, True)
        empty = victor.post(REJECT, {"order": numbers, "reason": " "})
        assert (empty.status_code, "Say why; the customer will read it." in words(empty)) == (400, True)
        assert {fresh(order).status for order in three} == {"to_be_approved"}
        # Whoever was faster is named before the reason is asked for, and where nothing is left to reject.
        late = order_of("bea", {"BACKUP-01": 1})
        review_many.approve_many(actor=cast.actor("vera"), numbers=[late.number])
        for others in (numbers, []):
            told = words(victor.post(REJECT, {"order": [*others, late.number]}, follow=True))
            assert f"Vera Moss already approved order {late.number} on " in told
            assert ("0 of 1 order rejected" in told) is not bool(others)

        text = words(
            victor.post(REJECT, {"order": numbers, "reason": "Discontinued.", "note": "Ask Sam."}, follow=True)
        )

        assert "3 of 3 orders rejected" in text
        assert {(fresh(o).status, fresh(o).status_reason) for o in three} == {("rejected", "Discontinued.")}
        assert Notice.objects.filter(topic="order.rejected", facts__reason="Discontinued.").count() == 3

    def test_others_orders_decided_ones_and_nonsense_are_left(self, cast, three, order_of):
        resold = order_of("tess", {"SERVER-01": 1}, "resello")
        victor = cast.actor("victor")
        first, second, third = three
        review_many.approve_many(actor=victor, numbers=[first.number])

        results = review_many.reject_many(
            actor=victor,
            numbers=[first.number, "CS9", resold.number, "nonsense", second.number, second.number],
            reason="No.",
        )

        assert [(result.done, result.code) for result in results] == [
            (False, "late"),
            (False, "missing"),
            (False, "missing"),
            (False, "missing"),
            (True, ""),
        ]
        assert [fresh(o).status for o in (first, second, third)] == ["pending", "rejected", "to_be_approved"]
        assert fresh(resold).status == "to_be_approved"

    def test_an_accident_with_one_is_its_own(self, three, cast, monkeypatch):
        real = review_many.approve_order

        def broken(*, order_id, **more):
            if order_id == three[0].pk:
                raise RuntimeError
            return real(order_id=order_id, **more)

        monkeypatch.setattr(review_many, "approve_order", broken)
        results = review_many.approve_many(actor=cast.actor("victor"), numbers=[order.number for order in three])

        assert [result.done for result in results] == [False, True, True]
        assert results[0].code == "error"

    def test_none_chosen_changes_nothing_and_sales_choose_none(self, three, sign_in, words):
        sent = {"order": ["CS9"], "filter": "page=2&sort=newest"}
        # Once they are decided, the second page may be gone.
        assert sign_in("victor").post(APPROVE, sent).url == f"{REVIEW}?sort=newest"
        for url in (APPROVE, REJECT):
            assert "Choose at least one order" in words(sign_in("victor").post(url, follow=True))
        sam = sign_in("sam")
        assert 'name="order"' not in sam.get(REVIEW).content.decode()
        sam.post(APPROVE, {"order": [three[0].number]})
        assert fresh(three[0]).status == "to_be_approved"


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)
