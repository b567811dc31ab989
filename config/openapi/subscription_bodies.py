"""How subscriptions and changes of them look: their schemas, with examples."""

from __future__ import annotations

from typing import Any

from config.openapi.plan_bodies import PLAN_EXAMPLE, PRICE_EXAMPLE
from config.openapi.shared import METADATA, TIMES_EXAMPLE
from config.openapi.words import (
    COUNTRY,
    FLAG,
    FREE,
    INSTANT,
    LOCALIZED,
    NUMBER,
    TEXT,
    Schema,
    given,
    many,
    obj,
    one_of,
    ref,
    said,
)

STATUS = one_of("awaiting", "active", "terminated", "cancelled")
CHANGE_STATUS = one_of("asked", "ordered", "applied", "refused", "withdrawn")
CHANGE_KIND = one_of("modification", "conversion")
_PRO = {**PLAN_EXAMPLE, "id": "7b1c0f6a2d3e4f5a8b9c0d1e2f3a4b5c", "code": "PRO", "name": "Pro", "trialDays": 0}
_PRO_PRICE = {**PRICE_EXAMPLE, "unitPrice": 300, "netValue": 600, "grossValue": 714, "taxValue": 114}
_FROM = {"plan": {"code": "BASIC", "name": "Basic"}, "quantity": 2, "price": PRICE_EXAMPLE}
_DIFFERENCE = {"netValue": 400, "grossValue": 476, "taxValue": 76}
CHANGE_EXAMPLE: dict[str, Any] = {
    "id": "1f8d7c6b5a493827160594837261f0ae",
    "subscriptionId": "S1001",
    "status": "asked",
    "statusSince": "2026-11-21T13:37:55.545Z",
    "requestedBy": "Rita Okafor",
    "kind": "modification",
    "plan": _PRO,
    "quantity": 2,
    "priceId": "3c72cfd1f03348f4950192b00f82ff0a",
    "changedFrom": _FROM,
    "price": _PRO_PRICE,
    "difference": _DIFFERENCE,
    "approval": {
        "id": "6ba91a4c3f3447b8b4f791f26dae61d9",
        "status": "PENDING",
        "approver": {"userId": "C-ana", "firstName": "Ana", "lastName": "Diaz"},
        "comment": "We are more by now.",
        "expiryDate": "2026-12-01T13:37:55.545Z",
        "contentHash": "0f9a6a1e6a0b4c0c8e0e4f1d9b1f7d5a6c3b2e1f0a9d8c7b6a5f4e3d2c1b0a99",
    },
    "metadata": TIMES_EXAMPLE,
}
SUBSCRIPTION_EXAMPLE: dict[str, Any] = {
    "id": "S1001",
    "status": "active",
    "statusSince": "2026-11-21T13:37:55.545Z",
    "name": "Server management, Basic",
    "product": {
        "id": "7d0f8cb4e2cf41ea94371f7b4a6d88dd",
        "sku": "SERVER-01",
        "code": "SERVER-01",
        "name": "Server management",
    },
    "plan": PLAN_EXAMPLE,
    "quantity": 2,
    "priceId": "9e107d9d372bb6826bd81d3542a419d6",
    "price": PRICE_EXAMPLE,
    "isTrial": False,
    "autoRenews": True,
    "startedAt": "2026-11-21T13:37:55.545Z",
    "periodStartsAt": "2026-11-21T13:37:55.545Z",
    "renewsAt": "2026-12-21T13:37:55.545Z",
    "siteCode": "main",
    "currency": "EUR",
    "countryCode": "DE",
    "seller": {"id": "b0f3a9c1d2e44f5586978a0b1c2d3e4f", "name": "Globex Systems"},
    "customer": {
        "id": "C-rita",
        "name": "Rita Okafor",
        "email": "rita@northwind.example",
        "company": "Northwind GmbH",
    },
    "legalEntityId": "7351ad921d984c4bb12077c4793a2de3",
    "availableOperations": ["change", "stop-renewing", "terminate"],
    "metadata": TIMES_EXAMPLE,
}

_TERMS: dict[str, Schema] = {
    "kind": said(CHANGE_KIND, "A conversion keeps what was a trial."),
    "plan": ref("Plan"),
    "quantity": NUMBER,
    "priceId": TEXT,
    "changedFrom": ref("FormerTerms"),
    "price?": said(ref("PeriodPrice"), "What a period will cost."),
    "difference?": said(ref("Values"), "What a period will cost more, at least 0; of a trial all of it."),
}
_REASON = obj({"code": TEXT, "message": TEXT, "figures": FREE})
_PERSON = obj({"userId": TEXT, "firstName": TEXT, "lastName": TEXT})
_CHANGE: dict[str, Schema] = {
    "id": TEXT,
    "subscriptionId": TEXT,
    "status": CHANGE_STATUS,
    "statusSince": INSTANT,
    "requestedBy": TEXT,
    **_TERMS,
    "orderId?": said(TEXT, "The order it became, which may wait for its review."),
    "approval?": obj(
        {
            "id": TEXT,
            "status": TEXT,
            "approver?": _PERSON,
            "comment?": TEXT,
            "approverComment?": TEXT,
            "expiryDate?": INSTANT,
            "contentHash": TEXT,
        },
        "For who asked and who is asked.",
    ),
    "metadata": METADATA,
}

SCHEMAS: dict[str, Schema] = {
    "Subscription": obj(
        {
            "id": TEXT,
            "status": STATUS,
            "statusSince": INSTANT,
            "name": LOCALIZED,
            "product": obj({"id": TEXT, "sku": TEXT, "code": TEXT, "name": LOCALIZED}),
            "plan": ref("Plan"),
            "quantity": NUMBER,
            "priceId": said(TEXT, "The offer it was ordered by."),
            "price?": said(ref("PeriodPrice"), "Of a trial what a period will cost once it is kept."),
            "isTrial": FLAG,
            "autoRenews": said(FLAG, "It goes on after its period; a trial ends unless it is kept."),
            "startedAt?": INSTANT,
            "periodStartsAt?": INSTANT,
            "renewsAt?": said(INSTANT, "The end of the paid period, or of the trial."),
            "endedAt?": INSTANT,
            "siteCode": TEXT,
            "currency": TEXT,
            "countryCode": COUNTRY,
            "seller": obj({"id": TEXT, "name": TEXT}),
            "customer": obj({"id": TEXT, "name": TEXT, "email": TEXT, "company": TEXT}),
            "legalEntityId?": TEXT,
            "openChange?": said(ref("SubscriptionChange"), "The one change that waits, as far as the caller sees it."),
            "availableOperations": said(
                many(one_of("change", "keep", "stop-renewing", "resume-renewing", "terminate")),
                "What the caller may do with it now; to `change` it, and to `keep` a trial, is a POST to `changes`.",
            ),
            "metadata": METADATA,
        },
        "Prices are per period. The vendor of a resold subscription gets it without any: they are the reseller's.",
        example=SUBSCRIPTION_EXAMPLE,
    ),
    "SubscriptionChange": obj(
        _CHANGE,
        "What a subscription shall become; until it is applied the subscription stays as it is.",
        example=CHANGE_EXAMPLE,
    ),
    "OneSubscriptionChange": obj(
        {
            **_CHANGE,
            "availableOperations": said(many(one_of("order", "decline", "withdraw")), "What the caller may do now."),
        },
        example={**CHANGE_EXAMPLE, "availableOperations": ["order", "decline"]},
    ),
    "ChangeTerms": given(
        {
            "priceId?": said(TEXT, "The offer of the plan that is wanted; the plan stays where it is left out."),
            "quantity?": said(NUMBER, "As it is where it is left out."),
        },
        example={"priceId": "3c72cfd1f03348f4950192b00f82ff0a", "quantity": 2},
        strict=True,
    ),
    "ChangeWanted": given(
        {
            "priceId?": said(TEXT, "The offer of the plan that is wanted; the plan stays where it is left out."),
            "quantity?": said(NUMBER, "As it is where it is left out."),
            "approver?": said(
                given({"userId": TEXT}), "Whom to ask for approval. Left out: order it without asking anybody."
            ),
            "comment?": said(TEXT, "For the approver."),
            "expectedGrossValue?": said(NUMBER, "The price per period that was seen; another one now is 409."),
        },
        "An empty body keeps a trial as it is.",
        example={"priceId": "3c72cfd1f03348f4950192b00f82ff0a", "approver": {"userId": "C-ana"}},
        strict=True,
    ),
    "ChangePreview": obj(
        {
            "subscriptionId": TEXT,
            **_TERMS,
            "needsReview": said(FLAG, "Its order will wait until the seller's auditors accept it."),
            "problems": said(many(TEXT), "Why it cannot be ordered."),
            "permitted": said(FLAG, "The caller may order it without anybody's yes."),
            "verdict": one_of("free", "needs_approval", "forbidden"),
            "reasons": many(_REASON),
            "approvers": said(many(_PERSON), "Who could be asked."),
            "avoid": said(many(_REASON), "What would avoid that."),
            "warnings": many(_REASON),
        },
        example={
            "subscriptionId": "S1001",
            **{name: CHANGE_EXAMPLE[name] for name in (n.removesuffix("?") for n in _TERMS)},
            "needsReview": True,
            "problems": [],
            "permitted": False,
            "verdict": "needs_approval",
            "reasons": [{"code": "requester", "message": "Requesters need approval for every order.", "figures": {}}],
            "approvers": [{"userId": "C-ana", "firstName": "Ana", "lastName": "Diaz"}],
            "avoid": [],
            "warnings": [],
        },
    ),
    "ChangeAnswer": given(
        {
            "comment?": TEXT,
            "expectedContentHash?": said(TEXT, "What was seen; another content now is 409."),
        },
        example={"comment": "Go ahead."},
        strict=True,
    ),
    "WithComment": given({"comment?": TEXT}, example={"comment": "No longer needed."}, strict=True),
}
