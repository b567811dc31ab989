"""What may the tests of the API ask for? Callers with a token, and answers as status and body.

    api("rita").get("/cart/{t}/carts", siteCode="main")     Rita, for her only company
    api("rita", company="northwind")                        her token bound to a company
    api()                                                   nobody: no token at all
    anonymous_api(site="main")                              a visitor
    service_api("configuration.configuration_view")         an API client with these scopes

`{t}` in an address is the caller's tenant. Tokens are rows made here: no password is hashed.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import ApiClient, ApiToken, ServiceToken
from companies.models.token import digest_of, new_token
from companies.services.clients import new_service_token
from config.kit.records import new_key
from tests.api.callers import caller_called
from tests.api.documented import check_documented, operations


@dataclass
class Answer:
    """What came back: `body` is parsed JSON, bytes where it is none, None for no body; `headers` ignore case."""

    status: int
    body: Any
    headers: Any

    def __iter__(self):
        """`status, body = api(...).get(...)`"""
        return iter((self.status, self.body))


class ApiCaller:
    """Somebody who calls the API with one token."""

    def __init__(self, token: str | None, tenant: str = "acme", row=None, **headers: str):
        self.token = token
        self.tenant = tenant
        self.row = row
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client = Client()
        operations()  # made once, and not by several threads at the same time

    def get(self, path: str, headers: dict | None = None, **query) -> Answer:
        return self.call("GET", path, query=query, headers=headers)

    def post(self, path: str, body: Any = None, headers: dict | None = None, **query) -> Answer:
        return self.call("POST", path, body, query, headers)

    def put(self, path: str, body: Any = None, headers: dict | None = None, **query) -> Answer:
        return self.call("PUT", path, body, query, headers)

    def patch(self, path: str, body: Any = None, headers: dict | None = None, **query) -> Answer:
        return self.call("PATCH", path, body, query, headers)

    def delete(self, path: str, headers: dict | None = None, **query) -> Answer:
        return self.call("DELETE", path, None, query, headers)

    def call(self, method: str, path: str, body: Any = None, query: dict | None = None, headers=None) -> Answer:
        """One request; a query may hold names with dots: `**{"legalEntity.id": "x"}`."""
        sent = {**self.headers, **(headers or {})}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        response = self.client.generic(
            method,
            path.replace("{t}", self.tenant),
            data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json" if body is not None else "",
            headers=sent,
            query_params=query or None,
        )
        content = response.content or None
        if content and response["Content-Type"].startswith("application/json"):
            content = json.loads(content)
        answer = Answer(response.status_code, content, response.headers)
        fields = bool(query and query.get("fields"))
        check_documented(method, response.wsgi_request.path, answer.status, answer.body, fields=fields)
        return answer


def make_token(cast, name=None, company=None, *, tenant="acme", life=timedelta(hours=1), site="", kind="access"):
    """A token's row and its text; `life` below zero is an expired one. One query."""
    now = timezone.now()
    user = cast.user(name) if name else None
    text = new_token()
    row = ApiToken.objects.create(
        digest=digest_of(text),
        kind=kind,
        tenant=getattr(cast, tenant),
        user=user,
        company=getattr(cast, company) if company else None,
        family=new_key(),
        session_key=new_key(),
        site_code=site,
        currency="EUR" if site else "",
        country="DE" if site else "",
        password_digest=digest_of(user.password) if user else "",
        created_at=now,
        expires_at=now + life,
    )
    return row, text


@pytest.fixture
def api(cast):
    """`api("rita")`, `api("olga", tenant="other")`; further words are headers of every request."""

    def caller(name=None, company=None, *, tenant=None, life=timedelta(hours=1), site="", **headers) -> ApiCaller:
        if name is None:
            return ApiCaller(None, tenant or "acme", **headers)
        if tenant is None:
            member = cast._members.get(name)
            tenant = member.company.tenant.key if member else "acme"
        row, text = make_token(cast, name, company, tenant=tenant, life=life, site=site)
        return ApiCaller(text, tenant, row, **headers)

    return caller


@pytest.fixture
def anonymous_api(cast):
    """A visitor who shops on a marketplace."""

    def caller(site="main", *, tenant="acme", life=timedelta(hours=1), **headers) -> ApiCaller:
        row, text = make_token(cast, site=site, tenant=tenant, life=life)
        return ApiCaller(text, tenant, row, **headers)

    return caller


@pytest.fixture
def service_api(cast):
    """An API client whose token carries these scopes, which are all it has."""

    def caller(*scopes, tenant="acme", company=None, life=timedelta(hours=1), **headers) -> ApiCaller:
        client = ApiClient.objects.create(
            tenant=getattr(cast, tenant),
            company=company,
            name="Test client",
            client_secret=digest_of("secret"),
            scopes=sorted(scopes),
        )
        text = new_service_token()
        row = ServiceToken.objects.create(
            token_checksum=digest_of(text),
            application=client,
            scope=" ".join([*sorted(scopes), f"tenant={tenant}"]),
            expires=timezone.now() + life,
        )
        return ApiCaller(text, tenant, row, **headers)

    return caller


@pytest.fixture
def caller(api, anonymous_api, service_api):
    """`caller("stranger")`: one of `callers.EVERYBODY`."""
    return lambda who: caller_called(who, api, anonymous_api, service_api)
