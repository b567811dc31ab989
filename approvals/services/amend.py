"""Changing a request while it waits: its comment, its checkout details, its delivery window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from approvals import notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval, Snapshot
from approvals.outcomes import Outcome
from approvals.services.steps import allow, clean_comment, find, latest_snapshot, lock
from approvals.services.writer import write_moves
from approvals.subjects import Content, Subject
from companies.actors import Actor
from config.kit.refused import Invalid, NotYours
from config.kit.storable import storable_json

UNCHANGED: Any = object()


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
            wanted.pop("deliveryWindow", None)
            if delivery_window:
                wanted["deliveryWindow"] = delivery_window
        snapshot = latest_snapshot(approval)
        content = subject.content(record, subject.facts(record, now), wanted, now).showing(
            requester_group=snapshot.content["shown"].get("requester_group", "")
        )
        wanted = storable_json(wanted, field="details")
        former_comment = approval.comment
        if comment is not None:
            approval.comment = clean_comment(comment)
        if wanted == approval.details and approval.comment == former_comment:
            raise Invalid("Nothing is different from what was asked before.")
        approval.details = wanted
        _write(subject, approval, snapshot, content, actor, now)
        return Outcome(approval)


def _write(
    subject: Subject,
    approval: Approval,
    snapshot: Snapshot,
    content: Content,
    actor: Actor,
    now: datetime,
) -> None:
    differences: list[str] = []
    if content.hash != approval.content_hash:
        new = content.as_json()
        differences = subject.differences(snapshot.content["bound"], new["bound"])
        approval.content_hash = content.hash
        approval.snapshot_count += 1
        snapshot = Snapshot.objects.create(
            approval=approval,
            number=approval.snapshot_count,
            content=new,
            content_hash=content.hash,
            hash_version=content.version,
            created_at=now,
        )
    event = write_moves(
        [approval],
        Move.AMEND,
        Status.PENDING,
        actor,
        now,
        changed=["comment", "details", "content_hash", "snapshot_count"],
        comment=approval.comment if actor.user_id == approval.requester_id else "",
        facts={"differences": differences} if differences else None,
    )[0]
    said = notices.facts_of(approval, snapshot, actor=actor.name, differences=differences)
    letters = notices.both_sides(approval, "approval.amended", said, but=actor.user_id)
    notices.tell(approval, event, letters, now)
