"""JSON in and out with exact numbers: amounts are Decimal in Python and plain numbers on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from config.kit.money import spell

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def instant(at: datetime) -> str:
    """A time as every endpoint writes it: ISO 8601, UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def short(number: Decimal) -> Decimal:
    """The same number without trailing zeros, for quantities and rates: 19.0000 is 19."""
    return Decimal(spell(number))


class ExactJSONParser(BaseParser):
    """Reads numbers with a point as Decimal; refuses what is no JSON (NaN, Infinity, half a document)."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The document; an empty body is nothing at all."""
        body = stream.read()
        if not body.strip():
            return {}
        try:
            return _decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParseError(f"This is not JSON: {error}.") from error


class ExactJSONRenderer(BaseRenderer):
    """Writes Decimal as a number with the decimals it has: 820.00, never 820.0000001."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The document; nothing for no data (204 has no body)."""
        return b"" if data is None else _encoder.encode(data)
