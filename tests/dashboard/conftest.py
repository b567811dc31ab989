"""What may the tests of the dashboard ask for?"""

import html
import re

import pytest
from django.test import Client


@pytest.fixture
def sign_in(cast):
    """Somebody's browser: `sign_in("rita").get("/dashboard/")`. Forms are checked for their token, as for real."""

    def signed_in(name: str, **options) -> Client:
        client = Client(**options)
        client.force_login(cast.user(name))
        return client

    return signed_in


@pytest.fixture
def words():
    """What somebody reads on a page: its text without tags, in one line."""

    def read(response) -> str:
        text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())

    return read
