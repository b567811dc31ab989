"""What does the seller's page of one quote show to this reader?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from approvals.dashboard.told import told_rows
from companies.actors import Actor
from config.kit.wording import ago_text, money_text
from notifications.texts import Side
from orders.control_panel.quote_buttons import desk_buttons, has_approval, page_buttons
from orders.control_panel.quote_desk import Desk
from orders.control_panel.quote_desk_page import desk_page, totals_of
from orders.control_panel.quote_history import changes_after
from orders.dashboard.content.amounts import count_of, in_reader_language, label_of
from orders.dashboard.content.quote_history import events_of, reason_text, timeline
from orders.dashboard.content.quote_lines import offered_lines
from orders.dashboard.content.quote_words import until_text
from orders.details import BILLING, SHIPPING
from orders.models import Order, Quote
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.quote_priced import PricedQuote, priced_quote
from orders.quote_standing import may_be_quoted, quote_moves_for
from orders.services.quote_reasons import reasons_of

Values = dict[str, Any]

# Where pricing is what the page is for; elsewhere it is a move.
ON_THE_DESK = (QuoteStatus.CREATING, QuoteStatus.AWAITING, QuoteStatus.IN_PROGRESS)
FINAL = (QuoteStatus.ACCEPTED, QuoteStatus.DECLINED, QuoteStatus.DECLINED_BY_MERCHANT)


def is_on_the_desk(quote: Quote, actor: Actor, now: datetime) -> bool:
    """The quote waits for a price of this very reader."""
    return quote.status_at(now) in ON_THE_DESK and QuoteMove.REVISE in quote_moves_for(quote, actor, now)


def quote_page(quote: Quote, actor: Actor, now: datetime, kept: Mapping[str, Any], desk: Desk | None = None) -> Values:
    """Everything the template shows; with a desk the quote is priced on this page. A constant number of queries."""
    priced = desk.stored if desk else priced_quote(quote, now)
    moves = quote_moves_for(quote, actor, now)
    reasons, events = reasons_of(quote.tenant_id), events_of(quote)
    buttons = desk_buttons(quote, now) if desk else []
    return {
        "quote": quote,
        "status": quote.status_at(now),
        "lead": _lead(priced, is_ours=QuoteMove.OPEN in moves),
        "lines_title": "What is offered" if _is_offered(priced.status) else "What is asked for",
        **offered_lines(priced),
        "totals": totals_of(priced),
        "problems": priced.problems,
        "gone": _gone(quote, now),
        "customer": _customer(quote),
        "terms": _terms(quote, now),
        "ship_to": quote.addresses.get(SHIPPING),
        "bill_to": quote.addresses.get(BILLING),
        "has_approval": has_approval(quote) and quote.status_at(now) is QuoteStatus.OPEN,
        "orders": _orders(quote, actor),
        "desk": desk_page(desk) if desk else None,
        "overtaken": changes_after(quote, events, desk.seen, now) if desk and desk.is_overtaken else [],
        "reason": reason_text(quote.status_reason),
        "events": timeline(quote, events, (), now, to_seller=True),
        "told": _told(quote, actor, now),
        "moves": [*buttons, *page_buttons(quote, moves, reasons, kept, with_desk=desk is not None)],
        "pdf_url": reverse("control_panel:quote_pdf", args=[quote.number]),
    }


def _lead(priced: PricedQuote, *, is_ours: bool) -> str:
    quote, now = priced.quote, priced.now
    of_company = f" of {quote.company_name}" if quote.company_name else ""
    who = f"{quote.owner_name}{of_company}"
    what = "nothing yet"
    if priced.lines:
        what = label_of([line.name for line in priced.lines])
        what = f"{what}, {quote.total} ({count_of(len(priced.lines), 'line')})"
    since = ago_text(quote.status_since, now)
    seller = quote.seller.name if quote.seller else "the platform's staff"
    waits = "It waits for your price." if is_ours else f"It waits for {seller}."
    until = until_text(quote.valid_to, now) if quote.valid_to else ""
    holds = f"It holds until {until}." if until else "It has no end."
    return {
        QuoteStatus.CREATING: f"A draft for {who}: {what}. The customer sees it once you open it.",
        QuoteStatus.AWAITING: f"{who} asks for an offer: {what}, asked {since}. {waits}",
        QuoteStatus.IN_PROGRESS: f"{who} is to get another offer: {what}, asked {since}. {waits}",
        QuoteStatus.OPEN: f"{who} was offered {what} {since}. {holds}",
        QuoteStatus.EXPIRED: f"{who} was offered {what}. The offer ended on {until}; you can make it again.",
        QuoteStatus.ACCEPTED: f"{who} accepted {what} {since}. It is ordered at these prices.",
        QuoteStatus.DECLINED: f"{who} declined {what} {since}.",
        QuoteStatus.DECLINED_BY_MERCHANT: f"{who} asked for an offer for {what}; it was declined {since}.",
    }[priced.status]


def _is_offered(status: QuoteStatus) -> bool:
    """There is an offer, or was one; else there is what is asked for."""
    return status in (QuoteStatus.OPEN, QuoteStatus.EXPIRED, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED)


def _customer(quote: Quote) -> list[Values]:
    return [
        {"label": "Customer", "value": quote.owner_name},
        {"label": "Company", "value": quote.company_name or "Private customer"},
        {"label": "E-mail", "value": quote.owner.email, "url": f"mailto:{quote.owner.email}"},
        {"label": "Reference", "value": quote.customer_reference},
        {"label": "Marketplace", "value": quote.marketplace.name},
        {"label": "Seller", "value": quote.seller.name if quote.seller else "Several: priced by the platform's staff"},
        {"label": "In hand", "value": quote.employee_name},
    ]


def _gone(quote: Quote, now: datetime) -> str:
    """Said where nobody could accept it: the customer left, or may not order any more. One query at most."""
    if quote.status_at(now) in FINAL or may_be_quoted(quote.tenant_id, quote.company_id, quote.owner_id):
        return ""
    return f"{quote.owner_name} may no longer order{f' for {quote.company_name}' if quote.company_name else ''}."


def _terms(quote: Quote, now: datetime) -> list[Values]:
    shipping = ""
    if quote.shipping:
        name = in_reader_language(quote.shipping.get("methodName") or quote.shipping["methodId"])
        shipping = f"{name}, {money_text(quote.shipping_net, quote.currency)} net"
    until = until_text(quote.valid_to, now) if quote.valid_to else ""
    no_end = "no end" if _is_offered(quote.status_at(now)) else ""
    return [
        {"label": "Valid until", "value": until or no_end, "hint": ago_text(quote.valid_to, now) if until else ""},
        {"label": "Shipping", "value": shipping or "None agreed, at no cost"},
    ]


def _orders(quote: Quote, actor: Actor) -> list[Values]:
    """What was ordered of it, as far as this seller sees it. One query, or none."""
    if quote.status != QuoteStatus.ACCEPTED:
        return []
    orders = Order.objects.visible_to(actor).filter(checkout__quote=quote).order_by("pk")
    return [{"number": order.number, "url": reverse("control_panel:order", args=[order.number])} for order in orders]


def _told(quote: Quote, actor: Actor, now: datetime) -> list[Values]:
    """Who on the seller's side was told; platform staff see both sides."""
    side = None if actor.platform else Side.SELLER
    return told_rows("quote", quote.number, tenant_id=quote.tenant_id, side=side, now=now)
