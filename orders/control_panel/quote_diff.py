"""What was typed into a quote, as the edits that make it so: only what differs from the quote as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from orders.control_panel.quote_forms import AS_IT_STANDS
from orders.control_panel.quote_typed import PLACES, one_newline
from orders.models import QuoteLine
from orders.quote_edits import (
    AddLine,
    ChangeLine,
    Edit,
    Price,
    RemoveLine,
    SetAddress,
    SetShipping,
    SetText,
    SetValidTo,
    Text,
)

if TYPE_CHECKING:
    from orders.control_panel.quote_desk import Desk

# The names that the services have for what stands in the form of the terms.
FIELDS = {
    "validTo": "valid_to",
    "shipping.value": "shipping_net",
    "shippingAddressId": "ship_to",
    "billingAddressId": "bill_to",
}


def edits_of(desk: Desk) -> list[Edit]:
    """The edits of a desk on which everything typed is valid; none where nothing was changed."""
    return [*_lines(desk), *_terms(desk)]


def _lines(desk: Desk) -> list[Edit]:
    edits: list[Edit] = []
    for key, typed in desk.typed.lines.items():
        line, form = desk.lines.get(key), desk.forms[key]
        if form is None:
            edits += [RemoveLine(key)] if line else []
            continue
        quantity, price = form.cleaned_data["quantity"], form.cleaned_data["agreed"]
        if line is None:
            edits.append(AddLine(quantity, listing_key=typed["listing"], price=price, key=key))
        elif not desk.is_as_before(key):
            edits.append(ChangeLine(key, quantity, price, listing_key=typed["listing"]))
        elif quantity != line.quantity or not _is_agreed(price, line):
            edits.append(ChangeLine(key, quantity, price))
    return edits


def _is_agreed(price: Price, line: QuoteLine) -> bool:
    """The price that the line has."""
    if price.total_net is not None:
        return line.is_total and price.total_net == line.net
    unit = line.list_unit_price if price.unit is None else price.unit
    return not line.is_total and unit == line.unit_price


def _terms(desk: Desk) -> list[Edit]:
    quote, typed = desk.quote, desk.terms.cleaned_data
    edits: list[Edit] = []
    if _minute(typed["valid_to"]) != _minute(quote.valid_to):
        edits.append(SetValidTo(typed["valid_to"]))
    if typed["comment"] != one_newline(quote.employee_comment).strip():
        edits.append(SetText(Text.EMPLOYEE_COMMENT, typed["comment"]))
    for name, kind in PLACES.items():
        kept: dict[str, Any] = quote.addresses.get(kind) or {}
        if typed[name] != AS_IT_STANDS and (typed[name] != kept.get("id", "") or (kept and not typed[name])):
            edits.append(SetAddress(kind, typed[name] or None))
    return [*edits, *_shipping(desk, typed["shipping"], typed["shipping_net"])]


def _shipping(desk: Desk, chosen: str, net: Any) -> list[Edit]:
    agreed = desk.quote.shipping
    if not chosen:
        return [SetShipping()] if agreed else []
    if chosen == AS_IT_STANDS:
        zone, method = agreed["zoneId"], agreed["methodId"]
        net = desk.quote.shipping_net if net is None else net
    else:
        found = next(each for each in desk.choices.methods if str(each.pk) == chosen)
        zone, method = found.zone, found.key
        net = found.net_price if net is None else net
    wanted = (zone, method, net)
    is_same = bool(agreed) and wanted == (agreed["zoneId"], agreed["methodId"], desk.quote.shipping_net)
    return [] if is_same else [SetShipping(zone, method, net)]


def _minute(moment: datetime | None) -> datetime | None:
    """Inputs know no seconds."""
    return moment.replace(second=0, microsecond=0) if moment else None
