"""How does one speak of what an approval is about: a cart, a quote, the change of a subscription?"""

from __future__ import annotations

from dataclasses import dataclass

from approvals.models import Approval, SubjectKind


@dataclass(frozen=True, slots=True)
class Thing:
    """The words for one kind of subject; `{name}` is the requester, `{first}` their first name.

    `back`, `back_of_other` and `back_soon` follow the end of a request: to the requester, to others, and to
    the requester for as long as an expiry is not written yet. `takes_details` tells whether a request says how
    it is delivered at all. `holds` and `held` (with the moment for `{until}`), `ends` (beside the time left) and
    `over` (why nothing can be done) are said of what can be ordered for some time only.
    """

    back: str
    back_of_other: str
    back_soon: str
    decline_hint: str
    close_hint: str
    give_up_hint: str
    give_up_hint_of_other: str
    left_open: str
    declined: str
    closed: str
    given_up: str
    holds: str = ""
    held: str = ""
    ends: str = ""
    over: str = ""
    takes_details: bool = True
    has_cart: bool = False


CART = Thing(
    back="Your cart is back.",
    back_of_other="The cart of {name} is free again.",
    back_soon="Your cart comes back within a minute.",
    decline_hint="{first} gets the cart back.",
    close_hint="You get your cart back and can change it.",
    give_up_hint="You get your cart back; ordering it needs a new approval.",
    give_up_hint_of_other="Frees the cart of the requester.",
    left_open="Delivery or payment was left open: you choose it on the next page.",
    declined="Declined. {name} has the cart back and reads your comment.",
    closed="You took the request back. {approver} is told; your cart is back.",
    given_up="The approval is given up and the cart is free again.",
    has_cart=True,
)
# A cart that a seller prepared goes back to the seller, who asked in the requester's place.
PREPARED = Thing(
    back="The cart is with the seller again, who prepared it.",
    back_of_other="The cart is with the seller again, who prepared it.",
    back_soon="The cart goes back within a minute to the seller who prepared it.",
    decline_hint="The seller who prepared the cart gets it back.",
    close_hint="The seller who prepared the cart gets it back.",
    give_up_hint="The seller who prepared the cart gets it back; ordering it needs a new approval.",
    give_up_hint_of_other="The seller who prepared the cart gets it back.",
    left_open=CART.left_open,
    declined="Declined. {name} is told and reads your comment.",
    closed="You took the request back. {approver} is told; the cart is with the seller again.",
    given_up="The approval is given up and the cart is with the seller again.",
)
QUOTE = Thing(
    back="Nothing was ordered. The page of the quote says how the offer stands.",
    back_of_other="Nothing was ordered.",
    back_soon="Nothing was ordered.",
    decline_hint="Nothing is ordered; {first} can answer the offer otherwise.",
    close_hint="The offer stays as it is: you can ask again, decline it or have it changed.",
    give_up_hint="The offer stays as it is; ordering it needs a new approval.",
    give_up_hint_of_other="Ordering the offer needs a new approval then.",
    left_open="What the offer leaves open is chosen on the next page.",
    declined="Declined. {name} is told and reads your comment.",
    closed="You took the request back. {approver} is told; the offer stays as it is.",
    given_up="The approval is given up. Nothing is ordered.",
    holds="The offer holds until {until}.",
    held="The offer held until {until}.",
    ends="the offer expires",
    over="The offer has expired: nothing can be ordered from it any more. The seller can renew it.",
    takes_details=False,
)
CHANGE = Thing(
    back="Nothing was changed.",
    back_of_other="Nothing was changed.",
    back_soon="Nothing was changed.",
    decline_hint="The subscription of {first} stays as it is.",
    close_hint="Your subscription stays as it is.",
    give_up_hint="Your subscription stays as it is; changing it needs a new approval.",
    give_up_hint_of_other="The subscription stays as it is.",
    left_open="",
    declined="Declined. {name} is told and reads your comment.",
    closed="You took the request back. {approver} is told.",
    given_up="The approval is given up and the subscription stays as it is.",
    holds="It can be ordered until the subscription ends, {until}.",
    held="The subscription ended {until}.",
    ends="the subscription ends",
    over="The subscription has ended: there is nothing left to change.",
    takes_details=False,
)
THINGS = {
    SubjectKind.CART_CHECKOUT: CART,
    SubjectKind.QUOTE_CHECKOUT: QUOTE,
    SubjectKind.SUBSCRIPTION_CHANGE: CHANGE,
}


def thing_of(approval: Approval) -> Thing:
    """The words for what a purchase approval is about."""
    if approval.asked_by_id is not None and approval.subject_kind == SubjectKind.CART_CHECKOUT:
        return PREPARED
    return THINGS[SubjectKind(approval.subject_kind)]


def said(words: str, approval: Approval) -> str:
    """The words with the people's names in them."""
    name = approval.requester_name
    return words.format(name=name, first=name.partition(" ")[0], approver=approval.approver_name)
