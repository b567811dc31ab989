"""Quotes as the seller sees them: the list and one quote."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.portal import one_of, page_of, seller_area
from orders.models import Quote


@require_safe
@seller_area
def quotes(request: HttpRequest) -> HttpResponse:
    """The quotes we price, the latest first."""
    page = page_of(request, Quote.objects.visible_to(request.seller).order_by("-created_at", "-pk"))
    return render(request, "control_panel/quotes.html", {"page": page})


@require_safe
@seller_area
def quote(request: HttpRequest, number: str) -> HttpResponse:
    """One quote."""
    found = one_of(Quote.objects.visible_to(request.seller).numbered(number), "quote")
    return render(request, "control_panel/quote.html", {"quote": found})
