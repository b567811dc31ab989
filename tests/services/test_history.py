"""Can each yes be proved later? Every chain holds, and whatever is done to it shows."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from approvals.models import Answer, Approval, ApprovalEvent, Snapshot
from companies.events import faults
from companies.models import Change
from companies.services import set_limit
from orders.models import Order, OrderEvent
from tests.stories.scenes import (
    OVER,
    accept,
    again,
    amend,
    approve_and_order,
    ask,
    check_histories,
    close,
    complete,
    ordered,
)
from tests.world import scene


@scene
def approval(cast):
    """Asked, changed, approved and ordered: four events."""
    approval = ask(cast, "rita", {**OVER, "SERVER-01": 1}, of="ana")
    amend(cast, "rita", approval, comment="On Tuesday would do.").settled()
    approve_and_order(cast, "ana", approval, comment="Go ahead.").settled()
    return again(approval)


def events_of(row):
    return list(row.events.order_by("number"))


def test_every_move_is_one_event_in_one_chain(cast, approval):
    events = events_of(approval)

    assert [event.kind for event in events] == [
        "approval.requested",
        "approval.amended",
        "approval.approved",
        "approval.ordered",
    ]
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert (approval.event_count, approval.last_hash) == (4, events[-1].hash)
    assert len({event.hash for event in events}) == 4
    check_histories()


def test_it_says_who_what_as_what_and_through_which_door(cast, approval):
    requested, amended, approved, ordered_ = events_of(approval)

    assert {event.actor_kind for event in (requested, amended, approved, ordered_)} == {"user"}
    assert (requested.role, amended.role, approved.role) == ("requester", "requester", "admin")
    assert (approved.actor_name, approved.actor_ref) == ("Ana Diaz", str(cast.ana.pk))
    assert (approved.from_status, approved.to_status) == ("PENDING", "APPROVED")
    assert (approved.comment, approved.channel) == ("Go ahead.", "portal")
    assert (approved.content_hash, approved.limit) == (approval.content_hash, "5,000.00 EUR")
    assert ordered_.facts["total"] == "6556.90"


def test_it_outlives_a_change_of_names(cast, approval):
    cast.ana.first_name = "Anastasia"
    cast.ana.save()

    assert events_of(approval)[2].actor_name == "Ana Diaz"
    check_histories()


class TestTampering:
    """Every way to lie about the past shows as a fault, in words."""

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("kind", "approval.declined"),
            ("at", None),
            ("actor_kind", "system"),
            ("actor_ref", "999"),
            ("behalf_ref", "999"),
            ("role", "buyer"),
            ("limit", "9,000.00 EUR"),
            ("from_status", "CLOSED"),
            ("to_status", "DECLINED"),
            ("content_hash", "0" * 64),
            ("channel", "api"),
            ("facts", {"total": "1"}),
            ("digest", "0" * 64),
            ("hash", "0" * 64),
        ],
    )
    def test_of_a_fact(self, cast, approval, column, value):
        events = events_of(approval)
        setattr(events[2], column, events[0].at if column == "at" else value)

        assert "event 3 was changed" in faults(approval, events)

    @pytest.mark.parametrize("column", ["actor_name", "comment", "behalf_name"])
    def test_of_a_text(self, cast, approval, column):
        events = events_of(approval)
        setattr(events[2], column, "Somebody else")

        assert faults(approval, events) == ["event 3: its texts were changed"]

    def test_of_a_salt(self, cast, approval):
        events = events_of(approval)
        events[2].salt = "0" * 32

        assert faults(approval, events) == ["event 3: its texts were changed"]

    def test_a_missing_event(self, cast, approval):
        events = events_of(approval)
        del events[1]

        assert "event 2 is missing" in faults(approval, events)
        assert "event 3 was changed" in faults(approval, events)

    def test_a_missing_beginning(self, cast, approval):
        assert "event 1 is missing" in faults(approval, events_of(approval)[1:])

    def test_a_cut_end(self, cast, approval):
        assert faults(approval, events_of(approval)[:-1]) == ["the end of the history is missing"]

    def test_a_cut_end_with_the_count_put_right(self, cast, approval):
        approval.event_count = 3

        assert faults(approval, events_of(approval)[:-1]) == ["the end of the history is missing"]

    def test_nothing_left_at_all(self, cast, approval):
        assert faults(approval, []) == ["the end of the history is missing"]

    def test_an_invented_event(self, cast, approval):
        events = events_of(approval)
        events.append(ApprovalEvent(**{**_columns(events[-1]), "number": 5}))

        assert faults(approval, events)

    def test_events_in_another_order(self, cast, approval):
        events = events_of(approval)
        events[1], events[2] = events[2], events[1]

        assert faults(approval, events)

    def test_the_history_of_somebody_else(self, cast, approval):
        other = ask(cast, "bea", OVER, of="ana")

        assert faults(other, events_of(approval)[:1])

    def test_without_the_key_nothing_can_be_forged(self, cast, approval):
        with override_settings(HISTORY_KEYS={"test": b"a key that somebody guessed......"}):
            assert len(faults(approval, events_of(approval))) == 4

    def test_a_key_that_is_gone_is_said(self, cast, approval):
        with override_settings(HISTORY_KEYS={"new": b"another key of thirty-two letters"}):
            assert faults(approval, events_of(approval))[0] == "event 1: the key 'test' is not configured"

    def test_a_new_key_goes_on_where_the_old_one_stopped(self, cast, settings):
        approval = ask(cast, "rita", OVER, of="ana")
        settings.HISTORY_KEYS = {"new": b"another key of thirty-two letters", **settings.HISTORY_KEYS}

        close(cast, "rita", approval).settled()

        assert [event.key_id for event in events_of(approval)] == ["test", "new"]
        check_histories()


def _columns(event):
    return {field.attname: getattr(event, field.attname) for field in event._meta.fields if not field.primary_key}


class TestErasing:
    def test_names_and_texts_leaves_the_chain_whole(self, cast, approval):
        ApprovalEvent.objects.filter(approval=approval).update(actor_name="", behalf_name="", comment="")

        assert faults(again(approval), events_of(approval)) == []

    def test_of_one_event_leaves_the_others_to_be_verified(self, cast, approval):
        ApprovalEvent.objects.filter(approval=approval, number=2).update(actor_name="", behalf_name="", comment="")
        events = events_of(approval)
        assert faults(again(approval), events) == []

        events[2].comment = "Certainly not."
        assert faults(approval, events) == ["event 3: its texts were changed"]

    def test_in_an_order_s_history(self, cast):
        (placed,) = ordered(cast, "ana", {"DESK-01": 1})

        OrderEvent.objects.filter(order=placed).update(actor_name="", behalf_name="", comment="")

        check_histories()


GUARDED = [
    (ApprovalEvent, {"kind": "approval.declined"}),
    (ApprovalEvent, {"actor_name": "Somebody Else"}),
    (ApprovalEvent, {"comment": "Certainly not."}),
    (ApprovalEvent, {"facts": {}}),
    (ApprovalEvent, {"hash": "0" * 64}),
    (ApprovalEvent, {"actor_name": "", "kind": "approval.declined"}),
    (ApprovalEvent, {"digest": ""}),
    (OrderEvent, {"to_status": "cancelled"}),
    (OrderEvent, {"comment": "Another reason."}),
    (Snapshot, {"content": {}}),
    (Snapshot, {"content_hash": ""}),
    (Answer, {"yes": False}),
    (Answer, {"comment": "No."}),
    (Change, {"new": {"amount": "1"}}),
]


@pytest.mark.parametrize(("model", "values"), GUARDED)
def test_the_database_itself_refuses_to_change_the_past(cast, approval, model, values):
    change_something(cast)
    rows = model.objects.order_by("pk")
    before = list(rows.values())
    assert before

    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(**values)
        assert list(rows.values()) == before
    else:  # SQLite, which serves demos, has no such guard: there it shows in the chain only
        rows.update(**values)
        assert list(rows.values()) != before


@pytest.mark.parametrize("model", [ApprovalEvent, OrderEvent, Snapshot, Answer, Change])
def test_the_database_itself_refuses_to_forget_the_past(cast, approval, model):
    change_something(cast)
    if connection.vendor != "postgresql":
        return  # no such guard, see above

    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def change_something(cast):
    set_limit(actor=cast.actor("ana"), company_id=cast.northwind.pk, amount=None, currency="")


class TestTheCommand:
    def verify(self):
        said = StringIO()
        call_command("verify_history", stdout=said)
        return said.getvalue()

    def test_counts_what_holds(self, cast, approval):
        accept(cast, "victor", Order.objects.get(needs_review=True))
        complete(cast, "victor", Order.objects.get(needs_review=True))

        said = self.verify()

        assert "2 approval histories verified, 0 with faults." in said
        assert "2 order histories verified, 0 with faults." in said

    def test_ends_with_an_error_where_an_end_is_missing(self, cast, approval):
        Approval.objects.filter(pk=approval.pk).update(event_count=3)

        with pytest.raises(CommandError):
            self.verify()

    def test_has_nothing_to_say_against_nothing(self, cast):
        assert "0 approval histories verified" in self.verify()
