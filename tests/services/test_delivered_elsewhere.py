"""A cart's country sets its tax: a low one does not bring an order under the limit that goes somewhere else."""

from decimal import Decimal

import pytest

from catalog.models import TaxRate
from config.kit.refused import Invalid
from orders.destination import check_destination
from orders.details import read_details
from orders.models import Order
from orders.priced import priced_cart
from tests.factories import TaxClassFactory, TaxRateFactory
from tests.stories.scenes import (
    amend,
    approve,
    approve_and_order,
    ask_for,
    details,
    nothing_changes,
    now,
    order,
    order_approved,
    window,
)
from tests.world import scene

FIELD = "addresses.SHIPPING.country"
# 4,500.00 EUR net: 5,355.00 EUR with German tax, above Northwind's limit of 5,000 EUR; 4,725.00 EUR with 5 %.
NINE = {"DESK-01": 9}


def taxed(tenant, code, country, rate):
    TaxRateFactory(tax_class=TaxClassFactory(tenant=tenant, code=code), country=country, rate=Decimal(rate))


@scene
def low_tax(cast):
    """Luxembourg asks for five per cent here."""
    for code in ("STANDARD", "REDUCED"):
        taxed(cast.acme, code, "LU", 5)


@scene
def no_cheaper(cast):
    """Austria asks for what Germany asks."""
    for code, rate in (("STANDARD", 19), ("REDUCED", 7)):
        taxed(cast.acme, code, "AT", rate)


def refused(call, *args, **more):
    with nothing_changes(), pytest.raises(Invalid) as raised:
        call(*args, **more)
    assert raised.value.field == FIELD
    return raised.value.text


@pytest.mark.usefixtures("low_tax")
class TestALowTax:
    def test_does_not_bring_an_order_under_the_limit(self, cast):
        cart = cast.cart("bea", NINE, country="LU")

        text = refused(order, cast, "bea", cart, details=details(cast))

        assert text == (
            "With the taxes of LU this costs 4,735.50 EUR, but delivered to DE, it costs 5,366.90 EUR. "
            "Set the country of the cart to DE, then ask or order again."
        )

    def test_does_not_hide_from_an_approver_what_it_costs(self, cast):
        cart = cast.cart("rita", NINE, country="LU")

        text = refused(ask_for, cast, "rita", cart, "bea", details=details(cast))

        assert "delivered to DE, it costs 5,366.90 EUR" in text

    def test_counts_for_a_request_that_names_no_shipping_yet(self, cast):
        cart = cast.cart("rita", NINE, country="LU")

        text = refused(ask_for, cast, "rita", cart, "bea", details=details(cast, shipping=None))

        assert "With the taxes of LU this costs 4,725.00 EUR, but delivered to DE, it costs 5,355.00 EUR." in text

    def test_cannot_be_amended_in(self, cast):
        approval = ask_for(cast, "rita", cast.cart("rita", NINE, country="LU"), "bea", details={})

        text = refused(amend, cast, "rita", approval, details=details(cast))

        assert text.endswith("Take the request back, set the country of the cart to DE, then ask again.")

    def test_is_found_out_at_the_order_where_the_request_left_the_address_open(self, cast):
        approval = ask_for(cast, "rita", cast.cart("rita", NINE, country="LU"), "bea", details={})

        refused(approve_and_order, cast, "bea", approval, details=details(cast))
        approve(cast, "bea", approval).settled()
        text = refused(order_approved, cast, "rita", approval, details=details(cast))

        assert text.endswith("Take the request back, set the country of the cart to DE, then ask again.")

    def test_is_right_where_it_is_delivered(self, cast):
        cart = cast.cart("bea", NINE, country="LU")

        order(cast, "bea", cart).settled()

        assert Order.objects.get().gross == Decimal("4735.50")

    def test_does_not_reach_a_country_without_known_taxes(self, cast):
        cart = cast.cart("bea", NINE, country="LU")

        text = refused(order, cast, "bea", cart, details=details(cast, "GB"))

        assert "delivered to GB, for which the taxes of DE hold, it costs 5,366.90 EUR" in text
        assert "Set the country of the cart to DE" in text

    def test_of_one_line_only_is_enough_to_be_refused(self, cast):
        TaxRate.objects.filter(country="LU", tax_class__code="STANDARD").update(rate=Decimal(19))

        refused(order, cast, "bea", cast.cart("bea", {"DESK-01": 1, "BOOK-01": 1}, country="LU"), details=details(cast))

    def test_of_prices_with_tax_changes_nothing_but_shipping(self, cast):
        chairs = {"CHAIR-01": 2}

        refused(order, cast, "bea", cast.cart("bea", chairs, country="LU"), details=details(cast))
        TaxRate.objects.filter(country="LU", tax_class__code="STANDARD").update(rate=Decimal("19.01"))
        cart = cast.cart("ana", chairs, country="LU")
        order(cast, "ana", cart, details=details(cast)).settled()


class TestAnotherCountry:
    def test_at_the_same_cost_is_delivered_to(self, cast, no_cheaper):
        order(cast, "bea", cast.cart("bea", NINE | {"DESK-01": 8}), details=details(cast, "AT")).settled()
        approval = ask_for(cast, "rita", cast.cart("rita", {"DESK-01": 1}), "bea", details=details(cast, "AT"))
        approve_and_order(cast, "bea", approval).settled()

        assert [placed.country for placed in Order.objects.all()] == ["DE", "DE"]

    def test_without_known_taxes_is_delivered_to_with_those_of_the_marketplace(self, cast):
        order(cast, "bea", cast.cart("bea", {"DESK-01": 8}), details=details(cast, "GB")).settled()

        assert Order.objects.count() == 1

    def test_with_a_rate_for_one_line_only_is_one_without_known_taxes(self, cast):
        taxed(cast.acme, "REDUCED", "LU", 5)

        order(cast, "bea", cast.cart("bea", {"DESK-01": 1, "BOOK-01": 1}), details=details(cast, "LU")).settled()

        assert Order.objects.exists()

    def test_with_rates_for_lines_but_not_for_shipping_is_one_without_known_taxes(self, cast):
        taxed(cast.acme, "REDUCED", "LU", 5)

        order(cast, "bea", cast.cart("bea", {"BOOK-01": 1}), details=details(cast, "LU")).settled()

        assert Order.objects.exists()

    def test_may_not_cost_less_either(self, cast):
        text = refused(order, cast, "tess", cast.cart("tess", {"DESK-01": 1}, "resello"), details=details(cast))

        assert text.endswith("Set the country of the cart to DE, then ask or order again.")

    def test_of_somebody_else_s_taxes_is_unknown(self, cast, low_tax):
        taxed(cast.other, "STANDARD", "AT", 1)

        order(cast, "bea", cast.cart("bea", {"DESK-01": 1}), details=details(cast, "AT")).settled()

        assert Order.objects.exists()

    def test_of_the_invoice_does_not_matter(self, cast):
        addresses = [cast.address("SHIPPING"), {**cast.address("BILLING"), "country": "NL"}]

        order(cast, "bea", cast.cart("bea", {"DESK-01": 1}), details=details(cast, addresses=addresses)).settled()

        assert Order.objects.exists()


def test_a_changed_rate_does_not_make_the_agreed_address_wrong(cast, no_cheaper):
    """Like is compared with like: today's prices here and there, not the frozen ones with today's."""
    approval = ask_for(cast, "rita", cast.cart("rita", {"DESK-01": 1}), "bea", details=details(cast, "AT"))
    TaxRate.objects.filter(country__in=("DE", "AT"), tax_class__code="STANDARD").update(rate=Decimal(16))

    amend(cast, "bea", approval, delivery_window=window(cast.window)).settled()
    approve_and_order(cast, "bea", approval).settled()

    assert Order.objects.get().lines_gross == Decimal(580)


@pytest.mark.parametrize("given", [{"country": "DE"}, {"addresses": None}])
def test_the_same_country_costs_no_statement(cast, django_assert_num_queries, given):
    priced = priced_cart(cast.cart("bea", {"DESK-01": 1}), now())
    wanted = read_details(details(cast, **given))

    with django_assert_num_queries(0):
        check_destination(priced, wanted, now())
