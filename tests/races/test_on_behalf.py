"""Two of a seller's people with the same prepared cart: one order, or one request."""

from functools import partial

import pytest

from orders.models import Cart, Checkout
from tests.races.conftest import one_winner
from tests.stories.scenes import again, ask_in_name, place_for, prepare

pytestmark = pytest.mark.races


def test_two_sales_people_order_the_same_prepared_cart(cast, rounds):
    for race in rounds():
        cart = prepare(cast, "rik", "tess", {"SERVER-01": 1})

        results = race.run(partial(place_for, cast, "rik", cart), partial(place_for, cast, "mies", cart))

        winner = one_winner(results)
        assert results[1 - winner].refusal.code == "already_ordered"
        order = Checkout.objects.get(cart=cart).orders.get()
        assert (order.placed_by, order.status) == ((cast.rik, cast.mies)[winner], "pending")
        assert race.told()["order.on_behalf to tess"] == 1


def test_two_sales_people_send_the_same_prepared_cart_for_approval_and_open_the_next(cast, rounds):
    for race in rounds():
        cart = prepare(cast, "rik", "theo", {"SERVER-01": 1})

        results = race.run(
            partial(ask_in_name, cast, "rik", cart, "tess"),
            partial(ask_in_name, cast, "mies", cart, "tess"),
        )

        assert results[1 - one_winner(results)].refusal.code == "cart_held"
        assert again(cart).held_for.asked_by_id is not None
        prepared = race.run(*[partial(prepare, cast, who, "theo", {}) for who in ("rik", "mies")])
        assert prepared[0].got == prepared[1].got != cart
        Cart.objects.filter(pk=prepared[0].got.pk).update(status="closed")
