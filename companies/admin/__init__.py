"""The administration of tenants, marketplaces, companies and accounts."""

from companies.admin import change, client, company, marketplace, tenant, user

__all__ = ["change", "client", "company", "marketplace", "tenant", "user"]
