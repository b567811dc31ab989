"""Is a reseller's shop its own in a browser: its colour in light and dark, its logo, its address on every link?"""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from companies.services import change_marketplace
from orders.models import Order
from tests.cast import make_cast
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def test_a_resellers_shop_from_its_sign_in_page_to_the_order(cast, new_page):
    """Cases 1 and 2 as a customer meets them: the checkout says which order waits for whom, and so it comes."""
    file = io.BytesIO()
    Image.new("RGB", (90, 30), "#7a1f4b").save(file, "PNG")
    wanted = {"path_prefix": "resello", "accent": "#7a1f4b", "logo": file.getvalue()}
    change_marketplace(actor=cast.actor("admin"), marketplace_id=cast.resello.pk, wanted=wanted)
    cast.cart("tess", {"SERVER-01": 1, "DESK-01": 1}, "resello")
    page, complaints = new_page(width=390), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto("/resello/sign-in/")
    button = page.get_by_role("button", name="Sign in").first
    expect(button).to_have_css("background-color", "rgb(122, 31, 75)")
    page.emulate_media(color_scheme="dark")
    expect(button).not_to_have_css("background-color", "rgb(122, 31, 75)")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.querySelector('.brand__logo').naturalWidth") == 90
    page.fill("[name=username]", cast.tess.email)
    page.fill("[name=password]", PASSWORD)
    button.click()
    expect(page).to_have_url(re.compile("/resello/dashboard/$"))

    page.goto("/resello/dashboard/checkout/")
    expect(page.locator("main")).to_contain_text("This becomes 2 orders")
    rows = page.locator(".queue__row", has_text="shipping")
    expect(rows.nth(0)).to_contain_text("Waits: Resello BV reviews it first. Then Globex Systems delivers it.")
    expect(rows.nth(1)).to_contain_text("Sold by Resello BV. Globex Systems prepares it at once.")
    for name, value in {"ship_contactName": "Tess", "ship_street": "Rue", "ship_zipCode": "75001"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=ship_city]").fill("Paris")
    page.get_by_role("button", name="Place order").click()
    expect(page).to_have_url(re.compile("/resello/dashboard/checkout/done/"))
    reviewed, plain = Order.objects.order_by("position")
    expect(page.locator("main")).to_contain_text(f"{reviewed.number} will shortly be reviewed by a manager")
    assert (reviewed.status, plain.status) == ("to_be_approved", "pending")
    assert complaints == []  # nothing that the policy of the page refused
