"""The country of a cart is the client's to choose, and sets its tax: no way round the limit."""

from decimal import Decimal

import pytest

from approvals.models import Approval
from notifications.models import Notice
from orders.lifecycle import CartStatus
from orders.models import Checkout, Order
from tests.api.approving import APPROVALS, DETAILS, Waiting, about, asking, invalid
from tests.api.buying import ADDRESS, INVALID_TEXT, body_of, place
from tests.api.carting import path
from tests.factories import TaxClassFactory, TaxRateFactory

FIELD = "addresses.SHIPPING.country"
# 5,355.00 EUR with German tax, above Northwind's limit of 5,000 EUR; 4,725.00 EUR with 5 %.
NINE = {"DESK-01": 9}
WHY = "With the taxes of LU this costs 4,735.50 EUR, but delivered to DE, it costs 5,366.90 EUR."
OPEN_CART = "Set the country of the cart to DE, then ask or order again."
HELD_CART = "Take the request back, set the country of the cart to DE, then ask again."


@pytest.fixture(autouse=True)
def _low_tax(cast):
    TaxRateFactory(tax_class=TaxClassFactory(tenant=cast.acme, code="STANDARD"), country="LU", rate=Decimal(5))


def moved(api, cast, who):
    """A cart of nine desks whose country its owner sets to the one with the low tax."""
    cart = cast.cart(who, NINE)
    assert api(who).put(path(cart), {"countryCode": "LU"}).status == 204
    return cart


def nothing_came_of(cart):
    cart.refresh_from_db()
    made = Checkout.objects.count(), Order.objects.count(), Notice.objects.count()
    return made == (0, 0, 0) and cart.status == CartStatus.OPEN


def test_a_checkout_is_refused_at_the_address(api, cast):
    cart = moved(api, cast, "bea")

    answer = place(api, "bea", cart)

    details = [{"field": FIELD, "type": "invalid", "message": f"{WHY} {OPEN_CART}"}]
    body = {"status": 400, "type": "validation_violation", "message": INVALID_TEXT, "moreInfo": "", "details": details}
    assert tuple(answer) == (400, body)
    assert nothing_came_of(cart)


def test_what_the_refusal_says_helps(api, cast):
    cart = moved(api, cast, "bea")

    api("bea").put(path(cart), {"countryCode": "DE"})

    assert place(api, "bea", cart).body["details"][0]["type"] == "approval_required"


def test_a_request_is_refused_at_the_address(api, cast):
    cart = moved(api, cast, "rita")

    answer = api("rita").post(APPROVALS, asking(cart, "C-bea", details=DETAILS))

    assert tuple(answer) == (400, invalid(f"details.{FIELD}: {WHY} {OPEN_CART}"))
    assert nothing_came_of(cart)
    assert not Approval.objects.exists()


def test_a_request_without_an_address_is_refused_once_it_has_one(api, cast):
    cart = moved(api, cast, "rita")
    waiting = Waiting(api("rita").post(APPROVALS, asking(cart, "C-bea")).body["id"], cart)

    changes = {"op": "add", "path": "/details", "value": DETAILS}
    amended = api("rita").patch(waiting.path, [changes])
    ordered = place(api, "bea", cart, body_of(cart, "rita"))

    assert amended.status == 400
    assert HELD_CART in str(amended.body)
    assert (ordered.status, ordered.body["details"][0]["field"]) == (400, FIELD)
    assert (waiting.row.status, waiting.row.event_count, Order.objects.count()) == ("PENDING", 1, 0)


def test_the_tax_of_where_it_is_delivered_is_the_right_one(api, cast):
    cart = moved(api, cast, "bea")
    there = [{**ADDRESS, "type": kind, "country": "LU"} for kind in ("SHIPPING", "BILLING")]

    assert api("bea").post("/approval/{t}/approval/permitted", about(cart)).body["permitted"] is True
    assert place(api, "bea", cart, body_of(cart, addresses=there)).status == 200
