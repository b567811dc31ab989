"""What do people do with subscriptions in a scene? One line each, as in `tests.stories.scenes`.

Server management (SERVER-01, flagged, delivered by hand) is sold in three plans, net per unit: Basic 100 EUR a month
with a trial of 14 days, Pro 300 EUR a month, Annual 1,000 EUR a year. Two units of Basic cost 238.00 EUR gross.
"""

from __future__ import annotations

from decimal import Decimal

from catalog.models import Listing, Plan, Product
from orders.models import Checkout, Order, Subscription, SubscriptionChange
from orders.services import carts, checkout, subscription_changing, subscription_ending
from orders.services.subscription_changing import Wanted
from tests.cast import Cast
from tests.stories.scenes import accept, complete, details, open_cart

PLANS = (("BASIC", 100, "month", 14), ("PRO", 300, "month", 0), ("ANNUAL", 1000, "year", 0))


def sell_by_plan(cast: Cast, sku: str = "SERVER-01", *marketplaces: str) -> dict[str, Listing]:
    """From now on a product is sold in its three plans; their offers by code, on the first marketplace named."""
    product = cast.product(sku)
    Product.objects.filter(pk=product.pk).update(sold_as="subscription")
    product.refresh_from_db()
    Listing.objects.filter(product=product).update(is_active=False)
    offers: dict[str, Listing] = {}
    for position, (code, price, period, trial) in enumerate(PLANS, start=1):
        plan = Plan.objects.create(
            product=product,
            code=code,
            name={"en": code.title()},
            period=period,
            trial_days=trial,
            position=position,
        )
        for place in marketplaces or ("main",):
            made = Listing.objects.create(
                marketplace=getattr(cast, place), product=product, plan=plan, unit_price=Decimal(price), currency="EUR"
            )
            offers.setdefault(code, made)
    return offers


def subscribe(
    cast: Cast, who: str, listing: Listing, quantity: int = 2, *, trial: bool = False, marketplace: str = "main"
) -> Order:
    """Order a plan; the order it became."""
    cart = open_cart(cast, who, marketplace, create=True)
    carts.add_line(actor=cast.actor(who), cart_id=cart.pk, listing_id=listing.pk, quantity=quantity, trial=trial)
    given = details(cast, cart.country)
    return checkout.place_order(actor=cast.actor(who), cart_id=cart.pk, details=given).settled().orders.get()


def running(cast: Cast, who: str, listing: Listing, quantity: int = 2, *, by: str = "victor", **more) -> Subscription:
    """A subscription that was ordered, accepted and delivered; who may not order it gets it from an admin."""
    buyer = who if cast.member(who).role != "requester" else "ana"
    order = subscribe(cast, buyer, listing, quantity, **more)
    if order.needs_review:
        accept(cast, by, order)
        complete(cast, by, order)
    found = Subscription.objects.get(first_line__order=order)
    if buyer != who:
        Subscription.objects.filter(pk=found.pk).update(owner=cast.user(who), owner_name=cast.user(who).name)
        found.refresh_from_db()
    return found


def change(cast: Cast, who: str, subscription: Subscription, to: Listing | None = None, quantity=None, **more) -> Order:
    """Order another plan or quantity; the order it became."""
    checked_out: Checkout = subscription_changing.change_subscription(
        actor=cast.actor(who), subscription_id=subscription.pk, wanted=wanted(to, quantity), **more
    ).settled()
    return checked_out.orders.get()


def ask_change(cast: Cast, who: str, subscription: Subscription, to: Listing, of: str | None, **more):
    """Ask somebody to approve a change."""
    return subscription_changing.ask_for_change(
        actor=cast.actor(who),
        subscription_id=subscription.pk,
        wanted=wanted(to, None),
        approver_id=cast.user(of).pk if of else None,
        **more,
    )


def wanted(to: Listing | None, quantity) -> Wanted:
    return Wanted(to.key if to else "", None if quantity is None else Decimal(quantity))


def take_back(cast: Cast, who: str, subscription: Subscription, **more) -> SubscriptionChange:
    return subscription_changing.take_back_change(actor=cast.actor(who), subscription_id=subscription.pk, **more)


def terminate(cast: Cast, who: str, subscription: Subscription, **more) -> Subscription:
    return subscription_ending.terminate(actor=cast.actor(who), subscription_id=subscription.pk, **more)


def stop(cast: Cast, who: str, subscription: Subscription, **more) -> Subscription:
    return subscription_ending.stop_renewing(actor=cast.actor(who), subscription_id=subscription.pk, **more)


def resume(cast: Cast, who: str, subscription: Subscription, **more) -> Subscription:
    return subscription_ending.resume_renewing(actor=cast.actor(who), subscription_id=subscription.pk, **more)


def values(subscription: Subscription) -> dict:
    """Every column of it, as they are in the table now."""
    return Subscription.objects.filter(pk=subscription.pk).values().get()


def changes(subscription: Subscription) -> list[str]:
    """How each change of it stands, in their order."""
    return list(subscription.changes.order_by("pk").values_list("status", flat=True))
