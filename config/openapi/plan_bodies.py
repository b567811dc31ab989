"""How plans and the terms of subscriptions look: the schemas that products, orders and subscriptions share."""

from __future__ import annotations

from config.openapi.words import FLAG, LOCALIZED, NUMBER, TEXT, WHOLE, Schema, obj, one_of, ref, said

PLAN_EXAMPLE = {
    "id": "0a4c8ff0ee1b4a0a8f0a0f6a6d3c2b1e",
    "code": "BASIC",
    "name": "Basic",
    "period": "month",
    "trialDays": 14,
}
PRICE_EXAMPLE = {
    "currency": "EUR",
    "unitPrice": 100,
    "includesTax": False,
    "taxRate": 19,
    "netValue": 200,
    "grossValue": 238,
    "taxValue": 38,
}
PERIOD_PRICE: Schema = obj(
    {
        "currency": TEXT,
        "unitPrice": said(NUMBER, "Of one, net or gross as `includesTax` says."),
        "includesTax": FLAG,
        "taxRate": NUMBER,
        "netValue": NUMBER,
        "grossValue": NUMBER,
        "taxValue": NUMBER,
    },
    "What a period costs.",
    example=PRICE_EXAMPLE,
)

# Of an item that is to be added to a cart, and of one that is in it.
TRIED: dict[str, Schema] = {
    "trial?": said(FLAG, "A plan with trial days is tried for nothing first; once per company and product."),
}
PLANNED: dict[str, Schema] = {
    "plan?": said(ref("Plan"), "Of a subscription: the prices are for its first period."),
    "trial?": said(FLAG, "Of a subscription: it costs nothing now; `originalAmount` is what it will."),
}

SCHEMAS: dict[str, Schema] = {
    "Plan": obj(
        {
            "id": TEXT,
            "code": TEXT,
            "name": LOCALIZED,
            "period": one_of("month", "year"),
            "trialDays": said(WHOLE, "How long it may be tried for nothing; 0 for not at all."),
        },
        "In which form a product is subscribed to.",
        example=PLAN_EXAMPLE,
    ),
    "PeriodPrice": PERIOD_PRICE,
    "FormerTerms": obj(
        {
            "plan": obj({"code": TEXT, "name": TEXT}),
            "quantity": NUMBER,
            "price?": PERIOD_PRICE,
        },
        "What a subscription was before a change.",
        example={"plan": {"code": "BASIC", "name": "Basic"}, "quantity": 2, "price": PRICE_EXAMPLE},
    ),
}
