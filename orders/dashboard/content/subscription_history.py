"""What happened to a subscription: its own events and those of the changes that were asked for, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from companies.actors import ActorKind
from config.kit.wording import money_text, quantity_text
from orders.dashboard.content.amounts import Values
from orders.dashboard.content.subscription_words import change_text, outcome_text
from orders.models import Subscription, SubscriptionChange, SubscriptionEvent
from orders.subscription_lifecycle import ChangeStatus, SubscriptionStatus

HAPPENED = {
    "subscription.ordered": ("ordered it", "waiting"),
    "subscription.changed": ("accepted the change", "good"),
    "subscription.converted": ("accepted that it is kept", "good"),
    "subscription.renewal_stopped": ("stopped its renewal", "closed"),
    "subscription.renewal_resumed": ("let it be renewed after all", "good"),
    "subscription.terminated": ("terminated it", "closed"),
}
# What happens by itself has nobody to name.
BY_ITSELF = {
    "subscription.activated": ("It was delivered and runs.", "good"),
    "subscription.cancelled": ("Its order ended, so it never began.", "closed"),
    "subscription.reverted": ("The order of the change was cancelled: it is as it was before.", "closed"),
    "subscription.renewed": ("It was renewed with the same terms.", "good"),
    "subscription.ended": ("It ended with its period.", "closed"),
}


def timeline(
    subscription: Subscription,
    changes: Iterable[SubscriptionChange],
    now: datetime,
    *,
    with_prices: bool = True,
    to_seller: bool = False,
) -> list[Values]:
    """Rows for the timeline. One query. Without prices for a vendor whose product a reseller sold.

    To a seller without whom the customer's company asked before it was ordered.
    """
    told = [_event(event, subscription, with_prices) for event in subscription.events.order_by("number")]
    for change in changes:
        told.append(_asked(change, with_prices, to_seller))
        if change.status in (ChangeStatus.REFUSED, ChangeStatus.WITHDRAWN):
            tone = "refused" if change.status == ChangeStatus.REFUSED else "closed"
            what = f"The change {outcome_text(change)}: {change_text(change)}"
            told.append({"at": change.status_since, "what": what, "tone": tone})
    if subscription.status == SubscriptionStatus.ACTIVE and subscription.status_at(now) != SubscriptionStatus.ACTIVE:
        what, tone = BY_ITSELF["subscription.ended"]
        told.append({"at": subscription.renews_at, "what": what, "tone": tone})
    return sorted(told, key=lambda row: row["at"])


def _event(event: SubscriptionEvent, subscription: Subscription, with_prices: bool) -> Values:
    by_itself = event.kind in BY_ITSELF or event.actor_kind == ActorKind.SYSTEM
    what, tone = BY_ITSELF.get(event.kind) or HAPPENED.get(event.kind, (event.kind, "closed"))
    if by_itself and event.kind in ("subscription.changed", "subscription.converted"):
        what = "The change was carried out."
    if event.kind == "subscription.ended" and subscription.is_trial:
        what = "The trial ended; nobody kept it."
    return {
        "at": event.at,
        "who": "" if by_itself else event.actor_name,
        "role": "" if by_itself else event.role.capitalize(),
        "on_behalf_of": event.behalf_name,
        "what": what,
        "tone": tone,
        "comment": event.comment,
        "details": _details(event.facts or {}, subscription, with_prices),
    }


def _details(facts: Mapping[str, Any], subscription: Subscription, with_prices: bool) -> list[str]:
    details = [f"Order {facts['order']}"] if facts.get("order") else []
    old, new = facts.get("from"), facts.get("to")
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        details += _differences(old, new, subscription, with_prices)
    return details


def _differences(
    old: Mapping[str, str], new: Mapping[str, str], subscription: Subscription, with_prices: bool
) -> list[str]:
    told = []
    if old["plan"] != new["plan"]:
        told.append(f"Plan: {old['plan_name']} → {new['plan_name']}")
    if old["quantity"] != new["quantity"]:
        told.append(f"Quantity: {quantity_text(Decimal(old['quantity']))} → {quantity_text(Decimal(new['quantity']))}")
    if with_prices and old["gross"] != new["gross"]:
        before, after = (money_text(Decimal(each["gross"]), subscription.currency) for each in (old, new))
        told.append(f"Gross: {before} → {after}")
    return told


def _asked(change: SubscriptionChange, with_prices: bool, to_seller: bool) -> Values:
    approval = None if to_seller else change.approval
    to = f"asked {approval.approver_name} to approve a change" if approval else "asked for a change"
    details = [change_text(change)]
    if with_prices and change.difference_gross:
        more = money_text(change.difference_gross, change.subscription.currency)
        details.append(f"A period costs {more} gross more")
    return {
        "at": change.created_at,
        "who": change.requested_by_name,
        "what": to,
        "tone": "waiting",
        "comment": approval.comment if approval else "",
        "details": details,
    }
