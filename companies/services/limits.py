"""How much a company's Buyers may order alone, and how long its requests for approval stay open."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from companies.actors import Actor
from companies.models import Company
from companies.models.company import CURRENCY_FORMAT
from companies.services.history import Changed, record_change
from companies.services.steps import check_customer_company, locked_company
from config.kit.money import AMOUNT_LIMIT, Money, minor_units, spell
from config.kit.refused import Invalid

LONGEST_EXPIRY = 365


def set_limit(
    *,
    actor: Actor,
    company_id: int,
    amount: Decimal | None,
    currency: str,
    reason: str = "",
    now: datetime | None = None,
) -> Company:
    """Set the purchase limit: gross, tax included, in `currency`; None is no limit, 0 lets nobody order alone.

    Open requests keep the limit they were made with. Raises `Missing`, `NotYours`, and `Invalid`
    naming `purchase_limit` or `limit_currency`. The limit it has already: nothing happens.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        check_customer_company(company, "a purchase limit", field="purchase_limit")
        limit = None if amount is None else _checked(amount, currency)
        if limit == company.limit:
            return company
        old = _plain(company.limit)
        company.purchase_limit = limit.amount if limit else None
        company.limit_currency = limit.currency if limit else ""
        company.save(update_fields=["purchase_limit", "limit_currency", *company.touched(now)])
        _record("company.limit_set", company, old, _plain(limit), actor, now, reason)
    return company


def set_expiry_days(
    *, actor: Actor, company_id: int, days: int | None, reason: str = "", now: datetime | None = None
) -> Company:
    """After how many days the company's requests expire; None is the tenant's preference.

    Open requests keep their day. `Invalid` names `approval_expiry_days`.
    """
    now = now or timezone.now()
    with transaction.atomic():
        company = locked_company(actor, company_id)
        check_customer_company(company, "requests for approval", field="approval_expiry_days")
        if days is not None and not 1 <= days <= LONGEST_EXPIRY:
            raise Invalid("Requests expire after 1 to 365 days.", field="approval_expiry_days")
        if days == company.approval_expiry_days:
            return company
        old, company.approval_expiry_days = company.approval_expiry_days, days
        company.save(update_fields=["approval_expiry_days", *company.touched(now)])
        _record("company.expiry_days_set", company, old, days, actor, now, reason)
    return company


def _checked(amount: Decimal, currency: str) -> Money:
    if not CURRENCY_FORMAT.regex.fullmatch(currency):
        raise Invalid("Give a three-letter currency code such as EUR.", field="limit_currency")
    if not amount.is_finite() or amount < 0:
        raise Invalid("A purchase limit is zero or more.", field="purchase_limit")
    if amount >= AMOUNT_LIMIT:
        raise Invalid("This is more than can be stored. For no limit leave it empty.", field="purchase_limit")
    places = minor_units(currency)
    if amount != round(amount, places):
        raise Invalid(f"Amounts in {currency} have {places} decimals at most.", field="purchase_limit")
    return Money(amount, currency)


def _plain(limit: Money | None) -> dict[str, str] | None:
    return {"amount": spell(limit.amount), "currency": limit.currency} if limit else None


def _record(kind: str, company: Company, old: Any, new: Any, actor: Actor, now: datetime, reason: str) -> None:
    record_change(
        Changed(kind, company.name, old, new, reason),
        actor=actor,
        tenant_id=company.tenant_id,
        company=company,
        now=now,
    )
