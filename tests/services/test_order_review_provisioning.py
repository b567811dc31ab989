"""Checks of the order review workflow that are about provisioning: by people, by a vendor's system, and at once."""

import json
from collections import Counter

import pytest
from standardwebhooks import Webhook

from catalog.models import Product
from config.kit.refused import Invalid
from notifications.models import CallState, WebhookDelivery
from notifications.webhooks import calling
from notifications.webhooks.secrets import secret_of
from orders.services.delivery import completed_with, deliver_line
from tests.services.hooks import LOCAL, System, check_documented, register, serve
from tests.stories import subscriptions as subs
from tests.stories.scenes import (
    accept,
    again,
    cancel,
    check_histories,
    complete,
    facts_for,
    fail,
    happened,
    ordered,
    reject,
    retry,
    told_since,
    withdraw,
)
from tests.world import scene

pytestmark = pytest.mark.django_db

LINKS = [{"label": "Your console", "url": "https://console.globex.example/x"}]


@pytest.fixture
def system(settings):
    settings.WEBHOOK_RULES = LOCAL
    it = System()
    server = serve(it)
    yield it
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(cast, system):
    return register(cast, system)


@scene
def reviewed(cast):
    """The server is reviewed, and delivered by Globex's system."""
    Product.objects.filter(sku="SERVER-01").update(provisioning="webhook")
    return cast


def events(system) -> list[dict]:
    calling.call_due()
    found = [json.loads(body) for _, _, body in system.calls]
    for event in found:
        check_documented(event)
    return found


def test_normal_provisioning_by_hand_by_a_system_and_at_once(cast, system, endpoint):
    """Check "Normal provisioning": manual and webhook; the customer reads the instructions and gets the outcome."""
    (by_hand,) = ordered(cast, "bea", {"DESK-01": 1})
    with told_since() as news:
        complete(cast, "victor", by_hand, instructions="It stands in room 4.", links=LINKS)
    assert (again(by_hand).status, news) == ("completed", ["order.completed to bea"])
    assert facts_for("bea", "order.completed")["instructions"][0]["text"] == "It stands in room 4."
    assert not WebhookDelivery.objects.exists(), "no system has anything to do with it"

    with told_since() as news:
        (by_system,) = ordered(cast, "bea", {"VDI-01": 2})
    assert news == ["order.placed to bea"], "people are not asked to do what a system does"
    (event,) = events(system)
    delivery = event["data"]["deliveries"][0]["id"]
    with told_since() as news:
        said = completed_with("Sign in with your mail address.", LINKS)
        deliver_line(actor=cast.actor("vera"), order_id=by_system.pk, number=int(delivery[-1]), said=said)
    assert (again(by_system).status, news) == ("completed", ["order.completed to bea"])

    with told_since() as news:
        (at_once,) = ordered(cast, "bea", {"LICENSE-01": 1})
    assert again(at_once).status == "completed"
    assert sorted(news) == ["order.completed to bea", "order.placed to bea"]
    check_histories()


def test_events_are_signed_retried_logged_and_not_before_approval(reviewed, system, endpoint):
    """Check "Events/webhooks": the receiver gets none while it waits, one after the yes."""
    cast = reviewed
    (order,) = ordered(cast, "bea", {"SERVER-01": 1})
    assert events(system) == []
    assert not WebhookDelivery.objects.exists()

    accept(cast, "victor", order)
    system.answer(503)
    assert len(events(system)) == 1
    delivery = WebhookDelivery.objects.get()
    assert delivery.state == CallState.WAITING
    calling.call_due(delivery.next_attempt_at)
    assert system.ids() == [delivery.call_id] * 2
    assert [attempt.status_code for attempt in delivery.attempts.order_by("number")] == [503, 204]
    _, headers, body = system.calls[1]
    event = Webhook(secret_of(endpoint)).verify(body, headers)
    assert event["type"] == "order.to_deliver"
    product = {"id": cast.product("SERVER-01").key, "sku": "SERVER-01", "name": {"en": "Server management"}}
    assert event["data"] == {
        "order": {
            "id": order.number,
            "kind": "purchase",
            "reviewStatus": "pending",
            "siteCode": "main",
            "created": event["data"]["order"]["created"],
            "reason": "",
        },
        "customer": {
            "name": "Bea Lindt",
            "email": "bea@northwind.example",
            "company": {"id": cast.northwind.key, "name": "Northwind GmbH"},
        },
        "shippingAddress": {name: text for name, text in order.addresses[0].items() if name != "type"},
        "deliveries": [
            {
                "id": f"{order.number}-1",
                "entryId": "1",
                "state": "open",
                "product": product,
                "plan": None,
                "quantity": 1,
                "unit": order.lines.get().unit,
                "subscriptionId": None,
                "changedFrom": None,
            }
        ],
    }


def test_approving_starts_provisioning_and_rejecting_or_withdrawing_does_not(reviewed, system, endpoint):
    """Checks "Approve" and "Reject": after a yes status, mail and provisioning are there; after a no nothing is."""
    cast = reviewed
    (rejected,) = ordered(cast, "bea", {"SERVER-01": 1})
    (withdrawn,) = ordered(cast, "bea", {"SERVER-01": 1})
    (accepted,) = ordered(cast, "bea", {"SERVER-01": 1})
    with pytest.raises(Invalid):
        reject(cast, "victor", rejected, reason=" ")
    reject(cast, "victor", rejected)
    withdraw(cast, "bea", withdrawn)
    assert events(system) == []
    with told_since() as news:
        accept(cast, "victor", accepted)
    assert (again(accepted).status, news) == ("pending", ["order.approved to bea"])
    assert [event["data"]["order"]["id"] for event in events(system)] == [accepted.number]


def test_outcome_notice_only_on_success_and_a_retry_is_a_new_event(cast, system, endpoint):
    """Check "Outcome notice only on success", case 22: fail, retry without a new approval, succeed; count mails."""
    (order,) = ordered(cast, "bea", {"DESK-01": 1, "VDI-01": 2})
    line = order.lines.get(sku="VDI-01")
    with told_since() as news:
        complete(cast, "victor", order, line_ids=[order.lines.get(sku="DESK-01").pk])
        assert news == [], "never ready before all of it is"
        fail(cast, "victor", order, line_ids=[line.pk], instructions="The region is full.")
    assert again(order).status == "failed"
    assert Counter(news) == Counter(
        ["order.failed to bea", "order.failed_seller to victor", "order.failed_seller to vera"]
    )
    assert again(order).review is None
    with told_since() as news:
        retry(cast, "victor", order)
        assert again(line).delivery_state == "open"
        complete(cast, "vera", order, instructions="Sign in.")
    assert news == ["order.completed to bea"]
    assert happened(order) == [
        *("order.placed", "order.started", "order.failed", "order.retried", "order.started", "order.completed")
    ]

    first, second = WebhookDelivery.objects.order_by("pk")
    assert first.call_id != second.call_id
    assert [each["id"] for each in json.loads(second.body)["data"]["deliveries"]] == [f"{order.number}-{line.number}"]
    # Neither was called before people had settled it: nobody need be told any more.
    assert {first.state, second.state} == {CallState.DROPPED}
    assert events(system) == []


def test_without_a_system_people_are_asked_and_the_system_is_told_what_is_left_once_there_is_one(cast, system):
    with told_since() as news:
        (waits,), (done,) = (ordered(cast, "bea", {"VDI-01": 1}) for _ in range(2))
    assert Counter(news)["order.to_deliver to victor"] == 2
    complete(cast, "victor", done)
    register(cast, system)
    assert [event["data"]["order"]["id"] for event in events(system)] == [waits.number]


def test_a_system_is_told_what_was_cancelled_and_what_it_was_not_told_is_not_told_any_more(cast, system, endpoint):
    (told,), (untold,), (by_hand,) = (ordered(cast, "bea", {sku: 1}) for sku in ("VDI-01", "VDI-01", "DESK-01"))
    calling.call_these([WebhookDelivery.objects.get(about_key=told.number).pk])
    for order in (told, untold, by_hand):
        cancel(cast, "victor", order, reason="The region is closed.")
    said = [(event["type"], event["data"]["order"]["id"], event["data"]["order"]["reason"]) for event in events(system)]
    assert said == [
        ("order.to_deliver", told.number, ""),
        ("order.cancelled", told.number, "The region is closed."),
        ("order.cancelled", untold.number, "The region is closed."),
    ]


def test_a_subscription_s_system_is_told_old_and_new_and_the_end(reviewed, system, endpoint):
    """Modification and termination: the old values and the new, by the numbers of the subscription."""
    cast = reviewed
    plans = subs.sell_by_plan(cast)
    basic, other = list(plans.values())[:2]
    subscription = subs.running(cast, "ana", basic, 2)
    order = subs.change(cast, "ana", subscription, other, 5)
    calling.call_due()
    system.calls.clear()
    accept(cast, "victor", order)
    (event,) = events(system)
    (delivery,) = event["data"]["deliveries"]
    assert event["data"]["order"]["kind"] == "modification"
    assert (delivery["subscriptionId"], delivery["plan"], delivery["quantity"]) == (
        *(subscription.number, other.plan.code),
        5,
    )
    assert delivery["changedFrom"] == {"plan": basic.plan.code, "quantity": 2}
    complete(cast, "victor", order)
    system.calls.clear()
    subs.terminate(cast, "ana", subscription)
    (event,) = events(system)
    assert event["type"] == "subscription.terminated"
    ended = event["data"]["subscription"]
    assert (ended["id"], ended["plan"], ended["quantity"]) == (subscription.number, other.plan.code, 5)
    assert ended["endedAt"]
