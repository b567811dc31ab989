"""How does a quote look on the wire? Rows of `quotes_rows.seen_by` in, plain values out.

Amounts are in the quote's currency and its decimals. Prices per unit are net, whatever the offer behind a
line is: `unitPrice` is that of the offer, `newUnitPrice` the agreed total divided by the quantity. Where a
reader is not shown the prices (yet), those of the price list stand in their place, without shipping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from catalog.amounts import shown_unit_price
from catalog.api.languages import Languages
from catalog.models import offer_name
from catalog.tax import countries_of
from companies.api.json import instant, short
from companies.api.pieces import numbers_of
from config.kit.money import UNIT_PRICE_DECIMALS, round_amount, total
from orders.api.quotes_rows import B2B, B2C
from orders.details import BILLING, SHIPPING
from orders.models import Order, Quote, QuoteLine
from orders.pricing import discount
from orders.quote_lifecycle import QuoteStatus

Values = dict[str, Any]
UNIT_STEP = Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)


@dataclass(frozen=True, slots=True)
class _Around:
    """What several quotes need besides their rows: numbers by user, orders by quote, countries by tax class."""

    numbers: Mapping[int, str]
    orders: Mapping[int, list[str]]
    countries: Mapping[int, list[str]]
    languages: Languages
    now: datetime


def quote_bodies(quotes: Sequence[Quote], languages: Languages, now: datetime) -> list[Values]:
    """Quotes as everybody with a part in them reads them. Three queries for any number of them."""
    if not quotes:
        return []
    people = {user_id for quote in quotes for user_id in (quote.owner_id, quote.employee_id) if user_id is not None}
    around = _Around(
        numbers_of(quotes[0].tenant_id, people),
        _orders_of([quote.pk for quote in quotes if quote.order_number]),
        countries_of({line.product.tax_class_id for quote in quotes for line in quote.lines.all()}),
        languages,
        now,
    )
    return [_quote(quote, around) for quote in quotes]


def _orders_of(ids: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if ids:
        orders = Order.objects.filter(checkout__quote__in=ids).only("checkout__quote").select_related("checkout")
        for order in orders.order_by("position"):
            found[order.checkout.quote_id or 0].append(order.number)
    return found


def _quote(quote: Any, around: _Around) -> Values:
    currency, kept = quote.currency, quote.mixins
    body: Values = {
        "id": quote.key,
        "number": quote.number,
        "businessModel": B2B if quote.company_id else B2C,
        "customer": {
            "customerId": around.numbers.get(quote.owner_id, ""),
            "firstName": quote.owner.first_name,
            "lastName": quote.owner.last_name,
            "contactEmail": quote.owner.email,
        },
        "employee": _employee(quote, around),
        "cartId": quote.cart.key if quote.cart else None,
        "company": {"name": quote.company_name} if quote.company_name else {},
        "legalEntityId": quote.company.key if quote.company else None,
        "siteCode": quote.marketplace.key,
        "orderId": quote.order_number or None,
        "orderIds": around.orders.get(quote.pk),
        "currency": currency,
        "status": _status(quote, around),
        "validTo": instant(quote.valid_to) if quote.valid_to and not quote.withheld else None,
        **_sums(quote),
        "taxAggregate": {"lines": _tax_lines(quote)},
        **_shipping(quote),
        "comment": {"employeeComment": quote.employee_comment} if quote.employee_comment and not quote.withheld else {},
        "customerReference": quote.customer_reference or None,
        "customerComment": quote.customer_comment or None,
        "restriction": quote.restriction or None,
        "billingAddress": _address(quote.addresses.get(BILLING, {})),
        "shippingAddress": _address(quote.addresses.get(SHIPPING, {})),
        "items": [_item(line, quote, around) for line in quote.lines.all()],
        "contentHash": quote.content_hash,
        "mixins": kept.get("mixins") or None,
        "metadata": {
            "version": quote.version,
            "createdAt": instant(quote.created_at),
            "modifiedAt": instant(quote.modified_at),
            **kept.get("metadata", {}),
        },
    }
    return {name: value for name, value in body.items() if value is not None}


def _employee(quote: Quote, around: _Around) -> Values:
    """Who prices it, a person or an API client; nothing while nobody does."""
    person = quote.employee
    if person is None:
        return {"employeeId": quote.employee_ref, "firstName": quote.employee_name} if quote.employee_ref else {}
    number = around.numbers.get(person.pk, f"employee-{person.pk}")
    return {"employeeId": number, "firstName": person.first_name, "lastName": person.last_name}


def _status(quote: Quote, around: _Around) -> Values:
    """The status as it reads now. What was said with a former one is not said with this one."""
    status = quote.status_at(around.now)
    if status is QuoteStatus.EXPIRED and quote.status != status:
        return {"value": status}
    body: Values = {"value": status}
    if quote.status_comment:
        body["comment"] = quote.status_comment
    if quote.status_reason:
        body["quoteReason"] = reason_body(quote.status_reason, around.languages)
    return body


def reason_body(reason: Mapping[str, Any], languages: Languages) -> Values:
    """A reason as a quote keeps it."""
    return {
        "id": reason["id"],
        "type": reason["type"],
        "code": reason["code"],
        "message": languages.localized(reason["message"]),
    }


def _sums(quote: Any) -> Values:
    currency = quote.currency
    if quote.withheld:
        listed = {"currency": currency, **_values(quote.list_net, quote.list_gross, currency)}
        return {"totalPrice": listed, "subtotalPrice": listed}
    net, gross = quote.lines_net + quote.shipping_net, quote.lines_gross + quote.shipping_gross
    return {
        "totalPrice": {"currency": currency, **_values(net, gross, currency)},
        "subtotalPrice": {"currency": currency, **_values(quote.lines_net, quote.lines_gross, currency)},
    }


def _shipping(quote: Any) -> Values:
    """How it is shipped, and what for; storefronts of an older time read the cost of it in another place."""
    chosen, currency = quote.shipping, quote.currency
    if not chosen:
        return {"shipping": {}}
    names = {name: chosen[name] for name in ("methodId", "zoneId", "methodName", "shippingTaxCode")}
    if quote.withheld:
        return {"shipping": names}
    net, gross = round_amount(quote.shipping_net, currency), round_amount(quote.shipping_gross, currency)
    return {
        "shipping": {"value": net, "grossValue": gross, **names},
        "shippingCost": {"value": net, "currency": currency},
    }


def _address(address: Mapping[str, str]) -> Values:
    """Every field, since storefronts join them without looking."""
    line = f"{address.get('street', '')} {address.get('streetNumber', '')}".strip()
    return {
        "id": address.get("id", ""),
        "name": address.get("name", ""),
        "addressLine1": line,
        "addressLine2": address.get("streetAppendix", ""),
        "city": address.get("city", ""),
        "postcode": address.get("zipCode", ""),
        "state": address.get("state", ""),
        "countryCode": address.get("country", ""),
    }


def _item(line: QuoteLine, quote: Any, around: _Around) -> Values:
    product, currency = line.product, quote.currency
    kept = quote.mixins.get("items", {}).get(line.key, {})
    net, gross = (line.list_net, line.list_gross) if quote.withheld else (line.net, line.gross)
    values = _values(net, gross, currency)
    body = {
        "id": line.key,
        "quantity": {"quantity": short(line.quantity), "unitCode": product.unit},
        "price": {
            "type": "INTERNAL",
            "priceId": line.listing.key,
            "currency": currency,
            "unitPrice": shown_unit_price(_list_unit_price(line), currency),
            "newUnitPrice": shown_unit_price(_each(net, line.quantity), currency),
            "discount": short(discount(line.list_net, net)),
            "totalNetValue": values["netValue"],
            "tax": {
                "taxClass": product.tax_class.code,
                "taxRate": short(line.tax_rate),
                "prices": {name: values[name] for name in ("netValue", "grossValue")},
            },
        },
        "product": {
            "type": "INTERNAL",
            "productId": product.key,
            "name": offer_name(product, line.listing.plan),
            "taxClasses": dict.fromkeys(around.countries.get(product.tax_class_id, ()), product.tax_class.code),
            **kept.get("product", {}),
        },
    }
    return body | {name: kept[name] for name in ("mixins", "metadata") if kept.get(name)}


def _list_unit_price(line: QuoteLine) -> Decimal:
    """Net, as everything that is agreed; a gross offer is what it comes to net."""
    return _each(line.list_net, line.quantity) if line.list_includes_tax else line.list_unit_price


def _each(net: Decimal, quantity: Decimal) -> Decimal:
    return (net / quantity).quantize(UNIT_STEP, rounding=ROUND_HALF_UP)


def _tax_lines(quote: Any) -> list[Values]:
    """The tax of each class and rate with the net amount it is on, that of shipping among them."""
    groups: dict[str, list[Values]] = defaultdict(list)
    rates: dict[str, Decimal] = {}
    for line in quote.lines.all():
        code = line.product.tax_class.code
        net, gross = (line.list_net, line.list_gross) if quote.withheld else (line.net, line.gross)
        groups[code].append(_values(net, gross, quote.currency))
        rates[code] = short(line.tax_rate)
    if quote.shipping and not quote.withheld:
        shipping = _values(quote.shipping_net, quote.shipping_gross, quote.currency)
        groups[quote.shipping["shippingTaxCode"]].append(shipping)
    # Where only shipping is taxed by a class, nobody has noted its rate.
    return [
        {
            "name": code,
            "amount": total((values["taxValue"] for values in groups[code]), quote.currency),
            "taxable": total((values["netValue"] for values in groups[code]), quote.currency),
            **({"rate": rates[code]} if code in rates else {}),
        }
        for code in [*sorted(rates), *(groups.keys() - rates.keys())]
    ]


def _values(net: Decimal, gross: Decimal, currency: str) -> Values:
    return {
        "netValue": round_amount(net, currency),
        "grossValue": round_amount(gross, currency),
        "taxValue": round_amount(gross - net, currency),
    }
