"""What the records that outsiders see by id have in common (abstract: no table of its own)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone


def new_key() -> str:
    """A fresh id for the outside; a client may give its own instead, so ids are text."""
    return uuid.uuid4().hex


KEY_FORMAT = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._~@-]{0,63}$",
    "Use up to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit.",
)


class Resource(models.Model):
    """A record the API shows: `key` is its id outside, `version` counts its changes.

    `mixins` holds what a client attaches to it; it is stored and given back as it came.
    """

    key = models.CharField("id", max_length=64, default=new_key, validators=[KEY_FORMAT], editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False)
    mixins = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def touched(self, now: datetime) -> list[str]:
        """Count one more change at `now` (aware UTC); returns the columns to write."""
        self.version += 1
        self.modified_at = now
        return ["version", "modified_at"]
