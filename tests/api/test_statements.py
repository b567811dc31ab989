"""How many statements does a request cost, authentication included?

A purchase has a budget, and a list costs the same for ten rows as for a hundred. Savepoints are not counted, since
they stand for the transaction that a request begins and ends once.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Cart, CartLine, Checkout, Order, OrderLine
from tests.api.approving import APPROVALS, DETAILS, PERMITTED, about, asking
from tests.api.buying import ORDER, ORDERS, SALES, body_of, saas
from tests.api.carting import CARTS, item
from tests.factories import CartFactory, CartLineFactory, CheckoutFactory, OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
NO_STATEMENT = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
# The figures are what was measured: who makes one larger should know why.
COSTS = {"cart": 6, "item": 9, "permitted": 5, "ask": 17, "list": 3, "read": 5, "approve": 14, "order": 28}
TOTAL = {"X-Total-Count": "true"}
WHOLE_FLOW = 70  # of a filled cart: may it be ordered, ask, answer, order


class Bill:
    """What requests cost, by the name each is given."""

    def __init__(self):
        self.statements = {}

    def of(self, name, request, *args, **more):
        """The answer to a request, which has to succeed."""
        with CaptureQueriesContext(connection) as captured:
            answer = request(*args, **more)
        assert answer.status < 300, answer.body
        self.statements[name] = [each["sql"] for each in captured if not each["sql"].startswith(NO_STATEMENT)]
        return answer

    @property
    def counts(self):
        return {name: len(statements) for name, statements in self.statements.items()}

    def __str__(self):
        parts = []
        for name, statements in self.statements.items():
            parts += [f"{name}: {len(statements)}", *(f"  {sql[:160]}" for sql in statements)]
        return "\n".join(parts)


class TestAPurchase:
    def test_stays_within_its_budgets(self, cast, api):
        """Nine desks, over the limit: Rita asks, Ana says yes and orders."""
        rita, ana, bill = api("rita", "northwind"), api("ana", "northwind"), Bill()
        opened = {"currency": "EUR", "siteCode": "main", "type": "shopping", "legalEntityId": cast.northwind.key}

        cart = bill.of("cart", rita.post, CARTS, opened).body["cartId"]
        bill.of("item", rita.post, f"{CARTS}/{cart}/items", item(cast, "DESK-01", 9))
        bill.of("permitted", rita.post, PERMITTED, about(cart))
        asked = bill.of("ask", rita.post, APPROVALS, asking(cart, comment="Please.", details=DETAILS)).body["id"]
        bill.of("list", ana.get, APPROVALS, q="status:PENDING", sort="metadata.createdAt:desc")
        bill.of("read", ana.get, f"{APPROVALS}/{asked}")
        answer = [
            {"op": "replace", "path": "/status", "value": "APPROVED"},
            {"op": "add", "path": "/approverComment", "value": "Go ahead."},
        ]
        bill.of("approve", ana.patch, f"{APPROVALS}/{asked}", answer)
        agreed = body_of(cart, "rita", addresses=DETAILS["addresses"], shipping=DETAILS["shipping"])
        bill.of("order", ana.post, ORDER, agreed, headers=saas("ana"), siteCode="main")

        assert bill.counts == COSTS, str(bill)
        assert sum(COSTS[name] for name in ("permitted", "ask", "approve", "order")) <= WHOLE_FLOW
        assert COSTS["permitted"] <= 6
        assert COSTS["read"] <= 6
        assert COSTS["ask"] <= 18
        assert COSTS["approve"] <= 14


def many_carts(cast, count):
    """Rita's, put aside, with a desk each."""
    rows = [
        CartFactory.build(marketplace=cast.main, owner=cast.rita, company=cast.northwind, status="saved")
        for _ in range(count)
    ]
    lines = [CartLineFactory.build(cart=row, listing=cast.listing("DESK-01")) for row in Cart.objects.bulk_create(rows)]
    CartLine.objects.bulk_create(lines)


def many_orders(cast, count):
    """Bea's, of a desk each."""
    checkouts = [CheckoutFactory.build(tenant=cast.acme, placed_by=cast.bea) for _ in range(count)]
    rows = [
        OrderFactory.build(checkout=each, marketplace=cast.main, vendor=cast.globex, company=cast.northwind)
        for each in Checkout.objects.bulk_create(checkouts)
    ]
    lines = [
        OrderLineFactory.build(order=row, listing=cast.listing("DESK-01")) for row in Order.objects.bulk_create(rows)
    ]
    OrderLine.objects.bulk_create(lines)


class TestAList:
    """Approvals: see the tests of their list."""

    def costs(self, make, callers):
        """What each caller's list costs, which is the same for ten rows and for a hundred."""
        bills = []
        for rows in (10, 90):
            make(rows)
            bill = Bill()
            answers = [bill.of(who, request) for who, request in callers.items()]
            bills.append(bill)
        assert {int(answer.headers["X-Total-Count"]) for answer in answers} == {100}
        assert bills[0].counts == bills[1].counts, str(bills[1])
        return bills[0].counts

    # One statement is the total, which clients ask for on its own. Sellers are also asked who of them may review.
    def test_of_orders_costs_the_same_for_a_hundred_as_for_ten(self, cast, api, service_api):
        service, people = service_api("order.order_read"), {who: api(who) for who in ("bea", "ana", "vera")}
        company = f"/order-v2/{{t}}/legal-entity-orders/{cast.northwind.key}"

        costs = self.costs(
            lambda count: many_orders(cast, count),
            {
                "bea": lambda: people["bea"].get(ORDERS, headers=TOTAL),
                "ana": lambda: people["ana"].get(company, headers=TOTAL),
                "vera": lambda: people["vera"].get(ORDERS, headers=TOTAL),
                "service": lambda: service.get(SALES, headers=TOTAL),
            },
        )

        assert costs == {"bea": 5 + 1, "ana": 5 + 1, "vera": 6 + 1, "service": 4 + 1}

    def test_of_carts_costs_the_same_for_a_hundred_as_for_ten(self, cast, api, service_api):
        service, rita, query = service_api("cart.cart_manage"), api("rita"), {"q": "status:SAVED"}

        costs = self.costs(
            lambda count: many_carts(cast, count),
            {
                "rita": lambda: rita.post(f"{CARTS}/search", query, headers=TOTAL),
                "service": lambda: service.post(f"{CARTS}/search", query, headers=TOTAL),
            },
        )

        assert costs == {"rita": 5 + 1, "service": 4 + 1}
