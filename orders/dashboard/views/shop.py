"""The shop: what is on sale on the reader's marketplace, and one product of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companies.portal import customer_area, form_again, kept_input, one_of, page_of
from companies.roles import Role
from config.kit.refused import Missing
from orders.dashboard.content.shop import cards, categories_on, offers_on, one_per_product, product_page
from orders.dashboard.forms import QuantityForm, ShopFilter

PAGE_SIZE = 24


@require_safe
@customer_area
def shop(request: HttpRequest) -> HttpResponse:
    """Offers of the marketplace, filtered by words and category."""
    place = request.marketplace
    if not place:
        return render(request, "dashboard/shop.html", {"places": []})
    offers = one_per_product(offers_on(place), place)
    found = ShopFilter(request.GET, queryset=offers, categories=categories_on(place))
    page = page_of(request, found.qs, PAGE_SIZE)
    shown = {
        "place": place,
        "places": request.portal.marketplaces,
        "filter": found.form,
        "page": page,
        "products": cards(page, place),
        "looks_around": request.actor.role is Role.CONTACT,
        "filtered": any(request.GET.get(name) for name in ("q", "category")),
    }
    return render(request, "dashboard/shop.html", shown)


@require_safe
@customer_area
def product(request: HttpRequest, key: str) -> HttpResponse:
    """One offer, with how much of it goes into the cart."""
    if not request.marketplace:
        raise Missing("There is no such product.")
    listing = one_of(offers_on(request.marketplace).filter(key=key), "product")
    form = form_again(QuantityForm, kept_input(request))
    shown = product_page(listing, request.marketplace, timezone.now())
    return render(
        request, "dashboard/product.html", {**shown, "form": form, "looks_around": request.actor.role is Role.CONTACT}
    )
