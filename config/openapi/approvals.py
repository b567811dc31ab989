"""The approval service in words."""

from __future__ import annotations

from typing import Any

from config.openapi.approval_errors import DELETING, codes, examples
from config.openapi.shared import (
    ADDRESS_EXAMPLE,
    ADDRESS_TYPE,
    CHECKOUT_ADDRESS,
    HISTORY_EVENT,
    METADATA,
    TIMES_EXAMPLE,
)
from config.openapi.words import (
    ANYTHING,
    CURRENCY,
    FLAG,
    FREE,
    INSTANT,
    NOTHING,
    NUMBER,
    TEXT,
    Answer,
    Endpoint,
    Schema,
    Service,
    given,
    many,
    maybe,
    obj,
    one_of,
    query,
    ref,
    said,
)

STATUS = one_of("PENDING", "APPROVED", "CLOSED", "EXPIRED", "DECLINED")
RESOURCE_TYPE = one_of("CART", "QUOTE")
ACTION = one_of("CHECKOUT")
FILTERS = (
    "status",
    "resourceType",
    "resourceId",
    "resource.siteCode",
    "approver.userId",
    "requestor.userId",
    "legalEntity.id",
    "metadata.createdAt",
)
ABOUT: dict[str, Any] = {
    "resourceType": "CART",
    "resourceId": "5766060279e346179e349c2d59eb3f1e",
    "action": "CHECKOUT",
}
ANA = {"userId": "C-ana", "firstName": "Ana", "lastName": "Diaz"}
RITA = {"userId": "C-rita", "firstName": "Rita", "lastName": "Okafor"}
_VALUES = {"netValue": 4500, "grossValue": 5355, "taxValue": 855}
_REASON = {
    "code": "over_limit",
    "message": "5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",
    "figures": {"gross": "5,355.00 EUR", "limit": "5,000.00 EUR", "excess": "355.00 EUR"},
}
DETAILS_EXAMPLE: dict[str, Any] = {
    "currency": "EUR",
    "paymentMethods": [{"provider": "stripe", "customAttributes": {"paymentType": "invoice"}, "method": "invoice"}],
    "shipping": {
        "zoneId": "deliveryarea",
        "methodId": "4-more_hours_timeframe",
        "amount": 10,
        "methodName": "Delivery method name",
        "shippingTaxCode": "STANDARD",
    },
    "addresses": [{"type": "SHIPPING", **ADDRESS_EXAMPLE}, {"type": "BILLING", **ADDRESS_EXAMPLE}],
}
_HASH = "c4b3c7429432ddb62684203e13de40a30a6b7847dac4a96a7d1cd961b5c45fd6"
APPROVAL_EXAMPLE: dict[str, Any] = {
    "id": "6ba91a4c3f3447b8b4f791f26dae61d9",
    "status": "PENDING",
    "resourceType": "CART",
    "action": "CHECKOUT",
    "approver": ANA,
    "requestor": RITA,
    "comment": "For the new office.",
    "expiryDate": "2026-12-01T13:37:55.197Z",
    "legalEntity": {"id": "7351ad921d984c4bb12077c4793a2de3"},
    "details": DETAILS_EXAMPLE,
    "resource": {
        "id": ABOUT["resourceId"],
        "siteCode": "main",
        "items": [
            {
                "quantity": 9,
                "itemId": "7d0f8cb4e2cf41ea94371f7b4a6d88dd",
                "itemYrn": "urn:yaas:saasag:caasproduct:product:acme;7d0f8cb4e2cf41ea94371f7b4a6d88dd",
                "itemPrice": {
                    "currency": "EUR",
                    "amount": 4500,
                    "unitPrice": 500,
                    "calculatedPrice": {"price": _VALUES},
                },
            }
        ],
        "totalPrice": {"currency": "EUR", "amount": 5366.9, "netValue": 4510, "grossValue": 5366.9, "taxValue": 856.9},
        "subTotalPrice": {"currency": "EUR", "amount": 5355, **_VALUES},
        "subtotalAggregate": {"currency": "EUR", **_VALUES},
    },
    "metadata": TIMES_EXAMPLE,
    "contentHash": _HASH,
    "reasons": [_REASON],
}

_SUBJECT: dict[str, Schema] = {"resourceType": RESOURCE_TYPE, "resourceId": TEXT, "action": ACTION}
_APPROVAL: dict[str, Schema] = {
    "id": TEXT,
    "status": said(STATUS, "One whose time is over reads EXPIRED at once."),
    "resourceType": RESOURCE_TYPE,
    "action": ACTION,
    "approver": ref("Approver"),
    "requestor": ref("Approver"),
    "comment?": said(TEXT, "From the requestor to the approver."),
    "approverComment?": said(TEXT, "From the approver to the requestor."),
    "expiryDate?": INSTANT,
    "legalEntity?": obj({"id": TEXT}),
    "createdResource?": obj({"id": TEXT}, "The (first) order that came of it."),
    "createdResources?": many(obj({"id": TEXT}), minItems=1),
    "details?": said(FREE, "As they were sent. Amounts in them are stated and never used."),
    "resource": ref("ApprovalResource"),
    "metadata": METADATA,
    "contentHash": said(TEXT, "Digest of what the approver decides on."),
    "reasons": many(ref("Reason")),
    "givenUpAt?": INSTANT,
}

SCHEMAS: dict[str, Schema] = {
    "ApprovalSubject": given(_SUBJECT, "What is to be ordered.", example=ABOUT),
    "Approver": obj({"userId": TEXT, "firstName": TEXT, "lastName": TEXT}, example=ANA),
    "Reason": obj(
        {"code": TEXT, "message": TEXT, "figures": {"type": "object", "additionalProperties": TEXT}},
        "Why an approval is needed, for programs and for people.",
        example=_REASON,
    ),
    "ApprovalDetails": given(
        {
            "currency?": CURRENCY,
            "shipping?": maybe(ref("ShippingChoice")),
            "payment?": maybe({"type": "object"}),
            "paymentMethods?": maybe(many(ref("PaymentMethod"))),
            "addresses?": maybe(many(ref("ApprovalAddress"))),
            "deliveryWindow?": maybe(ref("DeliveryWindow")),
        },
        "How it is to be delivered and paid. Every part may be left open.",
        example=DETAILS_EXAMPLE,
    ),
    "ApprovalAddress": given(
        {"type?": ADDRESS_TYPE, **CHECKOUT_ADDRESS},
        "An address to ship to or to bill to. One that does not say which is kept, and binds nothing.",
        example={"type": "SHIPPING", **ADDRESS_EXAMPLE},
    ),
    "ApprovalWanted": given(
        {
            **_SUBJECT,
            "approver": given({"userId": TEXT}),
            "comment?": TEXT,
            "id?": said(TEXT, "An id of the client's own."),
            "details?": maybe(ref("ApprovalDetails")),
        },
        "`details` have to be there for a CART, if only as `{}`, and cannot be there for a QUOTE.",
        example={
            **ABOUT,
            "approver": {"userId": "C-ana"},
            "comment": "For the new office.",
            "details": DETAILS_EXAMPLE,
        },
    ),
    "PatchOperation": given(
        {"op": said(TEXT, "`add`, `remove` or `replace`, in either case."), "path": TEXT, "value?": ANYTHING},
        "`/status`, `/comment`, `/approverComment`; of a cart also `/details…` and `/resource/deliveryWindow…`.",
        example={"op": "replace", "path": "/status", "value": "APPROVED"},
    ),
    "Permission": obj(
        {"action": ACTION, "permitted": FLAG, "status?": STATUS, "approvalId?": TEXT},
        "Whether it may be ordered, and the latest approval that is about it.",
        example={"action": "CHECKOUT", "permitted": False},
    ),
    "Preview": obj(
        {
            "action": ACTION,
            "permitted": FLAG,
            "status?": STATUS,
            "approvalId?": TEXT,
            "verdict": one_of("free", "needs_approval", "forbidden"),
            "currency": TEXT,
            "grossValue": NUMBER,
            "accountLimit": maybe(obj({"currency": TEXT, "value": NUMBER})),
            "reasons": many(ref("Reason")),
            "approvers": many(ref("Approver")),
            "avoid": said(many(ref("Reason")), "What would make an approval unnecessary."),
            "warnings": many(ref("Reason")),
        },
        "Everything the policy says about it.",
        example={
            "action": "CHECKOUT",
            "permitted": False,
            "verdict": "needs_approval",
            "currency": "EUR",
            "grossValue": 5355,
            "accountLimit": {"currency": "EUR", "value": 5000},
            "reasons": [_REASON],
            "approvers": [ANA],
            "avoid": [],
            "warnings": [],
        },
    ),
    "ApprovalResource": obj(
        {
            "id": TEXT,
            "siteCode": TEXT,
            "deliveryWindow?": FREE,
            "items": many(
                obj(
                    {
                        "quantity": NUMBER,
                        "itemId": said(TEXT, "The product's; of a quote its item's."),
                        "itemYrn": TEXT,
                        "itemPrice": obj(
                            {
                                "currency": TEXT,
                                "amount": NUMBER,
                                "unitPrice": NUMBER,
                                "newUnitPrice?": said(NUMBER, "Of a quote: as it was agreed, net."),
                                "calculatedPrice": obj({"price": ref("Values")}),
                            }
                        ),
                    }
                )
            ),
            "totalPrice": ref("Sum"),
            "subTotalPrice": ref("Sum"),
            "subtotalAggregate": said(ref("Sum"), "Its `grossValue` is what the company's limit is compared with."),
        },
        "What was asked about, as it was then.",
    ),
    "Approval": obj(_APPROVAL, example=APPROVAL_EXAMPLE),
    "ApprovalWithHistory": obj(
        {
            **_APPROVAL,
            "availableOperations": said(many(TEXT), "What the caller may do with it now."),
            "events": many(ref("ApprovalEvent")),
        },
        example={**APPROVAL_EXAMPLE, "availableOperations": ["approve", "decline"], "events": []},
    ),
    "ApprovalEvent": obj({**HISTORY_EVENT, "differences?": many(TEXT)}),
}

_ASKING = (400001, 400008, 400011, 404002)
_CREATING = (400001, 400004, 400005, 400006, 400008, 400011, 404002, 409001)
_CHANGING = (400001, 400002, 400003, 400006, 400007, 400009, 400010, 404001, 409002)

APPROVALS = Service(
    "Approvals",
    "Who has to say yes before a cart or a quote is ordered, and what was answered. For customers alone; an approval "
    "is read and moved by its requestor and its approver.",
    SCHEMAS,
    {
        "POST /approval/{tenant}/approval/permitted": Endpoint(
            "POST-approval-check-approval",
            "May this be ordered?",
            f"Changes nothing.\n\n{codes(*_ASKING)}",
            {200: Answer("Yes or no.", ref("Permission"))},
            body=ref("ApprovalSubject"),
            errors={404: "There is no such resource."},
            examples=examples(*_ASKING),
        ),
        "POST /approval/{tenant}/approval/preview": Endpoint(
            "POST-approval-preview-approval",
            "What does the policy say about it, and why?",
            f"Ours. Changes nothing.\n\n{codes(*_ASKING)}",
            {200: Answer("The ruling.", ref("Preview"))},
            body=ref("ApprovalSubject"),
            errors={404: "There is no such resource."},
            examples=examples(*_ASKING),
        ),
        "POST /approval/{tenant}/search/users": Endpoint(
            "POST-approval-search-users",
            "Who could approve this?",
            f"A bare list, empty where nobody needs to be asked.\n\n{codes(*_ASKING)}",
            {200: Answer("People of the same company, never the caller.", many(ref("Approver")))},
            body=ref("ApprovalSubject"),
            errors={404: "There is no such resource."},
            examples=examples(*_ASKING),
        ),
        "POST /approval/{tenant}/approvals": Endpoint(
            "POST-approval-create-approval",
            "Ask one approver",
            "A cart is held with its prices until the answer. A quote stays open; a change of it ends the request.\n\n"
            + codes(*_CREATING),
            {201: Answer("Asked.", ref("Id"))},
            body=ref("ApprovalWanted"),
            errors={404: "There is no such resource.", 409: "Somebody is asked already, or the id is taken."},
            examples=examples(*_CREATING),
            named=True,
        ),
        "GET /approval/{tenant}/approvals": Endpoint(
            "GET-approval-list-approvals",
            "Approvals to answer or asked for",
            "A bare list, the newest first. Every field that `q` knows is a parameter of its own, too.",
            {200: Answer("A page of them.", many(ref("Approval")))},
            examples=examples(400001),
            pages=True,
            filters=FILTERS,
            plain=FILTERS,
        ),
        "GET /approval/{tenant}/approvals/{approvalId}": Endpoint(
            "GET-approval-retrieve-approval",
            "One approval with its history",
            codes(404001),
            {200: Answer("The whole of it.", ref("ApprovalWithHistory"))},
            examples=examples(404001),
        ),
        "PATCH /approval/{tenant}/approvals/{approvalId}": Endpoint(
            "PATCH-approval-update-approval",
            "Change or answer it",
            "All operations or none, while it is PENDING. `expectedContentHash`, beside the value of the status or in "
            "the query, says what was decided on.\n\n" + codes(*_CHANGING),
            NOTHING,
            body={"anyOf": [many(ref("PatchOperation"), minItems=1), ref("PatchOperation")]},
            parameters=(query("expectedContentHash", "The content that was seen when deciding."),),
            errors={409: "The content changed since it was seen."},
            examples=examples(*_CHANGING),
        ),
        "DELETE /approval/{tenant}/approvals/{approvalId}": Endpoint(
            "DELETE-approval-remove-approval",
            "End it while it waits",
            f"It stays readable as CLOSED.\n\n{codes(400001, 404001)}",
            NOTHING,
            examples=DELETING,
        ),
        "POST /approval/{tenant}/approvals/{approvalId}/give-up": Endpoint(
            "POST-approval-give-up-approval",
            "Let go of an approval that was not used",
            f"Ours. The cart goes back to its requestor, who may ask again.\n\n{codes(404001, 409003)}",
            NOTHING,
            errors={409: "It was used or given up already."},
            examples=examples(404001, 409003),
        ),
    },
)
