"""The step that turns a locked, permitted cart into one checkout and its orders.

Everything that places an order ends here; whether it may be placed was asked before, under the
same lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from approvals.models import Approval, ApprovalEvent, Snapshot, Step, SubjectKind
from approvals.services.writer import first_event
from companies.actors import Actor
from companies.events import Happening, chain_event
from companies.models import DeliveryWindow, User
from companies.roles import Role
from config.kit.money import Money
from config.kit.refused import Invalid, Late
from orders import notices
from orders.content import order_content
from orders.details import CheckoutDetails
from orders.lifecycle import DeliveryState, OrderStatus
from orders.models import Cart, Checkout, Order, OrderEvent, OrderLine, Quote, Subscription
from orders.priced import Parcel, PricedCart, PricedCartLine
from orders.pricing import add_up, spread
from orders.quote_priced import PricedQuote
from orders.services.order_writer import begin_deliveries
from orders.services.subscription_steps import begin_subscriptions, begins
from orders.subscription_priced import ChangeSource, PricedChange


@dataclass(frozen=True, slots=True)
class Placement:
    """What is to be placed: a locked cart at today's prices, a locked quote or a change at its own; and why it may be.

    `ruling` is the policy's answer as it is kept with the order. `approved` is the locked approval
    that allows it, with the total its approver saw; None where the buyer is free to order.
    `payment_open`: nobody has said yet how it is paid. `on_behalf`: a seller places it for the customer;
    `auto_approved`: what it would be reviewed for is accepted by the seller's own policy, so nobody is asked.
    """

    priced: PricedCart | PricedQuote | PricedChange
    details: CheckoutDetails
    ruling: dict[str, Any]
    approval: Approval | None = None
    approved_gross: Any = None
    payment_open: bool = False
    on_behalf: bool = False
    auto_approved: bool = False
    subscription: Subscription | None = None


def place_step(placement: Placement, actor: Actor, now: datetime) -> tuple[Checkout, list[Order]]:
    """Write checkout, orders, lines, reviews, events and notices; what is ordered is for the caller to close.

    The buyer is the owner of the cart or quote, whoever places the order. Raises `Late` (code `window`) for a
    delivery window that is unknown or full; statements do not grow with the number of lines.
    """
    priced = placement.priced
    source = priced.source
    if source.owner is None:
        raise Invalid("Sign in before ordering.", field="cart")
    window = _reserve_window(placement, now)
    checkout = Checkout.objects.create(
        tenant_id=source.tenant_id,
        cart=source if isinstance(source, Cart) else None,
        quote=source if isinstance(source, Quote) else None,
        change=source.change if isinstance(source, ChangeSource) else None,
        approval=placement.approval,
        delivery_window=window,
        placed_by_id=actor.user_id,
        currency=priced.totals.currency,
        lines_gross=priced.totals.lines.gross,
        net=priced.totals.net,
        tax=priced.totals.tax,
        gross=priced.totals.gross,
        approved_gross=placement.approved_gross,
        ruling=placement.ruling,
        payment_open=placement.payment_open,
        created_at=now,
    )
    orders = Order.objects.bulk_create(_orders(placement, checkout, source.owner, actor, now))
    lines = _write_lines(orders, priced.parcels, actor, now)
    events = [_placed_event(order, placement, actor, now) for order in orders]
    reviewed = [order for order in orders if order.needs_review]
    _open_reviews(reviewed, lines, actor, now)
    Order.objects.bulk_update(orders, ["review", "event_count", "last_hash"])
    OrderEvent.objects.bulk_create(events)
    told = [(order, lines[order.pk], event) for order, event in zip(orders, events, strict=True)]
    notices.tell_placed(told, actor, now, to_auditors=not placement.auto_approved)
    begin_deliveries([(order, lines[order.pk]) for order in orders if not order.needs_review], now)
    return checkout, orders


def _orders(placement: Placement, checkout: Checkout, buyer: User, actor: Actor, now: datetime) -> list[Order]:
    priced, details = placement.priced, placement.details
    source, currency = priced.source, priced.totals.currency
    sums = [add_up((line.amounts for line in parcel.lines), currency) for parcel in priced.parcels]
    # By gross line totals, so that the orders sum to the checkout.
    shipping = spread(priced.totals.shipping, [amounts.gross for amounts in sums], currency)
    choice = details.shipping
    return [
        Order(
            tenant_id=source.tenant_id,
            checkout=checkout,
            position=position,
            kind=parcel.kind,
            begins_subscriptions=begins(parcel),
            subscription=placement.subscription,
            status=OrderStatus.TO_BE_APPROVED if parcel.needs_review else OrderStatus.PENDING,
            status_since=now,
            marketplace=source.marketplace,
            auditing_company_id=parcel.auditing_company_id,
            vendor=parcel.lines[0].line.product.vendor,
            open_to_vendor=not (parcel.needs_review and _is_resold(parcel)),
            buyer=buyer,
            buyer_name=buyer.name,
            company=source.company,
            placed_by_id=actor.user_id,
            placed_by_name=actor.name,
            on_behalf=placement.on_behalf,
            asked_by_id=placement.approval.asked_by_id if placement.approval else None,
            needs_review=parcel.needs_review,
            ruling=placement.ruling,
            currency=currency,
            country=source.country,
            lines_net=amounts.net,
            lines_tax=amounts.tax,
            lines_gross=amounts.gross,
            shipping_net=share.net,
            shipping_tax=share.tax,
            shipping_gross=share.gross,
            gross=amounts.gross + share.gross,
            shipping={"zoneId": choice.zone, "methodId": choice.method} if choice else {},
            addresses=[{"type": kind, **address} for kind, address in details.addresses.items()],
            delivery_window=details.delivery_window,
            payment=details.payment,
            created_at=now,
            modified_at=now,
        )
        for position, (parcel, amounts, share) in enumerate(zip(priced.parcels, sums, shipping, strict=True), start=1)
    ]


def _is_resold(parcel: Parcel) -> bool:
    return parcel.auditing_company_id != parcel.lines[0].line.product.vendor_id


def _write_lines(
    orders: Sequence[Order], parcels: Sequence[Parcel], actor: Actor, now: datetime
) -> dict[int, list[OrderLine]]:
    lines: dict[int, list[OrderLine]] = {}
    for order, parcel in zip(orders, parcels, strict=True):
        state = DeliveryState.WAITING if order.needs_review else DeliveryState.OPEN
        lines[order.pk] = [_order_line(order, number, line, state) for number, line in enumerate(parcel.lines, start=1)]
    begin_subscriptions(
        [
            (order, priced, line)
            for order, parcel in zip(orders, parcels, strict=True)
            if begins(parcel)
            for priced, line in zip(parcel.lines, lines[order.pk], strict=True)
        ],
        actor,
        now,
    )
    OrderLine.objects.bulk_create([line for members in lines.values() for line in members])
    return lines


def _order_line(order: Order, number: int, line: PricedCartLine, state: DeliveryState) -> OrderLine:
    product = line.line.product
    return OrderLine(
        order=order,
        number=number,
        product=product,
        listing=line.listing,
        plan=line.listing.plan,
        changed_from=getattr(line.line, "old", {}),
        sku=product.sku,
        name=line.name,
        unit=product.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        includes_tax=line.includes_tax,
        tax_code=line.priced.tax_code,
        tax_rate=line.tax_rate,
        net=line.amounts.net,
        tax=line.amounts.tax,
        gross=line.amounts.gross,
        delivery_kind=product.provisioning,
        delivery_state=state,
    )


def _placed_event(order: Order, placement: Placement, actor: Actor, now: datetime) -> OrderEvent:
    others = actor.user_id != order.buyer_id
    what = Happening(
        "order.placed",
        to_status=order.status,
        limit=placement.ruling.get("limit", ""),
        content_hash=placement.approval.content_hash if placement.approval else "",
        behalf_ref=str(order.buyer_id) if others else "",
        behalf_name=order.buyer_name if others else "",
        facts={
            "verdict": placement.ruling.get("verdict", ""),
            "reasons": placement.ruling.get("codes", []),
            "gross": str(Money(order.gross, order.currency)),
            "approval": placement.approval.key if placement.approval else "",
        },
    )
    return chain_event(OrderEvent(order=order), order, what, actor, now)


def _open_reviews(orders: Sequence[Order], lines: dict[int, list[OrderLine]], actor: Actor, now: datetime) -> None:
    """One review per order that waits, put to the auditors of its selling company as a pool."""
    if not orders:
        return
    contents = {order.pk: order_content(order, lines[order.pk]) for order in orders}
    reviews = [_review(order, lines[order.pk], contents[order.pk].hash, now) for order in orders]
    events = [first_event(review, actor, now) for review in reviews]
    Approval.objects.bulk_create(reviews)
    Step.objects.bulk_create(
        [Step(approval=review, company_id=review.pool_company_id, role=Role.AUDITOR) for review in reviews]
    )
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                approval=review,
                number=1,
                content=contents[order.pk].as_json(),
                content_hash=contents[order.pk].hash,
                hash_version=contents[order.pk].version,
                created_at=now,
            )
            for order, review in zip(orders, reviews, strict=True)
        ]
    )
    ApprovalEvent.objects.bulk_create(events)
    for order, review in zip(orders, reviews, strict=True):
        order.review = review


def _review(order: Order, lines: Sequence[OrderLine], content_hash: str, now: datetime) -> Approval:
    return Approval(
        tenant_id=order.tenant_id,
        company_id=order.company_id,
        subject_kind=SubjectKind.ORDER_REVIEW,
        subject_id=str(order.pk),
        subject_key=order.number,
        subject_label=f"{order.number}: {lines[0].name.get('en', lines[0].sku)}"[:200],
        site_code=order.marketplace.key,
        requester_id=order.buyer_id,
        requester_name=order.buyer_name,
        pool_company_id=order.auditing_company_id,
        currency=order.currency,
        gross=order.lines_gross,
        reasons=[
            {
                "code": "reviewed_product",
                "text": "The seller reviews orders for this product before they are delivered.",
                "figures": {},
            }
        ],
        content_hash=content_hash,
        created_at=now,
        modified_at=now,
    )


def _reserve_window(placement: Placement, now: datetime) -> DeliveryWindow | None:
    """The delivery window, where the marketplace keeps any, counted under its lock; none of a past day (UTC)."""
    wanted = placement.details.delivery_window
    marketplace = placement.priced.source.marketplace
    if wanted is None or not DeliveryWindow.objects.filter(marketplace=marketplace, is_active=True).exists():
        return None
    chosen: dict[str, Any] = {"key": wanted.get("id", "")}
    if wanted.keys() != {"id"}:  # the id alone is enough where it has one slot left
        chosen |= {"slot": wanted.get("slotId", ""), "delivery_on": _day(wanted.get("deliveryDate", ""))}
    found = list(
        DeliveryWindow.objects.select_for_update(of=("self",), no_key=True)
        .filter(marketplace=marketplace, is_active=True, **chosen)
        .filter(delivery_on__gte=now.date())[:2]
    )
    if len(found) != 1:
        raise Late("There is no such delivery window (any more).", code="window", field="deliveryWindow")
    window = found[0]
    if window.capacity is not None and window.checkouts.filter(Exists(_going_on())).count() >= window.capacity:
        raise Late("This delivery window is full. Choose another one.", code="window", field="deliveryWindow")
    return window


def _going_on() -> QuerySet[Order]:
    """The orders of a checkout that will be delivered, or have been."""
    return Order.objects.filter(checkout=OuterRef("pk")).exclude(
        status__in=(OrderStatus.REJECTED, OrderStatus.CANCELLED)
    )


def _day(text: str) -> Any:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Invalid("Give the delivery date as a date.", field="deliveryWindow.deliveryDate") from None
