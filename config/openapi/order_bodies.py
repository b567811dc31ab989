"""How orders look: their schemas, with an order as an example."""

from __future__ import annotations

from typing import Any

from config.openapi.plan_bodies import SCHEMAS as PLAN_SCHEMAS
from config.openapi.shared import ADDRESS_EXAMPLE, ADDRESS_FIELDS, METADATA, TIMES_EXAMPLE, VALUES_EXAMPLE
from config.openapi.words import (
    ANYTHING,
    COUNTRY,
    FLAG,
    FREE,
    INSTANT,
    LOCALIZED,
    NUMBER,
    TEXT,
    TEXTS,
    WHOLE,
    Schema,
    given,
    many,
    obj,
    one_of,
    ref,
    said,
)
from orders.review_warnings import WarningCode

API_STATUS = one_of("IN_CHECKOUT", "CREATED", "CONFIRMED", "SHIPPED", "COMPLETED", "DECLINED")
OWN_STATUS = one_of("to_be_approved", "pending", "provisioning", "completed", "failed", "rejected", "cancelled")
OPERATION = one_of("approve", "reject", "withdraw", "start", "complete", "fail", "retry", "cancel")
KIND = one_of("purchase", "trial", "modification", "renewal", "termination")
_TAXED = {**VALUES_EXAMPLE, "taxCode": "STANDARD", "taxRate": 19}
ORDER_EXAMPLE: dict[str, Any] = {
    "id": "CS1001",
    "status": "IN_CHECKOUT",
    "reviewStatus": "to_be_approved",
    "kind": "purchase",
    "created": "2026-11-21T13:37:55.545Z",
    "lastStatusChange": "2026-11-21T13:37:55.545Z",
    "cartId": "5766060279e346179e349c2d59eb3f1e",
    "checkoutId": "1",
    "siteCode": "main",
    "currency": "EUR",
    "countryCode": "DE",
    "customer": {
        "id": "C-rita",
        "name": "Rita Okafor",
        "firstName": "Rita",
        "lastName": "Okafor",
        "email": "rita@northwind.example",
        "company": "Northwind GmbH",
    },
    "legalEntityId": "7351ad921d984c4bb12077c4793a2de3",
    "placedBy": "Ana Diaz",
    "onBehalf": False,
    "approvalId": "6ba91a4c3f3447b8b4f791f26dae61d9",
    "review": {"status": "PENDING"},
    "entries": [
        {
            "id": "1",
            "itemYrn": "urn:yaas:hybris:product:product:acme;7d0f8cb4e2cf41ea94371f7b4a6d88dd",
            "amount": 2,
            "orderedAmount": 2,
            "originalPrice": 500,
            "unitPrice": 500,
            "totalPrice": 1000,
            "product": {
                "id": "7d0f8cb4e2cf41ea94371f7b4a6d88dd",
                "sku": "SERVER-01",
                "code": "SERVER-01",
                "name": "Server management",
                "localizedName": {"en": "Server management"},
                "unit": "piece",
            },
            "price": {
                "priceId": "3c72cfd1f03348f4950192b00f82ff0a",
                "currency": "EUR",
                "originalAmount": 500,
                "effectiveAmount": 500,
                "includesTax": False,
            },
            "calculatedPrice": {"price": _TAXED, "finalPrice": _TAXED},
            "delivery": {"kind": "manual", "state": "waiting"},
        }
    ],
    "shippingAddress": ADDRESS_EXAMPLE,
    "billingAddress": ADDRESS_EXAMPLE,
    "payments": [
        {
            "status": "PENDING",
            "provider": "payment-gateway",
            "method": "invoice",
            "currency": "EUR",
            "paidAmount": 1201.9,
        }
    ],
    "shipping": {
        "total": {"amount": 11.9, "currency": "EUR"},
        "lines": [
            {
                "amount": 10,
                "currency": "EUR",
                "code": "4-more_hours_timeframe",
                "name": "4-more_hours_timeframe",
                "zoneId": "deliveryarea",
                "tax": {"total": {"amount": 1.9, "currency": "EUR", "inclusive": False}},
            }
        ],
    },
    "tax": {"lines": [], "total": {"amount": 191.9, "currency": "EUR", "inclusive": False}},
    "subTotalPrice": 1190,
    "totalPrice": 1201.9,
    "calculatedPrice": {
        "price": VALUES_EXAMPLE,
        "totalShipping": {"netValue": 10, "grossValue": 11.9, "taxValue": 1.9},
        "finalPrice": {"netValue": 1010, "grossValue": 1201.9, "taxValue": 191.9},
    },
    "discounts": [],
    "orderIds": ["CS1001"],
    "availableOperations": ["withdraw"],
    "mixins": {},
    "metadata": TIMES_EXAMPLE,
}

_TAX_TOTAL = obj({"amount": NUMBER, "currency": TEXT, "inclusive": FLAG})
_ADDRESS = obj({f"{name}?": each for name, each in ADDRESS_FIELDS.items()})

SCHEMAS: dict[str, Schema] = {
    **PLAN_SCHEMAS,
    "OrderEntry": obj(
        {
            "id": said(TEXT, "The number of the line."),
            "itemYrn": TEXT,
            "amount": said(NUMBER, "How much of it."),
            "orderedAmount": NUMBER,
            "originalPrice?": NUMBER,
            "unitPrice?": said(NUMBER, "Net or gross, as `price.includesTax` says."),
            "totalPrice?": said(NUMBER, "Net or gross as the unit price."),
            "product": obj(
                {"id": TEXT, "sku": TEXT, "code": TEXT, "name": LOCALIZED, "localizedName": TEXTS, "unit": TEXT}
            ),
            "price?": obj(
                {
                    "priceId": TEXT,
                    "currency": TEXT,
                    "originalAmount": NUMBER,
                    "effectiveAmount": NUMBER,
                    "includesTax": FLAG,
                }
            ),
            "calculatedPrice?": obj({"price": ref("Values"), "finalPrice": ref("Values")}),
            "plan?": said(ref("Plan"), "Of a subscription that begins, or what it is changed to."),
            "subscriptionId?": said(TEXT, "The subscription that begins with this entry."),
            "changedFrom?": said(ref("FormerTerms"), "Of a modification: what the subscription was before."),
            "delivery": obj(
                {
                    "kind": one_of("manual", "webhook", "instant"),
                    "state": one_of("waiting", "open", "completed", "failed", "cancelled"),
                    "instructions?": TEXT,
                    "links?": many(obj({"label": TEXT, "url": TEXT})),
                    "deliveredAt?": INSTANT,
                }
            ),
        }
    ),
    "Delivery": obj(
        {
            "id": said(TEXT, "The order and the number of the entry."),
            "orderId": TEXT,
            "entryId": TEXT,
            "kind": one_of("manual", "webhook", "instant"),
            "state": one_of("waiting", "open", "completed", "failed", "cancelled"),
            "orderStatus": said(OWN_STATUS, "The `reviewStatus` of its order."),
            "product": obj({"id": TEXT, "sku": TEXT, "name": LOCALIZED}),
            "plan?": said(TEXT, "The code of the plan, of a subscription."),
            "quantity": NUMBER,
            "subscriptionId?": TEXT,
            "instructions?": said(TEXT, "What its customer was told."),
            "links?": many(obj({"label": TEXT, "url": TEXT})),
            "deliveredAt?": INSTANT,
        },
        "What has to be delivered of one entry of an order.",
        example={
            "id": "CS1001-1",
            "orderId": "CS1001",
            "entryId": "1",
            "kind": "webhook",
            "state": "open",
            "orderStatus": "pending",
            "product": {"id": "7d0f8cb4e2cf41ea94371f7b4a6d88dd", "sku": "VDI-01", "name": "Virtual desktop"},
            "plan": "standard",
            "quantity": 5,
            "subscriptionId": "S1001",
        },
    ),
    "Order": obj(
        {
            "id": TEXT,
            "status": API_STATUS,
            "reviewStatus": said(OWN_STATUS, "Where it stands in the words of review and delivery."),
            "kind": said(KIND, "A modification costs what a period costs more than before."),
            "subscriptionId?": said(TEXT, "The subscription that it changes, renews or ends."),
            "created": INSTANT,
            "lastStatusChange": INSTANT,
            "cartId?": TEXT,
            "quoteId?": said(TEXT, "The quote that was accepted."),
            "checkoutId?": TEXT,
            "siteCode": TEXT,
            "currency": TEXT,
            "countryCode": COUNTRY,
            "customer": obj(
                {"id": TEXT, "name": TEXT, "firstName": TEXT, "lastName": TEXT, "email": TEXT, "company": TEXT}
            ),
            "legalEntityId?": TEXT,
            "placedBy": said(TEXT, "Who ordered it: the customer, the approver for them, or the seller's sales."),
            "onBehalf": said(FLAG, "The seller's sales placed it for the customer."),
            "askedBy?": said(TEXT, "Who of the seller's sales sent it for approval in the customer's name."),
            "approvalId?": TEXT,
            "review?": obj(
                {
                    "status": one_of("PENDING", "APPROVED", "DECLINED", "CLOSED"),
                    "decidedBy?": TEXT,
                    "decidedAt?": INSTANT,
                },
                "Who decided on it, and when.",
            ),
            "statusReason?": said(TEXT, "Why it was rejected, cancelled or failed."),
            "internalNote?": said(TEXT, "The seller's own; never shown to customers."),
            "entries": many(ref("OrderEntry")),
            "shippingAddress?": _ADDRESS,
            "billingAddress?": _ADDRESS,
            "payments?": many(
                obj({"status": TEXT, "provider": TEXT, "method": TEXT, "currency": TEXT, "paidAmount": NUMBER})
            ),
            "shipping?": obj(
                {
                    "total": ref("Price"),
                    "lines": many(
                        obj(
                            {
                                "amount": said(NUMBER, "Net."),
                                "currency": TEXT,
                                "code": TEXT,
                                "name": TEXT,
                                "zoneId": TEXT,
                                "tax": obj({"total": _TAX_TOTAL}),
                            }
                        )
                    ),
                }
            ),
            "tax?": obj(
                {
                    "lines": many(
                        obj(
                            {
                                "code": TEXT,
                                "name": TEXT,
                                "rate?": NUMBER,
                                "amount": NUMBER,
                                "currency": TEXT,
                                "sequenceId": WHOLE,
                                "inclusive": FLAG,
                            }
                        )
                    ),
                    "total": _TAX_TOTAL,
                }
            ),
            "subTotalPrice?": said(NUMBER, "Gross, without shipping."),
            "totalPrice?": said(NUMBER, "Gross, with shipping."),
            "calculatedPrice?": obj(
                {"price": ref("Values"), "totalShipping": ref("Values"), "finalPrice": ref("Values")}
            ),
            "discounts?": many(ANYTHING, maxItems=0),
            "deliveryWindow?": FREE,
            "orderIds": said(many(TEXT), "The orders of the same checkout that the caller sees."),
            "warnings?": said(
                many(
                    obj(
                        {
                            "code": one_of(*(code.value for code in WarningCode)),
                            "message": TEXT,
                            "blocks": said(FLAG, "It cannot be approved as it is."),
                            "honourable": said(FLAG, "Unless with `honourAnyway` and a reason."),
                            "sku?": TEXT,
                        }
                    )
                ),
                "What has changed since a waiting order was placed; for its auditors, of one order.",
            ),
            "availableOperations": said(
                many(OPERATION), "What the caller may do with it now; `approve` perhaps with `honourAnyway` only."
            ),
            "mixins": FREE,
            "metadata": METADATA,
        },
        "Prices are plain numbers. The vendor of a resold order gets it without any: they are the reseller's.",
        example=ORDER_EXAMPLE,
    ),
    "ReviewsWanted": given(
        {
            "operation": one_of("approve", "reject"),
            "orderIds": many(TEXT, minItems=1, maxItems=100),
            "reason?": said(TEXT, "Needed to reject; all the customers read it."),
            "note?": said(TEXT, "Internal."),
        },
        example={"operation": "reject", "orderIds": ["CS1001", "CS1002"], "reason": "Sold out."},
        strict=True,
    ),
    "ReviewResult": obj(
        {
            "index": WHOLE,
            "id": TEXT,
            "status": said(WHOLE, "200, or the status of the refusal."),
            "reviewStatus?": OWN_STATUS,
            "errorMessage?": TEXT,
        },
        example={"index": 0, "id": "CS1001", "status": 200, "reviewStatus": "pending"},
    ),
    "Transition": given(
        {"status": API_STATUS, "comment?": TEXT}, example={"status": "DECLINED", "comment": "Ordered twice."}
    ),
    "TransitionOnly": given(
        {"status": API_STATUS, "comment?": TEXT}, example={"status": "COMPLETED", "comment": "Key: 1234"}, strict=True
    ),
}
