"""What does a client want done with an order? Bodies in, one call of a service out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from companies.actors import Actor
from companies.api.reading import Body
from orders.api.orders_rows import API_STATUS, API_STATUSES
from orders.api.refusals import invalid
from orders.board import moves_for
from orders.lifecycle import ORDER, OrderMove, OrderParty, OrderStatus
from orders.models import Order
from orders.review_facts import order_now
from orders.review_warnings import in_the_way, warnings_of
from orders.services.delivery import cancel_order, complete_delivery, fail_delivery, retry_order, start_order
from orders.services.review import approve_order, reject_order, withdraw_order
from orders.standing import parties_of

_CUSTOMERS, _SELLERS, _REVIEWERS = "order.order_updateascustomer", "order.order_update", "order.order_review"

# Of which scopes a move needs one; whose it is besides, the lifecycle says.
SCOPES = {
    OrderMove.APPROVE: frozenset({_REVIEWERS}),
    OrderMove.REJECT: frozenset({_REVIEWERS}),
    OrderMove.WITHDRAW: frozenset({_CUSTOMERS}),
    OrderMove.START: frozenset({_SELLERS}),
    OrderMove.COMPLETE: frozenset({_SELLERS}),
    OrderMove.FAIL: frozenset({_SELLERS}),
    OrderMove.RETRY: frozenset({_SELLERS}),
    OrderMove.CANCEL: frozenset({_CUSTOMERS, _SELLERS}),
}

# What the order service calls a transition. Failing and retrying are none: their status reads CREATED, too. A customer
# declines an order that is CREATED; taking one back while it is reviewed is `withdraw`.
_TRANSITIONS = {
    OrderParty.CUSTOMER: (OrderMove.CANCEL,),
    OrderParty.AUDITOR: (OrderMove.APPROVE, OrderMove.REJECT),
    OrderParty.SELLER: (OrderMove.START, OrderMove.COMPLETE, OrderMove.CANCEL),
    OrderParty.PROVISIONER: (OrderMove.START, OrderMove.COMPLETE),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client says with a move; each move reads what it needs."""

    reason: str = ""
    note: str = ""
    honour: str = ""
    instructions: str = ""
    links: tuple[dict[str, str], ...] = ()
    entries: frozenset[str] | None = None


_FIELDS = {
    OrderMove.APPROVE: ("note", "honourAnyway"),
    OrderMove.REJECT: ("reason", "note"),
    OrderMove.WITHDRAW: ("reason",),
    OrderMove.START: (),
    OrderMove.COMPLETE: ("instructions", "links", "entryIds"),
    OrderMove.FAIL: ("instructions", "entryIds"),
    OrderMove.RETRY: (),
    OrderMove.CANCEL: ("reason",),
}

_CALLS: dict[OrderMove, Callable[[Actor, Order, Wish], Order]] = {
    OrderMove.APPROVE: lambda actor, order, wish: approve_order(
        actor=actor, order_id=order.pk, note=wish.note, honour_reason=wish.honour
    ),
    OrderMove.REJECT: lambda actor, order, wish: reject_order(
        actor=actor, order_id=order.pk, reason=wish.reason, note=wish.note
    ),
    OrderMove.WITHDRAW: lambda actor, order, wish: withdraw_order(actor=actor, order_id=order.pk, reason=wish.reason),
    OrderMove.START: lambda actor, order, wish: start_order(actor=actor, order_id=order.pk),
    OrderMove.COMPLETE: lambda actor, order, wish: complete_delivery(
        actor=actor,
        order_id=order.pk,
        line_ids=_lines(order, wish),
        instructions=wish.instructions,
        links=wish.links,
    ),
    OrderMove.FAIL: lambda actor, order, wish: fail_delivery(
        actor=actor, order_id=order.pk, line_ids=_lines(order, wish), instructions=wish.instructions
    ),
    OrderMove.RETRY: lambda actor, order, wish: retry_order(actor=actor, order_id=order.pk),
    OrderMove.CANCEL: lambda actor, order, wish: cancel_order(actor=actor, order_id=order.pk, reason=wish.reason),
}


def read_wish(data: Any, move: OrderMove) -> Wish:
    """The body of a move; raises 400 for what the move does not know."""
    body, fields = Body(data), _FIELDS[move]
    wish = Wish(
        reason=body.text("reason", default="") if "reason" in fields else "",
        note=body.text("note", default="") if "note" in fields else "",
        honour=_honour(body) if "honourAnyway" in fields else "",
        instructions=body.text("instructions", default="") if "instructions" in fields else "",
        links=read_links(body) if "links" in fields else (),
        entries=_entries(body) if "entryIds" in fields else None,
    )
    body.nothing_else()
    return wish


def carry_out(move: OrderMove, actor: Actor, order: Order, wish: Wish) -> Order:
    """The order after the move; refusals are those of its service."""
    return _CALLS[move](actor, order, wish)


def transitions_of(order: Order, actor: Actor, scopes: frozenset[str]) -> list[str]:
    """The statuses that the caller may set now, in the words of the order service.

    Not the yes that honours what was withdrawn: it needs words for which a transition has no place.
    """
    offered = set(moves_for(order, actor))
    if OrderMove.APPROVE in offered and in_the_way(warnings_of(order_now(order))):
        offered.remove(OrderMove.APPROVE)
    return [status for status, move in _meant(order, actor, scopes).items() if move in offered]


def read_transition(body: Body, order: Order, actor: Actor, scopes: frozenset[str]) -> tuple[OrderMove, Wish]:
    """The move behind `{status, comment}`; raises 400 for a status that is not the caller's to set now."""
    status, comment = body.choice("status", API_STATUSES), body.text("comment", default="")
    move = _meant(order, actor, scopes).get(status)
    if move is None:
        now = API_STATUS[OrderStatus(order.status)]
        raise invalid("status", f"The status cannot be changed from {now} to {status}.")
    return move, Wish(reason=comment, note=comment if move is OrderMove.APPROVE else "", instructions=comment)


def _meant(order: Order, actor: Actor, scopes: frozenset[str]) -> dict[str, OrderMove]:
    """What each status means that somebody like the caller may set on an order that stands like this."""
    parties = parties_of(order, actor)
    named = [move for party, moves in _TRANSITIONS.items() if party in parties for move in moves]
    found: dict[str, OrderMove] = {}
    for move in ORDER.open_moves(order.status, parties):
        if move in named and not SCOPES[OrderMove(move)].isdisjoint(scopes):
            to = OrderStatus(ORDER.next_status(order.status, move, parties))
            found[API_STATUS[to]] = OrderMove(move)
    return found


def read_links(body: Body) -> tuple[dict[str, str], ...]:
    """The links of a body, as far as it has any."""
    return tuple(
        {"label": link.text("label", default=""), "url": link.text("url")} for link in body.items("links") or ()
    )


def _honour(body: Body) -> str:
    """Why an auditor accepts what was withdrawn since; said in two words, so that nobody does it by oversight."""
    wanted, reason = body.flag("honourAnyway", default=False), body.text("honourReason", default="")
    if wanted and not reason.strip():
        raise body.wrong("honourReason", "is missing")
    if reason and not wanted:
        raise body.wrong("honourAnyway", "must be true where there is a reason for it")
    return reason


def _entries(body: Body) -> frozenset[str] | None:
    ids = body.texts("entryIds", longest=20)
    return None if ids is None else frozenset(ids)


def _lines(order: Order, wish: Wish) -> list[int] | None:
    """The lines that the entries are; an entry that is none makes it a line that is not there."""
    if wish.entries is None:
        return None
    known = {str(line.number): line.pk for line in order.lines.all()}
    return [known.get(entry, 0) for entry in sorted(wish.entries)]
