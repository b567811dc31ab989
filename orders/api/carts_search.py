"""Which carts are there? All that the caller may see, by `q`, a page at a time."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.services.expire import expire_overdue
from catalog.api.languages import languages_of
from companies.api.query import Column, Kind, searched, sorted_rows
from companies.api.reading import Body, only_query
from orders.api.carts import CartView, shown_carts
from orders.api.carts_wire import cart_wire
from orders.lifecycle import CartStatus
from orders.priced import priced_carts
from orders.services.cart_holders import Named, holder_of, release_overdue

COLUMNS = {
    "id": Column("key"),
    "siteCode": Column("marketplace__key"),
    "status": Column("status", Kind.CHOICE, {status.name: status.value for status in CartStatus}),
    "type": Column("type"),
    "currency": Column("currency"),
    "countryCode": Column("country"),
    "customerId": Column("customer_number", nullable=True),
    "legalEntityId": Column("company__key", nullable=True),
    "quoteId": Column("quote_key", nullable=True),
    "sessionId": Column("session_key"),
    "metadata.version": Column("version", Kind.INTEGER),
    "metadata.createdAt": Column("created_at", Kind.INSTANT),
    "metadata.modifiedAt": Column("modified_at", Kind.INSTANT),
}


class CartSearch(CartView):
    """`POST /cart/{tenant}/carts/search`: a customer's and a visitor's own carts, an API client's all."""

    max_page_size = 100

    def post(self, request: Request, tenant: str) -> Response:
        """Carts with their calculation, newest change first. Reads only, and may be repeated."""
        only_query(request, ("pageNumber", "pageSize", "sort", "fields"))
        now = timezone.now()
        if self.caller.is_service:
            expire_overdue(now)
        else:
            release_overdue(holder_of(self.actor, Named()), now)
        body, sort = Body(request.data), request.query_params.get("sort", "")
        q = body.text("q", default="")
        body.nothing_else()
        rows = searched(shown_carts().reachable_by(self.actor), q, COLUMNS)
        page, headers = self.paged(request, sorted_rows(rows, sort, COLUMNS, default=("-modified_at", "-pk")))
        languages = languages_of(request)
        return Response([cart_wire(priced, languages, now) for priced in priced_carts(page, now)], headers=headers)
