"""Opening, answering and ending a quote: both sides' moves, their reasons, and who hears of them."""

import pytest

from companies.actors import Actor, ActorKind, Channel
from companies.models import Member
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Cart, Quote, QuoteReason
from orders.quote_edits import RemoveLines, SetText, SetValidTo, Text
from orders.quote_lifecycle import DEFAULT_REASONS, QuoteMove, ReasonType
from orders.quote_standing import quote_moves_for
from orders.services.quote_reasons import create_reason, delete_reason, reasons_of, update_reason
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


class TestOpening:
    def test_the_customer_gets_an_offer(self, cast):
        quote = ask_quote(cast, "bea", WITHIN)

        with told_since() as news:
            quote = offer(cast, "sam", quote, reprice(quote, unit=450), comment="Our best price.")

        assert (quote.status, quote.status_comment, quote.status_reason) == ("OPEN", "Our best price.", {})
        assert (quote.employee, quote.employee_name) == (cast.sam, "Sam Reed")
        assert news == ["quote.opened to bea"]
        facts = facts_for("bea", "quote.opened")
        assert (facts["total"], facts["list_total"], facts["discount"]) == ("4,295.90 EUR", "4,771.90 EUR", "10.00")
        assert (facts["seller"], facts["employee"], facts["valid_to"] != "") == ("Globex Systems", "Sam Reed", True)
        event = quote.events.order_by("-number")[0]
        assert (event.kind, event.from_status, event.to_status, event.comment) == (
            "quote.opened",
            "AWAITING",
            "OPEN",
            "Our best price.",
        )
        assert list(event.changes.values_list("op", "path", "old", "new")) == [
            ("REPLACE", "/status", "AWAITING", "OPEN")
        ]

    def test_without_an_end(self, cast):
        assert offer(cast, "sam", ask_quote(cast, "bea", WITHIN), SetValidTo(None)).valid_to is None

    def test_not_without_lines(self, cast):
        quote = ask_quote(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid) as refused:
            offer(cast, "sam", quote, RemoveLines())

        assert (refused.value.code, refused.value.field) == ("empty_quote", "items")

    @pytest.mark.parametrize("gone", ["product", "listing"])
    def test_not_with_what_is_not_sold_any_more(self, cast, gone):
        quote = ask_quote(cast, "bea", {"DESK-01": 1, "VDI-01": 1})
        row = cast.product("VDI-01") if gone == "product" else cast.listing("VDI-01")
        row.is_active = False
        row.save()

        with nothing_changes(), pytest.raises(Invalid) as refused:
            offer(cast, "sam", quote)

        assert refused.value.code == "unavailable"
        assert refused.value.details == ("Virtual desktop is no longer sold on Acme Markets Main.",)

    def test_not_twice(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Late) as refused:
            offer(cast, "sam", quote)

        assert refused.value.code == "quote_open"

    def test_not_with_a_reason(self, cast):
        quote = ask_quote(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "sam", quote, in_days(1), move=QuoteMove.OPEN, reason_key="change-other")

        assert refused.value.field == "quoteReasonId"

    def test_as_often_as_the_customer_sends_it_back(self, cast):
        quote = offered(cast, "bea", WITHIN)
        for _ in range(3):
            ask_change(cast, "bea", quote)
            quote = offer(cast, "sam", quote)

        assert [kind for kind in happened(quote) if kind != "quote.revised"] == [
            "quote.asked",
            "quote.opened",
            *["quote.change_asked", "quote.opened"] * 3,
        ]
        assert accept_offer(cast, "bea", quote).settled()
        check_histories()

    def test_not_by_the_customer(self, cast):
        quote = ask_quote(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "bea", quote, move=QuoteMove.OPEN)

    @pytest.mark.parametrize("move", [QuoteMove.ACCEPT, QuoteMove.EXPIRE, QuoteMove.NOTE, QuoteMove.REVISE])
    def test_other_moves_have_other_services(self, cast, move):
        quote = offered(cast, "bea", WITHIN)

        for who in ("bea", "sam"):
            with nothing_changes(), pytest.raises(Invalid):
                change(cast, who, quote, move=move)


class TestAskingForChanges:
    def test_by_the_customer_with_a_reason(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with told_since() as news:
            quote = ask_change(
                cast, "bea", quote, reason_key="change-provided-price-to-high", comment="Ten per cent would do."
            )

        assert (quote.status, quote.status_comment) == ("IN_PROGRESS", "Ten per cent would do.")
        assert quote.status_reason == {
            "id": "change-provided-price-to-high",
            "type": "CHANGE",
            "code": "PROVIDED_PRICE_TO_HIGH",
            "message": {"en": "The offered price is too high", "de": "Der angebotene Preis ist zu hoch"},
        }
        assert news == ["quote.change_asked to sam"]
        facts = facts_for("sam", "quote.change_asked")
        assert (facts["reason"], facts["comment"], facts["reader"]) == (
            "The offered price is too high",
            "Ten per cent would do.",
            "seller",
        )
        event = quote.events.order_by("-number")[0]
        assert (event.facts["reason"], event.comment) == ("PROVIDED_PRICE_TO_HIGH", "Ten per cent would do.")

    def test_without_a_word(self, cast):
        quote = ask_change(cast, "bea", offered(cast, "bea", WITHIN))

        assert (quote.status, quote.status_comment, quote.status_reason) == ("IN_PROGRESS", "", {})

    def test_the_next_offer_speaks_for_itself(self, cast):
        quote = offered(cast, "bea", WITHIN)
        ask_change(cast, "bea", quote, reason_key="change-other", comment="Hm.")

        quote = offer(cast, "sam", quote)

        assert (quote.status_comment, quote.status_reason) == ("", {})

    def test_with_a_note_in_one_call(self, cast):
        quote = offered(cast, "bea", WITHIN)

        quote = change(
            cast, "bea", quote, SetText(Text.CUSTOMER_COMMENT, "In black, please."), move=QuoteMove.ASK_CHANGE
        )

        assert (quote.status, quote.customer_comment) == ("IN_PROGRESS", "In black, please.")
        assert happened(quote)[-2:] == ["quote.noted", "quote.change_asked"]

    def test_by_the_seller_who_takes_it_back(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with told_since() as news:
            quote = ask_change(cast, "vera", quote, comment="A mistake of ours.")

        assert quote.status == "IN_PROGRESS"
        # Sam has it in hand, and Bea has to know that she has no offer any more.
        assert sorted(news) == ["quote.change_asked to bea", "quote.change_asked to sam"]
        assert facts_for("bea", "quote.change_asked")["reader"] == "customer"


class TestDeclining:
    def test_by_the_customer(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with told_since() as news:
            quote = decline_offer(cast, "bea", quote, reason_key="decline-no-longer-needed", comment="Sorry.")

        assert (quote.status, quote.status_reason["code"]) == ("DECLINED", "NO_LONGER_NEEDED")
        assert news == ["quote.declined to sam"]
        assert facts_for("sam", "quote.declined")["reason"] == "It is no longer needed"
        assert (again(quote.cart).status, Cart.objects.filter(owner=cast.bea, status="open").exists()) == (
            "closed",
            False,
        )

    @pytest.mark.parametrize(
        "lead", [lambda cast, quote: quote, lambda cast, quote: ask_change(cast, "bea", offer(cast, "sam", quote))]
    )
    def test_by_the_seller_before_and_after_an_offer(self, cast, lead):
        quote = ask_quote(cast, "bea", WITHIN)
        lead(cast, quote)

        with told_since() as news:
            quote = decline_to_offer(cast, "vera", quote, reason_key="decline-delivery-time-late", comment="No.")

        assert (quote.status, quote.status_reason["code"]) == ("DECLINED_BY_MERCHANT", "DELIVERY_TIME_LATE")
        assert news == ["quote.declined_by_merchant to bea"]
        facts = facts_for("bea", "quote.declined_by_merchant")
        assert (facts["reason"], facts["comment"]) == ("It comes too late", "No.")

    def test_not_of_what_is_open_by_the_seller(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Late):
            decline_to_offer(cast, "sam", quote)

    @pytest.mark.parametrize("status", ["AWAITING", "IN_PROGRESS"])
    def test_not_of_what_is_no_offer_by_the_customer(self, cast, status):
        quote = ask_quote(cast, "bea", WITHIN)
        if status == "IN_PROGRESS":
            ask_change(cast, "bea", offer(cast, "sam", quote))

        with nothing_changes(), pytest.raises(Late):
            decline_offer(cast, "bea", quote)


class TestReasons:
    @pytest.mark.parametrize("reason", DEFAULT_REASONS, ids=lambda reason: reason.key)
    @pytest.mark.parametrize("move", [QuoteMove.ASK_CHANGE, QuoteMove.DECLINE])
    def test_each_goes_with_its_kind_of_answer_only(self, cast, reason, move):
        quote = offered(cast, "bea", WITHIN)
        fits = (reason.type is ReasonType.CHANGE) == (move is QuoteMove.ASK_CHANGE)

        if fits:
            assert change(cast, "bea", quote, move=move, reason_key=reason.key).status_reason["code"] == reason.code
        else:
            with nothing_changes(), pytest.raises(Invalid) as refused:
                change(cast, "bea", quote, move=move, reason_key=reason.key)
            assert refused.value.field == "quoteReasonId"

    @pytest.mark.parametrize("key", ["nonsense", "CHANGE-OTHER", "change_other", "1", "\x00"])
    def test_one_that_is_none(self, cast, key):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            ask_change(cast, "bea", quote, reason_key=key)

    def test_the_tenant_s_own(self, cast):
        own = create_reason(actor=staff(cast), kind="CHANGE", code="COLOUR", message={"en": "Another colour"})
        quote = offered(cast, "bea", WITHIN)

        quote = ask_change(cast, "bea", quote, reason_key=own.key)

        assert quote.status_reason["message"] == {"en": "Another colour"}
        assert facts_for("sam", "quote.change_asked")["reason"] == "Another colour"

    def test_one_of_another_tenant_is_none(self, cast):
        own = create_reason(actor=staff(cast, cast.other), kind="CHANGE", code="COLOUR", message={"en": "x"})
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            ask_change(cast, "bea", quote, reason_key=own.key)

    def test_a_default_one_in_the_tenant_s_words(self, cast):
        update_reason(
            actor=staff(cast), key="change-other", kind="CHANGE", code="OTHER", message={"en": "Something else"}
        )
        quote = ask_change(cast, "bea", offered(cast, "bea", WITHIN), reason_key="change-other")

        assert quote.status_reason["message"] == {"en": "Something else"}
        assert next(r for r in reasons_of(cast.other.pk) if r.key == "change-other").message["en"] == "Another reason"

    def test_a_deleted_default_is_offered_no_more_and_what_it_explained_stays_explained(self, cast):
        explained = ask_change(cast, "bea", offered(cast, "bea", WITHIN), reason_key="change-other")
        delete_reason(actor=staff(cast), key="change-other")
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            ask_change(cast, "bea", quote, reason_key="change-other")
        assert again(explained).status_reason["code"] == "OTHER"
        assert len(reasons_of(cast.acme.pk)) == 7
        assert len(reasons_of(cast.other.pk)) == 8
        with nothing_changes(), pytest.raises(Missing):
            delete_reason(actor=staff(cast), key="change-other")
        with nothing_changes(), pytest.raises(Missing):
            update_reason(actor=staff(cast), key="change-other", kind="CHANGE", code="X", message={})

    def test_the_code_of_a_deleted_one_is_free_again(self, cast):
        delete_reason(actor=staff(cast), key="change-other")

        own = create_reason(actor=staff(cast), kind="CHANGE", code="OTHER", message={"en": "x"})

        assert [r.key for r in reasons_of(cast.acme.pk, ReasonType.CHANGE) if r.code == "OTHER"] == [own.key]

    def test_a_change_of_kind_counts_from_then_on(self, cast):
        update_reason(actor=staff(cast), key="change-other", kind="DECLINE", code="ELSE", message={"en": "x"})
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Invalid):
            ask_change(cast, "bea", quote, reason_key="change-other")
        assert decline_offer(cast, "bea", quote, reason_key="change-other").status_reason["code"] == "ELSE"

    @pytest.mark.parametrize("code", ["OTHER", "PRICE_TOO_HIGH"])
    def test_a_code_is_there_once_per_kind(self, cast, code):
        with nothing_changes(), pytest.raises(Late) as refused:
            create_reason(actor=staff(cast), kind="DECLINE", code=code, message={})
        assert refused.value.code == "taken"
        with nothing_changes(), pytest.raises(Late):
            update_reason(actor=staff(cast), key="decline-no-longer-needed", kind="DECLINE", code=code, message={})

        assert create_reason(actor=staff(cast), kind="CHANGE", code=f"{code}_", message={})

    def test_a_stale_version(self, cast):
        first = update_reason(
            actor=staff(cast), key="change-other", kind="CHANGE", code="OTHER", message={}, seen_version=1
        )
        assert first.version == 2

        with nothing_changes(), pytest.raises(Late) as refused:
            update_reason(
                actor=staff(cast), key="change-other", kind="CHANGE", code="OTHER", message={}, seen_version=1
            )
        assert refused.value.code == "version"

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("type", {"kind": "NONSENSE"}),
            ("type", {"kind": ""}),
            ("code", {"code": ""}),
            ("code", {"code": " "}),
            ("code", {"code": "x" * 65}),
            ("code", {"code": "\x00"}),
            ("message", {"message": {"e": "x"}}),
            ("message", {"message": {"en": ""}}),
            ("message", {"message": {"en": "x" * 501}}),
            ("message", {"message": {"en": "\x00"}}),
        ],
    )
    def test_what_cannot_be(self, cast, field, wrong):
        given = {"kind": "CHANGE", "code": "COLOUR", "message": {"en": "x"}, **wrong}

        for attempt in (create_reason, update_reason):
            more = {"key": "change-other"} if attempt is update_reason else {}
            with nothing_changes(), pytest.raises(Invalid) as refused:
                attempt(actor=staff(cast), **given, **more)
            assert refused.value.field == field

    @pytest.mark.parametrize("who", ["bea", "ana", "sam", "vera", "mies", "paula"])
    def test_only_the_tenant_s_own_people_write_them(self, cast, who):
        given = {"kind": "CHANGE", "code": "COLOUR", "message": {"en": "x"}}

        for attempt in (
            lambda actor: create_reason(actor=actor, **given),
            lambda actor: update_reason(actor=actor, key="change-other", **given),
            lambda actor: delete_reason(actor=actor, key="change-other"),
        ):
            with nothing_changes(), pytest.raises(NotYours):
                attempt(cast.actor(who))
        assert not QuoteReason.objects.exists()


def staff(cast, tenant=None):
    return Actor.staff(cast.admin, Channel.ADMIN, (tenant or cast.acme).pk)


class TestDeleting:
    @pytest.mark.parametrize(
        "lead",
        [
            lambda cast, quote: quote,
            lambda cast, quote: offer(cast, "sam", quote),
            lambda cast, quote: decline_offer(cast, "bea", offer(cast, "sam", quote)),
            lambda cast, quote: decline_to_offer(cast, "sam", quote),
        ],
        ids=["asked", "open", "declined", "never offered"],
    )
    def test_hides_it_from_everybody_and_keeps_its_history(self, cast, lead):
        quote = lead(cast, ask_quote(cast, "bea", WITHIN))

        remove(cast, "sam", quote)

        for who in ("bea", "sam", "vera", "admin"):
            assert not Quote.objects.visible_to(cast.actor(who)).exists()
        assert not Quote.objects.of_company(cast.actor("bea")).exists()
        assert happened(again(quote))[-1] == "quote.deleted"
        check_histories()

    def test_not_twice(self, cast):
        quote = ask_quote(cast, "bea", WITHIN)
        remove(cast, "sam", quote)

        with nothing_changes(), pytest.raises(Missing):
            remove(cast, "sam", quote)

    def test_not_what_was_ordered(self, cast):
        quote = offered(cast, "bea", WITHIN)
        accept_offer(cast, "bea", quote).settled()

        with nothing_changes(), pytest.raises(Late) as refused:
            remove(cast, "sam", quote)

        assert refused.value.code == "quote_accepted"

    def test_not_by_the_customer(self, cast):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(NotYours):
            remove(cast, "bea", quote)

    @pytest.mark.parametrize("who", ["ana", "victor", "rik", "olga"])
    def test_not_by_who_does_not_see_it(self, cast, who):
        quote = offered(cast, "bea", WITHIN)

        with nothing_changes(), pytest.raises(Missing):
            remove(cast, who, quote)

    def test_the_id_of_a_deleted_one_stays_taken(self, cast):
        ask_quote(cast, "bea", WITHIN)
        quote = make(cast, "sam", "bea", key="mine")
        remove(cast, "sam", quote)

        with nothing_changes(), pytest.raises(Late):
            make(cast, "sam", "bea", key="mine")


MOVES = {
    "CREATING": {"sam": {"revise", "open"}},
    "AWAITING": {"bea": {"note"}, "sam": {"revise", "open", "decline_by_merchant"}},
    "OPEN": {"bea": {"accept", "ask_change", "decline", "note"}, "sam": {"ask_change", "revise"}},
    "IN_PROGRESS": {"bea": {"note"}, "sam": {"revise", "open", "decline_by_merchant"}},
    "ACCEPTED": {},
    "DECLINED": {},
    "DECLINED_BY_MERCHANT": {},
}


class TestWhatIsOffered:
    @pytest.mark.parametrize("status", MOVES)
    def test_by_status_and_party(self, cast, status):
        quote = quote_in(cast, status)
        expected = {**MOVES[status], "vera": MOVES[status].get("sam", set())}

        for who in ("bea", "sam", "vera", "ana", "rita", "carl", "victor", "roos", "rik", "admin", "paula", "olga"):
            offered_now = quote_moves_for(quote, cast.actor(who), now())
            assert set(offered_now) == expected.get(who, set()), who
        by_client = Actor(ActorKind.CLIENT, "client-1", "ERP", Channel.API, tenant_id=cast.acme.pk)
        assert set(quote_moves_for(quote, by_client, now())) == expected["vera"]
        other_client = Actor(ActorKind.CLIENT, "client-2", "ERP", Channel.API, tenant_id=cast.other.pk)
        assert quote_moves_for(quote, other_client, now()) == ()

    def test_staff_where_nobody_sells(self, cast):
        quote = quote_in(cast, "AWAITING")
        Member.objects.filter(company=cast.globex).update(is_active=False)

        assert set(quote_moves_for(quote, cast.actor("admin"), now())) == MOVES["AWAITING"]["sam"]
        assert quote_moves_for(quote, cast.actor("sam"), now()) == ()

    def test_the_approver_may_accept(self, cast):
        quote = offered(cast, "rita", WITHIN)
        request(cast, "rita", quote, "ana").settled()

        assert quote_moves_for(again(quote), cast.actor("ana"), now()) == (QuoteMove.ACCEPT,)
        assert quote_moves_for(again(quote), cast.actor("tom"), now()) == ()


def quote_in(cast, status):
    if status == "CREATING":
        ask_quote(cast, "bea", WITHIN)
        return make(cast, "sam", "bea")
    quote = ask_quote(cast, "bea", WITHIN)
    if status == "DECLINED_BY_MERCHANT":
        decline_to_offer(cast, "sam", quote)
    elif status != "AWAITING":
        offer(cast, "sam", quote)
    if status == "IN_PROGRESS":
        ask_change(cast, "bea", quote)
    elif status == "DECLINED":
        decline_offer(cast, "bea", quote)
    elif status == "ACCEPTED":
        accept_offer(cast, "bea", quote).settled()
    quote = again(quote)
    assert quote.status == status
    return quote
