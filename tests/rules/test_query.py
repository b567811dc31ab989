"""What does a `q`, a `sort` and a PATCH body of the API mean, and what is refused?"""

import pytest

from config.kit.patches import Op, Operation, read_operations, set_in
from config.kit.query import All, Comparison, Condition, Either, Order, fields_of, parse_query, parse_sort
from config.kit.refused import Invalid


def one(field, *values, how=Comparison.ONE_OF):
    return Condition(field, how, values)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("status:PENDING", [one("status", "PENDING")]),
        ('status:"to be approved"', [one("status", "to be approved")]),
        (
            "status:(PENDING,DECLINED) resource.siteCode:main",
            [one("status", "PENDING", "DECLINED"), one("resource.siteCode", "main")],
        ),
        ('status:("a b", "c")', [one("status", "a b", "c")]),
        ("version:>=5", [one("version", "5", how=Comparison.GREATER_OR_EQUAL)]),
        ("version:<5", [one("version", "5", how=Comparison.LESS)]),
        (
            "version:(>=10 AND <=20)",
            [
                All(
                    (
                        one("version", "10", how=Comparison.GREATER_OR_EQUAL),
                        one("version", "20", how=Comparison.LESS_OR_EQUAL),
                    )
                )
            ],
        ),
        (
            'metadata.createdAt:(>="2021-05-18T07:27:27.455Z" AND <"2022-01-01T00:00:00.000Z")',
            [
                All(
                    (
                        one("metadata.createdAt", "2021-05-18T07:27:27.455Z", how=Comparison.GREATER_OR_EQUAL),
                        one("metadata.createdAt", "2022-01-01T00:00:00.000Z", how=Comparison.LESS),
                    )
                )
            ],
        ),
        ("comment:null", [one("comment", how=Comparison.ABSENT)]),
        ("comment:exists", [one("comment", how=Comparison.PRESENT)]),
        ('comment:"null"', [one("comment", "null")]),
        ("code:~ain", [one("code", "ain", how=Comparison.CONTAINS)]),
        ("code:(~U PL)", [one("code", "U PL", how=Comparison.CONTAINS)]),
        ("code:~(ain)", [one("code", "ain", how=Comparison.CONTAINS)]),
        (
            'code:~(ain, "U PL")',
            [Either((one("code", "ain", how=Comparison.CONTAINS), one("code", "U PL", how=Comparison.CONTAINS)))],
        ),
        ("code:~.*+", [one("code", ".*+", how=Comparison.CONTAINS)]),
        (r"code:~a\.b", [one("code", "a.b", how=Comparison.CONTAINS)]),
        (r"code:(~C\+\+ \(x\)) a:1", [one("code", "C++ (x)", how=Comparison.CONTAINS), one("a", "1")]),
        ("at:2021-05-18T07:27:27Z", [one("at", "2021-05-18T07:27:27Z")]),
        (
            "compoundLogicalQuery:((a:1) OR (b:2))",
            [Either((All((one("a", "1"),)), All((one("b", "2"),))))],
        ),
        (
            "c:3 compoundLogicalQuery:((a:1 b:2) AND ((d:4) OR (e:5)))",
            [
                one("c", "3"),
                All(
                    (
                        All((one("a", "1"), one("b", "2"))),
                        Either((All((one("d", "4"),)), All((one("e", "5"),)))),
                    )
                ),
            ],
        ),
    ],
)
def test_what_a_query_says(text, parts):
    assert parse_query(text) == All(tuple(parts))


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "status:",
        "status :x",
        ":x",
        "status:(",
        "status:()",
        "status:(a",
        "status:(a b)",
        "status:(a,)",
        "status:a)",
        'status:"a',
        "version:>",
        "version:(>1 OR <2)",
        "version:(>1 AND 2)",
        "(a:1)",
        "9lives:1",
        "a..b:1",
        "compoundLogicalQuery:",
        "compoundLogicalQuery:()",
        "compoundLogicalQuery:((a:1) OR (b:2) AND (c:3))",
        "compoundLogicalQuery:((a:1)",
        "code:~",
        "code:(~)",
        "code:(~a",
        r"code:(~a\)",
        "a:1 " * 51,
        "code:~()",
        "code:~(a",
        "code:~(" + ",".join("a" * 51) + ")",
        "a:" + "x" * 10_000,
        "compoundLogicalQuery:" + "(" * 9 + "a:1" + ")" * 9,
    ],
)
def test_what_cannot_be_read_is_refused_and_never_ignored(text):
    with pytest.raises(Invalid) as refused:
        parse_query(text)
    assert refused.value.field == "q"


def test_every_field_is_known_to_the_caller():
    assert fields_of(parse_query("a:1 compoundLogicalQuery:((b.c:1) OR (d:(>1 AND <2)))")) == {"a", "b.c", "d"}


def test_sorting_is_descending_only_where_it_says_so():
    assert parse_sort("a:desc,b,c:DESC,d:Desc, e:asc,") == (
        Order("a", descending=True),
        Order("b", descending=False),
        Order("c", descending=True),
        Order("d", descending=False),
        Order("e", descending=False),
    )


@pytest.mark.parametrize("text", ["1a", "a b", "-a", "a;drop"])
def test_a_sort_by_no_field_is_refused(text):
    with pytest.raises(Invalid) as refused:
        parse_sort(text)
    assert refused.value.field == "sort"


def test_operations_come_in_either_case_and_alone_or_in_a_list():
    replace = {"op": "REPLACE", "path": "/status", "value": "APPROVED"}
    wanted = (Operation(Op.REPLACE, ("status",), "APPROVED"),)
    assert read_operations(replace) == wanted
    assert read_operations([{**replace, "op": "replace"}]) == wanted


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (None, "body", "malformed"),
        ([], "body", "malformed"),
        ({}, "[0].op", "operation"),
        ("x", "body", "malformed"),
        ([1], "[0]", "malformed"),
        ([{"op": "move", "path": "/a", "value": 1}], "[0].op", "operation"),
        ([{"op": 1, "path": "/a", "value": 1}], "[0].op", "operation"),
        ([{"op": "add", "path": "a", "value": 1}], "[0].path", "malformed"),
        ([{"op": "add", "path": "/", "value": 1}], "[0].path", "malformed"),
        ([{"op": "add", "path": "/a"}], "[0].value", "malformed"),
        ([{"op": "add", "path": "/a", "value": 1}] * 51, "body", "malformed"),
    ],
)
def test_what_is_no_operation_is_named(body, field, code):
    with pytest.raises(Invalid) as refused:
        read_operations(body)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_a_part_of_a_document_is_changed_in_a_copy():
    document = {"shipping": {"methodId": "a", "zoneId": "z"}, "currency": "EUR"}

    def after(op, path, value=None):
        operation = Operation(op, tuple(path.split("/")), value)
        return set_in(document, operation.parts, operation)

    assert after(Op.REPLACE, "shipping/methodId", "b")["shipping"] == {"methodId": "b", "zoneId": "z"}
    assert after(Op.ADD, "payment", {"provider": "none"})["payment"] == {"provider": "none"}
    assert after(Op.ADD, "currency", "USD")["currency"] == "USD"
    assert "currency" not in after(Op.REMOVE, "currency")
    assert document["shipping"]["methodId"] == "a"


LINES = {"lines": [{"city": "Ulm"}, {"city": "Bonn"}]}


@pytest.mark.parametrize(
    ("op", "path", "value", "cities"),
    [
        (Op.REPLACE, "lines/1/city", "Kiel", ["Ulm", "Kiel"]),
        (Op.REPLACE, "lines/0", {"city": "Kiel"}, ["Kiel", "Bonn"]),
        (Op.REMOVE, "lines/0", None, ["Bonn"]),
        (Op.ADD, "lines/-", {"city": "Kiel"}, ["Ulm", "Bonn", "Kiel"]),
        (Op.ADD, "lines/1", {"city": "Kiel"}, ["Ulm", "Kiel", "Bonn"]),
        (Op.ADD, "lines/2", {"city": "Kiel"}, ["Ulm", "Bonn", "Kiel"]),
    ],
)
def test_entries_of_a_list_are_counted_from_zero(op, path, value, cities):
    operation = Operation(op, tuple(path.split("/")), value)

    after = set_in(LINES, operation.parts, operation)

    assert [line["city"] for line in after["lines"]] == cities
    assert LINES == {"lines": [{"city": "Ulm"}, {"city": "Bonn"}]}


@pytest.mark.parametrize(
    "path", ["lines/2", "lines/-", "lines/x", "lines/01", "lines/-1", "lines/2/city", "lines/0/x/y"]
)
@pytest.mark.parametrize("op", [Op.REPLACE, Op.REMOVE])
def test_an_entry_that_is_not_there_is_refused(op, path):
    operation = Operation(op, tuple(path.split("/")), 1)

    with pytest.raises(Invalid, match="Missing field"):
        set_in(LINES, operation.parts, operation)


@pytest.mark.parametrize(
    ("op", "parts"),
    [(Op.REPLACE, ("payment",)), (Op.REMOVE, ("payment",)), (Op.ADD, ("shipping", "deep"))],
)
def test_what_is_not_there_is_neither_replaced_nor_removed(op, parts):
    with pytest.raises(Invalid, match="Missing field") as refused:
        set_in({}, parts, Operation(op, parts, 1))
    assert refused.value.code == "operation"
