"""The cart: what is in it, changing its lines, and carts put aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Listing, offer_name
from companies.portal import cart_on, customer_area, one_of, page_before, refusals
from config.kit.refused import Missing
from config.kit.wording import quantity_text
from orders.dashboard.content.amounts import in_reader_language
from orders.dashboard.content.cart import cart_page
from orders.dashboard.content.shop import offers_on
from orders.models import Cart, CartLine
from orders.services import carts


def _back_to_cart(request: HttpRequest, **_: str) -> str:
    return reverse("dashboard:cart")


def _back(request: HttpRequest, **_: str) -> str:
    return page_before(request)


def open_cart(request: HttpRequest) -> Cart | None:
    """The reader's open cart on the marketplace where they shop, if there is one."""
    place = request.portal.marketplace
    return carts.current_cart(actor=request.actor, marketplace=place) if place else None


@require_safe
@customer_area
def cart(request: HttpRequest) -> HttpResponse:
    """The open cart with its ruling, and the carts that wait or were put aside."""
    place, now = request.portal.marketplace, timezone.now()
    places = request.portal.marketplaces
    shown = cart_page(open_cart(request), place, request.actor, now, places=places)
    return render(request, "dashboard/cart.html", shown)


@require_POST
@customer_area
@refusals(back=_back)
def add(request: HttpRequest) -> HttpResponse:
    """Put a product into the cart; the first one opens the cart."""
    place = request.portal.marketplace
    if place is None:
        raise Missing("There is no such product.")
    key = request.POST.get("listing", "").replace("\x00", "")
    listing: Listing = one_of(offers_on(place).filter(key=key), "product")
    quantity = carts.clean_quantity(request.POST.get("quantity", "1"))
    own = carts.current_cart(actor=request.actor, marketplace=place, create=True)
    trial = request.POST.get("trial") == "1"
    line = carts.add_line(actor=request.actor, cart_id=own.pk, listing_id=listing.pk, quantity=quantity, trial=trial)
    name = in_reader_language(offer_name(listing.product, listing.plan)) + (" (trial)" if trial else "")
    messages.success(request, f"{name} is in your cart: {quantity_text(line.quantity)} in all.")
    return redirect(page_before(request))


def _line(request: HttpRequest, key: str) -> CartLine:
    lines = CartLine.objects.filter(cart__in=Cart.objects.owned_by(request.actor), key=key)
    return one_of(lines.select_related("product"), "line in your cart")


@require_POST
@customer_area
@refusals(back=_back_to_cart)
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Set the quantity of a line."""
    line = _line(request, key)
    quantity = request.POST.get("quantity", "")
    carts.change_line(actor=request.actor, cart_id=line.cart_id, line_id=line.pk, quantity=quantity)
    messages.success(request, f"The quantity of {in_reader_language(line.product.name)} is changed.")
    return redirect("dashboard:cart")


@require_POST
@customer_area
@refusals(back=_back_to_cart)
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a line out."""
    line = _line(request, key)
    carts.remove_line(actor=request.actor, cart_id=line.cart_id, line_id=line.pk)
    messages.success(request, f"{in_reader_language(line.product.name)} is removed.")
    return redirect("dashboard:cart")


def _own_open(request: HttpRequest) -> Cart:
    own = open_cart(request)
    if own is None:
        raise Missing("You have no open cart here.")
    return own


@require_POST
@customer_area
@refusals(back=_back_to_cart)
def save(request: HttpRequest) -> HttpResponse:
    """Put the open cart aside."""
    carts.save_cart(actor=request.actor, cart_id=_own_open(request).pk)
    messages.success(request, "Your cart is put aside. You find it below and can restore it.")
    return redirect("dashboard:cart")


@require_POST
@customer_area
@refusals(back=_back_to_cart)
def empty(request: HttpRequest) -> HttpResponse:
    """Take everything out of the open cart."""
    carts.empty_cart(actor=request.actor, cart_id=_own_open(request).pk)
    messages.success(request, "Your cart is empty.")
    return redirect("dashboard:cart")


@require_POST
@customer_area
@refusals(back=_back_to_cart)
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Make a cart that was put aside the open one, on its marketplace."""
    wanted = one_of(Cart.objects.owned_by(request.actor).filter(key=key).select_related("marketplace"), "cart")
    carts.restore_cart(actor=request.actor, cart_id=wanted.pk)
    messages.success(request, "Your cart is back.")
    return redirect(cart_on(request, wanted.marketplace))


@require_POST
@customer_area
@refusals(back=_back_to_cart)
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw away a cart that was put aside."""
    wanted = one_of(Cart.objects.owned_by(request.actor).filter(key=key), "cart")
    carts.close_cart(actor=request.actor, cart_id=wanted.pk)
    messages.success(request, "The cart is thrown away.")
    return redirect("dashboard:cart")
