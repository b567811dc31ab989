"""Deliveries: what a vendor's system reads of one line that it was told to deliver, and says how that went. Ours."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import Languages, languages_of
from companies.api.errors import ApiError
from companies.api.json import instant, short
from companies.api.reading import Body
from orders.api.orders_input import read_links
from orders.api.refusals import OrderServiceView
from orders.lifecycle import OrderMove, OrderParty
from orders.models import Order, OrderLine
from orders.services.delivery import Said, completed_with, deliver_line, failed_with
from orders.standing import parties_of
from orders.vendor_calls import delivery_key


class DeliveryView(OrderServiceView):
    """What all share: sellers, the systems of vendors and API clients, each with what they have a part in."""

    callers = ("customer", "service")
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("order.order_read",), "POST": ("order.order_update",)}

    def found(self, delivery_id: str) -> tuple[Order, int]:
        """Order and number of a delivery's line; 404 for who has no part in the order."""
        number, _, line = delivery_id.rpartition("-")
        order = Order.objects.visible_to(self.actor).numbered(number).first()
        if order is None or not line.isascii() or not line.isdigit() or len(line) > 9:
            raise self.unknown(delivery_id)
        return order, int(line)

    def unknown(self, delivery_id: str) -> ApiError:
        """There is none of this id for the caller."""
        return ApiError(404, f"Delivery with id '{delivery_id}' not found.")

    def shown(self, request: Request, line: OrderLine) -> Response:
        """The delivery as it stands."""
        return Response(delivery_body(line, languages_of(request)))


class OneDelivery(DeliveryView):
    """`GET /order-v2/{tenant}/deliveries/{id}`."""

    def get(self, request: Request, tenant: str, delivery_id: str) -> Response:
        """The line, how its delivery stands, and what its customer was told; for who sells or delivers it."""
        order, number = self.found(delivery_id)
        lines = order.lines.filter(number=number).select_related("product", "plan", "subscription")
        line = lines.first()
        if line is None or parties_of(order, self.actor).isdisjoint((OrderParty.SELLER, OrderParty.PROVISIONER)):
            raise self.unknown(delivery_id)
        line.order = order
        return self.shown(request, line)


class DeliveryAnswer(DeliveryView):
    """`POST /order-v2/{tenant}/deliveries/{id}/complete` and `.../fail`: said again, it is answered again."""

    move: ClassVar[OrderMove] = OrderMove.COMPLETE

    def post(self, request: Request, tenant: str, delivery_id: str) -> Response:
        """Record it; 409 where it ended otherwise before."""
        order, number = self.found(delivery_id)
        said = read_said(request.data, self.move)
        return self.shown(request, deliver_line(actor=self.actor, order_id=order.pk, number=number, said=said))


def read_said(data: Any, move: OrderMove) -> Said:
    """What the body says of a delivery; raises 400 for what it does not know."""
    body = Body(data)
    instructions = body.text("instructions", default="")
    if move is OrderMove.FAIL:
        body.nothing_else()
        return failed_with(instructions)
    links = read_links(body)
    body.nothing_else()
    return completed_with(instructions, links)


def delivery_body(line: OrderLine, languages: Languages) -> dict[str, Any]:
    """One delivery on the wire, without any price; the line comes with its order, product, plan and subscription."""
    order = line.order
    subscription = line.subscription or order.subscription
    body = {
        "id": delivery_key(order, line),
        "orderId": order.number,
        "entryId": str(line.number),
        "kind": line.delivery_kind,
        "state": line.delivery_state,
        "orderStatus": order.status,
        "product": {
            "id": line.product.key,
            "sku": line.sku,
            "name": languages.localized(line.name),
        },
        "plan": line.plan.code if line.plan else None,
        "quantity": short(line.quantity),
        "subscriptionId": subscription.number if subscription else None,
        "instructions": line.instructions or None,
        "links": line.links or None,
        "deliveredAt": instant(line.delivered_at) if line.delivered_at else None,
    }
    return {name: value for name, value in body.items() if value is not None}
