"""What if several answer a quote at the same moment? One outcome, and never an order at a price that nobody saw."""

from decimal import Decimal

import pytest
from django.utils import timezone

from approvals import services as approving
from companies.scopes import CLIENT_SCOPES
from orders.models import Checkout, Order, Quote
from tests.api.buying import ORDER, saas
from tests.api.quoting import QUOTES, asks, at, item, made, operation, status
from tests.stories.scenes import DAY, OVER, QUOTE, WITHIN, again, check_histories, offered
from tests.threads import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = range(4)


def statuses(answers):
    return sorted(answer.status for answer in answers)


def accept(api, who, quote, **more):
    caller = api(who)
    return lambda: caller.patch(at(quote), status("ACCEPTED", **more))


def order(api, who, quote, **headers):
    caller, body = api(who), {"quoteId": quote.key, "paymentMethods": [{"provider": "custom", "method": who}]}
    return lambda: caller.post(ORDER, body, headers={**saas(who), **headers})


def one_order(quote, gross):
    """There is one checkout of the quote, at this price, and the histories hold."""
    made_order = Order.objects.get()
    assert (Checkout.objects.get().quote, again(quote).order_number) == (quote, made_order.number)
    assert (again(quote).status, made_order.gross) == ("ACCEPTED", Decimal(gross))
    check_histories()
    return made_order


@pytest.fixture
def quote(cast):
    """Ana's offer of eight desks."""
    return offered(cast, "ana", WITHIN, unit=400)


PRICE = "3819.90"  # eight desks at 400.00 EUR, and shipping


@pytest.mark.parametrize("round_number", ROUNDS)
def test_accepting_twice(api, quote, round_number):
    answers = at_once(*(accept(api, "ana", quote) for _ in range(3)))

    assert statuses(answers) == [204, 400, 400]
    one_order(quote, PRICE)


@pytest.mark.parametrize("round_number", ROUNDS)
def test_accepting_against_checkout(api, quote, round_number):
    accepting, paying = at_once(accept(api, "ana", quote), order(api, "ana", quote))

    assert (accepting.status, paying.status) in ((204, 200), (400, 200))
    # Whoever was first: the payment is the one that was said.
    assert one_order(quote, PRICE).payment == {"provider": "custom", "method": "ana"}


@pytest.mark.parametrize("round_number", ROUNDS)
def test_two_checkouts(api, quote, round_number):
    answers = at_once(*(order(api, "ana", quote) for _ in range(3)))

    assert statuses(answers) == [200, 409, 409]
    number = one_order(quote, PRICE).number
    assert {a.body["details"][1]["message"] for a in answers if a.status == 409} == {number}


@pytest.mark.parametrize("round_number", ROUNDS)
def test_two_checkouts_under_one_key(api, quote, round_number):
    answers = at_once(*(order(api, "ana", quote, **{"Idempotency-Key": "one"}) for _ in range(3)))

    number = one_order(quote, PRICE).number
    assert [(a.status, a.body["orderId"]) for a in answers] == [(200, number)] * 3


@pytest.mark.parametrize("round_number", ROUNDS)
def test_the_approver_against_the_requester(api, cast, round_number):
    quote = offered(cast, "rita", OVER, unit=400)
    approval = approving.request_approval(
        actor=cast.actor("rita"), kind=QUOTE, subject_key=quote.key, approver_id=cast.ana.pk
    ).settled()
    approving.approve(actor=cast.actor("ana"), approval_id=approval.pk).settled()

    answers = at_once(order(api, "ana", quote), order(api, "rita", quote), accept(api, "rita", quote))

    assert {a.status for a in answers} <= {200, 204, 400, 409}
    made_order = one_order(quote, "4295.90")
    assert again(approval).created_resource == made_order.number
    assert made_order.payment["method"] in ("ana", "rita")
    assert not made_order.checkout.payment_open


@pytest.mark.parametrize("round_number", ROUNDS)
def test_accepting_against_another_price(api, service_api, quote, round_number):
    desk, line, seen = service_api(*CLIENT_SCOPES), quote.lines.get().key, quote.content_hash
    dearer = operation(f"/items/{line}/price", {"totalNetValue": 4000})

    accepting, repricing = at_once(
        accept(api, "ana", quote, expectedContentHash=seen), lambda: desk.patch(at(quote), dearer)
    )

    assert (accepting.status, repricing.status) in ((204, 400), (409, 204))
    if accepting.status == 204:
        one_order(quote, PRICE)
    else:
        assert (Order.objects.count(), again(quote).status) == (0, "OPEN")


@pytest.mark.parametrize("round_number", ROUNDS)
def test_accepting_against_deleting(api, service_api, quote, round_number):
    desk = service_api(*CLIENT_SCOPES)

    accepting, deleting = at_once(accept(api, "ana", quote), lambda: desk.delete(at(quote)))

    assert (accepting.status, deleting.status) in ((204, 400), (404, 204))
    assert Order.objects.count() == (accepting.status == 204)


@pytest.mark.parametrize("round_number", ROUNDS)
def test_declining_against_accepting(api, quote, round_number):
    ana = api("ana")

    answers = at_once(accept(api, "ana", quote), lambda: ana.patch(at(quote), status("DECLINED")))

    assert statuses(answers) == [204, 400]
    assert Order.objects.count() == (again(quote).status == "ACCEPTED")


@pytest.mark.parametrize("round_number", ROUNDS)
def test_accepting_at_the_end_of_the_offer(api, quote, round_number):
    Quote.objects.update(valid_to=timezone.now() - DAY)

    answers = at_once(accept(api, "ana", quote), order(api, "ana", quote), accept(api, "ana", quote))

    assert statuses(answers) == [400, 400, 409]
    assert (again(quote).status, Order.objects.count()) == ("EXPIRED", 0)
    assert [event.kind for event in quote.events.order_by("number")].count("quote.expired") == 1


@pytest.mark.parametrize("round_number", ROUNDS)
def test_asking_for_one_cart_twice(api, cast, round_number):
    cart = cast.cart("rita", WITHIN)
    callers = [api("rita") for _ in range(3)]

    answers = at_once(*(lambda caller=caller: caller.post(QUOTES, asks(cast, cart)) for caller in callers))

    assert statuses(answers) == [201, 409, 409]
    assert Quote.objects.get().cart == cart


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_id_twice(service_api, cast, round_number):
    callers = [service_api(*CLIENT_SCOPES) for _ in range(3)]
    body = made(cast, item(cast, "DESK-01"), id="mine")

    answers = at_once(*(lambda caller=caller: caller.post(QUOTES, body) for caller in callers))

    assert statuses(answers) == [201, 409, 409]
    assert {a.body["message"] for a in answers if a.status == 409} == {"Duplicated key"}


@pytest.mark.parametrize("round_number", ROUNDS)
def test_making_one_under_one_key(service_api, cast, round_number):
    desk = service_api(*CLIENT_SCOPES, Idempotency_Key="one")
    body = made(cast, item(cast, "DESK-01"))

    answers = at_once(*(lambda: desk.post(QUOTES, body) for _ in range(3)))

    assert [tuple(a) for a in answers] == [(201, {"id": Quote.objects.get().key})] * 3


@pytest.mark.parametrize("round_number", ROUNDS)
def test_attaching_at_two_places(service_api, quote, round_number):
    callers = {name: service_api(*CLIENT_SCOPES) for name in ("a", "b", "c")}

    answers = at_once(
        *(
            lambda name=name, caller=caller: caller.patch(at(quote), operation(f"/mixins/{name}", 1, "ADD"))
            for name, caller in callers.items()
        )
    )

    assert statuses(answers) == [204] * 3
    assert again(quote).mixins == {"mixins": {"a": 1, "b": 1, "c": 1}}
