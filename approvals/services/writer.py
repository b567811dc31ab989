"""The one place where an approval's status is written, always together with its event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from approvals.lifecycle import Move, Status
from approvals.models import Approval, ApprovalEvent
from approvals.standing import acting_in
from companies.actors import Actor
from companies.events import Happening, chain_event

_HISTORY = ["event_count", "last_hash", "version", "modified_at", "status"]

# Moves that end the question: they are remembered on the row with who and when.
_ENDING = (Move.APPROVE, Move.APPROVE_AND_ORDER, Move.DECLINE, Move.CLOSE, Move.DELETE, Move.EXPIRE)

_EVENT_KINDS = {
    Move.APPROVE: "approval.approved",
    Move.APPROVE_AND_ORDER: "approval.approved",
    Move.DECLINE: "approval.declined",
    Move.AMEND: "approval.amended",
    Move.REASSIGN: "approval.reassigned",
    Move.CLOSE: "approval.closed",
    Move.DELETE: "approval.closed",
    Move.EXPIRE: "approval.expired",
    Move.PLACE_ORDER: "approval.ordered",
    Move.GIVE_UP: "approval.given_up",
}


def write_moves(
    approvals: Sequence[Approval],
    move: Move,
    to: Status,
    actor: Actor,
    now: datetime,
    *,
    changed: Sequence[str] = (),
    comment: str = "",
    facts: dict[str, str] | None = None,
) -> list[ApprovalEvent]:
    """Write `move` to locked approvals that `check` has let through; one UPDATE and one INSERT.

    `changed` names further columns the caller has set on the rows.
    """
    events = []
    columns = {*_HISTORY, *changed}
    for approval in approvals:
        what = Happening(
            _EVENT_KINDS[move],
            from_status=approval.status,
            to_status=to,
            comment=comment,
            content_hash=approval.content_hash,
            limit=str(approval.limit or ""),
            facts=facts,
        )
        approval.status = to
        approval.touched(now)
        if move in _ENDING:
            approval.decided_at = now
            approval.decided_by_name = actor.name[:200]
            columns |= {"decided_at", "decided_by_name"}
        events.append(chain_event(ApprovalEvent(approval=approval), approval, what, acting_in(approval, actor), now))
    if len(approvals) == 1:
        approvals[0].save(update_fields=sorted(columns))
    else:
        Approval.objects.bulk_update(approvals, sorted(columns))
    return ApprovalEvent.objects.bulk_create(events)


def first_event(approval: Approval, actor: Actor, now: datetime, *, behalf: str = "") -> ApprovalEvent:
    """The event `approval.requested` of an approval that is not saved yet; saves nothing.

    `behalf` names the requester where somebody else asked for them.
    """
    what = Happening(
        "approval.requested",
        to_status=approval.status,
        comment=approval.comment,
        content_hash=approval.content_hash,
        limit=str(approval.limit or ""),
        facts={
            "gross": str(approval.amount),
            "put_to": str(approval.approver_id or f"company {approval.pool_company_id}"),
            "reasons": [reason["code"] for reason in approval.reasons],
        },
    )
    if behalf:
        what = replace(what, behalf_ref=str(approval.requester_id), behalf_name=behalf)
    return chain_event(ApprovalEvent(approval=approval), approval, what, actor, now)
