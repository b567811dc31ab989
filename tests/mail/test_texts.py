"""Does every topic read well, with all facts and with the least, and can nothing in a fact break a mail?"""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from companies.models import Tenant, User
from notifications.mails import mail_of
from notifications.models import Notice
from notifications.texts import PASSWORD_RESET, TIMES, TOPICS, OrderFacts, Side, complete, side_of
from notifications.wording import LONGEST_SUBJECT, headline, wording_of
from tests.mail.facts import APPROVAL, ORDER, complete_facts, minimal_facts

AT = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
TEMPLATES = Path(django_settings.BASE_DIR, "templates", "notifications")
EVERY = [(topic, reader) for topic in TOPICS.values() for reader in topic.readers]
every_wording = pytest.mark.parametrize(
    ("topic", "reader"), EVERY, ids=[f"{topic.name}-{reader}" for topic, reader in EVERY]
)
# Words of the template language, and what the wording adds to the facts.
KNOWN = {"and", "or", "not", "if", "else", "elif", "endif", "length", "pluralize", "default", "join", "firstof"}
DERIVED = {"buyer"}


def notice(topic_name: str, facts: dict, *, reader: str = "", zone: str = "Europe/Berlin", **person) -> Notice:
    recipient = User(**{"email": "ana@northwind.example", "first_name": "Ana", "last_name": "Diaz", **person})
    recipient.time_zone = zone
    return Notice(
        topic=topic_name,
        facts=complete(topic_name, {**facts, "reader": reader}),
        tenant=Tenant(key="acme", name="Acme Markets"),
        recipient=recipient,
        url="/dashboard/approvals/k1/",
        created_at=AT,
    )


def html_of(mail) -> str:
    return mail.alternatives[0].content


@every_wording
@pytest.mark.parametrize("facts_of", [complete_facts, minimal_facts])
def test_a_wording_is_whole(topic, reader, facts_of):
    told = notice(topic.name, facts_of(topic), reader=reader)
    words = wording_of(told, "Europe/Berlin")

    for text in (words.subject, words.first, *words.paragraphs, words.button):
        assert text == text.strip()
        assert text
        assert not re.search(r"\s[.,;:)]|\(\s|\s\s|\bNone\b|\[\]|[{}]|\.\.|!", text), text
    assert words.first.endswith(".")
    assert all(paragraph.endswith(".") for paragraph in words.paragraphs)
    assert not words.subject.endswith(".")


@every_wording
@pytest.mark.parametrize("facts_of", [complete_facts, minimal_facts])
def test_text_and_page_of_a_mail_say_the_same(topic, reader, facts_of):
    told = notice(topic.name, facts_of(topic), reader=reader)
    mail = mail_of(told)
    words = wording_of(told, "Europe/Berlin")

    assert mail.body.splitlines()[0] == words.first == headline(told, "Europe/Berlin")
    for text in (words.first, *words.paragraphs, words.button):
        assert text in mail.body
        assert text in html_of(mail).replace("&#x27;", "'").replace("&amp;", "&")
    assert html_of(mail).count('class="button"') == 1
    link = "http://127.0.0.1:8000" + ("/password/" if topic.name == PASSWORD_RESET else "/dashboard/approvals/k1/")
    assert f'href="{link}' in html_of(mail)
    assert link in mail.body
    assert "\n\n\n" not in mail.body


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_a_text_uses_only_facts_that_there_are(topic):
    source = (TEMPLATES / f"{topic.name}.txt").read_text()
    used = set()
    for expression in re.findall(r"\{\{(.+?)\}\}|\{%\s*(?:if|elif|firstof)(.+?)%\}", source):
        bare = re.sub(r"\"[^\"]*\"", "", " ".join(expression))
        used |= set(re.findall(r"(?<![.\w])[a-z_]+", bare)) - KNOWN

    assert used <= set(topic.facts.__dataclass_fields__) | DERIVED
    assert set(topic.sections) <= set(topic.facts.__dataclass_fields__)


def test_each_topic_has_its_text_and_each_text_its_topic():
    assert {path.stem for path in TEMPLATES.glob("*.txt")} - {"layout"} == set(TOPICS)


@every_wording
def test_what_people_typed_cannot_become_markup(topic, reader):
    evil = "<script>alert(1)</script>"
    lines = [{"name": evil, "quantity": evil, "gross": evil}]
    instructions = [{"name": evil, "text": evil, "links": [{"label": evil, "url": "https://a.example/?a=<b>"}]}]
    lists = {"lines": lines, "instructions": instructions, "reasons": [evil], "differences": [evil]}
    facts = {
        name: lists.get(name, [evil] if isinstance(value, list) else evil if isinstance(value, str) else value)
        for name, value in complete_facts(topic).items()
    } | {name: complete_facts(topic)[name] for name in TIMES if name in complete_facts(topic)}
    mail = mail_of(notice(topic.name, facts, reader=reader, first_name=evil))

    assert "<script" not in html_of(mail)
    assert "&lt;script&gt;" in html_of(mail)
    assert evil in mail.body


@every_wording
def test_no_fact_can_add_a_header_to_the_mail(topic, reader):
    evil = "Rita\r\nBcc: everybody@evil.example\u2028\x0b\x85x"
    facts = {
        name: evil for name, value in complete_facts(topic).items() if isinstance(value, str) and name not in TIMES
    }
    told = notice(topic.name, facts, reader=reader)
    told.tenant.name = evil
    mail = mail_of(told)
    sent = message_from_bytes(mail.message().as_bytes(), policy=policy.default)

    assert len(mail.subject.splitlines()) == 1
    assert "Bcc" not in sent
    assert sent.keys().count("Subject") == 1
    assert sent["To"] == "ana@northwind.example"


def test_a_long_subject_is_cut():
    mail = mail_of(notice("approval.requested", {**APPROVAL, "requester": "R" * 200}))

    assert len(mail.subject) == LONGEST_SUBJECT
    assert mail.subject.endswith("…")


def test_a_long_comment_arrives_whole():
    comment = "\n".join(["A line of the comment with some words. " * 3] * 42)[:5000].strip()
    mail = mail_of(notice("approval.requested", {**APPROVAL, "comment": comment}))
    quoted = " ".join(line.removeprefix("> ") for line in mail.body.splitlines() if line.startswith("> "))

    assert quoted.split() == comment.split()
    assert max(map(len, mail.body.splitlines())) < 200
    assert mail.message().as_bytes()


def test_a_comment_without_a_space_arrives_whole():
    mail = mail_of(notice("approval.requested", {**APPROVAL, "comment": "x" * 5000}))
    sent = message_from_bytes(mail.message().as_bytes(), policy=policy.default)

    assert "x" * 5000 in sent.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Berlin", "Tue 1 Dec 14:05 CET"),
        ("America/New_York", "Tue 1 Dec 08:05 EST"),
        ("Asia/Kolkata", "Tue 1 Dec 18:35 IST"),
        ("Mars/Olympus", "Tue 1 Dec 13:05 UTC"),
    ],
)
def test_times_are_those_of_the_readers_clock(zone, shown):
    assert shown in mail_of(notice("approval.requested", APPROVAL, zone=zone)).body


def test_the_request_says_who_what_why_until_when_and_where():
    mail = mail_of(notice("approval.requested", APPROVAL))

    assert mail.subject == "Rita Okafor asks you to approve 5,812.40 EUR"
    for said in (
        "Rita Okafor asks you to approve 5,812.40 EUR (2 lines) for Northwind GmbH.",
        "Please answer by Tue 1 Dec 14:05 CET",
        "> For the new colleagues.",
        "5,812.40 EUR gross is 812.40 EUR over the company's limit of 5,000.00 EUR.",
        "4 x Standing desk: 5,000.00 EUR",
    ):
        assert said in mail.body


def test_the_customer_is_told_that_a_manager_reviews_the_order():
    assert "will shortly be reviewed by a manager" in mail_of(notice("order.to_review", ORDER)).body


def test_an_auditor_is_asked_to_accept_or_reject():
    body = mail_of(notice("order.review_requested", ORDER)).body

    assert "needs to be reviewed and accepted or rejected" in body


def test_a_rejection_gives_the_reason():
    assert "> Not available in your country." in mail_of(notice("order.rejected", ORDER)).body


def test_a_customer_never_reads_the_note_of_the_review():
    for topic, reader in EVERY:
        if reader == "customer" and topic.facts is OrderFacts:
            assert ORDER["review_note"] not in mail_of(notice(topic.name, ORDER, reader=reader)).body


def test_prices_that_must_not_be_shown_are_not_missed():
    lines = [{"name": "Server management", "quantity": "1", "gross": ""}]
    mail = mail_of(notice("order.to_deliver", {**ORDER, "total": "", "lines": lines}))

    assert "- 1 x Server management\n" in mail.body
    assert "EUR" not in mail.body + html_of(mail)
    assert "Total" not in mail.body + html_of(mail)


def test_instructions_come_with_their_links_but_never_with_a_script():
    links = [
        {"label": "Console", "url": "https://console.example/start"},
        {"label": "Evil", "url": "javascript:alert(1)"},
        {"label": "Data", "url": "data:text/html,x"},
    ]
    facts = {**ORDER, "instructions": [{"name": "Server", "text": "First.\nThen.", "links": links}]}
    mail = mail_of(notice("order.completed", facts))

    assert "Console: https://console.example/start" in mail.body
    assert "First.\nThen." in mail.body
    assert 'href="https://console.example/start"' in html_of(mail)
    for script in ("javascript:", "data:text"):
        assert script not in mail.body + html_of(mail)


def test_the_sender_has_the_name_that_the_reader_knows():
    assert mail_of(notice("approval.requested", APPROVAL)).from_email == "Acme Markets <orders@countersign.example>"
    assert mail_of(notice("order.placed", ORDER)).from_email == "Acme Main <orders@countersign.example>"


def test_styles_are_in_the_elements_because_mail_programs_drop_style_sheets():
    html = html_of(mail_of(notice("approval.requested", APPROVAL)))

    assert re.search(r'<a class="button"[^>]+style="[^"]*background-color', html)
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize(("actor", "says"), [("Countersign", "Your approved request"), ("Tom Weber", "Tom Weber gave")])
def test_what_the_installation_did_by_itself_has_no_actor(actor, says):
    words = wording_of(notice("approval.given_up", {**APPROVAL, "actor": actor}, reader="requester"), "UTC")

    assert words.first.startswith(says)


def test_each_side_reads_about_the_other():
    requester = headline(notice("approval.expired", APPROVAL, reader="requester"), "UTC")
    approver = headline(notice("approval.expired", APPROVAL, reader="approver"), "UTC")

    assert requester.startswith("Your request")
    assert approver.startswith("The request of Rita Okafor")


def test_a_notice_of_a_topic_that_is_gone_still_has_a_line():
    assert headline(Notice(topic="cart.emptied", facts={}), "UTC") == "cart.emptied"


def test_a_notice_from_before_a_fact_was_added_can_still_be_read():
    old = notice("approval.requested", APPROVAL)
    del old.facts["company"], old.facts["reasons"]

    assert mail_of(old).body


@pytest.mark.parametrize(
    ("topic", "reader", "side"),
    [
        ("approval.requested", "approver", Side.CUSTOMER),
        ("order.to_review", "customer", Side.CUSTOMER),
        ("order.review_requested", "seller", Side.SELLER),
        ("order.cancelled", "seller", Side.SELLER),
        ("order.cancelled", "customer", Side.CUSTOMER),
    ],
)
def test_each_side_has_its_own_notices(topic, reader, side):
    assert side_of(topic, {"reader": reader}) == side
