"""Several orders reviewed at once: each by itself, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from companies.actors import Actor
from config.kit.many import MOST, Result, each
from config.kit.refused import Invalid, Missing
from orders.lifecycle import OrderStatus
from orders.models import Order
from orders.models.order import pk_of
from orders.services.review import approve_order, reject_order
from orders.standing import how_it_stands

__all__ = ["MOST", "Result", "approve_many", "decided_meanwhile", "reject_many"]


def approve_many(*, actor: Actor, numbers: Sequence[str], note: str = "", now: datetime | None = None) -> list[Result]:
    """Accept these orders, each in a transaction of its own, and say of each what became of it.

    One that is refused, was decided meanwhile, or has something in its way (see `approve_order`) is left as it is and
    holds up no other. Raises `Invalid` (field `order`) for none, or for more than a hundred.
    """
    return _each(numbers, lambda pk: approve_order(actor=actor, order_id=pk, note=note, now=now), actor)


def reject_many(
    *, actor: Actor, numbers: Sequence[str], reason: str, note: str = "", now: datetime | None = None
) -> list[Result]:
    """Reject these orders for one common reason, which their customers read; results as for `approve_many`.

    Raises `Invalid` without a reason (field `reason`).
    """
    if not reason.strip():
        raise Invalid("Say why; the customers will read it.", field="reason")
    return _each(numbers, lambda pk: reject_order(actor=actor, order_id=pk, reason=reason, note=note, now=now), actor)


def decided_meanwhile(*, actor: Actor, numbers: Sequence[str]) -> list[Result]:
    """Those of these orders that wait no more, each with what has become of it. Changes nothing.

    At most the first hundred are looked at; those the actor has no part in are left out.
    """
    wanted = {pk for number in numbers if (pk := pk_of(number)) is not None}
    found = Order.objects.visible_to(actor).filter(pk__in=sorted(wanted)[:MOST])
    over = found.exclude(status=OrderStatus.TO_BE_APPROVED).order_by("pk")
    return [Result(order.number, done=False, text=how_it_stands(order), code="late") for order in over]


def _each(numbers: Sequence[str], decide: Callable[[int], Order], actor: Actor) -> list[Result]:
    def one(number: str) -> Order:
        found = Order.objects.visible_to(actor).numbered(number).values_list("pk", flat=True).first()
        if found is None:
            raise Missing("There is no such order.")
        return decide(found)

    return each(numbers, one, noun="order")
