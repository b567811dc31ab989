"""Orders as the customer sees them: the list, one order, and the moves that are the customer's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from companies.portal import cart_on, customer_area, kept_input, one_of, page_of, refusals
from config.kit.refused import Missing
from orders.dashboard.content.amounts import in_reader_language, joined
from orders.dashboard.content.order import order_page
from orders.dashboard.content.orders import order_rows, own_orders
from orders.dashboard.forms import OrderFilter
from orders.history_csv import history_csv
from orders.models import Order
from orders.services.again import order_again
from orders.services.delivery import cancel_order
from orders.services.review import withdraw_order

MOVES = {
    "withdraw": (withdraw_order, "Order {number} is withdrawn."),
    "cancel": (cancel_order, "Order {number} is cancelled."),
}


def _back(request: HttpRequest, number: str, **_: str) -> str:
    return reverse("dashboard:order", args=[number])


def _find(request: HttpRequest, number: str) -> Order:
    orders = Order.objects.visible_to(request.actor).numbered(number)
    return one_of(
        orders.select_related("checkout__approval", "review", "auditing_company", "vendor", "company", "marketplace"),
        "order",
    )


@require_safe
@customer_area
def orders(request: HttpRequest) -> HttpResponse:
    """My orders, for an admin the company's; filtered by status."""
    found = OrderFilter(request.GET, queryset=own_orders(request.actor))
    page = page_of(request, found.qs)
    shown = {
        "filter": found.form,
        "filtered": bool(request.GET.get("status")),
        "page": page,
        "rows": order_rows(page, request.actor),
    }
    return render(request, "dashboard/orders.html", shown)


@require_safe
@customer_area
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: how it stands, what comes next, what happened."""
    found = _find(request, number)
    return render(request, "dashboard/order.html", order_page(found, request.actor, kept_input(request)))


@require_safe
@customer_area
def history(request: HttpRequest, number: str) -> HttpResponse:
    """What happened to the order, as a file."""
    found = _find(request, number)
    return history_csv(found, found.events.order_by("number"), inside=False)


@require_POST
@customer_area
@refusals(back=_back)
def move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Withdraw or cancel."""
    if move not in MOVES:
        raise Missing("There is no such move.")
    service, said = MOVES[move]
    done = service(actor=request.actor, order_id=_find(request, number).pk, reason=request.POST.get("reason", ""))
    messages.success(request, said.format(number=done.number))
    return redirect("dashboard:order", number)


@require_POST
@customer_area
@refusals(back=_back)
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Put the same lines into the cart."""
    found = _find(request, number)
    copied = order_again(actor=request.actor, order_id=found.pk)
    if copied.left_out:
        names = joined([in_reader_language(line.name) for line in copied.left_out])
        messages.warning(request, f"Not sold any more, and left out: {names}.")
    if copied.added:
        messages.success(request, f"The lines of {found.number} are in your cart, at today's prices.")
    return redirect(cart_on(request, found.marketplace))
