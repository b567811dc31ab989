"""Who did what with an order, and when: its events as the rows of a timeline for the seller."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from companies.actors import ActorKind
from orders.models import OrderEvent
from orders.review_warnings import HONOURED

Values = dict[str, Any]

# What somebody did, and what is said where it happened by itself.
WORDS = {
    "order.placed": ("placed the order", "The order was placed."),
    "order.approved": ("accepted the order", "The order was accepted automatically."),
    "order.rejected": ("rejected the order", "The order was rejected."),
    "order.withdrawn": ("withdrew the order", "The order was withdrawn."),
    "order.started": ("started the delivery", "The delivery has started."),
    "order.completed": ("completed the delivery", "The delivery is complete."),
    "order.failed": ("reported that the delivery failed", "The delivery failed."),
    "order.retried": ("has the delivery tried again", "The delivery is tried again."),
    "order.payment_chosen": ("chose how to pay", "How to pay was chosen."),
    "order.cancelled": ("cancelled the order", "The order was cancelled."),
}
OWN_DECISION = "The same person had it ordered."
TONES = {
    "order.placed": "waiting",
    "order.approved": "good",
    "order.completed": "good",
    "order.rejected": "refused",
    "order.failed": "refused",
}


def timeline_of(events: Iterable[OrderEvent], *, inside: bool) -> list[Values]:
    """The events of an order as rows, in their order; `inside` is who reads what the seller keeps to itself.

    What the customer's policy ruled, with limit and figures, is the customer's business and left out.
    """
    return [_row(event, inside=inside) for event in events]


def _row(event: OrderEvent, *, inside: bool) -> Values:
    by_itself = event.actor_kind == ActorKind.SYSTEM
    did, happened = WORDS.get(event.kind, (event.kind, event.kind))
    return {
        "at": event.at,
        "who": "" if by_itself else event.actor_name,
        "role": "" if by_itself else event.role.capitalize(),
        "on_behalf_of": event.behalf_name,
        "what": happened if by_itself else did,
        "comment": event.comment if inside else event.comment_for_customer,
        "details": _details(event) if inside else [],
        "tone": TONES.get(event.kind, "closed"),
    }


def _details(event: OrderEvent) -> list[str]:
    own = [OWN_DECISION] if event.facts.get("own_order") else []
    skus = [what.partition(" ")[2] for what in event.facts.get(HONOURED, ())]
    return [*own, *([f"Honoured although withdrawn: {', '.join(skus)}"] if skus else [])]
