"""What does the page show on which a quote is priced?"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.forms import BoundField, Form
from django.urls import reverse

from catalog.models import Listing, offer_name
from config.kit.money import round_amount
from config.kit.wording import against_list_text, money_text
from orders.control_panel.quote_desk import SHOWN_OFFERS, Desk
from orders.control_panel.quote_forms import IN_ALL
from orders.dashboard.content.amounts import in_reader_language, tax_rows, tax_word
from orders.priced import PricedCartLine
from orders.pricing import discount
from orders.quote_lifecycle import QuoteStatus
from orders.quote_priced import PricedQuote

Values = dict[str, Any]


def desk_page(desk: Desk) -> Values:
    """The values of `_quote_desk.html`."""
    quote = desk.quote
    return {
        "url": reverse("control_panel:quote_edit", args=[quote.number]),
        "currency": quote.currency,
        "terms": desk.terms,
        "rows": _rows(desk),
        "totals": totals_of(desk.preview),
        "is_counted": desk.sent is None or desk.is_valid,
        "find": desk.find,
        "has_searched": bool(desk.find) or desk.do in ("find", "replace"),
        "offers": [_offer(listing) for listing in desk.found[:SHOWN_OFFERS]],
        "has_more_offers": len(desk.found) > SHOWN_OFFERS,
        "replacing": desk.replacing,
        "replaced": _name(desk, desk.replacing) if desk.replacing else "",
        "hidden": {"seen_version": desk.version, "base": desk.theirs.as_text(), "replacing": desk.replacing},
        "errors": _errors(desk),
        "is_overtaken": desk.is_overtaken,
        "is_open": quote.status_at(desk.now) is QuoteStatus.OPEN,
        "ends_approval": quote.approval is not None and quote.approval.is_live,
    }


def totals_of(priced: PricedQuote) -> list[Values]:
    """List price and discount where they differ, tax by rate, shipping and what would be paid."""
    quote, totals = priced.quote, priced.totals
    rows: list[Values] = []
    if quote.list_net != totals.lines.net:
        less = quote.list_net - totals.lines.net
        word = "Discount" if less > 0 else "Above list prices"
        rows = [
            {"label": "At list prices, net", "amount": quote.list_net},
            {"label": word, "hint": percent_text(quote.list_net, totals.lines.net), "amount": -less},
        ]
    rows.append({"label": "Lines, net", "amount": totals.lines.net})
    taxed = [(line.tax_rate, line.amounts.net, line.amounts.tax) for line in priced.lines]
    rows += tax_rows(taxed, quote.currency)
    if quote.shipping:
        rows.append({"label": "Shipping, tax included", "amount": totals.shipping.gross})
    return [*rows, {"label": "Total, gross", "amount": totals.gross, "strong": True}]


def percent_text(listed: Decimal, offered: Decimal) -> str:
    """How far an amount is from the price list: `20 % below the price list`; empty where it is not."""
    percent = discount(listed, offered)
    return against_list_text(percent) if percent else ""


def _rows(desk: Desk) -> list[Values]:
    priced = {line.line.key: line for line in desk.preview.lines}
    return [_row(desk, key, priced.get(key)) for key in desk.typed.lines]


def _row(desk: Desk, key: str, priced: PricedCartLine | None) -> Values:
    """`priced` is the line as it would be; None where that cannot be said."""
    typed, form = desk.typed.lines[key], desk.forms[key]
    row: Values = {
        "key": key,
        "name": _name(desk, key),
        "hidden": [(name, typed[name]) for name in ("listing", "removed")],
        "kept": [] if form else [(name, typed[name]) for name in ("quantity", "price", "by")],
        "form": form,
        "state": _state(desk, key),
    }
    if desk.offer_of(key) is None:
        return {**row, "problem": f"This is not sold on {desk.quote.marketplace.name} any more. Remove it."}
    product = desk.product_of(key)
    price, is_gross = desk.listed(key)
    row |= {
        "sku": product.sku,
        "vendor": "" if desk.quote.seller_id == product.vendor_id else product.vendor.name,
        "unit": product.unit,
        "period": _period(desk.offer_of(key)),
        "listed": money_text(price, desk.quote.currency),
        "list_word": tax_word(is_gross),
    }
    if form is None or priced is None or not (desk.sent is None or desk.is_valid):
        return row
    return {
        **row,
        "problem": priced.problem,
        "discount": percent_text(priced.line.list_net, priced.amounts.net),
        "tone": "good" if priced.amounts.net < priced.line.list_net else "waiting",
        "net": priced.amounts.net,
        "gross": priced.amounts.gross,
        "each": _each(priced, desk.quote.currency) if typed["by"] == IN_ALL else "",
    }


def _each(priced: PricedCartLine, currency: str) -> str:
    """The price per unit that follows from a total."""
    rounded = round_amount(priced.unit_price, currency)
    return f"{'' if rounded == priced.unit_price else '≈ '}{money_text(rounded, currency)}"


def _state(desk: Desk, key: str) -> str:
    if desk.typed.lines[key]["removed"]:
        return "removed"
    if key not in desk.lines:
        return "added"
    return "" if desk.is_as_before(key) else "replaced"


def _name(desk: Desk, key: str) -> str:
    if desk.offer_of(key) is None:
        return "A product"
    return desk.name_of(key)


def _offer(listing: Listing) -> Values:
    product = listing.product
    return {
        "key": listing.key,
        "name": in_reader_language(offer_name(product, listing.plan)),
        "sku": product.sku,
        "vendor": product.vendor.name,
        "price": listing.unit_price,
        "word": tax_word(listing.includes_tax),
        "unit": product.unit,
        "period": _period(listing),
    }


def _period(listing: Listing | None) -> str:
    return listing.plan.period if listing and listing.plan else ""


def _errors(desk: Desk) -> list[Values]:
    """Everything that is wrong, line by line and then the terms, each with the input it is about."""
    if desk.sent is None:
        return []
    found: list[Values] = [{"text": text} for text in desk.terms.non_field_errors()]
    forms: Iterable[Form] = [form for form in desk.forms.values() if form]
    fields: list[BoundField] = [field for form in (*forms, desk.terms) for field in form if field.errors]
    found += [
        {"text": f"{field.label}: {error}", "target": field.id_for_label} for field in fields for error in field.errors
    ]
    return found + [{"text": "A line is not sold here any more.", "target": f"row-{key}"} for key in desk.unsold]
