"""The pages on which managers say which products and offers are reviewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from catalog.control_panel.flags import ALL, FlagFilter, FlagForm, offer_rows, offers_of, product_rows, products_of
from catalog.services.review_flags import MOST_AT_ONCE, flag_listings, flag_products
from companies.control_panel.settings import changes_shown, has_settings, places_to_set, settings_tabs
from companies.models import Change
from companies.portal import blame, page_of, seller_area
from companies.roles import CompanyKind
from config.kit.refused import Invalid, Missing, NotYours

PAGE_SIZE = 50
AS_MARKETPLACE, AS_PRODUCT = "As the marketplace says", "As the product says"


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
def products(request: HttpRequest) -> HttpResponse:
    """A vendor's products, for platform staff all: whether orders for them are reviewed."""
    _check_manages(request)
    if not request.seller.platform and request.seller.company_kind is not CompanyKind.VENDOR:
        raise Missing("There is no such page.")
    changes = Change.objects.filter(kind="product.review_set", tenant_id=request.seller.tenant_id)
    if not request.seller.platform:
        changes = changes.filter(company_id=request.seller.company_id)
    chosen = FlagFilter(request.GET, inherited=AS_MARKETPLACE)
    rows = chosen.matching(products_of(request.seller))

    def save(ids: list[int], typed: dict[str, Any]) -> int:
        return len(flag_products(actor=request.seller, product_ids=ids, **typed))

    shown = {"noun": "product", "changes": changes, "heading": "your products"}
    return _page(request, chosen, rows, AS_MARKETPLACE, save, shown, lambda page: product_rows(page, request.seller))


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
def offers(request: HttpRequest, key: str) -> HttpResponse:
    """What is on sale on a reseller's marketplace: whether orders for it are reviewed there."""
    _check_manages(request)
    place = next((each for each in places_to_set(request.seller) if each.key == key), None)
    if place is None or place.owner_id is None:
        raise Missing("There is no such marketplace.")
    chosen = FlagFilter(request.GET, inherited=AS_PRODUCT)
    rows = chosen.matching(offers_of(request.seller, place), "product__")

    def save(ids: list[int], typed: dict[str, Any]) -> int:
        return len(flag_listings(actor=request.seller, listing_ids=ids, **typed))

    changes = Change.objects.filter(kind="listing.review_set", marketplace=place)
    shown = {"noun": "offer", "changes": changes, "heading": f"the offers of {place.name}"}
    return _page(request, chosen, rows, AS_PRODUCT, save, shown, offer_rows)


def _check_manages(request: HttpRequest) -> None:
    if not has_settings(request.seller):
        raise NotYours("Settings are for the managers of your company.")


def _page(
    request: HttpRequest,
    chosen: FlagFilter,
    rows: QuerySet[Any],
    inherited: str,
    save: Callable[[list[int], dict[str, Any]], int],
    shown: dict[str, Any],
    as_rows: Callable[[Any], list[dict[str, Any]]],
) -> HttpResponse:
    """The list with its filter; sent, the flag of the chosen rows is set."""
    form = FlagForm(request.POST if request.method == "POST" else None, inherited=inherited)
    if form.is_bound and form.is_valid() and _saved(request, form, rows, save, shown["noun"]):
        return redirect(request.get_full_path())
    page = page_of(request, rows, PAGE_SIZE)
    values = {
        **shown,
        "form": form,
        "filter": chosen,
        "filtered": any(request.GET.get(name) for name in chosen.fields),
        "reset_url": request.path,
        "page": page,
        "rows": as_rows(page),
        "selected": request.POST.getlist("selected") if form.is_bound else [],
        "can_take_all": page.paginator.num_pages > 1 and page.paginator.count <= MOST_AT_ONCE,
        "tabs": settings_tabs(request.seller, places_to_set(request.seller), request.path),
        "events": changes_shown(shown["changes"]),
    }
    return render(request, "control_panel/settings_flags.html", values, status=400 if form.errors else 200)


def _saved(
    request: HttpRequest,
    form: FlagForm,
    rows: QuerySet[Any],
    save: Callable[[list[int], dict[str, Any]], int],
    noun: str,
) -> bool:
    """Set the flag of those that were selected, or of all that the filter finds."""
    if request.POST.get("scope") == ALL:
        ids = list(rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    else:
        ids = [int(each) for each in request.POST.getlist("selected") if each.isdecimal() and len(each) < 19]
    try:
        count = save(ids, form.cleaned_data)
    except Invalid as refusal:
        blame(form, refusal)
        return False
    word = noun if count == 1 else f"{noun}s"
    messages.success(request, f"{count} {word} changed." if count else "They were all set like this already.")
    return True
