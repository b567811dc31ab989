"""Carts: what somebody is about to order, for one company and on one marketplace."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from approvals.models import Approval
from catalog.models import Listing, Product
from companies.actors import ActorKind
from companies.models import Company, Marketplace, Tenant
from companies.roles import SELLING_ROLES, CompanyKind
from config.kit.records import Resource, new_key
from orders.lifecycle import CartStatus

if TYPE_CHECKING:
    from companies.actors import Actor

MAX_QUANTITY = Decimal(10) ** 7


# A cart that a seller prepares shows to its customer once it is held for an approval or was ordered.
_SHOWN_TO_OWNER = Q(prepared_by=None) | Q(status__in=(CartStatus.HELD, CartStatus.CLOSED))


class CartQuerySet(models.QuerySet["Cart"]):
    """Which carts."""

    def visible_to(self, actor: Actor) -> Self:
        """The actor's own carts of the company they act for; an approver also those held for them.

        An approver in several companies is one in each of them, whichever they act for. What a seller prepares
        for a customer is the seller's until it is ordered, or sent for approval.
        """
        if actor.user_id is None:
            return (
                self.filter(session_key=actor.session_key, owner__isnull=True, tenant_id=actor.tenant_id)
                if actor.session_key
                else self.none()
            )
        if actor.company_kind in (CompanyKind.VENDOR, CompanyKind.RESELLER):
            prepared = self.filter(prepared_by_id=actor.company_id, tenant_id=actor.tenant_id)
            return prepared if actor.role in SELLING_ROLES else self.none()
        asked = Approval.objects.put_to(actor).filter(pk=OuterRef("held_for"))
        return self.filter(
            Q(_SHOWN_TO_OWNER, owner_id=actor.user_id, company_id=actor.company_id) | Q(Exists(asked)),
            tenant_id=actor.tenant_id,
        )

    def reachable_by(self, actor: Actor) -> Self:
        """What the cart endpoints show: of `visible_to` what is of the company of the token; an API client all carts
        of its tenant, but for those that a seller is preparing.

        Only there: ordering and asking for approval are for people, and go by `visible_to`. What was
        deleted there is not shown there again.
        """
        kept = self.filter(_SHOWN_TO_OWNER, deleted_at=None)
        if actor.kind is ActorKind.CLIENT:
            return kept.filter(tenant_id=actor.tenant_id)
        return kept.visible_to(actor).filter(company_id=actor.company_id)

    def prepared_by(self, actor: Actor) -> Self:
        """What the actor's company prepares for customers, or has, with what pricing needs; none for who sells nothing.

        What was thrown away is not shown again.
        """
        if actor.role not in SELLING_ROLES or actor.company_id is None:
            return self.none()
        carts = self.visible_to(actor).filter(prepared_by_id=actor.company_id, deleted_at=None)
        return carts.select_related("marketplace__owner", "marketplace__tenant", "company", "owner", "prepared_by")

    def owned_by(self, actor: Actor) -> Self:
        """The actor's own carts of the company they act for."""
        return self.visible_to(actor).filter(owner_id=actor.user_id)

    def of_company(self, actor: Actor) -> Self:
        """All carts of the company the actor acts for, colleagues' too; in no company, the actor's own.

        For telling a colleague's cart from one that is not there: what may be read is `visible_to`.
        """
        if actor.company_id is None:
            mine = Q(_SHOWN_TO_OWNER, owner_id=actor.user_id, owner__isnull=False, company=None)
            return self.filter(mine, tenant_id=actor.tenant_id)
        return self.filter(_SHOWN_TO_OWNER, company_id=actor.company_id, tenant_id=actor.tenant_id)

    def open(self) -> Self:
        """Carts that are being filled."""
        return self.filter(status=CartStatus.OPEN)

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class Cart(Resource):
    """Lines of listings, priced afresh each time they are shown until a request freezes them.

    A member's cart belongs to their company from its creation and never changes it. `country` is
    where tax is paid. Rows are never deleted: who deletes a cart closes it (`deleted_at`). Addresses and delivery
    window are as a client sent them. `prepared_by` is the seller whose sales fill it for its owner.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="carts")
    marketplace = models.ForeignKey(Marketplace, on_delete=models.PROTECT, related_name="carts")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="carts",
    )
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="carts")
    prepared_by = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="carts_prepared"
    )
    session_key = models.CharField(max_length=64, blank=True)
    type = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value.capitalize()) for s in CartStatus],
        default=CartStatus.OPEN,
    )
    held_for = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="held_carts")
    currency = models.CharField(max_length=3)
    country = models.CharField(
        max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$", "Give a two-letter country code.")]
    )
    zip_code = models.CharField(max_length=11, blank=True)
    channel = models.JSONField(default=dict, blank=True)
    addresses = models.JSONField(default=list, blank=True)
    delivery_window = models.JSONField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_cart_per_key"),
            models.UniqueConstraint(
                fields=["marketplace", "type", "owner", "company"],
                condition=Q(
                    status=CartStatus.OPEN, owner__isnull=False, company__isnull=False, prepared_by__isnull=True
                ),
                name="one_open_cart_per_member",
            ),
            models.UniqueConstraint(
                fields=["marketplace", "type", "owner"],
                condition=Q(status=CartStatus.OPEN, owner__isnull=False, company__isnull=True),
                name="one_open_cart_per_private_customer",
            ),
            models.UniqueConstraint(
                fields=["marketplace", "type", "session_key"],
                condition=Q(status=CartStatus.OPEN, owner__isnull=True),
                name="one_open_cart_per_session",
            ),
            models.UniqueConstraint(
                fields=["prepared_by", "marketplace", "owner", "company"],
                condition=Q(status=CartStatus.OPEN, prepared_by__isnull=False),
                name="one_open_cart_that_a_seller_prepares",
            ),
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=True) | Q(owner__isnull=False, company__isnull=False),
                name="a_cart_is_prepared_for_a_member",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(session_key=""),
                name="a_cart_has_an_owner_or_a_session",
            ),
            models.CheckConstraint(
                condition=Q(status=CartStatus.HELD, held_for__isnull=False)
                | (~Q(status=CartStatus.HELD) & Q(held_for__isnull=True)),
                name="a_cart_is_held_for_an_approval",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in CartStatus]), name="a_cart_has_a_known_status"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "status", "-modified_at"], name="cart_by_owner"),
            models.Index(
                fields=["prepared_by", "status", "-modified_at"],
                condition=Q(prepared_by__isnull=False),
                name="cart_by_preparer",
            ),
        ]

    def __str__(self) -> str:
        return f"cart {self.key}"

    @property
    def is_frozen(self) -> bool:
        """Its lines keep the prices of a request."""
        return self.status == CartStatus.HELD


class CartLine(models.Model):
    """Some quantity of a listing. The `frozen_*` columns are set while a request holds the cart.

    A separate line stays as it is when more of its listing is added. A trial costs nothing until it ends.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    key = models.CharField(max_length=64, default=new_key)
    position = models.PositiveIntegerField()
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="cart_lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="cart_lines")
    quantity = models.DecimalField(max_digits=11, decimal_places=4)
    is_separate = models.BooleanField(default=False)
    is_trial = models.BooleanField(default=False)
    frozen_unit_price = models.DecimalField(max_digits=15, decimal_places=6, null=True, blank=True)
    frozen_includes_tax = models.BooleanField(null=True, blank=True)
    frozen_tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    mixins = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "position"], name="one_line_per_position"),
            models.UniqueConstraint(fields=["cart", "key"], name="one_line_per_key"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=MAX_QUANTITY), name="a_quantity_is_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"
