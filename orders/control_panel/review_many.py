"""Several orders of the queue are approved or rejected at once: what is sent, what is asked, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from companies.actors import Actor
from companies.portal import blame, refusals, seller_area
from config.kit.refused import Invalid
from orders.control_panel import rows
from orders.control_panel.forms import RejectForm
from orders.lifecycle import OrderParty
from orders.models import Order
from orders.models.order import pk_of
from orders.services import review_many
from orders.services.review_many import Result
from orders.standing import parties_of_each

Values = dict[str, Any]

RESULTS = "review_results"
FILTER = "filter"


def selectable(orders: Sequence[Order], actor: Actor) -> set[str]:
    """The numbers of those of these waiting orders that the actor decides. One query."""
    pairs = zip(orders, parties_of_each(orders, actor), strict=True)
    return {order.number for order, parties in pairs if OrderParty.AUDITOR in parties}


def back(request: HttpRequest) -> str:
    """The queue, filtered as it was, from its first page: with what was decided, the present one may be gone."""
    kept = QueryDict(request.POST.get(FILTER, ""), mutable=True)
    kept.pop("page", None)
    return reverse("control_panel:review") + (f"?{kept.urlencode()}" if kept else "")


@require_POST
@seller_area
@refusals(back=back)
def approve(request: HttpRequest) -> HttpResponse:
    """Accept the chosen orders."""
    results = review_many.approve_many(actor=request.seller, numbers=request.POST.getlist("order"))
    return _told(request, "approved", results)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=back)
def reject(request: HttpRequest) -> HttpResponse:
    """Ask for the one reason the customers of the chosen orders read; with it, reject them.

    The page stands at this address, but what was chosen does not: without it one is back at the queue.
    """
    if request.method != "POST":
        return redirect("control_panel:review")
    numbers = request.POST.getlist("order")
    form = RejectForm(request.POST if "reason" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            results = review_many.reject_many(actor=request.seller, numbers=numbers, **form.cleaned_data)
        except Invalid as refusal:
            if refusal.field not in form.fields:
                raise
            blame(form, refusal)
        else:
            return _told(request, "rejected", results)
    found = rows.chosen_orders(request.seller, numbers)
    over = review_many.decided_meanwhile(actor=request.seller, numbers=numbers)
    if over and not found:
        return _told(request, "rejected", over)
    if not found:
        raise Invalid("Choose at least one order that waits.", field="order")
    shown = {
        "form": form,
        "rows": rows.order_rows(found, request.seller, timezone.now()),
        "orders": found,
        "over": [result.text for result in over],
        "filter": request.POST.get(FILTER, ""),
        "back_url": back(request),
    }
    return render(request, "control_panel/review_reject.html", shown, status=400 if form.errors else 200)


def results_of(request: HttpRequest) -> Values | None:
    """What became of the orders that were decided a moment ago; once."""
    kept: Values | None = request.session.pop(RESULTS, None)
    return kept


def _told(request: HttpRequest, word: str, results: list[Result]) -> HttpResponse:
    done = [result for result in results if result.done]
    count = f"{len(results)} order{'' if len(results) == 1 else 's'}"
    request.session[RESULTS] = {
        "title": f"{len(done)} of {count} {word}",
        "rows": [
            {
                "title": result.key,
                "url": reverse("control_panel:order", args=[result.key]) if pk_of(result.key) else "",
                "word": word.capitalize() if result.done else "Left as it was",
                "tone": ("good" if word == "approved" else "refused") if result.done else "waiting",
                "text": result.text,
            }
            for result in results
        ],
    }
    return redirect(back(request))
