"""An approval: the question, to whom it went, and how it stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from approvals.lifecycle import Status
from companies.events import HasHistory
from companies.models import Company, Member, Tenant
from companies.roles import REVIEWING_ROLES, CompanyKind, Role
from config.kit.money import Money
from config.kit.records import Resource

if TYPE_CHECKING:
    from companies.actors import Actor


class SubjectKind(models.TextChoices):
    """What an approval can be about."""

    CART_CHECKOUT = "cart_checkout", "cart"
    QUOTE_CHECKOUT = "quote_checkout", "quote"
    SUBSCRIPTION_CHANGE = "subscription_change", "change of a subscription"
    ORDER_REVIEW = "order_review", "order review"


def reads_as(status: str, now: datetime) -> Q:
    """Reads as `status` at `now`: who is overdue reads EXPIRED, whether the sweep wrote it or not."""
    if status == Status.PENDING:
        return Q(Q(expires_at__isnull=True) | Q(expires_at__gt=now), status=Status.PENDING)
    if status == Status.EXPIRED:
        return Q(status=Status.EXPIRED) | Q(status=Status.PENDING, expires_at__lte=now)
    return Q(status=status)


def overdue_at(now: datetime) -> Q:
    """PENDING in the table, but past its time at `now`."""
    return Q(status=Status.PENDING, expires_at__lte=now)


# An approval that still binds its subject: waiting for its answer, or approved and not yet used.
LIVE = Q(status=Status.PENDING) | Q(status=Status.APPROVED, created_resource="", released_at__isnull=True)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Which approvals."""

    def visible_to(self, actor: Actor) -> Self:
        """Those the actor asked for or has to answer, in their tenant; nobody else's.

        Reviews are answered by the auditors and managers of the selling company as a pool.
        """
        if actor.user_id is None:
            return self.none()
        mine = Q(requester_id=actor.user_id) | Q(approver_id=actor.user_id)
        if actor.company_kind != CompanyKind.CUSTOMER and actor.role in REVIEWING_ROLES:
            mine |= Q(pool_company_id=actor.company_id)
        return self.filter(mine, tenant_id=actor.tenant_id)

    def put_to(self, actor: Actor) -> Self:
        """Those the actor is asked to answer, in whose company they still are: what these are about they may read."""
        counts = Member.objects.active().filter(company_id=OuterRef("company_id"), user_id=actor.user_id)
        return self.filter(Exists(counts), approver_id=actor.user_id, tenant_id=actor.tenant_id)

    def overseen_by(self, actor: Actor) -> Self:
        """What an admin of a customer company may read without being asked: its purchase approvals."""
        if actor.role != Role.ADMIN or actor.company_id is None:
            return self.none()
        return self.purchases().filter(company_id=actor.company_id, tenant_id=actor.tenant_id)

    def purchases(self) -> Self:
        """Approvals on the buyer's side, before an order exists."""
        return self.exclude(subject_kind=SubjectKind.ORDER_REVIEW)

    def with_status(self, status: str, now: datetime) -> Self:
        """Those that read as `status` at `now`: who is overdue reads EXPIRED, swept or not."""
        return self.filter(reads_as(status, now))

    def waiting(self, now: datetime) -> Self:
        """PENDING and not overdue at `now`."""
        return self.filter(reads_as(Status.PENDING, now))

    def overdue(self, now: datetime) -> Self:
        """PENDING in the table, but past their time at `now`."""
        return self.filter(overdue_at(now))

    def live(self) -> Self:
        """Those that still bind their subject (one at most per subject)."""
        return self.filter(LIVE)

    def waiting_since(self, moment: datetime) -> Self:
        """PENDING, with nobody reminded of it since `moment` and put to nobody else since."""
        return self.filter(
            Q(put_at__lte=moment) | Q(put_at__isnull=True, created_at__lte=moment), status=Status.PENDING
        )

    def about(self, kind: str, subject_id: str) -> Self:
        """All approvals of one subject."""
        return self.filter(subject_kind=kind, subject_id=subject_id)

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class Approval(HasHistory, Resource):
    """The question whether a subject may go on. It outlives what it was about.

    `approver` is the one person it is put to now; reviews have a `pool_company` instead.
    `gross` (tax included) and `limit_amount` are those of the moment of asking; deciding uses this
    limit. `created_resource` names the (first) order made by it; `released_at` is when an approved
    request was given up. `reminded_at` is when both sides were told that it expires soon. `put_at` is when it was
    put to the present approver, or when the period of waiting began that has not been reminded of (empty: when it was
    made); `reminders` counts those that were. `subject_id` is the primary key of the subject as text, `subject_key` its
    id outside.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="approvals")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="approvals")
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value.capitalize()) for s in Status], default=Status.PENDING
    )
    subject_kind = models.CharField(max_length=20, choices=SubjectKind)
    subject_id = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=200)
    site_code = models.CharField(max_length=64, blank=True)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals_requested"
    )
    requester_name = models.CharField(max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals_asked_for_others",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals_to_answer",
    )
    approver_name = models.CharField(max_length=200, blank=True)
    pool_company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    comment = models.TextField(blank=True)
    approver_comment = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    currency = models.CharField(max_length=3)
    gross = models.DecimalField(max_digits=15, decimal_places=4)
    limit_amount = models.DecimalField(max_digits=15, decimal_places=4, null=True, blank=True)
    limit_currency = models.CharField(max_length=3, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    content_hash = models.CharField(max_length=64)
    snapshot_count = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    put_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    created_resource = models.CharField(max_length=64, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "key"],
                condition=Q(company__isnull=False),
                name="one_approval_per_key_in_a_company",
            ),
            models.UniqueConstraint(
                fields=["tenant", "key"],
                condition=Q(company__isnull=True),
                name="one_approval_per_key_of_private_customers",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=LIVE,
                name="one_live_approval_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=False, pool_company__isnull=True)
                | Q(approver__isnull=True, pool_company__isnull=False),
                name="an_approval_is_put_to_a_person_or_a_pool",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]),
                name="an_approval_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(status=Status.APPROVED, created_resource=""),
                name="only_an_unused_yes_is_given_up",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=models.F("requester")),
                name="nobody_approves_their_own_request",
            ),
        ]
        indexes = [
            # Whose an approval is stands in two columns, when it was made in one.
            models.Index(fields=["tenant", "-created_at", "-id"], name="approval_by_age"),
            # For what is not a cart, of which there is little among many carts.
            models.Index(
                fields=["approver"], condition=~Q(subject_kind=SubjectKind.CART_CHECKOUT), name="approval_of_no_cart"
            ),
            models.Index(fields=["requester", "-created_at"], condition=LIVE, name="approval_live_by_requester"),
            models.Index(fields=["requester", "-created_at"], name="approval_by_requester"),
            models.Index(fields=["approver", "-created_at"], name="approval_by_approver"),
            models.Index(fields=["company", "-created_at"], name="approval_by_company"),
            # All that was ever asked about a cart, quote, change or order; of the live ones there is one at most.
            models.Index(fields=["subject_kind", "subject_id"], name="approval_by_subject"),
            models.Index(
                fields=["approver", "expires_at"],
                condition=Q(status=Status.PENDING),
                name="approval_waiting_by_approver",
            ),
            models.Index(fields=["expires_at"], condition=Q(status=Status.PENDING), name="approval_by_expiry"),
            models.Index(
                fields=["pool_company", "-created_at"],
                condition=Q(pool_company__isnull=False),
                name="review_by_pool",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_label} for {self.requester_name}"

    def status_at(self, now: datetime) -> Status:
        """How it reads at `now`: an overdue request is EXPIRED whether or not the sweep wrote it."""
        if self.is_overdue(now):
            return Status.EXPIRED
        return Status(self.status)

    def is_overdue(self, now: datetime) -> bool:
        """PENDING past its time."""
        return self.status == Status.PENDING and self.expires_at is not None and self.expires_at <= now

    @property
    def waits_since(self) -> datetime:
        """From when the next reminder is counted."""
        return self.put_at or self.created_at

    @property
    def limit(self) -> Money | None:
        """The purchase limit (gross) that held when it was asked, or None."""
        if self.limit_amount is None:
            return None
        return Money(self.limit_amount, self.limit_currency)

    @property
    def amount(self) -> Money:
        """What is asked for: gross subtotal, tax included."""
        return Money(self.gross, self.currency)

    @property
    def is_used(self) -> bool:
        """An order came of it."""
        return bool(self.created_resource)

    @property
    def is_live(self) -> bool:
        """It still binds its subject."""
        return self.status == Status.PENDING or (
            self.status == Status.APPROVED and not self.is_used and self.released_at is None
        )

    def reason_texts(self) -> list[str]:
        """Why approval was needed, in sentences."""
        reasons: list[dict[str, Any]] = self.reasons
        return [str(reason["text"]) for reason in reasons]
