"""Reading one approval, ending it, and giving up what was approved."""

import pytest
from django.utils import timezone

from approvals.lifecycle import Move
from approvals.models import ApprovalEvent
from companies.api.json import instant
from notifications.models import Notice
from orders.models import Cart
from tests.api.approving import (
    APPROVALS,
    FORBIDDEN,
    ask,
    error,
    make_overdue,
    nothing_happened,
)

CANNOT_DELETE = error(400001, "Deleting this approval is not allowed since it doesn't match all preconditions.")


def missing(key):
    return 404, error(404001, f"Approval with id '{key}' does not exist.")


def decide(api, asked, status, who="ana"):
    answer = api(who).patch(asked.path, [{"op": "replace", "path": "/status", "value": status}])
    assert answer.status == 204, answer.body


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_whole_of_it_with_history_and_operations(api, cast):
    asked = ask(api, cast, comment="Please.")
    listed = api("rita").get(APPROVALS).body[0]

    body = api("rita").get(asked.path).body

    event = asked.row.events.get()
    assert body == {
        **listed,
        "availableOperations": ["amend", "close", "delete"],
        "events": [
            {
                "number": 1,
                "kind": "approval.requested",
                "at": instant(event.at),
                "by": "Rita Okafor",
                "role": "requester",
                "channel": "api",
                "toStatus": "PENDING",
                "comment": "Please.",
                "contentHash": event.content_hash,
                "hash": event.hash,
            }
        ],
    }
    approvers = api("ana").get(asked.path).body
    assert approvers == {**body, "availableOperations": ["approve_and_order", "approve", "decline", "amend", "delete"]}


@pytest.mark.parametrize(
    ("status", "by_requester", "by_approver"),
    [
        ("APPROVED", ["place_order", "give_up"], ["place_order", "give_up"]),  # Ana is an admin, too
        ("DECLINED", [], []),
    ],
)
def test_the_operations_are_those_of_the_moment(api, cast, status, by_requester, by_approver):
    asked = ask(api, cast)
    decide(api, asked, status)

    assert api("rita").get(asked.path).body["availableOperations"] == by_requester
    assert api("ana").get(asked.path).body["availableOperations"] == by_approver


def test_what_is_offered_is_what_is_accepted(api, cast):
    asked = ask(api, cast, approver="bea")
    offered = set(api("bea").get(asked.path).body["availableOperations"])

    assert offered == {Move.APPROVE_AND_ORDER, Move.APPROVE, Move.DECLINE, Move.AMEND, Move.DELETE}
    assert api("bea").patch(asked.path, [{"op": "replace", "path": "/status", "value": "CLOSED"}]).status == 400
    assert api("bea").delete(asked.path).status == 204
    assert api("bea").get(asked.path).body["availableOperations"] == []


def test_an_overdue_one_reads_expired_with_nothing_left_to_do(api, cast):
    asked = ask(api, cast)
    make_overdue(asked, timezone.now())

    body = api("ana").get(asked.path).body

    assert (body["status"], body["availableOperations"]) == ("EXPIRED", [])
    assert asked.row.status == "PENDING"


@pytest.mark.parametrize("who", ["tom", "bea", "carl", "alice", "grace", "paula", "olga"])
def test_to_everybody_else_there_is_none(api, cast, who):
    asked = ask(api, cast)
    caller = api(who)

    for answer in (
        caller.get(asked.path),
        caller.patch(asked.path, [{"op": "replace", "path": "/status", "value": "APPROVED"}]),
        caller.delete(asked.path),
        caller.post(f"{asked.path}/give-up"),
    ):
        assert tuple(answer) == missing(asked.id)
    assert nothing_happened(asked)


@pytest.mark.parametrize("key", ["unknown", "x" * 300, "%F0%9F%98%80", "%ED%A0%80"])
def test_an_unknown_id(api, cast, key):
    answer = api("rita").get(f"{APPROVALS}/{key}")

    assert (answer.status, answer.body["errorCode"]) == (404, "APPROVAL-404001")


@pytest.mark.parametrize("key", ["a%2Fb", "a%00b"])
def test_an_id_that_is_no_part_of_an_address(api, key):
    assert api("rita").get(f"{APPROVALS}/{key}").status == 404


def test_reading_one_takes_six_queries_at_most(api, cast, django_assert_max_num_queries):
    asked = ask(api, cast)
    decide(api, asked, "APPROVED")

    for who in ("rita", "ana"):
        caller = api(who)
        with django_assert_max_num_queries(6):
            assert caller.get(asked.path).status == 200


# --- Ending -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "told"), [("rita", "ana"), ("ana", "rita")])
def test_requester_and_approver_may_delete(api, cast, who, told):
    asked = ask(api, cast)
    Notice.objects.all().delete()

    answer = api(who).delete(asked.path)

    assert tuple(answer) == (204, None)
    body = api("rita").get(asked.path).body
    assert body["status"] == "CLOSED"
    assert (body["events"][-1]["kind"], body["events"][-1]["by"]) == ("approval.closed", cast.user(who).name)
    assert list(Notice.objects.values_list("topic", "recipient")) == [("approval.closed", cast.user(told).pk)]
    assert Cart.objects.get(pk=asked.cart.pk).status == "open"


@pytest.mark.parametrize("status", ["APPROVED", "DECLINED", "CLOSED", "EXPIRED"])
@pytest.mark.parametrize("who", ["rita", "ana"])
def test_what_ended_cannot_be_deleted(api, cast, status, who):
    asked = ask(api, cast)
    if status == "EXPIRED":
        make_overdue(asked, timezone.now())
    else:
        decide(api, asked, status, "rita" if status == "CLOSED" else "ana")

    assert tuple(api(who).delete(asked.path)) == (400, CANNOT_DELETE)
    assert asked.row.status == status


# --- Giving up --------------------------------------------------------------------------------------------------------


def test_an_approval_that_was_not_used_can_be_given_up(api, cast):
    asked = ask(api, cast)
    decide(api, asked, "APPROVED")

    answer = api("rita").post(f"{asked.path}/give-up")

    assert tuple(answer) == (204, None)
    body = api("rita").get(asked.path).body
    assert (body["status"], body["givenUpAt"]) == ("APPROVED", instant(asked.row.released_at))
    assert body["availableOperations"] == []
    assert body["events"][-1]["kind"] == "approval.given_up"
    assert Cart.objects.get(pk=asked.cart.pk).status == "open"


def test_an_approver_who_is_no_admin_gives_nothing_up(api, cast):
    asked = ask(api, cast, approver="bea")
    decide(api, asked, "APPROVED", "bea")
    events = ApprovalEvent.objects.count()

    assert tuple(api("bea").post(f"{asked.path}/give-up")) == (403, FORBIDDEN)
    assert ApprovalEvent.objects.count() == events


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("PENDING", "This waits for Ana Diaz to decide."),
        ("DECLINED", "Ana Diaz already declined this on "),
        ("GIVEN UP", "This was approved by Ana Diaz, but given up on "),
    ],
)
def test_too_late_to_give_up(api, cast, status, why):
    asked = ask(api, cast)
    if status == "DECLINED":
        decide(api, asked, status)
    if status == "GIVEN UP":
        decide(api, asked, "APPROVED")
        api("rita").post(f"{asked.path}/give-up")
    before = ApprovalEvent.objects.count()

    answer = api("rita").post(f"{asked.path}/give-up")

    assert (answer.status, answer.body["errorCode"]) == (409, "APPROVAL-409003")
    assert answer.body["message"].startswith(why)
    assert ApprovalEvent.objects.count() == before


def test_other_methods_are_not_there(api, cast):
    asked = ask(api, cast)

    answer = api("rita").put(asked.path, {})

    assert tuple(answer) == (
        405,
        {"code": 405, "status": "Method Not Allowed", "message": 'Method "PUT" not allowed.'},
    )
    assert api("rita").get(f"{asked.path}/give-up").status == 405
    assert api("rita").delete(APPROVALS).status == 405
