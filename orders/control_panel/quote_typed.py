"""The inputs of the page on which a quote is priced, as text: as it stands, as it was sent, and both put together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from companies.models import ShippingMethod
from config.kit.records import KEY_FORMAT
from config.kit.wording import quantity_text
from orders.control_panel.quote_forms import AS_IT_STANDS, IN_ALL, MOMENT, PER_UNIT, as_typed
from orders.details import BILLING, SHIPPING
from orders.models import Quote, QuoteLine
from orders.services.cart_steps import MAX_LINES

TERMS = ("valid_to", "shipping", "shipping_net", "ship_to", "bill_to", "comment")
LINE = ("listing", "quantity", "price", "by", "removed")
PLACES = {"ship_to": SHIPPING, "bill_to": BILLING}
REMOVED = "yes"

Fields = dict[str, str]


@dataclass(slots=True)
class Typed:
    """What stands in the inputs: terms by field, lines by their id, in order. A removed line stays, marked."""

    terms: Fields = field(default_factory=dict)
    lines: dict[str, Fields] = field(default_factory=dict)

    def as_text(self) -> str:
        """For a hidden input: what the page was made from, to be compared with when it comes back."""
        return json.dumps({"terms": self.terms, "lines": self.lines})


def typed_of(quote: Quote, lines: Iterable[QuoteLine], methods: Iterable[ShippingMethod], known: set[str]) -> Typed:
    """What the inputs show of a quote as it stands. `known` are the ids of addresses that can be chosen."""
    shipping, net = _shipping_of(quote, methods)
    addresses = {name: quote.addresses.get(kind) for name, kind in PLACES.items()}
    chosen = {
        name: "" if not kept else kept["id"] if kept.get("id") in known else AS_IT_STANDS
        for name, kept in addresses.items()
    }
    until = timezone.localtime(quote.valid_to).strftime(MOMENT) if quote.valid_to else ""
    terms = {"valid_to": until, "shipping": shipping, "shipping_net": net, **chosen}
    return Typed({**terms, "comment": one_newline(quote.employee_comment)}, {line.key: line_of(line) for line in lines})


def line_of(line: QuoteLine) -> Fields:
    """The inputs of a line as it stands."""
    price = line.net if line.is_total else line.unit_price
    return {
        "listing": line.listing.key,
        "quantity": quantity_text(line.quantity).replace(",", ""),
        "price": as_typed(price, line.quote.currency),
        "by": IN_ALL if line.is_total else PER_UNIT,
        "removed": "",
    }


def typed_in(sent: QueryDict) -> Typed:
    """What was sent; inputs that were not, and lines whose id is none, are left out."""
    keys = [key for key in sent.getlist("line") if KEY_FORMAT.regex.fullmatch(key)][: 2 * MAX_LINES]
    return Typed(
        {name: one_newline(sent[name]) for name in TERMS if name in sent},
        {
            key: {name: sent[f"line-{key}-{name}"].replace("\x00", "") for name in LINE if f"line-{key}-{name}" in sent}
            for key in keys
        },
    )


def base_in(sent: QueryDict) -> Typed:
    """What the page was made from that was sent; empty where that cannot be told."""
    try:
        raw = json.loads(sent.get("base", ""))
        return Typed(_fields(raw["terms"]), {str(key): _fields(line) for key, line in raw["lines"].items()})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Typed()


def put_together(base: Typed, mine: Typed, theirs: Typed) -> Typed:
    """What somebody typed into a page made from `base`, on a quote that reads `theirs` now.

    Each input that was touched stays as it was typed; each other one follows the quote. A line that
    somebody else took out stays only where it was touched.
    """
    lines = {key: _merged(base.lines.get(key, {}), mine.lines.get(key, now), now) for key, now in theirs.lines.items()}
    for key, typed in mine.lines.items():
        untouched = key in base.lines and (typed == base.lines[key] or typed.get("removed"))
        if key not in lines and not untouched:
            lines[key] = {**dict.fromkeys(LINE, ""), **typed}
    return Typed(_merged(base.terms, mine.terms, theirs.terms), lines)


def one_newline(text: str) -> str:
    """Browsers send lines apart in their own way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _merged(base: Fields, mine: Fields, theirs: Fields) -> Fields:
    return {name: now if mine.get(name) == base.get(name) else mine.get(name, now) for name, now in theirs.items()}


def _fields(raw: Mapping[str, Any]) -> Fields:
    return {str(name): str(value) for name, value in raw.items()}


def _shipping_of(quote: Quote, methods: Iterable[ShippingMethod]) -> tuple[str, str]:
    """The choice of the method, and its price where that is not the method's own."""
    if not quote.shipping:
        return "", ""
    agreed = (quote.shipping["zoneId"], quote.shipping["methodId"])
    method = next((method for method in methods if (method.zone, method.key) == agreed), None)
    net = as_typed(quote.shipping_net, quote.currency)
    if method is None:
        return AS_IT_STANDS, net
    return str(method.pk), "" if method.net_price == quote.shipping_net else net
