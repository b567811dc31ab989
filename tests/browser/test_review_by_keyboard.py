"""Check "Accessibility": can an auditor decide without a mouse and without scripts?"""

import pytest
from playwright.sync_api import expect

from orders.lifecycle import OrderStatus
from orders.models import Order
from tests.cast import make_cast
from tests.factories import PASSWORD
from tests.stories.scenes import ordered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def tab_to(page, what: str) -> None:
    """Press Tab until the focus stands on what reads `what`; it must be seen there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(e => e.labels && e.labels.length ? e.labels[0].innerText : (e.innerText || e.ariaLabel || ''))"
            "(document.activeElement)"
        )
        if focused.strip().startswith(what):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that the focus is on {what}"
            return
    pytest.fail(f"Tab never reached {what}")


def test_accessibility_an_auditor_approves_and_rejects_by_keyboard_alone(cast, new_page):
    first, second = (ordered(cast, who, {"SERVER-01": 1})[0] for who in ("bea", "ana"))
    page = new_page(javascript=False)
    page.goto("/sign-in/?next=/control-panel/review/")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(cast.victor.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Orders to review")

    tab_to(page, "Server management")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(first.number)
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"Order {first.number} is accepted")

    page.goto(f"/control-panel/orders/{second.number}/")
    tab_to(page, "Reject")
    page.keyboard.press("Enter")
    tab_to(page, "Why do you reject it?")
    page.keyboard.type("We are out of servers.")
    tab_to(page, "Reject")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"Order {second.number} is rejected")
    assert dict(Order.objects.values_list("pk", "status")) == {
        first.pk: OrderStatus.PENDING,
        second.pk: OrderStatus.REJECTED,
    }
