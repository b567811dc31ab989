"""What is on sale for this reader, and how does it come into the cart?"""

from decimal import Decimal

import pytest
from django.urls import reverse

from companies.models import Preference
from orders.models import Cart, CartLine
from tests.factories import ListingFactory, ProductFactory

SHOP, LINES = reverse("dashboard:shop"), reverse("dashboard:cart_lines")


def product_url(cast, sku):
    return reverse("dashboard:product", args=[cast.listing(sku).key])


def test_the_shop_names_price_vendor_and_who_reviews(cast, sign_in, words):
    text = words(sign_in("rita").get(SHOP))
    assert "Server management SERVER-01 · Globex Systems" in text
    assert "Reviewed by Globex Systems before delivery 1,000.00 EUR net per piece" in text
    assert "250.00 EUR gross per piece" in text
    assert "Fax line" not in text
    assert "Somebody else" not in text


def test_a_contact_is_offered_no_ordering(cast, sign_in):
    carl = sign_in("carl")
    for page in (SHOP, product_url(cast, "DESK-01")):
        assert LINES not in carl.get(page).content.decode()
        assert LINES in sign_in("rita").get(page).content.decode()


def test_on_a_resellers_marketplace_the_reseller_reviews(cast, sign_in, words):
    client = sign_in("rita")
    client.post(reverse("switch"), {"marketplace": "resello"})
    text = words(client.get(SHOP))
    assert "Reviewed by Resello BV before delivery 1,100.00 EUR net" in text


@pytest.mark.parametrize("switched_on", [True, False])
def test_what_leaves_the_review_to_the_tenant_follows_the_tenant(cast, sign_in, words, switched_on):
    Preference.objects.create(tenant=cast.acme, key="order.reviewDefault", value=switched_on)
    assert ("Reviewed by Initech Supplies" in words(sign_in("rita").get(SHOP))) is switched_on


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("desk", ["Standing desk"]),
        ("STANDING desk", ["Standing desk"]),
        ("chair-01", ["Office chair"]),
        ("initech guide", ["Field guide"]),
        ("<b>", []),
        ("%", []),
    ],
)
def test_words_find_products(cast, sign_in, words, query, found):
    text = words(sign_in("rita").get(SHOP, {"q": query}))
    names = ["Standing desk", "Office chair", "Field guide", "Server management"]
    assert [name for name in names if name in text] == found
    assert ("Nothing fits" in text) is not found


def test_umlauts_and_the_readers_language_are_found(cast, sign_in, words):
    chair = cast.product("CHAIR-01")
    chair.name = {"en": "Office chair", "de": "Bürostuhl"}
    chair.save()
    cast.rita.language = "de"
    cast.rita.save()
    assert "Bürostuhl" in words(sign_in("rita").get(SHOP, {"q": "Bürostuhl"}))


def test_a_category_narrows_the_list(cast, sign_in, words):
    text = words(sign_in("rita").get(SHOP, {"category": "Services"}))
    assert "Server management" in text
    assert "Standing desk" not in text


@pytest.mark.parametrize("query", [{"category": "Nonsense"}, {"q": "a\x00b"}, {"q": "x" * 101}])
def test_nonsense_in_the_filter_is_no_traceback(cast, sign_in, query):
    assert sign_in("rita").get(SHOP, query).status_code == 200


def test_a_product_says_its_price_with_and_without_tax(cast, sign_in, words):
    text = words(sign_in("rita").get(product_url(cast, "DESK-01")))
    assert "500.00 EUR net per piece, 595.00 EUR gross" in text
    assert "Tax 19% in DE" in text
    assert "Standing desk, as everybody knows it." in text
    assert "100.84" not in text
    assert "250.00 EUR gross per piece, 210.08 EUR net" in words(sign_in("rita").get(product_url(cast, "CHAIR-01")))


@pytest.mark.parametrize("sku", ["OLD-01", "OTHER-01"])
def test_what_is_not_on_sale_here_is_not_found(cast, sign_in, sku):
    key = cast.listing(sku, "othermain" if sku == "OTHER-01" else "main").key
    client = sign_in("rita")
    assert client.get(reverse("dashboard:product", args=[key])).status_code == 404
    assert client.post(LINES, {"listing": key, "quantity": "1"}).status_code == 404
    assert not Cart.objects.exists()


def test_the_first_product_opens_the_cart_and_more_adds_up(cast, sign_in, words):
    client = sign_in("rita")
    page = client.post(
        LINES,
        {"listing": cast.listing("DESK-01").key, "quantity": "2"},
        headers={"referer": f"http://testserver{SHOP}"},
    )
    assert page.headers["Location"] == f"http://testserver{SHOP}"
    assert "Standing desk is in your cart: 2 in all." in words(client.get(SHOP))
    client.post(LINES, {"listing": cast.listing("DESK-01").key, "quantity": "0.5"})
    line = CartLine.objects.get()
    assert line.quantity == Decimal("2.5")
    assert (line.cart.owner, line.cart.company, line.cart.marketplace) == (cast.rita, cast.northwind, cast.main)


def test_looking_opens_no_cart(cast, sign_in):
    client = sign_in("rita")
    for page in (SHOP, product_url(cast, "DESK-01"), reverse("dashboard:cart"), reverse("dashboard:checkout")):
        client.get(page)
    client.get(LINES)
    assert not Cart.objects.exists()


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ("many", "Give the quantity as a number."),
        ("0", "The quantity must be above zero."),
        ("-1", "The quantity must be above zero."),
        ("NaN", "The quantity must be above zero."),
        ("1e30", "The quantity must be below 10,000,000."),
        ("0.00001", "Give the quantity with at most four decimals."),
        ("9999999", None),
    ],
)
def test_a_nonsense_quantity_is_said_at_its_field_and_kept(cast, sign_in, words, quantity, said):
    client, page = sign_in("rita"), product_url(cast, "DESK-01")
    answer = client.post(
        LINES,
        {"listing": cast.listing("DESK-01").key, "quantity": quantity},
        headers={"referer": f"http://testserver{page}"},
        follow=True,
    )
    assert answer.status_code == 200
    if said:
        assert words(answer).count(said) == 2  # in the message and at the field
        assert not Cart.objects.exists()
        assert not quantity or f'value="{quantity}"' in answer.content.decode()
    else:
        assert CartLine.objects.count() == 1


def test_the_refused_input_is_shown_once(cast, sign_in, words):
    client, page = sign_in("rita"), product_url(cast, "DESK-01")
    refused = {"listing": cast.listing("DESK-01").key, "quantity": "many"}
    client.post(LINES, refused, headers={"referer": f"http://testserver{page}"}, follow=True)
    assert "many" not in client.get(page).content.decode()


def test_html_in_names_is_shown_as_text(cast, sign_in):
    desk = cast.product("DESK-01")
    desk.name, desk.description, desk.category = {"en": "<script>x</script>"}, {"en": "<img src=x>"}, "<i>"
    desk.save()
    for page in (SHOP, product_url(cast, "DESK-01")):
        html = sign_in("rita").get(page).content.decode()
        assert "<script>x" not in html
        assert "<img src=x" not in html
        assert "<i>" not in html


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow(cast, sign_in, count, django_assert_max_num_queries):
    tax = cast.product("DESK-01").tax_class
    for _ in range(count):
        product = ProductFactory(tenant=cast.acme, vendor=cast.globex, tax_class=tax, needs_review="inherit")
        ListingFactory(product=product, marketplace=cast.main)
    client = sign_in("rita")
    with django_assert_max_num_queries(9):
        assert client.get(SHOP).status_code == 200


def test_a_tenant_without_a_marketplace_has_no_shop_yet(cast, sign_in, words):
    type(cast.main).objects.update(is_active=False)
    client = sign_in("rita")
    assert "There is no shop yet" in words(client.get(SHOP))
    assert "Your cart is empty" in words(client.get(reverse("dashboard:cart")))
    assert client.get(product_url(cast, "DESK-01")).status_code == 404
    assert client.post(LINES, {"listing": cast.listing("DESK-01").key}).status_code == 404
