"""Several changes to a waiting request at once, its answer among them: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals.lifecycle import Move, Status
from approvals.models import Approval
from approvals.outcomes import Outcome
from approvals.services.amend import Amendment, amend_step, tell_amended, with_window
from approvals.services.close import close_step
from approvals.services.decide import decide_step, may_decide_step
from approvals.services.steps import allow, check_seen, find, latest_snapshot, lock
from approvals.standing import how_it_stands
from approvals.subjects import Subject
from companies.actors import Actor
from config.kit.patches import Operation, set_in
from config.kit.refused import Invalid, Late, NotYours

# What a request can be answered with, and the move that does it.
ANSWERS = {Status.APPROVED: Move.APPROVE, Status.DECLINED: Move.DECLINE, Status.CLOSED: Move.CLOSE}
COMMENT, APPROVER_COMMENT, DETAILS, RESOURCE = "comment", "approverComment", "details", "resource"
WINDOW = "deliveryWindow"


def change(
    *,
    actor: Actor,
    approval_id: int,
    operations: Sequence[Operation],
    answer: Status | None = None,
    seen_hash: str = "",
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Carry out operations on the document of a waiting request, then answer it, in one transaction.

    The document has what is written: `comment`, `approverComment`, `details` and
    `resource.deliveryWindow`. Its requester may change all but the approver's comment, and close it
    (with a word in that place); the approver may change the delivery window and the own comment,
    approve or decline, and change the requester's comment along with that.

    Raises `Missing`, `Late` for one that waits no more, `NotYours` (code `part_not_yours` for a part of
    the document), `Invalid` (code `operation`) for an operation that cannot be carried out, and what
    approving, declining and closing raise. An approver who lost the right is refused in the outcome.
    """
    now = now or timezone.now()
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        if approval.status_at(now) != Status.PENDING:
            raise Late(how_it_stands(approval, now))
        wanted = _wanted(approval, operations)
        _check_parts(approval, actor, wanted, answer)
        if answer is Status.CLOSED:
            return _close(subject, record, approval, wanted, actor, now)
        if answer is not None:
            return _decide(subject, record, approval, wanted, ANSWERS[answer], actor, seen_hash, now)
        allow(approval, Move.AMEND, actor, now)
        amended = amend_step(subject, record, approval, wanted, actor=actor, now=now)
        if amended is not None:
            tell_amended(approval, amended, actor, now)
        return Outcome(approval)


def _close(
    subject: Subject, record: Any, approval: Approval, wanted: Amendment, actor: Actor, now: datetime
) -> Outcome[Approval]:
    """Whoever closes is told nothing about the own changes, and the approver has no more need of them."""
    last_word = wanted.approver_comment or ""
    amend_step(subject, record, approval, Amendment(wanted.comment, details=wanted.details), actor=actor, now=now)
    close_step(subject, record, approval, Move.CLOSE, actor=actor, comment=last_word, now=now)
    return Outcome(approval)


def _decide(
    subject: Subject,
    record: Any,
    approval: Approval,
    wanted: Amendment,
    move: Move,
    actor: Actor,
    seen_hash: str,
    now: datetime,
) -> Outcome[Approval]:
    """The right is asked for first: a refusal is committed, and must not take the changes along."""
    if wanted.comment is not None or wanted.details is not None:
        to = may_decide_step(approval, move, actor, now)
        if isinstance(to, NotYours):
            return Outcome(refusal=to)
        check_seen(subject, approval, latest_snapshot(approval), seen_hash)
        seen_hash = ""
        amend_step(subject, record, approval, Amendment(wanted.comment, details=wanted.details), actor=actor, now=now)
    outcome, _ = decide_step(
        subject,
        record,
        approval,
        move=move,
        actor=actor,
        comment=wanted.approver_comment or "",
        seen_hash=seen_hash,
        now=now,
    )
    return outcome


def _wanted(approval: Approval, operations: Sequence[Operation]) -> Amendment:
    """What the document shall hold once all operations are carried out, one after the other."""
    before = _document(approval)
    after = before
    for operation in operations:
        after = set_in(after, operation.parts, operation)
    details, window = after.get(DETAILS), after.get(RESOURCE, {}).get(WINDOW)
    if not isinstance(details, Mapping):
        raise Invalid("Details are an object.", field=DETAILS)
    if window is not None and not isinstance(window, Mapping):
        raise Invalid("A delivery window is an object.", field=f"{RESOURCE}.{WINDOW}")
    wanted = with_window(details, window)
    return Amendment(
        _text(before, after, COMMENT),
        _text(before, after, APPROVER_COMMENT),
        wanted if wanted != approval.details else None,
    )


def _document(approval: Approval) -> dict[str, Any]:
    """The parts that can be changed, as clients see them: what is empty is not there."""
    details = dict(approval.details)
    window = details.pop(WINDOW, None)
    texts = {COMMENT: approval.comment, APPROVER_COMMENT: approval.approver_comment}
    return {
        **{name: text for name, text in texts.items() if text},
        DETAILS: details,
        RESOURCE: {WINDOW: window} if window else {},
    }


def _text(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str | None:
    """The new text of a part, None where it stays."""
    text = after.get(name)
    if text is not None and not isinstance(text, str):
        raise Invalid("This must be text.", field=name)
    return None if (text or "") == before.get(name, "") else text or ""


def _check_parts(approval: Approval, actor: Actor, wanted: Amendment, answer: Status | None) -> None:
    """Raise `NotYours` for a part of the document that is not the actor's to change."""
    if actor.user_id == approval.requester_id:
        if wanted.approver_comment is not None and answer is not Status.CLOSED:
            raise NotYours("This comment is the approver's.", code="part_not_yours", field=APPROVER_COMMENT)
        return
    if wanted.comment is not None and answer not in (Status.APPROVED, Status.DECLINED):
        raise NotYours(
            "The approver changes this comment together with the decision only.",
            code="part_not_yours",
            field=COMMENT,
        )
    if wanted.details is not None and with_window(wanted.details, None) != with_window(approval.details, None):
        raise NotYours("These details are the requester's.", code="part_not_yours", field=DETAILS)
