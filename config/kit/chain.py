"""The links of a history that shows when it was tampered with.

Each event's hash is an HMAC over its own content and the hash before it. The key comes from the
environment and its id is stored with the event, so keys can be changed. Names and free text are
not chained themselves: only their salted digest is, so that they can be erased later without
breaking the chain.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from config.kit.canonical import canonical

GENESIS = "0" * 64


def link(key: bytes, previous: str, content: Mapping[str, Any]) -> str:
    """The hash of an event that follows the one with hash `previous` (`GENESIS` for the first)."""
    return hmac.new(key, canonical({"previous": previous, "event": content}), hashlib.sha256).hexdigest()


def text_digest(salt: str, texts: Mapping[str, str]) -> str:
    """What the chain keeps of names and free text."""
    return hashlib.sha256(canonical({"salt": salt, "texts": texts})).hexdigest()
