"""Who gets in at all? Every endpoint of the quote service, and checkout of a quote, by every kind of caller."""

import pytest
from django.db import transaction
from django.utils import timezone

from approvals import services as approving
from companies.api.saas_token import make_saas_token
from companies.api.sessions import number_of
from companies.models import Member
from companies.scopes import CLIENT_SCOPES
from tests.api.buying import ORDER
from tests.api.callers import EXPIRED, FORBIDDEN, INVALID, code
from tests.api.quoting import MANAGE, QUOTES, READ, REASONS, asks, at, item, lacks, made, operation, status, unknown
from tests.stories.scenes import DAY, OVER, QUOTE, in_days, nothing_changes, offered
from tests.world import scene

pytestmark = pytest.mark.django_db

# Rita's quote is an open offer of Globex, and Ana is asked to approve it; the cart is Rita's, too.
# `reader` is an API client with quote.quote_read alone, `employee` one with all that clients can have.
TABLE = """
endpoint      | rita | ana | tom | bea | carl | dora | alice | paula | olga | victor | sam | vera | rik
list          | 200  | 200 | 200 | 200 | 403  | 403  | 200   | 200   | 403  | 403    | 200 | 200  | 200
get           | 200  | 200 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 200 | 200  | 404
note          | 204  | 403 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 204 | 204  | 404
accept        | 403  | 204 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 403 | 403  | 404
decline       | 204  | 403 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 403 | 403  | 404
ask-change    | 204  | 403 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 204 | 204  | 404
reprice       | 403  | 403 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 204 | 204  | 404
delete        | 403  | 403 | 403 | 403 | 403  | 403  | 403   | 403   | 403  | 403    | 204 | 204  | 404
history       | 403  | 403 | 403 | 403 | 403  | 403  | 403   | 403   | 403  | 403    | 200 | 200  | 404
pdf           | 200  | 200 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 200 | 200  | 404
ask           | 201  | 404 | 404 | 404 | 403  | 403  | 404   | 404   | 403  | 403    | 403 | 403  | 403
make          | 403  | 403 | 403 | 403 | 403  | 403  | 403   | 403   | 403  | 403    | 201 | 201  | 403
reasons       | 200  | 200 | 200 | 200 | 403  | 403  | 200   | 200   | 403  | 403    | 200 | 200  | 200
reason        | 200  | 200 | 200 | 200 | 403  | 403  | 200   | 200   | 403  | 403    | 200 | 200  | 200
reason-create | 403  | 403 | 403 | 403 | 403  | 403  | 403   | 403   | 403  | 403    | 403 | 403  | 403
reason-change | 403  | 403 | 403 | 403 | 403  | 403  | 403   | 403   | 403  | 403    | 403 | 403  | 403
reason-delete | 403  | 403 | 403 | 403 | 403  | 403  | 403   | 403   | 403  | 403    | 403 | 403  | 403
checkout      | 403  | 200 | 404 | 404 | 404  | 403  | 404   | 404   | 403  | 404    | 403 | 403  | 404
"""
PROGRAMS = """
endpoint      | employee | reader | no scope | foreign | visitor | expired | nobody
list          | 200      | 200    | 403      | 403     | 403     | 401     | 401
get           | 200      | 200    | 403      | 403     | 403     | 401     | 401
note          | 204      | 403    | 403      | 403     | 403     | 401     | 401
accept        | 403      | 403    | 403      | 403     | 403     | 401     | 401
decline       | 403      | 403    | 403      | 403     | 403     | 401     | 401
ask-change    | 204      | 403    | 403      | 403     | 403     | 401     | 401
reprice       | 204      | 403    | 403      | 403     | 403     | 401     | 401
delete        | 204      | 403    | 403      | 403     | 403     | 401     | 401
history       | 200      | 200    | 403      | 403     | 403     | 401     | 401
pdf           | 200      | 200    | 403      | 403     | 403     | 401     | 401
ask           | 403      | 403    | 403      | 403     | 403     | 401     | 401
make          | 201      | 403    | 403      | 403     | 403     | 401     | 401
reasons       | 200      | 200    | 403      | 403     | 403     | 401     | 401
reason        | 200      | 200    | 403      | 403     | 403     | 401     | 401
reason-create | 201      | 403    | 403      | 403     | 403     | 401     | 401
reason-change | 204      | 403    | 403      | 403     | 403     | 401     | 401
reason-delete | 204      | 403    | 403      | 403     | 403     | 401     | 401
checkout      | 403      | 403    | 403      | 403     | 403     | 401     | 401
"""
REASON = {"type": "DECLINE", "code": "NO_BUDGET", "message": {"en": "There is no budget"}}


def rows(table):
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return {row[0]: dict(zip(lines[0][1:], map(int, row[1:]), strict=True)) for row in lines[1:]}


PEOPLE, CLIENTS = rows(TABLE), rows(PROGRAMS)


@scene
def scene(cast):
    """The quote, the approval that waits for it, and a further cart."""
    quote = offered(cast, "rita", OVER, unit=400)
    approving.request_approval(
        actor=cast.actor("rita"), kind=QUOTE, subject_key=quote.key, approver_id=cast.ana.pk
    ).settled()
    return quote, cast.cart("rita", {"DESK-01": 1})


@pytest.fixture
def acme(api, service_api, anonymous_api, cast):
    """Somebody by name who calls the tenant `acme`, whoever's token it is."""

    def caller(who):
        match who:
            case "employee":
                found = service_api(*CLIENT_SCOPES)
            case "reader":
                found = service_api(READ)
            case "no scope":
                found = service_api()
            case "foreign":
                found = service_api(*CLIENT_SCOPES, tenant="other")
            case "visitor":
                found = anonymous_api()
            case "expired":
                found = api("rita", life=-DAY)
            case "nobody":
                found = api()
            case _:
                found = api(who)
                number = number_of(cast.user(who), found.row.tenant)
                found.headers["saas-token"] = make_saas_token(number, found.row.tenant.key, timezone.now() + DAY)
        found.tenant = "acme"
        return found

    return caller


def send(caller, endpoint, cast, quote, cart):
    line = quote.lines.get()
    calls = {
        "list": lambda: caller.get(QUOTES),
        "get": lambda: caller.get(at(quote)),
        "note": lambda: caller.patch(at(quote), operation("/customerComment", "Soon, please.")),
        "accept": lambda: caller.patch(at(quote), [status("ACCEPTED")]),
        "decline": lambda: caller.patch(at(quote), [status("DECLINED")]),
        "ask-change": lambda: caller.patch(at(quote), [status("IN_PROGRESS")]),
        "reprice": lambda: caller.patch(at(quote), operation(f"/items/{line.key}/price", {"totalNetValue": 1})),
        "delete": lambda: caller.delete(at(quote)),
        "history": lambda: caller.get(at(quote, "history")),
        "pdf": lambda: caller.post(at(quote, "pdf")),
        "ask": lambda: caller.post(QUOTES, asks(cast, cart)),
        "make": lambda: caller.post(QUOTES, made(cast, item(cast, "DESK-01"))),
        "reasons": lambda: caller.get(REASONS),
        "reason": lambda: caller.get(f"{REASONS}/decline-other"),
        "reason-create": lambda: caller.post(REASONS, REASON),
        "reason-change": lambda: caller.put(f"{REASONS}/decline-other", {**REASON, "metadata": {"version": 1}}),
        "reason-delete": lambda: caller.delete(f"{REASONS}/decline-other"),
        "checkout": lambda: caller.post(ORDER, {"quoteId": quote.key, "paymentMethods": [{"provider": "none"}]}),
    }
    return calls[endpoint]()


def tried(caller, endpoint, cast, scene):
    """What this caller gets, in a world that is as before afterwards."""
    savepoint = transaction.savepoint()
    answer = send(caller, endpoint, cast, *scene)
    transaction.savepoint_rollback(savepoint)
    return answer


@pytest.mark.parametrize("endpoint", PEOPLE)
def test_every_endpoint_by_every_person(acme, cast, scene, endpoint):
    answers = {who: tried(acme(who), endpoint, cast, scene) for who in PEOPLE[endpoint]}

    assert {who: answer.status for who, answer in answers.items()} == PEOPLE[endpoint]
    if endpoint == "get":
        assert all(tuple(answers[who]) == unknown(scene[0]) for who in ("tom", "bea", "alice", "paula", "rik"))


@pytest.mark.parametrize("endpoint", CLIENTS)
def test_every_endpoint_by_every_program(acme, cast, scene, endpoint):
    answers = {who: tried(acme(who), endpoint, cast, scene) for who in CLIENTS[endpoint]}

    assert {who: answer.status for who, answer in answers.items()} == CLIENTS[endpoint]
    assert (answers["nobody"].body, answers["expired"].body) == (INVALID, EXPIRED)


@pytest.mark.parametrize("endpoint", PEOPLE)
def test_a_refusal_changes_nothing(acme, cast, scene, endpoint):
    refused = [who for who, expected in (PEOPLE[endpoint] | CLIENTS[endpoint]).items() if expected >= 400]
    callers = [acme(who) for who in refused]

    with nothing_changes():
        for caller in callers:
            send(caller, endpoint, cast, *scene)


class TestWords:
    def test_of_who_lacks_a_scope(self, acme, cast, scene):
        quote, _ = scene
        own = {"get": (READ, "quote.quote_read_own"), "note": (MANAGE, "quote.quote_manage_own")}
        for endpoint, scopes in (own | {"history": (READ,), "delete": (MANAGE,), "reason-create": (MANAGE,)}).items():
            assert tuple(send(acme("carl"), endpoint, cast, *scene)) == lacks(*scopes)
        assert tuple(acme("rita").get(at(quote, "history"))) == lacks(READ)

    def test_of_a_visitor(self, acme, cast, scene):
        assert tuple(send(acme("visitor"), "get", cast, *scene)) == (403, code(403, FORBIDDEN))

    def test_of_another_tenant(self, acme, cast, scene):
        for who in ("olga", "foreign"):
            assert tuple(send(acme(who), "get", cast, *scene)) == (403, code(403, FORBIDDEN))

    def test_of_a_header_that_names_another_tenant(self, api, scene):
        assert api("rita", Emporix_Tenant="other").get(at(scene[0])).status == 400

    def test_of_somebody_in_two_companies_who_chose_none(self, api, cast, scene):
        quote, cart = scene
        Member.objects.create(company=cast.contoso, user=cast.rita, role="buyer")
        unbound, bound = api("rita", tenant="acme"), api("rita", "northwind")

        assert unbound.get(QUOTES).status == unbound.post(QUOTES, asks(cast, cart)).status == 403
        assert "legalEntityId" in unbound.get(at(quote)).body["message"]
        assert [each["id"] for each in bound.get(QUOTES).body] == [quote.key]
        assert api("rita", "contoso").get(QUOTES).body == []
        assert tuple(api("rita", "contoso").get(at(quote))) == unknown(quote)

    def test_of_an_approver_who_acts_for_another_company(self, api, cast, scene):
        Member.objects.create(company=cast.contoso, user=cast.ana, role="admin")

        assert api("ana", "northwind").get(at(scene[0])).status == 200
        assert tuple(api("ana", "contoso").get(at(scene[0]))) == unknown(scene[0])

    def test_no_slash_and_no_redirect(self, api, cast):
        for path in (f"{QUOTES}/", f"{REASONS}/", f"{QUOTES}/x/history/"):
            answer = api("rita").post(path, {})
            assert (answer.status, answer.body["code"]) == (404, 404)


def test_a_demoted_member_loses_the_right_at_once(api, cast, scene):
    rita = api("rita")
    assert rita.get(at(scene[0])).status == 200

    Member.objects.filter(pk=cast.member("rita").pk).update(role="contact")

    assert tuple(rita.get(at(scene[0]))) == lacks(READ, "quote.quote_read_own")


def test_a_draft_is_its_sellers_alone(api, service_api, cast):
    program = service_api(*CLIENT_SCOPES)
    offered(cast, "rita", {"DESK-01": 1})
    body = made(cast, items=None)
    draft = program.post(QUOTES, body).body["id"]
    assert program.patch(at(draft), operation("/items", item(cast, "DESK-01"), "ADD")).status == 204

    assert tuple(api("rita").get(at(draft))) == unknown(draft)
    assert api("sam").get(at(draft)).body["status"] == {"value": "CREATING"}
    assert program.patch(at(draft), [operation("/validTo", in_days(3).value.isoformat()), status("OPEN")]).status == 204
    assert api("rita").get(at(draft)).status == 200
