"""Products and prices in words."""

from __future__ import annotations

from typing import Any

from config.openapi.shared import METADATA, TIMES_EXAMPLE
from config.openapi.words import (
    FLAG,
    FREE,
    LOCALIZED,
    NUMBER,
    TEXT,
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

PRODUCT_EXAMPLE: dict[str, Any] = {
    "id": "7d0f8cb4e2cf41ea94371f7b4a6d88dd",
    "yrn": "urn:yaas:hybris:product:product:acme;7d0f8cb4e2cf41ea94371f7b4a6d88dd",
    "code": "DESK-01",
    "name": "Standing desk",
    "productType": "BASIC",
    "published": True,
    "soldAs": "once",
    "taxClasses": {"DE": "STANDARD"},
    "metadata": TIMES_EXAMPLE,
}
_EACH = {"netValue": 500, "grossValue": 595, "taxValue": 95}
_TOTAL = {"netValue": 1000, "grossValue": 1190, "taxValue": 190}
_ITEM = {"itemId": {"itemType": "PRODUCT", "id": PRODUCT_EXAMPLE["id"]}, "quantity": {"quantity": 2}}
_WHOLE_PRODUCTS = "Products are always whole."
_LISTED = ("id", "code", "name", "name.en", "productType", "published", "soldAs", "metadata.modifiedAt")
_MORE = (
    query("fields", _WHOLE_PRODUCTS),
    query("expand", _WHOLE_PRODUCTS),
    query("rawValue", _WHOLE_PRODUCTS),
)
_WANTED_ITEM = given(
    {
        "itemId": given({"itemType": one_of("PRODUCT", "SKU", "PRICE", "PLAN"), "id": TEXT}),
        "quantity": given({"quantity": NUMBER, "unitCode?": TEXT}),
    }
)
_VALUES = ref("Values")

SCHEMAS: dict[str, Schema] = {
    "Product": obj(
        {
            "id": TEXT,
            "yrn": TEXT,
            "code": TEXT,
            "name": LOCALIZED,
            "description?": LOCALIZED,
            "productType": TEXT,
            "published": FLAG,
            "soldAs": said(one_of("once", "subscription"), "A subscription is bought by plan, each at its own prices."),
            "plans?": said(many(ref("Plan")), "Of a subscription, in their order."),
            "taxClasses": said({"type": "object", "additionalProperties": TEXT}, "Country to tax class."),
            "mixins?": FREE,
            "metadata": METADATA,
        },
        example=PRODUCT_EXAMPLE,
    ),
    "PricesWanted": given({"items": many(_WANTED_ITEM, maxItems=1000)}, example={"items": [_ITEM]}),
    "PricesWantedThere": given(
        {
            "targetCurrency": TEXT,
            "siteCode": TEXT,
            "targetLocation": given({"countryCode": TEXT}),
            "items": many(_WANTED_ITEM, maxItems=1000),
            "legalEntityId?": TEXT,
        },
        "Prices are the same for all companies.",
        example={
            "targetCurrency": "EUR",
            "siteCode": "main",
            "targetLocation": {"countryCode": "DE"},
            "items": [_ITEM],
        },
    ),
    "MatchedPrice": obj(
        {
            "priceId": said(TEXT, "What a cart item names."),
            "plan?": said(ref("Plan"), "Of a subscription: the price is for one period of it."),
            "itemId": obj({"itemType": TEXT, "id": TEXT, "name": LOCALIZED}),
            "site": obj({"code": TEXT}),
            "currency": TEXT,
            "location": obj({"countryCode": TEXT}),
            "originalValue": said(NUMBER, "Of one, net or gross as `includesTax` says."),
            "effectiveValue": NUMBER,
            "totalValue": said(NUMBER, "Of the whole quantity."),
            "quantity": obj({"quantity": NUMBER, "unitCode": TEXT}),
            "includesTax": FLAG,
            "tax": obj(
                {
                    "taxClass": TEXT,
                    "taxRate": NUMBER,
                    "prices": obj({"originalValue": _VALUES, "effectiveValue": _VALUES, "totalValue": _VALUES}),
                }
            ),
            "priceModel": obj(
                {
                    "id": TEXT,
                    "includesTax": FLAG,
                    "includesMarkup": FLAG,
                    "measurementUnit": obj({"quantity": NUMBER, "unitCode": TEXT}),
                    "tierDefinition": obj(
                        {
                            "tierType": TEXT,
                            "tiers": many(obj({"minQuantity": obj({"quantity": NUMBER, "unitCode": TEXT})})),
                        }
                    ),
                }
            ),
            "tierValues": many(obj({"priceValue": NUMBER})),
        },
        example={
            "priceId": "3c72cfd1f03348f4950192b00f82ff0a",
            "itemId": {"itemType": "PRODUCT", "id": PRODUCT_EXAMPLE["id"], "name": "Standing desk"},
            "site": {"code": "main"},
            "currency": "EUR",
            "location": {"countryCode": "DE"},
            "originalValue": 500,
            "effectiveValue": 500,
            "totalValue": 1000,
            "quantity": {"quantity": 2, "unitCode": "piece"},
            "includesTax": False,
            "tax": {
                "taxClass": "STANDARD",
                "taxRate": 19,
                "prices": {"originalValue": _EACH, "effectiveValue": _EACH, "totalValue": _TOTAL},
            },
            "priceModel": {
                "id": "net",
                "includesTax": False,
                "includesMarkup": False,
                "measurementUnit": {"quantity": 1, "unitCode": "piece"},
                "tierDefinition": {
                    "tierType": "BASIC",
                    "tiers": [{"minQuantity": {"quantity": 0, "unitCode": "piece"}}],
                },
            },
            "tierValues": [{"priceValue": 500}],
        },
    ),
}
_PRICES = {200: Answer("A bare list; what is not sold there is left out.", many(ref("MatchedPrice")))}

CATALOG = Service(
    "Products and prices",
    "What can be bought, and for how much. Open to visitors.",
    SCHEMAS,
    {
        "GET /product/{tenant}/products": Endpoint(
            "GET-product-list-products",
            "Products",
            "A bare list, by code.",
            {200: Answer("A page of them.", many(ref("Product")))},
            parameters=_MORE,
            pages=True,
            filters=_LISTED,
            localized=True,
        ),
        "GET /product/{tenant}/products/{productId}": Endpoint(
            "GET-product-retrieve-product",
            "One product",
            "",
            {200: Answer("The product.", ref("Product"))},
            localized=True,
        ),
        "POST /product/{tenant}/products/search": Endpoint(
            "POST-product-search-products",
            "Search products",
            "As the list, with a `q` that may be longer than an address. Reads only.",
            {200: Answer("A page of them.", many(ref("Product")))},
            body=given({"q?": TEXT}, example={"q": "code:(DESK-01,CHAIR-01)"}),
            parameters=_MORE,
            pages=True,
            filters=_LISTED,
            localized=True,
        ),
        "POST /product/{tenant}/search": Endpoint(
            "POST-product-search-products-by-yrn",
            "Products by their YRNs",
            "Those that are not there are left out. Reads only.",
            {200: Answer("A bare list.", many(ref("Product")))},
            body=given({"yrns": many(TEXT, maxItems=200)}, example={"yrns": [PRODUCT_EXAMPLE["yrn"]]}),
            localized=True,
        ),
        "POST /price/{tenant}/match-prices-by-context": Endpoint(
            "POST-price-match-prices-by-context",
            "Prices where the session shops",
            "Site, currency and country are those of the token. Reads only.",
            _PRICES,
            body=ref("PricesWanted"),
            localized=True,
        ),
        "POST /price/{tenant}/match-prices": Endpoint(
            "POST-price-match-prices",
            "Prices for a site, currency and country",
            "Reads only.",
            _PRICES,
            body=ref("PricesWantedThere"),
            localized=True,
        ),
    },
)
