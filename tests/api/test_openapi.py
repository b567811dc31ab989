"""Is the document of the API whole, true and readable? What goes over the wire is compared with it in every test."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from companies.api.errors import FORBIDDEN, INVALID, ApiError, Family, body_of
from companies.api.views import ApiView
from companies.scopes import CLIENT_SCOPES, ROLE_SCOPES
from config.openapi.document import (
    ENDPOINTS,
    ERROR_SCHEMAS,
    MEANINGS,
    SERVICES,
    TOKEN_PATH,
    described,
    document,
    document_text,
    shape_of,
)
from tests.api.documented import check_documented, fault_of, operation_at, promised_for

SNAPSHOT = Path(__file__).with_name("openapi.json")
WRITTEN_BY = "COUNTERSIGN_MODE=test python manage.py openapi tests/api/openapi.json"


def operations():
    """Every operation of the document: method, path, words."""
    for path, methods in document()["paths"].items():
        for method, words in methods.items():
            yield method.upper(), path, words


def routes(patterns=None, prefix=""):
    """Every address of an endpoint, with its methods, as the resolver has them."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None and issubclass(view, ApiView):
                yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), view


ROUTES = [
    pytest.param(method.upper(), path, id=f"{method.upper()} {path}")
    for path, view in routes()
    for method in ("get", "post", "put", "patch", "delete")
    if hasattr(view, method)
]
OPERATIONS = [pytest.param(method, path, words, id=words["operationId"]) for method, path, words in operations()]


# --- Is it whole? -----------------------------------------------------------------------------------------------------


def test_it_is_openapi_3_1():
    assert document()["openapi"] == "3.1.0"
    validate_schema(document())


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_is_in_it(method, path):
    key = described(method, path)
    assert key is not None, f"{method} {path} has no description: add it to its service in config/openapi/"
    assert operation_at(method, re.sub(r"{\w+}", "x", path)) is not None


def test_nothing_is_in_it_that_is_no_route():
    here = {(method, shape_of(path)) for method, path in (param.values for param in ROUTES)}

    assert {key for key in ENDPOINTS if (key.split(" ")[0], shape_of(key.split(" ")[1])) not in here} == set()
    assert {(method, shape_of(path)) for method, path, _ in operations()} - here == {("POST", TOKEN_PATH)}


def test_operations_have_names_of_their_own():
    names = [words["operationId"] for _, _, words in operations()]

    assert len(names) == len(set(names))
    assert {
        "POST-approval-create-approval",
        "PATCH-approval-update-approval",
        "GET-approval-retrieve-approval",
        "GET-approval-list-approvals",
        "DELETE-approval-remove-approval",
        "POST-approval-check-approval",
        "POST-approval-search-users",
        "POST-checkout-trigger-checkout",
        "GET-order-retrieve-order-storefront",
    } <= set(names)


@pytest.mark.parametrize(("method", "path", "words"), OPERATIONS)
def test_an_operation_says_everything(method, path, words):
    assert words["summary"]
    assert words["tags"][0] in {service.name for service in SERVICES}
    assert "x-undescribed" not in words
    successes = [status for status in words["responses"] if status.startswith("2")]
    assert successes
    for status in successes:
        assert ("content" in words["responses"][status]) == (status != "204")
    if words["security"]:
        assert {"400", "401", "403"} <= set(words["responses"])
    names = {parameter.get("name") for parameter in words.get("parameters", [])}
    named = {parameter.get("$ref", "").rpartition("/")[2] for parameter in words.get("parameters", [])}
    for part in re.findall(r"{(\w+)}", path):
        assert part in names or f"{part}InPath" in named
    if method in ("POST", "PUT", "PATCH") and "requestBody" not in words:
        assert path.endswith(("/give-up", "/refresh", "/pdf"))


def test_every_scope_in_it_is_one_that_somebody_can_have():
    scopes = {"customer": frozenset().union(*ROLE_SCOPES.values()), "service": CLIENT_SCOPES, "anonymous": frozenset()}

    for _, _, words in operations():
        for way in words["security"]:
            for kind, needed in way.items():
                assert set(needed) <= scopes[kind]


def test_every_reference_leads_somewhere():
    parts = document()["components"]

    for kind, name in re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(document())):
        assert name in parts[kind], f"{kind}/{name}"


# --- Is it true? ------------------------------------------------------------------------------------------------------


def examples():
    for name, schema in document()["components"]["schemas"].items():
        for value in schema.get("examples", []):
            yield pytest.param(schema, value, id=name)
    for _, _, words in operations():
        content = words.get("requestBody", {}).get("content", {})
        for media in content.values():
            for value in media["schema"].get("examples", []):
                yield pytest.param(media["schema"], value, id=f"{words['operationId']} body")
        for status in words["responses"]:
            for media in promised_for(words, int(status)).get("content", {}).values():
                for title, each in media.get("examples", {}).items():
                    yield pytest.param(media["schema"], each["value"], id=f"{words['operationId']} {status} {title}")


@pytest.mark.parametrize(("schema", "value"), list(examples()))
def test_an_example_fits_its_schema(schema, value):
    assert fault_of(value, schema) == ""


@pytest.mark.parametrize(("method", "path", "words"), OPERATIONS)
def test_a_schema_is_one(method, path, words):
    for status in words["responses"]:
        for media in promised_for(words, int(status)).get("content", {}).values():
            Draft202012Validator.check_schema(media["schema"])


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("status", sorted(set(MEANINGS) - {401}))
def test_an_error_of_a_family_fits_its_schema(family, status):
    details = ["Something.", {"field": "cartId", "message": "is missing", "type": "invalid"}]
    schema = document()["components"]["schemas"][ERROR_SCHEMAS[family]]

    for message in (FORBIDDEN, INVALID):
        for error in (ApiError(status, message), ApiError(status, message, details=details, error_code="X-1")):
            assert fault_of(body_of(error, family), schema) == ""


def test_an_answer_that_it_does_not_promise_is_found():
    path = "/approval/acme/approval/permitted"
    check_documented("POST", path, 200, {"action": "CHECKOUT", "permitted": True})

    for status, body in [
        (200, {"action": "CHECKOUT"}),
        (200, {"action": "CHECKOUT", "permitted": "yes"}),
        (200, {"action": "CHECKOUT", "permitted": True, "reason": "none"}),
        (418, None),
        (400, None),
    ]:
        with pytest.raises(AssertionError):
            check_documented("POST", path, status, body)
    with pytest.raises(AssertionError):
        check_documented("POST", "/approval/acme/elsewhere", 200, {})


def test_it_is_the_one_that_was_agreed():
    """A change of the wire shows here; whoever means it writes the snapshot anew and reads the difference."""
    assert SNAPSHOT.read_text(encoding="utf-8") == document_text(), f"the wire changed; if that is meant: {WRITTEN_BY}"


# --- Can it be read? --------------------------------------------------------------------------------------------------


def test_it_is_served_to_everybody(db):
    answer = Client().get("/api/schema/")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert json.loads(answer.content) == json.loads(document_text())
    again = Client().get("/api/schema/", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().post("/api/schema/").status_code == 405


def test_its_page_loads_nothing_from_elsewhere(db):
    page = Client().get("/api/docs/")
    script = Client().get("/api/docs/?script=")

    assert (page.status_code, script.status_code) == (200, 200)
    assert script["Content-Type"].startswith("application/javascript")
    assert 'url: "/api/schema/"' in script.content.decode()
    text = page.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "<code>PATCH /approval/{tenant}/approvals/{approvalId}</code>" in text  # for who reads it without JavaScript


def test_an_example_of_a_refusal_has_the_status_it_is_shown_under():
    shown = [(name[-3:], each) for name, each in document()["components"]["responses"].items()]
    for _, path, words in operations():
        if path != TOKEN_PATH:
            shown += [(status, each) for status, each in words["responses"].items() if "$ref" not in each]
    refusals = [(status, each["content"]["application/json"]) for status, each in shown if status > "400"]
    assert len(refusals) > 100
    for status, content in refusals:
        for example in content["examples"].values():
            body = example["value"]
            stated = body["code"] if "code" in body else body.get("status", 401)
            assert stated == int(status), (status, body)


def test_only_its_page_may_write_styles(db):
    policy = Client().get("/api/docs/")["Content-Security-Policy"]

    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
    assert "default-src 'self'" in policy
    for elsewhere in ("/api/schema/", "/sign-in/"):
        assert "unsafe-inline" not in Client().get(elsewhere)["Content-Security-Policy"]


def test_an_address_of_the_api_that_is_none_is_answered_in_json(db):
    answer = Client().get("/api/elsewhere")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_its_page_can_be_read(page):
    """Swagger UI starts under our policy, shows the services, and one opens."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    page.goto("/api/docs/")
    page.get_by_text("Countersign storefront API").wait_for()
    page.locator("#operations-tag-Approvals").click()
    page.get_by_text("Ask one approver").first.click()
    page.get_by_text("approval.approval_manage_own").first.wait_for()

    assert said == []
