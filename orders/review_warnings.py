"""What has changed since an order was placed that its auditor should know, and what of it keeps them from a yes?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from config.kit.wording import money_text

# The fact of an event that approves what was withdrawn meanwhile; its comment is for the seller only.
HONOURED = "honoured"


@dataclass(frozen=True, slots=True)
class Honoured:
    """What an approval passes over (`product_withdrawn SERVER-01`), and why."""

    what: tuple[str, ...]
    reason: str


class WarningCode(StrEnum):
    """Each kind of warning, for programs."""

    PRODUCT_WITHDRAWN = "product_withdrawn"
    PLAN_WITHDRAWN = "plan_withdrawn"
    LISTING_WITHDRAWN = "listing_withdrawn"
    MARKETPLACE_CLOSED = "marketplace_closed"
    PRICE_CHANGED = "price_changed"
    CUSTOMER_DISABLED = "customer_disabled"
    COMPANY_DISABLED = "company_disabled"
    CUSTOMER_LEFT = "customer_left"
    SUBSCRIPTION_ENDED = "subscription_ended"


@dataclass(frozen=True, slots=True)
class Price:
    """Of one unit, net or gross as it says."""

    amount: Decimal
    currency: str
    includes_tax: bool

    def __str__(self) -> str:
        return f"{money_text(self.amount, self.currency)} {'gross' if self.includes_tax else 'net'}"


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line as it was agreed, and how its offer stands now. `today` is None where prices are not compared."""

    sku: str
    name: str
    agreed: Price
    today: Price | None
    product_on: bool = True
    plan_on: bool = True
    listing_on: bool = True
    marketplace_on: bool = True


@dataclass(frozen=True, slots=True)
class OrderNow:
    """An order that waits, and how everything it is about stands now.

    `company` is empty for a private customer, `ended_subscription` unless the subscription that it changes has ended.
    """

    customer: str
    customer_on: bool = True
    company: str = ""
    company_on: bool = True
    in_company: bool = True
    ended_subscription: str = ""
    lines: tuple[LineNow, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewWarning:
    """One thing to know, as a sentence. `blocks`: no yes as things are; `honourable`: unless with a reason of its own.

    `about` is the SKU of the line, where it is about one.
    """

    code: WarningCode
    text: str
    blocks: bool = False
    honourable: bool = False
    about: str = ""


def warnings_of(order: OrderNow) -> tuple[ReviewWarning, ...]:
    """What stands in the way first, then what is good to know; nothing where all is as it was."""
    found = [*_of_customer(order), *(warning for line in order.lines for warning in _of_line(line))]
    return tuple(sorted(found, key=lambda warning: (not warning.blocks, warning.honourable)))


def in_the_way(warnings: Iterable[ReviewWarning], *, honoured: bool = False) -> tuple[ReviewWarning, ...]:
    """What keeps the order from being approved, where what was withdrawn is honoured anyway or not."""
    return tuple(warning for warning in warnings if warning.blocks and not (honoured and warning.honourable))


def honoured_of(warnings: Sequence[ReviewWarning]) -> tuple[str, ...]:
    """What an approval that honours it anyway passes over, as `code SKU`: what history keeps."""
    return tuple(f"{warning.code} {warning.about}".strip() for warning in warnings if warning.honourable)


def _of_customer(order: OrderNow) -> Iterable[ReviewWarning]:
    if order.ended_subscription:
        yield ReviewWarning(
            WarningCode.SUBSCRIPTION_ENDED,
            f"Subscription {order.ended_subscription}, which this order changes, has ended. "
            "There is nothing left to change: reject it.",
            blocks=True,
        )
    if not order.customer_on:
        yield ReviewWarning(
            WarningCode.CUSTOMER_DISABLED,
            f"The account of {order.customer} has been disabled. Nothing can be approved for it; you can reject.",
            blocks=True,
        )
    if not order.company:
        return
    if not order.company_on:
        yield ReviewWarning(
            WarningCode.COMPANY_DISABLED,
            f"{order.company} has been disabled. Nothing can be approved for it; you can reject.",
            blocks=True,
        )
    elif order.customer_on and not order.in_company:
        yield ReviewWarning(
            WarningCode.CUSTOMER_LEFT,
            f"{order.customer} has left {order.company} since. The order is still the company's.",
        )


def _of_line(line: LineNow) -> Iterable[ReviewWarning]:
    what = f"{line.name} ({line.sku})"
    gone = (
        (line.product_on, WarningCode.PRODUCT_WITHDRAWN, f"{what} has been withdrawn since this was ordered."),
        (line.plan_on, WarningCode.PLAN_WITHDRAWN, f"The plan of {what} has been withdrawn since this was ordered."),
        (line.listing_on, WarningCode.LISTING_WITHDRAWN, f"{what} is no longer offered here."),
        (line.marketplace_on, WarningCode.MARKETPLACE_CLOSED, f"The marketplace that sold {what} has been closed."),
    )
    for still_on, code, text in gone:
        if not still_on:
            yield ReviewWarning(code, text, blocks=True, honourable=True, about=line.sku)
            return
    if line.today is not None and line.today != line.agreed:
        yield ReviewWarning(
            WarningCode.PRICE_CHANGED,
            f"The price of {what} has changed: {line.agreed} when it was ordered -> {line.today} today. "
            "The agreed one counts.",
            about=line.sku,
        )
