"""Does each side hear of each turn of a quote, and does the customer hold the offer in hand as it was then?"""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from pypdf import PdfReader

from approvals import services as approving
from approvals.models import SubjectKind
from notifications import delivery
from notifications.inbox import told_about
from notifications.models import MailState, Notice
from notifications.texts import TOPICS, Side
from notifications.wording import headline
from orders import quote_pdf
from orders.quote_edits import AddLine, ChangeLine, Price, SetText, SetValidTo, Text
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_accepting import accept_quote
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_changing import change_quote, remove_quote
from orders.services.quote_expiry import expire_overdue_quotes
from orders.services.quote_making import ForWhom, make_quote
from tests.world import scene

pytestmark = pytest.mark.django_db


@scene
def asked(cast):
    return ask_for_quote(
        actor=cast.actor("rita"),
        cart_id=cast.cart("rita", {"DESK-01": 9}).pk,
        wishes=Wishes(
            address_keys={"SHIPPING": cast.headquarters.key},
            zone=cast.shipping.zone,
            method=cast.shipping.key,
            reference="PO 7",
            comment="For the new office",
        ),
    )


def priced(cast, quote, price, move=None, **more):
    edits = [ChangeLine(quote.lines.get().key, price=Price(unit=Decimal(price)))]
    if move:
        edits.append(SetValidTo(timezone.now() + timedelta(days=5)))
    return change_quote(actor=cast.actor("sam"), quote_id=quote.pk, edits=edits, move=move, **more)


@pytest.fixture
def opened(cast, asked):
    return priced(cast, asked, "400", QuoteMove.OPEN)


def told(event_count=None):
    """Who was told what, in words, the newest event's only."""
    notices = Notice.objects.order_by("pk").select_related("recipient")
    last = notices.last()
    event = last.key.rsplit(":", 2)[0]
    return {(n.recipient.first_name, headline(n, "UTC")) for n in notices if n.key.startswith(f"{event}:")}


def sent(topic):
    """The mails of a topic that went out, by Message-ID."""
    ids = set(Notice.objects.filter(topic=topic).values_list("message_id", flat=True))
    return [m for m in mail.outbox if m.extra_headers["Message-ID"][1:33] in ids]


def text_of(attachment) -> str:
    _, content, kind = attachment
    assert kind == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


class TestWhoIsTold:
    def test_a_question(self, cast, asked):
        assert told() == {
            (
                "Sam",
                "Rita Okafor of Northwind GmbH asks for an offer; by the price list it would be 5,366.90 EUR.",
            ),
            ("Vera", "Rita Okafor of Northwind GmbH asks for an offer; by the price list it would be 5,366.90 EUR."),
            ("Rita", f"Your request for an offer went to Globex Systems as quote {asked.number}."),
        }

    def test_an_offer(self, cast, opened):
        ((who, what),) = told()

        assert who == "Rita"
        assert what.startswith("Globex Systems offers you 4,295.90 EUR, 20.00% below the price list, valid until ")

    def test_an_offer_above_the_price_list_does_not_boast(self, cast, asked):
        priced(cast, asked, "600", QuoteMove.OPEN)
        ((_, what),) = told()

        assert what.startswith("Globex Systems offers you 6,437.90 EUR, valid until ")

    def test_a_changed_offer(self, cast, opened):
        priced(cast, opened, "390")
        ((who, what),) = told()

        assert who == "Rita"
        assert what.startswith(
            f"Globex Systems changed the offer {opened.number}: it is 4,188.80 EUR now, valid until "
        )

    def test_changes_wanted(self, cast, opened):
        change_quote(actor=cast.actor("rita"), quote_id=opened.pk, move=QuoteMove.ASK_CHANGE, reason_key="change-other")

        assert told() == {
            ("Sam", f"Rita Okafor of Northwind GmbH asks for changes to the offer {opened.number} for 4,295.90 EUR.")
        }

    def test_an_offer_taken_back(self, cast, opened):
        change_quote(actor=cast.actor("vera"), quote_id=opened.pk, move=QuoteMove.ASK_CHANGE)

        assert told() == {
            ("Sam", f"Vera Moss took back the offer {opened.number} to Northwind GmbH to change it."),
            ("Rita", f"Globex Systems took back the offer {opened.number} to change it."),
        }

    def test_declined_by_the_customer(self, cast, opened):
        change_quote(
            actor=cast.actor("rita"),
            quote_id=opened.pk,
            move=QuoteMove.DECLINE,
            reason_key="decline-price-too-high",
            comment="Next year again",
        )

        assert told() == {
            ("Sam", f"Rita Okafor of Northwind GmbH declined the offer {opened.number} for 4,295.90 EUR.")
        }
        delivery.deliver_due()
        body = sent("quote.declined")[0].body
        assert "The reason:\n> The price is too high" in body
        assert "Rita Okafor wrote:\n> Next year again" in body

    def test_declined_by_the_seller(self, cast, asked):
        change_quote(actor=cast.actor("sam"), quote_id=asked.pk, move=QuoteMove.DECLINE_BY_MERCHANT)

        assert told() == {("Rita", f"Globex Systems makes no offer for quote {asked.number}.")}

    def test_expired(self, cast, opened):
        expire_overdue_quotes(timezone.now() + timedelta(days=6))

        whats = dict(told())
        assert set(whats) == {"Rita", "Sam"}
        assert whats["Rita"].startswith(f"Your offer {opened.number} for 4,295.90 EUR has expired: it was valid until ")
        assert whats["Sam"].startswith(f"The offer {opened.number} to Northwind GmbH for 4,295.90 EUR has expired: ")

    def test_accepted(self, cast, opened):
        approving.request_approval(
            actor=cast.actor("rita"),
            kind=SubjectKind.QUOTE_CHECKOUT,
            subject_key=opened.key,
            approver_id=cast.bea.pk,
        ).settled()
        accept_quote(actor=cast.actor("bea"), quote_id=opened.pk).settled()
        notice = Notice.objects.get(topic="quote.accepted")
        opened.refresh_from_db()

        assert notice.recipient == cast.sam
        assert headline(notice, "UTC") == (
            f"Bea Lindt of Northwind GmbH accepted the offer {opened.number} for 4,295.90 EUR."
        )
        delivery.deliver_due()
        assert f"It is ordered as {opened.order_number}, at the prices of the offer." in sent("quote.accepted")[0].body
        approved = Notice.objects.get(topic="approval.approved")
        assert approved.recipient == cast.rita
        assert approved.facts["order_numbers"]

    def test_taken_back_for_good(self, cast, opened):
        remove_quote(actor=cast.actor("sam"), quote_id=opened.pk)

        assert told() == {("Rita", f"Globex Systems took back quote {opened.number} for 4,295.90 EUR.")}
        assert Notice.objects.get(topic="quote.deleted").url == reverse("dashboard:quotes")

    def test_what_was_over_is_deleted_silently(self, cast, opened):
        change_quote(actor=cast.actor("rita"), quote_id=opened.pk, move=QuoteMove.DECLINE)
        remove_quote(actor=cast.actor("sam"), quote_id=opened.pk)

        assert not Notice.objects.filter(topic="quote.deleted").exists()

    def test_a_draft_is_nobodys_news(self, cast):
        cast.cart("theo", {"DESK-01": 1}, "resello")
        draft = make_quote(
            actor=cast.actor("rik"),
            marketplace=cast.resello,
            whom=ForWhom("C-theo"),
            edits=[AddLine(Decimal(2), product_key=cast.product("DESK-01").key)],
        )
        remove_quote(actor=cast.actor("rik"), quote_id=draft.pk)

        assert not Notice.objects.exists()


class TestTheFile:
    def test_an_offer_comes_as_a_pdf(self, cast, opened):
        delivery.deliver_due()

        (letter,) = sent("quote.opened")
        (file,) = letter.attachments
        assert file[0] == f"Quote-{opened.number}.pdf"
        assert "The offer is attached as a PDF." in letter.body
        text = text_of(file)
        for said in (f"Quote {opened.number}", "Northwind GmbH", "Globex Systems", "PO 7", "400.00", "4,295.90 EUR"):
            assert said in text

    def test_it_is_what_the_customer_can_download(self, cast, opened):
        delivery.deliver_due()
        opened.refresh_from_db()

        assert sent("quote.opened")[0].attachments[0][1] == quote_pdf.quote_pdf(opened)

    def test_it_speaks_the_language_of_its_reader(self, cast, asked):
        cast.rita.language = "de"
        cast.rita.save()
        priced(cast, asked, "400", QuoteMove.OPEN)
        delivery.deliver_due()

        (file,) = sent("quote.opened")[0].attachments
        assert file[0] == f"Angebot-{asked.number}.pdf"
        assert "Gesamtbetrag inkl. Steuer" in text_of(file)

    def test_it_shows_the_offer_as_it_was_when_it_was_told(self, cast, opened):
        priced(cast, opened, "390")
        change_quote(actor=cast.actor("rita"), quote_id=opened.pk, move=QuoteMove.DECLINE)
        delivery.deliver_due(timezone.now() + timedelta(days=30))

        first, second = (text_of(sent(topic)[0].attachments[0]) for topic in ("quote.opened", "quote.revised"))
        assert "4,295.90 EUR" in first
        assert "4,188.80 EUR" in second
        for text in (first, second):
            assert "expired" not in text
            assert "declined" not in text

    def test_nobody_else_gets_one(self, cast, opened):
        change_quote(actor=cast.actor("rita"), quote_id=opened.pk, move=QuoteMove.DECLINE)
        delivery.deliver_due()

        with_file = {letter.to[0] for letter in mail.outbox if letter.attachments}
        assert with_file == {cast.rita.email}
        assert len(sent("quote.opened")) == 1

    def test_a_notice_from_before_there_were_files_goes_out_without_one(self, cast, opened):
        notice = Notice.objects.get(topic="quote.opened")
        del notice.facts["document"]
        notice.save()
        delivery.deliver_due()

        assert sent("quote.opened")[0].attachments == []
        assert "attached" not in sent("quote.opened")[0].body

    @pytest.mark.parametrize("failure", [ValueError("no ink"), FileNotFoundError("no such font"), KeyError("sums")])
    def test_one_that_cannot_be_made_loses_no_mail_and_holds_back_no_other(self, cast, opened, monkeypatch, failure):
        def fail(*_):
            raise failure

        now = timezone.now()
        Notice.objects.exclude(topic="quote.opened").update(next_attempt_at=now + timedelta(seconds=1))
        with monkeypatch.context() as patched:
            patched.setattr(quote_pdf, "document_pdf", fail)
            assert delivery.deliver_due(now + timedelta(seconds=2)) == 3
        notice = Notice.objects.get(topic="quote.opened")
        assert notice.mail_state == MailState.WAITING
        assert notice.next_attempt_at == now + timedelta(seconds=2) + delivery.FIRST_WAIT
        assert "orders.quote_pdf.attached_quote" in notice.attempts.get().error
        assert type(failure).__name__ in notice.attempts.get().error
        assert sent("quote.opened") == []

        assert delivery.deliver_due(notice.next_attempt_at) == 1
        (letter,) = sent("quote.opened")
        assert letter.attachments
        assert letter.extra_headers["Message-ID"] == f"<{notice.message_id}@countersign.example>"

    def test_one_that_never_can_be_made_is_given_up_like_any_other_mail(self, cast, opened, monkeypatch):
        monkeypatch.setattr(quote_pdf, "document_pdf", lambda *_: 1 / 0)
        for day in range(1, delivery.MOST_FAILURES + 2):
            delivery.deliver_due(timezone.now() + timedelta(days=day))

        notice = Notice.objects.get(topic="quote.opened")
        assert (notice.mail_state, notice.attempt_count) == (MailState.FAILED, delivery.MOST_FAILURES)

    def test_a_repeat_is_the_same_message_with_the_same_file(self, cast, opened, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(delivery, "_record", lambda *_: None)
            delivery.deliver_these([Notice.objects.get(topic="quote.opened").pk])
        delivery.deliver_due(timezone.now() + delivery.CLAIM)

        first, second = sent("quote.opened")
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
        assert first.attachments[0] == second.attachments[0]

    def test_a_file_name_is_one_line(self, cast, opened):
        notice = Notice.objects.get(topic="quote.opened")
        notice.facts["document"]["number"] = "Q1\r\nBcc: everybody@evil.example"
        notice.save()
        delivery.deliver_due()

        assert "Bcc" not in sent("quote.opened")[0].message()
        assert sent("quote.opened")[0].message().as_bytes()


def test_what_makes_files_is_there():
    for topic, path in django_settings.MAIL_ATTACHMENTS.items():
        assert topic in TOPICS
        assert callable(import_string(path))


class TestApprovalsOfQuotes:
    @pytest.fixture
    def approval(self, cast, opened):
        return approving.request_approval(
            actor=cast.actor("rita"),
            kind=SubjectKind.QUOTE_CHECKOUT,
            subject_key=opened.key,
            approver_id=cast.ana.pk,
            comment="As agreed",
        ).settled()

    def bodies(self, topic):
        delivery.deliver_due()
        return {letter.to[0].split("@")[0]: letter.body for letter in sent(topic)}

    def test_both_read_of_an_offer(self, cast, opened, approval):
        asks, confirms = self.bodies("approval.requested")["ana"], self.bodies("approval.request_sent")["rita"]

        assert f"The prices were negotiated with the seller ({opened.number}: Standing desk)." in asks
        assert "Should the seller change or end the offer meanwhile, this request ends as well." in confirms
        assert "cart" not in asks + confirms

    def test_a_changed_offer_ends_the_request_and_says_so(self, cast, opened, approval):
        priced(cast, opened, "390")

        closed = self.bodies("approval.closed")
        assert closed["rita"].startswith("Your request for 4,284.00 EUR was closed.")
        assert closed["ana"].startswith("The request of Rita Okafor for 4,284.00 EUR was closed.")
        for body in closed.values():
            assert f"The offer {opened.number} was changed since this was asked." in body
            assert "cart" not in body
        assert "An approval of the former offer no longer counts" in self.bodies("quote.revised")["rita"]

    def test_a_new_date_alone_ends_nothing(self, cast, opened, approval):
        change_quote(actor=cast.actor("sam"), quote_id=opened.pk, edits=[SetText(Text.EMPLOYEE_COMMENT, "Still yours")])

        assert "Products, prices and delivery are as they were." in self.bodies("quote.revised")["rita"]
        assert not Notice.objects.filter(topic="approval.closed").exists()

    def test_declined(self, cast, opened, approval):
        approving.decline(actor=cast.actor("ana"), approval_id=approval.pk, comment="Too much").settled()

        assert "The offer is as it was" in self.bodies("approval.declined")["rita"]
        assert "cart" not in self.bodies("approval.declined")["rita"]

    def test_approved(self, cast, opened, approval):
        approving.approve(actor=cast.actor("ana"), approval_id=approval.pk).settled()

        assert "you can place the order now, as long as the offer holds." in self.bodies("approval.approved")["rita"]

    def test_a_yes_that_is_given_up(self, cast, opened, approval):
        approving.approve(actor=cast.actor("ana"), approval_id=approval.pk).settled()
        change_quote(actor=cast.actor("rita"), quote_id=opened.pk, move=QuoteMove.ASK_CHANGE)

        told = self.bodies("approval.given_up")
        assert set(told) == {"ana", "rita"}
        for body in told.values():
            assert "sent back to be changed" in body
            assert "cart" not in body


class TestInThePortal:
    def test_a_notice_leads_to_the_quote_on_its_readers_side(self, cast, client, opened):
        for name, area, topic in (("rita", "dashboard", "quote.opened"), ("sam", "control_panel", "quote.asked")):
            notice = Notice.objects.get(topic=topic, recipient=cast.user(name))
            client.force_login(cast.user(name))

            answer = client.post(reverse(f"{area}:notice_open", args=[notice.pk]))
            assert (answer.status_code, answer["Location"]) == (302, reverse(f"{area}:quote", args=[opened.number]))

    def test_the_list_says_what_the_mail_says(self, cast, client, opened):
        client.force_login(cast.rita)

        page = client.get(reverse("dashboard:notices")).content.decode()
        assert "Globex Systems offers you 4,295.90 EUR" in page
        assert f"Your request for an offer went to Globex Systems as quote {opened.number}." in page

    def test_the_page_of_a_quote_can_say_who_was_told(self, cast, opened):
        customer = told_about("quote", opened.number, tenant_id=cast.acme.pk, side=Side.CUSTOMER)
        seller = told_about("quote", opened.number, tenant_id=cast.acme.pk, side=Side.SELLER)

        assert [(row.who, row.what) for row in customer] == [("Rita Okafor", "Asked"), ("Rita Okafor", "Offer")]
        assert {(row.who, row.what) for row in seller} == {("Sam Reed", "To price"), ("Vera Moss", "To price")}
