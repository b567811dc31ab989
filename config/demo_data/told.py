"""What has become of the notices of the past? Mailed when they were posted, and the older ones read."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from notifications.models import Attempt, MailState, Notice

UNREAD = timedelta(hours=40)
MOST_UNREAD = 3  # of one person


def file_notices(now: datetime, chance: random.Random) -> None:
    """Write the attempt of each mail that counts as sent, and mark all but the newest as read."""
    notices = list(Notice.objects.filter(created_at__lt=now).order_by("-created_at", "-pk"))
    Attempt.objects.bulk_create(
        Attempt(notice=notice, number=1, at=notice.sent_at, sent=True)
        for notice in notices
        if notice.mail_state == MailState.SENT and notice.sent_at
    )
    new = set(_newest(notices, now))
    for notice in notices:
        notice.attempt_count = 1
        if notice.pk not in new:
            read_at = notice.created_at + timedelta(minutes=chance.randrange(2, 300))
            notice.read_at = min(read_at, now)
    Notice.objects.bulk_update(notices, ["attempt_count", "read_at"], batch_size=200)


def _newest(notices: Iterable[Notice], now: datetime) -> Iterable[int]:
    counted: dict[int, int] = {}
    for notice in notices:
        counted[notice.recipient_id] = counted.get(notice.recipient_id, 0) + 1
        if now - notice.created_at < UNREAD and counted[notice.recipient_id] <= MOST_UNREAD:
            yield notice.pk
