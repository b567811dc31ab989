"""Does a fresh demo serve clients that know nothing but the README and what `seed_demo --json` prints?"""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.demo_server import running_demo

README = Path(__file__).parents[2] / "README.md"
# A machine needs neither for anything else; where REQUIRE_CURL says so, as in CI, their absence fails instead.
needs_curl = pytest.mark.skipif(
    os.environ.get("REQUIRE_CURL") != "1" and not (shutil.which("sh") and shutil.which("curl")),
    reason="the scripts of the README need sh and curl, which make test does not",
)
IDLE = 3.0  # seconds; clients keep a connection for four


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def told(demo):
    command = [sys.executable, "manage.py", "seed_demo", "--json"]
    return json.loads(subprocess.run(command, env=demo.environ, check=True, capture_output=True, text=True).stdout)


def script_under(heading: str) -> str:
    """The first shell block under a heading of the README."""
    _, text = README.read_text().split(f"### {heading}\n")
    return text.split("```sh\n")[1].split("```\n")[0]


@needs_curl
def test_the_tutorial_of_the_readme_runs_as_it_is_printed(demo):
    """Twice, since nothing in it may depend on being the first."""
    script = script_under("From a cart to an approval, with curl").replace("http://127.0.0.1:8000", demo.url)
    assert script.count(demo.url) == 1

    for _ in range(2):
        ran = subprocess.run(["sh"], check=False, input=script, capture_output=True, text=True, timeout=60)

        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
        said = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith(("[", "{"))]
        before, approvers, asked, waiting, one, after = said
        assert before == {"action": "CHECKOUT", "permitted": False}
        assert [each["firstName"] for each in approvers] == ["Ana", "Tom"]
        assert waiting[0]["id"] == one["id"] == asked["id"]
        assert (waiting[0]["status"], one["status"]) == ("PENDING", "APPROVED")
        assert one["approverComment"] == "Go ahead."
        assert one["details"]["shipping"]["methodId"] == "4-more_hours_timeframe"
        assert after == {"action": "CHECKOUT", "permitted": True, "status": "APPROVED", "approvalId": asked["id"]}


@needs_curl
def test_the_tutorial_of_quotes_runs_as_it_is_printed(demo):
    """Twice, too: each time another quote and another order at the negotiated price."""
    script = script_under("From a cart to an order at a negotiated price, with curl")
    script = script.replace("http://127.0.0.1:8000", demo.url)
    assert script.count(demo.url) == 1

    for _ in range(2):
        ran = subprocess.run(["sh"], check=False, input=script, capture_output=True, text=True, timeout=60)

        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
        said = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith(("[", "{"))]
        created, offer, before, approvers, asked, after, placed, ordered = said
        assert [each["firstName"] for each in approvers] == ["Ana", "Bea", "Tom"]
        assert offer["id"] == ordered["id"] == created["id"]
        assert offer["status"] == {"value": "OPEN", "comment": "As discussed."}
        price = offer["items"][0]["price"]
        assert (price["unitPrice"], price["newUnitPrice"], price["discount"]) == (549, 400, 27.14)
        assert offer["totalPrice"] == {"currency": "EUR", "netValue": 4009.9, "grossValue": 4771.78, "taxValue": 761.88}
        assert before == {"action": "CHECKOUT", "permitted": False}
        assert after == {"action": "CHECKOUT", "permitted": True, "status": "APPROVED", "approvalId": asked["id"]}
        assert (ordered["status"]["value"], ordered["orderId"]) == ("ACCEPTED", placed["orderId"])
        assert ordered["totalPrice"] == offer["totalPrice"]


def test_an_idle_connection_still_takes_a_post(demo):
    """A server that closes it while the client sends loses the request, and a POST is not sent again."""
    connection = http.client.HTTPConnection("127.0.0.1", demo.port)
    for pause in (0, IDLE):
        time.sleep(pause)
        connection.request("POST", "/approval/acme/approvals", body="{}", headers={"Content-Type": "application/json"})
        socket = connection.sock
        with connection.getresponse() as answer:
            assert (answer.status, json.load(answer)["fault"]["faultstring"]) == (401, "Invalid access token")
        assert connection.sock is socket is not None


class Client:
    """Calls the API with one token; `told` is all it knows."""

    def __init__(self, told, token=""):
        self.storefront, self.token, self.more = told["storefront"], token, {}

    def call(self, method, path, body=None, form=None, **query):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if body is not None:
            headers["Content-Type"] = "application/json"
        target = path.replace("{t}", self.storefront["tenant"]) + (f"?{urlencode(query)}" if query else "")
        connection = http.client.HTTPConnection(urlsplit(self.storefront["host"]).netloc)
        sent = urlencode(form) if form else body and json.dumps(body)
        connection.request(method, target, sent, headers | self.more)
        with contextlib.closing(connection), connection.getresponse() as answer:
            text = answer.read()
            assert answer.status in (200, 201, 204), text
            return json.loads(text or "null")


def visitor(told):
    shop = told["storefront"]
    login = Client(told).call(
        "GET",
        "/customerlogin/auth/anonymous/login",
        tenant=shop["tenant"],
        client_id=shop["clientId"],
        **{name: shop[name] for name in ("currency", "siteCode", "targetLocation")},
    )
    return Client(told, login["access_token"])


def test_what_seed_demo_prints_is_enough_to_order(demo, told):
    assert told["storefront"]["host"] == demo.url
    buyer = next(user for user in told["users"] if "buyer" in [each["role"] for each in user["memberships"]])
    company = next(each for each in told["companies"] if each["id"] == buyer["memberships"][0]["company"])
    product = next(each for each in told["products"] if each["sku"] == "LAMP-LED")
    price = next(each for each in product["prices"] if each["site"] == told["storefront"]["siteCode"])
    method = next(each for each in told["shippingMethods"] if each["site"] == price["site"])
    window = next(each for each in told["deliveryWindows"] if each["site"] == price["site"] and each["free"] is None)
    guest = visitor(told)

    credentials = {"email": buyer["email"], "password": buyer["password"]}
    login = guest.call("POST", "/customer/{t}/login", credentials)
    bound = guest.call(
        "GET", "/customer/{t}/refreshauthtoken", refreshToken=login["refresh_token"], legalEntityId=company["id"]
    )
    client = Client(told, bound["access_token"])
    assert client.call("GET", "/customer/{t}/me")["id"] == buyer["customerNumber"]
    entity = client.call("GET", f"/customer-management/{{t}}/legal-entities/{company['id']}")
    assert entity["accountLimit"] == {"currency": "EUR", "value": float(company["limit"]["amount"])}

    amount = float(price["unitPrice"])
    cart = client.call(
        "POST", "/cart/{t}/carts", {"siteCode": price["site"], "currency": price["currency"], "type": "x"}
    )
    item = {
        "itemYrn": f"urn:yaas:hybris:product:product:{told['tenant']};{product['id']}",
        "quantity": 2,
        "price": {
            "priceId": price["id"],
            "originalAmount": amount,
            "effectiveAmount": amount,
            "currency": price["currency"],
        },
    }
    client.call("POST", f"/cart/{{t}}/carts/{cart['cartId']}/items", item)
    client.more = {"saas-token": login["saas_token"]}
    placed = client.call(
        "POST",
        "/checkout/{t}/checkouts/order",
        {
            "cartId": cart["cartId"],
            "customer": {"id": buyer["customerNumber"], "email": buyer["email"]},
            "addresses": [{**company["locations"][0]["address"], "type": kind} for kind in ("SHIPPING", "BILLING")],
            "shipping": {"zoneId": method["zone"], "methodId": method["id"], "methodName": method["name"], "amount": 1},
            "paymentMethods": [{"provider": "none", "method": "invoice"}],
            "deliveryWindow": {name: window[name] for name in ("id", "slotId", "deliveryDate")},
        },
    )
    assert client.call("GET", f"/order-v2/{{t}}/orders/{placed['orderId']}")["deliveryWindow"]["id"] == window["id"]


def test_programs_get_their_tokens_with_what_it_prints(told):
    for program in told["apiClients"]:
        form = {"grant_type": "client_credentials", "client_id": program["id"], "client_secret": program["secret"]}
        token = Client(told).call("POST", "/oauth/token", form=form)
        assert set(token["scope"].split()) == {*program["scopes"], f"tenant={told['tenant']}"}

        orders = Client(told, token["access_token"]).call("GET", "/order-v2/{t}/salesorders", pageSize=1)
        assert len(orders) == 1
