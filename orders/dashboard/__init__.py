"""The customer's pages: home, shop, cart, checkout and orders."""
