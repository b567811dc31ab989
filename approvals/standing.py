"""Where somebody stands towards an approval: what they are to it, and which moves are theirs now.

One check serves both the buttons and the services, so that what is offered is what is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from approvals.lifecycle import Move, Party, Status
from approvals.models import Approval, SubjectKind
from approvals.policy import Person, eligible_approvers, over_limit
from approvals.subjects import subject_of
from companies.actors import Actor, ActorKind
from companies.models import Member
from companies.roles import GROUP_ROLES, Role
from config.kit.refused import Late, NotYours
from config.kit.wording import either

DECIDING = (Move.APPROVE, Move.APPROVE_AND_ORDER, Move.DECLINE)
ORDERING = (Move.APPROVE_AND_ORDER, Move.PLACE_ORDER)
# Taking back and giving up stay possible for who has left: somebody must be able to free the subject.
FOR_MEMBERS = (*ORDERING, Move.AMEND, Move.REASSIGN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an actor is to an approval; `eligible` may decide it now, `people` are the company's."""

    actor: Actor
    parties: frozenset[Party]
    eligible: tuple[Person, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A company's active members, and whether anybody at all is named in its approval group."""

    people: tuple[Person, ...]
    group_named: bool


def team_of(company_id: int | None) -> Team:
    """The people of a customer company, as the policy sees them. One query."""
    if company_id is None:
        return Team((), group_named=False)
    members = list(Member.objects.filter(company_id=company_id).select_related("user", "company").order_by("pk"))
    people = tuple(Person(m.user_id, m.user.name, Role(m.role), m.in_approval_group) for m in members if m.counts)
    return Team(people, any(m.in_approval_group for m in members))


def acting_in(approval: Approval, actor: Actor) -> Actor:
    """The actor with the group they have in the company of a purchase, for its history.

    Somebody in several companies may answer for one while working for another. No query otherwise.
    """
    same = actor.company_id == approval.company_id
    if same or actor.user_id is None or approval.subject_kind == SubjectKind.ORDER_REVIEW:
        return actor
    mine = Member.objects.active().filter(company_id=approval.company_id, user_id=actor.user_id)
    role = mine.values_list("role", flat=True).first()
    return replace(actor, company_id=approval.company_id, role=Role(role) if role else None)


def eligible_for(approval: Approval, people: Sequence[Person]) -> tuple[Person, ...]:
    """Who may decide a purchase approval: roles and group as they are now, limit as stored with it."""
    exceeded = over_limit(approval.amount, approval.limit) is not None
    return eligible_approvers(people, asker_id=approval.requester_id, exceeded=exceeded)


def standing_towards(approval: Approval, actor: Actor) -> Standing:
    """What the actor is to this approval now. One query (none for the system)."""
    if actor.kind is ActorKind.SYSTEM:
        return Standing(actor, frozenset({Party.SYSTEM}))
    if approval.subject_kind == SubjectKind.ORDER_REVIEW:
        return Standing(actor, _parties_of_review(approval, actor))
    people = team_of(approval.company_id).people
    return Standing(actor, _parties_of_purchase(approval, actor, people), eligible_for(approval, people), people)


def check(approval: Approval, move: Move, standing: Standing, now: datetime) -> Status:
    """The status `move` leads to; raises `Late` (with who was faster) or `NotYours`.

    An overdue approval reads as EXPIRED. A decision needs eligibility as of now.
    """
    lifecycle = subject_of(approval.subject_kind).lifecycle
    try:
        to = lifecycle.next_status(approval.status_at(now), move, standing.parties)
    except Late as late:
        raise Late(how_it_stands(approval, now), code="late") from late
    if approval.status == Status.APPROVED and not approval.is_live:
        raise Late(how_it_stands(approval, now), code="late")
    if approval.subject_kind != SubjectKind.ORDER_REVIEW:
        _check_people(approval, move, standing)
    return Status(to)


def moves_open(approval: Approval, standing: Standing, now: datetime) -> tuple[Move, ...]:
    """The moves `check` lets through now, in the order of the lifecycle's table."""
    lifecycle = subject_of(approval.subject_kind).lifecycle
    offered = lifecycle.open_moves(approval.status_at(now), standing.parties)
    return tuple(Move(move) for move in offered if _passes(approval, Move(move), standing, now))


def how_it_stands(approval: Approval, now: datetime) -> str:
    """What has become of it, for somebody who came too late."""
    status = approval.status_at(now)
    who, when = approval.decided_by_name, when_text(approval.decided_at)
    if approval.is_used:
        return f"This was already ordered as {approval.created_resource}."
    if approval.released_at is not None:
        return f"This was approved by {who}, but given up on {when_text(approval.released_at)}."
    sentences = {
        Status.PENDING: f"This waits for {approval.approver_name or 'an auditor'} to decide.",
        Status.APPROVED: f"{who} already approved this on {when}.",
        Status.DECLINED: f"{who} already declined this on {when}.",
        Status.CLOSED: f"{who} closed this on {when}.",
        Status.EXPIRED: f"Nobody decided this in time; it expired on {when_text(approval.expires_at)}.",
    }
    if status is Status.CLOSED:
        why = approval.events.filter(kind="approval.closed").values_list("comment", flat=True).last()
        return f"{sentences[status]} {why}".strip()
    return sentences[status]


def _passes(approval: Approval, move: Move, standing: Standing, now: datetime) -> bool:
    try:
        check(approval, move, standing, now)
    except (Late, NotYours):
        return False
    if move is Move.REASSIGN:
        return any(person.user_id != approval.approver_id for person in standing.eligible)
    if move is Move.AMEND and standing.actor.user_id != approval.requester_id:
        # The delivery window is all that is the approver's to change.
        return subject_of(approval.subject_kind).takes_details
    return True


def _check_people(approval: Approval, move: Move, standing: Standing) -> None:
    actor = standing.actor
    if actor.kind is ActorKind.SYSTEM:
        return
    roles = {person.user_id: person.role for person in standing.people}
    as_approver = move in DECIDING or (move is Move.AMEND and actor.user_id == approval.approver_id)
    if as_approver and all(p.user_id != actor.user_id for p in standing.eligible):
        names = either(person.name for person in standing.eligible)
        raise NotYours(
            "You can no longer decide this, because your group or the company's approval group has "
            f"changed. {names + ' can.' if names else 'Nobody else can at the moment.'}",
            code="approver_lost",
        )
    if move in ORDERING and roles.get(approval.requester_id) not in GROUP_ROLES:
        raise NotYours(
            f"{approval.requester_name} may no longer order for this company, so nothing can be ordered in that name.",
            code="requester_lost",
        )
    if move in ORDERING and actor.user_id in roles and roles[actor.user_id] not in GROUP_ROLES:
        raise NotYours("Your group in this company may not order.", code="may_not_order")
    if move in FOR_MEMBERS and actor.user_id not in roles:
        raise NotYours("You are no longer an active member of this company.")


def _parties_of_purchase(approval: Approval, actor: Actor, people: Sequence[Person]) -> frozenset[Party]:
    parties = set()
    # The role is that of now, not the actor's, who was resolved before the lock.
    is_admin = any(person.user_id == actor.user_id and person.role is Role.ADMIN for person in people)
    if actor.user_id == approval.requester_id:
        parties.add(Party.REQUESTER)
    if actor.user_id == approval.approver_id:
        parties.add(Party.APPROVER)
    if is_admin and actor.company_id == approval.company_id:
        parties.add(Party.ADMIN)
    return frozenset(parties)


def _parties_of_review(approval: Approval, actor: Actor) -> frozenset[Party]:
    """Auditors of the pool decide; platform staff only where the pool has no active auditor."""
    parties = set()
    reviewers = set(Member.objects.reviewing([approval.pool_company_id or 0]).values_list("user_id", flat=True))
    if actor.company_id == approval.pool_company_id and actor.user_id in reviewers:
        parties.add(Party.APPROVER)
    if actor.platform and not reviewers:
        parties.add(Party.APPROVER)
    if actor.user_id == approval.requester_id and actor.company_id == approval.company_id:
        parties.add(Party.REQUESTER)
    if actor.role is Role.ADMIN and approval.company_id is not None and actor.company_id == approval.company_id:
        parties.add(Party.ADMIN)
    return frozenset(parties)


def when_text(moment: datetime | None) -> str:
    """In the zone that is active for the reader, named."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y at %H:%M %Z}"
