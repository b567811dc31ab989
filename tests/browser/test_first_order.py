"""Does the main job work in a browser, from a Requester's cart through both approvals to delivery?

The windows run without JavaScript: nothing of it may depend on a script.
"""

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from notifications.delivery import deliver_due
from notifications.models import Notice
from orders.models import Checkout, Order
from tests.cast import make_cast
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def somebody(new_page, cast):
    """A window in which somebody of the cast has signed in; Ana decides on her phone."""

    def sign_in(name: str, width: int = 1280) -> Page:
        page = new_page(width=width, javascript=False)
        page.goto("/sign-in/")
        page.fill("[name=username]", cast.user(name).email)
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").first.click()
        expect(page).not_to_have_url(re.compile("/sign-in/"))
        return page

    return sign_in


def put_into_cart(page: Page, listing, quantity: str) -> None:
    page.goto(f"/dashboard/shop/{listing.key}/")
    page.get_by_label("Quantity").fill(quantity)
    page.get_by_role("button", name="Add to the cart").click()


def mails_to(person) -> list:
    deliver_due()
    return [message for message in mail.outbox if person.email in message.to]


def test_a_requesters_order_goes_through_both_approvals_to_delivery(cast, somebody):
    rita, ana, victor = somebody("rita"), somebody("ana", width=390), somebody("victor")

    # Over the limit, so only the two Admins are offered, and the box says by how much.
    put_into_cart(rita, cast.listing("DESK-01"), "8")
    put_into_cart(rita, cast.listing("SERVER-01"), "1")
    put_into_cart(rita, cast.listing("BACKUP-01"), "1")
    rita.goto("/dashboard/cart/")
    expect(rita.locator("main")).to_contain_text("1,188.00 EUR")  # 6,188 gross, of a limit of 5,000
    expect(rita.locator("main")).to_contain_text("Ana Diaz or Tom Weber")
    rita.goto("/dashboard/checkout/")
    for offered, times in (("Ana Diaz", 1), ("Tom Weber", 1), ("Bea Lindt", 0)):
        expect(rita.get_by_role("radio", name=offered)).to_have_count(times)

    # Without an approver nothing is asked and nothing of the form is lost.
    rita.get_by_label("Why do you need this?").fill("Eight new people start in December. <b>Soon</b>")
    rita.get_by_role("button", name="Ask for approval").click()
    expect(rita.locator("main [role=alert], main .form-errors").first).to_be_visible()
    expect(rita.get_by_label("Why do you need this?")).to_have_value(re.compile("Eight new people"))
    rita.get_by_role("radio", name="Ana Diaz").check()
    rita.get_by_role("button", name="Ask for approval").click()
    expect(rita.get_by_role("heading", name="Approval requested from Ana Diaz")).to_be_visible()

    # Ana reads it in a mail, follows its link on her phone, and decides there.
    (asked,) = mails_to(cast.ana)
    assert "Rita Okafor asks you to approve 6,188.00 EUR" in asked.subject
    assert "Eight new people start in December. <b>Soon</b>" in asked.body
    link = re.search(r"https?://[^/]+(/dashboard/approvals/\S+)", asked.body)[1]
    ana.goto(link)
    expect(ana.locator("main")).to_contain_text("<b>Soon</b>")
    ana.get_by_role("button", name="Approve and place order").click()
    expect(ana.locator("main")).to_contain_text(re.compile("Ordered|ordered"))

    # Placed once: desks go on, what is flagged waits.
    assert Checkout.objects.count() == 1
    desks, flagged = Order.objects.order_by("position")
    assert (desks.status, flagged.status) == ("pending", "to_be_approved")
    subjects = [message.subject for message in mails_to(cast.rita)]
    assert f"Order {flagged.number} will shortly be reviewed" in subjects
    rita.goto(f"/dashboard/orders/{flagged.number}/")
    expect(rita.locator("main")).to_contain_text("To be approved")

    # The Auditor finds it in the queue, accepts it, and delivers with instructions.
    victor.goto("/control-panel/review/")
    victor.get_by_role("link", name=re.compile("Server management")).first.click()
    victor.get_by_role("button", name="Approve").click()
    expect(victor.locator("main")).to_contain_text("Victor Lang")
    flagged.refresh_from_db()
    assert flagged.status == "provisioning"  # the backup delivered itself, the server is Victor's
    victor.goto(f"/control-panel/orders/{flagged.number}/")
    victor.get_by_role("link", name="Complete").or_(victor.get_by_role("button", name="Complete")).first.click()
    victor.get_by_label("Instructions").fill("Sign in as rita, the password comes by post.")
    victor.get_by_label("Link 1: name").fill("Console")
    victor.get_by_label("Link 1: address").fill("https://console.globex.example/")
    victor.get_by_role("button", name="Complete").click()
    flagged.refresh_from_db()
    assert flagged.status == "completed"

    # And Rita is told, with what she needs to begin.
    ready = mails_to(cast.rita)[-1]
    assert flagged.number in ready.subject
    assert "Sign in as rita, the password comes by post." in ready.body
    rita.goto(f"/dashboard/orders/{flagged.number}/")
    expect(rita.locator("main")).to_contain_text("Sign in as rita")
    expect(rita.get_by_role("link", name="Console")).to_have_attribute("href", "https://console.globex.example/")
    assert not Notice.objects.exclude(mail_state="sent").exists()


def test_a_rejected_order_tells_the_customer_why(cast, somebody):
    tom, victor, vera = somebody("tom"), somebody("victor"), somebody("vera")
    put_into_cart(tom, cast.listing("SERVER-01"), "1")
    tom.goto("/dashboard/checkout/")
    tom.get_by_role("button", name="Place order").click()
    expect(tom).to_have_url(re.compile("/checkout/done/"))
    order = Order.objects.get()
    for auditor in (victor, vera):
        auditor.goto(f"/control-panel/orders/{order.number}/")

    # A rejection needs a reason.
    victor.locator("summary", has_text="Reject").click()
    victor.get_by_role("button", name="Reject").last.click()
    order.refresh_from_db()
    assert order.status == "to_be_approved"
    reason = victor.locator("textarea[name$=reason]")
    if not reason.is_visible():
        victor.locator("summary", has_text="Reject").click()
    reason.fill("Your contract covers this already.")
    victor.get_by_role("button", name="Reject").last.click()
    order.refresh_from_db()
    assert order.status == "rejected"

    # Vera still sees the old page: she learns who was faster and what is now.
    vera.get_by_role("button", name="Approve").click()
    expect(vera.locator("body")).to_contain_text("Victor Lang")
    expect(vera.locator("body")).to_contain_text("rejected")
    order.refresh_from_db()
    assert order.status == "rejected"

    told = mails_to(cast.tom)[-1]
    assert "Your contract covers this already." in told.body
    tom.goto(f"/dashboard/orders/{order.number}/")
    expect(tom.locator("main")).to_contain_text("Your contract covers this already.")


def test_a_declined_cart_comes_back(cast, somebody):
    bea, ana = somebody("bea"), somebody("ana")
    put_into_cart(bea, cast.listing("DESK-01"), "9")
    bea.goto("/dashboard/checkout/")
    expect(bea.get_by_role("button", name="Place order")).to_have_count(0)
    bea.get_by_role("radio", name="Ana Diaz").check()
    bea.get_by_role("button", name="Ask for approval").click()
    bea.goto("/dashboard/cart/")
    expect(bea.locator("main")).to_contain_text("Waiting for approval")

    ana.goto("/dashboard/approvals/")
    ana.get_by_role("link", name=re.compile("Standing desk")).click()
    ana.locator("summary", has_text="Decline").click()
    ana.get_by_role("button", name="Decline").last.click()
    expect(ana.locator("main")).to_contain_text("Waiting for an answer")  # a reason is needed
    if ana.locator("details:has(summary:has-text('Decline'))").get_attribute("open") is None:
        ana.locator("summary", has_text="Decline").click()
    field = ana.locator("details[open] textarea").last
    field.fill("Use the framework contract.")
    ana.get_by_role("button", name="Decline").last.click()
    expect(ana.locator("main")).to_contain_text("Declined")

    bea.goto("/dashboard/cart/")
    expect(bea.locator("main")).to_contain_text("Standing desk")
    expect(
        bea.get_by_role("link", name="Ask for approval").or_(bea.get_by_role("button", name="Ask for approval"))
    ).to_have_count(1)
    assert "Use the framework contract." in mails_to(cast.bea)[-1].body
