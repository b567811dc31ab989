"""What do deliveries make of an order, and which orders wait for a review?"""

import itertools

import pytest

from orders.lifecycle import (
    ORDER,
    DeliveryState,
    OrderKind,
    OrderMove,
    OrderParty,
    OrderStatus,
    outcome_of,
    review_needed,
)

OPEN, DONE, FAILED = DeliveryState.OPEN, DeliveryState.COMPLETED, DeliveryState.FAILED

OUTCOMES = [
    ([OPEN], None),
    ([OPEN, OPEN], None),
    ([OPEN, DONE], OrderMove.START),
    ([OPEN, FAILED], OrderMove.START),
    ([OPEN, DONE, FAILED], OrderMove.START),
    ([DONE], OrderMove.COMPLETE),
    ([DONE, DONE], OrderMove.COMPLETE),
    ([FAILED], OrderMove.FAIL),
    ([DONE, FAILED], OrderMove.FAIL),
    ([FAILED, FAILED, DONE], OrderMove.FAIL),
]


@pytest.mark.parametrize(("states", "move"), OUTCOMES)
def test_completed_when_all_are_and_failed_when_one_failed_and_none_is_open(states, move):
    assert {outcome_of(list(order)) for order in itertools.permutations(states)} == {move}


@pytest.mark.parametrize("states", list(itertools.product([OPEN, DONE, FAILED], repeat=3)))
@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.PROVISIONING])
def test_whatever_is_delivered_the_order_can_follow(states, status):
    move = outcome_of(list(states))

    # To start twice is the one move that an order under way does not make, and need not.
    if move is None or (move is OrderMove.START and status is OrderStatus.PROVISIONING):
        return
    assert move in ORDER.open_moves(status, {OrderParty.SYSTEM})


KINDS_THAT_WAIT = {OrderKind.PURCHASE, OrderKind.TRIAL, OrderKind.MODIFICATION}
REVIEWS = [
    # switch, the marketplace's default, the tenant's default, whether a reviewed kind of order waits
    ("yes", None, False, True),
    ("yes", False, False, True),
    ("yes", True, True, True),
    ("no", None, True, False),
    ("no", True, True, False),
    ("no", False, False, False),
    ("inherit", True, False, True),
    ("inherit", True, True, True),
    ("inherit", False, True, False),
    ("inherit", False, False, False),
    ("inherit", None, True, True),
    ("inherit", None, False, False),
]


@pytest.mark.parametrize("kind", OrderKind)
@pytest.mark.parametrize(("switch", "marketplace", "tenant", "waits"), REVIEWS)
def test_which_orders_wait_for_a_review(kind, switch, marketplace, tenant, waits):
    needed = review_needed(kind, switch, marketplace_default=marketplace, tenant_default=tenant)

    assert needed == (waits and kind in KINDS_THAT_WAIT)
    assert review_needed(kind, "inherit", switch, marketplace_default=marketplace, tenant_default=tenant) == needed
    offer_says = review_needed(kind, "yes", switch, marketplace_default=marketplace, tenant_default=tenant)
    assert offer_says == (kind in KINDS_THAT_WAIT)
    assert not review_needed(kind, "no", switch, marketplace_default=marketplace, tenant_default=tenant)
