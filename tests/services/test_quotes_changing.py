"""What can be changed in a quote, by whom, within which bounds; and what is written down of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import TaxRate
from companies.actors import Actor
from companies.models import Customer, CustomerAddress, Location, Member
from companies.roles import Role
from config.kit.patches import Op, Operation
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Quote, QuoteChange
from orders.models.cart import MAX_QUANTITY
from orders.pricing import discount
from orders.quote_edits import (
    AddLine,
    Attach,
    ChangeLine,
    Price,
    RemoveLine,
    RemoveLines,
    SetAddress,
    SetCustomer,
    SetShipping,
    SetText,
    SetValidTo,
    Text,
)
from orders.quote_lifecycle import QuoteMove
from orders.services import quote_lines
from orders.services.quote_changing import change_quote
from orders.services.quote_making import ForWhom, make_quote
from orders.services.quote_preview import preview_quote
from tests.factories import CustomerFactory, ListingFactory, MarketplaceFactory
from tests.stories.scenes import (
    WITHIN,
    accept_offer,
    again,
    ask_change,
    ask_quote,
    change,
    check_histories,
    decline_offer,
    decline_to_offer,
    facts_for,
    happened,
    in_days,
    make,
    nothing_changes,
    now,
    offer,
    offered,
    remove,
    reprice,
    request,
    told_since,
)
from tests.world import scene

LINES = {"DESK-01": 9, "LICENSE-01": 2}


@scene
def quote(cast):
    """Bea asks for nine desks (4,500.00 EUR net) and two licences (100.00), delivered to Hamburg."""
    return ask_quote(cast, "bea", LINES)


def line(quote, sku="DESK-01"):
    return quote.lines.get(product__sku=sku)


def last_changes(quote):
    """What the newest event changed: op, path (without the id of a line), old and new."""
    changes = QuoteChange.objects.filter(event=quote.events.order_by("-number")[0]).order_by("number")
    keys = dict(quote.lines.values_list("key", "product__sku"))
    told = []
    for each in changes:
        path = each.path
        for key, sku in keys.items():
            path = path.replace(key, sku)
        told.append((each.op, path, each.old, each.new))
    return told


SHIPPED = "4-more_hours_timeframe for 10.00 EUR net"
HAMBURG = "Rita Okafor, Hafenstrasse 12, 20457 Hamburg, DE"
DESKS = "9 x DESK-01 at 500.00 EUR net each"

EDITS = {
    "a comment": (
        lambda cast, quote: SetText(Text.EMPLOYEE_COMMENT, " Only this week. "),
        ("ADD", "/comment", "", "Only this week."),
    ),
    "another name of the company": (
        lambda cast, quote: SetText(Text.COMPANY_NAME, "Northwind Holding"),
        ("REPLACE", "/companyName", "Northwind GmbH", "Northwind Holding"),
    ),
    "no name of the company": (
        lambda cast, quote: SetText(Text.COMPANY_NAME, ""),
        ("REMOVE", "/companyName", "Northwind GmbH", ""),
    ),
    "a restriction": (lambda cast, quote: SetText(Text.RESTRICTION, "eu"), ("ADD", "/restriction", "", "eu")),
    "the customer's reference, as told by phone": (
        lambda cast, quote: SetText(Text.CUSTOMER_REFERENCE, "PO 4712"),
        ("REPLACE", "/customerReference", "PO 4711", "PO 4712"),
    ),
    "no delivery address": (
        lambda cast, quote: SetAddress("SHIPPING", None),
        ("REMOVE", "/shippingAddressId", HAMBURG, ""),
    ),
    "no billing address": (
        lambda cast, quote: SetAddress("BILLING", None),
        ("REMOVE", "/billingAddressId", HAMBURG, ""),
    ),
    "another method": (
        lambda cast, quote: SetShipping(cast.fast_shipping.zone, cast.fast_shipping.key),
        ("REPLACE", "/shipping", SHIPPED, "2-hours_timeframe for 25.00 EUR net"),
    ),
    "shipping as a present": (
        lambda cast, quote: SetShipping(cast.shipping.zone, cast.shipping.key, Decimal(0)),
        ("REPLACE", "/shipping", SHIPPED, "4-more_hours_timeframe for 0.00 EUR net"),
    ),
    "no shipping": (lambda cast, quote: SetShipping(), ("REMOVE", "/shipping", SHIPPED, "")),
    "a price per unit": (
        lambda cast, quote: ChangeLine(line(quote).key, price=Price(unit=Decimal("399.5"))),
        ("REPLACE", "/items/DESK-01", DESKS, "9 x DESK-01 at 399.50 EUR net each"),
    ),
    "a very fine price": (
        lambda cast, quote: ChangeLine(line(quote).key, price=Price(unit=Decimal("499.999999"))),
        ("REPLACE", "/items/DESK-01", DESKS, "9 x DESK-01 at 499.999999 EUR net each"),
    ),
    "one net total": (
        lambda cast, quote: ChangeLine(line(quote).key, price=Price(total_net=Decimal(4000))),
        ("REPLACE", "/items/DESK-01", DESKS, "9 x DESK-01 at 4,000.00 EUR net in all"),
    ),
    "the same amount as one total": (
        lambda cast, quote: ChangeLine(line(quote).key, price=Price(total_net=Decimal(4500))),
        ("REPLACE", "/items/DESK-01", DESKS, "9 x DESK-01 at 4,500.00 EUR net in all"),
    ),
    "a quantity": (
        lambda cast, quote: ChangeLine(line(quote).key, quantity=Decimal("8.5")),
        ("REPLACE", "/items/DESK-01", DESKS, "8.5 x DESK-01 at 500.00 EUR net each"),
    ),
    "another product by its offer": (
        lambda cast, quote: ChangeLine(line(quote).key, listing_key=cast.listing("VDI-01").key),
        ("REPLACE", "/items/VDI-01", DESKS, "9 x VDI-01 at 80.00 EUR net each"),
    ),
    "another product at a price": (
        lambda cast, quote: ChangeLine(
            line(quote).key,
            quantity=Decimal(2),
            price=Price(unit=Decimal(75)),
            product_key=cast.product("VDI-01").key,
        ),
        ("REPLACE", "/items/VDI-01", DESKS, "2 x VDI-01 at 75.00 EUR net each"),
    ),
    "a line more": (
        lambda cast, quote: AddLine(Decimal(3), product_key=cast.product("VDI-01").key),
        ("ADD", "/items/VDI-01", "", "3 x VDI-01 at 80.00 EUR net each"),
    ),
    "a line more for one total": (
        lambda cast, quote: AddLine(
            Decimal(3), listing_key=cast.listing("VDI-01").key, price=Price(total_net=Decimal("199.99"))
        ),
        ("ADD", "/items/VDI-01", "", "3 x VDI-01 at 199.99 EUR net in all"),
    ),
    "a line more with an id": (
        lambda cast, quote: AddLine(Decimal(1), product_key=cast.product("VDI-01").key, key="my-line"),
        ("ADD", "/items/VDI-01", "", "1 x VDI-01 at 80.00 EUR net each"),
    ),
}


class TestEachKind:
    @pytest.mark.parametrize("name", EDITS)
    def test_is_written_with_old_and_new(self, cast, quote, name):
        edit, expected = EDITS[name]

        changed = change(cast, "sam", quote, edit(cast, quote))

        assert last_changes(changed) == [expected]
        assert happened(changed) == ["quote.asked", "quote.revised"]
        event = changed.events.order_by("-number")[0]
        assert (event.from_status, event.to_status, event.actor_name, event.role) == (
            "AWAITING",
            "AWAITING",
            "Sam Reed",
            "sales",
        )
        assert changed.version == quote.version + 1
        check_histories()

    @pytest.mark.parametrize("name", EDITS)
    def test_what_is_answered_is_what_is_stored(self, cast, quote, name):
        changed = change(cast, "sam", quote, EDITS[name][0](cast, quote))

        stored = Quote.objects.get(pk=quote.pk)
        for field in Quote._meta.concrete_fields:
            assert getattr(changed, field.attname) == getattr(stored, field.attname), field.name

    def test_the_whole_list_of_lines(self, cast, quote):
        changed = change(
            cast,
            "sam",
            quote,
            RemoveLines(),
            AddLine(Decimal(1), product_key=cast.product("VDI-01").key, key="first"),
            AddLine(Decimal(2), product_key=cast.product("DESK-01").key, key=line(quote).key),
        )

        assert list(changed.lines.order_by("position").values_list("product__sku", "quantity")) == [
            ("VDI-01", 1),
            ("DESK-01", 2),
        ]
        assert [(op, old, new) for op, _, old, new in last_changes(changed)] == [
            ("REPLACE", DESKS, "2 x DESK-01 at 500.00 EUR net each"),
            ("REMOVE", "2 x LICENSE-01 at 50.00 EUR net each", ""),
            ("ADD", "", "1 x VDI-01 at 80.00 EUR net each"),
        ]

    def test_removing_a_line_moves_the_others_up(self, cast, quote):
        change(cast, "sam", quote, AddLine(Decimal(1), product_key=cast.product("VDI-01").key))

        changed = change(cast, "sam", quote, RemoveLine(line(quote).key))

        assert list(changed.lines.order_by("position").values_list("position", "product__sku")) == [
            (1, "LICENSE-01"),
            (2, "VDI-01"),
        ]
        assert last_changes(changed)[0][0] == "REMOVE"

    def test_several_at_once_are_one_event(self, cast, quote):
        changed = change(
            cast,
            "sam",
            quote,
            reprice(quote, unit=450),
            reprice(quote, "LICENSE-01", total_net=90),
            SetText(Text.EMPLOYEE_COMMENT, "As discussed."),
            SetShipping(),
        )

        assert happened(changed) == ["quote.asked", "quote.revised"]
        assert [path for _, path, _, _ in last_changes(changed)] == [
            "/comment",
            "/shipping",
            "/items/DESK-01",
            "/items/LICENSE-01",
        ]
        # 4,050.00 and 90.00 net at 19 %.
        assert (changed.lines_net, changed.lines_gross) == (Decimal(4140), Decimal("4926.60"))
        assert (changed.list_net, changed.list_gross) == (Decimal(4600), Decimal(5474))
        assert discount(changed.list_net, changed.lines_net) == Decimal("10.00")
        assert (changed.shipping, changed.shipping_gross) == ({}, 0)

    def test_the_employee_takes_it_in_hand_and_keeps_it(self, cast, quote):
        changed = change(cast, "sam", quote, reprice(quote, unit=450))
        assert (changed.employee, changed.employee_name, changed.employee_ref) == (
            cast.sam,
            "Sam Reed",
            str(cast.sam.pk),
        )

        assert change(cast, "vera", quote, reprice(quote, unit=440)).employee == cast.sam

    def test_a_customer_s_note_takes_nothing_in_hand(self, cast, quote):
        assert change(cast, "bea", quote, SetText(Text.CUSTOMER_COMMENT, "Soon?")).employee is None

    def test_what_changes_nothing_is_no_event(self, cast, quote):
        same = [
            SetText(Text.CUSTOMER_REFERENCE, "PO 4711 "),
            SetValidTo(None),
            SetAddress("SHIPPING", cast.headquarters.key),
            SetShipping(cast.shipping.zone, cast.shipping.key, Decimal("10.00")),
            ChangeLine(line(quote).key, quantity=Decimal("9.0000"), price=Price(unit=Decimal("500.0"))),
            ChangeLine(line(quote).key, price=Price()),
        ]

        with nothing_changes():
            change(cast, "sam", quote, *same)

    def test_nothing_at_all_is_refused(self, cast, quote):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", quote)

        assert refused.value.field == "body"

    def test_what_clients_attach(self, cast, quote):
        changed = change(cast, "sam", quote, Attach(Operation(Op.ADD, ("mixins", "erp"), {"number": 7})))

        assert changed.mixins == {"mixins": {"erp": {"number": 7}}}
        assert last_changes(changed) == [("ADD", "/mixins/erp", "", '{"number": 7}')]

    def test_the_answer_to_a_preview_is_what_comes_of_it(self, cast, quote):
        edits = [reprice(quote, unit="433.33"), SetShipping(), RemoveLine(line(quote, "LICENSE-01").key)]

        with nothing_changes():
            wanted = preview_quote(actor=cast.actor("sam"), quote_id=quote.pk, edits=edits)
        changed = change(cast, "sam", quote, *edits)

        assert wanted.totals.gross == changed.total.amount == Decimal("4640.96")
        assert wanted.quote.content_hash == changed.content_hash


class TestAgreedTotals:
    def test_another_quantity_goes_back_to_the_price_per_unit(self, cast, quote):
        change(cast, "sam", quote, reprice(quote, total_net=4000))

        changed = line(change(cast, "sam", quote, ChangeLine(line(quote).key, quantity=Decimal(18))))

        # 444.444444 each.
        assert (changed.is_total, changed.unit_price, changed.net) == (False, Decimal("444.444444"), Decimal("8000.00"))

    def test_the_same_quantity_leaves_the_total_as_it_was_agreed(self, cast):
        quote = ask_quote(cast, "bea", {"DESK-01": 99999})
        change(cast, "sam", quote, reprice(quote, total_net="1000000.01"))

        with nothing_changes():
            change(cast, "sam", quote, ChangeLine(line(quote).key, quantity=Decimal(99999)))

        agreed = line(quote)
        assert (agreed.is_total, agreed.net) == (True, Decimal("1000000.01"))
        assert agreed.unit_price * 99999 != agreed.net

    def test_a_quantity_with_a_total_is_that_total(self, cast, quote):
        wanted = ChangeLine(line(quote).key, quantity=Decimal(7), price=Price(total_net=Decimal("999.99")))

        assert line(change(cast, "sam", quote, wanted)).net == Decimal("999.99")

    def test_back_to_the_list(self, cast, quote):
        change(cast, "sam", quote, reprice(quote, total_net=1))

        back = line(change(cast, "sam", quote, ChangeLine(line(quote).key, price=Price())))

        assert (back.is_total, back.unit_price, back.net) == (False, 500, 4500)

    def test_of_a_gross_listing(self, cast):
        quote = ask_quote(cast, "bea", {"CHAIR-01": 2})

        by_total = line(change(cast, "admin", quote, reprice(quote, "CHAIR-01", total_net=400)), "CHAIR-01")
        assert (by_total.includes_tax, by_total.unit_price, by_total.gross) == (False, 200, 476)

        # A price per unit is gross again, as its listing.
        by_unit = line(change(cast, "admin", quote, reprice(quote, "CHAIR-01", unit=238)), "CHAIR-01")
        assert (by_unit.includes_tax, by_unit.net, by_unit.gross) == (True, 400, 476)


WRONG = {
    "price.unitPrice": [
        lambda key: ChangeLine(key, price=Price(unit=Decimal("-0.01"))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal("NaN"))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal("sNaN"))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal("Infinity"))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal("1E+9"))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal("0.0000001"))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal("1E-999999"))),
    ],
    "price.totalNetValue": [
        lambda key: ChangeLine(key, price=Price(total_net=Decimal("-0.01"))),
        lambda key: ChangeLine(key, price=Price(total_net=Decimal("NaN"))),
        lambda key: ChangeLine(key, price=Price(total_net=Decimal("Infinity"))),
        lambda key: ChangeLine(key, price=Price(total_net=Decimal("1E+11"))),
        lambda key: ChangeLine(key, price=Price(total_net=Decimal("0.001"))),
    ],
    "total": [lambda key: ChangeLine(key, price=Price(total_net=Decimal(99999999999)))],
    "quantity": [
        lambda key: ChangeLine(key, quantity=Decimal(0)),
        lambda key: ChangeLine(key, quantity=Decimal(-1)),
        lambda key: ChangeLine(key, quantity=MAX_QUANTITY),
        lambda key: ChangeLine(key, quantity=Decimal("0.00001")),
        lambda key: ChangeLine(key, quantity=Decimal("NaN")),
        lambda key: ChangeLine(key, quantity=Decimal(9_999_999), price=Price(unit=Decimal(99_999))),
        lambda key: ChangeLine(key, price=Price(unit=Decimal(999_999_999)), quantity=Decimal(101)),
    ],
    "items": [
        lambda key: ChangeLine("nowhere", quantity=Decimal(1)),
        lambda key: RemoveLine("nowhere"),
        lambda key: RemoveLine(""),
    ],
    "price.priceId": [lambda key: AddLine(Decimal(1), listing_key="nowhere")],
    "product.productId": [
        lambda key: AddLine(Decimal(1), product_key="nowhere"),
        lambda key: AddLine(Decimal(1)),
        lambda key: ChangeLine(key, product_key="nowhere"),
    ],
    "shipping": [
        lambda key: SetShipping("nowhere", "nohow"),
        lambda key: SetShipping("deliveryarea", ""),
        lambda key: SetShipping("", "4-more_hours_timeframe"),
    ],
    "shipping.value": [
        lambda key: SetShipping("deliveryarea", "4-more_hours_timeframe", Decimal(-1)),
        lambda key: SetShipping("deliveryarea", "4-more_hours_timeframe", Decimal("NaN")),
        lambda key: SetShipping("deliveryarea", "4-more_hours_timeframe", Decimal("0.005")),
        lambda key: SetShipping("deliveryarea", "4-more_hours_timeframe", Decimal("1E+11")),
    ],
    "shippingAddressId": [lambda key: SetAddress("SHIPPING", "nowhere")],
    "billingAddressId": [lambda key: SetAddress("BILLING", "nowhere")],
    "comment": [
        lambda key: SetText(Text.EMPLOYEE_COMMENT, "x" * 5001),
        lambda key: SetText(Text.EMPLOYEE_COMMENT, "\x00"),
    ],
}
WRONG_TEXTS = [
    (Text.COMPANY_NAME, "x" * 201),
    (Text.RESTRICTION, "x" * 201),
    (Text.CUSTOMER_REFERENCE, "x" * 201),
    (Text.CUSTOMER_COMMENT, "x" * 5001),
    (Text.CUSTOMER_REFERENCE, "\ud800"),
]


def wrong_ones():
    for field, makers in WRONG.items():
        for number, maker in enumerate(makers, start=1):
            yield pytest.param(field, maker, id=f"{field} {number}")


class TestBounds:
    @pytest.mark.parametrize(("field", "maker"), list(wrong_ones()))
    def test_what_cannot_be_is_refused_naming_its_place(self, cast, quote, field, maker):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", quote, SetText(Text.RESTRICTION, "x"), maker(line(quote).key))

        assert refused.value.field == field
        assert refused.value.text

    @pytest.mark.parametrize(("text", "value"), WRONG_TEXTS)
    def test_texts_that_are_too_long_or_cannot_be_stored(self, cast, quote, text, value):
        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, SetText(text, value))

    def test_a_price_of_nothing_is_a_price(self, cast, quote):
        free = change(cast, "sam", quote, reprice(quote, unit=0), reprice(quote, "LICENSE-01", total_net=0))

        assert free.lines_gross == 0
        assert discount(free.list_net, free.lines_net) == 100

    @pytest.mark.parametrize("unit", ["0E+100", "0E-100", "5E+2", "500.000000000"])
    def test_however_a_number_is_spelled(self, cast, quote, unit):
        changed = line(change(cast, "sam", quote, reprice(quote, unit=unit), in_days(1)))

        assert changed.unit_price == Decimal(unit)

    def test_a_quote_holds_as_many_lines_as_a_cart(self, cast, quote, monkeypatch):
        monkeypatch.setattr(quote_lines, "MAX_LINES", 3)
        more = AddLine(Decimal(1), product_key=cast.product("VDI-01").key)
        change(cast, "sam", quote, more)

        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", quote, more)
        assert refused.value.text == "A quote holds at most 3 lines."
        change(cast, "sam", quote, RemoveLine(line(quote).key), more)

    def test_many_lines_move_without_meeting_each_other(self, cast):
        quote = make_cast_quote(cast, 60)
        first, *_, last = quote.lines.order_by("position")

        changed = change(
            cast, "sam", quote, RemoveLine(first.key), RemoveLine(last.key), *[vdi(cast, f"new-{n}") for n in range(5)]
        )

        positions = list(changed.lines.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, 64))
        assert list(changed.lines.order_by("position").values_list("key", flat=True))[-5:] == [
            f"new-{n}" for n in range(5)
        ]

    @pytest.mark.parametrize("key", ["with space", "x" * 65, "ä", "../x"])
    def test_an_id_of_a_line_that_is_none(self, cast, quote, key):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", quote, vdi(cast, key))

        assert refused.value.field == "items.id"

    def test_an_id_of_a_line_that_is_taken(self, cast, quote):
        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, vdi(cast, line(quote).key))
        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, vdi(cast, "twice"), vdi(cast, "twice"))

    def test_all_or_nothing(self, cast, quote):
        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, reprice(quote, unit=1), in_days(-1), move=QuoteMove.OPEN)

    def test_an_open_offer_does_not_end_in_the_past(self, cast):
        quote = offered(cast, "bea", WITHIN)

        for moment in (now(), now() - timedelta(days=1)):
            with nothing_changes(), pytest.raises(Invalid) as refused:
                change(cast, "sam", quote, SetValidTo(moment))
            assert refused.value.field == "validTo"

    def test_what_is_not_offered_yet_may_have_any_end_until_it_is(self, cast, quote):
        change(cast, "sam", quote, in_days(-1))

        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", quote, move=QuoteMove.OPEN)
        assert refused.value.field == "validTo"
        assert change(cast, "sam", quote, in_days(1), move=QuoteMove.OPEN).status == "OPEN"


def vdi(cast, key):
    return AddLine(Decimal(1), product_key=cast.product("VDI-01").key, key=key)


def make_cast_quote(cast, lines):
    ask_quote(cast, "bea", WITHIN)
    return make(cast, "sam", "bea", *[vdi(cast, f"line-{number}") for number in range(lines)])


class TestAddressesAndTax:
    def test_a_delivery_abroad_has_the_taxes_of_there(self, cast, quote):
        depot = Location.objects.create(
            company=cast.northwind, name="Depot", type="WAREHOUSE", street="Kade", city="Delft", country="NL"
        )

        changed = change(cast, "sam", quote, SetAddress("SHIPPING", depot.key))

        # 4,600.00 and 10.00 net at 21 %.
        assert (changed.country, changed.lines_gross, changed.shipping_gross) == ("NL", 5566, Decimal("12.10"))
        assert {each.tax_rate for each in changed.lines.all()} == {21}
        assert changed.addresses["SHIPPING"]["id"] == depot.key
        told = last_changes(changed)
        assert told[0] == ("REPLACE", "/shippingAddressId", HAMBURG, "Depot, Kade, Delft, NL")
        assert told[1] == ("REPLACE", "/items/DESK-01", f"{DESKS}, 19 % tax", f"{DESKS}, 21 % tax")

    def test_a_country_without_known_taxes_has_those_of_the_marketplace(self, cast, quote):
        office = Location.objects.create(
            company=cast.northwind, name="Office", type="OFFICE", street="Main Street", city="Boston", country="US"
        )

        changed = change(cast, "sam", quote, SetAddress("SHIPPING", office.key))

        assert (changed.country, changed.lines_gross) == ("DE", 5474)

    def test_a_country_where_one_product_has_no_rate(self, cast):
        quote = ask_quote(cast, "bea", {"BOOK-01": 1})
        depot = Location.objects.create(
            company=cast.northwind, name="Depot", type="WAREHOUSE", street="Kade", city="Delft", country="NL"
        )
        TaxRate.objects.filter(country="NL", tax_class=cast.product("BOOK-01").tax_class).delete()

        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "admin", quote, SetAddress("SHIPPING", depot.key))

        assert (refused.value.field, refused.value.text) == ("items", "No tax rate is known for Field guide in NL.")

    def test_where_the_bill_goes_says_nothing_about_tax(self, cast, quote):
        depot = Location.objects.create(
            company=cast.northwind, name="Depot", type="WAREHOUSE", street="Kade", city="Delft", country="NL"
        )

        assert change(cast, "sam", quote, SetAddress("BILLING", depot.key)).country == "DE"

    def test_the_address_is_a_copy(self, cast, quote):
        cast.headquarters.street = "Speicherstadt"
        cast.headquarters.save()
        assert again(quote).addresses["SHIPPING"]["street"] == "Hafenstrasse"

        changed = change(cast, "sam", quote, SetAddress("SHIPPING", cast.headquarters.key))

        assert changed.addresses["SHIPPING"]["street"] == "Speicherstadt"
        assert changed.addresses["BILLING"]["street"] == "Hafenstrasse"

    def test_what_differs_only_in_what_the_history_does_not_tell_is_a_change(self, cast, quote):
        cast.northwind.name = "Northwind SE"
        cast.northwind.save()

        changed = change(cast, "sam", quote, SetAddress("SHIPPING", cast.headquarters.key))

        assert again(quote).addresses["SHIPPING"]["companyName"] == "Northwind SE"
        assert last_changes(changed) == [("REPLACE", "/shippingAddressId", HAMBURG, HAMBURG)]
        assert changed.content_hash != quote.content_hash

    def test_another_company_s_place_and_a_closed_one_are_not_there(self, cast, quote):
        cast.headquarters.is_active = False
        cast.headquarters.save()

        for place in (cast.contoso_office, cast.headquarters):
            with nothing_changes(), pytest.raises(Invalid):
                change(cast, "sam", quote, SetAddress("SHIPPING", place.key))

    def test_a_private_customer_s_own(self, cast):
        customer = Customer.objects.get(user=cast.paula)
        home = CustomerAddress.objects.create(
            customer=customer, contact_name="Paula Privat", street="Gasse", city="Wien", zip_code="1010", country="DE"
        )
        quote = ask_quote(cast, "paula", {"DESK-01": 1})

        changed = change(cast, "sam", quote, SetAddress("SHIPPING", home.key))

        assert (changed.addresses["SHIPPING"]["street"], changed.addresses["SHIPPING"]["id"]) == ("Gasse", home.key)
        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, SetAddress("SHIPPING", cast.headquarters.key))

    def test_a_changed_offer_has_the_tax_of_the_day_an_unchanged_one_keeps_its_own(self, cast, quote):
        tomorrow = now() + timedelta(days=1)
        tax_class = cast.product("DESK-01").tax_class
        TaxRate.objects.create(tax_class=tax_class, country="DE", valid_from=tomorrow.date(), rate=16)

        noted = change(cast, "sam", quote, SetText(Text.EMPLOYEE_COMMENT, "Soon."), now=tomorrow)
        assert {each.tax_rate for each in noted.lines.all()} == {19}

        changed = change(cast, "sam", quote, reprice(quote, unit=490), now=tomorrow)

        assert {each.tax_rate for each in changed.lines.all()} == {16}
        told = last_changes(changed)
        assert told[1] == (
            "REPLACE",
            "/items/LICENSE-01",
            "2 x LICENSE-01 at 50.00 EUR net each, 19 % tax",
            "2 x LICENSE-01 at 50.00 EUR net each, 16 % tax",
        )

    def test_an_opened_offer_has_the_tax_of_the_day_it_is_opened(self, cast, quote):
        tomorrow = now() + timedelta(days=1)
        tax_class = cast.product("DESK-01").tax_class
        TaxRate.objects.create(tax_class=tax_class, country="DE", valid_from=tomorrow.date(), rate=16)

        opened = change(cast, "sam", quote, move=QuoteMove.OPEN, now=tomorrow)

        assert (again(quote).lines_gross, again(quote).shipping_gross) == (5336, Decimal("11.60"))
        assert opened.content_hash != quote.content_hash
        assert len(last_changes(opened)) == 3
        check_histories()

    def test_opened_without_any_change_it_is_the_same_content(self, cast, quote):
        assert change(cast, "sam", quote, move=QuoteMove.OPEN).content_hash == quote.content_hash


class TestTheListBeside:
    def test_stays_as_it_was_when_a_line_was_added(self, cast, quote):
        listing = again(cast.listing("DESK-01"))
        listing.unit_price = 600
        listing.save()

        changed = line(change(cast, "sam", quote, reprice(quote, unit=450)))

        assert (changed.list_unit_price, changed.list_net) == (500, 4500)

    def test_a_product_put_in_anew_has_today_s(self, cast, quote):
        listing = again(cast.listing("DESK-01"))
        listing.unit_price = 600
        listing.save()
        same = ChangeLine(line(quote).key, product_key=cast.product("DESK-01").key, price=Price(unit=Decimal(500)))

        changed = change(cast, "sam", quote, same)

        assert (line(changed).list_unit_price, line(changed).unit_price) == (600, 500)
        assert changed.list_net == 5500

    def test_a_dearer_offer_shows_as_one(self, cast, quote):
        changed = change(cast, "sam", quote, reprice(quote, unit=550))

        assert discount(changed.list_net, changed.lines_net) == Decimal("-9.78")


NOTES = [SetText(Text.CUSTOMER_REFERENCE, "PO 1"), SetText(Text.CUSTOMER_COMMENT, "Please hurry.")]
OTHERS = [
    SetText(Text.EMPLOYEE_COMMENT, "x"),
    SetText(Text.COMPANY_NAME, "x"),
    SetText(Text.RESTRICTION, "x"),
    SetValidTo(None),
    SetAddress("SHIPPING", None),
    SetShipping(),
    SetCustomer("C-ana"),
    RemoveLines(),
    AddLine(Decimal(1), product_key="x"),
    ChangeLine("x"),
    RemoveLine("x"),
    Attach(Operation(Op.ADD, ("mixins", "erp"), {})),
]


class TestWhoMay:
    @pytest.mark.parametrize("status", ["AWAITING", "OPEN", "IN_PROGRESS"])
    @pytest.mark.parametrize("note", NOTES, ids=lambda edit: edit.text)
    def test_the_customer_writes_reference_and_comment_as_long_as_it_lives(self, cast, status, note):
        quote = at(cast, status)

        with told_since() as news:
            changed = change(cast, "bea", quote, note)

        assert getattr(changed, note.text) == note.value
        assert changed.status == status
        assert happened(changed)[-1] == "quote.noted"
        assert news == []

    @pytest.mark.parametrize("status", ["DECLINED", "DECLINED_BY_MERCHANT", "ACCEPTED"])
    @pytest.mark.parametrize("who", ["bea", "sam"])
    def test_nobody_changes_what_has_ended(self, cast, status, who):
        quote = at(cast, status)

        with nothing_changes(), pytest.raises(Late) as refused:
            change(cast, who, quote, SetText(Text.CUSTOMER_COMMENT, "x"))

        assert refused.value.code == f"quote_{status.lower()}"

    @pytest.mark.parametrize("edit", OTHERS, ids=lambda edit: type(edit).__name__)
    @pytest.mark.parametrize("status", ["AWAITING", "OPEN", "IN_PROGRESS"])
    def test_the_customer_changes_nothing_else(self, cast, status, edit):
        quote = at(cast, status)

        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "bea", quote, edit)

    def test_not_even_along_with_what_is_theirs(self, cast, quote):
        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "bea", quote, *NOTES, SetShipping())

    @pytest.mark.parametrize("edit", [*NOTES, *OTHERS], ids=lambda edit: type(edit).__name__)
    def test_the_approver_changes_nothing(self, cast, edit):
        quote = offered(cast, "rita", WITHIN)
        request(cast, "rita", quote, "ana").settled()

        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "ana", quote, edit)

    @pytest.mark.parametrize("who", ["ana", "rita", "alice", "victor", "ines", "rik", "olga", "hal", "paula"])
    def test_for_everybody_else_there_is_none(self, cast, quote, who):
        with nothing_changes(), pytest.raises(Missing):
            change(cast, who, quote, SetText(Text.CUSTOMER_COMMENT, "x"))

    @pytest.mark.parametrize("who", ["sam", "vera"])
    def test_sales_and_managers_of_the_seller(self, cast, quote, who):
        assert change(cast, who, quote, reprice(quote, unit=450)).lines_net == 4150

    def test_platform_staff_only_where_nobody_sells(self, cast, quote):
        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "admin", quote, reprice(quote, unit=450))

        Member.objects.filter(company=cast.globex).update(is_active=False)
        assert change(cast, "admin", quote, reprice(quote, unit=450)).employee == cast.admin

    def test_who_sells_is_asked_of_the_table(self, cast, quote):
        Member.objects.filter(user=cast.sam).update(role=Role.AUDITOR)

        # His session is older than that.
        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "sam", quote, reprice(quote, unit=450))

    def test_who_is_seller_and_customer_does_each_in_the_right_place(self, cast, quote):
        member = Member.objects.create(company=cast.globex, user=cast.bea, role=Role.SALES)
        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "bea", quote, reprice(quote, unit=1))
        selling = change_quote(actor=Actor.member(member), quote_id=quote.pk, edits=[reprice(quote, unit=450)])
        assert selling.lines_net == 4150

    def test_a_move_without_the_right_to_it_takes_the_edits_along(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "sam", quote, reprice(quote, unit=1), move=QuoteMove.DECLINE)


def at(cast, status):
    """A quote of Bea's that has come so far."""
    quote = ask_quote(cast, "bea", WITHIN)
    if status == "DECLINED_BY_MERCHANT":
        return decline_to_offer(cast, "sam", quote)
    if status != "AWAITING":
        quote = offer(cast, "sam", quote)
    if status == "IN_PROGRESS":
        quote = ask_change(cast, "bea", quote)
    if status == "DECLINED":
        quote = decline_offer(cast, "bea", quote)
    if status == "ACCEPTED":
        accept_offer(cast, "bea", quote).settled()
    assert again(quote).status == status
    return again(quote)


class TestWhatWasSeen:
    def test_another_version_is_refused(self, cast, quote):
        change(cast, "vera", quote, SetText(Text.RESTRICTION, "x"))

        with nothing_changes(), pytest.raises(Late) as refused:
            change(cast, "sam", quote, reprice(quote, unit=1), seen_version=quote.version)

        assert refused.value.code == "version"

    def test_the_present_one_is_taken(self, cast, quote):
        changed = change(cast, "sam", quote, reprice(quote, unit=450), seen_version=quote.version)

        assert changed.version == quote.version + 1

    def test_each_move_counts(self, cast, quote):
        opened = offer(cast, "sam", quote)

        with nothing_changes(), pytest.raises(Late):
            change(cast, "bea", quote, move=QuoteMove.DECLINE, seen_version=quote.version)
        assert change(cast, "bea", quote, move=QuoteMove.DECLINE, seen_version=opened.version).status == "DECLINED"


class TestVendors:
    """On the parent marketplace a vendor sells what is its own; a quote is priced by whoever sells all of it."""

    @pytest.mark.parametrize("how", ["listing", "product", "replaced"])
    def test_sales_put_in_own_products_only(self, cast, quote, how):
        edit = {
            "listing": AddLine(Decimal(1), listing_key=cast.listing("BOOK-01").key),
            "product": AddLine(Decimal(1), product_key=cast.product("BOOK-01").key),
            "replaced": ChangeLine(line(quote).key, product_key=cast.product("BOOK-01").key),
        }[how]

        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, edit)

    @pytest.mark.parametrize("sku", ["OLD-01", "OTHER-01"])
    def test_nor_what_is_not_sold(self, cast, quote, sku):
        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "sam", quote, AddLine(Decimal(1), product_key=cast.product(sku).key))

    def test_nor_on_another_marketplace_or_in_another_currency(self, cast, quote):
        dollars = ListingFactory(product=cast.product("BACKUP-01"), marketplace=cast.main, unit_price=1, currency="USD")
        again(cast.listing("BACKUP-01")).delete()

        for key in (cast.listing("DESK-01", "resello").key, dollars.key):
            with nothing_changes(), pytest.raises(Invalid):
                change(cast, "sam", quote, AddLine(Decimal(1), listing_key=key))

    def test_a_reseller_offers_whatever_is_on_its_marketplace(self, cast):
        quote = ask_quote(cast, "tess", {"DESK-01": 1}, "resello")

        changed = change(cast, "rik", quote, AddLine(Decimal(2), product_key=cast.product("SERVER-01").key))

        assert (changed.seller, changed.lines.count()) == (cast.resellobv, 2)
        with nothing_changes(), pytest.raises(Missing):
            change(cast, "sam", quote, reprice(quote, unit=1))

    def test_lines_of_several_vendors_are_the_platform_s_to_price(self, cast):
        quote = ask_quote(cast, "bea", {"DESK-01": 1, "BOOK-01": 1})
        assert quote.seller is None

        for who in ("sam", "vera"):
            with nothing_changes(), pytest.raises(Missing):
                change(cast, who, quote, reprice(quote, unit=1))
        assert change(cast, "admin", quote, reprice(quote, unit=450)).lines_net == 470

    def test_with_the_last_line_of_the_others_it_is_the_remaining_one_s(self, cast):
        quote = ask_quote(cast, "bea", {"DESK-01": 1, "BOOK-01": 1})

        changed = change(cast, "admin", quote, RemoveLine(line(quote, "BOOK-01").key))

        assert again(quote).seller == cast.globex
        assert change(cast, "sam", changed, reprice(quote, unit=450)).lines_net == 450

    def test_and_whoever_takes_it_out_may_open_it_in_the_same_call(self, cast):
        quote = ask_quote(cast, "bea", {"DESK-01": 1, "BOOK-01": 1})

        opened = offer(cast, "admin", quote, RemoveLine(line(quote, "BOOK-01").key))

        assert (opened.status, opened.seller, opened.employee) == ("OPEN", cast.globex, cast.admin)

    def test_without_any_line_it_stays_where_it_is(self, cast, quote):
        emptied = change(cast, "sam", quote, RemoveLines())

        assert (emptied.seller, emptied.lines_gross) == (cast.globex, 0)
        assert change(cast, "sam", quote, vdi(cast, "one")).lines_net == 80


class TestAnotherCustomer:
    """Only where an employee made the quote, and nobody has been asked about it."""

    @pytest.fixture
    def draft(self, cast, quote):
        return make(cast, "sam", "bea", vdi(cast, "one"))

    def test_of_the_same_company(self, cast, draft):
        changed = change(cast, "sam", draft, SetCustomer("C-ana"))

        assert (changed.owner, changed.owner_name, changed.company) == (cast.ana, "Ana Diaz", cast.northwind)
        assert last_changes(changed) == [("REPLACE", "/customerId", "C-bea", "C-ana")]

    def test_of_the_same_name(self, cast, draft):
        cast.ana.first_name, cast.ana.last_name = "Bea", "Lindt"
        cast.ana.save()

        assert change(cast, "sam", draft, SetCustomer("C-ana")).owner == cast.ana
        assert again(draft).owner == cast.ana

    def test_the_same_is_no_change(self, cast, draft):
        with nothing_changes():
            change(cast, "sam", draft, SetCustomer("C-bea"))

    @pytest.mark.parametrize("number", ["C-carl", "C-dora", "C-alice", "C-paula", "C-otto", "C-nobody", ""])
    def test_nobody_who_could_not_order_it_for_the_company(self, cast, draft, number):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", draft, SetCustomer(number))

        assert refused.value.field == "customerId"

    def test_not_of_what_a_customer_asked_for(self, cast, quote):
        with nothing_changes(), pytest.raises(Late) as refused:
            change(cast, "sam", quote, SetCustomer("C-ana"))

        assert refused.value.code == "customer_fixed"

    def test_not_while_somebody_is_asked_about_it(self, cast, draft):
        change(cast, "sam", draft, SetCustomer("C-rita"))
        opened = offer(cast, "sam", draft)
        request(cast, "rita", opened, "ana").settled()

        with nothing_changes(), pytest.raises(Late):
            change(cast, "sam", opened, SetCustomer("C-bea"))

    def test_of_a_private_quote_another_private_customer_who_does_not_read_the_address_of_the_first(self, cast):
        other = CustomerFactory(tenant=cast.acme, number="C-pia").user
        customer = Customer.objects.get(user=cast.paula)
        home = CustomerAddress.objects.create(
            customer=customer, contact_name="Paula Privat", street="Gasse", city="Wien", zip_code="1010", country="NL"
        )
        draft = make(cast, "admin", "paula", vdi(cast, "one"), SetAddress("SHIPPING", home.key))
        assert draft.country == "NL"

        changed = change(cast, "admin", draft, SetCustomer("C-pia"))

        assert (changed.owner, changed.addresses, changed.country) == (other, {}, "DE")
        assert [path for _, path, _, _ in last_changes(changed)][:2] == ["/customerId", "/shippingAddressId"]

    def test_of_a_private_quote_nobody_who_is_in_a_company(self, cast):
        draft = make(cast, "admin", "paula", vdi(cast, "one"))

        for number in ("C-bea", "C-dora", "C-carl"):
            with nothing_changes(), pytest.raises(Invalid):
                change(cast, "admin", draft, SetCustomer(number))


class TestWhoIsTold:
    def test_nobody_while_it_is_not_open(self, cast, quote):
        with told_since() as news:
            change(cast, "sam", quote, reprice(quote, unit=450))

        assert news == []

    def test_the_customer_with_the_differences_while_it_is(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with told_since() as news:
            change(cast, "sam", quote, reprice(quote, unit=450))

        assert news == ["quote.revised to bea"]
        assert facts_for("bea", "quote.revised")["differences"] == [
            "DESK-01: the unit price is 450.00 EUR; it was 500.00 EUR.",
            "The total is 4,295.90 EUR; it was 4,771.90 EUR.",
        ]

    def test_the_customer_once_where_it_is_taken_back_with_it(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with told_since() as news:
            ask = change(cast, "sam", quote, reprice(quote, unit=450), move=QuoteMove.ASK_CHANGE)

        assert ask.status == "IN_PROGRESS"
        assert news == ["quote.change_asked to bea"]

    def test_nobody_of_what_was_not_done(self, cast):
        quote = offered(cast, "bea", WITHIN)
        remove(cast, "sam", quote)

        with nothing_changes(), pytest.raises(Missing):
            change(cast, "sam", quote, reprice(quote, unit=450))


def test_in_a_currency_without_decimals(cast):
    tokyo = MarketplaceFactory(tenant=cast.acme, currency="JPY", country="DE")
    ListingFactory(product=cast.product("DESK-01"), marketplace=tokyo, unit_price=Decimal("333.5"), currency="JPY")
    quote = make_in(cast, tokyo, AddLine(Decimal(7), product_key=cast.product("DESK-01").key))

    # 2,334.5 rounds up.
    assert (quote.lines_net, quote.lines_gross) == (2335, 2778)
    with nothing_changes(), pytest.raises(Invalid):
        change(cast, "admin", quote, ChangeLine(quote.lines.get().key, price=Price(total_net=Decimal("2000.5"))))


def make_in(cast, place, *edits):
    Member.objects.filter(company=cast.globex).update(is_active=False)
    return make_quote(actor=cast.actor("admin"), marketplace=place, whom=ForWhom("C-bea"), edits=edits)
