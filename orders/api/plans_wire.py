"""How do the terms of subscriptions look on the wire, in orders and elsewhere?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from catalog.amounts import shown_unit_price
from companies.api.json import short
from config.kit.money import round_amount
from orders.models import Subscription
from orders.pricing import Amounts

Values = dict[str, Any]


def subscription_number(pk: int | None) -> str | None:
    """What everybody calls the subscription with this primary key."""
    return None if pk is None else Subscription(pk=pk).number


def period_price(
    unit_price: Decimal, *, includes_tax: bool, tax_rate: Decimal, amounts: Amounts, currency: str
) -> Values:
    """What a period costs; the price of one unit is net or gross as `includesTax` says."""
    return {
        "currency": currency,
        "unitPrice": shown_unit_price(unit_price, currency),
        "includesTax": includes_tax,
        "taxRate": short(tax_rate),
        **values_body(amounts, currency),
    }


def values_body(amounts: Amounts, currency: str) -> dict[str, Decimal]:
    """An amount net, gross, and its tax."""
    return {
        "netValue": round_amount(amounts.net, currency),
        "grossValue": round_amount(amounts.gross, currency),
        "taxValue": round_amount(amounts.tax, currency),
    }


def former_terms(old: Mapping[str, str], currency: str, *, priced: bool) -> Values:
    """The terms that a change replaces, as they were kept with it; without what a period cost unless `priced`."""
    body: Values = {
        "plan": {"code": old["plan_code"], "name": old["plan_name"]},
        "quantity": short(Decimal(old["quantity"])),
    }
    if priced:
        body["price"] = period_price(
            Decimal(old["unit_price"]),
            includes_tax=bool(old["includes_tax"]),
            tax_rate=Decimal(old["tax_rate"]),
            amounts=Amounts(Decimal(old["net"]), Decimal(old["tax"]), Decimal(old["gross"])),
            currency=currency,
        )
    return body
