"""What if a period is renewed, a trial ends, a price falls or a colleague leaves while a change is under way?"""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from approvals.lifecycle import Status
from catalog.models import Listing
from catalog.models.product import Provisioning
from config.kit.refused import Late
from notifications.models import WebhookDelivery
from orders.board import moves_for
from orders.lifecycle import DeliveryState
from orders.models import Order, Subscription
from orders.services.delivery import cancel_order
from orders.services.subscription_ending import renew_due
from orders.vendor_calls import call_to_deliver
from tests.stories.scenes import (
    accept,
    again,
    approve,
    approve_and_order,
    cancel,
    fail,
    nothing_changes,
    retry,
    told_since,
)
from tests.stories.subscriptions import ask_change, change, running, sell_by_plan, terminate
from tests.world import scene


@scene
def plans(cast):
    return sell_by_plan(cast)


def let_it_end(subscription):
    Subscription.objects.filter(pk=subscription.pk).update(renews_at=timezone.now() - timedelta(seconds=1))


def test_who_renewed_at_the_smaller_price_does_not_get_the_larger_back(cast, plans):
    large = running(cast, "ana", plans["BASIC"], 10)
    order = change(cast, "ana", large, None, 1)
    accept(cast, "victor", order)
    renew_due(again(large).renews_at)

    with nothing_changes(), pytest.raises(Late, match="renewed on these terms"):
        cancel(cast, "ana", order)
    assert "cancel" not in moves_for(again(order), cast.actor("ana"))  # nor is it offered
    assert "cancel" in moves_for(again(order), cast.actor("victor"))
    assert Order.objects.get(kind="renewal").gross == again(large).gross


def test_what_is_given_back_after_a_renewal_of_another_length_is_renewed_once_a_period(cast, plans):
    monthly = running(cast, "ana", plans["BASIC"], 10)
    order = change(cast, "ana", monthly, plans["ANNUAL"], 1)
    accept(cast, "victor", order)
    end = again(monthly).renews_at
    renew_due(end + timedelta(minutes=1))
    year = again(monthly).renews_at
    cancel_order(actor=cast.actor("victor"), order_id=order.pk, reason="No.", now=end + timedelta(days=2))

    assert renew_due(year + timedelta(minutes=1))
    assert not renew_due(year + timedelta(minutes=1))
    found = again(monthly)
    assert found.period_starts_at == year
    assert timedelta(days=27) < found.renews_at - year < timedelta(days=32)


def test_a_yes_revives_no_trial_that_is_over(cast, plans):
    trial = running(cast, "ana", plans["BASIC"], trial=True)
    order = change(cast, "ana", trial, plans["BASIC"])
    let_it_end(trial)
    with nothing_changes(), pytest.raises(Late):
        accept(cast, "victor", order)


@pytest.mark.parametrize("say_yes", [approve, approve_and_order])
def test_nor_does_an_approvers_and_the_request_ends_with_it(cast, plans, say_yes):
    trial = running(cast, "ana", plans["BASIC"], trial=True)
    Subscription.objects.filter(pk=trial.pk).update(owner=cast.rita, owner_name="Rita Okafor")
    approval = ask_change(cast, "rita", again(trial), plans["BASIC"], "ana").settled()
    let_it_end(trial)
    with told_since() as news, pytest.raises(Late, match="has ended"):
        say_yes(cast, "ana", approval)
    assert again(trial).status == "terminated"
    assert again(approval).status == Status.CLOSED
    assert "approval.closed to rita" in news
    assert not Order.objects.exclude(kind__in=("trial", "termination")).exists()


def test_an_approved_change_is_ordered_at_a_lower_price_of_today(cast, plans):
    hers = running(cast, "rita", plans["BASIC"])
    approval = ask_change(cast, "rita", hers, plans["PRO"], "ana").settled()
    Listing.objects.filter(pk=plans["PRO"].pk).update(unit_price=Decimal(200))
    checkout = approve_and_order(cast, "ana", approval).settled()
    accept(cast, "victor", checkout.orders.get())

    assert again(hers).gross == Decimal("476.00")  # 2 x 200 EUR net, 19 %
    assert checkout.approved_gross == approval.gross > checkout.gross


def test_the_vendors_system_is_told_which_trial_is_kept(cast, plans):
    trial = running(cast, "ana", plans["BASIC"], trial=True)
    order = change(cast, "ana", trial, plans["BASIC"])
    order.lines.update(delivery_kind=Provisioning.WEBHOOK, delivery_state=DeliveryState.OPEN)
    call_to_deliver([(order, list(order.lines.all()))], timezone.now())
    (delivery,) = json.loads(WebhookDelivery.objects.get().body)["data"]["deliveries"]
    assert delivery["subscriptionId"] == trial.number


def test_an_accepted_change_that_nobody_began_to_deliver_is_cancelled_with_its_subscription(cast, plans):
    running_one = running(cast, "ana", plans["BASIC"])
    order = change(cast, "ana", running_one, plans["PRO"])
    accept(cast, "victor", order)
    with told_since() as news:
        terminate(cast, "ana", running_one)
    assert (again(order).status, again(order).lines.get().delivery_state) == ("cancelled", "cancelled")
    assert again(order).status_reason == f"Subscription {running_one.number} was terminated."
    assert {"order.cancelled to ana", "order.cancelled to victor"} <= set(news)
    assert again(running_one).plan_id == plans["PRO"].plan_id, "what ended keeps what it was"
    kinds = list(again(running_one).events.order_by("number").values_list("kind", flat=True))
    assert kinds[-2:] == ["subscription.changed", "subscription.terminated"]


def test_nothing_of_an_ended_subscription_is_tried_again(cast, plans):
    running_one = running(cast, "ana", plans["BASIC"])
    order = change(cast, "ana", running_one, plans["PRO"])
    accept(cast, "victor", order)
    fail(cast, "victor", order)
    terminate(cast, "ana", running_one)
    with nothing_changes(), pytest.raises(Late, match="has ended"):
        retry(cast, "victor", order)


def test_an_admin_changes_what_a_colleague_began_who_is_disabled_now(cast, plans):
    hers = running(cast, "rita", plans["BASIC"])
    type(cast.rita).objects.filter(pk=cast.rita.pk).update(is_active=False)
    placed = change(cast, "ana", hers, plans["PRO"])
    accept(cast, "victor", placed)
    assert again(hers).plan_id == plans["PRO"].plan_id
