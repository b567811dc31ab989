"""The administration of carts, orders and quotes, which are looked at, and of the reasons that go with quotes."""

from orders.admin import orders, quote_reasons, quotes

__all__ = ["orders", "quote_reasons", "quotes"]
