"""Tokens of visitors and customers."""

import pytest

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_whole_sign_in(cast, api):
    status, visitor = api().get(
        "/customerlogin/auth/anonymous/login", tenant="acme", client_id="sf", siteCode="main", currency="EUR"
    )
    assert status == 200, visitor
    status, login = api().post(
        "/customer/acme/login",
        {"email": "rita@northwind.example", "password": PASSWORD},
        headers={"Authorization": f"Bearer {visitor['access_token']}"},
    )
    assert status == 200, login
