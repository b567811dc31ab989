"""What does the frame of a portal page show: whose place it is, the areas with what waits there, and who reads?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from approvals.dashboard.rows import to_decide
from companies.actors import Actor
from companies.addressing import unprefixed
from companies.branding import brand_on_pages
from companies.control_panel.settings import has_settings
from companies.counting import counts
from companies.models import Member, Tenant
from companies.reader import HOMES
from companies.roles import SELLING_ROLES
from notifications.control_panel.webhook_page import has_webhooks
from notifications.models import Notice
from orders.control_panel.quote_rows import mine_to_price, prices_quotes
from orders.control_panel.rows import mine_to_review
from orders.dashboard.content.quotes import to_answer
from orders.lifecycle import CartStatus
from orders.models import CartLine

# Pages below an entry of the bar, by the name of their address.
PAGES = {
    "shop": ("shop", "product"),
    "cart": ("cart", "checkout", "checkout_done", "quote_ask"),
    "approvals": (
        *("approvals", "approvals_asked", "approvals_history", "approvals_company"),
        *("approval", "approval_move"),
    ),
    "quotes": (
        *("quotes", "quote", "quote_accept", "quote_note", "quote_answer"),
        *("quotes_drafts", "quotes_all", "quote_new", "quote_edit"),
    ),
    "orders": ("orders", "order", "order_move"),
    "company": ("company",),
    "review": ("review",),
    "behalf_customers": (
        *("behalf_customers", "behalf_orders", "behalf_carts", "behalf_cart", "behalf_checkout"),
        *("behalf_subscriptions", "behalf_subscription"),
    ),
    "webhooks": ("webhooks", "webhook", "webhook_endpoint"),
    "settings": (
        *("settings", "settings_marketplace", "settings_offers", "settings_products"),
        *("webhooks", "webhook", "webhook_endpoint"),
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One area in the bar: its label, the name of its address and icon, and how much of what waits there."""

    label: str
    name: str
    icon: str
    count: int = 0
    count_words: str = ""


def portal(request: HttpRequest) -> dict[str, Any]:
    """The values of `templates/base.html`; outside the two portals only the look of the address's marketplace.

    One query for all counts, and the marketplaces' where the page did not ask for them.
    """
    area = getattr(request, "area", "")
    if area == "dashboard":
        return _dashboard(request, request.actor, request.portal.customer_member)
    if area == "control_panel":
        return _control_panel(request, request.seller, request.portal.seller_member)
    place = request.portal.addressed if hasattr(request, "portal") else None
    return {"brand": brand_on_pages(place)} if place else {}


def _dashboard(request: HttpRequest, actor: Actor, member: Member | None) -> dict[str, Any]:
    now = timezone.now()
    waiting = counts(
        actor,
        lines=_cart_lines(request, actor),
        approvals=to_decide(actor, now),
        quotes=to_answer(actor, now),
        notices=Notice.objects.visible_to(actor).unread(),
    )
    lines = waiting["lines"]
    items = [
        Entry("Shop", "shop", "shop"),
        Entry("Cart", "cart", "cart", lines, "line" if lines == 1 else "lines"),
    ]
    if actor.has_membership:
        items.append(Entry("Approvals", "approvals", "approvals", waiting["approvals"]))
    items += [
        Entry("Quotes", "quotes", "quote", waiting["quotes"]),
        Entry("Orders", "orders", "orders"),
        Entry("Subscriptions", "subscriptions", "clock"),
    ]
    if member is not None:
        items.append(Entry("Company", "company", "building"))
    brand = brand_on_pages(request.portal.marketplace, request.tenant.name)
    return {
        **_frame(request, "dashboard", brand, waiting["notices"]),
        "nav": _nav(request, "dashboard", items),
        "me": {
            **_me(request, member, actor),
            "marketplaces": [
                {"id": place.key, "name": place.name, "current": place.pk == request.marketplace.pk}
                for place in request.portal.marketplaces
            ],
        },
    }


def _control_panel(request: HttpRequest, actor: Actor, member: Member | None) -> dict[str, Any]:
    waiting = counts(
        actor,
        orders=mine_to_review(actor),
        quotes=mine_to_price(actor),
        notices=Notice.objects.visible_to(actor).unread(),
    )
    items = [Entry("Orders to review", "review", "approvals", waiting["orders"])]
    if prices_quotes(actor):
        items.append(Entry("Quotes", "quotes", "quote", waiting["quotes"]))
    items += [Entry("Orders", "orders", "orders"), Entry("Subscriptions", "subscriptions", "clock")]
    if actor.role in SELLING_ROLES:
        items.append(Entry("Customers", "behalf_customers", "people"))
    if has_settings(actor):
        items.append(Entry("Settings", "settings", "gear"))
    elif has_webhooks(actor):
        items.append(Entry("Webhooks", "webhooks", "arrow"))
    tenant = str(request.tenant.name) if request.tenant else "Countersign"
    nav = _nav(request, "control_panel", items)
    if request.portal.is_staff:
        nav.append(
            {"label": "Administration", "url": unprefixed(reverse("admin:index")), "icon": "gear", "current": False}
        )
    return {
        **_frame(request, "control_panel", brand_on_pages(None, tenant), waiting["notices"]),
        "nav": nav,
        "me": {**_me(request, member, actor), "tenants": _tenants(request)},
    }


def _frame(request: HttpRequest, area: str, brand: dict[str, Any], unread: int) -> dict[str, Any]:
    return {
        "area": area,
        "brand": brand,
        "home_url": reverse(HOMES[area]),
        "unread_notices": unread,
        "notices_url": reverse(f"{area}:notices"),
    }


def _tenants(request: HttpRequest) -> list[dict[str, Any]]:
    """What platform staff can look at; one query, for them alone."""
    if not request.portal.is_staff or request.portal.seller_member is not None:
        return []
    tenants = Tenant.objects.order_by("name")
    return [{"id": each.key, "name": each.name, "current": each.pk == request.tenant.pk} for each in tenants]


def _nav(request: HttpRequest, area: str, items: list[Entry]) -> list[dict[str, Any]]:
    shown = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {
            "label": entry.label,
            "url": reverse(f"{area}:{entry.name}"),
            "icon": entry.icon,
            "count": entry.count,
            "count_words": entry.count_words,
            "current": shown in PAGES.get(entry.name, (entry.name,)),
        }
        for entry in items
    ]


def _me(request: HttpRequest, member: Member | None, actor: Actor) -> dict[str, Any]:
    return {
        "name": request.user.name,
        "email": request.user.email,
        "group": actor.role.label if actor.role else ("Platform staff" if actor.platform else ""),
        "company": member.company.name if member else "",
        "companies": [
            {
                "id": mine.company_id,
                "name": mine.company.name,
                "current": member is not None and mine.pk == member.pk,
            }
            for mine in request.portal.choices
        ],
        "switch_url": reverse("switch"),
        "sign_out_url": reverse("sign_out"),
        "profile_url": reverse(f"{request.area}:profile"),
    }


def _cart_lines(request: HttpRequest, actor: Actor) -> QuerySet[CartLine]:
    if not request.marketplace:
        return CartLine.objects.none()
    return CartLine.objects.filter(
        cart__owner_id=actor.user_id,
        cart__company_id=actor.company_id,
        cart__marketplace_id=request.marketplace.pk,
        cart__status=CartStatus.OPEN,
        cart__type="",
    )
