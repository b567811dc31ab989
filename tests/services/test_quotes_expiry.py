"""An offer holds until its day and no longer: by what it reads, by what is refused, and by what the sweep writes."""

from datetime import timedelta
from functools import partial

import pytest

from approvals import services as approving
from approvals.models import Approval
from approvals.services.permit import permission
from approvals.subjects import subject_of
from config.kit.refused import Late
from orders.models import Checkout, Quote
from orders.quote_edits import SetText, SetValidTo, Text
from orders.quote_lifecycle import QuoteMove
from orders.quote_standing import quote_moves_for
from orders.services import quote_expiry
from orders.services.quote_accepting import accept_quote
from orders.services.quote_expiry import expire_overdue_quotes
from orders.tasks import expire_quotes
from tests.stories.scenes import (
    OVER,
    WITHIN,
    accept_offer,
    again,
    approve,
    approve_and_order,
    ask_change,
    ask_quote,
    change,
    check_histories,
    check_out_offer,
    decline_offer,
    facts_for,
    happened,
    in_days,
    make,
    nothing_changes,
    now,
    offer,
    offered,
    order_approved,
    remove,
    reprice,
    request,
    told_since,
)
from tests.world import scene

BLINK = timedelta(microseconds=1)


@scene
def quote(cast):
    """Open for five days."""
    return offered(cast, "bea", WITHIN)


class TestByReading:
    def test_it_reads_expired_at_its_time_and_not_before(self, cast, quote):
        at = quote.valid_to

        assert quote.status_at(at - BLINK) == "OPEN"
        assert quote.status_at(at) == "EXPIRED"
        assert again(quote).status == "OPEN"

    def test_lists_and_counts_by_status_say_the_same(self, cast, quote):
        endless = offered(cast, "ana", WITHIN)
        change(cast, "sam", endless, SetValidTo(None))
        declined = decline_offer(cast, "ana", offered(cast, "ana", {"BOOK-01": 1}, by="admin"))

        def listed(status, at):
            return set(Quote.objects.with_status(status, at))

        assert listed("OPEN", quote.valid_to - BLINK) == {quote, endless}
        assert listed("EXPIRED", quote.valid_to - BLINK) == set()
        assert listed("OPEN", quote.valid_to) == {endless}
        assert listed("EXPIRED", quote.valid_to) == {quote}
        assert listed("DECLINED", quote.valid_to) == {declined}

    def test_customer_and_approver_are_offered_nothing_the_seller_to_open_it_again(self, cast, quote):
        at = quote.valid_to

        assert quote_moves_for(quote, cast.actor("bea"), at) == ()
        assert quote_moves_for(quote, cast.actor("sam"), at) == (QuoteMove.REVISE, QuoteMove.OPEN)

    def test_an_endless_offer_never_ends(self, cast, quote):
        change(cast, "sam", quote, SetValidTo(None))

        assert accept_offer(cast, "bea", quote, now=now() + timedelta(days=4000)).settled()


LATE = {
    "accepting": accept_offer,
    "checking out": check_out_offer,
    "declining": decline_offer,
    "asking for changes": ask_change,
    "a note": lambda cast, who, quote, **more: change(
        cast, who, quote, SetText(Text.CUSTOMER_COMMENT, "Sorry, I was away."), **more
    ),
    "asking for approval": lambda cast, who, quote, **more: request(cast, who, quote, "ana", **more),
}


class TestMeetingIt:
    """Whoever comes too late ends the offer by coming, and is told so."""

    @pytest.mark.parametrize("attempt", LATE.values(), ids=LATE)
    def test_the_customer_is_refused_and_it_is_written(self, cast, attempt):
        quote = offered(cast, "rita", WITHIN)

        with pytest.raises(Late) as refused:
            attempt(cast, "rita", quote, now=quote.valid_to)

        assert refused.value.code in ("quote_expired", "quote_not_open")
        assert refused.value.text.startswith(f"The offer {quote.number} was valid until ")
        quote = again(quote)
        assert (quote.status, quote.status_since) == ("EXPIRED", quote.valid_to)
        assert happened(quote) == ["quote.asked", "quote.opened", "quote.expired"] or (
            happened(quote) == ["quote.asked", "quote.revised", "quote.opened", "quote.expired"]
        )
        assert not Checkout.objects.exists()
        assert not Approval.objects.exists()
        check_histories()

    def test_the_seller_opens_it_again(self, cast, quote):
        later = quote.valid_to + timedelta(days=1)

        quote = change(cast, "sam", quote, SetValidTo(later + timedelta(days=2)), move=QuoteMove.OPEN, now=later)

        assert quote.status_at(later) == "OPEN"
        assert happened(quote)[-3:] == ["quote.expired", "quote.revised", "quote.opened"]
        assert accept_offer(cast, "bea", quote, now=later).settled()

    def test_the_seller_can_go_on_with_the_version_on_the_page_only_after_reading_that_it_expired(self, cast, quote):
        later = quote.valid_to

        with pytest.raises(Late) as refused:
            change(cast, "sam", quote, in_days(30), seen_version=quote.version, now=later)

        assert refused.value.code == "version"
        assert again(quote).status == "EXPIRED"

    def test_the_seller_deletes_it(self, cast, quote):
        remove(cast, "sam", quote, now=quote.valid_to)

        assert again(quote).deleted_at is not None


class TestTheSweep:
    def test_writes_what_is_overdue_and_tells_both_sides(self, cast, quote):
        with told_since() as news:
            assert expire_overdue_quotes(quote.valid_to) == 1

        assert sorted(news) == ["quote.expired to bea", "quote.expired to sam"]
        assert facts_for("bea", "quote.expired")["reader"] == "customer"
        assert facts_for("sam", "quote.expired")["reader"] == "seller"
        event = quote.events.order_by("-number")[0]
        assert (event.kind, event.actor_kind, event.actor_ref) == ("quote.expired", "system", "expiry")
        assert (event.from_status, event.to_status, event.at) == ("OPEN", "EXPIRED", quote.valid_to)

    def test_leaves_alone_what_is_not(self, cast, quote):
        asked = ask_quote(cast, "bea", {"BOOK-01": 1})
        draft = make(cast, "sam", "bea", SetValidTo(now() - timedelta(days=3)))
        assert {asked.status, draft.status} == {"AWAITING", "CREATING"}

        with nothing_changes():
            assert expire_overdue_quotes(quote.valid_to - BLINK) == 0

    def test_does_it_once(self, cast, quote):
        assert expire_overdue_quotes(quote.valid_to) == 1

        with nothing_changes():
            assert expire_overdue_quotes(quote.valid_to + timedelta(days=1)) == 0

    def test_leaves_alone_what_was_deleted(self, cast, quote):
        remove(cast, "sam", quote)

        with nothing_changes():
            assert expire_overdue_quotes(quote.valid_to) == 0

    def test_takes_the_oldest_first_and_so_many_at_a_time(self, cast, quote):
        older = offered(cast, "ana", WITHIN)
        change(cast, "sam", older, in_days(2))

        assert expire_overdue_quotes(quote.valid_to, limit=1) == 1

        assert (again(older).status, again(quote).status) == ("EXPIRED", "OPEN")

    def test_one_that_cannot_be_swept_does_not_keep_the_others_back(self, cast, quote, monkeypatch):
        broken = offered(cast, "ana", WITHIN)
        change(cast, "sam", broken, in_days(1))

        def expire(pk, at, real=quote_expiry.expire_quote):
            if pk == broken.pk:
                raise RuntimeError("broken")
            return real(pk, at)

        monkeypatch.setattr(quote_expiry, "expire_quote", expire)

        assert expire_overdue_quotes(quote.valid_to) == 1
        assert (again(broken).status, again(quote).status) == ("OPEN", "EXPIRED")

    def test_is_a_task(self, cast, quote):
        Quote.objects.update(valid_to=now() - BLINK)

        assert expire_quotes() == 1

        assert again(quote).status == "EXPIRED"


class TestWithAnApproval:
    """Rita asks Ana about an offer of sixteen days; a request waits for ten."""

    @pytest.fixture
    def quote(self, cast):
        return offer(cast, "sam", ask_quote(cast, "rita", OVER), in_days(16))

    @pytest.fixture
    def approval(self, cast, quote):
        return request(cast, "rita", quote, "ana").settled()

    @pytest.fixture
    def short(self, cast, quote, approval):
        """The same offer, shortened to three days: what is asked has not changed by that."""
        change(cast, "sam", quote, in_days(3))
        assert again(approval).is_live
        return again(quote)

    def test_the_request_ends_with_the_offer(self, cast, short, approval):
        with told_since() as news:
            assert expire_overdue_quotes(short.valid_to) == 1

        approval = again(approval)
        assert (approval.status, again(short).approval) == ("CLOSED", None)
        assert sorted(news) == [
            "approval.closed to ana",
            "approval.closed to rita",
            "quote.expired to rita",
            "quote.expired to sam",
        ]
        assert facts_for("rita", "approval.closed")["reason"] == f"The offer {short.number} has expired."
        check_histories()

    @pytest.mark.parametrize("decision", [approve, approve_and_order])
    def test_the_approver_who_comes_too_late_ends_both(self, cast, short, approval, decision):
        with pytest.raises(Late) as refused:
            decision(cast, "ana", approval, now=short.valid_to)

        assert f"The offer {short.number} has expired." in refused.value.text
        assert (again(approval).status, again(short).status) == ("CLOSED", "EXPIRED")
        assert not Checkout.objects.exists()

    def test_a_yes_that_was_not_used_is_given_up(self, cast, short, approval):
        approve(cast, "ana", approval).settled()

        for attempt in (
            partial(order_approved, cast, "rita", approval, now=short.valid_to),
            partial(accept_offer, cast, "rita", short, now=short.valid_to),
        ):
            with pytest.raises(Late):
                attempt()

        approval = again(approval)
        assert (approval.status, approval.released_at, approval.created_resource) == ("APPROVED", short.valid_to, "")
        assert not Checkout.objects.exists()

    def test_what_is_permitted_ends_with_it(self, cast, short, approval):
        approve(cast, "ana", approval).settled()

        asked = partial(
            permission, actor=cast.actor("rita"), subject=subject_of("quote_checkout"), subject_key=short.key
        )
        assert asked().permitted

        assert not asked(now=short.valid_to).permitted

    def test_an_overdue_request_gives_the_offer_back(self, cast, quote, approval):
        assert approving.expire_overdue(approval.expires_at) == 1

        quote = again(quote)
        assert (quote.status, quote.approval, again(approval).status) == ("OPEN", None, "EXPIRED")
        assert request(cast, "rita", quote, "tom", now=approval.expires_at).settled()

    def test_an_overdue_request_counts_no_more_for_who_accepts(self, cast, quote, approval):
        cast.northwind.purchase_limit = None
        cast.northwind.save()
        type(cast.member("rita")).objects.filter(user=cast.rita).update(role="buyer")
        buyer = cast.actor("rita")

        # Free by now, and the request that bound the offer is over, though no sweep has written that.
        checkout = accept_quote(actor=buyer, quote_id=quote.pk, now=approval.expires_at).settled()

        assert checkout.approval is None
        assert again(approval).status == "EXPIRED"

    def test_an_overdue_request_ends_for_the_seller_who_changes_the_offer(self, cast, quote, approval):
        change(cast, "sam", quote, reprice(quote, unit=450), now=approval.expires_at)

        assert again(approval).status == "EXPIRED"
        assert again(quote).approval is None

    @pytest.mark.parametrize("days", [10, 30])
    def test_both_overdue_end_together_whoever_comes_first(self, cast, approval, quote, days):
        """No sweep ran: the request was over on its tenth day, the offer ends with it or later."""
        change(cast, "sam", quote, SetValidTo(approval.expires_at))
        at = approval.created_at + timedelta(days=days)

        with told_since() as news:
            assert expire_overdue_quotes(at) == 1

        assert (again(quote).status, again(quote).approval) == ("EXPIRED", None)
        assert again(approval).status == "EXPIRED"
        assert news.count("approval.expired to rita") == 1
        assert approving.expire_overdue(at) == 0
        check_histories()

    def test_both_overdue_do_not_keep_the_seller_from_going_on(self, cast, quote, approval):
        change(cast, "sam", quote, SetValidTo(approval.expires_at))

        quote = change(
            cast,
            "sam",
            quote,
            SetValidTo(approval.expires_at + timedelta(days=3)),
            move=QuoteMove.OPEN,
            now=approval.expires_at,
        )

        assert (quote.status, quote.approval) == ("OPEN", None)
        assert again(approval).status == "EXPIRED"
