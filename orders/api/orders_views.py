"""The endpoints of the order service: each reads, calls one service, and writes the answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import languages_of
from companies.api.errors import FORBIDDEN, ApiError
from companies.api.listing import chosen_fields
from companies.api.query import equal_to, searched, sorted_rows
from companies.api.reading import Body
from companies.api.saas_token import number_in
from companies.models import Customer
from orders.api import orders_rows as rows
from orders.api.orders_input import SCOPES, carry_out, read_transition, read_wish, transitions_of
from orders.api.orders_wire import order_bodies, warning_bodies
from orders.api.refusals import OrderServiceView
from orders.lifecycle import OrderMove, OrderStatus
from orders.models import Order

READING = ("order.order_readascustomer", "order.order_read")
EMPLOYEES_READING = ("order.order_read",)
COMPANY_READING = ("order.order_read_le",)
WRITING = ("order.order_updateascustomer", "order.order_update", "order.order_review")
EMPLOYEES_WRITING = ("order.order_update", "order.order_review")
# What a list takes beside filters by field.
LIST_QUERY = frozenset({"q", "sort", "fields", "pageNumber", "pageSize"})


class OrderView(OrderServiceView):
    """What all endpoints share: customers, sellers and API clients, each with the orders they have a part in."""

    callers = ("customer", "service")

    def seen(self) -> QuerySet[Order]:
        """The orders of the caller; an API client that shows a customer's `saas-token` reads that customer's alone."""
        orders = rows.seen_by(self.actor)
        token = self.request.headers.get("saas-token", "")
        if not self.caller.is_service or not token:
            return orders
        tenant = self.caller.tenant
        number = number_in(token, tenant.key, timezone.now())
        if number is None:
            raise ApiError(403, FORBIDDEN)
        return orders.filter(buyer__in=Customer.objects.filter(tenant=tenant, number=number).values("user"))

    def listed(self, request: Request, orders: QuerySet[Order]) -> Response:
        """One page of orders; the newest first.

        A parameter that is none of ours is a filter by the field of this name, and never ignored.
        """
        query, known = request.query_params, rows.columns(self.actor)
        found = searched(rows.sortable(orders, self.actor), query.get("q", ""), known)
        for name in query.keys() - LIST_QUERY:
            found = equal_to(found, name, query.getlist(name), known)
        page, headers = self.paged(request, sorted_rows(found, query.get("sort", ""), known, default=rows.NEWEST_FIRST))
        return Response(chosen_fields(request, self._bodies(page)), headers=headers)

    def found(self, orders: QuerySet[Order], order_id: str) -> Order:
        """One of the orders, by its number; 404 to everybody who has no part in it."""
        order = orders.numbered(order_id).first()
        if order is None:
            raise ApiError(404, f"Order with id '{order_id}' not found.")
        return order

    def shown(self, order: Order) -> Response:
        """The order as the caller reads it; to its auditors with what they should know before they decide."""
        body = self._bodies([order])[0]
        if order.status == OrderStatus.TO_BE_APPROVED and rows.audits(order, self.actor):
            body["warnings"] = warning_bodies(order)
        return Response(body)

    def _bodies(self, orders: list[Order]) -> list[dict[str, Any]]:
        return order_bodies(orders, self.actor, self.caller.scopes, languages_of(self.request))


class Orders(OrderView):
    """`GET /order-v2/{tenant}/orders`: the caller's own; what colleagues ordered is in `legal-entity-orders`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list."""
        return self.listed(request, rows.own(self.seen(), self.actor))


class OneOrder(OrderView):
    """`GET /order-v2/{tenant}/orders/{id}`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING}

    def get(self, request: Request, tenant: str, order_id: str) -> Response:
        """The whole of it."""
        return self.shown(self.found(self.seen(), order_id))


class StatusView(OrderView):
    """An endpoint that sets a status in the words of the order service."""

    renamed = dict.fromkeys(("reason", "note", "instructions"), "comment")

    def change_status(self, order_id: str, body: Body) -> Response:
        """Carry out the move that the wanted status means."""
        order = self.found(self.seen(), order_id)
        move, wish = read_transition(body, order, self.actor, self.caller.scopes)
        carry_out(move, self.actor, order, wish)
        return Response(status=204)


class Transitions(StatusView):
    """`/order-v2/{tenant}/orders/{id}/transitions`: statuses in the words of the order service."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING, "POST": WRITING}

    def get(self, request: Request, tenant: str, order_id: str) -> Response:
        """Exactly those that the caller may set now."""
        order = self.found(self.seen(), order_id)
        return Response([{"status": word} for word in transitions_of(order, self.actor, self.caller.scopes)])

    def post(self, request: Request, tenant: str, order_id: str) -> Response:
        """Set one; a customer declines an order before its delivery begins."""
        return self.change_status(order_id, Body(request.data))


class OrderOperation(OrderView):
    """`POST /order-v2/{tenant}/orders/{id}/{move}`: review, delivery and their like, in our own words. Ours."""

    move: ClassVar[OrderMove] = OrderMove.APPROVE
    renamed = {"lines": "entryIds"}

    def post(self, request: Request, tenant: str, order_id: str) -> Response:
        """Carry out the move; 409 with what has become of the order for who comes too late."""
        order = self.found(self.seen(), order_id)
        wish = read_wish(request.data, self.move)
        carry_out(self.move, self.actor, order, wish)
        return self.shown(self.found(self.seen(), order_id))


class CompanyOrders(OrderView):
    """`GET /order-v2/{tenant}/legal-entity-orders/{legalEntityId}`: of the token's company, as far as one sees it."""

    callers = ("customer",)
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": COMPANY_READING}

    def get(self, request: Request, tenant: str, company_key: str) -> Response:
        """A bare list: an admin reads all of the company's orders, others those they have a part in."""
        return self.listed(request, self.of_company(company_key))

    def of_company(self, company_key: str) -> QuerySet[Order]:
        """Orders of the token's company; 404 for any other, whether there is one or not."""
        company = self.caller.company
        if company is None or company.key != company_key:
            raise ApiError(404, "The legal entity with the requested code does not exist.")
        return self.seen().filter(company=company)


class OneCompanyOrder(CompanyOrders):
    """`GET /order-v2/{tenant}/legal-entity-orders/{legalEntityId}/{orderId}`."""

    def get(self, request: Request, tenant: str, company_key: str, order_id: str = "") -> Response:
        """The whole of it."""
        return self.shown(self.found(self.of_company(company_key), order_id))


class SalesOrders(OrderView):
    """`GET /order-v2/{tenant}/salesorders`: what employees work on: all of a tenant to its API clients."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": EMPLOYEES_READING}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list."""
        return self.listed(request, self.seen())


class SalesOrderTransitions(Transitions):
    """`/order-v2/{tenant}/salesorders/{id}/transitions`: the same for employees."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": EMPLOYEES_READING, "POST": EMPLOYEES_WRITING}


class OneSalesOrder(StatusView):
    """`/order-v2/{tenant}/salesorders/{id}`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": EMPLOYEES_READING, "PATCH": EMPLOYEES_WRITING}

    def get(self, request: Request, tenant: str, order_id: str) -> Response:
        """The whole of it."""
        return self.shown(self.found(self.seen(), order_id))

    def patch(self, request: Request, tenant: str, order_id: str) -> Response:
        """Change the status, with a comment; what was agreed when the order was placed never changes."""
        body = Body(request.data)
        body.ignore("status", "comment")
        body.nothing_else()
        return self.change_status(order_id, body)


def operation(move: OrderMove) -> Any:
    """The view of one move."""
    return OrderOperation.as_view(move=move, scopes={"POST": tuple(sorted(SCOPES[move]))})
