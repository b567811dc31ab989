"""A quote for a customer who did not ask: where, and for whom."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from companies.models import Customer, Marketplace, Member
from companies.portal import page_of, refusals, seller_area
from config.kit.refused import Invalid, NotYours
from orders.control_panel import quote_rows as rows
from orders.control_panel.quote_forms import CustomerFilter
from orders.services.quote_making import ForWhom, customers_of, make_quote


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
    people = customers_of(request.seller, here) if here else []
    if request.method == "POST":
        number = _made_for(request, here, people)
        messages.success(request, f"Quote {number} is a draft. Add lines, then open it.")
        return redirect("control_panel:quote", number)
    shown = {
        "filter": chosen,
        "filtered": bool(request.GET.get("search")),
        "reset_url": reverse("control_panel:quote_new"),
        "marketplace": here,
        "page": page_of(request, chosen.matching(people)),
        "knows_nobody": not people,
    }
    return render(request, "control_panel/quote_new.html", shown)


def _places(request: HttpRequest) -> list[Marketplace]:
    if not rows.prices_quotes(request.seller):
        raise NotYours("Quotes are for the sales and managers of your company.")
    return rows.selling_places(request.seller)


def _made_for(request: HttpRequest, here: Marketplace | None, people: Sequence[Member]) -> str:
    """Begin a draft for the person who was chosen; returns its number."""
    wanted = request.POST.get("customer", "")
    member = next((each for each in people if str(each.pk) == wanted), None)
    customer = Customer.objects.filter(tenant_id=here.tenant_id, user_id=member.user_id).first() if member else None
    if here is None or member is None or customer is None:
        raise Invalid("Choose one of the customers of this list.", field="customer")
    whom = ForWhom(customer.number, member.company.key)
    return make_quote(actor=request.seller, marketplace=here, whom=whom).number
