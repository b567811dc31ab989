"""Is every history whole? Follows the chain of each approval, order, quote and subscription from its first event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Prefetch

from approvals.models import Approval, ApprovalEvent
from companies.events import faults
from orders.models import Order, OrderEvent, Quote, QuoteEvent, Subscription, SubscriptionEvent
from orders.quote_chain import quote_faults

CHUNK = 500


class Command(BaseCommand):
    """Reads only; ends with an error where a link does not hold or the end of a history is missing."""

    help = "Verify the chained histories of all approvals, orders, quotes and subscriptions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per fault and a count; raise `CommandError` where there is any fault."""
        found = 0
        for word, parents, faults_of in (
            ("approval", _with(Approval, ApprovalEvent), faults),
            ("order", _with(Order, OrderEvent), faults),
            ("quote", _with(Quote, QuoteEvent).prefetch_related("events__changes"), quote_faults),
            ("subscription", _with(Subscription, SubscriptionEvent), faults),
        ):
            checked, wrong = self._verify(word, parents, faults_of)
            self.stdout.write(f"{checked} {word} histories verified, {wrong} with faults.")
            found += wrong
        if found:
            raise CommandError(f"{found} histories do not hold.")

    def _verify(self, word: str, parents: Any, faults_of: Callable[[Any, Any], list[str]]) -> tuple[int, int]:
        checked = wrong = 0
        for parent in _each(parents):
            checked += 1
            problems = faults_of(parent, parent.events.all())
            if problems:
                wrong += 1
                self.stdout.write(f"{word} {parent.key}: {'; '.join(problems)}")
        return checked, wrong


def _with(parents: Any, events: Any) -> Any:
    """All of these with their events in order."""
    in_order: Prefetch[Any] = Prefetch("events", queryset=events.objects.order_by("number"))
    return parents.objects.order_by("pk").prefetch_related(in_order)


def _each(parents: Any) -> Iterable[Any]:
    """In chunks by primary key: a million histories do not fit into memory."""
    return parents.iterator(chunk_size=CHUNK)
