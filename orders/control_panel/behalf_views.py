"""The pages on which sales and managers order for their customers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from approvals.models import Approval
from catalog.models import Listing
from companies.models import Member
from companies.portal import one_of, page_before, page_of, refusals, seller_area
from config.kit.refused import Invalid, Late
from config.kit.wording import quantity_text
from orders.control_panel import behalf as lists
from orders.control_panel import rows
from orders.control_panel.behalf_cart import (
    CHANGED,
    BehalfPage,
    cart_page,
    checkout_page,
    held_page,
    offer_cards,
    offers_for_customers,
    order_or_ask,
    placed_words,
    taxed_anew,
)
from orders.control_panel.filters import OrderedFilter
from orders.control_panel.quote_forms import CustomerFilter
from orders.control_panel.quote_rows import selling_places
from orders.dashboard.content.amounts import in_reader_language
from orders.dashboard.content.shop import categories_on
from orders.dashboard.forms import ShopFilter
from orders.destination import OtherTaxes
from orders.lifecycle import CartStatus
from orders.models import Cart, CartLine, Checkout
from orders.services import carts
from orders.services.on_behalf import check_orders_for_customers, prepare_cart, quote_of_prepared
from orders.services.quote_making import customers_of

OFFERS = 12


def _back(request: HttpRequest, **_: str) -> str:
    return page_before(request)


def _same(request: HttpRequest, **_: str) -> str:
    return request.get_full_path()


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=_same)
def customers(request: HttpRequest) -> HttpResponse:
    """Choose a customer of one's own; what is prepared for them then is the company's."""
    check_orders_for_customers(request.seller)
    chosen = CustomerFilter(request.GET, places=selling_places(request.seller))
    here = chosen.marketplace_chosen()
    people = customers_of(request.seller, here) if here else Member.objects.none()
    if request.method == "POST":
        wanted = lists.whom(here, people, request.POST.get("customer", ""))
        cart = prepare_cart(actor=request.seller, marketplace=here, whom=wanted)
        return redirect("control_panel:behalf_cart", cart.key)
    page = page_of(request, chosen.matching(people))
    shown = {
        "filter": chosen,
        "filtered": bool(request.GET.get("search")),
        "reset_url": request.path,
        "marketplace": here,
        "page": page,
        "knows_nobody": not page.object_list and not people.exists(),
        "tabs": lists.behalf_tabs(request.seller, "behalf_customers"),
    }
    return render(request, "control_panel/behalf_customers.html", shown)


@require_safe
@seller_area
def prepared(request: HttpRequest) -> HttpResponse:
    """The carts that are being prepared, and those sent for approval."""
    check_orders_for_customers(request.seller)
    page = page_of(request, lists.prepared(request.seller).prefetch_related("held_for"))
    shown = {
        "page": page,
        "rows": lists.cart_rows(list(page), timezone.now()),
        "tabs": lists.behalf_tabs(request.seller, "behalf_carts"),
    }
    return render(request, "control_panel/behalf_carts.html", shown)


@require_safe
@seller_area
def orders(request: HttpRequest) -> HttpResponse:
    """What the company's people ordered for customers."""
    check_orders_for_customers(request.seller)
    chosen = rows.order_filter(request.seller, request.GET, OrderedFilter)
    page = page_of(request, lists.ordered_for_customers(request.seller, chosen))
    shown = {
        "filter": chosen.form,
        "filtered": chosen.is_used,
        "reset_url": request.path,
        "page": page,
        "rows": lists.order_rows(page, request.seller, timezone.now()),
        "tabs": lists.behalf_tabs(request.seller, "behalf_orders"),
    }
    return render(request, "control_panel/behalf_orders.html", shown)


@require_safe
@seller_area
def cart(request: HttpRequest, key: str) -> HttpResponse:
    """A prepared cart with the offers to put into it; one that went on leads to what came of it."""
    found = _cart(request, key)
    if found.status == CartStatus.CLOSED:
        return _after(request, found)
    if found.status == CartStatus.HELD:
        return render(request, "control_panel/behalf_held.html", held_page(found, timezone.now()))
    place = found.marketplace
    sold = ShopFilter(
        request.GET, queryset=offers_for_customers(request.seller, place), categories=categories_on(place)
    )
    page = page_of(request, sold.qs, OFFERS)
    shown = {
        **cart_page(found, request.seller, timezone.now()),
        "is_aside": found.status == CartStatus.SAVED,
        "filter": sold.form,
        "filtered": any(request.GET.get(name) for name in ("q", "category")),
        "page": page,
        "offers": offer_cards(list(page)),
    }
    return render(request, "control_panel/behalf_cart.html", shown)


def _cart(request: HttpRequest, key: str) -> Cart:
    check_orders_for_customers(request.seller)
    return one_of(Cart.objects.prepared_by(request.seller).select_related("held_for").filter(key=key), "cart")


def _after(request: HttpRequest, found: Cart) -> HttpResponse:
    """What came of a cart that is closed: its order, else the list of carts."""
    order = rows.orders_of(request.seller).filter(checkout__cart=found).order_by("position").first()
    if order is not None:
        return redirect("control_panel:order", order.number)
    messages.info(request, "This cart is closed.")
    return redirect("control_panel:behalf_carts")


@require_POST
@seller_area
@refusals(back=_back)
def add(request: HttpRequest, key: str) -> HttpResponse:
    """Put an offer into a prepared cart, to be paid or to be tried."""
    found = _cart(request, key)
    wanted = request.POST.get("listing", "").replace("\x00", "")
    listing: Listing = one_of(
        offers_for_customers(request.seller, found.marketplace).filter(key=wanted), "product here"
    )
    line = carts.add_line(
        actor=request.seller,
        cart_id=found.pk,
        listing_id=listing.pk,
        quantity=request.POST.get("quantity", "1"),
        trial=request.POST.get("do") == "try",
    )
    name = in_reader_language(listing.product.name)
    messages.success(request, f"{name} is in the cart: {quantity_text(line.quantity)} in all.")
    return redirect(page_before(request))


def _line(request: HttpRequest, key: str, line: str) -> CartLine:
    lines = CartLine.objects.filter(cart=_cart(request, key), key=line)
    return one_of(lines.select_related("product"), "line in this cart")


@require_POST
@seller_area
@refusals(back=_back)
def change(request: HttpRequest, key: str, line: str) -> HttpResponse:
    """Set the quantity of a line."""
    found, quantity = _line(request, key, line), request.POST.get("quantity", "")
    carts.change_line(actor=request.seller, cart_id=found.cart_id, line_id=found.pk, quantity=quantity)
    messages.success(request, f"The quantity of {in_reader_language(found.product.name)} is changed.")
    return redirect("control_panel:behalf_cart", key)


@require_POST
@seller_area
@refusals(back=_back)
def remove(request: HttpRequest, key: str, line: str) -> HttpResponse:
    """Take a line out."""
    found = _line(request, key, line)
    carts.remove_line(actor=request.seller, cart_id=found.cart_id, line_id=found.pk)
    messages.success(request, f"{in_reader_language(found.product.name)} is removed.")
    return redirect("control_panel:behalf_cart", key)


@require_POST
@seller_area
@refusals(back=_back)
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Go on with a cart that came back while another was begun."""
    carts.restore_cart(actor=request.seller, cart_id=_cart(request, key).pk)
    return redirect("control_panel:behalf_cart", key)


@require_POST
@seller_area
@refusals(back=_back)
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw a prepared cart away."""
    carts.close_cart(actor=request.seller, cart_id=_cart(request, key).pk)
    messages.success(request, "The cart is thrown away.")
    return redirect("control_panel:behalf_carts")


@require_POST
@seller_area
@refusals(back=_back)
def quote(request: HttpRequest, key: str) -> HttpResponse:
    """Make a draft of a quote of what was prepared."""
    made = quote_of_prepared(actor=request.seller, cart_id=_cart(request, key).pk)
    messages.success(request, f"Quote {made.number} is a draft with these lines. Price it, then open it.")
    return redirect("control_panel:quote", made.number)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
@refusals(back=lambda request, key: reverse("control_panel:behalf_cart", args=[key]))
def checkout(request: HttpRequest, key: str) -> HttpResponse:
    """Choose what is left to choose; then it is ordered, or sent as the customer's request."""
    found, posted = _cart(request, key), request.method == "POST"
    if found.status != CartStatus.OPEN:
        return redirect("control_panel:behalf_cart", key)
    page = checkout_page(found, request.seller, timezone.now(), request.POST if posted else None)
    if not page.orderable:
        return redirect("control_panel:behalf_cart", key)
    try:
        if posted and _went_through(page, request):
            return redirect("control_panel:behalf_cart", key)
    except OtherTaxes as refusal:
        page = taxed_anew(page, refusal, request.seller, timezone.now(), request.POST)
    status = 400 if page.form.errors else 200
    return render(request, "control_panel/behalf_checkout.html", page.context(), status=status)


def _went_through(page: BehalfPage, request: HttpRequest) -> bool:
    """Order or ask; a refusal is shown in the form, but for taxes that the cart can take over (`OtherTaxes`)."""
    if not page.form.is_valid():
        return False
    if page.form.cleaned_data["seen"] != page.token:
        page.form.add_error(None, CHANGED)
        return False
    try:
        messages.success(request, _said(order_or_ask(page, request.seller)))
    except (Invalid, Late) as refusal:
        if isinstance(refusal, OtherTaxes) and refusal.country:
            raise
        if Cart.objects.open().filter(pk=page.priced.cart.pk).exists():
            page.form.blame(refusal)
            return False
        messages.warning(request, refusal.text)  # somebody, perhaps the same hand twice, was faster
    return True


def _said(made: Checkout | Approval) -> str:
    if isinstance(made, Checkout):
        return placed_words(made)
    return f"{made.approver_name} is asked in the name of {made.requester_name}, who is told. Nothing is ordered yet."
