"""When does an offer end, what may go with a refusal, and whose is an edit? The rules of quotes, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kit.patches import Op, Operation
from orders.quote_edits import (
    CUSTOMERS_TEXTS,
    LINE_EDITS,
    AddLine,
    Attach,
    ChangeLine,
    Edit,
    RemoveLine,
    RemoveLines,
    SetAddress,
    SetCustomer,
    SetShipping,
    SetText,
    SetValidTo,
    Text,
    move_of,
)
from orders.quote_lifecycle import (
    DEFAULT_REASONS,
    QUOTE,
    REASON_OF,
    TO_PRICE,
    UNSEEN_BY_CUSTOMERS,
    QuoteMove,
    QuoteParty,
    QuoteStatus,
    ReasonType,
    status_at,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BLINK = timedelta(microseconds=1)


class TestWhenAnOfferEnds:
    @pytest.mark.parametrize(
        ("valid_to", "reads"),
        [
            (None, "OPEN"),
            (NOON + timedelta(days=1), "OPEN"),
            (NOON + BLINK, "OPEN"),
            (NOON, "EXPIRED"),
            (NOON - BLINK, "EXPIRED"),
            (NOON - timedelta(days=400), "EXPIRED"),
        ],
    )
    def test_at_its_time_and_not_before(self, valid_to, reads):
        assert status_at("OPEN", valid_to, NOON) == reads

    @pytest.mark.parametrize("status", [status for status in QuoteStatus if status is not QuoteStatus.OPEN])
    @pytest.mark.parametrize("valid_to", [None, NOON - timedelta(days=1), NOON + timedelta(days=1)])
    def test_time_changes_nothing_else(self, status, valid_to):
        assert status_at(status, valid_to, NOON) is status

    @given(
        status=st.sampled_from(QuoteStatus),
        valid_to=st.none() | st.datetimes(timezones=st.just(UTC)),
        first=st.datetimes(timezones=st.just(UTC)),
        second=st.datetimes(timezones=st.just(UTC)),
    )
    def test_what_has_expired_once_reads_so_for_ever(self, status, valid_to, first, second):
        earlier, later = sorted((first, second))

        if status_at(status, valid_to, earlier) is QuoteStatus.EXPIRED:
            assert status_at(status, valid_to, later) is QuoteStatus.EXPIRED

    def test_it_ends_only_where_the_table_lets_the_system_end_it(self):
        ends = {t.status for t in QUOTE.transitions if QuoteParty.SYSTEM in t.who}

        assert ends == {QuoteStatus.OPEN}


class TestReasons:
    DECLINE = ["PRICE_TOO_HIGH", "NO_LONGER_NEEDED", "DELIVERY_TIME_LATE", "OTHER"]
    CHANGE = ["WRONG_MATERIAL", "PROVIDED_PRICE_TO_HIGH", "DELIVERY_TIME_LATE", "OTHER"]

    def test_the_defaults_are_those_of_the_contract(self):
        codes = {kind: [r.code for r in DEFAULT_REASONS if r.type is kind] for kind in ReasonType}

        assert codes == {ReasonType.DECLINE: self.DECLINE, ReasonType.CHANGE: self.CHANGE}

    def test_each_has_an_id_of_its_own_that_fits_into_an_address(self):
        keys = [reason.key for reason in DEFAULT_REASONS]

        assert len(set(keys)) == len(keys)
        assert keys[0] == "decline-price-too-high"
        assert all(key.replace("-", "").isalpha() and key == key.lower() for key in keys)

    @pytest.mark.parametrize("reason", DEFAULT_REASONS, ids=lambda reason: reason.key)
    def test_each_speaks_the_languages_of_the_pages(self, reason):
        assert set(reason.message) == {"en", "de"}
        assert len(set(reason.message.values())) == 2
        assert all(reason.message.values())

    def test_a_reason_goes_with_every_no_and_with_nothing_else(self):
        assert REASON_OF == {
            QuoteMove.ASK_CHANGE: ReasonType.CHANGE,
            QuoteMove.DECLINE: ReasonType.DECLINE,
            QuoteMove.DECLINE_BY_MERCHANT: ReasonType.DECLINE,
        }


class TestWhoWaitsForWhom:
    @pytest.mark.parametrize("status", TO_PRICE)
    def test_what_waits_for_an_employee_can_be_opened_and_declined_by_one(self, status):
        offered = QUOTE.open_moves(status, {QuoteParty.EMPLOYEE})

        assert {QuoteMove.OPEN, QuoteMove.DECLINE_BY_MERCHANT} <= set(offered)

    @pytest.mark.parametrize("status", TO_PRICE)
    def test_and_the_customer_cannot_answer_it(self, status):
        assert QUOTE.open_moves(status, {QuoteParty.CUSTOMER}) == (QuoteMove.NOTE,)

    @pytest.mark.parametrize("status", UNSEEN_BY_CUSTOMERS)
    def test_what_customers_do_not_see_offers_them_nothing(self, status):
        assert QUOTE.open_moves(status, {QuoteParty.CUSTOMER, QuoteParty.APPROVER}) == ()

    def test_an_approver_may_accept_and_no_more(self):
        moves = {t.move for t in QUOTE.transitions if QuoteParty.APPROVER in t.who}

        assert moves == {QuoteMove.ACCEPT}

    def test_nobody_but_the_customer_s_side_accepts(self):
        (accepting,) = [t for t in QUOTE.transitions if t.to is QuoteStatus.ACCEPTED]

        assert (accepting.status, accepting.who) == (QuoteStatus.OPEN, {QuoteParty.CUSTOMER, QuoteParty.APPROVER})


REVISIONS = [
    *(SetText(text, "x") for text in Text if text not in CUSTOMERS_TEXTS),
    SetValidTo(NOON),
    SetAddress("SHIPPING", "here"),
    SetShipping("zone", "method", Decimal(1)),
    Attach(Operation(Op.ADD, ("mixins", "erp"), {})),
    SetCustomer("C-1"),
    AddLine(Decimal(1), listing_key="x"),
    ChangeLine("x", quantity=Decimal(2)),
    RemoveLine("x"),
    RemoveLines(),
]


class TestWhoseAnEditIs:
    def test_the_customer_writes_two_texts(self):
        assert CUSTOMERS_TEXTS == (Text.CUSTOMER_REFERENCE, Text.CUSTOMER_COMMENT)
        assert all(move_of(SetText(text, "x")) is QuoteMove.NOTE for text in CUSTOMERS_TEXTS)

    @pytest.mark.parametrize("edit", REVISIONS, ids=repr)
    def test_everything_else_is_the_seller_s(self, edit):
        assert move_of(edit) is QuoteMove.REVISE

    def test_no_kind_of_edit_was_left_out_above(self):
        assert {type(edit) for edit in REVISIONS} == set(Edit.__args__)
        assert set(LINE_EDITS) <= set(Edit.__args__)
