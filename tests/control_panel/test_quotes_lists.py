"""Which quotes does a seller find where, who has no quotes at all, and at what price in queries?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from companies.models import Marketplace, Member
from companies.roles import Role
from orders.models import Quote
from orders.quote_edits import SetText, Text
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_changing import change_quote
from orders.services.quote_making import ForWhom, make_quote
from tests.control_panel.quote_scenes import ALL, DRAFTS, LIST, NEW, accept, ask, edit_of, move_of, open_up, page_of
from tests.world import scene

HOME = reverse("control_panel:home")
LISTS = (LIST, DRAFTS, ALL)


@scene
def draft(cast):
    """Sam has begun a quote for Rita, who asked for another one before."""
    ask(cast)
    return make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom("C-rita"))


# What waits


def test_the_queue_shows_the_oldest_first_with_who_what_how_much_and_why(cast, sign_in, words):
    now = timezone.now()
    ask(cast, "tom", {"DESK-01": 1, "LICENSE-01": 2}, now=now - timedelta(hours=3))
    sent_back = open_up(cast, ask(cast, "rita", now=now - timedelta(days=4)), now=now - timedelta(days=3))
    change_quote(
        actor=cast.actor("rita"),
        quote_id=sent_back.pk,
        move=QuoteMove.ASK_CHANGE,
        reason_key="change-provided-price-to-high",
        now=now - timedelta(days=2),
    )
    text = words(sign_in("sam").get(LIST))
    assert text.index("Rita Okafor, Northwind GmbH") < text.index("Tom Weber, Northwind GmbH")
    assert "Wants changes: The offered price is too high" in text
    assert "2 days ago" in text
    assert "Standing desk and 1 more" in text
    assert "Asks for an offer" in text
    assert "714.00 EUR gross" in text
    assert "To price 2 Drafts 0 All quotes" in text


def test_what_is_answered_waits_no_longer(cast, sign_in, words):
    quote = ask(cast)
    sam = sign_in("sam")
    assert quote.number in words(sam.get(LIST))
    open_up(cast, quote)
    text = words(sam.get(LIST))
    assert "Nothing to price" in text
    assert quote.number not in text
    assert quote.number in words(sam.get(ALL))


def test_the_bar_and_home_count_what_waits_with_the_age_of_the_oldest(cast, sign_in, words):
    now = timezone.now()
    ask(cast, "tom", now=now - timedelta(days=2))
    ask(cast, "rita", {"LICENSE-01": 5})
    text = words(sign_in("vera").get(HOME))
    assert "Quotes 2 , 2 waiting" in text
    assert "Quotes to price 2 the oldest 2 days ago" in text
    assert text.index("Tom Weber") < text.index("Rita Okafor")


def test_an_empty_home_says_what_would_be_there(sign_in, words):
    text = words(sign_in("sam").get(HOME))
    assert "Quotes to price 0 nothing waits" in text
    assert "No quotes to price" in text


@pytest.mark.parametrize(("url", "says"), [(LIST, "Nothing to price"), (DRAFTS, "No drafts"), (ALL, "No quotes yet")])
def test_an_empty_list_says_what_would_be_there_and_offers_no_filter(url, says, sign_in, words):
    text = words(sign_in("sam").get(url))
    assert says in text
    assert "Customer, product, reference or number" not in text


def test_drafts_have_a_list_of_their_own(cast, sign_in, words, draft):
    sam = sign_in("sam")
    text = words(sam.get(DRAFTS))
    assert draft.number in text
    assert "Drafted by Sam Reed" in text
    assert "Rita Okafor" in text
    assert draft.number not in words(sam.get(LIST))


# Everything, with filters


def test_all_quotes_are_filtered_by_how_they_read_now(cast, sign_in, words):
    now = timezone.now()
    opened = open_up(cast, ask(cast, "tom"))
    overdue = open_up(
        cast, ask(cast, "rita", now=now - timedelta(days=9)), valid_for=timedelta(days=1), now=now - timedelta(days=8)
    )
    assert Quote.objects.get(pk=overdue.pk).status == "OPEN"  # nobody has swept it yet
    sam = sign_in("sam")
    for status, there, missing in (("OPEN", opened, overdue), ("EXPIRED", overdue, opened)):
        text = words(sam.get(ALL, {"status": status}))
        assert there.number in text
        assert missing.number not in text
    assert "No such quote" in words(sam.get(ALL, {"status": "ACCEPTED"}))
    both = words(sam.get(ALL, {"status": "nonsense"}))
    assert opened.number in both
    assert overdue.number in both


def test_quotes_are_searched_by_customer_company_product_reference_and_number(cast, sign_in, words):
    wanted = ask(cast, "ravi", {"LICENSE-01": 2}, reference="PO-4711")
    ask(cast, "rita", {"DESK-01": 1})
    sam = sign_in("sam")
    for url in (LIST, ALL):
        for search in ("ravi", "contoso", "licence", "LICENSE-01", "4711", wanted.number.lower()):
            text = words(sam.get(url, {"search": search}))
            assert "Ravi Rao" in text, search
            assert "Rita Okafor" not in text, search
        assert "No such quote" in words(sam.get(url, {"search": "%' OR 1=1 --"}))


def test_the_marketplace_is_a_filter_where_there_are_several(cast, sign_in, words):
    ask(cast)
    assert "Marketplace" not in words(sign_in("sam").get(ALL))
    ask(cast, "tess", {"DESK-01": 1}, "resello")
    staff = sign_in("admin")
    assert "Marketplace" in words(staff.get(ALL))
    text = words(staff.get(ALL, {"marketplace": "resello"}))
    assert "Tess Laurent" in text
    assert "Rita Okafor" not in text


def test_a_filter_stays_on_the_next_page(cast, sign_in):
    for _ in range(26):
        ask(cast, "rita", {"LICENSE-01": 1})
    first = sign_in("sam").get(LIST, {"search": "licence"})
    assert b"1 to 25 of 26 quotes" in first.content
    assert b"?search=licence&amp;page=2" in first.content
    assert sign_in("sam").get(LIST, {"page": 3}).status_code == 404


# Who sees what


def addresses(quote):
    return [page_of(quote), edit_of(quote), reverse("control_panel:quote_pdf", args=[quote.number])]


@pytest.mark.parametrize("name", ["victor", "ines", "roos"])
def test_auditors_have_no_quotes(name, cast, sign_in, words):
    quote = ask(cast)
    browser = sign_in(name)
    for url in (*LISTS, NEW, *addresses(quote)):
        assert browser.get(url).status_code == 403, url
    for move in ("decline", "take-back", "delete"):
        assert browser.post(move_of(quote, move)).status_code == 403
    assert browser.post(edit_of(quote), {"do": "open"}).status_code == 403
    assert browser.post(NEW, {"customer": cast.member("rita").pk}).status_code == 403
    home = words(browser.get(HOME))
    assert "Quotes" not in home
    assert (Quote.objects.count(), Quote.objects.get().version) == (1, 1)


@pytest.mark.parametrize("name", ["mies", "rik"])
def test_another_seller_finds_nothing(name, cast, sign_in):
    quote = ask(cast)
    browser = sign_in(name)
    assert quote.number not in browser.get(ALL).content.decode()
    for url in addresses(quote):
        assert browser.get(url).status_code == 404, url
    assert browser.post(edit_of(quote), {"do": "open"}).status_code == 404
    for move in ("decline", "take-back", "delete"):
        assert browser.post(move_of(quote, move)).status_code == 404
    assert (Quote.objects.get().status, Quote.objects.get().version) == ("AWAITING", 1)


def test_strangers_of_another_tenant_find_nothing(cast, sign_in):
    quote = ask(cast)
    Member.objects.filter(pk=cast.member("hal").pk).update(role=Role.SALES)
    hal = sign_in("hal")
    assert quote.number not in hal.get(ALL).content.decode()
    for url in addresses(quote):
        assert hal.get(url).status_code == 404, url


@pytest.mark.parametrize("name", ["rita", "ana", "paula"])
def test_customers_read_why_this_is_not_for_them(name, cast, sign_in):
    quote = ask(cast)
    for url in (*LISTS, NEW, *addresses(quote)):
        assert sign_in(name).get(url).status_code == 403, url


def test_who_lost_the_group_loses_the_pages(cast, sign_in):
    quote = ask(cast)
    sam = sign_in("sam")
    assert sam.get(page_of(quote)).status_code == 200
    Member.objects.filter(pk=cast.member("sam").pk).update(role=Role.AUDITOR)
    assert sam.get(page_of(quote)).status_code == 403
    Member.objects.filter(pk=cast.member("sam").pk).update(is_active=False)
    assert sam.get(page_of(quote)).status_code == 403


def test_a_vendor_never_sees_the_quotes_of_a_resellers_marketplace(cast, sign_in, words):
    quote = ask(cast, "tess", {"DESK-01": 3}, "resello")
    for name in ("sam", "vera"):
        browser = sign_in(name)
        for url in LISTS:
            assert quote.number not in words(browser.get(url))
        for url in addresses(quote):
            assert browser.get(url).status_code == 404
    assert quote.number in words(sign_in("rik").get(LIST))
    # Nor does the vendor learn of it from the order that it delivers.
    open_up(cast, quote, "rik")
    order = accept(cast, quote, "tess").checkout.orders.get()
    page = reverse("control_panel:order", args=[order.number])
    assert quote.number not in words(sign_in("vera").get(page))
    assert f"From quote {quote.number}" in words(sign_in("mies").get(page))


def test_platform_staff_see_first_what_nobody_else_can_price(cast, sign_in, words):
    now = timezone.now()
    ask(cast, "tom", {"DESK-01": 1}, now=now - timedelta(days=3))
    mixed = ask(cast, "rita", {"DESK-01": 1, "BOOK-01": 1}, now=now - timedelta(days=1))
    text = words(sign_in("admin").get(LIST))
    assert text.index(mixed.number) < text.index("Tom Weber")
    assert "Asks for an offer; several sellers: yours to price" in text
    assert "Asks for an offer; waits for Globex Systems" in text
    assert "Quotes 1 , 1 waiting" in text  # only the one that waits for staff
    Member.objects.filter(company=cast.globex, role__in=(Role.SALES, Role.MANAGER)).update(is_active=False)
    text = words(sign_in("admin").get(LIST))
    assert "Globex Systems has no active sales: yours to price" in text
    assert "Quotes 2 , 2 waiting" in text


def test_the_lists_cost_a_constant_number_of_queries(cast, sign_in):
    def made(name):
        ask(cast, name, {"DESK-01": 1, "LICENSE-01": 1})
        open_up(cast, ask(cast, name, {"SERVER-01": 1}))
        make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom(f"C-{name}"))

    made("rita")
    browsers = {who: sign_in(who) for who in ("sam", "admin")}

    def counted(who, url):
        with CaptureQueriesContext(connection) as queries:
            browsers[who].get(url)
        return len(queries)

    few = {(who, url): counted(who, url) for who in browsers for url in (HOME, *LISTS)}
    for name in ("tom", "ravi", "bea"):
        made(name)
    for (who, url), count in few.items():
        assert counted(who, url) <= count <= 20, (who, url)


def test_texts_of_customers_stay_text(cast, sign_in):
    nasty = "<img src=x onerror=alert(1)>"
    quote = ask(cast, reference=nasty, comment=nasty)
    Quote.objects.filter(pk=quote.pk).update(owner_name=nasty, company_name=nasty)
    sam = sign_in("sam")
    for url in (LIST, ALL, page_of(quote)):
        shown = sam.get(url).content.decode()
        assert "<img src=x" not in shown
        assert "&lt;img src=x" in shown


def test_without_reseller_marketplaces_nothing_speaks_of_them(cast, sign_in, words):
    Marketplace.objects.filter(owner__isnull=False).update(is_active=False)
    ask(cast)
    assert "Marketplace" not in words(sign_in("admin").get(ALL))


def test_an_offer_without_an_end_and_one_with_it_say_so_in_the_list(cast, sign_in, words):
    open_up(cast, ask(cast, "tom"), valid_for=None)
    quote = open_up(cast, ask(cast), edits=[SetText(Text.EMPLOYEE_COMMENT, "x")])
    text = words(sign_in("sam").get(ALL, {"status": "OPEN"}))
    assert quote.number in text
    assert text.count("expires in") == 1
    assert quote.lines_gross == Decimal("1190.00")
