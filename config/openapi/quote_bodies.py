"""What quotes and their parts look like, in words."""

from __future__ import annotations

from typing import Any

from config.openapi.shared import TIMES_EXAMPLE
from config.openapi.words import (
    ANYTHING,
    CURRENCY,
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
    maybe,
    obj,
    one_of,
    ref,
    said,
)

STATUS = one_of(
    "CREATING", "AWAITING", "OPEN", "IN_PROGRESS", "ACCEPTED", "DECLINED", "DECLINED_BY_MERCHANT", "EXPIRED"
)
REASON_TYPE = one_of("CHANGE", "DECLINE")
_KEY = "084bcaf566b84ddd948965c5f6449e94"
_CART = "5766060279e346179e349c2d59eb3f1e"
_LINE = "0972ef399a4a4867b3c1f8c00f66ee0a"
_PRODUCT = "7d0f8cb4e2cf41ea94371f7b4a6d88dd"
_LISTING = "3c72cfd1f03348f4950192b00f82ff0a"
_OFFICE = "b3f1c5d7a9e04c1f8d2b6a4e7c9f0d1e"
_COMPANY = "7351ad921d984c4bb12077c4793a2de3"
_REASON: dict[str, Any] = {
    "id": "decline-price-too-high",
    "type": "DECLINE",
    "code": "PRICE_TOO_HIGH",
    "message": {"en": "The price is too high", "de": "Der Preis ist zu hoch"},
}
_ADDRESS = {
    "id": _OFFICE,
    "name": "Northwind GmbH headquarters",
    "addressLine1": "Hafenstrasse 12",
    "addressLine2": "",
    "city": "Hamburg",
    "postcode": "20457",
    "state": "",
    "countryCode": "DE",
}
_ITEM: dict[str, Any] = {
    "id": _LINE,
    "quantity": {"quantity": 9, "unitCode": "piece"},
    "price": {
        "type": "INTERNAL",
        "priceId": _LISTING,
        "currency": "EUR",
        "unitPrice": 500,
        "newUnitPrice": 400,
        "discount": 20,
        "totalNetValue": 3600,
        "tax": {"taxClass": "STANDARD", "taxRate": 19, "prices": {"netValue": 3600, "grossValue": 4284}},
    },
    "product": {
        "type": "INTERNAL",
        "productId": _PRODUCT,
        "name": {"en": "Standing desk"},
        "taxClasses": {"DE": "STANDARD"},
    },
}
QUOTE_EXAMPLE: dict[str, Any] = {
    "id": _KEY,
    "number": "Q1001",
    "businessModel": "B2B",
    "customer": {
        "customerId": "C-rita",
        "firstName": "Rita",
        "lastName": "Okafor",
        "contactEmail": "rita@northwind.example",
    },
    "employee": {"employeeId": "employee-18", "firstName": "Sam", "lastName": "Reed"},
    "cartId": _CART,
    "company": {"name": "Northwind GmbH"},
    "legalEntityId": _COMPANY,
    "siteCode": "main",
    "currency": "EUR",
    "status": {"value": "OPEN", "comment": "As discussed."},
    "validTo": "2026-12-01T12:00:00.000Z",
    "totalPrice": {"currency": "EUR", "netValue": 3610, "grossValue": 4295.9, "taxValue": 685.9},
    "subtotalPrice": {"currency": "EUR", "netValue": 3600, "grossValue": 4284, "taxValue": 684},
    "taxAggregate": {"lines": [{"name": "STANDARD", "amount": 685.9, "rate": 19, "taxable": 3610}]},
    "shipping": {
        "value": 10,
        "grossValue": 11.9,
        "methodId": "4-more_hours_timeframe",
        "zoneId": "deliveryarea",
        "methodName": {"en": "Delivery in a four-hour window"},
        "shippingTaxCode": "STANDARD",
    },
    "shippingCost": {"value": 10, "currency": "EUR"},
    "comment": {"employeeComment": "Ten percent more from twenty desks on."},
    "customerReference": "PO 7",
    "billingAddress": _ADDRESS,
    "shippingAddress": _ADDRESS,
    "items": [_ITEM],
    "contentHash": "c4b3c7429432ddb62684203e13de40a30a6b7847dac4a96a7d1cd961b5c45fd6",
    "metadata": TIMES_EXAMPLE,
}
FROM_CART_EXAMPLE: dict[str, Any] = {
    "cartId": _CART,
    "shippingAddressId": _OFFICE,
    "billingAddressId": _OFFICE,
    "shipping": {"value": 10, "methodId": "4-more_hours_timeframe", "zoneId": "deliveryarea"},
    "customerReference": "PO 7",
    "customerComment": "Is there a discount for nine?",
}
MADE_EXAMPLE: dict[str, Any] = {
    "customerId": "C-rita",
    "siteCode": "main",
    "currency": "EUR",
    "billingAddressId": _OFFICE,
    "shippingAddressId": _OFFICE,
    "validTo": "2026-12-01T12:00:00.000Z",
    "shipping": FROM_CART_EXAMPLE["shipping"],
    "items": [
        {
            "quantity": {"quantity": 9, "unitCode": "piece"},
            "price": {
                "priceId": _LISTING,
                "unitPrice": 500,
                "totalNetValue": 3600,
                "tax": {"taxClass": "STANDARD", "taxRate": 19},
            },
            "product": {"productId": _PRODUCT},
        }
    ],
}
HISTORY_EXAMPLE: list[dict[str, Any]] = [
    {
        "id": f"{_KEY}-2-1",
        "op": "REPLACE",
        "path": "/status",
        "previousValue": {"value": "AWAITING"},
        "newValue": {"value": "OPEN", "comment": "As discussed."},
        "userId": "employee-18",
        "userFirstName": "Sam",
        "userLastName": "Reed",
        "userType": "EMPLOYEE",
        "modifiedAt": "2026-11-21T13:37:49.851Z",
    }
]

_MIXINS: dict[str, Schema] = {"mixins?": FREE, "metadata?": obj({"mixins?": FREE})}
_METADATA = obj({"version": WHOLE, "createdAt": INSTANT, "modifiedAt": INSTANT, "mixins?": FREE})
_UNIT_PRICE = said(NUMBER, "Net, per unit, before anything was agreed.")
_STATUS_FIELDS: dict[str, Schema] = {"id": TEXT, "type": REASON_TYPE, "code": TEXT, "message": LOCALIZED}
_SHIPPING_WANTED = maybe(
    given(
        {
            "methodId?": TEXT,
            "zoneId?": TEXT,
            "value?": said(NUMBER, "What it costs net, where an employee says so; else it costs what it costs."),
            "shippingTaxCode?": said(TEXT, "The method's own holds."),
        }
    )
)
_PRICE_WANTED = given(
    {
        "priceId?": said(TEXT, "The offer; without it that of the product."),
        "totalNetValue?": said(NUMBER, "What the whole quantity costs net; it holds, whatever it comes to per unit."),
        "unitPrice?": said(NUMBER, "Without a total: what one costs, net or gross as the offer is."),
        "tax?": said(ANYTHING, "The product's own holds."),
    }
)

SCHEMAS: dict[str, Schema] = {
    "QuoteFromCart": given(
        {
            "cartId": TEXT,
            "shippingAddressId?": said(TEXT, "A location of the company, of a private customer an own address."),
            "billingAddressId?": TEXT,
            "shipping?": _SHIPPING_WANTED,
            "customerReference?": TEXT,
            "customerComment?": TEXT,
            "employeeId?": said(TEXT, "Left alone: the seller's sales see who prices it."),
            "id?": said(TEXT, "An id of the client's own."),
        },
        "For customers. Addresses that are not named are those of the cart.",
        example=FROM_CART_EXAMPLE,
    ),
    "QuoteForCustomer": given(
        {
            "customerId?": TEXT,
            "customerEmail?": said(TEXT, "In place of the id."),
            "legalEntityId?": said(TEXT, "Ours: the company of a customer who is in several."),
            "siteCode": TEXT,
            "currency": CURRENCY,
            "billingAddressId": TEXT,
            "shippingAddressId": TEXT,
            "companyName?": TEXT,
            "validTo?": maybe(TEXT),
            "shipping?": _SHIPPING_WANTED,
            "items?": maybe(many(ref("QuoteItemWanted"))),
            "employeeId?": said(TEXT, "Left alone: it is whoever makes it."),
            "id?": said(TEXT, "An id of the client's own."),
            **_MIXINS,
        },
        "For employees. With items it is opened at once, without it is a draft.",
        example=MADE_EXAMPLE,
    ),
    "QuoteItemWanted": given(
        {
            "itemId?": said(TEXT, "An id of the client's own."),
            "quantity": {"anyOf": [given({"quantity": NUMBER, "unitCode?": TEXT}), NUMBER]},
            "price?": maybe(_PRICE_WANTED),
            "product?": maybe(given({"productId?": TEXT})),
            **_MIXINS,
        },
        "The offer by its `priceId`, or the product by its `productId`. Prices and products from elsewhere "
        "(`type: EXTERNAL`) are answered 403.",
        example=MADE_EXAMPLE["items"][0],
    ),
    "QuoteOperation": given(
        {"op": said(TEXT, "`add`, `remove` or `replace`, in either case."), "path": TEXT, "value?": ANYTHING},
        example={"op": "REPLACE", "path": "/status", "value": {"value": "ACCEPTED"}},
    ),
    "Quote": obj(
        {
            "id": TEXT,
            "number": said(TEXT, "What people call it."),
            "businessModel": one_of("B2B", "B2C"),
            "customer": obj({"customerId": TEXT, "firstName": TEXT, "lastName": TEXT, "contactEmail": TEXT}),
            "employee": said(
                obj({"employeeId?": TEXT, "firstName?": TEXT, "lastName?": TEXT}), "Empty while nobody prices it."
            ),
            "cartId?": TEXT,
            "company": obj({"name?": TEXT}),
            "legalEntityId?": TEXT,
            "siteCode": TEXT,
            "orderId?": said(TEXT, "The (first) order that came of it."),
            "orderIds?": many(TEXT, minItems=1),
            "currency": TEXT,
            "status": obj(
                {
                    "value": said(STATUS, "One whose time is over reads EXPIRED at once."),
                    "comment?": TEXT,
                    "quoteReason?": obj(_STATUS_FIELDS),
                }
            ),
            "validTo?": INSTANT,
            "totalPrice": ref("Sum"),
            "subtotalPrice": said(ref("Sum"), "Its `grossValue` is what the company's limit is compared with."),
            "taxAggregate": obj(
                {"lines": many(obj({"name": TEXT, "amount": NUMBER, "taxable": NUMBER, "rate?": NUMBER}))},
                "Shipping among it.",
            ),
            "shipping": obj(
                {
                    "value?": said(NUMBER, "Net."),
                    "grossValue?": NUMBER,
                    "methodId?": TEXT,
                    "zoneId?": TEXT,
                    "methodName?": TEXTS,
                    "shippingTaxCode?": TEXT,
                },
                "Empty without shipping.",
            ),
            "shippingCost?": obj({"value": NUMBER, "currency": TEXT}, "The net cost once more, for older storefronts."),
            "comment": obj({"employeeComment?": TEXT}),
            "customerReference?": TEXT,
            "customerComment?": TEXT,
            "restriction?": TEXT,
            "billingAddress": ref("QuoteAddress"),
            "shippingAddress": ref("QuoteAddress"),
            "items": many(ref("QuoteItem")),
            "contentHash": said(TEXT, "Digest of what would be ordered; see `expectedContentHash`."),
            "mixins?": FREE,
            "metadata": _METADATA,
        },
        example=QUOTE_EXAMPLE,
    ),
    "QuoteAddress": obj(dict.fromkeys(_ADDRESS, TEXT), "Empty texts where nothing is known.", example=_ADDRESS),
    "QuoteItem": obj(
        {
            "id": TEXT,
            "quantity": obj({"quantity": NUMBER, "unitCode": TEXT}),
            "price": obj(
                {
                    "type": one_of("INTERNAL"),
                    "priceId": TEXT,
                    "currency": TEXT,
                    "unitPrice": _UNIT_PRICE,
                    "newUnitPrice": said(NUMBER, "`totalNetValue` divided by the quantity."),
                    "discount": said(NUMBER, "By how many percent the new price is lower."),
                    "totalNetValue": NUMBER,
                    "tax": obj(
                        {
                            "taxClass": TEXT,
                            "taxRate": NUMBER,
                            "prices": obj({"netValue": NUMBER, "grossValue": NUMBER}),
                        }
                    ),
                }
            ),
            "product": obj(
                {"type": one_of("INTERNAL"), "productId": TEXT, "name": TEXTS, "taxClasses": TEXTS, **_MIXINS}
            ),
            **_MIXINS,
        },
        example=_ITEM,
    ),
    "QuoteChange": obj(
        {
            "id": TEXT,
            "op": one_of("CREATE", "ADD", "REMOVE", "REPLACE"),
            "path": TEXT,
            "newValue?": said(ANYTHING, "A text; of a status an object."),
            "previousValue?": ANYTHING,
            "userId": said(TEXT, "A customer number, `employee-…`, or the id of an API client."),
            "userFirstName?": TEXT,
            "userLastName?": TEXT,
            "userType": one_of("EMPLOYEE", "CUSTOMER", "SYSTEM"),
            "modifiedAt": INSTANT,
        },
        example=HISTORY_EXAMPLE[0],
    ),
    "QuoteReason": obj(
        {**_STATUS_FIELDS, "metadata": obj({"version": WHOLE})},
        example={**_REASON, "metadata": {"version": 1}},
    ),
    "QuoteReasonWanted": given(
        {
            "type": said(TEXT, "`CHANGE` or `DECLINE`, in either case."),
            "code": TEXT,
            "message": TEXTS,
            "id?": said(TEXT, "An id of the client's own."),
        },
        example={name: value for name, value in _REASON.items() if name != "id"},
    ),
    "QuoteReasonChanged": given(
        {
            "type": TEXT,
            "code": TEXT,
            "message": TEXTS,
            "metadata": given({"version": said(WHOLE, "The version that was seen.")}),
        },
        example={**_REASON, "metadata": {"version": 1}},
    ),
}
