"""Who is there: tenants, marketplaces, companies, users, and what was changed about them."""

from companies.models.address import CustomerAddress
from companies.models.client import ApiClient, ServiceToken
from companies.models.company import Company, Location, Member
from companies.models.history import Change
from companies.models.idempotency import IdempotencyKey
from companies.models.marketplace import DeliveryWindow, Logo, Marketplace, ShippingMethod
from companies.models.tenant import Customer, Preference, Tenant
from companies.models.token import ApiToken
from companies.models.user import User
from companies.roles import CompanyKind, Role

__all__ = [
    "ApiClient",
    "ApiToken",
    "Change",
    "Company",
    "CompanyKind",
    "Customer",
    "CustomerAddress",
    "DeliveryWindow",
    "IdempotencyKey",
    "Location",
    "Logo",
    "Marketplace",
    "Member",
    "Preference",
    "Role",
    "ServiceToken",
    "ShippingMethod",
    "Tenant",
    "User",
]
