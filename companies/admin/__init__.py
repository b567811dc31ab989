"""The administration of tenants, marketplaces, companies and accounts."""

from companies.admin import change, company, marketplace, tenant, user

__all__ = ["change", "company", "marketplace", "tenant", "user"]
