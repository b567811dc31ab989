"""Which orders does a cart or an offer become, and which of them waits for whom? Said before anybody confirms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalog.models import Provisioning
from config.kit.money import share_out
from orders.auditors import STAFF
from orders.dashboard.content.amounts import Values, count_of, in_reader_language, joined
from orders.lifecycle import OrderKind
from orders.priced import Parcel

APPROVAL_FIRST = "Nothing of it is ordered before the approval."


def split_words(priced: Any, *, shipping: Decimal | None = None, asks: bool = False) -> Values:
    """The orders to come, one row each; nothing where it is one that waits for nobody.

    `priced` is a priced cart or offer. `shipping` is what is chosen (gross, in its currency), which the orders
    share by their gross; None says nothing of it. `asks`: an approval comes first.
    """
    parcels: list[Parcel] = list(priced.parcels)
    if len(parcels) == 1 and not parcels[0].needs_review:
        return {"splits": []}
    currency = priced.totals.currency
    sums = [sum((line.amounts.gross for line in parcel.lines), Decimal(0)) for parcel in parcels]
    shares = share_out(shipping, sums, currency) if shipping else [None] * len(parcels)
    reviewer = STAFF if priced.source.marketplace.platform_reviews else ""
    rows = [
        {
            "title": f"Order {number}",
            "kind": "Trial" if parcel.kind == OrderKind.TRIAL else "",
            "names": joined([in_reader_language(line.name) for line in parcel.lines]),
            "next": _next(parcel, reviewer),
            "waits": parcel.needs_review,
            "gross": gross,
            "shipping": share,
        }
        for number, (parcel, gross, share) in enumerate(zip(parcels, sums, shares, strict=True), start=1)
    ]
    one = len(parcels) == 1
    return {
        "splits": rows,
        "splits_title": "One order, reviewed first" if one else f"This becomes {count_of(len(parcels), 'order')}",
        "splits_hint": " ".join(_hints(parcels, shipping, asks=asks)),
        "splits_currency": currency,
    }


def _hints(parcels: list[Parcel], shipping: Decimal | None, *, asks: bool) -> list[str]:
    several = len(parcels) > 1
    return [
        *([APPROVAL_FIRST] if asks else []),
        *(["What is reviewed does not hold up the rest."] if several and any(p.needs_review for p in parcels) else []),
        *(["Shipping is shared by their amounts."] if several and shipping else []),
    ]


def _next(parcel: Parcel, reviewer: str) -> str:
    """What happens to the order once it is placed: who has it, and what comes then."""
    resold = parcel.vendor_id != parcel.auditing_company_id
    if parcel.needs_review:
        then = f" Then {parcel.vendor} delivers it." if resold else ""
        return f"Waits: {reviewer or parcel.auditing_company} reviews it first.{then}"
    sold = f"Sold by {parcel.auditing_company}. " if resold else ""
    if all(line.line.product.provisioning == Provisioning.INSTANT for line in parcel.lines):
        return f"{sold}Ready at once."
    return f"{sold}{parcel.vendor} prepares it at once."
