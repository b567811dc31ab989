"""Changing a customer's subscription: a seller's sales order another plan or quantity, or ask in their name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from approvals.models import Approval, SubjectKind
from approvals.outcomes import Outcome
from approvals.services.ask import ruling_for
from approvals.subjects import subject_of
from companies.actors import Actor
from config.kit.refused import Late, NotYours
from orders.models import Checkout, Subscription
from orders.services.on_behalf import (
    accept_placed,
    accepts_by_itself,
    check_orders_for_customers,
    check_still_sells,
    customer_of,
    reviewed_for,
)
from orders.services.order_steps import check_orderable, kept, not_permitted
from orders.services.subscription_changing import (
    Asked,
    ChangeOutlook,
    Wanted,
    ask_about,
    change_outlook,
    found_subscription,
    opened_change,
)
from orders.services.subscription_ordering import order_change
from orders.services.subscription_steps import lock_subscription


@dataclass(frozen=True, slots=True)
class CustomersChange:
    """What would come of a change for a customer: `outlook` as for themselves, `auto` as for a prepared cart."""

    outlook: ChangeOutlook
    auto: bool

    @property
    def waits(self) -> bool:
        """It would wait for a review."""
        return not self.auto and any(parcel.needs_review for parcel in self.outlook.priced.parcels)


def customers_outlook(
    *, actor: Actor, subscription_id: int, wanted: Wanted, now: datetime | None = None
) -> CustomersChange:
    """What a change would cost, and what policy and review would say; changes nothing. Raises as `change_for_customer`,
    but for the policy."""
    now = now or timezone.now()
    check_orders_for_customers(actor)
    found = found_subscription(actor, subscription_id, now)
    check_still_sells(actor, found.marketplace, found.owner_id)
    check_customer_decides_none(found, now)
    seen = change_outlook(actor=customer_of(found), subscription_id=found.pk, wanted=wanted, now=now)
    if not seen.ruling.permitted:
        return CustomersChange(seen, auto=False)
    seen = replace(seen, priced=reviewed_for(seen.priced, actor))
    return CustomersChange(seen, accepts_by_itself(found.marketplace, actor))


def change_for_customer(
    *,
    actor: Actor,
    subscription_id: int,
    wanted: Wanted,
    seen_gross: Decimal | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order a change of a subscription that the actor's company sold, where the customer may without anybody's yes.

    The same rules as for a cart: on the reseller's own marketplace it may be accepted by policy, a vendor's always
    waits for its review. Raises `Missing`, `NotYours` (code `approval_required`), `Invalid` (code `customer_gone`),
    and as `change_subscription`.
    """
    now = now or timezone.now()
    check_orders_for_customers(actor)
    found = found_subscription(actor, subscription_id, now)
    with transaction.atomic():
        subscription = lock_subscription(found.pk)
        customer = _customer(actor, subscription)
        check_customer_decides_none(subscription, now)
        change = opened_change(subscription, wanted, customer, now, seen_gross)
        facts = subject_of(SubjectKind.SUBSCRIPTION_CHANGE).facts(change, now)
        check_orderable(facts.basis)
        ruling = ruling_for(facts, customer)
        if not ruling.permitted:
            refusal = not_permitted(ruling)
            raise NotYours(refusal.text, code=refusal.code)
        auto = accepts_by_itself(subscription.marketplace, actor)
        checkout, orders = order_change(
            change,
            reviewed_for(facts.basis, actor),
            kept(ruling, facts, customer),
            actor,
            now,
            on_behalf=True,
            auto_approved=auto,
        )
        if auto:
            accept_placed(orders, actor, now)
        return Outcome(checkout)


def ask_for_customers_change(
    *,
    actor: Actor,
    subscription_id: int,
    wanted: Wanted,
    approver_id: int | None,
    comment: str = "",
    seen_gross: Decimal | None = None,
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Send a change as its customer's request to somebody who may approve; raises as `ask_on_behalf` does."""
    now = now or timezone.now()
    check_orders_for_customers(actor)
    found = found_subscription(actor, subscription_id, now)
    with transaction.atomic():
        subscription = lock_subscription(found.pk)
        customer = _customer(actor, subscription)
        check_customer_decides_none(subscription, now)
        change = opened_change(subscription, wanted, customer, now, seen_gross)
        return ask_about(change, Asked(approver_id, comment, by=actor), customer, now)


def _customer(actor: Actor, subscription: Subscription) -> Actor:
    """Whose it is, for a seller who may still order for them."""
    check_still_sells(actor, subscription.marketplace, subscription.owner_id)
    return customer_of(subscription)


def check_customer_decides_none(subscription: Subscription, now: datetime) -> None:
    """What the customer's company still decides is its own: a seller reads neither what it is nor who is asked."""
    if subscription.changes.open_at(now).filter(checkout__isnull=True).exists():
        raise Late(
            f"{subscription.number} cannot be changed now: its customer has a change of it under way.",
            code="change_open",
        )
