"""What companies are, and what people can be in them."""

from __future__ import annotations

from enum import StrEnum


class CompanyKind(StrEnum):
    """What a company is on a marketplace."""

    CUSTOMER = "customer"
    VENDOR = "vendor"
    RESELLER = "reseller"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.capitalize()


class Role(StrEnum):
    """A member's group: the first four of customer companies, the others of vendors and resellers."""

    ADMIN = "admin"
    BUYER = "buyer"
    REQUESTER = "requester"
    CONTACT = "contact"
    AUDITOR = "auditor"
    SALES = "sales"
    MANAGER = "manager"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.capitalize()


CUSTOMER_ROLES = (Role.ADMIN, Role.BUYER, Role.REQUESTER, Role.CONTACT)
SELLER_ROLES = (Role.AUDITOR, Role.SALES, Role.MANAGER)

# Who reviews orders and delivers for a vendor or reseller.
REVIEWING_ROLES = (Role.AUDITOR, Role.MANAGER)

# Who prices quotes and orders on behalf of customers for a vendor or reseller: the employees.
SELLING_ROLES = (Role.SALES, Role.MANAGER)

# Who may be in a company's approval group; the API's groups with a code of their own.
GROUP_ROLES = (Role.ADMIN, Role.BUYER, Role.REQUESTER)


def roles_of(kind: str) -> tuple[Role, ...]:
    """The groups a company of this kind has."""
    return CUSTOMER_ROLES if kind == CompanyKind.CUSTOMER else SELLER_ROLES
