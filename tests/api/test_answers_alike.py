"""Does every endpoint answer what all of them are said to answer? One well-formed request each, spoilt in one way.

Whether a body is the one that the document promises for its status is checked with every answer, see `documented.py`.
"""

import re

import pytest
from django.db import IntegrityError

from approvals.models import Approval
from companies.models.idempotency import IdempotencyKey
from companies.scopes import CLIENT_SCOPES
from orders.lifecycle import OrderMove
from orders.models import Order
from tests.api.buying import saas
from tests.api.everything import OPERATIONS, SESSION, WORDS, Scene
from tests.api.test_who import table
from tests.stories.scenes import nothing_changes
from tests.world import scene

pytestmark = pytest.mark.django_db

WITH_BODY = [operation for operation, (*_, words) in WORDS.items() if "requestBody" in words]
NAMED = [operation for operation, (*_, words) in WORDS.items() if "Idempotency" in str(words["parameters"])]
WITH_ID = [operation for operation, (_, path) in OPERATIONS.items() if path.count("{") > 1]
ORDER_MOVES = tuple(f"}}/{move}" for move in OrderMove)
MOVES = [
    operation
    for operation, (_, path) in OPERATIONS.items()
    if path.startswith("/order-v2/") and path.endswith(ORDER_MOVES)
]
STATUSES = [operation for operation in WITH_BODY if operation.startswith(("POST-order-update", "PATCH-order"))]


@scene
def everything(cast):
    return Scene(cast)


@pytest.fixture
def prepared(everything, api, anonymous_api, service_api):
    """`prepared(operation)` gives a function that sends its request, by somebody who may, changed as asked."""

    def prepare(operation):
        method, path = everything.path(operation)
        who = next(who for who, status in table()[operation].items() if status < 400)
        caller = service_api(*CLIENT_SCOPES) if who == "program" else anonymous_api() if who == "visitor" else api(who)
        if who == "rita":
            caller.row.session_key = SESSION
            caller.row.save()
        body, query = everything.body(operation, who), everything.query(operation, who)
        own = saas(who) if operation == "POST-checkout-trigger-checkout" else {}

        def send(*, body=body, headers=None, at=path):
            return caller.call(method, at, body, query, {**own, **(headers or {})})

        send.body = body
        return send

    return prepare


@pytest.mark.parametrize("operation", OPERATIONS)
def test_another_tenant_in_the_header(prepared, operation):
    send = prepared(operation)
    open_to_all = operation in ("GET-customer-login-anonymous", "GET-customer-refresh-anonymous")
    with nothing_changes():
        assert send(headers={"Emporix-Tenant": "other"}).status == (200 if open_to_all else 400)
    assert send(headers={"Emporix-Tenant": "acme"}).status < 300


@pytest.mark.parametrize("operation", WITH_BODY)
def test_a_body_that_is_no_json_or_too_long(prepared, operation, settings):
    send = prepared(operation)
    least = {} if send.body else {"body": {}}
    with nothing_changes():
        assert send(**least, headers={"Content-Type": "text/plain"}).status == 415
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1
        assert send(**least).status == 413


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_nobody_foresaw(prepared, operation, monkeypatch):
    send = prepared(operation)

    def breaks(*_, **__):
        raise RuntimeError("out of paper")

    monkeypatch.setattr("companies.api.views.ApiView.check_permissions", breaks)
    with nothing_changes():
        answer = send()
    assert answer.status == 500
    assert "paper" not in str(answer.body)


@pytest.mark.parametrize("operation", WITH_ID)
def test_an_id_that_no_database_could_hold(prepared, operation):
    send = prepared(operation)
    _, path = OPERATIONS[operation]
    at = re.sub(r"{\w+}", "a%00b", path.replace("{tenant}", "acme"))
    with nothing_changes():
        assert send(at=at).status == 404


@pytest.mark.parametrize("operation", NAMED)
def test_a_request_under_a_key_that_another_one_has(prepared, operation):
    send = prepared(operation)
    named = {"Idempotency-Key": "k"}
    first = send(headers=named)
    assert first.status < 300
    assert send(headers=named).body == first.body

    IdempotencyKey.objects.update(body_digest="that of another body")

    with nothing_changes():
        assert send(headers=named).status == 422


@pytest.mark.parametrize("operation", NAMED)
def test_a_request_that_is_being_carried_out(prepared, operation, monkeypatch):
    def somebody_was_faster(*_, **__):
        raise IntegrityError

    send = prepared(operation)
    monkeypatch.setattr(IdempotencyKey.objects, "bulk_create", somebody_was_faster)
    with nothing_changes():
        assert send(headers={"Idempotency-Key": "k"}).status == 409


@pytest.mark.parametrize("operation", MOVES)
def test_an_order_that_has_moved_on(prepared, operation):
    send = prepared(operation)
    Order.objects.update(status="completed")
    Approval.objects.filter(subject_kind="order_review").update(status="APPROVED")
    with nothing_changes():
        answer = send()
    assert (answer.status, answer.body["type"]) == (409, "conflict_resource")


@pytest.mark.parametrize("operation", STATUSES)
def test_an_order_that_moves_on_just_now(prepared, operation, monkeypatch):
    send = prepared(operation)
    Order.objects.update(status="completed")
    seen = {"DECLINED": OrderMove.CANCEL}
    monkeypatch.setattr("orders.api.orders_input._meant", lambda *_: seen)
    with nothing_changes():
        answer = send()
    assert (answer.status, answer.body["type"]) == (409, "conflict_resource")


@pytest.mark.parametrize("kind", ["contact-assignments", "locations"])
def test_a_part_of_a_company_that_was_changed_since(cast, service_api, kind):
    key = cast.member("carl").key if kind == "contact-assignments" else cast.headquarters.key
    path = f"/customer-management/acme/{kind}/{key}"
    program = service_api(*CLIENT_SCOPES)
    with nothing_changes():
        for method in ("PUT", "PATCH"):
            assert program.call(method, path, {"metadata": {"version": 7}}).status == 409


def test_a_visitor_of_no_tenant(api, cast):
    for path in ("login", "refresh"):
        query = {"tenant": "nowhere", "client_id": "x", "refresh_token": "y"}
        assert api().get(f"/customerlogin/auth/anonymous/{path}", **query).status == 404
