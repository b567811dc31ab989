"""The administration of carts, orders, quotes and subscriptions, which are looked at, and of the reasons of quotes."""

from orders.admin import orders, quote_reasons, quotes, subscriptions

__all__ = ["orders", "quote_reasons", "quotes", "subscriptions"]
