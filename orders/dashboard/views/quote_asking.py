"""Asking for a quote: the open cart becomes a question to the seller."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companies.portal import customer_area, one_of
from config.kit.refused import Invalid, Late
from orders.dashboard.content.quote_ask import CHANGED, AskPage, ask_page
from orders.dashboard.views.cart import open_cart
from orders.lifecycle import CartStatus
from orders.models import Cart, Quote
from orders.services.quote_asking import ask_for_quote, check_may_ask


@require_http_methods(["GET", "HEAD", "POST"])
@customer_area
def ask(request: HttpRequest) -> HttpResponse:
    """The question about the open cart; a cart that went on meanwhile leads to what came of it."""
    check_may_ask(request.actor)
    posted = request.method == "POST"
    cart = _posted_cart(request) if posted else open_cart(request)
    if cart is None or cart.status != CartStatus.OPEN:
        return _what_came_of(cart)
    page = ask_page(cart, request.actor, timezone.now(), request.POST if posted else None)
    if not page.askable:
        return redirect("dashboard:cart")
    asked = _asked(page, request) if posted else None
    if asked is None:
        return render(request, "dashboard/quote_ask.html", page.context(), status=400 if page.form.errors else 200)
    said = f"You asked for a quote. It has the number {asked.number}; you get a mail as soon as there is an offer."
    messages.success(request, said)
    return redirect("dashboard:quote", asked.number)


def _posted_cart(request: HttpRequest) -> Cart:
    key = request.POST.get("cart", "").replace("\x00", "")
    carts = Cart.objects.owned_by(request.actor).filter(key=key)
    return one_of(carts.select_related("marketplace__owner"), "cart")


def _what_came_of(cart: Cart | None) -> HttpResponse:
    """The quote that was asked for this cart already, perhaps by the same hand twice; else the cart's page."""
    quote = Quote.objects.filter(cart=cart).first() if cart is not None else None
    return redirect("dashboard:quote", quote.number) if quote else redirect("dashboard:cart")


def _asked(page: AskPage, request: HttpRequest) -> Quote | None:
    """The new quote; a refusal is shown in the form."""
    if not page.form.is_valid():
        return None
    if request.POST.get("seen") != page.token:
        page.form.add_error(None, CHANGED)
        return None
    try:
        return ask_for_quote(actor=request.actor, cart_id=page.priced.cart.pk, wishes=page.form.wishes())
    except Invalid as refusal:
        page.form.blame(refusal)
    except Late as refusal:
        page.form.add_error(None, refusal.text)
    return None
