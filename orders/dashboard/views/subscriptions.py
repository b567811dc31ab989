"""Subscriptions as the customer sees them: the list, one of them, changing it, and ending it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals.models import Approval
from companies.portal import customer_area, one_of, page_of, refusals
from config.kit.refused import Missing
from orders.auditors import reviewer_of
from orders.dashboard.content.amounts import joined
from orders.dashboard.content.subscription import end_page, subscription_page
from orders.dashboard.content.subscription_change import change_page
from orders.dashboard.content.subscriptions import own_subscriptions, subscription_rows
from orders.dashboard.subscription_forms import SubscriptionFilter, TerminateForm
from orders.models import Checkout, Subscription
from orders.services.subscription_changing import take_back_change
from orders.services.subscription_ending import resume_renewing, stop_renewing, terminate
from orders.subscription_lifecycle import SubscriptionMove
from orders.subscription_standing import check_subscription

MOVES = {
    "stop": (stop_renewing, "It is not renewed any more and ends with its period. The seller is told."),
    "resume": (resume_renewing, "It is renewed after all. The seller is told."),
    "withdraw": (take_back_change, "The change is taken back. The subscription stays as it is."),
}


def _back(request: HttpRequest, number: str, **_: str) -> str:
    """A refusal is read on the page of the subscription, where it shows how it stands now."""
    return reverse("dashboard:subscription", args=[number])


def _find(request: HttpRequest, number: str) -> Subscription:
    found = Subscription.objects.visible_to(request.actor).numbered(number)
    parts = ("product__tax_class", "plan", "seller", "vendor", "company", "marketplace", "owner")
    return one_of(found.select_related(*parts), "subscription")


@require_safe
@customer_area
def subscriptions(request: HttpRequest) -> HttpResponse:
    """My subscriptions, for an admin the company's; filtered by status."""
    now = timezone.now()
    found = SubscriptionFilter(request.GET, queryset=own_subscriptions(request.actor, now))
    page = page_of(request, found.qs)
    shown = {
        "filter": found.form,
        "filtered": bool(request.GET.get("status")),
        "page": page,
        "rows": subscription_rows(page, request.actor, now),
    }
    return render(request, "dashboard/subscriptions.html", shown)


@require_safe
@customer_area
def subscription(request: HttpRequest, number: str) -> HttpResponse:
    """One subscription: how it stands, what waits, what happened, what can be done."""
    shown = subscription_page(_find(request, number), request.actor, timezone.now())
    return render(request, "dashboard/subscription.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=_back)
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Another plan or quantity: what it costs and who has to approve it, then ordering it or asking."""
    found, posted = _find(request, number), request.method == "POST"
    page = change_page(found, request.actor, timezone.now(), request.GET, request.POST if posted else None)
    done = page.went_through() if posted else None
    if done is None:
        status = 400 if page.is_wrong else 200
        return render(request, "dashboard/subscription_change.html", page.context(), status=status)
    messages.success(request, _said(done))
    return redirect("dashboard:subscription", number)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=_back)
def end(request: HttpRequest, number: str) -> HttpResponse:
    """Terminate it, once it was read what that does."""
    found, now = _find(request, number), timezone.now()
    check_subscription(found, SubscriptionMove.TERMINATE, request.actor, now)
    form = TerminateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        terminate(actor=request.actor, subscription_id=found.pk, comment=form.cleaned_data["comment"])
        messages.success(request, f"Subscription {number} is terminated. {found.seller.name} is told.")
        return redirect("dashboard:subscription", number)
    shown = {**end_page(found, request.actor, now), "form": form}
    return render(request, "dashboard/subscription_terminate.html", shown, status=400 if form.errors else 200)


@require_POST
@customer_area
@refusals(back=_back)
def move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Stop or resume its renewal, or take back the change that waits."""
    if move not in MOVES:
        raise Missing("There is no such move.")
    service, said = MOVES[move]
    service(actor=request.actor, subscription_id=_find(request, number).pk)
    messages.success(request, said)
    return redirect("dashboard:subscription", number)


def _said(done: Checkout | Approval) -> str:
    if isinstance(done, Approval):
        return f"{done.approver_name} is asked to approve the change. You get a mail with the answer."
    orders = list(done.orders.select_related("auditing_company", "marketplace").order_by("position"))
    ordered = f"Ordered: {joined([order.number for order in orders])}."
    reviewing = [reviewer_of(order) for order in orders if order.status == "to_be_approved"]
    return f"{ordered} {joined(reviewing)} reviews it; nothing changes before." if reviewing else ordered
