"""Does the API keep its word and its books through many requests in a row, each with what came of those before?"""

from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.answers import answer_to
from tests.fuzz.bounds import bounded, undone
from tests.fuzz.calls import OPERATIONS, by_the_book, kinds, spoil
from tests.fuzz.world import on_main
from tests.services.test_approvals_walk import check_books

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db]
PURCHASE = [
    name
    for name, operation in OPERATIONS.items()
    if {"Carts", "Approvals", "Checkout", "Orders", "Quotes"} & set(operation.definition.raw["tags"])
]
# Without these a walk would hardly ever get beyond an empty cart.
LEADING_ON = [
    "POST-cart-create-cart",
    "POST-cart-add-item-to-cart",
    "POST-approval-create-approval",
    "PATCH-approval-update-approval",
    "POST-checkout-trigger-checkout",
]
SCENES = [
    ("rita", "ana", "tom", "victor", "sam", "service"),
    ("bea", "ana", "tom", "vera", "sam", "service"),
    ("ravi", "grace", "victor"),
    ("theo", "roos", "vera"),
    ("paula", "vera", "visitor"),
]
STEPS = 14
# What an answer calls the id of what was made.
MADE = {
    "POST-cart-create-cart": ("cartId", "cartId"),
    "GET-cart-retrieve-cart-by-criteria": ("cartId", "id"),
    "POST-approval-create-approval": ("approvalId", "id"),
    "POST-checkout-trigger-checkout": ("orderId", "orderId"),
    "POST-quote-create-quote": ("quoteId", "id"),
}


@bounded(20, shrink=False)  # each try is many requests
@given(data=st.data())
def go_on(world, data):
    """Several people make one request after the other, most of them by the book."""

    def choose(many):
        return data.draw(st.sampled_from(many))

    world = on_main(world)
    scene = choose(SCENES)
    callers = [caller for caller in world.callers if caller.name in scene]
    buyers = [caller for caller in callers if "saas-token" in caller.headers]
    with undone():
        for _ in range(STEPS):
            leading = data.draw(st.booleans())
            name = choose(LEADING_ON if leading else PURCHASE)
            caller = choose(buyers if leading else [each for each in callers if each.kind in kinds(OPERATIONS[name])])
            case = by_the_book(OPERATIONS[name], world, caller, choose)
            if data.draw(st.integers(0, 5)) == 0:
                spoil(data.draw, case)
            status, body = answer_to(caller, case)
            if status < 300:
                remember(world, name, case, body)
        check_books()
        call_command("verify_history", stdout=StringIO())


def remember(world, name, case, body):
    """The ids that came of a request are there for the next ones."""
    if name == "POST-cart-add-item-to-cart":
        cart = case.path_parameters["cartId"]
        world.lines[cart] = [*world.lines.get(cart, []), body["itemId"]]
    if name in MADE:
        kind, field = MADE[name]
        world.made.setdefault(kind, []).append(body[field])
        if kind == "cartId":
            world.made["resourceId"] = world.made[kind]


def test_one_thing_leads_to_another(world):
    go_on(world)
