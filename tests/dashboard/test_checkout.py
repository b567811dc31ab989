"""Does the checkout order what the reader saw, or ask the right person, once?"""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.dashboard.content import day_name
from approvals.lifecycle import Status
from approvals.models import Approval
from companies.models import Location, Member
from orders.lifecycle import CartStatus, OrderStatus
from orders.models import Checkout, Order
from tests.world import scene

CHECKOUT = reverse("dashboard:checkout")
SHIPPING = "deliveryarea|4-more_hours_timeframe"


def typed(cast, client, **more):
    """What the form of the open cart holds, filled in as far as it has to be."""
    html = client.get(CHECKOUT).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(cart|seen)" value="([^"]*)"', html))
    return {
        **hidden,
        "ship_to": cast.headquarters.key,
        "bill_to": "same",
        "shipping": SHIPPING,
        "payment": "invoice",
        **more,
    }


def done_url(cart):
    return reverse("dashboard:checkout_done", args=[cart.key])


def test_who_is_free_places_the_order_and_reads_its_number(cast, sign_in, words):
    cart, client = cast.cart("ana", {"DESK-01": 2}), sign_in("ana")
    answer = client.post(CHECKOUT, typed(cast, client, reference="PO-77"))
    assert answer.headers["Location"] == done_url(cart)
    order = Order.objects.get()
    text = words(client.get(done_url(cart)))
    assert f"Order {order.number} placed" in text
    assert "1,201.90 EUR gross" in text
    assert (order.buyer, order.company, order.status) == (cast.ana, cast.northwind, OrderStatus.PENDING)
    assert order.payment == {"provider": "invoice", "method": "invoice", "reference": "PO-77"}
    assert {address["type"]: address["city"] for address in order.addresses} == {
        "SHIPPING": "Hamburg",
        "BILLING": "Hamburg",
    }


def test_the_page_says_the_total_with_each_way_of_shipping(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 2})
    text = words(sign_in("ana").get(CHECKOUT))
    assert "Delivery in a four-hour window: 11.90 EUR gross, in total 1,201.90 EUR" in text
    assert "Delivery in a two-hour window: 29.75 EUR gross, in total 1,219.75 EUR" in text
    assert "Total, gross 1,201.90 EUR" in text


def test_what_is_reviewed_becomes_an_order_of_its_own(cast, sign_in, words):
    cart, client = cast.cart("ana", {"DESK-01": 1, "SERVER-01": 1}), sign_in("ana")
    client.post(CHECKOUT, typed(cast, client))
    plain, reviewed = Order.objects.order_by("position")
    text = words(client.get(done_url(cart)))
    assert f"Orders {plain.number} and {reviewed.number} placed" in text
    assert f"{reviewed.number} will shortly be reviewed by a manager of the seller." in text
    assert (plain.status, reviewed.status) == (OrderStatus.PENDING, OrderStatus.TO_BE_APPROVED)


def test_who_needs_approval_asks_somebody_eligible(cast, sign_in, words):
    cart, client = cast.cart("rita", {"SERVER-01": 5}), sign_in("rita")
    text = words(client.get(CHECKOUT))
    assert "Who shall approve? Ana Diaz, Admin Tom Weber, Admin" in text
    assert "Bea Lindt" not in text
    answer = client.post(CHECKOUT, typed(cast, client, approver=cast.tom.pk, comment="For the new colleagues."))
    assert answer.headers["Location"] == done_url(cart)
    approval = Approval.objects.get()
    assert (approval.approver, approval.comment) == (cast.tom, "For the new colleagues.")
    assert approval.details["shipping"]["methodId"] == "4-more_hours_timeframe"
    cart.refresh_from_db()
    assert cart.status == CartStatus.HELD
    text = words(client.get(done_url(cart)))
    assert "Approval requested from Tom Weber" in text
    assert "open until" in text
    assert not Order.objects.exists()


def test_within_the_limit_buyers_are_asked_too(cast, sign_in, words):
    cast.cart("rita", {"BOOK-01": 1})
    assert "Who shall approve? Ana Diaz, Admin Bea Lindt, Buyer Tom Weber, Admin" in words(
        sign_in("rita").get(CHECKOUT)
    )


def test_an_approval_group_replaces_the_roles(cast, sign_in, words):
    cast.cart("ravi", {"BOOK-01": 1})
    text = words(sign_in("ravi").get(CHECKOUT))
    assert "Who shall approve? Grace Hall, Buyer, approval group Hugo Stern, Requester, approval group" in text
    assert "Alice Moreau" not in text


@pytest.mark.parametrize("approver", ["", "x", "0", "99999999999999999999", "bea", "rita", "alice"])
def test_nobody_else_can_be_asked(cast, sign_in, words, approver):
    cart, client = cast.cart("rita", {"SERVER-01": 5}), sign_in("rita")
    chosen = cast.user(approver).pk if approver.isalpha() and approver != "x" else approver
    answer = client.post(CHECKOUT, typed(cast, client, approver=chosen, comment="Please."))
    assert answer.status_code == 400
    assert "Who shall approve? Choose" in words(answer)
    assert "Please." in words(answer)
    cart.refresh_from_db()
    assert (cart.status, Approval.objects.count()) == (CartStatus.OPEN, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ship_to": ""}, "Deliver to: Choose where to deliver."),
        ({"ship_to": "nowhere"}, "Deliver to: Choose one of these addresses."),
        ({"bill_to": "nowhere"}, "Invoice to: Choose one of these addresses."),
        ({"shipping": ""}, "How shall it be shipped? Choose how it is shipped."),
        ({"shipping": "deliveryarea|balloon"}, "How shall it be shipped? Choose one of these ways."),
        ({"window": "a|b|2020-01-01"}, "This window is not offered any more. Choose one of these."),
        ({"payment": "shells"}, "How shall it be paid? Choose one of these ways to pay."),
        ({"payment": "purchase_order"}, "Your reference: Enter the number of your purchase order."),
        ({"reference": "x" * 101}, "Your reference: Use at most 100 characters."),
        ({"reference": "a\x00b"}, "Null characters are not allowed."),
        ({"ship_to": "other"}, "Street: Enter the street."),
        ({"ship_to": "other", "ship_country": "Germany"}, "Country: Use at most 2 characters."),
        ({"ship_to": "other", "ship_zipCode": "123456789012"}, "Postcode: Use at most 11 characters."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_ordered(cast, sign_in, words, wrong, said):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    answer = client.post(CHECKOUT, typed(cast, client) | wrong)
    assert answer.status_code == 400
    assert said in words(answer)
    cart.refresh_from_db()
    assert (cart.status, Checkout.objects.count()) == (CartStatus.OPEN, 0)


def test_the_service_has_the_last_word_on_an_address(cast, sign_in, words):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    other = {"ship_to": "other", "ship_contactName": "Ana", "ship_street": "Kai", "ship_city": "Kiel"}
    answer = client.post(CHECKOUT, typed(cast, client, **other, ship_zipCode="24103", ship_country="1!"))
    assert answer.status_code == 400
    assert "Country: Give the country as two letters, such as DE." in words(answer)
    assert 'value="Kai"' in answer.content.decode()
    cart.refresh_from_db()
    assert (cart.status, Checkout.objects.count()) == (CartStatus.OPEN, 0)


def test_another_address_can_be_typed(cast, sign_in):
    cast.cart("ana", {"DESK-01": 1})
    client = sign_in("ana")
    other = {"bill_to": "other", "bill_contactName": "Accounts", "bill_street": "Kai", "bill_streetNumber": "3"}
    answer = client.post(
        CHECKOUT, typed(cast, client, **other, bill_zipCode="24103", bill_city="Kiel", bill_country="de")
    )
    assert answer.status_code == 302
    billing = next(address for address in Order.objects.get().addresses if address["type"] == "BILLING")
    assert (billing["city"], billing["country"]) == ("Kiel", "DE")


def test_a_private_customer_types_the_address(cast, sign_in, words):
    cart, client = cast.cart("paula", {"DESK-01": 20}), sign_in("paula")
    text = words(client.get(CHECKOUT))
    assert "You order as a private customer." in text
    assert "Who shall approve?" not in text
    address = {"ship_to": "other", "ship_contactName": "Paula Privat", "ship_street": "Ring", "ship_zipCode": "10115"}
    answer = client.post(CHECKOUT, typed(cast, client) | address | {"ship_city": "Berlin", "ship_country": "DE"})
    assert answer.headers["Location"] == done_url(cart)
    assert Order.objects.get().company is None


def test_a_delivery_window_is_ordered_with_it(cast, sign_in, words):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    window = cast.window
    value = f"{window.key}|{window.slot}|{window.delivery_on.isoformat()}"
    assert "08:00 to 12:00" in words(client.get(CHECKOUT))
    client.post(CHECKOUT, typed(cast, client, window=value))
    order = Order.objects.get(checkout__cart=cart)
    assert order.delivery_window == {
        "id": window.key,
        "slotId": window.slot,
        "deliveryDate": window.delivery_on.isoformat(),
    }


def test_a_full_window_is_said_at_its_field(cast, sign_in, words):
    window = cast.narrow_window
    value = f"{window.key}|{window.slot}|{window.delivery_on.isoformat()}"
    for name in ("ana", "tom"):
        cast.cart(name, {"DESK-01": 1})
        client = sign_in(name)
        answer = client.post(CHECKOUT, typed(cast, client, window=value))
    assert "When? This delivery window is full. Choose another one." in words(answer)
    assert Order.objects.count() == 1
    assert re.search(
        rf'<option value="{re.escape(value)}"[^>]* disabled>{window.name} \(full\)', answer.content.decode()
    )
    assert f'<optgroup label="{day_name(window.delivery_on.isoformat())}">' in answer.content.decode()


def test_a_cart_changed_in_another_tab_is_noticed(cast, sign_in, words):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    form = typed(cast, client)
    client.post(reverse("dashboard:cart_lines"), {"listing": cast.listing("BOOK-01").key, "quantity": "1"})
    answer = client.post(CHECKOUT, form)
    assert "Your cart has changed since you opened this page." in words(answer)
    assert "Field guide" in words(answer)
    assert not Order.objects.exists()
    assert client.post(CHECKOUT, typed(cast, client)).headers["Location"] == done_url(cart)


def test_a_price_that_rose_meanwhile_is_noticed(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 1})
    client = sign_in("ana")
    form = typed(cast, client)
    cast.listing("DESK-01").unit_price = 501
    cast.listing("DESK-01").save()
    assert "Your cart has changed since you opened this page." in words(client.post(CHECKOUT, form))
    assert not Order.objects.exists()


def test_a_group_that_was_lost_meanwhile_is_noticed(cast, sign_in, words):
    cast.cart("ana", {"DESK-01": 1})
    client = sign_in("ana")
    form = typed(cast, client)
    Member.objects.filter(pk=cast.member("ana").pk).update(role="requester")
    answer = client.post(CHECKOUT, form)
    assert answer.status_code == 400
    assert not Order.objects.exists()
    assert "Requesters need approval for every order." in words(answer)


@pytest.mark.parametrize("seen", ["", "x", "\x00"])
def test_without_what_was_seen_nothing_is_ordered(cast, sign_in, seen):
    cast.cart("ana", {"DESK-01": 1})
    client = sign_in("ana")
    assert client.post(CHECKOUT, typed(cast, client) | {"seen": seen}).status_code == 400
    assert not Order.objects.exists()


def test_pressing_twice_orders_once_and_shows_the_order(cast, sign_in, words):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    form = typed(cast, client)
    for _ in range(2):
        answer = client.post(CHECKOUT, form)
        assert answer.headers["Location"] == done_url(cart)
    assert Order.objects.count() == 1


def test_asking_twice_asks_once(cast, sign_in):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    form = typed(cast, client, approver=cast.ana.pk)
    for _ in range(2):
        assert client.post(CHECKOUT, form).headers["Location"] == done_url(cart)
    assert Approval.objects.count() == 1


def test_where_nobody_can_approve_asking_tells_the_admins(cast, sign_in, words):
    Member.objects.filter(company=cast.northwind, role="admin").update(is_active=False)
    cast.cart("bea", {"SERVER-01": 5})
    client = sign_in("bea")
    assert "Tell the admins" in words(client.get(CHECKOUT))
    answer = client.post(CHECKOUT, typed(cast, client))
    assert "The admins of Northwind GmbH have been told." in words(answer)
    assert not Approval.objects.exists()


def test_a_contact_is_led_back_to_the_cart_that_says_why(cast, sign_in):
    cast.cart("carl", {"DESK-01": 1})
    client = sign_in("carl")
    assert client.get(CHECKOUT).headers["Location"] == reverse("dashboard:cart")
    cart = {"cart": cast.carl.carts.get().key}
    assert client.post(CHECKOUT, cart).headers["Location"] == reverse("dashboard:cart")
    assert not Order.objects.exists()


def test_an_empty_cart_is_not_ordered(cast, sign_in):
    cast.cart("ana", {})
    assert sign_in("ana").get(CHECKOUT).headers["Location"] == reverse("dashboard:cart")


@pytest.mark.parametrize("key", ["", "nothing", "\x00"])
def test_nobody_orders_a_cart_that_is_not_theirs(cast, sign_in, key):
    foreign = cast.cart("tom", {"DESK-01": 1})
    client = sign_in("ana")
    assert client.post(CHECKOUT, {"cart": key}).status_code == 404
    assert client.post(CHECKOUT, {"cart": foreign.key}).status_code == 404
    assert client.get(done_url(foreign)).status_code == 404


def test_what_came_of_a_declined_request_is_the_cart_again(cast, sign_in):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    assert client.get(done_url(cart)).headers["Location"] == reverse("dashboard:cart")
    client.post(CHECKOUT, typed(cast, client, approver=cast.ana.pk))
    Approval.objects.update(expires_at=timezone.now())
    assert client.get(done_url(cart)).headers["Location"] == reverse("dashboard:cart")
    assert Approval.objects.get().status == Status.PENDING


def test_html_in_every_text_is_shown_as_text(cast, sign_in):
    cast.cart("rita", {"DESK-01": 1})
    client, evil = sign_in("rita"), '"><script>x</script>'
    form = typed(cast, client, comment=evil, reference=evil, ship_to="other", ship_contactName=evil, ship_street=evil)
    html = client.post(CHECKOUT, form).content.decode()
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html


def test_a_comment_of_5000_characters_goes_through_and_one_more_does_not(cast, sign_in, words):
    cast.cart("rita", {"DESK-01": 1})
    client = sign_in("rita")
    answer = client.post(CHECKOUT, typed(cast, client, approver=cast.ana.pk, comment="x" * 5001))
    assert "Why do you need this? Use at most 5,000 characters." in words(answer)
    client.post(CHECKOUT, typed(cast, client, approver=cast.ana.pk, comment="x" * 5000))
    assert len(Approval.objects.get().comment) == 5000


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow(cast, sign_in, count, django_assert_max_num_queries):
    cast.cart("bea", {"DESK-01": count, "BOOK-01": count, "CHAIR-01": count, "SERVER-01": count})
    for number in range(count):
        Location.objects.create(company=cast.northwind, name=f"Branch {number}", street="Weg", zip_code="1", city="X")
    client = sign_in("bea")
    with django_assert_max_num_queries(15):
        assert client.get(CHECKOUT).status_code == 200


@scene
def venlo(cast):
    """A place of Northwind's in the Netherlands, where tax is 21 %."""
    return Location.objects.create(
        company=cast.northwind, name="Venlo depot", street="Kade", zip_code="5911", city="Venlo", country="NL"
    )


def sent_from(answer, sent):
    """The form as the page gave it back, which has another mark of what was seen."""
    seen = re.search(r'name="seen" value="([^"]*)"', answer.content.decode()).group(1)
    return {**sent, "seen": seen}


@pytest.mark.parametrize("ship_to", ["an address of the company", "other"])
def test_taxes_follow_the_delivery_and_are_looked_at_before_anything_is_ordered(cast, sign_in, words, venlo, ship_to):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    chosen = {"ship_to": venlo.key}
    if ship_to == "other":
        chosen = {f"ship_{name}": part for name, part in venlo.as_address().items()} | {"ship_to": "other"}
    sent = typed(cast, client, reference="PO-77", **chosen)
    answer = client.post(CHECKOUT, sent)
    assert answer.status_code == 400
    label = "Country" if ship_to == "other" else "Deliver to"
    assert (
        f"{label}: With the taxes of DE this costs 606.90 EUR, but delivered to NL, it costs 617.10 EUR. "
        "The page shows it with the taxes of NL now: check it and go on."
    ) in words(answer)
    html = answer.content.decode()
    assert 'value="PO-77"' in html
    assert re.search(rf'value="{chosen["ship_to"]}"[^>]*checked', html)
    assert "Total, gross 617.10 EUR" in words(answer)
    cart.refresh_from_db()
    assert (cart.status, cart.country, Checkout.objects.count()) == (CartStatus.OPEN, "NL", 0)

    answer = client.post(CHECKOUT, sent_from(answer, sent))

    assert answer.headers["Location"] == done_url(cart)
    assert (Order.objects.get().gross, Order.objects.get().country) == (Decimal("617.10"), "NL")


def test_taxes_that_bring_the_cart_over_the_limit_ask_for_an_approver(cast, sign_in, words, venlo):
    """4,958.33 EUR with German tax, 5,041.67 EUR with Dutch."""
    listing = cast.listing("DESK-01")
    listing.unit_price = Decimal("4166.66")
    listing.save()
    cart, client = cast.cart("bea", {"DESK-01": 1}), sign_in("bea")
    sent = typed(cast, client, ship_to=venlo.key)
    answer = client.post(CHECKOUT, sent)
    assert "delivered to NL, it costs 5,053.76 EUR" in words(answer)
    assert "Who shall approve? Choose who shall approve." in words(answer)
    assert Checkout.objects.count() == 0

    answer = client.post(CHECKOUT, sent_from(answer, sent) | {"approver": cast.ana.pk})

    assert answer.headers["Location"] == done_url(cart)
    assert str(Approval.objects.get().amount) == "5,041.66 EUR"


def test_a_country_without_known_taxes_has_those_of_the_marketplace(cast, sign_in):
    cart, client = cast.cart("ana", {"DESK-01": 1}), sign_in("ana")
    there = {"ship_contactName": "Ana", "ship_street": "Quay", "ship_zipCode": "EC2A", "ship_city": "London"}
    answer = client.post(CHECKOUT, typed(cast, client, ship_to="other", ship_country="GB", **there))
    assert answer.headers["Location"] == done_url(cart)
