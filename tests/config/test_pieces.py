"""Do the pieces of the pages say what they are given, escaped, and nothing else?"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from config.styleguide import EXAMPLES

INCOMPARABLE = "5,812.40 EUR gross cannot be compared with the limit of 9,000.00 CHF: it counts as over the limit."
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"


def rendered(text: str, **values) -> str:
    return Template("{% load countersign %}" + text).render(Context(values))


def words(html: str) -> str:
    """What a reader sees of it, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


class Balance(HTMLParser):
    """Finds elements that are left open or closed twice, ids used twice and what the policy forbids."""

    EMPTY = {"meta", "link", "img", "input", "br", "hr", "rect", "use"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.wrong = [], set(), []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self.EMPTY:
            self.open.append(tag)
        if "style" in given or any(name.startswith("on") for name in given) or tag == "style":
            self.wrong.append(f"inline style or script in <{tag}>")
        if given.get("id") in self.ids:
            self.wrong.append(f"id {given['id']} twice")
        if given.get("id"):
            self.ids.add(given["id"])

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


@pytest.mark.django_db
@pytest.mark.parametrize("area", ["dashboard", "control_panel"])
@pytest.mark.parametrize("page", ["", *EXAMPLES])
def test_every_page_of_the_style_guide_is_well_formed(client, page, area):
    response = client.get("/styleguide/", {"page": page, "area": area})
    assert response.status_code == 200
    balance = Balance()
    balance.feed(response.content.decode())
    assert (balance.wrong, balance.open) == ([], [])


def test_a_piece_can_stand_before_a_full_stop():
    assert words(rendered('{% money amount "EUR" "gross" %}.', amount=Decimal("5812.4"))) == "5,812.40 EUR gross."


def test_no_amount_and_no_time_are_nothing():
    assert rendered('{% money None "EUR" %}{% when None %}{% deadline None %}{{ None|money:"EUR" }}') == ""


@pytest.mark.parametrize(
    ("status", "word", "tone"),
    [("PENDING", "Waiting for an answer", "waiting"), ("pending", "Being prepared", "waiting"), (EVIL, None, "closed")],
)
def test_a_status_has_its_word_and_tone(status, word, tone):
    html = rendered("{% status_badge status %}", status=status)
    assert f"tone-{tone}" in html
    assert EVIL not in html
    assert word is None or word in html


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=3, hours=2), "expires in 3 days, Tue 24 Nov 14:00 UTC"),
        (timedelta(hours=-2), "expired 2 hours ago, Sat 21 Nov 10:00 UTC"),
    ],
)
def test_a_deadline_says_how_long_and_when(span, text):
    with time_machine.travel(NOW, tick=False):
        assert words(rendered("{% deadline at %}", at=NOW + span)) == text


@pytest.mark.parametrize(
    ("limit", "limit_currency", "text"),
    [
        (Decimal(5000), "", "5,812.40 EUR gross of 5,000.00 EUR limit 812.40 EUR over"),
        (Decimal(6000), "", "5,812.40 EUR gross of 6,000.00 EUR limit 187.60 EUR left"),
        (Decimal(0), "", "5,812.40 EUR gross of 0.00 EUR limit 5,812.40 EUR over"),
        (None, "", "Your company has no purchase limit."),
        (Decimal(9000), "CHF", INCOMPARABLE),
    ],
)
def test_the_limit_is_said_in_words(limit, limit_currency, text):
    html = rendered(
        '{% limit_bar gross "EUR" limit limit_currency %}',
        gross=Decimal("5812.4"),
        limit=limit,
        limit_currency=limit_currency,
    )
    assert words(html) == text


def test_the_reason_box_names_who_can_approve():
    html = rendered(
        '{% reason_box "needs" "This needs approval" reasons who=who %}',
        reasons=["Too much."],
        who=["Ana", "Jo", "Tom"],
    )
    assert words(html) == "This needs approval Too much. Ana, Jo or Tom can approve."


def test_lines_show_what_changed_and_edit_by_a_form():
    line = {
        "name": {"en": EVIL, "de": "Kabel"},
        "quantity": Decimal("2.000"),
        "old_quantity": Decimal(1),
        "unit_price": Decimal("0.0125"),
        "tax_rate": Decimal("19.00"),
        "total": Decimal("2.38"),
    }
    html = rendered('{% line_table lines "EUR" %}', lines=[line])
    assert "was 1 → now 2" in words(html)
    assert "0.0125 EUR" in words(html)
    assert "19%" in words(html)
    assert EVIL not in html
    edited = rendered('{% line_table lines "EUR" %}', lines=[{**line, "edit": {"url": "/u/"}}], csrf_token="t")
    assert 'value="2"' in edited
    assert 'name="csrfmiddlewaretoken"' in edited


def test_a_move_that_asks_why_has_a_form_of_its_own():
    html = rendered(
        "{% move_bar moves hidden=hidden %}",
        moves=[
            {"label": "Approve", "url": "/approve/", "kind": "primary", "hint": "Rita orders."},
            {"label": "Decline", "url": "/decline/", "needs_comment": True, "error": EVIL},
            {"label": "Edit", "url": "/edit/", "method": "get"},
        ],
        hidden={"content_hash": "abc"},
        csrf_token="t",
    )
    assert html.count("<form") == 2
    assert html.count('name="content_hash" value="abc"') == 2
    assert 'formaction="/approve/"' in html
    assert re.search(r'<textarea[^>]* name="comment"[^>]* required', html)
    assert '<a class="button button--secondary" href="/edit/"' in html
    assert EVIL not in html
    assert rendered("{% move_bar moves %}", moves=[]) == ""


def test_a_phone_shows_what_weighs_most_and_what_refuses_and_the_rest_behind_more():
    moves = [
        {"label": "Approve and order", "url": "/order/", "kind": "primary"},
        {"label": "Approve", "url": "/approve/"},
        {"label": "Decline", "url": "/decline/", "kind": "dangerous", "needs_comment": True},
        {"label": "Reassign", "url": "/reassign/", "method": "get"},
    ]
    html = rendered('{% move_bar moves comment_label="A word" %}', moves=moves)
    assert html.count("move--later") == 2
    assert (
        html.index("moves__comment") < html.index("Approve and order") < html.index("Decline") < html.index("Reassign")
    )
    assert '<details class="moves__more">' in html
    kept = rendered('{% move_bar moves comment_label="A word" comment_value="Typed." %}', moves=moves)
    assert '<details class="moves__more" open>' in kept


def test_two_moves_without_a_comment_need_no_more():
    moves = [{"label": "Order again", "url": "/again/"}, {"label": "Withdraw", "url": "/w/", "kind": "dangerous"}]
    assert "moves__more" not in rendered("{% move_bar moves %}", moves=moves)


class Wish(forms.Form):
    comment = forms.CharField(help_text="Tom reads it.")


def test_a_field_is_described_by_its_help_and_error():
    html = rendered("{% form_errors form %}{% form_field form.comment %}", form=Wish({"comment": ""}))
    assert 'aria-describedby="id_comment_help id_comment_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'href="#id_comment"' in html
    assert rendered("{% form_errors form %}", form=Wish()) == ""


def test_pages_and_filters_keep_the_rest_of_the_address():
    request = RequestFactory().get("/", {"status": "PENDING", "comment": "x", "page": "2"})
    html = rendered("{% pager page %}", page=Paginator(range(50), 10).page(2), request=request)
    assert 'href="?status=PENDING&amp;comment=x&amp;page=3"' in html
    bar = rendered("{% filter_bar form %}", form=Wish(request.GET), request=request)
    assert 'type="hidden" name="status" value="PENDING"' in bar
    assert 'name="page"' not in bar


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "409.html", "500.html"])
def test_error_pages_need_no_context(name):
    html = Template(f'{{% extends "{name}" %}}').render(Context({}))
    balance = Balance()
    balance.feed(html)
    assert (balance.wrong, balance.open) == ([], [])
    assert 'href="/"' in html
