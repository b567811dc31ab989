"""Subscriptions in words."""

from __future__ import annotations

from typing import Any

from config.openapi.subscription_bodies import SCHEMAS
from config.openapi.words import FIELDS, Answer, Endpoint, Service, chosen, given, many, ref

FILTERS = (
    "status",
    "product.code",
    "plan.code",
    "siteCode",
    "legalEntityId",
    "customer.id",
    "isTrial",
    "autoRenews",
    "renewsAt",
    "price.grossValue",
    "metadata.createdAt",
)
CHANGE_FILTERS = (
    "status",
    "subscriptionId",
    "kind",
    "plan.code",
    "siteCode",
    "legalEntityId",
    "customer.id",
    "difference.grossValue",
    "metadata.createdAt",
)
_ONE = "/subscription/{tenant}/subscriptions/{subscriptionId}"
_CHANGE = "/subscription/{tenant}/changes/{changeId}"
_STANDS = {200: Answer("The subscription as it stands now.", ref("Subscription"))}
_CHANGED = {200: Answer("The change as it stands now.", ref("OneSubscriptionChange"))}
_ENDED = "It does not run (any more)."
_LATE = "It was answered, ordered or taken back meanwhile, or another content was seen."


def _problem(status: int, kind: str, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"status": status, "type": kind, "message": message, "moreInfo": "", "details": list(details)}


_OPEN = _problem(
    409,
    "conflict_resource",
    "A change of S1001 to Pro is waiting already, as order CS1007. Withdraw that first, or wait for its review.",
    {"type": "change_open", "message": "CS1007"},
)
_NEEDS_APPROVAL = _problem(
    403,
    "insufficient_permissions",
    "This order needs approval by Ana Diaz or Tom Weber.",
    {
        "type": "approval_required",
        "message": "Requesters need approval for every order.",
        "moreInfo": "/subscription/acme/subscriptions/S1001/changes/preview",
    },
)


def _move(word: str, summary: str, text: str, schema: Any, late: str = _ENDED) -> dict[str, Endpoint]:
    return {
        f"POST {_ONE}/{word}": Endpoint(
            f"POST-subscription-{word}",
            summary,
            text,
            _STANDS,
            body=schema,
            errors={409: late},
            localized=True,
        )
    }


def _change_move(word: str, summary: str, text: str, schema: Any, *, named: bool = False) -> dict[str, Endpoint]:
    return {
        f"POST {_CHANGE}/{word}": Endpoint(
            f"POST-subscription-{word}-change",
            summary,
            text,
            _CHANGED,
            body=schema,
            errors={409: _LATE},
            named=named,
            localized=True,
        )
    }


SUBSCRIPTIONS = Service(
    "Subscriptions",
    "What customers keep and pay per period, and the changes they ask for. All of it is ours. A customer sees the own "
    "subscriptions, an admin the company's, a seller what it sold, a vendor also what a reseller sold, once it runs; "
    "an API client the tenant's.",
    SCHEMAS,
    {
        "GET /subscription/{tenant}/subscriptions": Endpoint(
            "GET-subscription-list-subscriptions",
            "Subscriptions of the caller",
            "A bare list, the newest first. Every field that `q` knows is a parameter of its own, too.",
            {200: Answer("A page of them.", many(chosen("Subscription")))},
            parameters=(FIELDS,),
            pages=True,
            filters=FILTERS,
            plain=FILTERS,
            localized=True,
        ),
        f"GET {_ONE}": Endpoint(
            "GET-subscription-retrieve-subscription",
            "One subscription",
            "For everybody with a part in it.",
            {200: Answer("The whole of it.", ref("Subscription"))},
            localized=True,
        ),
        f"GET {_ONE}/history": Endpoint(
            "GET-subscription-retrieve-history",
            "What happened to a subscription",
            "For everybody with a part in it; the oldest first.",
            {200: Answer("A bare list.", many(ref("HistoryEvent")))},
        ),
        f"POST {_ONE}/changes/preview": Endpoint(
            "POST-subscription-preview-change",
            "What would come of a change?",
            "The new price per period and the difference, which the purchase policy judges; who would have to approve "
            "it, and whether it would be reviewed. Of a trial: what keeping it costs. Changes nothing.",
            {200: Answer("The outlook.", ref("ChangePreview"))},
            body=ref("ChangeTerms"),
            errors={409: "It does not run, or another change is open."},
            examples={409: {"Another change is open": _OPEN}},
            localized=True,
        ),
        f"POST {_ONE}/changes": Endpoint(
            "POST-subscription-change-subscription",
            "Change a subscription, or keep a trial",
            "Another plan (by its `priceId`), another quantity, or both. Without an `approver` it is ordered at once "
            "where the policy lets the caller; with one it is put to them, and ordered with their yes. The "
            "subscription keeps its values until the order may go on: at once, or when it passes its review. While "
            "one change is open or not delivered yet there is no other: 409 names its order or its request.",
            {201: Answer("Ordered, or asked for.", ref("SubscriptionChange"))},
            body=ref("ChangeWanted"),
            errors={
                403: "Not the caller's to change, or somebody has to approve it: the details say why.",
                409: "It does not run, another change is open, or the price is another than the one that was seen.",
            },
            examples={
                403: {"An approval is needed": _NEEDS_APPROVAL},
                409: {"Another change is open": _OPEN},
            },
            named=True,
            localized=True,
        ),
        **_move(
            "stop-renewing",
            "Let a subscription end with its period",
            "It can be resumed until then. A trial ends by itself.",
            given({}, strict=True),
        ),
        **_move("resume-renewing", "Let a subscription go on after all", "", given({}, strict=True)),
        **_move(
            "terminate",
            "End a subscription at once",
            "A change that waits is taken back. Nobody has to accept it; the seller is told.",
            ref("WithComment"),
        ),
        "GET /subscription/{tenant}/changes": Endpoint(
            "GET-subscription-list-changes",
            "Changes of subscriptions",
            "A bare list, the newest first: of the subscriptions that the caller sees, and those that the caller was "
            "asked to approve. Sellers see a change once it is ordered. Every field that `q` knows is a parameter of "
            "its own, too.",
            {200: Answer("A page of them.", many(chosen("SubscriptionChange")))},
            parameters=(FIELDS,),
            pages=True,
            filters=CHANGE_FILTERS,
            plain=CHANGE_FILTERS,
            localized=True,
        ),
        f"GET {_CHANGE}": Endpoint(
            "GET-subscription-retrieve-change",
            "One change",
            "With what the caller can do with it now.",
            {200: Answer("The whole of it.", ref("OneSubscriptionChange"))},
            localized=True,
        ),
        **_change_move(
            "order",
            "Say yes to a change and order it",
            "For its approver, who approves and orders it in one; after a yes without an order also for who asked.",
            ref("ChangeAnswer"),
            named=True,
        ),
        **_change_move("decline", "Say no to a change", "For its approver.", ref("ChangeAnswer")),
        **_change_move(
            "withdraw",
            "Take a change back",
            "A request: who asked; an order that waits for its review: its buyer and the admins of the company.",
            ref("WithComment"),
        ),
    },
)
