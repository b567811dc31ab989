"""How many examples are tried, and how is what they change taken back?"""

import os
from contextlib import contextmanager

from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings

WANTED = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def bounded(few: int, *, shrink: bool = True):
    """A few examples, the same on each run; or as many as FUZZ_EXAMPLES says, other ones on each run.

    `shrink` looks for the smallest example that fails.
    """
    return settings(
        max_examples=WANTED or few,
        derandomize=not WANTED,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def undone():
    """What happens inside is taken back, so that every example finds the same world."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
