"""Which requests stand on which page, and how does one look in a list?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from approvals.dashboard import sentences
from approvals.dashboard.buttons import page_url
from approvals.dashboard.forms import CompanyFilter, HistoryFilter
from approvals.lifecycle import Status
from approvals.models import Approval
from approvals.models.approval import overdue_at, reads_as
from companies.actors import Actor
from companies.counting import counts
from companies.roles import Role
from config.kit.wording import ago_text

Values = dict[str, Any]
Approvals = QuerySet[Approval]


def readable_by(actor: Actor) -> Approvals:
    """What the actor may open: their own part, and for an admin the purchases of the company."""
    purchases = Approval.objects.purchases().select_related("company")
    return purchases.visible_to(actor) | purchases.overseen_by(actor)


def own(actor: Actor) -> Approvals:
    """The purchases the actor asked for or has to answer."""
    return Approval.objects.purchases().visible_to(actor).select_related("company")


def to_decide(actor: Actor, now: datetime) -> Approvals:
    """What waits for the actor's answer, the soonest deadline first."""
    waiting = own(actor).filter(approver_id=actor.user_id).waiting(now)
    return waiting.order_by(F("expires_at").asc(nulls_last=True), "pk")


def asked(actor: Actor, now: datetime) -> Approvals:
    """The actor's own requests that are still open: waiting, or approved and not ordered yet."""
    mine = own(actor).filter(requester_id=actor.user_id).live()
    return mine.exclude(overdue_at(now)).order_by("-created_at", "-pk")


def history(actor: Actor, now: datetime, chosen: HistoryFilter) -> Approvals:
    """Everything that has had its answer, or got none in time; the latest first."""
    ended = own(actor).exclude(reads_as(Status.PENDING, now))
    typed = chosen.cleaned_data if chosen.is_valid() else {}
    if typed.get("status"):
        ended = ended.with_status(typed["status"], now)
    if typed.get("part") == HistoryFilter.ASKED:
        ended = ended.filter(requester_id=actor.user_id)
    elif typed.get("part") == HistoryFilter.PUT_TO:
        ended = ended.filter(approver_id=actor.user_id)
    return ended.order_by("-created_at", "-pk")


def of_company(actor: Actor, now: datetime, chosen: CompanyFilter) -> Approvals:
    """All purchases of the company its admin acts for; the latest first."""
    rows = Approval.objects.overseen_by(actor).select_related("company")
    typed = chosen.cleaned_data if chosen.is_valid() else {}
    if typed.get("status"):
        rows = rows.with_status(typed["status"], now)
    if typed.get("search"):
        text = typed["search"]
        named = Q(requester_name__icontains=text) | Q(approver_name__icontains=text)
        rows = rows.filter(named | Q(subject_label__icontains=text))
    return rows.order_by("-created_at", "-pk")


def tabs(actor: Actor, now: datetime, current: str) -> list[Values]:
    """The parts of the menu entry Approvals; what waits is counted. One query."""
    waiting = counts(actor, decide=to_decide(actor, now), asked=asked(actor, now))
    parts = [
        ("approvals", "To decide", waiting["decide"]),
        ("approvals_asked", "Asked by me", waiting["asked"]),
        ("approvals_history", "History", None),
    ]
    if actor.role is Role.ADMIN:
        parts.append(("approvals_company", "All approvals of the company", None))
    return [
        {"label": label, "url": reverse(f"dashboard:{name}"), "count": count or None, "current": name == current}
        for name, label, count in parts
    ]


def queue_rows(approvals: Iterable[Approval], actor: Actor, now: datetime) -> list[Values]:
    """One row each: what, who, how much, why, since when and until when."""
    return [_row(approval, actor, now) for approval in approvals]


def badge(approval: Approval, now: datetime) -> tuple[str, str]:
    """Word and tone of its status; an approved one says whether it was used."""
    status = approval.status_at(now)
    if status != Status.APPROVED:
        return status, ""
    if approval.is_used:
        return "Ordered", "good"
    return ("Given up", "closed") if approval.released_at else ("Approved, not ordered yet", "waiting")


def _row(approval: Approval, actor: Actor, now: datetime) -> Values:
    waits = approval.status_at(now) == Status.PENDING
    for_me = waits and approval.approver_id == actor.user_id
    status, tone = badge(approval, now)
    return {
        # What is chosen in a list is the content that the list showed.
        "key": f"{approval.key}:{approval.content_hash}",
        "url": page_url(approval),
        "title": approval.subject_label,
        "who": _who(approval, actor),
        "company": approval.company.name if approval.company_id != actor.company_id else "",
        "detail": f"asked {ago_text(approval.created_at, now)}",
        "why": sentences.why(approval),
        "amount": approval.gross,
        "currency": approval.currency,
        "tax_word": "gross",
        "status": "" if for_me else status,
        "tone": tone,
        "deadline": approval.expires_at if waits else None,
        "at": approval.expires_at if approval.is_overdue(now) else approval.decided_at,
    }


def _who(approval: Approval, actor: Actor) -> str:
    if approval.requester_id == actor.user_id:
        return f"To {approval.approver_name}"
    if approval.approver_id == actor.user_id:
        return approval.requester_name
    return f"{approval.requester_name} to {approval.approver_name}"
