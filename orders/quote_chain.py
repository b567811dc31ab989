"""Is the history of a quote whole, the values in it too? Its events are chained, and hold a digest of each change."""

from __future__ import annotations

from collections.abc import Sequence

from companies.events import faults
from config.kit.chain import text_digest
from orders.models import Quote, QuoteChange, QuoteEvent


def change_digest(change: QuoteChange) -> str:
    """What the chain keeps of the values of a change."""
    return text_digest(change.salt, {"old": change.old, "new": change.new})


def quote_faults(quote: Quote, events: Sequence[QuoteEvent]) -> list[str]:
    """What is wrong with a history, in words; empty where every link and every value holds.

    `events` in order of number, each with its changes. Erased values are no fault; changed ones are.
    """
    found = faults(quote, events)
    for event in events:
        changes = sorted(event.changes.all(), key=lambda change: change.number)
        written = event.facts.get("changes", [])
        if [(change.op, change.path) for change in changes] != [(each["op"], each["path"]) for each in written]:
            found.append(f"event {event.number}: its changes are not those that were made")
            continue
        for change, each in zip(changes, written, strict=True):
            is_erased = not change.old and not change.new
            if not is_erased and change_digest(change) != each["values"]:
                found.append(f"event {event.number}: the values of {change.path} were changed")
    return found
