"""Do visitors and customers get tokens, keep their session, and lose both when they should?"""

import base64
import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.api.saas_token import make_saas_token, number_in
from companies.models import ApiToken, Company, Member
from companies.models.token import digest_of
from companies.roles import Role
from companies.scopes import CUSTOMER_SCOPES, ROLE_SCOPES, spelled
from tests.factories import PASSWORD
from tests.world import scene

LOGIN = "/customerlogin/auth/anonymous/login"
REFRESH = "/customerlogin/auth/anonymous/refresh"
ASKED = {"tenant": "acme", "client_id": "sf-client"}
INVALID = {"fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}}
EXPIRED = {
    "fault": {
        "faultstring": "Access Token expired",
        "detail": {"errorcode": "keymanagement.service.access_token_expired"},
    }
}
FORBIDDEN = {
    "type": "Forbidden",
    "status": 403,
    "message": "The access to the requested resource has been forbidden by the server.",
}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def wrong(message, **more):
    return {"type": "bad_request", "status": 400, "message": message, **more}


@pytest.fixture
def visitor(api):
    """A visitor's tokens, as the API gave them."""
    return api().get(LOGIN, **ASKED, siteCode="main", currency="EUR", targetLocation="DE", language="de").body


@pytest.fixture
def login(api, visitor):
    """Signs somebody in and gives the whole answer."""

    def sign_in(name="rita", *, password=PASSWORD, tenant="acme", email=None, **more):
        email = email or {"olga": "olga@umbrella.example", "paula": "paula@private.example"}.get(name)
        email = email or f"{name}@northwind.example"
        body = {"email": email, "password": password, **more}
        return api().post(f"/customer/{tenant}/login", body, headers=bearer(visitor["access_token"]))

    return sign_in


@scene
def both(cast):
    """Bea is in a second company, as Admin."""
    cast.second = Company.objects.create(tenant=cast.acme, kind="customer", name="Second GmbH")
    Member.objects.create(company=cast.second, user=cast.bea, role=Role.ADMIN)
    return cast


class TestVisitors:
    def test_login_answers_with_two_tokens_and_a_session(self, visitor):
        row = ApiToken.objects.get(digest=digest_of(visitor["access_token"]))
        assert visitor == {
            "token_type": "Bearer",
            "access_token": visitor["access_token"],
            "expires_in": 3599,
            "refresh_token": visitor["refresh_token"],
            "refresh_token_expires_in": 86399,
            "sessionId": row.session_key,
            "scope": "tenant=acme",
        }
        assert (row.site_code, row.currency, row.country, row.language) == ("main", "EUR", "DE", "de")
        assert visitor["access_token"] != visitor["refresh_token"]

    def test_no_cache_keeps_a_token(self, api, cast):
        assert api().get(LOGIN, **ASKED).headers["Cache-Control"] == "no-store"

    def test_no_token_is_stored_readably(self, visitor):
        stored = json.dumps(list(ApiToken.objects.values()), default=str)
        assert visitor["access_token"] not in stored
        assert visitor["refresh_token"] not in stored

    def test_older_storefronts_name_the_tenant_otherwise(self, api, cast):
        assert api().get(LOGIN, client_id="sf", **{"hybris-tenant": "acme"}).status == 200

    @pytest.mark.parametrize(
        ("query", "status", "body"),
        [
            ({"client_id": "sf"}, 400, wrong("tenant: is missing.", details=["tenant: is missing"])),
            ({"tenant": "acme"}, 400, wrong("client_id: is missing.", details=["client_id: is missing"])),
            (
                {"tenant": "nobody", "client_id": "sf"},
                404,
                {"type": "not_found", "status": 404, "message": "There is no tenant called 'nobody'."},
            ),
            (
                {"tenant": "a\x00b", "client_id": "sf"},
                404,
                {"type": "not_found", "status": 404, "message": "There is no tenant called 'a\\x00b'."},
            ),
            ({**ASKED, "currency": "euro"}, 400, wrong("currency: 'euro' cannot be read.")),
            ({**ASKED, "targetLocation": "Germany"}, 400, wrong("targetLocation: 'Germany' cannot be read.")),
            ({**ASKED, "siteCode": "a b"}, 400, wrong("siteCode: 'a b' cannot be read.")),
            ({**ASKED, "language": "x" * 20}, 400, wrong(f"language: {'x' * 20!r} cannot be read.")),
        ],
    )
    def test_login_refuses(self, api, cast, query, status, body):
        assert tuple(api().get(LOGIN, **query)) == (status, body)
        assert not ApiToken.objects.exists()

    def test_refreshing_keeps_the_session_and_what_it_does_not_name(self, api, visitor):
        status, fresh = api().get(REFRESH, **ASKED, refresh_token=visitor["refresh_token"], currency="USD")
        row = ApiToken.objects.get(digest=digest_of(fresh["access_token"]))
        assert status == 200
        assert fresh == {**visitor, "access_token": fresh["access_token"], "refresh_token": fresh["refresh_token"]}
        assert fresh["access_token"] != visitor["access_token"]
        assert (row.site_code, row.currency, row.country) == ("main", "USD", "DE")

    def test_an_anonymous_token_can_be_refreshed_too(self, api, visitor):
        status, fresh = api().get(REFRESH, **ASKED, anonymous_token=visitor["access_token"])
        assert (status, fresh["sessionId"]) == (200, visitor["sessionId"])

    def test_a_repeated_refresh_is_answered_for_a_minute(self, api, visitor):
        asked = {**ASKED, "refresh_token": visitor["refresh_token"]}
        first = api().get(REFRESH, **asked)
        again = api().get(REFRESH, **asked)
        assert (first.status, again.status) == (200, 200)
        assert again.body["sessionId"] == visitor["sessionId"]

    def test_a_copy_used_later_ends_the_whole_session(self, api, visitor):
        asked = {**ASKED, "refresh_token": visitor["refresh_token"]}
        fresh = api().get(REFRESH, **asked).body
        with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
            assert tuple(api().get(REFRESH, **asked)) == (401, INVALID)
            assert api().get(REFRESH, **ASKED, refresh_token=fresh["refresh_token"]).status == 401
            assert api().get("/customer/acme/me", headers=bearer(fresh["access_token"])).status == 401

    @pytest.mark.parametrize("token", ["nonsense", "x" * 5000, ""])
    def test_a_bad_refresh_token_is_refused(self, api, cast, token):
        status, body = api().get(REFRESH, **ASKED, refresh_token=token)
        expected = INVALID if token else wrong("refresh_token: is missing.", details=["refresh_token: is missing"])
        assert (status, body) == (401 if token else 400, expected)

    def test_tokens_of_others_do_not_refresh(self, api, cast, visitor, login):
        customers = login().body
        assert api().get(REFRESH, **ASKED, refresh_token=visitor["access_token"]).status == 401
        assert api().get(REFRESH, **ASKED, refresh_token=customers["refresh_token"]).status == 401
        assert api().get(REFRESH, tenant="other", client_id="x", refresh_token=visitor["refresh_token"]).status == 401

    def test_an_old_token_says_that_it_is_old(self, api, visitor):
        with time_machine.travel(timezone.now() + timedelta(seconds=3600), tick=False):
            assert tuple(api().get("/customer/acme/me", headers=bearer(visitor["access_token"]))) == (401, EXPIRED)
            assert api().get(REFRESH, **ASKED, refresh_token=visitor["refresh_token"]).status == 200
        with time_machine.travel(timezone.now() + timedelta(seconds=86400), tick=False):
            assert tuple(api().get(REFRESH, **ASKED, refresh_token=visitor["refresh_token"])) == (401, INVALID)

    @pytest.mark.parametrize("path", [LOGIN, REFRESH])
    def test_other_methods_are_refused_in_json(self, api, cast, path):
        answer = api().post(path, {}, **ASKED)
        message = 'Method "POST" not allowed.'
        assert tuple(answer) == (405, {"type": "method_not_allowed", "status": 405, "message": message})
        assert "GET" in answer.headers["Allow"]


class TestSigningIn:
    def test_both_spellings_and_the_visitors_session(self, cast, visitor, login):
        status, body = login()
        assert status == 200
        assert body == {
            "access_token": body["access_token"],
            "accessToken": body["access_token"],
            "saas_token": body["saas_token"],
            "saasToken": body["saas_token"],
            "expires_in": 2591999,
            "expiresIn": 2591999,
            "token_type": "Bearer",
            "refresh_token": body["refresh_token"],
            "refreshToken": body["refresh_token"],
            "refresh_token_expires_in": 86399,
            "refreshTokenExpiresIn": 86399,
            "session_id": visitor["sessionId"],
            "initialPassword": False,
        }
        row = ApiToken.objects.get(digest=digest_of(body["access_token"]))
        assert (row.user, row.tenant, row.company, row.site_code) == (cast.rita, cast.acme, None, "main")

    def test_storefronts_may_send_more(self, cast, login):
        assert login(remember=True, tenant_name="acme").status == 200

    def test_the_address_is_read_in_any_case(self, login):
        assert login(email="RITA@northwind.EXAMPLE").status == 200

    def test_the_saas_token_names_the_customer_and_when_it_ends(self, cast, login):
        token = login().body["saas_token"]
        header, claims, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
        row = ApiToken.objects.filter(user=cast.rita, kind="access").get()
        assert json.loads(header) == {"alg": "HS256", "typ": "JWT"}
        assert json.loads(claims) == {"sub": "C-rita", "exp": int(row.expires_at.timestamp())}
        assert number_in(token, "acme", timezone.now()) == "C-rita"
        assert number_in(token, "other", timezone.now()) is None
        assert number_in(token, "acme", row.expires_at) is None

    @pytest.mark.parametrize(
        "token", ["", "a.b.c", "no", "é.é.é", "{}", "[]", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJDLXJpdGEifQ.", "..", "\x00"]
    )
    def test_what_is_no_saas_token_names_nobody(self, db, token):
        assert number_in(token, "acme", timezone.now()) is None

    def test_a_saas_token_with_changed_claims_names_nobody(self, db):
        token = make_saas_token("C-rita", "acme", timezone.now() + timedelta(hours=1))
        head, _, tail = token.split(".")
        claims = base64.urlsafe_b64encode(b'{"sub":"C-ana","exp":99999999999}').decode().rstrip("=")
        assert number_in(f"{head}.{claims}.{tail}", "acme", timezone.now()) is None

    @pytest.mark.parametrize(
        ("changed", "status", "body"),
        [
            ({"password": "not-the-password"}, 401, INVALID),
            ({"email": "nobody@northwind.example"}, 401, INVALID),
            ({"email": "olga@umbrella.example"}, 401, INVALID),  # a customer of another tenant
            ({"email": "sten@countersign.example"}, 401, INVALID),  # platform staff are nobody's customers
            ({"password": "short"}, 400, wrong("password: must have at least 6 characters.")),
            ({"password": ""}, 400, "password: is missing"),
            ({"email": None}, 400, "email: is missing"),
            ({"email": 5}, 400, "email: must be a text"),
            ({"email": "a\x00b@x.example"}, 400, "email: contains a character that cannot be stored"),
        ],
    )
    def test_refuses(self, cast, api, visitor, changed, status, body):
        sent = {"email": "rita@northwind.example", "password": PASSWORD, **changed}
        answer = api().post("/customer/acme/login", sent, headers=bearer(visitor["access_token"]))
        if isinstance(body, str):
            body = wrong("There are validation problems, see details section for more information", details=[body])
        assert tuple(answer) == (status, body)
        assert not ApiToken.objects.filter(user__isnull=False).exists()

    def test_a_body_that_is_no_object_is_refused(self, api, visitor):
        assert api().post("/customer/acme/login", [1], headers=bearer(visitor["access_token"])).status == 400

    def test_needs_a_token_of_this_tenant(self, api, cast, login, visitor):
        body = {"email": "rita@northwind.example", "password": PASSWORD}
        assert tuple(api().post("/customer/acme/login", body)) == (401, INVALID)
        assert tuple(api().post("/customer/acme/login", body, headers=bearer("nonsense"))) == (401, INVALID)
        assert tuple(login(tenant="other")) == (403, FORBIDDEN)

    def test_somebody_switched_off_does_not_get_in(self, cast, login):
        cast.rita.is_active = False
        cast.rita.save()
        assert login().status == 401

    def test_a_vendors_people_sign_in_with_their_own_scopes(self, cast, api, login):
        body = login(email="victor@globex.example").body
        scope = api().get("/customer/acme/validateauthtoken", headers=bearer(body["access_token"])).body["scope"]
        assert scope == spelled(ROLE_SCOPES[Role.AUDITOR], "acme")

    def test_guessing_is_stopped(self, settings, login):
        settings.AXES_ENABLED = True
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            assert login(password="wrong-password").status == 401
        assert login(password="wrong-password").status == 429
        status, body = login()  # the right one comes too late
        assert status == 429
        assert body == {
            "type": "too_many_requests",
            "status": 429,
            "message": "Too many wrong passwords. Try again later.",
        }

    def test_signing_in_forgives_earlier_mistakes(self, settings, login):
        settings.AXES_ENABLED = True
        for _ in range(3):
            for _ in range(settings.AXES_FAILURE_LIMIT - 2):
                assert login(password="wrong-password").status == 401
            assert login().status == 200

    def test_the_last_sign_in_is_remembered(self, cast, login):
        login()
        cast.rita.refresh_from_db()
        assert cast.rita.last_login is not None


class TestRefreshing:
    def refresh(self, api, visitor, token, **query):
        return api().get(
            "/customer/acme/refreshauthtoken", headers=bearer(visitor["access_token"]), refreshToken=token, **query
        )

    def test_answers_like_the_login_without_saas_token(self, api, visitor, login):
        before = login().body
        status, after = self.refresh(api, visitor, before["refresh_token"])
        expected = {name: before[name] for name in before if name not in ("saas_token", "saasToken", "initialPassword")}
        for name in ("access_token", "accessToken"):
            expected[name] = after["access_token"]
        for name in ("refresh_token", "refreshToken"):
            expected[name] = after["refresh_token"]
        assert (status, after) == (200, expected)

    def test_binds_the_session_to_a_company_from_then_on(self, both, api, visitor, login):
        unbound = login("bea").body
        bound = self.refresh(api, visitor, unbound["refresh_token"], legalEntityId=both.second.key).body
        again = self.refresh(api, visitor, bound["refresh_token"]).body
        for tokens, company in ((unbound, None), (bound, both.second.key), (again, both.second.key)):
            answer = api().get("/customer/acme/validateauthtoken", headers=bearer(tokens["access_token"]))
            assert answer.body.get("legalEntityId") == company
        scope = api().get("/customer/acme/validateauthtoken", headers=bearer(unbound["access_token"])).body["scope"]
        assert scope == spelled(CUSTOMER_SCOPES, "acme")

    @pytest.mark.parametrize("company", ["contoso", "globex", "umbrella", None])
    def test_a_company_of_others_is_refused_like_one_that_is_not_there(self, cast, api, visitor, login, company):
        token = login().body["refresh_token"]
        key = getattr(cast, company).key if company else "unknown"
        status, body = self.refresh(api, visitor, token, legalEntityId=key)
        message = "You are not a member of this company."
        assert (status, body) == (403, {"type": "Forbidden", "status": 403, "message": message})
        assert ApiToken.objects.get(digest=digest_of(token)).revoked_at is None  # not used up
        assert self.refresh(api, visitor, token, legalEntityId=cast.northwind.key).status == 200

    def test_who_left_a_company_cannot_be_bound_to_it(self, cast, api, visitor, login):
        token = login("dora").body["refresh_token"]
        assert self.refresh(api, visitor, token, legalEntityId=cast.northwind.key).status == 403

    def test_a_repeat_is_good_for_a_minute_and_a_copy_ends_everything(self, api, visitor, login):
        token = login().body["refresh_token"]
        fresh = self.refresh(api, visitor, token).body
        assert self.refresh(api, visitor, token).status == 200
        with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
            assert tuple(self.refresh(api, visitor, token)) == (401, INVALID)
            assert tuple(api().get("/customer/acme/me", headers=bearer(fresh["access_token"]))) == (401, INVALID)
            assert self.refresh(api, visitor, fresh["refresh_token"]).status == 401

    def test_wrong_tokens(self, cast, api, visitor, login):
        tokens = login().body
        assert tuple(self.refresh(api, visitor, tokens["access_token"])) == (401, INVALID)
        assert tuple(self.refresh(api, visitor, visitor["refresh_token"])) == (401, INVALID)
        assert tuple(self.refresh(api, visitor, "nonsense")) == (401, INVALID)
        status, body = self.refresh(api, visitor, "")
        assert (status, body) == (400, wrong("refreshToken: is missing.", details=["refreshToken: is missing"]))
        assert api().get("/customer/acme/refreshauthtoken", refreshToken=tokens["refresh_token"]).status == 401

    def test_somebody_switched_off_gets_nothing_more(self, cast, api, visitor, login):
        token = login().body["refresh_token"]
        cast.rita.is_active = False
        cast.rita.save()
        assert tuple(self.refresh(api, visitor, token)) == (401, INVALID)


class TestValidatingAndLeaving:
    def test_validate(self, cast, api):
        rita = api("rita")
        status, body = rita.get("/customer/{t}/validateauthtoken")
        assert status == 200
        assert body == {
            "token_type": "Bearer",
            "expires_in": body["expires_in"],
            "scope": spelled(ROLE_SCOPES[Role.REQUESTER], "acme"),
            "sessionId": rita.row.session_key,
            "email": "rita@northwind.example",
            "legalEntityId": cast.northwind.key,
        }
        assert 3500 < body["expires_in"] <= 3600

    def test_a_private_customer_has_no_company(self, api):
        body = api("paula").get("/customer/{t}/validateauthtoken").body
        assert "legalEntityId" not in body
        assert body["scope"] == spelled(CUSTOMER_SCOPES, "acme")

    def test_a_lost_role_is_lost_at_once(self, cast, api):
        ana = api("ana")
        Member.objects.filter(pk=cast.member("ana").pk).update(role=Role.CONTACT)
        assert ana.get("/customer/{t}/validateauthtoken").body["scope"] == spelled(ROLE_SCOPES[Role.CONTACT], "acme")

    def test_logging_out_ends_every_token_of_the_sign_in(self, api, visitor, login):
        tokens = login().body
        headers = bearer(tokens["access_token"])
        refreshed = (
            api()
            .get(
                "/customer/acme/refreshauthtoken",
                headers=bearer(visitor["access_token"]),
                refreshToken=tokens["refresh_token"],
            )
            .body
        )
        other = login().body
        assert tuple(api().get("/customer/acme/logout", headers=headers, accessToken=tokens["access_token"])) == (
            204,
            None,
        )
        for token in (tokens["access_token"], refreshed["access_token"]):
            assert tuple(api().get("/customer/acme/me", headers=bearer(token))) == (401, INVALID)
        assert api().get("/customer/acme/me", headers=bearer(other["access_token"])).status == 200
        assert api().get("/customer/acme/me", headers=bearer(visitor["access_token"])).status == 200

    def test_logging_out_somebody_else_is_refused(self, api):
        rita, bea = api("rita"), api("bea")
        answer = rita.get("/customer/{t}/logout", accessToken=bea.token)
        assert answer.status == 400
        assert answer.body == wrong("accessToken: must be the token of the Authorization header.")
        assert bea.get("/customer/{t}/validateauthtoken").status == 200

    def test_a_new_password_ends_all_sessions(self, cast, api, login):
        tokens = login().body
        cast.rita.set_password("another-password-1")
        cast.rita.save()
        assert tuple(api().get("/customer/acme/me", headers=bearer(tokens["access_token"]))) == (401, INVALID)


WHO = {
    "admin": lambda f: f.api("ana"),
    "buyer": lambda f: f.api("bea"),
    "requester": lambda f: f.api("rita"),
    "contact": lambda f: f.api("carl"),
    "private": lambda f: f.api("paula"),
    "vendor": lambda f: f.api("victor"),
    "service": lambda f: f.service_api("customer.customer_read"),
    "visitor": lambda f: f.anonymous_api(),
    "expired": lambda f: f.api("rita", life=timedelta(hours=-1)),
    "other tenant": lambda f: f.api("olga"),
    "nobody": lambda f: f.api(),
}
CUSTOMERS = ("admin", "buyer", "requester", "contact", "private", "vendor")


class Callers:
    def __init__(self, api, anonymous_api, service_api):
        self.api, self.anonymous_api, self.service_api = api, anonymous_api, service_api


@pytest.fixture
def callers(api, anonymous_api, service_api):
    return Callers(api, anonymous_api, service_api)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("path", ["validateauthtoken", "logout"])
def test_who_may(callers, path, who):
    caller = WHO[who](callers)
    status, body = caller.get(f"/customer/acme/{path}")
    if who in CUSTOMERS:
        assert status == {"validateauthtoken": 200, "logout": 204}[path]
    elif who in ("expired", "nobody"):
        assert (status, body) == (401, EXPIRED if who == "expired" else INVALID)
    else:
        assert (status, body) == (403, FORBIDDEN)


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "bearer  x", "Token x", "Bearer svc.", "é"])
def test_what_is_no_token_is_no_caller(api, cast, header):
    assert tuple(api().get("/customer/acme/validateauthtoken", headers={"Authorization": header})) == (401, INVALID)


@pytest.mark.parametrize(("name", "queries"), [("rita", 2), ("paula", 2), ("victor", 2)])
def test_a_customer_is_known_after_two_queries(api, name, queries):
    caller = api(name)
    with CaptureQueriesContext(connection) as captured:
        assert caller.get("/customer/{t}/validateauthtoken").status == 200
    assert len(captured) == queries


def test_a_tenant_in_the_header_must_be_the_one_of_the_address(api):
    caller = api("rita")
    for header in ("acme", ""):
        assert caller.get("/customer/{t}/validateauthtoken", headers={"Emporix-Tenant": header}).status == 200
    status, body = caller.get("/customer/{t}/validateauthtoken", headers={"Emporix-Tenant": "other"})
    assert (status, body) == (
        400,
        wrong("Tenant in the header is not matching with the one provided in the URI."),
    )
