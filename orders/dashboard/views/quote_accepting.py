"""Accepting an offer: ordering it, or asking whoever has to approve it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from approvals.lifecycle import Status
from approvals.models import Approval
from companies.portal import customer_area, refusals
from config.kit.refused import Late
from orders.dashboard.content.amounts import joined
from orders.dashboard.content.quote_accept import accept_page
from orders.dashboard.quote_forms import PaymentForm, checked
from orders.dashboard.views.quotes import back, find
from orders.models import Checkout, Quote
from orders.quote_lifecycle import QuoteStatus
from orders.quote_standing import how_the_quote_stands
from orders.services.quote_accepting import choose_payment


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=back)
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Choose payment and delivery and order, or whom to ask; elsewhere where it is somebody else's to say."""
    found, posted = find(request, number), request.method == "POST"
    elsewhere = _elsewhere(request, found)
    if elsewhere:
        return redirect(elsewhere)
    page = accept_page(found, request.actor, timezone.now(), request.POST if posted else None)
    done = page.went_through(request.actor, request.POST.get("seen_hash", "")) if posted else None
    if done is None:
        return render(request, "dashboard/quote_accept.html", page.context(), status=400 if page.form.errors else 200)
    messages.success(request, _said(done))
    return redirect("dashboard:quote", number)


@require_POST
@customer_area
@refusals(back=back)
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Say how an offer is paid that was accepted elsewhere without a word about it."""
    found, form = find(request, number), PaymentForm(request.POST)
    checked(form)
    choose_payment(actor=request.actor, quote_id=found.pk, details=form.payment_details()).settled()
    messages.success(request, "Saved. The seller reads on the order how it is paid.")
    return redirect("dashboard:quote", number)


def _elsewhere(request: HttpRequest, quote: Quote) -> str:
    """Where to go instead: the request that waits, or the quote that is no open offer; empty to stay here.

    Raises `Late`, so that somebody who pressed the button reads what has become of it.
    """
    now, approval = timezone.now(), quote.approval
    waits = approval is not None and approval.status_at(now) == Status.PENDING
    if quote.status_at(now) is not QuoteStatus.OPEN:
        if request.method == "POST":
            raise Late(how_the_quote_stands(quote, now))
        return reverse("dashboard:quote", args=[quote.number])
    if approval is not None and (waits or quote.owner_id != request.actor.user_id):
        if request.method == "POST" and waits:
            messages.warning(request, f"{approval.approver_name} is already asked to approve this.")
        return reverse("dashboard:approval", args=[approval.key])
    return ""


def _said(done: Checkout | Approval) -> str:
    if isinstance(done, Approval):
        return f"{done.approver_name} is asked to approve this offer. You get a mail with the answer."
    return f"Accepted and ordered: {joined([order.number for order in done.orders.order_by('position')])}."
