"""What does the reader's cart hold, what does it cost, and may it be ordered?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from approvals.dashboard.rows import badge
from approvals.models import Approval, SubjectKind
from approvals.policy import Ruling, Verdict
from approvals.services import preview
from companies.actors import Actor
from companies.models import Company, Marketplace
from config.kit.canonical import content_hash
from config.kit.wording import moment_text, money_text, terms_text
from orders.dashboard.content.amounts import (
    Values,
    count_of,
    label_of,
    price_word,
    tax_rows,
    tax_word,
)
from orders.dashboard.content.splits import split_words
from orders.dashboard.content.subscription_words import trial_text
from orders.lifecycle import UNFINISHED, CartStatus, OrderKind
from orders.models import Cart
from orders.priced import PricedCart, PricedCartLine, priced_cart

LINE_TOTAL_LABEL = "Total, gross"


def cart_page(
    cart: Cart | None, place: Marketplace | None, actor: Actor, now: datetime, *, places: Collection[Marketplace]
) -> Values:
    """The page's values; the number of queries does not depend on the number of lines.

    `places` are the marketplaces that the reader can go to from here: of no other a cart is shown.
    """
    shown: Values = {"place": place, "others": other_carts(actor, cart, now, places)}
    if cart is None:
        return shown
    priced = priced_cart(cart, now)
    if not priced.lines:
        return shown
    ruled = ruling_of(priced, actor)
    return {
        **shown,
        "cart": cart,
        **cart_lines(priced),
        **ruled,
        **split_words(priced, asks=ruled["ruling"].verdict is Verdict.NEEDS_APPROVAL),
        "moves": _moves(ruled["ruling"], priced),
    }


def cart_lines(priced: PricedCart, *, editable: bool = True) -> Values:
    """Lines and totals for the line table."""
    word = price_word(line.priced for line in priced.lines)
    sellers = {line.line.pk: parcel.auditing_company for parcel in priced.parcels for line in parcel.lines}
    rows = [_row(line, sellers.get(line.line.pk, ""), says_tax=not word) for line in priced.lines]
    return {
        "lines": [{**row, "edit": _edit(line)} for row, line in zip(rows, priced.lines, strict=True)]
        if editable
        else rows,
        "totals": totals_of(priced),
        "price_word": word,
        "currency": priced.totals.currency,
        "problems": priced.problems,
        "lines_title": count_of(len(priced.lines), "line"),
    }


def totals_of(priced: PricedCart) -> list[Values]:
    """Net, tax by rate and gross of the lines; shipping is chosen at the checkout."""
    totals = priced.totals
    good = [line for line in priced.lines if line.available]
    return [
        {"label": "Net", "amount": totals.lines.net},
        *tax_rows(((line.tax_rate, line.amounts.net, line.amounts.tax) for line in good), totals.currency),
        {"label": LINE_TOTAL_LABEL, "hint": "without shipping", "amount": totals.lines.gross, "strong": True},
    ]


def ruling_of(priced: PricedCart, actor: Actor) -> Values:
    """What the purchase policy says of this cart, for the reason box and the limit bar."""
    ruling = preview(actor=actor, kind=SubjectKind.CART_CHECKOUT, subject_id=str(priced.cart.pk))
    company = Company.objects.filter(pk=priced.cart.company_id).first() if priced.cart.company_id else None
    return {"ruling": ruling, "reason": reason_box(ruling, company), **_limit(priced, company)}


def reason_box(ruling: Ruling, company: Company | None) -> Values:
    """The ruling in words: a headline, its reasons, who can approve, what would avoid it."""
    tones = {Verdict.FREE: "free", Verdict.NEEDS_APPROVAL: "needs", Verdict.FORBIDDEN: "forbidden"}
    headlines = {
        Verdict.FREE: "You can order this yourself.",
        Verdict.NEEDS_APPROVAL: "This needs approval.",
        Verdict.FORBIDDEN: f"You cannot order for {company.name}." if company else "You cannot order.",
    }
    headline = headlines[ruling.verdict]
    if ruling.nobody_can_approve:
        headline = "This needs approval, and nobody can give it."
    return {
        "tone": "forbidden" if ruling.nobody_can_approve else tones[ruling.verdict],
        "headline": headline,
        "reasons": [reason.text for reason in (*ruling.reasons, *ruling.warnings)],
        "who": [person.name for person in ruling.eligible],
        "avoid": [reason.text for reason in ruling.avoid],
    }


def seen_token(priced: PricedCart, ruling: Ruling, shipping: Iterable[Values] = ()) -> str:
    """A word for what the reader saw: another one now means that the cart has changed since."""
    return content_hash(
        {
            "cart": priced.cart.key,
            "version": priced.cart.version,
            "gross": priced.totals.lines.gross,
            "verdict": ruling.verdict,
            "shipping": {each["value"]: each["gross"] for each in shipping},
        }
    )[:16]


def other_carts(actor: Actor, open_cart: Cart | None, now: datetime, places: Collection[Marketplace]) -> Values:
    """Carts that wait for an approval, open ones of other marketplaces, and those put aside. Four queries."""
    mine = Cart.objects.owned_by(actor).filter(marketplace__in=[place.pk for place in places])
    mine = mine.filter(status__in=UNFINISHED)
    if open_cart is not None:
        mine = mine.exclude(pk=open_cart.pk)
    carts = list(
        mine.exclude(status=CartStatus.OPEN, lines__isnull=True)
        .select_related("marketplace")
        # Not joined: few carts are held, and PostgreSQL reads all approvals along with them.
        .prefetch_related("held_for", "lines__product")
        .annotate(line_count=Count("lines"))
        .order_by("-modified_at", "-pk")[:20]
    )
    held = [cart for cart in carts if cart.held_for is not None]
    return {
        "held": [_held(cart, now) for cart in held if cart.held_for.decided_at is None],
        "approved": [_held(cart, now) for cart in held if cart.held_for.decided_at is not None],
        "elsewhere": [_saved(cart) for cart in carts if cart.status == CartStatus.OPEN],
        "saved": [_saved(cart) for cart in carts if cart.status == CartStatus.SAVED],
    }


def _moves(ruling: Ruling, priced: PricedCart) -> list[Values]:
    """The ways on, where the cart can be ordered or asked about at all: to the checkout, or to ask for an offer."""
    if ruling.verdict is Verdict.FORBIDDEN or priced.problems:
        return []
    label, hint = "Order", "Addresses, shipping and payment come next."
    if ruling.nobody_can_approve:
        label, hint = "Tell the admins", "Nobody can approve this now. Asking tells the admins of your company."
    elif not ruling.permitted:
        label, hint = "Ask for approval", "Addresses, shipping, payment and whom to ask come next."
    url = reverse("dashboard:checkout")
    quote: Values = {"label": "Ask for a quote", "method": "get", "url": reverse("dashboard:quote_ask")}
    return [
        {"label": label, "kind": "primary", "method": "get", "url": url, "hint": hint},
        {**quote, "hint": "For other prices than these. Nothing is ordered; you get an offer to answer."},
    ]


def _row(line: PricedCartLine, seller: str, *, says_tax: bool) -> Values:
    row: Values = {
        "name": line.name,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "price_word": tax_word(line.includes_tax),
        "tax_rate": line.tax_rate,
        "total": line.amounts.gross,
        "detail": " · ".join(
            filter(None, (_terms(line), f"Unit price {tax_word(line.includes_tax)}" if says_tax else ""))
        ),
    }
    if line.problem:
        return {**row, "note": line.problem, "note_tone": "refused", "tax_rate": None, "total": None}
    row["url"] = reverse("dashboard:product", args=[line.listing.key])
    row["note"] = f"Reviewed by {seller} before delivery" if line.needs_review else ""
    return row


def _terms(line: PricedCartLine) -> str:
    """For how long a subscription's price is, and what a trial costs afterwards; nothing for what is sold once."""
    plan = line.listing.plan
    if plan is None:
        return ""
    if line.kind is not OrderKind.TRIAL:
        return terms_text(plan.period)
    price = money_text(line.listing.unit_price, line.listing.currency)
    later = f"{price} {tax_word(line.listing.includes_tax)} per {line.unit} and {plan.period}"
    return f"{trial_text(plan.trial_days)}, then {later} if you keep it"


def _edit(line: PricedCartLine) -> Values:
    return {
        "url": reverse("dashboard:cart_line", args=[line.line.key]),
        "remove_url": reverse("dashboard:cart_line_remove", args=[line.line.key]),
        "step": "any",
        "min": "0.0001",
    }


def _limit(priced: PricedCart, company: Company | None) -> Values:
    if company is None:
        return {"company": None}
    return {
        "company": company,
        "gross": priced.totals.lines.gross,
        "limit": company.purchase_limit,
        "limit_currency": company.limit_currency,
    }


def _held(cart: Any, now: datetime) -> Values:
    approval: Approval = cart.held_for
    status, tone = badge(approval, now)
    return {
        "title": approval.subject_label,
        "url": reverse("dashboard:approval", args=[approval.key]),
        "detail": _held_words(approval, now),
        "status": status,
        "tone": tone,
        "amount": approval.gross,
        "currency": approval.currency,
        "tax_word": "gross",
    }


def _held_words(approval: Approval, now: datetime) -> str:
    if approval.decided_at is not None:
        return f"{approval.decided_by_name} approved it; the order can be placed"
    if approval.is_overdue(now) or approval.expires_at is None:
        return f"{approval.approver_name} did not answer in time; the cart comes back within a minute"
    until = moment_text(timezone.localtime(approval.expires_at), timezone.localtime(now))
    return f"{approval.approver_name} can answer until {until}"


def _saved(cart: Any) -> Values:
    lines = sorted(cart.lines.all(), key=lambda line: line.position)
    return {
        "key": cart.key,
        "label": label_of([line.product.name for line in lines]),
        "line_count": cart.line_count,
        "marketplace": cart.marketplace.name,
        "place": cart.marketplace.key,
        "at": cart.modified_at,
        "restore_url": reverse("dashboard:cart_restore", args=[cart.key]),
        "discard_url": reverse("dashboard:cart_discard", args=[cart.key]),
    }
