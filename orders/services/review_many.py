"""Several orders decided at once: each by itself, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from companies.actors import Actor
from config.kit.refused import Invalid, Missing, Refused
from orders.lifecycle import OrderStatus
from orders.models import Order
from orders.models.order import pk_of
from orders.services.review import approve_order, reject_order
from orders.standing import how_it_stands

log = structlog.get_logger("countersign.review")

MOST = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one order of several. `text` says why it was left as it was; empty where it was done.

    `refusal` is what the order alone would have been answered; None also where something failed.
    """

    number: str
    done: bool
    text: str = ""
    code: str = ""
    refusal: Refused | None = None


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
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise Invalid("Choose at least one order.", field="order")
    if len(wanted) > MOST:
        raise Invalid(f"Choose at most {MOST} orders at once.", field="order")
    return [_one(number, decide, actor) for number in wanted]


def _one(number: str, decide: Callable[[int], Order], actor: Actor) -> Result:
    """One that fails, whatever the cause, must not keep the others back."""
    left = Result(number, done=False)
    try:
        found = Order.objects.visible_to(actor).numbered(number).values_list("pk", flat=True).first()
        if found is None:
            unknown = Missing("There is no such order.")
            return replace(left, text=unknown.text, code=unknown.code, refusal=unknown)
        decide(found)
    except Refused as refusal:
        return replace(left, text=" ".join((refusal.text, *refusal.details)), code=refusal.code, refusal=refusal)
    except Exception:
        log.exception("not decided", order=number)
        return replace(left, text="Something went wrong with this one. Try it again by itself.", code="error")
    return Result(number, done=True)
