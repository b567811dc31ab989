"""What has become of a quote since somebody opened its page?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orders.dashboard.content.quote_history import timeline
from orders.models import Quote, QuoteEvent


def changes_after(quote: Quote, events: Sequence[QuoteEvent], seen_version: int, now: datetime) -> list[str]:
    """Who did what after this version was seen, in sentences; each event made one version."""
    seen = quote.event_count - (quote.version - seen_version)
    later = [event for event in events if event.number > seen]
    found: list[str] = []
    for row in timeline(quote, later, (), now, to_seller=True):
        found.append(f"{row.get('who', '')} {row['what']}".strip())
        found += row.get("details", [])
    return found
