"""Carts, quotes, subscriptions, checkouts and orders with what was agreed in each."""

from orders.models.cart import Cart, CartLine
from orders.models.order import Checkout, Order, OrderEvent, OrderLine
from orders.models.quote import Quote, QuoteChange, QuoteEvent, QuoteLine, QuoteReason
from orders.models.subscription import Subscription, SubscriptionChange, SubscriptionEvent

__all__ = [
    "Cart",
    "CartLine",
    "Checkout",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Quote",
    "QuoteChange",
    "QuoteEvent",
    "QuoteLine",
    "QuoteReason",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionEvent",
]
