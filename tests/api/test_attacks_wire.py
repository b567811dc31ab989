"""Requests that are not what they seem: other methods, other addresses, other kinds of bodies, other doors."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from companies.api.saas_token import make_saas_token
from tests.api.callers import INVALID, code
from tests.api.carting import CARTS, path
from tests.factories import PASSWORD
from tests.stories.scenes import nothing_changes
from tests.world import scene

NEW = {"currency": "EUR", "siteCode": "main"}


@scene
def cart(cast):
    return cast.cart("rita", {"DESK-01": 2})


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_the_one_of_the_request(cast, api, cart, header):
    rita = api("rita")
    with nothing_changes():
        for method in ("DELETE", "PUT"):
            assert rita.get(path(cart), headers={header: method}).status == 200
            assert rita.get(path(cart), _method=method).status == 200
            answer = rita.client.post(
                path(cart).replace("{t}", "acme"),
                {"_method": method},
                headers={"Authorization": f"Bearer {rita.token}", header: method},
            )
            assert (answer.status_code, answer.json()) == (405, code(405, 'Method "POST" not allowed.'))


@pytest.mark.parametrize(
    "trick",
    [
        "/cart/acme/carts/{}/",
        "/cart/acme/carts//{}",
        "/cart/acme//carts/{}",
        "//cart/acme/carts/{}",
        "/cart/acme/carts/x%2F..%2F{}",
        "/cart/acme/carts/%2e%2e/carts/{}",
        "/cart/acme/./carts/{}",
        "/cart/acme/CARTS/{}",
        "/CART/acme/carts/{}",
        "/cart/acme/carts/{}%20",
        "/cart/acme/carts/{}%00",
        "/cart/acme/carts/{};x=1",
        "/cart/acme/carts/{}.json",
        "/cart/acme/carts/{}%0d%0aSet-Cookie:%20a=b",
        "/api/cart/acme/carts/{}",
    ],
)
def test_an_address_is_the_one_that_is_written(cast, api, cart, trick):
    rita = api("rita")

    answer = rita.client.get(trick.format(cart.key), headers={"Authorization": f"Bearer {rita.token}"})

    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("tenant", ["ACME", "acme ", "acme%00", "other", "*", ""])
def test_a_tenant_is_the_one_of_the_token(cast, api, cart, tenant):
    rita = api("rita")

    answer = rita.client.get(f"/cart/{tenant}/carts/{cart.key}", headers={"Authorization": f"Bearer {rita.token}"})

    assert answer.status_code in (403, 404)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", json.dumps(NEW).encode(), 415),
        ("application/x-www-form-urlencoded", b"currency=EUR&siteCode=main", 415),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            415,
        ),
        ("application/xml", b"<currency>EUR</currency>", 415),
        ("application/jsonp", json.dumps(NEW).encode(), 415),
        ("", json.dumps(NEW).encode(), 415),
        ("application/json; charset=utf-16", json.dumps(NEW).encode("utf-16"), 400),
        ("application/json", b"\xef\xbb\xbf\xff" + json.dumps(NEW).encode(), 400),
        (
            "application/json",
            b'{"currency": "EUR", "siteCode": "main", "mixins": ' + b"[" * 5000 + b"]" * 5000 + b"}",
            400,
        ),
        ("application/json", b'{"currency": "EUR", "siteCode": "main", "mixins": {"a": 1e400}}', 400),
        ("application/json", b'{"currency": "EUR", "siteCode": "main", "mixins": {"a": NaN}}', 400),
        ("application/json", b'{"currency": "EUR", "siteCode": "main", "mixins": {"a": "\\ud800"}}', 400),
        ("application/json", b'{"currency": "EUR", "siteCode": "main", "mixins": {"\\u0000": 1}}', 400),
        ("application/json", b'{"currency": "EUR", "siteCode": "main\\u0000"}', 400),
        ("application/json", b'{"currency": "EUR"}{"siteCode": "main"}', 400),
    ],
)
def test_a_body_is_json_that_can_be_kept(cast, api, kind, body, status):
    rita = api("rita")
    with nothing_changes():
        answer = rita.client.generic(
            "POST", "/cart/acme/carts", body, content_type=kind, headers={"Authorization": f"Bearer {rita.token}"}
        )

    assert (answer.status_code, answer.json()["code"]) == (status, status)


def test_of_a_field_that_is_there_twice_one_counts_everywhere(cast, api, cart):
    """What is checked is what is done: both read the same parsed body."""
    rita = api("rita")
    sent = f'{{"legalEntityId": "{cast.northwind.key}", "legalEntityId": "{cast.contoso.key}", "zipCode": "1"}}'
    with nothing_changes():
        answer = rita.client.generic(
            "PUT",
            path(cart).replace("{t}", "acme"),
            sent.encode(),
            content_type="application/json",
            headers={"Authorization": f"Bearer {rita.token}"},
        )
    assert answer.status_code == 403


class TestDoors:
    """The pages know a cookie, the API a token; neither opens the other."""

    def test_a_session_of_the_pages_opens_no_api(self, cast, cart):
        client = Client()
        assert client.login(username=cast.rita.email, password=PASSWORD)

        for address in (path(cart), CARTS, "/customer/{t}/me", "/order-v2/{t}/orders"):
            answer = client.get(address.replace("{t}", "acme"), {"siteCode": "main"})
            assert (answer.status_code, answer.json()) == (401, INVALID)
        with nothing_changes():
            assert client.delete(path(cart).replace("{t}", "acme")).status_code == 401

    def test_a_token_opens_no_page(self, api, cast):
        rita = api("rita")
        for page in (reverse("dashboard:cart"), reverse("admin:index")):
            answer = rita.client.get(page, headers={"Authorization": f"Bearer {rita.token}"})
            assert answer.status_code == 302
            assert "sign-in" in answer.headers["Location"] or "login" in answer.headers["Location"]

    @pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer", "BEARER", ""])
    def test_a_token_has_one_scheme_in_any_case(self, api, cast, scheme):
        rita = api("rita")
        answer = Client().get("/customer/acme/me", headers={"Authorization": f"{scheme} {rita.token}".strip()})
        assert answer.status_code == (200 if scheme.lower() == "bearer" else 401)

    def test_no_token_is_taken_from_the_address_or_a_cookie(self, api, cast):
        rita = api("rita")
        client = Client()
        client.cookies["Authorization"] = client.cookies["access_token"] = rita.token
        query = {"access_token": rita.token, "accessToken": rita.token, "token": rita.token}

        assert client.get("/customer/acme/me", query).status_code == 401

    def test_a_kind_of_token_is_no_other(self, api, cast):
        """A refresh token, a saas-token, a session id and a digest are no access tokens."""
        rita = api("rita")
        row = rita.row
        for text in (make_saas_token("C-rita", "acme", row.expires_at), row.session_key, row.digest, row.family):
            answer = Client().get("/customer/acme/me", headers={"Authorization": f"Bearer {text}"})
            assert answer.status_code == 401
        row.kind = "refresh"
        row.save()
        assert rita.get("/customer/{t}/me").status == 401
