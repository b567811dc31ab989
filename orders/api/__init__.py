"""The storefront API of carts, checkout and orders."""
