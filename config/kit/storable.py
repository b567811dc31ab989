"""What comes from outside and can be kept: by every database, and in UTF-8 on its way there."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from config.kit.refused import Invalid

DEEPEST = 10


def storable_text(text: str) -> bool:
    """False for text with the null character, or with half of a character pair, as JSON can spell them."""
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)


def storable_json(value: Any, *, field: str, depth: int = 0) -> Any:
    """A copy of parsed JSON that can be stored as it is; raises `Invalid` naming `field`.

    Decimals become floats: this is for what is only kept and given back, never for amounts we compute with.
    """
    match value:
        case None | bool() | int():
            return value
        case str() if storable_text(value):
            return value
        case float() if isfinite(value):
            return value
        case Decimal() if isfinite(float(value)):
            return float(value)
        case Mapping() if depth < DEEPEST and all(storable_text(str(name)) for name in value):
            return {str(name): storable_json(inner, field=field, depth=depth + 1) for name, inner in value.items()}
        case list() | tuple() if depth < DEEPEST:
            return [storable_json(inner, field=field, depth=depth + 1) for inner in value]
    raise Invalid("This contains something that cannot be stored.", field=field)
