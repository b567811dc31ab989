"""Ordering for a customer: a seller's sales fill a cart for one of their own, and order it or ask in that name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.models import Approval, SubjectKind
from approvals.outcomes import Outcome
from approvals.policy import Ruling
from approvals.services.ask import request_approval, ruling_for
from approvals.services.expire import expire_bound
from approvals.subjects import Facts, subject_of
from companies.actors import Actor, actor_for
from companies.models import Marketplace, Member
from companies.preferences import PreferenceKey, value_of
from companies.roles import SELLING_ROLES, CompanyKind
from companies.services.idempotency import Once, remember
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.destination import check_destination
from orders.details import check_complete, read_details
from orders.lifecycle import CartMove, CartParty, CartStatus, OrderStatus
from orders.models import Cart, Checkout, Order, Quote, Subscription
from orders.priced import PricedCart, parcels, with_shipping
from orders.quote_edits import AddLine
from orders.services.cart_steps import check_not_held
from orders.services.cart_writer import write_cart_move
from orders.services.checkout import MADE_CHECKOUT
from orders.services.order_steps import check_orderable, check_total, kept, not_permitted
from orders.services.placing import Placement, place_step
from orders.services.quote_making import ForWhom, check_serves, known_holder, make_quote
from orders.services.review import approve_by_policy
from orders.subscription_priced import PricedChange

Priced = TypeVar("Priced", PricedCart, PricedChange)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would come of a prepared cart now; nothing was written.

    `ruling` is the policy's answer for the customer. Where they are free, `priced` is as the actor would order it (a
    vendor's lines all need a review), and `auto` says that what needs a review is accepted by itself; else it is as
    whoever approves would.
    """

    priced: PricedCart
    ruling: Ruling
    auto: bool

    @property
    def waits(self) -> bool:
        """Some of it would wait for a review."""
        return not self.auto and any(parcel.needs_review for parcel in self.priced.parcels)


def prepare_cart(*, actor: Actor, marketplace: Marketplace, whom: ForWhom, now: datetime | None = None) -> Cart:
    """The open cart that the actor's company fills for this customer there; opened where there is none.

    For sales and managers, for customers their company knows. It is priced and filled as any cart (by
    `orders.services.carts`), and is the seller's alone until it is ordered or sent for approval. Raises
    `NotYours` (code `own_order` for oneself), `Missing` for a marketplace of others or a closed one, `Invalid`
    (field `customerId`) for an unknown customer, or one who may not order.
    """
    now = now or timezone.now()
    check_orders_for_customers(actor)
    check_serves(actor, marketplace)
    if not marketplace.is_active:
        raise Missing("There is no such marketplace.")
    holder = known_holder(actor, marketplace, whom)
    _check_somebody_else(actor, holder.user_id)
    wanted = {
        "tenant_id": marketplace.tenant_id,
        "marketplace": marketplace,
        "owner_id": holder.user_id,
        "company_id": holder.company_id,
        "prepared_by_id": actor.company_id,
        "status": CartStatus.OPEN,
    }
    found = Cart.objects.filter(**wanted).first()
    if found is not None:
        return found
    columns = {
        "type": f"behalf-{actor.company_id}",
        "currency": marketplace.currency,
        "country": marketplace.country,
        "created_at": now,
        "modified_at": now,
    }
    try:
        with transaction.atomic():
            return Cart.objects.create(**wanted, **columns)
    except IntegrityError:
        # Somebody was faster; theirs is the one.
        return Cart.objects.get(**wanted)


def outlook(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Outlook:
    """What a prepared cart costs, what the policy answers for its customer, and whether it would wait for a review.

    Changes nothing. Raises `Missing`, and `Invalid` (code `customer_gone`) for a customer who may not order any more.
    """
    now = now or timezone.now()
    cart = find_prepared(actor, cart_id)
    facts = subject_of(SubjectKind.CART_CHECKOUT).facts(cart, now)
    ruling = ruling_for(facts, customer_of(cart))
    if not ruling.permitted:
        return Outlook(facts.basis, ruling, auto=False)  # whoever approves orders it, as the customer would
    return Outlook(reviewed_for(facts.basis, actor), ruling, accepts_by_itself(cart.marketplace, actor))


def place_on_behalf(
    *,
    actor: Actor,
    cart_id: int,
    details: Mapping[str, Any],
    seen_total: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Outcome[Checkout]:
    """Order a prepared cart for its customer, where the customer's company lets them without anybody's yes.

    The order is the customer's; it says who placed it, and the customer is told. On the reseller's own
    marketplace what is flagged is accepted by policy (`auto_approve_on_behalf` of the marketplace, else of the
    tenant, as it is now and never again asked), else it waits as any other; what a vendor's sales place always waits.
    `seen_total` as in ordering.

    Raises `Missing`, `NotYours` (code `approval_required`: then it can only be asked for), `Late` (code
    `already_ordered`, details: the orders), `Invalid`.
    """
    now = now or timezone.now()
    found = _settled(actor, cart_id, now)
    wanted = read_details(details)
    with transaction.atomic():
        cart, facts = _locked(actor, found, now)
        customer = customer_of(cart)
        ruling = ruling_for(facts, customer)
        if not ruling.permitted:
            refusal = not_permitted(ruling)
            # Without the details: what the customer's company lets its people spend is its own business.
            raise NotYours(refusal.text, code=refusal.code)
        check_complete(wanted)
        priced = reviewed_for(with_shipping(facts.basis, wanted.shipping, now), actor)
        check_destination(priced, wanted, now)
        check_total(priced, seen_total)
        auto = accepts_by_itself(cart.marketplace, actor)
        why = kept(ruling, facts, customer)
        checkout, orders = place_step(Placement(priced, wanted, why, on_behalf=True, auto_approved=auto), actor, now)
        write_cart_move(cart, CartMove.CLOSE, CartParty.SYSTEM, now)
        if auto:
            accept_placed(orders, actor, now)
        remember(once, MADE_CHECKOUT, checkout.pk, now)
        return Outcome(checkout)


def ask_on_behalf(
    *,
    actor: Actor,
    cart_id: int,
    approver_id: int | None,
    comment: str = "",
    details: Mapping[str, Any] | None = None,
    seen_gross: Decimal | None = None,
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Send a prepared cart as its customer's request to somebody who may approve for the customer's company.

    It is the customer's request from then on, with who asked for them in its history. `seen_gross` and refusals as
    for asking; `Late` for a cart that is not being filled any more.
    """
    now = now or timezone.now()
    found = _settled(actor, cart_id, now)
    with transaction.atomic():
        cart, _ = _locked(actor, found, now)
        return request_approval(
            actor=customer_of(cart),
            kind=SubjectKind.CART_CHECKOUT,
            subject_id=str(cart.pk),
            approver_id=approver_id,
            comment=comment,
            details=details,
            seen_gross=seen_gross,
            asked_by=actor,
            now=now,
        )


def quote_of_prepared(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Quote:
    """Turn a prepared cart into a draft of a quote for its customer, at list prices; the cart is closed with it.

    Raises as `make_quote`, `Late` for a cart that is not being filled any more, and `Invalid` for trials, which
    cost nothing and are not negotiated.
    """
    now = now or timezone.now()
    found = _settled(actor, cart_id, now)
    with transaction.atomic():
        cart, facts = _locked(actor, found, now)
        customer_of(cart)
        lines = [line.line for line in facts.basis.lines]
        if any(line.is_trial for line in lines):
            raise Invalid("A trial costs nothing: order it, or take it out before making a quote.", field="cart")
        edits = [AddLine(quantity=line.quantity, listing_key=line.listing.key) for line in lines]
        quote = make_quote(actor=actor, marketplace=cart.marketplace, whom=whom_of(cart), edits=edits, now=now)
        write_cart_move(cart, CartMove.CLOSE, CartParty.SYSTEM, now)
        return quote


def find_prepared(actor: Actor, cart_id: int) -> Cart:
    """A cart that the actor's company prepares for a customer, unlocked; raises `Missing`."""
    cart = Cart.objects.prepared_by(actor).filter(pk=cart_id).first()
    if cart is None:
        raise Missing("There is no such cart.")
    return cart


def customer_of(owned: Cart | Subscription) -> Actor:
    """The owner of a cart or subscription, acting for its company as they may now; `Invalid` (code `customer_gone`)
    for one who may not any more."""
    owner = owned.owner
    if owner is None:
        raise Invalid("This cart belongs to nobody.", field="customerId")
    customer = actor_for(owner, owned.marketplace.tenant, company_id=owned.company_id)
    if customer is None or customer.company_id != owned.company_id:
        raise Invalid(f"{owner.name} is no longer an active customer.", field="customerId", code="customer_gone")
    return customer


def whom_of(cart: Cart) -> ForWhom:
    """The customer of a prepared cart, as services name them. One query."""
    numbers = cart.marketplace.tenant.customers.filter(user_id=cart.owner_id).values_list("number", flat=True)
    return ForWhom(numbers.first() or "", cart.company.key if cart.company else "")


def check_orders_for_customers(actor: Actor) -> None:
    """Refuse (`NotYours`) who does not order for customers: it is for a seller's sales and managers.

    Platform staff are none of them: what they did in somebody's name would be nobody's order.
    """
    if actor.role not in SELLING_ROLES or actor.company_id is None:
        raise NotYours("Only a seller's sales and managers order for customers.")


def check_still_sells(actor: Actor, marketplace: Marketplace, customer_id: int | None) -> None:
    """Refuse who does not order for this customer there (any more): asked of the table, under the lock."""
    check_serves(actor, marketplace)
    _check_somebody_else(actor, customer_id)
    if not Member.objects.selling([actor.company_id or 0]).filter(user_id=actor.user_id).exists():
        raise NotYours("Only a seller's sales and managers order for customers.")


def accept_placed(orders: Iterable[Order], actor: Actor, now: datetime) -> None:
    """Accept by policy what was just placed by the actor and would wait; a step."""
    for order in orders:
        if order.status == OrderStatus.TO_BE_APPROVED:
            said = f"Accepted automatically: {actor.name} of {order.auditing_company.name} placed it"
            approve_by_policy(order, f"{said} for {order.buyer_name}.", now)


def _settled(actor: Actor, cart_id: int, now: datetime) -> Cart:
    """The prepared cart, unlocked, given back where nobody answered its request in time."""
    found = find_prepared(actor, cart_id)
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    return found


def _locked(actor: Actor, found: Cart, now: datetime) -> tuple[Cart, Facts]:
    """The cart, locked and still to be ordered by this actor, with what there is to know about it."""
    subject = subject_of(SubjectKind.CART_CHECKOUT)
    cart: Cart = subject.lock(str(found.pk))
    _check_still_open(cart)
    check_still_sells(actor, cart.marketplace, cart.owner_id)
    facts = subject.facts(cart, now)
    check_orderable(facts.basis)
    _check_own_products(facts.basis, actor)
    return cart, facts


def _check_still_open(cart: Cart) -> None:
    checkout = Checkout.objects.filter(cart=cart).first() if cart.status == CartStatus.CLOSED else None
    if checkout is not None:
        numbers = [order.number for order in checkout.orders.order_by("position")]
        by = checkout.placed_by.name
        raise Late(f"{by} has ordered this cart as {', '.join(numbers)}.", code="already_ordered", details=numbers)
    check_not_held(cart)
    if cart.status != CartStatus.OPEN:
        raise Late(f"This cart is {cart.status}; nothing was ordered.", code=f"cart_{cart.status}")


def _check_somebody_else(actor: Actor, customer_id: int | None) -> None:
    """What somebody buys for themselves is no order on behalf, and passes its review like any other."""
    if actor.user_id == customer_id:
        raise NotYours("What you buy yourself you order in the shop.", code="own_order")


def _check_own_products(priced: PricedCart, actor: Actor) -> None:
    vendors = {line.line.product.vendor_id for line in priced.lines}
    if actor.company_kind is CompanyKind.VENDOR and vendors != {actor.company_id}:
        raise Invalid("A vendor orders its own products for customers.", field="cart")


def reviewed_for(priced: Priced, actor: Actor) -> Priced:
    """The same, but what a vendor's people place for a customer always waits for a review, whatever products say."""
    if actor.company_kind is not CompanyKind.VENDOR:
        return priced
    lines = tuple(replace(line, needs_review=True) for line in priced.lines)
    return replace(priced, lines=lines, parcels=tuple(parcels(lines, priced.source.marketplace)))


def accepts_by_itself(marketplace: Marketplace, actor: Actor) -> bool:
    """Only on the reseller's own marketplace: what its sales order for their customers needs nobody's yes there.

    Not where the platform's staff review in the reseller's place: what it may not accept, its policy may not either.
    """
    if marketplace.owner_id is None or marketplace.owner_id != actor.company_id or marketplace.platform_reviews:
        return False
    if marketplace.auto_approve_on_behalf is not None:
        return marketplace.auto_approve_on_behalf
    return bool(value_of(marketplace.tenant_id, PreferenceKey.AUTO_APPROVE_ON_BEHALF))
