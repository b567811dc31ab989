"""Who sees which quote? Everybody of the cast is a row."""

from decimal import Decimal

import pytest

from companies.actors import Actor, ActorKind, Channel
from companies.models import Member
from companies.roles import Role
from orders.models import Quote
from orders.quote_edits import AddLine
from tests.cast import LEFT
from tests.factories import make_cart
from tests.stories.scenes import (
    OVER,
    WITHIN,
    approve,
    ask_quote,
    ask_quote_for,
    close,
    decline,
    make,
    offered,
    reassign,
    remove,
    request,
)
from tests.world import scene

EVERYBODY = (
    *("ana", "tom", "bea", "rita", "carl", *LEFT, "alice", "ben", "grace", "hugo", "ravi", "paula"),
    *("victor", "vera", "sam", "ines", "roos", "mies", "rik", "tess", "theo", "olga", "otto", "hal", "admin", "sten"),
)


@scene
def scene(cast):
    """Quotes of four customers in two tenants, one for each kind of seller, by short names."""
    strangers = make_cart(
        owner=cast.otto,
        company=cast.umbrella,
        marketplace=cast.othermain,
        lines=[(cast.listing("OTHER-01", "othermain"), 1)],
    )
    scene = {
        "rita desk": offered(cast, "rita", OVER),
        "bea desk": ask_quote(cast, "bea", WITHIN),
        "bea book": ask_quote(cast, "bea", {"BOOK-01": 1}),
        "bea both": ask_quote(cast, "bea", {"DESK-01": 1, "BOOK-01": 1}),
        "ravi desk": ask_quote(cast, "ravi", {"DESK-01": 1}),
        "paula desk": ask_quote(cast, "paula", {"DESK-01": 1}),
        "theo desk": ask_quote(cast, "theo", {"DESK-01": 1}, "resello"),
        "otto other": ask_quote_for(cast, "otto", strangers),
    }
    request(cast, "rita", scene["rita desk"], "ana").settled()
    scene["bea draft"] = make(cast, "sam", "bea", AddLine(Decimal(1), product_key=cast.product("DESK-01").key))
    scene["bea gone"] = ask_quote(cast, "bea", {"DESK-01": 1})
    remove(cast, "sam", scene["bea gone"])
    return scene


GLOBEX = {"rita desk", "bea desk", "bea draft", "ravi desk", "paula desk"}
ACME = {*GLOBEX, "bea book", "bea both", "theo desk"}
SEEN = {
    "rita": {"rita desk"},
    "ana": {"rita desk"},  # she is asked; Tom, an admin as well, is not
    "bea": {"bea desk", "bea book", "bea both"},  # neither what is drafted for her nor what was deleted
    "ravi": {"ravi desk"},
    "paula": {"paula desk"},
    "theo": {"theo desk"},
    "otto": {"otto other"},
    # The seller's sales and managers; auditors see none, nor does the vendor of what a reseller sells.
    "sam": GLOBEX,
    "vera": GLOBEX,
    "rik": {"theo desk"},
    "mies": {"theo desk"},
    "admin": ACME,
    "sten": ACME,
}


def seen_by(actor, scene):
    names = {quote.pk: name for name, quote in scene.items()}
    return {names[pk] for pk in Quote.objects.visible_to(actor).values_list("pk", flat=True)}


@pytest.mark.parametrize("who", EVERYBODY)
def test_table(cast, scene, who):
    assert seen_by(cast.actor(who), scene) == SEEN.get(who, set())


def test_a_client_sees_its_tenant_s_and_no_other_s(cast, scene):
    def client(tenant):
        return Actor(ActorKind.CLIENT, "client-1", "ERP", Channel.API, tenant_id=tenant.pk)

    assert seen_by(client(cast.acme), scene) == ACME
    assert seen_by(client(cast.other), scene) == {"otto other"}


def test_staff_of_no_tenant_see_all_and_the_system_and_visitors_none(cast, scene):
    assert seen_by(Actor.staff(cast.admin), scene) == {*ACME, "otto other"}
    assert seen_by(Actor.system("x", cast.acme.pk), scene) == set()
    visitor = Actor(ActorKind.SESSION, "s", "", Channel.API, tenant_id=cast.acme.pk, session_key="s")
    assert seen_by(visitor, scene) == set()


def test_who_acts_for_another_company_does_not_see_what_was_asked_for_the_first(cast, scene):
    elsewhere = Actor.member(Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.ADMIN))

    assert seen_by(elsewhere, scene) == set()


class TestTheApprover:
    @pytest.fixture
    def quote(self, scene):
        return scene["rita desk"]

    def sees(self, cast, who, quote):
        return Quote.objects.visible_to(cast.actor(who)).filter(pk=quote.pk).exists()

    def test_sees_it_while_asked_and_after_the_yes(self, cast, quote):
        assert self.sees(cast, "ana", quote)
        approve(cast, "ana", Quote.objects.get(pk=quote.pk).approval).settled()

        assert self.sees(cast, "ana", quote)
        assert not self.sees(cast, "tom", quote)

    @pytest.mark.parametrize(("end", "who"), [(decline, "ana"), (close, "rita")])
    def test_no_longer_after_the_request_has_ended(self, cast, quote, end, who):
        end(cast, who, Quote.objects.get(pk=quote.pk).approval).settled()

        assert not self.sees(cast, "ana", quote)
        assert self.sees(cast, "rita", quote)

    def test_whoever_it_was_put_to_instead(self, cast, quote):
        reassign(cast, "rita", Quote.objects.get(pk=quote.pk).approval, to="tom").settled()

        assert self.sees(cast, "tom", quote)
        assert not self.sees(cast, "ana", quote)


COMPANYS = {
    **{who: {"rita desk", "bea desk", "bea book", "bea both"} for who in ("ana", "tom", "bea", "rita", "carl")},
    **{who: {"ravi desk"} for who in ("alice", "ben", "grace", "hugo", "ravi")},
    **{who: {"theo desk"} for who in ("tess", "theo")},
    **{who: {"otto other"} for who in ("olga", "otto")},
    "paula": {"paula desk"},
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_colleague_s_is_told_apart_from_none_within_the_company_only(cast, scene, who):
    names = {quote.pk: name for name, quote in scene.items()}
    found = Quote.objects.of_company(cast.actor(who)).values_list("pk", flat=True)

    assert {names[pk] for pk in found} == COMPANYS.get(who, set())


@pytest.mark.parametrize(
    "number", ["", "Q", "Q10", "q1001", "Q1001 ", "Q-1001", "Q1e9", "Q٠١٢٣", "Q" + "9" * 40, "CS1001"]
)
def test_what_is_no_number_finds_no_quote(cast, number):
    quote = ask_quote(cast, "bea", WITHIN)

    assert not Quote.objects.numbered(number).exists()
    assert Quote.objects.numbered(quote.number).get() == quote
