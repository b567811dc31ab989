"""Ordering the same again: the lines of an order into the cart, at today's prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from companies.actors import Actor
from config.kit.refused import Invalid, Missing
from orders.models import Cart, Order, OrderLine
from orders.services.carts import add_line, current_cart


@dataclass(slots=True)
class Copied:
    """The cart that got the lines, those it got, and those that are not sold any more."""

    cart: Cart
    added: list[OrderLine] = field(default_factory=list)
    left_out: list[OrderLine] = field(default_factory=list)


def order_again(*, actor: Actor, order_id: int, now: datetime | None = None) -> Copied:
    """Put the lines of an order into the actor's open cart on the marketplace of the order.

    Each line is a change of its own, as if it was added by hand: what cannot be bought any more is
    left out and named. Raises `Missing` for an order the actor does not see, `NotYours` for who may
    not fill a cart, `Invalid` for an order that changes, renews or ends a subscription.
    """
    order = Order.objects.visible_to(actor).select_related("marketplace").filter(pk=order_id).first()
    if order is None:
        raise Missing("There is no such order.")
    if order.subscription_id is not None:
        raise Invalid("This order is about a subscription. Change it on the page of the subscription.", field="order")
    if not order.marketplace.is_active:
        raise Invalid(f"{order.marketplace.name} does not sell any more.", field="order")
    cart = current_cart(actor=actor, marketplace=order.marketplace, create=True, now=now)
    if cart is None:
        raise Missing("There is no such cart.")
    copied = Copied(cart)
    for line in order.lines.order_by("number"):
        try:
            add_line(actor=actor, cart_id=cart.pk, listing_id=line.listing_id, quantity=line.quantity, now=now)
        except Invalid:
            copied.left_out.append(line)
        else:
            copied.added.append(line)
    return copied
