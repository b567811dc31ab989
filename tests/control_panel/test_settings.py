"""Can managers set up their marketplace and their products in the control panel, and read who did before?"""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from companies.models import Change
from tests.stories.scenes import again

pytestmark = pytest.mark.django_db
RESELLO = "/control-panel/settings/marketplaces/resello/"


def typed(cast, **changes):
    place = again(cast.resello)
    return {
        "version": str(place.version),
        "name": place.name,
        "review_default": "inherit",
        "auto_approve_on_behalf": "inherit",
        "review_reminder_days": "",
        **changes,
    }


def test_a_manager_changes_the_settings_and_reads_who_did(cast, sign_in, words):
    browser = sign_in("mies")
    assert RESELLO in browser.get("/control-panel/settings/").url
    picture = BytesIO()
    Image.new("RGB", (40, 20), "teal").save(picture, "PNG")
    logo = SimpleUploadedFile("logo.png", picture.getvalue(), "image/png")
    sent = typed(
        cast,
        name="Resello Shop",
        accent="#0c6b70",
        logo=logo,
        sender_name="Resello",
        reply_to="help@resello.example",
        review_default="yes",
        auto_approve_on_behalf="no",
        require_second_person="on",
        review_reminder_days="4",
        reason="As agreed in spring.",
    )
    answer = browser.post(RESELLO, sent)

    assert answer.status_code == 302
    place = again(cast.resello)
    assert (place.name, place.accent, place.sender_name, place.reply_to) == (
        *("Resello Shop", "#0c6b70", "Resello", "help@resello.example"),
    )
    assert (place.review_default, place.auto_approve_on_behalf, place.require_second_person) == (True, False, True)
    assert (place.review_reminder_days, place.logo.width) == (4, 40)
    page = words(browser.get(RESELLO))
    for said in (
        *("Mies Kok changed this", "review default: as the tenant's preference became on", "As agreed in spring."),
        *("auto-approve on-behalf orders: as the tenant's preference became off", "days until a reminder"),
    ):
        assert said in page


def test_what_is_wrong_is_said_and_what_was_overtaken_is_not_overwritten(cast, sign_in, words):
    browser = sign_in("mies")
    for wrong, said in (
        ({"name": ""}, "Give the marketplace a name."),
        ({"accent": "#ffff00"}, "white"),
        ({"review_reminder_days": "-1"}, "Give 0 to 365 whole days."),
        ({"reply_to": "nobody"}, "Give an e-mail address"),
        ({"logo": SimpleUploadedFile("logo.png", b"no picture")}, "picture"),
        ({"version": "7"}, "Somebody changed these settings"),
    ):
        answer = browser.post(RESELLO, typed(cast, **wrong))
        assert answer.status_code == 400, wrong
        assert said.lower() in words(answer).lower(), wrong
    assert not Change.objects.exists()
    assert again(cast.resello).version == 1


def test_settings_are_for_managers_of_whose_they_are(cast, sign_in):
    offers, products = reverse("control_panel:settings_offers", args=["resello"]), "/control-panel/settings/products/"
    main = "/control-panel/settings/marketplaces/main/"
    expected = {
        "rik": (403, 403, 403, 403),
        "roos": (403, 403, 403, 403),
        "mies": (200, 200, 404, 404),
        "vera": (404, 404, 200, 404),
        "victor": (403, 403, 403, 403),
        "admin": (200, 200, 200, 200),
        "ana": (403, 403, 403, 403),
    }
    for who, codes in expected.items():
        browser = sign_in(who)
        assert tuple(browser.get(url).status_code for url in (RESELLO, offers, products, main)) == codes, who
        assert browser.post(products, {"needs_review": "yes"}).status_code in (400, 403, 404)
    assert not Change.objects.exists()


def test_products_are_flagged_many_at_once(cast, sign_in, words, django_assert_max_num_queries):
    browser, url = sign_in("vera"), "/control-panel/settings/products/?q=desk"
    page = words(browser.get(url))
    assert "Standing desk" in page
    assert "Virtual desktop" in page
    assert "Server management" not in page
    assert "Office chair" not in words(browser.get("/control-panel/settings/products/"))

    ids = [str(cast.product(sku).pk) for sku in ("DESK-01", "VDI-01")]
    assert browser.post(url, {"needs_review": "yes", "reason": "By hand."}).status_code == 400
    answer = browser.post(url, {"selected": ids, "needs_review": "yes", "reason": "By hand."}, follow=True)
    assert "2 products changed." in words(answer)
    assert "Orders for DESK-01 Standing desk: never reviewed became always reviewed" in words(answer)
    with django_assert_max_num_queries(7):
        browser.get("/control-panel/settings/products/")


def test_offers_of_a_reseller_say_what_their_product_says(cast, sign_in, words):
    browser, url = sign_in("mies"), reverse("control_panel:settings_offers", args=["resello"])
    page = words(browser.get(url))
    assert "Server management Globex Systems SERVER-01 As the product says (reviewed)" in page
    ids = [str(cast.listing("SERVER-01", "resello").pk), "no number", str(cast.listing("SERVER-01").pk)]
    assert browser.post(url, {"selected": ids, "needs_review": "no"}).status_code == 404
    answer = browser.post(url, {"selected": ids[:2], "needs_review": "no"}, follow=True)
    assert "1 offer changed." in words(answer)
    assert again(cast.listing("SERVER-01", "resello")).needs_review == "no"
    assert "Server management" in words(browser.get(url, {"flag": "no"}))
    assert "Nothing matches" in words(browser.get(url, {"flag": "yes"}))
