"""What do the tests of subscriptions have in common? A product in plans, and subscriptions of it.

plans = make_plans(cast)                 SERVER-01 as BASIC, PRO and YEAR on `main`: the listings by code
begun(cast, "bea", plans["BASIC"])       Bea's subscription of two, which runs
"""

from catalog.models import Listing, Plan, Product
from orders.models import Order, Subscription
from orders.services import carts
from tests.cast import Cast
from tests.stories.scenes import accept, again, complete, order

SUBSCRIPTIONS = "/subscription/{t}/subscriptions"
CHANGES = "/subscription/{t}/changes"

# Code: net price in EUR of one per period, period, days it may be tried.
PLANS = {"BASIC": (100, "month", 14), "PRO": (300, "month", 0), "YEAR": (1000, "year", 0)}


def make_plans(cast: Cast, marketplace: str = "main", sku: str = "SERVER-01") -> dict[str, Listing]:
    """The product as a subscription alone: its offers by plan, which more than one marketplace may have."""
    product = cast.product(sku)
    Product.objects.filter(pk=product.pk).update(sold_as="subscription")
    Listing.objects.filter(product=product, plan=None).update(is_active=False)
    product.refresh_from_db()
    made = {}
    for position, (code, (price, period, trial)) in enumerate(PLANS.items(), start=1):
        known = {"name": {"en": code.title()}, "period": period, "trial_days": trial, "position": position}
        plan, _ = Plan.objects.get_or_create(product=product, code=code, defaults=known)
        made[code] = Listing.objects.create(
            marketplace=getattr(cast, marketplace), product=product, plan=plan, unit_price=price, currency="EUR"
        )
    return made


def bought(cast: Cast, who: str, listing: Listing, quantity: int = 2, *, trial: bool = False) -> Order:
    """Somebody's order for a plan."""
    cart = cast.cart(who, {}, listing.marketplace.key)
    carts.add_line(actor=cast.actor(who), cart_id=cart.pk, listing_id=listing.pk, quantity=quantity, trial=trial)
    return order(cast, who, cart).settled().orders.get()


def begun(cast: Cast, who: str, listing: Listing, quantity: int = 2, *, trial: bool = False) -> Subscription:
    """Somebody's subscription, accepted and delivered by the seller."""
    placed = bought(cast, who, listing, quantity, trial=trial)
    seller = "mies" if listing.marketplace.key == "resello" else "vera"
    if placed.status == "to_be_approved":
        accept(cast, seller, placed)
    complete(cast, seller, again(placed))
    return Subscription.objects.get(first_line__order=placed)
