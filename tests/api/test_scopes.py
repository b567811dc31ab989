"""Does one table decide what a token may do, wherever it is asked?"""

import re

import pytest

from companies.models import Member
from companies.roles import Role
from companies.scopes import CLIENT_SCOPES, CUSTOMER_SCOPES, ROLE_SCOPES, scopes_of, spelled
from tests.api.callers import expected
from tests.api.test_tokens import ASKED, LOGIN
from tests.factories import PASSWORD

ROLES = {
    "ana": Role.ADMIN,
    "bea": Role.BUYER,
    "rita": Role.REQUESTER,
    "carl": Role.CONTACT,
    "paula": None,
    "dora": None,
    "victor": Role.AUDITOR,
    "sam": Role.SALES,
    "vera": Role.MANAGER,
}
OWN = {"approval.approval_read_own", "approval.approval_manage_own"}
ALL = {"approval.approval_read", "approval.approval_manage"}


@pytest.mark.parametrize(("name", "role"), ROLES.items())
def test_login_validation_and_my_scopes_agree(cast, api, name, role):
    visitor = api().get(LOGIN, **ASKED).body["access_token"]
    sent = {"email": cast.user(name).email, "password": PASSWORD}
    login = api().post("/customer/acme/login", sent, headers={"Authorization": f"Bearer {visitor}"}).body
    headers = {"Authorization": f"Bearer {login['access_token']}"}
    scopes = spelled(scopes_of(role), "acme")
    number = f"C-{name}" if name not in ("victor", "sam", "vera") else f"employee-{cast.user(name).pk}"
    assert api().get("/customer/acme/validateauthtoken", headers=headers).body["scope"] == scopes
    assert api().get("/iam/acme/users/me/scopes", headers=headers).body == {"userId": number, "scopes": scopes}


def test_every_role_has_its_row():
    assert set(ROLE_SCOPES) == set(Role)


@pytest.mark.parametrize(("role", "scopes"), ROLE_SCOPES.items())
def test_the_approval_scopes(role, scopes):
    customer = role in (Role.ADMIN, Role.BUYER, Role.REQUESTER, Role.CONTACT)
    assert (scopes >= OWN) == customer
    assert bool(scopes & ALL) == (scopes >= ALL) == (role in (Role.ADMIN, Role.BUYER, Role.REQUESTER))
    assert CUSTOMER_SCOPES >= OWN
    assert not CUSTOMER_SCOPES & ALL


@pytest.mark.parametrize("role", [None, *Role])
def test_the_quote_scopes(role):
    """Own quotes are for whoever may order; all of a seller's for its employees, all of a tenant's for programs."""
    quotes = {scope for scope in scopes_of(role) if scope.startswith("quote.")}
    expected = {
        Role.CONTACT: set(),
        Role.AUDITOR: set(),
        Role.SALES: {"quote.quote_read", "quote.quote_manage"},
        Role.MANAGER: {"quote.quote_read", "quote.quote_manage"},
    }
    assert quotes == expected.get(role, {"quote.quote_read_own", "quote.quote_manage_own"})
    assert {"quote.quote_read", "quote.quote_manage"} <= CLIENT_SCOPES


@pytest.mark.parametrize("role", [None, *Role])
def test_the_subscription_scopes(role):
    """Reading is everybody's, changing is an order; sellers and programs read what was sold, and change nothing."""
    found = {scope.rpartition("subscription_")[2] for scope in scopes_of(role) if scope.startswith("subscription.")}
    sellers = {"read"} if role in (Role.AUDITOR, Role.SALES, Role.MANAGER) else {"read_own", "manage_own"}
    assert found == ({"read_own"} if role is Role.CONTACT else sellers)
    assert {scope for scope in CLIENT_SCOPES if scope.startswith("subscription.")} == {"subscription.subscription_read"}


def test_programs_never_speak_for_customers():
    assert not any(scope.startswith("approval.") or scope.endswith("_own") for scope in CLIENT_SCOPES)


def test_scopes_are_spelled_as_clients_read_them():
    everything = frozenset().union(CLIENT_SCOPES, *ROLE_SCOPES.values())
    assert all(re.fullmatch(r"[a-z0-9]+\.[a-z0-9_]+", scope) for scope in everything)
    assert spelled(frozenset({"b.b", "a.a"}), "acme") == "a.a b.b tenant=acme"


def test_a_moved_member_has_other_scopes_with_the_next_request(cast, api):
    rita = api("rita")
    for role in (Role.ADMIN, Role.CONTACT, Role.BUYER):
        Member.objects.filter(pk=cast.member("rita").pk).update(role=role)
        assert rita.get("/iam/acme/users/me/scopes").body["scopes"] == spelled(ROLE_SCOPES[role], "acme")
    Member.objects.filter(pk=cast.member("rita").pk).update(is_active=False)
    assert rita.get("/iam/acme/users/me/scopes").body["scopes"] == spelled(CUSTOMER_SCOPES, "acme")


@pytest.mark.parametrize("who", ["visitor", "nobody", "expired", "other tenant"])
def test_who_has_none(caller, who):
    assert caller(who).get("/iam/acme/users/me/scopes").status == expected({}, who)
