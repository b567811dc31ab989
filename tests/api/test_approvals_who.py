"""Who gets in at all? Every endpoint of the approval service by every kind of caller."""

from datetime import timedelta

import pytest

from approvals.models import Approval
from companies import scopes
from tests.api.approving import (
    APPROVALS,
    EXPIRED_TOKEN,
    FORBIDDEN,
    INVALID_TOKEN,
    PERMITTED,
    PREVIEW,
    SEARCH,
    about,
    ask,
    asking,
    nothing_happened,
)

APPROVE = [{"op": "replace", "path": "/status", "value": "APPROVED"}]

# The approval is Rita's (requester), put to Ana (admin); the cart that is asked about is Rita's other, open one.
TABLE = """
endpoint    | rita | ana | bea | carl | tom | alice | olga | paula | victor | theo
permitted   | 200  | 400 | 400 | 400  | 400 | 404   | 403  | 404   | 403    | 404
preview     | 200  | 400 | 400 | 400  | 400 | 404   | 403  | 404   | 403    | 404
search      | 200  | 400 | 400 | 400  | 400 | 404   | 403  | 400   | 403    | 404
create      | 201  | 400 | 400 | 400  | 400 | 404   | 403  | 400   | 403    | 404
list        | 200  | 200 | 200 | 200  | 200 | 200   | 403  | 200   | 403    | 200
get         | 200  | 200 | 404 | 404  | 404 | 404   | 403  | 404   | 403    | 404
approve     | 400  | 204 | 404 | 404  | 404 | 404   | 403  | 404   | 403    | 404
delete      | 204  | 204 | 404 | 404  | 404 | 404   | 403  | 404   | 403    | 404
give-up     | 409  | 409 | 404 | 404  | 404 | 404   | 403  | 404   | 403    | 404
"""


def rows():
    lines = [line.split("|") for line in TABLE.strip().splitlines()]
    names = [name.strip() for name in lines[0][1:]]
    return [
        pytest.param(cells[0].strip(), name, int(cell), id=f"{name}-{cells[0].strip()}")
        for cells in lines[1:]
        for name, cell in zip(names, cells[1:], strict=True)
    ]


ENDPOINTS = [line.split("|")[0].strip() for line in TABLE.strip().splitlines()[1:]]


def send(caller, endpoint, cart, waiting):
    path = waiting.path
    calls = {
        "permitted": lambda: caller.post(PERMITTED, about(cart)),
        "preview": lambda: caller.post(PREVIEW, about(cart)),
        "search": lambda: caller.post(SEARCH, about(cart)),
        "create": lambda: caller.post(APPROVALS, asking(cart)),
        "list": lambda: caller.get(APPROVALS),
        "get": lambda: caller.get(path),
        "approve": lambda: caller.patch(path, APPROVE),
        "delete": lambda: caller.delete(path),
        "give-up": lambda: caller.post(f"{path}/give-up"),
    }
    return calls[endpoint]()


@pytest.fixture
def scene(api, cast):
    waiting = ask(api, cast)
    return cast.cart("rita", {"DESK-01": 1}), waiting


@pytest.mark.parametrize(("endpoint", "who", "status"), rows())
def test_every_endpoint_by_every_customer(api, cast, scene, endpoint, who, status):
    caller = api(who)
    caller.tenant = "acme"  # whoever's token it is

    answer = send(caller, endpoint, *scene)

    assert answer.status == status, answer.body
    if status == 403:
        assert answer.body == FORBIDDEN
    if status >= 400:
        assert nothing_happened(scene[1])
        assert Approval.objects.count() == 1


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", ["none", "nonsense", "basic", "expired", "revoked"])
def test_without_a_good_token_nobody(api, cast, scene, endpoint, kind):
    caller = api("rita", life=timedelta(seconds=-1)) if kind == "expired" else api("rita")
    if kind == "none":
        caller.token = None
    if kind == "nonsense":
        caller.token = "nonsense"
    if kind == "basic":
        caller.headers["Authorization"] = f"Basic {caller.token}"
    if kind == "revoked":
        caller.row.revoked_at = caller.row.created_at
        caller.row.save()

    answer = send(caller, endpoint, *scene)

    assert tuple(answer) == (401, EXPIRED_TOKEN if kind == "expired" else INVALID_TOKEN)
    assert nothing_happened(scene[1])


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("kind", ["anonymous", "service"])
def test_only_customers(anonymous_api, service_api, scene, endpoint, kind):
    caller = anonymous_api() if kind == "anonymous" else service_api(*scopes.CLIENT_SCOPES)

    assert tuple(send(caller, endpoint, *scene)) == (403, FORBIDDEN)
    assert nothing_happened(scene[1])


READ, WRITE = ["permitted", "preview", "search", "list", "get"], ["create", "approve", "delete", "give-up"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("suffix", ["", "_own"])
@pytest.mark.parametrize("word", ["read", "manage"])
def test_either_scope_of_its_kind_is_enough(api, monkeypatch, scene, endpoint, word, suffix):
    only = frozenset({f"approval.approval_{word}{suffix}"})
    monkeypatch.setattr("companies.api.authentication.scopes_of", lambda role: only)

    answer = send(api("rita"), endpoint, *scene)

    allowed = READ if word == "read" else WRITE
    assert (answer.status == 403) == (endpoint not in allowed)
    if endpoint not in allowed:
        assert answer.body == FORBIDDEN


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_header_of_the_tenant_must_fit_the_address(api, scene, endpoint):
    answer = send(api("rita", Emporix_Tenant="other"), endpoint, *scene)

    assert answer.status == 400
    assert answer.body["details"] == [
        {"message": "Tenant in the header is not matching with the one provided in the URI."}
    ]


def test_nobody_hears_which_tenants_there_are(api, cast):
    caller = api("rita")
    known, unknown = (caller.get(f"/approval/{tenant}/approvals") for tenant in ("other", "nowhere"))

    assert tuple(known) == tuple(unknown) == (403, FORBIDDEN)


def test_no_slash_and_no_redirect(api, cast):
    for path in (f"{APPROVALS}/", f"{PERMITTED}/", f"{SEARCH}/"):
        answer = api("rita").post(path, {})
        assert (answer.status, answer.body["code"]) == (404, 404)
