"""Is every history whole? Follows the chain of each approval, order, quote and subscription from its first event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Prefetch

from approvals.models import Approval, ApprovalEvent
from companies.events import faults
from orders.models import Order, OrderEvent, Quote, QuoteEvent, Subscription, SubscriptionEvent

CHUNK = 500


class Command(BaseCommand):
    """Reads only; ends with an error where a link does not hold or the end of a history is missing."""

    help = "Verify the chained histories of all approvals, orders, quotes and subscriptions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per fault and a count; raise `CommandError` where there is any fault."""
        found = 0
        for word, parents, events in (
            ("approval", Approval.objects.order_by("pk"), ApprovalEvent),
            ("order", Order.objects.order_by("pk"), OrderEvent),
            ("quote", Quote.objects.order_by("pk"), QuoteEvent),
            ("subscription", Subscription.objects.order_by("pk"), SubscriptionEvent),
        ):
            checked, wrong = self._verify(word, parents.prefetch_related(_in_order(events)))
            self.stdout.write(f"{checked} {word} histories verified, {wrong} with faults.")
            found += wrong
        if found:
            raise CommandError(f"{found} histories do not hold.")

    def _verify(self, word: str, parents: Any) -> tuple[int, int]:
        checked = wrong = 0
        for parent in _each(parents):
            checked += 1
            problems = faults(parent, parent.events.all())
            if problems:
                wrong += 1
                self.stdout.write(f"{word} {parent.key}: {'; '.join(problems)}")
        return checked, wrong


def _in_order(events: Any) -> Prefetch[Any]:
    return Prefetch("events", queryset=events.objects.order_by("number"))


def _each(parents: Any) -> Iterable[Any]:
    """In chunks by primary key: a million histories do not fit into memory."""
    return parents.iterator(chunk_size=CHUNK)
