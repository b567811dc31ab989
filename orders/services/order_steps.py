"""What every way to an order does inside its transaction: is it orderable, may it be, what is noted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from approvals import notices as approval_notices
from approvals.lifecycle import Move, Status
from approvals.models import Approval, Snapshot
from approvals.policy import Ruling, Verdict
from approvals.services.writer import write_moves
from approvals.subjects import Facts
from companies.actors import Actor
from config.kit.money import Money
from config.kit.refused import Invalid, Late, NotYours
from config.kit.wording import either
from orders.models import Order
from orders.priced import PricedCart
from orders.quote_priced import PricedQuote
from orders.subscription_priced import PricedChange


def check_orderable(priced: PricedCart | PricedQuote | PricedChange) -> None:
    """Refuse what has no lines, or lines that can no longer be bought (code `unavailable`)."""
    field = {PricedCart: "cart", PricedQuote: "quote", PricedChange: "change"}[type(priced)]
    if not priced.lines:
        raise Invalid(f"This {field} is empty.", field=field, code=f"empty_{field}")
    if priced.problems:
        raise Invalid("Some lines can no longer be ordered.", field=field, code="unavailable", details=priced.problems)


def check_total(priced: PricedCart, seen_total: str) -> None:
    """Refuse (code `total_changed`) where the customer confirmed another total, given as text; empty: not said."""
    if not seen_total:
        return
    total = Money(priced.totals.gross, priced.totals.currency)
    try:
        # Comparing may fail as well as reading: a signalling NaN is read.
        more = total.amount - Decimal(seen_total)
        differs = more != 0
    except ArithmeticError:
        raise Invalid("This is not an amount.", field="seen_total") from None
    if differs:
        raise Late(
            f"The cart has changed since you looked: the total is {total} now. Check it and order again.",
            code="total_changed",
            details=[_more_or_less(more, total.currency)] if more.is_finite() else [],
        )


def _more_or_less(more: Decimal, currency: str) -> str:
    return f"That is {Money(abs(more), currency)} {'more' if more > 0 else 'less'} than you saw."


def not_permitted(ruling: Ruling) -> NotYours:
    """The refusal of somebody whom the policy does not let order alone, with its reasons."""
    if ruling.verdict is Verdict.FORBIDDEN:
        return NotYours(ruling.reasons[0].text, code="may_not_order")
    names = either(person.name for person in ruling.eligible)
    return NotYours(
        f"This order needs approval{' by ' + names if names else ''}.",
        code="approval_required",
        details=[reason.text for reason in ruling.reasons],
    )


def kept(ruling: Ruling, facts: Facts, actor: Actor) -> dict[str, Any]:
    """The ruling as it is stored with checkout and orders."""
    limit = facts.company.limit if facts.company else None
    return {
        "verdict": ruling.verdict,
        "codes": [reason.code for reason in ruling.reasons],
        "texts": [reason.text for reason in ruling.reasons],
        "reasons": [asdict(reason) for reason in ruling.reasons],
        "role": actor.role or "",
        "gross": str(facts.gross),
        "limit": str(limit or ""),
    }


def kept_of_approval(approval: Approval, snapshot: Snapshot) -> dict[str, Any]:
    """The ruling as it is stored with what was ordered on an approval."""
    return {
        "verdict": Verdict.NEEDS_APPROVAL,
        "codes": [reason["code"] for reason in approval.reasons],
        "texts": approval.reason_texts(),
        # As it was when it was asked: who asks may have another group by the time it is ordered.
        "role": str(snapshot.content["shown"].get("requester_group", "")).lower(),
        "gross": str(approval.amount),
        "limit": str(approval.limit or ""),
        "approved_by": approval.decided_by_name,
        "approval": approval.key,
    }


def note_ordered(
    approval: Approval, snapshot: Snapshot, orders: Sequence[Order], total: Money, actor: Actor, now: datetime
) -> None:
    """Write into a locked, approved approval what was ordered by it; the requester is told of the approver's doing."""
    numbers = [order.number for order in orders]
    approval.created_resource = numbers[0]
    event = write_moves(
        [approval],
        Move.PLACE_ORDER,
        Status.APPROVED,
        actor,
        now,
        changed=["created_resource"],
        facts={"orders": numbers, "total": str(total.amount)},
    )[0]
    if actor.user_id != approval.requester_id:
        said = approval_notices.facts_of(approval, snapshot, actor=actor.name, order_numbers=numbers)
        letters = [approval_notices.letter(approval, approval.requester_id, "approval.approved", said)]
        approval_notices.tell(approval, event, letters, now)
