"""Subscriptions as the seller sees them: the list and one of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from companies.portal import one_of, page_of, seller_area
from orders.control_panel.rows import marketplaces_of
from orders.control_panel.subscription_page import subscription_page
from orders.control_panel.subscription_rows import SubscriptionFilter, subscription_rows, subscriptions_of


@require_safe
@seller_area
def subscriptions(request: HttpRequest) -> HttpResponse:
    """All subscriptions, the latest first; the filter lives in the address."""
    found = subscriptions_of(request.seller)
    chosen = SubscriptionFilter(request.GET, queryset=found, marketplaces=marketplaces_of(request.seller))
    page = page_of(request, chosen.qs)
    shown = {
        "filter": chosen.form,
        "filtered": any(request.GET.get(name) for name in chosen.form.fields),
        "reset_url": reverse("control_panel:subscriptions"),
        "page": page,
        "rows": subscription_rows(page, request.seller, timezone.now()),
    }
    return render(request, "control_panel/subscriptions.html", shown)


@require_safe
@seller_area
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    """One subscription: whose it is, its terms, what waits, what was ordered, what happened."""
    found = one_of(subscriptions_of(request.seller).numbered(number), "subscription")
    shown = subscription_page(found, request.seller, timezone.now())
    return render(request, "control_panel/subscription.html", shown)
