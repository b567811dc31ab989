"""What does a client order, and how does it want it delivered and paid? A body in, plain values out.

Amounts are not read: shipping costs what the marketplace says, and what is to be paid is the order's
total. Fields that nobody needs are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.places import is_called
from companies.api.errors import ApiError
from companies.api.reading import Body
from orders.api.refusals import invalid
from orders.models import Cart, Quote


@dataclass(frozen=True, slots=True)
class Wanted:
    """A checkout as a client wants it. `details` are those of the domain, without a delivery window."""

    cart_key: str
    quote_key: str
    details: dict[str, Any]
    window: Mapping[str, Any] | None
    window_key: str
    currency: str
    company_key: str
    customer_number: str
    email: str
    is_guest: bool
    seen_hash: str


def read_checkout(data: Any) -> Wanted:
    """The body of a checkout; raises 400 for what cannot be read, whatever the cart is."""
    body = Body(data)
    quote_key = body.text("quoteId", default="")
    cart_key = body.text("cartId", default="" if quote_key else None)
    customer, window = body.inner("customer") or Body({}), body.inner("deliveryWindow")
    return Wanted(
        cart_key,
        quote_key,
        {"shipping": body.raw("shipping"), "addresses": body.raw("addresses"), **_payment(body)},
        window.data if window is not None else None,
        body.text("deliveryWindowId", default=""),
        body.text("currency", default=""),
        body.text("legalEntityId", default=""),
        customer.text("id", default=""),
        customer.text("email", default=""),
        customer.flag("guest", default=False),
        body.text("expectedContentHash", default=""),
    )


def quote_details_for(wanted: Wanted) -> dict[str, Any]:
    """What a checkout adds to a quote: when it is delivered, and how it is paid. All else the quote says itself."""
    window = wanted.window or ({"id": wanted.window_key} if wanted.window_key else None)
    payment = {name: value for name, value in wanted.details.items() if name in ("payment", "paymentMethods")}
    return {**payment, "deliveryWindow": window}


def details_for(wanted: Wanted, cart: Cart) -> dict[str, Any]:
    """The details with the delivery window; one that is named by its id alone is the cart's or the approved one.

    An open cart's own window holds where the checkout names none; what was approved holds by itself.
    """
    window: Mapping[str, Any] | None = wanted.window
    if window is None:
        known = [cart.delivery_window or {}]
        if cart.held_for is not None:
            known.insert(0, cart.held_for.details.get("deliveryWindow") or {})
        if wanted.window_key:
            window = next((each for each in known if each.get("id") == wanted.window_key), {"id": wanted.window_key})
        elif cart.held_for is None:
            window = cart.delivery_window
    return {**wanted.details, "deliveryWindow": window}


def _payment(body: Body) -> dict[str, Any]:
    """Exactly one method, without the amount; a `payment`, as the details of an approval may have it, is one, too."""
    methods = body.items("paymentMethods")
    if methods is None:
        payment = body.inner("payment")
        return {"payment": {**payment.data} if payment else None}
    if len(methods) != 1:
        raise invalid("paymentMethods", "There must be exactly one payment method.")
    methods[0].text("provider")
    return {"paymentMethods": [{name: value for name, value in methods[0].data.items() if name != "amount"}]}


def contradiction(wanted: Wanted, ordered: Cart | Quote, site_code: str) -> ApiError | None:
    """Where a checkout names another currency or marketplace than that of its cart or quote."""
    word = "cart" if isinstance(ordered, Cart) else "quote"
    if wanted.currency and wanted.currency != ordered.currency:
        return invalid("currency", f"The currency of this {word} is {ordered.currency}.")
    if not is_called(ordered.marketplace, site_code):
        return invalid("siteCode", f"This {word} is of {ordered.marketplace.key}.")
    return None
