"""What is sent? Requests by the book, requests a little beside it, and what schemathesis makes of the document.

By the book: the document's own example with ids that are there. Beside it: the same with one thing spoiled. The others
follow the document's schemas, or break them on purpose, and have real ids in most places, so that they get beyond 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from enum import Enum
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, Config, GenerationMode
from schemathesis.core import NOT_SET

from config.openapi.document import ENDPOINTS, described, document
from tests.fuzz.world import TENANT, Caller, World

Choose = Callable[[Sequence[Any]], Any]

# Which ids belong into a field or a parameter, by its name or by its name in what it is part of.
REAL = {
    "accessToken": "accessToken",
    "approvalGroup.id": "contactAssignmentId",
    "approver.userId": "userId",
    "b2b.legalEntityId": "legalEntityId",
    "billingAddressId": "locationId",
    "cartId": "cartId",
    "carts": "carts",
    "client_id": "client_id",
    "client_secret": "client_secret",
    "code": "newCode",
    "customer.id": "customerId",
    "customerGroups.id": "groupId",
    "customerId": "customerId",
    "email": "email",
    "entitiesAddresses.id": "locationId",
    "itemId.id": "productId",
    "key": "newKey",
    "legalEntity.id": "legalEntityId",
    "legalEntityId": "legalEntityId",
    "parentId": "legalEntityId",
    ".priceId": "planPriceId",  # in the body itself: of an item it belongs to the product
    "quoteId": "quoteId",
    "quoteReasonId": "quoteReasonId",
    "refreshToken": "refreshToken",
    "refresh_token": "refresh_token",
    "requestor.userId": "userId",
    "resourceId": "resourceId",
    "shippingAddressId": "locationId",
    "siteCode": "siteCode",
    "subscriptionId": "subscriptionId",
    "tenant": "tenant",
    "userId": "userId",
}
# Parameters of a request by the book that the document can do without.
ALWAYS = ("tenant", "refresh_token")
VALUES = ("PENDING", "OPEN", "CREATED", "CART", "true", "null", "exists", "~a", ">5", '(>=1 AND <="x")', '"', "(a,b)")
# Of an address these are parts, so there is no slash in them and they are not empty.
ODD_PARTS = (" ", "\x00", "x" * 300, "ä", "2026-02-30T00:00:00Z", "NaN", "%00", "\u2028", "😀" * 40, "a,b")
ODD = (
    *ODD_PARTS,
    "",
    "/",
    None,
    0,
    -1,
    0.1,
    1e-12,
    10**12,
    10**40,
    True,
    False,
    [],
    {},
    [None],
    [[]],
    {"": {}},
    {"id": 1},
)
POINTERS = (
    *("/status", "/comment", "/approverComment", "/details", "/details/currency", "/details/addresses/0/city"),
    *("/resource/deliveryWindow", "/resource/deliveryWindow/id", "/resource", "/id", "//", "/details/addresses/-"),
    *("/customerComment", "/customerReference", "/validTo", "/items", "/items/1", "/items/1/price", "/shipping"),
)


def _operations() -> dict[str, Any]:
    config = Config.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(deepcopy(document()), config=config)
    found = (each.ok() for each in schema.get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


# Every operation of the document by its name.
OPERATIONS = _operations()


class Manner(Enum):
    """How a request comes about."""

    BOOK = "by the book"
    BESIDE = "beside the book"
    VALID = "after the schemas"
    INVALID = "against the schemas"


@st.composite
def calls(draw: st.DrawFn, name: str, world: World) -> tuple[Caller, Case]:
    """Somebody, and what they send to the operation of this name."""
    operation = OPERATIONS[name]
    caller = draw(st.sampled_from(able(operation, world) if draw(st.integers(0, 4)) else world.callers))
    # Texts of an address and of headers are always after the schemas.
    breakable = "requestBody" in operation.definition.raw or any(_parameters(operation, "query"))
    manner = draw(st.sampled_from([each for each in Manner if breakable or each is not Manner.INVALID]))

    def choose(many: list[Any]) -> Any:
        return draw(st.sampled_from(many))

    if manner in (Manner.BOOK, Manner.BESIDE):
        case = by_the_book(operation, world, caller, choose)
        if manner is Manner.BESIDE:
            spoil(draw, case)
        return caller, case
    mode = GenerationMode.POSITIVE if manner is Manner.VALID else GenerationMode.NEGATIVE
    case = draw(operation.as_strategy(generation_mode=mode))
    _make_real(draw, case, world, caller)
    return caller, case


def kinds(operation: Any) -> set[str]:
    """The kinds of tokens that the operation takes; none where it needs no token."""
    return {kind for way in operation.definition.raw["security"] for kind in way}


def able(operation: Any, world: World) -> list[Caller]:
    """Who has a token of the right kind."""
    wanted = kinds(operation)
    return [each for each in world.callers if each.kind in wanted] if wanted else world.callers


def by_the_book(operation: Any, world: World, caller: Caller, choose: Choose) -> Case:
    """The document's example, with ids that are there."""
    query = {
        each["name"]: _real(each["name"], "main", world, caller, choose)
        for each in _parameters(operation, "query")
        if each["required"] or each["name"] in ALWAYS
    }
    path = _path(operation, world, caller, choose)
    media_type, schema = _body_of(operation)
    body = NOT_SET
    if schema is not None:
        schema = _resolved(choose(schema.get("anyOf", [schema])))
        body = _with_real(_slimmer(_example_of(schema), schema, choose), world, caller, choose)
        if "key" in path:
            body["key"] = path["key"]
    return operation.Case(path_parameters=path, query=query, headers=caller.headers, body=body, media_type=media_type)


def _parameters(operation: Any, place: str) -> Iterator[dict[str, Any]]:
    shared = document()["components"]["parameters"]
    for each in operation.definition.raw.get("parameters", []):
        found = shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if found["in"] == place:
            yield found


def _path(operation: Any, world: World, caller: Caller, choose: Choose) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in _parameters(operation, "path"):
        name = each["name"]
        ids = world.lines.get(found.get("cartId", ""), []) if name == "itemId" else world.ids(name, caller)
        found[name] = choose(ids) if ids else "1"
    return found


def _body_of(operation: Any) -> tuple[str | None, dict[str, Any] | None]:
    """Media type and schema of the body, where there is one."""
    for media_type, content in operation.definition.raw.get("requestBody", {}).get("content", {}).items():
        return media_type, _resolved(content["schema"])
    return None, None


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _slimmer(example: Any, schema: dict[str, Any], choose: Choose) -> Any:
    """The example, sometimes without parts that need not be there."""
    if not isinstance(example, dict) or choose((True, True, True, False)):
        return example
    needed = schema.get("required", [])
    return {name: part for name, part in example.items() if name in needed or choose((True, False))}


def _example_of(schema: dict[str, Any]) -> Any:
    schema = _resolved(schema)
    if schema.get("examples"):
        return deepcopy(schema["examples"][0])
    return [_example_of(schema["items"])] if schema.get("type") == "array" else {}


def _with_real(value: Any, world: World, caller: Caller, choose: Choose, within: str = "", name: str = "") -> Any:
    """The same JSON with ids that are there; an item gets product, price and amounts that belong together."""
    if isinstance(value, list):
        return [_with_real(each, world, caller, choose, within, name) for each in value]
    if isinstance(value, dict):
        if "itemYrn" in value and "price" in value:
            value = value | choose(world.items)
        if isinstance(value.get("price"), dict) and "product" in value:
            value = value | _quoted(value["price"], choose(world.items))
        if "slotId" in value:
            value = value | choose(world.windows)
        if value.get("path") == "/status":
            value = value | {"value": _answer(value.get("value"), choose)}
        return {part: _with_real(each, world, caller, choose, name, part) for part, each in value.items()}
    if name == "yrns":
        return choose(world.items)["itemYrn"]
    return _real(f"{within}.{name}", value, world, caller, choose) if isinstance(value, str) else value


def _quoted(price: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Product and price of an item as quotes have them."""
    real = {"priceId": item["price"]["priceId"], "unitPrice": item["price"]["effectiveAmount"]}
    return {"price": price | real, "product": {"productId": item["itemYrn"].rpartition(";")[2]}}


def _answer(example: Any, choose: Choose) -> Any:
    """A status to set: an approval's is a word, a quote's may have more to it."""
    if isinstance(example, dict):
        return example | {"value": choose(["OPEN", "ACCEPTED", "DECLINED", "IN_PROGRESS", "DECLINED_BY_MERCHANT"])}
    return choose(["APPROVED", "DECLINED", "CLOSED"])


def _real(name: str, value: Any, world: World, caller: Caller, choose: Choose) -> Any:
    kind = REAL.get(name) or REAL.get(name.rpartition(".")[2])
    ids = world.ids(kind, caller) if kind else []
    return choose(ids) if ids else value


def spoil(draw: st.DrawFn, case: Case) -> None:
    """One thing is wrong: a part of the body, or a part of the address."""
    places = [*_places(case.body, ())] if case.body is not NOT_SET else []
    if not places or draw(st.integers(0, 4)) == 0:
        where = draw(st.sampled_from([case.path_parameters, case.query])) or case.path_parameters
        if where:
            where[draw(st.sampled_from(sorted(where)))] = draw(st.sampled_from(ODD_PARTS))
        return
    path = draw(st.sampled_from(places))
    if not path:
        case.body = draw(st.sampled_from(ODD))
        return
    within = case.body
    for name in path[:-1]:
        within = within[name]
    match draw(st.integers(0, 3)):
        case 0:
            del within[path[-1]]
        case 1 if isinstance(within, dict):
            within[
                draw(st.sampled_from(["id", "status", "metadata", "mixins", "orderId", "customerId", "x", "\x00"]))
            ] = draw(st.sampled_from(ODD))
        case 2 if path[-1] == "path":
            within["path"] = draw(st.sampled_from(POINTERS))
        case _:
            within[path[-1]] = draw(st.sampled_from(ODD))


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Every place in some JSON, from the top."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in parts:
        yield from _places(each, (*path, name))


def _make_real(draw: st.DrawFn, case: Case, world: World, caller: Caller) -> None:
    """Leave most things where something is found, and the caller who they are."""

    def choose(many: list[Any]) -> Any:
        return draw(st.sampled_from(many))

    def mostly() -> bool:
        return draw(st.integers(0, 4)) > 0

    real = _path(case.operation, world, caller, choose)
    case.path_parameters = {
        name: real[name] if name in real and (name == "tenant" or mostly()) else value
        for name, value in case.path_parameters.items()
    }
    filters = _filters(case.operation)
    required = {each["name"] for each in _parameters(case.operation, "query") if each["required"]}
    case.query = {
        name: _asked(draw, name, value, filters, world, caller) if mostly() else value
        for name, value in case.query.items()
        if name in required or not mostly()
    }
    headers = {name: value for name, value in case.headers.items() if not mostly()}
    if "Emporix-Tenant" in headers and mostly():
        headers["Emporix-Tenant"] = TENANT
    case.headers = {**headers, **caller.headers}
    if case.body is not NOT_SET and mostly():
        case.body = _with_real(case.body, world, caller, choose)


def _filters(operation: Any) -> tuple[str, ...]:
    key = described(operation.method, operation.path)
    return ENDPOINTS[key].filters if key else ()


def _asked(draw: st.DrawFn, name: str, value: Any, filters: tuple[str, ...], world: World, caller: Caller) -> Any:
    """A filter that could find something."""

    def choose(many: list[Any]) -> Any:
        return draw(st.sampled_from(many))

    if name == "q" and filters:
        parts = draw(st.lists(st.sampled_from(filters), min_size=1, max_size=3))
        terms = [f"{part}:{_real(part, choose([*VALUES, str(value)]), world, caller, choose)}" for part in parts]
        joined = draw(st.sampled_from(["{}", "compoundLogicalQuery:(({}))"]))
        return joined.format((") OR (" if "(" in joined else " ").join(terms))
    if name == "sort" and filters:
        return ",".join(f"{part}{choose(['', ':desc', ':ASC'])}" for part in draw(st.lists(st.sampled_from(filters))))
    if name in filters:
        return _real(name, choose([*VALUES, value]), world, caller, choose)
    return _real(name, value, world, caller, choose)
