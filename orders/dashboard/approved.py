"""The two moves of an approval that order something: ordering owns them, the approval's page offers them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import re_path, reverse
from django.views.decorators.http import require_POST

from approvals.dashboard.forms import CommentForm
from approvals.dashboard.rows import readable_by
from companies.portal import KeyConverter, customer_area, one_of, refusals
from orders.models import Checkout
from orders.services.checkout import approve_and_order, place_approved_order


def back(request: HttpRequest, key: str, **address: Any) -> str:
    """A refusal is read on the page of the approval, where it shows how it stands now."""
    return reverse("dashboard:approval", args=[key])


@require_POST
@customer_area
@refusals(back=back)
def approve_and_place(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Say yes and order at once."""
    found = one_of(readable_by(request.actor).filter(key=key), "approval")
    typed = CommentForm(request.POST).typed()
    checkout = approve_and_order(
        actor=request.actor, approval_id=found.pk, comment=typed["comment"], seen_hash=typed["seen_hash"]
    ).settled()
    messages.success(request, f"Approved and ordered: {_numbers(checkout)}. {found.requester_name} is told.")
    return redirect("dashboard:approval", key)


@require_POST
@customer_area
@refusals(back=back)
def place(request: HttpRequest, key: str, move: str) -> HttpResponse:
    """Order what was approved."""
    found = one_of(readable_by(request.actor).filter(key=key), "approval")
    checkout = place_approved_order(actor=request.actor, approval_id=found.pk).settled()
    messages.success(request, f"Ordered: {_numbers(checkout)}.")
    return redirect("dashboard:approval", key)


def _numbers(checkout: Checkout) -> str:
    return ", ".join(order.number for order in checkout.orders.order_by("position"))


# The other moves of an approval have the same name: a button's address follows from its move alone.
urlpatterns = [
    re_path(rf"^approvals/(?P<key>{KeyConverter.regex})/(?P<move>{move})/$", view, name="approval_move")
    for move, view in (("approve_and_order", approve_and_place), ("place_order", place))
]
