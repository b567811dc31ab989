"""Can sales order for a customer in the control panel, from choosing one to what both sides read afterwards?"""

import pytest
from django.urls import reverse

from approvals.models import Approval
from companies.models import Marketplace, Member
from orders.models import Cart, CartLine, Order, Quote
from orders.services import carts
from tests.stories.scenes import again, decline, nothing_changes, ordered, place_for, prepare
from tests.stories.subscriptions import running, sell_by_plan

pytestmark = pytest.mark.django_db

CUSTOMERS = "/control-panel/customers/"


def cart_url(cart, what="cart", *more):
    return reverse(f"control_panel:behalf_{what}", args=[cart.key, *more])


def checked_out(browser, cart, **more):
    """The checkout of a prepared cart as the page offers it, sent with an address that is typed in."""
    page = browser.get(cart_url(cart, "checkout")).context
    address = {
        "contactName": "Tess Laurent",
        "street": "Kade",
        "streetNumber": "1",
        "zipCode": "1011",
        "city": "Amsterdam",
        "country": "NL",
    }
    sent = {
        "seen": page["token"],
        "ship_to": "other",
        **{f"ship_{name}": value for name, value in address.items()},
        "bill_to": "same",
        "shipping": "deliveryarea|4-more_hours_timeframe",
        "window": "",
        "payment": "invoice",
        **more,
    }
    return browser.post(cart_url(cart, "checkout"), sent, follow=True)


def test_from_a_customer_to_an_order_that_both_sides_read(cast, sign_in, words):
    ordered(cast, "tess", {"DESK-01": 1}, "resello")
    browser = sign_in("rik")
    listed = browser.get(CUSTOMERS)
    assert "Tess Laurent" in words(listed)
    assert "Rita Okafor" not in words(listed)
    assert "Theo Petit" not in words(browser.get(CUSTOMERS, {"search": "laurent"}))
    tess = str(cast.member("tess").pk)
    browser.post(CUSTOMERS, {"customer": tess})
    cart = Cart.objects.get(prepared_by=cast.resellobv)
    assert "The cart is empty" in words(browser.get(cart_url(cart)))

    found = browser.get(cart_url(cart), {"q": "server"})
    assert "Server management" in words(found)
    assert "Standing desk" not in words(found)
    listing = cast.listing("SERVER-01", "resello")
    browser.post(cart_url(cart, "lines"), {"listing": listing.key, "quantity": "2"})
    line = CartLine.objects.get(cart=cart)
    browser.post(cart_url(cart, "line", line.key), {"quantity": "1"})
    page = words(browser.get(cart_url(cart)))
    assert "Tess Laurent may order this without approval." in page
    assert "Reviewed, and accepted automatically: it is for a customer of your own." in page
    assert "1,331.00 EUR" in page

    done = checked_out(browser, cart)
    order = Order.objects.get(on_behalf=True)
    assert done.redirect_chain[-1][0] == reverse("control_panel:order", args=[order.number])
    assert "Rik Bakker of Resello BV ordered Server management" in words(done)
    assert "The order was accepted automatically." in words(done)
    assert order.number in words(browser.get("/control-panel/customers/orders/"))
    mine = words(sign_in("tess").get(reverse("dashboard:order", args=[order.number])))
    assert "Placed for you by Rik Bakker of Resello BV." in mine
    assert "Accepted automatically: Rik Bakker of Resello BV placed it for Tess Laurent." in mine

    with nothing_changes():
        again_sent = browser.post(cart_url(cart, "checkout"), {"seen": "x"}, follow=True)
    assert again_sent.redirect_chain[-1][0] == reverse("control_panel:order", args=[order.number])


def test_what_needs_approval_is_sent_as_the_customers_request(cast, sign_in, words):
    cart, browser = prepare(cast, "rik", "theo", {"DESK-01": 1}), sign_in("rik")
    page = words(browser.get(cart_url(cart)))
    assert "This needs approval of Tailspin SARL." in page
    assert "It is ordered when Tess Laurent says yes." in page
    assert "1,000.00 EUR" not in page  # the customer's limit is their own business

    assert "Choose one of these people." in words(checked_out(browser, cart, approver="0"))
    done = checked_out(browser, cart, approver=str(cast.tess.pk), comment="As discussed.")
    assert "Tess Laurent is asked in the name of Theo Petit" in words(done)
    approval = Approval.objects.get(asked_by=cast.rik)
    read = words(sign_in("tess").get(reverse("dashboard:approval", args=[approval.key])))
    assert "It was asked for Theo Petit by Rik Bakker of Resello BV." in read
    mine = words(sign_in("theo").get(reverse("dashboard:approval", args=[approval.key])))
    assert "Rik Bakker of Resello BV asked Tess Laurent for you" in mine
    assert "Asked of Tess Laurent" in words(browser.get("/control-panel/customers/carts/"))
    held = words(browser.get(cart_url(cart)))
    for said in ("Theo Petit of Tailspin SARL, on Resello. Tess Laurent is asked", "It waits for approval", "DESK-01"):
        assert said in held

    decline(cast, "tess", approval, comment="Not this year.")
    back = words(sign_in("theo").get(reverse("dashboard:approval", args=[approval.key])))
    assert "The cart is with the seller again, who prepared it." in back
    assert "To your cart" not in back
    listed = words(browser.get("/control-panel/customers/carts/"))
    assert "Came back without an order" in listed
    assert "Not this year." not in listed  # said to the customer


def test_a_vendors_cart_offers_and_shows_its_own_products_and_waits(cast, sign_in, words):
    ordered(cast, "ana", {"DESK-01": 1})
    cart, browser = prepare(cast, "sam", "ana", {"LICENSE-01": 1}, "main"), sign_in("sam")
    page = words(browser.get(cart_url(cart)))
    assert "Waits: Globex Systems reviews it first." in page
    assert "Office chair" not in page
    with nothing_changes():
        strange = browser.post(cart_url(cart, "lines"), {"listing": cast.listing("CHAIR-01").key, "quantity": "1"})
    assert strange.status_code == 404


def test_a_prepared_cart_becomes_a_quote_or_nothing(cast, sign_in, words):
    browser = sign_in("rik")
    done = browser.post(cart_url(prepare(cast, "rik", "tess", {"DESK-01": 1}), "quote"), follow=True)
    assert f"Quote {Quote.objects.get().number} is a draft with these lines." in words(done)
    cart = prepare(cast, "rik", "tess", {"DESK-01": 1})
    browser.post(cart_url(cart, "line_remove", cart.lines.get().key))
    assert not cart.lines.exists()
    assert "thrown away" in words(browser.post(cart_url(cart, "discard"), follow=True))
    assert again(cart).status == "closed"


def test_what_changed_behind_the_page_is_shown_before_it_is_ordered(cast, sign_in, words):
    cart, browser = prepare(cast, "rik", "tess", {"DESK-01": 1}), sign_in("rik")
    token = browser.get(cart_url(cart, "checkout")).context["token"]
    carts.add_line(
        actor=cast.actor("mies"), cart_id=cart.pk, listing_id=cast.listing("LICENSE-01", "resello").pk, quantity=1
    )
    with nothing_changes():
        answer = checked_out(browser, cart, seen=token)
    assert answer.status_code == 400
    assert "The cart has changed since you opened this page." in words(answer)


def test_a_customer_who_left_can_only_be_left(cast, sign_in, words):
    cart, browser = prepare(cast, "rik", "tess", {"DESK-01": 1}), sign_in("rik")
    Member.objects.filter(user=cast.tess).update(is_active=False)
    page = words(browser.get(cart_url(cart)))
    assert "Tess Laurent is no longer an active customer." in page
    assert "Order for the customer" not in page
    answer = browser.get(cart_url(cart, "checkout"), follow=True)
    assert answer.redirect_chain[-1][0] == cart_url(cart)


def test_who_gets_in(cast, sign_in):
    cart = prepare(cast, "rik", "tess", {"DESK-01": 1})
    pages = [CUSTOMERS, "/control-panel/customers/carts/", "/control-panel/customers/orders/", cart_url(cart)]
    expected = {
        "rik": [200] * 4,
        "mies": [200] * 4,
        "roos": [403] * 4,
        "sam": [200, 200, 200, 404],
        "victor": [403] * 4,
        "admin": [403] * 4,
        "tess": [403] * 4,
        "hal": [403] * 4,
    }
    browsers = {who: sign_in(who) for who in expected}
    for who, codes in expected.items():
        assert [browsers[who].get(url).status_code for url in pages] == codes, who
    with nothing_changes():
        for who, what in (
            ("sam", "discard"),
            ("sam", "quote"),
            ("roos", "lines"),
            ("admin", "checkout"),
            ("tess", "restore"),
        ):
            assert browsers[who].post(cart_url(cart, what)).status_code in (403, 404), (who, what)
        tess = str(cast.member("tess").pk)
        assert browsers["sam"].post(CUSTOMERS, {"customer": tess}).status_code == 302


def test_the_lists_cost_the_same_for_any_length(cast, sign_in, django_assert_max_num_queries):
    Marketplace.objects.filter(pk=cast.resello.pk).update(auto_approve_on_behalf=False)
    for whom in ("tess", "theo"):
        prepare(cast, "rik", whom, {"DESK-01": 1, "SERVER-01": 1})
    for _ in range(2):
        place_for(cast, "mies", prepare(cast, "mies", "tess", {"LICENSE-01": 1})).settled()
    browser = sign_in("rik")
    for url in (CUSTOMERS, "/control-panel/customers/carts/", "/control-panel/customers/orders/"):
        with django_assert_max_num_queries(9):
            browser.get(url)


def test_a_customers_subscription_is_changed_for_them(cast, sign_in, words):
    plans = sell_by_plan(cast, "SERVER-01", "resello")
    basic = running(cast, "tess", plans["BASIC"], 2, by="roos", marketplace="resello")
    browser, url = sign_in("rik"), reverse("control_panel:behalf_subscription", args=[basic.number])
    assert basic.number in words(browser.get("/control-panel/customers/subscriptions/"))
    page = browser.get(url, {"plan": plans["PRO"].key, "quantity": "2"})
    assert "Tess Laurent may order this without approval." in words(page)
    assert "It is accepted as you order it." in words(page)
    seen = page.context["confirm"]["seen_gross"].value()
    sent = {"plan": plans["PRO"].key, "quantity": "2", "seen_gross": str(seen)}
    with nothing_changes():
        assert browser.post(url, {**sent, "seen_gross": "1.00"}).status_code == 400
    done = browser.post(url, sent, follow=True)

    order = Order.objects.get(on_behalf=True)
    assert f"Order {order.number} placed for Tess Laurent, who is told." in words(done)
    assert again(basic).plan.code == "PRO"
    for who, code in (("sam", 404), ("roos", 403), ("tess", 403)):
        assert sign_in(who).get(url).status_code == code
