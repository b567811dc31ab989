"""Who did what with an approval, and when: its events as the rows of a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from approvals.dashboard.differences import in_words
from approvals.models import Approval, ApprovalEvent
from companies.actors import ActorKind
from companies.models import User

Values = dict[str, Any]

EXPIRED_WORDS = "Nobody answered in time. The request expired."
ENDED_BY_ITSELF = {
    "approval.given_up": "The approval was given up, because what was to be ordered had changed.",
    "approval.closed": "The request ended, because what was asked about is another thing now.",
}
ASKING = ("approval.requested", "approval.amended")
TONES = {
    "approval.requested": "waiting",
    "approval.approved": "good",
    "approval.ordered": "good",
    "approval.declined": "refused",
}


def timeline_of(approval: Approval) -> list[Values]:
    """The events of an approval, oldest first. Two queries at most."""
    events = list(approval.events.order_by("number"))
    names = _names(events)
    rows, asked = [], ""
    for event in events:
        row = _row(event, approval, names)
        if event.kind in ASKING:
            # An amendment repeats the request's comment; only a new one is worth reading twice.
            row["comment"], asked = ("" if event.comment == asked else event.comment), event.comment or asked
        rows.append(row)
    return rows


def orders_of(approval: Approval) -> list[str]:
    """The numbers of the orders that came of it. One query where there are any."""
    if not approval.is_used:
        return []
    event = approval.events.filter(kind="approval.ordered").order_by("-number").first()
    return list(event.facts.get("orders", [])) if event else [approval.created_resource]


def _row(event: ApprovalEvent, approval: Approval, names: Mapping[str, str]) -> Values:
    by_itself = event.actor_kind == ActorKind.SYSTEM
    return {
        "at": event.at,
        "who": "" if by_itself else event.actor_name,
        "role": "" if by_itself else event.role.capitalize(),
        "on_behalf_of": event.behalf_name,
        "what": _what(event, approval, names, by_itself=by_itself),
        "details": in_words(event.facts.get("differences", []), approval),
        "comment": event.comment,
        "tone": TONES.get(event.kind, "closed"),
    }


def _what(event: ApprovalEvent, approval: Approval, names: Mapping[str, str], *, by_itself: bool) -> str:
    put_to = names.get(str(event.facts.get("put_to", "")), approval.approver_name)
    put_from = names.get(str(event.facts.get("put_from", "")), "somebody else")
    ordered = ", ".join(event.facts.get("orders", [])) or approval.created_resource
    said = {
        "approval.requested": f"asked {put_to} for approval",
        "approval.amended": "changed the request",
        "approval.reassigned": f"put the request to {put_to} instead of {put_from}",
        "approval.approved": "approved",
        "approval.declined": "declined",
        "approval.closed": "took the request back" if _asked(event, approval) else "closed the request",
        "approval.expired": EXPIRED_WORDS,
        "approval.ordered": f"placed the order {ordered}".strip(),
        "approval.given_up": "gave the approval up",
    }
    if by_itself and event.kind in ENDED_BY_ITSELF:
        return ENDED_BY_ITSELF[event.kind]
    return said.get(event.kind, event.kind.partition(".")[2].replace("_", " "))


def _asked(event: ApprovalEvent, approval: Approval) -> bool:
    return event.actor_ref == str(approval.requester_id)


def _names(events: Sequence[ApprovalEvent]) -> dict[str, str]:
    """The names of the people that events refer to by id: who was asked, and who instead of whom."""
    named = ("put_to", "put_from")
    ids = {str(event.facts[name]) for event in events for name in named if name in event.facts}
    people = User.objects.filter(pk__in=[int(each) for each in ids if each.isdecimal()])
    return {str(person.pk): person.name for person in people}
