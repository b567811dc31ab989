"""How does an event of a chained history look on the wire?"""

from __future__ import annotations

from typing import Any

from companies.api.json import instant
from companies.events import ChainedEvent


def event_body(event: ChainedEvent) -> dict[str, Any]:
    """What happened, without the keys of people: names may be erased one day, then they are left out.

    The facts of an event stay inside: they hold figures that are not every reader's.
    """
    body = {
        "number": event.number,
        "kind": event.kind,
        "at": instant(event.at),
        "by": event.actor_name or None,
        "role": event.role or None,
        "onBehalfOf": event.behalf_name or None,
        "channel": event.channel,
        "fromStatus": event.from_status or None,
        "toStatus": event.to_status or None,
        "comment": event.comment or None,
        "contentHash": event.content_hash or None,
        "hash": event.hash,
    }
    return {name: value for name, value in body.items() if value is not None}
