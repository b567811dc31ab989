"""Quotes: prices that a seller offers one customer for certain lines, until a day."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from approvals.models import Approval, SubjectKind
from catalog.models import Listing, Product
from companies.events import ChainedEvent, HasHistory
from companies.models import Company, Marketplace, Tenant
from companies.roles import SELLING_ROLES, CompanyKind
from config.kit.money import Money
from config.kit.records import Resource, new_key
from orders.models.cart import MAX_QUANTITY, Cart
from orders.quote_lifecycle import TO_PRICE, UNSEEN_BY_CUSTOMERS, QuoteStatus, ReasonType, status_at

if TYPE_CHECKING:
    from companies.actors import Actor

NUMBER_PREFIX = "Q"
FIRST_NUMBER = 1000


def quote_pk_of(number: str) -> int | None:
    """The primary key in a quote's number, such as 42 in Q1042; None for anything that is no number."""
    found = re.fullmatch(rf"{NUMBER_PREFIX}([1-9][0-9]{{3,17}})", number)
    return int(found[1]) - FIRST_NUMBER if found else None


def reads_as_quote(status: str, now: datetime) -> Q:
    """Reads as `status` at `now`: an offer past its time reads EXPIRED, whether the sweep wrote it or not."""
    if status == QuoteStatus.OPEN:
        return Q(Q(valid_to__isnull=True) | Q(valid_to__gt=now), status=QuoteStatus.OPEN)
    if status == QuoteStatus.EXPIRED:
        return Q(status=QuoteStatus.EXPIRED) | Q(status=QuoteStatus.OPEN, valid_to__lte=now)
    return Q(status=status)


class QuoteQuerySet(models.QuerySet["Quote"]):
    """Which quotes."""

    def visible_to(self, actor: Actor) -> Self:
        """Quotes the actor has a part in; none that was deleted.

        A customer: their own of the company they act for, once it was opened or asked for; whoever is
        asked to approve one: that one. A seller's sales and managers: those their company prices. An
        API client: those of its tenant. Platform staff: all.
        """
        kept = self.filter(deleted_at=None)
        if actor.platform:
            return kept.filter(tenant_id=actor.tenant_id) if actor.tenant_id else kept
        if actor.is_client:
            return kept.filter(tenant_id=actor.tenant_id)
        if actor.user_id is None:
            return self.none()
        quotes = kept.filter(tenant_id=actor.tenant_id)
        if actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER):
            return quotes.filter(seller_id=actor.company_id) if actor.role in SELLING_ROLES else self.none()
        mine = Quote.objects.filter(owner_id=actor.user_id, company_id=actor.company_id).values("pk")
        asked = Approval.objects.put_to(actor).filter(subject_kind=SubjectKind.QUOTE_CHECKOUT)
        # Put together rather than asked with "or": each part has its index.
        theirs = mine.union(Quote.objects.filter(approval__in=asked).values("pk"))
        return quotes.filter(pk__in=theirs).exclude(status__in=UNSEEN_BY_CUSTOMERS)

    def of_company(self, actor: Actor) -> Self:
        """All quotes of the company the actor acts for, colleagues' too; in no company, the actor's own.

        For telling a colleague's quote from one that is not there: what may be read is `visible_to`.
        """
        kept = self.filter(tenant_id=actor.tenant_id, deleted_at=None).exclude(status__in=UNSEEN_BY_CUSTOMERS)
        if actor.company_id is None:
            return kept.filter(owner_id=actor.user_id, company=None)
        return kept.filter(company_id=actor.company_id)

    def with_status(self, status: str, now: datetime) -> Self:
        """Those that read as `status` at `now`."""
        return self.filter(reads_as_quote(status, now))

    def to_price(self) -> Self:
        """Those that wait for an employee."""
        return self.filter(status__in=TO_PRICE)

    def overdue(self, now: datetime) -> Self:
        """OPEN in the table, but past their time at `now`; none that was deleted."""
        return self.filter(status=QuoteStatus.OPEN, valid_to__lte=now, deleted_at=None)

    def numbered(self, number: str) -> Self:
        """The quote with this number, such as Q1042; none for anything that is no number."""
        pk = quote_pk_of(number)
        return self.none() if pk is None else self.filter(pk=pk)

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class Quote(HasHistory, Resource):
    """An offer, from the question for it to the order that comes of it.

    Amounts are in `currency`: `lines_*` are the sums of the lines at the offered prices, `list_*` what
    the same lines cost by the listings when they were added, `shipping_*` what shipping costs. `seller`
    is the company whose sales price it; none where lines of several sellers are asked for together, which the
    platform's staff answer. `valid_to` (aware UTC) ends an open offer; none: no end. `content_hash` covers
    what the customer would order. `approval` is the live or used approval of its acceptance.
    `addresses` are by type, in the spelling of checkout details, each with its `id` and `name`.
    `mixins` is what clients attach: a document, see `orders.quote_edits.Attach`.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="quotes")
    marketplace = models.ForeignKey(Marketplace, on_delete=models.PROTECT, related_name="quotes")
    cart = models.OneToOneField(Cart, on_delete=models.PROTECT, null=True, blank=True, related_name="quote")
    seller = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="quotes_priced")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quotes")
    owner_name = models.CharField(max_length=200)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="quotes")
    company_name = models.CharField(max_length=200, blank=True)
    employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="quotes_priced"
    )
    employee_ref = models.CharField(max_length=64, blank=True)
    employee_name = models.CharField(max_length=200, blank=True)
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value.replace("_", " ").capitalize()) for s in QuoteStatus]
    )
    status_since = models.DateTimeField()
    status_comment = models.TextField(blank=True)
    status_reason = models.JSONField(default=dict, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    employee_comment = models.TextField(blank=True)
    customer_reference = models.CharField(max_length=200, blank=True)
    customer_comment = models.TextField(blank=True)
    restriction = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    country = models.CharField(
        max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$", "Give a two-letter country code.")]
    )
    addresses = models.JSONField(default=dict, blank=True)
    shipping = models.JSONField(default=dict, blank=True)
    shipping_net = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    shipping_tax = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    shipping_gross = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    lines_net = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    lines_tax = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    lines_gross = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    list_net = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    list_gross = models.DecimalField(max_digits=15, decimal_places=4, default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="quote")
    order_number = models.CharField(max_length=64, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_quote_per_key"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in QuoteStatus]), name="a_quote_has_a_known_status"
            ),
            models.CheckConstraint(
                condition=Q(status=QuoteStatus.ACCEPTED) & ~Q(order_number="")
                | ~Q(status=QuoteStatus.ACCEPTED) & Q(order_number=""),
                name="a_quote_is_accepted_when_it_is_ordered",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="quote_by_age"),
            models.Index(fields=["owner", "-created_at"], name="quote_by_owner"),
            models.Index(fields=["company", "-created_at"], name="quote_by_company"),
            models.Index(fields=["seller", "status", "-status_since"], name="quote_by_seller"),
            models.Index(fields=["valid_to"], condition=Q(status=QuoteStatus.OPEN), name="quote_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What everybody calls the quote; it comes from the primary key."""
        return f"{NUMBER_PREFIX}{FIRST_NUMBER + self.pk}"

    def status_at(self, now: datetime) -> QuoteStatus:
        """How it reads at `now`."""
        return status_at(self.status, self.valid_to, now)

    def is_overdue(self, now: datetime) -> bool:
        """OPEN past its time."""
        return self.status == QuoteStatus.OPEN and self.status_at(now) is QuoteStatus.EXPIRED

    @property
    def subtotal(self) -> Money:
        """The lines at the offered prices, tax included: what limits are compared with."""
        return Money(self.lines_gross, self.currency)

    @property
    def total(self) -> Money:
        """Lines and shipping, tax included: what would be paid."""
        return Money(self.lines_gross + self.shipping_gross, self.currency)


class QuoteLine(models.Model):
    """Some quantity of a listing at an offered price, with the price by the listing beside it.

    `unit_price` is net or gross as `includes_tax` says, `list_unit_price` as `list_includes_tax` says.
    `is_total` marks a line that was agreed as one net total: `net` is exactly that, and the unit price
    only follows from it.
    """

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    key = models.CharField(max_length=64, default=new_key)
    position = models.PositiveIntegerField()
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="quote_lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="quote_lines")
    quantity = models.DecimalField(max_digits=11, decimal_places=4)
    list_unit_price = models.DecimalField(max_digits=15, decimal_places=6)
    list_includes_tax = models.BooleanField()
    list_net = models.DecimalField(max_digits=15, decimal_places=4)
    list_gross = models.DecimalField(max_digits=15, decimal_places=4)
    unit_price = models.DecimalField(max_digits=15, decimal_places=6)
    includes_tax = models.BooleanField()
    is_total = models.BooleanField(default=False)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    net = models.DecimalField(max_digits=15, decimal_places=4)
    tax = models.DecimalField(max_digits=15, decimal_places=4)
    gross = models.DecimalField(max_digits=15, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="one_quote_line_per_position"),
            models.UniqueConstraint(fields=["quote", "key"], name="one_quote_line_per_key"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=MAX_QUANTITY), name="a_quoted_quantity_is_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"


class QuoteEvent(ChainedEvent):
    """One event in a quote's history; what it changed stands in its changes."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quote", "number"], name="one_quote_event_per_number"),
        ]


class QuoteChange(models.Model):
    """One value that an event changed: from `old` to `new`, each as text, `path` as the API spells it.

    The chained event holds the salted digest of each of its changes (`facts.changes`), so a text in
    here can be erased without breaking the chain. Rows are only added.
    """

    event = models.ForeignKey(QuoteEvent, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    op = models.CharField(max_length=8)
    path = models.CharField(max_length=200)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    salt = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="one_quote_change_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.path}"


class QuoteReason(Resource):
    """A reason of one tenant, in place of a default one with the same id or beside the defaults.

    `message` is a text per language. A deleted row hides the default of its id.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="quote_reasons")
    type = models.CharField(max_length=8, choices=[(t.value, t.value.capitalize()) for t in ReasonType])
    code = models.CharField(max_length=64)
    message = models.JSONField(default=dict, help_text='Text per language, such as {"en": "Too expensive"}.')
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_quote_reason_per_key"),
            models.UniqueConstraint(
                fields=["tenant", "type", "code"], condition=Q(deleted_at=None), name="one_quote_reason_per_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.code}"
