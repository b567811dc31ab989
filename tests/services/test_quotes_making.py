"""Making a quote for somebody who did not ask: a draft that only the seller knows, until it is an offer."""

from decimal import Decimal

import pytest

from companies.actors import Actor, ActorKind, Channel
from companies.models import Member
from companies.roles import Role
from companies.services.idempotency import Once, made_before
from config.kit.refused import Invalid, Late, Missing, NotYours
from orders.models import Quote
from orders.quote_edits import AddLine, Price, RemoveLines, SetAddress, SetShipping, SetText, Text
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_making import ForWhom, customers_of, make_quote
from tests.cast import LEFT
from tests.factories import ListingFactory, MemberFactory
from tests.stories.scenes import (
    WITHIN,
    accept_offer,
    again,
    ask_quote,
    change,
    check_histories,
    happened,
    in_days,
    make,
    nothing_changes,
    now,
    ordered,
    remove,
    told_since,
)
from tests.world import scene


@scene
def known(cast):
    """Northwind has asked Globex for a quote before, and Tailspin has a cart at Resello's."""
    cast.cart("theo", {"DESK-01": 1}, "resello")
    return ask_quote(cast, "bea", WITHIN)


def of(cast, sku="DESK-01", quantity=2, **more):
    return AddLine(Decimal(quantity), product_key=cast.product(sku).key, **more)


def client(cast):
    """An API client of the tenant."""
    return Actor(ActorKind.CLIENT, "client-1", "ERP", Channel.API, tenant_id=cast.acme.pk)


class TestADraft:
    def test_is_filled_and_priced(self, cast, known):
        quote = make(
            cast,
            "sam",
            "rita",
            of(cast, price=Price(unit=Decimal(450))),
            of(cast, "LICENSE-01", 3, price=Price(total_net=Decimal("99.99"))),
            SetShipping(cast.shipping.zone, cast.shipping.key),
            SetAddress("SHIPPING", cast.headquarters.key),
            SetText(Text.EMPLOYEE_COMMENT, "As we spoke of."),
            in_days(10),
        )

        stored = again(quote)
        for field in Quote._meta.concrete_fields:
            assert getattr(quote, field.attname) == getattr(stored, field.attname), field.name
        assert (stored.status, stored.cart, stored.company, stored.owner) == (
            "CREATING",
            None,
            cast.northwind,
            cast.rita,
        )
        assert (stored.lines_net, stored.lines_gross) == (Decimal("999.99"), Decimal("1189.99"))
        assert (stored.list_net, stored.shipping_gross) == (1150, Decimal("11.90"))
        assert (stored.seller, stored.employee, stored.employee_name) == (cast.globex, cast.sam, "Sam Reed")
        assert happened(stored) == ["quote.drafted"]
        assert stored.events.get().from_status == ""
        check_histories()

    def test_may_be_empty(self, cast, known):
        quote = make(cast, "sam", "rita")

        assert (quote.lines.count(), quote.lines_gross, quote.content_hash != "") == (0, 0, True)

    def test_nobody_is_told_of_it_and_the_customer_does_not_see_it(self, cast, known):
        with told_since() as news:
            quote = make(cast, "sam", "rita", of(cast))

        assert news == []
        for who in ("rita", "ana"):
            assert quote not in Quote.objects.visible_to(cast.actor(who))
            assert quote not in Quote.objects.of_company(cast.actor(who))
        with nothing_changes(), pytest.raises(Missing):
            change(cast, "rita", quote, SetText(Text.CUSTOMER_COMMENT, "x"))

    def test_colleagues_go_on_with_it(self, cast, known):
        quote = make(cast, "sam", "rita", of(cast))

        with told_since() as news:
            opened = change(cast, "vera", quote, in_days(3), move=QuoteMove.OPEN)

        assert (opened.status, opened.employee) == ("OPEN", cast.vera)
        assert news == ["quote.opened to rita"]

    def test_is_deleted_without_a_word(self, cast, known):
        quote = make(cast, "sam", "rita", of(cast))

        with told_since() as news:
            remove(cast, "sam", quote)

        assert news == []

    def test_cannot_be_declined(self, cast, known):
        quote = make(cast, "sam", "rita", of(cast))

        with nothing_changes(), pytest.raises(Late):
            change(cast, "sam", quote, move=QuoteMove.DECLINE_BY_MERCHANT)


class TestAtOnce:
    def test_it_is_an_offer(self, cast, known):
        with told_since() as news:
            quote = make(cast, "sam", "bea", of(cast), in_days(3), open_at_once=True, comment="Here it is.")

        assert (again(quote).status, again(quote).status_comment) == ("OPEN", "Here it is.")
        assert happened(quote) == ["quote.drafted", "quote.opened"]
        assert news == ["quote.opened to bea"]
        assert accept_offer(cast, "bea", quote, seen_hash=quote.content_hash).settled().lines_gross == 1190
        check_histories()

    @pytest.mark.parametrize("edits", [(), (RemoveLines(),)])
    def test_not_without_a_line(self, cast, known, edits):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            make(cast, "sam", "bea", *edits, open_at_once=True)

        assert refused.value.code == "empty_quote"

    def test_not_for_a_day_that_is_over(self, cast, known):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            make(cast, "sam", "bea", of(cast), in_days(-1), open_at_once=True)

        assert refused.value.field == "validTo"

    def test_what_a_request_made_is_remembered_with_it(self, cast, known):
        once = Once(cast.acme.pk, "user:1", "POST /quotes", "key-1", "d" * 64)

        quote = make(cast, "sam", "bea", of(cast), once=once)

        assert made_before(once, now()).record_id == str(quote.pk)


class TestForWhom:
    @pytest.mark.parametrize("who", ["sam", "vera"])
    @pytest.mark.parametrize("whom", ["ana", "tom", "bea", "rita"])
    def test_everybody_of_a_company_that_the_seller_knows(self, cast, known, who, whom):
        assert make(cast, who, whom, of(cast)).owner == cast.user(whom)

    # A contact, who left, companies it never sold to, private ones, another tenant's, nobody.
    @pytest.mark.parametrize("whom", ["carl", *LEFT, "alice", "ravi", "tess", "paula", "otto", "nobody"])
    @pytest.mark.parametrize("company", ["", "northwind", "contoso", "umbrella"])
    def test_who_it_does_not_know_or_cannot_order_answers_like_nobody(self, cast, known, whom, company):
        key = getattr(cast, company).key if company else ""

        with nothing_changes(), pytest.raises(Invalid) as refused:
            make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom(f"C-{whom}", key), edits=[of(cast)])

        assert (refused.value.field, refused.value.text) == (
            "customerId",
            "There is no such customer who may order here.",
        )

    def test_who_is_in_two_companies_gets_it_for_the_one_that_is_named(self, cast, known):
        MemberFactory(company=cast.contoso, user=cast.rita, role=Role.BUYER)

        with nothing_changes(), pytest.raises(Invalid):
            make(cast, "sam", "rita", of(cast))
        for_northwind = make_quote(
            actor=cast.actor("sam"),
            marketplace=cast.main,
            whom=ForWhom("C-rita", cast.northwind.key),
            edits=[of(cast)],
        )
        assert for_northwind.company == cast.northwind
        with nothing_changes(), pytest.raises(Invalid):
            make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom("C-rita", cast.contoso.key))

    def test_an_order_makes_a_customer_known(self, cast):
        with nothing_changes(), pytest.raises(Invalid):
            make(cast, "sam", "alice", of(cast))

        ordered(cast, "alice", {"DESK-01": 1})

        assert make(cast, "sam", "ravi", of(cast)).company == cast.contoso

    def test_a_cart_on_a_reseller_s_own_marketplace_does_too(self, cast, known):
        assert make(cast, "rik", "tess", of(cast), marketplace="resello").company == cast.tailspin
        with nothing_changes(), pytest.raises(Invalid):
            make(cast, "rik", "bea", of(cast), marketplace="resello")

    def test_on_the_parent_marketplace_a_cart_is_nobody_s(self, cast):
        cast.cart("alice", {"DESK-01": 1})

        with nothing_changes(), pytest.raises(Invalid):
            make(cast, "sam", "alice", of(cast))

    @pytest.mark.parametrize("whom", ["alice", "paula", "bea"])
    def test_staff_and_clients_know_everybody(self, cast, whom):
        assert make(cast, "admin", whom, of(cast)).owner == cast.user(whom)
        by_client = make_quote(
            actor=client(cast), marketplace=cast.main, whom=ForWhom(f"C-{whom}"), edits=[of(cast)], open_at_once=True
        )
        assert (by_client.status, by_client.employee, by_client.employee_name) == ("OPEN", None, "ERP")

    def test_but_only_who_may_order(self, cast):
        for whom in ("carl", "otto", "nobody"):
            with nothing_changes(), pytest.raises((Invalid, NotYours)):
                make(cast, "admin", whom, of(cast))

    def test_who_is_offered_is_who_is_taken(self, cast, known):
        for who, place in (("sam", cast.main), ("rik", cast.resello), ("admin", cast.main)):
            offered = {member.user_id for member in customers_of(cast.actor(who), place)}
            taken = set()
            for member in Member.objects.filter(company__tenant=cast.acme).select_related("user"):
                number = member.user.customers.values_list("number", flat=True).first()
                if number is None:
                    continue
                try:
                    make_quote(actor=cast.actor(who), marketplace=place, whom=ForWhom(number))
                    taken.add(member.user_id)
                except (Invalid, NotYours):
                    continue
            assert taken == offered, who


class TestWhoMakesThem:
    @pytest.mark.parametrize("who", ["victor", "ines", "roos", "ana", "bea", "rita", "carl", "paula", "theo", *LEFT])
    def test_not_auditors_and_not_customers(self, cast, known, who):
        with nothing_changes(), pytest.raises(NotYours):
            make(cast, who, "bea", of(cast))

    def test_a_vendor_not_on_a_reseller_s_marketplace_nor_a_reseller_on_the_parent(self, cast, known):
        with nothing_changes(), pytest.raises(NotYours):
            make(cast, "sam", "tess", of(cast), marketplace="resello")
        with nothing_changes(), pytest.raises(NotYours):
            make(cast, "rik", "bea", of(cast))

    @pytest.mark.parametrize("who", ["sam", "admin", "olga", "hal"])
    def test_nobody_in_another_tenant(self, cast, known, who):
        place = "main" if who in ("olga", "hal") else "othermain"

        with nothing_changes(), pytest.raises(Missing):
            make(cast, who, "otto", marketplace=place)

    def test_a_vendor_of_its_own_products(self, cast, known):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            make(cast, "sam", "bea", of(cast, "BOOK-01"))

        assert refused.value.field == "product.productId"

    def test_staff_who_draft_one_of_a_vendor_s_products_finish_it(self, cast, known):
        quote = make(cast, "admin", "bea", of(cast))
        assert quote.seller == cast.globex

        opened = change(cast, "admin", quote, in_days(2), of(cast, "VDI-01"), move=QuoteMove.OPEN)

        assert opened.employee == cast.admin
        # From then on it is the seller's.
        with nothing_changes(), pytest.raises(NotYours):
            change(cast, "admin", quote, RemoveLines())
        assert change(cast, "sam", quote, of(cast, "LICENSE-01")).lines.count() == 3


class TestWhatCannotBe:
    def test_a_currency_nothing_is_sold_in(self, cast, known):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            make(cast, "sam", "bea", currency="USD")

        assert refused.value.field == "currency"

    def test_one_that_something_is_sold_in(self, cast, known):
        ListingFactory(product=cast.product("DESK-01"), marketplace=cast.main, unit_price=600, currency="USD")

        quote = make(cast, "sam", "bea", of(cast), currency="USD")

        assert (quote.currency, str(quote.total)) == ("USD", "1,428.00 USD")

    @pytest.mark.parametrize("key", ["with space", "x" * 65, "ä"])
    def test_an_id_that_is_none(self, cast, known, key):
        with nothing_changes(), pytest.raises(Invalid) as refused:
            make(cast, "sam", "bea", key=key)

        assert refused.value.field == "id"

    def test_an_id_that_is_taken(self, cast, known):
        make(cast, "sam", "bea", key="taken")

        with nothing_changes(), pytest.raises(Late) as refused:
            make(cast, "sam", "bea", key="taken")

        assert refused.value.code == "id_taken"

    def test_an_edit_that_cannot_be(self, cast, known):
        with nothing_changes(), pytest.raises(Invalid):
            make(cast, "sam", "bea", of(cast, price=Price(unit=Decimal(-1))))

    def test_lines_of_the_customer_s_choice_are_no_draft_s(self, cast, known):
        with nothing_changes(), pytest.raises(Invalid):
            make(cast, "sam", "bea", of(cast, "OLD-01"))
