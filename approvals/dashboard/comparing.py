"""What is different from the last similar order, in words for the page of a request?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from approvals.models import Approval, Snapshot
from approvals.similar import Difference, Line, differences, last_similar
from approvals.subjects import subject_of
from companies.actors import Actor
from config.kit.wording import money_text, quantity_text, text_in

Values = dict[str, Any]

MOST_SHOWN = 12


def compared(approval: Approval, snapshot: Snapshot, actor: Actor) -> Values | None:
    """The last similar order and what is different from it, or None where the actor reads no such order. One query."""
    lines = _lines_of(snapshot)
    found = subject_of(approval.subject_kind).earlier_orders(approval, actor, {line.sku for line in lines})
    then = last_similar(lines, approval.currency, found)
    if then is None:
        return None
    told = [_in_words(each, approval.currency) for each in differences(lines, then)]
    more = len(told) - MOST_SHOWN
    return {
        "number": then.number,
        "url": reverse("dashboard:order", args=[then.number]),
        "at": then.at,
        "total": _against(sum((line.gross for line in lines), Decimal(0)), then.gross, approval.currency),
        "differences": [*told[:MOST_SHOWN], *([f"And {more} more."] if more > 0 else [])],
    }


def _lines_of(snapshot: Snapshot) -> list[Line]:
    """The lines that were asked for; those that a client left without a SKU, quantity or amount compare to nothing."""
    bound = snapshot.content.get("bound", {}).get("lines", [])
    shown = snapshot.content.get("shown", {}).get("lines", [])
    found = []
    for number, line in enumerate(bound):
        if all(line.get(name) for name in ("sku", "quantity", "gross")):
            said = shown[number] if number < len(shown) else {}
            names = said.get("names") or said.get("name") or line["sku"]
            found.append(Line(line["sku"], names, Decimal(line["quantity"]), Decimal(line["gross"])))
    return found


def _against(now: Decimal, then: Decimal, currency: str) -> str:
    """`5,200.00 EUR gross then, 612.40 EUR more now`."""
    was = f"{money_text(then, currency)} gross then"
    if now == then:
        return f"{was}, the same now"
    return f"{was}, {money_text(abs(now - then), currency)} {'more' if now > then else 'less'} now"


def _in_words(difference: Difference, currency: str) -> str:
    name = text_in(difference.names, get_language() or "en")
    if not difference.old_quantity:
        return f"{name}: {quantity_text(difference.quantity)}, none then."
    if not difference.quantity:
        return f"{name}: none, {quantity_text(difference.old_quantity)} then."
    told = []
    if difference.quantity != difference.old_quantity:
        told.append(f"{quantity_text(difference.quantity)}, {quantity_text(difference.old_quantity)} then")
    if difference.costs_else:
        was, costs = (money_text(each, currency) for each in (difference.old_unit_gross, difference.unit_gross))
        told.append(f"{costs} gross each, {was} then")
    return f"{name}: {'; '.join(told)}."
