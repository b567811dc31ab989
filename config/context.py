"""What does the frame of a portal page show: whose place it is, the areas with what waits there, and who reads?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from approvals.models import Approval
from companies.actors import Actor
from companies.models import Member
from companies.portal import HOMES
from notifications.models import Notice
from orders.lifecycle import CartStatus
from orders.models import CartLine, Order

# Pages below an entry of the bar, by the name of their address.
PAGES = {
    "shop": ("shop", "product"),
    "cart": ("cart", "checkout", "checkout_done"),
    "approvals": ("approvals", "approvals_asked", "approvals_history", "approvals_company", "approval"),
    "orders": ("orders", "order"),
    "company": ("company",),
    "review": ("review",),
}


def portal(request: HttpRequest) -> dict[str, Any]:
    """The values of `templates/base.html`; nothing outside the two portals.

    At most three queries for the counts, and the marketplaces' where the page did not ask for them.
    """
    area = getattr(request, "area", "")
    if area == "dashboard":
        return _dashboard(request, request.actor, request.portal.customer_member)
    if area == "control_panel":
        return _control_panel(request, request.seller, request.portal.seller_member)
    return {}


def _dashboard(request: HttpRequest, actor: Actor, member: Member | None) -> dict[str, Any]:
    items = [("Shop", "shop", "shop", 0), ("Cart", "cart", "cart", _cart_lines(request, actor))]
    if actor.has_membership:
        items.append(("Approvals", "approvals", "approvals", _to_decide(actor)))
    items.append(("Orders", "orders", "orders", 0))
    if member is not None:
        items.append(("Company", "company", "building", 0))
    name = request.marketplace.name if request.marketplace else request.tenant.name
    return {
        **_frame(request, "dashboard", actor, name),
        "nav": _nav(request, "dashboard", items),
        "me": {**_me(request, member, actor), "profile_url": reverse("dashboard:profile")},
    }


def _control_panel(request: HttpRequest, actor: Actor, member: Member | None) -> dict[str, Any]:
    waiting = Order.objects.visible_to(actor).to_review().count()
    items = [("Orders to review", "review", "approvals", waiting), ("Orders", "orders", "orders", 0)]
    tenant = str(request.tenant.name) if request.tenant else "Countersign"
    nav = _nav(request, "control_panel", items)
    if request.portal.is_staff:
        nav.append({"label": "Administration", "url": reverse("admin:index"), "icon": "gear", "current": False})
    return {
        **_frame(request, "control_panel", actor, tenant),
        "nav": nav,
        "me": _me(request, member, actor),
    }


def _frame(request: HttpRequest, area: str, actor: Actor, name: str) -> dict[str, Any]:
    return {
        "area": area,
        "brand": {"name": name, "logo_url": ""},
        "home_url": reverse(HOMES[area]),
        "unread_notices": Notice.objects.visible_to(actor).unread().count(),
        "notices_url": reverse(f"{area}:notices"),
    }


def _nav(request: HttpRequest, area: str, items: list[tuple[str, str, str, int]]) -> list[dict[str, Any]]:
    shown = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {
            "label": label,
            "url": reverse(f"{area}:{name}"),
            "icon": icon,
            "count": count,
            "current": shown in PAGES.get(name, (name,)),
        }
        for label, name, icon, count in items
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
            for mine in request.portal.memberships
        ],
        "switch_url": reverse("switch"),
        "sign_out_url": reverse("sign_out"),
        "profile_url": "",
    }


def _cart_lines(request: HttpRequest, actor: Actor) -> int:
    if not request.marketplace:
        return 0
    return CartLine.objects.filter(
        cart__owner_id=actor.user_id,
        cart__company_id=actor.company_id,
        cart__marketplace_id=request.marketplace.pk,
        cart__status=CartStatus.OPEN,
        cart__type="",
    ).count()


def _to_decide(actor: Actor) -> int:
    mine = Approval.objects.visible_to(actor).purchases().filter(approver_id=actor.user_id)
    return mine.waiting(timezone.now()).count()
