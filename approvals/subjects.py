"""The port: what the engine needs to know of a thing that can be approved.

Approvals stand below what they are about. Each kind of subject is implemented above, named by its
dotted path in the setting `APPROVAL_SUBJECTS`, and reached through `subject_of`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.utils.module_loading import import_string

from approvals.lifecycle import Move
from approvals.policy import Item
from approvals.similar import Earlier
from companies.models import Company
from config.kit.canonical import HASH_VERSION, content_hash, plain
from config.kit.lifecycle import Lifecycle
from config.kit.money import Money
from config.kit.refused import Missing

if TYPE_CHECKING:
    from approvals.models import Approval
    from companies.actors import Actor


# What an order needs besides its lines: where it goes, who is invoiced, how it is shipped and paid.
PARTS = ("ship_to", "bill_to", "shipping", "payment")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine asks of a subject. `gross` is the subtotal with tax.

    `basis` is the subject's own working (a priced cart), handed back to it so that nothing is
    computed twice. `lasting_id` is given where each try makes the subject anew: what all tries have in common.
    """

    subject_id: str
    subject_key: str
    label: str
    tenant_id: int
    site_code: str
    company: Company | None
    owner_id: int | None
    owner_name: str
    gross: Money
    items: tuple[Item, ...] = ()
    approvals_on: bool = True
    basis: Any = None
    lasting_id: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What an approver is shown. `bound` is covered by the hash, `shown` only helps reading."""

    bound: Mapping[str, Any]
    shown: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """The content hash a decision refers to."""
        return content_hash(self.bound)

    def as_json(self) -> dict[str, Any]:
        """For the snapshot row: strings, lists and objects only."""
        return {"bound": plain(self.bound), "shown": plain(self.shown)}

    def showing(self, **more: Any) -> Content:
        """The same content with more that helps reading it."""
        return Content(self.bound, {**self.shown, **more})

    @property
    def version(self) -> int:
        """Of the way of hashing."""
        return HASH_VERSION


class Subject(ABC):
    """One kind of thing that can be approved.

    `fetch` and `find` go through the actor's eyes and raise `Missing`; everything after `lock` gets and
    returns the locked record. Implementations never write an approval. `wire_name` is what the
    storefront API calls the kind, empty where it does not show it. `takes_details`: a request says how
    the subject is to be delivered; else the subject says it itself.
    """

    kind: ClassVar[str]
    wire_name: ClassVar[str] = ""
    lifecycle: ClassVar[Lifecycle]
    expires: ClassVar[bool]
    takes_details: ClassVar[bool] = False

    @abstractmethod
    def fetch(self, actor: Actor, subject_id: str) -> Any:
        """The record as the actor may see it, unlocked; raises `Missing`."""

    def find(self, actor: Actor, subject_key: str) -> Any:
        """The record with this id outside, as somebody who asks about it may know it, unlocked.

        Its owner and whoever is asked about it get the record. Raises `NotYours` (code `not_owner`)
        for a colleague's, `Missing` for all others, whether there is such a thing or not. One query.
        """
        raise Missing("There is no such resource.")

    def own_details(self, record: Any) -> dict[str, Any]:
        """What the subject says about its delivery itself, in the spelling of checkout details."""
        return {}

    def is_still(self, facts: Facts, bound: Mapping[str, Any]) -> bool:
        """What was bound in a former content is what the subject holds now, checkout details apart."""
        return False

    def settle(self, subject_id: str, now: datetime, record: Any = None) -> bool:
        """Carry out what time has done to the subject (an offer past its end) before it is moved; True if it did.

        In a transaction of its own, with what that means for its approval. `record`, unlocked, saves a query.
        """
        return False

    def earlier_orders(self, approval: Approval, actor: Actor, skus: Collection[str]) -> list[Earlier]:
        """What the approval's company ordered lately with some of these in it, as far as the actor reads it.

        Newest first, before the request was made. At most one query.
        """
        return []

    def ends_at(self, subject_id: str) -> datetime | None:
        """From when on what is asked can no longer be ordered, whatever time its approval has; None: never."""
        return None

    def leaves_open(self, subject_id: str) -> Collection[str]:
        """Those of `PARTS` that it does not say itself: what a request does not say either is said with the order."""
        return PARTS

    @abstractmethod
    def bound_by(self, record: Any) -> int | None:
        """The approval that binds the subject now (waiting, or approved and unused), if any."""

    @abstractmethod
    def lock(self, subject_id: str) -> Any:
        """The record, locked until the transaction ends."""

    @abstractmethod
    def check_askable(self, record: Any, facts: Facts) -> None:
        """Raise `Late` or `Invalid` where no approval can be asked for in its present state."""

    @abstractmethod
    def facts(self, record: Any, now: datetime) -> Facts:
        """What the policy and the new approval need to know."""

    @abstractmethod
    def content(self, record: Any, facts: Facts, details: Mapping[str, Any], now: datetime) -> Content:
        """What the approver will be shown and bound to; raises `Invalid` for unusable details."""

    @abstractmethod
    def differences(self, seen: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
        """What changed between two `bound` contents, in sentences."""

    @abstractmethod
    def hold(self, record: Any, facts: Facts, approval: Approval, now: datetime) -> None:
        """Keep the subject as it is while the question is open."""

    @abstractmethod
    def release(self, record: Any, approval: Approval, actor: Actor, now: datetime) -> None:
        """Give the subject back to its owner."""

    @abstractmethod
    def decided(self, record: Any, approval: Approval, move: Move, actor: Actor, now: datetime) -> None:
        """The question was answered, or closed: carry it over to the subject."""


def primary_key(subject_id: str) -> int:
    """The number in a subject's id; 0, which no record has, for what is none."""
    return int(subject_id) if subject_id.isdecimal() and subject_id.isascii() else 0


@cache
def subject_named(wire_name: str) -> Subject | None:
    """The implementation that the storefront API calls so, if there is one."""
    subjects = (subject_of(kind) for kind in settings.APPROVAL_SUBJECTS)
    return next((subject for subject in subjects if subject.wire_name == wire_name), None) if wire_name else None


@cache
def subject_of(kind: str) -> Subject:
    """The implementation registered for this kind."""
    implementation: type[Subject] = import_string(settings.APPROVAL_SUBJECTS[kind])
    return implementation()
