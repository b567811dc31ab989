"""What do people do in a scene? One line each, by their names in `tests.cast`; and what has changed since.

Nothing here decides anything: each line calls the service that a page or the API would call.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import chain

from django.db import connection
from django.utils import timezone

from approvals import services as approving
from approvals.models import Answer, Approval, ApprovalEvent, Snapshot, Step, SubjectKind
from companies.events import faults
from notifications.models import Notice, WebhookDelivery
from orders.models import (
    Cart,
    CartLine,
    Checkout,
    Order,
    OrderEvent,
    OrderLine,
    Quote,
    QuoteChange,
    QuoteEvent,
    QuoteLine,
    QuoteReason,
    Subscription,
    SubscriptionChange,
    SubscriptionEvent,
)
from orders.quote_chain import quote_faults
from orders.quote_edits import ChangeLine, Price, SetValidTo
from orders.quote_lifecycle import QuoteMove
from orders.services import carts, checkout, delivery, quote_accepting, quote_asking, quote_changing, review
from orders.services.on_behalf import ask_on_behalf, place_on_behalf, prepare_cart
from orders.services.quote_asking import Wishes
from orders.services.quote_making import ForWhom, make_quote
from tests.cast import Cast

KIND = SubjectKind.CART_CHECKOUT
QUOTE = SubjectKind.QUOTE_CHECKOUT
DAY = timedelta(days=1)

# Nine desks cost 5,355.00 EUR gross: over Northwind's limit of 5,000 EUR. Eight cost 4,760.00 EUR.
OVER = {"DESK-01": 9}
WITHIN = {"DESK-01": 8}

TABLES = (
    Approval,
    ApprovalEvent,
    Snapshot,
    Step,
    Answer,
    Cart,
    CartLine,
    Checkout,
    Order,
    OrderLine,
    OrderEvent,
    Quote,
    QuoteLine,
    QuoteEvent,
    QuoteChange,
    QuoteReason,
    Subscription,
    SubscriptionChange,
    SubscriptionEvent,
    Notice,
    WebhookDelivery,
)


def details(cast: Cast, country: str = "DE", **changed) -> dict:
    """Complete checkout details of Northwind; a part given as None is left open."""
    parts = {
        "shipping": {"zoneId": cast.shipping.zone, "methodId": cast.shipping.key},
        "addresses": [{**cast.address(kind), "country": country} for kind in ("SHIPPING", "BILLING")],
        "payment": {"provider": "invoice", "method": "30 days"},
        **changed,
    }
    return {name: part for name, part in parts.items() if part is not None}


def window(row, **changed) -> dict:
    """A delivery window as checkout details name it."""
    return {"id": row.key, "slotId": row.slot, "deliveryDate": row.delivery_on.isoformat(), **changed}


def ask(cast: Cast, who: str, lines: dict, of: str | None, **more) -> Approval:
    """Fill a cart and ask somebody to approve it; what is already in an open cart is not asked about."""
    return ask_for(cast, who, cast.cart(who, lines), of, **more)


def ask_for(cast: Cast, who: str, cart: Cart, of: str | None, **more) -> Approval:
    """Ask somebody to approve a cart that is there already, with complete details unless others are given."""
    given = {"details": details(cast, cart.country), "comment": "We need them on Monday.", **more}
    return request(cast, who, cart, of, **given).settled()


def request(cast: Cast, who: str, subject: Cart | Quote, of: str | None, **more):
    """The same with nothing but what is given, and without insisting on a yes; of a quote as well."""
    return approving.request_approval(
        actor=cast.actor(who),
        kind=QUOTE if isinstance(subject, Quote) else KIND,
        subject_id=str(subject.pk),
        approver_id=cast.user(of).pk if of else None,
        **more,
    )


def preview(cast: Cast, who: str, subject: Cart | Quote):
    kind = QUOTE if isinstance(subject, Quote) else KIND
    return approving.preview(actor=cast.actor(who), kind=kind, subject_id=str(subject.pk))


def approve(cast: Cast, who: str, approval: Approval, **more):
    return approving.approve(actor=cast.actor(who), approval_id=approval.pk, **more)


def decline(cast: Cast, who: str, approval: Approval, **more):
    return approving.decline(actor=cast.actor(who), approval_id=approval.pk, **more)


def close(cast: Cast, who: str, approval: Approval, **more):
    return approving.close(actor=cast.actor(who), approval_id=approval.pk, **more)


def delete(cast: Cast, who: str, approval: Approval, **more):
    return approving.delete(actor=cast.actor(who), approval_id=approval.pk, **more)


def give_up(cast: Cast, who: str, approval: Approval, **more):
    return approving.give_up(actor=cast.actor(who), approval_id=approval.pk, **more)


def amend(cast: Cast, who: str, approval: Approval, **more):
    return approving.amend(actor=cast.actor(who), approval_id=approval.pk, **more)


def reassign(cast: Cast, who: str, approval: Approval, to: str, **more):
    return approving.reassign(actor=cast.actor(who), approval_id=approval.pk, approver_id=cast.user(to).pk, **more)


def approve_and_order(cast: Cast, who: str, approval: Approval, **more):
    return checkout.approve_and_order(actor=cast.actor(who), approval_id=approval.pk, **more)


def order_approved(cast: Cast, who: str, approval: Approval, **more):
    return checkout.place_approved_order(actor=cast.actor(who), approval_id=approval.pk, **more)


def order(cast: Cast, who: str, cart: Cart, **more):
    """Order a cart; with complete details unless others are given."""
    given = {"details": details(cast, cart.country), **more}
    return checkout.place_order(actor=cast.actor(who), cart_id=cart.pk, **given)


def ordered(cast: Cast, who: str, lines: dict, marketplace: str = "main", **more) -> list[Order]:
    """Fill a cart and order it; its orders by position."""
    cart = cast.cart(who, lines, marketplace)
    return orders_of(order(cast, who, cart, **more).settled())


def orders_of(placed: Checkout) -> list[Order]:
    return list(placed.orders.order_by("position"))


def accept(cast: Cast, who: str, placed: Order, **more) -> Order:
    return review.approve_order(actor=cast.actor(who), order_id=placed.pk, **more)


def reject(cast: Cast, who: str, placed: Order, reason: str = "We no longer make this.", **more) -> Order:
    return review.reject_order(actor=cast.actor(who), order_id=placed.pk, reason=reason, **more)


def withdraw(cast: Cast, who: str, placed: Order, **more) -> Order:
    return review.withdraw_order(actor=cast.actor(who), order_id=placed.pk, **more)


def start(cast: Cast, who: str, placed: Order, **more) -> Order:
    return delivery.start_order(actor=cast.actor(who), order_id=placed.pk, **more)


def complete(cast: Cast, who: str, placed: Order, **more) -> Order:
    return delivery.complete_delivery(actor=cast.actor(who), order_id=placed.pk, **more)


def fail(cast: Cast, who: str, placed: Order, instructions: str = "The depot burnt down.", **more) -> Order:
    return delivery.fail_delivery(actor=cast.actor(who), order_id=placed.pk, instructions=instructions, **more)


def retry(cast: Cast, who: str, placed: Order, **more) -> Order:
    return delivery.retry_order(actor=cast.actor(who), order_id=placed.pk, **more)


def cancel(cast: Cast, who: str, placed: Order, **more) -> Order:
    return delivery.cancel_order(actor=cast.actor(who), order_id=placed.pk, **more)


def wishes(cast: Cast, **changed) -> Wishes:
    """What Northwind says when it asks for a quote: delivered to its headquarters, with a reference and a word."""
    given = {
        "address_keys": {"SHIPPING": cast.headquarters.key, "BILLING": cast.headquarters.key},
        "zone": cast.shipping.zone,
        "method": cast.shipping.key,
        "reference": "PO 4711",
        "comment": "What can you do for us?",
    }
    return Wishes(**{**given, **changed})


def ask_quote(cast: Cast, who: str, lines: dict, marketplace: str = "main", **more) -> Quote:
    """Fill a cart and ask for a quote of it; of the others than Northwind's people without any wishes."""
    return ask_quote_for(cast, who, cast.cart(who, lines, marketplace), **more)


def ask_quote_for(cast: Cast, who: str, cart: Cart, **more) -> Quote:
    """Ask for a quote of a cart that is there already."""
    given = {"wishes": wishes(cast) if cart.company_id == cast.northwind.pk else Wishes(), **more}
    return quote_asking.ask_for_quote(actor=cast.actor(who), cart_id=cart.pk, **given)


def make(cast: Cast, who: str, whom: str, *edits, marketplace: str = "main", **more) -> Quote:
    """Make a quote for somebody who did not ask."""
    place = getattr(cast, marketplace)
    return make_quote(actor=cast.actor(who), marketplace=place, whom=ForWhom(f"C-{whom}"), edits=edits, **more)


def change(cast: Cast, who: str, quote: Quote, *edits, **more) -> Quote:
    """Carry out edits, and a move with them where one is given."""
    return quote_changing.change_quote(actor=cast.actor(who), quote_id=quote.pk, edits=edits, **more)


def in_days(days: int) -> SetValidTo:
    """Let the offer end so many days from now."""
    return SetValidTo(now() + days * DAY)


def reprice(quote: Quote, sku: str = "DESK-01", **price) -> ChangeLine:
    """Another price of the line with this SKU: `unit` or `total_net`, in anything a Decimal can be made of."""
    line = quote.lines.get(product__sku=sku)
    return ChangeLine(line.key, price=Price(**{name: Decimal(str(value)) for name, value in price.items()}))


def offer(cast: Cast, who: str, quote: Quote, *edits, **more) -> Quote:
    """Open a quote, for five days unless the edits say something else."""
    return change(cast, who, quote, in_days(5), *edits, move=QuoteMove.OPEN, **more)


def offered(cast: Cast, who: str, lines: dict, by: str = "sam", *, unit=None, **more) -> Quote:
    """Somebody asked, and sales answered; with `unit` for a price of their own for each desk."""
    quote = ask_quote(cast, who, lines, **more)
    return offer(cast, by, quote, *([] if unit is None else [reprice(quote, unit=unit)]))


def ask_change(cast: Cast, who: str, quote: Quote, **more) -> Quote:
    return change(cast, who, quote, move=QuoteMove.ASK_CHANGE, **more)


def decline_offer(cast: Cast, who: str, quote: Quote, **more) -> Quote:
    return change(cast, who, quote, move=QuoteMove.DECLINE, **more)


def decline_to_offer(cast: Cast, who: str, quote: Quote, **more) -> Quote:
    return change(cast, who, quote, move=QuoteMove.DECLINE_BY_MERCHANT, **more)


def remove(cast: Cast, who: str, quote: Quote, **more) -> None:
    quote_changing.remove_quote(actor=cast.actor(who), quote_id=quote.pk, **more)


def accept_offer(cast: Cast, who: str, quote: Quote, **more):
    return quote_accepting.accept_quote(actor=cast.actor(who), quote_id=quote.pk, **more)


def check_out_offer(cast: Cast, who: str, quote: Quote, **more):
    given = {"details": {"paymentMethods": [{"provider": "custom", "method": "invoice"}]}, **more}
    return quote_accepting.check_out_quote(actor=cast.actor(who), quote_id=quote.pk, **given)


def open_cart(cast: Cast, who: str, marketplace: str = "main", **more) -> Cart | None:
    return carts.current_cart(actor=cast.actor(who), marketplace=getattr(cast, marketplace), **more)


def again(row):
    """The row as it is in the table now."""
    return type(row).objects.get(pk=row.pk)


def told(after: int = 0) -> list[str]:
    """Everything that was told so far, as "topic to somebody", in the order of writing; `after` a notice's id."""
    notices = Notice.objects.filter(pk__gt=after).order_by("pk").select_related("recipient")
    return [f"{notice.topic} to {notice.recipient.email.partition('@')[0]}" for notice in notices]


@contextmanager
def told_since():
    """The list that the block gives is filled at its end with what was told in it."""
    before = len(told())
    news: list[str] = []
    yield news
    news += told()[before:]


def facts_for(who: str, topic: str) -> dict:
    """What the newest notice of this topic says to somebody."""
    notices = Notice.objects.filter(topic=topic, recipient__email__startswith=f"{who}@")
    return notices.order_by("-pk")[0].facts


def happened(row) -> list[str]:
    """The kinds of the events of an approval, an order or a quote."""
    return [event.kind for event in row.events.order_by("number")]


def check_histories(*which) -> None:
    """Every chain holds from its first event to its last; of all that has one, or of `which`."""
    everything = (Approval.objects.all(), Order.objects.all(), Quote.objects.all(), Subscription.objects.all())
    for parent in chain.from_iterable(which or everything):
        faults_of = quote_faults if isinstance(parent, Quote) else faults
        assert faults_of(parent, parent.events.order_by("number")) == []
        assert parent.event_count > 0


def everything() -> dict:
    """Every row of every table that a move could write, as the database gives them: hundreds of tests ask twice."""
    found = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")  # noqa: S608  # our own names
            found[model.__name__] = cursor.fetchall()
    return found


@contextmanager
def nothing_changes():
    """A refusal changes nothing: no row, no event, no notice."""
    before = everything()
    yield
    after = everything()
    for table, rows in before.items():
        assert after[table] == rows, f"{table} changed"


def now():
    """This moment, as short as both databases keep it."""
    return timezone.now()


def prepare(cast: Cast, who: str, whom: str, lines: dict, marketplace: str = "resello") -> Cart:
    """A seller's person fills a cart for a customer, who has had a cart there before and so is known."""
    place = getattr(cast, marketplace)
    company = cast.member(whom).company
    if not Cart.objects.filter(company=company, marketplace=place, prepared_by=None).exists():
        cast.cart(whom, {"DESK-01": 1}, marketplace)
    cart = prepare_cart(actor=cast.actor(who), marketplace=place, whom=ForWhom(f"C-{whom}"))
    for sku, quantity in lines.items():
        listing = cast.listing(sku, marketplace)
        carts.add_line(actor=cast.actor(who), cart_id=cart.pk, listing_id=listing.pk, quantity=quantity)
    return cart


def place_for(cast: Cast, who: str, cart: Cart, **more):
    """A seller's person orders what they prepared; with complete details unless others are given."""
    given = {"details": details(cast, cart.country), **more}
    return place_on_behalf(actor=cast.actor(who), cart_id=cart.pk, **given)


def ask_in_name(cast: Cast, who: str, cart: Cart, of: str, **more):
    """A seller's person sends what they prepared as the customer's request to somebody."""
    given = {"details": details(cast, cart.country), **more}
    return ask_on_behalf(actor=cast.actor(who), cart_id=cart.pk, approver_id=cast.user(of).pk, **given)
