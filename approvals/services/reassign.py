"""Putting a waiting request to somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from approvals import notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval, Step
from approvals.outcomes import Outcome
from approvals.policy import Person
from approvals.services.steps import allow, clean_comment, find, latest_snapshot, lock, look_up
from approvals.services.writer import write_moves
from approvals.standing import eligible_for, team_of
from companies.actors import Actor
from companies.roles import Role
from config.kit.refused import Invalid
from notifications.outbox import Letter


def candidates(*, actor: Actor, approval_id: int) -> tuple[Person, ...]:
    """To whom a request can be put now, other than the present approver. Changes nothing. Raises `Missing`."""
    approval = look_up(actor, approval_id, overseen=True)
    people = eligible_for(approval, team_of(approval.company_id).people)
    return tuple(person for person in people if person.user_id != approval.approver_id)


def reassign(
    *,
    actor: Actor,
    approval_id: int,
    approver_id: int | None,
    reason: str = "",
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Put a waiting request to another eligible approver; all three are told.

    For the requester and the company's admins, who must give a reason (field `reason`). Raises
    `Missing`, `NotYours`, `Late`, and `Invalid` (field `approver`) for somebody not eligible now.
    """
    now = now or timezone.now()
    reason = clean_comment(reason, field="reason")
    found = find(actor, approval_id, now, overseen=True)
    with transaction.atomic():
        _, _, approval = lock(found)
        standing = allow(approval, Move.REASSIGN, actor, now)
        if actor.role is Role.ADMIN and actor.user_id != approval.requester_id and not reason:
            raise Invalid("Say why somebody else should decide this.", field="reason")
        person = next((p for p in standing.eligible if p.user_id == approver_id), None)
        if person is None or person.user_id == approval.approver_id:
            raise Invalid("Choose somebody else who may approve this.", field="approver")
        _put_to(approval, person, actor, reason, now)
        return Outcome(approval)


def _put_to(approval: Approval, person: Person, actor: Actor, reason: str, now: datetime) -> None:
    former_id, former_name = approval.approver_id, approval.approver_name
    approval.approver_id, approval.approver_name = person.user_id, person.name
    approval.reminded_at, approval.put_at = None, now
    Step.objects.filter(approval=approval, number=1).update(user_id=person.user_id)
    event = write_moves(
        [approval],
        Move.REASSIGN,
        Status.PENDING,
        actor,
        now,
        changed=["approver_id", "approver_name", "reminded_at", "put_at"],
        comment=reason,
        facts={"put_from": str(former_id), "put_to": str(person.user_id)},
    )[0]
    said = notices.facts_of(
        approval, latest_snapshot(approval), actor=actor.name, reason=reason, previous_approver=former_name
    )
    letters = [
        notices.letter(approval, person.user_id, "approval.reassigned_to_you", said),
        # Who no longer decides it can no longer read it: the letter leads to their list.
        Letter(former_id, "approval.reassigned_away", said, reverse("dashboard:approvals")),
    ]
    if actor.user_id != approval.requester_id:
        letters.append(notices.letter(approval, approval.requester_id, "approval.reassigned", said))
    else:
        letters.append(notices.letter(approval, approval.requester_id, "approval.request_sent", said))
    notices.tell(approval, event, letters, now)
