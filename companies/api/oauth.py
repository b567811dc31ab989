"""How does a program get a service token? `POST /oauth/token`, by the OAuth library, with our own rows and answer."""

from __future__ import annotations

import json
from http import HTTPStatus
from math import ceil
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views import TokenView
from oauthlib.common import Request as OAuthRequest

from companies.api.errors import INVALID_TOKEN, ApiError, Family, body_of
from companies.api.throttles import TOO_MANY, SignInThrottle
from companies.models import ServiceToken
from companies.models.token import digest_of
from companies.scopes import spelled
from config.kit.storable import storable_text


class ClientCredentials(OAuth2Validator):
    """The library's questions, answered from `ApiClient` and `ServiceToken`."""

    def _load_application(self, client_id: str, request: OAuthRequest) -> Any:
        """No client has an id that could not be stored, and no database can be asked for one."""
        return super()._load_application(client_id, request) if storable_text(client_id or "") else None

    def _extract_basic_auth(self, request: OAuthRequest) -> str | None:
        """What cannot be base64 is no way to say who one is."""
        words: str | None = super()._extract_basic_auth(request)
        return words if words is None or words.isascii() else None

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        """Secrets are long and random: a digest protects them as well as a slow hash would."""
        return constant_time_compare(digest_of(provided_secret), stored_secret)

    def validate_scopes(self, client_id: str, scopes: list[str], client: Any, request: OAuthRequest, *_, **__) -> bool:
        """Each is the client's, or `tenant=` with the client's own tenant; no scope at all is every one it has."""
        tenant = f"tenant={client.tenant.key}"
        wanted = [scope for scope in scopes if scope not in (tenant, "")]
        request.scopes = spelled(frozenset(wanted or client.scopes), client.tenant.key).split()
        return set(wanted) <= set(client.scopes)

    def get_default_scopes(self, client_id: str, request: OAuthRequest, *_, **__) -> list[str]:
        """What it gets without asking for anything: see `validate_scopes`."""
        return [f"tenant={request.client.tenant.key}"]

    def _create_access_token(self, expires: Any, request: OAuthRequest, token: dict, source_refresh_token=None) -> Any:
        return ServiceToken.objects.create(
            token_checksum=digest_of(token["access_token"]),
            scope=token["scope"],
            expires=expires,
            application=request.client,
        )


@method_decorator(csrf_exempt, name="dispatch")
class OAuthToken(TokenView):
    """The library's endpoint for `client_credentials` alone, with the fields that clients of this API read."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A form in, a token out; 400 and 401 in the words of OAuth, and of the API besides."""
        throttle = SignInThrottle()
        if not throttle.allow_request(request, self):
            return _json(ApiError(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY), {"Retry-After": ceil(throttle.wait() or 1)})
        try:
            response = self.authorization_flow_token_response(request)
        except (BadRequest, MultiPartParserError, SuspiciousOperation):
            words = {"error": "invalid_request", "error_description": "The form cannot be read."}
            return JsonResponse(words, status=HTTPStatus.BAD_REQUEST)
        body = json.loads(response.content)
        if response.status_code == HTTPStatus.OK:
            body |= {"session_idle_time": 120, "refresh_token": "", "refresh_token_expires_in": 0}
        elif response.status_code == HTTPStatus.UNAUTHORIZED:
            body |= INVALID_TOKEN
        response.content = json.dumps(body)
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """In JSON like everything else here."""
        return _json(
            ApiError(HTTPStatus.METHOD_NOT_ALLOWED, f'Method "{request.method}" not allowed.'), {"Allow": "POST"}
        )


def _json(error: ApiError, headers: dict[str, Any]) -> HttpResponse:
    return JsonResponse(body_of(error, Family.CODE), status=error.status, headers=headers)
