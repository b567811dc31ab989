"""The steps that make a locked, permitted quote an ordered one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from companies.actors import Actor
from orders import quote_notices as notices
from orders.details import ADDRESS_FIELDS, CheckoutDetails, ShippingChoice
from orders.models import Order, Quote
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.services.quote_writer import write_quote_move


def quote_details(quote: Quote, wanted: CheckoutDetails) -> CheckoutDetails:
    """How a quote is delivered: as it says itself; window and payment come from the checkout."""
    shipping: dict[str, Any] = quote.shipping
    return CheckoutDetails(
        ShippingChoice(shipping["zoneId"], shipping["methodId"]) if shipping else None,
        {
            kind: {name: value for name, value in address.items() if name in ADDRESS_FIELDS}
            for kind, address in quote.addresses.items()
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
