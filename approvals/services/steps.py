"""What several services do inside their transaction: find, lock, and compare content.

Steps get locked records, open no transaction and fetch nothing by actor; `find` and `lock` are how
a service gets there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.lifecycle import Move
from approvals.models import Approval, Snapshot
from approvals.services.expire import expire_if_overdue
from approvals.standing import Standing, check, standing_towards
from approvals.subjects import Subject, subject_of
from companies.actors import Actor
from config.kit.refused import Invalid, Late, Missing
from config.kit.storable import storable_text

MAX_COMMENT = 5_000


def look_up(actor: Actor, approval_id: int, *, overseen: bool = False) -> Approval:
    """The purchase approval as the actor sees it, as it is written: for pages, which change nothing.

    Outsiders get `Missing`. `overseen` is for the moves an admin of the company has, too.
    """
    purchases = Approval.objects.purchases()
    approval = purchases.visible_to(actor).filter(pk=approval_id).first()
    if approval is None and overseen:
        approval = purchases.overseen_by(actor).filter(pk=approval_id).first()
    if approval is None:
        raise Missing("There is no such approval.")
    return approval


def find(actor: Actor, approval_id: int, now: datetime, *, overseen: bool = False) -> Approval:
    """The same for a move, unlocked: expired first where it is overdue, settled where what it is about has ended."""
    approval = look_up(actor, approval_id, overseen=overseen)
    expire_if_overdue(approval, now)
    if approval.is_live and subject_of(approval.subject_kind).settle(approval.subject_id, now):
        approval.refresh_from_db()
    return approval


def lock(approval: Approval) -> tuple[Subject, Any, Approval]:
    """Lock the subject, then the approval (the one order everywhere); returns both afresh."""
    subject = subject_of(approval.subject_kind)
    record = subject.lock(approval.subject_id)
    return subject, record, Approval.objects.locked().get(pk=approval.pk)


def allow(approval: Approval, move: Move, actor: Actor, now: datetime) -> Standing:
    """The actor's standing, once `check` has let the move through. One query."""
    standing = standing_towards(approval, actor)
    check(approval, move, standing, now)
    return standing


def latest_snapshot(approval: Approval) -> Snapshot:
    """What the approver sees now."""
    return Snapshot.objects.get(approval=approval, number=approval.snapshot_count)


def check_seen(subject: Subject, approval: Approval, snapshot: Snapshot, seen_hash: str) -> None:
    """Refuse (`Late`, with the differences) a decision on content that has changed since it was seen.

    An empty `seen_hash` stands for a client that does not say what it saw.
    """
    if not seen_hash or seen_hash == approval.content_hash:
        return
    seen = Snapshot.objects.filter(approval=approval, content_hash=seen_hash).first()
    if seen is None:
        raise Invalid("This is not something that was ever asked here.", field="seen_hash")
    raise Late(
        "This was changed since you opened it. Look at what is different, then decide.",
        code="content_changed",
        details=subject.differences(seen.content["bound"], snapshot.content["bound"]),
    )


def clean_comment(text: str | None, *, field: str = "comment") -> str:
    """The comment without surrounding space; `Invalid` above 5,000 characters or where it cannot be stored."""
    text = (text or "").strip()
    if len(text) > MAX_COMMENT:
        raise Invalid(f"Please shorten this to {MAX_COMMENT:,} characters; it has {len(text):,}.", field=field)
    if not storable_text(text):
        raise Invalid("This text contains a character that cannot be stored.", field=field)
    return text
