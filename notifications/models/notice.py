"""Notices: what somebody was told, by mail and in the portal, and each attempt to deliver it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from companies.models import Tenant

if TYPE_CHECKING:
    from companies.actors import Actor


class MailState(models.TextChoices):
    """Where the mail of a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed", "given up"
    NONE = "none", "no mail"


def new_message_id() -> str:
    """The Message-ID's left part, fixed when the notice is posted so that a repeat is recognised."""
    return uuid.uuid4().hex


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Which notices."""

    def visible_to(self, actor: Actor) -> Self:
        """The actor's own notices, in their tenant."""
        if actor.user_id is None:
            return self.none()
        return self.filter(recipient_id=actor.user_id, tenant_id=actor.tenant_id)

    def unread(self) -> Self:
        """Those not read in the portal yet."""
        return self.filter(read_at__isnull=True)

    def due(self, now: datetime) -> Self:
        """Mails to send now: not sent, their wait over, and in nobody's hands."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            mail_state=MailState.WAITING,
            next_attempt_at__lte=now,
        )


class Notice(models.Model):
    """One thing told to one person.

    Written in the transaction of what it tells; `key` (event, recipient, topic) makes a second one
    impossible. `facts` freeze what the text needs, so that a late mail still tells the truth of
    then. `url` is a path in this installation.
    """

    key = models.CharField(max_length=200, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="notices")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    topic = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    about_kind = models.CharField(max_length=20, blank=True, help_text="What it is about: approval or order.")
    about_key = models.CharField(max_length=64, blank=True)
    site_code = models.CharField(max_length=64, blank=True, help_text="The marketplace in whose name it is told.")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_state = models.CharField(max_length=8, choices=MailState, default=MailState.WAITING)
    message_id = models.CharField(max_length=32, default=new_message_id)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveIntegerField(default=0)
    failure_count = models.PositiveIntegerField(
        default=0, help_text="Failed attempts since it was queued, or queued again."
    )
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mail_state="sent", sent_at__isnull=False)
                | (~Q(mail_state="sent") & Q(sent_at__isnull=True)),
                name="a_sent_mail_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_by_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["next_attempt_at"], condition=Q(mail_state="waiting"), name="notice_to_mail"),
            models.Index(fields=["about_kind", "about_key"], name="notice_by_subject"),
        ]

    def __str__(self) -> str:
        return self.topic


class Attempt(models.Model):
    """One try to mail a notice, and how it ended."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    sent = models.BooleanField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="one_attempt_per_number"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"
