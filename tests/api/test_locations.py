"""Where companies are: read by their people, written by programs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Change, Location
from companies.scopes import CLIENT_SCOPES
from tests.api.callers import ADMIN, BUYER, CONTACT, PROBLEMS, REQUESTER, SERVICE, STRANGER, code, each, expected
from tests.world import scene

PATH = "/customer-management/acme/locations"
READ = "customermanagement.location_read"
MANAGE = "customermanagement.location_manage"
ENTITIES = ("customermanagement.legalentity_read", "customermanagement.legalentity_manage")
MISSING = code(404, "The location with the requested code does not exist.")
DETAILS = {
    "emails": ["dock@northwind.example", "night@northwind.example"],
    "phones": ["+49 40 1", "+49 40 2"],
    "addressLine1": "Kai 7",
    "addressLine2": "Gate B",
    "city": "Hamburg",
    "state": "HH",
    "postcode": "20457",
    "countryCode": "DE",
    "tags": ["shipping"],
}


def problem(field, why):
    return code(400, PROBLEMS, details=[f"{field}: {why}"])


@pytest.fixture
def program(service_api):
    return service_api(READ, MANAGE, *ENTITIES)


@scene
def headquarters(cast):
    return f"{PATH}/{cast.headquarters.key}"


def names(answer):
    assert answer.status == 200, answer.body
    return {entry["name"] for entry in answer.body}


class TestReading:
    def test_one(self, cast, api, headquarters):
        status, body = api("rita").get(headquarters)
        assert status == 200
        assert body == {
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
            "metadata": body["metadata"],
        }

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, {"Northwind GmbH headquarters", "Contoso Ltd headquarters"}),
            ({"legalEntityId": "{northwind}"}, {"Northwind GmbH headquarters"}),
            ({"legalEntity.id": "{contoso}"}, {"Contoso Ltd headquarters"}),
            ({"legalEntityId": "{umbrella}"}, set()),
            ({"type": "WAREHOUSE"}, set()),
            ({"contactDetails.city": "Koeln"}, {"Contoso Ltd headquarters"}),
            ({"q": "contactDetails.postcode:20457"}, {"Northwind GmbH headquarters"}),
            ({"name": "Contoso Ltd headquarters"}, {"Contoso Ltd headquarters"}),
        ],
    )
    def test_filters(self, cast, program, query, found):
        words = {word: getattr(cast, word).key for word in ("northwind", "contoso", "umbrella")}
        filled = {name: text.format(**words) for name, text in query.items()}
        assert names(program.get(PATH, **filled)) == found

    def test_people_see_those_of_their_company(self, cast, api):
        assert names(api("rita").get(PATH)) == {"Northwind GmbH headquarters"}
        assert names(api("rita").get(PATH, legalEntityId=cast.contoso.key)) == set()
        assert names(api("paula").get(PATH)) == set()

    def test_an_unknown_filter_is_refused(self, api):
        answer = api("rita").get(PATH, city="Hamburg")
        assert tuple(answer) == (400, code(400, "city: there is no such filter.", details=["city: is not known"]))


class TestWriting:
    def test_a_new_one_gives_back_what_was_said(self, cast, program):
        sent = {"id": "dock", "name": "Dock", "type": "WAREHOUSE", "contactDetails": DETAILS, "mixins": {"a": 1}}
        assert tuple(program.post(PATH, {**sent, "legalEntityId": cast.northwind.key})) == (201, {"id": "dock"})
        body = program.get(f"{PATH}/dock").body
        assert body == {**sent, "metadata": body["metadata"]}
        change = Change.objects.get()
        assert (change.kind, change.company, change.subject) == ("location.added", cast.northwind, "Dock")

    def test_a_change_leaves_what_it_does_not_name(self, cast, program):
        entity = {"id": cast.northwind.key}
        sent = {"id": "dock", "name": "Dock", "type": "WAREHOUSE", "contactDetails": DETAILS, "legalEntity": entity}
        program.post(PATH, sent)
        changed = {"contactDetails": {"city": "Bremen", "phones": ["1"]}, "metadata": {"version": 1}}
        assert tuple(program.put(f"{PATH}/dock", changed)) == (204, None)
        body = program.get(f"{PATH}/dock").body
        assert body["contactDetails"] == {**DETAILS, "city": "Bremen", "phones": ["1"]}
        assert (body["name"], body["metadata"]["version"]) == ("Dock", 2)
        assert program.put(f"{PATH}/dock", changed).status == 409
        assert program.patch(f"{PATH}/dock", {"type": "OFFICE"}).status == 204

    def test_what_was_read_can_be_written_back(self, program, headquarters):
        before = program.get(headquarters).body
        assert program.put(headquarters, before).status == 204
        assert program.get(headquarters).body == before
        assert not Change.objects.exists()

    def test_one_that_was_not_there(self, cast, program):
        sent = {"name": "Dock", "legalEntityId": cast.northwind.key}
        assert tuple(program.put(f"{PATH}/dock", sent)) == (201, {"id": "dock"})
        assert tuple(program.patch(f"{PATH}/nothing", {})) == (404, MISSING)

    def test_once(self, cast, program):
        sent = {"name": "Dock", "legalEntityId": cast.northwind.key}
        answers = [program.post(PATH, sent, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert answers[0].body == answers[1].body
        assert Location.objects.filter(name="Dock").count() == 1

    def test_one_of_no_company_is_the_programs(self, cast, program, api, service_api):
        sent = {"id": "dock", "name": "Dock", "type": "WAREHOUSE", "contactDetails": DETAILS, "mixins": {"a": 1}}
        assert tuple(program.post(PATH, sent)) == (201, {"id": "dock"})

        assert program.get(f"{PATH}/dock").body["contactDetails"] == DETAILS
        assert "dock" in [each["id"] for each in program.get(PATH).body]
        assert program.get(PATH, legalEntityId=cast.northwind.key, name="Dock").body == []
        assert program.put(f"{PATH}/dock", {"type": "OFFICE", "metadata": {"version": 1}}).status == 204
        for reader in (api("ana"), api("paula"), service_api(*CLIENT_SCOPES, tenant="other")):
            where = PATH.replace("/acme/", f"/{reader.tenant}/")
            assert reader.get(f"{where}/dock").status == 404
            assert "Dock" not in [each["name"] for each in reader.get(where).body]
        assert [(change.kind, change.company) for change in Change.objects.order_by("pk")] == [
            ("location.added", None),
            ("location.changed", None),
        ]
        assert program.post(PATH, {"id": "dock", "name": "Another", "legalEntityId": cast.northwind.key}).status == 409
        assert tuple(program.delete(f"{PATH}/dock")) == (204, None)
        assert program.get(f"{PATH}/dock").status == 404

    def test_a_company_takes_in_one_of_no_company(self, cast, program, api):
        program.post(PATH, {"id": "dock", "name": "Dock", "type": "WAREHOUSE", "contactDetails": DETAILS})
        entity = f"/customer-management/acme/legal-entities/{cast.northwind.key}"
        kept = [{"id": cast.headquarters.key}, {"id": "dock"}]

        assert program.put(entity, {"entitiesAddresses": kept}).status == 204

        shown = {each["id"]: each for each in program.get(entity).body["entitiesAddresses"]}
        assert shown["dock"]["contactDetails"]["city"] == DETAILS["city"]
        assert len(shown) == 2
        assert api("rita").get(f"{PATH}/dock").body["name"] == "Dock"
        assert names(program.get(PATH, legalEntityId=cast.northwind.key, name="Dock")) == {"Dock"}
        row = Location.objects.get(key="dock")
        assert (row.company, row.tenant) == (cast.northwind, None)
        assert Change.objects.filter(kind="location.added", company=cast.northwind, subject="Dock").count() == 1

    def test_it_is_the_company_s_from_then_on(self, cast, program):
        program.post(PATH, {"id": "dock", "name": "Dock"})
        entities = "/customer-management/acme/legal-entities"
        fabrikam = program.post(entities, {"name": "Fabrikam", "entitiesAddresses": [{"id": "dock"}]}).body["id"]

        answer = program.put(f"{entities}/{cast.northwind.key}", {"entitiesAddresses": [{"id": "dock"}]})

        assert (answer.status, "'dock' is none of this company's." in answer.body["message"]) == (400, True)
        assert Location.objects.get(key="dock").company.key == fabrikam
        assert cast.headquarters.company == cast.northwind

    def test_a_program_of_another_tenant_takes_nothing_in(self, cast, program, service_api):
        program.post(PATH, {"id": "dock", "name": "Dock"})
        theirs = f"/customer-management/other/legal-entities/{cast.umbrella.key}"

        answer = service_api(*CLIENT_SCOPES, tenant="other").put(theirs, {"entitiesAddresses": [{"id": "dock"}]})

        assert answer.status == 400
        assert Location.objects.get(key="dock").company is None

    @pytest.mark.parametrize(
        ("changed", "body"),
        [
            ({"legalEntityId": "x"}, problem("legalEntityId", "there is no legal entity with this id")),
            ({"type": "SHOP"}, problem("type", "must be one of HEADQUARTER, WAREHOUSE, OFFICE")),
            ({"color": "red"}, problem("color", "is not known")),
            ({"contactDetails": {"street": "x"}}, problem("contactDetails.street", "is not known")),
            ({"contactDetails": {"emails": "x"}}, problem("contactDetails.emails", "must be a list of at most 20")),
            (
                {"contactDetails": {"countryCode": "Germany"}},
                code(
                    400,
                    "Please shorten this to 2 characters; it has 7.",
                    details=["contactDetails.countryCode: Please shorten this to 2 characters; it has 7."],
                ),
            ),
            (
                {"contactDetails": {"countryCode": "de"}},
                code(
                    400,
                    "Give a two-letter country code.",
                    details=["contactDetails.countryCode: Give a two-letter country code."],
                ),
            ),
            (
                {"contactDetails": {"emails": ["nobody"]}},
                code(
                    400,
                    "Enter a valid email address.",
                    details=["contactDetails.emails: Enter a valid email address."],
                ),
            ),
            (
                {"name": None},
                code(400, "A location needs a name.", details=["name: A location needs a name."]),
            ),
        ],
    )
    def test_refuses(self, cast, program, changed, body):
        sent = {"name": "Dock", "legalEntityId": cast.northwind.key, **changed}
        assert tuple(program.post(PATH, sent)) == (400, body)
        assert not Location.objects.filter(name="Dock").exists()

    def test_it_stays_with_its_company(self, cast, program, headquarters):
        answer = program.put(headquarters, {"legalEntityId": cast.contoso.key})
        assert tuple(answer) == (400, problem("legalEntityId", "cannot be changed"))
        assert program.put(headquarters, {"legalEntityId": cast.northwind.key}).status == 204

    def test_another_companys_id_is_taken(self, cast, program):
        sent = {"id": cast.contoso_office.key, "name": "Dock", "legalEntityId": cast.northwind.key}
        assert tuple(program.post(PATH, sent)) == (409, code(409, "There is one with this id already."))

    def test_removing_takes_it_out_of_use(self, program, headquarters):
        assert tuple(program.delete(headquarters)) == (204, None)
        assert tuple(program.get(headquarters)) == (404, MISSING)
        assert Location.objects.filter(is_active=False).count() == 1


READERS = dict.fromkeys((ADMIN, BUYER, REQUESTER, CONTACT, SERVICE), 200)


@each
class TestWho:
    def test_lists(self, caller, who):
        table = READERS | dict.fromkeys(("former member", STRANGER, "private"), 200)
        assert caller(who).get(PATH).status == expected(table, who)

    def test_reads(self, caller, headquarters, who):
        table = READERS | dict.fromkeys(("former member", STRANGER, "private"), 404)
        assert caller(who).get(headquarters).status == expected(table, who)

    def test_adds(self, cast, caller, who):
        sent = {"name": "Dock", "legalEntityId": cast.northwind.key}
        assert caller(who).post(PATH, sent).status == expected({SERVICE: 201}, who)
        assert Location.objects.filter(name="Dock").exists() == (who == SERVICE)

    def test_changes(self, cast, caller, headquarters, who):
        assert caller(who).put(headquarters, {"name": "Dock"}).status == expected({SERVICE: 204}, who)
        assert Location.objects.filter(name="Dock").exists() == (who == SERVICE)

    def test_removes(self, caller, headquarters, who):
        assert caller(who).delete(headquarters).status == expected({SERVICE: 204}, who)


def test_lists_take_as_many_queries_for_many(cast, program):
    with CaptureQueriesContext(connection) as few:
        program.get(PATH)
    Location.objects.bulk_create(Location(company=cast.northwind, name=f"L{n}", country="DE") for n in range(40))
    with CaptureQueriesContext(connection) as many:
        assert len(program.get(PATH, pageSize="100").body) == 42
    assert len(many) == len(few) == 2
