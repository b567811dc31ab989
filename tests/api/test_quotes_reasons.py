"""Are the reasons of a tenant listed, made, changed and taken away as clients know them?"""

import pytest

from companies.scopes import CLIENT_SCOPES
from orders.models import QuoteReason
from tests.api.callers import PROBLEMS, code
from tests.api.quoting import REASONS, unknown, wrong
from tests.stories.scenes import nothing_changes

pytestmark = pytest.mark.django_db

BUDGET = {"type": "DECLINE", "code": "NO_BUDGET", "message": {"en": "No budget", "de": "Kein Budget"}}
DEFAULTS = [
    "decline-price-too-high",
    "decline-no-longer-needed",
    "decline-delivery-time-late",
    "decline-other",
    "change-wrong-material",
    "change-provided-price-to-high",
    "change-delivery-time-late",
    "change-other",
]


@pytest.fixture
def desk(service_api):
    return service_api(*CLIENT_SCOPES)


def ids(answer):
    assert answer.status == 200, answer.body
    return [reason["id"] for reason in answer.body]


def changed(version=1, **more):
    return {**BUDGET, "metadata": {"version": version}, **more}


class TestReading:
    def test_everybody_reads_the_defaults(self, api, desk):
        for caller in (api("rita"), api("paula"), api("sam"), desk):
            assert ids(caller.get(REASONS)) == DEFAULTS

    def test_one_as_a_storefront_lists_it(self, api):
        page = {"pageSize": "60", "pageNumber": "1", "fields": "code,message,type"}
        assert api("rita", Accept_Language="en").get(REASONS, **page).body[0] == {
            "id": "decline-price-too-high",
            "type": "DECLINE",
            "code": "PRICE_TOO_HIGH",
            "message": "The price is too high",
        }

    def test_one_in_all_languages(self, api):
        assert api("rita", Accept_Language="*").get(f"{REASONS}/change-other").body == {
            "id": "change-other",
            "type": "CHANGE",
            "code": "OTHER",
            "message": {"en": "Another reason", "de": "Ein anderer Grund"},
            "metadata": {"version": 1},
        }

    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_one_that_is_not_there(self, desk, method):
        sent = [changed()] if method == "put" else []
        assert tuple(getattr(desk, method)(f"{REASONS}/nowhere", *sent)) == unknown("nowhere")

    def test_pages(self, desk):
        answer = desk.get(REASONS, pageSize=3, pageNumber=2, headers={"X-Total-Count": "true"})
        assert (ids(answer), answer.headers["X-Total-Count"]) == (DEFAULTS[3:6], "8")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"q": "type:CHANGE"}, DEFAULTS[4:]),
            ({"q": "type:DECLINE code:(OTHER,PRICE_TOO_HIGH)"}, [DEFAULTS[0], DEFAULTS[3]]),
            ({"q": "code:~late"}, [DEFAULTS[2], DEFAULTS[6]]),
            ({"q": 'message.de:"Ein anderer Grund"'}, [DEFAULTS[3], DEFAULTS[7]]),
            ({"q": "message.fr:exists"}, []),
            ({"q": "message.fr:null id:change-other"}, [DEFAULTS[7]]),
            ({"q": "compoundLogicalQuery:((id:change-other) OR (id:decline-other))"}, [DEFAULTS[3], DEFAULTS[7]]),
            ({"q": "code:OTHER", "sort": "type"}, [DEFAULTS[7], DEFAULTS[3]]),
            ({"q": "code:(OTHER,PRICE_TOO_HIGH)", "sort": "code:desc,type"}, [DEFAULTS[0], DEFAULTS[7], DEFAULTS[3]]),
        ],
    )
    def test_filters(self, desk, query, expected):
        assert ids(desk.get(REASONS, **query)) == expected

    @pytest.mark.parametrize(
        "query",
        [
            *({"q": "nowhere:1"}, {"q": "message:x"}, {"q": "type:>CHANGE"}, {"sort": "nowhere"}, {"type": "CHANGE"}),
            *({"q": "type:CHANGE compoundLogicalQuery:((id:x) OR (nowhere:y))"}, {"q": "metadata.version:1"}),
        ],
    )
    def test_a_filter_that_is_none_is_refused(self, desk, query):
        assert desk.get(REASONS, **query).status == 400


class TestWriting:
    def test_a_further_one(self, api, desk):
        key = desk.post(REASONS, BUDGET).body["id"]

        assert ids(api("rita").get(REASONS)) == [*DEFAULTS, key]
        shown = {"id": key, **BUDGET, "metadata": {"version": 1}}
        assert api("rita", Accept_Language="*").get(f"{REASONS}/{key}").body == shown

    def test_spelled_as_the_tutorial_does(self, desk):
        sent = {"code": "WRONG_SIZE", "type": "Change", "message": {"en": "The size is wrong"}}
        assert desk.post(REASONS, sent, headers={"Content-Language": "de"}).status == 201
        assert QuoteReason.objects.get().type == "CHANGE"

    def test_under_an_id_of_the_clients_own(self, desk):
        assert desk.post(REASONS, {**BUDGET, "id": "budget"}).body == {"id": "budget"}
        for taken in ("budget", "decline-other"):
            with nothing_changes():
                answer = desk.post(REASONS, {**BUDGET, "code": "X", "id": taken})
            assert tuple(answer) == (409, code(409, "Duplicated key"))

    def test_of_a_code_that_there_is(self, desk):
        with nothing_changes():
            answer = desk.post(REASONS, {**BUDGET, "code": "OTHER"})
        assert tuple(answer) == (409, code(409, "Duplicated key"))

    def test_once_under_its_name(self, service_api):
        desk = service_api(*CLIENT_SCOPES, Idempotency_Key="one")
        answers = [tuple(desk.post(REASONS, BUDGET)) for _ in range(2)]
        assert answers == [(201, {"id": QuoteReason.objects.get().key})] * 2
        assert desk.post(REASONS, {**BUDGET, "code": "X"}).status == 422

    def test_changing_a_default_one_for_this_tenant(self, api, desk):
        sent = changed(type="DECLINE", code="TOO_DEAR", message={"en": "Too dear"})
        assert tuple(desk.put(f"{REASONS}/decline-price-too-high", sent)) == (204, None)

        shown = desk.get(f"{REASONS}/decline-price-too-high").body
        assert (shown["code"], shown["message"], shown["metadata"]) == ("TOO_DEAR", "Too dear", {"version": 2})
        assert len(ids(desk.get(REASONS))) == 8
        assert "decline-price-too-high" in ids(api("olga").get(REASONS, q="code:PRICE_TOO_HIGH"))

    def test_changing_another_version_than_was_seen(self, desk):
        key = desk.post(REASONS, BUDGET).body["id"]
        assert desk.put(f"{REASONS}/{key}", changed()).status == 204
        with nothing_changes():
            answer = desk.put(f"{REASONS}/{key}", changed())
        assert tuple(answer) == (409, code(409, "This reason was changed since you read it."))
        assert desk.put(f"{REASONS}/{key}", changed(2)).status == 204

    @pytest.mark.parametrize("metadata", [None, {}, {"version": None}])
    def test_changing_without_a_version(self, desk, metadata):
        with nothing_changes():
            answer = desk.put(f"{REASONS}/change-other", {**BUDGET, "metadata": metadata})
        assert tuple(answer) == wrong("metadata.version: is missing")

    def test_taking_one_away(self, api, desk):
        assert tuple(desk.delete(f"{REASONS}/decline-other")) == (204, None)
        assert "decline-other" not in ids(api("rita").get(REASONS))
        assert tuple(desk.delete(f"{REASONS}/decline-other")) == unknown("decline-other")

    @pytest.mark.parametrize(
        ("part", "detail"),
        [
            ({"type": None}, "type: is missing"),
            ({"type": "MAYBE"}, "type: A reason is of type CHANGE or DECLINE."),
            ({"code": ""}, "code: is missing"),
            ({"code": "x" * 65}, "code: Give a code of at most 64 characters."),
            ({"message": None}, "message: is missing"),
            ({"message": "No budget"}, "message: must be an object"),
            ({"message": {"en": 7}}, "message.en: must be a text"),
            ({"message": {"x": "y"}}, 'message: Give a text per language, such as {"en": "Too expensive"}.'),
            ({"id": "no id!"}, "id: Use up to 64 letters"),
        ],
        ids=str,
    )
    def test_what_cannot_be_taken(self, desk, part, detail):
        with nothing_changes():
            answer = desk.post(REASONS, {**BUDGET, **part})
        assert (answer.status, answer.body["message"]) == (400, PROBLEMS)
        assert answer.body["details"][0].startswith(detail)
