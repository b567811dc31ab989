"""After a yes: delivering line by line, failing, trying again, cancelling."""

from decimal import Decimal

import pytest

from companies.models import Member
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Order
from tests.stories.scenes import (
    accept,
    again,
    cancel,
    check_histories,
    complete,
    facts_for,
    fail,
    happened,
    nothing_changes,
    now,
    ordered,
    retry,
    start,
    told_since,
)
from tests.world import scene

LINKS = [{"label": "Your console", "url": "https://console.globex.example/x"}]


@scene
def pending(cast):
    """Bea's order of a desk and a virtual desktop, both Globex's to deliver."""
    return ordered(cast, "bea", {"DESK-01": 1, "VDI-01": 2})[0]


def line(placed, sku):
    return placed.lines.get(sku=sku)


class TestCompleting:
    def test_all_at_once_with_instructions_and_links(self, cast, pending):
        at = now()

        with told_since() as news:
            complete(cast, "victor", pending, instructions="Sign in with your mail address.", links=LINKS, now=at)

        placed = again(pending)
        assert (placed.status, placed.status_since) == ("completed", at)
        for each in placed.lines.all():
            assert (each.delivery_state, each.delivered_at) == ("completed", at)
            assert (each.instructions, each.links) == ("Sign in with your mail address.", LINKS)
        assert news == ["order.completed to bea"]
        facts = facts_for("bea", "order.completed")
        assert facts["instructions"][0] == {
            "name": "Standing desk",
            "text": "Sign in with your mail address.",
            "links": LINKS,
        }
        assert facts["lines"] == [
            {"name": "Standing desk", "quantity": "1", "gross": "595.00 EUR"},
            {"name": "Virtual desktop", "quantity": "2", "gross": "190.40 EUR"},
        ]
        assert happened(placed) == ["order.placed", "order.completed"]
        check_histories()

    def test_line_by_line(self, cast, pending):
        with told_since() as news:
            complete(cast, "victor", pending, line_ids=[line(pending, "DESK-01").pk])
        assert again(pending).status == "provisioning"
        assert news == []

        with told_since() as news:
            complete(cast, "vera", pending, line_ids=[line(pending, "VDI-01").pk])
        assert again(pending).status == "completed"
        assert news == ["order.completed to bea"]
        assert happened(pending) == ["order.placed", "order.started", "order.completed"]

    def test_after_it_was_started(self, cast, pending):
        with told_since() as news:
            start(cast, "victor", pending)
        assert (again(pending).status, news) == ("provisioning", [])

        assert complete(cast, "victor", pending).status == "completed"

    def test_quantities_with_decimals_are_told_as_they_are(self, cast):
        (placed,) = ordered(cast, "bea", {"DESK-01": "1.5", "CHAIR-01": "10"})[:1]

        complete(cast, "victor", placed)

        assert facts_for("bea", "order.completed")["lines"] == [
            {"name": "Standing desk", "quantity": "1.5", "gross": "892.50 EUR"}
        ]

    @pytest.mark.parametrize(
        "links",
        [
            [{"label": "x", "url": "javascript:alert(1)"}],
            [{"label": "x", "url": "data:text/html,x"}],
            [{"label": "x", "url": "//evil.example"}],
            [{"label": "x", "url": "https://"}],
            [{"label": "x", "url": "http://[half"}],
            [{"label": "only a label", "url": ""}],
            [{"label": "x", "url": f"https://x.example/{'a' * 500}"}],
            [{"label": "x", "url": "https://x.example/\x00"}],
            [{"label": "\ud800", "url": "https://x.example/"}],
            [{"label": "x", "url": "https://x.example"}] * 21,
        ],
    )
    def test_links_that_lead_nowhere_good(self, cast, pending, links):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            complete(cast, "victor", pending, links=links)

        assert refused.value.field == "links"

    def test_empty_links_are_left_out_and_one_without_a_label_is_called_by_its_address(self, cast, pending):
        complete(cast, "victor", pending, links=[{"label": "", "url": " "}, {"url": "http://x.example"}])

        assert line(pending, "DESK-01").links == [{"label": "http://x.example", "url": "http://x.example"}]

    def test_instructions_in_html_are_kept_as_written(self, cast, pending):
        complete(cast, "victor", pending, instructions="<b>Pull</b> the {{ handle }}.")

        assert line(pending, "DESK-01").instructions == "<b>Pull</b> the {{ handle }}."

    @pytest.mark.parametrize("instructions", ["x" * 5001, "\x00", "\udfff"])
    def test_instructions_that_cannot_be_kept(self, cast, pending, instructions):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            complete(cast, "victor", pending, instructions=instructions)

        assert refused.value.field == "instructions"


class TestFailing:
    def test_tells_customer_and_seller_what_failed(self, cast, pending):
        with told_since() as news:
            fail(cast, "victor", pending, "The depot burnt down.")

        placed = again(pending)
        assert (placed.status, placed.status_reason) == ("failed", "The depot burnt down.")
        assert set(placed.lines.values_list("delivery_state", flat=True)) == {"failed"}
        assert sorted(news) == ["order.failed to bea", "order.failed_seller to vera", "order.failed_seller to victor"]
        assert facts_for("bea", "order.failed")["reason"] == "The depot burnt down."

    def test_one_line_fails_the_order_once_none_is_open(self, cast, pending):
        fail(cast, "victor", pending, "No desks left.", line_ids=[line(pending, "DESK-01").pk])
        assert again(pending).status == "provisioning"

        with told_since() as news:
            complete(cast, "victor", pending)

        assert again(pending).status == "failed"
        assert "order.failed to bea" in news
        assert again(pending).status_reason == "No desks left."
        assert facts_for("bea", "order.failed")["reason"] == "No desks left."

    @pytest.mark.parametrize("instructions", ["", "  "])
    def test_needs_an_explanation(self, cast, pending, instructions):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            fail(cast, "victor", pending, instructions)

        assert refused.value.field == "instructions"


class TestRetrying:
    def test_opens_what_failed_without_a_new_review(self, cast):
        (placed,) = ordered(cast, "bea", {"SERVER-01": 1})
        accept(cast, "victor", placed)
        fail(cast, "victor", placed)

        retry(cast, "vera", placed)

        assert again(placed).status == "pending"
        opened = placed.lines.get()
        assert (opened.delivery_state, opened.instructions, opened.delivered_at) == ("open", "", None)
        assert again(placed).review.status == "APPROVED"
        assert complete(cast, "victor", placed).status == "completed"
        assert happened(placed) == [
            *("order.placed", "order.approved", "order.failed", "order.retried", "order.completed"),
        ]

    def test_leaves_what_was_delivered(self, cast, pending):
        complete(cast, "victor", pending, line_ids=[line(pending, "DESK-01").pk])
        fail(cast, "victor", pending)

        retry(cast, "victor", pending)

        assert line(pending, "DESK-01").delivery_state == "completed"
        assert line(pending, "VDI-01").delivery_state == "open"

    def test_after_a_part_was_delivered_the_customer_can_no_longer_cancel(self, cast, pending):
        complete(cast, "victor", pending, line_ids=[line(pending, "DESK-01").pk])
        fail(cast, "victor", pending)

        with told_since() as news:
            retry(cast, "victor", pending)

        assert (again(pending).status, news) == ("provisioning", [])
        with nothing_changes(), pytest.raises(Late):
            cancel(cast, "bea", pending)
        assert complete(cast, "victor", pending).status == "completed"

    def test_only_of_a_failed_order(self, cast, pending):
        with nothing_changes(), pytest.raises(Late):
            retry(cast, "victor", pending)

    def test_a_deliverer_who_is_not_the_seller_may_not(self, cast):
        (placed,) = ordered(cast, "tess", {"DESK-01": 1}, "resello")
        fail(cast, "vera", placed)

        with nothing_changes(), pytest.raises(NotYours):
            retry(cast, "vera", placed)
        assert retry(cast, "mies", placed).status == "pending"


class TestCancelling:
    def test_by_the_customer_before_it_starts(self, cast, pending):
        with told_since() as news:
            cancel(cast, "bea", pending)

        assert again(pending).status == "cancelled"
        assert set(pending.lines.values_list("delivery_state", flat=True)) == {"cancelled"}
        assert sorted(news) == ["order.cancelled to vera", "order.cancelled to victor"]

    def test_by_an_admin_of_the_company_tells_the_buyer_too(self, cast, pending):
        with told_since() as news:
            cancel(cast, "ana", pending)

        assert "order.cancelled to bea" in news

    def test_by_the_seller_with_a_reason(self, cast, pending):
        with told_since() as news:
            cancel(cast, "victor", pending, reason="Out of stock.")

        assert (again(pending).status, again(pending).status_reason) == ("cancelled", "Out of stock.")
        assert sorted(news) == ["order.cancelled to bea", "order.cancelled to vera"]
        assert facts_for("bea", "order.cancelled")["reason"] == "Out of stock."

    def test_by_the_seller_without_one_is_refused(self, cast, pending):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            cancel(cast, "victor", pending, reason=" ")

        assert refused.value.field == "reason"

    def test_by_the_seller_after_a_failure(self, cast, pending):
        fail(cast, "victor", pending)

        assert cancel(cast, "victor", pending, reason="We give up.").status == "cancelled"

    def test_not_by_the_customer_after_a_failure(self, cast, pending):
        fail(cast, "victor", pending)

        with nothing_changes(), pytest.raises(NotYours):
            cancel(cast, "bea", pending)

    def test_not_once_it_started(self, cast, pending):
        start(cast, "victor", pending)

        for who in ("bea", "victor"):
            with nothing_changes(), pytest.raises(Late) as refused:
                cancel(cast, who, pending, reason="Please.")
            assert refused.value.text.startswith(f"Victor Lang already started to deliver order {pending.number} on ")
            assert refused.value.text.endswith(" UTC. It is being delivered.")

    def test_what_was_delivered_stays_delivered(self, cast, pending):
        complete(cast, "victor", pending, line_ids=[line(pending, "DESK-01").pk])
        fail(cast, "victor", pending)

        cancel(cast, "victor", pending, reason="We give up.")

        assert line(pending, "DESK-01").delivery_state == "completed"
        assert line(pending, "VDI-01").delivery_state == "cancelled"

    def test_the_vendor_of_a_resold_order_is_told_without_prices(self, cast):
        (placed,) = ordered(cast, "tess", {"DESK-01": 1}, "resello")

        with told_since() as news:
            cancel(cast, "tess", placed)

        assert sorted(news) == [f"order.cancelled to {who}" for who in ("mies", "roos", "vera", "victor")]
        assert facts_for("roos", "order.cancelled")["total"]
        facts = facts_for("victor", "order.cancelled")
        assert (facts["reader"], facts["total"]) == ("seller", "")
        assert [each["gross"] for each in facts["lines"]] == [""]

    def test_an_order_that_waits_for_review_is_withdrawn_not_cancelled(self, cast):
        (placed,) = ordered(cast, "bea", {"SERVER-01": 1})

        with nothing_changes(), pytest.raises(Late):
            cancel(cast, "bea", placed)


class TestWhoMayNot:
    MOVES = (start, complete, fail, retry)

    @pytest.mark.parametrize(
        "who", ["rita", "carl", "alice", "paula", "olga", "hal", "ines", "roos", "mies", "tess", "dora"]
    )
    def test_outsiders_are_told_there_is_none(self, cast, pending, who):
        for move in (*self.MOVES, cancel):
            with nothing_changes(), pytest.raises(Missing):
                move(cast, who, pending)

    @pytest.mark.parametrize("who", ["bea", "ana", "sam", "admin"])
    def test_customers_sales_and_staff_do_not_deliver(self, cast, pending, who):
        for move in self.MOVES:
            with nothing_changes(), pytest.raises(NotYours):
                move(cast, who, pending)

    def test_staff_stand_in_where_nobody_is_left(self, cast, pending):
        Member.objects.filter(company=cast.globex, role__in=["auditor", "manager"]).update(is_active=False)

        assert complete(cast, "admin", pending).status == "completed"

    def test_who_has_just_left_does_not_deliver(self, cast, pending):
        Member.objects.filter(user=cast.victor).update(is_active=False)

        with nothing_changes(), pytest.raises(NotYours):
            complete(cast, "victor", pending)

    def test_nothing_is_delivered_before_the_review(self, cast):
        (placed,) = ordered(cast, "bea", {"SERVER-01": 1})

        for move in self.MOVES:
            with nothing_changes(), pytest.raises(Late):
                move(cast, "victor", placed)

    def test_reseller_and_vendor_both_deliver_what_is_resold(self, cast):
        for who in ("roos", "mies", "victor", "vera"):
            (placed,) = ordered(cast, "tess", {"DESK-01": 1}, "resello")
            assert complete(cast, who, placed).status == "completed"


class TestLines:
    @pytest.mark.parametrize("line_ids", [[], [0], [-1], [10**15]])
    def test_that_are_not_there(self, cast, pending, line_ids):
        for move in (complete, fail):
            with nothing_changes(), pytest.raises(Invalid) as refused:
                move(cast, "victor", pending, line_ids=line_ids)
            assert refused.value.field == "lines"

    def test_of_another_order(self, cast, pending):
        (other,) = ordered(cast, "ana", {"DESK-01": 1})
        mixed = [line(pending, "DESK-01").pk, line(other, "DESK-01").pk]

        with nothing_changes(), pytest.raises(Invalid):
            complete(cast, "victor", pending, line_ids=mixed)

    def test_that_are_delivered_already(self, cast, pending):
        desk = line(pending, "DESK-01").pk
        complete(cast, "victor", pending, line_ids=[desk])

        for move in (complete, fail):
            with nothing_changes(), pytest.raises(Invalid):
                move(cast, "victor", pending, line_ids=[desk])

    def test_named_twice_are_one(self, cast, pending):
        desk = line(pending, "DESK-01").pk

        complete(cast, "victor", pending, line_ids=[desk, desk])

        assert line(pending, "DESK-01").delivery_state == "completed"


class TestTooLate:
    def test_after_completion(self, cast, pending):
        complete(cast, "victor", pending)

        for move in (start, complete, fail, retry, cancel):
            with nothing_changes(), pytest.raises(Late) as refused:
                move(cast, "vera", pending)
            assert refused.value.text.startswith(f"Victor Lang already completed order {pending.number} on ")

    def test_after_cancelling(self, cast, pending):
        cancel(cast, "bea", pending)

        for move in (start, complete, fail, retry):
            with nothing_changes(), pytest.raises(Late):
                move(cast, "victor", pending)


def test_amounts_of_an_order_never_change_on_its_way(cast, pending):
    before = Order.objects.values("lines_gross", "shipping_gross", "gross").get(pk=pending.pk)
    fail(cast, "victor", pending)
    retry(cast, "victor", pending)
    complete(cast, "victor", pending)

    assert Order.objects.values("lines_gross", "shipping_gross", "gross").get(pk=pending.pk) == before
    assert before["lines_gross"] == Decimal("785.40")
