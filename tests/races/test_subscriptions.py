"""A subscription that several people move at once: one outcome each, and never two changes open."""

from functools import partial

import pytest

from orders.models import Order, Subscription, SubscriptionChange
from orders.services.subscription_ending import renew_due
from tests.races.conftest import one_winner
from tests.stories.scenes import accept, again, approve_and_order, cancel, check_histories
from tests.stories.subscriptions import (
    ask_change,
    change,
    changes,
    running,
    sell_by_plan,
    subscribe,
    terminate,
)

pytestmark = pytest.mark.races

SKU = "SERVER-01"


@pytest.fixture
def plans(cast):
    return sell_by_plan(cast)


def check(subscription: Subscription) -> Subscription:
    """Its histories hold, and nothing of it waits once it has ended."""
    found = again(subscription)
    check_histories([found])
    if found.status == "terminated":
        assert not SubscriptionChange.objects.filter(subscription=found, status__in=("asked", "ordered")).exists()
        assert not Order.objects.filter(subscription=found, status="to_be_approved").exists()
        assert Order.objects.filter(subscription=found, kind="termination").count() == 1
    return found


def test_termination_against_the_acceptance_of_a_waiting_change(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "ana", plans["BASIC"])
        order = change(cast, "ana", subscription, plans["PRO"])

        ended, accepted = race.run(
            partial(terminate, cast, "ana", subscription), partial(accept, cast, "victor", order)
        )

        # A termination is never too late: it ends what was changed a moment before as well, and nobody delivers that.
        assert ended.won
        found = check(subscription)
        assert found.status == "terminated"
        if accepted.won:
            assert (found.plan.code, changes(subscription), again(order).status) == ("PRO", ["withdrawn"], "cancelled")
        else:
            assert (found.plan.code, changes(subscription), again(order).status) == (
                "BASIC",
                ["withdrawn"],
                "cancelled",
            )
        assert max(race.told().values()) == 1


def test_termination_against_approving_and_ordering_a_change(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "rita", plans["BASIC"])
        approval = ask_change(cast, "rita", subscription, plans["PRO"], "ana").settled()

        ended, ordered = race.run(
            partial(terminate, cast, "tom", subscription), partial(approve_and_order, cast, "ana", approval)
        )

        assert ended.won
        assert check(subscription).status == "terminated"
        assert changes(subscription) == ["withdrawn"]
        assert Order.objects.filter(subscription=subscription, kind="modification").count() == ordered.won
        assert max(race.told().values()) == 1


def test_two_changes_at_once(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "ana", plans["BASIC"])

        results = race.run(
            partial(change, cast, "ana", subscription, plans["PRO"]),
            partial(change, cast, "tom", subscription, None, 5),
        )

        loser = results[1 - one_winner(results)]
        assert loser.refusal.code == "change_open"
        assert changes(subscription) == ["ordered"]
        assert check(subscription).plan.code == "BASIC"


def test_a_change_against_asking_for_one(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "rita", plans["BASIC"])

        results = race.run(
            partial(change, cast, "ana", subscription, plans["PRO"]),
            partial(ask_change, cast, "rita", subscription, plans["PRO"], "tom"),
        )

        assert results[1 - one_winner(results)].refusal.code == "change_open"
        assert len(changes(subscription)) == 1


def test_the_renewals_against_a_termination(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "ana", plans["BASIC"])
        due = subscription.renews_at

        renewed, ended = race.run(partial(renew_due, due), partial(terminate, cast, "ana", subscription))

        assert renewed.won
        assert ended.won
        assert check(subscription).status == "terminated"
        renewals = Order.objects.filter(subscription=subscription, kind="renewal").count()
        assert renewals == renewed.got == again(subscription).periods - 1
        assert max(race.told().values()) == 1


def test_two_sweeps_renew_once(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "ana", plans["BASIC"])

        first, second = race.run(*[partial(renew_due, subscription.renews_at)] * 2)

        assert first.got + second.got == 1
        assert Order.objects.filter(subscription=subscription, kind="renewal").count() == 1
        terminate(cast, "ana", subscription)


def test_cancelling_a_changes_order_against_another_change(cast, plans, rounds):
    for race in rounds():
        subscription = running(cast, "ana", plans["BASIC"])
        order = change(cast, "ana", subscription, plans["PRO"])
        accept(cast, "victor", order)

        cancelled, changed = race.run(
            partial(cancel, cast, "ana", order), partial(change, cast, "tom", subscription, None, 5)
        )

        assert cancelled.won
        assert again(subscription).plan.code == "BASIC"
        if changed.won:
            assert again(changed.got).lines.get().plan.code == "BASIC"
        else:
            assert changed.refusal.code == "change_open"


def test_two_trials_of_one_company_at_once(cast, plans, rounds):
    for race in rounds():
        results = race.run(
            partial(subscribe, cast, "ana", plans["BASIC"], trial=True),
            partial(subscribe, cast, "bea", plans["BASIC"], trial=True),
        )

        winner = results[one_winner(results)].got
        assert next(result for result in results if not result.won).refusal.code == "tried_before"
        assert Subscription.objects.filter(status="awaiting").count() == 1
        accept(cast, "victor", winner)
        cancel(cast, "victor", winner, reason="For the next round.")
