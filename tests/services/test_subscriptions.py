"""A subscription begins, is changed, renewed and ended: what is written, who is told, and what is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.models import Approval
from catalog.models import Listing, Plan, Product
from companies.models import Member
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Order, Subscription
from orders.services import cart_changes, carts
from orders.services.subscription_changing import Wanted, change_outlook
from orders.services.subscription_ending import renew_due
from tests.stories.scenes import (
    DAY,
    accept,
    again,
    approve,
    approve_and_order,
    cancel,
    check_histories,
    complete,
    decline,
    facts_for,
    fail,
    happened,
    nothing_changes,
    now,
    open_cart,
    reject,
    told_since,
    withdraw,
)
from tests.stories.subscriptions import (
    ask_change,
    change,
    changes,
    resume,
    running,
    sell_by_plan,
    stop,
    subscribe,
    take_back,
    terminate,
    values,
)
from tests.world import scene


@scene
def plans(cast):
    return sell_by_plan(cast)


@pytest.fixture
def basic(cast, plans):
    """Ana's, two units of Basic, delivered."""
    return running(cast, "ana", plans["BASIC"])


def look(cast, who, subscription, to=None, quantity=None):
    wanted = Wanted(to.key if to else "", quantity)
    return change_outlook(actor=cast.actor(who), subscription_id=subscription.pk, wanted=wanted)


class TestBeginning:
    def test_it_runs_once_it_is_delivered(self, cast, plans):
        order = subscribe(cast, "ana", plans["BASIC"])
        subscription = Subscription.objects.get()
        assert (subscription.status, subscription.gross, order.lines_gross) == ("awaiting", 238, 238)

        accept(cast, "victor", order)
        assert again(subscription).status == "awaiting"
        complete(cast, "victor", order)

        subscription = again(subscription)
        assert (subscription.status, subscription.periods) == ("active", 1)
        assert happened(subscription) == ["subscription.ordered", "subscription.activated"]
        check_histories()

    @pytest.mark.parametrize("end", [reject, withdraw])
    def test_it_never_begins_where_its_order_ends(self, cast, plans, end):
        order = subscribe(cast, "ana", plans["BASIC"])

        end(cast, "victor" if end is reject else "ana", order)

        assert Subscription.objects.get().status == "cancelled"

    def test_a_trial_costs_nothing_and_is_had_once(self, cast, plans):
        trial = running(cast, "ana", plans["BASIC"], trial=True)
        order = Order.objects.get()
        assert (order.kind, order.lines_gross, trial.gross) == ("trial", 0, 238)
        assert trial.renews_at - trial.period_starts_at == timedelta(days=14)

        with pytest.raises(Invalid) as refused:
            subscribe(cast, "bea", plans["BASIC"], trial=True)
        assert refused.value.code == "tried_before"
        assert Order.objects.count() == 1

    def test_another_trial_after_the_first_was_never_begun(self, cast, plans):
        reject(cast, "victor", subscribe(cast, "ana", plans["BASIC"], trial=True))

        subscribe(cast, "bea", plans["BASIC"], trial=True)

        assert sorted(Subscription.objects.values_list("status", flat=True)) == ["awaiting", "cancelled"]

    def test_that_nobody_can_approve_a_change_is_told_once_a_day(self, cast, plans):
        """Each try is a change of its own, and the admins read of the first."""
        basic = running(cast, "rita", plans["BASIC"])
        Member.objects.filter(user=cast.rita).update(in_approval_group=True)

        with told_since() as news:
            for _ in range(2):
                assert ask_change(cast, "rita", basic, plans["PRO"], None).refusal.code == "nobody_eligible"

        assert sorted(news) == ["approval.nobody_eligible to ana", "approval.nobody_eligible to tom"]

    def test_a_cart_keeps_its_plan_in_another_currency_and_at_a_new_offer(self, cast, plans):
        """Each plan of a product has its own offer; a month must not become a year on the way."""
        for code in ("BASIC", "PRO"):
            _offer_again(plans[code], plans[code].unit_price + 1, "USD")
        ana, cart = cast.actor("ana"), open_cart(cast, "ana", create=True)
        for code in ("PRO", "BASIC"):
            carts.add_line(actor=ana, cart_id=cart.pk, listing_id=plans[code].pk)

        cart_changes.change_currency(actor=ana, cart_id=cart.pk, currency="USD")
        assert _plans_in(cart) == [("PRO", 301), ("BASIC", 101)]

        Listing.objects.filter(currency="USD").update(is_active=False)
        for code in ("BASIC", "PRO"):
            _offer_again(plans[code], plans[code].unit_price + 2, "USD")
        cart_changes.refresh_cart(actor=ana, cart_id=cart.pk)
        assert _plans_in(cart) == [("PRO", 302), ("BASIC", 102)]


def _offer_again(listing, unit_price, currency):
    Listing.objects.create(
        marketplace_id=listing.marketplace_id,
        product_id=listing.product_id,
        plan_id=listing.plan_id,
        unit_price=unit_price,
        currency=currency,
    )


def _plans_in(cart):
    return list(cart.lines.order_by("position").values_list("listing__plan__code", "listing__unit_price"))


class TestChanging:
    def test_the_policy_judges_what_it_costs_more(self, cast, plans, basic):
        cast.northwind.purchase_limit = 400
        cast.northwind.save()
        Subscription.objects.update(owner=cast.bea)

        dearer = look(cast, "bea", basic, plans["PRO"])
        assert (dearer.change.gross, dearer.priced.subtotal.amount) == (714, 476)
        assert not dearer.ruling.permitted
        assert look(cast, "bea", basic, quantity=Decimal(5)).ruling.permitted  # 357 more
        with nothing_changes(), pytest.raises(NotYours) as refused:
            change(cast, "bea", basic, plans["PRO"])
        assert refused.value.code == "approval_required"

    def test_nothing_changes_until_the_seller_has_accepted_it(self, cast, plans, basic):
        before = values(basic)
        with told_since() as news:
            order = change(cast, "ana", basic, plans["PRO"], 3, seen_gross=Decimal(1071))
        assert (order.kind, order.status, order.gross) == ("modification", "to_be_approved", 833)
        assert news == ["order.to_review to ana", "order.review_requested to victor", "order.review_requested to vera"]
        assert values(basic) == before

        accept(cast, "victor", order)

        changed = again(basic)
        assert (changed.plan.code, changed.quantity, changed.gross) == ("PRO", 3, 1071)
        assert changed.renews_at == basic.renews_at
        assert changes(basic) == ["applied"]
        assert happened(changed)[-1] == "subscription.changed"

    def test_down_is_a_change_like_any_other_and_costs_nothing(self, cast, plans, basic):
        order = change(cast, "ana", basic, quantity=1)

        assert (order.gross, order.status) == (0, "to_be_approved")
        accept(cast, "victor", order)
        assert (again(basic).quantity, again(basic).gross) == (1, 119)

    def test_an_unflagged_one_is_changed_at_once(self, cast):
        offers = sell_by_plan(cast, "LICENSE-01")
        subscription = running(cast, "ana", offers["BASIC"])

        order = change(cast, "ana", subscription, offers["PRO"])

        assert (again(order).status, again(subscription).plan.code, changes(subscription)) == (
            "completed",
            "PRO",
            ["applied"],
        )

    @pytest.mark.parametrize("moment", ["waiting", "not delivered"])
    def test_a_second_change_is_refused_with_the_number_of_the_first(self, cast, plans, basic, moment):
        first = change(cast, "ana", basic, plans["PRO"])
        if moment != "waiting":
            accept(cast, "victor", first)

        with nothing_changes(), pytest.raises(Late) as refused:
            change(cast, "tom", basic, quantity=9)
        assert (refused.value.code, refused.value.details) == ("change_open", (first.number,))
        assert first.number in refused.value.text

        if moment != "waiting":
            complete(cast, "victor", first)
        else:
            assert take_back(cast, "ana", basic).status == "withdrawn"
        change(cast, "tom", basic, quantity=9)

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("plan", "another product"),
            ("plan", "another marketplace"),
            ("plan", "another currency"),
            ("plan", "no longer offered"),
            ("quantity", "nothing different"),
            ("quantity", "nothing at all"),
        ],
    )
    def test_what_cannot_be_changed_to(self, cast, plans, basic, field, wrong):
        product, pro = basic.product, plans["PRO"]
        other = {"product": product, "plan": pro.plan, "unit_price": 1, "currency": "EUR"}
        to, quantity = pro, None
        if wrong == "another product":
            plan = Plan.objects.create(product=cast.product("VDI-01"), code="X", name={"en": "X"})
            to = Listing.objects.create(**{**other, "product": plan.product, "plan": plan, "marketplace": cast.main})
        elif wrong == "another marketplace":
            to = Listing.objects.create(**other, marketplace=cast.resello)
        elif wrong == "another currency":
            to = Listing.objects.create(**{**other, "currency": "USD"}, marketplace=cast.main)
        elif wrong == "no longer offered":
            Plan.objects.filter(pk=pro.plan_id).update(is_active=False)
        else:
            to, quantity = None, 2 if wrong == "nothing different" else 0

        with nothing_changes(), pytest.raises(Invalid) as refused:
            change(cast, "ana", basic, to, quantity)
        assert refused.value.field == field

    def test_a_price_that_has_changed_since_is_not_ordered(self, cast, plans, basic):
        Listing.objects.filter(pk=plans["PRO"].pk).update(unit_price=310)

        with nothing_changes(), pytest.raises(Late) as refused:
            change(cast, "ana", basic, plans["PRO"], seen_gross=Decimal(714))
        assert refused.value.code == "total_changed"

    def test_strangers_find_nothing_and_insiders_have_no_right(self, cast, plans, basic):
        for who, refusal in (
            ("alice", Missing),
            ("paula", Missing),
            ("olga", Missing),
            ("ines", Missing),
            ("roos", Missing),
            ("rita", Missing),  # of the company, but it is neither hers nor is she an admin
            ("victor", NotYours),
            ("sam", NotYours),
            ("admin", NotYours),
        ):
            for move in (terminate, stop, resume, lambda *args: change(*args, plans["PRO"])):
                with nothing_changes(), pytest.raises(refusal):
                    move(cast, who, basic)

    def test_a_contact_may_look_but_not_change(self, cast, plans, basic):
        Subscription.objects.update(owner=cast.carl)

        with nothing_changes(), pytest.raises(NotYours):
            terminate(cast, "carl", basic)


class TestAskingFirst:
    @pytest.fixture
    def hers(self, cast, plans):
        """Rita's, who may not order alone."""
        return running(cast, "rita", plans["BASIC"])

    def test_approved_then_reviewed_then_changed(self, cast, plans, hers):
        approval = ask_change(cast, "rita", hers, plans["PRO"], "ana").settled()
        assert (approval.gross, changes(hers)) == (476, ["asked"])
        with nothing_changes(), pytest.raises(Late) as refused:
            change(cast, "ana", hers, quantity=3)
        assert "Ana Diaz" in refused.value.text

        order = approve_and_order(cast, "ana", approval).settled().orders.get()

        assert (order.status, order.buyer, changes(hers)) == ("to_be_approved", cast.rita, ["ordered"])
        accept(cast, "victor", order)
        assert again(hers).plan.code == "PRO"

    def test_declined_or_too_late_gives_it_back(self, cast, plans, hers):
        before = values(hers)
        decline(cast, "ana", ask_change(cast, "rita", hers, plans["PRO"], "ana").settled(), comment="No.").settled()
        ask_change(cast, "rita", hers, plans["PRO"], "ana").settled()
        Approval.objects.filter(status="PENDING").update(expires_at=now() - DAY)

        # Nothing has swept yet: being overdue counts at once.
        third = ask_change(cast, "rita", hers, plans["ANNUAL"], "tom").settled()

        assert changes(hers) == ["refused", "refused", "asked"]
        assert take_back(cast, "rita", hers).status == "withdrawn"
        assert (again(third).status, values(hers)) == ("CLOSED", before)

    def test_a_risen_price_gives_the_yes_up(self, cast, plans, hers):
        approval = ask_change(cast, "rita", hers, plans["PRO"], "ana").settled()
        Listing.objects.filter(pk=plans["PRO"].pk).update(unit_price=400)

        outcome = approve_and_order(cast, "ana", approval)

        assert (outcome.refusal.code, changes(hers), Order.objects.filter(kind="modification").count()) == (
            "total_rose",
            ["withdrawn"],
            0,
        )

    def test_nobody_to_ask_is_said_at_once(self, cast, plans, hers):
        type(cast.member("ana")).objects.filter(company=cast.northwind).exclude(user=cast.rita).update(is_active=False)

        outcome = ask_change(cast, "rita", hers, plans["PRO"], None)

        assert outcome.refusal is not None
        assert changes(hers) == ["withdrawn"]


class TestTakingBack:
    @pytest.mark.parametrize("by", ["ana", "victor"])
    def test_a_cancelled_order_gives_everything_back(self, cast, plans, basic, by):
        before = values(basic)
        order = change(cast, "ana", basic, plans["ANNUAL"])
        accept(cast, "victor", order)
        assert again(basic).renews_at > basic.renews_at + 300 * DAY

        cancel(cast, by, order, reason="We cannot do that.")

        written = ("version", "modified_at", "event_count", "last_hash")
        after = values(basic)
        assert {k: v for k, v in after.items() if k not in written} == {
            k: v for k, v in before.items() if k not in written
        }
        assert (changes(basic), happened(again(basic))[-1]) == (["withdrawn"], "subscription.reverted")

    def test_a_trial_whose_keeping_was_cancelled_is_one_again(self, cast, plans):
        trial = running(cast, "ana", plans["BASIC"], trial=True)
        order = change(cast, "ana", trial)
        accept(cast, "victor", order)
        assert not again(trial).is_trial

        cancel(cast, "victor", order, reason="We cannot do that.")

        assert (again(trial).is_trial, again(trial).running) == (True, trial.running)

    def test_what_has_ended_stays_ended(self, cast, plans, basic):
        order = change(cast, "ana", basic, plans["PRO"])
        accept(cast, "victor", order)
        fail(cast, "victor", order)
        terminate(cast, "ana", basic)

        cancel(cast, "victor", order, reason="There is nothing left to change.")

        assert (again(basic).status, changes(basic)) == ("terminated", ["withdrawn"])


class TestGoingOnAndEnding:
    def test_renewing_and_ending_need_nobody_and_the_seller_is_told(self, cast, plans, basic):
        due = basic.renews_at
        with told_since() as news:
            assert renew_due(due) == 1
            assert renew_due(due) == 0
        assert sorted(news) == [f"subscription.renewed to {who}" for who in ("ana", "vera", "victor")]
        renewed = again(basic)
        assert (renewed.periods, renewed.gross, renewed.period_starts_at) == (2, basic.gross, due)
        order = Order.objects.get(kind="renewal")
        assert (order.status, order.gross, order.review, order.needs_review) == ("completed", 238, None, False)

        with told_since() as news:
            terminate(cast, "ana", basic, comment="We have another one.")
        assert sorted(news) == ["subscription.ended to vera", "subscription.ended to victor"]
        assert facts_for("victor", "subscription.ended")["comment"] == "We have another one."
        order = Order.objects.get(kind="termination")
        assert (order.status, order.gross, order.review) == ("completed", 0, None)
        assert again(basic).status == "terminated"
        with nothing_changes(), pytest.raises(Late):
            terminate(cast, "ana", basic)
        check_histories()

    def test_what_is_not_renewed_ends_with_its_period_also_before_the_sweep(self, cast, plans, basic):
        stop(cast, "ana", basic)
        with nothing_changes(), pytest.raises(Invalid):
            stop(cast, "ana", basic)
        resume(cast, "tom", basic)
        stop(cast, "ana", basic)

        late = basic.renews_at + timedelta(minutes=1)
        for move in (resume, terminate, lambda *args, **more: change(*args, plans["PRO"], **more)):
            with nothing_changes(), pytest.raises(Late):
                move(cast, "ana", basic, now=late)
        assert again(basic).status_at(late) == "terminated"
        assert list(Subscription.objects.with_status("active", late)) == []

        assert renew_due(late) == 1
        assert (again(basic).status, happened(again(basic))[-1]) == ("terminated", "subscription.ended")

    def test_a_trial_that_nobody_kept_ends(self, cast, plans):
        trial = running(cast, "ana", plans["BASIC"], trial=True)
        with nothing_changes(), pytest.raises(Invalid):
            stop(cast, "ana", trial)

        renew_due(trial.renews_at)

        assert (again(trial).status, Order.objects.filter(kind="renewal").count()) == ("terminated", 0)

    def test_one_that_fails_does_not_hold_up_the_others(self, cast, plans, basic, monkeypatch):
        other = running(cast, "bea", plans["BASIC"])
        Subscription.objects.update(renews_at=basic.renews_at)
        from orders.services import subscription_ending

        good = subscription_ending.place_terms

        def breaks_once(subscription, *args):
            if subscription.pk == basic.pk:
                raise RuntimeError("the disk is full")
            return good(subscription, *args)

        monkeypatch.setattr(subscription_ending, "place_terms", breaks_once)

        assert renew_due(basic.renews_at) == 1
        assert (again(basic).periods, again(other).periods) == (1, 2)

    def test_a_withdrawn_product_is_renewed_but_not_changed(self, cast, plans, basic):
        Product.objects.filter(pk=basic.product_id).update(is_active=False)

        with nothing_changes(), pytest.raises(Invalid):
            change(cast, "ana", basic, plans["PRO"])
        assert renew_due(basic.renews_at) == 1


def test_an_approver_who_is_not_the_owner_decides_on_what_they_saw(cast, plans):
    hers = running(cast, "rita", plans["BASIC"])
    approval = ask_change(cast, "rita", hers, plans["PRO"], "ana").settled()

    approve(cast, "ana", approval, seen_hash=approval.content_hash).settled()

    assert (again(approval).status, changes(hers)) == ("APPROVED", ["asked"])
    assert take_back(cast, "rita", hers).status == "withdrawn"
    assert again(approval).released_at is not None
