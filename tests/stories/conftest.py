"""What may a story ask for?"""

import pytest
from django.core import mail

from notifications.delivery import deliver_due
from tests.stories.scenes import DAY, now


@pytest.fixture
def post(cast):
    """Sends what waits in the outbox, and gives the mails that somebody got by it: post("rita")."""

    def deliver(who: str) -> list:
        deliver_due(now() + 365 * DAY)  # a story's clock may be days ahead
        mine = [each for each in mail.outbox if each.to == [cast.user(who).email]]
        mail.outbox = [each for each in mail.outbox if each not in mine]
        return mine

    return deliver
