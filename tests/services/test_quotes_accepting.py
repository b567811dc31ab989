"""Accepting is ordering: who may alone, at which prices, and never twice."""

from decimal import Decimal

import pytest

from catalog.models import TaxRate
from companies.models import Member
from companies.preferences import PreferenceKey
from companies.roles import Role
from companies.services.idempotency import Once, made_before
from config.kit.refused import Invalid, Late, Missing, NotYours
from config.kit.wording import either
from notifications.models import Notice
from orders.models import Checkout, Order, OrderLine
from orders.quote_edits import AddLine, RemoveLine, SetShipping, SetText, Text
from tests.cast import LEFT
from tests.factories import ListingFactory, MarketplaceFactory, PreferenceFactory, make_cart
from tests.stories.scenes import (
    OVER,
    WITHIN,
    accept,
    accept_offer,
    again,
    approve,
    ask_change,
    ask_quote,
    ask_quote_for,
    change,
    check_histories,
    check_out_offer,
    decline_offer,
    decline_to_offer,
    facts_for,
    happened,
    make,
    nothing_changes,
    now,
    offer,
    offered,
    order,
    order_approved,
    orders_of,
    preview,
    remove,
    reprice,
    request,
    told_since,
    window,
    wishes,
)

SWITCH = PreferenceKey.QUOTE_APPROVAL
PAYMENT = {"paymentMethods": [{"provider": "custom", "method": "invoice"}]}


def limited(cast, company, amount, currency="EUR"):
    """The company gets another limit; None takes it away."""
    row = getattr(cast, company)
    row.purchase_limit, row.limit_currency = amount, "" if amount is None else currency
    row.save()


def switched_off(cast):
    PreferenceFactory(tenant=cast.acme, key=SWITCH, value=False)


def becomes(cast, who, **columns):
    Member.objects.filter(user=cast.user(who)).update(**columns)


# Nine desks are listed for 5,355.00 EUR gross, eight for 4,760.00 EUR; Northwind's limit is 5,000 EUR, Contoso's 2,000.
# who, lines, offered per desk | may alone, or who would have to be asked
ALONE = [
    ("ana", OVER, None, "admin"),
    ("ana", OVER, 1000, "admin"),
    ("bea", WITHIN, None, "within_limit"),
    ("bea", OVER, None, ["Ana Diaz", "Tom Weber"]),
    ("bea", OVER, 400, "within_limit"),  # what is offered counts, not what is listed: 4,284.00 EUR
    ("bea", WITHIN, 600, ["Ana Diaz", "Tom Weber"]),  # 5,712.00 EUR
    ("rita", {"DESK-01": 1}, None, ["Ana Diaz", "Bea Lindt", "Tom Weber"]),
    ("rita", OVER, None, ["Ana Diaz", "Tom Weber"]),
    ("rita", OVER, 400, ["Ana Diaz", "Bea Lindt", "Tom Weber"]),
    ("rita", {"DESK-01": 1}, 0, ["Ana Diaz", "Bea Lindt", "Tom Weber"]),  # a present is an order, too
    ("alice", OVER, None, "admin"),
    ("ben", {"DESK-01": 3}, None, "within_limit"),
    ("ben", {"DESK-01": 4}, None, ["Grace Hall", "Hugo Stern"]),
    ("grace", {"DESK-01": 4}, None, ["Hugo Stern"]),
    ("grace", {"DESK-01": 3}, None, "within_limit"),
    ("hugo", {"DESK-01": 1}, None, ["Grace Hall"]),
    ("ravi", {"DESK-01": 1}, None, ["Grace Hall", "Hugo Stern"]),
    ("ravi", {"DESK-01": 4}, None, ["Grace Hall", "Hugo Stern"]),
    ("paula", {"DESK-01": 99}, None, "private_customer"),
]


def title(row):
    who, lines, unit, answer = row
    return f"{who} {lines['DESK-01']} at {unit}: {answer if isinstance(answer, str) else ' or '.join(answer)}"


class TestWhoMayAlone:
    """The same policy as for a cart, on the gross subtotal of what is offered."""

    @pytest.mark.parametrize("row", ALONE, ids=title)
    def test_table(self, cast, row):
        who, lines, unit, answer = row
        quote = offered(cast, who, lines, unit=unit)

        if isinstance(answer, str):
            checkout = accept_offer(cast, who, quote).settled()
            assert checkout.ruling["codes"] == [answer]
            assert again(quote).status == "ACCEPTED"
        else:
            for attempt in (accept_offer, check_out_offer):
                with nothing_changes(), pytest.raises(NotYours) as refused:
                    attempt(cast, who, quote)
                assert refused.value.code == "approval_required"
                assert refused.value.text == f"This order needs approval by {either(answer)}."
            assert [person.name for person in preview(cast, who, quote).eligible] == answer

    @pytest.mark.parametrize(
        ("who", "lines"), [("bea", OVER), ("rita", OVER), ("rita", WITHIN), ("ben", OVER), ("ravi", WITHIN)]
    )
    def test_while_the_tenant_asks_nobody_everybody_may_who_may_order(self, cast, who, lines):
        switched_off(cast)
        quote = offered(cast, who, lines)

        checkout = accept_offer(cast, who, quote).settled()

        assert checkout.ruling["codes"] == ["quote_approvals_off"]
        assert checkout.ruling["texts"] == ["Quotes are ordered without approval on this platform."]

    def test_carts_are_asked_about_all_the_same(self, cast):
        switched_off(cast)

        assert not preview(cast, "rita", cast.cart("rita", WITHIN)).permitted

    @pytest.mark.parametrize("off", [False, True])
    def test_who_became_a_contact_may_neither_accept_nor_ask(self, cast, off):
        if off:
            switched_off(cast)
        quote = offered(cast, "rita", WITHIN)
        becomes(cast, "rita", role=Role.CONTACT)

        for attempt in (accept_offer, check_out_offer):
            with nothing_changes(), pytest.raises(NotYours) as refused:
                attempt(cast, "rita", quote)
            assert refused.value.code == "may_not_order"
        with nothing_changes(), pytest.raises(NotYours):
            request(cast, "rita", quote, "ana")

    def test_who_left_the_company_does_not_see_it_any_more(self, cast):
        quote = offered(cast, "tom", WITHIN)
        becomes(cast, "tom", is_active=False)

        # A session of before that still speaks for the company; the people are asked of the table.
        with nothing_changes(), pytest.raises(NotYours) as refused:
            accept_offer(cast, "tom", quote)

        assert refused.value.code == "may_not_order"

    def test_the_role_counts_as_it_is_now(self, cast):
        quote = offered(cast, "bea", WITHIN)
        becomes(cast, "bea", role=Role.REQUESTER)

        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "bea", quote)

    def test_who_was_promoted_since_is_free(self, cast):
        quote = offered(cast, "rita", OVER)
        becomes(cast, "rita", role=Role.ADMIN)

        assert accept_offer(cast, "rita", quote).settled().ruling["codes"] == ["admin"]

    def test_without_a_limit_a_buyer_is_free(self, cast):
        limited(cast, "northwind", None)

        assert accept_offer(cast, "bea", offered(cast, "bea", OVER)).settled().ruling["codes"] == ["no_limit"]

    def test_a_limit_of_nothing_is_exceeded_by_a_cent_and_not_by_a_present(self, cast):
        limited(cast, "northwind", 0)
        dear, free = offered(cast, "bea", {"DESK-01": 1}, unit="0.01"), offered(cast, "bea", {"DESK-01": 1}, unit=0)

        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "bea", dear)
        assert accept_offer(cast, "bea", free).settled().lines_gross == 0

    def test_a_limit_in_another_currency_counts_as_exceeded(self, cast):
        limited(cast, "northwind", 1_000_000, "USD")
        quote = offered(cast, "bea", {"DESK-01": 1})

        with nothing_changes(), pytest.raises(NotYours) as refused:
            accept_offer(cast, "bea", quote)

        assert refused.value.details == (
            "The company's limit is in USD, this is in EUR; it therefore counts as above the limit.",
        )

    @pytest.mark.parametrize(
        ("total_net", "gross", "permitted"), [("4201.68", "5000.00", True), ("4201.69", "5000.01", False)]
    )
    def test_the_limit_itself_is_within_it_to_the_cent(self, cast, total_net, gross, permitted):
        quote = ask_quote(cast, "bea", OVER)
        quote = offer(cast, "sam", quote, reprice(quote, total_net=total_net))

        assert quote.lines_gross == Decimal(gross)
        assert preview(cast, "bea", quote).permitted is permitted

    def test_shipping_does_not_count(self, cast):
        quote = ask_quote(cast, "bea", OVER)
        quote = offer(cast, "sam", quote, reprice(quote, total_net="4201.68"))

        # With shipping for 11.90 EUR it is above the limit.
        assert accept_offer(cast, "bea", quote).settled().gross == Decimal("5011.90")

    def test_the_reasons_have_their_figures(self, cast):
        quote = offered(cast, "bea", OVER)

        with nothing_changes(), pytest.raises(NotYours) as refused:
            accept_offer(cast, "bea", quote)

        assert refused.value.details == ("5,355.00 EUR gross is 355.00 EUR over the company's limit of 5,000.00 EUR.",)


STRANGERS = ["ana", "tom", "bea", "carl", *LEFT, "alice", "paula", "ines", "roos", "rik", "olga", "otto", "hal"]


class TestWhoseItIs:
    @pytest.mark.parametrize("who", STRANGERS)
    @pytest.mark.parametrize("attempt", [accept_offer, check_out_offer])
    def test_for_everybody_else_there_is_none(self, cast, who, attempt):
        quote = offered(cast, "rita", WITHIN)

        with nothing_changes(), pytest.raises(Missing):
            attempt(cast, who, quote)

    @pytest.mark.parametrize("attempt", [accept_offer, check_out_offer])
    @pytest.mark.parametrize("who", ["sam", "vera", "admin"])
    def test_who_sees_it_otherwise_may_not(self, cast, who, attempt):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(NotYours):
            attempt(cast, who, quote)

    @pytest.mark.parametrize("who", ["sam", "vera", "admin"])
    def test_nor_do_they_find_out_whom_it_waits_for(self, cast, who):
        quote = offered(cast, "rita", WITHIN)
        approval = request(cast, "rita", quote, "bea").settled()
        for _ in range(2):
            with nothing_changes(), pytest.raises(NotYours) as refused:
                accept_offer(cast, who, quote)
            assert refused.value.text == "You may not accept this quote."
            if again(approval).status == "PENDING":
                approve(cast, "bea", approval).settled()

    @pytest.mark.parametrize("who", ["sam", "vera", "admin"])
    def test_nor_do_they_say_how_it_is_paid(self, cast, who):
        quote = offered(cast, "bea", WITHIN)
        accept_offer(cast, "bea", quote).settled()

        with nothing_changes(), pytest.raises(NotYours):
            check_out_offer(cast, who, quote)


def opens(cast, quote):
    return offer(cast, "sam", quote)


NOT_OPEN = {
    "asked": (lambda cast, quote: None, "AWAITING", "waits for an offer"),
    "sent back": (
        lambda cast, quote: ask_change(cast, "bea", opens(cast, quote)),
        "IN_PROGRESS",
        "is being revised since",
    ),
    "declined": (lambda cast, quote: decline_offer(cast, "bea", opens(cast, quote)), "DECLINED", "was declined by"),
    "never offered": (
        lambda cast, quote: decline_to_offer(cast, "sam", quote),
        "DECLINED_BY_MERCHANT",
        "was declined by the seller",
    ),
}


class TestWhatCannotBeAccepted:
    @pytest.mark.parametrize("attempt", [accept_offer, check_out_offer])
    @pytest.mark.parametrize("how", NOT_OPEN)
    def test_what_is_not_open(self, cast, how, attempt):
        lead, status, said = NOT_OPEN[how]
        quote = ask_quote(cast, "bea", WITHIN)
        lead(cast, quote)
        assert again(quote).status == status

        with nothing_changes(), pytest.raises(Late) as refused:
            attempt(cast, "bea", quote)

        assert refused.value.code == f"quote_{status.lower()}"
        assert said in refused.value.text

    def test_a_draft_is_not_there(self, cast):
        ask_quote(cast, "bea", WITHIN)
        quote = make(cast, "sam", "bea", AddLine(Decimal(1), product_key=cast.product("DESK-01").key))

        with nothing_changes(), pytest.raises(Missing):
            accept_offer(cast, "bea", quote)

    def test_what_was_deleted_is_not_there(self, cast):
        quote = offered(cast, "bea", WITHIN)
        remove(cast, "sam", quote)

        with nothing_changes(), pytest.raises(Missing):
            accept_offer(cast, "bea", quote)

    def test_an_offer_without_lines(self, cast):
        quote = offered(cast, "bea", WITHIN)
        change(cast, "sam", quote, RemoveLine(quote.lines.get().key))

        with nothing_changes(), pytest.raises(Invalid) as refused:
            accept_offer(cast, "bea", quote)

        assert refused.value.code == "empty_quote"

    @pytest.mark.parametrize("gone", ["product", "listing"])
    def test_what_was_withdrawn_from_sale(self, cast, gone):
        quote = offered(cast, "bea", {"DESK-01": 1, "LICENSE-01": 2})
        row = cast.product("LICENSE-01") if gone == "product" else cast.listing("LICENSE-01")
        row.is_active = False
        row.save()

        with nothing_changes(), pytest.raises(Invalid) as refused:
            accept_offer(cast, "bea", quote)
        assert (refused.value.code, refused.value.details) == (
            "unavailable",
            ("Office licence is no longer sold on Acme Markets Main.",),
        )

        row.is_active = True
        row.save()
        assert accept_offer(cast, "bea", quote).settled()

    def test_a_window_that_is_not_there(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Late) as refused:
            accept_offer(cast, "bea", quote, details={"deliveryWindow": {"id": "nowhere"}})

        assert refused.value.code == "window"

    def test_details_that_are_none(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            accept_offer(cast, "bea", quote, details={"deliveryWindow": "tomorrow"})

    def test_a_comment_that_cannot_be_stored(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            accept_offer(cast, "bea", quote, comment="\x00")

    def test_an_edit_that_is_not_the_customer_s_takes_the_yes_along(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(NotYours):
            accept_offer(cast, "bea", quote, edits=[reprice(quote, unit=1)])


class TestWhatWasSeen:
    def test_another_price_than_was_seen_is_not_ordered(self, cast):
        quote = offered(cast, "bea", WITHIN)
        seen = quote.content_hash
        change(cast, "sam", quote, reprice(quote, unit=510))

        with nothing_changes(), pytest.raises(Late) as refused:
            accept_offer(cast, "bea", quote, seen_hash=seen)

        assert refused.value.code == "content_changed"
        assert accept_offer(cast, "bea", quote, seen_hash=again(quote).content_hash).settled()

    def test_a_cheaper_one_is_not_either(self, cast):
        quote = offered(cast, "bea", WITHIN)
        seen = quote.content_hash
        change(cast, "sam", quote, reprice(quote, unit=490))

        with nothing_changes(), pytest.raises(Late):
            accept_offer(cast, "bea", quote, seen_hash=seen)

    @pytest.mark.parametrize(
        "edit",
        [SetText(Text.EMPLOYEE_COMMENT, "Only this week."), SetText(Text.RESTRICTION, "x")],
        ids=["a comment", "a restriction"],
    )
    def test_what_is_not_ordered_may_change(self, cast, edit):
        quote = offered(cast, "bea", WITHIN)
        change(cast, "sam", quote, edit)

        assert accept_offer(cast, "bea", quote, seen_hash=quote.content_hash).settled()

    def test_sent_back_and_opened_again_as_it_was_is_what_was_seen(self, cast):
        quote = offered(cast, "bea", WITHIN)
        ask_change(cast, "bea", quote)
        offer(cast, "sam", quote)

        assert accept_offer(cast, "bea", quote, seen_hash=quote.content_hash).settled()


FIGURES = ("quantity", "unit_price", "includes_tax", "tax_rate", "net", "tax", "gross")


def as_offered(quote):
    """The lines of a quote as its order must have them."""
    return list(quote.lines.order_by("position").values_list("product__sku", *FIGURES))


def as_ordered(checkout):
    lines = OrderLine.objects.filter(order__checkout=checkout)
    return list(lines.order_by("order__position", "number").values_list("sku", *FIGURES))


def check_sums(quote, checkout):
    """Whatever it was split into: to the cent what was offered."""
    quote = again(quote)
    orders = orders_of(checkout)
    lines = OrderLine.objects.filter(order__checkout=checkout)
    assert checkout.lines_gross == quote.lines_gross == sum(order.lines_gross for order in orders)
    assert checkout.gross == quote.total.amount == sum(order.gross for order in orders)
    assert checkout.net == quote.lines_net + quote.shipping_net
    assert checkout.tax == quote.lines_tax + quote.shipping_tax
    for name in ("net", "tax", "gross"):
        assert sum(getattr(line, name) for line in lines) == getattr(quote, f"lines_{name}")
        assert sum(getattr(order, f"shipping_{name}") for order in orders) == getattr(quote, f"shipping_{name}")


class TestAtTheNegotiatedPrices:
    def accepted(self, cast, quote, who="ana", **more):
        checkout = accept_offer(cast, who, quote, **more).settled()
        check_sums(quote, checkout)
        return checkout

    def test_per_unit(self, cast):
        quote = offered(cast, "ana", OVER, unit="444.44")

        checkout = self.accepted(cast, quote)

        assert as_ordered(checkout) == as_offered(quote)
        assert as_ordered(checkout) == [
            ("DESK-01", 9, Decimal("444.44"), False, 19, Decimal("3999.96"), Decimal("759.99"), Decimal("4759.95"))
        ]

    def test_as_one_net_total_that_does_not_come_out_even(self, cast):
        quote = ask_quote(cast, "ana", {"DESK-01": 7})
        quote = offer(cast, "sam", quote, reprice(quote, total_net="999.99"))

        checkout = self.accepted(cast, quote)

        assert as_ordered(checkout) == as_offered(quote)
        (line,) = OrderLine.objects.all()
        assert (line.net, line.gross) == (Decimal("999.99"), Decimal("1189.99"))
        assert line.unit_price == Decimal("142.855714")

    def test_on_a_gross_price_list(self, cast):
        quote = ask_quote(cast, "ana", {"CHAIR-01": 3})
        quote = offer(cast, "admin", quote, reprice(quote, "CHAIR-01", unit="199.99"))

        checkout = self.accepted(cast, quote)

        assert as_ordered(checkout) == as_offered(quote)
        (line,) = OrderLine.objects.all()
        assert (line.includes_tax, line.gross, line.net) == (True, Decimal("599.97"), Decimal("504.18"))

    def test_of_a_gross_listing_for_one_net_total(self, cast):
        quote = ask_quote(cast, "ana", {"CHAIR-01": 3})
        quote = offer(cast, "admin", quote, reprice(quote, "CHAIR-01", total_net="500"))

        checkout = self.accepted(cast, quote)

        (line,) = OrderLine.objects.all()
        assert (line.includes_tax, line.net, line.gross) == (False, Decimal(500), Decimal(595))
        assert as_ordered(checkout) == as_offered(quote)

    @pytest.mark.parametrize(("net", "gross"), [("0", "0"), ("4.20", "5.00"), ("99.99", "118.99")])
    def test_with_shipping_at_a_price_of_its_own(self, cast, net, gross):
        quote = ask_quote(cast, "ana", WITHIN)
        sent = SetShipping(cast.fast_shipping.zone, cast.fast_shipping.key, Decimal(net))
        quote = offer(cast, "sam", quote, sent)

        checkout = self.accepted(cast, quote)

        (placed,) = orders_of(checkout)
        assert (placed.shipping_net, placed.shipping_gross) == (Decimal(net), Decimal(gross))
        assert placed.shipping == {"zoneId": cast.fast_shipping.zone, "methodId": cast.fast_shipping.key}

    def test_without_shipping(self, cast):
        quote = offer(cast, "sam", ask_quote(cast, "ana", WITHIN), SetShipping())

        checkout = self.accepted(cast, quote)

        (placed,) = orders_of(checkout)
        assert (placed.shipping, placed.shipping_gross, placed.gross) == ({}, 0, Decimal(4760))

    @pytest.mark.parametrize("today", [1, 499, 501, 5000])
    def test_whatever_the_list_says_by_now(self, cast, today):
        quote = offered(cast, "ana", OVER, unit=450)
        listing = cast.listing("DESK-01")
        listing.unit_price = Decimal(today)
        listing.save()

        checkout = self.accepted(cast, quote)

        assert as_ordered(checkout) == as_offered(quote)
        assert checkout.lines_gross == Decimal("4819.50")

    def test_at_the_tax_it_was_offered_with(self, cast):
        quote = offered(cast, "ana", OVER)
        TaxRate.objects.filter(country="DE").update(rate=25)

        assert self.accepted(cast, quote).lines_gross == Decimal(5355)

    def test_several_lines_keep_their_order(self, cast):
        quote = ask_quote(cast, "ana", {"LICENSE-01": 3, "DESK-01": 2, "VDI-01": 5})
        quote = offer(cast, "sam", quote, reprice(quote, "VDI-01", unit=70), reprice(quote, "DESK-01", total_net=901))

        checkout = self.accepted(cast, quote)

        assert [line[0] for line in as_ordered(checkout)] == ["LICENSE-01", "DESK-01", "VDI-01"]
        assert as_ordered(checkout) == as_offered(quote)

    def test_lines_of_several_vendors_become_orders_that_sum_up(self, cast):
        quote = ask_quote(cast, "ana", {"DESK-01": 9, "BOOK-01": 7, "CHAIR-01": 1})
        assert quote.seller is None
        quote = offer(
            cast, "admin", quote, reprice(quote, total_net="3333.33"), reprice(quote, "BOOK-01", unit="17.777")
        )

        checkout = self.accepted(cast, quote)

        globex, initech = orders_of(checkout)
        assert (globex.vendor, initech.vendor) == (cast.globex, cast.initech)
        assert [line.sku for line in globex.lines.all()] == ["DESK-01"]
        assert [line.sku for line in initech.lines.order_by("number")] == ["BOOK-01", "CHAIR-01"]
        assert sorted(as_ordered(checkout)) == sorted(as_offered(quote))
        assert again(quote).order_number == globex.number

    def test_flagged_products_wait_for_their_review_and_the_others_do_not(self, cast):
        quote = ask_quote(cast, "ana", {"SERVER-01": 2, "DESK-01": 1, "BACKUP-01": 1})
        quote = offer(cast, "sam", quote, reprice(quote, "SERVER-01", unit=900))

        checkout = self.accepted(cast, quote)

        flagged, free = orders_of(checkout)
        assert (flagged.status, free.status) == ("to_be_approved", "pending")
        assert [line.sku for line in flagged.lines.order_by("number")] == ["SERVER-01", "BACKUP-01"]
        assert flagged.review.snapshots.get().content["bound"]["lines"][0]["unit_price"] == "900"
        assert again(quote).order_number == flagged.number
        accept(cast, "victor", flagged)
        assert again(flagged).status in ("pending", "provisioning")

    def test_of_a_reseller_on_its_own_marketplace(self, cast):
        quote = ask_quote(cast, "tess", {"DESK-01": 1, "SERVER-01": 1}, "resello")
        quote = offer(cast, "rik", quote, reprice(quote, unit=500))

        checkout = self.accepted(cast, quote, who="tess")

        first, second = orders_of(checkout)
        assert {first.auditing_company, second.auditing_company} == {cast.resellobv}
        assert (first.country, first.lines.get().tax_rate) == ("NL", 21)
        assert (first.lines_gross, second.status) == (Decimal(605), "to_be_approved")

    def test_in_a_currency_without_decimals(self, cast):
        tokyo = MarketplaceFactory(tenant=cast.acme, currency="JPY", country="DE")
        desk = ListingFactory(product=cast.product("DESK-01"), marketplace=tokyo, unit_price=333, currency="JPY")
        cart = make_cart(owner=cast.ana, company=cast.northwind, marketplace=tokyo, lines=[(desk, 7)])
        quote = ask_quote_for(cast, "ana", cart, wishes=wishes(cast, zone="", method=""))
        with nothing_changes(), pytest.raises(Invalid):
            offer(cast, "sam", quote, reprice(quote, total_net="2100.5"))
        quote = offer(cast, "sam", quote, reprice(quote, unit="299.5"))

        checkout = self.accepted(cast, quote)

        # 2,096.5 rounds up before its tax, and 2,494.835 after.
        assert (checkout.net, checkout.gross, checkout.currency) == (2097, 2495, "JPY")

    def test_where_it_is_delivered_and_billed(self, cast):
        quote = offered(cast, "ana", WITHIN)

        (placed,) = orders_of(self.accepted(cast, quote))

        assert {address["type"]: address["street"] for address in placed.addresses} == {
            "SHIPPING": "Hafenstrasse",
            "BILLING": "Hafenstrasse",
        }
        assert all("id" not in address and "name" not in address for address in placed.addresses)
        assert (placed.buyer, placed.company, placed.placed_by) == (cast.ana, cast.northwind, cast.ana)

    def test_in_a_window_of_the_checkout_s_choice(self, cast):
        quote = offered(cast, "ana", WITHIN)

        checkout = self.accepted(cast, quote, details={"deliveryWindow": window(cast.narrow_window)})

        assert checkout.delivery_window == cast.narrow_window

    def test_whatever_else_the_details_say(self, cast):
        quote = offered(cast, "ana", WITHIN)
        elsewhere = {"type": "SHIPPING", **cast.contoso_office.as_address()}
        shipping = {"zoneId": cast.fast_shipping.zone, "methodId": cast.fast_shipping.key}

        (placed,) = orders_of(self.accepted(cast, quote, details={"addresses": [elsewhere], "shipping": shipping}))

        assert placed.shipping["methodId"] == cast.shipping.key
        assert "Lindenallee" not in str(placed.addresses)


class TestAccepted:
    def test_quote_cart_and_order_are_linked(self, cast):
        quote = offered(cast, "bea", WITHIN)

        checkout = accept_offer(cast, "bea", quote, comment="Thank you.").settled()

        quote = again(quote)
        (placed,) = orders_of(checkout)
        assert (quote.status, quote.order_number, quote.checkout) == ("ACCEPTED", placed.number, checkout)
        assert (quote.status_comment, quote.status_reason, quote.approval) == ("Thank you.", {}, None)
        assert (checkout.quote, checkout.cart, checkout.approval) == (quote, None, None)
        assert (again(quote.cart).status, checkout.placed_by) == ("closed", cast.bea)

    def test_the_ruling_is_kept(self, cast):
        checkout = accept_offer(cast, "bea", offered(cast, "bea", WITHIN)).settled()

        (placed,) = orders_of(checkout)
        expected = {
            "verdict": "free",
            "codes": ["within_limit"],
            "role": "buyer",
            "gross": "4,760.00 EUR",
            "limit": "5,000.00 EUR",
        }
        assert expected.items() <= checkout.ruling.items()
        assert placed.ruling == checkout.ruling

    def test_it_is_in_both_histories(self, cast):
        quote = offered(cast, "bea", WITHIN)
        (placed,) = orders_of(accept_offer(cast, "bea", quote, comment="Thank you.").settled())

        accepted = quote.events.order_by("-number")[0]
        assert (accepted.kind, accepted.from_status, accepted.to_status) == ("quote.accepted", "OPEN", "ACCEPTED")
        assert (accepted.actor_name, accepted.role, accepted.comment) == ("Bea Lindt", "buyer", "Thank you.")
        assert accepted.content_hash == quote.content_hash
        assert happened(placed) == ["order.placed"]
        check_histories()

    def test_the_seller_is_told_and_who_did_it_is_not(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with told_since() as news:
            accept_offer(cast, "bea", quote).settled()

        assert sorted(news) == [
            "order.placed to bea",
            "order.to_deliver to vera",
            "order.to_deliver to victor",
            "quote.accepted to sam",
        ]
        assert facts_for("sam", "quote.accepted")["order_number"] == again(quote).order_number

    def test_without_an_employee_all_sales_are_told(self, cast):
        quote = offered(cast, "bea", WITHIN)
        becomes(cast, "sam", is_active=False)

        with told_since() as news:
            accept_offer(cast, "bea", quote).settled()

        assert [line for line in news if line.startswith("quote.")] == ["quote.accepted to vera"]

    def test_a_note_comes_along(self, cast):
        quote = offered(cast, "bea", WITHIN)

        accept_offer(cast, "bea", quote, edits=[SetText(Text.CUSTOMER_REFERENCE, "PO 4712")]).settled()

        assert again(quote).customer_reference == "PO 4712"
        assert happened(quote)[-2:] == ["quote.noted", "quote.accepted"]

    def test_nothing_can_be_changed_any_more(self, cast):
        quote = offered(cast, "bea", WITHIN)
        accept_offer(cast, "bea", quote).settled()

        for who, attempt in {
            "bea": [
                lambda: change(cast, "bea", quote, SetText(Text.CUSTOMER_COMMENT, "x")),
                lambda: decline_offer(cast, "bea", quote),
                lambda: ask_change(cast, "bea", quote),
                lambda: request(cast, "bea", quote, "ana"),
            ],
            "sam": [
                lambda: change(cast, "sam", quote, reprice(quote, unit=1)),
                lambda: offer(cast, "sam", quote),
                lambda: ask_change(cast, "sam", quote),
                lambda: decline_to_offer(cast, "sam", quote),
                lambda: remove(cast, "sam", quote),
            ],
        }.items():
            for each in attempt:
                with nothing_changes(), pytest.raises((Late, Invalid)) as refused:
                    each()
                assert refused.value.text, who


class TestOneOrder:
    """Accepting and checking out are two ways to one order; the payment may come afterwards, once."""

    @pytest.fixture
    def quote(self, cast):
        return offered(cast, "bea", {"DESK-01": 1, "SERVER-01": 1})

    def test_accepted_twice(self, cast, quote):
        accept_offer(cast, "bea", quote).settled()
        numbers = [order.number for order in Order.objects.order_by("position")]

        with nothing_changes(), pytest.raises(Late) as refused:
            accept_offer(cast, "bea", quote)

        assert refused.value.code == "quote_accepted"
        assert refused.value.text.endswith(f"and ordered as {numbers[0]}.")

    def test_accepted_then_checked_out_adds_the_payment_to_every_order(self, cast, quote):
        accepted = accept_offer(cast, "bea", quote).settled()
        assert accepted.payment_open
        assert [order.payment for order in orders_of(accepted)] == [{}, {}]

        with told_since() as news:
            paid = check_out_offer(cast, "bea", quote).settled()

        assert paid == accepted
        assert not again(paid).payment_open
        assert [order.payment for order in orders_of(paid)] == [{"provider": "custom", "method": "invoice"}] * 2
        assert all(happened(order)[-1] == "order.payment_chosen" for order in orders_of(paid))
        assert news == []
        assert Checkout.objects.count() == 1
        check_histories()

    def test_and_only_once(self, cast, quote):
        accept_offer(cast, "bea", quote).settled()
        checkout = check_out_offer(cast, "bea", quote).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            check_out_offer(cast, "bea", quote, details={"paymentMethods": [{"provider": "none"}]})

        numbers = tuple(order.number for order in orders_of(checkout))
        assert (refused.value.code, refused.value.details) == ("already_ordered", numbers)

    def test_accepted_with_a_payment_there_is_none_to_add(self, cast, quote):
        checkout = accept_offer(cast, "bea", quote, details=PAYMENT).settled()
        assert not checkout.payment_open

        with nothing_changes(), pytest.raises(Late) as refused:
            check_out_offer(cast, "bea", quote)

        assert refused.value.code == "already_ordered"

    def test_checked_out_then_accepted(self, cast, quote):
        checkout = check_out_offer(cast, "bea", quote).settled()
        assert again(quote).order_number == orders_of(checkout)[0].number

        with nothing_changes(), pytest.raises(Late):
            accept_offer(cast, "bea", quote)

    def test_checked_out_twice(self, cast, quote):
        checkout = check_out_offer(cast, "bea", quote).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            check_out_offer(cast, "bea", quote)

        assert refused.value.details == tuple(order.number for order in orders_of(checkout))

    @pytest.mark.parametrize("payment", [{}, {"paymentMethods": []}, {"payment": None}])
    def test_checked_out_without_a_payment(self, cast, quote, payment):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            check_out_offer(cast, "bea", quote, details=payment)

        assert refused.value.field == "payment"

    def test_the_approver_may_say_how_it_is_paid(self, cast):
        quote = offered(cast, "rita", WITHIN)
        request(cast, "rita", quote, "ana").settled()
        accept_offer(cast, "ana", quote).settled()

        checkout = check_out_offer(cast, "ana", quote).settled()

        assert orders_of(checkout)[0].payment["provider"] == "custom"
        with nothing_changes(), pytest.raises(Late):
            check_out_offer(cast, "rita", quote)

    @pytest.mark.parametrize("who", ["rita", "ana"])
    def test_who_checks_out_what_was_accepted_by_the_other_side(self, cast, who):
        quote = offered(cast, "rita", WITHIN)
        approval = request(cast, "rita", quote, "ana").settled()
        approve(cast, "ana", approval).settled()
        first = order_approved(cast, "rita", approval).settled()

        assert check_out_offer(cast, who, quote).settled() == first

    def test_what_a_request_made_is_remembered_with_it(self, cast, quote):
        once = Once(cast.acme.pk, "user:1", "POST /checkouts", "key-1", "d" * 64)

        checkout = check_out_offer(cast, "bea", quote, once=once).settled()

        made = made_before(once, now())
        assert (made.kind, made.record_id) == ("checkout", str(checkout.pk))

    def test_the_cart_it_came_from_cannot_be_ordered_besides(self, cast, quote):
        with nothing_changes(), pytest.raises(Late):
            order(cast, "bea", quote.cart)

        accept_offer(cast, "bea", quote).settled()
        with nothing_changes(), pytest.raises(Late):
            order(cast, "bea", quote.cart)

    def test_two_quotes_of_one_customer_are_two_orders(self, cast, quote):
        other = offered(cast, "bea", {"DESK-01": 1})

        first, second = accept_offer(cast, "bea", quote).settled(), accept_offer(cast, "bea", other).settled()

        assert first != second
        assert Checkout.objects.count() == 2


def test_no_notice_of_it_speaks_of_what_it_does_not_know(cast):
    quote = offered(cast, "bea", {"DESK-01": 1, "SERVER-01": 1})
    accept_offer(cast, "bea", quote).settled()

    notices = Notice.objects.filter(topic__startswith="quote.")
    assert {notice.topic for notice in notices} >= {"quote.opened", "quote.accepted"}
    for notice in notices:
        assert notice.facts["number"] == quote.number
        assert notice.facts["customer"] == "Bea Lindt"
        assert notice.facts["seller"] == "Globex Systems"
