"""Nobody decides an order: whoever could is reminded, once per period."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import transaction
from django.db.models import OuterRef

from approvals.models import Approval
from approvals.reminding import period_begun
from approvals.services.expire import lock_waiting, note_reminder
from companies.preferences import PreferenceKey, preference, value_of
from orders import notices
from orders.models import Order

log = structlog.get_logger("countersign.reminders")


def remind_of_reviews(now: datetime, limit: int = 200) -> int:
    """Remind of orders that have waited for their review for so many days; returns of how many.

    The marketplace says after how many days, else its tenant's preference; 0: never. One short transaction each:
    one that fails does not hold up the others, and two sweeps side by side remind once.
    """
    days = preference(OuterRef("tenant_id"), PreferenceKey.REVIEW_REMINDER_DAYS)
    waiting = Approval.objects.waiting_since(now - timedelta(days=1))
    orders = Order.objects.to_review().filter(review__in=waiting).select_related("marketplace", "review")
    found = orders.annotate(days=days).order_by("pk").iterator()
    due = (order.pk for order in found if _begun(order, int(order.days), now))
    done = 0
    for pk in list(islice(due, limit)):
        try:
            done += _remind_one(pk, now)
        except Exception:
            log.exception("not reminded", order=pk)
    return done


@transaction.atomic
def _remind_one(order_id: int, now: datetime) -> bool:
    order = Order.objects.select_related("company", "marketplace", "vendor").get(pk=order_id)
    review = lock_waiting(Approval.objects.filter(pk=order.review_id))
    if review is None:
        return False
    order.review = review
    begun = _begun(order, value_of(order.tenant_id, PreferenceKey.REVIEW_REMINDER_DAYS), now)
    if begun is None:
        return False
    notices.tell_waiting(order, note_reminder(review, begun), now)
    return True


def _begun(order: Order, tenant_days: int, now: datetime) -> datetime | None:
    own = order.marketplace.review_reminder_days
    return period_begun(order.review.waits_since, tenant_days if own is None else own, now)
