"""One spelling for any content, so that equal content has equal bytes and equal digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from config.kit.money import spell

HASH_VERSION = 1


def plain(value: Any) -> Any:
    """The value as JSON of strings, lists and objects only.

    Numbers become their one spelling, times UTC with microseconds; booleans and nothing become the
    words `true`, `false` and `null`. Binary floats are refused: they have no one spelling.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return str(value)
        case int():
            return str(int(value))
        case Decimal():
            return spell(value)
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a time without a zone has no one spelling")
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical spelling")


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical content, as hex."""
    return hashlib.sha256(canonical(content)).hexdigest()
