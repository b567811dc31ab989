"""A quote that several people move at once: one outcome, and never an order at a price that nobody saw."""

import time
from contextlib import ExitStack
from functools import partial

import pytest
from django.db import connection, transaction

from approvals.models import Approval
from config.kit.refused import Late, Missing
from orders.models import Checkout, Quote, QuoteReason
from orders.quote_edits import SetText, SetValidTo, Text
from orders.services.quote_expiry import expire_overdue_quotes
from orders.services.quote_reasons import update_reason
from tests.races.conftest import one_winner
from tests.stories.scenes import (
    OVER,
    WITHIN,
    accept_offer,
    again,
    approve,
    approve_and_order,
    ask_change,
    ask_quote_for,
    change,
    check_histories,
    check_out_offer,
    decline,
    decline_offer,
    happened,
    offered,
    order,
    order_approved,
    orders_of,
    remove,
    reprice,
    request,
    wishes,
)
from tests.threads import PATIENCE, aside

pytestmark = pytest.mark.races


def check_one_order(quote):
    """ACCEPTED with one checkout at the quote's own total, or neither."""
    quote = again(quote)
    checkouts = list(Checkout.objects.filter(quote=quote))
    assert len(checkouts) == (quote.status == "ACCEPTED")
    for checkout in checkouts:
        assert checkout.gross == quote.total.amount
        assert checkout.lines_gross == quote.lines_gross
        assert quote.order_number == orders_of(checkout)[0].number
        assert quote.events.order_by("-number")[0].content_hash == quote.content_hash
    if quote.status != "ACCEPTED":
        assert quote.order_number == ""
    check_histories([quote])
    return checkouts


class TestAcceptingAgainstTheSeller:
    def test_what_was_seen_is_ordered_or_nothing(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", WITHIN)
            seen = quote.content_hash

            accepted, repriced = race.run(
                partial(accept_offer, cast, "bea", quote, seen_hash=seen),
                partial(change, cast, "sam", quote, reprice(quote, unit=510)),
            )

            assert accepted.won != repriced.won
            for checkout in check_one_order(quote):
                assert checkout.lines_gross == 4760
            if accepted.won:
                assert repriced.refusal.code == "quote_accepted"
            else:
                assert accepted.refusal.code == "content_changed"
            assert max(race.told().values()) == 1

    @pytest.mark.parametrize("end", [ask_change, remove], ids=["taken back", "deleted"])
    def test_what_is_taken_away_is_ordered_or_gone(self, cast, rounds, end):
        for race in rounds():
            quote = offered(cast, "bea", WITHIN)

            one_winner(race.run(partial(accept_offer, cast, "bea", quote), partial(end, cast, "sam", quote)))

            assert (again(quote).deleted_at is None) or not check_one_order(quote)
            check_one_order(quote)

    def test_an_approved_one_is_ordered_as_approved_or_given_up(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "rita", OVER)
            approval = request(cast, "rita", quote, "ana").settled()
            approve(cast, "ana", approval).settled()

            ordered, repriced = race.run(
                partial(order_approved, cast, "rita", approval),
                partial(change, cast, "sam", quote, reprice(quote, unit=510)),
            )

            assert ordered.won != repriced.won
            for checkout in check_one_order(quote):
                assert checkout.lines_gross == 5355
            assert again(approval).is_used == ordered.won
            assert not again(approval).is_live


class TestTwoWaysToOneOrder:
    WAYS = {
        "accepted twice": (accept_offer, accept_offer),
        "accepted three times": (accept_offer, accept_offer, accept_offer),
        "checked out twice": (check_out_offer, check_out_offer),
    }

    @pytest.mark.parametrize("way", WAYS)
    def test_one_of_them(self, cast, rounds, way):
        for race in rounds():
            quote = offered(cast, "bea", {"DESK-01": 1, "SERVER-01": 1})

            results = race.run(*(partial(attempt, cast, "bea", quote) for attempt in self.WAYS[way]))

            winner = results[one_winner(results)]
            assert check_one_order(quote) == [winner.got]
            assert all(isinstance(result.refusal, Late) for result in results if not result.won)
            assert max(race.told().values()) == 1

    def test_accepting_and_checking_out_are_one_order_which_is_paid_once(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", {"DESK-01": 1, "SERVER-01": 1})

            accepted, paid = race.run(
                partial(accept_offer, cast, "bea", quote),
                partial(check_out_offer, cast, "bea", quote),
            )

            (checkout,) = check_one_order(quote)
            # Whoever checks out gets through: with the order, or with the payment of what was just accepted.
            assert paid.won
            assert not checkout.payment_open
            assert {each.payment["provider"] for each in orders_of(checkout)} == {"custom"}
            assert accepted.won or accepted.refusal.code == "quote_accepted"
            for placed in orders_of(checkout):
                assert happened(placed).count("order.payment_chosen") == accepted.won

    def test_two_payments_of_one_accepted_quote(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", WITHIN)
            accept_offer(cast, "bea", quote).settled()

            results = race.run(*[partial(check_out_offer, cast, "bea", quote)] * 2)

            one_winner(results)
            assert next(result.refusal for result in results if not result.won).code == "already_ordered"

    def test_requester_and_approver_of_an_approved_one(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "rita", OVER)
            approval = request(cast, "rita", quote, "ana").settled()
            approve(cast, "ana", approval).settled()

            results = race.run(
                partial(accept_offer, cast, "rita", quote),
                partial(order_approved, cast, "ana", approval),
            )

            one_winner(results)
            assert len(check_one_order(quote)) == 1
            assert happened(approval) == ["approval.requested", "approval.approved", "approval.ordered"]


class TestTime:
    def test_an_offer_that_ends_is_ordered_or_over(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", WITHIN)
            before = quote.valid_to.replace(microsecond=0)

            accepted, swept = race.run(
                partial(accept_offer, cast, "bea", quote, now=before),
                partial(expire_overdue_quotes, quote.valid_to),
            )

            assert swept.won
            assert swept.got == (0 if accepted.won else 1)
            assert again(quote).status == ("ACCEPTED" if accepted.won else "EXPIRED")
            check_one_order(quote)
            assert max(race.told().values()) == 1

    def test_with_a_request_both_end_together(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "rita", WITHIN)
            approval = request(cast, "rita", quote, "ana").settled()
            before = quote.valid_to.replace(microsecond=0)

            decided, _ = race.run(
                partial(approve_and_order, cast, "ana", approval, now=before),
                partial(expire_overdue_quotes, quote.valid_to),
            )

            assert (again(quote).status, again(approval).status) == (
                ("ACCEPTED", "APPROVED") if decided.won else ("EXPIRED", "CLOSED")
            )
            check_one_order(quote)

    def test_two_sweeps_do_each_once(self, cast, rounds):
        for race in rounds():
            quotes = [offered(cast, "bea", WITHIN) for _ in range(3)]

            first, second = race.run(*[partial(expire_overdue_quotes, quotes[-1].valid_to)] * 2)

            assert first.got + second.got == 3
            assert all(happened(quote).count("quote.expired") == 1 for quote in quotes)


class TestApprovals:
    @pytest.mark.parametrize("answer", [approve, decline, approve_and_order])
    def test_an_answer_against_another_price(self, cast, rounds, answer):
        for race in rounds():
            quote = offered(cast, "rita", OVER)
            approval = request(cast, "rita", quote, "ana").settled()

            answered, repriced = race.run(
                partial(answer, cast, "ana", approval, seen_hash=approval.content_hash),
                partial(change, cast, "sam", quote, reprice(quote, unit=510)),
            )

            # The price is another one in the end, unless it was ordered at the one that was approved.
            assert repriced.won or (answer is approve_and_order and answered.won)
            approval, checkouts = again(approval), check_one_order(quote)
            assert not approval.is_live
            if checkouts:
                assert checkouts[0].lines_gross == 5355
            else:
                assert approval.created_resource == ""
                assert again(quote).approval is None

    @pytest.mark.parametrize("end", [decline_offer, ask_change], ids=["declined", "sent back"])
    def test_a_yes_with_an_order_against_the_customer_s_no(self, cast, rounds, end):
        for race in rounds():
            quote = offered(cast, "rita", OVER)
            approval = request(cast, "rita", quote, "ana").settled()

            attempts = [partial(approve_and_order, cast, "ana", approval), partial(end, cast, "rita", quote)]
            if race.round_number % 2:
                attempts.reverse()
            one_winner(race.run(*attempts))

            approval, checkouts = again(approval), check_one_order(quote)
            assert approval.is_used == bool(checkouts)
            assert approval.status == ("APPROVED" if checkouts else "CLOSED")

    @pytest.mark.parametrize(
        "end",
        [
            lambda cast, quote: change(cast, "sam", quote, reprice(quote, unit=510)),
            lambda cast, quote: ask_change(cast, "sam", quote),
            lambda cast, quote: remove(cast, "sam", quote),
            lambda cast, quote: decline_offer(cast, "rita", quote),
        ],
        ids=["repriced", "taken back", "deleted", "declined"],
    )
    def test_a_request_is_about_the_offer_as_it_is(self, cast, rounds, end):
        for race in rounds():
            quote = offered(cast, "rita", OVER)

            asked, ended = race.run(partial(request, cast, "rita", quote, "ana"), partial(end, cast, quote))

            assert ended.won
            for approval in Approval.objects.filter(subject_id=str(quote.pk)):
                # Either it came first and was ended, or it is about what is offered now.
                assert not approval.is_live or approval.content_hash == again(quote).content_hash
                assert not approval.is_live or (again(quote).status, again(quote).deleted_at) == ("OPEN", None)
            assert asked.won or isinstance(asked.refusal, (Late, Missing))

    def test_asking_twice_is_asking_once(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "rita", OVER)

            results = race.run(
                partial(request, cast, "rita", quote, "ana"), partial(request, cast, "rita", quote, "tom")
            )

            one_winner(results)
            assert Approval.objects.filter(subject_id=str(quote.pk)).count() == 1

    def test_everything_at_once_ends_somewhere(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "rita", OVER)
            approval = request(cast, "rita", quote, "ana").settled()

            race.run(
                partial(approve_and_order, cast, "ana", approval),
                partial(change, cast, "sam", quote, reprice(quote, unit=510)),
                partial(ask_change, cast, "rita", quote),
                partial(decline, cast, "ana", approval),
            )

            check_one_order(quote)
            assert again(quote).status in ("ACCEPTED", "IN_PROGRESS", "OPEN")
            assert not again(approval).is_live


class TestEmployees:
    def test_two_with_the_same_page_before_them(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", WITHIN)

            results = race.run(
                partial(change, cast, "sam", quote, reprice(quote, unit=510), seen_version=quote.version),
                partial(change, cast, "vera", quote, reprice(quote, unit=520), seen_version=quote.version),
            )

            winner = one_winner(results)
            assert next(result.refusal for result in results if not result.won).code == "version"
            assert quote.lines.get().unit_price == (510, 520)[winner]

    def test_two_who_change_different_things_lose_neither(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", {"DESK-01": 2, "VDI-01": 3})

            results = race.run(
                partial(change, cast, "sam", quote, reprice(quote, unit=510)),
                partial(change, cast, "vera", quote, reprice(quote, "VDI-01", unit=70)),
                partial(change, cast, "bea", quote, SetText(Text.CUSTOMER_COMMENT, "Soon?")),
            )

            assert all(result.won for result in results)
            quote = again(quote)
            assert dict(quote.lines.values_list("product__sku", "unit_price")) == {"DESK-01": 510, "VDI-01": 70}
            assert (quote.lines_net, quote.customer_comment) == (1230, "Soon?")
            check_histories([quote])

    def test_the_end_of_an_offer_is_set_while_it_is_accepted(self, cast, rounds):
        for race in rounds():
            quote = offered(cast, "bea", WITHIN)

            accepted, _ = race.run(
                partial(accept_offer, cast, "bea", quote, seen_hash=quote.content_hash),
                partial(change, cast, "sam", quote, SetValidTo(None)),
            )

            # When it ends is nothing that anybody orders.
            assert accepted.won
            check_one_order(quote)

    def test_two_who_change_one_reason(self, cast, rounds):
        for race in rounds():
            given = {
                "actor": cast.actor("admin"),
                "key": "change-other",
                "kind": "CHANGE",
                "code": f"OTHER{race.round_number}",
                "message": {"en": "x"},
                "seen_version": race.round_number + 1,
            }

            one_winner(race.run(partial(update_reason, **given), partial(update_reason, **given)))

            assert QuoteReason.objects.get(key="change-other").version == race.round_number + 2


class TestAsking:
    def test_one_cart_becomes_one_quote(self, cast, rounds):
        for race in rounds():
            cart = cast.cart("bea", WITHIN, type=f"round {race.round_number}")

            results = race.run(*[partial(ask_quote_for, cast, "bea", cart)] * 2)

            assert again(cart).quote == results[one_winner(results)].got
            assert next(result.refusal for result in results if not result.won).code == "quoted"

    def test_a_cart_is_quoted_or_ordered(self, cast, rounds):
        for race in rounds():
            cart = cast.cart("bea", WITHIN, type=f"round {race.round_number}")

            quoted, ordered = race.run(partial(ask_quote_for, cast, "bea", cart), partial(order, cast, "bea", cart))

            assert quoted.won != ordered.won
            assert Checkout.objects.filter(cart=cart).count() == ordered.won

    def test_a_cart_is_quoted_or_asked_about(self, cast, rounds):
        for race in rounds():
            cart = cast.cart("rita", OVER, type=f"round {race.round_number}")

            quoted, asked = race.run(
                partial(ask_quote_for, cast, "rita", cart), partial(request, cast, "rita", cart, "ana")
            )

            assert quoted.won != asked.won
            assert again(cart).status == ("closed" if quoted.won else "held")

    def test_the_same_id_is_taken_once(self, cast, rounds):
        for race in rounds():
            carts = [cast.cart(who, WITHIN, type=f"round {race.round_number}") for who in ("bea", "rita")]
            chosen = wishes(cast, key=f"mine-{race.round_number}")

            results = race.run(
                partial(ask_quote_for, cast, "bea", carts[0], wishes=chosen),
                partial(ask_quote_for, cast, "rita", carts[1], wishes=chosen),
            )

            winner = one_winner(results)
            assert next(result.refusal for result in results if not result.won).code == "id_taken"
            assert again(carts[1 - winner]).status == "open"


def until_somebody_waits():
    """Until another session waits for this transaction to end."""
    end = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
            if cursor.fetchone():
                return
    pytest.fail("nobody waits")


class TestWhatALockedQuoteNames:
    def test_another_customer_than_before_the_wait_is_found(self, cast):
        quote = offered(cast, "ana", WITHIN)
        words = partial(change, cast, "sam", quote, SetText(Text.EMPLOYEE_COMMENT, "For Tom."))
        with ExitStack() as afterwards:
            with transaction.atomic():
                Quote.objects.locked().get(pk=quote.pk)
                Quote.objects.filter(pk=quote.pk).update(owner=cast.user("tom"))
                waiting = afterwards.enter_context(aside(words))
                until_somebody_waits()
            assert waiting.result(PATIENCE).owner == cast.user("tom")
