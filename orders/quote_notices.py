"""Who is told what when a quote moves: the letters, with the facts as they were then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from companies.actors import Actor
from companies.models import Member, User
from config.kit.money import Money
from config.kit.wording import money_text, quantity_text
from notifications import outbox
from notifications.outbox import Letter
from orders.models import Quote, QuoteEvent
from orders.pricing import discount
from orders.quote_document import quote_document
from orders.quote_lifecycle import TO_PRICE, UNSEEN_BY_CUSTOMERS, QuoteStatus

# What is not over for the customer.
UNDER_WAY = (*TO_PRICE, QuoteStatus.OPEN)


def facts_of(quote: Quote, **more: Any) -> dict[str, Any]:
    """What a text about a quote may say to its customer or its seller. Amounts as text; times ISO in UTC."""
    lines = list(quote.lines.select_related("product").order_by("position"))
    below = discount(quote.list_net, quote.lines_net)
    return {
        "number": quote.number,
        "customer": quote.owner_name,
        "company": quote.company_name,
        "marketplace": quote.marketplace.name,
        "seller": quote.seller.name if quote.seller else quote.marketplace.name,
        "employee": quote.employee_name,
        "total": str(quote.total),
        "list_total": str(Money(quote.list_gross + quote.shipping_gross, quote.currency)),
        "discount": f"{below:.2f}" if below > 0 else "",
        "valid_to": quote.valid_to.astimezone(UTC).isoformat() if quote.valid_to else "",
        "reference": quote.customer_reference,
        "lines": [
            {
                "name": line.product.name.get("en", line.product.sku),
                "quantity": quantity_text(line.quantity),
                "gross": money_text(line.gross, quote.currency),
            }
            for line in lines
        ],
        "actor": "",
        "comment": "",
        "reason": "",
        "differences": [],
        "order_number": quote.order_number,
        **more,
    }


def tell_asked(quote: Quote, event: QuoteEvent, actor: Actor, now: datetime) -> None:
    """A customer asks for an offer: the sales are told, and the customer that it went to them."""
    said = facts_of(quote, actor=actor.name, comment=quote.customer_comment)
    letters = [*_to_sellers(quote, "quote.asked", said), _to_customer(quote, "quote.asked_sent", said)]
    _post(quote, event, letters, actor, now, also_actor=True)


def tell_opened(quote: Quote, event: QuoteEvent, actor: Actor, now: datetime) -> None:
    """An offer is there: the customer is told, and gets its document."""
    said = facts_of(quote, actor=actor.name, comment=quote.employee_comment, document=quote_document(quote, now))
    _post(quote, event, [_to_customer(quote, "quote.opened", said)], actor, now)


def tell_revised(quote: Quote, event: QuoteEvent, differences: Sequence[str], actor: Actor, now: datetime) -> None:
    """An offer that the customer has before them was changed: they get its document anew."""
    said = facts_of(
        quote,
        actor=actor.name,
        comment=quote.employee_comment,
        differences=list(differences),
        document=quote_document(quote, now),
    )
    _post(quote, event, [_to_customer(quote, "quote.revised", said)], actor, now)


def tell_change_asked(quote: Quote, event: QuoteEvent, actor: Actor, now: datetime) -> None:
    """Changes are wanted: the sales are told; the customer, where an employee took the offer back."""
    said = facts_of(quote, actor=actor.name, comment=quote.status_comment, reason=_reason(quote))
    letters = [*_to_sellers(quote, "quote.change_asked", {**said, "reader": "seller"})]
    if actor.user_id != quote.owner_id:
        letters.append(_to_customer(quote, "quote.change_asked", {**said, "reader": "customer"}))
    _post(quote, event, letters, actor, now)


def tell_accepted(quote: Quote, event: QuoteEvent, actor: Actor, now: datetime) -> None:
    """Accepted and ordered: the sales are told. The customer hears of it from the approval, or did it."""
    said = facts_of(quote, actor=actor.name, comment=quote.status_comment)
    _post(quote, event, _to_sellers(quote, "quote.accepted", said), actor, now)


def tell_declined(quote: Quote, event: QuoteEvent, actor: Actor, now: datetime) -> None:
    """Declined by the customer, or by the seller: the other side is told why."""
    said = facts_of(quote, actor=actor.name, comment=quote.status_comment, reason=_reason(quote))
    if event.kind == "quote.declined":
        letters = _to_sellers(quote, "quote.declined", said)
    else:
        letters = [_to_customer(quote, "quote.declined_by_merchant", said)]
    _post(quote, event, letters, actor, now)


def tell_expired(quote: Quote, event: QuoteEvent, now: datetime) -> None:
    """The offer's time is over: both sides are told."""
    said = facts_of(quote)
    letters = [
        _to_customer(quote, "quote.expired", {**said, "reader": "customer"}),
        *_to_sellers(quote, "quote.expired", {**said, "reader": "seller"}),
    ]
    _post(quote, event, letters, Actor.system("expiry"), now)


def tell_deleted(quote: Quote, event: QuoteEvent, actor: Actor, now: datetime) -> None:
    """The seller took it back for good: a customer in whose hands it still was, or who waits for it, is told."""
    if quote.status in UNDER_WAY:
        # Its own page is gone.
        letter = Letter(quote.owner_id, "quote.deleted", facts_of(quote, actor=actor.name), reverse("dashboard:quotes"))
        _post(quote, event, [letter], actor, now)


def _reason(quote: Quote) -> str:
    texts: dict[str, str] = quote.status_reason.get("message", {})
    return texts.get("en") or quote.status_reason.get("code", "")


def _to_customer(quote: Quote, topic: str, said: dict[str, Any]) -> Letter:
    recipient = None if quote.status in UNSEEN_BY_CUSTOMERS else quote.owner_id
    return Letter(recipient, topic, said, reverse("dashboard:quote", args=[quote.number]))


def _to_sellers(quote: Quote, topic: str, said: dict[str, Any]) -> list[Letter]:
    """Whoever has the quote in hand, else all who price for the seller, else the platform's staff."""
    url = reverse("control_panel:quote", args=[quote.number])
    return [Letter(person, topic, said, url) for person in _sellers(quote)]


def _sellers(quote: Quote) -> Iterable[int]:
    people: list[int] = []
    if quote.seller_id is not None:
        people = list(Member.objects.selling([quote.seller_id]).order_by("pk").values_list("user_id", flat=True))
    if not people:
        people = list(User.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True))
    return [quote.employee_id] if quote.employee_id in people else people


def _post(
    quote: Quote,
    event: QuoteEvent,
    letters: Iterable[Letter],
    actor: Actor,
    now: datetime,
    *,
    also_actor: bool = False,
) -> None:
    told = [letter for letter in letters if also_actor or letter.recipient_id != actor.user_id]
    outbox.post(
        told,
        event=f"quote:{quote.pk}:{event.number}",
        tenant_id=quote.tenant_id,
        about=("quote", quote.number),
        site_code=quote.marketplace.key,
        now=now,
    )
