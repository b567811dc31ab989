"""What a quote costs at the offered prices, and what stands in the way of ordering it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.tax import rate_by_code, rates_on
from companies.preferences import PreferenceKey, preference
from config.kit.money import Money
from config.kit.refused import Invalid
from orders.lifecycle import OrderKind, review_needed
from orders.models import Quote, QuoteLine
from orders.priced import Parcel, PricedCartLine, parcels, unavailable
from orders.pricing import Amounts, PricedLine, Totals, add_up, price_line, price_line_total, price_shipping
from orders.quote_lifecycle import QuoteStatus


@dataclass(frozen=True, slots=True)
class PricedQuote:
    """A quote with what follows from its lines, as it reads at one moment. Amounts in the quote's currency."""

    quote: Quote
    now: datetime
    status: QuoteStatus
    lines: tuple[PricedCartLine, ...]
    totals: Totals
    parcels: tuple[Parcel, ...]

    @property
    def source(self) -> Quote:
        """What would be ordered."""
        return self.quote

    @property
    def problems(self) -> list[str]:
        """Why lines cannot be ordered, in sentences."""
        return [line.problem for line in self.lines if line.problem]

    @property
    def subtotal(self) -> Money:
        """Gross of the lines, without shipping: what the limit is compared with."""
        return self.totals.subtotal


def priced_quote(quote: Quote, now: datetime) -> PricedQuote:
    """The quote at its own prices and taxes, whatever the catalogue says today. One query."""
    rows = list(
        quote.lines.select_related("listing__plan", "product__tax_class", "product__vendor")
        .annotate(review_default=preference(quote.tenant_id, PreferenceKey.REVIEW_DEFAULT))
        .order_by("position")
    )
    default = bool(rows and rows[0].review_default)
    return assembled(quote, rows, now, review_default=default)


def assembled(quote: Quote, rows: Sequence[QuoteLine], now: datetime, *, review_default: bool) -> PricedQuote:
    """A quote of these lines, each with its listing and its product's tax class and vendor."""
    lines = tuple(_priced(row, quote, review_default) for row in rows)
    sums = Totals(
        quote.currency,
        add_up((line.amounts for line in lines), quote.currency),
        Amounts(quote.shipping_net, quote.shipping_tax, quote.shipping_gross),
    )
    return PricedQuote(quote, now, quote.status_at(now), lines, sums, tuple(parcels(lines, quote.marketplace)))


def reprice_lines(quote: Quote, lines: Iterable[QuoteLine], now: datetime) -> None:
    """Write amounts, list amounts and tax into lines, and their sums into the quote; saves nothing.

    Tax is that of the quote's country on the UTC day. Raises `Invalid` (field `items`) where no rate is
    known, or amounts leave their bounds. One query.
    """
    members = list(lines)
    rates = rates_on({line.product.tax_class_id for line in members}, quote.country, now.date())
    for line in members:
        rate = rates.get(line.product.tax_class_id)
        if rate is None:
            name = line.product.name.get("en") or line.product.sku
            raise Invalid(f"No tax rate is known for {name} in {quote.country}.", field="items")
        _reprice(line, rate, quote.currency)
    offered = add_up((Amounts(line.net, line.tax, line.gross) for line in members), quote.currency)
    listed = add_up(
        (Amounts(line.list_net, line.list_gross - line.list_net, line.list_gross) for line in members), quote.currency
    )
    quote.lines_net, quote.lines_tax, quote.lines_gross = offered.net, offered.tax, offered.gross
    quote.list_net, quote.list_gross = listed.net, listed.gross


def reprice_shipping(quote: Quote, now: datetime) -> None:
    """Write what the agreed shipping costs with today's tax into the quote; saves nothing. One query at most.

    Raises `Invalid` (field `shipping`) where no tax rate is known for it.
    """
    if not quote.shipping:
        quote.shipping_net = quote.shipping_tax = quote.shipping_gross = add_up((), quote.currency).net
        return
    rate = rate_by_code(quote.tenant_id, quote.shipping["shippingTaxCode"], quote.country, now.date())
    if rate is None:
        raise Invalid(f"No tax rate is known for shipping to {quote.country}.", field="shipping")
    amounts = price_shipping(quote.shipping_net, tax_rate=rate, currency=quote.currency)
    quote.shipping_net, quote.shipping_tax, quote.shipping_gross = amounts.net, amounts.tax, amounts.gross


def _reprice(line: QuoteLine, rate: Any, currency: str) -> None:
    code = line.product.tax_class.code
    listed = price_line(
        line.quantity,
        line.list_unit_price,
        includes_tax=line.list_includes_tax,
        tax_code=code,
        tax_rate=rate,
        currency=currency,
    )
    if line.is_total:
        offered = price_line_total(line.quantity, line.net, tax_code=code, tax_rate=rate, currency=currency)
    else:
        offered = price_line(
            line.quantity,
            line.unit_price,
            includes_tax=line.includes_tax,
            tax_code=code,
            tax_rate=rate,
            currency=currency,
        )
    line.list_net, line.list_gross = listed.amounts.net, listed.amounts.gross
    line.unit_price, line.includes_tax, line.tax_rate = offered.unit_price, offered.includes_tax, rate
    line.net, line.tax, line.gross = offered.amounts.net, offered.amounts.tax, offered.amounts.gross


def _priced(row: QuoteLine, quote: Quote, review_default: bool) -> PricedCartLine:
    product = row.product
    priced = PricedLine(
        row.quantity,
        row.unit_price,
        row.includes_tax,
        product.tax_class.code,
        row.tax_rate,
        Amounts(row.net, row.tax, row.gross),
    )
    reviewed = review_needed(
        OrderKind.PURCHASE,
        row.listing.needs_review,
        product.needs_review,
        marketplace_default=quote.marketplace.review_default,
        tenant_default=review_default,
    )
    return PricedCartLine(row, priced, reviewed, unavailable(row.listing, product, quote))
