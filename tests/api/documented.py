"""Is an answer one that the document promises? Every answer that a test gets from the API is compared with it.

A status that is not described, a field that is not, and one that is missing or of another kind: each is a fault of the
document or of the endpoint.
"""

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from config.openapi.document import document
from config.openapi.words import SOME_OF

# What answers before any endpoint is reached: methods and addresses that there are not.
UNREACHED = (404, 405)


@cache
def operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Addresses with their operations; those without names of things before those with them."""
    paths = sorted(document()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), words) for path, words in paths]


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    """The operation that answers there, None where the document has none."""
    for pattern, words in operations():
        if pattern.fullmatch(path) and method.lower() in words:
            return words[method.lower()]
    return None


@cache
def _validator(text: str) -> Draft202012Validator:
    """Checks a schema of the document; references lead into it."""
    return Draft202012Validator({**json.loads(text), "components": document()["components"]})


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return _validator(json.dumps(schema, sort_keys=True))


def fault_of(value: Any, schema: dict[str, Any]) -> str:
    """What is wrong with a value; nothing where it fits."""
    error = best_match(validator(schema).iter_errors(value))
    return "" if error is None else f"{error.json_path}: {error.message[:500]}"


def promised_for(words: dict[str, Any], status: int) -> dict[str, Any] | None:
    """The response that the document has for a status, wherever it stands in it."""
    response = words["responses"].get(str(status))
    if response is not None and "$ref" in response:
        return document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response


def whole(schema: Any) -> Any:
    """The schema for an answer to a request without `fields`: nothing is left out."""
    if isinstance(schema, list):
        return [whole(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    ways = schema.get("anyOf", [])
    if ways and SOME_OF in ways[-1].get("$ref", ""):
        return ways[0]
    return {name: whole(each) for name, each in schema.items()}


def check_documented(method: str, path: str, status: int, body: Any, *, fields: bool = False) -> None:
    """Fail where the document does not know such an answer; `fields`: some were asked for."""
    words = operation_at(method, path)
    if words is None:
        assert status in UNREACHED, f"{method} {path} is not in the document and was answered {status}"
        return
    name = words["operationId"]
    promised = promised_for(words, status)
    assert promised is not None, f"{name}: the document knows no {status} ({body})"
    content = promised.get("content")
    if content is None:
        assert body is None, f"{name}: the document knows no body of {status}"
        return
    if "application/json" not in content:
        assert isinstance(body, bytes), f"{name}: the document knows no JSON of {status}"
        return
    schema = content["application/json"]["schema"]
    fault = fault_of(body, schema if fields else whole(schema))
    assert not fault, f"{name} {status}: {fault}"
