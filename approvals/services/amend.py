"""Changing a request while it waits: its comment, its checkout details, its delivery window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals import notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval, ApprovalEvent, Snapshot
from approvals.outcomes import Outcome
from approvals.services.steps import allow, clean_comment, find, latest_snapshot, lock
from approvals.services.writer import write_moves
from approvals.subjects import Content, Subject
from companies.actors import Actor
from config.kit.refused import Invalid, NotYours
from config.kit.storable import storable_json

UNCHANGED: Any = object()


@dataclass(frozen=True, slots=True)
class Amendment:
    """What shall stand in a request from now on; None leaves a part as it is.

    `details` are all checkout details, with the delivery window among them.
    """

    comment: str | None = None
    approver_comment: str | None = None
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """A change that was written: its event, what the approver sees now, and what is different in it."""

    event: ApprovalEvent
    snapshot: Snapshot
    differences: Sequence[str]


def amend(
    *,
    actor: Actor,
    approval_id: int,
    comment: str | None = None,
    details: Mapping[str, Any] | None = None,
    delivery_window: Mapping[str, Any] | None = UNCHANGED,
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Change a waiting request; the other side is told, and a changed content gets a new hash.

    The requester may change comment, details and delivery window, the approver the delivery window
    only (None removes it). What is not given stays. Raises `Missing`, `NotYours`, `Late`, and
    `Invalid` for unusable details or where nothing would change.
    """
    now = now or timezone.now()
    found = find(actor, approval_id, now)
    with transaction.atomic():
        subject, record, approval = lock(found)
        allow(approval, Move.AMEND, actor, now)
        is_requester = actor.user_id == approval.requester_id
        if not is_requester and (comment is not None or details is not None):
            raise NotYours("As the approver you can change the delivery window only.")
        wanted = dict(approval.details if details is None else details)
        if delivery_window is not UNCHANGED:
            wanted = with_window(wanted, delivery_window)
        amended = amend_step(subject, record, approval, Amendment(comment, details=wanted), actor=actor, now=now)
        if amended is None:
            raise Invalid("Nothing is different from what was asked before.")
        tell_amended(approval, amended, actor, now)
        return Outcome(approval)


def with_window(details: Mapping[str, Any], window: Mapping[str, Any] | None) -> dict[str, Any]:
    """Checkout details with this delivery window in the place of any other; None or an empty one: without."""
    changed = {name: value for name, value in details.items() if name != "deliveryWindow"}
    return {**changed, "deliveryWindow": window} if window else changed


def amend_step(
    subject: Subject, record: Any, approval: Approval, wanted: Amendment, *, actor: Actor, now: datetime
) -> Amended | None:
    """Write a change to a locked request that the actor may change; None where nothing is different.

    Tells nobody: see `tell_amended`. Raises `Invalid` for a comment too long and unusable details.
    """
    if wanted.details is not None and wanted.details != approval.details and not subject.takes_details:
        raise Invalid("Only the comment of this request can be changed.", field="details", code="no_details")
    former = (approval.comment, approval.approver_comment, approval.details)
    snapshot = latest_snapshot(approval)
    content = None
    if wanted.details is not None:
        content = subject.content(record, subject.facts(record, now), wanted.details, now).showing(
            requester_group=snapshot.content["shown"].get("requester_group", "")
        )
    said = [clean_comment(text) for text in (wanted.comment, wanted.approver_comment) if text is not None]
    if wanted.comment is not None:
        approval.comment = clean_comment(wanted.comment)
    if wanted.approver_comment is not None:
        approval.approver_comment = clean_comment(wanted.approver_comment, field="approverComment")
    if wanted.details is not None:
        approval.details = storable_json(wanted.details, field="details")
    if former == (approval.comment, approval.approver_comment, approval.details):
        return None
    differences: list[str] = []
    if content is not None and content.hash != approval.content_hash:
        new = content.as_json()
        differences = subject.differences(snapshot.content["bound"], new["bound"])
        snapshot = _next_snapshot(approval, content, now)
    event = write_moves(
        [approval],
        Move.AMEND,
        Status.PENDING,
        actor,
        now,
        changed=["comment", "approver_comment", "details", "content_hash", "snapshot_count"],
        comment=said[-1] if said else "",
        facts={"differences": differences} if differences else None,
    )[0]
    return Amended(event, snapshot, differences)


def tell_amended(approval: Approval, amended: Amended, actor: Actor, now: datetime) -> None:
    """Tell the other side."""
    said = notices.facts_of(approval, amended.snapshot, actor=actor.name, differences=amended.differences)
    letters = notices.both_sides(approval, "approval.amended", said, but=actor.user_id)
    notices.tell(approval, amended.event, letters, now)


def _next_snapshot(approval: Approval, content: Content, now: datetime) -> Snapshot:
    """What the approver sees from now on; the approval's own columns are for the caller to write."""
    approval.content_hash = content.hash
    approval.snapshot_count += 1
    return Snapshot.objects.create(
        approval=approval,
        number=approval.snapshot_count,
        content=content.as_json(),
        content_hash=content.hash,
        hash_version=content.version,
        created_at=now,
    )
