"""What does the page of one approval show to this reader?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from approvals.dashboard import buttons, content, rows, sentences
from approvals.dashboard.comparing import compared
from approvals.dashboard.history import ENDED_BY_ITSELF, EXPIRED_WORDS, orders_of, timeline_of
from approvals.dashboard.things import thing_of
from approvals.dashboard.told import told_rows
from approvals.lifecycle import Status
from approvals.models import Approval, ApprovalEvent, Snapshot
from approvals.subjects import subject_of
from companies.actors import Actor, ActorKind
from companies.roles import Role
from notifications.texts import Side

Values = dict[str, Any]

FREED = (Status.DECLINED, Status.CLOSED, Status.EXPIRED)


def approval_page(approval: Approval, actor: Actor, now: datetime, kept: Mapping[str, Any]) -> Values:
    """Everything the template shows. A constant number of queries."""
    snapshot = Snapshot.objects.get(approval=approval, number=approval.snapshot_count)
    lines, orders = content.lines_of(snapshot), orders_of(approval)
    status, tone = rows.badge(approval, now)
    about = _about(approval, snapshot, len(lines), orders)
    is_over = about.ends_at is not None and about.ends_at <= now
    waits = approval.status_at(now) == Status.PENDING
    thing = thing_of(approval)
    moves = [] if is_over else buttons.buttons(approval, actor, now, kept)
    return {
        "approval": approval,
        "lead": sentences.lead(approval, actor, now, about),
        "status": status,
        "tone": tone,
        "asked_title": "What is asked" if waits else "What was asked",
        "lines": lines,
        "price_word": content.price_word(snapshot),
        "totals": content.totals_of(snapshot),
        "delivery": content.delivery_of(snapshot, approval),
        "similar": compared(approval, snapshot, actor) if waits else None,
        "people": _people(approval, snapshot),
        "comment": approval.comment,
        "answer": approval.approver_comment,
        "reasons": approval.reason_texts(),
        "events": [*timeline_of(approval), *_overdue(approval, now)],
        "told": told_rows("approval", approval.key, tenant_id=approval.tenant_id, side=Side.CUSTOMER, now=now),
        "obstacles": [thing.over] if is_over else buttons.obstacles(approval, actor, now),
        "moves": moves,
        "comment_label": _comment_label(approval, moves),
        "comment_value": kept.get("values", {}).get("comment", ""),
        "hidden": {"seen_hash": approval.content_hash},
        "waits_until": approval.expires_at if waits else None,
        "subscription_url": _subscription_url(approval, actor, snapshot),
        "quote_url": _quote_url(approval, actor, snapshot),
        "ends_at": about.ends_at,
        "ends": thing.ends,
        "cart_url": reverse("dashboard:cart") if _has_cart_back(approval, actor, now) else "",
        "orders": [{"number": number, "url": reverse("dashboard:order", args=[number])} for number in orders],
    }


def _about(approval: Approval, snapshot: Snapshot, line_count: int, orders: list[str]) -> sentences.About:
    """Two queries at most, where it is an offer or was ended by the system."""
    ended = ApprovalEvent.objects.none()
    if approval.status == Status.CLOSED or approval.released_at is not None:
        ended = approval.events.filter(kind__in=ENDED_BY_ITSELF, actor_kind=ActorKind.SYSTEM)
    return sentences.About(
        line_count=line_count,
        orders=orders,
        shown=snapshot.content.get("shown", {}),
        ends_at=subject_of(approval.subject_kind).ends_at(approval.subject_id) if approval.is_live else None,
        ended_because=ended.order_by("number").values_list("comment", flat=True).last() or "",
    )


def _quote_url(approval: Approval, actor: Actor, snapshot: Snapshot) -> str:
    """The page of the quote it is about, for those who read it: its customer, and its approver while it counts."""
    number = snapshot.content.get("shown", {}).get("quote", "")
    mine = actor.user_id == approval.requester_id and actor.company_id == approval.company_id
    put_to_me = actor.user_id == approval.approver_id and (approval.is_live or approval.is_used)
    return reverse("dashboard:quote", args=[number]) if number and (mine or put_to_me) else ""


def _subscription_url(approval: Approval, actor: Actor, snapshot: Snapshot) -> str:
    """The page of the subscription whose change it is about, for its customer and the company's admins."""
    number = snapshot.content.get("shown", {}).get("subscription", "")
    reads = actor.company_id == approval.company_id and (
        actor.user_id == approval.requester_id or actor.role is Role.ADMIN
    )
    return reverse("dashboard:subscription", args=[number]) if number and reads else ""


def _people(approval: Approval, snapshot: Snapshot) -> list[Values]:
    """Who asks whom, and where."""
    shown = snapshot.content.get("shown", {})
    return [
        {"label": "Asks", "value": approval.requester_name, "hint": shown.get("requester_group", "")},
        {"label": "Asked by", "value": shown.get("asked_by", ""), "hint": "in the name of the requester"},
        {"label": "Decides", "value": approval.approver_name},
        {"label": "Marketplace", "value": shown.get("marketplace", "")},
    ]


def _overdue(approval: Approval, now: datetime) -> list[Values]:
    """That it expired, for as long as the sweep has not written it."""
    if not approval.is_overdue(now):
        return []
    return [{"at": approval.expires_at, "what": EXPIRED_WORDS, "tone": "closed"}]


def _has_cart_back(approval: Approval, actor: Actor, now: datetime) -> bool:
    if not thing_of(approval).has_cart:
        return False
    freed = approval.status_at(now) in FREED or approval.released_at is not None
    return freed and actor.user_id == approval.requester_id and not approval.is_overdue(now)


def _comment_label(approval: Approval, moves: list[Values]) -> str:
    """Decisions share one optional comment; other moves have none or their own."""
    deciding = any(move["url"] == buttons.move_url(approval, buttons.Move.APPROVE) for move in moves)
    return f"A word to {approval.requester_name.partition(' ')[0]} (optional)" if deciding else ""
