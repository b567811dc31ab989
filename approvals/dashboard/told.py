"""Who was told about an approval or an order, and did the mail arrive: as rows for its page?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from config.kit.wording import ago_text
from notifications.inbox import Told, told_about
from notifications.models import MailState
from notifications.texts import Side

Values = dict[str, Any]


def told_rows(kind: str, key: str, *, tenant_id: int, side: Side | None, now: datetime) -> list[Values]:
    """One row per notice, the first told first; only people of the reader's `side` (None: all). One query."""
    return [
        {"label": told.who, "value": told.what, "hint": _mail(told, now)}
        for told in told_about(kind, key, tenant_id=tenant_id, side=side)
    ]


def _mail(told: Told, now: datetime) -> str:
    if told.mail == MailState.SENT and told.sent_at:
        return f"mailed {ago_text(told.sent_at, now)}"
    if told.mail == MailState.FAILED:
        return f"the mail could not be delivered ({told.attempts} attempts)"
    if told.mail == MailState.WAITING and told.next_attempt_at:
        return f"the mail is tried again {ago_text(told.next_attempt_at, now)}"
    return "the mail is on its way" if told.mail == MailState.WAITING else ""
