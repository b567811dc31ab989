"""Nobody answers an offer in time: it ends, and both sides are told."""

from __future__ import annotations

from datetime import datetime

import structlog

from orders.models import Quote
from orders.services.quote_steps import expire_quote

log = structlog.get_logger("countersign.expiry")


def expire_overdue_quotes(now: datetime, limit: int = 200) -> int:
    """Expire up to `limit` overdue offers, oldest first; returns how many.

    One short transaction each: one that cannot be swept does not hold up the others, and two sweeps side by
    side do each of them once.
    """
    done = 0
    overdue = Quote.objects.overdue(now).order_by("valid_to").values_list("pk", flat=True)
    for pk in list(overdue[:limit]):
        try:
            done += expire_quote(pk, now)
        except Exception:
            log.exception("not swept", quote=pk)
    return done
