"""What can the seller do with an order now: its moves as buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from companies.actors import Actor
from orders.board import moves_for
from orders.control_panel.forms import cancel_form, honour_form, reject_form
from orders.lifecycle import OrderMove
from orders.models import Order
from orders.review_warnings import ReviewWarning, in_the_way

Values = dict[str, Any]
Kept = Mapping[str, Any]


def buttons(order: Order, actor: Actor, kept: Kept, warnings: Sequence[ReviewWarning] = ()) -> list[Values]:
    """The moves open to this reader for the move bar. `kept` is what was typed before it was refused.

    What was withdrawn, by the `warnings`, takes a reason of its own.
    """
    build: dict[OrderMove, Callable[[Kept], Values]] = {
        OrderMove.APPROVE: _honour if in_the_way(warnings) else _approve,
        OrderMove.REJECT: _reject,
        OrderMove.START: _start,
        OrderMove.COMPLETE: _complete,
        OrderMove.FAIL: _fail,
        OrderMove.RETRY: _retry,
        OrderMove.CANCEL: _cancel,
    }
    made = []
    for move in moves_for(order, actor):
        if move not in build:
            continue  # the customer's, who may sell as well: withdrawn in the dashboard
        url = move_url(order, move)
        made.append({"url": url, **build[move](kept if kept.get("sent_to") == url else {})})
    return sorted(made, key=lambda button: button.get("kind") != "primary")


def move_url(order: Order, move: OrderMove) -> str:
    """Where the move is sent to."""
    return reverse("control_panel:order_move", args=[order.number, move.value])


def _approve(kept: Kept) -> Values:
    return {"label": "Approve", "kind": "primary", "hint": "The customer is told, and delivery can begin."}


def _honour(kept: Kept) -> Values:
    return {
        "label": "Approve anyway",
        "kind": "primary",
        "hint": "You honour what was withdrawn since. The customer is told, and delivery can begin.",
        "fields": list(honour_form(kept)),
        "error": kept.get("text", ""),
    }


def _reject(kept: Kept) -> Values:
    form = reject_form(kept)
    return {
        "label": "Reject",
        "kind": "dangerous",
        "hint": "Final. The customer reads your reason.",
        "fields": list(form),
        "error": kept.get("text", ""),
    }


def _start(kept: Kept) -> Values:
    return {"label": "Start delivery", "hint": "From then on the customer cannot cancel."}


def _complete(kept: Kept) -> Values:
    return {
        "label": "Complete",
        "kind": "primary",
        "method": "get",
        "hint": "With instructions and links for the customer.",
    }


def _fail(kept: Kept) -> Values:
    return {"label": "Report a failure", "kind": "dangerous", "method": "get", "hint": "You say what failed."}


def _retry(kept: Kept) -> Values:
    return {"label": "Try again", "kind": "primary", "hint": "The failed lines are to be delivered again."}


def _cancel(kept: Kept) -> Values:
    form = cancel_form(kept)
    return {
        "label": "Cancel the order",
        "kind": "dangerous",
        "hint": "Final. The customer reads your reason.",
        "fields": list(form),
        "error": kept.get("text", ""),
    }
