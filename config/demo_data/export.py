"""What does a client have to know to be configured for the demo? All ids, prices and logins, ready for JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from catalog.models import Listing, Product
from companies.models import (
    ApiClient,
    Company,
    Customer,
    DeliveryWindow,
    Location,
    Marketplace,
    Member,
    ShippingMethod,
    Tenant,
    User,
)
from companies.roles import roles_of
from config.demo_data.address import known_address
from config.demo_data.people import PASSWORD, PROGRAMS, TENANT
from config.kit.money import spell
from orders.models import Quote

Values = dict[str, Any]


def demo_json() -> Values:
    """Amounts are strings in the currency beside them; `id` is what the API calls a thing.

    `storefront` is enough to make a client with, which gets visitors' tokens by itself.
    """
    tenant = Tenant.objects.get(key=TENANT)
    members = list(
        Member.objects.filter(company__tenant=tenant, is_active=True).select_related("user", "company").order_by("pk")
    )
    return {
        "storefront": _storefront(tenant),
        "tenant": tenant.key,
        "sites": [
            _site(site)
            for site in Marketplace.objects.filter(tenant=tenant).select_related("owner", "parent").order_by("pk")
        ],
        "users": _users(tenant, members),
        "companies": _companies(tenant, members),
        "products": _products(tenant),
        "shippingMethods": _methods(tenant),
        "deliveryWindows": _windows(tenant),
        "quotes": _quotes(tenant),
        "apiClients": _clients(tenant),
    }


def _storefront(tenant: Tenant) -> Values:
    """What a client of the API is made with; anything may be its client id."""
    home = Marketplace.objects.filter(tenant=tenant, owner=None).order_by("pk")[0]
    return {
        "host": known_address(),
        "tenant": tenant.key,
        "clientId": PROGRAMS[0].id,
        "siteCode": home.key,
        "currency": home.currency,
        "targetLocation": home.country,
    }


def _site(site: Marketplace) -> Values:
    return {
        "code": site.key,
        "name": site.name,
        "currency": site.currency,
        "country": site.country,
        "parent": site.parent.key if site.parent else None,
        "reseller": site.owner.key if site.owner else None,
    }


def _users(tenant: Tenant, members: list[Member]) -> list[Values]:
    numbers = dict(Customer.objects.filter(tenant=tenant).values_list("user_id", "number"))
    employed = {member.user_id for member in members}
    users = User.objects.filter(pk__in={*employed, *numbers}) | User.objects.filter(is_staff=True)
    return [
        {
            "email": user.email,
            "password": PASSWORD,
            "name": user.name,
            "customerNumber": numbers.get(user.pk),
            "timeZone": user.time_zone,
            "platformStaff": user.is_staff,
            "memberships": [_membership(member) for member in members if member.user_id == user.pk],
        }
        for user in users.order_by("pk")
        if user.pk in employed or user.is_staff or not user.memberships.exists()
    ]


def _membership(member: Member) -> Values:
    return {
        "id": member.key,
        "company": member.company.key,
        "role": member.role,
        "inApprovalGroup": member.in_approval_group,
    }


def _companies(tenant: Tenant, members: list[Member]) -> list[Values]:
    companies = Company.objects.filter(tenant=tenant).prefetch_related("locations").order_by("pk")
    return [
        {
            "id": company.key,
            "name": company.name,
            "kind": company.kind,
            "limit": {"amount": spell(company.limit.amount), "currency": company.limit.currency}
            if company.limit
            else None,
            "roles": {
                role.value: [m.user.email for m in members if m.company_id == company.pk and m.role == role]
                for role in roles_of(company.kind)
            },
            "approvalGroup": [m.user.email for m in members if m.company_id == company.pk and m.in_approval_group],
            "locations": [_location(location, company) for location in company.locations.all()],
        }
        for company in companies
    ]


def _location(location: Location, company: Company) -> Values:
    location.company = company
    return {"id": location.key, "type": location.type, "name": location.name, "address": location.as_address()}


def _products(tenant: Tenant) -> list[Values]:
    offers: dict[int, list[Values]] = {}
    for listing in Listing.objects.filter(marketplace__tenant=tenant, is_active=True).select_related("marketplace"):
        offers.setdefault(listing.product_id, []).append(
            {
                "id": listing.key,
                "site": listing.marketplace.key,
                "unitPrice": spell(listing.unit_price),
                "currency": listing.currency,
                "includesTax": listing.includes_tax,
            }
        )
    return [
        {
            "id": product.key,
            "sku": product.sku,
            "name": product.name["en"],
            "category": product.category,
            "vendor": product.vendor.key,
            "unit": product.unit,
            "taxClass": product.tax_class.code,
            "needsReview": product.needs_review,
            "provisioning": product.provisioning,
            "published": product.is_active,
            "prices": offers.get(product.pk, []),
        }
        for product in Product.objects.filter(tenant=tenant).select_related("vendor", "tax_class").order_by("pk")
    ]


def _methods(tenant: Tenant) -> list[Values]:
    methods = ShippingMethod.objects.filter(marketplace__tenant=tenant, is_active=True).select_related("marketplace")
    return [
        {
            "site": method.marketplace.key,
            "zone": method.zone,
            "id": method.key,
            "name": method.name["en"],
            "netPrice": spell(method.net_price),
            "currency": method.currency,
            "taxClass": method.tax_class,
        }
        for method in methods.order_by("marketplace_id", "net_price")
    ]


def _windows(tenant: Tenant) -> list[Values]:
    """Those to come, with how many checkouts they still take."""
    windows = DeliveryWindow.objects.filter(
        marketplace__tenant=tenant, is_active=True, delivery_on__gt=timezone.now().date()
    )
    windows = windows.select_related("marketplace").prefetch_related("checkouts")
    return [
        {
            "site": window.marketplace.key,
            "id": window.key,
            "slotId": window.slot,
            "deliveryDate": f"{window.delivery_on.isoformat()}T00:00:00.000Z",
            "name": window.name,
            "free": None if window.capacity is None else window.capacity - len(window.checkouts.all()),
        }
        for window in windows.order_by("marketplace_id", "delivery_on", "slot")
    ]


def _quotes(tenant: Tenant) -> list[Values]:
    """Newest first, as they stand now. Who has no `seller` is answered by the platform's staff."""
    quotes = Quote.objects.filter(tenant=tenant, deleted_at=None).order_by("-created_at", "-pk")
    now = timezone.now()
    return [
        {
            "id": quote.key,
            "number": quote.number,
            "site": quote.marketplace.key,
            "status": quote.status_at(now),
            "customer": quote.owner.email,
            "company": quote.company.key if quote.company else None,
            "seller": quote.seller.key if quote.seller else None,
            "employee": quote.employee.email if quote.employee else None,
            "total": {"amount": spell(quote.total.amount), "currency": quote.currency},
            "validTo": quote.valid_to.isoformat() if quote.valid_to else None,
            "approval": quote.approval.key if quote.approval else None,
            "orderId": quote.order_number or None,
        }
        for quote in quotes.select_related("marketplace", "owner", "company", "seller", "employee", "approval")
    ]


def _clients(tenant: Tenant) -> list[Values]:
    """Those of the demo: of others nobody knows the secret."""
    secrets = {program.id: program.secret for program in PROGRAMS}
    return [
        {"id": client.client_id, "name": client.name, "secret": secrets[client.client_id], "scopes": client.scopes}
        for client in ApiClient.objects.filter(tenant=tenant, client_id__in=secrets).order_by("pk")
    ]
