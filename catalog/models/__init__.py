"""What can be bought, where, at what price and tax."""

from catalog.models.product import Listing, NeedsReview, Product, Provisioning
from catalog.models.tax import TaxClass, TaxRate

__all__ = ["Listing", "NeedsReview", "Product", "Provisioning", "TaxClass", "TaxRate"]
