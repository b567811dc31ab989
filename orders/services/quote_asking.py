"""Asking for a quote: a customer's cart becomes a question to the seller's sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.services.steps import clean_comment
from approvals.subjects import subject_of
from companies.actors import Actor
from companies.roles import CompanyKind, Role
from companies.services.idempotency import Once, remember
from config.kit.records import KEY_FORMAT
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders import quote_notices as notices
from orders.details import ADDRESS_FIELDS, BILLING, REQUIRED_FIELDS, SHIPPING, Address, read_details
from orders.lifecycle import CartMove, CartParty, CartStatus
from orders.models import Cart, Quote, QuoteLine
from orders.priced import PricedCart, PricedCartLine, priced_cart
from orders.quote_lifecycle import QuoteStatus
from orders.services.cart_writer import write_cart_move
from orders.services.quote_lines import line_text, seller_of
from orders.services.quote_steps import (
    address_for,
    follow_destination,
    given_address,
    price_quote,
    save_lines,
    take_shipping,
)
from orders.services.quote_writer import Change, write_new_quote

MADE_QUOTE = "quote"
LONGEST_REFERENCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a customer says when asking for a quote; all of it may be left open.

    An address is given by its id (a location of the company; of a private customer: one of theirs) or
    typed in, in the spelling of checkout details; else the cart's own holds, where it has one. Shipping names a
    method of the marketplace.
    """

    address_keys: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, Address] = field(default_factory=dict)
    zone: str = ""
    method: str = ""
    reference: str = ""
    comment: str = ""
    key: str = ""


def ask_for_quote(
    *,
    actor: Actor,
    cart_id: int | None = None,
    cart_key: str = "",
    wishes: Wishes,
    once: Once | None = None,
    now: datetime | None = None,
) -> Quote:
    """Send the actor's own open cart to the seller for an offer; the cart is closed and linked to the quote.

    The cart is named by primary key or by its id outside. Where its lines have one seller (the reseller of the
    marketplace, else the vendor of all of them) that company's sales are told; else the platform's staff.

    Raises `Missing` for a cart the actor does not see, `NotYours` for who may not ask (a Contact, somebody
    who acts for no company), `Late` for a cart that is held, closed or already quoted (code `quoted`) and for a
    taken id (code `id_taken`), `Invalid` for an empty cart, lines that are not sold, an unknown or unusable
    address, an unknown method.
    """
    now = now or timezone.now()
    wishes = _clean(wishes)
    found = _own_cart(actor, cart_id, cart_key)
    expire_bound(subject_of(SubjectKind.CART_CHECKOUT), found, now)
    with transaction.atomic():
        carts = Cart.objects.locked().select_related("marketplace__owner", "company", "owner")
        cart = carts.get(pk=found.pk)
        _check_open(cart)
        priced = priced_cart(cart, now)
        _check_quotable(priced)
        quote = _written(priced, wishes, actor, now)
        write_cart_move(cart, CartMove.CLOSE, CartParty.SYSTEM, now)
        remember(once, MADE_QUOTE, quote.pk, now)
        return quote


def check_may_ask(actor: Actor) -> None:
    """Refuse who gets no quotes: sellers, Contacts, and members who act for none of their companies."""
    if actor.user_id is None or actor.company_kind not in (None, CompanyKind.CUSTOMER):
        raise NotYours("Only customers ask for quotes.")
    if actor.company_id is None and actor.has_membership:
        raise NotYours("Choose the company you are asking for.")
    if actor.role is Role.CONTACT:
        raise NotYours("Your group in this company may neither order nor ask for quotes.", code="may_not_order")


def clean_quote_key(key: str) -> str:
    """The id a client chose, empty where it leaves that to us; `Invalid` (field `id`)."""
    if key and not KEY_FORMAT.regex.fullmatch(key):
        raise Invalid(str(KEY_FORMAT.message), field="id")
    return key


def insert_quote(quote: Quote) -> None:
    """Refuse an id that a quote of the tenant has already: `Late` (code `id_taken`). A step before saving."""
    if Quote.objects.filter(tenant_id=quote.tenant_id, key=quote.key).exists():
        raise Late("A quote with this id exists already.", code="id_taken")


def _clean(wishes: Wishes) -> Wishes:
    clean_quote_key(wishes.key)
    if len(wishes.reference.strip()) > LONGEST_REFERENCE:
        raise Invalid(f"Use at most {LONGEST_REFERENCE} characters.", field="customerReference")
    return Wishes(
        address_keys=wishes.address_keys,
        addresses=_typed(wishes.addresses),
        zone=wishes.zone,
        method=wishes.method,
        reference=clean_comment(wishes.reference, field="customerReference"),
        comment=clean_comment(wishes.comment, field="customerComment"),
        key=wishes.key,
    )


def _typed(addresses: Mapping[str, Address]) -> dict[str, Address]:
    """Addresses that were typed in; raises `Invalid` naming the part that is wrong or missing."""
    read = read_details({"addresses": [{**address, "type": kind} for kind, address in addresses.items()]}).addresses
    for kind, address in read.items():
        for name in REQUIRED_FIELDS:
            if not address.get(name):
                raise Invalid(f"The address needs a {ADDRESS_FIELDS[name]}.", field=f"addresses.{kind}.{name}")
    return read


def _own_cart(actor: Actor, cart_id: int | None, cart_key: str) -> Cart:
    check_may_ask(actor)
    carts = Cart.objects.owned_by(actor).filter(deleted_at=None)
    cart = (carts.filter(key=cart_key) if cart_key else carts.filter(pk=cart_id)).first()
    if cart is None:
        raise Missing("There is no such cart.")
    return cart


def _check_open(cart: Cart) -> None:
    if cart.status == CartStatus.HELD:
        raise Late("This cart waits for its approval. Take the request back first.", code="cart_held")
    if cart.status == CartStatus.CLOSED and Quote.objects.filter(cart=cart).exists():
        raise Late("A quote was asked for this cart already.", code="quoted")
    if cart.status != CartStatus.OPEN:
        raise Late(f"This cart is {cart.status}; no quote can be asked for it.", code=f"cart_{cart.status}")


def _check_quotable(priced: PricedCart) -> None:
    if not priced.lines:
        raise Invalid("This cart is empty.", field="cartId", code="empty_cart")
    if priced.problems:
        raise Invalid("Some lines can no longer be ordered.", field="cartId", details=priced.problems)


def _written(priced: PricedCart, wishes: Wishes, actor: Actor, now: datetime) -> Quote:
    cart = priced.cart
    if cart.owner is None:
        raise NotYours("Sign in before asking for a quote.")
    quote = Quote(
        tenant_id=cart.tenant_id,
        marketplace=cart.marketplace,
        cart=cart,
        seller_id=seller_of(cart.marketplace.owner_id, {line.line.product.vendor_id for line in priced.lines}),
        owner=cart.owner,
        owner_name=cart.owner.name,
        company=cart.company,
        company_name=cart.company.name if cart.company else "",
        status=QuoteStatus.AWAITING,
        status_since=now,
        customer_reference=wishes.reference,
        customer_comment=wishes.comment,
        currency=cart.currency,
        country=cart.country,
        created_at=now,
        modified_at=now,
    )
    if wishes.key:
        quote.key = wishes.key
        insert_quote(quote)
    known = read_details({"addresses": cart.addresses}).addresses
    typed = {kind: given_address(address) for kind, address in {**known, **wishes.addresses}.items()}
    chosen = {kind: address_for(quote, kind, key) for kind, key in wishes.address_keys.items() if key}
    quote.addresses = {kind: {**typed, **chosen}[kind] for kind in (SHIPPING, BILLING) if kind in {**typed, **chosen}}
    follow_destination(quote)
    take_shipping(quote, wishes.zone, wishes.method)
    lines = [_listed_line(line) for line in priced.lines]
    price_quote(quote, lines, now)
    changes = [Change(f"/items/{line.key}", new=line_text(line, quote.currency)) for line in lines]
    try:
        with transaction.atomic():
            event = write_new_quote(quote, "quote.asked", changes, actor, now, comment=wishes.comment)
    except IntegrityError:
        raise Late("A quote was asked for this cart already, or one with this id exists.", code="id_taken") from None
    save_lines(quote, lines)
    notices.tell_asked(quote, event, actor, now)
    return quote


def _listed_line(line: PricedCartLine) -> QuoteLine:
    return QuoteLine(
        listing=line.listing,
        product=line.line.product,
        quantity=line.quantity,
        list_unit_price=line.listing.unit_price,
        list_includes_tax=line.listing.includes_tax,
        unit_price=line.listing.unit_price,
        includes_tax=line.listing.includes_tax,
    )
