"""Which schemas belong to several services: errors, addresses, amounts, ids."""

from __future__ import annotations

from typing import Any

from companies.api.errors import FORBIDDEN, INVALID, UNFORESEEN, ApiError, Family, body_of
from companies.api.json import TooLarge
from companies.api.throttles import TOO_MANY
from config.openapi.words import (
    ANYTHING,
    FLAG,
    INSTANT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    given,
    many,
    maybe,
    obj,
    one_of,
    said,
)

METADATA: Schema = obj({"version": WHOLE, "createdAt": INSTANT, "modifiedAt": INSTANT})
SEEN_VERSION: Schema = given(
    {"version?": WHOLE}, "The version that was seen: another one now is answered 409.", strict=False
)
ADDRESS_FIELDS: dict[str, Schema] = {
    "contactName": TEXT,
    "companyName": TEXT,
    "street": TEXT,
    "streetNumber": TEXT,
    "streetAppendix": TEXT,
    "zipCode": TEXT,
    "city": TEXT,
    "country": TEXT,
    "state": TEXT,
    "contactPhone": TEXT,
}
ADDRESS_EXAMPLE: dict[str, Any] = {
    "contactName": "John Doe",
    "companyName": "Northwind GmbH",
    "street": "Fritz-Elsas-Straße",
    "streetNumber": "20",
    "zipCode": "70173",
    "city": "Stuttgart",
    "country": "DE",
    "contactPhone": "123456789",
}
HISTORY_EVENT: dict[str, Schema] = {
    "number": WHOLE,
    "kind": TEXT,
    "at": INSTANT,
    "by?": TEXT,
    "role?": TEXT,
    "onBehalfOf?": TEXT,
    "channel": TEXT,
    "fromStatus?": TEXT,
    "toStatus?": TEXT,
    "comment?": TEXT,
    "contentHash?": TEXT,
    "hash": said(TEXT, "This event chained to the one before."),
}
WINDOW_EXAMPLE = {"id": "window-morning", "slotId": "morning", "deliveryDate": "2026-12-01T08:00:00.000Z"}
VALUES_EXAMPLE = {"netValue": 1000, "grossValue": 1190, "taxValue": 190}

ADDRESS_TYPE = one_of("SHIPPING", "BILLING")
CHECKOUT_ADDRESS: dict[str, Schema] = {
    **{f"{name}?": each for name, each in ADDRESS_FIELDS.items()},
    "zipCode?": {"type": "string", "maxLength": 11},
    "country?": {"type": "string", "minLength": 2, "maxLength": 2},
}

_DETAIL = obj({"field?": TEXT, "type?": TEXT, "message?": TEXT, "moreInfo?": maybe(TEXT)})

SCHEMAS: dict[str, Schema] = {
    "Fault": obj(
        {"fault": obj({"faultstring": TEXT, "detail": obj({"errorcode": TEXT})})},
        "Every 401.",
        example={
            "fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}
        },
    ),
    "CoreError": obj(
        {"code": WHOLE, "status": TEXT, "message": TEXT, "errorCode?": TEXT, "details?": many(_DETAIL)},
        "Errors of the approval service.",
        example={
            "code": 400,
            "status": "Bad Request",
            "message": "Problem with validation",
            "errorCode": "APPROVAL-400001",
            "details": [{"message": "resourceType: cannot be null"}],
        },
    ),
    "CodeError": obj(
        {"code": WHOLE, "status": TEXT, "message": TEXT, "resourceId?": TEXT, "details?": many(TEXT)},
        "Errors of carts, quotes, companies, groups, products and prices.",
        example={"code": 404, "status": "Not Found", "message": "Cart with code X not found."},
    ),
    "YaasError": obj(
        {
            "status": WHOLE,
            "type": TEXT,
            "message": TEXT,
            "moreInfo": maybe(TEXT),
            "details": many(obj({"field?": TEXT, "type": TEXT, "message?": TEXT, "moreInfo?": maybe(TEXT)})),
        },
        "Errors of checkout and orders.",
        example={
            "status": 400,
            "type": "validation_violation",
            "message": INVALID,
            "moreInfo": "",
            "details": [{"field": "cartId", "type": "invalid", "message": "is missing"}],
        },
    ),
    "ConfigurationError": obj(
        {"status": WHOLE, "message": TEXT, "type": TEXT, "details": many(obj({"message": TEXT}))},
        "Errors of the configuration service.",
        example={
            "status": 404,
            "message": "Configuration not found",
            "type": "application/json",
            "details": [{"message": "There is no configuration called 'x'."}],
        },
    ),
    "CustomerError": obj(
        {"type": TEXT, "status": WHOLE, "message": TEXT, "details?": many(TEXT)},
        "Errors of the customer service.",
        example={"type": "bad_request", "status": 400, "message": "password: must have at least 6 characters."},
    ),
    "Id": obj({"id": TEXT}, "What was made.", example={"id": "5c02a4f19f6d4c7fb7a0e0a1d4b0c5d2"}),
    "HistoryEvent": obj(
        HISTORY_EVENT,
        "What happened, who did it and when.",
        example={
            "number": 2,
            "kind": "order.approved",
            "at": "2026-11-21T13:37:55.545Z",
            "by": "Victor Lang",
            "role": "auditor",
            "channel": "api",
            "fromStatus": "to_be_approved",
            "toStatus": "pending",
            "hash": "0f9a6a1e6a0b4c0c8e0e4f1d9b1f7d5a6c3b2e1f0a9d8c7b6a5f4e3d2c1b0a99",
        },
    ),
    "CheckoutAddress": given(
        {
            "type": ADDRESS_TYPE,
            **CHECKOUT_ADDRESS,
        },
        "An address to ship to or to bill to. Ordering needs contactName, street, zipCode, city and country.",
        example={"type": "SHIPPING", **ADDRESS_EXAMPLE},
    ),
    "ShippingChoice": given(
        {
            "methodId?": TEXT,
            "zoneId?": TEXT,
            "methodName?": ANYTHING,
            "amount?": NUMBER,
            "shippingTaxCode?": TEXT,
        },
        "How it is shipped. What it costs is for the marketplace to say: an amount is somebody's statement.",
        example={
            "methodId": "4-more_hours_timeframe",
            "zoneId": "deliveryarea",
            "methodName": "Delivery method name",
            "amount": 10,
            "shippingTaxCode": "STANDARD",
        },
    ),
    "PaymentMethod": given(
        {"provider": TEXT, "method?": TEXT, "amount?": NUMBER, "customAttributes?": {"type": "object"}},
        "How it is paid; `payment-gateway`, `custom`, `none` or a provider of the storefront's own.",
        example={"provider": "payment-gateway", "method": "invoice", "customAttributes": {"modeId": "9a33c7a5"}},
    ),
    "DeliveryWindow": given(
        {"id?": TEXT, "slotId?": TEXT, "deliveryDate?": TEXT},
        "When it is delivered. It is kept as it was sent, and first looked up when the cart is ordered.",
        example=WINDOW_EXAMPLE,
    ),
    "Values": obj(
        {"netValue": NUMBER, "grossValue": NUMBER, "taxValue": NUMBER, "taxCode?": TEXT, "taxRate?": NUMBER},
        "An amount without tax, with tax, and the tax.",
        example=VALUES_EXAMPLE,
    ),
    "Sum": obj(
        {"currency": TEXT, "netValue": NUMBER, "grossValue": NUMBER, "taxValue": NUMBER, "amount?": NUMBER},
        example={"currency": "EUR", **VALUES_EXAMPLE},
    ),
    "Price": obj({"amount": NUMBER, "currency": TEXT}, example={"amount": 1190, "currency": "EUR"}),
    "KeptAddress": obj(
        {"id": TEXT, **ADDRESS_FIELDS, "isDefault": FLAG, "tags": many(TEXT), "mixins": ANYTHING, "metadata": METADATA},
        "An address that a customer keeps.",
        example={
            "id": "a1",
            **ADDRESS_EXAMPLE,
            "streetAppendix": "",
            "state": "",
            "isDefault": True,
            "tags": [],
            "mixins": {},
            "metadata": {
                "version": 1,
                "createdAt": "2026-11-21T13:37:49.851Z",
                "modifiedAt": "2026-11-21T13:37:49.851Z",
            },
        },
    ),
}
TIMES_EXAMPLE = {"version": 1, "createdAt": "2026-11-21T13:37:49.851Z", "modifiedAt": "2026-11-21T13:37:49.851Z"}
# The bodies that the contract spells out, by family and status; a service may have its own.
FORBIDDEN_EXAMPLES: dict[str, Any] = {
    "CoreError": {"code": 403, "status": "Forbidden", "message": FORBIDDEN},
    "CodeError": {
        "code": 403,
        "status": "Forbidden",
        "message": "You need a scope for this action.",
        "details": ["Missing scope: customermanagement.legalentity_manage"],
    },
    "YaasError": {
        "status": 403,
        "type": "insufficient_permissions",
        "message": FORBIDDEN,
        "moreInfo": "",
        "details": [],
    },
    "ConfigurationError": {"status": 403, "message": FORBIDDEN, "type": "application/json", "details": []},
    "CustomerError": {"type": "Forbidden", "status": 403, "message": FORBIDDEN},
}
UNAUTHORIZED_EXAMPLES: dict[str, Any] = {
    "Invalid access token": {
        "fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}
    },
    "Access token expired": {
        "fault": {
            "faultstring": "Access Token expired",
            "detail": {"errorcode": "keymanagement.service.access_token_expired"},
        }
    },
}
# What every service says in the same words, with what it says of the part that is wrong.
_SAID: dict[int, tuple[str, tuple[Any, ...]]] = {
    400: (INVALID, ({"field": "name", "type": "invalid", "message": "is missing"},)),
    413: (TooLarge.default_detail, ()),
    415: ('Unsupported media type "text/plain" in request.', ()),
    429: (TOO_MANY, ()),
    500: (UNFORESEEN, ()),
}


def error_example(family: Family, status: int, text: str) -> dict[str, Any]:
    """A refusal as it reads in this family; `text` is its message where services have words of their own."""
    message, details = _SAID.get(status, (text, ()))
    return body_of(ApiError(status, message, details=details), family)
