"""Does the commit reach a worker in another process, and does its mail go out?"""

import pytest
from django.db import transaction

from notifications.models import MailState, Notice
from notifications.outbox import Letter, post
from tests.factories import TenantFactory, UserFactory

FACTS = {"requester": "Rita Okafor", "total": "5,812.40 EUR"}


@pytest.mark.worker
def test_a_worker_mails_what_was_committed(celery_worker_process):
    tenant, ana = TenantFactory(name="Acme"), UserFactory(email="ana@northwind.example")
    with transaction.atomic():
        post([Letter(ana.pk, "approval.requested", FACTS, "/here/")], event="approval:1:1", tenant_id=tenant.pk)

    celery_worker_process.wait_until(lambda: Notice.objects.filter(mail_state=MailState.SENT).exists())

    (sent,) = celery_worker_process.mails()
    assert sent["To"] == "ana@northwind.example"
    assert sent["Subject"] == "Rita Okafor asks you to approve 5,812.40 EUR"
    assert sent["Message-ID"] == f"<{Notice.objects.get().message_id}@countersign.example>"
