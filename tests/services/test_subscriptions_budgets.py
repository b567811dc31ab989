"""How many statements does a move of a subscription cost? A budget each; the figures are what was measured."""

from orders.services.subscription_ending import renew_due
from tests.services.test_budgets import budget
from tests.stories.scenes import accept, approve_and_order
from tests.stories.subscriptions import ask_change, change, running, sell_by_plan, terminate
from tests.world import scene


@scene
def plans(cast):
    return sell_by_plan(cast)


def test_changing_and_accepting_it(cast, plans):
    subscription = running(cast, "ana", plans["BASIC"])

    with budget(27):
        order = change(cast, "ana", subscription, plans["PRO"])
    with budget(23):
        accept(cast, "victor", order)


def test_asking_for_a_change_and_ordering_it(cast, plans):
    subscription = running(cast, "rita", plans["BASIC"])

    with budget(24):
        approval = ask_change(cast, "rita", subscription, plans["PRO"], "ana").settled()
    with budget(31):
        approve_and_order(cast, "ana", approval).settled()


def test_a_renewal_costs_the_same_each(cast, plans):
    subscription = running(cast, "ana", plans["BASIC"])
    due = subscription.renews_at

    with budget(12):
        assert renew_due(due) == 1
    with budget(1):
        assert renew_due(due) == 0


def test_ending_with_a_change_that_waits(cast, plans):
    subscription = running(cast, "ana", plans["BASIC"])
    change(cast, "ana", subscription, plans["PRO"])

    with budget(29):
        terminate(cast, "ana", subscription)
