"""Who sees what? One table for approvals, one for orders, one for carts: everybody of the cast is a row."""

import pytest

from approvals.models import Approval
from companies.actors import Actor, actor_for
from companies.models import Company, Member
from notifications.models import Notice
from orders.models import Cart, Order
from tests.factories import make_cart
from tests.stories.scenes import (
    OVER,
    accept,
    again,
    approve_and_order,
    ask,
    ask_for,
    close,
    ordered,
    reassign,
    request,
)
from tests.world import scene

EVERYBODY = (
    *("ana", "tom", "bea", "rita", "carl", "dora", "alice", "ben", "grace", "hugo", "ravi", "paula"),
    *("victor", "vera", "sam", "ines", "roos", "mies", "rik", "tess", "theo", "olga", "otto", "hal", "admin", "sten"),
)


@scene
def scene(cast):
    """Requests of three companies in two tenants, and orders that wait and go on, by short names."""
    approvals = {
        "rita asks ana": ask(cast, "rita", OVER, of="ana"),
        "ravi asks hugo": ask(cast, "ravi", {"DESK-01": 1}, of="hugo"),
        "theo asks tess": ask_for(cast, "theo", cast.cart("theo", {"DESK-01": 1}, "resello"), of="tess"),
        "otto asks olga": request(
            cast,
            "otto",
            make_cart(
                owner=cast.otto,
                company=cast.umbrella,
                marketplace=cast.othermain,
                lines=[(cast.listing("OTHER-01", "othermain"), 1)],
            ),
            "olga",
        ).settled(),
    }
    orders = {
        "bea desk": ordered(cast, "bea", {"DESK-01": 1})[0],
        "bea server": ordered(cast, "bea", {"SERVER-01": 1})[0],
        "paula book": ordered(cast, "paula", {"BOOK-01": 1})[0],
        "tess desk": ordered(cast, "tess", {"DESK-01": 1}, "resello")[0],
        "tess server": ordered(cast, "tess", {"SERVER-01": 1}, "resello")[0],
        "tess backup": ordered(cast, "tess", {"BACKUP-01": 1}, "resello")[0],
    }
    accept(cast, "roos", orders["tess backup"])
    approvals |= {f"review of {name}": order.review for name, order in orders.items() if order.review}
    return {"approvals": approvals, "orders": orders}


def names_of(rows, known):
    by_pk = {row.pk: name for name, row in known.items()}
    return {by_pk[row.pk] for row in rows}


GLOBEX_REVIEWS = {"review of bea server"}
RESELLO_REVIEWS = {"review of tess server", "review of tess backup"}
APPROVALS = {
    "ana": {"rita asks ana"},
    "rita": {"rita asks ana"},
    "bea": {"review of bea server"},
    "hugo": {"ravi asks hugo"},
    "ravi": {"ravi asks hugo"},
    "theo": {"theo asks tess"},
    "tess": {"theo asks tess", *RESELLO_REVIEWS},
    "otto": {"otto asks olga"},
    "olga": {"otto asks olga"},
    "victor": GLOBEX_REVIEWS,
    "vera": GLOBEX_REVIEWS,
    "roos": RESELLO_REVIEWS,
    "mies": RESELLO_REVIEWS,
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_approval_is_seen_by_who_asked_and_who_has_to_answer(cast, scene, who):
    seen = Approval.objects.visible_to(cast.actor(who))

    assert names_of(seen, scene["approvals"]) == APPROVALS.get(who, set())


OVERSEEN = {
    "ana": {"rita asks ana"},
    "tom": {"rita asks ana"},
    "alice": {"ravi asks hugo"},
    "tess": {"theo asks tess"},
    "olga": {"otto asks olga"},
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_admins_oversee_the_purchases_of_their_company_and_nobody_else_does(cast, scene, who):
    seen = Approval.objects.overseen_by(cast.actor(who))

    assert names_of(seen, scene["approvals"]) == OVERSEEN.get(who, set())


BEA = {"bea desk", "bea server"}
TESS = {"tess desk", "tess server", "tess backup"}
ACME = {*BEA, *TESS, "paula book"}
ORDERS = {
    "bea": BEA,
    "ana": BEA,
    "tom": BEA,
    "paula": {"paula book"},
    "tess": TESS,
    # A vendor sees what it audits, and of what is resold only what needs no review or has passed it.
    **dict.fromkeys(("victor", "vera", "sam"), BEA | {"tess desk", "tess backup"}),
    "ines": {"paula book"},
    **dict.fromkeys(("roos", "mies", "rik"), TESS),
    **dict.fromkeys(("admin", "sten"), ACME),
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_order_is_seen_by_who_has_a_part_in_it(cast, scene, who):
    seen = Order.objects.visible_to(cast.actor(who))

    assert names_of(seen, scene["orders"]) == ORDERS.get(who, set())


CUSTOMERS_OWN = {name: seen for name, seen in ORDERS.items() if name in ("bea", "ana", "tom", "paula", "tess")}


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_customer_s_list_holds_their_own_an_admin_s_the_company_s(cast, scene, who):
    seen = Order.objects.placed_in(cast.actor(who))

    assert names_of(seen, scene["orders"]) == CUSTOMERS_OWN.get(who, set())


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_cart_is_seen_by_its_owner_and_by_the_approver_it_is_held_for(cast, scene, who):
    seen = Cart.objects.visible_to(cast.actor(who))

    held = {approval.requester_id: approval.approver_id for approval in Approval.objects.purchases()}
    user = cast.user(who)
    for cart in Cart.objects.all():
        asked = cart.status == "held" and held[cart.owner_id] == user.pk
        assert (cart in seen) == (cart.owner_id == user.pk or asked)


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_notice_is_seen_by_who_is_told(cast, scene, who):
    assert set(Notice.objects.visible_to(cast.actor(who))) == set(Notice.objects.filter(recipient=cast.user(who)))


def test_the_approver_of_an_order_sees_it(cast):
    approval = ask(cast, "ravi", {"DESK-01": 1}, of="hugo")
    approve_and_order(cast, "hugo", approval).settled()

    assert Order.objects.visible_to(cast.actor("hugo")).count() == 1
    assert Order.objects.placed_in(cast.actor("hugo")).count() == 0
    assert Order.objects.visible_to(cast.actor("grace")).count() == 0


def test_a_cart_that_is_held_no_more_is_no_longer_the_approver_s_business(cast):
    approval = ask(cast, "rita", OVER, of="ana")
    assert Cart.objects.visible_to(cast.actor("ana")).exists()

    close(cast, "rita", approval).settled()

    assert not Cart.objects.visible_to(cast.actor("ana")).exists()


def test_reassigned_it_is_seen_by_the_new_approver_only(cast):
    approval = ask(cast, "rita", OVER, of="ana")

    reassign(cast, "rita", approval, to="tom").settled()

    assert not Approval.objects.visible_to(cast.actor("ana")).exists()
    assert list(Approval.objects.visible_to(cast.actor("tom"))) == [again(approval)]


def test_who_works_in_two_tenants_sees_in_each_what_is_of_it(cast, scene):
    """Whose something is does not make it of the tenant that the person is looking at."""
    Member.objects.create(company=cast.umbrella, user=cast.ana, role="admin")
    theirs = scene["approvals"]["otto asks olga"]
    Approval.objects.filter(pk=theirs.pk).update(approver=cast.ana)
    here, there = cast.actor("ana"), actor_for(cast.ana, cast.other)

    assert list(Approval.objects.visible_to(here)) == [scene["approvals"]["rita asks ana"]]
    assert list(Approval.objects.visible_to(there)) == [theirs]
    assert list(Cart.objects.visible_to(here)) == list(Cart.objects.filter(owner=cast.rita))
    assert list(Cart.objects.visible_to(there)) == list(Cart.objects.filter(owner=cast.otto))
    assert list(Company.objects.visible_to(here)) == [cast.northwind]
    assert list(Company.objects.visible_to(there)) == [cast.umbrella]


def test_who_left_the_company_finds_the_request_and_nothing_that_it_is_about(cast, scene):
    ana = cast.actor("ana")
    Member.objects.filter(user=cast.ana).update(is_active=False)

    assert list(Approval.objects.visible_to(ana)) == [scene["approvals"]["rita asks ana"]]
    assert not Approval.objects.put_to(ana).exists()
    assert not Cart.objects.visible_to(ana).exists()


def test_staff_of_no_tenant_see_the_orders_of_all(cast, scene):
    assert Order.objects.visible_to(Actor.staff(cast.admin)).count() == len(scene["orders"])


def test_none_of_these_look_ups_doubles_a_row(cast, scene):
    for who in EVERYBODY:
        actor = cast.actor(who)
        for rows in (
            Approval.objects.visible_to(actor),
            Order.objects.visible_to(actor),
            Cart.objects.visible_to(actor),
        ):
            keys = list(rows.values_list("pk", flat=True))
            assert len(keys) == len(set(keys))
            assert not rows.query.distinct
