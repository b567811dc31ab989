"""What auditors and readers of an order need besides it: many decisions at once, and what happened so far."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError, refused_error
from companies.api.history import event_body
from companies.api.reading import Body
from config.kit.refused import Refused
from orders.api import orders_rows as rows
from orders.api.orders_input import SCOPES, Wish, carry_out
from orders.api.orders_views import READING, OrderView
from orders.api.refusals import invalid
from orders.lifecycle import OrderMove
from orders.models import Order, OrderEvent
from orders.models.order import pk_of

MOST_AT_ONCE = 100
DECISIONS = (OrderMove.APPROVE, OrderMove.REJECT)


class OrderHistory(OrderView):
    """`GET /order-v2/{tenant}/orders/{id}/history`. Ours."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING}

    def get(self, request: Request, tenant: str, order_id: str) -> Response:
        """A bare list, oldest first. Why something was honoured anyway is between the auditors."""
        order = self.found(rows.of_token(self.actor), order_id)
        audits = rows.audits(order, self.actor)
        return Response([self._event(event, audits=audits) for event in order.events.order_by("number")])

    def _event(self, event: OrderEvent, *, audits: bool) -> dict[str, Any]:
        body = event_body(event)
        if not audits and not event.comment_for_customer:
            body.pop("comment", None)
        return body


class OrderReviews(OrderView):
    """`POST /order-v2/{tenant}/order-reviews`: approve or reject many orders. Ours."""

    callers = ("customer",)
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": tuple(sorted(SCOPES[OrderMove.APPROVE]))}

    def post(self, request: Request, tenant: str) -> Response:
        """Each order by itself: 200 with an answer for each, in the order of the request, whatever became of it."""
        move, ids, wish = _read(request.data)
        pks = {pk for number in ids if (pk := pk_of(number)) is not None}
        orders = {order.number: order for order in rows.of_token(self.actor).filter(pk__in=pks)}
        return Response(
            [
                {"index": index, "id": number, **self._decided(move, orders.get(number), number, wish)}
                for index, number in enumerate(ids)
            ]
        )

    def _decided(self, move: OrderMove, order: Order | None, number: str, wish: Wish) -> dict[str, Any]:
        if order is None:
            return {"status": 404, "errorMessage": f"Order with id '{number}' not found."}
        try:
            decided = carry_out(move, self.actor, order, wish)
        except Refused as refused:
            error: ApiError = self.error_of(refused) or refused_error(refused)
            return {"status": int(error.status), "errorMessage": " ".join([refused.text, *refused.details])}
        return {"status": 200, "reviewStatus": decided.status}


def _read(data: Any) -> tuple[OrderMove, list[str], Wish]:
    """What to do with which orders; a reason is for all of them."""
    body = Body(data)
    move = OrderMove(body.choice("operation", DECISIONS))
    ids = body.texts("orderIds", longest=40, most=MOST_AT_ONCE)
    if not ids or len(set(ids)) != len(ids):
        raise invalid("orderIds", f"must be a list of 1 to {MOST_AT_ONCE} orders, each once")
    wish = Wish(
        reason=body.text("reason", default="") if move is OrderMove.REJECT else "",
        note=body.text("note", default=""),
    )
    if move is OrderMove.REJECT and not wish.reason.strip():
        raise invalid("reason", "Say why; the customers will read it.")
    body.nothing_else()
    return move, ids, wish
