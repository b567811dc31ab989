"""The storefront API of the catalogue: products, and what they cost where somebody shops."""
