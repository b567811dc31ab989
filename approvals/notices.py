"""Who is told what when an approval moves: the letters, with the facts as they were then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from approvals.models import Approval, ApprovalEvent, Snapshot, SubjectKind
from approvals.policy import Person
from config.kit.wording import either
from notifications import outbox
from notifications.outbox import Letter


def facts_of(approval: Approval, snapshot: Snapshot, **more: Any) -> dict[str, Any]:
    """What a text about a purchase approval may say. Amounts are gross, as text; times ISO in UTC."""
    shown = snapshot.content["shown"]
    facts: dict[str, Any] = {
        "requester": approval.requester_name,
        "requester_group": shown.get("requester_group", ""),
        "approver": approval.approver_name,
        "company": shown.get("company", ""),
        "label": approval.subject_label,
        "thing": SubjectKind(approval.subject_kind).label,
        "total": str(approval.amount),
        "line_count": len(shown.get("lines", [])),
        "lines": [
            {"name": line["name"], "quantity": line["quantity"], "gross": line["gross"]}
            for line in shown.get("lines", [])
        ],
        "reasons": approval.reason_texts(),
        "comment": approval.comment,
        "answer": approval.approver_comment,
        "expires_at": _iso(approval.expires_at),
        "actor": "",
        "reason": "",
        "differences": [],
        "order_numbers": [],
        "asked_by": shown.get("asked_by", ""),
    }
    return {**facts, **more}


def letter(approval: Approval, recipient_id: int | None, topic: str, facts: dict[str, Any]) -> Letter:
    """A letter that leads to the approval's page."""
    return Letter(recipient_id, topic, facts, reverse("dashboard:approval", args=[approval.key]))


def tell(approval: Approval, event: ApprovalEvent, letters: Iterable[Letter], now: datetime) -> None:
    """Post letters about one event, in the caller's transaction."""
    outbox.post(
        letters,
        event=f"approval:{approval.pk}:{event.number}",
        tenant_id=approval.tenant_id,
        about=("approval", approval.key),
        site_code=approval.site_code,
        now=now,
    )


def both_sides(approval: Approval, topic: str, facts: dict[str, Any], *, but: int | None = None) -> Sequence[Letter]:
    """The same letter to requester and approver, except for the one who did it."""
    sides = {approval.approver_id: "approver", approval.requester_id: "requester"}
    return [
        letter(approval, person, topic, {**facts, "reader": side})
        for person, side in sides.items()
        if person is not None and person != but
    ]


def lost_right(approval: Approval, snapshot: Snapshot, eligible: Iterable[Person]) -> Letter:
    """To the requester: whom it is put to can no longer decide; `eligible` can."""
    names = either(person.name for person in eligible)
    said = f"{names} can decide it." if names else "At the moment nobody can decide it."
    return letter(approval, approval.requester_id, "approval.approver_lost", facts_of(approval, snapshot, reason=said))


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
