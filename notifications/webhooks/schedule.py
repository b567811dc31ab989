"""What becomes of a call after an attempt: taken, tried again and when, or given up? Facts in, answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=12)
LONGEST_WISH = timedelta(hours=24)  # of a receiver that says itself when it wants to be called again
# Thirteen doublings in 11 hours, then every 12 hours: a system that is down for a long weekend loses nothing.
MOST_FAILURES = 20
SPARING = (429, 503)  # who answers these may say when to come back
GONE = 410


@dataclass(frozen=True, slots=True)
class Next:
    """What comes after an attempt: `taken`, or else the time of the next one (None: given up).

    `gone`: the receiver wants no more calls at all. `words`: how it ended.
    """

    words: str
    taken: bool = False
    at: datetime | None = None
    gone: bool = False


def after(status: int | None, failures: int, now: datetime, *, error: str = "", retry_after: str = "") -> Next:
    """What follows an attempt at `now` that was answered `status` (None: not at all), the `failures`-th in a row if
    it failed. Any 2xx is a yes; a redirect is none, since it is not followed."""
    if status is not None and 200 <= status < 300:
        return Next(f"answered {status}", taken=True)
    if status == GONE:
        return Next("answered 410: it wants no more calls", at=now + wait(failures), gone=True)
    words = f"answered {status}" if status is not None else error
    if failures >= MOST_FAILURES:
        return Next(words)
    pause = wait(failures)
    if status in SPARING:
        pause = max(pause, min(wished(retry_after, now), LONGEST_WISH))
    return Next(words, at=now + pause)


def wait(failures: int) -> timedelta:
    """How long after the `failures`-th failure in a row: doubling, up to the longest."""
    doublings = min(max(failures - 1, 0), 20)  # 2**20 times the first are beyond the longest already
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def wished(retry_after: str, now: datetime) -> timedelta:
    """The wait that a `Retry-After` asks for, in seconds or as a date; none where it says nothing that can be read."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return timedelta()
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(at - now, timedelta())
