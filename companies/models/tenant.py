"""A tenant is an owner of marketplaces; all data hangs below exactly one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.kit.records import new_key

if TYPE_CHECKING:
    from companies.actors import Actor


class Tenant(models.Model):
    """An owner of marketplaces. Its `key` is the `{tenant}` of API paths."""

    key = models.CharField(
        max_length=16,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9]{2,15}$",
                "Use 3 to 16 lower-case letters and digits, beginning with a letter.",
            )
        ],
        help_text="Part of every API address of this tenant; it cannot be changed later.",
    )
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """One system preference of a tenant that was set; what is not set has its default.

    Known keys, their types and defaults stand in `companies.preferences`.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="preferences")
    key = models.CharField(max_length=100)
    value = models.JSONField()
    version = models.PositiveIntegerField(default=1, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="one_value_per_preference"),
        ]

    def __str__(self) -> str:
        return self.key


def new_customer_number() -> str:
    """A number nobody can guess the neighbours of."""
    return new_key()[:12]


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Which customers."""

    def visible_to(self, actor: Actor) -> Self:
        """Oneself and the active people of the company one acts for; platform staff and API clients see all."""
        if actor.platform or actor.is_client:
            return self.filter(tenant_id=actor.tenant_id) if actor.tenant_id else self
        mine = Q(user_id=actor.user_id)
        if actor.company_id is None:
            return self.filter(mine, tenant_id=actor.tenant_id)
        people = get_user_model().objects.filter(
            memberships__company_id=actor.company_id, memberships__is_active=True, is_active=True
        )
        return self.filter(mine | Q(user_id__in=people.values("pk")), tenant_id=actor.tenant_id)


class Customer(models.Model):
    """A user as one tenant's customer: what the API calls the customer, known by its number."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="customers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="customers")
    number = models.CharField(max_length=64, default=new_customer_number)
    mixins = models.JSONField(default=dict, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_customer_per_number"),
            models.UniqueConstraint(fields=["tenant", "user"], name="one_customer_per_user_and_tenant"),
            models.CheckConstraint(condition=~Q(number=""), name="a_customer_has_a_number"),
        ]

    def __str__(self) -> str:
        return self.number
