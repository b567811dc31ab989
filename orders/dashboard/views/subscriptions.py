"""Subscriptions as the customer sees them: the list and one subscription."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.portal import customer_area, one_of, page_of
from orders.models import Subscription


@require_safe
@customer_area
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    page = page_of(request, Subscription.objects.visible_to(request.actor).order_by("-created_at", "-pk"))
    return render(request, "dashboard/subscriptions.html", {"page": page})


@require_safe
@customer_area
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    """One subscription."""
    found = one_of(Subscription.objects.visible_to(request.actor).numbered(number), "subscription")
    return render(request, "dashboard/subscription.html", {"subscription": found})
