"""Tax classes and what rate each has in a country from a day on."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from companies.models import Tenant


class TaxClass(models.Model):
    """A kind of goods as far as tax goes, such as STANDARD or REDUCED."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="tax_classes")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "tax classes"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="one_tax_class_per_code"),
        ]

    def __str__(self) -> str:
        return self.code


class TaxRate(models.Model):
    """The percentage a tax class has in a country from a day on (until a later row takes over)."""

    tax_class = models.ForeignKey(TaxClass, on_delete=models.CASCADE, related_name="rates")
    country = models.CharField(
        max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$", "Give a two-letter country code.")]
    )
    valid_from = models.DateField()
    rate = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        help_text="Percent, such as 19 or 7.",
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tax_class", "country", "valid_from"], name="one_rate_per_class_country_and_day"
            ),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="a_rate_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} % from {self.valid_from}"
