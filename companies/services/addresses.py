"""The addresses that a customer keeps: adding, writing and removing one.

They are the person's own business and not the company's, so no history is kept of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Customer, CustomerAddress
from companies.services.idempotency import Once, remember
from companies.services.steps import check_version, write_columns
from config.kit.refused import Invalid, Missing, NotYours

KIND = "address"
MOST = 100


@dataclass(frozen=True, slots=True)
class Address:
    """What an address shall be; None stays as it is, or empty."""

    contact_name: str | None = None
    company_name: str | None = None
    street: str | None = None
    street_number: str | None = None
    street_appendix: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    phone: str | None = None
    tags: list[str] | None = None
    mixins: dict[str, Any] | None = None
    is_default: bool | None = None
    version: int | None = field(default=None, metadata={"column": False})


COLUMNS = tuple(each.name for each in fields(Address) if each.metadata.get("column", True))


def add_address(
    *, actor: Actor, address: Address, now: datetime | None = None, once: Once | None = None
) -> CustomerAddress:
    """A new address of the actor's; the first one is the default. Raises `NotYours` and `Invalid`."""
    now = now or timezone.now()
    with transaction.atomic():
        customer = _locked_customer(actor)
        kept = CustomerAddress.objects.filter(customer=customer).count()
        if kept >= MOST:
            raise Invalid(f"You can keep {MOST} addresses.", field="contactName")
        row = CustomerAddress(customer=customer, created_at=now, modified_at=now)
        write_columns(row, address, COLUMNS)
        if not row.contact_name:
            raise Invalid("An address needs the name of somebody.", field="contact_name")
        row.is_default = row.is_default or not kept
        _make_room(row)
        row.save(force_insert=True)
        remember(once, KIND, row.key, now)
    return row


def change_address(*, actor: Actor, address_key: str, address: Address, now: datetime | None = None) -> CustomerAddress:
    """Write what is wanted. Raises `Missing`, `Invalid`, and `Late` for an old version."""
    now = now or timezone.now()
    with transaction.atomic():
        customer = _locked_customer(actor)
        row = _found(customer, address_key)
        check_version(row, address.version)
        write_columns(row, address, COLUMNS)
        if not row.contact_name:
            raise Invalid("An address needs the name of somebody.", field="contact_name")
        _make_room(row)
        row.save(update_fields=[*COLUMNS, *row.touched(now)])
    return row


def remove_address(*, actor: Actor, address_key: str) -> None:
    """Delete an address; copies in carts and orders stay. Raises `Missing`."""
    with transaction.atomic():
        _found(_locked_customer(actor), address_key).delete()


def _locked_customer(actor: Actor) -> Customer:
    customer = (
        Customer.objects.select_for_update(of=("self",), no_key=True)
        .filter(tenant_id=actor.tenant_id, user_id=actor.user_id)
        .first()
        if actor.user_id is not None
        else None
    )
    if customer is None:
        raise NotYours("Only customers keep addresses.")
    return customer


def _found(customer: Customer, key: str) -> CustomerAddress:
    row = CustomerAddress.objects.filter(customer=customer, key=key).first()
    if row is None:
        raise Missing("There is no such address.")
    return row


def _make_room(row: CustomerAddress) -> None:
    """There is one default at most; the customer is locked."""
    if row.is_default:
        others = CustomerAddress.objects.filter(customer_id=row.customer_id, is_default=True).exclude(pk=row.pk)
        others.update(is_default=False)
