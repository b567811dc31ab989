"""Are companies read by who belongs to them, and written by programs alone?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Change, Company, Member
from companies.roles import Role
from tests.api.callers import (
    ADMIN,
    BUYER,
    CONTACT,
    EXPIRED,
    FORBIDDEN,
    INVALID,
    PROBLEMS,
    REQUESTER,
    SERVICE,
    STALE,
    STRANGER,
    code,
    each,
    expected,
)
from tests.world import scene

PATH = "/customer-management/acme/legal-entities"
READ = "customermanagement.legalentity_read"
MANAGE = "customermanagement.legalentity_manage"
MISSING = code(404, "The legal entity with the requested code does not exist.")


def group(company, word):
    return {
        "id": f"{company.key}-{word}",
        "name": {"en": f"B2B {word.capitalize()}"},
        "role": f"B2B_{word.upper()}",
    }


def times(record):
    def text(at):
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"

    return {"version": record.version, "createdAt": text(record.created_at), "modifiedAt": text(record.modified_at)}


def problem(field, why):
    return code(400, PROBLEMS, details=[f"{field}: {why}"])


@pytest.fixture
def program(service_api):
    return service_api(READ, MANAGE)


@scene
def northwind(cast):
    return f"{PATH}/{cast.northwind.key}"


class TestReading:
    def test_a_whole_company(self, cast, api, northwind):
        cast.northwind.legal_info = {"legalName": "Northwind Handels GmbH", "registrationId": "HRB 1"}
        cast.northwind.mixins = {"erp": {"number": "4711"}}
        cast.northwind.save()
        Member.objects.filter(pk=cast.member("ana").pk).update(in_approval_group=True)
        status, body = api("rita").get(northwind)
        assert status == 200
        assert body == {
            "id": cast.northwind.key,
            "name": "Northwind GmbH",
            "type": "COMPANY",
            "accountLimit": {"currency": "EUR", "value": 5000.0},
            "legalInfo": {"legalName": "Northwind Handels GmbH", "registrationId": "HRB 1"},
            "customerGroups": [group(cast.northwind, word) for word in ("admin", "buyer", "requester", "contact")],
            "entitiesAddresses": [
                {
                    "id": cast.headquarters.key,
                    "name": "Northwind GmbH headquarters",
                    "type": "HEADQUARTER",
                    "contactDetails": {
                        "emails": [],
                        "phones": [],
                        "addressLine1": "Hafenstrasse 12",
                        "addressLine2": "",
                        "city": "Hamburg",
                        "state": "",
                        "postcode": "20457",
                        "countryCode": "DE",
                        "tags": [],
                    },
                    "mixins": {},
                    "metadata": times(cast.headquarters),
                }
            ],
            "approvalGroup": [
                {
                    "id": cast.member("ana").key,
                    "legalEntity": {"id": cast.northwind.key},
                    "customer": {
                        "id": "C-ana",
                        "name": "Ana",
                        "surname": "Diaz",
                        "email": "ana@northwind.example",
                        "phone": "",
                    },
                    "type": "CONTACT",
                    "primary": False,
                    "mixins": {},
                    "metadata": times(cast.member("ana")),
                }
            ],
            "mixins": {"erp": {"number": "4711"}},
            "metadata": times(cast.northwind),
        }

    def test_no_limit_is_left_out_and_zero_is_not(self, cast, api, northwind):
        Company.objects.filter(pk=cast.northwind.pk).update(purchase_limit=0)
        assert api("rita").get(northwind).body["accountLimit"] == {"currency": "EUR", "value": 0.0}
        Company.objects.filter(pk=cast.northwind.pk).update(purchase_limit=None, limit_currency="")
        assert "accountLimit" not in api("rita").get(northwind).body

    def test_the_limit_has_the_decimals_of_its_currency(self, cast, api, northwind):
        Company.objects.filter(pk=cast.northwind.pk).update(purchase_limit="1000.9", limit_currency="EUR")
        assert b'"value":1000.90' in api("rita").client.get(northwind, headers=auth(api("rita"))).content

    def test_customers_see_their_own_companies_only(self, cast, api):
        assert [entry["id"] for entry in api("rita").get(PATH).body] == [cast.northwind.key]
        assert [entry["id"] for entry in api("ravi").get(PATH).body] == [cast.contoso.key]
        assert api("paula").get(PATH).body == []
        assert api("dora").get(PATH).body == []

    def test_who_is_in_two_companies_finds_both_before_choosing(self, cast, api):
        Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.ADMIN)
        assert {entry["id"] for entry in api("bea").get(PATH).body} == {cast.northwind.key, cast.contoso.key}
        assert api("bea").get(f"{PATH}/{cast.contoso.key}").status == 200

    def test_programs_see_all_customer_companies_of_the_tenant(self, cast, program):
        names = {entry["name"] for entry in program.get(PATH).body}
        assert names == {"Northwind GmbH", "Contoso Ltd", "Tailspin SARL"}

    @pytest.mark.parametrize("which", ["contoso", "umbrella", "globex", "unknown"])
    def test_others_companies_are_not_there(self, cast, api, which):
        key = getattr(cast, which).key if which != "unknown" else "unknown"
        assert tuple(api("rita").get(f"{PATH}/{key}")) == (404, MISSING)

    @pytest.mark.parametrize("which", ["umbrella", "globex"])
    def test_programs_neither(self, cast, program, which):
        assert tuple(program.get(f"{PATH}/{getattr(cast, which).key}")) == (404, MISSING)

    def test_parents_are_listed_as_far_as_one_may_see(self, cast, api, program):
        Company.objects.filter(pk=cast.tailspin.pk).update(parent=cast.northwind)
        Company.objects.filter(pk=cast.northwind.pk).update(parent=cast.contoso)
        chain = [cast.tailspin.key, cast.northwind.key, cast.contoso.key]
        path = f"{PATH}/{cast.tailspin.key}/parent-hierarchy"
        found = program.get(path)
        assert [entry["id"] for entry in found.body] == chain
        assert found.body[0]["parentId"] == cast.northwind.key
        assert [entry["id"] for entry in api("tess").get(path).body] == chain[:1]
        assert tuple(api("rita").get(path)) == (404, MISSING)

    def test_a_circle_of_parents_ends(self, cast, program):
        Company.objects.filter(pk=cast.tailspin.pk).update(parent=cast.northwind)
        Company.objects.filter(pk=cast.northwind.pk).update(parent=cast.tailspin)
        assert len(program.get(f"{PATH}/{cast.tailspin.key}/parent-hierarchy").body) == 2


def auth(caller):
    return {"Authorization": f"Bearer {caller.token}"}


class TestFinding:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"name": "Contoso Ltd"}, {"Contoso Ltd"}),
            ({"name": "Contoso"}, set()),
            ({"type": "SUBSIDIARY"}, {"Tailspin SARL"}),
            ({"legalInfo.legalName": "Tail"}, {"Tailspin SARL"}),
            ({"q": "type:COMPANY accountLimit.value:>=5000"}, {"Northwind GmbH"}),
            ({"q": 'name:("Northwind GmbH","Contoso Ltd")'}, {"Northwind GmbH", "Contoso Ltd"}),
            ({"q": "name:~wind"}, {"Northwind GmbH"}),
            ({"q": "parentId:exists"}, {"Tailspin SARL"}),
            ({"q": 'metadata.createdAt:<"2000-01-01T00:00:00.000Z"'}, set()),
            ({"q": "compoundLogicalQuery:((name:~north) OR (type:SUBSIDIARY))"}, {"Northwind GmbH", "Tailspin SARL"}),
            ({"parentId": "{northwind}"}, {"Tailspin SARL"}),
            ({"id": "{contoso}"}, {"Contoso Ltd"}),
            ({"id": "{umbrella}"}, set()),
        ],
    )
    def test_filters(self, cast, program, query, names):
        Company.objects.filter(pk=cast.tailspin.pk).update(
            type="SUBSIDIARY", parent=cast.northwind, legal_info={"legalName": "Tail"}
        )
        filled = {
            name: text.format(**{word: getattr(cast, word).key for word in ("northwind", "contoso", "umbrella")})
            if text.startswith("{")
            else text
            for name, text in query.items()
        }
        assert {entry["name"] for entry in program.get(PATH, **filled).body} == names
        if "q" in filled:
            assert {entry["name"] for entry in program.post(f"{PATH}/search", filled).body} == names

    def test_sorting_paging_and_the_total(self, program):
        answer = program.get(PATH, headers={"X-Total-Count": "true"}, sort="name:desc", pageSize="2", pageNumber="1")
        assert [entry["name"] for entry in answer.body] == ["Tailspin SARL", "Northwind GmbH"]
        assert answer.headers["X-Total-Count"] == "3"
        rest = program.get(PATH, sort="name:desc", pageSize="2", pageNumber="2")
        assert [entry["name"] for entry in rest.body] == ["Contoso Ltd"]
        assert "X-Total-Count" not in rest.headers

    def test_the_total_counts_only_what_one_may_see(self, api):
        assert api("rita").get(PATH, headers={"X-Total-Count": "true"}).headers["X-Total-Count"] == "1"

    def test_chosen_fields(self, cast, api, northwind):
        expected = {"id": cast.northwind.key, "name": "Northwind GmbH", "type": "COMPANY"}
        assert api("rita").get(northwind, fields="name,type").body == expected
        assert api("rita").get(PATH, fields="name,type").body == [expected]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"legalEntityId": "x"}, "legalEntityId"),
            ({"kind": "vendor"}, "kind"),
            ({"type": "VENDOR"}, "type"),
            ({"name": ""}, "name"),
            ({"name": 'a"b'}, "name"),
            ({"q": "kind:vendor"}, "q"),
            ({"q": "name"}, "q"),
            ({"q": "accountLimit.value:much"}, "q"),
            ({"sort": "kind"}, "sort"),
            ({"pageSize": "0"}, "pageSize"),
            ({"pageSize": "100000"}, "pageSize"),
            ({"pageNumber": "x"}, "pageNumber"),
        ],
    )
    def test_what_is_no_filter_is_refused_by_name(self, api, query, field):
        status, body = api("rita").get(PATH, **query)
        assert (status, body["code"], body["status"]) == (400, 400, "BAD_REQUEST")
        assert field in body["message"] or any(field in line for line in body["details"])

    def test_search_takes_nothing_but_a_q(self, program):
        assert tuple(program.post(f"{PATH}/search", {"query": "x"})) == (400, problem("query", "is not known"))
        assert program.post(f"{PATH}/search", {}).status == 200
        assert tuple(program.post(f"{PATH}/search", [])) == (400, problem("body", "must be an object"))


class TestCreating:
    FULL = {
        "id": "fabrikam",
        "name": "Fabrikam AG",
        "type": "SUBSIDIARY",
        "legalInfo": {"legalName": "Fabrikam", "registrationDate": "2022-03-31T13:18:02.379Z"},
        "accountLimit": {"currency": "EUR", "value": 1000.99},
        "mixins": {"a": {"b": 1.5}},
    }

    def test_everything_that_can_be_said(self, cast, program):
        sent = {**self.FULL, "parentId": cast.northwind.key}
        assert tuple(program.post(PATH, sent)) == (201, {"id": "fabrikam"})
        made = program.get(f"{PATH}/fabrikam").body
        assert {name: made[name] for name in sent} == sent
        row = Company.objects.get(key="fabrikam")
        assert (row.tenant, row.kind, row.is_active) == (cast.acme, "customer", True)
        kinds = list(Change.objects.filter(company=row).order_by("pk").values_list("kind", "actor_kind", "actor_name"))
        assert kinds == [("company.added", "client", "Test client"), ("company.limit_set", "client", "Test client")]

    def test_a_name_is_enough(self, program):
        status, body = program.post(PATH, {"name": "Small"})
        assert status == 201
        assert program.get(f"{PATH}/{body['id']}").body["type"] == "COMPANY"

    def test_the_same_named_request_makes_one_company(self, program):
        key = {"Idempotency-Key": "once"}
        first = program.post(PATH, {"name": "Small"}, headers=key)
        again = program.post(PATH, {"name": "Small"}, headers=key)
        other = program.post(PATH, {"name": "Large"}, headers=key)
        assert (first.status, again.status) == (201, 201)
        assert first.body == again.body
        assert other.status == 422
        assert Company.objects.filter(name="Small").count() == 1

    def test_null_is_as_good_as_nothing(self, program):
        names = ("type", "parentId", "accountLimit", "legalInfo", "approvalGroup", "entitiesAddresses", "metadata")
        assert program.post(PATH, dict.fromkeys(names) | {"name": "Fabrikam"}).status == 201
        nameless = code(400, "A company needs a name.", details=["name: A company needs a name."])
        assert tuple(program.post(PATH, {"name": None})) == (400, nameless)

    @pytest.mark.parametrize(
        ("sent", "status", "body"),
        [
            ({}, 400, code(400, "A company needs a name.", details=["name: A company needs a name."])),
            ({"name": 5}, 400, problem("name", "must be a text")),
            ({"name": "x" * 201}, 400, problem("name", "must have at most 200 characters")),
            ({"name": "a\x00"}, 400, problem("name", "contains a character that cannot be stored")),
            ({"name": "A", "kind": "vendor"}, 400, problem("kind", "is not known")),
            ({"name": "A", "type": "BANK"}, 400, problem("type", "must be one of COMPANY, SUBSIDIARY")),
            ({"name": "A", "accountLimit": {"value": 5}}, 400, problem("accountLimit.currency", "is missing")),
            ({"name": "A", "accountLimit": {"currency": "EUR"}}, 400, problem("accountLimit.value", "is missing")),
            (
                {"name": "A", "accountLimit": {"currency": "EUR", "value": "5"}},
                400,
                problem("accountLimit.value", "must be a number"),
            ),
            (
                {"name": "A", "accountLimit": {"currency": "EUR", "value": True}},
                400,
                problem("accountLimit.value", "must be a number"),
            ),
            (
                {"name": "A", "accountLimit": {"currency": "EUR", "value": -1}},
                400,
                code(
                    400,
                    "A purchase limit is zero or more.",
                    details=["accountLimit.value: A purchase limit is zero or more."],
                ),
            ),
            (
                {"name": "A", "accountLimit": {"currency": "eur", "value": 1}},
                400,
                code(
                    400,
                    "Give a three-letter currency code such as EUR.",
                    details=["accountLimit.currency: Give a three-letter currency code such as EUR."],
                ),
            ),
            ({"name": "A", "accountLimit": 5}, 400, problem("accountLimit", "must be an object")),
            ({"name": "A", "legalInfo": {"vat": "1"}}, 400, problem("legalInfo.vat", "is not known")),
            ({"name": "A", "mixins": []}, 400, problem("mixins", "must be an object")),
            ({"name": "A", "metadata": {"version": "1"}}, 400, problem("metadata.version", "must be a whole number")),
            ({"name": "A", "approvalGroup": {}}, 400, problem("approvalGroup", "must be a list of at most 1000")),
            ({"name": "A", "approvalGroup": [5]}, 400, problem("approvalGroup[0]", "must be an object")),
            ({"name": "A", "approvalGroup": [{}]}, 400, problem("approvalGroup[0].id", "is missing")),
            (
                {"name": "A", "approvalGroup": [{"id": "x"}]},
                400,
                code(
                    400,
                    "'x' is none of this company's.",
                    details=["approvalGroup: 'x' is none of this company's."],
                ),
            ),
            (
                {"name": "A", "parentId": "x"},
                400,
                code(
                    400,
                    "There is no company with this id.",
                    details=["parentId: There is no company with this id."],
                ),
            ),
            ({"name": "A", "id": "a b"}, 400, None),
        ],
    )
    def test_refuses(self, program, sent, status, body):
        before = Company.objects.count()
        answer = program.post(PATH, sent)
        assert answer.status == status
        if body is not None:
            assert answer.body == body
        assert Company.objects.count() == before
        assert not Change.objects.exists()

    def test_an_id_that_is_taken(self, cast, program):
        answer = program.post(PATH, {"id": cast.northwind.key, "name": "Copy"})
        assert tuple(answer) == (409, code(409, "There is one with this id already."))

    def test_a_parent_of_another_tenant_is_not_there(self, cast, program):
        assert program.post(PATH, {"name": "A", "parentId": cast.umbrella.key}).status == 400


class TestWriting:
    def test_limit_and_approval_group(self, cast, program, northwind):
        ids = [{"id": cast.member(name).key} for name in ("ana", "bea")]
        sent = {
            "name": "Northwind GmbH",
            "type": "COMPANY",
            "accountLimit": {"currency": "EUR", "value": 750},
            "approvalGroup": ids,
            "metadata": {"version": 1},
        }
        assert tuple(program.put(northwind, sent)) == (204, None)
        body = program.get(northwind).body
        assert body["accountLimit"] == {"currency": "EUR", "value": 750.0}
        assert [entry["id"] for entry in body["approvalGroup"]] == [entry["id"] for entry in ids]
        kinds = Change.objects.filter(company=cast.northwind).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["company.limit_set", "approval_group.set"]

    def test_what_is_left_out_stays_and_null_removes_the_limit(self, cast, program, northwind):
        assert program.put(northwind, {"name": "Renamed"}).status == 204
        cast.northwind.refresh_from_db()
        assert (cast.northwind.name, cast.northwind.purchase_limit) == ("Renamed", 5000)
        assert program.put(northwind, {"name": "Renamed", "accountLimit": None}).status == 204
        cast.northwind.refresh_from_db()
        assert cast.northwind.limit is None

    def test_what_was_read_can_be_written_back(self, cast, program, northwind):
        before = program.get(northwind).body
        assert program.put(northwind, before).status == 204
        assert program.get(northwind).body == before
        assert not Change.objects.exists()

    def test_an_empty_approval_group_is_none(self, cast, program):
        path = f"{PATH}/{cast.contoso.key}"
        assert program.put(path, {"name": "Contoso Ltd", "approvalGroup": []}).status == 204
        assert program.get(path).body["approvalGroup"] == []

    def test_locations_that_are_not_named_are_out_of_use(self, cast, program, northwind):
        assert program.put(northwind, {"entitiesAddresses": []}).status == 204
        assert program.get(northwind).body["entitiesAddresses"] == []
        assert program.put(northwind, {"entitiesAddresses": [{"id": cast.headquarters.key}]}).status == 204
        assert len(program.get(northwind).body["entitiesAddresses"]) == 1

    def test_a_company_that_was_not_there(self, program):
        assert tuple(program.put(f"{PATH}/newco", {"name": "Newco"})) == (201, {"id": "newco"})
        assert program.put(f"{PATH}/newco", {"name": "Newco 2"}).status == 204

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"name": "A", "metadata": {"version": 7}}, 409),
            ({"id": "another", "name": "A"}, 400),
            ({"name": "A", "approvalGroup": [{"id": "{carl}"}]}, 400),  # a Contact cannot approve
            ({"name": "A", "approvalGroup": [{"id": "{alice}"}]}, 400),  # not of this company
            ({"name": "A", "approvalGroup": [{"id": "{dora}"}]}, 400),  # left
            ({"name": "A", "accountLimit": {"currency": "JPY", "value": 1.5}}, 400),
            ({"name": "A", "entitiesAddresses": [{"id": "{office}"}]}, 400),
            ({"name": "A", "parentId": "{self}"}, 400),
            ({"name": "A", "unknown": 1}, 400),
        ],
    )
    def test_all_or_nothing(self, cast, program, northwind, sent, status):
        words = {name: cast.member(name).key for name in ("carl", "alice", "dora")}
        words |= {"office": cast.contoso_office.key, "self": cast.northwind.key}
        assert program.put(northwind, _filled(sent, words)).status == status
        cast.northwind.refresh_from_db()
        assert (cast.northwind.name, cast.northwind.version) == ("Northwind GmbH", 1)
        assert not Change.objects.exists()

    def test_a_company_cannot_be_below_its_own_subsidiary(self, cast, program, northwind):
        assert program.put(f"{PATH}/{cast.tailspin.key}", {"parentId": cast.northwind.key}).status == 204
        status, body = program.put(northwind, {"parentId": cast.tailspin.key})
        assert (status, body["details"]) == (400, ["parentId: A company cannot be below itself."])
        assert program.put(f"{PATH}/{cast.tailspin.key}", {"parentId": None}).status == 204

    def test_closing_keeps_the_row_and_ends_what_its_people_may(self, cast, api, program, northwind):
        assert tuple(program.delete(northwind)) == (204, None)
        assert tuple(program.get(northwind)) == (404, MISSING)
        assert tuple(program.delete(northwind)) == (404, MISSING)
        assert api("ana").get(PATH).body == []
        assert program.put(northwind, {"name": "Again"}).status == 409
        assert program.post(PATH, {"id": cast.northwind.key, "name": "Again"}).status == 409
        cast.northwind.refresh_from_db()
        assert not cast.northwind.is_active
        assert Change.objects.get().kind == "company.closed"

    def test_there_is_no_patch(self, program, northwind):
        status, body = program.patch(northwind, {"name": "A"})
        assert (status, body) == (405, code(405, 'Method "PATCH" not allowed.'))

    def test_a_broken_body(self, program, northwind):
        response = program.client.put(northwind, b"{", content_type="application/json", headers=auth(program))
        assert response.status_code == 400
        response = program.client.put(northwind, b"<a/>", content_type="text/xml", headers=auth(program))
        assert response.status_code == 415


def _filled(value, words):
    if isinstance(value, dict):
        return {name: _filled(inner, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    return words.get(value.strip("{}"), value) if isinstance(value, str) and value.startswith("{") else value


READERS = dict.fromkeys((ADMIN, BUYER, REQUESTER, CONTACT, SERVICE), 200)


@each
class TestWho:
    def check(self, answer, table, who):
        status = expected(table, who)
        assert answer.status == status, answer.body
        if status == 401:
            assert answer.body == (EXPIRED if who == STALE else INVALID)
        if status == 403:
            assert answer.body["code"] == 403
            assert answer.body["message"] in (FORBIDDEN, "You need a scope for this action.")

    def test_lists(self, caller, who):
        lists = dict.fromkeys(("former member", STRANGER, "private"), 200)
        self.check(caller(who).get(PATH), READERS | lists, who)

    def test_searches(self, caller, who):
        lists = dict.fromkeys(("former member", STRANGER, "private"), 200)
        self.check(caller(who).post(f"{PATH}/search", {"q": ""}), READERS | lists, who)

    def test_reads_one(self, caller, northwind, who):
        hidden = dict.fromkeys(("former member", STRANGER, "private"), 404)
        self.check(caller(who).get(northwind), READERS | hidden, who)

    def test_reads_parents(self, caller, northwind, who):
        hidden = dict.fromkeys(("former member", STRANGER, "private"), 404)
        self.check(caller(who).get(f"{northwind}/parent-hierarchy"), READERS | hidden, who)

    def test_creates(self, caller, who):
        self.check(caller(who).post(PATH, {"name": "A"}), {SERVICE: 201}, who)

    def test_writes(self, cast, caller, northwind, who):
        self.check(caller(who).put(northwind, {"name": "A"}), {SERVICE: 204}, who)
        cast.northwind.refresh_from_db()
        assert (cast.northwind.name == "A") == (who == SERVICE)

    def test_deletes(self, cast, caller, northwind, who):
        self.check(caller(who).delete(northwind), {SERVICE: 204}, who)
        cast.northwind.refresh_from_db()
        assert cast.northwind.is_active == (who != SERVICE)


def test_a_missing_scope_is_named(service_api):
    status, body = service_api(READ).post(PATH, {"name": "A"})
    assert (status, body) == (
        403,
        code(403, "You need a scope for this action.", details=[f"Missing scope: {MANAGE}"]),
    )


def test_a_scope_taken_from_a_program_is_gone_at_once(program):
    client = program.row.application
    client.scopes = [READ]
    client.save()
    assert program.get(PATH).status == 200
    assert program.post(PATH, {"name": "A"}).status == 403
    client.is_active = False
    client.save()
    assert tuple(program.get(PATH)) == (401, INVALID)


def test_lists_take_as_many_queries_for_many(cast, program):
    with CaptureQueriesContext(connection) as few:
        program.get(PATH, pageSize="100")
    for number in range(30):
        company = Company.objects.create(tenant=cast.acme, kind="customer", name=f"Company {number}")
        Member.objects.create(company=company, user=cast.bea, role=Role.ADMIN, in_approval_group=True)
    with CaptureQueriesContext(connection) as many:
        assert len(program.get(PATH, pageSize="100").body) == 33
    assert len(many) == len(few) == 5
