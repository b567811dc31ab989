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

    def locked(self) -> Self:
        """Rows held until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)


class ApiToken(models.Model):
    """A bearer token of a customer or of an anonymous visitor.

    Tokens of one login share `family` and `session_key`; the session is what an anonymous cart
    belongs to. `company` is set where the session was bound to one. A refresh token that was used is
    revoked a little later (`revoked_at` in the future), since clients repeat requests.
    `password_digest` is that of the password's hash when the token was made: who changes the
    password ends all sessions.
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
    password_digest = models.CharField(max_length=64, blank=True)
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

    def is_good(self, now: datetime) -> bool:
        """Neither expired nor revoked; for a row that came with its user: nor is the user off or the password new."""
        if self.expires_at <= now or (self.revoked_at is not None and self.revoked_at <= now):
            return False
        return self.user is None or (self.user.is_active and self.password_digest == digest_of(self.user.password))
