"""Who may do what with a cart, what is found of others' carts, and at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.models import Company
from tests.api.callers import (
    ADMIN,
    BUYER,
    CONTACT,
    EXPIRED,
    INVALID,
    NOBODY,
    PRIVATE,
    PROBLEMS,
    REQUESTER,
    SCOPELESS,
    SERVICE,
    STALE,
    STRANGER,
    VISITOR,
    each,
    expected,
)
from tests.api.carting import CARTS, item, not_authorized, not_found, path
from tests.factories import CartFactory, ListingFactory, ProductFactory, make_cart
from tests.stories.scenes import ask_for, nothing_changes
from tests.world import scene

SEARCH = "/cart/acme/carts/search"
SCOPE = "Required scope(s): cart.cart_manage"

# Everybody else gets 403, or 401 without a good token: a former member, a vendor's people, another tenant.
HAVE_CARTS = (ADMIN, BUYER, REQUESTER, CONTACT, STRANGER, PRIVATE, VISITOR)
OPENS = dict.fromkeys(HAVE_CARTS, 201) | {SERVICE: 400}
FINDS = dict.fromkeys(HAVE_CARTS, 404) | {REQUESTER: 200, SERVICE: 400}
# A cart of Rita's, the requester: its approver is Ana, the admin.
READS = dict.fromkeys(HAVE_CARTS, 404) | {REQUESTER: 200, SERVICE: 200}
READS_HELD = READS | {ADMIN: 200}
CHANGES = dict.fromkeys(HAVE_CARTS, 404) | {REQUESTER: 204, SERVICE: 204}
CHANGES_HELD = CHANGES | {ADMIN: 403, REQUESTER: 409, SERVICE: 409}


def to(table, status):
    """The same table where success has another status."""
    return {who: status if 200 <= old < 300 else old for who, old in table.items()}


@scene
def cart(cast):
    return cast.cart("rita", {"DESK-01": 2})


@scene
def held(cast):
    cart = cast.cart("rita", {"DESK-01": 9})
    ask_for(cast, "rita", cart, of="ana")
    return cart


def acme(address):
    """Everybody asks for the same tenant."""
    return address.replace("{t}", "acme")


def changes(cast, cart, client):
    """Every change of a cart, with the statuses of success apart from 204."""
    key = cart.lines.get().key
    address = acme(path(cart))
    return {
        204: (
            lambda: client.put(address, {"zipCode": "1"}),
            lambda: client.put(f"{address}/refresh"),
            lambda: client.put(f"{address}/items/{key}", {"quantity": 1}, partial="true"),
        ),
        200: (
            lambda: client.post(f"{address}/changeCurrency", {"currency": "EUR"}),
            lambda: client.post(f"{address}/changeSite", {"siteCode": "main"}),
            lambda: client.post(f"{address}/itemsBatch", [item(cast, "DESK-01")]),
            lambda: client.put(f"{address}/itemsBatch", [{"id": key, "quantity": 1}]),
        ),
        201: (lambda: client.post(f"{address}/items", item(cast, "DESK-01")),),
        # Last, since they take away what the others need.
        "204 ": (
            lambda: client.delete(f"{address}/items/{key}"),
            lambda: client.delete(f"{address}/items"),
            lambda: client.delete(address),
        ),
    }


@each
def test_who_opens_one(caller, who):
    answer = caller(who).post(acme(CARTS), {"currency": "EUR", "siteCode": "main"})
    assert answer.status == expected(OPENS, who)


@each
def test_who_finds_an_open_one_of_their_own(cart, caller, who):
    assert caller(who).get(acme(CARTS), siteCode="main").status == expected(FINDS, who)


@each
def test_who_reads_one(cart, caller, who):
    client, address = caller(who), acme(path(cart))
    for more in ("", "/items", f"/items/{cart.lines.get().key}", "/validate"):
        assert client.get(address + more).status == expected(READS, who)


@each
def test_who_reads_one_that_is_held(held, caller, who):
    client, address = caller(who), acme(path(held))
    for more in ("", "/items", f"/items/{held.lines.get().key}", "/validate"):
        assert client.get(address + more).status == expected(READS_HELD, who)


@each
def test_who_changes_one(cast, cart, caller, who):
    for status, attempts in changes(cast, cart, caller(who)).items():
        for attempt in attempts:
            assert attempt().status == expected(to(CHANGES, int(status)), who)


@each
def test_who_changes_one_that_is_held(cast, held, caller, who):
    with nothing_changes():
        for attempts in changes(cast, held, caller(who)).values():
            for attempt in attempts:
                assert attempt().status == expected(CHANGES_HELD, who)


@each
def test_who_merges(cast, cart, caller, who, anonymous_api):
    theirs = anonymous_api().get(acme(CARTS), siteCode="main", create="true").body["id"]
    table = CHANGES | {REQUESTER: 404, SERVICE: 200, VISITOR: 403}  # another session's is not there for Rita

    answer = caller(who).post(acme(path(cart, "merge")), {"carts": [theirs]})

    assert answer.status == expected(table, who)


class TestWords:
    def test_without_a_good_token(self, cart, caller):
        for who, body in ((NOBODY, INVALID), (STALE, EXPIRED)):
            assert tuple(caller(who).get(acme(path(cart)))) == (401, body)

    def test_without_the_scope(self, cart, caller):
        assert tuple(caller(SCOPELESS).get(acme(path(cart)))) == not_authorized(SCOPE)

    def test_of_a_vendor(self, cart, api):
        assert tuple(api("victor").get(path(cart))) == not_authorized("Only customers fill carts.")

    def test_of_another_tenant(self, cart, api):
        assert tuple(api("olga").get(acme(path(cart)))) == not_authorized()

    def test_of_another_tenant_at_home(self, cart, api):
        assert tuple(api("olga").get(path(cart))) == not_found(cart)

    def test_one_that_was_never_there_answers_alike(self, cast, cart, api):
        gone = api("bea").get(path("0" * 32))
        theirs = api("bea").get(path(cart))
        assert gone.body["message"].replace("0" * 32, cart.key) == theirs.body["message"]

    @pytest.mark.parametrize(("method", "more"), [("PATCH", ""), ("GET", "/merge"), ("POST", "/refresh")])
    def test_other_methods_are_not_there(self, cart, api, method, more):
        answer = api("rita").call(method, path(cart) + more, None)
        assert (answer.status, answer.body["status"]) == (405, "Method Not Allowed")

    def test_addresses_with_a_slash_are_none_and_lead_nowhere(self, cart, api):
        assert api("rita").get(path(cart) + "/").status == 404


class TestSearch:
    def keys(self, answer):
        assert answer.status == 200, answer.body
        return [body["id"] for body in answer.body]

    def test_finds_one_s_own_and_what_is_held_for_one(self, cast, held, api):
        cart = cast.cart("rita", {"DESK-01": 1})
        other = cast.cart("bea", {"DESK-01": 1})

        assert self.keys(api("rita").post(SEARCH, {})) == [cart.key, held.key]
        assert self.keys(api("ana").post(SEARCH, {})) == [held.key]
        assert self.keys(api("bea").post(SEARCH, {})) == [other.key]
        assert self.keys(api("alice").post(SEARCH, {})) == []

    def test_shows_each_as_it_shows_one(self, cart, held_by_paula, api):
        rita = api("rita")
        (found,) = rita.post(SEARCH, {"q": f"id:{cart.key}"}).body
        one = rita.get(path(cart)).body
        for body in (found, one):
            del body["metadata"]["calculatedAt"]
        assert found == one

    def test_by_what_can_be_asked(self, cast, held, service_api, anonymous_api):
        cart = cast.cart("rita", {"DESK-01": 1}, "resello", type="shopping")
        session = anonymous_api()
        theirs = session.get(CARTS, siteCode="main", create="true").body["id"]
        program = service_api("cart.cart_manage")

        def found(q):
            return set(self.keys(program.post(SEARCH, {"q": q})))

        assert found("") == {cart.key, held.key, theirs}
        assert found("status:OPEN siteCode:resello") == found("type:shopping") == found("countryCode:NL") == {cart.key}
        assert found("status:(HELD,CLOSED)") == {held.key}
        assert found("customerId:C-rita") == {cart.key, held.key}
        assert found(f"legalEntityId:{cast.northwind.key}") == {cart.key, held.key}
        assert found("legalEntityId:null") == {theirs}
        assert found(f"sessionId:{session.row.session_key}") == {theirs}
        assert found("compoundLogicalQuery:((type:shopping) OR (status:HELD))") == {cart.key, held.key}

    def test_an_overdue_one_counts_as_open_at_once(self, held, api, service_api):
        held.refresh_from_db()
        held.held_for.expires_at = timezone.now() - timedelta(minutes=1)
        held.held_for.save(update_fields=["expires_at"])

        for client in (api("rita"), service_api("cart.cart_manage")):
            assert self.keys(client.post(SEARCH, {"q": "status:HELD"})) == []
            assert self.keys(client.post(SEARCH, {"q": "status:OPEN"})) == [held.key]

    def test_a_page_at_a_time_and_sorted(self, cast, service_api):
        keys = [
            CartFactory(marketplace=cast.main, owner=cast.rita, company=cast.northwind, type=f"t{n}").key
            for n in range(3)
        ]
        program = service_api("cart.cart_manage")

        assert self.keys(program.post(SEARCH, {}, sort="type:desc", pageSize=2)) == keys[:0:-1]
        counted = program.post(SEARCH, {}, pageSize=1, pageNumber=2, headers={"X-Total-Count": "true"})
        assert (len(counted.body), counted.headers["X-Total-Count"]) == (1, "3")

    @pytest.mark.parametrize("q", ["price:1", "status:DONE", "owner.email:x", "status", 5])
    def test_what_cannot_be_asked_is_refused(self, api, q):
        answer = api("rita").post(SEARCH, {"q": q})
        assert (answer.status, answer.body["message"]) == (400, PROBLEMS)

    @each
    def test_who_searches(self, cart, caller, who):
        assert caller(who).post(SEARCH, {}).status == expected(
            to(FINDS, 200) | dict.fromkeys(HAVE_CARTS, 200) | {SERVICE: 200}, who
        )

    @pytest.fixture
    def held_by_paula(self, cast):
        return cast.cart("paula", {"DESK-01": 1})


class TestStatements:
    def count(self, request):
        with CaptureQueriesContext(connection) as captured:
            assert request().status in (200, 201, 204)
        return len(captured)

    def offers(self, cast, number):
        tax = cast.product("DESK-01").tax_class
        products = ProductFactory.create_batch(number, tenant=cast.acme, vendor=cast.globex, tax_class=tax)
        return [ListingFactory(product=product, marketplace=cast.main) for product in products]

    def cart_of(self, cast, name, listings):
        return make_cart(
            owner=cast.user(name),
            company=Company.objects.get(members__user=cast.user(name)),
            marketplace=cast.main,
            lines=[(listing, 1) for listing in listings],
        )

    def test_of_a_cart_do_not_grow_with_its_lines(self, cast, api):
        listings = self.offers(cast, 31)
        small, large = self.cart_of(cast, "rita", listings[:3]), self.cart_of(cast, "bea", listings[:30])
        sent = {
            "quantity": 1,
            "price": {"priceId": listings[30].key, "originalAmount": 100, "effectiveAmount": 100, "currency": "EUR"},
        }

        def counts(client, cart):
            key = cart.lines.first().key
            return {
                "get": self.count(lambda: client.get(path(cart))),
                "current": self.count(lambda: client.get(CARTS, siteCode="main")),
                "items": self.count(lambda: client.get(path(cart, "items"))),
                "validate": self.count(lambda: client.get(path(cart, "validate"))),
                "add": self.count(lambda: client.post(path(cart, "items"), sent)),
                "change": self.count(lambda: client.put(path(cart, "items", key), {"quantity": 2}, partial="true")),
                "refresh": self.count(lambda: client.put(path(cart, "refresh"))),
                "put": self.count(lambda: client.put(path(cart), {"zipCode": "1"})),
                "take out": self.count(lambda: client.delete(path(cart, "items", key))),
                "delete": self.count(lambda: client.delete(path(cart))),
            }

        few, many = counts(api("rita"), small), counts(api("bea"), large)

        assert few == many
        assert few["get"] <= 5
        assert few["items"] <= 5

    def test_of_a_batch_do_not_grow_with_its_entries(self, cast, api):
        listings, rita = self.offers(cast, 33), api("rita")
        cart = cast.cart("rita", {})

        def add(chosen):
            sent = [
                {
                    "quantity": 1,
                    "price": {"priceId": each.key, "originalAmount": 100, "effectiveAmount": 100, "currency": "EUR"},
                }
                for each in chosen
            ]
            return self.count(lambda: rita.post(path(cart, "itemsBatch"), sent))

        def change(number):
            sent = [{"id": line.key, "quantity": 3} for line in cart.lines.all()[:number]]
            return self.count(lambda: rita.put(path(cart, "itemsBatch"), sent, partial="true"))

        assert add(listings[:3]) == add(listings[3:])
        assert change(3) == change(30)

    def test_of_a_merge_and_of_a_move_do_not_grow_with_the_lines(self, cast, api, anonymous_api):
        listings = self.offers(cast, 30)
        for listing in listings:
            ListingFactory(product=listing.product, marketplace=cast.resello)

        def counts(name, number):
            client, visitor = api(name), anonymous_api()
            target = self.cart_of(cast, name, [])
            key = visitor.get(CARTS, siteCode="main", create="true").body["id"]
            client.row.session_key = visitor.row.session_key
            client.row.save()
            sent = [
                {
                    "quantity": 1,
                    "price": {"priceId": each.key, "originalAmount": 100, "effectiveAmount": 100, "currency": "EUR"},
                }
                for each in listings[:number]
            ]
            visitor.post(path(key, "itemsBatch"), sent)
            return (
                self.count(lambda: client.post(path(target, "merge"), {"carts": [key]})),
                self.count(lambda: client.post(path(target, "changeSite"), {"siteCode": "resello"})),
            )

        assert counts("rita", 3) == counts("bea", 30)

    def test_of_finding_do_not_grow_with_the_carts(self, cast, api, service_api):
        rita, program = api("rita"), service_api("cart.cart_manage")
        cast.cart("rita", {"DESK-01": 1})

        def more_carts(number):
            from orders.models import Cart, CartLine

            start = Cart.objects.count()
            carts = Cart.objects.bulk_create(
                Cart(
                    tenant=cast.acme,
                    marketplace=cast.main,
                    owner=cast.rita,
                    company=cast.northwind,
                    type=f"t{start + n}",
                    currency="EUR",
                    country="DE",
                )
                for n in range(number)
            )
            desk = cast.listing("DESK-01")
            CartLine.objects.bulk_create(
                CartLine(cart=cart, position=1, listing=desk, product=desk.product, quantity=1) for cart in carts
            )

        def counts():
            return (
                self.count(lambda: rita.get(CARTS, siteCode="main")),
                self.count(lambda: rita.post(SEARCH, {}, headers={"X-Total-Count": "true"})),
                self.count(lambda: rita.post(SEARCH, {"q": "status:OPEN type:t5"})),
                self.count(lambda: program.post(SEARCH, {}, pageSize=100, headers={"X-Total-Count": "true"})),
            )

        more_carts(10)
        few = counts()
        more_carts(990)

        assert counts() == few
        assert max(few) <= 8
