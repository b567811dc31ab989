"""Which blocks are pages built from: cards, lines, limits, timelines, queues?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template.context import Context
from django.utils.safestring import SafeString

from config.pieces.library import Values, piece, register, render, value_of
from config.pieces.words import Number, number_of


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    icon: str = "",
    action_label: str = "",
    action_url: str = "",
    *,
    flush: bool = False,
) -> SafeString:
    """A framed part of a page with a heading; `flush` leaves out the padding, for tables and lists."""
    values = {"title": title, "icon": icon, "action_label": action_label, "action_url": action_url}
    return render("card", {**values, "content": content, "flush": flush})


@piece
def stat(label: str, value: Any, hint: str = "", url: str = "", tone: str = "") -> Values:
    """One figure that matters, large."""
    return {"label": label, "value": value, "hint": hint, "url": url, "tone": tone}


@piece
def key_values(pairs: Iterable[Any]) -> Values:
    """A definition list; a pair is (label, value) or has label, value, hint, url. Empty values are left out."""
    named = ("label", "value", "hint", "url")
    rows = [
        dict(zip(named, pair, strict=False))
        if isinstance(pair, tuple | list)
        else {name: value_of(pair, name) for name in named}
        for pair in pairs
    ]
    return {"pairs": [row for row in rows if row["value"] not in (None, "")]}


ADDRESS_NAMES = (
    ("company_name", "companyName"),
    ("contact_name", "contactName"),
    ("street_appendix", "streetAppendix"),
    ("zip_code", "zipCode"),
    ("city", "city"),
    ("state", "state"),
    ("country", "country"),
    ("phone", "contactPhone"),
)


@piece
def address(location: Any, name: str = "") -> Values:
    """A postal address, from a location or from the API's spelling of one; `name` heads it."""
    found = {ours: value_of(location, ours) or value_of(location, wire) or "" for ours, wire in ADDRESS_NAMES}
    number = value_of(location, "street_number") or value_of(location, "streetNumber") or ""
    found["street"] = f"{value_of(location, 'street') or ''} {number}".strip()
    found["place"] = f"{found['zip_code']} {found['city']}".strip()
    return {"name": name, **found}


@piece
def quote(text: str, who: str = "", at: datetime | None = None) -> Values:
    """What somebody wrote, as a quotation; nothing where nothing was written."""
    return {"text": text, "who": who, "at": at}


@piece
def reason_box(
    tone: str,
    headline: str,
    reasons: Iterable[str] = (),
    who: Iterable[str] | str = (),
    avoid: Iterable[str] | str = (),
) -> Values:
    """The ruling in words: free, needs (approval) or forbidden; why, who can approve, what would avoid it."""
    look = {"free": ("good", "check"), "needs": ("waiting", "approvals"), "forbidden": ("refused", "cross")}
    colour, picture = look[tone]
    names = [who] if isinstance(who, str) else list(who)
    ways = [avoid] if isinstance(avoid, str) else list(avoid)
    return {
        "tone": colour,
        "icon": picture,
        "headline": headline,
        "reasons": list(reasons),
        "who": _either(names),
        "avoid": [way for way in ways if way],
    }


def _either(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


@piece
def limit_bar(gross: Number, currency: str, limit: Number | None, limit_currency: str = "") -> Values:
    """The gross of a purchase against the limit; a limit in another currency counts as exceeded."""
    values: Values = {"gross": number_of(gross), "currency": currency}
    if limit is None:
        return {**values, "unlimited": True}
    spent, allowed = number_of(gross), number_of(limit)
    values |= {"limit": allowed, "limit_currency": limit_currency or currency}
    if values["limit_currency"] != currency:
        return {**values, "incomparable": True}
    longest = max(spent, allowed) or Decimal(1)
    return {
        **values,
        "over": max(spent - allowed, Decimal(0)),
        "left": max(allowed - spent, Decimal(0)),
        "within_width": round(min(spent, allowed) / longest * 100),
        "over_width": round(max(spent - allowed, Decimal(0)) / longest * 100),
    }


@piece
def timeline(events: Iterable[Any]) -> Values:
    """Who did what when, in the given order, with comments as quotations."""
    return {"events": list(events)}


@piece
def progress_line(steps: Iterable[Any]) -> Values:
    """The stages of an order: done, current, still to come, skipped or refused; and who has it now."""
    rows: list[Values] = []
    number, words = 0, "not needed"
    for step in steps:
        row = {name: value_of(step, name) for name in ("label", "state", "who", "at")}
        rows.append({**row, "words": words})
        if row["state"] in ("current", "refused"):
            number = len(rows)
        if row["state"] == "refused":
            words = "not reached"
    number = number or len(rows)
    return {"steps": rows, "number": number, "count": len(rows), "now": rows[number - 1] if rows else {}}


@piece
def queue(items: Iterable[Any], label: str, select: str = "") -> Values:
    """Things that wait, one row each; with `select` a check box of that name and the item's key."""
    return {"items": list(items), "label": label, "select": select}


@piece
def line_table(
    context: Context,
    lines: Iterable[Any],
    currency: str,
    totals: Iterable[Any] = (),
    caption: str = "Lines",
    price_word: str = "net",
    total_word: str = "gross",
) -> Values:
    """What is bought, line by line, with totals; what changed is shown old -> new."""
    rows = list(lines)
    return {
        "lines": rows,
        "currency": currency,
        "totals": list(totals),
        "caption": caption,
        "price_word": price_word,
        "total_word": total_word,
        "editable": any(value_of(line, "edit") for line in rows),
        "csrf_token": context.get("csrf_token"),
    }


@piece
def totals(rows: Iterable[Any], currency: str) -> Values:
    """Sums beside their names, the amounts in one column; the rows are those of `line_table`."""
    return {"rows": list(rows), "currency": currency}


@piece
def product_card(context: Context, product: Any) -> Values:
    """A product of the shop, an item of `<ul class="products">`."""
    tax_word = value_of(product, "tax_word") or ""
    return {"product": product, "tax_word": tax_word, "csrf_token": context.get("csrf_token")}
