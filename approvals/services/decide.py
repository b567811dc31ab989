"""The answer: yes or no, by the person (or one of the people) the question was put to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals import notices
from approvals.lifecycle import Move, Status
from approvals.models import Answer, Approval, ApprovalEvent, Snapshot, Step
from approvals.outcomes import Outcome
from approvals.services.steps import check_seen, clean_comment, find, latest_snapshot, lock
from approvals.services.writer import write_moves
from approvals.standing import Standing, check, standing_towards
from approvals.subjects import Subject
from companies.actors import Actor
from config.kit.refused import NotYours


def approve(
    *, actor: Actor, approval_id: int, comment: str = "", seen_hash: str = "", now: datetime | None = None
) -> Outcome[Approval]:
    """Say yes to a purchase. Nothing is ordered yet: requester or approver may do that from now on.

    `seen_hash` is the content hash the approver decided on. Raises `Missing` to outsiders, `NotYours`
    to who is not asked, `Late` where it is decided already, expired, or changed since it was seen
    (code `content_changed`, details: the differences). An approver who lost the right since is
    refused in the outcome, and the requester is told to ask somebody else.
    """
    return _decide(Move.APPROVE, actor, approval_id, clean_comment(comment), seen_hash, now)


def decline(
    *, actor: Actor, approval_id: int, comment: str = "", seen_hash: str = "", now: datetime | None = None
) -> Outcome[Approval]:
    """Say no; the subject goes back to the requester. Refusals as for `approve`."""
    return _decide(Move.DECLINE, actor, approval_id, clean_comment(comment), seen_hash, now)


def _decide(
    move: Move, actor: Actor, approval_id: int, comment: str, seen_hash: str, now: datetime | None
) -> Outcome[Approval]:
    now = now or timezone.now()
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        outcome, _ = decide_step(
            subject, record, approval, move=move, actor=actor, comment=comment, seen_hash=seen_hash, now=now
        )
        return outcome


def decide_step(
    subject: Subject,
    record: Any,
    approval: Approval,
    *,
    move: Move,
    actor: Actor,
    comment: str,
    seen_hash: str,
    now: datetime,
) -> tuple[Outcome[Approval], Snapshot | None]:
    """Write the answer to a locked purchase approval and carry it over to its locked subject.

    Also returns the snapshot that was answered. A lost right is committed news: see `approve`.
    """
    to = may_decide_step(approval, move, actor, now)
    if isinstance(to, NotYours):
        return Outcome(refusal=to), None
    snapshot = latest_snapshot(approval)
    check_seen(subject, approval, snapshot, seen_hash)
    event = answer_step(approval, snapshot, move, to, actor, comment, now)
    if move is Move.DECLINE:
        subject.release(record, approval, actor, now)
    subject.decided(record, approval, move, actor, now)
    if move is not Move.APPROVE_AND_ORDER:
        topic = "approval.declined" if move is Move.DECLINE else "approval.approved"
        said = notices.facts_of(approval, snapshot, actor=actor.name)
        notices.tell(approval, event, [notices.letter(approval, approval.requester_id, topic, said)], now)
    return Outcome(approval), snapshot


def may_decide_step(approval: Approval, move: Move, actor: Actor, now: datetime) -> Status | NotYours:
    """The status a decision leads to; or the refusal of an approver who lost the right, with the requester told.

    Raises `Late`, and `NotYours` for everybody else.
    """
    standing = standing_towards(approval, actor)
    try:
        return check(approval, move, standing, now)
    except NotYours as refusal:
        if refusal.code != "approver_lost":
            raise
        _tell_right_is_lost(approval, standing, now)
        return refusal


def answer_step(
    approval: Approval,
    snapshot: Snapshot,
    move: Move,
    to: Status,
    actor: Actor,
    comment: str,
    now: datetime,
) -> ApprovalEvent:
    """Write one person's answer, the new status and the event; the right to it was checked before."""
    if actor.user_id is not None:
        step = Step.objects.get(approval=approval, number=1)
        Answer.objects.create(
            step=step,
            user_id=actor.user_id,
            yes=move is not Move.DECLINE,
            comment=comment,
            snapshot=snapshot,
            at=now,
        )
    approval.approver_comment = comment or approval.approver_comment
    return write_moves([approval], move, to, actor, now, changed=["approver_comment"], comment=comment)[0]


def _tell_right_is_lost(approval: Approval, standing: Standing, now: datetime) -> None:
    """Tell the requester to ask somebody else; once per approver, whoever tries how often."""
    last: Iterable[ApprovalEvent] = approval.events.order_by("-number")[:1]
    for event in last:
        notices.tell(approval, event, [notices.lost_right(approval, latest_snapshot(approval), standing.eligible)], now)
