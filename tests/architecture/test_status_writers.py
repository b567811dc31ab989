"""Who writes a status? One function per lifecycle; everything else asks it.

The check knows fields by their names, not their types: every assignment to `.status`, and every `status=` given to a
writing call of a QuerySet, counts, and a new writer has to be entered here with its reason.
"""

import ast

from tests.architecture.project import calls_and_assignments, dotted, modules

# field -> {module: {function or Class.method: why it may}}
WRITERS: dict[str, dict[str, dict[str, str]]] = {
    "status": {
        "companies.api.errors": {"ApiError.__init__": "the number of an HTTP answer, not a row's status"},
        "approvals.services.writer": {"write_moves": "writes the row, its event and its notices together"},
        "orders.services.order_writer": {"write_order_moves": "writes the order, its deliveries and its event"},
        "orders.services.quote_writer": {"write_quote_move": "writes the quote, its event and what that changed"},
        "orders.services.subscription_writer": {
            "write_subscription_move": "writes the subscription and its event",
            "write_change": "a change moves with its approval and its order only",
        },
        "orders.services.cart_writer": {
            "write_cart_move": "asks the table of the cart's lifecycle",
            "release_cart": "takes the first try back in memory when the database refuses a second open cart",
        },
    },
}
WRITING_CALLS = {"update", "create", "get_or_create", "update_or_create", "bulk_update", "setattr"}


def written_fields(node: ast.AST) -> set[str]:
    """The names of the fields that one statement or call writes."""
    match node:
        case ast.Assign(targets=targets):
            return {each.attr for target in targets for each in ast.walk(target) if isinstance(each, ast.Attribute)}
        case ast.AugAssign(target=ast.Attribute(attr=name)) | ast.AnnAssign(target=ast.Attribute(attr=name)):
            return {name}
        case ast.Call(func=ast.Attribute(attr=call) | ast.Name(id=call)) if call in WRITING_CALLS:
            given = {keyword.arg for keyword in node.keywords if keyword.arg}
            # setattr(row, "status", ...), bulk_update(rows, ["status"]) and defaults={"status": ...}
            named = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
            return given | {name for name in named if isinstance(name, str)}
    return set()


def found_writers() -> set[tuple[str, str, str]]:
    return {
        (field, dotted(path), place)
        for path in modules()
        for place, node in calls_and_assignments(path)
        for field in written_fields(node) & WRITERS.keys()
    }


def test_only_the_one_function_of_a_lifecycle_writes_its_status():
    allowed = {
        (field, module, place)
        for field, by_module in WRITERS.items()
        for module, places in by_module.items()
        for place in places
    }
    assert found_writers() - allowed == set()


def test_the_table_names_no_writer_that_is_gone():
    assert {
        (field, module, place)
        for field, by_module in WRITERS.items()
        for module, places in by_module.items()
        for place in places
    } <= found_writers()


def test_the_check_sees_every_way_to_write():
    source = """
row.status = 1
rows.update(status=1)
Row.objects.bulk_update(rows, ["status"])
Row.objects.update_or_create(pk=1, defaults={"status": 1})
setattr(row, "status", 1)
a, row.status = 1, 2
row.status: int = 1
"""
    for statement in ast.parse(source).body:
        assert any("status" in written_fields(node) for node in ast.walk(statement)), ast.unparse(statement)
