"""Products: lists by `q`, one by its id, many by code or YRN; and in whose language."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.callers import FORBIDDEN, FOREIGN_SERVICE, OTHER_TENANT, PROBLEMS, SCOPELESS, code, each, expected
from tests.factories import ProductFactory
from tests.world import scene

PATH = "/product/acme/products"
SEARCH = "/product/acme/products/search"
YRNS = "/product/acme/search"
SOLD = ["BACKUP-01", "BOOK-01", "CHAIR-01", "DESK-01", "LICENSE-01", "SERVER-01", "VDI-01"]


@pytest.fixture
def visitor(anonymous_api):
    return anonymous_api()


@scene
def desk(cast):
    product = cast.product("DESK-01")
    product.name = {"en": "Standing desk", "de": "Stehpult"}
    product.save()
    return product


def codes(answer):
    assert answer.status == 200, answer.body
    return [product["code"] for product in answer.body]


def found(visitor, q, **query):
    return codes(visitor.get(PATH, q=q, **query))


def stamp(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


class TestOne:
    def test_by_its_id(self, desk, visitor):
        desk.refresh_from_db()

        status, body = visitor.get(f"{PATH}/{desk.key}")

        assert (status, body) == (
            200,
            {
                "id": desk.key,
                "yrn": f"urn:yaas:hybris:product:product:acme;{desk.key}",
                "code": "DESK-01",
                "name": "Standing desk",
                "description": "Standing desk, as everybody knows it.",
                "productType": "BASIC",
                "published": True,
                "soldAs": "once",
                "taxClasses": {"DE": "STANDARD", "NL": "STANDARD"},
                "metadata": {
                    "version": 1,
                    "createdAt": stamp(desk.created_at),
                    "modifiedAt": stamp(desk.modified_at),
                },
            },
        )

    def test_with_what_clients_attached_to_it(self, desk, visitor):
        desk.mixins = {"colour": {"ral": 9010}}
        desk.save()

        assert visitor.get(f"{PATH}/{desk.key}").body["mixins"] == {"colour": {"ral": 9010}}

    @pytest.mark.parametrize("sku", ["OLD-01", "OTHER-01"])
    def test_not_published_or_not_this_tenant_s_is_not_there(self, cast, visitor, sku):
        key = cast.product(sku).key

        assert tuple(visitor.get(f"{PATH}/{key}")) == (404, code(404, f"Product with id {key} not found."))

    @pytest.mark.parametrize("key", ["nothing", "DESK-01", "a b", "%00", "%F0%9F%98%80"])
    def test_nonsense_is_not_there(self, visitor, key):
        assert visitor.get(f"{PATH}/{key}").status == 404

    def test_a_vendor_sees_its_own_drafts(self, cast, api):
        draft = cast.product("OLD-01").key

        assert api("vera").get(f"{PATH}/{draft}").body["published"] is False
        assert api("ines").get(f"{PATH}/{draft}").status == 404


class TestList:
    def test_is_sorted_by_code_and_holds_what_is_published(self, visitor):
        assert codes(visitor.get(PATH)) == SOLD

    def test_of_another_tenant_is_another_list(self, api):
        assert codes(api("olga").get("/product/other/products")) == ["OTHER-01"]

    def test_a_page_at_a_time(self, visitor):
        assert codes(visitor.get(PATH, pageSize=3, pageNumber=2)) == SOLD[3:6]
        assert codes(visitor.get(PATH, pageSize=3, pageNumber=4)) == []

    def test_the_total_is_told_to_who_asks(self, visitor):
        assert "X-Total-Count" not in visitor.get(PATH, pageSize=2).headers
        counted = visitor.get(PATH, pageSize=2, q="code:~-01", headers={"X-Total-Count": "true"})
        assert (counted.headers["X-Total-Count"], len(counted.body)) == ("7", 2)

    @pytest.mark.parametrize("size", ["0", "-1", "1001", "x", "1.5", "9" * 400])
    def test_nonsense_pages_are_refused(self, visitor, size):
        status, body = visitor.get(PATH, pageSize=size)

        assert (status, body["message"]) == (400, "pageSize must be a whole number from 1 to 1000.")

    def test_sorted_as_asked(self, desk, visitor):
        assert codes(visitor.get(PATH, sort="code:desc")) == SOLD[::-1]
        assert codes(visitor.get(PATH, sort="name"))[0] == "BACKUP-01"
        assert codes(visitor.get(PATH, sort="name:desc"))[0] == "VDI-01"
        assert codes(visitor.get(PATH, sort="name.de"))[0] == "DESK-01"
        assert codes(visitor.get(PATH, sort="productType:desc,published,code:desc")) == SOLD[::-1], "all alike"

    @pytest.mark.parametrize("sort", ["price", "name.x-y-z-", "code,,;", "code:desc,nothing"])
    def test_sorting_by_what_is_not_there_is_refused(self, visitor, sort):
        assert visitor.get(PATH, sort=sort).status == 400

    def test_an_unknown_filter_is_refused_and_never_ignored(self, visitor):
        status, body = visitor.get(PATH, code="DESK-01")

        assert (status, body) == (
            400,
            code(400, "code: there is no such filter.", details=["code: is not known"]),
        )
        assert tuple(visitor.get(f"{PATH}?q=code:DESK-01&q=code:CHAIR-01")) == (
            400,
            code(400, PROBLEMS, details=["q: can be given only once"]),
        )
        assert tuple(visitor.post(f"{PATH}/search", {"ids": ["x"]})) == (
            400,
            code(400, PROBLEMS, details=["ids: is not known"]),
        )

    def test_what_only_widens_or_narrows_a_product_is_taken(self, visitor):
        assert codes(visitor.get(PATH, fields="id,code", expand="template", rawValue="true")) == SOLD


class TestQuery:
    def test_by_code_as_the_sdk_does(self, visitor):
        assert found(visitor, "code:DESK-01") == ["DESK-01"]
        assert found(visitor, "code:NOTHING-01") == []

    def test_by_several_ids(self, cast, visitor):
        ids = ",".join(cast.product(sku).key for sku in ("DESK-01", "CHAIR-01", "OLD-01"))

        assert found(visitor, f"id:({ids})") == ["CHAIR-01", "DESK-01"]

    def test_by_a_part_of_a_code_or_of_one_of_several(self, visitor):
        assert found(visitor, "code:~desk") == ["DESK-01"]
        assert found(visitor, "code:~(desk,CHAIR-01)") == ["CHAIR-01", "DESK-01"]

    def test_a_pattern_is_text(self, visitor):
        assert found(visitor, "code:~.*") == []

    def test_by_name_in_the_reader_s_language(self, desk, visitor, anonymous_api):
        assert found(visitor, "name:~standing") == ["DESK-01"]
        assert found(anonymous_api(Accept_Language="de"), "name:Stehpult") == ["DESK-01"]
        assert found(anonymous_api(Accept_Language="de"), "name:~standing") == []

    def test_by_name_in_a_language(self, desk, visitor):
        assert found(visitor, "name.de:Stehpult name.en:~desk") == ["DESK-01"]
        assert found(visitor, "name.de:exists") == ["DESK-01"]
        assert found(visitor, "name.de:null code:~desk") == []

    @pytest.mark.parametrize("language", ["in", "lt", "gte"])
    def test_a_language_called_like_a_comparison_is_a_language(self, visitor, language):
        assert found(visitor, f"name.{language}:exists") == []
        assert found(visitor, f"name.{language}:null") == SOLD

    def test_by_description_type_publication_and_times(self, visitor):
        assert found(visitor, 'description.en:"Standing desk, as everybody knows it."') == ["DESK-01"]
        assert found(visitor, "productType:BASIC") == SOLD
        assert found(visitor, "productType:VARIANT") == []
        assert found(visitor, "published:true") == SOLD
        assert found(visitor, "published:false") == []
        assert found(visitor, 'metadata.createdAt:>"2020-01-01T00:00:00.000Z" metadata.version:1') == SOLD

    def test_either_or(self, visitor):
        assert found(visitor, "compoundLogicalQuery:((code:DESK-01) OR (code:BOOK-01))") == ["BOOK-01", "DESK-01"]

    @pytest.mark.parametrize(
        ("q", "why"),
        [
            ("price:1", "q: there is no field 'price' here."),
            ("vendor.name:Globex", "q: there is no field 'vendor.name' here."),
            ("published:maybe", "q: published is compared with 'maybe', which is no boolean."),
            ("code", "q cannot be read: a colon was expected after 'code'."),
            ("code:(a", "q cannot be read: a closing parenthesis was expected at the end."),
        ],
    )
    def test_what_cannot_be_asked_is_refused_by_name(self, visitor, q, why):
        assert tuple(visitor.get(PATH, q=q)) == (400, code(400, why, details=[why]))

    def test_a_character_that_cannot_be_stored(self, visitor):
        assert visitor.get(PATH, q="code:\x00").status == 400


class TestSearch:
    def test_a_hundred_ids_at_once(self, cast, visitor):
        ids = [product.key for product in ProductFactory.create_batch(97, tenant=cast.acme, vendor=cast.globex)]
        ids += [cast.product(sku).key for sku in ("DESK-01", "CHAIR-01", "OLD-01")]

        found = visitor.post(SEARCH, {"q": f"id:({','.join(ids)})"}, pageSize=100)

        assert {product["id"] for product in found.body} == set(ids[:-1])

    def test_by_codes_sorted_and_paged(self, visitor):
        body = {"q": "code:(DESK-01,BOOK-01,CHAIR-01)"}

        assert codes(visitor.post(SEARCH, body, sort="code:desc", pageSize=2)) == ["DESK-01", "CHAIR-01"]

    def test_without_a_query_everything(self, visitor):
        assert codes(visitor.post(SEARCH, {})) == SOLD

    @pytest.mark.parametrize("body", [{"q": 5}, {"q": "x"}, [], "q", {"q": "code:" + "x" * 20_000}])
    def test_nonsense_is_refused(self, visitor, body):
        assert visitor.post(SEARCH, body).status == 400

    def test_by_yrn_as_carts_name_them(self, cast, visitor):
        desk, chair = cast.product("DESK-01").key, cast.product("CHAIR-01").key
        yrns = [
            f"urn:yaas:hybris:product:product:acme;{desk}",
            f"urn:yaas:saasag:caasproduct:product:acme;{chair}",
            "urn:yaas:hybris:product:product:acme;gone",
        ]

        assert codes(visitor.post(YRNS, {"yrns": yrns})) == ["CHAIR-01", "DESK-01"]
        assert codes(visitor.post(YRNS, {"yrns": []})) == []

    @pytest.mark.parametrize("yrns", [None, "x", [1], ["urn:yaas:hybris:product:product:other;x"] * 201])
    def test_what_is_no_list_of_yrns(self, visitor, yrns):
        status, body = visitor.post(YRNS, {"yrns": yrns})

        assert (status, body) == (400, code(400, PROBLEMS, details=["yrns: must be a list of at most 200 texts"]))

    @pytest.mark.parametrize("yrn", ["x", "urn:yaas:hybris:product:product:other;x", "urn:yaas:hybris:product:acme;x"])
    def test_what_is_no_yrn_of_this_tenant(self, visitor, yrn):
        status, body = visitor.post(YRNS, {"yrns": [yrn]})

        assert (status, body["details"]) == (400, ["itemYrn: Given yrn does not match yaas urn scheme"])


class TestLanguage:
    def name(self, client, desk):
        return client.get(f"{PATH}/{desk.key}").body["name"]

    @pytest.mark.parametrize(
        ("header", "name"),
        [
            ("*", {"en": "Standing desk", "de": "Stehpult"}),
            ("*;q=0.5", {"en": "Standing desk", "de": "Stehpult"}),
            ("de", "Stehpult"),
            ("de-AT", "Stehpult"),
            ("fr, de;q=0.8, en;q=0.9", "Standing desk"),
            ("fr", "Standing desk"),
            ("de;q=0, en", "Standing desk"),
            ("de, *;q=0.1", "Stehpult"),
            ("", "Standing desk"),
            ("nonsense!!", "Standing desk"),
        ],
    )
    def test_is_the_header_s(self, desk, anonymous_api, header, name):
        assert self.name(anonymous_api(Accept_Language=header), desk) == name

    def test_without_a_header_is_the_session_s(self, desk, visitor):
        visitor.row.language = "de"
        visitor.row.save()

        assert self.name(visitor, desk) == "Stehpult"
        visitor.headers["Accept-Language"] = "en"
        assert self.name(visitor, desk) == "Standing desk"

    def test_holds_for_lists_too(self, desk, anonymous_api):
        everything = anonymous_api(Accept_Language="*").get(PATH, q="code:DESK-01")

        assert everything.body[0]["description"] == {"en": "Standing desk, as everybody knows it."}


WHO = {"others": 200, SCOPELESS: 403, OTHER_TENANT: 403, FOREIGN_SERVICE: 403}


@each
def test_who_reads_products(cast, caller, who):
    client, key = caller(who), cast.product("DESK-01").key
    answers = (
        client.get(PATH),
        client.get(f"{PATH}/{key}"),
        client.post(SEARCH, {"q": "code:DESK-01"}),
        client.post(YRNS, {"yrns": [f"urn:yaas:hybris:product:product:acme;{key}"]}),
    )

    assert {answer.status for answer in answers} == {expected(WHO, who)}


def test_who_may_not_is_told_why(service_api, api):
    scope = code(403, "You need a scope for this action.", details=["Missing scope: product.product_read"])
    assert tuple(service_api().get(PATH)) == (403, scope)
    assert tuple(api("rita").get("/product/other/products")) == (403, code(403, FORBIDDEN))


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("DELETE", f"{PATH}/x"), ("GET", YRNS), ("PATCH", PATH)])
def test_other_methods_are_not_there(visitor, method, path):
    answer = visitor.call(method, path, {} if method != "GET" else None)

    assert answer.status == 405
    assert answer.body["status"] == "Method Not Allowed"


@pytest.mark.parametrize("q", ["", "name.en:~p"])
def test_statements_do_not_grow_with_the_products(cast, visitor, q):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert visitor.get(PATH, q=q, headers={"X-Total-Count": "true"}).status == 200
        return len(captured)

    few = statements()
    ProductFactory.create_batch(30, tenant=cast.acme, vendor=cast.globex)

    assert statements() == few <= 5
