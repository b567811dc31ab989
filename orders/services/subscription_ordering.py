"""The step that makes an order of a locked, permitted change of a subscription."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from approvals.models import Approval
from companies.actors import Actor
from orders.details import CheckoutDetails
from orders.models import Checkout, Order, SubscriptionChange
from orders.pricing import PricedLine, difference_of
from orders.services.placing import Placement, place_step
from orders.services.subscription_steps import follow_order
from orders.services.subscription_writer import write_change
from orders.subscription_lifecycle import ChangeKind, ChangeStatus
from orders.subscription_priced import PricedChange

# A change is delivered and paid as the subscription itself.
NOTHING_OPEN = CheckoutDetails(None, {}, None, {})


def order_change(
    change: SubscriptionChange,
    priced: PricedChange,
    ruling: dict[str, Any],
    actor: Actor,
    now: datetime,
    approval: Approval | None = None,
    *,
    on_behalf: bool = False,
    auto_approved: bool = False,
) -> tuple[Checkout, list[Order]]:
    """Order a locked, permitted change; it is written at once where no review is needed.

    `on_behalf` and `auto_approved` as in `Placement`.
    """
    write_change(change, ChangeStatus.ORDERED, now)
    placement = Placement(
        priced,
        NOTHING_OPEN,
        ruling,
        approval,
        approved_gross=approval.gross if approval else None,
        on_behalf=on_behalf,
        auto_approved=auto_approved,
        subscription=change.subscription,
    )
    checkout, orders = place_step(placement, actor, now)
    for order in orders:
        follow_order(order, (), actor, now)
    return checkout, orders


def take_price(change: SubscriptionChange, price: PricedLine) -> None:
    """A step: write another price per period into a locked change that is about to be ordered."""
    kept = change.kind == ChangeKind.CONVERSION
    more = price.amounts if kept else difference_of(change.subscription.amounts, price.amounts)
    values = {
        "unit_price": price.unit_price,
        "includes_tax": price.includes_tax,
        "tax_rate": price.tax_rate,
        **{name: getattr(price.amounts, name) for name in ("net", "tax", "gross")},
        **{f"difference_{name}": getattr(more, name) for name in ("net", "tax", "gross")},
    }
    for name, value in values.items():
        setattr(change, name, value)
    change.save(update_fields=list(values))
