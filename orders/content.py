"""What an approval binds of a cart or an order, and how two such contents differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from approvals.subjects import Content
from config.kit.canonical import plain
from config.kit.money import Money, spell
from config.kit.wording import money_text, quantity_text
from orders.details import CheckoutDetails, one_line, window_text
from orders.lifecycle import OrderKind
from orders.models import Order, OrderLine
from orders.priced import PricedCart, PricedCartLine


def cart_content(priced: PricedCart, details: CheckoutDetails) -> Content:
    """A cart with the checkout details that were given.

    Bound: lines, quantities, unit prices, tax, currency, shipping method, addresses, delivery
    window. Shown only: names, payment, comments and what the catalogue says of a product.
    """
    totals = priced.totals
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
            **details.bound(),
        },
        shown={
            "company": priced.cart.company.name if priced.cart.company else "",
            "marketplace": priced.cart.marketplace.name,
            "payment": details.payment,
            "lines": [
                {
                    "product": line.line.product.key,
                    "name": line.name.get("en", line.sku),
                    "names": line.name,
                    "quantity": line.quantity,
                    "unit": line.unit,
                    "gross": str(Money(line.amounts.gross, totals.currency)),
                    "vendor": line.line.product.vendor.name,
                    "period": "" if line.kind is OrderKind.TRIAL or not line.listing.plan else line.listing.plan.period,
                    "needs_review": line.needs_review,
                }
                for line in priced.lines
            ],
        },
    )


def same_lines(priced: PricedCart, bound: Mapping[str, Any]) -> bool:
    """The cart holds what was bound once: the same lines at the same prices, in the same currency."""
    lines = plain([bound_line(line) for line in priced.lines])
    return bool(lines == bound.get("lines") and priced.totals.currency == bound.get("currency"))


def order_content(order: Order, lines: Sequence[OrderLine]) -> Content:
    """An order as it was placed."""
    return Content(
        bound={
            "currency": order.currency,
            "lines": [
                {
                    "listing": line.listing_id,
                    "product": line.product_id,
                    "sku": line.sku,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price,
                    "includes_tax": line.includes_tax,
                    "tax_code": line.tax_code,
                    "tax_rate": line.tax_rate,
                    "net": line.net,
                    "tax": line.tax,
                    "gross": line.gross,
                }
                for line in lines
            ],
            "net": order.lines_net,
            "tax": order.lines_tax,
            "gross": order.lines_gross,
            "shipping_net": order.shipping_net,
            "shipping_gross": order.shipping_gross,
            "total": order.gross,
            "shipping": order.shipping,
            "addresses": order.addresses,
            "deliveryWindow": order.delivery_window,
        },
        shown={
            "lines": [
                {
                    "name": line.name.get("en", line.sku),
                    "names": line.name,
                    "quantity": line.quantity,
                    "unit": line.unit,
                    "gross": str(Money(line.gross, order.currency)),
                }
                for line in lines
            ],
        },
    )


def content_differences(seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
    """What is different now from what was seen, in sentences; both as stored in snapshots."""
    before, after = _by_listing(seen), _by_listing(present)
    found = [f"{before[key]['sku']} was removed." for key in before if key not in after]
    for key, line in after.items():
        found += _line_differences(before.get(key), line, str(present.get("currency")))
    if seen.get("total") != present.get("total"):
        found.append(f"The total is {_amount(present, 'total')}; it was {_amount(seen, 'total')}.")
    found += _detail_differences(seen, present)
    return found


def bound_line(line: PricedCartLine) -> dict[str, Any]:
    """What is bound of a line: what it is, how much of it, and what it costs. Names and texts are not."""
    return {
        "listing": line.line.listing_id,
        "product": line.line.product_id,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "includes_tax": line.includes_tax,
        "tax_code": line.priced.tax_code,
        "tax_rate": line.tax_rate,
        "net": line.amounts.net,
        "tax": line.amounts.tax,
        "gross": line.amounts.gross,
    }


def _by_listing(content: Mapping[str, Any]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """By listing and how often it came before: a cart may hold several lines of one listing."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    counts: Counter[str] = Counter()
    for line in content.get("lines", []):
        listing = str(line["listing"])
        found[listing, counts[listing]] = line
        counts[listing] += 1
    return found


def _line_differences(before: Mapping[str, Any] | None, after: Mapping[str, Any], currency: str) -> list[str]:
    sku = after["sku"]
    if before is None:
        return [f"{sku} was added ({quantity_text(Decimal(after['quantity']))})."]
    words: dict[str, tuple[str, Callable[[Decimal], str]]] = {
        "quantity": ("quantity", quantity_text),
        "unit_price": ("unit price", lambda price: money_text(price, currency)),
        "tax_rate": ("tax rate", lambda rate: f"{spell(rate)} %"),
    }
    return [
        f"{sku}: the {word} is {text(Decimal(after[name]))}; it was {text(Decimal(before[name]))}."
        for name, (word, text) in words.items()
        if before[name] != after[name]
    ]


def _amount(content: Mapping[str, Any], name: str) -> str:
    amount = content.get(name)
    return money_text(Decimal(amount), str(content.get("currency"))) if amount else "unknown"


def _detail_differences(seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
    found = []
    if seen.get("shipping") != present.get("shipping"):
        found.append(f"Shipping is {_method(present)}; it was {_method(seen)}.")
    elif seen.get("shipping_gross") != present.get("shipping_gross"):
        then, now = _amount(seen, "shipping_gross"), _amount(present, "shipping_gross")
        found.append(f"Shipping costs {now}; it cost {then}.")
    for kind, word in (("SHIPPING", "delivery"), ("BILLING", "billing")):
        then, now = _address(seen, kind), _address(present, kind)
        if then != now:
            found.append(f"The {word} address is {now}; it was {then}.")
    if seen.get("deliveryWindow") != present.get("deliveryWindow"):
        found.append(f"Delivery is {_window(present)}; it was {_window(seen)}.")
    return found


def _method(content: Mapping[str, Any]) -> str:
    shipping = content.get("shipping")
    return str(shipping["methodId"]) if isinstance(shipping, Mapping) else "left open"


def _address(content: Mapping[str, Any], kind: str) -> str:
    addresses = content.get("addresses")
    address = addresses.get(kind) if isinstance(addresses, Mapping) else None
    return one_line(address) if address else "left open"


def _window(content: Mapping[str, Any]) -> str:
    window = content.get("deliveryWindow")
    return window_text(window) if isinstance(window, Mapping) else "left open"
