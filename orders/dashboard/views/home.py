"""The dashboard's first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companies.portal import customer_area
from orders.dashboard.content.home import home_page


@require_safe
@customer_area
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, what I wait for, and where to begin."""
    return render(request, "dashboard/home.html", home_page(request.actor, timezone.now()))
