"""Which quotes does a client see, and by which fields may it filter and sort them?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Round

from companies.actors import Actor
from companies.api.listing import METADATA_COLUMNS
from companies.api.pieces import by_number
from companies.api.query import Column, Columns, Kind, any_of, compared, numbered
from companies.roles import CompanyKind
from config.kit.money import AMOUNT_DECIMALS
from config.kit.query import Comparison
from orders.models import Quote, QuoteEvent, QuoteLine
from orders.models.quote import quote_pk_of, reads_as_quote
from orders.quote_lifecycle import QuoteStatus

NEWEST_FIRST = ("-created_at", "-pk")
B2B, B2C = "B2B", "B2C"


def of_token(actor: Actor) -> QuerySet[Quote]:
    """What the actor sees with this token: people of customer companies only what is of the one they act for."""
    quotes = Quote.objects.visible_to(actor)
    return quotes if sells(actor) else quotes.filter(company_id=actor.company_id)


def seen_by(actor: Actor) -> QuerySet[Quote]:
    """The same with all that is shown of them; `withheld`: the reader is not shown the prices. Two queries."""
    lines = QuoteLine.objects.select_related("listing__plan", "product__tax_class").order_by("position")
    return (
        of_token(actor)
        .select_related("tenant", "marketplace", "company", "owner", "employee", "cart", "approval")
        .prefetch_related(Prefetch("lines", lines))
        .annotate(withheld=Value(value=False) if sells(actor) else _withheld())
    )


def sells(actor: Actor) -> bool:
    """The actor is an employee: an API client, or somebody of a vendor or reseller."""
    return actor.is_client or actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER)


def searchable(rows: QuerySet[Quote], now: datetime) -> QuerySet[Quote]:
    """With the status as it reads now and with what the reader is shown of prices, to be asked for."""
    expired = When(reads_as_quote(QuoteStatus.EXPIRED, now), then=Value(QuoteStatus.EXPIRED.value))
    return rows.alias(
        status_now=Case(expired, default=F("status"), output_field=CharField()),
        business=Case(When(company=None, then=Value(B2C)), default=Value(B2B), output_field=CharField()),
        shown_valid_to=_shown(F("valid_to"), Value(None, output_field=DateTimeField())),
        shown_comment=_shown(F("employee_comment"), Value("", output_field=TextField())),
        lines_net_shown=_shown(F("lines_net"), F("list_net")),
        lines_tax_shown=_shown(F("lines_tax"), _rounded(F("list_gross") - F("list_net"))),
        lines_gross_shown=_shown(F("lines_gross"), F("list_gross")),
        total_net_shown=_shown(_rounded(F("lines_net") + F("shipping_net")), F("list_net")),
        total_tax_shown=_shown(_rounded(F("lines_tax") + F("shipping_tax")), _rounded(F("list_gross") - F("list_net"))),
        total_gross_shown=_shown(_rounded(F("lines_gross") + F("shipping_gross")), F("list_gross")),
    )


def columns(actor: Actor, now: datetime) -> Columns:
    """Every field a client may filter and sort by; there are no others."""
    return {
        "id": Column("key"),
        "number": Column("", lookup=numbered("number", quote_pk_of), sort_by="pk"),
        "businessModel": Column("business", Kind.CHOICE, {B2B: B2B, B2C: B2C}),
        "status.value": Column(
            "status",
            Kind.CHOICE,
            {s.value: s for s in QuoteStatus},
            any_of(lambda status: reads_as_quote(status, now)),
            sort_by="status_now",
        ),
        "status.comment": Column("status_comment"),
        **{
            f"status.quoteReason.{name}": Column(f"status_reason__{name}", sort_by="")
            for name in ("id", "code", "type")
        },
        "customer.customerId": Column("owner_id", lookup=by_number("owner_id", actor.tenant_id), sort_by=""),
        "customer.firstName": Column("owner__first_name"),
        "customer.lastName": Column("owner__last_name"),
        "customer.contactEmail": Column("owner__email"),
        "restriction": Column("restriction"),
        "employee.firstName": Column("employee__first_name", nullable=True),
        "employee.lastName": Column("employee__last_name", nullable=True),
        "company.name": Column("company_name"),
        "legalEntityId": Column("company__key", nullable=True),
        "cartId": Column("cart__key", nullable=True),
        "orderId": Column("order_number"),
        "siteCode": Column("marketplace__key"),
        "currency": Column("currency"),
        "validTo": Column("shown_valid_to", Kind.INSTANT, nullable=True),
        "customerReference": Column("customer_reference"),
        "customerComment": Column("customer_comment"),
        "comment.employeeComment": Column("shown_comment"),
        "contentHash": Column("content_hash"),
        **{
            f"{wire}.{value}Value": Column(f"{path}_{value}_shown", Kind.AMOUNT)
            for wire, path in (("subtotalPrice", "lines"), ("totalPrice", "total"))
            for value in ("net", "tax", "gross")
        },
        "items.id": _of_lines("key"),
        "items.product.productId": _of_lines("product__key"),
        "items.price.priceId": _of_lines("listing__key"),
        "items.quantity.quantity": _of_lines("quantity", Kind.AMOUNT),
        **METADATA_COLUMNS,
    }


def _withheld() -> Exists:
    """The seller has worked on it since it was asked for or offered, and not offered that: half a price is none."""
    offered_since = QuoteEvent.objects.filter(
        quote=OuterRef("quote"), kind="quote.opened", number__gt=OuterRef("number")
    )
    worked_on = QuoteEvent.objects.filter(quote=OuterRef("pk"), kind="quote.revised").exclude(
        to_status=QuoteStatus.OPEN
    )
    return Exists(worked_on.exclude(Exists(offered_since)))


def _rounded(sum_of: Any) -> Any:
    # SQLite adds binary fractions.
    return Round(sum_of, precision=AMOUNT_DECIMALS)


def _shown(value: Any, instead: Any) -> Any:
    """What the reader is shown: the value, or what stands in its place."""
    return Case(When(withheld=True, then=instead), default=value)


def _of_lines(path: str, kind: Kind = Kind.TEXT) -> Column:
    """A field of items: some item has what is asked for."""
    column = Column(path, kind)

    def lookup(comparison: Comparison, values: Sequence[Any]) -> Q:
        lines = QuoteLine.objects.filter(quote=OuterRef("pk"))
        if comparison is Comparison.ABSENT:
            return ~Q(Exists(lines))
        if comparison is Comparison.PRESENT:
            return Q(Exists(lines))
        return Q(Exists(lines.filter(compared(column, comparison, values))))

    return Column(path, kind, lookup=lookup, sort_by="")
