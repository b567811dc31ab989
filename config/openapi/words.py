"""With which words is an endpoint described? Small pieces that the descriptions of all services are made of.

Pure values in JSON Schema (2020-12). What the server sends is closed: a field that is not described is a fault. What
clients send is open where the endpoint ignores what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

SOME_OF = "SomeOf"

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
}
ANYTHING: Schema = {}
RETRY_AFTER: Schema = {"Retry-After": {"description": "In so many seconds.", "schema": WHOLE}}
FREE: Schema = {"type": "object", "additionalProperties": True}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."}
COUNTRY: Schema = {"type": "string", "description": "ISO 3166, two letters."}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT, "description": "Language to text."}
LOCALIZED: Schema = {
    "anyOf": [TEXT, TEXTS],
    "description": "A text in the language of `Accept-Language`; with `*`, all texts by language.",
}


def obj(fields: Mapping[str, Schema], text: str = "", *, example: Any = None, is_open: bool = False) -> Schema:
    """An object. A name that ends with `?` is a field that may be left out."""
    schema: Schema = {
        "type": "object",
        "properties": {name.removesuffix("?"): each for name, each in fields.items()},
        "additionalProperties": is_open,
    }
    required = [name for name in fields if not name.endswith("?")]
    if required:
        schema["required"] = required
    if text:
        schema["description"] = text
    if example is not None:
        schema["examples"] = [example]
    return schema


def given(fields: Mapping[str, Schema], text: str = "", *, example: Any = None, strict: bool = False) -> Schema:
    """A body of a client; more fields may be in it, unless the endpoint refuses what it does not know."""
    return obj(fields, text, example=example, is_open=not strict)


def ref(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def chosen(name: str) -> Schema:
    """The schema, or what `fields` leaves of it; the document has a schema of the same fields for that."""
    return {"anyOf": [ref(name), ref(f"{SOME_OF}{name}")]}


def many(schema: Schema, **bounds: int) -> Schema:
    """A list."""
    return {"type": "array", "items": schema, **bounds}


def said(schema: Schema, text: str) -> Schema:
    """The schema with a description."""
    return {**schema, "description": text}


def one_of(*words: str) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": list(words)}


def maybe(schema: Schema) -> Schema:
    """Or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def query(name: str, text: str, schema: Schema = TEXT, *, required: bool = False) -> Schema:
    """A parameter of the query."""
    return _parameter("query", name, text, schema, required=required)


def header(name: str, text: str, schema: Schema = TEXT, *, required: bool = False) -> Schema:
    """A header of the request."""
    return _parameter("header", name, text, schema, required=required)


def _parameter(place: str, name: str, text: str, schema: Schema, *, required: bool) -> Schema:
    return {"name": name, "in": place, "required": required, "description": text, "schema": schema}


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: what it means and what its body is (None: there is none)."""

    text: str
    schema: Schema | None = None
    location: bool = False
    media: str = "application/json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation in words.

    `errors` are statuses beside those that follow from the view, with what they mean; `examples` shows bodies by
    status and name. `pages` is for lists that come in pages, `filters` are fields that `q` and `sort` know, `plain`
    those that are parameters of their own, too. `named` requests can be repeated under an `Idempotency-Key`; in
    `localized` answers names are in the language of the reader.
    """

    operation: str
    summary: str
    text: str
    answers: Mapping[int, Answer]
    body: Schema | None = None
    parameters: tuple[Schema, ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)
    examples: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    pages: bool = False
    filters: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    named: bool = False
    localized: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the API: its name in the document, its schemas, and its endpoints by `METHOD /path`."""

    name: str
    text: str
    schemas: Mapping[str, Schema]
    endpoints: Mapping[str, Endpoint]


FIELDS = query("fields", "The fields to show, separated by commas; the id is always there.")
SAAS_READING = header("saas-token", "With a service token: read this customer's orders alone.")
NOTHING = {204: Answer("Done. There is no body.")}
