"""The steps that make a locked, permitted quote an ordered one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from companies.actors import Actor
from config.kit.refused import Invalid
from orders import quote_notices as notices
from orders.details import ADDRESS_FIELDS, SHIPPING, CheckoutDetails, ShippingChoice
from orders.models import Order, Quote
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.services.cart_opening import taxed_in
from orders.services.quote_writer import write_quote_move


def quote_details(quote: Quote, wanted: CheckoutDetails) -> CheckoutDetails:
    """How a quote is delivered: as it says itself; window, payment and addresses it has none of come from the checkout.

    Raises `Invalid` (field `addresses.SHIPPING.country`) for a delivery to where other taxes hold than in the quote.
    """
    shipping: dict[str, Any] = quote.shipping
    left_open = {kind: address for kind, address in wanted.addresses.items() if kind not in quote.addresses}
    delivered = left_open.get(SHIPPING, {}).get("country", "")
    if delivered not in ("", quote.country) and taxed_in(quote.tenant_id, delivered):
        raise Invalid(
            f"This offer has the taxes of {quote.country}, others hold in {delivered}. Ask for changes in the offer.",
            field=f"addresses.{SHIPPING}.country",
        )
    return CheckoutDetails(
        ShippingChoice(shipping["zoneId"], shipping["methodId"]) if shipping else None,
        {
            kind: {name: value for name, value in address.items() if name in ADDRESS_FIELDS}
            for kind, address in {**left_open, **quote.addresses}.items()
        },
        wanted.delivery_window,
        wanted.payment,
    )


def close_quote(quote: Quote, orders: Sequence[Order], actor: Actor, now: datetime, *, comment: str = "") -> None:
    """Write that a locked quote was accepted and ordered; the seller is told, the customer of an approver's doing."""
    quote.order_number = orders[0].number
    event = write_quote_move(
        quote, QuoteMove.ACCEPT, QuoteStatus.ACCEPTED, actor, now, columns=["order_number"], comment=comment
    )
    notices.tell_accepted(quote, event, actor, now)
