"""Subscriptions as the seller sees them: the list and one subscription."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.portal import one_of, page_of, seller_area
from orders.models import Subscription


@require_safe
@seller_area
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    page = page_of(request, Subscription.objects.visible_to(request.seller).order_by("-created_at", "-pk"))
    return render(request, "control_panel/subscriptions.html", {"page": page})


@require_safe
@seller_area
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    """One subscription."""
    found = one_of(Subscription.objects.visible_to(request.seller).numbered(number), "subscription")
    return render(request, "control_panel/subscription.html", {"subscription": found})
