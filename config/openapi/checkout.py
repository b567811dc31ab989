"""Checkout in words."""

from __future__ import annotations

from typing import Any

from config.openapi.shared import ADDRESS_EXAMPLE
from config.openapi.words import (
    CURRENCY,
    FLAG,
    FREE,
    TEXT,
    Answer,
    Endpoint,
    Schema,
    Service,
    given,
    header,
    many,
    maybe,
    obj,
    query,
    ref,
    said,
)

SAAS = header("saas-token", "From the customer's login.", required=True)

CHECKOUT_EXAMPLE: dict[str, Any] = {
    "cartId": "5766060279e346179e349c2d59eb3f1e",
    "paymentMethods": [
        {"provider": "payment-gateway", "method": "invoice", "customAttributes": {"modeId": "9a33c7a5"}}
    ],
    "currency": "EUR",
    "shipping": {
        "methodId": "4-more_hours_timeframe",
        "zoneId": "deliveryarea",
        "methodName": "Delivery method name",
        "amount": 10,
        "shippingTaxCode": "STANDARD",
    },
    "deliveryWindowId": "window-morning",
    "addresses": [{"type": "SHIPPING", **ADDRESS_EXAMPLE}, {"type": "BILLING", **ADDRESS_EXAMPLE}],
    "customer": {
        "id": "C-rita",
        "email": "rita@northwind.example",
        "firstName": "Rita",
        "lastName": "Okafor",
        "company": "Northwind GmbH",
    },
}
_INDEX = "unique_checkout_cartId_index"

SCHEMAS: dict[str, Schema] = {
    "CheckoutWanted": given(
        {
            "cartId?": TEXT,
            "quoteId?": said(TEXT, "In place of a cart."),
            "customer?": maybe(
                given(
                    {
                        "email?": said(TEXT, "Needed of a customer who orders the own cart."),
                        "id?": said(TEXT, "The customer whose cart it is; the token's where it is missing."),
                        "guest?": said(FLAG, "Guests cannot order."),
                        "firstName?": TEXT,
                        "lastName?": TEXT,
                    }
                )
            ),
            "shipping?": maybe(ref("ShippingChoice")),
            "addresses?": said(maybe(many(ref("CheckoutAddress"))), "One to ship to and one to bill to."),
            "paymentMethods?": said(maybe(many(ref("PaymentMethod"), minItems=1, maxItems=1)), "Exactly one."),
            "currency?": CURRENCY,
            "legalEntityId?": said(TEXT, "The company of the token; another one is answered 403."),
            "deliveryWindow?": maybe(ref("DeliveryWindow")),
            "deliveryWindowId?": TEXT,
            "expectedContentHash?": said(TEXT, "Of a quote: the offer that was seen; another one now is 409."),
        },
        "What an approval has fixed already may be left out by whoever orders on it.",
        example=CHECKOUT_EXAMPLE,
    ),
    "Placed": obj(
        {
            "orderId": TEXT,
            "paymentDetails": maybe(FREE),
            "checkoutId": maybe(TEXT),
            "orderIds": said(many(TEXT, minItems=1), "One order for each who delivers or reviews."),
        },
        "What came of a checkout; the first order is the `orderId`.",
        example={
            "orderId": "CS1001",
            "paymentDetails": None,
            "checkoutId": "1",
            "orderIds": ["CS1001", "CS1002"],
        },
    ),
}

CHECKOUT = Service(
    "Checkout",
    "A cart or a quote becomes orders, once.",
    SCHEMAS,
    {
        "POST /checkout/{tenant}/checkouts/order": Endpoint(
            "POST-checkout-trigger-checkout",
            "Order a cart or a quote",
            "Whoever may order freely does. The approver of a waiting request says yes by ordering; after the yes both "
            "sides may order. The order is always the requestor's. Prices, shipping cost and what is to be paid come "
            "from the server.\n\nA quote (`quoteId`) is ordered as it was offered and says itself where it goes: only "
            "payment and delivery window are read. Where accepting it has ordered it already, the first checkout says "
            "how that is paid.",
            {200: Answer("Ordered.", ref("Placed"))},
            body=ref("CheckoutWanted"),
            parameters=(SAAS, query("siteCode", "The marketplace of the cart.")),
            errors={
                404: "There is no such cart or quote.",
                409: "It was ordered before, the delivery window is unknown or full, or it differs from the approval.",
            },
            examples={
                403: {
                    "An approval is needed": {
                        "status": 403,
                        "type": "insufficient_permissions",
                        "message": "This order needs approval by Ana Diaz or Tom Weber.",
                        "moreInfo": "",
                        "details": [
                            {
                                "type": "approval_required",
                                "message": "Requesters need approval for every order.",
                                "moreInfo": "/approval/acme/approval/preview",
                            }
                        ],
                    }
                },
                409: {
                    "Ordered before": {
                        "status": 409,
                        "type": "Conflict",
                        "message": "Order with cartId 'X' and checkout=true already exists (order id: CS1001)",
                        "moreInfo": None,
                        "details": [
                            {"field": "cartId", "type": _INDEX, "message": "X"},
                            {"field": "existingOrderId", "type": _INDEX, "message": "CS1001"},
                        ],
                    }
                },
            },
            named=True,
        ),
    },
)
