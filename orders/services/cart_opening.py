"""Opening a cart, and finding the one that is open; the plain fields that a cart has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Listing, TaxRate
from companies.actors import Actor
from companies.models import Marketplace
from companies.services.idempotency import Once, remember
from config.kit.refused import Invalid, Late, Missing
from orders.models import Cart
from orders.models.cart import CartQuerySet
from orders.services.cart_holders import Holder, release_overdue
from orders.services.cart_steps import check_may_fill

MADE_CART = "cart"
LONGEST_TYPE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CartFields:
    """What a cart is opened with or changed to; None leaves it as it is, empty takes it away.

    `country` is where tax is paid; addresses and delivery window are kept as they came. Where a
    session says in which currency and country it shops, a new cart follows it if it can.
    """

    currency: str | None = None
    type: str | None = None
    country: str | None = None
    zip_code: str | None = None
    channel: dict[str, Any] | None = None
    addresses: list[Any] | None = None
    delivery_window: dict[str, Any] | None = None
    mixins: dict[str, Any] | None = None
    session_currency: str = ""
    session_country: str = ""


def open_cart(
    *,
    actor: Actor,
    holder: Holder,
    marketplace: Marketplace,
    fields: CartFields,
    once: Once | None = None,
    now: datetime | None = None,
) -> Cart:
    """A new open cart. Raises `Late` (code `cart_exists`, detail: its id) beside an open one of the same type.

    `Invalid` for a currency in which nothing is sold there, or a country without known taxes.
    """
    check_may_fill(actor)
    now = now or timezone.now()
    release_overdue(holder, now)
    found = _open_carts(holder, marketplace, fields.type).first()
    if found is not None:
        raise exists_already(found)
    cart = _new_cart(holder, marketplace, fields, now)
    try:
        with transaction.atomic():
            cart.save(force_insert=True)
            remember(once, MADE_CART, cart.pk, now)
    except IntegrityError:
        raise exists_already(_open_carts(holder, marketplace, fields.type).first()) from None
    return cart


def current_cart_of(
    *,
    actor: Actor,
    holder: Holder,
    marketplace: Marketplace,
    fields: CartFields,
    create: bool,
    now: datetime | None = None,
) -> Cart | None:
    """The open cart of the type in `fields`, None where there is none; `create` opens one and is safe to repeat."""
    now = now or timezone.now()
    release_overdue(holder, now)
    found = _open_carts(holder, marketplace, fields.type).first()
    if found is not None or not create:
        return found
    try:
        return open_cart(actor=actor, holder=holder, marketplace=marketplace, fields=fields, now=now)
    except Late:
        # Somebody was faster; theirs is the one.
        return _open_carts(holder, marketplace, fields.type).first()


def assign_fields(cart: Cart, fields: CartFields) -> list[str]:
    """Write the plain fields that are given, all but the currency; returns their columns. A step.

    Raises `Invalid` for a country without known taxes, or a type that is too long.
    """
    if fields.type is not None and len(fields.type) > LONGEST_TYPE:
        raise Invalid(f"This is too long; at most {LONGEST_TYPE} characters.", field="type")
    if fields.country is not None and fields.country != cart.country and not taxed_in(cart.tenant_id, fields.country):
        raise Invalid(f"No taxes are known for {fields.country}.", field="countryCode")
    given = {
        "type": fields.type,
        "country": fields.country,
        "zip_code": fields.zip_code,
        "channel": fields.channel,
        "addresses": fields.addresses,
        "mixins": fields.mixins,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if fields.delivery_window is not None:
        values["delivery_window"] = fields.delivery_window or None
    changed = [name for name, value in values.items() if value != getattr(cart, name)]
    for name in changed:
        setattr(cart, name, values[name])
    return changed


def check_sold_in(marketplace: Marketplace, currency: str) -> None:
    """Raise `Invalid` (field `currency`) where nothing is sold in this currency. A step."""
    if not _sold_in(marketplace, currency):
        raise Invalid(f"Nothing is sold in {currency} on {marketplace.name}.", field="currency")


def exists_already(found: Cart | None = None) -> Late:
    """The refusal of a second open cart, with the id of the first where it is known."""
    return Late(
        "There is an open cart of this type on this site already.",
        code="cart_exists",
        details=[found.key] if found else [],
    )


def _new_cart(holder: Holder, marketplace: Marketplace, fields: CartFields, now: datetime) -> Cart:
    if marketplace.tenant_id != holder.tenant_id:
        raise Missing("There is no such marketplace.")
    cart = Cart(
        tenant_id=holder.tenant_id,
        marketplace=marketplace,
        owner_id=holder.user_id,
        company_id=holder.company_id,
        session_key="" if holder.user_id else holder.session_key,
        currency=marketplace.currency,
        country=marketplace.country,
        created_at=now,
        modified_at=now,
    )
    if fields.currency:
        check_sold_in(marketplace, fields.currency)
        cart.currency = fields.currency
    elif fields.session_currency and _sold_in(marketplace, fields.session_currency):
        cart.currency = fields.session_currency
    if fields.session_country not in ("", cart.country) and taxed_in(holder.tenant_id, fields.session_country):
        cart.country = fields.session_country
    assign_fields(cart, fields)
    return cart


def _open_carts(holder: Holder, marketplace: Marketplace, cart_type: str | None) -> CartQuerySet:
    whose: Mapping[str, Any] = (
        {"owner_id": holder.user_id, "company_id": holder.company_id}
        if holder.user_id
        else {"owner": None, "session_key": holder.session_key}
    )
    return Cart.objects.open().filter(
        tenant_id=holder.tenant_id, marketplace=marketplace, type=cart_type or "", prepared_by=None, **whose
    )


def _sold_in(marketplace: Marketplace, currency: str) -> bool:
    offers = Listing.objects.filter(marketplace=marketplace, is_active=True, currency=currency)
    return currency == marketplace.currency or offers.exists()


def taxed_in(tenant_id: int, country: str) -> bool:
    """Some tax rate is known for the country. One query."""
    return TaxRate.objects.filter(tax_class__tenant_id=tenant_id, country=country).exists()
