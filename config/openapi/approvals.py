"""The approval service in words."""

from __future__ import annotations

from typing import Any

from config.openapi.shared import ADDRESS_EXAMPLE, HISTORY_EVENT, METADATA, TIMES_EXAMPLE
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
            "addresses?": maybe(many(ref("CheckoutAddress"))),
            "deliveryWindow?": maybe(ref("DeliveryWindow")),
        },
        "How it is to be delivered and paid. Every part may be left open.",
        example=DETAILS_EXAMPLE,
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

_CODES = {
    400001: "a body or a query that cannot be taken",
    400002: "the status cannot be changed to this one, or not by the caller",
    400003: "no status",
    400004: "action and resource do not match; of a quote: quotes are ordered without approval here",
    400005: "no approval is needed, or it was given already",
    400006: "this approver cannot be chosen",
    400007: "an operation or a path that is not supported",
    400008: "the resource is a colleague's",
    400009: "the approval is finished",
    400010: "an operation that makes no sense at its path",
    400011: "the caller is in no company, or the token is of none",
    404001: "there is no such approval",
    404002: "there is no such resource",
    409001: "there is one already, or the id is taken",
    409002: "the content changed since it was seen",
    409003: "too late",
}


def _codes(*numbers: int) -> str:
    return "\n".join(f"* `APPROVAL-{number}`: {_CODES[number]}" for number in numbers)


def _problem(number: int, message: str, status: str, *details: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "code": number // 1000,
        "status": status,
        "message": message,
        "errorCode": f"APPROVAL-{number}",
    }
    return body | ({"details": [{"message": text} for text in details]} if details else {})


_FINISHED = _problem(400009, "This request is approved; it is too late to amend it.", "Bad Request")
_UNKNOWN = _problem(404001, "Approval with id 'X' does not exist.", "Not Found")

APPROVALS = Service(
    "Approvals",
    "Who has to say yes before a cart or a quote is ordered, and what was answered. For customers alone; an approval "
    "is read and moved by its requestor and its approver.",
    SCHEMAS,
    {
        "POST /approval/{tenant}/approval/permitted": Endpoint(
            "POST-approval-check-approval",
            "May this be ordered?",
            f"Changes nothing.\n\n{_codes(400001, 400008, 400011, 404002)}",
            {200: Answer("Yes or no.", ref("Permission"))},
            body=ref("ApprovalSubject"),
            errors={404: "There is no such resource."},
        ),
        "POST /approval/{tenant}/approval/preview": Endpoint(
            "POST-approval-preview-approval",
            "What does the policy say about it, and why?",
            f"Ours. Changes nothing.\n\n{_codes(400001, 400008, 400011, 404002)}",
            {200: Answer("The ruling.", ref("Preview"))},
            body=ref("ApprovalSubject"),
            errors={404: "There is no such resource."},
        ),
        "POST /approval/{tenant}/search/users": Endpoint(
            "POST-approval-search-users",
            "Who could approve this?",
            f"A bare list, empty where nobody needs to be asked.\n\n{_codes(400001, 400008, 400011, 404002)}",
            {200: Answer("People of the same company, never the caller.", many(ref("Approver")))},
            body=ref("ApprovalSubject"),
            errors={404: "There is no such resource."},
        ),
        "POST /approval/{tenant}/approvals": Endpoint(
            "POST-approval-create-approval",
            "Ask one approver",
            "A cart is held with its prices until the answer. A quote stays open; a change of it ends the request.\n\n"
            + _codes(400001, 400004, 400005, 400006, 400008, 400011, 404002, 409001),
            {201: Answer("Asked.", ref("Id"))},
            body=ref("ApprovalWanted"),
            errors={404: "There is no such resource.", 409: "Somebody is asked already, or the id is taken."},
            examples={
                409: {"It exists": _problem(409001, "Approval with given id already exists.", "Conflict")},
                400: {
                    "A field is missing": _problem(
                        400001, "Problem with validation", "Bad Request", "resourceType: cannot be null"
                    )
                },
            },
            named=True,
        ),
        "GET /approval/{tenant}/approvals": Endpoint(
            "GET-approval-list-approvals",
            "Approvals to answer or asked for",
            "A bare list, the newest first. Every field that `q` knows is a parameter of its own, too.",
            {200: Answer("A page of them.", many(ref("Approval")))},
            pages=True,
            filters=FILTERS,
            plain=FILTERS,
        ),
        "GET /approval/{tenant}/approvals/{approvalId}": Endpoint(
            "GET-approval-retrieve-approval",
            "One approval with its history",
            _codes(404001),
            {200: Answer("The whole of it.", ref("ApprovalWithHistory"))},
            examples={404: {"Unknown": _UNKNOWN}},
        ),
        "PATCH /approval/{tenant}/approvals/{approvalId}": Endpoint(
            "PATCH-approval-update-approval",
            "Change or answer it",
            "All operations or none, while it is PENDING. `expectedContentHash`, beside the value of the status or in "
            "the query, says what was decided on.\n\n"
            + _codes(400001, 400002, 400003, 400006, 400007, 400009, 400010, 404001, 409002),
            NOTHING,
            body={"anyOf": [many(ref("PatchOperation"), minItems=1), ref("PatchOperation")]},
            parameters=(query("expectedContentHash", "The content that was seen when deciding."),),
            errors={409: "The content changed since it was seen."},
            examples={400: {"Finished": _FINISHED}, 404: {"Unknown": _UNKNOWN}},
        ),
        "DELETE /approval/{tenant}/approvals/{approvalId}": Endpoint(
            "DELETE-approval-remove-approval",
            "End it while it waits",
            f"It stays readable as CLOSED.\n\n{_codes(400001, 404001)}",
            NOTHING,
            examples={
                400: {
                    "Not waiting": _problem(
                        400001,
                        "Deleting this approval is not allowed since it doesn't match all preconditions.",
                        "Bad Request",
                    )
                },
                404: {"Unknown": _UNKNOWN},
            },
        ),
        "POST /approval/{tenant}/approvals/{approvalId}/give-up": Endpoint(
            "POST-approval-give-up-approval",
            "Let go of an approval that was not used",
            f"Ours. The cart goes back to its requestor, who may ask again.\n\n{_codes(404001, 409003)}",
            NOTHING,
            errors={409: "It was used or given up already."},
        ),
    },
)
