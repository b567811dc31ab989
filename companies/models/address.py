"""The addresses a customer keeps for the next order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from companies.models.tenant import Customer
from config.kit.records import Resource

if TYPE_CHECKING:
    from companies.actors import Actor


class CustomerAddressQuerySet(models.QuerySet["CustomerAddress"]):
    """Which addresses."""

    def visible_to(self, actor: Actor) -> Self:
        """A customer's own, nobody else's."""
        return self.filter(customer__tenant_id=actor.tenant_id, customer__user_id=actor.user_id)


class CustomerAddress(Resource):
    """An address of a person, not of a company; carts and orders take copies of it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    contact_name = models.CharField(max_length=200)
    company_name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    street_number = models.CharField(max_length=20, blank=True)
    street_appendix = models.CharField(max_length=100, blank=True)
    zip_code = models.CharField(max_length=11, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    country = models.CharField(
        max_length=2, blank=True, validators=[RegexValidator(r"^[A-Z]{2}$", "Give a two-letter country code.")]
    )
    phone = models.CharField(max_length=40, blank=True)
    tags = models.JSONField(default=list, blank=True)
    is_default = models.BooleanField(default=False)

    objects = CustomerAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "customer addresses"
        constraints = [
            models.UniqueConstraint(fields=["customer", "key"], name="one_address_per_key"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True), name="one_default_address_per_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.contact_name
