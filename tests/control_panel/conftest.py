"""What may the tests of the control panel ask for?"""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.services import checkout


@pytest.fixture
def sign_in(cast):
    """Somebody's browser: `sign_in("victor").get("/control-panel/")`."""

    def signed_in(name: str, **options) -> Client:
        client = Client(**options)
        client.force_login(cast.user(name))
        return client

    return signed_in


@pytest.fixture
def words():
    """What somebody reads on a page: its text without tags, in one line."""

    def read(response) -> str:
        text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())

    return read


@pytest.fixture
def order_of(cast):
    """Somebody orders: `order_of("ana", {"SERVER-01": 1})` is the first order of their checkout."""

    def ordered(name: str, lines: dict, marketplace: str = "main", *, now=None) -> Order:
        cart = cast.cart(name, lines, marketplace)
        details = {
            "currency": "EUR",
            "shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe"},
            "addresses": [{**cast.address(kind), "country": cart.country} for kind in ("SHIPPING", "BILLING")],
            "payment": {"provider": "invoice", "method": "invoice", "reference": "PO-77"},
        }
        placed = checkout.place_order(
            actor=cast.actor(name), cart_id=cart.pk, details=details, now=now or timezone.now()
        ).settled()
        return placed.orders.order_by("position").first()

    return ordered


@pytest.fixture
def page():
    """The address of an order's page."""
    return lambda order: reverse("control_panel:order", args=[order.number])


@pytest.fixture
def move():
    """The address that a move of an order is sent to."""
    return lambda order, name: reverse("control_panel:order_move", args=[order.number, name])
