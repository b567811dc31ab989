"""Can an order be reviewed, delivered and cancelled through the API, by exactly those whose it is?"""

from datetime import timedelta

import pytest

from orders.lifecycle import OrderMove
from orders.models import Order
from tests.api.buying import ORDERS, SALES, refused
from tests.stories.scenes import accept, again, complete, fail, nothing_changes, ordered, start, told_since
from tests.world import scene

pytestmark = pytest.mark.django_db

FLAGGED = {"SERVER-01": 1}
PLAIN = {"DESK-01": 2}


@scene
def waiting(cast):
    """Bea's order that a seller has to accept."""
    return ordered(cast, "bea", FLAGGED)[0]


@scene
def pending(cast):
    """Bea's order that is to be delivered."""
    return ordered(cast, "bea", PLAIN)[0]


def move(caller, order, word, **body):
    return caller.post(f"{ORDERS}/{order.number}/{word}", body)


def transition(caller, order, status, **body):
    return caller.post(f"{ORDERS}/{order.number}/transitions", {"status": status, **body})


def transitions(caller, order, path=ORDERS):
    answer = caller.get(f"{path}/{order.number}/transitions")
    assert answer.status == 200
    return [each["status"] for each in answer.body]


class TestAReview:
    def test_can_say_yes(self, cast, api, waiting):
        with told_since() as news:
            answer = move(api("victor"), waiting, "approve", note="Known customer.")

        order = again(waiting)
        assert answer.status == 200
        assert (answer.body["status"], answer.body["reviewStatus"]) == ("CREATED", "pending")
        assert answer.body["review"]["decidedBy"] == "Victor Lang"
        assert answer.body["internalNote"] == order.internal_note == "Known customer."
        assert answer.body["availableOperations"] == ["start", "complete", "fail", "cancel"]
        assert "order.approved to bea" in news

    def test_can_say_no_with_a_reason(self, cast, api, waiting):
        answer = move(api("vera"), waiting, "reject", reason="Out of stock.", note="Until May.")

        order = again(waiting)
        assert (answer.status, answer.body["status"]) == (200, "DECLINED")
        assert (order.status, order.status_reason, order.internal_note) == ("rejected", "Out of stock.", "Until May.")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "reason"),
            ({"reason": ""}, "reason"),
            ({"reason": "  "}, "reason"),
            ({"reason": None}, "reason"),
            ({"reason": 7}, "reason"),
            ({"reason": "x" * 6000}, "reason"),
            ({"reason": "No.", "why": "x"}, "why"),
        ],
        ids=str,
    )
    def test_says_no_for_a_reason_only(self, cast, api, waiting, body, field):
        with nothing_changes():
            answer = move(api("victor"), waiting, "reject", **body)

        status, kind, messages = refused(answer)
        assert (status, kind, set(messages)) == (400, "validation_violation", {field})

    @pytest.mark.parametrize("who", ["bea", "ana"])
    def test_ends_where_the_customer_withdraws(self, cast, api, waiting, who):
        answer = move(api(who), waiting, "withdraw", reason="Found it elsewhere.")

        assert (answer.status, answer.body["status"], answer.body["reviewStatus"]) == (200, "DECLINED", "cancelled")
        assert answer.body["review"]["status"] == "CLOSED"
        assert answer.body["review"]["decidedBy"] == cast.user(who).name

    def test_is_decided_once(self, cast, api, waiting):
        move(api("victor"), waiting, "approve")

        with nothing_changes():
            answer = move(api("vera"), waiting, "reject", reason="Too late.")

        assert refused(answer)[:2] == (409, "conflict_resource")
        assert answer.body["message"].startswith(f"Victor Lang already approved order {waiting.number} on ")

    def test_is_none_where_none_was_needed(self, cast, api, pending):
        assert refused(move(api("victor"), pending, "approve"))[0] == 409


class TestWhoseMoveItIs:
    """Each move by each of them, on an order of Bea's where the move is open to somebody."""

    AT = {
        "approve": lambda cast: ordered(cast, "bea", FLAGGED)[0],
        "reject": lambda cast: ordered(cast, "bea", FLAGGED)[0],
        "withdraw": lambda cast: ordered(cast, "bea", FLAGGED)[0],
        "start": lambda cast: ordered(cast, "bea", PLAIN)[0],
        "complete": lambda cast: ordered(cast, "bea", PLAIN)[0],
        "fail": lambda cast: ordered(cast, "bea", PLAIN)[0],
        "cancel": lambda cast: ordered(cast, "bea", PLAIN)[0],
        "retry": lambda cast: fail(cast, "vera", ordered(cast, "bea", PLAIN)[0]),
    }
    BODIES = {"reject": {"reason": "No."}, "fail": {"instructions": "Broken."}, "cancel": {"reason": "No."}}
    # Roos is of a reseller who has no part in it, Sam only sells; 403 is for who sees the order, 404 for who does not.
    ALLOWED = {
        "victor": {"approve", "reject", "start", "complete", "fail", "cancel", "retry"},
        "vera": {"approve", "reject", "start", "complete", "fail", "cancel", "retry"},
        "sam": set(),
        "bea": {"withdraw", "cancel"},
        "ana": {"withdraw", "cancel"},
        "program": {"start", "complete", "fail", "cancel", "retry"},
    }
    STRANGERS = ("rita", "carl", "ben", "ines", "roos", "paula")

    def test_covers_every_move(self):
        assert set(self.AT) == set(OrderMove)

    @pytest.mark.parametrize("who", [*ALLOWED, *STRANGERS])
    @pytest.mark.parametrize("word", AT)
    def test_by_the_table(self, cast, api, service_api, who, word):
        order = self.AT[word](cast)
        scopes = ("order.order_read", "order.order_update")
        caller = service_api(*scopes) if who == "program" else api(who)
        offered = caller.get(f"{ORDERS}/{order.number}")

        answer = move(caller, order, word, **self.BODIES.get(word, {}))

        if who in self.STRANGERS:
            # Whoever may do no such thing at all is told so before anything is looked up.
            assert answer.status in (403, 404)
            assert offered.status == 404
        elif word in self.ALLOWED[who]:
            assert answer.status == 200, answer.body
            assert word in offered.body["availableOperations"]
        else:
            assert refused(answer)[:2] == (403, "insufficient_permissions")
            assert word not in offered.body["availableOperations"]
            assert again(order).version == order.version

    @pytest.mark.parametrize("word", AT)
    def test_of_nobody_without_a_good_token(self, cast, api, anonymous_api, service_api, word):
        order = self.AT[word](cast)

        assert move(api(), order, word).status == 401
        assert move(api("victor", life=-timedelta(minutes=1)), order, word).status == 401
        assert move(anonymous_api(), order, word).status == 403
        assert move(service_api("order.order_read"), order, word).status == 403
        assert api("olga").post(f"{ORDERS}/{order.number}/{word}", {}).status in (403, 404)


class TestADelivery:
    def test_can_be_completed_with_instructions(self, cast, api, pending):
        link = {"label": "Manual", "url": "https://desk.example/manual"}

        answer = move(api("vera"), pending, "complete", instructions="In the lobby.", links=[link])

        assert (answer.status, answer.body["status"]) == (200, "COMPLETED")
        assert answer.body["entries"][0]["delivery"]["links"] == [link]

    def test_can_be_completed_entry_by_entry(self, cast, api):
        (order,) = ordered(cast, "bea", {"DESK-01": 1, "VDI-01": 1})
        vera = api("vera")

        first = move(vera, order, "complete", entryIds=["2"])
        assert first.body["status"] == "CONFIRMED"
        assert [entry["delivery"]["state"] for entry in first.body["entries"]] == ["open", "completed"]

        second = move(vera, order, "fail", entryIds=["1"], instructions="The depot burnt down.")
        assert (second.body["status"], second.body["reviewStatus"]) == ("CREATED", "failed")

        third = move(vera, order, "retry")
        assert (third.body["status"], third.body["reviewStatus"]) == ("CONFIRMED", "provisioning"), "delivery has begun"
        assert [entry["delivery"]["state"] for entry in third.body["entries"]] == ["open", "completed"]

    @pytest.mark.parametrize(
        ("word", "body", "field"),
        [
            ("complete", {"entryIds": []}, "entryIds"),
            ("complete", {"entryIds": ["7"]}, "entryIds"),
            ("complete", {"entryIds": "1"}, "entryIds"),
            ("complete", {"links": [{"label": "x"}]}, "links[0].url"),
            ("complete", {"links": [{"label": "x", "url": "javascript:1"}]}, "links"),
            ("complete", {"reason": "x"}, "reason"),
            ("fail", {}, "instructions"),
            ("start", {"now": True}, "now"),
        ],
        ids=str,
    )
    def test_refuses_what_it_cannot_use(self, cast, api, pending, word, body, field):
        with nothing_changes():
            answer = move(api("vera"), pending, word, **body)

        status, _, messages = refused(answer)
        assert (status, set(messages)) == (400, {field})

    def test_is_cancelled_by_the_seller_for_a_reason(self, cast, api, pending):
        assert refused(move(api("vera"), pending, "cancel"))[2].keys() == {"reason"}
        assert move(api("vera"), pending, "cancel", reason="Gone.").body["statusReason"] == "Gone."

    def test_cannot_be_cancelled_once_it_began(self, cast, api, pending):
        start(cast, "vera", pending)

        assert refused(move(api("bea"), pending, "cancel"))[:2] == (409, "conflict_resource")


class TestTransitions:
    def test_let_a_customer_decline_what_is_created(self, cast, api, pending):
        bea = api("bea")
        assert transitions(bea, pending) == ["DECLINED"]

        answer = transition(bea, pending, "DECLINED", comment="Ordered twice.")

        order = again(pending)
        assert (answer.status, answer.body) == (204, None)
        assert (order.status, order.status_reason) == ("cancelled", "Ordered twice.")
        assert transitions(bea, pending) == []

    @pytest.mark.parametrize(
        ("status", "is_word"),
        [("CREATED", True), ("CONFIRMED", True), ("SHIPPED", True), ("COMPLETED", True), ("GONE", False), ("", False)],
    )
    def test_let_a_customer_set_nothing_else(self, cast, api, pending, status, is_word):
        with nothing_changes():
            answer = transition(api("bea"), pending, status)

        assert refused(answer)[:2] == (400, "validation_violation")
        assert refused(answer)[2].keys() == {"status"}

    def test_let_a_customer_decline_nothing_that_is_not_created(self, cast, api, waiting, pending):
        for order in (waiting, fail(cast, "vera", pending)):
            with nothing_changes():
                assert transition(api("bea"), order, "DECLINED").status == 400
            assert transitions(api("bea"), order) == []
        complete(cast, "vera", accept(cast, "victor", waiting))
        assert transition(api("bea"), waiting, "DECLINED").status == 400

    def test_let_a_seller_review_and_deliver(self, cast, api, waiting):
        victor = api("victor")
        assert transitions(victor, waiting) == ["CREATED", "DECLINED"]
        assert refused(transition(victor, waiting, "DECLINED"))[2].keys() == {"comment"}

        assert transition(victor, waiting, "CREATED", comment="Known.").status == 204
        assert again(waiting).internal_note == "Known."
        assert transitions(victor, waiting) == ["CONFIRMED", "COMPLETED", "DECLINED"]

        assert transition(victor, waiting, "CONFIRMED").status == 204
        assert transitions(victor, waiting) == ["COMPLETED"]

        assert transition(victor, waiting, "COMPLETED", comment="In the lobby.").status == 204
        assert waiting.lines.get().instructions == "In the lobby."
        assert transitions(victor, waiting) == []

    def test_let_a_program_deliver_but_never_review(self, cast, service_api, waiting, pending):
        program = service_api("order.order_read", "order.order_update")
        assert transitions(program, waiting, SALES) == []
        assert transitions(program, pending, SALES) == ["CONFIRMED", "COMPLETED", "DECLINED"]

        answer = program.post(f"{SALES}/{pending.number}/transitions", {"status": "CONFIRMED"})

        assert answer.status == 204
        event = again(pending).events.last()
        assert (event.kind, event.actor_kind, event.actor_name) == ("order.started", "client", "Test client")

    def test_are_nobodys_who_does_not_see_the_order(self, cast, api, pending):
        assert api("ben").get(f"{ORDERS}/{pending.number}/transitions").status == 404
        assert transition(api("ben"), pending, "DECLINED").status == 404

    def test_belong_to_a_body(self, cast, api, pending):
        assert refused(api("bea").post(f"{ORDERS}/{pending.number}/transitions", []))[0] == 400
        assert refused(api("bea").post(f"{ORDERS}/{pending.number}/transitions", {}))[2].keys() == {"status"}


class TestASalesOrder:
    def test_is_patched_by_a_program(self, cast, service_api, pending):
        program = service_api("order.order_read", "order.order_update")

        answer = program.patch(f"{SALES}/{pending.number}", {"status": "COMPLETED", "comment": "Key: 1234"})

        assert (answer.status, answer.body) == (204, None)
        assert again(pending).status == "completed"
        assert pending.lines.get().instructions == "Key: 1234"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "status"),
            ({"status": "IN_CHECKOUT"}, "status"),
            ({"status": "COMPLETED", "totalPrice": 1}, "totalPrice"),
            ({"customer": {"id": "C-ana"}}, "customer"),
        ],
        ids=str,
    )
    def test_never_changes_in_what_was_agreed(self, cast, service_api, pending, body, field):
        program = service_api("order.order_read", "order.order_update")

        with nothing_changes():
            answer = program.patch(f"{SALES}/{pending.number}", body)

        assert refused(answer)[0] == 400
        assert refused(answer)[2].keys() == {field}

    def test_is_not_reviewed_by_a_program(self, cast, service_api, waiting):
        program = service_api("order.order_read", "order.order_update")

        assert refused(program.patch(f"{SALES}/{waiting.number}", {"status": "CREATED"}))[0] == 400
        assert Order.objects.get().status == "to_be_approved"

    def test_needs_a_scope(self, cast, api, service_api, pending):
        assert service_api("order.order_read").patch(f"{SALES}/{pending.number}", {"status": "CONFIRMED"}).status == 403
        assert api("bea").patch(f"{SALES}/{pending.number}", {"status": "DECLINED"}).status == 403
        assert api("sam").patch(f"{SALES}/{pending.number}", {"status": "DECLINED"}).status == 403
