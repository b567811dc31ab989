"""What did a company order before it asked for this? The facts to compare a request with."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from django.db.models import Exists, OuterRef

from approvals.models import Approval
from approvals.similar import Earlier, Line
from companies.actors import Actor
from orders.lifecycle import OrderKind, OrderStatus
from orders.models import Order, OrderLine

RECENT = 50  # of its last purchases; an older one tells little
UNDONE = (OrderStatus.REJECTED, OrderStatus.CANCELLED)


def earlier_orders(approval: Approval, actor: Actor, skus: Collection[str]) -> list[Earlier]:
    """Those of the company's last purchases before the request that had one of these in them, newest first.

    What was ordered at once stands together, whatever number of orders it became. Only what the actor reads; orders
    that came to nothing do not count. One query.
    """
    orders = Order.objects.visible_to(actor).filter(
        company_id=approval.company_id, kind=OrderKind.PURCHASE, created_at__lt=approval.created_at
    )
    recent = orders.exclude(status__in=UNDONE).order_by("-created_at", "-pk")[:RECENT]
    alike = OrderLine.objects.filter(order__checkout=OuterRef("order__checkout"), sku__in=skus)
    lines = (
        OrderLine.objects.filter(Exists(alike), order__in=recent.values("pk"))
        .select_related("order")
        .order_by("-order__created_at", "-order__checkout_id", "order__position", "number")
    )
    return [_earlier(list(together)) for _, together in groupby(lines, lambda line: line.order.checkout_id)]


def _earlier(lines: list[OrderLine]) -> Earlier:
    first = lines[0].order
    return Earlier(
        number=first.number,
        at=first.created_at,
        currency=first.currency,
        lines=tuple(Line(line.sku, line.name, line.quantity, line.gross) for line in lines),
    )
