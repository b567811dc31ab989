"""What can be bought, where, at what price and tax."""

from catalog.models.product import Listing, NeedsReview, Period, Plan, Product, Provisioning, SoldAs, offer_name
from catalog.models.tax import TaxClass, TaxRate

__all__ = [
    "Listing",
    "NeedsReview",
    "Period",
    "Plan",
    "Product",
    "Provisioning",
    "SoldAs",
    "TaxClass",
    "TaxRate",
    "offer_name",
]
