"""Who is told what of a subscription beside its orders: renewing, stopping, ending."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from companies.actors import Actor
from companies.models import Member
from config.kit.wording import quantity_text
from notifications import outbox
from notifications.outbox import Letter
from orders.models import Subscription, SubscriptionEvent


def tell_renewing(subscription: Subscription, event: SubscriptionEvent, actor: Actor, now: datetime) -> None:
    """It is to end with its period, or to go on after all: the seller is told, and the customer of another's doing."""
    topic = "subscription.resumed" if subscription.auto_renews else "subscription.stopped"
    _post(subscription, event, topic, actor, now)


def tell_renewed(subscription: Subscription, event: SubscriptionEvent, actor: Actor, now: datetime) -> None:
    """A further period has begun: both sides are told."""
    _post(subscription, event, "subscription.renewed", actor, now)


def tell_ended(subscription: Subscription, event: SubscriptionEvent, actor: Actor, now: datetime) -> None:
    """It has ended: both sides are told, but for the one who ended it."""
    _post(subscription, event, "subscription.ended", actor, now)


def facts_of(subscription: Subscription, **more: Any) -> dict[str, Any]:
    """What a text about a subscription may say. Amounts are gross per period, as text; times ISO in UTC."""
    return {
        "number": subscription.number,
        "customer": subscription.owner_name,
        "company": subscription.company.name if subscription.company else "",
        "marketplace": subscription.marketplace.name,
        "name": subscription.name.get("en", subscription.product.sku),
        "quantity": quantity_text(subscription.quantity),
        "price": str(subscription.price),
        "period": subscription.plan.period,
        "renews_at": subscription.renews_at.astimezone(UTC).isoformat() if subscription.renews_at else "",
        "is_trial": "yes" if subscription.is_trial else "",
        "actor": "",
        "comment": "",
        **more,
    }


def _post(subscription: Subscription, event: SubscriptionEvent, topic: str, actor: Actor, now: datetime) -> None:
    said = facts_of(subscription, actor=actor.name, comment=event.comment)
    letters = [
        Letter(
            subscription.owner_id,
            topic,
            {**said, "reader": "customer"},
            reverse("dashboard:subscription", args=[subscription.number]),
        ),
        *_to_sellers(subscription, topic, {**said, "reader": "seller"}),
    ]
    outbox.post(
        [letter for letter in letters if letter.recipient_id != actor.user_id],
        event=f"subscription:{subscription.pk}:{event.number}",
        tenant_id=subscription.tenant_id,
        about=("subscription", subscription.number),
        site_code=subscription.marketplace.key,
        now=now,
    )


def _to_sellers(subscription: Subscription, topic: str, said: dict[str, Any]) -> Iterable[Letter]:
    url = reverse("control_panel:subscription", args=[subscription.number])
    people = Member.objects.reviewing([subscription.seller_id]).order_by("pk").values_list("user_id", flat=True)
    return [Letter(person, topic, said, url) for person in people]
