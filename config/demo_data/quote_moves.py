"""How are quotes asked for, priced and answered on the stage? Each move is one call of the service that pages call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from approvals import services as approvals
from approvals.models import SubjectKind
from companies.models import Customer
from config.demo_data import catalogue, people
from config.demo_data.stage import INVOICE, Lines, Scene, Stage
from config.demo_data.world import ZONE
from orders.details import BILLING, SHIPPING
from orders.models import Quote
from orders.quote_edits import AddLine, ChangeLine, Edit, Price, SetShipping, SetText, SetValidTo, Text
from orders.quote_lifecycle import DEFAULT_REASONS, QuoteMove, ReasonType
from orders.services.quote_accepting import accept_quote
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_changing import change_quote
from orders.services.quote_expiry import expire_overdue_quotes
from orders.services.quote_making import ForWhom
from orders.services.quote_making import make_quote as make

# What an employee agrees for a product: "1099" per unit, "=990" for the whole line.
Prices = Mapping[str, str]


def ask_quote(
    stage: Stage,
    who: str,
    lines: Lines,
    comment: str = "",
    reference: str = "",
    site: str = "main",
    ship: str = catalogue.USUAL,
) -> int:
    """Ask for an offer, to be delivered to the company's first location; the quote's id."""
    cart = stage.fill(who, lines, site)
    places = stage.world.addresses.get(people.person(who).firm) or [people.HOME_ADDRESS]
    quote = ask_for_quote(
        actor=stage.world.actor(who),
        cart_id=cart.pk,
        wishes=Wishes(
            addresses={SHIPPING: places[0], BILLING: places[0]},
            zone=catalogue.ZONE,
            method=ship,
            reference=reference,
            comment=comment,
        ),
        now=stage.now,
    )
    return quote.pk


def draft_quote(stage: Stage, who: str, whom: str, lines: Lines, prices: Prices, site: str = "main") -> int:
    """Begin an offer that nobody asked for; the quote's id."""
    person = people.person(whom)
    number = Customer.objects.get(tenant=stage.world.tenant, user=stage.world.users[whom]).number
    offers = [
        AddLine(
            Decimal(quantity),
            listing_key=stage.world.listings[site, sku].key,
            price=_price(prices[sku]) if sku in prices else Price(),
        )
        for sku, quantity in lines.items()
    ]
    quote = make(
        actor=stage.world.actor(who),
        marketplace=stage.world.marketplaces[site],
        whom=ForWhom(number, stage.world.companies[person.firm].key),
        edits=offers,
        now=stage.now,
    )
    return quote.pk


def offer(
    stage: Stage,
    who: str,
    quote: int,
    prices: Prices,
    until: datetime,
    comment: str = "",
    shipping: str | None = None,
) -> None:
    """Price a quote and open it, `until` a moment; `shipping` is what that costs then, net."""
    edits = _priced(quote, prices)
    edits += [SetValidTo(until), SetText(Text.EMPLOYEE_COMMENT, comment)]
    if shipping is not None:
        chosen = Quote.objects.get(pk=quote).shipping
        edits.append(SetShipping(chosen["zoneId"], chosen["methodId"], Decimal(shipping)))
    _change(stage, who, quote, edits, QuoteMove.OPEN)
    stage.add(_expiring(stage, until))


def revise(stage: Stage, who: str, quote: int, prices: Prices, comment: str = "") -> None:
    """Change an offer that the customer has already."""
    edits = _priced(quote, prices)
    if comment:
        edits.append(SetText(Text.EMPLOYEE_COMMENT, comment))
    _change(stage, who, quote, edits)


def send_back(stage: Stage, who: str, quote: int, code: str, comment: str) -> None:
    """Ask for changes, with the code of a reason."""
    _change(stage, who, quote, [], QuoteMove.ASK_CHANGE, _reason(ReasonType.CHANGE, code), comment)


def decline(stage: Stage, who: str, quote: int, code: str, comment: str) -> None:
    """Decline an offer as its customer, with the code of a reason."""
    _change(stage, who, quote, [], QuoteMove.DECLINE, _reason(ReasonType.DECLINE, code), comment)


def refuse(stage: Stage, who: str, quote: int, code: str, comment: str) -> None:
    """Make no offer, with the code of a reason."""
    _change(stage, who, quote, [], QuoteMove.DECLINE_BY_MERCHANT, _reason(ReasonType.DECLINE, code), comment)


def ask_to_accept(stage: Stage, who: str, quote: int, of: str, comment: str = "") -> int:
    """Ask somebody for approval of an offer; the approval's id."""
    outcome = approvals.request_approval(
        actor=stage.world.actor(who),
        kind=SubjectKind.QUOTE_CHECKOUT,
        subject_id=str(quote),
        approver_id=stage.world.users[of].pk,
        comment=comment,
        now=stage.now,
    )
    approval = outcome.settled()
    stage.watch(approval)
    return approval.pk


def accept(stage: Stage, who: str, quote: int, comment: str = "") -> list[int]:
    """Accept an offer as somebody who may order it; the ids of the orders, in their sequence."""
    seen = Quote.objects.get(pk=quote).content_hash
    outcome = accept_quote(
        actor=stage.world.actor(who),
        quote_id=quote,
        details={"payment": INVOICE},
        comment=comment,
        seen_hash=seen,
        now=stage.now,
    )
    return list(outcome.settled().orders.order_by("position").values_list("pk", flat=True))


def in_days(stage: Stage, days: int) -> datetime:
    """Six in the evening in Berlin, so many days after today."""
    day = stage.present.astimezone(ZONE) + timedelta(days=days)
    return day.replace(hour=18, minute=0, second=0, microsecond=0)


def _expiring(stage: Stage, until: datetime) -> Scene:
    """The schedule: it ends what nobody answered in time."""
    end = until + timedelta(seconds=20)
    if end < stage.present:
        yield end
        expire_overdue_quotes(stage.now)


def _change(
    stage: Stage,
    who: str,
    quote: int,
    edits: list[Edit],
    move: QuoteMove | None = None,
    reason: str = "",
    comment: str = "",
) -> None:
    change_quote(
        actor=stage.world.actor(who),
        quote_id=quote,
        edits=edits,
        move=move,
        reason_key=reason,
        comment=comment,
        now=stage.now,
    )


def _priced(quote: int, prices: Prices) -> list[Edit]:
    lines = Quote.objects.get(pk=quote).lines.select_related("product").order_by("position")
    return [
        ChangeLine(line.key, price=_price(prices[line.product.sku])) for line in lines if line.product.sku in prices
    ]


def _price(text: str) -> Price:
    if text.startswith("="):
        return Price(total_net=Decimal(text[1:]))
    return Price(unit=Decimal(text))


def _reason(kind: ReasonType, code: str) -> str:
    return next(reason.key for reason in DEFAULT_REASONS if (reason.type, reason.code) == (kind, code))
