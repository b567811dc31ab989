"""Asking somebody for approval: what is written, what comes back, and every reason to refuse."""

from http import HTTPStatus

import pytest
from django.utils import timezone

from approvals.models import Approval, ApprovalEvent, Snapshot
from companies.models import IdempotencyKey
from companies.roles import Role
from notifications.models import Notice
from orders.models import Cart
from tests.api.approving import (
    APPROVALS,
    DETAILS,
    FORBIDDEN,
    about,
    ask,
    asking,
    error,
    invalid,
    make_overdue,
)
from tests.factories import ApprovalFactory

SMALL, LARGE = {"DESK-01": 1}, {"DESK-01": 9}


def refused(answer, status, body):
    """The answer is this, and nothing was written: no approval, no event, no notice, no cart held."""
    assert tuple(answer) == (status, body)
    assert not Approval.objects.exists()
    assert not ApprovalEvent.objects.exists()
    assert not Snapshot.objects.exists()
    assert not Notice.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert not Cart.objects.filter(status="held").exists()


def test_the_body_of_the_tutorial_works_as_it_is_printed(api, cast):
    cart = cast.cart("rita", {"DESK-01": 2, "CHAIR-01": 1})
    body = asking(cart, id="64e241ced632aa413a27a318", comment="Comment to the approval user", details=DETAILS)

    answer = api("rita").post(APPROVALS, body)

    assert tuple(answer) == (201, {"id": "64e241ced632aa413a27a318"})
    approval = Approval.objects.get()
    assert (approval.status, approval.comment, approval.details) == (
        "PENDING",
        "Comment to the approval user",
        DETAILS,
    )
    assert Cart.objects.get(pk=cart.pk).held_for == approval
    event = approval.events.get()
    assert (event.kind, event.channel, event.role) == ("approval.requested", "api", "requester")
    assert set(Notice.objects.values_list("topic", "recipient")) == {
        ("approval.requested", cast.ana.pk),
        ("approval.request_sent", cast.rita.pk),
    }


@pytest.mark.parametrize(
    ("who", "approver", "lines"), [("bea", "tom", LARGE), ("rita", "bea", SMALL), ("ravi", "hugo", SMALL)]
)
def test_who_needs_it_asks_whom_the_search_names(api, cast, who, approver, lines):
    answer = api(who).post(APPROVALS, asking(cast.cart(who, lines), f"C-{approver}"))

    assert answer.status == 201
    assert Approval.objects.get(key=answer.body["id"]).approver == cast.user(approver)


def test_storefronts_send_more_than_is_asked_for(api, cast):
    cart = cast.cart("rita", SMALL)
    body = asking(cart, unknown=1, status="APPROVED", requestor={"userId": "C-ana"}, legalEntity={"id": "other"})
    body["approver"] |= {"firstName": "Eve", "lastName": "Mallory"}
    body["details"] = {
        "shipping": {"methodName": {"en": "Fast"}, "extra": True},
        "addresses": [{**DETAILS["addresses"][0], "id": "7"}],
    }

    answer = api("rita").post(APPROVALS, body, siteCode="main", headers={"saas-token": "x", "X-Version": "v2"})

    approval = Approval.objects.get(key=answer.body["id"])
    assert (approval.status, approval.requester, approval.company) == ("PENDING", cast.rita, cast.northwind)
    assert approval.approver_name == "Ana Diaz"
    assert approval.details == body["details"]


def test_the_delivery_window_of_the_cart_is_what_is_asked_for(api, cast):
    window = {"id": "window-morning", "slotId": "morning", "deliveryDate": "2026-12-24T08:00:00.000Z"}
    cart = cast.cart("rita", SMALL, delivery_window=window)

    created = api("rita").post(APPROVALS, asking(cart, details={"currency": "EUR"})).body
    body = api("ana").get(f"{APPROVALS}/{created['id']}").body

    assert body["resource"]["deliveryWindow"] == window
    assert body["details"] == {"currency": "EUR"}


@pytest.mark.parametrize("amount", [-1, 10.5, 1e15])
def test_stated_amounts_are_kept_and_never_used(api, cast, amount):
    details = {"shipping": {**DETAILS["shipping"], "amount": amount}}

    created = api("rita").post(APPROVALS, asking(cast.cart("rita", SMALL), details=details)).body
    body = api("rita").get(f"{APPROVALS}/{created['id']}").body

    assert body["details"]["shipping"]["amount"] == amount
    # One desk and the shipping that the marketplace has: 595.00 and 11.90.
    assert body["resource"]["totalPrice"]["grossValue"] == 606.9


# --- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"resourceType": None}, "resourceType: cannot be null"),
        ({"resourceType": "cart"}, "resourceType: must be one of CART, QUOTE"),
        ({"resourceId": None}, "resourceId: cannot be null"),
        ({"resourceId": 5}, "resourceId: must be text"),
        ({"action": None}, "action: cannot be null"),
        ({"action": "ORDER"}, "action: must be one of CHECKOUT"),
        ({"approver": None}, "approver: cannot be null"),
        ({"approver": "C-ana"}, "approver: must be an object"),
        ({"approver": {}}, "approver.userId: cannot be null"),
        ({"approver": {"userId": ""}}, "approver.userId: cannot be empty"),
        ({"approver": {"userId": ["C-ana"]}}, "approver.userId: must be text"),
        ({"comment": 5}, "comment: must be text"),
        ({"comment": "a\x00"}, "comment: contains a character that cannot be stored"),
        ({"comment": "x" * 5001}, "comment: Please shorten this to 5,000 characters; it has 5,001."),
        ({"id": 5}, "id: must be text"),
        (
            {"id": "a/b"},
            "id: Use up to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit.",
        ),
        ({"details": None}, "details: cannot be null for a CART"),
        ({"details": []}, "details: must be an object"),
        (
            {"details": {"addresses": [{"type": "HOME"}]}},
            "details.addresses.type: An address is of type SHIPPING or BILLING.",
        ),
        (
            {"details": {"shipping": {"zoneId": "moon", "methodId": "rocket"}}},
            "details.shipping: Acme Markets Main does not ship that way.",
        ),
        ({"resourceType": "QUOTE"}, "details: must be null for a QUOTE"),
    ],
)
def test_a_body_that_cannot_be_taken(api, cast, change, problem):
    body = {**asking(cast.cart("rita", SMALL)), **change}

    refused(api("rita").post(APPROVALS, body), 400, invalid(problem))


def test_all_problems_are_named_at_once(api, cast):
    refused(
        api("rita").post(APPROVALS, {}),
        400,
        invalid(
            "resourceType: cannot be null",
            "resourceId: cannot be null",
            "action: cannot be null",
            "approver: cannot be null",
        ),
    )


@pytest.mark.parametrize(
    "bad", [{"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {"j": {"k": 1}}}}}}}}}}}, {"a": "\ud800"}]
)
def test_details_that_cannot_be_stored(api, cast, bad):
    answer = api("rita").post(APPROVALS, asking(cast.cart("rita", SMALL), details=bad))

    assert answer.status == 400
    assert answer.body["errorCode"] == "APPROVAL-400001"
    assert not Approval.objects.exists()


@pytest.mark.parametrize(("who", "lines"), [("ana", LARGE), ("bea", SMALL)])
def test_who_may_order_alone_needs_no_approval(api, cast, who, lines):
    answer = api(who).post(APPROVALS, asking(cast.cart(who, lines), "C-tom"))
    why = {
        "ana": "Admins order without approval.",
        "bea": "595.00 EUR gross is within the company's limit of 5,000.00 EUR.",
    }[who]

    refused(answer, 400, error(400005, "You can order this yourself; no approval is needed.", why))


@pytest.mark.parametrize(
    ("who", "lines", "approver"),
    [
        ("rita", SMALL, "C-rita"),  # oneself
        ("rita", SMALL, "C-carl"),  # a contact
        ("rita", SMALL, "C-dora"),  # left the company
        ("rita", LARGE, "C-bea"),  # above the limit admins decide
        ("rita", SMALL, "C-alice"),  # another company's admin
        ("rita", SMALL, "C-olga"),  # another tenant's
        ("rita", SMALL, "C-paula"),
        ("rita", SMALL, "nobody"),
        ("ravi", SMALL, "C-alice"),  # an admin outside the approval group
        ("ravi", SMALL, "C-ben"),
    ],
)
def test_an_approver_who_cannot_be_asked(api, cast, who, lines, approver):
    names = {"rita": "Ana Diaz or Tom Weber", "ravi": "Grace Hall or Hugo Stern"}[who]
    if who == "rita" and lines == SMALL:
        names = "Ana Diaz, Bea Lindt or Tom Weber"

    answer = api(who).post(APPROVALS, asking(cast.cart(who, lines), approver))

    refused(answer, 400, error(400006, f"Choose somebody who may approve this: {names}."))


def test_where_nobody_could_approve_the_admins_are_told(api, cast):
    for name in ("ana", "tom"):
        cast.member(name).role = Role.BUYER
        cast.member(name).save()

    answer = api("bea").post(APPROVALS, asking(cast.cart("bea", LARGE)))

    assert (answer.status, answer.body["errorCode"]) == (400, "APPROVAL-400006")
    assert not Approval.objects.exists()


def test_a_contact_asks_nobody(api, cast):
    refused(api("carl").post(APPROVALS, asking(cast.cart("carl", SMALL))), 403, FORBIDDEN)


def test_a_private_customer_asks_nobody(api, cast):
    answer = api("paula").post(APPROVALS, asking(cast.cart("paula", SMALL)))

    refused(answer, 400, error(400011, "The user is not assigned to any company."))


def test_a_colleagues_cart(api, cast):
    answer = api("rita").post(APPROVALS, asking(cast.cart("bea", SMALL)))

    refused(answer, 400, error(400008, "The user has no permissions to the resource."))


@pytest.mark.parametrize("other", ["alice", "paula", "unknown"])
def test_a_strangers_cart_answers_like_an_unknown_one(api, cast, other):
    key = other if other == "unknown" else cast.cart(other, SMALL).key

    refused(api("rita").post(APPROVALS, asking(key)), 404, error(404002, f"CART with id '{key}' does not exist."))


def test_an_unknown_quote(api, cast):
    body = about("q-1", resourceType="QUOTE", approver={"userId": "C-ana"})

    refused(api("rita").post(APPROVALS, body), 404, error(404002, "QUOTE with id 'q-1' does not exist."))


def test_an_empty_cart(api, cast):
    refused(api("rita").post(APPROVALS, asking(cast.cart("rita", {}))), 400, invalid("resourceId: This cart is empty."))


@pytest.mark.parametrize("status", ["closed", "saved"])
def test_a_cart_that_is_not_open(api, cast, status):
    cart = cast.cart("rita", SMALL, status=status)

    answer = api("rita").post(APPROVALS, asking(cart))

    refused(answer, 400, invalid(f"resourceId: This cart is {status}; only an open cart can be sent for approval."))


def test_a_cart_with_something_that_is_not_sold_any_more(api, cast):
    cart = cast.cart("rita", {**SMALL, "OLD-01": 1})

    refused(
        api("rita").post(APPROVALS, asking(cart)),
        400,
        invalid("resourceId: Some lines can no longer be ordered.", "Fax line is no longer sold on Acme Markets Main."),
    )


# --- What is there already --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "how"),
    [("PENDING", "is already asked about this"), ("APPROVED", "has approved this; it can be ordered")],
)
def test_while_an_approval_binds_the_cart_there_is_no_other(api, cast, status, how):
    asked = ask(api, cast)
    if status == "APPROVED":
        api("ana").patch(asked.path, [{"op": "replace", "path": "/status", "value": status}])

    answer = api("rita").post(APPROVALS, asking(asked.cart, "C-tom"))

    assert tuple(answer) == (409, error(409001, f"Ana Diaz {how}."))
    assert Approval.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("ana", "DECLINED"), ("rita", "CLOSED"), (None, "EXPIRED")])
def test_what_ended_may_be_asked_again(api, cast, who, status):
    asked = ask(api, cast)
    if who:
        api(who).patch(asked.path, [{"op": "replace", "path": "/status", "value": status}])
    else:
        make_overdue(asked, timezone.now())

    assert api("rita").post(APPROVALS, asking(asked.cart, "C-tom")).status == 201
    assert asked.row.status == status


def test_an_id_is_given_once_in_a_company(api, cast):
    ask(api, cast, id="mine")

    answer = api("rita").post(APPROVALS, asking(cast.cart("rita", SMALL), id="mine"))

    assert tuple(answer) == (409, error(409001, "Approval with given id already exists."))
    assert Approval.objects.count() == 1
    assert not Cart.objects.filter(status="open", held_for__isnull=False).exists()


def test_another_company_may_use_the_same_id(api, cast):
    ask(api, cast, id="mine")
    ask(api, cast, "ravi", "grace", id="mine")

    assert api("rita").get(f"{APPROVALS}/mine").body["requestor"]["userId"] == "C-rita"
    assert api("grace").get(f"{APPROVALS}/mine").body["requestor"]["userId"] == "C-ravi"


# --- Idempotency-Key --------------------------------------------------------------------------------------------------

KEY = {"Idempotency-Key": "2f1c-first"}


def test_a_repeated_request_asks_once(api, cast):
    body = asking(cast.cart("rita", SMALL), comment="Please.")

    first = api("rita").post(APPROVALS, body, headers=KEY)
    notices = Notice.objects.count()
    again = api("rita").post(APPROVALS, dict(reversed(body.items())), headers=KEY)

    assert tuple(again) == tuple(first) == (201, {"id": Approval.objects.get().key})
    assert Notice.objects.count() == notices


def test_the_first_answer_comes_again_after_everything_has_moved_on(api, cast):
    body = asking(cast.cart("rita", SMALL))
    first = api("rita").post(APPROVALS, body, headers=KEY)
    api("ana").patch(f"{APPROVALS}/{first.body['id']}", [{"op": "replace", "path": "/status", "value": "DECLINED"}])

    assert tuple(api("rita").post(APPROVALS, body, headers=KEY)) == tuple(first)
    assert Approval.objects.count() == 1


def test_another_body_under_the_same_key(api, cast):
    cart = cast.cart("rita", SMALL)
    api("rita").post(APPROVALS, asking(cart), headers=KEY)

    answer = api("rita").post(APPROVALS, asking(cart, comment="More."), headers=KEY)

    assert answer.status == 422
    assert answer.body == {
        "code": 422,
        "status": HTTPStatus(422).phrase,
        "message": "This idempotency key was used for another request. Use a new key for a new request.",
        "details": [
            {
                "field": "Idempotency-Key",
                "message": "This idempotency key was used for another request. Use a new key for a new request.",
            }
        ],
    }


def test_a_refusal_is_forgotten(api, cast):
    cart = cast.cart("rita", {})
    body = asking(cart)
    assert api("rita").post(APPROVALS, body, headers=KEY).status == 400
    cart.lines.create(position=1, listing=cast.listing("DESK-01"), product=cast.product("DESK-01"), quantity=1)

    assert api("rita").post(APPROVALS, body, headers=KEY).status == 201


def test_a_key_is_ones_own(api, cast):
    assert api("rita").post(APPROVALS, asking(cast.cart("rita", SMALL)), headers=KEY).status == 201
    assert api("bea").post(APPROVALS, asking(cast.cart("bea", LARGE)), headers=KEY).status == 201
    assert Approval.objects.count() == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ü"])
def test_a_key_that_is_none(api, cast, key):
    answer = api("rita").post(APPROVALS, asking(cast.cart("rita", SMALL)), headers={"Idempotency-Key": key})

    refused(answer, 400, invalid("Idempotency-Key: Use 1 to 255 visible ASCII characters without spaces."))


def test_an_old_approval_does_not_stand_in_the_way_of_a_client_given_id(api, cast):
    ApprovalFactory(tenant=cast.acme, company=cast.contoso, requester=cast.ravi, approver=cast.grace, key="mine")

    assert ask(api, cast, id="mine").row.company == cast.northwind
