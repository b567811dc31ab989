"""The checkout: choosing what is left to choose, ordering or asking, and what came of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from companies.portal import customer_area, one_of
from config.kit.refused import Invalid, Late
from orders.dashboard.content.checkout import (
    CHANGED,
    CheckoutPage,
    checkout_page,
    done_page,
    order_or_ask,
    taxed_anew,
)
from orders.dashboard.views.cart import open_cart
from orders.destination import OtherTaxes
from orders.lifecycle import CartStatus
from orders.models import Cart


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
def checkout(request: HttpRequest) -> HttpResponse:
    """The open cart's checkout; a cart that went on meanwhile leads to what came of it."""
    posted = request.method == "POST"
    cart = _posted_cart(request) if posted else open_cart(request)
    if cart is None:
        return redirect("dashboard:cart")
    if cart.status != CartStatus.OPEN:
        return redirect("dashboard:checkout_done", cart.key)
    page = checkout_page(cart, request.actor, timezone.now(), request.POST if posted else None)
    if not page.orderable:
        return redirect("dashboard:cart")
    try:
        if posted and _went_through(page, request):
            return redirect("dashboard:checkout_done", cart.key)
    except OtherTaxes as refusal:
        page = taxed_anew(page, refusal, request.actor, timezone.now(), request.POST)
    return render(request, "dashboard/checkout.html", page.context(), status=400 if page.form.errors else 200)


def _posted_cart(request: HttpRequest) -> Cart:
    key = request.POST.get("cart", "").replace("\x00", "")
    carts = Cart.objects.owned_by(request.actor).filter(key=key)
    return one_of(carts.select_related("marketplace__owner"), "cart")


def _went_through(page: CheckoutPage, request: HttpRequest) -> bool:
    """Order or ask; a refusal is shown in the form, but for taxes that the cart can take over (`OtherTaxes`)."""
    if not page.form.is_valid():
        return False
    if page.form.cleaned_data["seen"] != page.token:
        page.form.add_error(None, CHANGED)
        return False
    try:
        order_or_ask(page, request.actor)
    except (Invalid, Late) as refusal:
        if isinstance(refusal, OtherTaxes) and refusal.country:
            raise
        if Cart.objects.open().filter(pk=page.priced.cart.pk).exists():
            page.form.blame(refusal)
            return False
        # Somebody, perhaps the same hand twice, was faster with this very cart.
    return True


@require_safe
@customer_area
def done(request: HttpRequest, key: str) -> HttpResponse:
    """What came of a cart that was ordered or asked about."""
    cart = one_of(Cart.objects.owned_by(request.actor).filter(key=key), "cart")
    shown = done_page(cart, request.actor, timezone.now())
    if shown is None:
        return redirect("dashboard:cart")
    return render(request, "dashboard/checkout_done.html", shown)
