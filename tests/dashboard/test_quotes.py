"""What do the list of quotes and the page of one say, and to whom?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.models import Member
from orders.models import Quote, QuoteLine
from orders.quote_edits import AddLine, ChangeLine, Price, RemoveLine, SetShipping
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_changing import change_quote
from orders.services.quote_expiry import expire_overdue_quotes
from orders.services.quote_making import ForWhom, make_quote
from tests.dashboard.quote_scenes import asked, offered, opened, repriced, requested, url

QUOTES, HOME = reverse("dashboard:quotes"), reverse("dashboard:home")


def overdue(quote):
    Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(minutes=1))


# The list


def test_the_first_list_says_where_quotes_come_from(cast, sign_in, words):
    text = words(sign_in("rita").get(QUOTES))
    assert "No quotes yet Ask for a quote from your cart" in text


def test_offers_come_first_then_the_newest(cast, sign_in, words):
    offer, older, newest = offered(cast), asked(cast, lines={"LICENSE-01": 1}), asked(cast, lines={"VDI-01": 1})
    text = words(sign_in("rita").get(QUOTES))
    assert text.index(offer.number) < text.index(newest.number) < text.index(older.number)
    assert f"Standing desk Globex Systems · {offer.number} 20 % below the price list Open" in text
    assert "4,284.00 EUR gross" in text
    assert f"{newest.number} Globex Systems has it Awaiting an offer" in text


def test_what_is_not_offered_has_no_amount_in_the_list(cast, sign_in, words):
    quote = offered(cast)
    change_quote(actor=cast.actor("rita"), quote_id=quote.pk, move=QuoteMove.ASK_CHANGE)
    repriced(cast, quote, "111")
    text = words(sign_in("rita").get(QUOTES))
    assert "Sam Reed of Globex Systems has it Change asked for" in text
    assert "EUR" not in text


def test_a_status_narrows_the_list_as_it_reads_now(cast, sign_in, words):
    late, waits = offered(cast), asked(cast)
    overdue(late)
    client = sign_in("rita")
    expired = words(client.get(QUOTES, {"status": "EXPIRED"}))
    assert late.number in expired
    assert waits.number not in expired
    assert "1 quote" in expired
    assert "No quote has this status" in words(client.get(QUOTES, {"status": "OPEN"}))
    assert client.get(QUOTES, {"status": "nonsense"}).status_code == 200
    assert "Being drafted" not in words(client.get(QUOTES))


@pytest.mark.parametrize("number", ["x", "0", "2", "99999999999999999999"])
def test_a_page_of_the_list_that_is_not_there_is_not_found(cast, sign_in, number):
    assert sign_in("rita").get(QUOTES, {"page": number}).status_code == 404


def test_the_list_has_pages_that_keep_the_filter(cast, sign_in, words):
    quote = asked(cast)
    for _ in range(25):
        copied(quote)
    answer = sign_in("rita").get(QUOTES, {"status": "AWAITING"})
    assert "1 to 25 of 26 quotes" in words(answer)
    assert "status=AWAITING&amp;page=2" in answer.content.decode()


def copied(quote):
    line = quote.lines.first()
    again = Quote.objects.get(pk=quote.pk)
    again.pk = again.id = again.cart = again.approval = None
    again.key = f"copy-{Quote.objects.count()}"
    again.save(force_insert=True)
    line.pk, line.quote = None, again
    line.save(force_insert=True)
    return again


@pytest.mark.parametrize("count", [2, 22])
def test_the_number_of_queries_of_the_list_does_not_grow(cast, sign_in, count, django_assert_num_queries):
    quote = offered(cast)
    for _ in range(count):
        copied(quote)
    client = sign_in("rita")
    client.get(HOME)
    with django_assert_num_queries(7):
        assert client.get(QUOTES).status_code == 200


# The bar and the first page


def test_the_bar_counts_the_offers_that_wait_for_me(cast, sign_in, words):
    quote = offered(cast)
    asked(cast)
    rita, bea = sign_in("rita"), sign_in("bea")
    assert "Quotes 1 , 1 waiting" in words(rita.get(QUOTES))
    requested(cast, quote, "bea")
    assert "Quotes 1" not in words(rita.get(QUOTES))
    assert "Quotes 1" not in words(bea.get(QUOTES))
    repriced(cast, quote)
    assert "Quotes 1 , 1 waiting" in words(rita.get(QUOTES))
    overdue(quote)
    assert "Quotes 1" not in words(rita.get(QUOTES))


def test_the_bar_costs_one_statement_for_all_its_counts(cast, sign_in, django_assert_num_queries):
    client = sign_in("rita")
    # session, user, memberships, marketplaces, the counts, the list
    with django_assert_num_queries(6):
        assert client.get(QUOTES).status_code == 200


def test_home_shows_offers_that_wait_for_me(cast, sign_in, words):
    quote = offered(cast)
    asked(cast, lines={"LICENSE-01": 1})
    text = words(sign_in("rita").get(HOME))
    assert "Offers to answer 1 quotes that wait for me" in text
    assert f"Offers waiting for my answer Standing desk Globex Systems · {quote.number}" in text
    assert "Office licence" not in text
    assert "Offers waiting for my answer" not in words(sign_in("bea").get(HOME))


def test_home_shows_a_private_customer_their_offers(cast, sign_in, words):
    opened(cast, asked(cast, "paula", address_keys={}))
    text = words(sign_in("paula").get(HOME))
    assert "Offers to answer 1 quotes that wait for me" in text
    assert "Approvals" not in text


# Who sees a quote


@pytest.mark.parametrize("who", ["bea", "ana", "tom", "carl", "ravi", "paula", "olga"])
def test_nobody_else_finds_it(cast, sign_in, words, who):
    quote = offered(cast)
    client = sign_in(who)
    for name in ("quote", "quote_pdf", "quote_accept"):
        assert client.get(url(quote, name)).status_code == 404
    for address in (
        url(quote, "quote_accept"),
        url(quote, "quote_note"),
        url(quote, "quote_answer", "decline"),
        url(quote, "quote_answer", "ask_change"),
    ):
        assert client.post(address, {"version": quote.version, "reference": "x"}).status_code == 404
    assert quote.number not in words(client.get(QUOTES))
    quote.refresh_from_db()
    assert (quote.status, quote.event_count, quote.customer_reference) == ("OPEN", 3, "PO 7")


@pytest.mark.parametrize("number", ["Q1", "Q99999999", "Q999999999999999999999", "1001", "q1001", "x", "Q1000"])
def test_a_number_that_is_none_is_not_found(cast, sign_in, number):
    for name in ("quote", "quote_pdf", "quote_accept"):
        assert sign_in("rita").get(reverse(f"dashboard:{name}", args=[number])).status_code == 404


def test_an_approver_reads_it_from_when_they_are_asked(cast, sign_in, words):
    quote = offered(cast)
    bea = sign_in("bea")
    assert bea.get(url(quote)).status_code == 404
    requested(cast, quote, "bea")
    text = words(bea.get(url(quote)))
    assert "Globex Systems offers Rita Okafor 4,284.00 EUR (1 line), 20 % below the price list." in text
    assert "Rita Okafor asks you to approve it." in text
    assert "Rita Okafor asked for a quote" in text
    assert "Answer the request" in text
    assert "Change your reference" not in text
    assert f"Standing desk Rita Okafor, offered by Globex Systems · {quote.number}" in words(bea.get(QUOTES))
    assert bea.get(url(quote, "quote_pdf")).status_code == 200
    repriced(cast, quote)  # which ends the request
    assert bea.get(url(quote)).status_code == 404


def test_an_approver_who_left_finds_nothing(cast, sign_in):
    quote = offered(cast)
    requested(cast, quote, "bea")
    Member.objects.filter(user=cast.bea).update(is_active=False)
    assert sign_in("bea").get(url(quote)).status_code == 404


def test_an_approver_answers_on_the_page_of_the_request_only(cast, sign_in):
    quote = offered(cast)
    approval = requested(cast, quote, "bea")
    bea = sign_in("bea")
    page = reverse("dashboard:approval", args=[approval.key])
    for answer in (bea.get(url(quote, "quote_accept")), bea.post(url(quote, "quote_accept"), {})):
        assert answer.headers["Location"] == page
    for move in ("decline", "ask_change"):
        assert bea.post(url(quote, "quote_answer", move), {"version": quote.version}).status_code == 403
    assert bea.post(url(quote, "quote_note"), {"reference": "x"}).status_code == 403
    quote.refresh_from_db()
    assert (quote.status, quote.customer_reference) == ("OPEN", "PO 7")


def test_who_became_a_contact_reads_why_it_cannot_be_accepted(cast, sign_in, words):
    quote = offered(cast)
    Member.objects.filter(user=cast.rita).update(role="contact")
    answer = sign_in("rita").get(url(quote))
    assert "You cannot order for Northwind GmbH." in words(answer)
    assert url(quote, "quote_accept") not in answer.content.decode()
    accept = sign_in("rita").get(url(quote, "quote_accept"))
    assert "You cannot order for Northwind GmbH." in words(accept)
    assert 'id="accept"' not in accept.content.decode()


def test_a_draft_is_the_sellers_alone(cast, sign_in, words):
    asked(cast)  # so that Globex knows Northwind
    draft = make_quote(
        actor=cast.actor("sam"),
        marketplace=cast.main,
        whom=ForWhom("C-rita"),
        edits=[AddLine(Decimal(2), listing_key=cast.listing("DESK-01").key)],
    )
    client = sign_in("rita")
    assert client.get(url(draft)).status_code == 404
    assert draft.number not in words(client.get(QUOTES))
    change_quote(actor=cast.actor("sam"), quote_id=draft.pk, move=QuoteMove.OPEN)
    text = words(client.get(url(draft)))
    assert "Globex Systems offers you 1,190.00 EUR (1 line), at the prices of the price list." in text
    assert "The offer has no end." in text
    assert "Sam Reed prepared a quote" in text


# What its page says


def test_while_there_is_no_offer_the_page_says_who_has_it(cast, sign_in, words):
    quote = asked(cast)
    client = sign_in("rita")
    text = words(client.get(url(quote)))
    assert "There is no offer yet: Globex Systems has it. You get a mail as soon as there is one." in text
    assert "Offer Globex Systems has it Answer still to come" in text
    assert "These are the prices of the price list, not an offer." in text
    assert "By the price list, gross without shipping 5,355.00 EUR" in text
    assert "Please be kind" in text
    repriced(cast, quote, "123")
    text = words(client.get(url(quote)))
    assert "There is no offer yet: Sam Reed of Globex Systems has it." in text
    assert "Sam Reed worked on the offer" in text
    for half in ("123.00", "Download as PDF", "Compared with", "Accept", "Decline"):
        assert half not in text
    assert "500.00 EUR 19% 5,355.00 EUR" in text


def test_there_is_no_pdf_of_what_is_no_offer(cast, sign_in, words):
    quote = asked(cast)
    answer = sign_in("rita").get(url(quote, "quote_pdf"))
    assert answer.status_code == 409
    assert f"There is no offer in quote {quote.number} yet." in words(answer)


def test_the_first_sentence_tells_all_of_an_offer(cast, sign_in, words):
    quote = offered(cast)
    text = words(sign_in("rita").get(url(quote)))
    until = timezone.localtime(quote.valid_to, timezone.get_fixed_timezone(60))
    assert (
        "Globex Systems offers you 4,284.00 EUR (1 line), 20 % below the price list. "
        f"The offer holds until {until:%a} {until.day} {until:%b}" in text
    )
    assert "With shipping it is 4,295.90 EUR." in text
    assert "was 500.00 EUR now 400.00 EUR 19% was 5,355.00 EUR now 4,284.00 EUR" in text
    assert "DESK-01 20 % below the price list, 1,071.00 EUR gross less" in text
    assert "Price list, gross 5,355.00 EUR Difference -20 % -1,071.00 EUR Offer, gross 4,284.00 EUR" in text
    assert "Shipping, gross Delivery in a four-hour window 11.90 EUR Total, gross 4,295.90 EUR" in text
    assert "Deliver to Northwind GmbH Rita Okafor Hafenstrasse 12 20457 Hamburg DE" in text
    assert "Our best price. Sam Reed" in text
    assert "Your reference PO 7" in text
    assert "Answer You have it" in text


@pytest.mark.parametrize(
    ("price", "words_of_it"),
    [
        ("500", "at the prices of the price list"),
        ("550", "10 % above the price list"),
        ("437.5", "12.5 % below the price list"),
        ("0", "100 % below the price list"),
    ],
)
def test_it_is_compared_with_the_price_list(cast, sign_in, words, price, words_of_it):
    quote = offered(cast, price=price)
    assert f"(1 line), {words_of_it}." in words(sign_in("rita").get(url(quote)))


def test_a_line_that_is_offered_as_one_total_says_so(cast, sign_in, words):
    quote = asked(cast, lines={"CHAIR-01": 3, "DESK-01": 1})
    chairs, desk = quote.lines.order_by("position")
    change_quote(
        actor=cast.actor("admin"),
        quote_id=quote.pk,
        edits=[ChangeLine(chairs.key, price=Price(total_net=Decimal("500.00")))],
        move=QuoteMove.OPEN,
    )
    text = words(sign_in("rita").get(url(quote)))
    assert "Acme Markets Main offers you 1,190.00 EUR (2 lines)" in text
    assert "Offered as one total of 500.00 EUR net · 20.67 % below the price list, 155.00 EUR gross less" in text
    assert "was 750.00 EUR now 595.00 EUR" in text
    assert desk.list_gross == Decimal("595.00")


def test_the_page_says_whether_one_may_order_it_alone(cast, sign_in, words):
    mine, yours = offered(cast, "bea"), offered(cast, "rita")
    text = words(sign_in("bea").get(url(mine)))
    assert "You can order this yourself. 4,284.00 EUR gross is within the company's limit of 5,000.00 EUR." in text
    assert "Accept Payment and delivery come on the next page." in text
    text = words(sign_in("rita").get(url(yours)))
    assert "This needs approval. Requesters need approval for every order." in text
    assert "Ana Diaz, Bea Lindt or Tom Weber can approve." in text
    assert "Accept Whom to ask comes on the next page." in text


def test_what_cannot_be_ordered_any_more_is_said(cast, sign_in, words):
    quote = offered(cast)
    cast.product("DESK-01").is_active = False
    cast.product("DESK-01").save()
    client = sign_in("rita")
    text = words(client.get(url(quote)))
    assert "Standing desk is no longer sold on Acme Markets Main." in text
    assert "on the next page" not in text
    assert "This needs approval" not in text
    accept = client.get(url(quote, "quote_accept"))
    assert "It cannot be ordered like this" in words(accept)
    assert 'id="accept"' not in accept.content.decode()


def test_an_offer_past_its_time_reads_expired_at_once(cast, sign_in, words):
    quote = offered(cast)
    overdue(quote)
    client = sign_in("rita")
    text = words(client.get(url(quote)))
    assert "This offer of 4,284.00 EUR (1 line) expired on" in text
    assert "Nothing was ordered. Globex Systems can renew it" in text
    assert "The offer expired." in text
    assert "Accept" not in text
    quote.refresh_from_db()
    assert quote.status == "OPEN"  # reading wrote nothing
    expire_overdue_quotes(timezone.now())
    assert words(client.get(url(quote))).count("The offer expired.") == 1


def test_what_is_worked_on_after_an_expiry_is_no_offer(cast, sign_in, words):
    quote = offered(cast)
    overdue(quote)
    repriced(cast, quote, "123")
    client = sign_in("rita")
    text = words(client.get(url(quote)))
    assert "123.00" not in text
    assert "This offer has expired." in text
    assert client.get(url(quote, "quote_pdf")).status_code == 409


def test_a_quote_that_the_seller_declined_says_why_and_shows_no_price_of_it(cast, sign_in, words):
    quote = asked(cast)
    repriced(cast, quote, "123")
    change_quote(
        actor=cast.actor("sam"),
        quote_id=quote.pk,
        move=QuoteMove.DECLINE_BY_MERCHANT,
        reason_key="decline-delivery-time-late",
        comment="Sold out until spring.",
    )
    text = words(sign_in("rita").get(url(quote)))
    assert "Globex Systems declined just now to make an offer. Nothing was ordered." in text
    assert "Reason: It comes too late" in text
    assert "Sold out until spring. Sam Reed" in text
    assert "123.00" not in text


def test_the_history_tells_old_and_new_and_who(cast, sign_in, words):
    quote = offered(cast)
    desk = quote.lines.get()
    change_quote(
        actor=cast.actor("sam"),
        quote_id=quote.pk,
        edits=[
            SetShipping(cast.fast_shipping.zone, cast.fast_shipping.key),
            AddLine(Decimal(1), listing_key=cast.listing("LICENSE-01").key),
            ChangeLine(desk.key, quantity=Decimal(10)),
        ],
    )
    licence = quote.lines.get(product=cast.product("LICENSE-01"))
    change_quote(actor=cast.actor("vera"), quote_id=quote.pk, edits=[RemoveLine(licence.key)])
    text = words(sign_in("rita").get(url(quote)))
    assert "Rita Okafor asked for a quote Requester" in text
    assert "9 x DESK-01 at 500.00 EUR net each → 9 x DESK-01 at 400.00 EUR net each" in text
    assert "Sam Reed made the offer Sales" in text
    assert "Sam Reed changed the offer Sales" in text
    assert (
        "Shipping: Delivery in a four-hour window for 10.00 EUR net → Delivery in a two-hour window for 25.00 EUR net"
        in text
    )
    assert "9 x DESK-01 at 400.00 EUR net each → 10 x DESK-01 at 400.00 EUR net each" in text
    assert "Added: 1 x LICENSE-01 at 50.00 EUR net each" in text
    assert "Vera Moss changed the offer Manager" in text
    assert "Removed: 1 x LICENSE-01 at 50.00 EUR net each" in text


def test_reasons_and_approvals_are_part_of_the_history(cast, sign_in, words):
    quote = offered(cast)
    requested(cast, quote, "bea", comment="For Jo.")
    change_quote(
        actor=cast.actor("rita"),
        quote_id=quote.pk,
        move=QuoteMove.ASK_CHANGE,
        reason_key="change-wrong-material",
        comment="Walnut, please.",
    )
    opened(cast, quote)
    text = words(sign_in("rita").get(url(quote)))
    assert "Rita Okafor asked Bea Lindt to approve the offer" in text
    assert "Rita Okafor asked for changes Requester" in text
    assert "Reason: The products are wrong Walnut, please." in text
    assert "The request for approval ended, because the offer is another one now." in text
    assert text.index("Rita Okafor asked for changes") < text.index("The request for approval ended")


def test_texts_are_shown_as_they_were_typed(cast, sign_in):
    quote = asked(cast, comment="<script>alert('x')</script>", reference="<b>PO</b>")
    content = sign_in("rita").get(url(quote)).content.decode()
    assert "<script>alert" not in content
    assert "&lt;b&gt;PO&lt;/b&gt;" in content


def test_reasons_and_products_are_read_in_ones_language(cast, sign_in, words):
    cast.product("DESK-01").name = {"en": "Standing desk", "de": "Stehpult"}
    cast.product("DESK-01").save()
    quote = offered(cast)
    cast.rita.language = "de"
    cast.rita.save()
    text = words(sign_in("rita").get(url(quote)))
    assert "Stehpult" in text
    assert "Der Preis ist zu hoch" in text
    pdf = sign_in("rita").get(url(quote, "quote_pdf"))
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="Angebot-{quote.number}.pdf"'
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")


def test_reading_changes_nothing(cast, sign_in):
    quote = offered(cast)
    client = sign_in("rita")
    for name in ("quote", "quote_pdf", "quote_accept"):
        assert client.get(url(quote, name)).status_code == 200
    for address in (url(quote, "quote_note"), url(quote, "quote_answer", "decline")):
        assert client.get(address).status_code == 405
    quote.refresh_from_db()
    assert (quote.status, quote.event_count) == ("OPEN", 3)


@pytest.mark.parametrize("count", [1, 20])
def test_the_queries_of_the_page_do_not_grow_with_lines_and_history(cast, sign_in, count, django_assert_num_queries):
    quote = offered(cast)
    line = quote.lines.get()
    for number in range(2, count + 1):
        line.pk, line.position, line.key = None, number, f"line-{number}"
        line.save(force_insert=True)
        repriced(cast, quote, str(400 - number))
    assert QuoteLine.objects.count() == count
    client = sign_in("rita")
    client.get(HOME)
    with django_assert_num_queries(15):
        assert client.get(url(quote)).status_code == 200
