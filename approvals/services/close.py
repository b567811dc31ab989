"""Taking a request back while it waits, or giving up a yes that was not used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals import notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval
from approvals.outcomes import Outcome
from approvals.services.expire import expire_step
from approvals.services.steps import allow, clean_comment, find, latest_snapshot, lock
from approvals.services.writer import write_moves
from approvals.subjects import Subject
from companies.actors import Actor


def close(*, actor: Actor, approval_id: int, comment: str = "", now: datetime | None = None) -> Outcome[Approval]:
    """Take a waiting request back; the subject is free again and the approver is told.

    Raises `Missing`, `NotYours` (only the requester may) and `Late`.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        close_step(subject, record, approval, Move.CLOSE, actor=actor, comment=comment, now=now)
        return Outcome(approval)


def delete(*, actor: Actor, approval_id: int, now: datetime | None = None) -> Outcome[Approval]:
    """End a waiting request as clients of the API do: for its requester and its approver.

    It stays readable, with who ended it; the subject is free again and the other side is told.
    Raises `Missing` and `Late`.
    """
    now = now or timezone.now()
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        close_step(subject, record, approval, Move.DELETE, actor=actor, comment="", now=now)
        return Outcome(approval)


def close_step(
    subject: Subject,
    record: Any,
    approval: Approval,
    move: Move,
    *,
    actor: Actor,
    comment: str,
    now: datetime,
    differences: Sequence[str] = (),
) -> None:
    """Close a locked request by `move`, closing or deleting; raises `NotYours` and `Late`.

    `differences` say why the system does it.
    """
    allow(approval, move, actor, now)
    facts = {"differences": list(differences)} if differences else None
    event = write_moves([approval], move, Status.CLOSED, actor, now, comment=comment, facts=facts)[0]
    subject.release(record, approval, actor, now)
    subject.decided(record, approval, move, actor, now)
    said = notices.facts_of(
        approval, latest_snapshot(approval), actor=actor.name, reason=comment, differences=list(differences)
    )
    letters = notices.both_sides(approval, "approval.closed", said, but=actor.user_id)
    notices.tell(approval, event, letters, now)


def end_step(
    subject: Subject, record: Any, approval_id: int, *, why: str, now: datetime, differences: Sequence[str] = ()
) -> None:
    """End what binds a locked subject that is no longer what it was asked about: both sides are told `why`.

    A waiting request is closed by the system, or expires where its time is over as well; a yes that was not used is
    given up. Nothing happens to one that ended already.
    """
    approval = Approval.objects.locked().get(pk=approval_id)
    system = Actor.system("re-check", approval.tenant_id)
    if not approval.is_live:
        return
    if approval.is_overdue(now):
        expire_step(subject, record, approval, now)
    elif approval.status == Status.APPROVED:
        give_up_step(subject, record, approval, actor=system, comment=why, differences=differences, now=now)
    else:
        close_step(subject, record, approval, Move.CLOSE, actor=system, comment=why, differences=differences, now=now)


def give_up(*, actor: Actor, approval_id: int, comment: str = "", now: datetime | None = None) -> Outcome[Approval]:
    """Let go of a yes that was not used: the subject goes back to the requester, who may ask again.

    For the requester and the company's admins. Raises `Missing`, `NotYours` and `Late`.
    """
    now = now or timezone.now()
    comment = clean_comment(comment)
    found = find(actor, approval_id, now, overseen=True)
    with transaction.atomic():
        subject, record, approval = lock(found)
        allow(approval, Move.GIVE_UP, actor, now)
        give_up_step(subject, record, approval, actor=actor, comment=comment, now=now)
        return Outcome(approval)


def give_up_step(
    subject: Subject,
    record: Any,
    approval: Approval,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
    differences: Sequence[str] = (),
) -> None:
    """Release a locked, approved and unused approval. `differences` say why the system does it."""
    approval.released_at = now
    event = write_moves(
        [approval],
        Move.GIVE_UP,
        Status.APPROVED,
        actor,
        now,
        changed=["released_at"],
        comment=comment,
        facts={"differences": list(differences)} if differences else None,
    )[0]
    subject.release(record, approval, actor, now)
    subject.decided(record, approval, Move.GIVE_UP, actor, now)
    said = notices.facts_of(
        approval,
        latest_snapshot(approval),
        actor=actor.name,
        reason=comment,
        differences=list(differences),
    )
    letters = notices.both_sides(approval, "approval.given_up", said, but=actor.user_id)
    notices.tell(approval, event, letters, now)
