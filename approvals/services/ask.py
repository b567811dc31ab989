"""Asking: may this be ordered, who would have to say yes, and putting the question to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from approvals import notices
from approvals.models import Approval, ApprovalEvent, Snapshot, Step, SubjectKind
from approvals.outcomes import Outcome
from approvals.policy import Asker, Case, Person, Ruling, Verdict, rule
from approvals.services.expire import expire_bound
from approvals.services.steps import clean_comment
from approvals.services.writer import first_event
from approvals.standing import team_of
from approvals.subjects import Content, Facts, Subject, subject_of
from companies.actors import Actor
from companies.models import Company, Member
from companies.preferences import value_of
from companies.roles import Role
from companies.services.idempotency import Once, remember
from config.kit.records import KEY_FORMAT
from config.kit.refused import Invalid, Late, Missing, NotYours
from config.kit.storable import storable_json
from config.kit.wording import either
from notifications import outbox
from notifications.outbox import Letter


def preview(*, actor: Actor, kind: str, subject_id: str, now: datetime | None = None) -> Ruling:
    """What the policy answers for this subject now. Changes nothing; raises `Missing`."""
    now = now or timezone.now()
    subject = subject_of(kind)
    return ruling_for(subject.facts(subject.fetch(actor, subject_id), now), actor)


def ruling_for(facts: Facts, actor: Actor) -> Ruling:
    """The policy's answer for the owner of a subject, with the company's people as they are now.

    The role is the actor's in the company the subject belongs to.
    """
    company = facts.company
    team = team_of(company.pk if company else None)
    # The role is read now, under the lock, not taken from the actor: somebody may just have been demoted.
    role = next((person.role for person in team.people if person.user_id == actor.user_id), None)
    return rule(
        Case(
            asker=Asker(actor.user_id, role, actor.has_membership),
            gross=facts.gross,
            limit=company.limit if company else None,
            people=team.people,
            group_named=team.group_named,
            items=facts.items,
            approvals_on=facts.approvals_on,
        )
    )


def request_approval(
    *,
    actor: Actor,
    kind: str,
    subject_id: str = "",
    subject_key: str = "",
    approver_id: int | None,
    comment: str = "",
    details: Mapping[str, Any] | None = None,
    key: str = "",
    seen_gross: Decimal | None = None,
    once: Once | None = None,
    asked_by: Actor | None = None,
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Put the question whether a subject may be ordered to one eligible approver, and hold the subject.

    The subject is named by its primary key, or by its id outside, which tells a colleague's from an
    unknown one. `details` are checkout details (API field names) as far as the requester already knows them; what
    they leave open of the delivery is taken from the subject. `key` is an id for the outside that the
    client chose, unique in the company. `seen_gross` is the subtotal (gross) the requester had before
    their eyes; another one now is refused. `once` names the request, so that it is noted what it made.
    `asked_by` is a seller's person who asks in the customer's (the actor's) place; the history says so.

    Raises `Missing` for a subject the actor does not see, `NotYours` where they may neither order nor
    ask, `Late` where it is already asked (codes `already_asked`, `id_taken`), has changed since it was seen
    (`total_changed`) or is gone, `Invalid` (code `not_needed`; `approvals_off` where quotes are ordered
    without) where no approval is needed, and `Invalid` for an approver who is not eligible (field `approver`),
    a comment too long or unusable details. Where nobody could approve, the company's admins are told and the
    outcome holds the refusal. Rules: purchase approval, see `approvals.policy`.
    """
    now = now or timezone.now()
    question = Question(approver_id, clean_comment(comment), dict(details or {}), _clean_key(key), seen_gross, asked_by)
    subject = subject_of(kind)
    found = subject.find(actor, subject_key) if subject_key else subject.fetch(asked_by or actor, subject_id)
    expire_bound(subject, found, now)
    subject.settle(str(found.pk), now, found)
    with transaction.atomic():
        record = subject.lock(str(found.pk))
        outcome = _ask(subject, record, actor, question, now)
        if outcome.record is not None:
            remember(once, "approval", outcome.record.pk, now)
        return outcome


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody who asks says: whom they ask, with which words, and how it shall be delivered."""

    approver_id: int | None
    comment: str
    details: Mapping[str, Any]
    key: str
    seen_gross: Decimal | None = None
    asked_by: Actor | None = None


def _ask(subject: Subject, record: Any, actor: Actor, question: Question, now: datetime) -> Outcome[Approval]:
    facts = subject.facts(record, now)
    if facts.owner_id is None or facts.owner_id != actor.user_id:
        raise NotYours("Only the person whose this is may ask for its approval.", code="not_owner")
    _check_not_asked(subject, record)
    ruling = ruling_for(facts, actor)
    _check_may_order(ruling)
    subject.check_askable(record, facts)
    _check_needed(ruling, question)
    _check_seen(facts, question.seen_gross)
    if question.details and not subject.takes_details:
        raise Invalid("Leave the details out: what is asked about has its own.", field="details", code="no_details")
    details = {**subject.own_details(record), **question.details}
    content = subject.content(record, facts, details, now)
    content = content.showing(requester_group=actor.role.label if actor.role else "", **_asker_of(question))
    question = replace(question, details=storable_json(details, field="details"))
    if ruling.nobody_can_approve:
        return _nobody(subject.kind, facts, ruling, content, actor, question, now)
    approver = next((p for p in ruling.eligible if p.user_id == question.approver_id), None)
    if approver is None:
        names = either(person.name for person in ruling.eligible)
        raise Invalid(f"Choose somebody who may approve this: {names}.", field="approver", code="not_eligible")
    approval = _write(subject, facts, ruling, approver, content, actor, question, now)
    subject.hold(record, facts, approval, now)
    return Outcome(approval)


def _asker_of(question: Question) -> dict[str, str]:
    """Who asks in the requester's place, and of which company, for those who read the request. One query, or none."""
    by = question.asked_by
    if by is None:
        return {}
    company = Company.objects.filter(pk=by.company_id).values_list("name", flat=True).first()
    return {"asked_by": f"{by.name} of {company}" if company else by.name}


def _clean_key(key: str) -> str:
    """The id a client chose, empty where it leaves that to us."""
    if key:
        try:
            KEY_FORMAT(key)
        except ValidationError as error:
            raise Invalid(" ".join(error.messages), field="id") from error
    return key


def _check_not_asked(subject: Subject, record: Any) -> None:
    approval_id = subject.bound_by(record)
    if approval_id is None:
        return
    live = Approval.objects.get(pk=approval_id)
    how = "has approved this; it can be ordered" if live.decided_at else "is already asked about this"
    raise Late(f"{live.approver_name} {how}.", code="already_asked")


def _check_seen(facts: Facts, seen_gross: Decimal | None) -> None:
    if seen_gross is not None and seen_gross != facts.gross.amount:
        raise Late(
            f"This has changed since you looked: it is {facts.gross} gross now. Check it and ask again.",
            code="total_changed",
        )


def _check_may_order(ruling: Ruling) -> None:
    if ruling.verdict is Verdict.FORBIDDEN:
        raise NotYours(ruling.reasons[0].text, code="may_not_order")


def _check_needed(ruling: Ruling, question: Question) -> None:
    if ruling.verdict is Verdict.FREE:
        switched_off = any(reason.code == "quote_approvals_off" for reason in ruling.reasons)
        raise Invalid(
            "You can order this yourself; no approval is needed.",
            code="approvals_off" if switched_off else "not_needed",
            details=_why(ruling, question),
        )


def _why(ruling: Ruling, question: Question) -> list[str]:
    """The reasons with their figures; for a seller's person none, since they are the customer's business."""
    return [] if question.asked_by else [reason.text for reason in ruling.reasons]


def _write(
    subject: Subject,
    facts: Facts,
    ruling: Ruling,
    approver: Person,
    content: Content,
    actor: Actor,
    question: Question,
    now: datetime,
) -> Approval:
    limit = facts.company.limit if facts.company else None
    approval = Approval(
        tenant_id=facts.tenant_id,
        company=facts.company,
        subject_kind=subject.kind,
        subject_id=facts.subject_id,
        subject_key=facts.subject_key,
        subject_label=facts.label,
        site_code=facts.site_code,
        requester_id=facts.owner_id,
        requester_name=facts.owner_name,
        asked_by_id=question.asked_by.user_id if question.asked_by else None,
        approver_id=approver.user_id,
        approver_name=approver.name,
        comment=question.comment,
        details=question.details,
        currency=facts.gross.currency,
        gross=facts.gross.amount,
        limit_amount=limit.amount if limit else None,
        limit_currency=limit.currency if limit else "",
        reasons=[asdict(reason) for reason in ruling.reasons],
        content_hash=content.hash,
        expires_at=_expires_at(facts, now) if subject.expires else None,
        created_at=now,
        modified_at=now,
    )
    if question.key:
        approval.key = question.key
    who = question.asked_by or actor
    event = first_event(approval, who, now, behalf=facts.owner_name if question.asked_by else "")
    _insert(approval, question)
    Step.objects.create(approval=approval, user_id=approver.user_id)
    snapshot = Snapshot.objects.create(
        approval=approval,
        number=1,
        content=content.as_json(),
        content_hash=content.hash,
        hash_version=content.version,
        created_at=now,
    )
    ApprovalEvent.objects.bulk_create([event])
    said = notices.facts_of(approval, snapshot, actor=who.name)
    letters = [
        notices.letter(approval, approval.approver_id, "approval.requested", said),
        notices.letter(approval, approval.requester_id, "approval.request_sent", said),
    ]
    notices.tell(approval, event, letters, now)
    return approval


def _insert(approval: Approval, question: Question) -> None:
    """Save the new approval; raises `Late` (code `id_taken`) where the company has one with the chosen id."""
    if not question.key:
        approval.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError:
        raise Late("Approval with given id already exists.", code="id_taken") from None


def _expires_at(facts: Facts, now: datetime) -> datetime:
    """Fixed now: the company's own number of days, else the tenant's preference; same time, UTC."""
    days = facts.company.approval_expiry_days if facts.company else None
    if days is None:
        days = int(value_of(facts.tenant_id, "approval.default_expiryDays"))
    return now + timedelta(days=days)


def _nobody(
    kind: str, facts: Facts, ruling: Ruling, content: Content, actor: Actor, question: Question, now: datetime
) -> Outcome[Approval]:
    """Nothing waits for nobody: refuse, and tell the admins of the company, once a day per subject."""
    if facts.company is None:
        raise Missing("There is no company to ask.")
    admins = (
        Member.objects.active()
        .filter(company=facts.company, role=Role.ADMIN)
        .exclude(user_id=actor.user_id)
        .values_list("user_id", flat=True)
    )
    said = {
        "requester": facts.owner_name,
        "requester_group": content.shown.get("requester_group", ""),
        "approver": "",
        "company": facts.company.name,
        "label": facts.label,
        "thing": SubjectKind(kind).label,
        "total": str(facts.gross),
        "line_count": len(content.shown.get("lines", [])),
        "lines": [],
        "reasons": [reason.text for reason in ruling.reasons],
        "comment": "",
        "answer": "",
        "expires_at": "",
        "actor": actor.name,
        "reason": ruling.reasons[-1].text,
        "differences": [],
        "order_numbers": [],
    }
    outbox.post(
        [Letter(admin, "approval.nobody_eligible", said, reverse("dashboard:company")) for admin in admins],
        event=f"{kind}:{facts.lasting_id or facts.subject_id}:nobody:{now.date().isoformat()}",
        tenant_id=facts.tenant_id,
        about=("company", facts.company.key),
        now=now,
    )
    return Outcome(
        refusal=Invalid(
            f"{ruling.reasons[-1].text} The admins of {facts.company.name} have been told.",
            code="nobody_eligible",
            field="approver",
            details=_why(ruling, question),
        )
    )
