"""What does an auditor see of a waiting order beside its lines: what it changes, and what has changed since?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from config.kit.wording import money_text, quantity_text
from orders.dashboard.content.amounts import in_reader_language, tax_word
from orders.lifecycle import OrderStatus
from orders.models import Order
from orders.review_facts import order_now
from orders.review_warnings import ReviewWarning, in_the_way, warnings_of

Values = dict[str, Any]


def warnings_for(order: Order) -> tuple[ReviewWarning, ...]:
    """What has changed since it was placed, of an order that still waits. Two queries; none for others."""
    return warnings_of(order_now(order)) if order.status == OrderStatus.TO_BE_APPROVED else ()


def shown_warnings(warnings: Sequence[ReviewWarning]) -> Values:
    """What stands in the way and what to do about it, and what is good to know, as sentences."""
    blocking = in_the_way(warnings)
    avoid = ""
    if blocking:
        can_honour = not in_the_way(warnings, honoured=True)
        avoid = "You can approve it anyway and say why, or reject it." if can_honour else "You can reject it."
    return {
        "blocking": [warning.text for warning in blocking],
        "avoid": avoid,
        "to_know": [warning.text for warning in warnings if not warning.blocks],
    }


def change_rows(order: Order, *, priced: bool) -> list[Values]:
    """What an order changes of a subscription, old and new; empty for other orders, and of what stays as it is.

    `order` comes with its checkout's change and plan. Amounts of a period: with their word, and gross.
    """
    change = order.checkout.change
    if change is None:
        return []
    old, currency = change.old, order.currency
    rows = [
        ("Plan", old["plan_name"], in_reader_language(change.plan.name) or change.plan.code),
        ("Quantity", quantity_text(Decimal(old["quantity"])), quantity_text(change.quantity)),
    ]
    if priced:
        was = money_text(Decimal(old["unit_price"]), currency), tax_word(bool(old["includes_tax"]))
        now = money_text(change.unit_price, currency), tax_word(change.includes_tax)
        gross = money_text(Decimal(old["gross"]), currency), money_text(change.gross, currency)
        rows += [("Unit price", " ".join(was), " ".join(now)), ("Per period, gross", *gross)]
    return [{"label": label, "old": before if before != after else "", "new": after} for label, before, after in rows]
