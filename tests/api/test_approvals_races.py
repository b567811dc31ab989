"""What if two requests come at the same moment? One of them holds, and the other one is told so."""

import pytest

from approvals.models import Approval
from orders.models import Cart
from tests.api.approving import APPROVALS, ask, asking
from tests.threads import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def codes(answers):
    return sorted((answer.status, (answer.body or {}).get("errorCode", "")) for answer in answers)


def test_two_requests_under_one_key_ask_once_and_answer_alike(api, cast):
    body = asking(cast.cart("rita", {"DESK-01": 1}))
    callers = [api("rita", Idempotency_Key="same") for _ in range(4)]

    answers = at_once(*(lambda caller=caller: caller.post(APPROVALS, body) for caller in callers))

    assert [tuple(answer) for answer in answers] == [(201, {"id": Approval.objects.get().key})] * 4


def test_two_requests_without_a_key_ask_once(api, cast):
    cart = cast.cart("rita", {"DESK-01": 1})
    callers = [(api("rita"), approver) for approver in ("C-ana", "C-tom", "C-bea")]

    answers = at_once(
        *(lambda caller=caller, who=who: caller.post(APPROVALS, asking(cart, who)) for caller, who in callers)
    )

    assert codes(answers) == [(201, ""), (409, "APPROVAL-409001"), (409, "APPROVAL-409001")]
    assert Approval.objects.count() == 1


def test_one_id_for_two_carts(api, cast):
    bodies = [asking(cast.cart("rita", {"DESK-01": 1}, type=str(n)), id="mine") for n in range(2)]
    callers = [api("rita"), api("rita")]

    answers = at_once(
        *(
            lambda caller=caller, body=body: caller.post(APPROVALS, body)
            for caller, body in zip(callers, bodies, strict=True)
        )
    )

    assert codes(answers) == [(201, ""), (409, "APPROVAL-409001")]
    assert Cart.objects.filter(status="held").count() == 1


@pytest.mark.parametrize("other", ["CLOSED", "delete", "DECLINED"])
def test_an_answer_against_its_opposite(api, cast, other):
    asked = ask(api, cast)
    ana, second = api("ana"), api("ana" if other == "DECLINED" else "rita")

    def status(caller, value):
        return caller.patch(asked.path, [{"op": "replace", "path": "/status", "value": value}])

    answers = at_once(
        lambda: status(ana, "APPROVED"),
        lambda: second.delete(asked.path) if other == "delete" else status(second, other),
    )

    late = "APPROVAL-400001" if other == "delete" and answers[1].status == 400 else "APPROVAL-400009"
    assert codes(answers) == [(204, ""), (400, late)]
    assert asked.row.event_count == 2
