"""What does a client want of a subscription? Bodies in, values for the services out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from companies.api.reading import Body
from orders.services.subscription_changing import Wanted

LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class ChangeWanted:
    """What a subscription shall become, and who is asked where somebody has to be.

    `approver` is a customer number, empty to order without asking; `seen_gross` the price per period (gross) that was
    before the customer's eyes.
    """

    terms: Wanted
    approver: str
    comment: str
    seen_gross: Decimal | None


def read_terms(data: Any) -> Wanted:
    """The body of a preview; what is left out stays as it is."""
    body = Body(data)
    terms = _terms(body)
    body.nothing_else()
    return terms


def read_change(data: Any) -> ChangeWanted:
    """The body that asks for a change, or orders it."""
    body = Body(data)
    terms, approver = _terms(body), body.inner("approver")
    wanted = ChangeWanted(
        terms=terms,
        approver="" if approver is None else approver.text("userId", longest=LONGEST_ID),
        comment=body.text("comment", default=""),
        seen_gross=_number(body, "expectedGrossValue"),
    )
    body.nothing_else()
    return wanted


def read_answer(data: Any) -> tuple[str, str]:
    """The comment that goes with an answer, and the content hash that was seen."""
    body = Body(data)
    comment, seen = body.text("comment", default=""), body.text("expectedContentHash", longest=64, default="")
    body.nothing_else()
    return comment, seen


def read_comment(data: Any) -> str:
    """The body of a move that takes a comment."""
    body = Body(data)
    comment = body.text("comment", default="")
    body.nothing_else()
    return comment


def _terms(body: Body) -> Wanted:
    return Wanted(body.text("priceId", longest=LONGEST_ID, default=""), _number(body, "quantity"))


def _number(body: Body, name: str) -> Decimal | None:
    return None if body.raw(name) is None else body.number(name)
