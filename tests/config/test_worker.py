"""Does a real worker, in a process of its own, get what this process publishes, and does it see the same database?"""

import pytest

from notifications.models import MailState, Notice
from notifications.outbox import nudge
from notifications.tasks import sweep
from tests.factories import NoticeFactory

pytestmark = pytest.mark.worker


@pytest.mark.parametrize(
    "publish",
    [
        pytest.param(lambda notice: nudge([notice.pk]), id="nudge-after-a-commit"),
        pytest.param(lambda notice: sweep.delay(), id="sweep-of-the-schedule"),
    ],
)
def test_a_waiting_notice_is_mailed_by_the_worker(celery_worker_process, publish):
    notice = NoticeFactory(mail_state=MailState.WAITING)

    publish(notice)

    celery_worker_process.wait_until(lambda: Notice.objects.filter(pk=notice.pk, mail_state=MailState.SENT).exists())
    assert [mail["To"] for mail in celery_worker_process.mails()] == [notice.recipient.email]
