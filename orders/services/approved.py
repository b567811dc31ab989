"""The step from an approved approval to its order: a cart at today's prices, a quote at its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from approvals.models import Approval, Snapshot, SubjectKind
from approvals.outcomes import Outcome
from approvals.services.close import give_up_step
from approvals.standing import acting_in
from companies.actors import Actor
from config.kit.money import Money, round_amount
from config.kit.refused import Late
from orders.content import cart_content, content_differences
from orders.destination import check_destination
from orders.details import CheckoutDetails, check_complete, contradictions, read_details
from orders.lifecycle import CartMove, CartParty
from orders.models import Cart, Checkout, Quote, SubscriptionChange
from orders.priced import PricedCart, priced_cart, with_shipping
from orders.quote_content import quote_content
from orders.quote_lifecycle import QuoteStatus
from orders.quote_priced import priced_quote
from orders.quote_standing import how_the_quote_stands
from orders.services.cart_writer import write_cart_move
from orders.services.order_steps import check_orderable, kept_of_approval, note_ordered
from orders.services.placing import Placement, place_step
from orders.services.quote_ordering import close_quote, quote_details
from orders.services.subscription_ordering import order_change, take_price
from orders.subscription_lifecycle import SubscriptionStatus
from orders.subscription_priced import period_price, priced_change
from orders.subscription_standing import how_the_subscription_stands


def order_approved(
    subject: Any,
    record: Any,
    approval: Approval,
    snapshot: Snapshot,
    actor: Actor,
    details: Mapping[str, Any] | None,
    now: datetime,
    comment: str = "",
) -> Outcome[Checkout]:
    """Place the order of a locked subject on its locked, approved approval; or give up, or refuse.

    `comment` is what is said along with the acceptance of a quote.
    """
    if isinstance(record, Quote):
        return _order_quote(subject, record, approval, snapshot, actor, details, now, comment)
    return _ORDER[SubjectKind(approval.subject_kind)](subject, record, approval, snapshot, actor, details, now)


def _order_cart(
    subject: Any,
    cart: Cart,
    approval: Approval,
    snapshot: Snapshot,
    actor: Actor,
    details: Mapping[str, Any] | None,
    now: datetime,
) -> Outcome[Checkout]:
    """A cart: refused where it differs from what was approved, given up where it costs more today."""
    actor = acting_in(approval, actor)
    agreed = read_details(approval.details)
    wanted = read_details(details or {})
    conflicts = contradictions(agreed, wanted)
    if conflicts:
        raise Late("This differs from what was approved.", code="differs_from_approval", details=conflicts)
    complete = agreed.filled_from(wanted)
    check_complete(complete)
    lines_only = priced_cart(cart, now, frozen=False)
    check_orderable(lines_only)
    priced = with_shipping(lines_only, complete.shipping, now)
    check_destination(priced, complete, now)
    bound = snapshot.content["bound"]
    approved_gross = round_amount(Decimal(bound["total"]), priced.totals.currency)
    # A request that left shipping open was approved for its lines; shipping came with the checkout.
    comparable = priced if agreed.shipping else lines_only
    if comparable.totals.gross > approved_gross:
        return _total_rose(subject, cart, approval, comparable, agreed, bound, now)
    placement = Placement(priced, complete, kept_of_approval(approval, snapshot), approval, approved_gross)
    checkout, orders = place_step(placement, actor, now)
    write_cart_move(cart, CartMove.CLOSE, CartParty.SYSTEM, now)
    note_ordered(approval, snapshot, orders, Money(priced.totals.gross, priced.totals.currency), actor, now)
    return Outcome(checkout)


def _total_rose(
    subject: Any,
    cart: Cart,
    approval: Approval,
    priced: PricedCart,
    agreed: CheckoutDetails,
    bound: Mapping[str, Any],
    now: datetime,
) -> Outcome[Checkout]:
    today = cart_content(priced, agreed).as_json()["bound"]
    differences = content_differences(bound, today)
    system = Actor.system("re-check", approval.tenant_id)
    text = "The total has risen since this was approved, so nothing was ordered. The cart is back."
    give_up_step(subject, cart, approval, actor=system, comment=text, differences=differences, now=now)
    return Outcome(refusal=Late(text, code="total_rose", details=differences))


def _order_quote(
    subject: Any,
    quote: Quote,
    approval: Approval,
    snapshot: Snapshot,
    actor: Actor,
    details: Mapping[str, Any] | None,
    now: datetime,
    comment: str,
) -> Outcome[Checkout]:
    """A quote: always at its own prices, exactly as it was approved; given up where it is another one now."""
    actor = acting_in(approval, actor)
    priced = priced_quote(quote, now)
    if priced.status is not QuoteStatus.OPEN:
        raise Late(how_the_quote_stands(quote, now), code=f"quote_{priced.status.lower()}")
    content = quote_content(priced)
    if content.hash != approval.content_hash:
        differences = content_differences(snapshot.content["bound"], content.as_json()["bound"])
        system = Actor.system("re-check", approval.tenant_id)
        text = f"Quote {quote.number} has changed since it was approved, so nothing was ordered."
        give_up_step(subject, quote, approval, actor=system, comment=text, differences=differences, now=now)
        return Outcome(refusal=Late(text, code="content_changed", details=differences))
    check_orderable(priced)
    wanted = quote_details(quote, read_details(details or {}))
    placement = Placement(
        priced,
        wanted,
        kept_of_approval(approval, snapshot),
        approval,
        approved_gross=priced.totals.gross,
        payment_open=not wanted.payment,
    )
    checkout, orders = place_step(placement, actor, now)
    close_quote(quote, orders, actor, now, comment=comment)
    note_ordered(approval, snapshot, orders, Money(priced.totals.gross, priced.totals.currency), actor, now)
    return Outcome(checkout)


def _order_change(
    subject: Any,
    change: SubscriptionChange,
    approval: Approval,
    snapshot: Snapshot,
    actor: Actor,
    details: Mapping[str, Any] | None,
    now: datetime,
) -> Outcome[Checkout]:
    """A change of a subscription: at the price it was asked at, or a lower one; given up where a period costs more."""
    actor = acting_in(approval, actor)
    if change.subscription.status_at(now) is not SubscriptionStatus.ACTIVE:
        raise Late(how_the_subscription_stands(change.subscription, now), code="subscription_ended")
    priced = priced_change(change)
    check_orderable(priced)
    today = period_price(change.subscription, change.listing, change.quantity, now)
    if today.amounts.gross > change.gross:
        then, costs = Money(change.gross, approval.currency), Money(today.amounts.gross, approval.currency)
        text = f"A period costs {costs} by now, {then} when this was asked, so nothing was ordered."
        system = Actor.system("re-check", approval.tenant_id)
        give_up_step(subject, change, approval, actor=system, comment=text, now=now)
        return Outcome(refusal=Late(text, code="total_rose"))
    if today.amounts.gross < change.gross:
        take_price(change, today)
        priced = priced_change(change)
    checkout, orders = order_change(change, priced, kept_of_approval(approval, snapshot), actor, now, approval)
    note_ordered(approval, snapshot, orders, Money(priced.totals.gross, approval.currency), actor, now)
    return Outcome(checkout)


_Order = Callable[..., Outcome[Checkout]]
_ORDER: dict[SubjectKind, _Order] = {
    SubjectKind.CART_CHECKOUT: _order_cart,
    SubjectKind.SUBSCRIPTION_CHANGE: _order_change,
}
