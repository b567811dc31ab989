"""How does an order look on the wire? Rows of `orders_rows.seen_by` in, plain values out.

Prices are plain numbers in the order's currency. An entry's `unitPrice` and `totalPrice` are net or
gross as its offer was; the order's own sums are gross, and `calculatedPrice` says both. Whoever may
not see the prices gets an order without any field that could hold one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.amounts import shown_unit_price
from catalog.api.languages import Languages
from catalog.api.plans import plan_body
from catalog.api.yrn import product_yrn
from companies.actors import Actor
from companies.api.json import instant, short
from companies.roles import CompanyKind
from config.kit.money import round_amount, total
from orders.api.orders_input import SCOPES
from orders.api.orders_rows import API_STATUS, shows_prices
from orders.api.plans_wire import former_terms, subscription_number
from orders.board import moves_for_each
from orders.lifecycle import OrderStatus
from orders.models import Order, OrderLine
from orders.review_facts import order_now
from orders.review_warnings import warnings_of

Values = dict[str, Any]


def order_bodies(orders: Sequence[Order], actor: Actor, scopes: Collection[str], languages: Languages) -> list[Values]:
    """Orders as this caller reads them. One query for any number of them, and up to three more for sellers."""
    if not orders:
        return []
    siblings = _siblings(orders, actor)
    moves = moves_for_each(orders, actor)
    return [
        _order(order, actor, languages)
        | {
            "orderIds": siblings[order.checkout_id],
            "availableOperations": [move for move in open_moves if not SCOPES[move].isdisjoint(scopes)],
        }
        for order, open_moves in zip(orders, moves, strict=True)
    ]


def warning_bodies(order: Order) -> list[Values]:
    """What has changed since an order was placed that waits: what is in the way of a yes comes first. Two queries."""
    return [
        {
            "code": warning.code,
            "message": warning.text,
            "blocks": warning.blocks,
            "honourable": warning.honourable,
            **({"sku": warning.about} if warning.about else {}),
        }
        for warning in warnings_of(order_now(order))
    ]


def _siblings(orders: Sequence[Order], actor: Actor) -> dict[int, list[str]]:
    """The orders of each checkout that the reader has a part in, in their order. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    checkouts = {order.checkout_id for order in orders}
    rows = Order.objects.visible_to(actor).filter(checkout_id__in=checkouts).only("checkout_id")
    for each in rows.order_by("position"):
        found[each.checkout_id].append(each.number)
    return found


def _order(order: Any, actor: Actor, languages: Languages) -> Values:
    sells = actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER)
    priced = shows_prices(order, actor)
    addresses = {address["type"]: _address(address) for address in order.addresses}
    approval = order.checkout.approval
    body: Values = {
        "id": order.number,
        "status": API_STATUS[OrderStatus(order.status)],
        "reviewStatus": order.status,
        "kind": order.kind,
        "subscriptionId": subscription_number(order.subscription_id),
        "created": instant(order.created_at),
        "lastStatusChange": instant(order.status_since),
        "siteCode": order.marketplace.key,
        "currency": order.currency,
        "countryCode": order.country,
        "customer": _customer(order),
        "legalEntityId": order.company.key if order.company else None,
        "entries": [_entry(line, order, languages, priced=priced) for line in order.lines.all()],
        "shippingAddress": addresses.get("SHIPPING"),
        "deliveryWindow": order.delivery_window,
        "placedBy": order.placed_by_name,
        "onBehalf": order.on_behalf,
        "askedBy": order.asked_by.name if order.asked_by else None,
        "review": _review(order),
        "statusReason": order.status_reason or None,
        "internalNote": (sells and priced and order.internal_note) or None,
        "mixins": order.mixins,
        "metadata": {
            "version": order.version,
            "createdAt": instant(order.created_at),
            "modifiedAt": instant(order.modified_at),
        },
    }
    if priced:
        body |= _amounts(order) | {
            "cartId": order.checkout.cart.key if order.checkout.cart else None,
            "quoteId": order.checkout.quote.key if order.checkout.quote else None,
            "checkoutId": str(order.checkout_id),
            "billingAddress": addresses.get("BILLING"),
            "payments": _payments(order),
            "discounts": [],
        }
    if approval is not None and not sells:
        body["approvalId"] = approval.key
    return {name: value for name, value in body.items() if value is not None}


def _customer(order: Any) -> Values:
    buyer = order.buyer
    return {
        "id": order.customer_number or "",
        "name": order.buyer_name,
        "firstName": buyer.first_name,
        "lastName": buyer.last_name,
        "email": buyer.email,
        "company": order.company.name if order.company else "",
    }


def _review(order: Order) -> Values | None:
    """Who decided on the order, when, and how; None for one that needed no review."""
    review = order.review
    if review is None:
        return None
    decided = {
        "decidedBy": review.decided_by_name or None,
        "decidedAt": instant(review.decided_at) if review.decided_at else None,
    }
    return {"status": review.status} | {name: value for name, value in decided.items() if value is not None}


def _entry(line: OrderLine, order: Order, languages: Languages, *, priced: bool) -> Values:
    product, currency = line.product, order.currency
    body: Values = {
        "id": str(line.number),
        "itemYrn": product_yrn(order.tenant.key, product.key),
        "amount": short(line.quantity),
        "orderedAmount": short(line.quantity),
        "product": {
            "id": product.key,
            "sku": line.sku,
            "code": line.sku,
            "name": languages.localized(line.name),
            "localizedName": line.name,
            "unit": line.unit,
        },
        "delivery": _delivery(line),
    }
    if line.plan is not None:
        body["plan"] = plan_body(line.plan, languages)
    if line.subscription_id is not None:
        body["subscriptionId"] = subscription_number(line.subscription_id)
    if line.changed_from:
        body["changedFrom"] = former_terms(line.changed_from, currency, priced=priced)
    if not priced:
        return body
    unit_price = shown_unit_price(line.unit_price, currency)
    values = _values(line.net, line.tax, line.gross, currency) | _tax_of(line)
    return body | {
        "originalPrice": unit_price,
        "unitPrice": unit_price,
        "totalPrice": values["grossValue" if line.includes_tax else "netValue"],
        "price": {
            "priceId": line.listing.key,
            "currency": currency,
            "originalAmount": unit_price,
            "effectiveAmount": unit_price,
            "includesTax": line.includes_tax,
        },
        "calculatedPrice": {"price": values, "finalPrice": values},
    }


def _delivery(line: OrderLine) -> Values:
    """How and whether this was delivered, and what its customer needs to know."""
    body = {
        "kind": line.delivery_kind,
        "state": line.delivery_state,
        "instructions": line.instructions or None,
        "links": line.links or None,
        "deliveredAt": instant(line.delivered_at) if line.delivered_at else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _amounts(order: Order) -> Values:
    currency = order.currency
    lines = _values(order.lines_net, order.lines_tax, order.lines_gross, currency)
    shipping = _values(order.shipping_net, order.shipping_tax, order.shipping_gross, currency)
    final = {name: lines[name] + shipping[name] for name in lines}
    return {
        "subTotalPrice": lines["grossValue"],
        "totalPrice": round_amount(order.gross, currency),
        "calculatedPrice": {"price": lines, "totalShipping": shipping, "finalPrice": final},
        "shipping": _shipping(order, shipping),
        "tax": {
            "lines": _tax_lines(order),
            "total": {"amount": final["taxValue"], "currency": currency, "inclusive": False},
        },
    }


def _shipping(order: Order, values: Mapping[str, Decimal]) -> Values:
    """This order's share of what the checkout's shipping costs; the line is net, the total gross."""
    chosen, currency = order.shipping, order.currency
    line = {
        "amount": values["netValue"],
        "currency": currency,
        "code": chosen.get("methodId", ""),
        "name": chosen.get("methodId", ""),
        "zoneId": chosen.get("zoneId", ""),
        "tax": {"total": {"amount": values["taxValue"], "currency": currency, "inclusive": False}},
    }
    return {"total": {"amount": values["grossValue"], "currency": currency}, "lines": [line] if chosen else []}


def _tax_lines(order: Order) -> list[Values]:
    """The tax of each class and rate of the entries, and that of shipping."""
    currency = order.currency
    groups: dict[tuple[str, Decimal], list[Decimal]] = defaultdict(list)
    for line in order.lines.all():
        groups[line.tax_code, line.tax_rate].append(line.tax)
    found = [
        {"code": code, "name": code, "rate": short(rate), "amount": total(taxes, currency)}
        for (code, rate), taxes in sorted(groups.items())
    ]
    if order.shipping_tax:
        amount = round_amount(order.shipping_tax, currency)
        found.append({"code": "SHIPPING", "name": "Shipping", "amount": amount})
    return [{**line, "currency": currency, "sequenceId": place, "inclusive": False} for place, line in enumerate(found)]


def _payments(order: Order) -> list[Values]:
    """How it was to be paid. The amount is the order's total, whatever a client said."""
    payment = order.payment
    if not payment:
        return []
    return [
        {
            "status": "PENDING",
            "provider": payment.get("provider", ""),
            "method": payment.get("method", ""),
            "currency": order.currency,
            "paidAmount": round_amount(order.gross, order.currency),
        }
    ]


def _address(address: Mapping[str, str]) -> Values:
    return {name: text for name, text in address.items() if name != "type"}


def _tax_of(line: OrderLine) -> Values:
    return {"taxCode": line.tax_code, "taxRate": short(line.tax_rate)}


def _values(net: Decimal, tax: Decimal, gross: Decimal, currency: str) -> dict[str, Decimal]:
    return {
        "netValue": round_amount(net, currency),
        "grossValue": round_amount(gross, currency),
        "taxValue": round_amount(tax, currency),
    }
