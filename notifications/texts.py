"""What can be told, to whom, and which facts each text needs?

A topic is one kind of notice. Its words stand in `templates/notifications/<topic>.txt`; this module
is the contract between who posts a notice and who words it. All facts are plain JSON. Amounts come
as text with their currency, since the words must not depend on today's rounding or prices.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from config.kit.money import spell

Line = dict[str, str]  # name, quantity, gross ("598.00 EUR", or "" where the reader must not see it)
Instruction = dict[str, Any]  # name (of the line), text, links: [{label, url}]


class Side(StrEnum):
    """On whose side the reader stands; each side sees whom of its own people was told."""

    CUSTOMER = "customer"
    SELLER = "seller"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFacts:
    """The facts of every `approval.*` topic. Only the first two are required.

    `reader` is who reads it: requester, approver or admin. It must be given where a topic can go to
    both sides, since the same event is told to each in other words.
    """

    requester: str
    total: str  # gross, such as "5,812.40 EUR"
    requester_group: str = ""
    approver: str = ""  # whoever it is put to now; after a reassignment the new one
    previous_approver: str = ""
    company: str = ""
    label: str = ""  # what it is about, such as "cart of 24 Nov"
    thing: str = "cart"  # what sort of thing that is: cart or quote
    line_count: int = 0
    lines: list[Line] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # why approval is needed, with figures
    comment: str = ""  # the requester's
    answer: str = ""  # the approver's
    expires_at: str = ""  # ISO, with its zone; "" = it never expires
    actor: str = ""  # who made the move
    reason: str = ""  # of a reassignment, a closing, a giving up
    differences: list[str] = field(default_factory=list)
    order_numbers: list[str] = field(default_factory=list)
    asked_by: str = ""  # who asked in the requester's place, such as "Rik Bakker of Resello BV"
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """The facts of every `order.*` topic. Only the first two are required.

    `reader` is customer or seller, as in `ApprovalFacts`.
    """

    number: str
    customer: str  # the person's name
    company: str = ""
    marketplace: str = ""
    vendor: str = ""  # who delivers
    total: str = ""  # gross; "" where the reader must not see it
    lines: list[Line] = field(default_factory=list)
    actor: str = ""
    reason: str = ""  # of a rejection, a withdrawal, a cancellation, a failure: the reader sees it
    review_note: str = ""  # internal; never shown to a customer
    instructions: list[Instruction] = field(default_factory=list)
    placed_by: str = ""  # who placed it for the customer, such as "Rik Bakker of Resello BV"
    waits: str = ""  # "yes": it is reviewed before it is delivered
    subscription: str = ""  # the number of the one it changes, renews or ends
    change: str = ""  # what becomes of that, such as "Basic × 2 → Server management, Pro × 3"
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFacts:
    """The facts of every `quote.*` topic. Only the first two are required.

    `reader` is customer or seller, as in `ApprovalFacts`. Totals include tax and shipping.
    """

    number: str
    customer: str  # the person's name
    company: str = ""
    marketplace: str = ""
    seller: str = ""  # who makes the offer
    employee: str = ""  # who has it in hand there
    total: str = ""
    list_total: str = ""  # the same by the listings' prices
    discount: str = ""  # percent that the net lines are below their list prices, such as "12.50"; "" = they are not
    valid_to: str = ""  # ISO, with its zone; "" = no end
    reference: str = ""  # the customer's own
    lines: list[Line] = field(default_factory=list)
    actor: str = ""
    comment: str = ""  # said with the move
    reason: str = ""  # chosen from the tenant's reasons
    differences: list[str] = field(default_factory=list)
    order_number: str = ""
    document: dict[str, Any] = field(default_factory=dict)  # the offer as it was then, for the file with the mail
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """The facts of every `subscription.*` topic. Only the first two are required; `reader` is customer or seller."""

    number: str
    customer: str  # the person's name
    company: str = ""
    marketplace: str = ""
    name: str = ""  # of product and plan
    quantity: str = ""
    price: str = ""  # per period, tax included
    period: str = ""  # month or year
    renews_at: str = ""  # ISO, with its zone
    is_trial: str = ""
    actor: str = ""
    comment: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """The facts of every `webhook.*` topic. Only the first two are required; its reader is a seller."""

    address: str  # where the system is called
    said: str  # how the last attempt ended, such as "answered 500"
    about: str = ""  # the number of the order or subscription
    next_at: str = ""  # ISO, with its zone; "" = it is not called again
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """The facts of every `account.*` topic, which go to whoever owns the account."""

    account: str  # the address to sign in with
    reader: str = ""


FAMILIES = {
    "account": AccountFacts,
    "approval": ApprovalFacts,
    "order": OrderFacts,
    "quote": QuoteFacts,
    "subscription": SubscriptionFacts,
    "webhook": WebhookFacts,
}
TIMES = ("expires_at", "valid_to", "renews_at", "next_at")  # facts that are moments, shown in the reader's zone


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of notice: the word for it in lists, its tone there, its readers and what it shows.

    `sections` are parts of the mail below its sentences, in this order; empty ones are left out.
    """

    name: str
    label: str
    tone: str  # waiting, good, refused or closed, as everywhere on the pages
    readers: tuple[str, ...]
    sections: tuple[str, ...] = ()

    @property
    def facts(self) -> type[AccountFacts | ApprovalFacts | OrderFacts | QuoteFacts | SubscriptionFacts | WebhookFacts]:
        """The facts of its family."""
        return FAMILIES[self.name.partition(".")[0]]

    @property
    def side(self) -> Side:
        """Whose people read it, where that does not depend on the facts."""
        return Side.SELLER if self.readers == ("seller",) else Side.CUSTOMER


ASKED = ("comment", "reasons", "lines")
PASSWORD_RESET = "account.password_reset"  # noqa: S105 - the name of a topic

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("approval.requested", "To decide", "waiting", ("approver",), ASKED),
        Topic("approval.request_sent", "Asked", "waiting", ("requester",), ASKED),
        Topic("approval.approved", "Approved", "good", ("requester",), ("answer", "lines")),
        Topic("approval.declined", "Declined", "refused", ("requester",), ("answer", "lines")),
        Topic("approval.amended", "Changed", "waiting", ("approver", "requester"), ("differences", *ASKED)),
        Topic("approval.reassigned_to_you", "To decide", "waiting", ("approver",), ("reason", *ASKED)),
        Topic("approval.reassigned_away", "Reassigned", "closed", ("approver",), ("reason",)),
        Topic("approval.reassigned", "Reassigned", "waiting", ("requester",), ("reason",)),
        Topic("approval.waiting", "Still waiting", "waiting", ("approver", "requester"), ASKED),
        Topic("approval.expiring", "Expires soon", "waiting", ("approver", "requester"), ASKED),
        Topic("approval.expired", "Expired", "closed", ("requester", "approver"), ("lines",)),
        Topic("approval.closed", "Closed", "closed", ("approver", "requester"), ("reason", "differences")),
        Topic("approval.given_up", "Given up", "closed", ("requester", "approver"), ("reason", "differences")),
        Topic("approval.approver_lost", "Choose another approver", "waiting", ("requester",)),
        Topic("approval.nobody_eligible", "Nobody can approve", "refused", ("admin",), ASKED),
        Topic("order.placed", "Placed", "good", ("customer",), ("lines",)),
        Topic("order.to_review", "In review", "waiting", ("customer",), ("lines",)),
        Topic("order.review_requested", "To review", "waiting", ("seller",), ("lines",)),
        Topic("order.review_waiting", "To review", "waiting", ("seller",), ("lines",)),
        Topic("order.approved", "Accepted", "good", ("customer",), ("lines",)),
        Topic("order.rejected", "Rejected", "refused", ("customer",), ("reason", "lines")),
        Topic("order.to_deliver", "To deliver", "waiting", ("seller",), ("review_note", "lines")),
        Topic("order.completed", "Ready", "good", ("customer",), ("instructions", "lines")),
        Topic("order.failed", "Failed", "refused", ("customer",), ("reason", "instructions", "lines")),
        Topic("order.failed_seller", "Failed", "refused", ("seller",), ("reason", "instructions", "lines")),
        Topic("order.withdrawn", "Withdrawn", "closed", ("seller",), ("reason",)),
        Topic("order.cancelled", "Cancelled", "closed", ("customer", "seller"), ("reason", "lines")),
        Topic("order.on_behalf", "Placed for you", "good", ("customer",), ("lines",)),
        Topic("quote.asked", "To price", "waiting", ("seller",), ("comment", "lines")),
        Topic("quote.asked_sent", "Asked", "waiting", ("customer",), ("comment", "lines")),
        Topic("quote.opened", "Offer", "good", ("customer",), ("comment", "lines")),
        Topic("quote.revised", "Offer changed", "waiting", ("customer",), ("differences", "comment", "lines")),
        Topic(
            "quote.change_asked", "Changes wanted", "waiting", ("seller", "customer"), ("reason", "comment", "lines")
        ),
        Topic("quote.accepted", "Accepted", "good", ("seller",), ("comment", "lines")),
        Topic("quote.declined", "Declined", "refused", ("seller",), ("reason", "comment")),
        Topic("quote.declined_by_merchant", "Declined", "refused", ("customer",), ("reason", "comment")),
        Topic("subscription.renewed", "Renewed", "good", ("customer", "seller")),
        Topic("subscription.stopped", "Ends", "closed", ("customer", "seller"), ("comment",)),
        Topic("subscription.resumed", "Goes on", "good", ("customer", "seller")),
        Topic("subscription.ended", "Ended", "closed", ("customer", "seller"), ("comment",)),
        Topic("webhook.failing", "Not reached", "waiting", ("seller",)),
        Topic("webhook.given_up", "Given up", "refused", ("seller",)),
        Topic("webhook.stopped", "Switched off", "refused", ("seller",)),
        Topic(PASSWORD_RESET, "Password", "waiting", ("owner",)),
        Topic("quote.deleted", "Taken back", "closed", ("customer",), ("lines",)),
        Topic("quote.expired", "Expired", "closed", ("customer", "seller"), ("lines",)),
    )
}


def complete(topic_name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """All facts of the topic's family, those not given empty, ready to be stored as JSON.

    A mistake of the program, such as an unknown topic or fact, a missing required fact or a time
    without a zone, raises ValueError here: in the transaction that posts, not in the mail worker.
    """
    topic = TOPICS.get(topic_name)
    if topic is None:
        raise ValueError(f"There is no topic {topic_name!r}.")
    try:
        facts = dataclasses.asdict(topic.facts(**{name: plain(value) for name, value in given.items()}))
    except TypeError as wrong:
        raise ValueError(f"{topic_name}: {wrong}") from wrong
    if not facts["reader"] and len(topic.readers) == 1:
        facts["reader"] = topic.readers[0]
    if facts["reader"] not in topic.readers:
        raise ValueError(
            f"{topic_name}: the fact `reader` is {facts['reader']!r}, give one of {', '.join(topic.readers)}."
        )
    for name in TIMES:
        if facts.get(name) and datetime.fromisoformat(facts[name]).tzinfo is None:
            raise ValueError(f"{topic_name}: {name} needs a zone.")
    return facts


def side_of(topic_name: str, facts: Mapping[str, Any]) -> Side:
    """On whose side the reader of this notice stands."""
    if facts.get("reader") == "seller":
        return Side.SELLER
    topic = TOPICS.get(topic_name)
    return topic.side if topic else Side.CUSTOMER


def plain(value: Any) -> Any:
    """The value as JSON can hold it on every database; times as ISO text, amounts without loss."""
    if isinstance(value, str):
        # PostgreSQL's JSON has neither the null character nor half of a character pair.
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return spell(value)
    return "" if value is None else value
