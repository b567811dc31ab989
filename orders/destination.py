"""Does an order cost what it would cost with the taxes of where it is delivered?

A client may choose the country of a cart, and with it the tax: a lower one must not bring the gross
under a company's limit while the goods go somewhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from config.kit.money import Money
from config.kit.refused import Invalid
from orders.details import SHIPPING, CheckoutDetails
from orders.priced import PricedCart, totals_by_country
from orders.pricing import Totals

FIELD = f"addresses.{SHIPPING}.country"


class OtherTaxes(Invalid):
    """The cart has other taxes than the delivery: `fault` says how that shows.

    `country` is the one whose taxes the cart should have; empty where none are known.
    """

    def __init__(self, fault: str, advice: str, country: str) -> None:
        super().__init__(f"{fault} {advice}", field=FIELD, code="other_taxes")
        self.fault = fault
        self.country = country


@dataclass(frozen=True, slots=True)
class Route:
    """The country whose taxes a cart has, that of its marketplace, and the one it is delivered to."""

    taxed: str
    home: str
    delivered: str


def check_destination(priced: PricedCart, details: CheckoutDetails, now: datetime) -> None:
    """Raise `OtherTaxes` (field `addresses.SHIPPING.country`) for a delivery that costs something else elsewhere.

    Nothing is asked of the database where it is the cart's own country, or none is given.
    """
    cart = priced.cart
    route = Route(cart.country, cart.marketplace.country, details.addresses.get(SHIPPING, {}).get("country", ""))
    if route.delivered in ("", route.taxed):
        return
    countries = (route.taxed, route.home, route.delivered)
    costs = totals_by_country(priced, countries, details.shipping, now)
    fault = fault_of(route, costs)
    if fault:
        right = decisive_country(route, costs)
        known = right if right in costs else ""
        raise OtherTaxes(fault, _advice(known, held=cart.is_frozen), known)


def fault_of(route: Route, costs: Mapping[str, Totals]) -> str:
    """What is wrong with the taxes of a cart, in a sentence; empty where they are right.

    Right are the totals of the delivery country or, where its taxes are not known, those of the
    marketplace's own: lines and everything together, tax included. Pure; `costs` has the totals by country.
    """
    decisive = decisive_country(route, costs)
    here, there = costs.get(route.taxed), costs.get(decisive)
    if here is None or there is None:
        return f"No taxes are known for a delivery to {route.delivered}."
    if (here.lines.gross, here.gross) == (there.lines.gross, there.gross):
        return ""
    why = f"delivered to {route.delivered}"
    if decisive != route.delivered:
        why += f", for which the taxes of {decisive} hold"
    cost, now_cost = Money(there.gross, there.currency), Money(here.gross, here.currency)
    return f"With the taxes of {route.taxed} this costs {now_cost}, but {why}, it costs {cost}."


def decisive_country(route: Route, costs: Mapping[str, Totals]) -> str:
    """Whose taxes count: those of where it is delivered, as far as they are known."""
    return route.delivered if route.delivered in costs else route.home


def _advice(country: str, *, held: bool) -> str:
    if not country:
        return "Choose another delivery address."
    if held:
        return f"Take the request back, set the country of the cart to {country}, then ask again."
    return f"Set the country of the cart to {country}, then ask or order again."
