"""Whose cart is it that somebody speaks of? Fixed when it is opened: customer, company and session never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.lifecycle import Status
from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from companies.actors import Actor, ActorKind
from companies.models import Customer, Member
from companies.roles import CompanyKind
from config.kit.refused import Invalid, NotYours
from orders.lifecycle import CartStatus
from orders.models import Cart
from orders.services.cart_steps import check_may_fill


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a cart is: a customer's, for a company or for nobody else; or a session's."""

    tenant_id: int
    user_id: int | None = None
    company_id: int | None = None
    session_key: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Whose cart a client speaks of, in ids of the API; empty where it does not say."""

    customer_number: str = ""
    company_key: str = ""
    session_key: str = ""


NOBODY = Named()


def holder_of(actor: Actor, named: Named) -> Holder:
    """Whose cart it is that the actor speaks of; a customer's own, whatever is named.

    Raises `NotYours` for who has no carts, and for naming another customer, company or session than
    one's own. An API client has to name a customer or a session: `Invalid`, or `Missing` for one that
    is not there; a customer in several companies needs one of them named.
    """
    check_may_fill(actor)
    tenant_id = actor.tenant_id
    if tenant_id is None:
        raise NotYours("Carts belong to a tenant.")
    if actor.kind is ActorKind.CLIENT:
        return named_holder(tenant_id, named)
    if actor.kind is ActorKind.SESSION:
        if named.customer_number or named.company_key or named.session_key not in ("", actor.session_key):
            raise NotYours("This is the cart of somebody else.")
        return Holder(tenant_id, session_key=actor.session_key)
    if named.session_key:
        raise NotYours("The cart of a session belongs to nobody; merge it into your own.")
    check_company(actor, named.company_key)
    if named.customer_number and not _is_own_number(actor, named.customer_number):
        raise NotYours("This is the cart of somebody else.")
    return Holder(tenant_id, actor.user_id, actor.company_id)


def check_company(actor: Actor, company_key: str) -> None:
    """Refuse to name another company than the one the actor acts for, whether it exists or not."""
    own = Member.objects.filter(user_id=actor.user_id, company_id=actor.company_id, company__key=company_key)
    if company_key and (actor.company_id is None or not own.exists()):
        raise NotYours("You act for another company. A cart belongs to the company it was opened for.")


def release_overdue(holder: Holder, now: datetime) -> None:
    """Give back what is held for requests that nobody answered in time. One query where there are none."""
    held = Cart.objects.filter(
        tenant_id=holder.tenant_id,
        owner_id=holder.user_id,
        company_id=holder.company_id,
        status=CartStatus.HELD,
        held_for__status=Status.PENDING,
        held_for__expires_at__lte=now,
    )
    for cart in held.order_by("pk") if holder.user_id else ():  # a session's cart is never held
        expire_bound(subject_of(SubjectKind.CART_CHECKOUT), cart, now)


def named_holder(tenant_id: int, named: Named) -> Holder:
    """The holder an API client names, in a company they are in."""
    if not named.customer_number:
        if not named.session_key:
            raise Invalid("Say whose cart it is.", field="customerId")
        if named.company_key:
            raise Invalid("A session is in no company.", field="legalEntityId")
        return Holder(tenant_id, session_key=named.session_key)
    customer = Customer.objects.filter(tenant_id=tenant_id, number=named.customer_number).first()
    if customer is None:
        raise Invalid("There is no such customer.", field="customerId")
    members = Member.objects.filter(user_id=customer.user_id, company__tenant_id=tenant_id)
    buying = members.active().filter(company__kind=CompanyKind.CUSTOMER).values_list("company__key", "company_id")
    companies = dict(buying)
    if named.company_key:
        if named.company_key not in companies:
            raise NotYours("This customer is not in that company.")
        return Holder(tenant_id, customer.user_id, companies[named.company_key])
    if len(companies) == 1:
        return Holder(tenant_id, customer.user_id, next(iter(companies.values())))
    if companies:
        raise Invalid("This customer is in several companies: name one.", field="legalEntityId")
    if members.exists():
        raise NotYours("This customer is in no company any more.")
    return Holder(tenant_id, customer.user_id)


def _is_own_number(actor: Actor, number: str) -> bool:
    return Customer.objects.filter(tenant_id=actor.tenant_id, user_id=actor.user_id, number=number).exists()
