"""Several requests answered at once: each by itself, on the content that was seen of it, with its own result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from approvals.models import Approval
from approvals.outcomes import Outcome
from approvals.services.decide import approve, decline
from approvals.services.steps import clean_comment
from companies.actors import Actor
from config.kit.many import Result, each
from config.kit.refused import Invalid, Missing

Answered = Outcome[Approval]


def approve_many(*, actor: Actor, seen: Mapping[str, str], now: datetime | None = None) -> list[Result]:
    """Say yes to these purchases, each in a transaction of its own, and say of each what became of it.

    `seen`: the content hash that was before the approver's eyes, by the key of the approval. One that was changed
    or decided meanwhile, or is refused for another reason (see `approve`), is left as it is and holds up no other.
    Raises `Invalid` (field `request`) for none, or for more than a hundred.
    """
    return _each(seen, lambda pk, of: approve(actor=actor, approval_id=pk, seen_hash=of, now=now), actor)


def decline_many(*, actor: Actor, seen: Mapping[str, str], comment: str, now: datetime | None = None) -> list[Result]:
    """Say no to these purchases for one common reason, which their requesters read; results as for `approve_many`.

    Raises `Invalid` without a reason (field `comment`).
    """
    said = clean_comment(comment)
    if not said:
        raise Invalid("Write why, so that they know what to change.", field="comment")
    return _each(seen, lambda pk, of: decline(actor=actor, approval_id=pk, comment=said, seen_hash=of, now=now), actor)


def _each(seen: Mapping[str, str], decide: Callable[[int, str], Answered], actor: Actor) -> list[Result]:
    def one(key: str) -> Approval:
        found = Approval.objects.purchases().visible_to(actor).filter(key=key).values_list("pk", flat=True).first()
        if found is None:
            raise Missing("There is no such approval.")
        if not seen[key]:
            raise Invalid("It is not known what you saw of it. Open it, then decide.", field="seen_hash")
        return decide(found, seen[key]).settled()

    return each(list(seen), one, noun="request")
