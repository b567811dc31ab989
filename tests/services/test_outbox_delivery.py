"""Does every mail arrive once, whatever fails on its way?"""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from notifications import delivery, tasks
from notifications.models import Attempt, MailState, Notice
from tests.factories import NoticeFactory, UserFactory

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
CLAIM = delivery.CLAIM

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice():
    return make_notice()


def make_notice(**fields) -> Notice:
    facts = {"requester": "Rita Okafor", "total": "5,812.40 EUR", "reader": "approver"}
    return NoticeFactory(**{"facts": facts, "created_at": NOW, "next_attempt_at": NOW, **fields})


class Server(EmailBackend):
    """A mail server that fails with each of `failures` in turn, then works."""

    failures: list[Exception] = []

    def send_messages(self, messages):
        if self.failures:
            raise self.failures.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def server(settings):
    """Give the failures of the mail server: server(Exception, ...)."""
    settings.EMAIL_BACKEND = f"{__name__}.Server"

    def fail_with(*failures):
        Server.failures = list(failures)

    yield fail_with
    Server.failures = []


REFUSED = smtplib.SMTPRecipientsRefused({"ana@northwind.example": (450, b"try later")})


def test_a_mail_goes_out_once(notice):
    assert delivery.deliver_these([notice.pk], NOW) == 1
    assert delivery.deliver_these([notice.pk], NOW) == 0
    assert delivery.deliver_due(NOW + timedelta(days=1)) == 0

    notice.refresh_from_db()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == [notice.recipient.email]
    assert (notice.mail_state, notice.sent_at) == (MailState.SENT, NOW)
    assert (notice.attempt_count, notice.claimed_until) == (1, None)
    attempt = notice.attempts.get()
    assert (attempt.number, attempt.at, attempt.sent, attempt.error) == (1, NOW, True, "")


def test_a_failure_then_success_is_one_mail(notice, server):
    server(REFUSED)

    assert delivery.deliver_due(NOW) == 0
    notice.refresh_from_db()
    assert notice.mail_state == MailState.WAITING
    assert notice.next_attempt_at == NOW + delivery.FIRST_WAIT
    assert "450" in notice.attempts.get().error

    assert delivery.deliver_due(NOW + timedelta(seconds=29)) == 0
    assert delivery.deliver_due(NOW + timedelta(seconds=30)) == 1
    assert len(mail.outbox) == 1
    assert [attempt.sent for attempt in notice.attempts.order_by("number")] == [False, True]


def test_each_failure_doubles_the_wait_until_the_mail_is_given_up(notice, server):
    server(*[REFUSED] * 100)
    waits, now = [], NOW
    while True:
        delivery.deliver_due(now)
        notice.refresh_from_db()
        if notice.mail_state == MailState.FAILED:
            break
        waits.append(notice.next_attempt_at - now)
        now = notice.next_attempt_at

    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)]
    assert waits[-1] == max(waits) == timedelta(hours=6)
    assert notice.attempt_count == notice.attempts.count() == delivery.MOST_FAILURES
    assert now - NOW > timedelta(days=3)
    assert delivery.deliver_due(now + timedelta(days=30)) == 0


def test_what_was_given_up_can_be_tried_again(notice, server):
    server(*[REFUSED] * delivery.MOST_FAILURES)
    for day in range(delivery.MOST_FAILURES):
        delivery.deliver_due(NOW + timedelta(days=day))
    later = NOW + timedelta(days=100)

    assert delivery.requeue(notice.pk, later)
    assert delivery.deliver_due(later) == 1
    assert not delivery.requeue(notice.pk, later)
    notice.refresh_from_db()
    assert notice.mail_state == MailState.SENT
    assert notice.attempt_count == delivery.MOST_FAILURES + 1


def test_only_what_was_given_up_can_be_queued_again(notice):
    assert not delivery.requeue(notice.pk, NOW)
    assert not delivery.requeue(notice.pk + 1, NOW)


class Died(BaseException):
    """The process ends here: nothing after it runs."""


def test_a_worker_that_dies_before_sending_loses_nothing(notice, server):
    server(Died())
    with pytest.raises(Died):
        delivery.deliver_due(NOW)

    assert delivery.deliver_due(NOW + CLAIM - timedelta(seconds=1)) == 0
    assert delivery.deliver_due(NOW + CLAIM) == 1
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_after_sending_repeats_the_same_message(notice, monkeypatch):
    def die(*_):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_record", die)
        with pytest.raises(Died):
            delivery.deliver_due(NOW)
    delivery.deliver_due(NOW + CLAIM)

    first, second = (sent.message()["Message-ID"] for sent in mail.outbox)
    assert first == second == f"<{notice.message_id}@countersign.example>"


def test_a_mail_that_went_out_stays_sent_when_a_slow_worker_fails_later(notice):
    delivery.deliver_due(NOW)
    delivery._record(notice.pk, NOW + CLAIM, MailState.WAITING, "timed out")

    notice.refresh_from_db()
    assert (notice.mail_state, notice.sent_at) == (MailState.SENT, NOW)
    assert notice.attempt_count == 2


@pytest.mark.parametrize(
    ("person", "says"),
    [({"is_active": False}, "not active"), ({"email": ""}, "no e-mail address")],
)
def test_who_cannot_get_mail_gets_none_and_it_says_why(person, says):
    notice = make_notice(recipient=UserFactory(**person))

    assert delivery.deliver_due(NOW) == 0
    notice.refresh_from_db()
    assert (notice.mail_state, notice.sent_at) == (MailState.NONE, None)
    assert says in notice.attempts.get().error
    assert mail.outbox == []


def test_a_mail_that_cannot_be_written_holds_back_no_other():
    broken = make_notice(topic="no.such_topic", next_attempt_at=NOW - timedelta(hours=1))
    whole = make_notice()

    assert delivery.deliver_due(NOW) == 1
    assert Notice.objects.get(pk=whole.pk).mail_state == MailState.SENT
    broken.refresh_from_db()
    assert broken.mail_state == MailState.WAITING
    assert "KeyError" in Attempt.objects.get(notice=broken).error


def test_a_server_that_is_away_uses_up_one_attempt_per_sweep(server):
    notices = [make_notice() for _ in range(3)]
    server(ConnectionRefusedError("nobody listens"), smtplib.SMTPServerDisconnected("bye"))

    assert delivery.deliver_due(NOW) == 0
    assert Attempt.objects.count() == 1
    assert delivery.deliver_these([notice.pk for notice in notices], NOW) == 0
    assert Attempt.objects.count() == 2
    assert delivery.deliver_due(NOW + timedelta(minutes=1)) == 3


def test_a_refused_mail_lets_the_others_go(server):
    make_notice(), make_notice()
    server(REFUSED)

    assert delivery.deliver_due(NOW) == 1


@time_machine.travel(NOW)
def test_the_sweep_sends_what_the_nudge_lost():
    for _ in range(3):
        make_notice()

    tasks.sweep()

    assert len(mail.outbox) == 3
    assert not Notice.objects.filter(mail_state=MailState.WAITING).exists()


@time_machine.travel(NOW)
def test_the_task_sends_only_what_it_was_asked_to():
    asked, other = make_notice(), make_notice()

    tasks.deliver([asked.pk, 0])

    assert Notice.objects.get(pk=asked.pk).mail_state == MailState.SENT
    assert Notice.objects.get(pk=other.pk).mail_state == MailState.WAITING


def test_the_tasks_have_the_names_that_the_schedule_uses(settings):
    assert tasks.deliver.name == "notifications.tasks.deliver"
    assert tasks.sweep.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_sent_inside_a_transaction(notice):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        delivery.deliver_due(NOW)
