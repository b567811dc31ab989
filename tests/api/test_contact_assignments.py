"""Who is in a company: read by its people, assigned by programs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Change, Company, Customer, Member, User
from companies.roles import Role
from companies.services.contacts import Contact, assign_contact
from config.kit.refused import NotYours
from tests.api.callers import (
    ADMIN,
    BUYER,
    CONTACT,
    FORBIDDEN,
    PROBLEMS,
    REQUESTER,
    SERVICE,
    STRANGER,
    code,
    each,
    expected,
)
from tests.world import scene

PATH = "/customer-management/acme/contact-assignments"
READ = "customermanagement.contactassignment_read"
MANAGE = "customermanagement.contactassignment_manage"
MISSING = code(404, "The contact assignment with the requested code does not exist.")
NORTHWIND = {"C-ana", "C-tom", "C-bea", "C-rita", "C-carl"}


def problem(field, why):
    return code(400, PROBLEMS, details=[f"{field}: {why}"])


@pytest.fixture
def program(service_api):
    return service_api(READ, MANAGE)


@scene
def rita_path(cast):
    return f"{PATH}/{cast.member('rita').key}"


def numbers(answer):
    assert answer.status == 200, answer.body
    return {entry["customer"]["id"] for entry in answer.body}


class TestReading:
    def test_a_contact_with_its_whole_company(self, cast, api, rita_path):
        status, body = api("ana").get(rita_path)
        entity = api("ana").get(f"/customer-management/acme/legal-entities/{cast.northwind.key}").body
        member = cast.member("rita")
        assert status == 200
        assert body == {
            "id": member.key,
            "legalEntity": entity,
            "customer": {
                "id": "C-rita",
                "name": "Rita",
                "surname": "Okafor",
                "email": "rita@northwind.example",
                "phone": "",
            },
            "type": "CONTACT",
            "primary": False,
            "mixins": {},
            "metadata": body["metadata"],
        }
        assert body["metadata"]["version"] == 1

    def test_people_see_those_of_the_company_they_act_for(self, cast, api, program):
        assert numbers(api("rita").get(PATH)) == NORTHWIND
        assert numbers(api("dora").get(PATH)) == set()
        assert {"C-ravi", "C-tess", "C-rita"} <= numbers(program.get(PATH, pageSize="50"))
        assert "C-olga" not in numbers(program.get(PATH, pageSize="50"))
        assert not {entry for entry in numbers(program.get(PATH, pageSize="50")) if entry.startswith("employee")}

    def test_who_is_in_two_companies_has_to_choose_first(self, cast, api):
        Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.ADMIN)
        assert numbers(api("bea").get(PATH)) == set()
        assert numbers(api("bea", "contoso").get(PATH)) >= {"C-alice", "C-bea"}
        assert numbers(api("bea", "northwind").get(PATH)) == NORTHWIND

    @pytest.mark.parametrize("name", ["legalEntityId", "legalEntity.id"])
    def test_both_names_of_the_company_filter(self, cast, api, program, name):
        assert numbers(program.get(PATH, **{name: cast.northwind.key})) == NORTHWIND
        assert numbers(program.get(PATH, **{name: cast.umbrella.key})) == set()
        assert numbers(api("rita").get(PATH, **{name: cast.contoso.key})) == set()
        assert numbers(api("rita").get(PATH, **{name: cast.northwind.key})) == NORTHWIND

    def test_other_filters(self, cast, program):
        Member.objects.filter(pk=cast.member("bea").pk).update(type="BILLING", primary=True)
        assert numbers(program.get(PATH, **{"customer.id": "C-bea"})) == {"C-bea"}
        assert numbers(program.get(PATH, type="BILLING")) == {"C-bea"}
        assert numbers(program.get(PATH, primary="true")) == {"C-bea"}
        assert numbers(program.get(PATH, q=f"legalEntity.id:{cast.northwind.key} type:BILLING")) == {"C-bea"}

    @pytest.mark.parametrize("name", ["company", "email", "customerId", "legalEntity"])
    def test_an_unknown_filter_is_refused(self, api, name):
        status, body = api("rita").get(PATH, **{name: "x"})
        assert (status, body) == (
            400,
            code(400, f"{name}: there is no such filter.", details=[f"{name}: is not known"]),
        )

    def test_paging_and_the_total(self, program):
        answer = program.get(PATH, headers={"X-Total-Count": "true"}, pageSize="3", sort="customer.id")
        assert [entry["customer"]["id"] for entry in answer.body] == ["C-alice", "C-ana", "C-bea"]
        assert answer.headers["X-Total-Count"] == "12"

    def test_a_default_page_has_sixteen(self, cast, program):
        for number in range(20):
            user = User.objects.create(email=f"u{number}@northwind.example")
            Member.objects.create(company=cast.northwind, user=user, role=Role.CONTACT)
        assert len(program.get(PATH).body) == 16


class TestAssigning:
    def test_a_customer_becomes_a_contact(self, cast, api, program):
        sent = {"legalEntity": {"id": cast.northwind.key}, "customer": {"id": "C-paula"}, "type": "BILLING"}
        status, body = program.post(PATH, {**sent, "primary": True})
        member = Member.objects.get(user=cast.paula)
        assert (status, body) == (201, {"id": member.key})
        assert (member.company, member.role, member.type, member.primary) == (
            cast.northwind,
            Role.CONTACT,
            "BILLING",
            True,
        )
        change = Change.objects.get()
        assert (change.kind, change.subject, change.actor_kind) == ("member.added", "Paula Privat", "client")
        assert api("paula").get("/customer/{t}/me").body["businessModel"] == "B2B"

    def test_with_an_id_of_its_own_and_only_once(self, cast, program):
        sent = {"id": "mine", "legalEntity": {"id": cast.northwind.key}, "customer": {"id": "C-paula"}}
        key = {"Idempotency-Key": "k"}
        assert tuple(program.post(PATH, sent, headers=key)) == (201, {"id": "mine"})
        assert tuple(program.post(PATH, sent, headers=key)) == (201, {"id": "mine"})
        assert tuple(program.post(PATH, sent)) == (
            409,
            code(409, "This customer is assigned to this company already."),
        )

    def test_who_was_there_comes_back_as_contact(self, cast, program):
        sent = {"legalEntity": {"id": cast.northwind.key}, "customer": {"id": "C-dora"}}
        assert tuple(program.post(PATH, sent)) == (201, {"id": cast.member("dora").key})
        member = Member.objects.get(pk=cast.member("dora").pk)
        assert (member.role, member.is_active) == (Role.CONTACT, True)

    @pytest.mark.parametrize(
        ("changed", "body"),
        [
            ({"legalEntity": None}, problem("legalEntity", "is missing")),
            ({"customer": None}, problem("customer", "is missing")),
            ({"legalEntity": {}}, problem("legalEntity.id", "is missing")),
            ({"customer": {"id": 5}}, problem("customer.id", "must be a text")),
            ({"type": "BOSS"}, problem("type", "must be one of PRIMARY, BILLING, LOGISTICS, CONTACT")),
            ({"primary": "yes"}, problem("primary", "must be true or false")),
            ({"role": "admin"}, problem("role", "is not known")),
            (
                {"customer": {"id": "C-nobody"}},
                code(
                    400,
                    "There is no customer with this id.",
                    details=["customer.id: There is no customer with this id."],
                ),
            ),
            (
                {"customer": {"id": "C-olga"}},
                code(
                    400,
                    "There is no customer with this id.",
                    details=["customer.id: There is no customer with this id."],
                ),
            ),
            (
                {"legalEntity": {"id": "umbrella"}},
                code(
                    400,
                    "There is no such legal entity.",
                    details=["legalEntity.id: There is no legal entity with this id."],
                ),
            ),
        ],
    )
    def test_refuses(self, cast, program, changed, body):
        sent = {"legalEntity": {"id": cast.northwind.key}, "customer": {"id": "C-paula"}, **changed}
        if sent["legalEntity"] == {"id": "umbrella"}:
            sent["legalEntity"] = {"id": cast.umbrella.key}
        before = Member.objects.count()
        assert tuple(program.post(PATH, sent)) == (400, body)
        assert Member.objects.count() == before

    def test_an_admin_cannot_take_an_account_into_the_company(self, cast):
        with pytest.raises(NotYours):
            assign_contact(actor=cast.actor("ana"), company_id=cast.northwind.pk, number="C-paula", contact=Contact())


class TestChanging:
    def test_what_a_contact_is_for(self, cast, program, rita_path):
        sent = {
            "legalEntity": {"id": cast.northwind.key},
            "customer": {"id": "C-rita"},
            "type": "LOGISTICS",
            "primary": True,
            "metadata": {"version": 1},
        }
        assert tuple(program.put(rita_path, sent)) == (204, None)
        member = Member.objects.get(pk=cast.member("rita").pk)
        assert (member.type, member.primary, member.role, member.version) == ("LOGISTICS", True, Role.REQUESTER, 2)
        assert tuple(program.put(rita_path, sent)) == (
            409,
            code(409, "This was changed meanwhile: it has version 2 now, not 1."),
        )
        assert program.patch(rita_path, {"primary": False}).status == 204
        assert Change.objects.filter(kind="member.contact_changed").count() == 2

    def test_what_was_read_can_be_written_back(self, program, rita_path):
        before = program.get(rita_path).body
        assert program.put(rita_path, before).status == 204
        assert program.get(rita_path).body == before

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"customer": {"id": "C-ana"}}, "customer.id: cannot be changed"),
            ({"legalEntity": {"id": "x"}}, "legalEntity.id: cannot be changed"),
            ({"type": "BOSS"}, "type: must be one of PRIMARY, BILLING, LOGISTICS, CONTACT"),
            ({"role": "admin"}, "role: is not known"),
        ],
    )
    def test_refuses(self, program, rita_path, sent, field):
        assert tuple(program.put(rita_path, sent)) == (400, code(400, PROBLEMS, details=[field]))

    def test_one_that_was_not_there(self, cast, program):
        sent = {"legalEntity": {"id": cast.northwind.key}, "customer": {"id": "C-paula"}, "type": "CONTACT"}
        assert tuple(program.put(f"{PATH}/paulas", sent)) == (201, {"id": "paulas"})
        assert tuple(program.patch(f"{PATH}/unknown", {})) == (404, MISSING)


class TestEnding:
    def test_ends_the_membership_and_keeps_the_row(self, cast, api, program, rita_path):
        rita = api("rita")
        assert tuple(program.delete(rita_path)) == (204, None)
        assert tuple(program.delete(rita_path)) == (404, MISSING)
        assert tuple(program.get(rita_path)) == (404, MISSING)
        assert rita.get("/customer-management/{t}/legal-entities").body == []
        assert not Member.objects.get(pk=cast.member("rita").pk).is_active

    def test_the_last_admin_stays(self, cast, program):
        assert program.delete(f"{PATH}/{cast.member('tom').key}").status == 204
        status, body = program.delete(f"{PATH}/{cast.member('ana').key}")
        text = "Ana Diaz is the last active Admin of Northwind GmbH. Make somebody else Admin first."
        assert (status, body) == (400, code(400, text, details=[f"is_active: {text}"]))
        assert Member.objects.get(pk=cast.member("ana").pk).is_active


READERS = dict.fromkeys((ADMIN, BUYER, REQUESTER, CONTACT, SERVICE), 200)


@each
class TestWho:
    def check(self, answer, table, who):
        assert answer.status == expected(table, who), answer.body
        if answer.status == 403:
            assert answer.body["message"] in (FORBIDDEN, "You need a scope for this action.")

    def test_lists(self, caller, who):
        answer = caller(who).get(PATH)
        self.check(answer, READERS | dict.fromkeys(("former member", STRANGER, "private"), 200), who)
        if who == STRANGER:
            assert not numbers(answer) & NORTHWIND

    def test_reads(self, caller, rita_path, who):
        hidden = dict.fromkeys(("former member", STRANGER, "private"), 404)
        self.check(caller(who).get(rita_path), READERS | hidden, who)

    def test_assigns(self, cast, caller, who):
        sent = {"legalEntity": {"id": cast.northwind.key}, "customer": {"id": "C-paula"}}
        self.check(caller(who).post(PATH, sent), {SERVICE: 201}, who)
        assert Member.objects.filter(user=cast.paula).exists() == (who == SERVICE)

    def test_changes(self, caller, rita_path, who):
        self.check(caller(who).put(rita_path, {"primary": True}), {SERVICE: 204}, who)

    def test_ends(self, cast, caller, rita_path, who):
        self.check(caller(who).delete(rita_path), {SERVICE: 204}, who)
        assert Member.objects.get(pk=cast.member("rita").pk).is_active == (who != SERVICE)


def test_lists_take_as_many_queries_for_many(cast, program):
    with CaptureQueriesContext(connection) as few:
        program.get(PATH, pageSize="2")
    for number in range(20):
        company = Company.objects.create(tenant=cast.acme, kind="customer", name=f"Company {number}")
        user = User.objects.create(email=f"u{number}@x.example")
        Customer.objects.create(tenant=cast.acme, user=user)
        Member.objects.create(company=company, user=user, role=Role.ADMIN, in_approval_group=True)
    with CaptureQueriesContext(connection) as many:
        assert len(program.get(PATH, pageSize="100").body) == 32
    assert len(many) <= 6
    assert len(few) <= len(many)
