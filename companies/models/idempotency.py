"""What a creating request made, so that the same request sent again makes nothing twice."""

from __future__ import annotations

from django.db import models

from companies.models.tenant import Tenant


class IdempotencyKey(models.Model):
    """One request that a client named with a key of its own, and what came of it.

    `actor` is who asked and for which company, as text; `route` where it was sent to; `body_digest`
    tells another body under the same key. `made_kind` and `made_id` name the record: the first answer
    is rendered from it again. Refused requests leave no row.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(max_length=120)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    made_kind = models.CharField(max_length=40)
    made_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "actor", "route", "key"], name="one_request_per_idempotency_key"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="idempotency_key_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
