"""Where somebody stands towards a quote: what they are to it, and which moves are theirs now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from companies.actors import Actor, ActorKind
from companies.models import Member
from companies.roles import GROUP_ROLES, SELLING_ROLES
from config.kit.refused import Late, Missing
from config.kit.wording import moment_text
from orders.models import Checkout, Quote
from orders.quote_lifecycle import QUOTE, QuoteMove, QuoteParty, QuoteStatus

# Who says how a quote is paid that was accepted without a word about it.
PAYING = frozenset({QuoteParty.CUSTOMER, QuoteParty.APPROVER})


def parties_of_quote(quote: Quote, actor: Actor) -> frozenset[QuoteParty]:
    """What the actor is to this quote now; it comes with its approval. One query for sellers and platform staff.

    Platform staff price what no seller's sales could: a quote for several sellers, or of a company
    that has nobody active to do it; and whoever of them drafts one finishes it. An API client prices for its tenant.
    """
    return _parties(quote, actor, _sellers([quote], actor))


def quote_moves_for(quote: Quote, actor: Actor, now: datetime) -> tuple[QuoteMove, ...]:
    """Exactly the moves a service would accept from this actor now; accepting asks the purchase policy besides."""
    return _open(quote, parties_of_quote(quote, actor), now)


def check_quote(quote: Quote, move: QuoteMove, parties: frozenset[QuoteParty], now: datetime) -> QuoteStatus:
    """The status `move` leads to; raises `NotYours`, or `Late` with what has become of the quote.

    One that was deleted since it was found is not there any more: `Missing`.
    """
    check_there(quote)
    try:
        return QuoteStatus(QUOTE.next_status(quote.status_at(now), move, parties))
    except Late:
        raise Late(how_the_quote_stands(quote, now), code=f"quote_{quote.status_at(now).lower()}") from None


def payment_is_open(quote: Quote, actor: Actor) -> bool:
    """It was ordered without a word about payment, and this actor may say it. Two queries at most."""
    if quote.status != QuoteStatus.ACCEPTED or parties_of_quote(quote, actor).isdisjoint(PAYING):
        return False
    return Checkout.objects.filter(quote=quote, payment_open=True).exists()


def check_there(quote: Quote) -> None:
    """Raise `Missing` for a quote that was deleted."""
    if quote.deleted_at is not None:
        raise Missing("There is no such quote.")


def may_be_quoted(tenant_id: int, company_id: int | None, user_id: int) -> bool:
    """A quote may be made for them: their group in this company may order; for none: they are in none. One query."""
    members = Member.objects.filter(company__tenant_id=tenant_id, user_id=user_id)
    if company_id is None:
        return not members.exists()
    return members.active().filter(company_id=company_id, role__in=GROUP_ROLES).exists()


def how_the_quote_stands(quote: Quote, now: datetime) -> str:
    """What has become of the quote, for somebody who came too late."""
    status = quote.status_at(now)
    ended = quote.valid_to if status is QuoteStatus.EXPIRED else quote.status_since
    since = moment_text(timezone.localtime(ended), timezone.localtime(now))
    return {
        QuoteStatus.CREATING: f"Quote {quote.number} is still being prepared.",
        QuoteStatus.AWAITING: f"Quote {quote.number} waits for an offer.",
        QuoteStatus.OPEN: f"Quote {quote.number} waits for the customer's answer.",
        QuoteStatus.IN_PROGRESS: f"Quote {quote.number} is being revised since {since}.",
        QuoteStatus.ACCEPTED: f"Quote {quote.number} was accepted on {since} and ordered as {quote.order_number}.",
        QuoteStatus.EXPIRED: f"The offer {quote.number} was valid until {since}; it has expired.",
        QuoteStatus.DECLINED: f"Quote {quote.number} was declined by the customer on {since}.",
        QuoteStatus.DECLINED_BY_MERCHANT: f"Quote {quote.number} was declined by the seller on {since}.",
    }[status]


def _open(quote: Quote, parties: frozenset[QuoteParty], now: datetime) -> tuple[QuoteMove, ...]:
    return tuple(QuoteMove(move) for move in QUOTE.open_moves(quote.status_at(now), parties))


def _parties(quote: Quote, actor: Actor, sellers: set[tuple[int, int]]) -> frozenset[QuoteParty]:
    if actor.kind is ActorKind.SYSTEM:
        return frozenset({QuoteParty.SYSTEM})
    parties: set[QuoteParty] = set()
    if actor.is_client and actor.tenant_id == quote.tenant_id:
        parties.add(QuoteParty.EMPLOYEE)
    if actor.user_id == quote.owner_id and actor.company_id == quote.company_id:
        parties.add(QuoteParty.CUSTOMER)
    if actor.user_id is not None and quote.approval is not None and quote.approval.approver_id == actor.user_id:
        parties.add(QuoteParty.APPROVER)
    if quote.seller_id is not None and (quote.seller_id, actor.user_id) in sellers:
        if actor.company_id == quote.seller_id:
            parties.add(QuoteParty.EMPLOYEE)
    elif actor.platform and (
        _is_own_draft(quote, actor) or all(company_id != quote.seller_id for company_id, _ in sellers)
    ):
        parties.add(QuoteParty.EMPLOYEE)
    return frozenset(parties)


def _is_own_draft(quote: Quote, actor: Actor) -> bool:
    """With its first line a draft becomes that line's seller's; who began it has to be able to go on."""
    return quote.status == QuoteStatus.CREATING and quote.employee_id == actor.user_id


def _sellers(quotes: Iterable[Quote], actor: Actor) -> set[tuple[int, int]]:
    """Who prices for the sellers of these quotes: asked of the table, since the actor was resolved before the lock."""
    companies = {quote.seller_id for quote in quotes if quote.seller_id is not None}
    if not companies or not (actor.role in SELLING_ROLES or actor.platform):
        return set()
    return set(Member.objects.selling(companies).values_list("company_id", "user_id"))
