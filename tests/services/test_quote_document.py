"""Does the document of a quote say what the quote says, at every step of it?"""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from companies.models import Location
from orders.models import Quote
from orders.quote_document import quote_document
from orders.quote_edits import AddLine, ChangeLine, Price, SetShipping, SetText, SetValidTo, Text
from orders.quote_lifecycle import QuoteMove
from orders.quote_pdf import quote_pdf
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_changing import change_quote
from orders.services.quote_making import ForWhom, make_quote

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def asked(cast):
    with time_machine.travel(NOON, tick=False):
        return ask_for_quote(
            actor=cast.actor("rita"),
            cart_id=cast.cart("rita", {"DESK-01": 9, "LICENSE-01": 2}).pk,
            wishes=Wishes(
                address_keys={"SHIPPING": cast.headquarters.key},
                zone=cast.shipping.zone,
                method=cast.shipping.key,
                reference="PO 7",
                comment="Please",
            ),
            now=NOON,
        )


def opened(cast, quote, now, **more):
    desk, licence = quote.lines.order_by("position")
    return change_quote(
        actor=cast.actor("sam"),
        quote_id=quote.pk,
        edits=[
            ChangeLine(desk.key, price=Price(unit=Decimal(400))),
            ChangeLine(licence.key, price=Price(total_net=Decimal("66.67"))),
            SetValidTo(now + timedelta(days=5)),
            SetText(Text.EMPLOYEE_COMMENT, "For you"),
        ],
        move=QuoteMove.OPEN,
        now=now,
        **more,
    )


def text_of(quote, language="en", now=None) -> str:
    found = PdfReader(io.BytesIO(quote_pdf(quote, language, now)))
    return "\n".join(page.extract_text() for page in found.pages)


def test_a_question_shows_list_prices_and_that_nothing_is_offered(cast, asked):
    said = quote_document(asked, NOON)

    assert said["status"] == "AWAITING"
    assert said["date"] == "2026-03-02T12:00:00+00:00"
    assert said["valid_to"] == said["comment"] == said["employee"] == ""
    assert [(line["list_price"], line["price"], line["discount"]) for line in said["lines"]] == [
        ("500", "500", "0"),
        ("50", "50", "0"),
    ]
    assert "is not answered yet" in text_of(asked)


def test_an_offer_shows_everything_agreed(cast, asked):
    cast.globex.email = "sales@globex.example"
    cast.globex.save()
    Location.objects.create(company=cast.globex, name="Depot", street="Nebenweg", zip_code="1", city="X", country="DE")
    Location.objects.create(
        company=cast.globex,
        name="Home",
        type=Location.Type.HEADQUARTER,
        contact_name="Somebody",
        street="Hauptweg",
        street_number="1",
        zip_code="70565",
        city="Stuttgart",
        country="DE",
    )
    at = NOON + timedelta(days=1)
    opened(cast, asked, at)

    said = quote_document(Quote.objects.get(), at)

    assert said["number"] == asked.number
    assert said["status"] == "OPEN"
    assert said["date"] == "2026-03-03T12:00:00+00:00"
    assert said["valid_to"] == "2026-03-08T12:00:00+00:00"
    assert (said["reference"], said["comment"], said["employee"]) == ("PO 7", "For you", "Sam Reed")
    assert (said["marketplace"], said["company"], said["customer"]) == (
        cast.main.name,
        "Northwind GmbH",
        "Rita Okafor",
    )
    assert said["seller"] == {
        "name": "Globex Systems",
        "email": "sales@globex.example",
        "address": {
            "companyName": "Globex Systems",
            "street": "Hauptweg",
            "streetNumber": "1",
            "zipCode": "70565",
            "city": "Stuttgart",
            "country": "DE",
        },
    }
    assert said["delivery"]["street"] == "Hafenstrasse"
    assert said["billing"] == {}
    desk, licence = said["lines"]
    assert (desk["price"], desk["is_total"], desk["discount"], desk["net"]) == ("400", False, "20", "3600")
    assert (licence["price"], licence["is_total"], licence["discount"], licence["net"]) == (
        *("33.335", True),
        *("33.33", "66.67"),
    )
    assert said["sums"] == {"net": "3666.67", "tax": "696.67", "gross": "4363.34"}
    assert said["shipping"]["net"] == "10"
    assert said["totals"] == {"net": "3676.67", "tax": "698.57", "gross": "4375.24"}
    assert "4,375.24 EUR" in text_of(asked, now=at)


def test_an_overdue_offer_reads_expired_at_once(cast, asked):
    quote = opened(cast, asked, NOON)
    in_time = text_of(quote, now=NOON + timedelta(days=5, seconds=-1))
    late = text_of(quote, now=NOON + timedelta(days=5))

    assert "expired" not in in_time
    assert "This offer expired on 7 Mar 2026, 13:00 CET." in late


def test_a_changed_offer_is_dated_anew(cast, asked):
    quote = opened(cast, asked, NOON)
    later = NOON + timedelta(days=2)
    change_quote(actor=cast.actor("rita"), quote_id=quote.pk, edits=[SetText(Text.CUSTOMER_COMMENT, "Hm")], now=later)
    assert quote_document(Quote.objects.get(), later)["date"] == NOON.isoformat()

    change_quote(
        actor=cast.actor("sam"),
        quote_id=quote.pk,
        edits=[SetShipping(cast.shipping.zone, cast.shipping.key, Decimal(5))],
        now=later,
    )
    assert quote_document(Quote.objects.get(), later)["date"] == later.isoformat()


def test_goods_of_several_sellers_are_offered_by_the_marketplace(cast):
    quote = ask_for_quote(
        actor=cast.actor("rita"), cart_id=cast.cart("rita", {"DESK-01": 1, "CHAIR-01": 1}).pk, wishes=Wishes()
    )

    said = quote_document(quote, timezone.now())

    assert said["seller"] == {"name": cast.main.name, "email": "", "address": {}}
    assert [line["list_includes_tax"] for line in said["lines"]] == [False, True]


def test_a_draft_has_a_document_too(cast):
    cast.cart("theo", {"DESK-01": 1}, "resello")
    quote = make_quote(
        actor=cast.actor("rik"),
        marketplace=cast.resello,
        whom=ForWhom("C-theo"),
        edits=[AddLine(Decimal(2), product_key=cast.product("DESK-01").key)],
    )

    assert "This is a draft." in text_of(quote)
    assert "Entwurf" in text_of(quote, "de")


def test_the_same_quote_gives_the_same_bytes(cast, asked):
    opened(cast, asked, NOON)
    first, second = Quote.objects.get(), Quote.objects.get()

    assert quote_pdf(first, now=NOON) == quote_pdf(second, now=NOON + timedelta(days=1))


def test_it_takes_as_many_queries_for_many_lines_as_for_one(cast, asked, django_assert_num_queries):
    now = timezone.now()
    short = ask_for_quote(actor=cast.actor("bea"), cart_id=cast.cart("bea", {"DESK-01": 1}).pk, wishes=Wishes())
    for made in (asked, short):
        quote = Quote.objects.select_related("marketplace", "seller", "owner").get(pk=made.pk)
        with django_assert_num_queries(3):
            quote_document(quote, now)
