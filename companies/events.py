"""The chained history of a record: what happened, who did it, and proof that nothing was changed since.

An event's hash covers its facts and the hash before it (see `config.kit.chain`); the parent keeps
`event_count` and `last_hash`, so appending is one INSERT under the parent's lock, and a cut tail
shows. Names and comments are outside the chain, which holds only their salted digest: erasing them
leaves it whole.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import models

from companies.actors import Actor
from config.kit.chain import GENESIS, link, text_digest


class HasHistory(models.Model):
    """What a record with a chained history carries itself."""

    event_count = models.PositiveIntegerField(default=0, editable=False)
    last_hash = models.CharField(max_length=64, default=GENESIS, editable=False)

    class Meta:
        abstract = True


class ChainedEvent(models.Model):
    """One event. Rows are only added; a database trigger refuses anything else on PostgreSQL.

    There is no foreign key to people: `actor_ref` is text. `limit` is the purchase limit that held,
    as text with its currency. `actor_name`, `behalf_name` and `comment` may be erased.
    """

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.CharField(max_length=64, blank=True)
    behalf_ref = models.CharField(max_length=64, blank=True)
    role = models.CharField(max_length=20, blank=True)
    limit = models.CharField(max_length=40, blank=True)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=20)
    facts = models.JSONField(default=dict, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    behalf_name = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=20)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number}. {self.kind}"

    def chained_content(self, parent_key: str) -> dict[str, Any]:
        """Exactly what the hash covers."""
        return {
            "parent": parent_key,
            "number": self.number,
            "kind": self.kind,
            "at": self.at,
            "actor_kind": self.actor_kind,
            "actor_ref": self.actor_ref,
            "behalf_ref": self.behalf_ref,
            "role": self.role,
            "limit": self.limit,
            "from": self.from_status,
            "to": self.to_status,
            "content_hash": self.content_hash,
            "channel": self.channel,
            "facts": self.facts,
            "texts": self.digest,
        }

    def texts(self) -> dict[str, str]:
        """What may be erased without breaking the chain."""
        return {
            "actor_name": self.actor_name,
            "behalf_name": self.behalf_name,
            "comment": self.comment,
        }


class Keyed(Protocol):
    """A parent: a record with a key and a chained history."""

    key: str
    event_count: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, for `chain_event`: everything of an event that is not who and when.

    `facts` hold figures as strings; free text belongs into `comment`.
    """

    kind: str
    from_status: str = ""
    to_status: str = ""
    comment: str = ""
    content_hash: str = ""
    limit: str = ""
    role: str = ""
    behalf_ref: str = ""
    behalf_name: str = ""
    facts: Mapping[str, Any] | None = None


EventType = TypeVar("EventType", bound=ChainedEvent)


def chain_event(event: EventType, parent: Keyed, what: Happening, actor: Actor, now: datetime) -> EventType:
    """Fill in `event` as the next of `parent` and move the parent's counters on; saves neither.

    The parent must be locked or not yet saved. `event` comes empty but for its link to the parent.
    """
    key_id, secret = next(iter(settings.HISTORY_KEYS.items()))
    event.number = parent.event_count + 1
    event.kind = what.kind
    event.at = now
    event.actor_kind = actor.kind
    event.actor_ref = actor.reference
    event.actor_name = actor.name[:200]
    event.role = what.role or (actor.role or "")
    event.channel = actor.channel
    event.behalf_ref = what.behalf_ref
    event.behalf_name = what.behalf_name[:200]
    event.limit = what.limit
    event.from_status = what.from_status
    event.to_status = what.to_status
    event.content_hash = what.content_hash
    event.comment = what.comment
    event.facts = dict(what.facts or {})
    event.salt = secrets.token_hex(16)
    event.digest = text_digest(event.salt, event.texts())
    event.key_id = key_id
    event.hash = link(secret, parent.last_hash, event.chained_content(parent.key))
    parent.event_count = event.number
    parent.last_hash = event.hash
    return event


def faults(parent: Keyed, events: Iterable[ChainedEvent]) -> list[str]:
    """What is wrong with a history, in words; empty where every link holds.

    `events` in order of number. Erased texts are no fault; changed ones are.
    """
    keys = settings.HISTORY_KEYS
    found: list[str] = []
    previous, count = GENESIS, 0
    for event in events:
        count += 1
        if event.number != count:
            found.append(f"event {count} is missing")
            count = event.number
        secret = keys.get(event.key_id)
        if secret is None:
            found.append(f"event {event.number}: the key {event.key_id!r} is not configured")
        elif link(secret, previous, event.chained_content(parent.key)) != event.hash:
            found.append(f"event {event.number} was changed")
        erased = not any(event.texts().values())
        if not erased and text_digest(event.salt, event.texts()) != event.digest:
            found.append(f"event {event.number}: its texts were changed")
        previous = event.hash
    if count != parent.event_count or previous != parent.last_hash:
        found.append("the end of the history is missing")
    return found
