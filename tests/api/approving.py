"""What do the tests of the approval service have in common? Bodies as clients send them, and requests that wait.

asking(cart, approver="C-ana")          a body about a cart's checkout
asked = ask(api, cast, "rita", "ana")   an approval that waits: its id, its cart, its row
"""

from dataclasses import dataclass

from approvals.models import Approval
from orders.models import Cart

APPROVALS = "/approval/{t}/approvals"
PERMITTED = "/approval/{t}/approval/permitted"
PREVIEW = "/approval/{t}/approval/preview"
SEARCH = "/approval/{t}/search/users"

FORBIDDEN = {
    "code": 403,
    "status": "Forbidden",
    "message": "The access to the requested resource has been forbidden by the server.",
}
INVALID_TOKEN = {
    "fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}
}
EXPIRED_TOKEN = {
    "fault": {
        "faultstring": "Access Token expired",
        "detail": {"errorcode": "keymanagement.service.access_token_expired"},
    }
}

_ADDRESS = {
    "contactName": "John Doe",
    "street": "Fritz-Elsas-Straße",
    "streetNumber": "20",
    "streetAppendix": "",
    "zipCode": "70173",
    "city": "Stuttgart",
    "country": "DE",
    "contactPhone": "123456789",
}
# As the tutorial prints it.
DETAILS = {
    "currency": "EUR",
    "paymentMethods": [
        {"provider": "stripe", "customAttributes": {"paymentType": "invoice"}, "method": "invoice", "amount": 3}
    ],
    "shipping": {
        "zoneId": "deliveryarea",
        "methodId": "4-more_hours_timeframe",
        "amount": 10,
        "methodName": "Delivery method name",
        "shippingTaxCode": "STANDARD",
    },
    "payment": {
        "paymentId": "636cc738-f0cd-11ed-a05b-0242ac120003",
        "customAttributes": {
            "attribute1": "value of the attribute1",
            "attribute2": "value of the attribute2",
        },
    },
    "addresses": [{**_ADDRESS, "type": "SHIPPING"}, {**_ADDRESS, "type": "BILLING"}],
}


def about(cart, **more) -> dict:
    """A body about a cart's checkout; a text stands for an id."""
    key = cart if isinstance(cart, str) else cart.key
    return {"resourceType": "CART", "resourceId": key, "action": "CHECKOUT", **more}


def asking(cart, approver="C-ana", **more) -> dict:
    """A body that asks somebody."""
    return about(cart, approver={"userId": approver}, **{"details": {}, **more})


def error(number: int, message: str, *details: str) -> dict:
    """A refusal of the service: APPROVAL-<number>."""
    status = {400: "Bad Request", 404: "Not Found", 409: "Conflict"}[number // 1000]
    body = {"code": number // 1000, "status": status, "message": message, "errorCode": f"APPROVAL-{number}"}
    return {**body, "details": [{"message": text} for text in details]} if details else body


def invalid(*problems: str) -> dict:
    """What is answered to a body that cannot be taken."""
    return error(400001, "Problem with validation", *problems)


@dataclass
class Waiting:
    """An approval that was asked for."""

    id: str
    cart: Cart

    @property
    def path(self) -> str:
        return f"{APPROVALS}/{self.id}"

    @property
    def row(self) -> Approval:
        return Approval.objects.get(key=self.id, company_id=self.cart.company_id)


def ask(api, cast, requester="rita", approver="ana", lines=None, **body) -> Waiting:
    """Somebody asks for two desks, 1,190.00 EUR gross, or for `lines`."""
    cart = cast.cart(requester, lines or {"DESK-01": 2})
    answer = api(requester).post(APPROVALS, asking(cart, f"C-{approver}", **body))
    assert answer.status == 201, answer.body
    return Waiting(answer.body["id"], cart)


def make_overdue(waiting: Waiting, now) -> None:
    """As if nobody had answered in time and no sweep had run since."""
    Approval.objects.filter(key=waiting.id).update(expires_at=now)


def nothing_happened(waiting: Waiting) -> bool:
    """The request is as it was when it was asked: no event, no version, no status more."""
    row = waiting.row
    return (row.status, row.version, row.event_count, row.snapshot_count) == ("PENDING", 1, 1, 1)
