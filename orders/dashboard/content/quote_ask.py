"""What is said along with the question for a quote, and who will answer it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from companies.actors import Actor
from orders.dashboard.checkout_form import locations_of
from orders.dashboard.content.amounts import Values, count_of, joined
from orders.dashboard.content.cart import cart_lines
from orders.dashboard.content.checkout import shipping_choices
from orders.dashboard.quote_forms import AskForm
from orders.models import Cart
from orders.priced import PricedCart, priced_cart

CHANGED = "Your cart has changed since you opened this page. This is how it is now: check it and go on."


@dataclass(frozen=True, slots=True)
class AskPage:
    """An open cart for which a quote is about to be asked."""

    priced: PricedCart
    form: AskForm

    @property
    def askable(self) -> bool:
        """There is something in it, and all of it can be sold."""
        return bool(self.priced.lines) and not self.priced.problems

    @property
    def token(self) -> str:
        """What the reader has seen, as a word."""
        return str(self.priced.cart.version)

    def context(self) -> Values:
        """The values of the template."""
        shown = cart_lines(self.priced, editable=False)
        return {
            **shown,
            "cart": self.priced.cart,
            "form": self.form,
            "token": self.token,
            "summary_title": count_of(len(self.priced.lines), "line"),
            "sums": shown["totals"],
            "answers": who_answers(self.priced),
        }


def ask_page(cart: Cart, actor: Actor, now: datetime, typed: Any = None) -> AskPage:
    """The page for an open cart; the number of queries depends on the shipping methods alone."""
    priced = priced_cart(cart, now)
    place = cart.marketplace
    form = AskForm(
        typed,
        locations=locations_of(actor),
        methods=shipping_choices(priced, now),
        initial={"ship_contactName": actor.name, "ship_country": place.country, "bill_country": place.country},
    )
    return AskPage(priced, form)


def who_answers(priced: PricedCart) -> str:
    """Whose sales make the offer, in a sentence."""
    place = priced.cart.marketplace
    sellers = list(dict.fromkeys(parcel.auditing_company for parcel in priced.parcels))
    if len(sellers) == 1:
        return f"{sellers[0]} makes you an offer."
    return f"These are products of {joined(sellers)}; {place.name} makes you one offer for all of them."
