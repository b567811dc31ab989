"""Through which doors does one reach the writers of a status? Services and the port of approvals; never an edge.

A page, an API view, a task or a command makes one call of a public service, which locks and asks before it writes.
"""

import ast
from functools import cache

import pytest

from tests.architecture.project import calls_and_assignments, dotted, modules

# What writes to rows that somebody else has locked, and trusts that the rule was asked.
STEPS = {
    "write_moves",
    "write_order_moves",
    "write_cart_move",
    "hold_cart",
    "release_cart",
    "freeze_lines",
    "review_decided",
    "answer_step",
    "decide_step",
    "close_step",
    "end_step",
    "give_up_step",
    "place_step",
    "follow_deliveries",
    "begin_deliveries",
    "open_deliveries",
    "write_payment",
    "write_quote_move",
    "write_subscription_move",
    "write_change",
    "begin_subscriptions",
    "follow_order",
    "place_terms",
    "order_change",
    "withdraw_by_system",
    "approve_by_policy",
    "write_new_quote",
    "delete_quote",
    "edit_step",
    "open_step",
    "close_quote",
    "end_approval",
}
PORTS = ("orders.subjects", "orders.quote_subject", "orders.subscription_subject")
INSIDE = ("approvals.services.", "orders.services.", *PORTS)

# Who makes the rows that have a lifecycle: at their first status, together with their first event.
MAKERS = {
    "Approval": {"approvals.services.ask", "orders.services.placing"},
    "Order": {"orders.services.placing", "orders.services.subscription_orders"},
    "Checkout": {"orders.services.placing", "orders.services.subscription_orders"},
    "Subscription": {"orders.services.subscription_steps"},
    "SubscriptionChange": {"orders.services.subscription_changing"},
    "Quote": {"orders.services.quote_asking", "orders.services.quote_making"},
}


def called(node: ast.AST) -> str:
    """The name of what a call calls, without the module before it; "" for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name
        case ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def made(node: ast.AST) -> str:
    """The model of which a call makes a row: `Order(...)`, `Order.objects.create(...)` and the like."""
    match node:
        case ast.Call(func=ast.Name(id=name), keywords=given) if name in MAKERS:
            # With a key and nothing else it is a row that is there already.
            return "" if {keyword.arg for keyword in given} == {"pk"} else name
        case ast.Call(
            func=ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=name), attr="objects"),
                attr="create" | "get_or_create" | "update_or_create",
            )
        ) if name in MAKERS:
            return name
    return ""


@cache
def calls() -> list[tuple[str, str, str]]:
    """Each call of the project: the module, what is called, and the model of which it makes a row."""
    found = []
    for path in modules():
        nodes = [node for _, node in calls_and_assignments(path)]
        # Other things are called Order, too: what counts is what comes from a module of models.
        rows = {
            name.name
            for node in nodes
            if isinstance(node, ast.ImportFrom) and ".models" in f".{node.module}"
            for name in node.names
        }
        for node in nodes:
            if isinstance(node, ast.Call):
                model = made(node)
                found.append((dotted(path), called(node), model if model in rows else ""))
    return found


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_is_taken_inside_the_services_only(step):
    callers = {module for module, name, _ in calls() if name == step}

    assert callers, f"nobody calls {step} any more"
    assert {module for module in callers if not module.startswith(INSIDE)} == set()


@pytest.mark.parametrize("model", MAKERS)
def test_rows_with_a_lifecycle_are_made_by_the_services_only(model):
    makers = {module for module, _, row in calls() if row == model}

    assert makers == MAKERS[model]


def test_the_check_sees_every_way_to_make_a_row():
    for source in ("Order(a=1)", "Order.objects.create(a=1)", "Order.objects.update_or_create(a=1)"):
        assert made(ast.parse(source).body[0].value) == "Order"
    for source in ("Order.objects.filter(a=1)", "Order(pk=1)", "Cart(a=1)"):
        assert made(ast.parse(source).body[0].value) == ""
