"""Do the mails of a whole story go out through a worker in another process, and does it expire what nobody decides?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from approvals.tasks import expire_overdue
from notifications.models import MailState, Notice
from tests.cast import make_cast
from tests.stories import scenes

pytestmark = pytest.mark.worker


def all_sent() -> bool:
    return not Notice.objects.exclude(mail_state=MailState.SENT).exists()


def test_the_first_order_told_by_a_real_worker(celery_worker_process):
    cast = make_cast()
    approval = scenes.ask(cast, "rita", {"DESK-01": 9, "SERVER-01": 1}, "ana")
    placed = scenes.approve_and_order(cast, "ana", approval).settled()
    _, flagged = scenes.orders_of(placed)
    scenes.accept(cast, "victor", flagged)
    scenes.complete(cast, "victor", flagged, instructions="Sign in with your company account.")
    celery_worker_process.wait_until(all_sent)

    sent = [(mail["To"], mail["Subject"]) for mail in celery_worker_process.mails()]
    assert len(sent) == len(set(sent)) == Notice.objects.count()
    assert ("ana@northwind.example", "Rita Okafor asks you to approve 6,545.00 EUR") in sent
    assert {to for to, subject in sent if flagged.number in subject and "review" in subject} >= {
        "rita@northwind.example",
        "victor@globex.example",
        "vera@globex.example",
    }


def test_the_worker_expires_what_nobody_decided(celery_worker_process):
    cast = make_cast()
    long_ago = timezone.now() - timedelta(days=11)
    approval = scenes.ask(cast, "rita", scenes.OVER, "ana", now=long_ago)

    expire_overdue.delay()

    celery_worker_process.wait_until(lambda: scenes.again(approval).status == "EXPIRED")
    celery_worker_process.wait_until(all_sent)
    assert "approval.expired to rita" in scenes.told()
