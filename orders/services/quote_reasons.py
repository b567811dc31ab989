"""Why is a quote declined or sent back? The reasons of a tenant: the defaults, its own, and changes to both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.actors import Actor
from companies.services.idempotency import Once, remember
from config.kit.records import KEY_FORMAT
from config.kit.refused import Invalid, Late, Missing, NotYours
from config.kit.storable import storable_text
from orders.models import QuoteReason
from orders.quote_lifecycle import DEFAULT_REASONS, REASON_OF, QuoteMove, ReasonType

MADE_REASON = "quote reason"
LONGEST_CODE = 64
LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as everybody sees it, whether it is a default or the tenant's own."""

    key: str
    type: ReasonType
    code: str
    message: Mapping[str, str]
    version: int

    def as_kept(self) -> dict[str, Any]:
        """As a quote keeps it, whatever becomes of the reason."""
        return {"id": self.key, "type": self.type.value, "code": self.code, "message": dict(self.message)}


def reasons_of(tenant_id: int, kind: ReasonType | None = None) -> list[Reason]:
    """The tenant's reasons, defaults first, in a steady order. One query."""
    rows = {row.key: row for row in QuoteReason.objects.filter(tenant_id=tenant_id).order_by("pk")}
    defaults = [Reason(d.key, d.type, d.code, d.message, 1) for d in DEFAULT_REASONS if d.key not in rows]
    own = [
        Reason(row.key, ReasonType(row.type), row.code, row.message, row.version)
        for row in rows.values()
        if row.deleted_at is None
    ]
    return [reason for reason in (*defaults, *own) if kind is None or reason.type is kind]


def reason_for(tenant_id: int, move: QuoteMove, key: str) -> dict[str, Any]:
    """The chosen reason as the quote keeps it, empty where none was chosen.

    Raises `Invalid` (field `quoteReasonId`) for an unknown one, or one that explains something else.
    """
    if not key:
        return {}
    found = next((reason for reason in reasons_of(tenant_id) if reason.key == key), None)
    if found is None:
        raise Invalid("There is no such reason.", field="quoteReasonId")
    if REASON_OF.get(move) is not found.type:
        raise Invalid(f"This reason is for {found.type.value.lower()}, not for this.", field="quoteReasonId")
    return found.as_kept()


def create_reason(
    *,
    actor: Actor,
    kind: str,
    code: str,
    message: Mapping[str, str],
    key: str = "",
    once: Once | None = None,
    now: datetime | None = None,
) -> Reason:
    """A further reason of the actor's tenant, under an id of the client's own where it gives one.

    Raises `Late` (code `taken`, field `code` or `id`) for a code or an id there is already, and `Invalid`.
    """
    now = now or timezone.now()
    tenant_id = _tenant_of(actor)
    sort, clean, texts = _kind(kind), _code(code), _message(message)
    row = QuoteReason(tenant_id=tenant_id, type=sort, code=clean, message=texts, created_at=now, modified_at=now)
    if key:
        row.key = _free_key(tenant_id, key)
    with transaction.atomic():
        _check_free(tenant_id, sort, clean)
        _save(row)
        remember(once, MADE_REASON, row.key, now)
        return Reason(row.key, sort, clean, texts, row.version)


def update_reason(
    *,
    actor: Actor,
    key: str,
    kind: str,
    code: str,
    message: Mapping[str, str],
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Reason:
    """Change a reason, a default one for this tenant alone; quotes that gave it keep what they were told.

    Raises `Missing`, `Late` (code `version`) for another version than was seen, `Invalid`.
    """
    now = now or timezone.now()
    tenant_id = _tenant_of(actor)
    with transaction.atomic():
        row = _locked(tenant_id, key, now)
        if seen_version is not None and seen_version != row.version:
            raise Late("This reason was changed since you read it.", code="version")
        sort, clean, texts = _kind(kind), _code(code), _message(message)
        _check_free(tenant_id, sort, clean, but=key)
        row.type, row.code, row.message = sort, clean, texts
        row.touched(now)
        _save(row)
        return Reason(key, sort, clean, texts, row.version)


def delete_reason(*, actor: Actor, key: str, now: datetime | None = None) -> None:
    """Offer a reason no longer. Raises `Missing`."""
    now = now or timezone.now()
    tenant_id = _tenant_of(actor)
    with transaction.atomic():
        row = _locked(tenant_id, key, now)
        row.deleted_at = now
        row.touched(now)
        _save(row)


def _tenant_of(actor: Actor) -> int:
    if actor.tenant_id is None or not (actor.is_client or actor.platform):
        raise NotYours("Reasons are the tenant's.")
    return actor.tenant_id


def _locked(tenant_id: int, key: str, now: datetime) -> QuoteReason:
    """The row of a reason, locked; for a default one that the tenant never touched a new one."""
    row = QuoteReason.objects.select_for_update().filter(tenant_id=tenant_id, key=key).first()
    default = next((reason for reason in DEFAULT_REASONS if reason.key == key), None)
    if row is None and default is not None:
        return QuoteReason(
            tenant_id=tenant_id,
            key=key,
            type=default.type,
            code=default.code,
            message=dict(default.message),
            created_at=now,
            modified_at=now,
        )
    if row is None or row.deleted_at is not None:
        raise Missing("There is no such reason.")
    return row


def _free_key(tenant_id: int, key: str) -> str:
    """The id, which no reason has or had, a default one neither: a deleted reason hides the default of its id."""
    if not KEY_FORMAT.regex.fullmatch(key):
        raise Invalid(str(KEY_FORMAT.message), field="id")
    defaults = {reason.key for reason in DEFAULT_REASONS}
    if key in defaults or QuoteReason.objects.filter(tenant_id=tenant_id, key=key).exists():
        raise Late("There is a reason with this id already.", code="taken", field="id")
    return key


def _check_free(tenant_id: int, kind: ReasonType, code: str, but: str = "") -> None:
    if any(r.type is kind and r.code == code and r.key != but for r in reasons_of(tenant_id)):
        raise Late(f"There is a reason {code} already.", code="taken", field="code")


def _save(row: QuoteReason) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Late(f"There is a reason {row.code} already.", code="taken", field="code") from None


def _kind(text: str) -> ReasonType:
    if text not in set(ReasonType):
        raise Invalid("A reason is of type CHANGE or DECLINE.", field="type")
    return ReasonType(text)


def _code(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_CODE or not storable_text(text):
        raise Invalid(f"Give a code of at most {LONGEST_CODE} characters.", field="code")
    return text


def _message(texts: Mapping[str, str]) -> dict[str, str]:
    for language, text in texts.items():
        if (
            not 2 <= len(language) <= 10
            or not text
            or len(text) > LONGEST_MESSAGE
            or not storable_text(text + language)
        ):
            raise Invalid('Give a text per language, such as {"en": "Too expensive"}.', field="message")
    return dict(texts)
