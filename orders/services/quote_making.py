"""Making a quote for a customer who did not ask: a draft of the seller's, opened when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company, Marketplace, Member, User
from companies.roles import GROUP_ROLES, SELLING_ROLES, CompanyKind
from companies.services.idempotency import Once, remember
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused
from orders.models import Cart, Order, Quote
from orders.quote_edits import Edit
from orders.quote_lifecycle import QuoteStatus
from orders.quote_standing import may_be_quoted
from orders.services.cart_holders import Holder, Named, named_holder
from orders.services.cart_opening import check_sold_in
from orders.services.quote_asking import MADE_QUOTE, clean_quote_key, insert_quote
from orders.services.quote_changing import open_step
from orders.services.quote_lines import Draft
from orders.services.quote_writer import write_new_quote


@dataclass(frozen=True, slots=True)
class ForWhom:
    """The customer of a new quote: their number, and the key of the company they order for (empty: their only one)."""

    customer_number: str
    company_key: str = ""


def make_quote(
    *,
    actor: Actor,
    marketplace: Marketplace,
    whom: ForWhom,
    currency: str = "",
    edits: Sequence[Edit] = (),
    key: str = "",
    open_at_once: bool = False,
    comment: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Quote:
    """A quote for a customer, filled by `edits`; a draft that only the seller sees, until it is opened.

    For sales and managers on behalf of their company, for customers it knows (see `customers_of`); API
    clients and platform staff serve all customers of their tenant. Amounts in `currency` (empty: the marketplace's).

    Raises `NotYours` for who prices no quotes there, `Late` (code `id_taken`), and `Invalid` naming the field:
    an unknown customer, a currency nothing is sold in, edits or an offer that do not hold.
    """
    now = now or timezone.now()
    check_serves(actor, marketplace)
    clean_quote_key(key)
    holder = known_holder(actor, marketplace, whom)
    if currency:
        check_sold_in(marketplace, currency)
    owner = User.objects.get(pk=holder.user_id)
    company = Company.objects.get(pk=holder.company_id) if holder.company_id else None
    quote = Quote(
        tenant_id=marketplace.tenant_id,
        marketplace=marketplace,
        seller_id=marketplace.owner_id or (actor.company_id if actor.company_kind else None),
        owner=owner,
        owner_name=owner.name,
        company=company,
        company_name=company.name if company else "",
        status=QuoteStatus.CREATING,
        status_since=now,
        currency=currency or marketplace.currency,
        country=marketplace.country,
        created_at=now,
        modified_at=now,
    )
    if key:
        quote.key = key
        insert_quote(quote)
    draft = Draft(quote, ())
    draft.take_in_hand(actor)
    draft.is_priced_anew = True
    draft.carry_out(edits, actor)
    draft.finish(now)
    try:
        with transaction.atomic():
            write_new_quote(quote, "quote.drafted", draft.changes, actor, now)
            draft.save()
            if open_at_once:
                open_step(quote, actor, comment, now)
            remember(once, MADE_QUOTE, quote.pk, now)
    except IntegrityError:
        raise Late("A quote with this id exists already.", code="id_taken") from None
    return quote


def customers_of(actor: Actor, marketplace: Marketplace) -> QuerySet[Member]:
    """The people of customer companies that a seller may make a quote for, by company and name.

    Those who have ordered from it, asked it for a quote, or hold a cart on its own marketplace or shop there first;
    API clients and platform staff know everybody. Only who may order there is offered.
    """
    people = Member.objects.active().filter(
        company__tenant_id=marketplace.tenant_id, company__kind=CompanyKind.CUSTOMER, role__in=GROUP_ROLES
    )
    if not (actor.is_client or actor.platform):
        people = people.filter(_known_to(actor.company_id, marketplace))
    return people.select_related("company", "user").order_by("company__name", "user__last_name", "pk")


def check_serves(actor: Actor, marketplace: Marketplace) -> None:
    """Refuse who does not sell on this marketplace: `Missing` or `NotYours`."""
    if marketplace.tenant_id != actor.tenant_id and not (actor.platform and actor.tenant_id is None):
        raise Missing("There is no such marketplace.")
    if actor.is_client or actor.platform:
        return
    if actor.role not in SELLING_ROLES:
        raise NotYours("Only a seller's sales and managers make quotes.")
    if marketplace.owner_id is None and actor.company_kind is CompanyKind.VENDOR:
        return
    if marketplace.owner_id != actor.company_id:
        raise NotYours(f"{marketplace.name} is another company's marketplace.")


def known_holder(actor: Actor, marketplace: Marketplace, whom: ForWhom) -> Holder:
    """The customer as a holder: whose it will be. Who is not known to a seller answers like nobody (`Invalid`, field
    `customerId`), whatever is wrong with them."""
    nobody = Invalid("There is no such customer who may order here.", field="customerId")
    try:
        holder = named_holder(marketplace.tenant_id, Named(whom.customer_number, whom.company_key))
    except Refused:
        if actor.is_client or actor.platform:
            raise
        raise nobody from None
    if holder.user_id is None or not may_be_quoted(marketplace.tenant_id, holder.company_id, holder.user_id):
        raise nobody
    if not knows(actor, marketplace, holder.user_id, holder.company_id):
        raise nobody
    return holder


def knows(actor: Actor, marketplace: Marketplace, user_id: int, company_id: int | None) -> bool:
    """Whether the actor may deal with this customer at all: see `customers_of`. One query at most."""
    if actor.is_client or actor.platform:
        return True
    known = Member.objects.filter(user_id=user_id, company_id=company_id).filter(
        _known_to(actor.company_id, marketplace)
    )
    return known.exists()


def _known_to(seller_id: int | None, marketplace: Marketplace) -> Q:
    """Members of companies that have had to do with the seller on this marketplace, or whose first place it is."""
    theirs = {"company_id": OuterRef("company_id"), "marketplace": marketplace}
    ordered = Order.objects.filter(auditing_company_id=seller_id, **theirs)
    quoted = Quote.objects.filter(seller_id=seller_id, **theirs)
    known = Q(Exists(ordered)) | Q(Exists(quoted))
    if marketplace.owner_id == seller_id:
        known |= Q(Exists(Cart.objects.filter(**theirs))) | Q(company__home_marketplace=marketplace)
    return known
