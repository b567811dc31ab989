"""Ordering for a customer: a seller's sales fill a cart for one of their own, and order it or ask in that name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.models import Approval, SubjectKind
from approvals.outcomes import Outcome
from approvals.policy import Ruling
from approvals.services.ask import request_approval, ruling_for
from approvals.subjects import subject_of
from companies.actors import Actor, actor_for
from companies.models import Marketplace
from companies.preferences import PreferenceKey, value_of
from companies.roles import SELLING_ROLES, CompanyKind
from companies.services.idempotency import Once, remember
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.destination import check_destination
from orders.details import check_complete, read_details
from orders.lifecycle import CartMove, CartParty, CartStatus, OrderStatus
from orders.models import Cart, Checkout
from orders.priced import PricedCart, parcels, with_shipping
from orders.services.cart_holders import Named, named_holder
from orders.services.cart_writer import write_cart_move
from orders.services.checkout import MADE_CHECKOUT
from orders.services.order_steps import check_orderable, check_total, kept, not_permitted
from orders.services.placing import Placement, place_step
from orders.services.quote_making import ForWhom, check_serves, knows
from orders.services.review import approve_by_policy


def prepare_cart(*, actor: Actor, marketplace: Marketplace, whom: ForWhom, now: datetime | None = None) -> Cart:
    """The open cart that the actor's company fills for this customer there; opened where there is none.

    For sales and managers, for customers their company knows. It is priced and filled as any cart (by
    `orders.services.carts`), and is the seller's alone until it is ordered or sent for approval. Raises
    `NotYours`, `Missing` for a marketplace of others, `Invalid` (field `customerId`) for an unknown customer.
    """
    now = now or timezone.now()
    if actor.role not in SELLING_ROLES or actor.company_id is None:
        raise NotYours("Only a seller's sales and managers order for customers.")
    check_serves(actor, marketplace)
    holder = named_holder(marketplace.tenant_id, Named(whom.customer_number, whom.company_key))
    if holder.user_id is None or not knows(actor, marketplace, holder.user_id, holder.company_id):
        raise Invalid("There is no such customer.", field="customerId")
    wanted = {
        "tenant_id": marketplace.tenant_id,
        "marketplace": marketplace,
        "owner_id": holder.user_id,
        "company_id": holder.company_id,
        "prepared_by_id": actor.company_id,
        "type": f"behalf-{actor.company_id}",
        "status": CartStatus.OPEN,
    }
    found = Cart.objects.filter(**wanted).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Cart.objects.create(
                **wanted, currency=marketplace.currency, country=marketplace.country, created_at=now, modified_at=now
            )
    except IntegrityError:
        # Somebody was faster; theirs is the one.
        return Cart.objects.get(**wanted)


def ruling_for_customer(*, actor: Actor, cart_id: int, now: datetime | None = None) -> Ruling:
    """What the policy answers for the customer of a prepared cart. Raises `Missing`; changes nothing."""
    now = now or timezone.now()
    cart = find_prepared(actor, cart_id)
    return ruling_for(subject_of(SubjectKind.CART_CHECKOUT).facts(cart, now), customer_of(cart))


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
    tenant), else it waits as any other; what a vendor's sales place always waits. `seen_total` as in ordering.

    Raises `Missing`, `NotYours` (code `approval_required`: then it can only be asked for), `Late`, `Invalid`.
    """
    now = now or timezone.now()
    found = find_prepared(actor, cart_id)
    wanted = read_details(details)
    subject = subject_of(SubjectKind.CART_CHECKOUT)
    with transaction.atomic():
        cart: Cart = subject.lock(str(found.pk))
        if cart.status != CartStatus.OPEN:
            raise Late(f"This cart is {cart.status}; nothing was ordered.", code=f"cart_{cart.status}")
        facts = subject.facts(cart, now)
        check_orderable(facts.basis)
        _check_own_products(facts.basis, actor)
        customer = customer_of(cart)
        ruling = ruling_for(facts, customer)
        if not ruling.permitted:
            raise not_permitted(ruling)
        check_complete(wanted)
        priced = _reviewed(with_shipping(facts.basis, wanted.shipping, now), actor)
        check_destination(priced, wanted, now)
        check_total(priced, seen_total)
        auto = _accepts_by_itself(cart.marketplace, actor)
        why = kept(ruling, facts, customer)
        checkout, orders = place_step(Placement(priced, wanted, why, on_behalf=True, auto_approved=auto), actor, now)
        write_cart_move(cart, CartMove.CLOSE, CartParty.SYSTEM, now)
        for order in orders:
            if auto and order.status == OrderStatus.TO_BE_APPROVED:
                approve_by_policy(order, f"Accepted automatically: {actor.name} placed it for you.", now)
        remember(once, MADE_CHECKOUT, checkout.pk, now)
        return Outcome(checkout)


def ask_on_behalf(
    *,
    actor: Actor,
    cart_id: int,
    approver_id: int | None,
    comment: str = "",
    details: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Outcome[Approval]:
    """Send a prepared cart as its customer's request to somebody who may approve for the customer's company.

    It is the customer's request from then on, with who asked for them in its history. Refusals as for asking.
    """
    cart = find_prepared(actor, cart_id)
    return request_approval(
        actor=customer_of(cart),
        kind=SubjectKind.CART_CHECKOUT,
        subject_id=str(cart.pk),
        approver_id=approver_id,
        comment=comment,
        details=details,
        asked_by=actor,
        now=now,
    )


def find_prepared(actor: Actor, cart_id: int) -> Cart:
    """A cart that the actor's company prepares for a customer, unlocked; raises `Missing`."""
    carts = Cart.objects.visible_to(actor).filter(prepared_by_id=actor.company_id, deleted_at=None)
    rows = carts.select_related("marketplace__owner", "marketplace__tenant", "company", "owner")
    cart = rows.filter(pk=cart_id).first()
    if cart is None or actor.role not in SELLING_ROLES:
        raise Missing("There is no such cart.")
    return cart


def customer_of(cart: Cart) -> Actor:
    """The owner of a cart, acting for its company as they may now; `Invalid` for one who may not any more."""
    if cart.owner is None:
        raise Invalid("This cart belongs to nobody.", field="customerId")
    customer = actor_for(cart.owner, cart.marketplace.tenant, company_id=cart.company_id)
    if customer is None or customer.company_id != cart.company_id:
        raise Invalid(f"{cart.owner.name} is no longer an active customer.", field="customerId", code="customer_gone")
    return customer


def _check_own_products(priced: PricedCart, actor: Actor) -> None:
    vendors = {line.line.product.vendor_id for line in priced.lines}
    if actor.company_kind is CompanyKind.VENDOR and vendors != {actor.company_id}:
        raise Invalid("A vendor orders its own products for customers.", field="cart")


def _reviewed(priced: PricedCart, actor: Actor) -> PricedCart:
    """What a vendor places for a customer always waits for a review, whatever its products say."""
    if actor.company_kind is not CompanyKind.VENDOR:
        return priced
    lines = tuple(replace(line, needs_review=True) for line in priced.lines)
    return replace(priced, lines=lines, parcels=tuple(parcels(lines, priced.cart.marketplace)))


def _accepts_by_itself(marketplace: Marketplace, actor: Actor) -> bool:
    """Only on the reseller's own marketplace: what its sales order for their customers needs nobody's yes there."""
    if marketplace.owner_id is None or marketplace.owner_id != actor.company_id:
        return False
    if marketplace.auto_approve_on_behalf is not None:
        return marketplace.auto_approve_on_behalf
    return bool(value_of(marketplace.tenant_id, PreferenceKey.AUTO_APPROVE_ON_BEHALF))
