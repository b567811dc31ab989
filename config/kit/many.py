"""Several things decided at once: each by itself, each with its own result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from config.kit.refused import Invalid, Refused

log = structlog.get_logger("countersign.many")

MOST = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of several, by the key or number it was chosen with.

    `text` says why it was left as it was; empty where it was done. `refusal` is what it alone would have been
    answered; None also where something failed.
    """

    key: str
    done: bool
    text: str = ""
    code: str = ""
    refusal: Refused | None = None


def each(keys: Sequence[str], decide: Callable[[str], object], *, noun: str) -> list[Result]:
    """Call `decide` for each key once, in a transaction of its own making, and say what became of it.

    One that is refused or fails is left as it is and holds up no other. Raises `Invalid` (field: the noun) for
    none, or for more than a hundred.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        raise Invalid(f"Choose at least one {noun}.", field=noun)
    if len(wanted) > MOST:
        raise Invalid(f"Choose at most {MOST} {noun}s at once.", field=noun)
    return [_one(key, decide, noun) for key in wanted]


def _one(key: str, decide: Callable[[str], object], noun: str) -> Result:
    left = Result(key, done=False)
    try:
        decide(key)
    except Refused as refusal:
        return replace(left, text=" ".join((refusal.text, *refusal.details)), code=refusal.code, refusal=refusal)
    # Whatever the cause, one that fails must not keep the others back.
    except Exception:
        log.exception("not decided", noun=noun, key=key)
        return replace(left, text="Something went wrong with this one. Try it again by itself.", code="error")
    return Result(key, done=True)
