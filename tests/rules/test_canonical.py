"""Has equal content equal bytes, for ever? What stored hashes were computed from must never be spelled otherwise."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kit.canonical import HASH_VERSION, canonical, content_hash, plain
from config.kit.chain import GENESIS, link, text_digest
from config.kit.refused import Invalid
from config.kit.storable import storable_json, storable_text


class Colour(StrEnum):
    RED = "red"


SPELLED = [
    (None, "null"),
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (-42, "-42"),
    (10**20, "100000000000000000000"),
    (Decimal("1.50"), "1.5"),
    (Decimal("1E+3"), "1000"),
    (Decimal("-0.00"), "0"),
    ("Grüße", "Grüße"),
    (Colour.RED, "red"),
    (date(2026, 3, 1), "2026-03-01"),
    (datetime(2026, 3, 1, 8, 5, tzinfo=UTC), "2026-03-01T08:05:00.000000+00:00"),
    (datetime(2026, 3, 1, 8, 5, 0, 7, tzinfo=timezone(timedelta(hours=2))), "2026-03-01T06:05:00.000007+00:00"),
    ({"b": 1, "a": [Decimal("2.0"), None]}, {"b": "1", "a": ["2", "null"]}),
    ({1: "one"}, {"1": "one"}),
    ((1, (2,)), ["1", ["2"]]),
]


@pytest.mark.parametrize(("value", "spelling"), SPELLED)
def test_every_value_has_one_spelling(value, spelling):
    assert plain(value) == spelling


@pytest.mark.parametrize("value", [1.5, b"bytes", {1, 2}, object(), datetime(2026, 3, 1, 8, 5)])  # noqa: DTZ001
def test_what_has_no_one_spelling_is_refused(value):
    with pytest.raises(TypeError):
        plain({"deep": [value]})


def test_canonical_bytes_are_sorted_close_and_utf_8():
    assert (
        canonical({"ü": Decimal("1.0"), "a": {"z": None, "b": True}})
        == '{"a":{"b":"true","z":"null"},"ü":"1"}'.encode()
    )


# What an approval of a real cart binds. Whoever changes a spelling makes every stored hash a lie:
# raise HASH_VERSION and keep the old way for old snapshots instead of changing this number.
GOLDEN = {
    "currency": "EUR",
    "lines": [
        {
            "listing": 7,
            "product": 3,
            "sku": "DESK-01",
            "quantity": Decimal("2.5000"),
            "unit_price": Decimal("500.000000"),
            "includes_tax": False,
            "tax_code": "STANDARD",
            "tax_rate": Decimal("19.0000"),
            "net": Decimal("1250.00"),
            "tax": Decimal("237.50"),
            "gross": Decimal("1487.50"),
        }
    ],
    "total": Decimal("1487.50"),
    "shipping": None,
    "addresses": {"SHIPPING": {"street": "Straße 1 & Söhne <b>", "city": "Köln"}},
    "deliveryWindow": None,
}
GOLDEN_HASH = "056f9bf3241cec9c1c69c7fb0cc74dd51fe16d76e26ef5bb62903b914e47155e"


def test_the_hash_of_a_known_content_never_changes():
    assert HASH_VERSION == 1
    assert content_hash(GOLDEN) == GOLDEN_HASH


def test_the_hash_is_of_the_meaning_not_of_the_decimals_or_the_order_of_names():
    line = {**GOLDEN["lines"][0], "quantity": Decimal("2.5"), "tax_rate": 19}

    assert content_hash(dict(reversed({**GOLDEN, "lines": [line]}.items()))) == GOLDEN_HASH


def test_the_hash_of_what_was_stored_is_the_same():
    assert content_hash(plain(GOLDEN)) == GOLDEN_HASH


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "USD"},
        {"total": Decimal("1487.51")},
        {"deliveryWindow": {"id": "window-1"}},
        {"lines": []},
        {"lines": [{**GOLDEN["lines"][0], "quantity": Decimal("2.5001")}]},
        {"lines": [GOLDEN["lines"][0]] * 2},
        {"addresses": {"BILLING": GOLDEN["addresses"]["SHIPPING"]}},
    ],
)
def test_any_other_content_has_another_hash(changed):
    assert content_hash({**GOLDEN, **changed}) != GOLDEN_HASH


contents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(-(10**9), 10**9, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(content=st.dictionaries(st.text(), contents))
def test_storing_and_reading_back_changes_no_hash(content):
    assert content_hash(plain(content)) == content_hash(content)


class TestChain:
    KEY = b"a key of thirty-two characters.."

    def test_a_link_is_an_hmac_over_the_one_before_and_the_event(self):
        content = {"kind": "approval.requested", "number": 1}
        message = b'{"event":{"kind":"approval.requested","number":"1"},"previous":"' + GENESIS.encode() + b'"}'

        assert link(self.KEY, GENESIS, content) == hmac.new(self.KEY, message, hashlib.sha256).hexdigest()

    def test_it_depends_on_the_key_the_past_and_every_fact(self):
        content = {"kind": "approval.requested", "number": 1}
        links = {
            link(self.KEY, GENESIS, content),
            link(b"another key", GENESIS, content),
            link(self.KEY, "1" + GENESIS[1:], content),
            link(self.KEY, GENESIS, {**content, "number": 2}),
            link(self.KEY, GENESIS, {**content, "more": ""}),
        }

        assert len(links) == 5

    def test_texts_are_held_by_a_digest_that_nobody_can_guess_back(self):
        texts = {"actor_name": "Rita Okafor", "comment": "please"}

        assert text_digest("salt", texts) == text_digest("salt", dict(reversed(texts.items())))
        assert text_digest("other", texts) != text_digest("salt", texts)
        assert text_digest("salt", {**texts, "comment": ""}) != text_digest("salt", texts)


class TestStorable:
    @pytest.mark.parametrize("text", ["", "Grüße 你好 🙂", "<script>", "line\nline\ttab", "\u202e right to left"])
    def test_ordinary_text(self, text):
        assert storable_text(text)

    @pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud83d", "\udc00!"])
    def test_what_no_database_takes(self, text):
        assert not storable_text(text)

    def test_json_is_copied_with_decimals_as_numbers(self):
        given = {"a": [Decimal("12.50"), 1, 1.5, None, True, "x"], 7: ("y",)}

        assert storable_json(given, field="details") == {"a": [12.5, 1, 1.5, None, True, "x"], "7": ["y"]}

    @pytest.mark.parametrize(
        "value",
        [
            {"a": "\x00"},
            {"\ud800": 1},
            [float("inf")],
            [Decimal("NaN")],
            [object()],
            {"a": b"bytes"},
            [[[[[[[[[[[[]]]]]]]]]]]],
        ],
    )
    def test_json_that_cannot_be_stored_is_refused(self, value):
        with pytest.raises(Invalid) as refused:
            storable_json(value, field="details")

        assert refused.value.field == "details"
