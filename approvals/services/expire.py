"""Nobody decides in time: the request ends, the subject goes back, both sides are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet

from approvals import notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval, Snapshot
from approvals.policy import Person
from approvals.reminding import period_begun
from approvals.services.writer import write_moves
from approvals.standing import check, eligible_for, standing_towards, team_of
from approvals.subjects import Subject, subject_of
from companies.actors import Actor
from companies.preferences import PreferenceKey, preference, value_of
from config.kit.refused import Late
from notifications import outbox
from notifications.outbox import Letter

log = structlog.get_logger("countersign.expiry")

REMIND_BEFORE = timedelta(days=1)


def expire_if_overdue(approval: Approval, now: datetime) -> None:
    """Expire an unlocked, overdue approval in a transaction of its own; refreshes it.

    Every service that meets an approval (or its subject) calls this first, so that being overdue
    counts at once. Nothing happens to one that is not overdue.
    """
    if not approval.is_overdue(now):
        return
    _expire_one(approval.pk, now)
    approval.refresh_from_db()


def expire_bound(subject: Subject, record: Any, now: datetime) -> Approval | None:
    """Expire what binds an unlocked subject, where that is overdue; the approval as it is now.

    None, and no query, for a free subject.
    """
    approval_id = subject.bound_by(record)
    if approval_id is None:
        return None
    approval = Approval.objects.get(pk=approval_id)
    expire_if_overdue(approval, now)
    return approval


def expire_overdue(now: datetime, limit: int = 200) -> int:
    """Expire up to `limit` overdue approvals, oldest first; returns how many.

    One short transaction each: a request held up by one cannot hold up the others, and two sweeps
    side by side do each of them once.
    """
    overdue = Approval.objects.overdue(now).order_by("expires_at").values_list("pk", flat=True)
    return _each(list(overdue[:limit]), _expire_one, now)


def remind(now: datetime, limit: int = 200) -> int:
    """Tell both sides, once, that a request is about to expire (a day before); returns how many."""
    soon = (
        Approval.objects.waiting(now)
        .filter(expires_at__lte=now + REMIND_BEFORE, reminded_at__isnull=True)
        .order_by("expires_at")
        .values_list("pk", flat=True)
    )
    return _each(list(soon[:limit]), _remind_one, now)


def remind_waiting(now: datetime, limit: int = 200) -> int:
    """Remind approvers of requests that have waited for so many days, once per period; returns of how many.

    Where the approver may no longer decide, the requester is told so instead: they can choose another. Not of those
    that expire so soon that both sides are told anyway.
    """
    days = preference(OuterRef("tenant_id"), PreferenceKey.APPROVAL_REMINDER_DAYS)
    waiting = Approval.objects.purchases().waiting(now).waiting_since(now - timedelta(days=1)).annotate(days=days)
    waiting = waiting.exclude(expires_at__lte=now + REMIND_BEFORE).order_by("pk")
    due = (found.pk for found in waiting.iterator() if period_begun(found.waits_since, int(found.days), now))
    return _each(list(islice(due, limit)), _remind_of_waiting, now)


def _each(approval_ids: Sequence[int], sweep_one: Callable[[int, datetime], bool], now: datetime) -> int:
    """How many were done. One that fails must not keep the others back for ever: it is logged and met again."""
    done = 0
    for pk in approval_ids:
        try:
            done += sweep_one(pk, now)
        except Exception:
            log.exception("not swept", approval=pk)
    return done


@transaction.atomic
def _expire_one(approval_id: int, now: datetime) -> bool:
    found = Approval.objects.get(pk=approval_id)
    subject = subject_of(found.subject_kind)
    record = subject.lock(found.subject_id)
    approval = Approval.objects.locked().get(pk=approval_id)
    if not approval.is_overdue(now):
        return False
    expire_step(subject, record, approval, now)
    return True


def expire_step(subject: Subject, record: Any, approval: Approval, now: datetime) -> None:
    """Expire a locked, overdue approval and give its locked subject back."""
    actor = Actor.system("expiry", approval.tenant_id)
    # Asked with the clock of before the deadline: by the clock of now it already reads EXPIRED.
    to = check(approval, Move.EXPIRE, standing_towards(approval, actor), _just_before(approval))
    event = write_moves([approval], Move.EXPIRE, to, actor, now)[0]
    subject.release(record, approval, actor, now)
    subject.decided(record, approval, Move.EXPIRE, actor, now)
    facts = notices.facts_of(approval, _latest_snapshot(approval))
    notices.tell(approval, event, notices.both_sides(approval, "approval.expired", facts), now)


@transaction.atomic
def _remind_of_waiting(approval_id: int, now: datetime) -> bool:
    approval = lock_waiting(Approval.objects.filter(pk=approval_id))
    if approval is None or approval.is_overdue(now):
        return False
    begun = period_begun(approval.waits_since, value_of(approval.tenant_id, PreferenceKey.APPROVAL_REMINDER_DAYS), now)
    if begun is None:
        return False
    key = note_reminder(approval, begun)
    snapshot, people = _latest_snapshot(approval), team_of(approval.company_id).people
    eligible = eligible_for(approval, people)
    if any(person.user_id == approval.approver_id for person in eligible):
        facts = notices.facts_of(approval, snapshot, reader="approver")
        letters = [notices.letter(approval, approval.approver_id, "approval.waiting", facts)]
    else:
        letters = _among([notices.lost_right(approval, snapshot, eligible)], people)
    where = {"about": ("approval", approval.key), "site_code": approval.site_code}
    outbox.post(letters, event=key, tenant_id=approval.tenant_id, **where, now=now)
    return True


def note_reminder(approval: Approval, begun: datetime) -> str:
    """A step: write that a locked, waiting approval is reminded of for the period that began then; the event's key.

    The key carries the number of the reminder: whatever runs twice, nobody is told twice of one period.
    """
    approval.put_at, approval.reminders = begun, approval.reminders + 1
    approval.save(update_fields=["put_at", "reminders"])
    return f"approval:{approval.pk}:waiting:{approval.reminders}"


def lock_waiting(approvals: QuerySet[Approval]) -> Approval | None:
    """The approval, locked, unless it is decided or somebody is at it this moment.

    A reminder writes no status and releases nothing, so the approval alone is locked.
    """
    skip = connection.features.has_select_for_update_skip_locked
    waiting = approvals.filter(status=Status.PENDING)
    return waiting.select_for_update(of=("self",), no_key=True, skip_locked=skip).first()


@transaction.atomic
def _remind_one(approval_id: int, now: datetime) -> bool:
    approval = lock_waiting(Approval.objects.filter(pk=approval_id, reminded_at__isnull=True))
    if approval is None or approval.is_overdue(now):
        return False
    approval.reminded_at = now
    approval.save(update_fields=["reminded_at"])
    event = approval.events.order_by("-number")[0]
    facts = notices.facts_of(approval, _latest_snapshot(approval))
    people = team_of(approval.company_id).people
    notices.tell(approval, event, _among(notices.both_sides(approval, "approval.expiring", facts), people), now)
    return True


def _among(letters: Iterable[Letter], people: Iterable[Person]) -> list[Letter]:
    """Those to active people of the company: nobody else can do anything about what they would be reminded of."""
    active = {person.user_id for person in people}
    return [letter for letter in letters if letter.recipient_id in active]


def _just_before(approval: Approval) -> datetime:
    if approval.expires_at is None:
        raise Late("This request never expires.")
    return approval.expires_at - timedelta(microseconds=1)


def _latest_snapshot(approval: Approval) -> Snapshot:
    return Snapshot.objects.get(approval=approval, number=approval.snapshot_count)
