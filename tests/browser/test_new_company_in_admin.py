"""Can an administrator set up a company in the administration, so that its people then buy as far as they may?"""

import re

import pytest
from playwright.sync_api import Page, expect

from approvals.models import Approval
from companies.models import Change, Company
from companies.services import in_words
from orders.models import Order
from tests.cast import make_cast
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# first name, last name, group
PEOPLE = (("Ada", "Kern", "Admin"), ("Bob", "Lenz", "Buyer"), ("Rex", "Maas", "Requester"))


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def address(first_name: str) -> str:
    return f"{first_name.lower()}@adatum.example"


def set_up_company(page: Page) -> None:
    """Adele makes Adatum AG with its limit, its three people, its approval group and its address."""
    page.goto("/admin/")
    page.fill("[name=username]", "admin@countersign.example")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")

    page.get_by_role("link", name="Limits and groups").click()
    page.get_by_role("link", name="Add company").click()
    page.get_by_role("textbox", name="Name:", exact=True).first.fill("Adatum AG")
    page.get_by_label("Tenant:").select_option(label="Acme Markets")
    page.get_by_label("Purchase limit:").fill("1000")
    page.get_by_label("Limit currency:").fill("EUR")
    for place, (first, last, group) in enumerate(PEOPLE):
        row = page.locator(f"#members-{place}")
        row.get_by_label("E-mail address").fill(address(first))
        row.get_by_label("First name").fill(first)
        row.get_by_label("Last name").fill(last)
        row.locator("[name$=role]").select_option(label=group)
        if group != "Requester":
            row.locator("[name$=in_approval_group]").check()
    page.get_by_role("button", name="Add another Location").click()
    for name, value in {"name": "Office", "street": "Ringweg", "zip_code": "10115", "city": "Berlin"}.items():
        page.fill(f"[name=locations-0-{name}]", value)
    page.fill("[name=locations-0-country]", "DE")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.get_by_role("heading", name="Adatum AG")).to_be_visible()
    expect(page.locator(".changes")).to_contain_text("Approval group: Ada Kern, Bob Lenz joined")


def set_passwords(page: Page) -> None:
    """Nobody can sign in yet, and the page says so; one link per person leads to the password."""
    company = page.url
    for first, last, _ in PEOPLE:
        row = page.locator("tr.form-row", has_text=f"{first} {last}")
        row.get_by_role("link", name="set a password").click()
        page.fill("[name=password1]", PASSWORD)
        page.fill("[name=password2]", PASSWORD)
        page.locator("input[type=submit].set-password").click()
        expect(page.locator(".messagelist")).to_contain_text("Password changed")
        page.goto(company)
        expect(row).not_to_contain_text("cannot sign in yet")


def sign_in(page: Page, first_name: str) -> Page:
    page.goto("/sign-in/")
    page.fill("[name=username]", address(first_name))
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()
    expect(page).to_have_url(re.compile("/dashboard/"))
    return page


def fill_cart(page: Page, listing, quantity: int) -> None:
    page.goto(f"/dashboard/shop/{listing.key}/")
    page.get_by_label("Quantity").fill(str(quantity))
    page.get_by_role("button", name="Add to the cart").click()
    page.goto("/dashboard/checkout/")


def test_a_new_company_buys_as_far_as_its_people_may(cast, new_page):
    office = new_page()
    set_up_company(office)
    set_passwords(office)
    ada, bob, rex = (sign_in(new_page(), first) for first, _, _ in PEOPLE)

    # One desk is 595 EUR gross, within the limit: the Buyer orders it alone.
    fill_cart(bob, cast.listing("DESK-01"), 1)
    bob.get_by_role("button", name="Place order").click()
    expect(bob).to_have_url(re.compile("/checkout/done/"))
    assert Order.objects.get().buyer.first_name == "Bob"

    # Two are 1,190 EUR: he has to ask, and of the approval group only Ada is somebody else.
    fill_cart(bob, cast.listing("DESK-01"), 2)
    expect(bob.locator("main")).to_contain_text("190.00 EUR")
    expect(bob.get_by_role("radio", name="Ada Kern")).to_be_visible()
    expect(bob.get_by_role("radio", name="Bob Lenz")).to_have_count(0)
    bob.get_by_role("radio", name="Ada Kern").check()
    bob.get_by_label("Why do you need this?").fill("Two more people.")
    bob.get_by_role("button", name="Ask for approval").click()
    expect(bob.locator("main")).to_contain_text("Ada Kern")

    # The Requester asks whatever it costs, and may choose between the two of the approval group.
    fill_cart(rex, cast.listing("LICENSE-01"), 1)
    rex.get_by_role("radio", name="Bob Lenz").check()
    rex.get_by_role("button", name="Ask for approval").click()
    expect(rex.locator("main")).to_contain_text("Bob Lenz")
    assert Order.objects.count() == 1

    # Each is answered by whom it was put to, and becomes an order at once.
    for page, asker, comment in ((ada, "Bob Lenz", "Two more people."), (bob, "Rex Maas", "")):
        page.goto("/dashboard/approvals/")
        page.locator(".queue__row", has_text=asker).get_by_role("link").click()
        expect(page.locator("main")).to_contain_text(comment)
        page.get_by_role("button", name="Approve and place order").click()
        expect(page.locator("main")).to_contain_text(re.compile("CS[0-9]{4}"))

    # The Admin orders what she likes.
    fill_cart(ada, cast.listing("DESK-01"), 10)
    ada.get_by_role("button", name="Place order").click()
    expect(ada).to_have_url(re.compile("/checkout/done/"))

    adatum = Company.objects.get(name="Adatum AG")
    orders = Order.objects.filter(company=adatum).order_by("pk")
    assert [order.buyer.first_name for order in orders] == ["Bob", "Bob", "Rex", "Ada"]
    assert {approval.status for approval in Approval.objects.filter(company=adatum)} == {"APPROVED"}
    assert [in_words(change) for change in Change.objects.filter(company=adatum).order_by("pk")] == [
        "Purchase limit: none became 1,000.00 EUR",
        "Ada Kern joined as Admin",
        "Bob Lenz joined as Buyer",
        "Rex Maas joined as Requester",
        "Approval group: Ada Kern, Bob Lenz joined; it is now Ada Kern, Bob Lenz",
    ]
