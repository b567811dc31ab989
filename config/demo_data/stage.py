"""How do people of the past act? A clock that runs from scene to scene, and the moves they make on it.

A scene is a generator: it yields the moment of its next move and goes on when the clock has come there. All scenes
run side by side in the order of time, so that order numbers, histories and what each service sees are as if the days
had really passed. Every move is one call of the service that the pages call, with the clock's time.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from approvals import services as approvals
from approvals.models import Approval, SubjectKind
from approvals.services.expire import REMIND_BEFORE
from catalog.models import Listing
from companies.actors import Actor
from config.demo_data import catalogue, people
from config.demo_data.world import NARROW, ZONE, World, delivery_days
from config.kit.refused import Refused
from orders.models import Cart, Checkout, Order
from orders.services import carts, checkout, delivery, on_behalf, review
from orders.services.quote_making import ForWhom

SEED = 1047
INVOICE = {"provider": "invoice", "method": "invoice"}

Scene = Generator[datetime, None, None]
Lines = Mapping[str, int | str]


class Stage:
    """The clock (`now`), and the moves. People, products and marketplaces go by their keys."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.present = world.now
        self.now = world.ago(70)
        self.chance = random.Random(SEED)  # noqa: S311 - seconds and sampling, no secret
        self._turn = count()
        self._waiting: list[tuple[datetime, int, Scene]] = []

    # --- The clock ----------------------------------------------------------------------------------------------------
    def add(self, scene: Scene) -> None:
        """Let a scene begin; its first move comes when the clock is there."""
        at = next(scene, None)
        if at is None:
            return
        if not self.now <= at < self.present:
            raise ValueError(f"{scene.__qualname__}: {at} is not between {self.now} and {self.present}.")
        heapq.heappush(self._waiting, (at, next(self._turn), scene))

    def run(self) -> None:
        """Play everything up to the present."""
        while self._waiting:
            self.now, _, scene = heapq.heappop(self._waiting)
            self.add(scene)

    def watch(self, approval: Approval) -> None:
        """Let the schedule remind of a request, and end it in time."""
        self.add(self._watched(approval))

    def day(self, days: int, clock: str) -> datetime:
        """So many working days before today, at this time in Berlin (the seconds are by chance)."""
        day = self.present.astimezone(ZONE).date()
        while days:
            day -= timedelta(days=1)
            days -= day.weekday() < 5
        hours, minutes = map(int, clock.split(":"))
        return datetime.combine(day, time(hours, minutes, self.chance.randrange(60)), ZONE).astimezone(UTC)

    def ago(self, **span: float) -> datetime:
        """A moment shortly before the present: `ago(hours=2)`."""
        return self.present - timedelta(**span)

    def last_call(self, days: int = 10) -> datetime:
        """When somebody asked in office hours whose request, open for so many days, expires within a day."""
        earliest = (self.present - timedelta(days=days)).astimezone(ZONE) + timedelta(hours=4)
        if earliest.hour < 9:
            return earliest.replace(hour=9, minute=12).astimezone(UTC)
        if earliest.hour >= 17:
            return (earliest.replace(hour=9, minute=12) + timedelta(days=1)).astimezone(UTC)
        return earliest.astimezone(UTC)

    # --- Carts --------------------------------------------------------------------------------------------------------
    def fill(self, who: str, lines: Lines, site: str = "main") -> Cart:
        """Begin a cart; what was in the open one is thrown away."""
        actor, place = self._actor(who), self.world.marketplaces[site]
        left_over = carts.current_cart(actor=actor, marketplace=place, now=self.now)
        if left_over is not None and left_over.lines.exists():
            carts.close_cart(actor=actor, cart_id=left_over.pk, now=self.now)
        cart = carts.current_cart(actor=actor, marketplace=place, create=True, now=self.now)
        if cart is None:
            raise LookupError(f"{who} has no cart.")
        for sku, quantity in lines.items():
            listing = self.world.listings[site, sku]
            carts.add_line(actor=actor, cart_id=cart.pk, listing_id=listing.pk, quantity=quantity, now=self.now)
        return cart

    def put_aside(self, who: str, cart: Cart) -> None:
        """Save a cart for later."""
        carts.save_cart(actor=self._actor(who), cart_id=cart.pk, now=self.now)

    # --- Purchase approvals -------------------------------------------------------------------------------------------
    def ask(self, who: str, what: Lines | Cart, of: str, comment: str = "", site: str = "main", **chosen: Any) -> int:
        """Ask somebody for approval of a cart, with the checkout details `chosen`; the approval's id."""
        cart = what if isinstance(what, Cart) else self.fill(who, what, site)
        outcome = approvals.request_approval(
            actor=self._actor(who),
            kind=SubjectKind.CART_CHECKOUT,
            subject_id=str(cart.pk),
            approver_id=self.world.users[of].pk,
            comment=comment,
            details=self.details(who, site=site, **chosen),
            now=self.now,
        )
        approval = outcome.settled()
        self.watch(approval)
        return approval.pk

    def approve(self, who: str, request: int, comment: str = "") -> None:
        """Say yes; nothing is ordered yet."""
        approvals.approve(actor=self._actor(who), approval_id=request, comment=comment, now=self.now).settled()

    def approve_and_order(self, who: str, request: int, comment: str = "") -> list[int]:
        """Say yes and order; the ids of the orders, in their sequence."""
        outcome = checkout.approve_and_order(actor=self._actor(who), approval_id=request, comment=comment, now=self.now)
        return _orders(outcome.settled())

    def decline(self, who: str, request: int, comment: str) -> None:
        """Say no."""
        approvals.decline(actor=self._actor(who), approval_id=request, comment=comment, now=self.now).settled()

    def close(self, who: str, request: int, comment: str = "") -> None:
        """Take a request back."""
        approvals.close(actor=self._actor(who), approval_id=request, comment=comment, now=self.now).settled()

    def give_up(self, who: str, request: int, comment: str = "") -> None:
        """Let go of a yes."""
        approvals.give_up(actor=self._actor(who), approval_id=request, comment=comment, now=self.now).settled()

    def reassign(self, who: str, request: int, to: str, reason: str = "") -> None:
        """Put a request to somebody else."""
        approvals.reassign(
            actor=self._actor(who),
            approval_id=request,
            approver_id=self.world.users[to].pk,
            reason=reason,
            now=self.now,
        ).settled()

    def amend(self, who: str, request: int, **changes: Any) -> None:
        """Change a waiting request: `comment`, `details` or `delivery_window`, as the service takes them."""
        approvals.amend(actor=self._actor(who), approval_id=request, **changes, now=self.now).settled()

    def cart_of(self, request: int) -> Cart:
        """What a request was about."""
        return Cart.objects.get(pk=int(Approval.objects.get(pk=request).subject_id))

    # --- Orders -------------------------------------------------------------------------------------------------------
    def order(self, who: str, what: Lines | Cart, site: str = "main", **chosen: Any) -> list[int]:
        """Order without anybody's yes; the ids of the orders, in their sequence."""
        cart = what if isinstance(what, Cart) else self.fill(who, what, site)
        outcome = checkout.place_order(
            actor=self._actor(who), cart_id=cart.pk, details=self.details(who, site=site, **chosen), now=self.now
        )
        return _orders(outcome.settled())

    def order_approved(self, who: str, request: int) -> list[int]:
        """Order what was approved."""
        outcome = checkout.place_approved_order(actor=self._actor(who), approval_id=request, now=self.now)
        return _orders(outcome.settled())

    def order_in_vain(self, who: str, request: int) -> Refused:
        """Try to order what was approved; why it was not ordered."""
        outcome = checkout.place_approved_order(actor=self._actor(who), approval_id=request, now=self.now)
        if outcome.refusal is None:
            raise RuntimeError("This was ordered.")
        return outcome.refusal

    def accept(self, who: str, order: int, note: str = "") -> None:
        """Accept an order that waits for review."""
        review.approve_order(actor=self._actor(who), order_id=order, note=note, now=self.now)

    def reject(self, who: str, order: int, reason: str, note: str = "") -> None:
        """Reject an order that waits for review."""
        review.reject_order(actor=self._actor(who), order_id=order, reason=reason, note=note, now=self.now)

    def withdraw(self, who: str, order: int, reason: str = "") -> None:
        """Take an order back that waits for review."""
        review.withdraw_order(actor=self._actor(who), order_id=order, reason=reason, now=self.now)

    def start(self, who: str, order: int) -> None:
        """Begin to deliver."""
        delivery.start_order(actor=self._actor(who), order_id=order, now=self.now)

    def deliver(
        self,
        who: str,
        order: int,
        instructions: str = "",
        links: Iterable[tuple[str, str]] = (),
        skus: Sequence[str] = (),
    ) -> None:
        """Deliver everything that is open, or only `skus`; `links` are pairs of label and address."""
        actor = self._actor(who)
        delivery.complete_delivery(
            actor=actor,
            order_id=order,
            line_ids=self._lines(actor, order, skus) if skus else None,
            instructions=instructions,
            links=[{"label": label, "url": url} for label, url in links],
            now=self.now,
        )

    def fail(self, who: str, order: int, why: str) -> None:
        """Say that what is open could not be delivered."""
        delivery.fail_delivery(actor=self._actor(who), order_id=order, instructions=why, now=self.now)

    def retry(self, who: str, order: int) -> None:
        """Try a failed delivery again."""
        delivery.retry_order(actor=self._actor(who), order_id=order, now=self.now)

    def cancel(self, who: str, order: int, reason: str = "") -> None:
        """Cancel an order."""
        delivery.cancel_order(actor=self._actor(who), order_id=order, reason=reason, now=self.now)

    # --- On behalf ----------------------------------------------------------------------------------------------------
    def prepare(self, who: str, whose: str, lines: Lines, site: str = "main") -> Cart:
        """A seller's person fills a cart for a customer."""
        actor, place = self._actor(who), self.world.marketplaces[site]
        number = self.world.tenant.customers.get(user=self.world.users[whose]).number
        cart = on_behalf.prepare_cart(actor=actor, marketplace=place, whom=ForWhom(number), now=self.now)
        for sku, quantity in lines.items():
            listing = self.world.listings[site, sku]
            carts.add_line(actor=actor, cart_id=cart.pk, listing_id=listing.pk, quantity=quantity, now=self.now)
        return cart

    def place_for(self, who: str, cart: Cart, whose: str, **chosen: Any) -> list[int]:
        """Order what was prepared; the ids of the orders, in their sequence."""
        details = self.details(whose, **chosen)
        outcome = on_behalf.place_on_behalf(actor=self._actor(who), cart_id=cart.pk, details=details, now=self.now)
        return _orders(outcome.settled())

    def ask_in_name(self, who: str, cart: Cart, of: str, whose: str, comment: str, **chosen: Any) -> int:
        """Send what was prepared as the customer's request; the approval's id."""
        outcome = on_behalf.ask_on_behalf(
            actor=self._actor(who),
            cart_id=cart.pk,
            approver_id=self.world.users[of].pk,
            comment=comment,
            details=self.details(whose, **chosen),
            now=self.now,
        )
        approval = outcome.settled()
        self.watch(approval)
        return approval.pk

    # --- What else happens --------------------------------------------------------------------------------------------
    def reprice(self, sku: str, amount: str, site: str = "main") -> None:
        """A new price from now on."""
        listing = Listing.objects.get(pk=self.world.listings[site, sku].pk)
        listing.unit_price = Decimal(amount)
        listing.save(update_fields=["unit_price", *listing.touched(self.now)])

    def details(
        self,
        who: str,
        *,
        site: str = "main",
        ship: str = catalogue.USUAL,
        to: int = 0,
        window: Mapping[str, str] | None = None,
        ref: str = "",
    ) -> dict[str, Any]:
        """Checkout details: delivered to the company's location number `to`, in a `window`."""
        places = self.world.addresses.get(people.person(who).firm) or [people.HOME_ADDRESS]
        payment = {**INVOICE, "method": "purchase_order"} if ref.startswith("PO") else INVOICE
        details = {
            "currency": "EUR",
            "shipping": {"zoneId": catalogue.ZONE, "methodId": ship, "methodName": catalogue.METHODS[ship][0]},
            "addresses": [{"type": "SHIPPING", **places[to]}, {"type": "BILLING", **places[0]}],
            "payment": {**payment, "reference": ref},
        }
        if window:
            details["deliveryWindow"] = dict(window)
        return details

    def window(self, days: int, slot: str) -> dict[str, str]:
        """The delivery window so many working days after the clock's day."""
        day = self.now.astimezone(ZONE).date()
        while days:
            day += timedelta(days=1)
            days -= day.weekday() < 5
        return _window(day, slot)

    def narrow_window(self) -> dict[str, str]:
        """The one to come that takes a single checkout."""
        return _window(dict(delivery_days(self.present))[NARROW], "morning")

    def _actor(self, who: str) -> Actor:
        return self.world.actor(who)

    def _lines(self, actor: Actor, order: int, skus: Sequence[str]) -> list[int]:
        lines = Order.objects.visible_to(actor).get(pk=order).lines
        return list(lines.filter(sku__in=skus).values_list("pk", flat=True))

    def _watched(self, approval: Approval) -> Scene:
        """The schedule: it reminds a day before a request expires, at seven minutes past, and then ends it."""
        if approval.expires_at is None:
            return
        reminder = approval.expires_at - REMIND_BEFORE
        reminder = reminder.replace(minute=7, second=1, microsecond=0) + timedelta(hours=reminder.minute >= 7)
        if reminder < self.present:
            yield reminder
            approvals.remind(self.now)
        end = approval.expires_at + timedelta(seconds=20)
        if end < self.present:
            yield end
            approvals.expire_overdue(self.now)


def _window(day: date, slot: str) -> dict[str, str]:
    return {"id": f"{day.isoformat()}-{slot}", "slotId": slot, "deliveryDate": day.isoformat()}


def _orders(placed: Checkout) -> list[int]:
    return list(placed.orders.order_by("position").values_list("pk", flat=True))
