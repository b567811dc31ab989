"""How are the lines of a quote shown: the offered price beside the price list, or the price list alone?"""

from __future__ import annotations

from decimal import Decimal

from config.kit.money import Money, round_amount
from config.kit.wording import against_list_text, quantity_text, terms_text
from orders.dashboard.content.amounts import Values, in_reader_language, price_word, tax_rows, tax_word
from orders.models import Quote
from orders.priced import PricedCartLine
from orders.pricing import discount
from orders.quote_priced import PricedQuote

OFFER_LABEL = "Offer, gross"


def offered_lines(priced: PricedQuote) -> Values:
    """Each line at its offered price, next to what the price list says."""
    word = price_word(line.priced for line in priced.lines)
    sellers = {line.line.pk: parcel.auditing_company for parcel in priced.parcels for line in parcel.lines}
    rows = [
        _offered(line, sellers.get(line.line.pk, ""), priced.totals.currency, says_tax=not word)
        for line in priced.lines
    ]
    return {"lines": rows, "price_word": word}


def listed_lines(priced: PricedQuote) -> Values:
    """Each line at the prices of the price list: what is asked for, before there is an offer."""
    words = {tax_word(line.line.list_includes_tax) for line in priced.lines}
    word = words.pop() if len(words) == 1 else ""
    return {"lines": [_listed(line, says_tax=not word) for line in priced.lines], "price_word": word}


def offered_totals(quote: Quote, priced: PricedQuote) -> list[Values]:
    """Net, tax by rate, lines, shipping and what is to be paid."""
    totals = priced.totals
    rows = [
        {"label": "Net", "amount": totals.lines.net},
        *tax_rows(((line.tax_rate, line.amounts.net, line.amounts.tax) for line in priced.lines), totals.currency),
    ]
    if not quote.shipping:
        return [*rows, {"label": "Total, gross", "hint": "without shipping", "amount": totals.gross, "strong": True}]
    name = in_reader_language(quote.shipping.get("methodName") or "")
    return [
        *rows,
        {"label": "Lines, gross", "amount": totals.lines.gross},
        {"label": "Shipping, gross", "hint": name, "amount": totals.shipping.gross},
        {"label": "Total, gross", "amount": totals.gross, "strong": True},
    ]


def listed_totals(quote: Quote, priced: PricedQuote) -> list[Values]:
    """What the lines cost by the price list."""
    return [
        {"label": "Net", "amount": quote.list_net},
        {"label": "By the price list, gross", "hint": "without shipping", "amount": quote.list_gross, "strong": True},
    ]


def compared(quote: Quote) -> list[Values]:
    """The offer against the price list, without shipping."""
    rows = [{"label": "Price list, gross", "amount": quote.list_gross}]
    difference = quote.lines_gross - quote.list_gross
    if difference:
        percent = discount(quote.list_net, quote.lines_net)
        rows.append({"label": "Difference", "hint": f"{quantity_text(-percent)} %", "amount": difference})
    return [*rows, {"label": OFFER_LABEL, "amount": quote.lines_gross, "strong": True}]


def _offered(line: PricedCartLine, seller: str, currency: str, *, says_tax: bool) -> Values:
    quoted = line.line
    row = _named(line)
    row |= {"unit_price": line.unit_price, "tax_rate": line.tax_rate, "total": line.amounts.gross}
    details = [text for text in (_renewal(line), _unit_price_word(line.includes_tax, says_tax=says_tax)) if text]
    if quoted.is_total:
        # It only follows from the total, whatever its decimals.
        row["unit_price"] = round_amount(line.unit_price, currency)
        row["is_about"] = row["unit_price"] != line.unit_price
        details.append(f"Offered as one total of {Money(line.amounts.net, currency)} net")
    if quoted.list_gross != line.amounts.gross or quoted.list_net != line.amounts.net:
        row["old_total"] = quoted.list_gross
        details.append(_difference(quoted.list_net, quoted.list_gross, line, currency))
        row |= _old_unit_price(line)
    row["detail"] = " · ".join(details)
    if line.problem:
        return {**row, "note": line.problem, "note_tone": "refused"}
    return {**row, "note": f"Reviewed by {seller} before delivery" if line.needs_review else ""}


def _difference(list_net: Decimal, list_gross: Decimal, line: PricedCartLine, currency: str) -> str:
    words = against_list_text(discount(list_net, line.amounts.net))
    less = list_gross - line.amounts.gross
    if not less:
        return words
    return f"{words}, {Money(abs(less), currency)} gross {'less' if less > 0 else 'more'}"


def _old_unit_price(line: PricedCartLine) -> Values:
    """The price list's unit price, where both are net or both gross and they differ."""
    quoted = line.line
    comparable = quoted.list_includes_tax == line.includes_tax
    if not comparable or quoted.list_unit_price == line.unit_price:
        return {}
    return {"old_unit_price": quoted.list_unit_price}


def _listed(line: PricedCartLine, *, says_tax: bool) -> Values:
    quoted = line.line
    return {
        **_named(line),
        "unit_price": quoted.list_unit_price,
        "tax_rate": line.tax_rate,
        "total": quoted.list_gross,
        "detail": " · ".join(
            filter(None, (_renewal(line), _unit_price_word(quoted.list_includes_tax, says_tax=says_tax)))
        ),
    }


def _renewal(line: PricedCartLine) -> str:
    plan = line.listing.plan
    return terms_text(plan.period if plan else "")


def _unit_price_word(includes_tax: bool, *, says_tax: bool) -> str:
    return f"Unit price {tax_word(includes_tax)}" if says_tax else ""


def _named(line: PricedCartLine) -> Values:
    return {"name": line.name, "sku": line.sku, "quantity": line.quantity, "unit": line.unit}
