"""What a cart costs now, line by line, who would sell and deliver it, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet

from catalog.models import Listing, Product, SoldAs, offer_name
from catalog.tax import rate_in, rate_on, rates_in
from companies.models import Marketplace, ShippingMethod
from companies.preferences import PreferenceKey, preference
from config.kit.money import AMOUNT_LIMIT, ZERO, Money, round_amount
from config.kit.refused import Invalid
from orders.details import ShippingChoice
from orders.lifecycle import OrderKind, review_needed
from orders.models import Cart, CartLine
from orders.pricing import Amounts, PricedLine, Totals, add_up, price_line, price_shipping, totals

UNTAXED = "untaxed"  # the code of a refusal for want of a tax rate


@dataclass(frozen=True, slots=True)
class PricedCartLine:
    """A line with its price: `line` is the `CartLine` of a cart, the `QuoteLine` of a quote, or the change of a
    subscription.

    `problem` says why it cannot be ordered; in a cart it then costs nothing.
    """

    line: Any
    priced: PricedLine
    needs_review: bool
    problem: str = ""
    kind: OrderKind = OrderKind.PURCHASE

    @property
    def listing(self) -> Listing:
        """The offer behind the line."""
        listing: Listing = self.line.listing
        return listing

    @property
    def name(self) -> dict[str, str]:
        """The product's name per language, with the plan's."""
        return offer_name(self.line.product, self.line.listing.plan)

    @property
    def sku(self) -> str:
        """The product's SKU."""
        return str(self.line.product.sku)

    @property
    def unit(self) -> str:
        """What one of it is called."""
        return str(self.line.product.unit)

    @property
    def amounts(self) -> Amounts:
        """Net, tax and gross of the line."""
        return self.priced.amounts

    @property
    def quantity(self) -> Any:
        """How much of it."""
        return self.line.quantity

    @property
    def unit_price(self) -> Any:
        """Per unit, net or gross as `includes_tax` says."""
        return self.priced.unit_price

    @property
    def includes_tax(self) -> bool:
        """The unit price is gross."""
        return self.priced.includes_tax

    @property
    def tax_rate(self) -> Any:
        """Percent."""
        return self.priced.tax_rate

    @property
    def available(self) -> bool:
        """It can be ordered."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class Parcel:
    """The lines that will become one order: one auditing company, one vendor, one kind, reviewed or not."""

    auditing_company_id: int
    auditing_company: str
    vendor_id: int
    vendor: str
    needs_review: bool
    kind: OrderKind
    lines: tuple[PricedCartLine, ...]


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart with everything that follows from its lines. Amounts in the cart's currency."""

    cart: Cart
    lines: tuple[PricedCartLine, ...]
    totals: Totals
    parcels: tuple[Parcel, ...]

    @property
    def source(self) -> Cart:
        """What would be ordered."""
        return self.cart

    @property
    def problems(self) -> list[str]:
        """Why lines cannot be ordered, in sentences."""
        return [line.problem for line in self.lines if line.problem]

    @property
    def subtotal(self) -> Money:
        """Gross of the lines, without shipping: what the limit is compared with."""
        return self.totals.subtotal


def priced_cart(
    cart: Cart,
    now: datetime,
    *,
    shipping: ShippingChoice | None = None,
    frozen: bool | None = None,
) -> PricedCart:
    """Price a cart as of `now` (tax is that of the UTC day).

    Prices are today's while a cart is open; a held cart keeps those of its request. `frozen=False`
    asks for today's prices of a held cart. One query, whatever the number of lines, and
    one for shipping. Raises `Invalid` (field `shipping`) for a method the marketplace does not have.
    """
    frozen = cart.is_frozen if frozen is None else frozen
    rows = list(_rows(cart.lines.all(), cart.tenant_id, cart.country, now))
    return with_shipping(_assembled(cart, rows, _rates(rows), frozen=frozen), shipping, now)


def priced_carts(carts: Sequence[Cart], now: datetime) -> list[PricedCart]:
    """Several carts of one tenant, each as `priced_cart` does it, without shipping. One query for all."""
    if not carts:
        return []
    rows: dict[int, list[CartLine]] = {cart.pk: [] for cart in carts}
    for row in _rows(
        CartLine.objects.filter(cart_id__in=list(rows)), carts[0].tenant_id, OuterRef("cart__country"), now
    ):
        rows[row.cart_id].append(row)
    return [_assembled(cart, rows[cart.pk], _rates(rows[cart.pk]), frozen=cart.is_frozen) for cart in carts]


def _rates(rows: Iterable[Any]) -> dict[int, Decimal]:
    """The tax rates that hold for these lines, by tax class; one that is not known is not in it."""
    return {row.product.tax_class_id: row.tax_rate for row in rows if row.tax_rate is not None}


def _rows(lines: QuerySet[CartLine], tenant_id: int, country: str | OuterRef, now: datetime) -> QuerySet[CartLine]:
    """Lines with what pricing needs, in their order."""
    return (
        lines.select_related("listing__plan", "product__tax_class", "product__vendor")
        .annotate(
            review_default=preference(tenant_id, PreferenceKey.REVIEW_DEFAULT),
            tax_rate=rate_on("product__tax_class_id", country, now.date()),
        )
        .order_by("position")
    )


def _assembled(cart: Cart, rows: Sequence[Any], rates: dict[int, Any], *, frozen: bool) -> PricedCart:
    default = bool(rows and rows[0].review_default)
    found = (_priced(row, cart, rates, frozen=frozen, tenant_default=default) for row in rows)
    lines = tuple(_summable(found, cart.currency))
    good = [line for line in lines if line.available]
    sums = totals((line.amounts for line in good), cart.currency)
    return PricedCart(cart, lines, sums, tuple(parcels(good, cart.marketplace)))


def with_shipping(priced: PricedCart, choice: ShippingChoice | None, now: datetime) -> PricedCart:
    """The same cart with the chosen shipping in its totals (None: without shipping)."""
    if choice is None:
        return priced
    cart = priced.cart
    amounts = shipping_amounts(cart.marketplace, choice, cart, now)
    add_up((priced.totals.lines, amounts), cart.currency)  # refuses what no total could hold
    return replace(priced, totals=replace(priced.totals, shipping=amounts))


def totals_by_country(
    priced: PricedCart, countries: Iterable[str], shipping: ShippingChoice | None, now: datetime
) -> dict[str, Totals]:
    """What the same cart costs at today's prices with the taxes of each of these countries.

    A country for which a rate is not known is not in the answer. One query, and one per country for
    shipping. Raises `Invalid` (field `shipping`) as `with_shipping` does.
    """
    rows = [line.line for line in priced.lines]
    classes = {row.product.tax_class_id for row in rows}
    found = {}
    for country, rates in rates_in(classes, countries, now.date()).items():
        elsewhere = copy(priced.cart)
        elsewhere.country = country
        try:
            if classes <= rates.keys():
                lines = _assembled(elsewhere, rows, rates, frozen=False)
                found[country] = with_shipping(lines, shipping, now).totals
        except Invalid as invalid:
            if invalid.code != UNTAXED:
                raise
    return found


def shipping_amounts(marketplace: Marketplace, choice: ShippingChoice, cart: Cart, now: datetime) -> Amounts:
    """What the chosen shipping method costs; raises `Invalid` (field `shipping`). One query."""
    methods = ShippingMethod.objects.filter(
        marketplace=marketplace, zone=choice.zone, key=choice.method, is_active=True
    )
    rate = rate_in("tax_class", "marketplace__tenant_id", cart.country, now.date())
    method = methods.annotate(tax_rate=rate).first()
    if method is None or method.currency != cart.currency:
        raise Invalid(f"{marketplace.name} does not ship that way.", field="shipping")
    if method.tax_rate is None:
        raise Invalid(f"No tax rate is known for shipping to {cart.country}.", field="shipping", code=UNTAXED)
    return price_shipping(method.net_price, tax_rate=method.tax_rate, currency=cart.currency)


def _priced(row: CartLine, cart: Cart, rates: dict[int, Any], *, frozen: bool, tenant_default: bool) -> PricedCartLine:
    listing, product = row.listing, row.product
    kind = OrderKind.TRIAL if row.is_trial else OrderKind.PURCHASE
    reviewed = review_needed(
        kind,
        listing.needs_review,
        product.needs_review,
        marketplace_default=cart.marketplace.review_default,
        tenant_default=tenant_default,
    )
    rate = row.frozen_tax_rate if frozen else rates.get(product.tax_class_id)
    today = ZERO if row.is_trial else listing.unit_price
    unit_price = row.frozen_unit_price if frozen else today
    includes_tax = bool(row.frozen_includes_tax) if frozen else listing.includes_tax
    zero = round_amount(ZERO, cart.currency)
    free = PricedLine(
        row.quantity,
        listing.unit_price,
        listing.includes_tax,
        product.tax_class.code,
        ZERO,
        Amounts(zero, zero, zero),
    )
    name = product.name.get("en") or product.sku
    problem = "" if frozen else unavailable(listing, product, cart)
    if not problem and row.is_trial and not (listing.plan and listing.plan.trial_days):
        problem = f"{name} cannot be tried for nothing any more."
    if not problem and (rate is None or unit_price is None):
        problem = f"No tax rate is known for {name} in {cart.country}."
    if problem or rate is None or unit_price is None:
        return PricedCartLine(row, free, reviewed, problem)
    try:
        priced = price_line(
            row.quantity,
            unit_price,
            includes_tax=includes_tax,
            tax_code=product.tax_class.code,
            tax_rate=rate,
            currency=cart.currency,
        )
    except Invalid as invalid:
        return PricedCartLine(row, free, reviewed, f"{name}: {invalid.text}")
    return PricedCartLine(row, priced, reviewed, kind=kind)


def _summable(lines: Iterable[PricedCartLine], currency: str) -> Iterator[PricedCartLine]:
    """The lines, of which those that no total could hold any more have a problem: a cart must always open."""
    gross = ZERO
    for line in lines:
        if gross + line.amounts.gross >= AMOUNT_LIMIT:
            name = line.name.get("en") or line.sku
            zero = round_amount(ZERO, currency)
            free = replace(line.priced, amounts=Amounts(zero, zero, zero))
            yield replace(line, priced=free, problem=f"With {name} the cart is too expensive to handle in one order.")
        else:
            gross += line.amounts.gross
            yield line


def unavailable(listing: Listing, product: Product, source: Any) -> str:
    """Why the offer cannot be ordered with this cart, quote or change now, in a sentence; empty where it can."""
    name = product.name.get("en") or product.sku
    plan_sold = product.sold_as == SoldAs.ONCE if listing.plan is None else listing.plan.is_active
    sold = listing.is_active and plan_sold and product.is_active and source.marketplace.is_active
    if not sold:
        return f"{name} is no longer sold on {source.marketplace.name}."
    if listing.currency != source.currency:
        return f"{name} is not sold in {source.currency}."
    return ""


def parcels(lines: Iterable[PricedCartLine], marketplace: Marketplace) -> Iterable[Parcel]:
    """Group lines by who audits, who delivers, their kind and whether it waits; in the order of first lines."""
    groups: dict[tuple[int, int, OrderKind, bool], list[PricedCartLine]] = {}
    for line in lines:
        vendor_id = line.line.product.vendor_id
        auditing_id = marketplace.owner_id or vendor_id
        groups.setdefault((auditing_id, vendor_id, line.kind, line.needs_review), []).append(line)
    for (auditing_id, vendor_id, kind, reviewed), members in groups.items():
        vendor = members[0].line.product.vendor
        auditor = marketplace.owner if marketplace.owner is not None else vendor
        yield Parcel(auditing_id, auditor.name, vendor_id, vendor.name, reviewed, kind, tuple(members))
