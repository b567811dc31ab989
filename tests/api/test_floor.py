"""What every service has in common: addresses, bodies that cannot be read, and what nobody foresaw."""

import pytest
from django.test import Client

from companies.api.me import Me
from config.api import FAMILIES

NOTHING = "There is nothing at this address."
BODIES = {
    "core": {"code": 404, "status": "Not Found", "message": NOTHING},
    "code": {"code": 404, "status": "Not Found", "message": NOTHING},
    "yaas": {"status": 404, "type": "resource_not_found", "message": NOTHING, "moreInfo": "", "details": []},
    "configuration": {"status": 404, "message": NOTHING, "type": "application/json", "details": []},
    "customer": {"type": "not_found", "status": 404, "message": NOTHING},
}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize(("service", "family"), FAMILIES.items())
def test_an_unknown_address_is_404_in_the_words_of_its_service(db, service, family, method):
    for path in (f"/{service}", f"/{service}/", f"/{service}/acme/nothing/here"):
        response = getattr(Client(enforce_csrf_checks=True), method)(path)
        assert (response.status_code, response.json()) == (404, BODIES[family]), path
        assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["/customer/acme/me/", "/iam/acme/groups/", "/configuration/acme/configurations/", "/oauth/token/"]
)
def test_a_slash_too_many_is_no_redirect(api, path):
    assert api("rita").get(path).status == 404
    assert api("rita").post(path, {}).status == 404


def test_what_only_begins_like_a_service_is_a_page(client, db):
    assert client.get("/customers").status_code == 404
    assert client.get("/customers")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        "1" + "0" * 6_000,
        '{"a": 1e9999999999999999999}',
        '{"a": 1e400}',
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        "\xff",
    ],
)
def test_what_is_no_json_is_refused(api, text):
    rita = api("rita")
    response = rita.client.post(
        "/customer/acme/me/addresses",
        text.encode("latin-1"),
        content_type="application/json",
        headers={"Authorization": f"Bearer {rita.token}"},
    )
    assert response.status_code == 400
    assert response.json()["message"].startswith("This is not JSON that can be read: ")


def test_a_body_has_its_bounds(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = api("rita").post("/customer/acme/me/addresses", {"contactName": "x" * 1_000})
    body = {"type": "request_entity_too_large", "status": 413, "message": "The body is too large."}
    assert tuple(answer) == (413, body)


def test_another_kind_of_body_is_refused(api):
    rita = api("rita")
    headers = {"Authorization": f"Bearer {rita.token}"}
    response = rita.client.post("/customer/acme/me/addresses", {"contactName": "A"}, headers=headers)
    assert response.status_code == 415


def test_what_nobody_foresaw_is_answered_in_json_and_tells_nothing(api, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("the inside of the program")

    monkeypatch.setattr(Me, "get", fail)
    answer = api("rita").get("/customer/acme/me")
    message = "Something went wrong here. It was noted."
    assert tuple(answer) == (500, {"type": "internal_server_error", "status": 500, "message": message})


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json", "nonsense"])
def test_the_answer_is_json_whatever_is_accepted(api, accept):
    answer = api("rita").get("/customer/acme/me", headers={"Accept": accept, "Accept-Language": "*", "X-Version": "v2"})
    assert answer.status == 200, answer.body


def test_ids_that_could_not_be_stored_are_not_there(api):
    assert api("rita").get("/customer/acme/me/addresses/a%00b").status == 404
    assert api("rita").get("/iam/acme/groups/a%00b-admin").status == 404
    assert api("rita").get("/customer-management/acme/legal-entities", name="a\x00b").status == 400
