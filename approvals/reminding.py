"""When is somebody reminded of what waits for them?"""

from __future__ import annotations

from datetime import datetime, timedelta


def period_begun(since: datetime, days: int, now: datetime) -> datetime | None:
    """The beginning of the present period of waiting, where at least one of `days` has passed whole; else None.

    `since` is when the waiting began, or the beginning of the period that was last reminded of. 0 days: never.
    Who was not reminded for several periods is reminded once.
    """
    if days <= 0:
        return None
    period = timedelta(days=days)
    passed = (now - since) // period
    return since + passed * period if passed >= 1 else None
