"""No way round the gate: whatever a client says besides, what needs a yes is not ordered without one.

Nine desks cost 5,355.00 EUR gross, Northwind's limit is 5,000 EUR: Bea, a Buyer, needs an Admin's yes.
"""

from decimal import Decimal

import pytest

from approvals.models import Approval
from companies.models import Company, Customer, Member, Preference
from notifications.models import Notice
from orders.lifecycle import CartStatus
from orders.models import Checkout, Order
from tests.api.approving import APPROVALS, DETAILS, PERMITTED, about, ask, asking
from tests.api.buying import ADDRESS, ORDER, body_of, place, saas
from tests.api.carting import CARTS, item, path
from tests.api.conftest import make_token
from tests.factories import ListingFactory, ResellerMarketplaceFactory
from tests.world import scene

NINE = {"DESK-01": 9}
APPROVED = [{"op": "replace", "path": "/status", "value": "APPROVED"}]


@scene
def cart(cast):
    return cast.cart("bea", NINE)


@pytest.fixture
def bea(api):
    return api("bea")


def gross(bea, cart):
    return bea.get(path(cart)).body["subtotalAggregate"]["grossValue"]


def nothing_was_ordered(cart):
    cart.refresh_from_db()
    assert (Checkout.objects.count(), Order.objects.count()) == (0, 0)
    assert not Notice.objects.filter(topic__startswith="order.").exists()
    assert cart.status in (CartStatus.OPEN, CartStatus.HELD)


def still_needs_a_yes(api, bea, cart):
    """Asked, answered no; ordered, refused for want of an approval; and it costs what it costs."""
    assert bea.post(PERMITTED, about(cart)).body["permitted"] is False
    answer = place(api, "bea", cart)
    assert (answer.status, answer.body["details"][0]["type"]) == (403, "approval_required")
    nothing_was_ordered(cart)


# What a client may try with a cart of its own, and what it is answered. None: it is accepted and helps nothing.
TRICKS = {
    "an order of its own": (lambda bea, cart, cast: bea.put(path(cart), {"orderId": "CS1001"}), 400),
    "a quote of its own": (lambda bea, cart, cast: bea.put(path(cart), {"quoteId": "Q1001"}), 400),
    "an approved status": (lambda bea, cart, cast: bea.put(path(cart), {"status": "APPROVED"}), 400),
    "a held status": (lambda bea, cart, cast: bea.put(path(cart), {"status": "HELD"}), 400),
    "somebody else": (lambda bea, cart, cast: bea.put(path(cart), {"customerId": "C-ana"}), 400),
    "another company": (lambda bea, cart, cast: bea.put(path(cart), {"legalEntityId": cast.contoso.key}), 403),
    "no company": (lambda bea, cart, cast: bea.put(path(cart), {"legalEntityId": None, "customerId": None}), 204),
    "sums of its own": (
        lambda bea, cart, cast: bea.put(
            path(cart),
            {
                "subtotalAggregate": {"grossValue": 1, "netValue": 1, "taxValue": 0, "currency": "EUR"},
                "totalPrice": {"amount": 1, "currency": "EUR"},
                "totalDiscount": {"amount": 5000, "currency": "EUR"},
                "calculatedPrice": {"finalPrice": {"grossValue": 1}},
                "discounts": [{"amount": 5000}],
                "coupons": ["FREE"],
            },
        ),
        204,
    ),
    "less than nothing": (lambda bea, cart, cast: bea.post(path(cart, "items"), item(cast, "DESK-01", -8)), 400),
    "a price of its own": (
        lambda bea, cart, cast: bea.post(
            path(cart, "items"), item(cast, "DESK-01", originalAmount=0.01, effectiveAmount=0.01)
        ),
        400,
    ),
    "a discount of its own": (
        lambda bea, cart, cast: bea.post(
            path(cart, "items"),
            item(cast, "DESK-01", more={"itemType": "EXTERNAL", "externalDiscounts": [{"value": 100}]}),
        ),
        403,
    ),
    "the price of something cheaper": (
        lambda bea, cart, cast: bea.put(
            path(cart, "items", cart.lines.get().key),
            {**item(cast, "BOOK-01", 9), "itemYrn": item(cast, "DESK-01")["itemYrn"]},
        ),
        400,
    ),
    "the tax of something cheaper": (
        lambda bea, cart, cast: bea.put(
            path(cart, "items", cart.lines.get().key), {"taxCode": "REDUCED"}, partial="true"
        ),
        400,
    ),
    "a country without taxes": (lambda bea, cart, cast: bea.put(path(cart), {"countryCode": "XX"}), 400),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_no_field_of_a_cart_helps(api, cast, bea, cart, trick):
    attempt, status = TRICKS[trick]
    before = gross(bea, cart)

    assert attempt(bea, cart, cast).status == status

    assert gross(bea, cart) == before == 5355
    still_needs_a_yes(api, bea, cart)


@pytest.mark.parametrize(
    "changed",
    [
        {"approvalId": "my-approval", "approved": True, "permitted": True},
        {"shipping": {**DETAILS["shipping"], "amount": -5000}},
        {"shipping": {**DETAILS["shipping"], "amount": 0, "shippingTaxCode": "ZERO"}},
        {"paymentMethods": [{"provider": "none", "method": "invoice", "amount": 0}]},
        {"paymentMethods": [{"provider": "custom", "method": "invoice", "amount": -5355}]},
        {"totalPrice": 1, "discounts": [{"amount": 5000}], "coupons": ["FREE"]},
        {"legalEntityId": ""},
        {"legalEntityId": None},
        {"customer": {"id": "C-bea", "email": "bea@northwind.example", "guest": None}},
        {"customer": {"email": "ana@northwind.example"}},
        {"siteCode": "resello"},
        {"status": "CREATED"},
    ],
)
def test_no_word_of_a_checkout_helps(api, cast, bea, cart, changed):
    answer = place(api, "bea", None, body_of(cart) | changed)

    assert (answer.status, answer.body["details"][0]["type"]) == (403, "approval_required")
    nothing_was_ordered(cart)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"customer": {"id": "C-bea", "email": "x@y.example", "guest": True}}, 403),
        ({"customer": {"id": "C-ana", "email": "ana@northwind.example"}}, 400),
        ({"legalEntityId": "no-such-company"}, 403),
        ({"currency": "USD"}, 400),
        ({"shipping": {"zoneId": "deliveryarea", "methodId": "by-air"}}, 403),
        ({"addresses": [{**ADDRESS, "type": "SHIPPING", "country": "ZZ"}, {**ADDRESS, "type": "BILLING"}]}, 403),
    ],
)
def test_no_lie_in_a_checkout_helps(api, cast, bea, cart, changed, status):
    answer = place(api, "bea", None, body_of(cart) | changed)

    assert answer.status == status
    nothing_was_ordered(cart)


@pytest.mark.parametrize("who", ["ana", "rita", "alice", "paula"])
def test_nobody_s_word_for_being_somebody_else_helps(api, cast, cart, who):
    """A saas-token of somebody else's beside one's own token, and one's own beside somebody else's cart."""
    for caller, number in (("bea", who), (who, "bea"), (who, who)):
        answer = api(caller).post(ORDER, body_of(cart, "bea"), headers=saas(number))
        assert answer.status in (400, 403, 404)
        nothing_was_ordered(cart)


def test_one_cannot_say_yes_to_oneself(api, cast, cart, bea):
    own = bea.post(APPROVALS, asking(cart, "C-bea"))
    assert (own.status, own.body["errorCode"]) == (400, "APPROVAL-400006")

    waiting = ask(api, cast, "rita", "bea")
    for operations in (APPROVED, [{"op": "add", "path": "/approver/userId", "value": "C-rita"}, *APPROVED]):
        assert api("rita").patch(waiting.path, operations).status == 400
    assert waiting.row.status == "PENDING"


@pytest.mark.parametrize(
    "operation",
    [
        {"path": "/approver", "value": {"userId": "C-rita"}},
        {"path": "/approver/userId", "value": "C-rita"},
        {"path": "/requestor/userId", "value": "C-tom"},
        {"path": "/resource/subtotalAggregate/grossValue", "value": 1},
        {"path": "/resource/items", "value": []},
        {"path": "/resource/id", "value": "another"},
        {"path": "/resourceId", "value": "another"},
        {"path": "/expiryDate", "value": "2099-01-01T00:00:00.000Z"},
        {"path": "/createdResource/id", "value": "CS1"},
        {"path": "/status/value", "value": "APPROVED"},
        {"path": "//status", "value": "APPROVED"},
        {"path": "/Status", "value": "APPROVED"},
        {"path": "/details/../status", "value": "APPROVED"},
        {"path": "/contentHash", "value": "x"},
        {"path": "/permitted", "value": True},
    ],
    ids=lambda each: each["path"],
)
@pytest.mark.parametrize("who", ["rita", "ana"])
def test_no_operation_reaches_what_the_server_says(api, cast, operation, who):
    waiting = ask(api, cast)
    before = api(who).get(waiting.path).body

    answer = api(who).patch(waiting.path, [{"op": "replace", **operation}, *APPROVED])

    assert answer.status == 400
    if operation["path"] != "/details/../status":
        assert answer.body["errorCode"] == "APPROVAL-400007"
    assert api(who).get(waiting.path).body == before


def test_a_yes_is_for_one_cart(api, cast):
    waiting = ask(api, cast, "rita", "ana")
    api("ana").patch(waiting.path, APPROVED)
    other = cast.cart("rita", NINE)

    answer = place(api, "rita", None, body_of(other, "rita", approvalId=waiting.id))

    assert (answer.status, Order.objects.count()) == (403, 0)


def test_a_cart_that_was_approved_takes_nothing_in(api, cast, anonymous_api):
    waiting = ask(api, cast, "rita", "ana")
    api("ana").patch(waiting.path, APPROVED)
    rita = api("rita")
    before = shown(rita, waiting.cart)
    attempts = [
        rita.post(path(waiting.cart, "items"), item(cast, "DESK-01")),
        rita.post(path(waiting.cart, "itemsBatch"), [item(cast, "DESK-01")]),
        rita.put(path(waiting.cart, "items", waiting.cart.lines.get().key), {"quantity": 9}, partial="true"),
        rita.post(path(waiting.cart, "merge"), {"carts": [anonymous_cart(cast, rita, anonymous_api)]}),
        rita.post(path(waiting.cart, "changeSite"), {"siteCode": "resello"}),
        rita.post(path(waiting.cart, "changeCurrency"), {"currency": "EUR"}),
        rita.put(path(waiting.cart, "refresh")),
        rita.put(path(waiting.cart), {"countryCode": "NL"}),
        rita.delete(path(waiting.cart)),
    ]

    assert {answer.status for answer in attempts} == {409}
    assert shown(rita, waiting.cart) == before


def shown(caller, cart):
    """The whole cart but for when it was looked at."""
    body = caller.get(path(cart)).body
    del body["metadata"]["calculatedAt"]
    return body


def anonymous_cart(cast, rita, anonymous_api):
    """A visitor's cart of the very session that Rita signed in from."""
    visitor = anonymous_api()
    visitor.row.session_key = rita.row.session_key
    visitor.row.save()
    return visitor.get(CARTS, siteCode="main", create="true").body["id"]


class TestSomebodyInTwoCompanies:
    """Bea, a Buyer of Northwind with its limit, is an Admin of Contoso."""

    @pytest.fixture(autouse=True)
    def _twice(self, cast):
        Member.objects.create(company=cast.contoso, user=cast.bea, role="admin")

    def by(self, api, company):
        return api("bea", company=company)

    def test_orders_nothing_for_one_by_the_right_in_the_other(self, api, cast, cart):
        there = self.by(api, "contoso")

        answer = there.post(ORDER, body_of(cart), headers=saas("bea"))

        assert answer.status == 404
        assert there.get(path(cart)).status == 404
        assert there.post(PERMITTED, about(cart)).body["errorCode"] == "APPROVAL-404002"
        nothing_was_ordered(cart)

    def test_takes_no_cart_along(self, api, cast, cart):
        for name, company in (("northwind", cast.contoso), ("contoso", cast.northwind)):
            caller = self.by(api, name)
            for attempt in (
                caller.put(path(cart), {"legalEntityId": company.key}),
                caller.get(CARTS, siteCode="main", create="true", legalEntityId=company.key, type="x"),
                caller.post(CARTS, {"currency": "EUR", "siteCode": "main", "type": "x", "legalEntityId": company.key}),
                caller.post(ORDER, body_of(cart, legalEntityId=company.key), headers=saas("bea")),
            ):
                assert attempt.status in (403, 404)
        assert cart.__class__.objects.get(pk=cart.pk).company == cast.northwind
        nothing_was_ordered(cart)

    def test_unbound_orders_and_asks_for_nothing(self, api, cast, cart):
        unbound = api("bea")

        assert unbound.get(path(cart)).status == 403
        assert unbound.post(ORDER, body_of(cart), headers=saas("bea")).status == 403
        assert unbound.post(APPROVALS, asking(cart)).body["errorCode"] == "APPROVAL-400011"
        assert unbound.get("/order-v2/{t}/orders").body == []
        nothing_was_ordered(cart)

    def test_bound_anew_has_the_right_of_there_and_keeps_none_of_here(self, api, cast):
        _, refresh = make_token(cast, "bea", "contoso", kind="refresh")
        visitor = api("bea")
        query = {"refreshToken": refresh, "legalEntityId": cast.northwind.key}
        bound = visitor.get("/customer/{t}/refreshauthtoken", **query).body
        headers = {"Authorization": f"Bearer {bound['access_token']}"}

        scope = api().get("/customer/acme/validateauthtoken", headers=headers).body["scope"].split()

        assert "iam.assignment_create_own" not in scope
        group = f"{cast.contoso.key}-admin"
        moved = api().post(f"/iam/acme/groups/{group}/users", {"userId": "C-ravi"}, headers=headers)
        assert moved.status == 403


def test_a_private_customer_s_cart_becomes_nobody_s_company_cart(api, cast):
    """Who joins a company loses what they had begun to order freely."""
    cart = cast.cart("paula", NINE)
    Member.objects.create(company=cast.northwind, user=cast.paula, role="requester")
    paula = api("paula")

    assert paula.get(path(cart)).status == 404
    assert place(api, "paula", cart).status == 404
    nothing_was_ordered(cart)


def test_a_hidden_offer_of_a_reseller_is_none(api, cast, bea):
    """Neither by its price id in a cart, nor asked for by that, nor in a merge."""
    hidden = ListingFactory(
        product=cast.product("DESK-01"),
        marketplace=ResellerMarketplaceFactory(tenant=cast.acme, key="closed", is_active=False),
        unit_price=Decimal(1),
    )
    asked = {"items": [{"itemId": {"itemType": "PRICE", "id": hidden.key}, "quantity": {"quantity": 1}}]}
    cart = cast.cart("bea", {"CHAIR-01": 1})

    assert bea.post("/price/{t}/match-prices-by-context", asked).body == []
    sent = item(cast, "DESK-01", priceId=hidden.key, originalAmount=1, effectiveAmount=1)
    assert bea.post(path(cart, "items"), sent).status == 400
    assert bea.get(CARTS, siteCode="closed").status == 404
    assert bea.post(path(cart, "changeSite"), {"siteCode": "closed"}).status == 400


def test_preferences_of_another_tenant_change_nothing_here(cast, api):
    Preference.objects.create(tenant=cast.other, key="cartItemValidationSkipOriginalAmount", value=True)
    cart = cast.cart("bea", {"CHAIR-01": 1})

    answer = api("bea").post(path(cart, "items"), item(cast, "DESK-01", originalAmount=None))

    assert answer.status == 400


def test_somebody_in_two_tenants_is_two_customers(cast, api):
    """Olga of the other tenant is a customer here, too: each token opens its own tenant only."""
    Customer.objects.create(tenant=cast.acme, user=cast.olga, number="C-olga-here")
    here, there = api("olga", tenant="acme"), api("olga", tenant="other")
    mine = here.get(CARTS, siteCode="main", create="true").body["id"]

    assert Company.objects.get(key=cast.umbrella.key).tenant == cast.other
    assert here.get("/customer-management/acme/legal-entities").body == []
    assert there.get(f"/cart/other/carts/{mine}").status == 404
    assert there.get(f"/cart/acme/carts/{mine}").status == 403
    assert not Approval.objects.exists()
