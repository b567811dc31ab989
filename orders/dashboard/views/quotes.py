"""Quotes as the customer sees them: the list and one quote."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.portal import customer_area, one_of, page_of
from orders.models import Quote


@require_safe
@customer_area
def quotes(request: HttpRequest) -> HttpResponse:
    """My quotes, the latest first."""
    page = page_of(request, Quote.objects.visible_to(request.actor).order_by("-created_at", "-pk"))
    return render(request, "dashboard/quotes.html", {"page": page})


@require_safe
@customer_area
def quote(request: HttpRequest, number: str) -> HttpResponse:
    """One quote."""
    found = one_of(Quote.objects.visible_to(request.actor).numbered(number), "quote")
    return render(request, "dashboard/quote.html", {"quote": found})
