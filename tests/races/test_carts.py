"""Several windows, one cart: never two open ones, never none."""

from functools import partial

import pytest

from config.kit.refused import Late
from orders.models import Cart
from orders.services import carts
from tests.races.conftest import one_winner
from tests.stories.scenes import OVER, again, approve, ask_for, close, decline, give_up, open_cart

pytestmark = pytest.mark.races


def typed(race):
    return f"round {race.round_number}"


def open_ones(cast, race):
    return Cart.objects.filter(owner=cast.rita, type=typed(race), status="open")


def restore(cast, cart):
    return carts.restore_cart(actor=cast.actor("rita"), cart_id=cart.pk)


def test_two_carts_opened_at_once_are_one(cast, rounds):
    for race in rounds():
        results = race.run(*[partial(open_cart, cast, "rita", create=True, cart_type=typed(race))] * 3)

        assert all(result.won for result in results)
        assert {result.got for result in results} == {open_ones(cast, race).get()}


RELEASES = {
    "a no": (lambda cast, approval: None, lambda cast, approval: decline(cast, "ana", approval)),
    "taking it back": (lambda cast, approval: None, lambda cast, approval: close(cast, "rita", approval)),
    "giving up": (
        lambda cast, approval: approve(cast, "ana", approval),
        lambda cast, approval: give_up(cast, "rita", approval),
    ),
}


@pytest.mark.parametrize("how", RELEASES)
def test_a_cart_comes_back_while_a_new_one_is_opened(cast, rounds, how):
    before, release = RELEASES[how]
    for race in rounds():
        held = cast.cart("rita", OVER, type=typed(race))
        approval = ask_for(cast, "rita", held, of="ana")
        before(cast, approval)

        released, opened = race.run(
            partial(release, cast, approval),
            partial(open_cart, cast, "rita", create=True, cart_type=typed(race)),
        )

        assert released.won
        assert opened.won
        now_open = open_ones(cast, race).get()
        assert opened.got == now_open
        # Either it was back in time and is the open one, or it waits aside.
        assert again(held).status == ("open" if now_open == held else "saved")
        assert not held.lines.exclude(frozen_unit_price=None).exists()


def test_a_cart_comes_back_while_another_is_taken_up_again(cast, rounds):
    for race in rounds():
        held = cast.cart("rita", OVER, type=typed(race))
        approval = ask_for(cast, "rita", held, of="ana")
        aside = cast.cart("rita", {"BOOK-01": 1}, type=typed(race), status="saved")

        released, restored = race.run(
            partial(decline, cast, "ana", approval),
            partial(restore, cast, aside),
        )

        assert released.won
        assert open_ones(cast, race).count() == 1
        if restored.won:
            assert {again(held).status, again(aside).status} == {"open", "saved"}
        else:
            assert restored.refusal.code == "cart_opened"
            assert again(held).status == "open"


def test_two_carts_are_taken_up_again_at_once(cast, rounds):
    for race in rounds():
        first, second = (cast.cart("rita", {"BOOK-01": 1}, type=typed(race), status="saved") for _ in range(2))
        present = cast.cart("rita", {"DESK-01": 1}, type=typed(race))

        results = race.run(partial(restore, cast, first), partial(restore, cast, second))

        # One after the other: the second puts the first aside again.
        assert all(result.won for result in results)
        assert open_ones(cast, race).get() in (first, second)
        assert again(present).status == "saved"


def test_one_cart_is_taken_up_twice(cast, rounds):
    for race in rounds():
        aside = cast.cart("rita", {"BOOK-01": 1}, type=typed(race), status="saved")

        results = race.run(partial(restore, cast, aside), partial(restore, cast, aside))

        one_winner(results)
        assert isinstance(next(result.refusal for result in results if not result.won), Late)
        assert again(aside).status == "open"


def test_a_cart_is_taken_up_while_a_new_one_is_opened(cast, rounds):
    for race in rounds():
        aside = cast.cart("rita", {"BOOK-01": 1}, type=typed(race), status="saved")

        restored, opened = race.run(
            partial(restore, cast, aside),
            partial(open_cart, cast, "rita", create=True, cart_type=typed(race)),
        )

        assert opened.won
        assert open_ones(cast, race).count() == 1
        assert restored.won or restored.refusal.code == "cart_opened"


def test_the_same_product_added_in_two_windows_adds_up(cast, rounds):
    for race in rounds():
        cart = cast.cart("rita", {}, type=typed(race))
        line = {"actor": cast.actor("rita"), "cart_id": cart.pk, "listing_id": cast.listing("DESK-01").pk}

        results = race.run(*[partial(carts.add_line, **line, quantity=2)] * 3)

        assert all(result.won for result in results)
        assert cart.lines.get().quantity == 6


def test_different_products_added_in_two_windows_are_two_lines(cast, rounds):
    for race in rounds():
        cart = cast.cart("rita", {}, type=typed(race))
        line = {"actor": cast.actor("rita"), "cart_id": cart.pk}

        results = race.run(
            partial(carts.add_line, **line, listing_id=cast.listing("DESK-01").pk),
            partial(carts.add_line, **line, listing_id=cast.listing("BOOK-01").pk),
        )

        assert all(result.won for result in results)
        assert sorted(cart.lines.values_list("position", flat=True)) == [1, 2]


def test_a_line_removed_while_it_is_changed(cast, rounds):
    for race in rounds():
        cart = cast.cart("rita", {"DESK-01": 1}, type=typed(race))
        line = {"actor": cast.actor("rita"), "cart_id": cart.pk, "line_id": cart.lines.get().pk}

        removed, _ = race.run(
            partial(carts.remove_line, **line),
            partial(carts.change_line, **line, quantity=2),
        )

        assert removed.won
        assert cart.lines.count() == 0
