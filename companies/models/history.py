"""What was changed about companies, people and settings, by whom and when."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from companies.models.company import Company
from companies.models.marketplace import Marketplace
from companies.models.tenant import Tenant


class Change(models.Model):
    """One change to a role, a limit, a marketplace, a product's flag or a preference: old value, new value, who.

    Rows are only ever added. People are named as text, so that the entry outlives them.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="changes")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    marketplace = models.ForeignKey(
        Marketplace, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    kind = models.CharField(max_length=60, help_text="What happened, such as member.role_changed.")
    subject = models.CharField(max_length=200, help_text="Whom or what it is about.")
    old = models.JSONField(null=True, blank=True)
    new = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["company", "-at"], name="change_by_company"),
            models.Index(fields=["tenant", "-at"], name="change_by_tenant"),
            models.Index(
                fields=["marketplace", "-at"],
                condition=models.Q(marketplace__isnull=False),
                name="change_by_marketplace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
