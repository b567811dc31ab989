"""Doing a creating request once, however often it is sent.

A client names its request (`Idempotency-Key`). The service that creates something writes `remember`
in its own transaction, so that the record and the memory of it come together or not at all; the edge
wraps the call in `once_only`, which finds what was made before and answers from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction

from companies.actors import Actor
from companies.models.idempotency import IdempotencyKey
from config.kit.refused import Invalid, Late, Refused

KEPT_FOR = timedelta(hours=24)
KEY_REUSED = "key_reused"
SAME_REQUEST = "same_request"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must not happen twice: whose, where to, under which key, with which body."""

    tenant_id: int
    actor: str
    route: str
    key: str
    body_digest: str

    def part(self, index: int) -> Once:
        """One of the things that a single request asks for, each of which is made once."""
        return replace(self, route=f"{self.route}#{index}")


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


def once_each(
    parts: Sequence[Once],
    now: datetime,
    make: Callable[[Sequence[int]], Sequence[Answer]],
    again: Callable[[Made], Answer],
) -> list[Answer]:
    """The answers to the parts of one request: of `make` for those not carried out yet (by their places), else `again`.

    A part that was refused is tried again, as a refused request is. Otherwise as `once_only`.
    """

    def attempt() -> list[Answer]:
        before = each_made_before(parts, now)
        missing = [place for place, made in enumerate(before) if made is None]
        fresh = dict(zip(missing, make(missing), strict=True)) if missing else {}
        return [fresh[place] if made is None else again(made) for place, made in enumerate(before)]

    try:
        return attempt()
    except Late as late:
        if late.code != SAME_REQUEST:
            raise
        return attempt()


def made_before(once: Once, now: datetime) -> Made | None:
    """What this request made when it was carried out, if it was. One query."""
    return each_made_before([once], now)[0]


def each_made_before(parts: Sequence[Once], now: datetime) -> list[Made | None]:
    """For each part of one request what it made, if it was carried out. One query."""
    if not parts:
        return []
    first = parts[0]
    rows = IdempotencyKey.objects.filter(
        tenant_id=first.tenant_id, actor=first.actor, key=first.key, route__in=[part.route for part in parts]
    )
    found = {row.route: row for row in rows}
    if any(row.expires_at <= now for row in found.values()):
        rows.filter(expires_at__lte=now).delete()
        found = {route: row for route, row in found.items() if row.expires_at > now}
    if any(row.body_digest != first.body_digest for row in found.values()):
        raise Invalid(
            "This idempotency key was used for another request. Use a new key for a new request.",
            code=KEY_REUSED,
            field="Idempotency-Key",
        )
    made = (found.get(part.route) for part in parts)
    return [None if row is None else Made(row.made_kind, row.made_id) for row in made]


def remember(once: Once | None, kind: str, record_id: object, now: datetime) -> None:
    """Note what was made. A step: inside the transaction that made it; nothing for an unnamed request.

    Raises `Late` where the same request was carried out meanwhile: then nothing is made twice.
    """
    remember_each([] if once is None else [(once, record_id)], kind, now)


def remember_each(made: Sequence[tuple[Once, object]], kind: str, now: datetime) -> None:
    """As `remember`, for several parts of one request."""
    if not made:
        return
    rows = [
        IdempotencyKey(
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
        for once, record_id in made
    ]
    try:
        with transaction.atomic():
            IdempotencyKey.objects.bulk_create(rows)
    except IntegrityError:
        raise Late("This request is being carried out already.", code=SAME_REQUEST) from None


def forget_expired(now: datetime, limit: int = 5_000) -> int:
    """Delete keys whose time is over, oldest first; returns how many."""
    old = IdempotencyKey.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)
    deleted, _ = IdempotencyKey.objects.filter(pk__in=list(old[:limit])).delete()
    return deleted
