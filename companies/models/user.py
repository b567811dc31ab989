"""A person's sign-in: one per installation, whatever tenants and companies the person is in."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

LONGEST_NAME = 200


def known_time_zone(name: str) -> None:
    """Refuse a time zone that the zone database does not have."""
    if name not in available_timezones():
        raise ValidationError("Give a time zone such as Europe/Berlin.")


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is what they sign in with."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may sign in with `password` (None: not until one is set)."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user whom the administration lets do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        """Signing in ignores the case of the address, as its uniqueness does."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Platform staff (`is_staff`) operate the whole installation."""

    email = models.EmailField("e-mail address", max_length=254)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_time_zone])
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("platform staff", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email_ignoring_case",
                violation_error_message="Somebody with this e-mail address exists already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name, or the address of somebody who gave neither; as long as histories keep it."""
        return (f"{self.first_name} {self.last_name}".strip() or self.email)[:LONGEST_NAME]

    def get_full_name(self) -> str:
        """What Django's own pages call this person."""
        return self.name

    def get_short_name(self) -> str:
        """The first name where there is one."""
        return self.first_name or self.name
