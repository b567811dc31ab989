"""Whoever races for an order that a vendor's system delivers: one event to the system, and one outcome."""

from functools import partial

import pytest

from catalog.models import Product
from config.kit.refused import Late
from notifications.models import CallState, WebhookAttempt, WebhookDelivery
from notifications.webhooks import calling
from orders.services.delivery import completed_with, deliver_line
from tests.races.conftest import one_winner
from tests.services.hooks import LOCAL, System, register, serve
from tests.stories.scenes import accept, again, cancel, complete, fail, happened, ordered, reject

pytestmark = pytest.mark.races

SAID = completed_with("Sign in.")


@pytest.fixture
def system(cast, settings):
    settings.WEBHOOK_RULES = LOCAL
    it = System()
    server = serve(it)
    register(cast, it)
    yield it
    server.shutdown()
    server.server_close()


def by_system(cast, order):
    return deliver_line(actor=cast.actor("vera"), order_id=order.pk, number=1, said=SAID)


def test_two_auditors_make_one_event_or_none(cast, rounds, system):
    Product.objects.filter(sku="SERVER-01").update(provisioning="webhook")
    for race in rounds():
        (order,) = ordered(cast, "bea", {"SERVER-01": 1})
        other = accept if race.round_number % 2 else reject
        place = one_winner(race.run(partial(accept, cast, "victor", order), partial(other, cast, "vera", order)))
        expected = 0 if (place, other) == (1, reject) else 1
        assert WebhookDelivery.objects.filter(about_key=order.number).count() == expected


def test_webhook_retried_after_a_crash_one_outcome(cast, rounds, system, monkeypatch):
    """The worker died after the call; two others find its claim run out; the system answers each call it got."""
    for race in rounds():
        (order,) = ordered(cast, "bea", {"VDI-01": 1})
        delivery = WebhookDelivery.objects.get(about_key=order.number)
        with monkeypatch.context() as dying:
            dying.setattr(calling, "_record", lambda *_: (_ for _ in ()).throw(SystemExit))
            with pytest.raises(SystemExit):
                calling.call_these([delivery.pk])
        later = delivery.created_at + calling.CLAIM * 2

        taken = race.run(*[partial(calling.call_these, [delivery.pk], later)] * 2)

        assert sum(each.got for each in taken) == 1
        assert system.ids().count(delivery.call_id) == 2
        assert WebhookAttempt.objects.filter(delivery=delivery).count() == 1
        answers = race.run(*[partial(by_system, cast, order)] * 2)
        assert all(each.won for each in answers), "the same word again is answered again"
        assert happened(order) == ["order.placed", "order.completed"]
        assert race.told() == {"order.completed to bea": 1}


def test_the_system_and_a_person_end_an_order_once(cast, rounds, system):
    rivals = (partial(fail, cast, "victor"), partial(cancel, cast, "bea"), partial(complete, cast, "victor"))
    for race in rounds():
        (order,) = ordered(cast, "bea", {"VDI-01": 1})
        rival = rivals[race.round_number % len(rivals)]
        results = race.run(partial(by_system, cast, order), partial(rival, order))
        place = one_winner(results)
        assert isinstance(results[1 - place].refusal, Late)
        ends = {"completed", "failed", "cancelled"}
        assert again(order).status in ({"completed"} if place == 0 else ends)
        assert len(happened(order)) == 2


def test_calling_a_system_does_not_stand_in_the_way_of_settling_by_hand(cast, rounds, system):
    for race in rounds():
        (order,) = ordered(cast, "bea", {"VDI-01": 1})
        results = race.run(calling.call_due, partial(complete, cast, "victor", order))
        assert all(each.won for each in results)
        assert again(order).status == "completed"
        call = WebhookDelivery.objects.get(about_key=order.number)
        assert call.state == (CallState.SENT if call.call_id in system.ids() else CallState.DROPPED)
