"""A token outlives what its owner may do: who was moved, removed or switched off reads and does nothing more by it.

Grace of Contoso is asked by Ravi, says yes to what he wanted before, and leaves; at Tailspin she is a Buyer.
"""

import pytest

from companies.models import Member
from companies.roles import Role
from tests.api.approving import APPROVALS, PERMITTED, about
from tests.api.buying import ORDERS, body_of, place
from tests.api.carting import CARTS, not_found, path
from tests.stories.scenes import approve, ask, ask_for, nothing_changes, order_approved, orders_of
from tests.world import scene

DESKS = {"DESK-01": 1}
COMPANY = "/order-v2/{t}/legal-entity-orders"
CONTOSO, TAILSPIN = "contoso", "tailspin"


@scene
def held(cast):
    """What Grace was asked about."""
    cart = cast.cart("ravi", DESKS)
    ask_for(cast, "ravi", cart, of="grace")
    return cart


@scene
def order(cast):
    """What came of her yes."""
    approval = ask(cast, "ravi", {"CHAIR-01": 1}, of="grace")
    approve(cast, "grace", approval).settled()
    return orders_of(order_approved(cast, "ravi", approval).settled())[0]


def leave(cast, name="grace"):
    Member.objects.filter(pk=cast.member(name).pk).update(is_active=False)


def join(cast, name="grace", company="tailspin", role=Role.BUYER):
    Member.objects.create(company=getattr(cast, company), user=cast.user(name), role=role)


def sees_nothing(caller, held, order):
    """Neither by id nor in a list, and counted nowhere; answers are those about what is not there."""
    assert tuple(caller.get(path(held))) in (not_found(held), (403, caller.get(path("unknown")).body))
    unknown = caller.get(f"{ORDERS}/CS999999")
    read = caller.get(f"{ORDERS}/{order.number}")
    assert read.status == 404
    assert str(read.body).replace(order.number, "CS999999") == str(unknown.body)
    for lines in (ORDERS, f"{COMPANY}/{order.company.key}"):
        answer = caller.get(lines, headers={"X-Total-Count": "true"})
        total = answer.headers.get("X-Total-Count")
        assert (answer.status, total) in ((404, None), (403, None)) or (answer.body, total) == ([], "0")
    assert caller.get(f"{ORDERS}/{order.number}/transitions").status == 404
    found = caller.post(f"{CARTS}/search", {"q": f"id:{held.key}"})
    assert found.status == 403 or found.body == []


def test_an_approver_reads_what_is_asked_and_what_came_of_it(api, cast, order, held):
    grace = api("grace")

    assert grace.get(path(held)).status == 200
    assert grace.get(f"{ORDERS}/{order.number}").status == 200


def test_an_approver_who_left_reads_nothing_any_more(api, cast, order, held):
    grace = api("grace")
    leave(cast)

    sees_nothing(grace, held, order)
    assert grace.get(APPROVALS).body["errorCode"] == "APPROVAL-400011"


def test_nor_with_another_company_instead(api, cast, order, held):
    grace = api("grace")
    leave(cast)
    join(cast)

    assert grace.get("/customer/{t}/validateauthtoken").body["legalEntityId"] == cast.tailspin.key
    sees_nothing(grace, held, order)
    assert grace.get(APPROVALS).body == []
    with nothing_changes():
        assert place(api, "grace", held, body_of(held, "grace")).status == 404


def test_nor_by_a_token_of_another_of_their_companies(api, cast, order, held):
    join(cast)
    there, here = api("grace", company=TAILSPIN), api("grace", company=CONTOSO)

    sees_nothing(there, held, order)
    with nothing_changes():
        assert there.post("/checkout/{t}/checkouts/order", body_of(held, "grace")).status in (403, 404)
    assert here.get(path(held)).status == 200
    assert here.get(f"{ORDERS}/{order.number}").status == 200


def test_nor_by_one_of_none_of_them(api, cast, order, held):
    join(cast)

    sees_nothing(api("grace"), held, order)


def test_a_company_that_is_closed_has_no_approvers(api, cast, order, held):
    grace = api("grace")
    cast.contoso.is_active = False
    cast.contoso.save()

    sees_nothing(grace, held, order)


@pytest.mark.parametrize("role", [Role.CONTACT, Role.REQUESTER])
def test_an_approver_who_was_moved_reads_and_decides_nothing(api, cast, held, role):
    grace = api("grace")
    Member.objects.filter(pk=cast.member("grace").pk).update(role=role, in_approval_group=False)
    approval = held.__class__.objects.get(pk=held.pk).held_for

    answer = grace.patch(f"{APPROVALS}/{approval.key}", [{"op": "replace", "path": "/status", "value": "APPROVED"}])

    assert (answer.status, answer.body["errorCode"]) == (400, "APPROVAL-400002")
    assert approval.__class__.objects.get(pk=approval.pk).status == "PENDING"
    with nothing_changes():
        assert place(api, "grace", held, body_of(held, "grace")).status == 403


def test_a_requester_who_left_reads_none_of_their_orders(api, cast, order, held):
    ravi = api("ravi")
    leave(cast, "ravi")
    sees_nothing(ravi, held, order)

    join(cast, "ravi")
    sees_nothing(ravi, held, order)
    answer = ravi.post(PERMITTED, about(held))
    assert (answer.status, answer.body["errorCode"]) == (404, "APPROVAL-404002")
