"""Are groups found, and does joining or leaving one change what somebody may do at once?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Change, Company, Customer, Member
from companies.roles import Role
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

PATH = "/iam/acme/groups"
WORDS = ("admin", "buyer", "requester", "contact")
DESCRIPTIONS = {
    "admin": "Order freely, and approve for others.",
    "buyer": "Order up to the purchase limit, and approve for Requesters.",
    "requester": "Ask for approval of each order.",
    "contact": "Belong to the company, and order nothing.",
}


@pytest.fixture
def program(service_api):
    return service_api("iam.group_read", "iam.user_read", "iam.assignment_manage")


def group(company, word):
    return f"{company.key}-{word}"


def users(cast, word, company="northwind"):
    return f"{PATH}/{group(getattr(cast, company), word)}/users"


def ids(answer):
    assert answer.status == 200, answer.body
    return [entry["id"] for entry in answer.body]


def missing(key=None):
    return code(404, "There is no such group.", **({"resourceId": key} if key else {}))


def problem(field, why):
    return code(400, PROBLEMS, details=[f"{field}: {why}"])


class TestListing:
    def test_four_for_each_company(self, cast, api):
        status, body = api("rita").get(PATH)
        assert status == 200
        assert body == [
            {
                "id": group(cast.northwind, word),
                "name": {"en": f"B2B {word.capitalize()}"},
                "description": {"en": DESCRIPTIONS[word]},
                "code": f"B2B_{word.upper()}",
                "userType": "CUSTOMER",
                "b2b": {"legalEntityId": cast.northwind.key},
                "accessControls": [],
                "templates": [],
                "metadata": entry["metadata"],
            }
            for word, entry in zip(WORDS, body, strict=True)
        ]
        assert api("rita").get(f"{PATH}/{group(cast.northwind, 'buyer')}").body == body[1]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"b2b.legalEntityId": "{northwind}"}, ["northwind"]),
            ({"legalEntityId": "{contoso}"}, ["contoso"]),
            ({"b2b.legalEntityId": "{umbrella}"}, []),
            ({"b2b.legalEntityId": ""}, []),
            ({"userType": "customer", "name": "b2b"}, ["contoso", "northwind", "tailspin"]),
            ({"userType": "EMPLOYEE"}, []),
            (
                {"q": "b2b.legalEntityId:{northwind} code:(B2B_ADMIN,B2B_BUYER,B2B_REQUESTER,B2B_CONTACT)"},
                ["northwind"],
            ),
        ],
    )
    def test_filters_by_company(self, cast, program, query, found):
        words = {word: getattr(cast, word).key for word in ("northwind", "contoso", "umbrella")}
        filled = {name: text.format(**words) for name, text in query.items()}
        assert ids(program.get(PATH, **filled)) == [
            group(getattr(cast, company), word) for company in found for word in WORDS
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"code": "B2B_BUYER"}, ["buyer"]),
            ({"name": "ADMIN"}, ["admin"]),
            ({"name": "nothing"}, []),
            ({"q": "code:(B2B_BUYER,B2B_ADMIN)"}, ["admin", "buyer"]),
            ({"q": 'name.en:"B2B Admin"'}, ["admin"]),
            ({"q": "name:~quest"}, ["requester"]),
            ({"q": "name:quest"}, []),
            ({"description": "APPROVE for"}, ["admin", "buyer"]),
            ({"q": "description:~nothing"}, ["contact"]),
            ({"q": "userType:CUSTOMER code:B2B_CONTACT"}, ["contact"]),
            ({"id": "{northwind}-admin"}, ["admin"]),
            ({"id": "{northwind}-nothing"}, []),
            ({"id": "{contoso}-admin"}, []),
        ],
    )
    def test_filters_by_group(self, cast, api, query, found):
        words = {"northwind": cast.northwind.key, "contoso": cast.contoso.key}
        filled = {name: text.format(**words) if "{" in text else text for name, text in query.items()}
        assert ids(api("rita").get(PATH, **filled)) == [group(cast.northwind, word) for word in found]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"company": "x"}, "company"),
            ({"legalEntity": "x"}, "legalEntity"),
            ({"userType": "ROBOT"}, "userType"),
            ({"q": "kind:x"}, "kind"),
            ({"q": "code:~B2B"}, "code"),
            ({"q": "code:>5"}, "q"),
            ({"q": "compoundLogicalQuery:((code:a) OR (code:b))"}, "q"),
            ({"q": "code"}, "q"),
            ({"q": "id:(a,b)"}, "id"),
            ({"pageSize": "x"}, "pageSize"),
            ({"sort": "name"}, "sort"),
        ],
    )
    def test_what_is_no_filter_is_refused_by_name(self, api, query, field):
        status, body = api("rita").get(PATH, **query)
        assert (status, body["status"]) == (400, "BAD_REQUEST")
        assert field in body["message"]

    def test_pages_go_on_where_the_last_one_ended(self, cast, program):
        pages = [program.get(PATH, pageSize="5", pageNumber=str(number)) for number in (1, 2, 3, 4)]
        everything = [
            group(getattr(cast, name), word) for name in ("contoso", "northwind", "tailspin") for word in WORDS
        ]
        assert [len(page.body) for page in pages] == [5, 5, 2, 0]
        assert [key for page in pages for key in ids(page)] == everything
        counted = program.get(PATH, headers={"X-Total-Count": "true"}, pageSize="1", code="B2B_ADMIN")
        assert (len(counted.body), counted.headers["X-Total-Count"]) == (1, "3")
        none = program.get(PATH, headers={"X-Total-Count": "true"}, code="X")
        assert (none.body, none.headers["X-Total-Count"]) == ([], "0")

    @pytest.mark.parametrize("which", ["contoso", "umbrella", "globex"])
    def test_others_groups_are_not_there(self, cast, api, which):
        key = group(getattr(cast, which), "admin")
        assert tuple(api("rita").get(f"{PATH}/{key}")) == (404, missing(key))
        assert tuple(api("rita").get(f"{PATH}/{key}/users")) == (404, missing(key))

    @pytest.mark.parametrize("key", ["admin", "-admin", "x-admin", "northwind", "-"])
    def test_what_is_no_group(self, api, key):
        assert tuple(api("rita").get(f"{PATH}/{key}")) == (404, missing(key))


class TestUsers:
    def test_who_is_in_a_group(self, cast, api):
        key = group(cast.northwind, "admin")
        entries = [
            {"id": cast.member(name).key, "groupId": key, "userId": f"C-{name}", "userType": "CUSTOMER"}
            for name in ("ana", "tom")
        ]
        assert tuple(api("rita").get(users(cast, "admin"))) == (200, entries)

    def test_of_ones_other_company_only_with_another_token(self, cast, api):
        Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.ADMIN)
        status, body = api("bea", "northwind").get(users(cast, "admin", "contoso"))
        assert (status, body) == (
            403,
            code(403, "Scope validation failed", details=["Missing required scopes '[iam.user_read]'"]),
        )
        assert api("bea", "contoso").get(users(cast, "admin", "contoso")).status == 200
        assert api("bea").get(users(cast, "admin", "contoso")).status == 403

    def test_groups_of_a_user(self, cast, api, program):
        Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.ADMIN)
        both = [group(cast.contoso, "admin"), group(cast.northwind, "buyer")]
        assert ids(api("bea").get("/iam/acme/users/C-bea/groups")) == both
        assert ids(api("bea").get("/iam/acme/users/me/groups")) == both
        assert ids(program.get("/iam/acme/users/C-bea/groups")) == both
        assert ids(api("rita").get("/iam/acme/users/C-bea/groups")) == both[1:]
        assert ids(api("paula").get("/iam/acme/users/me/groups")) == []

    @pytest.mark.parametrize("number", ["C-alice", "C-olga", "C-paula", "C-dora", "nobody"])
    def test_groups_of_strangers_are_not_there(self, api, number):
        answer = api("rita").get(f"/iam/acme/users/{number}/groups")
        assert tuple(answer) == (404, code(404, "There is no such user.", resourceId=number))

    def test_programs_see_nobody_of_another_tenant(self, program):
        assert program.get("/iam/acme/users/C-olga/groups").status == 404
        assert program.get("/iam/acme/users/me/groups").status == 404


class TestJoining:
    def test_an_admin_moves_a_colleague(self, cast, api):
        rita = api("rita")
        sent = {"userId": "C-rita", "userType": "CUSTOMER"}
        assert tuple(api("ana").post(users(cast, "buyer"), sent)) == (201, {"id": cast.member("rita").key})
        assert ids(rita.get("/iam/acme/users/me/groups")) == [group(cast.northwind, "buyer")]
        change = Change.objects.get()
        assert (change.kind, change.subject, change.actor_name, change.channel) == (
            "member.role_changed",
            "Rita Okafor",
            "Ana Diaz",
            "api",
        )

    def test_the_kind_of_user_need_not_be_said(self, cast, api):
        assert api("ana").post(users(cast, "buyer"), {"userId": "C-rita"}).status == 201

    def test_a_program_may_bring_in_a_customer(self, cast, program):
        assert program.post(users(cast, "requester"), {"userId": "C-paula"}).status == 201
        member = Member.objects.get(user=cast.paula)
        assert (member.company, member.role) == (cast.northwind, Role.REQUESTER)
        assert list(Change.objects.order_by("pk").values_list("kind", flat=True)) == [
            "member.added",
            "member.role_changed",
        ]

    def test_once(self, cast, program):
        answers = [
            program.post(users(cast, "buyer"), {"userId": "C-rita"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]
        assert [answer.status for answer in answers] == [201, 201]
        assert Change.objects.count() == 1

    def test_who_is_in_it_already(self, cast, api):
        answer = api("ana").post(users(cast, "buyer"), {"userId": "C-bea"})
        assert tuple(answer) == (409, code(409, "This user is in this group already."))

    @pytest.mark.parametrize("number", ["C-paula", "C-alice", "C-olga", "C-dora", "nobody"])
    def test_an_admin_takes_in_nobody_from_outside(self, cast, api, number):
        answer = api("ana").post(users(cast, "buyer"), {"userId": number})
        assert tuple(answer) == (404, code(404, "There is no such user."))

    def test_the_last_admin_stays(self, cast, api, program):
        assert api("ana").post(users(cast, "buyer"), {"userId": "C-tom"}).status == 201
        status, body = program.post(users(cast, "buyer"), {"userId": "C-ana"})
        text = "Ana Diaz is the last active Admin of Northwind GmbH. Make somebody else Admin first."
        assert (status, body) == (400, code(400, text, details=[f"groupId: {text}"]))

    @pytest.mark.parametrize(
        ("sent", "body"),
        [
            ({}, problem("userId", "is missing")),
            ({"userId": 5}, problem("userId", "must be a text")),
            ({"userId": "C-rita", "userType": "ROBOT"}, problem("userType", "must be one of CUSTOMER, EMPLOYEE")),
            ({"userId": "C-rita", "role": "admin"}, problem("role", "is not known")),
        ],
    )
    def test_refuses(self, cast, api, sent, body):
        assert tuple(api("ana").post(users(cast, "buyer"), sent)) == (400, body)


class TestLeaving:
    @pytest.mark.parametrize("kind", ["", "CUSTOMER/"])
    def test_who_leaves_is_a_contact(self, cast, api, kind):
        rita = api("rita")
        assert tuple(api("ana").delete(f"{users(cast, 'requester')}/{kind}C-rita")) == (204, None)
        assert ids(rita.get("/iam/acme/users/me/groups")) == [group(cast.northwind, "contact")]
        assert "approval.approval_manage " not in rita.get("/iam/acme/users/me/scopes").body["scopes"]

    @pytest.mark.parametrize(
        ("word", "number"), [("buyer", "C-rita"), ("requester", "C-alice"), ("requester", "x"), ("requester", "C-dora")]
    )
    def test_who_is_not_in_it(self, cast, api, word, number):
        answer = api("ana").delete(f"{users(cast, word)}/{number}")
        assert tuple(answer) == (404, code(404, "There is no such user in this group."))

    def test_employees_are_in_none(self, cast, api):
        answer = api("ana").delete(f"{users(cast, 'requester')}/EMPLOYEE/C-rita")
        assert tuple(answer) == (404, code(404, "There is no such user in this group."))

    def test_who_is_moved_leaves_one_group_and_enters_another(self, cast, api):
        """As storefronts do, also with the group that everybody falls back to."""
        ana, key = api("ana"), cast.member("carl").key
        for left, entered in (("contact", "buyer"), ("buyer", "contact")):
            assert ana.delete(f"{users(cast, left)}/C-carl").status == 204
            assert tuple(ana.post(users(cast, entered), {"userId": "C-carl"})) == (201, {"id": key})
            assert Member.objects.get(key=key).role == entered
        assert Change.objects.count() == 2, "nothing is written where nothing changed"

    def test_the_last_admin_stays(self, cast, program):
        assert program.delete(f"{users(cast, 'admin')}/C-tom").status == 204
        assert program.delete(f"{users(cast, 'admin')}/C-ana").status == 400
        assert Member.objects.get(pk=cast.member("ana").pk).role == Role.ADMIN


READERS = dict.fromkeys((ADMIN, BUYER, REQUESTER, CONTACT, SERVICE), 200)
OUTSIDERS = ("former member", STRANGER, "private")


@each
class TestWho:
    def check(self, answer, table, who):
        assert answer.status == expected(table, who), answer.body
        if answer.status == 403:
            assert answer.body["message"] in (FORBIDDEN, "Scope validation failed")

    def test_lists(self, cast, caller, who):
        answer = caller(who).get(PATH)
        self.check(answer, READERS | dict.fromkeys(OUTSIDERS, 200), who)
        if who in OUTSIDERS:
            assert not [key for key in ids(answer) if key.startswith(cast.northwind.key)]

    def test_lists_users(self, cast, caller, who):
        self.check(caller(who).get(users(cast, "buyer")), READERS | dict.fromkeys(OUTSIDERS, 404), who)

    def test_adds(self, cast, caller, who):
        answer = caller(who).post(users(cast, "buyer"), {"userId": "C-rita"})
        self.check(answer, {ADMIN: 201, SERVICE: 201, STRANGER: 404}, who)
        moved = Member.objects.get(pk=cast.member("rita").pk).role == Role.BUYER
        assert moved == (who in (ADMIN, SERVICE))

    def test_removes(self, cast, caller, who):
        answer = caller(who).delete(f"{users(cast, 'requester')}/C-rita")
        self.check(answer, {ADMIN: 204, SERVICE: 204, STRANGER: 404}, who)
        left = Member.objects.get(pk=cast.member("rita").pk).role == Role.CONTACT
        assert left == (who in (ADMIN, SERVICE))

    def test_groups_of_rita(self, caller, who):
        answer = caller(who).get("/iam/acme/users/C-rita/groups")
        self.check(answer, READERS | dict.fromkeys(OUTSIDERS, 404), who)


def test_a_missing_scope_in_the_words_of_this_service(service_api):
    status, body = service_api("iam.user_read").get(PATH)
    expected_body = code(
        403, "Scope validation failed", details=["Missing required scopes '[iam.group_read, iam.group_read_own]'"]
    )
    assert (status, body) == (403, expected_body)


def test_a_demoted_admin_loses_the_right_at_once(cast, api):
    ana = api("ana")
    Member.objects.filter(pk=cast.member("ana").pk).update(role=Role.BUYER)
    assert ana.post(users(cast, "buyer"), {"userId": "C-rita"}).status == 403


def test_lists_take_as_many_queries_for_many(cast, program):
    queries = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            program.get(PATH)
        queries.append(len(captured))
        for number in range(10):
            company = Company.objects.create(tenant=cast.acme, kind="customer", name=f"Company {number}")
            Member.objects.create(company=company, user=cast.bea, role=Role.ADMIN)
    assert queries == [2, 2]
    assert Customer.objects.filter(user=cast.bea).exists()
