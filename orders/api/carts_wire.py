"""How does a cart look on the wire? A priced cart in, plain values out.

Amounts are in the cart's currency and its decimals, unit prices with more where they have more.
`price` and `itemPrice` are net or gross as the offer is; everything else says both.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.amounts import Taxed, shown_unit_price, taxed, unit_price_decimals
from catalog.api.languages import Languages
from catalog.api.plans import plan_body
from catalog.api.yrn import product_yrn
from companies.api.json import instant, short
from config.kit.money import ZERO, total
from orders.lifecycle import CartStatus
from orders.models import Cart
from orders.models.order import Order
from orders.priced import PricedCart, PricedCartLine
from orders.pricing import Amounts

PRICE_PROBLEM = "CART-ITEM-UNIT-PRICE-100001"


def cart_wire(priced: PricedCart, languages: Languages, now: datetime) -> dict[str, Any]:
    """A cart as `GET /carts/{id}` shows it; `priced.cart` comes from `shown_carts`."""
    cart: Any = priced.cart
    lines, totals, currency = priced.lines, priced.totals, priced.totals.currency
    tenant_key = cart.tenant.key
    window = cart.delivery_window or {}
    subtotal = _values(totals.lines)
    final = _values(Amounts(totals.net, totals.tax, totals.gross)) | _common_tax(lines)
    body = {
        "id": cart.key,
        "yrn": cart_yrn(tenant_key, cart.key),
        "customerId": cart.customer_number,
        "legalEntityId": cart.company.key if cart.company else None,
        "sessionId": cart.session_key or None,
        "siteCode": cart.marketplace.key,
        "currency": currency,
        "type": cart.type or None,
        "status": CartStatus(cart.status).name,
        "channel": cart.channel or None,
        "deliveryWindow": cart.delivery_window,
        "deliveryWindowId": window.get("id"),
        "zipCode": cart.zip_code or None,
        "countryCode": cart.country,
        "addresses": [{"origin": "REQUEST", **address} for address in cart.addresses] or None,
        "orderId": Order(pk=cart.first_order).number if cart.first_order else None,
        "quoteId": cart.quote_key,
        "items": items_wire(priced, languages),
        "totalUnitsCount": short(sum((line.quantity for line in lines), ZERO)),
        "subTotalPrice": {"amount": totals.lines.gross, "currency": currency},
        "totalPrice": {"amount": totals.gross, "currency": currency},
        "totalTax": {"amount": totals.tax, "currency": currency},
        "taxAggregate": {"lines": _tax_lines(lines, currency)},
        "subtotalAggregate": {"currency": currency, **subtotal},
        "calculatedPrice": {"price": subtotal | _common_tax(lines), "finalPrice": final},
        "mixins": cart.mixins or None,
        "metadata": {
            "createdAt": instant(cart.created_at),
            "modifiedAt": instant(cart.modified_at),
            "calculatedAt": instant(now),
            "version": cart.version,
        },
    }
    return {name: value for name, value in body.items() if value is not None}


def items_wire(priced: PricedCart, languages: Languages) -> list[dict[str, Any]]:
    """The lines of a cart, in their order."""
    tenant_key, currency = priced.cart.tenant.key, priced.totals.currency
    return [_item(line, tenant_key, currency, languages) for line in priced.lines]


def validation_wire(priced: PricedCart) -> dict[str, Any]:
    """Whether every line can be ordered, and what stands in the way of those that cannot."""
    wrong = [line for line in priced.lines if line.problem]
    if not wrong:
        return {"isValid": True}
    return {"isValid": False, "itemsValidationDetails": [_problem(line) for line in wrong]}


def cart_yrn(tenant_key: str, cart_key: str) -> str:
    """The name of a cart."""
    return f"urn:yaas:saasag:caascart:cart:{tenant_key};{cart_key}"


def item_yrn(tenant_key: str, cart: Cart, line_key: str) -> str:
    """The name of a line in a cart."""
    return f"urn:yaas:saasag:caascart:item:{tenant_key};{cart.key};{line_key}"


def _problem(line: PricedCartLine) -> dict[str, Any]:
    message = f"Item's price '{line.listing.key}' was not found in the price match. {line.problem}"
    return {
        "id": line.line.key,
        "errors": [{"errorCode": PRICE_PROBLEM, "message": message, "field": "items.unitPrice"}],
    }


def _item(line: PricedCartLine, tenant_key: str, currency: str, languages: Languages) -> dict[str, Any]:
    product, amounts = line.line.product, line.amounts
    unit_price = shown_unit_price(line.unit_price, currency)
    tax = {"taxCode": line.priced.tax_code, "taxRate": short(line.tax_rate)}
    values = _values(amounts) | tax
    body = {
        "id": line.line.key,
        "itemYrn": product_yrn(tenant_key, product.key),
        "type": "INTERNAL",
        "keepAsSeparateLineItem": line.line.is_separate,
        "quantity": short(line.quantity),
        "effectiveQuantity": short(line.quantity),
        "product": {
            "id": product.key,
            "yrn": product_yrn(tenant_key, product.key),
            "sku": product.sku,
            "code": product.sku,
            "name": languages.text(product.name),
            "localizedName": product.name,
        },
        "price": {
            "priceId": line.listing.key,
            "originalAmount": shown_unit_price(line.listing.unit_price, currency) if line.line.is_trial else unit_price,
            "effectiveAmount": unit_price,
            "currency": line.listing.currency,
        },
        "unitPrice": _unit_values(line, currency) | tax,
        "itemPrice": {"amount": amounts.gross if line.includes_tax else amounts.net, "currency": currency},
        "itemTaxInfo": [
            {
                "name": line.priced.tax_code,
                "rate": short(line.tax_rate),
                "value": {"amount": amounts.tax, "currency": currency},
                "netValue": amounts.net,
                "grossValue": amounts.gross,
            }
        ],
        "calculatedPrice": {"price": values, "finalPrice": values},
    }
    if line.listing.plan is not None:
        body |= {"plan": plan_body(line.listing.plan, languages), "trial": line.line.is_trial}
    return body | ({"mixins": line.line.mixins} if line.line.mixins else {})


def _unit_values(line: PricedCartLine, currency: str) -> dict[str, Decimal]:
    """What one of it costs; nothing, where it cannot be ordered."""
    values = taxed(
        line.unit_price if line.available else ZERO,
        includes_tax=line.includes_tax,
        tax_rate=line.tax_rate,
        decimals=unit_price_decimals(line.unit_price, currency),
    )
    return _values(values)


def _values(amounts: Amounts | Taxed) -> dict[str, Decimal]:
    return {"netValue": amounts.net, "grossValue": amounts.gross, "taxValue": amounts.tax}


def _common_tax(lines: Iterable[PricedCartLine]) -> dict[str, Any]:
    """Code and rate of the tax where all lines have the same."""
    taxes = {(line.priced.tax_code, line.tax_rate) for line in lines if line.available}
    if len(taxes) != 1:
        return {}
    ((code, rate),) = taxes
    return {"taxCode": code, "taxRate": short(rate)}


def _tax_lines(lines: Iterable[PricedCartLine], currency: str) -> list[dict[str, Any]]:
    """The tax of each class and rate, with the net amount it is on."""
    groups: dict[tuple[str, Decimal], list[Amounts]] = {}
    for line in lines:
        if line.available:
            groups.setdefault((line.priced.tax_code, line.tax_rate), []).append(line.amounts)
    return [
        {
            "name": code,
            "amount": total((amounts.tax for amounts in members), currency),
            "rate": short(rate),
            "taxable": total((amounts.net for amounts in members), currency),
        }
        for (code, rate), members in sorted(groups.items())
    ]
