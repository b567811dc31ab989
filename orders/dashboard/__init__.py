"""The customer's pages: home, shop, cart, checkout, quotes and orders."""
