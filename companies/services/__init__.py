"""Changing companies, their people and a tenant's settings: every change leaves an entry in the history.

Each function is one transaction or a part of the caller's: the administration saves several at
once, all or none.
"""

from companies.services.groups import set_approval_group
from companies.services.history import in_words
from companies.services.limits import set_expiry_days, set_limit
from companies.services.marketplaces import change_marketplace, set_home_marketplace
from companies.services.people import add_member, change_role, deactivate_member, reactivate_member
from companies.services.settings import set_preference

__all__ = [
    "add_member",
    "change_marketplace",
    "change_role",
    "deactivate_member",
    "in_words",
    "reactivate_member",
    "set_approval_group",
    "set_expiry_days",
    "set_home_marketplace",
    "set_limit",
    "set_preference",
]
