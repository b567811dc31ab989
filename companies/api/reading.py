"""What did the client send? Bodies and queries, read field by field; what nobody reads is refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework.request import Request

from companies.api.errors import INVALID, ApiError
from companies.api.json import moment
from config.kit.storable import storable_json, storable_text

LONGEST = 10_000
MOST_ITEMS = 1_000
LARGEST = 2**31 - 1
LARGEST_AMOUNT = Decimal(10) ** 15


def one_of_the_query(request: Request, *names: str) -> str:
    """The first of these parameters that is there; 400 where none is."""
    for name in names:
        if text := request.query_params.get(name, ""):
            return text
    raise ApiError(400, f"{names[0]}: is missing.", details=[{"field": names[0], "message": "is missing"}])


def only_query(request: Request, names: Iterable[str]) -> None:
    """400 for a parameter that this endpoint does not know: a filter that does nothing would show too much."""
    unknown = sorted(set(request.query_params) - set(names))
    if unknown:
        raise ApiError(
            400, f"{unknown[0]}: there is no such filter.", details=[{"field": unknown[0], "message": "is not known"}]
        )


class Body:
    """A JSON object from a client. Asking for a field marks it as known; `nothing_else` refuses the rest."""

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise _wrong(path or "body", "must be an object")
        self.data = data
        self.path = path
        self.known: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return self.raw(name) is not None

    def raw(self, name: str) -> Any:
        """Whatever stands there; None where nothing does."""
        self.known.add(name)
        return self.data.get(name)

    def text(self, name: str, *, longest: int = LONGEST, default: str | None = None) -> str:
        """A text; without a default it has to be there and not empty."""
        value = self.raw(name)
        if value is None and default is not None:
            return default
        if value is None or value == "":
            if value == "" and default is not None:
                return ""
            raise self.wrong(name, "is missing")
        if not isinstance(value, str):
            raise self.wrong(name, "must be a text")
        if len(value) > longest:
            raise self.wrong(name, f"must have at most {longest} characters")
        if not storable_text(value):
            raise self.wrong(name, "contains a character that cannot be stored")
        return value

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str:
        """One of a few words."""
        words = list(choices)
        value = self.text(name, default=default)
        if value not in words:
            raise self.wrong(name, f"must be one of {', '.join(words)}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, None where there is none."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            raise self.wrong(name, "must be a whole number")
        return value

    def moment(self, name: str) -> datetime | None:
        """A time, as UTC; None where there is none."""
        text = self.text(name, longest=40, default="")
        try:
            return moment(text) if text else None
        except (ValueError, OverflowError):
            raise self.wrong(name, "must be a time such as 2026-12-01T08:00:00.000Z") from None

    def number(self, name: str) -> Decimal:
        """An exact number, which has to be there."""
        value = self.raw(name)
        if value is None:
            raise self.wrong(name, "is missing")
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.wrong(name, "must be a number")
        number = Decimal(value)
        if not number.is_finite() or abs(number) > LARGEST_AMOUNT:
            raise self.wrong(name, "is no number that can be stored")
        return number

    def texts(self, name: str, *, longest: int = LONGEST, most: int = MOST_ITEMS) -> list[str] | None:
        """A list of texts, None where there is none."""
        values = self.raw(name)
        if values is None:
            return None
        if not isinstance(values, list) or len(values) > most:
            raise self.wrong(name, f"must be a list of at most {most}")
        return [
            Body({str(index): value}, self._at(name)).text(str(index), longest=longest)
            for index, value in enumerate(values)
        ]

    def json(self, name: str) -> dict[str, Any] | None:
        """An object that is kept as it came, None where there is none."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.wrong(name, "must be an object")
        kept: dict[str, Any] = storable_json(value, field=self._at(name))
        return kept

    def inner(self, name: str) -> Body | None:
        """An object inside, None where there is none."""
        value = self.raw(name)
        return None if value is None else Body(value, self._at(name))

    def items(self, name: str) -> list[Body] | None:
        """A list of objects, None where there is none."""
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise self.wrong(name, f"must be a list of at most {MOST_ITEMS}")
        return [Body(each, f"{self._at(name)}[{index}]") for index, each in enumerate(value)]

    def ignore(self, *names: str) -> None:
        """What the server fills in itself, and clients send back as they got it."""
        self.known.update(names)

    def nothing_else(self) -> None:
        """400 for the first field that was not read."""
        unknown = sorted(str(name) for name in self.data.keys() - self.known)
        if unknown:
            raise self.wrong(unknown[0], "is not known")

    def wrong(self, name: str, why: str) -> ApiError:
        """The 400 about one field."""
        return _wrong(self._at(name), why)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _wrong(field: str, why: str) -> ApiError:
    return ApiError(400, INVALID, details=[{"field": field, "message": why, "type": "invalid"}])
