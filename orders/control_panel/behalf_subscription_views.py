"""The pages on which sales and managers change subscriptions of their customers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from approvals.models import Approval
from companies.portal import one_of, page_of, refusals, seller_area
from orders.control_panel.behalf import behalf_tabs
from orders.control_panel.behalf_cart import placed_words
from orders.control_panel.behalf_subscriptions import behalf_change, customers_subscriptions, subscription_rows
from orders.services.on_behalf import check_orders_for_customers


def _list(request: HttpRequest, **_: str) -> str:
    return reverse("control_panel:behalf_subscriptions")


@require_safe
@seller_area
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The running subscriptions that the company sold."""
    check_orders_for_customers(request.seller)
    now = timezone.now()
    page = page_of(request, customers_subscriptions(request.seller, now))
    shown = {
        "page": page,
        "rows": subscription_rows(page, now),
        "tabs": behalf_tabs(request.seller, "behalf_subscriptions"),
    }
    return render(request, "control_panel/behalf_subscriptions.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=_list)
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Another plan or quantity for a customer: what comes of it, then ordering it or asking in their name."""
    check_orders_for_customers(request.seller)
    now, posted = timezone.now(), request.method == "POST"
    found = one_of(customers_subscriptions(request.seller, now).numbered(number), "subscription")
    page = behalf_change(found, request.seller, now, request.GET, request.POST if posted else None)
    done = page.went_through() if posted else None
    if done is None:
        status = 400 if page.page.is_wrong else 200
        return render(request, "control_panel/behalf_subscription.html", page.context(), status=status)
    if isinstance(done, Approval):
        messages.success(request, f"{done.approver_name} is asked in the name of {done.requester_name}, who is told.")
    else:
        messages.success(request, placed_words(done))
    return redirect("control_panel:behalf_subscriptions")
