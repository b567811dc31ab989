"""The two moves of an approval that order something: ordering owns them, the approval's page offers them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import re_path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from approvals.dashboard.buttons import page_url
from approvals.dashboard.details_forms import OpenDetailsForm
from approvals.dashboard.differences import telling_in_words
from approvals.dashboard.rows import readable_by
from approvals.dashboard.things import thing_of
from approvals.lifecycle import Move
from approvals.models import Approval
from approvals.standing import check, standing_towards
from companies.portal import KeyConverter, blame, customer_area, one_of, refusals
from config.kit.refused import Invalid
from orders.models import Checkout
from orders.services.checkout import approve_and_order, place_approved_order


def back(request: HttpRequest, key: str, **address: Any) -> str:
    """A refusal is read on the page of the approval, where it shows how it stands now."""
    return reverse("dashboard:approval", args=[key])


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=back)
def approve_and_place(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Say yes and order at once; what the request left open is chosen first."""
    found, form = _asked(request, key, Move.APPROVE_AND_ORDER)
    if request.method == "POST" and form.is_valid():
        said = {"comment": form.cleaned_data["comment"], "seen_hash": form.cleaned_data["seen_hash"]}
        try:
            with telling_in_words(found):
                checkout = approve_and_order(
                    actor=request.actor, approval_id=found.pk, details=form.details(), **said
                ).settled()
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, f"Approved and ordered: {_numbers(checkout)}. {found.requester_name} is told.")
            return redirect(page_url(found))
    return _page(request, found, form, "Approve and place order")


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
@refusals(back=back)
def place(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Order what was approved; what the request left open is chosen first."""
    found, form = _asked(request, key, Move.PLACE_ORDER)
    if request.method == "POST" and form.is_valid():
        try:
            with telling_in_words(found):
                checkout = place_approved_order(
                    actor=request.actor, approval_id=found.pk, details=form.details()
                ).settled()
        except Invalid as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, f"Ordered: {_numbers(checkout)}.")
            return redirect(page_url(found))
    return _page(request, found, form, "Place order")


def _asked(request: HttpRequest, key: str, move: Move) -> tuple[Approval, OpenDetailsForm]:
    """The approval and the form for what it left open; raises `Late` or `NotYours` before a form is shown."""
    found = one_of(readable_by(request.actor).filter(key=key), "approval")
    now = timezone.now()
    if request.method != "POST":
        check(found, move, standing_towards(found, request.actor), now)
    typed = request.POST if request.method == "POST" else None
    deciding = move is Move.APPROVE_AND_ORDER
    return found, OpenDetailsForm(typed, approval=found, today=now.date(), deciding=deciding)


def _blame(form: OpenDetailsForm, refusal: Invalid) -> None:
    """Show the refusal at a field of the form; what is no field of it is read on the page of the approval."""
    if form.WIRE_NAMES.get(refusal.field, refusal.field) not in form.fields:
        raise refusal
    blame(form, refusal, form.WIRE_NAMES)


def _page(request: HttpRequest, approval: Approval, form: OpenDetailsForm, label: str) -> HttpResponse:
    """The form; without anything to choose, the page of the approval has the button already."""
    if not form.missing and not form.errors:
        return redirect(page_url(approval))
    shown = {
        "approval": approval,
        "form": form,
        "label": label,
        "back_url": page_url(approval),
        "has_details": thing_of(approval).takes_details,
    }
    return render(request, "dashboard/approval_order.html", shown, status=400 if form.errors else 200)


def _numbers(checkout: Checkout) -> str:
    return ", ".join(order.number for order in checkout.orders.order_by("position"))


# The other moves of an approval have the same name: a button's address follows from its move alone.
urlpatterns = [
    re_path(rf"^approvals/(?P<key>{KeyConverter.regex})/(?P<move>{move})/$", view, name="approval_move")
    for move, view in (("approve_and_order", approve_and_place), ("place_order", place))
]
