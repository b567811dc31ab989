"""What can be changed in a quote: plain edits, which services carry out. Whose each is stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from config.kit.patches import Operation
from orders.quote_lifecycle import QuoteMove


class Text(StrEnum):
    """The texts of a quote, by their columns."""

    EMPLOYEE_COMMENT = "employee_comment"
    CUSTOMER_REFERENCE = "customer_reference"
    CUSTOMER_COMMENT = "customer_comment"
    COMPANY_NAME = "company_name"
    RESTRICTION = "restriction"


CUSTOMERS_TEXTS = (Text.CUSTOMER_REFERENCE, Text.CUSTOMER_COMMENT)


@dataclass(frozen=True, slots=True)
class SetText:
    """Write a text; empty takes it away."""

    text: Text
    value: str


@dataclass(frozen=True, slots=True)
class SetValidTo:
    """The moment (aware) from which the offer no longer holds; None: no end."""

    value: datetime | None


@dataclass(frozen=True, slots=True)
class SetAddress:
    """Take a location of the company (else an address of the customer) by its id; None takes the address away."""

    type: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Attach:
    """Carry out an operation on what clients attach to the quote.

    That is one document: `mixins` and `metadata.mixins` of the quote, and below `items`, by the key of a
    line, the same of that line and of its `product`.
    """

    operation: Operation


@dataclass(frozen=True, slots=True)
class SetShipping:
    """Ship by this method of the marketplace, at `net` (None: what the method costs); no method: no shipping."""

    zone: str = ""
    method: str = ""
    net: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SetCustomer:
    """Make it another customer's, by number; only for a quote that was made by an employee."""

    number: str


@dataclass(frozen=True, slots=True)
class Price:
    """What one line shall cost: per unit (net or gross as its listing), or one net total, or as listed."""

    unit: Decimal | None = None
    total_net: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AddLine:
    """A further line, by the id of its offer, else of its product."""

    quantity: Decimal
    listing_key: str = ""
    product_key: str = ""
    price: Price = Price()
    key: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Another quantity or price of a line; None leaves what there is.

    Another quantity keeps the price per unit, unless a price comes with it. `listing_key` or
    `product_key` put another product in its place.
    """

    line_key: str
    quantity: Decimal | None = None
    price: Price | None = None
    listing_key: str = ""
    product_key: str = ""


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """Take a line out."""

    line_key: str


@dataclass(frozen=True, slots=True)
class RemoveLines:
    """Take all lines out that there are so far."""


Edit = (
    SetText
    | SetValidTo
    | SetAddress
    | Attach
    | SetShipping
    | SetCustomer
    | AddLine
    | ChangeLine
    | RemoveLine
    | RemoveLines
)
LINE_EDITS = (AddLine, ChangeLine, RemoveLine, RemoveLines)


def move_of(edit: Edit) -> QuoteMove:
    """The move that an edit is: the customer notes, the employee revises."""
    if isinstance(edit, SetText) and edit.text in CUSTOMERS_TEXTS:
        return QuoteMove.NOTE
    return QuoteMove.REVISE
