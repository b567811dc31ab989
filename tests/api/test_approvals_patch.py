"""Changing and answering a request: who may change what, all or nothing, and every reason to refuse."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.models import Answer
from companies.roles import Role
from notifications.models import Notice
from orders.models import Cart
from tests.api.approving import APPROVALS, DETAILS, ask, error, invalid, make_overdue, nothing_happened

WINDOW = {"id": "window-morning", "slotId": "morning", "deliveryDate": "2026-12-24T08:00:00.000Z"}
NOT_ALLOWED, NO_STATUS, NOT_SUPPORTED, FINISHED, INCORRECT = 400002, 400003, 400007, 400009, 400010


def op(word, path, *value):
    return {"op": word, "path": path, **({"value": value[0]} if value else {})}


def answer(status, comment=None):
    """As the SDK's `approvalStatusPatch` builds it."""
    operations = [op("replace", "/status", status)]
    return [*operations, op("add", "/approverComment", comment)] if comment else operations


@pytest.fixture
def asked(api, cast):
    """Rita asks Ana for two desks, without a comment; the notices of that are cleared away."""
    waiting = ask(api, cast, details=DETAILS)
    Notice.objects.all().delete()
    return waiting


@pytest.fixture
def change(api, asked):
    """`change("ana", operations)`: the answer."""
    return lambda who, operations, **query: api(who).patch(asked.path, operations, **query)


def told():
    return sorted(Notice.objects.values_list("topic", "recipient__first_name"))


# --- What works -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "cart", "topic"), [("APPROVED", "held", "approval.approved"), ("DECLINED", "open", "approval.declined")]
)
def test_the_approver_answers(api, cast, asked, change, status, cart, topic):
    assert tuple(change("ana", answer(status, "As agreed."))) == (204, None)

    body = api("rita").get(asked.path).body
    assert (body["status"], body["approverComment"], body["metadata"]["version"]) == (status, "As agreed.", 2)
    assert "comment" not in body
    assert Cart.objects.get(pk=asked.cart.pk).status == cart
    assert told() == [(topic, "Rita")]
    assert Answer.objects.get().comment == "As agreed."


def test_the_requester_closes(api, cast, asked, change):
    assert tuple(change("rita", answer("CLOSED"))) == (204, None)

    body = api("ana").get(asked.path).body
    assert (body["status"], body["events"][-1]["by"]) == ("CLOSED", "Rita Okafor")
    assert Cart.objects.get(pk=asked.cart.pk).status == "open"
    assert told() == [("approval.closed", "Ana")]


def test_a_last_word_when_closing_goes_to_the_approver(api, asked, change):
    # The SDK writes every comment of a status change into the approver's field.
    assert change("rita", answer("CLOSED", "Found cheaper ones.")).status == 204

    body = api("ana").get(asked.path).body
    assert body["events"][-1]["comment"] == "Found cheaper ones."
    assert "approverComment" not in body
    assert Notice.objects.get().facts["reason"] == "Found cheaper ones."


@pytest.mark.parametrize("spelled", ["REPLACE", "replace", "Replace"])
def test_operations_in_either_case_alone_or_in_a_list(api, asked, change, spelled):
    assert change("ana", op(spelled, "/status", "APPROVED")).status == 204
    assert asked.row.status == "APPROVED"


def test_the_requester_changes_what_is_the_requesters(api, asked, change):
    operations = [
        op("add", "/comment", "  On Thursday, please. "),
        op("replace", "/details/currency", "EUR"),
        op("add", "/details/reference", "PO 7"),
        op("remove", "/details/payment"),
        op("replace", "/details/addresses/0/city", "Ulm"),
        op("replace", "/details/shipping/methodId", "2-hours_timeframe"),
        op("replace", "/resource/deliveryWindow", WINDOW),
    ]
    before = asked.row.content_hash

    assert tuple(change("rita", operations)) == (204, None)

    body = api("ana").get(asked.path).body
    assert body["comment"] == "On Thursday, please."
    assert body["details"] == {
        **{name: value for name, value in DETAILS.items() if name != "payment"},
        "reference": "PO 7",
        "addresses": [{**DETAILS["addresses"][0], "city": "Ulm"}, DETAILS["addresses"][1]],
        "shipping": {**DETAILS["shipping"], "methodId": "2-hours_timeframe"},
    }
    assert body["resource"]["deliveryWindow"] == WINDOW
    assert body["resource"]["totalPrice"]["grossValue"] == 1219.75
    assert body["metadata"]["version"] == 2
    assert body["contentHash"] != before
    assert [event["kind"] for event in body["events"]] == ["approval.requested", "approval.amended"]
    assert body["events"][-1]["differences"] == [
        "The total is 1,219.75 EUR; it was 1,201.90 EUR.",
        "Shipping is 2-hours_timeframe; it was 4-more_hours_timeframe.",
        (
            "The delivery address is John Doe, Fritz-Elsas-Straße 20, 70173 Ulm, DE; "
            "it was John Doe, Fritz-Elsas-Straße 20, 70173 Stuttgart, DE."
        ),
        "Delivery is 2026-12-24 (morning); it was left open.",
    ]
    assert told() == [("approval.amended", "Ana")]


def test_all_details_at_once_leave_the_window_alone(api, asked, change):
    change("rita", op("add", "/resource/deliveryWindow", WINDOW))

    assert change("rita", op("replace", "/details", {"currency": "EUR"})).status == 204

    body = api("rita").get(asked.path).body
    assert body["details"] == {"currency": "EUR"}
    assert body["resource"]["deliveryWindow"] == WINDOW


@pytest.mark.parametrize("who", ["rita", "ana"])
def test_both_sides_change_the_delivery_window(api, asked, change, who):
    assert change(who, op("REPLACE", "/resource/deliveryWindow", WINDOW)).status == 204
    assert change(who, op("replace", "/resource/deliveryWindow/slotId", "noon")).status == 204
    assert api("rita").get(asked.path).body["resource"]["deliveryWindow"] == {**WINDOW, "slotId": "noon"}
    assert change(who, op("remove", "/resource/deliveryWindow")).status == 204
    assert "deliveryWindow" not in api("rita").get(asked.path).body["resource"]


def test_the_approver_comments_before_deciding(api, asked, change):
    assert change("ana", op("add", "/approverComment", "Why two?")).status == 204
    assert change("ana", op("replace", "/approverComment", "Why not one?")).status == 204

    body = api("rita").get(asked.path).body
    assert (body["status"], body["approverComment"]) == ("PENDING", "Why not one?")
    assert told() == [("approval.amended", "Rita")] * 2
    change("ana", op("remove", "/approverComment"))
    assert "approverComment" not in api("rita").get(asked.path).body


def test_adding_overwrites_what_is_there(api, asked, change):
    for text in ("First.", "Second."):
        assert change("ana", op("add", "/approverComment", text)).status == 204
    assert api("rita").get(asked.path).body["approverComment"] == "Second."


def test_the_approver_changes_everything_that_is_theirs_and_decides(api, asked, change):
    operations = [
        op("ADD", "/comment", "new comment"),
        op("REPLACE", "/resource/deliveryWindow", WINDOW),
        op("REPLACE", "/status", "APPROVED"),
        op("ADD", "/approverComment", "Fine."),
    ]

    assert tuple(change("ana", operations)) == (204, None)

    body = api("rita").get(asked.path).body
    assert (body["status"], body["comment"], body["approverComment"]) == ("APPROVED", "new comment", "Fine.")
    assert body["resource"]["deliveryWindow"] == WINDOW
    assert [event["kind"] for event in body["events"]] == [
        "approval.requested",
        "approval.amended",
        "approval.approved",
    ]
    # The answer is about the content as it was changed.
    assert Answer.objects.get().snapshot.number == 2
    assert body["events"][-1]["contentHash"] == body["contentHash"]
    assert told() == [("approval.approved", "Rita")]


def test_the_requester_changes_and_closes(api, asked, change):
    assert change("rita", [op("add", "/comment", "Never mind."), *answer("CLOSED")]).status == 204

    body = api("ana").get(asked.path).body
    assert (body["status"], body["comment"]) == ("CLOSED", "Never mind.")


@pytest.mark.parametrize(
    ("who", "operations"),
    [
        ("rita", [op("replace", "/details", DETAILS)]),
        ("rita", [op("replace", "/details/currency", "EUR")]),
        ("ana", [op("replace", "/details/currency", "EUR")]),
        ("ana", [op("add", "/approverComment", "")]),
        ("rita", [op("add", "/comment", None)]),
    ],
)
def test_what_is_the_same_already_changes_nothing(asked, change, who, operations):
    assert tuple(change(who, operations)) == (204, None)
    assert nothing_happened(asked)
    assert told() == []


# --- What the approver saw --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["operation", "query"])
def test_a_decision_on_what_was_seen(asked, change, place):
    seen = {"expectedContentHash": asked.row.content_hash}
    operation = op("replace", "/status", "APPROVED")

    response = change("ana", [{**operation, **seen}]) if place == "operation" else change("ana", [operation], **seen)

    assert response.status == 204
    assert asked.row.status == "APPROVED"


@pytest.mark.parametrize("more", [[], [op("add", "/comment", "x")]])
def test_a_decision_on_what_has_changed_since(asked, change, more):
    seen = asked.row.content_hash
    change("rita", op("add", "/resource/deliveryWindow", WINDOW))

    response = change("ana", [*more, {**op("replace", "/status", "APPROVED"), "expectedContentHash": seen}])

    assert tuple(response) == (
        409,
        error(
            409002,
            "This was changed since you opened it. Look at what is different, then decide.",
            "Delivery is 2026-12-24 (morning); it was left open.",
        ),
    )
    assert (asked.row.status, asked.row.comment) == ("PENDING", "")


@pytest.mark.parametrize(
    ("seen", "problem"),
    [("f" * 64, "This is not something that was ever asked here."), (5, "must be text"), ("\x00", "must be text")],
)
def test_a_hash_of_nothing(asked, change, seen, problem):
    response = change("ana", [{**op("replace", "/status", "APPROVED"), "expectedContentHash": seen}])

    assert tuple(response) == (400, invalid(f"expectedContentHash: {problem}"))
    assert nothing_happened(asked)


# --- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "operations", "number", "message"),
    [
        # whose status it is
        ("rita", answer("APPROVED"), NOT_ALLOWED, "You may not approve this approval."),
        ("rita", answer("DECLINED"), NOT_ALLOWED, "You may not decline this approval."),
        ("ana", answer("CLOSED"), NOT_ALLOWED, "You may not close this approval."),
        ("ana", answer("PENDING"), NOT_ALLOWED, "The status cannot be changed to PENDING."),
        ("ana", answer("EXPIRED"), NOT_ALLOWED, "The status cannot be changed to EXPIRED."),
        # what is no status
        ("ana", answer("OPEN"), NO_STATUS, "'OPEN' is not a status."),
        ("ana", answer("approved"), NO_STATUS, "'approved' is not a status."),
        ("ana", answer(None), NO_STATUS, "None is not a status."),
        ("ana", answer({"value": "APPROVED"}), NO_STATUS, "{'value': 'APPROVED'} is not a status."),
        # whose part it is
        ("rita", [op("add", "/approverComment", "x")], NOT_SUPPORTED, "This comment is the approver's."),
        ("ana", [op("replace", "/details/currency", "USD")], NOT_SUPPORTED, "These details are the requester's."),
        (
            "ana",
            [op("replace", "/details", {}), *answer("APPROVED")],
            NOT_SUPPORTED,
            "These details are the requester's.",
        ),
        (
            "ana",
            [op("add", "/comment", "x")],
            NOT_SUPPORTED,
            "The approver changes this comment together with the decision only.",
        ),
        # what there is not
        ("rita", [op("move", "/comment", "x")], NOT_SUPPORTED, "The operation 'move' is not supported."),
        (
            "rita",
            [op("replace", "/approver", {"userId": "C-tom"})],
            NOT_SUPPORTED,
            "The path '/approver' is not supported.",
        ),
        (
            "rita",
            [op("replace", "/requestor/userId", "C-tom")],
            NOT_SUPPORTED,
            "The path '/requestor/userId' is not supported.",
        ),
        ("rita", [op("replace", "/expiryDate", "x")], NOT_SUPPORTED, "The path '/expiryDate' is not supported."),
        ("rita", [op("replace", "/resource", {})], NOT_SUPPORTED, "The path '/resource' is not supported."),
        ("rita", [op("replace", "/resource/items", [])], NOT_SUPPORTED, "The path '/resource/items' is not supported."),
        (
            "ana",
            [op("replace", "/status/value", "APPROVED")],
            NOT_SUPPORTED,
            "The path '/status/value' is not supported.",
        ),
        ("rita", [op("replace", "/details/", 1)], NOT_SUPPORTED, "The path '/details/' is not supported."),
        ("rita", [op("replace", "details", {})], NOT_SUPPORTED, "The path 'details' is not supported."),
        ("rita", [op("replace", "/", 1)], NOT_SUPPORTED, "The path '/' is not supported."),
        # what cannot be carried out
        ("ana", [op("replace", "/approverComment", "x")], INCORRECT, 'Missing field "approverComment"'),
        ("ana", [op("remove", "/approverComment")], INCORRECT, 'Missing field "approverComment"'),
        ("rita", [op("replace", "/comment", "x")], INCORRECT, 'Missing field "comment"'),
        ("rita", [op("replace", "/details/unknown", "x")], INCORRECT, 'Missing field "unknown"'),
        ("rita", [op("remove", "/details/addresses/2")], INCORRECT, 'Missing field "2"'),
        ("rita", [op("add", "/details/currency/x", "x")], INCORRECT, 'Missing field "currency"'),
        ("rita", [op("remove", "/resource/deliveryWindow")], INCORRECT, 'Missing field "deliveryWindow"'),
        ("rita", [op("replace", "/resource/deliveryWindow/id", "x")], INCORRECT, 'Missing field "deliveryWindow"'),
        ("rita", [op("remove", "/details")], INCORRECT, "/details cannot be removed."),
        ("ana", [op("remove", "/status")], INCORRECT, "/status cannot be removed."),
        ("ana", [*answer("APPROVED"), *answer("DECLINED")], INCORRECT, "The status is given more than once."),
    ],
)
def test_refused_with_its_code(asked, change, who, operations, number, message):
    assert tuple(change(who, operations)) == (400, error(number, message))
    assert nothing_happened(asked)
    assert told() == []


@pytest.mark.parametrize(
    ("operations", "problem"),
    [
        (None, "body: cannot be empty"),
        ([], "body: cannot be empty"),
        ({}, "body: cannot be empty"),
        ("x", "body: Send a list of operations."),
        ([1], "[0]: An operation is an object."),
        ([op("replace", None, 1)], "[0].path: cannot be null"),
        ([{"path": "/comment", "value": "x"}], "[0].op: cannot be null"),
        ([op("add", "/comment")], "[0].value: This operation needs a value."),
        ([op("add", "/comment", "x")] * 51, "body: At most 50 operations at once."),
        ([op("add", "/comment", 5)], "comment: This must be text."),
        ([op("add", "/comment", "x" * 5001)], "comment: Please shorten this to 5,000 characters; it has 5,001."),
        ([op("add", "/comment", "\x00")], "comment: This text contains a character that cannot be stored."),
        ([op("replace", "/details", [])], "details: Details are an object."),
        (
            [op("replace", "/resource/deliveryWindow", "soon")],
            "resource.deliveryWindow: A delivery window is an object.",
        ),
        (
            [op("replace", "/details/shipping/methodId", "rocket")],
            "details.shipping: Acme Markets Main does not ship that way.",
        ),
        (
            [op("replace", "/details/addresses/0/type", "HOME")],
            "details.addresses.type: An address is of type SHIPPING or BILLING.",
        ),
        ([op("add", "/details/extra", "\x00")], "details: This contains something that cannot be stored."),
    ],
)
def test_a_body_that_cannot_be_taken(asked, change, operations, problem):
    assert tuple(change("rita", operations)) == (400, invalid(problem))
    assert nothing_happened(asked)


@pytest.mark.parametrize(
    "bad", [op("replace", "/comment/x", 1), op("replace", "/details/unknown", 1), op("add", "/approverComment", "x")]
)
@pytest.mark.parametrize("place", [0, 1])
def test_one_bad_operation_and_nothing_changes(asked, change, bad, place):
    operations = [op("add", "/comment", "Please.")]
    operations.insert(place, bad)

    assert change("rita", operations).status == 400
    assert nothing_happened(asked)


@pytest.mark.parametrize("status", ["APPROVED", "DECLINED", "CLOSED", "EXPIRED"])
@pytest.mark.parametrize(
    ("who", "operations"),
    [
        ("ana", answer("APPROVED")),
        ("ana", answer("DECLINED", "No.")),
        ("rita", answer("CLOSED")),
        ("rita", answer("APPROVED")),
        ("rita", [op("add", "/comment", "x")]),
        ("ana", [op("replace", "/resource/deliveryWindow", WINDOW)]),
    ],
)
def test_what_ended_cannot_be_changed(api, asked, change, status, who, operations):
    if status == "EXPIRED":
        make_overdue(asked, timezone.now())
        why = "Nobody decided this in time; it expired on "
    else:
        change("rita" if status == "CLOSED" else "ana", answer(status))
        why = {
            "APPROVED": "Ana Diaz already approved",
            "DECLINED": "Ana Diaz already declined",
            "CLOSED": "Rita Okafor closed",
        }[status]

    response = change(who, operations)

    assert (response.status, response.body["errorCode"]) == (400, f"APPROVAL-{FINISHED}")
    assert response.body["message"].startswith(why)
    row = asked.row
    assert (row.status, row.version, row.comment) == (status, 2, "")


def test_an_approver_who_lost_the_right_changes_nothing(cast, asked, change):
    cast.member("ana").role = Role.CONTACT
    cast.member("ana").save()

    response = change("ana", [op("add", "/comment", "x"), *answer("APPROVED", "Fine.")])

    assert (response.status, response.body["errorCode"]) == (400, f"APPROVAL-{NOT_ALLOWED}")
    assert response.body["message"].endswith("Bea Lindt or Tom Weber can.")
    assert nothing_happened(asked)
    assert told() == [("approval.approver_lost", "Rita")]


def test_a_decision_takes_few_statements(api, asked):
    ana = api("ana")

    with CaptureQueriesContext(connection) as queries:
        assert ana.patch(asked.path, answer("APPROVED", "Fine.")).status == 204

    statements = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
    assert len(statements) <= 14, "\n".join(statements)


def test_an_empty_list_to_an_unknown_approval_says_no_more(api, cast):
    assert api("rita").patch(f"{APPROVALS}/unknown", []).status == 404
