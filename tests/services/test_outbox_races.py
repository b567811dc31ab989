"""Many workers at one outbox: is each mail sent by exactly one of them?"""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from notifications import delivery
from notifications.models import Attempt, Notice
from notifications.outbox import Letter, post
from tests.factories import NoticeFactory, TenantFactory, UserFactory
from tests.threads import at_once

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
FACTS = {"requester": "Rita Okafor", "total": "5,812.40 EUR"}
WORKERS = 4

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_each_mail_is_sent_by_one_worker():
    tenant, recipient = TenantFactory(), UserFactory()
    for _ in range(40):
        NoticeFactory(tenant=tenant, recipient=recipient, facts=FACTS, next_attempt_at=NOW)

    sent = at_once(*[lambda: delivery.deliver_due(NOW)] * WORKERS)

    assert sum(sent) == 40
    assert Counter(each.message()["Message-ID"] for each in mail.outbox).most_common(1)[0][1] == 1
    assert Attempt.objects.count() == 40


@pytest.mark.parametrize("round_number", range(20))
def test_the_nudge_and_the_sweep_send_one_mail(round_number):
    notice = NoticeFactory(facts=FACTS, next_attempt_at=NOW)

    sent = at_once(*[lambda: delivery.deliver_these([notice.pk], NOW) + delivery.deliver_due(NOW)] * WORKERS)

    assert sum(sent) == 1
    assert len(mail.outbox) == 1


def test_the_same_event_posted_by_two_transactions_is_told_once():
    tenant, recipient = TenantFactory(), UserFactory()

    def tell():
        with transaction.atomic():
            post([Letter(recipient.pk, "approval.requested", FACTS)], event="approval:1:1", tenant_id=tenant.pk)

    at_once(*[tell] * WORKERS)

    assert Notice.objects.count() == 1
