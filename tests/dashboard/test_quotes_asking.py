"""How does a cart become a question for a quote?"""

import re

import pytest
from django.urls import reverse

from companies.models import Location
from notifications.models import Notice
from orders.lifecycle import CartStatus
from orders.models import Cart, Quote, QuoteEvent

CART, ASK = reverse("dashboard:cart"), reverse("dashboard:quote_ask")
SHIPPING = "deliveryarea|4-more_hours_timeframe"


def typed(cast, client, **more):
    """What the form of the open cart holds, filled in as far as it has to be."""
    html = client.get(ASK).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(cart|seen)" value="([^"]*)"', html))
    return {**hidden, "ship_to": cast.headquarters.key, "bill_to": "same", "shipping": SHIPPING, **more}


def nothing_was_asked(cart):
    cart.refresh_from_db()
    return cart.status == CartStatus.OPEN and not Quote.objects.exists() and not Notice.objects.exists()


def test_the_cart_offers_it_beside_ordering_and_asking_for_approval(cast, sign_in, words):
    cast.cart("rita", {"DESK-01": 1})
    cast.cart("bea", {"DESK-01": 1})
    for name, first in (("rita", "Ask for approval"), ("bea", "Order")):
        answer = sign_in(name).get(CART)
        assert f'href="{ASK}"' in answer.content.decode()
        assert re.search(rf"{first} .* Ask for a quote For other prices than these", words(answer))


def test_the_page_says_what_happens_next_and_who_answers(cast, sign_in, words):
    cast.cart("rita", {"DESK-01": 9})
    text = words(sign_in("rita").get(ASK))
    assert "Globex Systems makes you an offer. Nothing is ordered before you accept it." in text
    assert "Your cart closes and becomes the quote; you can fill another one." in text
    assert "By the price list Net 4,500.00 EUR" in text
    assert "Delivery in a four-hour window: 11.90 EUR gross" in text
    assert "Leave it to the seller" in text


def test_of_several_sellers_the_marketplace_makes_one_offer(cast, sign_in, words):
    cast.cart("rita", {"DESK-01": 1, "BOOK-01": 1})
    text = words(sign_in("rita").get(ASK))
    assert "These are products of Globex Systems and Initech Supplies; Acme Markets Main makes you one offer" in text


def test_on_a_resellers_marketplace_the_reseller_answers(cast, sign_in, words):
    cast.cart("rita", {"DESK-01": 1}, marketplace="resello")
    client = sign_in("rita")
    client.post(reverse("switch"), {"marketplace": "resello"})
    assert "Resello BV makes you an offer." in words(client.get(ASK))


def test_asking_closes_the_cart_and_leads_to_the_quote(cast, sign_in, words):
    cart, client = cast.cart("rita", {"DESK-01": 9}), sign_in("rita")
    answer = client.post(ASK, typed(cast, client, reference="PO 7", comment="4,000\r\nplease"), follow=True)
    quote = Quote.objects.get()
    assert answer.redirect_chain == [(reverse("dashboard:quote", args=[quote.number]), 302)]
    text = words(answer)
    assert f"You asked for a quote. It has the number {quote.number}; you get a mail as soon as there is" in text
    assert "You asked Globex Systems for an offer just now. There is no offer yet: Globex Systems has it." in text
    cart.refresh_from_db()
    assert (cart.status, quote.cart, quote.status) == (CartStatus.CLOSED, cart, "AWAITING")
    assert (quote.customer_reference, quote.customer_comment) == ("PO 7", "4,000\nplease")
    assert {kind: address["city"] for kind, address in quote.addresses.items()} == {
        "SHIPPING": "Hamburg",
        "BILLING": "Hamburg",
    }
    assert quote.shipping["methodId"] == "4-more_hours_timeframe"
    assert set(Notice.objects.values_list("topic", "recipient__email")) == {
        ("quote.asked", cast.sam.email),
        ("quote.asked", cast.vera.email),
        ("quote.asked_sent", cast.rita.email),
    }
    assert "Your cart is empty" in words(client.get(CART))


def test_addresses_can_be_typed_and_shipping_left_open(cast, sign_in, words):
    Location.objects.all().delete()
    cast.cart("rita", {"DESK-01": 1})
    client = sign_in("rita")
    own = {"ship_contactName": "Rita", "ship_street": "Ring", "ship_zipCode": "1", "ship_city": "Bonn"}
    sent = typed(cast, client, **own, ship_to="other", ship_country="de", shipping="open")
    answer = client.post(ASK, sent, follow=True)
    quote = Quote.objects.get()
    assert quote.addresses["SHIPPING"]["city"] == quote.addresses["BILLING"]["city"] == "Bonn"
    assert quote.addresses["SHIPPING"]["country"] == "DE"
    assert quote.shipping == {}
    assert "Shipping None agreed" in words(answer)


def test_a_private_customer_asks_for_themselves(cast, sign_in, words):
    cast.cart("paula", {"DESK-01": 1})
    client = sign_in("paula")
    own = {"ship_contactName": "Paula", "ship_street": "Ring", "ship_zipCode": "1", "ship_city": "Bonn"}
    answer = client.post(ASK, typed(cast, client, **own, ship_to="other", ship_country="DE"), follow=True)
    assert "You asked Globex Systems for an offer" in words(answer)
    assert (Quote.objects.get().owner, Quote.objects.get().company) == (cast.paula, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ship_to": ""}, "Deliver to: Choose where to deliver."),
        ({"ship_to": "nowhere"}, "Deliver to: Choose one of these addresses."),
        ({"ship_to": "other"}, "Street: Enter the street."),
        ({"bill_to": "other"}, "City: Enter the city."),
        ({"shipping": "by|pigeon"}, "How shall it be shipped? Choose one of these ways."),
        ({"reference": "x" * 201}, "Your reference: Use at most 200 characters."),
        ({"comment": "x" * 5001}, "What do you wish for? Use at most 5,000 characters."),
        ({"comment": "Nul\x00"}, "What do you wish for? Null characters are not allowed."),
        ({"seen": "0"}, "Your cart has changed since you opened this page."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(cast, sign_in, words, wrong, said):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    answer = client.post(ASK, typed(cast, client, **{"reference": "PO 77", "comment": "Soon, please.", **wrong}))
    assert answer.status_code == 400
    assert said in words(answer)
    for name, value in (("reference", "PO 77"), ("comment", "Soon, please.")):
        assert name in wrong or value in answer.content.decode()
    assert nothing_was_asked(cart)


def test_a_country_that_is_none_is_said_at_its_field(cast, sign_in, words):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    own = {"ship_contactName": "Rita", "ship_street": "Ring", "ship_zipCode": "1", "ship_city": "Bonn"}
    answer = client.post(ASK, typed(cast, client, **own, ship_to="other", ship_country="D1"))
    assert answer.status_code == 400
    assert "Country: Give the country as two letters, such as DE." in words(answer)
    assert nothing_was_asked(cart)


def test_a_place_that_was_closed_meanwhile_is_refused_at_its_field(cast, sign_in, words):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    sent = typed(cast, client, reference="PO 77")
    Location.objects.update(is_active=False)
    answer = client.post(ASK, sent)
    assert answer.status_code == 400
    assert "Deliver to: Choose one of these addresses." in words(answer)
    assert "PO 77" in answer.content.decode()
    assert nothing_was_asked(cart)


def test_pressing_twice_asks_once(cast, sign_in):
    cast.cart("rita", {"DESK-01": 1})
    client = sign_in("rita")
    sent = typed(cast, client)
    first, second = client.post(ASK, sent), client.post(ASK, sent)
    quote = Quote.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == reverse("dashboard:quote", args=[quote.number])
    assert QuoteEvent.objects.count() == 1


def test_a_contact_is_told_why_not(cast, sign_in, words):
    cart, client = cast.cart("carl", {"DESK-01": 1}), sign_in("carl")
    assert ASK not in client.get(CART).content.decode()
    for answer in (client.get(ASK), client.post(ASK, {"cart": cart.key})):
        assert answer.status_code == 403
        assert "Your group in this company may neither order nor ask for quotes." in words(answer)
    assert nothing_was_asked(cart)


def test_another_persons_cart_is_not_found(cast, sign_in):
    cart = cast.cart("rita", {"DESK-01": 1})
    for name in ("bea", "ana", "ravi", "olga"):
        assert sign_in(name).post(ASK, {"cart": cart.key, "seen": "1"}).status_code == 404
    assert nothing_was_asked(cart)


def test_without_anything_to_ask_about_the_cart_is_shown(cast, sign_in):
    client = sign_in("rita")
    assert client.get(ASK).headers["Location"] == CART
    cast.cart("rita", {"DESK-01": 1})
    cast.product("DESK-01").is_active = False
    cast.product("DESK-01").save()
    assert client.get(ASK).headers["Location"] == CART
    assert ASK not in client.get(CART).content.decode()


def test_a_cart_that_waits_for_its_approval_is_not_quoted(cast, sign_in):
    cart, client = cast.cart("rita", {"DESK-01": 1}), sign_in("rita")
    sent = typed(cast, client)
    Cart.objects.filter(pk=cart.pk).update(status=CartStatus.SAVED)
    assert client.post(ASK, sent).headers["Location"] == CART
    assert not Quote.objects.exists()


@pytest.mark.parametrize("count", [1, 7])
def test_the_queries_do_not_grow_with_the_lines(cast, sign_in, count, django_assert_max_num_queries):
    skus = ("DESK-01", "CHAIR-01", "BOOK-01", "LICENSE-01", "SERVER-01", "BACKUP-01", "VDI-01")
    cast.cart("rita", dict.fromkeys(skus[:count], 1))
    client = sign_in("rita")
    with django_assert_max_num_queries(10):
        assert client.get(ASK).status_code == 200
