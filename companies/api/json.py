"""JSON in and out with exact numbers: amounts are Decimal in Python and plain numbers on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any

import msgspec
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from config.kit.money import spell

# Numbers further from one than this are nobody's amount, and computing with them takes for ever.
LARGEST_EXPONENT = 100
LAST_YEAR = 9999


class TooLarge(APIException):
    """The body is longer than anything this API is sent."""

    status_code = 413
    default_detail = "The body is too large."


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("a number is out of range")
    return number


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_decoder = msgspec.json.Decoder(float_hook=_exact)


def instant(at: datetime) -> str:
    """A time as every endpoint writes it: ISO 8601, UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A time that a client wrote, as UTC; one without a zone is UTC. Raises `ValueError` or `OverflowError`.

    Times at the very ends of the calendar are none: they have no next, or none before.
    """
    at = datetime.fromisoformat(text)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if not 1 < at.year < LAST_YEAR:
        raise ValueError("a time is out of range")
    return at


def short(number: Decimal) -> Decimal:
    """The same number without trailing zeros, for quantities and rates: 19.0000 is 19."""
    return Decimal(spell(number))


class ExactJSONParser(BaseParser):
    """Reads numbers with a point as Decimal; refuses what is no JSON (NaN, Infinity, half a document)."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """The document; an empty body is nothing at all."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge
        if not body.strip():
            return {}
        try:
            return _decoder.decode(body)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise ParseError(f"This is not JSON that can be read: {error}.") from error


class ExactJSONRenderer(BaseRenderer):
    """Writes Decimal as a number with the decimals it has: 820.00, never 820.0000001."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """The document; nothing for no data (204 has no body)."""
        return b"" if data is None else _encoder.encode(data)
