"""Is something told exactly when what it tells is true, and to nobody twice?"""

import socket
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from config.celery import app
from notifications import tasks
from notifications.models import MailState, Notice
from notifications.outbox import Letter, News, nudge, post, post_all
from tests.factories import TenantFactory, UserFactory
from tests.servers import free_port
from tests.worker import publishing_to

FACTS = {"requester": "Rita Okafor", "total": "5,812.40 EUR"}
NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


@pytest.fixture
def tenant(db):
    return TenantFactory()


@pytest.fixture
def ana(db):
    return UserFactory()


@pytest.fixture
def nudged(monkeypatch):
    """The ids that workers were asked to send."""
    asked = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, retry: asked.append((args[0], retry)))
    return asked


def tell(tenant, *people, topic="approval.requested", event="approval:1:1", facts=FACTS, **more):
    letters = [Letter(person.pk if person else None, topic, facts, "/dashboard/approvals/k1/") for person in people]
    with transaction.atomic():
        post(letters, event=event, tenant_id=tenant.pk, about=("approval", "k1"), now=NOW, **more)


def test_a_notice_keeps_what_was_true_when_it_was_posted(tenant, ana):
    tell(tenant, ana)

    notice = Notice.objects.get()
    assert (notice.recipient, notice.tenant, notice.topic) == (ana, tenant, "approval.requested")
    assert (notice.about_kind, notice.about_key) == ("approval", "k1")
    assert notice.facts["requester"] == "Rita Okafor"
    assert notice.facts["reader"] == "approver"
    assert notice.facts["lines"] == []
    assert notice.created_at == NOW
    assert notice.mail_state == MailState.WAITING
    assert notice.read_at is None


def test_what_is_rolled_back_is_not_told(tenant, ana, nudged, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        post([Letter(ana.pk, "approval.requested", FACTS)], event="approval:1:1", tenant_id=tenant.pk)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()
    assert nudged == []


def test_the_worker_is_asked_once_after_the_commit(tenant, ana, nudged, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(tenant, ana, UserFactory())
        assert nudged == []

    assert [(sorted(ids), retry) for ids, retry in nudged] == [
        (sorted(Notice.objects.values_list("pk", flat=True)), False)
    ]


def test_one_insert_whatever_the_number_of_readers(tenant, django_assert_num_queries):
    people = UserFactory.create_batch(5)

    with django_assert_num_queries(4):  # savepoint, insert, their ids, release
        tell(tenant, *people)

    assert Notice.objects.count() == 5


def test_the_news_of_several_events_cost_no_more(tenant, ana, django_assert_num_queries):
    news = [
        News(f"order:{number}:1", [Letter(ana.pk, "order.placed", {"number": str(number), "customer": "Rita"})])
        for number in range(3)
    ]

    with django_assert_num_queries(4), transaction.atomic():
        post_all(news, tenant_id=tenant.pk, now=NOW)

    assert {notice.facts["number"] for notice in Notice.objects.all()} == {"0", "1", "2"}


def test_nobody_is_told_the_same_twice(tenant, ana):
    tell(tenant, ana, ana)
    tell(tenant, ana, UserFactory())

    assert Notice.objects.filter(recipient=ana).count() == 1
    assert Notice.objects.count() == 2


def test_a_repeated_event_does_not_end_the_callers_transaction(tenant, ana):
    tell(tenant, ana)
    with transaction.atomic():
        post([Letter(ana.pk, "approval.requested", FACTS)], event="approval:1:1", tenant_id=tenant.pk)
        tenant.name = "Still writing"
        tenant.save()

    tenant.refresh_from_db()
    assert tenant.name == "Still writing"


def test_another_event_or_topic_is_told(tenant, ana):
    tell(tenant, ana)
    tell(tenant, ana, event="approval:1:2")
    tell(tenant, ana, topic="approval.reassigned_to_you")

    assert Notice.objects.count() == 3


def test_nobody_to_tell_is_no_mistake(tenant, nudged, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(tenant, None)
        tell(tenant)

    assert not Notice.objects.exists()
    assert nudged == []


@pytest.mark.parametrize(
    ("topic", "facts", "says"),
    [
        ("approval.requestd", FACTS, "no topic 'approval.requestd'"),
        ("approval.requested", {"requester": "Rita"}, "total"),
        ("approval.requested", {**FACTS, "totla": "1.00 EUR"}, "totla"),
        ("approval.requested", {**FACTS, "expires_at": "2026-12-01T13:05:00"}, "needs a zone"),
        ("approval.requested", {**FACTS, "expires_at": "tomorrow"}, "tomorrow"),
        ("approval.expired", FACTS, "give one of requester, approver"),
        ("approval.approved", {**FACTS, "reader": "approver"}, "give one of requester"),
        ("order.placed", FACTS, "unexpected"),
    ],
)
def test_facts_that_do_not_fit_the_topic_are_refused_where_they_are_posted(tenant, ana, topic, facts, says):
    with pytest.raises(ValueError, match=says):
        tell(tenant, ana, topic=topic, facts=facts)

    assert not Notice.objects.exists()


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_a_notice_leads_nowhere_else(tenant, ana, url):
    with pytest.raises(ValueError, match="not a path"), transaction.atomic():
        post([Letter(ana.pk, "approval.requested", FACTS, url)], event="approval:1:1", tenant_id=tenant.pk)


def test_what_a_database_cannot_hold_in_json_is_left_out(tenant, ana):
    tell(tenant, ana, facts={**FACTS, "comment": "a\x00b\ud800c", "expires_at": NOW})

    notice = Notice.objects.get()
    assert notice.facts["comment"] == "ab?c"
    assert notice.facts["expires_at"] == "2026-11-24T13:05:00+00:00"


def test_a_past_that_is_filled_in_counts_as_mailed(tenant, ana, nudged, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(tenant, ana, mailed_at=NOW + timedelta(seconds=2))

    notice = Notice.objects.get()
    assert (notice.mail_state, notice.sent_at) == (MailState.SENT, NOW + timedelta(seconds=2))
    assert nudged == []
    assert not Notice.objects.due(NOW + timedelta(days=1)).exists()


def fastest(call, tries=3) -> float:
    """Seconds of the fastest of several tries: what else the machine does only ever adds to them."""
    took = []
    for _ in range(tries):
        app._after_fork()  # forget what is known of the broker
        started = time.monotonic()
        call()
        took.append(time.monotonic() - started)
    return min(took)


def test_a_dead_broker_delays_nobody(tenant, ana, django_capture_on_commit_callbacks):
    def ask_in_vain():
        with pytest.raises(OperationalError):
            app.send_task("nobody.listens")

    with publishing_to(f"redis://127.0.0.1:{free_port()}/0", "nobody:"):
        with django_capture_on_commit_callbacks(execute=True):
            tell(tenant, ana)
        assert fastest(lambda: nudge([1])) < 0.5
        assert fastest(ask_in_vain) < 0.5

    assert Notice.objects.due(NOW).count() == 1


@contextmanager
def silent_port():
    """A port of this machine at which nobody ever answers a call, and nobody refuses it."""
    with socket.socket() as listening, ExitStack() as waiting:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):  # more than it lets wait: whoever comes now hears nothing
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def test_a_broker_that_does_not_answer_delays_half_a_second_at_most():
    with silent_port() as port, publishing_to(f"redis://127.0.0.1:{port}/0", "nobody:"):
        assert 0.3 < fastest(lambda: nudge([1])) < 0.8
