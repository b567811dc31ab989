"""What is sent by nobody's form, and what is read by whom it is none of the business: no page breaks, none tells."""

import csv
import io
import struct
import zlib

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from companies.addressing import address_of
from companies.models import Marketplace, Member
from orders.control_panel.quote_typed import base_in
from orders.models import Subscription
from orders.services.subscription_changing import Wanted, ask_for_change
from tests.control_panel.test_on_behalf import checked_out
from tests.stories.scenes import accept, again, approve_and_order, details, prepare, request
from tests.stories.subscriptions import running, sell_by_plan


def test_several_decisions_with_a_number_that_is_none(cast, sign_in, order_of):
    order = order_of("ana", {"SERVER-01": 1})
    sent = {"order": [order.number, "", "a/b", "\n"]}
    browser = sign_in("victor")
    assert browser.post(reverse("control_panel:review_approve"), sent).status_code == 302
    assert again(order).status == "pending"
    assert browser.get(reverse("control_panel:review")).status_code == 200


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_logo_that_is_broken_inside_is_refused_at_its_field(cast, sign_in):
    header, pixels = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0), zlib.compress(b"\0\0\0\0")
    parts = ((b"IHDR", header), (b"eXIf", b"II*\x00"), (b"IDAT", pixels), (b"IEND", b""))
    file = SimpleUploadedFile("l.png", b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts), "image/png")
    place = again(cast.resello)
    sent = {"version": str(place.version), "name": place.name, "review_default": "inherit", "logo": file}
    sent |= {"auto_approve_on_behalf": "inherit", "review_reminder_days": ""}
    answer = sign_in("mies").post("/control-panel/settings/marketplaces/resello/", sent)
    assert answer.status_code == 400
    assert "that can be read" in answer.content.decode()


def test_mails_of_a_closed_marketplace_lead_to_pages_that_are_there(cast, sign_in):
    Marketplace.objects.filter(pk=cast.resello.pk).update(path_prefix="resello", is_active=False)
    base = address_of(again(cast.resello)).removeprefix(settings.SITE_URL)
    assert sign_in("tess").get(base + "/dashboard/orders/").status_code == 200


def test_a_base_that_is_too_deep_is_no_base():
    sent = QueryDict(mutable=True)
    sent["base"] = "[" * 200_000
    assert base_in(sent) == base_in(QueryDict())


def test_sales_do_not_read_the_limit_of_their_customer(cast, sign_in, words):
    cart = prepare(cast, "rik", "theo", {"SERVER-01": 1})
    Member.objects.filter(pk=cast.member("tess").pk).update(is_active=False)
    assert "1,000.00 EUR" not in words(checked_out(sign_in("rik"), cart, comment="x"))


def test_sales_do_not_read_what_the_customers_company_still_decides(cast, sign_in, words):
    plans = sell_by_plan(cast, "SERVER-01", "resello")
    basic = running(cast, "tess", plans["BASIC"], 2, by="roos", marketplace="resello")
    Subscription.objects.filter(pk=basic.pk).update(owner=cast.theo, owner_name="Theo Petit")
    ask_for_change(
        actor=cast.actor("theo"),
        subscription_id=basic.pk,
        wanted=Wanted(plans["PRO"].key, None),
        approver_id=cast.tess.pk,
        comment="A secret plan.",
    ).settled()
    shown = words(sign_in("rik").get(reverse("control_panel:behalf_subscription", args=[basic.number]), follow=True))
    assert "its customer has a change of it under way" in shown
    assert "Tess" not in shown


def test_a_vendor_cannot_try_out_the_price_of_a_resold_order(cast, sign_in):
    asked = request(cast, "theo", cast.cart("theo", {"SERVER-01": 1}, "resello"), "tess").settled()
    given = details(cast, cast.resello.country)
    order = approve_and_order(cast, "tess", asked, details=given).settled().orders.get()
    accept(cast, "roos", order)
    seen = {}
    for who in ("victor", "roos"):
        answer = sign_in(who).get(reverse("control_panel:order_history", args=[order.number]))
        seen[who] = next(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))["contentHash"]
    assert len(seen["roos"]) == 64
    assert seen["victor"] == ""
