"""The one place where a quote's status is written, always together with its event and what that changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from companies.actors import Actor
from companies.events import Happening, chain_event
from orders.models import Quote, QuoteChange, QuoteEvent
from orders.quote_chain import change_digest
from orders.quote_lifecycle import QuoteMove, QuoteStatus

_EVENT_KINDS = {
    QuoteMove.ACCEPT: "quote.accepted",
    QuoteMove.DECLINE: "quote.declined",
    QuoteMove.ASK_CHANGE: "quote.change_asked",
    QuoteMove.NOTE: "quote.noted",
    QuoteMove.REVISE: "quote.revised",
    QuoteMove.OPEN: "quote.opened",
    QuoteMove.DECLINE_BY_MERCHANT: "quote.declined_by_merchant",
    QuoteMove.EXPIRE: "quote.expired",
}
_HISTORY = ["event_count", "last_hash", "version", "modified_at"]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a move changes, as the history tells it: `path` as the API spells it, values as text."""

    path: str
    old: str = ""
    new: str = ""

    @property
    def op(self) -> str:
        """ADD, REMOVE or REPLACE."""
        if not self.old:
            return "ADD"
        return "REPLACE" if self.new else "REMOVE"


def write_quote_move(
    quote: Quote,
    move: QuoteMove,
    to: QuoteStatus,
    actor: Actor,
    now: datetime,
    *,
    changes: Iterable[Change] = (),
    columns: Iterable[str] = (),
    comment: str = "",
    reason: dict[str, Any] | None = None,
) -> QuoteEvent:
    """Write `move` to a locked quote; whether it may be made was asked before. Three statements.

    `changes` are those of `columns`, which the caller has set on the row. A move to another status
    keeps `comment` and `reason` (as the customer or the seller chose it) with the quote.
    """
    told = list(changes)
    saved = {*_HISTORY, *columns}
    former = quote.status
    if to != former:
        told.append(Change("/status", former, to))
        quote.status, quote.status_since = to, now
        quote.status_comment, quote.status_reason = comment, reason or {}
        saved |= {"status", "status_since", "status_comment", "status_reason"}
    quote.touched(now)
    happening = Happening(_EVENT_KINDS[move], from_status=former, to_status=to, comment=comment)
    event = _append(quote, happening, told, actor, now, reason)
    quote.save(update_fields=sorted(saved))
    return event


def write_new_quote(
    quote: Quote, kind: str, changes: Iterable[Change], actor: Actor, now: datetime, *, comment: str = ""
) -> QuoteEvent:
    """Save a new quote and the first event of its history, `quote.asked` or `quote.drafted`."""
    quote.save(force_insert=True)
    event = _append(quote, Happening(kind, to_status=quote.status, comment=comment), list(changes), actor, now, None)
    quote.save(update_fields=["event_count", "last_hash"])
    return event


def delete_quote(quote: Quote, actor: Actor, now: datetime) -> QuoteEvent:
    """Hide a locked quote from everybody; its rows stay."""
    quote.deleted_at = now
    quote.touched(now)
    happening = Happening("quote.deleted", from_status=quote.status, to_status=quote.status)
    event = _append(quote, happening, [], actor, now, None)
    quote.save(update_fields=sorted({*_HISTORY, "deleted_at"}))
    return event


def _append(
    quote: Quote,
    what: Happening,
    changes: Sequence[Change],
    actor: Actor,
    now: datetime,
    reason: dict[str, Any] | None,
) -> QuoteEvent:
    rows = [
        QuoteChange(number=number, op=c.op, path=c.path, old=c.old, new=c.new, salt=secrets.token_hex(16))
        for number, c in enumerate(changes, start=1)
    ]
    facts: dict[str, Any] = {
        "gross": str(quote.total),
        "changes": [{"op": row.op, "path": row.path, "values": change_digest(row)} for row in rows],
    }
    if reason:
        facts["reason"] = reason.get("code", "")
    what = replace(what, content_hash=quote.content_hash, facts=facts)
    event = chain_event(QuoteEvent(quote=quote), quote, what, actor, now)
    event.save(force_insert=True)
    for row in rows:
        row.event = event
    QuoteChange.objects.bulk_create(rows)
    return event
