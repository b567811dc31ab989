"""How many rows are there of several kinds? For what waits, at the entries of a page and on it."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery

from companies.actors import Actor
from companies.models import User


def counts(actor: Actor, **kinds: QuerySet[Any]) -> dict[str, int]:
    """How many rows there are of each, in one statement; the actor is a user."""
    counted = {
        # As a plain function: an aggregate would group by what it stands in.
        f"n_{name}": Subquery(rows.order_by().annotate(n=Func(F("pk"), function="COUNT")).values("n"), IntegerField())
        for name, rows in kinds.items()
    }
    found: dict[str, int | None] = User.objects.values(**counted).get(pk=actor.user_id)
    return {name: found[f"n_{name}"] or 0 for name in kinds}
