"""What a change of a subscription costs, as something that can be ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models import Listing
from catalog.tax import rates_on
from companies.models import Company, Marketplace, User
from companies.preferences import PreferenceKey, value_of
from config.kit.money import Money
from config.kit.refused import Invalid
from orders.lifecycle import OrderKind, review_needed
from orders.models import Subscription, SubscriptionChange
from orders.priced import Parcel, PricedCartLine, parcels, unavailable
from orders.pricing import PricedLine, Totals, price_line, totals
from orders.subscription_lifecycle import ChangeKind

# What a change is as an order: keeping on what was a trial is a purchase like any other.
KINDS = {ChangeKind.MODIFICATION: OrderKind.MODIFICATION, ChangeKind.CONVERSION: OrderKind.PURCHASE}


@dataclass(frozen=True, slots=True)
class ChangeSource:
    """Whose order a change makes, and where: what a cart or a quote would say."""

    change: SubscriptionChange
    subscription: Subscription

    @property
    def tenant_id(self) -> int:
        """Of the subscription."""
        return self.subscription.tenant_id

    @property
    def marketplace(self) -> Marketplace:
        """Where it was subscribed to."""
        return self.subscription.marketplace

    @property
    def owner(self) -> User:
        """The customer."""
        return self.subscription.owner

    @property
    def company(self) -> Company | None:
        """The customer's."""
        return self.subscription.company

    @property
    def country(self) -> str:
        """Whose tax holds."""
        return self.subscription.country

    @property
    def currency(self) -> str:
        """Of all amounts."""
        return self.subscription.currency


@dataclass(frozen=True, slots=True)
class PricedChange:
    """A change with what a period will cost more; amounts in the subscription's currency."""

    source: ChangeSource
    lines: tuple[PricedCartLine, ...]
    totals: Totals
    parcels: tuple[Parcel, ...]

    @property
    def problems(self) -> list[str]:
        """Why it cannot be ordered, in sentences."""
        return [line.problem for line in self.lines if line.problem]

    @property
    def subtotal(self) -> Money:
        """What a period will cost more, tax included: what the limit is compared with."""
        return self.totals.subtotal


def priced_change(change: SubscriptionChange) -> PricedChange:
    """The change at the price it was asked at. One query."""
    subscription = change.subscription
    source = ChangeSource(change, subscription)
    product = subscription.product
    priced = PricedLine(
        change.quantity,
        change.unit_price,
        change.includes_tax,
        product.tax_class.code,
        change.tax_rate,
        change.difference,
    )
    kind = KINDS[ChangeKind(change.kind)]
    reviewed = review_needed(
        kind,
        change.listing.needs_review,
        product.needs_review,
        marketplace_default=subscription.marketplace.review_default,
        tenant_default=value_of(subscription.tenant_id, PreferenceKey.REVIEW_DEFAULT),
    )
    problem = unavailable(change.listing, product, source)
    line = PricedCartLine(change, priced, reviewed, problem, kind)
    sums = totals((line.amounts,), subscription.currency)
    return PricedChange(source, (line,), sums, tuple(parcels((line,), subscription.marketplace)))


def period_price(subscription: Subscription, listing: Listing, quantity: Any, now: datetime) -> PricedLine:
    """What so much of an offer costs per period, with the tax of the UTC day. One query.

    Raises `Invalid` (field `quantity`) where amounts leave their bounds, or no tax rate is known.
    """
    tax_class = subscription.product.tax_class
    rate = rates_on([tax_class.pk], subscription.country, now.date()).get(tax_class.pk)
    if rate is None:
        raise Invalid(f"No tax rate is known in {subscription.country}.", field="plan")
    return price_line(
        quantity,
        listing.unit_price,
        includes_tax=listing.includes_tax,
        tax_code=tax_class.code,
        tax_rate=rate,
        currency=subscription.currency,
    )
