"""What is left to choose before a cart is ordered or asked about, and what came of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval, SubjectKind
from approvals.policy import Ruling, Verdict
from approvals.services import request_approval
from catalog.tax import rate_by_code
from companies.actors import Actor
from config.kit.refused import Invalid
from config.kit.wording import moment_text
from orders.auditors import reviewer_of
from orders.dashboard.checkout_form import (
    CheckoutForm,
    locations_of,
    method_choice,
    methods_of,
    windows_of,
)
from orders.dashboard.content.amounts import Values, count_of, joined, label_of
from orders.dashboard.content.cart import cart_lines, ruling_of, seen_token
from orders.dashboard.content.order import expectation
from orders.dashboard.content.splits import split_words
from orders.destination import OtherTaxes
from orders.lifecycle import CartStatus, OrderStatus
from orders.models import Cart, Checkout, Order
from orders.priced import PricedCart, priced_cart
from orders.pricing import price_shipping
from orders.services.cart_changes import change_cart
from orders.services.cart_opening import CartFields
from orders.services.checkout import place_order

CHANGED = "Your cart has changed since you opened this page. This is how it is now: check it and go on."


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """A cart about to be ordered, with the policy's ruling and the form of what is left to choose."""

    priced: PricedCart
    ruling: Ruling
    shown: Values
    methods: list[dict[str, Any]]
    form: CheckoutForm

    @property
    def orderable(self) -> bool:
        """There is something to order that can be bought, by somebody who may order or ask."""
        may = self.ruling.verdict is not Verdict.FORBIDDEN
        return may and bool(self.priced.lines) and not self.priced.problems

    @property
    def token(self) -> str:
        """What the reader has seen, as a word."""
        return seen_token(self.priced, self.ruling, self.methods)

    def context(self) -> Values:
        """The values of the template."""
        chosen = self.form.chosen_method()
        others = [method for method in self.methods if method is not chosen]
        return {
            **self.shown,
            "cart": self.priced.cart,
            "form": self.form,
            "token": self.token,
            **split_words(
                self.priced,
                shipping=chosen["gross"] if chosen else None,
                asks=self.ruling.verdict is Verdict.NEEDS_APPROVAL,
            ),
            "summary_title": count_of(len(self.priced.lines), "line"),
            "button": _button(self.ruling),
            "sums": [*self.shown["totals"][:-1], lines_sum(self.priced), *sums_of(chosen, others)],
            "asks": not self.ruling.permitted,
        }


def checkout_page(cart: Cart, actor: Actor, now: datetime, typed: Any = None) -> CheckoutPage:
    """The page for an open cart; the number of queries depends on the shipping methods alone."""
    priced = priced_cart(cart, now)
    ruled = ruling_of(priced, actor)
    methods = shipping_choices(priced, now)
    place = cart.marketplace
    form = CheckoutForm(
        typed,
        locations=locations_of(actor),
        methods=methods,
        windows=windows_of(place, now.date()),
        eligible=ruled["ruling"].eligible,
        initial={"ship_contactName": actor.name, "ship_country": place.country, "bill_country": place.country},
    )
    return CheckoutPage(priced, ruled["ruling"], {**cart_lines(priced, editable=False), **ruled}, methods, form)


def order_or_ask(page: CheckoutPage, actor: Actor) -> Checkout | Approval:
    """Order the cart where the ruling is free, else put the question to the chosen approver.

    Raises what the services refuse; `Late` where the total is not the one that was seen.
    """
    cart, details = page.priced.cart, page.form.details()
    if page.ruling.permitted:
        chosen = page.form.methods[page.form.cleaned_data["shipping"]]
        return place_order(actor=actor, cart_id=cart.pk, details=details, seen_total=str(chosen["total"])).settled()
    return request_approval(
        actor=actor,
        kind=SubjectKind.CART_CHECKOUT,
        subject_id=str(cart.pk),
        approver_id=page.form.cleaned_data.get("approver"),
        comment=page.form.cleaned_data.get("comment", ""),
        details=details,
        seen_gross=page.priced.subtotal.amount,
    ).settled()


def taxed_anew(page: CheckoutPage, refusal: OtherTaxes, actor: Actor, now: datetime, typed: Any) -> CheckoutPage:
    """The page of the same cart with the taxes of where it is delivered: its reader looks at them before going on.

    Raises what the service refuses.
    """
    cart = page.priced.cart
    changed = change_cart(actor=actor, cart_id=cart.pk, fields=CartFields(country=refusal.country), now=now)
    cart.country, cart.version = changed.country, changed.version
    again = checkout_page(cart, actor, now, typed)
    text = f"{refusal.fault} The page shows it with the taxes of {refusal.country} now: check it and go on."
    again.form.blame(Invalid(text, field=refusal.field))
    return again


def done_page(cart: Cart, actor: Actor, now: datetime) -> Values | None:
    """What came of a cart: its orders, or the request it waits for; None where nothing did."""
    checkout = Checkout.objects.filter(cart=cart).first()
    if checkout is not None:
        orders = Order.objects.filter(checkout=checkout).select_related("auditing_company", "vendor", "marketplace")
        return _ordered(list(orders.prefetch_related("lines").order_by("position")), actor)
    approval = Approval.objects.about(SubjectKind.CART_CHECKOUT, str(cart.pk)).order_by("-created_at", "-pk").first()
    if approval is None or cart.status != CartStatus.HELD or approval.status_at(now) != Status.PENDING:
        return None
    return _asked(approval, now)


def _ordered(orders: list[Order], actor: Actor) -> Values:
    numbers = [order.number for order in orders]
    waiting = [order for order in orders if order.status == OrderStatus.TO_BE_APPROVED]
    lead = "You get a mail when it is ready."
    if waiting and len(orders) == 1:
        lead = expectation(orders[0], actor)
    elif waiting:
        words = joined([order.number for order in waiting])
        lead = f"{words} will shortly be reviewed by a manager of the seller. The rest does not wait for it."
    return {
        "heading": f"Order {numbers[0]} placed" if len(orders) == 1 else f"Orders {joined(numbers)} placed",
        "lead": lead,
        "orders": [_placed(order) for order in orders],
        "orders_url": reverse("dashboard:order", args=numbers) if len(orders) == 1 else reverse("dashboard:orders"),
    }


def _asked(approval: Approval, now: datetime) -> Values:
    until = ""
    if approval.expires_at is not None:
        until = moment_text(timezone.localtime(approval.expires_at), timezone.localtime(now))
    return {
        "heading": f"Approval requested from {approval.approver_name}",
        "lead": f"{approval.subject_label}, {approval.amount} gross{', open until ' if until else ''}{until}.",
        "until": until,
        "approval": approval,
        "approval_url": reverse("dashboard:approval", args=[approval.key]),
    }


def _button(ruling: Ruling) -> Values:
    """What is pressed in the end, and what happens then."""
    if ruling.permitted:
        return {"label": "Place order", "hint": "Orders at the prices you see here."}
    if ruling.nobody_can_approve:
        return {"label": "Tell the admins", "hint": "Nobody can approve this now; the admins of your company are told."}
    return {"label": "Ask for approval", "hint": "Nothing is ordered yet. Your cart is kept with these prices."}


def shipping_choices(priced: PricedCart, now: datetime) -> list[dict[str, Any]]:
    """How it can be shipped, with prices; a method without a tax rate has none here. A query per tax class."""
    cart, gross = priced.cart, priced.totals.lines.gross
    methods = list(methods_of(cart.marketplace))
    rates = {
        code: rate_by_code(cart.tenant_id, code, cart.country, now.date())
        for code in {method.tax_class for method in methods}
    }
    choices = []
    for method in methods:
        rate = rates[method.tax_class]
        if rate is not None:
            amounts = price_shipping(method.net_price, tax_rate=rate, currency=cart.currency)
            choices.append(method_choice(method, amounts.gross, gross + amounts.gross))
    return choices


def lines_sum(priced: PricedCart) -> Values:
    """What the lines cost together, as a row of the totals."""
    return {"label": "Lines, gross", "amount": priced.totals.lines.gross}


def sums_of(chosen: dict[str, Any] | None, others: list[dict[str, Any]]) -> list[Values]:
    """What everything costs with the chosen way of shipping, and what it would with the others."""
    rows = []
    if chosen is not None:
        rows.append({"label": "Shipping, gross", "hint": chosen["name"], "amount": chosen["gross"]})
        rows.append({"label": "Total, gross", "amount": chosen["total"], "strong": True})
    rows += [{"label": "Total", "hint": f"with {method['name']}", "amount": method["total"]} for method in others]
    return rows


def _placed(order: Order) -> Values:
    lines = sorted(order.lines.all(), key=lambda line: line.number)
    return {
        "title": order.number,
        "url": reverse("dashboard:order", args=[order.number]),
        "detail": label_of([line.name for line in lines]),
        "why": _next_words(order),
        "status": order.status,
        "amount": order.gross,
        "currency": order.currency,
        "tax_word": "gross",
    }


def _next_words(order: Order) -> str:
    if order.status == OrderStatus.TO_BE_APPROVED:
        return f"{reviewer_of(order)} reviews it first"
    return f"{order.vendor.name} prepares the delivery" if order.status == OrderStatus.PENDING else ""
