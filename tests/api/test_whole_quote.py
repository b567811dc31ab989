"""Does a storefront get through a whole quote, from the question to the order, with every body as documented?

Rita asks for an offer for nine desks; an employee, a program with a service token, offers them at a fifth less. Rita
may not order them alone, asks Ana, and Ana says yes. The calls are those of an existing client, with its headers, query
strings and bodies; each answer is compared as a whole.
"""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from approvals.models import Approval
from companies.actors import Actor
from companies.roles import Role
from companies.services.clients import create_client
from orders.models import Order, Quote
from tests.api.callers import code
from tests.api.quoting import MANAGE, READ, asks
from tests.api.test_whole_purchase import (
    ANA,
    DIGEST,
    ID,
    INSTANT,
    RITA,
    TOM,
    Purchase,
    Text,
    event,
    ok,
    versions,
)
from tests.stories.scenes import check_histories

pytestmark = pytest.mark.django_db

BEA = {"userId": "C-bea", "firstName": "Bea", "lastName": "Lindt"}
ASKED = {"netValue": 4500, "grossValue": 5355, "taxValue": 855}
OFFERED = {"netValue": 3600, "grossValue": 4284, "taxValue": 684}
UNTIL = "2027-01-31T12:00:00.000Z"
REASON = {"code": "requester", "message": "Requesters need approval for every order.", "figures": {}}
QUOTES = "/quote/acme/quotes"


def with_shipping(values):
    return {
        "currency": "EUR",
        "netValue": values["netValue"] + 10,
        "grossValue": round(values["grossValue"] + 11.9, 2),
        "taxValue": round(values["taxValue"] + 1.9, 2),
    }


class Negotiation(Purchase):
    """A storefront and an employee's program at work."""

    def program(self):
        """The employee: a service token from the OAuth service, which takes a form."""
        made = create_client(
            actor=Actor.staff(self.cast.admin),
            tenant_id=self.cast.acme.pk,
            name="Sales desk",
            scopes=[READ, MANAGE],
            client_id="sales-desk",
        )
        form = {"grant_type": "client_credentials", "client_id": "sales-desk", "client_secret": made.secret}
        answer = Client().post("/oauth/token", urlencode(form), content_type="application/x-www-form-urlencoded")
        token = json.loads(answer.content)
        assert token["scope"] == f"{MANAGE} {READ} tenant=acme"
        return self.caller(token["access_token"])

    def cart(self, rita):
        """Nine desks in a cart of the company's."""
        created = ok(rita.post("/cart/acme/carts", {"siteCode": "main", "currency": "EUR", "type": "shopping"}), 201)
        price = {"priceId": self.price, "originalAmount": 500, "effectiveAmount": 500, "currency": "EUR"}
        item = {"itemYrn": f"urn:yaas:hybris:product:product:acme;{self.desk}", "quantity": 9, "price": price}
        ok(rita.post(f"/cart/acme/carts/{created['cartId']}/items", item), 201)
        return created["cartId"]

    def quote_body(self, quote, cart, line, standing, version, values, **more):
        office = {
            "id": self.cast.headquarters.key,
            "name": "Northwind GmbH headquarters",
            "addressLine1": "Hafenstrasse 12",
            "addressLine2": "",
            "city": "Hamburg",
            "postcode": "20457",
            "state": "",
            "countryCode": "DE",
        }
        total = with_shipping(values)
        return {
            "id": quote,
            "number": "Q" + str(1000 + Quote.objects.get().pk),
            "businessModel": "B2B",
            "customer": {
                "customerId": "C-rita",
                "firstName": "Rita",
                "lastName": "Okafor",
                "contactEmail": "rita@northwind.example",
            },
            "employee": {"employeeId": "sales-desk", "firstName": "Sales desk"},
            "cartId": cart,
            "company": {"name": "Northwind GmbH"},
            "legalEntityId": self.company,
            "siteCode": "main",
            "currency": "EUR",
            "status": {"value": standing},
            "totalPrice": total,
            "subtotalPrice": {"currency": "EUR", **values},
            "taxAggregate": {
                "lines": [{"name": "STANDARD", "amount": total["taxValue"], "rate": 19, "taxable": total["netValue"]}]
            },
            "shipping": {
                "value": 10,
                "grossValue": 11.9,
                "methodId": "4-more_hours_timeframe",
                "zoneId": "deliveryarea",
                "methodName": {"en": "Delivery in a four-hour window"},
                "shippingTaxCode": "STANDARD",
            },
            "shippingCost": {"value": 10, "currency": "EUR"},
            "comment": {},
            "customerReference": "PO 7",
            "billingAddress": office,
            "shippingAddress": office,
            "items": [
                {
                    "id": line,
                    "quantity": {"quantity": 9, "unitCode": "piece"},
                    "price": {
                        "type": "INTERNAL",
                        "priceId": self.price,
                        "currency": "EUR",
                        "unitPrice": 500,
                        "newUnitPrice": values["netValue"] / 9,
                        "discount": 100 - values["netValue"] / 45,
                        "totalNetValue": values["netValue"],
                        "tax": {
                            "taxClass": "STANDARD",
                            "taxRate": 19,
                            "prices": {"netValue": values["netValue"], "grossValue": values["grossValue"]},
                        },
                    },
                    "product": {
                        "type": "INTERNAL",
                        "productId": self.desk,
                        "name": {"en": "Standing desk"},
                        "taxClasses": {"DE": "STANDARD", "NL": "STANDARD"},
                    },
                }
            ],
            "contentHash": DIGEST,
            "metadata": versions(version),
            **more,
        }

    def request_body(self, approval, quote, line, status, version, **more):
        total = with_shipping(OFFERED)
        return {
            "id": approval,
            "status": status,
            "resourceType": "QUOTE",
            "action": "CHECKOUT",
            "approver": ANA,
            "requestor": RITA,
            "comment": "Twenty percent off.",
            "expiryDate": INSTANT,
            "legalEntity": {"id": self.company},
            "resource": {
                "id": quote,
                "siteCode": "main",
                "items": [
                    {
                        "quantity": 9,
                        "itemId": line,
                        "itemYrn": f"urn:yaas:saasag:caasproduct:product:acme;{self.desk}",
                        "itemPrice": {
                            "currency": "EUR",
                            "amount": 3600,
                            "unitPrice": 500,
                            "newUnitPrice": 400,
                            "calculatedPrice": {"price": OFFERED},
                        },
                    }
                ],
                "totalPrice": {"amount": total["grossValue"], **total},
                "subTotalPrice": {"currency": "EUR", "amount": 4284, **OFFERED},
                "subtotalAggregate": {"currency": "EUR", **OFFERED},
            },
            "metadata": versions(version),
            "contentHash": DIGEST,
            "reasons": [REASON],
            **more,
        }


def change(quote, number, op, path, who, **values):
    return {"id": f"{quote}-{number}", "op": op, "path": path, **values, **who, "modifiedAt": INSTANT}


def test_a_whole_quote(cast):
    shop = Negotiation(cast)

    # The requester signs in, fills a cart and asks for an offer.
    rita, saas_token = shop.sign_in("rita", Role.REQUESTER)
    cart = shop.cart(rita)
    created = ok(rita.post(QUOTES, asks(cast, cart, customerReference="PO 7")), 201)
    assert created == {"id": ID}
    quote = created["id"]
    line = Quote.objects.get().lines.get().key
    seen = ok(rita.get(f"{QUOTES}/{quote}"))
    assert seen == shop.quote_body(quote, cart, line, "AWAITING", 1, ASKED, employee={})
    closed = ok(rita.get(f"/cart/acme/carts/{cart}"))
    assert (closed["status"], closed["quoteId"]) == ("CLOSED", quote)

    # An employee finds the question, prices the line, says until when, and opens the offer.
    desk = shop.program()
    waiting = {"pageNumber": 1, "pageSize": 60, "q": "status.value:AWAITING", "sort": "metadata.createdAt:desc"}
    assert ok(desk.get(QUOTES, headers={"X-Total-Count": "true"}, **waiting)) == [seen]
    priced = [{"op": "REPLACE", "path": f"/items/{line}/price", "value": {"totalNetValue": 3600}}]
    assert ok(desk.patch(f"{QUOTES}/{quote}", priced), 204) is None
    listed = {"shipping": {**seen["shipping"]}, "totalPrice": {"currency": "EUR", **ASKED}}
    del listed["shipping"]["value"], listed["shipping"]["grossValue"]
    lines = [{"name": "STANDARD", "amount": 855, "rate": 19, "taxable": 4500}]
    half = shop.quote_body(quote, cart, line, "AWAITING", 2, ASKED, **listed, taxAggregate={"lines": lines})
    del half["shippingCost"]
    assert ok(rita.get(f"{QUOTES}/{quote}")) == half  # what is not offered yet is not shown
    opened = [
        {"op": "replace", "path": "/validTo", "value": UNTIL},
        {"op": "replace", "path": "/status", "value": {"value": "OPEN", "comment": "As discussed."}},
    ]
    assert ok(desk.patch(f"{QUOTES}/{quote}", opened), 204) is None
    open_status = {"value": "OPEN", "comment": "As discussed."}
    offer = shop.quote_body(quote, cart, line, "OPEN", 4, OFFERED, status=open_status, validTo=UNTIL)
    assert ok(rita.get(f"{QUOTES}/{quote}")) == ok(desk.get(f"{QUOTES}/{quote}")) == offer

    # She may not accept it alone, and asks Ana.
    accept = {"op": "replace", "path": "/status", "value": {"value": "ACCEPTED"}}
    assert tuple(rita.patch(f"{QUOTES}/{quote}", [accept])) == (
        403,
        code(
            403,
            "This order needs approval by Ana Diaz, Bea Lindt or Tom Weber.",
            details=["Requesters need approval for every order."],
        ),
    )
    about = {"resourceType": "QUOTE", "resourceId": quote, "action": "CHECKOUT"}
    assert ok(rita.post("/approval/acme/approval/permitted", about)) == {"action": "CHECKOUT", "permitted": False}
    assert ok(rita.post("/approval/acme/search/users", about)) == [ANA, BEA, TOM]
    body = {**about, "approver": {"userId": "C-ana"}, "comment": "Twenty percent off."}
    asked = ok(rita.post("/approval/acme/approvals", body), 201)
    assert asked == {"id": ID}
    approval = asked["id"]
    order = {"quoteId": quote, "paymentMethods": [{"provider": "custom", "method": "invoice"}]}
    refused = ok(rita.post("/checkout/acme/checkouts/order", order, headers=saas_token, siteCode="main"), 403)
    assert refused == {
        "status": 403,
        "type": "insufficient_permissions",
        "message": "This quote waits for the approval of Ana Diaz.",
        "moreInfo": "",
        "details": [
            {"type": "approval_required", "message": REASON["message"], "moreInfo": "/approval/acme/approval/preview"}
        ],
    }

    # The approver finds the request, reads the offer, and says yes.
    ana, anas_saas_token = shop.sign_in("ana", Role.ADMIN)
    pending = {"q": "status:PENDING", "sort": "metadata.createdAt:desc", "pageSize": 60, "pageNumber": 1}
    request = shop.request_body(approval, quote, line, "PENDING", 1)
    assert ok(ana.get("/approval/acme/approvals", **pending)) == [request]
    assert ok(ana.get(f"{QUOTES}/{quote}")) == offer
    yes = [
        {"op": "replace", "path": "/status", "value": "APPROVED"},
        {"op": "add", "path": "/approverComment", "value": "go ahead"},
    ]
    assert ok(ana.patch(f"/approval/acme/approvals/{approval}", yes), 204) is None
    permitted = {"action": "CHECKOUT", "permitted": True, "status": "APPROVED", "approvalId": approval}
    assert ok(rita.post("/approval/acme/approval/permitted", about)) == permitted

    # It is ordered at the negotiated price, once; both see the order, which is Rita's.
    placed = ok(rita.post("/checkout/acme/checkouts/order", order, headers=saas_token, siteCode="main"))
    assert placed == {
        "orderId": Text(r"CS\d{4,}"),
        "paymentDetails": None,
        "checkoutId": Text(r"\d+"),
        "orderIds": [placed["orderId"]],
    }
    number = placed["orderId"]
    for caller in (rita, ana):
        shown = ok(caller.get(f"/order-v2/acme/orders/{number}"))
        assert (shown["quoteId"], shown["approvalId"]) == (quote, approval)
        assert (shown["subTotalPrice"], shown["totalPrice"], shown["entries"][0]["unitPrice"]) == (4284, 4295.9, 400)
        assert shown["customer"]["id"] == "C-rita"
        assert shown["payments"][0]["paidAmount"] == 4295.9
    accepted = {"status": {"value": "ACCEPTED"}, "validTo": UNTIL, "orderId": number, "orderIds": [number]}
    done = shop.quote_body(quote, cart, line, "ACCEPTED", 5, OFFERED, **accepted)
    assert ok(rita.get(QUOTES, pageNumber=1, pageSize=60)) == [done]
    seen_request = ok(rita.get(f"/approval/acme/approvals/{approval}"))
    assert seen_request == shop.request_body(
        approval,
        quote,
        line,
        "APPROVED",
        3,
        approverComment="go ahead",
        createdResource={"id": number},
        createdResources=[{"id": number}],
        availableOperations=[],
        events=[
            event(1, "requested", "Rita Okafor", "requester", "PENDING", comment="Twenty percent off."),
            event(2, "approved", "Ana Diaz", "admin", "APPROVED", fromStatus="PENDING", comment="go ahead"),
            event(3, "ordered", "Rita Okafor", "requester", "APPROVED", fromStatus="APPROVED"),
        ],
    )
    for caller, headers in ((rita, saas_token), (ana, anas_saas_token)):
        again = ok(caller.post("/checkout/acme/checkouts/order", order, headers=headers, siteCode="main"), 409)
        assert (again["type"], again["details"][0]["field"], again["details"][1]["message"]) == (
            "Conflict",
            "quoteId",
            number,
        )
        assert caller.patch(f"{QUOTES}/{quote}", [accept]).status == 400
    assert (Order.objects.count(), Approval.objects.count()) == (1, 1)

    # The employee reads the whole history; the customers do not.
    customer = {"userId": "C-rita", "userFirstName": "Rita", "userLastName": "Okafor", "userType": "CUSTOMER"}
    program = {"userId": "sales-desk", "userFirstName": "Sales desk", "userType": "EMPLOYEE"}
    before, after = "9 x DESK-01 at 500.00 EUR net each", "9 x DESK-01 at 3,600.00 EUR net in all"
    item = f"/items/{line}"
    assert ok(desk.get(f"{QUOTES}/{quote}/history")) == [
        change(quote, "1-0", "CREATE", "/quote", customer, newValue={"value": "AWAITING"}),
        change(quote, "1-1", "ADD", item, customer, newValue=before),
        change(quote, "2-1", "REPLACE", item, program, previousValue=before, newValue=after),
        change(quote, "3-1", "ADD", "/validTo", program, newValue=UNTIL),
        change(quote, "4-1", "REPLACE", "/status", program, previousValue={"value": "AWAITING"}, newValue=open_status),
        change(
            quote,
            "5-1",
            "REPLACE",
            "/status",
            customer,
            previousValue={"value": "OPEN"},
            newValue={"value": "ACCEPTED"},
        ),
    ]
    assert rita.get(f"{QUOTES}/{quote}/history").status == 403
    paper = rita.post(f"{QUOTES}/{quote}/pdf")
    assert (paper.status, paper.headers["Content-Type"], paper.body[:5]) == (200, "application/pdf", b"%PDF-")
    check_histories()
