"""The orders of renewals and terminations: records of what happens without anybody having to accept or deliver it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from companies.actors import Actor
from companies.events import Happening, chain_event
from config.kit.money import Money, round_amount
from orders.lifecycle import DeliveryState, OrderKind, OrderStatus
from orders.models import Checkout, Order, OrderEvent, OrderLine, Subscription
from orders.pricing import Amounts


def place_terms(subscription: Subscription, kind: OrderKind, actor: Actor, now: datetime) -> Order:
    """Record a renewal (at the price of a period) or a termination (at nothing) of a locked subscription.

    The order is completed at once. Four statements.
    """
    zero = round_amount(Decimal(0), subscription.currency)
    amounts = subscription.amounts if kind is OrderKind.RENEWAL else Amounts(zero, zero, zero)
    price = str(Money(amounts.gross, subscription.currency))
    ruling = {"verdict": kind.value, "codes": [], "texts": [], "gross": price}
    checkout = Checkout.objects.create(
        tenant_id=subscription.tenant_id,
        placed_by_id=actor.user_id or subscription.owner_id,
        currency=subscription.currency,
        lines_gross=amounts.gross,
        net=amounts.net,
        tax=amounts.tax,
        gross=amounts.gross,
        ruling=ruling,
        created_at=now,
    )
    order = Order(
        tenant_id=subscription.tenant_id,
        checkout=checkout,
        kind=kind,
        status=OrderStatus.COMPLETED,
        status_since=now,
        marketplace=subscription.marketplace,
        auditing_company=subscription.seller,
        vendor=subscription.vendor,
        open_to_vendor=True,
        buyer_id=subscription.owner_id,
        buyer_name=subscription.owner_name,
        company=subscription.company,
        placed_by_id=actor.user_id or subscription.owner_id,
        placed_by_name=actor.name[:200],
        subscription=subscription,
        needs_review=False,
        ruling=ruling,
        currency=subscription.currency,
        country=subscription.country,
        lines_net=amounts.net,
        lines_tax=amounts.tax,
        lines_gross=amounts.gross,
        gross=amounts.gross,
        created_at=now,
        modified_at=now,
    )
    what = Happening("order.placed", to_status=order.status, facts={"verdict": kind.value, "gross": price})
    event = chain_event(OrderEvent(order=order), order, what, actor, now)
    order.save(force_insert=True)
    event.save(force_insert=True)
    _line(order, subscription, amounts, now).save(force_insert=True)
    return order


def _line(order: Order, subscription: Subscription, amounts: Amounts, now: datetime) -> OrderLine:
    product = subscription.product
    return OrderLine(
        order=order,
        number=1,
        product=product,
        listing_id=subscription.listing_id,
        plan=subscription.plan,
        sku=product.sku,
        name=subscription.name,
        unit=product.unit,
        quantity=subscription.quantity,
        unit_price=subscription.unit_price,
        includes_tax=subscription.includes_tax,
        tax_code=product.tax_class.code,
        tax_rate=subscription.tax_rate,
        net=amounts.net,
        tax=amounts.tax,
        gross=amounts.gross,
        delivery_kind=product.provisioning,
        delivery_state=DeliveryState.COMPLETED,
        delivered_at=now,
    )
