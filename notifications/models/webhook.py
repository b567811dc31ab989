"""Webhooks: where a vendor's system is called, what it is told there, and each attempt to tell it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from companies.models import Company, Tenant
from companies.roles import REVIEWING_ROLES, CompanyKind
from config.kit.records import new_key

if TYPE_CHECKING:
    from companies.actors import Actor


def new_call_id() -> str:
    """The `webhook-id`: the same on every attempt, so that its receiver recognises a repeat."""
    return f"msg_{uuid.uuid4().hex}"


class CallState(models.TextChoices):
    """Where a call stands."""

    WAITING = "waiting"
    SENT = "sent", "delivered"
    FAILED = "failed", "given up"
    DROPPED = "dropped", "not needed any more"


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Which endpoints."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the vendor whose auditor or manager the actor is; platform staff: all of the tenant."""
        return _of_vendor(self, actor)


class WebhookEndpoint(models.Model):
    """Where the system of one vendor company is called. A company has one: what is ordered is provisioned once.

    The secret is in no column: it is derived from `key`, a version and the server's own key of that id
    (`notifications.webhooks.secrets`). For a while after a change the previous one signs, too.
    """

    company = models.OneToOneField(Company, on_delete=models.PROTECT, related_name="webhook_endpoint")
    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    url = models.CharField("address", max_length=500)
    description = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField("active", default=True, help_text="Switched off, calls wait until it is on again.")
    stopped_because = models.CharField(
        max_length=200, blank=True, help_text="Why it was switched off by itself, as its managers read it."
    )
    secret_version = models.PositiveIntegerField(default=1)
    secret_key_id = models.CharField(max_length=40)
    previous_version = models.PositiveIntegerField(default=0)
    previous_key_id = models.CharField(max_length=40, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    def __str__(self) -> str:
        return self.url


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Which calls."""

    def visible_to(self, actor: Actor) -> Self:
        """Those to the vendor whose auditor or manager the actor is; platform staff: all of the tenant."""
        return _of_vendor(self, actor)

    def due(self, now: datetime) -> Self:
        """Calls to make now: their wait over, in nobody's hands, and somewhere to call."""
        active = WebhookEndpoint.objects.filter(company=OuterRef("company"), is_active=True)
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            Exists(active),
            state=CallState.WAITING,
            next_attempt_at__lte=now,
        )

    def settled_before(self, before: datetime, now: datetime) -> Self:
        """Calls whose last word was said before then: taken (while their text is kept), not needed, or tests."""
        lately = WebhookAttempt.objects.filter(delivery=OuterRef("pk"), at__gte=before)
        return self.filter(
            Q(state=CallState.SENT) & ~Q(body="")
            | Q(state=CallState.DROPPED)
            | Q(about_kind="", state=CallState.FAILED),
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            Q(sent_at__isnull=True) | Q(sent_at__lt=before),
            ~Exists(lately),
            created_at__lt=before,
            next_attempt_at__lt=before,
        )


class WebhookDelivery(models.Model):
    """One event told to the system of one vendor.

    Written in the transaction of what it tells; `key` (event, company, topic) makes a second one
    impossible. `body` is frozen: the very text that every attempt sends and signs; empty once it was taken so long
    ago that it is forgotten (`notifications.webhooks.forgetting`).
    """

    key = models.CharField(max_length=200, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="webhook_deliveries")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="webhook_deliveries")
    call_id = models.CharField(max_length=40, unique=True, default=new_call_id)
    topic = models.CharField(max_length=60)
    body = models.TextField()
    about_kind = models.CharField(max_length=20, blank=True, help_text="What it is about: order or subscription.")
    about_key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=CallState, default=CallState.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveIntegerField(default=0)
    failure_count = models.PositiveIntegerField(
        default=0, help_text="Failed attempts since it was queued, or queued again."
    )
    last_said = models.CharField(max_length=200, blank=True, help_text="How the last attempt ended, in a few words.")
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="a_delivered_call_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="call_by_company"),
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="call_to_make"),
            models.Index(fields=["about_kind", "about_key"], name="call_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.about_key}"


class WebhookAttempt(models.Model):
    """One try to make a call, and how it ended: the status that was answered, or why there was no answer."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(default=0)
    url = models.CharField("address", max_length=500)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    answer = models.TextField(blank=True, help_text="The beginning of what was answered.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="one_webhook_attempt_per_number"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


def _of_vendor(rows, actor: Actor):
    if actor.platform:
        return rows.filter(company__tenant_id=actor.tenant_id) if actor.tenant_id else rows
    if actor.company_kind is not CompanyKind.VENDOR or actor.role not in REVIEWING_ROLES:
        return rows.none()
    return rows.filter(company_id=actor.company_id, company__tenant_id=actor.tenant_id)
