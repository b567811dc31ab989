"""What may a token of the storefront API do? One table from group to scopes.

Login, validation and "my scopes" all read this table, and every request asks it again with the
group as it is now, so somebody who was moved to another group loses a right at once. No scope
widens *what* one sees: rows come through `visible_to` alone.
"""

from __future__ import annotations

from companies.roles import Role

# Of whoever may order; a Contact may neither order nor ask for an offer.
QUOTE_SCOPES = frozenset({"quote.quote_read_own", "quote.quote_manage_own"})
# Of whoever may order: to change what is subscribed to is an order, too. Reading is everybody's.
SUBSCRIPTION_SCOPES = frozenset({"subscription.subscription_manage_own"})
# Every customer, in a company or not.
CUSTOMER_SCOPES = frozenset(
    {
        "approval.approval_read_own",
        "approval.approval_manage_own",
        "customer.customer_read_own",
        "customer.customer_manage_own",
        "customer.customerprofile_view",
        "customer.customerprofile_edit",
        "customer.consent_view",
        "customer.consent_manage",
        "customermanagement.legalentity_read_own",
        *QUOTE_SCOPES,
        *SUBSCRIPTION_SCOPES,
        "subscription.subscription_read_own",
        "returns.returns_read_own",
        "returns.returns_manage_own",
        "iam.scope_read_own",
        "iam.user_read_own",
        "iam.group_read_own",
        "customersegment.segment_read_own",
        "coupon.coupon_redeem",
        "order.order_readascustomer",
        "order.order_updateascustomer",
        "order.history_view",
    }
)

_GROUPS = frozenset({"approval.approval_read", "approval.approval_manage", "order.order_read_le"})
_ADMIN = frozenset({"iam.assignment_create_own", "iam.assignment_delete_own"})
_SELLER = frozenset({"iam.scope_read_own", "order.order_read", "subscription.subscription_read"})
_REVIEWER = frozenset({"order.order_update", "order.order_review"})
_SALES = frozenset({"quote.quote_read", "quote.quote_manage"})

ROLE_SCOPES: dict[Role, frozenset[str]] = {
    Role.CONTACT: CUSTOMER_SCOPES - QUOTE_SCOPES - SUBSCRIPTION_SCOPES,
    Role.REQUESTER: CUSTOMER_SCOPES | _GROUPS,
    Role.BUYER: CUSTOMER_SCOPES | _GROUPS,
    Role.ADMIN: CUSTOMER_SCOPES | _GROUPS | _ADMIN,
    Role.AUDITOR: _SELLER | _REVIEWER,
    Role.SALES: _SELLER | _SALES,
    Role.MANAGER: _SELLER | _REVIEWER | _SALES,
}

# What an API client (a service token) can be given; each client has a choice of these.
CLIENT_SCOPES = frozenset(
    {
        "cart.cart_manage",
        "configuration.configuration_view",
        "configuration.configuration_manage",
        "customer.customer_read",
        "customermanagement.legalentity_read",
        "customermanagement.legalentity_manage",
        "customermanagement.contactassignment_read",
        "customermanagement.contactassignment_manage",
        "customermanagement.location_read",
        "customermanagement.location_manage",
        "iam.group_read",
        "iam.user_read",
        "iam.assignment_manage",
        "order.order_read",
        "order.order_update",
        "price.price_read",
        "product.product_read",
        "quote.quote_read",
        "quote.quote_manage",
        "subscription.subscription_read",
    }
)

# What of these the system of one vendor can be given: its own orders, and how their delivery went.
VENDOR_SYSTEM_SCOPES = frozenset({"order.order_read", "order.order_update"})


def scopes_of(role: Role | None) -> frozenset[str]:
    """The scopes of somebody with this group in the company they act for (None: in no company)."""
    return CUSTOMER_SCOPES if role is None else ROLE_SCOPES[role]


def spelled(scopes: frozenset[str], tenant_key: str) -> str:
    """As tokens carry them: sorted, separated by spaces, with the tenant at the end."""
    return " ".join([*sorted(scopes), f"tenant={tenant_key}"])
