"""What does every component look like, in all its states? A page for developers, not mounted in production."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe


class OrderFilter(forms.Form):
    """The filters of a list."""

    search = forms.CharField(required=False, widget=forms.TextInput(attrs={"type": "search"}))
    status = forms.ChoiceField(
        required=False, choices=[("", "Any"), ("to_be_approved", "To be approved"), ("completed", "Completed")]
    )
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


class CheckoutForm(forms.Form):
    """One field of each kind."""

    approver = forms.ChoiceField(
        choices=[("", "Choose one"), ("1", "Ana Diaz, Admin"), ("2", "Tom Weber, Admin")],
        help_text="Admins of Northwind GmbH can approve this.",
    )
    delivery = forms.ChoiceField(
        label="Delivery window",
        widget=forms.RadioSelect,
        choices=[("am", "Thu 26 Nov, 08:00 to 12:00"), ("pm", "Thu 26 Nov, 12:00 to 17:00")],
    )
    reference = forms.CharField(label="Your reference", required=False)
    comment = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Tom or Ana reads this with your request.",
        error_messages={"required": "Write why you need this."},
    )
    agree = forms.BooleanField(label="Send me a copy by mail", required=False)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with realistic values, or a whole page; `?area=control_panel` shows the other accent."""
    area = "control_panel" if request.GET.get("area") == "control_panel" else "dashboard"
    wanted = request.GET.get("page", "")
    page = wanted if wanted in EXAMPLES else "pieces"
    wrong = CheckoutForm({"wrong-approver": "2", "wrong-delivery": ""}, prefix="wrong")
    now = timezone.now()
    return render(
        request,
        f"styleguide/{page}.html",
        {
            **_frame(area),
            "examples": EXAMPLES,
            "other_area": "dashboard" if area == "control_panel" else "control_panel",
            "icons": ICONS,
            "comment": COMMENT,
            "now": now,
            "soon": now + timedelta(days=2, hours=3),
            "today": now + timedelta(hours=5),
            "gone": now - timedelta(days=2, hours=1),
            "lines": LINES,
            "totals": TOTALS,
            "cart_lines": [{**line, "edit": EDIT} for line in LINES],
            "changed_lines": CHANGED_LINES,
            "over_limit": Decimal("5812.40"),
            "within_limit": Decimal("1240.00"),
            "limit": Decimal("5000.00"),
            "events": _events(now),
            "waiting_steps": _steps("done", "done", "done", "current", "todo", "todo"),
            "free_steps": _steps("done", "skipped", "done", "skipped", "current", "todo"),
            "rejected_steps": _steps("done", "done", "done", "refused", "skipped", "skipped"),
            "done_steps": _steps("done", "done", "done", "done", "done", "done"),
            "moves": _moves(),
            "cart_moves": CART_MOVES,
            "order_moves": ORDER_MOVES,
            "asked_moves": _moves(error="Write why, so that Rita Okafor knows what to change."),
            "queue": _queue(now),
            "tabs": TABS,
            "products": PRODUCTS,
            "page": Paginator(range(183), 20).page(4),
            "filter": OrderFilter(request.GET or None),
            "form": CheckoutForm(),
            "wrong": wrong,
            "pairs": PAIRS,
            "location": LOCATION,
            "statuses": STATUSES,
            "reasons": REASONS,
            "approvers": ["Ana Diaz", "Tom Weber"],
            "contact_reason": ["Contacts may look at orders, not place them."],
            "name": {"de": "Serververwaltung", "en": "Server management"},
        },
    )


def _frame(area: str) -> dict[str, Any]:
    labels = {
        "dashboard": [
            ("Shop", "shop", 0),
            ("Cart", "cart", 6),
            ("Approvals", "approvals", 3),
            ("Quotes", "quote", 0),
            ("Orders", "orders", 2),
            ("Company", "building", 0),
        ],
        "control_panel": [
            ("Orders to review", "approvals", 12),
            ("Quotes", "quote", 1),
            ("Customers", "people", 0),
            ("Catalogue", "shop", 0),
            ("Settings", "gear", 0),
        ],
    }[area]
    return {
        "area": area,
        "brand": {"name": "Contoso Cloud Market", "logo_url": ""},
        "nav": [
            {
                "label": label,
                "url": f"?area={area}",
                "icon": icon,
                "count": count,
                "count_words": "lines" if icon == "cart" else "",
                "current": number == 0,
            }
            for number, (label, icon, count) in enumerate(labels)
        ],
        "unread_notices": 4,
        "notices_url": "#notices",
        "me": {
            "name": "Tom Weber",
            "email": "tom.weber@northwind.example",
            "group": "Admin",
            "company": "Northwind GmbH",
            "companies": [
                {"id": "northwind", "name": "Northwind GmbH", "current": True},
                {"id": "fabrikam", "name": "Fabrikam Logistics B.V.", "current": False},
            ],
            "marketplaces": [
                {"id": "main", "name": "Contoso Cloud Market", "current": True},
                {"id": "alpine", "name": "Alpine IT Shop", "current": False},
            ],
            "switch_url": "#switch",
            "sign_out_url": "#sign-out",
            "profile_url": "#profile",
        },
    }


EXAMPLES = ("approval", "cart", "inbox", "order")

ICONS = [
    "cart", "check", "cross", "clock", "bell", "person", "people", "orders",
    "shop", "approvals", "quote", "building", "search", "chevron", "arrow", "menu",
    "mail", "gear", "logout", "warning", "info", "plus", "pencil", "truck",
]  # fmt: skip

COMMENT = "We need this before the new colleagues start on 1 Dec.\n\nThe second monitor is for Jo."

CART_MOVES = [
    {"label": "Ask for approval", "url": "#ask", "hint": "Ana Diaz or Tom Weber answers.", "kind": "primary"},
    {"label": "Ask for a quote", "url": "#quote", "hint": "Contoso makes you an offer.", "method": "get"},
]

ORDER_MOVES = [
    {
        "label": "Withdraw",
        "url": "#withdraw",
        "kind": "dangerous",
        "hint": "The order ends here; nothing is delivered or charged.",
    }
]

EDIT = {"url": "#update", "remove_url": "#remove", "min": 1, "max": 999}

LINES = [
    {
        "sku": "SRV-MGMT-12",
        "name": {"en": "Server management", "de": "Serververwaltung"},
        "quantity": Decimal("2.000"),
        "unit": "servers",
        "unit_price": Decimal(1200),
        "tax_rate": Decimal(19),
        "total": Decimal("2856.00"),
        "detail": "12 months, renews 1 Dec 2027",
        "note": "Reviewed by the vendor before it starts",
        "url": "#product",
    },
    {
        "sku": "MON-27-4K",
        "name": 'Monitor 27", 4K, USB-C',
        "quantity": Decimal(4),
        "unit": "pieces",
        "unit_price": Decimal("341.35"),
        "tax_rate": Decimal(19),
        "total": Decimal("1624.83"),
    },
    {
        "sku": "CAB-CAT6A",
        "name": "Network cable Cat 6A, laid and measured, with protocol",
        "quantity": Decimal("62.5"),
        "unit": "m",
        "unit_price": Decimal("0.8400"),
        "tax_rate": Decimal("19.00"),
        "total": Decimal("62.48"),
        "note": "Delivered from 7 Dec",
        "note_tone": "closed",
    },
    {
        "sku": "BOOK-ADM-3",
        "name": "Administrator's handbook, 3rd edition",
        "quantity": Decimal(30),
        "unit": "pieces",
        "unit_price": Decimal("39.53"),
        "tax_rate": Decimal(7),
        "total": Decimal("1269.09"),
    },
]

PRODUCTS = [
    {
        "name": LINES[number]["name"],
        "url": "#product",
        "sku": LINES[number]["sku"],
        "vendor": "Contoso",
        "text": "Patches, backups and a person who answers within the hour, for one server.",
        "note": LINES[number].get("note", ""),
        "price": LINES[number]["unit_price"],
        "currency": "EUR",
        "tax_word": "net",
        "unit": "month",
        "add_url": "#add",
    }
    for number in range(3)
]

TOTALS = [
    {"label": "Net", "amount": Decimal("4933.62")},
    {"label": "Tax 19%", "hint": "on 3,817.90 EUR", "amount": Decimal("763.50")},
    {"label": "Tax 7%", "hint": "on 1,186.07 EUR", "amount": Decimal("83.03")},
    {"label": "Shipping", "hint": "Standard, gross", "amount": Decimal("32.25")},
    {"label": "Total, gross", "amount": Decimal("5812.40"), "strong": True},
]

CHANGED_LINES = [
    {**LINES[0], "old_quantity": Decimal(1), "old_total": Decimal("1428.00"), "note": ""},
    {**LINES[1], "old_unit_price": Decimal("329.00")},
    {**LINES[2], "state": "removed"},
    {**LINES[3], "state": "added"},
]

TABS = [
    {"label": "To decide", "url": "#decide", "count": 3, "current": True},
    {"label": "Asked by me", "url": "#asked", "count": 1},
    {"label": "History", "url": "#history"},
]

PAIRS = [
    ("Shipping", "Standard, 32.25 EUR gross", "Zone DE"),
    ("Delivery window", "Thu 26 Nov, 08:00 to 12:00"),
    ("Payment", "Invoice, 30 days"),
    {"label": "Order", "value": "100234", "url": "#order"},
    ("Your reference", ""),
]

LOCATION = {
    "companyName": "Northwind GmbH",
    "contactName": "Rita Okafor",
    "street": "Hafenstrasse",
    "streetNumber": "12a",
    "zipCode": "20457",
    "city": "Hamburg",
    "country": "DE",
}

STATUSES = [
    "PENDING", "APPROVED", "DECLINED", "CLOSED", "EXPIRED", "AWAITING", "OPEN", "IN_PROGRESS", "ACCEPTED",
    "to_be_approved", "pending", "provisioning", "completed", "failed", "rejected", "cancelled",
]  # fmt: skip

REASONS = [
    "5,812.40 EUR gross is 812.40 EUR over your company's limit of 5,000.00 EUR.",
    "You are a Requester: every order of yours is approved first.",
]


def _steps(*states: str) -> list[dict[str, str]]:
    labels = ("Cart", "Approval", "Order", "Review", "Provisioning", "Done")
    holders = {"current": "Contoso's auditors have it", "refused": "Rejected by Ines Laurent"}
    return [
        {"label": label, "state": state, "who": holders.get(state, "")}
        for label, state in zip(labels, states, strict=True)
    ]


def _moves(error: str = "") -> list[dict[str, Any]]:
    return [
        {
            "label": "Approve and place order",
            "url": "#approve-and-order",
            "kind": "primary",
            "hint": "Orders at once, delivered and paid as Rita chose.",
        },
        {"label": "Approve", "url": "#approve", "hint": "Rita places the order."},
        {
            "label": "Decline",
            "url": "#decline",
            "kind": "dangerous",
            "hint": "Rita gets her cart back.",
            "needs_comment": True,
            "comment_label": "Why do you decline?",
            "comment_help": "Rita reads this.",
            "error": error,
        },
    ]


def _events(now: Any) -> list[dict[str, Any]]:
    return [
        {
            "at": now - timedelta(days=1, hours=4),
            "who": "Rita Okafor",
            "role": "Requester",
            "what": "asked Tom Weber for approval",
            "comment": COMMENT,
            "tone": "waiting",
        },
        {
            "at": now - timedelta(hours=20),
            "who": "Rita Okafor",
            "role": "Requester",
            "what": "changed the delivery window",
            "details": ["Wed 25 Nov, 08:00 to 12:00 -> Thu 26 Nov, 08:00 to 12:00"],
        },
        {
            "at": now - timedelta(hours=1),
            "who": "Tom Weber",
            "role": "Admin",
            "what": "approved and placed order 100234",
            "tone": "good",
        },
        {"at": now - timedelta(minutes=59), "what": "Permission check: Admin, no approval needed"},
        {
            "at": now - timedelta(minutes=12),
            "who": "Ines Laurent",
            "role": "Auditor",
            "what": "rejected the order",
            "comment": "This tariff ends this month; please order the new one.",
            "tone": "refused",
        },
    ]


def _queue(now: Any) -> list[dict[str, Any]]:
    asked = {"group": "Requester", "company": "Northwind GmbH", "currency": "EUR", "tax_word": "gross"}
    return [
        {
            **asked,
            "key": "1",
            "url": "#a1",
            "title": "Server management and 3 more",
            "who": "Rita Okafor",
            "why": "Over the limit by 812.40 EUR",
            "amount": Decimal("5812.40"),
            "deadline": now + timedelta(hours=5),
            "unread": True,
        },
        {
            **asked,
            "key": "2",
            "url": "#a2",
            "title": 'Monitor 27", 4K, USB-C',
            "who": "Jo Lindqvist",
            "why": "Requesters are always asked about",
            "amount": Decimal("341.35"),
            "deadline": now + timedelta(days=6),
        },
        {
            **asked,
            "key": "3",
            "url": "#a3",
            "title": "Framework contract for laptops, 24 months",
            "who": "Bartholomew Featherstonehaugh",
            "detail": "12 lines",
            "why": "No limit in CHF: counts as over the limit",
            "amount": Decimal("128450.00"),
            "currency": "CHF",
            "status": "to_be_approved",
            "at": now - timedelta(days=3),
        },
    ]
