"""What happened to a quote, change by change, as the API tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from companies.actors import ActorKind
from companies.api.json import instant, moment
from companies.api.pieces import numbers_of
from companies.models import User
from companies.roles import CUSTOMER_ROLES
from orders.models import Quote, QuoteChange, QuoteEvent

Values = dict[str, Any]
MADE = ("quote.asked", "quote.drafted")


def history_bodies(quote: Quote) -> list[Values]:
    """Every value that was changed, oldest first; the making of the quote comes before what it was made of.

    Four queries, however long the history is.
    """
    events = list(quote.events.prefetch_related("changes").order_by("number"))
    people = _people(quote, events)
    return [body for event in events for body in _event(quote, event, people)]


def _people(quote: Quote, events: Iterable[QuoteEvent]) -> Mapping[str, Values]:
    """Those of the events who are people, by how events name them."""
    ids = {int(event.actor_ref) for event in events if event.actor_kind == ActorKind.USER}
    numbers = numbers_of(quote.tenant_id, ids)
    return {
        str(user.pk): {
            "userId": numbers.get(user.pk, f"employee-{user.pk}"),
            "userFirstName": user.first_name,
            "userLastName": user.last_name,
        }
        for user in User.objects.filter(pk__in=ids)
    }


def _event(quote: Quote, event: QuoteEvent, people: Mapping[str, Values]) -> Iterable[Values]:
    who = {**_who(event, people), "userType": _user_type(quote, event), "modifiedAt": instant(event.at)}
    if event.kind in MADE:
        yield {"id": _id(quote, event, 0), "op": "CREATE", "path": "/quote", "newValue": _status(event), **who}
    for change in sorted(event.changes.all(), key=lambda each: each.number):
        what = {"id": _id(quote, event, change.number), "op": change.op, "path": change.path}
        yield {**what, **_values(event, change), **who}


def _who(event: QuoteEvent, people: Mapping[str, Values]) -> Values:
    """Whose doing it was; a name that was erased from the history is told by nobody else either."""
    person = people.get(event.actor_ref) if event.actor_kind == ActorKind.USER else None
    body = person or {"userId": event.actor_ref, "userFirstName": event.actor_name}
    return {name: text for name, text in body.items() if text and (event.actor_name or name == "userId")}


def _values(event: QuoteEvent, change: QuoteChange) -> Values:
    """Old and new, as texts; a status is an object, as it is where it is set."""
    if change.path == "/status":
        return {"previousValue": {"value": change.old}, "newValue": _status(event)}
    values = {"previousValue": change.old, "newValue": change.new}
    told = {name: text for name, text in values.items() if text}
    if change.path == "/validTo":
        return {name: instant(moment(text)) for name, text in told.items()}
    return told


def _status(event: QuoteEvent) -> Values:
    return {"value": event.to_status, **({"comment": event.comment} if event.comment else {})}


def _user_type(quote: Quote, event: QuoteEvent) -> str:
    if event.actor_kind == ActorKind.SYSTEM:
        return "SYSTEM"
    is_customer = event.role in CUSTOMER_ROLES or event.actor_ref == str(quote.owner_id)
    return "CUSTOMER" if is_customer and event.actor_kind == ActorKind.USER else "EMPLOYEE"


def _id(quote: Quote, event: QuoteEvent, number: int) -> str:
    return f"{quote.key}-{event.number}-{number}"
