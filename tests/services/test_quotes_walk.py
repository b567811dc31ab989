"""Wherever the life of a quote leads: what is offered is what is accepted, and the books are in order.

Each attempt is made for real and taken back, so that the next one finds the same state.
"""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals import services as approving
from approvals.models import Approval, SubjectKind
from companies.models import Member
from companies.roles import Role
from config.kit.refused import Refused
from orders.models import Checkout, Quote
from orders.quote_content import quote_content
from orders.quote_edits import AddLine, ChangeLine, Price, RemoveLine, SetText, SetValidTo, Text
from orders.quote_lifecycle import QuoteMove
from orders.quote_priced import priced_quote
from orders.quote_standing import quote_moves_for
from orders.services import checkout
from orders.services.quote_accepting import accept_quote, check_out_quote
from orders.services.quote_changing import change_quote, remove_quote
from orders.services.quote_expiry import expire_overdue_quotes
from tests.services.test_approvals_walk import actor_of, is_accepted
from tests.stories.scenes import OVER, WITHIN, again, ask_quote, check_histories, now

PEOPLE = ("rita", "ana", "tom", "bea", "carl", "sam", "vera", "victor", "admin", "alice")
CUSTOMERS = ("rita", "ana", "tom", "bea")
PAYMENT = {"paymentMethods": [{"provider": "none"}]}


def attempts_at(quote, actor, at):
    """What each move of a quote is, made in the way it is most likely accepted."""
    given = {"actor": actor, "quote_id": quote.pk, "now": at}
    later = SetValidTo(at + timedelta(days=5))
    return {
        QuoteMove.NOTE: lambda: change_quote(**given, edits=[SetText(Text.CUSTOMER_COMMENT, f"{at} {actor.name}")]),
        QuoteMove.REVISE: lambda: change_quote(**given, edits=[SetText(Text.RESTRICTION, f"{at}")]),
        QuoteMove.OPEN: lambda: change_quote(**given, edits=[later], move=QuoteMove.OPEN),
        QuoteMove.ASK_CHANGE: lambda: change_quote(**given, move=QuoteMove.ASK_CHANGE),
        QuoteMove.DECLINE: lambda: change_quote(**given, move=QuoteMove.DECLINE),
        QuoteMove.DECLINE_BY_MERCHANT: lambda: change_quote(**given, move=QuoteMove.DECLINE_BY_MERCHANT),
    }


def check_offers(cast, quote, at):
    """For everybody: the moves offered are the moves accepted; who is offered none may not see it at all.

    Accepting asks the purchase policy besides: there, what is accepted is offered.
    """
    for who in PEOPLE:
        actor = actor_of(cast, who)
        if actor is None:
            continue
        row = Quote.objects.select_related("approval").get(pk=quote.pk)
        sees = Quote.objects.visible_to(actor).filter(pk=quote.pk).exists()
        offered = set(quote_moves_for(row, actor, at)) if sees else set()
        attempts = attempts_at(row, actor, at)
        accepted = {move for move, attempt in attempts.items() if is_accepted(attempt)}
        # An employee writes the customer's texts as part of a revision.
        if QuoteMove.REVISE in offered:
            accepted.discard(QuoteMove.NOTE)
        can_be_opened = row.lines.exists()
        assert offered - {QuoteMove.ACCEPT} - (set() if can_be_opened else {QuoteMove.OPEN}) == accepted, who
        if is_accepted(lambda actor=actor: accept_quote(actor=actor, quote_id=quote.pk, now=at)):
            assert QuoteMove.ACCEPT in offered, who


def check_books(quote, at):
    """ACCEPTED exactly with one checkout; a live approval only of an open offer as it is now; sums as they must be."""
    quote = Quote.objects.select_related("approval", "marketplace__owner", "company", "tenant").get(pk=quote.pk)
    placed = list(Checkout.objects.filter(quote=quote))
    assert len(placed) == (quote.status == "ACCEPTED")
    assert bool(quote.order_number) == (quote.status == "ACCEPTED")
    live = [each for each in Approval.objects.about(SubjectKind.QUOTE_CHECKOUT, str(quote.pk)) if each.is_live]
    assert len(live) <= 1
    for approval in live:
        assert (quote.status, quote.deleted_at, quote.approval) == ("OPEN", None, approval)
        assert approval.content_hash == quote_content(priced_quote(quote, at)).hash == quote.content_hash
    if quote.approval is not None and not live:
        assert quote.approval.is_used
        assert quote.status == "ACCEPTED"
    lines = list(quote.lines.all())
    assert quote.lines_net == sum(line.net for line in lines)
    assert quote.lines_gross == sum(line.gross for line in lines)
    assert [line.position for line in sorted(lines, key=lambda line: line.position)] == list(range(1, len(lines) + 1))
    for each in placed:
        orders = list(each.orders.all())
        assert each.gross == quote.total.amount == sum(order.gross for order in orders)
        assert each.lines_gross == quote.lines_gross
    check_histories()


def line_of(quote, number):
    lines = list(quote.lines.order_by("position"))
    return lines[number % len(lines)] if lines else None


def employee_edit(cast, quote, kind, number):
    line = line_of(quote, number)
    if kind == "a line more" or line is None:
        return AddLine(Decimal(number + 1), product_key=cast.product("VDI-01").key)
    return {
        "a price": ChangeLine(line.key, price=Price(unit=Decimal(100 * number))),
        "a total": ChangeLine(line.key, price=Price(total_net=Decimal(999 * number))),
        "a quantity": ChangeLine(line.key, quantity=Decimal(number + 1)),
        "a line less": RemoveLine(line.key),
    }[kind]


EDITS = ("a price", "a total", "a quantity", "a line more", "a line less")
REQUESTS = ("ask", "approve", "decline", "close", "approve and order", "order approved", "give up", "reassign")
ACCEPTING = ("accept", "check out")
MEMBERSHIPS = [{"role": Role.BUYER}, {"role": Role.ADMIN}, {"role": Role.REQUESTER}, {"in_approval_group": True}]
# Each kind as often as it is likely to lead somewhere. Who answers a request is whoever it is put to.
STEPS = st.one_of(
    st.tuples(st.just("a request"), st.just("rita"), st.sampled_from(REQUESTS)),
    st.tuples(st.just("a request"), st.just("rita"), st.sampled_from(("ask", "approve"))),
    st.tuples(st.just("an edit"), st.just("sam"), st.tuples(st.sampled_from(EDITS), st.integers(0, 5))),
    st.tuples(st.just("an order"), st.sampled_from(("rita", "rita", "ana", "tom")), st.sampled_from(ACCEPTING)),
    st.tuples(st.just("a move"), st.sampled_from(("rita", "sam")), st.sampled_from(sorted(QuoteMove))),
    st.one_of(
        st.tuples(st.just("a change"), st.sampled_from(CUSTOMERS), st.sampled_from(MEMBERSHIPS)),
        st.tuples(st.just("time"), st.just(""), st.integers(1, 6)),
        st.tuples(st.just("a sweep"), st.just(""), st.none()),
        st.tuples(st.just("deleting"), st.just("sam"), st.none()),
    ),
)
OPENED = ("a move", "sam", "open")
ASKED = ("a request", "rita", "ask")
APPROVED = ("a request", "rita", "approve")
BEGINNINGS = st.sampled_from(
    [
        [OPENED],
        [OPENED, ASKED],
        [OPENED, ASKED, APPROVED],
        [OPENED, ("a change", "rita", {"role": Role.BUYER})],
    ]
)


def requests_of(cast, quote, actor, what, at):
    approval = again(quote).approval
    given = {"actor": actor, "now": at}
    if what == "ask":
        others = [cast.user(name).pk for name in ("ana", "tom", "bea") if cast.user(name).pk != actor.user_id]
        return [
            lambda other=other: approving.request_approval(
                **given, kind=SubjectKind.QUOTE_CHECKOUT, subject_id=str(quote.pk), approver_id=other
            )
            for other in others
        ]
    if approval is None:
        return []
    if what not in ("close", "give up", "reassign", "order approved"):
        actor = next((actor_of(cast, name) for name in CUSTOMERS if cast.user(name).pk == approval.approver_id), actor)
    given = {"actor": actor, "now": at, "approval_id": approval.pk}
    return {
        "approve": [lambda: approving.approve(**given)],
        "decline": [lambda: approving.decline(**given)],
        "close": [lambda: approving.close(**given)],
        "give up": [lambda: approving.give_up(**given)],
        "reassign": [
            lambda name=name: approving.reassign(**given, approver_id=cast.user(name).pk, reason="Because.")
            for name in ("tom", "ana", "bea")
        ],
        "approve and order": [lambda: checkout.approve_and_order(**given)],
        "order approved": [lambda: checkout.place_approved_order(**given)],
    }[what]


def step(cast, quote, kind, who, what, at):
    """Make one step of the script, if it is accepted; the time it is then."""
    actor = actor_of(cast, who) if who else None
    quote = again(quote)
    given = {"actor": actor, "quote_id": quote.pk, "now": at}
    attempts = []
    if kind == "time":
        return at + timedelta(days=what)
    if kind == "a change":
        Member.objects.filter(user=cast.user(who)).update(**what)
        return at
    if kind == "a sweep":
        attempts = [lambda: expire_overdue_quotes(at), lambda: approving.expire_overdue(at)]
    elif actor is None:
        return at
    elif kind == "a move":
        attempts = [attempts_at(quote, actor, at).get(QuoteMove(what))]
    elif kind == "an edit":
        attempts = [lambda: change_quote(**given, edits=[employee_edit(cast, quote, *what)])]
    elif kind == "a request":
        attempts = requests_of(cast, quote, actor, what, at)
    elif kind == "an order":
        accepting = {
            "accept": lambda: accept_quote(**given),
            "check out": lambda: check_out_quote(**given, details=PAYMENT),
        }
        attempts = [accepting[what]]
    elif kind == "deleting":
        attempts = [lambda: remove_quote(**given)]
    for attempt in attempts:
        if attempt is not None and made(attempt):
            break
    return at


def made(attempt) -> bool:
    """Made for good, a refusal that is written down, too; False where it was refused without a trace."""
    try:
        with transaction.atomic():
            attempt()
    except Refused:
        return False
    return True


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.sampled_from([OVER, WITHIN, {**OVER, "SERVER-01": 1}]),
    beginning=BEGINNINGS,
    script=st.lists(STEPS, min_size=2, max_size=8),
)
def test_wherever_a_life_leads_the_books_are_in_order(cast, lines, beginning, script):
    with transaction.atomic():
        quote = ask_quote(cast, "rita", lines)
        at = now()
        for kind, who, what in [*beginning, *script]:
            at = step(cast, quote, kind, who, what, at)
            check_books(quote, at)
        check_offers(cast, quote, at)
        transaction.set_rollback(True)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(script=st.lists(STEPS, max_size=4))
def test_a_life_that_has_not_begun_with_an_offer(cast, script):
    with transaction.atomic():
        quote = ask_quote(cast, "rita", WITHIN)
        at = now()
        for kind, who, what in script:
            at = step(cast, quote, kind, who, what, at)
            check_books(quote, at)
            check_offers(cast, quote, at)
        transaction.set_rollback(True)
