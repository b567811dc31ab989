"""What do people do in a scene? One line each, by their names in `tests.cast`; and what has changed since.

Nothing here decides anything: each line calls the service that a page or the API would call.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from itertools import chain

from django.utils import timezone

from approvals import services as approving
from approvals.models import Answer, Approval, ApprovalEvent, Snapshot, Step, SubjectKind
from companies.events import faults
from notifications.models import Notice
from orders.models import Cart, CartLine, Checkout, Order, OrderEvent, OrderLine
from orders.services import carts, checkout, delivery, review
from tests.cast import Cast

KIND = SubjectKind.CART_CHECKOUT
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
    Notice,
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


def request(cast: Cast, who: str, cart: Cart, of: str | None, **more):
    """The same with nothing but what is given, and without insisting on a yes."""
    return approving.request_approval(
        actor=cast.actor(who),
        kind=KIND,
        subject_id=str(cart.pk),
        approver_id=cast.user(of).pk if of else None,
        **more,
    )


def preview(cast: Cast, who: str, cart: Cart):
    return approving.preview(actor=cast.actor(who), kind=KIND, subject_id=str(cart.pk))


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
    """The kinds of the events of an approval or an order."""
    return [event.kind for event in row.events.order_by("number")]


def check_histories(*which) -> None:
    """Every chain holds from its first event to its last; of all approvals and orders, or of `which`."""
    for parent in chain.from_iterable(which or (Approval.objects.all(), Order.objects.all())):
        assert faults(parent, parent.events.order_by("number")) == []
        assert parent.event_count > 0


def everything() -> dict:
    """Every row of every table that a move could write."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


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
