"""What was told: to the reader of a page, and about the thing that a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifications.models import MailState, Notice
from notifications.texts import TOPICS, Side, side_of
from notifications.wording import headline


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the reader's list."""

    id: int
    sentence: str
    label: str
    tone: str
    at: datetime
    unread: bool
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """That somebody was told something, and where the mail stands, for the page of what it is about.

    `next_attempt_at` is set while the mail waits for another attempt; `sent_at` once it went out.
    """

    id: int
    who: str
    what: str
    tone: str
    at: datetime
    mail: MailState
    attempts: int
    sent_at: datetime | None
    next_attempt_at: datetime | None


def entry(notice: Notice, zone_name: str) -> Entry:
    """The notice as a row of its recipient's list."""
    topic = TOPICS.get(notice.topic)
    return Entry(
        id=notice.pk,
        sentence=headline(notice, zone_name),
        label=topic.label if topic else "",
        tone=topic.tone if topic else "closed",
        at=notice.created_at,
        unread=notice.read_at is None,
        url=notice.url,
    )


def told_about(kind: str, key: str, *, tenant_id: int, side: Side | None = None) -> list[Told]:
    """Who was told about this approval or order, first told first; with `side` only that side's people.

    Ask for the reader's own side unless they are platform staff: a customer need not know who is in a
    seller's pool. Whether the reader may see the thing at all is asked by who shows it. One query.
    """
    notices = (
        Notice.objects.filter(tenant_id=tenant_id, about_kind=kind, about_key=key)
        .select_related("recipient")
        .order_by("created_at", "pk")
    )
    return [_told(notice) for notice in notices if side is None or side_of(notice.topic, notice.facts) == side]


def _told(notice: Notice) -> Told:
    topic = TOPICS.get(notice.topic)
    waits = notice.mail_state == MailState.WAITING and notice.attempt_count > 0
    return Told(
        id=notice.pk,
        who=notice.recipient.name,
        what=topic.label if topic else notice.topic,
        tone=topic.tone if topic else "closed",
        at=notice.created_at,
        mail=MailState(notice.mail_state),
        attempts=notice.attempt_count,
        sent_at=notice.sent_at,
        next_attempt_at=notice.next_attempt_at if waits else None,
    )
