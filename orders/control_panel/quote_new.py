"""A quote for a customer who did not ask: where, and for whom."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from companies.models import Marketplace, Member
from companies.portal import page_of, refusals, seller_area
from config.kit.refused import NotYours
from orders.control_panel import quote_rows as rows
from orders.control_panel.behalf import whom
from orders.control_panel.quote_forms import CustomerFilter
from orders.services.quote_making import customers_of, make_quote


def back(request: HttpRequest) -> str:
    """A refusal is read where the customer is chosen, with the same choice of marketplace."""
    return request.get_full_path()


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=back)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a marketplace and a customer; the draft is then priced like any other quote."""
    places = _places(request)
    chosen = CustomerFilter(request.GET, places=places)
    here = chosen.marketplace_chosen()
    people = customers_of(request.seller, here) if here else Member.objects.none()
    if request.method == "POST":
        number = _made_for(request, here, people)
        messages.success(request, f"Quote {number} is a draft. Add lines, then open it.")
        return redirect("control_panel:quote", number)
    page = page_of(request, chosen.matching(people))
    shown = {
        "filter": chosen,
        "filtered": bool(request.GET.get("search")),
        "reset_url": reverse("control_panel:quote_new"),
        "marketplace": here,
        "page": page,
        "knows_nobody": not page.object_list and not people.exists(),
    }
    return render(request, "control_panel/quote_new.html", shown)


def _places(request: HttpRequest) -> list[Marketplace]:
    if not rows.prices_quotes(request.seller):
        raise NotYours("Quotes are for the sales and managers of your company.")
    return rows.selling_places(request.seller)


def _made_for(request: HttpRequest, here: Marketplace | None, people: QuerySet[Member]) -> str:
    """Begin a draft for the person who was chosen; returns its number."""
    wanted = whom(here, people, request.POST.get("customer", ""))
    return make_quote(actor=request.seller, marketplace=here, whom=wanted).number
