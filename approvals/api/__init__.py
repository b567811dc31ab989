"""The approval service of the storefront API."""
