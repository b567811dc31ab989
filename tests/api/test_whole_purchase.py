"""Does a storefront get through a whole purchase, from a visitor's token to the order, with every body as documented?

Rita wants nine desks, which is over her company's limit; Ana is asked, says yes and orders for her. The calls are those
of an existing client, with its headers, query strings and bodies; each answer is compared as a whole.
"""

import re

import pytest

from approvals.models import Approval
from companies.roles import Role
from companies.scopes import scopes_of, spelled
from orders.models import Order
from tests.api.approving import DETAILS
from tests.api.conftest import ApiCaller
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

# As Node's fetch sends them when nobody chose a language; names then come in all languages.
HEADERS = {"Accept": "*/*", "Accept-Language": "*", "sec-fetch-mode": "cors", "User-Agent": "node"}


class Text:
    """Equal to every text of a form; remembers nothing."""

    def __init__(self, pattern: str):
        self.pattern = re.compile(pattern)

    def __eq__(self, other):
        return isinstance(other, str) and self.pattern.fullmatch(other) is not None

    def __hash__(self):
        return hash(self.pattern)

    def __repr__(self):
        return f"Text({self.pattern.pattern!r})"


INSTANT = Text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TOKEN = Text(r"[A-Za-z0-9_-]{20,}")
SIGNED = Text(r"[\w-]+\.[\w-]+\.[\w-]+")
ID = Text(r"[0-9a-f]{32}")
DIGEST = Text(r"[0-9a-f]{64}")

TAX = {"taxCode": "STANDARD", "taxRate": 19}
LINES = {"netValue": 4500, "grossValue": 5355, "taxValue": 855}
SHIPPING = {"netValue": 10, "grossValue": 11.9, "taxValue": 1.9}
TOTAL = {"netValue": 4510, "grossValue": 5366.9, "taxValue": 856.9}
EACH = {"netValue": 500, "grossValue": 595, "taxValue": 95}
REASONS = [
    {
        "code": "over_limit",
        "message": "5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",
        "figures": {"gross": "5,355.00 EUR", "limit": "5,000.00 EUR", "excess": "355.00 EUR"},
    },
    {"code": "requester", "message": "Requesters need approval for every order.", "figures": {}},
]
RITA = {"userId": "C-rita", "firstName": "Rita", "lastName": "Okafor"}
ANA = {"userId": "C-ana", "firstName": "Ana", "lastName": "Diaz"}
TOM = {"userId": "C-tom", "firstName": "Tom", "lastName": "Weber"}
ADDRESS = {name: text for name, text in DETAILS["addresses"][0].items() if name != "type" and text}


def ok(answer, status=200):
    """The body of an answer with this status."""
    assert answer.status == status, answer.body
    return answer.body


def tokens(session):
    """What a customer's tokens look like, in both spellings."""
    return {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 2591999,
        "refresh_token": TOKEN,
        "refresh_token_expires_in": 86399,
        "session_id": session,
        "accessToken": TOKEN,
        "refreshToken": TOKEN,
        "expiresIn": 2591999,
        "refreshTokenExpiresIn": 86399,
    }


def versions(version, **more):
    return {"version": version, "createdAt": INSTANT, "modifiedAt": INSTANT, **more}


class Purchase:
    """One storefront at work; each step checks its answer and keeps what the next ones need."""

    def __init__(self, cast):
        self.cast = cast
        self.company = cast.northwind.key
        self.desk, self.price = cast.product("DESK-01").key, cast.listing("DESK-01").key
        self.visitor = ApiCaller(
            ok(
                ApiCaller(None, **HEADERS).get(
                    "/customerlogin/auth/anonymous/login",
                    tenant="acme",
                    client_id="sf-client",
                    currency="EUR",
                    siteCode="main",
                    targetLocation="DE",
                )
            )["access_token"],
            **HEADERS,
        )

    def caller(self, token):
        return ApiCaller(token, **HEADERS)

    def sign_in(self, name, role):
        """Login, who am I, my companies, and the token for the company; returns the caller and the saas token."""
        email = f"{name}@northwind.example"
        login = ok(self.visitor.post("/customer/acme/login", {"email": email, "password": PASSWORD}))
        assert login == tokens(ID) | {"saas_token": SIGNED, "saasToken": login["saas_token"], "initialPassword": False}
        assert login["access_token"] == login["accessToken"]
        caller = self.caller(login["access_token"])
        user, member = self.cast.user(name), self.cast.member(name)
        assert ok(caller.get("/customer/acme/me")) == {
            "id": f"C-{name}",
            "customerNumber": f"C-{name}",
            "title": "",
            "firstName": user.first_name,
            "lastName": user.last_name,
            "contactEmail": email,
            "contactPhone": "",
            "company": "Northwind GmbH",
            "preferredLanguage": "en",
            "preferredCurrency": "EUR",
            "preferredSite": "main",
            "accounts": [{"id": email}],
            "businessModel": "B2B",
            "b2b": {
                "legalEntities": [
                    {"id": self.company, "name": "Northwind GmbH", "contactAssignmentId": member.key},
                ]
            },
            "mixins": {},
            "metadata": {"version": 1, "mixins": {}},
            "lastLogin": INSTANT,
        }
        assert ok(caller.get("/customer-management/acme/legal-entities")) == [self.legal_entity()]
        bound = ok(
            self.visitor.get(
                "/customer/acme/refreshauthtoken", refreshToken=login["refresh_token"], legalEntityId=self.company
            )
        )
        assert bound == tokens(login["session_id"])
        caller = self.caller(bound["access_token"])
        scopes = spelled(scopes_of(role), "acme")
        valid = ok(caller.get("/customer/acme/validateauthtoken"))
        assert valid == {
            "token_type": "Bearer",
            "expires_in": valid["expires_in"],
            "scope": scopes,
            "sessionId": login["session_id"],
            "email": email,
            "legalEntityId": self.company,
        }
        assert ok(caller.get("/iam/acme/users/me/scopes")) == {"userId": f"C-{name}", "scopes": scopes}
        return caller, {"saas-token": login["saas_token"]}

    def legal_entity(self):
        roles = [("admin", "Admin"), ("buyer", "Buyer"), ("requester", "Requester"), ("contact", "Contact")]
        office = self.cast.headquarters
        return {
            "id": self.company,
            "name": "Northwind GmbH",
            "type": "COMPANY",
            "accountLimit": {"currency": "EUR", "value": 5000},
            "legalInfo": {},
            "customerGroups": [
                {"id": f"{self.company}-{role}", "name": {"en": f"B2B {word}"}, "role": f"B2B_{role.upper()}"}
                for role, word in roles
            ],
            "entitiesAddresses": [
                {
                    "id": office.key,
                    "name": "Northwind GmbH headquarters",
                    "type": "HEADQUARTER",
                    "contactDetails": {
                        "emails": [],
                        "phones": [],
                        "addressLine1": "Hafenstrasse 12",
                        "addressLine2": "",
                        "city": "Hamburg",
                        "state": "",
                        "postcode": "20457",
                        "countryCode": "DE",
                        "tags": [],
                    },
                    "mixins": {},
                    "metadata": versions(1),
                }
            ],
            "approvalGroup": [],
            "mixins": {},
            "metadata": versions(1),
        }

    def price_body(self):
        return {
            "priceId": self.price,
            "itemId": {"itemType": "PRODUCT", "id": self.desk, "name": {"en": "Standing desk"}},
            "site": {"code": "main"},
            "currency": "EUR",
            "location": {"countryCode": "DE"},
            "originalValue": 500,
            "effectiveValue": 500,
            "totalValue": 4500,
            "quantity": {"quantity": 9, "unitCode": "piece"},
            "includesTax": False,
            "tax": {
                "taxClass": "STANDARD",
                "taxRate": 19,
                "prices": {"originalValue": EACH, "effectiveValue": EACH, "totalValue": LINES},
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
        }

    def cart_body(self, cart, item, status, version, **more):
        yrn = f"urn:yaas:hybris:product:product:acme;{self.desk}"
        values = {"price": LINES | TAX, "finalPrice": LINES | TAX}
        return {
            "id": cart,
            "yrn": f"urn:yaas:saasag:caascart:cart:acme;{cart}",
            "customerId": "C-rita",
            "legalEntityId": self.company,
            "siteCode": "main",
            "currency": "EUR",
            "type": "shopping",
            "status": status,
            "countryCode": "DE",
            "items": [
                {
                    "id": item,
                    "itemYrn": yrn,
                    "type": "INTERNAL",
                    "keepAsSeparateLineItem": False,
                    "quantity": 9,
                    "effectiveQuantity": 9,
                    "product": {
                        "id": self.desk,
                        "yrn": yrn,
                        "sku": "DESK-01",
                        "code": "DESK-01",
                        "name": "Standing desk",
                        "localizedName": {"en": "Standing desk"},
                    },
                    "price": {
                        "priceId": self.price,
                        "originalAmount": 500,
                        "effectiveAmount": 500,
                        "currency": "EUR",
                    },
                    "unitPrice": EACH | TAX,
                    "itemPrice": {"amount": 4500, "currency": "EUR"},
                    "itemTaxInfo": [
                        {
                            "name": "STANDARD",
                            "rate": 19,
                            "value": {"amount": 855, "currency": "EUR"},
                            "netValue": 4500,
                            "grossValue": 5355,
                        }
                    ],
                    "calculatedPrice": values,
                }
            ],
            "totalUnitsCount": 9,
            "subTotalPrice": {"amount": 5355, "currency": "EUR"},
            "totalPrice": {"amount": 5355, "currency": "EUR"},
            "totalTax": {"amount": 855, "currency": "EUR"},
            "taxAggregate": {"lines": [{"name": "STANDARD", "amount": 855, "rate": 19, "taxable": 4500}]},
            "subtotalAggregate": {"currency": "EUR", **LINES},
            "calculatedPrice": values,
            "metadata": versions(version, calculatedAt=INSTANT),
            **more,
        }

    def approval_body(self, approval, cart, status, version, **more):
        return {
            "id": approval,
            "status": status,
            "resourceType": "CART",
            "action": "CHECKOUT",
            "approver": ANA,
            "requestor": RITA,
            "comment": "For the new office.",
            "expiryDate": INSTANT,
            "legalEntity": {"id": self.company},
            "details": DETAILS,
            "resource": {
                "id": cart,
                "siteCode": "main",
                "items": [
                    {
                        "quantity": 9,
                        "itemId": self.desk,
                        "itemYrn": f"urn:yaas:saasag:caasproduct:product:acme;{self.desk}",
                        "itemPrice": {
                            "currency": "EUR",
                            "amount": 4500,
                            "unitPrice": 500,
                            "calculatedPrice": {"price": LINES},
                        },
                    }
                ],
                "totalPrice": {"currency": "EUR", "amount": 5366.9, **TOTAL},
                "subTotalPrice": {"currency": "EUR", "amount": 5355, **LINES},
                "subtotalAggregate": {"currency": "EUR", **LINES},
            },
            "metadata": versions(version),
            "contentHash": DIGEST,
            "reasons": REASONS,
            **more,
        }

    def order_body(self, order, cart, approval):
        return {
            "id": order,
            "status": "CREATED",
            "reviewStatus": "pending",
            "created": INSTANT,
            "lastStatusChange": INSTANT,
            "cartId": cart,
            "checkoutId": Text(r"\d+"),
            "approvalId": approval,
            "siteCode": "main",
            "currency": "EUR",
            "countryCode": "DE",
            "customer": {
                "id": "C-rita",
                "name": "Rita Okafor",
                "firstName": "Rita",
                "lastName": "Okafor",
                "email": "rita@northwind.example",
                "company": "Northwind GmbH",
            },
            "legalEntityId": self.company,
            "placedBy": "Ana Diaz",
            "entries": [
                {
                    "id": "1",
                    "itemYrn": f"urn:yaas:hybris:product:product:acme;{self.desk}",
                    "amount": 9,
                    "orderedAmount": 9,
                    "product": {
                        "id": self.desk,
                        "sku": "DESK-01",
                        "code": "DESK-01",
                        "name": {"en": "Standing desk"},
                        "localizedName": {"en": "Standing desk"},
                        "unit": "piece",
                    },
                    "delivery": {"kind": "manual", "state": "open"},
                    "originalPrice": 500,
                    "unitPrice": 500,
                    "totalPrice": 4500,
                    "price": {
                        "priceId": self.price,
                        "currency": "EUR",
                        "originalAmount": 500,
                        "effectiveAmount": 500,
                        "includesTax": False,
                    },
                    "calculatedPrice": {"price": LINES | TAX, "finalPrice": LINES | TAX},
                }
            ],
            "shippingAddress": ADDRESS,
            "billingAddress": ADDRESS,
            "payments": [
                {
                    "status": "PENDING",
                    "provider": "stripe",
                    "method": "invoice",
                    "currency": "EUR",
                    "paidAmount": 5366.9,
                }
            ],
            "shipping": {
                "total": {"amount": 11.9, "currency": "EUR"},
                "lines": [
                    {
                        "amount": 10,
                        "currency": "EUR",
                        "code": "4-more_hours_timeframe",
                        "name": "4-more_hours_timeframe",
                        "zoneId": "deliveryarea",
                        "tax": {"total": {"amount": 1.9, "currency": "EUR", "inclusive": False}},
                    }
                ],
            },
            "tax": {
                "lines": [
                    {
                        "code": "STANDARD",
                        "name": "STANDARD",
                        "rate": 19,
                        "amount": 855,
                        "currency": "EUR",
                        "sequenceId": 0,
                        "inclusive": False,
                    },
                    {
                        "code": "SHIPPING",
                        "name": "Shipping",
                        "amount": 1.9,
                        "currency": "EUR",
                        "sequenceId": 1,
                        "inclusive": False,
                    },
                ],
                "total": {"amount": 856.9, "currency": "EUR", "inclusive": False},
            },
            "subTotalPrice": 5355,
            "totalPrice": 5366.9,
            "calculatedPrice": {"price": LINES, "totalShipping": SHIPPING, "finalPrice": TOTAL},
            "discounts": [],
            "orderIds": [order],
            "kind": "purchase",
            "onBehalf": False,
            "availableOperations": ["cancel"],
            "mixins": {},
            "metadata": versions(1),
        }


def event(number, kind, who, role, to, **more):
    return {
        "number": number,
        "kind": f"approval.{kind}",
        "at": INSTANT,
        "by": who,
        "role": role,
        "channel": "api",
        "toStatus": to,
        "contentHash": DIGEST,
        "hash": DIGEST,
        **more,
    }


def test_a_whole_purchase(cast):
    shop = Purchase(cast)

    # The requester signs in and fills a cart.
    rita, _ = shop.sign_in("rita", Role.REQUESTER)
    products = ok(rita.get("/product/acme/products", q="code:DESK-01"))
    assert products == [
        {
            "id": shop.desk,
            "yrn": f"urn:yaas:hybris:product:product:acme;{shop.desk}",
            "code": "DESK-01",
            "name": {"en": "Standing desk"},
            "description": {"en": "Standing desk, as everybody knows it."},
            "productType": "BASIC",
            "published": True,
            "soldAs": "once",
            "taxClasses": {"DE": "STANDARD", "NL": "STANDARD"},
            "metadata": versions(1),
        }
    ]
    wanted = {"itemId": {"itemType": "PRODUCT", "id": products[0]["id"]}, "quantity": {"quantity": 9}}
    prices = ok(rita.post("/price/acme/match-prices-by-context", {"items": [wanted]}))
    assert prices == [shop.price_body()]
    current = {"siteCode": "main", "type": "shopping", "legalEntityId": shop.company}
    assert ok(rita.get("/cart/acme/carts", **current), 404) == {
        "code": 404,
        "status": "Not Found",
        "message": "Cart not found.",
    }
    created = ok(rita.post("/cart/acme/carts", {"currency": "EUR", **current}), 201)
    assert created == {"cartId": ID, "yrn": f"urn:yaas:saasag:caascart:cart:acme;{created['cartId']}"}
    cart = created["cartId"]
    price = {"priceId": prices[0]["priceId"], "originalAmount": 500, "effectiveAmount": 500, "currency": "EUR"}
    item = {"itemYrn": products[0]["yrn"], "quantity": 9, "price": price}
    added = ok(rita.post(f"/cart/acme/carts/{cart}/items", item), 201)
    assert added == {"itemId": ID, "yrn": f"urn:yaas:saasag:caascart:item:acme;{cart};{added['itemId']}"}
    assert ok(rita.get(f"/cart/acme/carts/{cart}")) == shop.cart_body(cart, added["itemId"], "OPEN", 2)

    # She may not order it alone, and asks Ana.
    about = {"resourceType": "CART", "resourceId": cart, "action": "CHECKOUT"}
    assert ok(rita.post("/approval/acme/approval/permitted", about)) == {"action": "CHECKOUT", "permitted": False}
    assert ok(rita.post("/approval/acme/search/users", about)) == [ANA, TOM]
    body = {**about, "approver": {"userId": "C-ana"}, "comment": "For the new office.", "details": DETAILS}
    asked = ok(rita.post("/approval/acme/approvals", body), 201)
    assert asked == {"id": ID}
    approval = asked["id"]
    assert rita.get("/cart/acme/carts", **current).status == 404
    held = shop.cart_body(cart, added["itemId"], "HELD", 3)
    assert ok(rita.get(f"/cart/acme/carts/{cart}")) == held

    # The approver finds the request, says yes, and orders for her.
    ana, saas_token = shop.sign_in("ana", Role.ADMIN)
    waiting = {"q": "status:PENDING", "sort": "metadata.createdAt:desc", "pageSize": 60, "pageNumber": 1}
    assert ok(ana.get("/approval/acme/approvals", **waiting)) == [shop.approval_body(approval, cart, "PENDING", 1)]
    yes = [
        {"op": "replace", "path": "/status", "value": "APPROVED"},
        {"op": "add", "path": "/approverComment", "value": "go ahead"},
    ]
    assert ok(ana.patch(f"/approval/acme/approvals/{approval}", yes), 204) is None
    requested = event(1, "requested", "Rita Okafor", "requester", "PENDING", comment="For the new office.")
    approved = event(2, "approved", "Ana Diaz", "admin", "APPROVED", fromStatus="PENDING", comment="go ahead")
    seen = ok(ana.get(f"/approval/acme/approvals/{approval}"))
    assert seen == shop.approval_body(
        approval,
        cart,
        "APPROVED",
        2,
        approverComment="go ahead",
        availableOperations=["place_order", "give_up"],
        events=[requested, approved],
    )
    permitted = {"action": "CHECKOUT", "permitted": True, "status": "APPROVED", "approvalId": approval}
    assert ok(rita.post("/approval/acme/approval/permitted", about)) == permitted
    customer = {**seen["requestor"], "id": seen["requestor"]["userId"], "company": "Northwind GmbH"}
    checkout = {"cartId": cart, **seen["details"], "customer": customer}
    placed = ok(ana.post("/checkout/acme/checkouts/order", checkout, headers=saas_token, siteCode="main"))
    assert placed == {
        "orderId": Text(r"CS\d{4,}"),
        "paymentDetails": None,
        "checkoutId": Text(r"\d+"),
        "orderIds": [placed["orderId"]],
    }

    # Both of them see the order, which is Rita's; the approval names it; nothing can be ordered twice.
    order = placed["orderId"]
    for caller in (ana, rita):
        assert ok(caller.get(f"/order-v2/acme/orders/{order}")) == shop.order_body(order, cart, approval)
        assert ok(caller.get("/order-v2/acme/orders", pageNumber=1, pageSize=50)) == [
            shop.order_body(order, cart, approval)
        ]
    done = event(3, "ordered", "Ana Diaz", "admin", "APPROVED", fromStatus="APPROVED")
    assert ok(rita.get(f"/approval/acme/approvals/{approval}")) == shop.approval_body(
        approval,
        cart,
        "APPROVED",
        3,
        approverComment="go ahead",
        createdResource={"id": order},
        createdResources=[{"id": order}],
        availableOperations=[],
        events=[requested, approved, done],
    )
    ended = shop.cart_body(cart, added["itemId"], "CLOSED", 4, orderId=order)
    assert ok(rita.get(f"/cart/acme/carts/{cart}")) == ended
    again = ok(ana.post("/checkout/acme/checkouts/order", checkout, headers=saas_token, siteCode="main"), 409)
    assert (again["type"], again["details"][1]["message"]) == ("Conflict", order)
    assert (Order.objects.count(), Approval.objects.count()) == (1, 1)

    # She cancels it while she can.
    assert ok(rita.get(f"/order-v2/acme/orders/{order}/transitions")) == [{"status": "DECLINED"}]
    assert ok(rita.post(f"/order-v2/acme/orders/{order}/transitions", {"status": "DECLINED"}), 204) is None
    assert ok(rita.get(f"/order-v2/acme/orders/{order}"))["status"] == "DECLINED"
    assert ok(rita.get("/customer/acme/logout", accessToken=rita.token), 204) is None
    assert ok(rita.get("/customer/acme/me"), 401)["fault"]["faultstring"] == "Invalid access token"
