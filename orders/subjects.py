"""What of this app can be approved: a cart's checkout, and an order's review."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from approvals.lifecycle import PURCHASE, REVIEW, Move
from approvals.models import Approval, SubjectKind
from approvals.policy import Item
from approvals.similar import Earlier
from approvals.subjects import Content, Facts, Subject, primary_key
from companies.actors import Actor
from config.kit.money import Money
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.content import cart_content, content_differences, order_content, same_lines
from orders.destination import check_destination
from orders.details import read_details
from orders.earlier import earlier_orders
from orders.lifecycle import CartStatus, OrderMove
from orders.models import Cart, Order
from orders.priced import PricedCart, priced_cart, with_shipping
from orders.services.cart_writer import freeze_lines, hold_cart, release_cart
from orders.services.order_writer import review_decided
from orders.services.subscription_steps import lock_order


class CartCheckout(Subject):
    """A cart that somebody wants to order."""

    kind = SubjectKind.CART_CHECKOUT
    wire_name = "CART"
    lifecycle = PURCHASE
    expires = True
    takes_details = True

    def fetch(self, actor: Actor, subject_id: str) -> Cart:
        """The actor's own cart, or one held for them."""
        carts = Cart.objects.visible_to(actor).select_related("marketplace__owner", "company", "owner")
        cart = carts.filter(pk=primary_key(subject_id)).first()
        if cart is None:
            raise Missing("There is no such cart.")
        return cart

    def find(self, actor: Actor, subject_key: str) -> Cart:
        """The actor's own cart of the company they act for, or one held for them."""
        carts = Cart.objects.of_company(actor).select_related("marketplace__owner", "company", "owner", "held_for")
        cart = carts.filter(key=subject_key).first()
        if cart is None:
            raise Missing("There is no such cart.")
        asked = cart.held_for is not None and cart.held_for.approver_id == actor.user_id
        if cart.owner_id != actor.user_id and not asked:
            raise NotYours("Only the person whose cart this is may ask about it.", code="not_owner")
        return cart

    def own_details(self, record: Cart) -> dict[str, Any]:
        """The delivery window that was chosen for the cart."""
        return {"deliveryWindow": record.delivery_window} if record.delivery_window else {}

    def earlier_orders(self, approval: Approval, actor: Actor, skus: Collection[str]) -> list[Earlier]:
        """Of the company's last purchases those that had some of these in them."""
        return earlier_orders(approval, actor, skus)

    def is_still(self, facts: Facts, bound: Mapping[str, Any]) -> bool:
        """The same lines at the same prices."""
        return same_lines(facts.basis, bound)

    def bound_by(self, record: Cart) -> int | None:
        """A cart is held exactly while an approval binds it."""
        return record.held_for_id

    def lock(self, subject_id: str) -> Cart:
        """The cart, locked, with what pricing needs."""
        carts = Cart.objects.locked().select_related("marketplace__owner", "company", "owner")
        return carts.get(pk=primary_key(subject_id))

    def check_askable(self, record: Cart, facts: Facts) -> None:
        """Only an open cart with lines can be asked about."""
        if record.status != CartStatus.OPEN:
            raise Late(f"This cart is {record.status}; only an open cart can be sent for approval.")
        priced: PricedCart = facts.basis
        if not priced.lines:
            raise Invalid("This cart is empty.", field="cart", code="empty_cart")
        if priced.problems:
            raise Invalid("Some lines can no longer be ordered.", field="cart", details=priced.problems)

    def facts(self, record: Cart, now: datetime) -> Facts:
        """Gross subtotal and lines at the prices that hold for the cart now."""
        priced = priced_cart(record, now)
        return Facts(
            subject_id=str(record.pk),
            subject_key=record.key,
            label=_label(priced),
            tenant_id=record.tenant_id,
            site_code=record.marketplace.key,
            company=record.company,
            owner_id=record.owner_id,
            owner_name=record.owner.name if record.owner else "",
            gross=priced.subtotal,
            items=tuple(
                Item(line.name.get("en", line.sku), Money(line.amounts.gross, record.currency))
                for line in priced.lines
                if line.available
            ),
            basis=priced,
        )

    def content(self, record: Cart, facts: Facts, details: Mapping[str, Any], now: datetime) -> Content:
        """Lines, prices and the given details; raises `Invalid` where details cannot be used."""
        checkout = read_details(details)
        priced = with_shipping(facts.basis, checkout.shipping, now)
        check_destination(priced, checkout, now)
        return cart_content(priced, checkout)

    def differences(self, seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
        """What changed between two contents, in sentences."""
        return content_differences(seen, present)

    def hold(self, record: Cart, facts: Facts, approval: Approval, now: datetime) -> None:
        """Freeze prices and close the cart for changes."""
        freeze_lines(facts.basis)
        hold_cart(record, approval, now)

    def release(self, record: Cart, approval: Approval, actor: Actor, now: datetime) -> None:
        """Give the cart back: open again, or put aside where there is a new open one."""
        if record.held_for_id == approval.pk:
            release_cart(record, now)

    def decided(self, record: Cart, approval: Approval, move: Move, actor: Actor, now: datetime) -> None:
        """A cart has no status of its own for an answer: holding and releasing says it all."""


class OrderReview(Subject):
    """A placed order that an auditor accepts or rejects."""

    kind = SubjectKind.ORDER_REVIEW
    lifecycle = REVIEW
    expires = False

    _carried_over = {
        Move.APPROVE: OrderMove.APPROVE,
        Move.DECLINE: OrderMove.REJECT,
        Move.CLOSE: OrderMove.WITHDRAW,
    }

    def fetch(self, actor: Actor, subject_id: str) -> Order:
        """An order the actor has a part in."""
        order = Order.objects.visible_to(actor).filter(pk=primary_key(subject_id)).first()
        if order is None:
            raise Missing("There is no such order.")
        return order

    def bound_by(self, record: Order) -> int | None:
        """An order's review binds it from the beginning."""
        return record.review_id

    def lock(self, subject_id: str) -> Order:
        """The order, locked after the subscriptions that follow it."""
        return lock_order(Order.objects.get(pk=primary_key(subject_id)))

    def check_askable(self, record: Order, facts: Facts) -> None:
        """A review is opened when the order is placed, and never asked for by anybody."""
        raise Late("Orders are sent for review when they are placed.")

    def facts(self, record: Order, now: datetime) -> Facts:
        """The order as it was placed."""
        return Facts(
            subject_id=str(record.pk),
            subject_key=record.number,
            label=record.number,
            tenant_id=record.tenant_id,
            site_code=record.marketplace.key,
            company=record.company,
            owner_id=record.buyer_id,
            owner_name=record.buyer_name,
            gross=Money(record.lines_gross, record.currency),
        )

    def content(self, record: Order, facts: Facts, details: Mapping[str, Any], now: datetime) -> Content:
        """Orders never change once placed."""
        return order_content(record, list(record.lines.order_by("number")))

    def differences(self, seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
        """What changed between two contents, in sentences."""
        return content_differences(seen, present)

    def hold(self, record: Order, facts: Facts, approval: Approval, now: datetime) -> None:
        """An order waits by its status."""

    def release(self, record: Order, approval: Approval, actor: Actor, now: datetime) -> None:
        """Nothing was held."""

    def decided(self, record: Order, approval: Approval, move: Move, actor: Actor, now: datetime) -> None:
        """Approve, reject or withdraw the order along with its review."""
        review_decided(record, self._carried_over[move], actor, now)


def _label(priced: PricedCart) -> str:
    if not priced.lines:
        return "Empty cart"
    first, more = priced.lines[0], len(priced.lines) - 1
    name = first.name.get("en", first.sku)
    return (f"{name} and {more} more" if more else name)[:200]
