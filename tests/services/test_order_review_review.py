"""The order review workflow, check by check and case by case: what the seller's side decides."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from approvals import services as approving
from catalog.models import Listing, Product
from companies.events import faults
from companies.models import Company, Marketplace, Member, User
from companies.services import set_preference
from config.kit.refused import Invalid, Late, NotYours
from notifications.models import Notice
from orders.content import order_content
from orders.models import Order
from orders.review_facts import order_now
from orders.review_warnings import warnings_of
from orders.services.again import order_again
from orders.services.review_reminders import remind_of_reviews
from tests.factories import PASSWORD
from tests.stories.scenes import (
    OVER,
    accept,
    ask,
    check_histories,
    complete,
    facts_for,
    fail,
    nothing_changes,
    ordered,
    reassign,
    reject,
    retry,
    told_since,
    withdraw,
)
from tests.world import scene

DAY = timedelta(days=1)


@scene
def waiting(cast):
    """Bea's order of one server waits for Globex."""
    return ordered(cast, "bea", {"SERVER-01": 1})[0]


class TestRemindersAndAgeing:
    """Check "Reminders and ageing": configurable, once per period, idempotent. Case 15: nobody decides."""

    def test_an_order_is_reminded_of_once_per_period(self, cast, waiting):
        since = waiting.created_at
        with nothing_changes():
            assert remind_of_reviews(since + 2 * DAY - timedelta(seconds=1)) == 0

        with told_since() as news:
            assert remind_of_reviews(since + 2 * DAY) == 1
            assert remind_of_reviews(since + 2 * DAY) == 0
            assert remind_of_reviews(since + 3 * DAY) == 0
        assert sorted(news) == ["order.review_waiting to vera", "order.review_waiting to victor"]

        with told_since() as news:
            assert remind_of_reviews(since + 9 * DAY) == 1
            assert remind_of_reviews(since + 9.9 * DAY) == 0
            assert remind_of_reviews(since + 10 * DAY) == 1
        assert len(news) == 4
        keys = Notice.objects.filter(topic="order.review_waiting").values_list("key", flat=True)
        assert {key.split(":")[3] for key in keys} == {"1", "2", "3"}

    def test_the_marketplace_says_after_how_many_days_else_the_tenant(self, cast, waiting):
        at = waiting.created_at + 5 * DAY
        for own, tenants, expected in ((0, 2, 0), (None, 0, 0), (6, 2, 0), (5, 0, 1)):
            Marketplace.objects.filter(pk=cast.main.pk).update(review_reminder_days=own)
            set_preference(
                actor=cast.actor("admin"), tenant_id=cast.acme.pk, key="order.reviewReminderDays", value=tenants
            )
            assert remind_of_reviews(at) == expected, (own, tenants)

    def test_what_is_decided_or_withdrawn_is_not_reminded_of(self, cast, waiting):
        other = ordered(cast, "ana", {"SERVER-01": 1})[0]
        accept(cast, "victor", waiting)
        withdraw(cast, "ana", other)

        with nothing_changes():
            assert remind_of_reviews(waiting.created_at + 30 * DAY) == 0

    def test_an_approver_is_reminded_once_per_period_and_not_just_before_it_expires(self, cast):
        asked = ask(cast, "rita", OVER, of="ana")
        since = asked.created_at
        with nothing_changes():
            assert approving.remind_waiting(since + 2.9 * DAY) == 0
            assert remind_of_reviews(since + 30 * DAY) == 0

        with told_since() as news:
            assert approving.remind_waiting(since + 3 * DAY) == 1
            assert approving.remind_waiting(since + 3 * DAY) == 0
            assert approving.remind_waiting(since + 6 * DAY) == 1
        assert news == ["approval.waiting to ana"] * 2
        with nothing_changes():
            assert approving.remind_waiting(asked.expires_at - timedelta(hours=23)) == 0
            assert approving.remind_waiting(asked.expires_at) == 0

    def test_a_new_approver_has_their_own_time(self, cast):
        asked = ask(cast, "rita", OVER, of="ana")
        later = asked.created_at + 2 * DAY
        reassign(cast, "rita", asked, to="tom", now=later).settled()

        with told_since() as news:
            assert approving.remind_waiting(later + 2 * DAY) == 0
            assert approving.remind_waiting(later + 3 * DAY) == 1
        assert news == ["approval.waiting to tom"]

    def test_who_may_no_longer_decide_is_not_reminded_but_the_requester_is_told(self, cast):
        """An inactive approver hears nothing; neither does an inactive requester."""
        asked = ask(cast, "rita", OVER, of="ana")
        Member.objects.filter(user=cast.ana).update(is_active=False)

        with told_since() as news:
            assert approving.remind_waiting(asked.created_at + 3 * DAY) == 1
            assert approving.remind(asked.expires_at - timedelta(hours=1)) == 1
        assert news == ["approval.approver_lost to rita", "approval.expiring to rita"]
        assert facts_for("rita", "approval.approver_lost")["reason"] == "Tom Weber can decide it."
        Member.objects.filter(user=cast.rita).update(is_active=False)
        with told_since() as news:
            assert approving.remind_waiting(asked.created_at + 6 * DAY) == 1
        assert news == []

    def test_no_reminders_of_approvals_where_the_tenant_wants_none(self, cast):
        asked = ask(cast, "rita", OVER, of="ana")
        set_preference(actor=cast.actor("admin"), tenant_id=cast.acme.pk, key="approval.reminderDays", value=0)

        with nothing_changes():
            assert approving.remind_waiting(asked.created_at + 8 * DAY) == 0


class TestThePlatformInPlaceOfTheAuditors:
    """Check "Admin oversight". Cases 16 (no active auditor), 18 (reviews left to the platform), 21 (reseller off)."""

    def test_case_16_is_told_asked_again_and_decides(self, cast):
        Member.objects.filter(company=cast.globex).update(is_active=False)
        with told_since() as news:
            (placed,) = ordered(cast, "bea", {"SERVER-01": 1})
            assert remind_of_reviews(placed.created_at + 2 * DAY) == 1
        assert sorted(news) == [
            "order.review_requested to admin",
            "order.review_requested to sten",
            "order.review_waiting to admin",
            "order.review_waiting to sten",
            "order.to_review to bea",
        ]

        assert accept(cast, "sten", placed).status == "pending"

    def test_case_18_a_marketplace_may_leave_its_reviews_to_the_platform(self, cast, client):
        (before,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
        Marketplace.objects.filter(pk=cast.resello.pk).update(platform_reviews=True)
        cast.resello.refresh_from_db()
        with told_since() as news:
            (placed,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
        assert sorted(n for n in news if "tess" not in n) == [
            "order.review_requested to admin",
            "order.review_requested to sten",
        ]

        refused_all(cast, ("roos", "mies"), (before, placed))
        assert accept(cast, "admin", before).status == "pending"

        # Whoever reads of it reads whose decision it is, and was.
        for who, url, said in (
            ("tess", reverse("dashboard:orders"), "staff reviews it"),
            ("tess", reverse("dashboard:order", args=[placed.number]), "staff will shortly review this order"),
            ("roos", reverse("control_panel:order", args=[placed.number]), "for the decision of the platform"),
        ):
            client.force_login(cast.user(who))
            page = client.get(url).content.decode()
            assert said in page, url
            assert not re.search(r"Resello BV (reviews|has) it|A manager of", page), url
        reject(cast, "admin", placed)
        client.force_login(cast.tess)
        page = client.get(reverse("dashboard:order", args=[placed.number])).content.decode()
        assert "Adele Admin rejected this order" in page

    def test_case_21_a_reseller_that_is_switched_off_decides_nothing_more(self, cast):
        (placed,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
        Company.objects.filter(pk=cast.resellobv.pk).update(is_active=False)

        refused_all(cast, ("roos", "mies"), (placed,))
        assert accept(cast, "admin", placed).status == "pending"

    def test_case_17_staff_decide_where_a_second_person_is_wanted_and_there_is_none(self, cast, waiting):
        Marketplace.objects.filter(pk=cast.main.pk).update(require_second_person=True)
        Order.objects.filter(pk=waiting.pk).update(placed_by=cast.victor)
        refused_all(cast, ("victor", "admin"), (waiting,))
        Member.objects.filter(user=cast.vera).update(is_active=False)
        assert Order.objects.left_to_platform().get() == waiting

        refused_all(cast, ("victor",), (waiting,))
        assert accept(cast, "admin", waiting).status == "pending"

    def test_the_health_page_shows_what_nobody_can_decide(self, cast, waiting, client):
        def reviews():
            return client.get("/healthz/ready").json()["reviews"]

        assert reviews() == {"left_to_platform": 0, "left_to_nobody": 0}
        Member.objects.filter(company=cast.globex).update(is_active=False)
        assert reviews() == {"left_to_platform": 1, "left_to_nobody": 0}
        User.objects.filter(is_staff=True).update(is_active=False)
        assert reviews() == {"left_to_platform": 1, "left_to_nobody": 1}


class TestTheMail:
    """Case 26: a link in a mail works logged out, changes nothing, and tells the wrong person nothing."""

    def test_case_26_the_link_of_a_mail(self, cast, waiting, client):
        page = Notice.objects.get(topic="order.review_requested", recipient=cast.victor).url
        asked = client.get(page)
        assert asked.headers["Location"] == f"/sign-in/?next={page}"
        typed = {"username": cast.victor.email, "password": PASSWORD, "next": page}
        assert client.post("/sign-in/", typed).headers["Location"] == page
        with nothing_changes():
            assert client.get(page).status_code == 200
        for who, status in (("ines", 404), ("roos", 404), ("hal", 404), ("bea", 403)):
            client.force_login(cast.user(who))
            with nothing_changes():
                assert client.get(page).status_code == status, who


class TestRejected:
    def test_case_5_final_for_everybody_but_it_can_be_ordered_again(self, cast, waiting):
        reject(cast, "victor", waiting)
        for who in ("victor", "vera"):
            with nothing_changes(), pytest.raises(Late):
                accept(cast, who, waiting)

        copied = order_again(actor=cast.actor("bea"), order_id=waiting.pk)

        assert [line.product.sku for line in copied.cart.lines.all()] == ["SERVER-01"]
        assert Order.objects.get(pk=waiting.pk).status == "rejected"


class TestTheRulingStands:
    def test_case_7_a_switch_counts_for_new_orders_only(self, cast, waiting):
        Product.objects.filter(sku="SERVER-01").update(needs_review="no")
        Product.objects.filter(sku="DESK-01").update(needs_review="yes")
        (free,) = ordered(cast, "ana", {"SERVER-01": 1})
        (flagged,) = ordered(cast, "ana", {"DESK-01": 1})

        assert Order.objects.get(pk=waiting.pk).status == "to_be_approved"
        assert (free.status, flagged.status) == ("pending", "to_be_approved")
        Product.objects.filter(sku="DESK-01").update(needs_review="no")
        with nothing_changes(), pytest.raises(Late):
            reject(cast, "victor", free)
        assert accept(cast, "victor", flagged).status == "pending"

    def test_case_22_a_retry_after_a_failure_asks_nobody_again(self, cast, waiting):
        accept(cast, "victor", waiting)
        with told_since() as news:
            fail(cast, "vera", waiting)
        assert sorted(n.partition(" ")[0] for n in news) == ["order.failed", *["order.failed_seller"] * 2]

        assert retry(cast, "victor", waiting).status == "pending"
        assert complete(cast, "victor", waiting).status == "completed"

    def test_case_24_nothing_of_an_order_is_ever_another_than_what_was_reviewed(self, cast, waiting):
        accept(cast, "victor", waiting)
        Listing.objects.update(unit_price=1)
        complete(cast, "victor", waiting)

        placed = Order.objects.select_related("review").get(pk=waiting.pk)
        assert order_content(placed, list(placed.lines.order_by("number"))).hash == placed.review.content_hash


class TestTheWorkflow:
    """From the order to its decision, check by check."""

    def test_unflagged_passes_straight_through(self, cast):
        with told_since() as news:
            (placed,) = ordered(cast, "bea", {"DESK-01": 1})

        assert (placed.status, placed.review_id, placed.needs_review) == ("pending", None, False)
        assert not [text for text in news if "review" in text]
        assert not Order.objects.visible_to(cast.actor("victor")).to_review().exists()

    def test_marked_to_be_approved(self, cast, waiting):
        event = waiting.events.get()
        assert (event.kind, event.to_status, event.actor_name) == ("order.placed", "to_be_approved", "Bea Lindt")
        assert event.at == waiting.status_since
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=waiting.pk).update(status="approved")
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=waiting.pk).update(needs_review=False)

    def test_customer_notice_and_dashboard_list(self, cast, waiting, client):
        said = facts_for("bea", "order.to_review")
        assert (said["number"], said["lines"][0]["name"]) == (waiting.number, "Server management")
        client.force_login(cast.bea)
        listed = client.get(reverse("dashboard:orders"), {"status": "to_be_approved"}).content.decode()
        for text in (waiting.number, "Server management", "To be approved"):
            assert text in listed
        assert "Withdraw" in client.get(reverse("dashboard:order", args=[waiting.number])).content.decode()

    def test_auditor_notice_and_queue(self, cast, client):
        with told_since() as news:
            (placed,) = ordered(cast, "bea", {"SERVER-01": 1})
        # Every auditor and manager of the company that audits it, and nobody else of the seller's side.
        asked = sorted(text for text in news if "review_requested" in text)
        assert asked == ["order.review_requested to vera", "order.review_requested to victor"]
        for who, there in (("victor", True), ("vera", True), ("ines", False), ("roos", False)):
            client.force_login(cast.user(who))
            assert (placed.number in client.get(reverse("control_panel:review")).content.decode()) == there, who

    def test_approve(self, cast, waiting):
        assert waiting.lines.get().delivery_state == "waiting"
        with told_since() as news:
            placed = accept(cast, "victor", waiting)

        assert (placed.status, placed.review.decided_by_name) == ("pending", "Victor Lang")
        assert placed.review.decided_at == placed.status_since
        assert placed.lines.get().delivery_state == "open"
        assert "order.approved to bea" in news

    def test_reject_and_case_13_needs_a_reason_that_the_customer_reads_and_keeps_the_note_inside(self, cast, waiting):
        with nothing_changes(), pytest.raises(Invalid):
            reject(cast, "victor", waiting, reason=" ")
        with told_since() as news:
            placed = reject(cast, "victor", waiting, reason="Not in your country.", note="Embargo.")

        assert (placed.status, placed.lines.get().delivery_state) == ("rejected", "cancelled")
        assert news == ["order.rejected to bea"]
        said = facts_for("bea", "order.rejected")
        assert said["reason"] == "Not in your country."
        assert "Embargo" not in str(said)

    def test_case_14_a_withdrawn_order_leaves_the_queue_and_its_auditors_are_told(self, cast, waiting):
        with told_since() as news:
            assert withdraw(cast, "bea", waiting).status == "cancelled"

        assert sorted(news) == ["order.withdrawn to vera", "order.withdrawn to victor"]
        assert not Order.objects.to_review().exists()

    def test_concurrency_and_idempotency_case_4_the_second_learns_and_nothing_is_sent_twice(self, cast, waiting):
        accept(cast, "victor", waiting)

        for who, move in (("victor", accept), ("vera", accept), ("vera", reject), ("bea", withdraw)):
            with nothing_changes(), pytest.raises(Late) as refused:
                move(cast, who, waiting)
            assert f"Victor Lang already approved order {waiting.number} on " in refused.value.text

    def test_audit_trail(self, cast, waiting):
        at = waiting.created_at + DAY
        reject(cast, "vera", waiting, reason="No.", now=at)

        rows = waiting.events.order_by("number").values_list(
            "kind", "from_status", "to_status", "actor_name", "role", "comment", "channel"
        )
        assert list(rows) == [
            ("order.placed", "", "to_be_approved", "Bea Lindt", "buyer", "", "portal"),
            ("order.rejected", "to_be_approved", "rejected", "Vera Moss", "manager", "No.", "portal"),
        ]
        assert waiting.events.get(number=2).at == at
        check_histories()
        # Whoever takes one away or rewrites it is found out.
        first, last = waiting.events.order_by("number")
        placed = Order.objects.get(pk=waiting.pk)
        first.to_status = "pending"
        assert faults(placed, [last])
        assert faults(placed, [first, last])

    def test_audit_trail_as_a_file(self, cast, waiting, client):
        reject(cast, "vera", waiting, reason="=1+1, and no.")
        for who, area, status in (
            ("victor", "control_panel", 200),
            ("bea", "dashboard", 200),
            ("ines", "control_panel", 404),
        ):
            client.force_login(cast.user(who))
            answer = client.get(reverse(f"{area}:order_history", args=[waiting.number]))
            assert answer.status_code == status
            if status == 200:
                assert f'filename="{waiting.number}-history.csv"' in answer["Content-Disposition"]
                assert answer["Content-Type"].startswith("text/csv")
                rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
                assert [(row["number"], row["kind"], row["by"], row["toStatus"]) for row in rows] == [
                    ("1", "order.placed", "Bea Lindt", "to_be_approved"),
                    ("2", "order.rejected", "Vera Moss", "rejected"),
                ]
                # A spreadsheet shows it and does not calculate.
                assert rows[1]["comment"] == "'=1+1, and no."
                assert [row["hash"] for row in rows] == list(
                    waiting.events.order_by("number").values_list("hash", flat=True)
                )


def refused_all(cast, people, orders):
    for who in people:
        for placed in orders:
            with nothing_changes(), pytest.raises(NotYours):
                accept(cast, who, placed)


class TestWhatChangedMeanwhile:
    """Check "Review screen". Cases 6 (withdrawn), 8 (price changed), 27 (customer disabled), 11 (plan withdrawn)."""

    def test_case_6_withdrawn_is_refused_unless_it_is_honoured_with_a_reason(self, cast, waiting):
        Product.objects.filter(sku="SERVER-01").update(is_active=False)
        with nothing_changes(), pytest.raises(Late) as refused:
            accept(cast, "victor", waiting)
        assert refused.value.code == "blocked"
        assert "Server management (SERVER-01) has been withdrawn" in refused.value.details[0]
        with nothing_changes(), pytest.raises(Late):
            accept(cast, "victor", waiting, honour_reason="  ")

        placed = accept(cast, "victor", waiting, honour_reason="Promised by phone.")

        assert (placed.status, placed.status_reason) == ("pending", "")
        event = placed.events.get(kind="order.approved")
        assert (event.comment, event.facts) == ("Promised by phone.", {"honoured": ["product_withdrawn SERVER-01"]})
        # The customer is not told why.
        assert event.comment_for_customer == ""
        assert "Promised" not in str(facts_for("bea", "order.approved"))
        check_histories()

    def test_case_6_plan_offer_and_marketplace_block_too_and_rejecting_stays_possible(self, cast, waiting):
        for model, key in ((Listing, cast.listing("SERVER-01").pk), (Marketplace, cast.main.pk)):
            model.objects.filter(pk=key).update(is_active=False)
            with nothing_changes(), pytest.raises(Late):
                accept(cast, "victor", waiting)
            model.objects.filter(pk=key).update(is_active=True)
        Listing.objects.filter(pk=cast.listing("SERVER-01").pk).update(is_active=False)

        assert reject(cast, "victor", waiting).status == "rejected"

    def test_case_8_the_price_agreed_counts_whatever_it_is_today(self, cast, waiting):
        Listing.objects.filter(pk=cast.listing("SERVER-01").pk).update(unit_price=2000)
        (warning,) = warnings_of(order_now(waiting))
        assert (warning.code, warning.blocks) == ("price_changed", False)

        placed = accept(cast, "victor", waiting)

        assert placed.gross == waiting.gross
        assert placed.events.get(kind="order.approved").facts == {}

    def test_case_27_nothing_is_approved_for_a_disabled_customer_whatever_is_honoured(self, cast, waiting):
        other = ordered(cast, "ana", {"SERVER-01": 1})[0]
        User.objects.filter(pk=cast.bea.pk).update(is_active=False)
        for more in ({}, {"honour_reason": "They will be back."}):
            with nothing_changes(), pytest.raises(Late) as refused:
                accept(cast, "victor", waiting, **more)
            assert "Bea Lindt has been disabled" in refused.value.details[0]
        assert reject(cast, "victor", waiting).status == "rejected"

        Company.objects.filter(pk=cast.northwind.pk).update(is_active=False)
        with nothing_changes(), pytest.raises(Late):
            accept(cast, "victor", other)

    def test_who_left_the_company_is_a_warning_only(self, cast, waiting):
        Member.objects.filter(user=cast.bea).update(is_active=False)

        assert [warning.code for warning in warnings_of(order_now(waiting))] == ["customer_left"]
        assert accept(cast, "victor", waiting).status == "pending"
