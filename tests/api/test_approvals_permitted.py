"""May this be ordered, why not, and who could say yes? Permission, preview and the search for approvers."""

import pytest
from django.utils import timezone

from approvals.models import Approval
from companies.roles import Role
from orders.models import Cart
from tests.api.approving import (
    APPROVALS,
    FORBIDDEN,
    PERMITTED,
    PREVIEW,
    SEARCH,
    about,
    ask,
    asking,
    error,
    invalid,
    make_overdue,
)
from tests.factories import MemberFactory

SMALL, LARGE = {"DESK-01": 1}, {"DESK-01": 9}  # 595.00 and 5,355.00 EUR gross; the limit is 5,000.00
EVERY = [PERMITTED, PREVIEW, SEARCH]
YES, NO = {"action": "CHECKOUT", "permitted": True}, {"action": "CHECKOUT", "permitted": False}
NOT_THE_OWNER = error(400008, "The user has no permissions to the resource.")
NO_COMPANY = error(400011, "The user is not assigned to any company.")
NOT_CHOSEN = error(
    400011, "The token is for no company; refresh it with the legalEntityId of one where the user is active."
)


@pytest.mark.parametrize(
    ("who", "lines", "answer"),
    [
        ("ana", SMALL, YES),
        ("ana", LARGE, YES),
        ("bea", SMALL, YES),
        ("bea", LARGE, NO),
        ("bea", {"CHAIR-01": 20}, YES),  # the limit to the cent
        ("rita", SMALL, NO),
        ("rita", LARGE, NO),
        ("carl", SMALL, NO),
        ("paula", LARGE, YES),
        ("grace", LARGE, NO),
        ("hugo", SMALL, NO),
    ],
)
def test_who_may_order_what(api, cast, who, lines, answer):
    cart = cast.cart(who, lines)

    assert tuple(api(who).post(PERMITTED, about(cart))) == (200, answer)


def test_while_it_waits_nobody_may_order(api, cast):
    asked = ask(api, cast)
    waiting = {**NO, "status": "PENDING", "approvalId": asked.id}

    assert api("rita").post(PERMITTED, about(asked.cart)).body == waiting
    assert api("ana").post(PERMITTED, about(asked.cart)).body == waiting


def test_once_approved_both_sides_may_order(api, cast):
    asked = ask(api, cast)
    api("ana").patch(asked.path, [{"op": "replace", "path": "/status", "value": "APPROVED"}])
    approved = {**YES, "status": "APPROVED", "approvalId": asked.id}

    assert api("rita").post(PERMITTED, about(asked.cart)).body == approved
    assert api("ana").post(PERMITTED, about(asked.cart)).body == approved


@pytest.mark.parametrize(("who", "status"), [("ana", "DECLINED"), ("rita", "CLOSED")])
def test_an_approval_that_ended_is_named_while_the_cart_is_the_same(api, cast, who, status):
    asked = ask(api, cast)
    api(who).patch(asked.path, [{"op": "replace", "path": "/status", "value": status}])

    assert api("rita").post(PERMITTED, about(asked.cart)).body == {**NO, "status": status, "approvalId": asked.id}

    asked.cart.lines.update(quantity=3)
    assert api("rita").post(PERMITTED, about(asked.cart)).body == NO


def test_an_approval_that_was_given_up_is_not_named(api, cast):
    asked = ask(api, cast)
    api("ana").patch(asked.path, [{"op": "replace", "path": "/status", "value": "APPROVED"}])
    api("rita").post(f"{asked.path}/give-up")

    assert api("rita").post(PERMITTED, about(asked.cart)).body == NO


def test_an_overdue_approval_reads_expired_and_the_cart_is_free(api, cast):
    asked = ask(api, cast)
    make_overdue(asked, timezone.now())

    assert api("rita").post(PERMITTED, about(asked.cart)).body == {**NO, "status": "EXPIRED", "approvalId": asked.id}
    assert Cart.objects.get(pk=asked.cart.pk).status == "open"


def test_who_became_free_hears_of_no_former_approval(api, cast):
    asked = ask(api, cast)
    api("ana").patch(asked.path, [{"op": "replace", "path": "/status", "value": "DECLINED"}])
    cast.member("rita").role = Role.ADMIN
    cast.member("rita").save()

    assert api("rita").post(PERMITTED, about(asked.cart)).body == YES


def test_the_latest_of_several_approvals_counts(api, cast):
    first = ask(api, cast)
    api("ana").patch(first.path, [{"op": "replace", "path": "/status", "value": "DECLINED"}])
    second = api("rita").post(APPROVALS, asking(first.cart, "C-tom")).body["id"]

    body = api("rita").post(PERMITTED, about(first.cart)).body
    assert body == {**NO, "status": "PENDING", "approvalId": second}


# --- Refusals that all three share ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("other", ["alice", "olga", "paula"])
def test_a_strangers_cart_answers_like_an_unknown_one(api, cast, path, other):
    sold = {"OTHER-01": 1} if other == "olga" else SMALL
    foreign = cast.cart(other, sold, marketplace="othermain" if other == "olga" else "main")
    unknown = api("rita").post(path, about("unknown"))

    assert tuple(unknown) == (404, error(404002, "CART with id 'unknown' does not exist."))
    answer = api("rita").post(path, about(foreign))
    assert tuple(answer) == (404, error(404002, f"CART with id '{foreign.key}' does not exist."))


@pytest.mark.parametrize("path", EVERY)
def test_a_colleagues_cart_is_refused(api, cast, path):
    cart = cast.cart("bea", SMALL)

    assert tuple(api("rita").post(path, about(cart))) == (400, NOT_THE_OWNER)


@pytest.mark.parametrize("path", [PREVIEW, SEARCH])
def test_the_approver_of_a_cart_does_not_ask_for_it(api, cast, path):
    asked = ask(api, cast)

    assert tuple(api("ana").post(path, about(asked.cart))) == (400, NOT_THE_OWNER)


@pytest.mark.parametrize("path", EVERY)
def test_there_are_no_quotes_yet(api, cast, path):
    body = about("q-1", resourceType="QUOTE")

    assert tuple(api("rita").post(path, body)) == (404, error(404002, "QUOTE with id 'q-1' does not exist."))


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (None, ["resourceType: cannot be null", "resourceId: cannot be null", "action: cannot be null"]),
        ({}, ["resourceType: cannot be null", "resourceId: cannot be null", "action: cannot be null"]),
        (about("x", resourceType=None), ["resourceType: cannot be null"]),
        (about("x", resourceType="ORDER"), ["resourceType: must be one of CART, QUOTE"]),
        (about("x", resourceType=1), ["resourceType: must be text"]),
        (about("", action="BUY"), ["resourceId: cannot be empty", "action: must be one of CHECKOUT"]),
        (about("a\x00b"), ["resourceId: contains a character that cannot be stored"]),
        ([], ["body: must be an object"]),
    ],
)
def test_a_body_that_cannot_be_taken(api, path, body, problems):
    assert tuple(api("rita").post(path, body)) == (400, invalid(*problems))


@pytest.mark.parametrize("path", EVERY)
def test_half_a_document_is_refused(api, path):
    caller = api("rita")
    answer = caller.client.generic(
        "POST",
        path.replace("{t}", "acme"),
        b'{"a":',
        "application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )

    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "APPROVAL-400001"
    assert answer.json()["details"][0]["message"].startswith("body: ")


@pytest.mark.parametrize("path", EVERY)
def test_somebody_in_two_companies_says_first_for_which(api, cast, path):
    MemberFactory(company=cast.contoso, user=cast.rita)
    cart = cast.cart("rita", SMALL)

    assert tuple(api("rita").post(path, about(cart))) == (400, NOT_CHOSEN)
    assert api("rita", company="northwind").post(path, about(cart)).status == 200
    # Bound to the other company it is nobody's cart there.
    assert api("rita", company="contoso").post(path, about(cart)).status == 404


@pytest.mark.parametrize("path", EVERY)
def test_who_left_the_company_is_no_private_customer(api, cast, path):
    assert tuple(api("dora").post(path, about("x"))) == (400, NOT_CHOSEN)


# --- Whom one may ask -------------------------------------------------------------------------------------------------


def person(cast, name):
    user = cast.user(name)
    return {"userId": f"C-{name}", "firstName": user.first_name, "lastName": user.last_name}


@pytest.mark.parametrize(
    ("who", "lines", "names"),
    [
        ("rita", SMALL, ["ana", "bea", "tom"]),
        ("rita", LARGE, ["ana", "tom"]),
        ("bea", LARGE, ["ana", "tom"]),
        ("bea", SMALL, []),
        ("ana", LARGE, []),
        ("ravi", SMALL, ["grace", "hugo"]),
        ("hugo", LARGE, ["grace"]),
    ],
)
def test_who_can_be_asked(api, cast, who, lines, names):
    cart = cast.cart(who, lines)

    assert tuple(api(who).post(SEARCH, about(cart))) == (200, [person(cast, name) for name in names])


def test_a_contact_asks_nobody(api, cast):
    assert tuple(api("carl").post(SEARCH, about(cast.cart("carl", SMALL)))) == (403, FORBIDDEN)


def test_a_private_customer_asks_nobody(api, cast):
    assert tuple(api("paula").post(SEARCH, about(cast.cart("paula", SMALL)))) == (400, NO_COMPANY)


# --- Preview ----------------------------------------------------------------------------------------------------------


def test_the_preview_says_all_there_is_to_say(api, cast):
    cart = cast.cart("bea", {"DESK-01": 8, "BOOK-01": 20})  # 4,760.00 and 428.00 EUR gross

    assert tuple(api("bea").post(PREVIEW, about(cart))) == (
        200,
        {
            **NO,
            "verdict": "needs_approval",
            "currency": "EUR",
            "grossValue": 5188.0,
            "accountLimit": {"currency": "EUR", "value": 5000.0},
            "reasons": [
                {
                    "code": "over_limit",
                    "message": "5,188.00 EUR gross is 188.00 EUR over the company's limit of 5,000.00 EUR.",
                    "figures": {"gross": "5,188.00 EUR", "limit": "5,000.00 EUR", "excess": "188.00 EUR"},
                }
            ],
            "approvers": [person(cast, "ana"), person(cast, "tom")],
            "avoid": [
                {
                    "code": "without_a_line",
                    "message": "Without Field guide (428.00 EUR) you could order now.",
                    "figures": {"line": "Field guide", "gross": "428.00 EUR"},
                }
            ],
            "warnings": [],
        },
    )
    assert not Approval.objects.exists()
    assert Cart.objects.get(pk=cart.pk).status == "open"


@pytest.mark.parametrize(
    ("who", "verdict", "permitted", "code"),
    [
        ("ana", "free", True, "admin"),
        ("paula", "free", True, "private_customer"),
        ("carl", "forbidden", False, "contact"),
        ("rita", "needs_approval", False, "requester"),
    ],
)
def test_the_preview_for_everybody(api, cast, who, verdict, permitted, code):
    body = api(who).post(PREVIEW, about(cast.cart(who, SMALL))).body

    assert (body["verdict"], body["permitted"], body["reasons"][0]["code"]) == (verdict, permitted, code)


def test_the_preview_of_what_waits_names_the_approval(api, cast):
    asked = ask(api, cast)

    body = api("rita").post(PREVIEW, about(asked.cart)).body

    assert (body["status"], body["approvalId"], body["verdict"]) == ("PENDING", asked.id, "needs_approval")


# --- Cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["ana", "bea", "rita", "carl", "paula"])
def test_permission_takes_six_queries_at_most(api, cast, who, django_assert_max_num_queries):
    cart = cast.cart(who, {"DESK-01": 2, "CHAIR-01": 1, "SERVER-01": 1})
    caller = api(who)

    with django_assert_max_num_queries(6):
        assert caller.post(PERMITTED, about(cart)).status == 200


@pytest.mark.parametrize("status", ["PENDING", "APPROVED", "DECLINED"])
def test_permission_with_an_approval_takes_six_queries_at_most(api, cast, status, django_assert_max_num_queries):
    asked = ask(api, cast, details={"shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"}})
    if status != "PENDING":
        api("ana").patch(asked.path, [{"op": "replace", "path": "/status", "value": status}])
    caller = api("rita")

    with django_assert_max_num_queries(6):
        assert caller.post(PERMITTED, about(asked.cart)).body["status"] == status
