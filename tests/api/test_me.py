"""Does a customer read their own entry, and keep addresses of their own?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Company, Customer, CustomerAddress, Member
from companies.roles import Role
from tests.api.callers import EXPIRED, FORBIDDEN, INVALID, PROBLEMS, SERVICE, STALE, VENDOR, VISITOR, each

ME = "/customer/acme/me"
PATH = f"{ME}/addresses"
FULL = {
    "contactName": "Rita Okafor",
    "companyName": "Northwind GmbH",
    "street": "Hafenstrasse",
    "streetNumber": "12",
    "streetAppendix": "Haus B",
    "zipCode": "20457",
    "city": "Hamburg",
    "country": "DE",
    "state": "HH",
    "contactPhone": "+49 40 1",
    "tags": ["SHIPPING", "BILLING"],
    "mixins": {},
}
MISSING = {"type": "not_found", "status": 404, "message": "There is no such address."}


def wrong(detail, message=PROBLEMS):
    return {"type": "bad_request", "status": 400, "message": message, "details": [detail]}


class TestEntry:
    def test_of_a_member(self, cast, api):
        Customer.objects.filter(user=cast.rita).update(mixins={"a": 1}, version=3)
        status, body = api("rita", site="resello").get(ME)
        assert status == 200
        assert body == {
            "id": "C-rita",
            "customerNumber": "C-rita",
            "title": "",
            "firstName": "Rita",
            "lastName": "Okafor",
            "contactEmail": "rita@northwind.example",
            "contactPhone": "",
            "company": "Northwind GmbH",
            "preferredLanguage": "en",
            "preferredCurrency": "EUR",
            "preferredSite": "resello",
            "accounts": [{"id": "rita@northwind.example"}],
            "businessModel": "B2B",
            "b2b": {
                "legalEntities": [
                    {
                        "id": cast.northwind.key,
                        "name": "Northwind GmbH",
                        "contactAssignmentId": cast.member("rita").key,
                    }
                ]
            },
            "mixins": {"a": 1},
            "metadata": {"version": 3, "mixins": {}},
        }

    def test_prefers_where_the_company_shops_first(self, cast, api):
        Company.objects.filter(pk=cast.northwind.pk).update(home_marketplace=cast.resello)
        assert api("rita", site="main").get(ME).body["preferredSite"] == "resello"
        assert api("paula").get(ME).body["preferredSite"] == "main"

    def test_of_a_private_customer(self, api):
        body = api("paula").get(ME).body
        assert (body["businessModel"], body["b2b"], body["company"]) == ("B2C", {"legalEntities": []}, "")

    def test_of_somebody_in_two_companies(self, cast, api):
        Member.objects.create(company=cast.contoso, user=cast.bea, role=Role.ADMIN)
        body = api("bea").get(ME).body
        assert [entry["name"] for entry in body["b2b"]["legalEntities"]] == ["Contoso Ltd", "Northwind GmbH"]
        assert (body["company"], body["businessModel"]) == ("", "B2B")
        assert api("bea", "contoso").get(ME).body["company"] == "Contoso Ltd"

    def test_of_a_vendors_people(self, cast, api):
        body = api("victor").get(ME).body
        assert (body["id"], body["b2b"]) == (f"employee-{cast.victor.pk}", {"legalEntities": []})
        works_for = {"id": cast.globex.key, "name": "Globex Systems", "kind": "vendor", "group": "auditor"}
        assert body["sellers"] == [works_for]

    def test_of_a_visitor(self, anonymous_api):
        assert tuple(anonymous_api().get(ME)) == (
            200,
            {
                "id": "00000000",
                "customerNumber": "00000000",
                "firstName": "Anonymous",
                "lastName": "Anonymous",
                "preferredSite": "main",
                "accounts": [],
            },
        )

    def test_with_addresses(self, api):
        rita = api("rita")
        assert rita.get(ME, expand="addresses").body["addresses"] == []
        assert "defaultAddress" not in rita.get(ME, expand="addresses").body
        key = rita.post(PATH, FULL).body["id"]
        body = rita.get(ME, expand="addresses,mixin:*").body
        assert body["addresses"] == rita.get(PATH).body
        assert body["defaultAddress"]["id"] == key
        assert "addresses" not in rita.get(ME).body

    def test_with_what_is_not_there(self, api):
        status, body = api("rita").get(ME, expand="orders")
        assert (status, body) == (
            400,
            {"type": "bad_request", "status": 400, "message": "expand: there is no 'orders' here."},
        )

    def test_takes_few_queries(self, api):
        rita = api("rita")
        with CaptureQueriesContext(connection) as captured:
            rita.get(ME, expand="addresses")
        assert len(captured) <= 6


class TestAddresses:
    def test_what_was_said_is_given_back(self, api):
        rita = api("rita")
        status, body = rita.post(PATH, FULL)
        key = body["id"]
        assert (status, body) == (201, {"id": key})
        shown = rita.get(f"{PATH}/{key}").body
        assert shown == {**FULL, "id": key, "isDefault": True, "metadata": shown["metadata"]}
        assert shown["metadata"]["version"] == 1
        assert rita.get(PATH).body == [shown]

    def test_a_name_is_enough(self, api):
        assert api("rita").post(PATH, {"contactName": "Rita"}).status == 201

    def test_one_default_at_most(self, api):
        rita = api("rita")
        first, second = (rita.post(PATH, {"contactName": name}).body["id"] for name in ("A", "B"))
        assert [entry["isDefault"] for entry in rita.get(PATH).body] == [True, False]
        assert rita.put(f"{PATH}/{second}", {"isDefault": True}).body["isDefault"]
        assert [(entry["id"], entry["isDefault"]) for entry in rita.get(PATH).body] == [(second, True), (first, False)]
        third = rita.post(PATH, {"contactName": "C", "isDefault": True}).body["id"]
        assert rita.get(PATH).body[0]["id"] == third

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_changing_leaves_the_rest(self, api, method):
        rita = api("rita")
        key = rita.post(PATH, FULL).body["id"]
        status, body = getattr(rita, method)(f"{PATH}/{key}", {"city": "Bremen", "state": ""})
        assert (status, body["city"], body["state"], body["street"]) == (200, "Bremen", "", "Hafenstrasse")
        assert body["metadata"]["version"] == 2
        assert getattr(rita, method)(f"{PATH}/{key}", {"metadata": {"version": 1}}).status == 409

    def test_what_was_read_can_be_written_back(self, api):
        rita = api("rita")
        key = rita.post(PATH, FULL).body["id"]
        before = rita.get(f"{PATH}/{key}").body
        after = rita.put(f"{PATH}/{key}", before).body
        assert {**after, "metadata": None} == {**before, "metadata": None}

    def test_removing(self, api):
        rita = api("rita")
        key = rita.post(PATH, FULL).body["id"]
        assert tuple(rita.delete(f"{PATH}/{key}")) == (204, None)
        assert tuple(rita.delete(f"{PATH}/{key}")) == (404, MISSING)
        assert rita.get(PATH).body == []

    def test_once(self, api):
        rita = api("rita")
        answers = [rita.post(PATH, FULL, headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert answers[0].body == answers[1].body
        assert CustomerAddress.objects.count() == 1

    def test_storefronts_may_send_more(self, api):
        """They keep addresses of checkouts, which say what they are for."""
        rita = api("rita")
        key = rita.post(PATH, {**FULL, "id": "chosen-elsewhere", "type": "SHIPPING", "label": {"a": 1}}).body["id"]

        assert key != "chosen-elsewhere"
        shown = rita.get(f"{PATH}/{key}").body
        assert shown.keys() >= FULL.keys()
        assert not shown.keys() & {"type", "label"}

    @pytest.mark.parametrize(
        ("changed", "body"),
        [
            (
                {"contactName": None},
                wrong("contactName: An address needs the name of somebody.", "An address needs the name of somebody."),
            ),
            (
                {"contactName": " "},
                wrong("contactName: An address needs the name of somebody.", "An address needs the name of somebody."),
            ),
            ({"country": "de"}, wrong("country: Give a two-letter country code.", "Give a two-letter country code.")),
            ({"zipCode": "123456789012"}, None),
            ({"city": 5}, wrong("city: must be a text")),
            ({"tags": "x"}, wrong("tags: must be a list of at most 20")),
            ({"tags": [1]}, wrong("tags.0: must be a text")),
            ({"isDefault": "yes"}, wrong("isDefault: must be true or false")),
            ({"city": "\ud800"}, None),
        ],
    )
    def test_refuses(self, api, changed, body):
        answer = api("rita").post(PATH, {**FULL, **changed})
        assert answer.status == 400
        assert body is None or answer.body == body
        assert not CustomerAddress.objects.exists()

    def test_there_is_an_end_to_what_is_kept(self, cast, api):
        customer = Customer.objects.get(user=cast.rita)
        CustomerAddress.objects.bulk_create(CustomerAddress(customer=customer, contact_name="A") for _ in range(100))
        assert api("rita").post(PATH, FULL).status == 400

    @pytest.mark.parametrize("name", ["bea", "ana", "paula", "ravi"])
    def test_they_are_nobody_elses(self, api, name):
        key = api("rita").post(PATH, FULL).body["id"]
        other = api(name)
        assert other.get(PATH).body == []
        assert tuple(other.get(f"{PATH}/{key}")) == (404, MISSING)
        assert tuple(other.put(f"{PATH}/{key}", {"city": "X"})) == (404, MISSING)
        assert tuple(other.delete(f"{PATH}/{key}")) == (404, MISSING)


NOT_CUSTOMERS = (VISITOR, SERVICE, "no scope", "foreign service", "other tenant")


@each
class TestWho:
    def check(self, answer, who, good):
        if who in (STALE, "nobody"):
            assert tuple(answer) == (401, EXPIRED if who == STALE else INVALID)
        elif who in NOT_CUSTOMERS:
            assert tuple(answer) == (403, {"type": "Forbidden", "status": 403, "message": FORBIDDEN})
        else:
            assert answer.status == good

    def test_entry(self, caller, who):
        answer = caller(who).get(ME)
        if who == VISITOR:
            assert answer.status == 200
        else:
            self.check(answer, who, 200)

    def test_lists(self, caller, who):
        self.check(caller(who).get(PATH), who, 200)

    def test_adds(self, caller, who):
        answer = caller(who).post(PATH, FULL)
        if who == VENDOR:  # signs in, and is no customer
            assert answer.body == {"type": "Forbidden", "status": 403, "message": "Only customers keep addresses."}
        else:
            self.check(answer, who, 201)

    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_one(self, caller, who, method):
        answer = getattr(caller(who), method)(f"{PATH}/unknown")
        if who == VENDOR and method != "get":
            assert answer.status == 403
        else:
            self.check(answer, who, 404)
