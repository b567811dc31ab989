"""Doing a creating request once, however often it is sent.

A client names its request (`Idempotency-Key`). The service that creates something writes `remember`
in its own transaction, so that the record and the memory of it come together or not at all; the edge
wraps the call in `once_only`, which finds what was made before and answers from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction

from companies.actors import Actor
from companies.models.idempotency import IdempotencyKey
from config.kit.refused import Invalid, Late, Refused

KEPT_FOR = timedelta(hours=24)
KEY_REUSED = "key_reused"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must not happen twice: whose, where to, under which key, with which body."""

    tenant_id: int
    actor: str
    route: str
    key: str
    body_digest: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a request made: its kind in words of the service, and its primary key as text."""

    kind: str
    record_id: str


def whose(actor: Actor) -> str:
    """Who asks, and for which company: the same key of somebody else, or for another one, is another key."""
    company = f"@{actor.company_id}" if actor.company_id else ""
    return f"{actor.kind}:{actor.reference}{company}"[:120]


def once_only(once: Once | None, now: datetime, make: Callable[[], Answer], again: Callable[[Made], Answer]) -> Answer:
    """The answer of `make`, or, where this very request was carried out before, `again` of what it made.

    For edges, outside any transaction. Two requests at the same time: one makes, the other one's
    transaction is rolled back and it answers with what the first one made. Raises `Invalid` (code
    `KEY_REUSED`) for the same key with another body; whatever else `make` raises comes through.
    """
    if once is None:
        return make()
    made = made_before(once, now)
    if made is not None:
        return again(made)
    try:
        return make()
    except Refused:
        # Whoever was faster may have been the same request.
        made = made_before(once, now)
        if made is None:
            raise
        return again(made)


def made_before(once: Once, now: datetime) -> Made | None:
    """What this request made when it was carried out, if it was. One query."""
    found = IdempotencyKey.objects.filter(
        tenant_id=once.tenant_id, actor=once.actor, route=once.route, key=once.key
    ).first()
    if found is None:
        return None
    if found.expires_at <= now:
        found.delete()
        return None
    if found.body_digest != once.body_digest:
        raise Invalid(
            "This idempotency key was used for another request. Use a new key for a new request.",
            code=KEY_REUSED,
            field="Idempotency-Key",
        )
    return Made(found.made_kind, found.made_id)


def remember(once: Once | None, kind: str, record_id: object, now: datetime) -> None:
    """Note what was made. A step: inside the transaction that made it; nothing for an unnamed request.

    Raises `Late` where the same request was carried out meanwhile: then nothing is made twice.
    """
    if once is None:
        return
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(
                tenant_id=once.tenant_id,
                actor=once.actor,
                route=once.route,
                key=once.key,
                body_digest=once.body_digest,
                made_kind=kind,
                made_id=str(record_id),
                created_at=now,
                expires_at=now + KEPT_FOR,
            )
    except IntegrityError:
        raise Late("This request is being carried out already.", code="same_request") from None


def forget_expired(now: datetime, limit: int = 5_000) -> int:
    """Delete keys whose time is over, oldest first; returns how many."""
    old = IdempotencyKey.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)
    deleted, _ = IdempotencyKey.objects.filter(pk__in=list(old[:limit])).delete()
    return deleted
