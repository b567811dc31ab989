"""What becomes of subscriptions when orders are placed and move: begun, activated, changed or given back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from catalog.models import Plan, offer_name
from companies.actors import Actor
from companies.events import Happening, chain_event
from config.kit.money import spell
from config.kit.refused import Invalid
from orders.lifecycle import DeliveryState, OrderKind, OrderStatus
from orders.models import Order, OrderLine, Subscription, SubscriptionChange, SubscriptionEvent
from orders.priced import Parcel, PricedCartLine
from orders.pricing import price_line
from orders.services.subscription_writer import write_change, write_subscription_move
from orders.subscription_lifecycle import (
    ChangeKind,
    ChangeStatus,
    Periods,
    SubscriptionMove,
    SubscriptionParty,
    SubscriptionStatus,
    first_period,
    periods_after_change,
    trial_period,
)
from orders.subscription_standing import renewal_text

SYSTEM = SubscriptionParty.SYSTEM
# What a subscription refers to from its beginning to its end.
STEADY = (
    "marketplace__owner",
    "company",
    "owner",
    "seller",
    "vendor",
    "product__tax_class",
    "product__vendor",
)
PERIOD = ("started_at", "periods", "period_starts_at", "renews_at")
VALUES = ("plan", "listing", "quantity", "unit_price", "includes_tax", "tax_rate", "net", "tax", "gross", "name")


def lock_subscriptions_of(order: Order) -> list[Subscription]:
    """Those an order begins or changes, locked by id; taken before the order itself. No query for other orders."""
    if not order.begins_subscriptions and order.subscription_id is None:
        return []
    wanted = Subscription.objects.filter(pk=order.subscription_id)
    if order.begins_subscriptions:
        wanted = Subscription.objects.filter(first_line__order_id=order.pk)
    return list(Subscription.objects.locked().filter(pk__in=wanted.values("pk")).order_by("pk"))


def lock_subscription(pk: int) -> Subscription:
    """The subscription, locked until the transaction ends, with what its orders and notices need."""
    # Not joined with its plan or listing: where they change while this waits, PostgreSQL would find no row at all.
    return Subscription.objects.locked().select_related(*STEADY).get(pk=pk)


def lock_order(order: Order) -> Order:
    """The order afresh, locked after the subscriptions that follow it."""
    lock_subscriptions_of(order)
    return Order.objects.locked().get(pk=order.pk)


def begins(parcel: Parcel) -> bool:
    """Some line of it begins a subscription."""
    return parcel.kind in (OrderKind.PURCHASE, OrderKind.TRIAL) and any(
        line.listing.plan_id is not None and not isinstance(line.line, SubscriptionChange) for line in parcel.lines
    )


def begin_subscriptions(lines: Iterable[tuple[Order, PricedCartLine, OrderLine]], actor: Actor, now: datetime) -> None:
    """Make the subscriptions that lines of new orders begin, and link each to its (unsaved) line. Two statements.

    Raises `Invalid` (field `cart`) for a second trial of a product by the same customer.
    """
    subscriptions, events = [], []
    for order, priced, line in lines:
        if priced.listing.plan_id is None:
            continue
        subscription = _begun(order, priced, now)
        line.subscription = subscription
        what = Happening(
            "subscription.ordered",
            to_status=subscription.status,
            facts={"order": order.number, "plan": subscription.plan.code, "quantity": spell(subscription.quantity)},
        )
        subscriptions.append(subscription)
        events.append(chain_event(SubscriptionEvent(subscription=subscription), subscription, what, actor, now))
    _check_first_trials(subscriptions)
    try:
        with transaction.atomic():
            Subscription.objects.bulk_create(subscriptions)
    except IntegrityError:
        # Somebody of the same company has begun a trial in this very moment.
        raise _tried_before() from None
    SubscriptionEvent.objects.bulk_create(events)


def follow_order(order: Order, lines: Iterable[OrderLine], actor: Actor, now: datetime) -> None:
    """Let subscriptions follow a locked order that has just moved; its subscriptions were locked before it.

    A new one runs when its line is delivered and is cancelled when the order ends without; a change is written when
    its order may go on, and given back when that ends.
    """
    if order.subscription_id is not None:
        _follow_change(order, actor, now)
    if not order.begins_subscriptions:
        return
    begun = {line.subscription_id: line for line in lines if line.subscription_id}
    for subscription in Subscription.objects.select_related("plan").filter(pk__in=begun).order_by("pk"):
        line = begun[subscription.pk]
        if subscription.status != SubscriptionStatus.AWAITING:
            continue
        if line.delivery_state == DeliveryState.COMPLETED:
            _activate(subscription, now)
        elif order.status in (OrderStatus.REJECTED, OrderStatus.CANCELLED):
            write_subscription_move(subscription, SubscriptionMove.CANCEL, SYSTEM, Actor.system("orders"), now)


def values_of(record: Subscription | SubscriptionChange) -> dict[str, str]:
    """What a change can change, as text for people and for giving it back."""
    return {
        "plan": str(record.plan_id),
        "plan_code": record.plan.code,
        "plan_name": record.plan.name.get("en", record.plan.code),
        "listing": str(record.listing_id),
        "quantity": spell(record.quantity),
        "unit_price": spell(record.unit_price),
        "includes_tax": "true" if record.includes_tax else "",
        "tax_rate": spell(record.tax_rate),
        "net": spell(record.net),
        "tax": spell(record.tax),
        "gross": spell(record.gross),
    }


def _begun(order: Order, priced: PricedCartLine, now: datetime) -> Subscription:
    listing, product = priced.listing, priced.line.product
    is_trial = priced.kind is OrderKind.TRIAL
    # A trial costs nothing, but what it will cost is agreed with it.
    per_period = (
        price_line(
            priced.quantity,
            listing.unit_price,
            includes_tax=listing.includes_tax,
            tax_code=priced.priced.tax_code,
            tax_rate=priced.tax_rate,
            currency=order.currency,
        )
        if is_trial
        else priced.priced
    )
    return Subscription(
        tenant_id=order.tenant_id,
        marketplace=order.marketplace,
        seller_id=order.auditing_company_id,
        vendor=order.vendor,
        owner=order.buyer,
        owner_name=order.buyer_name,
        company=order.company,
        product=product,
        plan=listing.plan,
        listing=listing,
        name=priced.name,
        quantity=priced.quantity,
        unit_price=per_period.unit_price,
        includes_tax=per_period.includes_tax,
        tax_rate=priced.tax_rate,
        currency=order.currency,
        country=order.country,
        net=per_period.amounts.net,
        tax=per_period.amounts.tax,
        gross=per_period.amounts.gross,
        status=SubscriptionStatus.AWAITING,
        status_since=now,
        is_trial=is_trial,
        began_as_trial=is_trial,
        created_at=now,
        modified_at=now,
    )


def _check_first_trials(subscriptions: Sequence[Subscription]) -> None:
    """One trial of a product per company (per person in none); one that waits counts."""
    tried = [s for s in subscriptions if s.is_trial]
    if not tried:
        return
    first, wanted = tried[0], [s.product_id for s in tried]
    if len(set(wanted)) != len(wanted):
        raise _tried_before()
    check_not_tried(first.company_id, first.owner_id, wanted)


def check_not_tried(company_id: int | None, owner_id: int | None, product_ids: Iterable[int]) -> None:
    """Raise `Invalid` (field `cart`, code `tried_before`) where the company, or who is in none, had a trial of one.

    One that waits counts, one that was never begun does not. One query.
    """
    whose = {"company_id": company_id} if company_id else {"company_id": None, "owner_id": owner_id}
    former = Subscription.objects.filter(product_id__in=list(product_ids), began_as_trial=True, **whose)
    if former.exclude(status=SubscriptionStatus.CANCELLED).exists():
        raise _tried_before()


def _tried_before() -> Invalid:
    return Invalid("A product can be tried for nothing only once.", field="cart", code="tried_before")


def _activate(subscription: Subscription, now: datetime) -> None:
    plan = subscription.plan
    subscription.running = (
        trial_period(now, plan.trial_days) if subscription.is_trial else first_period(now, plan.period)
    )
    write_subscription_move(
        subscription,
        SubscriptionMove.ACTIVATE,
        SYSTEM,
        Actor.system("orders", subscription.tenant_id),
        now,
        columns=PERIOD,
    )


def _follow_change(order: Order, actor: Actor, now: datetime) -> None:
    change = (
        SubscriptionChange.objects.filter(checkout=order.checkout_id)
        .select_related("subscription__plan", "subscription__product", "plan", "listing")
        .first()
    )
    if change is None:
        return
    subscription = change.subscription
    if order.status == OrderStatus.PENDING and change.status == ChangeStatus.ORDERED:
        apply_change(subscription, change, actor, now)
    elif order.status == OrderStatus.REJECTED and change.is_open:
        write_change(change, ChangeStatus.REFUSED, now)
    elif order.status == OrderStatus.CANCELLED:
        if change.is_open:
            write_change(change, ChangeStatus.WITHDRAWN, now)
        elif change.status == ChangeStatus.APPLIED:
            _give_back(subscription, change, now)


def apply_change(subscription: Subscription, change: SubscriptionChange, actor: Actor, now: datetime) -> None:
    """Write an approved change into its locked subscription. A trial that is kept begins its first paid period."""
    before, running = values_of(subscription), subscription.running
    old_period, was_trial = subscription.plan.period, subscription.is_trial
    subscription.plan, subscription.listing = change.plan, change.listing
    subscription.name = offer_name(subscription.product, change.plan)
    subscription.quantity, subscription.unit_price = change.quantity, change.unit_price
    subscription.includes_tax, subscription.tax_rate = change.includes_tax, change.tax_rate
    subscription.net, subscription.tax, subscription.gross = change.net, change.tax, change.gross
    move = SubscriptionMove.CHANGE
    if change.kind == ChangeKind.CONVERSION:
        move, subscription.is_trial = SubscriptionMove.CONVERT, False
        subscription.running = first_period(now, change.plan.period)
    elif running is not None:
        costs_more = change.difference_gross > 0
        subscription.running = periods_after_change(
            running, old_period, change.plan.period, costs_more=costs_more, now=now
        )
    if running is not None:
        # What is needed to give it back, should its order be cancelled before it is carried out.
        change.old = {
            **change.old,
            "was_trial": was_trial,
            "running": _spelled(running),
            "until": renewal_text(subscription),
        }
    write_change(change, ChangeStatus.APPLIED, now, columns=["old"])
    facts = {"from": before, "to": values_of(subscription)}
    columns = [*VALUES, *PERIOD, "is_trial"]
    write_subscription_move(subscription, move, SYSTEM, actor, now, columns=columns, facts=facts)


def _give_back(subscription: Subscription, change: SubscriptionChange, now: datetime) -> None:
    """The order for a change was cancelled before it was carried out: the subscription is as it was, if it runs."""
    write_change(change, ChangeStatus.WITHDRAWN, now)
    if subscription.status != SubscriptionStatus.ACTIVE:
        return
    old, before = change.old, values_of(subscription)
    period = subscription.plan.period
    subscription.plan, subscription.listing_id = Plan.objects.get(pk=int(old["plan"])), int(old["listing"])
    subscription.name = offer_name(subscription.product, subscription.plan)
    subscription.quantity, subscription.unit_price = Decimal(old["quantity"]), Decimal(old["unit_price"])
    subscription.includes_tax, subscription.tax_rate = bool(old["includes_tax"]), Decimal(old["tax_rate"])
    subscription.net, subscription.tax = Decimal(old["net"]), Decimal(old["tax"])
    subscription.gross = Decimal(old["gross"])
    if old.get("was_trial") or old.get("until") == renewal_text(subscription):
        # A period that was renewed since stays; a trial is one again, and may be over by now.
        subscription.is_trial = bool(old.get("was_trial"))
        subscription.running = _read(old["running"])
    elif (running := subscription.running) is not None:
        # What runs by now was renewed at the other length: the old one is counted from its end.
        subscription.running = periods_after_change(
            running, period, subscription.plan.period, costs_more=False, now=now
        )
    write_subscription_move(
        subscription,
        SubscriptionMove.REVERT,
        SYSTEM,
        Actor.system("orders", subscription.tenant_id),
        now,
        columns=[*VALUES, *PERIOD, "is_trial"],
        facts={"from": before, "to": values_of(subscription)},
    )


def _spelled(running: Periods) -> dict[str, Any]:
    return {
        "anchor": running.anchor.isoformat(),
        "count": running.count,
        "starts_at": running.starts_at.isoformat(),
        "ends_at": running.ends_at.isoformat(),
    }


def _read(text: dict[str, Any]) -> Periods:
    moments = {name: datetime.fromisoformat(text[name]) for name in ("anchor", "starts_at", "ends_at")}
    return Periods(count=text["count"], **moments)
