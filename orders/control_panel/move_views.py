"""The seller's moves of an order as they are sent from its pages: each translates into one service call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from companies.portal import blame, one_of, refusals, seller_area
from config.kit.refused import Invalid
from orders.control_panel.forms import (
    CancelForm,
    CompleteForm,
    FailForm,
    HonourForm,
    NoteForm,
    RejectForm,
)
from orders.control_panel.page import open_lines
from orders.control_panel.rows import page_url
from orders.lifecycle import OrderMove
from orders.models import Order
from orders.services import delivery
from orders.services import review as reviews
from orders.standing import check, parties_of


def back(request: HttpRequest, number: str, **address: Any) -> str:
    """A refusal is read on the page of the order, where it shows how it stands now."""
    return reverse("control_panel:order", args=[number])


@require_POST
@seller_area
@refusals(back=back)
def approve(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Accept the order."""
    found = _found(request, number)
    form = HonourForm(request.POST) if "because" in request.POST else NoteForm(request.POST)
    said = {"note": form.typed()["comment"], "honour_reason": form.honour_reason()}
    reviews.approve_order(actor=request.seller, order_id=found.pk, **said)
    messages.success(request, f"Order {number} is accepted. {found.buyer_name} is told.")
    return redirect(page_url(found))


@require_POST
@seller_area
@refusals(back=back)
def reject(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Reject the order, with the reason the customer reads."""
    found, typed = _found(request, number), RejectForm(request.POST).typed()
    reviews.reject_order(actor=request.seller, order_id=found.pk, reason=typed["reason"], note=typed["note"])
    messages.success(request, f"Order {number} is rejected. {found.buyer_name} reads your reason.")
    return redirect(page_url(found))


@require_POST
@seller_area
@refusals(back=back)
def start(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Say that delivery has begun."""
    found = _found(request, number)
    delivery.start_order(actor=request.seller, order_id=found.pk)
    messages.success(request, f"The delivery of {number} has started.")
    return redirect(page_url(found))


@require_POST
@seller_area
@refusals(back=back)
def retry(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Have the failed lines delivered again."""
    found = _found(request, number)
    delivery.retry_order(actor=request.seller, order_id=found.pk)
    messages.success(request, f"The failed lines of {number} are to be delivered again.")
    return redirect(page_url(found))


@require_POST
@seller_area
@refusals(back=back)
def cancel(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Cancel the order, with the reason the customer reads."""
    found, typed = _found(request, number), CancelForm(request.POST).typed()
    delivery.cancel_order(actor=request.seller, order_id=found.pk, reason=typed["reason"])
    messages.success(request, f"Order {number} is cancelled. {found.buyer_name} is told.")
    return redirect(page_url(found))


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=back)
def complete(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Deliver lines, with what the customer needs to know."""
    found = _found(request, number)
    form = CompleteForm(_sent(request, found, OrderMove.COMPLETE), lines=open_lines(found))
    if request.method == "POST" and form.is_valid():
        given = {"line_ids": form.cleaned_data["lines"], "instructions": form.cleaned_data["instructions"]}
        try:
            delivery.complete_delivery(actor=request.seller, order_id=found.pk, links=form.links(), **given)
        except Invalid as refusal:
            blame(form, refusal)
        else:
            messages.success(request, f"Delivered. {found.buyer_name} is told once all of {number} is ready.")
            return redirect(page_url(found))
    shown = {"order": found, "form": form, "back_url": page_url(found)}
    return render(request, "control_panel/order_complete.html", shown, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=back)
def fail(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Say which lines could not be delivered, and why."""
    found = _found(request, number)
    form = FailForm(_sent(request, found, OrderMove.FAIL), lines=open_lines(found))
    if request.method == "POST" and form.is_valid():
        given = {"line_ids": form.cleaned_data["lines"], "instructions": form.cleaned_data["instructions"]}
        try:
            delivery.fail_delivery(actor=request.seller, order_id=found.pk, **given)
        except Invalid as refusal:
            blame(form, refusal)
        else:
            messages.success(request, f"Recorded. {found.buyer_name} is told once nothing of {number} is open.")
            return redirect(page_url(found))
    shown = {"order": found, "form": form, "back_url": page_url(found)}
    return render(request, "control_panel/order_fail.html", shown, status=400 if form.errors else 200)


def _found(request: HttpRequest, number: str) -> Order:
    return one_of(Order.objects.visible_to(request.seller).numbered(number), "order")


def _sent(request: HttpRequest, order: Order, move: OrderMove) -> QueryDict | None:
    """What was typed, None to show an empty form; raises `Late` or `NotYours` where the move is not open."""
    check(order, move, parties_of(order, request.seller))
    return request.POST if request.method == "POST" else None
