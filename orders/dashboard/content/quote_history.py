"""What happened to a quote: each event with who did it, what it changed from what to what, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval
from companies.actors import ActorKind
from companies.models import ShippingMethod
from config.kit.wording import moment_text
from orders.dashboard.content.amounts import Values, in_reader_language
from orders.models import Quote, QuoteChange, QuoteEvent
from orders.quote_lifecycle import QuoteStatus, ReasonType
from orders.services.quote_reasons import reasons_of

HAPPENED = {
    "quote.asked": ("asked for a quote", "waiting"),
    "quote.drafted": ("prepared a quote", "closed"),
    "quote.noted": ("changed reference or comment", "closed"),
    "quote.revised": ("changed the offer", "closed"),
    "quote.opened": ("made the offer", "good"),
    "quote.change_asked": ("asked for changes", "waiting"),
    "quote.declined": ("declined the offer", "refused"),
    "quote.declined_by_merchant": ("declined to make an offer", "refused"),
    "quote.accepted": ("accepted the offer", "good"),
}
EXPIRED_WORDS = "The offer expired."
TAKEN_BACK = "took the offer back to change it"
WORKED_ON = "worked on the offer"
LABELS = {
    "/comment": "Comment of the seller",
    "/customerReference": "Reference",
    "/customerComment": "Comment of the customer",
    "/validTo": "Holds until",
    "/shippingAddressId": "Delivery address",
    "/billingAddressId": "Billing address",
    "/shipping": "Shipping",
    "/companyName": "Company",
    "/customerId": "Customer",
    "/restriction": "Restriction",
}
REASONS = {
    "quote.change_asked": ReasonType.CHANGE,
    "quote.declined": ReasonType.DECLINE,
    "quote.declined_by_merchant": ReasonType.DECLINE,
}
ENDED = {
    Status.APPROVED: ("approved the offer", "good"),
    Status.DECLINED: ("declined to approve the offer", "refused"),
    Status.CLOSED: ("ended the request for approval", "closed"),
}


def events_of(quote: Quote) -> list[QuoteEvent]:
    """The history, oldest first, each event with its changes. Two queries."""
    return list(quote.events.order_by("number").prefetch_related("changes"))


def timeline(
    quote: Quote,
    events: Sequence[QuoteEvent],
    approvals: Iterable[Approval],
    now: datetime,
    *,
    to_seller: bool = False,
) -> list[Values]:
    """Rows for the timeline, oldest first: the quote's events and those of its approvals that the reader may see.

    What a seller changes before there is an offer is told with the offer: half a price is none. The seller reads it
    at once. A query for each of reasons and ways of shipping, where the history names any.
    """
    withheld = set() if to_seller else _withheld(events)
    words = _Words(quote, events, now)
    told = [_event(event, quote, words, tells=event.number not in withheld) for event in events]
    if quote.is_overdue(now):
        told.append({"at": quote.valid_to, "what": EXPIRED_WORDS, "tone": "closed"})
    answers = [row for approval in approvals for row in _of_approval(approval, now)]
    # At one moment a yes comes before what was ordered on it, and a changed offer before the end of its request.
    before, after = ([row for row in answers if (row["tone"] == "good") is good] for good in (True, False))
    return sorted([*before, *told, *after], key=lambda row: row["at"])


def changes_since(quote: Quote, events: Sequence[QuoteEvent], seen_hash: str, now: datetime) -> list[str]:
    """What is different from the offer with this content hash, as its history tells it; empty where it never was."""
    seen = max((event.number for event in events if event.content_hash == seen_hash), default=None)
    if seen is None:
        return []
    later = [event for event in events if event.number > seen]
    words = _Words(quote, later, now)
    changes = [change for event in later for change in sorted(event.changes.all(), key=lambda each: each.number)]
    return [words.change(change) for change in changes if change.path != "/status"]


def reason_text(status_reason: Mapping[str, object]) -> str:
    """The reason that a quote keeps, in the reader's language; else its code."""
    message = status_reason.get("message")
    text = in_reader_language(message) if isinstance(message, Mapping) else ""
    return text or str(status_reason.get("code") or "")


def _withheld(events: Sequence[QuoteEvent]) -> set[int]:
    """Which events changed something that has not been offered (yet)."""
    found, offered = set(), False
    for event in reversed(events):
        offered = offered or event.kind == "quote.opened"
        if event.kind == "quote.revised" and event.to_status != QuoteStatus.OPEN and not offered:
            found.add(event.number)
    return found


class _Words:
    """The names of things that a history refers to by codes and ids."""

    def __init__(self, quote: Quote, events: Sequence[QuoteEvent], now: datetime) -> None:
        self.now = now
        self.reasons: dict[tuple[ReasonType, str], str] = {}
        if any(event.facts.get("reason") for event in events):
            named = reasons_of(quote.tenant_id)
            self.reasons = {(each.type, each.code): in_reader_language(each.message) for each in named}
        self.methods: dict[str, str] = {}
        if any(change.path == "/shipping" for event in events for change in event.changes.all()):
            methods = ShippingMethod.objects.filter(marketplace_id=quote.marketplace_id)
            self.methods = {method.key: in_reader_language(method.name) or method.key for method in methods}

    def reason(self, event: QuoteEvent) -> str:
        """Why it was declined or sent back; its code where the reason is no longer there."""
        code, kind = event.facts.get("reason", ""), REASONS.get(event.kind)
        return self.reasons.get((kind, code), code) if code and kind else ""

    def change(self, change: QuoteChange, *, first: bool = False) -> str:
        """`Shipping: Express for 25.00 EUR net → Parcel for 10.00 EUR net`; `first`: before there was anything."""
        old, new = self._value(change.path, change.old), self._value(change.path, change.new)
        if change.path.startswith("/items/"):
            told = {"ADD": new if first else f"Added: {new}", "REMOVE": f"Removed: {old}"}
            return told.get(change.op, f"{old} → {new}")
        told = {"ADD": new, "REMOVE": f"{old} → none", "REPLACE": f"{old} → {new}"}
        return f"{LABELS.get(change.path, 'Further data')}: {told.get(change.op, new)}"

    def _value(self, path: str, text: str) -> str:
        if path == "/validTo" and text:
            return moment_text(timezone.localtime(datetime.fromisoformat(text)), timezone.localtime(self.now))
        if path == "/shipping":
            key, found, price = text.partition(" for ")
            return f"{self.methods.get(key, key)}{found}{price}"
        return text


def _event(event: QuoteEvent, quote: Quote, words: _Words, *, tells: bool) -> Values:
    if event.actor_kind == ActorKind.SYSTEM:
        return {"at": event.at, "what": EXPIRED_WORDS, "tone": "closed"}
    what, tone = HAPPENED.get(event.kind, (event.kind.partition(".")[2].replace("_", " "), "closed"))
    if event.kind == "quote.change_asked" and event.actor_ref != str(quote.owner_id):
        what = TAKEN_BACK
    if event.kind == "quote.revised" and event.to_status != QuoteStatus.OPEN:
        what = WORKED_ON
    changes = sorted(event.changes.all(), key=lambda change: change.number)
    first = event.number == 1
    told = [words.change(change, first=first) for change in changes if change.path != "/status"] if tells else []
    reason = words.reason(event)
    return {
        "at": event.at,
        "who": event.actor_name,
        "role": event.role.capitalize(),
        "on_behalf_of": event.behalf_name,
        "what": what,
        "tone": tone,
        "details": [*([f"Reason: {reason}"] if reason else []), *told],
        "comment": event.comment,
    }


def _of_approval(approval: Approval, now: datetime) -> list[Values]:
    """That somebody was asked to approve the offer, and what came of it."""
    asked = f"asked {approval.approver_name} to approve the offer"
    rows: list[Values] = [
        {
            "at": approval.created_at,
            "who": approval.requester_name,
            "what": asked,
            "tone": "waiting",
            "comment": approval.comment,
        }
    ]
    status = approval.status_at(now)
    if status == Status.EXPIRED:
        words = f"{approval.approver_name} did not answer in time."
        rows.append({"at": approval.expires_at, "what": words, "tone": "closed"})
    elif approval.decided_at is not None:
        what, tone = ENDED[Status(status)]
        who = approval.decided_by_name
        if who not in (approval.requester_name, approval.approver_name):
            who, what = "", "The request for approval ended, because the offer is another one now."
        row = {"at": approval.decided_at, "who": who, "what": what, "tone": tone}
        rows.append({**row, "comment": approval.approver_comment})
    if approval.released_at is not None:
        rows.append({"at": approval.released_at, "what": "The approval was given up.", "tone": "closed"})
    return rows
