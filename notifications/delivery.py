"""How does a mail reach its reader, also when the mail server is away or a worker dies?

Claim a notice (committed), write and send its mail outside of any transaction, record the attempt
(committed). A worker that dies in between leaves a claim that runs out; the repeat carries the same
Message-ID, so that a mail server or mail program can recognise what it has already.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from notifications.mails import mail_of
from notifications.models import Attempt, MailState, Notice, NoticeQuerySet

log = structlog.get_logger("countersign.mail")

CLAIM = timedelta(minutes=5)  # far longer than one mail takes with the mail server's timeout
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
# Ten doublings in 8 hours, then every 6 hours: a mail server that is down for a long weekend loses nothing.
MOST_FAILURES = 24
SWEEP_SECONDS = 200  # ends before the task's own time limit does; the next sweep goes on


def deliver_these(notice_ids: Iterable[int], now: datetime | None = None) -> int:
    """Mail those of these notices that are due; how many went out."""
    sent = 0
    for pk in notice_ids:
        try:
            sent += bool(_deliver_next(Notice.objects.filter(pk=pk), now))
        except MailServerAway:
            break  # the sweep has the rest
    return sent


def deliver_due(now: datetime | None = None) -> int:
    """Mail all that is due, longest waiting first; how many went out.

    Stops where the mail server cannot be reached: the others need not use up their attempts on it.
    """
    end = time.monotonic() + SWEEP_SECONDS
    sent = 0
    while time.monotonic() < end:
        try:
            delivered = _deliver_next(Notice.objects.all(), now)
        except MailServerAway:
            break
        if delivered is None:
            break
        sent += delivered
    return sent


def requeue(notice_id: int, now: datetime | None = None) -> bool:
    """Try a mail that was given up once more, with all its attempts; False where it was not given up."""
    return bool(
        Notice.objects.filter(pk=notice_id, mail_state=MailState.FAILED).update(
            mail_state=MailState.WAITING, failure_count=0, next_attempt_at=now or timezone.now(), claimed_until=None
        )
    )


class MailServerAway(Exception):
    """The mail server could not be reached; the attempt is recorded."""


def _deliver_next(among: NoticeQuerySet, now: datetime | None) -> bool | None:
    """Claim one and try it: True sent, False not sent, None where nothing is due."""
    notice = _claim(among, now or timezone.now())
    if notice is None:
        return None
    undeliverable = _why_no_mail(notice)
    if undeliverable:
        _record(notice.pk, now or timezone.now(), MailState.NONE, undeliverable)
        return False
    try:
        mail_of(notice).send()
    # Whatever is wrong with this one mail must be recorded, and must not keep the others back.
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
        log.warning("mail not sent", notice=notice.pk, topic=notice.topic, error=error)
        _record(notice.pk, now or timezone.now(), MailState.WAITING, error)
        if _is_away(failure):
            raise MailServerAway from failure
        return False
    _record(notice.pk, now or timezone.now(), MailState.SENT)
    return True


def _claim(among: NoticeQuerySet, now: datetime) -> Notice | None:
    """Take one due notice for the next minutes; nobody else gets it meanwhile.

    On PostgreSQL others skip the locked row. SQLite has no row locks: the UPDATE asks the condition
    again, and who finds it no longer true has lost.
    """
    with transaction.atomic(durable=True):  # no caller may hold locks while a mail server thinks
        due = among.due(now)
        candidate = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True).first()
        if candidate is None or not due.filter(pk=candidate.pk).update(claimed_until=now + CLAIM):
            return None
    return Notice.objects.select_related("recipient", "tenant").get(pk=candidate.pk)


def _why_no_mail(notice: Notice) -> str:
    """Why this recipient gets no mail, as they are now; "" where they do."""
    if not notice.recipient.is_active:
        return "The recipient's account is not active."
    if not notice.recipient.email:
        return "The recipient has no e-mail address."
    return ""


def _record(notice_id: int, at: datetime, state: MailState, error: str = "") -> None:
    """Write down how an attempt ended and when the next one is due."""
    with transaction.atomic(durable=True):
        notice = Notice.objects.select_for_update(no_key=True).get(pk=notice_id)
        notice.attempt_count += 1
        Attempt.objects.create(
            notice=notice,
            number=notice.attempt_count,
            at=at,
            sent=state == MailState.SENT,
            error=error[:1000].replace("\x00", ""),
        )
        notice.claimed_until = None
        # A claim ran out and somebody else sent it meanwhile: a mail that went out stays sent.
        if notice.mail_state != MailState.SENT:
            notice.mail_state = state
            if state == MailState.SENT:
                notice.sent_at = at
            elif state == MailState.WAITING:
                _wait(notice, at)
        notice.save(
            update_fields=[
                *("attempt_count", "failure_count", "mail_state", "sent_at", "next_attempt_at", "claimed_until")
            ]
        )


def _wait(notice: Notice, at: datetime) -> None:
    notice.failure_count += 1
    if notice.failure_count >= MOST_FAILURES:
        notice.mail_state = MailState.FAILED
        return
    doublings = min(notice.failure_count - 1, 20)  # 2**20 half minutes are beyond the longest wait already
    notice.next_attempt_at = at + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def _is_away(failure: Exception) -> bool:
    """No connection, rather than a mail that was refused."""
    if isinstance(failure, smtplib.SMTPException):
        return isinstance(failure, smtplib.SMTPConnectError | smtplib.SMTPServerDisconnected)
    return isinstance(failure, OSError)
