"""Can every turn of a quote be proved later, with the values it changed? And who ever hears of it?"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from companies.events import faults
from orders.models import Quote, QuoteChange, QuoteEvent
from orders.quote_chain import quote_faults
from orders.quote_edits import SetText, Text
from tests.stories.scenes import (
    WITHIN,
    accept_offer,
    again,
    ask_change,
    ask_quote,
    check_histories,
    happened,
    make,
    offer,
    remove,
    reprice,
)
from tests.world import scene


@scene
def quote(cast):
    """Asked, offered, sent back, offered for less, accepted."""
    quote = ask_quote(cast, "bea", WITHIN)
    offer(cast, "sam", quote, reprice(quote, unit=480))
    ask_change(cast, "bea", quote, reason_key="change-provided-price-to-high", comment="Too dear.")
    offer(cast, "vera", quote, reprice(quote, unit=450), SetText(Text.EMPLOYEE_COMMENT, "For you."))
    accept_offer(cast, "bea", quote, comment="Thank you.").settled()
    return again(quote)


def events_of(quote):
    return list(quote.events.order_by("number").prefetch_related("changes"))


def test_every_turn_is_an_event_with_who_and_as_what(cast, quote):
    told = [
        (event.kind, event.actor_name, event.role, event.from_status, event.to_status) for event in events_of(quote)
    ]

    assert told == [
        ("quote.asked", "Bea Lindt", "buyer", "", "AWAITING"),
        ("quote.revised", "Sam Reed", "sales", "AWAITING", "AWAITING"),
        ("quote.opened", "Sam Reed", "sales", "AWAITING", "OPEN"),
        ("quote.change_asked", "Bea Lindt", "buyer", "OPEN", "IN_PROGRESS"),
        ("quote.revised", "Vera Moss", "manager", "IN_PROGRESS", "IN_PROGRESS"),
        ("quote.opened", "Vera Moss", "manager", "IN_PROGRESS", "OPEN"),
        ("quote.accepted", "Bea Lindt", "buyer", "OPEN", "ACCEPTED"),
    ]
    assert quote.event_count == 7
    check_histories()


def test_every_status_and_price_stands_there_with_old_and_new(cast, quote):
    rows = QuoteChange.objects.filter(event__quote=quote).order_by("event__number", "number")
    statuses = [(row.old, row.new) for row in rows if row.path == "/status"]
    prices = [(row.op, row.old, row.new) for row in rows if row.path.startswith("/items/")]

    assert statuses == [
        ("AWAITING", "OPEN"),
        ("OPEN", "IN_PROGRESS"),
        ("IN_PROGRESS", "OPEN"),
        ("OPEN", "ACCEPTED"),
    ]
    assert prices == [
        ("ADD", "", "8 x DESK-01 at 500.00 EUR net each"),
        ("REPLACE", "8 x DESK-01 at 500.00 EUR net each", "8 x DESK-01 at 480.00 EUR net each"),
        ("REPLACE", "8 x DESK-01 at 480.00 EUR net each", "8 x DESK-01 at 450.00 EUR net each"),
    ]


def test_each_names_the_content_and_the_total_there_was(cast, quote):
    events = events_of(quote)

    assert [event.facts["gross"] for event in events] == [
        "4,771.90 EUR",
        "4,581.50 EUR",
        "4,581.50 EUR",
        "4,581.50 EUR",
        "4,295.90 EUR",
        "4,295.90 EUR",
        "4,295.90 EUR",
    ]
    assert len({event.content_hash for event in events}) == 3
    assert events[-1].content_hash == quote.content_hash


class TestTampering:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("kind", "quote.declined"),
            ("actor_ref", "999"),
            ("role", "admin"),
            ("to_status", "DECLINED"),
            ("content_hash", "0" * 64),
            ("facts", {}),
        ],
    )
    def test_of_a_fact(self, cast, quote, column, value):
        events = events_of(quote)
        setattr(events[3], column, value)

        assert "event 4 was changed" in quote_faults(quote, events)

    @pytest.mark.parametrize("column", ["old", "new"])
    def test_of_a_value(self, cast, quote, column):
        events = events_of(quote)
        for row in events[4].changes.all():
            setattr(row, column, "1 x DESK-01")

        found = quote_faults(quote, events)

        assert len(found) == 3  # its end, a comment and a price
        assert all(fault.startswith("event 5: the values of /") for fault in found)
        # Which the chain of the events alone does not show.
        assert faults(quote, events) == []

    @pytest.mark.parametrize(("column", "value"), [("op", "REMOVE"), ("path", "/comment2")])
    def test_of_what_was_changed(self, cast, quote, column, value):
        events = events_of(quote)
        setattr(events[4].changes.all()[1], column, value)

        assert quote_faults(quote, events) == ["event 5: its changes are not those that were made"]

    def test_a_change_that_is_gone(self, cast, quote):
        events = events_of(quote)
        events[4]._prefetched_objects_cache["changes"]._result_cache.pop()

        assert quote_faults(quote, events) == ["event 5: its changes are not those that were made"]

    def test_a_cut_end(self, cast, quote):
        assert quote_faults(quote, events_of(quote)[:-1]) == ["the end of the history is missing"]

    def test_the_history_of_another_quote(self, cast, quote):
        other = ask_quote(cast, "bea", WITHIN)

        assert quote_faults(again(other), events_of(quote)[:1])


class TestErasing:
    def test_names_texts_and_values_leaves_it_whole(self, cast, quote):
        QuoteEvent.objects.filter(quote=quote).update(actor_name="", behalf_name="", comment="")
        QuoteChange.objects.filter(event__quote=quote).update(old="", new="")

        check_histories()

    def test_one_leaves_the_others_to_be_verified(self, cast, quote):
        QuoteChange.objects.filter(event__quote=quote, event__number=2).update(old="", new="")
        events = events_of(quote)
        assert quote_faults(quote, events) == []

        for row in events[4].changes.all():
            row.new = "x"
        assert len(quote_faults(quote, events)) == 3


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (QuoteEvent, {"kind": "quote.declined"}),
        (QuoteEvent, {"actor_name": "Somebody Else"}),
        (QuoteEvent, {"comment": "Another one."}),
        (QuoteEvent, {"facts": {}}),
        (QuoteEvent, {"hash": "0" * 64}),
        (QuoteChange, {"new": "1 x DESK-01"}),
        (QuoteChange, {"old": "1 x DESK-01"}),
        (QuoteChange, {"path": "/nowhere"}),
        (QuoteChange, {"old": "", "salt": "x"}),
    ],
)
def test_the_database_itself_refuses_to_change_the_past(cast, quote, model, values):
    rows = model.objects.order_by("pk")
    before = list(rows.values())

    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(**values)
        assert list(rows.values()) == before
    else:  # SQLite, which serves demos, has no such guard
        rows.update(**values)
        assert list(rows.values()) != before


@pytest.mark.parametrize("model", [QuoteEvent, QuoteChange])
def test_the_database_itself_refuses_to_forget_the_past(cast, quote, model):
    if connection.vendor != "postgresql":
        assert model.objects.count()
        return  # no such guard, see above

    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        model.objects.all()._raw_delete("default")


class TestTheCommand:
    def verify(self):
        said = StringIO()
        call_command("verify_history", stdout=said)
        return said.getvalue()

    def test_counts_what_holds_deleted_ones_among_them(self, cast, quote):
        remove(cast, "sam", make(cast, "sam", "bea"))

        assert "2 quote histories verified, 0 with faults." in self.verify()

    def test_ends_with_an_error_where_a_value_was_changed(self, cast, quote):
        """The row is added where no guard can refuse it: a value that no event speaks of."""
        event = quote.events.get(number=1)
        QuoteChange.objects.create(event=event, number=99, op="ADD", path="/comment", new="Free.", salt="x")

        with pytest.raises(CommandError):
            self.verify()


def test_a_quote_that_never_moved_has_a_whole_history(cast):
    quote = ask_quote(cast, "bea", WITHIN)

    assert happened(quote) == ["quote.asked"]
    assert quote_faults(Quote.objects.get(pk=quote.pk), events_of(quote)) == []
