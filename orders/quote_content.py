"""What an approval, or the customer's own yes, binds of a quote."""

from __future__ import annotations

from typing import Any

from approvals.subjects import Content
from config.kit.money import Money
from orders.content import bound_line
from orders.priced import PricedCartLine
from orders.pricing import discount
from orders.quote_priced import PricedQuote


def quote_content(priced: PricedQuote) -> Content:
    """A quote as it would be ordered.

    Bound: lines, quantities, offered prices, tax, currency, shipping, addresses. Shown only: names,
    the prices by the listings, reference, validity and comments.
    """
    quote, totals = priced.quote, priced.totals
    shipping = quote.shipping
    return Content(
        bound={
            "currency": totals.currency,
            "lines": [bound_line(line) for line in priced.lines],
            "net": totals.lines.net,
            "tax": totals.lines.tax,
            "gross": totals.lines.gross,
            "shipping_net": totals.shipping.net,
            "shipping_gross": totals.shipping.gross,
            "total": totals.gross,
            "shipping": {"zoneId": shipping["zoneId"], "methodId": shipping["methodId"]} if shipping else None,
            "addresses": quote.addresses,
            "deliveryWindow": None,
        },
        shown={
            "quote": quote.number if quote.pk else "",
            "company": quote.company.name if quote.company else "",
            "marketplace": quote.marketplace.name,
            "seller": quote.seller.name if quote.seller else quote.marketplace.name,
            "reference": quote.customer_reference,
            "customer_comment": quote.customer_comment,
            "employee": quote.employee_name,
            "employee_comment": quote.employee_comment,
            "valid_to": quote.valid_to.isoformat() if quote.valid_to else "",
            "list_net": str(quote.list_net),
            "list_gross": str(quote.list_gross),
            "discount": str(discount(quote.list_net, totals.lines.net)),
            "payment": {},
            "lines": [_shown_line(line, totals.currency) for line in priced.lines],
        },
    )


def _shown_line(line: PricedCartLine, currency: str) -> dict[str, Any]:
    quoted: Any = line.line
    return {
        "line": quoted.key,
        "product": quoted.product.key,
        "name": line.name.get("en", line.sku),
        "names": line.name,
        "quantity": line.quantity,
        "unit": line.unit,
        "gross": str(Money(line.amounts.gross, currency)),
        "list_unit_price": quoted.list_unit_price,
        "list_includes_tax": quoted.list_includes_tax,
        "list_net": quoted.list_net,
        "list_gross": quoted.list_gross,
        "discount": discount(quoted.list_net, line.amounts.net),
        "vendor": quoted.product.vendor.name,
        "is_total": quoted.is_total,
        "period": line.listing.plan.period if line.listing.plan else "",
        "needs_review": line.needs_review,
    }
