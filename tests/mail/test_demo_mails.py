"""Does the demo show the mails that it sent, and nothing that a mail could do to the page?"""

import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from notifications import delivery
from notifications.demo.mailbox import Mailbox
from notifications.outbox import Letter, post
from tests.factories import TenantFactory, UserFactory
from tests.mail.facts import APPROVAL, ORDER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    return settings.EMAIL_FILE_PATH


@pytest.fixture
def sent():
    """Two mails: first to Ana, then to Victor."""
    tenant = TenantFactory(name="Acme Markets")
    ana = UserFactory(email="ana@northwind.example", first_name="Ana", last_name="Díaz")
    victor = UserFactory(email="victor@globex.example")
    letters = [
        Letter(ana.pk, "approval.requested", APPROVAL, "/dashboard/approvals/k1/"),
        Letter(victor.pk, "order.review_requested", ORDER, "/control-panel/orders/100234/"),
    ]
    post(letters, event="event:1", tenant_id=tenant.pk)
    assert delivery.deliver_due() == 2


def test_the_list_shows_whom_the_demo_wrote_to(client, sent):
    page = client.get(reverse("demo_mails"))

    assert [(mail.to, mail.subject) for mail in page.context["page"].object_list] == [
        ("victor@globex.example", "Order 100234 of Northwind GmbH needs to be reviewed"),
        ("ana@northwind.example", "Rita Okafor asks you to approve 5,812.40 EUR"),
    ]
    assert "Rita Okafor asks you to approve 5,812.40 EUR" in page.content.decode()


def test_a_mail_is_shown_as_it_went_out(client, sent, folder):
    mail = Mailbox(folder)[1]

    page = client.get(reverse("demo_mail", args=[mail.name])).content.decode()
    assert "&gt; For the new colleagues." in page
    assert "Ana Díaz" in page
    assert mail.sender == "Acme Markets <orders@countersign.example>"
    assert mail.message_id.endswith("@countersign.example>")
    assert mail.at.tzinfo is not None
    assert reverse("demo_mail_html", args=[mail.name]) in page
    assert "sandbox=" in page


def test_the_html_part_is_shut_in(client, sent, folder):
    answer = client.get(reverse("demo_mail_html", args=[Mailbox(folder)[0].name]))

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in answer.content.decode()


def test_a_file_with_a_mail_can_be_saved_and_is_never_a_page(client, folder):
    letter = EmailMessage("Offer", "See the file", to=["ana@northwind.example"])
    letter.attach("Quote Q1 “Ä”.pdf", b"%PDF-1.4 \n" + b"-" * 79 + b"\n", "application/pdf")
    letter.attach("page.html", "<script>alert(1)</script>", "text/html")
    letter.send()
    (mail,) = Mailbox(folder)

    page = client.get(reverse("demo_mail", args=[mail.name])).content.decode()
    assert "Quote Q1 “Ä”.pdf" in page
    assert reverse("demo_mail_file", args=[mail.name, 2]) in page
    answer = client.get(reverse("demo_mail_file", args=[mail.name, 1]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 \n" + b"-" * 79 + b"\n"
    assert answer["Content-Type"] == "application/pdf"
    for number in (1, 2):
        answer = client.get(reverse("demo_mail_file", args=[mail.name, number]))
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
    for number in (0, 3):
        assert client.get(reverse("demo_mail_file", args=[mail.name, number])).status_code == 404


def test_a_mail_without_files_mentions_none(client, sent, folder):
    assert Mailbox(folder)[0].files == ()
    assert "Attached" not in client.get(reverse("demo_mail", args=[Mailbox(folder)[0].name])).content.decode()


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fsecret-key", "..", "a/b"])
def test_only_mails_are_there(client, sent, name):
    assert client.get(f"/demo/mails/{name}/").status_code == 404
    assert client.get(f"/demo/mails/{name}/html/").status_code == 404


def test_before_the_first_mail_the_list_says_what_will_be_there(client):
    assert "No mails yet" in client.get(reverse("demo_mails")).content.decode()


def test_a_line_in_a_text_is_not_the_end_of_a_mail(folder):
    line = "-" * 79
    EmailMessage("One", f"Above\n{line}\nBelow", to=["ana@northwind.example"]).send()

    (mail,) = Mailbox(folder)
    assert mail.text == f"Above\n{line}\nBelow\n"


def test_mails_of_one_connection_are_told_apart(folder):
    from django.core.mail import get_connection

    mails = [EmailMessage(subject, subject, to=["ana@northwind.example"]) for subject in ("One", "Two")]
    get_connection().send_messages(mails)

    assert [mail.subject for mail in Mailbox(folder)] == ["Two", "One"]
    assert len({mail.name for mail in Mailbox(folder)}) == 2
