"""Tokens and the customer's own entry in words."""

from __future__ import annotations

from typing import Any

from config.openapi.shared import ADDRESS_EXAMPLE, ADDRESS_FIELDS, SEEN_VERSION
from config.openapi.words import (
    ANYTHING,
    FLAG,
    FREE,
    INSTANT,
    NOTHING,
    RETRY_AFTER,
    TEXT,
    WHOLE,
    Answer,
    Endpoint,
    Schema,
    Service,
    given,
    many,
    obj,
    one_of,
    query,
    ref,
    said,
)

_TOKEN = "OCyyhsUw6K-u7a_XPcVLnv7Sht3LtaYF7wnnx9uTgOA"  # noqa: S105 - nobody's
_SAAS = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDLXJpdGEifQ.LXFoAs8dBJZwWInJrIsk"
_SESSION = "c8f9f8156356407cb4280388e313f7be"
_CONTEXT = (
    query("currency", "The currency of the session."),
    query("siteCode", "The marketplace of the session."),
    query("language", "The language of the session."),
    query("targetLocation", "The country of the session."),
)
_WHO = (
    query("client_id", "Any; storefronts send their own.", required=True),
    query("tenant", "The tenant."),
    query("hybris-tenant", "The tenant, as older storefronts call it."),
)
CUSTOMER_TOKENS: dict[str, Schema] = {
    "access_token": said(TEXT, "The bearer token."),
    "token_type": TEXT,
    "expires_in": said(WHOLE, "Seconds."),
    "refresh_token": TEXT,
    "refresh_token_expires_in": WHOLE,
    "session_id": TEXT,
    "accessToken": TEXT,
    "refreshToken": TEXT,
    "expiresIn": WHOLE,
    "refreshTokenExpiresIn": WHOLE,
}
_TOKENS_EXAMPLE: dict[str, Any] = {
    "access_token": _TOKEN,
    "token_type": "Bearer",
    "expires_in": 2591999,
    "refresh_token": _TOKEN,
    "refresh_token_expires_in": 86399,
    "session_id": _SESSION,
    "accessToken": _TOKEN,
    "refreshToken": _TOKEN,
    "expiresIn": 2591999,
    "refreshTokenExpiresIn": 86399,
}
_SCOPES = "approval.approval_manage_own approval.approval_read_own tenant=acme"

SCHEMAS: dict[str, Schema] = {
    "VisitorTokens": obj(
        {
            "token_type": TEXT,
            "access_token": TEXT,
            "expires_in": WHOLE,
            "refresh_token": TEXT,
            "refresh_token_expires_in": WHOLE,
            "sessionId": TEXT,
            "scope": TEXT,
        },
        example={
            "token_type": "Bearer",
            "access_token": _TOKEN,
            "expires_in": 3599,
            "refresh_token": _TOKEN,
            "refresh_token_expires_in": 86399,
            "sessionId": _SESSION,
            "scope": "tenant=acme",
        },
    ),
    "CustomerTokens": obj(CUSTOMER_TOKENS, "In both spellings.", example=_TOKENS_EXAMPLE),
    "LoginTokens": obj(
        {
            **CUSTOMER_TOKENS,
            "saas_token": said(TEXT, "To be shown at checkout."),
            "saasToken": TEXT,
            "initialPassword": FLAG,
        },
        "In both spellings.",
        example={**_TOKENS_EXAMPLE, "saas_token": _SAAS, "saasToken": _SAAS, "initialPassword": False},
    ),
    "ValidToken": obj(
        {
            "token_type": TEXT,
            "expires_in": WHOLE,
            "scope": TEXT,
            "sessionId": TEXT,
            "email": TEXT,
            "legalEntityId?": said(TEXT, "The company that the token acts for."),
        },
        example={
            "token_type": "Bearer",
            "expires_in": 2591998,
            "scope": _SCOPES,
            "sessionId": _SESSION,
            "email": "rita@northwind.example",
            "legalEntityId": "7351ad921d984c4bb12077c4793a2de3",
        },
    ),
    "ServiceToken": obj(
        {
            "access_token": TEXT,
            "token_type": TEXT,
            "expires_in": WHOLE,
            "scope": TEXT,
            "session_idle_time": WHOLE,
            "refresh_token": TEXT,
            "refresh_token_expires_in": WHOLE,
        },
        example={
            "access_token": "svc_" + _TOKEN,
            "token_type": "Bearer",
            "expires_in": 14399,
            "scope": "order.order_read tenant=acme",
            "session_idle_time": 120,
            "refresh_token": "",
            "refresh_token_expires_in": 0,
        },
    ),
    "OAuthError": obj(
        {"error": TEXT, "error_description?": TEXT, "fault?": FREE},
        "In the words of OAuth.",
        example={"error": "invalid_client"},
    ),
    "Me": obj(
        {
            "id": said(TEXT, "The customer number; `00000000` of a visitor."),
            "customerNumber": TEXT,
            "title?": TEXT,
            "firstName": TEXT,
            "lastName": TEXT,
            "contactEmail?": TEXT,
            "contactPhone?": TEXT,
            "company?": TEXT,
            "preferredLanguage?": TEXT,
            "preferredCurrency?": TEXT,
            "preferredSite": TEXT,
            "accounts": many(obj({"id": TEXT})),
            "businessModel?": {"type": "string", "enum": ["B2B", "B2C"]},
            "b2b?": obj({"legalEntities": many(obj({"id": TEXT, "name": TEXT, "contactAssignmentId": TEXT}))}),
            "sellers?": said(
                many(
                    obj(
                        {
                            "id": TEXT,
                            "name": TEXT,
                            "kind": one_of("vendor", "reseller"),
                            "group": one_of("auditor", "sales", "manager"),
                        }
                    )
                ),
                "Ours. The vendors and resellers that the person works for; refreshing with an id as `legalEntityId` "
                "makes a token for that work.",
            ),
            "mixins?": FREE,
            "metadata?": obj({"version": WHOLE, "mixins": ANYTHING}),
            "lastLogin?": INSTANT,
            "addresses?": many(ref("KeptAddress")),
            "defaultAddress?": ref("KeptAddress"),
        },
        example={
            "id": "C-rita",
            "customerNumber": "C-rita",
            "title": "",
            "firstName": "Rita",
            "lastName": "Okafor",
            "contactEmail": "rita@northwind.example",
            "contactPhone": "",
            "company": "Northwind GmbH",
            "preferredLanguage": "en",
            "preferredCurrency": "EUR",
            "preferredSite": "main",
            "accounts": [{"id": "rita@northwind.example"}],
            "businessModel": "B2B",
            "b2b": {
                "legalEntities": [
                    {
                        "id": "7351ad921d984c4bb12077c4793a2de3",
                        "name": "Northwind GmbH",
                        "contactAssignmentId": "4d55e74cf2864d00847e3a7f81a60568",
                    }
                ]
            },
            "mixins": {},
            "metadata": {"version": 1, "mixins": {}},
        },
    ),
    "AddressWanted": given(
        {
            **{f"{name}?": each for name, each in ADDRESS_FIELDS.items()},
            "isDefault?": FLAG,
            "tags?": many(TEXT, maxItems=20),
            "mixins?": FREE,
            "metadata?": SEEN_VERSION,
        },
        "A field that is no part of an address is refused; what came with reading one may be sent back.",
        example=ADDRESS_EXAMPLE,
    ),
}
_ME = "/customer/{tenant}/me"
_ADDRESS = {200: Answer("The address.", ref("KeptAddress"))}

SESSIONS = Service(
    "Tokens and customers",
    "Who calls: a visitor, a customer for one company, or an API client. Tokens are opaque and short-lived; scopes "
    "follow the customer's group as it is at each request.",
    SCHEMAS,
    {
        "GET /customerlogin/auth/anonymous/login": Endpoint(
            "GET-customer-login-anonymous",
            "A token for a visitor",
            "The query says where the visitor shops.",
            {200: Answer("Tokens of a new session.", ref("VisitorTokens"))},
            parameters=(*_WHO, *_CONTEXT),
            errors={404: "There is no such tenant."},
        ),
        "GET /customerlogin/auth/anonymous/refresh": Endpoint(
            "GET-customer-refresh-anonymous",
            "Fresh tokens for a visitor",
            "The session stays.",
            {200: Answer("Tokens of the same session.", ref("VisitorTokens"))},
            parameters=(
                *_WHO,
                query("refresh_token", "What to refresh."),
                query("anonymous_token", "What to refresh, where there is no refresh token."),
                *_CONTEXT,
            ),
            errors={401: "The token is not good any more.", 404: "There is no such tenant."},
        ),
        "POST /customer/{tenant}/login": Endpoint(
            "POST-customer-login",
            "Sign a customer in",
            "With a visitor's token, whose session goes on, so that its cart is still there.",
            {200: Answer("The customer's tokens.", ref("LoginTokens"))},
            body=given(
                {"email": TEXT, "password": {"type": "string", "minLength": 6}},
                example={"email": "rita@northwind.example", "password": "countersign-demo"},
                strict=True,
            ),
            errors={429: "Too many wrong passwords, or too many requests from one network address."},
        ),
        "GET /customer/{tenant}/refreshauthtoken": Endpoint(
            "GET-customer-refresh-token",
            "Fresh tokens for a customer",
            "With `legalEntityId` the token acts for this company. Somebody in several companies needs it before they "
            "can order or ask for approval.",
            {200: Answer("Tokens without a saas-token.", ref("CustomerTokens"))},
            parameters=(
                query("refreshToken", "What to refresh.", required=True),
                query("legalEntityId", "The company to act for."),
            ),
        ),
        "GET /customer/{tenant}/validateauthtoken": Endpoint(
            "GET-customer-validate-token",
            "What is the token good for?",
            "",
            {200: Answer("Until when, and which scopes.", ref("ValidToken"))},
        ),
        "GET /customer/{tenant}/logout": Endpoint(
            "GET-customer-logout",
            "End the session",
            "With all tokens of this sign-in.",
            NOTHING,
            parameters=(query("accessToken", "The token itself, as storefronts send it."),),
        ),
        f"GET {_ME}": Endpoint(
            "GET-customer-retrieve-me",
            "Who am I?",
            "",
            {200: Answer("The customer's entry.", ref("Me"))},
            parameters=(query("expand", "`addresses` adds them; `mixin:*` is always there."),),
        ),
        f"GET {_ME}/addresses": Endpoint(
            "GET-customer-list-addresses", "My addresses", "", {200: Answer("A bare list.", many(ref("KeptAddress")))}
        ),
        f"POST {_ME}/addresses": Endpoint(
            "POST-customer-add-address",
            "Keep an address",
            "The first one is the default.",
            {201: Answer("Kept.", ref("Id"))},
            body=ref("AddressWanted"),
            errors={409: "This request is being carried out already."},
            named=True,
        ),
        f"GET {_ME}/addresses/{{addressId}}": Endpoint(
            "GET-customer-retrieve-address", "One of my addresses", "", _ADDRESS
        ),
        f"PUT {_ME}/addresses/{{addressId}}": Endpoint(
            "PUT-customer-update-address",
            "Change one of my addresses",
            "What is left out stays.",
            _ADDRESS,
            body=ref("AddressWanted"),
            errors={409: "Another version was seen."},
        ),
        f"PATCH {_ME}/addresses/{{addressId}}": Endpoint(
            "PATCH-customer-update-address",
            "Change one of my addresses",
            "As PUT.",
            _ADDRESS,
            body=ref("AddressWanted"),
            errors={409: "Another version was seen."},
        ),
        f"DELETE {_ME}/addresses/{{addressId}}": Endpoint(
            "DELETE-customer-remove-address", "Forget one of my addresses", "Carts and orders have copies.", NOTHING
        ),
    },
)

# The library's own view: what it takes and gives is not in any view of ours.
SERVICE_TOKEN: dict[str, Any] = {
    "operationId": "POST-oauth-get-service-access-token",
    "summary": "A token for a program",
    "description": "The client credentials of an API client. Its id says which tenant it is of.",
    "tags": [SESSIONS.name],
    "security": [],
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": obj(
                    {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "client_id?": said(TEXT, "Or in the header, as HTTP Basic."),
                        "client_secret?": TEXT,
                        "scope?": said(TEXT, "Separated by spaces; all that the client has where it is missing."),
                    },
                    example={
                        "grant_type": "client_credentials",
                        "client_id": "b1946ac92492d2347c6235b4d2611184",
                        "client_secret": "shown once, when the client is made",
                    },
                    is_open=True,
                )
            }
        },
    },
    "responses": {
        "200": {
            "description": "The token.",
            "content": {"application/json": {"schema": ref("ServiceToken")}},
        },
        "400": {
            "description": "Another grant, or a scope that the client does not have.",
            "content": {"application/json": {"schema": ref("OAuthError")}},
        },
        "401": {
            "description": "There is no such client, or the secret is another one.",
            "content": {"application/json": {"schema": ref("OAuthError")}},
        },
        "405": {
            "description": "It is POST.",
            "content": {"application/json": {"schema": ref("CodeError")}},
        },
        "429": {
            "description": "Too many requests from one network address.",
            "headers": RETRY_AFTER,
            "content": {"application/json": {"schema": ref("CodeError")}},
        },
    },
}
