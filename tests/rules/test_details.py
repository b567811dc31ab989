"""What do checkout details say, what is missing in them, and where do they contradict what was approved?"""

from decimal import Decimal

import pytest

from config.kit.refused import Invalid
from orders.content import content_differences
from orders.details import check_complete, contradictions, one_line, read_details, window_text

HAMBURG = {
    "contactName": "Rita Okafor",
    "companyName": "Northwind GmbH",
    "street": "Hafenstrasse",
    "streetNumber": "12",
    "zipCode": "20457",
    "city": "Hamburg",
    "country": "DE",
}
COLOGNE = {**HAMBURG, "contactName": "Ravi Rao", "street": "Lindenallee", "zipCode": "50668", "city": "Koeln"}
COMPLETE = {
    "shipping": {"zoneId": "deliveryarea", "methodId": "courier", "amount": 12.5},
    "addresses": [{"type": "SHIPPING", **HAMBURG}, {"type": "BILLING", **HAMBURG}],
    "deliveryWindow": {"id": "window-1", "slotId": "morning", "deliveryDate": "2026-12-01T00:00:00Z"},
    "payment": {"provider": "invoice", "method": "30 days"},
}


def details(**changed):
    """Complete details with some parts changed; a part that is None is left out."""
    return {name: part for name, part in {**COMPLETE, **changed}.items() if part is not None}


class TestReading:
    def test_everything(self):
        read = read_details(COMPLETE)

        assert (read.shipping.zone, read.shipping.method) == ("deliveryarea", "courier")
        assert read.addresses == {"SHIPPING": HAMBURG, "BILLING": HAMBURG}
        assert read.delivery_window == COMPLETE["deliveryWindow"]
        assert read.payment == COMPLETE["payment"]

    @pytest.mark.parametrize("raw", [{}, {"shipping": None, "addresses": [], "deliveryWindow": {}, "payment": {}}])
    def test_nothing_is_all_left_open(self, raw):
        read = read_details(raw)

        assert (read.shipping, read.addresses, read.delivery_window, read.payment) == (None, {}, None, {})

    def test_space_around_is_dropped_and_the_country_is_written_large(self):
        read = read_details({"addresses": [{"type": "shipping", **HAMBURG, "city": "  Hamburg ", "country": "de"}]})

        assert read.addresses["SHIPPING"] == HAMBURG

    def test_what_an_address_does_not_have_is_not_kept(self):
        read = read_details({"addresses": [{"type": "SHIPPING", **HAMBURG, "state": "", "planet": "Mars"}]})

        assert read.addresses["SHIPPING"] == HAMBURG

    def test_an_address_that_is_for_nothing_binds_nothing(self):
        assert read_details({"addresses": [HAMBURG, {"type": None, **HAMBURG}]}).addresses == {}

    def test_numbers_are_taken_as_text(self):
        read = read_details({"addresses": [{"type": "SHIPPING", **HAMBURG, "zipCode": 20457, "streetNumber": 12}]})

        assert read.addresses["SHIPPING"] == HAMBURG

    def test_html_stays_as_it_was_written(self):
        street = "<script>alert('x')</script> & Sons"

        read = read_details({"addresses": [{"type": "SHIPPING", **HAMBURG, "street": street}]})

        assert read.addresses["SHIPPING"]["street"] == street

    def test_the_first_of_several_payment_methods(self):
        read = read_details({"paymentMethods": [{"provider": "stripe"}, {"provider": "invoice"}]})

        assert read.payment == {"provider": "stripe"}

    def test_fractions_in_a_payment_become_text_which_has_one_spelling(self):
        payment = {"provider": "invoice", "amount": 12.50, "custom": {"parts": [Decimal("0.30"), 2], "net": True}}

        assert read_details({"payment": payment}).payment == {
            "provider": "invoice",
            "amount": "12.5",
            "custom": {"parts": ["0.3", 2], "net": True},
        }


UNUSABLE = [
    # what is wrong, the part, the field that is blamed
    ("shipping is text", {"shipping": "courier"}, "shipping"),
    ("shipping is a list", {"shipping": ["courier"]}, "shipping"),
    ("a method that is no text", {"shipping": {"zoneId": "z", "methodId": ["courier"]}}, "shipping.methodId"),
    ("addresses are an object", {"addresses": {"SHIPPING": HAMBURG}}, "addresses"),
    ("an address is text", {"addresses": ["Hamburg"]}, "addresses"),
    ("eleven addresses", {"addresses": [{"type": "SHIPPING"}] * 11}, "addresses"),
    ("an address of a strange type", {"addresses": [{"type": "HOME", **HAMBURG}]}, "addresses.type"),
    ("two delivery addresses", {"addresses": [{"type": "SHIPPING", **HAMBURG}] * 2}, "addresses.SHIPPING"),
    (
        "a country in words",
        {"addresses": [{"type": "SHIPPING", **HAMBURG, "country": "Germany"}]},
        "addresses.SHIPPING.country",
    ),
    (
        "a country of digits",
        {"addresses": [{"type": "SHIPPING", **HAMBURG, "country": "12"}]},
        "addresses.SHIPPING.country",
    ),
    (
        "a country in another script",
        {"addresses": [{"type": "SHIPPING", **HAMBURG, "country": "ДЕ"}]},
        "addresses.SHIPPING.country",
    ),
    (
        "a city of 201 letters",
        {"addresses": [{"type": "BILLING", **HAMBURG, "city": "x" * 201}]},
        "addresses.BILLING.city",
    ),
    (
        "a postcode of 12 characters",
        {"addresses": [{"type": "BILLING", **HAMBURG, "zipCode": "1" * 12}]},
        "addresses.BILLING.zipCode",
    ),
    (
        "a street that is a truth",
        {"addresses": [{"type": "BILLING", **HAMBURG, "street": True}]},
        "addresses.BILLING.street",
    ),
    (
        "a street with a null character",
        {"addresses": [{"type": "BILLING", **HAMBURG, "street": "a\x00b"}]},
        "addresses.BILLING.street",
    ),
    (
        "a street with half of a character pair",
        {"addresses": [{"type": "BILLING", **HAMBURG, "street": "a\ud800"}]},
        "addresses.BILLING.street",
    ),
    ("a window that is text", {"deliveryWindow": "tomorrow"}, "deliveryWindow"),
    ("a slot that is an object", {"deliveryWindow": {"slotId": {}}}, "deliveryWindow.slotId"),
    ("a payment that is text", {"payment": "invoice"}, "payment"),
    ("a payment method that is text", {"paymentMethods": ["invoice"]}, "payment"),
    ("a payment with a null character", {"payment": {"note": "a\x00b"}}, "payment"),
    ("a payment whose name has one", {"payment": {"no\x00te": "a"}}, "payment"),
    ("a payment that is not a number", {"payment": {"amount": float("nan")}}, "payment"),
    ("a payment without end", {"payment": {"amount": Decimal("Infinity")}}, "payment"),
    ("a payment with half a character pair", {"payment": {"a": ["\udfff"]}}, "payment"),
]


@pytest.mark.parametrize(("raw", "field"), [pytest.param(*row[1:], id=row[0]) for row in UNUSABLE])
def test_what_cannot_be_used_is_refused_naming_the_part(raw, field):
    with pytest.raises(Invalid) as refused:
        read_details(raw)

    assert refused.value.field == field
    assert refused.value.text.endswith(".")


def test_a_payment_nested_without_end_is_refused():
    payment = inner = {}
    for _ in range(5_000):
        inner["more"] = inner = {}

    with pytest.raises(Invalid):
        read_details({"payment": payment})


INCOMPLETE = [
    ({"addresses": COMPLETE["addresses"][1:]}, "addresses.SHIPPING"),
    ({"addresses": COMPLETE["addresses"][:1]}, "addresses.BILLING"),
    ({"addresses": None}, "addresses.SHIPPING"),
    ({"shipping": None}, "shipping"),
    ({"payment": None}, "payment"),
    *(
        ({"addresses": [{"type": "SHIPPING", **HAMBURG, name: "  "}]}, f"addresses.SHIPPING.{name}")
        for name in ("contactName", "street", "zipCode", "city", "country")
    ),
]


@pytest.mark.parametrize(("changed", "field"), INCOMPLETE)
def test_what_ordering_needs_and_is_missing(changed, field):
    with pytest.raises(Invalid) as refused:
        check_complete(read_details(details(**changed)))

    assert refused.value.field == field


def test_ordering_needs_no_delivery_window():
    check_complete(read_details(details(deliveryWindow=None)))


class TestContradictions:
    AGREED = read_details(COMPLETE)

    def differing(self, **changed):
        return contradictions(self.AGREED, read_details(details(**changed)))

    def test_none_where_nothing_differs(self):
        assert self.differing() == []

    def test_none_where_the_checkout_leaves_everything_open(self):
        assert contradictions(self.AGREED, read_details({})) == []

    def test_none_where_the_request_left_everything_open(self):
        assert contradictions(read_details({}), self.AGREED) == []

    def test_payment_is_free(self):
        assert self.differing(payment={"provider": "stripe"}) == []

    def test_another_shipping_method(self):
        assert self.differing(shipping={"zoneId": "deliveryarea", "methodId": "bike"}) == [
            "Shipping was approved as courier, not bike."
        ]

    def test_another_delivery_address(self):
        addresses = [{"type": "SHIPPING", **COLOGNE}, COMPLETE["addresses"][1]]

        (sentence,) = self.differing(addresses=addresses)

        assert sentence == (
            "The delivery address was approved as Rita Okafor, Hafenstrasse 12, 20457 Hamburg, DE, "
            "not Ravi Rao, Lindenallee 12, 50668 Koeln, DE."
        )

    def test_another_billing_address(self):
        addresses = [COMPLETE["addresses"][0], {"type": "BILLING", **COLOGNE}]

        assert self.differing(addresses=addresses)[0].startswith("The billing address was approved as Rita")

    def test_another_window(self):
        window = {"id": "window-2", "slotId": "noon", "deliveryDate": "2026-12-02T00:00:00Z"}

        assert self.differing(deliveryWindow=window) == [
            "Delivery was approved for 2026-12-01 (morning), not 2026-12-02 (noon)."
        ]

    def test_all_of_them_at_once(self):
        found = self.differing(
            shipping={"zoneId": "deliveryarea", "methodId": "bike"},
            addresses=[{"type": "SHIPPING", **COLOGNE}, {"type": "BILLING", **COLOGNE}],
            deliveryWindow={"id": "window-2"},
        )

        assert len(found) == 4


class TestFillingUp:
    def test_what_was_left_open_comes_from_the_checkout(self):
        agreed = read_details({"shipping": COMPLETE["shipping"], "addresses": COMPLETE["addresses"][:1]})
        wanted = read_details(details(shipping=None, addresses=[{"type": "BILLING", **COLOGNE}]))

        complete = agreed.filled_from(wanted)

        check_complete(complete)
        assert complete.shipping.method == "courier"
        assert complete.addresses == {"SHIPPING": HAMBURG, "BILLING": COLOGNE}
        assert complete.delivery_window == COMPLETE["deliveryWindow"]

    def test_the_payment_of_the_checkout_wins(self):
        agreed, wanted = read_details(COMPLETE), read_details({"payment": {"provider": "stripe"}})

        assert agreed.filled_from(wanted).payment == {"provider": "stripe"}
        assert agreed.filled_from(read_details({})).payment == COMPLETE["payment"]

    def test_payment_is_not_bound(self):
        assert set(read_details(COMPLETE).bound()) == {"shipping", "addresses", "deliveryWindow"}


def test_an_address_and_a_window_in_one_line():
    assert one_line(HAMBURG) == "Rita Okafor, Hafenstrasse 12, 20457 Hamburg, DE"
    assert one_line({"city": "Hamburg"}) == "Hamburg"
    assert window_text({"id": "window-1", "deliveryDate": "2026-12-01T00:00:00Z"}) == "2026-12-01 (window-1)"


class TestDifferences:
    """Two contents as snapshots store them: what is different now, in sentences."""

    BEFORE = {
        "currency": "EUR",
        "lines": [
            {"listing": "1", "sku": "DESK-01", "quantity": "2", "unit_price": "500", "tax_rate": "19"},
            {"listing": "2", "sku": "BOOK-01", "quantity": "1", "unit_price": "20", "tax_rate": "7"},
        ],
        "total": "1211.4",
        "shipping": {"zoneId": "deliveryarea", "methodId": "courier"},
        "addresses": {"SHIPPING": HAMBURG},
        "deliveryWindow": "null",
    }

    def differences(self, **changed):
        return content_differences(self.BEFORE, {**self.BEFORE, **changed})

    def test_nothing(self):
        assert self.differences() == []

    def test_a_line_that_went_and_one_that_came(self):
        lamp = {"listing": "3", "sku": "LAMP-01", "quantity": "4", "unit_price": "30", "tax_rate": "19"}

        assert self.differences(lines=[self.BEFORE["lines"][0], lamp], total="1332.8") == [
            "BOOK-01 was removed.",
            "LAMP-01 was added (4).",
            "The total is 1,332.80 EUR; it was 1,211.40 EUR.",
        ]

    def test_several_lines_of_one_listing_are_told_apart(self):
        desk, book = self.BEFORE["lines"]
        seen = {**self.BEFORE, "lines": [desk, book, desk]}

        assert content_differences(seen, {**seen, "lines": [{**desk, "quantity": "3"}, book, desk]}) == [
            "DESK-01: the quantity is 3; it was 2."
        ]
        assert content_differences(seen, self.BEFORE) == ["DESK-01 was removed."]

    def test_figures_of_a_line(self):
        changed = {**self.BEFORE["lines"][0], "quantity": "3", "unit_price": "490", "tax_rate": "21"}

        assert self.differences(lines=[changed, self.BEFORE["lines"][1]]) == [
            "DESK-01: the quantity is 3; it was 2.",
            "DESK-01: the unit price is 490.00 EUR; it was 500.00 EUR.",
            "DESK-01: the tax rate is 21 %; it was 19 %.",
        ]

    def test_details(self):
        assert self.differences(
            shipping={"zoneId": "deliveryarea", "methodId": "bike"},
            addresses={"SHIPPING": HAMBURG, "BILLING": COLOGNE},
            deliveryWindow={"id": "window-1", "slotId": "morning", "deliveryDate": "2026-12-01"},
        ) == [
            "Shipping is bike; it was courier.",
            "The billing address is Ravi Rao, Lindenallee 12, 50668 Koeln, DE; it was left open.",
            "Delivery is 2026-12-01 (morning); it was left open.",
        ]
