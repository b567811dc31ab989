"""Orders in words."""

from __future__ import annotations

from typing import Any

from config.openapi.order_bodies import API_STATUS, SCHEMAS
from config.openapi.words import (
    FIELDS,
    FLAG,
    NOTHING,
    SAAS_READING,
    TEXT,
    Answer,
    Endpoint,
    Schema,
    Service,
    chosen,
    given,
    many,
    obj,
    ref,
)

FILTERS = (
    "status",
    "reviewStatus",
    "kind",
    "onBehalf",
    "siteCode",
    "legalEntityId",
    "customer.id",
    "customer.company",
    "subscriptionId",
    "cartId",
    "totalPrice",
    "created",
    "lastStatusChange",
)

_MOVES: dict[str, tuple[str, str, dict[str, Schema], Any]] = {
    "approve": (
        "Accept an order that waits for review",
        (
            "It may be delivered from now on, and the customer is told. `note` is internal. What the order's "
            "`warnings` say is in the way makes it 409; what is `honourable` of it is accepted with `honourAnyway` "
            "and a `honourReason`, which its auditors read in the history."
        ),
        {"note?": TEXT, "honourAnyway?": FLAG, "honourReason?": TEXT},
        {"note": "Known customer."},
    ),
    "reject": (
        "Reject an order that waits for review",
        "For good. The customer reads `reason`, never `note`.",
        {"reason": TEXT, "note?": TEXT},
        {"reason": "Out of stock until May.", "note": "Ask again in May."},
    ),
    "withdraw": (
        "Take an order back while it waits for review",
        "For its buyer and the admins of the buyer's company.",
        {"reason?": TEXT},
        {"reason": "Found it elsewhere."},
    ),
    "start": ("Say that delivery has begun", "The customer can no longer cancel.", {}, {}),
    "complete": (
        "Say what is delivered",
        "All open entries, or those of `entryIds`, with what the customer needs to know.",
        {
            "entryIds?": many(TEXT, minItems=1),
            "instructions?": TEXT,
            "links?": many(given({"label?": TEXT, "url": TEXT})),
        },
        {"instructions": "Sign in with your address.", "links": [{"label": "Portal", "url": "https://vendor.example"}]},
    ),
    "fail": (
        "Say what could not be delivered",
        "All open entries, or those of `entryIds`. The customer reads `instructions`.",
        {"entryIds?": many(TEXT, minItems=1), "instructions": TEXT},
        {"instructions": "The depot burnt down."},
    ),
    "retry": ("Try the failed entries again", "For the seller.", {}, {}),
    "cancel": (
        "Cancel an order",
        "For the seller with a reason, and for the customer until delivery begins.",
        {"reason?": TEXT},
        {"reason": "Ordered twice."},
    ),
}
_LATE = {
    "status": 409,
    "type": "conflict_resource",
    "message": "Victor Lang approved order CS1001 already. It is being prepared for delivery.",
    "moreInfo": "",
    "details": [],
}


def _operations() -> dict[str, Endpoint]:
    """The moves of an order, each with its own address."""
    return {
        f"POST /order-v2/{{tenant}}/orders/{{orderId}}/{move}": Endpoint(
            f"POST-order-{move}-order",
            summary,
            f"Ours. {text} Possible where `availableOperations` of the order has it.",
            {200: Answer("The order as it stands now.", ref("Order"))},
            body=given(fields, example=example, strict=True),
            parameters=(SAAS_READING,),
            errors={409: "Too late: what has become of the order stands in the message."},
            examples={409: {"Too late": _LATE}},
            localized=True,
        )
        for move, (summary, text, fields, example) in _MOVES.items()
    }


def _deliveries() -> dict[str, Endpoint]:
    """What a vendor's system reads and says of what it delivers."""
    path = "/order-v2/{tenant}/deliveries/{deliveryId}"
    answered = {200: Answer("The delivery as it stands now.", ref("Delivery"))}
    again = "The same word again, as a system says it that was not answered, is answered again and changes nothing."
    late = {409: "It ended otherwise before, or the order may not be delivered (any more)."}
    operations = {
        "complete": ("Say that an entry is delivered", "With what the customer needs to know."),
        "fail": ("Say that an entry could not be delivered", "The customer reads `instructions`."),
    }
    return {
        f"GET {path}": Endpoint(
            "GET-order-retrieve-delivery",
            "One delivery",
            "Ours. For who sells or delivers it: an entry of an order, without any price.",
            answered,
            localized=True,
        ),
        **{
            f"POST {path}/{move}": Endpoint(
                f"POST-order-{move}-delivery",
                summary,
                f"Ours. {text} {again}",
                answered,
                body=given(
                    {name: each for name, each in _MOVES[move][2].items() if name != "entryIds?"},
                    example=_MOVES[move][3],
                    strict=True,
                ),
                errors=late,
                localized=True,
            )
            for move, (summary, text) in operations.items()
        },
    }


def _list(operation: str, summary: str, text: str, *more: Schema) -> Endpoint:
    return Endpoint(
        operation,
        summary,
        text,
        {200: Answer("A page of orders, the newest first.", many(chosen("Order")))},
        parameters=(FIELDS, *more),
        pages=True,
        filters=FILTERS,
        plain=FILTERS,
        localized=True,
    )


def _one(operation: str, text: str, *more: Schema) -> Endpoint:
    return Endpoint(
        operation, "One order", text, {200: Answer("The whole of it.", ref("Order"))}, parameters=more, localized=True
    )


def _transitions(path: str, reading: str, writing: str, text: str) -> dict[str, Endpoint]:
    return {
        f"GET {path}": Endpoint(
            reading,
            "The statuses that the caller may set now",
            "In the words of the order service.",
            {200: Answer("A bare list.", many(obj({"status": API_STATUS})))},
            parameters=(SAAS_READING,),
        ),
        f"POST {path}": Endpoint(
            writing,
            "Set the status",
            text,
            NOTHING,
            body=ref("Transition"),
            parameters=(SAAS_READING,),
            errors={409: "Somebody was faster."},
        ),
    }


ORDERS = Service(
    "Orders",
    "Orders, their review and their delivery. Each caller sees those they have a part in: a customer the own ones and "
    "those they approved, an admin the company's, a seller those of the own company, an API client the tenant's.",
    SCHEMAS,
    {
        "GET /order-v2/{tenant}/orders": _list(
            "GET-order-list-orders",
            "The caller's orders",
            "A bare list: for a customer the orders for them, and those they placed as the approver; what else the "
            "company orders is in `legal-entity-orders`. For a seller and an API client all they have a part in. "
            "Every field that `q` knows is a parameter of its own, too.",
            SAAS_READING,
        ),
        "GET /order-v2/{tenant}/orders/{orderId}": _one(
            "GET-order-retrieve-order-storefront", "For everybody with a part in it.", SAAS_READING
        ),
        **_transitions(
            "/order-v2/{tenant}/orders/{orderId}/transitions",
            "GET-order-retrieve-transitions",
            "POST-order-update-order-transition-storefront",
            "A customer sets an order that is CREATED to DECLINED, until delivery begins; sellers review and deliver.",
        ),
        **_operations(),
        "GET /order-v2/{tenant}/orders/{orderId}/history": Endpoint(
            "GET-order-retrieve-order-history",
            "What happened to an order",
            "Ours. For everybody with a part in it: who did what, when and with which words; the oldest first.",
            {200: Answer("A bare list.", many(ref("HistoryEvent")))},
        ),
        "POST /order-v2/{tenant}/order-reviews": Endpoint(
            "POST-order-review-orders",
            "Approve or reject many orders",
            "Ours. Each order is decided by itself, as by `approve` and `reject`; the answer is 200 with a result for "
            "each of them, in the order of the request. `status` is what the order alone would have been answered: "
            "200, 403, 404, 409, or 500 for one that failed. Sent once more, what was decided is 409.",
            {200: Answer("A result for each order.", many(ref("ReviewResult")))},
            body=ref("ReviewsWanted"),
        ),
        **_deliveries(),
        "GET /order-v2/{tenant}/legal-entity-orders/{legalEntityId}": _list(
            "GET-order-retrieve-legal-entity-orders",
            "The orders of the company",
            "Of the token's company; any other one is 404. An admin sees all, others those they have a part in.",
        ),
        "GET /order-v2/{tenant}/legal-entity-orders/{legalEntityId}/{orderId}": _one(
            "GET-order-retrieve-legal-entity-order", "Of the token's company."
        ),
        "GET /order-v2/{tenant}/salesorders": _list(
            "GET-order-retrieve-tenant-orders",
            "Orders for employees",
            "All of the tenant for an API client.",
            SAAS_READING,
        ),
        "GET /order-v2/{tenant}/salesorders/{orderId}": _one(
            "GET-order-retrieve-order-employee", "For employees.", SAAS_READING
        ),
        "PATCH /order-v2/{tenant}/salesorders/{orderId}": Endpoint(
            "PATCH-order-partial-update-order",
            "Change the status of an order",
            "What was agreed when it was placed never changes: any other field is 400. An API client delivers and "
            "cancels; a review is for people.",
            NOTHING,
            body=ref("TransitionOnly"),
            parameters=(SAAS_READING,),
            errors={409: "Somebody was faster."},
        ),
        **_transitions(
            "/order-v2/{tenant}/salesorders/{orderId}/transitions",
            "GET-order-retrieve-order-transitions",
            "POST-order-update-order-transition-employee",
            "For employees.",
        ),
    },
)
