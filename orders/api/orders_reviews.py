"""What auditors and readers of an order need besides it: many decisions at once, and what happened so far."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import refused_error
from companies.api.history import event_body
from companies.api.reading import Body
from orders.api import orders_rows as rows
from orders.api.orders_input import SCOPES, Wish
from orders.api.orders_views import READING, OrderView
from orders.api.refusals import invalid
from orders.lifecycle import OrderMove
from orders.models import OrderEvent
from orders.models.order import pk_of
from orders.services.review_many import MOST, Result, approve_many, reject_many

DECISIONS = (OrderMove.APPROVE, OrderMove.REJECT)


class OrderHistory(OrderView):
    """`GET /order-v2/{tenant}/orders/{id}/history`. Ours."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING}

    def get(self, request: Request, tenant: str, order_id: str) -> Response:
        """A bare list, oldest first. Why something was honoured anyway is between the auditors."""
        order = self.found(self.seen(), order_id)
        audits = rows.audits(order, self.actor)
        bodies = [self._event(event, audits=audits) for event in order.events.order_by("number")]
        if not rows.shows_prices(order, self.actor):
            for body in bodies:  # prices are in the digest of the content, and can be guessed by trying
                body.pop("contentHash", None)
        return Response(bodies)

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
        if move is OrderMove.APPROVE:
            results = approve_many(actor=self.actor, numbers=ids, note=wish.note)
        else:
            results = reject_many(actor=self.actor, numbers=ids, reason=wish.reason, note=wish.note)
        pks = [pk for result in results if result.done and (pk := pk_of(result.key)) is not None]
        stands = {order.number: order.status for order in rows.of_token(self.actor).filter(pk__in=pks)}
        return Response(
            [
                {"index": index, "id": result.key, **_told(result, stands.get(result.key))}
                for index, result in enumerate(results)
            ]
        )


def _told(result: Result, status: str | None) -> dict[str, Any]:
    """What became of one order, with the status that it alone would have been answered."""
    if result.done:
        return {"status": 200, "reviewStatus": status}
    refused = 500 if result.refusal is None else int(refused_error(result.refusal).status)
    return {"status": refused, "errorMessage": result.text}


def _read(data: Any) -> tuple[OrderMove, list[str], Wish]:
    """What to do with which orders; a reason is for all of them."""
    body = Body(data)
    move = OrderMove(body.choice("operation", DECISIONS))
    ids = body.texts("orderIds", longest=40, most=MOST)
    if not ids or len(set(ids)) != len(ids):
        raise invalid("orderIds", f"must be a list of 1 to {MOST} orders, each once")
    wish = Wish(
        reason=body.text("reason", default="") if move is OrderMove.REJECT else "",
        note=body.text("note", default=""),
    )
    body.nothing_else()
    return move, ids, wish
