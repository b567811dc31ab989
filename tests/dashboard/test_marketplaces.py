"""Is one on the marketplace that the address names, with all its links, its look and none of its neighbours?"""

import io
import re

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, get_script_prefix
from PIL import Image

from catalog.models import Listing
from companies.addressing import API_SEGMENTS, OWN_SEGMENTS, under_prefix
from companies.services import change_marketplace, set_home_marketplace
from config.api import FAMILIES
from notifications.mails import mail_of
from notifications.models import Notice
from orders.models import Cart
from tests.cast import PASSWORD
from tests.stories.scenes import ordered

HOST = "resello.shops.example"


@pytest.fixture
def branded(cast, settings):
    """The reseller's marketplace with a host, a prefix and a look of its own."""
    settings.ALLOWED_HOSTS = ["testserver", ".shops.example"]
    file = io.BytesIO()
    Image.new("RGB", (80, 20), "#7a1f4b").save(file, "PNG")
    wanted = {
        "host": HOST,
        "path_prefix": "resello",
        "accent": "#7a1f4b",
        "logo": file.getvalue(),
        "sender_name": "Resello Orders",
        "reply_to": "help@resello.example",
    }
    cast.resello = change_marketplace(actor=cast.actor("admin"), marketplace_id=cast.resello.pk, wanted=wanted)
    return cast


def links(response):
    return re.findall(r'(?:href|action|src)="(/[^"]*)"', response.content.decode())


def first_segment(pattern):
    return re.split(r"[/(<$]", str(pattern.pattern).lstrip("^"))[0]


def test_every_address_of_ours_begins_with_a_reserved_word():
    unknown = "(?P<service>"
    segments = {first_segment(each) for each in get_resolver().url_patterns if unknown not in str(each.pattern)}
    assert segments - {""} <= API_SEGMENTS | OWN_SEGMENTS
    assert FAMILIES.keys() <= API_SEGMENTS
    assert project.STATIC_URL.strip("/") in OWN_SEGMENTS


def test_each_link_of_a_page_below_the_prefix_keeps_it(branded, sign_in):
    client = sign_in("tess")
    assert client.get("/resello").headers["Location"] == "/resello/"
    home = client.get("/resello/", follow=True)
    assert home.request["PATH_INFO"] == "/resello/dashboard/"
    for page in ("dashboard/", "dashboard/shop/", "dashboard/cart/", "dashboard/orders/", "dashboard/profile/"):
        response = client.get(f"/resello/{page}")
        assert response.status_code == 200
        assert [link for link in links(response) if not link.startswith(("/resello/", "/static/"))] == []
        assert get_script_prefix() == "/"
    assert "Shop on" not in home.content.decode()  # the address has chosen

    listing = Listing.objects.get(marketplace=branded.resello, product__sku="DESK-01")
    added = client.post("/resello/dashboard/cart/lines/", {"listing": listing.key, "quantity": "1"})
    assert added.headers["Location"].startswith("/resello/dashboard/")
    assert Cart.objects.get(owner=branded.tess).marketplace == branded.resello
    signed_out = client.post("/resello/sign-out/")
    assert signed_out.headers["Location"] == "/resello/sign-in/"
    asked = client.get("/resello/dashboard/cart/")
    assert asked.headers["Location"] == "/resello/sign-in/?next=/resello/dashboard/cart/"


def test_the_api_and_the_administration_are_not_below_a_prefix(branded, sign_in):
    client = sign_in("admin")
    for page in ("cart/acme/carts", "approval/acme/approvals", "api/docs/", "oauth/token", "admin/", "healthz/live"):
        assert client.get(f"/resello/{page}").status_code == 404
    answer = client.get("/cart/acme/carts", headers={"Host": HOST})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")
    assert client.get("/nowhere/dashboard/").status_code == 404
    assert '"/admin/"' in client.get("/resello/control-panel/").content.decode()


def test_a_host_chooses_the_marketplace_its_sign_in_page_and_its_forms(branded, words):
    client = Client(enforce_csrf_checks=True, headers={"Host": HOST})
    page = client.get("/sign-in/")
    assert "Resello" in words(page)
    assert "/brand/2/7a1f4b.css" in page.content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
    sent = {"username": branded.tess.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    elsewhere = client.post("/sign-in/", sent, headers={"Origin": "http://evil.example"})
    assert elsewhere.status_code == 403
    entered = client.post("/sign-in/?next=//evil.example/", sent, headers={"Origin": f"http://{HOST}"})
    assert entered.headers["Location"] == "/"
    shop = client.get("/dashboard/shop/")
    assert shop.context["place"] == branded.resello
    assert "Acme Markets Main" not in shop.content.decode()
    assert client.get("/resello/dashboard/shop/").status_code == 404  # a host has no prefixes


def test_a_customer_of_another_tenant_reads_where_they_are(branded, sign_in, words):
    response = sign_in("otto", headers={"Host": HOST}).get("/dashboard/shop/")
    assert response.status_code == 403
    assert "otto@umbrella.example, who is no customer of Resello" in words(response)
    assert sign_in("otto").get("/resello/dashboard/cart/").status_code == 403
    unknown = sign_in("otto", headers={"Host": "nobody.shops.example"}).get("/dashboard/shop/")
    assert unknown.context["place"] == branded.othermain  # an unknown host is nothing special


def test_without_an_address_the_choice_counts_then_where_the_company_shops(branded, sign_in):
    client = sign_in("tess")
    assert client.get("/dashboard/shop/").context["place"] == branded.main
    set_home_marketplace(
        actor=branded.actor("admin"), company_id=branded.tailspin.pk, marketplace_id=branded.resello.pk
    )
    assert client.get("/dashboard/shop/").context["place"] == branded.resello
    client.post("/switch/", {"marketplace": "main"})
    assert client.get("/dashboard/shop/").context["place"] == branded.main


def test_the_address_costs_no_query_more_than_choosing_does(branded, sign_in, django_assert_max_num_queries):
    client = sign_in("tess")
    with CaptureQueriesContext(connection) as usual:
        client.get("/dashboard/shop/")
    for headers, path in (({"Host": HOST}, ""), ({}, "/resello")):
        with django_assert_max_num_queries(len(usual)):
            client.get(f"{path}/dashboard/shop/", headers=headers)


def test_picture_and_sheet_are_kept_for_good_and_nothing_else_is_served(branded):
    client = Client()
    sheet = client.get("/brand/2/7a1f4b.css")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert sheet.content.decode().count("--on-accent") == 2
    picture = client.get(f"/brand/logos/{branded.resello.logo.digest}")
    assert (picture.headers["Content-Type"], "Cookie" in picture.headers.get("Vary", "")) == ("image/png", False)
    for missing in ("2/ffff00.css", "1/7a1f4b.css", "logos/0123456789", "2/7A1F4B.css"):
        assert client.get(f"/brand/{missing}").status_code == 404


def test_mail_customisation_a_resellers_mail_differs_from_the_parents(branded):
    """The check "Mail customisation": sender, answers, logo, colour and links are the marketplace's own."""
    mails = {}
    for place in ("main", "resello"):
        order = ordered(branded, "tess", {"SERVER-01": 1}, place)[0]
        notices = Notice.objects.filter(about_key=order.number).select_related("recipient", "tenant")
        mails[place] = mail_of(notices.get(recipient=branded.tess))
        seller = mail_of(notices.get(recipient=branded.roos if place == "resello" else branded.victor))
        assert (seller.reply_to, "/control-panel/" in seller.body) == ([], True)
        assert f"{project.SITE_URL}/control-panel/orders/{order.number}/" in seller.body

    own, parents = mails["resello"], mails["main"]
    assert own.from_email.startswith("Resello Orders <orders@")
    assert own.reply_to == ["help@resello.example"]
    assert f"http://{HOST}:8000/dashboard/orders/" in own.body
    whole = own.message().as_string()
    assert "multipart/related" in whole
    assert "Content-ID: <marketplace-logo>" in whole
    html = own.alternatives[0][0]
    assert "cid:marketplace-logo" in html
    assert "#7a1f4b" in html

    assert parents.from_email.startswith("Acme Markets Main <")
    assert (parents.reply_to, parents.attachments) == ([], [])
    assert "#7a1f4b" not in parents.alternatives[0][0]
    assert f"{project.SITE_URL}/dashboard/orders/" in parents.body


def test_what_is_posted_below_a_prefix_is_told_at_everybodys_own_address(branded, sign_in):
    """A notice is stored without the prefix: an auditor reads it where auditors are, the customer where they are."""
    with under_prefix("resello"):
        order = ordered(branded, "tess", {"SERVER-01": 1}, "resello")[0]
    notices = Notice.objects.filter(about_key=order.number)
    assert {notice.url.split("/")[1] for notice in notices} == {"dashboard", "control-panel"}
    mine = notices.get(recipient=branded.tess)
    client = sign_in("tess")
    for prefix in ("", "/resello"):
        opened = client.post(f"{prefix}/dashboard/notices/{mine.pk}/open/")
        assert opened.headers["Location"] == f"{prefix}/dashboard/orders/{order.number}/"
