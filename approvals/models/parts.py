"""What hangs on an approval: its steps, the answers, what was shown, and its history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from approvals.models.approval import Approval
from companies.events import ChainedEvent
from companies.models import Company


class Snapshot(models.Model):
    """What the approver sees: appended at the request and at each change of content, never altered.

    `content` has two parts: `bound`, which the hash covers, and `shown`, which helps reading it.
    """

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    hash_version = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "number"], name="one_snapshot_per_number"),
        ]

    def __str__(self) -> str:
        return f"snapshot {self.number}"


class Step(models.Model):
    """One yes that is needed: from a named user, or from anybody with `role` in `company` (a pool)."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(default=1)
    needed = models.PositiveIntegerField(default=1, help_text="How many must say yes.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "number"], name="one_step_per_number"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, company__isnull=True) | Q(user__isnull=True, company__isnull=False),
                name="a_step_is_put_to_a_person_or_a_pool",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.number}"


class Answer(models.Model):
    """A yes or no, by whom, and which snapshot that person had seen."""

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="answers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    yes = models.BooleanField()
    comment = models.TextField(blank=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="answers")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "user"], name="one_answer_per_person_and_step"),
        ]

    def __str__(self) -> str:
        return "yes" if self.yes else "no"


class ApprovalEvent(ChainedEvent):
    """One event in an approval's history."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "number"], name="one_approval_event_per_number"),
        ]
