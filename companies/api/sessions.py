"""Where do tokens of visitors and customers come from, and how do they end?

Four of these change something on GET, as the contract has it: anonymous login and refresh, the
customer's refresh, and logout. Each may be repeated.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError, Family
from companies.api.reading import Body, one_of_the_query
from companies.api.saas_token import make_saas_token
from companies.api.throttles import SignInThrottle, TokenThrottle
from companies.api.views import ApiView
from companies.models import Customer, Tenant, User
from companies.models.token import TokenKind
from companies.scopes import spelled
from companies.services import tokens
from companies.services.tokens import BadToken, Context, Issued
from config.kit.refused import Missing, NotYours, Refused

SHORTEST_PASSWORD = 6
_FORMS = {
    "siteCode": re.compile(r"[A-Za-z0-9][A-Za-z0-9._~@-]{0,63}"),
    "currency": re.compile(r"[A-Z]{3}"),
    "targetLocation": re.compile(r"[A-Z]{2}"),
    "language": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?|\*"),
}


class SessionView(ApiView):
    """What the endpoints about sessions share: bodies of the customer family, bad tokens answered 401."""

    family = Family.CUSTOMER

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tokens and people's entries are kept by no cache on the way, and not by the browser's."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def error_of(self, refused: Refused) -> ApiError | None:
        """A company that is not one's own is 403, whether it exists or not."""
        if isinstance(refused, NotYours):
            return ApiError(403, refused.text)
        if isinstance(refused, Missing):
            return ApiError(404, refused.text)
        return None


class Anonymous(SessionView):
    """`GET /customerlogin/auth/anonymous/login`: a token for a visitor."""

    authentication_classes = []
    throttle_classes = [TokenThrottle]
    callers = ()

    def get(self, request: Request) -> Response:
        """A new session; where the visitor shops comes with the query and stays with the session."""
        tenant = self.tenant_asked(request)
        return Response(_visitor_body(tokens.greet_visitor(tenant_id=tenant.pk, context=_context(request)), tenant))

    def tenant_asked(self, request: Request) -> Tenant:
        """From `tenant`, or `hybris-tenant` as older storefronts call it; `client_id` has to be there."""
        one_of_the_query(request, "client_id")
        return tokens.tenant_called(one_of_the_query(request, "tenant", "hybris-tenant"))


class AnonymousRefresh(Anonymous):
    """`GET /customerlogin/auth/anonymous/refresh`: fresh tokens for the same session."""

    def get(self, request: Request) -> Response:
        """The session id stays, and so does what the query does not name anew."""
        tenant = self.tenant_asked(request)
        token = one_of_the_query(request, "refresh_token", "anonymous_token")
        kind = TokenKind.REFRESH if request.query_params.get("refresh_token") else TokenKind.ACCESS
        context = _context(request)
        try:
            issued = tokens.renew_visitor(tenant_id=tenant.pk, kind=kind, token=token, context=context)
        except BadToken as bad:
            raise AuthenticationFailed from bad
        return Response(_visitor_body(issued, tenant))


class Login(SessionView):
    """`POST /customer/{tenant}/login`: a customer's token for e-mail address and password."""

    throttle_classes = [SignInThrottle]
    callers = ("anonymous", "customer")

    def post(self, request: Request, tenant: str) -> Response:
        """Goes on in the visitor's session, so that its cart is still there. What else is sent is left alone."""
        body = Body(request.data)
        email, password = body.text("email", longest=254), body.text("password", longest=4_096)
        if len(password) < SHORTEST_PASSWORD:
            raise ApiError(400, f"password: must have at least {SHORTEST_PASSWORD} characters.")
        user = self._checked(request, email, password)
        caller = self.caller
        visitor = caller.token if caller.is_anonymous else None
        issued = tokens.sign_in(user=user, tenant_id=caller.tenant.pk, visitor=visitor) if user else None
        if user is None or issued is None:
            raise AuthenticationFailed
        user_logged_in.send(sender=User, request=_plain(request), user=user)
        saas = make_saas_token(number_of(user, caller.tenant), caller.tenant.key, issued.row.expires_at)
        return Response(_customer_body(issued) | {"saas_token": saas, "saasToken": saas, "initialPassword": False})

    def _checked(self, request: Request, email: str, password: str) -> User | None:
        """The user, or None; 429 after too many wrong passwords for this address."""
        plain = _plain(request)
        user = authenticate(plain, username=email, password=password)
        if getattr(plain, "axes_locked_out", False):
            plain.axes_locked_out = False  # else its middleware would put a page in place of this answer
            pause = round(settings.AXES_COOLOFF_TIME * 3_600)
            raise ApiError(429, "Too many wrong passwords. Try again later.", retry_after=pause)
        return user


class Refresh(SessionView):
    """`GET /customer/{tenant}/refreshauthtoken`: fresh tokens, bound to a company where one is named."""

    throttle_classes = [TokenThrottle]
    callers = ("anonymous", "customer")

    def get(self, request: Request, tenant: str) -> Response:
        """The login's answer without its saas token."""
        token = one_of_the_query(request, "refreshToken")
        company = request.query_params.get("legalEntityId", "")
        try:
            issued = tokens.renew_customer(tenant_id=self.caller.tenant.pk, token=token, company_key=company)
        except BadToken as bad:
            raise AuthenticationFailed from bad
        return Response(_customer_body(issued))


class Validate(SessionView):
    """`GET /customer/{tenant}/validateauthtoken`: what the customer's own token is good for."""

    callers = ("customer",)

    def get(self, request: Request, tenant: str) -> Response:
        """Scopes as the customer's group grants them now."""
        caller = self.caller
        row = caller.token
        body = {
            "token_type": "Bearer",
            "expires_in": max(0, int((caller.expires_at - timezone.now()).total_seconds())),
            "scope": spelled(caller.scopes, caller.tenant.key),
            "sessionId": row.session_key,
            "email": row.user.email,
        }
        if caller.company is not None:
            body["legalEntityId"] = caller.company.key
        return Response(body)


class Logout(SessionView):
    """`GET /customer/{tenant}/logout`: the end of the session."""

    callers = ("customer",)

    def get(self, request: Request, tenant: str) -> Response:
        """Every token of this sign-in ends, those got by refreshing too."""
        named = request.query_params.get("accessToken")
        bearer = request.headers["Authorization"].partition(" ")[2].strip()
        if named is not None and named != bearer:
            raise ApiError(400, "accessToken: must be the token of the Authorization header.")
        tokens.sign_out(token=self.caller.token)
        return Response(status=204)


def number_of(user: User, tenant: Tenant) -> str:
    """The customer's number in this tenant; people of vendors and resellers are no customers and go by `employee-…`."""
    found = Customer.objects.filter(tenant=tenant, user=user).values_list("number", flat=True).first()
    return found or f"employee-{user.pk}"


def _plain(request: Request) -> Any:
    """Django's request, which is what the counting of wrong passwords writes on."""
    return request._request  # noqa: SLF001 - the framework's own way from its request to Django's


def _context(request: Request) -> Context:
    """Where the query says that the visitor shops; 400 for what is no code at all."""
    given = {name: request.query_params.get(name, "") for name in _FORMS}
    for name, text in given.items():
        if text and not _FORMS[name].fullmatch(text):
            raise ApiError(400, f"{name}: {text[:80]!r} cannot be read.")
    return Context(given["siteCode"], given["currency"], given["targetLocation"], given["language"][:12])


def _visitor_body(issued: Issued, tenant: Tenant) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "access_token": issued.access,
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh,
        "refresh_token_expires_in": issued.refresh_expires_in,
        "sessionId": issued.row.session_key,
        "scope": f"tenant={tenant.key}",
    }


def _customer_body(issued: Issued) -> dict[str, Any]:
    """Both spellings: newer clients read the first, older ones the second."""
    return {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh,
        "refresh_token_expires_in": issued.refresh_expires_in,
        "session_id": issued.row.session_key,
        "accessToken": issued.access,
        "refreshToken": issued.refresh,
        "expiresIn": issued.expires_in,
        "refreshTokenExpiresIn": issued.refresh_expires_in,
    }
