"""What do the tests of checkout and orders have in common? Bodies as storefronts send them, and who sends them.

place(api, "bea", cart)                        Bea checks a cart out; Northwind's details, her own saas-token
place(api, "ana", cart, body_of(cart, …))      with another body
refused(answer)                                status, type, and the messages by field
"""

from datetime import timedelta

from django.utils import timezone

from companies.api.saas_token import make_saas_token

ORDER = "/checkout/{t}/checkouts/order"
ORDERS = "/order-v2/{t}/orders"
SALES = "/order-v2/{t}/salesorders"

FORBIDDEN_TEXT = "The access to the requested resource has been forbidden by the server."
INVALID_TEXT = "There are validation problems, see details section for more information"

ADDRESS = {
    "contactName": "John Doe",
    "companyName": "Northwind GmbH",
    "street": "Fritz-Elsas",
    "streetNumber": "20",
    "streetAppendix": "",
    "zipCode": "70173",
    "city": "Stuttgart",
    "country": "DE",
    "state": "",
    "contactPhone": "123456789",
    "metadata": {"mixins": {}},
    "mixins": {},
}


def body_of(cart, who: str = "bea", **changed) -> dict:
    """A checkout as the documented example prints it; None leaves a part out. A text stands for a cart's id."""
    body = {
        "cartId": cart if isinstance(cart, str) else cart.key,
        "paymentMethods": [
            {
                "provider": "payment-gateway",
                "customAttributes": {"customer": "635544345", "modeId": "9a33c7a5-9535-42af-a936-2fa6ece27579"},
                "method": "invoice",
            }
        ],
        "currency": "EUR",
        "shipping": {
            "methodId": "4-more_hours_timeframe",
            "zoneId": "deliveryarea",
            "methodName": "Delivery method name",
            "amount": 10,
            "shippingTaxCode": "STANDARD",
        },
        "addresses": [{**ADDRESS, "type": "SHIPPING"}, {**ADDRESS, "type": "BILLING"}],
        "customer": {
            "id": f"C-{who}",
            "title": "MR",
            "firstName": "John",
            "middleName": "",
            "lastName": "Doe",
            "contactPhone": "56432245",
            "email": "test@doc.example",
            "company": "Northwind",
            "metadata": {"mixins": {}},
            "mixins": {},
        },
    }
    return {name: part for name, part in {**body, **changed}.items() if part is not None}


def saas(who: str, tenant: str = "acme", life: timedelta = timedelta(hours=1)) -> dict[str, str]:
    """The header that a customer shows at checkout."""
    return {"saas-token": make_saas_token(f"C-{who}", tenant, timezone.now() + life)}


def place(api, who: str, cart, body: dict | None = None, headers: dict | None = None, **query):
    """Somebody checks a cart out; `cart` may be None where the body says all."""
    tenant = "other" if who in ("olga", "otto") else "acme"
    sent = {**saas(who, tenant), **(headers or {})}
    return api(who).post(ORDER, body_of(cart, who) if body is None else body, headers=sent, **query)


def refused(answer) -> tuple[int, str, dict[str, str]]:
    """Status, type, and what was said of which field; and that nothing else is in the body."""
    body = answer.body
    assert set(body) == {"status", "type", "message", "moreInfo", "details"}
    assert body["status"] == answer.status
    assert all(detail["type"] for detail in body["details"])
    return answer.status, body["type"], {each.get("field", ""): each["message"] for each in body["details"]}
