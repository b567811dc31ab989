"""May this be ordered, has somebody been asked already, and who could be? Answers that change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval, Snapshot
from approvals.policy import Asker, Case, Ruling, Verdict, rule
from approvals.services.ask import ruling_for
from approvals.services.expire import expire_if_overdue
from approvals.subjects import Facts, Subject
from companies.actors import Actor
from companies.roles import GROUP_ROLES
from config.kit.refused import NotYours


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a subject may be ordered now, and the latest approval of what it holds now, if any."""

    permitted: bool
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A permission with all that the policy says about it."""

    permission: Permission
    ruling: Ruling
    facts: Facts


def permission(*, actor: Actor, subject: Subject, subject_key: str, now: datetime | None = None) -> Permission:
    """Whether the subject with this id outside may be ordered by the actor, or on an approval.

    While an approval waits nobody may; once it is approved both sides may, until it is given up. An
    approval that ended is named as long as the subject holds what it was about and another one is
    needed. Raises `Missing`, and `NotYours` for a colleague's subject. Three queries at most, with
    the actor's role as it was when the actor was resolved.
    """
    now = now or timezone.now()
    record, latest = _found(actor, subject, subject_key, now)
    if latest is not None and latest.approval.is_live:
        return _on_approval(latest.approval, actor)
    facts = subject.facts(record, now)
    asker = Asker(actor.user_id, actor.role, actor.has_membership)
    limit = facts.company.limit if facts.company else None
    # Who could approve is not asked here, so the company's people need not be read.
    ruling = rule(Case(asker, facts.gross, limit, approvals_on=facts.approvals_on))
    return _by_policy(subject, facts, ruling, latest)


def outlook(*, actor: Actor, subject: Subject, subject_key: str, now: datetime | None = None) -> Outlook:
    """The permission together with the policy's answer for the owner: why, who would be asked, what avoids it.

    Raises `Missing`, and `NotYours` (code `not_owner`) for everybody but the owner.
    """
    now = now or timezone.now()
    record, latest = _found(actor, subject, subject_key, now)
    facts = subject.facts(record, now)
    if facts.owner_id != actor.user_id:
        raise NotYours("Only the person whose this is may ask for its approval.", code="not_owner")
    ruling = ruling_for(facts, actor)
    if latest is not None and latest.approval.is_live:
        return Outlook(_on_approval(latest.approval, actor), ruling, facts)
    return Outlook(_by_policy(subject, facts, ruling, latest), ruling, facts)


def _found(actor: Actor, subject: Subject, subject_key: str, now: datetime) -> tuple[Any, Snapshot | None]:
    """The record, and what its latest approval was about; where that is overdue it is expired first. Two queries."""
    record = subject.find(actor, subject_key)
    if subject.settle(str(record.pk), now, record):
        record = subject.find(actor, subject_key)
    latest = (
        Snapshot.objects.filter(
            approval__subject_kind=subject.kind,
            approval__subject_id=str(record.pk),
            number=F("approval__snapshot_count"),
        )
        .select_related("approval")
        .order_by("-approval__created_at", "-approval_id")
        .first()
    )
    if latest is None or not latest.approval.is_overdue(now):
        return record, latest
    expire_if_overdue(latest.approval, now)
    return subject.find(actor, subject_key), latest


def _on_approval(approval: Approval, actor: Actor) -> Permission:
    return Permission(approval.status == Status.APPROVED and actor.role in GROUP_ROLES, approval)


def _by_policy(subject: Subject, facts: Facts, ruling: Ruling, latest: Snapshot | None) -> Permission:
    if ruling.verdict is not Verdict.NEEDS_APPROVAL or latest is None or latest.approval.released_at is not None:
        return Permission(ruling.permitted)
    if not subject.is_still(facts, latest.content["bound"]):
        return Permission(permitted=False)
    return Permission(latest.approval.is_used, latest.approval)
