"""How does the system of a vendor say what it delivered, and what does it see at all?"""

import re

import pytest

from companies.models import ApiClient, Company
from companies.scopes import CLIENT_SCOPES, VENDOR_SYSTEM_SCOPES
from companies.services.clients import change_client, create_client
from config.kit.refused import Invalid
from orders.models import Order
from tests.api.everything import OPERATIONS
from tests.stories.scenes import accept, again, check_histories, happened, nothing_changes, ordered, retry, told_since
from tests.world import scene

pytestmark = pytest.mark.django_db

DELIVERIES = "/order-v2/{t}/deliveries"
LINKS = [{"label": "Portal", "url": "https://desk.globex.example/x"}]


@pytest.fixture
def system(cast, service_api):
    """The program of Globex; one that somebody gave every scope, which it has not."""
    return service_api(*CLIENT_SCOPES, company=cast.globex)


@scene
def pending(cast):
    return ordered(cast, "bea", {"DESK-01": 1, "VDI-01": 2})[0]


def test_a_system_says_what_it_delivered_and_may_say_it_again(cast, system, pending):
    """The same word again is answered again; another one is too late."""
    one = f"{DELIVERIES}/{pending.number}-2"
    read = system.get(one)
    assert read.status == 200
    assert read.body == {
        "id": f"{pending.number}-2",
        "orderId": pending.number,
        "entryId": "2",
        "kind": "webhook",
        "state": "open",
        "orderStatus": "pending",
        "product": {"id": cast.product("VDI-01").key, "sku": "VDI-01", "name": "Virtual desktop"},
        "quantity": 2,
    }

    said = {"instructions": "Sign in with your mail address.", "links": LINKS}
    done = system.post(f"{one}/complete", said)
    assert (done.status, done.body["state"], done.body["orderStatus"]) == (200, "completed", "provisioning")
    assert (done.body["instructions"], done.body["links"]) == (said["instructions"], LINKS)
    for path, body, status in (
        ("complete", said, 200),
        ("complete", {"instructions": "Otherwise."}, 409),
        ("fail", {"instructions": "It broke."}, 409),
        ("complete", {**said, "state": "completed"}, 400),
        ("complete", {"links": [{"url": "javascript:alert(1)"}]}, 400),
        ("fail", {}, 400),
    ):
        with nothing_changes():
            answer = system.post(f"{one}/{path}", body)
        assert answer.status == status, (path, body)
        if status == 200:
            assert answer.body == done.body

    with told_since() as news:
        system.post(f"{DELIVERIES}/{pending.number}-1/complete", {})
    with nothing_changes():
        assert system.post(f"{DELIVERIES}/{pending.number}-1/complete", {}).status == 200
        assert system.post(f"{one}/complete", said).status == 200
    assert news == ["order.completed to bea"]
    assert happened(pending) == ["order.placed", "order.started", "order.completed"]
    event = again(pending).events.last()
    assert (event.actor_kind, event.actor_name, event.channel) == ("client", "Test client", "api")
    check_histories()


def test_what_a_system_failed_may_be_tried_again(cast, system):
    """Case 22: it failed, both are told, and the retry needs no new approval."""
    (order,) = ordered(cast, "bea", {"VDI-01": 2})
    one = f"{DELIVERIES}/{order.number}-1"
    with told_since() as news:
        failed = system.post(f"{one}/fail", {"instructions": "The region is full."})
    assert (failed.body["state"], failed.body["orderStatus"]) == ("failed", "failed")
    assert sorted(news) == ["order.failed to bea", "order.failed_seller to vera", "order.failed_seller to victor"]
    with nothing_changes():
        assert system.post(f"{one}/fail", {"instructions": "The region is full."}).status == 200
        assert system.post(f"{one}/complete", {}).status == 409
    retry(cast, "victor", order)
    assert system.post(f"{one}/complete", {}).body["orderStatus"] == "completed"


def test_a_system_sees_what_is_its_vendors_and_nothing_else(cast, system, service_api, api):
    (theirs,) = ordered(cast, "bea", {"CHAIR-01": 1})
    (resold,) = ordered(cast, "tess", {"SERVER-01": 1}, marketplace="resello")
    hidden = [f"{DELIVERIES}/{each}" for each in (f"{theirs.number}-1", f"{resold.number}-1", "CS9999-1", "x", "-1")]
    with nothing_changes():
        for path in (*hidden, f"/order-v2/{{t}}/orders/{resold.number}"):
            assert system.get(path).status == 404
        for path in hidden:
            assert system.post(f"{path}/complete", {}).status == 404
        assert [order["id"] for order in system.get("/order-v2/{t}/orders").body] == []

    accept(cast, "roos", resold)
    read = system.get(f"/order-v2/{{t}}/orders/{resold.number}")
    assert (read.status, "totalPrice" in read.body, "price" in read.body["entries"][0]) == (200, False, False)
    assert read.body["availableOperations"] == ["start", "complete", "fail"], "what Resello sold is Resello's to cancel"
    assert [order["id"] for order in system.get("/order-v2/{t}/orders").body] == [resold.number]
    assert system.get(f"{DELIVERIES}/{resold.number}-7").status == 404
    assert system.post(f"{DELIVERIES}/{resold.number}-1/complete", {}).body["orderStatus"] == "completed"
    # The reseller reads the outcome; delivering is the vendor's.
    assert api("roos").get(f"{DELIVERIES}/{resold.number}-1").status == 200

    program = service_api("order.order_read", "order.order_update")
    assert program.post(f"{DELIVERIES}/{theirs.number}-1/complete", {}).status == 200, "works for the tenant"
    Company.objects.filter(pk=cast.globex.pk).update(is_active=False)
    assert system.get("/order-v2/{t}/orders").status == 401


def test_a_system_gets_nowhere_but_to_its_orders(cast, system):
    """Whatever scopes somebody wrote into its row."""
    # Where no token is needed, what is sold, which everybody may look at, and what the token itself may do.
    to_all = ("GET-customer-login-anonymous", "GET-customer-refresh-anonymous", "GET-product-", "POST-product-")
    to_all += ("GET-iam-retrieve-own-user-scopes",)
    found = {}
    with nothing_changes():
        for operation, (method, path) in OPERATIONS.items():
            if operation.startswith(to_all) or path.startswith("/order-v2"):
                continue
            address = re.sub(r"{(\w+)}", lambda part: "acme" if part[1] == "tenant" else "x", path)
            answer = system.call(method, address, {} if method in ("POST", "PUT", "PATCH") else None)
            found[operation] = answer.status
    assert set(found.values()) == {403}, {operation: each for operation, each in found.items() if each != 403}


def test_who_may_be_a_vendors_system(cast):
    adele = cast.actor("admin")
    wanted = {"actor": adele, "tenant_id": cast.acme.pk, "name": "Provisioner"}
    for company, scopes, field in (
        (cast.northwind, VENDOR_SYSTEM_SCOPES, "company"),
        (cast.resellobv, VENDOR_SYSTEM_SCOPES, "company"),
        (cast.hooli, VENDOR_SYSTEM_SCOPES, "company"),
        (cast.globex, ["cart.cart_manage"], "scopes"),
    ):
        with pytest.raises(Invalid) as refused:
            create_client(**wanted, scopes=scopes, company_id=company.pk)
        assert refused.value.field == field
    assert not ApiClient.objects.exists()
    client = create_client(**wanted, scopes=VENDOR_SYSTEM_SCOPES, company_id=cast.globex.pk).client
    assert client.company == cast.globex
    with pytest.raises(Invalid):
        change_client(actor=adele, client_id=client.pk, name="P", scopes=["cart.cart_manage"], is_active=True)
    assert Order.objects.count() == 0
