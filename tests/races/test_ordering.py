"""However often and from wherever it is ordered: one checkout."""

from decimal import Decimal
from functools import partial

import pytest

from config.kit.refused import Late
from orders.models import Cart, CartLine, Checkout, Order
from orders.services import carts
from tests.races.conftest import one_winner
from tests.stories.scenes import (
    OVER,
    again,
    approve,
    approve_and_order,
    ask_for,
    close,
    decline,
    details,
    give_up,
    happened,
    order,
    order_approved,
    request,
    window,
)

pytestmark = pytest.mark.races

LINES = {"DESK-01": 9, "SERVER-01": 1, "LICENSE-01": 1}


def cart_of(cast, race, who="rita", lines=OVER):
    return cast.cart(who, lines, type=f"round {race.round_number}")


def test_one_free_cart_ordered_twice(cast, rounds):
    for race in rounds():
        cart = cart_of(cast, race, "ana", LINES)

        results = race.run(partial(order, cast, "ana", cart), partial(order, cast, "ana", cart))

        winner = results[one_winner(results)]
        loser = next(result.refusal for result in results if not result.won)
        assert loser.code == "already_ordered"
        assert Checkout.objects.get(cart=cart) == winner.got
        assert set(loser.details) == {placed.number for placed in winner.got.orders.all()}
        told = race.told()
        assert max(told.values()) == 1
        assert told["order.to_review to ana"] == 1


WAYS = {
    "the requester twice": (
        lambda cast, cart, approval: order_approved(cast, "rita", approval),
        lambda cast, cart, approval: order_approved(cast, "rita", approval),
    ),
    "requester and approver": (
        lambda cast, cart, approval: order_approved(cast, "rita", approval),
        lambda cast, cart, approval: order_approved(cast, "ana", approval),
    ),
    "from the cart and from the approval": (
        lambda cast, cart, approval: order(cast, "rita", cart),
        lambda cast, cart, approval: order_approved(cast, "ana", approval),
    ),
    "the same from the other side": (
        lambda cast, cart, approval: order_approved(cast, "ana", approval),
        lambda cast, cart, approval: order(cast, "rita", cart),
    ),
    "three at once": (
        lambda cast, cart, approval: order(cast, "rita", cart),
        lambda cast, cart, approval: order_approved(cast, "rita", approval),
        lambda cast, cart, approval: order_approved(cast, "ana", approval),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_one_approved_cart_ordered_by_several(cast, rounds, way):
    for race in rounds():
        cart = cart_of(cast, race, lines=LINES)
        approval = ask_for(cast, "rita", cart, of="ana")
        approve(cast, "ana", approval).settled()

        results = race.run(*(partial(attempt, cast, cart, approval) for attempt in WAYS[way]))

        winner = results[one_winner(results)]
        assert Checkout.objects.get(approval=approval) == winner.got
        assert all(isinstance(result.refusal, Late) for result in results if not result.won)
        assert again(approval).created_resource == winner.got.orders.get(position=1).number
        assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]
        assert max(race.told().values()) == 1


def test_a_yes_with_the_order_against_the_order_of_the_requester(cast, rounds):
    """The approver locks cart, then approval; the requester comes from the cart: in both orders no deadlock."""
    for race in rounds():
        cart = cart_of(cast, race)
        approval = ask_for(cast, "rita", cart, of="ana")

        attempts = [partial(approve_and_order, cast, "ana", approval), partial(order, cast, "rita", cart)]
        if race.round_number % 2:
            attempts.reverse()
        results = race.run(*attempts)

        # The requester may still find it waiting, or already ordered; the approver always gets through.
        assert one_winner(results) == race.round_number % 2
        assert Checkout.objects.filter(cart=cart).count() == 1


@pytest.mark.parametrize("end", [decline, approve])
def test_an_answer_against_the_order_of_the_requester(cast, rounds, end):
    for race in rounds():
        cart = cart_of(cast, race)
        approval = ask_for(cast, "rita", cart, of="ana")

        answered, tried = race.run(
            partial(end, cast, "ana", approval),
            partial(order, cast, "rita", cart),
        )

        assert answered.won
        # A yes may have come just in time for the order; a no never lets it through.
        assert Checkout.objects.filter(cart=cart).count() == (1 if tried.won else 0)
        assert not (end is decline and tried.won)


def test_ordering_against_giving_up(cast, rounds):
    for race in rounds():
        cart = cart_of(cast, race)
        approval = ask_for(cast, "rita", cart, of="ana")
        approve(cast, "ana", approval).settled()

        results = race.run(
            partial(order_approved, cast, "ana", approval),
            partial(give_up, cast, "tom", approval),
        )

        by_order = one_winner(results) == 0
        assert Checkout.objects.filter(approval=approval).count() == by_order
        assert again(cart).status == ("closed" if by_order else "open")


def test_everything_at_once_ends_somewhere(cast, rounds):
    for race in rounds():
        cart = cart_of(cast, race)
        approval = ask_for(cast, "rita", cart, of="ana")

        race.run(
            partial(approve_and_order, cast, "ana", approval),
            partial(close, cast, "rita", approval),
            partial(order, cast, "rita", cart),
            partial(decline, cast, "ana", approval),
        )

        approval, cart = again(approval), again(cart)
        ends = {("APPROVED", "closed"), ("CLOSED", "open"), ("DECLINED", "open")}
        assert (approval.status, cart.status) in ends
        assert Checkout.objects.filter(cart=cart).count() == (cart.status == "closed")


class TestAskingWhileTheCartChanges:
    def attempts(self, cast, cart, edit):
        line = CartLine.objects.filter(cart=cart).first()
        given = {"actor": cast.actor("rita"), "cart_id": cart.pk}
        return {
            "adding": partial(carts.add_line, **given, listing_id=cast.listing("BOOK-01").pk, quantity=3),
            "changing": partial(carts.change_line, **given, line_id=line.pk, quantity=11),
            "removing": partial(carts.remove_line, **given, line_id=line.pk),
        }[edit]

    @pytest.mark.parametrize("edit", ["adding", "changing", "removing"])
    def test_what_is_asked_is_what_the_cart_holds(self, cast, rounds, edit):
        for race in rounds():
            cart = cart_of(cast, race, lines={"DESK-01": 9, "SERVER-01": 5})

            asked, edited = race.run(
                partial(request, cast, "rita", cart, "ana"),
                self.attempts(cast, cart, edit),
            )

            assert asked.won
            if not edited.won:
                assert edited.refusal.code == "cart_held"
            approval = asked.got
            lines = list(cart.lines.order_by("position").values_list("product__sku", "quantity"))
            bound = approval.snapshots.get().content["bound"]["lines"]
            assert [(line["sku"], Decimal(line["quantity"])) for line in bound] == lines
            assert not cart.lines.filter(frozen_unit_price=None).exists()

    def test_asking_twice_is_asking_once(self, cast, rounds):
        for race in rounds():
            cart = cart_of(cast, race)

            results = race.run(
                partial(request, cast, "rita", cart, "ana"),
                partial(request, cast, "rita", cart, "tom"),
            )

            one_winner(results)
            loser = next(result.refusal for result in results if not result.won)
            assert loser.code == "already_asked"
            assert sum(race.told().values()) == 2

    def test_asking_against_ordering(self, cast, rounds):
        """Bea asks for a cart in one window and, its price just lowered, orders it in the other."""
        for race in rounds():
            cart = cart_of(cast, race, "bea", {"CHAIR-01": 20, "BOOK-01": 1})

            asked, placed = race.run(
                partial(request, cast, "bea", cart, "ana"),
                partial(order, cast, "bea", cart),
            )

            assert asked.won
            assert not placed.won
            assert not Checkout.objects.filter(cart=cart).exists()

    def test_editing_against_ordering(self, cast, rounds):
        for race in rounds():
            cart = cart_of(cast, race, "ana", {"DESK-01": 1})
            seen = "606.90"
            add = {"actor": cast.actor("ana"), "cart_id": cart.pk, "listing_id": cast.listing("BOOK-01").pk}

            placed, edited = race.run(
                partial(order, cast, "ana", cart, seen_total=seen),
                partial(carts.add_line, **add),
            )

            assert placed.won != edited.won
            if placed.won:
                assert placed.got.gross == Decimal(seen)
                assert edited.refusal.code == "cart_closed"
            else:
                assert placed.refusal.code == "total_changed"

    def test_nobody_eligible_is_told_once(self, cast, rounds):
        for race in rounds():
            cart = cart_of(cast, race, "hugo", {"DESK-01": 1})
            cast.member("grace").in_approval_group = False
            cast.member("grace").save()

            results = race.run(
                partial(request, cast, "hugo", cart, "grace"),
                partial(request, cast, "hugo", cart, "grace"),
            )

            assert {result.refusal.code for result in results} == {"nobody_eligible"}
            assert race.told() == {"approval.nobody_eligible to alice": 1}


def test_the_last_place_in_a_delivery_window(cast, rounds):
    for race in rounds():
        Checkout.objects.filter(delivery_window=cast.narrow_window).update(delivery_window=None)
        given = details(cast, deliveryWindow=window(cast.narrow_window))
        first, second = cart_of(cast, race, "ana", {"BOOK-01": 1}), cart_of(cast, race, "tom", {"BOOK-01": 1})

        results = race.run(
            partial(order, cast, "ana", first, details=given),
            partial(order, cast, "tom", second, details=given),
        )

        one_winner(results)
        assert next(result.refusal for result in results if not result.won).code == "window"
        assert Checkout.objects.filter(delivery_window=cast.narrow_window).count() == 1
        assert {again(first).status, again(second).status} == {"open", "closed"}


def test_orders_have_numbers_of_their_own(cast, rounds):
    for race in rounds():
        mine, yours = cart_of(cast, race, "ana", LINES), cart_of(cast, race, "tom", LINES)

        results = race.run(partial(order, cast, "ana", mine), partial(order, cast, "tom", yours))

        assert all(result.won for result in results)
    numbers = [placed.number for placed in Order.objects.all()]
    assert len(numbers) == len(set(numbers)) == len({placed.pk for placed in Order.objects.all()})
    assert Cart.objects.filter(status="open").count() == 0
