"""What do people subscribe to? Running, tried, waiting for a change, rejected, and ended."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from config.demo_data.stage import Scene, Stage
from orders.models import Subscription
from orders.services import carts, checkout
from orders.services.subscription_changing import Wanted, ask_for_change, change_subscription
from orders.services.subscription_ending import renew_due, stop_renewing, terminate


def a_website(stage: Stage) -> Scene:
    """Runs since some weeks and was renewed; a change to a larger plan waits for the vendor."""
    yield stage.day(45, "10:12")
    [order] = stage.order("ana", {"HOST-WEB/BASIC": 2})
    yield stage.day(44, "09:30")
    stage.accept("victor", order, "Both sites looked at: nothing unusual.")
    yield stage.day(44, "15:05")
    stage.deliver(
        "vera",
        order,
        "Both sites are moved and answer. Change the name servers as described.",
        [("Name servers", "https://docs.globex.example/hosting/name-servers")],
    )
    hosting = _begun(order)
    stage.add(_renewals(stage, hosting.pk))
    yield stage.ago(hours=20)
    _change(stage, "ana", hosting, "HOST-WEB/BUSINESS", 3)


def a_team(stage: Stage) -> Scene:
    """Asked for, approved and ready at once; more seats wait for an approval."""
    yield stage.day(20, "11:40")
    request = stage.ask("rita", {"TEAM-SPACE/STARTER": 8}, of="ana", comment="For the eight of us in the project.")
    yield stage.day(20, "13:15")
    [order] = stage.approve_and_order("ana", request, "Good idea.")
    team = _begun(order)
    stage.add(_renewals(stage, team.pk))
    yield stage.ago(hours=5)
    stage.watch(
        ask_for_change(
            actor=stage.world.actor("rita"),
            subscription_id=team.pk,
            wanted=Wanted(stage.world.listings["main", "TEAM-SPACE/TEAM"].key, Decimal(25)),
            approver_id=stage.world.users["ana"].pk,
            comment="The other two departments want to join, and we need the boards.",
            now=stage.now,
        ).settled()
    )


def tried_at_home(stage: Stage) -> Scene:
    """A trial that ends in a few days unless it is kept."""
    yield stage.day(7, "20:31")
    _try(stage, "paula", "TEAM-SPACE/STARTER", 1)


def tried_in_the_office(stage: Stage) -> Scene:
    """A trial that a person had to accept and set up."""
    yield stage.day(9, "14:20")
    order = _try(stage, "ben", "HOST-WEB/BASIC", 1)
    yield stage.day(8, "08:50")
    stage.accept("victor", order)
    yield stage.day(8, "11:10")
    stage.deliver("vera", order, "Your copy runs at the address below; visitors still see the old one.")


def enough_of_it(stage: Stage) -> Scene:
    """Ended by its customer, at once."""
    yield stage.day(30, "09:44")
    [order] = stage.order("ben", {"TEAM-SPACE/TEAM": 4})
    yield stage.day(13, "16:02")
    terminate(
        actor=stage.world.actor("ben"),
        subscription_id=_begun(order).pk,
        comment="We moved to the system of our parent company.",
        now=stage.now,
    )


def not_renewed(stage: Stage) -> Scene:
    """Runs to the end of what is paid."""
    yield stage.day(12, "10:05")
    [order] = stage.order("bea", {"TEAM-SPACE/TEAM-Y": 1})
    yield stage.day(6, "10:15")
    stop_renewing(actor=stage.world.actor("bea"), subscription_id=_begun(order).pk, now=stage.now)


def resold(stage: Stage) -> Scene:
    """Sold by the reseller, run by the vendor; the reseller rejected a change."""
    yield stage.day(28, "15:31")
    [order] = stage.order("tess", {"HOST-WEB/BASIC": 1}, site="resello")
    yield stage.day(27, "10:20")
    stage.accept("roos", order)
    yield stage.day(26, "09:00")
    stage.deliver("vera", order, "The site is moved.")
    hosting = _begun(order)
    stage.add(_renewals(stage, hosting.pk))
    yield stage.day(4, "13:13")
    wish = _change(stage, "tess", hosting, "HOST-WEB/BUSINESS-Y", None, site="resello")
    yield stage.day(3, "09:48")
    stage.reject("roos", wish, "The yearly plan begins in January. Ask again then, or take the monthly one now.")


def _begun(order: int) -> Subscription:
    return Subscription.objects.get(first_line__order_id=order)


def _try(stage: Stage, who: str, offer: str, quantity: int) -> int:
    """Order a trial; the id of its order."""
    cart = stage.fill(who, {})
    actor = stage.world.actor(who)
    listing = stage.world.listings["main", offer]
    carts.add_line(actor=actor, cart_id=cart.pk, listing_id=listing.pk, quantity=quantity, trial=True, now=stage.now)
    placed = checkout.place_order(actor=actor, cart_id=cart.pk, details=stage.details(who), now=stage.now).settled()
    return placed.orders.get().pk


def _change(
    stage: Stage, who: str, subscription: Subscription, offer: str, quantity: int | None, site: str = "main"
) -> int:
    """Order another plan or quantity; the id of the order."""
    wanted = Wanted(stage.world.listings[site, offer].key, None if quantity is None else Decimal(quantity))
    placed = change_subscription(
        actor=stage.world.actor(who), subscription_id=subscription.pk, wanted=wanted, now=stage.now
    )
    return placed.settled().orders.get().pk


def _renewals(stage: Stage, subscription_id: int) -> Scene:
    """The schedule: what has come to the end of its period is renewed within minutes."""
    while True:
        due = Subscription.objects.get(pk=subscription_id).renews_at
        if due is None or due + timedelta(minutes=4) >= stage.present:
            return
        yield due + timedelta(minutes=4)
        renew_due(stage.now)


SCENES = (a_website, a_team, tried_at_home, tried_in_the_office, enough_of_it, not_renewed, resold)
