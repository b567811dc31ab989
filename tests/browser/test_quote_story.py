"""Does a quote work in a browser, from the question over the offer and its approval to the order at that price?

The windows run without JavaScript: nothing of it may depend on a script.
"""

import re
from decimal import Decimal

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from notifications.delivery import deliver_due
from orders.models import Checkout, Order, Quote
from tests.cast import make_cast
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def somebody(new_page, cast):
    """A window in which somebody of the cast has signed in."""

    def sign_in(name: str, width: int = 1280) -> Page:
        page = new_page(width=width, javascript=False)
        page.goto("/sign-in/")
        page.fill("[name=username]", cast.user(name).email)
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").first.click()
        expect(page).not_to_have_url(re.compile("/sign-in/"))
        return page

    return sign_in


def ask(page: Page, listing, quantity: str, reference: str) -> Quote:
    """From the shop over the cart to a quote that waits for an offer."""
    page.goto(f"/dashboard/shop/{listing.key}/")
    page.get_by_label("Quantity").fill(quantity)
    page.get_by_role("button", name="Add to the cart").click()
    page.goto("/dashboard/cart/")
    page.get_by_role("link", name="Ask for a quote").click()
    page.get_by_label("Your reference").fill(reference)
    page.get_by_label("What do you wish for?").fill("Can you do 4,300?")
    page.get_by_role("button", name="Ask for a quote").click()
    expect(page.locator("main")).to_contain_text("There is no offer yet")
    return Quote.objects.order_by("-pk").first()


def offer(page: Page, quote: Quote, price: str) -> None:
    """Sales find it in their queue, price the desk and make the offer."""
    page.goto("/control-panel/quotes/")
    page.locator(".queue__row", has_text=quote.number).get_by_role("link").click()
    page.get_by_label("Price of Standing desk", exact=True).fill(price)
    page.get_by_label("Comment to the customer").fill("Our best price.")
    page.get_by_role("button", name="Save and open").click()
    quote.refresh_from_db()
    assert quote.status == "OPEN"


def answer(page: Page, quote: Quote, name: str, reason: str, comment: str) -> None:
    """Open the answer below the offer, say why, and send it."""
    page.goto(f"/dashboard/quotes/{quote.number}/")
    page.locator(".move summary", has_text=name).click()
    form = page.locator("details[open] form.move__form")
    form.get_by_label("Reason").select_option(label=reason)
    form.locator("textarea").fill(comment)
    form.get_by_role("button", name=name).click()


def mails_to(person) -> list:
    deliver_due()
    return [message for message in mail.outbox if person.email in message.to]


def test_a_requesters_offer_is_negotiated_approved_and_ordered_at_its_price(cast, somebody):
    rita, sam, bea = somebody("rita"), somebody("sam"), somebody("bea", width=390)

    # Rita asks from her cart; until Sam has priced it, the page shows the price list and no offer.
    quote = ask(rita, cast.listing("DESK-01"), "9", "PO 7")
    expect(rita.locator("main")).to_contain_text("not an offer")
    expect(rita.locator("main")).to_contain_text("Globex Systems has it")
    assert any(quote.number in message.subject for message in mails_to(cast.sam))
    offer(sam, quote, "450")

    # It is still too dear: she sends it back, and the next offer is 20 % below the list.
    rita.goto("/dashboard/")
    expect(rita.locator("main")).to_contain_text("Offers waiting for my answer")
    answer(rita, quote, "Ask for changes", "The offered price is too high", "400 each?")
    expect(rita.locator("main")).to_contain_text("The last offer no longer holds")
    expect(rita.locator("main")).not_to_contain_text("Download as PDF")
    offer(sam, quote, "400")
    opened = mails_to(cast.rita)[-1]
    assert quote.number in opened.subject
    rita.goto(re.search(r"https?://[^/]+(/dashboard/quotes/\S+)", opened.body)[1])
    expect(rita.locator(".lead")).to_contain_text(
        "Globex Systems offers you 4,284.00 EUR (1 line), 20 % below the price list."
    )
    expect(rita.locator("main")).to_contain_text("Reason: The offered price is too high")
    with rita.expect_download() as download:
        rita.get_by_role("link", name="Download as PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")

    # A Requester must ask, whatever it costs; without an approver nothing is asked and nothing typed is lost.
    rita.get_by_role("link", name="Accept").click()
    expect(rita.locator("main")).to_contain_text("Requesters need approval for every order.")
    expect(rita.get_by_role("radio", name="Invoice")).to_have_count(0)
    rita.get_by_label("Why do you need this?").fill("Nine new people. <b>Soon</b>")
    rita.get_by_role("button", name="Ask for approval").click()
    expect(rita.locator("main [role=alert]").first).to_contain_text("Choose who shall approve.")
    expect(rita.get_by_label("Why do you need this?")).to_have_value("Nine new people. <b>Soon</b>")
    rita.get_by_role("radio", name="Bea Lindt").check()
    rita.get_by_role("button", name="Ask for approval").click()
    expect(rita.locator(".lead")).to_contain_text("You asked Bea Lindt to approve it")
    assert not Order.objects.exists()

    # Bea reads on her phone what is offered, next to the price list, and where it comes from; then she orders it.
    (asked,) = mails_to(cast.bea)
    bea.goto(re.search(r"https?://[^/]+(/dashboard/approvals/\S+)", asked.body)[1])
    expect(bea.locator(".lead")).to_contain_text(f"Rita Okafor asks you to approve quote {quote.number} of Globex")
    expect(bea.locator("main")).to_contain_text("<b>Soon</b>")
    bea.get_by_role("link", name="See the quote and its history").click()
    expect(bea.locator(".timeline")).to_contain_text("9 x DESK-01 at 450.00 EUR net each → 9 x DESK-01 at 400.00 EUR")
    bea.get_by_role("link", name="Answer the request").click()
    bea.get_by_role("link", name="Approve and place order").click()
    expect(bea.get_by_label("Deliver to")).to_have_count(0)
    bea.get_by_role("radio", name="Invoice").check()
    bea.get_by_role("button", name="Approve and place order").click()
    expect(bea.locator("main")).to_contain_text("Approved and ordered")

    # Ordered once, at the negotiated price, and both lead to each other.
    order = Order.objects.get()
    quote.refresh_from_db()
    assert (quote.status, quote.order_number) == ("ACCEPTED", order.number)
    assert (order.buyer, order.lines_gross, order.gross) == (cast.rita, Decimal("4284.00"), Decimal("4295.90"))
    assert Checkout.objects.get().quote == quote
    rita.goto(f"/dashboard/quotes/{quote.number}/")
    expect(rita.locator(".lead")).to_contain_text("Bea Lindt accepted this offer of 4,284.00 EUR (1 line)")
    rita.get_by_role("link", name=f"Order {order.number}").click()
    expect(rita.locator("main")).to_contain_text("4,295.90 EUR")
    rita.get_by_role("link", name=quote.number).click()
    expect(rita).to_have_url(re.compile(f"/dashboard/quotes/{quote.number}/"))


def test_an_offer_that_changes_under_ones_hands_is_not_ordered(cast, somebody):
    bea, sam = somebody("bea"), somebody("sam")
    quote = ask(bea, cast.listing("DESK-01"), "9", "")
    offer(sam, quote, "400")
    bea.goto(f"/dashboard/quotes/{quote.number}/accept/")
    expect(bea.locator("main")).to_contain_text("You can order this yourself.")

    # Sam makes it dearer while Bea reads; she is told by what, and what she chose is still there.
    sam.goto(f"/control-panel/quotes/{quote.number}/")
    sam.get_by_role("link", name="Change the offer").click()
    sam.get_by_label("Price of Standing desk", exact=True).fill("410")
    sam.get_by_role("button", name="Change the offer").click()
    bea.get_by_role("radio", name="Purchase order").check()
    bea.get_by_label("Your reference").fill("PO 8")
    bea.get_by_role("button", name="Accept and order").click()
    expect(bea.locator("main [role=alert]").first).to_contain_text("The offer has changed since you opened this page")
    expect(bea.locator("main [role=alert]").first).to_contain_text("9 x DESK-01 at 410.00 EUR net each")
    expect(bea.get_by_label("Your reference")).to_have_value("PO 8")
    assert not Order.objects.exists()

    # Having read it she orders after all, with the keyboard.
    bea.get_by_role("button", name="Accept and order").press("Enter")
    expect(bea.locator("main")).to_contain_text("Accepted and ordered")
    assert Order.objects.get().lines_gross == Decimal("4391.10")


def test_a_declined_offer_tells_sales_why(cast, somebody):
    ana, sam = somebody("ana", width=390), somebody("sam")
    quote = ask(ana, cast.listing("DESK-01"), "2", "")
    offer(sam, quote, "480")
    ana.goto(f"/dashboard/quotes/{quote.number}/")
    ana.locator(".moves__more summary").click()
    ana.locator(".move summary", has_text="Decline").click()
    form = ana.locator("details[open] form.move__form")
    form.get_by_label("Reason").select_option(label="It is no longer needed")
    form.get_by_role("button", name="Decline").click()
    expect(ana.locator(".lead")).to_contain_text("You declined this offer")
    quote.refresh_from_db()
    assert (quote.status, quote.status_reason["code"]) == ("DECLINED", "NO_LONGER_NEEDED")
    assert "It is no longer needed" in mails_to(cast.sam)[-1].body
    assert not Order.objects.exists()
