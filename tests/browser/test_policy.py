"""Do the pages work under the content security policy that they are sent with?"""

import pytest
from django.contrib.auth import get_user_model

from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_administration_works_and_nothing_is_refused(page):
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    user = UserFactory(is_staff=True, is_superuser=True)

    page.goto("/admin/login/")
    page.fill("[name=username]", getattr(user, get_user_model().USERNAME_FIELD))
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")

    page.wait_for_selector("#user-tools")
    assert complaints == []
