"""Can a quote be priced line by line on its page, without scripts, and is nothing lost where that is refused?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Listing
from companies.models import Location, Member, ShippingMethod
from companies.roles import Role
from notifications.models import Notice
from orders.control_panel.quote_forms import number_in
from orders.models import Quote, QuoteEvent
from orders.quote_edits import AddLine, ChangeLine, Price, RemoveLine, SetShipping, SetText, SetValidTo, Text
from orders.services.quote_changing import change_quote
from orders.services.quote_making import ForWhom, make_quote
from tests.control_panel.quote_scenes import Pricing, ask, edit_of, fresh, open_up, page_of


@pytest.fixture
def sam(sign_in):
    return sign_in("sam")


def state(quote):
    """Everything of a quote that pricing could change, and what it leaves behind."""
    return (
        Quote.objects.filter(pk=quote.pk).values().get(),
        list(quote.lines.order_by("pk").values()),
        QuoteEvent.objects.filter(quote=quote).count(),
        Notice.objects.count(),
    )


# What the page says


def test_the_page_tells_who_asks_for_what_and_shows_the_prices_to_be_given(cast, sam, words):
    quote = ask(
        cast,
        reference="PO-7",
        comment="Is there something to be done about the price?",
        address_keys={"SHIPPING": cast.headquarters.key},
        zone=cast.shipping.zone,
        method=cast.shipping.key,
        now=timezone.now() - timedelta(days=2),
    )
    page = Pricing(sam, quote)
    text = words(page.answer)
    assert "Rita Okafor of Northwind GmbH asks for an offer: Standing desk, 1,201.90 EUR (1 line)" in text
    assert "asked 2 days ago. It waits for your price." in text
    assert "Is there something to be done about the price?" in text
    assert "PO-7" in text
    assert "rita@northwind.example" in text
    assert "List price 500.00 EUR net per piece" in text
    assert "Rita Okafor asked for a quote" in text
    assert (page.of_line("quantity"), page.of_line("price"), page.of_line("by")) == ("2", "500.00", "unit")
    assert page.value("ship_to") == cast.headquarters.key
    assert page.value("bill_to") == ""
    assert page.value("shipping") == str(cast.shipping.pk)
    assert page.value("shipping_net") == ""  # at what the method costs
    for button in ("Save and open", "Save", "Decline", "Recalculate"):
        assert button in text


@time_machine.travel(datetime(2026, 11, 24, 22, 30, tzinfo=UTC), tick=False)
def test_thirty_days_are_suggested_to_the_end_of_that_day_in_the_readers_zone(cast, sam, words):
    page = Pricing(sam, ask(cast))
    assert page.value("valid_to") == "2026-12-24T23:59"  # it is 23:30 on the 24th in Berlin
    assert "In your time zone, Europe/Berlin" in words(page.answer)
    cast.sam.time_zone = "Asia/Tokyo"
    cast.sam.save()
    assert Pricing(sam, page.quote).value("valid_to") == "2026-12-25T23:59"


# Totals before anything is saved


def test_recalculate_shows_discount_and_totals_and_saves_nothing(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 2, "LICENSE-01": 10})
    page, before = Pricing(sam, quote), state(quote)
    desk = quote.lines.get(product__sku="DESK-01").key
    answer = page.type(desk, price="450.00").type(shipping=str(cast.shipping.pk)).press("recalculate")
    text = words(answer)
    assert answer.status_code == 200
    assert "900.00 EUR net 1,071.00 EUR gross 10 % below the price list" in text
    assert "At list prices, net 1,500.00 EUR" in text
    assert "Discount 6.67 % below the price list -100.00 EUR" in text
    assert "Lines, net 1,400.00 EUR" in text
    assert "Tax 19% on 1,400.00 EUR 266.00 EUR" in text
    assert "Shipping, tax included 11.90 EUR" in text
    assert "Total, gross 1,677.90 EUR" in text
    assert page.of_line("price", desk) == "450.00"
    assert state(quote) == before


def test_a_line_total_is_net_and_says_what_one_costs(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 3})
    page = Pricing(sam, quote).type(price="1000", by="total")
    text = words(page.press("recalculate"))
    assert "1,000.00 EUR net 1,190.00 EUR gross ≈ 333.33 EUR net each 33.33 % below the price list" in text
    page.press("save")
    line = quote.lines.get()
    assert (line.is_total, line.net, line.gross) == (True, Decimal(1000), Decimal(1190))
    again = Pricing(sam, quote)
    assert (again.of_line("price"), again.of_line("by")) == ("1000.00", "total")


def test_a_price_above_the_list_says_so(cast, sam, words):
    text = words(Pricing(sam, ask(cast)).type(price="550").press("recalculate"))
    assert "10 % above the price list" in text
    assert "Above list prices 10 % above the price list 100.00 EUR" in text


def test_a_unit_price_is_gross_where_the_listing_is(cast, sign_in, words):
    Member.objects.filter(pk=cast.member("ines").pk).update(role=Role.SALES)
    quote = ask(cast, lines={"CHAIR-01": 2})
    page = Pricing(sign_in("ines"), quote)
    assert "List price 250.00 EUR gross per piece" in words(page.answer)
    assert "per piece, gross" in words(page.answer)
    page.type(price="200").press("save")
    line = quote.lines.get()
    assert (line.unit_price, line.includes_tax, line.gross) == (Decimal(200), True, Decimal(400))
    # Agreed in all it is net, whatever the listing says.
    Pricing(sign_in("ines"), quote).type(price="300", by="total").press("save")
    assert quote.lines.get().net == Decimal(300)
    # And per unit again it is gross again.
    Pricing(sign_in("ines"), quote).type(price="210", by="unit").press("save")
    assert (quote.lines.get().gross, quote.lines.get().includes_tax) == (Decimal(420), True)


def test_nothing_in_the_price_field_is_the_list_price(cast, sam):
    quote = ask(cast)
    Pricing(sam, quote).type(price="400").press("save")
    assert quote.lines.get().unit_price == Decimal(400)
    Pricing(sam, quote).type(price=" ").press("save")
    assert quote.lines.get().unit_price == Decimal(500)


def test_a_new_quantity_of_a_line_total_keeps_the_total_that_stands_there(cast, sam):
    quote = ask(cast, lines={"DESK-01": 3})
    Pricing(sam, quote).type(price="1000", by="total").press("save")
    Pricing(sam, quote).type(quantity="4").press("save")
    line = quote.lines.get()
    assert (line.quantity, line.net, line.is_total) == (Decimal(4), Decimal(1000), True)


# Saving


def test_save_keeps_a_draft_of_the_prices_that_the_customer_does_not_see(cast, sam, words):
    quote, told = ask(cast), Notice.objects.count()
    answer = Pricing(sam, quote).type(price="444.4444", comment="For you", valid_to="2099-01-02T10:00").press("save")
    assert answer.redirect_chain == [(page_of(quote), 302)]
    assert "The customer sees none of it before you open the offer." in words(answer)
    quote = fresh(quote)
    assert (quote.status, quote.employee_name, quote.employee_comment) == ("AWAITING", "Sam Reed", "For you")
    assert quote.valid_to == datetime(2099, 1, 2, 9, tzinfo=UTC)
    assert quote.lines.get().unit_price == Decimal("444.4444")
    assert Notice.objects.count() == told
    assert "2 x DESK-01 at 500.00 EUR net each → 2 x DESK-01 at 444.4444 EUR net each" in words(answer)
    assert "Holds until: Fri 2 Jan 2099 10:00 CET" in words(answer)


def test_save_without_a_change_writes_no_history(cast, sam, words):
    quote = ask(cast)
    Pricing(sam, quote).press("save")  # the suggested end of the offer is a change
    before = state(quote)
    assert "Nothing was changed." in words(Pricing(sam, quote).press("save"))
    assert state(quote) == before


def test_save_and_open_makes_the_offer(cast, sam, words):
    quote = ask(cast)
    text = words(Pricing(sam, quote).type(price="400", comment="A tenth off.").press("open"))
    assert f"Quote {quote.number} is offered. Rita Okafor is told." in text
    quote = fresh(quote)
    assert (quote.status, quote.employee_id, quote.lines_gross) == ("OPEN", cast.sam.pk, Decimal("952.00"))
    assert quote.valid_to > timezone.now() + timedelta(days=29)
    told = Notice.objects.get(topic="quote.opened", recipient=cast.rita)
    assert told.facts["total"] == "952.00 EUR"
    assert "was offered Standing desk, 952.00 EUR (1 line)" in text
    assert "20 % below the price list" in text
    assert "A tenth off." in text


def test_an_offer_without_an_end(cast, sam, words):
    quote = ask(cast)
    text = words(Pricing(sam, quote).type(valid_to="").press("open"))
    assert "It has no end." in text
    assert fresh(quote).valid_to is None


# Lines


def test_a_line_is_found_added_priced_and_saved(cast, sam, words):
    quote = ask(cast)
    page, before = Pricing(sam, quote), state(quote)
    page.type(price="480")  # what was typed before stays on the page all the while
    text = words(page.type(q="licence").press("find"))
    assert "Office licence LICENSE-01, Globex Systems 50.00 EUR net per piece" in text
    assert "Server management" not in text
    page.press(f"take:{cast.listing('LICENSE-01').key}")
    new = page.lines[1]
    assert (page.of_line("quantity", new), page.of_line("price", new)) == ("1", "50.00")
    assert page.of_line("price") == "480"
    assert state(quote) == before
    page.type(new, quantity="20", price="45").press("save")
    line = quote.lines.get(product__sku="LICENSE-01")
    assert (line.key, line.quantity, line.unit_price, line.list_unit_price) == (
        new,
        Decimal(20),
        Decimal(45),
        Decimal(50),
    )
    assert quote.lines.get(product__sku="DESK-01").unit_price == Decimal(480)


def test_enter_in_the_search_searches(cast, sam, words):
    page = Pricing(sam, ask(cast))
    assert "Office licence" in words(page.type(q="licence").press("recalculate"))  # the form's first button


def test_a_line_is_taken_out_and_can_be_put_back_before_it_is_saved(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 2, "LICENSE-01": 10})
    licence = quote.lines.get(product__sku="LICENSE-01").key
    page = Pricing(sam, quote).type(licence, price="40")
    text = words(page.press(f"remove:{licence}"))
    assert "Office licence removed" in text
    assert "Total, gross 1,190.00 EUR" in text
    page.press(f"restore:{licence}")
    assert page.of_line("price", licence) == "40"
    assert quote.lines.count() == 2
    page.press(f"remove:{licence}")
    text = words(page.press("save"))
    assert quote.lines.get().product.sku == "DESK-01"
    assert "Removed: 10 x LICENSE-01 at 50.00 EUR net each" in text


def test_a_new_line_that_is_removed_is_gone(cast, sam):
    page = Pricing(sam, ask(cast))
    page.press(f"take:{cast.listing('LICENSE-01').key}")
    page.press(f"remove:{page.lines[1]}")
    assert len(page.lines) == 1


def test_a_line_is_replaced_in_its_place(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 2, "LICENSE-01": 10})
    desk = quote.lines.get(product__sku="DESK-01").key
    page = Pricing(sam, quote)
    assert "What shall stand in the place of Standing desk ?" in words(page.press(f"replace:{desk}"))
    assert "What shall stand" not in words(page.press("keep"))
    page.press(f"replace:{desk}")
    text = words(page.press(f"take:{cast.listing('SERVER-01').key}"))
    assert "Server management replaced" in text
    assert (page.of_line("quantity", desk), page.of_line("price", desk)) == ("2", "1000.00")
    page.press("save")
    first = quote.lines.order_by("position").first()
    assert (first.key, first.product.sku, first.list_unit_price) == (desk, "SERVER-01", Decimal(1000))


def test_what_was_sold_once_and_is_no_more_says_so_and_is_not_opened(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 2, "LICENSE-01": 10})
    Listing.objects.filter(pk=cast.listing("DESK-01").pk).update(is_active=False)
    page = Pricing(sam, quote)
    assert "Standing desk is no longer sold on Acme Markets Main." in words(page.answer)
    answer = page.type(page.lines[1], price="40").press("open")
    assert answer.status_code == 400
    assert "Some lines can no longer be sold. Standing desk is no longer sold on Acme Markets Main." in words(answer)
    assert page.of_line("price", page.lines[1]) == "40"
    assert fresh(quote).status == "AWAITING"
    page.press(f"remove:{page.lines[0]}")
    page.press("open")
    assert fresh(quote).status == "OPEN"


def test_an_offer_that_ended_between_two_presses_is_said_at_its_line(cast, sam, words):
    page = Pricing(sam, ask(cast))
    page.press(f"take:{cast.listing('LICENSE-01').key}")
    Listing.objects.filter(pk=cast.listing("LICENSE-01").pk).update(is_active=False)
    before = state(page.quote)
    answer = page.type(comment="Kept").press("save")
    assert answer.status_code == 400
    assert "This is not sold on Acme Markets Main any more. Remove it." in words(answer)
    assert page.value("comment") == "Kept"
    assert state(page.quote) == before
    page.press(f"remove:{page.lines[1]}")
    page.press("save")
    assert fresh(page.quote).employee_comment == "Kept"


def test_a_vendor_finds_and_adds_its_own_products_only(cast, sam, words):
    quote = ask(cast)
    page = Pricing(sam, quote)
    text = words(page.type(q="chair").press("find"))
    assert "Nothing that you sell here matches." in text
    page.press(f"take:{cast.listing('CHAIR-01').key}")
    page.press(f"take:{cast.listing('DESK-01', 'resello').key}")
    assert len(page.lines) == 1
    # Nor by a request that no page of ours sends.
    forged = {**page.values, "line": [*page.lines, "mine"], "do": ["save"]}
    forged |= {
        f"line-mine-{name}": [value]
        for name, value in (
            ("listing", cast.listing("CHAIR-01").key),
            ("quantity", "1"),
            ("price", "1"),
            ("by", "unit"),
        )
    }
    before = state(quote)
    assert sam.post(edit_of(quote), forged).status_code == 400
    assert state(quote) == before


def test_a_reseller_sells_what_its_marketplace_offers(cast, sign_in, words):
    quote = ask(cast, "tess", {"DESK-01": 1}, "resello")
    page = Pricing(sign_in("rik"), quote)
    text = words(page.press("find"))
    assert "Office licence LICENSE-01, Globex Systems 55.00 EUR net" in text
    assert "Field guide" not in text  # not on this marketplace
    page.press(f"take:{cast.listing('LICENSE-01', 'resello').key}")
    page.press("open")
    assert fresh(quote).status == "OPEN"
    assert fresh(quote).seller == cast.resellobv


def test_a_quote_of_several_sellers_is_priced_by_platform_staff(cast, sign_in, words):
    quote = ask(cast, lines={"DESK-01": 1, "BOOK-01": 2})
    assert sign_in("sam").get(page_of(quote)).status_code == 404
    page = Pricing(sign_in("admin"), quote)
    assert "Several: priced by the platform's staff" in words(page.answer)
    assert "It waits for your price." in words(page.answer)
    book = quote.lines.get(product__sku="BOOK-01").key
    text = words(page.type(book, price="15").press("open"))
    assert "is offered" in text
    assert fresh(quote).lines_net == Decimal(530)


def test_staff_may_open_a_quote_that_becomes_one_sellers_by_that(cast, sign_in):
    quote = ask(cast, lines={"DESK-01": 1, "BOOK-01": 2})
    page = Pricing(sign_in("admin"), quote)
    page.press(f"remove:{quote.lines.get(product__sku='BOOK-01').key}")
    page.press("open")
    assert (fresh(quote).status, fresh(quote).seller) == ("OPEN", cast.globex)


def test_platform_staff_only_look_at_what_a_seller_prices(cast, sign_in, words):
    quote = ask(cast)
    staff = sign_in("admin")
    text = words(staff.get(page_of(quote)))
    assert "It waits for Globex Systems." in text
    assert "Save" not in text
    assert "Decline" not in text
    before = state(quote)
    assert staff.get(edit_of(quote)).status_code == 403
    assert staff.post(edit_of(quote), {"do": "open", "seen_version": quote.version}).status_code == 403
    assert state(quote) == before
    Member.objects.filter(company=cast.globex, role__in=(Role.SALES, Role.MANAGER)).update(is_active=False)
    Pricing(staff, quote).type(price="400").press("open")
    assert fresh(quote).status == "OPEN"


# Terms


def test_shipping_at_the_price_of_the_method_or_another(cast, sam, words):
    quote = ask(cast)
    page = Pricing(sam, quote).type(shipping=str(cast.fast_shipping.pk))
    page.press("save")
    assert (fresh(quote).shipping["methodId"], fresh(quote).shipping_net) == ("2-hours_timeframe", Decimal(25))
    Pricing(sam, quote).type(shipping_net="12.50").press("save")
    assert fresh(quote).shipping_net == Decimal("12.50")
    assert Pricing(sam, quote).value("shipping_net") == "12.50"
    Pricing(sam, quote).type(shipping_net="").press("save")
    assert fresh(quote).shipping_net == Decimal(25)
    Pricing(sam, quote).type(shipping_net="0").press("save")
    assert (fresh(quote).shipping_net, fresh(quote).shipping_gross) == (0, 0)
    text = words(Pricing(sam, quote).type(shipping="").press("save"))
    assert fresh(quote).shipping == {}
    assert "Delivery in a two-hour window for 0.00 EUR net → none" in text


def test_a_method_that_is_no_longer_offered_can_be_kept_or_changed(cast, sam, words):
    quote = ask(cast, zone=cast.shipping.zone, method=cast.shipping.key)
    ShippingMethod.objects.filter(pk=cast.shipping.pk).update(is_active=False)
    page = Pricing(sam, quote)
    assert "Delivery in a four-hour window (no longer offered)" in words(page.answer)
    page.type(price="400").press("save")
    assert fresh(quote).shipping["methodId"] == cast.shipping.key
    answer = Pricing(sam, quote).type(shipping_net="5").press("save")
    assert answer.status_code == 400
    assert "Acme Markets Main does not ship that way." in words(answer)
    Pricing(sam, quote).type(shipping=str(cast.fast_shipping.pk), shipping_net="").press("save")
    assert fresh(quote).shipping["methodId"] == cast.fast_shipping.key


def test_addresses_are_the_customers_locations(cast, sam, words):
    quote = ask(cast)
    page = Pricing(sam, quote)
    assert "Northwind GmbH headquarters: Rita Okafor, Hafenstrasse 12, 20457 Hamburg, DE" in words(page.answer)
    assert "Lindenallee" not in words(page.answer)
    page.type(ship_to=cast.headquarters.key, bill_to=cast.headquarters.key).press("save")
    assert {kind: kept["id"] for kind, kept in fresh(quote).addresses.items()} == {
        "SHIPPING": cast.headquarters.key,
        "BILLING": cast.headquarters.key,
    }
    Pricing(sam, quote).type(bill_to="").press("save")
    assert list(fresh(quote).addresses) == ["SHIPPING"]
    before = state(quote)
    foreign = Pricing(sam, quote).type(bill_to=cast.contoso_office.key).press("save")
    assert foreign.status_code == 400
    assert "Choose one of the addresses of this customer." in words(foreign)
    assert state(quote) == before


def test_an_address_that_was_typed_in_or_is_gone_stays_until_it_is_changed(cast, sam, words):
    typed = {"contactName": "Rita", "street": "Deich", "zipCode": "1", "city": "Hamburg", "country": "DE"}
    quote = ask(cast, addresses={"SHIPPING": typed}, address_keys={"BILLING": cast.headquarters.key})
    Location.objects.filter(pk=cast.headquarters.pk).update(is_active=False)
    page = Pricing(sam, quote)
    assert "As the customer gave it: Rita, Deich, 1 Hamburg, DE" in words(page.answer)
    page.type(price="400").press("save")
    assert fresh(quote).addresses["SHIPPING"]["city"] == "Hamburg"
    assert fresh(quote).addresses["BILLING"]["id"] == cast.headquarters.key


# What is wrong


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("price", "cheap", "Write it as a number with a point, such as 1234.50."),
        ("price", "1,234", "Write it as a number with a point, such as 1234.50."),
        ("price", "NaN", "Write it as a number with a point, such as 1234.50."),
        ("price", "1e9", "Write it as a number with a point, such as 1234.50."),
        ("price", "-1", "This cannot be below zero."),
        ("price", "0.0000001", "Give at most 6 decimals."),
        ("price", "1000000000", "This is too expensive to handle."),
        ("price", "90000000", "This makes the line too expensive to handle."),
        ("quantity", "", "Give the quantity."),
        ("quantity", "0", "The quantity must be above zero."),
        ("quantity", "-3", "The quantity must be above zero."),
        ("quantity", "many", "Write it as a number with a point, such as 1234.50."),
        ("quantity", "1.00001", "Give the quantity with at most four decimals."),
        ("quantity", "10000000", "The quantity must be below 10,000,000."),
        ("by", "weight", "Select a valid choice."),
        ("shipping_net", "free", "Write it as a number with a point, such as 1234.50."),
        ("shipping_net", "-5", "This cannot be below zero."),
        ("shipping_net", "1.005", "Give at most 2 decimals."),
        ("shipping", "999999", "Choose one of the methods that are offered here."),
        ("ship_to", "nowhere", "Choose one of the addresses of this customer."),
        ("valid_to", "tomorrow", "Give a day and a time, such as 2026-11-24 14:00."),
        ("comment", "x" * 5001, "Use at most 5,000 characters."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_everything_typed_is_kept(field, typed, says, cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 600})
    page, before = Pricing(sam, quote), state(quote)
    page.type(comment="Mine", price="321.50", quantity="700").type(**{field: typed})
    wrong = next(each for each in page.values if each == field or each.endswith(f"-{field}"))
    kept = {**page.values}
    for do in ("open", "save", "recalculate"):
        page.values[wrong] = [typed]
        answer = page.press(do)
        assert answer.status_code == 400
        assert says in words(answer)
        assert f'<a href="#id_{wrong}">' in answer.content.decode()
        assert "Correct what is marked to see the totals." in words(answer)
        if field not in ("by", "shipping", "ship_to"):  # of a choice there is nothing to keep
            assert page.values[wrong] == [typed]
        assert {**page.values, wrong: [], "csrfmiddlewaretoken": []} == {**kept, wrong: [], "csrfmiddlewaretoken": []}
    assert state(quote) == before


def test_a_line_total_has_the_decimals_of_its_currency(cast, sam, words):
    quote = ask(cast)
    answer = Pricing(sam, quote).type(price="10.005", by="total").press("save")
    assert answer.status_code == 400
    assert "Give at most 2 decimals." in words(answer)
    assert not quote.lines.get().is_total


def test_an_offer_does_not_end_in_the_past(cast, sam, words):
    quote = ask(cast)
    page = Pricing(sam, quote).type(valid_to="2020-01-01T10:00", price="400")
    answer = page.press("open")
    assert answer.status_code == 400
    assert "Valid until: Say until when the offer holds: a time to come." in words(answer)
    assert page.of_line("price") == "400"
    assert fresh(quote).status == "AWAITING"
    assert fresh(quote).version == 1


def test_a_time_that_the_clocks_skip_is_refused(cast, sam):
    quote = ask(cast)
    answer = Pricing(sam, quote).type(valid_to="2027-03-28T02:30").press("save")  # Berlin goes from two to three
    assert answer.status_code == 400
    assert fresh(quote).version == 1


def test_an_empty_quote_is_not_opened(cast, sam, words):
    ask(cast)  # whereby Rita becomes a customer that Globex knows
    quote = make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom("C-rita"))
    page = Pricing(sam, quote)
    assert "No lines yet" in words(page.answer)
    answer = page.type(comment="Kept").press("open")
    assert answer.status_code == 400
    assert "Add at least one line before you open this quote." in words(answer)
    assert page.value("comment") == "Kept"
    assert (fresh(quote).status, fresh(quote).version) == ("CREATING", 1)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("12,5", "12.5"),
        ("1 234.50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("007", "7"),
        ("1.234", "1.234"),
        ("1,234", None),
        ("1,234,567", None),
        ("1.2.3", None),
        ("", None),
        ("٣", None),
        ("+5", None),
        ("Infinity", None),
    ],
)
def test_numbers_are_read_as_people_write_them_unless_they_could_mean_two(typed, number):
    if number is None:
        with pytest.raises(ValidationError):
            number_in(typed)
    else:
        assert number_in(typed) == Decimal(number)


# Somebody else was faster


def test_a_page_that_was_overtaken_keeps_what_was_typed_and_follows_the_rest(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 2, "LICENSE-01": 10, "VDI-01": 1})
    desk, licence, vdi = (quote.lines.get(product__sku=sku).key for sku in ("DESK-01", "LICENSE-01", "VDI-01"))
    page = Pricing(sam, quote).type(desk, price="450").type(comment="From Sam")
    change_quote(
        actor=cast.actor("vera"),
        quote_id=quote.pk,
        edits=[
            ChangeLine(desk, quantity=Decimal(5)),
            ChangeLine(licence, price=Price(unit=Decimal(30))),
            RemoveLine(vdi),
            AddLine(Decimal(1), listing_key=cast.listing("SERVER-01").key, key="veras"),
            SetShipping(cast.shipping.zone, cast.shipping.key),
            SetText(Text.EMPLOYEE_COMMENT, "From Vera"),
        ],
    )
    before = state(quote)
    answer = page.press("open")
    text = words(answer)
    assert answer.status_code == 409
    assert "Nothing is saved yet: somebody changed this quote while you had it open." in text
    assert "Vera Moss worked on the offer" in text
    assert "10 x LICENSE-01 at 50.00 EUR net each → 10 x LICENSE-01 at 30.00 EUR net each" in text
    assert state(quote) == before
    assert (page.of_line("price", desk), page.of_line("quantity", desk)) == ("450", "5")
    assert page.of_line("price", licence) == "30.00"
    assert page.value("shipping") == str(cast.shipping.pk)
    assert page.value("comment") == "From Sam"
    assert page.lines == [desk, licence, "veras"]
    page.press("open")  # now with what Vera did before the eyes
    assert (fresh(quote).status, fresh(quote).employee_comment) == ("OPEN", "From Sam")
    assert quote.lines.get(key=desk).net == Decimal(2250)
    assert quote.lines.get(key=licence).unit_price == Decimal(30)
    assert not quote.lines.filter(key=vdi).exists()


def test_a_line_that_was_touched_here_and_taken_out_there_is_offered_again(cast, sam, words):
    quote = ask(cast, lines={"DESK-01": 2, "LICENSE-01": 10})
    licence = quote.lines.get(product__sku="LICENSE-01").key
    page = Pricing(sam, quote).type(licence, price="44")
    change_quote(actor=cast.actor("vera"), quote_id=quote.pk, edits=[RemoveLine(licence)])
    text = words(page.press("save"))
    assert "Office licence added" in text
    assert "Removed: 10 x LICENSE-01" in text
    page.press("save")
    assert quote.lines.get(key=licence).unit_price == Decimal(44)


def test_the_race_itself_is_lost_under_the_lock_and_shown_the_same_way(cast, sam, words, monkeypatch):
    quote = ask(cast)
    page = Pricing(sam, quote).type(price="450")

    def overtaken(**given):
        monkeypatch.undo()
        change_quote(actor=cast.actor("vera"), quote_id=quote.pk, edits=[SetText(Text.EMPLOYEE_COMMENT, "Faster")])
        return change_quote(**given)

    monkeypatch.setattr("orders.control_panel.quote_desk.change_quote", overtaken)
    answer = page.press("save")
    assert answer.status_code == 409
    assert "Comment of the seller: Faster" in words(answer)
    assert (page.of_line("price"), page.value("comment")) == ("450", "Faster")
    assert quote.lines.get().unit_price == Decimal(500)
    page.press("save")
    assert quote.lines.get().unit_price == Decimal(450)


@pytest.mark.parametrize("do", ["recalculate", "save", "open"])
def test_who_comes_after_the_end_reads_how_it_ended(do, cast, sam, words):
    quote = ask(cast)
    page = Pricing(sam, quote).type(price="450")
    change_quote(actor=cast.actor("vera"), quote_id=quote.pk, move="decline_by_merchant")
    before = state(quote)
    answer = page.press(do)
    assert answer.redirect_chain == [(page_of(quote), 302)]
    assert f"Quote {quote.number} was declined by the seller" in words(answer)
    assert state(quote) == before


def test_what_a_browser_never_sends_breaks_nothing(cast, sam):
    quote = ask(cast)
    before = state(quote)
    for sent in (
        {},
        {"do": "save"},
        {"do": "open", "seen_version": "x", "base": "{"},
        {"do": "save", "seen_version": "-1", "base": '{"terms": [], "lines": 3}'},
        {"do": "remove:", "line": ["../x", "<b>", "y" * 100]},
        {"do": "take:nothing", "replacing": "nobody"},
        {"do": "replace:nobody", "q": "\x00"},
        {"do": "restore:nobody", "base": "null"},
        {"do": "find", "q": "x" * 500},
        {"do": "explode"},
    ):
        assert sam.post(edit_of(quote), sent).status_code in (200, 400, 409), sent
    assert state(quote) == before


def test_two_hundred_lines_are_as_many_queries_as_two(cast, sam):
    quote = ask(cast, lines={"DESK-01": 1, "LICENSE-01": 1})

    def counted(do):
        page = Pricing(sam, quote).type(price="41")
        with CaptureQueriesContext(connection) as queries:
            page.press(do, follow=False)
        return len(queries)

    few = [counted("recalculate"), counted("find")]
    with CaptureQueriesContext(connection) as queries:
        sam.get(page_of(quote))
    look = len(queries)
    change_quote(
        actor=cast.actor("sam"),
        quote_id=quote.pk,
        edits=[AddLine(Decimal(1), listing_key=cast.listing("VDI-01").key) for _ in range(30)],
    )
    assert [counted("recalculate"), counted("find")] <= few
    with CaptureQueriesContext(connection) as queries:
        sam.get(page_of(quote))
    assert len(queries) <= look <= 24


def test_an_open_offer_is_not_priced_by_reading(cast, sam):
    quote = open_up(cast, ask(cast), edits=[SetValidTo(None)], valid_for=None)
    before = state(quote)
    sam.get(page_of(quote))
    sam.get(edit_of(quote))
    assert state(quote) == before
