"""The checks and open cases of the order review workflow that are about subscriptions, each under its name."""

from datetime import timedelta

import pytest

from config.kit.refused import Invalid, Late
from notifications.models import Notice
from notifications.wording import headline
from orders.models import Order, Subscription
from orders.services.subscription_ending import renew_due
from tests.stories.scenes import accept, again, facts_for, nothing_changes, reject, told_since
from tests.stories.subscriptions import ask_change, change, changes, running, sell_by_plan, subscribe, terminate, values
from tests.world import scene


@scene
def plans(cast):
    return sell_by_plan(cast)


@pytest.fixture
def basic(cast, plans):
    return running(cast, "ana", plans["BASIC"])


def test_modification_orders(cast, plans, basic):
    """Check "Modification orders": request an upgrade, the subscription's plan stays; approve, the plan changes."""
    before = values(basic)
    order = change(cast, "ana", basic, plans["PRO"])
    assert (order.kind, order.status, values(basic)) == ("modification", "to_be_approved", before)
    assert order.lines.get().changed_from["plan_code"] == "BASIC"
    # Both sides read from what to what, in the mail as well.
    said = facts_for("victor", "order.review_requested")
    assert (said["subscription"], said["change"]) == (basic.number, "Basic × 2 → Server management, Pro × 2")
    for who, topic in (("victor", "order.review_requested"), ("ana", "order.to_review")):
        notice = Notice.objects.get(topic=topic, recipient=cast.user(who), facts__change=said["change"])
        assert "Basic × 2 → Server management, Pro × 2" in headline(notice, "UTC")

    accept(cast, "victor", order)

    assert again(basic).plan.code == "PRO"


def test_a_rejected_modification_leaves_the_subscription_as_it_was(cast, plans, basic):
    """Case 9: untouched in every field, still running; the order is rejected and the reason can be read."""
    before = values(basic)
    order = change(cast, "ana", basic, plans["PRO"])

    with told_since() as news:
        reject(cast, "victor", order, reason="Pro is sold out.")

    assert values(basic) == before
    assert (again(order).status, changes(basic)) == ("rejected", ["refused"])
    assert news == ["order.rejected to ana"]
    assert facts_for("ana", "order.rejected")["reason"] == "Pro is sold out."


def test_a_second_modification_while_one_waits(cast, plans, basic):
    """Case 10: refused with the number of the one that waits."""
    waiting = change(cast, "ana", basic, plans["PRO"])

    with nothing_changes(), pytest.raises(Late, match=waiting.number) as refused:
        change(cast, "ana", basic, quantity=5)

    assert refused.value.details == (waiting.number,)


@pytest.mark.parametrize("asked", [False, True], ids=["waits for its review", "waits for an approval"])
def test_terminated_while_a_change_waits(cast, plans, asked):
    """Case 11: the change is taken back with the subscription, and everybody who was asked is told."""
    hers = running(cast, "rita", plans["BASIC"])
    approval = order = None
    if asked:
        approval = ask_change(cast, "rita", hers, plans["PRO"], "tom").settled()
    else:
        Subscription.objects.update(owner=cast.bea)
        order = change(cast, "bea", hers, plans["PRO"])

    with told_since() as news:
        terminate(cast, "ana", hers)

    assert (again(hers).status, changes(hers)) == ("terminated", ["withdrawn"])
    sellers = {"subscription.ended to victor", "subscription.ended to vera"}
    if approval:
        assert again(approval).status == "CLOSED"
        assert set(news) == sellers | {
            "subscription.ended to rita",
            "approval.closed to rita",
            "approval.closed to tom",
        }
    else:
        assert (again(order).status, again(order.review).status) == ("cancelled", "CLOSED")
        assert set(news) == sellers | {
            "subscription.ended to bea",
            "order.cancelled to bea",
            "order.withdrawn to victor",
            "order.withdrawn to vera",
        }
    assert len(news) == len(set(news))


def test_renewed_while_a_change_waits(cast, plans, basic):
    """Case 11: the renewal keeps the old terms, the change is still valid and is applied when it is accepted."""
    order = change(cast, "ana", basic, plans["PRO"])

    renew_due(basic.renews_at)

    assert Order.objects.get(kind="renewal").gross == 238
    assert (again(basic).plan.code, again(order).status) == ("BASIC", "to_be_approved")
    accept(cast, "victor", order)
    assert (again(basic).plan.code, again(basic).periods) == ("PRO", 2)


def test_expired_while_a_change_waits(cast, plans):
    """Case 11: a trial that ends takes the wish to keep it with it; the customer is told and subscribes anew."""
    trial = running(cast, "ana", plans["BASIC"], trial=True)
    order = change(cast, "ana", trial)

    with told_since() as news:
        renew_due(trial.renews_at)

    assert (again(trial).status, again(order).status, changes(trial)) == ("terminated", "cancelled", ["withdrawn"])
    assert {"order.cancelled to ana", "subscription.ended to ana", "order.withdrawn to victor"} <= set(news)
    subscribe(cast, "ana", plans["BASIC"])


def test_a_change_begins_when_it_is_accepted(cast, plans, basic):
    """Case 12: there is no start date to be missed; what was asked for long ago begins with the acceptance."""
    order = change(cast, "ana", basic, plans["ANNUAL"])
    later = basic.period_starts_at + timedelta(days=20)

    accept(cast, "victor", order, now=later)

    assert again(basic).period_starts_at == later


def test_one_trial_per_company_and_product(cast, plans):
    """Case 23: one that waits for its review counts; another company has its own, a rejected one is none."""
    waiting = subscribe(cast, "ana", plans["BASIC"], trial=True)

    with told_since() as news, pytest.raises(Invalid) as refused:
        subscribe(cast, "bea", plans["BASIC"], trial=True)
    assert (refused.value.code, news, Subscription.objects.count()) == ("tried_before", [], 1)

    subscribe(cast, "alice", plans["BASIC"], trial=True)
    reject(cast, "victor", waiting)
    subscribe(cast, "bea", plans["BASIC"], trial=True)


def test_keeping_a_trial_is_reviewed_as_a_purchase(cast, plans):
    """Trial to paid: what is kept costs a period, and waits for the seller like any purchase of it."""
    trial = running(cast, "ana", plans["BASIC"], trial=True)

    order = change(cast, "ana", trial)

    assert (order.kind, order.gross, order.status) == ("purchase", 238, "to_be_approved")
    assert again(trial).is_trial
    accept(cast, "victor", order)
    kept = again(trial)
    assert (kept.is_trial, kept.periods, Subscription.objects.count()) == (False, 1, 1)
