"""What waits for the reader, and what does the reader wait for?"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from approvals.dashboard.rows import asked, queue_rows, to_decide
from companies.actors import Actor
from companies.counting import counts
from companies.roles import Role
from orders.dashboard.content.amounts import Values
from orders.dashboard.content.orders import order_rows, own_orders, to_be_approved
from orders.dashboard.content.quotes import quote_rows, to_answer
from orders.dashboard.content.subscriptions import due_soon, subscription_rows

SHOWN = 8
# What a page without anything on it tells, by group.
NEWCOMER = "What you order appears here."
NEWCOMERS = {
    Role.ADMIN: "What you order, and what needs your answer, appears here.",
    Role.BUYER: "What you order, what you ask for and what needs your answer appears here.",
    Role.REQUESTER: "Fill a cart and ask for approval: what you asked for and what was ordered appears here.",
    Role.CONTACT: "As a Contact you look around. To order or to ask for something you need another group: ask an "
    "Admin of your company.",
}


def home_page(actor: Actor, now: datetime) -> Values:
    """The page's values; a fixed number of queries."""
    deciding, asking, waiting = to_decide(actor, now), asked(actor, now), to_be_approved(actor)
    offers = to_answer(actor, now)
    found = counts(actor, decide=deciding, asked=asking, offers=offers, orders=waiting)
    recent = own_orders(actor).order_by("-created_at", "-pk")
    return {
        "counts": found,
        "stats": _stats(actor, found),
        "to_decide": queue_rows(deciding[:SHOWN], actor, now) if found["decide"] else [],
        "asked": queue_rows(asking[:SHOWN], actor, now) if found["asked"] else [],
        "offers": quote_rows(offers[:SHOWN], actor, now) if found["offers"] else [],
        "due": subscription_rows(due_soon(actor, now)[:SHOWN], actor, now),
        "orders": order_rows(waiting[:SHOWN], actor) if found["orders"] else [],
        "recent": order_rows(recent[:SHOWN], actor) if not found["orders"] else [],
        "in_company": actor.company_id is not None,
        "newcomer": NEWCOMERS.get(actor.role, NEWCOMER),
    }


def _stats(actor: Actor, found: dict[str, int]) -> list[Values]:
    """The figures on top; a private customer has nothing to approve."""
    orders = ("Orders to be approved", found["orders"], "the seller reviews them", "dashboard:orders")
    offers = ("Offers to answer", found["offers"], "quotes that wait for me", "dashboard:quotes")
    rows = [offers, orders]
    if actor.has_membership:
        rows = [
            ("Waiting for me", found["decide"], "approvals to decide", "dashboard:approvals"),
            ("Asked by me", found["asked"], "requests still open", "dashboard:approvals_asked"),
            *rows,
        ]
    return [
        {"label": label, "value": value, "hint": hint, "url": reverse(name), "tone": "waiting" if value else ""}
        for label, value, hint, name in rows
    ]
