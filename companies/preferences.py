"""Which system preferences does a tenant have, what do they mean, and what are they set to?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import JSONField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from companies.models import Preference
from config.kit.refused import Invalid


class PreferenceKey(StrEnum):
    """The names of the preferences, as the API spells them."""

    QUOTE_APPROVAL = "approval.enableQuoteApprovalProcess"
    EXPIRY_DAYS = "approval.default_expiryDays"
    APPROVAL_REMINDER_DAYS = "approval.reminderDays"
    AUTO_APPROVE_ON_BEHALF = "order.autoApproveOnBehalf"
    REVIEW_DEFAULT = "order.reviewDefault"
    REVIEW_REMINDER_DAYS = "order.reviewReminderDays"
    SKIP_CURRENCY = "cartItemValidationSkipCurrency"
    SKIP_EFFECTIVE_AMOUNT = "cartItemValidationSkipEffectiveAmount"
    SKIP_ORIGINAL_AMOUNT = "cartItemValidationSkipOriginalAmount"


@dataclass(frozen=True, slots=True)
class KnownPreference:
    """A preference: what it is called, what it does, and which values it takes.

    Where the default is a number, `least` and `most` are its bounds.
    """

    key: PreferenceKey
    default: bool | int
    label: str
    help_text: str
    least: int = 0
    most: int = 0

    @property
    def is_switch(self) -> bool:
        """True or false, rather than a number."""
        return isinstance(self.default, bool)

    def checked(self, value: object) -> bool | int:
        """The value as it may be stored; raises `Invalid` naming this preference."""
        if self.is_switch:
            if isinstance(value, bool):
                return value
            raise Invalid(f"{self.label} is either true or false.", field=self.key)
        if isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most:
            return value
        raise Invalid(f"{self.label} is a whole number from {self.least} to {self.most}.", field=self.key)


_LEFT_OUT = (
    "Storefronts may add an item to a cart without {}. "
    "It is the offer's in any case; one that is given and differs is refused."
)

PREFERENCES: dict[str, KnownPreference] = {
    known.key.value: known
    for known in (
        KnownPreference(
            PreferenceKey.QUOTE_APPROVAL,
            default=True,
            label="Enable quote approval process",
            help_text="Quotes ask for approval by the same rules as carts. "
            "Off lets every Requester order a quote of any amount alone; carts are not affected.",
        ),
        KnownPreference(
            PreferenceKey.EXPIRY_DAYS,
            default=10,
            label="Approval expiry days",
            help_text="Days until a request for approval that nobody answers expires, 1 to 365. "
            "A company can have its own number. A change counts for new requests.",
            least=1,
            most=365,
        ),
        KnownPreference(
            PreferenceKey.APPROVAL_REMINDER_DAYS,
            default=3,
            label="Approval reminder days",
            help_text="Days after which the approver is reminded of a request that still waits, "
            "and again after as many, 0 to 365. 0: no reminders.",
            most=365,
        ),
        KnownPreference(
            PreferenceKey.AUTO_APPROVE_ON_BEHALF,
            default=True,
            label="Auto-approve on-behalf orders",
            help_text="Orders that a marketplace's sales place for their own customers, on their own marketplace, "
            "pass the order review by themselves. Off: they wait like any other order. "
            "A marketplace can differ. Purchase approval is not affected.",
        ),
        KnownPreference(
            PreferenceKey.REVIEW_DEFAULT,
            default=False,
            label="Review default",
            help_text="Whether orders for products that leave it to the marketplace wait for an auditor. "
            "A marketplace can differ. Orders already placed are not affected.",
        ),
        KnownPreference(
            PreferenceKey.REVIEW_REMINDER_DAYS,
            default=2,
            label="Review reminder days",
            help_text="Days after which the auditors are reminded of an order that waits for their review, "
            "and again after as many, 0 to 365. 0: no reminders. A marketplace can differ.",
            most=365,
        ),
        KnownPreference(
            PreferenceKey.SKIP_CURRENCY,
            default=False,
            label="Cart items without currency",
            help_text=_LEFT_OUT.format("the currency of its price"),
        ),
        KnownPreference(
            PreferenceKey.SKIP_EFFECTIVE_AMOUNT,
            default=False,
            label="Cart items without effective amount",
            help_text=_LEFT_OUT.format("the effective amount of its price"),
        ),
        KnownPreference(
            PreferenceKey.SKIP_ORIGINAL_AMOUNT,
            default=False,
            label="Cart items without original amount",
            help_text=_LEFT_OUT.format("the original amount of its price"),
        ),
    )
}


def known_preference(key: str) -> KnownPreference:
    """The preference of this name; raises `Invalid` for one that does not exist."""
    if key not in PREFERENCES:
        raise Invalid(f"There is no preference called {key}.", field="key")
    return PREFERENCES[key]


def value_of(tenant_id: int, key: str) -> Any:
    """What the preference is set to, else its default. One query."""
    return values_of(tenant_id, (key,))[key]


def preference(tenant_id: int | OuterRef, key: PreferenceKey) -> Coalesce:
    """What the preference is set to, else its default, as a column of another query (of whose rows a tenant may be)."""
    stored = Preference.objects.filter(tenant_id=tenant_id, key=key).values("value")
    return Coalesce(Subquery(stored), Value(known_preference(key).default, JSONField()))


def values_of(tenant_id: int, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """Several preferences by key (None: all of them), each as set or else its default. One query."""
    wanted = list(PREFERENCES if keys is None else keys)
    values = {key: known_preference(key).default for key in wanted}
    stored = Preference.objects.filter(tenant_id=tenant_id, key__in=wanted)
    return {**values, **dict(stored.values_list("key", "value"))}
