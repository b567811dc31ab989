"""The seller's pages that only show: counts, queues and orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from companies.portal import kept_input, one_of, page_of, seller_area
from config.kit.wording import ago_text
from orders.control_panel import quote_rows, rows
from orders.control_panel.page import order_page
from orders.control_panel.review_many import results_of, selectable
from orders.history_csv import history_csv

FIRST = 5


@require_safe
@seller_area
def home(request: HttpRequest) -> HttpResponse:
    """How much waits for whom, and what has waited longest."""
    now = timezone.now()
    counts = rows.counts(request.seller)
    shown = {
        "seller": request.seller,
        "counts": counts,
        "oldest": f"the oldest {ago_text(counts['oldest'], now)}" if counts["oldest"] else "",
        "to_review": rows.order_rows(rows.to_review(request.seller)[:FIRST], request.seller, now),
        "to_deliver": rows.order_rows(rows.to_deliver(request.seller)[:FIRST], request.seller, now),
        "deliver_url": f"{reverse('control_panel:orders')}?status=to_deliver",
        "failed_url": f"{reverse('control_panel:orders')}?status=failed",
        **_quotes(request, now),
    }
    return render(request, "control_panel/home.html", shown)


def _quotes(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What waits for a price, for those who give it."""
    if not quote_rows.prices_quotes(request.seller):
        return {"prices_quotes": False}
    counts = quote_rows.quote_counts(request.seller)
    return {
        "prices_quotes": True,
        "quotes_waiting": counts["mine"],
        "oldest_quote": f"the oldest {ago_text(counts['oldest'], now)}" if counts["oldest"] else "",
        "to_price": quote_rows.quote_rows(quote_rows.to_price(request.seller)[:FIRST], request.seller, now),
    }


@require_safe
@seller_area
def review(request: HttpRequest) -> HttpResponse:
    """The orders that wait for a review, the oldest first unless sorted otherwise; what was just decided of several."""
    chosen = rows.review_filter(request.seller, request.GET)
    page = page_of(request, rows.to_review(request.seller, chosen))
    mine = selectable(list(page), request.seller)
    shown = {
        "filter": chosen.form,
        "filtered": chosen.is_used,
        "kept": request.GET.urlencode(),
        "reset_url": reverse("control_panel:review"),
        "page": page,
        "rows": [
            {**row, "unselectable": row["key"] not in mine}
            for row in rows.order_rows(page, request.seller, timezone.now())
        ],
        "may_select": bool(mine),
        "results": results_of(request),
    }
    return render(request, "control_panel/review.html", shown)


@require_safe
@seller_area
def orders(request: HttpRequest) -> HttpResponse:
    """All orders, the latest first unless sorted otherwise; filter and sort live in the address."""
    chosen = rows.order_filter(request.seller, request.GET)
    page = page_of(request, rows.all_orders(request.seller, chosen))
    shown = {
        "filter": chosen.form,
        "filtered": chosen.is_used,
        "reset_url": reverse("control_panel:orders"),
        "page": page,
        "rows": rows.order_rows(page, request.seller, timezone.now(), with_status=True),
    }
    return render(request, "control_panel/orders.html", shown)


@require_safe
@seller_area
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: who wants what, how it stands, what happened, and the moves open to me."""
    parts = ("review", "buyer", "checkout__approval", "checkout__quote", "checkout__change__plan")
    numbered = rows.orders_of(request.seller).select_related(*parts).numbered(number)
    shown = order_page(one_of(numbered, "order"), request.seller, timezone.now(), kept_input(request))
    return render(request, "control_panel/order.html", shown)


@require_safe
@seller_area
def history(request: HttpRequest, number: str) -> HttpResponse:
    """What happened to an order, as a file."""
    found = one_of(rows.orders_of(request.seller).numbered(number), "order")
    events = found.events.order_by("number")
    priced = rows.sees_prices(found, request.seller)
    return history_csv(found, events, inside=priced, priced=priced)
