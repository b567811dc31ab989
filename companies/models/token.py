"""The tokens of the storefront API: who a bearer is, of which company, until when.

Tokens are opaque and random; only their digest is stored, so a copy of the database opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models.company import Company
from companies.models.tenant import Tenant


class TokenKind(models.TextChoices):
    """What a token is good for."""

    ACCESS = "access"
    REFRESH = "refresh"


def digest_of(token: str) -> str:
    """SHA-256: a token is random already, so nothing slower is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """43 characters nobody can guess."""
    return secrets.token_urlsafe(32)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Which tokens."""

    def good(self, token: str, kind: TokenKind, now: datetime) -> Self:
        """The row of this token, if it is of that kind, not revoked and not expired."""
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=now),
            digest=digest_of(token),
            kind=kind,
            expires_at__gt=now,
        )


class ApiToken(models.Model):
    """A bearer token of a customer or of an anonymous visitor.

    Tokens of one login share `family` and `session_key`; the session is what an anonymous cart
    belongs to. `company` is set where the session was bound to one. A refresh token that was used is
    revoked a little later (`revoked_at` in the future), since clients repeat requests.
    """

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=TokenKind)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    family = models.CharField(max_length=32)
    session_key = models.CharField(max_length=64)
    site_code = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["family"], name="token_by_family"),
            models.Index(fields=["expires_at"], name="token_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} token {self.pk}"
