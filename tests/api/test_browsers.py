"""Can a storefront in a browser call the API from its own address, and nothing but the API?"""

import pytest

SHOP = "https://shop.example"
PATH = "/customer/acme/me"
ASKS = {
    "Origin": SHOP,
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,saas-token,x-version",
}


def test_a_browser_that_asks_first_is_told(client, db):
    response = client.options(PATH, headers=ASKS)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "GET, POST, PUT, PATCH, DELETE"
    assert response["Access-Control-Allow-Headers"] == "authorization,content-type,saas-token,x-version"
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("names", ["a\x7f", "a, b;c", "", "x" * 10 + " y"])
def test_odd_names_of_headers_are_not_repeated(client, db, names):
    response = client.options(PATH, headers={**ASKS, "Access-Control-Request-Headers": names})
    assert response.status_code == 204
    assert "Access-Control-Allow-Headers" not in response


@pytest.mark.parametrize("token", [True, False])
def test_each_answer_may_be_read_refusals_too(api, token):
    answer = (api("rita") if token else api()).get(PATH, headers={"Origin": SHOP})
    assert answer.status == (200 if token else 401)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Total-Count" in answer.headers["Access-Control-Expose-Headers"]


def test_without_a_browser_nothing_is_said(api):
    assert "Access-Control-Allow-Origin" not in api("rita").get(PATH).headers


def test_only_named_origins_where_some_are_named(client, db, settings):
    settings.API_ORIGINS = [SHOP]
    mine = client.options(PATH, headers=ASKS)
    assert (mine["Access-Control-Allow-Origin"], mine["Vary"]) == (SHOP, "Origin")
    other = client.options(PATH, headers={**ASKS, "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other
    assert "Access-Control-Allow-Methods" not in other


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/dashboard/", "/admin/", "/healthz/live", "/customers"])
def test_pages_are_not_for_other_origins(client, db, path):
    assert "Access-Control-Allow-Origin" not in client.get(path, headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in client.options(path, headers=ASKS)
