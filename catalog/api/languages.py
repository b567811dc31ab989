"""In which language does a client want names? `Accept-Language`, and `*` for all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rest_framework.request import Request

from config.kit.wording import text_in

DEFAULT = "en"
MOST = 10
_RANGE = re.compile(r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages a reader takes, best first; `every` for one who wants each text in all of them."""

    wanted: tuple[str, ...] = (DEFAULT,)
    every: bool = False

    def localized(self, texts: Mapping[str, str]) -> str | dict[str, str]:
        """A text where the reader chose a language, else a map from language to text."""
        return dict(texts) if self.every else self.text(texts)

    def text(self, texts: Mapping[str, str]) -> str:
        """The text in the best language that there is."""
        for language in self.wanted:
            for spelling in (language, language.partition("-")[0]):
                if texts.get(spelling):
                    return texts[spelling]
        return text_in(texts, DEFAULT)


def languages_of(request: Request) -> Languages:
    """What the header asks for; without one the language of the session, else English.

    A header that cannot be read is as good as none: it never refuses a request.
    """
    header = request.headers.get("Accept-Language", "").strip()
    ranges = [match for part in header.split(",")[:MOST] if (match := _RANGE.fullmatch(part)) is not None]
    ranked = sorted(ranges, key=lambda match: -float(match[2] or 1))
    wanted = tuple(match[1] for match in ranked if match[1] != "*" and float(match[2] or 1) > 0)
    if wanted:
        return Languages(wanted)
    token = getattr(request.auth, "token", None)
    session = token.language if token is not None else ""
    if any(match[1] == "*" for match in ranked) or session == "*":
        return Languages(every=True)
    return Languages((session,)) if session else Languages()
