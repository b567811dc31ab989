"""How is what was asked shown: the lines, totals, delivery and payment of a snapshot, as plain values for pages?

Reads the stored snapshot only, never the cart: it is what the approver is bound to. Snapshots that
clients filled sparsely leave things out; what is missing is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import get_language

from approvals.dashboard.things import thing_of
from approvals.models import Approval, Snapshot
from companies.models import DeliveryWindow, ShippingMethod
from config.kit.money import round_amount
from config.kit.wording import against_list_text, terms_text, text_in

Values = dict[str, Any]

YES = "true"  # snapshots hold words, lists and objects only
GROSS = "The unit price is gross"
LEFT_OPEN = "Chosen with the order"
REVIEWED = "Reviewed by the seller before it is delivered"


def lines_of(snapshot: Snapshot) -> list[Values]:
    """One row per line for the line table."""
    mixed = len(_price_words(snapshot)) > 1
    rows = zip_longest(_bound(snapshot).get("lines", []), _shown(snapshot).get("lines", []), fillvalue={})
    return [
        {
            "name": shown.get("names") or shown.get("name") or bound.get("sku", ""),
            "sku": bound.get("sku", ""),
            "quantity": bound.get("quantity", shown.get("quantity", "")),
            "unit": shown.get("unit", ""),
            **_unit_price(snapshot, bound, shown),
            "tax_rate": bound.get("tax_rate"),
            "total": bound.get("gross", ""),
            "detail": _detail(bound, shown, mixed=mixed),
            "note": REVIEWED if shown.get("needs_review") == YES else "",
            **_list_prices(bound, shown),
            **_changed(snapshot, bound),
        }
        for bound, shown in rows
    ]


def _unit_price(snapshot: Snapshot, bound: Mapping[str, Any], shown: Mapping[str, Any]) -> Values:
    """The price per unit; one that only follows from an agreed total is rounded, and says so."""
    price = bound.get("unit_price", "")
    if shown.get("is_total") != YES:
        return {"unit_price": price}
    rounded = round_amount(Decimal(price), _bound(snapshot)["currency"])
    return {"unit_price": rounded, "is_about": rounded != Decimal(price)}


def _detail(bound: Mapping[str, Any], shown: Mapping[str, Any], *, mixed: bool) -> str:
    words = [GROSS] if mixed and bound.get("includes_tax") == YES else []
    if shown.get("period"):
        words.insert(0, terms_text(shown["period"]))
    if _is_priced_apart(bound, shown):
        words.append(against_list_text(Decimal(shown.get("discount") or 0)))
    return " · ".join(words)


def _list_prices(bound: Mapping[str, Any], shown: Mapping[str, Any]) -> Values:
    """What the price list says of a line that was offered at a price of its own."""
    if not _is_priced_apart(bound, shown):
        return {}
    found: Values = {"old_total": shown["list_gross"]}
    if shown.get("list_includes_tax") == bound.get("includes_tax"):
        found["old_unit_price"] = shown.get("list_unit_price")
    return found


def _changed(snapshot: Snapshot, bound: Mapping[str, Any]) -> Values:
    """Of the change of a subscription: what a period costs from then on, and what is different from before."""
    old = _part(_bound(snapshot), "from")
    if not old:
        return {}
    now_costs = _bound(snapshot).get("period_gross", "")
    if _shown(snapshot).get("kind") == "conversion":
        return {"total": now_costs, "detail": "Kept after its trial"}
    found: Values = {"total": now_costs, "detail": f"Before: {old.get('plan_name', '')}"}
    for name in ("quantity", "unit_price"):
        if old.get(name) != bound.get(name):
            found[f"old_{name}"] = old.get(name)
    if old.get("gross") != now_costs:
        found["old_total"] = old.get("gross")
    return found


def _is_priced_apart(bound: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    return bool(shown.get("list_gross")) and shown["list_gross"] != bound.get("gross")


def price_word(snapshot: Snapshot) -> str:
    """Whether the unit prices are net or gross; where they are mixed, lines with gross ones say so."""
    words = _price_words(snapshot)
    return "net" if len(words) > 1 else "".join(words)


def _price_words(snapshot: Snapshot) -> set[str]:
    return {"gross" if line.get("includes_tax") == YES else "net" for line in _bound(snapshot).get("lines", [])}


def totals_of(snapshot: Snapshot) -> list[Values]:
    """Net, tax, what the limit is compared with, shipping and what is to be paid."""
    bound = _bound(snapshot)
    if "gross" not in bound:
        return []
    rows: list[Values] = [
        {"label": "Net", "amount": bound["net"]},
        {"label": "Tax", "amount": bound["tax"]},
    ]
    if _part(bound, "from"):
        more = f"A {_shown(snapshot).get('period', 'period')} costs more, gross"
        return [{"label": more, "amount": bound["gross"], "hint": "what is to be approved", "strong": True}]
    if not _part(bound, "shipping"):
        hint = "without shipping" if _shown(snapshot).get("quote") else "shipping is chosen with the order"
        return [*rows, {"label": "Total, gross", "amount": bound["gross"], "hint": hint, "strong": True}]
    return [
        *rows,
        {"label": "Lines, gross", "amount": bound["gross"]},
        {"label": "Shipping, gross", "amount": bound["shipping_gross"]},
        {"label": "Total, gross", "amount": bound["total"], "strong": True},
    ]


def delivery_of(snapshot: Snapshot, approval: Approval) -> Values:
    """Addresses, shipping, delivery window and payment; what was left open says so. Two queries."""
    bound = _bound(snapshot)
    if _part(bound, "from"):
        return {}  # a change is delivered and paid as its subscription
    addresses, payment = _part(bound, "addresses"), _part(_shown(snapshot), "payment")
    open_shipping = LEFT_OPEN if thing_of(approval).takes_details else ""
    place = {"tenant_id": approval.tenant_id, "site_code": approval.site_code}
    return {
        "pairs": [
            ("Shipping", shipping_text(_part(bound, "shipping"), **place) or open_shipping),
            ("Delivery", window_text(_part(bound, "deliveryWindow"), **place)),
            ("Payment", payment_text(payment) or LEFT_OPEN),
            ("Reference", payment.get("reference", "") or _shown(snapshot).get("reference", "")),
        ],
        "ship_to": _part(addresses, "SHIPPING"),
        "bill_to": _part(addresses, "BILLING"),
    }


def shipping_text(shipping: Mapping[str, str], *, tenant_id: int, site_code: str) -> str:
    """The shipping method by name; its id where the marketplace has it no more. One query."""
    if not shipping:
        return ""
    zone, key = shipping.get("zoneId", ""), shipping.get("methodId", "")
    method = ShippingMethod.objects.filter(
        marketplace__tenant_id=tenant_id, marketplace__key=site_code, zone=zone, key=key
    ).first()
    return _in_reader_language(method.name) if method else key


def window_text(window: Mapping[str, str], *, tenant_id: int, site_code: str) -> str:
    """The delivery window: its day and its hours. One query."""
    if not window:
        return ""
    on = window.get("deliveryDate", "")[:10]
    known = DeliveryWindow.objects.filter(
        marketplace__tenant_id=tenant_id,
        marketplace__key=site_code,
        key=window.get("id", ""),
        slot=window.get("slotId", ""),
    ).first()
    return f"{day_name(on)}, {known.name if known else window.get('slotId', '')}".strip(", ")


def day_name(iso: str) -> str:
    """`Thu 26 Nov 2026` of an ISO day; the text itself where it is none."""
    try:
        on = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{on:%a} {on.day} {on:%b %Y}"


def payment_text(payment: Mapping[str, Any]) -> str:
    """How it is paid, in the words that were given; that an invoice is behind it goes without saying."""
    if not payment:
        return ""
    # The provider is who handles the payment; a reader wants to know how it is paid, where that was said.
    word = str(payment.get("method") or payment.get("provider") or "").replace("_", " ").replace("-", " ")
    return word[:1].upper() + word[1:] or "As given by the requester"


def _part(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part that may have been left open: stored as nothing at all, or as something empty."""
    part = content.get(name)
    return dict(part) if isinstance(part, Mapping) else {}


def _in_reader_language(texts: Mapping[str, str]) -> str:
    return text_in(texts, get_language() or "en")


def _bound(snapshot: Snapshot) -> dict[str, Any]:
    bound: dict[str, Any] = snapshot.content.get("bound", {})
    return bound


def _shown(snapshot: Snapshot) -> dict[str, Any]:
    shown: dict[str, Any] = snapshot.content.get("shown", {})
    return shown
