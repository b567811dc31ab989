"""Do programs get service tokens for their secret, with their own scopes and no more?"""

import base64
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.actors import Actor, Channel
from companies.models import ApiClient, ServiceToken
from companies.scopes import CLIENT_SCOPES, spelled
from companies.services.clients import change_client, create_client, forget_old_service_tokens, renew_secret
from config.kit.refused import Invalid, Missing, NotYours
from tests.api.callers import EXPIRED, INVALID, code
from tests.world import scene

READ = "customermanagement.legalentity_read"
VIEW = "configuration.configuration_view"
COMPANIES = "/customer-management/acme/legal-entities"


@scene
def made(cast):
    return create_client(
        actor=Actor.staff(cast.admin), tenant_id=cast.acme.pk, name="ERP", scopes=[READ, VIEW], client_id="erp"
    )


def ask(**fields):
    """What the token endpoint answers to a form."""
    headers = fields.pop("headers", {})
    response = Client().post(
        "/oauth/token", urlencode(fields), content_type="application/x-www-form-urlencoded", headers=headers
    )
    return response.status_code, json.loads(response.content), response


def credentials(made, **more):
    return {
        "grant_type": "client_credentials",
        "client_id": made.client.client_id,
        "client_secret": made.secret,
        **more,
    }


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class TestToken:
    def test_answer(self, made):
        status, body, response = ask(**credentials(made))
        assert status == 200
        assert body == {
            "access_token": body["access_token"],
            "token_type": "Bearer",
            "expires_in": 14399,
            "scope": f"{VIEW} {READ} tenant=acme",
            "session_idle_time": 120,
            "refresh_token": "",
            "refresh_token_expires_in": 0,
        }
        assert response["Content-Type"] == "application/json"
        assert response["Cache-Control"] == "no-store"

    def test_neither_token_nor_secret_is_stored(self, made):
        token = ask(**credentials(made))[1]["access_token"]
        stored = json.dumps([*ServiceToken.objects.values(), *ApiClient.objects.values()], default=str)
        assert token not in stored
        assert made.secret not in stored

    @pytest.mark.parametrize(
        ("scope", "granted"),
        [
            (f" {READ}  {VIEW} ", f"{VIEW} {READ} tenant=acme"),
            (READ, f"{READ} tenant=acme"),
            (f"tenant=acme {READ}", f"{READ} tenant=acme"),
            ("tenant=acme", f"{VIEW} {READ} tenant=acme"),
            ("", f"{VIEW} {READ} tenant=acme"),
            (f"{READ} {VIEW} {READ}", f"{VIEW} {READ} tenant=acme"),
        ],
    )
    def test_fewer_scopes(self, made, scope, granted):
        status, body, _ = ask(**credentials(made, scope=scope))
        assert (status, body.get("scope")) == (200, granted)

    @pytest.mark.parametrize(
        "scope", ["order.order_read", f"{READ} nonsense", "tenant=other", f"{READ} tenant=other", "é"]
    )
    def test_never_more(self, made, scope):
        status, body, _ = ask(**credentials(made, scope=scope))
        assert (status, body["error"]) == (400, "invalid_scope" if scope != "é" else body["error"])
        assert not ServiceToken.objects.exists()

    def test_works_with_the_id_and_secret_in_the_header(self, made):
        basic = base64.b64encode(f"erp:{made.secret}".encode()).decode()
        assert ask(grant_type="client_credentials", headers={"Authorization": f"Basic {basic}"})[0] == 200

    @pytest.mark.parametrize(
        "changed",
        [
            {"client_secret": "wrong"},
            {"client_secret": ""},
            {"client_id": "unknown"},
            {"client_id": ""},
            {"client_id": "a\x00b"},
        ],
    )
    def test_wrong_credentials(self, made, changed):
        status, body, _ = ask(**credentials(made, **changed))
        assert (status, body) == (401, {"error": "invalid_client", **INVALID})

    @pytest.mark.parametrize(
        "words",
        [
            *(
                base64.b64encode(words).decode()
                for words in (b"\xff:\xff", b"erp", b"erp:", b":", b"\0:\0", b"erp:wrong")
            ),
            "\xff\xfe",
            "é",
            "=",
            "a b",
        ],
    )
    def test_wrong_credentials_in_the_header(self, made, words):
        status, body, _ = ask(grant_type="client_credentials", headers={"Authorization": f"Basic {words}"})
        assert (status, body) == (401, {"error": "invalid_client", **INVALID})

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("multipart/form-data", b"grant_type=client_credentials"),
            ("multipart/form-data; boundary=\xff", b"grant_type=client_credentials"),
            ("application/x-www-form-urlencoded; charset=utf-16", b"grant_type=client_credentials"),
            ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(1_001))),
            ("application/x-www-form-urlencoded", b"a=" + b"1" * 2_621_441),
        ],
        ids=["no boundary", "no boundary of ASCII", "another alphabet", "too many fields", "too long"],
    )
    def test_a_form_that_cannot_be_read(self, db, kind, body):
        response = Client().post("/oauth/token", body, content_type=kind)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")

    def test_the_digest_is_no_secret(self, made):
        assert ask(**credentials(made, client_secret=made.client.client_secret))[0] == 401

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
            ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
            ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
            ({"grant_type": "nonsense"}, "unsupported_grant_type"),
            ({"grant_type": ""}, None),
        ],
    )
    def test_no_other_grant(self, made, changed, error):
        status, body, _ = ask(**credentials(made, **changed))
        assert status in (400, 401)
        assert error is None or body["error"] == error
        assert not ServiceToken.objects.exists()

    def test_a_device_asks_in_vain(self, made):
        status, _, _ = ask(grant_type="urn:ietf:params:oauth:grant-type:device_code", device_code="x", client_id="erp")
        assert status in (400, 401)

    def test_only_posts(self, made):
        response = Client().get("/oauth/token")
        assert response.status_code == 405
        assert response.json() == code(405, 'Method "GET" not allowed.')

    @pytest.mark.parametrize("path", ["/oauth/token/", "/oauth/revoke", "/oauth/authorize", "/oauth/introspect"])
    def test_there_is_nothing_else(self, db, path):
        response = Client().post(path)
        assert (response.status_code, response.json()) == (404, code(404, "There is nothing at this address."))

    def test_a_client_that_is_switched_off_gets_nothing(self, cast, made):
        token = ask(**credentials(made))[1]["access_token"]
        actor = Actor.staff(cast.admin)
        change_client(actor=actor, client_id=made.client.pk, name="ERP", scopes=[READ], is_active=False)
        assert ask(**credentials(made))[0] == 401
        assert Client().get(COMPANIES, headers=bearer(token)).status_code == 401


class TestUsingIt:
    def test_one_query_says_who_it_is(self, made):
        token = ask(**credentials(made))[1]["access_token"]
        with CaptureQueriesContext(connection) as captured:
            response = Client().get("/iam/acme/users/me/scopes", headers=bearer(token))
        assert response.json() == {"userId": "erp", "scopes": spelled(frozenset([READ, VIEW]), "acme")}
        assert len(captured) == 1

    def test_it_ends(self, made):
        token = ask(**credentials(made))[1]["access_token"]
        with time_machine.travel(timezone.now() + timedelta(seconds=14_400), tick=False):
            response = Client().get(COMPANIES, headers=bearer(token))
            assert (response.status_code, response.json()) == (401, EXPIRED)
            assert forget_old_service_tokens() == 1
            assert Client().get(COMPANIES, headers=bearer(token)).json() == INVALID

    def test_a_new_secret_ends_the_old_one_and_its_tokens(self, cast, made):
        token = ask(**credentials(made))[1]["access_token"]
        fresh = renew_secret(actor=Actor.staff(cast.admin), client_id=made.client.pk)
        assert ask(**credentials(made))[0] == 401
        assert Client().get(COMPANIES, headers=bearer(token)).status_code == 401
        assert ask(**credentials(fresh))[0] == 200


class TestMaking:
    def test_ids_and_secrets_are_random_and_long(self, cast):
        actor = Actor.staff(cast.admin)
        made = [create_client(actor=actor, tenant_id=cast.acme.pk, name="A", scopes=[]) for _ in range(2)]
        assert made[0].client.client_id != made[1].client.client_id
        assert made[0].secret != made[1].secret
        assert len(made[0].secret) >= 40

    def test_refuses(self, cast):
        actor = Actor.staff(cast.admin)
        with pytest.raises(Invalid) as refused:
            create_client(actor=actor, tenant_id=cast.acme.pk, name="A", scopes=["approval.approval_read"])
        assert refused.value.field == "scopes"
        with pytest.raises(Invalid) as refused:
            create_client(actor=actor, tenant_id=cast.acme.pk, name=" ", scopes=[])
        assert refused.value.field == "name"
        create_client(actor=actor, tenant_id=cast.acme.pk, name="A", scopes=[], client_id="same")
        with pytest.raises(Invalid) as refused:
            create_client(actor=actor, tenant_id=cast.other.pk, name="A", scopes=[], client_id="same")
        assert refused.value.field == "client_id"

    def test_is_for_platform_staff(self, cast, made):
        with pytest.raises(NotYours):
            create_client(actor=cast.actor("ana"), tenant_id=cast.acme.pk, name="A", scopes=[])
        program = Actor("client", "erp", "ERP", Channel.API, tenant_id=cast.acme.pk)
        with pytest.raises(NotYours):
            create_client(actor=program, tenant_id=cast.acme.pk, name="A", scopes=CLIENT_SCOPES)
        with pytest.raises(Missing):
            renew_secret(actor=cast.actor("olga"), client_id=made.client.pk)
