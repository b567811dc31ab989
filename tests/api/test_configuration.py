"""Are a tenant's settings for its programs, and take system preferences only what means something?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Change, Preference
from companies.preferences import PREFERENCES, value_of
from tests.api.callers import EXPIRED, FORBIDDEN, INVALID, SERVICE, STALE, each, expected

PATH = "/configuration/acme/configurations"
QUOTES = "approval.enableQuoteApprovalProcess"
DAYS = "approval.default_expiryDays"
SKIP = "cartItemValidationSkipCurrency"
VIEW, MANAGE = "configuration.configuration_view", "configuration.configuration_manage"


def wrong(status, message, *details):
    return {
        "status": status,
        "message": message,
        "type": "application/json",
        "details": [{"message": text} for text in details],
    }


def entry(key, value, version=1):
    return {"key": key, "value": value, "version": version, "secured": False}


@pytest.fixture
def program(service_api):
    return service_api(VIEW, MANAGE)


class TestReading:
    def test_preferences_are_there_before_they_are_set(self, program):
        assert tuple(program.get(PATH)) == (
            200,
            [
                entry(DAYS, 10),
                entry(QUOTES, value=True),
                entry("approval.reminderDays", 3),
                entry("cartItemValidationSkipCurrency", value=False),
                entry("cartItemValidationSkipEffectiveAmount", value=False),
                entry("cartItemValidationSkipOriginalAmount", value=False),
                entry("order.autoApproveOnBehalf", value=True),
                entry("order.reviewDefault", value=False),
                entry("order.reviewReminderDays", 2),
            ],
        )
        assert tuple(program.get(f"{PATH}/{QUOTES}")) == (200, entry(QUOTES, value=True))

    def test_some_by_their_keys(self, cast, program):
        Preference.objects.create(tenant=cast.acme, key="project_lang", value="[]", version=3)
        answer = program.get(PATH, keys=f"project_lang,{DAYS},unknown", headers={"X-Total-Count": "true"})
        assert tuple(answer) == (200, [entry(DAYS, 10), entry("project_lang", "[]", 3)])
        assert answer.headers["X-Total-Count"] == "2"
        assert program.get(PATH, keys="").body == []

    def test_an_unknown_filter_is_refused(self, program):
        status, body = program.get(PATH, key=DAYS)
        assert (status, body) == (400, wrong(400, "key: there is no such filter.", "key: is not known"))

    def test_an_unknown_key(self, cast, program):
        Preference.objects.create(tenant=cast.other, key="theirs", value=1)
        for key in ("nothing", "theirs"):
            text = f"There is no configuration called {key!r}."
            assert tuple(program.get(f"{PATH}/{key}")) == (404, wrong(404, "Configuration not found", text))

    def test_one_query_besides_the_token(self, cast, program):
        Preference.objects.bulk_create(Preference(tenant=cast.acme, key=f"k{n}", value=n) for n in range(50))
        with CaptureQueriesContext(connection) as captured:
            assert len(program.get(PATH).body) == 50 + len(PREFERENCES)
        assert len(captured) == 2


class TestCreating:
    def test_several_at_once(self, cast, program):
        drafts = [
            {"key": QUOTES, "value": False, "secured": False, "version": 1},
            {"key": "project_curr", "value": '[{"id":"EUR"}]'},
            {"key": "unitConf", "value": {"units": [{"factor": 0.5}], "n": None}, "description": "Units"},
        ]
        expected_body = [entry(QUOTES, value=False), *(entry(d["key"], d["value"]) for d in drafts[1:])]
        assert tuple(program.post(PATH, drafts)) == (201, expected_body)
        assert value_of(cast.acme.pk, QUOTES) is False
        assert value_of(cast.other.pk, QUOTES) is True
        changes = Change.objects.order_by("pk").values_list("subject", "old", "new", "actor_kind")
        assert changes[0] == (QUOTES, True, False, "client")
        assert len(changes) == 3

    def test_all_or_none(self, program):
        drafts = [{"key": "new", "value": 1}, {"key": "old", "value": 1}]
        program.post(PATH, drafts[1:])
        status, body = program.post(PATH, drafts)
        text = "There is a configuration called old already."
        assert (status, body) == (409, wrong(409, "Tenant configuration could not be created", text))
        assert not Preference.objects.filter(key="new").exists()

    def test_once(self, program):
        answers = [program.post(PATH, [{"key": "a", "value": 1}], headers={"Idempotency-Key": "k"}) for _ in range(2)]
        assert [answer.status for answer in answers] == [201, 201]
        assert answers[0].body == answers[1].body
        assert program.post(PATH, [{"key": "b", "value": 1}], headers={"Idempotency-Key": "k"}).status == 422

    @pytest.mark.parametrize(
        ("drafts", "detail"),
        [
            ({"key": "a", "value": 1}, "Send a list of 1 to 100 configurations."),
            ([], "Send a list of 1 to 100 configurations."),
            ([{"value": 1}], "[0].key: is missing"),
            ([{"key": "a"}], "value: A configuration needs a value."),
            ([{"key": "a b", "value": 1}], "key: A key has up to 100 letters, digits, dots, dashes or underscores."),
            ([{"key": "a", "value": 1}, {"key": "a", "value": 2}], "key: A key is there twice."),
            ([{"key": "a", "value": "x" * 20_001}], "value: A value has up to 20000 characters."),
            ([{"key": "a", "value": "\x00"}], "value: This contains something that cannot be stored."),
            ([{"key": "a", "value": 1, "secured": True}], "[0].secured: is not supported"),
            ([{"key": "a", "value": 1, "colour": 1}], "[0].colour: is not known"),
            ([5], "[0]: must be an object"),
            ([{"key": QUOTES, "value": "true"}], f"{QUOTES}: Enable quote approval process is either true or false."),
            ([{"key": SKIP, "value": 1}], f"{SKIP}: Cart items without currency is either true or false."),
            ([{"key": DAYS, "value": 0}], f"{DAYS}: Approval expiry days is a whole number from 1 to 365."),
            ([{"key": DAYS, "value": 7.5}], f"{DAYS}: Approval expiry days is a whole number from 1 to 365."),
        ],
    )
    def test_refuses(self, program, drafts, detail):
        status, body = program.post(PATH, drafts)
        assert status == 400
        assert body["details"] == [{"message": detail}]
        assert not Preference.objects.exists()


class TestWriting:
    def test_a_preference_that_has_its_default(self, cast, program):
        answer = program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 5})
        assert tuple(answer) == (200, entry(DAYS, 5))
        assert value_of(cast.acme.pk, DAYS) == 5
        assert tuple(program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 6, "version": 1})) == (200, entry(DAYS, 6, 2))
        assert program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 6}).body == entry(DAYS, 6, 2)
        assert Change.objects.count() == 2

    def test_an_old_version(self, program):
        program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 5})
        program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 6})
        status, body = program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 7, "version": 1})
        text = "This has version 2 now, not 1."
        assert (status, body) == (409, wrong(409, "Tenant configuration could not be updated", text))

    def test_another_key_in_the_body(self, program):
        status, body = program.put(f"{PATH}/{DAYS}", {"key": QUOTES, "value": True})
        text = "The keys specified in the path param and in the payload are not the same."
        assert (status, body) == (400, wrong(400, "Invalid Parameters", text))

    def test_a_key_that_does_not_exist(self, program):
        status, body = program.put(f"{PATH}/new", {"key": "new", "value": True})
        text = "There is no configuration called new."
        assert (status, body) == (400, wrong(400, "Tenant configuration could not be updated", text))

    def test_values_keep_their_kind(self, program):
        program.post(PATH, [{"key": "a", "value": 1}])
        assert program.put(f"{PATH}/a", {"key": "a", "value": True}).body == entry("a", value=True, version=2)

    @pytest.mark.parametrize("value", [0, 366, "10", None, True, {}, 1.5])
    def test_a_value_that_means_nothing(self, cast, program, value):
        assert program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": value}).status == 400
        assert value_of(cast.acme.pk, DAYS) == 10

    def test_forgetting(self, cast, program):
        program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 5})
        assert tuple(program.delete(f"{PATH}/{DAYS}")) == (204, None)
        assert program.get(f"{PATH}/{DAYS}").body == entry(DAYS, 10)
        text = f"There is no configuration called {DAYS}."
        assert tuple(program.delete(f"{PATH}/{DAYS}")) == (
            404,
            wrong(404, "Tenant configuration could not be found", text),
        )
        assert Change.objects.order_by("-pk").first().new == 10

    def test_there_is_an_end_to_what_is_kept(self, cast, program):
        Preference.objects.bulk_create(Preference(tenant=cast.acme, key=f"k{n}", value=n) for n in range(500))
        status, body = program.post(PATH, [{"key": "more", "value": 1}])
        assert (status, body["details"]) == (400, [{"message": "key: A tenant keeps 500 configurations at most."}])


def test_keys_with_dots_may_be_escaped_or_not(program):
    assert program.get(f"{PATH}/approval%2Edefault_expiryDays").body == entry(DAYS, 10)


@each
class TestWho:
    def check(self, answer, table, who):
        status = expected(table, who)
        assert answer.status == status, answer.body
        if status == 401:
            assert answer.body == (EXPIRED if who == STALE else INVALID)
        if status == 403:
            assert answer.body == wrong(403, FORBIDDEN)

    def test_lists(self, caller, who):
        self.check(caller(who).get(PATH), {SERVICE: 200}, who)

    def test_reads(self, caller, who):
        self.check(caller(who).get(f"{PATH}/{DAYS}"), {SERVICE: 200}, who)

    def test_creates(self, caller, who):
        self.check(caller(who).post(PATH, [{"key": "a", "value": 1}]), {SERVICE: 201}, who)
        assert Preference.objects.exists() == (who == SERVICE)

    def test_writes(self, caller, who):
        self.check(caller(who).put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 5}), {SERVICE: 200}, who)
        assert Preference.objects.exists() == (who == SERVICE)

    def test_forgets(self, cast, caller, who):
        Preference.objects.create(tenant=cast.acme, key=DAYS, value=5)
        self.check(caller(who).delete(f"{PATH}/{DAYS}"), {SERVICE: 204}, who)
        assert Preference.objects.exists() == (who != SERVICE)


def test_who_may_only_look(service_api):
    program = service_api(VIEW)
    assert program.get(PATH).status == 200
    assert program.put(f"{PATH}/{DAYS}", {"key": DAYS, "value": 5}).status == 403
