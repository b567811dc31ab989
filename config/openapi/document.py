"""How does the document come about? The addresses and views say what they do, the descriptions say it in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from companies.api.errors import Family
from companies.api.views import MAX_PAGE, ApiView
from companies.scopes import CLIENT_SCOPES, ROLE_SCOPES
from config.openapi import webhooks
from config.openapi.approvals import APPROVALS
from config.openapi.carts import CARTS
from config.openapi.catalog import CATALOG
from config.openapi.checkout import CHECKOUT
from config.openapi.companies import COMPANIES
from config.openapi.groups import CONFIGURATION, IAM
from config.openapi.orders import ORDERS
from config.openapi.quotes import QUOTES
from config.openapi.sessions import SERVICE_TOKEN, SESSIONS
from config.openapi.shared import FORBIDDEN_EXAMPLES, UNAUTHORIZED_EXAMPLES, error_example
from config.openapi.shared import SCHEMAS as SHARED
from config.openapi.subscriptions import SUBSCRIPTIONS
from config.openapi.words import (
    FIELDS,
    RETRY_AFTER,
    SAAS_READING,
    SOME_OF,
    TEXT,
    WHOLE,
    Answer,
    Endpoint,
    Schema,
    header,
    query,
    ref,
)

SERVICES = (SESSIONS, COMPANIES, IAM, CATALOG, CARTS, APPROVALS, QUOTES, CHECKOUT, ORDERS, SUBSCRIPTIONS, CONFIGURATION)
ENDPOINTS: dict[str, Endpoint] = {key: each for service in SERVICES for key, each in service.endpoints.items()}
TAGS = {key: service.name for service in SERVICES for key in service.endpoints}
ABOUT = (
    "Order approval for business customers: carts and quotes, requests for approval, checkout, orders and their "
    "review, subscriptions.\n\nA visitor's token comes from `GET /customerlogin/auth/anonymous/login`, with it a "
    "customer's from `POST /customer/{tenant}/login`, and a program's from `POST /oauth/token`. Each goes along as "
    "`Authorization: Bearer ...`."
)
WIDEST = 110
TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address

ERROR_SCHEMAS = {
    Family.CORE: "CoreError",
    Family.CODE: "CodeError",
    Family.YAAS: "YaasError",
    Family.CONFIGURATION: "ConfigurationError",
    Family.CUSTOMER: "CustomerError",
}
MEANINGS = {
    400: "Something that was sent cannot be taken.",
    401: "There is no good token.",
    403: "The token is of another kind or tenant, or lacks a scope; or it is not the caller's to do.",
    404: "There is no such thing for this caller.",
    409: "This request is being carried out already.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "The idempotency key was used for another request.",
    429: "Too many requests from one network address.",
    500: "Something went wrong here.",
}
PATH_PARAMETERS = {
    "tenant": "The tenant, such as `acme`.",
    "approvalId": "The id of an approval.",
    "cartId": "The id of a cart.",
    "itemId": "The id of an item in it.",
    "orderId": "The id of an order, such as `CS1001`.",
    "deliveryId": "The id of a delivery: of an order and the number of its entry, such as `CS1001-1`.",
    "productId": "The id of a product.",
    "quoteId": "The id of a quote.",
    "quoteReasonId": "The id of a reason.",
    "subscriptionId": "The id of a subscription, such as `S1001`.",
    "changeId": "The id of a change of a subscription.",
    "legalEntityId": "The id of a company.",
    "contactAssignmentId": "The id of a contact assignment.",
    "locationId": "The id of a location.",
    "groupId": "The id of a group.",
    "userId": "A customer number.",
    "userType": "`CUSTOMER`.",
    "addressId": "The id of an address.",
    "key": "The name of a setting.",
}
IDEMPOTENCY = header("Idempotency-Key", "A name of the request: repeated under it, it is carried out once.")
LANGUAGE = header("Accept-Language", "The language of names; `*` for all of them.")
COUNTING = header("X-Total-Count", "`true`: the total comes in a header of the same name.")
TENANT = header("Emporix-Tenant", "May be there; another tenant than the address's is 400.")
# What many operations take stands in the document once.
PARAMETERS: dict[str, Schema] = {
    **{
        f"{name}InPath": {"name": name, "in": "path", "required": True, "description": text, "schema": TEXT}
        for name, text in PATH_PARAMETERS.items()
    },
    "Fields": FIELDS,
    "SaasToken": SAAS_READING,
    "IdempotencyKey": IDEMPOTENCY,
    "AcceptLanguage": LANGUAGE,
    "XTotalCount": COUNTING,
    "EmporixTenant": TENANT,
}

SECURITY: dict[str, Schema] = {
    "customer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A customer's token, from the login. Its scopes follow the group in the company it acts for.",
    },
    "anonymous": {"type": "http", "scheme": "bearer", "description": "A visitor's token."},
    "service": {
        "type": "oauth2",
        "description": "An API client's token; which scopes there are is chosen when the client is made.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": TOKEN_PATH,
                "scopes": {scope: scope.rpartition(".")[2].replace("_", " ") for scope in sorted(CLIENT_SCOPES)},
            }
        },
    },
}
_CUSTOMER_SCOPES = frozenset().union(*ROLE_SCOPES.values())


def shape_of(path: str) -> str:
    """The address whatever its parts are called."""
    return re.sub(r"{[^}]*}", "{}", path)


_BY_SHAPE = {(key.partition(" ")[0], shape_of(key.partition(" ")[2])): key for key in ENDPOINTS}


def described(method: str, path: str) -> str | None:
    """The key of the endpoint's description."""
    return _BY_SHAPE.get((method.upper(), shape_of(path)))


class ApiSchema(AutoSchema):
    """One operation: its words, with what its view says of tokens, scopes, pages and errors."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        """The operation; one without description says so, for the test that finds it."""
        if not isinstance(self.view, ApiView):
            return None
        key = described(method, path)
        if key is None:
            return {"operationId": f"{method}-undescribed-{shape_of(path)}", "responses": {}, "x-undescribed": True}
        return operation(self.view, method, key)


def operation(view: ApiView, method: str, key: str) -> dict[str, Any]:
    """The operation as the document has it."""
    endpoint, path = ENDPOINTS[key], key.partition(" ")[2]
    security = security_of(view, method)
    words: dict[str, Any] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "description": _text(endpoint, security),
        "tags": [TAGS[key]],
        "parameters": _parameters(view, method, path, endpoint),
        "security": security,
    }
    if endpoint.body is not None:
        # A move of an order needs no body at all where it has nothing to say.
        needed = endpoint.body.get("type") != "object" or bool(endpoint.body.get("required"))
        words["requestBody"] = {
            "required": needed,
            "content": {"application/json": {"schema": endpoint.body}},
        }
    return words | {"responses": _responses(view, path, endpoint)}


def security_of(view: ApiView, method: str) -> list[dict[str, list[str]]]:
    """Each way in that is enough: a kind of token, with one of the scopes where some are asked for."""
    asked = view.scopes.get(method, ())
    ways: list[dict[str, list[str]]] = []
    for kind in view.callers:
        needed = asked or (view.client_scopes if kind == "service" else ())
        if not needed:
            ways.append({kind: []})
            continue
        known = {"customer": _CUSTOMER_SCOPES, "service": CLIENT_SCOPES}.get(kind, frozenset())
        ways += [{kind: [scope]} for scope in needed if scope in known]
    return ways


def _text(endpoint: Endpoint, security: list[dict[str, list[str]]]) -> str:
    """The description, with the scopes in words: readers overlook them elsewhere."""
    names = {"customer": "customers", "service": "API clients", "anonymous": "visitors"}
    scopes: dict[str, list[str]] = {}
    for way in security:
        for kind, needed in way.items():
            scopes.setdefault(kind, []).extend(needed)
    ways = [
        f"{names[kind]} with {' or '.join(f'`{scope}`' for scope in needed)}" if needed else names[kind]
        for kind, needed in scopes.items()
    ]
    allowed = f"For {', '.join(ways)}." if ways else "Without a token."
    return "\n\n".join(part for part in (endpoint.text, allowed) if part)


def _parameters(view: ApiView, method: str, path: str, endpoint: Endpoint) -> list[Schema]:
    found = [PARAMETERS[f"{name}InPath"] for name in re.findall(r"{(\w+)}", path)]
    found += endpoint.parameters
    names = ", ".join(f"`{name}`" for name in endpoint.filters)
    if endpoint.filters and method == "GET":
        found.append(query("q", f"Filters such as `status:PENDING`, joined by spaces. Fields such as {names}."))
    found += [query(name, f"As `q={name}:…`.") for name in endpoint.plain]
    if endpoint.filters:
        found.append(query("sort", f"Such as `{endpoint.filters[0]}:desc`; several are separated by commas."))
    if endpoint.pages:
        pages = {"minimum": 1, "maximum": MAX_PAGE, "default": 1}
        sizes = {"minimum": 1, "maximum": view.max_page_size, "default": view.default_page_size}
        found.append(query("pageNumber", "From 1.", {**WHOLE, **pages}))
        found.append(query("pageSize", "How many at once.", {**WHOLE, **sizes}))
        found.append(COUNTING)
    if endpoint.localized:
        found.append(LANGUAGE)
    if endpoint.named:
        found.append(IDEMPOTENCY)
    if view.callers:
        found.append(TENANT)
    names_of_shared = {id(parameter): name for name, parameter in PARAMETERS.items()}
    return [
        {"$ref": f"#/components/parameters/{names_of_shared[id(each)]}"} if id(each) in names_of_shared else each
        for each in found
    ]


def _responses(view: ApiView, path: str, endpoint: Endpoint) -> dict[str, Any]:
    found = {str(status): _success(answer, endpoint) for status, answer in endpoint.answers.items()}
    for status, text in sorted(_errors(view, path, endpoint).items()):
        found[str(status)] = _error(view.family, status, text, endpoint)
    return found


def _success(answer: Answer, endpoint: Endpoint) -> dict[str, Any]:
    response: dict[str, Any] = {"description": answer.text}
    headers: dict[str, Any] = {}
    if endpoint.pages:
        headers["X-Total-Count"] = {"description": "How many there are, where it was asked for.", "schema": WHOLE}
    if answer.location:
        headers["Location"] = {"description": "The address of what was made.", "schema": TEXT}
    if headers:
        response["headers"] = headers
    if answer.schema is not None:
        response["content"] = {answer.media: {"schema": answer.schema}}
    return response


def _errors(view: ApiView, path: str, endpoint: Endpoint) -> dict[int, str]:
    """Every status beside success, and what it means here."""
    statuses = {400, 500, *endpoint.errors}
    if view.callers:
        statuses |= {401, 403}
    if path.count("{") > 1:
        statuses.add(404)
    if endpoint.body is not None:
        statuses |= {413, 415}
    if endpoint.named:
        statuses |= {409, 422}
    if view.throttle_classes:
        statuses.add(429)
    return {status: endpoint.errors.get(status, MEANINGS[status]) for status in statuses}


def _error(family: Family, status: int, text: str, endpoint: Endpoint) -> dict[str, Any]:
    """The family's own response, unless the endpoint has something to say of it."""
    examples = endpoint.examples.get(status, {})
    if text == MEANINGS[status] and not examples:
        return {"$ref": f"#/components/responses/{_response_name(family, status)}"}
    return _error_response(family, status, text, examples)


def _response_name(family: Family, status: int) -> str:
    return f"{'Fault' if status == HTTPStatus.UNAUTHORIZED else ERROR_SCHEMAS[family]}{status}"


def _error_response(family: Family, status: int, text: str, more: Mapping[str, Any]) -> dict[str, Any]:
    name = "Fault" if status == HTTPStatus.UNAUTHORIZED else ERROR_SCHEMAS[family]
    if status == HTTPStatus.UNAUTHORIZED:
        examples = UNAUTHORIZED_EXAMPLES
    elif status == HTTPStatus.FORBIDDEN:
        examples = {"Forbidden": FORBIDDEN_EXAMPLES[name], **more}
    else:
        examples = dict(more) or {str(status): error_example(family, status, text)}
    content: dict[str, Any] = {"schema": ref(name)}
    content["examples"] = {title: {"value": value} for title, value in examples.items()}
    response: dict[str, Any] = {"description": text, "content": {"application/json": content}}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["headers"] = RETRY_AFTER
    return response


def _schemas() -> dict[str, Schema]:
    """All of them, and of each that `fields` can cut down one without required fields but the id."""
    found = {**SHARED, **{name: each for service in SERVICES for name, each in service.schemas.items()}}
    found |= webhooks.SCHEMAS
    used = {
        name
        for endpoint in ENDPOINTS.values()
        for answer in endpoint.answers.values()
        for name in re.findall(rf"#/components/schemas/{SOME_OF}(\w+)", str(answer.schema))
    }
    for name in sorted(used):
        whole = {part: value for part, value in found[name].items() if part != "examples"}
        found[f"{SOME_OF}{name}"] = {**whole, "required": ["id"], "description": f"What `fields` leaves of {name}."}
    return found


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """The document with what no view says: names of parts of addresses, schemas, services, and the OAuth endpoint."""
    generated = {
        (method.upper(), shape_of(path)): (path, words)
        for path, operations in result["paths"].items()
        for method, words in operations.items()
    }
    paths: dict[str, dict[str, Any]] = {TOKEN_PATH: {"post": SERVICE_TOKEN}}
    for key in [*ENDPOINTS, *(f"{method} {path}" for (method, _), (path, _) in generated.items())]:
        method, _, path = key.partition(" ")
        found = generated.pop((method, shape_of(path)), None)
        if found is not None:
            paths.setdefault(path, {})[method.lower()] = found[1]
    responses = {
        _response_name(family, status): _error_response(family, status, text, {})
        for family in ERROR_SCHEMAS
        for status, text in MEANINGS.items()
    }
    used = str(paths)
    components = {
        "schemas": _schemas(),
        "parameters": {name: each for name, each in PARAMETERS.items() if f"/parameters/{name}'" in used},
        "responses": {name: each for name, each in responses.items() if f"/responses/{name}'" in used},
        "securitySchemes": SECURITY,
    }
    return {
        **{name: value for name, value in result.items() if name not in ("paths", "components")},
        "info": {**result["info"], "description": ABOUT},
        "tags": [{"name": service.name, "description": service.text} for service in SERVICES],
        "paths": paths,
        "webhooks": webhooks.webhooks(),
        "components": components,
    }


@cache
def document() -> dict[str, Any]:
    """The whole document; it changes with the code only."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def document_text() -> str:
    """The document as it is kept: one line for whatever fits into one, so that a change of it can be read."""
    return _laid_out(document(), "") + "\n"


def _laid_out(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDEST or not isinstance(value, dict | list) or not value:
        return line
    inner = f"{indent}  "
    if isinstance(value, list):
        parts = [_laid_out(each, inner) for each in value]
    else:
        parts = [f"{json.dumps(name)}: {_laid_out(each, inner)}" for name, each in value.items()]
    opening, closing = ("[", "]") if isinstance(value, list) else ("{", "}")
    return opening + "\n" + ",\n".join(f"{inner}{part}" for part in parts) + f"\n{indent}{closing}"
