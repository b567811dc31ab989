"""A good request for every operation of the API, and everybody who could send it.

Everything that is asked about is Rita's, a requester of Northwind, or of her company:

    scene = Scene(cast)                             what there is
    scene.path("GET-cart-retrieve-cart")            method and address
    scene.body(...), scene.query(...)               what is sent with it
"""

import re

from companies.models import Customer, CustomerAddress, Preference
from config.openapi.document import document
from tests.api.approving import about, asking
from tests.api.buying import body_of
from tests.api.carting import item
from tests.api.conftest import make_token
from tests.api.quoting import asks, made
from tests.api.quoting import item as quoted
from tests.factories import PASSWORD, CustomerFactory, MemberFactory, UserFactory, make_cart
from tests.stories.scenes import approve, ask, details, fail, offered, order_approved
from tests.stories.subscriptions import ask_change, running, sell_by_plan, stop

WORDS = {
    words["operationId"]: (method.upper(), path, words)
    for path, each in document()["paths"].items()
    for method, words in each.items()
    if "oauth" not in path  # a form for programs, in the words of OAuth
}
OPERATIONS = {operation: (method, path) for operation, (method, path, _) in WORDS.items()}


# Moves of an order that waits for its review.
REVIEWING = ("POST-order-approve-order", "POST-order-reject-order", "POST-order-withdraw-order")
# What Rita's token has to be of, so that she finds again what she chose before signing in.
SESSION = "a-visitor"


class Scene:
    """What there is of Rita's and of Northwind's, and a good request about it for every operation."""

    def __init__(self, cast):
        self.cast = cast
        cast.nora = UserFactory(first_name="Nora", last_name="Vogt")
        MemberFactory(company=cast.northwind, user=cast.nora)
        CustomerFactory(tenant=cast.acme, user=cast.nora, number="C-nora")
        self.cart = cast.cart("rita", {"DESK-01": 1}, type="shopping")
        self.visitors = make_cart(lines=[], owner=None, session_key=SESSION, marketplace=cast.main)
        self.approval = ask(cast, "rita", {"DESK-01": 2}, "ana")
        Preference.objects.create(tenant=cast.acme, key="project_lang", value="en")
        self.ids = {
            "tenant": "acme",
            "approvalId": self.approval.key,
            "cartId": self.cart.key,
            "itemId": self.cart.lines.get().key,
            "productId": cast.product("DESK-01").key,
            "legalEntityId": cast.northwind.key,
            "contactAssignmentId": cast.member("carl").key,
            "locationId": cast.headquarters.key,
            "groupId": f"{cast.northwind.key}-buyer",
            "userId": "C-bea",
            "userType": "CUSTOMER",
            "addressId": self.address().key,
            "quoteId": offered(cast, "rita", {"DESK-01": 1}).key,
            "quoteReasonId": "decline-other",
            "key": "project_lang",
        }

    def address(self):
        rita = Customer.objects.get(user=self.cast.rita)
        return CustomerAddress.objects.create(customer=rita, contact_name="Rita", city="Kiel", country="DE")

    def order(self, sku="DESK-01"):
        """Rita's, after Ana's yes."""
        approval = ask(self.cast, "rita", {sku: 1}, "ana")
        approve(self.cast, "ana", approval)
        return order_approved(self.cast, "rita", approval).settled().orders.get()

    def subscribe(self, operation, *, about_change):
        """Rita's subscription, which runs; and what she asks Ana to approve, where that is what it is about."""
        plans = sell_by_plan(self.cast, "LICENSE-01")
        subscription = running(self.cast, "rita", plans["BASIC"])
        self.ids |= {"subscriptionId": subscription.number, "priceId": plans["PRO"].key}
        if operation == "POST-subscription-resume-renewing":
            stop(self.cast, "rita", subscription)
        if about_change:
            ask_change(self.cast, "rita", subscription, plans["PRO"], "ana")
            self.ids["changeId"] = subscription.changes.get().key

    def path(self, operation):
        method, path = OPERATIONS[operation]
        if "{orderId}" in path:
            order = self.order("SERVER-01" if operation in REVIEWING else "DESK-01")
            if operation == "POST-order-retry-order":
                order = fail(self.cast, "vera", order)
            self.ids["orderId"] = order.number
        if "/subscription/" in path:
            self.subscribe(operation, about_change="{changeId}" in path)
        if operation == "POST-order-review-orders":
            self.ids["orderId"] = self.order("SERVER-01").number
        if "{deliveryId}" in path:
            self.ids["deliveryId"] = f"{self.order().number}-1"
        if operation == "POST-approval-give-up-approval":
            approve(self.cast, "ana", self.approval)
        return method, re.sub(r"{(\w+)}", lambda found: self.ids[found[1]], path)

    def body(self, operation, who):
        """What is sent; None for nothing."""
        cast, about_cart = self.cast, about(self.cart)
        line = item(cast, "BOOK-01")
        prices = {"items": [{"itemId": {"itemType": "SKU", "id": "DESK-01"}, "quantity": {"quantity": 1}}]}
        where = {"targetCurrency": "EUR", "siteCode": "main", "targetLocation": {"countryCode": "DE"}}
        reason = {"type": "DECLINE", "code": "NO_BUDGET", "message": {"en": "There is no budget"}}
        entity = {"legalEntity": {"id": cast.northwind.key}}
        bodies = {
            "POST-customer-login": {"email": "rita@northwind.example", "password": PASSWORD},
            "POST-customer-add-address": {"contactName": "Rita"},
            "PUT-customer-update-address": {"city": "Bremen"},
            "PATCH-customer-update-address": {"city": "Bremen"},
            "POST-customer-management-create-legal-entity": {"name": "Fabrikam"},
            "PUT-customer-management-upsert-legal-entity": {"name": "Northwind AG"},
            "POST-customer-management-search-legal-entities": {"q": f"id:{cast.northwind.key}"},
            "POST-customer-management-create-contact-assignment": {**entity, "customer": {"id": "C-paula"}},
            "PUT-customer-management-upsert-contact-assignment": {"primary": True},
            "PATCH-customer-management-update-contact-assignment": {"primary": True},
            "POST-customer-management-create-location": {"name": "Dock", **entity},
            "PUT-customer-management-upsert-location": {"name": "Dock"},
            "PATCH-customer-management-update-location": {"name": "Dock"},
            "POST-iam-add-user-to-group": {"userId": "C-nora"},
            "POST-product-search-products": {"q": "code:DESK-01"},
            "POST-product-search-products-by-yrn": {"yrns": []},
            "POST-price-match-prices-by-context": prices,
            "POST-price-match-prices": {**where, **prices},
            "POST-cart-create-cart": {"currency": "EUR", "siteCode": "main", "type": "another", **self.whose(who)},
            "POST-cart-search-carts": {"q": f"id:{self.cart.key}"},
            "PUT-cart-update-cart": {"zipCode": "24103"},
            "POST-cart-add-item-to-cart": line,
            "PUT-cart-update-item-details": {"quantity": 2},
            "POST-cart-add-cart-items": [line],
            "PUT-cart-update-cart-items": [{"id": self.ids["itemId"], "quantity": 2}],
            "POST-cart-merge-carts": {"carts": [self.visitors.key]},
            "POST-cart-change-site": {"siteCode": "main"},
            "POST-cart-change-currency": {"currency": "EUR"},
            "POST-approval-check-approval": about_cart,
            "POST-approval-preview-approval": about_cart,
            "POST-approval-search-users": about_cart,
            "POST-approval-create-approval": asking(self.cart),
            "PATCH-approval-update-approval": [{"op": "replace", "path": "/status", "value": "APPROVED"}],
            "POST-quote-create-quote": made(cast, quoted(cast, "DESK-01"))
            if who == "program"
            else asks(cast, self.cart),
            "PATCH-quote-update-quote": {"op": "REPLACE", "path": "/customerComment", "value": "Soon, please."},
            "POST-quote-create-quote-reason": reason,
            "PUT-quote-update-reason": {**reason, "metadata": {"version": 1}},
            "POST-checkout-trigger-checkout": {**body_of(self.approval.subject_key, who), **details(cast)},
            "POST-order-reject-order": {"reason": "No."},
            "POST-order-review-orders": {"operation": "approve", "orderIds": [self.ids.get("orderId", "CS1001")]},
            "POST-subscription-preview-change": {"priceId": self.ids.get("priceId", "")},
            "POST-subscription-change-subscription": {
                "priceId": self.ids.get("priceId", ""),
                **({"approver": {"userId": "C-ana"}} if who == "rita" else {}),
            },
            "POST-order-fail-order": {"instructions": "Broken."},
            "POST-order-fail-delivery": {"instructions": "Broken."},
            "POST-order-cancel-order": {"reason": "No."},
            "POST-order-update-order-transition-storefront": {"status": "DECLINED", "comment": "No."},
            "POST-order-update-order-transition-employee": {"status": "DECLINED", "comment": "No."},
            "PATCH-order-partial-update-order": {"status": "DECLINED", "comment": "No."},
            "POST-configuration-create-config": [{"key": "a", "value": 1}],
            "PUT-configuration-update-config": {"key": "project_lang", "value": "de"},
        }
        return bodies.get(operation)

    def whose(self, who):
        """A program says for whom."""
        return {"customerId": "C-rita"} if who == "program" else {}

    def query(self, operation, who):
        """What the address asks for besides."""
        shop = {"tenant": "acme", "client_id": "storefront"}
        match operation:
            case "GET-customer-login-anonymous":
                return shop
            case "GET-customer-refresh-anonymous":
                return {**shop, "refresh_token": make_token(self.cast, site="main", kind="refresh")[1]}
            case "GET-customer-refresh-token":
                return {"refreshToken": make_token(self.cast, "rita", kind="refresh")[1]}
            case "GET-cart-retrieve-cart-by-criteria":
                return {"siteCode": "main", "type": "shopping", **self.whose(who)}
            case "PUT-cart-update-item-details" | "PUT-cart-update-cart-items":
                return {"partial": "true"}
        return {}
