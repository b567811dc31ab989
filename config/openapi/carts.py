"""The cart service in words."""

from __future__ import annotations

from typing import Any

from config.openapi.plan_bodies import PLANNED, TRIED
from config.openapi.shared import METADATA, SEEN_VERSION, TIMES_EXAMPLE, VALUES_EXAMPLE
from config.openapi.words import (
    COUNTRY,
    CURRENCY,
    FLAG,
    FREE,
    INSTANT,
    LOCALIZED,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    WHOLE,
    Answer,
    Endpoint,
    Schema,
    Service,
    given,
    header,
    many,
    maybe,
    obj,
    one_of,
    query,
    ref,
    said,
)

CART_STATUS = one_of("OPEN", "HELD", "SAVED", "CLOSED")
IF_MATCH = header("If-Match", "The version of the cart that was seen; another one now is answered 409.")
PARTIAL = query("partial", "True: what is left out stays as it is.", FLAG)
_CART = "/cart/{tenant}/carts/{cartId}"
_TAX = {"taxCode": "STANDARD", "taxRate": 19}
_PRODUCT = "urn:yaas:hybris:product:product:acme;7d0f8cb4e2cf41ea94371f7b4a6d88dd"
_EACH = {"netValue": 500, "grossValue": 595, "taxValue": 95}
_PRICE_EXAMPLE = {
    "priceId": "3c72cfd1f03348f4950192b00f82ff0a",
    "originalAmount": 500,
    "effectiveAmount": 500,
    "currency": "EUR",
}
ITEM_EXAMPLE: dict[str, Any] = {
    "id": "bd585bb7bb414933918e99a925212c65",
    "itemYrn": _PRODUCT,
    "type": "INTERNAL",
    "keepAsSeparateLineItem": False,
    "quantity": 2,
    "effectiveQuantity": 2,
    "product": {
        "id": "7d0f8cb4e2cf41ea94371f7b4a6d88dd",
        "yrn": _PRODUCT,
        "sku": "DESK-01",
        "code": "DESK-01",
        "name": "Standing desk",
        "localizedName": {"en": "Standing desk"},
    },
    "price": _PRICE_EXAMPLE,
    "unitPrice": {**_EACH, **_TAX},
    "itemPrice": {"amount": 1000, "currency": "EUR"},
    "itemTaxInfo": [
        {
            "name": "STANDARD",
            "rate": 19,
            "value": {"amount": 190, "currency": "EUR"},
            "netValue": 1000,
            "grossValue": 1190,
        }
    ],
    "calculatedPrice": {"price": {**VALUES_EXAMPLE, **_TAX}, "finalPrice": {**VALUES_EXAMPLE, **_TAX}},
}
CART_EXAMPLE: dict[str, Any] = {
    "id": "5766060279e346179e349c2d59eb3f1e",
    "yrn": "urn:yaas:saasag:caascart:cart:acme;5766060279e346179e349c2d59eb3f1e",
    "customerId": "C-rita",
    "legalEntityId": "7351ad921d984c4bb12077c4793a2de3",
    "siteCode": "main",
    "currency": "EUR",
    "type": "shopping",
    "status": "OPEN",
    "countryCode": "DE",
    "items": [ITEM_EXAMPLE],
    "totalUnitsCount": 2,
    "subTotalPrice": {"amount": 1190, "currency": "EUR"},
    "totalPrice": {"amount": 1190, "currency": "EUR"},
    "totalTax": {"amount": 190, "currency": "EUR"},
    "taxAggregate": {"lines": [{"name": "STANDARD", "amount": 190, "rate": 19, "taxable": 1000}]},
    "subtotalAggregate": {"currency": "EUR", **VALUES_EXAMPLE},
    "calculatedPrice": {"price": {**VALUES_EXAMPLE, **_TAX}, "finalPrice": {**VALUES_EXAMPLE, **_TAX}},
    "metadata": {**TIMES_EXAMPLE, "calculatedAt": "2026-11-21T13:37:55.072Z"},
}
_NEW_ITEM: dict[str, Schema] = {
    "itemYrn?": said(TEXT, "The product, by its YRN."),
    "quantity": said(NUMBER, "Above zero."),
    "price": ref("StatedPrice"),
    "id?": TEXT,
    "keepAsSeparateLineItem?": said(FLAG, "True: more of the same product makes a line of its own."),
    "product?": FREE,
    "taxCode?": TEXT,
    "mixins?": FREE,
    "metadata?": FREE,
}
_FIELDS: dict[str, Schema] = {
    "type?": TEXT,
    "legalEntityId?": said(TEXT, "The company of the token; another one is answered 403."),
    "customerId?": TEXT,
    "zipCode?": {"type": "string", "maxLength": 11},
    "countryCode?": COUNTRY,
    "deliveryWindowId?": TEXT,
    "deliveryWindow?": maybe(ref("DeliveryWindow")),
    "channel?": FREE,
    "addresses?": many(ref("CheckoutAddress")),
    "mixins?": FREE,
}

SCHEMAS: dict[str, Schema] = {
    "CartWanted": given(
        {
            "currency": CURRENCY,
            "siteCode?": said(TEXT, "Where the session shops, where it is missing."),
            "status?": one_of("OPEN"),
            **_FIELDS,
        },
        "`orderId` and `quoteId` are for the server to set.",
        example={
            "siteCode": "main",
            "currency": "EUR",
            "type": "shopping",
            "legalEntityId": "7351ad921d984c4bb12077c4793a2de3",
        },
    ),
    "CartChanges": given(
        {
            "currency?": CURRENCY,
            "status?": said(one_of("OPEN", "CLOSED"), "CLOSED ends an open cart."),
            "metadata?": SEEN_VERSION,
            **_FIELDS,
        },
        "What is named changes, the rest stays.",
        example={"zipCode": "70173", "countryCode": "DE"},
    ),
    "CartMade": obj({"cartId": TEXT, "yrn": TEXT}, example={"cartId": CART_EXAMPLE["id"], "yrn": CART_EXAMPLE["yrn"]}),
    "ItemMade": obj(
        {"itemId": TEXT, "yrn": TEXT},
        example={
            "itemId": ITEM_EXAMPLE["id"],
            "yrn": f"urn:yaas:saasag:caascart:item:acme;{CART_EXAMPLE['id']};{ITEM_EXAMPLE['id']}",
        },
    ),
    "StatedPrice": given(
        {"priceId": TEXT, "originalAmount?": NUMBER, "effectiveAmount?": NUMBER, "currency?": CURRENCY},
        "The offer, and what the client believes it costs: another price now is answered 400.",
        example=_PRICE_EXAMPLE,
    ),
    "NewItem": given(_NEW_ITEM | TRIED, example={"itemYrn": _PRODUCT, "quantity": 2, "price": _PRICE_EXAMPLE}),
    "ItemChange": given(
        {f"{name.removesuffix('?')}?": each for name, each in _NEW_ITEM.items()}, example={"quantity": 3}
    ),
    "CartItem": obj(
        {
            "id": TEXT,
            "itemYrn": TEXT,
            "type": one_of("INTERNAL"),
            "keepAsSeparateLineItem": FLAG,
            "quantity": NUMBER,
            "effectiveQuantity": NUMBER,
            "product": obj(
                {"id": TEXT, "yrn": TEXT, "sku": TEXT, "code": TEXT, "name": LOCALIZED, "localizedName": TEXTS}
            ),
            "price": obj({"priceId": TEXT, "originalAmount": NUMBER, "effectiveAmount": NUMBER, "currency": TEXT}),
            "unitPrice": ref("Values"),
            "itemPrice": said(ref("Price"), "Net or gross, as the offer is."),
            "itemTaxInfo": many(
                obj({"name": TEXT, "rate": NUMBER, "value": ref("Price"), "netValue": NUMBER, "grossValue": NUMBER})
            ),
            "calculatedPrice": obj({"price": ref("Values"), "finalPrice": ref("Values")}),
            **PLANNED,
            "mixins?": FREE,
        },
        example=ITEM_EXAMPLE,
    ),
    "Cart": obj(
        {
            "id": TEXT,
            "yrn": TEXT,
            "customerId?": TEXT,
            "legalEntityId?": TEXT,
            "sessionId?": TEXT,
            "siteCode": TEXT,
            "currency": TEXT,
            "type?": TEXT,
            "status": said(CART_STATUS, "HELD while an approval is asked for."),
            "channel?": FREE,
            "deliveryWindow?": FREE,
            "deliveryWindowId?": TEXT,
            "zipCode?": TEXT,
            "countryCode": COUNTRY,
            "addresses?": many(FREE),
            "orderId?": TEXT,
            "quoteId?": TEXT,
            "items": many(ref("CartItem")),
            "totalUnitsCount": NUMBER,
            "subTotalPrice": said(ref("Price"), "Gross, without shipping."),
            "totalPrice": ref("Price"),
            "totalTax": ref("Price"),
            "taxAggregate": obj(
                {"lines": many(obj({"name": TEXT, "amount": NUMBER, "rate": NUMBER, "taxable": NUMBER}))}
            ),
            "subtotalAggregate": said(ref("Sum"), "Its `grossValue` is what the company's limit is compared with."),
            "calculatedPrice": obj({"price": ref("Values"), "finalPrice": ref("Values")}),
            "mixins?": FREE,
            "metadata": obj({**METADATA["properties"], "calculatedAt": INSTANT}),
        },
        example=CART_EXAMPLE,
    ),
    "BatchEntry": obj(
        {"index": WHOLE, "status": WHOLE, "id?": TEXT, "yrn?": TEXT, "headers?": FREE, "errorMessage?": TEXT},
        "What came of one item of a batch.",
        example={"index": 0, "status": 201, "id": ITEM_EXAMPLE["id"], "yrn": _PRODUCT, "headers": {}},
    ),
    "CartValidation": obj(
        {
            "isValid": FLAG,
            "itemsValidationDetails?": many(
                obj({"id": TEXT, "errors": many(obj({"errorCode": TEXT, "message": TEXT, "field": TEXT}))})
            ),
        },
        example={"isValid": True},
    ),
}

_WHOLE = {200: Answer("The whole cart.", ref("Cart"))}
_LATE = {409: "The cart is held, ordered or closed, or another version was seen."}
_BATCH = {200: Answer("One entry for each item, in their order.", many(ref("BatchEntry")))}

CARTS = Service(
    "Carts",
    "What somebody is about to order: a customer for the company of the token, or a visitor. A cart that waits for an "
    "approval is held and cannot be changed.",
    SCHEMAS,
    {
        "POST /cart/{tenant}/carts": Endpoint(
            "POST-cart-create-cart",
            "Open a cart",
            "One open cart for each site, type and holder.",
            {201: Answer("Opened.", ref("CartMade"), location=True)},
            body=ref("CartWanted"),
            errors={409: "There is an open one already; `resourceId` names it."},
            named=True,
        ),
        "GET /cart/{tenant}/carts": Endpoint(
            "GET-cart-retrieve-cart-by-criteria",
            "The open cart of a site",
            "Without `type` only carts without a type, without `legalEntityId` that of the token's company.",
            _WHOLE,
            parameters=(
                query("siteCode", "The marketplace.", required=True),
                query("type", "Such as `shopping`."),
                query("legalEntityId", "The company of the token."),
                query("create", "True: open one where there is none.", FLAG),
                query("sessionId", "Of a visitor, for an API client."),
                query("customerId", "Of a customer, for an API client."),
                query("zipCode", "For a new cart."),
                query("countryCode", "For a new cart."),
                query("expandCalculation", "The calculation is always there.", FLAG),
            ),
            errors={404: "There is none."},
            localized=True,
        ),
        "POST /cart/{tenant}/carts/search": Endpoint(
            "POST-cart-search-carts",
            "Search carts",
            "The caller's own, an API client all; changed last first. Reads only.",
            {200: Answer("A page of them.", many(ref("Cart")))},
            body=given({"q?": TEXT}, example={"q": "status:OPEN siteCode:main"}),
            parameters=(query("fields", "Carts are always whole."),),
            pages=True,
            filters=("status", "siteCode", "type", "customerId", "legalEntityId", "metadata.modifiedAt"),
            localized=True,
        ),
        f"GET {_CART}": Endpoint(
            "GET-cart-retrieve-cart",
            "One cart",
            "Its approver reads it, too, while it is held.",
            _WHOLE,
            parameters=(query("expandCalculation", "The calculation is always there.", FLAG),),
            localized=True,
        ),
        f"PUT {_CART}": Endpoint(
            "PUT-cart-update-cart",
            "Change a cart",
            "Whose it is and what came of it never changes.",
            NOTHING,
            body=ref("CartChanges"),
            parameters=(IF_MATCH,),
            errors=_LATE,
        ),
        f"DELETE {_CART}": Endpoint("DELETE-cart-remove-cart", "Close a cart", "", NOTHING, errors=_LATE),
        f"GET {_CART}/items": Endpoint(
            "GET-cart-retrieve-cart-items",
            "The items of a cart",
            "",
            {200: Answer("All of them.", many(ref("CartItem")))},
            localized=True,
        ),
        f"POST {_CART}/items": Endpoint(
            "POST-cart-add-item-to-cart",
            "Put an item into a cart",
            "More of what is in it already adds up.",
            {201: Answer("It is in.", ref("ItemMade"), location=True)},
            body=ref("NewItem"),
            parameters=(IF_MATCH, query("siteCode", "The cart's own site is taken.")),
            errors=_LATE,
            named=True,
        ),
        f"DELETE {_CART}/items": Endpoint(
            "DELETE-cart-remove-cart-items", "Take everything out of a cart", "", NOTHING, errors=_LATE
        ),
        f"GET {_CART}/items/{{itemId}}": Endpoint(
            "GET-cart-retrieve-cart-item",
            "One item of a cart",
            "",
            {200: Answer("The item.", ref("CartItem"))},
            localized=True,
        ),
        f"PUT {_CART}/items/{{itemId}}": Endpoint(
            "PUT-cart-update-item-details",
            "Change an item of a cart",
            "",
            NOTHING,
            body=ref("ItemChange"),
            parameters=(IF_MATCH, PARTIAL),
            errors=_LATE,
        ),
        f"DELETE {_CART}/items/{{itemId}}": Endpoint(
            "DELETE-cart-remove-cart-item", "Take an item out of a cart", "", NOTHING, errors=_LATE
        ),
        f"POST {_CART}/itemsBatch": Endpoint(
            "POST-cart-add-cart-items",
            "Put several items into a cart",
            "Those that are refused say why; the others are in. Under an idempotency key each item is added once; one "
            "that was refused is tried again.",
            _BATCH,
            body=many(ref("NewItem"), minItems=1, maxItems=200),
            errors=_LATE,
            named=True,
        ),
        f"PUT {_CART}/itemsBatch": Endpoint(
            "PUT-cart-update-cart-items",
            "Change several items of a cart",
            "Each is named by its `id`.",
            _BATCH,
            body=many(ref("ItemChange"), minItems=1, maxItems=200),
            parameters=(PARTIAL,),
            errors=_LATE,
        ),
        f"POST {_CART}/merge": Endpoint(
            "POST-cart-merge-carts",
            "Take in carts of the same session",
            "What a visitor collected before signing in; those carts are closed.",
            _WHOLE,
            body=given({"carts": many(TEXT, minItems=1)}, example={"carts": ["9a1b"]}),
            errors=_LATE,
            localized=True,
        ),
        f"PUT {_CART}/refresh": Endpoint(
            "PUT-cart-refresh-cart", "Take the offers that hold now", "", NOTHING, errors=_LATE
        ),
        f"POST {_CART}/changeSite": Endpoint(
            "POST-cart-change-site",
            "Move a cart to another site",
            "400 where something is not sold there.",
            _WHOLE,
            body=given({"siteCode": TEXT}, example={"siteCode": "resello"}),
            errors=_LATE,
            localized=True,
        ),
        f"POST {_CART}/changeCurrency": Endpoint(
            "POST-cart-change-currency",
            "Price a cart in another currency",
            "400 where something has no price in it.",
            _WHOLE,
            body=given({"currency": CURRENCY}, example={"currency": "EUR"}),
            errors=_LATE,
            localized=True,
        ),
        f"GET {_CART}/validate": Endpoint(
            "GET-cart-validate-cart",
            "Can everything in a cart be ordered?",
            "",
            {200: Answer("Yes, or what stands in the way.", ref("CartValidation"))},
        ),
    },
)
