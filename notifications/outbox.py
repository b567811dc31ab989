"""How is something told, so that it is told exactly when what it tells is true?

Notices are rows, written in the transaction of what they tell. The commit only nudges a worker; the
sweep (`notifications.tasks.sweep`) is the guarantee that every mail goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from kombu.exceptions import OperationalError

from companies.addressing import unprefixed
from notifications import tasks
from notifications.models import MailState, Notice
from notifications.texts import complete

log = structlog.get_logger("countersign.outbox")

_of_the_past: ContextVar[bool] = ContextVar("of_the_past", default=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to tell one person; `facts` are those of the topic's family in `notifications.texts`.

    `url` is the path of the page it is about. A `recipient_id` of None is skipped: who posts need
    not ask whether there is an approver.
    """

    recipient_id: int | None
    topic: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One event, such as `approval:<id>:<number>`, and the letters about it.

    `about` is the kind and key of what the pages show them for, `site_code` the marketplace it happened on,
    in whose name its customers are written to.
    """

    event: str
    letters: Sequence[Letter]
    about: tuple[str, str] = ("", "")
    site_code: str = ""


def post(
    letters: Iterable[Letter],
    *,
    event: str,
    tenant_id: int,
    about: tuple[str, str] = ("", ""),
    site_code: str = "",
    now: datetime | None = None,
    mailed_at: datetime | None = None,
) -> None:
    """Write the notices of one event into the caller's transaction; see `post_all`."""
    post_all([News(event, tuple(letters), about, site_code)], tenant_id=tenant_id, now=now, mailed_at=mailed_at)


def post_all(
    news: Iterable[News],
    *,
    tenant_id: int,
    now: datetime | None = None,
    mailed_at: datetime | None = None,
) -> None:
    """Write the notices of several events into the caller's transaction, in two statements.

    Posting the same event again, or one letter twice, tells nobody twice. `mailed_at` is for a past
    that is being filled in: the mails count as sent then, and none goes out. Raises ValueError for
    facts that do not fit the topic.
    """
    now = now or timezone.now()
    if mailed_at is None and _of_the_past.get():
        mailed_at = now
    notices = {}
    for one in news:
        for letter in one.letters:
            notice = _notice(letter, one.event, now)
            if notice is None:
                continue
            notice.tenant_id = tenant_id
            notice.about_kind, notice.about_key = one.about
            notice.site_code = one.site_code
            if mailed_at is not None:
                notice.mail_state, notice.sent_at = MailState.SENT, mailed_at
            notices[notice.key] = notice
    if not notices:
        return
    # A conflict can only be the unique key, that is, the same thing told before. Without
    # `ignore_conflicts` it would end the caller's transaction.
    Notice.objects.bulk_create(notices.values(), ignore_conflicts=True)
    waiting = dict(Notice.objects.filter(key__in=notices).values_list("pk", "mail_state"))
    if len(waiting) != len(notices):
        raise RuntimeError("Not every notice was written.")
    ids = [pk for pk, state in waiting.items() if state == MailState.WAITING]
    if ids:
        transaction.on_commit(partial(nudge, ids), robust=True)


@contextmanager
def of_the_past() -> Iterator[None]:
    """What services post inside is of a past that is being filled in: mailed when it was posted, none goes out."""
    token = _of_the_past.set(True)
    try:
        yield
    finally:
        _of_the_past.reset(token)


def is_of_the_past() -> bool:
    """Whether what is posted now is of a past that is being filled in."""
    return _of_the_past.get()


def nudge(notice_ids: Sequence[int]) -> None:
    """Ask a worker to mail these now. A broker that does not answer costs half a second and nothing else."""
    try:
        tasks.deliver.apply_async(args=[list(notice_ids)], retry=False)
    except (OperationalError, OSError) as failure:
        log.warning("broker away, the sweep will send", notices=len(notice_ids), error=str(failure))


def _notice(letter: Letter, event: str, now: datetime) -> Notice | None:
    if letter.recipient_id is None:
        return None
    if letter.url and not (letter.url.startswith("/") and url_has_allowed_host_and_scheme(letter.url, None)):
        raise ValueError(f"{letter.topic}: {letter.url!r} is not a path of this installation.")
    return Notice(
        key=f"{event}:{letter.recipient_id}:{letter.topic}",
        recipient_id=letter.recipient_id,
        topic=letter.topic,
        facts=complete(letter.topic, letter.facts),
        url=unprefixed(letter.url),
        created_at=now,
        next_attempt_at=now,
    )
