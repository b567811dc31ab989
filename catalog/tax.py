"""Which tax rate holds for a tax class in a country on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery

from catalog.models import TaxRate


def rates_on(tax_class_ids: Iterable[int], country: str, day: date) -> dict[int, Decimal]:
    """Percentages by tax class id, of the newest row not after `day` (UTC date). One query.

    A class without any row for the country is not in the answer: the caller must refuse, never
    assume zero.
    """
    return rates_in(tax_class_ids, [country], day)[country]


def rates_in(tax_class_ids: Iterable[int], countries: Iterable[str], day: date) -> dict[str, dict[int, Decimal]]:
    """As `rates_on`, for several countries. One query."""
    rates: dict[str, dict[int, Decimal]] = {country: {} for country in countries}
    rows = TaxRate.objects.filter(tax_class_id__in=set(tax_class_ids), country__in=rates, valid_from__lte=day)
    for country, tax_class_id, rate in rows.order_by("valid_from").values_list("country", "tax_class_id", "rate"):
        rates[country][tax_class_id] = rate
    return rates


def countries_of(tax_class_ids: Iterable[int]) -> dict[int, list[str]]:
    """The countries for which each tax class has a rate, in order of the alphabet. One query."""
    rows = TaxRate.objects.filter(tax_class_id__in=set(tax_class_ids)).values_list("tax_class_id", "country")
    countries: dict[int, list[str]] = {}
    for tax_class_id, country in rows.distinct().order_by("country"):
        countries.setdefault(tax_class_id, []).append(country)
    return countries


def rate_by_code(tenant_id: int, code: str, country: str, day: date) -> Decimal | None:
    """The percentage of the tenant's tax class `code`, or None where no row holds. One query."""
    return _newest(tenant_id, code, country, day).values_list("rate", flat=True).first()


def rate_in(code: str, tenant: str, country: str, day: date) -> Subquery:
    """`rate_by_code` within another query, by the names of two of its columns. None where no row holds."""
    return Subquery(_newest(OuterRef(tenant), OuterRef(code), country, day).values("rate")[:1])


def rate_on(tax_class: str, country: str | OuterRef, day: date) -> Subquery:
    """`rates_on` within another query, by the name of its column. None where no row holds."""
    rates = TaxRate.objects.filter(tax_class_id=OuterRef(tax_class), country=country, valid_from__lte=day)
    return Subquery(rates.order_by("-valid_from").values("rate")[:1])


def _newest(tenant: int | OuterRef, code: str | OuterRef, country: str, day: date) -> QuerySet[TaxRate]:
    rates = TaxRate.objects.filter(tax_class__tenant_id=tenant, tax_class__code=code)
    return rates.filter(country=country, valid_from__lte=day).order_by("-valid_from")
